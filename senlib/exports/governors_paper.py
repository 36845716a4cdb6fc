"""One page of A4 for the governors' papers: questions with their answers, and the figures behind them, all of them published."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from docx.document import Document
from docx.shared import Cm, Pt

from senlib.exports import _docx
from senlib.exports._docx import Cell, WordFile
from senlib.exports.about import About
from senlib.measures.published_table import PublishedTable

HEADS = ("Who", "Pupils", "Of these", "Percent", "Likely")
# How wide a column is beside others.
_WEIGHTS = (4.4, 1, 1, 1, 1.3)
_BESIDE_WEIGHT = 1.6

# Margins in cm and letters in points, smaller than elsewhere: all of it has to stand on one page.
_MARGIN, _SIZE, _TITLE_SIZE = 1.6, 8.5, 15


class Rate(Protocol):
    """A published rate: a row of PublishedTable.rates with its label. The numbers are missing where `reason` says 'hidden'."""

    label: str
    pupils: int
    reached: int
    percent: int
    low: int
    high: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Rates to be read from a published table: `column`, `reached` and `of` as PublishedTable.rates takes them.

    `caption` says what is counted. `rows` names the rows, each by its labels in the other columns, and `labels` says them in
    words. `beside` has for each row others' figure in words, '' where there is none, and `beside_head` says whose it is.
    TypeError for a table that is not published.
    """

    caption: str
    published: PublishedTable
    column: str
    reached: Hashable
    of: Hashable
    rows: tuple[tuple, ...]
    labels: tuple[str, ...]
    beside: tuple[str, ...] = ()
    beside_head: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        """What stands over the columns of `in_words`."""
        return (*HEADS, self.beside_head) if self.beside else HEADS

    def __post_init__(self) -> None:
        if not isinstance(self.published, PublishedTable):
            raise TypeError("Only a PublishedTable may stand in the governors’ papers.")

    def rates(self) -> list[Rate]:
        """The rates in their order."""
        rates = self.published.rates(
            column=self.column, reached=self.reached, of=self.of, rows=self.rows
        )
        labelled = rates.assign(label=self.labels)
        return list(labelled.itertuples())

    def in_words(self) -> Sequence[tuple[str, ...]]:
        """Each row as texts, as `heads` names them: 'hidden' where a figure is, and a dash where there is nobody to count."""
        rows = [(rate.label, *_figures(rate)) for rate in self.rates()]
        if not self.beside:
            return rows
        others = [other or "–" for other in self.beside]
        pairs = zip(rows, others, strict=True)
        return [(*row, other) for row, other in pairs]


def one_page(
    *,
    about: About,
    sure: str,
    answers: Sequence[tuple[str, str]],
    figures: Sequence[Figures],
) -> bytes:
    """A Word document: what was hidden, how sure one can be, each question with its answer, made from published figures, and these.

    >>> from datetime import date
    >>> about = About(title="For the governors", source="Any School", on=date(2005, 3, 8))
    >>> one_page(about=about, sure="", answers=[], figures=[])[:2]
    b'PK'
    """
    word = WordFile(about=about)
    _close_up(word.document)
    word.add_lines(sure, style=_docx.SMALL)
    if answers:
        word.add_table(
            heads=[Cell("Question"), Cell("Answer")],
            rows=[list(map(Cell, pair)) for pair in answers],
            weights=(1, 3.4),
            says="Questions and answers",
        )
    for one in figures:
        _, *heads = one.heads
        word.add_table(
            heads=[Cell(head) for head in (one.caption, *heads)],
            rows=[list(map(Cell, row)) for row in one.in_words()],
            weights=(*_WEIGHTS, _BESIDE_WEIGHT) if one.beside else _WEIGHTS,
            says=one.caption,
        )
    return word.content()


def _close_up(document: Document) -> None:
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(_MARGIN)
    section.top_margin = section.bottom_margin = Cm(_MARGIN)
    for name in (_docx.CELL, _docx.SMALL):
        document.styles[name].font.size = Pt(_SIZE)
        document.styles[name].paragraph_format.space_after = Pt(0)
    document.styles["Heading 1"].font.size = Pt(_TITLE_SIZE)


def _figures(row: Rate) -> tuple[str, str, str, str]:
    if reason := row.reason:
        return reason, reason, reason, reason
    if pd.isna(row.percent):
        return str(row.pupils), "–", "–", "–"
    likely = f"{row.low} to {row.high} %"
    return f"{row.pupils:,}", f"{row.reached:,}", f"{row.percent} %", likely
