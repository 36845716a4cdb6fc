"""The clock's traits: activities that can be timed, and nothing taken from the page."""

import pytest
import traitlets

from senlib.widgets.clock import Clock

SORT = {"key": "sort", "title": "Sort the cards", "minutes": 20}
FLOW = {"key": "flow", "title": "The chart", "minutes": 5}


def test_a_session_is_shown_in_one_step():
    clock, seen = Clock(), []
    clock.observe(
        lambda change: seen.append(
            (change["name"], clock.title, clock.key, len(clock.activities))
        )
    )
    clock.show(title="Twilight 1", key="twilights/1", activities=[SORT, FLOW])
    assert {told[1:] for told in seen} == {("Twilight 1", "twilights/1", 2)}


@pytest.mark.parametrize(
    "activities",
    [
        [{"key": "sort", "title": "Sort"}],
        [SORT | {"more": ""}],
        [SORT | {"minutes": 0}],
        [SORT | {"minutes": True}],
        [SORT | {"minutes": 1.5}],
        [SORT | {"title": ""}],
        [SORT | {"key": 1}],
        [SORT, SORT],
    ],
)
def test_what_cannot_be_timed_is_refused(activities):
    clock = Clock(activities=[FLOW])
    with pytest.raises(traitlets.TraitError):
        clock.show(title="x", key="x", activities=activities)
    assert clock.activities == [FLOW] and clock.title == ""


def test_the_page_sets_nothing():
    clock = Clock(title="Twilight 1", activities=[SORT])
    clock.set_state({"title": "Other", "activities": []})
    assert (clock.title, clock.activities) == ("Twilight 1", [SORT])
