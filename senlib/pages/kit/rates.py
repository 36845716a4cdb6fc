"""The picture of rates: dots with their ranges, what it says for those who do not see it, and its key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from senlib import charts
from senlib.pages.kit import layout
from senlib.text import joined


def rates_picture(
    table: pd.DataFrame,
    *,
    labels: Sequence[str],
    strong: Sequence[bool],
    axis: str,
    key: str,
    strokes: str = "",
) -> str:
    """A table of rates as a picture with its words.

    `table` has percent, low and high; where it has national and lea, each row's stand as strokes. `labels` names its rows,
    `strong` says which stand out, `axis` what is reached. `key` says what the marks mean, `strokes` what the strokes do; what
    the line means stands between them. A row without pupils is drawn, and not read out.
    """
    rows = table.itertuples()
    says = [
        f"{label}: {layout.percent_range(row.percent, row.low, row.high)}"
        for label, row in zip(labels, rows, strict=True)
        if row.pupils
    ]
    draw = partial(charts.rates, table, labels=labels, strong=strong, axis=axis)
    words = joined(key, layout.LIKELY, strokes)
    return layout.picture(draw, says=". ".join(says), key=words)
