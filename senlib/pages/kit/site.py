"""The pages of the workbook in their one order: each has a stem, which its notebook, its module and its tests share."""

from __future__ import annotations

import re
from typing import NamedTuple


class PageEntry(NamedTuple):
    """One page: the stem of its notebook, its title, and what it asks."""

    stem: str
    title: str
    question: str

    @property
    def number(self) -> int | None:
        """The Task's number; None for the other pages."""
        match = re.match(r"task(\d+)_", self.stem)
        return int(match[1]) if match else None

    @property
    def name(self) -> str:
        """The page as the rail names it.

        >>> PAGES[1].name
        'Task 1: Conversion'
        """
        return f"Task {self.number}: {self.title}" if self.number else self.title


PAGES = (
    PageEntry("index", "Front page", "Which school are we looking at?"),
    PageEntry(
        "task1_conversion_data",
        "Conversion",
        "Do our pupils with SEN get as far as others with the same start?",
    ),
    PageEntry(
        "task2_role_of_the_senco",
        "Your role",
        "Which parts of leading on SEN do you do already?",
    ),
    PageEntry(
        "task3_ensuring_progress",
        "Progress targets",
        "Do enough of our pupils with SEN make the progress they should?",
    ),
    PageEntry(
        "task4_level3_to_5",
        "Who could get there",
        "Who is on the way up, and who is standing still?",
    ),
    PageEntry(
        "task5_interventions",
        "Interventions",
        "Who gets what help, and does it move them on?",
    ),
    PageEntry(
        "task6_support_in_class",
        "Support in class",
        "How well do adults help pupils to learn on their own?",
    ),
    PageEntry(
        "task7_planning",
        "Planning",
        "Does the lesson plan already do what the pupil needs?",
    ),
    PageEntry(
        "task8_working_smarter", "Working smarter", "What will we do next, and by when?"
    ),
    PageEntry(
        "unit3_class_sheets",
        "Class sheets",
        "What does each teacher need to know of her class?",
    ),
    PageEntry(
        "pupil", "One pupil", "What do we know of this pupil, and what comes next?"
    ),
    PageEntry(
        "governors", "Governors", "What should governors know of our pupils with SEN?"
    ),
    PageEntry(
        "facilitator", "Sessions", "How will you lead a session with these materials?"
    ),
    PageEntry("room", "In the room", "What does the room think?"),
)


def page_of(stem: str) -> PageEntry:
    """The page with that stem; KeyError where there is none.

    >>> page_of("task3_ensuring_progress").number
    3
    """
    return {page.stem: page for page in PAGES}[stem]
