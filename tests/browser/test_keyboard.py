"""Each Task done with the keyboard alone: what has to be pressed is reached by Tab, and pressed by keys."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from senlib.workbook.plan import actions
from senlib.workbook.store import Store
from tests.browser.conftest import Workbook, started

SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Workbook]:
    """One workbook for all of these tests: each writes in a Task of its own."""
    with started(tmp_path_factory.mktemp("keyboard")) as workbook:
        yield workbook


@pytest.fixture
def opened(running, page, ready) -> Callable[[str], Page]:
    def go(stem: str) -> Page:
        page.goto(f"{running.address}/{stem}", wait_until="commit")
        return ready(page)

    return go


@pytest.fixture
def store(running) -> Store:
    return Store(running.data / "workbook.sqlite", workbook="levels")


def reach(page: Page, target: Locator, *, most: int = 600) -> None:
    """Press Tab until the target has the focus, from wherever it is now."""
    wanted = target.first.element_handle()
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def write(page: Page, name: str, text: str) -> None:
    """Reach a box of a sheet, type, and wait until it is called saved."""
    box = page.get_by_role("textbox", name=name, exact=True)
    reach(page, box)
    page.keyboard.type(text)
    expect(
        page.locator(".sl-sheet-cell", has=box).locator(".sl-sheet-mark").first
    ).to_have_text(SAVED)


def press(page: Page, role: str, name: str | re.Pattern, key: str = "Enter") -> None:
    reach(page, page.get_by_role(role, name=name))
    page.keyboard.press(key)


def pick(page: Page, label: str, typed: str) -> None:
    """Choose from a list by typing the beginning of a choice."""
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.type(typed)
    page.keyboard.press("Enter")


def test_task_1_from_a_figure_to_a_pupil(opened):
    page = opened("task1_conversion_data")
    reach(page, page.locator(".sl-matrix button[tabindex='0']"))
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    reach(page, page.locator(".sl-listing-link"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/pupil?pupil=*")


def test_task_1_what_do_you_make_of_it(opened, store):
    page = opened("task1_conversion_data")
    write(page, "Beside England and schools nearby", "Level with both")
    assert store.latest("task1.findings") == {"national": "Level with both"}


def test_task_2_grid_and_cards(opened, store):
    page = opened("task2_role_of_the_senco")
    pick(page, re.compile("^Where we are: Look at a sample"), "In")
    expect(page.locator(".sl-answer").first).to_contain_text(
        "you have judged 1: in place 1"
    )
    reach(page, page.get_by_role("button", name=re.compile("Judging standards")))
    page.keyboard.press("1")
    expect(page.locator("main")).to_contain_text("21 still to sort")
    expect(page.locator(".sl-cards")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    assert list(store.latest("task2.sort").values()) == ["judging"]


def test_task_3_another_summer_and_what_it_says(opened, store):
    page = opened("task3_ensuring_progress")
    before = page.locator(".sl-answer").first.inner_text()
    pick(page, "Summer of the results", "2003")
    expect(page.locator(".sl-answer").first).not_to_have_text(before)
    write(page, "Between subjects", "English is behind")
    assert store.latest("task3.questions") == {"subjects": "English is behind"}


def test_task_4_a_plan_line(opened, store):
    page = opened("task4_level3_to_5")
    press(page, "button", re.compile("^Standing"))
    reach(page, page.get_by_role("textbox", name=re.compile("^Plan, ")))
    page.keyboard.type("Reading partner")
    page.keyboard.press("Tab")
    expect(page.locator(".sl-listing-mark", has_text="Saved").first).to_be_visible()
    assert list(store.latest("task 4 plan").values()) == ["Reading partner"]


def test_task_5_a_provision_map(opened, store):
    page = opened("task5_interventions")
    pick(page, "Whose map?", "Akhtar")
    line = "Homework club"
    reach(page, page.get_by_role("checkbox", name=f"Gets it: {line}"))
    page.keyboard.press("Space")
    write(page, f"Who sees to it: {line}", "TO")
    maps = store.forms("task5.provision").values()
    assert any(
        values.get("task5.provision.extra_curricular.homework.initials") == "TO"
        for values in maps
    )


def test_task_6_a_lesson_visited(opened, store):
    page = opened("task6_support_in_class")
    press(page, "button", "Begin a new visit")
    expect(page.get_by_role("textbox", name="Class and subject")).to_be_visible()
    write(page, "Class and subject", "8B Mathematics")
    reach(
        page,
        page.get_by_role("radiogroup", name=re.compile("^Seen: Draws out")).get_by_role(
            "radio", name="Seen", exact=True
        ),
    )
    page.keyboard.press("Space")
    write(page, "What: First", "Wait before helping")
    (phases,) = store.forms("task6.phases").values()
    assert phases == {"task6.phases.whole_class.3.seen": "seen"}


def test_task_7_the_walk_and_an_own_chart(opened, store):
    page = opened("task7_planning")
    press(page, "button", "Begin a new class")
    expect(page.get_by_role("textbox", name="Class", exact=True)).to_be_visible()
    write(page, "Class", "8ED")
    pick(page, "A pupil of this class", "Evans")
    press(page, "button", "Put the pupil on the list")
    walk = page.locator(".sl-flow-panel").first
    for answer in ("No", "Yes", "Yes"):
        reach(page, walk.get_by_role("button", name=answer, exact=True))
        page.keyboard.press("Enter")
        page.wait_for_timeout(100)
    expect(
        page.locator(
            ".sl-answer", has_text="needs only an annotation of the class plan"
        )
    ).to_be_visible()
    press(page, "button", "Begin from the booklet’s chart")
    press(page, "button", "Add a box")
    name = page.get_by_label(
        "Its name in the drawing", exact=True
    ).last  # the one above is of the chart that is walked
    expect(name).to_be_visible()
    reach(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type("Ring home first")
    page.keyboard.press("Tab")
    expect(page.locator(".sl-flow-saved", has_text="Saved").last).to_be_visible()
    # The 'Saved' of the box that was added stands there already.
    for _ in range(100):
        if "Ring home first" in store.latest("task7.own_chart")["nodes"]:
            break
        page.wait_for_timeout(100)
    assert "Ring home first" in store.latest("task7.own_chart")["nodes"]


def test_task_8_an_action_written_dated_and_done(opened, store):
    page = opened("task8_working_smarter")
    write(page, "Next steps: Governors", "Show them one page each term")
    reach(page, page.get_by_label("What will you do?", exact=True))
    page.keyboard.type("Meet the head of science")
    reach(page, page.get_by_label("By when?", exact=True))
    page.keyboard.type(
        f"{date.today():%m%d%Y}"
    )  # a headless browser's dates are American
    press(page, "button", "Add to the action plan")
    expect(page.locator("main")).to_contain_text("Added to the action plan, and saved.")
    reach(page, page.get_by_role("checkbox", name="Done: Meet the head of science"))
    page.keyboard.press("Space")
    expect(page.locator(".sl-answer", has_text="1 done")).to_be_visible()
    found = {action.what: action for action in actions(store.forms())}
    assert (
        found["Meet the head of science"].done
        and "Show them one page each term" in found
    )


def test_the_front_page_asks_before_it_deletes(opened, running):
    page = opened("")
    button = page.get_by_role("button", name="Delete everything")
    expect(button).to_be_disabled()
    reach(page, page.get_by_role("checkbox", name="Yes, delete everything for good"))
    page.keyboard.press("Space")
    expect(button).to_be_enabled()
