"""Verdicts: each is worded in one place and has its measure; no other text says that a difference is clear, or speaks of chance."""

import inspect
import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlib.measures.gaps import Gap, clear, independent
from senlib.measures.proportion import wilson
from senlib.pages.kit import verdicts
from tests.verdicts import (
    EXPLAINED,
    HELPERS,
    ROOT,
    example,
    explains,
    made,
    texts,
    with_words,
)

READ = [
    ROOT / "README.md",
    ROOT / "data" / "sample" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted(
        path
        for kind in ("*.js", "*.html")
        for path in (ROOT / "senlib").rglob(kind)
        if "node_modules"
        not in path.parts  # what other people wrote, where it is installed
    ),
]


def test_every_text_with_the_words_of_a_verdict_is_made_by_verdicts_or_explained():
    found = with_words()
    assert len(found) > 50
    assert [text for text, why in found if not why] == []


def test_no_explanation_outlives_what_it_explains():
    found = [text for text, _ in with_words()]
    assert [
        entry for entry in EXPLAINED if not any(explains(entry, text) for text in found)
    ] == []


def test_every_verdict_that_is_used_has_its_measure():
    own = {
        name
        for name, _ in inspect.getmembers(verdicts, inspect.isfunction)
        if getattr(verdicts, name).__module__ == verdicts.__name__
        and not name.startswith("_")
    }
    assert own == set(verdicts.MEASURES) | HELPERS
    assert made()
    assert {one.verdict for one in made()} <= set(verdicts.MEASURES)
    assert all(example(name).strip() for name in verdicts.MEASURES)


def test_chance_is_no_word_for_a_verdict():
    word = re.compile(r"\bchances?\b", re.IGNORECASE)
    assert [text for text in texts() if word.search(text.text)] == []
    assert [path.name for path in READ if word.search(_read(path))] == []


@pytest.mark.parametrize("difference", ["higher", "lower", "not clear", ""])
@pytest.mark.parametrize("pupils", [1, 10, 11])
def test_fewer_than_11_pupils_are_few_to_judge_by(difference, pupils):
    told = verdicts.beside(difference, pupils=pupils)
    assert ("few to judge by" in told) == (bool(difference) and pupils < 11)
    assert ("pupil is" in told) == (bool(difference) and pupils == 1)
    assert (
        bool(told)
        == bool(verdicts.short(difference, pupils=pupils))
        == bool(difference)
    )
    # Of so few nothing is called clear.
    assert ("clearly" in told.lower()) == (
        difference in ("higher", "lower") and pupils >= 11
    )


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        # Seen from its own side: 20 points fewer, likely 5 to 33 fewer.
        (Gap(-20.0, -33.4, -5.2), "between 5 and 33 points"),
        (Gap(2.0, -25.0, 29.0), "25 points the other way to 29 points this way"),
        # Touching 0 is not clear.
        (Gap(12.2, 0.0, 22.6), "anything from no gap to 23 points this way"),
    ],
)
def test_a_gap_is_told_from_its_own_side(gap, told):
    assert told in verdicts.gap(gap)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=2, max_size=2)
)
def test_lines_that_stand_apart_are_a_clear_difference_and_that_they_overlap_settles_nothing(
    counts,
):
    one, other = (
        wilson(pd.Series([min(reached, pupils)]), pd.Series([pupils])).iloc[0]
        for pupils, reached in counts
    )
    if one.low > other.high or other.low > one.high:
        assert clear(independent(one, other))


def test_lines_that_overlap_may_be_either():
    half, more, most = (
        wilson(pd.Series([reached]), pd.Series([40])).iloc[0]
        for reached in (20, 24, 30)
    )
    assert half.high > most.low and clear(independent(most, half))
    assert half.high > more.low and not clear(independent(more, half))


def _read(path):
    """What people read in a file: of a notebook what its cells hold, without what notebooks keep beside it."""
    text = path.read_text("utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
