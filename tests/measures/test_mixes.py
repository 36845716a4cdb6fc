"""What a mean over starts gives away: worked by hand, and beside a reader who tries every mix there could be."""

import random
from itertools import product

import pytest

from senlib.measures.mixes import Mean, could_differ
from senlib.measures.proportion import rounded

FAR = (0.0, 100.0)


def mean(pupils, percents, *, bounds=FAR):
    return Mean(tuple(pupils), tuple(percents), *bounds)


def test_a_mean_by_hand():
    """2 from a start of which 10 % get there in England, 6 from one of 30 %: 20 + 180 of 8, so 25."""
    assert mean((2, 6), (10.0, 30.0)).percent == 25.0


@pytest.mark.parametrize(
    ("pupils", "percents", "safe"),
    [
        ((20, 2, 20), (40.0, 50.0, 60.0), True),  # one from each side changes nothing
        (
            (0, 1, 6),
            (10.0, 50.0, 90.0),
            False,
        ),  # 84: any other mix of 7 has another mean
        (
            (7, 0, 0),
            (10.0, 50.0, 90.0),
            True,
        ),  # all at one start: no small number is there to guard
        ((1, 0, 0), (10.0, 50.0, 90.0), False),
        ((3, 40), (50.1, 50.2), True),
    ],
)
def test_small_numbers_by_hand(pupils, percents, safe):
    assert could_differ([mean(pupils, percents)], hide_up_to=5) == safe


def test_nothing_shown_tells_nothing():
    assert could_differ([], hide_up_to=5)


def test_two_means_can_tell_what_neither_does():
    """By the first 1, 2 and 1 could as well be 2, 0, 2; by the second not."""
    one, other = (
        mean((3, 2, 3), (40.0, 50.0, 60.0)),
        mean((3, 2, 3), (10.0, 90.0, 10.0)),
    )
    assert (
        could_differ([one], hide_up_to=5)
        and could_differ([other], hide_up_to=5) is False
    )
    assert not could_differ([one, other], hide_up_to=5)


def test_a_verdict_tells_on_which_side_of_a_bound_the_mean_lies():
    """2 and 6 of 8 have a mean of 50.15; with one more or fewer it is 50.125 or 50.175, and all are 50."""
    pupils, percents = (2, 6), (50.0, 50.2)
    assert could_differ([mean(pupils, percents)], hide_up_to=5)
    assert could_differ([mean(pupils, percents, bounds=(40.0, 50.16))], hide_up_to=5)
    assert not could_differ(
        [mean(pupils, percents, bounds=(50.14, 50.16))], hide_up_to=5
    )


def sees(shown, worlds):
    """What a reader sees, were the pupils' starts these."""
    return [
        (
            rounded(here := mean(there, one.percents).percent),
            here < one.low,
            here > one.high,
        )
        for one, there in zip(shown, worlds, strict=True)
    ]


def test_a_reader_who_tries_every_mix_learns_no_small_number():
    """Whatever is let out, another mix of as many pupils shows the same: for every small number one in which it differs."""
    rng, let_out = random.Random(20261128), 0
    for _ in range(120):
        starts, pupils = rng.randint(2, 4), rng.randint(4, 14)
        held = [0] * starts
        for _ in range(pupils):
            held[rng.randrange(starts)] += 1
        shown = [
            mean(
                held,
                sorted(round(rng.uniform(1, 99), 1) for _ in range(starts)),
                bounds=sorted(rng.uniform(1, 99) for _ in range(2)),
            )
            for _ in range(rng.randint(1, 3))
        ]
        if not could_differ(shown, hide_up_to=5):
            continue
        let_out += 1
        true = sees(shown, [held] * len(shown))
        worlds = [
            there
            for there in product(range(pupils + 1), repeat=starts)
            if sum(there) == pupils and sees(shown, [there] * len(shown)) == true
        ]
        for start in range(starts):
            if 1 <= held[start] <= 5:
                assert len({there[start] for there in worlds}) > 1
    assert let_out > 10
