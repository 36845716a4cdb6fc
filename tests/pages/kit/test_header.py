"""The top of a page: what it tells the rail of how far each Task is, and when."""

import html
import json
import re
from dataclasses import replace

from senlib.pages.kit.header import Header
from senlib.workbook.store import Store


def far(box) -> dict[str, list[int]]:
    """What the rail is told, by page."""
    (told,) = re.findall(r'data-far="([^"]*)"', box.value)
    return json.loads(html.unescape(told))


def test_rail_is_told_of_every_answer_as_it_is_kept(workspace):
    box = Header(workspace).box
    begun, parts = far(box)["task1_conversion_data"]
    workspace.store.save(
        form="unit1.reflection", field="spread", value="Not far enough"
    )
    assert far(box)["task1_conversion_data"] == [begun + 1, parts]
    saved = workspace.store.save(form="unit1.reflection", field="spread", value=" ")
    assert far(box)["task1_conversion_data"] == [begun, parts]
    first = workspace.store.history("unit1.reflection", "spread")[-1]
    assert first.id != saved.id
    workspace.store.bring_back("unit1.reflection", "spread", first.id)
    assert far(box)["task1_conversion_data"] == [begun + 1, parts]


def test_another_school_has_its_own_progress(workspace):
    top = Header(workspace)
    workspace.store.save(
        form="unit1.reflection", field="spread", value="Not far enough"
    )
    top.move_to(
        replace(workspace, store=Store(workspace.store.path, workbook="another"))
    )
    assert far(top.box)["task1_conversion_data"][0] == 0
