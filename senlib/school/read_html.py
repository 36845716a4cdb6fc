"""Reads the tables of web pages: what SIMS, Arbor and others export as '.xls' is often one, alone or packed as MHTML."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

from senlib.school.faults import FaultyFile
from senlib.school.files import (
    SAVE_AS_XLSX,
    SPLIT_IT,
    TOO_LARGE,
    UTF_16_MARKS,
    ReadingProgress,
    fault,
)
from senlib.school.heading_rows import Merge
from senlib.school.raw_tables import (
    OpenFile,
    RawTable,
    Row,
    Surroundings,
    TooLarge,
    table_of,
)
from senlib.school.sheet_xml import Attributes

_BYTES_AT_ONCE = 64 * 1024
_LARGEST_PAGE = 60 * 1024**2
_MOST_CELLS = 2_000_000
_MOST_TAGS = 5_000_000
_MOST_TABLES, _DEEPEST_TABLE = 5_000, 30
_WIDEST = 2_000
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)", re.IGNORECASE
)
_NO_TEXT = ("script", "style", "title", "template")
_BREAKS = ("br", "p", "div", "li", "tr")


def read_html(source: OpenFile) -> list[RawTable]:
    """The tables of a web page; FaultyFile where there is none."""
    return _tables([(_content(source), "")], source)


def read_mhtml(source: OpenFile) -> list[RawTable]:
    """The tables of the web pages in an MHTML file, such as Excel's 'Single File Web Page'."""
    message = email.message_from_bytes(_content(source), policy=email.policy.compat32)
    pages = []
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                pages.append((content, part.get_content_charset() or ""))
    return _tables(pages, source)


def _content(source: OpenFile) -> bytes:
    content = source.stream.read(_LARGEST_PAGE + 1)
    if len(content) > _LARGEST_PAGE:
        raise fault(source.name, "the file is larger than 60 MB", SPLIT_IT)
    return content


def _tables(pages: Sequence[tuple[bytes, str]], source: OpenFile) -> list[RawTable]:
    """The tables of pages, each given with the encoding that is known of it, '' where none is."""
    name = source.name
    all_tables = []
    try:
        for content, charset in pages:
            all_tables += _parsed(content, charset, source.progress)
    except TooLarge as error:
        raise fault(name, TOO_LARGE, SPLIT_IT) from error
    except etree.LxmlError as error:
        raise _no_table(name) from error
    # Pages lay out headings and logos in tables too: beside a real one, what has one row or column is none.
    real = [table for table in all_tables if len(table.rows) > 1 and table.columns > 1]
    chosen = real or [table for table in all_tables if table.rows]
    tables = [
        table_of(
            iter(table.rows),
            file=f"{name}, table {number}" if len(chosen) > 1 else name,
            is_heading=source.is_heading,
            around=table,
        )
        for number, table in enumerate(chosen, start=1)
    ]
    if not any(tables):
        raise _no_table(name)
    return [table for table in tables if table is not None]


def _no_table(name: str) -> FaultyFile:
    return fault(name, "this is a web page with no table in it", SAVE_AS_XLSX)


def _parsed(content: bytes, charset: str, progress: ReadingProgress) -> list[_Table]:
    if content.count(b"<") > _MOST_TAGS:
        raise TooLarge
    page = _TablesOfPage()
    parser = etree.HTMLParser(
        target=page, encoding="utf-8", no_network=True, huge_tree=False, recover=True
    )
    written = _decoded(content, charset).encode("utf-8", "replace")
    for start in range(0, len(written), _BYTES_AT_ONCE):
        parser.feed(written[start : start + _BYTES_AT_ONCE])
        progress(start / len(written))
    parser.close()
    return page.tables


def _decoded(content: bytes, charset: str) -> str:
    """The page as text: by its mark, by what it says of itself, as UTF-8, or as Windows writes it."""
    if content.startswith(UTF_16_MARKS):
        return content.decode("utf-16", "replace")
    match = _CHARSET.search(content[:4096])
    declared = match[1].decode("ascii", "ignore") if match else ""
    for encoding in (charset, declared, "utf-8-sig"):
        spelling = encoding.lower().replace("_", "-")
        if spelling in ("", "iso-8859-1", "latin-1"):
            continue
        with suppress(LookupError, UnicodeError):
            return content.decode(encoding)
    return content.decode("cp1252", "replace")


@dataclass
class _Table(Surroundings):
    """A table on its way: its rows so far, and how far cells from above reach down."""

    rows: list[Row] = field(default_factory=list)
    row: int = 0
    columns: int = 0
    cells: list[str] = field(default_factory=list)
    text: list[str] | None = None
    from_above: dict[int, int] = field(default_factory=dict)
    span: tuple[int, int] = (1, 1)

    def start_row(self) -> None:
        self.end_row()
        self.row += 1

    def start_cell(self, attributes: Attributes) -> None:
        self.end_cell()
        row = max(self.row, 1)
        while self.from_above and self.from_above.get(len(self.cells), 0) >= row:
            self.cells.append("")
        self.text = []
        self.span = _span(attributes, "rowspan"), _span(attributes, "colspan")

    def end_cell(self) -> None:
        if self.text is None:
            return
        words = "".join(self.text).split()
        text, self.text = " ".join(words), None
        rows, columns = self.span
        first = len(self.cells)
        last = first + columns - 1
        bottom = self.row + rows - 1
        if last >= _WIDEST:
            raise TooLarge
        if self.span != (1, 1):
            merge = Merge(self.row, first, bottom, last)
            self.merges.append(merge)
        if rows > 1:
            below = range(first, last + 1)
            self.from_above |= dict.fromkeys(below, bottom)
        self.cells += [text, *[""] * (columns - 1)]

    def end_row(self) -> None:
        self.end_cell()
        if any(self.cells):
            self.columns = max(self.columns, len(self.cells))
            self.rows.append((self.row, self.cells))
        self.cells = []


def _span(attributes: Attributes, name: str) -> int:
    written = attributes.get(name, "1").strip()
    number = int(written) if re.fullmatch("[0-9]{1,6}", written) else 1
    return min(max(number, 1), _WIDEST)


def _is_unseen(attributes: Attributes) -> bool:
    return "hidden" in attributes or bool(_UNSEEN.search(attributes.get("style", "")))


class _TablesOfPage:
    """A target of lxml's parser: gathers the tables of a page as it is parsed, without a tree."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen = 0
        self._count = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        table = self._open[-1] if self._open else None
        if self._unseen:
            self._unseen += 1
        elif tag in _NO_TEXT or (attributes and _is_unseen(attributes)):
            self._unseen = 1
            if table and tag == "tr":
                table.start_row()
                table.hidden_rows += 1
            elif table and tag in ("td", "th"):
                table.start_cell(attributes)
        elif tag == "table":
            if len(self._open) == _DEEPEST_TABLE or len(self.tables) == _MOST_TABLES:
                raise TooLarge
            self._open.append(_Table())
        elif table is None:
            return
        elif tag == "tr":
            table.start_row()
        elif tag in ("td", "th"):
            self._count += 1
            if self._count > _MOST_CELLS:
                raise TooLarge
            table.start_cell(attributes)
        elif tag in _BREAKS:
            self.data(" ")

    def end(self, tag: str) -> None:
        if self._unseen:
            self._unseen -= 1
            return
        if not self._open:
            return
        table = self._open[-1]
        if tag in ("td", "th"):
            table.end_cell()
        elif tag == "tr":
            table.end_row()
        elif tag == "table":
            table.end_row()
            self.tables.append(self._open.pop())

    def data(self, text: str) -> None:
        if self._open and not self._unseen and self._open[-1].text is not None:
            self._open[-1].text.append(text)

    def comment(self, text: str) -> None: ...

    def close(self) -> None:
        while self._open:
            self.end("table")
