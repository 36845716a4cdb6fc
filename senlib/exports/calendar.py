"""The plan for a calendar: each action that has a date as an all-day event, in a file that Outlook, Google and Apple take in.

Events (VEVENT) and not tasks (VTODO): Outlook and Google's calendar leave tasks in a file out without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from senlib.exports.about import SAMPLE, About
from senlib.text import one_line, plain
from senlib.workbook.plan import Action

# Who made the file, as RFC 5545 asks; and where its events' names are from.
_MAKER, _OURS = "-//SENCO's workbook//senlib//EN", "senlib"


def calendar(actions: Sequence[Action], *, today: date, about: About) -> bytes:
    """Those actions that are still to be done and have a date, as a calendar. No pupil is named beyond what an action itself says.

    An action has the same name (UID) in every such file of one school: taken in again, it is moved, and not doubled.

    >>> about = About(title="Plan", source="Any School", on=date(2005, 3, 8))
    >>> calendar([], today=date(2005, 3, 8), about=about)[:15]
    b'BEGIN:VCALENDAR'
    """
    entries = Calendar()
    entries.add("prodid", _MAKER)
    entries.add("version", "2.0")
    entries.add("method", "PUBLISH")
    entries.add("x-wr-calname", one_line(f"{about.title}, {about.source}"))
    for action in actions:
        if action.due is not None and not action.done:
            due = action.due
            event = _event(action, due, today=today, about=about)
            entries.add_component(event)
    return entries.to_ical()


def _event(action: Action, due: date, *, today: date, about: About) -> Event:
    event = Event()
    event.add("uid", _name(action, about=about))
    midnight = datetime.combine(today, time(), UTC)
    event.add("dtstamp", midnight)
    event.add("dtstart", due)
    # The first day on which it no longer is.
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", one_line(action.what))
    event.add("description", _description(action, about=about))
    # A day on which something is due is not a day on which one is away.
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _description(action: Action, *, about: About) -> str:
    """What an action says, a line each."""
    lines = [
        plain(action.what),
        _labelled("Owner", action.values["owner"]),
        _labelled("It has worked when", action.values["measure"]),
        f"From: {one_line(action.title)}",
        one_line(about.source),
        SAMPLE if about.sample else "",
    ]
    return "\n".join(filter(None, lines))


def _labelled(label: str, text: str) -> str:
    return f"{label}: {plain(text)}" if text.strip() else ""


def _name(action: Action, *, about: About) -> str:
    """A name that is the action's for good; what it is made of, such as a pupil's number, cannot be read from it."""
    key = plain(f"{about.source}|{action.key}").encode()
    return f"{sha256(key).hexdigest()[:40]}@{_OURS}"
