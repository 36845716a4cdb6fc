"""The measuring itself for pages.py: one small app four times, opened in Chromium as a visitor would.

A visit begins as the browser is told the address. *Visible*: the sentence, the drop-down, the chart and the table can be seen.
*Used*: another subject has been chosen in the drop-down, and the sentence says so. The choice is made as soon as the drop-down
can be seen; where nothing comes of it within `LOST`, it was made too early, and is made again. The part from visible to used is
the redrawing, and whatever the page still had to do first.

*Cold* is the first visit of a browser with an empty profile, to a server that has been started, has come to rest and has served
nobody. *Warm* are later visits in the same browser, each in a new page. A round is one server and one profile of each
framework, cold and then warm; the four take turns within a round, and each round begins with the next of them. A first visit
to each, before the rounds, is not counted: it fills the machine's own caches, not the browser's.

All four use one module for the work (apps/subjects.py) and read the sample school through senlib; each shows the chart and the
table in its own usual plain way: SVG in the notebook, PNG in Streamlit and Panel. Streamlit and Panel keep the school for all
visitors, as their guides advise; in Voila every visitor has an own kernel, which reads it. senlib and stock Voila are given
the same notebook. Each runs with its defaults, Streamlit without telemetry. No page reaches the network: other names than
127.0.0.1 do not resolve, so that what stock Voila asks elsewhere fails at once and costs it nothing.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import servers
from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

APPS = Path(__file__).resolve().parent / "apps"
NOTEBOOKS = APPS / "notebooks"
FIRST, SECOND = "English", "Mathematics"

# A choice of which nothing has come by then was made too early, in milliseconds; a page that has not come by then does not come.
LOST, PATIENCE = 1500, 60_000

QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

SENLIB = """
import sys
from pathlib import Path
from senlib.serve.app import serve_folder
serve_folder(Path(sys.argv[1]), school=None, data=Path(sys.argv[2]), port=int(sys.argv[3]), open_browser=False)
"""


def choose_native(page: Page, subject: str) -> None:
    """Choose in a drop-down of the browser's own, be it in a shadow root."""
    page.locator("select").select_option(subject)


def choose_streamlit(page: Page, subject: str) -> None:
    """Choose in Streamlit's drop-down with the keyboard, which waits for no animation."""
    control = page.get_by_role("combobox")
    control.fill(subject)
    control.press("Enter")


@dataclass(frozen=True)
class Framework:
    """One framework's way to serve the app, and where its page has what every page has."""

    name: str
    package: str
    command: Callable[[int], Sequence[str]]
    path: str
    control: str
    chart: str
    table: str = "table"
    choose: Callable[[Page, str], None] = choose_native


FRAMEWORKS = [
    Framework(
        "senlib",
        "voila",
        lambda port: ["-c", SENLIB, str(NOTEBOOKS), "data", str(port)],
        path="/subjects",
        control="select",
        chart=".widget-html svg",
    ),
    Framework(
        "Voila",
        "voila",
        lambda port: [
            "-m",
            "voila",
            str(NOTEBOOKS / "subjects.ipynb"),
            "--no-browser",
            "--Voila.ip=127.0.0.1",
            f"--port={port}",
        ],
        path="/",
        control="select",
        chart=".widget-html svg",
    ),
    Framework(
        "Streamlit",
        "streamlit",
        lambda port: [
            "-m",
            "streamlit",
            "run",
            str(APPS / "streamlit_app.py"),
            "--server.headless=true",
            "--server.address=127.0.0.1",
            f"--server.port={port}",
            "--browser.gatherUsageStats=false",
        ],
        path="/",
        control="[role=combobox]",
        chart="[data-testid=stImage] img, [data-testid=stImageContainer] img",
        choose=choose_streamlit,
    ),
    Framework(
        "Panel",
        "panel",
        lambda port: [
            "-m",
            "panel",
            "serve",
            str(APPS / "panel_app.py"),
            "--address=127.0.0.1",
            f"--port={port}",
            f"--allow-websocket-origin=127.0.0.1:{port}",
        ],
        path="/panel_app",
        control="select",
        chart="img",
    ),
]


@dataclass(frozen=True)
class Visit:
    """Seconds until a page could be seen and had been used (infinite: it never was), and the choices that came too early."""

    visible: float
    used: float
    early: int = 0


@dataclass(frozen=True)
class Turn:
    """One server's figures: until it answered, until it rested, and its visits, the cold one first."""

    answered: float
    rested: float
    visits: list[Visit]


def visit(page: Page, framework: Framework, address: str) -> Visit:
    """Open the app in this page and use it."""
    visible, early = math.inf, 0
    page.set_default_timeout(PATIENCE)
    began = time.perf_counter()
    try:
        page.goto(address + framework.path, wait_until="commit")
        for part in (framework.control, framework.chart, framework.table):
            page.locator(part).first.wait_for()
        said(page, FIRST).wait_for()
        visible = time.perf_counter() - began
        framework.choose(page, SECOND)
        while not comes(page, SECOND):
            early += 1
            if time.perf_counter() - began > PATIENCE / 1000:
                return Visit(visible, math.inf, early)
            framework.choose(
                page, FIRST
            )  # a choice that the page has taken for made already would be none
            framework.choose(page, SECOND)
        return Visit(visible, time.perf_counter() - began, early)
    except Error as error:
        print(f"{framework.name}: {str(error).splitlines()[0]}", file=sys.stderr)
        return Visit(visible, math.inf, early)


def said(page: Page, subject: str):
    """The sentence about this subject."""
    return page.get_by_text(f"In {subject} ").first


def comes(page: Page, subject: str) -> bool:
    """Whether the sentence about this subject comes while one waits for it."""
    try:
        said(page, subject).wait_for(timeout=LOST)
    except Error:
        return False
    return True


@contextmanager
def browser(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that nobody has used, with a profile on disk as people have, started and at rest."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=servers.chromium(),
            args=QUIET,
            viewport={"width": 1280, "height": 900},
            locale="en-GB",
        )
        time.sleep(1)
        yield context
        context.close()


def turn(
    playwright: Playwright, framework: Framework, *, warm: int, home: Path
) -> Turn:
    """Start one framework's server and visit it: once cold, then warm so many times."""
    port, visits = servers.free_port(), []
    command = [sys.executable, *framework.command(port)]
    variables = {"PYTHONPATH": f"{servers.ROOT}:{APPS}"}
    with (
        servers.started(
            command, port=port, home=home, variables=variables, log=home / "log.txt"
        ) as server,
        browser(playwright) as context,
    ):
        context.add_cookies(
            [
                {"name": name, "value": value, "url": server.address}
                for name, value in server.cookies.items()
            ]
        )
        for _ in range(1 + warm):
            page = context.new_page()
            visits.append(visit(page, framework, server.address))
            page.close()
            server.rest()
        return Turn(server.answered, server.rested, visits)


def rounds(
    frameworks: Sequence[Framework], *, count: int, warm: int
) -> dict[str, list[Turn]]:
    """Every framework's turns, in rounds; the one before them is not among them."""
    turns: dict[str, list[Turn]] = {framework.name: [] for framework in frameworks}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        sync_playwright() as playwright,
    ):
        for framework in frameworks:
            turn(playwright, framework, warm=0, home=Path(home))
        for number in range(count):
            first = number % len(frameworks)
            for framework in [*frameworks[first:], *frameworks[:first]]:
                made = turn(playwright, framework, warm=warm, home=Path(home))
                turns[framework.name].append(made)
                shown = "  ".join(
                    f"{each.visible:.1f}/{each.used:.1f}" + "!" * each.early
                    for each in made.visits
                )
                print(
                    f"round {number + 1}  {framework.name:10} visible/used  {shown}  load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
    return turns


def table(turns: dict[str, list[Turn]]) -> str:
    """Medians in seconds, with the lowest and highest of what was used, and how they compare with senlib's."""
    lines = [
        f"{'':10} {'answers':>8} {'rests':>6} | {'cold':>5}: {'visible':>7} {'used':>5} {'(from to)':>13} {'ratio':>6} "
        f"| {'warm':>5}: {'visible':>7} {'used':>5} {'(from to)':>13} {'ratio':>6} | too early"
    ]
    of_senlib = [
        median(each.used for each in group)
        for group in grouped(turns.get("senlib", []))
    ]
    for name, made in turns.items():
        line = f"{name:10} {median(each.answered for each in made):8.1f} {median(each.rested for each in made):6.1f}"
        for place, group in enumerate(grouped(made)):
            used = [each.used for each in group]
            spread = (
                f"({min(used, default=math.nan):.1f} {max(used, default=math.nan):.1f})"
            )
            ratio = (
                f"{median(used) / of_senlib[place]:.2f}" if "senlib" in turns else "-"
            )
            line += f" | {len(used):4}x: {median(each.visible for each in group):7.2f} {median(used):5.2f} {spread:>13} {ratio:>6}"
        lines.append(
            f"{line} | {sum(each.early for one in made for each in one.visits):4}"
        )
    return "\n".join(lines)


def grouped(turns: Sequence[Turn]) -> tuple[list[Visit], list[Visit]]:
    """The cold visits and the warm ones."""
    return [one.visits[0] for one in turns], [
        each for one in turns for each in one.visits[1:]
    ]


def median(values) -> float:
    """The middle of these numbers; not a number where there is none."""
    held = list(values)
    return statistics.median(held) if held else math.nan


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="pages.py", description="Until a page can be used, in four frameworks."
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=5,
        help="servers and profiles of each framework (%(default)s)",
    )
    parser.add_argument(
        "--warm",
        type=int,
        default=3,
        help="visits after the cold one in each round (%(default)s)",
    )
    parser.add_argument(
        "--only",
        choices=[each.name for each in FRAMEWORKS],
        action="append",
        help="one alone; may be given again",
    )
    options = parser.parse_args()
    frameworks = [
        each for each in FRAMEWORKS if not options.only or each.name in options.only
    ]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=servers.chromium(), args=QUIET
        )
        browser_version = running.version
        running.close()
    print(
        f"{servers.machine()}; Chromium {browser_version}; "
        + ", ".join(
            f"{package} {version(package)}"
            for package in dict.fromkeys(each.package for each in frameworks)
        )
    )
    turns = rounds(frameworks, count=options.rounds, warm=options.warm)
    print(
        f"\nMedians in seconds over {options.rounds} rounds of one cold visit and {options.warm} warm ones; ratio of used to senlib's; "
        f"load at the end {servers.machine().rpartition('load ')[2]}"
    )
    print(table(turns))


if __name__ == "__main__":
    main()
