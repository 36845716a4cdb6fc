"""How often the intervals of senlib.measures.gaps hold the true gap, at the sizes of a school.

    python benchmarks/gap_coverage.py        prints three tables, in less than a minute

1. Start by start: Klingenberg's interval (as gaps.klingenberg has it, which gives a range of its own where all did alike, and as
   it was published) beside Sato's, in schools that are drawn (seeded). Pupils with SEN start lower than
   their peers, of whom there are three or four times as many; the rate rises from 5 % in the lowest band to 95 % in the highest.
   'floored': pupils with SEN lie the gap below their peers, but nobody below 2 %, so that the gap is less in the lowest bands.
   'even': the gap is the same in each band. The true gap is that of the bands in which there are both, weighted as
   Mantel and Haenszel do. A school in which no band has both is drawn, and left out: it gets no gap.
2. and 3. The same pupils twice, at 95 % and for the six pairs of four subjects (Bonferroni): exact, over every table that there
   can be, with the rates and correlations of `PAIRED`. Newcombe's method 10, drawn out to 0 where McNemar's exact test finds
   nothing ('as shown'), and Tango's score interval.

95 of 100 is the aim; 93 to 97 is what is asked for, and cells outside are marked: < too seldom, > more often than need be.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from senlib.measures.gaps import klingenberg, mcnemar, newcombe, weighed
from senlib.measures.proportion import quantile

SEED = 14
DRAWS = 10_000
PUPILS = (5, 10, 12, 20, 40, 60)
BANDS = (3, 5, 10)
GAPS = (0.0, -0.10, -0.25)  # pupils with SEN against their peers
TIMES_AS_MANY = (3, 4)
LOWEST, HIGHEST, FLOOR = 0.05, 0.95, 0.02

SAME_PUPILS = (5, 8, 10, 15, 20, 30, 40, 60)
# The first rate, how far it lies above the second, and how the two correlate.
PAIRED = tuple(product((0.1, 0.3, 0.5, 0.7, 0.9), (0.0, 0.1, 0.25), (0.0, 0.3, 0.6)))
HAIR = 1e-9


def rates(bands: int, gap: float, *, design: str) -> tuple[np.ndarray, np.ndarray]:
    """The true rates of peers and of pupils with SEN in each band."""
    if design == "even":
        peers = np.linspace(LOWEST - gap, HIGHEST, bands)
        return peers, peers + gap
    peers = np.linspace(LOWEST, HIGHEST, bands)
    return peers, np.maximum(peers + gap, FLOOR) if gap else peers


def of_schools(
    drawn: np.random.Generator,
    *,
    pupils: int,
    bands: int,
    gap: float,
    times: int,
    design: str,
) -> dict[str, float]:
    """One cell of the first table: how often each interval holds the true gap, and what else is told of it."""
    theirs, ours = rates(bands, gap, design=design)
    low_start = np.linspace(3, 1, bands)
    m = drawn.multinomial(pupils, low_start / low_start.sum(), DRAWS)
    n = drawn.multinomial(pupils * times, low_start[::-1] / low_start.sum(), DRAWS)
    there = ((m > 0) & (n > 0)).any(axis=1)
    m, n = m[there], n[there]
    y, x = drawn.binomial(m, ours), drawn.binomial(n, theirs)
    found = weighed(y, m, x, n)
    weight = m * n / (m + n).clip(1)
    truth = (weight * (theirs - ours)).sum(axis=1) / weight.sum(axis=1)
    low, high = klingenberg(found)
    z = quantile(0.95)
    middle = found.gap + z**2 * found.slope / 2
    half = np.sqrt(np.maximum(middle**2 - found.gap**2 + z**2 * found.at_zero, 0))
    sato = z * np.sqrt(np.maximum(found.slope * found.gap + found.at_zero, 0))
    return {
        "klingenberg": float(((low <= truth + HAIR) & (truth - HAIR <= high)).mean()),
        "as published": float((np.abs(middle - truth) <= half + HAIR).mean()),
        "sato": float((np.abs(found.gap - truth) <= sato + HAIR).mean()),
        "above": float((low > truth + HAIR).mean()),
        "below": float((high < truth - HAIR).mean()),
        "points": 100 * float((high - low).mean()),
        "no gap": 1 - float(there.mean()),
    }


def schools() -> pd.DataFrame:
    """The first table: a row for each kind of school."""
    drawn = np.random.default_rng(SEED)
    cells = product(("floored", "even"), PUPILS, BANDS, GAPS, TIMES_AS_MANY)
    rows = []
    for design, pupils, bands, gap, times in cells:
        cell = {
            "pupils": pupils,
            "bands": bands,
            "gap": gap,
            "times": times,
            "design": design,
        }
        rows.append({**cell, **of_schools(drawn, **cell)})
    return pd.DataFrame(rows)


def tables_of(pupils: int) -> tuple[np.ndarray, ...]:
    """Every way in which so many pupils can have reached it in both, the first, the second, neither."""
    counts = np.array(
        [
            (both, first, second, pupils - both - first - second)
            for both in range(pupils + 1)
            for first in range(pupils + 1 - both)
            for second in range(pupils + 1 - both - first)
        ]
    )
    return tuple(counts.T)


def tango(
    first: np.ndarray, second: np.ndarray, pupils: int, *, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Tango's score interval for paired proportions, by halving (Tango 1998, Statistics in Medicine 17, 891-908)."""
    z = quantile(level)

    def score(gap: np.ndarray) -> np.ndarray:
        b = -first - second + (2 * pupils - first + second) * gap
        root = np.sqrt(np.maximum(b**2 + 8 * pupils * second * gap * (1 - gap), 0))
        variance = pupils * (2 * (root - b) / (4 * pupils) + gap * (1 - gap))
        apart = first - second - pupils * gap
        sure = np.where(np.abs(apart) < HAIR, 0, np.where(apart > 0, np.inf, -np.inf))
        return np.where(
            variance > 1e-13, apart / np.sqrt(np.maximum(variance, 1e-13)), sure
        )

    def end(low: np.ndarray, high: np.ndarray, at: float) -> np.ndarray:
        for _ in range(50):
            middle = (low + high) / 2
            further = score(middle) > at
            low, high = np.where(further, middle, low), np.where(further, high, middle)
        return (low + high) / 2

    points = (first - second) / pupils
    return end(np.full_like(points, -1), points, z), end(
        points, np.full_like(points, 1), -z
    )


def same_pupils(pupils: int) -> Iterator[tuple[float, np.ndarray]]:
    """The true gap of each of `PAIRED` that there can be, and how likely each table is."""
    counts = tables_of(pupils)
    factorial = np.array([math.lgamma(count + 1) for count in range(pupils + 1)])
    ways = factorial[pupils] - sum(factorial[count] for count in counts)
    for one, gap, correlation in PAIRED:
        other = one - gap
        if other < 0.03:
            continue
        both = one * other + correlation * math.sqrt(
            one * (1 - one) * other * (1 - other)
        )
        shares = (both, one - both, other - both, 1 - one - other + both)
        if min(shares) < -HAIR:
            continue
        likely = zip(counts, shares, strict=True)
        yield (
            gap,
            np.exp(ways + sum(n * math.log(max(share, 1e-300)) for n, share in likely)),
        )


def pairs(*, level: float) -> pd.DataFrame:
    """The second table: for each number of pupils and interval, the coverage over `PAIRED` and the mean width in points."""
    rows = []
    for pupils in SAME_PUPILS:
        counts = tables_of(pupils)
        closed = newcombe(*(pd.Series(count) for count in counts), level=level) / 100
        low, high = closed["low"].to_numpy(), closed["high"].to_numpy()
        # As in gaps.paired.
        p = np.array(
            [
                mcnemar(first=int(b), second=int(c))
                for b, c in zip(*counts[1:3], strict=True)
            ]
        )
        shown = (
            np.where(p < 1 - level, low, np.minimum(low, 0)),
            np.where(p < 1 - level, high, np.maximum(high, 0)),
        )
        ways = {
            "Newcombe": (low, high),
            "as shown": shown,
            "Tango": tango(*counts[1:3], pupils, level=level),
        }
        for name, (low, high) in ways.items():
            held = [
                float(likely[(low <= gap + HAIR) & (gap - HAIR <= high)].sum())
                for gap, likely in same_pupils(pupils)
            ]
            wide = [
                100 * float((likely * (high - low)).sum())
                for _, likely in same_pupils(pupils)
            ]
            rows.append(
                {
                    "pupils": pupils,
                    "interval": name,
                    "least": min(held),
                    "mean": float(np.mean(held)),
                    "most": max(held),
                    "points": float(np.mean(wide)),
                }
            )
    return pd.DataFrame(rows)


def marked(share: float) -> str:
    """A coverage in percent, with a mark where it lies outside 93 to 97."""
    return f"{100 * share:.1f}{'<' if share < 0.93 else '>' if share > 0.97 else ' '}"


def main() -> None:
    """Print the tables."""
    begun = time.perf_counter()
    found = schools()
    print(
        f"1. Start by start: {len(found)} kinds of school, {DRAWS:,} drawn of each, seed {SEED}"
    )
    told = found.assign(
        **{
            name: found[name].map(marked)
            for name in ("klingenberg", "as published", "sato")
        },
        **{name: (100 * found[name]).round(1) for name in ("above", "below", "no gap")},
        points=found["points"].round(),
    )
    print(told.to_string(index=False))
    by_size = found.groupby("pupils")
    print("\nLeast and most by pupils with SEN, and cells outside 93 to 97:")
    print(
        pd.DataFrame(
            {
                "klingenberg least": by_size["klingenberg"].min().map(marked),
                "most": by_size["klingenberg"].max().map(marked),
                "below 93": by_size["klingenberg"].agg(
                    lambda cells: int((cells < 0.93).sum())
                ),
                "above 97": by_size["klingenberg"].agg(
                    lambda cells: int((cells > 0.97).sum())
                ),
                "cells": by_size.size(),
                "as published least": by_size["as published"].min().map(marked),
                "sato least": by_size["sato"].min().map(marked),
                "sato most": by_size["sato"].max().map(marked),
            }
        ).to_string()
    )
    for number, level in enumerate((0.95, 1 - 0.05 / 6), start=2):
        print(f"\n{number}. The same pupils twice, level {100 * level:.2f} %, exact")
        table = pairs(level=level)
        shares = {
            name: (100 * table[name]).round(1) for name in ("least", "mean", "most")
        }
        print(
            table.assign(**shares, points=table["points"].round(1)).to_string(
                index=False
            )
        )
    print(f"\n{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
