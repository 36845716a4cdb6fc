"""A session in Chromium: a leader and five participants, each in a window of their own, and what the leader sees of them, live."""

import re

import pytest
from playwright.sync_api import expect

from senlib.workbook.page_forms import load
from tests.browser.conftest import started

SHEET = load("task2_role_of_the_senco")
CARDS, GRID = SHEET.part("task2.sort"), SHEET.part("task2.role")
TASK2, FOCUS = (
    "task2_role_of_the_senco",
    "What does the focus your school has chosen mean for your own work?",
)
HOSTILE = "<img src=x onerror=alert(1)> Less paper, please"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A room, open; the code is on the second line that the command prints."""
    with started(tmp_path_factory.mktemp("room"), "--room") as workbook:
        workbook.code = re.search(
            r"code (\w{4} \w{4})$", workbook.process.stdout.readline().strip()
        )[1]
        yield workbook


@pytest.fixture
def come_in(session, new_page, ready):
    """Comes in as a participant, in a window of its own."""

    def go(**options):
        page = new_page(let_in=False, **options)
        page.goto(f"{session.address}/door")
        page.get_by_label("Code").fill(session.code.lower())
        page.get_by_role("button", name="Come in").click()
        page.wait_for_url(f"{session.address}/", wait_until="commit")
        return ready(page)

    return go


def test_a_session(session, new_page, ready, come_in, barriers, screenshots):
    leader = new_page()
    leader.goto(f"{session.address}/room", wait_until="commit")
    ready(leader)
    expect(leader.locator(".sl-code")).to_have_text(session.code)
    expect(leader.get_by_text("Nobody has come in yet.")).to_be_visible()

    participants = [come_in() for _ in range(5)]
    expect(leader.get_by_text("5 people have come in.")).to_be_visible()
    # Three lay the first card under the first heading, two under the second; all judge the first item, each writes a note.
    for number, page in enumerate(participants):
        page.goto(f"{session.address}/{TASK2}", wait_until="commit")
        ready(page)
        page.get_by_role("button", name="Show all cards").click()
        title = CARDS.groups[0 if number < 3 else 1].title
        page.get_by_role("group", name=CARDS.cards[0].text).get_by_role(
            "button", name=title
        ).click()
        expect(page.locator(".sl-cards")).to_contain_text(
            re.compile(r"Saved \d\d:\d\d")
        )
        where = page.get_by_role("combobox", name=f"Where we are: {GRID.rows[0].label}")
        where.select_option(label="Starting" if number else "In place")
        expect(
            page.locator(".sl-sheet-cell", has=where).locator(".sl-sheet-mark").first
        ).to_have_text(re.compile("Saved"))
    first, second = (group.title for group in CARDS.groups[:2])
    sort = leader.get_by_role("table", name=re.compile("^Cards:"))
    expect(
        sort.get_by_role("row").filter(has_text=CARDS.cards[0].text).get_by_role("cell")
    ).to_have_text(["3", "2", "0", "5"])
    expect(leader.get_by_text(f"(3 {first}, 2 {second})")).to_be_visible()
    judged = leader.get_by_role("table", name=re.compile("^Items:"))
    expect(
        judged.get_by_role("row")
        .filter(has_text=GRID.rows[0].label)
        .get_by_role("cell")
    ).to_have_text(["0", "4", "1", "0", "5"])

    # One writes, and chooses to show it; another writes, and does not.
    for page, text in zip(participants[:2], (HOSTILE, "For me alone"), strict=True):
        page.goto(f"{session.address}/task8_working_smarter", wait_until="commit")
        ready(page)
        box = page.get_by_role("textbox", name=FOCUS, exact=True)
        box.fill(text)
        box.blur()
        expect(
            page.locator(".sl-sheet-cell", has=box).locator(".sl-sheet-mark").first
        ).to_have_text(re.compile("Saved"))
        page.goto(f"{session.address}/room", wait_until="commit")
        ready(page)
        expect(page.get_by_text(text)).to_be_visible()
    screenshots(participants[0], "room-participant")
    participants[0].get_by_label("Show this to the room").check()
    expect(leader.get_by_text(HOSTILE)).to_be_visible()
    assert "For me alone" not in leader.content()
    assert barriers(leader) == [] and barriers(participants[0]) == []
    screenshots(leader, "room-leader")

    # Taken back, it goes; a window that is closed and opened again is still the same participant's.
    participants[0].get_by_label("Show this to the room").uncheck()
    expect(leader.get_by_text(HOSTILE)).to_have_count(0)
    participants[0].reload(wait_until="commit")
    expect(ready(participants[0]).get_by_text(HOSTILE)).to_be_visible()
    expect(leader.get_by_text("5 people have come in.")).to_be_visible()


def test_pupil_files_are_refused_and_the_page_says_why(
    session, come_in, barriers, screenshots
):
    page = come_in(viewport={"width": 390, "height": 844})
    assert (
        page.get_by_text("In a session only the sample schools can be opened").count()
        >= 1
    )
    assert page.locator("input[type=file]").count() == 0
    choices = (
        page.get_by_label("School", exact=True).locator("option").all_inner_texts()
    )
    assert [choice.split()[0] for choice in choices] == ["Sample:", "Sample:"]
    assert barriers(page) == []
    screenshots(page, "room-front")


def test_the_door(session, new_page, barriers, screenshots, troubles):
    page = new_page(let_in=False)
    page.goto(f"{session.address}/door")
    assert barriers(page) == []
    screenshots(page, "door")
    page.get_by_label("Code").fill("WRONG123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(
        "That is not the code of this room."
    )
    assert [one for one in troubles if "403" not in one] == []
    troubles.clear()
