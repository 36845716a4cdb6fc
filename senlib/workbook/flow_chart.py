"""Flow charts: questions and steps that lead to outcomes, the walk through one by answers, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from senlib.workbook.forms import Part

NODE_KINDS = ("question", "step", "outcome")


@dataclass(frozen=True)
class Node:
    """A box of a flow chart: a question goes on by `yes` or `no`, a step by `next`, an outcome ends the walk.

    `label` is its short name, for drawing and for sums over a class. `leads_to` is the key of the part to fill in next, or ''.
    `counts_as` is what a way through this box adds up as: 'annotation' of the class's plan, a 'plan' of its own, or ''.
    """

    key: str
    kind: str
    text: str
    label: str
    yes: str = ""
    no: str = ""
    next: str = ""
    leads_to: str = ""
    counts_as: str = ""

    @property
    def ways(self) -> dict[str, str]:
        """The ways out by name, '' where one leads nowhere yet.

        >>> Node("q", "question", "Does it fit?", "Fits?", yes="end").ways
        {'yes': 'end', 'no': ''}
        """
        if self.kind == "question":
            return {"yes": self.yes, "no": self.no}
        if self.kind == "step":
            return {"next": self.next}
        return {}


@dataclass(frozen=True, kw_only=True)
class FlowChart(Part):
    """Questions and steps that lead to outcomes, from `start`; answers are 'yes' or 'no' by the question's key."""

    start: str
    nodes: Mapping[str, Node]

    @property
    def answers(self) -> tuple[str, ...]:
        """One per question."""
        nodes = self.nodes.values()
        return tuple(node.key for node in nodes if node.kind == "question")


@dataclass(frozen=True)
class Trail:
    """The boxes a walk has passed, in order, and whether it has come to an outcome."""

    nodes: tuple[Node, ...]
    done: bool

    @property
    def asks(self) -> Node | None:
        """The question on which the walk waits, or None.

        >>> from senlib.workbook.page_forms import load
        >>> chart = load("task7_planning").part("task7.chart", FlowChart)
        >>> walk(chart, {}).asks.key, walk(chart, {"q1": "yes", "q4": "no"}).asks
        ('q1', None)
        """
        last = self.nodes[-1] if self.nodes else None
        waits = last and last.kind == "question" and not self.done
        return last if waits else None

    @property
    def comes_to(self) -> str:
        """What the walk comes to: 'plan', 'annotation' or 'nothing more', the largest that any box counts as; '' until it is done.

        >>> from senlib.workbook.page_forms import load
        >>> chart = load("task7_planning").part("task7.chart", FlowChart)
        >>> [walk(chart, {"q1": "yes", "q4": way}).comes_to for way in ("yes", "no", "")]
        ['annotation', 'nothing more', '']
        """
        if not self.done:
            return ""
        sums = {node.counts_as for node in self.nodes}
        if "plan" in sums or any(map(_is_plan, self.nodes)):
            return "plan"
        return "annotation" if "annotation" in sums else "nothing more"

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The keys of the parts that the walk asks to be filled in, each once, in the order it met them.

        >>> from senlib.workbook.page_forms import load
        >>> chart = load("task7_planning").part("task7.chart", FlowChart)
        >>> walk(chart, {"q1": "no", "q2": "no", "q3": "no", "q4": "no"}).leads_to, walk(chart, {"q1": "yes"}).leads_to
        (('task6.iep',), ())
        """
        parts = dict.fromkeys(node.leads_to for node in self.nodes)
        return tuple(filter(None, parts))


def problems(chart: FlowChart) -> list[str]:
    """What stands in the way of walking a chart, in plain words: dead ends, unknown targets, boxes out of reach, loops.

    An empty list means that every walk ends at an outcome and that every box can be met.

    >>> from senlib.workbook.page_forms import load
    >>> chart = load("task7_planning").part("task7.chart", FlowChart)
    >>> problems(chart)
    []
    >>> from dataclasses import replace
    >>> problems(replace(chart, start="q9"))
    ["The chart starts at 'q9', and there is no such box."]
    """
    if chart.start not in chart.nodes:
        return [f"The chart starts at {chart.start!r}, and there is no such box."]
    sentences: list[str] = []
    for node in chart.nodes.values():
        sentences += _problems_of(node, chart.nodes)
    reached = _reached(chart)
    for node in chart.nodes.values():
        if node.key not in reached:
            sentences.append(f"No way leads to {_name(node)}.")
    labels = [_name(chart.nodes[key]) for key in _loop(chart)]
    loop = " to ".join(labels)
    if loop:
        sentences.append(f"The way goes round in a loop: {loop}.")
    return sentences


def walk(chart: FlowChart, answers: Mapping[str, str]) -> Trail:
    """Follow a chart by answers, 'yes' or 'no' by question, as far as they lead; an unfinished chart ends the walk, never an error.

    >>> from senlib.workbook.page_forms import load
    >>> chart = load("task7_planning").part("task7.chart", FlowChart)
    >>> trail = walk(chart, {"q1": "no", "q2": "yes", "q4": "no"})
    >>> [node.key for node in trail.nodes], trail.done
    (['q1', 'q2', 'annotate_objectives', 'q4', 'nothing_more'], True)
    """
    passed: dict[str, Node] = {}
    key = chart.start
    # A school's own chart may still hold a loop: a box met before ends the walk.
    while key in chart.nodes and key not in passed:
        node = passed[key] = chart.nodes[key]
        way = answers.get(key, "") if node.kind == "question" else "next"
        key = node.ways.get(way, "")
    nodes = tuple(passed.values())
    is_done = bool(nodes) and nodes[-1].kind == "outcome"
    return Trail(nodes, done=is_done)


def nodes_from(tables: list[Mapping[str, str]]) -> dict[str, Node]:
    """The boxes of a chart by key, from one table each: the shape in content/, and of a chart that a school has drawn.

    >>> nodes_from([{"key": "end", "kind": "outcome", "text": "Nothing more to plan.", "label": "Done"}])["end"].kind
    'outcome'
    """
    return {table["key"]: Node(**table) for table in tables}


def _is_plan(node: Node) -> bool:
    """Whether a box asks for a plan without saying what it counts as."""
    return bool(node.leads_to and not node.counts_as)


def _name(node: Node) -> str:
    return f"'{node.label or node.text or node.key}'"


def _problems_of(node: Node, nodes: Mapping[str, Node]) -> Iterator[str]:
    if node.kind not in NODE_KINDS:
        yield f"{_name(node)} is neither a question, a step nor an outcome."
    if not node.text.strip():
        yield f"{_name(node)} has no words."
    for way, target in node.ways.items():
        onward = "" if way == "next" else f" on '{way}'"
        if not target:
            yield f"{_name(node)} is a dead end{onward}: it leads nowhere, and it is no outcome."
        elif target not in nodes:
            yield f"{_name(node)} leads{onward} to {target!r}, and there is no such box."


def _reached(chart: FlowChart) -> set[str]:
    reached: set[str] = set()
    waiting = [chart.start]
    while waiting:
        key = waiting.pop()
        if key in chart.nodes and key not in reached:
            reached.add(key)
            waiting.extend(chart.nodes[key].ways.values())
    return reached


def _loop(chart: FlowChart) -> list[str]:
    """The first loop a walk can fall into, its first box repeated at the end; [] where there is none."""
    cleared: set[str] = set()
    path: list[str] = []
    branches = [iter([chart.start])]
    # Depth first with a stack of its own, so that a long chart cannot exhaust Python's.
    while branches:
        key = next(branches[-1], None)
        if key is None:
            branches.pop()
            if path:
                cleared.add(path.pop())
        elif key in path:
            return [*path[path.index(key) :], key]
        elif key in chart.nodes and key not in cleared:
            path.append(key)
            branches.append(iter(chart.nodes[key].ways.values()))
    return []
