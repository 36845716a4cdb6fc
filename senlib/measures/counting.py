"""Counting: the one place that meets every result. Pairs each pupil's entry with the outcome, and counts pairs by groups.

It is written on Narwhals, so that it runs unchanged on pandas, DuckDB and PySpark; what it returns is a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from senlib.frameworks import NO_RESULT, Framework, Stage

# Cohort of pupils whose year is not known: joins and groups drop missing values, a number stays.
UNKNOWN_COHORT = 0

_PUPIL_SUBJECT = ["pupil_id", "subject"]

# What stands in a pair for an entry or an outcome of which there is no row.
_MISSING = {"entry": "", "entry_kind": "", "outcome": NO_RESULT, "outcome_kind": ""}


def count_pairs(
    pupils: Any, results: Any, *, framework: Framework, stage: Stage, by: Sequence[str] = ()
) -> pd.DataFrame:
    """How many pupils there are for each subject, cohort, entry, outcome and value of the columns in `by`.

    `pupils` and `results` are tables of any kind that Narwhals knows. Returns subject, cohort, `by`, entry, entry_points,
    entry_kind, outcome, outcome_kind, pupils.
    """
    keys = [
        "subject",
        "cohort",
        *by,
        "entry",
        "entry_points",
        "entry_kind",
        "outcome",
        "outcome_kind",
    ]
    paired = _paired(pupils, results, stage=stage, columns=by).with_columns(pupils=nw.lit(1))
    counted = _pandas(paired.group_by(keys, drop_null_keys=False).agg(nw.col("pupils").sum()))
    # What can be done with the few rows that are left is not done with every result: engines group plain columns fastest.
    finished = counted.loc[counted["outcome_kind"].notna(), "cohort"].unique()
    counted = counted[counted["cohort"].isin(finished)].fillna(_MISSING)
    counted = counted.groupby(keys, as_index=False, dropna=False, sort=False)["pupils"].sum()
    return counted.astype({"pupils": "int64", "cohort": "int64", "entry_points": "float64"})


def pairs(
    pupils: Any, results: Any, *, framework: Framework, stage: Stage, columns: Sequence[str]
) -> Any:
    """One row for each pupil and subject: entry, entry_points, outcome, the kind of each, the cohort and `columns` of pupils.

    A pupil stands in a subject who has an outcome in it or, where entry is by subject, an entry in it; in cohorts that have
    outcomes at all. An outcome that is not there is '' (no result). Entry is the test; a teacher's assessment stands in for
    a code. Outcome is the test too; there a teacher's assessment stands in only for the codes that hide a low level.
    """
    paired = _paired(pupils, results, stage=stage, columns=columns)
    finished = paired.filter(~nw.col("outcome_kind").is_null()).select("cohort").unique()
    paired = paired.join(finished, on="cohort", how="semi")
    return paired.with_columns(*[nw.col(name).fill_null(text) for name, text in _MISSING.items()])


def current(results: Any) -> Any:
    """The latest result for 'now' of each pupil and subject: pupil_id, subject, now, now_points, date."""
    rows = _of_stage(nw.from_native(results), "now", extra=["date"])
    latest = rows.group_by(_PUPIL_SUBJECT).agg(nw.col("date").max())
    rows = rows.join(latest, on=[*_PUPIL_SUBJECT, "date"], how="inner")
    # Of a test and a teacher's assessment on one day, the teacher's: 'now' is a judgement of where a pupil stands.
    teachers = rows.filter(nw.col("kind") != "test")
    tests = rows.filter(nw.col("kind") == "test").join(teachers, on=_PUPIL_SUBJECT, how="anti")
    rows = nw.concat([teachers, tests])
    return rows.select(*_PUPIL_SUBJECT, "date", now=nw.col("result"), now_points=nw.col("points"))


def entries_of(results: Any, *, stage: Stage) -> Any:
    """Each pupil's entry for a stage, whether or not there is an outcome yet: pupil_id, subject, entry, entry_points, entry_kind.

    Where entry is an average it has no subject.
    """
    entries = _entries(nw.from_native(results), stage=stage)
    return _average(entries, stage=stage) if stage.averaged else entries


def _paired(pupils: Any, results: Any, *, stage: Stage, columns: Sequence[str]) -> Any:
    """As `pairs`, of every cohort, and with what is not there missing: a pupil without an outcome has no `outcome_kind`."""
    pupils = nw.from_native(pupils)
    results = nw.from_native(results)
    outcomes = _resolved(
        _of_stage(results, stage.name), gives_way=stage.outcome_scale.below_range()
    )
    outcomes = outcomes.select(
        *_PUPIL_SUBJECT, outcome=nw.col("result"), outcome_kind=nw.col("kind")
    )
    entries = _entries(results, stage=stage)
    paired = (
        _by_average(entries, outcomes, stage=stage)
        if stage.averaged
        else _by_subject(entries, outcomes)
    )
    people = pupils.select(
        "pupil_id",
        *columns,
        cohort=(nw.col("ks4_year") + (stage.ends_in_year - 11))
        .fill_null(UNKNOWN_COHORT)
        .cast(nw.Int64),
    )
    return paired.join(people, on="pupil_id", how="inner")


def _of_stage(results: Any, stage: str, extra: Sequence[str] = ()) -> Any:
    rows = results.filter(nw.col("stage").cast(nw.String) == stage)
    texts = [nw.col(name).cast(nw.String) for name in ("subject", "kind", "result")]
    return rows.select("pupil_id", *texts, "points", *extra)


def _entries(results: Any, *, stage: Stage) -> Any:
    entries = _resolved(_of_stage(results, stage.entry_stage), gives_way=None)
    return entries.select(
        *_PUPIL_SUBJECT,
        entry=nw.col("result"),
        entry_points=nw.col("points"),
        entry_kind=nw.col("kind"),
    )


def _resolved(rows: Any, *, gives_way: list[str] | None) -> Any:
    """One result for each pupil and subject. `gives_way`: the test's codes for which a teacher's level is taken; None is any."""
    is_test, is_level = nw.col("kind") == "test", ~nw.col("points").is_null()
    stands = is_level if gives_way is None else (is_level | ~nw.col("result").is_in(gives_way))
    test = nw.when(stands).then(nw.lit(4)).otherwise(nw.lit(2))
    teacher = nw.when(is_level).then(nw.lit(3)).otherwise(nw.lit(1))
    ranked = rows.with_columns(rank=nw.when(is_test).then(test).otherwise(teacher))
    # One pass over the results, whatever engine it is: a join for each rule would be a pass each.
    return ranked.group_by(_PUPIL_SUBJECT).agg(
        nw.col("result", "points", "kind").last(order_by="rank")
    )


def _by_subject(entries: Any, outcomes: Any) -> Any:
    paired = outcomes.join(entries, on=_PUPIL_SUBJECT, how="full", suffix="_of_entry")
    keys = {name: nw.coalesce(name, f"{name}_of_entry") for name in _PUPIL_SUBJECT}
    return paired.with_columns(**keys).drop([f"{name}_of_entry" for name in _PUPIL_SUBJECT])


def _by_average(entries: Any, outcomes: Any, *, stage: Stage) -> Any:
    paired = outcomes.join(
        _average(entries, stage=stage).drop("subject"), on="pupil_id", how="left"
    )
    own = entries.select(*_PUPIL_SUBJECT, own=nw.col("entry"), own_points=nw.col("entry_points"))
    paired = paired.join(own, on=_PUPIL_SUBJECT, how="left")
    return paired.with_columns(
        entry_points=nw.when(nw.col("entry").is_null())
        .then(nw.col("own_points"))
        .otherwise(nw.col("entry_points")),
        entry=nw.coalesce("entry", "own"),
    ).drop("own", "own_points")


def _average(entries: Any, *, stage: Stage) -> Any:
    """Entry as one average a pupil: 'Prior attainment' as given, else the mean of what there is of reading and mathematics."""
    given = entries.filter(nw.col("subject") == "Prior attainment").select(
        "pupil_id", "entry", "entry_points", "entry_kind"
    )
    # A code in its place says nothing of the scores that there may be.
    given = given.filter(~nw.col("entry").is_in([code.name for code in stage.entry_scale.codes]))
    parts = entries.filter(
        nw.col("subject").is_in(["Reading", "Mathematics"]), ~nw.col("entry_points").is_null()
    )
    mean = parts.group_by("pupil_id").agg(nw.col("entry_points").mean())
    # A band stands for scores that are not there: it must not override an average of scores, nor be lost for want of one.
    mean = mean.join(given, on="pupil_id", how="anti").with_columns(
        entry=nw.lit("average"), entry_kind=nw.lit("test")
    )
    columns = ["pupil_id", "entry", "entry_points", "entry_kind"]
    return nw.concat([given.select(columns), mean.select(columns)]).with_columns(subject=nw.lit(""))


def _pandas(frame: Any) -> pd.DataFrame:
    return (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_pandas()
