"""The picture of rates: dots with their ranges, what it says for those who do not see it, and its key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from matplotlib.figure import Figure
from pandas import DataFrame

from senlib import charts
from senlib.pages.kit import layout
from senlib.text import joined

# The columns of a rate, in the table of numbers beside its picture.
RATE = {"percent": "Percent", "low": "Likely from", "high": "Likely to"}


def rates_picture(
    table: DataFrame,
    *,
    labels: Sequence[str],
    strong: Sequence[bool],
    axis: str,
    key: str,
    strokes: str = "",
    beside: Sequence[str] = (),
    **marks: Any,
) -> str:
    """A table of rates as a picture with its words.

    `table` has pupils, percent, low and high; where it has national and lea, each row's stand as strokes, and so do `marks`, as
    charts.rates has them. `labels` names its rows, `beside` shorter where they stand beside a row and not above it; `strong` says
    which stand out, `axis` what is reached. `key` says what the marks mean, `strokes` what the strokes do; what the line means
    stands between them. A row without pupils is drawn, and not read out.
    """
    rows = table.itertuples()
    says = [
        f"{label}: {layout.percent_range(row.percent, row.low, row.high)}"
        for label, row in zip(labels, rows, strict=True)
        if row.pupils
    ]
    options = {"strong": strong, "axis": axis, **marks}
    draw = partial(_drawn, table, labels=labels, beside=beside, **options)
    words = joined(key, layout.LIKELY, strokes)
    return layout.picture(draw, says=". ".join(says), key=words)


def _drawn(
    table: DataFrame,
    *,
    labels: Sequence[str],
    beside: Sequence[str],
    width: charts.Width,
    **options: Any,
) -> Figure:
    names = beside if beside and not width.narrow else labels
    return charts.rates(table, labels=names, width=width, **options)
