"""The front page: which school is open, a SENCO's own files, and the way to each Task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

import ipywidgets as widgets

from senlib.pages.index.carrying import Carrying
from senlib.pages.index.own_files import OwnFiles
from senlib.pages.index.progress_and_plan import first_step, tasks_list, what_is_due
from senlib.pages.index.school_choice import SchoolChoice
from senlib.pages.kit import downloads, layout, pupil_names
from senlib.pages.kit.downloads import Downloads, FileOffer
from senlib.pages.kit.page import Page
from senlib.pages.kit.site import page_of
from senlib.workbook.plan import actions
from senlib.workbook.progress import progress
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace, open_workspace


class FrontPage(Page):
    """The front page."""

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.far, self.soon = layout.html(""), layout.html("")
        self.schools = SchoolChoice(
            workspace, reopen=self.reopen, went_back=lambda: self.own.say_back()
        )
        self.own = OwnFiles(workspace, schools=self.schools, reopen=self.reopen)
        self.carrying = Carrying(workspace, reopen=self.reopen, deleted=self._deleted)
        self.files = Downloads(workspace, self._offers())
        self._show_progress()

    def tasks(self) -> widgets.HTML:
        """The way to each Task, with how far it is."""
        return self.far

    def due(self) -> widgets.HTML:
        """What is next, and which actions are overdue or due soon."""
        return self.soon

    def carry(self) -> widgets.VBox:
        """The workbook as one file to carry away, the way to bring one in, and the end of all of it."""
        return self.carrying.box

    def downloads(self) -> widgets.VBox:
        """All that was written, in one zip; and the front page's own forms."""
        return self.files.box

    def which_school(self) -> widgets.VBox:
        """Which school is open, and the others that can be opened."""
        return self.schools.box

    def own_files(self) -> widgets.VBox:
        """A school's own files: how they are to be read, and what was made of them."""
        return self.own.box

    def reopen(self) -> None:
        """Show the school that is open now; pages that are open already show it when they are opened anew."""
        workspace = open_workspace()
        self.workspace = workspace
        self._header.move_to(workspace)
        self.ask.move_to(workspace)
        self.files.move_to(workspace, self._offers())
        self.own.move_to(workspace)
        self.carrying.move_to(workspace)
        self._show_progress()
        self.schools.move_to(workspace)

    def _deleted(self) -> None:
        self.reopen()
        self.own.begin_anew()

    def _offers(self) -> list[FileOffer]:
        everything = partial(downloads.everything, self.workspace)
        return [
            ("Everything that was written, in one zip", everything),
            *downloads.forms(self.workspace, self.ask.sheet),
        ]

    def _show_progress(self) -> None:
        """Show how far the workbook is."""
        try:
            answers = self.workspace.store.forms()
        except StoreError as error:
            # What was shown stays: 'not begun' might be wrong.
            self.soon.value = layout.trouble_line(str(error))
            return
        names = pupil_names.names(self.workspace.school)
        tasks = [task for task in progress(answers) if page_of(task.stem).number]
        self.far.value = tasks_list(tasks)
        self.soon.value = what_is_due(
            actions(answers), names, today=date.today()
        ) + first_step(tasks)


open_page = FrontPage.open
