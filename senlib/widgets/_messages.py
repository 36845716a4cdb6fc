"""What the scripts of the widgets send, and what they are sent: one type for each kind of message."""

from typing import Any, Literal, TypedDict


class Message(TypedDict, total=False):
    """Any message of a page before it is checked, for a page may send anything: its kind and number, and what each kind brings."""

    kind: str
    turn: int
    card: Any  # CardSort, 'move'
    group: Any
    key: Any  # Flow, 'answer', and Listing, 'edit'
    way: Any
    nodes: Any  # Flow, 'edit'
    start: Any
    id: Any  # Listing, 'edit'
    value: Any
    changes: Any  # ColumnReview, 'changes'
    choice: Any  # FileChooser, 'begin', 'part' and 'stop'
    files: Any
    file: Any
    part: Any
    buffers: list[memoryview]  # what came with the message


class Receipt(TypedDict):
    """Whether what a page did was accepted; `turn` is the number of its message."""

    kind: Literal["heard"]
    turn: int | None
    accepted: bool


class Change(TypedDict, total=False):
    """A meaning given to the column `id`, '' to forget it; or what is said of a file in its box `name`."""

    id: str
    file: str
    name: str
    value: str


class ReviewCall(TypedDict, total=False):
    """To a review of columns: go to the column `id`, catch a lost focus, or the changes of message `turn` are dealt with."""

    kind: Literal["focus", "catch", "done"]
    id: str
    turn: int | None


class ChooserReply(TypedDict, total=False):
    """To a file chooser, on its choice: go on, all of it is dealt with, or it is refused, in the words of `text`."""

    kind: Literal["heard", "done", "refused"]
    choice: str
    text: str


class Request(TypedDict, total=False):
    """A sheet's request; a 'save' has `name`, `value` and `seen`, for the others see sheet.REQUESTS."""

    kind: Literal["save", "history", "bring back", "add row", "drop row"]
    turn: int
    name: str
    value: str
    seen: int
    id: int
    section: str
    label: str
    row: str


class Earlier(TypedDict):
    """Another text of a box, by its id in the store, and when it was written, in words."""

    id: int
    value: str
    at: str


class Reply(TypedDict, total=False):
    """To a sheet: what stands in the box `name` now, the text from `elsewhere` that it replaced, earlier texts, or why not."""

    kind: Literal["saved", "history", "brought", "refused"]
    turn: int | None
    name: str
    value: str
    id: int
    at: str
    versions: int
    elsewhere: Earlier | None
    answers: list[Earlier]
    why: str
