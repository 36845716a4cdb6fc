"""Gaps between two rates, in percentage points, each with the interval that fits its design.

The designs are two groups (or two summers), two groups start by start, and the same pupils twice.

A gap is clear where its interval leaves out 0 (`clear`): one rule for every gap, so that no page can give a verdict that its
own range contradicts.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from senlib.measures.proportion import quantile, wilson


class Gap(NamedTuple):
    """How far one rate lies above another, and the interval of the true gap: all in percentage points; NaN where there is nobody."""

    points: float
    low: float
    high: float


def clear(gap: Gap) -> bool:
    """Whether the interval leaves out 0. Touching is not clear (DfE practice for school performance), and a gap of nobody neither.

    >>> clear(Gap(20, 5.2, 33.4)), clear(Gap(20, 0, 33.4)), clear(Gap(-3, -25, 19))
    (True, False, False)
    """
    return gap.low > 0 or gap.high < 0


def verdict(gap: Gap) -> str:
    """Whether the first rate is clearly higher or lower than the second; '' where one of them has nobody.

    >>> verdict(Gap(20, 5.2, 33.4)), verdict(Gap(-20, -33.4, 0)), verdict(Gap(*[float("nan")] * 3))
    ('higher', 'not clear', '')
    """
    if pd.isna(gap.points):
        return ""
    return ("higher" if gap.points > 0 else "lower") if clear(gap) else "not clear"


def independent(one: pd.Series, other: pd.Series) -> Gap:
    """How far the first of two rates lies above the second, where no pupil stands in both: two groups, or two summers.

    Each is a row with percent, low and high. Newcombe's interval for two independent groups, built from their own intervals
    (Newcombe 1998, Statistics in Medicine 17, 873-890, method 10). Two intervals that overlap do not settle whether it
    leaves out 0.

    >>> rows = wilson(pd.Series([56, 48]), pd.Series([70, 80]))
    >>> [round(float(points), 1) for points in independent(rows.iloc[0], rows.iloc[1])]
    [20.0, 5.2, 33.4]
    """
    points = one.percent - other.percent
    low = points - math.hypot(one.percent - one.low, other.high - other.percent)
    high = points + math.hypot(one.high - one.percent, other.percent - other.low)
    return Gap(points, low, high)


# --------------------------------------------------------------------------------------------------- Start by start

# What is counted of each start: on the side that is asked about, and on the side of its peers.
STRATA = ["reached", "pupils", "peers_reached", "peers_pupils"]


class Comparable(NamedTuple):
    """Who can be compared start by start: pupils and peers in starts that have both, and how many such starts there are."""

    pupils: int
    peers: int
    starts: int


def comparable(strata: pd.DataFrame) -> Comparable:
    """How many pupils, and how many of their peers, stand in a start in which there are both. `strata` is as below.

    Rows of several summers may have the start as the last level of their index: there it is one start, and counted once.

    >>> comparable(pd.DataFrame([(2, 4, 9, 12), (1, 3, 0, 0), (0, 0, 7, 7)], columns=STRATA))
    Comparable(pupils=4, peers=12, starts=1)
    """
    both = strata[(strata["pupils"] > 0) & (strata["peers_pupils"] > 0)]
    starts = both.index.get_level_values(-1).nunique()
    return Comparable(
        int(both["pupils"].sum()), int(both["peers_pupils"].sum()), starts
    )


def taking_starts_into_account(
    strata: pd.DataFrame, *, level: float = 0.95
) -> Gap | None:
    """How far pupils stand below their peers who started where they did; None where no start has both.

    `strata` has a row for each start, with the counts reached and pupils (those asked about, as pupils with SEN), peers_reached
    and peers_pupils. Above 0 their peers stand higher. It is the Mantel-Haenszel risk difference: the mean of the gaps of each
    start, weighted by how much each tells (pupils x peers / both together); a start with one side empty has no weight. The
    interval is `klingenberg`.

    How often it holds the true gap is told by benchmarks/gap_coverage.py: with 20 to 60 pupils with SEN 94 to 96.5 of 100 times,
    with 10 or 12 between 95 and 98.5, with 5 between 96 and all: of few pupils it is wider than need be, and not too narrow.

    >>> strata = pd.DataFrame([(1, 10, 9, 30), (6, 12, 30, 40)], columns=STRATA)
    >>> [round(points, 1) for points in taking_starts_into_account(strata)]
    [22.8, 0.6, 41.6]
    """
    if not comparable(strata).starts:
        return None
    found = weighed(*(strata[name].to_numpy(float) for name in STRATA))
    low, high = klingenberg(found, level=level)
    return Gap(100 * float(found.gap), 100 * float(low), 100 * float(high))


class Weighed(NamedTuple):
    """A Mantel-Haenszel risk difference as a fraction, and what its interval is made of.

    At a true gap of d the variance is slope x d + at_zero (Sato 1989). `fewer` is how many stand on the smaller side.
    """

    gap: np.ndarray
    slope: np.ndarray
    at_zero: np.ndarray
    fewer: np.ndarray


def weighed(
    reached: np.ndarray,
    pupils: np.ndarray,
    peers_reached: np.ndarray,
    peers_pupils: np.ndarray,
) -> Weighed:
    """The gap, peers minus pupils, over the starts on the last axis; at least one of them has both sides.

    Sato 1989, Biometrics 45, 1323-1324, as SAS writes it down for PROC FREQ, 'Common Risk Difference'.
    """
    both = (pupils > 0) & (peers_pupils > 0)
    # Where one side is empty, nothing counts.
    x, n, y, m = (
        np.where(both, side, 0).astype(float)
        for side in (peers_reached, peers_pupils, reached, pupils)
    )
    together = np.where(both, n + m, 1)
    weight = (n * m / together).sum(axis=-1)
    gap = ((x * m - y * n) / together).sum(axis=-1) / weight
    slope = ((n**2 * y - m**2 * x + n * m * (m - n) / 2) / together**2).sum(axis=-1)
    at_zero = ((x * (m - y) + y * (n - x)) / (2 * together)).sum(axis=-1)
    fewer = np.minimum(n.sum(axis=-1), m.sum(axis=-1))
    return Weighed(gap, slope / weight**2, at_zero / weight**2, fewer)


def klingenberg(
    found: Weighed, *, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The score-type interval of a Mantel-Haenszel risk difference, as fractions: the gaps that its own test does not reject.

    It solves (gap - d)^2 = z^2 (slope d + at_zero) for d (Klingenberg 2014, Statistics in Medicine 33, 2968-2983).

    Where within each start all pupils and all peers did alike, at_zero is 0 and that interval says next to nothing: with nobody
    reaching it, that the gap is 0 exactly, or lies on one side alone. Then it reaches as far to both sides as Wilson's interval
    of 0 in as many pupils as the smaller side has.
    """
    z = quantile(level)
    middle = found.gap + z**2 * found.slope / 2
    half = np.sqrt(np.maximum(middle**2 - found.gap**2 + z**2 * found.at_zero, 0))
    alike = found.at_zero == 0
    reach = z**2 / (found.fewer + z**2)
    # The gap lies in its interval, but for rounding in the last bit.
    low = np.minimum(np.where(alike, -reach, middle - half), found.gap)
    high = np.maximum(np.where(alike, reach, middle + half), found.gap)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


# --------------------------------------------------------------------------------------------- The same pupils twice


def mcnemar(*, first: int, second: int) -> float:
    """McNemar's exact test, two-sided: how likely at least so uneven a split is, were either side as likely for each pupil.

    `first` pupils reached it in the first alone, `second` in the second alone; who did the same in both says nothing of a
    difference. 1.0 where both are 0. (McNemar 1947, Psychometrika 12, 153-157; the exact form is a binomial test.)

    >>> mcnemar(first=6, second=0), mcnemar(first=1, second=7), mcnemar(first=0, second=0)
    (0.03125, 0.0703125, 1.0)
    """
    split = first + second
    tail = sum(math.comb(split, count) for count in range(min(first, second) + 1))
    both_tails: float = 2 * tail / 2**split
    return min(1.0, both_tails)


def paired(
    *, both: int, first: int, second: int, neither: int, level: float = 0.95
) -> Gap:
    """How far the first of two rates of the same pupils lies above the second: of two subjects, or before and after.

    Counts of pupils who reached it in both, in the first alone, in the second alone, in neither. The interval is `newcombe`. Where
    McNemar's exact test does not find a difference at this level, the nearer end is drawn out to 0: so `clear` is never said
    against the test, and the range never denies the verdict. For comparing the best with the worst of several, with a number
    of pairs, take 1 - 0.05 / pairs as the level (Bonferroni).

    >>> [round(points, 1) for points in paired(both=20, first=12, second=2, neither=16)]
    [20.0, 5.6, 32.9]
    >>> [round(points, 1) for points in paired(both=14, first=5, second=0, neither=22)]
    [12.2, 0.0, 22.6]
    """
    counts = (pd.Series([count]) for count in (both, first, second, neither))
    gap = Gap(*(float(points) for points in newcombe(*counts, level=level).iloc[0]))
    if mcnemar(first=first, second=second) < 1 - level:
        return gap
    return gap._replace(low=min(gap.low, 0.0), high=max(gap.high, 0.0))


def newcombe(
    both: pd.Series,
    first: pd.Series,
    second: pd.Series,
    neither: pd.Series,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Newcombe's interval for a difference of paired proportions: points, low, high in percentage points; missing where nobody is.

    Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10: built from the two Wilson intervals, less what the two rates
    share, of which a continuity correction is taken off. It is closed, and in 5 to 60 pupils it holds the true gap at least 93 of
    100 times, in a narrower range than Tango's score interval (benchmarks/gap_coverage.py).
    """
    pupils = both + first + second + neither
    one, other = (
        wilson(both + first, pupils, level=level),
        wilson(both + second, pupils, level=level),
    )
    shared = (both * neither - first * second).astype(float)
    shared = shared.where(shared <= 0, (shared - pupils / 2).clip(lower=0))
    # As floats: the product of four counts may be too long for an integer.
    margins = [both + first, second + neither, both + second, first + neither]
    product = np.prod([margin.astype(float) for margin in margins], axis=0)
    correlation = shared / np.sqrt(np.where(product > 0, product, 1))

    def length(here: pd.Series, there: pd.Series) -> pd.Series:
        return np.sqrt(
            (here**2 + there**2 - 2 * correlation * here * there).clip(lower=0)
        )

    points = one["percent"] - other["percent"]
    low = points - length(one["percent"] - one["low"], other["high"] - other["percent"])
    high = points + length(
        one["high"] - one["percent"], other["percent"] - other["low"]
    )
    return pd.DataFrame({"points": points, "low": low, "high": high})
