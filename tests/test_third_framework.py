"""A framework is one file: with a third beside the two, and nothing else changed, a school of ten pupils opens everywhere."""

import shutil
from pathlib import Path

import pytest

from senlib import frameworks, open_school, samples
from senlib.pages.kit.site import PAGES
from senlib.serve.cli import main
from senlib.workspace import DATA_VARIABLE, SCHOOL_VARIABLE, open_workspace
from tests.pages import lacking

WORDS = Path(__file__).parent / "frameworks/words.toml"
STEPS = ("Emerging", "Developing", "Secure", "Mastered")
PUPILS = "pupil_id,forename,surname,sex,year_group,form,sen_provision,need,attendance,on_roll"
RESULTS = "pupil_id,stage,subject,kind,result,date"
# The room's page has no school.
STEMS = [page.stem for page in PAGES if page.stem != "room"]


@pytest.fixture
def third(tmp_path, monkeypatch):
    """The package's frameworks and one more."""
    for file in (*frameworks.FOLDER.glob("*.toml"), WORDS):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(frameworks, "FOLDER", tmp_path)


@pytest.fixture
def folder(third, tmp_path):
    """Ten pupils of Years 7 to 11, each with a start and, in Year 10 and 11, an outcome, else a step of now."""
    pupils, results = [PUPILS], [RESULTS]
    for place in range(10):
        year, sen = 7 + place % 5, "NKE"[place % 3]
        need = "" if sen == "N" else "MLD"
        pupils.append(
            f"T{place},A{place},B{place},{'FM'[place % 2]},{year},{year}A,{sen},{need},9{place},Y"
        )
        for subject in ("English", "Mathematics"):
            start, later = STEPS[place % 3], STEPS[(place + 1) % 4]
            results.append(f"T{place},KS2,{subject},test,{start},")
            now = ("KS3", "test", "") if year > 9 else ("now", "teacher", "2026-03-01")
            results.append(f"T{place},{now[0]},{subject},{now[1]},{later},{now[2]}")
    folder = tmp_path / "school"
    folder.mkdir()
    settings = 'name = "Ten"\nframework = "words"\nacademic_year = 2025\n'
    for name, text in {
        "school.toml": settings,
        "pupils.csv": "\n".join(pupils),
        "results.csv": "\n".join(results),
    }.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def test_it_stands_after_those_in_use_longer_and_has_no_sample(third):
    assert frameworks.names()[:2] == ["levels", "gcse"]
    assert frameworks.names()[-1] == "words"
    assert samples() == ["levels", "gcse"]


def test_the_school_is_read(folder):
    school = open_school(folder)
    assert school.framework.title == "A school's own words"
    assert len(school.pupils) == 10
    assert len(school.results) == 40


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_opens_and_says_nothing_amiss(stem, folder, tmp_path, monkeypatch):
    data = {DATA_VARIABLE: str(tmp_path / "data"), SCHOOL_VARIABLE: str(folder)}
    page = lacking.page_of(stem, open_workspace(data), monkeypatch)
    pieces = [lacking.called(page, call) for call in lacking.calls(stem)]
    texts = [text for piece in pieces for text in lacking.texts(piece)]
    assert texts
    assert not lacking.faults_in(texts)


@pytest.mark.parametrize("measure", ["conversion", "matrix", "criteria", "track"])
def test_every_measure_prints_its_table(measure, folder, capsys):
    assert main([measure, str(folder), "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1
