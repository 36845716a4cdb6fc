"""Codes in place of names: the same next term, unlike each other, and nothing of the pupil in them."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlib.school import codes
from senlib.school.codes import with_codes

KEY = bytes(range(32))


def tables(ids):
    pupils = pd.DataFrame(
        {"pupil_id": ids, "forename": "Ann", "surname": "Lee", "form": "7A"}, dtype=str
    )
    results = pd.DataFrame({"pupil_id": [*ids, *ids], "result": "4"}, dtype=str)
    return pupils, results


def coded(ids, key=KEY):
    return with_codes(*tables(ids), key=key)[0]["pupil_id"].tolist()


def test_names_go_and_the_rest_stays():
    pupils, results = with_codes(*tables(["0123", "0124"]), key=KEY)
    assert (
        pupils[["forename", "surname", "form"]].to_numpy().tolist()
        == [["", "", "7A"]] * 2
    )
    assert results["pupil_id"].tolist() == pupils["pupil_id"].tolist() * 2
    assert pupils["pupil_id"].dtype == results["pupil_id"].dtype == "str"


def test_what_was_given_is_not_changed():
    pupils, results = tables(["0123"])
    with_codes(pupils, results, key=KEY)
    assert (
        pupils.loc[0, "pupil_id"],
        pupils.loc[0, "surname"],
        results.loc[0, "pupil_id"],
    ) == (
        "0123",
        "Lee",
        "0123",
    )


def test_the_same_key_gives_the_same_codes_next_term():
    assert coded(["1", "2", "3"])[1:] == coded(["2", "3", "4"])[:2]


def test_another_key_gives_other_codes():
    assert not set(coded(["1", "2", "3"])) & set(coded(["1", "2", "3"], key=bytes(32)))


@given(
    ids=st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1), unique=True, max_size=30
    )
)
def test_codes_are_short_clear_and_unlike(ids):
    made = coded(ids)
    assert len(set(made)) == len(ids)
    assert all(re.fullmatch(r"P-[A-HJ-NP-Z2-9]{6,}", code) for code in made)


def test_codes_that_begin_alike_become_longer(monkeypatch):
    monkeypatch.setattr(codes, "_SHORTEST", 1)
    ids = [str(number) for number in range(200)]
    made = coded(ids)
    assert len(set(made)) == 200
    assert {len(code) for code in made} <= {3, 4, 5, 6}
    assert made == coded(ids)


@pytest.mark.parametrize(
    "size, taken", [(0, False), (15, False), (16, True), (32, True)]
)
def test_a_short_key_is_refused(size, taken):
    if taken:
        assert len(coded(["1"], key=bytes(size))) == 1
    else:
        with pytest.raises(ValueError, match="secrets.token_bytes"):
            coded(["1"], key=bytes(size))


def test_no_pupils():
    assert coded([]) == []
