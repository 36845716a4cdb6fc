"""Charts for the slides of a session: of a sample school, each with what it shows in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from senlib.exports import slides
from senlib.measures.conversion import conversion
from senlib.measures.criteria import criteria
from senlib.measures.proportion import rounded
from senlib.measures.tracking import on_course_rates, track
from senlib.pages.kit import layout, sentences, verdicts
from senlib.school.school import School
from senlib.text import upper_first

# The two sides that a slide lays beside each other, and how a sentence has them.
SIDES = {"SEN": "with", "no SEN": "without"}


@dataclass(frozen=True, kw_only=True, eq=False)
class SlideFigure:
    """A chart, and its caption: whose rates they are, and of what."""

    caption: str
    chart: slides.Chart


def conversion_chart(school: School) -> SlideFigure | None:
    """Pupils with SEN beside pupils without, in the last summer, from one start: of those that matter most, the one with most SEN."""
    stage = school.framework.stage(None)
    table = conversion(
        school,
        subject=school.framework.outcome_subjects()[0],
        reach=stage.converted_at[0],
    )
    rows = _largest_start(table[table["entry"].isin(stage.converted_from)])
    if rows.empty:
        return None
    first = rows.iloc[0]
    whom = f"pupils {sentences.arrived(first.entry, stage=stage)} in {first.subject}, summer {first.cohort}"
    outcome = sentences.reached(first.reach, stage=stage)
    caption = f"{upper_first(whom)}: how many reached {outcome}?"
    return _rates(
        rows,
        labels=[SIDES[group].capitalize() + " SEN" for group in rows["group"]],
        series=f"Reached {outcome}, %",
        caption=caption + _in_england(rows),
        beside=[
            verdicts.beside(row.difference, pupils=int(row.pupils))
            for row in rows.itertuples()
        ],
    )


def _largest_start(table: pd.DataFrame) -> pd.DataFrame:
    """Of the last summer's rates, those of pupils with SEN and without who began where most pupils with SEN did."""
    sides = table[table["group"].isin(list(SIDES)) & (table["pupils"] > 0)]
    groups = sides.groupby(["cohort", "entry"])["group"].transform("nunique")
    rows = _last_summer(sides[groups == len(SIDES)])
    if rows.empty:
        return rows
    with_sen = rows[rows["group"] == "SEN"].set_index("entry")
    return rows[rows["entry"] == with_sen["pupils"].idxmax()]


def _in_england(rows: pd.DataFrame) -> str:
    """What pupils in England with the same start reached; '' where that is not published."""
    published = rows.dropna(subset="national")
    if published.empty:
        return ""
    rates = [
        f"{rounded(row.national)} % of pupils {SIDES[row.group]} SEN"
        for row in published.itertuples()
    ]
    years = layout.years(set(published["national_year"]))
    return f" In England, from the same start ({years}): {' and '.join(rates)}."


def targets_chart(school: School) -> SlideFigure | None:
    """What the framework asks for first, measured in each subject in the last summer that is held."""
    table = criteria(school)
    rows = _last_summer(
        table[table["criterion"] == school.framework.criteria[0].key].dropna(
            subset="percent"
        )
    )
    if rows.empty:
        return None
    first = rows.iloc[0]
    return _rates(
        rows,
        labels=list(rows["subject"]),
        series="Measured, %",
        caption=f"{first.title}, summer {first.cohort}. {_compared_with(rows)}",
        beside=list(map(_beside_target, rows.itertuples())),
    )


def _compared_with(rows: pd.DataFrame) -> str:
    """What the rates are held against: England from the same starts, one target, or a target for each subject."""
    first = rows.iloc[0]
    by_subject = ", ".join(
        f"{row.subject} {rounded(row.target)} %"
        for row in rows.dropna(subset="target").itertuples()
    )
    if summers := set(rows["target_year"].dropna()):
        years = layout.years(summers)
        return f"Pupils with SEN in England who started where they did ({years}): {by_subject}."
    if rows["target"].nunique() == 1:
        return f"To compare with: {first.rule} {rounded(first.target)} %."
    return f"To compare with: {by_subject}."


def _beside_target(row) -> str:
    """How a rate lies beside its target, where England's own figure or a target stands beside it."""
    if not row.judged:
        return ""
    if pd.isna(row.target_year):
        sure = verdicts.target(row.clear, pupils=int(row.pupils))
        return f"{'Met' if row.met else 'Not met'}. {sure}"
    difference = "not clear" if not row.clear else "higher" if row.met else "lower"
    return verdicts.beside(difference, pupils=int(row.pupils))


def course_chart(school: School) -> SlideFigure | None:
    """How many are on course now, with SEN and without, in each year group."""
    subject = school.framework.outcome_subjects()[0]
    tracked = track(school, subject=subject)
    rows = on_course_rates(tracked, framework=school.framework)
    if rows.empty:
        return None
    plan = school.framework.tracking
    labels = [
        f"Year {row.year_group}, {'with SEN' if row.group == 'SEN' else 'without'}"
        for row in rows.itertuples()
    ]
    stage = school.framework.stage(plan.stage)
    whom = f"Pupils {sentences.arrived(plan.entry, stage=stage)} in {subject}"
    outcome = sentences.reached(plan.reach, stage=stage)
    return _rates(
        rows,
        labels=labels,
        series="On course, %",
        caption=f"{whom}: how many are on course for {outcome}?",
        beside=[""] * len(rows),
    )


PICTURES: dict[str, Callable[[School], SlideFigure | None]] = {
    "conversion": conversion_chart,
    "targets": targets_chart,
    "course": course_chart,
}


def _last_summer(rows: pd.DataFrame) -> pd.DataFrame:
    latest = rows["cohort"].max()
    return rows[rows["cohort"] == latest]


def _rates(
    rows: pd.DataFrame,
    *,
    labels: Sequence[str],
    series: str,
    caption: str,
    beside: Sequence[str],
) -> SlideFigure:
    """Rates as bars, each with its n in its label and the interval as a line on it; all of it in words as well.

    `beside` has for each row how it lies beside what the caption names.
    """
    names, says = [], [caption]
    for label, row, verdict in zip(labels, rows.itertuples(), beside, strict=True):
        name = f"{label}: {row.reached} of {row.pupils}"
        between = layout.percent_range(row.percent, row.low, row.high)
        names.append(name)
        says.append(f"{name}, {between}. {verdict}".strip())
    chart = slides.Chart(
        kind="bar",
        table=rows.assign(label=names),
        columns={"label": "Who", "percent": series},
        between={"percent": ("low", "high")},
        says=" ".join(says),
        unit="%",
        most=100,
    )
    return SlideFigure(caption=caption, chart=chart)
