"""What a page offers to take away: made when it is asked for, from the answers as they stand, and of the right pupil or visit."""

import base64
import io
import re
from zipfile import ZipFile

import pytest
from docx import Document
from icalendar import Calendar

from senlib.exports.bundle import File
from senlib.pages.index import FrontPage
from senlib.pages.kit import downloads
from senlib.pages.kit.downloads import Downloads, FileButton
from senlib.pages.task2_role_of_the_senco import RolePage
from senlib.pages.task6_support_in_class import SupportPage
from senlib.pages.task8_working_smarter import PlanPage
from senlib.workbook.page_forms import load, stems
from senlib.workbook.plan import add_action
from tests.pages.driving import NASTY, TROUBLES, small_school, words, workspace_over


def made(taken: Downloads, label: str) -> tuple[str, bytes]:
    """The name and the bytes of the file behind the link, once this is chosen and the button pressed."""
    taken.what.value = label
    taken.button.click()
    link = re.search(
        r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', taken.link.value
    )
    assert link, words(taken.link)
    return link[1], base64.b64decode(link[2])


def text_of(content: bytes) -> str:
    """All that a Word document says."""
    document = Document(io.BytesIO(content))
    cells = [
        cell.text
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    ]
    feet = [
        one.text for section in document.sections for one in section.footer.paragraphs
    ]
    return "\n".join([*(one.text for one in document.paragraphs), *cells, *feet])


@pytest.mark.parametrize("stem", stems())
def test_every_form_of_a_page_can_be_taken_away_blank_and_filled_in(workspace, stem):
    sheet = load(stem)
    offers = dict(downloads.forms(workspace, sheet))
    assert {
        f"To fill in by hand: {part.title}"
        for part in sheet.parts
        if part.answers and part.key != "task8.plan"
    } <= set(offers)
    for make in offers.values():
        file = make({})
        assert file.name.endswith(".docx") and "A school" in text_of(file.content)


def test_what_is_filled_in_is_what_stands_there_now(workspace):
    page = RolePage(workspace)
    taken = Downloads(workspace, downloads.forms(workspace, page.ask.sheet))
    workspace.store.save(
        form="task2.role", field="task2.judging.1.evidence", value=NASTY
    )
    name, content = made(taken, "Filled in: The role grid")
    assert re.fullmatch(
        r"filled-in-the-role-grid-\d{4}-\d\d-\d\d\.docx|the-role-grid-\d{4}-\d\d-\d\d\.docx",
        name,
    )
    assert "<script>alert(1)</script>" in text_of(content)
    assert "alert(1)" not in text_of(
        made(taken, "To fill in by hand: The role grid")[1]
    )


def test_the_link_goes_when_something_else_is_chosen(workspace):
    taken = Downloads(workspace, downloads.forms(workspace, load("index")))
    made(taken, taken.what.options[0][1])
    taken.what.value = taken.what.options[1][1]
    assert taken.link.value == ""


def test_the_iep_is_that_of_the_pupil_who_is_chosen(workspace):
    workspace.store.save(
        form="task6.iep/0001", field="task6.iep.1.target", value="Reads a page aloud"
    )
    page = SupportPage(workspace, query={})
    page.iep(), page.observation()
    taken = Downloads(
        workspace,
        [
            ("The IEP chosen above", page._iep_file),
            ("The feedback sheet of the visit chosen above", page._sheet_file),
        ],
    )
    for label in taken.offers:
        taken.what.value = label
        taken.button.click()
        assert "first" in words(taken.link) and "<a " not in taken.link.value
    page.whom.value = "0001"
    text = text_of(made(taken, "The IEP chosen above")[1])
    assert "Ash, Ann" in text and "Reads a page aloud" in text
    page.begin()
    workspace.store.save(
        form=f"task6.went_well/{page.visit.value}",
        field="went_well",
        value="Quiet prompts",
    )
    assert "Quiet prompts" in text_of(
        made(taken, "The feedback sheet of the visit chosen above")[1]
    )


def test_the_plan_and_its_dates(workspace):
    add_action(
        workspace.store,
        what="Meet the head of science",
        owner="TO",
        due="2027-01-08",
        measure="",
        pupil="",
    )
    add_action(
        workspace.store, what="Ask parents", owner="", due="", measure="", pupil="0001"
    )
    page = PlanPage(workspace)
    box = page.downloads()
    assert box.children
    taken = Downloads(
        workspace,
        [
            ("plan", lambda held: downloads.plan(workspace, held)),
            ("dates", lambda held: downloads.dates(workspace, held)),
        ],
    )
    text = text_of(made(taken, "plan")[1])
    assert (
        "Meet the head of science" in text
        and "8 January 2027" in text
        and "Ash, Ann" in text
    )
    name, content = made(taken, "dates")
    events = [str(one["summary"]) for one in Calendar.from_ical(content).walk("VEVENT")]
    assert (
        name.endswith(".ics")
        and len(events) == 1
        and "Meet the head of science" in events[0]
    )


def test_everything_in_one_zip(workspace):
    workspace.store.save(
        form="unit1.reflection", field="spread", value="Not far enough"
    )
    workspace.store.save(
        form="task6.iep/0001", field="task6.iep.1.target", value="Reads a page aloud"
    )
    workspace.store.save(
        form="task6.observation/own.1", field="class", value="8B Mathematics"
    )
    page = FrontPage(workspace)
    page.downloads()
    name, content = made(page.files, "Everything that was written, in one zip")
    held = ZipFile(io.BytesIO(content))
    assert name.endswith(".zip") and held.namelist() == [
        "README.txt",
        "Task 1 Conversion.docx",
        "Individual education plan Ash, Ann.docx",
        "Feedback A visit without a date, 8B Mathematics.docx",
        "Action plan.docx",
        "Actions with a date.ics",
    ]
    readme = held.read("README.txt").decode("utf-8-sig")
    assert "A school" in readme and "Nothing was hidden." in readme
    assert "Not far enough" in text_of(held.read("Task 1 Conversion.docx"))


def test_the_front_page_takes_away_what_is_open(workspace, tmp_path):
    page = FrontPage(workspace)
    page.downloads()
    other = workspace_over(tmp_path / "other", small_school())
    other.store.save(form="unit1.reflection", field="spread", value="Elsewhere")
    page.workspace = other
    page.files.move_to(other, page._offers())
    _, content = made(page.files, "Everything that was written, in one zip")
    assert "Task 1 Conversion.docx" in ZipFile(io.BytesIO(content)).namelist()


@pytest.mark.parametrize(("trouble", "says"), TROUBLES)
def test_what_cannot_be_read_makes_no_file(workspace, monkeypatch, trouble, says):
    taken = Downloads(workspace, downloads.forms(workspace, load("index")))
    with trouble(workspace, monkeypatch):
        taken.button.click()
        assert says in words(taken.link) and "<a " not in taken.link.value


def test_a_file_is_made_when_its_button_is_pressed_and_not_before():
    presses = []

    def make():
        presses.append(None)
        return File(name=f"List {len(presses)}.xlsx", content=b"PK")

    button = FileButton(make, words="Make the list", link_words="Save it", keep="")
    assert (button.button.description, button.link.value, presses) == (
        "Make the list",
        "",
        [],
    )
    button.button.click()
    assert words(button.link) == "Save it" and "list-1-" in button.link.value
    button.clear()
    assert button.link.value == "" and len(presses) == 1
    button.button.click()
    assert "list-2-" in button.link.value and not button.button.disabled
