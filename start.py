#!/usr/bin/env python3
"""Open the workbook, or run its tests; the environment that both need is made first where it is missing.

    python3 start.py [OPTIONS]        open the workbook; OPTIONS are those of `senlib serve`
    python3 start.py test             run every test, on two processors
    python3 start.py test OPTIONS     run tests in one process; OPTIONS are those of pytest

The environment is the folder .venv beside this file. It holds nothing of yours: delete it when you like, and the next
start makes it anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an older Python, which is refused below, has no such types
    from collections.abc import Mapping

    Variables = Mapping[str, str]

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
OLDEST_PYTHON = (3, 11)
TO_OPEN, TO_TEST = ("requirements.txt",), ("requirements.txt", "requirements-test.txt")
# Not the program senlib.exe that pip makes: a school's computer may forbid programs that nobody signed.
# -P: a file random.py in the folder where she happens to be is not taken for Python's own.
OPEN, TEST = ("-P", "-m", "senlib", "serve"), ("-m", "pytest")
# A file stays whole, for its fixtures and a notebook's kernel; in the order of the folders, so that short files come last.
ALL_TESTS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")

BY_HASH = ("--require-hashes", "--only-binary=:all:")
WITHOUT_A_NETWORK = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index")
QUIETLY = ("--no-input", "--no-color", "--disable-pip-version-check")
PIP_INSTALL = ("-m", "pip", "install", "--compile", "--progress-bar=off", *QUIETLY)
SIGNS = {  # what pip starts a line with, and what we make of it
    "Collecting ": ".",
    "Processing ": ".",
    "Installing collected packages": "\nPutting them in place, about as long again ...",
    "WARNING: Retrying": "\nNo answer from the internet yet, trying again ...",
}
REMEDIES = (  # what pip says somewhere when it fails, and what helps; the first that fits
    (
        "DO NOT MATCH THE HASHES",
        "A package is not the one this workbook was tested with, so it was not installed. "
        "Try once more on another network; if it comes again, please report it.",
    ),
    (
        "No space left",
        "The disk is full: about 1 GB is needed. Make room, then start again.",
    ),
    (
        "Windows Long Path",
        "The folder lies too deep for Windows: move it nearer to the top of the drive, then start "
        "again.",
    ),
    (
        "Retrying (",
        "The Python Package Index could not be reached. The first start needs the internet: connect, then "
        "start again. Behind a school's proxy, set HTTPS_PROXY first; your network's technician knows its address.",
    ),
    (
        "No matching distribution",
        "There is no ready-made package for this Python. "
        "Install a 64-bit Python 3.11 to 3.14, then start again with it.",
    ),
    (
        "",
        "The packages could not be installed; what pip said stands above. "
        "Delete the folder .venv and start again; if it comes again, please report it.",
    ),
)


def problem_with_python(version: tuple[int, ...], *, has_venv: bool) -> str:
    """Say why this Python cannot make the environment and what to do, or '' where it can."""
    if version[:2] < OLDEST_PYTHON:
        return (
            f"The workbook needs Python 3.11 or later; this is Python {version[0]}.{version[1]}. "
            "Install a newer one, then start again with it."
        )
    if not has_venv:
        return (
            "This Python cannot make environments: its parts venv and ensurepip are missing. On Debian or Ubuntu, "
            f"`sudo apt install python{version[0]}.{version[1]}-venv` adds them; then start again."
        )
    return ""


def remedy(said: str) -> str:
    """The sentence that helps after pip has failed and said this."""
    return next(sentence for sign, sentence in REMEDIES if sign in said)


def programs(root: Path, windows: bool = WINDOWS) -> Path:
    """The folder of the environment's programs."""
    return root / ".venv" / ("Scripts" if windows else "bin")


def python(root: Path, windows: bool = WINDOWS) -> Path:
    """The environment's Python."""
    name = "python.exe" if windows else "python"
    return programs(root, windows) / name


def surroundings(given: Variables, root: Path, windows: bool = WINDOWS) -> Variables:
    """The variables that the environment's programs run with: as if it were activated, this folder's code found first.

    PYTHONPATH, because on Windows the list of folders that pip leaves (.pth) loses some letters of a folder's name.
    PYTHONDONTWRITEBYTECODE goes, because every page would compile pandas anew.
    """
    folders = [str(programs(root, windows)), given.get("PATH", "")]
    variables = {
        **given,
        "PATH": os.pathsep.join(filter(None, folders)),
        "VIRTUAL_ENV": str(root / ".venv"),
        "PYTHONPATH": str(root),
    }
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME"):
        variables.pop(name, None)
    return variables


def stamp(lock: Path) -> str:
    """The line that says this lock file has been installed, as it is now, for this Python and in this folder."""
    place = f"{lock.parent}\n{sys.version}\n{sys.base_prefix}"
    digest = hashlib.sha256(place.encode("utf-8", "surrogateescape"))
    digest.update(lock.read_bytes())
    return f"{lock.name} {digest.hexdigest()}"


def make_environment(root: Path) -> None:
    """Make .venv from nothing, whatever was there."""
    import venv  # here, because Debian may lack it

    venv.create(root / ".venv", clear=True, with_pip=True, symlinks=not WINDOWS)


def pip_install(root: Path, *arguments: str) -> None:
    """Install with the environment's pip, showing that it moves; if it fails, end with its words and what helps."""
    command = [str(python(root)), *PIP_INSTALL, *arguments]
    lines = []
    with subprocess.Popen(
        command,
        cwd=root,
        env=surroundings(os.environ, root),
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout, "pip's words come through a pipe"
        for line in process.stdout:
            lines.append(line)
            for start, sign in SIGNS.items():
                if line.startswith(start):
                    print(sign, end="", flush=True)
    print()
    if process.returncode:
        last_words = "".join(lines[-6:])
        sys.exit(f"{last_words}\n{remedy(''.join(lines))}")


def prepare(root: Path, locks: tuple[str, ...]) -> None:
    """Install these lock files and the workbook itself, unless they are there as they should be.

    The stamp goes before anything is changed and comes back last: what was interrupted has none, and is made anew.
    """
    stamps = root / ".venv" / "installed.txt"
    wanted = {root / lock: stamp(root / lock) for lock in locks}
    installed: list[str] = []
    if stamps.exists() and python(root).exists():
        installed = stamps.read_text("utf-8").split("\n")
    if set(wanted.values()) <= set(installed):
        return
    stamps.unlink(missing_ok=True)
    if stamp(root / TO_OPEN[0]) not in installed:
        print("Making the environment: once, and a few minutes long ...", flush=True)
        installed = []
        make_environment(root)
    for lock, line in wanted.items():
        if line not in installed:
            print(f"Fetching what {lock.name} names ", end="", flush=True)
            pip_install(root, *BY_HASH, "--requirement", lock.name)
    print("Adding the workbook itself ", end="", flush=True)
    pip_install(root, *WITHOUT_A_NETWORK, "--editable", ".")
    stamps.write_text("\n".join(wanted.values()), "utf-8")


def run(command: list[str], variables: Variables) -> int:
    """Become this program; on Windows, where that is not to be had, wait for it and leave Ctrl-C to it."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], command, variables)
    process = subprocess.Popen(command, env=variables)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def main(arguments: list[str]) -> int:
    """Prepare what is needed, then open the workbook or run the tests."""
    has_venv = all(map(importlib.util.find_spec, ("venv", "ensurepip")))
    version = tuple(sys.version_info[:2])
    problem = problem_with_python(version, has_venv=has_venv)
    if problem:
        sys.exit(problem)
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # so that the packages are compiled as they are installed
    testing = arguments[:1] == ["test"]
    try:
        prepare(ROOT, TO_TEST if testing else TO_OPEN)
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next start makes good what is missing.")
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(
            f"{error}\n\nThe folder .venv could not be made. Close every program that uses it, see that this "
            "folder may be written to, then start again."
        )
    if testing:
        os.chdir(ROOT)
        program = [*TEST, *(arguments[1:] or ALL_TESTS)]
    else:
        program = [*OPEN, *arguments]
    variables = surroundings(os.environ, ROOT)
    return run([str(python(ROOT)), *program], variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
