"""Which share of England made the expected gain: by hand from its figures, and for all pupils at least half."""

import pandas as pd
import pytest

from senlib import national, open_sample
from senlib.frameworks import load
from senlib.measures.expected import expected_outcomes, made_in_england

GCSE = load("gcse")
STAGE = GCSE.stage()


def test_of_all_pupils_it_is_at_least_half_and_a_grade_higher_less():
    made = made_in_england(framework=GCSE, stage=STAGE, cohort=2023)
    everyone = made[made["group"] == "all"]
    assert (
        len(everyone)
        and (everyone["percent"] >= 50).all()
        and (made["year"] == 2023).all()
    )
    figures = national.figures("gcse").query(
        "year == 2023 and group == 'all' and kind == 'figure'"
    )
    held = figures.set_index(["subject", "entry", "reach"])["percent"]
    for row in everyone.query("subject == 'Mathematics'").itertuples():
        entry = STAGE.national_band(row.entry)
        assert held[row.subject, entry, row.expected] == row.percent
        above = held.get((row.subject, entry, str(int(row.expected) + 1)), 0)
        assert above < 50


@pytest.mark.parametrize(
    ("cohort", "year"), [(2022, 2022), (2023, 2023), (2026, 2024), (None, 2024)]
)
def test_the_edition_is_that_of_the_cohort(cohort, year):
    made = made_in_england(framework=GCSE, stage=STAGE, cohort=cohort)
    assert set(made["year"]) == {year}
    wanted = expected_outcomes(framework=GCSE, stage=STAGE, cohort=cohort)
    both = made.merge(wanted, on=["subject", "entry"])
    assert (both["expected_x"] == both["expected_y"]).all()


def test_a_start_below_the_test_is_read_as_england_s_lowest():
    made = made_in_england(framework=GCSE, stage=STAGE, cohort=2024)
    one, other = (
        made[made["entry"] == entry].drop(columns="entry").reset_index(drop=True)
        for entry in ("below the test", "<80")
    )
    pd.testing.assert_frame_equal(one, other)


def test_where_a_gain_is_laid_down_england_has_none():
    levels = open_sample("levels").framework
    assert made_in_england(framework=levels, stage=levels.stage()).empty
