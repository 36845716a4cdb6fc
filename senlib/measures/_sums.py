"""The cells of all tables that are published together, each once, and the sums among them that a reader knows."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import filterfalse, product
from typing import Any, NamedTuple

import pandas as pd

from senlib.measures._column_totals import (
    Change,
    ColumnTotals,
    DisclosureError,
    Label,
    LabelSum,
    Row,
    Totals,
    WorkedOut,
    add_worked_out,
    changes_within,
    gathered,
    row_with,
)
from senlib.measures.groups import NOT_KNOWN

# Of how many cells that counts and sums do not distinguish one is put first, so that it does not matter which label comes first.
_TIES_BROKEN = 40

Cell = Mapping[str, Label]
CellSum = tuple[Cell, Sequence[Cell]]
CellKey = frozenset[tuple[str, Label]]
# A cell by its number and how it changes, or with which sign it stands in a sum.
SignedCell = tuple[int, int]
Signed = tuple[SignedCell, ...]
Terms = dict[int, int]
Rows = dict[Row, int]


class TableRows(NamedTuple):
    """A table's columns, and for each row of labels its count as it was read, or its cell."""

    columns: tuple[str, ...]
    numbers: Rows


class ColumnSums(NamedTuple):
    """A column of a table with totals: its labels in order, those that can be worked out, and its sums. Without totals it has none."""

    labels: list[Label]
    worked_out: list[WorkedOut]
    sums: list[LabelSum]


class Pattern(NamedTuple):
    """A way in which counts may differ: the cells that move, by 1 up or down, and by how much that puts each sum out."""

    moves: Signed
    imbalance: Terms


class CompleteTable(NamedTuple):
    """A table with all that can be worked out: for each row its cell, and for each column the changes that it allows.

    A change is {label: 1 or -1} with which each sum of the column stays as it is: a pupil who comes in, or who changes places.
    """

    cells: Rows
    changes: list[list[Change]]

    def patterns(self) -> Iterator[Signed]:
        """Changes along all columns at once, as cells that move; not those in which a cell would have to move both ways."""
        for changes in product(*self.changes):
            rows = list(product(*changes))
            if not self.cells.keys() >= set(rows):
                continue
            cells = [self.cells[row] for row in rows]
            # How the count of a row moves where the changes meet.
            signs = product(*map(dict.values, changes))
            steps = map(math.prod, signs)
            pairs = zip(cells, steps, strict=True)
            moves = sorted(set(pairs))
            if len(moves) == len(set(cells)):
                _, way = moves[0]
                yield tuple((cell, way * step) for cell, step in moves)


@dataclass(frozen=True)
class System:
    """Cells, in the order in which they would be hidden, and the sums among them. A sum is {part: 1, total: -1}, and comes to 0.

    weights: in how many places a cell is published; 0 for one that is only worked out. sums_of: for each cell, its sums, each
    with the cell's sign in it. tables: the cells of each table, by its name. complete_tables: the tables as they were built up.
    """

    values: list[int]
    weights: list[int]
    sums: list[Terms]
    sums_of: list[list[SignedCell]]
    tables: dict[str, TableRows]
    complete_tables: list[CompleteTable]

    def imbalance(self, moves: Iterable[SignedCell]) -> Terms:
        """By how much each sum is out when these cells move."""
        return gathered(
            (place, sign * step)
            for cell, step in moves
            for place, sign in self.sums_of[cell]
        )

    def patterns(self) -> list[list[Pattern]]:
        """For each cell the patterns in which it moves."""
        patterns: list[list[Pattern]] = [[] for _ in self.values]
        for complete in self.complete_tables:
            for moves in sorted(complete.patterns()):
                pattern = Pattern(moves, self.imbalance(moves))
                for cell, _ in moves:
                    patterns[cell].append(pattern)
        return patterns


def read_counts(table: pd.DataFrame, *, count: str) -> TableRows:
    """A table's counts by its labels; DisclosureError where it is no table of counts, or has a row twice."""
    names = list(table.columns)
    if count not in names or len(names) == 1:
        raise DisclosureError(
            f"A table has a column {count!r}, and at least one column of categories."
        )
    numbers = table[count]
    names.remove(count)
    columns = tuple(names)
    if numbers.isna().any() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise DisclosureError(
            f"Column {count!r}: each row has a whole number, 0 or more."
        )
    labels = table[list(columns)].astype(object)
    labels = labels.fillna(NOT_KNOWN)
    rows = labels.itertuples(index=False, name=None)
    whole = map(int, numbers)
    counts = dict(zip(rows, whole, strict=True))
    if len(counts) < len(table):
        raise DisclosureError(f"Each combination of {', '.join(columns)} has one row.")
    return TableRows(columns, counts)


def system_of(
    tables: Mapping[str, TableRows],
    *,
    totals: Mapping[str, Totals],
    also: Iterable[CellSum],
) -> System:
    """The system of these tables, of what adds up in their columns, and of the further sums in `also`."""
    columns = {}
    for name, sums in totals.items():
        labels = _labels_in(tables, name)
        columns[name] = ColumnTotals(name, sums, labels=labels)
    builder = SystemBuilder(columns)
    for name, table in tables.items():
        builder.add(name, table)
    for total, parts in also:
        builder.add_sum(total, parts)
    return builder.system()


def _labels_in(tables: Mapping[str, TableRows], name: str) -> set[Label]:
    """The labels of a column, in whichever tables have it."""
    labels: set[Label] = set()
    for table in tables.values():
        if name in table.columns:
            place = table.columns.index(name)
            labels.update(row[place] for row in table.numbers)
    return labels


class SystemBuilder:
    """Gathers the cells of all tables, each once, and the sums among them."""

    def __init__(self, totals: Mapping[str, ColumnTotals]) -> None:
        self.totals = totals
        self.wholes = {(name, column.whole) for name, column in totals.items()}
        self.cells: dict[CellKey, int] = {}
        self.values: list[int] = []
        self.weights: list[int] = []
        self.sums: list[Terms] = []
        self.tables: dict[str, TableRows] = {}
        self.complete_tables: list[CompleteTable] = []

    def add(self, name: str, table: TableRows) -> None:
        """The table's rows, those that are missing or can be worked out, and each sum along each column."""
        names, columns = table.columns, []
        for place in range(len(names)):
            columns.append(self._column(table, place))
        rows = _every_row(table, columns)
        counts = rows | table.numbers
        sums = []
        for place, column in enumerate(columns):
            empty = add_worked_out(counts, place, column.worked_out)
            in_column = [_without(each, empty) for each in column.sums]
            sums.append(in_column)
        cells = {}
        for row, number in counts.items():
            labels = dict(zip(names, row, strict=True))
            cells[row] = self._cell(labels, number)
            self.weights[cells[row]] += row in rows
        changes = []
        for place, in_column in enumerate(sums):
            self._add_column(cells, place, in_column)
            in_place = dict.fromkeys(row[place] for row in cells)
            changes.append(changes_within(in_column, labels=in_place))
        self.complete_tables.append(CompleteTable(cells, changes))
        in_table = {row: cells[row] for row in rows}
        self.tables[name] = TableRows(names, in_table)

    def _add_column(self, cells: Rows, place: int, sums: Iterable[LabelSum]) -> None:
        """The sums along one column, in each row that has its total."""
        for (total, parts), (row, cell) in product(sums, cells.items()):
            if row[place] == total:
                of_parts = [cells[row_with(row, place, part)] for part in parts]
                self._add_cells(cell, of_parts)

    def add_sum(self, total: Cell, parts: Sequence[Cell]) -> None:
        """A further sum that a reader knows."""
        cells = [total, *parts]
        keys = [self._key(cell) for cell in cells]
        if not self.cells.keys() >= set(keys):
            raise DisclosureError(
                "also: a cell is in none of the tables, nor can it be worked out from them."
            )
        whole, *rest = map(self.cells.__getitem__, keys)
        self._add_cells(whole, rest)

    def system(self) -> System:
        """Cells that a sum makes one and the same are one; of sums that say the same one is kept."""
        size = len(self.values)
        firsts, sums = _merged(size, self.sums)
        different = {frozenset(terms.items()): terms for terms in sums}
        different.pop(frozenset(), None)
        sums = list(different.values())
        numbers = _ranked(firsts)
        order = _hiding_order(self._renumbered(numbers, sums))
        places = [order.index(number) for number in numbers]
        return self._renumbered(places, sums)

    def _renumbered(self, numbers: Sequence[int], sums: Sequence[Terms]) -> System:
        """The system with the cells under new numbers, some of them under one."""
        size = len(set(numbers))
        values, weights = [0] * size, [0] * size
        for cell, number in enumerate(numbers):
            values[number] = self.values[cell]
            weights[number] += self.weights[cell]

        def renumbered(cells: Rows) -> Rows:
            return {row: numbers[cell] for row, cell in cells.items()}

        ordered = sorted(_signed(numbers, terms) for terms in sums)
        sums_of: list[list[SignedCell]] = [[] for _ in values]
        for place, terms in enumerate(ordered):
            for cell, sign in terms:
                sums_of[cell].append((place, sign))
        complete_tables = []
        for complete in self.complete_tables:
            cells = renumbered(complete.cells)
            complete_tables.append(CompleteTable(cells, complete.changes))
        return System(
            values=values,
            weights=weights,
            sums=[dict(terms) for terms in ordered],
            sums_of=sums_of,
            tables={
                name: TableRows(table.columns, renumbered(table.numbers))
                for name, table in self.tables.items()
            },
            complete_tables=complete_tables,
        )

    def _column(self, table: TableRows, place: int) -> ColumnSums:
        labels = {row[place] for row in table.numbers}
        totals = self.totals.get(table.columns[place])
        if totals is None:
            return ColumnSums([], [], [])
        completion = totals.completed(labels)
        ordered = [label for label in totals.order if label in labels]
        return ColumnSums(ordered, completion.worked_out, completion.sums())

    def _key(self, cell: Cell) -> CellKey:
        """What a cell is called in every table: its labels, but for those that stand for the whole."""
        return frozenset(cell.items() - self.wholes)

    def _cell(self, labels: Cell, number: int) -> int:
        """The cell of these labels, which is new or has this count already."""
        key = self._key(labels)
        if key not in self.cells:
            self.cells[key] = len(self.values)
            self.values.append(number)
            self.weights.append(0)
        cell = self.cells[key]
        if self.values[cell] != number:
            raise DisclosureError(
                f"Two tables disagree, or one with itself, by {', '.join(labels)}."
            )
        return cell

    def _add_cells(self, total: int, parts: Sequence[int]) -> None:
        sum_of_parts = sum(self.values[part] for part in parts)
        if self.values[total] != sum_of_parts:
            raise DisclosureError("A total is not the sum of its parts.")
        terms = [(part, 1) for part in parts]
        terms.append((total, -1))
        self.sums.append(gathered(terms))


def _every_row(table: TableRows, columns: Sequence[ColumnSums]) -> Rows:
    """Every combination of labels, within each block that the columns without totals make; as counts of 0."""
    rows: Rows = {}
    for row in table.numbers:
        if row not in rows:
            pairs = zip(columns, row, strict=True)
            choices = [column.labels or [label] for column, label in pairs]
            rows |= dict.fromkeys(product(*choices), 0)
    return rows


def _signed(numbers: Sequence[int], terms: Terms) -> Signed:
    """The terms of a sum with these numbers for its cells, in order."""
    signed = [(numbers[cell], sign) for cell, sign in terms.items()]
    return tuple(sorted(signed))


def _without(each: LabelSum, empty: Sequence[Label]) -> LabelSum:
    """The sum without parts that nobody is in."""
    parts = filterfalse(empty.__contains__, each.parts)
    return LabelSum(each.total, tuple(parts))


def _merged(size: int, sums: list[Terms]) -> tuple[list[int], list[Terms]]:
    """For each cell the first that a sum makes equal to it; and the sums, of these cells alone."""
    firsts = list(range(size))
    while pair := next(filter(_says_equal, sums), None):
        one, other = sorted(pair)
        firsts = [one if cell == other else cell for cell in firsts]
        renamed = [_signed(firsts, terms) for terms in sums]
        sums = list(map(gathered, renamed))
    return firsts, sums


def _says_equal(terms: Terms) -> bool:
    """Whether a sum says of two cells that they are the same."""
    signs = terms.values()
    return len(signs) == 2 and sum(signs) == 0


def _hiding_order(system: System) -> list[int]:
    """In which order cells are hidden, if as few are hidden either way: parts before totals, counts before zeros, small ones first.

    A zero that shows harms nobody, and hidden together with a count of 1 it would protect it badly. The order follows from counts
    and sums and not from labels, so that the same school under other names has as many hidden: cells that have the same rank
    are put in order one at a time, and each time those that are connected with them as well.
    """
    keys = []
    for cell, sums in enumerate(system.sums_of):
        value = system.values[cell]
        times_total = sum(sign < 0 for _, sign in sums)
        weight = system.weights[cell]
        keys.append((times_total, not value, value, weight))
    ranks = _refined(system, _ranked(keys))
    for _ in range(_TIES_BROKEN):
        sizes = Counter(ranks)
        tied = [rank for rank in ranks if sizes[rank] > 1]
        if not tied:
            break
        first = ranks.index(min(tied))
        split = [(rank, cell != first) for cell, rank in enumerate(ranks)]
        ranks = _refined(system, _ranked(split))
    cells = range(len(ranks))
    return sorted(cells, key=ranks.__getitem__)


def _refined(system: System, ranks: list[int]) -> list[int]:
    """Cells of one rank are ranked by the cells in their sums, until that changes nothing."""
    while True:
        sums = [_signed(ranks, terms) for terms in system.sums]
        keys = []
        for cell, sums_of_cell in enumerate(system.sums_of):
            of_cell = sorted((sums[place], sign) for place, sign in sums_of_cell)
            keys.append((ranks[cell], *of_cell))
        finer = _ranked(keys)
        if finer == ranks:
            return ranks
        ranks = finer


def _ranked(keys: Sequence[Any]) -> list[int]:
    """The rank of each key among the different ones.

    >>> _ranked([7, 3, 7])
    [1, 0, 1]
    """
    different = sorted(set(keys))
    return [bisect_left(different, key) for key in keys]
