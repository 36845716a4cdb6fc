"""Rows of a table that are no pupil's: totals, titles, footers, and the headings of a second table below the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from senlib.school.faults import Fault
from senlib.school.raw_tables import RawTable, filled_cells

# What exports write in place of a pupil's number or name where a row sums up others.
_SUMS = re.compile(
    r"(grand |sub ?-?)?totals?|averages?|mean|counts?|sum|number of (pupils|students)|all pupils",
    re.IGNORECASE,
)
# A title, a key or a footer fills hardly more cells than this.
_FEW_CELLS = 2
# From this share of its cells on, a column of numbers is one in which a number has a digit and no blank.
_MOST = 0.5
_WRITTEN_OUT = 6

IsHeading = Callable[[str], bool]


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
    filled = np.sum([filled_cells(column) for column in table.columns], axis=0)
    number = _either(table, numbers, filled_cells)
    like_numbers = _either(table, numbers, _like_numbers)
    in_digits = like_numbers.sum() >= _MOST * max(number.sum(), 1)
    a_pupil = like_numbers if in_digits else number
    others = _either(table, numbers, _sums) | (
        ~a_pupil & _either(table, [*numbers, *names], _sums)
    )
    if len(table.columns) > _FEW_CELLS:
        titles = (
            number & ~like_numbers if in_digits else _either(table, numbers, _titles)
        )
        others |= titles & (filled <= _FEW_CELLS)
    if not others.any():
        return table
    kept = _rows(table, ~others)
    return replace(kept, notes=(*table.notes, _note(table.rows[others].tolist())))


def _either(
    table: RawTable,
    columns: Iterable[int],
    test: Callable[[pd.Categorical], np.ndarray],
) -> np.ndarray:
    """Whether one of the columns passes the test, row by row."""
    passes = [test(table.columns[index]) for index in columns]
    passed: np.ndarray = np.any(passes, axis=0)
    return passed


def _like_numbers(column: pd.Categorical) -> np.ndarray:
    """Whether each cell looks like a pupil's number: some digit, and no blank within."""
    return _each(
        column, lambda text: any(map(str.isdigit, text)) and len(text.split()) == 1
    )


def _sums(column: pd.Categorical) -> np.ndarray:
    return _each(
        column, lambda text: bool(_SUMS.fullmatch(re.sub(r"[:=\s\d.,%()]+$", "", text)))
    )


def _titles(column: pd.Categorical) -> np.ndarray:
    """Whether each cell looks like a title or a note: several words, or one with a colon after it."""
    return _each(column, lambda text: len(text.split()) > 2 or text.endswith(":"))


def _each(column: pd.Categorical, test: Callable[[str], bool]) -> np.ndarray:
    matches = [test(text.strip()) for text in column.categories]
    by_row: np.ndarray = np.array(matches, bool)[column.codes]
    return by_row


def _first_of_two(table: RawTable, number: int, is_heading: IsHeading) -> RawTable:
    """The table as far as the headings of a second one; a row that repeats its own headings is passed over."""
    column = table.columns[number]
    like_headings = _each(
        column, lambda text: _may_be_heading(text) and is_heading(text)
    )
    own, others = [], []
    for row in np.flatnonzero(like_headings):
        cells = [
            (heading, str(column[row]).strip()) for heading, column in _columns(table)
        ]
        filled = [(heading, cell) for heading, cell in cells if cell]
        if len(filled) > 1 and all(heading == cell for heading, cell in filled):
            own.append(row)
        elif sum(_may_be_heading(cell) and is_heading(cell) for _, cell in filled) > 1:
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
        table = replace(table, faults=(*table.faults, fault))
    return table if keep.all() else _rows(table, keep)


def _columns(table: RawTable) -> Iterable[tuple[str, pd.Categorical]]:
    return zip(table.headings, table.columns, strict=True)


def _may_be_heading(text: str) -> bool:
    return 1 < len(text) <= 40 and text[0].isalpha() and not re.search(r"\d{3}", text)


def _rows(table: RawTable, keep: np.ndarray) -> RawTable:
    columns = tuple(column[keep] for column in table.columns)
    return replace(table, columns=columns, rows=table.rows[keep])


def _note(rows: Sequence[int]) -> str:
    numbers = ", ".join(str(row) for row in rows[:_WRITTEN_OUT])
    more = f" and {len(rows) - _WRITTEN_OUT:,} more" if len(rows) > _WRITTEN_OUT else ""
    if len(rows) == 1:
        return f"Row {numbers} is a total, a title or a note, not a pupil. It was left out."
    return f"Rows {numbers}{more} are totals, titles or notes, not pupils. They were left out."
