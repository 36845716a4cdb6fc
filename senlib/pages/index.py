"""The front page: which school lies open, a SENCO's own files, and the way to each Task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

import ipywidgets as widgets
import pandas as pd

from senlib.frameworks import Framework, load, names
from senlib.measures.groups import has_sen
from senlib.pages import frame, paper, people, sentences
from senlib.pages.asking import Asking
from senlib.pages.desk import FOLDER, OWN, ROOM_RULE, Desk, open_desk
from senlib.pages.paper import Paper
from senlib.pages.tasks import page_of
from senlib.pages.top import Top
from senlib.school.codes import with_codes
from senlib.school.faults import FaultyFile, UnmatchedHeading, grouped
from senlib.school.loading import Loaded, NamedFile, choices, load_files
from senlib.school.schema import normal
from senlib.school.school import School, current_academic_year
from senlib.school.template import template
from senlib.widgets import ChosenFile, FileChooser
from senlib.workbook import portable
from senlib.workbook.plan import Action, actions, coming, overdue
from senlib.workbook.progress import Progress, progress
from senlib.workbook.store import StoreError

MAPPING = "headings"


class FrontPage:
    """The front page. A test drives it without a browser."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._files: list[NamedFile] = []
        self._meanings: dict[str, widgets.Dropdown] = {}
        self._asked: list[widgets.Widget] = []
        self.ask = Asking(desk, "index")
        self._top = Top(desk)
        self.top = self._top.box
        self.opened = frame.html(self._opened())
        self.far, self.soon = frame.html(""), frame.html("")
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
        self.portable = frame.html("")
        self.make = widgets.Button(description="Make a file of the workbook")
        self.make.on_click(lambda _: self._make_file())
        self.bring = FileChooser(label="Bring in files of a workbook", accept=".json")
        self.bring.on_files(self.bring_in)
        self.sure = widgets.Checkbox(description="Yes, delete everything for good", indent=False)
        self.delete = widgets.Button(description="Delete everything", disabled=True)
        self.deleted = frame.html("")
        self.sure.observe(
            lambda change: setattr(self.delete, "disabled", not change["new"]), "value"
        )
        self.delete.on_click(lambda _: self._delete())
        # A workbook's file may hold what was written about real pupils.
        bring = frame.html(frame.note(ROOM_RULE)) if self.desk.room else self.bring
        return widgets.VBox(
            [
                self.make,
                self.portable,
                bring,
                frame.html(frame.heading("Delete everything", level=3) + frame.note(_DELETED)),
                self.sure,
                self.delete,
                self.deleted,
            ]
        )

    def paper(self) -> widgets.VBox:
        """All that was written, in one zip; and the front page's own forms."""
        self.taken = Paper(self.desk, self._to_take())
        return self.taken.box

    def _to_take(self) -> list[paper.Made]:
        everything = (
            "Everything that was written, in one zip",
            lambda held: paper.everything(self.desk, held),
        )
        return [everything, *paper.forms(self.desk, self.ask.sheet)]

    def school(self) -> widgets.VBox:
        """Which school lies open, and the others that can be opened."""
        self.which = frame.choice(
            "School", [(words, key) for key, words in self.desk.choices().items()], self.desk.chosen
        )
        self.open = widgets.Button(description="Open this school", button_style="primary")
        self.open.on_click(lambda _: self._choose(self.which.value))
        self.refused = frame.html("")
        return widgets.VBox([self.opened, frame.controls(self.which, self.open), self.refused])

    def own_files(self) -> widgets.VBox:
        """A school's own files: what they are, how they are to be read, and what became of them; none can be read in a room."""
        if self.desk.room:
            return widgets.VBox([frame.html(frame.answer(ROOM_RULE))])
        self.yardstick = frame.choice(
            "How results are given", [(load(name).short_title, name) for name in reversed(names())]
        )
        self.name = widgets.Text(description="Name of the school", value="Our school")
        this_year = current_academic_year(date.today())
        years = [(f"{year - 1}/{year % 100:02d}", year) for year in range(this_year, 2003, -1)]
        self.year = frame.choice("School year of the file", years)
        self.codes = widgets.Checkbox(
            description="Replace names and UPNs by codes as the files are read", indent=False
        )
        self.chooser = FileChooser(
            label="Choose your files (CSV, Excel or CTF)", accept=".csv,.xlsx,.xml"
        )
        self.chooser.on_files(self.take)
        self.outcome = widgets.VBox([])
        self.templates = frame.html(_templates())
        boxes = frame.controls(self.yardstick, self.year, self.name)
        return widgets.VBox([self.templates, boxes, self.codes, self.chooser, self.outcome])

    # -- what is done, next and due --

    def _show_progress(self) -> None:
        """Show how far the workbook is."""
        try:
            held = self.desk.store.forms()
        except StoreError as error:
            # What was shown stays: 'not begun' might be wrong.
            self.soon.value = frame.trouble_line(str(error))
            return
        tasks = [one for one in progress(held) if page_of(one.stem).number]
        self.far.value = f'<ol class="sl-tasks">{"".join(map(_task, tasks))}</ol>'
        self.soon.value = _due(
            actions(held), people.names(self.desk.school), today=date.today()
        ) + _first(tasks)

    # -- what is carried away, brought in, deleted --

    def _make_file(self) -> None:
        try:
            content = portable.export(self.desk.store)
        except StoreError as error:
            self.portable.value = frame.trouble_line(f"No file was made. {error}")
            return
        link = frame.download("Download the file", content, name="senco-workbook", kind="json")
        self.portable.value = f'<p class="sl-downloads">{link}</p>' + frame.note(_CARRIED)

    def bring_in(self, chosen: Sequence[ChosenFile]) -> None:
        """Add what a workbook's file holds and this one has not; nothing here is lost by it."""
        try:
            # All are read before anything is added, so that where one is wrong nothing is.
            files = [portable.read(file.content) for file in chosen]
            count = sum(portable.import_into(self.desk.store, file) for file in files)
        except StoreError as error:
            self.bring.message = str(error)
            return
        self.bring.message = f"Brought in: {count:,} answer{'' if count == 1 else 's'} that {'was' if count == 1 else 'were'} not here yet."
        self._reopen()

    def _delete(self) -> None:
        self.sure.value = False
        try:
            self.desk.delete_everything()
        except (OSError, StoreError) as error:
            told = (
                str(error)
                if isinstance(error, StoreError)
                else f"Something in {self.desk.data} could not be deleted."
            )
            self.deleted.value = frame.trouble_line(told)
            return
        self._reopen()
        self.portable.value = ""
        opened = (
            "the folder that was named, as it was"
            if self.desk.chosen == FOLDER
            else "the sample school"
        )
        self.deleted.value = f'<p class="sl-note" role="status">Everything is deleted. What lies open now is {opened}.</p>'

    # -- what a test can do as a person would --

    def take(self, chosen: Sequence[ChosenFile]) -> None:
        """Read chosen files: say what is wrong, ask what a heading means, or keep the school and open it."""
        self._files = [NamedFile(name=file.name, content=file.content) for file in chosen]
        try:
            meanings = self.desk.settings.latest(MAPPING)
        except StoreError as error:
            self._refuse(
                f"Nothing was loaded, for what you said of headings before cannot be read. {error}"
            )
            return
        self.read(meanings=meanings)

    def read(self, *, meanings: Mapping[str, str]) -> None:
        """Read the chosen files with these meanings of headings; nothing is kept unless all of it can be."""
        framework = load(self.yardstick.value)
        known = {
            heading: meaning
            for heading, meaning in meanings.items()
            if meaning and meaning in choices(framework)
        }
        try:
            loaded = load_files(
                self._files, framework=framework, meanings=known, academic_year=self.year.value
            )
        except FaultyFile as error:
            self.chooser.message = "Nothing was loaded."
            told = frame.html(frame.faults(grouped(error.faults)))
            # A heading that is not known may be just what is missing.
            self.outcome.children = [
                told,
                *self._asking(error.unmatched, known=known, framework=framework),
            ]
            return
        if asking := self._asking(loaded.unmatched, known=known, framework=framework):
            self.chooser.message = (
                "Some headings are not known yet. Say what they mean, or leave them out."
            )
            self.outcome.children = asking
        else:
            self._keep(loaded, framework)

    def use_meanings(self) -> None:
        """Remember what the user said of each heading, and read the files again with it."""
        said = {normal(heading): box.value for heading, box in self._meanings.items()}
        try:
            self.desk.settings.save_all(form=MAPPING, values=said)
            meanings = self.desk.settings.latest(MAPPING)
        except StoreError as error:
            self._refuse(
                f"What you said of the headings is not saved, so nothing was loaded. {error}",
                beside=self._asked,
            )
            return
        self.read(meanings=meanings)

    def _asking(
        self,
        unmatched: Sequence[UnmatchedHeading],
        *,
        known: Mapping[str, str],
        framework: Framework,
    ) -> list[widgets.Widget]:
        """What asks for the meaning of headings that are neither known nor have been asked about; nothing where there are none."""
        headings = dict.fromkeys(
            one.heading for one in unmatched if normal(one.heading) not in known
        )
        if not headings:
            return []
        options = [(label, key) for key, label in choices(framework).items()]
        self._meanings = {heading: frame.choice(heading, options) for heading in headings}
        self.use = widgets.Button(description="Load with these", button_style="primary")
        self.use.on_click(lambda _: self.use_meanings())
        why = frame.html(
            frame.heading("What do these columns hold?", level=3)
            + frame.note(
                "The workbook does not know these headings. What you choose is remembered for the next file. "
                "Leave out what it does not need."
            )
        )
        self._asked = [why, frame.controls(*self._meanings.values()), self.use]
        return self._asked

    def _refuse(self, text: str, *, beside: Sequence[widgets.Widget] = ()) -> None:
        """Say why nothing became of the files, above what may stay on the page."""
        self.chooser.message = "Nothing was kept."
        self.outcome.children = [frame.html(frame.trouble_line(text)), *beside]

    def _keep(self, loaded: Loaded, framework: Framework) -> None:
        good = "The files are good, but they are not saved."
        try:
            school = self._school(loaded, framework)
            self.desk.keep(school)
        except StoreError as error:
            self._refuse(f"{good} {error}")
            return
        except OSError:
            self._refuse(
                f"{good} They could not be saved in {self.desk.data}: is the disk full, or open elsewhere?"
            )
            return
        self._reopen()
        self.chooser.message = (
            f"Loaded: {len(school.pupils):,} pupils and {len(school.results):,} results."
        )
        self.outcome.children = [frame.html(_summary(school, notes=loaded.notes))]

    def _school(self, loaded: Loaded, framework: Framework) -> School:
        """The school that was read, with codes for names where that is wished. Raises OSError where their secret cannot be kept."""
        pupils, results = loaded.pupils, loaded.results
        if self.codes.value:
            pupils, results = with_codes(pupils, results, key=self.desk.code_key())
        name = self.name.value.strip() or "Our school"
        return School(
            name=name,
            framework=framework,
            academic_year=self.year.value,
            pupils=pupils,
            results=results,
        )

    def _choose(self, key: str) -> None:
        try:
            self.desk.choose(key)
        except StoreError as error:
            self.refused.value = frame.trouble_line(
                f"Your choice is not saved, so the school that was open stays open. {error}"
            )
            return
        self._reopen()

    def _reopen(self) -> None:
        """Show the school that lies open now; pages that are open already show it when they are opened anew."""
        self.desk = open_desk()
        self._top.move_to(self.desk)
        self.opened.value = self._opened()
        self.ask.move_to(self.desk)
        if hasattr(self, "taken"):
            self.taken.move_to(self.desk, self._to_take())
        self._show_progress()
        if hasattr(self, "which"):
            self.which.options = [(words, key) for key, words in self.desk.choices().items()]
            self.which.value = self.desk.chosen
            self.refused.value = ""

    def _opened(self) -> str:
        school = self.desk.school
        on_roll = school.pupils[school.pupils["on_roll"] == "Y"]
        sen = has_sen(on_roll["sen_provision"], framework=school.framework).sum()
        whose = (
            "Your own school"
            if self.desk.chosen == OWN
            else "A sample school"
            if school.sample
            else "The school"
        )
        return frame.answer(
            f"{whose} lies open: {school.name}, {sentences.pupils(len(on_roll))} on roll, {sen:,} of them with SEN."
        )


def open_page() -> FrontPage:
    """The front page over the school that lies open."""
    return FrontPage(open_desk())


_CARRIED = (
    "It holds all that you have written about the school that lies open, with its history, and pupils’ numbers, but none of their names "
    "or results. Keep it as you keep such records."
)
_DELETED = (
    "This deletes all that you have written, about every school, your own school’s files in this workbook, and the secret behind "
    "pupils’ codes. The files you loaded them from stay where they are."
)


def _task(found: Progress) -> str:
    """One Task: its name, its question, and in how many of its parts something is written."""
    page = page_of(found.stem)
    how_far = "not begun" if not found.begun else f"{found.begun} of {found.parts} parts begun"
    return (
        f'<li><a href="{frame.address(page.stem)}">{escape(page.name)}</a> <span class="sl-badge">{how_far}</span>'
        f"<br>{escape(page.question)}</li>"
    )


def _first(found: Sequence[Progress]) -> str:
    """The first Task in which nothing is written yet."""
    for one in found:
        if not one.begun:
            page = page_of(one.stem)
            return f'<p><a class="sl-button" href="{frame.address(page.stem)}">Begin {escape(page.name)}</a></p>'
    return f'<p><a class="sl-button" href="{frame.address("task8_working_smarter")}">Next: go through the action plan</a></p>'


def _due(found: Sequence[Action], names: Mapping[str, str], *, today: date) -> str:
    """The actions that are overdue, and those that are due within four weeks."""
    late, soon = overdue(found, today=today), coming(found, today=today)
    title = frame.heading("What is due?")
    if not found:
        return title + frame.answer(
            "There are no actions yet. They come from what you write in the Tasks as something to do."
        )
    if not late and not soon:
        undated = sum(action.due is None and not action.done for action in found)
        rest = f" {undated} still {'has' if undated == 1 else 'have'} no date." if undated else ""
        return title + frame.answer(
            f"Nothing is overdue, and nothing is due within four weeks.{rest}"
        )
    told = f"{len(late)} overdue, {len(soon)} due within four weeks."
    items = ""
    for action in (*late, *soon):
        whose = ", ".join(
            filter(None, (action.what, names.get(action.of, ""), action.values["owner"]))
        )
        items += f"<li><strong>{'Overdue: ' if action in late else ''}{frame.day(action.due)}</strong>, {escape(whose)}</li>"
    plan = (
        f'<p><a href="{frame.address("task8_working_smarter")}">To the action plan (Task 8)</a></p>'
    )
    return title + frame.answer(told) + f"<ul>{items}</ul>" + plan


def _templates() -> str:
    links = [
        frame.download(
            f"Download an empty file to fill in: {load(name).short_title}",
            template(load(name)),
            name=f"senco-workbook-{name}",
        )
        for name in reversed(names())
    ]
    return f'<p class="sl-downloads">{" ".join(links)}</p>'


def _summary(school: School, *, notes: Sequence[str]) -> str:
    """What was loaded, and what is missing that the Tasks would use."""
    results = (
        school.results[school.results["result"] != ""]
        .groupby(["stage", "subject"], observed=True)["pupil_id"]
        .nunique()
        .reset_index()
    )
    results = results.rename(columns={"pupil_id": "pupils"}).astype({"stage": str, "subject": str})
    columns = {"stage": "When", "subject": "Subject", "pupils": "Pupils with a result"}
    gaps = list(notes)
    no_code = int((school.pupils["sen_provision"] == "").sum())
    if no_code:
        gaps.append(
            f"{no_code:,} pupils have no SEN code; they count among all pupils, and neither as SEN nor as no SEN."
        )
    if school.pupils["ks4_year"].isna().any():
        gaps.append(
            f"For {int(school.pupils['ks4_year'].isna().sum()):,} pupils there is no year group, so their cohort is not known."
        )
    if school.pupils["attendance"].isna().all():
        gaps.append("No attendance is in the file, so Task 3 cannot measure it.")
    table = frame.plain_table(pd.DataFrame(results), caption="What was loaded", columns=columns)
    start = f'<p><a class="sl-button" href="{frame.address("task1_conversion_data")}">Begin with Task 1</a></p>'
    return table + "".join(frame.note(gap) for gap in gaps) + start
