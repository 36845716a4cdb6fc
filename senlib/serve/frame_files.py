"""The files of the frame round each page: stylesheets, scripts and letters, each read and compressed once."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tornado.web import HTTPError, RequestHandler

TEMPLATES = Path(__file__).parent / "templates" / "senlib"
STATIC = TEMPLATES / "static"

# Said here, for a computer's own register of types may be odd (on Windows anybody can change it).
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_COMPRESSED_ALREADY = ".woff2"
_FOR_GOOD = "max-age=31536000, immutable"


class _ServedFile(NamedTuple):
    """A file as it is sent: its content, the same compressed where that saves anything, and its type."""

    content: bytes
    compressed: bytes | None
    type: str


class FrameFile(RequestHandler):
    """Sends a file of the frame."""

    def get(self, name: str) -> None:
        """The file; browsers keep it for good where its address has a version."""
        file = _files().get(name)
        if file is None:
            raise HTTPError(404)
        has_version = "v" in self.request.arguments
        self.set_header("Content-Type", file.type)
        self.set_header("Cache-Control", _FOR_GOOD if has_version else "no-cache")
        self.set_header("Vary", "Accept-Encoding")
        accepted = self.request.headers.get("Accept-Encoding", "")
        if file.compressed is not None and "gzip" in accepted:
            self.set_header("Content-Encoding", "gzip")
            self.finish(file.compressed)
        else:
            self.finish(file.content)


@cache
def _files() -> dict[str, _ServedFile]:
    """Every file of the frame by its name; no other is sent."""
    files = {}
    for path in STATIC.iterdir():
        content = path.read_bytes()
        compress = path.suffix != _COMPRESSED_ALREADY
        compressed = gzip.compress(content, mtime=0) if compress else None
        files[path.name] = _ServedFile(content, compressed, _TYPES[path.suffix])
    return files


def version() -> str:
    """A text that changes with the frame's files, so that no browser goes on with old ones."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
