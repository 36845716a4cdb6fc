"""Provision: who moves, who has what, what goes with movement and what it costs; by hand, at the edges and in general."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import open_sample, samples
from senlib.measures.proportion import FEW
from senlib.measures.provision import (
    GIVEN,
    MOVEMENT_CAVEAT,
    MUCH_RULE,
    STANDING_RULE,
    STANDINGS,
    coverage,
    coverage_by_need,
    movement,
    much_hours,
    much_without_movement,
    spend,
    standing,
)
from tests.measures.schools import school

SUBJECTS = ["English", "Mathematics", "Science", "ICT"]
NOTHING = pd.DataFrame(columns=GIVEN)


def table(*rows):
    """What is given: each row is (pupil_id, heading, provision) and, where it matters, initials, hours and cost."""
    whole = [
        (*row[:3], row[2].capitalize(), *row[3:], *("", None, None)[len(row) - 3 :])
        for row in rows
    ]
    return pd.DataFrame(whole, columns=GIVEN)


def stuck_without(people, rows):
    """Pupils who are stuck and have nothing, by name."""
    return coverage(people, rows).query("standing == 'stuck' and given == 0")


def levels(pupils):
    """A school by levels: for each pupil a letter a subject, m(oving), s(tuck), e(ntry alone), n(ow alone) or -, and what differs."""
    people, results = [], []
    for pupil, (letters, *differs) in pupils.items():
        person = {
            "pupil_id": pupil,
            "sen_provision": "A",
            "year_group": "8",
            "surname": pupil,
        }
        people.append(person | (differs[0] if differs else {}))
        for subject, letter in zip(SUBJECTS, letters, strict=False):
            if letter in "mse":
                results.append((pupil, "KS2", subject, "test", "3"))
            if letter in "msn":
                results.append(
                    (pupil, "now", subject, "teacher", "3" if letter == "s" else "4")
                )
    return school("levels", people, results)


def gcse(pupils):
    """A school by GCSE, everyone from a score of 93: for each pupil a letter for English Language and one for Mathematics."""
    people = [
        {"pupil_id": p, "sen_provision": "K", "year_group": "9", "surname": p}
        for p in pupils
    ]
    results = [
        (p, "KS2", subject, "test", "93")
        for p in pupils
        for subject in ("Reading", "Mathematics")
    ]
    for pupil, letters in pupils.items():
        subjects = zip(["English Language", "Mathematics"], letters, strict=True)
        results += [
            (pupil, "now", s, "teacher", "U" if letter == "s" else "4")
            for s, letter in subjects
            if letter in "ms"
        ]
    return school("gcse", people, results, year=2025)


# -------------------------------------------------------------------------------------------------------- Who is moving


@pytest.mark.parametrize(
    ("letters", "followed", "stuck", "stands"),
    [
        ("mmmm", 4, 0, "moving"),
        ("smmm", 4, 1, "partly"),
        ("ssmm", 4, 2, "stuck"),
        ("ssss", 4, 4, "stuck"),
        ("smm", 3, 1, "partly"),
        ("ssm", 3, 2, "stuck"),
        ("sm", 2, 1, "stuck"),
        ("s", 1, 1, "stuck"),
        ("m", 1, 0, "moving"),
        ("s-em", 2, 1, "stuck"),
        ("eeee", 0, 0, "not known"),
        ("nnnn", 0, 0, "not known"),
        ("", 0, 0, "not known"),
    ],
)
def test_standing_goes_by_half_of_the_subjects_that_can_be_judged(
    letters, followed, stuck, stands
):
    found = standing(levels({"a": [letters]})).iloc[0]
    assert (found.followed, found.stuck, found.standing) == (followed, stuck, stands)


@pytest.mark.parametrize(
    ("differs", "listed"),
    [
        ({}, 1),
        ({"sen_provision": "S"}, 1),
        ({"sen_provision": "N"}, 0),
        ({"sen_provision": ""}, 0),
        ({"on_roll": "N"}, 0),
        ({"on_roll": ""}, 1),
        ({"year_group": "7"}, 1),
        ({"year_group": "10"}, 0),
        ({"year_group": ""}, 0),
    ],
)
def test_pupils_with_sen_on_roll_in_the_years_that_are_tracked(differs, listed):
    assert len(standing(levels({"a": ["mmmm", differs]}))) == listed


@pytest.mark.parametrize(
    ("year_group", "now", "date", "stands"),
    [
        # Before the end of Year 7 nobody is called stuck, and nobody is said to move.
        (7, "3", "2005-03-18", "not known"),
        (7, "4", "2005-03-18", "not known"),
        (7, "4", "2005-06-29", "not known"),
        (7, "3", "2005-07-15", "stuck"),
        (7, "4", "2005-07-15", "moving"),
        # Without a date nobody can say how much time it took.
        (7, "3", "", "not known"),
        (8, "4", "", "not known"),
        (8, "3", "2004-12-10", "stuck"),
        (8, "4", "2004-12-10", "moving"),
    ],
)
def test_by_levels_it_takes_a_year_to_tell(year_group, now, date, stands):
    pupils = [{"pupil_id": "a", "sen_provision": "A", "year_group": str(year_group)}]
    results = [
        ("a", "KS2", "English", "test", "3"),
        ("a", "now", "English", "teacher", now, date),
    ]
    assert standing(school("levels", pupils, results)).iloc[0].standing == stands


def test_entry_in_every_band_counts_and_a_code_is_none():
    pupils = [{"pupil_id": p, "sen_provision": "A", "year_group": "8"} for p in "abcde"]
    results = [
        (p, "KS2", "English", "test", entry)
        for p, entry in zip("abcde", ["P4", "1", "2a", "5", "A"], strict=True)
    ]
    results += [(p, "now", "English", "teacher", "6") for p in "abcde"]
    assert standing(school("levels", pupils, results))["standing"].tolist() == [
        "moving"
    ] * 4 + ["not known"]


def test_in_one_subject():
    people = levels({"a": ["sm"], "b": ["ms"], "c": ["-m"]})
    assert standing(people, subject="English")["standing"].tolist() == [
        "stuck",
        "moving",
        "not known",
    ]
    assert standing(people, subject="maths")["standing"].tolist() == [
        "moving",
        "stuck",
        "moving",
    ]


def test_by_gcse_every_subject_is_followed_of_pupils_with_a_start_for_which_england_has_figures():
    found = standing(gcse({"a": "sm", "b": "mm", "c": "ss", "d": "--"}))
    assert found["standing"].tolist() == ["stuck", "moving", "stuck", "not known"]
    pupils = [{"pupil_id": "a", "sen_provision": "K", "year_group": "9"}]
    start, now = (
        ("a", "KS2", "Reading", "test", "93"),
        ("a", "now", "English Literature", "teacher", "U"),
    )
    assert (
        standing(school("gcse", pupils, [start, now], year=2025)).iloc[0].followed == 1
    )
    assert standing(school("gcse", pupils, [now], year=2025)).iloc[0].followed == 0


def test_a_subject_that_is_none_is_told_with_those_there_are():
    for wrong in ("Geography", "zz"):
        with pytest.raises(KeyError, match="English, Mathematics, Science, ICT"):
            standing(levels({"a": ["m"]}), subject=wrong)


def test_the_rules_name_every_standing_and_every_number():
    assert all(word in STANDING_RULE.lower() for word in STANDINGS)
    assert "4 things" in MUCH_RULE and f"fewer than {FEW} pupils" in MOVEMENT_CAVEAT


# ----------------------------------------------------------------------------------------------------------- Who has what


HELPED = {
    "ann": ["mmmm"],
    "ben": ["ssmm"],
    "cat": ["ssss"],
    "dan": ["smmm"],
    "eve": [""],
}


def test_coverage_by_hand():
    rows = table(
        ("ann", "literacy", "reading", "TO", 1.5, 300.0),
        ("ann", "literacy", "spelling", "JB", 0.5),
        ("ann", "literacy", "club", "JB"),
        ("ann", "numeracy", "aids"),
        ("ben", "numeracy", "aids", "JB"),
        ("dan", "behaviour", "plan"),
    )
    found = coverage(levels(HELPED), rows)
    # Stuck first, of these those with nothing; then the others in the order of the standings.
    assert found["pupil_id"].tolist() == ["cat", "ben", "dan", "ann", "eve"]
    found = found.set_index("pupil_id")
    columns = ["literacy", "numeracy", "behaviour", "given"]
    assert list(found.columns[-6:]) == [*columns, "hours", "cost"]
    assert found.loc["ann", columns].tolist() == ["JB, TO", "✓", "", 4]
    assert found.loc["ben", columns].tolist() == ["", "JB", "", 1]
    assert found.loc["dan", columns].tolist() == ["", "", "✓", 1]
    assert found.loc["cat", columns].tolist() == ["", "", "", 0]
    assert found.loc["ann", ["hours", "cost"]].tolist() == [2.0, 300.0]
    # Nothing written down is not nothing.
    assert found.drop("ann")[["hours", "cost"]].isna().all(axis=None)


def test_headings_stand_as_asked_and_others_as_they_come():
    rows = table(("ann", "zumba", "dance"), ("ann", "literacy", "reading"))
    columns = list(coverage(levels(HELPED), rows).columns)
    assert columns[columns.index("standing") + 1 : columns.index("given")] == [
        "zumba",
        "literacy",
    ]
    columns = list(
        coverage(levels(HELPED), rows, headings=["curriculum", "literacy"]).columns
    )
    assert columns[columns.index("standing") + 1 : columns.index("given")] == [
        "curriculum",
        "literacy",
        "zumba",
    ]


def test_a_heading_called_like_a_column_is_told():
    with pytest.raises(ValueError, match="cannot be called need"):
        coverage(levels(HELPED), table(("ann", "need", "reading")))


@pytest.mark.parametrize("pupil", ["gone", "without", "older", "stranger"])
def test_what_others_have_is_left_out(pupil):
    others = {
        "gone": ["ssss", {"on_roll": "N"}],
        "without": ["ssss", {"sen_provision": "N"}],
        "older": ["ssss", {"year_group": "10"}],
    }
    people = levels(HELPED | others)
    rows = table((pupil, "literacy", "reading", "JB", 2.0, 300.0))
    assert coverage(people, rows)["given"].sum() == 0 and pupil not in set(
        coverage(people, rows)["pupil_id"]
    )
    assert coverage_by_need(people, rows)["reached"].sum() == 0
    assert movement(people, rows).empty
    # Spending is of the table alone: who is in it is for the page to say.
    assert spend(rows)["pupils"].tolist() == [1, 1]


def test_the_same_row_twice_is_one_and_two_parts_of_a_thing_add_up():
    once = ("ann", "literacy", "reading", "JB", 1.0, 200.0)
    found = coverage(levels(HELPED), table(once, once)).set_index("pupil_id").loc["ann"]
    assert (found.literacy, found.given, found.hours, found.cost) == (
        "JB",
        1,
        1.0,
        200.0,
    )
    found = (
        coverage(
            levels(HELPED), table(once, ("ann", "literacy", "reading", "TO", 0.5, None))
        )
        .set_index("pupil_id")
        .loc["ann"]
    )
    assert (found.literacy, found.given, found.hours, found.cost) == (
        "JB, TO",
        1,
        1.5,
        200.0,
    )


def test_coverage_by_need_by_hand():
    needs = {"a": "SPLD", "b": "SPLD", "c": "MLD", "d": ""}
    people = levels({p: ["mmmm", {"need": need}] for p, need in needs.items()})
    rows = table(
        ("a", "literacy", "reading"),
        ("a", "literacy", "spelling"),
        ("d", "numeracy", "aids"),
    )
    found = coverage_by_need(people, rows)
    assert found[
        ["need", "heading", "pupils", "reached", "percent"]
    ].values.tolist() == [
        ["SPLD", "literacy", 2, 1, 50.0],
        ["SPLD", "numeracy", 2, 0, 0.0],
        ["MLD", "literacy", 1, 0, 0.0],
        ["MLD", "numeracy", 1, 0, 0.0],
        ["not known", "literacy", 1, 0, 0.0],
        ["not known", "numeracy", 1, 1, 100.0],
    ]


def test_stuck_and_with_nothing():
    rows = table(("ben", "literacy", "reading"))
    found = stuck_without(levels(HELPED), rows)
    assert found[["pupil_id", "followed", "stuck"]].values.tolist() == [["cat", 4, 4]]
    assert stuck_without(levels(HELPED), NOTHING)["pupil_id"].tolist() == ["ben", "cat"]


@pytest.mark.parametrize(
    ("hours", "things", "much"),
    [
        (3.75, 1, None),
        (4.0, 1, "hours"),
        (None, 3, None),
        (None, 4, "things"),
        (0.5, 4, "things"),
        (4.25, 4, "hours and things"),
        (None, 0, None),
    ],
)
def test_much_from_four_hours_or_four_things(hours, things, much):
    rows = [
        ("cat", "numeracy", f"thing {n}", "", hours if n == 0 else None)
        for n in range(things)
    ]
    found = much_without_movement(levels(HELPED), table(*rows), hours=4)
    assert found["much"].tolist() == ([much] if much else [])


def test_much_is_what_the_quarter_with_most_hours_have():
    rows = [
        (pupil, "literacy", "reading", "", float(n))
        for n, pupil in enumerate(["eve", "ann", "dan", "ben", "cat"], start=1)
    ]
    assert much_hours(coverage(levels(HELPED), table(*rows))) == 4
    assert much_without_movement(levels(HELPED), table(*rows))["pupil_id"].tolist() == [
        "cat",
        "ben",
    ]


def test_without_any_hours_only_things_make_much():
    rows = table(
        *(("cat", "literacy", f"thing {n}") for n in range(4)),
        ("ben", "literacy", "reading"),
    )
    assert math.isnan(much_hours(coverage(levels(HELPED), rows)))
    assert much_without_movement(levels(HELPED), rows)["pupil_id"].tolist() == ["cat"]
    # Much help for pupils who move, or move partly, is no cause for this list.
    assert much_without_movement(
        levels(HELPED), rows.replace({"pupil_id": {"cat": "dan"}})
    ).empty


# ---------------------------------------------------------------------------------------------------- Whether it helps


def test_movement_by_hand():
    people = levels(
        {"a": ["smmm"], "b": ["ssss"], "c": ["mmmm"], "d": ["mssm"], "e": ["-mmm"]}
    )
    rows = table(
        ("a", "literacy", "reading"),
        ("b", "literacy", "reading"),
        ("c", "literacy", "reading"),
        ("e", "literacy", "reading"),
        ("d", "numeracy", "aids"),
        ("e", "numeracy", "aids"),
        ("a", "behaviour", "plan"),
    )
    found = movement(people, rows, few=1).set_index("provision")
    # Reading by English: a and b are stuck, c moves, e has nothing to go by; without it d moves.
    expected = ["Reading", "English", 3, 1, 1, 1, 1, "not clear"]
    columns = [
        "label",
        "subject",
        "pupils",
        "reached",
        "not_known",
        "beside_pupils",
        "beside_reached",
        "clear",
    ]
    assert found.loc["reading", columns].tolist() == expected
    # Wilson for 1 of 3, and for 1 of 1.
    rates = ["percent", "low", "high", "beside", "beside_low", "beside_high"]
    assert [round(x, 1) for x in found.loc["reading", rates]] == [
        33.3,
        6.1,
        79.2,
        100,
        20.7,
        100,
    ]
    # Number aids by Mathematics: d is stuck and e moves; without them a and c move and b is stuck.
    assert found.loc["aids", columns].tolist() == [
        "Aids",
        "Mathematics",
        2,
        1,
        0,
        3,
        2,
        "not clear",
    ]
    # A plan by all subjects: a moves partly, which is not moving; c and e move.
    assert found.loc["plan", columns].tolist() == [
        "Plan",
        "",
        1,
        0,
        0,
        4,
        2,
        "not clear",
    ]
    assert found.index.tolist() == ["plan", "reading", "aids"]


def test_literacy_by_gcse_is_judged_in_english_language():
    rows = table(
        ("a", "literacy", "reading"),
        ("a", "numeracy", "aids"),
        ("a", "external", "visits"),
    )
    found = movement(gcse({"a": "sm", "b": "mm"}), rows).set_index("heading")
    assert found["subject"].to_dict() == {
        "literacy": "English Language",
        "numeracy": "Mathematics",
        "external": "",
    }
    assert found["reached"].to_dict() == {"literacy": 0, "numeracy": 1, "external": 0}


@pytest.mark.parametrize(
    ("with_it", "moving", "verdict"),
    # Beside 20 pupils without it, of whom 15 move.
    [
        (20, 15, "not clear"),
        (20, 10, "not clear"),
        (20, 8, "lower"),
        (20, 20, "higher"),
        (3, 0, "lower"),
        (0, 0, None),
    ],
)
def test_verdict_by_newcombe(with_it, moving, verdict):
    has = {f"h{n:02d}": ["m" if n < moving else "s"] for n in range(with_it)}
    others = {f"o{n:02d}": ["m" if n < 15 else "s"] for n in range(20)}
    found = movement(
        levels(has | others), table(*((p, "literacy", "reading") for p in has))
    )
    assert found["clear"].tolist() == ([verdict] if verdict else [])
    if verdict:
        assert found[
            ["pupils", "reached", "beside_pupils", "beside_reached"]
        ].values.tolist() == [[with_it, moving, 20, 15]]


@pytest.mark.parametrize(
    ("pupils", "enough"), [(FEW - 1, False), (FEW, True), (FEW + 1, True)]
)
def test_enough_pupils_to_say_something(pupils, enough):
    people = {f"{n:02d}": ["m"] for n in range(20)}
    rows = table(*((f"{n:02d}", "literacy", "reading") for n in range(pupils)))
    assert movement(levels(people), rows)["enough"].tolist() == [enough]


def test_lowest_rate_first_among_the_things_that_enough_have_then_the_things_that_most_have():
    people = levels({f"{n:02d}": ["s" if n < 6 else "m"] for n in range(20)})
    having = {
        "first": range(3, 15),
        "second": range(0, 11),
        "third": range(5, 20),
        "few": range(6, 10),
        "fewer": range(0, 2),
    }
    found = movement(
        people,
        table(
            *(
                (f"{n:02d}", "literacy", thing)
                for thing, who in having.items()
                for n in who
            )
        ),
    )
    assert found["provision"].tolist() == ["second", "first", "third", "few", "fewer"]


def test_where_everybody_or_nobody_known_has_it_there_is_no_verdict():
    people = levels({"a": ["m"], "b": [""]})
    found = movement(
        people, table(("a", "literacy", "reading"), ("b", "literacy", "spelling"))
    ).set_index("provision")
    assert found["clear"].tolist() == ["", ""]
    assert math.isnan(found.loc["reading", "beside"]) and math.isnan(
        found.loc["spelling", "percent"]
    )
    assert found["not_known"].to_dict() == {"reading": 0, "spelling": 1}


# ------------------------------------------------------------------------------------------------------- What it costs


def test_spend_by_hand():
    rows = table(
        ("a", "literacy", "reading", "JB", 1.5, 300.0),
        ("b", "literacy", "reading", "JB", 1.5, 300.0),
        ("b", "literacy", "spelling", "", 1.0),
        ("a", "numeracy", "aids", "", None, 200.0),
        ("c", "behaviour", "plan"),
    )
    found = spend(rows, headings=["curriculum"]).set_index("heading")
    assert found.index.tolist() == [
        "curriculum",
        "literacy",
        "numeracy",
        "behaviour",
        "all",
    ]
    assert found["things"].tolist() == [0, 3, 1, 1, 5] and found["pupils"].tolist() == [
        0,
        2,
        1,
        1,
        3,
    ]
    assert found["cost_known"].tolist() == [0, 2, 1, 0, 3]
    # Nothing under curriculum costs nothing; what the plan costs is not known.
    assert found["cost"].fillna(-1).tolist() == [0, 600, 200, -1, 800]
    assert found["hours"].fillna(-1).tolist() == [0, 4, -1, -1, 4]
    assert found["percent"].fillna(-1).tolist() == [0, 75, 25, -1, 100]


@pytest.mark.parametrize(
    ("rows", "cost"),
    [
        ([], 0.0),
        ([("a", "literacy", "reading")], math.nan),
        ([("a", "literacy", "reading", "", 1.0, 0.0)], 0.0),
    ],
)
def test_without_costs_there_are_no_shares(rows, cost):
    found = spend(table(*rows)).iloc[-1]
    assert (
        found.heading == "all"
        and found.things == len(rows)
        and math.isnan(found.percent)
    )
    assert found.cost == cost or math.isnan(found.cost) and math.isnan(cost)


# ------------------------------------------------------------------------------------------------ Empty and in general


@pytest.mark.parametrize(
    "people",
    [
        levels({}),
        levels({"a": ["mm", {"sen_provision": "N"}]}),
        levels({"a": [""]}),
        gcse({}),
    ],
)
def test_a_school_without_pupils_or_results_does_not_fail(people):
    for rows in (NOTHING, table(("a", "literacy", "reading", "JB", 1.0, 100.0))):
        assert set(standing(people)["standing"]) <= {"not known"}
        assert len(coverage(people, rows)) == len(standing(people))
        assert len(coverage_by_need(people, rows, headings=["literacy"])) == len(
            standing(people)
        )
        assert (
            stuck_without(people, rows).empty
            and much_without_movement(people, rows).empty
        )
        assert (
            len(movement(people, rows)) <= 1
            and movement(people, rows)["percent"].isna().all()
        )


letters = st.lists(st.sampled_from("mse-"), max_size=4).map("".join)
some_pupils = st.lists(letters, min_size=1, max_size=12)
some_rows = st.lists(
    st.tuples(
        st.integers(0, 13),
        st.sampled_from(["literacy", "numeracy", "behaviour"]),
        st.sampled_from(["one", "two"]),
        st.sampled_from(["", "JB", "TO"]),
        st.none() | st.integers(0, 24).map(lambda n: n / 4),
        st.none() | st.integers(0, 4500).map(float),
    ),
    max_size=40,
)


@settings(max_examples=25, deadline=None)
@given(some_pupils, some_rows, st.randoms(use_true_random=False))
def test_totals_agree_and_the_order_of_rows_never_matters(pupils, rows, random):
    people = levels(
        {
            f"{n:02d}": [held, {"need": "MLD" if n % 2 else ""}]
            for n, held in enumerate(pupils)
        }
    )
    held = table(
        *(
            (f"{n:02d}", heading, f"{heading} {thing}", *rest)
            for n, heading, thing, *rest in rows
        )
    )
    headings = ["literacy", "numeracy", "behaviour"]
    covered, rates = coverage(people, held, headings=headings), movement(people, held)
    by_need, costs = (
        coverage_by_need(people, held, headings=headings),
        spend(held, headings=headings),
    )

    assert len(covered) == len(pupils) and set(covered["standing"]) <= set(STANDINGS)
    ours = held[held["pupil_id"].isin(covered["pupil_id"])]
    assert covered["given"].sum() == len(
        ours[["pupil_id", "provision"]].drop_duplicates()
    )
    for heading in headings:
        reached = by_need.loc[by_need["heading"] == heading, "reached"].sum()
        assert (
            reached
            == covered[heading].ne("").sum()
            == ours.loc[ours["heading"] == heading, "pupil_id"].nunique()
        )
    for found in rates.itertuples():
        assert (
            found.pupils + found.not_known
            == ours.loc[ours["provision"] == found.provision, "pupil_id"].nunique()
        )
        followed = standing(people, subject=found.subject or None)["followed"] > 0
        assert found.pupils + found.beside_pupils == followed.sum()
    for found in [*rates.dropna(subset="percent").itertuples(), *by_need.itertuples()]:
        assert 0 <= found.low <= found.percent <= found.high <= 100
    assert (
        costs["things"].iloc[-1]
        == costs["things"].iloc[:-1].sum()
        == len(held.drop_duplicates())
    )
    assert costs["cost"].iloc[:-1].sum() == pytest.approx(
        costs["cost"].fillna(0).iloc[-1]
    )

    mixed = held.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_frame_equal(coverage(people, mixed, headings=headings), covered)
    pd.testing.assert_frame_equal(
        coverage_by_need(people, mixed, headings=headings), by_need
    )
    pd.testing.assert_frame_equal(movement(people, mixed), rates)
    pd.testing.assert_frame_equal(spend(mixed, headings=headings), costs)


@pytest.mark.parametrize("name", samples())
def test_the_sample_schools(name):
    people = open_sample(name)
    table_of = standing(people)
    assert set(table_of["standing"]) >= {"moving", "stuck", "not known"}
    rows = table(
        *(
            (p, heading, "thing", "JB", 1.0, 200.0)
            for p in table_of["pupil_id"]
            for heading in ("literacy", "external")
        )
    )
    assert coverage(people, rows)["given"].eq(2).all()
    assert coverage_by_need(people, rows)["percent"].eq(100).all()
    found = movement(people, rows)
    assert found["beside_pupils"].eq(0).all() and found["clear"].eq("").all()
    assert (
        found.loc[found["subject"] == "", "pupils"].item()
        == table_of["standing"].ne("not known").sum()
    )
    assert stuck_without(people, rows).empty
