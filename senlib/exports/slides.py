"""PowerPoint: slides with titles in their places, native charts that can be edited, and notes that say how long each takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from math import ceil

import pandas as pd

from senlib.exports import _pptx
from senlib.exports._pptx import Series
from senlib.exports.about import SAMPLE, About
from senlib.text import day, one_line

# Sizes of the lines in points, the largest in which they fit is taken; beside a chart there is less room. None is too small to read.
_SIZES, _BESIDE_A_CHART = (28, 24, 20), (24, 20)
# What a letter takes of its size across, and a line of it down.
_ACROSS, _DOWN = 0.52, 1.45
_POINTS = 72


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
    >>> deck([slide], about=About(title="First session", source="Any LEA", made=date(2005, 3, 8)))[:2]
    b'PK'
    """
    made = _pptx.begin()
    _properties(made, about)
    cover = _pptx.add_slide(
        made, layout=_pptx.COVER, title=one_line(about.title), foot=one_line(about.line)
    )
    told = (about.source, day(about.made), SAMPLE if about.sample else "", about.hidden)
    cover.placeholders[1].text = "\n".join(
        one_line(line, most=500) for line in told if line
    )
    _pptx.write_notes(cover, _opening(slides))
    begun = 0
    for slide in slides:
        for number, page in enumerate(_pages(slide)):
            _add(
                made,
                page,
                about=about,
                notes="" if number else _timed(slide, begun=begun),
            )
        begun += slide.minutes
    return _pptx.saved(made)


def _add(made, slide: Slide, *, about: About, notes: str) -> None:
    layout = (
        _pptx.LINES
        if slide.chart is None
        else _pptx.LINES_AND_CHART
        if slide.lines
        else _pptx.CHART
    )
    shown = _pptx.add_slide(
        made, layout=layout, title=one_line(slide.title), foot=one_line(about.line)
    )
    if slide.chart is not None:
        _add_chart(shown, slide.chart)
    if layout != _pptx.CHART:
        _pptx.write_lines(shown, slide.lines, size=_size(slide))
    _pptx.write_notes(shown, notes or "This goes on from the slide before.")


def _add_chart(shown, chart: Chart) -> None:
    first, *others = chart.columns
    labels = ["" if pd.isna(label) else str(label) for label in chart.table[first]]
    series = [_series(chart, key) for key in others]
    _pptx.add_chart(
        shown,
        kind=chart.kind,
        labels=labels,
        series=series,
        says=chart.says,
        unit=chart.unit,
        most=chart.most,
    )


def _series(chart: Chart, key: str) -> Series:
    values = _numbers(chart.table[key])
    if key not in chart.between:
        return Series(chart.columns[key], values)
    low, high = (_numbers(chart.table[column]) for column in chart.between[key])
    return Series(
        chart.columns[key], values, up=_minus(high, values), down=_minus(values, low)
    )


def _numbers(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]


def _minus(
    ones: Sequence[float | None], others: Sequence[float | None]
) -> list[float | None]:
    return [
        None if one is None or other is None else one - other
        for one, other in zip(ones, others, strict=True)
    ]


def _opening(slides: Sequence[Slide]) -> str:
    whole = sum(slide.minutes for slide in slides)
    return f"All together {whole} minutes." if whole else "No times are set."


def _timed(slide: Slide, *, begun: int) -> str:
    """The notes of a slide, with how long it takes and when, counted from the start.

    >>> _timed(Slide(title="Sort the cards", notes="In pairs.", minutes=15), begun=50)
    '15 minutes, from 0:50 to 1:05.\\nIn pairs.'
    """
    ends = begun + slide.minutes
    minutes = "1 minute" if slide.minutes == 1 else f"{slide.minutes} minutes"
    told = (
        f"{minutes}, from {begun // 60}:{begun % 60:02d} to {ends // 60}:{ends % 60:02d}."
        if slide.minutes
        else "No time is set."
    )
    return "\n".join(filter(None, (told, slide.notes)))


# -- lines that fit --


def _pages(slide: Slide) -> Iterator[Slide]:
    """A slide, and where its lines do not fit in the smallest size, others on which they go on."""
    lines, title = list(slide.lines), slide.title
    while True:
        size = (_SIZES if slide.chart is None else _BESIDE_A_CHART)[-1]
        fit = 1
        while fit < len(lines) and _fits(
            lines[: fit + 1], size=size, chart=slide.chart is not None
        ):
            fit += 1
        yield replace(slide, lines=lines[:fit])
        lines = lines[fit:]
        if not lines:
            return
        slide = Slide(title=f"{title} (continued)")


def _size(slide: Slide) -> int:
    sizes = _SIZES if slide.chart is None else _BESIDE_A_CHART
    return next(
        (
            size
            for size in sizes
            if _fits(slide.lines, size=size, chart=slide.chart is not None)
        ),
        sizes[-1],
    )


def _fits(lines: Sequence[str], *, size: int, chart: bool) -> bool:
    """Whether lines fit in their place, as far as one can tell without the letters' true widths."""
    width = (_pptx.LEFT_HALF if chart else _pptx.WIDE - 2 * _pptx.MARGIN) - 0.7
    letters = width * _POINTS / (size * _ACROSS)
    rows = sum(max(ceil(len(line) / letters), 1) for line in lines)
    return rows * size * _DOWN <= _pptx.ROOM * _POINTS


def _properties(made, about: About) -> None:
    words, at = made.core_properties, datetime.combine(about.made, time(), UTC)
    words.title, words.subject, words.comments = (
        one_line(about.title),
        one_line(about.source),
        one_line(about.line),
    )
    words.author, words.last_modified_by, words.keywords = "SENCO’s workbook", "", ""
    words.language, words.created, words.modified, words.revision = (
        _pptx.LANGUAGE,
        at,
        at,
        1,
    )
