"""The tables of a workbook's visible sheets, and sentences on the hidden ones, whose rows a SENCO does not see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from senlib.school.faults import FaultyFile
from senlib.school.files import NOT_EMPTY, fault
from senlib.school.raw_tables import OpenFile, RawTable, Row, Surroundings, table_of
from senlib.text import first_few


@dataclass
class SheetRows:
    """A sheet of a workbook: its rows as they are read, and what stands around them."""

    name: str
    hidden: bool = False
    rows: Iterable[Row] = ()
    around: Surroundings = field(default_factory=Surroundings)


def tables_of_sheets(
    sheets: Iterable[SheetRows], source: OpenFile, *, several: bool
) -> list[RawTable]:
    """The tables of the visible sheets, the first with a note on those that are hidden.

    `several` is whether the workbook has more than one sheet, so that a table is named by its own. Raises FaultyFile where
    no visible sheet has a table. A sheet of a few words beside hidden ones is a cover, and no table.
    """
    tables: list[RawTable] = []
    hidden: list[str] = []
    for sheet in sheets:
        if sheet.hidden:
            hidden.append(f"‘{sheet.name}’")
            continue
        table = table_of(
            iter(sheet.rows),
            file=f"{source.name}, sheet '{sheet.name}'" if several else source.name,
            is_heading=source.is_heading,
            around=sheet.around,
            sheet=True,
        )
        tables += [table] if table else []
    wide = [table for table in tables if len(table.headings) > 1]
    is_cover = not any(len(table.rows) for table in wide)
    if not tables or (hidden and is_cover):
        raise _no_visible_table(source.name, hidden)
    if hidden:
        first = tables[0]
        notes = (_hidden_note(hidden), *first.notes)
        tables[0] = replace(first, notes=notes)
    return tables


def _hidden_note(hidden: Sequence[str]) -> str:
    many = len(hidden) > 1
    sheets = f"Sheets {first_few(hidden)} are" if many else f"Sheet {hidden[0]} is"
    them = "them" if many else "it"
    return (
        f"{sheets} hidden in Excel, and {'were' if many else 'was'} left out. "
        f"To include {them}, unhide {them}, save the workbook and choose it again."
    )


def _no_visible_table(name: str, hidden: Sequence[str]) -> FaultyFile:
    if not hidden:
        return fault(name, "the workbook is empty", NOT_EMPTY)
    many = len(hidden) > 1
    sheets = f"sheets {first_few(hidden)} are" if many else f"sheet {hidden[0]} is"
    return fault(
        name,
        f"no visible sheet holds a table, and {sheets} hidden",
        "Unhide the sheet with the pupils in Excel, save the workbook and choose it again.",
    )
