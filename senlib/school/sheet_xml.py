"""The XML of a worksheet, taken in as it is parsed: its cells as the spreadsheet shows them, and what it hides.

No tree is built, so that a sheet needs the memory of its cells alone. Each class here is a target of lxml's parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from senlib.school.heading_rows import Merge
from senlib.school.number_formats import PLAIN, as_shown
from senlib.school.raw_tables import (
    MAX_CELLS,
    UNCALCULATED,
    Row,
    Surroundings,
    TooLarge,
    is_error,
)

# Of an element, by name.
Attributes = Mapping[str, str]
# A workbook and a CTF come from outside: entities, document types and outside addresses are switched off.
SAFE_XML = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
_NAMESPACES = (
    "",
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_MOST_BLANK_ROWS = 100_000
_MOST_CELLS = 6_000_000
_MOST_TEXTS = 2_000_000
_MOST_MERGES = _MOST_ELEMENTS = 100_000
_DIGITS = "0123456789"
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
# Excel writes characters that XML cannot hold, and some that it can, as _x000D_.
_ESCAPED = re.compile("_x([0-9a-fA-F]{4})_")


class NoWorkbook(ValueError):
    """XML as no spreadsheet program writes it."""


class Target:
    """What all parts of a workbook have in common: no document type, and text that is asked for."""

    def __init__(self) -> None:
        self.text: list[str] | None = None

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def taken(self) -> str:
        text, self.text = "".join(self.text or ()), None
        return text

    def doctype(self, *_: object) -> None:
        raise NoWorkbook

    def close(self) -> None: ...


# Elements by their local names, with their attributes.
Matches = list[tuple[str, Attributes]]


class Elements(Target):
    """Elements of some local names, in order, with their attributes."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.matches: Matches = []
        self._names = frozenset(names)

    def start(self, tag: str, attributes: Attributes) -> None:
        name = tag.rpartition("}")[2]
        if name in self._names:
            if len(self.matches) == _MOST_ELEMENTS:
                raise TooLarge
            self.matches.append((name, dict(attributes)))

    def end(self, tag: str) -> None: ...


def _tags(*names: str) -> dict[str, str]:
    return {f"{namespace}{name}": name for namespace in _NAMESPACES for name in names}


class SharedStrings(Target):
    """The texts that cells refer to by number, runs of a text joined, readings of characters left out."""

    _TAGS = _tags("sst", "si", "t", "rPh")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._runs: list[str] = []
        self._phonetic = False

    def start(self, tag: str, attributes: Attributes) -> None:
        name = self._TAGS.get(tag)
        if name == "t" and not self._phonetic:
            self.text = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "sst" and int(attributes.get("uniqueCount", 0)) > _MOST_TEXTS:
            raise TooLarge

    def end(self, tag: str) -> None:
        name = self._TAGS.get(tag)
        if name == "t" and self.text is not None:
            self._runs.append(self.taken())
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            if len(self.texts) == _MOST_TEXTS:
                raise TooLarge
            self.texts.append(unescaped("".join(self._runs)))
            self._runs.clear()


class SheetXml(Target):
    """A worksheet. `take` gives the rows met since it was last asked; `around` is whole once the part has been parsed.

    `kinds` tells what the number format of each style shows. `made_up_zeros` is True where whoever wrote the workbook
    left calculating to the program that opens it: then a formula's 0 is no value.
    """

    _TAGS = _tags(
        *[
            "row",
            "c",
            "v",
            "t",
            "f",
            "rPh",
            "col",
            "mergeCell",
            "autoFilter",
            "tablePart",
        ]
    )

    def __init__(
        self,
        *,
        shared: Sequence[str],
        kinds: Sequence[str],
        epoch: datetime,
        made_up_zeros: bool,
    ) -> None:
        super().__init__()
        self.around = Surroundings()
        self._shared, self._kinds, self._epoch = shared, kinds, epoch
        self._made_up_zeros = made_up_zeros
        self._columns: dict[str, int] = {}
        self._rows: list[Row] = []
        self._row = self._last_filled = self._widest = self._count = 0
        self._hidden = self._numbered = self._phonetic = False
        self._cells: list[str] = []
        self._column = -1
        self._cell: Attributes = {}
        self._value: str | None = None
        self._formula = False

    def take(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, attributes: Attributes) -> None:
        name = self._TAGS.get(tag)
        if name is None:
            return
        if name == "c":
            self._cell, self._value, self._formula = attributes, None, False
        elif name == "v" or (name == "t" and not self._phonetic):
            self.text = []
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._phonetic = True
        elif name == "col":
            self._column_width(attributes)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name in ("autoFilter", "tablePart"):
            self.around.filtered = True

    def end(self, tag: str) -> None:
        name = self._TAGS.get(tag)
        if name is None:
            return
        if name == "c":
            self._end_cell()
        elif name == "v" or (name == "t" and self.text is not None):
            self._value = (self._value or "") + self.taken()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._phonetic = False

    def _column_width(self, attributes: Attributes) -> None:
        hidden = self.around.hidden_columns
        if _is_hidden(attributes, "width") and len(hidden) < _LAST_COLUMN:
            first, last = int(attributes["min"]), int(attributes["max"])
            hidden.append(range(first - 1, last))

    def _start_row(self, attributes: Attributes) -> None:
        written = attributes.get("r")
        self._numbered = bool(written)
        self._row = int(written) if written else self._row + 1
        self._hidden = _is_hidden(attributes, "ht")
        self._cells = []
        self._column = -1

    def _end_cell(self) -> None:
        self._count += 1
        if self._count > _MOST_CELLS:
            raise TooLarge
        reference = self._cell.get("r")
        self._column = self._column_of(reference) if reference else self._column + 1
        if self._column >= _LAST_COLUMN:
            raise TooLarge
        text = self._text()
        if not text:
            return
        missing = self._column + 1 - len(self._cells)
        self._cells += [""] * missing
        self._cells[self._column] = text

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip(_DIGITS)
        if letters not in self._columns:
            self._columns[letters] = column_number(letters)
        if not self._numbered:
            self._row = int(reference[len(letters) :] or self._row)
            self._numbered = True
        return self._columns[letters]

    def _text(self) -> str:
        value, kind = self._value, self._cell.get("t", "n")
        if self._formula and not value:
            # A text of no length is what =IF(..., "") leaves; any other value would be written.
            return "" if kind == "str" else UNCALCULATED
        if not value:
            return ""
        if kind == "s":
            return self._shared[int(value)]
        if kind == "n":
            if self._formula and self._made_up_zeros and value == "0":
                return UNCALCULATED
            style = self._cell.get("s")
            shows = self._kinds[int(style)] if style else PLAIN
            return as_shown(value, shows, self._epoch)
        if kind == "b":
            return "Y" if is_true(value) else "N"
        if kind == "e":
            return value if is_error(value) else "#VALUE!"
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        return unescaped(value)

    def _end_row(self) -> None:
        if not self._cells:
            return
        if self._hidden:
            self.around.hidden_rows += any(map(str.strip, self._cells))
            return
        self._widest = max(self._widest, len(self._cells))
        too_far = self._row > _LAST_ROW or self._row * self._widest > MAX_CELLS
        if too_far or self._row > self._last_filled + _MOST_BLANK_ROWS:
            raise TooLarge
        self._last_filled = max(self._last_filled, self._row)
        self._rows.append((self._row, self._cells))

    def _merge(self, reference: str) -> None:
        corners = _AREA.fullmatch(reference)
        if corners and len(self.around.merges) < _MOST_MERGES:
            left, top, right, bottom = corners.groups()
            last = min(column_number(right), _LAST_COLUMN)
            merge = Merge(int(top), column_number(left), int(bottom), last)
            self.around.merges.append(merge)


def column_number(letters: str) -> int:
    """A column's place from 0, by its letters.

    >>> column_number("A"), column_number("XFD")
    (0, 16383)
    """
    if not re.fullmatch("[A-Za-z]{1,3}", letters):
        raise NoWorkbook
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def unescaped(text: str) -> str:
    """Text with the characters that Excel writes as _x000D_.

    >>> unescaped("a_x0041_b")
    'aAb'
    """
    if "_x" not in text:
        return text
    characters = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)
    encoded = characters.encode("utf-16", "surrogatepass")
    return encoded.decode("utf-16", "replace")


def is_true(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _is_hidden(attributes: Attributes, size: str) -> bool:
    """Whether a row or column is hidden: by its mark, or because its height or width is nought."""
    written = attributes.get(size, "")
    is_nought = "0" in written and not written.strip("0.")
    return is_true(attributes.get("hidden")) or is_nought
