"""A sheet to fill in: boxes, and tables of boxes, each kept as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._script import script

HERE = Path(__file__).parent

# Between the form and the field in a box's name; it stands in no key and in no pupil's number.
MARK = "\x1f"

# More than anybody types into one box; what is pasted beyond it is refused and stays on the page.
LONGEST = 100_000

Request = Mapping[str, Any]
Reply = dict[str, Any]

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


class Sheet(AnyWidget):
    """Boxes and tables of boxes; what is typed goes to `answer_with`'s function at once, and the page says what became of it.

    `form` holds `title`, `level` (of its heading), `intro` and `blocks`; a block is

    - {"kind": "fields", "fields": [box…]}, one below the other, or
    - {"kind": "table", "caption", "corner", "columns": [{"key", "label", "kind", "help", "choices", "style"}…],
      "groups": [{"key", "title", "rows": [{"key", "label", "note", "href", "own", "cells": {column key: box}}…]}…], "add": words}.

    A box has a `name` (see `box_name`) and takes the rest from its column, or has its own `label`, `kind` (text, short, choice,
    date, number, initials, yes), `help`, `choices` ([key, words]…), `style` ('buttons' for a row of them), `last` (a line on
    what stood there last time) and `disabled`. A box with `lines` ([{"text", "href"}…]) is only shown. `values` holds by name
    {"value", "seen", "versions"}.

    >>> name = box_name(form="intro.reflection", field="barriers")
    >>> box = {"name": name, "kind": "text", "label": "What holds it up?"}
    >>> sheet = Sheet(form={"title": "Reflection", "blocks": [{"kind": "fields", "fields": [box]}]})
    >>> sheet.names == {name}
    True
    """

    _esm = script("sheet.js")
    _css = HERE / "sheet.css"

    form = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    workbook = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self.names: set[str] = set()
        self.answer_with(_nobody)
        super().__init__(**traits)
        self.on_msg(self._hear)

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

    def show(self, *, form: dict[str, Any], values: dict[str, Any]) -> None:
        """Show another sheet, or the same one anew; what is being typed in a box that stays is not disturbed."""
        with self.hold_sync():
            self.form, self.values = form, values

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take nothing from the page but its messages."""

    @traitlets.observe("form")
    def _learn_names(self, change: dict[str, Any]) -> None:
        # Names are learnt and never forgotten: what was typed last in a sheet just left is still on its way.
        self.names |= set(names_in(change["new"]))

    def _hear(
        self, _widget: AnyWidget, content: dict[str, Any], _buffers: list[memoryview]
    ) -> None:
        with self._within():
            reply = self._reply(content)
            if reply is not None:
                self.send({"turn": content.get("turn")} | reply)
            self._then()

    def _reply(self, content: Request) -> Reply | None:
        wanted = self._wanted(content)
        if wanted is None:
            why = "That could not be kept: please try again"
            return {"kind": "refused", "why": why}
        texts = [content[key] for key, kind in wanted.items() if kind is str]
        if any(len(text) > LONGEST for text in texts):
            why = f"Not saved: this is longer than {LONGEST:,} characters. Shorten it"
            return {"kind": "refused", "why": why}
        return self._answer(content)

    def _wanted(self, content: Request) -> Mapping[str, type] | None:
        """What a request of this kind has to hold; None where this one does not hold it, or names a box that never was here."""
        wanted = REQUESTS.get(str(content.get("kind")))
        if wanted is None or any(
            type(content.get(key)) is not kind for key, kind in wanted.items()
        ):
            return None
        return wanted if "name" not in wanted or content["name"] in self.names else None


def names_in(form: Mapping[str, Any]) -> list[str]:
    """The names of all boxes of a form.

    >>> names_in({"blocks": [{"kind": "fields", "fields": [{"name": "a"}]}]})
    ['a']
    """
    names = []
    for block in form.get("blocks", []):
        names += [box["name"] for box in block.get("fields", [])]
        for group in block.get("groups", []):
            for row in group["rows"]:
                boxes = [
                    *row["cells"].values(),
                    *([row["own"]] if row.get("own") else []),
                ]
                names += [box["name"] for box in boxes if "name" in box]
    return names


def _nobody(_request: Request) -> None:
    return None
