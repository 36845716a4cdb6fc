"""Entries: each pupil's result at the beginning of a stage, by subject or as one average, and the band that it lies in.

Written on Narwhals as `counting` is, for it meets every result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import narwhals as nw
import pandas as pd
from narwhals import Expr, col, lit, when

from senlib.frameworks import NO_RESULT, Scale, Stage

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

Columns: TypeAlias = dict[str, Expr]

_PUPIL, PUPIL_SUBJECT = ["pupil_id"], ["pupil_id", "subject"]
_NO_CODES: Mapping[str, Sequence[str]] = {}
_OF_AN_AVERAGE = ["given", "mean", "reading", "mathematics", "given_kind"]


def entries_of(results: Any, *, stage: Stage) -> pd.DataFrame:
    """Each pupil's entry for a stage, whether or not there is an outcome yet: pupil_id, subject, entry, entry_points, entry_kind.

    Where entry is an average it has no subject, and is made of 'Prior attainment' as it is given, else of reading and
    mathematics: the mean of two scores ('average'); the score of one paper where the other was not sat, written '104
    (mathematics alone)'; 'below the test' where nothing but that is known. Below the test in one paper and a score in the
    other is no average: the entry says both, and has no points.
    """
    rows = of_stages(results, [stage.entry_stage])
    if not stage.averaged:
        at_entry = {"entry": col("stage") == stage.entry_stage}
        rows = one_result_each(rows, keys=PUPIL_SUBJECT, parts=at_entry)
        return to_pandas(rows)
    papers = to_pandas(papers_of(rows, stage))
    entries = with_averages(papers, stage=stage)
    entries = entries.dropna(subset="entry", ignore_index=True)
    return entries.assign(subject="")


def bands_of(rows: pd.DataFrame, *, stage: Stage) -> pd.Series:
    """The entry band of each row, by its `entry` and `entry_points`; 'none' where the start is not known."""

    def band(entry: str, points: float) -> str:
        if entry == BELOW_THE_TEST:
            return stage.below_band
        result = entry.partition(" (")[0]
        return stage.band(entry=result, points=points)

    points = rows["entry_points"].fillna(math.nan)
    starts = list(zip(rows["entry"], points, strict=True))
    by_start = {start: band(*start) for start in dict.fromkeys(starts)}
    bands = [by_start[start] for start in starts]
    return pd.Series(bands, rows.index, dtype="str")


def entry_texts(rows: pd.DataFrame) -> pd.Series:
    """The entry as one reads it: an average as its number, all else as it was given."""
    number = rows["entry_points"].map(lambda points: f"{points:g}")
    average = rows["entry"] == AVERAGE
    return rows["entry"].mask(average, number)


def one_paper(entries: pd.Series) -> pd.Series:
    """Whether each entry is that of reading or mathematics alone."""
    return entries.str.endswith(ALONE)


# ------------------------------------------------------------------------------------------- One result of a test and a teacher's


def of_stages(results: Any, stages: Sequence[str], *extra: str) -> Any:
    """The results of these stages: pupil_id, the columns in `extra`, stage, subject, kind, result, points."""
    stage = col("stage").cast(nw.String)
    rows = nw.from_native(results).filter(stage.is_in(stages))
    texts = col("stage", "subject", "kind", "result").cast(nw.String)
    points = col("points").cast(nw.Float64)
    return rows.select("pupil_id", *extra, texts, points)


def one_result_each(
    rows: Any,
    *,
    keys: Sequence[str],
    parts: Mapping[str, Expr],
    gives_way: Mapping[str, Sequence[str]] = _NO_CODES,
) -> Any:
    """One result for each part of each key: its name, `_points` and `_kind`. A part is the rows for which its condition is true.

    The test's result stands, unless it is a code and a teacher gave a level. `gives_way` has by part the only codes that do so.
    """
    kinds: Columns = {}
    results: Columns = {}
    for part, condition in parts.items():
        kinds |= _by_kind(part, condition)
        results |= _test_or_teacher(part, gives_way.get(part))
    # A pupil has one result of a kind, so that the greatest is that one; and every engine knows the greatest.
    greatest = col(*kinds).max()
    rows = rows.select(*keys, **kinds)
    rows = rows.group_by(keys).agg(greatest)
    return rows.select(*keys, **results)


def _by_kind(part: str, condition: Expr) -> Columns:
    """A test's and a teacher's result of a part, each with its points, as columns."""
    test = when(condition & (col("kind") == "test"))
    teacher = when(condition & (col("kind") != "test"))
    return {
        part + "_test": test.then(col("result")),
        part + "_test_points": test.then(col("points")),
        part + "_teacher": teacher.then(col("result")),
        part + "_teacher_points": teacher.then(col("points")),
    }


def _test_or_teacher(part: str, codes: Sequence[str] | None) -> Columns:
    """Which of the columns of `_by_kind` stand; a test's code gives way to a level of the teacher's where it is one of `codes`."""
    test = col(part + "_test")
    test_points = col(part + "_test_points")
    teacher = col(part + "_teacher")
    teacher_points = col(part + "_teacher_points")
    code = test_points.is_null()
    if codes is not None:
        code &= test.is_in(codes)
    gives_way = code & ~teacher_points.is_null()
    by_teacher = when(test.is_null() | gives_way)
    kind = by_teacher.then(lit("teacher")).otherwise(lit("test"))
    points = by_teacher.then(teacher_points).otherwise(test_points)
    nothing = test.is_null() & teacher.is_null()
    return {
        part: by_teacher.then(teacher).otherwise(test),
        part + "_points": points,
        part + "_kind": when(~nothing).then(kind),
    }


def to_pandas(frame: Any) -> pd.DataFrame:
    """A frame of any engine as one of pandas."""
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame.to_pandas()


# ------------------------------------------------------------------------------------------------------------------- Averages


def papers_of(rows: Any, stage: Stage) -> Any:
    """What each pupil's average is made of: pupil_id and `_OF_AN_AVERAGE`.

    What does not count is missing: the papers beside 'Prior attainment' or beside their mean, so that few different rows are left.
    """
    subject = col("subject")
    parts = {part: subject == name for name, part in PAPERS.items()}
    names = list(PAPERS)
    rows = rows.filter(subject.is_in(names))
    rows = one_result_each(rows, keys=_PUPIL, parts=parts)
    given, reading = col("given"), col("reading")
    points = col("reading_points")
    # English at key stage 2 is reading, where that stands under no name of its own.
    unread = when(reading.fill_null("") == "")
    codes = [NO_RESULT, *_codes_alone(stage.entry_scale)]
    rows = rows.with_columns(
        stands=~given.fill_null("").is_in(codes),
        reading=unread.then(col("english")).otherwise(reading),
        reading_points=unread.then(col("english_points")).otherwise(points),
    )
    mean = (points + col("mathematics_points")) / 2
    stands = col("stands")
    mean = when(~stands).then(mean)
    rows = rows.with_columns(mean=mean)
    no_mean = col("mean").is_null()
    apart = when(~stands & no_mean)
    return rows.select(
        "pupil_id",
        "mean",
        given=when(no_mean).then(given),
        given_kind=when(stands).then(col("given_kind")),
        reading=apart.then(reading),
        mathematics=apart.then(col("mathematics")),
    )


def with_averages(rows: pd.DataFrame, *, stage: Stage) -> pd.DataFrame:
    """The rows with entry, entry_points and entry_kind in place of `_OF_AN_AVERAGE`; what is not there is missing."""
    different = rows[_OF_AN_AVERAGE].drop_duplicates(ignore_index=True)
    parts = different.astype(object).fillna("")
    entries = [
        _average(*papers, scale=stage.entry_scale)
        for *papers, _ in parts.itertuples(index=False)
    ]
    types = {"entry": "str", "entry_points": float}
    table = pd.DataFrame(entries, columns=list(types))
    table = table.astype(types)
    table["entry_kind"] = different["given_kind"].fillna("test")
    nothing = table["entry"] == ""
    texts = table[["entry", "entry_kind"]].mask(nothing)
    table = different.join(table.assign(**texts))
    rows = rows.merge(table, on=_OF_AN_AVERAGE, how="left")
    return rows.drop(columns=_OF_AN_AVERAGE)


def _average(
    given: str, mean: float | str, reading: str, mathematics: str, *, scale: Scale
) -> tuple[str, float]:
    """A pupil's entry and its points, as `entries_of` has it; ('', NaN) where there is nothing to make it of."""
    # A code for which DfE has a nominal score counts as that score.
    codes, below = _codes_alone(scale), scale.below_range()
    if given not in ("", *codes):
        return given, scale.points(given)
    if mean != "":
        return AVERAGE, float(mean)
    papers = {"reading": reading, "mathematics": mathematics}
    stand = {paper: name for paper, name in papers.items() if name not in ("", *codes)}
    bare = [name for name in papers.values() if name in below and name in codes]
    if reading and reading == mathematics and not bare:
        return reading, math.nan
    both = ", ".join(
        f"{BELOW_THE_TEST if name in bare else name} in {paper}"
        for paper, name in papers.items()
        if name
    )
    in_range = set(stand.values()) - set(below)
    if len(stand) == 2 or (bare and in_range):
        return both, math.nan
    if bare:
        return BELOW_THE_TEST, math.nan
    if stand:
        [(paper, name)] = stand.items()
        return f"{name} ({paper}{ALONE}", scale.points(name)
    if given in below:
        return BELOW_THE_TEST, math.nan
    return both or given, math.nan


def _codes_alone(scale: Scale) -> list[str]:
    """The codes that no points stand for."""
    codes = [code.name for code in scale.codes]
    return [name for name in codes if math.isnan(scale.points(name))]
