"""Rows of the school's own and rounds: what is added, taken out, and answered anew beside last time's."""

from datetime import UTC, datetime

import pytest

from senlib.workbook import rows
from senlib.workbook.page_forms import load
from senlib.workbook.store import Store, StoreError

REVIEW = load("task8_working_smarter").part("review")
MAP = load("task5_interventions").part("task5.provision")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "workbook.sqlite", workbook="own")


def added(store, grid):
    return rows.own_rows(store.latest(rows.rows_form(grid.key)))


def test_a_school_s_own_rows_come_in_the_order_in_which_they_were_added(store):
    for label in ("Reading dog", "Chess club", "Breakfast"):
        rows.add_row(store, MAP, section="extra_curricular", label=label)
    assert [(row.label, row.section) for row in added(store, MAP)] == [
        ("Reading dog", "extra_curricular"),
        ("Chess club", "extra_curricular"),
        ("Breakfast", "extra_curricular"),
    ]


def test_renaming_a_row_moves_it_nowhere(store):
    first = rows.add_row(store, MAP, section="literacy", label="Reading dog")
    rows.add_row(store, MAP, section="literacy", label="Chess club")
    store.save(
        form=rows.rows_form(MAP.key), field=f"{first}.label", value="Reading dogs"
    )
    assert [row.label for row in added(store, MAP)] == ["Reading dogs", "Chess club"]


def test_a_row_that_is_taken_out_is_out_of_sight_and_its_answers_are_kept(store):
    key = rows.add_row(store, MAP, section="literacy", label="Reading dog")
    store.save(form="task5.provision/1", field=f"{key}.initials", value="JB")
    rows.drop_row(store, MAP, key)
    assert added(store, MAP) == [] and store.latest("task5.provision/1") == {
        f"{key}.initials": "JB"
    }
    assert [
        answer.value
        for answer in store.history(rows.rows_form(MAP.key), f"{key}.label")
    ] == [
        "",
        "Reading dog",
    ]


def test_keys_are_never_made_twice():
    keys = [rows.new_key() for _ in range(2000)]
    assert (
        len(set(keys)) == len(keys) and sorted(keys, key=lambda key: key[:-4]) == keys
    )


def test_in_the_first_round_there_is_no_last_time(store):
    store.save(form="review", field="review.pupils.now", value="We ask them each term")
    began = rows.began(store, "review")
    assert began is None and rows.last_time(store, "review", began=began) == {}
    assert rows.this_time(store.answers("review"), began=began) == {
        "review.pupils.now": "We ask them each term"
    }


def test_a_new_round_begins_blank_beside_what_stood_there_last_time(store):
    store.save(form="review", field="review.pupils.now", value="We ask them each term")
    store.save(form="review", field="review.parents.now", value="Two evenings a year")
    rows.begin_round(store, "review")
    store.save(form="review", field="review.parents.now", value="A call each half-term")
    began = rows.began(store, "review")
    assert rows.this_time(store.answers("review"), began=began) == {
        "review.parents.now": "A call each half-term"
    }
    last = rows.last_time(store, "review", began=began)
    assert {field: answer.value for field, answer in last.items()} == {
        "review.pupils.now": "We ask them each term",
        "review.parents.now": "Two evenings a year",
    }


def test_of_three_rounds_the_one_before_is_last_time(store):
    for text in ("first", "second"):
        store.save(form="review", field="review.pupils.now", value=text)
        rows.begin_round(store, "review")
    began = rows.began(store, "review")
    assert rows.this_time(store.answers("review"), began=began) == {}
    assert (
        rows.last_time(store, "review", began=began)["review.pupils.now"].value
        == "second"
    )


def test_a_round_of_one_form_leaves_others_alone(store):
    store.save(form="task2.role", field="task2.judging.1.where", value="in_place")
    rows.begin_round(store, "review")
    assert rows.began(store, "task2.role") is None and rows.began(
        store, "review"
    ) <= datetime.now(UTC)


def test_what_cannot_be_kept_is_said(store):
    store.path.unlink()
    for act in (
        lambda: rows.add_row(store, MAP, section="", label="x"),
        lambda: rows.begin_round(store, "review"),
    ):
        with pytest.raises(StoreError, match="no longer there"):
            act()
