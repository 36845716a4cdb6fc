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
        keys = [part.key for part in self.parts]
        raise KeyError(f"{key!r} is no part of {self.stem}: {', '.join(keys)}")


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
    file = files(content) / f"{stem}.toml"
    words = file.read_text(encoding="utf-8")
    tables = tomllib.loads(words)["parts"]
    of_grids = [table for table in tables if table["is"] == "grid"]
    grids = {table["key"]: _grid(table) for table in of_grids}
    parts = [_part(table, grids) for table in tables]
    return PageForms(stem, tuple(parts))


def _part(table: _Table, grids: Mapping[str, Grid]) -> Part:
    kind = table["is"]
    if kind == "grid":
        return grids[table["key"]]
    values = _values(table)
    if kind == "cards":
        # The cards are the rows of a grid, defined there once.
        grid = grids[values.pop("grid")]
        values["groups"] = grid.sections
        values["cards"] = tuple(map(_card, grid.rows))
    if kind == "prompt":
        values["fields"] = values.pop("prompts")
    if kind == "flow_chart":
        values["nodes"] = nodes_from(values["nodes"])
    return _KINDS[kind](**values)


def _values(table: _Table) -> dict[str, Any]:
    """What a part is made of, by its fields' names."""
    values = {}
    for name, value in table.items():
        read = _READERS.get(name)
        if name != "is":
            values[name] = tuple(map(read, value)) if read else value
    return values


def _grid(table: _Table) -> Grid:
    values = _values(table)
    starts = values.get("starts", {})
    first_values = values.pop("start", {})
    sections = []
    rows = []
    of_no_section = {"key": "", "rows": values.pop("rows", [])}
    for section in (of_no_section, *values.pop("sections", [])):
        place = section["key"]
        if place:
            sections.append(Section(place, section["title"]))
        for key, label in section["rows"]:
            start = starts | first_values.get(key, {})
            rows.append(Row(key, label, place, start))
    return Grid(**values, rows=tuple(rows), sections=tuple(sections))


def _card(row: Row) -> Card:
    return Card(row.key, row.label, row.section)


def _field(table: _Table) -> Field:
    return Field(**_values(table))


def _item(thing: Any) -> Item | Resource:
    """A publication from a table, a line from a list."""
    return Resource(**thing) if isinstance(thing, dict) else Item(*thing)


# The things of a part of which it has several, by their name in a file of words.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "fields": _field,
    "columns": _field,
    "prompts": lambda pair: Field(*pair),
    "items": _item,
    "choices": lambda pair: Choice(*pair),
}
_KINDS: Mapping[str, type[Part]] = {
    "form": Form,
    "prompt": Prompt,
    "cards": Cards,
    "checklist": Checklist,
    "points": Points,
    "resources": Resources,
    "flow_chart": FlowChart,
}
