"""Conversion: worked by hand, against the published matrices, and what must hold of any school."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import national
from senlib.frameworks import load
from senlib.measures.comparison import with_lea, with_typed
from senlib.measures.conversion import conversion, matrix
from senlib.measures.proportion import wilson
from tests.measures.schools import cohort_of, school

# Ten pupils in English, as on a sheet of paper: who they are, where they came in, what they left with.
TEN = [
    ("01", "A", "3", "5"),
    ("02", "A", "3", "4"),
    ("03", "P", "3b", "5c"),
    ("04", "N", "3", "6"),
    ("05", "S", "3", "A"),
    ("06", "", "3", "5"),
    ("07", "N", "4", "5"),
    ("08", "A", "2", "B"),
    ("09", "N", "W", "3"),
    ("10", "A", "3", "-"),
]


def row(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1, table
    return table.iloc[0]


def test_ten_pupils_by_hand():
    table = conversion(
        cohort_of("levels", TEN, subject="English"), subject="English", reach="5"
    )
    everyone = row(table, entry="3", group="all")
    assert (everyone.pupils, everyone.without_result, everyone.reached) == (7, 2, 4)
    sen = row(table, entry="3", group="SEN")
    # 01, 02, 03, 05 (absent) and 10 (no row at all) have SEN; 01 and 03 reached level 5.
    assert (sen.pupils, sen.without_result, sen.reached, round(sen.percent, 1)) == (
        5,
        2,
        2,
        40.0,
    )
    assert row(table, entry="3", group="no SEN").pupils == 1
    assert row(table, entry="3", group="not known").reached == 1
    assert row(table, entry="below 2", group="all").pupils == 1
    assert row(table, entry="all", group="all").pupils == 10
    assert set(table["cohort"]) == {2004}


def test_the_other_denominator_leaves_out_those_without_a_result_and_still_shows_them():
    table = conversion(
        cohort_of("levels", TEN, subject="English"),
        subject="English",
        reach="5",
        denominator="with_result",
    )
    sen = row(table, entry="3", group="SEN")
    assert (sen.pupils, sen.without_result, sen.reached) == (3, 2, 2)
    # B is a result: the pupil sat, or was judged, below the test's range.
    assert row(table, entry="2", group="SEN").pupils == 1


def test_a_teacher_s_level_stands_in_for_a_code():
    pupils = [
        {"pupil_id": p, "sen_provision": "A", "year_group": "10", "ks4_year": "2006"}
        for p in "abcd"
    ]
    results = [
        ("a", "KS2", "English", "test", "B"),
        ("a", "KS2", "English", "teacher", "1"),
        ("a", "KS3", "English", "test", "4"),
        # Absent at entry: the teacher's level. Absent at the end: no result, as DfE counts, whatever the teacher said.
        ("b", "KS2", "English", "test", "A"),
        ("b", "KS2", "English", "teacher", "3"),
        ("b", "KS3", "English", "test", "A"),
        ("b", "KS3", "English", "teacher", "5"),
        # Below the test's range at the end: the teacher's level.
        ("c", "KS2", "English", "test", "2"),
        ("c", "KS3", "English", "test", "N"),
        ("c", "KS3", "English", "teacher", "3"),
        # A level in the test is not overruled.
        ("d", "KS2", "English", "test", "3"),
        ("d", "KS2", "English", "teacher", "4"),
        ("d", "KS3", "English", "test", "5"),
    ]
    table = matrix(school("levels", pupils, results), subject="English").query(
        "group == 'all'"
    )
    cells = {(r.entry, r.outcome): r.pupils for r in table.itertuples()}
    assert cells == {("below 2", "4"): 1, ("3", "A"): 1, ("2", "3"): 1, ("3", "5"): 1}
    rates = conversion(school("levels", pupils, results), subject="English", reach="5")
    assert row(rates, entry="3", group="all").by_teacher == 1


def test_a_subject_with_teacher_assessment_alone():
    pupils = [
        {"pupil_id": "a", "sen_provision": "N", "year_group": "10", "ks4_year": "2006"}
    ]
    results = [("a", "KS2", "ICT", "teacher", "4"), ("a", "KS3", "ICT", "teacher", "5")]
    assert (
        row(
            conversion(school("levels", pupils, results), subject="ICT", reach="5"),
            entry="4",
            group="all",
        ).reached
        == 1
    )


def test_pupils_still_in_the_key_stage_are_in_no_cohort():
    people = cohort_of("levels", TEN, subject="English")
    pupils = [
        {"pupil_id": "x", "sen_provision": "A", "year_group": "8", "ks4_year": "2008"}
    ]
    younger = school("levels", pupils, [("x", "KS2", "English", "test", "3")])
    both = school(
        "levels",
        [
            *people.pupils.astype(str)
            .replace({"<NA>": "", "nan": ""})
            .to_dict("records"),
            *pupils,
        ],
        [
            *people.results[["pupil_id", "stage", "subject", "kind", "result"]]
            .astype(str)
            .itertuples(index=False, name=None),
            ("x", "KS2", "English", "test", "3"),
        ],
    )
    assert conversion(younger, subject="English").empty
    assert (
        row(
            conversion(both, subject="English", reach="5"), entry="3", group="all"
        ).pupils
        == 7
    )


def test_gcse_entry_is_the_average_of_reading_and_mathematics():
    pupils = [
        {"pupil_id": p, "sen_provision": "K", "ks4_year": "2024"} for p in "abcdef"
    ]
    results = [
        ("a", "KS2", "Reading", "test", "101"),
        ("a", "KS2", "Mathematics", "test", "104"),
        ("a", "KS4", "English Language", "test", "4"),
        ("b", "KS2", "Reading", "test", "89"),
        ("b", "KS2", "Mathematics", "test", "90"),
        ("b", "KS4", "English Language", "test", "3"),
        ("c", "KS2", "Reading", "test", "B"),
        ("c", "KS2", "Mathematics", "test", "95"),
        ("c", "KS4", "English Language", "test", "U"),
        ("d", "KS4", "English Language", "test", "X"),
        ("e", "KS2", "Prior attainment", "test", "90 - 95.5"),
        ("e", "KS4", "English Language", "test", "5"),
        ("f", "KS2", "English", "test", "100-102"),
        ("f", "KS4", "English Language", "test", "6"),
    ]
    table = matrix(school("gcse", pupils, results, year=2025), subject="English").query(
        "group == 'SEN'"
    )
    cells = {(r.entry, r.outcome) for r in table.itertuples()}
    assert cells == {
        ("102.5-104.5", "4"),
        ("80-89.5", "3"),
        ("none", "U"),
        ("none", "X"),
        ("90-95.5", "5"),
        ("100-102", "6"),
    }


def test_a_code_for_prior_attainment_leaves_the_scores_to_speak_and_a_band_goes_before_them():
    pupils = [{"pupil_id": p, "sen_provision": "K", "ks4_year": "2024"} for p in "ab"]
    results = [
        (p, "KS2", subject, "test", score)
        for p in "ab"
        for subject, score in [("Reading", "100"), ("Mathematics", "101")]
    ]
    results += [
        ("a", "KS2", "Prior attainment", "test", "A"),
        ("b", "KS2", "Prior attainment", "test", "90-95.5"),
    ]
    results += [
        (p, "KS4", subject, "test", "4")
        for p in "ab"
        for subject in ("Mathematics", "English Language", "History")
    ]
    table = matrix(school("gcse", pupils, results, year=2025)).query("group == 'SEN'")
    for _, of_subject in table.groupby("subject"):
        assert of_subject["entry"].tolist() == ["90-95.5", "100-102"]


def test_u_and_x_stay_in_the_denominator_and_x_is_no_result():
    pupils = [
        {"pupil_id": str(i), "sen_provision": "N", "ks4_year": "2024"} for i in range(4)
    ]
    results = [
        (str(i), "KS4", "History", "test", grade)
        for i, grade in enumerate(["4", "U", "X", ""])
    ]
    found = row(
        conversion(
            school("gcse", pupils, results, year=2025), subject="History", reach="4"
        ),
        entry="all",
        group="all",
    )
    assert (found.pupils, found.without_result, found.reached) == (4, 2, 1)


@pytest.mark.parametrize("subject", ["English Language", "Mathematics"])
def test_england_s_own_matrix_gives_england_s_own_percentages(subject):
    held = national.matrix("gcse").query(
        "year == 2024 and subject == @subject and entry != 'all' and pupils > 0"
    )
    held = held[held["group"].isin(["SEN", "no SEN"])]
    # A tenth of each cell keeps the test short; the whole is tried on the command line.
    held = held.assign(pupils=(held["pupils"] / 10).round().astype(int)).query(
        "pupils > 0"
    )
    rows = held.loc[held.index.repeat(held["pupils"])].reset_index(drop=True)
    ids = [f"{i:06d}" for i in rows.index]
    pupils = pd.DataFrame(
        {
            "pupil_id": ids,
            "sen_provision": rows["group"].map({"SEN": "K", "no SEN": "N"}),
        }
    ).to_dict("records")
    results = [
        (i, "KS2", "Prior attainment", "test", entry)
        for i, entry in zip(ids, rows["entry"], strict=True)
    ]
    results += [
        (i, "KS4", subject, "test", outcome)
        for i, outcome in zip(ids, rows["outcome"], strict=True)
    ]
    table = conversion(
        school("gcse", pupils, results, year=2025), subject=subject, reach=["4", "5"]
    )
    expected = held.assign(
        points=held["outcome"].map(load("gcse").scales["grades"].points)
    )
    for (group, entry), cells in expected.groupby(["group", "entry"]):
        for reach in ("4", "5"):
            found = row(table, group=group, entry=entry, reach=reach)
            assert found.pupils == cells["pupils"].sum()
            assert (
                found.reached
                == cells.loc[cells["points"] >= int(reach), "pupils"].sum()
            )
    assert table["cohort"].isna().all()


def test_one_lea_s_matrix_of_2007_with_its_codes():
    published = {  # percent of each row; the rest of each row has no result or is suppressed
        "2": {"B": 15, "N": 31, "3": 23, "4": 31},
        "3": {"B": 6, "N": 8, "3": 8, "4": 45, "5": 31},
        "4": {"N": 1, "3": 2, "4": 14, "5": 60, "6": 16, "7": 5},
        "5": {"5": 17, "6": 47, "7": 35},
    }
    rows = []
    for entry, cells in published.items():
        outcomes = [
            outcome for outcome, percent in cells.items() for _ in range(10 * percent)
        ]
        rows += [
            (f"{entry}-{i}", "", entry, outcome)
            for i, outcome in enumerate(outcomes + ["x"] * (1000 - len(outcomes)))
        ]
    table = conversion(
        cohort_of("levels", rows, subject="English"),
        subject="English",
        reach=["5", "6"],
    )
    bands = {"2": "2", "3": "3", "4": "4", "5": "5+"}
    for entry, (five, six) in {
        "2": (0, 0),
        "3": (31, 0),
        "4": (81, 21),
        "5": (99, 82),
    }.items():
        for reach, percent in (("5", five), ("6", six)):
            found = row(table, entry=bands[entry], reach=reach, group="all")
            assert (found.pupils, round(found.percent, 6)) == (1000, percent)


def test_beside_england_of_the_nearest_year_and_beside_the_lea():
    lea = pd.DataFrame(
        [
            {
                "stage": "KS3",
                "cohort": 2004,
                "subject": "English",
                "group": "SEN",
                "entry": "3",
                "reach": "5",
                "schools": 9,
                "pupils": 200,
                "reached": 198,
            }
        ]
    )
    people = cohort_of("levels", TEN, subject="English")
    columns = [
        "stage",
        "year",
        "subject",
        "group",
        "entry",
        "reach",
        "percent",
        "pupils",
        "kind",
        "source",
    ]
    figures = pd.DataFrame(
        [
            (
                "KS3",
                year,
                "English",
                "SEN",
                "3",
                "5",
                percent,
                None,
                kind,
                "made up for this test",
            )
            for year, percent, kind in [
                (2002, 1.0, "figure"),
                (2005, 39.0, "figure"),
                (2003, 99.0, "figure"),
                (2004, 80.0, "at most"),
            ]
        ],
        columns=columns,
    )
    beside_lea = school(
        "levels",
        people.pupils.astype(str).replace({"<NA>": "", "nan": ""}).to_dict("records"),
        list(
            people.results[["pupil_id", "stage", "subject", "kind", "result"]]
            .astype(str)
            .itertuples(index=False, name=None)
        ),
        lea=lea,
    )
    found = row(
        conversion(beside_lea, subject="English", reach="5", figures=figures),
        entry="3",
        group="SEN",
    )
    # 2003 and 2005 are as near to 2004: the later one is taken, and a bound is no figure. Of another year there is no verdict.
    assert (found.national, found.national_year, found.difference) == (39.0, 2005, "")
    assert (found.lea, found.lea_difference) == (99.0, "lower")
    other = row(
        conversion(beside_lea, subject="English", reach="5", figures=figures),
        entry="3",
        group="no SEN",
    )
    assert pd.isna(other.national) and other.difference == ""


@pytest.mark.parametrize(
    ("theirs", "verdict"),
    [
        # 25 % (14.2 to 40.2) beside 44 %: outside the school's range, but 11 of 25 is likely 26.7 to 62.9 %, so that the gap
        # of -19 reaches up to -19 + sqrt(15.2^2 + 17.3^2) = 4.0.
        ((25, 11), "not clear"),
        # Of 250 it is likely 38.0 to 50.2 %: up to -19 + sqrt(15.2^2 + 6.0^2) = -2.7.
        ((250, 110), "lower"),
        ((250, 20), "higher"),
        ((0, 0), ""),
    ],
)
def test_the_lea_s_other_schools_are_a_group_with_a_range_of_its_own(theirs, verdict):
    keys = {
        "subject": "English",
        "cohort": 2004,
        "group": "SEN",
        "entry": "3",
        "reach": "5",
    }
    ours = pd.DataFrame([keys]).astype({"cohort": "Int64"})
    ours = ours.join(wilson(pd.Series([10]), pd.Series([40])))
    lea = pd.DataFrame(
        [{**keys, "stage": "KS3", "pupils": theirs[0], "reached": theirs[1]}]
    )
    found = with_lea(ours, lea=lea, stage=load("levels").stage("KS3")).iloc[0]
    assert found.lea_difference == verdict
    nobody = with_lea(
        ours, lea=lea.assign(group="no SEN"), stage=load("levels").stage("KS3")
    )
    assert nobody["lea"].isna().all() and nobody["lea_difference"].tolist() == [""]


@pytest.mark.parametrize(
    ("cohort", "year", "verdict"),
    # 10 of 40 is likely 14 to 40 %; grades of 2021 were given by teachers.
    [(2022, 2022, "lower"), (2022, 2023, ""), (2021, 2021, "")],
)
def test_a_typed_figure_is_judged_against_in_its_own_examined_summer_alone(
    cohort, year, verdict
):
    keys = {"subject": "Mathematics", "group": "SEN", "entry": "all", "reach": "4"}
    ours = pd.DataFrame([{**keys, "cohort": cohort}]).astype({"cohort": "Int64"})
    ours = ours.join(wilson(pd.Series([10]), pd.Series([40]))).assign(pupils=40)
    figure = {
        **keys,
        "stage": "KS4",
        "year": year,
        "percent": 50.0,
        "whose": "your LEA",
    }
    stage = load("gcse").stage("KS4")
    found = with_typed(ours, figures=pd.DataFrame([figure]), stage=stage).iloc[0]
    assert (found.typed, found.typed_year, found.typed_difference) == (
        50.0,
        year,
        verdict,
    )


def test_what_does_not_exist_is_told_with_what_does():
    people = cohort_of("levels", TEN, subject="English")
    with pytest.raises(KeyError, match="English, Mathematics, Science, ICT"):
        conversion(people, subject="Geography")
    with pytest.raises(KeyError, match="KS3, KS4"):
        conversion(people, stage="KS5")
    with pytest.raises(KeyError, match="level from 1 to 8"):
        conversion(people, reach="12")


outcomes = st.sampled_from(["3", "4", "5c", "6", "B", "N", "A", "-", ""])
entries = st.sampled_from(["W", "2", "3", "3b", "4", "5", "A", "-"])
some_pupils = st.lists(
    st.tuples(st.sampled_from(["N", "A", "P", "S", ""]), entries, outcomes),
    min_size=1,
    max_size=40,
)


@settings(max_examples=20, deadline=None)
@given(some_pupils, st.randoms())
def test_counts_add_up_and_the_order_of_rows_never_matters(people, random):
    rows = [(f"{i:03d}", *person) for i, person in enumerate(people)]
    first = cohort_of("levels", rows, subject="English")
    table = conversion(first, subject="English", reach=["4", "5"])
    for _, part in table.groupby(["cohort", "reach", "group"], dropna=False):
        whole = part[part["entry"] == "all"].iloc[0]
        bands = part[part["entry"] != "all"]
        assert (
            whole[["pupils", "without_result", "reached"]].tolist()
            == bands[["pupils", "without_result", "reached"]].sum().tolist()
        )
    for _, part in table.groupby(["cohort", "reach", "entry"], dropna=False):
        counts = part.set_index("group")["pupils"]
        assert counts["all"] == sum(
            counts.get(group, 0) for group in ("SEN", "no SEN", "not known")
        )
        assert counts.get("SEN", 0) == sum(counts.get(code, 0) for code in "APS")
    assert (table["reached"] + table["without_result"] <= table["pupils"]).all()
    assert (
        (table["low"] <= table["percent"]) & (table["percent"] <= table["high"])
    ).all()
    random.shuffle(rows)
    pd.testing.assert_frame_equal(
        table,
        conversion(
            cohort_of("levels", rows, subject="English"),
            subject="English",
            reach=["4", "5"],
        ),
    )


@settings(max_examples=12, deadline=None)
@given(some_pupils)
def test_the_matrix_and_the_rates_count_the_same_pupils(people):
    rows = [(f"{i:03d}", *person) for i, person in enumerate(people)]
    held = cohort_of("levels", rows, subject="English")
    cells, rates = (
        matrix(held, subject="English"),
        conversion(held, subject="English", reach="5"),
    )
    for found in rates[rates["entry"] != "all"].itertuples():
        same = cells[(cells["entry"] == found.entry) & (cells["group"] == found.group)]
        assert same["pupils"].sum() == found.pupils
        assert (
            same.loc[same["outcome"].isin(["5", "6", "7", "8"]), "pupils"].sum()
            == found.reached
        )
