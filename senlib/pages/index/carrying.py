"""The workbook as one file to carry away, the way to bring one in, and the end of all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from senlib.exports.bundle import File
from senlib.pages.kit import layout
from senlib.pages.kit.choices import button
from senlib.pages.kit.downloads import FileButton
from senlib.widgets import ChosenFile, FileChooser
from senlib.workbook import portable
from senlib.workbook.store import StoreError
from senlib.workspace import FOLDER, ROOM_RULE, Workspace

CARRIED = (
    "It holds all that you have written about the school that is open, with its history, and pupils’ numbers, but none of their names "
    "or results. Keep it as you keep such records."
)
DELETED = (
    "This deletes all that you have written, about every school, your own school’s files in this workbook, and the secret behind "
    "pupils’ codes. The files you loaded them from stay where they are."
)


class Carrying:
    """The workbook carried away, brought in and deleted; `box` is what stands on the page.

    `reopen` opens the workspace anew once something was brought in, `deleted` once everything is deleted.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        reopen: Callable[[], None],
        deleted: Callable[[], None],
    ) -> None:
        self.workspace = workspace
        self._reopen, self._deleted = reopen, deleted
        self.deletion = layout.html("")
        self.make = FileButton(
            self._file,
            words="Make a file of the workbook",
            link_words="Download the file",
            keep=CARRIED,
        )
        self.bring = FileChooser(label="Bring in files of a workbook", accept=".json")
        self.bring.on_files(self.bring_in)
        self.sure = widgets.Checkbox(
            description="Yes, delete everything for good", indent=False
        )
        self.delete = button("Delete everything", self._delete)
        self.delete.disabled = True
        self.sure.observe(
            lambda change: setattr(self.delete, "disabled", not change["new"]), "value"
        )
        # A workbook's file may hold what was written about real pupils.
        rule = layout.html(layout.note(ROOM_RULE))
        warning = layout.heading("Delete everything", level=3) + layout.note(DELETED)
        self.box = widgets.VBox(
            [
                self.make.button,
                self.make.link,
                rule if workspace.room else self.bring,
                layout.html(warning),
                self.sure,
                self.delete,
                self.deletion,
            ]
        )

    def move_to(self, workspace: Workspace) -> None:
        """Carry the workbook of the school that is open now."""
        self.workspace = workspace

    def _file(self) -> File:
        content = portable.export(self.workspace.store)
        return File(name="senco-workbook.json", content=content)

    def bring_in(self, chosen: Sequence[ChosenFile]) -> None:
        """Add the answers of a workbook's file that this one has not; nothing here is lost by it."""
        store = self.workspace.store
        try:
            # All are read before anything is added, so that where one is wrong nothing is.
            files = [portable.read(file.content) for file in chosen]
            count = sum(portable.import_into(store, file) for file in files)
        except StoreError as error:
            self.bring.message = str(error)
            return
        answers = "answer that was" if count == 1 else "answers that were"
        self.bring.message = f"Brought in: {count:,} {answers} not here yet."
        self._reopen()

    def _delete(self) -> None:
        self.sure.value = False
        try:
            self.workspace.delete_everything()
        except OSError:
            self.deletion.value = layout.trouble_line(
                f"Something in {self.workspace.data} could not be deleted."
            )
            return
        except StoreError as error:
            self.deletion.value = layout.trouble_line(str(error))
            return
        self._deleted()
        self.make.clear()
        opened = (
            "The folder that you named is open now, as it was."
            if self.workspace.chosen == FOLDER
            else "The sample school is open now."
        )
        self.deletion.value = layout.status(f"Everything is deleted. {opened}")
