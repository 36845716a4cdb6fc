"""Task 6: support in class. A pupil's IEP, a lesson visited, the feedback on it, and what several visits say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from operator import itemgetter

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.bundle import File
from senlib.pages.kit import downloads, empty_states, layout, pupil_names
from senlib.pages.kit.choices import ChoiceList, button
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.form_sheet import open_copy
from senlib.pages.kit.live import on_change
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.provision_maps import number
from senlib.pages.kit.shared_answers import in_one_connection
from senlib.text import lower_first
from senlib.workbook.forms import Grid, Row, answer_key, copies, place
from senlib.workbook.rows import every_row, new_key
from senlib.workbook.store import Answers, AnswersByForm, StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import groups

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

FEW_VISITS = (
    "One visit is one lesson. Look for what comes up again before you plan training."
)

SEEN = {
    "label": "What an assistant may do",
    "seen": "Seen",
    "partly": "In part",
    "not_seen": "Not seen",
    "lessons": "Of lessons",
}
ASPECT = {"what": "What", "how": "How", "visit": "From the visit of"}

# What of the conversation after it goes on the sheet.
FEEDBACK = {
    "view": "The assistant’s own view",
    "support": "Help or training agreed",
}

NOTHING_YET = "Nothing is written yet."


class SupportPage(Page):
    """The page of Task 6."""

    def build(self) -> None:
        self.live.also(self.take_stock)

    # -- the IEP --

    @piece
    def iep(self) -> widgets.VBox:
        """The IEP of one pupil, or of a group that Task 7 found to share its targets."""
        pupils, pupil_id = pupil_names.offered(self.workspace, self.query)
        shared = groups(self.answers).items()
        options = [
            ("Choose a pupil or a group", ""),
            *pupils,
            *((f"Group: {name}", key) for key, name in shared),
        ]
        chosen = pupil_id or self.query.get("group")
        self.whom = layout.choice("For whom?", options, chosen)
        self.pupils = {pupil for _, pupil in pupils}
        ask = partial(self.ask.part, of="nobody")
        self.iep_parts = list(map(ask, IEP))
        self.iep_place = layout.stack()
        on_change(self.whom, self._show_iep)
        self._show_iep()
        title = layout.heading("Write an IEP", level=3)
        controls = layout.controls(self.whom)
        nobody = "" if pupils else empty_states.nobody_on_roll_with_sen(self.school)
        note = layout.note(nobody)
        return layout.stack(title, controls, note, self.iep_place)

    def _show_iep(self) -> None:
        of = self.whom.value
        link = pupil_names.page_address(self.workspace, of)
        words = f'<p><a href="{link}">All there is on this pupil</a></p>'
        back = layout.html(words if of in self.pupils else "")
        sheets = [*self.iep_parts, back]
        open_copy(self.iep_place, sheets, of=of)

    # -- a lesson visited --

    @piece
    def observation(self) -> widgets.VBox:
        """A lesson visited, phase by phase, and the feedback on it."""
        visit = self.query.get("visit", "")
        self.visit = ChoiceList("Which visit?", self._visits(), visit)
        self.new = button("Begin a new visit", self.begin, primary=True)
        on_roll = pupil_names.options(pupil_names.with_sen(self.school))
        pupils = [(key, name) for name, key in on_roll]
        choices = {"pupil": pupils}
        ask = partial(self.ask.part, of="none", choices=choices)
        self.visit_parts = list(map(ask, VISITED))
        self.visit_place = widgets.VBox([])
        self.sheet = self.live.piece(self._feedback)
        for part in self.visit_parts:
            part.after(self._visit_changed)
        self.visit.on_choice(self._show_visit)
        self._show_visit()
        controls = layout.controls(self.visit.box, self.new)
        return layout.stack(controls, self.trouble, self.visit_place)

    @piece
    def needs(self) -> widgets.HTML:
        """What several visits say together about how support is used."""
        self.together = self.live.piece(self._needs)
        return self.together

    @in_one_connection
    def begin(self) -> None:
        """Begin a new visit, dated today."""
        key, store = new_key(), self.workspace.store
        today = date.today().isoformat()
        form = place(VISIT, of=key)
        try:
            store.save(form=form, field="date", value=today)
        except StoreError as error:
            self.trouble.value = layout.not_saved(error)
            return
        self.take_stock()
        self.visit.offer(self._visits(), key)
        self._show_visit()

    @piece
    def downloads(self) -> widgets.VBox:
        """The IEP and the feedback sheet that are open above, and the forms, to take away."""
        offers = [
            *downloads.forms(self.workspace, self.ask.sheet),
            ("The IEP chosen above", self._iep_file),
            ("The feedback sheet of the visit chosen above", self._sheet_file),
        ]
        return Downloads(self.workspace, offers).box

    def _iep_file(self, answers: AnswersByForm) -> File:
        of = self.whom.value
        if not of:
            raise downloads.NothingChosen(
                "Choose a pupil or a group under ‘Write an IEP’ first."
            )
        return downloads.iep(
            self.workspace, of=of, whom=self.whom.label, answers=answers
        )

    def _sheet_file(self, answers: AnswersByForm) -> File:
        of = self.visit.value
        if not of:
            raise downloads.NothingChosen("Choose a visit above first.")
        return downloads.feedback(
            self.workspace, of=of, visit=self.visit.words, answers=answers
        )

    def _visits(self) -> layout.Options:
        options = [("Choose a visit", "")]
        visits = copies(self.answers, VISIT)
        for key in sorted(visits, reverse=True):
            name = visit_name(visits[key])
            options.append((name, key))
        return options

    def _visit_changed(self) -> None:
        self.live.refresh()
        self.visit.offer(self._visits())

    def _show_visit(self) -> None:
        self.live.refresh()
        sheets, of = [*self.visit_parts, self.sheet], self.visit.value
        open_copy(self.visit_place, sheets, of=of)

    def _feedback(self) -> str:
        """The sheet to hand over: what went well, where the minutes went, three aspects to develop."""
        visit = self.visit.value
        if not visit:
            return ""
        forms = {key: place(key, of=visit) for key in VISITED}
        answers = {key: self.answers.get(forms[key], {}) for key in VISITED}
        title = layout.heading("The feedback sheet", level=3)
        about = layout.note(
            f"{visit_name(answers[VISIT])}. How support was used in one lesson; no judgement on a person."
        )
        well = answers["task6.went_well"].get("went_well", "")
        parts = [
            f"<h4>What went well</h4><p>{layout.escape(well) or NOTHING_YET}</p>",
            self._minutes(answers["task6.minutes"]),
            f"<h4>To develop</h4>{_to_develop(answers[DEVELOP])}",
        ]
        for key, words in FEEDBACK.items():
            if text := answers["task6.feedback"].get(key):
                parts.append(f"<h4>{words}</h4><p>{layout.escape(text)}</p>")
        return f'<section class="sl-paper">{title}{about}{"".join(parts)}</section>'

    def _minutes(self, answers: Answers) -> str:
        grid = self.ask.sheet.part("task6.minutes", Grid)
        table = minutes(every_row(grid, self.answers), answers)
        if table.empty:
            return "<h4>Where the minutes went</h4><p>No minutes are noted.</p>"
        minutes_of = table.set_index("key")["minutes"]
        alone = minutes_of.filter(ON_THEIR_OWN).sum()
        of = minutes_of.sum()
        sentence = f"Of {of:g} minutes noted, {alone:g} were spent working alone or with other pupils."
        draw = partial(charts.strip, table)
        says = ". ".join(
            f"{row.label}: {row.minutes:g} minutes" for row in table.itertuples()
        )
        chart = layout.picture(draw, says=says)
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
        lessons = copies(self.answers, phases.key)
        seen = phases_seen(every_row(phases, self.answers), lessons)
        aspects = developing(self.answers)
        html = title + layout.answer(f"{_lessons(visits)} visited.{_least_seen(seen)}")
        if visits < 5:
            html += layout.note(FEW_VISITS)
        if len(seen):
            caption = "How often each was seen, where it was called for"
            html += layout.numbers(seen, caption=caption, columns=SEEN)
        if len(aspects):
            caption = "Aspects to develop, over all visits"
            html += layout.plain_table(aspects, caption=caption, columns=ASPECT)
        return html + layout.how_to_read("lessons_seen")


def _lessons(count: int) -> str:
    return f"{count} lesson{'' if count == 1 else 's'}"


def _to_develop(answers: Answers) -> str:
    """The aspects to develop after one visit, as a list."""
    items = ""
    for what, how in _aspects(answers):
        more = f": {layout.escape(how)}" if how else ""
        items += f"<li><strong>{layout.escape(what)}</strong>{more}</li>"
    return f"<ol>{items}</ol>" if items else f"<p>{NOTHING_YET}</p>"


def _aspects(answers: Answers) -> list[tuple[str, str]]:
    """What is to develop after one visit, and how."""
    lines = []
    for n in ASPECTS:
        what = answers.get(f"{DEVELOP}.{n}.what")
        how = answers.get(f"{DEVELOP}.{n}.how", "")
        if what:
            lines.append((what, how))
    return lines


def _least_seen(seen: pd.DataFrame) -> str:
    """What was seen least often where it was called for; '' where everything always was."""
    least = seen.iloc[0] if len(seen) else None
    if least is None or least.seen >= least.lessons:
        return ""
    return (
        f" Least often seen where it was called for: {lower_first(least.label)}, "
        f"fully seen in {least.seen} of {_lessons(least.lessons)}."
    )


def minutes(rows: Sequence[Row], answers: Answers) -> pd.DataFrame:
    """Where the minutes of a lesson went: key, label and minutes of each kind of activity that has any, in their order."""
    lines = []
    for row in rows:
        field = answer_key(row=row.key, column="minutes")
        count = number(answers.get(field, ""))
        line = (row.key, row.label, count)
        lines.append(line)
    table = pd.DataFrame(lines, columns=["key", "label", "minutes"])
    return table.query("minutes > 0").reset_index(drop=True)


def phases_seen(rows: Sequence[Row], visits: AnswersByForm) -> pd.DataFrame:
    """Over all visits, how often each thing was seen where it was called for: label, seen, partly, not_seen, lessons.

    The least often seen first; things that were never judged are left out.
    """
    counts = []
    for row in rows:
        field = answer_key(row=row.key, column="seen")
        judged = Counter(answers.get(field) for answers in visits.values())
        count = {key: judged[key] for key in JUDGED}
        lessons = sum(count.values())
        if lessons:
            share = (count["seen"] + count["partly"] / 2) / lessons
            line = {"label": row.label, "share": share, "lessons": lessons}
            counts.append(line | count)
    least_first = sorted(counts, key=itemgetter("share"))
    return pd.DataFrame(least_first, columns=list(SEEN))


def developing(answers: AnswersByForm) -> pd.DataFrame:
    """Every aspect to develop over all visits: what, how and the visit it is from, by day; nobody is ranked."""
    rows = []
    for key, written in copies(answers, DEVELOP).items():
        visit = answers.get(place(VISIT, of=key), {})
        day = visit.get("date", "")
        for aspect in _aspects(written):
            rows.append((day, *aspect, visit_name(visit)))
    table = pd.DataFrame(rows, columns=["date", *ASPECT])
    by_day = table.sort_values("date", kind="stable", ignore_index=True)
    return by_day.drop(columns="date")


open_page = SupportPage.open
