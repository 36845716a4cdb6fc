"""The frame round each page: the rail, the way in by keyboard, every width and theme, and what happens when a kernel goes."""

import re
import time

import psutil
import pytest
from playwright.sync_api import expect

from senlib import ROOT
from senlib.pages.kit.site import PAGES

SHOWN = [
    page for page in PAGES if (ROOT / "notebooks" / f"{page.stem}.ipynb").is_file()
]
STEMS = ["" if page.stem == "index" else page.stem for page in SHOWN]
TASK = "task1_conversion_data"
ANSWERED = ["task1_conversion_data", "task3_ensuring_progress", "task4_level3_to_5"]


def fits(page) -> bool:
    """Whether the page can be read without scrolling sideways."""
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_rail_names_every_page_that_there_is(visit):
    page = visit(TASK)
    rail = page.get_by_role("navigation", name="Pages of the workbook")
    told = [
        re.sub(r"\s*\d+ of \d+\s+begun", "", link)
        for link in rail.get_by_role("link").all_inner_texts()
    ]
    assert told == [one.name.replace(": ", "\n") for one in SHOWN]
    expect(rail.locator("[aria-current=page]")).to_have_attribute("href", f"/{TASK}")
    expect(page).to_have_title("Task 1: Conversion – The SENCO’s workbook")
    assert page.evaluate("document.documentElement.lang") == "en-GB"


def test_rail_leads_to_a_page(visit, ready):
    """To one of them; that each of its links is a page that opens, the tests below see."""
    page = visit()
    rail = page.get_by_role("navigation", name="Pages of the workbook")
    assert [link.get_attribute("href") for link in rail.get_by_role("link").all()] == [
        f"/{stem}" for stem in STEMS
    ]
    rail.locator(f'[href="/{TASK}"]').click()
    page.wait_for_url(f"**/{TASK}")
    ready(page)


def test_first_tab_skips_to_the_page(visit):
    page = visit(TASK)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_says_when_it_is_ready(workbook, page, ready):
    page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
    status = page.get_by_role("status").first
    expect(status).to_have_text("Getting the page ready…")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages of the workbook")).to_be_visible()
    ready(page)
    expect(page.locator("#sl-status")).to_be_empty()


def test_narrow_frame_has_a_menu(workbook, new_page, ready):
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
    ready(page)
    rail = page.get_by_role("navigation", name="Pages of the workbook")
    menu = page.get_by_role("button", name="Pages")
    expect(rail).to_be_hidden()
    menu.tap()
    expect(rail).to_be_visible()
    expect(menu).to_have_attribute("aria-expanded", "true")
    assert (
        min(
            box["height"]
            for box in map(
                lambda link: link.bounding_box(), rail.get_by_role("link").all()
            )
        )
        >= 44
    )
    page.keyboard.press("Escape")
    expect(rail).to_be_hidden()
    expect(menu).to_be_focused()


def doubled(page) -> list[str]:
    """Ids that stand more than once on the page: a label would belong to the wrong box."""
    return page.evaluate("""() => {
        const ids = [...document.querySelectorAll("main [id]:not(svg *)")].map((element) => element.id);
        return ids.filter((id, i) => ids.indexOf(id) !== i);
    }""")


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_can_be_read_and_used_by_everyone(visit, barriers_anywhere, stem):
    """Of one opening of the page: it is whole, one heading, no id twice, no barrier in any theme, no scrolling sideways."""
    page = visit(stem)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".sl-sample")).to_be_visible()
    if stem in ANSWERED:
        expect(page.locator(".sl-answer").first).to_contain_text(re.compile(r"\d"))
        expect(page.get_by_role("navigation", name="What next")).to_be_visible()
    # None of what is for readers of the notebook in JupyterLab.
    assert (
        page.locator("text=open_page").count() == 0
        and page.locator("text=How a figure comes about").count() == 0
    )
    assert all(
        len(name) > 20
        for name in page.locator("[role=img]").evaluate_all(
            "all => all.map(one => one.ariaLabel)"
        )
    )
    assert doubled(page) == []
    assert barriers_anywhere(page) == []
    # 320 pixels: a wide screen enlarged to 400 %.
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert fits(page), f"{width} pixels"


def test_print_has_the_page_and_no_rail(visit):
    page = visit(TASK)
    page.emulate_media(media="print")
    expect(page.locator(".sl-rail")).to_be_hidden()
    expect(page.locator(".sl-answer").first).to_be_visible()


def test_no_page_there(visit, page, workbook, troubles, barriers):
    page.goto(f"{workbook.address}/task9_nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert barriers(page) == []
    assert any("404" in trouble for trouble in troubles)
    troubles.clear()


def test_killed_kernel_is_told_and_the_page_reopens(
    fresh_workbook, new_page, ready, troubles
):
    workbook, page = fresh_workbook(), new_page()
    page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
    ready(page)
    chosen = {
        "Key stage": "Key Stage 4",
        "Subject": "Mathematics",
        "Where they started": "Level 5",
    }
    for (label, choice), shows in zip(
        chosen.items(), ["grade C", "in Mathematics", "at level 5"], strict=True
    ):
        page.get_by_label(label, exact=True).select_option(label=choice)
        expect(page.locator(".sl-question").first).to_contain_text(shows)
    page.get_by_label("Percent", exact=True).fill("31.5")
    asked = page.locator(".sl-question").first.inner_text()
    page.evaluate("scrollTo(0, 900)")
    (kernel,) = workbook.kernels()
    kernel.kill()
    banner = page.get_by_role("alert").filter(
        has_text="This page has lost its engine. What was saved is safe."
    )
    expect(banner).to_be_in_viewport(timeout=20_000)
    down = page.evaluate("scrollY")
    assert down > 500
    assert workbook.kernels() == []  # no empty one in its place
    banner.get_by_role("button", name="Reopen this page").click()
    expect(banner).to_be_hidden()
    ready(page)
    assert len(workbook.kernels()) == 1
    expect(page.locator("#sl-status")).to_be_empty()
    # Where it was: what was chosen, one choice upon another, what was typed, and how far down.
    expect(page.locator(".sl-question").first).to_have_text(asked)
    for label, choice in chosen.items():
        expect(
            page.get_by_label(label, exact=True).locator("option:checked")
        ).to_have_text(choice)
    expect(page.get_by_label("Percent", exact=True)).to_have_value("31.5")
    until = time.monotonic() + 10
    while abs(page.evaluate("scrollY") - down) >= 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert abs(page.evaluate("scrollY") - down) < 5
    troubles.clear()  # the page asked for its kernel, and was told that there is none


def test_closed_workbook_is_told(fresh_workbook, new_page, ready, troubles):
    workbook, page = fresh_workbook(), new_page()
    page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
    ready(page)
    workbook.process.terminate()
    expect(
        page.get_by_role("alert").filter(has_text="What was saved is safe.")
    ).to_be_visible(timeout=30_000)
    troubles.clear()


def test_refreshing_and_leaving_leave_no_kernel(fresh_workbook, new_page, ready):
    workbook, page = fresh_workbook(), new_page()
    page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
    ready(page)
    for number in range(100):
        page.reload(wait_until="commit")
        page.wait_for_selector("#content", state="attached")
        if number % 10 == 0:  # the others are left before they have come
            ready(page)
    ready(page)
    (last,) = _settled(workbook, kernels=1)
    page.goto("about:blank")
    assert psutil.wait_procs([last], timeout=30)[1] == []


def _settled(workbook, *, kernels: int) -> list[psutil.Process]:
    """The kernels, once there are so many; those of pages that were left go a little later."""
    until = time.monotonic() + 60
    while len(workbook.kernels()) != kernels and time.monotonic() < until:
        time.sleep(0.1)
    return workbook.kernels()


def test_page_cannot_run_code(visit, troubles):
    """A page may talk to its widgets and do nothing else with its kernel."""
    page = visit(TASK)
    answered = page.evaluate("""() => new Promise((done) => {
        const { kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
        const channel = new WebSocket(`ws://${location.host}/api/kernels/${kernelId}/channels?session_id=other`);
        const message = (kind, content) => JSON.stringify({ channel: "shell", content, metadata: {}, parent_header: {},
            header: { msg_id: kind, msg_type: kind, username: "", session: "other", version: "5.3", date: new Date().toISOString() } });
        const answers = [];
        channel.onopen = () => {
            channel.send(message("execute_request", { code: "1 + 1", silent: false }));
            channel.send(message("comm_info_request", {}));
        };
        channel.onmessage = ({ data }) => {
            const { parent_header: { msg_id }, msg_type } = JSON.parse(data);
            answers.push(`${msg_id} ${msg_type}`);
            if (msg_type === "comm_info_reply") { channel.close(); done(answers); }
        };
    })""")
    assert "comm_info_request comm_info_reply" in answered
    assert not [answer for answer in answered if answer.startswith("execute_request")]
