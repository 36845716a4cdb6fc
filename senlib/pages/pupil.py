"""One pupil: entry and now, provision, lessons visited, what the planning chart led to, IEP and actions, each a link to its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

import ipywidgets as widgets
import pandas as pd

from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.measures.one_pupil import cells_of, now_of, uncounted_of
from senlib.measures.others import share
from senlib.measures.tracking import NO_DATE, NO_POINTS
from senlib.pages.kit import (
    empty_states,
    header,
    layout,
    others_of_100,
    provision_maps,
    pupil_names,
    sentences,
    talk_sheet,
)
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.form_sheet import KeptSheet, table
from senlib.pages.kit.plan_sheet import NewAction, PlanSheet
from senlib.text import written_day
from senlib.widgets.sheet import box_name
from senlib.workbook.forms import Field, copies, place
from senlib.workbook.plan import PLAN_LINES, Action
from senlib.workbook.store import StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import (
    CLASS,
    IEP,
    OWN,
    asks,
    booklet_chart,
    class_name,
    own_chart,
    to_do,
    walked,
)
from senlib.workspace import Workspace, open_workspace

# What the page says from the school's own files, whether or not the answers can be read.
FROM_FILES = ("who", "progress", "others", "next")


class PupilPage:
    """The page of one pupil. A test drives it without a browser."""

    def __init__(self, workspace: Workspace, *, query: Mapping[str, str]) -> None:
        self.workspace, self.school, self.query = (
            workspace,
            workspace.school,
            dict(query),
        )
        options, asked = pupil_names.offered(workspace, self.query)
        self.nobody = (
            "" if options else empty_states.nobody_on_roll_with_sen(self.school)
        )
        self.pupil = layout.choice(
            "Pupil", [("Choose a pupil with SEN", ""), *options], asked
        )
        self.trouble = layout.html("")
        self.pieces = {
            name: layout.html("")
            for name in (
                "who",
                "progress",
                "others",
                "provision",
                "lessons",
                "planning",
                "iep",
                "next",
            )
        }
        self.talk = Downloads(
            workspace,
            [
                (
                    "For a talk with the subject leader, in Word",
                    lambda _: self._for_a_talk(),
                )
            ],
        )
        self.to_take = widgets.VBox()
        self.actions = PlanSheet(workspace, wanted=self._is_mine, origin=False)
        self.lines = KeptSheet(workspace)
        self.new = NewAction(
            workspace,
            asks="What will you do for this pupil?",
            pupil=lambda: self.pupil.value,
        )
        self.new.after(self.actions.show)
        self.to_do = widgets.VBox(
            [
                layout.html(layout.heading("What will we do?")),
                self.actions.box,
                self.new.box,
            ]
        )
        self.pupil.observe(lambda _: self.refresh(), "value")
        self.refresh()

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    def choose(self) -> widgets.VBox:
        """Which pupil, and who that is."""
        return widgets.VBox(
            [layout.controls(self.pupil), self.trouble, self.pieces["who"]]
        )

    def progress(self) -> widgets.VBox:
        """Where the pupil began, is now and got to, each with the way back to the figure it is counted in; what others with the same
        start went on to; and what is agreed."""
        return widgets.VBox(
            [
                self.pieces["progress"],
                self.pieces["others"],
                self.lines.box,
                self.to_take,
            ]
        )

    def provision(self) -> widgets.HTML:
        """What the pupil is given."""
        return self.pieces["provision"]

    def lessons(self) -> widgets.HTML:
        """Lessons visited in which this pupil was watched."""
        return self.pieces["lessons"]

    def planning(self) -> widgets.VBox:
        """What the flow chart led to, class by class, and the IEP."""
        return widgets.VBox([self.pieces["planning"], self.pieces["iep"]])

    def plan(self) -> widgets.VBox:
        """The actions about this pupil, and a place to add one."""
        return self.to_do

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        return self.pieces["next"]

    def refresh(self) -> None:
        """Show what there is on the pupil that is chosen."""
        try:
            held = self.workspace.store.forms()
            self.trouble.value = ""
        except StoreError as error:
            held, self.trouble.value = None, layout.trouble_line(str(error))
        pupil = self.pupil.value
        self._now = now_of(self.school, pupil) if pupil else None
        makers = {
            "who": self._who,
            "progress": self._progress,
            "others": self._others,
            "provision": self._provision,
            "lessons": self._lessons,
            "planning": self._planning,
            "iep": self._iep,
            "next": self._next,
        }
        self._show_lines(held)
        for name, make in makers.items():
            # Of answers that cannot be read nothing is said: 'nothing yet' might be wrong.
            self.pieces[name].value = (
                make(held or {})
                if pupil and (held is not None or name in FROM_FILES)
                else ""
            )
        if not pupil:
            here = "come here by pressing a name in a list of Task 1, 4 or 5."
            self.pieces["who"].value = layout.note(
                f"{self.nobody} You can also {here}"
                if self.nobody
                else f"Choose a pupil, or {here}"
            )
        self.talk.clear()
        # Of whoever is followed in no subject there is nothing to talk about with its leader.
        followed = self._now is not None and len(self._now)
        self.to_take.children = [self.talk.box] if followed else []
        self.actions.show()
        self.new.status.value = ""
        self.to_do.layout.display = None if pupil else "none"

    def _is_mine(self, action: Action) -> bool:
        return action.each == "pupil" and action.of == self.pupil.value != ""

    @property
    def _row(self) -> pd.Series:
        return self.school.pupils[
            self.school.pupils["pupil_id"] == self.pupil.value
        ].iloc[0]

    def _group(self) -> str:
        """Whose results Task 1 has to show so that this pupil is among them."""
        side = self.school.framework.sen_groups.get(self._row.sen_provision)
        return side or "all"

    def _link(self, stem: str, words: str, **more: str) -> str:
        address = pupil_names.page_address(
            self.workspace, self.pupil.value, stem=stem, **more
        )
        return f'<a href="{layout.escape(address)}">{layout.escape(words)}</a>'

    def _who(self, _held: Mapping[str, Mapping[str, str]]) -> str:
        row = self._row
        sen = self.school.framework.sen_names.get(
            row.sen_provision, "No SEN code is held"
        )
        year = "" if pd.isna(row.year_group) else f"Year {row.year_group}"
        left = "" if row.on_roll == "Y" else "has left"
        facts = [
            (
                "Year and form",
                ", ".join(filter(None, (year, row.form, left))) or "not known",
            ),
            ("SEN", sen),
            ("Needs", "; ".join(self._needs(row)) or "none recorded"),
            (
                "Attendance",
                "not held" if pd.isna(row.attendance) else f"{row.attendance:.1f} %",
            ),
        ]
        items = "".join(
            f'<div><dt>{name}</dt><dd dir="auto">{layout.escape(value)}</dd></div>'
            for name, value in facts
        )
        return (
            layout.heading(pupil_names.person_name(row))
            + f'<dl class="sl-facts">{items}</dl>'
        )

    def _needs(self, row: object) -> list[str]:
        """The needs that are recorded, each in words with its code."""
        names = self.school.framework.need_names
        return [
            f"{names[code]} ({code})" if code in names else code
            for code in pupil_names.needs(row)
        ]

    def _progress(self, held: Mapping[str, Mapping[str, str]]) -> str:
        title = layout.heading("Where did this pupil start, and where now?", level=3)
        now, cells = self._now, cells_of(self.school, self.pupil.value)
        parts = []
        for row in now.itertuples():
            told = ", ".join(filter(None, (_from_to(row), _judged(row))))
            link = _address(
                "task4_level3_to_5", subject=row.subject, entry=row.entry_band
            )
            parts.append(
                f'<li><a href="{link}">{layout.escape(row.subject)}</a>: {layout.escape(told)}.</li>'
            )
        order = {
            subject: place
            for place, subject in enumerate(self.school.framework.outcome_subjects())
        }
        cells = cells.sort_values(
            "subject", key=lambda names: names.map(order), kind="stable"
        )
        for row in cells.itertuples():
            link = _address(
                "task1_conversion_data",
                stage=row.stage,
                subject=row.subject,
                cohort=str(row.cohort),
                group=self._group(),
                entry=row.entry,
                outcome=row.outcome,
            )
            start = "entry not known" if row.entry == "none" else f"from {row.entry}"
            words = f"{row.subject}, {row.stage}{f', summer {row.cohort}' if row.cohort else ''}"
            parts.append(
                f'<li><a href="{link}">{layout.escape(words)}</a>: {layout.escape(f"{start} to {row.outcome_result}")}.</li>'
            )
        for row in uncounted_of(self.school, self.pupil.value).itertuples():
            told = f"{row.subject}, {row.stage}: {row.outcome_result}, not counted in any figure yet."
            parts.append(f"<li>{layout.escape(told)}</li>")
        if not parts:
            held = self.school.results["pupil_id"] == self.pupil.value
            return title + layout.note(
                "No results of this pupil are followed."
                if held.any()
                else "No results of this pupil are followed, for none are in the school’s files. "
                "Choose your files again on the front page, with results."
            )
        why = layout.note(
            "Each subject leads to the list or the figure in which this pupil is counted."
        )
        if len(now):
            why += layout.note(sentences.aim(self.school.framework))
            why += layout.how_to_read("on_course_and_stuck")
        return title + f"<ul>{''.join(parts)}</ul>" + why

    def _beside(self) -> list[tuple[object, pd.DataFrame]]:
        """The subjects that are followed, each with what pupils in England with this pupil's start went on to."""
        return [
            (
                row,
                others_of_100.beside(
                    self.workspace,
                    subject=row.subject,
                    entry=row.entry_band,
                    sen_provision=row.sen_provision,
                    reach=self.school.framework.tracking.reach,
                ),
            )
            for row in self._now.itertuples()
        ]

    def _others(self, _held: Mapping[str, Mapping[str, str]]) -> str:
        """Of each subject that is followed a sentence, and one key press away the strips and their numbers."""
        framework = self.school.framework
        reach, stage = (
            framework.tracking.reach,
            framework.stage(framework.tracking.stage),
        )
        found = [(row, table) for row, table in self._beside() if len(table)]
        if not found:
            return ""
        group = others_of_100.group_of(self._row.sen_provision, framework=framework)
        told, strips = [], []
        for row, reached in found:
            says = others_of_100.sentence(
                reached,
                group=group,
                reach=reach,
                stage=stage,
                start="who had the same start",
            )
            told.append(
                f"<li>{layout.words(f'{row.subject}: {layout.lower_first(says)}')}</li>"
            )
            name = f"{row.subject}: {others_of_100.whom(group)} in England"
            strips.append(
                layout.heading(row.subject, level=4)
                + others_of_100.strip(reached, reach=reach, stage=stage)
                + others_of_100.numbers(
                    reached, caption=f"{name} with the same start, by grade"
                )
            )
        below = others_of_100.footnote(
            [reached for _, reached in found],
            starts=[row.entry_band for row, _ in found],
            stage=stage,
        )
        return (
            layout.heading("What did others with the same start go on to?", level=3)
            + f"<ul>{''.join(told)}</ul>"
            + layout.note(others_of_100.NO_PREDICTION)
            + layout.folded("Grade by grade", "".join(strips))
            + layout.note(below)
            + layout.how_to_read("others_like")
        )

    def _for_a_talk(self) -> File:
        """The subjects of this pupil that are followed, a row each, with room to write what it would take."""
        framework, row = self.school.framework, self._row
        reach, stage = (
            framework.tracking.reach,
            framework.stage(framework.tracking.stage),
        )
        aim, beside = sentences.reached(reach, stage=stage), self._beside()
        rows = self._now.assign(
            what=self._now["subject"],
            start=self._now["entry"],
            aim=aim,
            standing=[sentences.standing(one) for one in self._now.itertuples()],
            england=[
                others_of_100.short(share(found, reach=reach, stage=stage))
                for _, found in beside
            ],
        )
        sen = framework.sen_names.get(row.sen_provision, "No SEN code is held")
        year = "" if pd.isna(row.year_group) else f"Year {row.year_group}"
        who = ", ".join(filter(None, (year, row.form, sen, *self._needs(row))))
        name = pupil_names.person_name(row)
        about = About(
            title="For a talk with the subject leader",
            source=self.school.name,
            on=date.today(),
            sample=self.school.sample,
        )
        content = talk_sheet.sheet(
            rows,
            first="Subject",
            about=about,
            heading=f"For a talk with the subject leader: {name}",
            intro=f"{who}. The aim: {aim}.",
            england=[talk_sheet.Strip(one.subject, found, reach) for one, found in beside],
            whose="Subject",
            starts=[one.entry_band for one, _ in beside],
            stage=stage,
        )
        return File(name=f"for a talk {name}.docx", content=content)

    def _show_lines(self, held: Mapping[str, Mapping[str, str]] | None) -> None:
        """The plan lines of Task 4 for this pupil: the same answers, in the other place where they are looked for."""
        subjects = (
            self._with_a_line(held) if held is not None and self.pupil.value else []
        )
        if not subjects:
            self.lines.show_answers({}, forms=[])
            return
        title = "Agreed with subject leaders"
        names = {
            subject: box_name(form=PLAN_LINES, field=f"{subject}/{self.pupil.value}")
            for subject in subjects
        }
        rows = [
            {"key": subject, "label": subject, "cells": {"plan": {"name": name}}}
            for subject, name in names.items()
        ]
        blocks = [
            table(
                title,
                columns=[Field("plan", "Plan")],
                groups=[{"key": "", "title": "", "rows": rows}],
            )
        ]
        self.lines.show_answers(
            {"title": title, "level": 3, "blocks": blocks}, forms=[PLAN_LINES]
        )

    def _with_a_line(self, held: Mapping[str, Mapping[str, str]]) -> list[str]:
        """The subjects that are followed, and those in which a line was written while they were."""
        fields = (
            field.rpartition("/")
            for field, line in held.get(PLAN_LINES, {}).items()
            if line
        )
        written = [subject for subject, _, pupil in fields if pupil == self.pupil.value]
        return list(dict.fromkeys([*self._now["subject"], *written]))

    def _provision(self, held: Mapping[str, Mapping[str, str]]) -> str:
        title = layout.heading("What is this pupil given?", level=3)
        table = provision_maps.given(held)
        table = table[table["pupil_id"] == self.pupil.value]
        link = f"<p>{self._link('task5_interventions', 'Open the provision map (Task 5)')}</p>"
        if table.empty:
            return title + layout.note("Nothing is on the provision map yet.") + link
        shown = table.assign(
            heading=table["heading"]
            .map(provision_maps.headings())
            .fillna(table["heading"])
        )
        columns = {
            "label": "What",
            "heading": "Heading",
            "initials": "Who sees to it",
            "hours": "Hours a week",
            "cost": "Cost a year (£)",
        }
        hours, cost = table["hours"].sum(min_count=1), table["cost"].sum(min_count=1)
        told = f"{len(table)} thing{'' if len(table) == 1 else 's'}"
        told += ("" if pd.isna(hours) else f", {sentences.hours(hours)}") + (
            "" if pd.isna(cost) else f", £{cost:,.0f} a year"
        )
        return (
            title
            + layout.answer(f"{told}.")
            + layout.plain_table(shown, caption="On the provision map", columns=columns)
            + link
        )

    def _lessons(self, held: Mapping[str, Mapping[str, str]]) -> str:
        title = layout.heading("What was seen in lessons?", level=3)
        mine = [
            (key, values)
            for key, values in copies(held, VISIT).items()
            if values.get("pupil") == self.pupil.value
        ]
        link = f'<p><a href="{layout.address("task6_support_in_class")}">Visit a lesson (Task 6)</a></p>'
        if not mine:
            return (
                title
                + layout.note("No lesson has been visited with an eye on this pupil.")
                + link
            )
        items = ""
        for key, values in mine:
            well = held.get(place("task6.went_well", of=key), {}).get("went_well", "")
            what = f": {layout.escape(well)}" if well else ""
            items += f'<li><a href="{_address("task6_support_in_class", visit=key)}">{layout.escape(visit_name(values))}</a>{what}</li>'
        return title + f"<ul>{items}</ul>"

    def _planning(self, held: Mapping[str, Mapping[str, str]]) -> str:
        title = layout.heading("What did the planning chart say?", level=3)
        charts = filter(None, (booklet_chart(), own_chart(held.get(OWN, {}))))
        found = [
            one
            for chart in charts
            for one in walked(held, chart=chart, who=self.pupil.value)
        ]
        link = f'<p><a href="{layout.address("task7_planning")}">Walk through the chart (Task 7)</a></p>'
        if not found:
            return (
                title
                + layout.note("The chart has not been walked for this pupil yet.")
                + link
            )
        items = ""
        for one in found:
            name = layout.escape(
                class_name(held.get(place(CLASS, of=one.of_class), {}))
            )
            link = _address("task7_planning", **{"class": one.of_class})
            told = layout.escape(f"{to_do(one) or 'nothing yet'}. {asks(one)}.")
            items += f'<li><a href="{link}">{name}</a>: {told}</li>'
        return title + f"<ul>{items}</ul>"

    def _iep(self, held: Mapping[str, Mapping[str, str]]) -> str:
        title = layout.heading("Is there an IEP?", level=3)
        values = held.get(place(IEP, of=self.pupil.value), {})
        targets = [values.get(f"{IEP}.{n}.target", "") for n in (1, 2, 3, 4)]
        items = "".join(
            f"<li>{layout.escape(target)}</li>" for target in targets if target
        )
        told = (
            f"<p>The IEP’s targets:</p><ol>{items}</ol>"
            if items
            else layout.note("There is no IEP here. Not every pupil needs one.")
        )
        asks = "Open the IEP (Task 6)" if items else "Write an IEP (Task 6)"
        return title + told + f"<p>{self._link('task6_support_in_class', asks)}</p>"

    def _next(self, _held: Mapping[str, Mapping[str, str]]) -> str:
        lines = [
            (
                "Task 8: the whole plan, with what is due first",
                layout.address("task8_working_smarter"),
            ),
            (
                "Task 1: the figures behind it all",
                layout.address("task1_conversion_data"),
            ),
        ]
        return layout.what_next(lines)


def _from_to(row: object) -> str:
    """A pupil's result on entry and the newest one since, with its date where it has one.

    >>> from types import SimpleNamespace as Row
    >>> _from_to(Row(entry="3", now="4c", now_date="2004-12-10")), _from_to(Row(entry="", now="", now_date=""))
    ('entered at 3, now 4c (10 December 2004)', 'entered without a result, now not known')
    """
    day = written_day(row.now_date) if row.now else ""
    start = f"at {row.entry}" if row.entry else "without a result"
    return f"entered {start}, now {row.now or 'not known'}{f' ({day})' if day else ''}"


def _judged(row: object) -> str:
    """Whether a pupil is stuck, and on course, or why that is not judged; '' where the results themselves say why."""
    if row.unjudged == NO_DATE:
        return "not judged, for the level now has no date"
    if row.unjudged == NO_POINTS:
        told = {"yes": "stuck", "no": "not stuck"}.get(row.stuck, "")
        course = "not judged against the aim, for W, P levels and codes have no points"
    else:
        told = "stuck" if row.stuck == "yes" else ""
        course = {"yes": "on course", "no": "behind"}.get(row.on_course, "")
    return ", ".join(filter(None, (told, course)))


def _address(stem: str, **query: str) -> str:
    return layout.escape(f"{layout.address(stem)}?{urlencode(query)}")


def open_page() -> PupilPage:
    """The page over the school that lies open."""
    return PupilPage(open_workspace(), query=pupil_names.asked())
