"""The shipped workbook attacked from outside: by a person at this computer's browser, by another web site, by somebody in the network.

What is attacked holds a school of its own, with a pupil and an answer whose words may come back from no address but a page. Elsewhere:
how participants are kept apart (test_room.py), a cell that fails (test_workbook.py), a file made to fill the memory
(tests/school/test_read_tables.py).
"""

import asyncio
import http.client
import json
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    deserialize_msg_from_ws_v1,
    serialize_binary_message,
    serialize_msg_to_ws_v1,
)
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    websocket_connect,
)

from senlib import ROOT
from senlib.pages.kit.file_review import LARGEST
from senlib.school.school import open_and_renew
from senlib.school.school_file import FILE
from senlib.serve.room_server import _LENGTH, _LETTERS, COOKIE, network_address
from senlib.serve.server import LARGEST_MESSAGE, LARGEST_REQUEST
from senlib.workbook.store import Store
from senlib.workspace import OWN
from tests.serve.test_server import Server

PUPIL, ANSWER = "Zyxwvut", "Asked Mr Poiuytre first"

# What no answer may hold but a page: a pupil, what was written, a line of a notebook, a line of ours, a folder's listing, an error's words.
NEVER = [
    PUPIL,
    ANSWER,
    "page.own_files()",
    "{%- block",
    "class Workbook",
    "SQLite format 3",
    "pupils.csv",
    "senlib.css<",
    "Traceback",
    'File "',
]

REFUSED = {400, 403, 404, 405}


@contextmanager
def shipped(folder: Path, *options: str) -> Iterator[Server]:
    """`senlib serve` over the data in this folder, while the block runs. What it printed in the end holds nothing either."""
    log = folder / "log.txt"
    # A folder that leads out of those that files are served from.
    (folder / "jupyter" / "labextensions").mkdir(parents=True, exist_ok=True)
    (folder / "jupyter" / "labextensions" / "linked").symlink_to(
        folder / "data", target_is_directory=True
    )
    command = [
        sys.executable,
        "-m",
        "senlib",
        "serve",
        "--data",
        str(folder / "data"),
        "--no-browser",
        "--port",
        "0",
        *options,
    ]
    with log.open("w") as lines:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"JUPYTER_PATH": str(folder / "jupyter")},
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        )
    try:
        yield Server(process, log)
    finally:
        process.terminate()
        said = process.communicate(timeout=30)[0]
    assert PUPIL not in said + log.read_text()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which a SENCO's own school and an answer are kept."""
    data = tmp_path_factory.mktemp("safe") / "data"
    data.mkdir()
    shutil.copytree(
        ROOT / "data" / "sample" / "gcse",
        data / "school",
        ignore=shutil.ignore_patterns("workbook.json"),
    )
    for name, old, new in (
        ("school.toml", "sample = true", ""),
        ("pupils.csv", "Aidan,Abbott", f"Aidan,{PUPIL}"),
    ):
        path = data / "school" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    open_and_renew(data / "school", aside=data / "school-before-version-2")
    Store(data / "workbook.sqlite", workbook="settings").save(
        form="settings", field="school", value=OWN
    )
    Store(data / "workbook.sqlite", workbook=OWN).save(
        form="intro.senco", field="name", value=ANSWER
    )
    return data


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with shipped(data.parent) as running:
        yield running


@pytest.fixture(scope="module")
def page(server: Server) -> str:
    """The front page over the SENCO's own school. Its kernel runs on to the end."""
    status, text = server.text("/")
    assert (
        status == 200 and "Up to 100 files at once, 60 MB each." in text
    )  # the limits are said before
    return text


@pytest.fixture(scope="module")
def kernel(server: Server, page: str) -> Iterator[str]:
    """The front page's kernel; its page stays open, or the kernel would go."""
    found = re.search(r'"kernelId": "([\w-]+)"', page)[1]
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c2VubGliIHNlbmxpYiE=",
        "Origin": f"http://127.0.0.1:{server.port}",
        "Cookie": server.cookie,
    }
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.request(
            "GET", f"/api/kernels/{found}/channels?session_id=page", headers=handshake
        )
        assert connection.sock.recv(12) == b"HTTP/1.1 101"
        yield found


def family(server: Server) -> list[psutil.Process]:
    """Every process of the workbook."""
    first = psutil.Process(server.process.pid)
    return [first, *first.children(recursive=True)]


def held(text: str, path: str = "") -> list[str]:
    """What an answer holds that none may, but for what was asked with."""
    return [words for words in NEVER if words in text.replace(path, "")]


def raw(
    server: Server,
    path: str,
    *,
    method: str = "GET",
    host: str = "127.0.0.1",
    **headers: str,
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of the answer to a path that is sent as it stands, with the cookie of whoever started the workbook
    beside what is given: what is attacked here is what lies behind the gate, too.
    """
    connection = http.client.HTTPConnection(host, server.port, timeout=15)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    cookies = "; ".join(filter(None, [server.cookie, sent.get("Cookie")]))
    connection.request(method, path, headers=sent | {"Cookie": cookies})
    answer = connection.getresponse()
    found = answer.status, dict(answer.headers), answer.read().decode(errors="replace")
    connection.close()
    return found


# ---------------------------------------------------------------------------------------------------------------- Files

UNDER = [
    "/",
    "/files/",
    "/voila/files/",
    "/notebooks/",
    "/static/",
    "/api/contents/",
    "/voila/api/contents/",
    "/voila/static/",
    "/frame/",
    "/voila/labextensions/",
    "/voila/labextensions/linked/",
    "/voila/labextensions/anywidget/",
    "/voila/api/themes/",
    "/voila/templates/",
    "/nbconvert/html/",
    "/edit/",
    "/view/",
    "/tree/",
    "/lab/tree/",
    "/voila/render/",
    "/data/",
]
CLIMBS = [
    "",
    "/",
    "../",
    "..%2f",
    "%2e%2e%2f",
    "%2e%2e/",
    "..\\",
    "..%5c",
    "%252e%252e%252f",
    "....//",
    "..;/",
]


@pytest.mark.parametrize("under", UNDER)
def test_no_file_can_be_fetched(server: Server, data: Path, under: str) -> None:
    """Neither the school nor the store, neither a notebook nor our own files, by whatever way out of a folder."""
    kept = [
        data / "workbook.sqlite",
        data / "school" / FILE,
        data / "school-before-version-2" / "pupils.csv",
        data / "codes.key",
    ]
    ours = [
        ROOT / "notebooks" / "index.ipynb",
        ROOT / "senlib" / "serve" / "workbook.py",
        ROOT / "pyproject.toml",
    ]
    near = [
        "workbook.sqlite",
        f"school/{FILE}",
        "index.ipynb",
        "index.html.j2",
        "../index.html.j2",
        "%2e%2e/index.html.j2",
    ]
    wanted = [
        f"{climb * 14}{quote(str(path).lstrip('/'))}"
        for climb, path in product(CLIMBS, kept + ours)
    ]
    for tail in wanted + near:
        status, headers, text = raw(server, under + tail)
        if status == 302:  # a notebook's name leads to its page
            assert re.fullmatch(r"/\w*", headers["Location"])
        else:
            assert status in REFUSED, under + tail
        assert held(text, under + tail) == [], under + tail


@pytest.mark.parametrize(
    "path",
    [
        "/frame",
        "/frame/",
        "/voila/static",
        "/voila/static/",
        "/voila/labextensions/",
        "/voila/labextensions/anywidget",
        "/voila/labextensions/anywidget/static/",
        "/voila/labextensions/linked/",
        "/voila/api/themes/",
        "/voila/templates/",
        "/static/",
        "/files/",
        "/voila/files/",
        "/data/",
        "/tree",
        "/voila/tree",
        "/lab",
        "/doc",
        "/notebooks",
        "/consoles",
        "/terminals/1",
        "/api",
        "/api/me",
        "/api/status",
        "/api/config/x",
        "/api/contents",
        "/api/sessions",
        "/api/kernels",
        "/api/kernels/",
        "/api/kernelspecs",
        "/api/terminals",
        "/api/nbconvert",
        "/api/spec.yaml",
        "/api/events/subscribe",
        "/api/security/csp-report",
        "/api/shutdown",
        "/voila/api/contents/",
        "/voila/execution/1",
        "/voila/query/1",
        "/voila/render/",
        "/voila/api/shutdown",
        "/metrics",
        "/logout",
        "/login",
        "/nbextensions/x.js",
        "/kernelspecs/python3/logo.svg",
        "/lsp/status",
        "/workbook.sqlite",
        "/codes.key",
        "/robots.txt",
        "/.git/config",
        "/.env",
        "//",
        "/..",
        "/%2e%2e",
        "/index.html",
        "/private%00",
        "/%ff",
        "/index/",
        "/index%2f..",
        "/a" * 900,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_else_is_served(
    server: Server, kernel: str, path: str, method: str
) -> None:
    """Voila's, Jupyter's and everybody's addresses; nor is a kernel started by one."""
    before = len(server.kernels())
    status, _, text = raw(server, path, method=method)
    assert status in REFUSED and held(text, path) == []
    assert len(server.kernels()) == before


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"]
)
def test_pages_are_asked_for_and_nothing_else_done_to_them(
    server: Server, kernel: str, method: str
) -> None:
    for path in (
        "/",
        "/task1_conversion_data",
        "/frame/senlib.css",
        "/frame/page.js",
        f"/api/kernels/{kernel}",
        "/index.ipynb",
    ):
        status, headers, text = raw(server, path, method=method)
        # Jupyter tells which methods an address knows; no other site is allowed one of them.
        assert status in REFUSED or (method, status) == ("OPTIONS", 200), path
        assert held(text) == [] and not any(
            name.startswith("Access-Control-Allow-Origin") for name in headers
        )
    assert raw(server, f"/api/kernels/{kernel}")[0] == 200


def test_template_and_theme_cannot_be_chosen_from_outside(server: Server) -> None:
    asked, plain = (
        re.sub(
            r'"kernelId": "[^"]*"|"model_id": "[^"]*"|IPY_MODEL_\w+',
            "",
            server.text(path)[1],
        )
        for path in (
            "/?template=lab&theme=dark&voila-template=reveal&voila-theme=dark",
            "/",
        )
    )
    assert "sl-rail" in asked and asked == plain


# -------------------------------------------------------------------------------------------------------- Other web sites


@pytest.mark.parametrize(
    "host",
    [
        "workbook.example",
        "127.0.0.1.example",
        "10.0.0.1",
        "[2001:db8::1]",
        "0x7f.example",
    ],
)
def test_a_web_site_that_names_itself_this_computer_is_refused(
    server: Server, kernel: str, host: str
) -> None:
    for path in (
        "/",
        "/nothing",
        f"/api/kernels/{kernel}",
        f"/api/kernels/{kernel}/channels",
    ):
        assert raw(server, path, Host=f"{host}:{server.port}")[0] == 403, path


@pytest.mark.parametrize(
    "site, kind",
    [
        ("cross-site", "image"),
        ("cross-site", "iframe"),
        ("cross-site", "empty"),
        ("same-site", "script"),
        ("cross-site", "embed"),
    ],
)
def test_no_other_site_has_a_page_drawn_within_its_own(
    server: Server, kernel: str, site: str, kind: str
) -> None:
    before = len(server.kernels())
    status, _, text = raw(
        server, "/task1_conversion_data", Sec_Fetch_Site=site, Sec_Fetch_Dest=kind
    )
    assert status == 403 and held(text) == [] and len(server.kernels()) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Cookie": "_xsrf=2|a|b|1"},
        {
            "Cookie": "_xsrf=made-up",
            "X_XSRFToken": "made-up",
            "Origin": "http://elsewhere.example",
        },
    ],
)
def test_no_other_site_ends_a_kernel(
    server: Server, kernel: str, headers: dict[str, str]
) -> None:
    for path, method in (
        (f"/voila/api/shutdown/{kernel}", "POST"),
        (f"/api/kernels/{kernel}", "DELETE"),
    ):
        assert raw(server, path, method=method, Content_Length="0", **headers)[0] in (
            403,
            404,
        )
    assert raw(server, f"/api/kernels/{kernel}")[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://elsewhere.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://localhost",
    ],
)
def test_no_other_site_speaks_to_a_kernel(
    server: Server, kernel: str, origin: str
) -> None:
    with pytest.raises(HTTPClientError, match="403"):
        run(opened(server, kernel, Origin=origin))


# ---------------------------------------------------------------------------------------------------- Speaking to kernels

LOOP = asyncio.new_event_loop()
threading.Thread(target=LOOP.run_forever, daemon=True).start()


def run(speaking: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it, in a loop that keeps other channels open."""
    return asyncio.run_coroutine_threadsafe(speaking, LOOP).result(timeout=60)


async def opened(
    server: Server,
    kernel: str,
    *,
    protocol: str = "",
    host: str = "127.0.0.1",
    **headers: str,
) -> WebSocketClientConnection:
    """The channel to a kernel, as anybody could open it."""
    address = f"ws://{host}:{server.port}/api/kernels/{kernel}/channels?session_id={secrets.token_hex(8)}"
    asked = HTTPRequest(address, headers={"Cookie": server.cookie} | headers)
    return await websocket_connect(
        asked,
        subprotocols=[protocol] if protocol else None,
        max_message_size=LARGEST_MESSAGE * 2,
    )


def message(
    kind: str,
    content: dict | None = None,
    *,
    channel: str = "shell",
    version: str = "2.1.0",
) -> dict:
    """A message as a page writes it, each with an id of its own: a kernel hears none twice."""
    header = {
        "msg_id": secrets.token_hex(8),
        "msg_type": kind,
        "username": "",
        "session": "outside",
        "version": "5.3",
        "date": "2025-01-01T00:00:00Z",
    }
    return {
        "channel": channel,
        "header": header,
        "parent_header": {},
        "metadata": {"version": version},
        "content": content or {},
        "buffers": [],
    }


def as_text(said: dict) -> str:
    return json.dumps(said | {"buffers": []})


def as_parts(said: dict) -> bytes:
    """The way of writing of newer pages."""
    return serialize_msg_to_ws_v1(
        said, said["channel"], pack=lambda part: json.dumps(part).encode()
    )


WRITTEN = {
    "text": ("", as_text),
    "bytes": ("", serialize_binary_message),
    "parts": ("v1.kernel.websocket.jupyter.org", as_parts),
}


def read(frame: str | bytes, protocol: str) -> tuple[dict, dict, dict]:
    """Header, header of what it answers, and content of a message that came."""
    if protocol:
        parts = deserialize_msg_from_ws_v1(frame)[1]
        return json.loads(parts[0]), json.loads(parts[1]), json.loads(parts[3])
    said = (
        json.loads(frame)
        if isinstance(frame, str)
        else deserialize_binary_message(frame)
    )
    return said["header"], said["parent_header"], said["content"]


Heard = list[tuple[dict, dict, dict]]


async def heard(
    server: Server,
    kernel: str,
    said: list[dict],
    way: str = "text",
    then: Callable[[Heard], list[dict]] | None = None,
) -> Heard:
    """What comes back for these messages, and for those that are made of what came, and a moment longer."""
    protocol, write = WRITTEN[way]
    channel = await opened(server, kernel, protocol=protocol)
    assert (channel.selected_subprotocol or "") == protocol
    came: Heard = []
    for step in (lambda _: said, then) if then else (lambda _: said,):
        for one in [
            *step(came),
            message("comm_info_request"),
        ]:  # the last is a question that every page asks, and is answered last
            written = write(one)
            await channel.write_message(written, binary=isinstance(written, bytes))
        before = len(came)
        # Until the kernel rests again: what widgets say comes on another way than the answer, and before that.
        while not any(
            told.get("execution_state") == "idle"
            and to.get("msg_type") == "comm_info_request"
            for _, to, told in came[before:]
        ):
            came.append(
                read(await asyncio.wait_for(channel.read_message(), 15), protocol)
            )
    with suppress(TimeoutError):
        while True:  # the answer itself, and what may not come
            came.append(
                read(await asyncio.wait_for(channel.read_message(), 0.3), protocol)
            )
    channel.close()
    return came


@pytest.mark.parametrize("way", WRITTEN)
def test_nothing_is_run_in_a_kernel(
    server: Server, kernel: str, tmp_path: Path, way: str
) -> None:
    """Of all that a kernel can be told only what widgets say reaches it, whichever way it is written, on whichever channel."""
    mark = tmp_path / "was run"
    code = f"open({str(mark)!r}, 'w')"
    contents = {
        "execute_request": {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {"x": code},
            "allow_stdin": True,
        },
        "complete_request": {"code": "imp", "cursor_pos": 3},
        "inspect_request": {"code": "open", "cursor_pos": 4, "detail_level": 1},
        "history_request": {
            "hist_access_type": "tail",
            "n": 9,
            "output": True,
            "raw": True,
        },
        "is_complete_request": {"code": code},
        "debug_request": {
            "type": "request",
            "seq": 1,
            "command": "evaluate",
            "arguments": {"expression": code},
        },
        "input_reply": {"value": code},
        "shutdown_request": {"restart": False},
        "interrupt_request": {},
        "create_subshell_request": {},
        "list_subshell_request": {},
        "usage_request": {},
        "apply_request": {},
        "clear_request": {},
        "abort_request": {},
        "connect_request": {},
        "Execute_Request": {"code": code},
        "": {"code": code},
    }
    said = [
        message(kind, content, channel=channel)
        for channel, (kind, content) in product(
            ("shell", "control", "stdin"), contents.items()
        )
    ]
    # One kind said outside, another one meant: the header alone counts.
    said.append(
        message("execute_request", contents["execute_request"])
        | {"msg_type": "comm_msg"}
    )
    # What a comm is opened to is one of the widgets' own names and nothing that could be imported.
    said += [
        message(
            "comm_open",
            {"comm_id": name, "target_name": name, "target_module": "os", "data": code},
        )
        for name in ("os.system", "exec")
    ]
    came = run(heard(server, kernel, said, way))
    answers = {parent.get("msg_type") for _, parent, _ in came if parent}
    assert (
        {"comm_info_request", "comm_open"}
        <= answers
        <= {"comm_info_request", "comm_open", "kernel_info_request"}
    )
    assert not mark.exists() and raw(server, f"/api/kernels/{kernel}")[0] == 200


@pytest.mark.parametrize("protocol", ["", WRITTEN["parts"][0]])
@pytest.mark.parametrize(
    "frame",
    [b"\xff" * 64, b"\x7f\xff\xff\xff", b"", b"\x00" * 7 + b"\x7f" + b"x" * 100],
)
def test_no_message_stops_the_server(
    server: Server, kernel: str, frame: bytes, protocol: str
) -> None:
    """A message may say that it has more parts than there are atoms: to count them would take for ever, and all the memory."""

    async def say() -> None:
        channel = await opened(server, kernel, protocol=protocol)
        await channel.write_message(frame, binary=True)
        assert await asyncio.wait_for(heard(server, kernel, []), 10)
        channel.close()

    run(say())
    assert raw(server, "/nothing")[0] == 404


MALFORMED = [
    f"not JSON {PUPIL}",
    f'["{PUPIL}"]',
    "{}",
    f'{{"channel": "{PUPIL}"}}',
    f'{{"channel": "shell", "header": "{PUPIL}"}}',
    as_text(message("comm_msg") | {"header": {"msg_type": [PUPIL]}}),
    as_text(message("comm_msg", channel="iopub")),
    as_text(message("comm_msg", {"comm_id": PUPIL, "data": {}})),
    as_text(message("comm_msg", {PUPIL: 1})),
    as_text(
        message(
            "comm_open",
            {
                "comm_id": "x",
                "target_name": "jupyter.widget",
                "data": {"state": {PUPIL: 1}},
            },
        )
    ),
    PUPIL.encode() * 10,
    b"",
    b"\xff" * 64,
]


WRONG = [
    {"method": "update", "state": {"value": {PUPIL: [PUPIL]}}},
    {"method": "custom", "content": {"kind": PUPIL}},
    {"method": PUPIL},
]


def test_no_value_of_a_pupil_is_logged(server: Server, kernel: str, data: Path) -> None:
    """Addresses, forms, frames and messages that are wrong in every way, and then a school that can no longer be read."""

    frames = list(product(MALFORMED, ("", WRITTEN["parts"][0])))

    async def say() -> None:
        channels = await asyncio.gather(
            *(opened(server, kernel, protocol=protocol) for _, protocol in frames)
        )
        for channel, (frame, _) in zip(channels, frames, strict=True):
            await channel.write_message(frame, binary=isinstance(frame, bytes))
        await asyncio.sleep(1)
        for channel in channels:
            channel.close()

    run(say())
    # Whatever a page's own widgets may be told that they do not understand.
    run(
        heard(
            server,
            kernel,
            asked(),
            then=lambda came: [
                message("comm_msg", {"comm_id": one, "data": data})
                for one, data in product(states(came), WRONG)
            ],
        )
    )
    for path in (
        f"/{PUPIL}",
        f"/nothing/{PUPIL}",
        f"/?name={PUPIL}",
        f"/api/kernels/{PUPIL}-a-b-c-d",
        f"/voila/api/themes/{PUPIL}.css",
        f"/voila/api/shutdown/{PUPIL}",
        f"/frame/{PUPIL}",
    ):
        for method in ("GET", "POST", "DELETE"):
            raw(
                server,
                path,
                method=method,
                Cookie=f"_xsrf={PUPIL}; username-127-0-0-1-{server.port}={PUPIL}",
                Referer=f"http://x/{PUPIL}",
            )
    kept = data / "school" / FILE
    before = kept.read_bytes()
    assert PUPIL.encode() in before
    kept.write_bytes(before.replace(b'"KS2"', b'"KS9"'))
    status, text = server.text("/")
    kept.write_bytes(before)
    assert status == 200 and PUPIL not in text
    log = server.log.read_text()
    assert "ERROR" in log and "JSONDecodeError" in log  # what went wrong is told
    for words in (PUPIL, ANSWER, "Traceback", "comm_msg"):
        assert words not in log


# ------------------------------------------------------------------------------------------------------------------ Sizes


def asked() -> list[dict]:
    """The question for every widget of the page, as each page puts it."""
    to = {"comm_id": secrets.token_hex(8), "target_name": "jupyter.widget.control"}
    return [
        message("comm_open", to | {"data": {}}, version="1.0.0"),
        message("comm_msg", to | {"data": {"method": "request_states"}}),
    ]


def states(came: Heard) -> dict[str, dict]:
    """Every widget of the page, by its id, as the page is told of it."""
    return next(
        content["data"]["states"]
        for _, _, content in came
        if "states" in content.get("data", {})
    )


def test_a_file_over_the_limit_is_refused_in_words_before_it_is_sent(
    server: Server, kernel: str
) -> None:
    large = {
        "kind": "begin",
        "choice": "large",
        "files": [{"name": "a.csv", "size": LARGEST + 1}],
    }
    many = {
        "kind": "begin",
        "choice": "many",
        "files": [{"name": "a.csv", "size": 1}] * 101,
    }
    unasked = {"kind": "part", "choice": "large", "file": 0, "part": 0}
    said = [
        {"method": "update", "state": {"limit": 10**12, "most": 999}},
        *({"method": "custom", "content": one} for one in (large, many, unasked)),
    ]

    def to_chooser(came: Heard) -> list[dict]:
        chooser = next(
            one
            for one, state in states(came).items()
            if state["state"].get("label", "").startswith("Choose your files")
        )
        return [
            message("comm_msg", {"comm_id": chooser, "data": data}) for data in said
        ]

    came = run(heard(server, kernel, asked(), then=to_chooser))
    told = [
        content["data"]["content"]
        for _, _, content in came
        if content.get("data", {}).get("method") == "custom"
    ]
    assert [(one["choice"], one["kind"], one["text"]) for one in told] == [
        ("large", "refused", "A file is too large. Each can be up to 60 MB."),
        ("many", "refused", "101 files are too many at once. Choose up to 100."),
    ]


def test_a_message_over_the_limit_is_not_read(server: Server, kernel: str) -> None:
    async def say() -> int | None:
        channel = await opened(server, kernel)
        with suppress(WebSocketClosedError):  # perhaps while it is still being sent
            await channel.write_message(bytes(LARGEST_MESSAGE + 1), binary=True)
        while await asyncio.wait_for(channel.read_message(), 10) is not None:
            pass
        return channel.close_code

    assert run(say()) in (
        1009,
        None,
    )  # "too big", where the word comes through before the line is cut
    assert raw(server, f"/api/kernels/{kernel}")[0] == 200


def test_a_form_over_the_limit_is_refused_before_it_is_sent(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(LARGEST_REQUEST + 1))
    connection.endheaders()
    assert connection.getresponse().status in (400, 413)


# ---------------------------------------------------------------------------------------------------------------- Headers


def test_every_answer_says_what_may_be_done_with_it(
    server: Server, kernel: str
) -> None:
    paths = {
        "/": 200,
        "/nothing": 404,
        "/frame/senlib.css": 200,
        "/frame/x": 404,
        "/frame/page.js": 200,
        "/index.ipynb": 302,
        "/voila/static/voila.js": 404,
        "/voila/labextensions/anywidget/package.json": 404,
        "/voila/api/themes/x": 404,
        f"/api/kernels/{kernel}": 200,
        "/api/kernels/1-2-3-4-5": 404,
        f"/api/kernels/{kernel}/channels": 400,
        f"/voila/api/shutdown/{kernel}": 405,
        "/door": 404,
    }
    for path, expected in paths.items():
        status, headers, _ = raw(server, path)
        assert status == expected, path
        assert (
            headers["X-Content-Type-Options"] == "nosniff"
            and headers["Referrer-Policy"] == "no-referrer"
        ), path
        assert (
            headers["Cross-Origin-Resource-Policy"]
            == headers["Cross-Origin-Opener-Policy"]
            == "same-origin"
        ), path
        policy = headers["Content-Security-Policy"]
        assert (
            policy.startswith(("default-src 'self'", "default-src 'none'"))
            and "frame-ancestors 'none'" in policy
        ), path
        assert (
            "Server" not in headers and "Access-Control-Allow-Origin" not in headers
        ), path
        if path in ("/", "/nothing", f"/api/kernels/{kernel}"):
            assert "no-store" in headers["Cache-Control"], path


def test_the_policy_of_a_page_allows_this_address_alone(server: Server) -> None:
    policy = server.ask("/nothing").headers["Content-Security-Policy"]
    assert f"connect-src 'self' ws://127.0.0.1:{server.port};" in policy
    assert (
        "script-src 'self' blob:;" in policy
    )  # no script within a page, none evaluated
    assert (
        "form-action 'none'" in policy
        and "base-uri 'none'" in policy
        and "object-src 'none'" in policy
    )


def test_no_cookie_goes_along_from_another_site(server: Server) -> None:
    cookies = server.ask("/nothing").headers.get_all("Set-Cookie")
    assert len(cookies) == 2 and all("SameSite=Strict" in cookie for cookie in cookies)
    # The page itself must read the one with which it says that it closes.
    assert all(
        "HttpOnly" in cookie or cookie.startswith("_xsrf=") for cookie in cookies
    )


def test_a_page_names_nothing_elsewhere(page: str) -> None:
    assert (
        re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//[^\"')\s]+", page)
        == []
    )


# ---------------------------------------------------------------------------------------------------------------- Network


def test_it_listens_to_this_computer_alone_and_asks_nobody(
    server: Server, kernel: str
) -> None:
    """While a page is drawn no process of the workbook's speaks to another computer, and only the server has a port."""
    seen: set[tuple[int, str, str, str]] = set()
    drawn = threading.Event()

    def look() -> None:
        while not drawn.is_set():
            for one in family(server):
                try:
                    sockets = one.net_connections("inet")
                except psutil.Error:
                    continue
                seen.update(
                    (
                        one.pid,
                        each.laddr.ip,
                        each.raddr.ip if each.raddr else "",
                        each.status,
                    )
                    for each in sockets
                )

    looking = threading.Thread(target=look)
    looking.start()
    try:
        assert server.text("/task1_conversion_data")[0] == 200
    finally:
        drawn.set()
        looking.join()
    assert {
        (pid, address) for pid, address, _, status in seen if status == "LISTEN"
    } == {(server.process.pid, "127.0.0.1")}
    assert {address for _, mine, other, _ in seen for address in (mine, other)} <= {
        "127.0.0.1",
        "",
    }
    assert {pid for pid, *_ in seen} == {server.process.pid}


@pytest.mark.skipif(
    sys.platform != "linux",
    reason="kernels are spoken to through files on Linux, which psutil shows",
)
def test_kernels_are_spoken_to_through_files_that_are_nobody_else_s(
    server: Server, kernel: str
) -> None:
    files = {
        Path(each.laddr)
        for one in family(server)
        for each in one.net_connections("unix")
        if each.laddr.startswith("/")
    }
    assert any(path.name.startswith("kernel-") for path in files)
    for path in files:
        folder = path.parent.stat()
        assert (
            stat.S_IMODE(folder.st_mode) & 0o077 == 0 and folder.st_uid == os.getuid()
        ), path


# --------------------------------------------------------------------------------------------------------------- The room


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A room, over a data folder with somebody's own school in it."""
    with shipped(tmp_path_factory.mktemp("room"), "--room") as running:
        yield running


def test_codes_cannot_be_guessed(room: Server) -> None:
    """852 thousand million codes, ten tries a minute (test_room.py): in a session of a day one chance in 59 million."""
    assert len(set(_LETTERS)) ** _LENGTH >= 2**39
    code = re.search(r"code (\w{4}) (\w{4})$", room.process.stdout.readline().strip())
    assert set(code[1] + code[2]) <= set(_LETTERS)


def test_a_room_listens_where_its_participants_are_and_nowhere_else(
    room: Server,
) -> None:
    listening = {
        each.laddr.ip
        for each in psutil.Process(room.process.pid).net_connections()
        if each.status == "LISTEN"
    }
    assert listening == {"127.0.0.1", network_address()} - {""}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X_Forwarded_For": "127.0.0.1"},
        {"X_Real_Ip": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Cookie": f"{COOKIE}=leader"},
        {"Cookie": f"{COOKIE}="},
        {"Cookie": f"{COOKIE}=../leader"},
        {"Cookie": f'{COOKIE}="\\056\\056"'},
        {"Authorization": "token x"},
    ],
)
def test_from_the_network_nothing_comes_without_the_code(
    room: Server, headers: dict[str, str]
) -> None:
    address = network_address()
    if not address:
        pytest.skip("this computer is in no network")
    for path in (
        "/",
        "/index",
        "/task1_conversion_data",
        "/nothing",
        "/index.ipynb",
        "/api/kernels/1-2-3-4-5",
        "/frame/../../room.py",
        "/frame/%2e%2e/%2e%2e/room.py",
        "/voila/api/shutdown/1-2-3-4-5",
        "/DOOR",
        "//index",
        "/%69ndex",
    ):
        status, told, text = raw(room, path, host=address, **headers)
        assert (status, told.get("Location")) in (
            (302, "/door"),
            (403, None),
            (404, None),
        ), path
        assert (
            held(text) == []
            and told["X-Content-Type-Options"] == "nosniff"
            and "Server" not in told
        )
    with pytest.raises(HTTPClientError, match="403"):
        run(opened(room, "1-2-3-4-5", host=address))
    assert room.kernels() == []


def test_the_door_says_what_may_be_done_with_it(room: Server) -> None:
    status, headers, _ = raw(room, "/door")
    assert (
        status == 200
        and headers["Cache-Control"] == "no-store"
        and "SameSite=Strict" in headers["Set-Cookie"]
    )
    assert (
        headers["Content-Security-Policy"].startswith("default-src 'none'")
        and headers["X-Content-Type-Options"] == "nosniff"
    )
    assert headers["Referrer-Policy"] == "no-referrer" and "Server" not in headers
