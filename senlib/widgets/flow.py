"""A flow chart of questions, steps and outcomes: walked for a pupil, or drawn by a school for itself."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._messages import FlowAnswer, Message, Receipt
from senlib.widgets._script import script

HERE = Path(__file__).parent
KINDS = ("question", "step", "outcome")
WAYS = ("yes", "no", "next")
FIELDS = ("key", "kind", "text", "label", *WAYS, "leads_to", "counts_as")
# What a page may send: a school's process with room to spare, and no more than a drawing can hold.
MOST_BOXES = 100
LONGEST_TEXT = 500
LONGEST_LABEL = 100
OWN_KEY = re.compile(r"own_([1-9][0-9]{0,8})")


def plain_box(box: Any) -> dict[str, str]:
    """A box with all its fields as text, '' where none is given.

    Raises ValueError where it is no dict, has a field of another name, a value that is not text, no key or another kind.

    >>> plain_box({"key": "end", "kind": "outcome", "text": "Nothing more to plan."})["label"]
    ''
    """
    if not isinstance(box, Mapping) or not set(box) <= set(FIELDS):
        raise ValueError(f"a box is a dict with {', '.join(FIELDS)}")
    plain = {field: box.get(field, "") for field in FIELDS}
    if not all(isinstance(value, str) for value in plain.values()) or not plain["key"]:
        raise ValueError("a box has a key, and all in it is text")
    if plain["kind"] not in KINDS:
        raise ValueError(f"a box is a {', a '.join(KINDS[:-1])} or an {KINDS[-1]}")
    return plain


def plain_boxes(nodes: Any) -> list[dict[str, str]]:
    """The boxes of a chart in their order; ValueError where one is no box, or two have one key.

    >>> plain_boxes([{"key": "end", "kind": "outcome"}, {"key": "end", "kind": "step"}])
    Traceback (most recent call last):
    ValueError: each box has a key of its own
    """
    if not isinstance(nodes, list):
        raise ValueError("the boxes are a list")
    boxes = [plain_box(box) for box in nodes]
    if len({box["key"] for box in boxes}) != len(boxes):
        raise ValueError("each box has a key of its own")
    return boxes


def drawn_boxes(nodes: Any) -> list[dict[str, str]]:
    """The boxes of a chart that a page has drawn: few and short enough; a way to a box that is not there leads nowhere.

    >>> drawn_boxes([{"key": "q", "kind": "question", "yes": "q", "no": "gone"}])[0]["no"]
    ''
    """
    boxes = plain_boxes(nodes)
    if len(boxes) > MOST_BOXES:
        raise ValueError(f"a chart has up to {MOST_BOXES} boxes")
    if any(len(value) > LONGEST_TEXT for box in boxes for value in box.values()):
        raise ValueError(f"a text has up to {LONGEST_TEXT} characters")
    if any(len(box["label"]) > LONGEST_LABEL for box in boxes):
        raise ValueError(f"a label has up to {LONGEST_LABEL} characters")
    keys = {box["key"] for box in boxes}
    return [
        box | {way: box[way] if box[way] in keys else "" for way in WAYS}
        for box in boxes
    ]


def highest_own(nodes: list[dict[str, str]]) -> int:
    """The highest number among the keys that a page has made, 0 where it has made none.

    >>> highest_own([{"key": "q1"}, {"key": "own_2"}, {"key": "own_10"}, {"key": "own_x"}])
    10
    """
    keys = [OWN_KEY.fullmatch(box["key"]) for box in nodes]
    return max((int(key[1]) for key in keys if key), default=0)


class Flow(AnyWidget):
    """Boxes and arrows as on paper, with a way through them lit.

    `nodes`: dicts with `key`, `kind` ('question', 'step' or 'outcome'), `text`, `label`, the ways on `yes`, `no` and
    `next`; `leads_to` and `counts_as` are kept and not drawn; `sums` are the values and words of `counts_as` to
    choose from. What is missing is ''. `start` is the key of the first box.

    Where it is `walkable`, an answer on the page becomes `answer`, {"key", "way", "n"} with the way 'yes', 'no', or ''
    for one taken back; n counts up so that equal ones are all seen. The widget follows no way itself: reply with
    `show(answers=…, passed=…, asks=…, done=…)`. Where it is `editable`, each change becomes `drawn`, {"nodes", "start",
    "n"}; `nodes` and `start` hold it already. Reply with `problems`, sentences that name a box by its label in single
    quotes, and with `saved`, {"at": "14:02"} or {"fault": a sentence}.

    Keys of boxes made on the page are 'own_1', 'own_2' and so on. `own` is the highest number given so far: set it from
    the store before a chart is edited again, so that a deleted box's answers never become another's.

    >>> end = {"key": "end", "kind": "outcome", "text": "Nothing more to plan.", "label": "Done"}
    >>> ask = {"key": "q", "kind": "question", "text": "Is there a plan?", "label": "A plan?", "yes": "end"}
    >>> flow = Flow(nodes=[ask, end], start="q", walkable=True)
    >>> flow.show(answers={"q": "yes"}, passed=["q", "end"], asks="", done=True)
    >>> flow.nodes[0]["no"], flow.passed
    ('', ['q', 'end'])
    """

    _esm = script("flow.js")
    _css = HERE / "flow.css"

    title = traitlets.Unicode("").tag(sync=True)
    nodes = traitlets.List(traitlets.Dict()).tag(sync=True)
    start = traitlets.Unicode("").tag(sync=True)
    answers = traitlets.Dict(
        value_trait=traitlets.Enum(["yes", "no"]), key_trait=traitlets.Unicode()
    ).tag(sync=True)
    passed = traitlets.List(traitlets.Unicode()).tag(sync=True)
    asks = traitlets.Unicode("").tag(sync=True)
    done = traitlets.Bool(False).tag(sync=True)
    problems = traitlets.List(traitlets.Unicode()).tag(sync=True)
    editable = traitlets.Bool(False).tag(sync=True)
    walkable = traitlets.Bool(False).tag(sync=True)
    sums = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    own = traitlets.Int(0, min=0).tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    most = traitlets.Int(MOST_BOXES, read_only=True).tag(sync=True)
    longest_text = traitlets.Int(LONGEST_TEXT, read_only=True).tag(sync=True)
    longest_label = traitlets.Int(LONGEST_LABEL, read_only=True).tag(sync=True)
    # What the page does comes as messages of their own and not by these traits' synchronisation: while Python is busy
    # the front end keeps only the last value of a trait, and the one before it would be lost.
    answer = traitlets.Dict()
    drawn = traitlets.Dict()

    def __init__(self, **traits: Any) -> None:
        self._times_saved = 0
        super().__init__(**traits)
        self.own = max(self.own, highest_own(self.nodes))
        self.on_msg(self._hear)

    def show(
        self, *, answers: Mapping[str, str], passed: list[str], asks: str, done: bool
    ) -> None:
        """Show how far a walk has come, in one step, so that the page never says one half of it."""
        with self.hold_sync():
            self.answers = dict(answers)
            self.passed = list(passed)
            self.asks = asks
            self.done = done

    def draw(
        self,
        *,
        nodes: list[dict[str, str]],
        start: str,
        problems: list[str] | None = None,
    ) -> None:
        """Show another chart in one step, with what is amiss in it; a walk through the one before is let go."""
        with self.hold_sync():
            self.nodes = nodes
            self.start = start
            self.problems = list(problems or [])
            self.own = max(self.own, highest_own(self.nodes))
            self.show(answers={}, passed=[], asks="", done=False)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take nothing from the page by this road: what is done there comes as messages, and is checked."""

    @traitlets.validate("nodes")
    def _check_nodes(self, proposal: dict[str, Any]) -> list[dict[str, str]]:
        try:
            return plain_boxes(proposal["value"])
        except ValueError as fault:
            raise traitlets.TraitError(str(fault)) from None

    @traitlets.validate("saved")
    def _stamp_saved(self, proposal: dict[str, Any]) -> dict[str, Any]:
        # Saved twice within a minute gives equal dicts, which would not be sent: the count tells them apart.
        self._times_saved += 1
        return proposal["value"] and {**proposal["value"], "n": self._times_saved}

    def _hear(
        self, _widget: AnyWidget, content: Message, _buffers: list[memoryview]
    ) -> None:
        if content.get("kind") == "answer":
            self._hear_answer(content)
        elif content.get("kind") == "edit":
            self._hear_edit(content)

    def _acknowledge(self, content: Message, *, accepted: bool) -> None:
        """Answer a message before anyone acts on it, so that what they show in answer comes after."""
        turn = content.get("turn")
        self.send(Receipt(kind="heard", turn=turn, accepted=accepted))

    def _hear_answer(self, content: Message) -> None:
        key: Any = content.get("key")
        way: Any = content.get("way")
        questions = [box["key"] for box in self.nodes if box["kind"] == "question"]
        accepted = self.walkable and key in questions and way in ("yes", "no", "")
        self._acknowledge(content, accepted=accepted)
        if accepted:
            n = self.answer.get("n", 0) + 1
            self.answer = dict(FlowAnswer(key=key, way=way, n=n))

    def _hear_edit(self, content: Message) -> None:
        start = content.get("start")
        try:
            nodes = drawn_boxes(content.get("nodes"))
            accepted = self.editable and isinstance(start, str)
        except ValueError:
            nodes, accepted = [], False
        self._acknowledge(content, accepted=accepted)
        if not accepted:
            return
        keys = {box["key"] for box in nodes}
        start = start if start in keys else ""
        with self.hold_sync():
            self.nodes = nodes
            self.start = start
            self.own = max(self.own, highest_own(nodes))
        boxes = [dict(box) for box in nodes]
        self.drawn = {"nodes": boxes, "start": start, "n": self.drawn.get("n", 0) + 1}
