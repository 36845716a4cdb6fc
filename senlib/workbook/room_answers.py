"""What a room wrote: the answers of many people laid together, with nobody's name and nobody's order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from senlib.workbook.forms import Cards, Form, Grid, Part, answer_key
from senlib.workbook.page_forms import load, stems
from senlib.workbook.store import Store

# Under this form a participant's store keeps what its writer chose to show, each text under the place it was written at.
SHOWN = "room.shown"

# Kinds of boxes that hold words.
_WORDS = ("text", "short")

Held = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Tally:
    """How many people gave each choice to one thing: its key, its words, and counts by the choices' keys."""

    key: str
    text: str
    counts: Mapping[str, int]

    @property
    def people(self) -> int:
        """How many people answered.

        >>> Tally("1", "Reads results", {"judging": 3, "action": 2}).people
        5
        """
        return sum(self.counts.values())

    @property
    def divided(self) -> float:
        """The share of the people who did not give the commonest answer: 0 where all agree, or nobody answered.

        >>> Tally("1", "Reads results", {"judging": 3, "action": 2}).divided
        0.4
        """
        return 1 - max(self.counts.values()) / self.people if self.people else 0.0


@dataclass(frozen=True)
class Written:
    """A text that somebody wrote: where it is kept, what was asked, and the text."""

    form: str
    field: str
    asked: str
    text: str


def gather(folder: Path) -> list[Held]:
    """The latest answers of each person who wrote something in the room, in no order that tells who it is.

    `folder` has a folder for each person, named so that it says nothing of them. Raises StoreError where a file cannot be read.
    """
    return [
        held
        for path in sorted(folder.glob("participant-*/workbook.sqlite"))
        if (held := _answers(path))
    ]


def people(folder: Path) -> int:
    """How many have come in."""
    return sum(path.is_dir() for path in folder.glob("participant-*"))


def sorted_cards(answers: Sequence[Held], cards: Cards) -> list[Tally]:
    """Under which group how many people laid each card.

    >>> cards = load("task2_role_of_the_senco").part("task2.sort")
    >>> tallies = sorted_cards([{"task2.sort": {cards.cards[0].key: cards.groups[1].key}}, {}], cards)
    >>> tallies[0].people, tallies[0].counts[cards.groups[1].key], tallies[1].people
    (1, 1, 0)
    """
    groups = [group.key for group in cards.groups]
    return [
        Tally(card.key, card.text, _count(answers, cards.key, card.key, groups))
        for card in cards.cards
    ]


def ratings(answers: Sequence[Held], grid: Grid, *, column: str) -> list[Tally]:
    """Which choice of a column how many people gave for each row of a grid."""
    choices = [
        choice.key
        for field in grid.columns
        if field.key == column
        for choice in field.choices
    ]
    return [
        Tally(
            row.key,
            row.label,
            _count(answers, grid.key, answer_key(row=row.key, column=column), choices),
        )
        for row in grid.rows
    ]


def shown(answers: Sequence[Held]) -> list[Written]:
    """The texts that people chose to show, by what was asked and then by the alphabet, so that their order tells nothing."""
    found = []
    for (form, field), asked in _questions():
        texts = [held.get(SHOWN, {}).get(f"{form}|{field}", "") for held in answers]
        found += [
            Written(form, field, asked, text)
            for text in sorted(filter(None, texts), key=str.casefold)
        ]
    return found


def written(held: Held) -> list[Written]:
    """The texts of one person that could be shown: what stands in boxes about the school as a whole, and is not empty.

    >>> [one.text for one in written({"unit1.reflection": {"spread": "Not far enough"}, "task6.iep/12": {"target": "Reads"}})]
    ['Not far enough']
    """
    return [
        Written(form, field, asked, text)
        for (form, field), asked in _questions()
        if (text := held.get(form, {}).get(field, "").strip())
    ]


def place(one: Written) -> str:
    """The field under which a shown text is kept."""
    return f"{one.form}|{one.field}"


def _answers(path: Path) -> Held:
    """What one person wrote about the sample schools; of two that both hold a form, the later in the alphabet."""
    held: dict[str, Mapping[str, str]] = {}
    settings = Store(path, workbook="settings")
    for name in settings.workbooks():
        if name != "settings":
            held |= Store(path, workbook=name).forms()
    return held


def _count(
    answers: Sequence[Held], form: str, field: str, choices: Sequence[str]
) -> dict[str, int]:
    given = [held.get(form, {}).get(field, "") for held in answers]
    return {choice: given.count(choice) for choice in choices}


def _questions() -> Iterable[tuple[tuple[str, str], str]]:
    """Every box for words that the school has one of: its place and what is asked there."""
    for stem in stems():
        for part in load(stem).parts:
            yield from _asked(part)


def _asked(part: Part) -> Iterable[tuple[tuple[str, str], str]]:
    if part.each:
        return
    if isinstance(part, Form):
        for field in part.fields:
            if field.kind in _WORDS:
                yield (part.key, field.key), field.label
    if isinstance(part, Grid):
        for row in part.rows:
            for column in part.columns:
                if column.kind in _WORDS:
                    yield (
                        (part.key, answer_key(row=row.key, column=column.key)),
                        f"{row.label}: {column.label}",
                    )
