"""Forms: what can be asked in the workbook, as data read from the words under content/; nothing here computes or keeps an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from senlib.workbook.store import Answers, AnswersByForm

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

        >>> from senlib.workbook.page_forms import load
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

        >>> from senlib.workbook.page_forms import load
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


def copies(answers: AnswersByForm, key: str) -> dict[str, Answers]:
    """A part's answers by whom or what each copy is filled in for, '' for the school's own; out of the values of many forms.

    >>> copies({"task6.iep/0123": {"a": "b"}, "task6.iep.about/0123": {}, "review": {}}, "task6.iep")
    {'0123': {'a': 'b'}}
    """
    of_part = [form for form in answers if form == key or form.startswith(f"{key}/")]
    return {form.removeprefix(key).removeprefix("/"): answers[form] for form in of_part}
