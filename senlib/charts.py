"""Charts: one function a figure, a tidy table in and a matplotlib Figure out, drawn to be read without colour."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from senlib.measures.proportion import rounded
from senlib.measures.published_table import PublishedTable

INK, ACCENT, SECOND, GREY, LINE = "#1b1b1b", "#0b5fa5", "#b4540a", "#5f6368", "#d0d4d9"

# Each colour as the page's stylesheet names it, so that dark and high-contrast pages redraw nothing.
_IN_THE_PAGE = {
    INK: "--sl-ink",
    ACCENT: "--sl-accent",
    SECOND: "--sl-second",
    GREY: "--sl-grey",
    LINE: "--sl-line",
}

_STYLE = {
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

INCHES_WIDE, INCHES_NARROW = 8.0, 4.0

# Where what is said of a row begins, in percent: clear of a stroke near 100.
BESIDE = 104


@dataclass(frozen=True)
class Width:
    """How wide a figure is drawn, and whether its labels stand above the rows for want of room beside them."""

    inches: float
    narrow: bool


WIDE, NARROW = (
    Width(inches=INCHES_WIDE, narrow=False),
    Width(inches=INCHES_NARROW, narrow=True),
)


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
    """Rates as dots on a line from 0 to 100 %, each with its interval, and strokes where others' figures are held.

    `table` has percent, low, high, and national and lea, which are named on every row; `labels` names its rows from the top;
    `strong` marks rows in the accent; `marks` are any others' figures in percent (NaN for none), and `mark` names them on the first.
    """
    with rc_context(_STYLE):
        figure, axes = _hundred(
            rows=len(table),
            width=width,
            axis=axis,
            lines=max((label.count("\n") for label in labels), default=0) + 1,
        )
        for place, (row, label, accent) in enumerate(
            zip(table.itertuples(), labels, strong, strict=True)
        ):
            colour, marker = (ACCENT, "o") if accent else (SECOND, "D")
            _label(axes, place, label, width)
            if pd.isna(row.percent):
                continue
            axes.plot(
                [row.low, row.high],
                [place, place],
                color=colour,
                linewidth=3,
                alpha=0.75,
                solid_capstyle="butt",
            )
            axes.plot(
                [row.percent],
                [place],
                marker=marker,
                color=colour,
                markersize=9,
                clip_on=False,
                zorder=3,
            )
            axes.annotate(
                f"{rounded(row.percent)} %",
                (BESIDE, place),
                va="center",
                annotation_clip=False,
                fontweight="bold",
            )
            _tick(axes, row.national, place, "England", width=width)
            _tick(axes, row.lea, place, "LEA", width=width, below=True)
        held = [
            (place, at)
            for place, (at, of) in enumerate(zip(marks, table["percent"], strict=False))
            if pd.notna(at) and pd.notna(of)
        ]
        for number, (place, at) in enumerate(held):
            _tick(axes, at, place, "" if number else mark, width=width)
        return figure


def gaps(
    table: pd.DataFrame, *, labels: Sequence[str], width: Width = WIDE, axis: str = ""
) -> Figure:
    """Gaps in percentage points as dots about a line at 0, each with its interval.

    `table` has points, low and high, from -100 to 100; `labels` names its rows from the top.
    """
    with rc_context(_STYLE):
        figure, axes = _hundred(rows=len(table), width=width, axis=axis)
        # The line of rates runs from 0 to 100: here it stands for -100 to 100.
        ticks = {0: "100 more", 25: "50", 50: "no gap", 75: "50", 100: "100 less"}
        axes.set_xticks([at for at in ticks if not (width.narrow and at in (25, 75))])
        axes.set_xticklabels([ticks[int(at)] for at in axes.get_xticks()])
        if width.narrow:  # there is no room beside the line
            first, *_, last = axes.get_xticklabels()
            first.set_horizontalalignment("left"), last.set_horizontalalignment("right")
        for place, (row, label) in enumerate(
            zip(table.itertuples(), labels, strict=True)
        ):
            _label(axes, place, label, width)
            low, points, high = (50 + at / 2 for at in (row.low, row.points, row.high))
            # Beside each row alone: a line through the labels above narrow rows could not be read.
            axes.plot([50, 50], [place - 0.2, place + 0.35], color=INK, linewidth=1.5)
            axes.plot(
                [low, high], [place, place], color=ACCENT, linewidth=3, alpha=0.75
            )
            axes.plot(
                [points],
                [place],
                marker="o",
                color=ACCENT,
                markersize=9,
                clip_on=False,
                zorder=3,
            )
            axes.annotate(
                f"{rounded(abs(row.points))} points",
                (BESIDE, place),
                va="center",
                annotation_clip=False,
                fontweight="bold",
            )
        return figure


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
    with rc_context(_STYLE):
        lines = max((label.count("\n") for label in labels), default=0) + 1
        figure, axes = _hundred(rows=len(table), width=width, axis="", lines=lines)
        for place, (row, label) in enumerate(
            zip(table.itertuples(), labels, strict=True)
        ):
            _label(axes, place, label, width)
            if pd.isna(row.percent):
                continue
            axes.plot(
                [row.low, row.high],
                [place, place],
                color=ACCENT,
                linewidth=3,
                alpha=0.75,
                solid_capstyle="butt",
            )
            axes.plot(
                [row.percent],
                [place],
                marker="o",
                color=ACCENT,
                markersize=9,
                clip_on=False,
                zorder=3,
            )
            if not pd.isna(row.target):
                axes.plot(
                    [row.target, row.target],
                    [place - (0.14 if width.narrow else 0.32), place + 0.32],
                    color=INK,
                    linewidth=3,
                )
                if (
                    place == 0 and not width.narrow
                ):  # there the label stands in its place, and the key names it
                    axes.annotate(
                        mark,
                        (row.target, place - 0.42),
                        ha="center",
                        va="bottom",
                        fontsize=10,
                        annotation_clip=False,
                    )
            state = states[place] if states else "met" if row.met else "not met"
            space = "\n" if width.narrow else " "
            words = f"{rounded(row.percent)} %:{space}{state}"
            axes.annotate(
                words,
                (BESIDE, place),
                va="center",
                annotation_clip=False,
                fontweight="bold",
            )
        return figure


def spend(table: pd.DataFrame, *, labels: Sequence[str], width: Width = WIDE) -> Figure:
    """What is spent in a year as bars from 0, each with its sum and its pupils; a sum in which costs are missing is 'at least' that.

    `table` has things, pupils, cost, cost_known, as measures.provision.spend gives them; its row for all is best left out.
    """
    with rc_context(_STYLE):
        figure, axes = _hundred(rows=len(table), width=width, axis="pounds a year")
        axes.grid(visible=False)  # each bar has its sum beside it
        # Bars are drawn as parts of a round sum, so that rows and labels stand as on the lines of rates.
        whole = _round_sum(table["cost"].max())
        axes.set_xticks(
            [0, 50, 100]
        )  # between these two sums there is room for no other
        axes.set_xticklabels(
            [f"£{whole * tick / 100:,.0f}" for tick in axes.get_xticks()]
        )
        left, foot, _, height = axes.get_position().bounds
        axes.set_position((left, foot, (0.58 if width.narrow else 0.65) - left, height))
        for place, (row, label) in enumerate(
            zip(table.itertuples(), labels, strict=True)
        ):
            _label(axes, place, label, width)
            long = 0 if pd.isna(row.cost) else 100 * row.cost / whole
            axes.barh(
                [place], [long], height=0.3 if width.narrow else 0.5, color=ACCENT
            )
            words = _spent(row).replace(", ", ",\n" if width.narrow else ", ")
            # In two lines it begins where the bar does: above it stands the row's name.
            place, stands = (place - 0.18, "top") if width.narrow else (place, "center")
            axes.annotate(
                words,
                (long + 2, place),
                va=stands,
                annotation_clip=False,
                fontweight="bold",
            )
        return figure


def published_rates(
    shown: PublishedTable,
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
    labels in the other columns; `marks` are others' figures in percent (NaN for none), and `mark` names them on the first.
    TypeError for any other table: what is drawn here is shown to anybody.
    """
    if not isinstance(shown, PublishedTable):
        raise TypeError("Only a PublishedTable may be drawn here.")
    found = shown.rates(column=column, reached=reached, of=of)
    keys = found[[name for name in shown.columns if name != column]]
    places = {
        labels: place
        for place, labels in enumerate(keys.itertuples(index=False, name=None))
    }
    table = found.iloc[[places[row] for row in rows]].reset_index(drop=True)
    drawn = table.astype(dict.fromkeys(("percent", "low", "high"), "float64")).assign(
        national=float("nan"), lea=float("nan")
    )
    figure = rates(
        drawn,
        labels=labels,
        strong=strong,
        marks=marks,
        mark=mark,
        width=width,
        axis=axis,
    )
    with rc_context(_STYLE):
        for place, row in enumerate(table.itertuples()):
            if pd.isna(row.percent):
                figure.axes[0].annotate(
                    row.reason or "nobody",
                    (BESIDE, place),
                    va="center",
                    annotation_clip=False,
                    color=GREY,
                )
    return figure


def published_spend(
    shown: PublishedTable,
    pounds: Mapping[tuple, tuple[int, bool]],
    *,
    labels: Sequence[str],
    width: Width = WIDE,
) -> Figure:
    """What is spent in a year as bars, each with the published number of pupils; never one whose number is hidden.

    `pounds` has for the labels of a row its rounded sum, and whether it is all that was spent or the least it can be.
    TypeError for any other table, KeyError for a row that is not there, ValueError for a sum whose pupils are hidden.
    """
    if not isinstance(shown, PublishedTable):
        raise TypeError("Only a PublishedTable may be drawn here.")
    counts = [
        shown.value(**dict(zip(shown.columns, row, strict=True))) for row in pounds
    ]
    if None in counts:
        raise ValueError("A sum is not shown where the number of its pupils is hidden.")
    rows = [
        (1, pupils, cost, int(whole))
        for pupils, (cost, whole) in zip(counts, pounds.values(), strict=True)
    ]
    return spend(
        pd.DataFrame(rows, columns=["things", "pupils", "cost", "cost_known"]),
        labels=labels,
        width=width,
    )


def strip(table: pd.DataFrame, *, width: Width = WIDE) -> Figure:
    """Where the minutes of a lesson went: one strip in pieces, each lettered, and below it what each letter stands for.

    `table` has label and minutes, one row for each kind of activity, in order.
    """
    with rc_context(_STYLE):
        high = 0.75 + 0.27 * len(table)
        figure = Figure(figsize=(width.inches, high))
        whole, start = table["minutes"].sum(), 0.0
        axes = figure.add_axes((0.005, 1 - 0.5 / high, 0.99, 0.42 / high))
        axes.set(xlim=(0, whole), ylim=(0, 1))
        axes.axis("off")
        for place, row in enumerate(table.itertuples()):
            letter = chr(ord("A") + place)
            # Told apart by the line between them as well as by shade, so that it prints.
            axes.barh(
                [0.5],
                [row.minutes],
                left=start,
                height=1,
                color=ACCENT,
                alpha=0.2 + 0.25 * (place % 2),
                linewidth=0,
            )
            axes.axvline(start, color=INK, linewidth=1)
            if row.minutes / whole > 0.04:
                axes.text(
                    start + row.minutes / 2,
                    0.5,
                    letter,
                    ha="center",
                    va="center",
                    fontweight="bold",
                )
            start += row.minutes
            figure.text(
                0.005,
                1 - (0.72 + 0.27 * place) / high,
                f"{letter}  {row.label}: {row.minutes:g} min",
                va="top",
            )
        axes.axvline(whole, color=INK, linewidth=1)
        return figure


def drawn(draw: Callable[..., Figure], *, width: Width) -> str:
    """A chart as SVG; `draw` makes it of a width.

    One that was asked for before, a `partial` of a chart over the same table and words, is not drawn again. What cannot be told
    to be the same, such as a chart of published tables, is.
    """
    try:
        asked = pickle.dumps((draw, width))
    except (pickle.PicklingError, AttributeError):
        return svg(draw(width=width))
    return _kept_drawing(asked)


@lru_cache(maxsize=128)
def _kept_drawing(asked: bytes) -> str:
    draw, width = pickle.loads(asked)
    return svg(draw(width=width))


def svg(figure: Figure) -> str:
    """The figure as SVG to stand in a page: text as text, colours by the page's names, no size of its own.

    >>> from matplotlib.figure import Figure
    >>> svg(Figure())[:5], "<?xml" in svg(Figure())
    ('<svg ', False)
    """
    with rc_context(_STYLE):
        held = io.StringIO()
        figure.savefig(held, format="svg", transparent=True, metadata={"Date": None})
    text = held.getvalue()
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


def _hundred(
    *, rows: int, width: Width, axis: str, lines: int = 1
) -> tuple[Figure, Axes]:
    """Axes for rows of rates: 0 to 100 %, the first row on top, room for labels on the left and words on the right."""
    # In two lines, labels of neighbouring rows would read as one.
    row_height, foot = (
        0.78 if width.narrow else 0.46 + 0.14 * (lines - 1),
        0.62 if axis else 0.38,
    )
    height = (rows + 0.2) * row_height + foot + 0.3
    figure = Figure(figsize=(width.inches, height))
    left = 0.04 if width.narrow else 0.4
    right = 0.70 if width.narrow else 0.83
    axes = figure.add_axes(
        (left, foot / height, right - left, (height - foot - 0.3) / height)
    )
    axes.set_xlim(0, 100)
    axes.set_ylim(
        max(rows, 1) - 0.2, -0.5
    )  # below the last row there is room for the name of a tick
    axes.set_yticks([])
    axes.set_xticks([0, 25, 50, 75, 100] if not width.narrow else [0, 50, 100])
    axes.set_xticklabels([f"{tick} %" for tick in axes.get_xticks().astype(int)])
    axes.grid(
        axis="x", color=LINE, linewidth=0.8, clip_on=False
    )  # at 0 and 100 % a line would be cut to half
    if width.narrow:  # there a row's name stands over it, and no line runs through it
        for line in axes.xaxis.get_gridlines()[1:]:
            line.set_visible(False)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    if axis:
        axes.set_xlabel(axis, color=GREY)
    return figure, axes


def _label(axes: Axes, place: int, label: str, width: Width) -> None:
    if width.narrow:
        # Over its row a label has the width of the chart, and one line of it.
        axes.annotate(
            label.replace(",\n", ", "),
            (0, place - 0.26),
            xytext=(3, 0),
            textcoords="offset points",
            va="bottom",
            ha="left",
            annotation_clip=False,
            fontsize=11,
        )
    else:
        axes.annotate(
            label, (-2, place), va="center", ha="right", annotation_clip=False
        )


def _tick(
    axes: Axes, at: float, place: int, name: str, *, width: Width, below: bool = False
) -> None:
    """A tick for somebody else's figure, above or below the bar, with its name; where there is no room, the key names it."""
    if pd.isna(at):
        return
    low, high = (0.05, 0.3) if below else (-0.16 if width.narrow else -0.3, -0.05)
    axes.plot(
        [at, at],
        [place + low, place + high],
        color=INK,
        linewidth=2.2,
        solid_capstyle="butt",
    )
    if not width.narrow:
        end, apart = (high, -2) if below else (low, 2)
        axes.annotate(
            name,
            (at, place + end),
            xytext=(0, apart),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=9.5,
            color=GREY,
        )


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
    sums = [unit * 10.0**noughts for noughts in range(2, 12) for unit in (1, 2, 4)]
    return next(total for total in sums if pd.isna(most) or most <= total)
