"""Word: how each kind of part is written, blank to be filled in by hand, or filled in with answers in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod

from senlib.exports._docx import HELP, INTRO, LIST, Cell, WordFile
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
    Section,
    answer_key,
    place,
)
from senlib.workbook.rows import own_rows, rows_form
from senlib.workbook.store import AnswersByForm

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


def copy_of(part: Part, *, of: str, answers: AnswersByForm | None) -> Copy:
    """A part filled in for `of` ('' for the school) from all `answers` (`Store.forms()`), with the school's own rows; blank without."""
    if answers is None:
        return Copy(part=part)
    form = place(part.key, of=of)
    own = answers.get(rows_form(part.key), {})
    return Copy(part=part, answers=answers.get(form, {}), rows=own_rows(own))


def write_pack(word: WordFile, part: Cards, *, level: int) -> None:
    """Cards to cut out: the headings first, then the cards by their alphabet, so that those which belong together do not lie together."""
    titles = [group.title for group in part.groups]
    texts = sorted(card.text for card in part.cards)
    word.add_lines(
        "Cut along the dashed lines. Lay each card under one of the headings."
    )
    word.add_heading("The headings", level=level)
    word.add_cards(titles, height=_HEADING_CARD, says="Headings to cut out")
    word.add_heading("The cards", level=level)
    word.add_cards(texts, height=_CARD, says="Cards to cut out")


@dataclass(frozen=True)
class CopyWriter:
    """Writes a copy at the end of a document, its own headings on `level`."""

    word: WordFile
    copy: Copy
    level: int

    def write(self) -> None:
        """What the part asks, and what was answered."""
        part = self.copy.part
        only_read = isinstance(part, Points | Resources)
        if self.copy.blank or only_read:
            self.word.add_lines(part.intro, style=INTRO)
        self._write(part)

    @singledispatchmethod
    def _write(self, part: Part) -> None:
        raise TypeError(f"A {type(part).__name__} cannot be written in Word.")

    @_write.register
    def _form(self, part: Form) -> None:
        kinds = {box.kind for box in part.fields}
        if self.copy.across:
            self._boxes_beside_each_other(part)
        elif kinds <= {"text"}:
            self._questions(part)
        else:
            self._boxes(part)

    def _boxes_beside_each_other(self, part: Form) -> None:
        fields = part.fields
        self.word.add_table(
            heads=list(map(self._head, fields)),
            rows=[[self._answer(box, box.key) for box in fields]],
            weights=[_WIDE[box.kind] for box in fields],
            says=part.title,
            heights=[_ROW] if self.copy.blank else [],
        )

    def _boxes(self, part: Form) -> None:
        rows, heights = [], []
        for box in part.fields:
            answer = self._answer(box, box.key)
            rows.append([self._head(box), answer])
            heights.append(_TALL_ROW if box.kind == "text" else _ROW)
        self.word.add_table(
            heads=[Cell("What is asked"), Cell("Answer")],
            rows=rows,
            weights=(1, 2.4),
            says=part.title,
            heights=heights if self.copy.blank else [],
        )

    def _questions(self, part: Form) -> None:
        """Questions, each over a box of its own."""
        height = _ROW
        if self.copy.roomy and self.copy.blank:
            *_, height = _ROOMY_BOXES[: len(part.fields)]
        elif self.copy.blank:
            height = _BOX
        for box in part.fields:
            self._heading(box.label)
            if self.copy.blank:
                self.word.add_lines(box.help, style=HELP)
            answer = self._answer(box, box.key)
            texts = [answer.text, answer.small]
            text = "\n".join(filter(None, texts))
            self.word.add_box(text, height=height, says=box.label)

    @_write.register
    def _grid(self, grid: Grid) -> None:
        rows = [*grid.rows, *self.copy.rows]
        lengths = [len(row.label) for row in rows]
        longest = max(lengths, default=2 * _SHORT_LABEL)
        label_width = min(max(longest / 14, 1.6), 4.5)
        weights = [label_width, *(_WIDE[column.kind] for column in grid.columns)]
        heads = list(map(self._head, grid.columns))
        # Where no row has a name, only the columns to write in.
        first = 0 if rows else 1
        rows += self._blank_rows(grid)
        for title, members in _by_section(grid, rows):
            if title:
                self._heading(title)
            corner = _corner(grid, title, longest=longest)
            lines = [self._line(grid, row) for row in members]
            heights = [_row_height(grid)] * len(lines)
            self.word.add_table(
                heads=[Cell(corner), *heads][first:],
                rows=[line[first:] for line in lines],
                weights=weights[first:],
                says=f"{grid.title}: {title}" if title else grid.title,
                heights=heights if self.copy.blank else [],
            )

    def _blank_rows(self, grid: Grid) -> list[Row]:
        """Rows for a school's own, to write in by hand."""
        if not self.copy.blank or not grid.room_for_own_rows:
            return []
        count = 3 if grid.rows else 10
        return [Row("", "")] * count

    def _line(self, grid: Grid, row: Row) -> list[Cell]:
        starts = {**grid.starts, **row.start}
        cells = [Cell(row.label)]
        for column in grid.columns:
            key = answer_key(row=row.key, column=column.key)
            start = starts.get(column.key, "")
            answer = self._answer(column, key, start=start)
            cells.append(answer)
        return cells

    @_write.register
    def _checklist(self, part: Checklist) -> None:
        if not self.copy.blank:
            asked = Field("", "Answer", kind="choice", choices=part.choices)
            self._answered_items(part, asked, width=4)
            return
        labels = [Cell(choice.label, centred=True) for choice in part.choices]
        box = Cell(EMPTY, centred=True)
        boxes = [box] * len(part.choices)
        self.word.add_table(
            heads=[Cell(part.title), *labels],
            rows=[[Cell(item.text), *boxes] for item in part.items],
            weights=[6, *(1.3 for _ in part.choices)],
            says=part.title,
            heights=[_ROW] * len(part.items),
        )

    @_write.register
    def _points(self, part: Points) -> None:
        if part.to_plan:
            asked = Field("", "In the plan", kind="yes")
            self._answered_items(part, asked, width=6)
            return
        for item in part.items:
            line = item.text.replace("\n", " ")
            self.word.add_lines(line, style=LIST)

    def _answered_items(
        self, part: Checklist | Points, asked: Field, *, width: float
    ) -> None:
        """Lines, so many times as wide as the answer beside each."""
        rows = []
        for item in part.items:
            answer = self._answer(asked, item.key)
            rows.append([Cell(item.text), answer])
        self.word.add_table(
            heads=[Cell(part.title), Cell(asked.label)],
            rows=rows,
            weights=(width, 1),
            says=part.title,
        )

    @_write.register
    def _resources(self, part: Resources) -> None:
        heads = ("Publication", "Its number in 2005", "What came after it")
        rows = []
        for one in part.items:
            texts = (one.title, one.number, one.replaced_by)
            rows.append([Cell(text) for text in texts])
        self.word.add_table(
            heads=[Cell(head) for head in heads],
            rows=rows,
            weights=(3, 1.5, 3),
            says=part.title,
        )

    @_write.register
    def _cards(self, part: Cards) -> None:
        if self.copy.blank:
            write_pack(self.word, part, level=self.level)
            return
        texts: dict[str, list[str]] = {group.key: [] for group in part.groups}
        not_laid: list[str] = []
        for card in part.cards:
            laid = self.copy.value(card.key)
            texts.get(laid, not_laid).append(card.text)
        for group in part.groups:
            self._heading(group.title)
            self._card_list(texts[group.key])
        if not_laid:
            self._heading("Not laid yet")
            self._card_list(not_laid)

    def _card_list(self, texts: Sequence[str]) -> None:
        if texts:
            lines = "\n".join(texts)
            self.word.add_lines(lines, style=LIST)
        else:
            self.word.add_lines("No card.")

    @_write.register
    def _flow_chart(self, chart: FlowChart) -> None:
        blank = self.copy.blank
        trail = walk(chart, self.copy.answers or {})
        nodes = chart.nodes.values() if blank else trail.nodes
        steps = enumerate(nodes, start=1)
        numbers = {node.key: str(number) for number, node in steps}
        rows = []
        for node in nodes:
            answer = _ways(node, numbers) if blank else self._way(node)
            texts = (numbers[node.key], node.text, answer)
            rows.append([Cell(text) for text in texts])
        self.word.add_table(
            heads=[Cell("Step"), Cell(chart.title), Cell("Answer")],
            rows=rows,
            weights=(0.6, 5, 2),
            says=chart.title,
            heights=[_STEP] * len(rows) if blank else [],
        )
        if not blank:
            self.word.add_lines(_ENDS[trail.comes_to])

    def _way(self, node: Node) -> str:
        """Which way was taken out of a box."""
        if node.kind != "question":
            return ""
        words = {"yes": "Yes", "no": "No"}
        answer = self.copy.value(node.key)
        return words.get(answer, "Not answered yet")

    def _heading(self, text: str) -> None:
        self.word.add_heading(text, level=self.level)

    def _head(self, asked: Field) -> Cell:
        """What is asked; its help only where it is still to be answered."""
        help = asked.help if self.copy.blank else ""
        return Cell(asked.label, small=help)

    def _answer(self, asked: Field, key: str, *, start: str = "") -> Cell:
        """What was answered, in words; in a blank copy what there is to choose, or what the form itself begins with."""
        if self.copy.blank:
            text = start or _to_tick(asked)
            return Cell(text, centred=asked.kind == "yes")
        answer = self.copy.value(key, start=start)
        text = self._in_words(asked, answer)
        last = self.copy.last.get(key, "")
        before = self._in_words(asked, last)
        small = f"Last time: {before}" if before else ""
        centred = asked.kind in ("yes", "number", "initials")
        return Cell(text, small=small, centred=centred)

    def _in_words(self, asked: Field, value: str) -> str:
        """An answer as a reader has it: names and labels in place of keys."""
        if asked.kind == "yes":
            return TICK if value == "yes" else ""
        if asked.kind == "date":
            return written_day(value)
        if asked.kind == "pupil" and value:
            return self.copy.names.get(value, NO_PUPIL)
        if asked.kind == "action" and value:
            return self.copy.names.get(value, NO_ACTION)
        for choice in asked.choices:
            if choice.key == value:
                return choice.label
        return value


def _by_section(grid: Grid, rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows under each section's title; those whose section is no longer there stand in the last."""
    sections = grid.sections or (Section("", ""),)
    members: dict[str, list[Row]] = {section.key: [] for section in sections}
    last = members[sections[-1].key]
    for row in rows:
        members.get(row.section, last).append(row)
    for section in sections:
        yield section.title, members[section.key]


def _corner(grid: Grid, title: str, *, longest: int) -> str:
    """What stands over the rows' names, where there is room and no column is called so."""
    corner = title or grid.title
    labels = [column.label for column in grid.columns]
    return "" if longest <= _SHORT_LABEL or corner in labels else corner


def _row_height(grid: Grid) -> float:
    kinds = [column.kind for column in grid.columns]
    if "text" not in kinds:
        return _ROW
    few = len(grid.rows) <= 5 and len(kinds) > 2
    return _TALLEST_ROW if few else _TALL_ROW


def _ways(node: Node, numbers: Mapping[str, str]) -> str:
    """Where each way out of a box goes on, to tick by hand."""
    if node.kind == "outcome":
        return "The end"
    labels = {"yes": f"{EMPTY} Yes: go", "no": f"{EMPTY} No: go", "next": "Go"}
    lines = []
    for way, target in node.ways.items():
        if target in numbers:
            lines.append(f"{labels[way]} on to {numbers[target]}")
    return "\n".join(lines)


def _to_tick(asked: Field) -> str:
    if asked.kind == "yes":
        return EMPTY
    return "\n".join(f"{EMPTY} {choice.label}" for choice in asked.choices)
