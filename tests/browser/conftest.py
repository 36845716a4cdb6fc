"""The workbook in Chromium: the shipped command on a port of its own, and pages on which nothing may go wrong unnoticed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.entering import address_in, cookie_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)
QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

# How a computer may ask for pages to look. In each the pages are read and used by everyone.
NO_WISH = {
    "color_scheme": "light",
    "contrast": "no-preference",
    "forced_colors": "none",
}
THEMES = {
    "light": NO_WISH,
    "dark": NO_WISH | {"color_scheme": "dark"},
    "contrast": NO_WISH | {"contrast": "more"},
    "dark-contrast": NO_WISH | {"color_scheme": "dark", "contrast": "more"},
    "forced": NO_WISH | {"forced_colors": "active"},
}

# What a page says when a part of it could not be made, ours and the libraries'.
BROKEN = re.compile(
    r"Traceback \(most recent call last\)|could not be made|Error displaying widget|Javascript Error|\bNaN\b|undefined"
)

# On a busy computer with two cores; a page is there within a few seconds.
PATIENCE = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and skip it where there is no Chromium."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


# As the server sets its cookie.
KEPT_TO_THE_SITE = {"httpOnly": True, "sameSite": "Strict"}

# What is open now: whoever opens a page may go into every workbook that a test has started, before the page or after it.
RUNNING: list["Workbook"] = []
LET_IN: list[BrowserContext] = []


class Workbook:
    """The workbook as it is shipped, running in a process of its own."""

    def __init__(self, process: subprocess.Popen, data: Path) -> None:
        self.process, self.data = process, data
        self.way_in = address_in(process.stdout.readline())
        self.address = self.way_in.partition("/?")[0]
        name, value = cookie_of(self.way_in)
        self.cookie = {
            "name": name,
            "value": value,
            "url": self.address,
        } | KEPT_TO_THE_SITE

    def kernels(self) -> list[psutil.Process]:
        """The kernels that are running: forked, so children of a child."""
        return [
            kernel
            for child in psutil.Process(self.process.pid).children()
            for kernel in child.children()
        ]


@contextmanager
def started(
    data: Path, *options: str, port: str = "0", browser: bool = False
) -> Iterator[Workbook]:
    """`senlib serve` with this folder for the user's own data, while the block runs; it opens a browser only if asked to."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "senlib",
            "serve",
            *options,
            "--data",
            str(data),
            *([] if browser else ["--no-browser"]),
            "--port",
            port,
        ],
        cwd=ROOT,
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SENLIB_")
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = None
    try:
        running = Workbook(process, data)
        RUNNING.append(running)
        for context in LET_IN:
            context.add_cookies([running.cookie])
        yield running
    finally:
        if running in RUNNING:
            RUNNING.remove(running)
        process.terminate()
        print(process.communicate(timeout=30)[0])


@pytest.fixture(scope="session")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbook]:
    """One workbook for all tests that leave it as it was."""
    with started(tmp_path_factory.mktemp("workbook")) as running:
        yield running


@pytest.fixture
def fresh_workbook(tmp_path: Path) -> Iterator[Callable[..., Workbook]]:
    """Starts a workbook of the test's own, with the options given and a data folder with nothing in it."""
    running = []

    def start(*options: str) -> Workbook:
        running.append(started(tmp_path / f"data{len(running)}", *options))
        return running[-1].__enter__()

    yield start
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; one for each file of tests, because Playwright's event loop runs as long as it does, and others need theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def troubles() -> list[str]:
    """What went wrong on the test's pages; a test that makes trouble on purpose takes it out."""
    return []


@pytest.fixture
def new_page(chromium: Browser, troubles: list[str]) -> Iterator[Callable[..., Page]]:
    """Makes a page, of a width and theme if wished, and with the key of each workbook unless `let_in` is false. At the end nothing
    may have gone wrong on any of them: no request off this computer, no failed one, no error in the console, no cell that broke.
    """
    contexts: list[BrowserContext] = []

    def outward(url: str) -> None:
        if (
            urlsplit(url).scheme not in ("data", "blob")
            and urlsplit(url).hostname != "127.0.0.1"
        ):
            troubles.append(f"a request left the machine: {url}")

    def make(*, let_in: bool = True, **options) -> Page:
        context = chromium.new_context(
            **({"viewport": WIDE, "locale": "en-GB"} | options)
        )
        contexts.append(context)
        if let_in:
            LET_IN.append(context)
            context.add_cookies([running.cookie for running in RUNNING])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: outward(request.url))
        page.on("websocket", lambda channel: outward(channel.url))
        page.on(
            "response",
            lambda answer: (
                troubles.append(f"{answer.status} {answer.url}")
                if answer.status >= 400
                else None
            ),
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda message: (
                troubles.append(message.text) if message.type == "error" else None
            ),
        )
        return page

    yield make
    for context in contexts:
        for page in context.pages:
            if page.url.startswith("http"):
                troubles += [
                    f"{page.url}: {found}"
                    for found in BROKEN.findall(page.inner_text("body"))
                ]
        if context in LET_IN:
            LET_IN.remove(context)
        context.close()
    assert troubles == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1,280 pixels' width."""
    return new_page()


def wait_until_ready(page: Page) -> Page:
    """Wait until everything on the page is drawn and can be used."""
    page.wait_for_selector("body[data-sl-state=ready]", state="attached")
    return page


@pytest.fixture
def ready() -> Callable[[Page], Page]:
    """Waits until a page is drawn and can be used."""
    return wait_until_ready


@pytest.fixture
def visit(workbook: Workbook, page: Page) -> Callable[[str], Page]:
    """Opens a page of the workbook by its stem ('' is the front page) and waits until it can be used."""

    def go(stem: str = "") -> Page:
        page.goto(f"{workbook.address}/{stem}", wait_until="commit")
        return wait_until_ready(page)

    return go


@pytest.fixture(scope="session")
def screenshots() -> Callable[[Page, str], None]:
    """Takes a whole page, wide and narrow, into tests/browser/screenshots, which git ignores, where SENLIB_SCREENSHOTS is set."""

    def take(page: Page, name: str) -> None:
        if not os.environ.get("SENLIB_SCREENSHOTS"):
            return
        before = page.viewport_size
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            page.screenshot(
                path=HERE / "screenshots" / f"{name}-{size['width']}.png",
                full_page=True,
            )
        page.set_viewport_size(before)

    return take


@pytest.fixture(scope="session")
def barriers_anywhere(
    barriers: Callable[..., list[str]],
) -> Callable[[Page], list[str]]:
    """The same wide and narrow, and in every theme. A theme changes colours and nothing else: there it is they that are looked at."""

    def find(page: Page) -> list[str]:
        found = []
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            found += [f"{size['width']} pixels: {one}" for one in barriers(page)]
        for name, theme in THEMES.items():
            if theme == NO_WISH:
                continue  # as above
            page.emulate_media(**theme)
            found += [
                f"{name}: {one}" for one in barriers(page, only=["color-contrast"])
            ]
        page.emulate_media(**NO_WISH)
        return found

    return find


@pytest.fixture(scope="session")
def barriers() -> Callable[..., list[str]]:
    """Whatever axe-core finds on a page, grave or small, each with its place; also targets too small to hit (WCAG 2.2).

    `only` names the rules to look at, where not all.
    """

    def find(page: Page, *, only: Sequence[str] = ()) -> list[str]:
        options = (
            {"runOnly": list(only)}
            if only
            else {"rules": {"target-size": {"enabled": True}}}
        )
        found = Axe().run(page, options=options).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {node['html'][:160]}"
            for one in found
            for node in one["nodes"]
        ]

    return find
