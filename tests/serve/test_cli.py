"""The command line: what each command prints, and with which code it ends."""

import csv
import io
import json
import re

import pytest

from senlib import ROOT, open_school
from senlib.serve.cli import COULD_NOT_LOOK, FINE, WRONG, main, parser
from tests.national.test_dfe import rows_of, write

LEVELS, GCSE = (
    str(ROOT / "data" / "sample" / "levels"),
    str(ROOT / "data" / "sample" / "gcse"),
)


def table(capsys, *arguments):
    assert main([*arguments, "--format", "csv"]) == FINE
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_conversion_has_its_columns_and_everyone_beside_each_group(capsys):
    rows = table(
        capsys,
        "conversion",
        GCSE,
        "--subject",
        "Mathematics",
        "--by",
        "sen_provision",
        "--reach",
        "4",
    )
    expected = "subject, cohort, entry, reach, group, pupils, without_result, other_qualification, reached, percent, low, high, national, difference"
    assert list(rows[0])[:14] == expected.split(", ")
    assert {row["group"] for row in rows} == {"all", "SEN", "no SEN", "N", "K", "E"}
    assert {row["reach"] for row in rows} == {"4"} and {
        row["subject"] for row in rows
    } == {"Mathematics"}
    for row in rows:
        share = 100 * int(row["reached"]) / int(row["pupils"])
        assert (
            abs(float(row["percent"]) - share) < 0.006
            and float(row["low"]) <= share + 0.005
            and float(row["high"]) >= share - 0.005
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ["matrix", LEVELS, "--subject", "maths"],
        ["matrix", LEVELS, "--stage", "KS4", "--by", "sex"],
        ["criteria", GCSE],
        ["track", LEVELS, "--entry", "3", "--year", "8"],
        ["track", GCSE, "--subject", "English Language"],
        [
            "conversion",
            LEVELS,
            "--stage",
            "KS4",
            "--reach",
            "C",
            "--denominator",
            "with_result",
        ],
        ["conversion", LEVELS, "--by", "need", "--reach", "5", "--reach", "4"],
    ],
)
def test_each_measure_prints_a_table_and_the_same_as_csv(capsys, arguments):
    rows = table(capsys, *arguments)
    assert len(rows) > 2
    assert main(arguments) == FINE
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == len(rows) + 1 and all(
        column in printed[0] for column in rows[0]
    )


def test_a_framework_can_stand_in_for_the_settings(tmp_path, capsys):
    assert main(["sample", "levels", str(tmp_path / "copy")]) == FINE
    (tmp_path / "copy" / "school.toml").unlink()
    assert main(["criteria", str(tmp_path / "copy")]) == WRONG
    assert "--framework" in capsys.readouterr().err
    assert main(["criteria", str(tmp_path / "copy"), "--framework", "levels"]) == FINE


def test_a_sample_is_never_written_over_a_folder(tmp_path, capsys):
    assert main(["sample", "gcse", str(tmp_path)]) == COULD_NOT_LOOK
    assert "there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["conversion", GCSE, "--subject", "Mathematics", "--reach", "12"],
            "grade from 9 to 1",
        ),
        (
            ["conversion", LEVELS, "--subject", "Alchemy"],
            "English, Mathematics, Science, ICT",
        ),
        (["conversion", LEVELS, "--by", "shoe_size"], "sen_provision"),
        (["conversion", LEVELS, "--by", "surname"], "sen_provision"),
        (["matrix", GCSE, "--stage", "KS3"], "KS4"),
        (["criteria", "no/such/folder"], "no/such/folder"),
        (["check", "no/such/file.csv"], "no/such/file.csv"),
    ],
)
def test_what_does_not_exist_is_told_without_a_traceback(capsys, arguments, says):
    assert main(arguments) == COULD_NOT_LOOK
    error = capsys.readouterr().err
    assert says in error.replace("\\", "/") and "Traceback" not in error


def test_check_tells_every_fault_and_never_a_value(tmp_path, capsys):
    path = tmp_path / "wide.csv"
    path.write_text(
        "UPN,Surname,SEN,KS2 English\nA1,Zhou,Q,9z\nA1,Ng,A,3\n", encoding="utf-8"
    )
    assert main(["check", str(path), "--framework", "levels"]) == WRONG
    printed = capsys.readouterr().out
    told = printed.partition("Columns of")[0]
    assert told.count("\n- ") == 3 and "row 2" in told and "row 3" in told
    for value in ("A1", "Zhou", "9z"):
        assert value not in printed
    path.write_text(
        "UPN,Surname,SEN,KS2 English,Hat\nA1,Zhou,A,3,red\nA2,Ng,A,3,blue\n",
        encoding="utf-8",
    )
    assert main(["check", str(path), "--framework", "levels"]) == FINE
    printed = capsys.readouterr().out
    assert (
        "2 pupils" in printed
        and "- Hat: left out (not recognised); 2 filled in" in printed
        and "red" not in printed
    )


def test_check_as_json_is_one_object_without_a_value(tmp_path, capsys):
    path = tmp_path / "wide.csv"
    path.write_text(
        "UPN,Surname,Year,SEN,KS2 Reading,Maths,Attendance\nA1,Zhou,9,K,97,5,zebra\nA2,Ng,9,,B,4,97\n",
        encoding="utf-8",
    )
    assert main(["check", "--json", str(path)]) == FINE
    printed = capsys.readouterr().out
    told = json.loads(printed)
    assert (told["loads"], told["pupils"], told["results"]) == (True, 2, 4)
    assert told["columns"][4]["meaning"] == "result:KS2:Reading:test"
    assert told["columns"][4]["holds"] == "1 result, 1 code: B"
    assert [(one["key"], one["proposal"]) for one in told["questions"]] == [
        ("stage:wide.csv", "now"),
        ("now_date:wide.csv", "not_known"),
        ("blank_sen", "N"),
    ]
    assert [(one["row"], one["column"]) for one in told["faults"]] == [
        (2, "Attendance")
    ]
    assert {row["by"] for row in told["coverage"]} == {"year_group", "leaving_year"}
    assert (
        any("zebra" in text for text in (printed,)) is False and "Zhou" not in printed
    )


def test_load_keeps_a_school_that_every_command_opens(tmp_path, capsys):
    path, answers, folder = (
        tmp_path / "wide.csv",
        tmp_path / "answers.toml",
        tmp_path / "school",
    )
    path.write_text(
        "UPN,Year 11 in,SEN,Number,KS2 Maths,GCSE Maths\nA1,2024,K,97,99,5\nA2,2024,,98,98,4\n",
        encoding="utf-8",
    )
    answers.write_text(
        '[questions]\nblank_sen = "not_known"\n[meanings]\nNumber = "result:KS2:Reading:test"\n',
        encoding="utf-8",
    )
    assert (
        main(["load", str(path), "--to", str(folder), "--answers", str(answers)])
        == FINE
    )
    school = open_school(folder)
    assert school.pupils["sen_provision"].tolist() == ["K", ""]
    assert len(school.results) == 6
    assert school.answers["blank_sen"] == "not_known"
    assert main(["conversion", str(folder), "--format", "csv"]) == FINE
    assert main(["check", str(folder)]) == FINE
    assert "nothing wrong" in capsys.readouterr().out


def test_load_keeps_nothing_where_something_stops_it(tmp_path, capsys):
    path, folder = tmp_path / "wide.csv", tmp_path / "school"
    path.write_text("UPN,Year,SEN\nA1,9,Zebra\n", encoding="utf-8")
    assert main(["load", str(path), "--to", str(folder)]) == WRONG
    assert "row 2" in capsys.readouterr().err
    assert not folder.exists()


def test_check_reads_a_folder(capsys):
    assert main(["check", LEVELS]) == FINE
    assert "nothing wrong" in capsys.readouterr().out


def test_a_file_that_is_a_folder_s_and_at_fault_ends_with_1(tmp_path, capsys):
    main(["sample", "levels", str(tmp_path / "copy")])
    pupils = tmp_path / "copy" / "pupils.csv"
    pupils.write_text(
        pupils.read_text(encoding="utf-8").replace(",A,", ",Q,", 1), encoding="utf-8"
    )
    assert main(["check", str(tmp_path / "copy")]) == WRONG
    assert "pupils.csv" in capsys.readouterr().err


def test_dfe_s_newest_file_is_kept_and_used(tmp_path, capsys):
    rows = [row | {"time_period": "202425"} for row in rows_of("2024")]
    file = write(tmp_path / "newest.csv", rows)
    data = ["--data", str(tmp_path / "data")]
    assert main(["national", "add", str(file), *data]) == FINE
    told = capsys.readouterr().out
    assert "2025: 1 subject, groups: all, SEN, no SEN." in told and "2025.csv" in told
    assert main(["national", "add", str(file), *data]) == FINE
    assert "Held already" in capsys.readouterr().out
    assert main(["national", "list", *data]) == FINE
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("2025: 1 subject, added.") and told[1].startswith(
        "2024: 35 subjects"
    )
    assert all("https://explore-education-statistics" in line for line in told)
    assert (
        main(["conversion", GCSE, *data, "--subject", "Mathematics", "--format", "csv"])
        == FINE
    )


def test_what_is_no_file_of_dfe_s_ends_with_1_and_one_that_is_not_there_with_2(
    tmp_path, capsys
):
    file = tmp_path / "pupils.csv"
    file.write_text("UPN,Name\n1,2\n")
    data = ["--data", str(tmp_path / "data")]
    assert main(["national", "add", str(file), *data]) == WRONG
    assert "pupils.csv: no column" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
    assert (
        main(["national", "add", str(tmp_path / "none.csv"), *data]) == COULD_NOT_LOOK
    )


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = next(
        action
        for action in parser()._actions
        if action.choices and "serve" in action.choices
    ).choices
    assert set(re.findall(r"`senlib (\w+)", readme)) == set(commands)


def test_help_is_there_for_every_command(capsys):
    for command in (
        "serve",
        "check",
        "load",
        "matrix",
        "conversion",
        "criteria",
        "track",
        "national",
        "sample",
    ):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0 and command in capsys.readouterr().out
