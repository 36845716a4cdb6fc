"""What others with the same start went on to: England's own counts, a hundred that adds up, and what is said where little is held."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlib import national
from senlib.frameworks import load
from senlib.measures.counting import reached
from senlib.measures.others import COLUMNS, counted_in, others, share
from senlib.measures.proportion import rounded

GCSE = load("gcse")
KS4 = GCSE.stage("KS4")
GRADES = [str(grade) for grade in range(1, 10)]

ROW = {"stage": "KS4", "subject": "Mathematics", "group": "SEN", "entry": "90-95.5"}


def matrix(counts, *, year=2024, **changes):
    """A matrix of one row, as DfE's would be read."""
    return pd.DataFrame(
        [
            ROW | {"year": year, "outcome": outcome, "pupils": pupils} | changes
            for outcome, pupils in counts.items()
        ]
    ).astype({"pupils": "Int64"})


def of_100(table, *, reach):
    """How many of 100 reached a grade or better, by the strip."""
    return table.loc[reached(table, reach=reach, stage=KS4), "of_100"].sum()


def asked(table=None, **changes):
    return others(
        framework=GCSE,
        stage=KS4,
        matrix=table,
        **{"subject": "Mathematics", "entry": "90-95.5"} | changes,
    )


def test_england_s_row_by_hand():
    """DfE 2023/24, English language, all pupils who started below 80: 4,688, of whom 545 reached grade 4 or above."""
    table = asked(
        subject="English Language", entry="<80", group="all", reach="4", year=2024
    )
    assert table["outcome"].tolist() == ["X", "U", *GRADES]
    assert table["pupils"].tolist() == [
        194,
        455,
        1045,
        1370,
        1079,
        291,
        156,
        69,
        19,
        8,
        2,
    ]
    assert set(table["row_pupils"]) == {4688} and set(table["year"]) == {2024}
    # 545 of 4,688 are 11.6 %: 12 of 100. By grade 6.21, 3.33, 1.47, 0.41, 0.17 and 0.04: 10 whole, and one each for .47 and .41.
    assert of_100(table, reach="4") == 12
    assert table["of_100"].tolist()[5:] == [6, 3, 2, 1, 0, 0]
    # The other 88: 4.14, 9.71, 22.29, 29.22 and 23.02: 87 whole, and one for .71.
    assert table["of_100"].tolist()[:5] == [4, 10, 22, 29, 23]
    assert table["percent"].sum() == pytest.approx(100)


@pytest.mark.parametrize("group", ["SEN", "no SEN", "all"])
@pytest.mark.parametrize("reach", GRADES)
def test_the_strip_says_what_england_s_rate_says(group, reach):
    rates = national.figures("gcse").query(
        "kind == 'figure' and group == @group and reach == @reach"
    )
    for subject in ("English Language", "Mathematics"):
        for band in KS4.bands[1:]:
            table = asked(subject=subject, entry=band, group=group, reach=reach)
            year = table["year"].iloc[0]  # noqa: F841, asked for below
            (percent,) = rates.query(
                "subject == @subject and entry == @band and year == @year"
            )["percent"]
            assert of_100(table, reach=reach) == rounded(percent)
            assert table["of_100"].sum() == 100


@given(
    st.lists(st.integers(0, 10**6), min_size=11, max_size=11).filter(any),
    st.sampled_from([None, *GRADES]),
)
def test_a_hundred_is_a_hundred(counts, reach):
    table = asked(
        matrix(dict(zip(["X", "U", *GRADES], counts, strict=True))), reach=reach
    )
    assert table["of_100"].sum() == 100 and (table["of_100"] >= 0).all()
    assert ((table["of_100"] - table["percent"]).abs() < 1).all()
    assert (table.loc[table["pupils"] == 0, "of_100"] == 0).all()
    if reach:
        there = of_100(table, reach=reach)
        above = table.loc[
            table["outcome"].isin(GRADES[int(reach) - 1 :]), "pupils"
        ].sum()
        of = table["pupils"].sum()
        assert there == (200 * above + of) // (2 * of)


def test_pupils_below_the_test_are_compared_with_england_s_below_80():
    pd.testing.assert_frame_equal(asked(entry="below the test"), asked(entry="<80"))


def test_a_double_grade_counts_as_the_lower_of_its_two():
    table = asked(
        matrix({"9-9": 1, "5-4": 20, "4-4": 30, "4-3": 40, "U": 8, "covid": 1}),
        reach="4",
    )
    shown = table[table["pupils"] > 0]
    assert dict(zip(shown["outcome"], shown["pupils"], strict=True)) == {
        "covid": 1,
        "U": 8,
        "3": 40,
        "4": 50,
        "9": 1,
    }
    assert of_100(table, reach="4") == 51


def test_the_newest_summer_that_was_not_teacher_assessed():
    years = pd.concat(
        [matrix({"4": year}, year=year) for year in (2019, 2022, 2023)]
        + [matrix({"4": 1}, year=2021)]
    )
    assert set(asked(years)["year"]) == {2023}
    assert set(asked(years, year=2019)["year"]) == {2019}
    assert set(asked(years, year=2021)["pupils"]) == {0, 1}, (
        "shown where it is asked for"
    )
    before = years[years["year"] < 2022]
    assert set(asked(before)["year"]) == {2019}
    assert asked(before[before["year"] == 2021]).empty


@pytest.mark.parametrize(
    "changes",
    [
        {"entry": "none"},
        {"entry": "all"},
        {"entry": "3"},
        {"group": "K"},
        {"subject": "Woodwork"},
        {"year": 1999},
    ],
)
def test_nothing_is_said_where_nothing_is_held(changes):
    table = asked(**changes)
    assert table.empty and list(table) == COLUMNS
    assert share(table, reach="4", stage=KS4) is None


def test_there_is_nothing_by_levels():
    levels = load("levels")
    stage = levels.stage("KS3")
    assert others(framework=levels, stage=stage, subject="English", entry="3").empty


@pytest.mark.parametrize(
    "counts", [{"4": 0}, {"4": None, "5": 3}, {"4": 30, national.NOT_SHOWN: 2}]
)
def test_a_row_of_which_a_part_is_not_known_is_not_shown(counts):
    assert asked(matrix(counts)).empty


def test_a_part_that_nobody_is_in_hides_nothing():
    assert len(asked(matrix({"4": 30, national.NOT_SHOWN: 0})))


def test_a_hundred_is_never_made_of_fewer():
    few, enough = (asked(matrix({"3": 97, "4": pupils})) for pupils in (2, 3))
    assert (counted_in(few), counted_in(enough)) == ("pupils", "of_100")
    assert share(few, reach="4", stage=KS4) == (2, 99, 2, 99)
    assert share(enough, reach="4", stage=KS4) == (3, 100, 3, 100)
    assert share(asked(matrix({"3": 1})), reach="4", stage=KS4) == (0, 1, 0, 1)


def test_who_got_there_is_counted_though_no_square_is_theirs():
    table = asked(matrix({"3": 9990, "9": 10}), reach="7")
    assert share(table, reach="7", stage=KS4) == (0, 100, 10, 10000)


def test_an_aim_that_is_none_is_refused():
    for reach in ("A*", "10"):
        with pytest.raises(KeyError):
            asked(reach=reach)


def test_what_is_handed_out_can_be_changed_without_harm():
    before = asked()
    changed = asked()
    changed.loc[:, "pupils"] = 0
    pd.testing.assert_frame_equal(asked(), before)
