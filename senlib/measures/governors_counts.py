"""What governors may see of a school: pupils with SEN and others, counted, and published under each limit."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from operator import getitem

import pandas as pd

from senlib import national
from senlib.measures import conversion, provision
from senlib.measures._sums import Cell
from senlib.measures.comparison import NO_START
from senlib.measures.counting import UNKNOWN_COHORT, reached
from senlib.measures.expected import expected_outcomes
from senlib.measures.groups import NOT_KNOWN, has_sen
from senlib.measures.proportion import rounded
from senlib.measures.published_table import (
    HIDE_UP_TO,
    PublishedTable,
    publish,
)
from senlib.school.school import School

# Which of a column's labels stands for which of its finest groups.
Labels = Mapping[str, tuple[str, ...]]

# Up to which count is hidden. All are published before the page is shown, and whatever a lower limit hides a higher one hides too.
LIMITS = (HIDE_UP_TO, 10, 15)

# A pupil who misses a tenth of school or more is persistently absent, as DfE counts.
LOW, MIDDLE = 90, 95

# Sums of money to the nearest so many pounds; none of which one pupil makes up more than half.
POUNDS, MOST_OF_ONE = 100, 0.5

# Of each column: its labels, and which of the finest groups each holds. Every label stands whether or not anybody is in it, for
# that it was left out would tell that nobody is.
LABELS: Mapping[str, Labels] = {
    "side": {"all": ("SEN", "no SEN"), "SEN": ("SEN",), "no SEN": ("no SEN",)},
    "progress": {"pupils": ("made", "not made"), "made": ("made",)},
    "attained": {"pupils": ("reached", "not reached"), "reached": ("reached",)},
    "attendance": {
        "all": ("low", "middle", "high", NOT_KNOWN),
        "low": ("low",),
        "middle": ("middle",),
        "high": ("high",),
    },
    "standing": {
        "pupils": ("moving", "not moving", NOT_KNOWN),
        "judged": ("moving", "not moving"),
        "moving": ("moving",),
    },
    "help": {"all": ("has", "has not"), "has": ("has",), "has not": ("has not",)},
}

# Which labels add up to which, as a reader would add them.
TOTALS: Mapping[str, Mapping[Hashable, Sequence[Hashable]]] = {
    "side": {"all": ["SEN", "no SEN"]},
    "progress": {"pupils": ["made", "not made"]},
    "attained": {"pupils": ["reached", "not reached"]},
    "attendance": {"all": ["low", "middle", "high", NOT_KNOWN]},
    "standing": {"pupils": ["judged", NOT_KNOWN], "judged": ["moving", "not moving"]},
    "help": {"all": ["has", "has not"]},
}

# A row beside which a figure of England stands: its table, subject and side.
Row = tuple[str, str, str]


@dataclass(frozen=True)
class England:
    """What the same group in England reached, in whole percent, and of which year that is.

    `alike`: from the starts of the pupils whom it stands beside; else wherever they started. `difference`: how our rate lies beside it
    (higher, lower, not clear), '' where the figure is of another year, of teachers' assessments, or of pupils who started elsewhere.
    """

    percent: int
    year: int
    alike: bool
    difference: str


@dataclass(frozen=True)
class View:
    """All that one reader sees under one limit: published tables, and a rounded sum for headings whose pupils may be shown.

    `pounds` has by heading the sum, and whether it is all that was spent or the least it can be. `england` has figures of
    England for rows whose rate shows; `withheld` says whether some are left out because they could tell where a few started.
    """

    limit: int
    tables: Mapping[str, PublishedTable]
    pounds: Mapping[str, tuple[int, bool]]
    england: Mapping[Row, England]
    withheld: bool

    @property
    def rule(self) -> str:
        """The rule in plain words, and how many counts are hidden on the page."""
        tables = self.tables.values()
        hidden = sum(table.hidden for table in tables)
        counts = sum(len(table.counts) for table in tables)
        small = f"of 1 to {self.limit} pupils"
        if not hidden:
            return f"Nothing is hidden on this page: counts {small} would be, and others with which they could be worked out."
        return (
            f"{hidden} of the {counts} counts on this page are hidden: those {small}, and others from which they could be worked out. "
            "So ‘hidden’ may stand for a large number too."
        )


def tables(
    finished: pd.DataFrame,
    now: pd.DataFrame,
    given: pd.DataFrame,
    *,
    subjects: Sequence[str],
    headings: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """The counts behind the page, as `publish` takes them, by name: progress, attained, absence, attendance, help.

    `finished` has a row for each subject, side, progress and attained, with its pupils (without the column, nothing is said of
    progress, and there is no such table); `now` one for each pupil on roll:
    pupil_id, side, attendance, standing. `given` is a table of what is given (measures.provision.GIVEN) to pupils with SEN.
    """
    now = now.assign(pupils=1)
    sen: dict[str, Labels] = {"side": {"SEN": ("SEN",)}}
    of_heading = {"heading": {heading: (heading,) for heading in headings}}
    subject_labels = {subject: (subject,) for subject in subjects}
    of_subject = {"subject": subject_labels} | _labels("side")
    helped = []
    for heading in headings:
        has_help = _has(now, given, heading)
        rows = now.assign(heading=heading, help=has_help)
        helped.append(rows)
    columns: dict[str, dict[str, Labels]] = {
        "progress": of_subject | _labels("progress"),
        "attained": of_subject | _labels("attained"),
        "absence": _labels("side", "attendance"),
        "attendance": sen | _labels("attendance", "standing"),
        "help": sen | of_heading | _labels("help", "standing"),
    }
    tables = {
        "progress": finished,
        "attained": finished,
        "absence": now,
        "attendance": now,
        "help": pd.concat(helped),
    }
    if "progress" not in finished:
        del columns["progress"]
    return {name: _count_by_labels(tables[name], columns[name]) for name in columns}


def _labels(*names: str) -> dict[str, Labels]:
    return {name: LABELS[name] for name in names}


def _has(now: pd.DataFrame, given: pd.DataFrame, heading: str) -> pd.Series:
    having = given.loc[given["heading"] == heading, "pupil_id"]
    has_help = now["pupil_id"].isin(having)
    return has_help.map({True: "has", False: "has not"})


def known_to_be_the_same(
    counted: Mapping[str, pd.DataFrame],
    *,
    subjects: Sequence[str],
    headings: Sequence[str],
) -> Iterator[tuple[Cell, list[Cell]]]:
    """What a reader knows of cells that no column adds up, as `publish` takes it.

    Those who have help under a heading and those who have not are all pupils with SEN, whatever the heading. And where as many
    pupils take two subjects, a reader will guess that they are the same.
    """
    for heading, standing in product(headings, LABELS["standing"]):
        yield (
            {"side": "SEN", "heading": heading, "standing": standing},
            [{"side": "SEN", "standing": standing}],
        )
    rows = counted["attained"]
    rows = rows[rows["attained"] == "pupils"]
    counts = rows.set_index(["side", "subject"])["pupils"]
    for (one, other), side in product(pairwise(subjects), LABELS["side"]):
        of_side = counts[side]
        if of_side[one] == of_side[other]:
            cell = {"subject": one, "side": side}
            yield cell, [cell | {"subject": other}]


def published_view(
    counted: Mapping[str, pd.DataFrame],
    given: pd.DataFrame,
    *,
    subjects: Sequence[str],
    headings: Sequence[str],
    limit: int,
) -> View:
    # All in one call: two tables that are safe apart can give a count away side by side.
    also = known_to_be_the_same(counted, subjects=subjects, headings=headings)
    published = publish(counted, totals=TOTALS, also=also, hide_up_to=limit)
    helped = published["help"]
    spent = pounds(given, helped=helped, headings=headings, limit=limit)
    return View(limit, published, spent, {}, False)


def pounds(
    given: pd.DataFrame, *, helped: PublishedTable, headings: Sequence[str], limit: int
) -> dict[str, tuple[int, bool]]:
    """By heading what is spent in a year, rounded, and whether that is all of it, where nobody's share can be told from it.

    A heading is left out where the number of its pupils is hidden, where costs are known of no more than `limit` pupils, or where
    one pupil makes up more than half. There is no sum over headings, from which one that is left out could be worked out.
    """
    sums = {}
    for heading in headings:
        of_heading = given[given["heading"] == heading]
        costs = of_heading.groupby("pupil_id")["cost"]
        costs = costs.agg(["sum", "count", "size"])
        priced = costs.loc[costs["count"] > 0, "sum"]
        whole_sum = float(priced.sum())
        cell = {"side": "SEN", "heading": heading, "help": "has"}
        pupils = helped.value(standing="pupils", **cell)
        if pupils is None or len(priced) <= limit:
            continue
        if priced.max() > MOST_OF_ONE * whole_sum:
            continue
        is_all = costs["count"].equals(costs["size"])
        in_pounds = POUNDS * rounded(whole_sum / POUNDS)
        sums[heading] = (in_pounds, is_all)
    return sums


def _count_by_labels(rows: pd.DataFrame, columns: Mapping[str, Labels]) -> pd.DataFrame:
    """Pupils by these columns, with a row for each combination of their labels."""
    pupils = rows.groupby(list(columns))["pupils"]
    leaves = pupils.sum().to_dict()
    counts = []
    for labels in product(*columns.values()):
        of_labels = map(getitem, columns.values(), labels)
        count = sum(leaves.get(group, 0) for group in product(*of_labels))
        counts.append((*labels, int(count)))
    return pd.DataFrame(counts, columns=[*columns, "pupils"])


def latest_summer(school: School) -> int:
    """The latest summer in which most of the core subjects are finished; UNKNOWN_COHORT where there is none."""
    counts = _band_counts(school)
    core = school.framework.core_subjects()
    counts = counts[counts["subject"].isin(core)]
    finished = counts.groupby("cohort")["subject"].nunique()
    # One core subject that was taken early makes no summer.
    summers = finished.index[finished == finished.max()]
    return int(max(summers, default=UNKNOWN_COHORT))


def counts_of_summer(school: School, *, cohort: int) -> pd.DataFrame:
    counts = _band_counts(school)
    return counts[counts["cohort"] == cohort]


def _band_counts(school: School) -> pd.DataFrame:
    stage = school.framework.stage().name
    return conversion.band_counts(school, stage=stage, by="sen_provision")


def most_without_start(counts: pd.DataFrame) -> bool:
    """Whether of most of the counted pupils the start is not known, so that nothing is said of progress."""
    pupils = counts["pupils"]
    unknown = pupils[counts["entry"] == NO_START].sum()
    return bool(2 * unknown > pupils.sum())


def sen_on_roll(codes: pd.Series, *, school: School) -> str:
    """Whether any of the pupils on roll have SEN, in a word: some, none, empty (nobody is on roll) or not known (some have no code)."""
    if codes.empty:
        return "empty"
    have_sen = has_sen(codes, framework=school.framework)
    if have_sen.any():
        return "some"
    return "not known" if (codes == "").any() else "none"


def finished(
    counts: pd.DataFrame, *, school: School, cohort: int, figures: pd.DataFrame | None
) -> pd.DataFrame:
    """Pupils of a cohort's counts whose start is known: subject, pupils, side, progress (made, not made), attained (reached, not reached).

    Both measures are of the same pupils. Had one of them all and the other those whose start is known, a reader would subtract,
    and to guard the few between them the figures themselves would have to be hidden. Where the start of most is not known,
    there is no progress, and attained is of all.
    """
    framework = school.framework
    stage = framework.stage()
    at_least = reached(counts, reach=stage.converted_at[0], stage=stage)
    table = counts[["subject", "pupils"]].assign(
        side=counts["sen_provision"].map(framework.sen_groups),
        progress=_progress(counts, school=school, cohort=cohort, figures=figures),
        attained=at_least.map({True: "reached", False: "not reached"}),
    )
    table = table.dropna(subset="side")
    if most_without_start(counts):
        return table.drop(columns="progress")
    return table[table["progress"] != ""]


def _progress(
    counts: pd.DataFrame, *, school: School, cohort: int, figures: pd.DataFrame | None
) -> list[str]:
    """Whether the pupils of each counted pair made the gain that the framework expects; '' where their start is not known."""
    stage = school.framework.stage()
    if stage.expected:  # a gain in whole levels, as in Task 3
        gains = conversion.gained(counts, stage=stage)
        gained = gains.map({True: "made", False: "not made"})
        starts = list(stage.expected)
        has_start = counts["entry"].isin(starts)
        return list(gained.where(has_start, ""))
    table = expected_outcomes(
        framework=school.framework, stage=stage, cohort=cohort or None, figures=figures
    )
    expected = table.set_index(["subject", "entry"])["expected"]
    scale, progress = stage.outcome_scale, []
    for row in counts.itertuples():
        start = national.subject(row.subject), row.entry
        outcome = expected.get(start)
        if row.entry not in stage.bands or outcome is None:
            progress.append("")
            continue
        gained = scale.reached(row.outcome, reach=outcome)
        progress.append("made" if gained else "not made")
    return progress


def pupils_now(school: School) -> pd.DataFrame:
    """Pupils on roll whose SEN code and attendance are known: pupil_id, side, attendance (low, middle, high), standing.

    The few whose attendance is not known are left out of all that is said of pupils now: between a figure with them and one
    without them a reader would subtract. Where it is known of less than half, it is so of nobody, and none is left out.
    """
    pupils = school.pupils[school.pupils["on_roll"] == "Y"]
    standings = provision.standing(school).set_index("pupil_id")
    standing = pupils["pupil_id"].map(standings["standing"])
    labels = {"moving": "moving", "stuck": "not moving", "partly": "not moving"}
    table = pupils[["pupil_id"]].assign(
        side=pupils["sen_provision"].map(school.framework.sen_groups),
        attendance=list(map(_attendance_band, pupils["attendance"])),
        standing=standing.map(labels).fillna(NOT_KNOWN),
    )
    table = table.dropna(subset="side")
    is_recorded = table["attendance"] != NOT_KNOWN
    if 2 * is_recorded.sum() > len(table):
        return table[is_recorded]
    return table.assign(attendance=NOT_KNOWN)


def _attendance_band(percent: float) -> str:
    """In which band an attendance lies.

    >>> [_attendance_band(percent) for percent in (90.0, 90.1, 95.0, 95.1, float("nan"))]
    ['low', 'middle', 'middle', 'high', 'not known']
    """
    if pd.isna(percent):
        return NOT_KNOWN
    if percent <= LOW:
        return "low"
    return "middle" if percent <= MIDDLE else "high"
