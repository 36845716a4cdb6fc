"""Others: what pupils in England with the same start, group and subject went on to, outcome by outcome, as of 100 of them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.counting import reached

_TYPES = {
    "year": "int64",
    "outcome": "object",
    "pupils": "int64",
    "row_pupils": "int64",
    "percent": "float64",
    "of_100": "int64",
}
COLUMNS = list(_TYPES)

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

    `of_100` is made by largest remainders. Where there is a `reach`, those who reached it and those who did not are each made so:
    together they come to their percentage as it is rounded (half up), so that a strip of 100 and a rate of the same pupils
    elsewhere never differ. Without, they would in a quarter of England's rows, by up to 2.

    `entry` is a band, `group` is 'SEN', 'no SEN' or 'all', `matrix` as `national.matrix` gives it (None: the package's),
    `year` the summer to take (None: the newest whose grades were not teacher-assessed). Pupils below the test are compared with
    England's '<80', where DfE's nominal scores put them. No rows where there are no such figures, where the start is not known,
    or where DfE does not publish a part of the row.

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
    cells = {
        "stage": stage.name,
        "subject": national.subject(subject),
        "entry": stage.national_band(entry),
        "group": group,
    }
    row = (
        _row_of_package(framework.name, year, **cells)
        if matrix is None
        else _row(matrix, year, **cells)
    )
    return _table(row, stage=stage, reach=reach)


def share(table: pd.DataFrame, *, reach: str, stage: Stage) -> Share | None:
    """How many of how many reached `reach` or better: of 100, or of the row's own pupils where they are fewer than 100.

    None where the table has no rows.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> stage = gcse.stage("KS4")
    >>> table = others(framework=gcse, stage=stage, subject="Mathematics", entry="90-95.5", reach="4")
    >>> share(table, reach="4", stage=stage)[:2]
    (17, 100)
    """
    if table.empty:
        return None
    column = counted_in(table)
    at_least = reached(table, reach=reach, stage=stage)
    rows = table[at_least]
    return Share(
        reached=int(rows[column].sum()),
        of=int(table[column].sum()),
        pupils=int(rows["pupils"].sum()),
        row_pupils=int(table["row_pupils"].iloc[0]),
    )


def counted_in(table: pd.DataFrame) -> str:
    """The column of an `others` table to show: 'of_100', or 'pupils' where there were fewer than 100 of them."""
    return "pupils" if table["row_pupils"].max() < HUNDRED else "of_100"


def _nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS).astype(_TYPES)


@lru_cache(maxsize=512)
def _row_of_package(framework: str, year: int | None, **cells: str) -> pd.DataFrame:
    """The row of the package's own matrix. It is shared by all who ask for it, and is not to be changed."""
    return _row(national.matrix(framework), year, **cells)


def _row(matrix: pd.DataFrame, year: int | None, **cells: str) -> pd.DataFrame:
    """The cells of one start, subject and group, of one summer."""
    for name, value in cells.items():
        matrix = matrix[matrix[name] == value]
    if year is None:
        year = national.year_for(matrix["year"], None)
    return matrix[matrix["year"] == year]


def _table(row: pd.DataFrame, *, stage: Stage, reach: str | None) -> pd.DataFrame:
    scale, pupils = stage.outcome_scale, row["pupils"]
    lower = {pair: pair[-1] for pair in scale.double_awards()}
    outcome = row["outcome"].replace(lower)
    # A row of which a part is not published would look like one that is whole.
    hidden = pupils[outcome == national.NOT_SHOWN]
    incomplete = pupils.isna().any() or hidden.any()
    if incomplete or not pupils.sum():
        return _nobody()
    counts = pupils.astype("int64").groupby(outcome).sum()
    codes = [code.name for code in scale.codes]
    order = [*filter(counts.get, codes), *scale.steps()]
    counts = counts.reindex(order, fill_value=0)
    table = counts.rename_axis("outcome").reset_index(name="pupils")
    parted = pd.Series(False, index=table.index)
    if reach is not None:
        parted = reached(table, reach=reach, stage=stage)
    counts = table["pupils"]
    total = counts.sum()
    table = table.assign(
        year=row["year"].iloc[0],
        row_pupils=total,
        percent=100 * counts / total,
        of_100=_of_100(counts, parted=parted),
    )
    return table[COLUMNS].astype(_TYPES)


def _of_100(pupils: pd.Series, *, parted: pd.Series) -> pd.Series:
    """Counts as whole numbers that add up to 100, by largest remainders (the first of two as large) on each side of a parting.

    `parted` says who is on the far side; together they come to their percentage, rounded half up.

    >>> _of_100(pd.Series([1, 1, 1]), parted=pd.Series([False] * 3)).tolist()
    [34, 33, 33]
    >>> _of_100(pd.Series([4, 2, 1, 1]), parted=pd.Series([False, False, True, True])).tolist()
    [50, 25, 13, 12]
    """
    of = int(pupils.sum())
    beyond = int(pupils[parted].sum())
    far = (200 * beyond + of) // (2 * of)
    whole, left = 100 * pupils // of, 100 * pupils % of
    for side, total in ((~parted, 100 - far), (parted, far)):
        largest = left[side].sort_values(ascending=False, kind="stable").index
        missing = total - int(whole[side].sum())
        whole[largest[:missing]] += 1
    return whole
