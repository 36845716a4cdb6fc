"""Which cells are hidden, so that none that is hidden can be worked out: a search for as few as may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from senlib.measures._sums import System

# Counts from 1 up to this many pupils are hidden; a page may raise it, and nobody may lower it (DfE and OpenSAFELY practice).
HIDE_UP_TO = 5

# How many steps a search may take for one way to hide, and all of them together. A search that is cut short hides more, never less.
_STEPS = 1000
_STEPS_AFTER_PATTERN = 50
_DEAREST = 10
_STEPS_IN_ALL = 50_000

# Up to how many further hidden cells each, or each pair, is tried in turn for a cheaper arrangement.
_POLISHED = {1: 80, 2: 8}


def cells_to_hide(system: System, *, hide_up_to: int) -> list[bool]:
    """Of each cell whether it is hidden. Whatever is hidden under a lower limit stays so under a higher one."""
    if not any(1 <= value <= hide_up_to for value in system.values):
        return [False] * len(system.values)
    hiding = Search(system)
    for limit in range(HIDE_UP_TO, hide_up_to + 1):
        hiding.up_to(limit)
    return hiding.hidden


class Search:
    """Which cells are hidden, and for each the proof that it cannot be worked out.

    The proof is another world: every cell that moves, and by how much (1 up or down), so that each count stays at 0 or above,
    each sum holds, nothing moves that shows, and among hidden cells that hang together at least one is small, as the rule
    says. A reader cannot tell that world from the true one, so no cell that moves between them can be known.

    A proof is looked for first among worlds in which all counts that are small stay small (`strict`): there the same counts
    would be hidden for being small, and even one who asks what this program would have hidden can hardly tell. (1 and 1 hidden
    beside a total of 8 and a 6: with 0 and 2 the zero would show.)
    """

    def __init__(self, system: System) -> None:
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
