"""The review by groups: who is counted in which group, by hand."""

import pytest

from senlib import open_sample
from senlib.measures.group_review import review
from senlib.measures.proportion import wilson
from tests.measures.schools import school


def year_8():
    """Four pupils of Year 8 who came in at 3: by the end of the year 27.7 points, a 4b, are wanted of them."""
    people = [
        ("1", "F", "A", "White British", "Y", "5c"),
        ("2", "F", "N", "Pakistani", "N", "3a"),
        ("3", "M", "N", "", "N", "4a"),
        ("4", "M", "", "White British", "", None),
    ]
    pupils = [
        {
            "pupil_id": p,
            "sex": sex,
            "sen_provision": sen,
            "ethnicity": ethnicity,
            "able": able,
            "year_group": "8",
        }
        for p, sex, sen, ethnicity, able, _ in people
    ]
    results = [(p, "KS2", "English", "test", "3") for p, *_ in people]
    results += [(p, "now", "English", "teacher", now) for p, *_, now in people if now]
    return school("levels", pupils, results)


def test_groups_by_hand():
    table = review(year_8(), year_group=8, subject="English")
    assert table[
        ["review", "group", "pupils", "reached", "not_judged"]
    ].values.tolist() == [
        ["sex", "F", 2, 1, 0],
        ["sex", "M", 1, 1, 1],
        ["sen", "SEN", 1, 1, 0],
        ["sen", "no SEN", 2, 1, 0],
        ["sen", "not known", 0, 0, 1],
        ["ethnicity", "White British", 1, 1, 1],
        ["ethnicity", "minority ethnic groups", 1, 0, 0],
        ["ethnicity", "not known", 1, 1, 0],
        ["able", "Y", 1, 1, 0],
        ["able", "N", 2, 1, 0],
        ["able", "not known", 0, 0, 1],
    ]


@pytest.mark.parametrize("framework", ["levels", "gcse"])
def test_each_review_counts_everyone_once(framework):
    sample = open_sample(framework)
    year, subject = (
        sample.framework.tracking.years[1],
        sample.framework.outcome_subjects()[0],
    )
    table = review(sample, year_group=year, subject=subject)
    sums = table.groupby("review")[["pupils", "not_judged"]].sum().sum(axis=1)
    assert sums.nunique() == 1
    rates = wilson(table["reached"], table["pupils"])
    assert table[["percent", "low", "high"]].equals(rates)


def test_a_year_group_with_nobody_in_it():
    assert review(year_8(), year_group=9, subject="English").empty
