"""PowerPoint: slides with titles in their places, native charts that can be edited, and notes that say how long each takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from pptx.presentation import Presentation

from senlib.exports import _pptx
from senlib.exports._pptx import Chart
from senlib.exports.about import SAMPLE, About
from senlib.text import day, one_line

# Sizes of the lines in points: the largest in which they fit is taken, and none is too small to read.
_LARGER, _LARGER_BESIDE_CHART = (28, 24), (24,)
_SMALLEST = 20
# How wide a letter is and how high a line, as shares of their size; what is left free at the sides, in inches.
_LETTER_WIDTH, _LINE_HEIGHT, _INSET = 0.52, 1.45, 0.7
_POINTS = 72  # in an inch


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
    layout = _pptx.LINES
    if slide.chart:
        layout = _pptx.LINES_AND_CHART if slide.lines else _pptx.CHART
    page = _pptx.add_slide(
        presentation,
        layout=layout,
        title=one_line(slide.title),
        foot=one_line(about.line),
    )
    if slide.chart:
        _pptx.add_chart(page, slide.chart)
    if layout != _pptx.CHART:
        size = _size(slide)
        _pptx.write_lines(page, slide.lines, size=size)
    _pptx.write_notes(page, notes)


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
    page = replace(slide, lines=slide.lines[:1])
    for line in slide.lines[1:]:
        lines = [*page.lines, line]
        if _fits(page, lines, size=_SMALLEST):
            page = replace(page, lines=lines)
        else:
            yield page
            page = Slide(title=f"{slide.title} (continued)", lines=[line])
    yield page


def _size(slide: Slide) -> int:
    sizes = _LARGER_BESIDE_CHART if slide.chart else _LARGER
    for size in sizes:
        if _fits(slide, slide.lines, size=size):
            return size
    return _SMALLEST


def _fits(slide: Slide, lines: Sequence[str], *, size: int) -> bool:
    """Whether lines fit on a slide, as far as one can tell without the letters' true widths."""
    width = _pptx.WIDTH_BESIDE_CHART if slide.chart else _pptx.WIDTH
    letters = (width - _INSET) * _POINTS / (size * _LETTER_WIDTH)
    lengths = [len(line) or 1 for line in lines]
    rows = sum(ceil(length / letters) for length in lengths)
    return rows * size * _LINE_HEIGHT <= _pptx.HEIGHT * _POINTS
