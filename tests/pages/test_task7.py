"""Task 7: the planning chart walked for pupils and groups of a class, and the chart that a school draws for itself."""

import json

import pytest

from senlib.pages.task7_planning import PlanningPage
from senlib.workbook import walks
from senlib.workbook.page_forms import load
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    queries,
    save,
    small_school,
    vanish,
    without_sen,
    words,
    workspace_over,
)

DRAWN = [
    {
        "key": "own_1",
        "kind": "question",
        "text": "Has home been asked?",
        "label": "Home?",
        "yes": "own_2",
        "no": "own_3",
    },
    {
        "key": "own_2",
        "kind": "outcome",
        "text": "Plan with them.",
        "label": "Plan",
        "counts_as": "plan",
    },
    {"key": "own_3", "kind": "outcome", "text": "Ring tonight.", "label": "Ring"},
]


def page_of(workspace, query=None):
    page = PlanningPage(workspace, query=query or {})
    page.header(), page.walk(), page.own(), page.next()
    return page


def put_on_the_list(page, pupil="", group=""):
    if pupil:
        page.pupil.box.value = pupil
        page.add_pupil.click()
    else:
        page.group.value = group
        page.add_group.click()


def answer(page, letters):
    """Answer the questions in turn, y or n, as far as the walk asks."""
    for number, letter in enumerate(letters):
        page._answered(
            {
                "key": page.flow.asks,
                "way": {"y": "yes", "n": "no"}[letter],
                "n": number + 1,
            }
        )


@pytest.fixture
def page(workspace):
    page = page_of(workspace)
    page.begin()
    save(page.about, "class", "8A")
    return page


# -- the walk --


def test_the_chart_that_is_drawn_is_the_booklet_s_with_its_ten_boxes(page):
    chart = load("task7_planning").part("task7.chart")
    assert [node["key"] for node in page.flow.nodes] == list(chart.nodes) and len(
        page.flow.nodes
    ) == 10
    assert not page.flow.walkable and page.flow.asks == ""


def test_pupils_of_the_class_are_offered_first_and_each_once(page):
    assert [words for words, _ in page.pupil.box.options][1:3] == [
        "Ash, Ann (8A, P, SLCN)",
        "Cole, Cy (8A, A)",
    ]
    put_on_the_list(page, "0003")
    assert (
        "0003" not in [one for _, one in page.pupil.box.options]
        and page.who.value == "0003"
        and page.flow.walkable
    )


@pytest.mark.parametrize(
    "letters, comes_to, leads",
    [
        ("yn", "Plan as for everyone; Nothing more to plan", False),
        ("yy", "Plan as for everyone; Annotate the class plan", False),
        ("nyn", "Annotate the planning; Nothing more to plan", False),
        ("nnyn", "Group activity, IEP or group plan; Nothing more to plan", True),
        ("nnny", "Own activity, IEP; Annotate the class plan", True),
    ],
)
def test_every_way_through_the_chart(page, letters, comes_to, leads):
    put_on_the_list(page, "0001")
    assert page.flow.asks == "q1"
    answer(page, letters)
    assert (
        page.flow.done and comes_to in words(page.list) and "Done" in words(page.list)
    )
    assert (
        "Write the IEP (Task 6)" in words(page.onward)
    ) == leads and "0001" not in queries(page.onward.value)
    assert "Of 1 pupil or group" in words(page.answer) and "at" in page.flow.saved


def test_an_answer_taken_back_leads_no_further_and_nothing_else_is_lost(page):
    put_on_the_list(page, "0001")
    answer(page, "nnnn")
    page._answered({"key": "q2", "way": "", "n": 9})
    assert (
        page.flow.asks == "q2"
        and not page.flow.done
        and page.onward.value == ""
        and "At: Within a unit" in words(page.list)
    )
    page._answered({"key": "q2", "way": "no", "n": 10})
    assert page.flow.done


def test_walks_of_several_pupils_and_a_group_are_summed_up_and_kept(page, workspace):
    put_on_the_list(page, "0001")
    answer(page, "yy")
    put_on_the_list(page, group=f"Table four {NASTY}")
    answer(page, "nnyn")
    put_on_the_list(page, "0002")
    assert (
        "Of 2 pupils and groups, 1 needs only an annotation of the class plan, 1 needs an IEP or a group plan. 1 is still on the way."
        in words(page.answer)
    )
    assert "<script" not in page.list.value and "&lt;script&gt;" in page.list.value
    again = page_of(workspace, {"class": page.of_class.value})
    assert words(again.answer) == words(page.answer) and words(again.list) == words(
        page.list
    )
    group = next(one for _, one in again.who.box.options if one.startswith("own."))
    again.who.box.value = group
    assert "Write the group’s plan (Task 6)" in words(again.onward).replace(
        "&#x27;", "'"
    ) and queries(again.onward.value) == [group]


def test_who_is_taken_off_the_list_can_come_back_with_the_walk(page):
    put_on_the_list(page, "0001")
    answer(page, "yy")
    page.take_off.click()
    assert (
        "Nobody is on the list" in words(page.answer)
        and page.who.value == ""
        and not page.flow.walkable
    )
    put_on_the_list(page, "0001")
    assert page.flow.done


@pytest.mark.parametrize("group", ["", "  "])
def test_nobody_is_put_on_the_list_without_a_name(page, group):
    page.group.value = group
    page.add_group.click()
    assert "Choose a pupil, or give the group a name first" in words(page.status)
    page.add_pupil.click()
    assert "Nobody is on the list" in words(page.answer)


def test_two_classes_are_apart(page, workspace):
    put_on_the_list(page, "0001")
    answer(page, "yy")
    first = page.of_class.value
    page.begin()
    assert page.of_class.value != first and "Nobody is on the list" in words(
        page.answer
    )
    put_on_the_list(page, "0001")
    assert page.flow.asks == "q1"
    page.of_class.box.value = first
    assert page.flow.done and len(page.of_class.box.options) == 3
    assert page_of(workspace, {"class": "own.none"}).of_class.value == ""


def test_a_class_is_named_as_it_is_filled_in(page):
    save(page.about, "subject", "Mathematics")
    save(page.about, "date", "2005-03-08")
    assert page.of_class.words == "8A, Mathematics, 8 March 2005"
    save(page.about, "date", "")
    assert page.of_class.words == "8A, Mathematics"


def test_one_who_has_left_is_named_and_one_who_is_gone_from_the_files_leaves_no_number(
    page, workspace
):
    for who in ("0006", "9999"):
        workspace.store.save(
            form=f"task7.who/{page.of_class.value}", field=who, value="pupil"
        )
        workspace.store.save_all(
            form=f"task7.chart/{page.of_class.value}/{who}",
            values=dict.fromkeys(("q1", "q2", "q3", "q4"), "no"),
        )
    again = page_of(workspace, {"class": page.of_class.value})
    assert (
        "Fir, Flo" in words(again.list)
        and "A pupil who is no longer in the school" in words(again.list)
        and "9999" not in again.list.value
    )
    again.who.box.value = "0006"
    assert "Write the IEP" in words(again.onward) and "0006" not in queries(
        again.onward.value
    )
    again.who.box.value = "9999"
    assert (
        "no longer in the school" in words(again.onward)
        and "9999" not in again.onward.value
        and "9999" not in again.flow.title
    )


# -- the school's own chart --


def test_without_a_drawing_there_is_none_to_walk(page):
    page.which.box.value = "own"
    assert "has not drawn a chart yet" in words(page.status) and page.which.value == ""


def test_a_drawing_begins_from_the_booklet_s_and_is_kept(page, workspace):
    assert page.drawing.editor not in page.own().children
    page.drawing.copy.click()
    assert (
        page.drawing.editor in page.own().children
        and len(page.drawing.editor.nodes) == 10
        and page.drawing.editor.problems == []
    )
    assert [words for _, words in page.drawing.editor.sums] == [
        "Nothing of its own",
        "A note on the class plan",
        "A plan of its own, such as an IEP",
    ]
    page.drawing.editor.nodes, page.drawing.editor.start = DRAWN, "own_1"
    page.drawing.editor.drawn = {"nodes": DRAWN, "start": "own_1", "n": 1}
    assert (
        "at" in page.drawing.editor.saved
        and json.loads(workspace.store.latest(walks.OWN)["nodes"])[0]["label"]
        == "Home?"
    )
    page.which.box.value = "own"
    put_on_the_list(page, "0001")
    assert [node["key"] for node in page.flow.nodes] == ["own_1", "own_2", "own_3"]
    answer(page, "y")
    assert (
        page.flow.done
        and "Write the IEP" in words(page.onward)
        and "1 needs an IEP or a group plan" in words(page.answer)
    )
    again = page_of(workspace, {"class": page.of_class.value})
    assert (
        again.which.value == "own"
        and again.flow.done
        and again.drawing.editor.nodes[0]["label"] == "Home?"
    )


def test_a_drawing_that_cannot_be_walked_to_an_end_says_what_is_in_the_way(page):
    page.drawing.copy.click()
    loop = [DRAWN[0] | {"no": "own_1"}, DRAWN[1]]
    page.drawing.editor.nodes, page.drawing.editor.start = loop, "own_1"
    page.drawing.editor.drawn = {"nodes": loop, "start": "own_1", "n": 1}
    assert any("loop" in problem for problem in page.drawing.editor.problems)
    page.which.box.value = "own"
    put_on_the_list(page, "0001")
    answer(page, "n")
    assert not page.flow.done and "At: Home?" in words(
        page.list
    )  # it asks again, for the answer leads nowhere


def test_the_walks_of_the_other_chart_are_kept_while_one_is_walked(page, workspace):
    put_on_the_list(page, "0001")
    answer(page, "yy")
    workspace.store.save_all(
        form=walks.OWN, values=walks.chart_values(nodes=DRAWN, start="own_1", own=3)
    )
    page.which.box.value = "own"
    assert not page.flow.done and page.flow.asks == "own_1"
    page.which.box.value = ""
    assert page.flow.done


# -- schools that lack something, and stores --


def test_a_school_with_codes_and_one_in_which_nobody_has_sen(tmp_path):
    page = page_of(workspace_over(tmp_path / "a", small_school(codes=True)))
    page.begin()
    put_on_the_list(page, "0001")
    assert "0001" in words(page.list) and page.who.words == "0001"
    page = page_of(workspace_over(tmp_path / "b", without_sen()))
    page.begin()
    assert [one for one in page.pupil.box.options] == [
        ("Choose a pupil", "")
    ] and "Nobody is on the list" in words(page.answer)


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_cannot_be_kept_is_told_where_it_was_tried(
    page, workspace, monkeypatch, trouble, says
):
    put_on_the_list(page, "0001")
    page.drawing.copy.click()
    with trouble(workspace, monkeypatch):
        page._answered({"key": "q1", "way": "yes", "n": 1})
        assert (
            page.flow.saved["fault"].startswith("Not saved. ")
            and says in page.flow.saved["fault"]
        )
        put_on_the_list(page, group="Table four")
        assert (
            "not saved" in words(page.status)
            and says in words(page.status)
            and page.group.value == "Table four"
        )
        page.new_class.click()
        assert says in words(page.status)
        page.drawing.keep()
        assert says in page.drawing.editor.saved["fault"]
        page.take_off.click()
        assert says in words(page.status) and page.who.value == "0001"


def test_the_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    page = page_of(workspace)
    assert len(page.of_class.box.options) == 1
    page.begin()
    assert "not saved" in words(page.status)
