"""Criteria (Task 3): what was measured against each target, whether n lets one tell, and how many more pupils would meet it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from senlib.frameworks import Criterion, Stage
from senlib.measures.comparison import ALL_BANDS, NO_START, of_known_starts
from senlib.measures.conversion import (
    Denominator,
    band_counts,
    conversion,
    gained,
    rates,
)
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
    "left_out",
    "without_result",
    "reached",
    "percent",
    "low",
    "high",
    "rule",
    "target",
    "target_year",
    "judged",
    "difference",
    "met",
    "clear",
    "more",
    "hidden",
    "by_teacher",
    "source",
]


def criteria(
    school: School,
    *,
    denominator: Denominator = "all",
    figures: pd.DataFrame | None = None,
    together: Sequence[int] = (),
) -> pd.DataFrame:
    """The framework's criteria for each subject and cohort, or for the summers in `together` as one, `cohort` being the latest.

    Columns: criterion, title, subject ('' for attendance), cohort, pupils, left_out (pupils whose start is not known, so that
    nobody can say what they gained, or what pupils in England with the same start reached), without_result, reached, percent,
    low, high, rule (at least, above), target (percent: the criterion's own, or what the same group in England reached from
    these pupils' starts), target_year (that figure's; missing for a target of the criterion's own), judged (False where
    there is no target, or England's figure is of another year or was assessed by teachers), difference (higher, lower or not
    clear beside the target; '' where not judged), met (by the figure itself), clear (higher or lower), more
    (pupils who would have to reach it as well; for attendance, pupils whose attendance would have to rise to the target),
    hidden (pupils whose test gave a code that hides a low level, and who have no teacher's assessment to say more: counted as
    not having gained), by_teacher, source.

    `percent` for attendance is the average of the pupils' own percentages, `reached` the pupils above the target.

    >>> from senlib import open_sample
    >>> table = criteria(open_sample("levels"))
    >>> sorted(table["criterion"].unique())
    ['attendance_sen', 'gain_at_2', 'gain_below_2', 'gain_sen']
    """
    tables = [
        _attendance(school, criterion)
        if criterion.kind == "attendance"
        else _rate(school, criterion, denominator, figures, together)
        for criterion in school.framework.criteria
    ]
    tables = [table for table in tables if len(table)]
    return (
        pd.concat(tables, ignore_index=True)[COLUMNS]
        if tables
        else pd.DataFrame(columns=COLUMNS)
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
    stage = framework.tracked_stage
    pupils = school.pupils[
        (school.pupils["year_group"] == year_group) & (school.pupils["on_roll"] == "Y")
    ]
    entries = entries_of(
        school.results[school.results["pupil_id"].isin(pupils["pupil_id"])], stage=stage
    )
    subjects = [""] if stage.averaged else framework.outcome_subjects()
    entries["band"] = pd.Series(
        bands_of(entries, stage=stage), index=entries.index, dtype="str"
    )
    sides = {
        "all": pupils["pupil_id"],
        "SEN": pupils["pupil_id"][
            has_sen(pupils["sen_provision"], framework=framework)
        ],
    }
    rows = []
    for subject in subjects:
        bands = entries[entries["subject"] == subject].set_index("pupil_id")["band"]
        for group, ids in sides.items():
            held = bands.reindex(ids).fillna("none")
            low = held.isin(framework.tracking.low_entry).sum()
            rows.append(
                (subject, group, len(ids), int(low), int((held == "none").sum()))
            )
    return pd.DataFrame(
        rows, columns=["subject", "group", "pupils", "low", "without_entry"]
    )


def _rate(
    school: School,
    criterion: Criterion,
    denominator: Denominator,
    figures: pd.DataFrame | None,
    together: Sequence[int],
) -> pd.DataFrame:
    if criterion.target is None:
        table = _beside_england(school, criterion, denominator, figures, together)
    else:
        table = _counted(school, criterion, denominator, together)
    if table.empty:
        return table
    table = table.assign(
        criterion=criterion.key,
        title=criterion.title,
        rule=criterion.rule,
        source=criterion.source,
    )
    return _judged(table, criterion)


def _beside_england(
    school: School,
    criterion: Criterion,
    denominator: Denominator,
    figures: pd.DataFrame | None,
    together: Sequence[int],
) -> pd.DataFrame:
    """Rates of pupils whose start is known, each beside what England reached from their starts."""
    entry = criterion.entry[0] if criterion.entry else ALL_BANDS
    table = conversion(
        school,
        stage=criterion.stage,
        reach=criterion.reach,
        denominator=denominator,
        figures=figures,
        together=together,
    )
    asked = (table["group"] == criterion.group) & (table["entry"] == entry)
    table = of_known_starts(table[asked & table["subject"].isin(criterion.subjects)])
    year = table["expected_year"].fillna(table["national_year"])
    return table.assign(
        hidden=0,
        target=table["expected_percent"].fillna(table["national"]),
        target_year=year,
        judged=table["difference"] != "",
    )


def _counted(
    school: School,
    criterion: Criterion,
    denominator: Denominator,
    together: Sequence[int],
) -> pd.DataFrame:
    """Rates by the pairs that are counted, beside a target of the criterion's own."""
    stage = school.framework.stage(criterion.stage)
    counts = with_groups(
        band_counts(school, stage=stage.name, by="sen_provision"),
        by="sen_provision",
        framework=school.framework,
    )
    if together:
        counts = counts[counts["cohort"].isin(together)].assign(cohort=max(together))
    asked = (counts["group"] == criterion.group) & counts["subject"].isin(
        criterion.subjects
    )
    if criterion.entry:
        asked &= counts["entry"].isin(criterion.entry)
    counts = counts[asked]
    if counts.empty:
        return pd.DataFrame()
    keys = ["subject", "cohort"]
    # Of a pupil whose start is not known nobody can say what she gained.
    unknown = (counts["entry"] == NO_START) & (criterion.kind == "gain")
    left_out = counts[unknown].groupby(keys)["pupils"].sum().rename("left_out")
    counts = counts[~unknown]
    counts = counts.assign(
        reached=met_by_pupil(counts, criterion=criterion, stage=stage)
    )
    hides = counts["outcome"].isin(stage.outcome_scale.below_range()) & (
        criterion.kind == "gain"
    )
    hidden = counts[hides].groupby(keys)["pupils"].sum().rename("hidden")
    table = rates(counts, keys=keys, denominator=denominator)
    table = table.merge(hidden, on=keys, how="left").merge(
        left_out, on=keys, how="left"
    )
    return table.assign(
        cohort=table["cohort"].astype("Int64").replace(UNKNOWN_COHORT, pd.NA),
        hidden=table["hidden"].fillna(0).astype("int64"),
        left_out=table["left_out"].fillna(0).astype("int64"),
        target=criterion.target,
        target_year=pd.array([pd.NA] * len(table), dtype="Int64"),
        judged=True,
    ).astype({"target": float})


def met_by_pupil(
    counts: pd.DataFrame, *, criterion: Criterion, stage: Stage
) -> pd.Series:
    """Whether the pupils of each counted pair did what the criterion asks."""
    scale = stage.outcome_scale
    if criterion.kind == "reach":
        return (
            counts["outcome"]
            .map(lambda name: scale.reached(name, reach=criterion.reach))
            .astype(bool)
        )
    return gained(counts, stage=stage)


def _judged(table: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    above = table["percent"] > table["target"]
    met = (
        above
        if criterion.rule == "above"
        else above | (table["percent"] >= table["target"] - 1e-9)
    )
    verdict = compared(table["low"], table["high"], table["target"]).where(
        table["judged"], ""
    )
    return table.assign(
        met=met,
        difference=verdict,
        clear=verdict.isin(["higher", "lower"]),
        more=[
            more_needed(
                reached=reached, pupils=pupils, target=target, rule=criterion.rule
            )
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
    asked = school.pupils[
        (groups == criterion.group) & (school.pupils["on_roll"] == "Y")
    ]
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
        "left_out": 0,
        "without_result": len(asked) - len(values),
        "reached": int((values > target).sum()),
        "percent": mean,
        "low": low,
        "high": high,
        "rule": rule,
        "target": target,
        "target_year": pd.NA,
        "judged": len(values) > 0,
        "met": len(values) > 0 and not more,
        "difference": "higher"
        if low > target
        else "lower"
        if high < target
        else "not clear",
        "clear": bool(low > target or high < target),
        "more": more,
        "hidden": 0,
        "by_teacher": 0,
        "source": criterion.source,
    }
    return pd.DataFrame([row]).astype({"cohort": "Int64", "target_year": "Int64"})


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
