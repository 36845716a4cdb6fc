"""A school's folder and sheets: what schools of today write, read as they mean it."""

import errno
import os
import shutil

import pandas as pd
import pytest

from senlib import ROOT
from senlib.frameworks import load
from senlib.school import school_file
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile
from senlib.school.review import load_files
from senlib.school.school import open_and_renew, open_school, save_school
from senlib.school.school_file import FILE


def loaded(text, *, framework="gcse", year=2024):
    file = NamedFile(name="wide.csv", content=text.encode())
    return load_files([file], framework=load(framework), academic_year=year)


def test_a_blank_in_a_sheet_is_no_row():
    # Who stands in a subject without a result is for the measures to say.
    rows = "UPN,Year,GCSE Maths,GCSE Combined Science,GCSE Biology\na,11,5,5-5,\nb,11,,,8\n"
    results = loaded(rows).results.astype({"subject": str, "result": str})
    found = {(r.pupil_id, r.subject): r.result for r in results.itertuples()}
    assert found == {
        ("a", "Mathematics"): "5",
        ("a", "Combined Science"): "5-5",
        ("b", "Biology"): "8",
    }


def test_a_subject_is_one_whatever_case_it_is_written_in():
    pupils = NamedFile(name="pupils.csv", content=b"pupil_id,sen_provision\na,N\nb,K\n")
    results = b"pupil_id,stage,subject,result\na,KS4,geography,5\nb,KS4,GEOGRAPHY,4\na,KS4,Geography,3\n"
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
    assert pupils[
        ["year_group", "sen_provision", "need", "attendance"]
    ].values.tolist() == [
        [10, "K", "SPLD", 95.0],
        [9, "E", "SEMH", 90.0],
    ]
    with_total = loaded(rows + "Total,,,,\n")
    assert len(with_total.pupils) == 2
    note = (
        "wide.csv: Row 4 is a total, a title or a note, not a pupil. It was left out."
    )
    assert note in with_total.notes


def test_a_school_year_that_is_none_is_told(tmp_path):
    (tmp_path / "school.toml").write_text(
        'framework = "gcse"\nacademic_year = "x"\n', encoding="utf-8"
    )
    (tmp_path / "pupils.csv").write_text("UPN,SEN\na,K\n", encoding="utf-8")
    with pytest.raises(FaultyFile) as told:
        open_school(tmp_path)
    assert told.value.faults[0].file == "school.toml"


# -- a folder of files --


def folder_with(tmp_path, **files):
    (tmp_path / "school.toml").write_text(
        'framework = "gcse"\nacademic_year = 2025\n', encoding="utf-8"
    )
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        (tmp_path / f"{stem}.{ending}").write_text(text, encoding="utf-8")
    return open_school(tmp_path)


def test_a_text_file_with_headings_is_a_table(tmp_path):
    school = folder_with(tmp_path, export_txt="UPN\tSEN Status\n0012\tK\n0013\tN\n")
    assert school.pupils["sen_provision"].tolist() == ["K", "N"] and school.notes == ()


def test_a_workbook_with_macros_is_a_table(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for row in (["UPN", "SEN Status"], ["0012", "K"]):
        book.active.append(row)
    book.save(tmp_path / "register.xlsm")
    assert folder_with(tmp_path).pupils["pupil_id"].tolist() == ["0012"]


def test_what_is_passed_over_is_told(tmp_path):
    school = folder_with(
        tmp_path,
        pupils_csv="UPN,SEN Status\n0012,K\n",
        README_txt="These are pupils, as of January.\n",
        letter_docx="PK",
        workbook_json="{}",
    )
    assert school.notes == (
        "README.txt was left out: it is not a table of pupils or results.",
        "letter.docx was left out: it is not a table of pupils or results.",
    )


# -- as version 1 kept it --


@pytest.fixture
def kept_by_version_1(tmp_path):
    """The sample school as the first release kept a SENCO's own."""
    folder = tmp_path / "school"
    shutil.copytree(ROOT / "data" / "sample" / "gcse", folder)
    (folder / "workbook.json").unlink()
    return folder


def same(one, other):
    for part in ("pupils", "results", "lea"):
        pd.testing.assert_frame_equal(
            getattr(one, part), getattr(other, part), check_exact=True
        )
    assert (one.name, one.academic_year) == (other.name, other.academic_year)


def test_it_is_brought_into_one_file_and_its_files_are_set_aside(kept_by_version_1):
    before = open_school(kept_by_version_1)
    files = {path.name: path.read_bytes() for path in kept_by_version_1.iterdir()}
    aside = kept_by_version_1.with_name("aside")
    for _ in range(2):
        same(open_and_renew(kept_by_version_1, aside=aside), before)
    assert [path.name for path in kept_by_version_1.iterdir()] == [FILE]
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == files
    if os.name != "nt":
        assert aside.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in aside.iterdir()} == {0o600}


def test_what_today_s_rules_refuse_is_opened_as_it_was_kept(kept_by_version_1):
    """A code that was an SEN code once, a result that no scale knows now, and a column that had not been thought of."""
    path = kept_by_version_1 / "pupils.csv"
    pupils = pd.read_csv(path, dtype=str, keep_default_na=False)
    pupils.loc[0, ["sen_provision", "surname", "attendance"]] = ["Q", "Ann\rLee", ""]
    pupils.drop(columns="need_2").to_csv(path, index=False, lineterminator="\r\n")
    path = kept_by_version_1 / "results.csv"
    results = pd.read_csv(path, dtype=str, keep_default_na=False)
    results.loc[0, "result"] = "not known now"
    results.to_csv(path, index=False, lineterminator="\r\n")
    with pytest.raises(FaultyFile):
        open_school(kept_by_version_1)
    school = open_and_renew(
        kept_by_version_1, aside=kept_by_version_1.with_name("aside")
    )
    assert school.pupils.loc[0, ["sen_provision", "surname"]].tolist() == [
        "Q",
        "Ann\rLee",
    ]
    assert (school.pupils["need_2"] == "").all() and len(school.pupils) == len(pupils)
    assert str(school.pupils["attendance"].dtype) == "float64"
    assert school.results.loc[0, "result"] == "not known now"
    assert (
        pd.isna(school.results.loc[0, "points"]) and (kept_by_version_1 / FILE).exists()
    )


def test_pupils_without_results_that_version_1_kept_and_refused_open(kept_by_version_1):
    (kept_by_version_1 / "results.csv").write_text(
        "pupil_id,stage,subject,kind,result,date\r\n"
    )
    school = open_and_renew(
        kept_by_version_1, aside=kept_by_version_1.with_name("aside")
    )
    assert len(school.results) == 0 and len(school.pupils) > 1000
    assert (kept_by_version_1 / FILE).exists()


def test_where_it_cannot_be_kept_anew_it_stays_and_opens_as_it_was(
    kept_by_version_1, monkeypatch
):
    before = open_school(kept_by_version_1)
    files = sorted(path.name for path in kept_by_version_1.iterdir())
    aside = kept_by_version_1.with_name("aside")

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(school_file, "write", refuse)
        same(open_and_renew(kept_by_version_1, aside=aside), before)
        assert sorted(path.name for path in kept_by_version_1.iterdir()) == files
        assert not aside.exists()
    same(open_and_renew(kept_by_version_1, aside=aside), before)
    assert (kept_by_version_1 / FILE).exists()


def test_what_was_broken_off_while_files_were_set_aside_goes_on(kept_by_version_1):
    before = open_school(kept_by_version_1)
    save_school(before, kept_by_version_1)  # killed here
    aside = kept_by_version_1.with_name("aside")
    same(open_and_renew(kept_by_version_1, aside=aside), before)
    assert len(list(aside.iterdir())) == 4


@pytest.mark.parametrize(
    "name, text",
    [
        ("pupils.csv", "spoilt"),
        ("pupils.csv", "pupil_id\n0012\n0012\n"),
        ("pupils.csv", "pupil_id,surname\n,Zhou\n"),
        (
            "results.csv",
            "pupil_id,stage,subject,kind,result,date\n0012,KS9,Zhou,test,4,\n",
        ),
    ],
)
def test_what_was_changed_by_hand_is_refused_without_a_value(
    kept_by_version_1, name, text
):
    (kept_by_version_1 / name).write_text(text)
    with pytest.raises(FaultyFile) as told:
        open_and_renew(kept_by_version_1, aside=kept_by_version_1.with_name("aside"))
    assert "Zhou" not in " ".join(map(str, told.value.faults))
    assert (
        not (kept_by_version_1 / FILE).exists() and (kept_by_version_1 / name).exists()
    )


def test_a_folder_of_other_tables_is_opened_and_left_as_it_is(tmp_path):
    folder = tmp_path / "school"
    folder.mkdir()
    folder_with(folder, list_csv="UPN,SEN Status\n0012,K\n")
    school = open_and_renew(folder, aside=tmp_path / "aside")
    assert school.pupils["pupil_id"].tolist() == ["0012"]
    assert sorted(path.name for path in folder.iterdir()) == ["list.csv", "school.toml"]
