"""Rows of a table that are no pupil's: totals, titles, footers, and the headings of a second table below the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from senlib.school.column_texts import each_distinct
from senlib.school.faults import Fault
from senlib.school.heading_rows import IsHeading
from senlib.school.raw_tables import RawTable, filled_cells
from senlib.text import first_few

# What exports write in place of a pupil's number or name where a row sums up others.
_SUMS = re.compile(
    r"(grand |sub ?-?)?totals?|averages?|mean|counts?|sum|number of (pupils|students)|all pupils",
    re.IGNORECASE,
)
_LIKE_NUMBER = re.compile(r"\S*\d\S*")
# A title, a key or a footer fills hardly more cells than this.
_FEW_CELLS = 2
# From this share of its cells on, a column of numbers is one in which a number has a digit and no blank.
_MOST = 0.5


def of_pupils_alone(
    table: RawTable,
    *,
    numbers: Sequence[int],
    names: Sequence[int],
    is_heading: IsHeading,
) -> RawTable:
    """The table without rows that are no pupil's, with a note on them; what begins with other headings is cut off, as a fault.

    `numbers` and `names` are the columns of the pupils' numbers and names.
    """
    if not numbers or not len(table.rows):
        return table
    table = _first_of_two(table, numbers[0], is_heading)
    filled = sum(map(filled_cells, table.columns))
    number = _either(table, numbers, filled_cells)
    like_numbers = _either(table, numbers, _like_numbers)
    fewest = _MOST * max(number.sum(), 1)
    in_digits = like_numbers.sum() >= fewest
    a_pupil = like_numbers if in_digits else number
    others = _either(table, [*numbers, *names], _sums)
    others &= ~a_pupil
    others |= _either(table, numbers, _sums)
    if len(table.columns) > _FEW_CELLS:
        titles = _either(table, numbers, _titles)
        titles = number & ~like_numbers if in_digits else titles
        others |= titles & (filled <= _FEW_CELLS)
    if not others.any():
        return table
    left_out = table.rows[others].astype(str).tolist()
    notes = (*table.notes, _note(left_out))
    return replace(_rows(table, ~others), notes=notes)


def _either(
    table: RawTable,
    columns: Iterable[int],
    test: Callable[[pd.Categorical], np.ndarray],
) -> np.ndarray:
    """Whether one of the columns passes the test, row by row."""
    passed = np.zeros(len(table.rows), bool)
    for index in columns:
        passed |= test(table.columns[index])
    return passed


def _like_numbers(column: pd.Categorical) -> np.ndarray:
    """Whether each cell looks like a pupil's number: some digit, and no blank within."""
    return _each(column, _LIKE_NUMBER.fullmatch)


def _sums(column: pd.Categorical) -> np.ndarray:
    def is_sum(text: str) -> bool:
        label = re.sub(r"[:=\s\d.,%()]+$", "", text)
        return bool(_SUMS.fullmatch(label))

    return _each(column, is_sum)


def _titles(column: pd.Categorical) -> np.ndarray:
    """Whether each cell looks like a title or a note: several words, or one with a colon after it."""
    return _each(column, lambda text: text.endswith(":") or len(text.split()) > 2)


def _each(column: pd.Categorical, test: Callable[[str], object]) -> np.ndarray:
    return np.array(each_distinct(column, test), bool)


def _first_of_two(table: RawTable, number: int, is_heading: IsHeading) -> RawTable:
    """The table as far as the headings of a second one; a row that repeats its own headings is passed over."""
    column = table.columns[number]

    def is_other(text: str) -> bool:
        return _may_be_heading(text) and is_heading(text)

    like_headings = _each(column, is_other)
    own, others = [], []
    for row in np.flatnonzero(like_headings):
        cells = [str(column[row]).strip() for column in table.columns]
        pairs = zip(table.headings, cells, strict=True)
        filled = [(heading, cell) for heading, cell in pairs if cell]
        repeats = all(heading == cell for heading, cell in filled)
        if repeats and len(filled) > 1:
            own.append(row)
        elif sum(is_other(cell) for _, cell in filled) > 1:
            others.append(row)
    keep = np.ones(len(table.rows), bool)
    keep[own] = False
    if others:
        keep[others[0] :] = False
        fault = Fault(
            file=table.file,
            row=int(table.rows[others[0]]),
            rule="a second table starts here, with different headings",
            remedy="Put each table on its own sheet or in its own file.",
        )
        faults = (*table.faults, fault)
        table = replace(table, faults=faults)
    return table if keep.all() else _rows(table, keep)


def _may_be_heading(text: str) -> bool:
    if not 1 < len(text) <= 40:
        return False
    digits = re.search(r"\d{3}", text)
    return digits is None and text[0].isalpha()


def _rows(table: RawTable, keep: np.ndarray) -> RawTable:
    columns = tuple(column[keep] for column in table.columns)
    return replace(table, columns=columns, rows=table.rows[keep])


def _note(rows: Sequence[str]) -> str:
    numbers = first_few(rows, most=6)
    if len(rows) == 1:
        return f"Row {numbers} is a total, a title or a note, not a pupil. It was left out."
    return (
        f"Rows {numbers} are totals, titles or notes, not pupils. They were left out."
    )
