"""Thirty visitors who open Task 1 together: how many get the page, how long it takes them, and what memory each takes.

    python benchmarks/visitors.py                  senlib and stock Voila, one round of thirty each; about three minutes
    python benchmarks/visitors.py --rounds 3       more
    python benchmarks/visitors.py --only senlib    one alone
    python benchmarks/visitors.py --visitors 8     fewer

Run it with the Python in which the workbook runs. Linux only: memory is read as PSS, in which what several processes share is
divided among them.

Each visitor asks for the whole page with one plain GET and keeps the connection open until the last byte; all begin at once. A page
counts as finished if it ends as a page does, holds what every code cell shows (each of Task 1's cells shows one widget), and
has no word of a fault. Whoever has not got it after `servers.PATIENCE` seconds never does, and counts as infinitely slow in the
median and the 95th percentile.

Every round has a server of its own, with an empty data folder, which has come to rest and has served nobody; the two take turns.
senlib is the shipped command. Stock Voila has its defaults, and serves a copy of the notebook without the cells that senlib leaves
out too. No browser takes part: thirty of them on one computer would be measured themselves.

Memory is read once all pages are there and the kernels still live. *Kernels* are all processes that have come since the visitors
did, save a server of forks; *all* is what the server and everything it started have grown by. Both are divided by the visitors.
What serves all of them, and was there before they came or is a server of forks, is given beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
import psutil
import servers

STEM = "task1_conversion_data"
NOTEBOOK = servers.ROOT / "notebooks" / f"{STEM}.ipynb"
WORKINGS = "workings"
SERVERS = ["senlib", "voila"]

WIDGET = re.compile(
    r'"application/vnd\.jupyter\.widget-view\+json":\s*{[^}]*"model_id":\s*"(\w+)"'
)
FAULT = re.compile(
    r'Traceback|could not be made|"output_type":\s*"error"|There was an error when executing'
)
LONG_LIVED = ("multiprocessing.forkserver", "multiprocessing.resource_tracker")


@dataclass(frozen=True)
class Round:
    """What one server did for its visitors: seconds of each (infinite: never), and memory in MB."""

    seconds: list[float]
    kernels: int
    of_kernels: float
    grown: float
    shared_before: float
    shared_after: float

    @property
    def finished(self) -> int:
        """The visitors who got their page."""
        return sum(map(math.isfinite, self.seconds))


def page_cells() -> dict:
    """The notebook without the cells that are not shown on the page."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if WORKINGS not in cell["metadata"].get("tags", [])
    ]
    return notebook


def fault_in(page: str, *, cells: int) -> str:
    """What the page lacks, '' where it is whole."""
    if found := FAULT.search(page):
        return f"it says '{found[0]}'"
    if not page.rstrip().endswith("</html>"):
        return "it breaks off"
    shown = len(set(WIDGET.findall(page)))
    return "" if shown >= cells else f"{shown} of {cells} cells show something"


async def visitors(
    address: str, *, cookies: Mapping[str, str], count: int, cells: int
) -> list[float]:
    """Seconds until each has the page; they begin together."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(
        timeout=None, limits=limits, trust_env=False, cookies=dict(cookies)
    ) as client:
        began = time.perf_counter()
        return await asyncio.gather(
            *(_visitor(client, address, began=began, cells=cells) for _ in range(count))
        )


async def _visitor(
    client: httpx.AsyncClient, address: str, *, began: float, cells: int
) -> float:
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(servers.PATIENCE):
            answer = await client.get(address)
        seconds = time.perf_counter() - began
        lacking = (
            fault_in(answer.text, cells=cells)
            if answer.status_code == 200
            else f"its status is {answer.status_code}"
        )
        if not lacking:
            return seconds
        print(f"A page came and is not whole: {lacking}", file=sys.stderr)
    return math.inf


def one_round(name: str, *, count: int, folder: Path) -> Round:
    """Start the server, let the visitors in, weigh, and end it."""
    port, notebook, data = (
        servers.free_port(),
        folder / f"{STEM}.ipynb",
        folder / "data",
    )
    cells = page_cells()
    notebook.write_text(json.dumps(cells), "utf-8")
    commands = {
        "senlib": [
            "-m",
            "senlib",
            "serve",
            "--data",
            str(data),
            "--no-browser",
            "--port",
            str(port),
        ],
        "voila": [
            "-m",
            "voila",
            str(notebook),
            "--no-browser",
            "--Voila.ip=127.0.0.1",
            f"--port={port}",
        ],
    }
    path = {"senlib": f"/{STEM}", "voila": "/"}[name]
    command, log = [sys.executable, *commands[name]], folder / "log.txt"
    with servers.started(
        command, port=port, home=folder, variables={"SENLIB_DATA": str(data)}, log=log
    ) as server:
        before = {process.pid for process in server.tree()}
        weight_before = servers.weight(server.tree())
        shown = sum(cell["cell_type"] == "code" for cell in cells["cells"])
        seconds = asyncio.run(
            visitors(
                server.address + path, cookies=server.cookies, count=count, cells=shown
            )
        )
        tree = server.tree()
        kernels = [
            process
            for process in tree
            if process.pid not in before and not _serves_all(process)
        ]
        shared = [process for process in tree if process not in kernels]
        pids = {process.pid for process in kernels}
        of_kernels, of_shared = servers.weight(kernels), servers.weight(shared)
        return Round(
            seconds=seconds,
            kernels=sum(_parent(process) not in pids for process in kernels),
            of_kernels=of_kernels,
            grown=of_kernels + of_shared - weight_before,
            shared_before=weight_before,
            shared_after=of_shared,
        )


def _serves_all(process: psutil.Process) -> bool:
    """Whether this is a server of forks or its helper: the one that the server itself started, for its forks look the same."""
    with suppress(psutil.NoSuchProcess):
        return _long_lived(process) and not _long_lived(psutil.Process(process.ppid()))
    return False


def _long_lived(process: psutil.Process) -> bool:
    return any(sign in " ".join(process.cmdline()) for sign in LONG_LIVED)


def _parent(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return process.ppid()
    return 0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of these numbers that so large a share of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def told(name: str, number: int, made: Round) -> str:
    """One round as a line."""
    people = len(made.seconds)
    return (
        f"round {number}  {name:6} {made.finished:3} of {people} finished  median {statistics.median(made.seconds):5.1f} s  "
        f"95th percentile {percentile(made.seconds, 0.95):5.1f} s  memory a visitor: kernels {made.of_kernels / people:5.1f} MB, "
        f"all {made.grown / people:5.1f} MB  ({made.kernels} kernels; serving all: {made.shared_before:.0f} MB before, "
        f"{made.shared_after:.0f} MB after; load {os.getloadavg()[0]:.1f})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Visitors who open Task 1 together.")
    parser.add_argument(
        "--rounds", type=int, default=1, help="servers of each kind (%(default)s)"
    )
    parser.add_argument(
        "--visitors", type=int, default=30, help="people at once (%(default)s)"
    )
    parser.add_argument("--only", choices=SERVERS, help="one server alone")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("Memory that processes share is told apart on Linux only.")
    print(
        f"{servers.machine()}; voila {version('voila')}, ipykernel {version('ipykernel')}",
        flush=True,
    )
    names = [options.only] if options.only else SERVERS
    made: dict[str, list[Round]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # What a computer has after its first day: compiled modules, matplotlib's list of typefaces, IPython's own folder.
        for name in names:
            one_round(name, count=1, folder=Path(folder))
        for number in range(options.rounds):
            for name in names if number % 2 == 0 else names[::-1]:
                made[name].append(
                    one_round(
                        name, count=options.visitors, folder=_emptied(Path(folder))
                    )
                )
                print(told(name, number + 1, made[name][-1]), flush=True)
    slowest = {
        name: statistics.median(percentile(each.seconds, 0.95) for each in rounds)
        for name, rounds in made.items()
    }
    if len(names) == len(SERVERS):
        print(
            f"95th percentile, stock Voila to senlib: {slowest['voila'] / slowest['senlib']:.1f} to 1"
        )


def _emptied(folder: Path) -> Path:
    """The home folder, without what was kept in the round before."""
    for left in sorted((folder / "data").rglob("*"), reverse=True):
        left.rmdir() if left.is_dir() else left.unlink()
    return folder


if __name__ == "__main__":
    main()
