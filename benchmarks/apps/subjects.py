"""What the small app shows, whichever framework shows it: one subject's rates as a sentence, a chart and a table."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from senlib import School, charts
from senlib.measures.conversion import conversion

TITLE = "From level 3 to level 5"
ABOUT = "Of the pupils who left in 2004 and had begun at level 3, how many reached level 5? Choose a subject."
SUBJECTS = ["English", "Mathematics", "Science", "ICT"]


def rates(school: School, subject: str) -> pd.DataFrame:
    """The rates of one subject, one row a group of pupils."""
    return conversion(school, subject=subject, reach="5").query(
        "cohort == 2004 and entry == '3'"
    )


def sentence(table: pd.DataFrame) -> str:
    """What the table says of pupils with SEN."""
    row = table.set_index("group").loc["SEN"]
    return f"In {row['subject']} {row['reached']} of {row['pupils']} pupils with SEN reached level 5."


def chart(table: pd.DataFrame) -> Figure:
    """The rates as dots, each with its interval."""
    return charts.rates(
        table,
        labels=list(table["group"]),
        strong=list(table["group"] == "SEN"),
        axis="percent",
    )


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The rates as a table to read."""
    return table.set_index("group")[
        ["pupils", "without_result", "reached", "percent", "low", "high"]
    ].round(1)
