"""Scales: what each spelling of a result is read as, and what reaches what."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlib.frameworks import load, names

LEVELS = load("levels").scales["levels"]
LETTERS = load("levels").scales["letters"]
SCORES = load("gcse").scales["scaled_score"]
GRADES = load("gcse").scales["grades"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("4", "4"),
        ("4b", "4b"),
        ("4B", "4b"),
        (" 4 b ", "4b"),
        ("Level 4", "4"),
        ("L4a", "4a"),
        ("4.0", "4"),
        ("4.27", "4c"),
        ("4.33", "4c"),
        ("4.34", "4b"),
        ("4.99", "4a"),
        ("4.275", None),
        ("9", "1b"),
        ("27", "4b"),
        ("24", "4c"),
        ("23.99", "3a"),
        ("53", "8a"),
        ("54", None),
        ("0", None),
        ("w", "W"),
        ("P4", "P4"),
        ("p1(i)", "P1i"),
        ("P9", None),
        ("9a", None),
        ("4d", None),
        ("B", "B"),
        ("n", "N"),
        ("x", "X"),
        ("absent", "A"),
        ("", None),
        ("-4", None),
        ("١", None),
    ],
)
def test_levels_are_read_as_schools_write_them(text, name):
    assert LEVELS.parse(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("101", "101"),
        ("101.0", "101"),
        ("101.50", "101.5"),
        ("101.25", None),
        ("58", None),
        ("59", "59"),
        ("120", "120"),
        ("120.5", None),
        ("Less than 80", "<80"),
        ("80 - 89.5", "80-89.5"),
        ("80 to 89.5", "80-89.5"),
        ("102.5–104.5", "102.5-104.5"),
        ("No scaled score", "none"),
        ("B", "B"),
        ("100-101", None),
    ],
)
def test_scaled_scores_and_their_bands(text, name):
    assert SCORES.parse(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("9", "9"),
        ("1", "1"),
        ("0", None),
        ("10", None),
        ("U", "U"),
        ("x", "X"),
        ("5-4", "5-4"),
        ("54", "5-4"),
        ("44", "4-4"),
        ("64", None),
        ("45", None),
        ("Grade 4", "4"),
        ("covid_impacted", "covid"),
        ("UU", "U"),
        ("xx", "X"),
        ("u", "U"),
        ("covid impacted", "covid"),
    ],
)
def test_grades_and_double_awards(text, name):
    assert GRADES.parse(text) == name


def test_double_awards_are_listed_from_the_lowest():
    found = GRADES.double_awards()
    assert found == [
        "1-1",
        "2-1",
        "2-2",
        "3-2",
        "3-3",
        "4-3",
        "4-4",
        "5-4",
        "5-5",
        "6-5",
        "6-6",
        "7-6",
        "7-7",
        "8-7",
        "8-8",
        "9-8",
        "9-9",
    ]
    assert [GRADES.points(name) for name in found] == [half / 2 for half in range(2, 19)]


@pytest.mark.parametrize("scale", [LEVELS, LETTERS, SCORES])
def test_a_scale_without_double_awards_lists_none(scale):
    assert scale.double_awards() == []


def test_two_digits_are_read_as_a_double_award_where_it_is_listed_and_only_there():
    for first in "123456789":
        for second in "123456789":
            name = f"{first}-{second}"
            assert (
                GRADES.parse(first + second)
                == GRADES.parse(name)
                == (name if name in GRADES.double_awards() else None)
            )


def test_letters_put_a_grade_before_the_code_of_the_same_letter():
    assert LETTERS.parse("a*") == "A*"
    assert (
        LETTERS.parse("B") == "B" and not LETTERS.is_code("B") and LETTERS.reached("B", reach="C")
    )


@pytest.mark.parametrize(
    ("scale", "name", "reach", "reached"),
    [
        (LEVELS, "4a", "5", False),
        (LEVELS, "5c", "5", True),
        (LEVELS, "5", "5", True),
        (LEVELS, "5c", "5b", False),
        (LEVELS, "5", "5b", True),
        (LEVELS, "W", "1", False),
        (LEVELS, "B", "1", False),
        (LEVELS, "", "1", False),
        (LEVELS, "P8", "W", True),
        (GRADES, "5-4", "5", False),
        (GRADES, "5-4", "4", True),
        (GRADES, "4-3", "4", False),
        (GRADES, "U", "1", False),
        (GRADES, "X", "1", False),
        (LETTERS, "D", "C", False),
        (LETTERS, "C", "C", True),
        (LETTERS, "A*", "C", True),
        (LETTERS, "U", "G", False),
    ],
)
def test_what_reaches_what(scale, name, reach, reached):
    assert scale.reached(name, reach=reach) is reached


def test_reaching_what_is_not_on_the_scale_is_told():
    with pytest.raises(KeyError, match="no value of this scale"):
        GRADES.reached("5", reach="12")


def test_points_are_those_of_the_national_curriculum():
    assert [LEVELS.points(level) for level in "12345678"] == [9, 15, 21, 27, 33, 39, 45, 51]
    assert [LEVELS.points(level) for level in ("W", "2c", "2b", "2a")] == [3, 13, 15, 17]
    assert math.isnan(LEVELS.points("A"))


def test_codes_below_the_range_are_results_and_others_are_none():
    assert {code.name for code in LEVELS.codes if LEVELS.is_result(code.name)} == {"B", "N"}
    assert (
        not LEVELS.is_result("")
        and LEVELS.is_result("W")
        and GRADES.is_result("U")
        and not GRADES.is_result("X")
    )


@given(st.text(max_size=12))
def test_reading_never_fails_and_what_is_read_is_read_again(text):
    for name in names():
        for scale in load(name).scales.values():
            if (read := scale.parse(text)) is not None:
                assert scale.parse(read) == read


@pytest.mark.parametrize("scale", [LEVELS, LETTERS, SCORES, GRADES])
def test_the_order_of_points_and_of_reaching_agree(scale):
    values = [value for value in scale.values if not math.isnan(value.points)]
    for value in values:
        assert scale.reached(value.name, reach=value.name)
        assert value.lowest <= value.points
    ordered = sorted(values, key=lambda value: value.points)
    for lower, higher in zip(ordered, ordered[1:], strict=False):
        if higher.lowest > lower.points:
            assert not scale.reached(lower.name, reach=higher.name)
