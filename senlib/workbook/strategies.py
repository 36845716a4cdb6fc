"""Strategies: what a school's bank says for each need, and the targets that stand in a pupil's IEP."""

from __future__ import annotations

from dataclasses import dataclass

from senlib.workbook.forms import Grid, Row, answer_key, place
from senlib.workbook.page_forms import load
from senlib.workbook.rows import every_row
from senlib.workbook.store import AnswersByForm

STRATEGIES, TARGETS, IEP = "unit3.strategies", "unit3.targets", "task6.iep"

# Needs whose names changed over the years share a place in the bank; where no need is recorded, there is one as well.
SAME_NEED = {"BESD": "semh", "SEMH": "semh", "NSA": "oth", "": "oth"}


@dataclass(frozen=True)
class OfNeed:
    """What the bank says for a need: its place and title, the pupils who have it, the strategies, and the group's target."""

    key: str
    title: str
    pupils: tuple[str, ...]
    strategies: tuple[str, ...]
    target: str

    @property
    def record(self) -> dict[str, str]:
        """All of it in words, a line each for pupils and strategies."""
        return {
            "title": self.title,
            "pupils": "\n".join(self.pupils),
            "strategies": "\n".join(self.strategies),
            "target": self.target,
        }


class Bank:
    """What the school's bank says for a need, from the latest values of all forms (`Store.forms()`).

    >>> sheet = load("unit3_class_sheets")
    >>> bank = Bank({}, grid=sheet.part(STRATEGIES, Grid), targets=sheet.part(TARGETS, Grid))
    >>> bank.of("BESD") == bank.of("SEMH"), bank.of("SLCN").target
    (True, 'Answers in a whole sentence, with a sentence beginning where needed')
    """

    def __init__(self, answers: AnswersByForm, *, grid: Grid, targets: Grid) -> None:
        self._grid, self._targets = grid, targets
        self._answers = answers.get(STRATEGIES, {})
        self._aims = answers.get(TARGETS, {})
        self._rows = every_row(grid, answers)
        self.titles = {section.key: section.title for section in grid.sections}

    def place(self, need: str) -> str:
        """Where the bank has a need."""
        key = SAME_NEED.get(need, need.lower())
        return key if key in self.titles else "oth"

    def of(self, need: str) -> OfNeed:
        """The strategies that are ticked, as the school words them, and the group target; a need without a place is another need."""
        key = self.place(need)
        rows = [row for row in self._rows if row.section == key]
        ticked = [row for row in rows if self._is_used(row)]
        strategies = dict.fromkeys(map(self._words, ticked))
        return OfNeed(
            key=key,
            title=self.titles[key],
            pupils=(),
            strategies=tuple(strategies),
            target=self._target(key),
        )

    def _target(self, place: str) -> str:
        """The group target of a place, '' where it has none."""
        for row in self._targets.rows:
            if row.key == f"{TARGETS}.{place}":
                first = row.start.get("target", "")
                key = answer_key(row=row.key, column="target")
                return self._aims.get(key, first).strip()
        return ""

    def _is_used(self, row: Row) -> bool:
        return self._cell(row, "used") == "yes"

    def _words(self, row: Row) -> str:
        own_words = self._cell(row, "ours").strip()
        return own_words or row.label

    def _cell(self, row: Row, column: str) -> str:
        """What stands in a cell: what was written there, or what the row starts with; a row of the school's own as every row does."""
        of_every_row = self._grid.starts.get(column, "")
        first = row.start.get(column, of_every_row)
        key = answer_key(row=row.key, column=column)
        return self._answers.get(key, first)


def own_targets(answers: AnswersByForm, pupil_id: str) -> list[str]:
    """The targets that stand in a pupil's IEP.

    >>> own_targets({"task6.iep/0123": {"task6.iep.1.target": "Starts on time", "task6.iep.2.target": " "}}, "0123")
    ['Starts on time']
    """
    form = place(IEP, of=pupil_id)
    values = answers.get(form, {})
    grid = load("task6_support_in_class").part(IEP, Grid)
    targets = []
    for row in grid.rows:
        key = answer_key(row=row.key, column="target")
        if target := values.get(key, "").strip():
            targets.append(target)
    return targets
