"""An edition as it is kept: one row for each band of a subject and group, a column for each grade, read and written here.

A double award stands in the columns of single grades where its two grades are one ('4' is 4-4), and in columns of its own
where they differ ('5-4', empty for every other subject). Empty is what an edition does not count, 'x' what it does not publish.
`all` is the total as published: what it has beyond the other columns are pupils whose grade is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from senlib.national._dfe_names import (
    DOUBLE,
    GROUP_NAMES,
    MATRIX_COLUMNS,
    NOT_SHOWN,
    SINGLE,
)

PACKAGE_TABLE = Path(__file__).with_name("england_gcse.csv")

# Of what an edition is taken whole or not at all.
SERIES = ["year", "subject", "group"]

KEYS = ["year", "group", "subject", "entry"]
UNEVEN = DOUBLE[1::2]
_OTHERS = ["U", "X", "covid"]
COUNTS = [*SINGLE, *_OTHERS, "all", *UNEVEN]
COLUMNS = KEYS + COUNTS

# The outcomes of a row in the order of a matrix. What stands under '4' is 4 in a single award, 4-4 in a double one.
_COLUMN_OF = {f"{grade}-{grade}": grade for grade in SINGLE}
_OF_DOUBLE = [*DOUBLE, *_OTHERS, NOT_SHOWN]
_OF_SINGLE = [_COLUMN_OF.get(name, name) for name in _OF_DOUBLE]
_NAMES_BY_AWARD = np.array([_OF_SINGLE, _OF_DOUBLE])
_UNKNOWN = "x"

# Summers whose grades were teachers' own: no examinations were held in 2020 and 2021.
TEACHER_ASSESSED = (2020, 2021)


def year_for(years: Iterable[int], cohort: int | None) -> int | None:
    """Of the years that figures are of, the one to stand beside a cohort; None where there is none.

    The cohort's own; else the nearest in which examinations were held, the later of two as near. Without a cohort, for
    pupils who are still at school, the newest in which they were.

    >>> [year_for([2021, 2022, 2023, 2024], cohort) for cohort in (2023, 2021, 2020, 2026, None)]
    [2023, 2021, 2022, 2024, 2024]
    >>> year_for([2022, 2024], 2023), year_for([2021], 2022), year_for([], None)
    (2024, None, None)
    """
    whole_years = {int(year) for year in years}
    if cohort in whole_years:
        return int(cohort)
    examined = whole_years.difference(TEACHER_ASSESSED)
    if cohort is None:
        return max(examined, default=None)
    newest_first = sorted(examined, reverse=True)
    distances = {year: abs(year - cohort) for year in newest_first}
    return min(distances, key=distances.__getitem__, default=None)


def compact(matrix: pd.DataFrame) -> pd.DataFrame:
    """A matrix as it is kept, in COLUMNS as text: by year, subject, group and band.

    >>> row = {"year": 2024, "stage": "KS4", "subject": "Combined Science", "group": "all", "entry": "<80"}
    >>> table = compact(pd.DataFrame([row | {"outcome": o, "pupils": n} for o, n in (("4-4", 7), ("5-4", 2), ("U", 1))]))
    >>> table[["4", "5-4", "U", "X", "all"]].values.tolist()
    [['7', '2', '1', '', '10']]
    """
    pupils = matrix["pupils"].astype("Int64")
    column = matrix["outcome"].replace(_COLUMN_OF)
    rows = matrix.assign(column=column, pupils=pupils)
    rows = rows.set_index([*KEYS, "column"])
    texts = _as_text(rows["pupils"]).unstack(fill_value="")
    bands = rows.groupby(KEYS)["pupils"]
    is_whole = bands.count() == bands.size()
    texts["all"] = _as_text(bands.sum().where(is_whole))
    table = texts.reset_index().astype("str")
    table = table.reindex(columns=COLUMNS, fill_value="")
    places = table[KEYS].copy()
    places["entry"] = table["entry"].map(_place)
    places["group"] = table["group"].map(GROUP_NAMES.index)
    order = places.sort_values([*SERIES, "entry"]).index
    return table.loc[order].reset_index(drop=True)


def _as_text(numbers: pd.Series) -> pd.Series:
    texts = numbers.astype("str")
    return texts.where(numbers.notna(), _UNKNOWN)


def expanded(table: pd.DataFrame) -> pd.DataFrame:
    """The matrix of a table as `read` gives it: year, stage, subject, group, entry, outcome, pupils."""
    counts = table[_OF_SINGLE[:-1]].to_numpy("float64")
    total = table["all"].to_numpy("float64")
    rest = total - np.nansum(counts, axis=1)
    rest[total < 0] = -1
    has_unknown = (counts < 0).any(axis=1)
    rest[has_unknown | (rest == 0)] = np.nan
    counts = np.column_stack([counts, rest])
    is_counted = ~np.isnan(counts)
    row, column = np.nonzero(is_counted)
    matrix = table[KEYS].iloc[row].reset_index(drop=True)
    matrix["stage"] = "KS4"
    has_pair = table[UNEVEN].notna()
    is_double = has_pair.any(axis=1)
    award = is_double.to_numpy(int)[row]
    outcomes = _NAMES_BY_AWARD[award, column]
    matrix["outcome"] = pd.Series(outcomes, dtype="str")
    pupils = pd.Series(counts[row, column])
    pupils = pupils.where(pupils >= 0)
    matrix["pupils"] = pupils.astype("Int64")
    return matrix[MATRIX_COLUMNS]


def read(file: IO[str]) -> pd.DataFrame:
    """A table as it is kept, checked: COLUMNS, numbers where they are known, -1 for 'x'. ValueError where it is none."""
    table = pd.read_csv(
        file,
        dtype=dict.fromkeys(KEYS, "str") | {"year": "int64"},
        keep_default_na=False,
        na_values=dict.fromkeys(COUNTS, ""),
    )
    if list(table.columns) != COLUMNS:
        raise ValueError("its columns are not those of an edition that is kept")
    numbers = table[COUNTS].replace(_UNKNOWN, -1)
    table[COUNTS] = numbers.astype("float64")
    return table


def matrix_in(file: Path) -> pd.DataFrame:
    """The matrix of a file as `write` leaves it."""
    with file.open(encoding="utf-8") as text:
        return expanded(read(text))


@cache
def package_matrix() -> pd.DataFrame:
    """The matrix of the editions that came with the package; it is not to be changed."""
    return matrix_in(PACKAGE_TABLE)


def write(matrix: pd.DataFrame, file: Path | IO[str]) -> None:
    """Write a matrix as it is kept."""
    table = compact(matrix)
    table.to_csv(file, index=False, lineterminator="\n")


def in_place_of(newer: pd.DataFrame, older: pd.DataFrame) -> pd.DataFrame:
    """Both matrices; of a year, subject and group that both have, the newer's bands alone, for editions are not mixed."""
    series = pd.MultiIndex.from_frame(older[SERIES])
    replaced = newer[SERIES].drop_duplicates()
    is_replaced = series.isin(pd.MultiIndex.from_frame(replaced))
    both = [newer, older[~is_replaced]]
    return pd.concat(both, ignore_index=True)


def _place(band: str) -> float:
    """Where a band stands among others.

    >>> sorted(["all", "100-102", "none", "<80", "80-89.5"], key=_place)
    ['<80', '80-89.5', '100-102', 'none', 'all']
    """
    if band.startswith("<"):
        return 0
    ends = {"none": 998.0, "all": 999.0}
    low, *_ = band.split("-")
    return ends.get(band) or float(low)
