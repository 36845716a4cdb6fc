"""A sheet to fill in: boxes, and tables of boxes, each kept as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import traitlets

from senlib.widgets._messages import Earlier, Reply, Request
from senlib.widgets._page_widget import PageWidget, Record

__all__ = ["Earlier", "Reply", "Request", "Sheet", "box_name", "box_place", "names_in"]

# Between the form and the field in a box's name; it stands in no key and in no pupil's number.
MARK = "\x1f"

# More than anybody types into one box; what is pasted beyond it is refused and stays on the page.
LONGEST = 100_000
REFUSED = "That could not be kept: please try again"

# What a page may ask, and what each request has to hold.
REQUESTS: Mapping[str, Mapping[str, type]] = {
    "save": {"name": str, "value": str, "seen": int},
    "history": {"name": str},
    "bring back": {"name": str, "id": int},
    "add row": {"section": str, "label": str},
    "drop row": {"row": str},
}


def box_name(*, form: str, field: str) -> str:
    """The name of the box in which an answer stands.

    >>> box_name(form="review", field="review.pupils.now").split(MARK)
    ['review', 'review.pupils.now']
    """
    return f"{form}{MARK}{field}"


def box_place(name: str) -> tuple[str, str]:
    """The form and the field of the answer that stands in a box.

    >>> box_place(box_name(form="review", field="review.pupils.now"))
    ('review', 'review.pupils.now')
    """
    form, field = name.split(MARK)
    return form, field


class Sheet(PageWidget, files="sheet"):
    """Boxes and tables of boxes; what is typed goes to `answer_with`'s function at once, and the page says what became of it.

    `form` has `title`, `level` (of its heading), `intro` and `blocks`; a block is

    - {"kind": "fields", "fields": [box…]}, one below the other, or
    - {"kind": "table", "caption", "corner", "columns": [{"key", "label", "kind", "help", "choices", "style"}…],
      "groups": [{"key", "title", "rows": [{"key", "label", "note", "href", "own", "cells": {column key: box}}…]}…], "add": words}.

    A box has a `name` (see `box_name`) and takes the rest from its column, or has its own `label`, `kind` (text, short, choice,
    date, number, initials, yes), `help`, `choices` ([key, words]…), `style` ('buttons' for a row of them), `last` (a line on
    what stood there last time) and `disabled`. A box with `lines` ([{"text", "href"}…]) is only shown. `values` has by name
    {"value", "seen", "versions"}.

    >>> name = box_name(form="intro.reflection", field="barriers")
    >>> box = {"name": name, "kind": "text", "label": "What holds it up?"}
    >>> sheet = Sheet(form={"title": "Reflection", "blocks": [{"kind": "fields", "fields": [box]}]})
    >>> sheet.names == {name}
    True
    """

    form = traitlets.Dict()
    values = traitlets.Dict()
    workbook = traitlets.Unicode("")

    def __init__(self, **traits: Any) -> None:
        self.names: set[str] = set()
        self.answer_with(lambda _request: None)
        super().__init__(**traits)

    def answer_with(
        self,
        function: Callable[[Request], Reply | None],
        *,
        then: Callable[[], None] = lambda: None,
        within: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Have this function answer what the page asks: one of REQUESTS in, a reply out, None where the page needs none.

        `then` is called when the reply is on its way: what takes longer does not hold up the word 'Saved'. Both are called
        within the context that `within` returns.
        """
        self._answer, self._then, self._within = function, then, within

    def show(self, *, form: Record, values: Record) -> None:
        """Show another sheet, or the same one anew; what is being typed in a box that stays is not disturbed."""
        with self.hold_sync():
            self.form, self.values = form, values

    @traitlets.observe("form")
    def _learn_names(self, change: Record) -> None:
        # Names are learnt and never forgotten: what was typed last in a sheet just left is still on its way.
        self.names |= set(names_in(change["new"]))

    def _hear(self, content: Any) -> None:
        with self._within():
            fault = self._fault(content)
            refused = Reply(kind="refused", why=fault)
            reply = refused if fault else self._answer(content)
            if reply is not None:
                turn = Reply(turn=content.get("turn"))
                self.send(turn | reply)
            self._then()

    def _fault(self, content: Record) -> str:
        """Why what a page asks is refused, '' where it is a request, and about a box that was here at some time."""
        kind = str(content.get("kind"))
        types = REQUESTS.get(kind, {})
        values = [content.get(key) for key in types]
        its_types = [type(value) for value in values]
        if not types or its_types != list(types.values()):
            return REFUSED
        if "name" in types and content["name"] not in self.names:
            return REFUSED
        texts = [value for value in values if isinstance(value, str)]
        if max(map(len, texts)) > LONGEST:
            return f"Not saved: this is longer than {LONGEST:,} characters. Shorten it"
        return ""


def names_in(form: Mapping[str, Any]) -> list[str]:
    """The names of all boxes of a form.

    >>> names_in({"blocks": [{"kind": "fields", "fields": [{"name": "a"}]}]})
    ['a']
    """
    boxes = []
    for block in form.get("blocks", []):
        boxes += block.get("fields", [])
        for group in block.get("groups", []):
            for row in group["rows"]:
                own = row.get("own") or {}
                boxes += [*row["cells"].values(), own]
    return [box["name"] for box in boxes if "name" in box]
