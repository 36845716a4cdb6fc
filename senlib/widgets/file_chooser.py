"""Choosing files, sent to Python in parts small enough for any connection."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._script import script

HERE = Path(__file__).parent
MEGABYTE = 1024 * 1024
# A message of this size passes every websocket limit met so far: Voila's and Tornado's own is 10 MB.
PART = MEGABYTE
# A folder's worth, such as a transfer file from each primary school.
MOST_FILES = 100
# What one choice may hold altogether: all of it is in memory at once.
MOST_BYTES = 200 * MEGABYTE


@dataclass(frozen=True)
class ChosenFile:
    """A file as it was chosen: its name without a folder, and its bytes, which stay out of any printout."""

    name: str
    content: bytes = field(repr=False)


@dataclass
class _Arriving:
    """The files of one choice while their parts come in."""

    choice: str
    names: list[str]
    sizes: list[int]
    parts: list[dict[int, bytes]]

    def is_whole(self) -> bool:
        return all(
            len(parts) == count_parts(size=size)
            for parts, size in zip(self.parts, self.sizes, strict=True)
        )

    def files(self) -> list[ChosenFile]:
        contents = [
            b"".join(parts[i] for i in range(len(parts))) for parts in self.parts
        ]
        return [
            ChosenFile(name=name, content=content)
            for name, content in zip(self.names, contents, strict=True)
        ]


def count_parts(*, size: int) -> int:
    """How many parts a file of this many bytes arrives in.

    >>> [count_parts(size=size) for size in (0, 1, PART, PART + 1)]
    [0, 1, 1, 2]
    """
    return -(-size // PART)


def part_size(*, size: int, part: int) -> int:
    """How many bytes part number `part` (from 0) of a file of `size` bytes holds; 0 or less if there is none.

    >>> part_size(size=PART + 5, part=0) == PART, part_size(size=PART + 5, part=1)
    (True, 5)
    """
    return min(PART, size - part * PART)


def size_words(size: int) -> str:
    """A size for reading, rounded up, so that a file over a limit never reads as the limit itself.

    >>> size_words(20 * MEGABYTE), size_words(20 * MEGABYTE + 1), size_words(300)
    ('20 MB', '21 MB', '1 KB')
    """
    unit, name = (MEGABYTE, "MB") if size >= MEGABYTE else (1024, "KB")
    return f"{-(-size // unit)} {name}"


def plain_name(name: str) -> str:
    """A file's name without folders or control characters.

    >>> plain_name("C:\\\\school\\\\pupils.csv"), plain_name("../../pupils.csv"), plain_name("..")
    ('pupils.csv', 'pupils.csv', 'file')
    """
    last = re.split(r"[\\/]", name)[-1]
    clean = "".join(letter for letter in last if letter.isprintable()).strip()[:200]
    return clean if clean.strip(".") else "file"


class FileChooser(AnyWidget):
    """A file input with a place to drop files on. What is chosen arrives in `on_files`, all of it or nothing.

    `accept` lists endings as HTML does ('.csv,.xlsx'), `limit` is in bytes for each file, `total` for all of a choice. The page
    checks number, ending and size before it sends anything; number and size are checked again here. Set `message` to say how far
    you are with the files, and what came of them. Choosing again while files arrive drops those half sent.

    >>> chooser = FileChooser(label="Your school's files", accept=".csv,.xlsx,.xml")
    >>> chooser.on_files(lambda files: None)
    >>> chooser.limit == 20 * MEGABYTE, chooser.message
    (True, '')
    """

    _esm = script("file_chooser.js")
    _css = HERE / "file_chooser.css"

    label = traitlets.Unicode("Choose files").tag(sync=True)
    accept = traitlets.Unicode("").tag(sync=True)
    limit = traitlets.Int(20 * MEGABYTE, min=1).tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    total = traitlets.Int(MOST_BYTES, min=1).tag(sync=True)
    most = traitlets.Int(MOST_FILES, read_only=True).tag(sync=True)
    part = traitlets.Int(PART, read_only=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._arriving: _Arriving | None = None
        self._handlers: list[Callable[[list[ChosenFile]], None]] = []
        self.on_msg(self._hear)

    def on_files(self, callback: Callable[[list[ChosenFile]], None]) -> None:
        """Call `callback` with the list of files each time a whole choice has arrived."""
        self._handlers.append(callback)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take nothing from the page by this road: it may not raise its own limit."""

    def _hear(
        self, _widget: AnyWidget, content: dict[str, Any], buffers: list[memoryview]
    ) -> None:
        kind, choice = content.get("kind"), content.get("choice")
        if kind == "begin" and isinstance(choice, str):
            self._begin(choice, content.get("files"))
        elif self._arriving is None or choice != self._arriving.choice:
            return
        elif kind == "part":
            self._take_part(content.get("file"), content.get("part"), buffers)
        elif kind == "stop":
            self._arriving = None

    def _begin(self, choice: str, files: Any) -> None:
        self._arriving = None
        # What came of an earlier choice is not said of this one.
        self.message = ""
        if not _are_descriptions(files):
            self._refuse(
                choice, "Nothing could be read. Please choose the files again."
            )
        elif len(files) > MOST_FILES:
            self._refuse(
                choice,
                f"{len(files)} files are too many at once. Choose up to {MOST_FILES}.",
            )
        elif any(file["size"] > self.limit for file in files):
            self._refuse(
                choice,
                f"A file is too large. Each can be up to {size_words(self.limit)}.",
            )
        elif sum(file["size"] for file in files) > self.total:
            self._refuse(choice, _too_much(self.total))
        else:
            self._arriving = _Arriving(
                choice=choice,
                names=[plain_name(file["name"]) for file in files],
                sizes=[file["size"] for file in files],
                parts=[{} for _ in files],
            )
            self._answer(choice)

    def _take_part(self, file: Any, part: Any, buffers: list[memoryview]) -> None:
        arriving = self._arriving
        if arriving is None:
            return
        known = (
            _is_count(file)
            and _is_count(part)
            and file < len(arriving.sizes)
            and len(buffers) == 1
        )
        content = bytes(buffers[0]) if known else b""
        if not content or len(content) != part_size(
            size=arriving.sizes[file], part=part
        ):
            self._arriving = None
            self._refuse(
                arriving.choice,
                "A file did not arrive whole. Please choose the files again.",
            )
            return
        arriving.parts[file][part] = content
        self._answer(arriving.choice)

    def _answer(self, choice: str) -> None:
        self.send({"kind": "heard", "choice": choice})
        if self._arriving is None or not self._arriving.is_whole():
            return
        files = self._arriving.files()
        self._arriving = None
        try:
            for handler in self._handlers:
                handler(files)
        finally:
            self.send({"kind": "done", "choice": choice})

    def _refuse(self, choice: str, text: str) -> None:
        self.send({"kind": "refused", "choice": choice, "text": text})


def _too_much(total: int) -> str:
    return (
        f"These files are too large together. Choose up to {size_words(total)} at once."
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_descriptions(files: Any) -> bool:
    return (
        isinstance(files, list)
        and len(files) > 0
        and all(isinstance(file, dict) for file in files)
        and all(
            isinstance(file.get("name"), str) and _is_count(file.get("size"))
            for file in files
        )
    )
