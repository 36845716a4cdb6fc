"""The cells of all tables that are published together, each once, and the sums among them that a reader knows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from senlib.measures._column_totals import (
    ColumnTotals,
    DisclosureError,
    Label,
    LabelSum,
    Parts,
    Row,
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
Terms = dict[int, int]


class CountTable(NamedTuple):
    """A table as it was read: the count of each row of labels."""

    columns: tuple[str, ...]
    counts: dict[Row, int]


class TableCells(NamedTuple):
    """A table's columns, and the cell of each row."""

    columns: tuple[str, ...]
    cells: dict[Row, int]


class ColumnSums(NamedTuple):
    """A column of a table: its labels in order, those that can be worked out, and its sums."""

    labels: list[Label]
    worked_out: list[WorkedOut]
    sums: list[LabelSum]


class Pattern(NamedTuple):
    """A way in which counts may differ: the cells that move, by 1 up or down, and by how much that puts each sum out."""

    moves: tuple[SignedCell, ...]
    imbalance: Terms


class CompleteTable(NamedTuple):
    """A table with all that can be worked out: for each row its cell, and for each column the changes that it allows.

    A change is {label: 1 or -1} with which each sum of the column stays as it is: a pupil who comes in, or who changes places.
    """

    cells: dict[Row, int]
    changes: list[list[dict[Label, int]]]

    def patterns(self) -> Iterator[tuple[SignedCell, ...]]:
        """Changes along all columns at once, as cells that move; not those in which a cell would have to move both ways."""
        for changes in product(*self.changes):
            rows = list(product(*changes))
            if not all(row in self.cells for row in rows):
                continue
            moves = {(self.cells[row], _step(row, changes)) for row in rows}
            if len({cell for cell, _ in moves}) < len(moves):
                continue
            (_, way), *_ = ordered = sorted(moves)
            yield tuple((cell, way * step) for cell, step in ordered)


def _step(row: Row, changes: Sequence[Mapping[Label, int]]) -> int:
    """How the count of a row moves where these changes meet."""
    along = zip(changes, row, strict=True)
    return math.prod(change[label] for change, label in along)


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
    tables: dict[str, TableCells]
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
        for table in self.complete_tables:
            for moves in sorted(table.patterns()):
                pattern = Pattern(moves, self.imbalance(moves))
                for cell, _ in moves:
                    patterns[cell].append(pattern)
        return patterns


def read_counts(table: pd.DataFrame, *, count: str) -> CountTable:
    """A table's counts by its labels; DisclosureError where it is no table of counts, or has a row twice."""
    columns = tuple(name for name in table.columns if name != count)
    if count not in table.columns or not columns:
        raise DisclosureError(
            f"A table has a column {count!r}, and at least one column of categories."
        )
    numbers = table[count]
    if numbers.isna().any() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise DisclosureError(
            f"Column {count!r}: each row has a whole number, 0 or more."
        )
    labels = [_labels(table[name]) for name in columns]
    rows = zip(*labels, strict=True)
    counts = dict(zip(rows, map(int, numbers), strict=True))
    if len(counts) < len(table):
        raise DisclosureError(f"Each combination of {', '.join(columns)} has one row.")
    return CountTable(columns, counts)


def _labels(column: pd.Series) -> list[Label]:
    labels = zip(column.tolist(), column.isna(), strict=True)
    return [NOT_KNOWN if missing else label for label, missing in labels]


def system_of(
    tables: Mapping[str, CountTable],
    *,
    totals: Mapping[str, Mapping[Label, Parts]],
    also: Iterable[CellSum],
) -> System:
    """The system of these tables, of what adds up in their columns, and of the further sums in `also`."""
    columns = {
        name: ColumnTotals(name, sums, labels=_labels_in(tables, name))
        for name, sums in totals.items()
    }
    builder = SystemBuilder(columns)
    for name, table in tables.items():
        builder.add(name, table)
    for total, parts in also:
        builder.add_sum(total, parts)
    return builder.system()


def _labels_in(tables: Mapping[str, CountTable], name: str) -> set[Label]:
    """The labels of a column, in whichever tables have it."""
    labels: set[Label] = set()
    for table in tables.values():
        if name in table.columns:
            place = table.columns.index(name)
            labels.update(row[place] for row in table.counts)
    return labels


class SystemBuilder:
    """Gathers the cells of all tables, each once, and the sums among them."""

    def __init__(self, totals: Mapping[str, ColumnTotals]) -> None:
        self.totals = totals
        self.cells: dict[CellKey, int] = {}
        self.values: list[int] = []
        self.weights: list[int] = []
        self.sums: list[Terms] = []
        self.tables: dict[str, TableCells] = {}
        self.complete_tables: list[CompleteTable] = []

    def add(self, name: str, table: CountTable) -> None:
        """The table's rows, those that are missing or can be worked out, and each sum along each column."""
        columns = [self._column(table, place) for place in range(len(table.columns))]
        rows = self._rows(table, columns)
        counts = {row: table.counts.get(row, 0) for row in rows}
        published = set(rows)
        sums = []
        for place, column in enumerate(columns):
            empty = add_worked_out(counts, place, column.worked_out)
            sums.append([_without(each, empty) for each in column.sums])
        cells = {}
        for row, number in counts.items():
            key = self._key(zip(table.columns, row, strict=True))
            cells[row] = self._cell(key, number, table.columns)
            self.weights[cells[row]] += row in published
        changes = []
        for place, in_column in enumerate(sums):
            self._add_column(cells, place, in_column)
            labels = dict.fromkeys(row[place] for row in cells)
            changes.append(changes_within(in_column, labels=labels))
        self.complete_tables.append(CompleteTable(cells, changes))
        in_table = {row: cells[row] for row in rows}
        self.tables[name] = TableCells(table.columns, in_table)

    def _rows(self, table: CountTable, columns: Sequence[ColumnSums]) -> list[Row]:
        """Every combination of labels, within each block that the columns without totals make."""
        summed = [name in self.totals for name in table.columns]
        blocks: dict[Row, None] = {}
        for row in table.counts:
            at = zip(summed, row, strict=True)
            blocks[tuple(None if is_summed else label for is_summed, label in at)] = (
                None
            )
        rows: list[Row] = []
        for block in blocks:
            choices = [
                column.labels if label is None else [label]
                for column, label in zip(columns, block, strict=True)
            ]
            rows.extend(product(*choices))
        return rows

    def _add_column(
        self, cells: Mapping[Row, int], place: int, sums: Iterable[LabelSum]
    ) -> None:
        """The sums along one column, in each row that has its total."""
        for total, parts in sums:
            for row in [row for row in cells if row[place] == total]:
                of_parts = [cells[row_with(row, place, part)] for part in parts]
                self._add_cells(cells[row], of_parts)

    def add_sum(self, total: Cell, parts: Sequence[Cell]) -> None:
        """A further sum that a reader knows."""
        keys = [self._key(cell.items()) for cell in (total, *parts)]
        if not self.cells.keys() >= set(keys):
            raise DisclosureError(
                "also: a cell is in none of the tables, nor can it be worked out from them."
            )
        whole, *rest = [self.cells[key] for key in keys]
        self._add_cells(whole, rest)

    def system(self) -> System:
        """Cells that a sum makes one and the same are one; of sums that say the same one is kept."""
        firsts, sums = _merged(len(self.values), self.sums)
        different = {frozenset(terms.items()): terms for terms in sums if terms}
        sums = list(different.values())
        numbers = _ranked([(cell,) for cell in firsts])
        order = _hiding_order(self._renumbered(numbers, sums))
        places = {number: place for place, number in enumerate(order)}
        return self._renumbered([places[number] for number in numbers], sums)

    def _renumbered(self, numbers: Sequence[int], sums: Sequence[Terms]) -> System:
        """The system with the cells under new numbers, some of them under one."""
        size = len(set(numbers))
        values, weights = [0] * size, [0] * size
        for cell, number in enumerate(numbers):
            values[number] = self.values[cell]
            weights[number] += self.weights[cell]

        def renumbered(cells: Mapping[Row, int]) -> dict[Row, int]:
            return {row: numbers[cell] for row, cell in cells.items()}

        renamed = [
            sorted((numbers[cell], sign) for cell, sign in terms.items())
            for terms in sums
        ]
        ordered = sorted(renamed)
        sums_of: list[list[SignedCell]] = [[] for _ in values]
        for place, terms in enumerate(ordered):
            for cell, sign in terms:
                sums_of[cell].append((place, sign))
        return System(
            values=values,
            weights=weights,
            sums=[dict(terms) for terms in ordered],
            sums_of=sums_of,
            tables={
                name: TableCells(table.columns, renumbered(table.cells))
                for name, table in self.tables.items()
            },
            complete_tables=[
                CompleteTable(renumbered(table.cells), table.changes)
                for table in self.complete_tables
            ],
        )

    def _column(self, table: CountTable, place: int) -> ColumnSums:
        labels = dict.fromkeys(row[place] for row in table.counts)
        totals = self.totals.get(table.columns[place])
        if totals is None:
            return ColumnSums(list(labels), [], [])
        completion = totals.completed(labels)
        ordered = [label for label in totals.order if label in labels]
        return ColumnSums(ordered, completion.worked_out, completion.sums())

    def _key(self, labels: Iterable[tuple[str, Label]]) -> CellKey:
        """What a cell is called in every table: its labels, but for those that stand for the whole."""
        return frozenset(
            (name, label)
            for name, label in labels
            if name not in self.totals or label != self.totals[name].whole
        )

    def _cell(self, key: CellKey, number: int, columns: Sequence[str]) -> int:
        """The cell of this key, which is new or has this count already."""
        if key not in self.cells:
            self.cells[key] = len(self.values)
            self.values.append(number)
            self.weights.append(0)
        cell = self.cells[key]
        if self.values[cell] != number:
            raise DisclosureError(
                f"Two tables disagree, or one with itself, by {', '.join(columns)}."
            )
        return cell

    def _add_cells(self, total: int, parts: Sequence[int]) -> None:
        if self.values[total] != sum(self.values[part] for part in parts):
            raise DisclosureError("A total is not the sum of its parts.")
        added = [(part, 1) for part in parts]
        self.sums.append(gathered([(total, -1), *added]))


def _without(each: LabelSum, empty: Sequence[Label]) -> LabelSum:
    """The sum without parts that nobody is in."""
    parts = tuple(part for part in each.parts if part not in empty)
    return LabelSum(each.total, parts)


def _merged(size: int, sums: list[Terms]) -> tuple[list[int], list[Terms]]:
    """For each cell the first that a sum makes equal to it; and the sums, of these cells alone."""
    firsts = list(range(size))
    while pair := next(filter(_says_equal, sums), None):
        one, other = sorted(pair)
        firsts = [one if cell == other else cell for cell in firsts]
        sums = [
            gathered((firsts[cell], sign) for cell, sign in terms.items())
            for terms in sums
        ]
    return firsts, sums


def _says_equal(terms: Terms) -> bool:
    """Whether a sum says of two cells that they are the same."""
    return len(terms) == 2 and sum(terms.values()) == 0


def _hiding_order(system: System) -> list[int]:
    """In which order cells are hidden, if as few are hidden either way: parts before totals, counts before zeros, small ones first.

    A zero that shows harms nobody, and hidden together with a count of 1 it would protect it badly. The order follows from counts
    and sums and not from labels, so that the same school under other names has as many hidden: cells that have the same rank
    are put in order one at a time, and each time those that are connected with them as well.
    """
    keys = []
    for cell, sums in enumerate(system.sums_of):
        value, weight = system.values[cell], system.weights[cell]
        times_total = sum(sign < 0 for _, sign in sums)
        keys.append((times_total, not value, value, weight))
    ranks = _refined(system, _ranked(keys))
    for _ in range(_TIES_BROKEN):
        first = _first_tied(ranks)
        if first is None:
            break
        split = [(rank, cell != first) for cell, rank in enumerate(ranks)]
        ranks = _refined(system, _ranked(split))
    return sorted(range(len(ranks)), key=ranks.__getitem__)


def _first_tied(ranks: list[int]) -> int | None:
    """The first cell by rank that shares its rank; None where none does."""
    sizes = Counter(ranks)
    tied = [cell for cell, rank in enumerate(ranks) if sizes[rank] > 1]
    return min(tied, key=ranks.__getitem__, default=None)


def _refined(system: System, ranks: list[int]) -> list[int]:
    """Cells of one rank are ranked by the cells in their sums, until that changes nothing."""
    while True:
        sums = [
            tuple(sorted((ranks[cell], sign) for cell, sign in terms.items()))
            for terms in system.sums
        ]
        keys = []
        for cell, sums_of_cell in enumerate(system.sums_of):
            signed = sorted((sums[place], sign) for place, sign in sums_of_cell)
            keys.append((ranks[cell], tuple(signed)))
        finer = _ranked(keys)
        if finer == ranks:
            return ranks
        ranks = finer


def _ranked(keys: Sequence[tuple[Any, ...]]) -> list[int]:
    """The rank of each key among the different ones.

    >>> _ranked([(7,), (3,), (7,)])
    [1, 0, 1]
    """
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [ranks[key] for key in keys]
