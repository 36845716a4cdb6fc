"""Counting: the one place that meets every result. Pairs each pupil's entry with the outcome, and counts pairs by groups.

It is written on Narwhals, so that it runs unchanged on pandas, DuckDB and PySpark; what it returns is a few hundred rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from senlib.frameworks import NO_RESULT, Framework, Scale, Stage

# Cohort of pupils whose year is not known: joins and groups drop missing values, a number stays.
UNKNOWN_COHORT = 0

# Whoever leaves before this day of the stage's summer was not on roll at its end.
LAST_DAY_TO_LEAVE = "-05-01"

# What stands for an entry that is a mean of two scores, how that of one paper ends, and what is below both.
AVERAGE = "average"
ALONE = " alone)"
BELOW_THE_TEST = "below the test"

# Of what an average is made.
PAPERS = {
    "Prior attainment": "given",
    "Reading": "reading",
    "English Language": "english",
    "Mathematics": "mathematics",
}

_PUPIL_SUBJECT = ["pupil_id", "subject"]
_OF_AN_AVERAGE = ["given", "given_kind", "mean", "reading", "mathematics"]

# What stands in a pair for an entry or an outcome of which there is no row.
_MISSING = {"entry": "", "entry_kind": "", "outcome": NO_RESULT, "outcome_kind": ""}


def count_pairs(
    pupils: Any,
    results: Any,
    *,
    framework: Framework,
    stage: Stage,
    academic_year: int,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """How many pupils there are for each subject, cohort, entry, outcome and value of the columns in `by`.

    `pupils` and `results` are tables of any kind that Narwhals knows; who stands in a pair is as in `pairs`. Returns subject,
    cohort, `by`, entry, entry_points, entry_kind, outcome, outcome_kind, pupils.
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
    paired = _paired(pupils, results, framework=framework, stage=stage, columns=by)
    paired = paired.with_columns(pupils=nw.lit(1))
    held = [
        name
        for name in paired.collect_schema().names()
        if name not in ("pupil_id", "pupils")
    ]
    counted = _pandas(
        paired.group_by(held, drop_null_keys=False).agg(nw.col("pupils").sum())
    )
    # What can be done with the few rows that are left is not done with every result: engines group plain columns fastest.
    counted = _finished(
        counted, framework=framework, stage=stage, academic_year=academic_year
    )
    counted = counted.groupby(keys, as_index=False, dropna=False, sort=False)[
        "pupils"
    ].sum()
    return counted.astype(
        {"pupils": "int64", "cohort": "int64", "entry_points": "float64"}
    )


def pairs(
    pupils: Any,
    results: Any,
    *,
    framework: Framework,
    stage: Stage,
    academic_year: int,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """One row for each pupil and subject: entry, entry_points, outcome, the kind of each, the cohort and `columns` of pupils.

    Only subjects that a cohort has finished are there: grades in them are, and the stage's summer is over (it lies before
    `academic_year`'s), or at least half of the cohort hold one; an early entry makes nobody else a pupil without a result.
    Where the cohort is not known, grades are enough.

    In a core subject every pupil of the cohort stands who was on roll at the end of the stage; in another, who has an outcome
    in it, be it a blank or a code, or, where entry is by subject, an entry. Whoever left before is left out of all of them:
    by `left_on` before 1 May of that summer; where that is not told, off roll now and without an outcome in any subject.

    An outcome that is not there is '' (no result). Entry is the test; a teacher's assessment stands in for a code. Outcome is
    the test too; there a teacher's assessment stands in only for the codes that hide a low level.
    """
    paired = _paired(pupils, results, framework=framework, stage=stage, columns=columns)
    paired = _finished(
        _pandas(paired).assign(pupils=1),
        framework=framework,
        stage=stage,
        academic_year=academic_year,
    )
    return paired.drop(columns="pupils").reset_index(drop=True)


def left_before_end(pupils: Any, results: Any, *, stage: Stage) -> pd.DataFrame:
    """How many pupils of each cohort left before the end of the stage, and are counted nowhere in it: cohort, pupils."""
    gone = _leavers(nw.from_native(pupils), nw.from_native(results), stage=stage)
    counted = _pandas(gone.select(cohort=_cohort(stage)))
    return (
        counted.groupby("cohort").size().rename("pupils").reset_index().astype("int64")
    )


def current(results: Any, *, scale: Scale) -> Any:
    """The latest result for 'now' of each pupil and subject: pupil_id, subject, now, now_points, date.

    A blank or a code says nothing newer than an older result: it stands only where there is no result at all.
    """
    none = [
        NO_RESULT,
        *(code.name for code in scale.codes if not is_grade(code.name, scale)),
    ]
    rows = _of_stages(nw.from_native(results), ["now"], extra=["date"])
    rows = rows.with_columns(held=~nw.col("result").is_in(none))
    rows = rows.with_columns(held_date=nw.when(nw.col("held")).then(nw.col("date")))
    latest = rows.group_by(_PUPIL_SUBJECT).agg(nw.col("date", "held_date").max())
    latest = latest.select(
        *_PUPIL_SUBJECT,
        date=nw.coalesce("held_date", "date"),
        is_held=~nw.col("held_date").is_null(),
    )
    rows = rows.join(latest, on=[*_PUPIL_SUBJECT, "date"], how="inner")
    rows = rows.filter(nw.col("held") == nw.col("is_held"))
    # Of a test and a teacher's assessment on one day, the teacher's: 'now' is a judgement of where a pupil stands.
    teachers = rows.filter(nw.col("kind") != "test")
    tests = rows.filter(nw.col("kind") == "test").join(
        teachers, on=_PUPIL_SUBJECT, how="anti"
    )
    rows = nw.concat([teachers, tests])
    return rows.select(
        *_PUPIL_SUBJECT, "date", now=nw.col("result"), now_points=nw.col("points")
    )


def entries_of(results: Any, *, stage: Stage) -> pd.DataFrame:
    """Each pupil's entry for a stage, whether or not there is an outcome yet: pupil_id, subject, entry, entry_points, entry_kind.

    Where entry is an average it has no subject, and is made of 'Prior attainment' as it is given, else of reading and
    mathematics: the mean of two scores ('average'); the score of one paper where the other was not sat, told as '104
    (mathematics alone)'; 'below the test' where nothing but that is known. Below the test in one paper and a score in the
    other is no average: the entry tells both, and has no points.
    """
    rows = _of_stages(nw.from_native(results), [stage.entry_stage])
    if not stage.averaged:
        return _pandas(
            _standing(rows, keys=_PUPIL_SUBJECT, parts={"entry": None}, gives_way={})
        )
    entries = _averaged(_pandas(_papers(rows, stage=stage)), stage=stage)
    return entries.dropna(subset="entry", ignore_index=True).assign(subject="")


def bands_of(rows: pd.DataFrame, *, stage: Stage) -> list[str]:
    """The entry band of each row, by its `entry` and `entry_points`; 'none' where the start is not known."""

    def band(entry: str, points: float) -> str:
        if entry == BELOW_THE_TEST:
            return stage.below_band
        return stage.band(entry=entry.partition(" (")[0], points=points)

    starts = list(
        zip(rows["entry"], rows["entry_points"].fillna(math.nan), strict=True)
    )
    bands = {start: band(*start) for start in dict.fromkeys(starts)}
    return [bands[start] for start in starts]


def entry_texts(rows: pd.DataFrame) -> pd.Series:
    """The entry as one reads it: an average as its number, all else as it was given."""
    number = rows["entry_points"].map(lambda points: f"{points:g}")
    return rows["entry"].where(rows["entry"] != AVERAGE, number)


def one_paper(entries: pd.Series) -> pd.Series:
    """Whether each entry is that of reading or mathematics alone."""
    return entries.str.endswith(ALONE)


def is_grade(outcome: str, scale: Scale) -> bool:
    """Whether an outcome tells how far the pupil got: a result of the scale, or another qualification in its place."""
    return scale.is_result(outcome) or scale.is_other(outcome)


# ----------------------------------------------------------------------------------------------- Who stands in a conversion


def _finished(
    paired: pd.DataFrame, *, framework: Framework, stage: Stage, academic_year: int
) -> pd.DataFrame:
    """The pairs of subjects that their cohort has finished, with what is not there filled in. `pupils` says how many a row is."""
    if stage.averaged:
        paired = _averaged(paired, stage=stage)
    keys = ["cohort", "subject"]
    grades = [
        n
        for n in paired["outcome"].dropna().unique()
        if is_grade(n, stage.outcome_scale)
    ]
    held = paired["outcome"].isin(grades)
    held = paired["pupils"].where(held, 0).groupby([paired[key] for key in keys]).sum()
    # Every pupil of a cohort stands in a core subject.
    core = paired["subject"] == framework.core_subjects()[0]
    sizes = paired[core].groupby("cohort")["pupils"].sum()
    cohort = held.index.get_level_values("cohort")
    over = cohort < academic_year
    over |= 2 * held.to_numpy() >= sizes.reindex(cohort).to_numpy()
    finished = held.index[(held > 0).to_numpy() & over]
    return paired[pd.MultiIndex.from_frame(paired[keys]).isin(finished)].fillna(
        _MISSING
    )


def _leavers(pupils: Any, results: Any, *, stage: Stage) -> Any:
    """The pupils who left before the end of the stage."""
    held = pupils.collect_schema().names()
    told = nw.lit("") if "left_on" not in held else nw.col("left_on").fill_null("")
    off_roll = nw.lit(False) if "on_roll" not in held else nw.col("on_roll") == "N"
    told = nw.when(_cohort(stage) != UNKNOWN_COHORT).then(told).otherwise(nw.lit(""))
    end = nw.concat_str(_cohort(stage).cast(nw.String), nw.lit(LAST_DAY_TO_LEAVE))
    by_date = pupils.filter(told != "", told < end)
    with_outcome = results.filter(nw.col("stage").cast(nw.String) == stage.name)
    with_outcome = with_outcome.select("pupil_id").unique()
    without = pupils.filter(told == "", off_roll).join(
        with_outcome, on="pupil_id", how="anti"
    )
    return nw.concat([by_date, without])


def _cohort(stage: Stage) -> nw.Expr:
    summer = nw.col("ks4_year") + (stage.ends_in_year - 11)
    return summer.fill_null(UNKNOWN_COHORT).cast(nw.Int64)


# ------------------------------------------------------------------------------------------------------ Entry and outcome


def _paired(
    pupils: Any,
    results: Any,
    *,
    framework: Framework,
    stage: Stage,
    columns: Sequence[str],
) -> Any:
    """As `pairs`, whether or not the subject is finished, and with what is not there missing: no outcome has no `outcome_kind`.

    Where entry is an average, what it is made of stands for it.
    """
    pupils = nw.from_native(pupils)
    results = nw.from_native(results)
    held = set(pupils.collect_schema().names())
    if held & {"left_on", "on_roll"}:
        leavers = _leavers(pupils, results, stage=stage).select("pupil_id")
        pupils = pupils.join(leavers, on="pupil_id", how="anti")
    people = pupils.select("pupil_id", *columns, cohort=_cohort(stage))
    parts = {"entry": stage.entry_stage, "outcome": stage.name}
    if stage.averaged:
        del parts["entry"]
    rows = _of_stages(results, list(parts.values()))
    # Rows that say nothing but that the pupil takes the subject: so one pass finds everyone who stands in it.
    blank = {
        name: nw.lit(None, dtype=nw.String) for name in ("stage", "kind", "result")
    }
    blank["points"] = nw.lit(None, dtype=nw.Float64)
    core = [
        pupils.select("pupil_id", subject=nw.lit(subject), **blank)
        for subject in framework.core_subjects()
    ]
    columns = ["pupil_id", "subject", *blank]
    rows = nw.concat([part.select(columns) for part in (rows, *core)])
    paired = _standing(
        rows,
        keys=_PUPIL_SUBJECT,
        parts={part: nw.col("stage") == name for part, name in parts.items()},
        gives_way={"outcome": stage.outcome_scale.below_range()},
    ).drop("outcome_points")
    if stage.averaged:
        papers = _papers(_of_stages(results, [stage.entry_stage]), stage=stage)
        paired = paired.join(papers, on="pupil_id", how="left")
    return paired.join(people, on="pupil_id", how="inner")


def _of_stages(results: Any, stages: Sequence[str], extra: Sequence[str] = ()) -> Any:
    texts = {
        name: nw.col(name).cast(nw.String)
        for name in ("stage", "subject", "kind", "result")
    }
    rows = results.filter(nw.col("stage").cast(nw.String).is_in(stages))
    return rows.select(
        "pupil_id", *extra, **texts, points=nw.col("points").cast(nw.Float64)
    )


def _standing(
    rows: Any,
    *,
    keys: Sequence[str],
    parts: Mapping[str, nw.Expr | None],
    gives_way: Mapping[str, Sequence[str]],
) -> Any:
    """One result for each part of each key: its name, `_points` and `_kind`. A part is the rows that its condition holds for.

    The test's result stands, unless it is a code and a teacher gave a level. `gives_way` has by part the only codes that do so.
    """
    is_test = nw.col("kind") == "test"
    sides = {}
    for part, of_part in parts.items():
        for side, here in (("test", is_test), ("teacher", ~is_test)):
            here = here if of_part is None else here & of_part
            for name in ("result", "points"):
                sides[f"{part}_{side}_{name}"] = nw.when(here).then(nw.col(name))
    # A pupil has one result of a kind, so that the greatest is that one; and every engine knows the greatest.
    rows = rows.select(*keys, **sides).group_by(keys).agg(nw.col(*sides).max())
    made = {}
    for part in parts:
        test, teacher = f"{part}_test", f"{part}_teacher"
        none, code = (
            nw.col(f"{test}_result").is_null(),
            nw.col(f"{test}_points").is_null(),
        )
        if part in gives_way:
            code &= nw.col(f"{test}_result").is_in(gives_way[part])
        by_teacher = none | (code & ~nw.col(f"{teacher}_points").is_null())
        for name, column in (("result", part), ("points", f"{part}_points")):
            made[column] = (
                nw.when(by_teacher)
                .then(nw.col(f"{teacher}_{name}"))
                .otherwise(nw.col(f"{test}_{name}"))
            )
        there = ~(none & nw.col(f"{teacher}_result").is_null())
        kind = nw.when(by_teacher).then(nw.lit("teacher")).otherwise(nw.lit("test"))
        made[f"{part}_kind"] = nw.when(there).then(kind)
    return rows.select(*keys, **made)


def _papers(rows: Any, *, stage: Stage) -> Any:
    """What each pupil's average is made of: pupil_id and `_OF_AN_AVERAGE`.

    What does not count is missing: the papers beside 'Prior attainment' or beside their mean, so that few different rows are left.
    """
    found = _standing(
        rows.filter(nw.col("subject").is_in(list(PAPERS))),
        keys=["pupil_id"],
        parts={part: nw.col("subject") == subject for subject, part in PAPERS.items()},
        gives_way={},
    )
    # English at key stage 2 is reading, where that stands under no name of its own.
    unread = nw.col("reading").fill_null("") == ""
    reading = {
        name: nw.when(unread)
        .then(nw.col(f"english{of}"))
        .otherwise(nw.col(f"reading{of}"))
        for name, of in (("reading", ""), ("reading_points", "_points"))
    }
    codes = [NO_RESULT, *_codes_alone(stage.entry_scale)]
    found = found.with_columns(
        stands=~nw.col("given").fill_null("").is_in(codes), **reading
    )
    mean = (nw.col("reading_points") + nw.col("mathematics_points")) / 2
    found = found.with_columns(mean=nw.when(~nw.col("stands")).then(mean))
    told = ~nw.col("stands") & nw.col("mean").is_null()
    return found.select(
        "pupil_id",
        "mean",
        given=nw.when(nw.col("mean").is_null()).then(nw.col("given")),
        given_kind=nw.when(nw.col("stands")).then(nw.col("given_kind")),
        reading=nw.when(told).then(nw.col("reading")),
        mathematics=nw.when(told).then(nw.col("mathematics")),
    )


def _averaged(rows: pd.DataFrame, *, stage: Stage) -> pd.DataFrame:
    """The rows with entry, entry_points and entry_kind in place of `_OF_AN_AVERAGE`; what is not there is missing."""
    made = rows[_OF_AN_AVERAGE].drop_duplicates(ignore_index=True)
    entries = [
        _average(
            *("" if pd.isna(part) else part for part in row), scale=stage.entry_scale
        )
        for row in made[["given", "mean", "reading", "mathematics"]].itertuples(
            index=False
        )
    ]
    made = made.assign(
        entry=pd.Series([entry for entry, _ in entries], index=made.index, dtype="str"),
        entry_points=pd.Series(
            [points for _, points in entries], index=made.index, dtype=float
        ),
        entry_kind=made["given_kind"].fillna("test"),
    )
    nothing = made["entry"] == ""
    made = made.assign(
        **{name: made[name].mask(nothing) for name in ("entry", "entry_kind")}
    )
    return rows.merge(made, on=_OF_AN_AVERAGE, how="left").drop(columns=_OF_AN_AVERAGE)


def _average(
    given: str, mean: float | str, reading: str, mathematics: str, *, scale: Scale
) -> tuple[str, float]:
    """A pupil's entry and its points, as `entries_of` has it; ('', NaN) where there is nothing to make it of."""
    # A code for which DfE has a nominal score counts as that score.
    codes, below = _codes_alone(scale), scale.below_range()
    papers = {"reading": reading, "mathematics": mathematics}
    stand = {paper: name for paper, name in papers.items() if name not in ("", *codes)}
    bare = [name for name in papers.values() if name in below and name in codes]
    said = [
        f"{BELOW_THE_TEST if name in bare else name} in {paper}"
        for paper, name in papers.items()
        if name
    ]
    if given not in ("", *codes):
        return given, scale.points(given)
    if mean != "":
        return AVERAGE, float(mean)
    if reading and reading == mathematics and not bare:
        return reading, math.nan
    if len(stand) == 2 or (bare and any(name not in below for name in stand.values())):
        return ", ".join(said), math.nan
    if bare:
        return BELOW_THE_TEST, math.nan
    if stand:
        [(paper, name)] = stand.items()
        return f"{name} ({paper}{ALONE}", scale.points(name)
    if given in below:
        return BELOW_THE_TEST, math.nan
    return ", ".join(said) or given, math.nan


def _codes_alone(scale: Scale) -> list[str]:
    """The codes that no points stand for."""
    return [code.name for code in scale.codes if math.isnan(scale.points(code.name))]


def _pandas(frame: Any) -> pd.DataFrame:
    return (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_pandas()
