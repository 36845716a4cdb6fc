"""What a room wrote, laid together: counts by hand, nobody's order, and only what was chosen to be shown."""

from senlib.workbook import room_answers
from senlib.workbook.page_forms import load
from senlib.workbook.room_answers import ON_SHOW, Tally
from senlib.workbook.store import Store

SHEET = load("task2_role_of_the_senco")
CARDS, GRID = SHEET.part("task2.sort"), SHEET.part("task2.role")
CARD, FIRST, SECOND = CARDS.cards[0].key, CARDS.groups[0].key, CARDS.groups[1].key


def person(folder, name: str, *, workbook: str = "levels", **forms) -> Store:
    """A participant who wrote this."""
    store = Store(folder / f"participant-{name}" / "workbook.sqlite", workbook=workbook)
    for form, values in forms.items():
        store.save_all(form=form.replace("_", "."), values=values)
    return store


def test_answers_of_all_are_counted(tmp_path):
    person(
        tmp_path,
        "a",
        task2_sort={CARD: FIRST},
        task2_role={f"{GRID.rows[0].key}.where": "in_place"},
    )
    person(tmp_path, "b", task2_sort={CARD: SECOND})
    person(tmp_path, "c", workbook="gcse", task2_sort={CARD: FIRST})
    person(tmp_path, "d", task2_sort={CARD: ""})  # laid, and put back
    Store(tmp_path / "leader" / "workbook.sqlite", workbook="levels").save(
        form="task2.sort", field=CARD, value=SECOND
    )
    (tmp_path / "participant-e").mkdir()  # has come in, and written nothing
    answers = room_answers.gather(tmp_path)
    assert (room_answers.people(tmp_path), len(answers)) == (5, 4)
    first, *others = room_answers.sorted_cards(answers, CARDS)
    assert (first.people, first.counts[FIRST], first.counts[SECOND]) == (3, 2, 1)
    assert len(others) == 21 and not any(one.people for one in others)
    judged = room_answers.ratings(answers, GRID, column="where")
    assert (
        judged[0].counts == {"not_yet": 0, "starting": 0, "in_place": 1, "embedded": 0}
        and len(judged) == 22
    )


def test_what_belongs_to_settings_is_no_answer(tmp_path):
    store = person(tmp_path, "a", workbook="settings")
    store.save(form="settings", field="school", value="gcse")
    assert room_answers.gather(tmp_path) == []


def test_only_what_is_shown_is_read_and_its_order_tells_nothing(tmp_path):
    for name, text in (("a", "walk the corridors"), ("b", "Ask pupils"), ("c", "")):
        person(
            tmp_path,
            name,
            unit1_reflection={"spread": f"{text}, kept"},
            **{ON_SHOW.replace(".", "_"): {"unit1.reflection|spread": text}},
        )
    found = room_answers.on_show(room_answers.gather(tmp_path))
    assert [one.text for one in found] == ["Ask pupils", "walk the corridors"]
    assert len({one.asked for one in found}) == 1


def test_a_place_that_nobody_asks_about_is_not_shown():
    assert (
        room_answers.on_show(
            [
                {
                    ON_SHOW: {
                        "task6.iep/12|target": "Reads",
                        "settings|school": "x",
                        "": "y",
                    }
                }
            ]
        )
        == []
    )


def test_what_can_be_shown_is_about_the_school_as_a_whole():
    held = {
        "unit1.reflection": {"spread": "Not far"},
        "task6.iep/12": {"target": "A pupil's"},
        "task2.role": {f"{GRID.rows[0].key}.action": "Meet"},
    }
    assert [one.text for one in room_answers.written(held)] == ["Not far", "Meet"]


def test_divided():
    assert Tally("1", "x", {"a": 0, "b": 0}).divided == 0.0
    assert Tally("1", "x", {"a": 4, "b": 0}).divided == 0.0
    assert Tally("1", "x", {"a": 1, "b": 1, "c": 2}).divided == 0.5
