"""The columns of files with what each is taken for: a list in which meanings are changed, and where they can be forgotten."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._script import script

HERE = Path(__file__).parent
STATES = ("used", "left out", "not recognised")
# What can be said of a file, each a box below the columns.
NOTED = ("supplied_by", "dated")
_LONGEST = 200


class ColumnReview(AnyWidget):
    """Tables with a row for each column of a file, and what she can say of each file.

    `tables`: dicts with `name` and `columns`, these dicts with a unique text `id`, `heading`, `meaning` (a key of `choices`,
    '' where none is known), `label` (the meaning in words) and, where wanted, `state` (one of STATES), `holds`, `remark`.
    `choices`: pairs of a group's name and its pairs of key and label. `files`: dicts with `file`, `outcome` (what came of it),
    `supplied_by` and `dated` ('2026-09-30' or ''). With `forgettable` a meaning can be taken away. `fold` is the text under
    which all of it lies folded, '' for not at all; `empty` stands where there are no tables.

    What is changed arrives in `on_changes` as a list of dicts, {"id", "value"} for a meaning ('' to forget it) and {"file",
    "name", "value"} for what is said of a file; `tables` and `files` hold it already. Changes made while Python is busy come
    together in the next list.

    >>> column = {"id": "0", "heading": "Reading", "meaning": "", "label": ""}
    >>> review = ColumnReview(tables=[{"name": "a.csv", "columns": [column]}], choices=[["", [["leave out", "Leave out"]]]])
    >>> review.on_changes(print)
    >>> review.hear([{"id": "0", "value": "leave out"}, {"id": "0", "value": "something else"}])
    [{'id': '0', 'value': 'leave out'}]
    """

    _esm = script("column_review.js")
    _css = HERE / "column_review.css"

    tables = traitlets.List(traitlets.Dict()).tag(sync=True)
    choices: traitlets.List[Any] = traitlets.List().tag(sync=True)
    files = traitlets.List(traitlets.Dict()).tag(sync=True)
    forgettable = traitlets.Bool(False).tag(sync=True)
    fold = traitlets.Unicode("").tag(sync=True)
    empty = traitlets.Unicode("").tag(sync=True)
    # How often it was to be brought into view; a page that comes later than the wish grants it, too.
    reveals = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._handlers: list[Callable[[list[dict[str, str]]], None]] = []
        self.on_msg(self._hear)

    def on_changes(self, callback: Callable[[list[dict[str, str]]], None]) -> None:
        """Call `callback` with each list of changes."""
        self._handlers.append(callback)

    def show(self) -> None:
        """Bring what this stands in (the nearest .sl-review) into view."""
        self.reveals += 1

    def point_to(self, id: str) -> None:
        """Bring a column's list of meanings into view, with the focus on it."""
        self.send({"kind": "focus", "id": id})

    def catch_focus(self) -> None:
        """Where the focus is lost with what had it, set it on what is next to do (.sl-review-next)."""
        self.send({"kind": "catch"})

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take nothing from the page by this road."""

    @traitlets.validate("tables")
    def _check_tables(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        columns = [column for table in proposal["value"] for column in table["columns"]]
        ids = [column.get("id") for column in columns]
        are_texts = all(isinstance(id, str) and id for id in ids)
        if not are_texts or len(set(ids)) != len(ids):
            raise traitlets.TraitError(
                "each column has an 'id' of its own, which is text"
            )
        if any(column.get("state", "used") not in STATES for column in columns):
            raise traitlets.TraitError(
                f"a column's state is one of {', '.join(STATES)}"
            )
        return proposal["value"]

    def hear(self, changes: list[dict[str, str]]) -> None:
        """Take changes as the page sends them; what can be none is left aside."""
        taken = [change for change in changes if self._take(change)]
        if taken:
            for handler in self._handlers:
                handler(taken)

    def _take(self, change: Any) -> bool:
        """Hold a change, and say whether it was one. In place, and so without sending: the page shows it already."""
        if not isinstance(change, dict) or not isinstance(
            value := change.get("value"), str
        ):
            return False
        if "id" in change:
            column = self._columns().get(change["id"])
            labels = {key: label for _, group in self.choices for key, label in group}
            if column is None or not (
                value in labels or (self.forgettable and value == "")
            ):
                return False
            column.update(meaning=value, label=labels.get(value, ""))
            return True
        boxes = [one for one in self.files if one["file"] == change.get("file")]
        box = boxes[0] if boxes else None
        if box is None or change.get("name") not in NOTED or len(value) > _LONGEST:
            return False
        box[change["name"]] = value
        return True

    def _columns(self) -> dict[str, dict[str, Any]]:
        return {
            column["id"]: column for table in self.tables for column in table["columns"]
        }

    def _hear(
        self, _widget: AnyWidget, content: dict[str, Any], _buffers: list[memoryview]
    ) -> None:
        if content.get("kind") != "changes" or not isinstance(
            content.get("changes"), list
        ):
            return
        try:
            self.hear(content["changes"])
        finally:
            self.send({"kind": "done", "turn": content.get("turn")})
