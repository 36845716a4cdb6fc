"""Scales: what each spelling of a result is read as, and what reaches what."""

import math
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlib.frameworks import (
    OTHER,
    is_nothing,
    load,
    looks_like_bands,
    looks_like_letter_grades,
    names,
)

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
        ("101.25", "101.5"),
        ("104.33", "104.5"),
        ("104.666666666666667", "104.5"),
        ("104.75", "105"),
        ("98.7", "98.5"),
        ("79.75", "80"),
        ("119.9", "120"),
        ("120.1", "120"),
        ("120.25", None),
        ("58.74", None),
        ("Score 101", "101"),
        ("101+", None),
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
        ("0", "U"),
        ("0.0", None),
        ("Below 1", "U"),
        ("< 1", "U"),
        ("W", "U"),
        ("10", None),
        ("-9", None),
        ("A", None),
        ("A*", None),
        ("C", None),
        ("Q", "Q"),
        ("5 4", "5-4"),
        ("5/4", "5-4"),
        ("5–4", "5-4"),
        ("4/5", None),
        ("GCSE 5", "5"),
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


@pytest.mark.parametrize(
    "text, name",
    [
        ("4+", "4"),
        ("4=", "4"),
        ("4-", "4"),
        ("4 –", "4"),
        ("4−", "4"),
        ("2=", "2"),
        ("4++", "4"),
        ("7a", "7"),
        ("6c", "6"),
        ("4B", "4"),
        ("4S", "4"),
        ("4D", "4"),
        ("4 Emerging", "4"),
        ("Grade 4+", "4"),
        ("4.2", "4"),
        ("7.5", "7"),
        ("9-", "9"),
        ("M+", "Merit"),
        ("L2D-", "Level 2 Distinction"),
    ],
)
def test_a_fine_grade_is_the_grade_it_lies_in(text, name):
    assert GRADES.parse(text) == name and GRADES.is_fine(text)


@pytest.mark.parametrize(
    "text",
    [
        "-9",
        "+4",
        "10+",
        "0+",
        "U+",
        "X-",
        "4.25",
        "0.5",
        "4f",
        "4w",
        "ab",
        "A+",
        "4+-",
        "--",
    ],
)
def test_what_is_no_fine_grade(text):
    assert GRADES.parse(text) is None and not GRADES.is_fine(text)


@pytest.mark.parametrize(
    "text", ["4", "4.0", "5-4", "54", "U", "0", "D1", "Grade 4", "e3", ""]
)
def test_what_is_as_fine_as_the_scale(text):
    assert not GRADES.is_fine(text)


@pytest.mark.parametrize(
    "scale, text, fine",
    [
        (SCORES, "104.33", True),
        (SCORES, "104.5", False),
        (SCORES, "104", False),
        (LEVELS, "4.27", False),
        (LEVELS, "4+", False),
        (LETTERS, "C+", False),
    ],
)
def test_fineness_of_other_scales(scale, text, fine):
    assert scale.is_fine(text) is fine


@pytest.mark.parametrize(
    "name, spellings",
    [
        ("Entry level 1", ["E1", "EL1", "Entry 1", "Entry Level 1", "FS E1"]),
        ("Entry level 2", ["E2", "EL2", "Entry 2"]),
        ("Entry level 3", ["E3", "EL3", "Entry 3", "ENTRY LEVEL 3"]),
        ("Level 1", ["L1", "Level 1", "FS L1"]),
        ("Level 1 Pass", ["L1P", "P1", "L1 Pass", "L1-P", "Level 1 Pass"]),
        ("Level 1 Merit", ["M1", "L1M"]),
        ("Level 1 Distinction", ["D1", "L1D"]),
        ("Level 2", ["L2", "Level 2", "FS L2", "Functional Skills Level 2"]),
        ("Level 2 Pass", ["L2P", "P2", "L2 Pass"]),
        ("Level 2 Merit", ["L2M", "M2"]),
        ("Level 2 Distinction", ["L2D", "D2"]),
        ("Level 2 Distinction*", ["L2D*", "*2", "L2 Distinction*", "D*2"]),
        ("Pass", ["P", "Pass"]),
        ("Merit", ["M", "MERIT"]),
        ("Distinction", ["D", "Dist"]),
        ("Distinction*", ["D*", "Distinction *"]),
        ("MM", ["MM"]),
        ("DM", ["DM", "MD"]),
        ("D*D*", ["D*D*", "D* D*"]),
    ],
)
def test_other_qualifications_have_one_name_each(name, spellings):
    assert {GRADES.parse(text) for text in spellings} == {name}
    assert GRADES.is_other(name) and GRADES.is_code(name) and not GRADES.is_result(name)
    assert GRADES.step(name) == OTHER and math.isnan(GRADES.points(name))
    assert not GRADES.reached(name, reach="1") and GRADES.parse(name) == name


def test_no_spelling_stands_for_two_names():
    for name in names():
        table = tomllib.loads(
            files("senlib.frameworks").joinpath(f"{name}.toml").read_text("utf-8")
        )
        for scale in table["scales"].values():
            spelt = [*scale.get("spellings", {}).items()]
            spelt += [
                (text, other[0])
                for other in scale.get("others", [])
                for text in other[2]
            ]
            held = {}
            for spelling, result in spelt:
                folded = "".join(spelling.casefold().split())
                assert held.setdefault(folded, result) == result, spelling


def test_letters_keep_their_own_pass_and_distinction():
    assert [LETTERS.parse(text) for text in ("D", "P", "M", "L2P")] == [
        "D",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "text, name",
    [
        ("2026-04-05 00:00:00", "5-4"),
        ("2026-04-05", "5-4"),
        ("2026-05-04T00:00:00", "5-4"),
        ("05-Apr", "5-4"),
        ("5-Apr-26", "5-4"),
        ("5 April 2026", "5-4"),
        ("05/04/2026", "5-4"),
        ("5/4/26", "5-4"),
        ("5 Apr", "5-4"),
        ("04/04/2026", "4-4"),
        ("2026-01-02 00:00:00", "2-1"),
        ("2026-09-09", "9-9"),
        ("2026-06-04", None),
        ("2026-04-14", None),
        ("2026-10-09", None),
        ("5-4", None),
        ("45000", None),
        ("5 Foo", None),
        ("", None),
    ],
)
def test_a_double_award_that_became_a_date(text, name):
    assert GRADES.from_date(text) == name
    assert SCORES.from_date(text) is None


def test_every_double_award_comes_back_from_the_date_it_became():
    for name in GRADES.double_awards():
        day, month = name.split("-")
        assert GRADES.from_date(f"2026-0{month}-0{day} 00:00:00") == name
        assert GRADES.from_date(f"2026-0{day}-0{month} 00:00:00") == name


STA_CODES = [
    *(
        "A",
        "AS",
        "B",
        "CA",
        "CB",
        "CN",
        "D",
        "F",
        "H",
        "J",
        "L",
        "M",
        "N",
        "NS",
        "P",
        "Q",
        "S",
    ),
    *("T", "U", "W", "X", "Z", "BLW", "EM", "EXS", "GDS", "HNM", "WTS", "NOTSEN"),
    *(f"PK{standard}" for standard in "123456EFG"),
    *(f"P{number}{part}" for number in "123" for part in ("i", "ii")),
    *(f"P{number}" for number in "45678"),
]


@pytest.mark.parametrize("code", STA_CODES)
def test_every_code_of_key_stage_2_is_known_in_capitals_and_small_letters(code):
    assert SCORES.parse(code) == SCORES.parse(code.lower()) == code
    assert SCORES.is_code(code) and not SCORES.reached(code, reach="59")


def test_what_the_codes_of_key_stage_2_tell():
    kinds = {code.name: code.kind for code in SCORES.codes}
    standards = {name for name in kinds if SCORES.is_standard(name)}
    assert standards == {"EXS", "WTS", "GDS", "HNM", "AS", "NS"}
    below = set(SCORES.below_range())
    assert below == {
        *(name for name in STA_CODES if name.startswith("P") and name != "P"),
        *("B", "BLW", "EM", "N", "PKS"),
    }
    assert all(SCORES.is_result(name) is (name in below) for name in kinds)


def test_nominal_scores_are_those_of_the_department():
    """DfE, Secondary accountability measures: the points of pupils without a scaled score."""
    given = {
        code.name: code.points for code in SCORES.codes if not math.isnan(code.points)
    }
    assert given == {
        **dict(
            zip(
                ["PK1", "PK2", "PK3", "PK4", "PK5", "PK6"],
                [64, 67, 70, 73, 76, 79],
                strict=True,
            )
        ),
        **dict.fromkeys(["P1i", "P1ii", "P2i", "P2ii", "P3i", "P3ii"], 59),
        **dict(zip(["P4", "P5", "P6", "P7", "P8"], [61, 63, 65, 67, 69], strict=True)),
        **{"PKF": 73, "PKE": 76, "PKG": 79, "N": 79},
    }


@pytest.mark.parametrize(
    "values, found",
    [
        (["H", "M", "L"], True),
        (["l", " M ", ""], True),
        (["High", "Middle", "Low", "-"], True),
        (["HPA", "MPA", "LPA", "N/A"], True),
        (["M"], True),
        (["High prior", "Low attainer"], True),
        (["M", "L", "104"], False),
        (["M", "B"], False),
        (["", "-"], False),
        ([], False),
    ],
)
def test_bands_by_name(values, found):
    assert looks_like_bands(values) is found


@pytest.mark.parametrize(
    "values, found",
    [
        (["A*", "C", "U", ""], True),
        (["D", "E", "x"], True),
        (["D"], False),
        (["D", "U"], False),
        (["D", "M", "P"], False),
        (["B", "5"], False),
        (["U", ""], False),
    ],
)
def test_letter_grades(values, found):
    assert looks_like_letter_grades(values) is found


@pytest.mark.parametrize("text", ["", "-", "–", "n/a", "NA", " None ", "#N/A", "nil"])
def test_nothing_in_so_many_words(text):
    assert is_nothing(text)


@pytest.mark.parametrize("text", ["0", "No", "A", "x", "-9"])
def test_something(text):
    assert not is_nothing(text)


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
    assert [GRADES.points(name) for name in found] == [
        half / 2 for half in range(2, 19)
    ]


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
        LETTERS.parse("B") == "B"
        and not LETTERS.is_code("B")
        and LETTERS.reached("B", reach="C")
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
    assert [LEVELS.points(level) for level in "12345678"] == [
        9,
        15,
        21,
        27,
        33,
        39,
        45,
        51,
    ]
    assert [LEVELS.points(level) for level in ("W", "2c", "2b", "2a")] == [
        3,
        13,
        15,
        17,
    ]
    assert math.isnan(LEVELS.points("A"))


def test_codes_below_the_range_are_results_and_others_are_none():
    assert {code.name for code in LEVELS.codes if LEVELS.is_result(code.name)} == {
        "B",
        "N",
    }
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
