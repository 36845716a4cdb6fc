"""A file random.py where the command is run, beside the notebooks or among the user's data is never taken for the module of that name."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from senlib import ROOT
from senlib.serve.app import surroundings
from senlib.serve.forks import CAN_FORK
from tests.serve.test_server import Server, write_notebook

# What pages and kernels are made of: ours, a library's, Python's own.
NAMES = [
    "docx",
    "pandas",
    "random",
    "ipykernel",
    "senlib",
    "IPython",
    "sitecustomize",
    "lxml",
]

SCRIPT = Path(sys.executable).with_name("senlib")
ORDINARY = (
    "import sys; from senlib.serve import forks; forks.CAN_FORK = False; "
    "from senlib.serve.cli import main; main(sys.argv[1:])"
)
COMMANDS = {
    "start.py": [sys.executable, "-P", "-m", "senlib"],
    "module": [sys.executable, "-m", "senlib"],
    "script": [str(SCRIPT)],
    "ordinary kernels": [sys.executable, "-P", "-c", ORDINARY],
}


def lay_traps(folder: Path) -> Path:
    """Modules in this folder that leave a mark when they are imported, and fail."""
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.py").write_text(
            f"open({str(folder / 'sprung.txt')!r}, 'a').write('{name}\\n'); raise SystemExit({name!r})"
        )
    (folder / "profile_default" / "startup").mkdir(parents=True)
    (folder / "profile_default" / "startup" / "trap.py").write_text("raise SystemExit")
    (folder / "ipython_kernel_config.py").write_text("raise SystemExit")
    return folder


@contextmanager
def run(
    command: Sequence[str], *options: str, folder: Path, says: str = ""
) -> Iterator[Server]:
    """The command, run in this folder. Of what goes wrong it says this and nothing else."""
    log = folder / "log.txt"
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with log.open("w") as lines:
        process = subprocess.Popen(
            [*command, *options],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        )
    try:
        yield Server(process, log)
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert all(says in line for line in log.read_text().splitlines())
    assert bool(log.read_text()) == bool(says)


@pytest.mark.parametrize("command", COMMANDS)
def test_pages_come_whatever_lies_where_the_command_is_run(
    tmp_path: Path, command: str
) -> None:
    if command == "script" and not SCRIPT.exists():
        pytest.skip("the command is not installed beside this Python")
    folder = lay_traps(tmp_path / "here")
    if command == "module":  # Python itself would run that one in place of the command
        (folder / "senlib.py").unlink()
    serve = ["serve", "--data", str(folder), "--no-browser", "--port", "0"]
    with run(COMMANDS[command], *serve, folder=folder) as server:
        for path in ("/", "/task6_support_in_class"):
            status, text = server.text(path)
            assert status == 200 and "widget-view+json" in text
            assert "could not be made" not in text and text.rstrip().endswith("</html>")
    assert not (folder / "sprung.txt").exists()


SERVE = """
import sys
from pathlib import Path
from senlib.serve import forks
from senlib.serve.app import serve_folder
forks.CAN_FORK = forks.CAN_FORK and sys.argv[2] == "forked"
serve_folder(Path(sys.argv[1]), school=None, data=Path(sys.argv[1]), port=0, open_browser=False)
"""


@pytest.mark.parametrize("kind", ["forked", "ordinary"])
def test_a_cell_takes_no_module_from_beside_its_notebook(
    tmp_path: Path, kind: str
) -> None:
    if kind == "forked" and not CAN_FORK:
        pytest.skip("kernels are not forked on this system")
    folder = lay_traps(tmp_path / "notebooks")
    names = ", ".join(NAMES[:-2])
    write_notebook(
        folder,
        "index",
        f"import {names}, fractions; print('from', [one.__file__ for one in ({names})])",
        "import os; print('in', os.getcwd())",
        "import only_here",
    )
    (folder / "only_here.py").write_text("print('tak' + 'en')")
    command = [sys.executable, "-P", "-c", SERVE, str(folder), kind]
    with_gap = os.pathsep.join(
        ["", str(tmp_path / "gone")]
    )  # as a careless profile sets it
    assert "" not in surroundings({"PYTHONPATH": with_gap}, school=None, data=folder)[
        "PYTHONPATH"
    ].split(os.pathsep)
    with run(command, folder=folder, says="ModuleNotFoundError") as server:
        text = server.text("/")[1]
    assert "from [" in text and f"in {folder}" in text
    assert str(folder / "docx.py") not in text and "taken" not in text
    assert not (folder / "sprung.txt").exists()
