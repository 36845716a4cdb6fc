"""Reads every table of a file: CSV, Excel workbooks, and the web pages that school systems call Excel files.

Cells are text, each distinct text of a column stored once; rows are numbered as a spreadsheet
does. The kind of a file is recognised by its content.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from senlib.frameworks import load, names
from senlib.school import schema
from senlib.school.file_formats import format_of
from senlib.school.files import NamedFile, ReadingProgress, fault
from senlib.school.heading_rows import IsHeading
from senlib.school.raw_tables import (
    UNCALCULATED,
    RawTable,
    column_letters,
    filled_cells,
    is_error,
)
from senlib.school.read_csv import READABLE, read_csv
from senlib.school.read_html import read_html, read_mhtml
from senlib.school.read_xlsx import read_xlsx
from senlib.school.read_xml_spreadsheet import read_xml_spreadsheet

__all__ = [
    "UNCALCULATED",
    "RawTable",
    "column_letters",
    "filled_cells",
    "is_error",
    "is_schema_heading",
    "read_tables",
]

_READERS = {
    "csv": lambda stream, **how: [read_csv(stream, **how)],
    "xlsx": read_xlsx,
    "html": read_html,
    "mhtml": read_mhtml,
    "xml spreadsheet": read_xml_spreadsheet,
}


def read_tables(
    file: NamedFile,
    *,
    is_heading: IsHeading | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[RawTable]:
    """Every table of a file that a person would see in it, those without a single cell passed over.

    `is_heading` recognises the headings that mark the heading row (by default those of the schema).
    `progress` is called with the share of the file that has been read, at most some twenty times.
    Raises FaultyFile where the file is no table, of a kind that cannot be read, too large, damaged or locked.

    >>> file = NamedFile(name="list.csv", content=b"Year 9;\\nUPN;Form\\n0123;9A\\n")
    >>> (table,) = read_tables(file)
    >>> table.headings, table.rows.tolist(), table.notes
    (('UPN', 'Form'), [3], ('The headings begin in row 2. The row of text above was left out.',))
    """
    reader = _READERS.get(format_of(file))
    if reader is None:
        raise fault(file.name, "this is XML, not a table", READABLE)
    telling = ReadingProgress(progress)
    with file.open() as stream:
        tables = reader(
            stream,
            name=file.name,
            is_heading=is_heading or is_schema_heading,
            progress=telling,
        )
    telling(1)
    return tables


def is_schema_heading(heading: str) -> bool:
    """Whether a heading names a column of the pupils or the results table, in any framework.

    >>> is_schema_heading("Reg group"), is_schema_heading("Shoe size")
    (True, False)
    """
    return schema.normal(heading) in _schema_headings()


@cache
def _schema_headings() -> frozenset[str]:
    tables = [
        of(load(name))
        for name in names()
        for of in (schema.pupils_schema, schema.results_schema)
    ]
    return frozenset().union(*(schema.headings(table) for table in tables))
