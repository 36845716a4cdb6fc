"""Forms as data: what is loaded of each page."""

from dataclasses import FrozenInstanceError

import pytest

from senlib.workbook import page_forms

CHART = page_forms.load("task7_planning").part("task7.chart")


@pytest.mark.parametrize("stem", page_forms.stems())
def test_loads(stem):
    sheet = page_forms.load(stem)
    assert sheet.stem == stem
    assert [sheet.part(part.key) for part in sheet.parts] == list(sheet.parts)


def test_says_what_there_is():
    with pytest.raises(KeyError, match="task9' has no forms: index, task1"):
        page_forms.load("task9")
    with pytest.raises(
        KeyError, match="task9' is no part of index: intro.senco, intro.reflection"
    ):
        page_forms.load("index").part("task9")


def test_a_form_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        CHART.start = "q2"


def test_what_every_row_starts_with_stands_in_each_row_and_a_row_s_own_goes_before():
    table = {
        "key": "k",
        "title": "K",
        "unit": "Unit 3",
        "columns": [{"key": "used", "label": "Used"}, {"key": "how", "label": "How"}],
        "rows": [["k.1", "One"]],
        "sections": [{"key": "s", "title": "S", "rows": [["k.2", "Two"]]}],
        "starts": {"used": "yes"},
        "start": {"k.2": {"used": "", "how": "So"}},
    }
    grid = page_forms._grid(table)
    assert [dict(row.start) for row in grid.rows] == [
        {"used": "yes"},
        {"used": "", "how": "So"},
    ] and grid.starts == {"used": "yes"}
    assert page_forms.load("task8_working_smarter").part("review").starts == {}


def test_cards_are_the_rows_of_the_grid():
    sheet = page_forms.load("task2_role_of_the_senco")
    grid, cards = sheet.part("task2.role"), sheet.part("task2.sort")
    assert [(card.key, card.text, card.group) for card in cards.cards] == [
        (row.key, row.label, row.section) for row in grid.rows
    ]
    assert cards.groups == grid.sections
    assert cards.answers == tuple(row.key for row in grid.rows)


@pytest.mark.parametrize(
    "stem, key, answers",
    [
        (
            "task8_working_smarter",
            "next_steps",
            ("next_steps.1.action", "next_steps.1.what", "next_steps.1.who"),
        ),
        (
            "task6_support_in_class",
            "task6.pupils_leave",
            ("task6.pupils_leave.1", "task6.pupils_leave.2"),
        ),
        ("task6_support_in_class", "unit6.iep_facts", ()),
        ("task7_planning", "task7.chart", ("q1", "q2", "q3")),
    ],
)
def test_keys_of_answers(stem, key, answers):
    assert page_forms.load(stem).part(key).answers[:3] == answers
