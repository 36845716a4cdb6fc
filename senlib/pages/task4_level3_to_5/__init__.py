"""Task 4: who could get there. The pupils who started in one place, where they are now, and a plan line for each."""

from __future__ import annotations

from collections.abc import Callable
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
    pupil_list,
    pupil_names,
    sentences,
)
from senlib.pages.kit.choices import aims, starts
from senlib.pages.kit.downloads import Downloads, forms
from senlib.pages.kit.live import on_message
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.rates import RATE, rates_picture
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

ON_COURSE = {
    "name": "Year group",
    "pupils": "Pupils",
    "reached": "On course",
    **RATE,
}


class TrackingPage(Page):
    """The page of Task 4."""

    def build(self) -> None:
        self.plan = self.framework.tracking
        self._stage = self.framework.tracked_stage
        self._plans: Answers = {}
        self._provision = provision_maps.by_pupil({})
        self.shared = SharedAnswers(self.workspace)

    @piece
    def controls(self) -> widgets.Box:
        """Whom to look at."""
        stage, plan, query = self._stage, self.plan, self.query
        years = [(f"Year {year}", (year,)) for year in plan.years]
        together = (f"Years {plan.years[0]} to {plan.years[-1]}", plan.years)
        who = [(words, key) for key, words in WHO.items()]
        choice = layout.choice
        entry = query.get("entry", plan.entry)
        self.subject = choice("Subject", self._subjects(), query.get("subject"))
        bands = starts(stage, "none")
        self.entry = choice("Where they started", bands, entry)
        self.reach = choice("Where they could get to", aims(stage), plan.reach)
        self.years = choice("Year groups", [together, *years])
        self.who = choice("Which pupils", who)
        boxes = (self.subject, self.entry, self.reach, self.years, self.who)
        self.live.follow(*boxes)
        self.live.also(self.take_stock)
        self.live.also(self._take_rows)
        return layout.controls(*boxes)

    @piece
    def answer(self) -> widgets.HTML:
        """The question, and how many are on course and how many are stuck."""
        return self.live.piece(self._answer_html)

    @piece
    def pupils(self) -> widgets.VBox:
        """The list for the subject leader: sort it, search it, and write a plan line for each pupil."""
        columns = tracking_lists.page_columns(self.framework, self._stage)
        self.listing = Listing(columns=columns, page_size=25, caption="", empty="")
        on_message(self.listing, "edit", self._keep_plan)
        self.live.also(self._show_pupils)
        england = self.live.piece(self._england_html)
        self.status = layout.html("")
        notes = tracking_lists.of_framework(tracking_lists.NOTES, self.framework)
        below = layout.note(*notes.values())
        below += layout.how_to_read("gain") if "gain" in notes else ""
        key = below + pupil_names.codes_key(self.school)
        saved = (self.trouble, self.status, self.shared.box)
        return layout.stack(england, self.listing, key, *saved)

    @piece
    def sheets(self) -> widgets.VBox:
        """The list above for its subject leader, in Excel or in Word, or every subject's; and the page's forms."""
        offers = [
            ("The list above, in Excel", self._file(tracking_lists.this_in_excel)),
            ("The list above, in Word", self._file(tracking_lists.in_word)),
            ("Every subject’s list, a sheet each, in Excel", self._all_in_excel),
            (
                "For a talk with the subject leader, in Word",
                self._file(tracking_lists.for_a_talk),
            ),
            *forms(self.workspace, self.ask.sheet),
        ]
        self.files = Downloads(self.workspace, offers)
        self.live.also(self.files.clear)
        return self.files.box

    def _subjects(self) -> list[str]:
        """The subjects in which anybody has a result now; all where in none."""
        results = self.school.results
        is_now = (results["stage"] == "now") & (results["result"] != NO_RESULT)
        now = set(results.loc[is_now, "subject"])
        subjects = self.framework.outcome_subjects()
        return [name for name in subjects if name in now] or subjects

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
        question, rows = self.question, self._listed
        asks = f"Which of our pupils {question.start} in {question.subject} are on the way to {question.aim}?"
        words = layout.heading(asks)
        words += layout.answer(answer_words(question, rows))
        if not is_judged(rows):
            return words
        words += layout.note(not_listed(question)) + self._chart()
        rule = f"{self.plan.on_course} {self.plan.stuck} {sentences.STUCK_FIRST}"
        keys = layout.how_to_read("on_course_and_stuck", "rate", "few_pupils")
        return words + layout.note(rule) + keys

    def _chart(self) -> str:
        """On course by year group, with and without SEN, each with its interval."""
        table = self._in_years(self.subject.value)
        rates = on_course_rates(table, framework=self.framework)
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
        return chart + layout.numbers(
            rates.assign(name=labels),
            caption="On course, by year group",
            columns=ON_COURSE,
        )

    # -- the list --

    def rows(self, *, subject: str | None = None) -> pd.DataFrame:
        """The pupils chosen, with names in one column and the plan line last written for each."""
        table = self._in_years(subject or self.subject.value)
        if self.who.value == "SEN":
            codes = table["sen_provision"]
            table = table[has_sen(codes, framework=self.framework)]
        table = table.reset_index(drop=True)
        table = pupil_list.in_words(table, school=self.school)
        pupils = table["pupil_id"]
        provision = self._provision.reindex(pupils, fill_value="")
        provision = provision.reset_index(drop=True)
        lines = table["subject"] + "/" + pupils
        return table.assign(
            england=self._shares(table),
            plan=[self._plans.get(line, "") for line in lines],
            headings=provision["headings"].replace("", "none"),
            things=provision["things"],
        )

    def _take_rows(self) -> None:
        """Make the list once, for all that is said of it."""
        self._listed = self.rows()

    def _in_years(self, subject: str) -> pd.DataFrame:
        """Everybody in the chosen year groups who started there, with SEN and without."""
        return track(
            self.school,
            subject=subject,
            entry=self.entry.value,
            reach=self.reach.value,
            years=self.years.value,
        )

    def _show_pupils(self) -> None:
        rows, question = self._listed, self.question
        start = sentences.start_label(question.entry, stage=self._stage).lower()
        whom = question.whom(len(rows))
        self.listing.caption = f"{question.subject}: {whom} who started at {start}"
        self.listing.empty = why_nobody(question) if rows.empty else ""
        pupil_list.show(self.listing, rows, workspace=self.workspace)

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
        self._plans = {**self._plans, field: plan}
        # The file first: whoever reads 'Saved' finds no list without the line.
        self.files.clear()
        where, when = {"id": edit["id"], "key": "plan"}, saved_at(at)
        self.listing.saved = where | {"at": when}

    # -- what others with the same start went on to --

    def _group_of(self, sen_provision: str) -> str:
        return others_of_100.group_of(sen_provision, framework=self.framework)

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
        words = {}
        for group, table in self._others(rows).items():
            part = share(table, reach=reach, stage=stage)
            words[group] = others_of_100.short(part)
        return [words[self._group_of(code)] for code in rows["sen_provision"]]

    def _england_html(self) -> str:
        """What pupils in England who started there went on to, of each group that is listed."""
        rows, question = self._listed, self.question
        if rows.empty or not others_of_100.has_figures(self.framework):
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

    def _all_in_excel(self, _answers: AnswersByForm) -> File:
        self.take_stock()
        tables = {subject: self.rows(subject=subject) for subject in self._subjects()}
        england = self._others(self.rows())
        return tracking_lists.in_excel(
            tables, self.question, title="all subjects", england=england
        )

    def _file(self, make: Callable[..., File]) -> Callable[[AnswersByForm], File]:
        """How to make a file of the list above, as it stands then."""

        def on_request(_answers: AnswersByForm) -> File:
            self.take_stock()
            rows = self.rows()
            return make(rows, self.question, england=self._others(rows))

        return on_request


open_page = TrackingPage.open
