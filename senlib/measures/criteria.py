"""Criteria (Task 3): what was measured against each target, whether n lets one tell, and how many more pupils would meet it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import pandas as pd

from senlib.frameworks import Criterion, Stage
from senlib.measures.comparison import ALL_BANDS, NO_START, of_known_starts
from senlib.measures.conversion import (
    Denominator,
    conversion,
    gained,
    grouped_counts,
    rates,
)
from senlib.measures.counting import known_cohorts, reached
from senlib.measures.groups import has_sen
from senlib.measures.proportion import compared, mean_interval, more_needed
from senlib.measures.starts import kept_starts
from senlib.school.school import School

COLUMNS = [
    *("criterion", "title", "subject", "cohort"),
    *("pupils", "left_out", "without_result", "reached", "percent", "low", "high"),
    *("rule", "target", "target_year", "judged", "difference", "met", "clear", "more"),
    *("hidden", "by_teacher", "source"),
]

_TYPES = {"cohort": "Int64", "target": "float64", "target_year": "Int64"}


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
    tables = [pd.DataFrame(columns=COLUMNS)]
    for criterion in school.framework.criteria:
        if criterion.kind == "attendance":
            table = _attendance(school, criterion)
        elif criterion.target is None:
            table = conversion(
                school,
                stage=criterion.stage,
                reach=criterion.reach,
                denominator=denominator,
                figures=figures,
                together=together,
            )
            table = _beside_england(table, criterion)
        else:
            table = _counted(school, criterion, denominator, together)
        if table.empty:
            continue
        if criterion.kind != "attendance":
            table = _judged(table, criterion)
        table = table.assign(
            criterion=criterion.key,
            title=criterion.title,
            rule=criterion.rule,
            source=criterion.source,
        )
        tables.append(table.astype(_TYPES))
    tables = tables[1:] or tables
    return pd.concat(tables, ignore_index=True)[COLUMNS]


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
    of_year = "year_group == @year_group and on_roll == 'Y'"
    pupils = school.pupils.query(of_year)
    entries = kept_starts(school, stage=stage.name)
    entries = entries.set_index("pupil_id")
    subjects = [""] if stage.averaged else framework.outcome_subjects()
    everyone = pupils["pupil_id"]
    sen = has_sen(pupils["sen_provision"], framework=framework)
    groups = {"all": everyone, "SEN": everyone[sen]}
    rows = []
    for subject, (group, ids) in product(subjects, groups.items()):
        in_subject = entries["subject"] == subject
        bands = entries.loc[in_subject, "band"]
        bands = bands.reindex(ids).fillna("none")
        low = bands.isin(framework.tracking.low_entry).sum()
        without_entry = (bands == "none").sum()
        rows.append((subject, group, len(ids), low, without_entry))
    columns = ["subject", "group", "pupils", "low", "without_entry"]
    return pd.DataFrame(rows, columns=columns)


def _beside_england(table: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """The criterion's rows of a conversion table: rates of pupils whose start is known, beside what England reached from there."""
    entry = criterion.entry[0] if criterion.entry else ALL_BANDS
    in_group = table["group"] == criterion.group
    from_entry = table["entry"] == entry
    in_subject = table["subject"].isin(criterion.subjects)
    table = of_known_starts(table[in_group & from_entry & in_subject])
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
    by = "sen_provision"
    counts = grouped_counts(school, stage=stage.name, by=by, together=together)
    in_group = counts["group"] == criterion.group
    in_subject = counts["subject"].isin(criterion.subjects)
    counts = counts[in_group & in_subject]
    if criterion.entry:
        counts = counts[counts["entry"].isin(criterion.entry)]
    if counts.empty:
        return pd.DataFrame()
    keys, gains = ["subject", "cohort"], criterion.kind == "gain"
    # Of a pupil whose start is not known nobody can say what she gained.
    unknown = (counts["entry"] == NO_START) & gains
    codes = stage.outcome_scale.below_range()
    hides = counts["outcome"].isin(codes) & gains & ~unknown
    pupils = counts["pupils"]
    aside = counts.assign(left_out=pupils * unknown, hidden=pupils * hides)
    aside = aside.groupby(keys)[["left_out", "hidden"]].sum()
    counts = counts[~unknown]
    met = met_by_pupil(counts, criterion=criterion, stage=stage)
    counts = counts.assign(reached=met)
    table = rates(counts, keys=keys, denominator=denominator)
    return table.join(aside, on=keys).assign(
        cohort=known_cohorts(table["cohort"]),
        target=float(criterion.target or math.nan),
        target_year=pd.NA,
        judged=True,
    )


def met_by_pupil(
    counts: pd.DataFrame, *, criterion: Criterion, stage: Stage
) -> pd.Series:
    """Whether the pupils of each counted pair did what the criterion asks."""
    if criterion.kind == "reach":
        return reached(counts, reach=criterion.reach, stage=stage)
    return gained(counts, stage=stage)


def _judged(table: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """The table with met, difference, clear and more."""
    percent, target = table["percent"], table["target"]
    met = percent > target
    if criterion.rule == "at least":
        met |= percent >= target - 1e-9
    verdict = compared(table["low"], table["high"], target)
    verdict = verdict.where(table["judged"], "")
    return table.assign(
        met=met,
        difference=verdict,
        clear=verdict.isin(["higher", "lower"]),
        more=[_more(row, criterion.rule) for row in table.itertuples()],
    )


def _more(row: Any, rule: str) -> int:
    """How many more pupils of a row would meet its target; 0 where there is nobody, or no target."""
    if not row.pupils or pd.isna(row.target):
        return 0
    counts = {"reached": row.reached, "pupils": row.pupils}
    return more_needed(**counts, target=row.target, rule=rule)


def _attendance(school: School, criterion: Criterion) -> pd.DataFrame:
    """The average attendance of the pupils on roll who are in the criterion's group."""
    pupils = school.pupils.query("on_roll == 'Y'")
    groups = pupils["sen_provision"].map(school.framework.sen_groups)
    pupils = pupils[groups == criterion.group]
    if pupils.empty:
        return pd.DataFrame()
    values = pupils["attendance"].dropna()
    target = float(criterion.target or math.nan)
    more = _pupils_to_raise(values, target, rule=criterion.rule)
    # Attendance is a mean of percentages, so a mean's interval, and not a proportion's, says how sure it is.
    mean, low, high = mean_interval(values)
    difference = "not clear"
    if low > target:
        difference = "higher"
    elif high < target:
        difference = "lower"
    row = {
        "subject": "",
        "cohort": pd.NA,
        "pupils": len(values),
        "left_out": 0,
        "without_result": len(pupils) - len(values),
        "reached": int((values > target).sum()),
        "percent": mean,
        "low": low,
        "high": high,
        "target": target,
        "target_year": pd.NA,
        "judged": len(values) > 0,
        "met": len(values) > 0 and not more,
        "difference": difference,
        "clear": difference != "not clear",
        "more": more,
        "hidden": 0,
        "by_teacher": 0,
    }
    return pd.DataFrame([row])


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
    met = missing <= 1e-9 if rule == "at least" else missing < -1e-9
    if met or values.empty:
        return 0
    raised = 0
    for value in sorted(values):
        raised += 1
        missing -= target - value
        if missing <= 1e-9:
            break
    return raised
