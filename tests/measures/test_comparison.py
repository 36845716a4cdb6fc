"""Comparison: England from a school's own starts, by hand; of which year, of whom, and when there is no verdict."""

import pandas as pd
import pytest

from senlib import national
from senlib.measures.comparison import of_known_starts
from senlib.measures.conversion import conversion
from senlib.measures.proportion import wilson
from tests.measures.schools import school


def england(*rows, subject="Mathematics", reach="4", whose=national.ENGLAND):
    """Figures from (year, group, entry, percent)."""
    return pd.DataFrame(
        [
            (
                "KS4",
                year,
                subject,
                group,
                entry,
                reach,
                percent,
                1000,
                "figure",
                "made up",
                whose,
            )
            for year, group, entry, percent in rows
        ],
        columns=national.FIGURE_COLUMNS,
    )


def leavers(*people, cohort="2024", **more):
    """A school of (SEN code, start, grade), all leavers of one summer."""
    pupils = [
        {"pupil_id": f"{cohort}{i}", "sen_provision": sen, "ks4_year": cohort} | more
        for i, (sen, _, _) in enumerate(people)
    ]
    results = [
        (f"{cohort}{i}", "KS2", "Prior attainment", "test", start)
        for i, (_, start, _) in enumerate(people)
        if start
    ]
    results += [
        (f"{cohort}{i}", "KS4", "Mathematics", "test", grade)
        for i, (*_, grade) in enumerate(people)
    ]
    return pupils, results


def rates(figures, *parts, **asked):
    pupils, results = ([row for part in parts for row in part[side]] for side in (0, 1))
    asked = {"subject": "Mathematics", "reach": "4"} | asked
    return conversion(
        school("gcse", pupils, results, year=2026), figures=figures, **asked
    )


def one(table, *, group="SEN", entry="all", cohort=2024):
    asked = (
        (table["group"] == group)
        & (table["entry"] == entry)
        & (table["cohort"] == cohort)
    )
    [row] = list(table[asked].itertuples())
    return row


# Of the seven pupils with SEN the start of one is not known, and one starts where England has no figure.
PEOPLE = [
    ("K", "<80", "1"),
    ("K", "<80", "4"),
    ("K", "B", "2"),
    ("K", "100-102", "4"),
    ("E", "100-102", "X"),
    ("K", "", "4"),
    ("K", "117-120", "9"),
    ("N", "100-102", "5"),
]
FIGURES = [
    (2024, "SEN", "<80", 5.0),
    (2024, "SEN", "100-102", 45.0),
    (2024, "SEN", "all", 42.0),
    (2024, "all", "<80", 6.0),
    (2024, "all", "100-102", 60.0),
    (2023, "SEN", "100-102", 99.0),
]


def test_expected_is_england_s_rate_from_each_start_by_hand():
    row = one(rates(england(*FIGURES), leavers(*PEOPLE)))
    # Three below 80 (one of them below the test, which in England stands there), two at 100-102.
    assert (row.with_start, row.reached_with_start) == (5, 2)
    assert row.expected == pytest.approx(3 * 0.05 + 2 * 0.45)
    assert row.expected_percent == pytest.approx(21.0)
    assert (row.pupils, row.without_start, row.expected_year) == (7, 1, 2024)
    low, high = wilson(pd.Series([2]), pd.Series([5])).iloc[0][["low", "high"]]
    assert low < 21 < high and row.difference == "not clear"
    # England's own rate from every start is another thing, and stands beside.
    assert row.national == 42


def test_the_verdict_is_against_the_same_starts_and_not_against_all():
    low_starts = [("K", "<80", "4" if i < 8 else "1") for i in range(20)]
    row = one(rates(england(*FIGURES), leavers(*low_starts)))
    # 40 % is as good as England's 42 % from any start, and far above its 5 % from theirs.
    assert (
        row.national == 42 and row.expected_percent == 5 and row.difference == "higher"
    )


def test_who_is_told_of_where_starts_are_known():
    table = of_known_starts(rates(england(*FIGURES), leavers(*PEOPLE)))
    row = one(table)
    assert (row.pupils, row.reached, row.left_out) == (5, 2, 2)
    assert row.percent == pytest.approx(40)
    of_one_start = one(table, entry="100-102")
    assert (of_one_start.pupils, of_one_start.left_out) == (2, 0)


def test_where_no_start_is_known_the_row_is_as_it_was():
    table = rates(
        england((2026, "SEN", "all", 50.0)), leavers(("K", "", "4"), ("K", "", "1"))
    )
    row = one(of_known_starts(table))
    assert (row.pupils, row.left_out, row.with_start) == (2, 0, 0)
    assert pd.isna(row.expected_percent) and row.difference == ""


@pytest.mark.parametrize(
    ("cohort", "held", "year", "judged"),
    [
        ("2024", (2022, 2023, 2024), 2024, True),
        ("2025", (2022, 2023, 2024), 2024, False),
        ("2023", (2022, 2024), 2024, False),  # as near: the later one
        (
            "2021",
            (2021, 2024),
            2021,
            False,
        ),  # teachers gave the grades: shown, and not judged by
        ("2020", (2021, 2022), 2022, False),  # and never taken for another summer
        ("2020", (2021,), None, False),
    ],
)
def test_which_year_stands_beside_a_summer(cohort, held, year, judged):
    figures = england(*((one_year, "SEN", "<80", 50.0) for one_year in held))
    people = [("K", "<80", "4"), ("K", "<80", "1")]
    row = one(rates(figures, leavers(*people, cohort=cohort)), cohort=int(cohort))
    assert (None if pd.isna(row.expected_year) else row.expected_year) == year
    assert (row.difference != "") == judged


def test_a_summer_that_is_not_known_is_not_judged():
    table = rates(
        england((2024, "SEN", "<80", 1.0)), leavers(("K", "<80", "4"), cohort="")
    )
    [row] = list(
        table[(table["group"] == "SEN") & (table["entry"] == "all")].itertuples()
    )
    assert row.expected_year == 2024 and row.difference == ""


def test_summers_together_stand_each_beside_its_own_year():
    figures = england((2024, "SEN", "<80", 10.0), (2023, "SEN", "<80", 30.0))
    parts = [
        leavers(("K", "<80", "4"), ("K", "<80", "1"), cohort="2024"),
        leavers(("K", "<80", "1"), ("K", "<80", "1"), ("K", "", "4"), cohort="2023"),
    ]
    row = one(rates(figures, *parts, together=(2024, 2023)))
    assert (row.pupils, row.with_start, row.reached, row.reached_with_start) == (
        5,
        4,
        2,
        1,
    )
    assert (
        row.expected == pytest.approx(2 * 0.1 + 2 * 0.3)
        and row.difference == "not clear"
    )
    of_one_start = one(rates(figures, *parts, together=(2024, 2023)), entry="<80")
    assert of_one_start.national == pytest.approx(20)


def test_a_summer_without_a_figure_leaves_none_for_both():
    figures = england((2021, "SEN", "<80", 10.0))
    parts = [leavers(("K", "<80", "4"), cohort=cohort) for cohort in ("2021", "2022")]
    row = one(rates(figures, *parts, together=(2022, 2021)), cohort=2022)
    assert pd.isna(row.expected) and row.difference == "" and row.pupils == 2


@pytest.mark.parametrize(
    ("by", "value", "group", "whose"),
    [
        ("sex", {"sex": "F"}, "F", "girls"),
        ("sex", {"sex": "M"}, "M", "boys"),
        ("language", {"language": "English"}, "English", "first language English"),
        # A form of that name is no such group.
        ("form", {"form": "SEN"}, "SEN", None),
        ("form", {"form": "girls"}, "girls", None),
    ],
)
def test_groups_are_those_that_england_tells_apart(by, value, group, whose):
    figures = england(
        *(
            (2024, name, "<80", 10.0)
            for name in ("SEN", "girls", "boys", "first language English")
        )
    )
    row = one(rates(figures, leavers(("K", "<80", "4"), **value), by=by), group=group)
    assert pd.isna(row.expected) == (whose is None)


def test_a_subject_is_england_s_whatever_the_school_calls_it():
    pupils, results = leavers(("K", "<80", "4"))
    results = [
        (*row[:2], "RE" if row[1] == "KS4" else row[2], *row[3:]) for row in results
    ]
    results += [("20240", "KS4", "Mathematics", "test", "4")]
    figures = england((2024, "SEN", "<80", 10.0), subject="Religious Studies")
    table = rates(figures, (pupils, results), subject=None)
    row = next(
        table[(table["subject"] == "RE") & (table["group"] == "SEN")].itertuples()
    )
    assert row.expected_percent == 10


def test_a_typed_figure_of_others_stands_beside_england_s_and_is_not_taken_for_it():
    figures = pd.concat(
        [
            england((2024, "SEN", "<80", 90.0), whose="your LEA"),
            england((2023, "SEN", "<80", 80.0), whose="your LEA"),
            england((2024, "SEN", "<80", 10.0)),
        ]
    )
    table = rates(figures, leavers(("K", "<80", "4"), ("K", "<80", "1")))
    row = one(table, entry="<80")
    assert (row.national, row.typed, row.typed_whose, row.typed_year) == (
        10,
        90,
        "your LEA",
        2024,
    )
    assert row.typed_difference == "not clear"
    earlier = rates(figures.iloc[1:2], leavers(("K", "<80", "4")))
    row = one(earlier, entry="<80")
    assert (row.typed, row.typed_difference) == (80, "") and pd.isna(row.national)


def test_where_nobody_is_counted_nothing_fails():
    table = rates(england(*FIGURES), ([{"pupil_id": "a", "sen_provision": "K"}], []))
    assert table.empty and "expected_percent" in table
