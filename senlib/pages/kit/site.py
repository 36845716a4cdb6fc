"""The pages of the workbook in their one order: each has a stem, which its notebook, its module and its tests share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PageEntry:
    """One page: the stem of its notebook, the Task's number (None for the others), its title, and what it asks."""

    stem: str
    number: int | None
    title: str
    question: str

    @property
    def name(self) -> str:
        """The page as the rail names it.

        >>> PAGES[1].name
        'Task 1: Conversion'
        """
        return (
            self.title if self.number is None else f"Task {self.number}: {self.title}"
        )


PAGES = (
    PageEntry("index", None, "Front page", "Which school are we looking at?"),
    PageEntry(
        "task1_conversion_data",
        1,
        "Conversion",
        "Do our pupils with SEN get as far as others with the same start?",
    ),
    PageEntry(
        "task2_role_of_the_senco",
        2,
        "Your role",
        "Which parts of leading on SEN do you do already?",
    ),
    PageEntry(
        "task3_ensuring_progress",
        3,
        "Progress targets",
        "Do enough of our pupils with SEN make the progress they should?",
    ),
    PageEntry(
        "task4_level3_to_5",
        4,
        "Who could get there",
        "Who is on the way up, and who is standing still?",
    ),
    PageEntry(
        "task5_interventions",
        5,
        "Interventions",
        "Who gets what help, and does it move them on?",
    ),
    PageEntry(
        "task6_support_in_class",
        6,
        "Support in class",
        "How well do adults help pupils to learn on their own?",
    ),
    PageEntry(
        "task7_planning",
        7,
        "Planning",
        "Does the lesson plan already do what the pupil needs?",
    ),
    PageEntry(
        "task8_working_smarter",
        8,
        "Working smarter",
        "What will we do next, and by when?",
    ),
    PageEntry(
        "unit3_class_sheets",
        None,
        "Class sheets",
        "What does each teacher need to know of her class?",
    ),
    PageEntry(
        "pupil",
        None,
        "One pupil",
        "What do we know of this pupil, and what comes next?",
    ),
    PageEntry(
        "governors",
        None,
        "Governors",
        "What should governors know of our pupils with SEN?",
    ),
    PageEntry(
        "facilitator",
        None,
        "Sessions",
        "How will you lead a session with these materials?",
    ),
    PageEntry("room", None, "In the room", "What does the room think?"),
)


def page_of(stem: str) -> PageEntry:
    """The page with that stem; KeyError where there is none.

    >>> page_of("task3_ensuring_progress").number
    3
    """
    for page in PAGES:
        if page.stem == stem:
            return page
    raise KeyError(stem)
