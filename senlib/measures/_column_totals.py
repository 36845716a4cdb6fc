"""What adds up to what in one column of a table that is to be published."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from types import EllipsisType

Label = Hashable
Parts = Sequence[Label] | EllipsisType


class DisclosureError(ValueError):
    """The tables cannot be published as they are: they do not add up, or what adds up to what is not said."""


class ColumnTotals:
    """What adds up to what in one column."""

    def __init__(
        self, name: str, totals: Mapping[Label, Parts], *, labels: set[Label]
    ) -> None:
        named = {
            *totals,
            *(part for parts in totals.values() if parts is not ... for part in parts),
        }
        rest = sorted(labels - named, key=lambda label: (str(type(label)), label))
        self.sums = {
            total: tuple(rest if parts is ... else parts)
            for total, parts in totals.items()
        }
        parts = [part for parts in self.sums.values() for part in parts]
        wholes = [total for total in self.sums if total not in parts]
        self.order = list(self._down(wholes)) if len(parts) == len(set(parts)) else []
        if set(self.order) != {*self.sums, *parts}:
            raise DisclosureError(
                f"totals of {name!r}: each label is a part of one total at most, and of none below it."
            )
        if labels - set(self.order):
            raise DisclosureError(
                f"totals of {name!r}: a label of the table is neither a total nor a part of one."
            )
        self.whole = wholes[0] if len(wholes) == 1 else None

    def _down(self, labels: Iterable[Label]) -> Iterator[Label]:
        for label in labels:
            yield label
            yield from self._down(self.sums.get(label, ()))

    def within(
        self, labels: set[Label]
    ) -> tuple[list[tuple], list[tuple[Label, tuple]]]:
        """For a table with these labels: others to be worked out, each as (label, signed labels); and the sums that hold."""
        known, worked_out, parts_of = set(labels), [], dict(self.sums)

        def work_out(label: Label, signed: list[tuple[Label, int]]) -> None:
            known.add(label)
            worked_out.append((label, signed))

        while True:
            before = len(known)
            for total, parts in parts_of.items():  # totals from their parts
                if total not in known and parts and set(parts) <= known:
                    work_out(total, [(part, 1) for part in parts])
            if len(known) > before:
                continue
            for total, parts in parts_of.items():  # then what is left of a total
                missing = tuple(part for part in parts if part not in known)
                if total in known and missing:
                    rest = (
                        missing[0]
                        if len(missing) == 1
                        else ("the rest of", total, missing)
                    )
                    there = [part for part in parts if part in known]
                    parts_of[total] = (*there, rest)
                    work_out(rest, [(total, 1), *((part, -1) for part in there)])
                    break
            else:
                sums = [
                    (total, parts)
                    for total, parts in parts_of.items()
                    if {total, *parts} <= known and parts
                ]
                return worked_out, sums


def gathered(terms: Iterable[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for cell, sign in terms:
        found[cell] = found.get(cell, 0) + sign
    return {cell: sign for cell, sign in found.items() if sign}


def changes_within(
    sums: Sequence[tuple[Label, Sequence[Label]]], *, labels: Sequence[Label]
) -> list[dict[Label, int]]:
    """What can change in a column: one pupil more in a part and all above it, or another less for it. A label in no sum stands alone.

    >>> changes_within([("all", ["F", "M"])], labels=["all", "F", "M", "others"])
    [{'others': 1}, {'F': 1, 'all': 1}, {'M': 1, 'all': 1}, {'F': 1, 'M': -1}]
    """
    above = {part: total for total, parts in sums for part in parts}
    totals = {total for total, _ in sums}
    comings = []
    for label in above:
        if label not in totals:
            path = [label]
            while path[-1] in above:
                path.append(above[path[-1]])
            comings.append(dict.fromkeys(path, 1))
    swaps = [
        gathered([*one.items(), *((label, -1) for label in other)])
        for one, other in combinations(comings, 2)
    ]
    return (
        [{label: 1} for label in labels if label not in above and label not in totals]
        + comings
        + swaps
    )


def row_with(row: tuple[Label, ...], place: int, label: Label) -> tuple[Label, ...]:
    return (*row[:place], label, *row[place + 1 :])


def add_worked_out(
    grid: dict[tuple[Label, ...], int], place: int, worked_out: Sequence[tuple]
) -> list[Label]:
    """Adds rows to the grid for labels that its rows do not have; returns those labels that have nobody anywhere.

    Nobody would expect pupils under a label that is nowhere to be seen, so such a label may not serve to hide another.
    """
    nobody = []
    for label, signed in worked_out:
        rows = [row for row in grid if row[place] == signed[0][0]]
        numbers = [
            sum(sign * grid[row_with(row, place, of)] for of, sign in signed)
            for row in rows
        ]
        if min(numbers, default=0) < 0:
            raise DisclosureError("A total is smaller than the sum of its parts.")
        grid.update(
            (row_with(row, place, label), number)
            for row, number in zip(rows, numbers, strict=True)
        )
        if not any(numbers):
            nobody.append(label)
    return nobody
