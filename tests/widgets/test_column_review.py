"""What the page sends of columns and files: held where it can be one, and left aside where it cannot."""

import pytest
import traitlets

from senlib.widgets import ColumnReview

CHOICES = [
    ["", [["leave out", "Leave out"]]],
    ["About the pupil", [["pupil:need", "Need"], ["pupil:form", "Form"]]],
]


def example(**traits):
    columns = [
        {
            "id": "0",
            "heading": "Need",
            "meaning": "pupil:need",
            "label": "Need",
            "state": "used",
        },
        {
            "id": "1",
            "heading": "House",
            "meaning": "",
            "label": "",
            "state": "not recognised",
        },
    ]
    settings = {
        "tables": [{"name": "list.csv", "columns": columns}],
        "choices": CHOICES,
        "files": [
            {"file": "list.csv", "outcome": "2 pupils", "supplied_by": "", "dated": ""}
        ],
    }
    review = ColumnReview(**(settings | traits))
    review.heard, review.sent = [], []
    review.on_changes(review.heard.append)
    review.send = lambda content, buffers=None: review.sent.append(content)
    return review


def meaning(review, id):
    return {
        column["id"]: column["meaning"]
        for table in review.tables
        for column in table["columns"]
    }[id]


def test_changes_that_come_together_are_handed_on_together():
    review = example()
    changes = [
        {"id": "0", "value": "leave out"},
        {"id": "1", "value": "pupil:form"},
        {"file": "list.csv", "name": "supplied_by", "value": "Zoë O'Neil"},
        {"file": "list.csv", "name": "dated", "value": "2026-10-02"},
    ]
    review._handle_custom_msg({"kind": "changes", "turn": 7, "changes": changes}, [])
    assert review.heard == [changes] and review.sent == [{"kind": "done", "turn": 7}]
    assert (meaning(review, "0"), meaning(review, "1")) == ("leave out", "pupil:form")
    assert review.files[0]["supplied_by"] == "Zoë O'Neil" and review.files[0]["dated"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0", "value": "pupil:shoe_size"},
        {"id": "0", "value": ""},
        {"id": "0", "value": None},
        {"id": "0", "value": 5},
        {"id": "9", "value": "leave out"},
        {"id": 0, "value": "leave out"},
        {"id": "0"},
        {"file": "other.csv", "name": "dated", "value": "2026-10-02"},
        {"file": "list.csv", "name": "pupils", "value": "9"},
        {"file": "list.csv", "name": "supplied_by", "value": "x" * 201},
        {},
        "leave out",
        None,
    ],
)
def test_what_can_be_no_change_is_left_aside(change):
    review = example()
    review._handle_custom_msg({"kind": "changes", "turn": 1, "changes": [change]}, [])
    assert review.heard == [] and meaning(review, "0") == "pupil:need"
    assert review.files[0]["supplied_by"] == "" and review.sent == [
        {"kind": "done", "turn": 1}
    ]


@pytest.mark.parametrize(
    "content", [{}, {"kind": "changes"}, {"kind": "changes", "changes": 5}]
)
def test_other_messages_are_left_alone(content):
    review = example()
    review._handle_custom_msg(content, [])
    assert (review.heard, review.sent) == ([], [])


def test_only_where_it_is_offered_a_meaning_is_forgotten():
    review = example(forgettable=True)
    review.hear([{"id": "0", "value": ""}])
    assert review.heard == [[{"id": "0", "value": ""}]] and meaning(review, "0") == ""


def test_the_page_is_told_that_it_is_done_even_if_a_handler_fails():
    review = example()

    def fail(_changes):
        raise RuntimeError("no")

    review.on_changes(fail)
    review._handle_custom_msg(
        {"kind": "changes", "turn": 1, "changes": [{"id": "0", "value": "leave out"}]},
        [],
    )
    assert review.sent == [{"kind": "done", "turn": 1}]


@pytest.mark.parametrize(
    "columns",
    [
        [{"heading": "a"}],
        [{"id": 1, "heading": "a"}],
        [{"id": "", "heading": "a"}],
        [{"id": "1", "heading": "a"}, {"id": "1", "heading": "b"}],
        [{"id": "1", "heading": "a", "state": "lost"}],
    ],
)
def test_columns_without_an_id_of_their_own_or_in_no_known_state_are_refused(columns):
    with pytest.raises(traitlets.TraitError):
        ColumnReview(tables=[{"name": "a.csv", "columns": columns}])


def test_the_page_sets_nothing_by_the_road_of_traits():
    review = example()
    review.set_state({"tables": [], "choices": [], "files": [], "shown": 3})
    assert len(review.tables) == 1 and review.reveals == 0


def test_it_is_brought_into_view_as_often_as_it_is_asked_and_leads_to_a_column():
    review = example()
    review.show(), review.show()
    review.point_to("1")
    assert review.reveals == 2 and review.sent == [{"kind": "focus", "id": "1"}]
