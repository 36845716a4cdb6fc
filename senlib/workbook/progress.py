"""Progress: in how many of a page's parts something has been written, for the whole workbook at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from senlib.workbook.forms import Part, Points, copies
from senlib.workbook.page_forms import load, stems
from senlib.workbook.plan import PLAN

# Forms that the pages keep beside those under content/, by the page they belong to.
BESIDE = {"task4_level3_to_5": ("task 4 plan",), "task7_planning": ("task7.own_chart",)}


@dataclass(frozen=True)
class Progress:
    """How far a page is: parts in which something is written, and parts there are."""

    stem: str
    begun: int
    parts: int


def progress(held: Mapping[str, Mapping[str, str]]) -> list[Progress]:
    """Each page that asks something, in the workbook's order, from the latest values of all forms (`Store.forms()`).

    The plan fills by itself, so it is no part that one begins.

    >>> progress({"unit1.reflection": {"spread": "Not far enough"}})[1]
    Progress(stem='task1_conversion_data', begun=1, parts=2)
    """
    written = {
        form: values
        for form, values in held.items()
        if any(value.strip() for value in values.values())
    }
    found = []
    for stem in stems():
        keys = [
            part.key for part in load(stem).parts if _asks(part) and part.key != PLAN
        ]
        keys += BESIDE.get(stem, ())
        begun = sum(bool(copies(written, key)) for key in keys)
        found.append(Progress(stem, begun, len(keys)))
    return found


def _asks(part: Part) -> bool:
    """Whether there is anything to fill in."""
    return bool(part.answers) or isinstance(part, Points) and part.to_plan
