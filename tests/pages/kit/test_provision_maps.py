"""Provided: the maps of all pupils as one table; a line counts by its tick or by anything written in it."""

import math

import pytest

from senlib.measures.provision import GIVEN
from senlib.pages.kit import provision_maps
from senlib.workbook.rows import add_row, drop_row
from senlib.workbook.store import Store

GUIDED = "task5.provision.literacy.guided"


def of(pupil, **columns):
    return {
        f"task5.provision/{pupil}": {
            f"{GUIDED}.{column}": value for column, value in columns.items()
        }
    }


@pytest.mark.parametrize(
    "columns, counts",
    [
        ({"given": "yes"}, True),
        ({"initials": "JB"}, True),
        ({"hours": "1.5"}, True),
        ({"cost": "0"}, True),
        ({"given": ""}, False),
        ({"given": "", "initials": "", "hours": "", "cost": ""}, False),
        ({}, False),
    ],
)
def test_what_counts_as_given(columns, counts):
    assert len(provision_maps.given(of("0123", **columns))) == counts


@pytest.mark.parametrize(
    "text, hours",
    [
        ("1.5", 1.5),
        ("0", 0.0),
        ("", math.nan),
        ("two", math.nan),
        ("nan", math.nan),
        ("inf", math.nan),
        ("1e999", math.nan),
        ("-2", math.nan),
    ],
)
def test_a_number_that_is_none_is_not_known_and_spoils_no_sum(text, hours):
    table = provision_maps.given(
        of("0123", given="yes", hours=text) | of("0124", given="yes", hours="2")
    )
    assert table["hours"].iloc[0] == pytest.approx(hours, nan_ok=True)
    assert math.isfinite(table["hours"].sum())


def test_nothing_given_is_a_table_with_its_columns():
    table = provision_maps.given({})
    assert list(table.columns) == GIVEN and len(table) == 0 and table["cost"].sum() == 0
    assert len(provision_maps.by_pupil({})) == 0


def test_a_line_of_the_school_s_own_counts_until_it_is_taken_out(tmp_path):
    store = Store(tmp_path / "w.sqlite", workbook="own")
    key = add_row(
        store, provision_maps.map_grid(), section="literacy", label="Reading dog"
    )
    store.save(form="task5.provision/0123", field=f"{key}.given", value="yes")
    (row,) = provision_maps.given(store.forms()).itertuples()
    assert (row.label, row.heading, row.provision) == ("Reading dog", "literacy", key)
    assert provision_maps.by_pupil(store.forms()).loc["0123"].tolist() == [
        "Literacy",
        "Reading dog",
    ]
    drop_row(store, provision_maps.map_grid(), key)
    assert len(provision_maps.given(store.forms())) == 0


def test_many_maps_are_one_table():
    held = {}
    for number in range(400):
        held |= of(f"{number:04}", given="yes", cost="10")
    table = provision_maps.given(held)
    assert (
        len(table) == 400
        and table["cost"].sum() == 4000
        and table["pupil_id"].is_unique
    )


def test_a_pupil_s_number_may_hold_a_stroke():
    assert provision_maps.given(of("P/7", given="yes"))["pupil_id"].tolist() == ["P/7"]


@pytest.mark.parametrize(
    "columns, first",
    [
        ({"given": "yes"}, True),
        ({"initials": "JB"}, True),
        ({"hours": "5"}, True),
        ({"given": ""}, False),
    ],
)
def test_an_adult_at_the_side_counts_by_the_same_rule(columns, first):
    values = {
        f"{provision_maps.ADULT[0]}.{column}": value
        for column, value in columns.items()
    }
    assert provision_maps.adult_first(values, {}) is first
    assert (
        provision_maps.adult_first(values, {"unit5.alternatives.peers": "not_tried"})
        is first
    )
    assert (
        provision_maps.adult_first(values, {"unit5.alternatives.peers": "helps"})
        is False
    )


def test_the_lines_that_are_an_adult_are_lines_of_the_map():
    assert (
        set(provision_maps.ADULT) <= {row.key for row in provision_maps.map_grid().rows}
        and len(provision_maps.headings()) == 8
    )
