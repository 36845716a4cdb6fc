"""Which subjects a cohort has finished, and who stands in them: edge by edge, the same in both layouts of files."""

from dataclasses import replace

import pytest

from senlib.frameworks import load
from senlib.measures.conversion import conversion, matrix
from senlib.measures.counting import left_early
from senlib.measures.one_pupil import cells_of, uncounted_of
from senlib.measures.starts import below_in_one, starts, without_tests
from senlib.measures.tracking import people_in_cell, track, undated
from tests.measures.schools import school, yes_or_no

POLISH, MATHS, ENGLISH = "Polish", "Mathematics", "English Language"


def year_11(*outcomes, pupils=10, summer=2027, year=2027, **more):
    """A Year 11 in the autumn before its exams, with these (pupil number, subject, result); `more` changes pupils by number."""
    people = [
        {
            "pupil_id": str(n),
            "sen_provision": "K" if n % 2 else "N",
            "ks4_year": str(summer),
        }
        | more.get(f"p{n}", {})
        for n in range(pupils)
    ]
    left_on = [person.pop("left_on", "") for person in people]
    results = [
        (str(n), "KS2", "Prior attainment", "test", "100") for n in range(pupils)
    ]
    results += [
        (str(n), "KS4", subject, "test", result) for n, subject, result in outcomes
    ]
    made = school("gcse", people, results, year=year)
    return replace(made, pupils=made.pupils.assign(left_on=left_on))


def counted(made, subject):
    """How many pupils stand in a subject, and how many of them are without a result; None where it is not finished."""
    table = conversion(made, subject=subject, reach="4")
    row = table[(table["entry"] == "all") & (table["group"] == "all")]
    return (
        (int(row["pupils"].iloc[0]), int(row["without_result"].iloc[0]))
        if len(row)
        else None
    )


@pytest.mark.parametrize("subject", [POLISH, MATHS])
def test_one_early_entry_makes_nobody_else_a_pupil_without_a_result(subject):
    made = year_11((1, subject, "8"))
    assert conversion(made).empty and cells_of(made, "1").empty
    found = uncounted_of(made, "1")
    assert found.values.tolist() == [["KS4", subject, "8"]]


@pytest.mark.parametrize(
    ("grades", "of_year", "found"),
    [
        (4, 2027, None),
        (5, 2027, (10, 5)),
        (9, 2027, (10, 1)),
        # Once the summer is over one grade is enough to say that the others have none.
        (1, 2028, (10, 9)),
        (0, 2028, None),
    ],
)
def test_a_subject_is_finished_when_the_summer_is_over_or_half_hold_a_grade(
    grades, of_year, found
):
    made = year_11(*((n, MATHS, "5") for n in range(grades)), year=of_year)
    assert counted(made, MATHS) == found
    assert counted(made, ENGLISH) is None


def test_a_blank_and_no_row_are_the_same_in_a_core_subject_and_not_in_others():
    grades = [(n, subject, "5") for n in range(6) for subject in (MATHS, "History")]
    blanks = [(n, subject, "") for n in range(6, 8) for subject in (MATHS, "History")]
    for rows, history in ((grades, (6, 0)), (grades + blanks, (8, 2))):
        made = year_11(*rows, year=2028)
        assert counted(made, MATHS) == (10, 4)
        assert counted(made, "History") == history


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"left_on": "2027-04-30"}, False),
        ({"left_on": "2027-05-01"}, True),
        ({"left_on": "2026-01-10", "on_roll": "N"}, False),
        ({"left_on": "2027-07-20", "on_roll": "N"}, True),
        ({"on_roll": "N"}, False),
        ({"on_roll": "Y"}, True),
        # Without a summer a date says nothing of the end of it.
        ({"left_on": "2026-01-10", "ks4_year": ""}, None),
    ],
)
def test_who_left_before_the_end_is_left_out_and_told(changes, counts):
    made = year_11(*((n, MATHS, "5") for n in range(9)), year=2028, p9=changes)
    pupils, without = counted(made, MATHS)
    assert (pupils, without) == ((10, 1) if counts else (9, 0))
    assert left_early(made, cohort=2027) == (counts is False)
    # An outcome of any subject says that a pupil was there, unless the date says otherwise.
    again = year_11(
        *((n, MATHS, "5") for n in range(9)), (9, "Art", "3"), year=2028, p9=changes
    )
    dated = counts is False and "left_on" in changes
    assert left_early(again, cohort=2027) == dated


def test_by_levels_who_left_with_nothing_but_an_entry_is_no_failure():
    people = [
        {"pupil_id": p, "sen_provision": "A", "ks4_year": "2006", "on_roll": on_roll}
        for p, on_roll in (("stayed", "Y"), ("left", "N"), ("blank", "Y"))
    ]
    results = [(p, "KS2", "English", "test", "3") for p in ("stayed", "left", "blank")]
    made = school(
        "levels", people, [*results, ("stayed", "KS3", "English", "test", "5")]
    )
    assert counted_in_levels(made) == (2, 1)
    assert left_early(made, stage="KS3", cohort=2004) == 1


def counted_in_levels(made):
    table = conversion(made, subject="English", reach="5")
    row = table[(table["entry"] == "3") & (table["group"] == "all")].iloc[0]
    return int(row.pupils), int(row.without_result)


def test_tables_without_a_date_of_leaving_are_read_as_before():
    made = year_11(*((n, MATHS, "5") for n in range(9)), year=2028)
    old = replace(made, pupils=made.pupils.drop(columns="left_on"))
    assert counted(old, MATHS) == counted(made, MATHS) == (10, 1)


def test_another_qualification_is_no_grade_and_has_its_own_number():
    made = year_11(
        *((n, MATHS, "5") for n in range(6)),
        (6, MATHS, "E3"),
        (7, MATHS, ""),
        year=2028,
    )
    row = conversion(made, subject=MATHS, reach="1").query(
        "entry == 'all' and group == 'all'"
    )
    assert row[
        ["pupils", "reached", "without_result", "other_qualification"]
    ].values.tolist() == [[10, 6, 3, 1]]
    cells = (
        matrix(made, subject=MATHS)
        .query("group == 'all'")
        .set_index("outcome")["pupils"]
    )
    assert cells.to_dict() == {"5": 6, "no GCSE": 1, "no result": 3}
    found = people_in_cell(
        made,
        stage="KS4",
        subject=MATHS,
        cohort=2027,
        entry="100-102",
        outcome="no GCSE",
    )
    assert found[["pupil_id", "outcome_result"]].values.tolist() == [
        ["6", "Entry level 3"]
    ]


def test_a_special_school_whose_pupils_all_take_another_qualification_has_finished():
    made = year_11(*((n, ENGLISH, "E2") for n in range(10)))
    row = conversion(made, subject=ENGLISH, reach="1").query(
        "entry == 'all' and group == 'all'"
    )
    assert row[["pupils", "reached", "other_qualification"]].values.tolist() == [
        [10, 0, 10]
    ]


@pytest.mark.parametrize(
    ("reading", "mathematics", "entry", "band", "start"),
    [
        ("101", "104", "102.5", "102.5-104.5", "known"),
        ("-", "104", "104 (mathematics alone)", "102.5-104.5", "one paper"),
        ("104", "A", "104 (reading alone)", "102.5-104.5", "one paper"),
        ("B", "B", "below the test", "below the test", "below the test"),
        ("B", "-", "below the test", "below the test", "below the test"),
        ("A", "BLW", "below the test", "below the test", "below the test"),
        ("B", "PK4", "below the test", "below the test", "below the test"),
        (
            "B",
            "82",
            "below the test in reading, 82 in mathematics",
            "none",
            "below in one paper",
        ),
        (
            "85",
            "B",
            "85 in reading, below the test in mathematics",
            "none",
            "below in one paper",
        ),
        # DfE's nominal score for a pre-key stage standard is a score.
        ("PK4", "82", "77.5", "<80", "known"),
        ("PK6", "-", "PK6 (reading alone)", "<80", "one paper"),
        ("EXS", "100", "100 (mathematics alone)", "100-102", "one paper"),
        ("A", "T", "A in reading, T in mathematics", "none", "not known"),
        ("A", "A", "A", "none", "not known"),
        ("90-95.5", "90-95.5", "90-95.5", "90-95.5", "known"),
        ("90-95.5", "-", "90-95.5 (reading alone)", "90-95.5", "one paper"),
        ("<80", "100", "<80 in reading, 100 in mathematics", "none", "not known"),
    ],
)
def test_what_a_start_is_made_of(reading, mathematics, entry, band, start):
    pupils = [
        {"pupil_id": "a", "sen_provision": "K", "ks4_year": "2024", "year_group": "11"}
    ]
    results = [("a", "KS4", MATHS, "test", "3"), ("a", "now", MATHS, "teacher", "3")]
    for subject, result in (("Reading", reading), (MATHS, mathematics)):
        if result != "-":
            results.append(("a", "KS2", subject, "test", result))
    made = school("gcse", pupils, results, year=2024)
    assert starts(made)[["entry", "band", "start"]].values.tolist() == [
        [entry, band, start]
    ]
    found = track(made, subject=MATHS, entry=band).iloc[0]
    assert (found.entry, found.entry_band) == (entry, band)
    row = (
        conversion(made, subject=MATHS)
        .query("entry == 'all' and group == 'all'")
        .iloc[0]
    )
    assert row.one_paper == (start == "one paper")
    assert row.below_in_one == (start == "below in one paper")
    assert row.without_start == (band == "none")
    cell = people_in_cell(
        made, stage="KS4", subject=MATHS, cohort=2024, entry=band, outcome="3"
    )
    assert cell["entry_result"].tolist() == [entry]


def test_english_at_key_stage_2_is_the_paper_in_reading():
    pupils = [{"pupil_id": "a", "ks4_year": "2024"}]
    results = [
        ("a", "KS2", "English", "test", "82"),
        ("a", "KS2", "Maths", "test", "104"),
    ]
    assert starts(school("gcse", pupils, results))["entry"].tolist() == ["93"]
    results.append(("a", "KS2", "Reading", "test", "100"))
    assert starts(school("gcse", pupils, results))["entry"].tolist() == ["102"]


def test_a_paper_that_is_below_the_test_is_told_wherever_it_stands():
    entries = starts(open_one("B", "82"))["entry"]
    assert below_in_one(entries).all()


def open_one(reading, mathematics):
    pupils = [{"pupil_id": "a", "ks4_year": "2024"}]
    papers = (("Reading", reading), (MATHS, mathematics))
    return school(
        "gcse", pupils, [("a", "KS2", subject, "test", r) for subject, r in papers]
    )


def test_no_figure_of_england_stands_beside_an_unknown_start():
    pupils = [
        {"pupil_id": str(n), "sen_provision": "K", "ks4_year": "2024"}
        for n in range(20)
    ]
    grades = [(str(n), "KS4", MATHS, "test", "5") for n in range(20)]
    table = conversion(
        school("gcse", pupils, grades, year=2025), subject=MATHS, reach="4"
    )
    assert table.query("entry == 'none'")[
        ["national", "difference"]
    ].values.tolist() == [[pytest.approx(float("nan"), nan_ok=True), ""]] * len(
        table.query("entry == 'none'")
    )
    # Of all together England's figure is of all together: it stands for the summer it is of, and for no other.
    assert table.query("entry == 'all' and group == 'SEN'")["national"].notna().all()
    later = [pupil | {"ks4_year": "2026"} for pupil in pupils]
    table = conversion(
        school("gcse", later, grades, year=2027), subject=MATHS, reach="4"
    )
    assert table["national"].isna().all() and set(table["difference"]) == {""}


def test_the_summers_without_tests():
    levels, gcse = load("levels").stage("KS3"), load("gcse").stage()
    assert [without_tests(gcse, summer) for summer in (2024, 2025, 2026, 2027)] == [
        False,
        True,
        True,
        False,
    ]
    assert without_tests(levels, 2023) and not without_tests(levels, 2025)
    assert not without_tests(load("levels").stage("KS4"), 2025)


def test_a_level_without_a_date_has_a_gain_and_is_judged_for_nobody():
    pupils = [{"pupil_id": p, "sen_provision": "A", "year_group": "8"} for p in "ab"]
    results = [(p, "KS2", "English", "test", "3") for p in "ab"]
    results += [
        ("a", "now", "English", "teacher", "3", ""),
        ("b", "now", "English", "teacher", "3", "2004-12-10"),
    ]
    found = track(school("levels", pupils, results), subject="English").set_index(
        "pupil_id"
    )
    judged = found[["on_course", "stuck"]].astype(object).map(yes_or_no)
    assert judged.values.tolist() == [["", ""], ["no", "yes"]]
    assert found["gain"].tolist() == [0.0, 0.0] and list(undated(found).index) == ["a"]


@pytest.mark.parametrize(
    ("later", "now"), [("", "4a"), ("A", "4a"), ("5c", "5c"), ("B", "B"), (None, "4a")]
)
def test_now_is_the_newest_that_is_a_result(later, now):
    pupils = [{"pupil_id": "a", "sen_provision": "A", "year_group": "8"}]
    results = [
        ("a", "KS2", "English", "test", "3"),
        ("a", "now", "English", "teacher", "4a", "2004-12-10"),
    ]
    if later is not None:
        results.append(("a", "now", "English", "teacher", later, "2005-03-18"))
    assert track(school("levels", pupils, results), subject="English")[
        "now"
    ].tolist() == [now]
