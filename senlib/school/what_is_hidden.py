"""Sentences on what Excel hides in a workbook, where a SENCO sees less than the file contains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from senlib.school.faults import FaultyFile
from senlib.school.files import fault
from senlib.school.raw_tables import RawTable

_NAMED = 10


def hidden_rows_note(rows: int, *, filtered: bool) -> str:
    """What is said of rows that were passed over."""
    many = rows > 1
    how = "by a filter " if filtered else ""
    remedy = "clear the filter" if filtered else f"unhide {'them' if many else 'it'}"
    return (
        f"{rows:,} row{'s are' if many else ' is'} hidden {how}in Excel, and {'were' if many else 'was'} left out. "
        f"To include {'them' if many else 'it'}, {remedy} in Excel, save the workbook and choose it again."
    )


def beside_hidden_sheets(
    tables: Sequence[RawTable], hidden: Sequence[str]
) -> list[RawTable]:
    """The tables, the first with a note on the sheets that were passed over; none where the hidden sheets hold the table.

    A sheet of a few words beside hidden ones is a cover, and no table.
    """
    if not hidden or not tables:
        return list(tables)
    wide = [table for table in tables if len(table.headings) > 1]
    if not any(len(table.rows) for table in wide):
        return []
    note = (
        f"{_sheets(hidden)} hidden in Excel, and {'were' if len(hidden) > 1 else 'was'} left out. "
        f"To include {'them' if len(hidden) > 1 else 'it'}, unhide {'them' if len(hidden) > 1 else 'it'}, "
        "save the workbook and choose it again."
    )
    first = tables[0]
    notes = (note, *first.notes)
    return [replace(first, notes=notes), *tables[1:]]


def no_table_shown(name: str, hidden: Sequence[str]) -> FaultyFile:
    """The fault of a workbook that shows no table."""
    if not hidden:
        again = "Export it again, and check that it is not empty before you choose it."
        return fault(name, "the workbook is empty", again)
    return fault(
        name,
        f"no visible sheet holds a table, and {_sheets(hidden, first=False)} hidden",
        "Unhide the sheet with the pupils in Excel, save the workbook and choose it again.",
    )


def _sheets(names: Sequence[str], *, first: bool = True) -> str:
    named = ", ".join(f"‘{name}’" for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    sheets = "sheets" if len(names) > 1 else "sheet"
    return f"{sheets.capitalize() if first else sheets} {named}{more} {'are' if len(names) > 1 else 'is'}"
