"""A hundred others on a page: the sentence and the strip say the same, to the eye, to a screen reader and in figures."""

import re

import pandas as pd
import pytest

from senlib.frameworks import load
from senlib.measures.others import others, share
from senlib.pages.kit import others_of_100

GCSE = load("gcse")
KS4 = GCSE.stage("KS4")


def table_of(counts, *, reach="4"):
    row = {
        "stage": "KS4",
        "subject": "Mathematics",
        "group": "SEN",
        "entry": "<80",
        "year": 2024,
    }
    matrix = pd.DataFrame(
        [row | {"outcome": o, "pupils": n} for o, n in counts.items()]
    )
    matrix = matrix.astype({"pupils": "Int64"})
    asked = {"subject": "Mathematics", "entry": "<80", "reach": reach, "matrix": matrix}
    return others(framework=GCSE, stage=KS4, **asked)


@pytest.mark.parametrize("reach", ["1", "4", "7", "9"])
@pytest.mark.parametrize("band", KS4.bands)
def test_the_strip_has_as_many_filled_squares_as_the_sentence_says(band, reach):
    asked = {"subject": "Mathematics", "entry": band, "group": "SEN", "reach": reach}
    table = others(framework=GCSE, stage=KS4, **asked)
    strip = others_of_100.strip(table, reach=reach, stage=KS4)
    squares = re.findall(r"<span( class=\"sl-there\")?>(.)</span>", strip)
    assert len(squares) == 100
    filled = [letter for there, letter in squares if there]
    assert len(filled) == share(table, reach=reach, stage=KS4).reached
    # Upwards, and filled to the end: no square that is not filled follows one that is.
    assert [letter for _, letter in squares][100 - len(filled) :] == filled
    assert all(letter.isdigit() and letter >= reach for letter in filled)
    says = re.search(r'aria-label="([^"]+)"', strip)[1]
    told = others_of_100.short(share(table, reach=reach, stage=KS4))
    assert (
        says.startswith("Of 100: ") and f"{told} reached grade {reach} or above" in says
    )
    assert told in others_of_100.sentence(table, group="SEN", reach=reach, stage=KS4)


def test_fewer_than_a_hundred_are_counted_themselves():
    table = table_of({"U": 1, "3": 8, "4": 3})
    assert (
        others_of_100.sentence(table, group="SEN", reach="4", stage=KS4)
        == "Of only 12 pupils with SEN in England who started there, 3 reached grade 4 or above (2024)."
    )
    strip = others_of_100.strip(table, reach="4", stage=KS4)
    assert strip.count("<span") == 12 and "one of the 12 pupils" in strip
    assert "Of 100" not in others_of_100.numbers(table, caption="Few")
    one = table_of({"3": 1})
    assert "Of only 1 pupil without SEN in England" in others_of_100.sentence(
        one, group="no SEN", reach="4", stage=KS4
    )


def test_no_rounding_says_that_nobody_got_there():
    table = table_of({"3": 9990, "9": 10}, reach="7")
    said = others_of_100.sentence(table, group="all", reach="7", stage=KS4)
    assert said.startswith(
        "In England fewer than 1 of 100 pupils who started there reached"
    )
    table = table_of({"3": 1, "9": 9990}, reach="7")
    assert "more than 99 of 100" in others_of_100.sentence(
        table, group="all", reach="7", stage=KS4
    )


def test_every_way_to_say_it_has_its_place_in_the_order():
    order = others_of_100.in_order()
    assert len(set(order)) == len(order) == 103
    for counts in (
        {"3": 9990, "9": 10},
        {"3": 1, "9": 9990},
        {"3": 100},
        {"9": 100},
        {"3": 57, "9": 43},
    ):
        assert (
            others_of_100.short(
                share(table_of(counts, reach="7"), reach="7", stage=KS4)
            )
            in order
        )


def test_letters_are_explained_where_they_stand_and_not_elsewhere():
    letters = others_of_100.letters(
        [table_of({"covid": 30, "X": 30, "4": 40})], stage=KS4
    )
    assert letters == "X: no result. C: affected by Covid-19, no grade."
    assert others_of_100.letters([table_of({"4": 100})], stage=KS4) == ""


def test_a_block_says_what_it_is_and_whence():
    table = table_of({"3": 80, "4": 20})
    asked = {
        "subject": "Mathematics",
        "entry": "below the test",
        "reach": "4",
        "stage": KS4,
    }
    block = others_of_100.block({"SEN": table}, **asked)
    assert others_of_100.NO_PREDICTION in block
    assert "2023/24" in block and "DfE" in block
    assert "worked below the test among those who started below 80" in block
    assert "<strong" not in block and block.count('role="img"') == 1
    assert "No figures of England" in others_of_100.block(
        {"SEN": table.iloc[:0]}, **asked
    )


def test_nothing_is_drawn_of_nothing():
    nothing = table_of({"4": 0})
    assert others_of_100.strip(nothing, reach="4", stage=KS4) == ""
    assert others_of_100.sentence(nothing, group="SEN", reach="4", stage=KS4) == ""
    assert (
        others_of_100.numbers(nothing, caption="")
        == others_of_100.source([nothing])
        == ""
    )
