"""The figures of Task 5: provision by need, whether those who have it move, what it costs, and the interventions looked at so far."""

from __future__ import annotations

from functools import partial

from pandas import DataFrame

from senlib import charts
from senlib.measures import provision as measures
from senlib.measures.proportion import FEW
from senlib.pages.kit import layout, provision_maps, verdicts
from senlib.pages.kit.rates import RATE, rates_picture
from senlib.pages.task5_interventions.help_words import (
    beside_row,
    movement_answer,
    pounds,
    spend_answer,
)
from senlib.school.school import School
from senlib.workbook.forms import Checklist, copies
from senlib.workbook.store import AnswersByForm

MOVED = {
    "label": "What is given",
    "under": "Heading",
    "judged": "Judged by",
    "pupils": "Pupils",
    "reached": "Moving",
    **RATE,
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
    **RATE,
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


def by_need(school: School, provision: DataFrame) -> str:
    """Who has something under each heading, by main need, one key press away; '' where nobody has anything."""
    headings = list(provision_maps.headings())
    table = measures.coverage_by_need(school, provision, headings=headings)
    if not table["reached"].sum():
        return ""
    table = table.assign(
        heading=provision_maps.titles(table["heading"]),
        need=table["need"].replace("not known", "no need recorded"),
    )
    caption = f"Provision by type of need, the main one. With fewer than {FEW} pupils a percentage tells little."
    numbers = layout.numbers(
        table, caption=caption, columns=BY_NEED, summary="Provision by type of need"
    )
    return numbers + layout.how_to_read("rate", "few_pupils")


def movement(table: DataFrame) -> str:
    """Of the pupils who have a thing, how many move, by a `provision.movement` table with rows."""
    words = [
        verdicts.short(row.clear, pupils=row.pupils) or "nobody to compare"
        for row in table.itertuples()
    ]
    table = table.assign(
        under=provision_maps.titles(table["heading"]),
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


def _movement_chart(table: DataFrame) -> str:
    """Who moves, by what they have: beside the rows there is room for short labels, above them for long ones."""
    counts = [f"{row.reached} of {row.pupils}" for row in table.itertuples()]
    names = list(zip(table["label"], counts, strict=True))
    return rates_picture(
        table,
        labels=list(map(": ".join, names)),
        beside=[beside_row(label, count) for label, count in names],
        strong=[True] * len(table),
        marks=list(table["beside"]),
        mark="without it",
        axis="move on",
        key="Dot: pupils with it who move.",
        strokes="Stroke: pupils with SEN who do not have it. "
        f"What fewer than {FEW} pupils have is not shown.",
    )


def spend(provision: DataFrame) -> str:
    """What is spent under each heading."""
    title = layout.heading("What do we spend, and on what?")
    headings = list(provision_maps.headings())
    table = measures.spend(provision, headings=headings)
    parts = table[table["heading"] != measures.ALL_HEADINGS]
    whole = table.iloc[-1]
    if not whole.things:
        return title + layout.answer("No provision is on the maps yet.")
    parts = parts.assign(
        name=provision_maps.titles(parts["heading"]),
        unknown=parts["things"] - parts["cost_known"],
    )
    used = parts[parts["things"] > 0].sort_values(
        "cost", ascending=False, kind="stable", na_position="last"
    )
    says = map(": ".join, zip(used["name"], used["cost"].map(pounds), strict=True))
    draw = partial(charts.spend, used, labels=list(used["name"]))
    pieces = [
        title,
        layout.answer(spend_answer(whole)),
        layout.picture(draw, says=". ".join(says)),
        layout.numbers(parts, caption="Spend by heading", columns=SPEND),
        layout.note(GOVERNORS),
        layout.how_to_read("spend"),
    ]
    return "".join(pieces)


def audits(answers: AnswersByForm, part: Checklist) -> str:
    """The interventions looked at so far, each with its ingredients counted; '' where there are none."""
    choices = {choice.key: choice.label for choice in part.choices}
    lines = provision_maps.map_rows(answers)
    labels = {line.key: line.label for line in lines}
    rows = []
    for key, values in copies(answers, part.key).items():
        judged = [values.get(item.key, "") for item in part.items]
        if not any(judged):
            continue
        missing = [str(n) for n, one in enumerate(judged, start=1) if one == "missing"]
        row: dict[str, object] = {choice: judged.count(choice) for choice in choices}
        row["name"] = labels.get(key, "A line that was taken out")
        rows.append(row | {"weak": ", ".join(missing)})
    if not rows:
        return ""
    columns = {"name": "Intervention", **choices, "weak": "Missing ingredients"}
    caption = "The interventions looked at so far, of seven ingredients"
    table = DataFrame(rows, columns=list(columns))
    listed = layout.plain_table(table, caption=caption, columns=columns)
    return listed + layout.how_to_read("ingredients")
