"""Counting: the one place that meets every result. Pairs each pupil's entry with the outcome, and counts pairs by groups.

It is written on Narwhals, so that it runs unchanged on pandas, DuckDB and PySpark; what it returns is a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import filterfalse
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals import col, lit, when

from senlib.frameworks import NO_RESULT, Scale, Stage
from senlib.measures.entries import (
    PUPIL_SUBJECT,
    of_stages,
    one_result_each,
    papers_of,
    to_pandas,
    with_averages,
)
from senlib.school.school import School

# Cohort of pupils whose year is not known: joins and groups drop missing values, a number stays.
UNKNOWN_COHORT = 0

# Whoever leaves before this day of the stage's summer was not on roll at its end.
LAST_DAY_TO_LEAVE = "-05-01"

_PAIR = ["entry", "entry_points", "entry_kind", "outcome", "outcome_kind"]

# What stands in a pair for an entry or an outcome of which there is no row.
_MISSING = {"entry": "", "entry_kind": "", "outcome": NO_RESULT, "outcome_kind": ""}

_NOW = {"date": "now_date", "result": "now", "points": "now_points"}


def count_pairs(
    school: School, *, stage: Stage, by: Sequence[str] = ()
) -> pd.DataFrame:
    """How many pupils there are for each subject, cohort, entry, outcome and value of the columns in `by`.

    The school's pupils and results may be tables of any kind that Narwhals knows; who stands in a pair is as in `pairs`.
    Returns subject, cohort, `by`, entry, entry_points, entry_kind, outcome, outcome_kind, pupils.
    """
    keys = ["subject", "cohort", *by, *_PAIR]
    paired = _paired(school, stage=stage, columns=by)
    columns = paired.collect_schema().names()
    columns.remove("pupil_id")
    groups = paired.group_by(columns, drop_null_keys=False)
    counts = groups.agg(pupils=nw.len())
    # What can be done with the few rows that are left is not done with every result: engines group plain columns fastest.
    counts = _finished(to_pandas(counts), school, stage)
    same = counts.groupby(keys, as_index=False, dropna=False, sort=False)
    types = {"pupils": "int64", "cohort": "int64", "entry_points": "float64"}
    return same["pupils"].sum().astype(types)


def pairs(school: School, *, stage: Stage, columns: Sequence[str] = ()) -> pd.DataFrame:
    """One row for each pupil and subject: entry, entry_points, outcome, the kind of each, the cohort and `columns` of pupils.

    Only subjects that a cohort has finished are there: grades in them are, and the stage's summer is over (it lies before
    `academic_year`'s), or at least half of the cohort have one; an early entry makes nobody else a pupil without a result.
    Where the cohort is not known, grades are enough.

    In a core subject every pupil of the cohort stands who was on roll at the end of the stage; in another, who has an outcome
    in it, be it a blank or a code, or, where entry is by subject, an entry. Whoever left before is left out of all of them:
    by `left_on` before 1 May of that summer; where that is blank, off roll now and without an outcome in any subject.

    An outcome that is not there is '' (no result). Entry is the test; a teacher's assessment stands in for a code. Outcome is
    the test too; there a teacher's assessment stands in only for the codes that hide a low level.
    """
    paired = _paired(school, stage=stage, columns=columns)
    table = to_pandas(paired).assign(pupils=1)
    table = _finished(table, school, stage)
    return table.drop(columns="pupils")


def known_cohorts(cohorts: pd.Series) -> pd.Series:
    """Summers, with that which is not known missing."""
    return cohorts.astype("Int64").replace(UNKNOWN_COHORT, pd.NA)


def left_early(school: School, *, stage: str | None = None, cohort: int | None) -> int:
    """How many pupils of a cohort (None: its summer is not known) left before the end of the stage, and are counted nowhere in it.

    >>> from senlib import open_sample
    >>> left_early(open_sample("levels"), stage="KS4", cohort=2004)
    0
    """
    of_stage = school.framework.stage(stage)
    leavers = _leavers(school, of_stage)
    leavers = leavers.select(cohort=_cohort(of_stage))
    cohorts = to_pandas(leavers)["cohort"]
    same = cohorts == (cohort or UNKNOWN_COHORT)
    return int(same.sum())


def current(results: Any, *, scale: Scale) -> pd.DataFrame:
    """The latest result for 'now' of each pupil and subject: pupil_id, subject, now_date, now, now_points.

    A blank or a code says nothing newer than an older result: it stands only where there is no result at all.
    """
    codes = [code.name for code in scale.codes]
    empty = [NO_RESULT, *filterfalse(scale.is_grade, codes)]
    is_result = ~col("result").is_in(empty)
    result_date = when(is_result).then(col("date"))
    rows = of_stages(results, ["now"], "date")
    rows = rows.with_columns(is_result=is_result, result_date=result_date)
    newest = col("date", "result_date").max()
    latest = rows.group_by(PUPIL_SUBJECT).agg(newest)
    latest = latest.select(
        *PUPIL_SUBJECT,
        date=nw.coalesce("result_date", "date"),
        is_result=~col("result_date").is_null(),
    )
    keys = [*PUPIL_SUBJECT, "date", "is_result"]
    rows = rows.join(latest, on=keys)
    # Of a test and a teacher's assessment on one day, the teacher's: 'now' is a judgement of where a pupil stands.
    teachers = rows.filter(col("kind") != "test")
    tests = rows.filter(col("kind") == "test")
    tests = tests.join(teachers, on=PUPIL_SUBJECT, how="anti")
    rows = to_pandas(nw.concat([teachers, tests]))
    rows = rows[[*PUPIL_SUBJECT, *_NOW]]
    return rows.rename(columns=_NOW)


def reached(table: pd.DataFrame, *, reach: str, stage: Stage) -> pd.Series[bool]:
    """Whether the `outcome` of each row is `reach` or better; KeyError for no outcome of the stage, even where there are no rows."""
    scale = stage.outcome_scale
    scale.lowest(reach)
    outcomes = table["outcome"]
    is_enough = partial(scale.reached, reach=reach)
    enough = filter(is_enough, outcomes.unique())
    return outcomes.isin(list(enough))


# ----------------------------------------------------------------------------------------------- Who stands in a conversion


def _finished(paired: pd.DataFrame, school: School, stage: Stage) -> pd.DataFrame:
    """The pairs of subjects that their cohort has finished, with what is not there filled in. `pupils` says how many a row is."""
    if stage.averaged:
        paired = with_averages(paired, stage=stage)
    keys = ["cohort", "subject"]
    outcomes = paired["outcome"].dropna().unique()
    grades = list(filter(stage.outcome_scale.is_grade, outcomes))
    has_grade = paired["outcome"].isin(grades)
    graded = paired.assign(graded=paired["pupils"] * has_grade)
    subjects = graded.groupby(keys)["graded"].sum()
    subjects = subjects.reset_index()
    # Every pupil of a cohort stands in a core subject.
    core = school.framework.core_subjects()[0]
    everyone = paired[paired["subject"] == core]
    sizes = everyone.groupby("cohort")["pupils"].sum()
    over = subjects["cohort"] < school.academic_year
    size = subjects["cohort"].map(sizes)
    over |= 2 * subjects["graded"] >= size
    finished = subjects[over & (subjects["graded"] > 0)]
    paired = paired.merge(finished[keys], on=keys)
    return paired.fillna(_MISSING)


def _leavers(school: School, stage: Stage) -> Any:
    """The pupils who left before the end of the stage."""
    pupils = nw.from_native(school.pupils)
    results = nw.from_native(school.results)
    columns = pupils.collect_schema().names()
    blank = lit("")
    left_on, off_roll = blank, lit(False)
    if "left_on" in columns:
        left_on = col("left_on").fill_null("")
    if "on_roll" in columns:
        off_roll = col("on_roll") == "N"
    cohort = _cohort(stage)
    in_cohort = when(cohort != UNKNOWN_COHORT)
    left_on = in_cohort.then(left_on).otherwise(blank)
    summer = cohort.cast(nw.String)
    end = nw.concat_str(summer, lit(LAST_DAY_TO_LEAVE))
    by_date = pupils.filter(left_on != "", left_on < end)
    of_stage = col("stage").cast(nw.String)
    outcomes = results.filter(of_stage == stage.name)
    with_outcome = outcomes.select("pupil_id")
    undated = pupils.filter(left_on == "", off_roll)
    without = undated.join(with_outcome, on="pupil_id", how="anti")
    return nw.concat([by_date, without])


def _cohort(stage: Stage) -> nw.Expr:
    summer = col("ks4_year") + (stage.ends_in_year - 11)
    return summer.fill_null(UNKNOWN_COHORT).cast(nw.Int64)


# ------------------------------------------------------------------------------------------------------ Entry and outcome


def _paired(school: School, *, stage: Stage, columns: Sequence[str]) -> Any:
    """As `pairs`, whether or not the subject is finished, and with what is not there missing: no outcome has no `outcome_kind`.

    Where entry is an average, what it is made of stands for it.
    """
    pupils = nw.from_native(school.pupils)
    results = nw.from_native(school.results)
    names = pupils.collect_schema().names()
    if {"left_on", "on_roll"} & set(names):
        leavers = _leavers(school, stage).select("pupil_id")
        pupils = pupils.join(leavers, on="pupil_id", how="anti")
    cohort = _cohort(stage)
    people = pupils.select("pupil_id", *columns, cohort=cohort)
    stages = {"entry": stage.entry_stage, "outcome": stage.name}
    if stage.averaged:
        del stages["entry"]
    rows = of_stages(results, list(stages.values()))
    # Rows that say nothing but that the pupil takes the subject: so one pass finds everyone who stands in it.
    no_text = lit(None, dtype=nw.String)
    blank = {"stage": no_text, "kind": no_text, "result": no_text}
    blank["points"] = lit(None, dtype=nw.Float64)
    everyone = pupils.select("pupil_id", **blank)
    in_order = rows.collect_schema().names()
    core = [
        everyone.with_columns(subject=lit(subject)).select(in_order)
        for subject in school.framework.core_subjects()
    ]
    of_stage = col("stage")
    paired = one_result_each(
        nw.concat([rows, *core]),
        keys=PUPIL_SUBJECT,
        parts={part: of_stage == name for part, name in stages.items()},
        gives_way={"outcome": stage.outcome_scale.below_range()},
    ).drop("outcome_points")
    if stage.averaged:
        entries = of_stages(results, [stage.entry_stage])
        papers = papers_of(entries, stage)
        paired = paired.join(papers, on="pupil_id", how="left")
    return paired.join(people, on="pupil_id", how="inner")
