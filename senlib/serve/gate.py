"""The gate: every request passes here first, and goes on only from whoever may see what it asks for."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from tornado.httputil import HTTPServerRequest
from tornado.web import Application

from senlib.serve.key import HERE, Key
from senlib.serve.room_server import COOKIE, DOOR, Door, Outside, Room

# The name of the token in an address, out of which it is taken at once.
TOKEN = "token"

# A page's address. What the page was asked for with it is in the query.
_PAGE = re.compile(r"/[A-Za-z0-9_]*")

# The frame's files hold no data, and dress the pages that say how to get in.
_FRAME = "/frame/"


class Gate(Application):
    """The workbook's addresses with a gate before them. Among its settings are the key, the room or None, and the hosts it answers as."""

    def find_handler(self, request: HTTPServerRequest, **options):
        """What answers a request: what is asked for, the way in, or a refusal."""
        if request.host not in self.settings["senlib_hosts"]:
            return self.get_handler_delegate(request, Refused)
        if TOKEN in request.query_arguments and _PAGE.fullmatch(request.path):
            return self.get_handler_delegate(request, WayIn)
        if request.path.startswith(_FRAME) or self._lets_through(request):
            return super().find_handler(request, **options)
        if request.path == DOOR and self._room is not None:
            return self.get_handler_delegate(request, Door)
        return self.get_handler_delegate(request, Refused)

    @property
    def _room(self) -> Room | None:
        return self.settings["senlib_room"]

    def _lets_through(self, request: HTTPServerRequest) -> bool:
        if self._room is not None:
            return self._room.lets_through(request)
        return self.settings["senlib_key"].is_held_by(request)


class WayIn(Outside):
    """Where a token is traded for the cookie, and taken out of the address."""

    def get(self) -> None:
        """Lead whoever has the key to the page of the address; whoever is in already is led on with an old token, too."""
        key: Key = self.settings["senlib_key"]
        here = self.request.remote_ip in HERE
        if here and key.opens(self.get_query_argument(TOKEN)):
            self.let_in(key.cookie, key.value)
            # Whoever started the workbook is no participant of a room any more.
            if COOKIE in self.request.cookies:
                self.clear_cookie(COOKIE)
        elif not key.is_held_by(self.request):
            self.show("outside.html", wrong=True)
            return
        pairs = parse_qsl(self.request.query)
        query = urlencode([(name, value) for name, value in pairs if name != TOKEN])
        separator = "?" if query else ""
        self.redirect(f"{self.request.path}{separator}{query}", status=303)


class Refused(Outside):
    """Everything that is asked for by somebody who is not in."""

    def prepare(self) -> None:
        """Refuse; where a page was asked for, with a page that says how to get in."""
        request = self.request
        is_page = request.method == "GET" and _PAGE.fullmatch(request.path)
        if request.host not in self.settings["senlib_hosts"] or not is_page:
            self.send_error(403)
        elif follows_link_from_elsewhere(request):
            self.show("step.html", address=request.uri)
        elif self.settings["senlib_room"] is not None:
            self.redirect(DOOR)
        else:
            self.show("outside.html", wrong=False)


def follows_link_from_elsewhere(request: HTTPServerRequest) -> bool:
    """Whether a link elsewhere led here, or the file that the workbook opens with.

    With such a request a browser sends no cookie that is kept to this site, though it may have one. The page that it gets in
    answer asks again from this site, with the cookie. A picture, say, has no such second request.
    """
    is_page = request.headers.get("Sec-Fetch-Dest") == "document"
    return is_page and is_from_elsewhere(request)


def is_from_elsewhere(request: HTTPServerRequest) -> bool:
    """Whether another site has a browser ask for this."""
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
