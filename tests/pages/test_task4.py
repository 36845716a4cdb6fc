"""Task 4 beside the provision maps: what each pupil on the list is given, on the page and in the sheet to take away."""

import io

import openpyxl
import pytest

from senlib.pages.provided import map_grid
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.workbook.rows import add_row
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    desk_over,
    queries,
    small_school,
    without_pictures,
    without_sen,
    words,
)


@pytest.fixture
def desk(tmp_path, school, monkeypatch):
    without_pictures(monkeypatch)
    return desk_over(tmp_path, school)


def page_of(desk):
    page = TrackingPage(desk)
    page.answer(), page.pupils(), page.sheets(), page.next()
    return page


def record(page, pupil):
    return next(record for record in page.listing.records if record["id"] == pupil)


def give(desk, pupil, *lines):
    desk.store.save_all(
        form=f"task5.provision/{pupil}", values={f"{line}.given": "yes" for line in lines}
    )


def test_the_list_says_under_which_headings_a_pupil_has_something(desk):
    give(
        desk,
        "0001",
        "task5.provision.literacy.guided",
        "task5.provision.literacy.computer",
        "task5.provision.curriculum.teacher",
    )
    page = page_of(desk)
    assert (
        record(page, "0001")["headings"] == "Curriculum, Literacy"
        and record(page, "0002")["headings"] == "none"
    )


@pytest.mark.parametrize(
    ("need", "second", "listed"),
    [("SLCN", "ASD", "P, SLCN, ASD"), ("SLCN", "", "P, SLCN"), ("MLD", "MLD", "P, MLD")],
)
def test_every_need_of_a_pupil_is_listed_once(tmp_path, monkeypatch, need, second, listed):
    without_pictures(monkeypatch)
    changes = {"p0001": {"sen_provision": "P", "need": need, "need_2": second}}
    page = page_of(desk_over(tmp_path, small_school(**changes)))
    assert record(page, "0001")["sen_and_needs"] == listed


def test_the_sheet_names_each_thing_also_those_of_the_school_s_own(desk):
    own = add_row(desk.store, map_grid(), section="literacy", label=f"=Reading dog {NASTY}")
    give(desk, "0001", "task5.provision.literacy.guided", own)
    page = page_of(desk)
    page.files.make.click()
    sheet = openpyxl.load_workbook(io.BytesIO(page.files.file.content))["English"]
    heads = [cell.value for cell in sheet[1]]
    cells = {row[0].value: row[heads.index("Provision")] for row in sheet.iter_rows(min_row=2)}
    assert cells["Ash, Ann"].value == f"Guided reading and writing in lessons; =Reading dog {NASTY}"
    assert cells["Ash, Ann"].data_type == "s" and not cells["Birch, Bo"].value


def test_nobody_given_anything_and_nobody_on_the_list(tmp_path):
    page = page_of(desk_over(tmp_path, without_sen()))
    assert page.listing.records == [] and "Nobody in Years 7 to 9 is on roll" in words(
        page.answer()
    )


def test_a_school_with_codes_lists_codes(tmp_path):
    page = page_of(desk_over(tmp_path, small_school(codes=True)))
    assert {record["name"] for record in page.listing.records} == {"0001", "0002", "0003", "0005"}
    assert not {"0001", "0002"} & set(
        queries(*(f'href="{record["href"]}"' for record in page.listing.records))
    )


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_was_read_stays_where_it_cannot_be_read_anew(desk, monkeypatch, trouble, says):
    give(desk, "0001", "task5.provision.literacy.guided")
    page = page_of(desk)
    page._keep_plan({"id": "0001", "key": "plan", "value": "Paired reading", "n": 1})
    with trouble(desk, monkeypatch):
        page.who.value = "all"
        assert says in words(page.unread)
        assert (record(page, "0001")["headings"], record(page, "0001")["plan"]) == (
            "Literacy",
            "Paired reading",
        )
