"""Task 4 beside the provision maps: what each pupil on the list is given, on the page and in the sheet to take away."""

import io

import docx
import openpyxl
import pytest

from senlib import open_sample
from senlib.measures.others import others, share
from senlib.pages.kit import others_of_100
from senlib.pages.kit.provision_maps import map_grid
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.workbook.rows import add_row
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    queries,
    small_school,
    without_pictures,
    without_sen,
    words,
    workspace_over,
)


@pytest.fixture
def workspace(tmp_path, school, monkeypatch):
    without_pictures(monkeypatch)
    return workspace_over(tmp_path, school)


def page_of(workspace):
    page = TrackingPage(workspace)
    page.answer(), page.pupils(), page.sheets(), page.next()
    return page


def record(page, pupil):
    return next(record for record in page.listing.records if record["id"] == pupil)


def give(workspace, pupil, *lines):
    workspace.store.save_all(
        form=f"task5.provision/{pupil}",
        values={f"{line}.given": "yes" for line in lines},
    )


def test_the_list_says_under_which_headings_a_pupil_has_something(workspace):
    give(
        workspace,
        "0001",
        "task5.provision.literacy.guided",
        "task5.provision.literacy.computer",
        "task5.provision.curriculum.teacher",
    )
    page = page_of(workspace)
    assert (
        record(page, "0001")["headings"] == "Curriculum, Literacy"
        and record(page, "0002")["headings"] == "none"
    )


@pytest.mark.parametrize(
    ("need", "second", "listed"),
    [
        ("SLCN", "ASD", "P, SLCN, ASD"),
        ("SLCN", "", "P, SLCN"),
        ("MLD", "MLD", "P, MLD"),
    ],
)
def test_every_need_of_a_pupil_is_listed_once(
    tmp_path, monkeypatch, need, second, listed
):
    without_pictures(monkeypatch)
    changes = {"p0001": {"sen_provision": "P", "need": need, "need_2": second}}
    page = page_of(workspace_over(tmp_path, small_school(**changes)))
    assert record(page, "0001")["sen"] == listed


def test_the_sheet_names_each_thing_also_those_of_the_school_s_own(workspace):
    own = add_row(
        workspace.store, map_grid(), section="literacy", label=f"=Reading dog {NASTY}"
    )
    give(workspace, "0001", "task5.provision.literacy.guided", own)
    page = page_of(workspace)
    page.files.button.click()
    sheet = openpyxl.load_workbook(io.BytesIO(page.files.file.content))["English"]
    heads = [cell.value for cell in sheet[1]]
    cells = {
        row[0].value: row[heads.index("Provision")]
        for row in sheet.iter_rows(min_row=2)
    }
    assert (
        cells["Ash, Ann"].value
        == f"Guided reading and writing in lessons; =Reading dog {NASTY}"
    )
    assert cells["Ash, Ann"].data_type == "s" and not cells["Birch, Bo"].value


def test_nobody_given_anything_and_nobody_on_the_list(tmp_path):
    page = page_of(workspace_over(tmp_path, without_sen()))
    assert page.listing.records == [] and "Nobody in Years 7 to 9 is on roll" in words(
        page.answer()
    )


def test_a_school_with_codes_lists_codes(tmp_path):
    page = page_of(workspace_over(tmp_path, small_school(codes=True)))
    assert {record["name"] for record in page.listing.records} == {
        "0001",
        "0002",
        "0003",
        "0005",
    }
    assert not {"0001", "0002"} & set(
        queries(*(f'href="{record["href"]}"' for record in page.listing.records))
    )


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_was_read_stays_where_it_cannot_be_read_anew(
    workspace, monkeypatch, trouble, says
):
    give(workspace, "0001", "task5.provision.literacy.guided")
    page = page_of(workspace)
    page._keep_plan({"id": "0001", "key": "plan", "value": "Paired reading", "n": 1})
    with trouble(workspace, monkeypatch):
        page.who.value = "all"
        assert says in words(page.trouble)
        assert (record(page, "0001")["headings"], record(page, "0001")["plan"]) == (
            "Literacy",
            "Paired reading",
        )


# -- what others with the same start went on to --


@pytest.fixture
def gcse(tmp_path, monkeypatch):
    without_pictures(monkeypatch)
    return page_of(workspace_over(tmp_path, open_sample("gcse"), workbook="gcse"))


def england_s(page, group, subject):
    """The share that the measure gives, in the words of the list."""
    framework = page.school.framework
    asked = {"subject": subject, "entry": page.entry.value, "reach": page.reach.value}
    table = others(framework=framework, stage=framework.stage(), group=group, **asked)
    return others_of_100.short(
        share(table, reach=page.reach.value, stage=framework.stage())
    )


def test_each_row_says_how_many_of_a_hundred_of_its_own_group_reached_the_aim(gcse):
    gcse.who.value = "all"
    gcse.reach.value = "5"
    with_sen, without = (
        england_s(gcse, group, "English Language") for group in ("SEN", "no SEN")
    )
    assert with_sen != without
    codes = dict(
        zip(gcse.rows()["pupil_id"], gcse.rows()["sen_provision"], strict=True)
    )
    assert {"K", "N"} <= set(codes.values())
    for row in gcse.listing.records:
        assert row["england"] == (without if codes[row["id"]] == "N" else with_sen)
    said = words(gcse.pupils().children[0])
    assert (
        f"In England {with_sen} pupils with SEN who started there reached grade 5"
        in said
    )
    assert (
        f"In England {without} pupils without SEN who started there reached grade 5"
        in said
    )
    assert others_of_100.NO_PREDICTION in said and "2023/24" in said


def test_what_the_line_says_follows_the_choices(gcse):
    line = gcse.pupils().children[0]
    assert england_s(gcse, "SEN", "English Language") in words(line)
    gcse.subject.value = "Mathematics"
    assert england_s(gcse, "SEN", "Mathematics") in words(line)
    assert {row["england"] for row in gcse.listing.records} == {
        england_s(gcse, "SEN", "Mathematics")
    }
    gcse.entry.value = "none"
    assert "of 100" not in words(line) and not any(
        row["england"] for row in gcse.listing.records
    )


def test_levels_have_no_such_column(workspace):
    page = page_of(workspace)
    assert "england" not in [column["key"] for column in page.listing.columns]
    assert words(page.pupils().children[0]) == ""
    for what in ("The list above, in Excel", "The list above, in Word", TALK):
        assert "England" not in all_text(made(page, what)), what


TALK = "For a talk with the subject leader, in Word"


def made(page, what):
    page.files.what.value = what
    page.files.make()
    return page.files.file


def all_text(file):
    """Every cell and every paragraph of a file."""
    if file.name.endswith("xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(file.content))
        cells = (
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row
        )
        return "\n".join(str(value) for value in cells if value is not None)
    document = docx.Document(io.BytesIO(file.content))
    cells = (
        cell.text
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    )
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize(
    "what", ["The list above, in Excel", "The list above, in Word", TALK]
)
def test_what_is_taken_away_says_it_too_and_that_it_is_no_prediction(gcse, what):
    told = all_text(made(gcse, what))
    assert england_s(gcse, "SEN", "English Language") in told
    assert others_of_100.NO_PREDICTION in told and "2023/24" in told


def test_the_sheet_for_a_talk_has_each_pupil_with_room_to_write(gcse):
    document = docx.Document(io.BytesIO(made(gcse, TALK).content))
    pupils, england = document.tables
    assert pupils.rows[0].cells[-1].text == "What would it take?"
    assert len(pupils.rows) == 1 + len(gcse.rows())
    for row, pupil in zip(pupils.rows[1:], gcse.rows().itertuples(), strict=True):
        cells = [cell.text for cell in row.cells]
        assert (
            cells[0].startswith(pupil.name)
            and cells[1] == pupil.entry
            and cells[-1] == ""
        )
        assert row.height.cm > 1.5
    heads, counts = ([cell.text for cell in row.cells] for row in england.rows)
    grades = [
        int(count) for head, count in zip(heads, counts, strict=True) if len(head) == 1
    ]
    assert sum(grades) == 100 and counts[:2] == ["Pupils with SEN", "100"]


def test_a_sheet_of_nobody_is_not_made(tmp_path):
    page = page_of(workspace_over(tmp_path, without_sen()))
    page.files.what.value = TALK
    page.files.make()
    assert "is on roll in the school’s files" in words(page.files.link)
