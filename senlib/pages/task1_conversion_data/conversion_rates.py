"""Rates of Task 1 as a picture and as a table of numbers, each beside England and the LEA."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from senlib.pages.kit import layout, verdicts
from senlib.pages.kit.rates import RATE, rates_picture

COLUMNS = {
    "name": "Group",
    "pupils": "Pupils",
    "without_result": "Of them without a result",
    "reached": "Reached it",
    **RATE,
    "expected_percent": "England, same starts",
    "expected_year": "Of summer",
    "national": "England, any start",
    "national_year": "Of the summer",
    "lea": "LEA’s other schools",
    "verdict": "Beside England",
}


def picture(
    rows: pd.DataFrame,
    *,
    labels: Sequence[str],
    strong: Sequence[bool],
    axis: str,
    shapes: bool,
) -> str:
    """The rates beside England's and the LEA's; `shapes` where the marks tell pupils with SEN from others."""
    others = (
        "all pupils, and those without SEN"
        if (rows["group"] == "all").any()
        else "pupils without"
    )
    round_or_diamond = f"Round: pupils with SEN. Diamond: {others}."
    # A stroke is England's figure of the same summer, and from the same starts if there is one.
    of_england = rows["expected_percent"].fillna(rows["national"])
    compared = rows.assign(national=of_england.where(rows["difference"] != ""))
    return rates_picture(
        compared,
        labels=labels,
        strong=strong,
        axis=axis,
        key=round_or_diamond if shapes else "Dot: what was measured.",
        strokes=_strokes(compared),
    )


def _strokes(rows: pd.DataFrame) -> str:
    """What the strokes of the picture stand for; '' where it has none."""
    parts = []
    if rows["national"].notna().any():
        alike = rows["expected_percent"].notna().any()
        parts.append(
            "Stroke above: the same group in England, from the same starts."
            if alike
            else "Stroke above: England, wherever pupils started."
        )
    if rows["lea"].notna().any():
        parts.append("Stroke below: the LEA’s other schools.")
    return " ".join(parts)


def numbers(rows: pd.DataFrame, *, names: Sequence[str], caption: str) -> str:
    """The rates as a table, each row under its name."""
    beside = [
        verdicts.short(row.difference, pupils=row.pupils) or "not judged"
        for row in rows.itertuples()
    ]
    table = rows.assign(name=list(names), verdict=beside)
    return layout.numbers(table, caption=caption, columns=COLUMNS)
