"""What people write, in Chromium: kept as it is typed, never lost, told when another page changed it, brought back."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from senlib.workbook import portable
from senlib.workbook.store import Store
from tests.browser.conftest import started

TASK8 = "task8_working_smarter"
NASTY = "<img src=x onerror=alert(1)>=cmd|x \u202eback \N{GRINNING FACE}"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One workbook for all of these tests: each writes in a strand of the review of its own."""
    with started(tmp_path_factory.mktemp("sheets")) as workbook:
        yield workbook


@pytest.fixture
def opened(running, new_page, ready):
    """Opens a page of the test's own workbook in a window of its own."""

    def go(stem: str, **options) -> Page:
        page = new_page(**options)
        page.goto(f"{running.address}/{stem}", wait_until="commit")
        return ready(page)

    return go


def box(page: Page, name: str):
    return page.get_by_role("textbox", name=name, exact=True)


def mark(page: Page, name: str):
    """What is said beside a box."""
    return (
        page.locator(".sl-sheet-cell", has=box(page, name))
        .locator(".sl-sheet-mark")
        .first
    )


SAVED = re.compile(r"^Saved \d\d:\d\d$")


FOCUS = "What does the focus your school has chosen mean for your own work?"


def now(strand: str) -> str:
    """The name of a strand's box."""
    return f"Where are we now?: {strand}"


def test_what_is_typed_is_kept_without_leaving_the_box(running, opened):
    page = opened(TASK8)
    box(page, now("Pupils")).press_sequentially("We ask them", delay=20)
    expect(mark(page, now("Pupils"))).to_have_text(SAVED)
    assert (
        Store(running.data / "workbook.sqlite", workbook="levels").latest("review")[
            "review.pupils.now"
        ]
        == "We ask them"
    )
    expect(page.locator(".sl-header .sl-saved")).to_have_text(SAVED)


def test_text_is_text_and_survives_a_reload(opened, ready):
    page = opened(TASK8)
    box(page, now("Parents")).fill(NASTY)
    box(page, now("Parents")).press("Tab")
    expect(mark(page, now("Parents"))).to_have_text(SAVED)
    page.reload()
    ready(page)
    expect(box(page, now("Parents"))).to_have_value(NASTY)


def test_a_link_pressed_in_the_midst_of_typing_loses_nothing(running, opened, ready):
    page = opened(TASK8)
    box(page, now("Governors")).fill("Typed, and left at once")
    page.get_by_role("link", name="Front page", exact=True).click()
    page.wait_for_url(f"{running.address}/")
    ready(page)
    page.goto(f"{running.address}/{TASK8}")
    ready(page)
    expect(box(page, now("Governors"))).to_have_value("Typed, and left at once")


def test_a_window_closed_in_the_midst_of_typing_loses_nothing(running, opened):
    page = opened(TASK8)
    box(page, now("Subject leaders")).fill("Typed, and closed at once")
    page.close(run_before_unload=True)
    page = opened(TASK8)
    expect(box(page, now("Subject leaders"))).to_have_value("Typed, and closed at once")


def test_the_second_window_is_told_and_both_texts_are_kept(running, opened):
    one, other = opened(TASK8), opened(TASK8)
    box(one, now("Classroom teachers")).fill("From the first window")
    box(one, now("Classroom teachers")).press("Tab")
    expect(mark(one, now("Classroom teachers"))).to_have_text(SAVED)
    box(other, now("Classroom teachers")).fill("From the second window")
    box(other, now("Classroom teachers")).press("Tab")
    cell = other.locator(".sl-sheet-cell", has=box(other, now("Classroom teachers")))
    expect(cell).to_contain_text("Changed elsewhere")
    expect(cell).to_contain_text("From the first window")
    history = Store(running.data / "workbook.sqlite", workbook="levels").history(
        "review", "review.classroom_teachers.now"
    )
    assert [answer.value for answer in history] == [
        "From the second window",
        "From the first window",
    ]
    cell.get_by_role("button", name=re.compile("^Take this one")).click()
    expect(box(other, now("Classroom teachers"))).to_have_value("From the first window")
    expect(mark(other, now("Classroom teachers"))).to_have_text(SAVED)


def test_an_earlier_text_is_seen_and_brought_back_by_keyboard(opened):
    page = opened(TASK8)
    for text in ("The first thought", "Quite another one"):
        box(page, now("Support assistants")).fill(text)
        box(page, now("Support assistants")).blur()
        expect(mark(page, now("Support assistants"))).to_have_text(SAVED)
        expect(page.locator("[data-sl-unsaved]")).to_have_count(0)
    box(page, now("Support assistants")).focus()
    page.keyboard.press("Tab")
    expect(
        page.get_by_role("button", name=f"Earlier texts: {now('Support assistants')}")
    ).to_be_focused()
    page.keyboard.press("Enter")
    back = page.get_by_role(
        "button",
        name=re.compile("^Bring this back: Where are we now.*Support assistants"),
    )
    expect(back).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page, now("Support assistants"))).to_have_value("The first thought")
    expect(box(page, now("Support assistants"))).to_be_focused()


def test_what_cannot_be_kept_stays_on_the_page_and_can_be_carried_away(
    running, opened, tmp_path, ready
):
    page = opened(TASK8)
    file = running.data / "workbook.sqlite"
    lock = sqlite3.connect(file, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    box(page, FOCUS).fill("Not lost")
    box(page, FOCUS).press("Tab")
    bar = page.locator(".sl-sheet-unsaved:visible")
    expect(bar).to_contain_text("not saved", timeout=20_000)
    expect(mark(page, FOCUS)).to_contain_text(
        "another program keeps it locked", timeout=20_000
    )
    with page.expect_download() as saved:
        bar.get_by_role("button", name="Download what is on this page").click()
    saved.value.save_as(tmp_path / "page.json")
    kept = portable.read((tmp_path / "page.json").read_bytes())
    assert [(one.form, one.field, one.value) for one in kept.answers] == [
        ("links.whole_school", "focus", "Not lost")
    ]
    lock.execute("ROLLBACK")
    lock.close()
    bar.get_by_role("button", name="Try again").click()
    expect(mark(page, FOCUS)).to_have_text(SAVED)
    expect(bar).to_have_count(0)
    page.reload()
    ready(page)
    expect(box(page, FOCUS)).to_have_value("Not lost")


def test_a_new_round_begins_blank_beside_last_time(opened):
    page = opened(TASK8)
    box(page, now("Community and outside agencies")).fill(
        "Two councillors speak for them"
    )
    box(page, now("Community and outside agencies")).press("Tab")
    expect(mark(page, now("Community and outside agencies"))).to_have_text(SAVED)
    page.get_by_role("button", name="Begin a new round").first.click()
    expect(box(page, now("Community and outside agencies"))).to_have_value("")
    expect(
        page.locator(".sl-sheet-last", has_text="Two councillors speak for them")
    ).to_have_count(1)


def test_a_school_adds_a_row_renames_it_and_takes_it_out(opened, ready):
    page = opened(TASK8)
    sheet = page.locator(".sl-sheet").first
    sheet.get_by_text("Add a row of your own").first.click()
    sheet.get_by_role("textbox", name="Add a row of your own").fill("The nurture room")
    page.keyboard.press("Enter")
    expect(box(page, "Where are we now?: The nurture room")).to_be_visible()
    name = box(page, "Name of your own row")
    name.fill("The quiet room")
    name.press("Tab")
    expect(page.locator(".sl-sheet-mark", has_text="Saved").first).to_be_attached()
    page.reload()
    ready(page)
    expect(box(page, "Where are we now?: The quiet room")).to_be_visible()
    page.get_by_role("button", name="Take out the row The quiet room").click()
    expect(box(page, "Where are we now?: The quiet room")).to_have_count(0)


def test_a_number_that_is_none_is_told_where_it_stands(opened):
    page = opened("task5_interventions")
    page.get_by_label("Whose map?").select_option(index=1)
    hours = box(page, "Hours a week: Guided reading and writing in lessons")
    hours.fill("half")
    hours.press("Tab")
    expect(
        mark(page, "Hours a week: Guided reading and writing in lessons")
    ).to_contain_text("Please type a number")
    hours.fill("0,5")
    hours.press("Tab")
    expect(
        mark(page, "Hours a week: Guided reading and writing in lessons")
    ).to_have_text(SAVED)
