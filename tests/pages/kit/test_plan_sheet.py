"""The plan as a sheet: in order, each action with where it came from, changed where it was written."""

from datetime import date, timedelta

import pytest

from senlib.pages.kit.plan_sheet import NewAction, PlanSheet, in_order
from senlib.workbook.plan import PLAN, actions, add_action
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    answered,
    queries,
    rows_of,
    save,
    value_of,
    vanish,
    words,
)

TODAY = date.today()


def day(days):
    return (TODAY + timedelta(days=days)).isoformat()


def test_the_nearest_date_first_then_those_without_one_then_what_is_done(workspace):
    done = add_action(workspace.store, what="done", due=day(-9))
    workspace.store.save(form=PLAN, field=f"{done}.done", value="yes")
    for what, due in [
        ("no date", ""),
        ("not a date", "soon"),
        ("later", day(9)),
        ("late", day(-3)),
        ("today", day(0)),
    ]:
        add_action(workspace.store, what=what, due=due)
    sheet = PlanSheet(workspace)
    assert [row["label"] for row in rows_of(sheet)] == [
        "late",
        "today",
        "later",
        "no date",
        "not a date",
        "done",
    ]
    assert [row["label"] for row in rows_of(sheet) if row["note"] == "Overdue"] == [
        "late"
    ]
    assert in_order([]) == []


def test_a_plan_without_actions_takes_no_room_and_comes_back(workspace, monkeypatch):
    sheet = PlanSheet(workspace)
    assert sheet.box.layout.display == "none"
    trouble, says = TROUBLES[1]
    with trouble(workspace, monkeypatch):
        sheet.show()
        assert sheet.box.layout.display is None and says in words(sheet.status)
    sheet.show()
    assert sheet.box.layout.display == "none"
    key = add_action(workspace.store, what="Meet the governor")
    sheet.show()
    assert sheet.box.layout.display is None
    answered(sheet, {"kind": "drop row", "row": key})
    assert sheet.box.layout.display == "none"


def test_an_action_is_changed_where_it_was_written(workspace):
    workspace.store.save_all(
        form="unit5.action.support",
        values={"what": "Train assistants", "owner": "SENCO"},
    )
    sheet = PlanSheet(workspace)
    (row,) = rows_of(sheet)
    assert (
        "own" not in row
        and value_of(sheet, "owner", form="unit5.action.support") == "SENCO"
    )
    save(sheet, "due", day(5), form="unit5.action.support")
    assert workspace.store.latest("unit5.action.support")["due"] == day(5)
    save(sheet, "unit5.action.support|what.done", "yes", form=PLAN)
    assert [action.done for action in actions(workspace.store.forms())] == [True]


def test_only_what_was_written_in_the_plan_is_taken_out_there(workspace):
    workspace.store.save(form="task1.findings", field="action", value="Look at science")
    key = add_action(workspace.store, what="Meet the governor")
    sheet, heard = PlanSheet(workspace), []
    sheet.after_field(lambda *kept: heard.append(kept))
    for row in rows_of(sheet):
        assert ("own" in row) == (row["label"] == "Meet the governor")
        answered(sheet, {"kind": "drop row", "row": row["key"]})
    assert [row["label"] for row in rows_of(sheet)] == [
        "Look at science"
    ] and heard == [(f"{key}.what", "")]
    assert [
        answer.value for answer in workspace.store.history(PLAN, f"{key}.what")
    ] == [
        "",
        "Meet the governor",
    ]


def test_each_action_says_where_it_came_from(workspace):
    workspace.store.save(
        form="task2.role", field="task2.judging.1.action", value="Look at entry levels"
    )
    add_action(workspace.store, what="Ring home", pupil="0001")
    add_action(workspace.store, what="Ring nobody", pupil="9999")
    add_action(workspace.store, what="Buy books")
    origins = {
        row["label"]: row["cells"]["from"]["lines"]
        for row in rows_of(PlanSheet(workspace))
    }
    assert origins["Look at entry levels"][0] == {
        "text": "Task 2: Your role",
        "href": "task2_role_of_the_senco.ipynb",
    }
    assert origins["Ring home"][0]["text"] == "Ash, Ann" and origins["Ring home"][0][
        "href"
    ].startswith("pupil.ipynb?pupil=")
    assert origins["Ring nobody"] == [
        {"text": "About a pupil who is no longer in the school’s files"}
    ]
    assert origins["Buy books"] == [{"text": "Written in the plan"}]
    addresses = [
        line["href"] for lines in origins.values() for line in lines if "href" in line
    ]
    assert not [
        value
        for value in queries(*(f'href="{one}"' for one in addresses))
        if value in ("0001", "9999")
    ]


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_a_plan_that_cannot_be_read_or_kept_is_told(
    workspace, monkeypatch, trouble, says
):
    key = add_action(workspace.store, what="Meet the governor")
    sheet = PlanSheet(workspace)
    with trouble(workspace, monkeypatch):
        assert says in save(sheet, f"{key}.owner", "SENCO", form=PLAN)["why"]
        assert says in answered(sheet, {"kind": "drop row", "row": key})["why"]
        sheet.show()
        assert says in words(sheet.status) and [
            row["label"] for row in rows_of(sheet)
        ] == ["Meet the governor"]


def test_nothing_is_added_without_saying_what(workspace):
    new = NewAction(workspace, asks="What will you do?")
    for text in ("", "  \n"):
        new.what.value, new.owner.value = text, "SENCO"
        new.add.click()
        assert (
            "Say first what you will do" in words(new.status)
            and new.owner.value == "SENCO"
        )
    assert workspace.store.forms() == {}


def test_an_action_is_added_and_the_boxes_are_empty_again(workspace):
    new, heard = (
        NewAction(workspace, asks="What will you do?", pupil=lambda: "0002"),
        [],
    )
    new.after(lambda: heard.append(True))
    new.what.value, new.owner.value, new.due.value, new.measure.value = (
        f" {NASTY} ",
        "SENCO",
        TODAY,
        "4c by July",
    )
    new.add.click()
    (action,) = actions(workspace.store.forms())
    assert (action.what, action.of, action.due) == (
        NASTY,
        "0002",
        TODAY,
    ) and action.values["measure"] == "4c by July"
    assert heard == [True] and "Added to the action plan" in words(new.status)
    assert (new.what.value, new.owner.value, new.due.value, new.measure.value) == (
        "",
        "",
        None,
        "",
    )


def test_what_cannot_be_added_stays_in_its_boxes(workspace):
    new = NewAction(workspace, asks="What will you do?")
    new.what.value = "Ring home"
    vanish(workspace)
    new.add.click()
    assert (
        "not saved" in words(new.status)
        and "no longer there" in words(new.status)
        and new.what.value == "Ring home"
    )


def test_many_actions_fit_on_one_sheet(workspace):
    for number in range(150):
        add_action(workspace.store, what=f"Action {number}", due=day(number))
    assert [row["label"] for row in rows_of(PlanSheet(workspace))] == [
        f"Action {number}" for number in range(150)
    ]
