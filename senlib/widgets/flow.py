"""A flow chart of questions, steps and outcomes: walked for a pupil, or drawn by a school for itself."""

import re
from collections.abc import Mapping
from typing import Any

import traitlets

from senlib.widgets._messages import Message
from senlib.widgets._page_widget import Proposal, SavingWidget

KINDS = ("question", "step", "outcome")
WAYS = ("yes", "no", "next")
FIELDS = ("key", "kind", "text", "label", *WAYS, "leads_to", "counts_as")
# What a page may send: a school's process with room to spare, and no more than a drawing can hold.
MOST_BOXES = 100
LONGEST_TEXT = 500
LONGEST_LABEL = 100
Box = dict[str, str]
OWN_KEY = re.compile(r"own_([1-9][0-9]{0,8})")


def plain_box(box: Any) -> Box:
    """A box with all its fields as text, '' where none is given.

    Raises ValueError where it is no dict, has a field of another name, a value that is not text, no key or another kind.

    >>> plain_box({"key": "end", "kind": "outcome", "text": "Nothing more to plan."})["label"]
    ''
    """
    if not isinstance(box, Mapping) or not box.keys() <= set(FIELDS):
        raise ValueError(f"a box is a dict with {', '.join(FIELDS)}")
    plain = dict.fromkeys(FIELDS, "") | dict(box)
    are_texts = all(isinstance(value, str) for value in plain.values())
    if not are_texts or not plain["key"]:
        raise ValueError("a box has a key, and all in it is text")
    if plain["kind"] not in KINDS:
        raise ValueError(f"a box is a {', a '.join(KINDS[:-1])} or an {KINDS[-1]}")
    return plain


def plain_boxes(nodes: Any) -> list[Box]:
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


def drawn_boxes(nodes: Any) -> list[Box]:
    """The boxes of a chart that a page has drawn: few and short enough; a way to a box that is not there leads nowhere.

    >>> drawn_boxes([{"key": "q", "kind": "question", "yes": "q", "no": "gone"}])[0]["no"]
    ''
    """
    boxes = plain_boxes(nodes)
    if len(boxes) > MOST_BOXES:
        raise ValueError(f"a chart has up to {MOST_BOXES} boxes")
    texts = [value for box in boxes for value in box.values()]
    if any(len(text) > LONGEST_TEXT for text in texts):
        raise ValueError(f"a text has up to {LONGEST_TEXT} characters")
    if any(len(box["label"]) > LONGEST_LABEL for box in boxes):
        raise ValueError(f"a label has up to {LONGEST_LABEL} characters")
    keys = {box["key"] for box in boxes}
    for box in boxes:
        for way in WAYS:
            if box[way] not in keys:
                box[way] = ""
    return boxes


def highest_own(nodes: list[Box]) -> int:
    """The highest number among the keys that a page has made, 0 where it has made none.

    >>> highest_own([{"key": "q1"}, {"key": "own_2"}, {"key": "own_10"}, {"key": "own_x"}])
    10
    """
    matches = [OWN_KEY.fullmatch(box["key"]) for box in nodes]
    numbers = [int(match[1]) for match in matches if match]
    return max(numbers, default=0)


class Flow(SavingWidget, files="flow"):
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

    title = traitlets.Unicode("")
    nodes = traitlets.List(traitlets.Dict())
    start = traitlets.Unicode("")
    answers = traitlets.Dict(
        traitlets.Enum(["yes", "no"]), key_trait=traitlets.Unicode()
    )
    passed = traitlets.List(traitlets.Unicode())
    asks = traitlets.Unicode("")
    done = traitlets.Bool(False)
    problems = traitlets.List(traitlets.Unicode())
    editable = traitlets.Bool(False)
    walkable = traitlets.Bool(False)
    sums = traitlets.List(traitlets.List(traitlets.Unicode()))
    own = traitlets.Int(0, min=0)
    most = traitlets.Int(MOST_BOXES, read_only=True)
    longest_text = traitlets.Int(LONGEST_TEXT, read_only=True)
    longest_label = traitlets.Int(LONGEST_LABEL, read_only=True)
    answer = traitlets.Dict().tag(sync=False)
    drawn = traitlets.Dict().tag(sync=False)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._count_own()

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
        nodes: list[Box],
        start: str,
        problems: list[str] | None = None,
    ) -> None:
        """Show another chart in one step, with what is amiss in it; a walk through the one before is let go."""
        with self.hold_sync():
            self.nodes = nodes
            self.start = start
            self.problems = list(problems or [])
            self._count_own()
            self.show(answers={}, passed=[], asks="", done=False)

    def _count_own(self) -> None:
        self.own = max(self.own, highest_own(self.nodes))

    @traitlets.validate("nodes")
    def _check_nodes(self, proposal: Proposal) -> list[Box]:
        try:
            return plain_boxes(proposal["value"])
        except ValueError as fault:
            raise traitlets.TraitError(str(fault)) from None

    def _hear(self, content: Message) -> None:
        if content.get("kind") == "answer":
            self._hear_answer(content)
        elif content.get("kind") == "edit":
            self._hear_edit(content)

    def _hear_answer(self, content: Message) -> None:
        key: Any = content.get("key")
        way: Any = content.get("way")
        questions = [box["key"] for box in self.nodes if box["kind"] == "question"]
        is_way = way in ("yes", "no", "")
        accepted = self.walkable and key in questions and is_way
        self._acknowledge(content, accepted)
        if accepted:
            self._set_counting("answer", key=key, way=way)

    def _hear_edit(self, content: Message) -> None:
        start = content.get("start")
        try:
            nodes = drawn_boxes(content.get("nodes"))
            accepted = self.editable and isinstance(start, str)
        except ValueError:
            nodes, accepted = [], False
        self._acknowledge(content, accepted)
        if not accepted:
            return
        keys = {box["key"] for box in nodes}
        start = start if start in keys else ""
        with self.hold_sync():
            self.nodes = nodes
            self.start = start
            self._count_own()
        boxes = [dict(box) for box in nodes]
        self._set_counting("drawn", nodes=boxes, start=start)
