"""The widgets' tests in Chromium: one browser for each file, and each page in it used again by the tests that follow."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.widgets.staging import CHROMIUM, Screen, Stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file of tests: Playwright's event loop runs as long as it does, and other tests need their own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def screens() -> list[Screen]:
    """The pages that are there already."""
    return []


@pytest.fixture
def stage(browser: Browser, screens: list[Screen]) -> Iterator[Callable[..., Stage]]:
    """Puts a widget on a page of its own; fails on any error there, and on any request but for the widget's files."""
    used: list[Screen] = []

    def make(
        widget: Any, *, width: int = 1280, height: int = 900, **options: Any
    ) -> Stage:
        free = (one for one in screens if one.options == options and one not in used)
        screen = next(free, None) or Screen(browser, **options)
        used.append(screen)
        return Stage(screen, widget, width=width, height=height)

    yield make
    # A page on which something went wrong is not used again.
    screens[:] = [
        one
        for one in [*screens, *(one for one in used if one not in screens)]
        if not one.troubles
    ]
    troubles = [trouble for one in used for trouble in one.troubles]
    assert troubles == []
