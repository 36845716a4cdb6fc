"""Flow charts: where a walk leads, and what is wrong with a chart."""

from dataclasses import replace
from itertools import product

import pytest

from senlib.workbook import flow_chart
from senlib.workbook.page_forms import load

CHART = load("task7_planning").part("task7.chart")


def chart(*nodes, start="a"):
    tables = [
        {"text": "Words.", "label": node["key"].upper(), **node} for node in nodes
    ]
    return flow_chart.FlowChart(
        key="own",
        title="Own",
        unit="Task 7",
        start=start,
        nodes=flow_chart.nodes_from(tables),
    )


def question(key, yes="", no=""):
    return {"key": key, "kind": "question", "yes": yes, "no": no}


def step(key, following=""):
    return {"key": key, "kind": "step", "next": following}


def end(key):
    return {"key": key, "kind": "outcome"}


# The planning flow chart as a table: the answers that are asked for, the boxes passed, and whether an IEP or group plan follows.
WALKS = [
    ("y--y", "q1 as_for_all q4 annotate_access", False),
    ("y--n", "q1 as_for_all q4 nothing_more", False),
    ("ny-y", "q1 q2 annotate_objectives q4 annotate_access", False),
    ("ny-n", "q1 q2 annotate_objectives q4 nothing_more", False),
    ("nnyy", "q1 q2 q3 group_activity q4 annotate_access", True),
    ("nnyn", "q1 q2 q3 group_activity q4 nothing_more", True),
    ("nnny", "q1 q2 q3 pupil_activity q4 annotate_access", True),
    ("nnnn", "q1 q2 q3 pupil_activity q4 nothing_more", True),
]


def given(code):
    return {
        f"q{number}": {"y": "yes", "n": "no"}[answer]
        for number, answer in enumerate(code, 1)
        if answer != "-"
    }


@pytest.mark.parametrize("code, boxes, plans", WALKS)
def test_planning_chart(code, boxes, plans):
    trail = flow_chart.walk(CHART, given(code))
    assert " ".join(node.key for node in trail.nodes) == boxes
    assert trail.done and trail.asks is None
    assert trail.leads_to == (("task6.iep",) if plans else ())


def test_planning_chart_has_no_other_walk():
    """All sixteen ways to answer four questions end, and only in the eight ways of the table."""
    trails = {
        " ".join(node.key for node in flow_chart.walk(CHART, given(code)).nodes)
        for code in product("yn", repeat=4)
    }
    assert trails == {boxes for _, boxes, _ in WALKS}


def test_planning_chart_has_no_problems_and_the_steps_say_what_to_plan():
    assert flow_chart.problems(CHART) == []
    assert {node.kind for node in CHART.nodes.values()} == set(flow_chart.NODE_KINDS)
    words = {key: node.text for key, node in CHART.nodes.items()}
    assert "everyone in the class" in words["as_for_all"]
    assert (
        "place of an IEP" in words["annotate_objectives"]
        and "place of an IEP" in words["annotate_access"]
    )
    assert (
        "a plan for the group" in words["group_activity"]
        and "plan an IEP" in words["pupil_activity"]
    )


@pytest.mark.parametrize(
    "answers, asks",
    [
        ({}, "q1"),
        ({"q1": "perhaps"}, "q1"),
        ({"q1": ""}, "q1"),
        ({"q1": "yes"}, "q4"),
        ({"q1": "no"}, "q2"),
        ({"q1": "no", "q2": "no"}, "q3"),
        ({"q4": "yes"}, "q1"),
    ],
)
def test_a_walk_waits_for_an_answer(answers, asks):
    trail = flow_chart.walk(CHART, answers)
    assert (trail.asks.key, trail.done) == (asks, False)


@pytest.mark.parametrize(
    "own, found",
    [
        (chart(end("a")), []),
        (chart(question("a", "b", "b"), end("b")), []),
        (chart(question("a", "b", "c"), step("b", "c"), end("c")), []),
        (chart(), ["The chart starts at 'a', and there is no such box."]),
        (
            chart(end("a"), start=""),
            ["The chart starts at '', and there is no such box."],
        ),
        (
            chart(question("a", "b"), end("b")),
            ["'A' is a dead end on 'no': it leads nowhere, and it is no outcome."],
        ),
        (
            chart(step("a")),
            ["'A' is a dead end: it leads nowhere, and it is no outcome."],
        ),
        (
            chart(question("a", "b", "z"), end("b")),
            ["'A' leads on 'no' to 'z', and there is no such box."],
        ),
        (chart(step("a", "z")), ["'A' leads to 'z', and there is no such box."]),
        (chart(end("a"), end("b")), ["No way leads to 'B'."]),
        (
            chart(end("a"), step("b", "c"), step("c", "b")),
            ["No way leads to 'B'.", "No way leads to 'C'."],
        ),
        (chart(step("a", "a")), ["The way goes round in a loop: 'A' to 'A'."]),
        (
            chart(step("a", "b"), question("b", "c", "d"), step("c", "b"), end("d")),
            ["The way goes round in a loop: 'B' to 'C' to 'B'."],
        ),
        (chart({**end("a"), "text": " "}), ["'A' has no words."]),
        (
            chart({**end("a"), "kind": "circle"}),
            ["'A' is neither a question, a step nor an outcome."],
        ),
    ],
)
def test_problems(own, found):
    assert flow_chart.problems(own) == found


def test_a_walk_through_an_unfinished_chart_ends():
    for own, passed in [
        (chart(step("a", "b"), step("b", "a")), "ab"),
        (chart(step("a", "z")), "a"),
        (chart(), ""),
    ]:
        trail = flow_chart.walk(own, {})
        assert ("".join(node.key for node in trail.nodes), trail.done, trail.asks) == (
            passed,
            False,
            None,
        )


def test_a_walk_answered_towards_nowhere_still_asks():
    trail = flow_chart.walk(chart(question("a", "", "b"), end("b")), {"a": "yes"})
    assert (trail.asks.key, trail.done) == ("a", False)


def test_a_long_chart_is_checked_too():
    boxes = [step(f"s{number}", f"s{number + 1}") for number in range(3000)]
    assert flow_chart.problems(chart(*boxes, end("s3000"), start="s0")) == []
    assert flow_chart.problems(chart(*boxes, step("s3000", "s2999"), start="s0")) == [
        "The way goes round in a loop: 'S2999' to 'S3000' to 'S2999'."
    ]


def test_where_it_starts_can_be_moved():
    assert [
        node.key
        for node in flow_chart.walk(replace(CHART, start="q4"), {"q4": "no"}).nodes
    ] == [
        "q4",
        "nothing_more",
    ]
