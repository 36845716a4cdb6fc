"""An edition as it is kept: one row for each band of a subject and group, a column for each grade, read and written here.

A double award stands in the columns of single grades where its two grades are one ('4' is 4-4), and in columns of its own
where they differ ('5-4', empty for every other subject). Empty is what an edition does not count, 'x' what it does not tell.
`all` is the total as published: what it has beyond the other columns are pupils whose grade is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import numpy as np
import pandas as pd

from senlib.national._dfe import DOUBLE, MATRIX_COLUMNS, NOT_SHOWN, SINGLE, SPELLINGS

KEYS = ["year", "group", "subject", "entry"]
UNEVEN = [pair for pair in DOUBLE if pair[0] != pair[2]]
COLUMNS = [*KEYS, *SINGLE, "U", "X", "covid", "all", *UNEVEN]

# The outcomes of a row in the order of a matrix. What stands under '4' is 4 in a single award, 4-4 in a double one.
_IN_ORDER = sorted([*SINGLE, *UNEVEN], key=lambda name: (name[0], -len(name)))
_OUTCOMES = [*_IN_ORDER, "U", "X", "covid"]
_NOT_TOLD = "x"

# Summers whose grades were teachers' own: no examinations were held in 2020 and 2021.
TEACHER_ASSESSED = (2020, 2021)


def year_for(years: Iterable[int], cohort: int | None) -> int | None:
    """Of the years of which figures are held, the one to stand beside a cohort; None where there is none.

    The cohort's own; else the nearest in which examinations were held, the later of two as near. Without a cohort, for
    pupils who are still at school, the newest in which they were.

    >>> held = [2021, 2022, 2023, 2024]
    >>> year_for(held, 2023), year_for(held, 2021), year_for(held, 2020), year_for(held, 2026), year_for(held, None)
    (2023, 2021, 2022, 2024, 2024)
    >>> year_for([2022, 2024], 2023), year_for([2021], 2022), year_for([], None)
    (2024, None, None)
    """
    held = {int(year) for year in years}
    if cohort in held:
        return int(cohort)
    examined = held - set(TEACHER_ASSESSED)
    if cohort is None:
        return max(examined, default=None)
    return min(examined, key=lambda year: (abs(year - cohort), -year), default=None)


def compact(matrix: pd.DataFrame) -> pd.DataFrame:
    """A matrix as it is kept, in COLUMNS as text: by year, subject, group and band.

    >>> row = {"year": 2024, "stage": "KS4", "subject": "Combined Science", "group": "all", "entry": "<80"}
    >>> table = compact(pd.DataFrame([row | {"outcome": o, "pupils": n} for o, n in (("4-4", 7), ("5-4", 2), ("U", 1))]))
    >>> table[["4", "5-4", "U", "X", "all"]].values.tolist()
    [['7', '2', '1', '', '10']]
    """
    column = matrix["outcome"].where(
        ~matrix["outcome"].isin(DOUBLE), matrix["outcome"].map(_column)
    )
    rows = matrix[KEYS].assign(column=column, pupils=matrix["pupils"].astype("Int64"))
    bands = rows.groupby(KEYS, sort=False)["pupils"]
    whole = bands.sum().where(bands.count() == bands.size())
    texts = rows.assign(
        text=rows["pupils"].astype("str").where(rows["pupils"].notna(), _NOT_TOLD)
    )
    wide = texts.pivot(index=KEYS, columns="column", values="text").fillna("")
    wide = wide.join(whole.astype("str").where(whole.notna(), _NOT_TOLD).rename("all"))
    return _in_order(wide.reset_index().reindex(columns=COLUMNS, fill_value="")).astype(
        "str"
    )


def expanded(table: pd.DataFrame) -> pd.DataFrame:
    """The matrix of a table as `read` gives it: year, stage, subject, group, entry, outcome, pupils."""
    counts = table[_OUTCOMES].to_numpy("float64")
    total = table["all"].to_numpy("float64")
    double = table[UNEVEN].notna().any(axis=1).to_numpy()
    shown = np.where(counts > 0, counts, 0).sum(axis=1)
    known = ~(counts < 0).any(axis=1)
    rest = np.where(total < 0, -1, total - shown)
    rest = np.where(known & (rest != 0), rest, np.nan)
    counts = np.column_stack([counts, rest])
    row, column = np.nonzero(~np.isnan(counts))
    names = np.array(
        [
            [*_OUTCOMES, NOT_SHOWN],
            [*map(_pair, _IN_ORDER), "U", "X", "covid", NOT_SHOWN],
        ]
    )
    pupils = pd.Series(counts[row, column]).astype("Int64")
    return (
        table[KEYS]
        .iloc[row]
        .reset_index(drop=True)
        .assign(
            stage="KS4",
            outcome=pd.Series(names[double.astype(int)[row], column], dtype="str"),
            pupils=pupils.mask(pupils < 0),
        )[MATRIX_COLUMNS]
    )


def read(file: IO[str]) -> pd.DataFrame:
    """A table as it is kept, checked: COLUMNS, numbers where they are told, -1 for 'x'. ValueError where it is none."""
    table = pd.read_csv(
        file,
        dtype={"group": "str", "subject": "str", "entry": "str", "year": "int64"},
        keep_default_na=False,
        na_values={name: [""] for name in COLUMNS[4:]},
    )
    if list(table.columns) != COLUMNS:
        raise ValueError("its columns are not those of an edition that is kept")
    told = table[COLUMNS[4:]].replace(_NOT_TOLD, -1).astype("float64")
    return pd.concat([table[KEYS], told], axis=1)


def write(matrix: pd.DataFrame, path: str | IO[str]) -> None:
    """Write a matrix as it is kept."""
    compact(matrix).to_csv(path, index=False, lineterminator="\n")


def in_place_of(newer: pd.DataFrame, older: pd.DataFrame) -> pd.DataFrame:
    """Both matrices; of a year, subject and group that both hold, the newer's bands alone, for editions are not mixed."""
    series = ["year", "subject", "group"]
    held = pd.MultiIndex.from_frame(newer[series].drop_duplicates())
    kept = older[~pd.MultiIndex.from_frame(older[series]).isin(held)]
    return pd.concat([newer, kept], ignore_index=True)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    groups = list(SPELLINGS)
    order = {
        "group": lambda column: column.map(groups.index),
        "entry": lambda column: column.map(_place),
    }
    return table.sort_values(
        ["year", "subject", "group", "entry"],
        key=lambda column: order.get(column.name, lambda same: same)(column),
        ignore_index=True,
    )


def _place(band: str) -> float:
    """Where a band stands among others.

    >>> sorted(["all", "100-102", "none", "<80", "80-89.5"], key=_place)
    ['<80', '80-89.5', '100-102', 'none', 'all']
    """
    if band.startswith("<"):
        return 0.0
    return {"none": 998.0, "all": 999.0}.get(band) or float(band.split("-")[0])


def _column(pair: str) -> str:
    return pair if pair in UNEVEN else pair[0]


def _pair(column: str) -> str:
    return column if column in UNEVEN else f"{column}-{column}"
