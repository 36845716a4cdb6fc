"""The heat table's traits and what it lets the page set."""

import pytest
import traitlets

from senlib.widgets import Matrix


def cell(count: int) -> dict[str, object]:
    return {"count": count, "share": None, "expected": False, "edge": False}


def small_matrix() -> Matrix:
    return Matrix(
        rows=["2", "3"],
        columns=["4", "5"],
        cells=[[cell(0), cell(1)], [cell(2), cell(3)]],
        totals=[1, 5],
    )


@pytest.mark.parametrize(
    "place", [{}, {"row": "2", "column": "5"}, {"row": "3", "column": "4"}]
)
def test_a_cell_with_pupils_can_be_selected_and_let_go(place):
    matrix = small_matrix()
    matrix.selected = place
    assert matrix.selected == place


@pytest.mark.parametrize(
    "place",
    [
        {"row": "2", "column": "4"},
        {"row": "9", "column": "5"},
        {"row": "2", "column": "9"},
        {"row": "2"},
        {"row": ["2"], "column": "5"},
    ],
)
def test_a_cell_without_pupils_cannot_be_selected(place):
    matrix = small_matrix()
    with pytest.raises(traitlets.TraitError):
        matrix.selected = place
    assert matrix.selected == {}


def test_a_selection_that_still_holds_someone_stays_when_figures_change():
    matrix = small_matrix()
    matrix.selected = {"row": "3", "column": "5"}
    matrix.show(
        title="Science", rows=["3"], columns=["5"], cells=[[cell(7)]], totals=[7]
    )
    assert (matrix.title, matrix.selected) == ("Science", {"row": "3", "column": "5"})


def test_a_selection_of_no_one_is_let_go_when_figures_change():
    matrix = small_matrix()
    matrix.selected = {"row": "3", "column": "5"}
    seen = []
    matrix.observe(lambda change: seen.append(change["new"]), "selected")
    matrix.show(title="", rows=["3"], columns=["5"], cells=[[cell(0)]], totals=[0])
    assert (matrix.selected, seen) == ({}, [{}])


@pytest.mark.parametrize(
    ("rows", "columns", "cells", "totals"),
    [
        (["3"], ["5"], [], [1]),
        (["3"], ["5"], [[]], [1]),
        (["3"], ["5"], [[cell(1)]], []),
        (["3"], ["5"], [[cell(1), cell(1)]], [2]),
    ],
)
def test_figures_of_the_wrong_shape_are_refused_and_the_old_stay(
    rows, columns, cells, totals
):
    matrix = small_matrix()
    with pytest.raises(ValueError, match="need as many cells"):
        matrix.show(title="", rows=rows, columns=columns, cells=cells, totals=totals)
    assert matrix.rows == ["2", "3"]


def test_the_page_sets_the_selection_and_nothing_else():
    matrix = small_matrix()
    matrix.set_state({"selected": {"row": "2", "column": "5"}, "totals": [99, 99]})
    assert (matrix.selected, matrix.totals) == ({"row": "2", "column": "5"}, [1, 5])


@pytest.mark.parametrize("place", [{"row": "2", "column": "4"}, "2", None, 5])
def test_a_selection_that_cannot_be_is_undone_on_the_page(place, monkeypatch):
    matrix = small_matrix()
    sent = []
    monkeypatch.setattr(
        matrix, "_send", lambda message, buffers=None: sent.append(message)
    )
    matrix.set_state({"selected": place})
    assert matrix.selected == {}
    assert sent[-1]["method"] == "update"
    assert sent[-1]["state"] == {"selected": {}}
