"""Charts: one function a figure, a tidy table in and a matplotlib Figure out, drawn to be read without colour."""

from __future__ import annotations

import io
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
from matplotlib.text import Annotation
from matplotlib.typing import RcKeyType

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
    rates_of_rows = table.itertuples()
    pairs = zip(rates_of_rows, strong, strict=True)
    for place, (row, accent) in enumerate(pairs):
        if pd.isna(row.percent):
            reason = getattr(row, "reason", "")
            rows.say(place, reason).set_color(GREY)
            continue
        rows.dot(place, row, strong=accent)
        rows.value(place, f"{rounded(row.percent)} %")
        national = getattr(row, "national", None)
        lea = getattr(row, "lea", None)
        rows.tick(place, national, "England")
        rows.tick(place, lea, "LEA", below=True)
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
    if width.narrow:
        names = names[::2]
    ticks = rows.axes.set_xticklabels(names)
    if width.narrow:  # there is no room beside the line
        ticks[0].set_horizontalalignment("left")
        ticks[-1].set_horizontalalignment("right")
    on_line = 50 + table[["low", "points", "high"]] / 2
    on_line = on_line.rename(columns={"points": "percent"})
    gaps = zip(on_line.itertuples(), table["points"], strict=True)
    for place, (row, points) in enumerate(gaps):
        # Beside each row alone: a line through the labels above narrow rows could not be read.
        ends = (place - 0.2, place + 0.35)
        rows.stroke(50, ends, thick=1.5)
        rows.dot(place, row)
        rows.value(place, f"{rounded(abs(points))} points")
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
        rows.dot(place, row)
        if not pd.isna(row.target):
            above = 0.14 if width.narrow else 0.32
            ends = (place - above, place + 0.32)
            rows.stroke(row.target, ends, thick=3)
            # On a narrow screen the label stands in its place, and the key names it.
            if place == 0 and not width.narrow:
                name = rows.say(-0.42, mark, at=row.target)
                name.set(va="bottom", ha="center")
                name.set_fontsize(10)
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
    box = axes.get_position()
    box.x1, thick = (0.58, 0.3) if width.narrow else (0.65, 0.5)
    axes.set_position(box)
    lengths = 100 * table["cost"].fillna(0) / whole
    places = range(len(table))
    axes.barh(places, lengths, thick, color=ACCENT)
    costs = zip(table.itertuples(), lengths, strict=True)
    for place, (row, length) in enumerate(costs):
        words, beside = _spent(row), length + 2
        if width.narrow:
            # In two lines it begins where the bar does: above it stands the row's name.
            words = words.replace(", ", ",\n")
            above = place - 0.18
            rows.value(above, words, at=beside).set(va="top")
        else:
            rows.value(place, words, at=beside)
    return rows.figure


def published_rates(
    published: PublishedTable,
    *,
    column: str,
    reached: Hashable,
    of: Hashable,
    rows: Sequence[tuple],
    **drawing: Any,
) -> Figure:
    """Rates of a published table as dots with their intervals; 'hidden' stands where one is hidden, 'nobody' where there are no pupils.

    `column`, `reached`, `of` and `rows` are as PublishedTable.rates takes them, `drawing` is as `rates` takes it.
    TypeError for any other table: what is drawn here is shown to anybody.
    """
    if not isinstance(published, PublishedTable):
        raise TypeError("Only a PublishedTable may be drawn here.")
    table = published.rates(column=column, reached=reached, of=of, rows=rows)
    words = {"reason": {"": "nobody"}}
    table = table.replace(words)
    numbers = ["percent", "low", "high"]
    table[numbers] = table[numbers].astype("float64")
    return rates(table, **drawing)


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
    counts = dict(zip(published.labels, published.counts, strict=True))
    pupils = [counts[row] for row in pounds]
    if None in pupils:
        raise ValueError("A sum is not shown where the number of its pupils is hidden.")
    table = pd.DataFrame(pounds.values(), columns=["cost", "cost_known"])
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
    foot = 1 - 0.5 / height
    box = (0.005, foot, 0.99, 0.42 / height)
    axes = figure.add_axes(box)
    axes.set_xlim(0, whole)
    axes.axis("off")
    for place, row in enumerate(table.itertuples()):
        letter = chr(ord("A") + place)
        end = start + row.minutes
        # A line between the pieces as well as the shade tells them apart, so that it prints.
        shade = 0.45 if place % 2 else 0.2
        axes.axvspan(start, end, color=ACCENT, alpha=shade, linewidth=0)
        axes.axvline(start, color=INK, linewidth=1)
        if row.minutes / whole > 0.04:
            centre = (start + end) / 2
            text = axes.text(centre, 0.5, letter)
            text.set(ha="center", va="center")
            text.set_fontweight("bold")
        words = f"{letter}  {row.label}: {row.minutes:g} min"
        top = 1 - (0.72 + line * place) / height
        figure.text(0.005, top, words, va="top")
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
    file, no_date = io.StringIO(), {"Date": None}
    figure.savefig(file, format="svg", transparent=True, metadata=no_date)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"(?s)<metadata>.*?</metadata>", "", text)
    # Several pictures stand on a page, and nothing points at the names of their groups.
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    for colour, name in _IN_THE_PAGE.items():
        in_page = f"var({name}, {colour})"
        text = re.sub(f"(?i){colour}", in_page, text)
    # A picture's role and name stand on the figure around it, and its size is the page's.
    text = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", text, count=1)
    # The page's own typeface, in place of one that the reader's computer may not have.
    font = r"font: ([^;\"]*?)'?sans-serif'?[^;\"]*"
    return re.sub(font, r"font: \1system-ui, sans-serif", text)


class _Rows:
    """Rows of rates on a line from 0 to 100 %, the first on top, their labels on the left, and room for words on the right."""

    def __init__(self, labels: Sequence[str], *, width: Width, axis: str = "") -> None:
        self.narrow = width.narrow
        # In two lines, labels of neighbouring rows would read as one.
        breaks = [label.count("\n") for label in labels]
        lines = max(breaks, default=0)
        row_height = 0.78 if self.narrow else 0.46 + 0.14 * lines
        foot = 0.62 if axis else 0.38
        inside = (len(labels) + 0.2) * row_height
        height = inside + foot + 0.3
        left, right = (0.04, 0.70) if self.narrow else (0.4, 0.83)
        box = (left, foot / height, right - left, inside / height)
        size = (width.inches, height)
        self.figure = Figure(figsize=size)
        self.axes = self.figure.add_axes(box)
        # Below the last row there is room for the name of a tick.
        last = max(len(labels), 1) - 0.2
        self.axes.set_xlim(0, 100)
        self.axes.set_ylim(last, -0.5)
        self.axes.set_yticks([])
        step = 50 if self.narrow else 25
        ticks = range(0, 101, step)
        names = [f"{tick} %" for tick in ticks]
        self.axes.set_xticks(ticks, names)
        # At 0 and 100 % a line would be cut to half.
        self.axes.grid(axis="x", color=LINE, linewidth=0.8, clip_on=False)
        if self.narrow:
            # There a row's name stands over it, and no line runs through it.
            _, *lines_within = self.axes.xaxis.get_gridlines()
            for line in lines_within:
                line.set_visible(False)
        self.axes.set_axisbelow(True)
        self.axes.tick_params(length=0)
        self.axes.set_xlabel(axis, color=GREY)
        for place, label in enumerate(labels):
            self._label(place, label)

    def say(self, place: float, words: str, *, at: float = _BESIDE) -> Annotation:
        """Words in a row, from where all rows have them."""
        point = (at, place)
        text = self.axes.annotate(words, point, (0, 0), textcoords="offset points")
        text.set(va="center", annotation_clip=False)
        return text

    def value(self, place: float, words: str, *, at: float = _BESIDE) -> Annotation:
        """What was measured in a row, in words."""
        text = self.say(place, words, at=at)
        text.set_fontweight("bold")
        return text

    def dot(self, place: int, row: Any, *, strong: bool = True) -> None:
        """A dot, in the accent where it is strong, on the line between the least and the most that it is likely to be."""
        colour, shape = (ACCENT, "o") if strong else (SECOND, "D")
        line = Line2D([row.low, row.high], [place, place], color=colour)
        line.set(linewidth=3, alpha=0.75, solid_capstyle="butt")
        self.axes.add_line(line)
        dot = Line2D([row.percent], [place], color=colour, markersize=9)
        dot.set(marker=shape, clip_on=False, zorder=3)
        self.axes.add_line(dot)

    def stroke(self, at: float, ends: tuple[float, float], *, thick: float) -> Line2D:
        """An upright stroke."""
        line = Line2D([at, at], ends, color=INK, linewidth=thick)
        self.axes.add_line(line)
        return line

    def tick(
        self, place: int, at: float | None, name: str, *, below: bool = False
    ) -> None:
        """A stroke for somebody else's figure, above or below the bar, with its name; where there is no room, the key names it."""
        if at is None or pd.isna(at):
            return
        length = -0.16 if self.narrow else -0.3
        side, end, va = -1, place + length, "bottom"
        if below:
            side, end, va = 1, place + 0.3, "top"
        ends = (place + 0.05 * side, end)
        line = self.stroke(at, ends, thick=2.2)
        line.set_solid_capstyle("butt")
        if not self.narrow:
            text = self.say(end, name, at=at)
            text.set(va=va, ha="center", fontsize=9.5)
            text.set_color(GREY)
            text.set_position((0, -2 * side))

    def _label(self, place: int, label: str) -> None:
        if not self.narrow:
            text = self.say(place, label, at=-2)
            text.set(ha="right")
            return
        # Over its row a label has the width of the chart, and one line of it.
        one_line = label.replace(",\n", ", ")
        above = place - 0.26
        text = self.say(above, one_line, at=0)
        text.set(va="bottom", fontsize=11)
        text.set_position((3, 0))


def _spent(row: Any) -> str:
    """What is spent, and for how many pupils."""
    many = "1 pupil" if row.pupils == 1 else f"{row.pupils:,} pupils"
    if pd.isna(row.cost):
        return f"cost not known, {many}"
    least = "at least " if row.cost_known < row.things else ""
    return f"{least}£{rounded(row.cost):,}, {many}"


def _round_sum(most: float) -> float:
    """The least sum of 1, 2 or 4 with noughts behind it that is no less than `most`: its half and its quarters are round too.

    >>> [_round_sum(most) for most in (12_300, 4_000, 90, float("nan"))]
    [20000.0, 4000.0, 100.0, 100.0]
    """
    unit = 100.0
    while most > 4 * unit:
        unit *= 10
    for total in (unit, 2 * unit):
        if not most > total:
            return total
    return 4 * unit
