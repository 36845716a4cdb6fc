"""England's figures as held: transcribed whole, each with a source, and counted as published."""

import io
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import national
from senlib.frameworks import load
from senlib.national._editions import expanded, read, write

HELD = files("senlib.national")
TABLES = sorted(path.name for path in HELD.iterdir() if path.name.endswith(".csv"))


def raw(name):
    with HELD.joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def percent(framework, *, decimals=1, **where):
    table = national.figures(framework)
    for column, value in where.items():
        table = table[table[column] == value]
    if framework == "gcse" and "year" not in where:
        table = table[table["year"] == 2024]
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
    assert (
        percent("gcse", subject=subject, group=group, entry="all", reach="4")
        == expected
    )


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
def test_rates_by_hand_from_the_published_counts(
    subject, group, entry, reach, reached, pupils
):
    where = {"subject": subject, "group": group, "entry": entry, "reach": reach}
    assert percent("gcse", decimals=9, **where) == round(100 * reached / pupils, 9)
    held = national.figures("gcse").query("year == 2024")
    held = held.set_index(["subject", "group", "entry", "reach"])["pupils"]
    assert held[subject, group, entry, reach] == pupils


def test_every_row_of_the_gcse_table_comes_to_its_published_total():
    table = raw("england_gcse.csv").set_index(["year", "group", "subject", "entry"])
    counts = table.drop(columns="all").replace("", "0").astype(int)
    assert (counts.sum(axis=1) == table["all"].astype(int)).all()


def test_bands_come_to_the_published_row_for_all():
    held = national.matrix("gcse").query("year == 2024")
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
        .query("year == 2024 and subject == @subject and entry == 'all'")
        .groupby("group")["pupils"]
        .sum()
    )
    assert held["all"] - held["SEN"] - held["no SEN"] == unknown > 0


def test_matrix_has_every_band_and_outcome_of_the_framework_once():
    held, stage = national.matrix("gcse"), load("gcse").stage("KS4")
    assert list(held.columns) == [
        "year",
        "stage",
        "subject",
        "group",
        "entry",
        "outcome",
        "pupils",
    ]
    assert set(held["entry"]) == {*stage.scores_of_band, "none", "all"}
    assert all(
        stage.outcome_scale.parse(outcome) == outcome
        for outcome in held["outcome"].unique()
    )
    assert not held.duplicated(["year", "subject", "group", "entry", "outcome"]).any()
    # England's own totals, and pupils without a score, are published for 2024 alone.
    assert set(held.query("entry in ['none', 'all']")["year"]) == {2024}


GROUPS = {"all", "SEN", "no SEN"}
FURTHER = {
    *("girls", "boys", "disadvantaged", "not disadvantaged"),
    *("first language English", "first language other"),
}


@pytest.mark.parametrize(
    "year, subjects, rows, groups, entries",
    [
        # Rows of the file for these groups, and everyone's entries for mathematics: summed by hand from DfE's files.
        (2021, 33, 1_080, GROUPS, 530_094),
        (2022, 35, 1_126, GROUPS, 540_187),
        (2023, 35, 1_129, GROUPS, 554_656),
        (2024, 35, 4_000, GROUPS | FURTHER, 611_838),
    ],
)
def test_each_edition_is_held_whole(year, subjects, rows, groups, entries):
    held = national.matrix("gcse").query("year == @year")
    assert set(held["group"]) == groups and held["subject"].nunique() == subjects
    assert len(held[["subject", "group", "entry"]].drop_duplicates()) == rows
    maths = held.query("subject == 'Mathematics' and group == 'all' and entry != 'all'")
    assert maths["pupils"].sum() == entries


@pytest.mark.parametrize("file", ["printed_percentages.csv"])
def test_the_rows_of_each_edition_give_dfe_s_own_percentages(file):
    """Ten subjects of four editions, all pupils and any SEN, in four bands: to half of the last digit that DfE prints."""
    printed = pd.read_csv(
        Path(__file__).with_name(file), comment="#", dtype={"outcome": str}
    )
    keys = ["year", "subject", "group", "entry"]
    assert printed.groupby("year")["subject"].nunique().min() >= 10
    held = national.matrix("gcse")
    held = held[
        ~((held["year"] == 2021) & (held["outcome"] == "X"))
    ]  # 2021 is a percentage of graded pupils
    total = held.groupby(keys)["pupils"].sum()
    rows = printed.merge(held, on=[*keys, "outcome"], how="left").join(
        total.rename("all"), on=keys
    )
    assert rows["pupils"].notna().all()
    apart = (
        100 * rows["pupils"].astype(float) / rows["all"].astype(float) - rows["percent"]
    ).abs()
    assert apart.max() <= 0.05 + 1e-9


def test_an_edition_as_it_is_kept_is_the_file_of_the_package():
    """What is read and written again is the same file, to the byte."""
    kept = io.StringIO()
    write(national.matrix("gcse"), kept)
    assert kept.getvalue() == HELD.joinpath("england_gcse.csv").read_text(
        encoding="utf-8"
    )


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_whatever_a_matrix_tells_is_kept(data):
    """Missing counts, grades not shown (their number known or not), double awards, and outcomes an edition does not have."""
    single = [*"123456789", "U", "X", "covid"]
    double = [f"{a}-{b}" for b in range(1, 10) for a in (b, b + 1) if a < 10]
    rows = []
    for subject, outcomes in (
        ("Mathematics", single),
        ("Combined Science", [*double, "U", "X"]),
    ):
        counts = data.draw(
            st.lists(
                st.integers(0, 999) | st.none(),
                min_size=len(outcomes),
                max_size=len(outcomes),
            )
        )
        if subject == "Combined Science":
            counts[1] = (
                counts[1] or 0
            )  # a double award is known by a grade that no single one has
        told = dict(zip(outcomes, counts, strict=True))
        if None not in counts and data.draw(st.booleans()):
            told[national.NOT_SHOWN] = data.draw(st.integers(1, 99) | st.none())
        rows += [
            {
                "year": 2025,
                "stage": "KS4",
                "subject": subject,
                "group": "SEN",
                "entry": "<80",
                "outcome": o,
                "pupils": n,
            }
            for o, n in told.items()
        ]
    matrix = pd.DataFrame(rows).astype({"pupils": "Int64"})
    file = io.StringIO()
    write(matrix, file)
    back = expanded(read(io.StringIO(file.getvalue())))
    keys = ["subject", "outcome"]
    pd.testing.assert_frame_equal(
        back.sort_values(keys).reset_index(drop=True),
        matrix.sort_values(keys).reset_index(drop=True),
    )


@pytest.mark.parametrize("framework", ["levels", "gcse"])
def test_every_figure_that_is_held_is_england_s(framework):
    assert set(national.figures(framework)["whose"]) == {"England"}


@pytest.mark.parametrize(
    "name, england",
    [
        *(
            ("RE", "Religious Studies"),
            ("R.E.", "Religious Studies"),
            ("rs", "Religious Studies"),
        ),
        *(
            ("PE", "Physical Education"),
            ("Art", "Art and Design"),
            ("Art & Design", "Art and Design"),
        ),
        *(("DT", "Design and Technology"), ("D&T", "Design and Technology")),
        *(
            ("Food Tech", "Food Preparation and Nutrition"),
            ("Computing", "Computer Science"),
        ),
        *(
            ("Media", "Media/Film/TV"),
            ("Polish", "Other Modern Languages"),
            ("Business Studies", "Business"),
        ),
        *(
            ("Combined Science Trilogy", "Combined Science"),
            ("mathematics", "Mathematics"),
        ),
        # Not certain, or a subject of the levels, too: as they are.
        *(
            ("Science", "Science"),
            ("English", "English"),
            ("ICT", "ICT"),
            ("Psychology", "Psychology"),
        ),
        *(("Health and Social Care", "Health and Social Care"), ("", "")),
    ],
)
def test_england_s_name_of_a_subject(name, england):
    assert national.subject(name) == england


def test_england_s_names_are_those_of_its_tables_and_of_the_framework():
    gcse = load("gcse")
    for name in set(national.matrix("gcse").query("year >= 2022")["subject"]):
        assert national.subject(name) == name == gcse.subject(name)
    levels = load("levels")
    assert all(national.subject(name) == name for name in levels.outcome_subjects())


def test_of_what_both_hold_the_added_edition_stands_and_nothing_is_mixed():
    held = national.matrix("gcse")
    own = held.query("year == 2024 and subject == 'Music' and group == 'SEN'").assign(
        pupils=1
    )
    own = own[own["entry"] == "<80"]
    newer = pd.concat([own, own.assign(year=2025)])
    both = national.matrix("gcse", added=newer)
    music = both.query("year == 2024 and subject == 'Music'")
    assert (
        set(music.query("group == 'SEN'")["entry"]) == {"<80"}
        and len(music.query("group == 'all'")) > 12
    )
    assert len(both) == len(held) - len(
        held.query("year == 2024 and subject == 'Music' and group == 'SEN'")
    ) + 2 * len(own)
    made = national.figures("gcse", added=newer)
    assert set(made.query("year == 2025")["source"]) == {"dfe-transition-2025-added"}
    assert set(
        made.query("year == 2024 and subject == 'Music' and group == 'SEN'")["source"]
    ) == {"dfe-transition-2024-added"}
    assert national.source("dfe-transition-2025-added").date.startswith("2024/25")
    assert len(national.matrix("levels", added=newer)) == 0
    assert not national.figures("gcse")["source"].str.contains("added").any()


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
        percent(
            "levels", year=2007, subject=subject, group=group, entry="all", reach="5"
        )
        == expected
    )


@pytest.mark.parametrize(
    "subject, at_5, at_6",
    [("English", 69, 35), ("Mathematics", 71, 49), ("Science", 68, 40)],
)
def test_key_stage_3_in_2003(subject, at_5, at_6):
    for reach, expected in (("5", at_5), ("6", at_6)):
        assert (
            percent(
                "levels",
                year=2003,
                stage="KS3",
                subject=subject,
                entry="all",
                reach=reach,
            )
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
        assert (
            percent("levels", stage="KS4", year=year, entry=entry, reach="C")
            == expected
        )


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
    assert not table.duplicated(
        ["stage", "year", "subject", "group", "entry", "reach"]
    ).any()
    assert table["percent"].between(0, 100).all() and set(table["kind"]) <= {
        "figure",
        "at most",
    }
    subjects = {
        load(framework).subject(subject) for subject in table["subject"].unique()
    }
    assert subjects == set(table["subject"])


def sources_of(name):
    """The edition of England's table says where it is from, and its year which edition it is."""
    table = raw(name)
    return set(
        table["source"] if "source" in table else "dfe-transition-" + table["year"]
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_a_source(name):
    for id in sources_of(name):
        source = national.source(id)
        assert source.id == id
        assert all(
            (source.title, source.publisher, source.date, source.licence, source.mind)
        )
        assert re.match(
            r"https://(explore-education-statistics\.service\.gov\.uk|hansard\.parliament\.uk"
            r"|webarchive\.nationalarchives\.gov\.uk)/\w",
            source.address,
        )


def test_every_source_is_used_and_every_answer_names_one():
    named = {id for name in TABLES for id in sources_of(name)}
    assert named == set(
        tomllib.loads(HELD.joinpath("sources.toml").read_text(encoding="utf-8"))
    )
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
    row = {
        "year": 2024,
        "stage": "KS4",
        "subject": "Mathematics",
        "group": "all",
        "entry": "all",
    }
    table = pd.DataFrame(
        [
            row | {"outcome": outcome, "pupils": count}
            for outcome, count in pupils.items()
        ]
    )
    return table.astype({"pupils": "Int64"})


def percents(table):
    return national.rates(table, source="test").set_index("reach")["percent"].to_dict()


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from([*"123456789", "U", "X", "covid"]),
        st.integers(0, 10**6),
        min_size=1,
    )
)
def test_a_rate_is_a_share_and_falls_as_more_is_asked(pupils):
    table = national.rates(counts(**pupils), source="test")
    everyone = sum(pupils.values())
    assert set(table["pupils"]) == {everyone}
    rates = dict(zip(table["reach"], table["percent"], strict=True))
    for reach, rate in rates.items():
        reached = sum(
            count
            for outcome, count in pupils.items()
            if outcome.isdigit() and outcome >= reach
        )
        assert (
            rate == pytest.approx(100 * reached / everyone)
            if everyone
            else pd.isna(rate)
        )
    assert not everyone or list(rates.values()) == sorted(rates.values(), reverse=True)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_never_matters(seed):
    table = national.matrix("gcse").query(
        "subject in ['Mathematics', 'Combined Science'] and group == 'SEN'"
    )
    keys = ["year", "subject", "entry", "reach"]
    one = national.rates(table, source="test").sort_values(keys)
    other = national.rates(
        table.sample(frac=1, random_state=seed), source="test"
    ).sort_values(keys)
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), other.reset_index(drop=True)
    )


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
    assert set(percents(counts(**{"5-5": 10, national.NOT_SHOWN: 0})).values()) == {
        0,
        100,
    }
