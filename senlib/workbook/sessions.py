"""Sessions: activities for a group and plans made of them, read from their words; what a leader chose, with its sums and times."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from senlib import content
from senlib.workbook.forms import Part
from senlib.workbook.page_forms import load, stems

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


@dataclass(frozen=True, kw_only=True)
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
    found = [Activity(**_tuples(table)) for table in _words()["activities"]]
    return {activity.key: activity for activity in found}


@cache
def plans() -> tuple[Plan, ...]:
    """The plans, in their order.

    >>> [sitting.minutes for sitting in plans()[0].sittings]
    [75, 75, 75]
    """
    return tuple(
        Plan(
            **(
                table
                | {
                    "sittings": tuple(
                        _sitting(sitting) for sitting in table["sittings"]
                    )
                }
            )
        )
        for table in _words()["plans"]
    )


def plan(key: str) -> Plan:
    """The plan with that key; KeyError where there is none.

    >>> plan("governors").title
    'A governors’ meeting'
    """
    return _with_key(plans(), key)


# -- sums and times --


def total(chosen: Sequence[Activity]) -> int:
    """The minutes that activities take together."""
    return sum(activity.minutes for activity in chosen)


def beside(chosen: Sequence[Activity], *, there_is: int) -> str:
    """The sum of the minutes beside the time there is, in words.

    >>> beside([activities()["sort"]], there_is=75)
    '20 of 75 minutes: 55 still free.'
    """
    taken = total(chosen)
    over = taken - there_is
    told = (
        f"{over} too many"
        if over > 0
        else f"{-over} still free"
        if over
        else "it fits exactly"
    )
    return f"{taken} of {there_is} minutes: {told}."


def timed(chosen: Sequence[Activity]) -> list[Timed]:
    """Activities with the minutes at which each begins and ends.

    >>> [(one.begins, one.ends) for one in timed([activities()["sort"], activities()["flow"]])]
    [(0, 20), (20, 40)]
    """
    found: list[Timed] = []
    for activity in chosen:
        begins = found[-1].ends if found else 0
        found.append(
            Timed(activity=activity, begins=begins, ends=begins + activity.minutes)
        )
    return found


def clock(minute: int) -> str:
    """A minute from the start, as a running order has it.

    >>> clock(5), clock(75)
    ('0:05', '1:15')
    """
    return f"{minute // 60}:{minute % 60:02d}"


# -- what a leader chose --


def moved(chosen: Sequence[Activity], key: str, *, by: int) -> tuple[Activity, ...]:
    """The activities with one of them moved by so many places, as far as the ends.

    >>> both = (activities()["sort"], activities()["flow"])
    >>> [one.key for one in moved(both, "flow", by=-1)], moved(both, "flow", by=1) == both
    (['flow', 'sort'], True)
    """
    keys = [activity.key for activity in chosen]
    at = keys.index(key)
    others = [activity for activity in chosen if activity.key != key]
    others.insert(min(max(at + by, 0), len(others)), chosen[at])
    return tuple(others)


def lasting(
    chosen: Sequence[Activity], key: str, *, minutes: int
) -> tuple[Activity, ...]:
    """The activities with one of them lasting so many minutes, within LEAST and MOST.

    >>> lasting([activities()["sort"]], "sort", minutes=1000)[0].minutes
    240
    """
    minutes = min(max(minutes, LEAST), MOST)
    return tuple(
        replace(one, minutes=minutes) if one.key == key else one for one in chosen
    )


def kept(sitting: Sitting, held: Mapping[str, str]) -> tuple[Activity, ...]:
    """What was chosen for a meeting, from the latest values of its plan's form; the meeting as it came where nothing was.

    An activity that is no longer there is left out, and minutes that are no number are those it came with.

    >>> first = plan("twilights").sitting("1")
    >>> kept(first, {}) == first.activities
    True
    >>> [(one.key, one.minutes) for one in kept(first, {"1.order": "sort welcome gone", "1.minutes.welcome": "7"})]
    [('sort', 20), ('welcome', 7)]
    """
    usual = {activity.key: activity for activity in sitting.activities}
    order = held.get(f"{sitting.key}.order")
    keys = list(usual) if order is None else list(dict.fromkeys(order.split()))
    found = [usual.get(key, activities().get(key)) for key in keys]
    return tuple(
        _as_kept(one, held.get(f"{sitting.key}.minutes.{one.key}", ""))
        for one in found
        if one
    )


def to_keep(sitting: Sitting, chosen: Sequence[Activity]) -> dict[str, str]:
    """The same as fields and values, as the store keeps them; `kept` reads it back.

    >>> to_keep(plan("twilights").sitting("1"), [activities()["sort"]])
    {'1.order': 'sort', '1.minutes.sort': '20'}
    """
    order = {f"{sitting.key}.order": " ".join(one.key for one in chosen)}
    return order | {
        f"{sitting.key}.minutes.{one.key}": str(one.minutes) for one in chosen
    }


def parts_of(chosen: Sequence[Activity]) -> list[Part]:
    """The parts to give out with these activities, each once, in their order; the packs of cards are not among them.

    >>> [part.key for part in parts_of([activities()["iep"], activities()["sort"]])]
    ['task6.iep.example', 'task6.iep.about', 'task6.iep']
    """
    keys = dict.fromkeys(key for activity in chosen for key in activity.handouts)
    return [part_of(key) for key in keys]


def packs_of(chosen: Sequence[Activity]) -> list[Part]:
    """The packs of cards that these activities need, each once."""
    return [
        part_of(key)
        for key in dict.fromkeys(
            activity.cards for activity in chosen if activity.cards
        )
    ]


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


def _words() -> dict:
    return tomllib.loads(
        (files(content) / "sessions" / "facilitator.toml").read_text(encoding="utf-8")
    )


def _tuples(table: Mapping) -> dict:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in table.items()
    }


def _sitting(table: Mapping) -> Sitting:
    chosen = tuple(
        replace(activities()[key], minutes=minutes)
        for key, minutes in table["activities"]
    )
    return Sitting(**(dict(table) | {"activities": chosen}))


def _as_kept(activity: Activity, minutes: str) -> Activity:
    number = (
        int(minutes)
        if minutes.isascii() and minutes.isdigit() and len(minutes) < 6
        else activity.minutes
    )
    return lasting([activity], activity.key, minutes=number)[0]


def _with_key(found: Sequence, key: str):
    for one in found:
        if one.key == key:
            return one
    raise KeyError(f"{key!r} is none of {', '.join(one.key for one in found)}")
