"""England beside a school's published rates: what the same group reached there, from the starts of the pupils whom a rate counts.

Beside a published rate stands what the same group in England reached from the starts of the very pupils that it counts: a whole
percent, a mean over their starts. How many started where is nowhere published, so `_means_that_tell_of_nobody` lets a mean out
only where that stays so. First, the rate beside it shows: more than a handful stand behind it, and the verdict is made of its two counts.
Second, `mixes.could_differ` finds for every start with few pupils another number of them with which each mean, and each verdict,
of both questions and all subjects would be just as it is. Where it finds none, there is no mean. What a mean still tells is said
of the whole group, as with the rate itself: that pupils with SEN started lower.
The few whose start is not known are counted nowhere on the page, and how many they are is not said: it would be a small count.

The gap beside peers stays that of the two published rates. Whether a pupil made the expected gain is measured from her own start,
and what each group made in England from the same starts stands beside it. A gap taken start by start would be made of a hundred
counts that are not published, without telling a governor more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from senlib import national
from senlib.measures import conversion
from senlib.measures.comparison import ALL_BANDS, can_judge
from senlib.measures.counting import UNKNOWN_COHORT
from senlib.measures.expected import made_in_england
from senlib.measures.governors_counts import (
    England,
    Row,
    View,
    counts_of_summer,
    most_without_start,
)
from senlib.measures.mixes import Mean, could_differ
from senlib.measures.proportion import compared, rounded, wilson
from senlib.school.school import School

# Which label of a table counts those who got there.
GOT_THERE = {"attained": "reached", "progress": "made"}

# England's mean beside each row, and the year of its figures.
Means = dict[Row, tuple[Mean, int]]

# In place of a percentage that England lacks for a start: so far off that no mean could hide a pupil there.
_NO_FIGURE = 1e6


@dataclass(frozen=True)
class EnglandFigures:
    """What England reached beside a school's summer.

    by_start: subject, side, entry, pupils (here), and for each of GOT_THERE its percent in England and that figure's year
    (`attained_year`). whole: a conversion table's rows for pupils of all starts, by subject and side. starts_known: whether
    the start of most pupils is known.
    """

    by_start: pd.DataFrame
    whole: pd.DataFrame
    starts_known: bool
    cohort: int


def england_figures(
    school: School,
    *,
    subjects: Sequence[str],
    cohort: int,
    figures: pd.DataFrame | None,
) -> EnglandFigures:
    """England's figures for a cohort, as Tasks 1 and 3 take them."""
    stage = school.framework.stage()
    reach = stage.converted_at[0]
    table = conversion.conversion(
        school, stage=stage.name, reach=reach, figures=figures
    )
    table = table[
        (table["cohort"].fillna(UNKNOWN_COHORT) == cohort)
        & table["group"].isin(["SEN", "no SEN"])
        & table["subject"].isin(subjects)
    ].rename(columns={"group": "side"})
    names = {"expected_percent": "attained", "expected_year": "attained_year"}
    is_band = table["entry"].isin(stage.bands)
    starts = table[is_band].rename(columns=names)
    starts = starts[["subject", "side", "entry", "pupils", *names.values()]]
    subjects_here = starts["subject"]
    starts["in_england"] = subjects_here.map(national.subject)
    progress = made_in_england(
        framework=school.framework, stage=stage, cohort=cohort or None, figures=figures
    )
    names = {"subject": "in_england", "group": "side"}
    names |= {"percent": "progress", "year": "progress_year"}
    progress = progress.rename(columns=names)
    by_start = starts.merge(
        progress[["entry", *names.values()]],
        on=["in_england", "side", "entry"],
        how="left",
    )
    return EnglandFigures(
        by_start=by_start,
        whole=table[table["entry"] == ALL_BANDS],
        starts_known=not most_without_start(counts_of_summer(school, cohort=cohort)),
        cohort=cohort,
    )


def with_england(view: View, *, england: EnglandFigures, lower: View | None) -> View:
    """The view with figures of England beside its rates; under a higher limit none that a lower one has not."""
    alike, withheld = _means_that_tell_of_nobody(view, england=england)
    if lower is not None:
        before = {row for row, figure in lower.england.items() if figure.alike}
        withheld = withheld or bool(set(alike) - before)
        alike = {row: figure for row, figure in alike.items() if row in before}
    beside = _wherever_they_started(view, england=england) | alike
    return replace(view, england=beside, withheld=withheld)


def _means_that_tell_of_nobody(
    view: View, *, england: EnglandFigures
) -> tuple[dict[Row, England], bool]:
    """What England reached from these pupils' starts, for rows whose rate shows; and whether that is kept back somewhere.

    As the module says, none is given where it could tell where a few pupils started. Of the two questions it is then
    given for the second alone, if that is safe.
    """
    figures: dict[Row, England] = {}
    withheld, cohort = False, england.cohort
    if not england.starts_known:
        return figures, withheld
    for _, of_side in england.by_start.groupby("side"):
        means = _means(view, of_side)
        safe = _safe(means, view.limit)
        withheld = withheld or len(safe) < len(means)
        for row, (mean, year) in safe.items():
            verdict = _difference(mean, year=year, cohort=cohort)
            percent = rounded(mean.percent)
            figures[row] = England(percent, year, True, verdict)
    return figures, withheld


def _safe(means: Means, limit: int) -> Means:
    """All means, or else those of the second question, or else none: the most that may show together."""
    second = {row: mean for row, mean in means.items() if row[0] == "attained"}
    for some in (means, second):
        together = [mean for mean, _ in some.values()]
        if could_differ(together, hide_up_to=limit):
            return some
    return {}


def _means(view: View, of_side: pd.DataFrame) -> Means:
    """For each row of one side whose rate shows, what England reached from its pupils' starts, and in which year."""
    entries = sorted(of_side["entry"].unique())
    side = of_side["side"].iloc[0]
    means = {}
    subjects = of_side.groupby("subject", sort=False)
    for name, (subject, of_subject) in product(GOT_THERE, subjects):
        rows = of_subject.set_index("entry").reindex(entries)
        pupils = rows["pupils"].fillna(0)
        counts = _published_counts(view, (name, subject, side))
        # The figure is of the pupils whom the row counts, or there is none.
        total = pupils.sum()
        if counts is None or counts[1] != total:
            continue
        is_unknown = rows[name].isna()
        if is_unknown[pupils > 0].any():
            continue
        percents, bounds = rows[name].fillna(_NO_FIGURE), _bounds(counts)
        whole = tuple(map(int, pupils))
        mean = Mean(whole, tuple(percents), *bounds)
        year = int(rows[f"{name}_year"].max())
        means[name, subject, side] = (mean, year)
    return means


def _published_counts(view: View, row: Row) -> tuple[int, int] | None:
    """How many got there, and of how many, of one row; None where one of them is hidden, or there is nobody."""
    name, subject, side = row
    if name not in view.tables:
        return None
    cell = {"subject": subject, "side": side, name: "pupils"}
    pupils = view.tables[name].value(**cell)
    cell[name] = GOT_THERE[name]
    reached = view.tables[name].value(**cell)
    return (reached, pupils) if pupils and reached is not None else None


def _bounds(counts: tuple[int, int]) -> tuple[float, float]:
    """The bounds of the likely range of a rate, in percent, of how many got there and of how many."""
    reached, pupils = counts
    rate = wilson(pd.Series([reached]), pd.Series([pupils])).iloc[0]
    return rate["low"], rate["high"]


def _wherever_they_started(
    view: View, *, england: EnglandFigures
) -> dict[Row, England]:
    """England's figure for all of a group, wherever they started, for rows whose rate shows.

    Where starts are known it is not like with like, so no verdict stands beside it. Where they are not, it stands there for its own
    summer alone.
    """
    figures = {}
    for row in england.whole.itertuples():
        at = ("attained", row.subject, row.side)
        counts = _published_counts(view, at)
        if pd.isna(row.national) or counts is None:
            continue
        year, verdict = int(row.national_year), ""
        percent = rounded(row.national)
        if not england.starts_known:
            if year != england.cohort:
                continue
            crude = Mean((1,), (row.national,), *_bounds(counts))
            verdict = _difference(crude, year=year, cohort=year)
        figures[at] = England(percent, year, False, verdict)
    return figures


def _difference(mean: Mean, *, year: int, cohort: int) -> str:
    """How a rate lies beside a figure of England; '' unless that is of the same summer, and of examinations."""
    if not can_judge(pd.Series([year]), pd.Series([cohort]))[0]:
        return ""
    bounds = pd.Series([mean.low]), pd.Series([mean.high])
    percent = pd.Series([mean.percent])
    return str(compared(*bounds, percent)[0])
