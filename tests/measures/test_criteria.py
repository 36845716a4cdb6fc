"""Criteria: each target by hand, at, below and above its line."""

import math

import pytest

from senlib import national
from senlib.measures.criteria import criteria, low_entries
from tests.measures.schools import cohort_of, school


def one(table, key, subject):
    found = table[(table["criterion"] == key) & (table["subject"] == subject)]
    assert len(found) == 1
    return found.iloc[0]


def sen_cohort(gained, not_gained, subject="English"):
    rows = [(f"g{i}", "A", "3", "4") for i in range(gained)] + [
        (f"n{i}", "A", "3a", "3c") for i in range(not_gained)
    ]
    return cohort_of("levels", rows, subject=subject)


@pytest.mark.parametrize(
    ("gained", "not_gained", "met", "more"),
    [
        (79, 21, False, 1),
        (80, 20, True, 0),
        (81, 19, True, 0),
        (8, 2, True, 0),
        (7, 2, False, 1),
    ],
)
def test_at_least_80_percent_below_at_and_above(gained, not_gained, met, more):
    found = one(criteria(sen_cohort(gained, not_gained)), "gain_sen", "English")
    assert (found.met, found.more, found.pupils, found.reached) == (
        met,
        more,
        gained + not_gained,
        gained,
    )


def test_a_gain_is_of_a_whole_level_whatever_the_sub_level():
    rows = [
        ("a", "A", "3a", "4c"),
        ("b", "A", "3c", "3a"),
        ("c", "A", "W", "1"),
        ("d", "A", "1", "1a"),
        ("e", "A", "5", "5"),
        ("f", "A", "4", "6"),
    ]
    found = one(
        criteria(cohort_of("levels", rows, subject="Science")), "gain_sen", "Science"
    )
    assert (found.reached, found.pupils) == (3, 6)


def test_pupils_below_level_2_in_english_and_what_a_code_hides():
    rows = [
        ("a", "N", "W", "2"),
        ("b", "A", "1", "B"),
        ("c", "A", "1", "1"),
        ("d", "N", "1", "A"),
        ("e", "N", "P5", "-"),
        ("f", "N", "2", "3"),
        ("g", "A", "A", "3"),
    ]
    table = criteria(cohort_of("levels", rows, subject="English"))
    found = one(table, "gain_below_2", "English")
    # Everybody below level 2, with SEN or not; b's code hides whether there was a gain; d and e have no result.
    assert (found.pupils, found.reached, found.without_result, found.hidden) == (
        5,
        1,
        2,
        1,
    )
    assert one(table, "gain_at_2", "English").pupils == 1
    # g's start is not known, so no gain can be looked for.
    assert one(table, "gain_sen", "English").pupils == 2


def test_whether_n_lets_one_tell():
    assert not one(criteria(sen_cohort(7, 2)), "gain_sen", "English").clear
    assert one(criteria(sen_cohort(40, 60)), "gain_sen", "English").clear


@pytest.mark.parametrize(
    ("attendances", "met", "more"),
    [
        # At the line and not above it: one of the two has to come more often.
        (["92", "92"], False, 1),
        (["90", "94"], False, 1),
        # All are below: all must rise above it.
        (["90", "91", "91.5"], False, 3),
        (["92.1", "92"], True, 0),
        (["80", "95", "97"], False, 1),
        (["70", "80", "99"], False, 2),
        (["93"], True, 0),
    ],
)
def test_attendance_is_to_be_above_its_line(attendances, met, more):
    pupils = [
        {"pupil_id": str(i), "sen_provision": "A", "year_group": "9", "attendance": a}
        for i, a in enumerate(attendances)
    ]
    pupils += [
        {"pupil_id": "off", "sen_provision": "A", "on_roll": "N", "attendance": "1"},
        {"pupil_id": "no sen", "sen_provision": "N", "attendance": "1"},
        {"pupil_id": "unknown", "sen_provision": "A", "attendance": ""},
    ]
    found = one(criteria(school("levels", pupils, [])), "attendance_sen", "")
    assert (found.met, found.more, found.pupils, found.without_result) == (
        met,
        more,
        len(attendances),
        1,
    )


def test_gcse_targets_are_england_s_own_figures():
    pupils = [
        {"pupil_id": str(i), "sen_provision": "K", "ks4_year": "2024"}
        for i in range(10)
    ]
    results = [(str(i), "KS2", "Prior attainment", "test", "<80") for i in range(10)]
    results += [
        (str(i), "KS4", "Mathematics", "test", "2" if i < 4 else "1") for i in range(10)
    ]
    table = criteria(school("gcse", pupils, results, year=2025))
    held = national.figures("gcse").query(
        "year == 2024 and subject == 'Mathematics' and group == 'SEN' and entry == '<80' and reach == '2'"
    )
    found = one(table, "grade_2_below_80", "Mathematics")
    assert found.target == held["percent"].iloc[0] and round(found.target, 1) == 32.0
    assert (found.met, found.reached) == (True, 4)
    # All ten started below 80: beside them stands what England reached from there, and not the 42.6 of every start.
    assert round(one(table, "grade_4_sen", "Mathematics").target, 1) == 5.3


def test_without_a_figure_to_compare_with_nothing_is_met_and_nothing_is_asked():
    pupils = [{"pupil_id": "a", "sen_provision": "K", "ks4_year": "2024"}]
    people = school(
        "gcse", pupils, [("a", "KS4", "Mathematics", "test", "4")], year=2025
    )
    found = one(
        criteria(people, figures=national.figures("gcse").iloc[:0]),
        "grade_4_sen",
        "Mathematics",
    )
    assert math.isnan(found.target) and not found.met and found.more == 0


def test_a_school_without_results_has_no_rates_and_does_not_fail():
    table = criteria(
        school(
            "levels", [{"pupil_id": "a", "sen_provision": "A", "year_group": "7"}], []
        )
    )
    assert set(table["criterion"]) <= {"attendance_sen"}


def test_the_count_of_year_7():
    pupils = [
        {"pupil_id": p, "sen_provision": sen, "year_group": y}
        for p, sen, y in [
            ("a", "A", "7"),
            ("b", "N", "7"),
            ("c", "N", "7"),
            ("d", "A", "8"),
            ("e", "A", "7"),
        ]
    ]
    pupils[4]["on_roll"] = "N"
    results = [
        ("a", "KS2", "English", "test", "B"),
        ("a", "KS2", "English", "teacher", "1"),
        ("b", "KS2", "English", "test", "2"),
        ("d", "KS2", "English", "test", "2"),
        ("e", "KS2", "English", "test", "2"),
    ]
    found = low_entries(school("levels", pupils, results)).set_index(
        ["subject", "group"]
    )
    assert found.loc[("English", "all")].tolist() == [3, 2, 1]
    assert found.loc[("English", "SEN")].tolist() == [1, 1, 0]
    assert found.loc[("Science", "all")].tolist() == [3, 0, 3]


def test_the_other_denominator():
    rows = [("a", "A", "3", "4"), ("b", "A", "3", "A"), ("c", "A", "3", "-")]
    found = one(
        criteria(
            cohort_of("levels", rows, subject="English"), denominator="with_result"
        ),
        "gain_sen",
        "English",
    )
    assert (found.pupils, found.without_result, found.percent) == (1, 2, 100)
