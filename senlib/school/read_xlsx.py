"""Reads Excel workbooks of today (.xlsx, .xlsm): the sheets that a person sees in Excel. Macros are never run."""

from __future__ import annotations

import posixpath
import struct
import sys
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from senlib.school import files
from senlib.school.file_formats import locked, member_name
from senlib.school.files import DAMAGED, SAVE_AS_XLSX, SPLIT_IT, TOO_LARGE, fault
from senlib.school.number_formats import EPOCH_1900, EPOCH_1904, PLAIN, kind_of
from senlib.school.raw_tables import (
    DELETE_FAR,
    TOO_FAR,
    OpenFile,
    RawTable,
    Row,
    TooLarge,
)
from senlib.school.sheet_xml import (
    SAFE_XML,
    Attributes,
    Elements,
    Matches,
    NoWorkbook,
    SharedStrings,
    SheetXml,
    Target,
    is_true,
)
from senlib.school.visible_sheets import SheetRows, tables_of_sheets

_BYTES_AT_ONCE = 64 * 1024
# The quickest way to fill the time is elements without content: a sheet of 100,000 pupils has a third of these.
_MOST_ELEMENTS = 14_000_000
# XML takes more room than what it says.
_MOST_UNPACKED = 2
_MOST_SHEETS = 500
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    etree.XMLSyntaxError,
    EOFError,
    ValueError,
    LookupError,
    RuntimeError,
    OverflowError,
)


class _Workbook(NamedTuple):
    """What the main part of a workbook says: its worksheets by their parts, the other parts, and how cells are to be taken."""

    sheets: dict[str, SheetRows]
    sheet_count: int
    shared: str
    styles: str
    epoch: datetime
    made_up_zeros: bool


def read_xlsx(source: OpenFile) -> list[RawTable]:
    """The tables of a workbook, one a sheet; sheets that are hidden or hold no cell are passed over.

    Raises FaultyFile where the workbook is too large, damaged, locked, or shows no table.
    """
    try:
        with zipfile.ZipFile(source.stream) as archive:
            package = _Package(archive, source)
            book = package.workbook()
            sheets, several = package.sheets(book), book.sheet_count > 1
            return tables_of_sheets(sheets, source, several=several)
    except TooLarge as error:
        raise fault(source.name, TOO_FAR, DELETE_FAR) from error
    except _BROKEN as error:
        raise fault(source.name, DAMAGED, SAVE_AS_XLSX) from error


class _Package:
    """The parts of a workbook, unpacked piece by piece and never further than its bound."""

    def __init__(self, archive: zipfile.ZipFile, source: OpenFile) -> None:
        self._archive = archive
        self._source = source
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            is_locked = member.flag_bits & 1
            if is_locked:
                raise locked(source.name)
            self._members[member_name(member.filename)] = member
        self._unpacked = self._elements = self._expected = 0

    def workbook(self) -> _Workbook:
        """What the main part says. Charts and macros have sheets too, which hold no cells and are left out."""
        roots = self._relations("_rels/.rels", folder="")
        parts = (target for target, kind in roots.values() if kind == "officeDocument")
        part = next(parts, "xl/workbook.xml")
        if part.lower() not in self._members:
            raise NoWorkbook
        elements = self._elements_of(part, "sheet", "workbookPr", "calcPr")
        folder, file = posixpath.split(part)
        relations = self._relations(f"{folder}/_rels/{file}.rels", folder=folder)
        named = [attributes for name, attributes in elements if name == "sheet"]
        if len(named) > _MOST_SHEETS:
            rule = f"the workbook has more than {_MOST_SHEETS} sheets"
            remedy = "Save the sheet with the pupils as its own workbook."
            raise fault(self._source.name, rule, remedy)
        sheets: dict[str, SheetRows] = {}
        for attributes in named:
            target, kind = relations[_relation_id(attributes)]
            if kind == "worksheet":
                if target in sheets:
                    raise NoWorkbook
                hidden = attributes.get("state", "visible") != "visible"
                sheets[target] = SheetRows(attributes["name"], hidden)
        others = {kind: target for target, kind in relations.values()}
        settings = dict(elements)
        properties = settings.get("workbookPr", {})
        calculation = settings.get("calcPr", {})
        from_1904 = is_true(properties.get("date1904"))
        return _Workbook(
            sheets=sheets,
            sheet_count=len(named),
            shared=others.get("sharedStrings", ""),
            styles=others.get("styles", ""),
            epoch=EPOCH_1904 if from_1904 else EPOCH_1900,
            made_up_zeros=is_true(calculation.get("fullCalcOnLoad")),
        )

    def sheets(self, book: _Workbook) -> Iterator[SheetRows]:
        """The worksheets, those that are visible with their rows, which are parsed as they are asked for."""
        parts = [book.shared]
        parts += [part for part, sheet in book.sheets.items() if not sheet.hidden]
        members = [self._members.get(part.lower()) for part in parts]
        self._expected = sum(member.file_size for member in members if member)
        shared = SharedStrings()
        if book.shared:
            deque(self._parsed(book.shared, shared), maxlen=0)
        kinds = self._kinds(book.styles)
        for part, sheet in book.sheets.items():
            if not sheet.hidden:
                xml = SheetXml(
                    shared=shared.texts,
                    kinds=kinds,
                    epoch=book.epoch,
                    made_up_zeros=book.made_up_zeros,
                )
                sheet.rows, sheet.around = self._rows(part, xml), xml.around
            yield sheet

    def _rows(self, part: str, xml: SheetXml) -> Iterator[Row]:
        for _ in self._parsed(part, xml):
            yield from xml.take()

    def _relations(self, part: str, *, folder: str) -> dict[str, tuple[str, str]]:
        """What a part refers to, by identifier: where it is, and what kind of part."""
        relations = {}
        for _, attributes in self._elements_of(part, "Relationship"):
            if attributes.get("TargetMode") != "External":
                target = attributes["Target"].replace("\\", "/")
                path = posixpath.join("/", folder, target)
                path = posixpath.normpath(path)
                kind = attributes["Type"].rpartition("/")[2]
                relations[attributes["Id"]] = path.lstrip("/"), kind
        return relations

    def _kinds(self, part: str) -> list[str]:
        """What the number format of each style shows, by the style's number."""
        groups = "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"
        codes: dict[int, str] = {}
        kinds = []
        inside = ""
        for name, attributes in self._elements_of(part, "numFmt", "xf", *groups):
            if name == "xf" and inside == "cellXfs":
                number = int(attributes.get("numFmtId", 0))
                code = codes.get(number)
                kinds.append(kind_of(number, code))
            elif name == "numFmt" and inside == "":
                codes[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif name in groups:
                inside = name
        return kinds or [PLAIN]

    def _elements_of(self, part: str, *names: str) -> Matches:
        """The elements of these names in a part; none where there is no such part."""
        elements = Elements(*names)
        if part.lower() in self._members:
            deque(self._parsed(part, elements), maxlen=0)
        return elements.matches

    def _parsed(self, part: str, target: Target) -> Iterator[None]:
        """Parse a part into its target, a piece at a time."""
        parser = etree.XMLParser(target=target, **SAFE_XML)
        for piece in self._pieces(part):
            parser.feed(piece)
            yield
        parser.close()
        yield

    def _pieces(self, part: str) -> Iterator[bytes]:
        member = self._members[part.lower()]
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            rule = "the workbook is packed in a way that cannot be read"
            raise fault(self._source.name, rule, SAVE_AS_XLSX)
        # The size that an archive declares is its maker's word: what comes out is counted instead.
        member.file_size = sys.maxsize
        with self._archive.open(member) as source:
            while piece := source.read(_BYTES_AT_ONCE):
                self._unpacked += len(piece)
                self._elements += piece.count(b"<") - piece.count(b"</")
                is_bomb = self._unpacked > _MOST_UNPACKED * files.MAX_BYTES
                if is_bomb or self._elements > _MOST_ELEMENTS:
                    raise fault(self._source.name, TOO_LARGE, SPLIT_IT)
                if self._expected:
                    self._source.progress(self._unpacked / self._expected)
                yield piece


def _relation_id(attributes: Attributes) -> str:
    return next(value for name, value in attributes.items() if name.endswith("}id"))
