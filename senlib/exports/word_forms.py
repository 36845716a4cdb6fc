"""Word: how each kind of part is written, blank to be filled in by hand, or filled in with answers in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch

from docx.document import Document

from senlib.exports import _docx
from senlib.exports._docx import Cell
from senlib.text import written_day
from senlib.workbook.flow_chart import FlowChart, Node, walk
from senlib.workbook.forms import (
    Cards,
    Checklist,
    Field,
    Form,
    Grid,
    Part,
    Points,
    Resources,
    Row,
    answer_key,
    place,
)
from senlib.workbook.rows import own_rows, rows_form

TICK, EMPTY = "✓", "☐"

NO_PUPIL = "A pupil who is no longer in the school’s files"
NO_ACTION = "An action that is no longer in the plan"

# A grid with more columns than this lies across the page.
_MOST_UPRIGHT = 4

# A label up to this many letters stands in a column too narrow for a head.
_SHORT_LABEL = 12

# Widths of columns to write in, as shares of the table's.
_WIDE = {
    "text": 3.0,
    "short": 2.2,
    "choice": 2.5,
    "pupil": 2.2,
    "action": 3.0,
    "date": 1.7,
    "initials": 1.5,
    "number": 1.4,
    "yes": 1.2,
}

# Room to write by hand, in cm: a row of a table; a box under a question; and
# one on a page of its own, by how many boxes stand on it.
_ROW, _STEP, _TALL_ROW, _TALLEST_ROW = 0.9, 1.2, 1.7, 2.3
_BOX, _ROOMY_BOXES = 3.5, (9.0, 7.0, 5.0, 3.6)

# Heights of cards to cut out, in cm.
_HEADING_CARD, _CARD = 2.4, 4.9

_ENDS = {
    "plan": "It comes to a plan of its own, such as an IEP or a plan for the group.",
    "annotation": "It comes to a note on the class plan.",
    "nothing more": "Nothing more to plan for now.",
    "": "The chart has not been walked to its end yet.",
}


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A part of a page, filled in with `answers` by their keys; blank to write in by hand where `answers` is None.

    `rows` are a school's own rows, `last` what was answered last time, `names` the words for the keys of pupils and of actions.
    `heading` stands over it instead of the part's title; '' for none. A form may lie `across`, its boxes beside each other; one that
    is alone in its document may be `roomy`.
    """

    part: Part
    answers: Mapping[str, str] | None = None
    rows: Sequence[Row] = ()
    heading: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    across: bool = False
    roomy: bool = False

    @property
    def blank(self) -> bool:
        """Whether it is to be written in by hand."""
        return self.answers is None

    @property
    def wide(self) -> bool:
        """Whether it lies across the page."""
        return isinstance(self.part, Grid) and len(self.part.columns) > _MOST_UPRIGHT

    def value(self, key: str, *, start: str = "") -> str:
        """What was answered under a key, or what the part itself begins with."""
        return (self.answers or {}).get(key, start)


def copy_of(
    part: Part, *, of: str, answers: Mapping[str, Mapping[str, str]] | None
) -> Copy:
    """A part filled in for `of` ('' for the school) from all `answers` (`Store.forms()`), with the school's own rows; blank without."""
    if answers is None:
        return Copy(part=part)
    rows = own_rows(answers.get(rows_form(part.key), {}))
    return Copy(part=part, answers=answers.get(place(part.key, of=of), {}), rows=rows)


def write_copy(document: Document, copy: Copy, *, level: int) -> None:
    """Write a copy at the end of a document, its own headings on `level`."""
    part = copy.part
    if copy.blank or isinstance(part, Points | Resources):
        _docx.add_lines(document, part.intro, style=_docx.INTRO)
    _write(part, copy, document, level)


def write_pack(document: Document, part: Cards, *, level: int) -> None:
    """Cards to cut out: the headings first, then the cards by their alphabet, so that those which belong together do not lie together."""
    headings = [group.title for group in part.groups]
    texts = sorted(card.text for card in part.cards)
    _docx.add_lines(
        document, "Cut along the dashed lines. Lay each card under one of the headings."
    )
    _docx.add_heading(document, "The headings", level=level)
    _docx.add_cards(
        document, headings, height=_HEADING_CARD, says="Headings to cut out"
    )
    _docx.add_heading(document, "The cards", level=level)
    _docx.add_cards(document, texts, height=_CARD, says="Cards to cut out")


@singledispatch
def _write(part: Part, copy: Copy, document: Document, level: int) -> None:
    raise TypeError(f"A {type(part).__name__} cannot be written in Word.")


@_write.register
def _form(part: Form, copy: Copy, document: Document, level: int) -> None:
    kinds = [one.kind for one in part.fields]
    if not copy.across and set(kinds) <= {"text"}:
        _questions(part, copy, document, level)
        return
    heads = [_head(copy, one) for one in part.fields]
    answers = [_answer(copy, one, one.key) for one in part.fields]
    if copy.across:
        _docx.add_table(
            document,
            heads=heads,
            rows=[answers],
            weights=[_WIDE[kind] for kind in kinds],
            says=part.title,
            heights=[_ROW] if copy.blank else [],
        )
        return
    heights = [_TALL_ROW if kind == "text" else _ROW for kind in kinds]
    _docx.add_table(
        document,
        heads=[Cell("What is asked"), Cell("Answer")],
        rows=zip(heads, answers, strict=True),
        weights=(1, 2.4),
        says=part.title,
        heights=heights if copy.blank else [],
    )


def _questions(part: Form, copy: Copy, document: Document, level: int) -> None:
    """Questions, each over a box of its own."""
    height = _ROW
    if copy.blank:
        fewer = min(len(part.fields), len(_ROOMY_BOXES)) - 1
        height = _ROOMY_BOXES[fewer] if copy.roomy else _BOX
    for one in part.fields:
        _docx.add_heading(document, one.label, level=level)
        if copy.blank:
            _docx.add_lines(document, one.help, style=_docx.HELP)
        answer = _answer(copy, one, one.key)
        text = "\n".join(filter(None, (answer.text, answer.small)))
        _docx.add_box(document, text, height=height, says=one.label)


@_write.register
def _grid(grid: Grid, copy: Copy, document: Document, level: int) -> None:
    rows = [*grid.rows, *copy.rows]
    longest = max((len(row.label) for row in rows), default=2 * _SHORT_LABEL)
    label_width = min(max(longest / 14, 1.6), 4.5)
    weights = [label_width, *(_WIDE[column.kind] for column in grid.columns)]
    columns = [_head(copy, column) for column in grid.columns]
    for title, members in _by_section(grid, [*rows, *_blank_rows(grid, copy)]):
        if title:
            _docx.add_heading(document, title, level=level)
        lines = [_line(grid, copy, row) for row in members]
        heads = [Cell(_corner(grid, title, longest=longest)), *columns]
        # Where no row has a name, only the columns to write in.
        first = 0 if rows else 1
        heights = [_row_height(grid)] * len(lines)
        _docx.add_table(
            document,
            heads=heads[first:],
            rows=[line[first:] for line in lines],
            weights=weights[first:],
            says=f"{grid.title}: {title}" if title else grid.title,
            heights=heights if copy.blank else [],
        )


def _by_section(grid: Grid, rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under each section's title; those whose section is no longer there stand in the last."""
    titles = {section.key: section.title for section in grid.sections} or {"": ""}
    members: dict[str, list[Row]] = {key: [] for key in titles}
    *_, last = titles
    for row in rows:
        members[row.section if row.section in titles else last].append(row)
    return [(titles[key], members[key]) for key in titles]


def _blank_rows(grid: Grid, copy: Copy) -> list[Row]:
    """Rows for a school's own, to write in by hand."""
    if not (copy.blank and grid.room_for_own_rows):
        return []
    return [Row("", "")] * (3 if grid.rows else 10)


def _corner(grid: Grid, title: str, *, longest: int) -> str:
    """What stands over the rows' names, where there is room and no column is called so."""
    corner = title or grid.title
    labels = [column.label for column in grid.columns]
    return "" if longest <= _SHORT_LABEL or corner in labels else corner


def _line(grid: Grid, copy: Copy, row: Row) -> list[Cell]:
    starts = {**grid.starts, **row.start}
    cells = [Cell(row.label)]
    for column in grid.columns:
        key = answer_key(row=row.key, column=column.key)
        cells.append(_answer(copy, column, key, start=starts.get(column.key, "")))
    return cells


def _row_height(grid: Grid) -> float:
    if all(column.kind != "text" for column in grid.columns):
        return _ROW
    few = len(grid.rows) <= 5 and len(grid.columns) > 2
    return _TALLEST_ROW if few else _TALL_ROW


@_write.register
def _checklist(part: Checklist, copy: Copy, document: Document, level: int) -> None:
    if copy.blank:
        heads = [Cell(choice.label, centred=True) for choice in part.choices]
        boxes = [Cell(EMPTY, centred=True) for _ in part.choices]
        _docx.add_table(
            document,
            heads=[Cell(part.title), *heads],
            rows=[[Cell(item.text), *boxes] for item in part.items],
            weights=[6, *[1.3] * len(part.choices)],
            says=part.title,
            heights=[_ROW] * len(part.items),
        )
        return
    asked = Field("answer", "Answer", kind="choice", choices=part.choices)
    _items_with_answers(part, asked, copy, document, weights=(4, 1))


@_write.register
def _points(part: Points, copy: Copy, document: Document, level: int) -> None:
    if part.to_plan:
        asked = Field("taken", "In the plan", kind="yes")
        _items_with_answers(part, asked, copy, document, weights=(6, 1))
        return
    for item in part.items:
        line = item.text.replace("\n", " ")
        _docx.add_lines(document, line, style=_docx.LIST)


def _items_with_answers(
    part: Checklist | Points,
    asked: Field,
    copy: Copy,
    document: Document,
    *,
    weights: Sequence[float],
) -> None:
    """Lines with what was answered to the same question of each."""
    rows = [[Cell(item.text), _answer(copy, asked, item.key)] for item in part.items]
    _docx.add_table(
        document,
        heads=[Cell(part.title), Cell(asked.label)],
        rows=rows,
        weights=weights,
        says=part.title,
    )


@_write.register
def _resources(part: Resources, copy: Copy, document: Document, level: int) -> None:
    heads = ("Publication", "Its number in 2005", "What came after it")
    texts = [(one.title, one.number, one.replaced_by) for one in part.items]
    _docx.add_table(
        document,
        heads=[Cell(head) for head in heads],
        rows=[[Cell(text) for text in row] for row in texts],
        weights=(3, 1.5, 3),
        says=part.title,
    )


@_write.register
def _cards(part: Cards, copy: Copy, document: Document, level: int) -> None:
    if copy.blank:
        write_pack(document, part, level=level)
        return
    groups = {group.key: group.title for group in part.groups}
    texts: dict[str, list[str]] = {key: [] for key in [*groups, ""]}
    for card in part.cards:
        group = copy.value(card.key)
        texts[group if group in groups else ""].append(card.text)
    for key, title in groups.items():
        _docx.add_heading(document, title, level=level)
        _card_list(document, texts[key])
    if texts[""]:
        _docx.add_heading(document, "Not laid yet", level=level)
        _card_list(document, texts[""])


def _card_list(document: Document, texts: Sequence[str]) -> None:
    style = _docx.LIST if texts else None
    _docx.add_lines(document, "\n".join(texts) or "No card.", style=style)


@_write.register
def _flow_chart(chart: FlowChart, copy: Copy, document: Document, level: int) -> None:
    trail = walk(chart, copy.answers or {})
    nodes = list(chart.nodes.values()) if copy.blank else list(trail.nodes)
    numbers = {node.key: str(number) for number, node in enumerate(nodes, start=1)}
    rows = []
    for node in nodes:
        answer = _ways(node, numbers) if copy.blank else _way(node, copy)
        rows.append([Cell(numbers[node.key]), Cell(node.text), Cell(answer)])
    _docx.add_table(
        document,
        heads=[Cell("Step"), Cell(chart.title), Cell("Answer")],
        rows=rows,
        weights=(0.6, 5, 2),
        says=chart.title,
        heights=[_STEP] * len(rows) if copy.blank else [],
    )
    if not copy.blank:
        _docx.add_lines(document, _ENDS[trail.comes_to])


def _way(node: Node, copy: Copy) -> str:
    """Which way was taken out of a box."""
    if node.kind != "question":
        return ""
    answers = {"yes": "Yes", "no": "No"}
    return answers.get(copy.value(node.key), "Not answered yet")


def _ways(node: Node, numbers: Mapping[str, str]) -> str:
    """Where each way out of a box goes on, to tick by hand."""
    if node.kind == "outcome":
        return "The end"
    labels = {"yes": f"{EMPTY} Yes: go", "no": f"{EMPTY} No: go", "next": "Go"}
    lines = [
        f"{labels[way]} on to {numbers[target]}"
        for way, target in node.ways.items()
        if target in numbers
    ]
    return "\n".join(lines)


def _head(copy: Copy, asked: Field) -> Cell:
    """What is asked; its help only where it is still to be answered."""
    return Cell(asked.label, small=asked.help if copy.blank else "")


def _answer(copy: Copy, asked: Field, key: str, *, start: str = "") -> Cell:
    """What was answered, in words; in a blank copy what there is to choose, or what the form itself begins with."""
    if copy.blank:
        return Cell(start or _to_tick(asked), centred=asked.kind == "yes")
    text = _in_words(asked, copy.value(key, start=start), names=copy.names)
    before = _in_words(asked, copy.last.get(key, ""), names=copy.names)
    small = f"Last time: {before}" if before else ""
    centred = asked.kind in ("yes", "number", "initials")
    return Cell(text, small=small, centred=centred)


def _to_tick(asked: Field) -> str:
    if asked.kind == "yes":
        return EMPTY
    return "\n".join(f"{EMPTY} {choice.label}" for choice in asked.choices)


def _in_words(asked: Field, value: str, *, names: Mapping[str, str]) -> str:
    """An answer as a reader has it: names and labels in place of keys."""
    if asked.kind == "yes":
        return TICK if value == "yes" else ""
    if asked.kind == "date":
        return written_day(value)
    if asked.kind == "pupil" and value:
        return names.get(value, NO_PUPIL)
    if asked.kind == "action" and value:
        return names.get(value, NO_ACTION)
    labels = {choice.key: choice.label for choice in asked.choices}
    return labels.get(value, value)
