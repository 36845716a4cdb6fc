"""A school's files as two checked tables: headings, kinds of table, blanks, and every fault by its place."""

import csv
import io
import itertools

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib.frameworks import load
from senlib.school import schema
from senlib.school.faults import FaultyFile
from senlib.school.file_answers import FileAnswers
from senlib.school.files import NamedFile
from senlib.school.headings import choices, result_named
from senlib.school.review import load_files, review_files

LEVELS, GCSE = load("levels"), load("gcse")


def file(text, name="school.csv"):
    return NamedFile(
        name=name, content=text.encode() if isinstance(text, str) else text
    )


def loaded(*texts, **options):
    return read(load_files, *texts, **options)


def reviewed(*texts, **options):
    return read(review_files, *texts, **options)


def read(by, *texts, framework=LEVELS, year=2005, meanings=None, questions=None):
    files = [
        file(text, name=f"{number}.csv") for number, text in enumerate(texts, start=1)
    ]
    answers = FileAnswers(meanings=meanings or {}, questions=questions or {})
    return by(files, framework=framework, academic_year=year, answers=answers)


def results(*texts, **options):
    columns = ["pupil_id", "stage", "subject", "kind", "result"]
    return loaded(*texts, **options).results[columns].astype(str).to_numpy().tolist()


def faults(*texts, **options):
    with pytest.raises(FaultyFile) as caught:
        loaded(*texts, **options)
    return caught.value.faults


def places(*texts, **options):
    return [
        (fault.file, fault.row, fault.column) for fault in faults(*texts, **options)
    ]


def workbook(sheets):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return made.getvalue()


PUPILS = "UPN,Year,SEN\n1,9,A\n2,9,N\n"
RESULTS = "UPN,Stage,Subject,Kind,Result,Date\n1,KS2,English,test,3,\n2,KS2,English,TA,4b,14/05/2001\n"

# ----------------------------------------------------------------------------------------------------------- The tables


def test_pupils_and_results():
    read = loaded(PUPILS, RESULTS)
    assert list(read.pupils.columns) == list(schema.pupils_schema(LEVELS).columns)
    assert read.pupils[
        ["pupil_id", "year_group", "ks4_year", "sen_provision", "on_roll"]
    ].to_numpy().tolist() == [
        ["1", 9, 2007, "A", "Y"],
        ["2", 9, 2007, "N", "Y"],
    ]
    assert read.results.astype({"points": float}).to_numpy().tolist() == [
        ["1", "KS2", "English", "test", "3", "", 21.0],
        ["2", "KS2", "English", "teacher", "4b", "2001-05-14", 27.0],
    ]
    assert (read.unmatched, read.notes) == ((), ())


def test_types():
    read = loaded(
        "UPN,Year,Attendance\n1,,95.5\n2,8,\n",
        "UPN,Stage,Subject,Result\n1,KS2,English,A\n",
    )
    assert read.pupils.dtypes[["year_group", "ks4_year", "attendance"]].astype(
        str
    ).tolist() == [
        "Int64",
        "Int64",
        "float64",
    ]
    assert read.pupils["year_group"].isna().tolist() == [True, False]
    assert read.pupils["attendance"].isna().tolist() == [False, True]
    assert read.results["points"].isna().tolist() == [True]
    assert read.results["stage"].dtype == "category"


def test_pupils_alone():
    read = loaded(PUPILS)
    assert len(read.pupils) == 2
    assert list(read.results.columns) == [
        "pupil_id",
        "stage",
        "subject",
        "kind",
        "result",
        "date",
        "points",
    ]
    assert len(read.results) == 0


def test_a_list_of_numbers_is_a_table_of_pupils():
    assert loaded("UPN\n1\n2\n").pupils["pupil_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    "year_group, given, finishing",
    [
        ("7", "", 2009),
        ("9", "", 2007),
        ("11", "", 2005),
        ("12", "", 2004),
        ("9", "2008", 2008),
        ("R", "", 2016),
        ("", "2003", 2003),
        ("Year 9", "", 2007),
        ("", "", None),
    ],
)
def test_the_summer_of_year_11(year_group, given, finishing):
    (found,) = loaded(f"UPN,Year,KS4 year,Form\n1,{year_group},{given},9A\n").pupils[
        "ks4_year"
    ]
    assert (found if finishing else pd.isna(found)) == (finishing or True)


def test_several_tables_of_each_kind():
    read = loaded(
        PUPILS, "UPN,Year\n3,7\n", RESULTS, "UPN,Stage,Subject,Result\n3,KS2,Maths,5\n"
    )
    assert read.pupils["pupil_id"].tolist() == ["1", "2", "3"]
    assert read.pupils["sen_provision"].tolist() == ["A", "N", ""]
    assert read.results["subject"].tolist() == ["English", "English", "Mathematics"]


def test_a_leading_zero_stays():
    read = loaded(
        "UPN,Year\n0123,7\n", "UPN,Stage,Subject,Result\n0123,KS2,English,4\n"
    )
    assert (
        read.pupils["pupil_id"].tolist()
        == read.results["pupil_id"].tolist()
        == ["0123"]
    )


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        'O\'Neill "Al"',
        "🙂 Ann",
        "\u202eAnn",
        "\u05d3\u05d5\u05d3",
        "NA",
        "None",
        "nan",
    ],
)
def test_names_are_text(name):
    made = io.StringIO()
    csv.writer(made).writerows([["UPN", "Surname"], ["1", name]])
    assert loaded(made.getvalue()).pupils["surname"].tolist() == [name]


# ------------------------------------------------------------------------------------------------------------- Headings


@pytest.mark.parametrize(
    "heading, framework, expected",
    [
        ("KS2 English", LEVELS, ("KS2", "English", "test")),
        ("KS2 En TA", LEVELS, ("KS2", "English", "teacher")),
        ("English KS2 test", LEVELS, ("KS2", "English", "test")),
        ("KS3 Maths", LEVELS, ("KS3", "Mathematics", "test")),
        ("Key Stage 3 ICT teacher assessment", LEVELS, ("KS3", "ICT", "teacher")),
        ("English now", LEVELS, ("now", "English", "teacher")),
        ("Current level Maths", LEVELS, ("now", "Mathematics", "teacher")),
        ("Science current test level", LEVELS, ("now", "Science", "test")),
        ("GCSE Mathematics", LEVELS, ("KS4", "Mathematics", "test")),
        ("Maths GCSE grade", GCSE, ("KS4", "Mathematics", "test")),
        ("KS2EnTA", LEVELS, ("KS2", "English", "teacher")),
        ("ks2_maths_level", LEVELS, ("KS2", "Mathematics", "test")),
        ("ENGLISH - KS3 - TEST", LEVELS, ("KS3", "English", "test")),
        ("GCSE English Literature", GCSE, ("KS4", "English Literature", "test")),
        ("Science double award GCSE", GCSE, ("KS4", "Combined Science", "test")),
        ("GCSE Design & Technology", GCSE, ("KS4", "Design & Technology", "test")),
        ("Geography GCSE grade", GCSE, ("KS4", "Geography", "test")),
        ("READSCORE", GCSE, ("KS2", "Reading", "test")),
        ("MATSCORE", GCSE, ("KS2", "Mathematics", "test")),
        ("KS2 prior", GCSE, ("KS2", "Prior attainment", "test")),
        ("ks2_scaled_score_group", GCSE, ("KS2", "Prior attainment", "test")),
        ("Prior attainment", GCSE, ("KS2", "Prior attainment", "test")),
        ("KS2 average score", GCSE, ("KS2", "Prior attainment", "test")),
        ("KS2 Reading scaled score", GCSE, ("KS2", "Reading", "test")),
        ("Maths", LEVELS, None),
        ("Maths level", LEVELS, None),
        ("KS2", LEVELS, None),
        ("KS2 Geography", LEVELS, None),
        ("KS2 Geography", GCSE, None),
        ("Current Geography", GCSE, None),
        ("GCSE Geography", LEVELS, None),
        ("KS1 English", LEVELS, None),
        ("KS3 English", GCSE, None),
        ("KS2 to KS3 English", LEVELS, None),
        ("KS3 English target", LEVELS, None),
        ("GCSE Maths predicted grade", GCSE, None),
        ("GCSE Maths mock", GCSE, None),
        ("GCSE Attainment 8", GCSE, None),
        ("KS2 English marks", LEVELS, None),
        ("KS3 English teacher name 2", LEVELS, None),
        ("READSCORE", LEVELS, None),
    ],
)
def test_headings_that_name_a_result(heading, framework, expected):
    assert result_named(heading, framework) == expected


@pytest.mark.parametrize(
    "framework", [LEVELS, GCSE], ids=lambda framework: framework.name
)
def test_every_result_there_is_to_choose_has_a_label_that_is_understood(framework):
    labels = {
        meaning: label
        for meaning, label in choices(framework).items()
        if meaning.startswith("result:")
    }
    assert len(set(labels.values())) == len(labels)
    for meaning, label in labels.items():
        assert result_named(label, framework) == tuple(meaning.split(":")[1:])


EXPORTS = {
    "SIMS": "Forename,Surname,Year,Reg,UPN\nAnn,Lee,Year  9,9A,0123\n",
    "Arbor": "First name,Last name,Year group,Registration form,UPN\nAnn,Lee,Year 9,9A,0123\n",
    "Bromcom": "FirstName,LastName,YearGroup,Form,UPN\nAnn,Lee,9,9A,0123\n",
}


@pytest.mark.parametrize("system", EXPORTS)
def test_exports_are_matched_with_nothing_to_map(system):
    read = loaded(EXPORTS[system])
    assert read.unmatched == ()
    columns = ["pupil_id", "forename", "surname", "year_group", "form"]
    assert read.pupils[columns].to_numpy().tolist() == [["0123", "Ann", "Lee", 9, "9A"]]


DFE = (
    "UPN,NCyearActual,SENProvision,PrimarySENeedsType,SecondarySENType,EVERFSM_6,READSCORE,MATSCORE,READOUTCOME,"
    "MATOUTCOME,DOB\n"
    "0123,11,K,MLD,ASD,1,99,101,AS,AS,2008-09-01\n"
)


def test_a_dfe_pupil_file_is_matched_with_nothing_to_map():
    read = loaded(DFE, framework=GCSE, year=2024)
    assert read.unmatched == ()
    columns = ["pupil_id", "year_group", "sen_provision", "need", "need_2", "fsm"]
    assert read.pupils[columns].to_numpy().tolist() == [
        ["0123", 11, "K", "MLD", "ASD", "Y"]
    ]
    assert read.results[["subject", "result"]].astype(str).to_numpy().tolist() == [
        ["Reading", "99"],
        ["Mathematics", "101"],
    ]
    assert "2008-09-01" not in read.pupils.to_csv() + read.results.to_csv()


def test_headings_that_are_not_known_are_told_and_left_out():
    read = loaded("UPN,Year,Shoe size,Empty,Hat\n1,9,4,,red\n")
    assert [(column.file, column.heading) for column in read.unmatched] == [
        ("1.csv", "Shoe size"),
        ("1.csv", "Hat"),
    ]
    assert len(read.results) == 0


def test_a_subject_without_a_stage_is_asked_about():
    text = "UPN,Year,Maths,Science\n1,9,4,see file\n"
    (question,) = [one for one in loaded(text).questions if one.key.startswith("stage")]
    assert (question.key, question.proposal) == ("stage:1.csv", "now")
    assert results(text) == [["1", "now", "Mathematics", "teacher", "4"]]
    assert results(text, questions={"stage:1.csv": "KS2"}) == [
        ["1", "KS2", "Mathematics", "test", "4"]
    ]


@pytest.mark.parametrize(
    "meaning, expected",
    [
        (
            "result:KS2:Mathematics:teacher",
            [["1", "KS2", "Mathematics", "teacher", "4"]],
        ),
        (
            "result:now:Mathematics:teacher",
            [["1", "now", "Mathematics", "teacher", "4"]],
        ),
        ("leave out", []),
    ],
)
def test_what_the_user_says_a_heading_means(meaning, expected):
    text = "UPN,Year,Maths level\n1,9,4\n"
    assert results(text, meanings={"mathslevel": meaning}) == expected
    assert loaded(text, meanings={"mathslevel": meaning}).unmatched == ()


def test_what_the_user_says_comes_before_what_is_known():
    text = "UPN,Adno,Year,KS2 English\n1,77,9,4\n"
    assert loaded(text).pupils["pupil_id"].tolist() == ["1"]
    meanings = {"upn": "leave out", "ks2english": "result:KS2:Mathematics:test"}
    read = loaded(text, meanings=meanings)
    assert read.pupils["pupil_id"].tolist() == ["77"]
    assert read.results["subject"].tolist() == ["Mathematics"]


def test_what_is_said_of_one_file_goes_before_what_is_said_of_all():
    meanings = {"hat": "pupil:form", "2.csv|hat": "pupil:set_ict"}
    read = loaded("UPN,Hat\n1,a\n", "UPN,Hat\n1,b\n", meanings=meanings)
    assert read.pupils[["form", "set_ict"]].to_numpy().tolist() == [["a", "b"]]


def test_a_pupil_column_and_the_columns_of_long_results_can_be_chosen_too():
    meanings = {
        "code": "pupil:pupil_id",
        "register": "pupil:sen_provision",
        "mark": "row:result",
    }
    read = loaded(
        "Code,Register\n1,A\n",
        "Code,Stage,Subject,Mark\n1,KS2,English,4\n",
        meanings=meanings,
    )
    assert read.pupils["sen_provision"].tolist() == ["A"]
    assert read.results["result"].tolist() == ["4"]


@pytest.mark.parametrize(
    "meaning",
    ["result:KS9:English:test", "result:KS2:Geography:test", "pupil:shoe", "nonsense"],
)
def test_a_meaning_of_another_framework_is_passed_over(meaning):
    read = loaded("UPN,Year,Hat\n1,9,4\n", meanings={"hat": meaning})
    assert [column.heading for column in read.unmatched] == ["Hat"]


def test_another_subject_can_be_chosen_where_the_framework_takes_any():
    text = "UPN,Year,Humanities result\n1,11,4\n"
    rows = results(
        text,
        framework=GCSE,
        year=2024,
        meanings={"humanitiesresult": "result:KS4:Humanities:test"},
    )
    assert rows == [["1", "KS4", "Humanities", "test", "4"]]


def test_choices():
    levels = choices(LEVELS)
    assert levels["pupil:sen_provision"] == "SEN provision"
    assert levels["result:KS2:English:test"] == "KS2 English (test)"
    assert levels["result:now:Mathematics:teacher"] == "Now Mathematics (teacher)"
    assert "leave out" in levels
    assert len(set(levels.values())) == len(levels)
    assert "result:KS4:Reading:test" not in choices(GCSE)


@pytest.mark.parametrize(
    "heads, cells, framework, left_out",
    [
        ("UPN,Year,Year", "1,9,9", LEVELS, ["Year"]),
        ("UPN,Year,YEAR ", "1,9,9", LEVELS, ["YEAR"]),
        ("UPN,KS2 English,English KS2 test", "1,4,4", LEVELS, ["English KS2 test"]),
        (
            "UPN,Preferred surname,Surname,Legal surname",
            "1,a,b,c",
            LEVELS,
            ["Preferred surname", "Surname"],
        ),
        ("UPN,Surname,Preferred surname", "1,a,b", LEVELS, ["Preferred surname"]),
        ("UPN,FSM,FSM6", "1,N,Y", GCSE, ["FSM"]),
        ("UPN,Pupil Premium,FSM", "1,N,Y", GCSE, ["Pupil Premium"]),
        ("UPN,READSCORE,READSCORE_noSpeccon", "1,99,98", GCSE, ["READSCORE"]),
        (
            "UPN,KS2READSCORE,READSCORE_noSpeccon,READSCORE",
            "1,73,,",
            GCSE,
            ["READSCORE_noSpeccon", "READSCORE"],
        ),
        ("UPN,KS2 English,KS2 Reading", "1,98,99", GCSE, ["KS2 English"]),
        ("UPN,Exam No,Admission number,Hat", "1,2,3,4", GCSE, ["Exam No", "Hat"]),
    ],
)
def test_of_two_columns_that_mean_the_same_the_better_is_taken(
    heads, cells, framework, left_out
):
    read = loaded(f"{heads}\n{cells}\n", framework=framework, year=2024)
    assert [column.heading for column in read.columns if column.left_out] == left_out
    named = [column.remark for column in read.columns if "left out" in column.remark]
    assert len(named) == len([one for one in left_out if one != "Hat"])


def test_columns_that_are_not_needed_may_stand_twice():
    assert len(loaded("UPN,Year,DOB,Date of birth\n1,9,1,1\n").pupils) == 1


# ---------------------------------------------------------------------------------------------------------- Wide sheets

WIDE = "UPN,Year,SEN,KS2 English,KS2 Maths TA,KS3 English\n1,9,A,3,4b,5\n2,9,N,B,,\n3,8,N,4,5,\n"


def test_a_wide_sheet():
    assert results(WIDE) == [
        ["1", "KS2", "English", "test", "3"],
        ["2", "KS2", "English", "test", "B"],
        ["3", "KS2", "English", "test", "4"],
        ["1", "KS2", "Mathematics", "teacher", "4b"],
        ["3", "KS2", "Mathematics", "teacher", "5"],
        ["1", "KS3", "English", "test", "5"],
    ]


def test_a_blank_in_a_sheet_is_no_result_that_was_told():
    text = "UPN,Year,KS3 English,KS3 Maths\n1,9,,\n2,9,,\n3,10,5,\n4,10,,\n"
    assert results(text) == [["3", "KS3", "English", "test", "5"]]


def test_a_blank_in_a_table_of_results_is():
    rows = "UPN,Stage,Subject,Result\n1,KS3,English,\n2,KS3,English,5\n"
    assert results(PUPILS, rows) == [
        ["1", "KS3", "English", "test", ""],
        ["2", "KS3", "English", "test", "5"],
    ]


def test_a_sheet_of_results_beside_the_pupils():
    read = loaded(
        PUPILS,
        "UPN,Forename,Surname,KS2 English,KS3 English\n1,Ann,Lee,3,5\n2,Bob,Ray,4,\n",
    )
    assert len(read.pupils) == 2
    assert [*read.results["result"]] == ["3", "4", "5"]


def test_a_lone_sheet_of_names_and_results_tells_who_the_pupils_are():
    read = loaded("UPN,Surname,KS2 English\n1,Lee,3\n")
    assert read.pupils["surname"].tolist() == ["Lee"]


def test_what_long_results_say_of_pupils_is_read_too():
    rows = "UPN,Surname,Stage,Subject,Result,Shoe\n1,Lee,KS2,English,3,9\n1,Lee,KS3,English,5,9\n"
    read = loaded(PUPILS, rows)
    assert read.pupils["surname"].tolist() == ["Lee", ""]
    assert len(read.results) == 2
    assert [column.heading for column in read.unmatched] == ["Shoe"]


# ----------------------------------------------------------------------------------------------------------------- XLSX


def test_a_workbook_of_two_tables_and_notes():
    content = workbook(
        {
            "Read me": [["How to fill this in"], ["Carefully"]],
            "pupils": [
                ["pupil_id", "year_group", "attendance"],
                ["0123", 9, 0.955],
                ["0124", 9, 1],
            ],
            "empty": [],
            "results": [
                ["pupil_id", "stage", "subject", "result"],
                ["0123", "KS2", "English", "4b"],
                ["0124", "KS2", "En", 4.27],
            ],
        }
    )
    read = load_files([file(content, "a.xlsx")], framework=LEVELS, academic_year=2005)
    assert read.pupils["attendance"].tolist() == [95.5, 100.0]
    assert read.results["result"].tolist() == ["4b", "4c"]
    assert ["Read me" in note or "decimals" in note for note in read.notes] == [
        True,
        True,
    ]


def test_faults_of_a_workbook_name_the_sheet():
    content = workbook(
        {
            "pupils": [["UPN", "SEN"], ["1", "A"], [], ["2", "Q"]],
            "other": [["UPN", "Year"], ["3", "x"]],
        }
    )
    with pytest.raises(FaultyFile) as caught:
        load_files([file(content, "a.xlsx")], framework=LEVELS, academic_year=2005)
    assert [(fault.file, fault.row, fault.column) for fault in caught.value.faults] == [
        ("a.xlsx, sheet 'pupils'", 4, "SEN"),
        ("a.xlsx, sheet 'other'", 2, "Year"),
    ]


# --------------------------------------------------------------------------------------------------------------- Faults


@pytest.mark.parametrize(
    "texts, expected",
    [
        ((PUPILS.replace("A", "Zebra"),), [("1.csv", 2, "SEN")]),
        (("UPN,Year\n1,9\n,9\n",), [("1.csv", 3, "UPN")]),
        (("UPN,Year\n1,9\n2,9\n1,8\n",), [("1.csv", 4, "UPN")]),
        (("UPN,Year\n1,0\n2,15\n3,1\n4,14\n",), [("1.csv", 3, "Year")]),
        ((PUPILS, RESULTS.replace("4b", "Zebra")), [("2.csv", 3, "Result")]),
        ((PUPILS, RESULTS.replace("4b", "4.275")), [("2.csv", 3, "Result")]),
        ((PUPILS, RESULTS.replace("14/05/2001", "31/02/2001")), [("2.csv", 3, "Date")]),
        ((PUPILS, RESULTS.replace("14/05/2001", "2001-13-01")), [("2.csv", 3, "Date")]),
        ((PUPILS, RESULTS.replace("TA", "guess")), [("2.csv", 3, "Kind")]),
        ((PUPILS, RESULTS.replace("2,KS2", "2,KS7")), [("2.csv", 3, "Stage")]),
        ((PUPILS, RESULTS.replace("2,KS2", "2,")), [("2.csv", 3, "Stage")]),
        (
            (PUPILS, RESULTS.replace("English,TA", "Alchemy,TA")),
            [("2.csv", 3, "Subject")],
        ),
        ((PUPILS, RESULTS.replace("English,TA", ",TA")), [("2.csv", 3, "Subject")]),
        ((PUPILS, RESULTS + "1,KS2,Eng,,4,\n"), [("2.csv", 4, "Result")]),
        ((PUPILS, RESULTS + ",KS2,English,,4,\n"), [("2.csv", 4, "UPN")]),
        ((WIDE.replace("4b", "Zebra"),), [("1.csv", 2, "KS2 Maths TA")]),
        ((WIDE + "1,9,A,3,4,5\n",), [("1.csv", 5, "KS2 Maths TA")]),
        ((WIDE + ",9,A,3,4,5\n",), [("1.csv", 5, "UPN")]),
        ((PUPILS, "UPN,KS2 English\n7,3\n8,4\n9,5\n1,4\n"), [("2.csv", None, "UPN")]),
        (("UPN,Year\n\n1,9\n\n\n2,x\n",), [("1.csv", 6, "Year")]),
        (('UPN,Surname,Year\n1,"a\nb",9\n2,c,x\n',), [("1.csv", 3, "Year")]),
        (("UPN,Year\n1,9\n2\n3,8\n",), [("1.csv", 3, None)]),
    ],
)
def test_faults_by_their_place(texts, expected):
    assert places(*texts) == expected


@pytest.mark.parametrize(
    "text, column, rows",
    [
        ("UPN,Attendance\n1,101\n2,99\n3,100\n4,0\n5,good\n", "attendance", [2, 6]),
        ("UPN,Attendance\n1,93.4%\n2,0.9\n3,100\n", "attendance", [3]),
        ("UPN,Need\n1,MLD\n2,Zebra\n3,PD\n", "need", [3]),
        ("UPN,Sex\n1,F\n2,M\n3,Zebra\n", "sex", [4]),
        ("UPN,Form\n1,9A\n2,#N/A\n3,9B\n", "form", [3]),
        ("UPN,Sex\n1,1\n2,2\n3,3\n", "sex", [None]),
    ],
)
def test_a_column_that_can_be_left_out_never_stops_the_load(text, column, rows):
    read = reviewed(text)
    assert read.loads
    assert [(fault.row, fault.stops) for fault in read.faults] == [
        (row, False) for row in rows
    ]
    blank = read.pupils[column].isna() | (read.pupils[column].astype(str) == "")
    expected = [row - 2 for row in rows] if rows != [None] else [0, 1, 2]
    assert blank.to_numpy().nonzero()[0].tolist() == expected


@pytest.mark.parametrize(
    "cells, stops",
    [
        ("4\n5\n#N/A\n", True),
        ("4\n5\nZebra\n", True),
        ("red\nblue\ngreen\n", False),
        ("#REF!\n#REF!\n#REF!\n", True),
    ],
)
def test_results_that_a_figure_is_made_of_stop_the_load_unless_the_whole_column_is_something_else(
    cells, stops
):
    rows = "".join(f"{n},9,{cell}\n" for n, cell in enumerate(cells.split()))
    read = reviewed("UPN,Year,KS2 English\n" + rows)
    assert read.loads is not stops
    assert read.faults
    assert {fault.column for fault in read.faults} == {"KS2 English"}
    assert len(read.results) == 0
    now = reviewed("UPN,Year,English now\n" + rows)
    assert now.loads and now.faults


def test_every_fault_of_every_file_at_once_and_never_a_value():
    found = faults(
        "UPN,Year,SEN,Surname\n1,Zebra,Zebra,Lee\n2,9,Zebra,Lee\n2,9,N,Lee\n",
        "UPN,Stage,Subject,Result,Date\n1,KS2,English,Zebra,Zebra\n,KS2,English,4,\n",
        "",
        "%PDF\x00",
    )
    assert sorted(
        (fault.file, fault.row or 0, fault.column or "") for fault in found
    ) == [
        ("1.csv", 2, "SEN"),
        ("1.csv", 2, "Year"),
        ("1.csv", 3, "SEN"),
        ("1.csv", 4, "UPN"),
        ("2.csv", 2, "Date"),
        ("2.csv", 2, "Result"),
        ("2.csv", 3, "UPN"),
        ("3.csv", 0, ""),
        ("4.csv", 0, ""),
    ]
    assert not any("Zebra" in str(fault) or "Lee" in str(fault) for fault in found)
    assert all(fault.rule and fault.remedy for fault in found)


def test_the_remedy_of_a_result_is_that_of_its_stage():
    rows = "UPN,Stage,Subject,Result\n1,KS2,English,C\n1,KS4,English,4\n"
    first, second = faults(PUPILS, rows)
    assert "a level from 1 to 8" in first.remedy
    assert "from A* to G" in second.remedy


@pytest.mark.parametrize(
    "text", ["UPN,Year\n", "UPN,Year\n\n,\n", "UPN,Stage,Subject,Result\n"]
)
def test_headings_alone(text):
    (fault,) = faults(text)
    assert fault.rule == "there are headings, but no rows below them"


def test_no_heading_is_known():
    read = reviewed("Shoe,Hat\n1,2\n3,4\n")
    assert [fault.rule for fault in read.faults] == [
        "no heading in this row was recognised"
    ]
    assert [column.heading for column in read.unmatched] == ["Shoe", "Hat"]
    assert not read.loads


def test_a_letter_is_no_table():
    (fault,) = faults("Dear parents\nSchool begins at nine, as ever.\n")
    assert fault.rule == "this is not a table"


@pytest.mark.parametrize(
    "text",
    [
        "time_period,geographic_level,sen_status,ks2_scaled_score_group,subject,grade,number_achieving\n"
        "202324,National,Any SEN,80 - 89.5,Mathematics,4,100\n",
        "time_period,breakdown,ks2_scaled_score_group,subject,num_4,all_grades\n"
        "202324,Any SEN,80 - 89.5,Mathematics,100,1000\n",
        "time_period,characteristic_value,subjects,KS2_Prior,num_4,All_Grades\n"
        "202021,SEN Pupils,Mathematics,80 - 89.5,100,1000\n",
    ],
)
@pytest.mark.parametrize("framework", [LEVELS, GCSE])
def test_dfes_table_of_england_is_no_list_of_pupils(text, framework):
    fault = reviewed(text, framework=framework).faults[0]
    assert str(fault) == (
        "1.csv: this is DfE’s table for England, not a list of pupils. "
        "England’s figures for 2023/24 are already in the workbook. Choose your own school’s lists."
    )
    assert "UPN" not in "".join(str(one) for one in faults(text, framework=framework))


def test_no_column_of_pupil_numbers():
    read = reviewed("Number,Year,SEN\n1,9,A\n")
    assert [fault.rule for fault in read.faults] == ["no column holds pupil numbers"]
    assert [column.heading for column in read.unmatched] == ["Number"]


def test_long_results_without_a_stage():
    rows = "UPN,Subject,Result\n1,English,4\n1,KS2 Maths,3\n"
    assert results(PUPILS, rows) == [
        ["1", "now", "English", "teacher", "4"],
        ["1", "KS2", "Mathematics", "test", "3"],
    ]
    assert results(PUPILS, rows, questions={"stage:2.csv": "KS3"})[0] == [
        "1",
        "KS3",
        "English",
        "test",
        "4",
    ]


@pytest.mark.parametrize("texts", [(), (RESULTS,), (RESULTS, RESULTS)])
def test_no_table_of_pupils(texts):
    assert "there is no list of pupils here" in [fault.rule for fault in faults(*texts)]


def test_a_result_for_now_may_stand_once_for_each_date():
    rows = "UPN,Stage,Subject,Result,Date\n1,now,English,4,2005-01-10\n1,now,English,5,2005-04-10\n"
    assert len(results(PUPILS, rows)) == 2
    assert len(results(PUPILS, rows + "1,now,English,5,10/04/2005\n")) == 2
    assert places(PUPILS, rows + "1,now,English,6,10/04/2005\n") == [
        ("2.csv", 4, "Result")
    ]


def test_results_of_either_framework_are_left_out_in_the_other_and_told():
    for text, framework in (
        ("UPN,Year,KS2 English\n1,11,4c\n2,11,5a\n", GCSE),
        ("UPN,Year,GCSE English\n1,11,9\n2,11,8\n", LEVELS),
    ):
        read = reviewed(text, framework=framework)
        assert [(fault.column, fault.row, fault.stops) for fault in read.faults] == [
            (text.split(",")[2].split("\n")[0], None, False)
        ]
        assert len(read.results) == 0


@pytest.mark.parametrize(
    "first, second, again",
    [
        ("KS2,English,test,4,", "KS2,English,teacher,4,", False),
        ("KS2,English,test,4,", "KS3,English,test,4,", False),
        ("KS2,English,test,4,", "KS2,ICT,test,4,", False),
        ("KS2,English,test,4,", "KS2,En,test,5,", True),
        ("KS2,English,test,4,", "KS2,English,test,5,", True),
        ("KS2,English,test,4,2004-01-01", "KS2,English,test,5,2004-02-01", True),
        ("KS2,English,test,4,", "KS2,English,test,4,", False),
        ("KS2,English,test,4,", "KS2,English,test,,", False),
        ("now,English,test,4,2004-01-01", "now,English,test,5,2004-02-01", False),
        ("now,English,test,4,2004-01-01", "now,English,test,5,1/1/2004", True),
    ],
)
def test_a_result_stands_once(first, second, again):
    rows = f"UPN,Stage,Subject,Kind,Result,Date\n1,{first}\n1,{second}\n"
    told = [(fault.row, fault.rule) for fault in reviewed(PUPILS, rows).faults]
    rule = "a second result for the same pupil, stage, subject and kind"
    assert told == ([(3, rule)] if again else [])


# ----------------------------------------------------------------------------------------------------------- Properties

ROWS = [
    {
        "UPN": str(n),
        "Year": "9",
        "SEN": sen,
        "Surname": f"Lee {n}",
        "KS2 English": ks2,
        "KS3 English": ks3,
    }
    for n, (sen, ks2, ks3) in enumerate(
        [("A", "3", "5"), ("N", "4", ""), ("P", "B", "4"), ("", "", "6")]
    )
]


def ordered(read):
    results = read.results.astype(
        {name: str for name in ("stage", "subject", "kind", "result")}
    )
    return (
        read.pupils.sort_values("pupil_id").reset_index(drop=True),
        results.sort_values(["pupil_id", "stage"]).reset_index(drop=True),
    )


@given(
    rows=st.permutations(ROWS),
    columns=st.permutations(list(ROWS[0])),
    separator=st.sampled_from(",;\t"),
)
@settings(deadline=None, max_examples=12)
def test_the_order_of_rows_and_columns_makes_no_difference(rows, columns, separator):
    text = pd.DataFrame(rows)[columns].to_csv(index=False, sep=separator)
    for table, expected in zip(
        ordered(loaded(text)),
        ordered(loaded(pd.DataFrame(ROWS).to_csv(index=False))),
        strict=True,
    ):
        pd.testing.assert_frame_equal(table, expected)


@given(order=st.permutations([PUPILS, "UPN,Year\n3,7\n", RESULTS]))
@settings(deadline=None, max_examples=10)
def test_the_order_of_files_makes_no_difference(order):
    read = ordered(loaded(*order))
    assert read[0]["pupil_id"].tolist() == ["1", "2", "3"]
    assert read[1]["result"].tolist() == ["3", "4b"]


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=15
)


@given(surnames=st.lists(texts, min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_any_name_is_loaded_as_it_is_written(surnames):
    made = io.StringIO()
    csv.writer(made).writerows(
        [["UPN", "Surname"], *zip(map(str, itertools.count()), surnames, strict=False)]
    )
    assert loaded(made.getvalue()).pupils["surname"].tolist() == [
        surname.strip() for surname in surnames
    ]
