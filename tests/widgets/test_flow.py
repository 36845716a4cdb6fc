"""The flow chart's traits, and the messages by which an answer or a changed chart reaches Python."""

import pytest
import traitlets

from senlib.widgets.flow import FIELDS, LONGEST_LABEL, LONGEST_TEXT, MOST_BOXES, Flow
from senlib.workbook.flow_chart import Node

ASK = {
    "key": "q1",
    "kind": "question",
    "text": "Is there a plan?",
    "label": "A plan?",
    "yes": "own_2",
    "no": "end",
}
STEP = {
    "key": "own_2",
    "kind": "step",
    "text": "Read it again.",
    "label": "Read it",
    "next": "end",
}
END = {
    "key": "end",
    "kind": "outcome",
    "text": "Nothing more to plan.",
    "label": "Done",
}


def full(box: dict[str, str]) -> dict[str, str]:
    return {field: box.get(field, "") for field in FIELDS}


@pytest.fixture
def flow(monkeypatch):
    made = Flow(nodes=[ASK, STEP, END], start="q1", walkable=True, editable=True)
    made.replies = []
    made.seen = []
    monkeypatch.setattr(
        made, "send", lambda content, buffers=None: made.replies.append(content)
    )
    made.observe(lambda change: made.seen.append(change["new"]), ["answer", "drawn"])
    return made


def give(flow: Flow, key: object, way: object, turn: int = 1) -> None:
    flow._handle_custom_msg(
        {"kind": "answer", "turn": turn, "key": key, "way": way}, []
    )


def redraw(flow: Flow, nodes: object, start: object = "q1", turn: int = 1) -> None:
    flow._handle_custom_msg(
        {"kind": "edit", "turn": turn, "nodes": nodes, "start": start}, []
    )


def test_the_fields_of_a_box_are_those_of_the_workbooks_charts():
    assert set(FIELDS) == set(Node.__dataclass_fields__)


@pytest.mark.parametrize("way", ["yes", "no", ""])
def test_an_answer_to_a_question_is_held_and_seen(flow, way):
    give(flow, "q1", way)
    assert flow.seen == [{"key": "q1", "way": way, "n": 1}]
    assert flow.replies == [{"kind": "heard", "turn": 1, "accepted": True}]


@pytest.mark.parametrize(
    ("key", "way"),
    [
        ("own_2", "yes"),
        ("end", ""),
        ("q9", "yes"),
        (None, "yes"),
        (["q1"], "yes"),
        ("q1", "maybe"),
        ("q1", None),
        ("q1", ["yes"]),
    ],
)
def test_an_answer_that_cannot_be_is_refused(flow, key, way):
    give(flow, key, way)
    assert (flow.seen, flow.replies) == (
        [],
        [{"kind": "heard", "turn": 1, "accepted": False}],
    )


def test_equal_answers_are_each_seen(flow):
    give(flow, "q1", "yes")
    give(flow, "q1", "yes", turn=2)
    assert [answer["n"] for answer in flow.seen] == [1, 2]


def test_only_what_may_be_walked_is_walked_and_only_what_may_be_changed_is_changed(
    flow,
):
    flow.walkable = flow.editable = False
    give(flow, "q1", "yes")
    redraw(flow, [END], "end")
    assert flow.seen == []
    assert [reply["accepted"] for reply in flow.replies] == [False, False]
    assert len(flow.nodes) == 3


def test_a_changed_chart_is_held_and_seen(flow):
    redraw(flow, [ASK | {"label": "Any plan?"}, END], "q1")
    held = [
        full(ASK | {"label": "Any plan?", "yes": ""}),
        full(END),
    ]  # the box that 'yes' led to is gone
    assert flow.seen == [{"nodes": held, "start": "q1", "n": 1}]
    assert (flow.nodes, flow.start) == (held, "q1")
    assert flow.replies == [{"kind": "heard", "turn": 1, "accepted": True}]


def test_a_start_that_is_gone_is_none(flow):
    redraw(flow, [END], "q1")
    assert (flow.seen[0]["start"], flow.start) == ("", "")


@pytest.mark.parametrize(
    "nodes",
    [
        None,
        {},
        "q1",
        [None],
        ["q1"],
        [END | {"colour": "red"}],
        [END | {"key": ""}],
        [END | {"key": 5}],
        [END | {"kind": "picture"}],
        [END | {"kind": None}],
        [END | {"text": None}],
        [END | {"text": ["x"]}],
        [END | {"yes": 1}],
        [END, END],
        [{"kind": "outcome"}],
        [{"key": "end"}],
        [END | {"text": "x" * (LONGEST_TEXT + 1)}],
        [END | {"label": "x" * (LONGEST_LABEL + 1)}],
        [END | {"key": f"own_{i}"} for i in range(MOST_BOXES + 1)],
    ],
)
def test_a_chart_of_another_shape_is_refused(flow, nodes):
    redraw(flow, nodes)
    assert flow.seen == []
    assert flow.nodes == [full(ASK), full(STEP), full(END)]
    assert flow.replies == [{"kind": "heard", "turn": 1, "accepted": False}]


@pytest.mark.parametrize("start", [None, 5, ["q1"]])
def test_a_start_that_is_no_text_is_refused(flow, start):
    redraw(flow, [ASK], start)
    assert flow.replies == [{"kind": "heard", "turn": 1, "accepted": False}]


def test_the_longest_and_the_most_are_held(flow):
    box = END | {"text": "x" * LONGEST_TEXT, "label": "x" * LONGEST_LABEL}
    redraw(flow, [box | {"key": f"own_{i + 1}"} for i in range(MOST_BOXES)], "own_1")
    assert (len(flow.nodes), flow.own) == (MOST_BOXES, MOST_BOXES)


def test_no_boxes_are_a_chart_too(flow):
    redraw(flow, [], "")
    assert (flow.nodes, flow.start) == ([], "")


def test_a_reply_comes_before_anyone_acts_on_it(flow):
    flow.observe(lambda _: flow.replies.append("acted"), ["answer", "drawn"])
    give(flow, "q1", "yes")
    redraw(flow, [END], "end")
    assert [reply if reply == "acted" else reply["kind"] for reply in flow.replies] == [
        "heard",
        "acted",
        "heard",
        "acted",
    ]


def test_the_number_of_a_deleted_box_is_not_forgotten(flow):
    assert flow.own == 2
    redraw(flow, [END | {"key": "own_7"}], "own_7")
    redraw(flow, [END], "end")
    assert flow.own == 7


def test_other_messages_are_left_alone(flow):
    flow._handle_custom_msg({"kind": "other"}, [])
    flow._handle_custom_msg({}, [])
    assert (flow.seen, flow.replies) == ([], [])


@pytest.mark.parametrize(
    "saved",
    [
        {"at": "14:02"},
        {"fault": "Not saved: the disk is full. Make room, then try again."},
    ],
)
def test_saving_twice_in_a_minute_is_sent_twice(flow, saved):
    seen = []
    flow.observe(lambda change: seen.append(change["new"]), "saved")
    flow.saved = saved
    flow.saved = saved
    assert [one["n"] for one in seen] == [1, 2]


def test_a_walk_is_shown_in_one_step(monkeypatch):
    flow = Flow(nodes=[ASK, STEP, END], start="q1", walkable=True)
    sent = []
    monkeypatch.setattr(
        flow, "_send", lambda message, buffers=None: sent.append(message["state"])
    )
    flow.show(answers={"q1": "yes"}, passed=["q1", "own_2", "end"], asks="", done=True)
    assert sent == [
        {"answers": {"q1": "yes"}, "passed": ["q1", "own_2", "end"], "done": True}
    ]


def test_another_chart_lets_the_walk_go(flow):
    flow.show(answers={"q1": "no"}, passed=["q1", "end"], asks="", done=True)
    flow.draw(nodes=[END], start="end", problems=["Too short."])
    assert (flow.answers, flow.passed, flow.asks, flow.done, flow.problems) == (
        {},
        [],
        "",
        False,
        ["Too short."],
    )


@pytest.mark.parametrize(
    "nodes",
    [
        [END, END],
        [END | {"kind": "x"}],
        [END | {"colour": "red"}],
        [END | {"text": None}],
    ],
)
def test_a_chart_that_is_none_is_refused_without_its_words(nodes):
    with pytest.raises(traitlets.TraitError) as refusal:
        Flow(nodes=nodes)
    assert "Nothing more" not in str(refusal.value)


def test_the_callers_own_boxes_are_not_changed(flow):
    mine = [dict(END)]
    flow.nodes = mine
    redraw(flow, [END | {"label": "Over"}], "end")
    assert mine == [END]


def test_the_page_sets_no_trait_by_itself(flow):
    flow.set_state(
        {
            "nodes": [],
            "start": "",
            "answers": {"q1": "no"},
            "own": 0,
            "most": 1000,
            "editable": True,
        }
    )
    assert (len(flow.nodes), flow.start, flow.answers, flow.own, flow.most) == (
        3,
        "q1",
        {},
        2,
        MOST_BOXES,
    )
