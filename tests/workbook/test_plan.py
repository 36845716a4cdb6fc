"""The action plan: what is written as an action anywhere comes into it, once, with where it came from."""

from datetime import date

import pytest

from senlib.workbook import plan
from senlib.workbook.forms import Form, Grid, Points, answer_key
from senlib.workbook.page_forms import load, stems
from senlib.workbook.rows import add_row
from senlib.workbook.store import Store

TODAY = date(2005, 3, 18)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "workbook.sqlite", workbook="own")


def asked():
    """Every field of the workbook in which an action may be written: stem, part, field."""
    for stem in stems():
        for part in load(stem).parts:
            if isinstance(part, Form):
                yield from (
                    (stem, part, field.key) for field in part.fields if field.to_plan
                )
            elif isinstance(part, Grid):
                yield from (
                    (stem, part, answer_key(row=row.key, column=column.key))
                    for row in part.rows
                    for column in part.columns
                    if column.to_plan
                )
            elif isinstance(part, Points) and part.to_plan:
                yield from ((stem, part, item.key) for item in part.items)


ASKED = list(asked())


@pytest.mark.parametrize(
    "stem, part, field", ASKED, ids=[f"{part.key} {field}" for _, part, field in ASKED]
)
def test_an_action_from_anywhere_falls_into_the_plan(stem, part, field):
    form = f"{part.key}/0123" if part.each else part.key
    value = "yes" if isinstance(part, Points) else "Look at science"
    (found,) = plan.actions({form: {field: value}})
    assert (found.stem, found.part, found.of) == (
        stem,
        part.key,
        "0123" if part.each else "",
    )
    assert found.what == (
        next(item.text for item in part.items if item.key == field)
        if isinstance(part, Points)
        else "Look at science"
    )
    assert found.title and found.row and found.due is None and not found.done


def test_every_task_and_every_kind_of_part_has_some():
    assert {stem for stem, *_ in ASKED} == set(stems()) - {"index"}
    # 22 items of the role, 10 strands, 6 examples, 6 priorities, 5 components, 4 groups, 3 aspects, 3 targets, and one question each in six forms.
    assert len(ASKED) == 22 + 10 + 6 + 6 + 5 + 4 + 3 + 3 + 6


@pytest.mark.parametrize(
    "values", [{}, {"action": ""}, {"action": "  \n"}, {"national": "As elsewhere"}]
)
def test_what_is_no_action_stays_out(values):
    assert plan.actions({"task1.findings": values}) == []


def test_what_the_source_does_not_ask_is_kept_in_the_plan(store):
    store.save(form="task1.findings", field="action", value="Look at science")
    (found,) = plan.actions(store.forms())
    form, field = found.places["due"]
    store.save(form=form, field=field, value="2005-04-01")
    (again,) = plan.actions(store.forms())
    assert form == plan.PLAN and again.due == date(2005, 4, 1)


def test_what_the_source_asks_is_kept_there():
    held = {
        "unit5.action.support": {
            "what": "Plan together",
            "owner": "JB",
            "due": "2005-05-01",
            "measure": "Fewer waits",
        }
    }
    (found,) = plan.actions(held)
    assert (
        found.places["due"] == ("unit5.action.support", "due")
        and found.values["owner"] == "JB"
        and found.due == date(2005, 5, 1)
    )
    target = plan.actions(
        {
            "task8.targets": {
                "task8.targets.short.1.target": "All Year 7 seen",
                "task8.targets.short.1.due": "2005-04-08",
            }
        }
    )
    assert target[0].due == date(2005, 4, 8)


def test_an_action_in_a_row_of_the_school_s_own(store):
    grid = load("task8_working_smarter").part("review")
    key = add_row(store, grid, section="", label="The nurture room")
    store.save(form="review", field=f"{key}.next", value="Visit it")
    (found,) = plan.actions(store.forms())
    assert (found.what, found.row) == ("Visit it", "The nurture room")


def test_an_action_about_a_pupil_stands_in_the_plan_alone(store):
    plan.add_action(
        store,
        what="Reading partner",
        owner="SENCO",
        due="2005-04-01",
        measure="3b by July",
        pupil="0123",
    )
    (found,) = plan.actions(store.forms())
    assert (found.each, found.of, found.stem, found.values["owner"]) == (
        "pupil",
        "0123",
        "pupil",
        "SENCO",
    )


def test_the_same_words_in_two_places_are_two_actions(store):
    for key in ("task1.findings", "task3.questions"):
        store.save(form=key, field="action", value="Look at science")
    assert len({found.key for found in plan.actions(store.forms())}) == 2


@pytest.mark.parametrize(
    "due, done, late, soon",
    [
        ("2005-03-17", "", True, False),
        ("2005-03-18", "", False, True),
        ("2005-04-15", "", False, True),
        ("2005-04-16", "", False, False),
        ("2005-03-17", "yes", False, False),
        ("", "", False, False),
        ("soon", "", False, False),
    ],
)
def test_overdue_and_coming(store, due, done, late, soon):
    key = plan.add_action(store, what="x", due=due)
    store.save(form=plan.PLAN, field=f"{key}.done", value=done)
    found = plan.actions(store.forms())
    assert (
        len(plan.overdue(found, today=TODAY)),
        len(plan.coming(found, today=TODAY)),
    ) == (
        late,
        soon,
    )
