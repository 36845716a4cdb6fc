"""Subjects of the same pupils: who is counted in a pair, by hand, and when a gap is clear."""

import pandas as pd
import pytest

from senlib import open_sample
from senlib.measures.criteria import criteria
from senlib.measures.gaps import mcnemar
from senlib.measures.subjects import COLUMNS, subject_pairs
from tests.measures.schools import school

MET, MISSED = ("3", "4"), ("3", "3")  # entry and outcome: a level gained, and none


def levels(marks, *, ks4_years=None, sen="A"):
    """A school of pupils with SEN; each has its (entry, outcome) by subject, an outcome of '-' leaving no row."""
    years = ks4_years or ["2006"] * len(marks)
    pupils = [
        {
            "pupil_id": f"p{i}",
            "sen_provision": sen,
            "ks4_year": year,
            "year_group": "10",
        }
        for i, year in enumerate(years)
    ]
    results = []
    for i, held in enumerate(marks):
        for subject, (entry, outcome) in held.items():
            results += [(f"p{i}", "KS2", subject, "test", entry)]
            results += (
                [(f"p{i}", "KS3", subject, "test", outcome)] if outcome != "-" else []
            )
    return school("levels", pupils, results)


def two(english, mathematics):
    return {"English": english, "Mathematics": mathematics}


BY_HAND = [
    *[two(MET, MET)] * 3,
    *[two(MISSED, MET)] * 5,
    *[two(MET, MISSED)] * 2,
    *[two(MISSED, MISSED)] * 4,
]


def test_a_pair_by_hand():
    """5 in mathematics alone and 2 in English alone, of 14: 21.4 points; p = 2 x (1 + 7 + 21) / 128."""
    table = subject_pairs(levels(BY_HAND), criterion="gain_sen")
    row = table[table["second"] == "English"].iloc[0]
    assert row["first"] == "Mathematics" and row["cohort"] == 2004
    told = ["pupils", "others", "both", "first_only", "second_only", "neither"]
    assert row[told].tolist() == [14, 0, 3, 5, 2, 4]
    assert row["points"] == pytest.approx(300 / 14) and not row["clear"]
    # Nobody has a result of science, so that it has no pair: one pair is one comparison.
    assert row["p"] == pytest.approx(min(1, len(table) * 58 / 128))


def test_an_outcome_that_is_not_there_is_one_that_was_not_reached():
    marks = [*BY_HAND, two(MET, ("3", "-"))]
    row = (
        subject_pairs(levels(marks), criterion="gain_sen")
        .query("second == 'English'")
        .iloc[0]
    )
    assert (row["pupils"], row["second_only"], row["others"]) == (15, 3, 0)
    with_result = subject_pairs(
        levels(marks), criterion="gain_sen", denominator="with_result"
    )
    row = with_result.query("second == 'English'").iloc[0]
    assert (row["pupils"], row["second_only"], row["others"]) == (14, 2, 1)


def test_who_stands_in_one_of_the_two_alone_is_left_out_and_counted():
    """Of the criterion of those who entered at level 2, one entered at 2 in English and at 3 in mathematics."""
    marks = [*[two(("2", "3"), ("2", "3"))] * 4, two(("2", "2"), ("3", "4"))]
    row = subject_pairs(levels(marks), criterion="gain_at_2").iloc[0]
    assert {row["first"], row["second"]} == {"English", "Mathematics"}
    assert (row["pupils"], row["others"], row["both"], row["points"]) == (4, 1, 4, 0)
    assert row["low"] < 0 < row["high"] and row["p"] == 1 and not row["clear"]


def test_a_cohort_by_itself_those_that_are_chosen_and_together():
    years = ["2006"] * 14 + ["2005"] * 14
    both = levels([*BY_HAND, *BY_HAND], ks4_years=years)
    alone = subject_pairs(both, criterion="gain_sen")
    assert sorted(alone["cohort"].unique()) == [2003, 2004]
    assert subject_pairs(both, criterion="gain_sen", cohorts=[2003])[
        "cohort"
    ].unique() == [2003]
    together = subject_pairs(
        both, criterion="gain_sen", cohorts=[2003, 2004], together=True
    )
    row = together.query("second == 'English'").iloc[0]
    assert (row["cohort"], row["pupils"], row["first_only"], row["second_only"]) == (
        2004,
        28,
        10,
        4,
    )
    assert row["points"] == pytest.approx(300 / 14)
    assert row["high"] - row["low"] < alone["high"].iloc[0] - alone["low"].iloc[0]


def test_none_of_a_group_or_a_cohort_is_an_empty_table():
    assert (
        subject_pairs(levels(BY_HAND, sen="N"), criterion="gain_sen").columns.tolist()
        == COLUMNS
    )
    assert subject_pairs(
        levels(BY_HAND), criterion="gain_sen", cohorts=[1999], together=True
    ).empty
    # All of them entered at level 3.
    assert subject_pairs(levels(BY_HAND), criterion="gain_at_2").empty
    without = levels([two(("2", "-"), ("2", "-"))] * 3 + BY_HAND)
    assert subject_pairs(
        without, criterion="gain_at_2", denominator="with_result"
    ).empty


def test_a_criterion_of_one_subject_has_no_pair():
    marks = [two(("1", "2"), ("1", "2"))] * 4
    assert subject_pairs(levels(marks), criterion="gain_below_2").empty


@pytest.mark.parametrize("key", ["attendance_sen", "nothing"])
def test_what_is_no_criterion_of_subjects_is_told(key):
    with pytest.raises(KeyError, match="gain_sen"):
        subject_pairs(levels(BY_HAND), criterion=key)


@pytest.mark.parametrize(
    ("sample", "key"), [("levels", "gain_sen"), ("gcse", "grade_4_sen")]
)
def test_a_pair_agrees_with_the_criterion_of_each_subject(sample, key):
    """Where all stand in both, a subject's reached is that of the scorecard."""
    of_sample = open_sample(sample)
    scorecard = (
        criteria(of_sample).query("criterion == @key").set_index(["subject", "cohort"])
    )
    table = subject_pairs(of_sample, criterion=key)
    assert len(table)
    for row in table[table["others"] == 0].to_dict("records"):
        for subject, alone in (
            (row["first"], row["first_only"]),
            (row["second"], row["second_only"]),
        ):
            found = scorecard.loc[(subject, row["cohort"])]
            assert (found["pupils"], found["reached"]) == (
                row["pupils"],
                row["both"] + alone,
            )


def test_a_verdict_allows_for_the_number_of_pairs_and_its_range_says_the_same():
    table = subject_pairs(open_sample("levels"), criterion="gain_sen")
    pairs = table.groupby("cohort")["pupils"].transform("size")
    alone = [
        mcnemar(first=b, second=c)
        for b, c in zip(table["first_only"], table["second_only"], strict=True)
    ]
    assert table["p"].tolist() == pytest.approx(
        (pairs * pd.Series(alone)).clip(upper=1).tolist()
    )
    leaves_out_0 = (table["low"] > 0) | (table["high"] < 0)
    assert (table["clear"] == leaves_out_0).all() and (
        table["p"][table["clear"]] < 0.05
    ).all()
    assert table["clear"].any() and not table["clear"].all()
    assert (
        table.groupby("cohort")["points"]
        .apply(lambda points: points.is_monotonic_decreasing)
        .all()
    )
