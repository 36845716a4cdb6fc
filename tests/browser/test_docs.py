"""The pictures in docs/: taken of the workbook as it is, where SENLIB_DOCS is set; and every picture and link there leads somewhere."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from senlib.workbook.page_forms import load
from tests.browser.conftest import ROOT, WIDE, started

DOCS = ROOT / "docs"
PICTURES = {
    "front": "",
    "task1": "task1_conversion_data",
    "governors": "governors",
    "sessions": "facilitator",
}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page: Path):
    for words, target in re.findall(
        r"\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")
    ):
        if urlsplit(target).scheme == "":
            assert (page.parent / urlsplit(target).path).exists(), (
                f"{page.name}: [{words}]({target})"
            )


def test_no_picture_lies_about_unused():
    named = set(
        re.findall(
            r"\((?:docs/)?([\w-]+\.png)\)",
            "".join(page.read_text(encoding="utf-8") for page in PAGES),
        )
    )
    assert {path.name for path in DOCS.glob("*.png")} == named


@pytest.mark.skipif(
    not os.environ.get("SENLIB_DOCS"),
    reason="takes the pictures anew where SENLIB_DOCS is set",
)
@pytest.mark.parametrize("name", PICTURES)
def test_picture(visit, name):
    page = visit(PICTURES[name])
    page.set_viewport_size(WIDE)
    if name == "task1":
        page.get_by_label("Where they started").select_option(
            label="Level\N{NO-BREAK SPACE}4"
        )
        expect(
            page.get_by_text(re.compile(r"arrived at\s+level\s+4")).first
        ).to_be_visible()
        page.evaluate("document.querySelector('.sl-question').scrollIntoView()")
    page.screenshot(path=DOCS / f"{name}.png")


@pytest.fixture
def room(tmp_path):
    """A room, open; asked for before any page, so that it ends after them."""
    with started(tmp_path, "--room") as workbook:
        workbook.code = re.search(
            r"code (\w{4} \w{4})$", workbook.process.stdout.readline().strip()
        )[1]
        yield workbook


@pytest.mark.skipif(
    not os.environ.get("SENLIB_DOCS"),
    reason="takes the pictures anew where SENLIB_DOCS is set",
)
def test_picture_of_a_room(room, new_page, ready):
    for title in (
        "Judging standards",
        "Judging standards",
        "Evaluating teaching and learning",
    ):
        participant = new_page(let_in=False)
        participant.goto(f"{room.address}/door")
        participant.get_by_label("Code").fill(room.code)
        participant.get_by_role("button", name="Come in").click()
        participant.wait_for_url(f"{room.address}/", wait_until="commit")
        participant.goto(f"{room.address}/task2_role_of_the_senco", wait_until="commit")
        ready(participant).get_by_role("button", name="Show all cards").click()
        for card in load("task2_role_of_the_senco").part("task2.sort").cards[:3]:
            participant.get_by_role("group", name=card.text).get_by_role(
                "button", name=title
            ).click()
        expect(participant.locator(".sl-cards")).to_contain_text(re.compile("Saved"))
    leader = new_page()
    leader.goto(f"{room.address}/room", wait_until="commit")
    ready(leader).set_viewport_size(WIDE)
    leader.screenshot(path=DOCS / "room.png")
