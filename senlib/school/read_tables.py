"""Reads every table of a file: CSV, Excel workbooks, and the web pages that school systems call Excel files.

Cells are text, each distinct text of a column stored once; rows are numbered as a spreadsheet
does. The kind of a file is recognised by its content.
"""

from __future__ import annotations

from collections.abc import Callable

from senlib.school.file_formats import format_of
from senlib.school.files import NamedFile, ReadingProgress, fault
from senlib.school.heading_rows import IsHeading
from senlib.school.raw_tables import OpenFile, RawTable
from senlib.school.read_csv import READABLE, read_csv
from senlib.school.read_html import read_html, read_mhtml
from senlib.school.read_xlsx import read_xlsx
from senlib.school.read_xml_spreadsheet import read_xml_spreadsheet

_READERS = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "html": read_html,
    "mhtml": read_mhtml,
    "xml spreadsheet": read_xml_spreadsheet,
}


def read_tables(
    file: NamedFile,
    *,
    is_heading: IsHeading,
    progress: Callable[[float], None] = lambda share: None,
) -> list[RawTable]:
    """Every table of a file that a person would see in it, those without a single cell passed over.

    `is_heading` recognises the headings that mark the heading row. `progress` is called with the share of the file that
    has been read, at most some twenty times. Raises FaultyFile where the file is no table, of a kind that cannot be read,
    too large, damaged or locked.

    >>> file = NamedFile(name="list.csv", content=b"Year 9;\\nUPN;Form\\n0123;9A\\n")
    >>> (table,) = read_tables(file, is_heading={"UPN", "Form"}.__contains__)
    >>> table.headings, table.rows.tolist(), table.notes
    (('UPN', 'Form'), [3], ('The headings begin in row 2. The row of text above was left out.',))
    """
    reader = _READERS.get(format_of(file))
    if reader is None:
        raise fault(file.name, "this is XML, not a table", READABLE)
    report = ReadingProgress(progress)
    with file.open() as stream:
        tables = reader(OpenFile(file.name, stream, is_heading, report))
    report(1)
    return tables
