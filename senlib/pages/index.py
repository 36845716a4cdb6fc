"""The front page: which school lies open, a SENCO's own files, and the way to each Task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

import ipywidgets as widgets
import pandas as pd

from senlib import ROOT
from senlib.frameworks import Framework, load, names
from senlib.pages import frame
from senlib.pages.desk import OWN, Desk, open_desk
from senlib.pages.tasks import TASKS
from senlib.school.codes import with_codes
from senlib.school.faults import FaultyFile, UnmatchedHeading, grouped
from senlib.school.loading import Loaded, NamedFile, choices, load_files
from senlib.school.schema import normal
from senlib.school.school import School, current_academic_year
from senlib.school.template import template
from senlib.widgets import ChosenFile, FileChooser
from senlib.workbook.store import StoreError

MAPPING = "headings"


class FrontPage:
    """The front page. A test drives it without a browser."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._files: list[NamedFile] = []
        self._meanings: dict[str, widgets.Dropdown] = {}
        self.top = frame.header(desk.school, trouble=desk.trouble)
        self.opened = frame.html(self._opened())

    def header(self) -> widgets.HTML:
        """Which school lies open."""
        return self.top

    def tasks(self) -> widgets.HTML:
        """The way to each Task that is there."""
        items = "".join(
            f'<li><a href="{frame.address(page.stem)}">{escape(page.name)}</a><br>{escape(page.question)}</li>'
            for page in TASKS
            if (ROOT / "notebooks" / f"{page.stem}.ipynb").exists()
        )
        return frame.html(f'<ul class="sl-tasks">{items}</ul>')

    def school(self) -> widgets.VBox:
        """Which school lies open, and the others that can be opened."""
        self.which = frame.choice(
            "School", [(words, key) for key, words in self.desk.choices().items()], self.desk.chosen
        )
        self.open = widgets.Button(description="Open this school", button_style="primary")
        self.open.on_click(lambda _: self._choose(self.which.value))
        return widgets.VBox([self.opened, frame.controls(self.which, self.open)])

    def own_files(self) -> widgets.VBox:
        """A school's own files: what they are, how they are to be read, and what became of them."""
        self.yardstick = frame.choice(
            "How results are given", [(load(name).short_title, name) for name in reversed(names())]
        )
        self.name = widgets.Text(description="Name of the school", value="Our school")
        this_year = current_academic_year(date.today())
        years = [(f"{year - 1}/{year % 100:02d}", year) for year in range(this_year, 2003, -1)]
        self.year = frame.choice("School year of the file", years)
        self.codes = widgets.Checkbox(description="Replace names and UPNs by codes as the files are read", indent=False)
        self.chooser = FileChooser(label="Choose your files (CSV, Excel or CTF)", accept=".csv,.xlsx,.xml")
        self.chooser.on_files(self.take)
        self.outcome = widgets.VBox([])
        self.templates = frame.html(_templates())
        boxes = frame.controls(self.yardstick, self.year, self.name)
        return widgets.VBox([self.templates, boxes, self.codes, self.chooser, self.outcome])

    # -- what a test can do as a person would --

    def take(self, chosen: Sequence[ChosenFile]) -> None:
        """Read chosen files: say what is wrong, ask what a heading means, or keep the school and open it."""
        self._files = [NamedFile(name=file.name, content=file.content) for file in chosen]
        self.read(meanings=self.desk.settings.latest(MAPPING))

    def read(self, *, meanings: Mapping[str, str]) -> None:
        """Read the chosen files with these meanings of headings; nothing is kept unless all of it can be."""
        framework = load(self.yardstick.value)
        known = {heading: meaning for heading, meaning in meanings.items() if meaning and meaning in choices(framework)}
        try:
            loaded = load_files(self._files, framework=framework, meanings=known, academic_year=self.year.value)
        except FaultyFile as error:
            self.chooser.message = "Nothing was loaded."
            told = frame.html(frame.faults(grouped(error.faults)))
            # A heading that is not known may be just what is missing.
            self.outcome.children = [told, *self._asking(error.unmatched, known=known, framework=framework)]
            return
        if asking := self._asking(loaded.unmatched, known=known, framework=framework):
            self.chooser.message = "Some headings are not known yet. Say what they mean, or leave them out."
            self.outcome.children = asking
        else:
            self._keep(loaded, framework)

    def use_meanings(self) -> None:
        """Remember what the user said of each heading, and read the files again with it."""
        said = {normal(heading): box.value for heading, box in self._meanings.items()}
        self.desk.settings.save_all(form=MAPPING, values=said)
        self.read(meanings=self.desk.settings.latest(MAPPING))

    def _asking(
        self, unmatched: Sequence[UnmatchedHeading], *, known: Mapping[str, str], framework: Framework
    ) -> list[widgets.Widget]:
        """What asks for the meaning of headings that are neither known nor have been asked about; nothing where there are none."""
        headings = dict.fromkeys(one.heading for one in unmatched if normal(one.heading) not in known)
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
        return [why, frame.controls(*self._meanings.values()), self.use]

    def _keep(self, loaded: Loaded, framework: Framework) -> None:
        pupils, results = loaded.pupils, loaded.results
        if self.codes.value:
            pupils, results = with_codes(pupils, results, key=self.desk.code_key())
        school = School(
            name=self.name.value.strip() or "Our school", framework=framework, academic_year=self.year.value, pupils=pupils, results=results
        )  # fmt: skip
        try:
            self.desk.keep(school)
        except (OSError, StoreError):
            self.chooser.message = "Nothing was kept."
            text = f"The files are good, but they could not be saved in {self.desk.data}. Is the disk full, or open elsewhere?"
            self.outcome.children = [frame.html(frame.trouble_line(text))]
            return
        self._reopen()
        self.chooser.message = f"Loaded: {len(pupils):,} pupils and {len(results):,} results."
        self.outcome.children = [frame.html(_summary(school, notes=loaded.notes))]

    def _choose(self, key: str) -> None:
        self.desk.choose(key)
        self._reopen()

    def _reopen(self) -> None:
        """Show the school that lies open now; pages that are open already show it when they are opened anew."""
        self.desk = open_desk()
        self.top.value = frame.header(self.desk.school, trouble=self.desk.trouble).value
        self.opened.value = self._opened()
        if hasattr(self, "which"):
            self.which.options = [(words, key) for key, words in self.desk.choices().items()]
            self.which.value = self.desk.chosen

    def _opened(self) -> str:
        school = self.desk.school
        on_roll = school.pupils[school.pupils["on_roll"] == "Y"]
        sen = on_roll["sen_provision"].map(school.framework.sen_groups).eq("SEN").sum()
        whose = "Your own school" if self.desk.chosen == OWN else "A sample school" if school.sample else "The school"
        return frame.answer(
            f"{whose} lies open: {school.name}, {len(on_roll):,} pupils on roll, {sen:,} of them with SEN."
        )


def open_page() -> FrontPage:
    """The front page over the school that lies open."""
    return FrontPage(open_desk())


def _templates() -> str:
    links = [
        frame.download(
            f"Download an empty file to fill in: {load(name).title}",
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
