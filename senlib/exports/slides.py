"""PowerPoint: slides with titles in their places, native charts that can be edited, and notes that say how long each takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import pandas as pd
from pptx.presentation import Presentation
from pptx.slide import Slide as Page

from senlib.exports import _pptx
from senlib.exports._pptx import Series
from senlib.exports.about import SAMPLE, About
from senlib.text import day, one_line

# Sizes of the lines in points: the largest in which they fit is taken, and none is too small to read.
_SIZES = (28, 24, 20)
_SIZES_BESIDE_CHART = (24, 20)
# How wide a letter is and how high a line, as shares of their size; what is left free at the sides, in inches.
_LETTER_WIDTH, _LINE_HEIGHT, _INSET = 0.52, 1.45, 0.7
_POINTS = 72  # in an inch


@dataclass(frozen=True, kw_only=True, eq=False)
class Chart:
    """A chart from a table: `columns` names its columns and their headings, first the labels, then a series each.

    `kind` is 'bar' or 'line'. `between` names for a series the columns of the values between which it likely lies. `says` tells the
    chart to those who do not see it. `unit` stands after each number, and `most` is where the scale ends.
    """

    kind: str
    table: pd.DataFrame
    columns: Mapping[str, str]
    says: str
    between: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unit: str = ""
    most: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Slide:
    """One slide: its title, its lines, a chart if it has one, the speaker's notes, and how many minutes it takes (0: not said)."""

    title: str
    lines: Sequence[str] = ()
    notes: str = ""
    minutes: int = 0
    chart: Chart | None = None


def deck(slides: Sequence[Slide], *, about: About) -> bytes:
    """A presentation: a cover that says what it is and where it is from, then the slides; lines that do not fit go on to another.

    >>> from datetime import date
    >>> slide = Slide(title="Why now?", lines=["Who has stopped moving?"], minutes=10)
    >>> deck([slide], about=About(title="First session", source="Any LEA", on=date(2005, 3, 8)))[:2]
    b'PK'
    """
    presentation = _pptx.begin()
    about.describe(presentation.core_properties)
    _add_cover(presentation, slides, about=about)
    begins = 0
    for slide in slides:
        notes = _notes(slide, begins=begins)
        for page in _pages(slide):
            _add(presentation, page, about=about, notes=notes)
            notes = "This goes on from the slide before."
        begins += slide.minutes
    return _pptx.saved(presentation)


def _add_cover(
    presentation: Presentation, slides: Sequence[Slide], *, about: About
) -> None:
    cover = _pptx.add_slide(
        presentation,
        layout=_pptx.COVER,
        title=one_line(about.title),
        foot=one_line(about.line),
    )
    sample = SAMPLE if about.sample else ""
    texts = (about.source, day(about.on), sample, about.hidden)
    lines = [one_line(text, most=500) for text in texts if text]
    cover.placeholders[1].text = "\n".join(lines)
    minutes = sum(slide.minutes for slide in slides)
    length = f"All together {minutes} minutes." if minutes else "No times are set."
    _pptx.write_notes(cover, length)


def _add(presentation: Presentation, slide: Slide, *, about: About, notes: str) -> None:
    with_chart = _pptx.LINES_AND_CHART if slide.lines else _pptx.CHART
    layout = with_chart if slide.chart else _pptx.LINES
    page = _pptx.add_slide(
        presentation,
        layout=layout,
        title=one_line(slide.title),
        foot=one_line(about.line),
    )
    if slide.chart:
        _add_chart(page, slide.chart)
    if layout != _pptx.CHART:
        _pptx.write_lines(page, slide.lines, size=_size(slide))
    _pptx.write_notes(page, notes)


def _add_chart(page: Page, chart: Chart) -> None:
    first, *others = chart.columns
    labels = ["" if pd.isna(label) else str(label) for label in chart.table[first]]
    _pptx.add_chart(
        page,
        kind=chart.kind,
        labels=labels,
        series=[_series(chart, key) for key in others],
        says=chart.says,
        unit=chart.unit,
        most=chart.most,
    )


def _series(chart: Chart, key: str) -> Series:
    name = chart.columns[key]
    values = _numbers(chart.table[key])
    if key not in chart.between:
        return Series(name, values)
    lowest, highest = chart.between[key]
    up = chart.table[highest] - chart.table[key]
    down = chart.table[key] - chart.table[lowest]
    return Series(name, values, up=_numbers(up), down=_numbers(down))


def _numbers(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]


def _notes(slide: Slide, *, begins: int) -> str:
    """The notes of a slide, with how long it takes and when, counted in minutes from the start.

    >>> _notes(Slide(title="Sort the cards", notes="In pairs.", minutes=15), begins=50)
    '15 minutes, from 0:50 to 1:05.\\nIn pairs.'
    """
    minutes = "1 minute" if slide.minutes == 1 else f"{slide.minutes} minutes"
    ends = begins + slide.minutes
    time = f"{minutes}, from {_clock(begins)} to {_clock(ends)}."
    if not slide.minutes:
        time = "No time is set."
    return f"{time}\n{slide.notes}" if slide.notes else time


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _pages(slide: Slide) -> Iterator[Slide]:
    """A slide, and where its lines do not fit in the smallest size, others on which they go on."""
    lines, page = list(slide.lines), slide
    while True:
        fit = 1
        smallest = _sizes(page)[-1]
        while fit < len(lines) and _fits(page, lines[: fit + 1], size=smallest):
            fit += 1
        yield replace(page, lines=lines[:fit])
        lines = lines[fit:]
        if not lines:
            return
        page = Slide(title=f"{slide.title} (continued)")


def _sizes(slide: Slide) -> tuple[int, ...]:
    return _SIZES_BESIDE_CHART if slide.chart else _SIZES


def _size(slide: Slide) -> int:
    *larger, smallest = _sizes(slide)
    fit = (size for size in larger if _fits(slide, slide.lines, size=size))
    return next(fit, smallest)


def _fits(slide: Slide, lines: Sequence[str], *, size: int) -> bool:
    """Whether lines fit on a slide, as far as one can tell without the letters' true widths."""
    width = _pptx.WIDTH_BESIDE_CHART if slide.chart else _pptx.WIDTH
    letters = (width - _INSET) * _POINTS / (size * _LETTER_WIDTH)
    lengths = [max(len(line), 1) for line in lines]
    rows = sum(ceil(length / letters) for length in lengths)
    return rows * size * _LINE_HEIGHT <= _pptx.HEIGHT * _POINTS
