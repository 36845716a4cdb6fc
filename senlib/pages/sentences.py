"""Sentences made from figures: the answer a page gives first, and how sure one can be of it."""

from __future__ import annotations

import pandas as pd

from senlib.frameworks import Framework, Stage
from senlib.measures.groups import group_name
from senlib.measures.proportion import FEW, rounded


def pupils(count: int) -> str:
    """A number of pupils in words.

    >>> pupils(1), pupils(1200)
    ('1 pupil', '1,200 pupils')
    """
    return f"{count:,} pupil{'' if count == 1 else 's'}"


def arrived(entry: str, *, stage: Stage) -> str:
    """How pupils came in, as one says it.

    >>> from senlib.frameworks import load
    >>> arrived("3", stage=load("levels").stage()), arrived("90-95.5", stage=load("gcse").stage())
    ('who arrived at level 3', 'who arrived with a score of 90-95.5')
    """
    if entry == "all":
        return "in all entry bands together"
    if entry == "none":
        return f"whose {stage.entry_stage} result is not known"
    if not stage.averaged:
        return f"who {'arrived' if stage.ends_in_year == 9 else 'entered'} {'' if entry.startswith('below') else 'at '}{_level(entry)}"
    return f"who arrived with a score {'below 80' if entry == '<80' else f'of {entry}'}"


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
    ...     high=58.9, national=28.0, national_year=2004, difference="higher", without_result=2))
    >>> conversion_answer(row, framework=load("levels"), stage=load("levels").stage())
    'Of 43 pupils with SEN who arrived at level 3 in English, 19 reached level 5 or above: 44 %, likely between 30 and 59 %. Nationally 28 % (2004): higher here, by more than chance.'
    """
    who = f"{_group(row.group, row.pupils, framework)} {arrived(row.entry, stage=stage)} in {row.subject}"
    if row.pupils == 0:
        return f"There are no {_group(row.group, 2, framework)} {arrived(row.entry, stage=stage)} in {row.subject}."
    first = (
        f"Of {row.pupils:,} {who}, {row.reached:,} reached {reached(row.reach, stage=stage)}: {rounded(row.percent)} %, "
        f"likely between {rounded(row.low)} and {rounded(row.high)} %."
    )
    return f"{first} {_compared(row)}"


def peers_answer(sen: pd.Series, others: pd.Series, *, stage: Stage) -> str:
    """How pupils with SEN did beside their peers with the same start, and whether the intervals leave a doubt."""
    gap = rounded(others.percent) - rounded(sen.percent)
    apart = sen.high < others.low or others.high < sen.low
    start = f"Of those {arrived(sen.entry, stage=stage)} in {sen.subject}, {rounded(sen.percent)} % of pupils with SEN and {rounded(others.percent)} % of the others reached {reached(sen.reach, stage=stage)}"
    if gap == 0:
        return f"{start}: no gap."
    size = f"a gap of {abs(gap)} percentage point{'' if abs(gap) == 1 else 's'}{'' if gap > 0 else ' in favour of pupils with SEN'}"
    sure = "more than chance would make" if apart else "which chance alone could make with so few pupils" if min(sen.pupils, others.pupils) < FEW else "which chance alone could make"
    return f"{start}: {size}, {sure}."


def criterion_answer(row: pd.Series) -> str:
    """One criterion's line of the scorecard, in words."""
    if pd.isna(row.percent):
        return "There are no such pupils, so it cannot be measured."
    if pd.isna(row.target):
        return f"{rounded(row.percent)} %, likely between {rounded(row.low)} and {rounded(row.high)} %. No figure to compare with is held."
    if row.criterion.startswith("attendance"):
        return _attendance_answer(row)
    state = "Met" if row.met else f"Not met: {pupils(int(row.more))} more would meet it"
    return f"{state}. {_sure(row)}"


def _attendance_answer(row: pd.Series) -> str:
    if row.met:
        return f"Met. {_sure(row)}"
    lift = f"it would be met if the {pupils(int(row.more))} who attend least came {row.target:g} % of the time"
    return f"Not met: {lift}. {_sure(row)}"


def _sure(row: pd.Series) -> str:
    if row.clear:
        return "Clearly so: chance would not make it."
    few = f"With {pupils(int(row.pupils))}" if row.pupils >= FEW else f"With only {pupils(int(row.pupils))}"
    return f"{few} one cannot be sure: the target lies within the likely range, {rounded(row.low)} to {rounded(row.high)} %."


def _compared(row: pd.Series) -> str:
    if pd.isna(row.national):
        return "No national figure is held for this."
    held = f"Nationally {rounded(row.national)} % ({row.national_year})"
    if row.difference == "not clear" and row.pupils < FEW:
        return f"Too few pupils ({row.pupils}) to tell from the national figure, {rounded(row.national)} % ({row.national_year})."
    if row.difference == "not clear":
        return f"{held}: no clear difference, it lies within the likely range."
    return f"{held}: {row.difference} here, by more than chance."


def _group(group: str, count: int, framework: Framework) -> str:
    noun = "pupil" if count == 1 else "pupils"
    named = {"all": noun, "SEN": f"{noun} with SEN", "no SEN": f"{noun} without SEN"}
    return named.get(group, f"{noun} ({group_name(group, framework=framework)})")


def _level(entry: str) -> str:
    return f"below level {entry.removeprefix('below ')}" if entry.startswith("below") else f"level {entry}"
