"""Forms: what can be asked in the workbook, as data read from the words under content/; nothing here computes or keeps an answer."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from senlib import content

# For 'pupil' and 'action' the page offers what there is to choose: pupils of the school, actions of the plan.
KINDS = (
    "text",
    "short",
    "choice",
    "date",
    "number",
    "initials",
    "yes",
    "pupil",
    "action",
)
NODE_KINDS = ("question", "step", "outcome")


@dataclass(frozen=True)
class Choice:
    """One answer to choose: the store keeps `key`, the page shows `label`, so that a label can be reworded."""

    key: str
    label: str


@dataclass(frozen=True)
class Field:
    """One thing to fill in: a box of a form, or a column of a grid.

    `kind` is one of KINDS; `choices` is filled for 'choice' alone. What is written in a `to_plan` field may be taken into the
    action plan.
    """

    key: str
    label: str
    kind: str = "text"
    help: str = ""
    choices: tuple[Choice, ...] = ()
    to_plan: bool = False


@dataclass(frozen=True)
class Section:
    """A heading over some rows of a grid, or a group into which cards are sorted."""

    key: str
    title: str


@dataclass(frozen=True)
class Row:
    """A row of a grid; `section` is a Section's key, or '' in a grid without headings; `start` holds first values by column key."""

    key: str
    label: str
    section: str = ""
    start: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """A line of a checklist or of a list to read; `feeds` is the key of a row in the self-review on which it bears, or ''."""

    key: str
    text: str
    feeds: str = ""


@dataclass(frozen=True)
class Card:
    """A card to sort; `group` is the key of the group in which the booklet has it: a start for discussion, never a mark."""

    key: str
    text: str
    group: str


@dataclass(frozen=True)
class Resource:
    """A publication: its number in 2005, and what has replaced it, as far as that is known."""

    key: str
    title: str
    number: str
    replaced_by: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """What every part of a page has.

    `unit` cites the booklet; `each` names what a copy is filled in for ('pupil', 'intervention', 'observation', 'class'), '' where
    the school has one. An answer is kept under the part's key as its form (see `place`), and one of `answers` as its field.
    Where `again`, it is filled in anew from time to time, with what stood there last time beside it.
    """

    key: str
    title: str
    unit: str
    intro: str = ""
    each: str = ""
    again: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        """The keys under which the store keeps this part's own answers; rows a school adds come on top."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Form(Part):
    """Boxes to fill in, one below the other."""

    fields: tuple[Field, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        """One per field.

        >>> load("task7_planning").part("unit6.reflection").answers
        ('subject_leaders', 'systems')
        """
        return tuple(field.key for field in self.fields)


@dataclass(frozen=True, kw_only=True)
class Prompt(Form):
    """A reflection box: a form of text fields, each of them a question of the unit that `unit` names."""


@dataclass(frozen=True, kw_only=True)
class Grid(Part):
    """A table to fill in: rows, under headings where `sections` has any, by columns; a school may add rows where there is room.

    `starts` holds first values by column key for every row, a school's own too; each row's `start` has them already.
    """

    columns: tuple[Field, ...]
    rows: tuple[Row, ...] = ()
    sections: tuple[Section, ...] = ()
    room_for_own_rows: bool = False
    starts: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[str, ...]:
        """One per row and column.

        >>> load("task2_role_of_the_senco").part("task2.role").answers[:2]
        ('task2.judging.1.where', 'task2.judging.1.evidence')
        """
        return tuple(
            answer_key(row=row.key, column=column.key)
            for row in self.rows
            for column in self.columns
        )


@dataclass(frozen=True, kw_only=True)
class Cards(Part):
    """Cards to sort into groups."""

    groups: tuple[Section, ...]
    cards: tuple[Card, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        """One per card; its value is the key of the group it lies in."""
        return tuple(card.key for card in self.cards)


@dataclass(frozen=True, kw_only=True)
class Checklist(Part):
    """Lines that are each answered with one of `choices`."""

    items: tuple[Item, ...]
    choices: tuple[Choice, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        """One per line."""
        return tuple(item.key for item in self.items)


@dataclass(frozen=True, kw_only=True)
class Points(Part):
    """Lines to read; where `to_plan`, each can be taken into the action plan as it stands."""

    items: tuple[Item, ...]
    to_plan: bool = False


@dataclass(frozen=True, kw_only=True)
class Resources(Part):
    """Publications to know of."""

    items: tuple[Resource, ...]


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
        return {"next": self.next} if self.kind == "step" else {}


@dataclass(frozen=True, kw_only=True)
class FlowChart(Part):
    """Questions and steps that lead to outcomes, from `start`; answers are 'yes' or 'no' by the question's key."""

    start: str
    nodes: Mapping[str, Node]

    @property
    def answers(self) -> tuple[str, ...]:
        """One per question."""
        return tuple(
            node.key for node in self.nodes.values() if node.kind == "question"
        )


@dataclass(frozen=True)
class Trail:
    """The boxes a walk has passed, in order, and whether it has come to an outcome."""

    nodes: tuple[Node, ...]
    done: bool

    @property
    def asks(self) -> Node | None:
        """The question on which the walk waits, or None.

        >>> chart = load("task7_planning").part("task7.chart")
        >>> walk(chart, {}).asks.key, walk(chart, {"q1": "yes", "q4": "no"}).asks
        ('q1', None)
        """
        return (
            self.nodes[-1]
            if self.nodes and self.nodes[-1].kind == "question" and not self.done
            else None
        )

    @property
    def comes_to(self) -> str:
        """What the walk comes to: 'plan', 'annotation' or 'nothing more', the largest that any box counts as; '' until it is done.

        >>> chart = load("task7_planning").part("task7.chart")
        >>> [walk(chart, {"q1": "yes", "q4": way}).comes_to for way in ("yes", "no", "")]
        ['annotation', 'nothing more', '']
        """
        counted = {
            node.counts_as or ("plan" if node.leads_to else "") for node in self.nodes
        }
        return (
            next(
                what
                for what in ("plan", "annotation", "nothing more")
                if what in counted | {"nothing more"}
            )
            if self.done
            else ""
        )

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The keys of the parts that the walk asks to be filled in, each once, in the order it met them.

        >>> chart = load("task7_planning").part("task7.chart")
        >>> walk(chart, {"q1": "no", "q2": "no", "q3": "no", "q4": "no"}).leads_to, walk(chart, {"q1": "yes"}).leads_to
        (('task6.iep',), ())
        """
        return tuple(
            dict.fromkeys(node.leads_to for node in self.nodes if node.leads_to)
        )


@dataclass(frozen=True)
class PageForms:
    """What one page asks, in its order."""

    stem: str
    parts: tuple[Part, ...]

    def part(self, key: str) -> Part:
        """The part with that key; KeyError with the keys there are where it is none of them."""
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(
            f"{key!r} is no part of {self.stem}: {', '.join(part.key for part in self.parts)}"
        )


def answer_key(*, row: str, column: str) -> str:
    """The key under which the store keeps one cell of a grid, for its own rows and for those a school adds.

    >>> answer_key(row="task2.judging.1", column="evidence")
    'task2.judging.1.evidence'
    """
    return f"{row}.{column}"


def place(key: str, *, of: str = "") -> str:
    """The form under which the store keeps a part's answers: the part's key, and whom or what a copy is filled in for.

    >>> place("review"), place("task6.iep", of="0123")
    ('review', 'task6.iep/0123')
    """
    return f"{key}/{of}" if of else key


def copies(
    held: Mapping[str, Mapping[str, str]], key: str
) -> dict[str, Mapping[str, str]]:
    """A part's answers by whom or what each copy is filled in for, '' for the school's own; out of the values of many forms.

    >>> copies({"task6.iep/0123": {"a": "b"}, "task6.iep.about/0123": {}, "review": {}}, "task6.iep")
    {'0123': {'a': 'b'}}
    """
    mine = (form for form in held if form == key or form.startswith(f"{key}/"))
    return {form.removeprefix(key).removeprefix("/"): held[form] for form in mine}


def stems() -> list[str]:
    """The pages that ask something, in the workbook's order.

    >>> stems()[:2]
    ['index', 'task1_conversion_data']
    """
    return sorted(
        file.name.removesuffix(".toml")
        for file in files(content).iterdir()
        if file.name.endswith(".toml")
    )


@cache
def load(stem: str) -> PageForms:
    """The forms of a page by its stem; KeyError with the stems there are where it has none.

    >>> [part.key for part in load("index").parts]
    ['intro.senco', 'intro.reflection']
    """
    if stem not in stems():
        raise KeyError(f"{stem!r} has no forms: {', '.join(stems())}")
    tables = tomllib.loads(
        files(content).joinpath(f"{stem}.toml").read_text(encoding="utf-8")
    )["parts"]
    grids = {table["key"]: _grid(table) for table in tables if table["is"] == "grid"}
    return PageForms(stem, tuple(_part(table, grids) for table in tables))


def problems(chart: FlowChart) -> list[str]:
    """What stands in the way of walking a chart, in plain words: dead ends, unknown targets, boxes out of reach, loops.

    An empty list means that every walk ends at an outcome and that every box can be met.

    >>> chart = load("task7_planning").part("task7.chart")
    >>> problems(chart)
    []
    >>> from dataclasses import replace
    >>> problems(replace(chart, start="q9"))
    ["The chart starts at 'q9', and there is no such box."]
    """
    if chart.start not in chart.nodes:
        return [f"The chart starts at {chart.start!r}, and there is no such box."]
    found = [
        problem
        for node in chart.nodes.values()
        for problem in _problems_of(node, chart.nodes)
    ]
    reached = _reached(chart)
    found += [
        f"No way leads to {_name(node)}."
        for node in chart.nodes.values()
        if node.key not in reached
    ]
    loop = _loop(chart)
    if loop:
        found.append(
            f"The way goes round in a loop: {' to '.join(_name(chart.nodes[key]) for key in loop)}."
        )
    return found


def walk(chart: FlowChart, answers: Mapping[str, str]) -> Trail:
    """Follow a chart by answers, 'yes' or 'no' by question, as far as they lead; an unfinished chart ends the walk, never an error.

    >>> chart = load("task7_planning").part("task7.chart")
    >>> trail = walk(chart, {"q1": "no", "q2": "yes", "q4": "no"})
    >>> [node.key for node in trail.nodes], trail.done
    (['q1', 'q2', 'annotate_objectives', 'q4', 'nothing_more'], True)
    """
    passed: dict[str, Node] = {}
    key = chart.start
    # A school's own chart may still hold a loop: a box met before ends the walk.
    while key in chart.nodes and key not in passed:
        node = passed[key] = chart.nodes[key]
        key = node.ways.get(
            answers.get(key, "") if node.kind == "question" else "next", ""
        )
    nodes = tuple(passed.values())
    return Trail(nodes, done=bool(nodes) and nodes[-1].kind == "outcome")


def nodes_from(tables: list[Mapping[str, str]]) -> dict[str, Node]:
    """The boxes of a chart by key, from one table each: the shape in content/, and of a chart that a school has drawn.

    >>> nodes_from([{"key": "end", "kind": "outcome", "text": "Nothing more to plan.", "label": "Done"}])["end"].kind
    'outcome'
    """
    return {table["key"]: Node(**table) for table in tables}


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


def _part(table: Mapping[str, Any], grids: Mapping[str, Grid]) -> Part:
    if table["is"] == "grid":
        return grids[table["key"]]
    if table["is"] == "cards":
        return _cards(table, grids[table["grid"]])
    return _READERS[table["is"]](table)


def _head(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: table[name]
        for name in ("key", "title", "unit", "intro", "each", "again")
        if name in table
    }


def _form(table: Mapping[str, Any]) -> Form:
    return Form(**_head(table), fields=tuple(map(_field, table["fields"])))


def _prompt(table: Mapping[str, Any]) -> Prompt:
    return Prompt(
        **_head(table),
        fields=tuple(Field(key, label) for key, label in table["prompts"]),
    )


def _grid(table: Mapping[str, Any]) -> Grid:
    sections = table.get("sections", [])
    starts, of_rows = table.get("starts", {}), table.get("start", {})
    headed = [
        ("", table.get("rows", [])),
        *((section["key"], section["rows"]) for section in sections),
    ]
    return Grid(
        **_head(table),
        columns=tuple(map(_field, table["columns"])),
        rows=tuple(
            Row(key, label, section, starts | of_rows.get(key, {}))
            for section, rows in headed
            for key, label in rows
        ),
        sections=tuple(
            Section(section["key"], section["title"]) for section in sections
        ),
        room_for_own_rows=table.get("room_for_own_rows", False),
        starts=starts,
    )


def _cards(table: Mapping[str, Any], grid: Grid) -> Cards:
    # The cards are the rows of a grid, defined there once.
    return Cards(
        **_head(table),
        groups=grid.sections,
        cards=tuple(Card(row.key, row.label, row.section) for row in grid.rows),
    )


def _checklist(table: Mapping[str, Any]) -> Checklist:
    return Checklist(**_head(table), items=_items(table), choices=_choices(table))


def _points(table: Mapping[str, Any]) -> Points:
    return Points(
        **_head(table), items=_items(table), to_plan=table.get("to_plan", False)
    )


def _resources(table: Mapping[str, Any]) -> Resources:
    return Resources(
        **_head(table), items=tuple(Resource(**item) for item in table["items"])
    )


def _flow_chart(table: Mapping[str, Any]) -> FlowChart:
    return FlowChart(
        **_head(table), start=table["start"], nodes=nodes_from(table["nodes"])
    )


def _field(table: Mapping[str, Any]) -> Field:
    return Field(**{**table, "choices": _choices(table)})


def _items(table: Mapping[str, Any]) -> tuple[Item, ...]:
    return tuple(Item(*item) for item in table["items"])


def _choices(table: Mapping[str, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(key, label) for key, label in table.get("choices", []))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Part]] = {
    "form": _form,
    "prompt": _prompt,
    "checklist": _checklist,
    "points": _points,
    "resources": _resources,
    "flow_chart": _flow_chart,
}
