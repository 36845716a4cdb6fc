"""Charts: one function a figure, a tidy table in and a matplotlib Figure out, drawn to be read without colour."""

from __future__ import annotations

import io
import math
import pickle
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.typing import CapStyleType, RcKeyType

from senlib.measures.proportion import rounded
from senlib.measures.published_table import PublishedTable

INK, GREY, LINE = "#1b1b1b", "#5f6368", "#d0d4d9"
ACCENT, SECOND = "#0b5fa5", "#b4540a"

# Each colour as the page's stylesheet names it, so that dark and high-contrast pages redraw nothing.
_IN_THE_PAGE = {
    INK: "--sl-ink",
    ACCENT: "--sl-accent",
    SECOND: "--sl-second",
    GREY: "--sl-grey",
    LINE: "--sl-line",
}

_STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 12,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "xtick.color": GREY,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "svg.hashsalt": "senlib",
}

# Where what is said of a row begins, in percent: clear of a stroke near 100.
_BESIDE = 104


@dataclass(frozen=True)
class Width:
    """How wide a figure is drawn, and whether its labels stand above the rows for want of room beside them."""

    inches: float
    narrow: bool


WIDE = Width(inches=8, narrow=False)
NARROW = Width(inches=4, narrow=True)


@rc_context(_STYLE)
def rates(
    table: pd.DataFrame,
    *,
    labels: Sequence[str],
    strong: Sequence[bool],
    marks: Sequence[float] = (),
    mark: str = "",
    width: Width = WIDE,
    axis: str = "",
) -> Figure:
    """Rates as dots on a line from 0 to 100 %, each with its interval, and strokes where others' figures lie.

    `table` has percent, low and high; where it has national and lea, each row's are strokes with their names; where it has reason,
    that stands in a row without a rate. `labels` names its rows from the top; `strong` marks rows in the accent; `marks` are any
    others' figures in percent (NaN for none), and `mark` names the first of them.
    """
    rows = _Rows(labels, width=width, axis=axis)
    drawn = zip(table.itertuples(), strong, strict=True)
    for place, (row, accent) in enumerate(drawn):
        if pd.isna(row.percent):
            rows.say(place, getattr(row, "reason", "")).set_color(GREY)
            continue
        rows.dot(place, row.low, row.percent, row.high, strong=accent)
        rows.value(place, f"{rounded(row.percent)} %")
        rows.tick(place, getattr(row, "national", math.nan), "England")
        rows.tick(place, getattr(row, "lea", math.nan), "LEA", below=True)
    measured = table["percent"].notna()
    for place, at in enumerate(marks):
        if measured.iloc[place] and pd.notna(at):
            rows.tick(place, at, mark)
            mark = ""
    return rows.figure


@rc_context(_STYLE)
def gaps(
    table: pd.DataFrame, *, labels: Sequence[str], width: Width = WIDE, axis: str = ""
) -> Figure:
    """Gaps in percentage points as dots about a line at 0, each with its interval.

    `table` has points, low and high, from -100 to 100; `labels` names its rows from the top.
    """
    rows = _Rows(labels, width=width, axis=axis)
    # The line of rates runs from 0 to 100: here it stands for -100 to 100.
    names = ["100 more", "50", "no gap", "50", "100 less"]
    ticks = rows.axes.set_xticklabels(names[:: 2 if width.narrow else 1])
    if width.narrow:  # there is no room beside the line
        ticks[0].set_horizontalalignment("left")
        ticks[-1].set_horizontalalignment("right")
    for place, row in enumerate(table.itertuples()):
        # Beside each row alone: a line through the labels above narrow rows could not be read.
        rows.stroke(50, place - 0.2, place + 0.35, thick=1.5, cap="projecting")
        low, high = 50 + row.low / 2, 50 + row.high / 2
        rows.dot(place, low, 50 + row.points / 2, high)
        rows.value(place, f"{rounded(abs(row.points))} points")
    return rows.figure


@rc_context(_STYLE)
def scorecard(
    table: pd.DataFrame,
    *,
    labels: Sequence[str],
    states: Sequence[str] = (),
    mark: str = "target",
    width: Width = WIDE,
) -> Figure:
    """Measures against their targets: a dot with its interval, and the target as a thick upright stroke.

    `table` has percent, low, high, target (NaN for none) and met. `states` are said beside the rows in place of met or not met; `mark` is
    the name of the first row's stroke.
    """
    rows = _Rows(labels, width=width)
    for place, row in enumerate(table.itertuples()):
        if pd.isna(row.percent):
            continue
        rows.dot(place, row.low, row.percent, row.high)
        if not pd.isna(row.target):
            above = 0.14 if width.narrow else 0.32
            rows.stroke(
                row.target, place - above, place + 0.32, thick=3, cap="projecting"
            )
            # On a narrow screen the label stands in its place, and the key names it.
            if place == 0 and not width.narrow:
                name = rows.say(-0.42, mark, at=row.target, va="bottom")
                name.set(ha="center", fontsize=10)
        met = "met" if row.met else "not met"
        state = states[place] if states else met
        space = "\n" if width.narrow else " "
        rows.value(place, f"{rounded(row.percent)} %:{space}{state}")
    return rows.figure


@rc_context(_STYLE)
def spend(table: pd.DataFrame, *, labels: Sequence[str], width: Width = WIDE) -> Figure:
    """What is spent in a year as bars from 0, each with its sum and its pupils; a sum in which costs are missing is 'at least' that.

    `table` has things, pupils, cost, cost_known, as measures.provision.spend gives them; its row for all is best left out.
    """
    rows = _Rows(labels, width=width, axis="pounds a year")
    axes = rows.axes
    axes.grid(visible=False)  # each bar has its sum beside it
    # Bars are drawn as parts of a round sum, so that rows and labels stand as on the lines of rates.
    whole = _round_sum(table["cost"].max())
    ticks = [0, 50, 100]  # between these two sums there is room for no other
    axes.set_xticks(ticks)
    axes.set_xticklabels([f"£{whole * tick / 100:,.0f}" for tick in ticks])
    left, foot, _, height = axes.get_position().bounds
    right, thick = (0.58, 0.3) if width.narrow else (0.65, 0.5)
    axes.set_position((left, foot, right - left, height))
    lengths = (100 * table["cost"] / whole).fillna(0)
    axes.barh(range(len(table)), lengths, height=thick, color=ACCENT)
    for place, row in enumerate(table.itertuples()):
        beside = lengths.iloc[place] + 2
        if width.narrow:
            # In two lines it begins where the bar does: above it stands the row's name.
            words = _spent(row).replace(", ", ",\n")
            rows.value(place - 0.18, words, at=beside, va="top")
        else:
            rows.value(place, _spent(row), at=beside)
    return rows.figure


def published_rates(
    published: PublishedTable,
    *,
    column: str,
    reached: Hashable,
    of: Hashable,
    rows: Sequence[tuple],
    labels: Sequence[str],
    strong: Sequence[bool],
    marks: Sequence[float] = (),
    mark: str = "",
    width: Width = WIDE,
    axis: str = "",
) -> Figure:
    """Rates of a published table as dots with their intervals; 'hidden' stands where one is hidden, 'nobody' where there are no pupils.

    `column`, `reached` and `of` are as PublishedTable.rates takes them. `rows` names those to draw, from the top, each by its
    labels in the other columns; the rest is as `rates` takes it.
    TypeError for any other table: what is drawn here is shown to anybody.
    """
    if not isinstance(published, PublishedTable):
        raise TypeError("Only a PublishedTable may be drawn here.")
    figures = published.rates(column=column, reached=reached, of=of)
    keys = [name for name in published.columns if name != column]
    names = list(figures[keys].itertuples(index=False, name=None))
    places = [names.index(row) for row in rows]
    numbers = dict.fromkeys(("percent", "low", "high"), "float64")
    table = figures.iloc[places].astype(numbers)
    return rates(
        table.replace({"reason": {"": "nobody"}}),
        labels=labels,
        strong=strong,
        marks=marks,
        mark=mark,
        width=width,
        axis=axis,
    )


def published_spend(
    published: PublishedTable,
    pounds: Mapping[tuple, tuple[int, bool]],
    *,
    labels: Sequence[str],
    width: Width = WIDE,
) -> Figure:
    """What is spent in a year as bars, each with the published number of pupils; never one whose number is hidden.

    `pounds` has for the labels of a row its rounded sum, and whether it is all that was spent or the least it can be.
    TypeError for any other table, KeyError for a row that is not there, ValueError for a sum whose pupils are hidden.
    """
    if not isinstance(published, PublishedTable):
        raise TypeError("Only a PublishedTable may be drawn here.")
    pupils = []
    for row in pounds:
        labelled = dict(zip(published.columns, row, strict=True))
        pupils.append(published.value(**labelled))
    if None in pupils:
        raise ValueError("A sum is not shown where the number of its pupils is hidden.")
    sums = list(pounds.values())
    table = pd.DataFrame(sums, columns=["cost", "cost_known"])
    table = table.assign(pupils=pupils, things=1)
    return spend(table, labels=labels, width=width)


@rc_context(_STYLE)
def strip(table: pd.DataFrame, *, width: Width = WIDE) -> Figure:
    """Where the minutes of a lesson went: one strip in pieces, each lettered, and below it what each letter stands for.

    `table` has label and minutes, one row for each kind of activity, in order.
    """
    line = 0.27  # what each letter stands for, in inches
    height = 0.75 + line * len(table)
    figure = Figure(figsize=(width.inches, height))
    whole, start = table["minutes"].sum(), 0.0
    axes = figure.add_axes((0.005, 1 - 0.5 / height, 0.99, 0.42 / height))
    axes.set(xlim=(0, whole), ylim=(0, 1))
    axes.axis("off")
    for place, row in enumerate(table.itertuples()):
        letter, end = chr(ord("A") + place), start + row.minutes
        # A line between the pieces as well as the shade tells them apart, so that it prints.
        shade = 0.45 if place % 2 else 0.2
        axes.axvspan(start, end, color=ACCENT, alpha=shade, linewidth=0)
        axes.axvline(start, color=INK, linewidth=1)
        if row.minutes / whole > 0.04:
            middle = axes.text((start + end) / 2, 0.5, letter)
            middle.set(ha="center", va="center", fontweight="bold")
        words = f"{letter}  {row.label}: {row.minutes:g} min"
        down = 0.72 + line * place
        figure.text(0.005, 1 - down / height, words, va="top")
        start = end
    axes.axvline(whole, color=INK, linewidth=1)
    return figure


def drawn(draw: Callable[..., Figure], *, width: Width) -> str:
    """A chart as SVG; `draw` makes it of a width.

    One that was asked for before, a `partial` of a chart over the same table and words, is not drawn again. What cannot be pickled,
    such as a chart of published tables, is.
    """
    try:
        request = pickle.dumps((draw, width))
    except (pickle.PicklingError, AttributeError):
        return svg(draw(width=width))
    return _cached_drawing(request)


@lru_cache(maxsize=128)
def _cached_drawing(request: bytes) -> str:
    draw, width = pickle.loads(request)
    return svg(draw(width=width))


@rc_context(_STYLE)
def svg(figure: Figure) -> str:
    """The figure as SVG to stand in a page: text as text, colours by the page's names, no size of its own.

    >>> from matplotlib.figure import Figure
    >>> svg(Figure())[:5], "<?xml" in svg(Figure())
    ('<svg ', False)
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # Several pictures stand on a page, and nothing points at the names of their groups.
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    for colour, name in _IN_THE_PAGE.items():
        text = re.sub(colour, f"var({name}, {colour})", text, flags=re.IGNORECASE)
    # A picture's role and name stand on the figure around it, and its size is the page's.
    text = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", text, count=1)
    # The page's own typeface, in place of one that the reader's computer may not have.
    return re.sub(
        r"font: ([^;\"]*?)'?sans-serif'?[^;\"]*", r"font: \1inherit-face", text
    ).replace("inherit-face", "system-ui, sans-serif")


class _Rows:
    """Rows of rates on a line from 0 to 100 %, the first on top, their labels on the left, and room for words on the right."""

    def __init__(self, labels: Sequence[str], *, width: Width, axis: str = "") -> None:
        self.narrow = width.narrow
        # In two lines, labels of neighbouring rows would read as one.
        lines = max((label.count("\n") for label in labels), default=0)
        row_height = 0.78 if self.narrow else 0.46 + 0.14 * lines
        foot = 0.62 if axis else 0.38
        inside = (len(labels) + 0.2) * row_height
        height = inside + foot + 0.3
        left, right = (0.04, 0.70) if self.narrow else (0.4, 0.83)
        box = (left, foot / height, right - left, inside / height)
        self.figure = Figure(figsize=(width.inches, height))
        self.axes = self.figure.add_axes(box)
        # Below the last row there is room for the name of a tick.
        self.axes.set(xlim=(0, 100), ylim=(max(len(labels), 1) - 0.2, -0.5))
        self.axes.set_yticks([])
        ticks = range(0, 101, 50 if self.narrow else 25)
        self.axes.set_xticks(ticks, [f"{tick} %" for tick in ticks])
        # At 0 and 100 % a line would be cut to half.
        self.axes.grid(axis="x", color=LINE, linewidth=0.8, clip_on=False)
        if (
            self.narrow
        ):  # there a row's name stands over it, and no line runs through it
            for line in self.axes.xaxis.get_gridlines()[1:]:
                line.set_visible(False)
        self.axes.set_axisbelow(True)
        self.axes.tick_params(length=0)
        self.axes.set_xlabel(axis, color=GREY)
        for place, label in enumerate(labels):
            self._label(place, label)

    def say(
        self,
        place: float,
        words: str,
        *,
        at: float = _BESIDE,
        shift: tuple[float, float] = (0, 0),
        va: str = "center",
    ) -> Text:
        """Words in a row, from where all rows have them; `shift` moves them to the right and up, in points."""
        text = self.axes.annotate(words, (at, place), shift, textcoords="offset points")
        text.set(va=va, annotation_clip=False)
        return text

    def value(
        self, place: float, words: str, *, at: float = _BESIDE, va: str = "center"
    ) -> None:
        """What was measured in a row, in words."""
        self.say(place, words, at=at, va=va).set_fontweight("bold")

    def dot(
        self, place: int, low: float, value: float, high: float, strong: bool = True
    ) -> None:
        """A dot, in the accent where it is strong, on the line between the least and the most that it is likely to be."""
        colour = ACCENT if strong else SECOND
        line = Line2D([low, high], [place, place], color=colour)
        line.set(linewidth=3, alpha=0.75, solid_capstyle="butt")
        self.axes.add_line(line)
        dot = Line2D([value], [place], color=colour, markersize=9)
        dot.set(marker="o" if strong else "D", clip_on=False, zorder=3)
        self.axes.add_line(dot)

    def stroke(
        self, at: float, top: float, foot: float, thick: float, cap: CapStyleType
    ) -> None:
        """An upright stroke."""
        line = Line2D([at, at], [top, foot], color=INK, linewidth=thick)
        line.set_solid_capstyle(cap)
        self.axes.add_line(line)

    def tick(self, place: int, at: float, name: str, *, below: bool = False) -> None:
        """A stroke for somebody else's figure, above or below the bar, with its name; where there is no room, the key names it."""
        if pd.isna(at):
            return
        length = -0.16 if self.narrow else -0.3
        side, end, va = -1, place + length, "bottom"
        if below:
            side, end, va = 1, place + 0.3, "top"
        self.stroke(at, place + 0.05 * side, end, thick=2.2, cap="butt")
        if not self.narrow:
            text = self.say(end, name, at=at, shift=(0, -2 * side), va=va)
            text.set(ha="center", fontsize=9.5, color=GREY)

    def _label(self, place: int, label: str) -> None:
        if not self.narrow:
            self.say(place, label, at=-2).set_horizontalalignment("right")
            return
        # Over its row a label has the width of the chart, and one line of it.
        one_line = label.replace(",\n", ", ")
        text = self.say(place - 0.26, one_line, at=0, shift=(3, 0), va="bottom")
        text.set_fontsize(11)


def _spent(row) -> str:
    """What is spent, and for how many pupils."""
    many = f"{row.pupils:,} pupil{'' if row.pupils == 1 else 's'}"
    if pd.isna(row.cost):
        return f"cost not known, {many}"
    return f"{'at least ' if row.cost_known < row.things else ''}£{rounded(row.cost):,}, {many}"


def _round_sum(most: float) -> float:
    """The least sum of 1, 2 or 4 with noughts behind it that is no less than `most`: its half and its quarters are round too.

    >>> [_round_sum(most) for most in (12_300, 4_000, 90, float("nan"))]
    [20000.0, 4000.0, 100.0, 100.0]
    """
    unit = 100.0
    while most > 4 * unit:
        unit *= 10
    fit = (total for total in (unit, 2 * unit) if not most > total)
    return next(fit, 4 * unit)
