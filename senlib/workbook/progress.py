"""Progress: in how many of a page's parts something has been written, for the whole workbook at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from senlib.workbook.forms import Part, Points, copies
from senlib.workbook.page_forms import load, stems
from senlib.workbook.plan import PLAN, PLAN_LINES
from senlib.workbook.store import AnswersByForm
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
    written = {}
    for form, values in answers.items():
        texts = "".join(values.values())
        if texts.strip():
            written[form] = values
    return [_of_page(stem, written) for stem in stems()]


def _of_page(stem: str, written: AnswersByForm) -> Progress:
    parts = filter(_asks, load(stem).parts)
    keys = [part.key for part in parts]
    keys += BESIDE.get(stem, ())
    begun = [key for key in keys if copies(written, key)]
    return Progress(stem, len(begun), len(keys))


def _asks(part: Part) -> bool:
    """Whether there is anything to fill in; the plan fills by itself."""
    if part.key == PLAN:
        return False
    if isinstance(part, Points) and part.to_plan:
        return True
    return bool(part.answers)
