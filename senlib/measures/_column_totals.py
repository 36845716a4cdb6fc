"""What adds up to what in one column of a table that is to be published."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from types import EllipsisType
from typing import NamedTuple, TypeVar

Label = Hashable
Parts = Sequence[Label] | EllipsisType
Totals = Mapping[Label, Parts]
Row = tuple[Label, ...]
# By how much the counts of labels change, or with which sign they stand in a sum.
Change = dict[Label, int]
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
    terms: Change


class ColumnTotals:
    """What adds up to what in one column.

    sums: for each total its parts. order: all labels, each total before its parts. whole: the one label that is part of none.
    """

    def __init__(self, name: str, totals: Totals, *, labels: set[Label]) -> None:
        self.sums = _spelt_out(totals, labels=labels)
        parts = sum(self.sums.values(), ())
        wholes = [total for total in self.sums if total not in parts]
        each_once = len(parts) == len(set(parts))
        self.order: list[Label] = []
        if each_once:
            self.order.extend(self._down(wholes))
        in_sums = self.sums.keys() | parts
        if set(self.order) != in_sums:
            raise DisclosureError(
                f"totals of {name!r}: each label is a part of one total at most, and of none below it."
            )
        if not labels.issubset(self.order):
            raise DisclosureError(
                f"totals of {name!r}: a label of the table is neither a total nor a part of one."
            )
        is_one = len(wholes) == 1
        self.whole = wholes[0] if is_one else None

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

    def __init__(self, labels: Iterable[Label], sums: Mapping[Label, Row]) -> None:
        self.available = set(labels)
        self.worked_out: list[WorkedOut] = []
        self._parts_of = dict(sums)

    def sums(self) -> list[LabelSum]:
        """The sums of which all is in the table or worked out."""
        sums = []
        for total, parts in self._parts_of.items():
            complete = self.available.issuperset([total, *parts])
            if parts and complete:
                sums.append(LabelSum(total, parts))
        return sums

    def add_totals(self) -> bool:
        """Adds totals all of whose parts are there; whether there was one."""
        before = len(self.available)
        for total, parts in self._parts_of.items():
            missing = total not in self.available
            if missing and parts and self.available.issuperset(parts):
                self._add(total, dict.fromkeys(parts, 1))
        return len(self.available) > before

    def add_rest(self) -> bool:
        """Adds what is left of the first total that lacks a part; whether there was one."""
        for total, parts in self._parts_of.items():
            there = [part for part in parts if part in self.available]
            lacks_some = len(there) < len(parts)
            if total in self.available and lacks_some:
                missing = tuple(part for part in parts if part not in there)
                rest: Label = ("the rest of", total, missing)
                if len(missing) == 1:
                    (rest,) = missing
                self._parts_of[total] = (*there, rest)
                terms = {total: 1}
                terms |= dict.fromkeys(there, -1)
                self._add(rest, terms)
                return True
        return False

    def _add(self, label: Label, terms: Change) -> None:
        self.available.add(label)
        self.worked_out.append(WorkedOut(label, terms))


def _spelt_out(totals: Totals, *, labels: set[Label]) -> dict[Label, Row]:
    """The parts of each total; `...` stands for every label that `totals` does not name."""
    listed = [parts for parts in totals.values() if parts is not ...]
    others = labels.difference(totals, *listed)
    rest = sorted(others, key=lambda label: (str(type(label)), label))
    return {
        total: tuple(rest if parts is ... else parts) for total, parts in totals.items()
    }


def gathered(terms: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Terms added up by what they are of, without those that come to 0.

    >>> gathered([("all", -1), ("F", 1), ("all", 1)])
    {'F': 1}
    """
    sums: dict[Key, int] = {}
    for key, number in terms:
        sums[key] = sums.get(key, 0) + number
    return {key: number for key, number in sums.items() if number}


def changes_within(
    sums: Sequence[LabelSum], *, labels: Iterable[Label]
) -> list[Change]:
    """What can change in a column: one pupil more in a part and all above it, or another less for it. A label in no sum stands alone.

    >>> changes_within([LabelSum("all", ("F", "M"))], labels=["all", "F", "M", "others"])
    [{'others': 1}, {'F': 1, 'all': 1}, {'M': 1, 'all': 1}, {'F': 1, 'M': -1}]
    """
    above = {part: each.total for each in sums for part in each.parts}
    totals = {each.total for each in sums}
    arrivals = []
    leaves = [label for label in above if label not in totals]
    for label in leaves:
        path = [label]
        while path[-1] in above:
            path.append(above[path[-1]])
        arrivals.append(dict.fromkeys(path, 1))
    swaps = []
    for one, other in combinations(arrivals, 2):
        fewer = [(label, -1) for label in other]
        both = [*one.items(), *fewer]
        swaps.append(gathered(both))
    in_sums = totals.union(above)
    alone = [label for label in labels if label not in in_sums]
    changes = [{label: 1} for label in alone]
    return changes + arrivals + swaps


def row_with(row: Row, place: int, label: Label) -> Row:
    """The row with this label in place of the one it has there."""
    labels = list(row)
    labels[place] = label
    return tuple(labels)


def add_worked_out(
    counts: dict[Row, int], place: int, worked_out: Iterable[WorkedOut]
) -> list[Label]:
    """Adds to the counts those of labels that are worked out; returns the labels that have nobody anywhere.

    Nobody would expect pupils under a label that is nowhere to be seen, so such a label may not serve to hide another.
    """
    empty = []
    for label, terms in worked_out:
        first_label = next(iter(terms))
        numbers: dict[Row, int] = {}
        for row in [row for row in counts if row[place] == first_label]:
            new_row = row_with(row, place, label)
            numbers[new_row] = 0
            for part, sign in terms.items():
                part_row = row_with(row, place, part)
                numbers[new_row] += sign * counts[part_row]
        least = min(numbers.values(), default=0)
        if least < 0:
            raise DisclosureError("A total is smaller than the sum of its parts.")
        counts.update(numbers)
        if not any(numbers.values()):
            empty.append(label)
    return empty
