"""Class sheets: which classes there are, and who with SEN is in one, by hand."""

import pandas as pd
import pytest

from senlib.measures.class_sheets import class_sheet, classes
from tests.measures.schools import school, yes_or_no


def pupil(number, **others):
    return {
        "pupil_id": number,
        "year_group": "8",
        "sen_provision": "N",
        "surname": f"Pupil {number}",
    } | others


PUPILS = [
    pupil(
        "1",
        form="8B",
        set_english="8En1",
        sen_provision="A",
        need="SPLD",
        need_2="SLCN",
    ),
    pupil("2", form="8B", set_english="8En1"),
    pupil("3", form="8B", set_english="8En2", sen_provision="S", need="ASD"),
    pupil("4", form="8A", sen_provision=""),
    pupil("5", form="8B", set_english="8En1", sen_provision="P", on_roll="N"),
]
RESULTS = [
    ("1", "KS2", "English", "test", "3"),
    ("1", "now", "English", "teacher", "3b", "2005-03-01"),
    ("3", "KS2", "English", "test", "2"),
]


@pytest.fixture
def small():
    return school("levels", PUPILS, RESULTS)


def test_forms_and_sets_with_their_numbers(small):
    table = classes(small)
    assert table[["column", "subject", "name", "pupils", "sen"]].values.tolist() == [
        ["form", "", "8A", 1, 0],
        ["form", "", "8B", 3, 2],
        ["set_english", "English", "8En1", 2, 1],
        ["set_english", "English", "8En2", 1, 1],
    ]


def test_a_set_s_sheet_says_where_they_stand_in_its_subject(small):
    sheet = class_sheet(small, column="set_english", name="8En1")
    sheet = sheet.assign(stuck=sheet["stuck"].map(yes_or_no))
    assert sheet[
        ["pupil_id", "need", "need_2", "entry", "now", "stuck"]
    ].values.tolist() == [["1", "SPLD", "SLCN", "3", "3b", "yes"]]


def test_without_a_result_now_nothing_is_said(small):
    (row,) = class_sheet(small, column="set_english", name="8En2").itertuples()
    assert (row.entry, row.now, yes_or_no(row.on_course), yes_or_no(row.stuck)) == (
        "2",
        "",
        "",
        "",
    )


def test_a_form_has_no_subject(small):
    sheet = class_sheet(small, column="form", name="8B")
    assert sheet["pupil_id"].tolist() == ["1", "3"] and set(sheet["entry"]) == {""}


@pytest.mark.parametrize(
    ("column", "name"), [("form", "8A"), ("form", "9Z"), ("set_ict", "")]
)
def test_a_class_without_pupils_with_sen(small, column, name):
    assert class_sheet(small, column=column, name=name).empty


def test_a_school_without_classes():
    assert classes(school("levels", [pupil("1")], [])).empty


def test_no_such_column(small):
    with pytest.raises(KeyError, match="says nothing of classes"):
        class_sheet(small, column="surname", name="Khan")


def test_every_pupil_with_sen_is_on_one_sheet_of_a_kind(levels_school):
    table = classes(levels_school)
    forms = table[table["column"] == "form"]
    listed = pd.concat(
        [class_sheet(levels_school, column="form", name=name) for name in forms["name"]]
    )
    assert (
        not listed["pupil_id"].duplicated().any() and len(listed) == forms["sen"].sum()
    )


@pytest.fixture(scope="module")
def levels_school():
    from senlib import open_sample

    return open_sample("levels")
