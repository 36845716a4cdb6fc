"""Reads Excel workbooks of today (.xlsx, .xlsm): the sheets that a person sees in Excel. Macros are never run."""

from __future__ import annotations

import posixpath
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from lxml import etree

from senlib.school import files
from senlib.school.faults import FaultyFile
from senlib.school.file_formats import locked
from senlib.school.files import (
    SAVE_AS_XLSX,
    SPLIT_IT,
    TOO_LARGE,
    ReadingProgress,
    fault,
)
from senlib.school.heading_rows import IsHeading
from senlib.school.number_formats import EPOCH_1900, EPOCH_1904, PLAIN, kind_of
from senlib.school.raw_tables import (
    DELETE_FAR,
    TOO_FAR,
    RawTable,
    Row,
    Surroundings,
    TooLarge,
    table_of,
)
from senlib.school.sheet_xml import (
    Elements,
    NoWorkbook,
    SharedStrings,
    SheetXml,
    is_true,
)
from senlib.school.what_is_hidden import (
    beside_hidden_sheets,
    hidden_rows_note,
    no_table_shown,
)

_BYTES_AT_ONCE = 64 * 1024
# The quickest way to fill the time is elements without content: a sheet of 100,000 pupils has a third of these.
_MOST_ELEMENTS = 14_000_000
# XML takes more room than what it says.
_MOST_UNPACKED = 2
_MOST_SHEETS = 500
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, etree.XMLSyntaxError, NoWorkbook),
    *(
        EOFError,
        ValueError,
        LookupError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
    ),
)


class _XlsxSheet(NamedTuple):
    name: str
    hidden: bool
    part: str


class _Workbook(NamedTuple):
    sheets: list[_XlsxSheet]
    sheet_count: int
    shared: str
    styles: str
    dates_from_1904: bool
    made_up_zeros: bool


def read_xlsx(
    stream: BinaryIO, *, name: str, is_heading: IsHeading, progress: ReadingProgress
) -> list[RawTable]:
    """The tables of a workbook, one a sheet; sheets that are hidden or hold no cell are passed over.

    Raises FaultyFile where the workbook is too large, damaged, locked, or shows no table.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            return _Package(archive, name=name, progress=progress).tables(is_heading)
    except FaultyFile:
        raise
    except TooLarge as error:
        raise fault(name, TOO_FAR, DELETE_FAR) from error
    except _BROKEN as error:
        raise fault(
            name, "the workbook is damaged and cannot be read", SAVE_AS_XLSX
        ) from error


class _Package:
    """The parts of a workbook, unpacked piece by piece and never further than its bound."""

    def __init__(
        self, archive: zipfile.ZipFile, *, name: str, progress: ReadingProgress
    ) -> None:
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise locked(name)
        self._archive = archive
        self._name = name
        self._progress = progress
        self._members = {
            member.filename.replace("\\", "/").lstrip("/").lower(): member
            for member in archive.infolist()
        }
        self._unpacked = self._elements = 0
        self._expected = 0

    def tables(self, is_heading: IsHeading) -> list[RawTable]:
        book = self._workbook()
        visible = [sheet for sheet in book.sheets if not sheet.hidden]
        hidden = [sheet.name for sheet in book.sheets if sheet.hidden]
        parts = [*(sheet.part for sheet in visible), book.shared]
        self._expected = sum(self._declared_size(part) for part in parts)
        shared = SharedStrings()
        if book.shared:
            self._parse(book.shared, shared)
        kinds = self._kinds(book.styles) if book.styles else [PLAIN]
        tables = []
        for sheet in visible:
            xml = SheetXml(
                shared=shared.texts,
                kinds=kinds,
                epoch=EPOCH_1904 if book.dates_from_1904 else EPOCH_1900,
                made_up_zeros=book.made_up_zeros,
            )
            label = (
                f"{self._name}, sheet '{sheet.name}'"
                if book.sheet_count > 1
                else self._name
            )
            table = self._table(sheet.part, xml, label=label, is_heading=is_heading)
            if table is not None:
                tables.append(table)
        visible_tables = beside_hidden_sheets(tables, hidden)
        if not visible_tables:
            raise no_table_shown(self._name, hidden)
        return visible_tables

    def _table(
        self, part: str, xml: SheetXml, *, label: str, is_heading: IsHeading
    ) -> RawTable | None:
        around = Surroundings(merges=xml.merges, hidden_columns=xml.hidden_columns)

        def rows() -> Iterator[Row]:
            for _ in self._parsed(part, xml):
                yield from xml.take()
            if xml.hidden_rows:
                around.notes.append(
                    hidden_rows_note(xml.hidden_rows, filtered=xml.filtered)
                )

        return table_of(
            rows(), file=label, is_heading=is_heading, around=around, sheet=True
        )

    def _workbook(self) -> _Workbook:
        roots = self._relations("_rels/.rels", folder="")
        part = next(
            (target for target, kind in roots.values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        elements = Elements("sheet", "workbookPr", "calcPr")
        self._parse(part, elements)
        folder, file = posixpath.split(part)
        relations = self._relations(f"{folder}/_rels/{file}.rels", folder=folder)
        sheets = [
            attributes for name, attributes in elements.matches if name == "sheet"
        ]
        if len(sheets) > _MOST_SHEETS:
            rule = f"the workbook has more than {_MOST_SHEETS} sheets"
            raise fault(
                self._name, rule, "Save the sheet with the pupils as its own workbook."
            )
        # Charts and macros have sheets too, which hold no cells.
        worksheets = [
            _XlsxSheet(
                attributes["name"],
                attributes.get("state", "visible") != "visible",
                target,
            )
            for attributes in sheets
            for target, kind in [relations[_relation_id(attributes)]]
            if kind == "worksheet"
        ]
        if len({sheet.part for sheet in worksheets}) < len(worksheets):
            raise NoWorkbook
        others = {kind: target for target, kind in relations.values()}
        settings = {
            name: attributes for name, attributes in elements.matches if name != "sheet"
        }
        properties = settings.get("workbookPr", {})
        calculation = settings.get("calcPr", {})
        return _Workbook(
            sheets=worksheets,
            sheet_count=len(sheets),
            shared=others.get("sharedStrings", ""),
            styles=others.get("styles", ""),
            dates_from_1904=is_true(properties.get("date1904")),
            made_up_zeros=is_true(calculation.get("fullCalcOnLoad")),
        )

    def _relations(self, part: str, *, folder: str) -> dict[str, tuple[str, str]]:
        """What a part refers to, by identifier: where it is, and what kind of part."""
        if part.lower() not in self._members:
            return {}
        elements = Elements("Relationship")
        self._parse(part, elements)
        return {
            attributes["Id"]: (
                posixpath.normpath(
                    posixpath.join("/", folder, attributes["Target"].replace("\\", "/"))
                ).lstrip("/"),
                attributes["Type"].rpartition("/")[2],
            )
            for _, attributes in elements.matches
            if attributes.get("TargetMode") != "External"
        }

    def _kinds(self, part: str) -> list[str]:
        """What the number format of each style shows, by the style's number."""
        if part.lower() not in self._members:
            return [PLAIN]
        elements = Elements(
            "numFmt", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "xf"
        )
        self._parse(part, elements)
        codes: dict[int, str] = {}
        kinds = []
        inside = ""
        for name, attributes in elements.matches:
            if name == "xf" and inside == "cellXfs":
                number = int(attributes.get("numFmtId", 0))
                kinds.append(kind_of(number, codes.get(number)))
            elif name == "numFmt" and inside == "":
                codes[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif name not in ("xf", "numFmt"):
                inside = name
        return kinds or [PLAIN]

    def _parse(self, part: str, target: object) -> None:
        for _ in self._parsed(part, target):
            pass

    def _parsed(self, part: str, target: object) -> Iterator[None]:
        """Parse a part into its target, a piece at a time: entities, document types and outside addresses switched off."""
        parser = etree.XMLParser(
            target=target,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for piece in self._pieces(part):
            parser.feed(piece)
            yield
        parser.close()
        yield

    def _pieces(self, part: str) -> Iterator[bytes]:
        member = self._members[part.lower()]
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise fault(
                self._name,
                "the workbook is packed in a way that cannot be read",
                SAVE_AS_XLSX,
            )
        # The size that an archive declares is its maker's word: what comes out is counted instead.
        member.file_size = sys.maxsize
        with self._archive.open(member) as source:
            while piece := source.read(_BYTES_AT_ONCE):
                self._unpacked += len(piece)
                self._elements += piece.count(b"<") - piece.count(b"</")
                if (
                    self._unpacked > _MOST_UNPACKED * files.MAX_BYTES
                    or self._elements > _MOST_ELEMENTS
                ):
                    raise fault(self._name, TOO_LARGE, SPLIT_IT)
                if self._expected:
                    self._progress(self._unpacked / self._expected)
                yield piece

    def _declared_size(self, part: str) -> int:
        member = self._members.get(part.lower())
        return member.file_size if member else 0


def _relation_id(attributes: Mapping[str, str]) -> str:
    return next(value for name, value in attributes.items() if name.endswith("}id"))
