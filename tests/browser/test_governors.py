"""The governors' page in Chromium: no name of a pupil in the sample occurs in anything it sends, over all its controls."""

import base64
import io
import re
from zipfile import ZipFile, is_zipfile

import pytest
from playwright.sync_api import Page, expect

from senlib import open_sample

CHOICES = ("10 pupils", "15 pupils", "5 pupils")


def text_of(frame) -> str:
    """What went over the websocket, as text."""
    return frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame


def contents(link: re.Match) -> str:
    """The text in a file that a link holds; of a picture or a typeface, nothing."""
    held = io.BytesIO(base64.b64decode(link[1]))
    if not is_zipfile(held):
        return " "
    archive = ZipFile(held)
    texts = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    return " ".join(archive.read(name).decode("utf-8") for name in texts)


# A paper that a '?' names: its authors are no pupils.
AUTHORS = re.compile(r"Wilson.{1,8}s interval, as Brown, Cai and DasGupta recommend it")


def unpacked(text: str) -> str:
    """The text with what the files in its links hold, in place of the links; without the authors of a paper."""
    return AUTHORS.sub(
        "", re.sub(r"data:[^,\s]*;base64,([A-Za-z0-9+/=]+)", contents, text)
    )


def names_in(text: str) -> dict[str, str]:
    """Names, numbers and forms of the sample's pupils in a text, each with what stands about it; '12.' before one makes it a point."""
    pupils = open_sample("levels").pupils
    known = {
        value
        for column in ("surname", "forename", "pupil_id", "form")
        for value in pupils[column]
    } - {""}
    return {
        word[0]: text[max(0, word.start() - 80) : word.end() + 80]
        for word in re.finditer(r"(?<!\d\.)\b\w+", text)
        if word[0] in known
    }


@pytest.fixture
def frames(page: Page) -> list[str]:
    """Every frame that goes over a websocket of the page, both ways."""
    held: list[str] = []

    def listen(channel) -> None:
        channel.on("framereceived", lambda frame: held.append(text_of(frame)))
        channel.on("framesent", lambda frame: held.append(text_of(frame)))

    page.on("websocket", listen)
    return held


def make_the_paper(page: Page):
    """Press what makes the page for the papers; the link that saves it."""
    page.get_by_role("button", name="Make one page for the papers (Word)").press(
        "Enter"
    )
    link = page.get_by_role("link", name="Download the page for the papers (Word)")
    expect(link).to_be_visible()
    return link


def test_no_name_of_a_pupil_is_sent_whatever_is_chosen(
    page, frames, visit, barriers, screenshots
):
    visit("governors")
    answers = page.content()
    screenshots(page, "governors")
    for choice in CHOICES:
        page.get_by_label("Hide counts up to", exact=True).select_option(label=choice)
        expect(page.locator("main")).to_contain_text(
            f"are hidden: those of 1 to {choice.split()[0]} pupils, and others"
        )
        make_the_paper(page)
        answers += page.content()
    for summary in page.locator(".sl-numbers summary").all():
        summary.click()
    assert barriers(page) == []
    assert len(frames) > 20 and any("sl-question" in frame for frame in frames)
    sent = unpacked(answers + " ".join(frames))
    assert "w:document" in sent, "the page for the papers was looked into"
    assert names_in(sent) == {}
    assert names_in("Ms " + open_sample("levels").pupils["surname"].iloc[0]), (
        "a name would be found"
    )


def test_the_page_for_the_papers_downloads_and_nothing_can_be_written(visit):
    page = visit("governors")
    make_the_paper(page)
    page.keyboard.press("Tab")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert re.fullmatch(
        r"governors-\d{4}-\d\d-\d\d\.docx", saved.value.suggested_filename
    )
    main = page.locator("main")
    assert (
        main.locator(
            "textarea, input[type=text], input[type=checkbox], [contenteditable=true]"
        ).count()
        == 0
    )
    assert main.locator("figure").count() == 6
    assert "Task" not in page.title()


def test_on_a_phone_nothing_runs_over_the_edge(workbook, new_page, ready, barriers):
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{workbook.address}/governors", wait_until="commit")
    ready(page)
    assert (
        page.evaluate("document.documentElement.scrollWidth") <= 390
        and barriers(page) == []
    )
