"""Word: forms blank or filled, an IEP, a feedback sheet, the action plan, cards to cut out; made from the content and the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from docx.document import Document

from senlib.exports import _docx
from senlib.exports._docx import Cell
from senlib.exports.about import About
from senlib.text import day, one_line, written_day
from senlib.workbook.flow_chart import FlowChart, Node, walk
from senlib.workbook.forms import (
    Cards,
    Checklist,
    Choice,
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
from senlib.workbook.page_forms import load
from senlib.workbook.plan import PLAN, Action
from senlib.workbook.rows import own_rows, rows_form

# A grid with more columns than this lies across the page.
MOST_UPRIGHT = 4

TICK, EMPTY = "✓", "☐"

# For whom a blank form is filled in, where the form itself does not ask.
WHOM = {"pupil": "Pupil", "intervention": "Intervention"}

NO_PUPIL, NO_ACTION = (
    "A pupil who is no longer in the school’s files",
    "An action that is no longer in the plan",
)

IEP = ("task6.iep.about", "task6.iep", "task6.iep.voices")

# A label up to this many letters stands in a column too narrow for a head.
_SHORT_LABEL = 12

# Widths, as shares: a column to write in is three wide.
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

# Room to write by hand, in cm: a row of a table; a box under a question, and one on a page of its own by how many it shares it with.
_ROW, _TALL_ROW, _BOX, _BOXES = 0.9, 1.7, 3.5, (9.0, 7.0, 5.0, 3.6)

_ENDS = {
    "plan": "It comes to a plan of its own, such as an IEP or a plan for the group.",
    "annotation": "It comes to a note on the class plan.",
    "nothing more": "Nothing more to plan for now.",
}

Held = Mapping[str, Mapping[str, str]]


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
        return isinstance(self.part, Grid) and len(self.part.columns) > MOST_UPRIGHT


@dataclass(frozen=True, kw_only=True)
class TextBlock:
    """Text under a heading of its own; a list with a dot before each line where `listed`."""

    heading: str
    text: str
    listed: bool = False
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class TableBlock:
    """A table to read: its heading, the heads of its columns, and its rows as texts; `weights` share out the width.

    `room` is the least height of a row in cm, where there is something to write in by hand.
    """

    heading: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    weights: Sequence[float] = ()
    wide: bool = False
    room: float = 0


@dataclass(frozen=True, kw_only=True)
class PictureBlock:
    """A picture (PNG or JPEG) under a heading of its own, if any, with what it says in words for those who do not see it."""

    heading: str
    content: bytes
    says: str
    wide: bool = False


Piece = Copy | TextBlock | TableBlock | PictureBlock


def document(
    pieces: Sequence[Piece],
    *,
    about: About,
    heading: str = "",
    whom: str = "",
    landscape: bool | None = None,
    apart: bool = False,
) -> bytes:
    """A Word document of several pieces, each under its own heading; those with wide tables lie across the page.

    `heading` is its own, or else what `about` calls it; `whom` labels a line under it to write a name on. `landscape` lays all
    pages one way. Where `apart`, each piece begins a page, as what is given out one by one should.

    >>> piece = Words(heading="Who", text="Ada Zhou, 8B")
    >>> document([piece], about=About(title="A list", source="Any School", made=date(2005, 3, 8)))[:2]
    b'PK'
    """
    made = _docx.begin(about=about)
    lies = [piece.wide if landscape is None else landscape for piece in pieces] or [
        bool(landscape)
    ]
    _docx.turn(made, landscape=lies[0], new_page=False)
    _docx.heading(made, heading or about.title, level=1)
    if about.hidden:
        _docx.paragraphs(made, about.hidden, style=_docx.SMALL)
    if whom:
        _docx.blank_line(made, whom)
    for number, piece in enumerate(pieces):
        if number and (apart or lies[number] != lies[number - 1]):
            _docx.turn(made, landscape=lies[number], new_page=True)
        _add(made, piece)
    return _docx.saved(made)


def form(
    part: Part,
    *,
    about: About,
    answers: Mapping[str, str] | None = None,
    rows: Sequence[Row] = (),
    heading: str = "",
    names: Mapping[str, str] | None = None,
    last: Mapping[str, str] | None = None,
) -> bytes:
    """One part as a document: blank to write in by hand, or filled in with `answers` by their keys (see Copy).

    >>> part = load("task1_conversion_data").part("unit1.reflection")
    >>> form(part, about=About(title=part.title, source="Any School", made=date(2005, 3, 8)))[:2]
    b'PK'
    """
    copy = Copy(
        part=part,
        answers=answers,
        rows=rows,
        heading="",
        names=names or {},
        last=last or {},
        roomy=True,
    )
    whom = (
        WHOM.get(part.each, "")
        if copy.blank and not isinstance(part, FlowChart | Points)
        else ""
    )
    return document([copy], about=about, heading=heading or part.title, whom=whom)


def iep(
    *, about: About, heading: str = "", of: str = "", held: Held | None = None
) -> bytes:
    """An individual education plan, across the page: of a pupil or group `of` from `held` (`Store.forms()`), or blank without.

    >>> iep(about=About(title="Individual education plan", source="Any School", made=date(2005, 3, 8)))[:2]
    b'PK'
    """
    sheet = load("task6_support_in_class")
    about_it, targets, voices = (
        copy_of(sheet.part(key), of=of, held=held) for key in IEP
    )
    # The first part's title is the document's.
    pieces = [replace(about_it, heading="", across=True), targets, voices]
    return document(
        pieces,
        about=about,
        heading=heading or sheet.part(IEP[0]).title,
        whom="" if held else WHOM["pupil"],
        landscape=True,
    )


def feedback(
    *,
    about: About,
    heading: str = "",
    of: str = "",
    held: Held | None = None,
    picture: PictureBlock | None = None,
) -> bytes:
    """The feedback sheet of one visit `of` from `held` (`Store.forms()`), with a picture of its minutes if wished; blank without.

    >>> feedback(about=About(title="Feedback on a lesson", source="Any School", made=date(2005, 3, 8)))[:2]
    b'PK'
    """
    sheet = load("task6_support_in_class")
    keys = ("task6.went_well", "task6.minutes", "task6.develop", "task6.feedback")
    copies = {key: copy_of(sheet.part(key), of=of, held=held) for key in keys}
    pieces: list[Piece] = list(copies.values())
    if held is not None:
        pieces[1] = _minutes(copies["task6.minutes"])
        pieces[2:2] = [picture] if picture else []
    else:
        pieces.insert(0, Copy(part=sheet.part("task6.observation"), heading=""))
    return document(pieces, about=about, heading=heading)


def plan(
    found: Sequence[Action],
    *,
    about: About,
    today: date,
    names: Mapping[str, str] | None = None,
) -> bytes:
    """The action plan, in the order given; `names` has the words for the pupils whom actions are about, by their numbers.

    >>> plan([], about=About(title="Action plan", source="Any School", made=date(2005, 3, 8)), today=date(2005, 3, 8))[:2]
    b'PK'
    """
    grid = load("task8_working_smarter").part(PLAN)
    columns = [column for column in grid.columns if column.key != "from"]
    heads = ["What", "Came from", *(column.label for column in columns[1:])]
    rows = [
        [
            action.what,
            _origin(action, names or {}),
            action.values["owner"],
            _due(action, today=today),
            action.values["measure"],
            TICK if action.done else "",
        ]
        for action in found
    ]
    if not rows:
        return document(
            [TextBlock(heading="", text="No action is in the plan yet.", wide=True)],
            about=about,
        )
    weights = (3.2, 2.4, 1.4, 1.5, 2.6, 0.8)
    return document(
        [TableBlock(heading="", heads=heads, rows=rows, weights=weights, wide=True)],
        about=about,
    )


def cards(
    part: Cards,
    *,
    about: About,
    order: Callable[[Sequence[str]], Sequence[str]] = sorted,
) -> bytes:
    """A pack of cards to cut out: the headings first, then the cards, in the order that `order` makes of their texts.

    By default that is the alphabet's, so that cards which belong together do not lie together.

    >>> part = load("task2_role_of_the_senco").part("task2.sort")
    >>> cards(part, about=About(title="Cards to cut out", source="Any School", made=date(2005, 3, 8)))[:2]
    b'PK'
    """
    made = _docx.begin(about=about)
    _docx.turn(made, landscape=False, new_page=False)
    _docx.heading(made, about.title, level=1)
    if about.hidden:
        _docx.paragraphs(made, about.hidden, style=_docx.SMALL)
    _pack(made, part, level=2, order=order)
    return _docx.saved(made)


# -- the pieces --


def _add(made: Document, piece: Piece) -> None:
    head = (
        piece.part.title
        if isinstance(piece, Copy) and piece.heading is None
        else piece.heading
    )
    if head:
        _docx.heading(made, head, level=2)
    if isinstance(piece, TextBlock):
        _docx.paragraphs(
            made, piece.text, style="List Bullet" if piece.listed else None
        )
    elif isinstance(piece, PictureBlock):
        _docx.picture(made, piece.content, says=piece.says)
    elif isinstance(piece, TableBlock):
        rows = [[Cell(text) for text in row] for row in piece.rows]
        weights = piece.weights or [1] * len(piece.heads)
        _docx.table(
            made,
            heads=[Cell(text) for text in piece.heads],
            rows=rows,
            weights=weights,
            says=head or "A table",
            heights=[piece.room] * len(rows),
        )
    else:
        # The headings within come one below the piece's own, and none is left out between.
        _add_part(made, piece, level=3 if head else 2)


def _add_part(made: Document, copy: Copy, *, level: int) -> None:
    if copy.blank or isinstance(copy.part, Points | Resources):
        _docx.paragraphs(made, copy.part.intro, style=_docx.INTRO)
    kind = next(kind for kind in _WRITERS if isinstance(copy.part, kind))
    _WRITERS[kind](made, copy, level)


def _form(made: Document, copy: Copy, level: int) -> None:
    if copy.across:
        heads = [_head(copy, one) for one in copy.part.fields]
        cells = [_answer(copy, one, one.key) for one in copy.part.fields]
        weights = [_WIDE[one.kind] for one in copy.part.fields]
        _docx.table(
            made,
            heads=heads,
            rows=[cells],
            weights=weights,
            says=copy.part.title,
            heights=[_ROW if copy.blank else 0],
        )
        return
    if all(one.kind == "text" for one in copy.part.fields):
        _questions(made, copy, level)
        return
    heads = [Cell("What is asked"), Cell("Answer")]
    rows = [[_head(copy, one), _answer(copy, one, one.key)] for one in copy.part.fields]
    heights = [
        (_TALL_ROW if one.kind == "text" else _ROW) if copy.blank else 0
        for one in copy.part.fields
    ]
    _docx.table(
        made,
        heads=heads,
        rows=rows,
        weights=(1, 2.4),
        says=copy.part.title,
        heights=heights,
    )


def _head(copy: Copy, asked: Field) -> Cell:
    """What is asked; its help only where it is still to be answered."""
    return Cell(asked.label, small=asked.help if copy.blank else "")


def _questions(made: Document, copy: Copy, level: int) -> None:
    """Questions, each over a box of its own."""
    fields = copy.part.fields
    room = _BOXES[min(len(fields), len(_BOXES)) - 1] if copy.roomy else _BOX
    height = room if copy.blank else _ROW
    for one in fields:
        _docx.heading(made, one.label, level=level)
        if copy.blank and one.help:
            _docx.paragraphs(made, one.help, style=_docx.HELP)
        cell = _answer(copy, one, one.key)
        _docx.box(
            made,
            "\n".join(filter(None, (cell.text, cell.small))),
            height=height,
            says=one.label,
        )


def _grid(made: Document, copy: Copy, level: int) -> None:
    grid: Grid = copy.part
    titles = {section.key: section.title for section in grid.sections}
    rows = [*grid.rows, *copy.rows]
    room = (
        [Row("", "")] * (3 if grid.rows else 10)
        if copy.blank and grid.room_for_own_rows
        else []
    )
    labels = [column.label for column in grid.columns]
    longest = max((len(row.label) for row in rows), default=2 * _SHORT_LABEL)
    weights = [
        min(max(longest / 14, 1.6), 4.5),
        *(_WIDE[column.kind] for column in grid.columns),
    ]
    for key in titles or [""]:
        # A row whose section is no longer there is shown in the last place rather than not at all.
        last = key == list(titles or [""])[-1]
        here = [
            row
            for row in rows
            if row.section == key or (last and row.section not in (titles or {""}))
        ]
        if titles:
            _docx.heading(made, titles[key], level=level)
        corner = titles.get(key, grid.title)
        if longest <= _SHORT_LABEL or corner in labels:
            corner = ""
        heads = [Cell(corner), *(_head(copy, one) for one in grid.columns)]
        lines = [_line(copy, row) for row in [*here, *(room if last else ())]]
        if not rows:
            # Only the columns to write in.
            heads, lines, weights = (
                heads[1:],
                [line[1:] for line in lines],
                weights[-len(heads) + 1 :],
            )
        says = f"{grid.title}: {titles[key]}" if titles else grid.title
        _docx.table(
            made,
            heads=heads,
            rows=lines,
            weights=weights,
            says=says,
            heights=[_row_height(copy)] * len(lines),
        )


def _line(copy: Copy, row: Row) -> list[Cell]:
    starts = copy.part.starts | row.start
    cells = [
        _answer(
            copy,
            one,
            answer_key(row=row.key, column=one.key),
            start=starts.get(one.key, ""),
        )
        for one in copy.part.columns
    ]
    return [Cell(row.label), *cells]


def _row_height(copy: Copy) -> float:
    if not copy.blank:
        return 0
    writing = [column for column in copy.part.columns if column.kind == "text"]
    few = len(copy.part.rows) <= 5
    return (
        (2.3 if few and len(copy.part.columns) > 2 else _TALL_ROW) if writing else _ROW
    )


def _checklist(made: Document, copy: Copy, level: int) -> None:
    part: Checklist = copy.part
    answer = Field("answer", "Answer", kind="choice", choices=part.choices)
    if not copy.blank:
        rows = [
            [Cell(item.text), _answer(copy, answer, item.key)] for item in part.items
        ]
        _docx.table(
            made,
            heads=[Cell(part.title), Cell("Answer")],
            rows=rows,
            weights=(4, 1),
            says=part.title,
        )
        return
    heads = [
        Cell(part.title),
        *(Cell(choice.label, centred=True) for choice in part.choices),
    ]
    rows = [
        [Cell(item.text), *[Cell(EMPTY, centred=True)] * len(part.choices)]
        for item in part.items
    ]
    _docx.table(
        made,
        heads=heads,
        rows=rows,
        weights=[6, *[1.3] * len(part.choices)],
        says=part.title,
        heights=[_ROW] * len(rows),
    )


def _points(made: Document, copy: Copy, level: int) -> None:
    part: Points = copy.part
    if not part.to_plan:
        for item in part.items:
            _docx.paragraphs(made, item.text.replace("\n", " "), style="List Bullet")
        return
    taken = Field("taken", "In the plan", kind="yes")
    rows = [[Cell(item.text), _answer(copy, taken, item.key)] for item in part.items]
    _docx.table(
        made,
        heads=[Cell(part.title), Cell(taken.label)],
        rows=rows,
        weights=(6, 1),
        says=part.title,
    )


def _resources(made: Document, copy: Copy, level: int) -> None:
    heads = [
        Cell("Publication"),
        Cell("Its number in 2005"),
        Cell("What came after it"),
    ]
    rows = [
        [Cell(one.title), Cell(one.number), Cell(one.replaced_by)]
        for one in copy.part.items
    ]
    _docx.table(made, heads=heads, rows=rows, weights=(3, 1.5, 3), says=copy.part.title)


def _cards(made: Document, copy: Copy, level: int) -> None:
    if copy.blank:
        _pack(made, copy.part, level=level, order=sorted)
        return
    groups = {group.key: group.title for group in copy.part.groups}
    laid = {card.key: copy.answers.get(card.key, "") for card in copy.part.cards}
    for key, title in [*groups.items(), ("", "Not laid yet")]:
        texts = [
            card.text
            for card in copy.part.cards
            if laid[card.key] == key or (not key and laid[card.key] not in groups)
        ]
        if key or texts:
            _docx.heading(made, title, level=level)
            _docx.paragraphs(
                made,
                "\n".join(texts) or "No card.",
                style="List Bullet" if texts else None,
            )


def _pack(
    made: Document,
    part: Cards,
    *,
    level: int,
    order: Callable[[Sequence[str]], Sequence[str]],
) -> None:
    _docx.paragraphs(
        made, "Cut along the dashed lines. Lay each card under one of the headings."
    )
    _docx.heading(made, "The headings", level=level)
    _docx.cards(
        made,
        [group.title for group in part.groups],
        says="Headings to cut out",
        height=2.4,
    )
    _docx.heading(made, "The cards", level=level)
    _docx.cards(
        made, list(order([card.text for card in part.cards])), says="Cards to cut out"
    )


def _flow_chart(made: Document, copy: Copy, level: int) -> None:
    chart: FlowChart = copy.part
    heads = [Cell("Step"), Cell(chart.title), Cell("Answer")]
    weights = (0.6, 5, 2)
    if copy.blank:
        numbers = {key: str(number) for number, key in enumerate(chart.nodes, start=1)}
        rows = [
            [Cell(numbers[node.key]), Cell(node.text), Cell(_ways(node, numbers))]
            for node in chart.nodes.values()
        ]
        _docx.table(
            made,
            heads=heads,
            rows=rows,
            weights=weights,
            says=chart.title,
            heights=[1.2] * len(rows),
        )
        return
    trail = walk(chart, copy.answers)
    answered = [
        _way(copy.answers.get(node.key, "")) if node.kind == "question" else ""
        for node in trail.nodes
    ]
    steps = enumerate(zip(trail.nodes, answered, strict=True), start=1)
    rows = [
        [Cell(str(number)), Cell(node.text), Cell(answer)]
        for number, (node, answer) in steps
    ]
    _docx.table(made, heads=heads, rows=rows, weights=weights, says=chart.title)
    _docx.paragraphs(
        made,
        _ENDS[trail.comes_to]
        if trail.done
        else "The chart has not been walked to its end yet.",
    )


def _way(answer: str) -> str:
    return {"yes": "Yes", "no": "No"}.get(answer, "Not answered yet")


def _ways(node: Node, numbers: Mapping[str, str]) -> str:
    """Where each way out of a box goes on, to tick by hand."""
    if node.kind == "outcome":
        return "The end"
    labels = {"yes": f"{EMPTY} Yes: ", "no": f"{EMPTY} No: ", "next": ""}
    lines = [
        f"{labels[way]}go on to {numbers[target]}"
        for way, target in node.ways.items()
        if target in numbers
    ]
    return "\n".join(
        line if line[0] == EMPTY else line[0].upper() + line[1:] for line in lines
    )


_WRITERS: Mapping[type, Callable[[Document, Copy, int], None]] = {
    Form: _form,
    Grid: _grid,
    Checklist: _checklist,
    Points: _points,
    Resources: _resources,
    Cards: _cards,
    FlowChart: _flow_chart,
}


# -- answers in words --


def _answer(copy: Copy, asked: Field, key: str, *, start: str = "") -> Cell:
    """What was answered, in words; in a blank copy what there is to choose, or what the form itself begins with."""
    centred = asked.kind in ("yes", "number", "initials")
    if copy.blank:
        return Cell(start or _to_tick(asked), centred=asked.kind == "yes")
    text = _in_words(asked, copy.answers.get(key, start), names=copy.names)
    before = _in_words(asked, copy.last.get(key, ""), names=copy.names)
    return Cell(text, small=f"Last time: {before}" if before else "", centred=centred)


def _to_tick(asked: Field) -> str:
    if asked.kind == "yes":
        return EMPTY
    return "\n".join(f"{EMPTY} {choice.label}" for choice in asked.choices)


def _in_words(asked: Field, value: str, *, names: Mapping[str, str]) -> str:
    if asked.kind == "yes":
        return TICK if value == "yes" else ""
    if asked.kind == "date":
        return written_day(value) or value
    if asked.kind in ("pupil", "action"):
        return (
            names.get(value, NO_PUPIL if asked.kind == "pupil" else NO_ACTION)
            if value
            else ""
        )
    return _label(asked.choices, value)


def _label(choices: Sequence[Choice], value: str) -> str:
    return {choice.key: choice.label for choice in choices}.get(value, value)


def copy_of(part: Part, *, of: str, held: Held | None) -> Copy:
    """A part filled in for `of` ('' for the school) from `held` (`Store.forms()`), with the school's own rows; blank without."""
    if held is None:
        return Copy(part=part)
    rows = own_rows(held.get(rows_form(part.key), {}))
    return Copy(part=part, answers=held.get(place(part.key, of=of), {}), rows=rows)


def _minutes(copy: Copy) -> TableBlock | TextBlock:
    """Where the minutes of a lesson went: what has any."""
    found = [
        (row.label, minutes)
        for row in [*copy.part.rows, *copy.rows]
        if (minutes := copy.answers.get(answer_key(row=row.key, column="minutes"), ""))
    ]
    if not found:
        return TextBlock(heading=copy.part.title, text="No minutes are noted.")
    return TableBlock(
        heading=copy.part.title,
        heads=["What the pupil was doing", "Minutes"],
        rows=found,
        weights=(5, 1),
    )


def _origin(action: Action, names: Mapping[str, str]) -> str:
    if action.each == "pupil" and action.of:
        name = names.get(action.of, NO_PUPIL)
        return name if action.part == PLAN else f"{name}\n{action.title}"
    return (
        "Written in the plan"
        if action.part == PLAN
        else f"{action.title}: {one_line(action.row, most=90)}"
    )


def _due(action: Action, *, today: date) -> str:
    if action.due is None:
        return action.values["due"]
    return day(action.due) + (
        "\nOverdue" if action.due < today and not action.done else ""
    )
