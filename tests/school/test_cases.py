"""Files as schools have them: each of tests/cases, and sisters of each, through the command line.

For each file or group of files: whether it loads, how many pupils and results come of it, what is held of a pupil, and what must be
said. Nothing that is printed may hold a pupil's value.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xlsxwriter

from senlib import ROOT, open_school
from senlib.school import review
from senlib.serve.cli import COULD_NOT_LOOK, FINE, WRONG, main

CASES = ROOT / "tests" / "cases"
NAMES = ("aster", "birch", "cedar", "dunn", "b80120", "00451", "ivy", "zoë")
TODAY = datetime.date(2026, 11, 27)


class Today(datetime.date):
    @classmethod
    def today(cls):
        return TODAY


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(review, "date", Today)


@dataclass(frozen=True)
class Case:
    """Files, and what is right. `files` are names in tests/cases, or names with what the file holds.

    `held` says by the end of a pupil's number what the school knows: 'need=SLCN' of the pupil, 'KS2 Reading test 82' of results.
    `says` are words that must stand in notes, questions or faults; `asks` are keys of questions, `stops` columns with a fault
    that stops, `told` columns with one that does not, `left_out` headings. `never` must not stand anywhere.
    """

    name: str
    files: tuple = ()
    pupils: int = 0
    results: int = 0
    loads: bool = True
    framework: str = "gcse"
    held: dict[str, str] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    answers: str = ""


def refused(name, *files, **expected):
    return Case(name, files, loads=False, **expected)


def case(name, *files, pupils, results=0, **expected):
    return Case(name, files, pupils, results, **expected)


def written(made, folder):
    """The paths of a case's files."""
    paths = []
    for number, file in enumerate(made.files, start=1):
        if isinstance(file, str) and "\n" not in file:
            paths.append(CASES / file)
            continue
        name, content = file if isinstance(file, tuple) else (f"{number}.csv", file)
        path = folder / str(number) / name
        path.parent.mkdir()
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return [str(path) for path in paths]


def options_of(made, folder):
    options = ["--framework", made.framework, "--year", "2027"]
    if made.answers:
        (folder / "answers.toml").write_text(made.answers, encoding="utf-8")
        options += ["--answers", str(folder / "answers.toml")]
    return options


def checked(made, folder, capsys):
    """The object that `senlib check --json` prints, and the options and files of the case."""
    arguments = [*options_of(made, folder), *written(made, folder)]
    code = main(["check", "--json", *arguments])
    out, err = capsys.readouterr()
    assert err == ""
    told = json.loads(out)
    assert code == (FINE if told["loads"] else WRONG)
    assert not [name for name in NAMES if name in out.casefold()], out
    return told, arguments


def known_of(school, number):
    """What a school knows of the pupil whose number ends so, in words."""
    pupil = school.pupils[school.pupils["pupil_id"].str.endswith(number)].iloc[0]
    own = [
        f"{name}={value}"
        for name, value in pupil.items()
        if str(value) not in ("", "nan")
    ]
    mine = school.results[school.results["pupil_id"] == pupil["pupil_id"]].astype(str)
    results = [" ".join(row[1:6]).strip() for row in mine.itertuples(index=False)]
    return own + results


def assert_right(made, folder, capsys):
    told, arguments = checked(made, folder, capsys)
    faults = told["faults"]
    stops = sorted({fault["column"] or "" for fault in faults if fault["stops"]})
    assert (told["loads"], stops) == (made.loads, sorted(made.stops)), faults
    assert (told["pupils"], told["results"]) == (made.pupils, made.results)
    assert sorted({f["column"] or "" for f in faults if not f["stops"]}) == sorted(
        made.told
    )
    assert {question["key"] for question in told["questions"]} >= set(made.asks)
    prose = [*told["notes"], *(question["text"] for question in told["questions"])]
    prose += [
        f"{f['file']} {f['row']} {f['column']}: {f['rule']}. {f['remedy']}"
        for f in faults
    ]
    for words in made.says:
        assert any(re.search(words, text) for text in prose), (words, prose)
    for words in made.never:
        assert not re.search(words, json.dumps(told, ensure_ascii=False)), words
    left_out = {column["heading"] for column in told["columns"] if column["left_out"]}
    assert left_out >= set(made.left_out), told["columns"]
    if not told["loads"]:
        return
    assert main(["load", "--to", str(folder / "school"), *arguments]) == FINE
    capsys.readouterr()
    school = open_school(folder / "school")
    for number, words in made.held.items():
        known = known_of(school, number)
        assert not [one for one in words.split("; ") if one not in known], known
    for number, words in made.lacks.items():
        known = " ; ".join(known_of(school, number))
        assert not [one for one in words.split("; ") if one in known], known


def _each(cases):
    return pytest.mark.parametrize("made", cases, ids=lambda made: made.name)


# ------------------------------------------------------------------------------------------------------------ The files

MOVED_UP = (
    "is from 2025/26, so its pupils are counted in the year groups that they are in now"
)

FILES = [
    case(
        "o00",
        "o00_pupils_without_results.csv",
        pupils=2,
        held={"001": "sen_provision=K; need=SLCN; year_group=11; ks4_year=2027"},
        says=("There are no current results", "No KS2 results for the 2 pupils"),
    ),
    case(
        "o01",
        "o01_ks2_english.csv",
        pupils=4,
        results=15,
        held={
            "001": "KS2 Reading test 82; KS2 Mathematics test 104",
            "004": "KS2 Reading test 110",
        },
        says=(
            "KS2 English’: key stage 2 English was read as reading",
            "1 pupil has only one key",
        ),
        asks=("school_year:o01_ks2_english.csv",),
    ),
    case(
        "o02",
        "o02_below_test.csv",
        pupils=4,
        results=15,
        held={
            "001": "KS2 Reading test B; KS2 Mathematics test 82",
            "002": "KS2 Mathematics test B",
        },
        says=("2 pupils were working below the key stage 2 test",),
    ),
    case(
        "o03",
        "o03_leavers_2026_no_ks2.csv",
        pupils=200,
        results=400,
        held={"000": "ks4_year=2026; on_roll=N"},
        says=("200 pupils who leave in 2026: there were no tests in 2021",),
    ),
    refused(
        "o04",
        "o04_na_outcome.xlsx",
        stops=("GCSE Maths",),
        says=("xlsx 3 GCSE Maths: an error",),
    ),
    case(
        "o05",
        "o05_hidden_sheet.xlsx",
        pupils=1,
        results=3,
        says=("Sheet ‘Left’ is hidden in Excel, and was left out",),
    ),
    case(
        "o05b",
        "o05b_hidden_copy.xlsx",
        pupils=3,
        results=7,
        says=("Sheets ‘Sept copy’, ‘Lists’ are hidden",),
    ),
    case(
        "o06",
        "o06_percent_mix.xlsx",
        pupils=3,
        results=7,
        held={
            "001": "attendance=93.4",
            "002": "attendance=88.1",
            "003": "attendance=97.0",
        },
    ),
    case(
        "o07",
        "o07_ctf_year6.xml",
        pupils=2,
        held={
            "001": "year_group=7; ks4_year=2031; sen_provision=K; need=SLCN; need_2=SEMH"
        },
        says=(MOVED_UP, "attendance of 2025/26 was left out"),
        lacks={"001": "attendance"},
    ),
    case(
        "o08",
        "o08_mis_sheet.csv",
        "o08_pag_results_ctf.xml",
        pupils=2,
        results=7,
        held={
            "001": "KS2 Reading test 104; form=7A; year_group=7",
            "002": "KS2 Reading test B",
        },
        says=("year group was read from column ‘Reg’",),
        asks=("now_date:o08_mis_sheet.csv",),
    ),
    case(
        "o08 results alone",
        "o08_pag_results_ctf.xml",
        pupils=2,
        results=5,
        held={"002": "KS2 Mathematics teacher PK4; ks4_year=2031; year_group=7"},
        says=(
            "For 2 pupils, the summer of Year 11 was worked out from the year of their results",
        ),
    ),
    case(
        "o09",
        "o09_upn_and_admission.csv",
        pupils=2,
        held={"001": "pupil_id=B801200121001; year_group=11"},
    ),
    case(
        "o09b",
        "o09b_fsm_and_pp.csv",
        pupils=1,
        held={"001": "fsm=N"},
        left_out=("Pupil Premium",),
        says=("‘Pupil Premium’: left out, because column ‘FSM’ was used",),
    ),
    case(
        "o09c",
        "o09c_giap_ks2.csv",
        pupils=3,
        results=8,
        held={
            "001": "KS2 Reading test 104; year_group=11",
            "002": "KS2 Reading test 73; need=ASD",
        },
        left_out=("DOB", "READSCORE", "FSM", "READMRK"),
        says=("‘READSCORE’: left out, because column ‘KS2READSCORE’ was used",),
    ),
    case(
        "o10",
        "o10_giap_ks4.csv",
        pupils=2,
        results=10,
        held={"002": "sen_provision=E; KS4 Mathematics test 2; fsm=N; ks4_year=2024"},
        left_out=("KS4_APENG_91", "KS4_DOB", "KS4_PTSPE_PTQ_EE"),
    ),
    case(
        "o11",
        "o11_sims_class_list.csv",
        pupils=2,
        held={"112": "sen_provision=K; year_group=10"},
        left_out=("Class", "H/M/L Prior Attainment", "Y9 EOY 09 Summer Term"),
        says=(
            "no UPN, so pupils were matched by column ‘Exam No.’",
            "3 columns were not recognised",
        ),
    ),
    case(
        "o12",
        "o12_eal_yes_no.csv",
        pupils=3,
        results=6,
        held={
            "001": "language=Other than English; attendance=93.4",
            "003": "sen_provision=N",
        },
        asks=("blank_sen",),
    ),
    case(
        "o13",
        "o13_ks2_ta.csv",
        pupils=3,
        results=12,
        held={"001": "KS2 Reading teacher EXS", "002": "KS2 Mathematics teacher PK5"},
    ),
    case(
        "o14",
        "o14_ctf_code_F.xml",
        pupils=2,
        results=5,
        held={"002": "KS2 Reading test F; KS2 Mathematics test B"},
        says=(r"codes instead of a level or score: B \(1\), F \(1\)",),
    ),
    case(
        "o15",
        "o15_title_rows.csv",
        pupils=2,
        results=4,
        says=("The headings begin in row 4",),
    ),
    case("o15b", "o15b_sep_line.csv", pupils=2, results=4, says=("sep=",)),
    case(
        "o16",
        "o16_fine_grades.csv",
        pupils=6,
        results=20,
        held={"001": "now Mathematics teacher 4", "003": "now Mathematics teacher 7"},
        told=("Maths now",),
        says=("6 finer grades or averages were read",),
    ),
    case(
        "o17",
        "o17_arbor_needs.csv",
        pupils=2,
        held={
            "001": "need=SLCN; need_2=SEMH; year_group=11",
            "002": "need=ASD; sen_provision=E",
        },
        says=(
            "pupils with a row for each need were read as one pupil",
            "appears twice and the first column was used",
        ),
    ),
    case(
        "o18",
        "o18_hml.csv",
        pupils=3,
        results=3,
        left_out=("Prior Attainment",),
        says=("because bands",),
        lacks={"001": "KS2"},
    ),
    case(
        "o20",
        "o20_sisra_list.csv",
        pupils=2,
        results=3,
        asks=("stage:o20_sisra_list.csv",),
    ),
    case(
        "o21",
        "o21_average_thirds.csv",
        pupils=2,
        results=4,
        held={
            "001": "KS2 Prior attainment test 104.5",
            "002": "KS2 Prior attainment test 98.5",
        },
        says=("2 finer grades or averages were read",),
    ),
    case(
        "o22",
        "o22_double_grade_as_date.xlsx",
        pupils=2,
        results=8,
        held={"001": "KS4 Combined Science test 5-4"},
        says=("2 double grades that Excel had turned into dates were read as grades",),
    ),
    refused("o23", "o23_matrix_long.csv", stops=("",), never=("heading 'UPN'",)),
    case(
        "o24",
        "o24_uncached_formulas.xlsx",
        pupils=3,
        results=4,
        told=("Maths now",),
        says=("a formula that was never calculated",),
    ),
    case(
        "o25",
        "o25_future_summer.csv",
        pupils=2,
        results=6,
        held={"001": "ks4_year=2026; on_roll=N"},
        says=("Is this last year’s list",),
    ),
    case(
        "o25 answered",
        "o25_future_summer.csv",
        pupils=2,
        results=6,
        held={"001": "ks4_year=2027; on_roll=Y"},
        answers='[questions]\n"school_year:o25_future_summer.csv" = "2027"\n',
    ),
]


def _ctf(number):
    text = (CASES / "o07_ctf_year6.xml").read_text(encoding="utf-8")
    first, last = text.index("<Pupil><UPN>B801200121002"), text.index("</CTFpupilData>")
    one = text[:first] + text[last:]
    return f"80120{number:02d}.xml", one.replace(
        "B801200121001", f"B8012001211{number:02d}"
    )


FILES.append(
    case(
        "28 CTFs of one pupil each",
        *map(_ctf, range(28)),
        pupils=28,
        held={"27": "year_group=7"},
        says=("28 CTF files are from 2025/26", "28 CTF files, such as .*: attendance"),
    )
)


@_each(FILES)
def test_each_file_does_what_is_right(made, tmp_path, capsys):
    assert_right(made, tmp_path, capsys)


# -------------------------------------------------------------------------------------------------------------- Sisters


def ids(*rows, first=1):
    """Rows with a UPN before each."""
    return "".join(
        f"B801200121{number:03d},{row}\n" for number, row in enumerate(rows, first)
    )


def sheet(heads, *rows):
    return f"UPN,{heads}\n{ids(*rows)}"


def workbook(**sheets):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        percent = book.add_format({"num_format": "0.0%"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, float):
                        page.write_number(row, column, cell, percent)
                    elif cell is not None:
                        page.write(row, column, cell)
    return "book.xlsx", made.getvalue()


HEADS = ["UPN", "Surname", "Year", "SEN", "KS2 Reading", "KS2 Maths"]
ROWS = [
    ["B801200121001", "Aster", 9, "K", 100, 99],
    ["B801200121002", "Birch", 9, "N", 101, 104],
]
MIS = ("mis.csv", "UPN,Surname,Year\n" + ids("Aster,9", "Birch,9"))
BOTH = {"001": "KS2 Reading test 82; KS2 Mathematics test 104"}

STARTS = [
    case(
        name,
        sheet(f"Year,SEN,{heads}", f"9,K,{cells}", f"9,N,{cells}"),
        pupils=2,
        **expected,
    )
    for name, heads, cells, expected in [
        ("En, Ma", "KS2 En,KS2 Ma", "82,104", {"results": 4, "held": BOTH}),
        (
            "scaled",
            "KS2 English Scaled Score,Maths KS2 SS",
            "82,104",
            {"results": 4, "held": BOTH},
        ),
        ("SATs", "SATs Reading,SATs Maths", "82,104", {"results": 4, "held": BOTH}),
        (
            "Y6",
            "Y6 SATS Reading SS,Y6 SATS Maths SS",
            "82,104",
            {"results": 4, "held": BOTH},
        ),
        (
            "no KS2",
            "Reading Scaled Score,Maths Scaled Score",
            "82,104",
            {"results": 4, "held": BOTH},
        ),
        (
            "reading beside English",
            "KS2 English,KS2 Reading,KS2 Maths",
            "90,82,104",
            {"results": 4, "held": BOTH, "left_out": ("KS2 English",)},
        ),
        (
            "spelling",
            "KS2 GPS,KS2 SPAG Score,KS2 Writing TA",
            "99,98,EXS",
            {"left_out": ("KS2 GPS", "KS2 SPAG Score", "KS2 Writing TA")},
        ),
        (
            "KS1",
            "KS1 Reading,KS1 SATs Maths",
            "2b,EXS",
            {"says": ("2 columns were not recog",)},
        ),
        (
            "words",
            "KS2 Reading,KS2 Maths",
            "Below,Absent",
            {
                "results": 4,
                "held": {"001": "KS2 Reading test B; KS2 Mathematics test A"},
            },
        ),
        (
            "missing",
            "KS2 Reading,KS2 Maths",
            "Missing,BLW",
            {
                "results": 4,
                "held": {"001": "KS2 Reading test M; KS2 Mathematics test BLW"},
            },
        ),
        (
            "outcome",
            "READOUTCOME,READSCORE,MATOUTCOME,MATSCORE",
            "B,,AS,82",
            {
                "results": 4,
                "held": {"001": "KS2 Reading test B; KS2 Mathematics test 82"},
            },
        ),
        (
            "derived for some",
            "READSCORE,MATSCORE,KS2READSCORE,KS2MATSCORE",
            "B,82,73,",
            {
                "results": 4,
                "held": {"001": "KS2 Reading test 73; KS2 Mathematics test 82"},
                "says": (
                    "left out, except where column ‘KS2MATSCORE’ is blank \\(2 rows\\)",
                ),
            },
        ),
        (
            "twice",
            "KS2 Reading,KS2 Reading",
            ",82",
            {
                "says": (
                    "appears twice and the first column was used. In 2 rows this column is filled in",
                )
            },
        ),
        (
            "KS2",
            "KS2",
            "103.5",
            {"results": 2, "held": {"001": "KS2 Prior attainment test 103.5"}},
        ),
        (
            "FFT",
            "KS2 Fine Score,Prior Attainment Score",
            "98.333,98",
            {"results": 2, "held": {"001": "KS2 Prior attainment test 98.5"}},
        ),
        (
            "band",
            "KS2 Prior Band",
            "Low",
            {"left_out": ("KS2 Prior Band",), "says": ("because bands",)},
        ),
        ("PA", "PA", "LPA", {"left_out": ("PA",), "says": ("because bands",)}),
        (
            "in KS2",
            "KS2 Reading,KS2",
            "L,Middle",
            {
                "says": (
                    "‘KS2’: left out, because bands",
                    "Reading’: left out, because bands",
                )
            },
        ),
        (
            "levels",
            "KS2 English,KS2 Maths",
            "4b,5c",
            {"told": ("KS2 English", "KS2 Maths"), "says": ("2 of 2 filled cells",)},
        ),
        (
            "teachers' words",
            "KS2 Reading Teacher Assessment,Maths KS2 TA",
            "Working towards,Pre-key stage 3",
            {
                "results": 4,
                "held": {"001": "KS2 Reading teacher WTS; KS2 Mathematics teacher PK3"},
            },
        ),
    ]
]

GRADES = [
    case(
        name,
        sheet(f"Year,SEN,{heads}", f"10,K,{cells}", "10,N," + "," * heads.count(",")),
        pupils=2,
        **expected,
    )
    for name, heads, cells, expected in [
        (
            "fine",
            "Maths now",
            "4.7",
            {"results": 1, "held": {"001": "now Mathematics teacher 4"}},
        ),
        (
            "zeros",
            "Maths now",
            "0",
            {"results": 1, "says": ("1 cell with 0 was read as U",)},
        ),
        (
            "working at",
            "Maths Working At,English Working at Grade",
            "3,4",
            {"left_out": ("Maths Working At",), "says": ("heading for", "working at")},
        ),
        (
            "forecasts",
            "Maths Working At,Maths Predicted,Maths Target,English Forecast Autumn 1",
            "3,5,7,4",
            {
                "results": 2,
                "held": {
                    "001": "now Mathematics teacher 5; now English Language teacher 4 2026-10-20"
                },
                "left_out": ("Maths Working At", "Maths Target"),
                "says": (
                    "‘Maths Predicted’: read as the grade that the pupil is heading for",
                ),
            },
        ),
        (
            "other qualifications",
            "BTEC Sport,Functional Skills English,GCSE Maths",
            "L2P,Pass,E3",
            {
                "results": 3,
                "held": {
                    "001": "KS4 BTEC Sport test Level 2 Pass; KS4 Mathematics test Entry level 3"
                },
            },
        ),
        (
            "two scores",
            "Maths",
            "99",
            {
                "left_out": (),
                "results": 1,
                "asks": ("stage:1.csv",),
                "held": {"001": "KS2 Mathematics test 99"},
            },
        ),
        (
            "date in science",
            "GCSE Combined Science",
            "05-Apr",
            {"results": 1, "held": {"001": "KS4 Combined Science test 5-4"}},
        ),
        (
            "date in science by day",
            "GCSE Combined Science",
            "5/4/2026",
            {"results": 1, "held": {"001": "KS4 Combined Science test 5-4"}},
        ),
        (
            "not a subject",
            "GCSE Attendance,GCSE Points",
            "95,44.5",
            {"left_out": ("GCSE Attendance", "GCSE Points")},
        ),
    ]
]

PUPILS = [
    case(
        name,
        sheet(f"Year,{heads}", *(f"9,{row}" for row in rows)),
        pupils=len(rows),
        **expected,
    )
    for name, heads, rows, expected in [
        (
            "SEN in words",
            "SEN",
            [
                "EHC",
                "K: SEN Support",
                "SEN Support (K)",
                "K – SEN Support",
                "SEN K",
                "Non-SEN",
                "-",
            ],
            {
                "held": {
                    "001": "sen_provision=E",
                    "003": "sen_provision=K",
                    "007": "sen_provision=N",
                }
            },
        ),
        (
            "SEN yes",
            "SEN",
            ["Y", "N"],
            {
                "held": {"001": "sen_provision=K", "002": "sen_provision=N"},
                "says": ("‘yes’ was read as SEN support",),
            },
        ),
        (
            "flags",
            "SEN Support,EHCP",
            ["Y,N", "N,Y", "N,N"],
            {
                "held": {
                    "001": "sen_provision=K",
                    "002": "sen_provision=E",
                    "003": "sen_provision=N",
                }
            },
        ),
        (
            "flag beside SEN",
            "SEN,EHCP",
            ["K,N", "E,Y"],
            {"left_out": ("EHCP",), "held": {"002": "sen_provision=E"}},
        ),
        (
            "type K or E",
            "SEN Type,SEN Status",
            ["K,SLCN", "E,ASD"],
            {
                "held": {"001": "sen_provision=K; need=SLCN"},
                "says": ("read as SEN provision",),
            },
        ),
        (
            "blank beside N",
            "SEN",
            ["K", "N", ""],
            {"asks": ("blank_sen",), "lacks": {"003": "sen_provision"}},
        ),
        (
            "blank without N",
            "SEN",
            ["K", "E", ""],
            {
                "asks": ("blank_sen",),
                "held": {"003": "sen_provision=N"},
                "says": ("read as no SEN .1 pupil.",),
            },
        ),
        (
            "blank, said",
            "SEN",
            ["K", "E", ""],
            {
                "lacks": {"003": "sen_provision"},
                "answers": '[questions]\nblank_sen = "not_known"\n',
            },
        ),
        (
            "blank, said badly",
            "SEN",
            ["K", ""],
            {
                "answers": '[questions]\nblank_sen = "maybe"\nx = "y"\n',
                "says": ("not one of N, not_known", "‘x’ was not used"),
            },
        ),
        (
            "needs in words",
            "SEN,Primary SEN Need",
            [
                "K,Autism",
                "K,ADHD",
                "E,Down's Syndrome",
                "K,Multi Sensory Impairment",
                "N,-",
            ],
            {
                "held": {
                    "001": "need=ASD",
                    "002": "need=SEMH",
                    "003": "need=DS",
                    "004": "need=MSI",
                }
            },
        ),
        (
            "needs together",
            "SEN,Needs",
            ['K,"SLCN, SEMH"', "E,ASD/MLD"],
            {"held": {"001": "need=SLCN; need_2=SEMH", "002": "need=ASD; need_2=MLD"}},
        ),
        (
            "two columns",
            "SEN,SEN Need 1,SEN Need 2",
            ["K,ADHD,Dyslexia"],
            {"held": {"001": "need=SEMH; need_2=SPLD"}},
        ),
        (
            "EAL in words",
            "SEN,EAL",
            ["K,Other than English", "N,English"],
            {"held": {"001": "language=Other than English"}},
        ),
        ("EAL stages", "SEN,EAL", ["K,B", "N,E"], {"held": {"001": "eal_stage=B"}}),
        (
            "EAL and language",
            "SEN,EAL,First Language",
            ["K,Y,Polish"],
            {"held": {"001": "language=Polish"}, "left_out": ("EAL",)},
        ),
        (
            "meals",
            "SEN,Pupil Premium,FSM,Ever 6 FSM",
            ["K,N,N,Y"],
            {"held": {"001": "fsm=Y"}, "left_out": ("FSM", "Pupil Premium")},
        ),
        ("ticks", "SEN,PP", ["K,✓", "N,"], {"held": {"001": "fsm=Y"}}),
        (
            "commas",
            "SEN,Attendance",
            ['K,"93,4"', "N,97 %"],
            {"held": {"001": "attendance=93.4", "002": "attendance=97.0"}},
        ),
        (
            "fraction among percents",
            "SEN,Attendance",
            ["K,0.934", "N,97%"],
            {"told": ("Attendance",), "lacks": {"001": "attendance"}},
        ),
        (
            "error beside fractions",
            "SEN,Attendance",
            ["K,0.934", "N,#N/A"],
            {"told": ("Attendance",), "held": {"001": "attendance=93.4"}},
        ),
        (
            "optional errors",
            "SEN,Need,Form",
            ["K,#N/A,9A", "N,#REF!,9A"],
            {"told": ("Need",)},
        ),
        (
            "empty columns",
            "SEN,Attendance,FSM,KS2 Reading,Maths now",
            ["K,,,,", "N,,,,"],
            {},
        ),
        ("one pupil", "SEN", ["K"], {}),
    ]
]

LISTS = [
    case(
        "primary and sixth form",
        "UPN,Year,SEN\n" + ids("R,K", "Year 3,N", "13,E"),
        pupils=3,
        held={"001": "year_group=0", "003": "year_group=13; ks4_year=2025"},
    ),
    case(
        "zeros lost",
        ("mis.csv", "Adno,Surname,Year,SEN\n004512,Aster,9,K\n004513,Birch,9,N\n"),
        ("maths.csv", "Admission Number,Maths Autumn 1\n4512,4\n4513,2\n"),
        pupils=2,
        results=2,
        held={"4512": "now Mathematics teacher 4 2026-10-20"},
        says=("maths.csv: pupil numbers have lost the zeros",),
    ),
    case(
        "small letters",
        MIS,
        ("sen.csv", "UPN,SEN,Need\nb801200121001,K,SLCN\nb801200121002,N,\n"),
        "o08_pag_results_ctf.xml",
        pupils=2,
        results=5,
        held={"001": "sen_provision=K; year_group=9; KS2 Reading test 104"},
        never=("worked out from the year",),
    ),
    refused(
        "no number in common",
        MIS,
        ("maths.csv", "Admission Number,Maths now\n4512,4\n4513,2\n"),
        stops=("Admission Number",),
        says=("so the lists may use different numbers",),
    ),
    case(
        "a stranger",
        MIS,
        ("maths.csv", "UPN,Maths Autumn 1\n" + ids("4", "3", "2")),
        pupils=2,
        results=2,
        says=(
            "1 of the 3 pupils in maths.csv is in no other list",
            "1 pupil who is in no other",
        ),
        asks=("only_in:maths.csv",),
    ),
    case(
        "a stranger who is one",
        MIS,
        ("maths.csv", "UPN,Maths Autumn 1\n" + ids("4", "3", "2")),
        pupils=3,
        results=3,
        answers='[questions]\n"only_in:maths.csv" = "add"\n',
    ),
    case(
        "lists that contradict",
        ("mis.csv", "UPN,Year,SEN\n" + ids("9,K", "9,N")),
        ("sen.csv", "UPN,Year,SEN,Need\n" + ids("9,E,ASD", "10,N,")),
        pupils=2,
        held={"001": "sen_provision=E", "002": "year_group=9; ks4_year=2029"},
        asks=("wins:sen_provision", "wins:year_group"),
        never=("wins:ks4_year",),
    ),
    case(
        "lists that contradict, said",
        ("mis.csv", "UPN,Year,SEN\n" + ids("9,K", "9,N")),
        ("sen.csv", "UPN,Year,SEN,Need\n" + ids("9,E,ASD", "10,N,")),
        pupils=2,
        held={"001": "sen_provision=K", "002": "year_group=10; ks4_year=2028"},
        answers='[questions]\n"wins:sen_provision" = "mis.csv"\n"wins:year_group" = "sen.csv"\n',
    ),
    case(
        "chosen twice",
        MIS,
        MIS,
        pupils=2,
        says=("mis.csv was chosen twice. It was read once",),
    ),
    case(
        "the same under two names",
        MIS,
        ("copy.csv", MIS[1]),
        pupils=2,
        says=("copy.csv is the same as mis.csv, and was left out",),
    ),
    case(
        "one name, two files",
        MIS,
        ("mis.csv", "UPN,SEN\n" + ids("K", "N")),
        pupils=2,
        held={"001": "sen_provision=K; year_group=9"},
    ),
    case(
        "needs by rank",
        "UPN,Year,SEN,Need,Need Rank\n"
        + ids("9,K,SEMH,2") * 1
        + ids("9,K,SLCN,1")
        + ids("9,K,ASD,3"),
        pupils=1,
        held={"001": "need=SLCN; need_2=SEMH"},
        says=("third and later needs were left out for 1 pupil",),
    ),
    case(
        "rows of two years",
        "UPN,Year Group,Academic Year,SEN,Need\n"
        + ids("8,2025/26,N,")
        + ids("9,2026/27,K,SLCN"),
        pupils=1,
        held={"001": "year_group=9; sen_provision=K; need=SLCN"},
        says=("the latest was used",),
    ),
    refused(
        "rows that say two things",
        "UPN,Year,SEN\n" + ids("9,N") + ids("9,K"),
        stops=("UPN",),
        says=("1.csv 3 UPN: a second row for the same pupil",),
    ),
    case(
        "last year's school",
        "UPN,Year,SEN,GCSE Maths\n" + ids("7,K,", "10,N,", "11,N,5", "11,K,4"),
        pupils=4,
        results=2,
        held={"001": "year_group=8", "003": "year_group=12; on_roll=N"},
        asks=("school_year:1.csv",),
    ),
    case(
        "early GCSEs",
        "UPN,Year,SEN,GCSE Maths,GCSE RS\n" + ids("9,K,,5", "10,N,,4", "11,K,,5"),
        pupils=3,
        results=3,
        held={"001": "year_group=9", "003": "year_group=11; on_roll=Y"},
    ),
    case(
        "leavers by exam year",
        "UPN,Exam Year,SEN,GCSE Maths\n" + ids("2026,K,4"),
        pupils=1,
        results=1,
        held={"001": "ks4_year=2026"},
    ),
    case(
        "DfE's KS4 file with flags",
        "KS4_ACADYR,KS4_UPN,KS4_YEARGRP,KS4_SENF,KS4_EHCP,KS4_FSM6CLA1A,KS4_GCSE_MATH_91,KS4_ATT8\n"
        "2024/2025,B801200121001,11,K,0,1,5,44.5\n2024/2025,B801200121002,11,E,1,0,1,12\n",
        pupils=2,
        results=2,
        held={"001": "sen_provision=K; fsm=Y; ks4_year=2025", "002": "sen_provision=E"},
    ),
    case(
        "DfE's KS2 file without a year group",
        "ACADYR,UPN,READSCORE,MATSCORE\n2021/2022,B801200121001,104,99\n",
        pupils=1,
        results=2,
        held={"001": "ks4_year=2027; year_group=11"},
    ),
    case(
        "DfE's KS1 file",
        "ACADYR,UPN,YEARGRP,READ_OUTCOME,MATH_OUTCOME\n2016/2017,B801200121001,2,EXS,EXS\n",
        pupils=1,
        says=("one of DfE’s pupil files, with no key stage 2 scores",),
    ),
    case(
        "leavers by date",
        "UPN,Year,SEN,Leaving Date\n" + ids("11,K,2026-07-20"),
        pupils=1,
        held={"001": "ks4_year=2026; on_roll=N; left_on=2026-07-20"},
    ),
    case(
        "Arbor",
        "UPN,Year group,SEN status,SEN needs,Free school meals (currently),Attendance % (this year)\n"
        + ids(
            'Year 9,SEN Support (K),"Speech, Language and Communication Needs; MLD",Yes,93.4%'
        ),
        pupils=1,
        held={"001": "need=SLCN; need_2=MLD; fsm=Y"},
    ),
    case(
        "STA's scores",
        "UPN,LastName,Year,Reading Scaled Score,Maths Scaled Score,Maths Outcome\n"
        + ids("A,7,104,97,NS"),
        pupils=1,
        results=2,
        held={"001": "KS2 Reading test 104; KS2 Mathematics test 97"},
        says=("1 column with no key stage in its heading was left out",),
    ),
    case(
        "long: current grades",
        MIS,
        (
            "go.csv",
            "UPN,Subject,Current Grade,Target Grade\n" + ids("Maths,4,6", "Maths,5,6"),
        ),
        pupils=2,
        results=2,
        asks=("stage:go.csv", "now_date:go.csv"),
        held={"001": "now Mathematics teacher 4"},
    ),
    case(
        "long: exam results",
        "Exam No,Candidate Name,Award Title,Level,Grade\n1001,Aster,Mathematics,GCSE,5\n",
        pupils=1,
        results=1,
        held={"001": "KS4 Mathematics test 5"},
        asks=("stage:1.csv",),
    ),
    case(
        "long: scores",
        MIS,
        ("s.csv", "UPN,Subject,Score\n" + ids("Reading,104", "English,97")),
        pupils=2,
        results=2,
        held={"001": "KS2 Reading test 104", "002": "KS2 Reading test 97"},
        says=("key stage 2 English was read as reading",),
    ),
    case(
        "long: said",
        MIS,
        ("s.csv", "UPN,Subject,Result\n" + ids("Maths,4", "Maths,5")),
        pupils=2,
        results=2,
        held={"001": "KS4 Mathematics test 4"},
        answers='[questions]\n"stage:s.csv" = "KS4"\n',
    ),
    refused(
        "long: two results",
        "UPN,Name,Stage,Subject,Grade\n"
        + ids("Aster,KS4,Maths,5")
        + ids("Aster,KS4,Maths,6"),
        stops=("Grade",),
        says=("1.csv 3 Grade: a second result",),
    ),
    case(
        "meanings said",
        "UPN,Year,SEN,Shoe\n" + ids("9,K,9A"),
        pupils=1,
        held={"001": "form=9A"},
        answers='[meanings]\nShoe = "pupil:form"\nHat = "pupil:form"\n[files."z.csv"]\ndated = "x"\n',
        says=("‘hat’ was not used: no file has that", "z.csv was not used"),
    ),
    case(
        "date of the results",
        "UPN,Year,SEN,Maths now\n" + ids("9,K,4"),
        pupils=1,
        results=1,
        held={"001": "now Mathematics teacher 4 2026-10-20"},
        answers='[questions]\n"now_date:1.csv" = "2026-10-20"\n',
    ),
]

SHEETS = [
    case(name, file, pupils=pupils, results=results, **expected)
    for name, file, pupils, results, expected in [
        (
            "totals",
            workbook(S=[HEADS, *ROWS, ["Total", None, None, 2, 201, 203]]),
            2,
            4,
            {"says": ("Row 4 is a total, a title or a note",)},
        ),
        (
            "averages",
            workbook(S=[HEADS, *ROWS, [None, "Average:", None, None, 100.5, 101]]),
            2,
            4,
            {"says": ("Row 4 is",)},
        ),
        (
            "footer",
            workbook(S=[HEADS, *ROWS, [], ["Printed on 1/2/2026 by office"]]),
            2,
            4,
            {"says": ("Row 5 is",)},
        ),
        (
            "footer of text",
            ",".join(HEADS)
            + "\n"
            + ids("Aster,9,K,100,99")
            + "\nPrinted 12/09/2026 10:22\n",
            1,
            2,
            {"says": ("Row 4, below the table",)},
        ),
        (
            "a second table alike",
            workbook(
                S=[
                    HEADS,
                    *ROWS,
                    [],
                    ["Leavers"],
                    HEADS[:4],
                    ["B801200121003", "Cedar", 9, "N"],
                ]
            ),
            3,
            4,
            {},
        ),
        (
            "groups above",
            workbook(
                S=[
                    ["Pupil", None, None, None, "KS2"],
                    [*HEADS[:4], "Reading", "Maths"],
                    *ROWS,
                ]
            ),
            2,
            4,
            {"held": {"001": "KS2 Mathematics test 99"}},
        ),
        (
            "titles",
            workbook(S=[["Year 9"], ["Date: 1/9/2026"], [], HEADS, *ROWS]),
            2,
            4,
            {"says": ("begin in row 4",)},
        ),
        (
            "titles with commas",
            "Year 9,,,\nPrinted,1/9/2026,,\n,,,\nUPN,Surname,Year,SEN\n"
            + ids("Aster,9,K"),
            1,
            0,
            {"says": ("begin in row 4",)},
        ),
        (
            "a sheet of lists",
            workbook(Pupils=[HEADS, *ROWS], Lists=[["SEN", "Need"], ["K", "SLCN"]]),
            2,
            4,
            {"told": ("",)},
        ),
        ("two sheets", workbook(Y9=[HEADS, ROWS[0]], Y10=[HEADS, ROWS[1]]), 2, 4, {}),
        (
            "percent cells",
            workbook(
                S=[
                    ["UPN", "Year", "SEN", "% Att"],
                    ["B801200121001", 9, "K", 0.934],
                    ["B801200121002", 9, "N", "88.1%"],
                ]
            ),
            2,
            0,
            {"held": {"001": "attendance=93.4"}},
        ),
        (
            "UTF-16 with tabs",
            (
                "list.txt",
                "UPN\tSurname\tYear\tSEN\nB801200121001\tZoë\t9\tK\n".encode("utf-16"),
            ),
            1,
            0,
            {},
        ),
        ("bars", "UPN|Surname|Year|SEN\nB801200121001|Aster|9|K\n", 1, 0, {}),
        (
            "sep",
            "sep=;\nUPN;Surname;Year;SEN\nB801200121001;Aster;9;K\n",
            1,
            0,
            {"says": ("sep=",)},
        ),
        (
            "web page",
            (
                "list.xls",
                "<html><table><tr><th>UPN<th>Year<th>SEN</tr><tr><td>B801200121001<td>9<td>K</tr></table></html>",
            ),
            1,
            0,
            {},
        ),
        ("macros", ("list.xlsm", workbook(S=[HEADS, *ROWS])[1]), 2, 4, {}),
    ]
]

REFUSED = [
    refused(name, file, stops=stops, says=says)
    for name, file, stops, says in [
        (
            "error in UPN",
            workbook(S=[HEADS, ROWS[0], ["#N/A", *ROWS[1][1:]]]),
            ("UPN",),
            ("book.xlsx 3 UPN: an error",),
        ),
        (
            "error in SEN",
            sheet("Year,SEN", "9,K", "9,#N/A"),
            ("SEN",),
            ("1.csv 3 SEN: an error",),
        ),
        (
            "error in KS2",
            sheet("Year,SEN,KS2 Reading", "9,K,100", "9,N,#REF!"),
            ("KS2 Reading",),
            (),
        ),
        (
            "double grade in maths",
            sheet("Year,SEN,GCSE Maths", "11,K,44", "11,N,5", "11,N,5"),
            ("GCSE Maths",),
            (),
        ),
        (
            "another table below",
            workbook(
                S=[
                    HEADS,
                    *ROWS,
                    ["Surname", "UPN", "SEN"],
                    ["Cedar", "B801200121003", "K"],
                ]
            ),
            ("",),
            ("4 None: a second table starts here",),
        ),
        (
            "no number",
            "Surname,Year,SEN\nAster,9,K\nBirch,9,N\n",
            ("",),
            ("If not, add a column headed ‘UPN’",),
        ),
        ("headings alone", "UPN,Year,SEN\n", ("",), ("no rows below",)),
        (
            "no UPN in a row",
            "UPN,Surname,Year,SEN\n,Aster,9,K\n" + ids("Birch,9,N"),
            ("UPN",),
            ("1.csv 2 UPN: no pupil number",),
        ),
        (
            "400 digits",
            f"UPN,Year,SEN,KS2 Reading\n{'9' * 400},{'1' * 400},K,{'9' * 400}\n",
            ("KS2 Reading", "Year"),
            (),
        ),
        (
            "a long heading",
            "UPN,Year,SEN," + "A" * 131_072 + "\n" + ids("9,K,1"),
            ("",),
            ("too long",),
        ),
        ("NULs", "UPN,Year,SEN\nB80\x00,9,K\n", ("",), ("not a table",)),
        (
            "10,000 columns",
            "UPN,Year," + ",".join(f"c{n}" for n in range(10_000)) + "\n" + ids("9,1"),
            ("",),
            ("more than 2,000 columns",),
        ),
        ("deep XML", ("a.xml", "<CTfile>" + "<a>" * 100_000), ("",), ("damaged",)),
        ("deep HTML", ("a.xls", "<html>" + "<table><tr><td>" * 5_000 + "x"), ("",), ()),
        (
            "an entity",
            ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><CTfile>&b;</CTfile>'),
            ("",),
            ("document type",),
        ),
        ("empty", ("a.csv", b""), ("",), ("the file is empty",)),
        ("no workbook", ("a.xlsx", b"PK\x03\x04" + bytes(500)), ("",), ("damaged",)),
    ]
]

LEVELS = [
    case(name, sheet(heads, *rows), framework="levels", pupils=len(rows), **expected)
    for name, heads, rows, expected in [
        (
            "stages",
            "Year,SEN Stage",
            ["9,School Action", "9,SA+", "9,Statement", "9,No SEN"],
            {
                "held": {
                    "001": "sen_provision=A",
                    "002": "sen_provision=P",
                    "003": "sen_provision=S",
                }
            },
        ),
        (
            "levels",
            "Year,SEN,KS2 English,KS2 Maths",
            ["9,A,3,4b", "9,N,B,W"],
            {
                "results": 4,
                "held": {"001": "KS2 English test 3", "002": "KS2 English test B"},
            },
        ),
        (
            "needs",
            "Year,SEN,Need",
            ["9,A,EBD", "9,P,Dyslexia"],
            {"held": {"001": "need=BESD", "002": "need=SPLD"}},
        ),
        (
            "because bands",
            "Year,SEN,KS2 Maths",
            ["9,A,L", "9,N,H"],
            {"left_out": ("KS2 Maths",), "says": ("because bands",)},
        ),
        (
            "predicted",
            "Year,SEN,Maths Working At,Maths Predicted",
            ["9,A,4c,5"],
            {
                "results": 1,
                "held": {"001": "now Mathematics teacher 4c"},
                "left_out": ("Maths Predicted",),
            },
        ),
        (
            "last year's",
            "Year,SEN,KS3 English,KS3 Maths",
            ["9,A,5,5", "9,N,6,6"],
            {
                "results": 4,
                "asks": ("school_year:1.csv",),
                "held": {"001": "year_group=10"},
            },
        ),
        (
            "moments",
            "Year,SEN,English Y8 Sum 2,English Y9 Aut 1",
            ["9,A,4c,4b"],
            {
                "results": 2,
                "held": {
                    "001": "now English teacher 4c 2026-07-15; now English teacher 4b 2026-10-20"
                },
            },
        ),
        (
            "blanks",
            "Year,SEN,KS2 English",
            ["9,A,3", "9,,4"],
            {"results": 2, "asks": ("blank_sen",), "held": {"002": "sen_provision=N"}},
        ),
    ]
]


@_each([*STARTS, *GRADES, *PUPILS, *LISTS, *SHEETS, *REFUSED, *LEVELS])
def test_sisters(made, tmp_path, capsys):
    assert_right(made, tmp_path, capsys)


# ------------------------------------------------------------------------------------------------- As it is run outside


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "senlib", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        cwd=ROOT,
        timeout=120,
    )


def test_check_load_and_measure_in_processes_of_their_own(tmp_path):
    files = [CASES / "o08_mis_sheet.csv", CASES / "o08_pag_results_ctf.xml"]
    told = run("check", "--json", *files)
    assert (told.returncode, told.stderr) == (FINE, "")
    assert json.loads(told.stdout)["pupils"] == 2
    kept = run("load", *files, "--to", tmp_path / "school")
    assert (kept.returncode, kept.stderr) == (FINE, "")
    for measure in ("conversion", "matrix", "track"):
        shown = run(measure, tmp_path / "school")
        assert (shown.returncode, shown.stderr) == (FINE, ""), measure


def test_faults_and_answers_that_are_none_end_in_words(tmp_path):
    told = run("check", "--json", CASES / "o04_na_outcome.xlsx")
    (fault,) = json.loads(told.stdout)["faults"]
    assert (told.returncode, fault["row"], fault["column"]) == (WRONG, 3, "GCSE Maths")
    answers: Path = tmp_path / "answers.toml"
    for text in (
        "a = = b",
        "questions = 3",
        "[question]\n",
        '[files]\n"a.csv" = "x"\n',
    ):
        answers.write_text(text, encoding="utf-8")
        told = run(
            "check",
            "--json",
            CASES / "o00_pupils_without_results.csv",
            "--answers",
            answers,
        )
        assert (told.returncode, told.stderr) == (WRONG, "")
        assert json.loads(told.stdout)["faults"][0]["file"] == "answers.toml"
    missing = run("check", tmp_path / "none.csv")
    assert missing.returncode == COULD_NOT_LOOK and "Traceback" not in missing.stderr
