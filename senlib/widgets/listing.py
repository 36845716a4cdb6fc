"""A list of people that can be sorted, filtered and, where a column allows it, filled in."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import traitlets
from anywidget import AnyWidget

from senlib.widgets._messages import Edit, Message, Receipt
from senlib.widgets._script import script

HERE = Path(__file__).parent
KINDS = ("text", "code", "number", "choice", "yes")


def plain(value: Any) -> Any:
    """A table's value as the page can take it: None where nothing is known, no numpy types.

    >>> plain(float("nan")) is None, plain(pd.NA) is None, plain(5), plain("005")
    (True, True, 5, '005')
    """
    if isinstance(value, str):
        return value
    if pd.isna(value) or value in (math.inf, -math.inf):
        return None
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, bool | int | float) else str(value)


def fits(value: Any, column: dict[str, Any]) -> bool:
    """Whether a value may stand in a column: text, a finite number, a choice, yes or no; blank always may.

    >>> fits(True, {"kind": "number"}), fits("5", {"kind": "number"}), fits(5, {"kind": "number"})
    (False, False, True)
    """
    if value is None:
        return True
    kind = column["kind"]
    if kind == "yes":
        return isinstance(value, bool)
    if kind == "number":
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
        )
    if kind == "choice":
        return value == "" or value in column.get("choices", [])
    return isinstance(value, str)


class Listing(AnyWidget):
    """A table of records, one per person, whose first column says who.

    `columns`: dicts with `key`, `label`, `kind` ('text'; 'code', which is text in one line; 'number', 'choice' or 'yes'),
    and where wanted `upright` (the heading is written upwards, for many narrow columns), `editable`,
    `choices` (in their own order, which is also how the column sorts) and `help` (a few words under the heading).
    `records`: dicts with a unique text `id` and a value per key; None or '' is blank; 'number' columns hold numbers,
    'yes' columns True or False. `href` is the address of a page to which the row's name leads. The list is copied, so it can be
    changed by the caller without harm.

    After a committed change `edit` is {"id", "key", "value", "n"}, n counting up so that equal changes are all seen;
    `records` holds the value already. Answer with `saved = {"id", "key", "at": "14:02"}` to say so beside the cell.
    `order` is {} or {"key", "descending"}, `query` what is typed in the filter box.

    >>> columns = [{"key": "name", "label": "Name", "kind": "text"}]
    >>> listing = Listing(columns=columns, records=[{"id": "1", "name": "Ann"}])
    >>> listing.records[0]["name"], listing.order, listing.page_size
    ('Ann', {}, 50)
    """

    _esm = script("listing.js")
    _css = HERE / "listing.css"

    caption = traitlets.Unicode("").tag(sync=True)
    columns = traitlets.List(traitlets.Dict()).tag(sync=True)
    records = traitlets.List(traitlets.Dict()).tag(sync=True)
    page_size = traitlets.Int(50, min=1).tag(sync=True)
    empty = traitlets.Unicode("There is no one to show here.").tag(sync=True)
    order = traitlets.Dict().tag(sync=True)
    query = traitlets.Unicode("").tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    # A change comes as a message of its own and not by this trait's synchronisation: while Python is busy the
    # front end keeps only the last value of a trait, and the change before it would be lost.
    edit = traitlets.Dict()

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._hear)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take from the page what a reader can choose there, and nothing else."""
        super().set_state(
            {name: sync_data[name] for name in ("order", "query") if name in sync_data}
        )

    @traitlets.validate("columns")
    def _check_columns(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        for column in proposal["value"]:
            if not {"key", "label"} <= column.keys() or column.get("kind") not in KINDS:
                raise traitlets.TraitError(
                    f"a column has a key, a label and a kind, one of {', '.join(KINDS)}"
                )
        return proposal["value"]

    @traitlets.validate("records")
    def _check_records(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        records = [
            {key: plain(value) for key, value in record.items()}
            for record in proposal["value"]
        ]
        ids = [record.get("id") for record in records]
        if not all(isinstance(one, str) and one for one in ids) or len(set(ids)) != len(
            ids
        ):
            raise traitlets.TraitError(
                "each record has an 'id' of its own, which is text"
            )
        for column in self.columns:
            # A choice no longer offered is still shown; the other kinds cannot be sorted or drawn with a stray value.
            if column["kind"] in ("number", "yes"):
                wrong = sum(
                    not fits(record.get(column["key"]) or None, column)
                    for record in records
                )
                if wrong:
                    raise traitlets.TraitError(
                        f"{wrong} values of column {column['key']!r} are no {column['kind']}"
                    )
        return records

    @traitlets.validate("saved")
    def _stamp_saved(self, proposal: dict[str, Any]) -> dict[str, Any]:
        # Saving one cell twice within a minute gives equal dicts, which would not be sent: the count tells them apart.
        return proposal["value"] and {**proposal["value"], "n": self.edit.get("n", 0)}

    def _hear(
        self, _widget: AnyWidget, content: Message, _buffers: list[memoryview]
    ) -> None:
        if content.get("kind") != "edit":
            return
        key: Any = content.get("key")
        value = content.get("value")
        column = next((column for column in self.columns if column["key"] == key), {})
        records = [one for one in self.records if one["id"] == content.get("id")]
        accepted = bool(records and column.get("editable")) and fits(value, column)
        if accepted:
            # In place, and so without sending: the page that the change came from shows it already.
            records[0][key] = value
        # Answered before anyone acts on it, so that a record they set in answer is not taken for an older one.
        turn = content.get("turn")
        self.send(Receipt(kind="edit", turn=turn, accepted=accepted))
        if accepted:
            n = self.edit.get("n", 0) + 1
            self.edit = dict(Edit(id=records[0]["id"], key=key, value=value, n=n))
