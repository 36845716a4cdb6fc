"""Task 6: support in class. A pupil's IEP, a lesson visited, the feedback on it, and what several visits say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.bundle import File
from senlib.pages.kit import downloads, empty_states, header, layout, pupil_names
from senlib.pages.kit.choices import ChoiceList
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.live import Live
from senlib.pages.kit.provision_maps import number
from senlib.workbook.forms import Row, answer_key, copies, place
from senlib.workbook.rows import every_row, new_key
from senlib.workbook.store import StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import groups
from senlib.workspace import Workspace, open_workspace

STEM = "task6_support_in_class"
IEP = ("task6.iep.about", "task6.iep", "task6.iep.voices")
VISITED = (
    VISIT,
    "task6.phases",
    "task6.minutes",
    "task6.pupils_know",
    "task6.pupils_leave",
    "task6.went_well",
    "task6.develop",
    "task6.feedback",
)

Held = Mapping[str, Mapping[str, str]]


class SupportPage:
    """The page of Task 6. A test drives it without a browser."""

    def __init__(self, workspace: Workspace, *, query: Mapping[str, str]) -> None:
        self.workspace, self.query = workspace, dict(query)
        self.ask = PageSheets(workspace, STEM)
        self.pupils = pupil_names.options(pupil_names.with_sen(workspace.school))
        self.trouble = layout.html("")
        self._held: Held = {}
        self._take_stock()

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    # -- the IEP --

    def iep(self) -> widgets.VBox:
        """The IEP of one pupil, or of a group that Task 7 found to share its targets."""
        pupils, wanted = pupil_names.offered(self.workspace, self.query)
        found = [(f"Group: {name}", who) for who, name in groups(self._held).items()]
        whom = [("Choose a pupil or a group", ""), *pupils, *found]
        self.whom = layout.choice(
            "For whom?", whom, wanted or self.query.get("group", "")
        )
        self.known = {pupil for _, pupil in pupils}
        self.iep_parts = [self.ask.part(key, of="nobody") for key in IEP]
        self.iep_place = widgets.VBox([])
        self.whom.observe(lambda _: self._show_iep(), "value")
        self._show_iep()
        title = layout.html(layout.heading("Write an IEP", level=3))
        nobody = layout.html(
            ""
            if pupils
            else layout.note(
                empty_states.nobody_on_roll_with_sen(self.workspace.school)
            )
        )
        return widgets.VBox([title, layout.controls(self.whom), nobody, self.iep_place])

    def _show_iep(self) -> None:
        if not self.whom.value:
            self.iep_place.children = []
            return
        for part in self.iep_parts:
            part.show(of=self.whom.value)
        link = pupil_names.page_address(self.workspace, self.whom.value)
        back = (
            f'<p><a href="{link}">All there is on this pupil</a></p>'
            if self.whom.value in self.known
            else ""
        )
        self.iep_place.children = [
            *(part.box for part in self.iep_parts),
            layout.html(back),
        ]

    # -- a lesson visited --

    def observation(self) -> widgets.VBox:
        """A lesson visited, phase by phase, and the feedback on it."""
        self.visit = ChoiceList(
            "Which visit?", self._visits(), self.query.get("visit", "")
        )
        self.new = widgets.Button(
            description="Begin a new visit", button_style="primary"
        )
        self.new.on_click(lambda _: self.begin())
        self.visit_parts = [
            self.ask.part(key, of="none", choices={"pupil": _turned(self.pupils)})
            for key in VISITED
        ]
        self.visit_place = widgets.VBox([])
        self.live = Live()
        self.live.also(self._take_stock)
        self.sheet = self.live.piece(self._feedback)
        self.together = self.live.piece(self._needs)
        for part in self.visit_parts:
            part.after(lambda *_: self._visit_changed())
        self.visit.on_choice(self._show_visit)
        self._show_visit()
        return widgets.VBox(
            [layout.controls(self.visit.box, self.new), self.trouble, self.visit_place]
        )

    def needs(self) -> widgets.HTML:
        """What several visits say together about how support is used."""
        return self.together

    def begin(self) -> None:
        """Begin a new visit, dated today."""
        key = new_key()
        try:
            self.workspace.store.save(
                form=place(VISIT, of=key), field="date", value=date.today().isoformat()
            )
        except StoreError as error:
            self.trouble.value = layout.not_saved(error)
            return
        self._take_stock()
        self.visit.offer(self._visits(), key)
        self._show_visit()

    def downloads(self) -> widgets.VBox:
        """The IEP and the feedback sheet that are open above, and the forms, to take away."""
        chosen = [
            ("The IEP chosen above", self._iep_file),
            ("The feedback sheet of the visit chosen above", self._sheet_file),
        ]
        return Downloads(
            self.workspace, [*downloads.forms(self.workspace, self.ask.sheet), *chosen]
        ).box

    def _iep_file(self, held: Held) -> File:
        if not self.whom.value:
            raise downloads.NothingChosen(
                "Choose a pupil or a group under ‘Write an IEP’ first."
            )
        return downloads.iep(
            self.workspace, of=self.whom.value, whom=self.whom.label, held=held
        )

    def _sheet_file(self, held: Held) -> File:
        if not self.visit.value:
            raise downloads.NothingChosen("Choose a visit above first.")
        return downloads.feedback(
            self.workspace, of=self.visit.value, visit=self.visit.words, held=held
        )

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            (
                "Task 7: does the lesson plan already do what the pupil needs?",
                layout.address("task7_planning"),
            ),
            (
                "Task 8: give what you noted an owner and a date",
                layout.address("task8_working_smarter"),
            ),
        ]
        return layout.html(layout.what_next(lines))

    def _visits(self) -> list[tuple[str, str]]:
        named = [
            (visit_name(values), key)
            for key, values in copies(self._held, VISIT).items()
        ]
        return [
            ("Choose a visit", ""),
            *sorted(named, key=lambda one: one[1], reverse=True),
        ]

    def _take_stock(self) -> None:
        """Read the answers, once for all that is made of them; where they cannot be read, those read last stay, and it is told."""
        try:
            self._held, self.trouble.value = self.workspace.store.forms(), ""
        except StoreError as error:
            self.trouble.value = layout.trouble_line(
                f"What was written cannot be read anew. {error}"
            )

    def _visit_changed(self) -> None:
        self.live.refresh()
        self.visit.offer(self._visits())

    def _show_visit(self) -> None:
        self.live.refresh()
        if not self.visit.value:
            self.visit_place.children = []
            return
        for part in self.visit_parts:
            part.show(of=self.visit.value)
        self.visit_place.children = [
            *(part.box for part in self.visit_parts),
            self.sheet,
        ]

    def _feedback(self) -> str:
        """The sheet to hand over: what went well, where the minutes went, three aspects to develop."""
        if not self.visit.value:
            return ""
        held = {
            key: self._held.get(place(key, of=self.visit.value), {}) for key in VISITED
        }
        title = layout.heading("The feedback sheet", level=3)
        about = layout.note(
            visit_name(held[VISIT])
            + ". How support was used in one lesson; no judgement on a person."
        )
        well = held["task6.went_well"].get("went_well", "")
        aspects = [
            (
                held["task6.develop"].get(f"task6.develop.{n}.what", ""),
                held["task6.develop"].get(f"task6.develop.{n}.how", ""),
            )
            for n in (1, 2, 3)
        ]
        items = "".join(
            f"<li><strong>{layout.escape(what)}</strong>{f': {layout.escape(how)}' if how else ''}</li>"
            for what, how in aspects
            if what
        )
        feedback = held["task6.feedback"]
        parts = [
            f"<h4>What went well</h4><p>{layout.escape(well) or 'Nothing is written yet.'}</p>",
            self._minutes(held["task6.minutes"]),
            f"<h4>To develop</h4>{f'<ol>{items}</ol>' if items else '<p>Nothing is written yet.</p>'}",
        ]
        for key, words in (
            ("view", "The assistant’s own view"),
            ("support", "Help or training agreed"),
        ):
            if feedback.get(key):
                parts.append(f"<h4>{words}</h4><p>{layout.escape(feedback[key])}</p>")
        return f'<section class="sl-paper">{title}{about}{"".join(parts)}</section>'

    def _minutes(self, answers: Mapping[str, str]) -> str:
        table = minutes(
            every_row(self.ask.sheet.part("task6.minutes"), self._held), answers
        )
        if table.empty:
            return "<h4>Where the minutes went</h4><p>No minutes are noted.</p>"
        whole = table["minutes"].sum()
        alone = table.loc[
            table["key"].isin(["task6.minutes.independent", "task6.minutes.peers"]),
            "minutes",
        ].sum()
        told = f"Of {whole:g} minutes noted, {alone:g} were spent working alone or with other pupils."
        chart = layout.picture(
            partial(charts.strip, table),
            says=". ".join(
                f"{row.label}: {row.minutes:g} minutes" for row in table.itertuples()
            ),
        )
        numbers = layout.numbers(
            table,
            caption="Minutes by kind of activity",
            columns={"label": "Activity", "minutes": "Minutes"},
        )
        return f"<h4>Where the minutes went</h4><p>{told}</p>{chart}{numbers}"

    def _needs(self) -> str:
        title = layout.heading("What do the visits say together?")
        visits = len(copies(self._held, VISIT))
        if visits == 0:
            return title + layout.answer("No lesson has been visited yet.")
        told = f"{visits} lesson{'' if visits == 1 else 's'} visited."
        few = (
            layout.note(
                "One visit is one lesson. Look for what comes up again before you plan training."
            )
            if visits < 5
            else ""
        )
        phases = self.ask.sheet.part("task6.phases")
        seen = phases_seen(
            every_row(phases, self._held), copies(self._held, phases.key)
        )
        aspects = developing(self._held)
        tables = ""
        if len(seen):
            columns = {
                "label": "What an assistant may do",
                "seen": "Seen",
                "partly": "In part",
                "not_seen": "Not seen",
            }
            columns |= {"lessons": "Of lessons"}
            least = seen.iloc[0]
            if least.seen < least.lessons:
                where = f"fully seen in {least.seen} of {least.lessons} lesson{'' if least.lessons == 1 else 's'}"
                told += f" Least often seen where it was called for: {layout.lower_first(least.label)}, {where}."
            tables += layout.numbers(
                seen,
                caption="How often each was seen, where it was called for",
                columns=columns,
            )
        if len(aspects):
            shown = layout.plain_table(
                aspects,
                caption="Aspects to develop, over all visits",
                columns={"what": "What", "how": "How", "visit": "From the visit of"},
            )
            tables += shown
        return (
            title
            + layout.answer(told)
            + few
            + tables
            + layout.how_to_read("lessons_seen")
        )


def minutes(rows: Sequence[Row], answers: Mapping[str, str]) -> pd.DataFrame:
    """Where the minutes of a lesson went: key, label and minutes of each kind of activity that has any, in their order."""
    found = [
        (
            row.key,
            row.label,
            number(answers.get(answer_key(row=row.key, column="minutes"), "")),
        )
        for row in rows
    ]
    return pd.DataFrame(
        [one for one in found if one[2] > 0], columns=["key", "label", "minutes"]
    )


def phases_seen(rows: Sequence[Row], visits: Held) -> pd.DataFrame:
    """Over all visits, how often each thing was seen where it was called for: label, seen, partly, not_seen, lessons.

    The least often seen first; things that were never judged are left out.
    """
    found = []
    for row in rows:
        given = [
            values.get(answer_key(row=row.key, column="seen"), "")
            for values in visits.values()
        ]
        counts = {key: given.count(key) for key in ("seen", "partly", "not_seen")}
        if sum(counts.values()):
            found.append(
                {"label": row.label} | counts | {"lessons": sum(counts.values())}
            )
    table = pd.DataFrame(
        found, columns=["label", "seen", "partly", "not_seen", "lessons"]
    )
    share = (table["seen"] + table["partly"] / 2) / table["lessons"]
    return (
        table.assign(share=share)
        .sort_values("share", kind="stable", ignore_index=True)
        .drop(columns="share")
    )


def developing(held: Held) -> pd.DataFrame:
    """Every aspect to develop over all visits: what, how and the visit it is from, by day; nobody is ranked."""
    rows = []
    for key, values in copies(held, "task6.develop").items():
        visit = held.get(place(VISIT, of=key), {})
        for n in (1, 2, 3):
            if what := values.get(f"task6.develop.{n}.what", ""):
                rows.append(
                    (
                        visit.get("date", ""),
                        what,
                        values.get(f"task6.develop.{n}.how", ""),
                        visit_name(visit),
                    )
                )
    table = pd.DataFrame(rows, columns=["date", "what", "how", "visit"])
    return table.sort_values("date", kind="stable", ignore_index=True).drop(
        columns="date"
    )


def _turned(options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, words) for words, key in options]


def open_page() -> SupportPage:
    """The page over the school that lies open."""
    return SupportPage(open_workspace(), query=pupil_names.asked())
