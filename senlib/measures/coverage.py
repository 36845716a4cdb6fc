"""Coverage: what is known of a school's pupils, year by year, and what each gap means for the Tasks."""

from __future__ import annotations

import pandas as pd

from senlib.measures.groups import has_sen
from senlib.measures.starts import starts, summer_of_tests, without_tests
from senlib.school.cache import kept_last
from senlib.school.questions import in_words
from senlib.school.school import School

BY_YEAR_GROUP, BY_LEAVING_YEAR = "year_group", "leaving_year"
# From this share of pupils on, what is not known of them is worth a sentence.
_MANY = 0.1


def coverage(school: School) -> pd.DataFrame:
    """What is known of the pupils, one row for each year group on roll and one for each summer of leaving.

    Columns: by ('year_group' or 'leaving_year'), value (missing where it is not known), pupils, sen, no_sen, sen_blank, need,
    start_both (both papers, or an average or every core subject as it is given), start_one (one paper, or some of the core
    subjects), start_below (below the test), start_none, now (have a current result), now_dated (and its date is known), and
    'outcome:SUBJECT' for each subject in which there are outcomes of the last key stage that the framework has.

    >>> from senlib import open_sample
    >>> table = coverage(open_sample("gcse"))
    >>> table.loc[table["by"] == "year_group", ["value", "pupils"]].to_numpy().tolist()[0]
    [7, 239]
    """
    facts = _facts(school)
    on_roll = facts[facts["on_roll"] == "Y"]
    parts = [
        _counted(on_roll, "year_group", BY_YEAR_GROUP),
        _counted(facts, "ks4_year", BY_LEAVING_YEAR),
    ]
    return pd.concat(parts, ignore_index=True)


def gaps(school: School) -> list[str]:
    """What each gap means for which Task, in sentences; none where nothing is missing."""
    facts = _facts(school)
    sentences = [
        *_starts_missing(school, facts),
        *_papers(school, facts),
        *_sen_missing(school, facts),
        *_now_missing(school, facts),
        *_others(school, facts),
    ]
    return list(filter(None, sentences))


# Of the last school alone: its table and its sentences are made one after the other.
@kept_last
def _facts(school: School) -> pd.DataFrame:
    """One row for each pupil: year_group, ks4_year, on_roll, and True or False for each thing that may be known.

    Shared, and not to be changed.
    """
    framework, pupils = school.framework, school.pupils
    sen = pupils["sen_provision"]
    with_sen = has_sen(sen, framework=framework)
    ids = pupils["pupil_id"]
    now = school.results.query("stage == 'now' and result != ''")
    dated = now[now["date"] != ""]
    facts = pd.DataFrame(
        {
            "year_group": pupils["year_group"],
            "ks4_year": pupils["ks4_year"],
            "on_roll": pupils["on_roll"],
            "sen": with_sen,
            "no_sen": (sen != "") & ~with_sen,
            "sen_blank": sen == "",
            "need": pupils["need"] != "",
            **_starts(school),
            "now": ids.isin(now["pupil_id"]),
            "now_dated": ids.isin(dated["pupil_id"]),
        }
    )
    last = school.results["stage"] == framework.stages[-1].name
    outcomes = school.results[last].query("result != ''")
    subjects = outcomes["subject"].astype(str)
    for subject, rows in outcomes.groupby(subjects, sort=False):
        has_outcome = ids.isin(rows["pupil_id"])
        facts[f"outcome:{subject}"] = has_outcome
    return facts


def _starts(school: School) -> dict[str, pd.Series]:
    """For each pupil which of the four starts she has: where entry is by subject, of the core subjects together."""
    stage = school.framework.stages[0]
    table = starts(school, stage=stage.name)
    start = table["start"]
    below = start.isin(["below the test", "below in one paper"])
    whole, one = start == "known", start == "one paper"
    if not stage.averaged:
        # A code that hides a low level has no band by subject, and no other start.
        codes = stage.entry_scale.below_range()
        below |= table["entry"].isin(codes)
        core = school.framework.core_subjects()
        in_core = table[whole & table["subject"].isin(core)]
        counts = in_core["pupil_id"].value_counts()
        subjects = table["pupil_id"].map(counts)
        whole = subjects >= len(core)
        one = (subjects > 0) & ~whole
    ids = school.pupils["pupil_id"]
    facts: dict[str, pd.Series] = {}
    # The first that is true of a pupil stands.
    left = pd.Series(True, index=ids.index)
    kinds = {"start_both": whole, "start_one": one, "start_below": below}
    for name, rows in kinds.items():
        pupils = table.loc[rows, "pupil_id"]
        facts[name] = ids.isin(pupils) & left
        left &= ~facts[name]
    return facts | {"start_none": left}


def _counted(facts: pd.DataFrame, column: str, by: str) -> pd.DataFrame:
    """The facts summed for each value of a column, with what it is by; the row where it is not known comes last."""
    counts = facts.drop(columns=["year_group", "ks4_year", "on_roll"])
    counts = counts.astype("int64")
    counts.insert(0, "pupils", 1)
    counts = counts.groupby(facts[column], dropna=False).sum()
    counts = counts.rename_axis("value").reset_index()
    counts.insert(0, "by", by)
    return counts.astype({"value": "Int64"})


# ----------------------------------------------------------------------------------------------------------- Sentences


def _starts_missing(school: School, facts: pd.DataFrame) -> list[str]:
    """For each summer of leaving in which many have no start, how many, why if that is known, and what it means."""
    sentences = []
    stage = school.framework.stages[0]
    for leaving, rows in facts.groupby("ks4_year"):
        none = int(rows["start_none"].sum())
        if none <= _MANY * len(rows):
            continue
        who = f"{none:,} of the {in_words(len(rows))} who leave in {leaving}"
        if none == len(rows):
            who = (
                f"the {in_words(none)} who leave in {leaving}"
                if none > 1
                else f"the 1 pupil who leaves in {leaving}"
            )
        cohort = int(leaving) + stage.ends_in_year - 11
        if without_tests(stage, cohort):
            sentences.append(
                f"No key stage 2 results for {who}: there were no tests in {summer_of_tests(stage, cohort)}. "
                "Task 1 counts what they reach, but cannot compare them with England by starting point."
            )
        else:
            sentences.append(
                f"No {stage.entry_stage} results for {who}. Task 1 counts them under ‘start not known’, "
                "and Tasks 4 and 5 cannot place them."
            )
    return sentences


def _papers(school: School, facts: pd.DataFrame) -> list[str]:
    """How many starts are of one paper, or below the test."""
    if not school.framework.stages[0].averaged:
        return []
    one = int(facts["start_one"].sum())
    below = int(facts["start_below"].sum())
    return [
        f"{in_words(one)} {'has' if one == 1 else 'have'} only one key stage 2 paper. That paper’s score is their start."
        if one
        else "",
        f"{in_words(below)} {'was' if below == 1 else 'were'} working below the key stage 2 test in one or both papers, with no derived "
        "score. Task 1 counts them under ‘below the test’, or without a band if the other paper has a score."
        if below
        else "",
    ]


def _sen_missing(school: School, facts: pd.DataFrame) -> list[str]:
    blank = int(facts["sen_blank"].sum())
    if not blank:
        return []
    if blank == len(facts):
        return [
            "SEN is not known for any pupil, so no Task can compare pupils with and without SEN. Add your SEN register."
        ]
    few = "They are counted among all pupils, but not as pupils with or without SEN."
    return [f"SEN is not known for {blank:,} of {in_words(len(facts))}. {few}"]


def _now_missing(school: School, facts: pd.DataFrame) -> list[str]:
    years = school.framework.tracking.years
    in_years = facts["year_group"].isin(years)
    followed = facts[in_years & (facts["on_roll"] == "Y")]
    if followed.empty:
        return [
            "No pupils are on roll in the years that Tasks 4 and 5 follow, so those Tasks have nobody to list."
        ]
    now = int(followed["now"].sum())
    dated = int(followed["now_dated"].sum())
    if not now:
        return [
            "There are no current results in these files, so Tasks 4 and 5 cannot say who is on course and who is stuck."
        ]
    sentences = []
    if now < len(followed):
        without = len(followed) - now
        sentences.append(
            f"{without:,} of the {in_words(len(followed))} in Years {years[0]} to {years[-1]} "
            f"{'has' if without == 1 else 'have'} no current result. Tasks 4 and 5 cannot judge them."
        )
    if dated < now and school.framework.tracking.method == "line":
        sentences.append(
            f"The current results of {in_words(now - dated)} have no date, so Tasks 4 and 5 cannot judge their progress. "
            "Choose the date in the question above."
        )
    return sentences


def _others(school: School, facts: pd.DataFrame) -> list[str]:
    unknown = int(facts["ks4_year"].isna().sum())
    stages = [stage.name for stage in school.framework.stages]
    outcomes = school.results[school.results["stage"].isin(stages)]
    no_outcomes = outcomes["result"].eq("").all()
    return [
        f"The year group of {in_words(unknown)} is not known, so they are not in any cohort."
        if unknown
        else "",
        "There are no end of key stage results in these files, so Tasks 1 and 3 have nothing to count yet."
        if no_outcomes
        else "",
        "There is no attendance in these files, so Task 3 cannot measure it."
        if school.pupils["attendance"].isna().all()
        else "",
        ""
        if facts["need"].any() or not facts["sen"].any()
        else "There are no types of need in these files, so lists cannot show them.",
    ]
