"""A room from outside, over HTTP: who comes in, what each may reach, and what nobody may."""

import http.client
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest

from senlib import ROOT
from senlib.serve import cli
from senlib.serve.kernels import MOST_PAGES
from senlib.serve.key import Key
from senlib.serve.room_server import COOKIE, WRONG_CODES, Room, network_address, spoken
from senlib.workspace import DATA_VARIABLE, LEADER, ROOM_VARIABLE
from tests.entering import address_in, cookie_of
from tests.serve.test_server import write_notebook

START = """
import sys
from pathlib import Path
from senlib.serve.app import serve_folder
serve_folder(Path(sys.argv[1]), school=None, data=Path(sys.argv[2]), port=0, open_browser=False, room=True)
"""


def room_in(folder: Path) -> Room:
    return Room.of_today(folder, door="http://192.0.2.7:8866/door", key=KEY)


KEY = Key(port=8866)


def request(
    path: str = "/", *, token: str = "", at: str = "192.0.2.9", key: str = ""
) -> SimpleNamespace:
    """A request as the room looks at it."""
    cookies = {
        name: SimpleNamespace(value=value)
        for name, value in ((COOKIE, token), (KEY.cookie, key))
        if value
    }
    return SimpleNamespace(path=path, remote_ip=at, cookies=cookies)


def test_who_is_who(tmp_path):
    room = room_in(tmp_path)
    first, second = (
        room.come_in(spoken(room.code).lower(), at="192.0.2.9") for _ in range(2)
    )
    assert room.visitor(request(token=first)) != room.visitor(request(token=second))
    assert (
        room.visitor(request()) == "" and room.visitor(request(token="made up")) == ""
    )
    # The leader has the key; at the leader's computer, as a proxy there is, nobody else is one. Nor does the key lead from elsewhere.
    leader = {"at": "127.0.0.1", "key": KEY.value}
    assert room.visitor(request(**leader)) == LEADER
    for other in (
        {"at": "127.0.0.1"},
        {"key": KEY.value},
        {"at": "127.0.0.1", "key": KEY.token},
    ):
        assert room.visitor(request(**other)) == ""
    # Who gave the code at the leader's own computer is a participant there; an old cookie there leaves the leader the leader.
    assert room.visitor(request(token=first, **leader)).startswith("participant-")
    assert room.visitor(request(token="of yesterday", **leader)) == LEADER
    # Neither the cookie nor the code stands anywhere that a folder's name shows.
    assert not any(
        first in path.name or room.code in path.name for path in tmp_path.rglob("*")
    )


def test_a_room_goes_on_after_the_server_was_closed(tmp_path):
    before = room_in(tmp_path)
    token = before.come_in(before.code, at="192.0.2.9")
    after = room_in(tmp_path)
    assert (after.code, after.visitor(request(token=token))) == (
        before.code,
        before.visitor(request(token=token)),
    )
    assert room_in(tmp_path / "another").code != before.code


@pytest.mark.parametrize(
    "path",
    [
        "/api/kernels/k1",
        "/api/kernels/k1/channels",
        "/voila/api/shutdown/k1",
        "/voila/api/shutdown/%6b1",
    ],
)
def test_a_kernel_is_its_owner_s_alone(tmp_path, path):
    room = room_in(tmp_path)
    mine, other = (room.come_in(room.code, at="192.0.2.9") for _ in range(2))
    room.owners["k1"] = room.visitor(request(token=mine))
    assert room.lets_through(request(path, token=mine))
    assert not room.lets_through(request(path, token=other))
    assert not room.lets_through(request(path, at="127.0.0.1", key=KEY.value))
    assert not room.lets_through(request(path))


def test_codes_cannot_be_tried_one_after_another(tmp_path):
    room = room_in(tmp_path)
    assert [room.come_in("WRONG", at="192.0.2.9") for _ in range(WRONG_CODES)] == [
        ""
    ] * WRONG_CODES
    assert room.come_in(room.code, at="192.0.2.9") == ""
    assert (
        room.come_in(room.code, at="192.0.2.10") != ""
    )  # nobody else is kept out by it


@pytest.mark.parametrize("given", ["", " ", "é", "A" * 10_000])
def test_what_is_no_code_is_refused(tmp_path, given):
    assert room_in(tmp_path).come_in(given, at="192.0.2.9") == ""


def test_each_is_told_of_a_folder_of_their_own_alone(tmp_path):
    room = room_in(tmp_path)
    member = room.visitor(request(token=room.come_in(room.code, at="192.0.2.9")))
    told = room.surroundings(member)
    assert told == {
        DATA_VARIABLE: str(room.folder / member),
        ROOM_VARIABLE: "participant",
    }
    assert (
        room.code not in str(told)
        and spoken(room.code) in room.surroundings(LEADER).values()
    )


def test_no_school_is_named_to_a_room(tmp_path, capsys):
    assert cli.main(["serve", str(tmp_path), "--room"]) == cli.COULD_NOT_LOOK
    assert "only the sample schools can be opened" in capsys.readouterr().err


class Server:
    """A room that is being served in a process of its own."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        address = address_in(process.stdout.readline())
        self.port, self.leader = urlsplit(address).port, "=".join(cookie_of(address))
        self.invitation = process.stdout.readline().strip()
        self.code = re.search(r"code (\w{4} \w{4})$", self.invitation)[1]

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: str = "",
        host: str = "127.0.0.1",
        **headers: str,
    ):
        """Status, headers and text of the answer; to the leader where no cookie is given."""
        connection = http.client.HTTPConnection(host, self.port, timeout=60)
        connection.request(
            method, path, body=body or None, headers={"Cookie": self.leader} | headers
        )
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")

    def kernel_of_a_page(self, **headers: str) -> str:
        """Open the front page; its kernel."""
        return re.search(r'"kernelId": "([\w-]+)"', self.ask("/", **headers)[2])[1]

    def cookie(self) -> str:
        """The cookie of a participant who has come in."""
        _, headers, text = self.ask("/door", Cookie="")
        token = re.search(r'name="_xsrf" value="([^"]+)"', text)[1]
        own = headers["Set-Cookie"].split(";")[0]
        form = urlencode({"_xsrf": token, "code": self.code})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers, _ = self.ask(
            "/door", method="POST", body=form, Cookie=own, **kind
        )
        assert (status, headers["Location"]) == (303, "/")
        given = headers["Set-Cookie"]
        assert "HttpOnly" in given and "SameSite=Strict" in given
        return given.split(";")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    notebooks, data = (
        tmp_path_factory.mktemp("notebooks"),
        tmp_path_factory.mktemp("data"),
    )
    write_notebook(
        notebooks,
        "index",
        "# Front",
        "import os; print('I am', os.environ['SENLIB_ROOM'], 'in', os.environ['SENLIB_DATA'])",
    )
    arguments = [sys.executable, "-c", START, str(notebooks), str(data)]
    process = subprocess.Popen(
        arguments,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield Server(process)
    process.terminate()
    process.communicate(timeout=30)


def test_leader_and_participant_have_pages_of_their_own(server):
    status, _, text = server.ask("/")
    assert status == 200 and "I am leader in" in text
    status, _, text = server.ask("/", Cookie=server.cookie())
    assert status == 200 and re.search(
        r"I am participant in \S+/room/\d{4}-\d\d-\d\d/participant-", text
    )


def test_nothing_of_the_room_can_be_fetched(server):
    cookie = server.cookie()
    for path in (
        "/room/code.txt",
        "/code.txt",
        "/files/code.txt",
        "/../code.txt",
        "/frame/../../code.txt",
        "/voila/files/index.ipynb",
    ):
        status, _, text = server.ask(path, Cookie=cookie)
        assert status in (403, 404) and server.code.replace(" ", "") not in text


def test_kernels_of_others_are_out_of_reach(server):
    kernel = server.kernel_of_a_page()
    assert server.ask(f"/api/kernels/{kernel}")[0] == 200
    cookie = server.cookie()
    for path in (
        f"/api/kernels/{kernel}",
        f"/api/kernels/{kernel}/channels",
        f"/voila/api/shutdown/{kernel}",
    ):
        assert server.ask(path, Cookie=cookie)[0] == 403
        assert server.ask(path, method="POST", Cookie=cookie)[0] == 403
    assert server.ask(f"/api/kernels/{kernel}")[0] == 200


def test_one_participant_cannot_fill_the_computer(server):
    cookie, other = server.cookie(), server.cookie()
    opened = [
        server.kernel_of_a_page(Cookie=one)
        for one in [other] + [cookie] * (MOST_PAGES + 2)
    ]
    there = [
        server.ask(f"/api/kernels/{kernel}", Cookie=other if place == 0 else cookie)[0]
        for place, kernel in enumerate(opened)
    ]
    assert (
        there == [200, 404, 404] + [200] * MOST_PAGES
    )  # those opened first are gone, and nobody else's
    leaders = [server.kernel_of_a_page() for _ in range(MOST_PAGES + 1)]
    assert server.ask(f"/api/kernels/{leaders[0]}")[0] == 200


@pytest.mark.parametrize("path", ["/", "/index", "/door", "/frame/senlib.css"])
def test_other_names_are_refused(server, path):
    assert server.ask(path, Host=f"evil.example:{server.port}")[0] == 403


def test_a_form_from_elsewhere_lets_nobody_in(server):
    form = urlencode({"code": server.code})
    status, headers, _ = server.ask(
        "/door",
        method="POST",
        body=form,
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert status == 403 and COOKIE not in str(headers)


def test_from_the_network_one_comes_to_the_door_first(server):
    address = network_address()
    if not address:
        pytest.skip("this computer is in no network")
    assert f"http://{address}:{server.port}/door" in server.invitation
    for path in ("/", "/index", "/room"):
        status, headers, _ = server.ask(path, host=address)
        assert (status, headers["Location"]) == (302, "/door")
    assert server.ask("/api/kernels/1-2-3-4-5", host=address)[0] == 403
    assert server.ask("/door", host=address)[0] == 200
    status, _, text = server.ask("/", host=address, Cookie=server.cookie())
    assert (
        status == 200
        and "I am participant" in text
        and f"ws://{address}:{server.port}" in _policy(server, address)
    )


def _policy(server: Server, address: str) -> str:
    return server.ask("/", host=address, Cookie=server.cookie())[1][
        "Content-Security-Policy"
    ]
