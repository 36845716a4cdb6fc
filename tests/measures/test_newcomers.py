"""Newcomers: who in Year 7 stands in which row of the chart, by hand, at the edges of each band, and in the sample schools."""

import pytest

from senlib import open_sample, samples
from senlib.frameworks import load
from senlib.measures.newcomers import newcomers
from tests.measures.schools import school

COLUMNS = [
    "row",
    "pupil_id",
    "forename",
    "surname",
    "form",
    "sen_provision",
    "need",
    "sen",
]


def standing(framework, results, **differs):
    """In which rows a pupil of Year 7 stands who has these results on entry; each row's key without its beginning."""
    person = {
        "pupil_id": "1",
        "year_group": "7",
        "sen_provision": "N",
        "on_roll": "Y",
    } | differs
    table = newcomers(
        school(framework, [person], [("1", "KS2", *result) for result in results])
    )
    assert list(table.columns) == COLUMNS
    return [row.removeprefix("task5.chart.") for row in table["row"]]


@pytest.mark.parametrize(
    "level, rows",
    [
        ("4c", []),
        ("4", []),
        ("3a", ["english.3"]),
        ("3", ["english.3"]),
        ("3c", ["english.3"]),
        ("2a", ["english.2"]),
        ("2c", ["english.2"]),
        ("1", ["english.below_2"]),
        ("P8", ["english.below_2"]),
        ("W", ["english.below_2"]),
        ("A", []),
    ],
)
def test_the_rows_of_english_by_levels(level, rows):
    assert standing("levels", [("English", "test", level)]) == rows


def test_a_pupil_may_stand_in_several_rows_and_science_has_none():
    results = [
        ("English", "test", "2"),
        ("Mathematics", "test", "3"),
        ("Science", "test", "2"),
    ]
    assert standing("levels", results, eal_stage="2") == [
        "english.2",
        "mathematics.3",
        "eal",
    ]


@pytest.mark.parametrize(
    "stage, rows", [("", []), ("1", ["eal"]), ("2", ["eal"]), ("3", []), ("4", [])]
)
def test_stages_1_and_2_of_english_as_an_additional_language(stage, rows):
    assert standing("levels", [], eal_stage=stage) == rows


@pytest.mark.parametrize(
    "reading, mathematics, rows",
    [
        ("100", "100", []),
        ("99", "100", ["score.96"]),
        ("96", "96", ["score.96"]),
        ("95", "96", ["score.90"]),
        ("90", "90", ["score.90"]),
        ("89", "90", ["score.80"]),
        ("80", "80", ["score.80"]),
    ],
)
def test_the_rows_of_scores_at_their_edges(reading, mathematics, rows):
    assert (
        standing(
            "gcse", [("Reading", "test", reading), ("Mathematics", "test", mathematics)]
        )
        == rows
    )


def test_a_teacher_s_level_stands_in_for_a_code():
    assert standing(
        "levels", [("English", "test", "A"), ("English", "teacher", "2")]
    ) == ["english.2"]


@pytest.mark.parametrize(
    "differs", [{"year_group": "8"}, {"year_group": ""}, {"on_roll": "N"}]
)
def test_only_year_7_now(differs):
    assert standing("levels", [("English", "test", "3")], **differs) == []


def test_within_a_row_by_name_and_who_has_sen():
    people = [("1", "Zhou", "A"), ("2", "Ash", "N"), ("3", "Ash", ""), ("4", "", "P")]
    pupils = [
        {
            "pupil_id": p,
            "surname": name,
            "sen_provision": sen,
            "year_group": "7",
            "on_roll": "Y",
        }
        for p, name, sen in people
    ]
    table = newcomers(
        school(
            "levels", pupils, [(p, "KS2", "English", "test", "3") for p, *_ in people]
        )
    )
    assert table[["pupil_id", "sen"]].values.tolist() == [
        ["4", True],
        ["2", False],
        ["3", False],
        ["1", True],
    ]


def test_a_school_without_a_year_7_has_an_empty_table():
    table = newcomers(school("levels", [], []))
    assert (
        len(table) == 0
        and list(table.columns) == COLUMNS
        and int(table["sen"].sum()) == 0
    )


@pytest.mark.parametrize("framework", samples())
def test_in_a_sample_nobody_stands_in_two_rows_of_one_subject(framework):
    table = newcomers(open_sample(framework))
    rows = [row for row, _, _ in load(framework).tracking.newcomers]
    assert table["row"].drop_duplicates().tolist() == [
        row for row in rows if row in set(table["row"])
    ]
    subject = table["row"].str.split(".").str[2]
    assert not table.assign(subject=subject).duplicated(["subject", "pupil_id"]).any()
    assert set(table["pupil_id"]) <= set(
        open_sample(framework).pupils.query("year_group == 7 and on_roll == 'Y'")[
            "pupil_id"
        ]
    )
