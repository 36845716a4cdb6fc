"""Proportions: Wilson's interval, verdicts and how many more, by hand and in general."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib.measures.proportion import (
    compared,
    mean_interval,
    more_needed,
    rounded,
    wilson,
)


def one(reached, pupils):
    return wilson(pd.Series([reached]), pd.Series([pupils])).iloc[0]


@pytest.mark.parametrize(
    ("reached", "pupils", "percent", "low", "high"),
    [
        (9, 11, 81.8, 52.3, 94.9),
        (19, 43, 44.2, 30.4, 58.9),
        (0, 10, 0, 0, 27.8),
        (10, 10, 100, 72.2, 100),
        (1, 1, 100, 20.7, 100),
        (500, 1000, 50, 46.9, 53.1),
    ],
)
def test_wilson_by_hand(reached, pupils, percent, low, high):
    assert one(reached, pupils).round(1).tolist() == [percent, low, high]


def test_no_pupils_have_no_rate():
    assert one(0, 0).isna().all()


@settings(deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_and_stays_within_0_and_100(counts):
    row = one(*counts)
    assert 0 <= row.low <= row.percent <= row.high <= 100
    assert (row.low == 0) == (counts[0] == 0) and (row.high == 100) == (
        counts[0] == counts[1]
    )


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (29.9, "higher"),
        (30, "not clear"),
        (45, "not clear"),
        (60, "not clear"),
        (60.1, "lower"),
        (math.nan, ""),
    ],
)
def test_touching_is_not_different(other, verdict):
    assert compared(
        pd.Series([30.0]), pd.Series([60.0]), pd.Series([other])
    ).tolist() == [verdict]


@given(
    st.integers(1, 400),
    st.integers(0, 400),
    st.integers(0, 100),
    st.sampled_from(["at least", "above"]),
)
def test_that_many_more_meet_it_and_one_fewer_does_not(pupils, reached, target, rule):
    reached = min(reached, pupils)

    def meets(count):
        return (
            100 * count > target * pupils
            if rule == "above"
            else 100 * count >= target * pupils
        )

    more = more_needed(reached=reached, pupils=pupils, target=target, rule=rule)
    assert meets(reached + more)
    assert more == 0 or not meets(reached + more - 1)


def test_a_mean_of_one_has_no_interval():
    mean, low, high = mean_interval(pd.Series([90.0]))
    assert mean == 90 and math.isnan(low) and math.isnan(high)
    assert math.isnan(mean_interval(pd.Series([], dtype=float))[0])


@pytest.mark.parametrize(
    ("percent", "whole"), [(0.5, 1), (1.5, 2), (2.5, 3), (2.49, 2), (99.5, 100), (0, 0)]
)
def test_rounding_is_half_up_as_people_do_it(percent, whole):
    assert rounded(percent) == whole
