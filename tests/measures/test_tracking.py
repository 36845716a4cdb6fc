"""Tracking: who is listed, where she is now, and how 'on course' and 'stuck' come about, by hand."""

import pandas as pd
import pytest

from senlib import national
from senlib.frameworks import load
from senlib.measures.expected import expected_outcomes
from senlib.measures.tracking import (
    NO_NOW,
    NO_POINTS,
    NO_START,
    on_course_rates,
    people_in_cell,
    track,
)
from tests.measures.schools import cohort_of, school, true_or_false, yes_or_no


def levels(year_group, entry, now, date="", **others):
    pupil = {
        "pupil_id": "p",
        "sen_provision": "A",
        "year_group": str(year_group),
        "forename": "Ada",
        "surname": "Zhou",
        "set_english": "8En4",
    } | others
    results = [("p", "KS2", "English", "test", entry)]
    if now is not None:
        results.append(("p", "now", "English", "teacher", now, date))
    return track(
        school("levels", [pupil], results), subject="English", entry=["2", "3"]
    )


@pytest.mark.parametrize(
    ("year_group", "entry", "now", "date", "gain", "on_course", "stuck"),
    [
        # From 3 (21 points) to 5c (31): a third of the way, 24.3 points, by the end of Year 7.
        (7, "3", "4c", "2005-07-15", 0.7, "yes", "no"),
        (7, "3", "3a", "2005-07-15", 0.3, "no", "no"),
        # By 10 December a third of Year 7 has gone: 22.1 points are wanted.
        (7, "3", "3a", "2004-12-10", 0.3, "yes", "no"),
        (7, "3", "3b", "2004-12-10", 0.0, "no", "no"),
        # A year in and no higher: stuck. Half a level up is not.
        (8, "3", "3b", "2004-12-10", 0.0, "no", "yes"),
        (8, "3", "3c", "2005-07-15", -0.3, "no", "yes"),
        (8, "3", "3a", "2005-07-15", 0.3, "no", "no"),
        (9, "3", "5c", "2005-07-15", 1.7, "yes", "no"),
        (9, "3", "4a", "2005-07-15", 1.3, "no", "no"),
        # Without a date nobody can say how much time it took; the gain is one all the same.
        (8, "3", "3c", "", -0.3, "", ""),
        (9, "2", "2", "2005-07-15", 0.0, "no", "yes"),
    ],
)
def test_on_course_and_stuck_on_the_line_to_level_5(
    year_group, entry, now, date, gain, on_course, stuck
):
    found = levels(year_group, entry, now, date).iloc[0]
    assert (
        found.gain,
        yes_or_no(found.on_course),
        yes_or_no(found.stuck),
        found.set,
    ) == (
        gain,
        on_course,
        stuck,
        "8En4",
    )


@pytest.mark.parametrize(
    ("entry", "now", "on_course", "stuck", "unjudged"),
    [
        # W covers the P levels: in no order with them, nor with itself.
        ("W", "P8", "", "", NO_POINTS),
        ("W", "W", "", "", NO_POINTS),
        ("P6", "W", "", "", NO_POINTS),
        # P levels stand in order, and below every level; no line can be drawn from them.
        ("P6", "P8", "", "no", NO_POINTS),
        ("P8", "P8", "", "yes", NO_POINTS),
        ("P8", "1c", "", "no", NO_POINTS),
        ("W", "1c", "", "no", NO_POINTS),
        # Whatever lies below level 1 lies below the line from a level.
        ("1c", "W", "no", "yes", ""),
        ("1c", "P8", "no", "yes", ""),
        # A code says nothing of where she stands, at either end.
        ("B", "3", "", "", NO_START),
        ("A", "3", "", "", NO_START),
        ("1c", "B", "", "", NO_POINTS),
        ("1c", "N", "", "", NO_POINTS),
        ("1c", "A", "", "", NO_NOW),
        ("1c", "", "", "", NO_NOW),
    ],
)
def test_below_level_1_there_is_an_order_and_no_distance(
    entry, now, on_course, stuck, unjudged
):
    pupils = [{"pupil_id": "p", "sen_provision": "A", "year_group": "8"}]
    results = [
        ("p", "KS2", "English", "teacher", entry),
        ("p", "now", "English", "teacher", now, "2005-03-18"),
    ]
    made = school("levels", pupils, results)
    [found] = track(made, subject="English", entry=["below 2", "none"]).itertuples()
    assert pd.isna(found.gain)
    assert (yes_or_no(found.on_course), yes_or_no(found.stuck), found.unjudged) == (
        on_course,
        stuck,
        unjudged,
    )


def test_no_gain_is_written_as_minus_nothing():
    levels_scale = load("levels").scales["levels"]
    names = [one.name for one in levels_scale.values]
    pupils = [
        {"pupil_id": f"{n}", "sen_provision": "A", "year_group": "8"}
        for n in range(len(names) ** 2)
    ]
    pairs = [(then, now) for then in names for now in names]
    results = [
        (f"{n}", "KS2", "English", "test", then) for n, (then, _) in enumerate(pairs)
    ]
    results += [
        (f"{n}", "now", "English", "teacher", now, "2005-03-18")
        for n, (_, now) in enumerate(pairs)
    ]
    made = school("levels", pupils, results)
    bands = load("levels").stage().bands
    gains = track(made, subject="English", entry=bands).set_index("pupil_id")["gain"]
    assert "-0.0" not in set(map(str, gains))
    for n, (then, now) in enumerate(pairs):
        measured = levels_scale.carries_points(then) and levels_scale.carries_points(
            now
        )
        assert pd.notna(gains[f"{n}"]) == measured


@pytest.mark.parametrize(
    ("year_group", "day", "on_course", "stuck"),
    [
        # In Year 9 now, and judged by the line of the time of the result: 22.1 points in December of Year 7, 24.3 in July.
        (9, "2002-12-10", "yes", "no"),
        (9, "2003-07-15", "no", "no"),
        # Before the key stage began: the line begins at entry.
        (7, "2004-06-10", "yes", "no"),
        # A summer's holiday later it is still the end of the year.
        (8, "2004-08-20", "no", "no"),
    ],
)
def test_an_older_result_is_judged_by_its_own_school_year(
    year_group, day, on_course, stuck
):
    [found] = levels(year_group, "3", "3a", day).itertuples()
    assert (yes_or_no(found.on_course), yes_or_no(found.stuck)) == (on_course, stuck)


@pytest.mark.parametrize("now", [None, "A"])
def test_without_a_level_now_nothing_is_said(now):
    found = levels(8, "3", now).iloc[0]
    assert pd.isna(found.gain) and (
        yes_or_no(found.on_course),
        yes_or_no(found.stuck),
    ) == ("", "")


@pytest.mark.parametrize(
    ("year_group", "on_roll", "listed"),
    [(6, "Y", 0), (7, "Y", 1), (9, "Y", 1), (10, "Y", 0), (9, "N", 0)],
)
def test_pupils_on_roll_in_the_years_asked_for(year_group, on_roll, listed):
    assert len(levels(year_group, "3", "4", on_roll=on_roll)) == listed


def test_the_latest_of_several_is_where_she_is_now():
    pupils = [{"pupil_id": "p", "sen_provision": "A", "year_group": "8"}]
    results = [
        ("p", "KS2", "English", "test", "3"),
        ("p", "now", "English", "teacher", "4a", "2004-12-10"),
        ("p", "now", "English", "teacher", "4c", "2005-03-18"),
    ]
    found = track(school("levels", pupils, results), subject="English").iloc[0]
    assert (found.now, found.now_date) == ("4c", "2005-03-18")


def test_of_two_kinds_on_one_day_the_teacher_s_counts_and_a_pupil_is_listed_once():
    pupils = [{"pupil_id": "p", "sen_provision": "A", "year_group": "8"}]
    now = [
        ("p", "now", "English", kind, level, "2005-03-18")
        for kind, level in [("test", "5c"), ("teacher", "4c")]
    ]
    found = track(
        school("levels", pupils, [("p", "KS2", "English", "test", "3"), *now]),
        subject="English",
    )
    assert found["now"].tolist() == ["4c"]


def test_a_band_that_is_none_is_told():
    with pytest.raises(KeyError, match="below 2, 2, 3, 4"):
        track(school("levels", [{"pupil_id": "p", "year_group": "8"}], []), entry="zz")


def test_entry_by_a_teacher_is_said():
    pupils = [{"pupil_id": "p", "sen_provision": "A", "year_group": "8"}]
    results = [
        ("p", "KS2", "English", "test", "T"),
        ("p", "KS2", "English", "teacher", "3"),
    ]
    found = track(school("levels", pupils, results), subject="English").iloc[0]
    assert (found.entry, yes_or_no(found.entry_by_teacher)) == ("3", "yes")


@pytest.mark.parametrize(
    ("now", "on_course", "stuck"),
    [
        ("4", "yes", "no"),
        ("3", "no", "no"),
        ("2", "no", "no"),
        ("1", "no", "no"),
        ("U", "no", "yes"),
        ("X", "", ""),
    ],
)
def test_gcse_goes_by_the_grade_a_pupil_is_heading_for(now, on_course, stuck):
    # Mathematics from 90-95.5: of 40,665 pupils in England 37,952 (93 %) reached grade 1 and 29,266 (72 %) grade 2, so three in
    # four reached grade 1.
    pupils = [{"pupil_id": "p", "sen_provision": "K", "year_group": "9"}]
    results = [
        ("p", "KS2", "Reading", "test", "94"),
        ("p", "KS2", "Mathematics", "test", "92"),
        ("p", "now", "Mathematics", "teacher", now),
    ]
    found = track(school("gcse", pupils, results, year=2025), subject="Maths").iloc[0]
    assert (
        found.entry,
        found.entry_band,
        yes_or_no(found.on_course),
        yes_or_no(found.stuck),
    ) == (
        "93",
        "90-95.5",
        on_course,
        stuck,
    )


def test_where_england_has_no_figure_nobody_is_called_stuck():
    pupils = [{"pupil_id": "p", "sen_provision": "K", "year_group": "9"}]
    results = [
        ("p", "KS2", "Reading", "test", "94"),
        ("p", "now", "Psychology", "teacher", "U"),
    ]
    of = school("gcse", pupils, results, year=2025)
    assert yes_or_no(track(of, subject="Psychology").iloc[0].stuck) == ""


def test_a_subject_is_found_under_england_s_name_and_the_figures_that_are_given_are_used():
    """Three in four of England's pupils from 90 to 95.5 reached grade 2 or above in religious studies in 2024."""
    pupils = [{"pupil_id": "p", "sen_provision": "K", "year_group": "9"}]
    results = [
        ("p", "KS2", "Reading", "test", "94"),
        ("p", "now", "RE", "teacher", "U"),
    ]
    of = school("gcse", pupils, results, year=2025)
    assert yes_or_no(track(of, subject="RE").iloc[0].stuck) == "yes"
    none = national.figures("gcse").iloc[:0]
    assert yes_or_no(track(of, subject="RE", figures=none).iloc[0].stuck) == ""


def test_expected_is_of_the_edition_that_stands_beside_the_cohort():
    gcse = load("gcse")
    stage = gcse.stage()
    row = {
        "stage": "KS4",
        "subject": "Music",
        "group": "all",
        "entry": "<80",
        "kind": "figure",
    }
    figures = pd.DataFrame(
        [
            row | {"year": 2021, "reach": "3", "percent": 60.0, "whose": "England"},
            row | {"year": 2022, "reach": "1", "percent": 60.0, "whose": "England"},
            row | {"year": 2024, "reach": "2", "percent": 60.0, "whose": "England"},
            row | {"year": 2024, "reach": "5", "percent": 60.0, "whose": "your LEA"},
        ]
    )

    def expected(cohort):
        table = expected_outcomes(
            framework=gcse, stage=stage, cohort=cohort, figures=figures
        )
        return table.set_index("entry")["expected"].to_dict()

    # 'below the test' is read as England's lowest band; without a cohort the newest with examinations.
    assert (
        expected(None)
        == expected(2024)
        == expected(2025)
        == {"below the test": "2", "<80": "2"}
    )
    assert (
        expected(2022)["<80"] == expected(2020)["<80"] == "1"
        and expected(2021)["<80"] == "3"
    )


def test_expected_is_the_median_of_england_or_what_the_framework_lays_down():
    gcse = load("gcse")
    held = expected_outcomes(framework=gcse, stage=gcse.stage()).set_index(
        ["subject", "entry"]
    )["expected"]
    # 100-102 in mathematics: of 59,175 pupils 35,409 (60 %) reached grade 4 and 17,047 (29 %) grade 5.
    assert held["Mathematics", "100-102"] == "4"
    levels_framework = load("levels")
    laid_down = expected_outcomes(
        framework=levels_framework, stage=levels_framework.stage()
    ).set_index(["subject", "entry"])["expected"]
    assert laid_down["Science", "3"] == "4"


def test_rates_on_course_by_year_group_with_and_without_sen():
    rows = [
        # Year 7: of three with SEN, one is on course; of one it cannot be said; and one without SEN is on course.
        (7, "A", "yes"),
        (7, "P", "no"),
        (7, "S", "no"),
        (7, "A", ""),
        (7, "N", "yes"),
        # Year 8: nobody with SEN of whom it can be said; whether the third has SEN is not known.
        (8, "N", "no"),
        (8, "N", "yes"),
        (8, "", "yes"),
        (8, "A", ""),
    ]
    tracked = pd.DataFrame(rows, columns=["year_group", "sen_provision", "on_course"])
    tracked["on_course"] = true_or_false(tracked["on_course"])
    found = on_course_rates(tracked.iloc[::-1], framework=load("levels"))
    counts = found[["year_group", "group", "pupils", "reached"]].values.tolist()
    assert counts == [[7, "SEN", 3, 1], [7, "no SEN", 1, 1], [8, "no SEN", 2, 1]]
    # Wilson for 1 of 3: centre (1/3 + 3.8415/6) / (1 + 3.8415/3) = 0.427, half 0.366.
    assert found.loc[0, ["percent", "low", "high"]].astype(float).round(1).tolist() == [
        33.3,
        6.1,
        79.2,
    ]
    assert found.loc[1, "high"] == 100 and found.loc[2, "percent"] == 50


@pytest.mark.parametrize("rows", [[], [(7, "A", "")], [(7, "", "yes")]])
def test_where_nothing_can_be_said_there_are_no_rates(rows):
    tracked = pd.DataFrame(rows, columns=["year_group", "sen_provision", "on_course"])
    tracked["on_course"] = true_or_false(tracked["on_course"])
    found = on_course_rates(tracked, framework=load("levels"))
    assert found.empty and list(found) == [
        "year_group",
        "group",
        "pupils",
        "reached",
        "percent",
        "low",
        "high",
    ]


def test_who_stands_in_a_cell():
    rows = [
        ("a", "A", "3", "5"),
        ("b", "N", "3b", "5c"),
        ("c", "A", "3", "4"),
        ("d", "A", "3", "-"),
    ]
    people = cohort_of("levels", rows, subject="English")
    found = people_in_cell(
        people, stage="KS3", subject="English", cohort=2004, entry="3", outcome="5"
    )
    assert found[["pupil_id", "entry_result", "outcome_result"]].values.tolist() == [
        ["a", "3", "5"],
        ["b", "3b", "5c"],
    ]
    none = people_in_cell(
        people,
        stage="KS3",
        subject="English",
        cohort=2004,
        entry="3",
        outcome="no result",
    )
    assert none["pupil_id"].tolist() == ["d"]
