"""The front page: which school lies open, a SENCO's own files, and the way to each Task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from html import escape

import ipywidgets as widgets
import pandas as pd

from senlib.frameworks import load, names
from senlib.measures.groups import has_sen
from senlib.pages.kit import downloads, empty_states, layout, pupil_names, sentences
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.file_review import (
    IN_VIEW,
    KINDS,
    LARGEST,
    NEXT,
    Before,
    ReviewPanel,
    grouped_choices,
)
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.header import Header
from senlib.pages.kit.site import page_of
from senlib.school import school_file
from senlib.school.codes import with_codes
from senlib.school.faults import FaultyFile
from senlib.school.headings import choices, label_of
from senlib.school.questions import school_year
from senlib.school.school import School, current_academic_year
from senlib.school.school_file import FILE
from senlib.school.template import template
from senlib.text import day
from senlib.widgets import ChosenFile, ColumnReview, FileChooser
from senlib.workbook import portable
from senlib.workbook.plan import Action, actions, coming, overdue
from senlib.workbook.progress import Progress, progress
from senlib.workbook.store import StoreError
from senlib.workspace import FOLDER, OWN, ROOM_RULE, Workspace, open_workspace

# What she said that headings mean, by heading_key, and how those headings are written in her files.
MAPPING, WRITTEN = "headings", "headings as written"


class FrontPage:
    """The front page. A test drives it without a browser."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        # The school that lay open before her own was, where there is none of her own to go back to.
        self._sample_before = ""
        self.ask = PageSheets(workspace, "index")
        self._top = Header(workspace)
        self.top = self._top.box
        self.opened = layout.html(self._opened())
        self.far, self.soon = layout.html(""), layout.html("")
        self._show_progress()

    def header(self) -> widgets.HTML:
        """Which school lies open."""
        return self.top

    def tasks(self) -> widgets.HTML:
        """The way to each Task, with how far it is."""
        return self.far

    def due(self) -> widgets.HTML:
        """What is next, and which actions are overdue or due soon."""
        return self.soon

    def carry(self) -> widgets.VBox:
        """The workbook as one file to carry away, the way to bring one in, and the end of all of it."""
        self.portable = layout.html("")
        self.make = widgets.Button(description="Make a file of the workbook")
        self.make.on_click(lambda _: self._make_file())
        self.bring = FileChooser(label="Bring in files of a workbook", accept=".json")
        self.bring.on_files(self.bring_in)
        self.sure = widgets.Checkbox(
            description="Yes, delete everything for good", indent=False
        )
        self.delete = widgets.Button(description="Delete everything", disabled=True)
        self.deleted = layout.html("")
        self.sure.observe(
            lambda change: setattr(self.delete, "disabled", not change["new"]), "value"
        )
        self.delete.on_click(lambda _: self._delete())
        # A workbook's file may hold what was written about real pupils.
        bring = (
            layout.html(layout.note(ROOM_RULE)) if self.workspace.room else self.bring
        )
        return widgets.VBox(
            [
                self.make,
                self.portable,
                bring,
                layout.html(
                    layout.heading("Delete everything", level=3) + layout.note(_DELETED)
                ),
                self.sure,
                self.delete,
                self.deleted,
            ]
        )

    def downloads(self) -> widgets.VBox:
        """All that was written, in one zip; and the front page's own forms."""
        self.taken = Downloads(self.workspace, self._to_take())
        return self.taken.box

    def _to_take(self) -> list[downloads.Made]:
        everything = (
            "Everything that was written, in one zip",
            lambda held: downloads.everything(self.workspace, held),
        )
        return [everything, *downloads.forms(self.workspace, self.ask.sheet)]

    def school(self) -> widgets.VBox:
        """Which school lies open, and the others that can be opened."""
        self.which = layout.choice(
            "School",
            [(words, key) for key, words in self.workspace.choices().items()],
            self.workspace.chosen,
        )
        self.open = widgets.Button(
            description="Open the chosen school", button_style="primary"
        )
        self.open.on_click(lambda _: self._choose(self.which.value))
        self.refused = layout.html("")
        self.back_told = layout.html("")
        self.back = widgets.Button(description="Go back to the school as it was")
        self.back.on_click(lambda _: self.go_back())
        self.back.add_class(NEXT)
        self.back_offer = widgets.VBox([])
        self._show_back()
        controls = layout.controls(self.which, self.open)
        return widgets.VBox([self.opened, controls, self.back_offer, self.refused])

    def own_files(self) -> widgets.VBox:
        """A school's own files: how they are to be read, and what was made of them; none can be read in a room."""
        if self.workspace.room:
            return widgets.VBox([layout.html(layout.answer(ROOM_RULE))])
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
        years = [(school_year(year), year) for year in range(this_year, 2003, -1)]
        self.year = layout.choice("School year", years)
        self.codes = widgets.Checkbox(
            description="Replace names and UPNs by codes as the files are read",
            indent=False,
        )
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
            empty=_NOTHING,
        )
        self.remembered.on_changes(self.remember)
        self.remembered_trouble = layout.html("")
        self.yardstick.observe(lambda _: self._read_otherwise(), "value")
        self.year.observe(lambda _: self._read_otherwise(), "value")
        self._show_remembered()
        boxes = layout.controls(self.yardstick, self.year, self.name)
        chosen = widgets.VBox(
            [
                self.chooser,
                self.review.box,
                self.outcome,
                self.remembered,
                self.remembered_trouble,
            ]
        )
        chosen.add_class(IN_VIEW)
        return widgets.VBox([layout.html(_templates()), boxes, self.codes, chosen])

    # -- what is done, next and due --

    def _show_progress(self) -> None:
        """Show how far the workbook is."""
        try:
            held = self.workspace.store.forms()
        except StoreError as error:
            # What was shown stays: 'not begun' might be wrong.
            self.soon.value = layout.trouble_line(str(error))
            return
        tasks = [one for one in progress(held) if page_of(one.stem).number]
        self.far.value = f'<ol class="sl-tasks">{"".join(map(_task, tasks))}</ol>'
        self.soon.value = _due(
            actions(held), pupil_names.names(self.workspace.school), today=date.today()
        ) + _first(tasks)

    # -- what is carried away, brought in, deleted --

    def _make_file(self) -> None:
        try:
            content = portable.export(self.workspace.store)
        except StoreError as error:
            self.portable.value = layout.trouble_line(f"No file was made. {error}")
            return
        link = layout.download(
            "Download the file", content, name="senco-workbook", kind="json"
        )
        self.portable.value = f'<p class="sl-downloads">{link}</p>' + layout.note(
            _CARRIED
        )

    def bring_in(self, chosen: Sequence[ChosenFile]) -> None:
        """Add what a workbook's file holds and this one has not; nothing here is lost by it."""
        try:
            # All are read before anything is added, so that where one is wrong nothing is.
            files = [portable.read(file.content) for file in chosen]
            count = sum(
                portable.import_into(self.workspace.store, file) for file in files
            )
        except StoreError as error:
            self.bring.message = str(error)
            return
        self.bring.message = f"Brought in: {count:,} answer{'' if count == 1 else 's'} that {'was' if count == 1 else 'were'} not here yet."
        self._reopen()

    def _delete(self) -> None:
        self.sure.value = False
        try:
            self.workspace.delete_everything()
        except (OSError, StoreError) as error:
            told = (
                str(error)
                if isinstance(error, StoreError)
                else f"Something in {self.workspace.data} could not be deleted."
            )
            self.deleted.value = layout.trouble_line(told)
            return
        self._reopen()
        if hasattr(self, "review"):
            self.review.put_down()
            self._show_remembered()
        self.portable.value = ""
        opened = (
            "The folder that you named is open now, as it was."
            if self.workspace.chosen == FOLDER
            else "The sample school is open now."
        )
        self.deleted.value = (
            f'<p class="sl-note" role="status">Everything is deleted. {opened}</p>'
        )

    # -- what a test can do as a person would --

    def take(self, chosen: Sequence[ChosenFile]) -> None:
        """Read chosen files and show what was made of them; nothing is kept."""
        self.outcome.children = []
        try:
            before = self._before()
        except StoreError as error:
            told = "What you said about headings before cannot be read, so these files were not read."
            self.review.put_down()
            self.chooser.message = "Nothing was kept."
            self.outcome.children = [
                layout.html(layout.trouble_line(f"{told} {error}"))
            ]
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
        self._sample_before = before if before != OWN else ""
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

    def go_back(self) -> None:
        """Open the school that was open before; this can be undone in the same way."""
        if self.workspace.can_go_back is None:
            self._choose(self._sample_before)
        else:
            try:
                self.workspace.go_back()
            except (OSError, StoreError) as error:
                words = "That could not be done, so the school that is open stays open."
                told = f" {error}" if isinstance(error, StoreError) else ""
                self.refused.value = layout.trouble_line(f"{words}{told}")
                return
            self._reopen()
        if hasattr(self, "outcome"):
            self.chooser.message = f"Open again: {self.workspace.school.name}."
            told = f"‘{self.workspace.school.name}’ is open again, as it was."
            self._say_what_came_of_it(layout.note(told))

    def remember(self, changes: Sequence[Mapping[str, str]]) -> None:
        """Change or forget what headings mean; what is under review is counted by it, too."""
        said = {change["id"]: change["value"] for change in changes}
        self.remembered_trouble.value = ""
        try:
            self.workspace.settings.save_all(form=MAPPING, values=said)
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
        return Before.of(
            meanings=self.workspace.settings.latest(MAPPING),
            answers=answers,
            supplied_by=suppliers,
        )

    def _save_meanings(self) -> None:
        if said := self.review.said_of_headings:
            written = self.review.headings_as_written
            self.workspace.settings.save_all(form=MAPPING, values=said)
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

    # -- one step back --

    def _show_back(self) -> None:
        """Offer the school that was open before, where there is one."""
        back = self.workspace.can_go_back
        sample = self._sample_before if self.workspace.chosen == OWN else ""
        if back:
            when = f"{day(back.kept.date())} at {layout.saved_at(back.kept)}"
            told = f"The school kept before this one: ‘{back.name}’, kept on {when}."
        elif sample:
            told = f"Before this, another school was open: {self.workspace.choices()[sample]}."
        self.back_offer.children = [self.back_told, self.back] if back or sample else []
        if back or sample:
            self.back_told.value = layout.note(told)

    def _say_what_came_of_it(self, told: str) -> None:
        """Say below the files what has just been done, with the way back; and bring it into view, for the page is shorter now."""
        offered = hasattr(self, "back") and self.back_offer.children
        self.outcome.children = [layout.html(told), *([self.back] if offered else [])]
        self.remembered.show()
        self.remembered.catch_focus()

    def _choose(self, key: str) -> None:
        try:
            self.workspace.choose(key)
        except StoreError as error:
            self.refused.value = layout.trouble_line(
                f"Your choice is not saved, so the school that was open stays open. {error}"
            )
            return
        self._reopen()

    def _reopen(self) -> None:
        """Show the school that lies open now; pages that are open already show it when they are opened anew."""
        self.workspace = open_workspace()
        self._top.move_to(self.workspace)
        self.opened.value = self._opened()
        self.ask.move_to(self.workspace)
        if hasattr(self, "taken"):
            self.taken.move_to(self.workspace, self._to_take())
        self._show_progress()
        if hasattr(self, "which"):
            self.which.options = [
                (words, key) for key, words in self.workspace.choices().items()
            ]
            self.which.value = self.workspace.chosen
            self.refused.value = ""
            self._show_back()

    def _opened(self) -> str:
        school = self.workspace.school
        on_roll = school.pupils[school.pupils["on_roll"] == "Y"]
        sen = empty_states.of_them_with_sen(
            int(has_sen(on_roll["sen_provision"], framework=school.framework).sum()),
            unknown=int((on_roll["sen_provision"] == "").sum()),
            of=len(on_roll),
        )
        whose = (
            "Your own school"
            if self.workspace.chosen == OWN
            else "A sample school"
            if school.sample
            else "The school"
        )
        who = (
            f"{sentences.pupils(len(on_roll))} on roll, {sen}"
            if len(on_roll)
            else "nobody on roll"
        )
        return layout.answer(f"{whose} is open: {school.name}, {who}.")


def open_page() -> FrontPage:
    """The front page over the school that lies open."""
    return FrontPage(open_workspace())


_NOTHING = "Nothing is remembered yet. When you say what a column holds, it is remembered here for the next file."
_CARRIED = (
    "It holds all that you have written about the school that is open, with its history, and pupils’ numbers, but none of their names "
    "or results. Keep it as you keep such records."
)
_DELETED = (
    "This deletes all that you have written, about every school, your own school’s files in this workbook, and the secret behind "
    "pupils’ codes. The files you loaded them from stay where they are."
)


def _task(found: Progress) -> str:
    """One Task: its name, its question, and in how many of its parts something is written."""
    page = page_of(found.stem)
    how_far = (
        "not begun"
        if not found.begun
        else f"{found.begun} of {found.parts} parts begun"
    )
    return (
        f'<li><a href="{layout.address(page.stem)}">{escape(page.name)}</a> <span class="sl-badge">{how_far}</span>'
        f"<br>{escape(page.question)}</li>"
    )


def _first(found: Sequence[Progress]) -> str:
    """The first Task in which nothing is written yet."""
    for one in found:
        if not one.begun:
            page = page_of(one.stem)
            return f'<p><a class="sl-button" href="{layout.address(page.stem)}">Begin {escape(page.name)}</a></p>'
    return f'<p><a class="sl-button" href="{layout.address("task8_working_smarter")}">Next: go through the action plan</a></p>'


def _due(found: Sequence[Action], names: Mapping[str, str], *, today: date) -> str:
    """The actions that are overdue, and those that are due within four weeks."""
    late, soon = overdue(found, today=today), coming(found, today=today)
    title = layout.heading("What is due?")
    if not found:
        return title + layout.answer(
            "There are no actions yet. They come from what you write in the Tasks as something to do."
        )
    if not late and not soon:
        undated = sum(action.due is None and not action.done for action in found)
        rest = (
            f" {undated} still {'has' if undated == 1 else 'have'} no date."
            if undated
            else ""
        )
        return title + layout.answer(
            f"Nothing is overdue, and nothing is due within four weeks.{rest}"
        )
    told = f"{len(late)} overdue, {len(soon)} due within four weeks."
    items = ""
    for action in (*late, *soon):
        whose = ", ".join(
            filter(
                None, (action.what, names.get(action.of, ""), action.values["owner"])
            )
        )
        items += f"<li><strong>{'Overdue: ' if action in late else ''}{day(action.due)}</strong>, {escape(whose)}</li>"
    plan = f'<p><a href="{layout.address("task8_working_smarter")}">To the action plan (Task 8)</a></p>'
    return title + layout.answer(told) + f"<ul>{items}</ul>" + plan


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
    kept = school.results[school.results["result"] != ""]
    results = (
        kept.groupby(["stage", "subject"], observed=True)["pupil_id"]
        .nunique()
        .reset_index()
    )
    results = results.rename(columns={"pupil_id": "pupils"}).astype(
        {"stage": str, "subject": str}
    )
    columns = {"stage": "When", "subject": "Subject", "pupils": "Pupils with a result"}
    number = "1 result" if len(kept) == 1 else f"{len(kept):,} results"
    told = (
        f"Your school is open: {sentences.pupils(len(school.pupils))} and {number} are kept on this computer. "
        "Every page now shows your own pupils."
    )
    table = layout.folded(
        "What was kept",
        layout.plain_table(
            pd.DataFrame(results), caption="What was kept", columns=columns
        ),
    )
    start = f'<p><a class="sl-button sl-primary {NEXT}" href="{layout.address("task1_conversion_data")}">Begin with Task 1</a></p>'
    return layout.answer(told) + start + (table if len(results) else "")


def _heading(key: str, written: Mapping[str, str]) -> str:
    """A heading as it is written, with the file for which alone its meaning was said."""
    file, _, heading = key.rpartition("|")
    heading = written.get(key) or heading
    return f"{heading} (in {file})" if file else heading
