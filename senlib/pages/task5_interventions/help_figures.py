"""The figures of Task 5: provision by need, whether those who have it move, what it costs, and the interventions looked at so far."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from senlib import charts
from senlib.measures import provision as measures
from senlib.measures.proportion import FEW
from senlib.pages.kit import layout, provision_maps, verdicts
from senlib.pages.kit.page import AnswersByForm
from senlib.pages.task5_interventions.help_words import (
    beside_row,
    movement_answer,
    pounds,
    spend_answer,
)
from senlib.school.school import School
from senlib.workbook.forms import Checklist, copies

MOVED = {
    "label": "What is given",
    "under": "Heading",
    "judged": "Judged by",
    "pupils": "Pupils",
    "reached": "Moving",
    "percent": "Percent",
    "low": "Likely from",
    "high": "Likely to",
    "not_known": "Not known",
    "beside_pupils": "Pupils without it",
    "beside": "Percent of them moving",
    "beside_low": "Likely from",
    "beside_high": "Likely to",
    "verdict": "Beside those without it",
}

GOVERNORS = "The governors’ page counts pupils with SEN whose attendance is known, and rounds, so its sums may be smaller."


BY_NEED = {
    "need": "Need",
    "heading": "Heading",
    "pupils": "Pupils",
    "reached": "With something",
    "percent": "Percent",
    "low": "Likely from",
    "high": "Likely to",
}

SPEND = {
    "name": "Heading",
    "things": "Entries on maps",
    "pupils": "Pupils",
    "hours": "Hours a week",
    "cost": "Cost a year (£)",
    "unknown": "Entries without a cost",
    "percent": "Percent of the cost known",
}


def _titles(keys: pd.Series, headings: Mapping[str, str]) -> pd.Series:
    """The titles of headings; a key that is none stays."""
    return keys.map(headings).fillna(keys)


def by_need(
    school: School, provision: pd.DataFrame, *, headings: Mapping[str, str]
) -> str:
    """Who has something under each heading, by main need, one key press away; '' where nobody has anything."""
    table = measures.coverage_by_need(school, provision, headings=list(headings))
    if not table["reached"].sum():
        return ""
    table = table.assign(heading=_titles(table["heading"], headings))
    table["need"] = table["need"].replace("not known", "no need recorded")
    caption = f"Provision by type of need, the main one. With fewer than {FEW} pupils a percentage tells little."
    numbers = layout.numbers(
        table, caption=caption, columns=BY_NEED, summary="Provision by type of need"
    )
    return numbers + layout.how_to_read("rate", "few_pupils")


def movement(table: pd.DataFrame, *, headings: Mapping[str, str]) -> str:
    """Of the pupils who have a thing, how many move, by a `provision.movement` table with rows."""
    words = [
        verdicts.short(row.clear, pupils=row.pupils) or "nobody to compare"
        for row in table.itertuples()
    ]
    table = table.assign(
        under=_titles(table["heading"], headings),
        judged=table["subject"].replace("", "all subjects"),
        verdict=words,
    )
    first = table[table["enough"]].head(12)
    caption = "Provision, and whether its pupils move"
    parts = (
        layout.answer(movement_answer(table)),
        _movement_chart(first) if len(first) else "",
        layout.numbers(table, caption=caption, columns=MOVED),
        layout.note(measures.MOVEMENT_CAVEAT),
        layout.how_to_read("provision_and_movement", "rate", "few_pupils"),
    )
    return "".join(parts)


def _movement_chart(table: pd.DataFrame) -> str:
    long, short, says = [], [], []
    for row in table.itertuples():
        count = f"{row.reached} of {row.pupils}"
        rate = layout.percent_range(row.percent, row.low, row.high)
        long.append(f"{row.label}: {count}")
        short.append(beside_row(row.label, count))
        says.append(f"{row.label}: {count}, {rate}")
    plain = table.assign(national=float("nan"), lea=float("nan"))
    marks = list(table["beside"])
    return layout.picture(
        partial(_moving, plain, long=long, short=short, marks=marks),
        says=". ".join(says),
        key=f"Dot: pupils with it who move. {layout.LIKELY} Stroke: pupils with SEN who do not have it. "
        f"What fewer than {FEW} pupils have is not shown.",
    )


def _moving(
    table: pd.DataFrame,
    *,
    long: list[str],
    short: list[str],
    marks: list[float],
    width: charts.Width,
) -> Figure:
    """Who moves, by what they have: beside the rows there is room for short labels, above them for long ones."""
    return charts.rates(
        table,
        labels=long if width.narrow else short,
        strong=[True] * len(table),
        marks=marks,
        mark="without it",
        width=width,
        axis="move on",
    )


def spend(provision: pd.DataFrame, *, headings: Mapping[str, str]) -> str:
    """What is spent under each heading."""
    title = layout.heading("What do we spend, and on what?")
    table = measures.spend(provision, headings=list(headings))
    parts = table[table["heading"] != measures.ALL_HEADINGS]
    whole = table.iloc[-1]
    if not whole.things:
        return title + layout.answer("No provision is on the maps yet.")
    parts = parts.assign(
        name=_titles(parts["heading"], headings),
        unknown=parts["things"] - parts["cost_known"],
    )
    used = parts[parts["things"] > 0].sort_values(
        "cost", ascending=False, kind="stable", na_position="last"
    )
    says = [f"{row.name}: {pounds(row.cost)}" for row in used.itertuples(index=False)]
    chart = layout.picture(
        partial(charts.spend, used, labels=list(used["name"])), says=". ".join(says)
    )
    numbers = layout.numbers(parts, caption="Spend by heading", columns=SPEND)
    note = layout.note(GOVERNORS) + layout.how_to_read("spend")
    return title + layout.answer(spend_answer(whole)) + chart + numbers + note


def audits(answers: AnswersByForm, part: Checklist) -> str:
    """The interventions looked at so far, each with its ingredients counted; '' where there are none."""
    labels = {line.key: line.label for line in provision_maps.map_rows(answers)}
    rows = []
    for key, values in copies(answers, part.key).items():
        judged = [values.get(item.key, "") for item in part.items]
        if not any(judged):
            continue
        row: dict[str, object] = {"name": labels.get(key, "A line that was taken out")}
        for choice in part.choices:
            row[choice.key] = judged.count(choice.key)
        missing = [n for n, one in enumerate(judged, start=1) if one == "missing"]
        row["weak"] = ", ".join(map(str, missing))
        rows.append(row)
    if not rows:
        return ""
    choices = {choice.key: choice.label for choice in part.choices}
    columns = {"name": "Intervention", **choices, "weak": "Missing ingredients"}
    caption = "The interventions looked at so far, of seven ingredients"
    table = layout.plain_table(pd.DataFrame(rows), caption=caption, columns=columns)
    return table + layout.how_to_read("ingredients")
