"""Sentences made from figures: the answer a page gives first, and how sure one can be of it."""

from __future__ import annotations

import pandas as pd

from senlib.frameworks import Framework, Stage
from senlib.measures.gaps import independent
from senlib.measures.groups import group_name
from senlib.measures.proportion import FEW, points_apart, rounded
from senlib.measures.starts import WITHOUT_TESTS, summer_of_tests, without_tests

# What a list says of a pupil of whom both are true.
STUCK_FIRST = "Who is behind and stuck is listed as stuck."


def pupils(count: int) -> str:
    """A number of pupils in words.

    >>> pupils(1), pupils(1200)
    ('1 pupil', '1,200 pupils')
    """
    return f"{count:,} pupil{'' if count == 1 else 's'}"


def more_pupils(count: int) -> str:
    """How many more it takes.

    >>> more_pupils(1), more_pupils(3)
    ('1 more pupil', '3 more pupils')
    """
    return f"{count:,} more pupil{'' if count == 1 else 's'}"


def hours(count: float) -> str:
    """Hours of help in words.

    >>> hours(1.0), hours(0.5), hours(1234.5)
    ('1 hour a week', '0.5 hours a week', '1,234.5 hours a week')
    """
    return f"{f'{count:,.1f}'.removesuffix('.0')} hour{'' if count == 1 else 's'} a week"


def arrived(entry: str, *, stage: Stage) -> str:
    """How pupils came in, as one says it.

    >>> from senlib.frameworks import load
    >>> arrived("3", stage=load("levels").stage()), arrived("90-95.5", stage=load("gcse").stage())
    ('who arrived at level 3', 'who arrived with a score of 90-95.5')
    >>> arrived("below the test", stage=load("gcse").stage())
    'who arrived working below the test'
    """
    if entry == "all":
        return ""
    if entry == "none":
        return f"whose {stage.entry_stage} result is not known"
    if not stage.averaged:
        return f"who {'arrived' if stage.ends_in_year == 9 else 'entered'} {'' if entry.startswith('below') else 'at '}{_level(entry)}"
    if entry == stage.below_band:
        return f"who arrived working {entry}"
    return f"who arrived with a score {'below 80' if entry == '<80' else f'of {entry}'}"


def start_label(entry: str, *, stage: Stage) -> str:
    """An entry band as a list of choices names it.

    >>> from senlib.frameworks import load
    >>> [start_label(entry, stage=load("levels").stage()) for entry in ("below 2", "3", "none", "all")]
    ['Below level 2', 'Level 3', 'Not known', 'All together']
    >>> [start_label(entry, stage=load("gcse").stage()) for entry in ("below the test", "<80", "100-102")]
    ['Below the test', 'Score below 80', 'Score 100-102']
    """
    if entry in ("none", "all"):
        return {"none": "Not known", "all": "All together"}[entry]
    if entry == stage.below_band:
        return entry.capitalize()
    if stage.averaged:
        return "Score below 80" if entry == "<80" else f"Score {entry}"
    return _level(entry).capitalize()


def in_points(apart: str, *, unit: str = "point") -> str:
    """How far two percentages lie apart, as measures.proportion.points_apart gives it, with its unit.

    >>> in_points("1"), in_points("22.6", unit="percentage point")
    ('1 point', '22.6 percentage points')
    """
    return f"{apart} {unit}{'' if apart == '1' else 's'}"


def aim(framework: Framework) -> str:
    """What pupils are followed towards, and when they are on course for it.

    >>> from senlib.frameworks import load
    >>> aim(load("levels"))[:52]
    'The aim: level 5 or above. On course: at or above a '
    """
    plan = framework.tracking
    return f"The aim: {reached(plan.reach, stage=framework.stage(plan.stage))}. {plan.on_course}"


def reached(reach: str, *, stage: Stage) -> str:
    """What they got to.

    >>> from senlib.frameworks import load
    >>> reached("5", stage=load("levels").stage("KS3")), reached("C", stage=load("levels").stage("KS4"))
    ('level 5 or above', 'grade C or above')
    """
    return f"{'level' if stage.outcome_scale.name == 'levels' else 'grade'} {reach} or above"


def conversion_answer(row: pd.Series, *, framework: Framework, stage: Stage) -> str:
    """The answer to 'do our pupils get there?' for one row of a conversion table.

    >>> from senlib.frameworks import load
    >>> row = pd.Series(dict(subject="English", group="SEN", entry="3", reach="5", pupils=43, reached=19, percent=44.2, low=30.4,
    ...     high=58.9, national=28.0, national_year=2004, difference="higher", without_result=2, lea=41.0,
    ...     lea_difference="not clear"))
    >>> conversion_answer(row, framework=load("levels"), stage=load("levels").stage())
    'Of 43 pupils with SEN who arrived at level 3 in English, 19 reached level 5 or above: 44 %, likely between 30 and 59 %.
    Nationally 28 % (2004): higher here, by more than chance. The LEA’s other schools: 41 %, no clear difference.'
    """
    who = _joined(
        _group(row.group, row.pupils, framework),
        arrived(row.entry, stage=stage),
        f"in {row.subject}",
    )
    if row.pupils == 0:
        without = int(row.get("without_result", 0))
        return f"Of {without:,} {who}, none has a result." if without else f"There are no {who}."
    first = (
        f"Of {row.pupils:,} {who}, {row.reached:,} reached {reached(row.reach, stage=stage)}: {rounded(row.percent)} %, "
        f"likely between {rounded(row.low)} and {rounded(row.high)} %."
    )
    return _joined(first, _compared(row, stage=stage), _beside_the_lea(row))


def peers_answer(sen: pd.Series, others: pd.Series, *, stage: Stage) -> str:
    """How pupils with SEN did beside their peers with the same start, and whether chance alone could make the gap.

    Both are rows of a conversion table for the same subject, entry and outcome.
    """
    points, low, high = independent(others, sen)
    whom = _joined("pupils", arrived(sen.entry, stage=stage), f"in {sen.subject}")
    rates = f"{rounded(sen.percent)} % with SEN and {rounded(others.percent)} % without"
    start = f"Of {whom}, {rates} reached {reached(sen.reach, stage=stage)}"
    apart = points_apart(sen.percent, others.percent)
    if apart == "0":
        return f"{start}: no gap."
    if mostly_unknown(sen) or mostly_unknown(others):
        why = why_no_start(sen, stage=stage)
        return _joined(
            f"{start}. Where most of them started is not known, so that is no verdict.", why
        )
    favour = "" if points > 0 else " in favour of pupils with SEN"
    return f"{start}: a gap of {in_points(apart, unit='percentage point')}{favour}. {_chance(points, low, high)}"


def trend_answer(now: pd.Series, before: pd.Series) -> str:
    """Pupils with SEN in one summer and in the one before, and whether chance alone could make the change."""
    points, low, high = independent(now, before)
    change = points_apart(now.percent, before.percent)
    same = change == "0"
    went = "the same" if same else f"{in_points(change)} {'higher' if points > 0 else 'lower'}"
    sure = "" if same else f" {_chance(points, low, high)}"
    if mostly_unknown(now) or mostly_unknown(before):
        sure = (
            " Where most of them started is not known in one of the summers, so that is no verdict."
        )
    return (
        f"Pupils with SEN: {now.reached} of {now.pupils} in {now.cohort} ({rounded(now.percent)} %), "
        f"{before.reached} of {before.pupils} in {before.cohort} ({rounded(before.percent)} %): {went}.{sure}"
    )


def subjects_answer(best: pd.Series, worst: pd.Series) -> str:
    """The subjects that stand highest and lowest on one criterion, and whether chance alone could make the gap."""
    points, low, high = independent(best, worst)
    if points == 0:
        rate = f"{rounded(best.percent)} %"
        return f"No subject stands higher than another: in each it is {rate} of those who are counted there."
    apart = in_points(points_apart(best.percent, worst.percent))
    return (
        f"{best.subject} stands highest: {best.reached} of {pupils(int(best.pupils))}, {rounded(best.percent)} %. {worst.subject} stands "
        f"lowest: {worst.reached} of {pupils(int(worst.pupils))}, {rounded(worst.percent)} %. "
        f"They are {apart} apart. {_chance(points, low, high)}"
    )


def criterion_answer(row: pd.Series) -> str:
    """One criterion's line of the scorecard, in words."""
    if pd.isna(row.percent):
        return "There are no such pupils, so it cannot be measured."
    if pd.isna(row.target):
        return f"{rounded(row.percent)} %, likely between {rounded(row.low)} and {rounded(row.high)} %. No figure to compare with is held."
    if row.criterion.startswith("attendance"):
        return _attendance_answer(row)
    state = "Met" if row.met else f"Not met: {more_pupils(int(row.more))} would meet it"
    return f"{state}. {_sure(row)}"


def _attendance_answer(row: pd.Series) -> str:
    if row.met:
        return f"Met. {_sure(row)}"
    count = int(row.more)
    who = f"the {pupils(count)} who attend{'s' if count == 1 else ''} least"
    # A target that has to be passed is not met by reaching it.
    often = f"{'more than ' if row.rule == 'above' else ''}{row.target:g} % of the time"
    return f"Not met: it would be met if {who} came {often}. {_sure(row)}"


def _sure(row: pd.Series) -> str:
    if pd.isna(row.low):
        return "Of one pupil one cannot be sure."
    few = row.pupils < FEW
    if row.clear:
        return (
            f"The target lies outside the likely range, but {pupils(int(row.pupils))} are few to judge by."
            if few
            else "That is clear: chance alone would not make it."
        )
    return f"With {'only ' if few else ''}{pupils(int(row.pupils))} one cannot be sure: the target lies within the likely range."


def _chance(points: float, low: float, high: float) -> str:
    """Whether chance alone could make a gap, and from where to where the true one is likely to lie, beginning at the far end.

    >>> _chance(20.0, 5.2, 33.4)
    'That is more than chance would make: the true gap is likely from 5 to 33 points.'
    >>> _chance(-2.0, -29.0, 25.0)
    'Chance alone could make that: the true gap is likely between 25 points the other way and 29 points this way.'
    """
    if points < 0:
        low, high = -high, -low
    if low > 0:
        return f"That is more than chance would make: the true gap is likely from {rounded(low)} to {rounded(high)} points."
    ends = f"{rounded(-low)} points the other way and {rounded(high)} points this way"
    return f"Chance alone could make that: the true gap is likely between {ends}."


def _compared(row: pd.Series, *, stage: Stage) -> str:
    if row.entry == "none":
        return _joined(
            "No figure of England stands beside an unknown start.", why_no_start(row, stage=stage)
        )
    if pd.isna(row.national):
        why = why_no_start(row, stage=stage) if mostly_unknown(row) else ""
        return _joined("No national figure is held for this.", why)
    held = f"Nationally {rounded(row.national)} % ({row.national_year})"
    if row.difference == "not clear" and row.pupils < FEW:
        return f"Too few pupils ({row.pupils}) to tell from the national figure, {rounded(row.national)} % ({row.national_year})."
    if row.difference == "not clear":
        return f"{held}: no clear difference, it lies within the likely range."
    few = f", though {row.pupils} are few to judge by" if row.pupils < FEW else ""
    return f"{held}: {row.difference} here, by more than chance{few}."


def mostly_unknown(row: pd.Series) -> bool:
    """Whether the start of most pupils of a row of a conversion table is not known."""
    return row.entry == "none" or 2 * row.get("without_start", 0) > row.pupils


def why_no_start(row: pd.Series, *, stage: Stage) -> str:
    """Why a row's cohort has no start, where tests that were not held are the reason; '' where they are not.

    >>> from senlib.frameworks import load
    >>> why_no_start(pd.Series({"cohort": 2026}), stage=load("gcse").stage())
    'There were no key stage 2 tests in 2020 and 2021, so leavers of 2025 and 2026 have no start.'
    """
    if not without_tests(stage, row.get("cohort")):
        return ""
    first, last = WITHOUT_TESTS
    later = int(row.cohort) - summer_of_tests(stage, row.cohort)
    whose = "leavers" if stage.ends_in_year == 11 else "the cohorts"
    return (
        f"There were no key stage 2 tests in {first} and {last}, so {whose} of {first + later} and "
        f"{last + later} have no start."
    )


def no_sen_code(unknown: int, *, of: int) -> str:
    """That many pupils have no SEN code, and what follows from it.

    >>> no_sen_code(30, of=40)[:61]
    'Of 40 pupils here 30 have no SEN code in the school’s files: '
    """
    return (
        f"Of {pupils(of)} here {unknown:,} {'has' if unknown == 1 else 'have'} no SEN code in the school’s files: "
        "they stand neither among pupils with SEN nor among those without. Where a blank means no SEN, say so when you "
        "load the files on the front page."
    )


def without_a_date(count: int) -> str:
    """Why pupils with a level now are not judged, and where to say of what date it is; '' where there are none.

    >>> without_a_date(1)
    'Of 1 pupil the level now has no date, so it is not judged: give the date when you load the files on the front page.'
    """
    if not count:
        return ""
    return (
        f"Of {pupils(count)} the level now has no date, so it is not judged: "
        "give the date when you load the files on the front page."
    )


def _beside_the_lea(row: pd.Series) -> str:
    """How the rate stands beside the LEA's other schools; nothing where no figure of theirs is held."""
    if pd.isna(row.lea):
        return ""
    few = (
        f", though {row.pupils} {'is' if row.pupils == 1 else 'are'} few to judge by"
        if row.pupils < FEW
        else ""
    )
    verdict = (
        "no clear difference"
        if row.lea_difference == "not clear"
        else f"{row.lea_difference} here{few}"
    )
    return f"The LEA’s other schools: {rounded(row.lea)} %, {verdict}."


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _group(group: str, count: int, framework: Framework) -> str:
    noun = "pupil" if count == 1 else "pupils"
    named = {"all": noun, "SEN": f"{noun} with SEN", "no SEN": f"{noun} without SEN"}
    return named.get(group, f"{noun} ({group_name(group, framework=framework)})")


def _level(entry: str) -> str:
    return (
        f"below level {entry.removeprefix('below ')}"
        if entry.startswith("below")
        else f"level {entry}"
    )
