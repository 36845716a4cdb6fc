"""Disclosure: counts made fit to be shown to others, with small ones hidden, and enough more that none can be worked out."""

from __future__ import annotations

import math
import pickle
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from operator import itemgetter
from types import EllipsisType
from typing import NoReturn, overload

import pandas as pd

from senlib.measures.groups import NOT_KNOWN
from senlib.measures.proportion import rounded, wilson

# Counts from 1 up to this many pupils are hidden; a page may raise it, and nobody may lower it (DfE and OpenSAFELY practice).
HIDE_UP_TO = 5

HIDDEN = "hidden"

# How many steps a search may take for one way to hide, and all of them together. A search that is cut short hides more, never less.
_STEPS = 1000
_STEPS_AFTER_PATTERN = 50
_DEAREST = 10

# How many cells that nothing tells apart are told apart one by one, so that it does not matter which label comes first.
_TOLD_APART = 40
_STEPS_IN_ALL = 50_000

# Up to how many further hidden cells each, or each pair, is tried in turn for a cheaper arrangement.
_POLISHED = {1: 80, 2: 8}

Label = Hashable
Parts = Sequence[Label] | EllipsisType
Cell = Mapping[str, Label]


class DisclosureError(ValueError):
    """The tables cannot be published as they are: they do not add up, or what adds up to what is not said."""


_BY_PUBLISH = object()


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table that may be shown to anybody: counts, and None where a count is hidden. `publish` alone makes one.

    It holds what may be shown and nothing else: no true count is kept that is hidden, in whatever form.

    columns: the names of the categories. labels: for each row, its categories. counts: for each row, its count or None.
    count: what is counted. hide_up_to: the largest count that is hidden for being small.
    """

    columns: tuple[str, ...]
    labels: tuple[tuple[Label, ...], ...]
    counts: tuple[int | None, ...]
    count: str
    hide_up_to: int
    _made_by: object

    def __post_init__(self) -> None:
        if self._made_by is not _BY_PUBLISH:
            raise TypeError(
                "A PublishedTable is made by senlib.measures.disclosure.publish, and by nothing else."
            )
        object.__setattr__(self, "_made_by", None)

    def __reduce__(self) -> NoReturn:
        raise pickle.PicklingError(
            "A PublishedTable is not pickled: keep what `table` gives."
        )

    def __copy__(self) -> PublishedTable:
        return self

    def __deepcopy__(self, memo: dict) -> PublishedTable:
        return self

    def __repr__(self) -> str:
        return f"<PublishedTable: {len(self.counts)} counts by {', '.join(self.columns)}, {self.hidden} hidden>"

    @property
    def hidden(self) -> int:
        """How many counts are hidden."""
        return self.counts.count(None)

    @property
    def rule(self) -> str:
        """The rule in plain words. It says how many are hidden in all, for to say how many of them are small would help to guess them."""
        small = f"of 1 to {self.hide_up_to} pupils"
        if not self.hidden:
            return f"Nothing is hidden here: counts {small} would be, and others with which they could be worked out."
        return (
            f"Counts {small} are hidden, and enough others that none can be worked out: "
            f"{self.hidden} of {len(self.counts)} here."
        )

    @property
    def table(self) -> pd.DataFrame:
        """The categories, the count (missing where hidden) and `reason` ('hidden' or ''), one row for each count."""
        table = pd.DataFrame(list(self.labels), columns=list(self.columns))
        table[self.count] = pd.array(list(self.counts), dtype="Int64")
        table["reason"] = [HIDDEN if count is None else "" for count in self.counts]
        return table

    def value(self, **labels: Label) -> int | None:
        """The count of one row, None where it is hidden. KeyError where there is no such row.

        >>> table = pd.DataFrame({"sex": ["all", "F", "M"], "pupils": [43, 20, 23]})
        >>> publish(table, totals={"sex": {"all": ["F", "M"]}}).value(sex="F")
        20
        """
        return self.counts[self.labels.index(self._row(labels))]

    def rates(self, *, column: str, reached: Label, of: Label) -> pd.DataFrame:
        """Rates of the rows labelled `reached` to those labelled `of` in a column; all missing where either count is hidden.

        Columns: the other categories, pupils, reached, percent, low, high (Wilson, 95 %), reason. Percentages are whole, as
        people round them. Each is worked out from two counts that both show, and so says nothing that they do not say.

        >>> table = pd.DataFrame({"sex": ["F", "F", "M", "M"], "outcome": ["pupils", "reached"] * 2, "pupils": [20, 11, 9, 5]})
        >>> outcomes = {"pupils": ["reached", "not reached"]}
        >>> shown = publish(table, totals={"outcome": outcomes}).rates(column="outcome", reached="reached", of="pupils")
        >>> shown[["sex", "pupils", "reached", "percent", "low", "high"]].values.tolist()
        [['F', 20, 11, 55, 34, 74], ['M', <NA>, <NA>, <NA>, <NA>, <NA>]]
        """
        keys = [name for name in self.columns if name != column]
        place = self.columns.index(column)
        counts = dict(zip(self.labels, self.counts, strict=True))
        rows = []
        for labels in self.labels:
            if labels[place] == of:
                pair = (
                    counts[labels],
                    counts.get((*labels[:place], reached, *labels[place + 1 :])),
                )
                others = [
                    label
                    for name, label in zip(self.columns, labels, strict=True)
                    if name != column
                ]
                rows.append((*others, *((None, None) if None in pair else pair)))
        table = pd.DataFrame(rows, columns=[*keys, "pupils", "reached"])
        table[["pupils", "reached"]] = table[["pupils", "reached"]].astype("Int64")
        both = table[["pupils", "reached"]].dropna().astype("int64")
        for name, figures in wilson(both["reached"], both["pupils"]).items():
            table[name] = (
                figures.dropna().map(rounded).reindex(table.index).astype("Int64")
            )
        return table.assign(
            reason=[HIDDEN if missing else "" for missing in table["pupils"].isna()]
        )

    def _row(self, labels: Cell) -> tuple[Label, ...]:
        row = tuple(labels.get(name) for name in self.columns)
        if set(labels) != set(self.columns) or row not in self.labels:
            raise KeyError(
                f"There is no such row: a row has {', '.join(self.columns)}."
            )
        return row


@overload
def publish(
    tables: pd.DataFrame,
    *,
    totals: Mapping[str, Mapping[Label, Parts]],
    count: str = ...,
    also: Iterable[tuple[Cell, Sequence[Cell]]] = ...,
    hide_up_to: int = ...,
) -> PublishedTable: ...
@overload
def publish(
    tables: Mapping[str, pd.DataFrame],
    *,
    totals: Mapping[str, Mapping[Label, Parts]],
    count: str = ...,
    also: Iterable[tuple[Cell, Sequence[Cell]]] = ...,
    hide_up_to: int = ...,
) -> dict[str, PublishedTable]: ...
def publish(
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    totals: Mapping[str, Mapping[Label, Parts]],
    count: str = "pupils",
    also: Iterable[tuple[Cell, Sequence[Cell]]] = (),
    hide_up_to: int = HIDE_UP_TO,
) -> PublishedTable | dict[str, PublishedTable]:
    """Counts with the small ones hidden, and enough others that no hidden count can be worked out from what shows.

    **All views of a school that one reader can see must be published in one call**, each under a name of its own: two
    tables that are safe apart can give a count away side by side. Views that share a cell (the same total, say) are
    matched by their columns and labels, and a cell is hidden in all of them or in none.

    A table has a row for each count: columns of categories, and `count`. `totals` says of each column whose labels add up
    which label is the sum of which others; `...` stands for every other label of the column. A column that is not in
    `totals` parts the table into blocks that have nothing to do with one another: whatever a reader can add up, subtract or
    know to be the same across them has to be told with `also`, as (cell, [cells that add up to it]), where a cell is a
    dictionary that leaves out columns in which it is the whole.

    - A label that stands in a table stands in it for every combination; a row that is missing counts as 0, and is added.
    - A part that is in no row ('not reached' where only 'pupils' and 'reached' are shown) is worked out, as a reader would,
      and protected like the others. So is a total that is left out.
    - Rows come in the order of `totals`; the order of a school's rows could tell which of the hidden ones are empty.

    What a reader may know: everything that shows, these sums, that counts are whole and not negative, and the rule. None of
    the hidden counts can then be worked out: for each there is at least one other value with which all that shows would be
    just as it is. Of tables that cross three columns two by two (sex by need, need by outcome, sex by outcome), publish the one
    by all three instead: what no sum says, but the three together would, is not looked at.

    DisclosureError where the tables do not add up, or disagree. ValueError where `hide_up_to` is below 5.

    Two pupils have SEN support. With the total and one other group shown one could subtract, so another group is hidden:

    >>> table = pd.DataFrame({"group": ["all", "N", "K", "E"], "pupils": [60, 40, 2, 18]})
    >>> shown = publish(table, totals={"group": {"all": ["N", "K", "E"]}})
    >>> shown.table.values.tolist()
    [['all', 60, ''], ['N', 40, ''], ['K', <NA>, 'hidden'], ['E', <NA>, 'hidden']]
    >>> shown.rule
    'Counts of 1 to 5 pupils are hidden, and enough others that none can be worked out: 2 of 4 here.'

    Two views at once: had the total of all pupils been hidden in one of them, it would show in the other.

    >>> views = {
    ...     "by need": pd.DataFrame({"need": ["all", "SLCN", "SEMH"], "pupils": [33, 3, 30]}),
    ...     "by sex": pd.DataFrame({"sex": ["all", "F", "M"], "pupils": [33, 20, 13]}),
    ... }
    >>> shown = publish(views, totals={"need": {"all": ...}, "sex": {"all": ...}})
    >>> [view.counts for view in shown.values()]
    [(33, None, None), (33, 20, 13)]
    """
    if (
        isinstance(hide_up_to, bool)
        or not isinstance(hide_up_to, int)
        or hide_up_to < HIDE_UP_TO
    ):
        raise ValueError(
            f"hide_up_to is a whole number from {HIDE_UP_TO} upwards: fewer may not be hidden."
        )
    named = {"": tables} if isinstance(tables, pd.DataFrame) else tables
    system = _system(
        {name: _read(table, count=count) for name, table in named.items()},
        totals=totals,
        also=also,
    )
    hidden = _hidden(system, hide_up_to=hide_up_to)
    published = {
        name: PublishedTable(
            columns=columns,
            labels=tuple(cells),
            counts=tuple(
                None if hidden[cell] else system.values[cell] for cell in cells.values()
            ),
            count=count,
            hide_up_to=hide_up_to,
            _made_by=_BY_PUBLISH,
        )
        for name, (columns, cells) in system.shown.items()
    }
    return published[""] if isinstance(tables, pd.DataFrame) else published


# From tables to a system: cells, each with its count, and sums among them that a reader knows.


@dataclass(frozen=True)
class _Table:
    columns: tuple[str, ...]
    counts: dict[tuple[Label, ...], int]


# A way in which counts may differ: each cell that moves, by 1 up or down; and by how much that puts each sum out.
_Pattern = tuple[tuple[tuple[int, int], ...], dict[int, int]]


@dataclass(frozen=True)
class _Grid:
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
class _System:
    """Cells, in the order in which they would be hidden, and the sums among them. A sum is {part: 1, total: -1}, and comes to 0.

    weights: in how many places a cell is shown; 0 for one that is only worked out. of: for each cell, its sums.
    shown: for each table its columns, and each row's cell. grids: the tables as they were built up.
    """

    values: list[int]
    weights: list[int]
    sums: list[dict[int, int]]
    of: list[list[tuple[int, int]]]
    shown: dict[str, tuple[tuple[str, ...], dict[tuple[Label, ...], int]]]
    grids: list[_Grid]

    def off(self, moved: Iterable[tuple[int, int]]) -> dict[int, int]:
        """By how much each sum is out when these cells move."""
        return _gathered(
            (place, sign * step)
            for cell, step in moved
            for place, sign in self.of[cell]
        )

    def patterns(self) -> list[list[_Pattern]]:
        """For each cell the patterns in which it moves."""
        found: list[list[_Pattern]] = [[] for _ in self.values]
        for grid in self.grids:
            for moved in sorted(grid.patterns()):
                pattern = (moved, self.off(moved))
                for cell, _ in moved:
                    found[cell].append(pattern)
        return found


def _read(table: pd.DataFrame, *, count: str) -> _Table:
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
    return _Table(columns, counts)


def _labels(column: pd.Series) -> list[Label]:
    return [
        NOT_KNOWN if missing else label
        for label, missing in zip(column.tolist(), column.isna(), strict=True)
    ]


class _Tree:
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


def _system(
    tables: Mapping[str, _Table],
    *,
    totals: Mapping[str, Mapping[Label, Parts]],
    also: Iterable[tuple[Cell, Sequence[Cell]]],
) -> _System:
    trees = {}
    for name, sums in totals.items():
        labels = {
            row[table.columns.index(name)]
            for table in tables.values()
            if name in table.columns
            for row in table.counts
        }
        trees[name] = _Tree(name, sums, labels=labels)
    builder = _Builder(trees)
    for name, table in tables.items():
        builder.add(name, table)
    for total, parts in also:
        builder.add_sum(total, parts)
    return builder.system()


class _Builder:
    """Gathers the cells of all tables, each once, and the sums among them."""

    def __init__(self, trees: Mapping[str, _Tree]) -> None:
        self.trees = trees
        self.cells: dict[frozenset, int] = {}
        self.values: list[int] = []
        self.weights: list[int] = []
        self.sums: list[dict[int, int]] = []
        self.shown: dict[str, tuple[tuple[str, ...], dict[tuple[Label, ...], int]]] = {}
        self.grids: list[_Grid] = []

    def add(self, name: str, table: _Table) -> None:
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
                *_fixed(
                    [labels for labels, _, _ in axes],
                    dict(zip(free, block, strict=True)),
                )
            )
        ]
        grid = {row: table.counts.get(row, 0) for row in rows}
        shown = set(grid)
        sums = []
        for place, (_, worked_out, held) in enumerate(axes):
            nobody = _work_out(grid, place, worked_out)
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
                        cells[row], [cells[_at(row, place, part)] for part in parts]
                    )
        labels = [
            list(dict.fromkeys(row[place] for row in grid))
            for place in range(len(axes))
        ]
        self.grids.append(
            _Grid(
                cells,
                [
                    _changes(held, labels=at)
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

    def system(self) -> _System:
        """Cells that a sum makes one and the same are one; of sums that say the same one is kept."""
        same = list(range(len(self.values)))

        def first(cell: int) -> int:
            while same[cell] != cell:
                cell = same[cell]
            return cell

        sums = self.sums
        while True:
            sums = [
                _gathered((first(cell), sign) for cell, sign in terms.items())
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
        order = _order(self._renamed(names, sums))
        places = {name: place for place, name in enumerate(order)}
        return self._renamed([places[name] for name in names], sums)

    def _renamed(
        self, new: Sequence[int], sums: Sequence[Mapping[int, int]]
    ) -> _System:
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
            _Grid({row: new[cell] for row, cell in grid.cells.items()}, grid.axes)
            for grid in self.grids
        ]
        return _System(
            values, weights, [dict(terms) for terms in named], of, shown, grids
        )

    def _axis(
        self, table: _Table, place: int
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
        self.sums.append(_gathered([(total, -1), *((part, 1) for part in parts)]))


def _gathered(terms: Iterable[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for cell, sign in terms:
        found[cell] = found.get(cell, 0) + sign
    return {cell: sign for cell, sign in found.items() if sign}


def _changes(
    sums: Sequence[tuple[Label, Sequence[Label]]], *, labels: Sequence[Label]
) -> list[dict[Label, int]]:
    """What can change in a column: one pupil more in a part and all above it, or another less for it. A label in no sum stands alone.

    >>> _changes([("all", ["F", "M"])], labels=["all", "F", "M", "others"])
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
        _gathered([*one.items(), *((label, -1) for label in other)])
        for one, other in combinations(comings, 2)
    ]
    return (
        [{label: 1} for label in labels if label not in above and label not in totals]
        + comings
        + swaps
    )


def _fixed(
    axes: Sequence[Sequence[Label]], at: Mapping[int, Label]
) -> list[Sequence[Label]]:
    return [[at[place]] if place in at else labels for place, labels in enumerate(axes)]


def _at(row: tuple[Label, ...], place: int, label: Label) -> tuple[Label, ...]:
    return (*row[:place], label, *row[place + 1 :])


def _work_out(
    grid: dict[tuple[Label, ...], int], place: int, worked_out: Sequence[tuple]
) -> list[Label]:
    """Adds rows to the grid for labels that its rows do not have; returns those labels that have nobody anywhere.

    Nobody would expect pupils under a label that is nowhere to be seen, so such a label may not serve to hide another.
    """
    nobody = []
    for label, signed in worked_out:
        rows = [row for row in grid if row[place] == signed[0][0]]
        numbers = [
            sum(sign * grid[_at(row, place, of)] for of, sign in signed) for row in rows
        ]
        if min(numbers, default=0) < 0:
            raise DisclosureError("A total is smaller than the sum of its parts.")
        grid.update(
            (_at(row, place, label), number)
            for row, number in zip(rows, numbers, strict=True)
        )
        if not any(numbers):
            nobody.append(label)
    return nobody


# What to hide.


def _hidden(system: _System, *, hide_up_to: int) -> list[bool]:
    """Of each cell whether it is hidden. Whatever is hidden under a lower limit stays so under a higher one."""
    if not any(1 <= value <= hide_up_to for value in system.values):
        return [False] * len(system.values)
    hiding = _Hiding(system)
    for limit in range(HIDE_UP_TO, hide_up_to + 1):
        hiding.up_to(limit)
    return hiding.hidden


class _Hiding:
    """Which cells are hidden, and for each the proof that it cannot be worked out.

    The proof is another world: every cell that moves, and by how much (1 up or down), so that each count stays at 0 or above,
    each sum holds, nothing moves that shows, and among hidden cells that hang together at least one is small, as the rule
    says. A reader cannot tell that world from the true one, so no cell that moves between them can be known.

    A proof is looked for first among worlds in which all counts that are small stay small (`strict`): there the same counts
    would be hidden for being small, and even one who asks what this program would have hidden can hardly tell. (1 and 1 hidden
    beside a total of 8 and a 6: with 0 and 2 the zero would show.)
    """

    def __init__(self, system: _System) -> None:
        self.system = system
        self.hidden = [not weight for weight in system.weights]
        self.proofs: dict[int, dict[int, int]] = {}
        self.limit = 0
        self.strict = True
        self.steps = 0
        self.left = _STEPS_IN_ALL
        self.patterns = system.patterns()
        self.most_sums = max((len(sums) for sums in system.of), default=1) or 1

    def up_to(self, limit: int) -> None:
        """Hides counts of 1 to `limit`, and what it takes to keep them so."""
        kept = {cell for cell, hidden in enumerate(self.hidden) if hidden}
        self.limit = limit
        small = [
            cell for cell, value in enumerate(self.system.values) if 1 <= value <= limit
        ]
        for cell in small:
            self.hidden[cell] = True
        kept |= set(small)
        self.proofs = {}
        self._protect()
        self._polish(kept)

    def _guarded(self) -> list[int]:
        """Cells that must not be worked out: what is hidden, and small counts that are not shown but could be worked out."""
        cells = zip(self.system.values, self.system.weights, self.hidden, strict=True)
        return [
            cell
            for cell, (value, weight, hidden) in enumerate(cells)
            if hidden and (weight or 1 <= value <= self.limit)
        ]

    def _protect(self) -> None:
        """Finds each guarded cell a proof, hiding further cells where there is none: each time the fewest that do."""
        while open_cells := self._without_proof():
            if found := self._cheapest(open_cells[0]):
                self._accept(found)
            elif found := self._loosely(open_cells[0]):
                self._accept(found, proves=open_cells[:1])
            else:
                self._hide_all_around(open_cells[0])

    def _loosely(self, cell: int) -> dict[int, int] | None:
        """As `_cheapest`, if need be with a world in which other counts are small than in the true one."""
        self.strict = False
        try:
            return self._cheapest(cell)
        finally:
            self.strict = True

    def _without_proof(self) -> list[int]:
        for cell in (guarded := self._guarded()):
            if cell not in self.proofs:
                self._accept(
                    self._pattern(cell, budget=0)[1] or self._move(cell, budget=0) or {}
                )
        return [cell for cell in guarded if cell not in self.proofs]

    def _cheapest(self, cell: int) -> dict[int, int] | None:
        price, found = self._pattern(cell, budget=sum(self.system.weights))
        for budget in range(0, min(price, _DEAREST)):
            if proof := self._move(cell, budget=budget):
                return proof
        return found

    def _accept(
        self, proof: dict[int, int], *, proves: Iterable[int] | None = None
    ) -> None:
        for cell in proof:
            self.hidden[cell] = True
        for cell in proof if proves is None else proves:
            self.proofs.setdefault(cell, proof)

    def _hide_all_around(self, cell: int) -> None:
        """When no way was found in time: nothing shows that hangs together with this cell. There is no more to hide."""
        for other in self._together([cell], every=True):
            self.hidden[other] = True
            self.proofs.setdefault(other, {})

    def _polish(self, kept: set[int]) -> None:
        """Shows again what need not be hidden, and looks whether fewer cells would do in place of one or two that are."""
        for size in (1, 2):
            extra = [
                cell
                for cell, hidden in enumerate(self.hidden)
                if hidden and cell not in kept
            ]
            for cells in (
                combinations(reversed(extra), size)
                if len(extra) <= _POLISHED[size]
                else ()
            ):
                if all(self.hidden[cell] for cell in cells):
                    self._try_without(cells)

    def _try_without(self, cells: Sequence[int]) -> None:
        """Shows these cells and protects anew; back to how it was if no fewer are hidden then."""
        hidden, proofs, cost = list(self.hidden), dict(self.proofs), self._cost()
        for cell in cells:
            self.hidden[cell] = False
        moved = {id(proof): proof for proof in proofs.values()}
        holds = {
            key: bool(proof)
            and all(self.hidden[cell] for cell in proof)
            and self._plausible(proof)
            for key, proof in moved.items()
        }
        self.proofs = {
            cell: proof for cell, proof in proofs.items() if holds[id(proof)]
        }
        self._protect()
        if self._cost() >= cost:
            self.hidden, self.proofs = hidden, proofs

    def _cost(self) -> int:
        return sum(
            weight
            for weight, hidden in zip(self.system.weights, self.hidden, strict=True)
            if hidden
        )

    def _pattern(self, cell: int, *, budget: int) -> tuple[int, dict[int, int] | None]:
        """The cheapest world of those in which pupils change places along each column of a table, or come into it; its price.

        Of those that cost the same, the one that hides parts rather than totals, and small counts rather than large ones.
        """
        best = None
        for pairs, off in self.patterns[cell]:
            price = 0
            for other, _ in pairs:
                if not self.hidden[other]:
                    price += self.system.weights[other]
                    if price > budget:
                        break
            else:
                if (found := self._either_way(pairs, off, budget - price)) is None:
                    continue
                new = [other for other in found if not self.hidden[other]]
                price = sum(self.system.weights[other] for other in new)
                key = (price, sum(new))
                if not price:
                    return 0, found
                if best is None or key < best[0]:
                    best, budget = (key, found), price
        return (best[0][0], best[1]) if best else (budget + 1, None)

    def _either_way(
        self, pairs: Sequence[tuple[int, int]], off: Mapping[int, int], budget: int
    ) -> dict[int, int] | None:
        """The world that a pattern makes, one way or the other, with what else has to move where tables share a cell."""
        for way in (1, -1):
            if all(self._may(cell, way * step) for cell, step in pairs):
                self.steps = _STEPS_AFTER_PATTERN
                moved = {cell: way * step for cell, step in pairs}
                if found := self._balance(
                    moved, {place: way * out for place, out in off.items()}, budget
                ):
                    return found
        return None

    def _may(self, cell: int, step: int) -> bool:
        """Whether a cell may move: not below 0; and where one is `strict`, small counts stay small."""
        value = self.system.values[cell]
        if self.strict and 1 <= value <= self.limit:
            return 1 <= value + step <= self.limit
        return value + step >= 0

    def _price(self, cell: int) -> int:
        return 0 if self.hidden[cell] else self.system.weights[cell]

    def _move(self, cell: int, *, budget: int) -> dict[int, int] | None:
        """A world in which this cell differs, for which shown cells of at most this weight have to be hidden."""
        for step in (-1, 1):
            if self._may(cell, step):
                self.steps = _STEPS
                moved = {cell: step}
                if found := self._balance(
                    moved, self.system.off(moved.items()), budget
                ):
                    return found
        return None

    def _balance(
        self, moved: dict[int, int], off: dict[int, int], budget: int
    ) -> dict[int, int] | None:
        """Moves further cells until every sum holds again. `off`: by how much each sum is out."""
        if not off:
            return dict(moved) if self._plausible(moved) else None
        if not self.steps or not self.left:
            return None
        self.steps -= 1
        self.left -= 1
        best: list[tuple[int, int, int]] | None = None
        dear = 0
        for place, out in off.items():
            ways = self._ways(place, out, moved, budget)
            if not ways:
                return None
            dear += min(ways)[0] > 0
            if best is None or len(ways) < len(best):
                best = ways
        if -(-dear // self.most_sums) > budget:
            return None
        for price, cell, step in sorted(best):
            moved[cell] = step
            further = dict(off)
            for place, sign in self.system.of[cell]:
                out = further.pop(place, 0) + sign * step
                if out:
                    further[place] = out
            if found := self._balance(moved, further, budget - price):
                return found
            del moved[cell]
        return None

    def _ways(
        self, place: int, out: int, moved: dict[int, int], budget: int
    ) -> list[tuple[int, int, int]]:
        """Which cells could bring a sum back by moving: (price, cell, step)."""
        ways = []
        for cell, sign in self.system.sums[place].items():
            step = -1 if out * sign > 0 else 1
            price = self._price(cell)
            if cell not in moved and price <= budget and self._may(cell, step):
                ways.append((price, cell, step))
        return ways

    def _plausible(self, moved: Mapping[int, int]) -> bool:
        """Whether the hidden cells that hang together with those that move would include a small one."""
        values = self.system.values
        return any(
            1 <= values[cell] + moved.get(cell, 0) <= self.limit
            for cell in self._together(moved)
        )

    def _together(self, cells: Iterable[int], *, every: bool = False) -> Iterator[int]:
        """These cells, and hidden cells (or every cell) that hang together with them by sums."""
        seen = dict.fromkeys(cells)
        waiting = list(seen)
        while waiting:
            cell = waiting.pop()
            yield cell
            for place, _ in self.system.of[cell]:
                for other in self.system.sums[place]:
                    if other not in seen and (every or self.hidden[other]):
                        seen[other] = None
                        waiting.append(other)


def _order(system: _System) -> list[int]:
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


def _refined(system: _System, ranks: list[int]) -> list[int]:
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
