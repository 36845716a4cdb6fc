"""The governors' questions that are no rates: what is spent under each heading, and what the school does next."""

from __future__ import annotations

import pandas as pd

from senlib import charts
from senlib.measures.governors_counts import POUNDS, View
from senlib.pages.governors import caveats
from senlib.pages.governors.answered_questions import listed
from senlib.pages.governors.rates_in_words import (
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
        if words.roll in caveats.ROLL:
            return [why_no_help(words)]
        return [why_no_help(words), caveats.FILL_IN]
    costs = _costs(view)
    lines: list[str] = []
    for heading in list(costs)[:3]:
        first = "Then on" if lines else "Most is spent on"
        pupils = pupils_with_help(view, heading)
        spent = (
            f"{words.headings[heading]}: {costs[heading]} a year for {pupils} pupils."
        )
        lines.append(f"{first} {spent}")
    left = [words.headings[one] for one in used if one not in view.pounds]
    if left:
        lines.append(
            f"Not shown, as few pupils have it, few costs are known, or one pupil makes up most: {'; '.join(left)}."
        )
    return lines


def _costs(view: View) -> dict[str, str]:
    """By heading what is spent in words, the most first."""
    order = sorted(view.pounds, key=lambda heading: -view.pounds[heading][0])
    costs = {}
    for heading in order:
        cost, is_all = view.pounds[heading]
        costs[heading] = f"£{cost:,}" if is_all else f"at least £{cost:,}"
    return costs


def spend_html(view: View, words: Context) -> str:
    """What is spent, as the page shows it."""
    lines = spend_lines(view, words)
    answer = layout.heading(caveats.SPEND) + listed(lines)
    if not view.pounds:
        return answer
    least = " ‘At least’: some costs are not written down."
    if all(is_all for _, is_all in view.pounds.values()):
        least = ""
    sure = layout.note(
        f"As the provision maps say, for pupils with SEN{words.on_roll}, to the nearest £{POUNDS}.{least} There is no sum of all, "
        "from which what is left out could be worked out."
    )
    costs = _costs(view)
    labels = [words.headings[heading] for heading in costs]
    pupils = [pupils_with_help(view, heading) for heading in costs]
    amounts = list(costs.values())
    says = map(": ".join, zip(labels, amounts, strict=True))
    sums = {
        ("SEN", heading, "has", "pupils"): view.pounds[heading] for heading in costs
    }
    picture = layout.picture(
        lambda width: charts.published_spend(
            view.tables["help"], sums, labels=labels, width=width
        ),
        says=". ".join(says),
    )
    table = pd.DataFrame({"Heading": labels, "Pupils": pupils, "A year": amounts})
    columns = {name: name for name in table}
    numbers = layout.numbers(table, caption="Spend by heading", columns=columns)
    reading = layout.how_to_read("spend")
    return answer + picture + sure + numbers + reading


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
