"""One page of A4 for the governors' papers: questions with their answers, and the figures behind them, all of them published."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import pandas as pd
from docx.shared import Cm, Pt

from senlib.exports import _docx
from senlib.exports._docx import Cell
from senlib.exports.about import About
from senlib.measures.published_table import PublishedTable

HEADS = ("Who", "Pupils", "Of these", "Percent", "Likely")
# How wide a column is beside others.
_WEIGHTS = (4.4, 1, 1, 1, 1.3)

# Smaller than elsewhere, for all of it has to stand on one page.
_MARGIN, _SIZE = 1.6, 8.5


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Rates to be read from a published table: `column`, `reached` and `of` as PublishedTable.rates takes them.

    `caption` says what is counted. `rows` names the rows, each by its labels in the other columns, and `labels` says them in
    words. `beside` has for each row others' figure in words, '' where there is none, and `beside_head` says whose it is.
    TypeError for a table that is not published.
    """

    caption: str
    shown: PublishedTable
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
        if not isinstance(self.shown, PublishedTable):
            raise TypeError("Only a PublishedTable may stand in the governors’ papers.")

    def table(self) -> pd.DataFrame:
        """The rates in their order: label, pupils, reached, percent, low, high (missing where hidden), reason."""
        rates = self.shown.rates(column=self.column, reached=self.reached, of=self.of)
        keys = [name for name in self.shown.columns if name != self.column]
        places = {
            labels: place
            for place, labels in enumerate(
                rates[keys].itertuples(index=False, name=None)
            )
        }
        return (
            rates.iloc[[places[row] for row in self.rows]]
            .reset_index(drop=True)
            .assign(label=list(self.labels))
        )

    def in_words(self) -> list[tuple[str, ...]]:
        """Each row as texts, as `heads` names them: 'hidden' where a figure is, and a dash where there is nobody to count."""
        rows = [(row.label, *_figures(row)) for row in self.table().itertuples()]
        if not self.beside:
            return rows
        return [
            (*row, other or "–") for row, other in zip(rows, self.beside, strict=True)
        ]


def one_page(
    *,
    about: About,
    sure: str,
    answers: Sequence[tuple[str, str]],
    figures: Sequence[Figures],
) -> bytes:
    """A Word document: what was hidden, how sure one can be, each question with its answer, made from published figures, and these.

    >>> from datetime import date
    >>> about = About(title="For the governors", source="Any School", made=date(2005, 3, 8))
    >>> one_page(about=about, sure="", answers=[], figures=[])[:2]
    b'PK'
    """
    made = _docx.begin(about=about)
    _docx.turn(made, landscape=False, new_page=False)
    _close_up(made)
    _docx.heading(made, about.title, level=1)
    for text in (about.hidden, sure):
        _docx.paragraphs(made, text, style=_docx.SMALL)
    asked = [(Cell(question), Cell(answer)) for question, answer in answers]
    if asked:
        heads = (Cell("Question"), Cell("Answer"))
        _docx.table(
            made,
            heads=heads,
            rows=asked,
            weights=(1, 3.4),
            says="Questions and answers",
        )
    for one in figures:
        rows = [[Cell(text) for text in row] for row in one.in_words()]
        heads = [Cell(one.caption), *map(Cell, one.heads[1:])]
        weights = (*_WEIGHTS, 1.6) if one.beside else _WEIGHTS
        _docx.table(made, heads=heads, rows=rows, weights=weights, says=one.caption)
    return _docx.saved(made)


def _close_up(document) -> None:
    section = document.sections[-1]
    section.left_margin = section.right_margin = section.top_margin = (
        section.bottom_margin
    ) = Cm(_MARGIN)
    for name in (_docx.CELL, _docx.SMALL):
        document.styles[name].font.size = Pt(_SIZE)
        document.styles[name].paragraph_format.space_after = Pt(0)
    document.styles["Heading 1"].font.size = Pt(15)


def _figures(row) -> tuple[str, ...]:
    if row.reason:
        return (row.reason,) * 4
    if pd.isna(row.percent):
        return (str(row.pupils), "–", "–", "–")
    return (
        f"{row.pupils:,}",
        f"{row.reached:,}",
        f"{row.percent} %",
        f"{row.low} to {row.high} %",
    )
