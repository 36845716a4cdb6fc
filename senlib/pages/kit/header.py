"""The top of a page: which school lies open, and for the rail how far each Task is, now and after every answer."""

from __future__ import annotations

from collections.abc import Mapping

from senlib.pages.kit import layout
from senlib.workbook.progress import progress
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace


class Header:
    """The header of a page that keeps answers; `box` is what stands on the page."""

    def __init__(self, workspace: Workspace) -> None:
        self.box = layout.html("")
        self.move_to(workspace)

    def move_to(self, workspace: Workspace) -> None:
        """Show the same of another school, or of this one after more than an answer has changed."""
        self.workspace = workspace
        try:
            self._answers = workspace.store.forms()
        except StoreError:
            # The rail keeps what it has: 'not begun' might be wrong. Whoever writes is told why that cannot be kept.
            self.box.value = layout.header(
                workspace.school, trouble=workspace.trouble
            ).value
            return
        workspace.store.after_saving(self._take)
        self._show()

    def _take(self, form: str, values: Mapping[str, str]) -> None:
        before = self._answers.get(form, {})
        self._answers = {**self._answers, form: {**before, **values}}
        self._show()

    def _show(self) -> None:
        # Sent to the page only where it is another.
        self.box.value = layout.header(
            self.workspace.school,
            trouble=self.workspace.trouble,
            far=progress(self._answers),
        ).value
