"""The card sort's traits, and the messages by which a move reaches Python."""

import pytest
import traitlets

from senlib.widgets.card_sort import CardSort, mixed

GROUPS = [{"key": "look", "title": "Looking"}, {"key": "act", "title": "Acting"}]
CARDS = [
    {"key": "visit", "text": "Visit a lesson.", "group": "look"},
    {"key": "train", "text": "Train the staff.", "group": "act"},
    {"key": "read", "text": "Read the figures.", "group": "look"},
]


@pytest.fixture
def sort(monkeypatch):
    made = CardSort(groups=GROUPS, cards=CARDS, placed={"visit": "look"})
    made.replies = []
    made.moves = []
    monkeypatch.setattr(
        made, "send", lambda content, buffers=None: made.replies.append(content)
    )
    made.observe(lambda change: made.moves.append(change["new"]), "move")
    return made


def lay(sort: CardSort, *, card: object, group: object, turn: int = 1) -> None:
    sort._handle_custom_msg(
        {"kind": "move", "turn": turn, "card": card, "group": group}, []
    )


@pytest.mark.parametrize(
    ("card", "group", "placed"),
    [
        ("train", "act", {"visit": "look", "train": "act"}),
        ("train", "look", {"visit": "look", "train": "look"}),
        ("visit", "act", {"visit": "act"}),
        ("visit", "look", {"visit": "look"}),  # tried again
        ("visit", "", {}),
        ("train", "", {"visit": "look"}),
    ],
)
def test_a_move_is_held_and_seen(sort, card, group, placed):
    lay(sort, card=card, group=group, turn=7)
    assert sort.placed == placed
    assert sort.moves == [{"card": card, "group": group, "n": 1}]
    assert sort.replies == [{"kind": "heard", "turn": 7, "accepted": True}]


@pytest.mark.parametrize(
    ("card", "group"),
    [
        ("nothing", "act"),
        ("", "act"),
        (None, "act"),
        (["visit"], "act"),
        ({}, "act"),
        ("visit", "nowhere"),
        ("visit", None),
        ("visit", ["act"]),
        ("visit", 0),
        ("visit", False),
    ],
)
def test_a_move_that_cannot_be_is_refused(sort, card, group):
    lay(sort, card=card, group=group)
    assert (sort.placed, sort.moves) == ({"visit": "look"}, [])
    assert sort.replies == [{"kind": "heard", "turn": 1, "accepted": False}]


@pytest.mark.parametrize(
    "content",
    [{}, {"kind": "edit"}, {"kind": "moved", "card": "visit", "group": "act"}],
)
def test_other_messages_are_let_pass(sort, content):
    sort._handle_custom_msg(content, [])
    assert (sort.placed, sort.moves, sort.replies) == ({"visit": "look"}, [], [])


def test_the_same_move_twice_is_seen_twice(sort):
    lay(sort, card="train", group="act")
    lay(sort, card="train", group="act", turn=2)
    assert [move["n"] for move in sort.moves] == [1, 2]


def test_the_page_is_answered_before_anyone_acts_on_the_move(sort):
    sort.observe(lambda change: sort.replies.append("acted"), "move")
    lay(sort, card="train", group="act")
    assert sort.replies == [{"kind": "heard", "turn": 1, "accepted": True}, "acted"]


def test_a_move_sends_no_record_to_the_page_it_came_from(sort, monkeypatch):
    sent = []
    monkeypatch.setattr(
        sort, "_send", lambda message, buffers=None: sent.append(message)
    )
    lay(sort, card="train", group="act")
    assert sent == []


def test_the_card_moved_last_stands_last(sort):
    lay(sort, card="train", group="look")
    lay(sort, card="visit", group="act")
    assert list(sort.placed.items()) == [("train", "look"), ("visit", "act")]


def test_what_the_caller_gave_stays_as_it_was():
    record = {"visit": "look"}
    made = CardSort(groups=GROUPS, cards=CARDS, placed=record)
    lay(made, card="train", group="act")
    assert record == {"visit": "look"}
    assert CARDS[0]["key"] == "visit"


def test_another_round_can_begin(sort, monkeypatch):
    sent = []
    lay(sort, card="train", group="act")
    monkeypatch.setattr(
        sort, "_send", lambda message, buffers=None: sent.append(message)
    )
    sort.placed = {}
    assert sent[-1]["state"] == {"placed": {}}


def test_saving_one_card_twice_in_a_minute_is_sent_twice(sort):
    lay(sort, card="train", group="act")
    sort.saved = {"card": "train", "at": "14:02"}
    first = sort.saved
    lay(sort, card="train", group="look")
    sort.saved = {"card": "train", "at": "14:02"}
    assert (first["n"], sort.saved["n"]) == (1, 2)
    sort.saved = {}
    assert sort.saved == {}


def test_the_page_sets_no_trait(sort):
    sort.set_state(
        {
            "placed": {},
            "cards": [],
            "title": "x",
            "saved": {"card": "visit", "at": "now"},
            "groups": [],
        }
    )
    assert (sort.placed, len(sort.cards), sort.title, sort.saved) == (
        {"visit": "look"},
        3,
        "",
        {},
    )
    assert sort.groups == GROUPS


@pytest.mark.parametrize(
    "groups",
    [
        [{"key": "a"}],
        [{"title": "A"}],
        [{"key": "", "title": "A"}],
        [{"key": "a", "title": None}],
        [{"key": "a", "title": "A"}, {"key": "a", "title": "B"}],
    ],
)
def test_groups_that_cannot_be_told_apart_are_refused(groups):
    with pytest.raises(traitlets.TraitError, match="group"):
        CardSort(groups=groups)


@pytest.mark.parametrize(
    "cards",
    [
        [{"key": "a"}],
        [{"text": "A"}],
        [{"key": 1, "text": "A"}],
        [{"key": "a", "text": 5}],
        [{"key": "a", "text": "A"}, {"key": "a", "text": "B"}],
    ],
)
def test_cards_that_cannot_be_told_apart_are_refused(cards):
    with pytest.raises(traitlets.TraitError, match="card"):
        CardSort(cards=cards)


@pytest.mark.parametrize(
    "placed", [{"visit": None}, {"visit": 1}, {1: "look"}, {"visit": ["look"]}]
)
def test_a_record_that_is_not_text_is_refused(placed):
    with pytest.raises(traitlets.TraitError, match="placed"):
        CardSort(groups=GROUPS, cards=CARDS, placed=placed)


@pytest.mark.parametrize(
    "placed", [{"gone": "look"}, {"visit": "gone"}, {"visit": ""}, {}]
)
def test_an_old_record_is_taken_as_it_is(placed):
    assert CardSort(groups=GROUPS, cards=CARDS, placed=placed).placed == placed


def test_cards_lie_in_a_mixed_order_that_never_changes():
    cards = [
        {"key": f"{group}.{i}", "text": "", "group": group}
        for group in "abc"
        for i in range(7)
    ]
    order = [card["key"] for card in CardSort(cards=cards).cards]
    assert order == [card["key"] for card in CardSort(cards=cards[::-1]).cards]
    assert sorted(order) == sorted(card["key"] for card in cards)
    changes = sum(
        one[0] != other[0] for one, other in zip(order, order[1:], strict=False)
    )
    assert changes >= 10  # in the booklet's order it would be 2


def test_a_card_that_is_new_leaves_the_others_in_their_order():
    order = [card["key"] for card in mixed([*CARDS, {"key": "new"}])]
    order.remove("new")
    assert order == [card["key"] for card in mixed(CARDS)]
