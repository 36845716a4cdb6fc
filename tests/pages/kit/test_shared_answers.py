"""Answers kept without a sheet: a change on another page is told where it is met, and both texts are kept."""

import re

import pytest

from senlib.pages.kit.shared_answers import SharedAnswers
from senlib.pages.task2_role_of_the_senco import SORT, RolePage
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.pages.task7_planning import PlanningPage
from senlib.workbook import walks
from senlib.workbook.plan import PLAN_LINES
from senlib.workspace import DATA_VARIABLE, open_workspace


@pytest.fixture
def workspace(tmp_path):
    return open_workspace({DATA_VARIABLE: str(tmp_path / "data")})


def words(piece):
    return re.sub(r"<[^>]+>", " ", piece.value)


def test_nothing_is_told_where_nothing_changed(workspace):
    shown = SharedAnswers(workspace)
    assert shown.read("plan") == {}
    for value in ("first", "second"):
        shown.keep("plan", {"a": value}, about="x", then=lambda: None)
    assert shown.words.value == "" and shown.read("plan") == {"a": "second"}


def test_the_same_change_elsewhere_is_no_clash(workspace):
    shown = SharedAnswers(workspace)
    shown.read("plan")
    workspace.store.save(form="plan", field="a", value="same")
    shown.keep("plan", {"a": "same"}, about="x", then=lambda: None)
    assert shown.words.value == ""


def test_the_other_text_is_told_and_can_be_taken(workspace):
    shown, shows = SharedAnswers(workspace), []
    shown.read("plan")
    workspace.store.save(form="plan", field="a", value="<b>theirs</b>")
    shown.keep(
        "plan",
        {"a": "mine"},
        about="the plan line",
        then=lambda: shows.append(workspace.store.latest("plan")),
    )
    assert (
        "Changed elsewhere" in shown.words.value
        and "&lt;b&gt;theirs" in shown.words.value
        and shown.take in shown.box.children
    )
    shown.take.click()
    assert shows == [{"a": "<b>theirs</b>"}] and shown.take not in shown.box.children
    assert [answer.value for answer in workspace.store.history("plan", "a")] == [
        "<b>theirs</b>",
        "mine",
        "<b>theirs</b>",
    ]
    shown.keep("plan", {"a": "again mine"}, about="x", then=lambda: None)
    assert shown.words.value == ""


def test_two_pages_of_task_4(workspace):
    one, other = TrackingPage(workspace), TrackingPage(workspace)
    one.pupils(), other.pupils()
    pupil = one.listing.records[0]["id"]
    one._keep_plan({"id": pupil, "key": "plan", "value": "from one", "n": 1})
    other._keep_plan({"id": pupil, "key": "plan", "value": "from the other", "n": 1})
    assert "from one" in words(other.shared.words) and one.shared.words.value == ""
    other.shared.take.click()
    assert workspace.store.latest(PLAN_LINES)[f"English/{pupil}"] == "from one"
    assert (
        next(record for record in other.listing.records if record["id"] == pupil)[
            "plan"
        ]
        == "from one"
    )


def test_two_pages_of_the_card_sort(workspace):
    one, other = RolePage(workspace), RolePage(workspace)
    one.sort(), other.sort()
    card = one.cards.cards[0]["key"]
    one._keep({"card": card, "group": "judging", "n": 1})
    other._keep({"card": card, "group": "action", "n": 1})
    assert "Judging standards" in words(other.shared.words)
    other.shared.take.click()
    assert (
        workspace.store.latest(SORT) == {card: "judging"}
        and other.cards.placed[card] == "judging"
    )


def test_two_pages_of_a_walk_and_of_a_drawing(workspace):
    one, other = PlanningPage(workspace, query={}), PlanningPage(workspace, query={})
    for page in (one, other):
        page.walk(), page.own()
    one.begin()
    one._add(one.pupils["pupil_id"].iloc[0], walks.PUPIL)
    other.of_class.offer(other._classes(), one.of_class.value)
    other._open_class()
    one._answered({"key": "q1", "way": "yes", "n": 1})
    other._answered({"key": "q1", "way": "no", "n": 1})
    assert "yes" in words(other.shared.words)
    one.drawing.copy.click()
    other.drawing.copy.click()
    assert other.drawing.shared.words.value == ""  # the same drawing
    one.drawing.editor.nodes = [
        node | {"label": "Ours"} if node["key"] == "q1" else node
        for node in one.drawing.editor.nodes
    ]
    one.drawing.keep()
    other.drawing.keep()
    assert "another drawing" in words(other.drawing.shared.words)
    other.drawing.shared.take.click()
    assert other.drawing.editor.nodes[0]["label"] == "Ours"
