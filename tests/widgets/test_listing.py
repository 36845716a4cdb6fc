"""The list's traits, and the messages by which a change reaches Python."""

import math

import numpy as np
import pandas as pd
import pytest
import traitlets

from senlib.widgets import Listing

COLUMNS = [
    {"key": "name", "label": "Name", "kind": "text"},
    {"key": "points", "label": "Points", "kind": "number", "editable": True},
    {"key": "plan", "label": "Plan", "kind": "text", "editable": True},
    {
        "key": "who",
        "label": "Who",
        "kind": "choice",
        "editable": True,
        "choices": ["Teacher", "SENCO"],
    },
    {"key": "done", "label": "Done", "kind": "yes", "editable": True},
]


def record(**values: object) -> dict[str, object]:
    return {
        "id": "007",
        "name": "Ann",
        "points": 27,
        "plan": "",
        "who": "",
        "done": None,
    } | values


@pytest.fixture
def listing(monkeypatch):
    made = Listing(columns=COLUMNS, records=[record(), record(id="008", name="Bea")])
    made.replies = []
    made.edits = []
    monkeypatch.setattr(
        made, "send", lambda content, buffers=None: made.replies.append(content)
    )
    made.observe(lambda change: made.edits.append(change["new"]), "edit")
    return made


def type_in(
    listing: Listing, *, key: object, value: object, who: object = "007", turn: int = 1
) -> None:
    listing._handle_custom_msg(
        {"kind": "edit", "turn": turn, "id": who, "key": key, "value": value}, []
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("plan", "Paired reading"),
        ("plan", ""),
        ("points", 0),
        ("points", 27.5),
        ("points", None),
        ("who", "SENCO"),
        ("who", ""),
        ("done", True),
        ("done", False),
    ],
)
def test_a_change_that_fits_is_held_and_seen(listing, key, value):
    type_in(listing, key=key, value=value)
    assert listing.edits == [{"id": "007", "key": key, "value": value, "n": 1}]
    assert listing.records[0][key] == value
    assert listing.replies == [{"kind": "heard", "turn": 1, "accepted": True}]


@pytest.mark.parametrize(
    ("key", "value", "who"),
    [
        ("name", "Eve", "007"),  # not editable
        ("nothing", "x", "007"),
        (None, "x", "007"),
        ("plan", "x", "999"),
        ("plan", "x", None),
        ("plan", 5, "007"),
        ("plan", ["x"], "007"),
        ("points", "27", "007"),
        ("points", True, "007"),
        ("points", math.inf, "007"),
        ("points", math.nan, "007"),
        ("who", "Someone else", "007"),
        ("done", "yes", "007"),
        ("done", 1, "007"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(listing, key, value, who):
    type_in(listing, key=key, value=value, who=who)
    assert listing.edits == []
    assert listing.records == [record(), record(id="008", name="Bea")]
    assert listing.replies == [{"kind": "heard", "turn": 1, "accepted": False}]


def test_equal_changes_are_each_seen(listing):
    for turn in (1, 2):
        type_in(listing, key="plan", value="Again", turn=turn)
    assert [edit["n"] for edit in listing.edits] == [1, 2]


def test_an_answer_comes_before_anyone_acts_on_the_change(listing):
    listing.observe(lambda _: listing.replies.append("acted"), "edit")
    type_in(listing, key="plan", value="x")
    assert listing.replies == [{"kind": "heard", "turn": 1, "accepted": True}, "acted"]


def test_other_messages_are_left_alone(listing):
    listing._handle_custom_msg({"kind": "other"}, [])
    assert (listing.edits, listing.replies) == ([], [])


def test_saving_one_cell_twice_in_a_minute_is_sent_twice(listing):
    seen = []
    listing.observe(lambda change: seen.append(change["new"]["n"]), "saved")
    for turn in (1, 2):
        type_in(listing, key="plan", value=f"Plan {turn}", turn=turn)
        listing.saved = {"id": "007", "key": "plan", "at": "14:02"}
    assert seen == [1, 2]


def test_the_callers_own_records_are_not_changed(listing):
    mine = [record()]
    listing.records = mine
    type_in(listing, key="plan", value="x")
    assert mine == [record()]


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (float("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (None, None),
        (math.inf, None),
        (np.int64(5), 5),
        (np.float64(2.5), 2.5),
        (0, 0),
    ],
)
def test_values_of_a_table_become_plain(given, held):
    listing = Listing(columns=COLUMNS, records=[record(points=given)])
    assert listing.records[0]["points"] == held
    assert type(listing.records[0]["points"]) is type(held)


@pytest.mark.parametrize(
    "records",
    [
        [{"name": "Ann"}],
        [{"id": 7, "name": "Ann"}],
        [{"id": "", "name": "Ann"}],
        [record(), record()],
        [record(points="27")],
        [record(done="Y")],
    ],
)
def test_records_that_cannot_be_shown_are_refused_without_their_values(records):
    with pytest.raises(traitlets.TraitError) as refusal:
        Listing(columns=COLUMNS, records=records)
    assert "Ann" not in str(refusal.value)
    assert "27" not in str(refusal.value)


@pytest.mark.parametrize(
    "column",
    [{}, {"key": "a", "label": "A"}, {"key": "a", "label": "A", "kind": "date"}],
)
def test_a_column_needs_key_label_and_kind(column):
    with pytest.raises(traitlets.TraitError, match="a key, a label and a kind"):
        Listing(columns=[column])


def test_a_blank_may_stand_in_every_column():
    blank = {column["key"]: "" for column in COLUMNS}
    assert (
        Listing(columns=COLUMNS, records=[blank | {"id": "1"}]).records[0]["points"]
        == ""
    )


def test_the_page_sets_order_and_query_and_nothing_else(listing):
    order = {"key": "name", "descending": True}
    listing.set_state(
        {
            "order": order,
            "query": "be",
            "records": [],
            "caption": "x",
        }
    )
    assert (listing.order, listing.query) == (order, "be")
    assert (len(listing.records), listing.caption) == (2, "")
