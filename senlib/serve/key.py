"""The key, by which the server knows whoever started it among all who use the same computer."""

from __future__ import annotations

import hmac
import re
import secrets
import shutil
import tempfile
from html import escape
from pathlib import Path

from tornado.httputil import HTTPServerRequest

from senlib import private

HERE = ("127.0.0.1", "::1")

# The folder of the file that leads the browser in, within that of the user's own things: a browser that is shut in (snap) may look
# there, and not into hidden folders of her home or into the computer's folder for temporary files.
_OPENING = ".opening-"

_PAGE = (
    '<!DOCTYPE html><html lang="en-GB"><meta charset="utf-8"><title>The SENCO’s workbook</title>'
    '<meta http-equiv="refresh" content="0; url={address}"><a href="{address}">Open the workbook</a></html>\n'
)


class Key:
    """The secrets of one start: two tokens, either of which is traded for the cookie, and the cookie. None outlives the server.

    `token` stands in the address that is printed, and lets in whoever has it as often as they like: a second browser, say. The one in
    `file` lets in once, and is worth nothing after that. The cookie has the port in its name, because browsers give the cookies of
    a computer to all of its ports, and two workbooks may be open on one.

    >>> key = Key(port=8866)
    >>> key.cookie, key.opens(key.token), key.opens(f"http://127.0.0.1:8866/?token={key.token}"), key.opens("")
    ('senlib-8866', True, True, False)
    """

    def __init__(self, *, port: int) -> None:
        self.port, self.cookie = port, f"senlib-{port}"
        self.token, self.value, self._once = (
            secrets.token_urlsafe(32) for _ in range(3)
        )

    @property
    def address(self) -> str:
        """Where whoever started the workbook gets in."""
        return self._address(self.token)

    def opens(self, text: str) -> bool:
        """Whether a text is a token, or an address with one in it. The token of `file` is worth nothing afterwards."""
        match = re.search(r"token=([\w-]+)", text)
        token = match[1] if match else text.strip()
        if same_secret(token, self._once):
            self._once = secrets.token_urlsafe(32)
            return True
        return same_secret(token, self.token)

    def is_held_by(self, request: HTTPServerRequest) -> bool:
        """Whether a request comes from a browser on this computer that was let in."""
        cookie = request.cookies.get(self.cookie)
        if cookie is None or request.remote_ip not in HERE:
            return False
        return same_secret(cookie.value, self.value)

    def file(self, data: Path) -> Path:
        """A file in this folder that leads the browser in, in a folder of its own which nobody else can open.

        An address given to the browser in its place would stand on a command line, which everybody on the computer can read.
        """
        path = Path(tempfile.mkdtemp(prefix=_OPENING, dir=data)) / "workbook.html"
        address = escape(self._address(self._once))
        private.file(path).write_text(_PAGE.format(address=address), encoding="utf-8")
        return path

    def _address(self, token: str) -> str:
        return f"http://127.0.0.1:{self.port}/?token={token}"


def forget_files(data: Path) -> None:
    """Delete the files that led browsers in, also those of a server that was killed; their tokens open nothing any more."""
    for folder in data.glob(f"{_OPENING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def same_secret(text: str, secret: str) -> bool:
    """Whether these are the same, compared in a time that does not depend on how alike they are."""
    return hmac.compare_digest(text.encode(errors="replace"), secret.encode())
