"""A reader of published tables who knows the rule and tries to work hidden counts out.

The reader is written apart from `senlib.measures.published_table`: it knows the published tables, which sums hold, and the rule.
A cell counts once, in however many tables it stands.
"""

from fractions import Fraction

import pandas as pd

WHOLES = {"all", "pupils"}


class Reader:
    """Cells by name (the labels that are not the whole), what shows of each, and the sums that a reader knows.

    `counts` has what shows, None for what is hidden. A sum is (total, parts). Cells of a sum that are in no table are unknown.
    """

    def __init__(self, tables, totals, *, limit=5):
        self.limit = limit
        self.counts, sums = {}, set()
        for table in tables:
            names = [n for n in table.columns if n not in ("pupils", "reason")]
            for row in table.to_dict("records"):
                cell = self.name(row, names)
                count = None if pd.isna(row["pupils"]) else int(row["pupils"])
                assert self.counts.setdefault(cell, count) == count, (
                    "a cell shows in one table and not in another"
                )
                for column in names:
                    for total, parts in totals.get(column, {}).items():
                        if row[column] == total:
                            sums.add(
                                (
                                    cell,
                                    tuple(
                                        self.name({**row, column: part}, names)
                                        for part in parts
                                    ),
                                )
                            )
        self.sums = sorted(sums, key=str)
        self.unseen = sorted(
            {c for total, parts in sums for c in (total, *parts)} - set(self.counts),
            key=str,
        )

    @staticmethod
    def name(row, names):
        return tuple(sorted(f"{n}={row[n]}" for n in names if row[n] not in WHOLES))

    def equations(self, hidden):
        """What is left of the sums: {hidden cell: sign}, and the number to which they come."""
        for total, parts in self.sums:
            terms, right = {}, 0
            for cell, sign in [(total, -1), *((part, 1) for part in parts)]:
                if cell in hidden:
                    terms[cell] = terms.get(cell, 0) + sign
                else:
                    right -= sign * self.counts[cell]
            terms = {cell: sign for cell, sign in terms.items() if sign}
            if terms:
                yield terms, right

    def by_algebra(self):
        """Hidden and unseen cells that row reduction over the rationals determines, each with its value."""
        hidden = {cell for cell, count in self.counts.items() if count is None} | set(
            self.unseen
        )
        reduced = {}
        for terms, right in self.equations(hidden):
            row = {cell: Fraction(sign) for cell, sign in terms.items()} | {
                None: Fraction(right)
            }
            for pivot in [cell for cell in row if cell in reduced]:
                row = less(row, reduced[pivot], row[pivot])
            pivot = next((cell for cell in row if cell is not None), None)
            if pivot is not None:
                row = {cell: x / row[pivot] for cell, x in row.items()}
                reduced = {
                    cell: less(other, row, other[pivot]) if pivot in other else other
                    for cell, other in reduced.items()
                }
                reduced[pivot] = row
        return {
            pivot: int(row.get(None, 0))
            for pivot, row in reduced.items()
            if set(row) <= {pivot, None}
        }

    def by_bounds(self, truth, *, hidden=None):
        """Hidden cells, and unseen small ones, that can have one value only. `truth` merely says where to look for others first.

        Worlds are whole numbers from 0 with which every sum holds and where, of hidden cells that hang together, one is small.
        """
        if hidden is None:
            hidden = {cell for cell, count in self.counts.items() if count is None}
        small = {cell for cell in self.unseen if 1 <= truth[cell] <= self.limit}
        equations = list(self.equations(hidden | set(self.unseen)))
        settled = {}
        for component in components(hidden | set(self.unseen), equations):
            mine = [
                (terms, right) for terms, right in equations if set(terms) <= component
            ]
            rule = self.limit if component & hidden else None
            unknown = sorted(component & (hidden | small), key=str)
            while unknown:
                cell = unknown.pop()
                world = other_world(cell, component, mine, truth, rule)
                if world is None:
                    settled[cell] = truth[cell]
                else:
                    unknown = [c for c in unknown if world[c] == truth[c]]
        return settled


def less(row, other, times):
    """A row less so many times another, without the terms that fall out."""
    found = {
        cell: row.get(cell, 0) - times * other.get(cell, 0)
        for cell in row.keys() | other.keys()
    }
    return {cell: x for cell, x in found.items() if x}


def components(cells, equations):
    group = {cell: {cell} for cell in cells}
    for terms, _ in equations:
        union = set().union(*(group[cell] for cell in terms))
        for cell in union:
            group[cell] = union
    return list({id(members): members for members in group.values()}.values())


def other_world(cell, component, equations, truth, limit, *, most=10**4):
    """A world in which the cell is not what it is in truth, or None: every possibility is looked at, by bounds and branching."""
    of = {c: [] for c in component}
    for equation in equations:
        for c in equation[0]:
            of[c].append(equation)

    def narrowed(low, high, waiting):
        while waiting:
            terms, right = waiting.pop()
            least = (
                sum(s * (low[c] if s > 0 else high[c]) for c, s in terms.items())
                - right
            )
            greatest = (
                sum(s * (high[c] if s > 0 else low[c]) for c, s in terms.items())
                - right
            )
            if least > 0 or greatest < 0:
                return False
            for c, s in terms.items():
                # s * x lies within [s-term's least, its greatest] shifted by what the others leave.
                lo, hi = low[c], high[c]
                if s > 0:
                    new_hi, new_lo = lo + -least // s, hi - greatest // s
                else:
                    new_lo, new_hi = hi - -least // -s, lo + greatest // -s
                if new_lo > lo or new_hi < hi:
                    low[c], high[c] = max(lo, new_lo), min(hi, new_hi)
                    if low[c] > high[c]:
                        return False
                    waiting.extend(e for e in of[c] if e not in waiting)
                    least = (
                        sum(
                            k * (low[d] if k > 0 else high[d]) for d, k in terms.items()
                        )
                        - right
                    )
                    greatest = (
                        sum(
                            k * (high[d] if k > 0 else low[d]) for d, k in terms.items()
                        )
                        - right
                    )
        return True

    def solve(low, high):
        if limit and not any(low[c] <= limit and high[c] >= 1 for c in component):
            return None
        # As near to the truth as these bounds allow: is that a world? If not, some cell of a sum that is out has to move.
        world = {c: min(max(truth[c], low[c]), high[c]) for c in component}
        out = [
            terms
            for terms, right in equations
            if sum(s * world[c] for c, s in terms.items()) != right
        ]
        if not out and (not limit or any(1 <= x <= limit for x in world.values())):
            return world
        open_cells = [
            c for terms in out or [component] for c in terms if low[c] < high[c]
        ]
        if not open_cells:
            return None
        c = min(open_cells, key=lambda c: (high[c] - low[c], c))
        near = world[c]
        for new_low, new_high in [
            (near - 1,) * 2,
            (near + 1,) * 2,
            (near, near),
            (low[c], near - 2),
            (near + 2, high[c]),
        ]:
            if low[c] <= new_low <= new_high <= high[c]:
                lower, upper = {**low, c: new_low}, {**high, c: new_high}
                if narrowed(lower, upper, list(of[c])) and (
                    found := solve(lower, upper)
                ):
                    return found
        return None

    # First where no cell differs by more than 1 or 2, then everywhere.
    for reach in (1, 2, most):
        low, high = (
            {c: max(0, truth[c] - reach) for c in component},
            {c: min(most, truth[c] + reach) for c in component},
        )
        for new_low, new_high in [
            (truth[cell] - 1,) * 2,
            (truth[cell] + 1,) * 2,
            (low[cell], truth[cell] - 2),
            (truth[cell] + 2, high[cell]),
        ]:
            if low[cell] <= new_low <= new_high <= high[cell]:
                lower, upper = {**low, cell: new_low}, {**high, cell: new_high}
                if narrowed(lower, upper, list(equations)) and (
                    found := solve(lower, upper)
                ):
                    return found
    return None


def truth_of(tables, reader):
    """The true count of each cell of a reader, those that are in no table too."""
    truth = {}
    for table in tables:
        names = [n for n in table.columns if n != "pupils"]
        truth |= {
            reader.name(row, names): row["pupils"] for row in table.to_dict("records")
        }
    for _ in range(3):
        for total, parts in reader.sums:
            unknown = [c for c in (total, *parts) if c not in truth]
            if len(unknown) == 1:
                known = sum(truth[c] for c in parts if c in truth)
                truth[unknown[0]] = (
                    known if unknown[0] == total else truth[total] - known
                )
    return truth
