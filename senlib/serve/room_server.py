"""A room: a session in which many people use the workbook of one computer, each in a workbook of their own over a sample school."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from senlib import private
from senlib.serve import internals
from senlib.serve.key import HERE, Key, same_secret
from senlib.workspace import (
    ADDRESS_VARIABLE,
    CODE_VARIABLE,
    DATA_VARIABLE,
    LEADER,
    PARTICIPANT,
    ROOM_VARIABLE,
)

# Letters and figures that nobody takes for one another when they are read from a screen; eight make 852 thousand million codes.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH = 8

# So many wrong codes from one computer, in so many seconds, are heard; after that none is until some time has passed.
WRONG_CODES, WITHIN = 10, 60

COOKIE = "senlib-room"

_KERNEL = re.compile(r"/(?:api/kernels|voila/api/shutdown)/([^/]+)")

DOOR = "/door"

# The page allows its own stylesheet, letters, script and form, and nothing else.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Room:
    """Who is in the room, and whose each kernel is. The leader is whoever holds the key of the server.

    Everybody has a folder of their own in `folder`, which outlives the server: a room that is opened again on the same day has the
    same code, and whoever was in it still is.
    """

    def __init__(self, folder: Path, *, door: str, key: Key) -> None:
        self.folder = private.folder(folder)
        self.door, self.key = door, key
        self.owners: dict[str, str] = {}
        self._wrong = defaultdict[str, list[float]](list)
        path = folder / "code.txt"
        if not path.exists():
            letters = [secrets.choice(_LETTERS) for _ in range(_LENGTH)]
            code = "".join(letters)
            private.file(path).write_text(code, encoding="utf-8")
        self.code = path.read_text(encoding="utf-8")

    @classmethod
    def of_today(cls, data: Path, *, door: str, key: Key) -> Room:
        """Today's room, begun or gone on with, in the folder of the leader's own things. `door` is the address at which one comes in."""
        folder = data / "room" / date.today().isoformat()
        return cls(folder, door=door, key=key)

    def visitor(self, request: HTTPServerRequest) -> str:
        """Whose window a request comes from: a participant's folder, the leader's, or '' for someone who has not come in yet."""
        if token := request.cookies.get(COOKIE):
            member = _member(token.value)
            if (self.folder / member).is_dir():
                return member
        return LEADER if self.key.is_held_by(request) else ""

    def lets_through(self, request: HTTPServerRequest) -> bool:
        """Whether a request may be answered: to whoever is in the room, and at a kernel to its owner alone."""
        visitor = self.visitor(request)
        kernel = _KERNEL.match(unquote(request.path))
        if not visitor or kernel is None:
            return bool(visitor)
        return self.owners.get(kernel[1]) == visitor

    def come_in(self, code: str, *, at: str) -> str:
        """The cookie of a new participant who gave this code at that address; '' where it is wrong, or too many wrong ones came."""
        now = time.monotonic()
        tries = [when for when in self._wrong[at] if now - when < WITHIN]
        self._wrong[at] = tries
        code = "".join(filter(str.isalnum, code.upper()))
        if not same_secret(code, self.code) or len(tries) >= WRONG_CODES:
            tries.append(now)
            return ""
        token = secrets.token_urlsafe(32)
        private.folder(self.folder / _member(token))
        return token

    def surroundings(self, visitor: str) -> dict[str, str]:
        """The variables of their kernels: their own folder, and what they are in the room."""
        folder = {DATA_VARIABLE: str(self.folder / visitor)}
        if visitor != LEADER:
            return folder | {ROOM_VARIABLE: PARTICIPANT}
        return folder | {
            ROOM_VARIABLE: LEADER,
            ADDRESS_VARIABLE: self.door,
            CODE_VARIABLE: spoken(self.code),
        }


class Outside(RequestHandler):
    """What those see who are not in."""

    def set_default_headers(self) -> None:
        """What the page may load, and that nobody keeps it."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")

    def show(self, template: str, *, status: int = 403, **context: object) -> None:
        """Answer with a page made of this template: mostly a refusal."""
        self.set_status(status)
        page = internals.templates(self.settings).get_template(template)
        self.finish(page.render(**context))

    def let_in(self, cookie: str, value: str) -> None:
        """Give the browser a cookie that it keeps to this site."""
        self.set_cookie(cookie, value, httponly=True, samesite="Strict", path="/")


class Door(Outside):
    """Where one gives the code and comes in. The gate (senlib.serve.gate) leads here."""

    def get(self) -> None:
        """The form."""
        self._ask(status=200)

    def post(self) -> None:
        """Let in whoever gives the code."""
        self.check_xsrf_cookie()
        room: Room = self.settings["senlib_room"]
        code = self.get_body_argument("code", "")
        computer = str(self.request.remote_ip)
        token = room.come_in(code, at=computer)
        if not token:
            self._ask(status=403)
            return
        self.let_in(COOKIE, token)
        self.redirect("/", status=303)

    def _ask(self, *, status: int) -> None:
        here = self.request.remote_ip in HERE
        context = {"form": self.xsrf_form_html(), "here": here}
        context["wrong"] = status == 403
        self.show("door.html", status=status, **context)


def spoken(code: str) -> str:
    """A code in two halves, as it is read out.

    >>> spoken("ABCD2345")
    'ABCD 2345'
    """
    return f"{code[: _LENGTH // 2]} {code[_LENGTH // 2 :]}"


def network_address() -> str:
    """This computer's address in the network it is in; '' where it is in none. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # an address that nobody has (RFC 5737)
        except OSError:
            return ""
        address = asking.getsockname()[0]
    return "" if address.startswith("127.") or address == "0.0.0.0" else address


def _member(token: str) -> str:
    """The folder of whoever holds this cookie: who finds the folder's name cannot make the cookie from it."""
    return f"participant-{hashlib.sha256(token.encode()).hexdigest()[:20]}"
