"""Choosing files, sent to Python in parts small enough for any connection."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._messages import ChooserReply, Message
from senlib.widgets._page_widget import PageWidget

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


OnFiles = Callable[[list[ChosenFile]], None]


@dataclass
class _Arriving:
    """The files of one choice while their parts come in."""

    choice: str
    names: list[str]
    sizes: list[int]
    parts: list[dict[int, bytes]]

    def is_whole(self) -> bool:
        arrived = [len(parts) for parts in self.parts]
        return arrived == list(map(count_parts, self.sizes))

    def files(self) -> list[ChosenFile]:
        contents = [b"".join(parts[i] for i in sorted(parts)) for parts in self.parts]
        return list(map(ChosenFile, self.names, contents))


def count_parts(size: int) -> int:
    """How many parts a file of this many bytes arrives in.

    >>> [count_parts(size) for size in (0, 1, PART, PART + 1)]
    [0, 1, 1, 2]
    """
    return -(-size // PART)


def part_size(size: int, part: int) -> int:
    """How many bytes part number `part` (from 0) of a file of `size` bytes holds; 0 or less if there is none.

    >>> part_size(PART + 5, 0) == PART, part_size(PART + 5, 1)
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
    printable = "".join(filter(str.isprintable, last))
    clean = printable.strip()[:200]
    return clean if clean.strip(".") else "file"


class FileChooser(PageWidget, files="file_chooser"):
    """A file input with a place to drop files on. What is chosen arrives in `on_files`, all of it or nothing.

    `accept` lists endings as HTML does ('.csv,.xlsx'), `limit` is in bytes for each file, `total` for all of a choice. The page
    checks number, ending and size before it sends anything; number and size are checked again here. Set `message` to say how far
    you are with the files, and what came of them. Choosing again while files arrive drops those half sent.

    >>> chooser = FileChooser(label="Your school's files", accept=".csv,.xlsx,.xml")
    >>> chooser.on_files(lambda files: None)
    >>> chooser.limit == 20 * MEGABYTE, chooser.message
    (True, '')
    """

    label = traitlets.Unicode("Choose files")
    accept = traitlets.Unicode("")
    limit = traitlets.Int(20 * MEGABYTE, min=1)
    message = traitlets.Unicode("")
    total = traitlets.Int(MOST_BYTES, min=1)
    most = traitlets.Int(MOST_FILES, read_only=True)
    part = traitlets.Int(PART, read_only=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._arriving: _Arriving | None = None
        self._handlers: list[OnFiles] = []

    def on_files(self, callback: OnFiles) -> None:
        """Call `callback` with the list of files each time a whole choice has arrived."""
        self._handlers.append(callback)

    def _on_message(self, _: AnyWidget, content: Message, buffers: Any) -> None:
        # In place of what the page may have written under this name.
        content["buffers"] = buffers or []
        self._hear(content)

    def _hear(self, content: Message) -> None:
        kind, choice = content.get("kind"), content.get("choice")
        if kind == "begin" and isinstance(choice, str):
            self._begin(choice, content.get("files"))
        elif self._arriving is None or choice != self._arriving.choice:
            return
        elif kind == "part":
            self._take_part(content)
        elif kind == "stop":
            self._arriving = None

    def _begin(self, choice: str, files: Any) -> None:
        self._arriving = None
        # What came of an earlier choice is not said of this one.
        self.message = ""
        is_list = isinstance(files, list) and files
        if not is_list or not all(map(_is_description, files)):
            fault = "Nothing could be read. Please choose the files again."
            self._refuse(choice, fault)
            return
        sizes = [file["size"] for file in files]
        if fault := self._fault(sizes):
            self._refuse(choice, fault)
            return
        names = [plain_name(file["name"]) for file in files]
        parts: list[dict[int, bytes]] = [{} for _ in files]
        self._arriving = _Arriving(choice, names, sizes, parts)
        self._answer(choice)

    def _fault(self, sizes: list[int]) -> str:
        """Why files of these sizes are not taken, in a sentence; '' where they are."""
        if len(sizes) > MOST_FILES:
            return (
                f"{len(sizes)} files are too many at once. Choose up to {MOST_FILES}."
            )
        if max(sizes) > self.limit:
            return f"A file is too large. Each can be up to {size_words(self.limit)}."
        if sum(sizes) > self.total:
            limit = size_words(self.total)
            return f"These files are too large together. Choose up to {limit} at once."
        return ""

    def _take_part(self, message: Message) -> None:
        arriving = self._arriving
        assert arriving, "a part is taken for a choice that is under way"
        file: Any = message.get("file")
        part: Any = message.get("part")
        buffers = message["buffers"]
        content = bytes(buffers[0]) if len(buffers) == 1 else b""
        are_counts = _is_count(file) and _is_count(part)
        is_place = are_counts and file < len(arriving.sizes)
        size = part_size(arriving.sizes[file], part) if is_place else 0
        if not content or len(content) != size:
            fault = "A file did not arrive whole. Please choose the files again."
            self._arriving = None
            self._refuse(arriving.choice, fault)
            return
        arriving.parts[file][part] = content
        self._answer(arriving.choice)

    def _answer(self, choice: str) -> None:
        self.send(ChooserReply(kind="heard", choice=choice))
        if self._arriving is None or not self._arriving.is_whole():
            return
        files = self._arriving.files()
        self._arriving = None
        try:
            for handler in self._handlers:
                handler(files)
        finally:
            self.send(ChooserReply(kind="done", choice=choice))

    def _refuse(self, choice: str, text: str) -> None:
        self.send(ChooserReply(kind="refused", choice=choice, text=text))


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_description(file: Any) -> bool:
    if not isinstance(file, dict):
        return False
    return isinstance(file.get("name"), str) and _is_count(file.get("size"))
