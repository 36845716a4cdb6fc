"""Word: forms, an IEP, a feedback sheet, the action plan, cards to cut out; made from the content and the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from senlib.exports import _docx
from senlib.exports._docx import Cell, WordFile
from senlib.exports.about import About
from senlib.exports.word_forms import (
    NO_PUPIL,
    TICK,
    Copy,
    CopyWriter,
    copy_of,
    write_pack,
)
from senlib.text import day, one_line
from senlib.workbook.flow_chart import FlowChart
from senlib.workbook.forms import Cards, Grid, Points, answer_key
from senlib.workbook.page_forms import load
from senlib.workbook.plan import PLAN, Action
from senlib.workbook.store import AnswersByForm

# For whom a blank form is filled in, where the form itself does not ask.
WHOM = {"pupil": "Pupil", "intervention": "Intervention"}

IEP = ("task6.iep.about", "task6.iep", "task6.iep.voices")

_FEEDBACK = ("task6.went_well", "task6.minutes", "task6.develop", "task6.feedback")


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

    >>> piece = TextBlock(heading="Who", text="Ada Zhou, 8B")
    >>> document([piece], about=About(title="A list", source="Any School", on=date(2005, 3, 8)))[:2]
    b'PK'
    """
    lies = [piece.wide for piece in pieces]
    if landscape is not None:
        lies = [landscape] * len(pieces)
    first = bool(lies) and lies[0]
    word = WordFile(about=about, heading=heading, landscape=first)
    if whom:
        word.add_blank_line(whom)
    for number, piece in enumerate(pieces):
        turns = lies[number] != lies[number - 1]
        if number and (apart or turns):
            word.add_section(landscape=lies[number])
        _add(word, piece)
    return word.content()


def form(copy: Copy, *, about: About) -> bytes:
    """One part as a document under its title or the copy's heading: blank with room to write in by hand, or filled in.

    >>> part = load("task1_conversion_data").part("unit1.reflection")
    >>> form(Copy(part=part), about=About(title=part.title, source="Any School", on=date(2005, 3, 8)))[:2]
    b'PK'
    """
    part = copy.part
    named = copy.blank and not isinstance(part, FlowChart | Points)
    return document(
        [replace(copy, heading="", roomy=True)],
        about=about,
        heading=copy.heading or part.title,
        whom=WHOM.get(part.each, "") if named else "",
    )


def iep(
    *,
    about: About,
    heading: str = "",
    of: str = "",
    answers: AnswersByForm | None = None,
) -> bytes:
    """An individual education plan, across the page: of a pupil or group `of` from `answers` (`Store.forms()`), or blank without.

    >>> iep(about=About(title="Individual education plan", source="Any School", on=date(2005, 3, 8)))[:2]
    b'PK'
    """
    sheet = load("task6_support_in_class")
    parts = [sheet.part(key) for key in IEP]
    first, *others = (copy_of(part, of=of, answers=answers) for part in parts)
    # The first part's title is the document's.
    return document(
        [replace(first, heading="", across=True), *others],
        about=about,
        heading=heading or parts[0].title,
        whom="" if answers else WHOM["pupil"],
        landscape=True,
    )


def feedback(
    *,
    about: About,
    heading: str = "",
    of: str = "",
    answers: AnswersByForm | None = None,
    picture: PictureBlock | None = None,
) -> bytes:
    """The feedback sheet of one visit `of` from `answers` (`Store.forms()`), with a picture of its minutes if wished; blank without.

    >>> feedback(about=About(title="Feedback on a lesson", source="Any School", on=date(2005, 3, 8)))[:2]
    b'PK'
    """
    sheet = load("task6_support_in_class")
    copies = [copy_of(sheet.part(key), of=of, answers=answers) for key in _FEEDBACK]
    went_well, minutes, *others = copies
    pieces: list[Piece]
    if answers is None:
        visit = Copy(part=sheet.part("task6.observation"), heading="")
        pieces = [visit, *copies]
    else:
        pictures = [picture] if picture else []
        pieces = [went_well, _minutes(minutes), *pictures, *others]
    return document(pieces, about=about, heading=heading)


def plan(
    actions: Sequence[Action],
    *,
    about: About,
    today: date,
    names: Mapping[str, str],
) -> bytes:
    """The action plan, in the order given; `names` has the words for the pupils whom actions are about, by their numbers.

    >>> about = About(title="Action plan", source="Any School", on=date(2005, 3, 8))
    >>> plan([], about=about, today=date(2005, 3, 8), names={})[:2]
    b'PK'
    """
    if not actions:
        nothing = TextBlock(heading="", text="No action is in the plan yet.", wide=True)
        return document([nothing], about=about)
    grid = load("task8_working_smarter").part(PLAN)
    assert isinstance(grid, Grid)
    labels = {column.key: column.label for column in grid.columns}
    asked = [labels[key] for key in ("owner", "due", "measure", "done")]
    table = TableBlock(
        heading="",
        heads=["What", "Came from", *asked],
        rows=[_action_row(one, today=today, names=names) for one in actions],
        weights=(3.2, 2.4, 1.4, 1.5, 2.6, 0.8),
        wide=True,
    )
    return document([table], about=about)


def cards(part: Cards, *, about: About) -> bytes:
    """A pack of cards to cut out: the headings first, then the cards by their alphabet.

    >>> part = load("task2_role_of_the_senco").part("task2.sort")
    >>> cards(part, about=About(title="Cards to cut out", source="Any School", on=date(2005, 3, 8)))[:2]
    b'PK'
    """
    word = WordFile(about=about)
    write_pack(word, part, level=2)
    return word.content()


def _add(word: WordFile, piece: Piece) -> None:
    heading = piece.heading or ""
    if isinstance(piece, Copy) and piece.heading is None:
        heading = piece.part.title
    if heading:
        word.add_heading(heading, level=2)
    if isinstance(piece, TextBlock):
        style = _docx.LIST if piece.listed else None
        word.add_lines(piece.text, style=style)
    elif isinstance(piece, PictureBlock):
        word.add_picture(piece.content, says=piece.says)
    elif isinstance(piece, TableBlock):
        heights = [piece.room] * len(piece.rows)
        word.add_table(
            heads=[Cell(text) for text in piece.heads],
            rows=[[Cell(text) for text in row] for row in piece.rows],
            weights=piece.weights or [1] * len(piece.heads),
            says=heading or "A table",
            heights=heights if piece.room else [],
        )
    else:
        # Headings within come one below the piece's own: no level is left out.
        CopyWriter(word, piece, level=3 if heading else 2).write()


def _minutes(copy: Copy) -> TableBlock | TextBlock:
    """Where the minutes of a lesson went: what has any."""
    grid = copy.part
    assert isinstance(grid, Grid)
    rows = []
    for row in [*grid.rows, *copy.rows]:
        minutes = copy.value(answer_key(row=row.key, column="minutes"))
        if minutes:
            rows.append((row.label, minutes))
    if not rows:
        return TextBlock(heading=grid.title, text="No minutes are noted.")
    return TableBlock(
        heading=grid.title,
        heads=["What the pupil was doing", "Minutes"],
        rows=rows,
        weights=(5, 1),
    )


def _action_row(
    action: Action, *, today: date, names: Mapping[str, str]
) -> tuple[str, ...]:
    return (
        action.what,
        _origin(action, names=names),
        action.values["owner"],
        _due(action, today=today),
        action.values["measure"],
        TICK if action.done else "",
    )


def _origin(action: Action, *, names: Mapping[str, str]) -> str:
    """Where an action came from: the pupil it is about, or the part and the line in which it was written."""
    in_plan = action.part == PLAN
    if action.each == "pupil" and action.of:
        name = names.get(action.of, NO_PUPIL)
        return name if in_plan else f"{name}\n{action.title}"
    if in_plan:
        return "Written in the plan"
    return f"{action.title}: {one_line(action.row, most=90)}"


def _due(action: Action, *, today: date) -> str:
    if action.due is None:
        return action.values["due"]
    late = action.due < today and not action.done
    return f"{day(action.due)}\nOverdue" if late else day(action.due)
