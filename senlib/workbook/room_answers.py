"""What a room wrote: the answers of many people laid together, with nobody's name and nobody's order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from senlib.workbook.forms import Cards, Form, Grid, Part, answer_key
from senlib.workbook.page_forms import load, stems
from senlib.workbook.store import Answers, AnswersByForm, Store

# Under this form a participant's store has what its writer chose to show, each text under the place it was written at.
ON_SHOW = "room.shown"

# The latest answers of each person in a room.
AnswersOfPeople = Sequence[AnswersByForm]

# Kinds of boxes that hold words.
_WORDS = ("text", "short")


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
        if not self.people:
            return 0.0
        commonest = max(self.counts.values())
        return 1 - commonest / self.people


class _Box(NamedTuple):
    """A box for words: where its answer stands, and what is asked there."""

    form: str
    field: str
    asked: str


@dataclass(frozen=True)
class Written:
    """A text that somebody wrote: where it is kept, what was asked, and the text."""

    form: str
    field: str
    asked: str
    text: str


def gather(folder: Path) -> list[AnswersByForm]:
    """The latest answers of each person who wrote something in the room, in no order that tells who it is.

    `folder` has a folder for each person, named so that it says nothing of them. Raises StoreError where a file cannot be read.
    """
    files = sorted(folder.glob("participant-*/workbook.sqlite"))
    return [answers for answers in map(_answers, files) if answers]


def people(folder: Path) -> int:
    """How many have come in."""
    paths = folder.glob("participant-*")
    return sum(path.is_dir() for path in paths)


def sorted_cards(answers: AnswersOfPeople, cards: Cards) -> list[Tally]:
    """Under which group how many people laid each card.

    >>> cards = load("task2_role_of_the_senco").part("task2.sort", Cards)
    >>> tallies = sorted_cards([{"task2.sort": {cards.cards[0].key: cards.groups[1].key}}, {}], cards)
    >>> tallies[0].people, tallies[0].counts[cards.groups[1].key], tallies[1].people
    (1, 1, 0)
    """
    groups = [group.key for group in cards.groups]
    forms = _forms(answers, cards.key)
    tallies = []
    for card in cards.cards:
        counts = _count(forms, card.key, groups)
        tally = Tally(card.key, card.text, counts)
        tallies.append(tally)
    return tallies


def ratings(answers: AnswersOfPeople, grid: Grid, *, column: str) -> list[Tally]:
    """Which choice of a column how many people gave for each row of a grid."""
    (field,) = [one for one in grid.columns if one.key == column]
    choices = [choice.key for choice in field.choices]
    forms = _forms(answers, grid.key)
    tallies = []
    for row in grid.rows:
        key = answer_key(row=row.key, column=column)
        counts = _count(forms, key, choices)
        tally = Tally(row.key, row.label, counts)
        tallies.append(tally)
    return tallies


def on_show(answers: AnswersOfPeople) -> list[Written]:
    """The texts that people chose to show, by what was asked and then by the alphabet, so that their order tells nothing."""
    every = []
    forms = _forms(answers, ON_SHOW)
    for box in _boxes():
        key = f"{box.form}|{box.field}"
        texts = [form[key] for form in forms if form.get(key)]
        texts.sort(key=str.casefold)
        every += [Written(*box, text) for text in texts]
    return every


def written(answers: AnswersByForm) -> list[Written]:
    """The texts of one person that could be shown: what stands in boxes about the school as a whole, and is not empty.

    >>> [one.text for one in written({"unit1.reflection": {"spread": "Not far enough"}, "task6.iep/12": {"target": "Reads"}})]
    ['Not far enough']
    """
    every = []
    for box in _boxes():
        values = answers.get(box.form, {})
        text = values.get(box.field, "").strip()
        if text:
            every.append(Written(*box, text))
    return every


def place(one: Written) -> str:
    """The field under which a shown text is kept."""
    return f"{one.form}|{one.field}"


def _answers(path: Path) -> AnswersByForm:
    """What one person wrote about the sample schools; of two that both have a form, the later in the alphabet."""
    answers: dict[str, Answers] = {}
    settings = Store(path, workbook="settings")
    for name in settings.workbooks():
        if name != "settings":
            answers |= Store(path, workbook=name).forms()
    return answers


def _forms(answers: AnswersOfPeople, key: str) -> list[Answers]:
    """One form of each person."""
    return [one.get(key, {}) for one in answers]


def _count(forms: list[Answers], field: str, choices: list[str]) -> dict[str, int]:
    values = [form.get(field, "") for form in forms]
    return {choice: values.count(choice) for choice in choices}


def _boxes() -> Iterable[_Box]:
    """Every box for words that the school has one of."""
    for stem in stems():
        for part in load(stem).parts:
            if not part.each:
                yield from _boxes_of(part)


def _boxes_of(part: Part) -> Iterable[_Box]:
    if isinstance(part, Form):
        for field in part.fields:
            if field.kind in _WORDS:
                yield _Box(part.key, field.key, field.label)
    if isinstance(part, Grid):
        columns = [one for one in part.columns if one.kind in _WORDS]
        for row in part.rows:
            for column in columns:
                key = answer_key(row=row.key, column=column.key)
                yield _Box(part.key, key, f"{row.label}: {column.label}")
