"""Criteria (Task 3): what was measured against each target, whether n lets one tell, and how many more pupils would meet it."""

from __future__ import annotations

import math

import pandas as pd

from senlib import national
from senlib.frameworks import Criterion, Framework, Stage
from senlib.measures.conversion import ALL_BANDS, Denominator, band_counts, rates
from senlib.measures.counting import UNKNOWN_COHORT, bands_of, entries_of
from senlib.measures.groups import has_sen, with_groups
from senlib.measures.proportion import compared, mean_interval, more_needed
from senlib.school.school import School

COLUMNS = [
    "criterion",
    "title",
    "subject",
    "cohort",
    "pupils",
    "without_result",
    "reached",
    "percent",
    "low",
    "high",
    "rule",
    "target",
    "met",
    "clear",
    "more",
    "hidden",
    "by_teacher",
    "source",
]


def criteria(
    school: School, *, denominator: Denominator = "all", figures: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The framework's criteria for each subject and cohort.

    Columns: criterion, title, subject ('' for attendance), cohort, pupils, without_result, reached, percent, low, high, rule
    (at least, above), target (percent), met (by the figure itself), clear (the target lies outside the interval), more (pupils
    who would have to reach it as well; for attendance, pupils whose attendance would have to rise to the target), hidden
    (pupils whose test gave a code that hides a low level, and who have no teacher's assessment to say more: counted as not
    having gained), by_teacher, source.

    `percent` for attendance is the average of the pupils' own percentages, `reached` the pupils above the target.

    >>> from senlib import open_sample
    >>> table = criteria(open_sample("levels"))
    >>> sorted(table["criterion"].unique())
    ['attendance_sen', 'gain_at_2', 'gain_below_2', 'gain_sen']
    """
    tables = [
        _attendance(school, criterion)
        if criterion.kind == "attendance"
        else _rate(school, criterion, denominator, figures)
        for criterion in school.framework.criteria
    ]
    tables = [table for table in tables if len(table)]
    return (
        pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)
    )


def low_entries(school: School, *, year_group: int = 7) -> pd.DataFrame:
    """How many pupils of a year group entered low, as the framework says what is low: subject, group, pupils, low, without_entry.

    `subject` is '' where entry is one average. `group` is all or SEN. Pupils off roll are left out.

    >>> from senlib import open_sample
    >>> table = low_entries(open_sample("gcse"))
    >>> table["group"].tolist()
    ['all', 'SEN']
    """
    framework = school.framework
    stage = framework.stage(framework.tracking.stage)
    pupils = school.pupils[
        (school.pupils["year_group"] == year_group) & (school.pupils["on_roll"] == "Y")
    ]
    entries = entries_of(
        school.results[school.results["pupil_id"].isin(pupils["pupil_id"])], stage=stage
    )
    subjects = [""] if stage.averaged else framework.outcome_subjects()
    entries["band"] = pd.Series(bands_of(entries, stage=stage), index=entries.index, dtype="str")
    sides = {
        "all": pupils["pupil_id"],
        "SEN": pupils["pupil_id"][has_sen(pupils["sen_provision"], framework=framework)],
    }
    rows = []
    for subject in subjects:
        bands = entries[entries["subject"] == subject].set_index("pupil_id")["band"]
        for group, ids in sides.items():
            held = bands.reindex(ids).fillna("none")
            low = held.isin(framework.tracking.low_entry).sum()
            rows.append((subject, group, len(ids), int(low), int((held == "none").sum())))
    return pd.DataFrame(rows, columns=["subject", "group", "pupils", "low", "without_entry"])


def _rate(
    school: School, criterion: Criterion, denominator: Denominator, figures: pd.DataFrame | None
) -> pd.DataFrame:
    stage = school.framework.stage(criterion.stage)
    counts = with_groups(
        band_counts(school, stage=stage.name, by="sen_provision"),
        by="sen_provision",
        framework=school.framework,
    )
    asked = (counts["group"] == criterion.group) & counts["subject"].isin(criterion.subjects)
    if criterion.entry:
        asked &= counts["entry"].isin(criterion.entry)
    counts = counts[asked]
    if counts.empty:
        return pd.DataFrame()
    counts = counts.assign(reached=_met_by_pupil(counts, criterion=criterion, stage=stage))
    hides = counts["outcome"].isin(stage.outcome_scale.below_range()) & (criterion.kind == "gain")
    hidden = counts[hides].groupby(["subject", "cohort"])["pupils"].sum().rename("hidden")
    table = rates(counts, keys=["subject", "cohort"], denominator=denominator).merge(
        hidden, on=["subject", "cohort"], how="left"
    )
    table = table.assign(
        criterion=criterion.key,
        title=criterion.title,
        rule=criterion.rule,
        source=criterion.source,
        hidden=table["hidden"].fillna(0).astype("int64"),
        target=[
            _target(criterion, subject, figures, school.framework) for subject in table["subject"]
        ],
    )
    return _judged(table, criterion).assign(
        cohort=lambda t: t["cohort"].astype("Int64").replace(UNKNOWN_COHORT, pd.NA)
    )


def _met_by_pupil(counts: pd.DataFrame, *, criterion: Criterion, stage: Stage) -> pd.Series:
    """Whether the pupils of each counted pair did what the criterion asks. A gain is counted in whole levels."""
    scale = stage.outcome_scale
    if criterion.kind == "reach":
        return (
            counts["outcome"]
            .map(lambda name: scale.reached(name, reach=criterion.reach))
            .astype(bool)
        )
    steps = {step: place for place, step in enumerate(scale.steps())}
    before = counts["entry_value"].map(stage.entry_scale.step).map(steps)
    return counts["outcome"].map(scale.step).map(steps) - before >= 1


def _target(
    criterion: Criterion, subject: str, figures: pd.DataFrame | None, framework: Framework
) -> float:
    """The target in percent: the criterion's own, or England's figure for the same pupils."""
    if criterion.target is not None:
        return float(criterion.target)
    figures = national.figures(framework.name) if figures is None else figures
    entry = criterion.entry[0] if criterion.entry else ALL_BANDS
    same = figures.query(
        "stage == @criterion.stage and subject == @subject and group == @criterion.group"
    )
    same = same[
        (same["entry"] == entry) & (same["reach"] == criterion.reach) & (same["kind"] != "at most")
    ]
    return float(same.sort_values("year")["percent"].iloc[-1]) if len(same) else math.nan


def _judged(table: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    above = table["percent"] > table["target"]
    met = (
        above if criterion.rule == "above" else above | (table["percent"] >= table["target"] - 1e-9)
    )
    return table.assign(
        met=met,
        clear=compared(table["low"], table["high"], table["target"]).isin(["higher", "lower"]),
        more=[
            more_needed(reached=reached, pupils=pupils, target=target, rule=criterion.rule)
            if pupils and target == target
            else 0
            for reached, pupils, target in zip(
                table["reached"], table["pupils"], table["target"], strict=True
            )
        ],
    )


def _attendance(school: School, criterion: Criterion) -> pd.DataFrame:
    """The average attendance of the pupils on roll who are in the criterion's group."""
    groups = school.pupils["sen_provision"].map(school.framework.sen_groups)
    asked = school.pupils[(groups == criterion.group) & (school.pupils["on_roll"] == "Y")]
    values = asked["attendance"].dropna()
    if asked.empty:
        return pd.DataFrame()
    target, rule = float(criterion.target or math.nan), criterion.rule
    mean, low, high = mean_interval(values)
    more = _pupils_to_raise(values, target, rule=rule)
    # Attendance is a mean of percentages, so a mean's interval, and not a proportion's, says how sure it is.
    row = {
        "criterion": criterion.key,
        "title": criterion.title,
        "subject": "",
        "cohort": pd.NA,
        "pupils": len(values),
        "without_result": len(asked) - len(values),
        "reached": int((values > target).sum()),
        "percent": mean,
        "low": low,
        "high": high,
        "rule": rule,
        "target": target,
        "met": len(values) > 0 and not more,
        "clear": bool(low > target or high < target),
        "more": more,
        "hidden": 0,
        "by_teacher": 0,
        "source": criterion.source,
    }
    return pd.DataFrame([row]).astype({"cohort": "Int64"})


def _pupils_to_raise(values: pd.Series, target: float, *, rule: str = "above") -> int:
    """The fewest pupils whose attendance would have to rise for the average to meet the target; 0 where it does.

    `rule` is 'above' (each rises to more than the target, by as little as one likes) or 'at least' (each rises to the target).

    >>> _pupils_to_raise(pd.Series([80.0, 90.0, 95.0, 97.0]), 92), _pupils_to_raise(pd.Series([93.0]), 92)
    (1, 0)
    >>> _pupils_to_raise(pd.Series([92.0, 92.0]), 92), _pupils_to_raise(pd.Series([92.0, 92.0]), 92, rule="at least")
    (1, 0)
    """
    missing = target * len(values) - float(values.sum())
    # A hair, for sums of tenths are not exact in binary.
    if not len(values) or missing < -1e-9 or (rule == "at least" and missing <= 1e-9):
        return 0
    raised = 0
    for value in sorted(values):
        raised += 1
        missing -= target - value
        if missing <= 1e-9:
            break
    return raised
