"""The server from outside, over HTTP: what it answers, what it does not, what it prints, and what it leaves behind.

How safe it is, attacked from outside: test_safety.py.
"""

import http.client
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
import zmq

from senlib import ROOT
from senlib.serve.app import DATA_VARIABLE, SCHOOL_VARIABLE, listen, surroundings
from tests.entering import address_in, cookie_of

SECRET = "Zebedee Quill"  # stands for a pupil's name

START = """
import sys
from pathlib import Path
from senlib.serve.app import serve_folder
serve_folder(Path(sys.argv[1]), school=None, data=Path(sys.argv[2]), port=0, open_browser=False)
"""


def write_notebook(
    folder: Path, stem: str, *cells: str, workings: str | None = None
) -> None:
    """A notebook of code cells; one that is a heading is prose; `workings` is the source of one more, tagged."""
    made = [
        nbformat.v4.new_markdown_cell(cell)
        if cell.startswith("# ")
        else nbformat.v4.new_code_cell(cell)
        for cell in cells
    ]
    if workings is not None:
        made.append(
            nbformat.v4.new_code_cell(workings, metadata={"tags": ["workings"]})
        )
    nbformat.write(nbformat.v4.new_notebook(cells=made), folder / f"{stem}.ipynb")


class Server:
    """A workbook that is being served in a process of its own."""

    def __init__(self, process: subprocess.Popen, log: Path) -> None:
        self.process, self.log = process, log
        self.said = process.stdout.readline()
        self.address = address_in(self.said)
        self.port = urlsplit(self.address).port
        self.cookie = "=".join(cookie_of(self.address))

    def ask(
        self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """The answer to one request of whoever started it, its text not yet read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(
            method, path, headers={"Cookie": self.cookie} | (headers or {})
        )
        return connection.getresponse()

    def text(self, path: str, **request) -> tuple[int, str]:
        """Status and text of the answer."""
        answer = self.ask(path, **request)
        return answer.status, answer.read().decode()

    def kernels(self) -> list[psutil.Process]:
        """The kernels that are running: forked, so children of a child."""
        return [
            kernel
            for child in psutil.Process(self.process.pid).children()
            for kernel in child.children()
        ]


@contextmanager
def served(notebooks: Path, folder: Path, *, start: str = START):
    """Serve these notebooks while the block runs; `folder` takes the data and the log."""
    log = folder / "log.txt"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-c", start, str(notebooks), str(folder / "data")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        )
    try:
        yield Server(process, log)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    notebooks = tmp_path_factory.mktemp("notebooks")
    write_notebook(
        notebooks,
        "index",
        "# Front of the house",
        "import os; print('data in', os.environ['SENLIB_DATA'])",
        workings="print('for ' + 'readers')",
    )
    write_notebook(
        notebooks,
        "task1_conversion_data",
        "# Words first",
        f"raise KeyError({SECRET!r})",
        "print('ne' + 'ver')",
    )
    write_notebook(notebooks, "private", "1")
    (notebooks / "picture.png").write_bytes(b"\x89PNG")
    (notebooks / "sub").mkdir()
    with served(notebooks, tmp_path_factory.mktemp("serving")) as running:
        yield running


def test_says_where_it_is(server):
    assert re.fullmatch(
        rf"The workbook is open at http://127\.0\.0\.1:{server.port}/\?token=[\w-]{{43}}  Press .*\n",
        server.said,
    )


def test_front_page(server):
    status, text = server.text("/")
    assert status == 200
    assert "<h1>Front of the house</h1>" in text
    assert "<title>The SENCO’s workbook</title>" in text
    assert (
        "data in " in text
    )  # what the cell printed, with the folder told to the kernel


def test_front_page_leaves_out_workings_and_sources(server):
    text = server.text("/")[1]
    assert "for readers" not in text
    assert "os.environ" not in text


def test_rail_lists_only_pages_that_there_are_and_marks_the_current_one(server):
    text = server.text("/task1_conversion_data")[1]
    assert re.findall(
        r'<a href="(/\w*)"( aria-current="page")?', text.split("</nav>")[0]
    ) == [
        ("/", ""),
        ("/task1_conversion_data", ' aria-current="page"'),
    ]
    assert "<title>Task 1: Conversion – The SENCO’s workbook</title>" in text


@pytest.mark.parametrize(
    "asked, page",
    [
        ("/task1_conversion_data.ipynb", "/task1_conversion_data"),
        ("/voila/render/task1_conversion_data.ipynb", "/task1_conversion_data"),
        ("/voila/render/task1_conversion_data.ipynb?a=1", "/task1_conversion_data?a=1"),
        ("/index.ipynb", "/"),
    ],
)
def test_links_between_notebooks_lead_to_pages(server, asked, page):
    answer = server.ask(asked)
    assert (answer.status, answer.headers["Location"]) == (302, page)


@pytest.mark.parametrize(
    "path",
    [
        "/voila/tree/sub",
        "/voila/api/contents/index.ipynb",
        "/voila/files/picture.png",
        "/voila/files/index.ipynb",
        "/picture.png",
        "/sub",
        "/voila/render/sub/x.ipynb",
        "/..%2findex",
    ],
)
def test_no_other_file_of_the_folder_is_served(server, path):
    status, text = server.text(path)
    assert status in (403, 404)
    for name in ("private", "picture.png", "traitlets", "Traceback"):
        assert name not in text.replace(path, "")


def test_unknown_page_is_told_in_the_frame(server):
    status, text = server.text("/nothing")
    assert status == 404
    assert "There is no such page" in text and 'class="sl-rail"' in text


def test_failed_cell_is_told_without_its_words(server):
    status, text = server.text("/task1_conversion_data")
    assert status == 200
    assert "Words first" in text and "The rest of this page could not be made." in text
    assert "never" not in text
    for where in (text, server.log.read_text()):
        assert SECRET not in where and "Traceback" not in where
    assert "KeyError" in server.log.read_text()


def test_words_come_before_the_kernel_has_done_anything(tmp_path):
    gate = tmp_path / "gate"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\nprint('op' + 'ened')"
    write_notebook(tmp_path, "index", "# Words first", waiting)
    with served(tmp_path, tmp_path) as server:
        answer = server.ask("/")
        seen = ""
        while "</main>" not in seen:
            seen += answer.read1().decode()
        assert (
            "<h1>Words first</h1>" in seen
            and "Getting the page ready" in seen
            and "sl-rail" in seen
        )
        assert "opened" not in seen
        gate.touch()
        assert "opened" in answer.read().decode()


def test_where_the_system_cannot_fork_pages_come_all_the_same(tmp_path):
    write_notebook(
        tmp_path, "index", "# Words", "print('run by', __import__('sys').argv[0])"
    )
    with served(
        tmp_path,
        tmp_path,
        start="from senlib.serve import forks; forks.CAN_FORK = False" + START,
    ) as server:
        assert "ipykernel_launcher.py" in server.text("/")[1]


@pytest.mark.skipif(
    sys.platform == "win32", reason="names a folder of Unix; there it is always so"
)
@pytest.mark.parametrize("forks", [True, False])
def test_where_kernels_are_spoken_to_by_ports_nobody_can_listen(
    tmp_path, monkeypatch, forks
):
    """As on Windows, and where the folder for temporary files lies too deep: whoever connects hears nothing of what a page shows."""
    write_notebook(
        tmp_path, "index", "# Words", f"print({SECRET!r})", "import time; time.sleep(3)"
    )
    deep = tempfile.TemporaryDirectory(prefix="a" * 40)
    monkeypatch.setenv("TMPDIR", deep.name)
    start = (
        "from senlib.serve import forks; forks.CAN_FORK = forks.CAN_FORK and "
        + f"{forks}{START}"
    )
    with (
        deep,
        served(tmp_path, tmp_path, start=start) as server,
        zmq.Context() as context,
    ):
        heard, connected = [], {}
        answer = server.ask("/")
        reading = threading.Thread(target=lambda: heard.append(answer.read().decode()))
        reading.start()
        while reading.is_alive():
            for kernel in psutil.Process(server.process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    for one in kernel.net_connections("tcp"):
                        if one.status == "LISTEN" and one.laddr.port not in connected:
                            listener = connected[one.laddr.port] = context.socket(
                                zmq.SUB
                            )
                            listener.subscribe(b"")
                            listener.connect(f"tcp://127.0.0.1:{one.laddr.port}")
            time.sleep(0.02)
        said = [listener for listener in connected.values() if listener.poll(100)]
        for listener in connected.values():
            listener.close(linger=0)
    assert SECRET in heard[0] and len(connected) >= 5 and said == []


def test_page_that_is_left_before_it_has_come_leaves_no_kernel(tmp_path):
    write_notebook(
        tmp_path, "index", "# Words", "import threading; threading.Event().wait()"
    )
    with served(tmp_path, tmp_path) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/", headers={"Cookie": server.cookie})
        answer, seen = connection.getresponse(), ""
        while "jupyter-config-data" not in seen:  # the kernel has started
            seen += answer.read1().decode()
        kernels = server.kernels()
        assert len(kernels) == 1
        answer.close(), connection.close()
        assert psutil.wait_procs(kernels, timeout=30)[1] == []


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no such signals to send"
)
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly(tmp_path, sent):
    write_notebook(tmp_path, "index", "# Words", "1")
    with served(tmp_path, tmp_path) as server:
        server.text("/")
        kernels = server.kernels()
        temporary = next(
            Path(socket.laddr).parent
            for socket in kernels[0].net_connections("unix")
            if "/kernel-" in socket.laddr
        )
        assert temporary.is_dir()
        server.process.send_signal(sent)
        assert server.process.wait(timeout=30) == 0
        assert psutil.wait_procs(kernels, timeout=10)[1] == []
        assert not temporary.exists()
        assert server.process.stdout.read() == "The workbook is closed.\n"
        assert server.log.read_text() == ""


def test_taken_port_is_told_with_the_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            SystemExit, match=f"Port {port} is taken .* Leave out --port"
        ):
            listen(port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_no_port_is_told(port):
    with pytest.raises(SystemExit, match="is no port"):
        listen(port)


def test_without_a_port_the_next_free_one_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr("senlib.serve.app.USUAL_PORT", taken.getsockname()[1])
        (found,) = listen(None)
        with found:
            assert found.getsockname()[1] > taken.getsockname()[1]


def test_surroundings():
    given = {"PYTHONPATH": "mine"}
    told = surroundings(given, school=Path("a school"), data=Path("data"))
    assert told[SCHOOL_VARIABLE] == str(Path("a school").resolve())
    assert told[DATA_VARIABLE] == str(Path("data").resolve())
    assert told["PYTHONPATH"].startswith(str(ROOT)) and told["PYTHONPATH"].endswith(
        "mine"
    )
    assert SCHOOL_VARIABLE not in surroundings(given, school=None, data=Path("data"))
