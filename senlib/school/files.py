"""A file as it is handed over, and a part of a table that was read from one, with where each of its rows stands."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from senlib.school.faults import Fault, FaultyFile

# A school's whole export is a few megabytes. A much larger file is something else, or meant to fill the memory.
MAX_BYTES = 150 * 1024**2
TOO_LARGE = "the file is larger than 150 MB, or than 300 MB unpacked"
SPLIT_IT = "Export fewer columns or fewer year groups, or split it into several files and choose them together."
SAVE_AS_XLSX = (
    "Open it in Excel, save it as an Excel workbook (.xlsx) and choose that file."
)
NOT_EMPTY = "Export it again, and check that it is not empty before you choose it."
DAMAGED = "the workbook is damaged and cannot be read"

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_STEPS = 20


class ReadingProgress:
    """Reports the share of a file that has been read, at most about twenty times.

    >>> progress = ReadingProgress(print)
    >>> for share in (0.01, 0.3, 0.301, 2):
    ...     progress(share)
    0.3
    1.0
    """

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report
        self._last = 0.0

    def __call__(self, share: float) -> None:
        share = min(share, 1.0)
        step = share - self._last
        is_last = share == 1 and step > 0
        if is_last or step >= 1 / _STEPS:
            self._last = share
            self._report(share)


@dataclass(frozen=True)
class NamedFile:
    """A file to load: its name as the user knows it, and its bytes or where they are."""

    name: str
    content: bytes | Path

    def open(self) -> BytesIO | BufferedReader:
        """The file to read from; FaultyFile where it is empty or larger than MAX_BYTES."""
        content = self.content
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        if size == 0:
            raise fault(self.name, "the file is empty", NOT_EMPTY)
        if size > MAX_BYTES:
            raise fault(self.name, TOO_LARGE, SPLIT_IT)
        return content.open("rb") if isinstance(content, Path) else BytesIO(content)


@dataclass(frozen=True)
class SourceFile:
    """A file that a school was loaded from: its name, who supplied it and of what date it is ('' where that was not said).

    `pupils` and `results` count what came from it; `kind` says what sort of file it was.
    """

    file: str
    supplied_by: str = ""
    dated: str = ""
    pupils: int = 0
    results: int = 0
    kind: str = ""


@dataclass(frozen=True)
class SourceRows:
    """Rows on their way to the pupils or the results table.

    `data` has columns of the schema, as text. `rows` numbers each row as the file shows it, `lines` does so for single
    columns where a row of data comes from several lines, and `headings` gives the file's own name for a column.
    """

    file: str
    data: pd.DataFrame
    rows: np.ndarray
    headings: Mapping[str, str]
    lines: Mapping[str, np.ndarray] = field(default_factory=dict)

    def fault(
        self,
        position: int,
        *,
        column: str,
        rule: str,
        remedy: str,
        stops: bool = True,
    ) -> Fault:
        """A fault in one cell, with its place in the file."""
        rows = self.lines.get(column, self.rows)
        return Fault(
            file=self.file,
            row=int(rows[position]),
            column=self.headings.get(column, column),
            rule=rule,
            remedy=remedy,
            stops=stops,
        )


def fault(file: str, rule: str, remedy: str, *, row: int | None = None) -> FaultyFile:
    """One fault, ready to raise."""
    return FaultyFile([Fault(file=file, rule=rule, remedy=remedy, row=row)])
