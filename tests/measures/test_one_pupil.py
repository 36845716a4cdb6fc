"""One pupil: the cells she is counted in and how far she has come, by hand; and the same as the measures of the whole school."""

import pytest

from senlib import open_sample, samples
from senlib.measures.one_pupil import CELL, cells_of, now_of
from senlib.measures.tracking import people_in_cell, track
from tests.measures.schools import cohort_of, school, yes_or_no


def cells(made, pupil="1"):
    return cells_of(made, pupil).values.tolist()


def test_from_3_to_5():
    made = cohort_of("levels", [("1", "A", "3", "5")], subject="English")
    assert (
        cells(made) == [["KS3", "English", 2004, "3", "5", "5"]]
        and list(cells_of(made, "1").columns) == CELL
    )


def test_a_pupil_without_a_result_stands_in_the_cell_of_those_without():
    made = cohort_of(
        "levels", [("1", "A", "3", "-"), ("2", "N", "4", "5")], subject="English"
    )
    assert cells(made) == [["KS3", "English", 2004, "3", "no result", "no result"]]


def test_whether_a_cohort_has_finished_the_other_pupils_tell():
    """Alone, a pupil without a result might as well be in Year 8 still."""
    assert cells(cohort_of("levels", [("1", "A", "3", "-")], subject="English")) == []


def test_a_pupil_without_an_entry_stands_under_none():
    assert cells(cohort_of("levels", [("1", "A", "-", "5")], subject="English")) == [
        ["KS3", "English", 2004, "none", "5", "5"]
    ]


def test_a_result_is_told_as_it_was_given_and_its_cell_is_the_whole_level():
    pupils = [
        {"pupil_id": "1", "sen_provision": "A", "year_group": "10", "ks4_year": "2006"}
    ]
    made = school(
        "levels",
        pupils,
        [
            ("1", "KS2", "English", "test", "3a"),
            ("1", "KS3", "English", "teacher", "5b"),
        ],
    )
    (cell,) = cells(made)
    assert cell[3:] == ["3", "5", "5b"]


def test_a_cohort_that_is_not_known_is_0():
    pupils = [{"pupil_id": "1", "sen_provision": "A"}]
    made = school(
        "levels",
        pupils,
        [("1", "KS2", "English", "test", "3"), ("1", "KS3", "English", "test", "4")],
    )
    assert cells(made) == [["KS3", "English", 0, "3", "4", "4"]]


@pytest.mark.parametrize("pupil", ["1", "nobody"])
def test_where_there_is_nothing_there_are_no_rows(pupil):
    made = school("levels", [{"pupil_id": "1", "on_roll": "Y", "year_group": "8"}], [])
    assert len(cells_of(made, pupil)) == 0 and len(now_of(made, pupil)) == 0
    assert (
        list(cells_of(made, pupil).columns) == CELL
        and "subject" in now_of(made, pupil).columns
    )


@pytest.mark.parametrize(
    "differs, rows",
    [
        ({}, 1),
        ({"year_group": "10"}, 0),
        ({"on_roll": "N"}, 0),
        ({"year_group": ""}, 0),
        ({"sen_provision": "N"}, 1),
    ],
)
def test_who_is_followed_now(differs, rows):
    pupil = {
        "pupil_id": "1",
        "on_roll": "Y",
        "year_group": "8",
        "sen_provision": "A",
    } | differs
    assert (
        len(
            now_of(
                school("levels", [pupil], [("1", "KS2", "English", "test", "3")]), "1"
            )
        )
        == rows
    )


def test_a_start_that_is_not_known_is_followed_too():
    made = school(
        "levels",
        [{"pupil_id": "1", "on_roll": "Y", "year_group": "8"}],
        [("1", "KS2", "English", "test", "A")],
    )
    (row,) = now_of(made, "1").itertuples()
    judged = [yes_or_no(row.on_course), yes_or_no(row.stuck)]
    assert [[row.entry_band, row.now, *judged]] == [["none", "", "", ""]]


@pytest.mark.parametrize("framework", samples())
def test_one_pupil_agrees_with_the_whole_school(framework):
    made = open_sample(framework)
    followed = track(
        made, entry=[*made.framework.stage(made.framework.tracking.stage).bands, "none"]
    )
    for pupil in followed["pupil_id"].drop_duplicates().iloc[::300]:
        hers = followed[followed["pupil_id"] == pupil]
        # Of a subject of which neither is held her own page says nothing.
        hers = hers[(hers["entry"] != "") | (hers["now"] != "")].reset_index(drop=True)
        assert now_of(made, pupil).equals(hers)
    finished = made.pupils[made.pupils["on_roll"] == "N"]["pupil_id"].iloc[::300]
    for pupil in finished:
        for row in cells_of(made, pupil).head(2).itertuples():
            people = people_in_cell(
                made,
                stage=row.stage,
                subject=row.subject,
                cohort=row.cohort,
                entry=row.entry,
                outcome=row.outcome,
            )
            assert pupil in set(people["pupil_id"])
