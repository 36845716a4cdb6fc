"""Sessions: activities for a group and plans made of them, read from their words; what a leader chose, with its sums and times."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any, TypeVar

from senlib import content
from senlib.workbook.forms import Cards, Part
from senlib.workbook.page_forms import load, stems
from senlib.workbook.store import Answers

FORM = "facilitator.plan"

# What an activity may take: less is nothing, and more is a session of its own.
LEAST, MOST = 1, 240


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Something to do with a group, and the minutes it usually takes.

    `unit` cites the Task or unit, '' for a break. `lines` stand on its slide, `leader` and `participants` say who does what, and
    `notes` are for the leader alone. `handouts` are keys of parts, `cards` the key of a pack of cards or '', `chart` the name of
    a picture of the sample school or ''.
    """

    key: str
    title: str
    unit: str
    minutes: int
    lines: tuple[str, ...]
    leader: str
    participants: str
    notes: str
    handouts: tuple[str, ...] = ()
    cards: str = ""
    chart: str = ""


Chosen = Sequence[Activity]


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """One meeting of a plan: how many minutes there are, its activities in order, and what is done at school until the next."""

    key: str
    title: str
    minutes: int
    activities: tuple[Activity, ...]
    between: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan: for whom it is, and its meetings."""

    key: str
    title: str
    about: str
    sittings: tuple[Sitting, ...]

    def sitting(self, key: str) -> Sitting:
        """The meeting with that key; KeyError where there is none."""
        return _with_key(self.sittings, key)


@dataclass(frozen=True)
class Timed:
    """An activity with the minute at which it begins and at which it ends, counted from the start."""

    activity: Activity
    begins: int
    ends: int


@cache
def activities() -> Mapping[str, Activity]:
    """Every activity by its key, in the order in which they are offered.

    >>> activities()["sort"].unit, activities()["sort"].cards
    ('Task 2', 'task2.sort')
    """
    tables = _words()["activities"]
    return {table["key"]: Activity(**_tuples(table)) for table in tables}


@cache
def plans() -> tuple[Plan, ...]:
    """The plans, in their order.

    >>> [sitting.minutes for sitting in plans()[0].sittings]
    [75, 75, 75]
    """
    return tuple(_plan(table) for table in _words()["plans"])


def plan(key: str) -> Plan:
    """The plan with that key; KeyError where there is none.

    >>> plan("governors").title
    'A governors’ meeting'
    """
    return _with_key(plans(), key)


# -- sums and times --


def total(chosen: Chosen) -> int:
    """The minutes that activities take together."""
    return sum(activity.minutes for activity in chosen)


def beside(chosen: Chosen, *, there_is: int) -> str:
    """The sum of the minutes beside the time there is, in words.

    >>> beside([activities()["sort"]], there_is=75)
    '20 of 75 minutes: 55 still free.'
    """
    taken = total(chosen)
    over = taken - there_is
    fits = "it fits exactly" if not over else f"{-over} still free"
    fit = f"{over} too many" if over > 0 else fits
    return f"{taken} of {there_is} minutes: {fit}."


def timed(chosen: Chosen) -> list[Timed]:
    """Activities with the minutes at which each begins and ends.

    >>> [(one.begins, one.ends) for one in timed([activities()["sort"], activities()["flow"]])]
    [(0, 20), (20, 40)]
    """
    minutes = [activity.minutes for activity in chosen]
    ends = list(accumulate(minutes))
    return list(map(Timed, chosen, [0, *ends], ends))


def clock(minute: int) -> str:
    """A minute from the start, as a running order has it.

    >>> clock(5), clock(75)
    ('0:05', '1:15')
    """
    return f"{minute // 60}:{minute % 60:02d}"


# -- what a leader chose --


def moved(chosen: Chosen, key: str, *, by: int) -> tuple[Activity, ...]:
    """The activities with one of them moved by so many places, as far as the ends.

    >>> both = (activities()["sort"], activities()["flow"])
    >>> [one.key for one in moved(both, "flow", by=-1)], moved(both, "flow", by=1) == both
    (['flow', 'sort'], True)
    """
    keys = [activity.key for activity in chosen]
    at = keys.index(key)
    others = [activity for activity in chosen if activity.key != key]
    place = min(max(at + by, 0), len(others))
    others.insert(place, chosen[at])
    return tuple(others)


def lasting(chosen: Chosen, key: str, *, minutes: int) -> tuple[Activity, ...]:
    """The activities with one of them lasting so many minutes, within LEAST and MOST.

    >>> lasting([activities()["sort"]], "sort", minutes=1000)[0].minutes
    240
    """
    minutes = min(max(minutes, LEAST), MOST)
    return tuple(
        replace(one, minutes=minutes) if one.key == key else one for one in chosen
    )


def chosen_for(sitting: Sitting, answers: Answers) -> tuple[Activity, ...]:
    """What was chosen for a meeting, from the latest values of its plan's form; the meeting as it came where nothing was.

    An activity that is no longer there is left out, and minutes that are no number are those it came with.

    >>> first = plan("twilights").sitting("1")
    >>> chosen_for(first, {}) == first.activities
    True
    >>> [(one.key, one.minutes) for one in chosen_for(first, {"1.order": "sort welcome gone", "1.minutes.welcome": "7"})]
    [('sort', 20), ('welcome', 7)]
    """
    usual = {activity.key: activity for activity in sitting.activities}
    order = answers.get(f"{sitting.key}.order")
    keys = usual if order is None else dict.fromkeys(order.split())
    there_is = {**activities(), **usual}
    chosen = []
    for key in keys:
        if key in there_is:
            minutes = answers.get(_minutes_field(sitting, key), "")
            chosen.append(_lasting(there_is[key], minutes))
    return tuple(chosen)


def to_save(sitting: Sitting, chosen: Chosen) -> Answers:
    """The same as fields and values, as they are saved; `chosen_for` reads it back.

    >>> to_save(plan("twilights").sitting("1"), [activities()["sort"]])
    {'1.order': 'sort', '1.minutes.sort': '20'}
    """
    order = " ".join(activity.key for activity in chosen)
    values = {f"{sitting.key}.order": order}
    for one in chosen:
        field = _minutes_field(sitting, one.key)
        values[field] = str(one.minutes)
    return values


def parts_of(chosen: Chosen) -> list[Part]:
    """The parts to give out with these activities, each once, in their order; the packs of cards are not among them.

    >>> [part.key for part in parts_of([activities()["iep"], activities()["sort"]])]
    ['task6.iep.example', 'task6.iep.about', 'task6.iep']
    """
    handouts = [key for activity in chosen for key in activity.handouts]
    return list(map(part_of, dict.fromkeys(handouts)))


def packs_of(chosen: Chosen) -> list[Cards]:
    """The packs of cards that these activities need, each once."""
    keys = dict.fromkeys(activity.cards for activity in chosen)
    parts = (part_of(key) for key in keys if key)
    return [part for part in parts if isinstance(part, Cards)]


def part_of(key: str) -> Part:
    """The part of the workbook with that key; KeyError where no page has it.

    >>> part_of("review").title
    'Where are we now?'
    """
    for stem in stems():
        for part in load(stem).parts:
            if part.key == key:
                return part
    raise KeyError(f"{key!r} is no part of any page")


# -- reading --


def _words() -> dict[str, Any]:
    file = files(content) / "sessions" / "facilitator.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in table.items()
    }


def _plan(table: Mapping[str, Any]) -> Plan:
    sittings = tuple(map(_sitting, table["sittings"]))
    return Plan(**{**table, "sittings": sittings})


def _sitting(table: Mapping[str, Any]) -> Sitting:
    chosen = tuple(
        replace(activities()[key], minutes=minutes)
        for key, minutes in table["activities"]
    )
    return Sitting(**{**table, "activities": chosen})


def _minutes_field(sitting: Sitting, activity: str) -> str:
    return f"{sitting.key}.minutes.{activity}"


def _lasting(activity: Activity, minutes: str) -> Activity:
    """The activity lasting as many minutes as were written; as it came where that is no number."""
    if not re.fullmatch("[0-9]{1,5}", minutes):
        return activity
    (changed,) = lasting([activity], activity.key, minutes=int(minutes))
    return changed


_Thing = TypeVar("_Thing", Plan, Sitting)


def _with_key(things: Sequence[_Thing], key: str) -> _Thing:
    for one in things:
        if one.key == key:
            return one
    raise KeyError(f"{key!r} is none of {', '.join(one.key for one in things)}")
