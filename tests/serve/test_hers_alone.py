"""What another user of the computer gets of the shipped workbook: no page, no file, no channel; and no module of theirs is run in it.

The other user is a process of this test's with another uid, which only root can start.
"""

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

import psutil
import pytest

from senlib import ROOT, open_sample, private
from senlib.serve.app import hers_alone
from senlib.serve.key import Key
from senlib.workbook.store import Store
from senlib.workspace import DATA_VARIABLE, KEPT, open_workspace
from tests.serve.test_server import Server

NOBODY = 65534

UNIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
ANOTHER = pytest.mark.skipif(
    os.name == "nt" or os.getuid() != 0,
    reason="only root can start a process of another user's",
)


def modes(folder: Path) -> dict[str, str]:
    """What may be done with each thing in a folder, and with the folder itself."""
    return {
        str(path.relative_to(folder)): f"{stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (folder, *folder.rglob("*"))
    }


def open_to_others(folder: Path) -> list[str]:
    return [name for name, mode in modes(folder).items() if not mode.endswith("00")]


# ------------------------------------------------------------------------------------------------------------ Permissions


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def fill(data: Path) -> None:
    """Keep a school, an answer and a pupil's code in this folder, as pages do."""
    open_workspace({DATA_VARIABLE: str(data)}).keep(open_sample("gcse"))
    workspace = open_workspace({DATA_VARIABLE: str(data)})
    workspace.store.save(form="intro.senco", field="name", value="Ask Mr Poiuytre")
    workspace.code_key()


@UNIX
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_what_is_kept_is_hers_alone_whatever_the_umask(
    tmp_path: Path, mask: int
) -> None:
    with umask(mask):
        fill(tmp_path / "above" / "data")
        private.folder(tmp_path / "above" / "data" / "room" / "today")
    found = modes(tmp_path / "above")
    assert set(found.values()) == {"700", "600"}
    assert {"data", "data/school", "data/workbook.sqlite", "data/codes.key"} <= set(
        found
    )


@UNIX
def test_what_sqlite_keeps_beside_the_answers_is_hers_alone(tmp_path: Path) -> None:
    with umask(0):
        store = Store(tmp_path / "workbook.sqlite", workbook="own")
        with store._file.writing() as connection:
            connection.execute("DELETE FROM answers")
            beside = {path.name: path for path in tmp_path.glob("*.sqlite-*")}
            assert set(beside) == {"workbook.sqlite-wal", "workbook.sqlite-shm"}
            assert {stat.S_IMODE(path.stat().st_mode) for path in beside.values()} == {
                0o600
            }


@UNIX
def test_a_copy_of_an_older_file_is_hers_alone(tmp_path: Path) -> None:
    path = tmp_path / "workbook.sqlite"
    with umask(0), sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE answers (id INTEGER PRIMARY KEY, workbook, form, field, value, at)"
        )
    connection.close()
    with umask(0):
        Store(path, workbook="own")
    assert {mode for name, mode in modes(tmp_path).items() if name != "."} == {"600"}
    assert (tmp_path / "workbook.sqlite.before-version-1").exists()


def widened(data: Path) -> Path:
    """A folder as earlier versions left it."""
    with umask(0):
        fill(data)
        (data / "room" / "2026-01-01" / "participant-1").mkdir(parents=True)
        (data / "room" / "2026-01-01" / "code.txt").write_text("ABCD2345")
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return data


@UNIX
def test_what_was_open_to_others_is_closed_at_the_start(tmp_path: Path) -> None:
    data = hers_alone(widened(tmp_path / "data"))
    assert open_to_others(data) == []
    assert set(modes(data).values()) == {"700", "600"}


@UNIX
def test_a_folder_with_other_things_keeps_its_permissions_and_theirs(
    tmp_path: Path,
) -> None:
    """Only what is ours is closed; of the usual folder all is, for the workbook made it."""
    for name, closed in (("documents", False), (private.USUAL_FOLDER, True)):
        data = widened(tmp_path / name)
        (data / "letter.docx").write_text("Dear")
        (data / "letter.docx").chmod(0o644)
        outside = tmp_path / f"{name}.txt"
        outside.write_text("elsewhere")
        outside.chmod(0o644)
        (data / "school" / "link.csv").symlink_to(outside)
        hers_alone(data)
        (data / "school" / "link.csv").unlink()
        assert open_to_others(data) == ([] if closed else [".", "letter.docx"])
        assert stat.S_IMODE(outside.stat().st_mode) == 0o644  # no link is followed


def test_what_the_workbook_keeps_is_known_by_name(tmp_path: Path) -> None:
    """Whatever a page, a room or the start writes there is on the list; a new thing has to come onto it."""
    data = tmp_path / "data"
    fill(data)
    Key(port=1).file(data)
    names = [path.name for path in data.iterdir()]
    assert [
        name for name in names if not any(fnmatchcase(name, one) for one in KEPT)
    ] == []


@UNIX
def test_what_cannot_be_closed_does_not_keep_the_workbook_shut(
    tmp_path: Path, monkeypatch
) -> None:
    """As on a stick whose disk knows no permissions."""
    data = widened(tmp_path / "data")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    hers_alone(data)
    assert open_workspace({DATA_VARIABLE: str(data)}).trouble == ""


# --------------------------------------------------------------------------------------------------------- Another user

# What another user does: asks for every address, with what a browser and a proxy would say, listens, and looks about in the folder.
ATTACK = """
import encodings.idna, http.client, json, os, socket, sys
told = json.loads(sys.argv[1])
os.setgroups([]); os.setgid(told["uid"]); os.setuid(told["uid"])
seen = {}
for path, method in told["asked"]:
    for extra in told["with"]:
        connection = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=30)
        connection.request(method, path, headers=extra)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        seen.setdefault(path, []).append([answer.status, answer.headers.get("Set-Cookie"), [word for word in told["never"] if word in text]])
        connection.close()
def read(path):
    try:
        return os.listdir(path) if os.path.isdir(path) else open(path, "rb").read().decode(errors="replace")
    except OSError as error:
        return type(error).__name__
files = {path: read(path) for path in told["files"]}
proc = {str(pid): [read(f"/proc/{pid}/cmdline"), read(f"/proc/{pid}/environ")] for pid in told["pids"]}
def connects(path):
    with socket.socket(socket.AF_UNIX) as one:
        try:
            one.connect(path.replace("@", chr(0), 1) if path.startswith("@") else path)
        except OSError as error:
            return type(error).__name__
    return "connected"
sockets = {path: connects(path) for path in told["sockets"]}
print(json.dumps({"seen": seen, "files": files, "proc": proc, "sockets": sockets}))
"""

SURNAME = "Abbott"  # of a pupil of the sample school, which stands for a real one here


@contextmanager
def shipped(data: Path, log: Path, **options) -> Iterator[Server]:
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "senlib", "serve", "--data", str(data)]
            + ["--no-browser", "--port", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
            **options,
        )
    try:
        yield Server(process, log)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@ANOTHER
def test_another_user_gets_nothing() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        umask(0),
    ):
        os.chmod(folder, 0o755)  # as a user's folder often is; pytest's own are closed
        data = Path(folder) / "data"
        with shipped(data, Path(folder) / "log.txt", umask=0) as server:
            fill(data)
            status, text = server.text("/")
            kernel = re.search(r'"kernelId": "([\w-]+)"', text)[1]
            processes = [server.process.pid, *(one.pid for one in server.kernels())]
            result = attack(server, data, kernel, processes)
            assert server.text(f"/api/kernels/{kernel}")[0] == 200  # nobody ended it
    for path, answers in result["seen"].items():
        for status, cookie, words in answers:
            assert (status, cookie, words) == (403, None, []), path
    assert set(result["files"].values()) <= {"PermissionError"}, result["files"]
    assert set(result["sockets"].values()) == {"PermissionError"}, result["sockets"]
    for command, environment in result["proc"].values():
        assert environment == "PermissionError"
        assert server.address.partition("=")[2] not in command


def attack(server: Server, data: Path, kernel: str, processes: list[int]) -> dict:
    """What another user sees of this."""
    pages = [
        "/",
        "/pupil",
        "/index",
        "/task1_conversion_data",
        "/unit3_class_sheets",
        "/door",
    ]
    paths = [f"/api/kernels/{kernel}", f"/api/kernels/{kernel}/channels?session_id=x"]
    port, origin = server.port, f"http://127.0.0.1:{server.port}"
    websocket = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c2VubGliIHNlbmxpYiE=",
        "Origin": origin,
    }
    browser = {
        "Origin": origin,
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Dest": "document",
    }
    guessed = [
        {"Cookie": f"senlib-{port}={value}"}
        for value in ("", "x", '"', "é", "A" * 43, "null")
    ]
    told = {
        "uid": NOBODY,
        "port": port,
        "asked": [
            *(
                (path, "GET")
                for path in (*pages, *paths, "/nothing", "/index.ipynb", "/?token=x")
            ),
            *(
                (path, "GET")
                for path in ("/?token=", "/?token", "/?token=senlib&token=", "//")
            ),
            *((f"/voila/api/shutdown/{kernel}", method) for method in ("GET", "POST")),
            (f"/api/kernels/{kernel}", "DELETE"),
            ("/", "POST"),
        ],
        "with": [{}, websocket, browser, {"X-Forwarded-For": "127.0.0.1"}, *guessed],
        "never": [SURNAME, "Poiuytre", "kernelId", "model_id", "Traceback"],
        "files": [str(path) for path in (data, *data.rglob("*"))],
        "pids": processes,
        "sockets": [
            each.laddr
            for one in psutil.Process(server.process.pid).children(recursive=True)
            for each in one.net_connections("unix")
            if each.laddr and each.status != "ESTABLISHED"
        ],
    }
    assert len(told["files"]) >= 5 and told["sockets"]
    return json.loads(
        subprocess.run(
            [sys.executable, "-c", ATTACK, json.dumps(told)],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
        ).stdout
    )
