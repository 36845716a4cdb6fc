"""A school's folder and sheets: what schools of today write, read as they mean it."""

import pytest

from senlib.frameworks import load
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile
from senlib.school.review import load_files
from senlib.school.school import open_school


def loaded(text, *, framework="gcse", year=2024):
    file = NamedFile(name="wide.csv", content=text.encode())
    return load_files([file], framework=load(framework), academic_year=year)


def test_a_blank_is_no_result_in_a_core_subject_alone():
    # Triple scientists have no Combined Science, and nobody is to be counted as having failed it.
    rows = "UPN,Year,GCSE Maths,GCSE Combined Science,GCSE Biology\na,11,5,5-5,\nb,11,,,8\n"
    results = loaded(rows).results.astype({"subject": str, "result": str})
    found = {(r.pupil_id, r.subject): r.result for r in results.itertuples()}
    assert found == {
        ("a", "Mathematics"): "5",
        ("b", "Mathematics"): "",
        ("a", "Combined Science"): "5-5",
        ("b", "Biology"): "8",
    }


def test_a_subject_is_one_whatever_case_it_is_written_in():
    pupils = NamedFile(name="pupils.csv", content=b"pupil_id,sen_provision\na,N\nb,K\n")
    results = (
        b"pupil_id,stage,subject,result\na,KS4,geography,5\nb,KS4,GEOGRAPHY,4\na,KS4,Geography,3\n"
    )
    with pytest.raises(FaultyFile) as told:
        load_files(
            [pupils, NamedFile(name="results.csv", content=results)],
            framework=load("gcse"),
            academic_year=2025,
        )
    assert [(fault.row, fault.rule) for fault in told.value.faults] == [
        (4, "a second result for the same pupil, stage, subject and kind")
    ]


def test_codes_written_out_shares_of_attendance_and_rows_of_totals():
    rows = "UPN,Year,SEN Status,Primary need,Attendance %\na,Curriculum Year 10,K - SEN Support,Specific Learning Difficulty,0.95\n"
    rows += 'b,Year 9,Education Health and Care Plan,"Social, Emotional and Mental Health",0.9\n'
    pupils = loaded(rows).pupils
    assert pupils[["year_group", "sen_provision", "need", "attendance"]].values.tolist() == [
        [10, "K", "SPLD", 95.0],
        [9, "E", "SEMH", 90.0],
    ]
    with pytest.raises(FaultyFile) as told:
        loaded(rows + "Total,,,,\n")
    assert [(fault.row, fault.rule) for fault in told.value.faults] == [
        (4, "a row of totals, and no pupil")
    ]


def test_a_school_year_that_is_none_is_told(tmp_path):
    (tmp_path / "school.toml").write_text(
        'framework = "gcse"\nacademic_year = "x"\n', encoding="utf-8"
    )
    (tmp_path / "pupils.csv").write_text("UPN,SEN\na,K\n", encoding="utf-8")
    with pytest.raises(FaultyFile) as told:
        open_school(tmp_path)
    assert told.value.faults[0].file == "school.toml"
