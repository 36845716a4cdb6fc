"""Provided: what the provision maps of all pupils say, as the table from which the measures of Task 5 are made."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from senlib.measures.provision import GIVEN
from senlib.workbook.forms import Grid, Row, answer_key, copies
from senlib.workbook.page_forms import load
from senlib.workbook.rows import every_row, rows_form
from senlib.workbook.store import Store

MAP = "task5.provision"

# The lines of the map in which help is an adult at the pupil's side.
ADULT = (
    "task5.provision.curriculum.assistant",
    "task5.provision.curriculum.mentor",
    "task5.provision.literacy.specialist",
    "task5.provision.numeracy.assistant",
    "task5.provision.behaviour.mentor",
    "task5.provision.school_staff.key_adult",
)

# What can be written in a line beside its tick.
WRITTEN = ("initials", "hours", "cost")

Held = Mapping[str, Mapping[str, str]]


def map_grid() -> Grid:
    """The provision map as the booklet begins it."""
    return load("task5_interventions").part(MAP)


def map_rows(held: Held) -> list[Row]:
    """Every line of the map: the booklet's, and those that the school has added."""
    return every_row(map_grid(), held)


def headings() -> dict[str, str]:
    """The eight headings of the map: key and title."""
    return {section.key: section.title for section in map_grid().sections}


def short_headings() -> dict[str, str]:
    """The first word of each heading, for where there is little room; the map has them in full.

    >>> list(short_headings().values())[:4]
    ['Curriculum', 'Literacy', 'Numeracy', 'Behaviour']
    """
    return {key: title.split()[0].rstrip(",") for key, title in headings().items()}


def maps(store: Store) -> Held:
    """What `given` needs of a store. Raises StoreError where it cannot be read."""
    return store.forms(MAP) | store.forms(rows_form(MAP))


def given(held: Held) -> pd.DataFrame:
    """What every pupil is given, from the latest values of all forms: the columns of measures.provision.GIVEN.

    A line counts as given where it is ticked, or where initials, hours or a cost stand in it.

    >>> held = {"task5.provision/0123": {"task5.provision.literacy.guided.initials": "JB"}}
    >>> given(held)[["pupil_id", "heading", "initials"]].values.tolist()
    [['0123', 'literacy', 'JB']]
    """
    lines = map_rows(held)
    rows = []
    for pupil, values in copies(held, MAP).items():
        for line in lines:
            initials, hours, cost = (
                values.get(answer_key(row=line.key, column=column), "")
                for column in WRITTEN
            )
            if _is_given(values, line.key):
                rows.append(
                    (
                        pupil,
                        line.section,
                        line.key,
                        line.label,
                        initials,
                        number(hours),
                        number(cost),
                    )
                )
    return pd.DataFrame(rows, columns=GIVEN).astype({"hours": float, "cost": float})


def by_pupil(held: Held) -> pd.DataFrame:
    """What each pupil is given, in words: `headings`, in short, and `things` by pupil's number.

    >>> held = {"task5.provision/0123": {"task5.provision.literacy.guided.given": "yes"}}
    >>> by_pupil(held).loc["0123"].tolist()
    ['Literacy', 'Guided reading and writing in lessons']
    """
    table = given(held)
    table = table.assign(headings=table["heading"].map(short_headings()).fillna(""))
    words = table.groupby("pupil_id").agg(
        {
            "headings": lambda names: ", ".join(filter(None, names.unique())),
            "label": "; ".join,
        }
    )
    return words.rename(columns={"label": "things"})


def adult_first(values: Mapping[str, str], alternatives: Mapping[str, str]) -> bool:
    """Whether a pupil's map gives an adult at the side while none of the six other ways has been tried.

    >>> assistant = {"task5.provision.curriculum.assistant.given": "yes"}
    >>> adult_first(assistant, {}), adult_first(assistant, {"unit5.alternatives.peers": "no_help"}), adult_first({}, {})
    (True, False, False)
    """
    adult = any(_is_given(values, row) for row in ADULT)
    return adult and not any(
        value in ("helps", "no_help") for value in alternatives.values()
    )


def _is_given(values: Mapping[str, str], row: str) -> bool:
    """Whether a line of a pupil's map is ticked, or has anything written in it."""
    ticked = values.get(answer_key(row=row, column="given")) == "yes"
    return ticked or any(
        values.get(answer_key(row=row, column=column)) for column in WRITTEN
    )


def number(text: str) -> float:
    """A number as it was written, NaN where it is none: a sum must not stumble over one box.

    >>> number("1.5"), number("two"), number("1e999"), number("-3")
    (1.5, nan, nan, nan)
    """
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and value >= 0 else math.nan
