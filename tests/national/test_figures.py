"""England's figures as held: transcribed whole, each with a source, and counted as published."""

import tomllib
from importlib.resources import files

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import national
from senlib.frameworks import load

HELD = files("senlib.national")
TABLES = sorted(path.name for path in HELD.iterdir() if path.name.endswith(".csv"))


def raw(name):
    with HELD.joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def percent(framework, *, decimals=1, **where):
    table = national.figures(framework)
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return round(table["percent"].iloc[0], decimals)


@pytest.mark.parametrize(
    "subject, group, expected",
    [
        ("English Language", "SEN", 41.3),
        ("Mathematics", "SEN", 42.6),
        ("English Language", "no SEN", 76.3),
        ("Mathematics", "no SEN", 77.4),
    ],
)
def test_grade_4_or_above_as_published(subject, group, expected):
    assert percent("gcse", subject=subject, group=group, entry="all", reach="4") == expected


@pytest.mark.parametrize(
    "subject, group, entry, reach, reached, pupils",
    [
        ("English Language", "SEN", "<80", "4", 144 + 46 + 16 + 6 + 1 + 0, 3460),
        ("English Language", "SEN", "<80", "9", 0, 3460),
        ("Mathematics", "SEN", "90-95.5", "5", 648 + 88 + 31 + 12 + 1, 15954),
        ("Mathematics", "no SEN", "none", "7", 3557 + 3216 + 2392, 35799),
        ("Mathematics", "all", "117-120", "1", 12742 - 0 - 10, 12742),
    ],
)
def test_rates_by_hand_from_the_published_counts(subject, group, entry, reach, reached, pupils):
    where = {"subject": subject, "group": group, "entry": entry, "reach": reach}
    assert percent("gcse", decimals=9, **where) == round(100 * reached / pupils, 9)
    held = national.figures("gcse").set_index(["subject", "group", "entry", "reach"])["pupils"]
    assert held[subject, group, entry, reach] == pupils


def test_every_row_of_the_gcse_table_comes_to_its_published_total():
    table = raw("england_gcse_2024.csv")
    outcomes = [*"123456789", "U", "X", "covid"]
    assert (table[outcomes].astype(int).sum(axis=1) == table["all"].astype(int)).all()


def test_bands_come_to_the_published_row_for_all():
    held = national.matrix("gcse")
    keys = ["subject", "group", "outcome"]
    bands = held[held["entry"] != "all"].groupby(keys)["pupils"].sum()
    published = held[held["entry"] == "all"].set_index(keys)["pupils"]
    pd.testing.assert_series_equal(bands.sort_index(), published.sort_index())


@pytest.mark.parametrize(
    "subject, unknown",
    [
        ("English Language", 611_093 - 93_610 - 516_514),
        ("Mathematics", 951),
    ],
)
def test_all_is_more_than_sen_and_no_sen(subject, unknown):
    held = (
        national.matrix("gcse")
        .query("subject == @subject and entry == 'all'")
        .groupby("group")["pupils"]
        .sum()
    )
    assert held["all"] - held["SEN"] - held["no SEN"] == unknown > 0


def test_matrix_has_every_band_and_outcome_of_the_framework_once():
    held, stage = national.matrix("gcse"), load("gcse").stage("KS4")
    assert list(held.columns) == ["year", "stage", "subject", "group", "entry", "outcome", "pupils"]
    assert set(held["entry"]) == {*stage.scores_of_band, "none", "all"}
    assert all(
        stage.outcome_scale.parse(outcome) == outcome for outcome in held["outcome"].unique()
    )
    assert (
        len(held)
        == 2 * 3 * 13 * 12
        == len(held.drop_duplicates(["subject", "group", "entry", "outcome"]))
    )


def test_no_national_matrix_is_held_for_levels():
    empty = national.matrix("levels")
    assert empty.empty and list(empty.columns) == list(national.matrix("gcse").columns)


@pytest.mark.parametrize("ask", [national.matrix, national.figures])
def test_unknown_framework_names_those_there_are(ask):
    with pytest.raises(KeyError, match="levels, gcse"):
        ask("a-levels")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: national.matrix("gcse"),
        lambda: national.figures("gcse"),
        lambda: national.figures("levels"),
    ],
)
def test_changing_an_answer_does_not_change_the_next(ask):
    first = ask()
    first.loc[:, "subject"] = "changed"
    assert not ask()["subject"].eq("changed").any()


@pytest.mark.parametrize(
    "entry, reach, english, mathematics, science",
    [
        ("3", "4", 81, 91, 67),
        ("4", "5", 87, 94, 73),
        ("5", "6", 82, 98, 81),
    ],
)
def test_upper_bounds_are_what_is_left_of_same_or_lower(
    entry, reach, english, mathematics, science
):
    for subject, bound in (
        ("English", english),
        ("Mathematics", mathematics),
        ("Science", science),
    ):
        where = {
            "stage": "KS3",
            "subject": subject,
            "entry": entry,
            "reach": reach,
            "kind": "at most",
        }
        assert percent("levels", **where) == bound
        row = raw("england_levels.csv").query(
            "kind == 'same or lower' and subject == @subject and entry == @entry"
        )
        assert float(row["percent"].iloc[0]) == 100 - bound


def test_no_rate_by_entry_level_is_given_for_key_stage_3():
    """None was found: what there is are upper bounds, and they say so."""
    by_entry = national.figures("levels").query("stage == 'KS3' and entry != 'all'")
    assert set(by_entry["kind"]) == {"at most"} and set(by_entry["group"]) == {"all"}
    assert by_entry["pupils"].isna().all()


@pytest.mark.parametrize(
    "subject, group, expected",
    [
        ("English", "all", 75),
        ("English", "N", 85),
        ("English", "A", 43),
        ("English", "P", 29),
        ("English", "S", 22),
        ("Mathematics", "N", 86),
        ("Mathematics", "A", 47),
        ("Mathematics", "P", 36),
        ("Mathematics", "S", 27),
    ],
)
def test_key_stage_3_in_2007_by_provision(subject, group, expected):
    assert (
        percent("levels", year=2007, subject=subject, group=group, entry="all", reach="5")
        == expected
    )


@pytest.mark.parametrize(
    "subject, at_5, at_6", [("English", 69, 35), ("Mathematics", 71, 49), ("Science", 68, 40)]
)
def test_key_stage_3_in_2003(subject, at_5, at_6):
    for reach, expected in (("5", at_5), ("6", at_6)):
        assert (
            percent("levels", year=2003, stage="KS3", subject=subject, entry="all", reach=reach)
            == expected
        )


@pytest.mark.parametrize(
    "entry, by_year",
    [
        ("5", (27.5, 27.6, 24.6, 23.4)),
        ("5+", (67.3, 68.5, 68.8, 69.0)),
    ],
)
def test_key_stage_3_mathematics_to_gcse(entry, by_year):
    for year, expected in zip(range(2003, 2007), by_year, strict=True):
        assert percent("levels", stage="KS4", year=year, entry=entry, reach="C") == expected


@pytest.mark.parametrize("framework", ["levels", "gcse"])
def test_pupils_without_sen_stand_under_both_their_names(framework):
    table = national.figures(framework)
    one, other = (
        table[table["group"] == name]
        .drop(columns="group")
        .sort_values(["stage", "year", "subject", "entry", "reach"])
        for name in ("N", "no SEN")
    )
    assert len(one) and one.values.tolist() == other.values.tolist()


@pytest.mark.parametrize("framework", ["levels", "gcse"])
def test_no_figure_stands_twice(framework):
    table = national.figures(framework)
    assert list(table.columns) == national.FIGURE_COLUMNS
    assert not table.duplicated(["stage", "year", "subject", "group", "entry", "reach"]).any()
    assert table["percent"].between(0, 100).all() and set(table["kind"]) <= {"figure", "at most"}
    subjects = {load(framework).subject(subject) for subject in table["subject"].unique()}
    assert subjects == set(table["subject"])


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_a_source(name):
    for id in raw(name)["source"].unique():
        source = national.source(id)
        assert source.id == id
        assert all((source.title, source.publisher, source.date, source.licence, source.mind))


def test_every_source_is_used_and_every_answer_names_one():
    named = {id for name in TABLES for id in raw(name)["source"]}
    assert named == set(tomllib.loads(HELD.joinpath("sources.toml").read_text(encoding="utf-8")))
    answers = [
        national.figures("gcse"),
        national.figures("levels"),
        national.attendance(),
        national.lea_example(),
    ]
    assert {id for answer in answers for id in answer["source"]} == named


def test_unknown_source_names_those_there_are():
    with pytest.raises(KeyError, match="dfe-transition-2024"):
        national.source("hearsay")


@pytest.mark.parametrize(
    "year, group, absence, persistent",
    [
        ("2018/19", "no SEN", 4.31, 9.02),
        ("2018/19", "K", 6.48, 17.87),
        ("2018/19", "E", 8.72, 24.59),
        ("autumn 2023/24", "no SEN", 6.1, 18.2),
        ("autumn 2023/24", "K", 10.3, 29.9),
        ("autumn 2023/24", "E", 12.4, 34.6),
    ],
)
def test_attendance_is_what_absence_leaves(year, group, absence, persistent):
    row = national.attendance().query("year == @year and group == @group").iloc[0]
    assert row["attendance"] == pytest.approx(100 - absence)
    assert row["persistent_absence"] == persistent


def test_the_lea_matrix_keeps_its_suppressed_cell_missing():
    table = national.lea_example().set_index("entry")
    levels = ["B", "N", "3", "4", "5", "6", "7"]
    missing = table[levels].isna().stack()
    assert missing[missing].index.tolist() == [("4", "B")]
    assert (raw("lea_reading_2007.csv")["B"] == "x").sum() == 1


@pytest.mark.parametrize(
    "entry, cells, at_5, at_6",
    [
        ("2", (15, 31, 23, 31, 0, 0, 0), 0, 0),
        ("3", (6, 8, 8, 45, 31, 0, 0), 31, 0),
        ("4", (None, 1, 2, 14, 60, 16, 5), 81, 21),
        ("5", (0, 0, 0, 0, 17, 47, 35), 99, 82),
    ],
)
def test_the_lea_matrix_row_by_row(entry, cells, at_5, at_6):
    row = national.lea_example().set_index("entry").loc[entry]
    for outcome, cell in zip(("B", "N", "3", "4", "5", "6", "7"), cells, strict=True):
        assert row[outcome] is pd.NA if cell is None else row[outcome] == cell
    assert (row["5+"], row["6+"]) == (at_5, at_6)
    assert row[["5", "6", "7"]].sum() == at_5 and row[["6", "7"]].sum() == at_6


# Rates of any matrix


def counts(**pupils):
    row = {"year": 2024, "stage": "KS4", "subject": "Mathematics", "group": "all", "entry": "all"}
    table = pd.DataFrame(
        [row | {"outcome": outcome, "pupils": count} for outcome, count in pupils.items()]
    )
    return table.astype({"pupils": "Int64"})


def percents(table):
    return national.rates(table, source="test").set_index("reach")["percent"].to_dict()


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from([*"123456789", "U", "X", "covid"]), st.integers(0, 10**6), min_size=1
    )
)
def test_a_rate_is_a_share_and_falls_as_more_is_asked(pupils):
    table = national.rates(counts(**pupils), source="test")
    everyone = sum(pupils.values())
    assert set(table["pupils"]) == {everyone}
    rates = dict(zip(table["reach"], table["percent"], strict=True))
    for reach, rate in rates.items():
        reached = sum(
            count for outcome, count in pupils.items() if outcome.isdigit() and outcome >= reach
        )
        assert rate == pytest.approx(100 * reached / everyone) if everyone else pd.isna(rate)
    assert not everyone or list(rates.values()) == sorted(rates.values(), reverse=True)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_never_matters(seed):
    table = national.matrix("gcse").query("subject == 'Mathematics' and group == 'SEN'")
    keys = ["entry", "reach"]
    one = national.rates(table, source="test").sort_values(keys)
    other = national.rates(table.sample(frac=1, random_state=seed), source="test").sort_values(keys)
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


@pytest.mark.parametrize(
    "outcome, reached",
    [
        ("4-3", ("3",)),
        ("4-4", ("3", "4")),
        ("5-4", ("3", "4")),
        ("5-5", ("3", "4", "5")),
        ("U", ()),
        ("X", ()),
        ("covid", ()),
    ],
)
def test_a_double_grade_counts_where_both_its_grades_do(outcome, reached):
    rates = percents(counts(**{outcome: 1}))
    assert tuple(reach for reach in ("3", "4", "5") if rates[reach] == 100) == reached


def test_a_missing_count_makes_no_rate_and_no_total():
    table = counts(**{"5": 10, "3": 10})
    assert percents(table)["4"] == 50
    table.loc[1, "pupils"] = pd.NA
    made = national.rates(table, source="test")
    assert made["percent"].isna().all() and made["pupils"].isna().all()


def test_grades_not_shown_make_no_rate_but_count_as_pupils():
    made = national.rates(counts(**{"5-5": 10, national.NOT_SHOWN: 10}), source="test")
    assert made["percent"].isna().all() and set(made["pupils"]) == {20}
    assert set(percents(counts(**{"5-5": 10, national.NOT_SHOWN: 0})).values()) == {0, 100}
