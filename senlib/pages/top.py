"""The top of a page: which school lies open, and for the rail how far each Task is, now and after every answer."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets

from senlib.pages import frame
from senlib.pages.desk import Desk
from senlib.workbook.progress import progress
from senlib.workbook.store import StoreError


class Top:
    """The header of a page that keeps answers; `box` is what stands on the page."""

    def __init__(self, desk: Desk) -> None:
        self.box = frame.html("")
        self.move_to(desk)

    def move_to(self, desk: Desk) -> None:
        """Show the same of another school, or of this one after more than an answer has changed."""
        self.desk = desk
        try:
            self._held = desk.store.forms()
        except StoreError:
            # The rail keeps what it has: 'not begun' might be wrong. Whoever writes is told why that cannot be kept.
            self.box.value = frame.header(desk.school, trouble=desk.trouble).value
            return
        desk.store.after_saving(self._take)
        self._show()

    def _take(self, form: str, values: Mapping[str, str]) -> None:
        self._held.setdefault(form, {}).update(values)
        self._show()

    def _show(self) -> None:
        # Sent to the page only where it is another.
        self.box.value = frame.header(
            self.desk.school, trouble=self.desk.trouble, far=progress(self._held)
        ).value


def header(desk: Desk) -> widgets.HTML:
    """The header of a page that stays with one school."""
    return Top(desk).box
