"""What kind of file it is, by what it holds: the ending of its name is not believed."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import BinaryIO, Literal

from senlib.school.faults import FaultyFile
from senlib.school.files import (
    DAMAGED,
    SAVE_AS_XLSX,
    SPLIT_IT,
    TOO_LARGE,
    UTF_16_MARKS,
    NamedFile,
    fault,
)

FileFormat = Literal["csv", "xlsx", "html", "mhtml", "xml spreadsheet", "xml"]

_START = 8 * 1024
_LARGEST_DIRECTORY = 8 * 1024**2
_END_OF_ARCHIVE = struct.Struct("<4s4H2LH")
_EXPORT_AGAIN = "Export the list again as an Excel workbook (.xlsx) or a CSV file."
_COPY_TABLE = "Copy the table into Excel and save it as an Excel workbook (.xlsx), or export the list again as one."
_OLD_EXCEL = (
    "this is an old Excel workbook (.xls), not an .xlsx workbook",
    SAVE_AS_XLSX,
)
_ARCHIVE = (
    "this is a compressed archive, not a table",
    "Extract the files from it, and choose those.",
)
_REFUSED = {
    b"%PDF": ("this is a PDF, not a table", f"{_EXPORT_AGAIN} A PDF cannot be read."),
    rb"{\rtf": ("this is a text document, not a table", _COPY_TABLE),
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE,
    b"Rar!": _ARCHIVE,
    b"\x1f\x8b": (
        "this is a compressed file, not a table",
        "Extract the file from it, and choose that.",
    ),
    **dict.fromkeys(
        [b"\x09\x08\x10\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00"], _OLD_EXCEL
    ),
}
_IN_ARCHIVE = {
    "xl/workbook.bin": (
        "this is an Excel binary workbook (.xlsb), not an Excel workbook (.xlsx)",
        SAVE_AS_XLSX,
    ),
    "word/": ("this is a Word document, not an Excel workbook (.xlsx)", _COPY_TABLE),
    "ppt/": ("this is a PowerPoint file, not an Excel workbook (.xlsx)", _COPY_TABLE),
    "index/document.iwa": (
        "this is a Numbers spreadsheet, not an Excel workbook (.xlsx)",
        "Open it in Numbers and export it as an Excel workbook (.xlsx), then choose that file.",
    ),
    "content.xml": (
        "this is an OpenDocument file (.ods), not an Excel workbook (.xlsx)",
        SAVE_AS_XLSX,
    ),
}
_CTF = re.compile(r"<(\w+:)?CTfile\b", re.IGNORECASE)
_XML_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_HTML = re.compile(
    r"<(!doctype\s+html|html|head|meta|body|table|style|div)\b", re.IGNORECASE
)
_MHTML = re.compile(
    r"^(MIME-Version:|Content-Type:\s*multipart/related)", re.IGNORECASE | re.MULTILINE
)


def format_of(file: NamedFile) -> FileFormat:
    """How a file can be read; 'xml' is XML other than a spreadsheet, such as a Common Transfer File.

    Raises FaultyFile where it is of a kind that cannot be read, by its name and with what to do, and where it is empty.

    >>> format_of(NamedFile(name="list.xls", content=b"<table><tr><td>UPN</td></tr></table>"))
    'html'
    """
    with file.open() as stream:
        start = stream.read(_START)
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            _check_archive(stream, name=file.name)
            return "xlsx"
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            stream.seek(0)
            raise _old_or_locked(stream, name=file.name)
    for magic, (rule, remedy) in _REFUSED.items():
        if start.startswith(magic):
            raise fault(file.name, rule, remedy)
    return _of_text(text_start(start))


def text_start(start: bytes) -> str:
    """The beginning of a file as text, as far as its encoding can be recognised, without the byte order mark and leading blanks."""
    utf_16 = start.startswith(UTF_16_MARKS)
    text = start.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")
    return text.lstrip()


def _of_text(text: str) -> FileFormat:
    if not text.startswith("<"):
        first_line = text.split("\n")[0]
        is_mhtml = _MHTML.search(text[:1000]) and ":" in first_line
        return "mhtml" if is_mhtml else "csv"
    if _CTF.search(text):
        return "xml"
    if _XML_SPREADSHEET in text and "<html" not in text.lower():
        return "xml spreadsheet"
    return "html" if _HTML.search(text) else "xml"


def _check_archive(stream: BinaryIO, *, name: str) -> None:
    """FaultyFile where an archive is no workbook."""
    _check_directory(stream, name=name)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = list(map(member_name, archive.namelist()))
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise fault(name, DAMAGED, SAVE_AS_XLSX) from error
    if any(member.startswith("xl/workbook.xml") for member in members):
        return
    for part, (rule, remedy) in _IN_ARCHIVE.items():
        if any(member.startswith(part) for member in members):
            raise fault(name, rule, remedy)
    rule = "this is a zip archive, not an Excel workbook (.xlsx)"
    raise fault(name, rule, "Extract the files from it, and choose those.")


def member_name(written: str) -> str:
    """The name of a part of a workbook, in the one spelling in which it is looked up."""
    return written.replace("\\", "/").lstrip("/").lower()


def _check_directory(stream: BinaryIO, *, name: str) -> None:
    """FaultyFile where the archive lists more members than a workbook can have: each costs memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 0xFFFF - _END_OF_ARCHIVE.size))
    end = stream.read()
    at = end.rfind(b"PK\x05\x06")
    if 0 <= at <= len(end) - _END_OF_ARCHIVE.size:
        directory = _END_OF_ARCHIVE.unpack_from(end, at)[5]
        if directory > _LARGEST_DIRECTORY:
            raise fault(name, TOO_LARGE, SPLIT_IT)
    stream.seek(0)


def _old_or_locked(stream: BinaryIO, *, name: str) -> FaultyFile:
    """Microsoft's container of before 2007, in which workbooks behind a password are kept to this day."""
    content = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return locked(name)
    if "WordDocument".encode("utf-16-le") in content:
        return fault(name, "this is an old Word document, not a table", _COPY_TABLE)
    return fault(name, *_OLD_EXCEL)


def locked(name: str) -> FaultyFile:
    """The fault of a workbook behind a password."""
    return fault(
        name,
        "the workbook is protected with a password",
        "Save a copy without the password, choose that, and delete it afterwards.",
    )
