"""A server to measure: started on this computer alone, watched until it rests, weighed, and ended with all that it started."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"

# A server rests once its processes have together used less than a tenth of one core in two looks, in seconds each.
LOOK, LITTLE = 0.4, 0.04
# What has not happened by then does not happen, in seconds.
PATIENCE = 120


@dataclass(frozen=True)
class Server:
    """A running server: where it answers and to which cookies, and the seconds from its start until it did and until it rested."""

    process: psutil.Process
    port: int
    cookies: Mapping[str, str]
    answered: float
    rested: float

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def tree(self) -> list[psutil.Process]:
        """Its process, and all that these have started."""
        return [self.process, *self.process.children(recursive=True)]

    def rest(self) -> None:
        """Wait until it has nothing more to do."""
        rest(self.process)


@contextmanager
def started(
    command: Sequence[str],
    *,
    port: int,
    home: Path,
    variables: Mapping[str, str],
    log: Path,
) -> Iterator[Server]:
    """Run this server while the block runs, once it has answered and come to rest; nobody has asked it for a page yet.

    `home` stands for the user's home, so that no settings of hers count; what the server prints goes to `log`.
    """
    began = time.perf_counter()
    with log.open("ab") as lines:
        process = subprocess.Popen(
            command,
            cwd=home,
            env=surroundings(home) | variables,
            stdout=lines,
            stderr=lines,
            stdin=subprocess.DEVNULL,
        )
    try:
        watched = psutil.Process(process.pid)
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                sys.exit(
                    f"{' '.join(command)} did not open:\n{log.read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.05)
        answered = time.perf_counter() - began
        rest(watched)
        rested = time.perf_counter() - began
        yield Server(
            watched,
            port=port,
            cookies=_cookies(log, port=port),
            answered=answered,
            rested=rested,
        )
    finally:
        end(process)


def surroundings(home: Path) -> dict[str, str]:
    """The variables that a server is started with: this one's, without what would set a server or its kernels otherwise than usual."""
    odd = (
        "SENLIB_",
        "JUPYTER",
        "IPYTHON",
        "STREAMLIT_",
        "BOKEH_",
        "PANEL_",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHOME",
        "XDG_",
        "MPL",
    )
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(odd)
    }
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    """A port of this computer that nobody uses."""
    with socket.create_server((HOST, 0)) as held:
        return held.getsockname()[1]


def rest(process: psutil.Process) -> None:
    """Wait until a process and all that it has started have nothing to do, or patience is over."""
    until, quiet, before = time.perf_counter() + PATIENCE / 4, 0, _busy(process)
    while quiet < 2 and time.perf_counter() < until:
        time.sleep(LOOK)
        now = _busy(process)
        # A process that came or went is a change too.
        quiet = (
            quiet + 1
            if now.keys() == before.keys()
            and sum(now.values()) - sum(before.values()) < LITTLE
            else 0
        )
        before = now


def end(process: subprocess.Popen) -> None:
    """End a server and all that it has started, and wait until they are gone."""
    with suppress(psutil.NoSuchProcess):
        tree = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        for left in psutil.wait_procs(tree, timeout=3)[1]:
            with suppress(psutil.NoSuchProcess):
                left.kill()
        psutil.wait_procs(tree, timeout=10)
    process.wait()


def weight(processes: Iterable[psutil.Process]) -> float:
    """Memory in MB of these processes: what one has alone, and its part of what several share (PSS)."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # gone meanwhile
            total += process.memory_full_info().pss
    return total / 1e6


def machine() -> str:
    """What the figures were measured on: cores, memory, and what else was going on."""
    processor = next(
        (
            line.split(":")[1].strip()
            for line in _lines("/proc/cpuinfo")
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    memory = psutil.virtual_memory().total / 1e9
    return f"{os.cpu_count()} cores ({processor}), {memory:.0f} GB, Python {sys.version.split()[0]}, load {load}"


def chromium() -> str:
    """The browser, as the tests find it."""
    found = next(
        filter(
            None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])
        ),
        None,
    )
    return found or sys.exit("There is no Chromium on this machine.")


def _lines(path: str) -> list[str]:
    with suppress(OSError):
        return Path(path).read_text().splitlines()
    return []


def _cookies(log: Path, *, port: int) -> dict[str, str]:
    """The cookie for which the key in the address that senlib printed last is traded; none of a server that has no such key."""
    printed = log.read_text(errors="replace")
    found = re.findall(rf"http://{HOST}:{port}(/\?token=[\w-]+)", printed)
    if not found:
        return {}
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    connection.request("GET", found[-1])
    given = SimpleCookie(connection.getresponse().headers["Set-Cookie"])
    connection.close()
    return {name: held.value for name, held in given.items()}


def _answers(port: int) -> bool:
    """Whether a server answers a request for what is no page: a port may be open before anybody is behind it."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/favicon.ico")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _busy(process: psutil.Process) -> dict[int, float]:
    """The seconds of processor time that each process of the tree has used."""
    used = {}
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            used[each.pid] = times.user + times.system
    return used
