"""The cells of all tables that are published together, each once, and the sums among them that a reader knows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import itemgetter

import pandas as pd

from senlib.measures._column_totals import (
    ColumnTotals,
    DisclosureError,
    Label,
    Parts,
    add_worked_out,
    changes_within,
    gathered,
    row_with,
)
from senlib.measures.groups import NOT_KNOWN

# How many cells that nothing tells apart are told apart one by one, so that it does not matter which label comes first.
_TOLD_APART = 40

Cell = Mapping[str, Label]


@dataclass(frozen=True)
class CountTable:
    columns: tuple[str, ...]
    counts: dict[tuple[Label, ...], int]


# A way in which counts may differ: each cell that moves, by 1 up or down; and by how much that puts each sum out.
Pattern = tuple[tuple[tuple[int, int], ...], dict[int, int]]


@dataclass(frozen=True)
class Grid:
    """A table with all that can be worked out: for each row its cell, and for each column the changes that it allows.

    A change is {label: 1 or -1} with which each sum of the column stays as it is: a pupil who comes in, or who changes places.
    """

    cells: dict[tuple[Label, ...], int]
    axes: list[list[dict[Label, int]]]

    def patterns(self) -> Iterator[tuple[tuple[int, int], ...]]:
        """Changes along all columns at once, as cells that move; not those in which a cell would have to move both ways."""
        for changes in product(*self.axes):
            moved: set[tuple[int, int]] = set()
            for row in product(*changes):
                step = math.prod(
                    change[label] for change, label in zip(changes, row, strict=True)
                )
                if row not in self.cells:
                    break
                moved.add((self.cells[row], step))
            else:
                if len({cell for cell, _ in moved}) == len(moved):
                    (_, way), *_ = cells = sorted(moved)
                    yield tuple((cell, way * step) for cell, step in cells)


@dataclass(frozen=True)
class System:
    """Cells, in the order in which they would be hidden, and the sums among them. A sum is {part: 1, total: -1}, and comes to 0.

    weights: in how many places a cell is shown; 0 for one that is only worked out. of: for each cell, its sums.
    shown: for each table its columns, and each row's cell. grids: the tables as they were built up.
    """

    values: list[int]
    weights: list[int]
    sums: list[dict[int, int]]
    of: list[list[tuple[int, int]]]
    shown: dict[str, tuple[tuple[str, ...], dict[tuple[Label, ...], int]]]
    grids: list[Grid]

    def off(self, moved: Iterable[tuple[int, int]]) -> dict[int, int]:
        """By how much each sum is out when these cells move."""
        return gathered(
            (place, sign * step)
            for cell, step in moved
            for place, sign in self.of[cell]
        )

    def patterns(self) -> list[list[Pattern]]:
        """For each cell the patterns in which it moves."""
        found: list[list[Pattern]] = [[] for _ in self.values]
        for grid in self.grids:
            for moved in sorted(grid.patterns()):
                pattern = (moved, self.off(moved))
                for cell, _ in moved:
                    found[cell].append(pattern)
        return found


def read_counts(table: pd.DataFrame, *, count: str) -> CountTable:
    columns = tuple(name for name in table.columns if name != count)
    if count not in table.columns or not columns:
        raise DisclosureError(
            f"A table has a column {count!r}, and at least one column of categories."
        )
    if (
        table[count].isna().any()
        or (table[count] < 0).any()
        or (table[count] % 1 != 0).any()
    ):
        raise DisclosureError(
            f"Column {count!r}: each row has a whole number, 0 or more."
        )
    rows = zip(*(_labels(table[name]) for name in columns), strict=True)
    counts = dict(zip(rows, (int(number) for number in table[count]), strict=True))
    if len(counts) < len(table):
        raise DisclosureError(f"Each combination of {', '.join(columns)} has one row.")
    return CountTable(columns, counts)


def _labels(column: pd.Series) -> list[Label]:
    return [
        NOT_KNOWN if missing else label
        for label, missing in zip(column.tolist(), column.isna(), strict=True)
    ]


def system_of(
    tables: Mapping[str, CountTable],
    *,
    totals: Mapping[str, Mapping[Label, Parts]],
    also: Iterable[tuple[Cell, Sequence[Cell]]],
) -> System:
    trees = {}
    for name, sums in totals.items():
        labels = {
            row[table.columns.index(name)]
            for table in tables.values()
            if name in table.columns
            for row in table.counts
        }
        trees[name] = ColumnTotals(name, sums, labels=labels)
    builder = SystemBuilder(trees)
    for name, table in tables.items():
        builder.add(name, table)
    for total, parts in also:
        builder.add_sum(total, parts)
    return builder.system()


class SystemBuilder:
    """Gathers the cells of all tables, each once, and the sums among them."""

    def __init__(self, trees: Mapping[str, ColumnTotals]) -> None:
        self.trees = trees
        self.cells: dict[frozenset, int] = {}
        self.values: list[int] = []
        self.weights: list[int] = []
        self.sums: list[dict[int, int]] = []
        self.shown: dict[str, tuple[tuple[str, ...], dict[tuple[Label, ...], int]]] = {}
        self.grids: list[Grid] = []

    def add(self, name: str, table: CountTable) -> None:
        """The table's rows, those that are missing or can be worked out, and each sum along each column."""
        axes = [self._axis(table, place) for place in range(len(table.columns))]
        free = [
            place
            for place, column in enumerate(table.columns)
            if column not in self.trees
        ]
        blocks = dict.fromkeys(
            tuple(row[place] for place in free) for row in table.counts
        )
        rows = [
            row
            for block in blocks
            for row in product(
                *_with_fixed(
                    [labels for labels, _, _ in axes],
                    dict(zip(free, block, strict=True)),
                )
            )
        ]
        grid = {row: table.counts.get(row, 0) for row in rows}
        shown = set(grid)
        sums = []
        for place, (_, worked_out, held) in enumerate(axes):
            nobody = add_worked_out(grid, place, worked_out)
            sums.append(
                [
                    (total, [part for part in parts if part not in nobody])
                    for total, parts in held
                ]
            )
        cells = {
            row: self._cell(table.columns, row, number, row in shown)
            for row, number in grid.items()
        }
        for place, held in enumerate(sums):
            for total, parts in held:
                for row in [row for row in grid if row[place] == total]:
                    self._sum(
                        cells[row],
                        [cells[row_with(row, place, part)] for part in parts],
                    )
        labels = [
            list(dict.fromkeys(row[place] for row in grid))
            for place in range(len(axes))
        ]
        self.grids.append(
            Grid(
                cells,
                [
                    changes_within(held, labels=at)
                    for held, at in zip(sums, labels, strict=True)
                ],
            )
        )
        self.shown[name] = (table.columns, {row: cells[row] for row in rows})

    def add_sum(self, total: Cell, parts: Sequence[Cell]) -> None:
        """A further sum that a reader knows."""
        found = [self.cells.get(self._key(cell.items())) for cell in (total, *parts)]
        if None in found:
            raise DisclosureError(
                "also: a cell is in none of the tables, nor can it be worked out from them."
            )
        self._sum(found[0], found[1:])

    def system(self) -> System:
        """Cells that a sum makes one and the same are one; of sums that say the same one is kept."""
        same = list(range(len(self.values)))

        def first(cell: int) -> int:
            while same[cell] != cell:
                cell = same[cell]
            return cell

        sums = self.sums
        while True:
            sums = [
                gathered((first(cell), sign) for cell, sign in terms.items())
                for terms in sums
            ]
            pair = next(
                (
                    terms
                    for terms in sums
                    if len(terms) == 2 and sum(terms.values()) == 0
                ),
                None,
            )
            if pair is None:
                break
            one, other = sorted(pair)
            same[other] = one
        sums = list(
            {frozenset(terms.items()): terms for terms in sums if terms}.values()
        )
        firsts = [first(cell) for cell in range(len(same))]
        names = _numbered([(cell,) for cell in firsts])
        order = _hiding_order(self._renamed(names, sums))
        places = {name: place for place, name in enumerate(order)}
        return self._renamed([places[name] for name in names], sums)

    def _renamed(self, new: Sequence[int], sums: Sequence[Mapping[int, int]]) -> System:
        """The system with the cells under new numbers, some of them under one."""
        values, weights = [0] * len(set(new)), [0] * len(set(new))
        for cell, name in enumerate(new):
            values[name] = self.values[cell]
            weights[name] += self.weights[cell]
        named = sorted(
            sorted((new[cell], sign) for cell, sign in terms.items()) for terms in sums
        )
        of: list[list[tuple[int, int]]] = [[] for _ in values]
        for place, terms in enumerate(named):
            for cell, sign in terms:
                of[cell].append((place, sign))
        shown = {
            table: (columns, {row: new[cell] for row, cell in rows.items()})
            for table, (columns, rows) in self.shown.items()
        }
        grids = [
            Grid({row: new[cell] for row, cell in grid.cells.items()}, grid.axes)
            for grid in self.grids
        ]
        return System(
            values, weights, [dict(terms) for terms in named], of, shown, grids
        )

    def _axis(
        self, table: CountTable, place: int
    ) -> tuple[list[Label], list[tuple], list[tuple]]:
        """Of a column: its labels in order, what is to be worked out, and its sums."""
        labels = dict.fromkeys(row[place] for row in table.counts)
        tree = self.trees.get(table.columns[place])
        if tree is None:
            return list(labels), [], []
        return [label for label in tree.order if label in labels], *tree.within(
            set(labels)
        )

    def _key(self, labels: Iterable[tuple[str, Label]]) -> frozenset:
        """What a cell is called in every table: its labels, but for those that stand for the whole."""
        return frozenset(
            (name, label)
            for name, label in labels
            if name not in self.trees or label != self.trees[name].whole
        )

    def _cell(
        self, columns: tuple[str, ...], row: tuple[Label, ...], number: int, shown: bool
    ) -> int:
        key = self._key(zip(columns, row, strict=True))
        cell = self.cells.setdefault(key, len(self.values))
        if cell == len(self.values):
            self.values.append(number)
            self.weights.append(0)
        if self.values[cell] != number:
            raise DisclosureError(
                f"Two tables disagree, or one with itself, by {', '.join(columns)}."
            )
        self.weights[cell] += shown
        return cell

    def _sum(self, total: int, parts: Sequence[int]) -> None:
        if self.values[total] != sum(self.values[part] for part in parts):
            raise DisclosureError("A total is not the sum of its parts.")
        self.sums.append(gathered([(total, -1), *((part, 1) for part in parts)]))


def _with_fixed(
    axes: Sequence[Sequence[Label]], at: Mapping[int, Label]
) -> list[Sequence[Label]]:
    return [[at[place]] if place in at else labels for place, labels in enumerate(axes)]


def _hiding_order(system: System) -> list[int]:
    """In which order cells are hidden, if as few are hidden either way: parts before totals, counts before zeros, small ones first.

    A zero that shows harms nobody, and hidden together with a count of 1 it would protect it badly. The order follows from counts
    and sums and not from labels, so that the same school under other names has as many hidden: cells that nothing tells apart
    are told apart one at a time, and each time those that hang together with them as well.
    """
    keys = [
        (
            sum(sign < 0 for _, sign in sums),
            not system.values[cell],
            system.values[cell],
            system.weights[cell],
        )
        for cell, sums in enumerate(system.of)
    ]
    ranks = _refined(system, _numbered(keys))
    for _ in range(_TOLD_APART):
        first = next(
            (
                cell
                for cell, rank in sorted(enumerate(ranks), key=itemgetter(1))
                if ranks.count(rank) > 1
            ),
            None,
        )
        if first is None:
            break
        ranks = _refined(
            system,
            _numbered([(rank, cell != first) for cell, rank in enumerate(ranks)]),
        )
    return sorted(range(len(ranks)), key=ranks.__getitem__)


def _refined(system: System, ranks: list[int]) -> list[int]:
    """Cells of one rank are told apart by the cells in their sums, until there is nothing more to tell."""
    while True:
        sums = [
            tuple(sorted((ranks[cell], sign) for cell, sign in terms.items()))
            for terms in system.sums
        ]
        finer = _numbered(
            [
                (ranks[cell], tuple(sorted((sums[place], sign) for place, sign in of)))
                for cell, of in enumerate(system.of)
            ]
        )
        if finer == ranks:
            return ranks
        ranks = finer


def _numbered(keys: Sequence[tuple]) -> list[int]:
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [places[key] for key in keys]
