"""A school's own files on the front page: chosen, reviewed, and opened as a school; and what is remembered of their headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib.frameworks import load, names
from senlib.pages.index.school_choice import SchoolChoice
from senlib.pages.kit import layout, sentences
from senlib.pages.kit.file_review import (
    IN_VIEW,
    KINDS,
    LARGEST,
    NEXT,
    ReviewPanel,
)
from senlib.pages.kit.file_review_words import grouped_choices
from senlib.pages.kit.file_statements import Before
from senlib.pages.kit.live import on_change
from senlib.school import school_file
from senlib.school.codes import with_codes
from senlib.school.faults import FaultyFile
from senlib.school.headings import choices, label_of
from senlib.school.questions import school_year
from senlib.school.school import School, current_academic_year
from senlib.school.school_file import FILE
from senlib.school.template import template
from senlib.widgets import ChosenFile, ColumnReview, FileChooser
from senlib.widgets.column_review import Change
from senlib.workbook.store import StoreError
from senlib.workspace import OWN, ROOM_RULE, Workspace

# What she said that headings mean, by heading_key, and how those headings are written in her files.
MAPPING, WRITTEN = "headings", "headings as written"

NOTHING = "Nothing is remembered yet. When you say what a column holds, it is remembered here for the next file."


class OwnFiles:
    """A school's own files: how they are to be read, and what was made of them; `box` is what stands on the page.

    None can be read in a room. `schools` offers the way back from a school that was opened; `reopen` opens the workspace anew.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        schools: SchoolChoice,
        reopen: Callable[[], None],
    ) -> None:
        self.workspace, self.schools, self._reopen = workspace, schools, reopen
        self._build_reading()
        self._build_review()
        self._show_remembered()
        pieces = widgets.VBox(
            [
                self.chooser,
                self.review.box,
                self.outcome,
                self.remembered,
                self.remembered_trouble,
            ]
        )
        pieces.add_class(IN_VIEW)
        boxes = layout.controls(self.yardstick, self.year, self.name)
        self.box = widgets.VBox(
            [layout.html(layout.answer(ROOM_RULE))]
            if workspace.room
            else [layout.html(_templates()), boxes, self.codes, pieces]
        )

    def _build_reading(self) -> None:
        """How the files are to be read."""
        own = self.workspace.school if self.workspace.chosen == OWN else None
        self.yardstick = layout.choice(
            "How results are given",
            [(load(name).short_title, name) for name in reversed(names())],
            own.framework.name if own else None,
        )
        self.name = widgets.Text(
            description="Name of the school", value=own.name if own else "Our school"
        )
        this_year = current_academic_year(date.today())
        self.year = layout.choice(
            "School year",
            [(school_year(year), year) for year in range(this_year, 2003, -1)],
        )
        self.codes = widgets.Checkbox(
            description="Replace names and UPNs by codes as the files are read",
            indent=False,
        )
        on_change(self.yardstick, self._read_otherwise)
        on_change(self.year, self._read_otherwise)

    def _build_review(self) -> None:
        """The files, the review of them, what came of it, and what is remembered."""
        self.chooser = FileChooser(
            label="Choose your files (CSV, Excel or CTF)", accept=KINDS, limit=LARGEST
        )
        self.chooser.on_files(self.take)
        self.review = ReviewPanel(
            tell=lambda words: setattr(self.chooser, "message", words),
            open_school=self.open_school,
            put_away=self.put_away,
        )
        self.outcome = widgets.VBox([])
        self.remembered = ColumnReview(
            forgettable=True,
            fold="What the workbook remembers about your headings",
            empty=NOTHING,
        )
        self.remembered.on_changes(self.remember)
        self.remembered_trouble = layout.html("")

    def move_to(self, workspace: Workspace) -> None:
        """Keep a school in this workspace from now on."""
        self.workspace = workspace

    def begin_anew(self) -> None:
        """Put the files down, and show what is remembered still, once everything is deleted."""
        self.review.put_down()
        self._show_remembered()

    def take(self, chosen: Sequence[ChosenFile]) -> None:
        """Read chosen files and show what was made of them; nothing is kept."""
        self.outcome.children = []
        try:
            before = self._before()
        except StoreError as error:
            why = "What you said about headings before cannot be read, so these files were not read."
            self.review.put_down()
            self.chooser.message = "Nothing was kept."
            self.outcome.children = [layout.html(layout.trouble_line(f"{why} {error}"))]
            return
        self.review.begin(
            chosen,
            framework=load(self.yardstick.value),
            year=self.year.value,
            before=before,
        )

    def open_school(self) -> None:
        """Keep the school that was reviewed, with what was said of its files, and open it."""
        good = "The files are fine, but the school could not be kept. The school that was open stays open."
        try:
            before = self.workspace.chosen
            school = self._school()
            self._save_meanings()
            self.workspace.keep(school)
        except StoreError as error:
            self._refuse(f"{good} {error}")
            return
        except OSError:
            self._refuse(
                f"{good} Check that the disk is not full and that no other program "
                f"has a file in {self.workspace.data} open, then try again."
            )
            return
        summary = _summary(school)
        self.schools.sample_before = before if before != OWN else ""
        self.review.put_down()
        self._reopen()
        self._show_remembered()
        self.chooser.message = f"Open now: {school.name}."
        self._say_what_came_of_it(summary)

    def put_away(self) -> None:
        """Have nothing to do with the files that were chosen; all stays as it was."""
        self.review.put_down()
        self.chooser.message = "Nothing was kept. The school that was open stays open."
        self.remembered.show()

    def say_back(self) -> None:
        """Say below the files that the school before is open again."""
        name = self.workspace.school.name
        self.chooser.message = f"Open again: {name}."
        self._say_what_came_of_it(layout.note(f"‘{name}’ is open again, as it was."))

    def remember(self, changes: Sequence[Change]) -> None:
        """Change or forget what headings mean; what is under review is counted by it, too."""
        meanings = {change["id"]: change["value"] for change in changes}
        self.remembered_trouble.value = ""
        try:
            self.workspace.settings.save_all(form=MAPPING, values=meanings)
        except StoreError as error:
            self.remembered_trouble.value = layout.trouble_line(
                f"What you changed is not saved. {error}"
            )
        self._show_remembered()
        with suppress(StoreError):
            self.review.remember(self._before())

    def _before(self) -> Before:
        """What she said of earlier files. Raises StoreError where that cannot be read."""
        answers, suppliers = {}, {}
        with suppress(FaultyFile, OSError):
            facts = school_file.facts(self.workspace.own_folder / FILE)
            answers = facts["answers"]
            suppliers = {one["file"]: one["supplied_by"] for one in facts["sources"]}
        meanings = self.workspace.settings.latest(MAPPING)
        return Before(meanings, answers, suppliers).lasting()

    def _save_meanings(self) -> None:
        if meanings := self.review.to_remember:
            written = self.review.statements.headings_as_written
            self.workspace.settings.save_all(form=MAPPING, values=meanings)
            self.workspace.settings.save_all(form=WRITTEN, values=written)

    def _show_remembered(self) -> None:
        framework = load(self.yardstick.value)
        labels = choices(framework)
        try:
            meanings = self.workspace.settings.latest(MAPPING)
            written = self.workspace.settings.latest(WRITTEN)
        except StoreError as error:
            # What was shown stays: it may well be remembered still.
            self.remembered_trouble.value = layout.trouble_line(str(error))
            return
        columns = [
            {
                "id": key,
                "heading": _heading(key, written),
                "meaning": meaning,
                "label": label_of(meaning, labels),
            }
            for key, meaning in sorted(meanings.items())
            if meaning
        ]
        self.remembered.choices = grouped_choices(labels)
        self.remembered.tables = [{"name": "", "columns": columns}] if columns else []

    def _read_otherwise(self) -> None:
        framework = load(self.yardstick.value)
        self._show_remembered()
        self.review.read_by(framework=framework, year=self.year.value)

    def _refuse(self, text: str) -> None:
        """Say why the school was not opened, beside what was made of its files, which stays."""
        self.chooser.message = "Nothing was kept."
        self.review.refuse(text)

    def _school(self) -> School:
        """The school that was read, with codes for names where that is wished. Raises OSError where their secret cannot be kept."""
        school = self.review.school(self.name.value.strip() or "Our school")
        if not self.codes.value:
            return school
        pupils, results = with_codes(
            school.pupils, school.results, key=self.workspace.code_key()
        )
        return replace(school, pupils=pupils, results=results)

    def _say_what_came_of_it(self, html: str) -> None:
        """Say below the files what has just been done, with the way back; and bring it into view, for the page is shorter now."""
        back = [self.schools.back] if self.schools.back_offer.children else []
        self.outcome.children = [layout.html(html), *back]
        self.remembered.show()
        self.remembered.catch_focus()


def _templates() -> str:
    links = [
        layout.download(
            f"Download an empty file to fill in: {load(name).short_title}",
            template(load(name)),
            name=f"senco-workbook-{name}",
        )
        for name in reversed(names())
    ]
    return f'<p class="sl-downloads">{" ".join(links)}</p>'


def _summary(school: School) -> str:
    """What was kept, and the way on."""
    results = school.results[school.results["result"] != ""]
    number = "1 result" if len(results) == 1 else f"{len(results):,} results"
    answer = layout.answer(
        f"Your school is open: {sentences.pupils(len(school.pupils))} and {number} are kept on this computer. "
        "Every page now shows your own pupils."
    )
    first = layout.address("task1_conversion_data")
    begin = f'<p><a class="sl-button sl-primary {NEXT}" href="{first}">Begin with Task 1</a></p>'
    if results.empty:
        return answer + begin
    counts = results.groupby(["stage", "subject"], observed=True)["pupil_id"].nunique()
    table = layout.plain_table(
        pd.DataFrame({"pupils": counts})
        .reset_index()
        .astype({"stage": str, "subject": str}),
        caption="What was kept",
        columns={
            "stage": "When",
            "subject": "Subject",
            "pupils": "Pupils with a result",
        },
    )
    return answer + begin + layout.folded("What was kept", table)


def _heading(key: str, written: Mapping[str, str]) -> str:
    """A heading as it is written, with the file for which alone its meaning was said."""
    file, _, heading = key.rpartition("|")
    heading = written.get(key) or heading
    return f"{heading} (in {file})" if file else heading
