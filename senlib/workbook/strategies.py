"""Strategies: what a school's bank says for each need, and the targets that stand in a pupil's IEP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from senlib.workbook.forms import Grid, Row, answer_key, place
from senlib.workbook.page_forms import load
from senlib.workbook.rows import own_rows, rows_form

STRATEGIES, TARGETS, IEP = "unit3.strategies", "unit3.targets", "task6.iep"

# Needs whose names changed over the years share a place in the bank; where no need is recorded, there is one as well.
SAME_NEED = {"BESD": "semh", "SEMH": "semh", "NSA": "oth", "": "oth"}

Held = Mapping[str, Mapping[str, str]]


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
    >>> bank = Bank({}, grid=sheet.part(STRATEGIES), targets=sheet.part(TARGETS))
    >>> bank.of("BESD") == bank.of("SEMH"), bank.of("SLCN").target
    (True, 'Answers in a whole sentence, with a sentence beginning where needed')
    """

    def __init__(self, held: Held, *, grid: Grid, targets: Grid) -> None:
        self._grid, self._targets = grid, targets
        self._said, self._aims = held.get(STRATEGIES, {}), held.get(TARGETS, {})
        self._lines = [*grid.rows, *own_rows(held.get(rows_form(STRATEGIES), {}))]
        self.titles = {section.key: section.title for section in grid.sections}

    def place(self, need: str) -> str:
        """Where the bank has a need."""
        key = SAME_NEED.get(need, need.lower())
        return key if key in self.titles else "oth"

    def of(self, need: str) -> OfNeed:
        """The strategies that are ticked, as the school words them, and the group target; a need without a place is another need."""
        key = self.place(need)
        lines = [
            self._words(line)
            for line in self._lines
            if line.section == key and self._cell(line, "used") == "yes"
        ]
        aim = next(
            (row for row in self._targets.rows if row.key == f"{TARGETS}.{key}"), None
        )
        target = (
            self._aims.get(
                answer_key(row=aim.key, column="target"), aim.start.get("target", "")
            )
            if aim
            else ""
        )
        return OfNeed(
            key, self.titles[key], (), tuple(dict.fromkeys(lines)), target.strip()
        )

    def _words(self, line: Row) -> str:
        return self._cell(line, "ours").strip() or line.label

    def _cell(self, line: Row, column: str) -> str:
        """What stands in a cell: what was written there, or what the row starts with; a row of the school's own as every row does."""
        first = line.start.get(column, self._grid.starts.get(column, ""))
        return self._said.get(answer_key(row=line.key, column=column), first)


def own_targets(held: Held, pupil_id: str) -> list[str]:
    """The targets that stand in a pupil's IEP.

    >>> own_targets({"task6.iep/0123": {"task6.iep.1.target": "Starts on time", "task6.iep.2.target": " "}}, "0123")
    ['Starts on time']
    """
    values = held.get(place(IEP, of=pupil_id), {})
    rows = load("task6_support_in_class").part(IEP).rows
    written = (
        values.get(answer_key(row=row.key, column="target"), "").strip() for row in rows
    )
    return [target for target in written if target]
