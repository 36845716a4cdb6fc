"""What is known of a school, counted by hand on a dozen pupils, and the sentence for each gap."""

from datetime import date

import pytest

from senlib.frameworks import load
from senlib.measures.coverage import BY_LEAVING_YEAR, BY_YEAR_GROUP, coverage, gaps
from senlib.school.files import NamedFile
from senlib.school.review import load_files
from senlib.school.school import school_of

HEAD = "UPN,Year,SEN,Need,KS2 Reading,KS2 Maths,Maths Autumn 1,English now,Attendance\n"
ROWS = [
    "1,7,K,SLCN,104,97,4,,95",
    "2,7,N,,104,,3,,95",
    "3,7,E,ASD,B,B,,1,95",
    "4,7,E,,B,82,,,95",
    "5,7,N,,,,,,95",
    "6,8,N,,,,2,2,95",
]


def school(rows=ROWS, *, head=HEAD, framework="gcse", year=2027):
    file = NamedFile(
        name="school.csv", content=(head + "\n".join(rows) + "\n").encode()
    )
    review = load_files(
        [file], framework=load(framework), academic_year=year, today=date(2026, 11, 27)
    )
    return school_of(review, name="A school")


def row(table, by, value):
    (found,) = table[(table["by"] == by) & (table["value"] == value)].to_dict("records")
    return found


def test_each_year_group_counted_by_hand():
    found = row(coverage(school()), BY_YEAR_GROUP, 7)
    assert found == {
        **{"by": BY_YEAR_GROUP, "value": 7, "pupils": 5},
        **{"sen": 3, "no_sen": 2, "sen_blank": 0, "need": 2},
        **{"start_both": 1, "start_one": 1, "start_below": 2, "start_none": 1},
        **{"now": 3, "now_dated": 2},
    }


def test_every_pupil_has_one_start():
    table = coverage(school())
    starts = table[["start_both", "start_one", "start_below", "start_none"]].sum(axis=1)
    assert (starts == table["pupils"]).all()


def test_leavers_have_outcomes_and_stand_in_their_summer():
    rows = ["1,2024,K,104,97,5,", "2,2024,,B,PK4,X,4", "3,2023,N,101,,,"]
    head = "UPN,Year 11 in,SEN,KS2 Reading,KS2 Maths,GCSE Maths,GCSE English Language\n"
    table = coverage(school(rows, head=head))
    found = row(table, BY_LEAVING_YEAR, 2024)
    assert (found["pupils"], found["sen_blank"]) == (2, 1)
    assert (found["outcome:Mathematics"], found["outcome:English Language"]) == (2, 1)
    assert row(table, BY_LEAVING_YEAR, 2023)["outcome:Mathematics"] == 0


def test_by_subject_a_start_is_each_core_subject():
    head = "UPN,Year,SEN,KS2 English,KS2 Maths,KS2 Science\n"
    rows = ["1,7,A,3,3,4", "2,7,N,4,,", "3,7,N,B,B,B", "4,7,N,,,"]
    found = row(
        coverage(school(rows, head=head, framework="levels", year=2027)),
        BY_YEAR_GROUP,
        7,
    )
    assert [found[f"start_{name}"] for name in ("both", "one", "below", "none")] == [
        1,
        1,
        1,
        1,
    ]


def test_a_school_without_results_has_rows_and_says_what_is_missing():
    without = school(["1,7,K", "2,8,"], head="UPN,Year,SEN\n")
    assert coverage(without)["start_none"].tolist() == [1, 1, 1, 1]
    said = " ".join(gaps(without))
    for words in (
        "No key stage",
        "No KS2 results",
        "There are no current results",
        "There is no attendance",
    ):
        assert (words in said) is (words != "No key stage")


@pytest.mark.parametrize(
    "rows, head, framework, words",
    [
        (ROWS, HEAD, "gcse", "1 pupil has only one key stage 2 paper."),
        (
            ROWS,
            HEAD,
            "gcse",
            "2 pupils were working below the key stage 2 test in one or both papers",
        ),
        (
            ROWS,
            HEAD,
            "gcse",
            "2 of the 6 pupils in Years 7 to 11 have no current result.",
        ),
        (
            ["1,2026,K,,", "2,2026,N,,"],
            "UPN,Year 11 in,SEN,KS2 Reading,GCSE Maths\n",
            "gcse",
            "No key stage 2 results for the 2 pupils who leave in 2026: there were no tests in 2021.",
        ),
        (
            ["1,2025,K,", "2,2025,N,104", "3,2025,N,104"],
            "UPN,Year 11 in,SEN,KS2 Reading\n",
            "gcse",
            "No key stage 2 results for 1 of the 3 pupils who leave in 2025: there were no tests in 2020.",
        ),
        (
            ["1,2024,K,"],
            "UPN,Year 11 in,SEN,KS2 Reading\n",
            "gcse",
            "No KS2 results for the 1 pupil who leaves in 2024.",
        ),
        (["1,7", "2,7"], "UPN,Year\n", "gcse", "SEN is not known for any pupil"),
        (
            ["1,7,K", "2,7,", "3,7,N"],
            "UPN,Year,SEN\n",
            "gcse",
            "SEN is not known for 1 of 3 pupils.",
        ),
        (
            ["1,K", "2,N"],
            "UPN,SEN\n",
            "gcse",
            "The year group of 2 pupils is not known",
        ),
        (
            ["1,7,A,3"],
            "UPN,Year,SEN,English now\n",
            "levels",
            "of 1 pupil have no date",
        ),
    ],
)
def test_each_gap_has_its_sentence(rows, head, framework, words):
    assert words in " ".join(gaps(school(rows, head=head, framework=framework)))


def test_nothing_is_said_where_nothing_is_missing():
    head = (
        "UPN,Year,SEN,Need,KS2 Reading,KS2 Maths,Maths Autumn 1,GCSE Music,Attendance\n"
    )
    assert gaps(school(["1,10,K,MLD,104,97,4,5,95"], head=head)) == []
