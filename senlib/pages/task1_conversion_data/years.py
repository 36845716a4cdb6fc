"""The same rates in the other summers there are."""

from __future__ import annotations

import pandas as pd

from senlib.measures.comparison import of_known_starts
from senlib.pages.kit import layout, sentences
from senlib.pages.task1_conversion_data import conversion_rates
from senlib.pages.task1_conversion_data.answer import nobody, nothing
from senlib.pages.task1_conversion_data.conversion_choices import Choices, in_summers
from senlib.text import upper_first


def years(choices: Choices) -> str:
    """Pupils with SEN and without, summer by summer, and whether it changed."""
    table = choices.rows(by="sen_provision", each_summer=True)
    table = of_known_starts(table[table["entry"] == choices.entry.value])
    title = layout.heading("How was it in other summers?")
    rows = table[table["group"].isin(["SEN", "no SEN"])].sort_values(
        ["cohort", "group"], ascending=[False, True]
    )
    if why := _why_not(choices, table, rows):
        return title + layout.answer(why)
    labels = [
        f"{upper_first(in_summers(row.cohort))}, {row.group}: {row.reached} of {row.pupils}"
        for row in rows.itertuples()
    ]
    parts = [
        title,
        layout.answer(_trend(rows)),
        layout.note(
            "One summer’s pupils are few. To see more of them at once, choose several summers together above."
        ),
        conversion_rates.picture(
            rows,
            labels=labels,
            strong=list(rows["group"] == "SEN"),
            axis=f"reached {choices.outcome}",
            shapes=True,
        ),
        conversion_rates.numbers(rows, names=labels, caption="Summer by summer"),
        layout.how_to_read("two_summers", "rate"),
    ]
    return "".join(parts)


def _why_not(choices: Choices, table: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Why there is nothing to compare; '' where there is something."""
    everyone = table[(table["group"] == "all") & (table["pupils"] > 0)]
    if everyone.empty:
        return nothing(choices)
    if everyone["cohort"].nunique(dropna=False) < 2:
        return (
            f"Only {in_summers(everyone['cohort'].iloc[0])} is in your files. To compare, choose your files again on the front "
            "page, with another summer."
        )
    if not (rows["group"] == "SEN").any():
        counts = table.groupby("group", as_index=False)["pupils"].sum()
        return nobody(choices, counts)
    return ""


def _trend(rows: pd.DataFrame) -> str:
    """Whether the latest summer differs from the one before."""
    known = rows["cohort"].notna() & (rows["pupils"] > 0)
    sen = rows[(rows["group"] == "SEN") & known]
    if len(sen) < 2:
        return "There are pupils with SEN in one summer only."
    return sentences.trend_answer(sen.iloc[0], sen.iloc[1])
