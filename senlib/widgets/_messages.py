"""What the scripts of card sort, list and flow chart send, and what they are sent: one type for each message.

What arrives is checked field by field all the same: a page may send anything.
"""

from typing import Any, Literal, TypedDict


class Message(TypedDict, total=False):
    """Any message of a page before it is checked: its kind, its number, and what each kind brings."""

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


class Receipt(TypedDict):
    """Whether what a page did was accepted; `turn` is the number of its message."""

    kind: Literal["moved", "heard", "edit"]
    turn: int | None
    accepted: bool


class Move(TypedDict):
    """A card laid under a heading, '' for the pile; `n` counts up."""

    card: str
    group: str
    n: int


class Edit(TypedDict):
    """A cell of a list filled in; `n` counts up."""

    id: str
    key: str
    value: Any
    n: int


class FlowAnswer(TypedDict):
    """A question answered with a way, '' where an answer is taken back; `n` counts up."""

    key: str
    way: str
    n: int
