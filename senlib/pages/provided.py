"""Provided: what the provision maps of all pupils say, as the table from which the measures of Task 5 are made."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from senlib.measures.provision import GIVEN
from senlib.workbook.forms import Grid, Row, answer_key, load
from senlib.workbook.rows import own_rows, rows_form

MAP = "task5.provision"

# The lines of the map in which help is an adult at the pupil's side.
ADULT = (
    "task5.provision.curriculum.assistant", "task5.provision.curriculum.mentor", "task5.provision.literacy.specialist",
    "task5.provision.numeracy.assistant", "task5.provision.behaviour.mentor", "task5.provision.school_staff.key_adult",
)  # fmt: skip

Held = Mapping[str, Mapping[str, str]]


def map_grid() -> Grid:
    """The provision map as the booklet begins it."""
    return load("task5_interventions").part(MAP)


def map_rows(held: Held) -> list[Row]:
    """Every line of the map: the booklet's, and those that the school has added."""
    return [*map_grid().rows, *own_rows(held.get(rows_form(MAP), {}))]


def headings() -> dict[str, str]:
    """The eight headings of the map: key and title."""
    return {section.key: section.title for section in map_grid().sections}


def given(held: Held) -> pd.DataFrame:
    """What every pupil is given, from the latest values of all forms: the columns of measures.provision.GIVEN.

    A line counts as given where it is ticked, or where initials, hours or a cost stand in it.

    >>> held = {"task5.provision/0123": {"task5.provision.literacy.guided.initials": "JB"}}
    >>> given(held)[["pupil_id", "heading", "initials"]].values.tolist()
    [['0123', 'literacy', 'JB']]
    """
    lines = map_rows(held)
    rows = []
    for form, values in held.items():
        if not form.startswith(f"{MAP}/"):
            continue
        for line in lines:
            ticked, initials, hours, cost = (
                values.get(answer_key(row=line.key, column=column), "") for column in ("given", "initials", "hours", "cost")
            )
            if ticked == "yes" or initials or hours or cost:
                pupil = form.removeprefix(f"{MAP}/")
                rows.append((pupil, line.section, line.key, line.label, initials, _number(hours), _number(cost)))
    return pd.DataFrame(rows, columns=GIVEN).astype({"hours": float, "cost": float})


def adult_first(values: Mapping[str, str], alternatives: Mapping[str, str]) -> bool:
    """Whether a pupil's map gives an adult at the side while none of the six other ways has been tried.

    >>> assistant = {"task5.provision.curriculum.assistant.given": "yes"}
    >>> adult_first(assistant, {}), adult_first(assistant, {"unit5.alternatives.peers": "no_help"}), adult_first({}, {})
    (True, False, False)
    """
    adult = any(values.get(answer_key(row=row, column="given")) == "yes" for row in ADULT)
    return adult and not any(value in ("helps", "no_help") for value in alternatives.values())


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
