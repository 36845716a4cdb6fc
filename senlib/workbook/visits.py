"""Visits: how a lesson that was visited is named."""

from __future__ import annotations

from senlib.text import written_day
from senlib.workbook.store import Answers

VISIT = "task6.observation"


def visit_name(values: Answers) -> str:
    """A visit as one names it: day, class and subject, the assistant's initials.

    >>> visit_name({"date": "2005-03-08", "class": "8B Mathematics", "assistant": "JM"}), visit_name({})
    ('8 March 2005, 8B Mathematics, JM', 'A visit without a date')
    """
    day = written_day(values.get("date", "")) or "A visit without a date"
    class_name = values.get("class", "")
    assistant = values.get("assistant", "")
    parts = (day, class_name, assistant)
    return ", ".join(filter(None, parts))
