"""How to read a figure, behind '?': opened by key, read in every theme, as wide as a phone."""

from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE


def test_how_to_read_a_figure(visit, barriers_anywhere, screenshots):
    page = visit("task4_level3_to_5")
    # A summary has no role of its own everywhere, so it is found by its name.
    mark = page.get_by_label("How to read this figure").first
    told = page.locator(".sl-reading").first.locator("p").first
    expect(told).to_be_hidden()
    mark.focus()
    page.keyboard.press("Enter")
    expect(told).to_contain_text("On course, behind and stuck.")
    assert told.locator("a").get_attribute("rel") == "noreferrer"
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        box = mark.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshots(page, "how-to-read")
    assert barriers_anywhere(page) == []
    page.keyboard.press("Space")
    expect(told).to_be_hidden()
