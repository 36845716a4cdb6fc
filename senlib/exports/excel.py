"""Excel: lists as workbooks with typed columns, frozen heads and filters; text from files stays text and is never a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# Excel's own limits on a sheet's name.
_NOT_IN_NAMES, _LONGEST_NAME = re.compile(r"[\[\]:*?/\\']"), 31

# The widest column in letters, and the height of a line in points.
_WIDEST, _LINE = 60, 15

# For xlsxwriter: no text is to become a formula, a link or a number on its way into a sheet.
PLAIN_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class _Formats(NamedTuple):
    head: Format
    text: Format
    number: Format


@dataclass(frozen=True)
class ExcelSheet:
    """One sheet: its name, its table, and the columns to show with their headings."""

    name: str
    table: pd.DataFrame
    columns: Mapping[str, str]


def workbook(
    sheets: Sequence[ExcelSheet], *, about: Sequence[tuple[str, str]]
) -> bytes:
    """A workbook of lists, and last a sheet 'About' of what it is, where it is from and when it was made.

    >>> from zipfile import ZipFile
    >>> sheet = ExcelSheet(name="English", table=pd.DataFrame({"name": ["=1+1"]}), columns={"name": "Pupil"})
    >>> text = ZipFile(io.BytesIO(workbook([sheet], about=[("Made", "18 March 2005")]))).read("xl/worksheets/sheet1.xml")
    >>> b"<f>" in text
    False
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, PLAIN_TEXT) as book:
        top = {"valign": "top"}
        wrapped = {"text_wrap": True, **top}
        bold = {"bold": True, "bottom": 1}
        head = book.add_format(wrapped | bold)
        text = book.add_format({"num_format": "@", **wrapped})
        formats = _Formats(head, text, book.add_format(top))
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name))
            _write(page, sheet, formats)
        _write_about(book.add_worksheet("About"), about, formats)
        for page in book.worksheets():
            page.set_landscape()
            page.fit_to_pages(1, 0)
    return file.getvalue()


def _write_about(
    page: Worksheet, about: Sequence[tuple[str, str]], formats: _Formats
) -> None:
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 90, formats.text)
    for row, (name, value) in enumerate(about):
        page.write_string(row, 0, name, formats.head)
        page.write_string(row, 1, value, formats.text)
        count = _lines(value, width=90)
        page.set_row(row, count * _LINE)


def _write(page: Worksheet, sheet: ExcelSheet, formats: _Formats) -> None:
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    lines = [1] * len(sheet.table)
    for column, (key, heading) in enumerate(sheet.columns.items()):
        values = sheet.table[key]
        texts = [str(text) for text in (heading, *values)]
        longest = max(6, *map(len, texts))
        width = min(longest + 2, _WIDEST)
        page.set_column(column, column, width)
        page.write_string(0, column, heading, formats.head)
        for row, value in enumerate(values):
            _write_cell(page, row + 1, column, value, formats)
            count = _lines(value, width=width)
            lines[row] = max(lines[row], count)
    for row, count in enumerate(lines, start=1):
        if count > 1:  # Excel finds the height by itself, LibreOffice does not
            page.set_row(row, count * _LINE)
    if sheet.columns:
        last_row = max(len(lines), 1)
        last_column = len(sheet.columns) - 1
        page.autofilter(0, 0, last_row, last_column)


def _write_cell(
    page: Worksheet, row: int, column: int, value: str | float | None, formats: _Formats
) -> None:
    if value is None or pd.isna(value) or value == "":
        page.write_blank(row, column, None, formats.text)
    elif isinstance(value, str):
        page.write_string(row, column, value, formats.text)
    else:
        page.write_number(row, column, float(value), formats.number)


def _lines(value: object, *, width: int) -> int:
    """On how many lines a text stands in a column so wide.

    >>> _lines("Reading Challenge; Homework club", width=20), _lines("one\\ntwo", width=20), _lines(None, width=20)
    (2, 2, 1)
    """
    if not isinstance(value, str):
        return 1
    letters, lines = width - 2, value.split("\n")
    lengths = [len(line) or 1 for line in lines]
    return sum(ceil(length / letters) for length in lengths)


def _sheet_name(name: str) -> str:
    """A name that Excel allows.

    >>> _sheet_name("Art & Design: 3D/2D studies, second course")
    'Art & Design  3D 2D studies, se'
    """
    return _NOT_IN_NAMES.sub(" ", name)[:_LONGEST_NAME] or "Sheet"
