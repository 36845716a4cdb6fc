"""How a figure stands by its target or beside England's: in few words, in a sentence, and for all figures together."""

from __future__ import annotations

from typing import Any

import pandas as pd

from senlib import national
from senlib.frameworks import Framework
from senlib.measures.proportion import FEW
from senlib.pages.kit import layout, sentences, verdicts
from senlib.text import joined

# What is said of a figure of fewer pupils than one can tell anything from.
TOO_FEW, NOT_JUDGED = "too few to tell", "not judged"


def state(row: Any) -> str:
    """How a figure stands by what it is judged by, in few words."""
    if pd.isna(row.target_year):
        return "met" if row.met else "not met"
    if row.judged and row.pupils < FEW:
        return TOO_FEW
    return verdicts.short(row.difference, pupils=row.pupils) or NOT_JUDGED


def mark(row: Any) -> str:
    """What a figure is judged by, in a word."""
    return "target" if pd.isna(row.target_year) else "England"


def how_sure(row: Any) -> str:
    """Whether one can be sure of how a figure stands."""
    if not row.judged:
        return NOT_JUDGED
    if row.pupils < FEW:
        return TOO_FEW
    return "clear" if row.clear else "not clear"


def in_chart(row: Any) -> str:
    """The same beside a row of the chart."""
    if row.state in (TOO_FEW, NOT_JUDGED) or pd.isna(row.target_year):
        return "too few" if row.state == TOO_FEW else row.state
    return verdicts.in_chart(row.difference)


def summary(rows: pd.DataFrame) -> str:
    """How many targets and figures are met, and how those beside England's stand."""
    own = rows["target_year"].isna()
    noun = "targets" if own.all() else "figures"
    met = _met(rows[rows["judged"]], noun=noun)
    return joined(met, _beside_england(rows[~own]))


def _beside_england(rows: pd.DataFrame) -> str:
    """How many of the figures stand higher or lower than England's from the same starts."""
    if rows.empty:
        return ""
    count = rows["state"].value_counts()
    states = [
        verdicts.short(one, pupils=FEW) for one in ("lower", "not clear", "higher")
    ]
    every = (*states, TOO_FEW, NOT_JUDGED)
    parts = [f"{one} in {count[one]}" for one in every if one in count]
    noun = "figure" if len(rows) == 1 else "figures"
    return f"Of the {len(rows)} {noun} beside England’s from the same starts: {', '.join(parts)}."


def _met(rows: pd.DataFrame, *, noun: str) -> str:
    """How many are met and how surely, which are clearly missed, and which is the nearest of the others."""
    if rows.empty:
        return ""
    # A handful of pupils meets or misses a figure by one of them: nothing is clear of it.
    enough = rows[rows["pupils"] >= FEW]
    parts = [_how_many_met(rows, enough, noun=noun)]
    if few := len(rows) - len(enough):
        are = "is" if few == 1 else "are"
        parts.append(
            f"{few} of the {len(rows)} {are} of fewer than {FEW} pupils, too few to judge by."
        )
    missed = enough[~enough["met"]]
    clearly = missed[missed["clear"]]
    if len(clearly):
        names = map(_name, clearly.itertuples())
        parts.append(f"Clearly not met: {'; '.join(names)}.")
    others = missed[missed["more"] > 0]
    if len(others):
        nearest = others.sort_values("more").iloc[0]
        more = sentences.more_pupils(int(nearest.more))
        parts.append(f"The nearest of the others is {_name(nearest)}: {more}.")
    return " ".join(parts)


def _how_many_met(rows: pd.DataFrame, enough: pd.DataFrame, *, noun: str) -> str:
    met = int(rows["met"].sum())
    sure = int((enough["met"] & enough["clear"]).sum())
    one_or_more = noun if len(rows) > 1 else noun.removesuffix("s")
    count = f"Met: {met} of {len(rows)} {one_or_more}"
    if met > 1:
        return f"{count}, {sure or 'none'} of them clearly."
    if met:
        return f"{count}, {'' if sure else 'not '}clearly."
    return f"{count}."


def _name(row: Any) -> str:
    """A criterion in a sentence, with its subject."""
    title = f"{row.title[:1].lower()}{row.title[1:]}"
    return f"{row.subject}, {title}" if row.subject else title


def line(row: pd.Series, *, framework: Framework) -> str:
    """One figure as a line: of whom, how many, and how it stands."""
    answer = criterion_answer(row, framework=framework)
    if row.subject == "":
        return f"{_attendance(row)} {answer}"
    between = layout.percent_range(row.percent, row.low, row.high)
    return f"{row.subject}: {row.reached} of {row.pupils}, {between}. {answer}"


def _attendance(row: pd.Series) -> str:
    """The average of the pupils' attendance, and for how many of them it is recorded."""
    pupils = int(row.pupils)
    of = pupils + int(row.without_result)
    of_all = f" (of {of:,} with SEN on roll)" if of > pupils else ""
    if pupils == 1:
        return (
            f"{row.percent:.1f} % for the 1 pupil whose attendance is recorded{of_all}."
        )
    whose = " whose attendance is recorded" if of_all else ""
    likely = f"likely {row.low:.1f} to {row.high:.1f} %"
    whom = f"{sentences.pupils(pupils)}{whose}{of_all}"
    return f"{row.percent:.1f} % on average over {whom} ({likely})."


def notes(rows: pd.DataFrame, *, academic_year: int) -> str:
    """The source of a criterion's figures, and whom they count in a way of their own."""
    first = rows.iloc[0]
    parts = [f"Source: {first.source}."]
    if hidden := int(rows["hidden"].sum()):
        parts.append(
            f"{sentences.pupils(hidden).capitalize()} got a test code that hides a low level and have no teacher’s "
            "assessment that says more; they count as not having gained."
        )
    if assessed := int(rows["by_teacher"].sum()):
        parts.append(
            "A teacher’s assessment stands in where the test gave a code, or there is none: "
            f"{assessed} times, counting each subject."
        )
    if first.criterion.startswith("attendance"):
        parts.append(_attendance_in_england(academic_year))
    return " ".join(parts)


def _attendance_in_england(academic_year: int) -> str:
    """What attendance was in England for the groups that have SEN, in the year nearest to the school's, so that the target is seen for
    what it is.

    >>> print(_attendance_in_england(2005))
    England’s own averages, of another year, 2018/19: SEN support 93.5 %, education, health and care plan 91.3 % (all kinds of school
    together; in secondary schools more absence).
    """
    table = national.attendance()
    table = table[table["group"] != "no SEN"]
    # A year is named by when it begins, as in 'autumn 2023/24'; the school's by when it ends.
    begins = table["year"].str.extract(r"(\d{4})/")[0].astype("int64")
    apart = (begins + 1 - academic_year).abs()
    table = table[apart == apart.min()]
    names = {"K": "SEN support", "E": "education, health and care plan"}
    parts = [
        f"{names.get(row.group, row.group)} {row.attendance:.1f} %"
        for row in table.itertuples()
    ]
    year = f"{'of another year, ' if apart.min() else ''}{table['year'].iloc[0]}"
    return (
        f"England’s own averages, {year}: {', '.join(parts)} ({national.ALL_SCHOOLS})."
    )


def criterion_answer(row: pd.Series, *, framework: Framework) -> str:
    """One criterion's line of the scorecard, in words."""
    if pd.isna(row.percent):
        return "There are no such pupils, so it cannot be measured."
    if row.criterion.startswith("attendance"):
        return _attendance_answer(row)
    count = int(row.get("left_out", 0))
    left_out = sentences.left_out_words(count)
    more = "" if row.met else sentences.more_pupils(int(row.more))
    if pd.isna(row.target) or pd.notna(row.get("target_year")):
        # England's own figure is the yardstick: nobody has set it as a target.
        beside = _beside_the_figure(row, framework=framework)
        if pd.isna(row.target) or not row.judged:
            return joined(beside, left_out)
        missed = f"Not met: {more} would meet it, which is England’s own figure."
        return joined(beside, missed if more else "Met.", left_out)
    met = f"Not met: {more} would meet it." if more else "Met."
    return joined(met, _sure(row), left_out)


def _beside_the_figure(row: pd.Series, *, framework: Framework) -> str:
    """How a criterion stands beside England's figure, as `sentences.beside_england` says it of a conversion table's row."""
    bands = {one.key: one.entry for one in framework.criteria}
    entry = bands.get(row.criterion)
    of_england = {
        "group": "SEN",
        "entry": entry[0] if entry else "all",
        "expected_percent": row.target,
        "expected_year": row.get("target_year"),
    }
    row = pd.Series(row.to_dict() | of_england)
    stage = framework.stage()
    return sentences.beside_england(row, framework=framework, stage=stage)


def _attendance_answer(row: pd.Series) -> str:
    if row.met:
        return f"Met. {_sure(row)}"
    count = int(row.more)
    who = f"the {sentences.pupils(count)} who attend{'s' if count == 1 else ''} least"
    # A target that has to be passed is not met by reaching it.
    often = f"{'more than ' if row.rule == 'above' else ''}{row.target:g} % of the time"
    return f"Not met: it would be met if {who} came {often}. {_sure(row)}"


def _sure(row: pd.Series) -> str:
    """How sure one can be that a target is met or not; of one pupil's attendance, that it is not known."""
    if pd.isna(row.low):
        return "One pupil tells nothing of others."
    return verdicts.target(row.clear, pupils=int(row.pupils))
