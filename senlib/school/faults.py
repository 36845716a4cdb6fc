"""Faults: what is wrong in a file, by place, rule and remedy, and never with a pupil's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from senlib.text import first_few


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the file, the row as the spreadsheet numbers it (None: the whole file), the column, the rule, the remedy.

    Where it does not stop the load, what is wrong was left out of the school.

    >>> print(Fault(file="pupils.csv", row=7, column="SEN", rule="not a known SEN code", remedy="Use N, K or E."))
    pupils.csv, row 7, column ‘SEN’: not a known SEN code. Use N, K or E.
    """

    file: str
    rule: str
    remedy: str
    row: int | None = None
    column: str | None = None
    stops: bool = True

    @property
    def cell(self) -> tuple[str, int | None, str | None]:
        """The file, row and column."""
        return self.file, self.row, self.column

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column ‘{self.column}’")
        return f"{', '.join(place)}: {self.rule}. {self.remedy}"


class FaultyFile(Exception):
    """Nothing was loaded, because of every fault in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        things = "1 thing" if len(self.faults) == 1 else f"{len(self.faults):,} things"
        super().__init__(f"nothing was loaded: {things} to put right")


@dataclass(frozen=True)
class FaultGroup:
    """The same fault in several rows."""

    file: str
    column: str | None
    rule: str
    remedy: str
    rows: tuple[int, ...] = ()

    def place(self, *, most: int = 12) -> str:
        """Where it stands, in words, with at most `most` row numbers written out.

        >>> FaultGroup(file="a.csv", column="SEN", rule="r", remedy="m", rows=(2, 3, 9)).place(most=2)
        'a.csv, column ‘SEN’, rows 2, 3 and 1 more'
        """
        parts = [self.file]
        if self.column is not None:
            parts.append(f"column ‘{self.column}’")
        if self.rows:
            rows = first_few(list(map(str, self.rows)), most=most)
            parts.append(f"row{'s' if len(self.rows) > 1 else ''} {rows}")
        return ", ".join(parts)


def grouped(faults: Sequence[Fault]) -> list[FaultGroup]:
    """The faults with the rows of like ones gathered, in the order they were first met."""
    groups: dict[FaultGroup, list[int]] = {}
    for fault in faults:
        group = FaultGroup(fault.file, fault.column, fault.rule, fault.remedy)
        rows = groups.setdefault(group, [])
        if fault.row is not None:
            rows.append(fault.row)
    return [replace(group, rows=tuple(sorted(rows))) for group, rows in groups.items()]
