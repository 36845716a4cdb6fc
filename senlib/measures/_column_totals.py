"""What adds up to what in one column of a table that is to be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from types import EllipsisType
from typing import NamedTuple, TypeVar

Label = Hashable
Parts = Sequence[Label] | EllipsisType
Row = tuple[Label, ...]
SignedLabel = tuple[Label, int]
Key = TypeVar("Key", bound=Hashable)


class DisclosureError(ValueError):
    """The tables cannot be published as they are: they do not add up, or what adds up to what is not said."""


class LabelSum(NamedTuple):
    """A label, and those that add up to it."""

    total: Label
    parts: tuple[Label, ...]


class WorkedOut(NamedTuple):
    """A label that a table does not have, and the labels of which it is the sum, each with 1 or -1."""

    label: Label
    terms: Sequence[SignedLabel]


class ColumnTotals:
    """What adds up to what in one column.

    sums: for each total its parts. order: all labels, each total before its parts. whole: the one label that is part of none.
    """

    def __init__(
        self, name: str, totals: Mapping[Label, Parts], *, labels: set[Label]
    ) -> None:
        self.sums = _spelt_out(totals, labels=labels)
        parts = list(chain.from_iterable(self.sums.values()))
        wholes = [total for total in self.sums if total not in parts]
        each_once = len(parts) == len(set(parts))
        self.order = list(self._down(wholes)) if each_once else []
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
            parts = self.sums.get(label, ())
            yield from self._down(parts)

    def completed(self, labels: Iterable[Label]) -> Completion:
        """What a reader can add to a table with these labels."""
        completion = Completion(labels, self.sums)
        while completion.add_totals() or completion.add_rest():
            pass
        return completion


class Completion:
    """The labels of a table with those that a reader can work out, in the order in which that can be done."""

    def __init__(
        self, labels: Iterable[Label], sums: Mapping[Label, tuple[Label, ...]]
    ) -> None:
        self.available = set(labels)
        self.worked_out: list[WorkedOut] = []
        self._parts_of = dict(sums)

    def sums(self) -> list[LabelSum]:
        """The sums of which all is in the table or worked out."""
        sums = [LabelSum(total, parts) for total, parts in self._parts_of.items()]
        return [
            each
            for each in sums
            if each.parts and self.available.issuperset([each.total, *each.parts])
        ]

    def add_totals(self) -> bool:
        """Adds totals all of whose parts are there; whether there was one."""
        before = len(self.available)
        for total, parts in self._parts_of.items():
            missing = total not in self.available
            if missing and parts and self.available.issuperset(parts):
                self._add(total, [(part, 1) for part in parts])
        return len(self.available) > before

    def add_rest(self) -> bool:
        """Adds what is left of the first total that lacks a part; whether there was one."""
        for total, parts in self._parts_of.items():
            missing = tuple(part for part in parts if part not in self.available)
            if total in self.available and missing:
                one = len(missing) == 1
                rest = missing[0] if one else ("the rest of", total, missing)
                there = [part for part in parts if part in self.available]
                self._parts_of[total] = (*there, rest)
                taken_off = [(part, -1) for part in there]
                self._add(rest, [(total, 1), *taken_off])
                return True
        return False

    def _add(self, label: Label, terms: Sequence[SignedLabel]) -> None:
        self.available.add(label)
        self.worked_out.append(WorkedOut(label, terms))


def _spelt_out(
    totals: Mapping[Label, Parts], *, labels: set[Label]
) -> dict[Label, tuple[Label, ...]]:
    """The parts of each total; `...` stands for every label that `totals` does not name."""
    listed = [parts for parts in totals.values() if not isinstance(parts, EllipsisType)]
    others = labels - {*totals, *chain.from_iterable(listed)}
    rest = sorted(others, key=lambda label: (str(type(label)), label))
    return {
        total: tuple(rest if isinstance(parts, EllipsisType) else parts)
        for total, parts in totals.items()
    }


def gathered(terms: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Terms added up by what they are of, without those that come to 0.

    >>> gathered([("all", -1), ("F", 1), ("all", 1)])
    {'F': 1}
    """
    sums: Counter[Key] = Counter()
    for key, number in terms:
        sums[key] += number
    return {key: number for key, number in sums.items() if number}


def changes_within(
    sums: Sequence[LabelSum], *, labels: Iterable[Label]
) -> list[dict[Label, int]]:
    """What can change in a column: one pupil more in a part and all above it, or another less for it. A label in no sum stands alone.

    >>> changes_within([LabelSum("all", ("F", "M"))], labels=["all", "F", "M", "others"])
    [{'others': 1}, {'F': 1, 'all': 1}, {'M': 1, 'all': 1}, {'F': 1, 'M': -1}]
    """
    above = {part: each.total for each in sums for part in each.parts}
    totals = {each.total for each in sums}
    arrivals = [_arrival(label, above) for label in above if label not in totals]
    swaps = [_swap(one, other) for one, other in combinations(arrivals, 2)]
    in_sums = totals.union(above)
    alone = [{label: 1} for label in labels if label not in in_sums]
    return alone + arrivals + swaps


def _arrival(label: Label, above: Mapping[Label, Label]) -> dict[Label, int]:
    """One pupil more under a label, and under each total above it."""
    path = [label]
    while path[-1] in above:
        path.append(above[path[-1]])
    return dict.fromkeys(path, 1)


def _swap(one: dict[Label, int], other: dict[Label, int]) -> dict[Label, int]:
    """One pupil more under the first, and one less under the other."""
    fewer = [(label, -1) for label in other]
    return gathered([*one.items(), *fewer])


def row_with(row: Row, place: int, label: Label) -> Row:
    """The row with this label in place of the one it has there."""
    before, after = row[:place], row[place + 1 :]
    return (*before, label, *after)


def add_worked_out(
    counts: dict[Row, int], place: int, worked_out: Iterable[WorkedOut]
) -> list[Label]:
    """Adds to the counts those of labels that are worked out; returns the labels that have nobody anywhere.

    Nobody would expect pupils under a label that is nowhere to be seen, so such a label may not serve to hide another.
    """
    empty = []
    for label, terms in worked_out:
        first_label, _ = terms[0]
        rows = [row for row in counts if row[place] == first_label]
        numbers = []
        for row in rows:
            parts = [sign * counts[row_with(row, place, of)] for of, sign in terms]
            numbers.append(sum(parts))
        if min(numbers, default=0) < 0:
            raise DisclosureError("A total is smaller than the sum of its parts.")
        new_rows = [row_with(row, place, label) for row in rows]
        counts.update(zip(new_rows, numbers, strict=True))
        if not any(numbers):
            empty.append(label)
    return empty
