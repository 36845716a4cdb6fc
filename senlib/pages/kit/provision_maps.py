"""What the provision maps of all pupils say, as the table from which the measures of Task 5 are made."""

from __future__ import annotations

import math

import pandas as pd

from senlib.measures.provision import GIVEN
from senlib.workbook.forms import Grid, Row, answer_key, copies
from senlib.workbook.page_forms import load
from senlib.workbook.rows import every_row
from senlib.workbook.store import Answers, AnswersByForm

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


def map_grid() -> Grid:
    """The provision map as the booklet begins it."""
    return load("task5_interventions").part(MAP, Grid)


def map_rows(answers: AnswersByForm) -> list[Row]:
    """Every line of the map: the booklet's, and those that the school has added."""
    return every_row(map_grid(), answers)


def headings() -> dict[str, str]:
    """The eight headings of the map: key and title."""
    return {section.key: section.title for section in map_grid().sections}


def short_headings() -> dict[str, str]:
    """The first word of each heading, for where there is little room; the map has them in full.

    >>> list(short_headings().values())[:4]
    ['Curriculum', 'Literacy', 'Numeracy', 'Behaviour']
    """
    short = {}
    for key, title in headings().items():
        first, *_ = title.split()
        short[key] = first.rstrip(",")
    return short


def titles(keys: pd.Series) -> pd.Series:
    """The titles of headings; a key that is none stays."""
    return keys.map(headings()).fillna(keys)


def given(answers: AnswersByForm) -> pd.DataFrame:
    """What every pupil is given, from the latest values of all forms: the columns of measures.provision.GIVEN.

    A line counts as given where it is ticked, or where initials, hours or a cost stand in it.

    >>> answers = {"task5.provision/0123": {"task5.provision.literacy.guided.initials": "JB"}}
    >>> given(answers)[["pupil_id", "heading", "initials"]].values.tolist()
    [['0123', 'literacy', 'JB']]
    """
    lines = map_rows(answers)
    rows = [
        _given_line(pupil, line, values)
        for pupil, values in copies(answers, MAP).items()
        for line in lines
        if _is_given(values, line.key)
    ]
    table = pd.DataFrame(rows, columns=GIVEN)
    return table.astype({"hours": float, "cost": float})


def _given_line(pupil: str, line: Row, values: Answers) -> list[str | float]:
    """What a line of a pupil's map says, by the columns of GIVEN."""
    initials, hours, cost = _written(values, line.key)
    what = [pupil, line.section, line.key, line.label]
    return [*what, initials, number(hours), number(cost)]


def _written(values: Answers, row: str) -> list[str]:
    """What is written in a line of a pupil's map, by the columns of WRITTEN."""
    keys = [answer_key(row=row, column=column) for column in WRITTEN]
    return [values.get(key, "") for key in keys]


def by_pupil(answers: AnswersByForm) -> pd.DataFrame:
    """What each pupil is given, in words: `headings`, in short, and `things` by pupil's number.

    >>> answers = {"task5.provision/0123": {"task5.provision.literacy.guided.given": "yes"}}
    >>> by_pupil(answers).loc["0123"].tolist()
    ['Literacy', 'Guided reading and writing in lessons']
    """
    table = given(answers)
    short = table["heading"].map(short_headings())
    table = table.assign(headings=short.fillna(""))
    by_pupil = table.groupby("pupil_id")
    words = by_pupil.agg({"headings": _joined, "label": "; ".join})
    return words.rename(columns={"label": "things"})


def _joined(names: pd.Series) -> str:
    return ", ".join(filter(None, names.unique()))


def adult_first(values: Answers, alternatives: Answers) -> bool:
    """Whether a pupil's map gives an adult at the side while none of the six other ways has been tried.

    >>> assistant = {"task5.provision.curriculum.assistant.given": "yes"}
    >>> adult_first(assistant, {}), adult_first(assistant, {"unit5.alternatives.peers": "no_help"}), adult_first({}, {})
    (True, False, False)
    """
    adult = any(_is_given(values, row) for row in ADULT)
    ways = set(alternatives.values())
    return adult and not ways & {"helps", "no_help"}


def _is_given(values: Answers, row: str) -> bool:
    """Whether a line of a pupil's map is ticked, or has anything written in it."""
    tick = answer_key(row=row, column="given")
    is_ticked = values.get(tick) == "yes"
    return is_ticked or any(_written(values, row))


def number(text: str) -> float:
    """A number as it was written, NaN where it is none, so that one box does not spoil a sum.

    >>> number("1.5"), number("two"), number("1e999"), number("-3")
    (1.5, nan, nan, nan)
    """
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if 0 <= value < math.inf else math.nan
