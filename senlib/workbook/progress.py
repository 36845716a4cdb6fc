"""Progress: in how many of a page's parts something has been written, for the whole workbook at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from senlib.workbook.forms import Part, Points, copies
from senlib.workbook.page_forms import load, stems
from senlib.workbook.plan import PLAN, PLAN_LINES
from senlib.workbook.store import Answers, AnswersByForm
from senlib.workbook.walks import OWN

# Forms that the pages keep beside those under content/, by the page they belong to.
BESIDE = {"task4_level3_to_5": (PLAN_LINES,), "task7_planning": (OWN,)}


@dataclass(frozen=True)
class Progress:
    """How far a page is: parts in which something is written, and parts there are."""

    stem: str
    begun: int
    parts: int


def progress(answers: AnswersByForm) -> list[Progress]:
    """Each page that asks something, in the workbook's order, from the latest values of all forms (`Store.forms()`).

    The plan fills by itself, so it is no part that one begins.

    >>> progress({"unit1.reflection": {"spread": "Not far enough"}})[1]
    Progress(stem='task1_conversion_data', begun=1, parts=2)
    """
    written = {form: values for form, values in answers.items() if _has_text(values)}
    return [_of_page(stem, written) for stem in stems()]


def _has_text(values: Answers) -> bool:
    """Whether anything is written in a form."""
    return any(value.strip() for value in values.values())


def _of_page(stem: str, written: AnswersByForm) -> Progress:
    parts = [part for part in load(stem).parts if part.key != PLAN]
    keys = [part.key for part in parts if _asks(part)]
    keys += BESIDE.get(stem, ())
    begun = [key for key in keys if copies(written, key)]
    return Progress(stem, begun=len(begun), parts=len(keys))


def _asks(part: Part) -> bool:
    """Whether there is anything to fill in."""
    return bool(part.answers) or isinstance(part, Points) and part.to_plan
