"""How the pages look: the theme and the letters that one chooses, the focus, paper, and pictures of every page to look at."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from senlib import ROOT
from senlib.pages.kit.site import PAGES

SHOTS = Path(__file__).parent / "screenshots"
TASK, TASK6 = "task1_conversion_data", "task6_support_in_class"
SHOWN = [
    page.stem for page in PAGES if (ROOT / "notebooks" / f"{page.stem}.ipynb").is_file()
]
LIGHT, DARK, PURE = "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(0, 0, 0)"


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def ink(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).color")


@pytest.fixture
def nowhere(workbook, troubles):
    """An address at which there is no page: the frame alone, there at once."""
    yield f"{workbook.address}/task9_nothing"
    assert all("404" in trouble for trouble in troubles)
    troubles.clear()


def choose(page: Page, name: str) -> None:
    page.locator(".sl-looks").evaluate("one => { one.open = true; }")
    page.get_by_role("radio", name=name).check()


def test_chosen_theme_holds_over_a_reload_and_on_every_open_page(visit, nowhere, ready):
    page = visit(TASK)
    other = page.context.new_page()
    other.goto(nowhere)
    assert ground(page) == ground(other) == LIGHT
    choose(page, "Dark")
    assert ground(page) == DARK
    expect(other.locator("html")).to_have_attribute("data-sl-theme", "dark")
    assert ground(other) == DARK
    expect(other.locator("input[value=dark]")).to_be_checked()
    page.reload(wait_until="commit")
    page.wait_for_selector("h1")
    assert ground(page) == DARK  # while the page's engine is still starting
    ready(page)
    # A widget, a field and the words of a chart in the same colours as the page.
    for place in (".sl-sheet", ".sl-sheet textarea", ".sl-controls select"):
        assert (
            page.locator(place).first.evaluate(
                "one => getComputedStyle(one).backgroundColor"
            )
            == DARK
        ), place
    assert ink(page) in page.locator(".sl-wide svg text").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fill)"
    )
    other.close()


def test_light_is_light_on_a_dark_computer(new_page, nowhere):
    page = new_page(color_scheme="dark")
    page.goto(nowhere)
    assert ground(page) == DARK
    choose(page, "Light")
    assert ground(page) == LIGHT
    choose(page, "As this computer")
    assert ground(page) == DARK


def test_high_contrast_is_chosen_or_asked_for_by_the_computer(new_page, nowhere):
    page = new_page()
    page.goto(nowhere)
    choose(page, "High contrast")
    assert (ink(page), ground(page)) == (PURE, LIGHT)
    choose(page, "As this computer")
    assert ink(page) != PURE
    page.emulate_media(contrast="more")
    expect(page.locator("html")).to_have_attribute("data-sl-theme", "contrast")
    assert (ink(page), ground(page)) == (PURE, LIGHT)
    page.emulate_media(contrast="more", color_scheme="dark")
    assert (ink(page), ground(page)) == (LIGHT, PURE)


def test_letters_that_are_easier_to_read_come_from_this_computer(visit, ready):
    page = visit(TASK)
    fetched = []
    page.on(
        "request",
        lambda answer: (
            fetched.append(answer.url) if answer.url.endswith(".woff2") else None
        ),
    )
    before = page.locator("h1").evaluate("one => getComputedStyle(one).fontFamily")
    choose(page, "Easier to read")
    page.evaluate("document.fonts.ready")
    assert [re.sub(r"^http://127\.0\.0\.1:\d+", "", url) for url in fetched] == [
        "/frame/atkinson-hyperlegible-next-latin.woff2"
    ]
    page.reload(wait_until="commit")
    ready(page)
    family = "one => getComputedStyle(one).fontFamily"
    assert page.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")
    for place in (
        "h1",
        ".sl-wide svg text",
        ".sl-sheet textarea",
        ".sl-controls select",
    ):
        now = page.locator(place).first.evaluate(family)
        assert now.startswith('"Atkinson Hyperlegible Next"') and now != before, place
    assert clipped(page) == []


def clipped(page: Page) -> list[str]:
    """Words of charts that stand outside the window, or over one another."""
    return page.evaluate("""() => [...document.querySelectorAll(".sl-figure svg")].flatMap((svg) => {
        if (!svg.checkVisibility()) return [];
        const words = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
        const outside = words.filter(([, box]) => box.left < 0 || box.right > innerWidth);
        return outside.map(([text]) => text);
    })""")


@pytest.mark.parametrize(
    "stem", ["", TASK, "task3_ensuring_progress", "task5_interventions", "governors"]
)
def test_easier_letters_fit_at_every_width(workbook, new_page, ready, stem):
    page = new_page()
    page.add_init_script("localStorage.setItem('sl-face', 'easier')")
    page.goto(f"{workbook.address}/{stem}", wait_until="commit")
    ready(page)
    page.evaluate("document.fonts.ready")
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), width
        assert clipped(page) == [], width


def test_rail_says_how_far_each_task_is_and_keeps_it_between_pages(
    fresh_workbook, new_page, ready
):
    running, page = fresh_workbook(), new_page()
    page.goto(f"{running.address}/{TASK}", wait_until="commit")
    ready(page)
    rail = page.get_by_role("navigation", name="Pages of the workbook")
    expect(
        rail.get_by_role("link", name="Task 1 Conversion 0 of 2 begun")
    ).to_be_visible()
    assert rail.locator(".sl-far").count() == 8  # a page that is no Task has none
    page.locator(".sl-sheet textarea").first.fill("They catch up.")
    expect(
        rail.get_by_role("link", name="Task 1 Conversion 1 of 2 begun")
    ).to_be_visible()
    expect(page.locator(".sl-saved")).to_contain_text("Saved")
    # The next page knows it before its engine does; the governors' page has no store to ask.
    page.goto(f"{running.address}/governors", wait_until="commit")
    expect(
        rail.get_by_role("link", name="Task 1 Conversion 1 of 2 begun")
    ).to_be_visible()
    ready(page)
    assert page.locator("main sl-far").count() == 0
    # What is emptied is begun no more.
    page.goto(f"{running.address}/{TASK}", wait_until="commit")
    ready(page)
    page.locator(".sl-sheet textarea").first.fill("")
    expect(
        rail.get_by_role("link", name="Task 1 Conversion 0 of 2 begun")
    ).to_be_visible()


def covered(page: Page) -> str:
    """What has the focus, where nothing of it can be seen or it has no outline; '' where all is well."""
    return page.evaluate("""() => {
        const one = document.activeElement;
        if (!one || one === document.body) return "";
        const box = one.getBoundingClientRect();
        const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
        const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 2);
        const top = document.elementFromPoint(x, y);
        const seen = top && (one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top));
        const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        return seen && inside ? "" : one.outerHTML.slice(0, 160);
    }""")


@pytest.mark.parametrize("width, height", [(1280, 720), (390, 844), (320, 256)])
def test_focus_is_never_covered(workbook, new_page, ready, width, height):
    """All the way through a page and back, also at 400 %: nothing that stays in place lies over what has the focus (WCAG 2.4.11)."""
    page = new_page(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    page.goto(f"{workbook.address}/{TASK6}", wait_until="commit")
    ready(page)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(45):
            page.keyboard.press(key)
            assert covered(page) == ""


def test_nothing_moves_unless_that_is_wished(workbook, new_page, ready):
    page = new_page(reduced_motion="reduce")
    page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
    ready(page)
    assert (
        page.evaluate("""() => [...document.querySelectorAll("*")].filter((one) => {
        const style = getComputedStyle(one);
        return style.animationName !== "none" || style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0)
            || style.scrollBehavior === "smooth";
    }).map((one) => one.outerHTML.slice(0, 120))""")
        == []
    )


def test_paper_is_light_and_has_the_answers_as_text(fresh_workbook, new_page, ready):
    running, page = fresh_workbook(), new_page(color_scheme="dark")
    page.goto(f"{running.address}/{TASK6}", wait_until="commit")
    ready(page)
    choose(page, "Dark")
    page.locator(".sl-sheet textarea").first.fill("They meet on Mondays.")
    expect(page.locator(".sl-saved")).to_contain_text("Saved")
    page.emulate_media(media="print", color_scheme="dark")
    assert ground(page) == LIGHT
    expect(page.locator(".sl-rail")).to_be_hidden()
    answer = page.locator(".sl-sheet textarea").first
    expect(answer).to_be_visible()
    assert answer.evaluate(
        "one => [one.value, parseFloat(getComputedStyle(one).borderTopWidth)]"
    ) == ["They meet on Mondays.", 0]
    assert [
        one.inner_text()
        for one in page.locator("main button").all()
        if one.is_visible()
    ] == []


@pytest.mark.skipif(
    not os.environ.get("SENLIB_SCREENSHOTS"),
    reason="pictures to look at, where SENLIB_SCREENSHOTS is set",
)
@pytest.mark.parametrize("stem", [*SHOWN, "pupil-one", "door", "not-found"])
def test_pictures_to_look_at(workbook, fresh_workbook, new_page, ready, troubles, stem):
    """Every page at every width in every theme, from one opening of it."""
    paths = {"index": "", "pupil-one": "pupil", "not-found": "task9_nothing"}
    running = fresh_workbook("--room") if stem == "door" else workbook
    page = new_page()
    page.goto(f"{running.address}/{paths.get(stem, stem)}", wait_until="commit")
    ready(page)
    if stem == "pupil-one":
        page.get_by_label("Pupil", exact=True).select_option(index=1)
        page.get_by_role("button", name="Add to the action plan").wait_for()
    for theme in ("light", "dark", "contrast"):
        page.evaluate(
            "theme => { document.documentElement.dataset.slTheme = theme; }", theme
        )
        for width in (390, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=SHOTS / f"{stem}-{theme}-{width}.png", full_page=True)
    if stem == "not-found":
        troubles.clear()
