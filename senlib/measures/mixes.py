"""Mixes of starts: whether percentages that are worked out from where pupils started could tell where a few of them did.

What England reached 'from these starts' is a mean over the starts of a school's pupils. `published_table.publish` knows sums of counts
and no means, so what such a mean gives away is looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, permutations

import numpy as np

from senlib.measures.proportion import rounded


@dataclass(frozen=True)
class Mean:
    """A whole percent to be shown: the mean of `percents` over pupils, of whom so many began at each start.

    `low` and `high` are the bounds beside which a verdict is given on it: so that a reader knows on which side of them it lies.
    """

    pupils: tuple[int, ...]
    percents: tuple[float, ...]
    low: float
    high: float

    @property
    def percent(self) -> float:
        """The mean itself, which is not shown."""
        total = np.dot(self.pupils, self.percents)
        return float(total) / sum(self.pupils)


def could_differ(means: Sequence[Mean], *, hide_up_to: int) -> bool:
    """Whether, for every start with 1 to `hide_up_to` pupils, there could be another number of them with all that is shown as it is.

    All of `means` are of the same starts, in the same order, and of pupils of whom a reader would guess that they are the same. The
    other worlds are those in which one pupil, or two, began elsewhere. Each must leave every whole percent and every verdict as it
    is. As with counts, one other world is enough for each small number, and a number of 0 is not guarded. What the counts beside
    the means say of starts besides is not looked at.

    One pupil of 40 who began elsewhere hardly moves a mean; one of two moves it far.

    >>> grades = (10.0, 20.0, 35.0, 50.0, 70.0)
    >>> could_differ([Mean((2, 8, 15, 10, 5), grades, 22.0, 50.0)], hide_up_to=5)
    True
    >>> could_differ([Mean((1, 0, 0, 0, 1), grades, 9.0, 91.0)], hide_up_to=5)
    False
    """
    if not means:
        return True
    counts = np.array([mean.pupils for mean in means])
    moves = _moves(counts.shape[1])
    possible = np.ones(len(moves), dtype=bool)
    for mean, pupils in zip(means, counts, strict=True):
        there, percent = pupils + moves, mean.percent
        percents = there @ np.array(mean.percents)
        others = percents / pupils.sum()
        possible &= (there >= 0).all(axis=1)
        possible &= np.floor(others + 0.5) == rounded(percent)
        below, above = percent < mean.low, percent > mean.high
        possible &= (others < mean.low) == below
        possible &= (others > mean.high) == above
    few = (counts >= 1) & (counts <= hide_up_to)
    small = few.any(axis=0)
    differs = abs(moves[possible]).sum(0)
    return bool(differs[small].all())


def _moves(starts: int) -> np.ndarray:
    """By how much the numbers at each start change where one pupil, or two, began elsewhere: a row for each way."""
    each = np.eye(starts, dtype=int)
    ways = permutations(range(starts), 2)
    single = [each[there] - each[here] for here, there in ways]
    double = map(sum, combinations_with_replacement(single, 2))
    moves = np.array([*single, *double])
    return moves.reshape(-1, starts)
