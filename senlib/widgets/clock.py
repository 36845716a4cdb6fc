"""A clock for a session: the activity under way, the time left for it, and what comes next; it runs in the browser alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from senlib.widgets._page_widget import PageWidget, Proposal, Records

KEYS = {"key", "title", "minutes"}


def plain_activity(activity: Any) -> dict[str, Any]:
    """An activity as the clock takes it; ValueError where it has no key, no title, or minutes that are no number above 0.

    >>> plain_activity({"key": "sort", "title": "Sort the cards", "minutes": 20})["minutes"]
    20
    """
    if not isinstance(activity, Mapping) or set(activity) != KEYS:
        raise ValueError("an activity is a dict with key, title and minutes")
    minutes = activity["minutes"]
    texts = (activity["key"], activity["title"])
    if "" in texts or not all(isinstance(text, str) for text in texts):
        raise ValueError("an activity's key and title are text")
    if type(minutes) is not int or minutes < 1:
        raise ValueError("an activity's minutes are a whole number above 0")
    return dict(activity)


class Clock(PageWidget, files="clock"):
    """A clock over the activities of a session, in their order: dicts with `key`, `title` and `minutes`.

    `key` names the session: the browser's tab keeps under it how far the clock is, so that a page that is opened anew goes on
    where it was. Nothing is sent to Python, and Python times nothing.

    >>> clock = Clock()
    >>> clock.show(title="Twilight 1", key="twilights/1", activities=[{"key": "sort", "title": "Sort the cards", "minutes": 20}])
    >>> clock.activities[0]["title"]
    'Sort the cards'
    """

    title = traitlets.Unicode("")
    key = traitlets.Unicode("")
    activities = traitlets.List(traitlets.Dict())

    def show(
        self, *, title: str, key: str, activities: Sequence[Mapping[str, Any]]
    ) -> None:
        """Show another session, or the same one otherwise, in one step. TraitError where an activity is none, or two have one key."""
        with self.hold_sync(), self.hold_trait_notifications():
            self.title = title
            self.key = key
            self.activities = [dict(one) for one in activities]

    @traitlets.validate("activities")
    def _check_activities(self, proposal: Proposal) -> Records:
        try:
            activities = [plain_activity(one) for one in proposal["value"]]
        except ValueError as fault:
            raise traitlets.TraitError(str(fault)) from None
        keys = {activity["key"] for activity in activities}
        if len(keys) != len(activities):
            raise traitlets.TraitError("each activity has a key of its own")
        return activities
