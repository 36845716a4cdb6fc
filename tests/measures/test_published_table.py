"""Published tables: examples worked by hand, the type, and what is refused."""

import copy
import dataclasses
import gc
import inspect
import pickle
import re

import pandas as pd
import pytest

from senlib.measures.published_table import DisclosureError, PublishedTable, publish

# By hand -------------------------------------------------------------------------------------------------------------------

SEX = {"sex": {"all": ["F", "M"]}}


def table_of(column, **counts):
    return pd.DataFrame(
        {
            column: [name.replace("_", " ") for name in counts],
            "pupils": list(counts.values()),
        }
    )


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        # Nothing is small. A zero shows.
        ({"all": 20, "F": 20, "M": 0}, (20, 20, 0)),
        ({"all": 0, "F": 0, "M": 0}, (0, 0, 0)),
        ({"all": 12, "F": 6, "M": 6}, (12, 6, 6)),
        # The total less the girls would give the boys: the girls are hidden too, and the total may stay.
        ({"all": 23, "F": 20, "M": 3}, (23, None, None)),
        # One small cell and its total, who are the same pupils; with the zero shown there is one way only to hide them.
        ({"all": 3, "F": 3, "M": 0}, (None, None, 0)),
        # Both are small, and hide each other: 4 and 5 would look the same as 5 and 4.
        ({"all": 9, "F": 4, "M": 5}, (9, None, None)),
        # 5 and 5 are the only two counts of 1 to 5 that come to 10: the total goes as well.
        ({"all": 10, "F": 5, "M": 5}, (None, None, None)),
        ({"all": 2, "F": 1, "M": 1}, (None, None, None)),
    ],
)
def test_two_groups_and_their_total(counts, shown):
    published = publish(table_of("sex", **counts), totals=SEX)
    assert published.counts == shown
    assert published.table["reason"].tolist() == [
        "hidden" if count is None else "" for count in shown
    ]


def test_an_edge_of_the_rule():
    assert publish(table_of("sex", all=26, F=6, M=20), totals=SEX).hidden == 0
    assert publish(
        table_of("sex", all=26, F=6, M=20), totals=SEX, hide_up_to=6
    ).counts == (
        26,
        None,
        None,
    )
    assert publish(table_of("sex", all=25, F=5, M=20), totals=SEX).counts == (
        25,
        None,
        None,
    )


def test_a_hierarchy_of_groups():
    """A, P and S are SEN, N is no SEN. S is 2, so A or P is hidden with it: the one with fewer. SEN shows, N shows."""
    table = table_of("group", all=60, SEN=25, no_SEN=35, A=14, P=9, S=2, N=35)
    published = publish(
        table,
        totals={
            "group": {"all": ["SEN", "no SEN"], "SEN": ["A", "P", "S"], "no SEN": ["N"]}
        },
    )
    assert {
        row[0]
        for row, count in zip(published.labels, published.counts, strict=True)
        if count is None
    } == {"P", "S"}


def test_a_group_of_one_group_is_the_same_pupils_and_shows_or_not_with_it():
    table = table_of("group", all=38, SEN=35, no_SEN=3, A=15, P=20, S=0, N=3)
    published = publish(
        table,
        totals={
            "group": {"all": ["SEN", "no SEN"], "SEN": ["A", "P", "S"], "no SEN": ["N"]}
        },
    )
    assert (
        published.value(group="no SEN") is None and published.value(group="N") is None
    )
    # 38 less SEN would be no SEN, and A and P would give SEN.
    shown = dict(
        zip([row[0] for row in published.labels], published.counts, strict=True)
    )
    assert shown["all"] is None or (
        shown["SEN"] is None and None in (shown["A"], shown["P"], shown["S"])
    )


def test_those_who_did_not_reach_are_protected_though_no_row_shows_them():
    """18 of 20 is 90 %, and tells that two did not."""
    outcomes = {"outcome": {"pupils": ["reached", "not reached"]}}
    assert (
        publish(table_of("outcome", pupils=20, reached=18), totals=outcomes).hidden == 1
    )
    assert (
        publish(table_of("outcome", pupils=20, reached=14), totals=outcomes).hidden == 0
    )
    assert (
        publish(table_of("outcome", pupils=20, reached=20), totals=outcomes).hidden == 0
    )


def test_a_part_that_nobody_is_in_does_not_serve_to_hide_another():
    """Nobody would think of pupils whose sex is not known where no such row shows."""
    with_unknown = {"sex": {"all": ["F", "M", "not known"]}}
    assert publish(table_of("sex", all=23, F=20, M=3), totals=with_unknown).counts == (
        23,
        None,
        None,
    )


def test_views_side_by_side_protect_each_other():
    """What is hidden in one view may not show in, or be worked out from, another."""
    views = {
        "by need": table_of("need", all=33, SLCN=3, SEMH=30),
        "by sex": table_of("sex", all=33, F=20, M=13),
    }
    published = publish(views, totals={"need": {"all": ...}} | SEX)
    assert [shown.counts for shown in published.values()] == [
        (33, None, None),
        (33, 20, 13),
    ]
    views = {
        "by need": table_of("need", SLCN=3, SEMH=30),
        "by sex": table_of("sex", F=20, M=13),
    }
    published = publish(views, totals={"need": {"all": ...}} | SEX)
    # Girls and boys add up to all, and all less SEMH would be SLCN.
    assert (
        published["by need"].value(need="SLCN") is None
        and sum(shown.hidden for shown in published.values()) == 2
    )


def test_cells_that_a_reader_knows_to_be_the_same_are_told_with_also():
    """The same pupils take both subjects. Each by itself could hide another group than the other does."""
    table = pd.DataFrame(
        [
            (subject, group, n)
            for subject in ("English", "maths")
            for group, n in [("all", 43), ("A", 20), ("P", 3), ("N", 20)]
        ],
        columns=["subject", "group", "pupils"],
    )
    same = [
        ({"subject": "English", **g}, [{"subject": "maths", **g}])
        for g in ({}, {"group": "A"}, {"group": "P"}, {"group": "N"})
    ]
    published = publish(table, totals={"group": {"all": ...}}, also=same)
    assert published.counts[:4] == published.counts[4:] and published.hidden == 4


def test_rows_come_in_an_order_that_tells_nothing():
    """N has no row as it has no pupils; were it added at the end, a reader would know which of the hidden ones is 0."""
    totals = {"group": {"all": ["N", "K", "E"]}}
    full = publish(table_of("group", E=2, all=2, K=0, N=0), totals=totals)
    assert full.labels == (("all",), ("N",), ("K",), ("E",))
    short = pd.DataFrame(
        [("2004", "K", 3), ("2004", "E", 3), ("2005", "N", 9), ("2005", "E", 1)],
        columns=["year", "group", "pupils"],
    )
    published = publish(short, totals=totals)
    assert [row[1] for row in published.labels] == ["N", "K", "E"] * 2
    assert published.value(year="2004", group="N") == 0


def test_missing_categories_are_not_known():
    table = pd.DataFrame(
        {"cohort": pd.array([2004, None], dtype="Int64"), "pupils": [9, 8]}
    )
    published = publish(table, totals={"cohort": {"all": ...}})
    assert published.labels == ((2004,), ("not known",)) and published.counts == (9, 8)


# Rates ---------------------------------------------------------------------------------------------------------------------


def test_rates_show_where_both_counts_do():
    rows = [("A", 40, 20), ("P", 12, 4), ("N", 200, 200), ("S", 0, 0)]
    table = pd.DataFrame(
        [(g, o, n) for g, p, r in rows for o, n in (("pupils", p), ("reached", r))],
        columns=["group", "outcome", "pupils"],
    )
    published = publish(
        table, totals={"outcome": {"pupils": ["reached", "not reached"]}}
    )
    rates = published.rates(column="outcome", reached="reached", of="pupils").set_index(
        "group"
    )
    assert rates.loc[
        "A", ["pupils", "reached", "percent", "low", "high", "reason"]
    ].tolist() == [
        40,
        20,
        50,
        35,
        65,
        "",
    ]
    assert (
        rates.loc["P", ["pupils", "reached", "percent", "low", "high"]].isna().all()
        and rates.loc["P", "reason"] == "hidden"
    )
    assert rates.loc["N", "percent"] == 100
    assert (
        rates.loc["S", "pupils"] == 0
        and pd.isna(rates.loc["S", "percent"])
        and rates.loc["S", "reason"] == ""
    )


# The type ------------------------------------------------------------------------------------------------------------------


def published_of(**counts):
    return publish(table_of("sex", **counts), totals=SEX)


def test_only_publish_makes_one():
    made = published_of(all=23, F=20, M=3)
    with pytest.raises(TypeError, match="publish"):
        PublishedTable(
            columns=("sex",),
            labels=(("F",),),
            counts=(3,),
            count="pupils",
            hide_up_to=5,
            _made_by=object(),
        )
    with pytest.raises(TypeError, match="publish"):
        dataclasses.replace(made, counts=(23, 20, 3))
    with pytest.raises(AttributeError):
        made.counts = (23, 20, 3)
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(made)
    assert copy.deepcopy(made) is made


def test_it_holds_no_true_count_that_is_hidden():
    """Everything that can be reached from it is looked at, down to what lies under a missing value."""
    numbers = {"all": 70123, "F": 70121, "M": 2}
    made = publish(table_of("sex", **numbers), totals=SEX)
    assert made.hidden == 2
    seen, waiting, found = (
        set(),
        [
            made,
            made.table,
            made.rates(column="sex", reached="F", of="all"),
            repr(made),
            made.rule,
        ],
        [],
    )
    while waiting:
        thing = waiting.pop()
        if (
            id(thing) in seen
            or isinstance(thing, type)
            or inspect.ismodule(thing)
            or inspect.isroutine(thing)
        ):
            continue
        seen.add(id(thing))
        found.append(thing)
        waiting += gc.get_referents(thing)
    assert any(type(thing) is int and thing == 70123 for thing in found)
    assert not any(type(thing) is int and thing == 70121 for thing in found)
    assert not any("70121" in thing for thing in found if isinstance(thing, str))
    assert "70121" not in repr(made) + made.rule
    assert (
        2 not in made.table["pupils"].array._data
        and 70121 not in made.table["pupils"].array._data
    )
    table = made.table
    table.loc[0, "pupils"] = 0
    assert made.counts[0] == 70123, "a table that is given away is a copy"


def test_the_rule_in_words():
    assert (
        published_of(all=23, F=20, M=3).rule
        == "Counts of 1 to 5 pupils are hidden, and enough others that none can be worked out: 2 of 3 here."
    )
    assert published_of(all=40, F=20, M=20).rule.startswith("Nothing is hidden here")
    assert (
        "1 to 8"
        in publish(table_of("sex", all=23, F=20, M=3), totals=SEX, hide_up_to=8).rule
    )
    assert (
        repr(published_of(all=23, F=20, M=3))
        == "<PublishedTable: 3 counts by sex, 2 hidden>"
    )


def test_a_row_that_is_not_there():
    with pytest.raises(KeyError, match="no such row"):
        published_of(all=23, F=20, M=3).value(sex="X")


# What is refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [4, 0, -1, 5.5, True, "5"])
def test_a_lower_limit_is_refused(limit):
    with pytest.raises(ValueError, match="from 5 upwards"):
        publish(table_of("sex", all=23, F=20, M=3), totals=SEX, hide_up_to=limit)


@pytest.mark.parametrize(
    ("table", "totals", "says"),
    [
        (table_of("sex", all=24, F=20, M=777), SEX, "not the sum"),
        (table_of("sex", all=24, F=777), SEX, "smaller"),
        (table_of("sex", all=777, F=770, X=7), SEX, "neither a total"),
        (table_of("sex", all=777.5, F=770, M=7.5), SEX, "whole number"),
        (table_of("sex", all=777, F=-1, M=778), SEX, r"^Column 'pupils': .*0 or more"),
        (table_of("sex", all=777, F=None, M=7), SEX, "whole number"),
        (pd.concat([table_of("sex", F=777), table_of("sex", F=777)]), SEX, "one row"),
        (pd.DataFrame({"pupils": [777]}), SEX, "column"),
        (
            table_of("sex", F=777),
            {"sex": {"all": ["F"], "both": ["F", "M"]}},
            "one total at most",
        ),
        (
            table_of("sex", F=777),
            {"sex": {"all": ["F"], "F": ["all"]}},
            "one total at most",
        ),
        (
            {
                "one": table_of("sex", all=777, F=777),
                "other": table_of("sex", all=778, F=778),
            },
            SEX,
            "disagree",
        ),
    ],
)
def test_tables_that_do_not_add_up_are_refused_without_their_numbers(
    table, totals, says
):
    with pytest.raises(DisclosureError, match=says) as error:
        publish(table, totals=totals)
    assert not re.search("77", str(error.value))


def test_a_sum_of_cells_that_are_not_there():
    with pytest.raises(DisclosureError, match="also"):
        publish(
            table_of("sex", all=24, F=24),
            totals=SEX,
            also=[({"sex": "F"}, [{"sex": "X"}])],
        )
