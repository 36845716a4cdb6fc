"""The gate: what is asked of the server passes here first, and goes on only from whoever may see it."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

from senlib.serve.key import HERE, Key
from senlib.serve.room_server import COOKIE, DOOR, POLICY, Door, Room

# Under this name an address has the token; it never stays there.
TOKEN = "token"

# A page's address. What the page was asked for with it is in the query.
_PAGE = re.compile(r"/[A-Za-z0-9_]*")

# The frame's files hold no data, and dress the pages that say how to get in.
_FRAME = "/frame/"


class Gate(Application):
    """The workbook's addresses with a gate before them. Its settings hold the key, the room or None, and the hosts it answers as."""

    def find_handler(self, request: HTTPServerRequest, **options):  # type: ignore[no-untyped-def]
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


class _Outside(RequestHandler):
    """What those see who are not in."""

    def set_default_headers(self) -> None:
        """What the page may load, and that nobody keeps it."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")

    @property
    def key(self) -> Key:
        """The key of this start."""
        return self.settings["senlib_key"]

    def show(self, template: str, **told: object) -> None:
        """Refuse, with this page."""
        self.set_status(403)
        self.finish(
            self.settings["voila_jinja2_env"].get_template(template).render(**told)
        )


class WayIn(_Outside):
    """Where a token is traded for the cookie, and taken out of the address."""

    def get(self) -> None:
        """Lead whoever has the key to what was asked for; who is in already goes on with an old token, too."""
        here = self.request.remote_ip in HERE
        fits = here and self.key.opens(self.get_query_argument(TOKEN))
        if not fits and not self.key.is_held_by(self.request):
            self.show("outside.html", wrong=True)
            return
        if fits:
            self.set_cookie(
                self.key.cookie,
                self.key.value,
                httponly=True,
                samesite="Strict",
                path="/",
            )
            if (
                COOKIE in self.request.cookies
            ):  # who leads a room is no participant in it any more
                self.clear_cookie(COOKIE)
        asked = [pair for pair in parse_qsl(self.request.query) if pair[0] != TOKEN]
        self.redirect(
            f"{self.request.path}{'?' if asked else ''}{urlencode(asked)}",
            status=303,
        )


class Refused(_Outside):
    """Everything that is asked for by somebody who is not in."""

    def prepare(self) -> None:
        """Refuse; where a page was asked for, with a page that says how to get in."""
        asked = self.request
        page = asked.method == "GET" and _PAGE.fullmatch(asked.path)
        if asked.host not in self.settings["senlib_hosts"] or not page:
            self.send_error(403)
        elif self._comes_from_elsewhere():
            self.show("step.html", address=asked.uri)
        elif self.settings["senlib_room"] is not None:
            self.redirect(DOOR)
        else:
            self.show("outside.html", wrong=False)

    def _comes_from_elsewhere(self) -> bool:
        """Whether a link elsewhere led here, or the file that the workbook opens with.

        With such a request a browser sends no cookie that is kept to this site, though it may have one: one step of the page's own
        makes it this site's. What is asked for in place of a page, a picture say, makes no step.
        """
        asked = self.request.headers
        return (
            asked.get("Sec-Fetch-Site") in ("cross-site", "same-site")
            and asked.get("Sec-Fetch-Dest") == "document"
        )
