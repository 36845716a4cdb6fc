"""Gaps between two rates, in percentage points, each with the interval that fits its design.

The designs are two groups (or two summers), two groups start by start, and the same pupils twice.

A gap is clear where its interval leaves out 0 (`clear`): one rule for every gap, so that no page can give a verdict that its
own range contradicts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

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
    if not clear(gap):
        return "not clear"
    return "higher" if gap.points > 0 else "lower"


def independent(one: pd.Series, other: pd.Series) -> Gap:
    """How far the first of two rates lies above the second, where no pupil is in both: two groups, or two summers.

    Each is a row with percent, low and high. Newcombe's interval for two independent groups, built from their own intervals
    (Newcombe 1998, Statistics in Medicine 17, 873-890, method 10). Two intervals that overlap do not settle whether it
    leaves out 0.

    >>> rows = wilson(pd.Series([56, 48]), pd.Series([70, 80]))
    >>> [round(float(points), 1) for points in independent(rows.iloc[0], rows.iloc[1])]
    [20.0, 5.2, 33.4]
    """
    points = one.percent - other.percent
    one_below, one_above = _arms(one)
    other_below, other_above = _arms(other)
    low = points - math.hypot(one_below, other_above)
    high = points + math.hypot(one_above, other_below)
    return Gap(points, low, high)


def independent_each(one: pd.DataFrame, other: pd.DataFrame) -> list[Gap]:
    """`independent` of each row of two tables."""
    rows = one.itertuples(), other.itertuples()
    return list(map(independent, *rows))


def _arms(rates: Any) -> tuple[Any, Any]:
    """How far the interval of a rate, or of each of a table of rates, reaches below it and above it."""
    return rates.percent - rates.low, rates.high - rates.percent


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
    both = strata.query("pupils > 0 and peers_pupils > 0")
    starts = both.index.get_level_values(-1).nunique()
    pupils = int(both["pupils"].sum())
    peers = int(both["peers_pupils"].sum())
    return Comparable(pupils, peers, starts)


def taking_starts_into_account(
    strata: pd.DataFrame, *, level: float = 0.95
) -> Gap | None:
    """How far pupils stand below their peers who started where they did; None where no start has both.

    `strata` has a row for each start, with the counts reached and pupils (those asked about, as pupils with SEN), peers_reached
    and peers_pupils. Above 0 their peers stand higher. It is the Mantel-Haenszel risk difference: the mean of the gaps of each
    start, weighted by how much each tells (pupils x peers / both together); a start with one side empty has no weight. The
    interval is `klingenberg`.

    How often it has the true gap in it is measured by benchmarks/gap_coverage.py: with 20 to 60 pupils with SEN 94 to 96.5 of 100 times,
    with 10 or 12 between 95 and 98.5, with 5 between 96 and all: of few pupils it is wider than need be, and not too narrow.

    >>> strata = pd.DataFrame([(1, 10, 9, 30), (6, 12, 30, 40)], columns=STRATA)
    >>> [round(points, 1) for points in taking_starts_into_account(strata)]
    [22.8, 0.6, 41.6]
    """
    if not comparable(strata).starts:
        return None
    counts = strata[STRATA].to_numpy(float)
    difference = weighed(*counts.T)
    ends = klingenberg(difference, level=level)
    gap = np.array([difference.gap, *ends])
    return Gap(*(100 * gap).tolist())


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
    gaps = (x * m - y * n) / together
    sizes = n * m * (m - n) / 2
    slopes = n**2 * y - m**2 * x + sizes
    missed, peers_missed = m - y, n - x
    variances = (x * missed + y * peers_missed) / 2
    weight = (n * m / together).sum(-1)
    gap = gaps.sum(-1) / weight
    slope = (slopes / together**2).sum(-1)
    at_zero = (variances / together).sum(-1)
    fewer = np.minimum(n.sum(-1), m.sum(-1))
    return Weighed(gap, slope / weight**2, at_zero / weight**2, fewer)


def klingenberg(
    difference: Weighed, *, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The score-type interval of a Mantel-Haenszel risk difference, as fractions: the gaps that its own test does not reject.

    It solves (gap - d)^2 = z^2 (slope d + at_zero) for d (Klingenberg 2014, Statistics in Medicine 33, 2968-2983).

    Where within each start all pupils and all peers did alike, at_zero is 0 and that interval says next to nothing: with nobody
    reaching it, that the gap is 0 exactly, or lies on one side alone. Then it reaches as far to both sides as Wilson's interval
    of 0 in as many pupils as the smaller side has.
    """
    gap, slope, at_zero, fewer = difference
    squared = quantile(level) ** 2
    middle = gap + squared * slope / 2
    discriminant = middle**2 - gap**2 + squared * at_zero
    half = np.sqrt(np.maximum(discriminant, 0))
    alike = at_zero == 0
    reach = squared / (fewer + squared)
    low = np.where(alike, -reach, middle - half)
    high = np.where(alike, reach, middle + half)
    # The gap lies in its interval, but for rounding in the last bit.
    return np.clip(low, -1, gap), np.clip(high, gap, 1)


# --------------------------------------------------------------------------------------------- The same pupils twice


def mcnemar(*, first: int, second: int) -> float:
    """McNemar's exact test, two-sided: how likely at least so uneven a split is, were either side as likely for each pupil.

    `first` pupils reached it in the first alone, `second` in the second alone; who did the same in both says nothing of a
    difference. 1.0 where both are 0. (McNemar 1947, Psychometrika 12, 153-157; the exact form is a binomial test.)

    >>> mcnemar(first=6, second=0), mcnemar(first=1, second=7), mcnemar(first=0, second=0)
    (0.03125, 0.0703125, 1.0)
    """
    split, fewer = first + second, min(first, second)
    tail = sum(math.comb(split, count) for count in range(fewer + 1))
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
    table = newcombe(*counts, level=level)
    row = table.iloc[0]
    points, low, high = map(float, row)
    p = mcnemar(first=first, second=second)
    if p < 1 - level:
        return Gap(points, low, high)
    return Gap(points, min(low, 0.0), max(high, 0.0))


def newcombe(
    both: pd.Series,
    first: pd.Series,
    second: pd.Series,
    neither: pd.Series,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Newcombe's interval for a difference of paired proportions: points, low, high in percentage points; missing for no pupils.

    Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10: built from the two Wilson intervals, less what the two rates
    share, of which a continuity correction is taken off. It is closed, and in 5 to 60 pupils it holds the true gap at least 93 of
    100 times, in a narrower range than Tango's score interval (benchmarks/gap_coverage.py).
    """
    pupils = both + first + second + neither
    # As floats: the product of four counts may be too long for an integer.
    in_first = (both + first).astype(float)
    in_second = (both + second).astype(float)
    shared = both * neither - first * second
    corrected = (shared - pupils / 2).clip(0)
    shared = shared.where(shared <= 0, corrected)
    product = in_first * (pupils - in_first) * in_second * (pupils - in_second)
    product = product.where(product > 0, 1)
    correlation = shared / np.sqrt(product)

    def length(here: pd.Series, there: pd.Series) -> pd.Series:
        common = 2 * correlation * here * there
        return np.sqrt((here**2 + there**2 - common).clip(0))

    one = wilson(in_first, pupils, level=level)
    other = wilson(in_second, pupils, level=level)
    one_below, one_above = _arms(one)
    other_below, other_above = _arms(other)
    points = one["percent"] - other["percent"]
    low = points - length(one_below, other_above)
    high = points + length(one_above, other_below)
    return pd.DataFrame({"points": points, "low": low, "high": high})
