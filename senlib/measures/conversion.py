"""Conversion (Task 1): from which entry band how many reach which outcome, as a matrix and as rates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import filterfalse
from typing import Any, Literal

import pandas as pd

from senlib.frameworks import Framework, Stage
from senlib.measures.comparison import (
    ALL_BANDS,
    NO_START,
    PARTICULARS,
    summers_together,
    with_england,
    with_lea,
    with_typed,
)
from senlib.measures.counting import count_pairs, known_cohorts, reached
from senlib.measures.entries import bands_of, one_paper
from senlib.measures.groups import group_order, with_groups
from senlib.measures.proportion import wilson, with_interval
from senlib.measures.starts import below_in_one
from senlib.school.cache import kept
from senlib.school.school import School

Denominator = Literal["all", "with_result"]

DENOMINATORS = {
    "all": "every pupil with this entry, with or without a result (as DfE counts)",
    "with_result": "only pupils who have a result",
}

_OF_A_RATE = ["subject", "cohort", "entry", "reach", "group"]
_OF_A_CELL = ["subject", "cohort", "group", "entry", "outcome"]

_COLUMNS = [
    *_OF_A_RATE,
    *("pupils", "without_result", "other_qualification", "reached"),
    *("percent", "low", "high", "national", "difference", "national_year"),
    *("with_start", "reached_with_start"),
    *("expected", "expected_percent", "expected_year", "lea", "lea_difference"),
    *("typed", "typed_whose", "typed_year", "typed_difference"),
    *PARTICULARS[1:],
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
    scale = of_stage.outcome_scale
    counts = count_pairs(school, stage=of_stage, by=[by])
    kinds = counts[["entry_kind", "outcome_kind"]]
    counts = counts.assign(
        entry=bands_of(counts, stage=of_stage),
        entry_value=counts["entry"],
        one_paper=one_paper(counts["entry"]),
        below_in_one=below_in_one(counts["entry"]),
        by_teacher=(kinds == "teacher").any(axis=1),
    ).drop(columns=["entry_points", "entry_kind", "outcome_kind"])
    if of_stage.averaged:
        # Of an average the band is all that matters; a score for each would be a hundred times the rows.
        counts["entry_value"] = counts["entry"]
        keys = [name for name in counts if name != "pupils"]
        same = counts.groupby(keys, sort=False)
        counts = same["pupils"].sum().reset_index()
    outcome = counts["outcome"]
    return counts.assign(
        step=outcome.map(scale.step),
        has_result=outcome.map(scale.is_grade).astype(bool),
        other=outcome.map(scale.is_other).astype(bool),
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
    if isinstance(reach, str):
        reach = [reach]
    choice: dict[str, Any] = {
        "stage": of_stage.name,
        "subject": subject,
        "by": by,
        "reaches": tuple(reach or of_stage.converted_at),
        "denominator": denominator,
    }
    table = (
        _beside_england(school, **choice)
        if figures is None
        else _beside(school, figures, **choice)
    )
    if together:
        return summers_together(table, cohorts=together)
    return table.copy(deep=False)


@kept
def subjects(school: School) -> tuple[str, ...]:
    """The subjects that have results at the end of a key stage: the framework's in its own order, then those of the school alone.

    >>> from senlib import open_sample
    >>> subjects(open_sample("gcse"))[:2]
    ('English Language', 'Mathematics')
    """
    framework, results = school.framework, school.results
    stages = [stage.name for stage in framework.stages]
    outcomes = results[results["stage"].isin(stages)]
    names = set(outcomes["subject"].unique())
    in_order = [name for name in framework.outcome_subjects() if name in names]
    entry_only = [each.name for each in framework.subjects if each.entry_only]
    own = names.difference(in_order, entry_only)
    return (*in_order, *sorted(own))


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
def _beside_england(school: School, **choice: Any) -> pd.DataFrame:
    """A conversion table beside the figures of England that come with the workbook."""
    return _beside(school, None, **choice)


def _beside(
    school: School, figures: pd.DataFrame | None, *, stage: str, by: str, **choice: Any
) -> pd.DataFrame:
    framework = school.framework
    of_stage = framework.stage(stage)
    table = _school_rates(school, stage=stage, by=by, **choice)
    with_figures: dict[str, Any] = {"figures": figures, "stage": of_stage, "by": by}
    table = with_england(table, framework=framework, **with_figures)
    return with_typed(table, **with_figures)[_COLUMNS]


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
    of_stage = school.framework.stage(stage)
    counts = grouped_counts(school, stage=stage, subject=subject, by=by)
    counts["without_start"] = counts["entry"] == NO_START
    all_bands = counts.assign(entry=ALL_BANDS)
    counts = pd.concat([all_bands, counts], ignore_index=True)
    parts = []
    for reach in reaches:
        enough = reached(counts, reach=reach, stage=of_stage)
        rows = counts.assign(reach=reach, reached=enough)
        parts.append(rows)
    counts = pd.concat(parts, ignore_index=True)
    table = rates(counts, keys=_OF_A_RATE, denominator=denominator)
    table = _ordered(table, _OF_A_RATE, school.framework, of_stage, reaches)
    return with_lea(table, lea=school.lea, stage=of_stage)


@kept
def _matrix(
    school: School, *, stage: str, subject: str | None, by: str, together: Sequence[int]
) -> pd.DataFrame:
    counts = grouped_counts(
        school, stage=stage, subject=subject, by=by, together=together
    )
    table = counts.assign(outcome=counts["step"])
    table = table.groupby(_OF_A_CELL)["pupils"].sum()
    table = table.reset_index()
    row = table.groupby(_OF_A_CELL[:-1])["pupils"]
    table["row_pupils"] = row.transform("sum")
    interval = wilson(table["pupils"], table["row_pupils"])
    interval = interval.rename(columns={"percent": "share"})
    framework = school.framework
    of_stage = framework.stage(stage)
    return _ordered(table.join(interval), _OF_A_CELL, framework, of_stage)


def grouped_counts(
    school: School,
    *,
    stage: str,
    by: str,
    subject: str | None = None,
    together: Sequence[int] = (),
) -> pd.DataFrame:
    """The rows of `band_counts` of a subject, or of each, once for each `group`; those of the summers in `together` as of the last."""
    framework = school.framework
    counts = band_counts(school, stage=stage, by=by)
    if subject is not None:
        name = _subject(subject, framework)
        counts = counts[counts["subject"] == name]
    if together:
        counts = counts[counts["cohort"].isin(together)]
        counts = counts.assign(cohort=max(together))
    return with_groups(counts, by=by, framework=framework)


def _subject(text: str, framework: Framework) -> str:
    name = framework.subject(text)
    if name is None:
        subjects = ", ".join(framework.outcome_subjects())
        raise KeyError(f"{text!r} is no subject of {framework.title}: {subjects}")
    return name


def outcome_columns(stage: Stage) -> list[str]:
    """The outcomes a matrix can have, in the order of its columns: levels or grades upwards, first codes that are results below
    them; then the other codes, and no result.
    """
    scale = stage.outcome_scale
    names = [code.name for code in scale.codes]
    steps = dict.fromkeys(map(scale.step, filter(scale.is_code, names)))
    grades = [*scale.steps(), *scale.double_awards()]
    return [
        *filter(scale.is_result, steps),
        *sorted(grades, key=scale.points),
        *filterfalse(scale.is_result, steps),
        "no result",
    ]


def rates(
    counts: pd.DataFrame, *, keys: list[str], denominator: Denominator = "all"
) -> pd.DataFrame:
    """Counts with `reached`, `has_result` and what else they tell of pupils summed by `keys` into rates with their intervals."""
    counts = counts.rename(columns={"other": "other_qualification"})
    has_result = counts["has_result"]
    counts["without_result"] = ~has_result
    kinds = [name for name in PARTICULARS if name in counts]
    if denominator == "with_result":
        # Whoever has no result stands in one of the two denominators, with all that is known of her.
        for name in set(kinds) - {"by_teacher"}:
            counts[name] &= has_result
    sums = ["without_result", "reached", *kinds]
    counts[sums] = counts[sums].mul(counts["pupils"], axis=0)
    table = counts.groupby(keys, as_index=False)[["pupils", *sums]].sum()
    if denominator == "with_result":
        table["pupils"] -= table["without_result"]
    return with_interval(table)


def gained(counts: pd.DataFrame, *, stage: Stage) -> pd.Series[bool]:
    """Whether the pupils of each counted pair ended at least one whole level above their entry. False where either is not known.

    `counts` are those of `band_counts`: of its columns entry_value and outcome are read.

    >>> from senlib.frameworks import load
    >>> stage = load("levels").stage("KS3")
    >>> pairs = pd.DataFrame({"entry_value": ["4a", "4c", "3", ""], "outcome": ["5c", "4a", "B", "5"]})
    >>> gained(pairs, stage=stage).tolist()
    [True, False, False, False]
    """
    steps = stage.outcome_scale.steps()
    places = {step: place for place, step in enumerate(steps)}
    entry = counts["entry_value"].map(stage.entry_scale.step)
    outcome = counts["outcome"].map(stage.outcome_scale.step)
    # Where there are no pairs, the places have the type of their names.
    before = entry.map(places).astype("float64")
    after = outcome.map(places).astype("float64")
    return after - before >= 1


def _ordered(
    table: pd.DataFrame,
    keys: list[str],
    framework: Framework,
    stage: Stage,
    reaches: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows in the order in which they are read; the cohort that is not known becomes a missing value."""
    subjects = framework.outcome_subjects()
    others = set(table["subject"]) - set(subjects)
    groups = list(table["group"].unique())
    orders: dict[Hashable, Sequence[str]] = {
        "subject": [*subjects, *sorted(others)],
        "entry": [ALL_BANDS, *stage.starts],
        "group": group_order(groups, framework=framework),
        "reach": reaches,
        "outcome": outcome_columns(stage),
    }

    def places(column: pd.Series) -> Any:
        if column.name == "cohort":
            return column
        return pd.Index(orders[column.name]).get_indexer(column)

    table = table.sort_values(keys, key=places, ignore_index=True)
    return table.assign(cohort=known_cohorts(table["cohort"]))
