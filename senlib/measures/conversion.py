"""Conversion (Task 1): from which entry band how many reach which outcome, as a matrix and as rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import pandas as pd

from senlib.frameworks import Framework, Stage
from senlib.measures.comparison import (
    ALL_BANDS,
    NO_START,
    TOLD,
    summers_together,
    with_england,
    with_lea,
    with_typed,
)
from senlib.measures.counting import (
    UNKNOWN_COHORT,
    bands_of,
    count_pairs,
    is_grade,
    left_before_end,
    one_paper,
)
from senlib.measures.groups import group_order, with_groups
from senlib.measures.proportion import wilson
from senlib.measures.starts import below_in_one
from senlib.school.cache import kept
from senlib.school.school import School

Denominator = Literal["all", "with_result"]

DENOMINATORS = {
    "all": "every pupil with this entry, with or without a result (as DfE counts)",
    "with_result": "only pupils who have a result",
}

_OF_A_RATE = ["subject", "cohort", "entry", "reach", "group"]

_COLUMNS = [
    *_OF_A_RATE,
    "pupils",
    "without_result",
    "other_qualification",
    "reached",
    "percent",
    "low",
    "high",
    "national",
    "difference",
    "national_year",
    "with_start",
    "reached_with_start",
    "expected",
    "expected_percent",
    "expected_year",
    "lea",
    "lea_difference",
    "typed",
    "typed_whose",
    "typed_year",
    "typed_difference",
    *TOLD[1:],
]


@kept
def band_counts(school: School, *, stage: str, by: str) -> pd.DataFrame:
    """Pairs counted, with the entry band, the outcome's whole level or grade, and whether there is a result.

    Columns: subject, cohort, `by`, entry (band), entry_value (the result itself, or the band of an average), outcome, step,
    has_result, other (the result is of another qualification), one_paper (the start is the score of one paper alone),
    below_in_one (it is below the test in one paper, with a score in the other), by_teacher, pupils. The table is shared by
    all who ask for it, and is not to be changed.
    """
    of_stage = school.framework.stage(stage)
    counts = count_pairs(
        school.pupils,
        school.results,
        framework=school.framework,
        stage=of_stage,
        academic_year=school.academic_year,
        by=[by],
    )
    scale = of_stage.outcome_scale
    counts = counts.assign(
        entry=bands_of(counts, stage=of_stage),
        entry_value=counts["entry"],
        one_paper=one_paper(counts["entry"]),
        below_in_one=below_in_one(counts["entry"]),
        by_teacher=(counts["entry_kind"] == "teacher")
        | (counts["outcome_kind"] == "teacher"),
    ).drop(columns=["entry_points", "entry_kind", "outcome_kind"])
    if of_stage.averaged:
        # Of an average the band is all that is asked for; a score for each would be a hundred times the rows.
        counts = counts.assign(entry_value=counts["entry"])
        keys = [name for name in counts if name != "pupils"]
        counts = counts.groupby(keys, as_index=False, sort=False)["pupils"].sum()
    return counts.assign(
        step=_each(counts["outcome"], scale.step),
        has_result=_each(counts["outcome"], lambda name: is_grade(name, scale)).astype(
            bool
        ),
        other=_each(counts["outcome"], scale.is_other).astype(bool),
    )


def conversion(
    school: School,
    *,
    stage: str | None = None,
    subject: str | None = None,
    by: str = "sen_provision",
    reach: str | Sequence[str] | None = None,
    denominator: Denominator = "all",
    figures: pd.DataFrame | None = None,
    together: Sequence[int] = (),
) -> pd.DataFrame:
    """Of the pupils in an entry band, how many reached an outcome or better; one row for each subject, cohort, band, outcome, group.

    Columns: subject, cohort (summer; missing where not known), entry (band, 'none' where the start is not known, or 'all'),
    reach, group, pupils (the denominator), without_result, other_qualification (pupils with a result of another kind, who
    count as not having reached it), reached, percent, low, high (Wilson, 95 %, in percent); national, national_year,
    with_start, reached_with_start, expected, expected_percent, expected_year and difference, as comparison.with_england
    has them; typed, typed_whose, typed_year and typed_difference (a figure that was typed in and is not England's); lea,
    lea_difference; by_teacher (pupils for whom a teacher's assessment stands in for the test at entry or outcome),
    without_start (pupils whose start is not known), one_paper (pupils whose start is the score of reading or mathematics
    alone), below_in_one (below the test in one of them, with a score in the other, and so in no band). Who stands in a
    subject is as in `counting.pairs`.

    With `together` the rows are of these summers as one, each laid beside its own year's figure; `cohort` is the latest.

    Without `reach`, what the framework calls converted. `figures` are national figures as senlib.national.figures gives
    them, which is the default. KeyError where there is no such stage, subject, column or outcome.

    >>> from senlib import open_sample
    >>> table = conversion(open_sample("levels"), subject="English", reach="5")
    >>> list(table.query("cohort == 2004 and entry == '3'")["group"])
    ['all', 'SEN', 'no SEN', 'A', 'P', 'N']
    """
    of_stage = school.framework.stage(stage)
    reaches = (
        (reach,) if isinstance(reach, str) else tuple(reach or of_stage.converted_at)
    )
    asked: dict[str, Any] = {
        "stage": of_stage.name,
        "subject": subject,
        "by": by,
        "reaches": reaches,
        "denominator": denominator,
    }
    if figures is None:
        table = _beside_england(school, **asked)
    else:
        table = _beside(
            _school_rates(school, **asked),
            school=school,
            stage=of_stage,
            figures=figures,
            by=by,
        )
    return (
        summers_together(table, cohorts=together)
        if together
        else table.copy(deep=False)
    )


@kept
def subjects(school: School) -> tuple[str, ...]:
    """The subjects that have results at the end of a key stage: the framework's in its own order, then those of the school alone.

    >>> from senlib import open_sample
    >>> subjects(open_sample("gcse"))[:2]
    ('English Language', 'Mathematics')
    """
    framework = school.framework
    of_stages = school.results["stage"].isin([stage.name for stage in framework.stages])
    held = set(school.results.loc[of_stages, "subject"].unique())
    known = [name for name in framework.outcome_subjects() if name in held]
    entry_only = {subject.name for subject in framework.subjects if subject.entry_only}
    return (*known, *sorted(held - set(known) - entry_only))


def matrix(
    school: School,
    *,
    stage: str | None = None,
    subject: str | None = None,
    by: str = "sen_provision",
    together: Sequence[int] = (),
) -> pd.DataFrame:
    """How many pupils went from each entry band to each whole level or grade; one row for each cell that has pupils.

    Columns: subject, cohort, group, entry (band), outcome (whole level or grade, a code, or 'no result'), pupils, row_pupils
    (all pupils of that band, who are the denominator), share (percent of the row), low, high. With `together` the rows are of
    these summers as one, and `cohort` is the latest.

    >>> from senlib import open_sample
    >>> table = matrix(open_sample("levels"), subject="English")
    >>> bool((table.groupby(["subject", "cohort", "group", "entry"])["share"].sum().round(6) == 100).all())
    True
    """
    return _matrix(
        school,
        stage=school.framework.stage(stage).name,
        subject=subject,
        by=by,
        together=tuple(together),
    ).copy(deep=False)


@kept
def _beside_england(
    school: School, *, stage: str, by: str, **asked: Any
) -> pd.DataFrame:
    """A conversion table beside the figures of England that come with the workbook."""
    return _beside(
        _school_rates(school, stage=stage, by=by, **asked),
        school=school,
        stage=school.framework.stage(stage),
        figures=None,
        by=by,
    )


def _beside(
    table: pd.DataFrame,
    *,
    school: School,
    stage: Stage,
    figures: pd.DataFrame | None,
    by: str,
) -> pd.DataFrame:
    table = with_england(
        table, figures=figures, framework=school.framework, stage=stage, by=by
    )
    return with_typed(table, figures=figures, stage=stage, by=by)[_COLUMNS]


@kept
def _school_rates(
    school: School,
    *,
    stage: str,
    subject: str | None,
    by: str,
    reaches: tuple[str, ...],
    denominator: Denominator,
) -> pd.DataFrame:
    """A conversion table without what England's figures say."""
    framework = school.framework
    of_stage = framework.stage(stage)
    counts = with_groups(
        _chosen(band_counts(school, stage=stage, by=by), subject, framework),
        by=by,
        framework=framework,
    )
    counts = counts.assign(without_start=counts["entry"] == NO_START)
    counts = pd.concat([counts.assign(entry=ALL_BANDS), counts], ignore_index=True)
    counts = pd.concat(
        [_reached(counts, of_stage, reach) for reach in reaches], ignore_index=True
    )
    table = rates(counts, keys=_OF_A_RATE, denominator=denominator)
    table = _ordered(table, framework=framework, stage=of_stage, reaches=reaches)
    return with_lea(table, lea=school.lea, stage=of_stage)


@kept
def _matrix(
    school: School,
    *,
    stage: str,
    subject: str | None,
    by: str,
    together: tuple[int, ...],
) -> pd.DataFrame:
    framework = school.framework
    of_stage = framework.stage(stage)
    counts = with_groups(
        _chosen(band_counts(school, stage=stage, by=by), subject, framework),
        by=by,
        framework=framework,
    )
    if together:
        counts = counts[counts["cohort"].isin(together)].assign(cohort=max(together))
    row = ["subject", "cohort", "group", "entry"]
    table = counts.rename(columns={"outcome": "value", "step": "outcome"})
    table = table.groupby([*row, "outcome"], as_index=False)["pupils"].sum()
    table["row_pupils"] = table.groupby(row)["pupils"].transform("sum")
    interval = wilson(table["pupils"], table["row_pupils"]).rename(
        columns={"percent": "share"}
    )
    table = _ordered(
        table.join(interval),
        framework=framework,
        stage=of_stage,
        outcomes=outcome_columns(of_stage),
    )
    return table[[*row, "outcome", "pupils", "row_pupils", "share", "low", "high"]]


def left_early(school: School, *, stage: str | None = None, cohort: int | None) -> int:
    """How many pupils of a cohort (None: its summer is not known) left before the end of the stage, and are counted nowhere in it.

    >>> from senlib import open_sample
    >>> left_early(open_sample("levels"), stage="KS4", cohort=2004)
    0
    """
    table = left_before_end(
        school.pupils, school.results, stage=school.framework.stage(stage)
    )
    return int(table.loc[table["cohort"] == (cohort or UNKNOWN_COHORT), "pupils"].sum())


def outcome_columns(stage: Stage) -> list[str]:
    """The outcomes a matrix can have, in the order of its columns: levels or grades upwards, first codes that are results below
    them; then the other codes, and no result.
    """
    scale = stage.outcome_scale
    codes = dict.fromkeys(
        scale.step(code.name) for code in scale.codes if scale.is_code(code.name)
    )
    below, others = (
        [code for code in codes if scale.is_result(code) is held]
        for held in (True, False)
    )
    return [
        *below,
        *sorted([*scale.steps(), *scale.double_awards()], key=scale.points),
        *others,
        "no result",
    ]


def rates(
    counts: pd.DataFrame, *, keys: list[str], denominator: Denominator = "all"
) -> pd.DataFrame:
    """Counts with `reached`, `has_result` and what else they tell of pupils summed by `keys` into rates with their intervals."""
    counts = counts.rename(columns={"other": "other_qualification"})
    told = [name for name in TOLD if name in counts]
    counts = counts.assign(
        without_result=~counts["has_result"],
        # Whoever has no result stands in one of the two denominators, with all that is told of her.
        **{
            name: counts[name] & counts["has_result"]
            for name in told
            if denominator == "with_result" and name != "by_teacher"
        },
    )
    sums = ["without_result", "reached", *told]
    counts = counts.assign(
        **{name: counts["pupils"].where(counts[name], 0) for name in sums}
    )
    table = counts.groupby(keys, as_index=False)[["pupils", *sums]].sum()
    if denominator == "with_result":
        table["pupils"] -= table["without_result"]
    return table.join(wilson(table["reached"], table["pupils"]))


def gained(counts: pd.DataFrame, *, stage: Stage) -> pd.Series[bool]:
    """Whether the pupils of each counted pair ended at least one whole level above their entry. False where either is not known.

    `counts` are those of `band_counts`: of its columns entry_value and outcome are read.

    >>> from senlib.frameworks import load
    >>> stage = load("levels").stage("KS3")
    >>> pairs = pd.DataFrame({"entry_value": ["4a", "4c", "3", ""], "outcome": ["5c", "4a", "B", "5"]})
    >>> gained(pairs, stage=stage).tolist()
    [True, False, False, False]
    """
    places = {step: place for place, step in enumerate(stage.outcome_scale.steps())}
    before = counts["entry_value"].map(stage.entry_scale.step).map(places)
    after = counts["outcome"].map(stage.outcome_scale.step).map(places)
    # Where there are no pairs, the places have the type of their names.
    return after.astype("float64") - before.astype("float64") >= 1


def _chosen(
    counts: pd.DataFrame, subject: str | None, framework: Framework
) -> pd.DataFrame:
    if subject is None:
        return counts
    name = framework.subject(subject)
    if name is None:
        subjects = ", ".join(framework.outcome_subjects())
        raise KeyError(f"{subject!r} is no subject of {framework.title}: {subjects}")
    return counts[counts["subject"] == name]


def _each(values: pd.Series, turn: Callable[[str], object]) -> pd.Series:
    """The values turned, each different one once."""
    return values.map({value: turn(value) for value in values.unique()})


def _reached(counts: pd.DataFrame, stage: Stage, reach: str) -> pd.DataFrame:
    scale = stage.outcome_scale
    scale.lowest(reach)  # a wrong `reach` is told even where there are no pupils
    return counts.assign(
        reach=reach,
        reached=_each(
            counts["outcome"], lambda name: scale.reached(name, reach=reach)
        ).astype(bool),
    )


def _ordered(
    table: pd.DataFrame,
    *,
    framework: Framework,
    stage: Stage,
    reaches: Sequence[str] = (),
    outcomes: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows in the order in which they are read; the cohort that is not known becomes a missing value."""
    known = framework.outcome_subjects()
    orders = {
        "subject": known + sorted(set(table["subject"]) - set(known)),
        "entry": [ALL_BANDS, *stage.bands, NO_START],
        "group": group_order(list(table["group"].unique()), framework=framework),
        "reach": list(reaches),
        "outcome": list(outcomes),
    }
    places = {
        name: {value: place for place, value in enumerate(order)}
        for name, order in orders.items()
    }
    columns = [
        "subject",
        "cohort",
        *(
            ["entry", "reach", "group"]
            if "reach" in table
            else ["group", "entry", "outcome"]
        ),
    ]
    table = table.sort_values(
        columns,
        key=lambda c: c.map(places[c.name]) if c.name in places else c,
        ignore_index=True,
    )
    return table.assign(cohort=table["cohort"].astype("Int64").replace(0, pd.NA))
