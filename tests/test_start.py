"""start.py: when it installs, what it runs, and what it says when it cannot; nothing here touches the network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import start


@pytest.fixture
def asked(monkeypatch):
    """What was made and installed, in order: only noted down, with an empty file where the Python would be."""
    asked = []

    def make_environment(root):
        asked.append("make")
        python = start.python(root, windows=start.WINDOWS)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setattr(start, "make_environment", make_environment)
    monkeypatch.setattr(
        start, "pip_install", lambda root, *arguments: asked.append(arguments[-1])
    )
    return asked


@pytest.fixture
def root(tmp_path):
    """A folder with two small lock files, and a name that is not easy."""
    folder = tmp_path / "Frau Müller's wörkbook"
    folder.mkdir()
    for name in start.TO_TEST:
        (folder / name).write_text(f"{name}==1\n", "utf-8")
    return folder


@pytest.fixture
def prepare(root, asked):
    """Prepare the folder for these lock files, and return what was done for it."""

    def run(locks=start.TO_OPEN):
        asked.clear()
        start.prepare(root, locks)
        return list(asked)

    return run


WHOLE = ["make", "requirements.txt", "."]


@pytest.mark.parametrize(
    "version, has_venv, said",
    [
        ((3, 8, 10), True, "3.11 or later; this is Python 3.8"),
        ((3, 10, 99), True, "3.11 or later; this is Python 3.10"),
        ((3, 11, 0), True, ""),
        ((3, 14, 0), True, ""),
        ((3, 12, 1), False, "sudo apt install python3.12-venv"),
        ((3, 9, 1), False, "3.11 or later"),
    ],
)
def test_python_that_will_not_do_is_told_what_would(version, has_venv, said):
    problem = start.problem_with_python(version, has_venv=has_venv)
    assert said in problem if said else problem == ""


@pytest.mark.parametrize(
    "said, helps",
    [
        (
            "WARNING: Retrying (Retry(total=4)) after 'Name or service not known'\nERROR: No matching distribution found",
            "needs the internet",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not installed",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "HINT: This error might have occurred since this system does not have Windows Long Path support enabled. "
            "You can find information on how to enable this at: pip.pypa.io",
            "nearer to the top",
        ),
        ("ERROR: No matching distribution found for numpy==2.4.6", "64-bit Python"),
        ("ERROR: something nobody thought of", "stands above"),
    ],
)
def test_each_failure_has_its_remedy(said, helps):
    assert helps in start.remedy(said)


@pytest.mark.parametrize(
    "windows, python", [(True, "Scripts/python.exe"), (False, "bin/python")]
)
def test_paths_of_the_environment(windows, python):
    assert start.python(Path("a b"), windows=windows) == Path("a b/.venv") / python


@pytest.mark.parametrize("windows", [True, False])
def test_programs_run_as_in_the_environment(windows):
    given = {
        "PATH": "here",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHOME": "x",
        "PYTHONPATH": "y",
        "LANG": "cy_GB",
    }
    seen = start.surroundings(given, root=Path("a b"), windows=windows)
    assert seen == {
        "PATH": str(Path("a b/.venv") / ("Scripts" if windows else "bin"))
        + os.pathsep
        + "here",
        "PYTHONPATH": "a b",
        "VIRTUAL_ENV": str(Path("a b/.venv")),
        "LANG": "cy_GB",
    }


def test_no_empty_folder_enters_the_path():
    """An empty part of PATH means the folder one is in, where anything may lie."""
    seen = start.surroundings({}, root=Path("r"), windows=False)
    assert seen["PATH"] == str(Path("r/.venv/bin"))


def test_first_start_installs_all_and_second_nothing(prepare):
    assert prepare() == WHOLE
    assert prepare() == []


def test_changed_lock_installs_anew(prepare, root):
    prepare()
    (root / "requirements.txt").write_text("another==2\n", "utf-8")
    assert prepare() == WHOLE
    assert prepare() == []


def test_another_python_installs_anew(prepare, monkeypatch):
    prepare()
    monkeypatch.setattr(sys, "version", "3.99.0 (another)")
    assert prepare() == WHOLE


def test_moved_folder_installs_anew(root, tmp_path):
    before = start.stamp(root / "requirements.txt")
    moved = root.rename(tmp_path / "moved")
    assert start.stamp(moved / "requirements.txt") != before


def test_lost_python_is_made_anew(prepare, root):
    prepare()
    start.python(root, windows=start.WINDOWS).unlink()
    assert prepare() == WHOLE


def test_tests_add_their_own_and_stay_ready_for_opening(prepare):
    prepare()
    assert prepare(start.TO_TEST) == ["requirements-test.txt", "."]
    assert prepare(start.TO_TEST) == []
    assert prepare(start.TO_OPEN) == []


def test_tests_alone_install_both(prepare):
    assert prepare(start.TO_TEST) == [
        "make",
        "requirements.txt",
        "requirements-test.txt",
        ".",
    ]


def test_changed_test_lock_leaves_the_opening_alone(prepare, root):
    prepare(start.TO_TEST)
    (root / "requirements-test.txt").write_text("another==2\n", "utf-8")
    assert prepare(start.TO_OPEN) == []
    assert prepare(start.TO_TEST) == ["requirements-test.txt", "."]


@pytest.mark.parametrize(
    "broken_at", ["requirements.txt", "requirements-test.txt", "."]
)
def test_interrupted_install_starts_from_nothing(prepare, root, monkeypatch, broken_at):
    def interrupted(root, *arguments):
        if arguments[-1] == broken_at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(start, "pip_install", interrupted)
        prepare(start.TO_TEST)
    assert prepare() == WHOLE


def test_interrupted_addition_starts_from_nothing(prepare, monkeypatch):
    prepare()
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(start, "pip_install", lambda *_: sys.exit("no"))
        prepare(start.TO_TEST)
    assert prepare() == WHOLE


@pytest.mark.usefixtures("asked")
def test_installs_only_what_the_lock_file_vouches_for(root, monkeypatch):
    given = []
    monkeypatch.setattr(
        start, "pip_install", lambda root, *arguments: given.append(set(arguments))
    )
    start.prepare(root, start.TO_TEST)
    *locks, own = given
    assert all(
        {"--require-hashes", "--only-binary=:all:"} <= arguments for arguments in locks
    )
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= own


def test_pip_that_fails_ends_with_its_words_and_the_remedy(
    tmp_path, monkeypatch, capsys
):
    pip = tmp_path / "pip.py"
    pip.write_text(
        "print('Collecting a\\nCollecting b\\nNo space left on device'); raise SystemExit(1)"
    )
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess,
        "Popen",
        lambda _, **options: popen([sys.executable, str(pip)], **options),
    )
    with pytest.raises(SystemExit) as end:
        start.pip_install(tmp_path, "anything")
    assert (
        "No space left on device" in end.value.code and "disk is full" in end.value.code
    )
    assert capsys.readouterr().out == "..\n"


@pytest.mark.parametrize(
    "arguments, locks, program",
    [
        ([], start.TO_OPEN, ["-P", "-m", "senlib", "serve"]),
        (
            ["--port", "0"],
            start.TO_OPEN,
            ["-P", "-m", "senlib", "serve", "--port", "0"],
        ),
        (["test"], start.TO_TEST, ["-m", "pytest", *start.ALL_TESTS]),
        (["test", "-k", "school"], start.TO_TEST, ["-m", "pytest", "-k", "school"]),
    ],
)
def test_arguments_pass_on(monkeypatch, arguments, locks, program):
    prepared, ran = [], []
    monkeypatch.setattr(start, "prepare", lambda root, locks: prepared.append(locks))
    monkeypatch.setattr(
        start, "run", lambda command, variables: ran.append(command) or 7
    )
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(Path(__file__).parent)
    assert start.main(arguments) == 7
    assert prepared == [locks] and ran[0][1:] == program
    assert Path.cwd() == (
        start.ROOT if arguments[:1] == ["test"] else Path(__file__).parent
    )
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


@pytest.mark.parametrize(
    "error, said",
    [
        (KeyboardInterrupt(), "The next start makes good"),
        (PermissionError("in use"), "Close every program that uses it"),
        (subprocess.CalledProcessError(1, "ensurepip"), "may be written to"),
    ],
)
def test_what_stops_the_install_is_told_in_a_sentence(monkeypatch, error, said):
    def prepare(root, locks):
        raise error

    monkeypatch.setattr(start, "prepare", prepare)
    with pytest.raises(SystemExit) as end:
        start.main([])
    assert said in end.value.code


def test_on_windows_the_start_waits_through_ctrl_c(monkeypatch):
    class Process:
        answers = [KeyboardInterrupt(), KeyboardInterrupt(), 3]

        def wait(self):
            answer = self.answers.pop(0)
            if isinstance(answer, int):
                return answer
            raise answer

    monkeypatch.setattr(start, "WINDOWS", True)
    monkeypatch.setattr(subprocess, "Popen", lambda command, env: Process())
    assert start.run(["python"], {}) == 3


def test_uses_the_standard_library_alone():
    code = "import sys; sys.path.insert(0, sys.argv[1]); import start"
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(start.ROOT)], check=True
    )
