"""Walks: the planning chart for the pupils and groups of a class, summed up; and the chart that a school draws."""

import json
from dataclasses import replace

import pytest

from senlib.workbook import walks
from senlib.workbook.flow_chart import problems
from senlib.workbook.store import Store

CLASS = {"class": "8B", "subject": "Mathematics", "date": "2005-03-08"}


def held(**answers):
    """A class with one walk for each name: the answers as letters, such as 'nny-n' for q1 to q4."""
    made = {
        "task7.class/c1": CLASS,
        "task7.who/c1": dict.fromkeys(answers, walks.PUPIL),
    }
    for who, letters in answers.items():
        given = {
            f"q{n}": {"y": "yes", "n": "no"}[letter]
            for n, letter in enumerate(letters, start=1)
            if letter != "-"
        }
        made[f"task7.chart/c1/{who}"] = given
    return made


def summed(**answers):
    return walks.summed_up(
        walks.walked(held(**answers), chart=walks.booklet_chart(), of_class="c1")
    )


def test_of_six_pupils_three_need_only_an_annotation():
    told = summed(a="y--y", b="ny-y", c="ny-n", d="nnyn", e="nnnn", f="y--n")
    assert told == (
        "Of 6 pupils and groups, 3 need only an annotation of the class plan, 1 needs no further planning, 2 need an IEP or a group plan."
    )


@pytest.mark.parametrize(
    "answers, told",
    [
        ({}, "Nobody is on the list of this class yet."),
        (
            {"a": "----"},
            "1 on the list; the chart has not been walked to its end for anyone yet.",
        ),
        (
            {"a": "y--y"},
            "Of 1 pupil or group, 1 needs only an annotation of the class plan.",
        ),
        (
            {"a": "y--y", "b": "n---"},
            "Of 1 pupil or group, 1 needs only an annotation of the class plan. 1 is still on the way.",
        ),
    ],
)
def test_what_a_class_comes_to(answers, told):
    assert summed(**answers) == told


def test_who_is_taken_off_the_list_is_not_counted_and_the_answers_stay():
    made = held(a="y--y", b="y--n")
    made["task7.who/c1"]["b"] = ""
    assert [one.who for one in walks.walked(made, chart=walks.booklet_chart())] == ["a"]


def test_a_pupil_s_walks_over_all_classes():
    made = held(a="y--y") | {
        "task7.class/c2": {"subject": "Science"},
        "task7.who/c2": {"a": walks.PUPIL, "own.1": "Table four"},
    }
    found = walks.walked(made, chart=walks.booklet_chart(), who="a")
    assert [(one.subject, one.trail.done) for one in found] == [
        ("Mathematics", True),
        ("Science", False),
    ]
    groups = walks.walked(made, chart=walks.booklet_chart(), of_class="c2")
    assert [one.group for one in groups] == ["", "Table four"]


def test_a_class_is_walked_through_one_chart():
    made = held(a="y--y")
    made["task7.class/c1"] = CLASS | {"chart": "own"}
    own = replace(walks.booklet_chart(), key=walks.OWN)
    assert walks.walked(made, chart=walks.booklet_chart()) == []
    assert len(walks.walked(made, chart=own)) == 1


def test_a_chart_that_a_school_has_drawn_is_kept_and_walked(tmp_path):
    store = Store(tmp_path / "workbook.sqlite", workbook="own")
    nodes = [
        {
            "key": "own_1",
            "kind": "question",
            "text": "Has home been asked?",
            "label": "Home?",
            "yes": "own_2",
            "no": "own_3",
        },
        {"key": "own_2", "kind": "outcome", "text": "Plan with them.", "label": "Plan"},
        {"key": "own_3", "kind": "outcome", "text": "Ring tonight.", "label": "Ring"},
    ]
    store.save_all(
        form=walks.OWN, values=walks.chart_values(nodes=nodes, start="own_1", own=3)
    )
    chart = walks.own_chart(store.latest(walks.OWN))
    assert (
        problems(chart) == []
        and list(chart.nodes) == ["own_1", "own_2", "own_3"]
        and chart.start == "own_1"
    )


def test_a_copy_of_the_booklet_s_chart_adds_up_as_the_booklet_s():
    own = walks.own_chart(
        {"nodes": json.dumps(walks.boxes(walks.booklet_chart())), "start": "q1"}
    )
    assert own.nodes == walks.booklet_chart().nodes


def test_a_box_that_counts_as_a_plan_leads_to_the_iep():
    nodes = [
        {
            "key": "own_1",
            "kind": "outcome",
            "text": "Write it down.",
            "label": "Write",
            "counts_as": "plan",
        }
    ]
    own = walks.own_chart({"nodes": json.dumps(nodes), "start": "own_1"})
    assert (
        walks.walk(own, {}).leads_to == ("task6.iep",)
        and walks.walk(own, {}).comes_to == "plan"
    )


def test_words_of_an_unfinished_walk():
    chart = walks.booklet_chart()
    (one,) = walks.walked(
        {"task7.class/c": {}, "task7.who/c": {"1": "pupil"}}, chart=chart
    )
    assert (walks.to_do(one), walks.asks(one)) == ("", "At: In the class plans?")
