"""Unit 3 as a tool: a sheet for each class, a bank of strategies by need, the review by groups, six priorities for a year group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports import excel, word
from senlib.exports.about import About
from senlib.exports.bundle import File, bundle
from senlib.measures.class_sheets import COLUMNS, class_lists, classes
from senlib.measures.group_review import REVIEWED, review
from senlib.measures.groups import group_name
from senlib.measures.proportion import FEW
from senlib.measures.tracking import track
from senlib.pages.kit import empty_states, header, layout, pupil_names, sentences
from senlib.pages.kit.downloads import FileButton
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.live import Live
from senlib.workbook.store import StoreError
from senlib.workbook.strategies import STRATEGIES, TARGETS, Bank, OfNeed, own_targets
from senlib.workspace import Workspace, open_workspace

PRIORITIES = "unit3.priorities"

# Those of a table's columns that hang on a subject.
IN_A_SUBJECT = ("entry", "now", "standing")

SHOWN = {
    "name": "Pupil",
    "sen": "SEN, needs",
    "entry": "Entry",
    "now": "Now",
    "standing": "Standing",
    "targets": "Own targets (IEP)",
}
IN_EXCEL = {
    "name": "Pupil",
    "form": "Form",
    "year_group": "Year",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry": "Entry",
    "now": "Now",
    "standing": "Standing",
    "targets": "Own targets (IEP)",
    "strategies": "What helps",
    "aims": "Group target",
}
BY_NEED = {
    "title": "Need",
    "pupils": "Pupils",
    "strategies": "What helps",
    "target": "Group target",
}

HIDDEN = "Left out are pupils without SEN, and whatever else the school’s files hold on those listed."
KEEP = "These sheets name pupils and their needs. Give each to those who teach the class, and to nobody else."
NO_CLASSES = (
    "The school’s files do not say in which form or set anybody is, so there are no classes to make sheets for. "
    "Choose your files again on the front page, with a list that has forms or sets."
)

REVIEW_WORDS = {
    "sex": "Boys and girls",
    "sen": "SEN",
    "ethnicity": "Ethnic group",
    "able": "Able, gifted and talented",
}

Held = Mapping[str, Mapping[str, str]]


class ClassSheetsPage:
    """The page of class sheets. A test drives it without a browser."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.school = workspace, workspace.school
        self.ask = PageSheets(workspace, "unit3_class_sheets")
        self.classes = classes(self.school)
        self.trouble = layout.html("")
        self._lists: dict[tuple[str, str], pd.DataFrame] = {}
        self._held: Held = {}
        subjects = [
            (subject, subject) for subject in self.school.framework.outcome_subjects()
        ]
        self.kind = layout.choice(
            "Forms or sets",
            [(words, column) for column, words in self._kinds().items()],
        )
        self.of_form = layout.choice("Subject of entry and now", subjects)
        self.name = layout.choice("Which class?", self._names())
        self.kind.observe(lambda _: self._kind_changed(), "value")
        self.live = Live(self.of_form, self.name)
        self.live.also(self._take_stock)

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    # -- the sheets --

    def sheets(self) -> widgets.VBox:
        """The sheet of one class, and all of them to take away."""
        self.shown = self.live.piece(self._sheet)
        if self.classes.empty:
            return widgets.VBox([self.shown])
        self.excel_file = self._file_button("xlsx", "Excel")
        self.word_file = self._file_button("docx", "Word")
        self.one_class = layout.controls(self.excel_file.box, self.word_file.box)
        self.live.also(self._clear_files)
        self.every = FileButton(self._zip_file, link_words="Save the zip", keep="")
        self.live.also(self._clear_zip)
        self._show_subject()
        controls = layout.controls(self.kind, self.name, self.of_form)
        return widgets.VBox(
            [
                controls,
                self.trouble,
                self.shown,
                self.one_class,
                self.every.box,
                layout.html(layout.note(KEEP)),
            ]
        )

    def bank(self) -> widgets.VBox:
        """The bank of strategies and the group targets; what is changed here is on the sheets above at once."""
        parts = [self.ask.part(STRATEGIES), self.ask.part(TARGETS)]
        for part in parts:
            part.after(lambda *_: self.live.refresh())
        return widgets.VBox([part.box for part in parts])

    def _kinds(self) -> dict[str, str]:
        """What kinds of class there are: the column that says so, and its name."""
        held = dict.fromkeys(self.classes["column"])
        subjects = dict(
            zip(self.classes["column"], self.classes["subject"], strict=True)
        )
        return {
            column: f"Sets in {subjects[column] or COLUMNS[column]}"
            if column != "form"
            else "Forms"
            for column in held
        }

    def _names(self) -> list[tuple[str, str]]:
        here = self.classes[self.classes["column"] == self.kind.value]
        return [
            (f"{row.name}: {row.sen} of {row.pupils} with SEN", row.name)
            for row in here.itertuples(index=False)
        ]

    def _kind_changed(self) -> None:
        self._show_subject()
        with self.live.paused():
            self.name.options = self._names()

    def _show_subject(self) -> None:
        self.of_form.layout.display = "" if self.kind.value == "form" else "none"

    @property
    def subject(self) -> str:
        """In which subject the sheets say where pupils stand: the set's own, or the one chosen for forms; '' for none."""
        if self.kind.value == "form":
            return self.of_form.value
        return self.classes.loc[
            self.classes["column"] == self.kind.value, "subject"
        ].iloc[0]

    def _take_stock(self) -> None:
        """Read the answers, once for all that is made of them; where they cannot be read, those read last stay, and it is told."""
        try:
            self._held, self.trouble.value = self.workspace.store.forms(), ""
        except StoreError as error:
            self.trouble.value = layout.trouble_line(
                f"What was written cannot be read anew. {error}"
            )

    def table(self, name: str) -> pd.DataFrame:
        """The list of a class: the measure's columns, and name, needs, sen, standing, targets, strategies and aims in words."""
        where = (self.kind.value, self.subject)
        if where not in self._lists:
            self._lists[where] = class_lists(
                self.school, column=where[0], subject=where[1]
            )
        sheet = self._lists[where]
        sheet = sheet[sheet["class"] == name].reset_index(drop=True)
        bank, pupils = self._bank(), list(sheet.itertuples())
        by_pupil = [[bank.of(need) for need in _needs(pupil)] for pupil in pupils]
        return sheet.assign(
            name=[pupil_names.person_name(pupil) for pupil in pupils],
            needs=[", ".join(pupil_names.needs(pupil)) for pupil in pupils],
            sen=[
                ", ".join([pupil.sen_provision, *pupil_names.needs(pupil)])
                for pupil in pupils
            ],
            standing=[
                sentences.standing(pupil) if self.subject else "" for pupil in pupils
            ],
            targets=[
                "\n".join(own_targets(self._held, pupil.pupil_id)) for pupil in pupils
            ],
            strategies=[
                "\n".join(
                    dict.fromkeys(line for one in found for line in one.strategies)
                )
                for found in by_pupil
            ],
            aims=[
                "\n".join(dict.fromkeys(one.target for one in found if one.target))
                for found in by_pupil
            ],
        )

    def by_need(self, table: pd.DataFrame) -> list[OfNeed]:
        """What helps in a class, for each need in it, in the order of the bank, with the names of the pupils who have it."""
        bank = self._bank()
        who: dict[str, list[str]] = {}
        for pupil in table.itertuples(index=False):
            for key in dict.fromkeys(map(bank.place, _needs(pupil))):
                who.setdefault(key, []).append(pupil.name)
        return [
            replace(bank.of(key), pupils=tuple(who[key]))
            for key in bank.titles
            if key in who
        ]

    def _bank(self) -> Bank:
        return Bank(
            self._held,
            grid=self.ask.sheet.part(STRATEGIES),
            targets=self.ask.sheet.part(TARGETS),
        )

    def _columns(
        self, table: pd.DataFrame, columns: Mapping[str, str]
    ) -> dict[str, str]:
        """The columns that have anything to say of a class."""
        left_out = [] if self.subject else [*IN_A_SUBJECT]
        left_out += [] if table["targets"].any() else ["targets"]
        return {key: words for key, words in columns.items() if key not in left_out}

    def _told(self) -> str:
        """How many of the class have SEN."""
        here = (self.classes["column"] == self.kind.value) & (
            self.classes["name"] == self.name.value
        )
        row = self.classes[here].iloc[0]
        pupils = self.school.pupils
        mine = (pupils["on_roll"] == "Y") & (pupils[self.kind.value] == self.name.value)
        unknown = int((pupils.loc[mine, "sen_provision"] == "").sum())
        if not row.sen and unknown:
            why = empty_states.nobody_with_sen(
                int(row.pupils), unknown=unknown, whom=f"in {self.name.value}"
            )
            return why
        of = sentences.pupils(int(row.pupils))
        have = f"{row.sen} of {of} {'have' if row.sen > 1 else 'has'} SEN"
        rest = f"; of {unknown} no SEN code is held" if unknown else ""
        return f"{self.name.value}: {have if row.sen else f'of {of} nobody has SEN'}{rest}."

    def _sheet(self) -> str:
        if self.classes.empty:
            return layout.heading(
                "What does each teacher need to know about a class?"
            ) + layout.answer(
                NO_CLASSES
                if (self.school.pupils["on_roll"] == "Y").any()
                else empty_states.nobody_with_sen(0, whom="on roll")
            )
        title = layout.heading(
            f"Who in {self.name.value} has SEN, and what helps?"
        ) + layout.answer(self._told())
        table = self.table(self.name.value)
        if table.empty:
            return title
        shown = table.assign(targets=table["targets"].str.replace("\n", "; "))
        if self.subject and not (table["entry"].ne("") | table["now"].ne("")).any():
            told = f"No results in {self.subject} are in the school’s files for these pupils, so where they stand is not known."
            title += layout.note(told)
        listed = layout.plain_table(
            shown,
            caption=self._called(self.name.value),
            columns=self._columns(table, SHOWN),
        )
        notes = "".join(map(layout.note, self._how_to_read(table)))
        notes += layout.how_to_read("on_course_and_stuck")
        helps = "".join(map(_as_html, self.by_need(table)))
        return (
            title
            + listed
            + notes
            + layout.heading("What helps, by need", level=3)
            + helps
        )

    def _called(self, name: str) -> str:
        return f"Class sheet of {name}" + (f", {self.subject}" if self.subject else "")

    def _how_to_read(self, table: pd.DataFrame) -> list[str]:
        """What the words in the table of a class mean, and of whom they are said."""
        plan = self.school.framework.tracking
        codes = pupil_names.codes(table, framework=self.school.framework)
        years = f"Years {plan.years[0]} to {plan.years[-1]} are followed."
        standing = "Where pupils stand is not followed in this subject."
        if self.subject:
            standing = f"{sentences.aim(self.school.framework)} {plan.stuck} {sentences.STUCK_FIRST} {years}"
        own = "Own targets are those of the pupil’s IEP."
        targets = (
            own
            if table["targets"].any()
            else "Nobody here has targets in an IEP (Task 6) yet."
        )
        return [*codes, standing, targets]

    # -- to take away --

    def _file_button(self, kind: str, program: str) -> FileButton:
        return FileButton(
            lambda: self._file(kind),
            words=f"Make this sheet ({program})",
            link_words=f"Download this sheet ({program})",
            keep="",
        )

    def _file(self, kind: str) -> File:
        """The sheet of the class that is chosen; what it is made of is read now, and not as it stood when the page was opened."""
        self._take_stock()
        name = self.name.value
        content = self.excel(name) if kind == "xlsx" else self.word(name)
        return File(name=f"class-sheet-{name}.{kind}", content=content)

    def _clear_files(self) -> None:
        """What was made before a change is out of date."""
        self.excel_file.clear()
        self.word_file.clear()
        nobody = self.table(self.name.value).empty
        self.one_class.layout.display = "none" if nobody else ""

    def _about(self, title: str, *, hidden: str = HIDDEN) -> About:
        source = f"{self.school.name}: its own files, its bank of strategies, and targets from its IEPs"
        return About(
            title=title,
            source=source,
            on=date.today(),
            sample=self.school.sample,
            hidden=hidden,
        )

    def excel(self, name: str) -> bytes:
        """The sheet of a class as an Excel workbook: its pupils, and what helps by need."""
        table = self.table(name)
        needs = pd.DataFrame(
            [one.record for one in self.by_need(table)], columns=list(BY_NEED)
        )
        # Under names of our own, for what a class is called may be no name of a sheet.
        sheets = [
            excel.ExcelSheet(
                name="Pupils", table=table, columns=self._columns(table, IN_EXCEL)
            ),
            excel.ExcelSheet(name="What helps", table=needs, columns=BY_NEED),
        ]
        about = [
            *self._about(self._called(name)).rows,
            ("How to read it", " ".join(self._how_to_read(table))),
            ("Keep it safe", KEEP),
        ]
        return excel.workbook(sheets, about=about)

    def word(self, name: str) -> bytes:
        """The sheet of a class as a Word document across the page: its pupils, and what helps by need."""
        table = self.table(name)
        columns = self._columns(table, SHOWN)
        weights = {
            "name": 2.4,
            "sen": 2.0,
            "entry": 0.9,
            "now": 0.9,
            "standing": 1.3,
            "targets": 4.0,
        }
        needs = [list(one.record.values()) for one in self.by_need(table)]
        pieces = [
            word.TableBlock(
                heading="Pupils with SEN",
                heads=list(columns.values()),
                rows=table[list(columns)].astype(str).values.tolist(),
                weights=[weights[key] for key in columns],
            ),
            word.TableBlock(
                heading="What helps, by need",
                heads=list(BY_NEED.values()),
                rows=needs,
                weights=(2, 2, 4.5, 3),
            ),
            word.TextBlock(
                heading="How to read it",
                text="\n".join([*self._how_to_read(table), KEEP]),
            ),
        ]
        return word.document(
            pieces, about=self._about(self._called(name)), landscape=True
        )

    def zip(self) -> bytes:
        """The sheets of all classes of the kind that is chosen, in Excel and in Word, in one zip."""
        here = self.classes[self.classes["column"] == self.kind.value]
        files = []
        for name in here.loc[here["sen"] > 0, "name"]:
            says = self._called(name)
            files.append(
                File(
                    name=f"{name}.xlsx",
                    content=self.excel(name),
                    says=says,
                    hidden=HIDDEN,
                )
            )
            files.append(
                File(
                    name=f"{name}.docx",
                    content=self.word(name),
                    says=says,
                    hidden=HIDDEN,
                )
            )
        without = ", ".join(here.loc[here["sen"] == 0, "name"])
        hidden = HIDDEN + (
            f" No sheet, for nobody in them has SEN: {without}." if without else ""
        )
        return bundle(
            files, about=self._about(f"Class sheets: {self._words()}", hidden=hidden)
        )

    def _words(self) -> str:
        words = layout.lower_first(self._kinds()[self.kind.value])
        return f"{words}, {self.subject}" if self.kind.value == "form" else words

    def _zip_file(self) -> File:
        # What the files are made of is read now, and not as it stood when the page was opened.
        self._take_stock()
        words = "-".join(self._words().split(", "))
        return File(name=f"class-sheets-{words}.zip", content=self.zip())

    def _clear_zip(self) -> None:
        """What was made before a change is out of date."""
        is_here = self.classes["column"] == self.kind.value
        count = int((is_here & (self.classes["sen"] > 0)).sum())
        sheets = f"all {count} sheets" if count > 1 else "the sheet"
        self.every.button.description = f"Make {sheets} in one zip"
        self.every.box.layout.display = "" if count else "none"
        self.every.clear()

    # -- the review and the priorities --

    def review(self) -> widgets.VBox:
        """How a year group stands in a subject, by group, and six priorities that come of it."""
        years = list(self.school.framework.tracking.years)
        subjects = self.school.framework.outcome_subjects()
        self.year = layout.choice(
            "Year group", [(f"Year {year}", year) for year in years]
        )
        self.subject_reviewed = layout.choice(
            "Subject", [(subject, subject) for subject in subjects]
        )
        live = Live(self.year, self.subject_reviewed)
        self.asked, self.figures = live.piece(self._asked), live.piece(self._review)
        self.priorities = self.ask.part(
            PRIORITIES, of=str(self.year.value), title=self._title()
        )
        self.year.observe(lambda _: self._year_changed(), "value")
        return widgets.VBox(
            [
                self.asked,
                layout.controls(self.year, self.subject_reviewed),
                self.figures,
                self.priorities.box,
            ]
        )

    def _title(self) -> str:
        return f"Six priorities for Year {self.year.value}"

    def _year_changed(self) -> None:
        self.priorities.title = self._title()
        self.priorities.show(of=str(self.year.value))

    def _asked(self) -> str:
        return layout.heading(
            f"How does Year {self.year.value} stand in {self.subject_reviewed.value}, group by group?"
        )

    def _review(self) -> str:
        year, subject = self.year.value, self.subject_reviewed.value
        table = review(self.school, year_group=year, subject=subject)
        judged = table[table["pupils"] > 0].reset_index(drop=True)
        if judged.empty:
            pupils = self.school.pupils
            if not ((pupils["year_group"] == year) & (pupils["on_roll"] == "Y")).any():
                return layout.answer(
                    f"Nobody in Year {year} is on roll in the school’s files."
                )
            stage = self.school.framework.stage(self.school.framework.tracking.stage)
            rows = track(
                self.school, subject=subject, entry=[*stage.bands, "none"], years=[year]
            )
            return layout.answer(
                empty_states.nobody_judged(
                    rows["unjudged"],
                    stage=stage,
                    subject=subject,
                    whom=f"in Year {year}",
                )
            )
        rows = list(judged.itertuples())
        judged = judged.assign(
            name=[self._group(row) for row in rows],
            whom=[self._whom(row) for row in rows],
        )
        not_judged = int(table.loc[table["review"] == "sex", "not_judged"].sum())
        told = review_answer(judged, not_judged=not_judged)
        small = judged.loc[judged["pupils"] < FEW, "name"]
        notes = [
            f"Fewer than {FEW} pupils: {', '.join(small)}. Look at them one by one rather than at a percentage."
            if len(small)
            else "",
            sentences.aim(self.school.framework),
        ]
        pieces = [
            _chart(judged),
            _numbers(judged, caption=f"Year {year}, {subject}, by group"),
            *map(layout.note, filter(None, notes)),
            layout.how_to_read("several_groups", "on_course_and_stuck", "few_pupils"),
        ]
        return layout.answer(told) + "".join(pieces)

    def _group(self, row: object) -> str:
        # Of what it is not known has to be said, for several reviews may have such a group.
        if row.group == "not known":
            return f"{REVIEW_WORDS[row.review]}: not known"
        words = self._whom(row)
        return words[:1].upper() + words[1:]

    def _whom(self, row: object) -> str:
        """A group as it stands within a sentence."""
        if row.group == "not known":
            return f"pupils of whom it is not known ({layout.lower_first(REVIEW_WORDS[row.review])})"
        return group_name(
            row.group, framework=self.school.framework, by=REVIEWED[row.review]
        )

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            (
                "Task 4: what you see in each group, and the lists by subject",
                layout.address("task4_level3_to_5"),
            ),
            (
                "Task 6: write the targets that stand on the sheets",
                layout.address("task6_support_in_class"),
            ),
            (
                "Task 8: the priorities stand in the action plan",
                layout.address("task8_working_smarter"),
            ),
        ]
        return layout.html(layout.what_next(lines))


def review_answer(judged: pd.DataFrame, *, not_judged: int) -> str:
    """The group that stands lowest among those that are large enough to tell, and of how many nothing can be said.

    >>> row = {"whom": "boys", "pupils": 40, "reached": 18, "percent": 45.0, "low": 30.7, "high": 60.2}
    >>> review_answer(pd.DataFrame([row]), not_judged=2)
    'Of the groups of 11 or more, boys stand lowest: 18 of 40 on course, 45 % (likely 31 to 60 %). Of 2 pupils it cannot be said.'
    """
    unsaid = (
        f" Of {sentences.pupils(not_judged)} it cannot be said." if not_judged else ""
    )
    enough = judged[judged["pupils"] >= FEW]
    if enough.empty:
        return f"Every group is too small (fewer than {FEW}) for a percentage to tell much.{unsaid}"
    low = enough.loc[enough["percent"].idxmin()]
    rate = layout.percent_range(low.percent, low.low, low.high)
    return f"Of the groups of {FEW} or more, {low.whom} stand lowest: {low.reached} of {low.pupils} on course, {rate}.{unsaid}"


def _chart(judged: pd.DataFrame) -> str:
    labels = [
        f"{row.name}: {row.reached} of {row.pupils}"
        for row in judged.itertuples(index=False)
    ]
    says = [
        f"{label}, {layout.percent_range(row.percent, row.low, row.high)}"
        for label, row in zip(labels, judged.itertuples(), strict=True)
    ]
    plain, strong = (
        judged.assign(national=float("nan"), lea=float("nan")),
        list((judged["review"] == "sen") & (judged["group"] == "SEN")),
    )
    return layout.picture(
        partial(charts.rates, plain, labels=labels, strong=strong, axis="on course"),
        says=". ".join(says),
        key=f"Round: pupils with SEN. Diamond: other groups. {layout.LIKELY} A pupil may be in several groups. "
        "Where the lines of two groups that share no pupils stand apart, the difference is clear. That lines overlap settles nothing.",
    )


def _numbers(judged: pd.DataFrame, *, caption: str) -> str:
    columns = {
        "name": "Group",
        "of": "Review of",
        "pupils": "Pupils",
        "reached": "On course",
        "percent": "Percent",
        "low": "Likely from",
        "high": "Likely to",
        "not_judged": "Not judged",
    }
    return layout.numbers(
        judged.assign(of=judged["review"].map(REVIEW_WORDS)),
        caption=caption,
        columns=columns,
    )


def _needs(pupil: object) -> Sequence[str]:
    """A pupil's needs; one that is '' where none is recorded."""
    return pupil_names.needs(pupil) or [""]


def _as_html(one: OfNeed) -> str:
    lines = "".join(
        f'<li dir="auto">{layout.escape(line)}</li>' for line in one.strategies
    )
    target = (
        f'<p dir="auto"><strong>Group target:</strong> {layout.escape(one.target)}</p>'
        if one.target
        else ""
    )
    who = layout.escape("; ".join(one.pupils))
    helps = (
        f"<ul>{lines}</ul>"
        if lines
        else "<p>No strategy is ticked for it in the bank below.</p>"
    )
    return f'<h4>{layout.escape(one.title)}</h4><p class="sl-note" dir="auto">{who}</p>{helps}{target}'


def open_page() -> ClassSheetsPage:
    """The page over the school that lies open."""
    return ClassSheetsPage(open_workspace())
