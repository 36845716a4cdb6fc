"""Reads CSV and XLSX files into tables of text, each distinct value held once, rows numbered as a spreadsheet does."""

from __future__ import annotations

import codecs
import csv
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from itertools import count, islice
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
from python_calamine import CalamineWorkbook

from senlib.school import files
from senlib.school.faults import Fault, FaultyFile
from senlib.school.files import SPLIT_IT, TOO_LARGE, NamedFile, fault

_READABLE = "Load a CSV file, an Excel workbook (.xlsx) or a Common Transfer File (.xml)."
_SAVE_AS = "Open it in a spreadsheet program, save it as an Excel workbook (.xlsx) or as CSV, and load that."
_ROWS_AT_ONCE = 20_000
_BYTES_AT_ONCE = 1024**2
# Calamine holds a sheet as a full rectangle and each cell's text by itself: both are bounded before it is asked.
_MAX_CELLS = 10_000_000
_MAX_CELL_TEXT = 2 * 1024**3
_CONTROL = bytes([*range(0x09), *range(0x0E, 0x20)])
_TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c|si)(?=[\s/>])([^>]*)>")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d*)["']""")


UNCALCULATED = "#UNCALCULATED!"


def is_error(text: str) -> bool:
    """STUB until the reader is merged."""
    return text in ("#N/A", "#REF!", UNCALCULATED)


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file: text alone, blank rows left out.

    `rows` numbers the rows as the spreadsheet shows them. `faults` are rows that do not fit under the headings: they
    count once it is clear that this is a table at all. `sheet` is True where the cells come from a spreadsheet's own numbers.
    """

    file: str
    heading_row: int
    headings: tuple[str, ...]
    columns: tuple[pd.Categorical, ...]
    rows: np.ndarray
    faults: tuple[Fault, ...] = ()
    sheet: bool = False

    def is_blank(self, column: int) -> bool:
        """Whether nothing stands in a column but its heading."""
        return not filled_cells(self.columns[column]).any()


def read_tables(file: NamedFile) -> list[RawTable]:
    """Every table of a CSV or XLSX file, sheets without a single cell passed over.

    Raises FaultyFile where the file is no table, too large, damaged or locked.
    """
    with file.open() as stream:
        start = stream.read(8)
        stream.seek(0)
        if start.startswith(b"PK"):
            return _workbook(stream, name=file.name)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            raise _old_or_locked(stream, name=file.name)
        return [_csv(stream, name=file.name)]


# ----------------------------------------------------------------------------------------------------------------- CSV


def _csv(stream: BinaryIO, *, name: str) -> RawTable:
    encoding = _encoding(stream, name=name)
    stream.seek(0)
    text = TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        delimiter = _delimiter(text)
        text.seek(0)
        heading_row, headings = _headings(csv.reader(text, delimiter=delimiter), file=name)
        text.seek(0)
        _check_quotes(text, delimiter=delimiter, name=name)
    finally:
        text.detach()
    misfits: list[pc.InvalidRow] = []

    def set_aside(row: pc.InvalidRow) -> str:
        misfits.append(row)
        return "skip"

    stream.seek(0)
    try:
        read = pc.read_csv(
            stream,
            # The rows are numbered only where they are read one after the other.
            read_options=pc.ReadOptions(
                encoding=encoding,
                use_threads=False,
                autogenerate_column_names=True,
                skip_rows=heading_row - 1,
            ),
            parse_options=pc.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=pc.ConvertOptions(
                column_types={f"f{index}": pa.string() for index in range(len(headings))},
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise fault(
            name, "this is not a table, or a cell of it is too long to be one", _READABLE
        ) from error
    faults, padded = _misfits(misfits, width=len(headings), delimiter=delimiter, name=name)
    at = np.arange(heading_row + 1, heading_row + read.num_rows + len(misfits))
    at = np.delete(at, [row.number - heading_row - 1 for row in misfits]) if misfits else at
    columns = [
        _encoded(
            pa.concat_arrays(
                [
                    *read[index].chunks,
                    pa.array([row[index] for row in padded.values()], pa.string()),
                ]
            )[1:]
        )
        for index in range(len(headings))
    ]
    return _table(
        columns,
        rows=np.concatenate([at, np.array(list(padded), int)]),
        headings=headings,
        heading_row=heading_row,
        file=name,
        faults=faults,
    )


def _check_quotes(text: TextIOWrapper, *, delimiter: str, name: str) -> None:
    """FaultyFile where a quotation mark is not closed: the rows up to the next one would be lost in a single cell."""
    if not any('"' in piece for piece in iter(lambda: text.read(_BYTES_AT_ONCE), "")):
        return
    text.seek(0)
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    read = 0
    try:
        for _ in rows:
            read += 1
    except csv.Error as error:
        raise fault(
            name,
            "a cell with a quotation mark that is not closed, or is too long",
            'Close the quotation marks; write a mark inside a quoted cell twice (""), or save the table as XLSX.',
            row=read + 1,
        ) from error


def _misfits(
    misfits: list[pc.InvalidRow], *, width: int, delimiter: str, name: str
) -> tuple[list[Fault], dict[int, list[str]]]:
    """Rows with more or fewer cells than there are headings: faults, save where what is too much is blank."""
    faults, padded = [], {}
    for misfit in misfits:
        cells = next(csv.reader([misfit.text], delimiter=delimiter), [])
        if not any(cell.strip() for cell in cells[width:]) and len(cells) > width:
            padded[misfit.number] = cells[:width]
        elif any(cell.strip() for cell in cells):
            rule = f"{'more' if len(cells) > width else 'fewer'} cells than there are headings"
            remedy = "Give each row a cell for each heading; put a cell that holds the separator in quotation marks."
            faults.append(Fault(file=name, row=misfit.number, rule=rule, remedy=remedy))
    return faults, padded


def _encoded(cells: pa.StringArray) -> pd.Categorical:
    encoded = cells.dictionary_encode()
    categories = pd.Index(encoded.dictionary.to_pandas(), dtype=str)
    return pd.Categorical.from_codes(
        encoded.indices.to_numpy(), categories=categories, validate=False
    )


def _encoding(stream: BinaryIO, *, name: str) -> str:
    """The encoding that every byte of the file fits; FaultyFile where there is none, or where it is no text."""
    start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        possible = ["utf-16"]
    elif start.startswith(codecs.BOM_UTF8):
        possible = ["utf-8-sig"]
    else:
        possible = ["utf-8", "cp1252"]
    for encoding in possible:
        if _fits(stream, encoding):
            return encoding
    rule = "this is not a table, or its text is in an encoding that cannot be read"
    raise fault(name, rule, f"{_READABLE} Save a CSV file as UTF-8.")


def _fits(stream: BinaryIO, encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(_BYTES_AT_ONCE):
            text = decoder.decode(chunk)
            written = text.encode() if encoding == "utf-16" else chunk
            if len(written.translate(None, _CONTROL)) < len(written):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(text: TextIOWrapper) -> str:
    """Comma, semicolon or tab: the one that parts the first filled line into most cells."""
    lines = (line for line in text if line.strip("\r\n\t ,;"))
    head = list(islice(lines, 1))
    cells = {
        delimiter: len(next(csv.reader(head, delimiter=delimiter), [])) for delimiter in ",;\t"
    }
    return max(cells, key=cells.__getitem__)


# ---------------------------------------------------------------------------------------------------------------- XLSX


def _workbook(stream: BinaryIO, *, name: str) -> list[RawTable]:
    _bound(stream, name=name)
    stream.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(stream)
        names = workbook.sheet_names
        tables = []
        for sheet_name in names:
            sheet = workbook.get_sheet_by_name(sheet_name)
            if sheet.start is not None:
                label = f"{name}, sheet '{sheet_name}'" if len(names) > 1 else name
                cells = ([_cell_text(cell) for cell in row] for row in sheet.iter_rows())
                tables.append(_of_cells(cells, file=label, first_column=sheet.start[1]))
    except (KeyboardInterrupt, SystemExit, FaultyFile):
        raise
    except BaseException as error:  # a damaged workbook makes calamine panic, which is no Exception
        raise fault(name, "the workbook is damaged and cannot be read", _SAVE_AS) from error
    if not tables:
        raise fault(
            name,
            "the workbook is empty",
            "Export it again, and see that it is not empty before you load it.",
        )
    return tables


def _cell_text(cell: object) -> str:
    """A cell as text: 9.0 as 9, as the spreadsheet shows it, and a date as 2004-05-14."""
    if type(cell) is str:
        return cell
    if isinstance(cell, bool):
        return "Y" if cell else "N"
    if isinstance(cell, float):
        # Twelve digits hold every level and score, and drop what binary fractions add (4.2700000000000005).
        return str(int(cell)) if cell.is_integer() else f"{cell:.12g}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _bound(stream: BinaryIO, *, name: str) -> None:
    """Unpack every member once, to nowhere: FaultyFile where the workbook is too large, locked, or none at all.

    The sizes that an archive declares are its maker's word, so what comes out is counted.
    """
    unpacked = 0
    sheets = _Extent()
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if not any(member.filename.lower().startswith("xl/workbook.xml") for member in members):
                raise fault(name, "this is not an Excel workbook (.xlsx)", _SAVE_AS)
            for member in members:
                sheets.next_member()
                for piece in _unpacked(stream, member, name=name):
                    unpacked += len(piece)
                    if unpacked > files.MAX_BYTES:
                        raise fault(name, TOO_LARGE, SPLIT_IT)
                    sheets.see(piece)
                    if sheets.too_large():
                        rule = "a sheet reaches too far, or its cells hold too much text"
                        raise fault(
                            name,
                            rule,
                            "Delete what stands far below or beside the table, or save the sheet as CSV.",
                        )
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError) as error:
        raise fault(name, "the workbook is damaged and cannot be read", _SAVE_AS) from error


def _unpacked(stream: BinaryIO, member: zipfile.ZipInfo, *, name: str) -> Iterator[bytes]:
    """What a member really unpacks to, in pieces. zipfile would stop at the declared size, and calamine may not."""
    if member.flag_bits & 1:
        raise _locked(name)
    stream.seek(member.header_offset)
    header = stream.read(30)
    skip = sum(struct.unpack("<HH", header[26:30]))
    stream.seek(member.header_offset + 30 + skip)
    left = member.compress_size
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise fault(name, "the workbook is packed in a way that cannot be read", _SAVE_AS)
    inflate = (
        zlib.decompressobj(-zlib.MAX_WBITS)
        if member.compress_type == zipfile.ZIP_DEFLATED
        else None
    )
    while left > 0 and (packed := stream.read(min(left, _BYTES_AT_ONCE))):
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, _BYTES_AT_ONCE)
            packed = inflate.unconsumed_tail


class _Extent:
    """How far the cells of a workbook's sheets reach, and how long a text they could repeat, seen piece by piece."""

    def __init__(self) -> None:
        self.cells = self.area = self.longest = 0
        self.next_member()

    def next_member(self) -> None:
        """Begin another member: another sheet, or anything else, where nothing will be found."""
        self.row = self.column = self.rows = self.columns = 0
        self.left = b""
        self.at = 0
        self.text_from: int | None = None

    def see(self, piece: bytes) -> None:
        data = self.left + piece
        end = 0
        for tag in _TAG.finditer(data):
            end = tag.end()
            self._meet(tag[1], tag[2], self.at + tag.start())
        if self.text_from is not None:
            self.longest = max(self.longest, self.at + len(data) - self.text_from)
        # A tag may go on in the next piece; one longer than a piece is none that calamine knows.
        keep = max(end, data.rfind(b"<"), len(data) - _BYTES_AT_ONCE)
        self.left, self.at = data[keep:], self.at + keep
        self.area = max(self.area, self.rows * self.columns)

    def _meet(self, kind: bytes, attributes: bytes, at: int) -> None:
        if kind == b"si":
            if self.text_from is not None:
                self.longest = max(self.longest, at - self.text_from)
            self.text_from = at
            return
        written = _REFERENCE.search(b" " + attributes)
        if kind == b"row":
            self.row = int(written[2]) if written and written[2] else self.row + 1
            self.column = 0
        else:
            self.cells += 1
            self.column = _column_number(written[1]) if written and written[1] else self.column + 1
            if written and written[2]:
                self.row = int(written[2])
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)

    def too_large(self) -> bool:
        return self.area > _MAX_CELLS or self.cells * self.longest > _MAX_CELL_TEXT


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """A column as a spreadsheet names it.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _old_or_locked(stream: BinaryIO, *, name: str) -> FaultyFile:
    """An Excel file of before 2007, or one of today behind a password: both are the same container."""
    content = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _locked(name)
    return fault(name, "this is not an Excel workbook of today (.xlsx)", _SAVE_AS)


def _locked(name: str) -> FaultyFile:
    return fault(
        name,
        "the workbook is locked with a password",
        "Save a copy without the password, load that, and delete it after.",
    )


# --------------------------------------------------------------------------------------------------------------- Tables


def _of_cells(rows: Iterator[Sequence[str]], *, file: str, first_column: int) -> RawTable:
    """A sheet's table, a batch of rows at a time: what repeats is held once."""
    heading_row, headings = _headings(rows, file=file)
    numberings = [defaultdict(count().__next__) for _ in headings]
    codes: list[list[np.ndarray]] = [[np.array([], np.int32)] for _ in headings]
    read = 0
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        read += len(batch)
        for column, numbering, parts in zip(
            zip(*batch, strict=True), numberings, codes, strict=True
        ):
            parts.append(np.fromiter(map(numbering.__getitem__, column), np.int32, len(column)))
    columns = [
        pd.Categorical.from_codes(
            np.concatenate(parts), categories=pd.Index(list(numbering), dtype=str), validate=False
        )
        for parts, numbering in zip(codes, numberings, strict=True)
    ]
    return _table(
        columns,
        rows=np.arange(heading_row + 1, heading_row + 1 + read),
        headings=headings,
        heading_row=heading_row,
        file=file,
        first_column=first_column,
        sheet=True,
    )


def _table(
    columns: Sequence[pd.Categorical],
    *,
    rows: np.ndarray,
    headings: Sequence[str],
    heading_row: int,
    file: str,
    faults: Sequence[Fault] = (),
    first_column: int = 0,
    sheet: bool = False,
) -> RawTable:
    """The table without its blank rows, and without columns that have neither a heading nor a cell."""
    filled = np.logical_or.reduce([filled_cells(column) for column in columns])
    kept = [index for index, heading in enumerate(headings) if heading]
    return RawTable(
        file=file,
        heading_row=heading_row,
        headings=tuple(headings[index] for index in kept),
        columns=tuple(columns[index] if filled.all() else columns[index][filled] for index in kept),
        rows=rows[filled],
        faults=(
            *faults,
            *_without_heading(
                headings, columns, file=file, row=heading_row, first_column=first_column
            ),
        ),
        sheet=sheet,
    )


def filled_cells(column: pd.Categorical) -> np.ndarray:
    """Whether each cell of a column holds more than blanks."""
    return (column.categories.str.strip() != "").astype(bool)[column.codes]


def _headings(rows: Iterator[Sequence[str]], *, file: str) -> tuple[int, list[str]]:
    """The first filled row and its number."""
    try:
        for number, row in enumerate(rows, start=1):
            headings = [" ".join(cell.split()) for cell in row]
            if any(headings):
                return number, headings
    except csv.Error as error:
        raise fault(file, "this is not a table", _READABLE) from error
    raise fault(
        file,
        "the file holds no text",
        "Export it again, and see that it is not empty before you load it.",
    )


def _without_heading(
    headings: Sequence[str],
    columns: Sequence[pd.Categorical],
    *,
    file: str,
    row: int,
    first_column: int,
) -> Iterator[Fault]:
    for index, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        if not heading and filled_cells(column).any():
            yield Fault(
                file=file,
                row=row,
                column=column_letters(first_column + index),
                rule="a filled column without a heading",
                remedy="Give each column one heading of its own in the first row, without merged cells or a title above.",
            )
