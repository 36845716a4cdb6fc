"""Tracking (Task 4): the pupils who entered in a band, where they are now, who is on course and who is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Scale, Stage
from senlib.measures.counting import UNKNOWN_COHORT, current, pairs
from senlib.measures.entries import PUPIL_SUBJECT, bands_of, entries_of, entry_texts
from senlib.measures.expected import expected_outcomes
from senlib.measures.groups import NOT_KNOWN
from senlib.measures.proportion import with_interval
from senlib.school.cache import kept
from senlib.school.school import School, current_academic_year

PEOPLE = [
    *("pupil_id", "forename", "surname", "year_group", "form"),
    *("sen_provision", "need", "attendance"),
]

# Points of a whole level: the gain between two neighbouring levels.
LEVEL_POINTS = 6

# Why it cannot be said whether a pupil is on course. NO_POINTS: W, a P level or a code stands at one end.
NO_START = "no start"
NO_NOW = "no result now"
NO_DATE = "no date"
NO_POINTS = "no points"

# Where a pupil stands, in words.
STUCK, STUCK_ON_COURSE = "stuck", "stuck, though on course"
ON_COURSE, BEHIND = "on course", "behind"
NOT_STUCK = "not stuck"

_TRACKED = [
    *("subject", *PEOPLE[:5], "set", *PEOPLE[5:]),
    *("entry", "entry_band", "entry_by_teacher", "now", "now_date"),
    *("gain", "on_course", "stuck", "standing", "unjudged"),
]

# Subjects that are taught in sets, and the column of pupils that has their set.
_SETS = {
    "English": "set_english",
    "English Language": "set_english",
    "English Literature": "set_english",
    "Mathematics": "set_mathematics",
    "Science": "set_science",
    "Combined Science": "set_science",
    "ICT": "set_ict",
}


class TrackedRow(Protocol):
    """A pupil in a subject: the entry, and what the pupil is said to stand at now."""

    subject: str
    entry: str
    entry_band: str
    entry_points: float
    now: str
    now_points: float
    now_date: str
    year_group: int


class TrackingVerdict(NamedTuple):
    """How far a pupil has come: gain in levels, on course, stuck (each None where it cannot be said) and why it cannot."""

    gain: float | None
    on_course: bool | None
    stuck: bool | None
    unjudged: str


class Aim(NamedTuple):
    """What pupils are judged by: the outcome to reach in a stage, as of a school year, beside England's figures."""

    framework: Framework
    stage: Stage
    reach: str
    academic_year: int
    figures: pd.DataFrame | None


def track(
    school: School,
    *,
    subject: str | None = None,
    entry: str | Sequence[str] | None = None,
    reach: str | None = None,
    years: Sequence[int] | None = None,
    figures: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Pupils on roll in `years` who entered in `entry`, with where they are now; one row for each pupil and subject.

    Columns: subject, pupil_id, forename, surname, year_group, form, set, sen_provision, need, attendance, entry (as given),
    entry_band, entry_by_teacher, now (the newest that is a result), now_date, gain (levels, one decimal; missing where it is not
    known), on_course and stuck (each missing where it cannot be said), standing (both in words, as `standing` says) and unjudged
    (why on_course, or both, cannot be said: one of NO_START, NO_NOW, NO_DATE and NO_POINTS, else ''). How the two are judged
    stands in the framework's tracking.
    `figures` are England's, where others than the package's are to be used.

    >>> from senlib import open_sample
    >>> table = track(open_sample("levels"), subject="English")
    >>> set(table["entry_band"]), sorted(table["year_group"].unique().tolist())
    ({'3'}, [7, 8, 9])
    """
    framework, plan = school.framework, school.framework.tracking
    stage = framework.tracked_stage
    if isinstance(entry, str):
        entry = [entry]
    bands = _known_bands(entry or [plan.entry], stage)
    reach = reach or plan.reach
    aim = Aim(framework, stage, reach, school.academic_year, figures)
    stage.outcome_scale.lowest(reach)  # an error even where there are no pupils
    followed = list(years or plan.years)
    pupils = school.pupils.query("on_roll == 'Y'")
    pupils = pupils[pupils["year_group"].isin(followed)]
    rows = _entries_by_subject(school, pupils, stage, subject)
    rows = rows[rows["entry_band"].isin(bands)]
    rows = rows.merge(pupils, on="pupil_id")
    now = _now(school)
    rows = rows.merge(now, on=PUPIL_SUBJECT, how="left")
    rows = rows.fillna({"now": "", "now_date": ""})
    judge = _on_a_line if plan.method == "line" else _by_forecast
    rows = _with_verdicts(rows, judge(rows, aim))
    rows["set"] = _set_of(rows)
    return _by_name(rows, framework)[_TRACKED]


def standing(*, on_course: bool | None, stuck: bool | None) -> str:
    """Where a pupil stands, in words. A pupil who is behind and stuck is called stuck.

    >>> standing(on_course=True, stuck=True), standing(on_course=False, stuck=False)
    ('stuck, though on course', 'behind')
    >>> standing(on_course=None, stuck=False), standing(on_course=None, stuck=None)
    ('not stuck', 'not known')
    """
    if stuck:
        return STUCK_ON_COURSE if on_course else STUCK
    if on_course is not None:
        return ON_COURSE if on_course else BEHIND
    return NOT_KNOWN if stuck is None else NOT_STUCK


def undated(tracked: pd.DataFrame) -> pd.DataFrame:
    """The rows of a `track` table in which the level now is not judged for want of a date.

    Where pupils are judged by what they are heading for, no date is needed.

    >>> from senlib import open_sample
    >>> len(undated(track(open_sample("levels"), subject="English")))
    0
    """
    return tracked[tracked["unjudged"] == NO_DATE]


def on_course_rates(tracked: pd.DataFrame, *, framework: Framework) -> pd.DataFrame:
    """Of pupils of whom it can be said, how many are on course; one row for each year group, with SEN and without.

    `tracked` is a table of `track`, of one subject. Columns: year_group, group (SEN, no SEN), pupils (the denominator: those
    whose on_course is not missing), reached, percent, low, high (Wilson, 95 %, in percent). Of pupils whose SEN code is
    blank the group is not known: they are in neither.

    >>> from senlib import open_sample
    >>> school = open_sample("levels")
    >>> table = on_course_rates(track(school, subject="English"), framework=school.framework)
    >>> table[["year_group", "group"]].values.tolist()[:3]
    [[7, 'SEN'], [7, 'no SEN'], [8, 'SEN']]
    """
    judged = tracked[tracked["on_course"].notna()]
    judged = judged.assign(
        group=judged["sen_provision"].map(framework.sen_groups),
        reached=judged["on_course"].astype("int64"),
    )
    # In their order as they are read: with SEN first.
    groups = judged.groupby(["year_group", "group"])["reached"]
    table = groups.agg(pupils="size", reached="sum")
    return with_interval(table.reset_index())


def people_in_cell(
    school: School,
    *,
    stage: str | None,
    subject: str,
    cohort: int | None,
    entry: str,
    outcome: str,
) -> pd.DataFrame:
    """Who stands in a cell of the matrix: the columns of pupils that name and place them, entry_result and outcome_result.

    `entry` is a band and `outcome` a whole level or grade, as in the matrix.
    """
    of_stage = school.framework.stage(stage)
    rows = pairs(school, stage=of_stage, columns=PEOPLE[1:])
    in_cohort = rows["cohort"] == (cohort or UNKNOWN_COHORT)
    rows = rows[in_cohort & (rows["subject"] == subject)]
    step = rows["outcome"].map(of_stage.outcome_scale.step)
    from_band = bands_of(rows, stage=of_stage) == entry
    rows = rows[from_band & (step == outcome)]
    rows = rows.assign(
        entry_result=entry_texts(rows),
        outcome_result=rows["outcome"].replace("", "no result"),
    )
    columns = [*PEOPLE, "entry_result", "outcome_result"]
    in_order = ["surname", "forename", "pupil_id"]
    return rows.sort_values(in_order, ignore_index=True)[columns]


def _known_bands(bands: Sequence[str], stage: Stage) -> Sequence[str]:
    for band in bands:
        if band not in stage.starts:
            raise KeyError(f"{band!r} is no entry band: {', '.join(stage.bands)}, none")
    return bands


@kept
def _now(school: School) -> pd.DataFrame:
    scale = school.framework.scale_of("now")
    return current(school.results, scale=scale)


@kept
def _entries(school: School) -> pd.DataFrame:
    stage = school.framework.tracked_stage
    return entries_of(school.results, stage=stage)


def _by_name(rows: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The rows by subject in the framework's order, year group and name."""
    order = pd.Index(framework.outcome_subjects())
    rows["place"] = order.get_indexer(rows["subject"])
    keys = ["place", "year_group", "surname", "forename", "pupil_id"]
    return rows.sort_values(keys, ignore_index=True)


def _entries_by_subject(
    school: School, pupils: pd.DataFrame, stage: Stage, subject: str | None
) -> pd.DataFrame:
    """Each pupil's entry in each subject that is followed: its own where entry is by subject, else the average for each."""
    subjects = school.framework.outcome_subjects()
    if subject:
        subjects = [school.framework.subject(subject) or subject]
    keys, entries = PUPIL_SUBJECT, _entries(school)
    if stage.averaged:
        keys = ["pupil_id"]
        entries = entries.drop(columns="subject")
    types = {"entry": "str", "entry_kind": "str", "entry_points": "float64"}
    # Whoever has no row of results on entry is a pupil whose start is not known, and no less a pupil.
    followed = pd.DataFrame({"subject": subjects})
    rows = pupils[["pupil_id"]].merge(followed, how="cross")
    entries = entries.astype(types)
    rows = rows.merge(entries, on=keys, how="left")
    rows = rows.fillna({"entry": "", "entry_kind": ""})
    return rows.assign(
        entry=entry_texts(rows),
        entry_band=bands_of(rows, stage=stage),
        entry_by_teacher=rows["entry_kind"] == "teacher",
    ).drop(columns="entry_kind")


def _set_of(rows: pd.DataFrame) -> pd.Series:
    """The set in the row's own subject, where the school has one."""
    sets = pd.Series("", index=rows.index, dtype="str")
    for subject, column in _SETS.items():
        sets = sets.mask(rows["subject"] == subject, rows[column])
    return sets


def years_into(
    now_date: str, *, year_group: int, academic_year: int, first_year: int
) -> float:
    """How many school years a pupil had spent from the start of `first_year` to a date; `year_group` is that of `academic_year`.

    A school year runs from 1 September, and is over in July. A result of an earlier school year is of an earlier year group.

    >>> years_into("2004-12-10", year_group=8, academic_year=2005, first_year=7)
    1.33
    >>> years_into("2004-07-15", year_group=8, academic_year=2005, first_year=7)
    1.0
    >>> years_into("2004-06-01", year_group=7, academic_year=2005, first_year=7)
    0.0
    """
    day = date.fromisoformat(now_date)
    school_year = current_academic_year(day)
    first_day = date(school_year - 1, 9, 1)
    days = (day - first_day).days
    # In August the next school year has begun, and nothing of it has gone.
    gone = min(max(days / 303, 0.0), 1.0)
    group_then = year_group - (academic_year - school_year)
    return max(group_then - first_year + round(gone, 2), 0.0)


def _on_a_line(rows: pd.DataFrame, aim: Aim) -> list[TrackingVerdict]:
    """Levels: on course when at or above the straight line from entry to the lowest points of `reach` at the stage's end.

    Stuck when a year or more has passed and the level now is no higher than on entry. Where the level now has no date,
    nobody can say how much time it took: neither is judged. From a start that carries no points no line can be drawn; and
    where two results stand in no order, as W and a P level, it is not known either whether the pupil is stuck.
    """
    return [_judged_on_a_line(row, aim) for row in rows.itertuples()]


def _judged_on_a_line(row: TrackedRow, aim: Aim) -> TrackingVerdict:
    scale = aim.stage.outcome_scale
    from_points = scale.carries_points(row.entry)
    at_points = scale.carries_points(row.now)
    gain = None
    if from_points and at_points:
        points = row.now_points - row.entry_points
        gain = round(points / LEVEL_POINTS, 1)
    higher = scale.above(row.now, than=row.entry)
    if why := _why_not_at_all(row, scale, higher):
        return TrackingVerdict(gain, None, None, why)
    years = years_into(
        row.now_date,
        year_group=int(row.year_group),
        academic_year=aim.academic_year,
        first_year=aim.stage.ends_in_year - 2,
    )
    stuck = years >= 1 and not higher
    if not from_points:
        return TrackingVerdict(gain, None, stuck, NO_POINTS)
    target = scale.lowest(aim.reach) + 1  # the middle of the lowest sub-level
    rise = (target - row.entry_points) * min(years / 3, 1)
    # Whatever has no points lies below level 1, and so below every line.
    on_course = at_points and row.now_points >= row.entry_points + rise
    return TrackingVerdict(gain, bool(on_course), stuck, "")


def _why_not_at_all(row: TrackedRow, scale: Scale, higher: bool | None) -> str:
    """Why neither can be said of a row, by levels; '' where something can."""
    if not scale.is_grade(row.now):
        return NO_NOW
    if pd.isna(row.entry_points):
        return NO_START
    if higher is None:
        return NO_POINTS
    return "" if row.now_date else NO_DATE


def _by_forecast(rows: pd.DataFrame, aim: Aim) -> list[TrackingVerdict]:
    """GCSE: on course when heading for `reach` or better; stuck when below what three in four with the same start reached."""
    # The pupils are still at school: the newest edition with examinations stands beside them.
    quarter = expected_outcomes(
        framework=aim.framework, stage=aim.stage, share=0.75, figures=aim.figures
    )
    floors = quarter.set_index(["subject", "entry"])["expected"]
    verdicts = []
    for row in rows.itertuples():
        subject = national.subject(row.subject)
        floor = floors.get((subject, row.entry_band))
        verdicts.append(_judged_by_forecast(row, aim, floor))
    return verdicts


def _judged_by_forecast(
    row: TrackedRow, aim: Aim, floor: str | None
) -> TrackingVerdict:
    scale = aim.stage.outcome_scale
    if scale.is_other(row.now):  # heading for no GCSE in it
        return TrackingVerdict(None, False, None, "")
    if pd.isna(row.now_points):
        return TrackingVerdict(None, None, None, NO_NOW)
    on_course = scale.reached(row.now, reach=aim.reach)
    if floor is None:
        return TrackingVerdict(None, on_course, None, "")
    stuck = bool(row.now_points < scale.points(floor))
    return TrackingVerdict(None, on_course, stuck, "")


def _with_verdicts(
    rows: pd.DataFrame, verdicts: Sequence[TrackingVerdict]
) -> pd.DataFrame:
    """The rows with gain, on_course, stuck, standing and unjudged."""
    words = [standing(on_course=each.on_course, stuck=each.stuck) for each in verdicts]
    columns = TrackingVerdict._fields
    table = pd.DataFrame(verdicts, rows.index, columns)
    types = {"gain": "Float64", "on_course": "boolean", "stuck": "boolean"}
    table = table.astype(types).assign(standing=words)
    return rows.join(table)
