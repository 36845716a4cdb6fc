"""Live pieces of a page: HTML that is made anew whenever a control beside it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout

# What a piece of HTML says now.
Make = Callable[[], str]


def on_change(control: widgets.Widget, act: layout.Callback) -> None:
    """Call this whenever what a control has is another."""
    control.observe(lambda _: act(), "value")


def on_message(sender: widgets.Widget, trait: str, act: Callable[[Any], None]) -> None:
    """Call this with each thing that is done in a widget, as `trait` says it."""
    sender.observe(lambda change: act(change["new"]), trait)


class Live:
    """Controls and the pieces of the page that hang on them.

    >>> box = widgets.IntText(1)
    >>> live = Live(box)
    >>> piece = live.piece(lambda: f"<p>{box.value}</p>")
    >>> box.value = 2
    >>> piece.value
    '<p>2</p>'
    """

    def __init__(self, *controls: widgets.Widget) -> None:
        self._pieces: list[layout.Callback] = []
        self._paused = False
        self.follow(*controls)

    def follow(self, *controls: widgets.Widget) -> None:
        """Make every piece anew whenever one of these controls changes."""
        for control in controls:
            on_change(control, self.refresh)

    def piece(self, make: Make) -> widgets.HTML:
        """A piece of HTML that `make` writes, now and after each change."""
        box = layout.html("")
        self.also(lambda: setattr(box, "value", make()))
        return box

    def also(self, update: layout.Callback) -> None:
        """Call `update` now and after each change."""
        update()
        self._pieces.append(update)

    def refresh(self) -> None:
        """Make every piece anew."""
        if self._paused:
            return
        for update in self._pieces:
            update()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Change several controls that belong together, and make every piece anew once, when all of them stand."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False
        self.refresh()
