"""A list of people that can be sorted, filtered and, where a column allows it, filled in."""

import math
from typing import Any

import pandas as pd
import traitlets

from senlib.widgets._messages import Message
from senlib.widgets._page_widget import (
    Proposal,
    Record,
    Records,
    SavingWidget,
    are_own_keys,
    with_value,
)

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
    value = getattr(value, "item", lambda: value)()
    return value if isinstance(value, int | float) else str(value)


def fits(value: Any, column: Record) -> bool:
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
        is_number = type(value) in (int, float)
        return is_number and math.isfinite(value)
    if kind == "choice":
        return value == "" or value in column.get("choices", [])
    return isinstance(value, str)


class Listing(SavingWidget, files="listing"):
    """A table of records, one per person, whose first column says who.

    `columns`: dicts with `key`, `label`, `kind` ('text'; 'code', which is text in one line; 'number', 'choice' or 'yes'),
    and where wanted `upright` (the heading is written upwards, for many narrow columns), `editable`,
    `choices` (in their own order, which is also how the column sorts) and `help` (a few words under the heading).
    `records`: dicts with a unique text `id` and a value per key; None or '' is blank; 'number' columns hold numbers,
    'yes' columns True or False. `href` is the address of a page to which the row's name leads. The list is copied, so it can be
    changed by the caller without harm.

    After a committed change `edit` is {"id", "key", "value", "n"}, n counting up so that equal changes are all seen;
    `records` has the value already. Answer with `saved = {"id", "key", "at": "14:02"}` to say so beside the cell.
    `order` is {} or {"key", "descending"}, `query` what is typed in the filter box.

    >>> columns = [{"key": "name", "label": "Name", "kind": "text"}]
    >>> listing = Listing(columns=columns, records=[{"id": "1", "name": "Ann"}])
    >>> listing.records[0]["name"], listing.order, listing.page_size
    ('Ann', {}, 50)
    """

    settable = ("order", "query")

    caption = traitlets.Unicode("")
    columns = traitlets.List(traitlets.Dict())
    records = traitlets.List(traitlets.Dict())
    page_size = traitlets.Int(50, min=1)
    empty = traitlets.Unicode("There is no one to show here.")
    order = traitlets.Dict()
    query = traitlets.Unicode("")
    edit = traitlets.Dict().tag(sync=False)

    @traitlets.validate("columns")
    def _check_columns(self, proposal: Proposal) -> Records:
        for column in proposal["value"]:
            has_names = {"key", "label"} <= column.keys()
            if not has_names or column.get("kind") not in KINDS:
                kinds = ", ".join(KINDS)
                fault = f"a column has a key, a label and a kind, one of {kinds}"
                raise traitlets.TraitError(fault)
        return proposal["value"]

    @traitlets.validate("records")
    def _check_records(self, proposal: Proposal) -> Records:
        records = [
            {key: plain(value) for key, value in record.items()}
            for record in proposal["value"]
        ]
        ids = [record.get("id") for record in records]
        if not are_own_keys(ids):
            fault = "each record has an 'id' of its own, which is text"
            raise traitlets.TraitError(fault)
        # A choice no longer offered is still shown; the other kinds cannot be sorted or drawn with a stray value.
        for column in self.columns:
            key, kind = column["key"], column["kind"]
            if kind not in ("number", "yes"):
                continue
            values = [record.get(key) or None for record in records]
            wrong = [value for value in values if not fits(value, column)]
            if wrong:
                fault = f"{len(wrong)} values of column {key!r} are no {kind}"
                raise traitlets.TraitError(fault)
        return records

    def _hear(self, content: Message) -> None:
        if content.get("kind") != "edit":
            return
        id: Any = content.get("id")
        key: Any = content.get("key")
        value = content.get("value")
        column = with_value(self.columns, "key", key)
        record = with_value(self.records, "id", id)
        if not (record and column and column.get("editable") and fits(value, column)):
            self._acknowledge(content, False)
            return
        # In place, and so without sending: the page that the change came from shows it already.
        record[key] = value
        self._acknowledge(content, True)
        self._set_counting("edit", id=id, key=key, value=value)
