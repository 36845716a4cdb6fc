"""Unit 3 as a tool: a sheet for each class, a bank of strategies by need, the review by groups, six priorities for a year group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.excel import Sheet, workbook
from senlib.measures.class_sheets import class_sheet, classes
from senlib.measures.groups import group_name
from senlib.measures.proportion import FEW
from senlib.measures.review import REVIEWED, review
from senlib.pages import frame, people, sentences
from senlib.pages.asking import Asking
from senlib.pages.desk import Desk, open_desk
from senlib.pages.live import Live
from senlib.workbook.forms import Grid, answer_key
from senlib.workbook.rows import own_rows, rows_form
from senlib.workbook.store import StoreError

STRATEGIES, TARGETS, PRIORITIES = "unit3.strategies", "unit3.targets", "unit3.priorities"

# Needs whose names changed over the years share a place in the bank.
SAME_NEED = {"BESD": "semh", "SEMH": "semh", "NSA": "oth", "": "oth"}

SHOWN = {
    "name": "Pupil",
    "sen": "SEN, needs",
    "entry": "Entry",
    "now": "Now",
    "strategies": "What helps",
    "target": "Group target",
}
IN_THE_SHEET = {
    "name": "Pupil", "form": "Form", "sen_provision": "SEN", "needs": "Needs", "entry": "Entry", "now": "Now", "standing": "Standing",
    "strategies": "What helps", "target": "Group target",
}  # fmt: skip

REVIEW_WORDS = {"sex": "Boys and girls", "sen": "SEN", "ethnicity": "Ethnic group", "able": "Able, gifted and talented"}

Held = Mapping[str, Mapping[str, str]]


class ClassSheetsPage:
    """The page of class sheets. A test drives it without a browser."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.school = desk, desk.school
        self.ask = Asking(desk, "unit3_class_sheets")
        self.classes = classes(self.school)
        self.live = Live()

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return frame.header(self.school, trouble=self.desk.trouble)

    # -- the sheets --

    def sheets(self) -> widgets.VBox:
        """The sheet of one class, and all of them to take away."""
        self.kind = frame.choice("Forms or sets", [(words, column) for column, words in self._kinds().items()])
        self.name = frame.choice("Which class?", self._names())
        self.kind.observe(lambda _: self._kind_changed(), "value")
        self.live = Live(self.name)
        self.shown = self.live.piece(self._sheet)
        self.downloads = self.live.piece(self._links)
        return widgets.VBox([frame.controls(self.kind, self.name), self.shown, self.downloads])

    def bank(self) -> widgets.VBox:
        """The bank of strategies and the group targets; what is changed here is on the sheets above at once."""
        parts = [self.ask.part(STRATEGIES), self.ask.part(TARGETS)]
        for part in parts:
            part.after(lambda *_: self.live.refresh())
        return widgets.VBox([part.box for part in parts])

    def _kinds(self) -> dict[str, str]:
        held = self.classes.drop_duplicates("column")
        return {row.column: f"Sets in {row.subject}" if row.column != "form" else "Forms" for row in held.itertuples()}

    def _names(self) -> list[tuple[str, str]]:
        here = self.classes[self.classes["column"] == self.kind.value]
        return [(f"{row.name}: {row.sen} of {row.pupils} with SEN", row.name) for row in here.itertuples(index=False)]

    def _kind_changed(self) -> None:
        with self.live.held():
            self.name.options = self._names()

    def _held(self) -> Held:
        try:
            return self.desk.store.forms()
        except StoreError:
            return {}

    def table(self, column: str, name: str, *, held: Held | None = None) -> pd.DataFrame:
        """The sheet of a class: the measure's columns, and name, sen, needs, standing, strategies and target."""
        sheet = class_sheet(self.school, column=column, name=name)
        bank = Bank(
            held if held is not None else self._held(),
            strategies=self.ask.sheet.part(STRATEGIES),
            targets=self.ask.sheet.part(TARGETS),
        )
        needs = [tuple(dict.fromkeys(filter(None, (p.need, p.need_2)))) for p in sheet.itertuples()]
        return sheet.assign(
            name=[people.person_name(p) for p in sheet.itertuples()],
            needs=[", ".join(one) for one in needs],
            sen=[
                ", ".join(filter(None, (p.sen_provision, *one)))
                for p, one in zip(sheet.itertuples(), needs, strict=True)
            ],
            standing=[_standing(p) for p in sheet.itertuples()],
            strategies=["; ".join(bank.strategies(one or ("",))) for one in needs],
            target=["; ".join(bank.targets(one or ("",))) for one in needs],
        )

    def _sheet(self) -> str:
        title = frame.heading("What does each teacher need to know about each class?")
        if self.classes.empty:
            return title + frame.answer(
                "No forms or sets are in the school's file, so there are no classes to make sheets for."
            )
        table = self.table(self.kind.value, self.name.value)
        row = self.classes[
            (self.classes["column"] == self.kind.value) & (self.classes["name"] == self.name.value)
        ].iloc[0]
        told = f"{self.name.value}: {row.sen} of {sentences.pupils(int(row.pupils))} {'has' if row.sen == 1 else 'have'} SEN."
        if table.empty:
            return title + frame.answer(told)
        return (
            title + frame.answer(told) + frame.plain_table(table, caption=f"Sheet for {self.name.value}", columns=SHOWN)
        )

    def _links(self) -> str:
        if self.classes.empty:
            return ""
        here = self.classes[(self.classes["column"] == self.kind.value) & (self.classes["sen"] > 0)]
        one = frame.download(
            f"Download the sheet of {self.name.value} (Excel)",
            self.excel([self.name.value]),
            name=f"class-{self.name.value}",
        )
        words = self._kinds()[self.kind.value].lower()
        every = frame.download(
            f"Download all {words}, a sheet each (Excel)", self.excel(list(here["name"])), name=f"class-sheets-{words}"
        )
        return f'<p class="sl-downloads">{one} {every}</p>' + frame.note(
            "These sheets name pupils and their needs. Give each to those who teach the class, and to nobody else."
        )

    def excel(self, names: list[str]) -> bytes:
        """The sheets of these classes, of the kind that is chosen, as an Excel workbook."""
        held = self._held()
        sheets = [
            Sheet(name=name, table=self.table(self.kind.value, name, held=held), columns=IN_THE_SHEET) for name in names
        ]
        about = [
            ("School", self.school.name + (" (sample data: nobody here is real)" if self.school.sample else "")),
            ("Made on", frame.day(date.today())),
            ("Who is listed", "Pupils with SEN on roll, by form or set"),
            ("What helps", "From the school's bank of strategies by need"),
            ("Source", "The school's own files, as loaded into the SENCO's workbook"),
        ]
        return workbook(sheets, about=about)

    # -- the review and the priorities --

    def review(self) -> widgets.VBox:
        """How a year group stands in a subject, by group, and six priorities that come of it."""
        years = list(self.school.framework.tracking.years)
        subjects = self.school.framework.outcome_subjects()
        self.year = frame.choice("Year group", [(f"Year {year}", year) for year in years])
        self.subject = frame.choice("Subject", [(subject, subject) for subject in subjects])
        figures = Live(self.year, self.subject).piece(self._review)
        self.priorities = self.ask.part(PRIORITIES, of=f"year {self.year.value}", title=self._title())
        self.year.observe(lambda _: self._year_changed(), "value")
        return widgets.VBox([frame.controls(self.year, self.subject), figures, self.priorities.box])

    def _title(self) -> str:
        return f"Six priorities for Year {self.year.value}"

    def _year_changed(self) -> None:
        self.priorities.title = self._title()
        self.priorities.show(of=f"year {self.year.value}")

    def _review(self) -> str:
        title = frame.heading(f"How does Year {self.year.value} stand in {self.subject.value}, group by group?")
        table = review(self.school, year_group=self.year.value, subject=self.subject.value)
        judged = table[table["pupils"] > 0].reset_index(drop=True)
        if judged.empty:
            return title + frame.answer("Of nobody in this year group can it be said yet whether they are on course.")
        names = [self._group(row) for row in judged.itertuples()]
        labels = [
            f"{name}: {row.reached} of {row.pupils}" for name, row in zip(names, judged.itertuples(), strict=True)
        ]
        plain = judged.assign(national=float("nan"), lea=float("nan"))
        chart = frame.picture(
            lambda width: charts.rates(
                plain, labels=labels, strong=list(judged["review"] == "sen"), width=width, axis="on course"
            ),
            says=". ".join(
                f"{label}, {frame.percent_range(r.percent, r.low, r.high)}"
                for label, r in zip(labels, judged.itertuples(), strict=True)
            ),
            key="Round: with and without SEN. Diamond: other groups. Bar: where the true rate is likely to lie. Groups overlap.",
        )
        shown = judged.assign(name=names, of=[REVIEW_WORDS[one] for one in judged["review"]])
        columns = {
            "name": "Group", "of": "Review of", "pupils": "Pupils", "reached": "On course", "percent": "Percent", "low": "Likely from",
            "high": "Likely to", "not_judged": "Not judged",
        }  # fmt: skip
        few = [name for name, row in zip(names, judged.itertuples(), strict=True) if row.pupils < FEW]
        small = (
            frame.note(
                f"Fewer than {FEW} pupils: {', '.join(few)}. Look at them one by one rather than at a percentage."
            )
            if few
            else ""
        )
        numbers = frame.numbers(
            shown, caption=f"Year {self.year.value}, {self.subject.value}, by group", columns=columns
        )
        rule = frame.note(self.school.framework.tracking.on_course)
        return title + frame.answer(self._review_answer(judged, names)) + chart + numbers + small + rule

    def _group(self, row: object) -> str:
        words = group_name(row.group, framework=self.school.framework, by=REVIEWED[row.review])
        return words[:1].upper() + words[1:]

    def _review_answer(self, judged: pd.DataFrame, names: list[str]) -> str:
        """The group that stands lowest among those that are large enough to tell."""
        enough = judged[judged["pupils"] >= FEW]
        if enough.empty:
            return "Every group is too small for a percentage to tell much."
        low = enough.loc[enough["percent"].idxmin()]
        rate = frame.percent_range(low.percent, low.low, low.high)
        return f"Lowest of the groups of {FEW} or more: {names[low.name]}, {low.reached} of {low.pupils} on course, {rate}."

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            ("Task 4: the lists by subject, and the reflections of unit 3", frame.address("task4_level3_to_5")),
            ("Task 8: the priorities stand in the action plan", frame.address("task8_working_smarter")),
        ]
        return frame.html(frame.what_next(lines))


class Bank:
    """What the school's bank says for a need: the strategies that are on the sheets, and the group's target."""

    def __init__(self, held: Held, *, strategies: Grid, targets: Grid) -> None:
        self._used, self._aims = held.get(STRATEGIES, {}), held.get(TARGETS, {})
        self._lines = [*strategies.rows, *own_rows(held.get(rows_form(STRATEGIES), {}))]
        self._targets = targets.rows

    def strategies(self, needs: tuple[str, ...]) -> list[str]:
        """The strategies for these needs, each once: a line of the bank unless it was unticked, as the school words it."""
        sections = [_section(need) for need in needs]
        lines = [line for section in sections for line in self._lines if line.section == section]
        kept = [line for line in lines if self._used.get(answer_key(row=line.key, column="used"), "yes") == "yes"]
        return list(
            dict.fromkeys(self._used.get(answer_key(row=line.key, column="ours"), "") or line.label for line in kept)
        )

    def targets(self, needs: tuple[str, ...]) -> list[str]:
        """The group targets for these needs, each once."""
        found = []
        for section in dict.fromkeys(map(_section, needs)):
            for row in self._targets:
                if row.key.endswith(f".{section}"):
                    found.append(self._aims.get(answer_key(row=row.key, column="target"), row.start.get("target", "")))
        return [target for target in dict.fromkeys(found) if target]


def _section(need: str) -> str:
    """Where the bank has a need.

    >>> _section("BESD"), _section("SLCN"), _section("")
    ('semh', 'slcn', 'oth')
    """
    return SAME_NEED.get(need, need.lower())


def _standing(pupil: object) -> str:
    if pupil.stuck == "yes":
        return "stuck"
    return {"yes": "on course", "no": "not on course"}.get(pupil.on_course, "")


def open_page() -> ClassSheetsPage:
    """The page over the school that lies open."""
    return ClassSheetsPage(open_desk())
