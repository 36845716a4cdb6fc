"""A proportion: its Wilson interval, whether it differs clearly from a figure of others, and how many more would meet a target."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd

# Ofsted's school reports do not show a group of fewer pupils than this.
FEW = 11


def quantile(level: float) -> float:
    """How many standard errors an interval of this level reaches to each side, by the normal distribution.

    >>> round(quantile(0.95), 6), round(quantile(0.99), 6)
    (1.959964, 2.575829)
    """
    return NormalDist().inv_cdf((1 + level) / 2)


Z = quantile(0.95)


def wilson(
    reached: pd.Series, pupils: pd.Series, *, level: float = 0.95
) -> pd.DataFrame:
    """`percent`, `low` and `high` of a proportion in percent; all missing where there are no pupils.

    Wilson's score interval, 95 % if no other level is asked for: sound for small groups and at 0 and 100 % (Brown, Cai and DasGupta 2001).

    >>> wilson(pd.Series([9]), pd.Series([11])).round(0).values.tolist()
    [[82.0, 52.0, 95.0]]
    """
    z = quantile(level)
    n = pupils.astype(float).where(pupils > 0)
    share = reached / n
    spread = share * (1 - share) / n
    correction = z**2 / (4 * n**2)
    whole = 1 + z**2 / n
    shift = z**2 / (2 * n)
    centre = (share + shift) / whole
    half = z * np.sqrt(spread + correction) / whole
    low = (centre - half).clip(lower=0)
    high = (centre + half).clip(upper=1)
    # At 0 and 1 the bounds are exact, but for rounding in the last bit.
    low[share == 0] = 0
    high[share == 1] = 1
    bounds = {"percent": share, "low": low, "high": high}
    return 100 * pd.DataFrame(bounds)


def with_interval(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `percent`, `low` and `high` (Wilson, 95 %) of those who `reached` of its `pupils`."""
    return table.join(wilson(table["reached"], table["pupils"]))


def compared(low: pd.Series, high: pd.Series, other: pd.Series) -> pd.Series:
    """'higher' or 'lower' where a figure lies outside the interval, 'not clear' where it lies in or on it, '' where there is none.

    Touching is not different (DfE practice for school performance).

    >>> compared(pd.Series([40.0, 40, 40]), pd.Series([60.0, 60, 60]), pd.Series([39.9, 60, None])).tolist()
    ['higher', 'not clear', '']
    """
    verdict = pd.Series("not clear", index=low.index, dtype=object)
    verdict[low > other] = "higher"
    verdict[high < other] = "lower"
    missing = other.isna() | low.isna()
    verdict[missing] = ""
    return verdict


def more_needed(
    *, reached: int, pupils: int, target: float, rule: str = "at least"
) -> int:
    """How many more pupils would meet a target in percent: 0 where it is met. `rule` is 'at least' or 'above'.

    >>> more_needed(reached=19, pupils=43, target=50), more_needed(reached=8, pupils=10, target=80)
    (3, 0)
    >>> more_needed(reached=8, pupils=10, target=80, rule="above")
    1
    """
    # 0.34 x 50 is 17.000000000000004 in binary: a hair is taken off before rounding up.
    exact = target / 100 * pupils
    least = math.ceil(exact - 1e-9)
    if rule == "above":
        least = math.floor(exact + 1e-9) + 1
    return max(0, least - reached)


def mean_interval(values: pd.Series) -> tuple[float, float, float]:
    """The mean and its 95 % interval, 1.96 standard errors to each side; NaN bounds for fewer than two values.

    >>> [round(x, 2) for x in mean_interval(pd.Series([90.0, 92.0, 94.0]))]
    [92.0, 89.74, 94.26]
    """
    values = values.dropna()
    mean = float(values.mean())
    if len(values) < 2:
        return mean, math.nan, math.nan
    deviation = float(values.std())
    half = Z * deviation / math.sqrt(len(values))
    return mean, mean - half, mean + half


def rounded(percent: float) -> int:
    """A percentage as people round it, half up: Python would make 42 of 42.5.

    >>> rounded(42.5), rounded(43.5), rounded(42.49), rounded(100 * (23 / 40))
    (43, 44, 42, 58)
    """
    # 23 of 40 is 57.5, and 57.49999999999999 in binary.
    return math.floor(round(percent, 9) + 0.5)


def points_apart(one: float, other: float) -> str:
    """How far two percentages lie apart, in points: a whole number, unless that would contradict the two as they are rounded.

    >>> points_apart(25.0, 47.7), points_apart(35.6, 58.4), points_apart(50.0, 50.0)
    ('23', '22.8', '0')
    """
    points = abs(one - other)
    apart = abs(rounded(one) - rounded(other))
    return str(apart) if rounded(points) == apart else f"{points:.1f}"
