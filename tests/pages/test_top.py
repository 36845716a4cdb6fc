"""The top of a page: what it tells the rail of how far each Task is, and when."""

import html
import json
import re
from dataclasses import replace

from senlib.pages.top import Top, header
from senlib.workbook.store import Store


def far(box) -> dict[str, list[int]]:
    """What the rail is told, by page."""
    (told,) = re.findall(r'data-far="([^"]*)"', box.value)
    return json.loads(html.unescape(told))


def test_rail_is_told_of_every_answer_as_it_is_kept(desk):
    box = header(desk)
    begun, parts = far(box)["task1_conversion_data"]
    desk.store.save(form="unit1.reflection", field="spread", value="Not far enough")
    assert far(box)["task1_conversion_data"] == [begun + 1, parts]
    saved = desk.store.save(form="unit1.reflection", field="spread", value=" ")
    assert far(box)["task1_conversion_data"] == [begun, parts]
    first = desk.store.history("unit1.reflection", "spread")[-1]
    assert first.id != saved.id
    desk.store.bring_back("unit1.reflection", "spread", first.id)
    assert far(box)["task1_conversion_data"] == [begun + 1, parts]


def test_another_school_has_its_own_progress(desk):
    top = Top(desk)
    desk.store.save(form="unit1.reflection", field="spread", value="Not far enough")
    top.move_to(replace(desk, store=Store(desk.store.path, workbook="another")))
    assert far(top.box)["task1_conversion_data"][0] == 0
