"""Everything in one zip: files under names that every computer takes, and a README that says what they are and what was hidden."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from senlib.exports.about import About
from senlib.text import one_line, plain

README = "README.txt"

# What Windows does not allow in names, and marks that turn a name round so that it seems to end otherwise.
_NOT_IN_NAMES = re.compile(
    '[<>:"/\\\\|?*\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]'
)
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE
)
# A folder's path takes its part of the 260 letters that Windows allows.
_LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class File:
    """One file: its name with its ending, what is in it, what it is in a sentence, and what was hidden in it, if anything."""

    name: str
    content: bytes
    says: str = ""
    hidden: str = ""


def bundle(files: Sequence[File], *, about: About) -> bytes:
    """A zip of the files in their order, after a README.txt. The same files on the same day make the same bytes.

    >>> from datetime import date
    >>> about = About(title="All", source="Any", on=date(2005, 3, 8))
    >>> archive = bundle([File(name="Plan: 8B.docx", content=b"")], about=about)
    >>> ZipFile(io.BytesIO(archive)).namelist()
    ['README.txt', 'Plan 8B.docx']
    """
    in_files = [file.name for file in files]
    _, *names = safe_names([README, *in_files])
    readme = _readme(names, files, about=about)
    contents = [readme, *(file.content for file in files)]
    # No zip has an earlier year.
    year = max(about.on.year, 1980)
    at = (year, about.on.month, about.on.day, 0, 0, 0)
    archive = io.BytesIO()
    with ZipFile(archive, "w") as zipped:
        for name, content in zip([README, *names], contents, strict=True):
            entry = ZipInfo(name, date_time=at)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            zipped.writestr(entry, content)
    return archive.getvalue()


def safe_names(names: Sequence[str]) -> list[str]:
    """Names that Windows, macOS and Linux all take, none twice however its letters are written.

    >>> safe_names(["IEP: A/B.docx", "iep ab.docx", "con.docx", "  ", "what?"])
    ['IEP AB.docx', 'iep ab (2).docx', 'con_.docx', 'file', 'what']
    """
    safe: dict[str, str] = {}
    for name in names:
        stem, ending = _safe(name)
        number, unique = 1, f"{stem}{ending}"
        while unique.casefold() in safe:
            number += 1
            unique = f"{stem} ({number}){ending}"
        safe[unique.casefold()] = unique
    return list(safe.values())


def _safe(name: str) -> tuple[str, str]:
    """A name and its ending, each without what some computer refuses."""
    composed = unicodedata.normalize("NFC", plain(name))
    words = " ".join(composed.split())
    clean = _NOT_IN_NAMES.sub("", words).rstrip(" .")
    stem, dot, ending = clean.rpartition(".")
    if not dot or not re.fullmatch("[A-Za-z0-9]{1,5}", ending):
        stem, ending = clean, ""
    stem = stem[:_LONGEST].strip(" .") or "file"
    # With or without an ending, or with several, Windows takes such a name for a machine.
    first, *_ = stem.split(".")
    if _DEVICES.fullmatch(first.rstrip()):
        stem += "_"
    return stem, f".{ending}" if ending else ""


def _readme(names: Sequence[str], files: Sequence[File], *, about: About) -> bytes:
    """What the zip is, for a person who finds it in a year's time."""
    lines = [f"{name}: {one_line(value, most=500)}" for name, value in about.rows]
    lines += ["", "In it:" if files else "There is nothing else in it."]
    for name, file in zip(names, files, strict=True):
        lines.append(f"- {name}")
        hidden = f"Hidden: {file.hidden}" if file.hidden else ""
        sentences = filter(None, [file.says, hidden])
        for sentence in sentences:
            lines.append(f"  {one_line(sentence, most=500)}")
    # As Windows' own editor has it in every version: a mark at the start, and both letters at the end of a line.
    text = "".join(f"{line}\r\n" for line in lines)
    return f"\ufeff{text}".encode()
