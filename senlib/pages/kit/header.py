"""The top of a page: which school is open, and for the rail how far each Task is, now and after every answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from senlib.pages.kit import layout
from senlib.school.questions import school_year
from senlib.workbook.progress import Progress, progress
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
            # The rail keeps what it has: 'not begun' might be wrong. Where somebody writes, the page says why it cannot be saved.
            self.box.value = header_html(workspace)
            return
        workspace.store.after_saving(self._take)
        self._show()

    def _take(self, form: str, values: Mapping[str, str]) -> None:
        before = self._answers.get(form, {})
        after = {**before, **values}
        self._answers = {**self._answers, form: after}
        self._show()

    def _show(self) -> None:
        # Sent to the page only where it is another.
        tasks = progress(self._answers)
        self.box.value = header_html(self.workspace, tasks=tasks)


def header_html(workspace: Workspace, *, tasks: Sequence[Progress] = ()) -> str:
    """Which school this is, by which yardstick it is read, plainly whether it is a sample, and what is wrong if anything is.

    `tasks` is how far each Task is, for the rail; a page that knows of no answers has none to give.
    """
    school, trouble = workspace.school, workspace.trouble
    name = escape(school.name)
    year = school_year(school.academic_year)
    sample = (
        '<span class="sl-sample">Sample data: nobody here is real</span>'
        if school.sample
        else ""
    )
    return (
        f'<div class="sl-header"><strong dir="auto">{name}</strong> {sample} '
        f"<span>{escape(school.framework.title)}, {year}</span>"
        f'<span class="sl-saved"></span>{_for_the_rail(tasks)}</div>'
        f"{layout.trouble_line(trouble) if trouble else ''}"
    )


def _for_the_rail(tasks: Sequence[Progress]) -> str:
    """What frame.js takes to the rail; nothing of it shows here."""
    if not tasks:
        return ""
    counts = {task.stem: [task.begun, task.parts] for task in tasks}
    return f'<sl-far hidden data-far="{escape(json.dumps(counts))}"></sl-far>'
