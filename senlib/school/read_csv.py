"""Reads CSV files, whatever separates their cells and however their text is encoded."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import TextIOWrapper
from itertools import islice
from operator import attrgetter
from typing import BinaryIO

from senlib.school.faults import Fault
from senlib.school.files import NOT_EMPTY, SPLIT_IT, UTF_16_MARKS, fault
from senlib.school.heading_rows import IsHeading
from senlib.school.raw_tables import OpenFile, RawTable, Row, Surroundings, table_of

READABLE = (
    "Choose a CSV file, an Excel workbook (.xlsx) or a Common Transfer File (.xml)."
)
_SEPARATORS = ",;\t|"
# Excel takes the separator from such a line, and does not show it.
_NAMES_SEPARATOR = re.compile(r'"?sep=(\\t|[^\r\n"]?)"?[\r\n]', re.IGNORECASE)
_CONTROL = bytes([*range(0x09), *range(0x0E, 0x20)])
_BYTES_AT_ONCE = 1024**2
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 50
_LONGEST_LINE = 8 * 1024**2
_MAX_LINES = 2_000_000
_MAX_MISFITS = 1_000
_ROWS_A_STEP = 5_000


def read_csv(source: OpenFile) -> list[RawTable]:
    """The table of a CSV file; FaultyFile where it is none, or too large."""
    name, stream = source.name, source.stream
    encoding = _encoding(stream, name=name)
    size = stream.tell()
    stream.seek(0)
    text = TextIOWrapper(stream, encoding=encoding, newline="")
    around = Surroundings()
    try:
        start = text.read(_SAMPLE)
        named = _NAMES_SEPARATOR.match(start)
        separator = _named_separator(named) or _separator(start, source.is_heading)
        text.seek(0)
        if named:
            text.readline()
            around.notes.append(
                "The first line only names the separator (sep=). Excel does not show it, "
                "so rows are counted from the next line."
            )
        table = table_of(
            _rows(text, source, separator=separator, size=size),
            file=name,
            is_heading=source.is_heading,
            around=around,
            fit=partial(_fitted, name=name, around=around),
        )
    finally:
        text.detach()
    if table is None:
        raise fault(name, "the file holds no text", NOT_EMPTY)
    return [table]


def _rows(
    text: TextIOWrapper, source: OpenFile, *, separator: str, size: int
) -> Iterator[Row]:
    """The rows with their numbers. A quotation mark that is not closed is a fault: the rows after it would be lost in a cell."""
    number = 0
    lines = csv.reader(text, delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(lines, 1):
            if number % _ROWS_A_STEP == 0:
                source.progress(source.stream.tell() / size)
            yield number, cells
    except csv.Error as error:
        raise fault(
            source.name,
            "a cell is too long, or a quotation mark in it is not closed",
            "Export the list again as an Excel workbook (.xlsx), or close the quotation mark.",
            row=number + 1,
        ) from error


def _fitted(
    rows: Iterator[Row], width: int, *, name: str, around: Surroundings
) -> Iterator[Row]:
    """The rows made as wide as the headings: missing cells are blank, as exports leave out blanks at the end.

    A filled cell beyond the headings is a fault. So is a cell that is a row's only one, save below the table, where it
    is a footer.
    """
    single: list[int] = []
    last = 0
    for number, cells in rows:
        if len(cells) != width:
            filled = [index for index, cell in enumerate(cells) if cell.strip()]
            too_wide = filled[-1] >= width
            if too_wide:
                around.faults.append(_misfit(name, number, "more cells than headings"))
            elif len(cells) < width and len(filled) == 1:
                single.append(number)
            misfits = max(len(around.faults), len(single))
            if misfits > _MAX_MISFITS:
                rule = f"more than {_MAX_MISFITS:,} rows do not fit under the headings"
                remedy = "Export the list again as an Excel workbook (.xlsx)."
                raise fault(name, rule, remedy)
            if too_wide or single[-1:] == [number]:
                continue
            missing = [""] * (width - len(cells))
            cells = [*cells[:width], *missing]
        last = number
        yield number, cells
    rule = "fewer cells than headings, and only one of them filled in"
    for number in single:
        if number < last:
            around.faults.append(_misfit(name, number, rule))
    around.faults.sort(key=attrgetter("row"))
    footers = [number for number in single if number > last]
    if len(footers) == 1:
        around.notes.append(
            f"Row {footers[0]}, below the table, has only one cell filled in. It was left out."
        )
    elif footers:
        around.notes.append(
            f"Rows {footers[0]} to {footers[-1]}, below the table, have only one cell filled in each. They were left out."
        )


def _misfit(name: str, row: int, rule: str) -> Fault:
    remedy = "Export the list again as an Excel workbook (.xlsx), or correct the row: it needs one cell for each heading."
    return Fault(file=name, row=row, rule=rule, remedy=remedy)


# ---------------------------------------------------------------------------------------------------------- Separators


def _named_separator(named: re.Match[str] | None) -> str:
    """The separator that the first line names; '' where it names none that can part cells."""
    if named is None:
        return ""
    separator = "\t" if named[1] == "\\t" else named[1]
    cannot_part = separator in ('"', " ") or separator.isalnum()
    return "" if cannot_part else separator


def _separator(start: str, is_heading: IsHeading) -> str:
    """The separator that parts most of the first rows into the same number of cells, more than one."""
    lines = start.splitlines(keepends=True)
    return max(_SEPARATORS, key=lambda one: _consistency(lines, one, is_heading))


def _consistency(
    lines: list[str], separator: str, is_heading: IsHeading
) -> tuple[int, int, int]:
    """How many rows have the width that most have, how many headings are known in the best row, and that width."""
    try:
        sample = csv.reader(lines, delimiter=separator)
        first = list(islice(sample, _SAMPLE_ROWS))
    except csv.Error:
        return 0, 0, 0
    rows = [row for row in first if any(map(str.strip, row))]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0, 0
    times, width = max((times, width) for width, times in widths.items())
    known = []
    for row in rows[:5]:
        cells = [cell for cell in row[:100] if len(cell) <= 100]
        known.append(sum(map(is_heading, cells)))
    return times, max(known), width


# ----------------------------------------------------------------------------------------------------------- Encodings


def _encoding(stream: BinaryIO, *, name: str) -> str:
    """The encoding that every byte of the file fits; FaultyFile where there is none, or where it is no text."""
    start = stream.read(4)
    if start.startswith(UTF_16_MARKS):
        possible = ["utf-16"]
    elif start.startswith(codecs.BOM_UTF8):
        possible = ["utf-8-sig"]
    else:
        possible = ["utf-8", "cp1252"]
    for encoding in possible:
        if _fits(stream, encoding, name=name):
            return encoding
    rule = "this is not a table, or its text is in an encoding that cannot be read"
    raise fault(name, rule, f"{READABLE} In Excel, save a CSV file as ‘CSV UTF-8’.")


def _fits(stream: BinaryIO, encoding: str, *, name: str) -> bool:
    """Whether the file is text in this encoding; FaultyFile where it has more or longer lines than a table can have."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = length = 0
    try:
        while chunk := stream.read(_BYTES_AT_ONCE):
            text = decoder.decode(chunk)
            written = text.encode() if encoding == "utf-16" else chunk
            printable = written.translate(None, _CONTROL)
            if len(printable) < len(written):
                return False
            lines += max(map(text.count, "\n\r"))
            end = max(map(text.rfind, "\n\r"))
            length = len(text) - end if end >= 0 else length + len(text)
            if lines > _MAX_LINES:
                rule = f"the file has more than {_MAX_LINES:,} lines"
                raise fault(name, rule, SPLIT_IT)
            if length > _LONGEST_LINE:
                rule = "this is not a table, or one of its lines is too long"
                raise fault(name, rule, READABLE)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
