"""Task 4: who could get there. The pupils who started in one place, where they are now, and a plan line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import pandas as pd

from senlib.exports.bundle import File
from senlib.frameworks import NO_RESULT
from senlib.measures.groups import has_sen
from senlib.measures.others import share
from senlib.measures.tracking import on_course_rates, track
from senlib.pages.kit import (
    layout,
    others_of_100,
    provision_maps,
    pupil_names,
    sentences,
)
from senlib.pages.kit.downloads import Downloads, FileOffer, NothingChosen, forms
from senlib.pages.kit.page import Page
from senlib.pages.kit.rates import rates_picture
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.pages.task4_level3_to_5 import tracking_lists
from senlib.pages.task4_level3_to_5.question import (
    WHO,
    TrackingQuestion,
    answer_words,
    is_judged,
    not_listed,
    why_nobody,
)
from senlib.text import saved_at
from senlib.widgets import Listing
from senlib.workbook.plan import PLAN_LINES
from senlib.workbook.store import Answers, AnswersByForm, StoreError
from senlib.workspace import Workspace

ON_COURSE = {
    "name": "Year group",
    "pupils": "Pupils",
    "reached": "On course",
    "percent": "Percent",
    "low": "Likely from",
    "high": "Likely to",
}


class TrackingPage(Page):
    """The page of Task 4."""

    stem = "task4_level3_to_5"
    next_steps = (
        (
            "Task 3: hold the school’s figures against the targets",
            "task3_ensuring_progress",
        ),
        (
            "Task 5: see what help each of them gets, and whether it moves them",
            "task5_interventions",
        ),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.plan = self.school.framework.tracking
        self._stage = self.school.framework.stage(self.plan.stage)
        self._needs = pupil_names.needs_listed(self.school)
        self._plans: Answers = {}
        self._provision = provision_maps.by_pupil({})
        self.shared = SharedAnswers(workspace)
        self._controls = self._build_controls()
        self.live.also(self.take_stock)
        self._answer = self.live.piece(self._answer_html)
        self._pupils = self._build_list()
        self.files = self._build_files()
        self.live.also(self.files.clear)

    def controls(self) -> widgets.Box:
        """Whom to look at."""
        return self._controls

    def answer(self) -> widgets.HTML:
        """The question, and how many are on course and how many are stuck."""
        return self._answer

    def pupils(self) -> widgets.VBox:
        """The list for the subject leader: sort it, search it, and write a plan line for each pupil."""
        return self._pupils

    def sheets(self) -> widgets.VBox:
        """The list above for its subject leader, in Excel or in Word, or every subject's; and the page's forms."""
        return self.files.box

    def _build_controls(self) -> widgets.Box:
        stage = self._stage
        subjects = [(name, name) for name in self._subjects()]
        bands = (*stage.bands, "none")
        starts = [(sentences.start_label(band, stage=stage), band) for band in bands]
        scale, plan = stage.outcome_scale, self.plan
        aims = [
            (sentences.reached(step, stage=stage).capitalize(), step)
            for step in scale.steps()
            if scale.lowest(step) > 0
        ]
        years = [(f"Year {year}", (year,)) for year in plan.years]
        together = (f"Years {plan.years[0]} to {plan.years[-1]}", plan.years)
        who = [(words, key) for key, words in WHO.items()]
        self.subject = layout.choice("Subject", subjects, self.query.get("subject"))
        self.entry = layout.choice(
            "Where they started", starts, self.query.get("entry", plan.entry)
        )
        self.reach = layout.choice("Where they could get to", aims, plan.reach)
        self.years = layout.choice("Year groups", [together, *years])
        self.who = layout.choice("Which pupils", who)
        boxes = (self.subject, self.entry, self.reach, self.years, self.who)
        self.live.follow(*boxes)
        return layout.controls(*boxes)

    def _subjects(self) -> list[str]:
        """The subjects in which anybody has a result now; all where in none."""
        results = self.school.results
        now = results[(results["stage"] == "now") & (results["result"] != NO_RESULT)]
        subjects = self.school.framework.outcome_subjects()
        return [name for name in subjects if name in set(now["subject"])] or subjects

    @property
    def question(self) -> TrackingQuestion:
        """What is chosen."""
        return TrackingQuestion(
            school=self.school,
            subject=self.subject.value,
            entry=self.entry.value,
            reach=self.reach.value,
            years=self.years.value,
            who=self.who.value,
        )

    def read_answers(self) -> None:
        """Read the plan lines, which the page shows without a form, and what each pupil is given as well."""
        super().read_answers()
        self._plans = self.shared.read(PLAN_LINES)
        self._provision = provision_maps.by_pupil(self.answers)

    # -- the answer --

    def _answer_html(self) -> str:
        question, rows = self.question, self.rows()
        asks = f"Which of our pupils {question.start} in {question.subject} are on the way to {question.aim}?"
        words = layout.heading(asks) + layout.answer(answer_words(question, rows))
        if not is_judged(rows):
            return words
        unlisted = not_listed(question)
        rule = f"{self.plan.on_course} {self.plan.stuck} {sentences.STUCK_FIRST}"
        parts = (
            words,
            layout.note(unlisted) if unlisted else "",
            self._chart(),
            layout.note(rule),
            layout.how_to_read("on_course_and_stuck", "rate", "few_pupils"),
        )
        return "".join(parts)

    def _chart(self) -> str:
        """On course by year group, with and without SEN, each with its interval."""
        table = self._in_years(self.subject.value)
        rates = on_course_rates(table, framework=self.school.framework)
        if rates.empty:
            return ""
        labels = [
            f"Year {row.year_group}, {row.group}: {row.reached} of {row.pupils}"
            for row in rates.itertuples()
        ]
        chart = rates_picture(
            rates,
            labels=labels,
            strong=list(rates["group"] == "SEN"),
            axis="on course",
            key="Round: pupils with SEN. Diamond: pupils without.",
        )
        table = rates.assign(name=labels)
        caption = "On course, by year group"
        return chart + layout.numbers(table, caption=caption, columns=ON_COURSE)

    # -- the list --

    def _build_list(self) -> widgets.VBox:
        framework = self.school.framework
        columns = tracking_lists.page_columns(framework, self._stage)
        self.listing = Listing(columns=columns, page_size=25, caption="", empty="")
        self.listing.observe(lambda change: self._keep_plan(change["new"]), "edit")
        self.live.also(self._show_pupils)
        self.england = self.live.piece(self._england_html)
        self.status = layout.html("")
        notes = tracking_lists.of_framework(tracking_lists.NOTES, framework)
        below = "".join(map(layout.note, notes.values()))
        below += layout.how_to_read("gain") if "gain" in notes else ""
        key = layout.html(below + pupil_names.codes_key(self.school))
        box = widgets.VBox([self.england, self.listing, key])
        box.children += (self.trouble, self.status, self.shared.box)
        return box

    def rows(self, *, subject: str | None = None) -> pd.DataFrame:
        """The pupils chosen, with names in one column and the plan line last written for each."""
        table = self._in_years(subject or self.subject.value)
        if self.who.value == "SEN":
            codes = table["sen_provision"]
            table = table[has_sen(codes, framework=self.school.framework)]
        rows = list(table.itertuples())
        needs = table["pupil_id"].map(self._needs)
        provision = self._provision.reindex(table["pupil_id"]).fillna("")
        plans = [self._plans.get(f"{row.subject}/{row.pupil_id}", "") for row in rows]
        both = table["sen_provision"].str.cat(needs.astype("str"), sep=", ")
        return table.assign(
            name=[pupil_names.person_name(row) for row in rows],
            needs=needs,
            sen_and_needs=both.str.strip(", "),
            england=self._shares(table),
            plan=plans,
            headings=provision["headings"].replace("", "none").to_numpy(),
            things=provision["things"].to_numpy(),
        ).reset_index(drop=True)

    def _in_years(self, subject: str) -> pd.DataFrame:
        """Everybody in the chosen year groups who started there, with SEN and without."""
        table = track(
            self.school, subject=subject, entry=self.entry.value, reach=self.reach.value
        )
        return table[table["year_group"].isin(self.years.value)]

    def _show_pupils(self) -> None:
        rows, question = self.rows(), self.question
        start = sentences.start_label(question.entry, stage=self._stage).lower()
        whom = question.whom(len(rows))
        self.listing.caption = f"{question.subject}: {whom} who started at {start}"
        self.listing.empty = why_nobody(question) if rows.empty else ""
        columns = list(
            tracking_lists.of_framework(tracking_lists.LISTED, self.school.framework)
        )
        pupils = rows["pupil_id"]
        links = [pupil_names.page_address(self.workspace, pupil) for pupil in pupils]
        table = rows[columns].assign(id=pupils, href=links)
        self.listing.records = table.to_dict("records")

    @in_one_connection
    def _keep_plan(self, edit: dict[str, Any]) -> None:
        """Keep a plan line as it is written, and say when."""
        if edit.get("key") != "plan":
            return
        field, plan = f"{self.subject.value}/{edit['id']}", edit["value"] or ""
        try:
            at = self.shared.keep(
                PLAN_LINES,
                {field: plan},
                about="the plan line you have just written",
                then=self.live.refresh,
            )
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return
        self.status.value = ""
        self._plans = self._plans | {field: plan}
        # The file first: whoever reads 'Saved' finds no list without the line.
        self.files.clear()
        saved = {"id": edit["id"], "key": "plan", "at": saved_at(at)}
        self.listing.saved = saved

    # -- what others with the same start went on to --

    def _group_of(self, sen_provision: str) -> str:
        framework = self.school.framework
        return others_of_100.group_of(sen_provision, framework=framework)

    def _others(self, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """What pupils in England who started there went on to, by each group that somebody on a list is of."""
        groups = rows["sen_provision"].map(self._group_of)
        return {
            group: others_of_100.of_group(
                self.workspace,
                subject=rows["subject"].iloc[0],
                entry=self.entry.value,
                group=group,
                reach=self.reach.value,
            )
            for group in groups.unique()
        }

    def _shares(self, rows: pd.DataFrame) -> list[str]:
        """Beside each row, how many pupils in England with the same start and of the same group reached the aim."""
        reach, stage = self.reach.value, self._stage
        words = {
            group: others_of_100.short(share(table, reach=reach, stage=stage))
            for group, table in self._others(rows).items()
        }
        return [words[self._group_of(code)] for code in rows["sen_provision"]]

    def _england_html(self) -> str:
        """What pupils in England who started there went on to, of each group that is listed."""
        rows, question = self.rows(), self.question
        if rows.empty or not others_of_100.has_figures(self.school.framework):
            return ""
        block = others_of_100.block(
            self._others(rows),
            subject=question.subject,
            entry=question.entry,
            reach=question.reach,
            stage=self._stage,
        )
        return block + layout.how_to_read("others_like")

    # -- to take away --

    def _build_files(self) -> Downloads:
        offers: list[FileOffer] = [
            ("The list above, in Excel", self._this_in_excel),
            ("The list above, in Word", self._in_word),
            ("Every subject’s list, a sheet each, in Excel", self._all_in_excel),
            ("For a talk with the subject leader, in Word", self._for_a_talk),
        ]
        offers += forms(self.workspace, self.ask.sheet)
        return Downloads(self.workspace, offers)

    def _this_in_excel(self, _answers: AnswersByForm) -> File:
        return self._in_excel([self.subject.value], title=self.subject.value)

    def _all_in_excel(self, _answers: AnswersByForm) -> File:
        return self._in_excel(self._subjects(), title="all subjects")

    def _in_excel(self, subjects: list[str], *, title: str) -> File:
        self.take_stock()
        tables = {subject: self.rows(subject=subject) for subject in subjects}
        england = self._others(self.rows())
        return tracking_lists.in_excel(
            tables, self.question, title=title, england=england
        )

    def _in_word(self, _answers: AnswersByForm) -> File:
        self.take_stock()
        rows = self.rows()
        return tracking_lists.in_word(rows, self.question, england=self._others(rows))

    def _for_a_talk(self, _answers: AnswersByForm) -> File:
        self.take_stock()
        rows = self.rows()
        if rows.empty:
            raise NothingChosen(why_nobody(self.question))
        return tracking_lists.for_a_talk(
            rows, self.question, england=self._others(rows)
        )


open_page = TrackingPage.open
