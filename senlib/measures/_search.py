"""Which cells are hidden, so that none that is hidden can be worked out: a search for as few as may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from senlib.measures._sums import Pattern, SignedCell, System, Terms

# Counts from 1 up to this many pupils are hidden; a page may raise it, and nobody may lower it (DfE and OpenSAFELY practice).
HIDE_UP_TO = 5

# How many steps a search may take for one way to hide, and all of them together. A search that is cut short hides more, never less.
_STEPS = 1000
_STEPS_AFTER_PATTERN = 50
_STEPS_IN_ALL = 50_000
# Up to which price a world is searched for that no pattern makes.
_DEAREST = 10

# The cells that move between the true world and another, each with 1 up or -1 down.
World = Terms
# Up to how many further hidden cells each, or each pair, is tried in turn for a cheaper arrangement.
_POLISHED = {1: 80, 2: 8}


def cells_to_hide(system: System, *, hide_up_to: int) -> set[int]:
    """The cells that are hidden. Whatever is hidden under a lower limit stays so under a higher one."""
    if not any(1 <= value <= hide_up_to for value in system.values):
        return set()
    search = Search(system)
    for limit in range(HIDE_UP_TO, hide_up_to + 1):
        search.up_to(limit)
    return search.hidden


class Way(NamedTuple):
    """A way to bring a sum back: what it costs to hide the cell, the cell, and how it moves."""

    price: int
    cell: int
    step: int


class Search:
    """Which cells are hidden, and for each the proof that it cannot be worked out.

    The proof is another world: every cell that moves, and by how much (1 up or down), so that each count stays at 0 or above,
    each sum stays right, nothing moves that shows, and among hidden cells that are connected at least one is small, as the rule
    says. A reader cannot tell that world from the true one, so no cell that moves between them can be known.

    A proof is looked for first among worlds in which all counts that are small stay small (`strict`): there the same counts
    would be hidden for being small, and even one who asks what this program would have hidden can hardly tell. (1 and 1 hidden
    beside a total of 8 and a 6: with 0 and 2 the zero would show.)
    """

    def __init__(self, system: System) -> None:
        self.system = system
        weights = enumerate(system.weights)
        self.hidden = {cell for cell, weight in weights if not weight}
        self.proofs: dict[int, World] = {}
        self.limit = 0
        self.strict = True
        self.steps = 0
        self.left = _STEPS_IN_ALL
        self.patterns = system.patterns()
        self.most_sums = max([1, *map(len, system.sums_of)])

    def up_to(self, limit: int) -> None:
        """Hides counts of 1 to `limit`, and what it takes that none of them can be worked out."""
        self.limit = limit
        for cell, value in enumerate(self.system.values):
            if self._is_small(value):
                self.hidden.add(cell)
        needed = set(self.hidden)
        self.proofs = {}
        self._protect()
        self._polish(needed)

    def _is_small(self, value: int) -> bool:
        return 1 <= value <= self.limit

    def _guarded(self) -> list[int]:
        """Cells that must not be worked out: what is hidden, and small counts that are not shown but could be worked out."""
        values, weights = self.system.values, self.system.weights
        return [
            cell
            for cell in sorted(self.hidden)
            if weights[cell] or self._is_small(values[cell])
        ]

    def _protect(self) -> None:
        """Finds each guarded cell a proof, hiding further cells where there is none: each time the fewest that do."""
        while unproved := self._without_proof():
            cell = unproved[0]
            if world := self._cheapest(cell):
                self._accept(world)
            elif world := self._loosely(cell):
                self._accept(world, proves=[cell])
            else:
                self._hide_all_around(cell)

    def _loosely(self, cell: int) -> World | None:
        """As `_cheapest`, if need be with a world in which other counts are small than in the true one."""
        self.strict = False
        try:
            return self._cheapest(cell)
        finally:
            self.strict = True

    def _without_proof(self) -> list[int]:
        guarded = self._guarded()
        for cell in guarded:
            if cell not in self.proofs:
                _, world = self._pattern(cell, budget=0)
                self._accept(world or self._move(cell, budget=0) or {})
        return [cell for cell in guarded if cell not in self.proofs]

    def _cheapest(self, cell: int) -> World | None:
        all_weights = sum(self.system.weights)
        price, by_pattern = self._pattern(cell, budget=all_weights)
        for budget in range(min(price, _DEAREST)):
            if world := self._move(cell, budget=budget):
                return world
        return by_pattern

    def _accept(self, world: World, *, proves: Iterable[int] | None = None) -> None:
        """Hides what moves in a world, which is then the proof of these cells, or of all that move."""
        self.hidden.update(world)
        for cell in world if proves is None else proves:
            self.proofs.setdefault(cell, world)

    def _hide_all_around(self, cell: int) -> None:
        """When no way was found in time: nothing shows that is connected with this cell. There is no more to hide."""
        around = self._connected([cell], every=True)
        for other in around:
            self.hidden.add(other)
            self.proofs.setdefault(other, {})

    def _polish(self, needed: set[int]) -> None:
        """Shows again what need not be hidden, and looks whether fewer cells would do in place of one or two that are."""
        for size, most in _POLISHED.items():
            extra = sorted(self.hidden - needed, reverse=True)
            if len(extra) > most:
                continue
            for cells in combinations(extra, size):
                if self.hidden.issuperset(cells):
                    self._try_without(cells)

    def _try_without(self, cells: Sequence[int]) -> None:
        """Shows these cells and protects anew; back to how it was if no fewer are hidden then."""
        hidden = set(self.hidden)
        proofs = dict(self.proofs)
        cost = self._cost()
        self.hidden.difference_update(cells)
        # Many cells share a proof, which is looked at once.
        stays: dict[int, bool] = {}
        for cell, world in proofs.items():
            key = id(world)
            if key not in stays:
                stays[key] = self._is_proof(world)
            if not stays[key]:
                del self.proofs[cell]
        self._protect()
        if self._cost() >= cost:
            self.hidden, self.proofs = hidden, proofs

    def _is_proof(self, world: World) -> bool:
        """Whether nothing that shows moves in a world, and a reader would think it possible."""
        moves = bool(world) and self.hidden.issuperset(world)
        return moves and self._plausible(world)

    def _cost(self) -> int:
        return sum(self.system.weights[cell] for cell in self.hidden)

    def _pattern(self, cell: int, *, budget: int) -> tuple[int, World | None]:
        """The cheapest world of those in which pupils change places along each column of a table, or come into it; its price.

        Of those that cost the same, the one that hides parts rather than totals, and small counts rather than large ones.
        """
        best_key, best = None, None
        for pattern in self.patterns[cell]:
            price = sum(self._price(other) for other, _ in pattern.moves)
            if price > budget:
                continue
            world = self._either_way(pattern, budget - price)
            if world is None:
                continue
            new = world.keys() - self.hidden
            price = sum(self._price(other) for other in new)
            if not price:
                return 0, world
            key = (price, sum(new))
            if best_key is None or key < best_key:
                best_key, best, budget = key, world, price
        return (budget if best else budget + 1), best

    def _either_way(self, pattern: Pattern, budget: int) -> World | None:
        """The world that a pattern makes, one way or the other, with what else has to move where tables share a cell."""
        for way in (1, -1):
            moves = {cell: way * step for cell, step in pattern.moves}
            if all(self._may(cell, step) for cell, step in moves.items()):
                self.steps = _STEPS_AFTER_PATTERN
                out = {place: way * by for place, by in pattern.imbalance.items()}
                if world := self._balance(moves, out, budget):
                    return world
        return None

    def _may(self, cell: int, step: int) -> bool:
        """Whether a cell may move: not below 0; and where one is `strict`, small counts stay small."""
        value = self.system.values[cell]
        if self.strict and self._is_small(value):
            return self._is_small(value + step)
        return value + step >= 0

    def _price(self, cell: int) -> int:
        return 0 if cell in self.hidden else self.system.weights[cell]

    def _move(self, cell: int, *, budget: int) -> World | None:
        """A world in which this cell differs, for which shown cells of at most this weight have to be hidden."""
        for step in (-1, 1):
            if self._may(cell, step):
                self.steps = _STEPS
                moves = {cell: step}
                out = self.system.imbalance(moves.items())
                if world := self._balance(moves, out, budget):
                    return world
        return None

    def _balance(self, moves: World, out: Terms, budget: int) -> World | None:
        """Moves further cells until every sum is right again. `out`: by how much each sum is out."""
        if not out:
            return dict(moves) if self._plausible(moves) else None
        if not self.steps or not self.left:
            return None
        self.steps -= 1
        self.left -= 1
        ways = self._ways_for_hardest(moves, out, budget)
        for price, cell, step in sorted(ways):
            moves[cell] = step
            still_out = self._out_after(out, (cell, step))
            if world := self._balance(moves, still_out, budget - price):
                return world
            del moves[cell]
        return None

    def _ways_for_hardest(self, moves: World, out: Terms, budget: int) -> list[Way]:
        """The ways to bring back the sum that has the fewest; none where some sum has none, or all together cost too much."""
        fewest: list[Way] = []
        dear = 0
        for place, by in out.items():
            ways = self._ways(place, by, moves, budget)
            if not ways:
                return []
            dear += min(ways).price > 0
            if not fewest or len(ways) < len(fewest):
                fewest = ways
        # A cell that is hidden brings back no more sums than it stands in.
        least_price = math.ceil(dear / self.most_sums)
        return [] if least_price > budget else fewest

    def _out_after(self, out: Terms, move: SignedCell) -> Terms:
        """By how much each sum is out when this cell moves as well."""
        cell, step = move
        still_out = dict(out)
        for place, sign in self.system.sums_of[cell]:
            by = still_out.pop(place, 0) + sign * step
            if by:
                still_out[place] = by
        return still_out

    def _ways(self, place: int, by: int, moves: World, budget: int) -> list[Way]:
        """Which cells could bring a sum back by moving."""
        ways = []
        for cell, sign in self.system.sums[place].items():
            step = -1 if by * sign > 0 else 1
            price = self._price(cell)
            affordable = cell not in moves and price <= budget
            if affordable and self._may(cell, step):
                ways.append(Way(price, cell, step))
        return ways

    def _plausible(self, moves: World) -> bool:
        """Whether the hidden cells that are connected with those that move would include a small one."""
        values = self.system.values
        return any(
            self._is_small(values[cell] + moves.get(cell, 0))
            for cell in self._connected(moves)
        )

    def _connected(self, cells: Iterable[int], *, every: bool = False) -> Iterator[int]:
        """These cells, and hidden cells (or every cell) that are connected with them by sums."""
        seen = dict.fromkeys(cells)
        waiting = list(seen)
        while waiting:
            cell = waiting.pop()
            yield cell
            for place, _ in self.system.sums_of[cell]:
                for other in self.system.sums[place]:
                    counts = every or other in self.hidden
                    if counts and other not in seen:
                        seen[other] = None
                        waiting.append(other)
