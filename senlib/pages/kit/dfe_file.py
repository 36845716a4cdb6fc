"""DfE's newest file: what it holds, kept on a press of a button; the editions that are held, and an added one taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import ipywidgets as widgets
import pandas as pd

from senlib import national
from senlib.pages.kit import layout
from senlib.pages.kit.choices import button
from senlib.widgets import ChosenFile, FileChooser
from senlib.widgets.file_chooser import MEGABYTE
from senlib.workspace import Workspace

_WHAT = (
    "Each autumn DfE publishes how pupils in England went on from their key stage 2 scores to GCSE: ‘Key stage 2 to 4 transition "
    "matrices’, among the files of ‘Key stage 4 performance’. Download the file for GCSE subjects as CSV and choose it here. Then a "
    "summer’s figures stand beside England’s of the same summer."
)
_EDITIONS = "England’s figures that are held"
_ROOM = "In a session no file can be added: many people use this computer now. Add it when you are by yourself."


class NewestFile:
    """The piece 'Add DfE's newest file'. A test drives it without a browser: `take`, `keep`, `take_away`."""

    def __init__(
        self, workspace: Workspace, *, changed: Callable[[], None] = lambda: None
    ) -> None:
        """`changed` is called when an edition was added or taken away, so that the page reads its figures anew."""
        self.workspace, self._changed = workspace, changed
        self._read: pd.DataFrame | None = None
        self.chooser = FileChooser(
            label="Choose DfE’s file (CSV)", accept=".csv", limit=100 * MEGABYTE
        )
        self.chooser.on_files(self.take)
        self.says = layout.html("")
        self.keep_it = button("Keep this file’s figures", self.keep)
        self.keep_it.layout.display = "none"
        self.editions, self.status = layout.html(""), layout.html("")
        self.away = layout.choice("Added year", [("none", 0)], 0)
        self.take_it = button(
            "Take this year away again", lambda: self.take_away(self.away.value)
        )
        self._added = widgets.VBox([self.away, self.take_it])
        title = layout.heading("Add DfE’s newest file", level=3)
        top = layout.html(title + layout.note(_WHAT))
        adding = [self.chooser, self.says, self.keep_it, self.status, self._added]
        if workspace.room:
            adding = [layout.html(layout.note(_ROOM))]
        self.box = widgets.VBox([top, *adding, self.editions])
        self._show_editions()

    def take(self, chosen: Sequence[ChosenFile]) -> None:
        """Read a file and say what it holds; nothing is kept."""
        self._put_down()
        if len(chosen) != 1:
            self.says.value = layout.trouble_line("Choose one file at a time.")
            return
        try:
            self._read = _matrix(chosen[0])
        except ValueError as error:
            self.says.value = layout.trouble_line(f"Nothing was kept. {error}")
            return
        so_far = self._so_far()
        new = national.differing(self._read, so_far)
        notes = ""
        for edition in national.editions_of(self._read, added=True):
            words = _holds(edition)
            if edition.year not in set(new["year"]):
                words += " Held already, just so: there is nothing to keep."
            elif edition.year in set(so_far["year"]):
                words += " Figures of this year are held. Where the file differs, its figures will stand in their place."
            notes += layout.note(words)
        self.says.value = notes
        self.keep_it.layout.display = "none" if new.empty else ""

    def keep(self) -> None:
        """Keep what the file holds, for every page to use."""
        if self._read is None or self.workspace.room:
            return
        data = self.workspace.data
        try:
            kept = national.keep(self._read, data)
        except OSError:
            self.status.value = layout.trouble_line(
                f"The file is fine, but could not be kept in {data}. Check that the disk is not full, then try again."
            )
            return
        years = ", ".join(map(str, sorted(kept["year"].unique())))
        self._put_down()
        self._after(f"Kept: summer {years}, in {data / national.FOLDER}.")

    def take_away(self, year: int) -> None:
        """Delete an edition that was added; what came with the workbook stands again."""
        if self.workspace.room:
            return
        try:
            national.take_away(self.workspace.data, year)
        except OSError:
            self.status.value = layout.trouble_line(
                f"The figures of {year} could not be taken away. Close other programs that use {self.workspace.data}, then try again."
            )
            return
        self._after(
            f"Taken away: summer {year}. What came with the workbook is used again, where it has that year."
        )

    def _after(self, words: str) -> None:
        # The table and the page first: whoever reads the words finds them as they are told.
        self._show_editions()
        self._changed()
        self.status.value = layout.status(escape(words))

    def _put_down(self) -> None:
        self._read = None
        self.says.value = self.status.value = ""
        self.keep_it.layout.display = "none"

    def _so_far(self) -> pd.DataFrame:
        return national.matrix("gcse", added=national.added(self.workspace.data))

    def _show_editions(self) -> None:
        editions = national.editions(self.workspace.data)
        rows = "".join(map(_row, editions))
        heads = '<th scope="col">Summer</th><th scope="col">Holds</th><th scope="col">From</th>'
        self.editions.value = (
            f'<div class="sl-scroll" role="region" tabindex="0" aria-label="{_EDITIONS}"><table class="sl-table">'
            f"<caption>{_EDITIONS}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
        added = [edition.year for edition in editions if edition.added]
        self.away.options = [(str(year), year) for year in added] or [("none", 0)]
        self._added.layout.display = "" if added else "none"


def _matrix(file: ChosenFile) -> pd.DataFrame:
    """The matrix of a chosen file, read under its own name so that a fault names it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, file.name)
        path.write_bytes(file.content)
        return national.read_dfe_matrix(path)


def _holds(edition: national.Edition) -> str:
    groups = ", ".join(edition.groups)
    teachers = " Grades by teachers’ assessment: shown, and not judged against."
    by_teachers = teachers if edition.year in national.TEACHER_ASSESSED else ""
    return f"Summer {edition.year}: {edition.size}; groups: {groups}.{by_teachers}"


def _row(edition: national.Edition) -> str:
    source = national.edition_source(edition)
    link = f'<a href="{escape(source.address)}" rel="noopener" target="_blank">{escape(source.title)}</a>, {escape(source.date)}'
    holds = edition.trouble or _holds(edition).split(": ", 1)[1]
    return f'<tr><th scope="row">{edition.year}</th><td>{escape(holds)}</td><td>{link}</td></tr>'
