"""How many pupils in Year 7 now started low, subject by subject."""

from __future__ import annotations

from typing import Any

import pandas as pd

from senlib.measures.criteria import low_entries
from senlib.pages.kit import empty_states, layout, sentences
from senlib.school.school import School

COLUMNS = {
    "subject": "Subject",
    "pupils": "Pupils in Year 7",
    "low": "Of them low on entry",
    "sen": "With SEN",
    "without_entry": "Entry not known",
}


def year7(school: School) -> str:
    """The question, a line for each subject, and the numbers."""
    tracking = school.framework.tracking
    title = layout.heading(
        f"How many in Year 7 now came in {tracking.low_entry_title}?"
    )
    table = low_entries(school)
    everyone, sen = (table[table["group"] == group] for group in ("all", "SEN"))
    pupils = table["pupils"].max()
    if not pupils:
        return title + layout.answer(
            "Nobody in Year 7 is on roll in the school’s files."
        )
    if everyone["without_entry"].eq(pupils).all():
        stage = school.framework.tracked_stage
        return title + layout.answer(
            empty_states.no_entries(stage, of=int(pupils), whom="in Year 7")
        )
    unknown, of = _without_sen_code(school)
    items = "".join(
        f"<li>{layout.words(_line(row, sen=low, unknown=unknown, of=of))}</li>"
        for row, low in zip(everyone.itertuples(), sen["low"], strict=True)
    )
    numbers = everyone.assign(
        sen=sen["low"].tolist(),
        subject=everyone["subject"].replace("", "all subjects"),
    )
    return (
        f"{title}<ul>{items}</ul>"
        + layout.numbers(
            numbers, caption=f"Year 7 {tracking.low_entry_title}", columns=COLUMNS
        )
        + layout.how_to_read("year7_starts")
    )


def _line(row: Any, *, sen: int, unknown: int, of: int) -> str:
    """One subject: how many started low, how many of them have SEN, and of how many no entry result is held."""
    subject = f"{row.subject}: " if row.subject else ""
    pupils = sentences.pupils(row.pupils)
    if row.without_entry == row.pupils:
        return f"{subject}of none of the {pupils} is an entry result held."
    line = f"{subject}{f'{row.low:,}' if row.low else 'nobody'} of {pupils}"
    if row.low:
        line += f", {empty_states.of_them_with_sen(sen, unknown=unknown, of=of)}"
    if row.without_entry:
        line += f"; for {row.without_entry} no entry result is held"
    return f"{line}."


def _without_sen_code(school: School) -> tuple[int, int]:
    """Of how many pupils in Year 7 no SEN code is held, and how many they are."""
    pupils = school.pupils
    here: pd.DataFrame = pupils[
        (pupils["year_group"] == 7) & (pupils["on_roll"] == "Y")
    ]
    return int((here["sen_provision"] == "").sum()), len(here)
