"""Rows of a table that are no pupil's: totals, titles, footers, and the headings of a second table below the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from senlib.school.faults import Fault
from senlib.school.heading_rows import IsHeading
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
    filled_by_column = [filled_cells(column) for column in table.columns]
    filled = np.sum(filled_by_column, axis=0)
    number = _either(table, numbers, filled_cells)
    like_numbers = _either(table, numbers, _like_numbers)
    fewest = _MOST * max(number.sum(), 1)
    in_digits = like_numbers.sum() >= fewest
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
    note = _note(table.rows[others].tolist())
    return replace(kept, notes=(*table.notes, note))


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

    def is_like_number(text: str) -> bool:
        has_digit = any(map(str.isdigit, text))
        return has_digit and len(text.split()) == 1

    return _each(column, is_like_number)


def _sums(column: pd.Categorical) -> np.ndarray:
    def is_sum(text: str) -> bool:
        label = re.sub(r"[:=\s\d.,%()]+$", "", text)
        return bool(_SUMS.fullmatch(label))

    return _each(column, is_sum)


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

    def is_other(text: str) -> bool:
        return _may_be_heading(text) and is_heading(text)

    like_headings = _each(column, is_other)
    own, others = [], []
    for row in np.flatnonzero(like_headings):
        cells = [str(column[row]).strip() for column in table.columns]
        texts = [cell for cell in cells if cell]
        repeats = [
            heading
            for heading, cell in zip(table.headings, cells, strict=True)
            if cell and heading == cell
        ]
        if len(texts) > 1 and len(repeats) == len(texts):
            own.append(row)
        elif sum(map(is_other, texts)) > 1:
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


def _may_be_heading(text: str) -> bool:
    if not 1 < len(text) <= 40:
        return False
    return text[0].isalpha() and not re.search(r"\d{3}", text)


def _rows(table: RawTable, keep: np.ndarray) -> RawTable:
    columns = tuple(column[keep] for column in table.columns)
    return replace(table, columns=columns, rows=table.rows[keep])


def _note(rows: Sequence[int]) -> str:
    numbers = ", ".join(str(row) for row in rows[:_WRITTEN_OUT])
    more = f" and {len(rows) - _WRITTEN_OUT:,} more" if len(rows) > _WRITTEN_OUT else ""
    if len(rows) == 1:
        return f"Row {numbers} is a total, a title or a note, not a pupil. It was left out."
    return f"Rows {numbers}{more} are totals, titles or notes, not pupils. They were left out."
