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

    `low` and `high` are the bounds beside which a verdict is given on it: that tells on which side of them it lies.
    """

    pupils: tuple[int, ...]
    percents: tuple[float, ...]
    low: float
    high: float

    @property
    def percent(self) -> float:
        """The mean itself, which is not shown."""
        return float(np.dot(self.pupils, self.percents)) / sum(self.pupils)


def could_differ(shown: Sequence[Mean], *, hide_up_to: int) -> bool:
    """Whether, for every start with 1 to `hide_up_to` pupils, there could be another number of them with all that is shown as it is.

    All of `shown` are of the same starts, in the same order, and of pupils of whom a reader would guess that they are the same. The
    other worlds are those in which one pupil, or two, began elsewhere. Each must leave every whole percent and every verdict as it
    is. As with counts, one other world for each small number is asked for, and a number of 0 is not guarded. What the counts beside
    the means say of starts besides is not looked at.

    One pupil of 40 who began elsewhere hardly moves a mean; one of two moves it far.

    >>> grades = (10.0, 20.0, 35.0, 50.0, 70.0)
    >>> could_differ([Mean((2, 8, 15, 10, 5), grades, 22.0, 50.0)], hide_up_to=5)
    True
    >>> could_differ([Mean((1, 0, 0, 0, 1), grades, 9.0, 91.0)], hide_up_to=5)
    False
    """
    if not shown:
        return True
    counts = np.array([one.pupils for one in shown])
    moves = _moves(counts.shape[1])
    possible = np.ones(len(moves), dtype=bool)
    for one, pupils in zip(shown, counts, strict=True):
        there = pupils + moves
        means = there @ np.array(one.percents) / pupils.sum()
        possible &= (there >= 0).all(axis=1)
        possible &= np.floor(means + 0.5) == rounded(one.percent)
        possible &= ((means < one.low) == (one.percent < one.low)) & (
            (means > one.high) == (one.percent > one.high)
        )
    small = ((counts >= 1) & (counts <= hide_up_to)).any(axis=0)
    return bool((moves[possible] != 0).any(axis=0)[small].all())


def _moves(starts: int) -> np.ndarray:
    """By how much the numbers at each start change where one pupil, or two, began elsewhere: a row for each way."""
    each = np.eye(starts, dtype=int)
    single = [
        each[there] - each[here] for here, there in permutations(range(starts), 2)
    ]
    double = [one + other for one, other in combinations_with_replacement(single, 2)]
    return np.array([*single, *double]).reshape(-1, starts)
