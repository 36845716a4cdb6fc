"""The way in, in Chromium: by the file that the workbook opens, by the printed address, from elsewhere, and not without the key."""

import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started
from tests.entering import address_in

TASK = "task1_conversion_data"
FRONT = "The SENCO’s workbook"


@pytest.fixture
def only_refused(troubles):
    """Whoever is not in is refused, and nothing else goes wrong; that a test comes from elsewhere is no trouble here."""
    yield
    known = ("403", "left the machine: file:", "left the machine: http://localhost:")
    assert [one for one in troubles if not any(sign in one for sign in known)] == []
    troubles.clear()


def no_token_in(page, workbook):
    """Neither the address nor what the browser goes back to holds the key."""
    key = workbook.way_in.partition("=")[2]
    assert key not in page.url and "token" not in page.url
    assert key not in page.evaluate(
        "document.referrer + JSON.stringify(performance.getEntries())"
    )


def test_the_printed_address_leads_in_and_does_not_stay(
    fresh_workbook, new_page, ready
):
    workbook, page = fresh_workbook(), new_page(let_in=False)
    page.goto(workbook.way_in, wait_until="commit")
    expect(ready(page)).to_have_title(FRONT)
    assert page.url == f"{workbook.address}/"
    no_token_in(page, workbook)
    (cookie,) = (
        one
        for one in page.context.cookies()
        if one["name"] == f"senlib-{urlsplit(page.url).port}"
    )
    assert (
        cookie["httpOnly"]
        and cookie["sameSite"] == "Strict"
        and cookie["expires"] == -1
    )
    # And to any other page, with what was asked of it.
    page.goto(f"{workbook.address}/{TASK}?a=1&token=old&b=%26", wait_until="commit")
    ready(page)
    assert page.url == f"{workbook.address}/{TASK}?a=1&b=%26"


@pytest.mark.skipif(
    sys.platform == "win32", reason="a browser is named by a script of Unix"
)
@pytest.mark.parametrize("options", [(), ("--room",)], ids=["alone", "room"])
def test_the_file_that_is_opened_leads_in_once(
    tmp_path, monkeypatch, new_page, ready, options, only_refused
):
    """What the browser is told is a file's name, which shows nobody the key; from a file the first request counts as another site's."""
    told = tmp_path / "told.txt"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}.part && mv {told}.part {told}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with started(tmp_path / "data", *options, browser=True) as workbook:
        page = new_page(let_in=False)
        while not told.exists():
            page.wait_for_timeout(50)
        opened = told.read_text().strip()
        file = Path(unquote(urlsplit(opened).path))
        assert urlsplit(opened).scheme == "file" and "token" not in opened
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        key = workbook.way_in.partition("=")[2]
        assert key not in file.read_text()  # it has one of its own
        page.goto(opened, wait_until="commit")
        page.wait_for_url(f"{workbook.address}/")
        expect(ready(page)).to_have_title(FRONT)
        if options:
            page.goto(f"{workbook.address}/room", wait_until="commit")
            expect(
                ready(page).locator(".sl-code")
            ).to_be_visible()  # it is the leader's
        other = new_page(let_in=False)
        other.goto(address_in(file.read_text()))
        expect(other.get_by_role("alert")).to_contain_text(
            "not the workbook’s address now"
        )
        page.close()
    assert not file.parent.exists()


def test_who_has_no_key_is_told_how_to_get_in(
    fresh_workbook, new_page, ready, barriers, screenshots, only_refused
):
    workbook, page = fresh_workbook(), new_page(let_in=False)
    page.goto(f"{workbook.address}/{TASK}?a=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("How to get in")
    assert workbook.kernels() == [] and page.context.cookies() == []
    assert barriers(page) == []
    screenshots(page, "how-to-get-in")
    box = page.get_by_label("Or paste the address here")
    box.fill(workbook.way_in[:-1])
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the workbook’s address now")
    assert barriers(page) == []
    box.fill(f" {workbook.way_in} ")
    page.get_by_role("button", name="Open the workbook").click()
    page.wait_for_url(f"{workbook.address}/{TASK}", wait_until="commit")
    ready(page)
    no_token_in(page, workbook)


class _Elsewhere(BaseHTTPRequestHandler):
    """Another web site, whose page leads here."""

    def do_GET(self):
        text = f'<a href="{self.server.leads_to}">Go</a>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def test_a_link_from_elsewhere_leads_in_whoever_is_in(
    fresh_workbook, new_page, ready, only_refused
):
    workbook, inside, outside = fresh_workbook(), new_page(), new_page(let_in=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as elsewhere:
        elsewhere.leads_to = f"{workbook.address}/{TASK}?a=1"
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        for page in (inside, outside):
            page.goto(f"http://localhost:{elsewhere.server_port}/")
            page.get_by_role("link", name="Go").click()
        ready(inside)
        assert inside.url == elsewhere.leads_to
        expect(outside.get_by_role("heading", level=1)).to_have_text("How to get in")
        assert len(workbook.kernels()) == 1
        elsewhere.shutdown()


def test_two_workbooks_are_open_in_one_browser(fresh_workbook, new_page, ready):
    page = new_page(let_in=False)
    first, second = fresh_workbook(), fresh_workbook()
    for workbook in (first, second):
        page.goto(workbook.way_in, wait_until="commit")
        ready(page)
    for workbook in (first, second):
        page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
        ready(page)


def test_a_page_of_the_start_before_says_so_and_the_way_in(
    tmp_path, new_page, ready, troubles, only_refused
):
    """A workbook that was closed and started again at the same port has another key."""
    page = new_page()
    with started(tmp_path) as workbook:
        page.goto(f"{workbook.address}/{TASK}", wait_until="commit")
        ready(page)
        port = str(urlsplit(workbook.address).port)
    with started(tmp_path, port=port):
        page.context.clear_cookies()  # of the new one, which the page was given here
        page.bring_to_front()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        banner = page.get_by_role("alert").filter(has_text="What was saved is safe.")
        expect(banner).to_be_visible(timeout=30_000)
        banner.get_by_role("button", name="Reopen this page").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("How to get in")
    troubles[:] = [
        one for one in troubles if "WebSocket" not in one and "ERR_" not in one
    ]
