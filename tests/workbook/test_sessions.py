"""Sessions: plans whose sums are right, activities that name what there is, and choices that are kept and read again."""

from dataclasses import replace

import pytest

from senlib.pages.kit.session_charts import PICTURES
from senlib.workbook import sessions
from senlib.workbook.forms import Cards
from senlib.workbook.sessions import (
    activities,
    beside,
    chosen_for,
    clock,
    lasting,
    moved,
    packs_of,
    part_of,
    parts_of,
    plan,
    plans,
    timed,
    to_save,
)

SITTINGS = [(one.key, sitting) for one in plans() for sitting in one.sittings]
FIRST = plan("twilights").sitting("1")
SORT, FLOW, IEP = (activities()[key] for key in ("sort", "flow", "iep"))


def keys(chosen):
    return [one.key for one in chosen]


# -- the plans --


def test_the_plans_the_booklet_names_are_there():
    assert {
        one.key: [sitting.minutes for sitting in one.sittings] for one in plans()
    } == {
        "twilights": [75, 75, 75],
        "day": [360],
        "inset": [300],
        "series": [90] * 4,
        "self": [45] * 6,
        "governors": [45],
    }


@pytest.mark.parametrize(
    "key, sitting", SITTINGS, ids=[f"{key} {sitting.key}" for key, sitting in SITTINGS]
)
def test_each_meeting_fills_its_time_with_activities_that_differ(key, sitting):
    assert sum(one.minutes for one in sitting.activities) == sitting.minutes
    assert len(set(keys(sitting.activities))) == len(sitting.activities)
    assert len({one.key for one in plan(key).sittings}) == len(plan(key).sittings)


def test_between_the_meetings_of_a_series_there_is_work_at_school():
    assert all(sitting.between for sitting in plan("series").sittings)


def test_every_activity_is_in_some_plan_and_every_task_has_one():
    used = {key for _, sitting in SITTINGS for key in keys(sitting.activities)}
    assert used == set(activities())
    assert {f"Task {number}" for number in range(1, 9)} <= {
        one.unit for one in activities().values()
    }


@pytest.mark.parametrize("activity", activities().values(), ids=list(activities()))
def test_what_an_activity_names_exists(activity):
    assert [part_of(key).key for key in activity.handouts] == list(activity.handouts)
    assert not activity.cards or isinstance(part_of(activity.cards), Cards)
    assert not activity.chart or activity.chart in PICTURES
    assert sessions.LEAST <= activity.minutes <= sessions.MOST
    assert " " not in activity.key  # an order is kept as keys with blanks between
    if activity.unit:
        assert (
            activity.lines
            and activity.leader
            and activity.participants
            and activity.notes
        )


def test_the_words_are_tidy():
    for one in activities().values():
        for text in (
            one.title,
            one.unit,
            *one.lines,
            one.leader,
            one.participants,
            one.notes,
        ):
            assert text == " ".join(text.split()) and not set("<>*`_") & set(text)


# -- sums and times --


@pytest.mark.parametrize(
    "minutes, told",
    [
        (74, "74 of 75 minutes: 1 still free."),
        (75, "75 of 75 minutes: it fits exactly."),
        (78, "78 of 75 minutes: 3 too many."),
    ],
)
def test_the_sum_stands_beside_the_time_there_is(minutes, told):
    assert (
        beside(
            [replace(SORT, minutes=minutes - 20), replace(FLOW, minutes=20)],
            there_is=75,
        )
        == told
    )


def test_nothing_chosen_takes_no_time():
    assert (
        beside([], there_is=75) == "0 of 75 minutes: 75 still free." and timed([]) == []
    )


def test_times_by_hand():
    # 5, 10, 25, 15, 15 and 5 minutes.
    assert [
        (clock(one.begins), clock(one.ends)) for one in timed(FIRST.activities)
    ] == [
        ("0:00", "0:05"),
        ("0:05", "0:15"),
        ("0:15", "0:40"),
        ("0:40", "0:55"),
        ("0:55", "1:10"),
        ("1:10", "1:15"),
    ]


# -- what is chosen --


@pytest.mark.parametrize(
    "by, order",
    [
        (-9, "flow sort iep"),
        (-1, "flow sort iep"),
        (0, "sort flow iep"),
        (1, "sort iep flow"),
        (9, "sort iep flow"),
    ],
)
def test_moving_stops_at_the_ends(by, order):
    assert keys(moved([SORT, FLOW, IEP], "flow", by=by)) == order.split()


@pytest.mark.parametrize(
    "minutes, held", [(-5, 1), (0, 1), (1, 1), (240, 240), (241, 240)]
)
def test_minutes_stay_within_bounds(minutes, held):
    assert [one.minutes for one in lasting([SORT, FLOW], "flow", minutes=minutes)] == [
        SORT.minutes,
        held,
    ]


def test_what_is_kept_is_read_again():
    chosen = lasting(moved(FIRST.activities, "who", by=-3), "who", minutes=33)
    assert chosen_for(FIRST, to_save(FIRST, chosen)) == chosen
    # Minutes of one that was taken out stay behind, and hurt nothing.
    assert keys(
        chosen_for(FIRST, to_save(FIRST, FIRST.activities) | to_save(FIRST, chosen[:2]))
    ) == keys(chosen[:2])


def test_an_emptied_meeting_is_not_one_that_nobody_changed():
    assert (
        chosen_for(FIRST, {}) == FIRST.activities
        and chosen_for(FIRST, to_save(FIRST, [])) == ()
    )


def test_meetings_of_one_plan_are_kept_apart():
    second = plan("twilights").sitting("2")
    assert chosen_for(second, to_save(FIRST, [SORT])) == second.activities


@pytest.mark.parametrize(
    "minutes, held",
    [("", 5), ("7", 7), ("0", 1), ("-3", 5), ("9" * 30, 5), ("²", 5), ("many", 5)],
)
def test_minutes_that_are_no_number_are_those_the_plan_came_with(minutes, held):
    assert (
        chosen_for(FIRST, {"1.order": "welcome", "1.minutes.welcome": minutes})[
            0
        ].minutes
        == held
    )


def test_a_key_that_is_gone_or_doubled_is_left_out():
    assert keys(chosen_for(FIRST, {"1.order": "flow gone flow <b>"})) == ["flow"]


def test_what_is_given_out_comes_once():
    observed = [activities()["barriers"], activities()["barriers"], SORT, SORT]
    assert [part.key for part in parts_of(observed)] == ["intro.reflection"]
    assert [part.key for part in packs_of(observed)] == ["task2.sort"]


@pytest.mark.parametrize(
    "ask",
    [lambda: plan("x"), lambda: plan("day").sitting("9"), lambda: part_of("task9")],
)
def test_what_there_is_not_is_told(ask):
    with pytest.raises(KeyError):
        ask()
