"""Task 8: the review with what was ticked, the plan, and three actions that are the plan's own."""

from datetime import date, timedelta

import pytest

from senlib.pages.task8_working_smarter import PlanPage, plan_answer, ticked
from senlib.workbook.plan import PLAN, actions, add_action
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    answered,
    rows_of,
    save,
    value_of,
    vanish,
    words,
)

TODAY = date.today()


def page_of(workspace):
    page = PlanPage(workspace)
    page.header(), page.review(), page.plan(), page.three(), page.next()
    return page


def day(days):
    return (TODAY + timedelta(days=days)).isoformat()


def shown(page):
    return [row["label"] for row in rows_of(page.actions)]


def row_of(page, key):
    return next(row for row in rows_of(page.chosen) if row["key"] == key)


# -- the review --


def test_what_was_ticked_on_the_front_page_stands_beside_its_strand(workspace):
    workspace.store.save_all(
        form="intro.senco",
        values={
            "intro.senco.1": "yes",
            "intro.senco.7": "not_yet",
            "intro.senco.2": "",
            "intro.senco.3": "gone",
        },
    )
    notes = {
        row["key"]: row["note"]
        for row in rows_of(page_of(workspace).ask.asked["review"])
    }
    assert (
        "You said: yes." in notes["review.whole_school"]
        and "You said: not yet." in notes["review.whole_school"]
    )
    assert (
        notes["review.subject_leaders"]
        == notes["review.pupils"]
        == notes["review.parents"]
        == ""
    )


def test_next_steps_of_the_review_are_actions(workspace):
    page = page_of(workspace)
    save(page.ask.asked["review"], "review.parents.next", "Ring before each IEP")
    page.refresh()
    assert shown(page) == ["Ring before each IEP"]


# -- the plan --


@pytest.mark.parametrize(
    "rows, told",
    [
        ([], "No action is in the plan yet."),
        (
            [("", "")],
            "1 action still to do, 0 done. 1 without a date: give it an owner and a date, or let it go.",
        ),
        ([("2005-03-17", "")], "1 action still to do, 0 done. 1 action overdue."),
        (
            [("2005-03-18", "")],
            "1 action due within four weeks, the next on 18 March 2005.",
        ),
        (
            [("2005-04-15", ""), ("2005-04-16", "")],
            "2 actions still to do, 0 done. 1 action due within four weeks, the next on 15 April 2005.",
        ),
        ([("2005-03-01", "yes"), ("", "yes")], "0 actions still to do, 2 done."),
        (
            [("", ""), ("soon", "")],
            "2 without a date: give each an owner and a date, or let it go.",
        ),
    ],
)
def test_how_the_plan_stands_in_words(workspace, rows, told):
    for due, done in rows:
        key = add_action(workspace.store, what="x", due=due)
        workspace.store.save(form=PLAN, field=f"{key}.done", value=done)
    assert told in plan_answer(
        actions(workspace.store.forms()), today=date(2005, 3, 18)
    )


def test_the_plan_is_shown_by_what_is_asked_for(workspace):
    for what, due, done in [
        ("dated", day(3), ""),
        ("undated", "", ""),
        ("done", day(-3), "yes"),
        ("done undated", "", "yes"),
    ]:
        key = add_action(workspace.store, what=what, due=due)
        workspace.store.save(form=PLAN, field=f"{key}.done", value=done)
    page = page_of(workspace)
    held = {}
    for _, which in page.which.options:
        page.which.value = which
        held[which] = shown(page)
    assert held == {
        "open": ["dated", "undated"],
        "undated": ["undated"],
        "done": ["done", "done undated"],
        "all": ["dated", "undated", "done", "done undated"],
    }


def test_an_action_is_written_dated_ticked_off_and_taken_out(workspace):
    page = page_of(workspace)
    page.new.what.value = NASTY
    page.new.add.click()
    assert shown(page) == [NASTY] and "1 action still to do" in words(page.answer)
    (action,) = actions(workspace.store.forms())
    save(page.actions, f"{action.key}.due", day(-1), form=PLAN)
    assert "1 action overdue" in words(page.answer)
    save(page.actions, f"{action.key}.done", "yes", form=PLAN)
    assert "0 actions still to do, 1 done." in words(page.answer)
    page.which.value = "done"
    answered(page.actions, {"kind": "drop row", "row": action.key})
    assert shown(page) == [] and "No action is in the plan yet" in words(page.answer)


def test_an_example_that_is_adopted_is_in_the_plan_until_it_is_let_go(workspace):
    page = page_of(workspace)
    page.ask("task8.examples")
    examples = page.ask.asked["task8.examples"]
    assert len(rows_of(examples)) == 6
    save(examples, "task8.examples.4", "yes")
    page.refresh()
    assert shown(page) == [
        "Train teaching assistants in ways of teaching that get pupils active."
    ]
    save(examples, "task8.examples.4", "")
    page.refresh()
    assert shown(page) == []


# -- three actions --


def test_one_taken_from_the_plan_is_that_action_in_both_places(workspace):
    key = add_action(workspace.store, what="Ring home", owner="SENCO", due=day(5))
    page = page_of(workspace)
    assert page.chosen.choices["action"] == [(key, "Ring home")]
    save(page.chosen, "next_steps.1.action", key)
    assert row_of(page, "next_steps.1")["cells"]["what"] == {
        "lines": [{"text": "Ring home"}]
    }
    assert (
        value_of(page.chosen, f"{key}.due", form=PLAN) == day(5)
        and value_of(page.chosen, f"{key}.owner", form=PLAN) == "SENCO"
    )
    save(page.chosen, f"{key}.measure", "She answers", form=PLAN)
    assert actions(workspace.store.forms())[0].values["measure"] == "She answers"
    assert value_of(page.actions, f"{key}.measure", form=PLAN) == "She answers"


def test_one_that_is_done_stays_where_it_was_chosen_and_is_offered_no_more_elsewhere(
    workspace,
):
    key, other = (
        add_action(workspace.store, what="Ring home"),
        add_action(workspace.store, what="Buy books"),
    )
    page = page_of(workspace)
    save(page.chosen, "next_steps.1.action", key)
    for one in (key, other):
        save(page.actions, f"{one}.done", "yes", form=PLAN)
    assert page.chosen.choices["action"] == [(key, "Ring home")]
    assert page_of(workspace).chosen.choices["action"] == [(key, "Ring home")]


def test_one_that_was_taken_out_of_the_plan_leaves_the_line_to_be_written_in(workspace):
    key = add_action(workspace.store, what="Ring home")
    page = page_of(workspace)
    save(page.chosen, "next_steps.1.action", key)
    answered(page.actions, {"kind": "drop row", "row": key})
    assert (
        "name" in row_of(page, "next_steps.1")["cells"]["what"]
        and page.chosen.choices["action"] == []
    )
    save(page.chosen, "next_steps.1.what", "Write home")
    assert value_of(page_of(workspace).chosen, "next_steps.1.what") == "Write home"


def test_a_line_of_one_s_own_needs_no_plan(workspace):
    page = page_of(workspace)
    for column, value in {
        "what": "Visit the special school",
        "who": "Head",
        "timeline": "By May",
        "know": "A date is set",
    }.items():
        save(page.chosen, f"next_steps.2.{column}", value)
    again = page_of(workspace)
    assert value_of(again.chosen, "next_steps.2.timeline") == "By May" and [
        row["label"] for row in rows_of(again.chosen)
    ] == ["First", "Second", "Third"]


# -- stores --


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_cannot_be_kept_or_read_is_told(workspace, monkeypatch, trouble, says):
    key = add_action(workspace.store, what="Ring home")
    page = page_of(workspace)
    with trouble(workspace, monkeypatch):
        page.new.what.value = "Buy books"
        page.new.add.click()
        assert says in words(page.new.status) and page.new.what.value == "Buy books"
        assert says in save(page.chosen, "next_steps.1.action", key)["why"]
        page.which.value = "all"
        assert (
            says in words(page.actions.status)
            and says in words(page.answer)
            and shown(page) == ["Ring home"]
        )
        page.chosen.show()
        assert says in words(page.chosen.status) and len(rows_of(page.chosen)) == 3
        assert ticked(workspace) == {}


def test_the_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    page = page_of(workspace)
    for piece in (
        page.answer,
        page.actions.status,
        page.chosen.status,
        page.ask.asked["review"].status,
    ):
        assert "no longer there" in words(piece)
