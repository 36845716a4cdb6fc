"""A table as it stands in a file, whatever kind of file that is: text alone, each distinct text of a column stored once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice, zip_longest
from typing import BinaryIO, NamedTuple

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from senlib.school.faults import Fault
from senlib.school.files import SPLIT_IT, ReadingProgress, fault
from senlib.school.heading_rows import Head, IsHeading, Merge, find_head, headings_of
from senlib.text import first_few

# What stands in place of a formula whose value no program has worked out.
UNCALCULATED = "#UNCALCULATED!"
_ERRORS = {
    UNCALCULATED,
    *[
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
    ],
    *[
        "#GETTING_DATA",
        "#BLOCKED!",
        "#FIELD!",
        "#BUSY!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#PYTHON!",
    ],
}
# LibreOffice numbers the errors that Excel has no name for.
_NUMBERED_ERROR = re.compile(r"err:[0-9]{3}", re.IGNORECASE)

TOO_FAR = "a sheet is too large, or its cells hold too much text"
DELETE_FAR = (
    "Delete anything far below or beside the table, or save the sheet as a CSV file."
)
MAX_CELLS = 10_000_000
_MAX_DIFFERENT = 2_000_000
_MAX_CELL_TEXT = 2 * 1024**3
_MAX_COLUMNS = 2_000
_LONGEST_HEADING = 1_000
_CELLS_AT_ONCE = 400_000

# A row's number, as the spreadsheet shows it, and its cells from column A on.
Row = tuple[int, Sequence[str]]
Rows = Iterator[Row]


class TooLarge(Exception):
    """A sheet or a web page that reaches too far, or has too much in it."""


class OpenFile(NamedTuple):
    """A file while its tables are read: its name for faults, what it holds, and which texts are headings."""

    name: str
    stream: BinaryIO
    is_heading: IsHeading
    progress: ReadingProgress


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file: text alone, blank rows left out.

    `rows` numbers the rows as the spreadsheet shows them. `faults` are rows that do not fit under the headings: they
    count once it is clear that this is a table at all. `sheet` is True where the cells come from a spreadsheet's own
    numbers. `notes` are sentences on what was passed over or changed, without any pupil's value.
    """

    file: str
    heading_row: int
    headings: tuple[str, ...]
    columns: tuple[pd.Categorical, ...]
    rows: np.ndarray
    faults: tuple[Fault, ...] = ()
    sheet: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class Surroundings:
    """What a file says of a table beside its cells; all of it is known once the rows have been read."""

    merges: list[Merge] = field(default_factory=list)
    hidden_columns: list[Container[int]] = field(default_factory=list)
    hidden_rows: int = 0
    filtered: bool = False
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def is_error(text: str) -> bool:
    """Whether a cell holds an error of the spreadsheet, or a formula that was never calculated.

    >>> is_error("#N/A"), is_error("#UNCALCULATED!"), is_error("N/A")
    (True, True, False)
    """
    written = text.strip()
    # Most texts are none by their first letter.
    if written[:1] not in ("#", "E", "e"):
        return False
    numbered = _NUMBERED_ERROR.fullmatch(written)
    return written.upper() in _ERRORS or bool(numbered)


def filled_cells(column: pd.Categorical) -> np.ndarray:
    """Whether each cell of a column holds more than blanks."""
    stripped = column.categories.str.strip()
    filled: np.ndarray = (stripped != "").astype(bool)
    by_row: np.ndarray = filled[column.codes]
    return by_row


def table_of(
    rows: Iterator[Row],
    *,
    file: str,
    is_heading: IsHeading,
    around: Surroundings,
    fit: Callable[[Rows, int], Rows] = lambda rows, _: rows,
    sheet: bool = False,
) -> RawTable | None:
    """The table in `rows`, None where no cell is filled.

    `fit` makes rows as wide as the headings, in files that have no columns of their own. `around` is looked at when the
    rows have been read. Raises FaultyFile where the table is too large to be a school's.
    """
    head = find_head(rows, is_heading)
    if head is None:
        return None
    body = fit(head.body, head.width)
    columns, numbers = _columns(body, width=head.width, file=file)
    headings, joined = headings_of(head, around.merges, is_heading)
    notes = [*_head_notes(head, joined), *around.notes]
    if around.hidden_rows:
        notes.append(_hidden_rows(around))
    missing = len(columns) - len(headings)
    headings = [*headings, *[""] * missing][: len(columns)]
    cells = [filled_cells(column) for column in columns]
    for index, heading in enumerate(headings):
        if not heading and cells[index].any():
            letters = xl_col_to_name(index)
            headings[index] = f"(column {letters})"
            notes.append(
                f"Column {letters} has no heading. It is called ‘{headings[index]}’ here."
            )
    kept = [(index, heading) for index, heading in enumerate(headings) if heading]
    filled = np.logical_or.reduce(cells)
    again = filled & _repeats(columns, kept)
    if again.any():
        filled &= ~again
        notes.append(_repeats_note(int(again.sum())))
    names = [heading for _, heading in kept]
    _check_headings(names, file=file, row=head.number)
    notes += _hidden_columns(kept, around.hidden_columns)
    return RawTable(
        file=file,
        heading_row=head.number,
        headings=tuple(names),
        columns=tuple(columns[index][filled] for index, _ in kept),
        rows=numbers[filled],
        faults=tuple(around.faults),
        sheet=sheet,
        notes=tuple(notes),
    )


class _CodedColumn:
    """A column as it is read: the distinct texts by number, and the number of each cell."""

    def __init__(self, blanks: int) -> None:
        self.numbering: defaultdict[str, int] = defaultdict(count().__next__)
        self.parts = [np.array([], np.int32)]
        if blanks:
            self.add([""] * blanks)

    def add(self, cells: Sequence[str]) -> None:
        numbers = map(self.numbering.__getitem__, cells)
        part = np.fromiter(numbers, np.int32, len(cells))
        self.parts.append(part)

    def categorical(self) -> pd.Categorical:
        texts = pd.Index(list(self.numbering), dtype=str)
        return pd.Categorical.from_codes(
            np.concatenate(self.parts),
            categories=texts,
            validate=False,
        )

    def text_length(self) -> int:
        lengths = np.fromiter(map(len, self.numbering), np.int64)
        codes = np.concatenate(self.parts)
        return int(lengths[codes].sum())


def _columns(
    rows: Rows, *, width: int, file: str
) -> tuple[list[pd.Categorical], np.ndarray]:
    """The cells of all rows by column, and the rows' numbers: a batch at a time, what repeats is stored once."""
    columns = [_CodedColumn(0) for _ in range(width)]
    numbers: list[int] = []
    at_once = max(100, _CELLS_AT_ONCE // max(width, 1))
    while batch := list(islice(rows, at_once)):
        read = len(numbers)
        numbers += [number for number, _ in batch]
        texts = [row_cells for _, row_cells in batch]
        cells = list(zip_longest(*texts, fillvalue=""))
        new = len(cells) - len(columns)
        columns += [_CodedColumn(read) for _ in range(new)]
        blanks = ("",) * len(batch)
        missing = len(columns) - len(cells)
        cells += [blanks] * missing
        for column, added in zip(columns, cells, strict=True):
            column.add(added)
        different = sum(len(column.numbering) for column in columns)
        size = len(numbers) * len(columns)
        if different > _MAX_DIFFERENT or size > MAX_CELLS:
            raise fault(file, "the table is too large to be a school’s", SPLIT_IT)
    lengths = [column.text_length() for column in columns]
    if sum(lengths) > _MAX_CELL_TEXT:
        raise fault(file, TOO_FAR, DELETE_FAR)
    categoricals = [column.categorical() for column in columns]
    return categoricals, np.array(numbers, int)


def _repeats(
    columns: Sequence[pd.Categorical], kept: Sequence[tuple[int, str]]
) -> np.ndarray:
    """Whether a row is the headings once more, as reports print them at the top of each page."""
    again = np.full(len(columns[0]), len(kept) > 1)
    for index, heading in kept:
        if not again.any():
            break
        column = columns[index]
        same = [" ".join(text.split()) == heading for text in column.categories]
        again &= np.array(same, bool)[column.codes]
    return again


def _repeats_note(rows: int) -> str:
    if rows == 1:
        return "1 row repeats the headings. It was left out."
    return f"{rows:,} rows repeat the headings. They were left out."


def _check_headings(headings: Sequence[str], *, file: str, row: int) -> None:
    if len(headings) > _MAX_COLUMNS:
        rule = f"more than {_MAX_COLUMNS:,} columns"
        remedy = "Keep only the columns that you need, and choose the file again."
        raise fault(file, rule, remedy, row=row)
    longest = max(map(len, headings), default=0)
    if longest > _LONGEST_HEADING:
        rule = "this is not a table, or one of its headings is too long"
        remedy = "Give each column a short heading, and choose the file again."
        raise fault(file, rule, remedy, row=row)


def _head_notes(head: Head, joined: bool) -> Iterator[str]:
    above = head.filled_above - (joined and not head.upper_is_first)
    if above:
        first = head.upper_number if joined else head.number
        rows = (
            "The row of text above was"
            if above == 1
            else f"The {above} rows of text above were"
        )
        yield f"The headings begin in row {first}. {rows} left out."
    if joined:
        yield f"Rows {head.upper_number} and {head.number} were read together as the headings."


def _hidden_columns(
    kept: Iterable[tuple[int, str]], hidden: Sequence[Container[int]]
) -> Iterator[str]:
    headings = [
        f"‘{heading}’"
        for index, heading in kept
        if any(index in span for span in hidden)
    ]
    if len(headings) == 1:
        yield f"Column {headings[0]} is hidden in Excel. It was read."
    elif headings:
        yield f"{len(headings)} columns are hidden in Excel: {first_few(headings)}. They were read."


def _hidden_rows(around: Surroundings) -> str:
    rows, many = around.hidden_rows, around.hidden_rows > 1
    how = "by a filter " if around.filtered else ""
    them = "them" if many else "it"
    remedy = "clear the filter" if around.filtered else f"unhide {them}"
    return (
        f"{rows:,} row{'s are' if many else ' is'} hidden {how}in Excel, and {'were' if many else 'was'} left out. "
        f"To include {them}, {remedy} in Excel, save the workbook and choose it again."
    )
