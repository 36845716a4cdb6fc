"""Reads XML spreadsheets of Excel 2003: some school systems still write them, and call them '.xls'."""

from __future__ import annotations

from lxml import etree

from senlib.school.files import DAMAGED, SAVE_AS_XLSX, SPLIT_IT, TOO_LARGE, fault
from senlib.school.heading_rows import Merge
from senlib.school.number_formats import PERCENT, PLAIN, as_shown, kind_of
from senlib.school.raw_tables import UNCALCULATED, OpenFile, RawTable, Row, TooLarge
from senlib.school.sheet_xml import SAFE_XML, Attributes, Target, is_true
from senlib.school.visible_sheets import SheetRows, tables_of_sheets

_NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_BYTES_AT_ONCE = 64 * 1024
_MOST_CELLS = 2_000_000
_MOST_ELEMENTS = 10_000_000
_MOST_SHEETS = 500
_LAST_ROW, _LAST_COLUMN = 1_048_576, 2_000


def read_xml_spreadsheet(source: OpenFile) -> list[RawTable]:
    """The tables of the sheets that a person sees; FaultyFile where there is none, or the XML is broken."""
    book, stream = _Book(), source.stream
    size = stream.seek(0, 2)
    stream.seek(0)
    try:
        parser = etree.XMLParser(target=book, **SAFE_XML)
        elements = 0
        while piece := stream.read(_BYTES_AT_ONCE):
            elements += piece.count(b"<") - piece.count(b"</")
            if elements > _MOST_ELEMENTS:
                raise TooLarge
            parser.feed(piece)
            source.progress(stream.tell() / size)
        parser.close()
    except TooLarge as error:
        raise fault(source.name, TOO_LARGE, SPLIT_IT) from error
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise fault(source.name, DAMAGED, SAVE_AS_XLSX) from error
    several = len(book.sheets) > 1
    return tables_of_sheets(book.sheets, source, several=several)


class _Book(Target):
    """A target of lxml's parser: gathers sheets as they are parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[SheetRows] = []
        self._rows: list[Row] = []
        self._kinds: dict[str, str] = {}
        self._style = ""
        self._row = self._column = self._next = self._across = self._count = 0
        self._row_hidden = self._in_comment = False
        self._cells: list[str] = []
        self._cell: Attributes = {}
        self._type: str | None = None
        self._value = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        name = tag.rpartition("}")[2]
        own = {key.removeprefix(_NAMESPACE): value for key, value in attributes.items()}
        if name == "Visible":
            self.text = []
        elif name == "AutoFilter" and self.sheets:
            self.sheets[-1].around.filtered = True
        elif not tag.startswith(_NAMESPACE):
            return
        elif name == "Style":
            self._style = own.get("ID", "")
        elif name == "NumberFormat":
            code = own.get("Format", "")
            is_percent = code == "Percent" or kind_of(0, code) == PERCENT
            self._kinds[self._style] = PERCENT if is_percent else PLAIN
        elif name == "Worksheet":
            self._start_sheet(own)
        elif name == "Column":
            self._start_column(own)
        elif name == "Row":
            self._start_row(own)
        elif name == "Cell":
            self._start_cell(own)
        elif name == "Comment":
            self._in_comment = True
        elif name == "Data" and not self._in_comment:
            self._type = own.get("Type", "String")
            self.text = []

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == "Visible":
            visible = self.taken().strip()
            if self.sheets:
                self.sheets[-1].hidden = visible in ("SheetHidden", "SheetVeryHidden")
        elif not tag.startswith(_NAMESPACE):
            return
        elif name == "Data" and not self._in_comment:
            self._value = self.taken()
        elif name == "Comment":
            self._in_comment = False
        elif name == "Cell":
            self._end_cell()
        elif name == "Row":
            self._end_row()

    def _start_sheet(self, own: Attributes) -> None:
        if len(self.sheets) == _MOST_SHEETS:
            raise TooLarge
        self._rows = []
        self.sheets.append(SheetRows(own.get("Name", ""), rows=self._rows))
        self._row = self._next = 0

    def _start_column(self, own: Attributes) -> None:
        first = int(own["Index"]) - 1 if "Index" in own else self._next
        self._next = first + 1 + int(own.get("Span", 0))
        hidden = is_true(own.get("Hidden"))
        if hidden or own.get("Width") == "0":
            columns = range(first, self._next)
            self.sheets[-1].around.hidden_columns.append(columns)

    def _start_row(self, own: Attributes) -> None:
        self._row = int(own["Index"]) if "Index" in own else self._row + 1
        if self._row > _LAST_ROW:
            raise TooLarge
        hidden = is_true(own.get("Hidden"))
        self._row_hidden = hidden or own.get("Height") == "0"
        self._cells = []
        self._column = 0

    def _start_cell(self, own: Attributes) -> None:
        self._count += 1
        if "Index" in own:
            self._column = int(own["Index"]) - 1
        if self._count > _MOST_CELLS or self._column >= _LAST_COLUMN:
            raise TooLarge
        self._cell, self._type, self._value = own, None, ""
        self._across = int(own.get("MergeAcross", 0))
        down = int(own.get("MergeDown", 0))
        if self._across or down:
            last = self._column + self._across
            bottom = self._row + down
            merge = Merge(self._row, self._column, bottom, last)
            self.sheets[-1].around.merges.append(merge)

    def _end_cell(self) -> None:
        text = self._shown()
        if text:
            missing = self._column + 1 - len(self._cells)
            self._cells += [""] * missing
            self._cells[self._column] = text
        self._column += 1 + self._across

    def _shown(self) -> str:
        if "Formula" in self._cell and self._type is None:
            return UNCALCULATED
        if self._type == "Number":
            style = self._cell.get("StyleID", "")
            kind = self._kinds.get(style, PLAIN)
            return as_shown(self._value, kind)
        if self._type == "Boolean":
            return "Y" if is_true(self._value) else "N"
        if self._type == "DateTime":
            day, _, time = self._value.partition("T")
            time = time.removesuffix(".000")
            return f"{day} {time}" if time.strip("0:.") else day
        return self._value

    def _end_row(self) -> None:
        filled = any(map(str.strip, self._cells))
        if filled and self._row_hidden:
            self.sheets[-1].around.hidden_rows += 1
        elif filled:
            self._rows.append((self._row, self._cells))
