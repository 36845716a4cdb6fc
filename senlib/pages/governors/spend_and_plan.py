"""The governors' questions that are no rates: what is spent under each heading, and what the school does next."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from senlib import charts
from senlib.measures.governors_counts import POUNDS, View
from senlib.pages.governors import caveats
from senlib.pages.governors.answered_questions import listed
from senlib.pages.governors.rates_in_words import (
    on_roll_words,
    pupils_with_help,
    used_headings,
    why_no_help,
)
from senlib.pages.governors_data import Context, GovernorsData
from senlib.pages.kit import layout


def spend_lines(view: View, words: Context) -> list[str]:
    """What is spent, heading by heading, and what is not shown."""
    used = used_headings(view, words)
    if not used:
        fill_in = [] if words.roll in caveats.ROLL else [caveats.FILL_IN]
        return [why_no_help(words), *fill_in]
    lines: list[str] = []
    for heading, cost in list(_costs(view).items())[:3]:
        first = "Then on" if lines else "Most is spent on"
        pupils = pupils_with_help(view, heading)
        spent = f"{words.headings[heading]}: {cost} a year for {pupils} pupils."
        lines.append(f"{first} {spent}")
    left = [words.headings[heading] for heading in used if heading not in view.pounds]
    if left:
        lines.append(
            f"Not shown, as few pupils have it, few costs are known, or one pupil makes up most: {'; '.join(left)}."
        )
    return lines


def _costs(view: View) -> dict[str, str]:
    """By heading what is spent in words, the most first."""
    order = sorted(view.pounds.items(), key=lambda item: -item[1][0])
    return {
        heading: f"{'' if whole else 'at least '}£{cost:,}"
        for heading, (cost, whole) in order
    }


def spend_html(view: View, words: Context) -> str:
    """What is spent, as the page shows it."""
    answer = layout.heading(caveats.SPEND) + listed(spend_lines(view, words))
    if not view.pounds:
        return answer
    all_known = all(whole for _, whole in view.pounds.values())
    least = "" if all_known else " ‘At least’: some costs are not written down."
    sure = layout.note(
        f"As the provision maps say, for pupils with SEN{on_roll_words(words)}, to the nearest £{POUNDS}.{least} There is no sum of all, "
        "from which what is left out could be worked out."
    )
    rows = [
        (words.headings[heading], pupils_with_help(view, heading), cost)
        for heading, cost in _costs(view).items()
    ]
    table = pd.DataFrame(rows, columns=["label", "pupils", "cost"])
    columns = {"label": "Heading", "pupils": "Pupils", "cost": "A year"}
    numbers = layout.numbers(table, caption="Spend by heading", columns=columns)
    says = ". ".join(f"{label}: {cost}" for label, _, cost in rows)
    picture = layout.picture(partial(_drawn, view, words), says=says)
    return answer + picture + sure + numbers + layout.how_to_read("spend")


def _drawn(view: View, words: Context, *, width: charts.Width) -> Figure:
    headings = list(_costs(view))
    return charts.published_spend(
        view.tables["help"],
        {("SEN", one, "has", "pupils"): view.pounds[one] for one in headings},
        labels=[words.headings[one] for one in headings],
        width=width,
    )


def next_lines(data: GovernorsData) -> list[str]:
    """The plan in counts, and the three chosen actions by where they come from."""
    if not data.steps:
        return [data.plan, "The three actions for now are not chosen yet."]
    steps = [f"{step.place} ({step.state}, {step.due})" for step in data.steps]
    return [data.plan, f"Chosen for now: {'; '.join(steps)}."]


def next_html(data: GovernorsData) -> str:
    """What comes next, as a table of where each action comes from."""
    answer = listed(next_lines(data))
    if data.steps:
        answer = listed([data.plan]) + layout.plain_table(
            pd.DataFrame(list(data.steps)),
            caption="The three actions chosen",
            columns={
                "place": "Where it comes from",
                "due": "By when",
                "state": "How it stands",
            },
        )
    why = layout.note(
        "What is to be done is not shown here, for a pupil’s name may stand in it. Ask the SENCO."
    )
    reading = layout.how_to_read("plan_counts")
    return layout.heading(caveats.NEXT) + answer + why + reading
