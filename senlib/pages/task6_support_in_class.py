"""Task 6: support in class. A pupil's IEP, a lesson visited, the feedback on it, and what several visits say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.bundle import File
from senlib.pages.kit import downloads, empty_states, layout, pupil_names
from senlib.pages.kit.choices import ChoiceList
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.page import Page
from senlib.pages.kit.provision_maps import number
from senlib.pages.kit.shared_answers import in_one_connection
from senlib.text import lower_first
from senlib.workbook.forms import Grid, Row, answer_key, copies, place
from senlib.workbook.rows import every_row, new_key
from senlib.workbook.store import StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import groups
from senlib.workspace import Workspace

DEVELOP = "task6.develop"
IEP = ("task6.iep.about", "task6.iep", "task6.iep.voices")
VISITED = (
    VISIT,
    "task6.phases",
    "task6.minutes",
    "task6.pupils_know",
    "task6.pupils_leave",
    "task6.went_well",
    DEVELOP,
    "task6.feedback",
)

ASPECTS = (1, 2, 3)

# Of each kind of activity of a lesson, and of each thing an assistant may do, what is counted.
ON_THEIR_OWN = ("task6.minutes.independent", "task6.minutes.peers")
JUDGED = ("seen", "partly", "not_seen")

NOTHING_YET = "Nothing is written yet."


class SupportPage(Page):
    """The page of Task 6."""

    stem = "task6_support_in_class"
    next_steps = (
        (
            "Task 7: does the lesson plan already do what the pupil needs?",
            "task7_planning",
        ),
        (
            "Task 8: give what you noted an owner and a date",
            "task8_working_smarter",
        ),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.take_stock()
        self._iep = self._build_iep()
        self._observation = self._build_observation()
        self._downloads = Downloads(
            workspace,
            [
                *downloads.forms(workspace, self.ask.sheet),
                ("The IEP chosen above", self._iep_file),
                ("The feedback sheet of the visit chosen above", self._sheet_file),
            ],
        )

    # -- the IEP --

    def iep(self) -> widgets.VBox:
        """The IEP of one pupil, or of a group that Task 7 found to share its targets."""
        return self._iep

    def _build_iep(self) -> widgets.VBox:
        pupils, asked_for = pupil_names.offered(self.workspace, self.query)
        shared = [(f"Group: {name}", key) for key, name in groups(self.answers).items()]
        self.whom = layout.choice(
            "For whom?",
            [("Choose a pupil or a group", ""), *pupils, *shared],
            asked_for or self.query.get("group", ""),
        )
        self.pupils = {pupil for _, pupil in pupils}
        self.iep_parts = [self.ask.part(key, of="nobody") for key in IEP]
        self.iep_place = widgets.VBox([])
        self.whom.observe(lambda _: self._show_iep(), "value")
        self._show_iep()
        title = layout.html(layout.heading("Write an IEP", level=3))
        nobody = "" if pupils else empty_states.nobody_on_roll_with_sen(self.school)
        note = layout.html(layout.note(nobody) if nobody else "")
        return widgets.VBox([title, layout.controls(self.whom), note, self.iep_place])

    def _show_iep(self) -> None:
        if not self.whom.value:
            self.iep_place.children = []
            return
        for part in self.iep_parts:
            part.show(of=self.whom.value)
        link = pupil_names.page_address(self.workspace, self.whom.value)
        back = (
            f'<p><a href="{link}">All there is on this pupil</a></p>'
            if self.whom.value in self.pupils
            else ""
        )
        self.iep_place.children = [
            *(part.box for part in self.iep_parts),
            layout.html(back),
        ]

    # -- a lesson visited --

    def observation(self) -> widgets.VBox:
        """A lesson visited, phase by phase, and the feedback on it."""
        return self._observation

    def _build_observation(self) -> widgets.VBox:
        self.visit = ChoiceList(
            "Which visit?", self._visits(), self.query.get("visit", "")
        )
        self.new = widgets.Button(
            description="Begin a new visit", button_style="primary"
        )
        self.new.on_click(lambda _: self.begin())
        on_roll = pupil_names.options(pupil_names.with_sen(self.school))
        choices = {"pupil": [(key, name) for name, key in on_roll]}
        self.visit_parts = [
            self.ask.part(key, of="none", choices=choices) for key in VISITED
        ]
        self.visit_place = widgets.VBox([])
        self.live.also(self.take_stock)
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

    @in_one_connection
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
        self.take_stock()
        self.visit.offer(self._visits(), key)
        self._show_visit()

    def downloads(self) -> widgets.VBox:
        """The IEP and the feedback sheet that are open above, and the forms, to take away."""
        return self._downloads.box

    def _iep_file(self, answers: Mapping[str, Mapping[str, str]]) -> File:
        if not self.whom.value:
            raise downloads.NothingChosen(
                "Choose a pupil or a group under ‘Write an IEP’ first."
            )
        return downloads.iep(
            self.workspace, of=self.whom.value, whom=self.whom.label, answers=answers
        )

    def _sheet_file(self, answers: Mapping[str, Mapping[str, str]]) -> File:
        if not self.visit.value:
            raise downloads.NothingChosen("Choose a visit above first.")
        return downloads.feedback(
            self.workspace, of=self.visit.value, visit=self.visit.words, answers=answers
        )

    def _visits(self) -> list[tuple[str, str]]:
        named = [
            (visit_name(values), key)
            for key, values in copies(self.answers, VISIT).items()
        ]
        return [
            ("Choose a visit", ""),
            *sorted(named, key=lambda one: one[1], reverse=True),
        ]

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
        visit = self.visit.value
        if not visit:
            return ""
        answers = {key: self.answers.get(place(key, of=visit), {}) for key in VISITED}
        title = layout.heading("The feedback sheet", level=3)
        about = layout.note(
            f"{visit_name(answers[VISIT])}. How support was used in one lesson; no judgement on a person."
        )
        well = layout.escape(answers["task6.went_well"].get("went_well", ""))
        parts = [
            f"<h4>What went well</h4><p>{well or NOTHING_YET}</p>",
            self._minutes(answers["task6.minutes"]),
            f"<h4>To develop</h4>{_to_develop(answers['task6.develop'])}",
        ]
        for key, words in (
            ("view", "The assistant’s own view"),
            ("support", "Help or training agreed"),
        ):
            if text := answers["task6.feedback"].get(key):
                parts.append(f"<h4>{words}</h4><p>{layout.escape(text)}</p>")
        return f'<section class="sl-paper">{title}{about}{"".join(parts)}</section>'

    def _minutes(self, answers: Mapping[str, str]) -> str:
        rows = every_row(self.ask.sheet.part("task6.minutes", Grid), self.answers)
        table = minutes(rows, answers)
        if table.empty:
            return "<h4>Where the minutes went</h4><p>No minutes are noted.</p>"
        alone = table.loc[table["key"].isin(ON_THEIR_OWN), "minutes"].sum()
        sentence = (
            f"Of {table['minutes'].sum():g} minutes noted, {alone:g} were spent working "
            "alone or with other pupils."
        )
        says = [f"{row.label}: {row.minutes:g} minutes" for row in table.itertuples()]
        chart = layout.picture(partial(charts.strip, table), says=". ".join(says))
        numbers = layout.numbers(
            table,
            caption="Minutes by kind of activity",
            columns={"label": "Activity", "minutes": "Minutes"},
        )
        return f"<h4>Where the minutes went</h4><p>{sentence}</p>{chart}{numbers}"

    def _needs(self) -> str:
        title = layout.heading("What do the visits say together?")
        visits = len(copies(self.answers, VISIT))
        if visits == 0:
            return title + layout.answer("No lesson has been visited yet.")
        phases = self.ask.sheet.part("task6.phases", Grid)
        seen = phases_seen(
            every_row(phases, self.answers), copies(self.answers, phases.key)
        )
        sentence = f"{_lessons(visits)} visited.{_least_seen(seen)}"
        parts = [title, layout.answer(sentence)]
        if visits < 5:
            parts.append(
                layout.note(
                    "One visit is one lesson. Look for what comes up again before you plan training."
                )
            )
        if len(seen):
            parts.append(_seen_table(seen))
        aspects = developing(self.answers)
        if len(aspects):
            parts.append(
                layout.plain_table(
                    aspects,
                    caption="Aspects to develop, over all visits",
                    columns={
                        "what": "What",
                        "how": "How",
                        "visit": "From the visit of",
                    },
                )
            )
        return "".join([*parts, layout.how_to_read("lessons_seen")])


def _lessons(count: int) -> str:
    return f"{count} lesson{'' if count == 1 else 's'}"


def _to_develop(answers: Mapping[str, str]) -> str:
    """The aspects to develop after one visit, as a list."""
    items = ""
    for what, how in _aspects(answers):
        more = f": {layout.escape(how)}" if how else ""
        items += f"<li><strong>{layout.escape(what)}</strong>{more}</li>"
    return f"<ol>{items}</ol>" if items else f"<p>{NOTHING_YET}</p>"


def _aspects(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is to develop after one visit, and how."""
    lines = [
        (answers.get(f"{DEVELOP}.{n}.what", ""), answers.get(f"{DEVELOP}.{n}.how", ""))
        for n in ASPECTS
    ]
    return [(what, how) for what, how in lines if what]


def _least_seen(seen: pd.DataFrame) -> str:
    """What was seen least often where it was called for; '' where everything always was."""
    if seen.empty or seen.iloc[0].seen >= seen.iloc[0].lessons:
        return ""
    least = seen.iloc[0]
    return (
        f" Least often seen where it was called for: {lower_first(least.label)}, "
        f"fully seen in {least.seen} of {_lessons(least.lessons)}."
    )


def _seen_table(seen: pd.DataFrame) -> str:
    return layout.numbers(
        seen,
        caption="How often each was seen, where it was called for",
        columns={
            "label": "What an assistant may do",
            "seen": "Seen",
            "partly": "In part",
            "not_seen": "Not seen",
            "lessons": "Of lessons",
        },
    )


def minutes(rows: Sequence[Row], answers: Mapping[str, str]) -> pd.DataFrame:
    """Where the minutes of a lesson went: key, label and minutes of each kind of activity that has any, in their order."""
    columns = ["key", "label", "minutes"]
    noted = [answers.get(answer_key(row=row.key, column="minutes"), "") for row in rows]
    lines = [
        (row.key, row.label, number(text))
        for row, text in zip(rows, noted, strict=True)
    ]
    table = pd.DataFrame(lines, columns=columns)
    return table[table["minutes"] > 0].reset_index(drop=True)


def phases_seen(
    rows: Sequence[Row], visits: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """Over all visits, how often each thing was seen where it was called for: label, seen, partly, not_seen, lessons.

    The least often seen first; things that were never judged are left out.
    """
    counts = []
    for row in rows:
        field = answer_key(row=row.key, column="seen")
        judged = [answers.get(field, "") for answers in visits.values()]
        counts.append((row.label, *(judged.count(key) for key in JUDGED)))
    table = pd.DataFrame(counts, columns=["label", *JUDGED])
    table["lessons"] = table[list(JUDGED)].sum(axis=1)
    table = table[table["lessons"] > 0]
    share = (table["seen"] + table["partly"] / 2) / table["lessons"]
    order = share.sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def developing(answers: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Every aspect to develop over all visits: what, how and the visit it is from, by day; nobody is ranked."""
    rows = []
    for key, written in copies(answers, DEVELOP).items():
        visit = answers.get(place(VISIT, of=key), {})
        for what, how in _aspects(written):
            rows.append((visit.get("date", ""), what, how, visit_name(visit)))
    table = pd.DataFrame(rows, columns=["date", "what", "how", "visit"])
    by_day = table.sort_values("date", kind="stable", ignore_index=True)
    return by_day.drop(columns="date")


open_page = SupportPage.open
