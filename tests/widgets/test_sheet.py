"""The sheet's traits, and the messages by which what is typed reaches Python."""

import pytest

from senlib.widgets import Sheet
from senlib.widgets.sheet import LONGEST, REQUESTS, box_name, names_in

NAME = box_name(form="review", field="now")
OTHER = box_name(form="review/0123", field="now")

# One request of each kind, as the page makes it.
GOOD = {
    "save": {"name": NAME, "value": "Paired reading", "seen": 0},
    "history": {"name": NAME},
    "bring back": {"name": NAME, "id": 3},
    "add row": {"section": "", "label": "The quiet room"},
    "drop row": {"row": "own.1"},
}


def form(*names: str) -> dict:
    return {
        "title": "Review",
        "blocks": [
            {
                "kind": "fields",
                "fields": [{"name": name, "kind": "text"} for name in names],
            }
        ],
    }


@pytest.fixture
def sheet(monkeypatch):
    made = Sheet(form=form(NAME))
    made.replies, made.asked = [], []
    monkeypatch.setattr(
        made, "send", lambda content, buffers=None: made.replies.append(content)
    )

    def answer(request):
        made.asked.append(request)
        return {"kind": "saved", "id": 1}

    made.answer_with(answer)
    return made


def ask(sheet: Sheet, **request: object) -> None:
    sheet._handle_custom_msg(request, [])


def refused(sheet: Sheet) -> bool:
    return sheet.asked == [] and [reply["kind"] for reply in sheet.replies] == [
        "refused"
    ]


def test_there_is_a_request_here_of_every_kind():
    assert GOOD.keys() == REQUESTS.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_a_request_that_holds_what_it_has_to_is_answered(sheet, kind):
    request = {"kind": kind, "turn": 7} | GOOD[kind]
    ask(sheet, **request)
    assert sheet.asked == [request]
    assert sheet.replies == [{"turn": 7, "kind": "saved", "id": 1}]


WRONG = {str: [None, 5, ["x"], {}, True], int: [None, "5", 5.0, True, [5]]}


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (kind, key, value)
        for kind, keys in REQUESTS.items()
        for key, of in keys.items()
        for value in WRONG[of]
    ],
)
def test_a_request_with_something_of_another_type_is_refused(sheet, kind, key, value):
    ask(sheet, kind=kind, turn=7, **(GOOD[kind] | {key: value}))
    assert refused(sheet) and sheet.replies[0]["turn"] == 7


@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind, keys in REQUESTS.items() for key in keys]
)
def test_a_request_that_lacks_something_is_refused(sheet, kind, key):
    ask(
        sheet,
        kind=kind,
        **{name: value for name, value in GOOD[kind].items() if name != key},
    )
    assert refused(sheet)


@pytest.mark.parametrize("kind", ["", "delete", None, 5, ["save"], {"save": 1}])
def test_a_request_of_no_known_kind_is_refused(sheet, kind):
    ask(sheet, kind=kind, **GOOD["save"])
    assert refused(sheet)


def test_an_empty_message_is_refused(sheet):
    ask(sheet)
    assert refused(sheet)


@pytest.mark.parametrize(
    "kind", [kind for kind, keys in REQUESTS.items() if "name" in keys]
)
@pytest.mark.parametrize("name", ["", "review", OTHER, NAME + " ", NAME.upper()])
def test_a_box_that_never_was_on_the_sheet_is_refused(sheet, kind, name):
    ask(sheet, kind=kind, **(GOOD[kind] | {"name": name}))
    assert refused(sheet)


@pytest.mark.parametrize(("kind", "key"), [("save", "value"), ("add row", "label")])
@pytest.mark.parametrize(
    ("length", "kept"), [(LONGEST - 1, True), (LONGEST, True), (LONGEST + 1, False)]
)
def test_what_is_longer_than_anybody_types_is_refused_with_the_remedy(
    sheet, kind, key, length, kept
):
    ask(sheet, kind=kind, **(GOOD[kind] | {key: "x" * length}))
    assert bool(sheet.asked) == kept
    if not kept:
        assert (
            sheet.replies[0]["why"]
            == "Not saved: this is longer than 100,000 characters. Shorten it"
        )


def test_a_refusal_does_not_repeat_what_was_typed(sheet):
    ask(sheet, kind="save", name="Zhou", value="Zhou", seen=0)
    assert "Zhou" not in str(sheet.replies)


def test_a_request_that_needs_no_reply_has_none(sheet):
    sheet.answer_with(lambda request: None)
    ask(sheet, kind="drop row", row="own.1")
    assert sheet.replies == []


def test_the_reply_is_on_its_way_before_anything_follows_from_it(sheet):
    sheet.answer_with(
        lambda request: {"kind": "saved"}, then=lambda: sheet.replies.append("then")
    )
    ask(sheet, kind="save", turn=1, **GOOD["save"])
    assert sheet.replies == [{"turn": 1, "kind": "saved"}, "then"]


def test_a_sheet_that_nobody_answers_says_nothing():
    sheet = Sheet(form=form(NAME))
    ask(sheet, kind="save", turn=1, **GOOD["save"])


def test_names_are_learnt_and_not_forgotten(sheet):
    sheet.show(form=form(OTHER), values={})
    assert sheet.names == {NAME, OTHER}
    for name in (
        NAME,
        OTHER,
    ):  # what was typed last in the sheet just left is still on its way
        ask(sheet, kind="save", **(GOOD["save"] | {"name": name}))
    assert [request["name"] for request in sheet.asked] == [NAME, OTHER]


def test_names_of_fields_of_cells_and_of_own_rows_are_learnt_and_of_lines_to_read_are_not():
    cells = {"a": {"name": "cell"}, "b": {"lines": [{"text": "only shown"}]}}
    rows = [
        {"key": "r", "label": "R", "cells": cells, "own": {"name": "own"}},
        {"key": "s", "label": "S", "cells": {}},
    ]
    table = {
        "kind": "table",
        "columns": [],
        "groups": [{"key": "", "title": "", "rows": rows}, {"key": "g", "rows": []}],
    }
    assert names_in({"blocks": [*form("field")["blocks"], table]}) == [
        "field",
        "cell",
        "own",
    ]


@pytest.mark.parametrize(
    "empty", [{}, {"blocks": []}, {"blocks": [{"kind": "fields", "fields": []}]}]
)
def test_a_sheet_with_nothing_on_it_has_no_names(empty):
    assert names_in(empty) == []


def test_the_page_sets_nothing(sheet):
    before = dict(sheet.form)
    sheet.set_state(
        {"form": form(OTHER), "values": {NAME: {"value": "x"}}, "workbook": "other"}
    )
    assert (sheet.form, sheet.values, sheet.workbook) == (before, {}, "")
    ask(sheet, kind="save", **(GOOD["save"] | {"name": OTHER}))
    assert refused(sheet)


def test_form_and_values_go_to_the_page_together(monkeypatch, sheet):
    sent = []
    monkeypatch.setattr(sheet, "send_state", lambda key=None: sent.append(set(key)))
    sheet.show(
        form=form(OTHER), values={OTHER: {"value": "x", "seen": 1, "versions": 1}}
    )
    assert sent == [{"form", "values"}]
