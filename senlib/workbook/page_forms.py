"""The forms of each page, read from the words under content/."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, overload

from senlib import content
from senlib.workbook.flow_chart import FlowChart, nodes_from
from senlib.workbook.forms import (
    Card,
    Cards,
    Checklist,
    Choice,
    Field,
    Form,
    Grid,
    Item,
    Part,
    Points,
    Prompt,
    Resource,
    Resources,
    Row,
    Section,
)

# A part as it stands in a file of words.
_Table = Mapping[str, Any]

_Kind = TypeVar("_Kind", bound=Part)


@dataclass(frozen=True)
class PageForms:
    """What one page asks, in its order."""

    stem: str
    parts: tuple[Part, ...]

    @overload
    def part(self, key: str) -> Part: ...

    @overload
    def part(self, key: str, kind: type[_Kind]) -> _Kind: ...

    def part(self, key: str, kind: type[Part] = Part) -> Part:
        """The part with that key, of that kind; TypeError where it is of another.

        KeyError with the keys there are where it is none of them.

        >>> load("task2_role_of_the_senco").part("task2.role", Grid).columns[0].label
        'Where we are'
        """
        for part in self.parts:
            if part.key == key:
                if not isinstance(part, kind):
                    raise TypeError(f"{key!r} is no {kind.__name__}")
                return part
        keys = ", ".join(part.key for part in self.parts)
        raise KeyError(f"{key!r} is no part of {self.stem}: {keys}")


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
    words = files(content) / f"{stem}.toml"
    tables = tomllib.loads(words.read_text(encoding="utf-8"))["parts"]
    tables_of_grids = [table for table in tables if table["is"] == "grid"]
    grids = {table["key"]: _grid(table) for table in tables_of_grids}
    parts = [_part(table, grids) for table in tables]
    return PageForms(stem, tuple(parts))


def _part(table: _Table, grids: Mapping[str, Grid]) -> Part:
    if table["is"] == "grid":
        return grids[table["key"]]
    if table["is"] == "cards":
        return _cards(table, grids[table["grid"]])
    return _READERS[table["is"]](table)


def _head(table: _Table) -> dict[str, Any]:
    return {
        name: table[name]
        for name in ("key", "title", "unit", "intro", "each", "again")
        if name in table
    }


def _form(table: _Table) -> Form:
    fields = map(_field, table["fields"])
    return Form(**_head(table), fields=tuple(fields))


def _prompt(table: _Table) -> Prompt:
    fields = [Field(key, label) for key, label in table["prompts"]]
    return Prompt(**_head(table), fields=tuple(fields))


def _grid(table: _Table) -> Grid:
    sections = []
    columns = map(_field, table["columns"])
    pairs = table.get("rows", [])
    rows = _rows(table, pairs, section="")
    for section in table.get("sections", []):
        key, pairs = section["key"], section["rows"]
        sections.append(Section(key, section["title"]))
        rows += _rows(table, pairs, section=key)
    return Grid(
        **_head(table),
        columns=tuple(columns),
        rows=tuple(rows),
        sections=tuple(sections),
        room_for_own_rows=table.get("room_for_own_rows", False),
        starts=table.get("starts", {}),
    )


def _rows(table: _Table, rows: list[list[str]], *, section: str) -> list[Row]:
    starts = table.get("starts", {})
    own_starts = table.get("start", {})
    read = []
    for key, label in rows:
        start = starts | own_starts.get(key, {})
        read.append(Row(key, label, section, start))
    return read


def _cards(table: _Table, grid: Grid) -> Cards:
    # The cards are the rows of a grid, defined there once.
    cards = [Card(row.key, row.label, row.section) for row in grid.rows]
    return Cards(**_head(table), groups=grid.sections, cards=tuple(cards))


def _checklist(table: _Table) -> Checklist:
    items, choices = _items(table), _choices(table)
    return Checklist(**_head(table), items=items, choices=choices)


def _points(table: _Table) -> Points:
    to_plan = table.get("to_plan", False)
    return Points(**_head(table), items=_items(table), to_plan=to_plan)


def _resources(table: _Table) -> Resources:
    items = [Resource(**item) for item in table["items"]]
    return Resources(**_head(table), items=tuple(items))


def _flow_chart(table: _Table) -> FlowChart:
    nodes = nodes_from(table["nodes"])
    return FlowChart(**_head(table), start=table["start"], nodes=nodes)


def _field(table: _Table) -> Field:
    return Field(**{**table, "choices": _choices(table)})


def _items(table: _Table) -> tuple[Item, ...]:
    return tuple(Item(*item) for item in table["items"])


def _choices(table: _Table) -> tuple[Choice, ...]:
    pairs = table.get("choices", [])
    return tuple(Choice(key, label) for key, label in pairs)


_READERS: Mapping[str, Callable[[_Table], Part]] = {
    "form": _form,
    "prompt": _prompt,
    "checklist": _checklist,
    "points": _points,
    "resources": _resources,
    "flow_chart": _flow_chart,
}
