"""The columns of files with what each is taken for: a list in which meanings are changed, and where they can be forgotten."""

from collections.abc import Callable
from typing import Any

import traitlets

from senlib.widgets._messages import Change, Message, ReviewCall
from senlib.widgets._page_widget import (
    PageWidget,
    Proposal,
    Records,
    are_own_keys,
    with_value,
)

STATES = ("used", "left out", "not recognised")
# What can be said of a file, each a box below the columns.
NOTED = ("supplied_by", "dated")
_LONGEST = 200

OnChanges = Callable[[list[Change]], None]


class ColumnReview(PageWidget, files="column_review"):
    """Tables with a row for each column of a file, and what she can say of each file.

    `tables`: dicts with `name` and `columns`, these dicts with a unique text `id`, `heading`, `meaning` (a key of `choices`,
    '' where none is known), `label` (the meaning in words) and, where wanted, `state` (one of STATES), `holds`, `remark`.
    `choices`: pairs of a group's name and its pairs of key and label. `files`: dicts with `file`, `outcome` (what came of it),
    `supplied_by` and `dated` ('2026-09-30' or ''). With `forgettable` a meaning can be taken away. `fold` is the text under
    which all of it lies folded, '' for not at all; `empty` stands where there are no tables.

    What is changed arrives in `on_changes` as a list of dicts, {"id", "value"} for a meaning ('' to forget it) and {"file",
    "name", "value"} for what is said of a file; `tables` and `files` have it already. Changes made while Python is busy come
    together in the next list.

    >>> column = {"id": "0", "heading": "Reading", "meaning": "", "label": ""}
    >>> review = ColumnReview(tables=[{"name": "a.csv", "columns": [column]}], choices=[["", [["leave out", "Leave out"]]]])
    >>> review.on_changes(print)
    >>> review.hear([{"id": "0", "value": "leave out"}, {"id": "0", "value": "something else"}])
    [{'id': '0', 'value': 'leave out'}]
    """

    tables = traitlets.List(traitlets.Dict())
    choices: traitlets.List[Any] = traitlets.List()
    files = traitlets.List(traitlets.Dict())
    forgettable = traitlets.Bool(False)
    fold = traitlets.Unicode("")
    empty = traitlets.Unicode("")
    # How often it was to be brought into view; a page that comes later than the wish grants it, too.
    reveals = traitlets.Int(0)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._handlers: list[OnChanges] = []

    def on_changes(self, callback: OnChanges) -> None:
        """Call `callback` with each list of changes."""
        self._handlers.append(callback)

    def show(self) -> None:
        """Bring what this stands in (the nearest .sl-review) into view."""
        self.reveals += 1

    def point_to(self, id: str) -> None:
        """Bring a column's list of meanings into view, with the focus on it."""
        self.send(ReviewCall(kind="focus", id=id))

    def catch_focus(self) -> None:
        """Where the focus is lost with what had it, set it on what is next to do (.sl-review-next)."""
        self.send(ReviewCall(kind="catch"))

    @traitlets.validate("tables")
    def _check_tables(self, proposal: Proposal) -> Records:
        columns = columns_of(proposal["value"])
        ids = [column.get("id") for column in columns]
        if not are_own_keys(ids):
            fault = "each column has an 'id' of its own, which is text"
            raise traitlets.TraitError(fault)
        states = {column.get("state", "used") for column in columns}
        if not states <= set(STATES):
            fault = f"a column's state is one of {', '.join(STATES)}"
            raise traitlets.TraitError(fault)
        return proposal["value"]

    def hear(self, changes: list[Change]) -> None:
        """Take changes as the page sends them; what can be none is left aside."""
        taken = list(filter(self._take, changes))
        if taken:
            for handler in self._handlers:
                handler(taken)

    def _take(self, change: Any) -> bool:
        """Take a change over, and say whether it was one. In place, and so without sending: the page shows it already."""
        value = change.get("value") if isinstance(change, dict) else None
        if not isinstance(value, str):
            return False
        if "id" in change:
            return self._take_meaning(change["id"], value)
        file, name = change.get("file"), change.get("name")
        box = with_value(self.files, "file", file)
        if box is None or name not in NOTED or len(value) > _LONGEST:
            return False
        box[name] = value
        return True

    def _take_meaning(self, id: Any, meaning: str) -> bool:
        pairs = [pair for _, group in self.choices for pair in group]
        labels = ({"": ""} if self.forgettable else {}) | dict(pairs)
        column = with_value(columns_of(self.tables), "id", id)
        if column is None or meaning not in labels:
            return False
        column.update(meaning=meaning, label=labels[meaning])
        return True

    def _hear(self, content: Message) -> None:
        changes = content.get("changes")
        if content.get("kind") != "changes" or not isinstance(changes, list):
            return
        try:
            self.hear(changes)
        finally:
            turn = content.get("turn")
            self.send(ReviewCall(kind="done", turn=turn))


def columns_of(tables: Records) -> Records:
    """The columns of all tables, in their order.

    >>> columns_of([{"columns": [{"id": "0"}]}, {"columns": [{"id": "1"}]}])
    [{'id': '0'}, {'id': '1'}]
    """
    return [column for table in tables for column in table["columns"]]
