"""Others: what pupils in England with the same start, group and subject went on to, outcome by outcome, as of 100 of them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Scale, Stage

COLUMNS = ["year", "outcome", "pupils", "row_pupils", "percent", "of_100"]

# Of fewer pupils than this no hundred is made: they are counted themselves.
HUNDRED = 100


class Share(NamedTuple):
    """How many of how many reached an outcome: of 100, or of the pupils themselves where they are fewer than 100.

    `pupils` of `row_pupils` are those behind it: where they are some, but fewer than half of one in 100, `reached` is 0.
    """

    reached: int
    of: int
    pupils: int
    row_pupils: int


def others(
    *,
    framework: Framework,
    stage: Stage,
    subject: str,
    entry: str,
    group: str = "SEN",
    reach: str | None = None,
    matrix: pd.DataFrame | None = None,
    year: int | None = None,
) -> pd.DataFrame:
    """What pupils in England who started in a band went on to in a subject; one row for each outcome, upwards.

    Columns: year (summer of the outcomes), outcome, pupils, row_pupils (all pupils of that start and group: the denominator),
    percent (of row_pupils) and of_100, whole numbers that add up to 100. Outcomes are those without a grade that anybody had
    (X, covid), U, and every grade; a double grade counts as the lower of its two, as `national.rates` counts it.

    `of_100` is made by largest remainders. Where `reach` is told, those who reached it and those who did not are each made so:
    together they come to their percentage as it is rounded (half up), so that a strip of 100 and a rate of the same pupils
    elsewhere never differ. Without, they would in a quarter of England's rows, by up to 2.

    `entry` is a band, `group` is 'SEN', 'no SEN' or 'all', `matrix` as `national.matrix` gives it (None: what the package holds),
    `year` the summer to take (None: the newest whose grades were not teacher-assessed). Pupils below the test are compared with
    England's '<80', where DfE's nominal scores put them. No rows where no such figures are held, where the start is not known,
    or where a part of the row is not shown.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> table = others(framework=gcse, stage=gcse.stage("KS4"), subject="Mathematics", entry="90-95.5")
    >>> [int(number) for number in (table["year"].iloc[0], table["row_pupils"].iloc[0], table["of_100"].sum())]
    [2024, 15954, 100]
    >>> dict(zip(table["outcome"], table["of_100"]))
    {'X': 3, 'U': 6, '1': 24, '2': 28, '3': 22, '4': 12, '5': 4, '6': 1, '7': 0, '8': 0, '9': 0}
    """
    if entry not in stage.bands:
        return _nobody()
    asked = {
        "stage": stage.name,
        "subject": national.subject(subject),
        "entry": stage.national_band(entry),
        "group": group,
    }
    row = (
        _held(framework.name, year, **asked)
        if matrix is None
        else _row(matrix, year, **asked)
    )
    return _table(row, scale=stage.outcome_scale, reach=reach)


def reached_of_100(table: pd.DataFrame, *, reach: str, stage: Stage) -> int | None:
    """How many of 100 reached `reach` or better, by an `others` table: as many as its strip shows; None where it has no rows.

    As a percentage of them is rounded, where the table was made for this `reach`.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> stage = gcse.stage("KS4")
    >>> table = others(framework=gcse, stage=stage, subject="Mathematics", entry="90-95.5", reach="4")
    >>> reached_of_100(table, reach="4", stage=stage)
    17
    """
    return None if table.empty else _reached(table, "of_100", reach=reach, stage=stage)


def share(table: pd.DataFrame, *, reach: str, stage: Stage) -> Share | None:
    """How many of how many reached `reach` or better: of 100, or of the row's own pupils where they are fewer than 100.

    None where the table has no rows.
    """
    if table.empty:
        return None
    column = counted_in(table)
    return Share(
        reached=_reached(table, column, reach=reach, stage=stage),
        of=int(table[column].sum()),
        pupils=_reached(table, "pupils", reach=reach, stage=stage),
        row_pupils=int(table["row_pupils"].iloc[0]),
    )


def counted_in(table: pd.DataFrame) -> str:
    """The column of an `others` table to show: 'of_100', or 'pupils' where there were fewer than 100 of them."""
    return "pupils" if table["row_pupils"].max() < HUNDRED else "of_100"


def _reached(table: pd.DataFrame, column: str, *, reach: str, stage: Stage) -> int:
    return int(
        table.loc[_at_least(table, reach, scale=stage.outcome_scale), column].sum()
    )


def _at_least(table: pd.DataFrame, reach: str | None, *, scale: Scale) -> pd.Series:
    """Whether each row's outcome is `reach` or better; of none where none is told."""
    if reach is None:
        return pd.Series(False, index=table.index)
    scale.lowest(reach)  # a wrong `reach` is told even where nobody reached anything
    return (
        table["outcome"].map(lambda name: scale.reached(name, reach=reach)).astype(bool)
    )


def _nobody() -> pd.DataFrame:
    whole = dict.fromkeys(("year", "pupils", "row_pupils", "of_100"), "int64")
    return pd.DataFrame(columns=COLUMNS).astype(whole | {"percent": "float64"})


@lru_cache(maxsize=512)
def _held(framework: str, year: int | None, **asked: str) -> pd.DataFrame:
    """The row of what the package holds. It is shared by all who ask for it, and is not to be changed."""
    return _row(national.matrix(framework), year, **asked)


def _row(matrix: pd.DataFrame, year: int | None, **asked: str) -> pd.DataFrame:
    """The cells of one start, subject and group, of one summer."""
    for name, value in asked.items():
        matrix = matrix[matrix[name] == value]
    if year is None:
        year = national.year_for(matrix["year"].unique(), None)
    return matrix[matrix["year"] == year]


def _table(row: pd.DataFrame, *, scale: Scale, reach: str | None) -> pd.DataFrame:
    doubles = set(scale.double_awards())
    outcome = row["outcome"].map(
        lambda name: name.rpartition("-")[2] if name in doubles else name
    )
    # A row of which a part is not shown would look like one that is whole.
    hidden = (outcome == national.NOT_SHOWN) & row["pupils"].ne(0)
    if row["pupils"].isna().any() or hidden.any() or not row["pupils"].sum():
        return _nobody()
    counts = row["pupils"].groupby(outcome).sum().astype("int64")
    without = [code.name for code in scale.codes if counts.get(code.name, 0)]
    table = counts.reindex([*without, *scale.steps()], fill_value=0).rename_axis(
        "outcome"
    )
    table = table.rename("pupils").reset_index()
    table = table.assign(
        year=int(row["year"].iloc[0]),
        row_pupils=table["pupils"].sum(),
        percent=100 * table["pupils"] / table["pupils"].sum(),
        of_100=_of_100(table["pupils"], parted=_at_least(table, reach, scale=scale)),
    )
    return table[COLUMNS]


def _of_100(pupils: pd.Series, *, parted: pd.Series) -> pd.Series:
    """Counts as whole numbers that add up to 100, by largest remainders (the first of two as large) on each side of a parting.

    `parted` tells who is on the far side; together they come to their percentage, rounded half up.

    >>> _of_100(pd.Series([1, 1, 1]), parted=pd.Series([False] * 3)).tolist()
    [34, 33, 33]
    >>> _of_100(pd.Series([4, 2, 1, 1]), parted=pd.Series([False, False, True, True])).tolist()
    [50, 25, 13, 12]
    """
    of = int(pupils.sum())
    far = (200 * int(pupils[parted].sum()) + of) // (2 * of)
    whole, left = 100 * pupils // of, 100 * pupils % of
    for side, total in ((~parted, 100 - far), (parted, far)):
        largest = left[side].sort_values(ascending=False, kind="stable").index
        whole[largest[: total - int(whole[side].sum())]] += 1
    return whole
