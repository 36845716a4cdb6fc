"""Task 8: working smarter. The review, targets, what to read, and the plan into which every action falls."""

from __future__ import annotations

from datetime import date
from functools import partial

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.answer_sheet import BoxValues, Layout, box_values
from senlib.pages.kit.downloads import Downloads, FileOffer, dates, forms
from senlib.pages.kit.downloads import plan as plan_file
from senlib.pages.kit.form_sheet import FormSheet
from senlib.pages.kit.live import on_change
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.plan_sheet import NewAction, PlanSheet
from senlib.text import day, joined, one_line
from senlib.widgets.sheet import box_name
from senlib.workbook.forms import Checklist, Grid, Row
from senlib.workbook.page_forms import load
from senlib.workbook.plan import Action, actions, coming, overdue
from senlib.workbook.rows import RoundStart
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

REVIEW, THREE = "review", "next_steps"

SHOW = [
    ("What is still to do", "open"),
    ("What has no date yet", "undated"),
    ("What is done", "done"),
    ("Everything", "all"),
]


class PlanPage(Page):
    """The page of Task 8."""

    @piece
    def review(self) -> widgets.Widget:
        """The ten strands, with what was ticked on the front page under each."""
        return self.ask(REVIEW, notes=ticked(self.workspace))

    @piece
    def plan(self) -> widgets.VBox:
        """Every action, what is due first; and a place to write one."""
        self.which = layout.choice("Show", SHOW)
        self.answer = layout.html("")
        self.actions = PlanSheet(self.workspace, wanted=self._wanted)
        self.new = NewAction(self.workspace, asks="What will you do?")
        on_change(self.which, self.refresh)
        self.actions.after(self._changed)
        self.new.after(self._added)
        self._say()
        controls = layout.controls(self.which)
        title = layout.heading("Add an action of your own", level=3)
        plan = self.actions.box
        return layout.stack(self.answer, controls, plan, title, self.new.box)

    @piece
    def three(self) -> widgets.Widget:
        """Three actions, chosen from the plan or written here."""
        self.chosen = ThreeActions(self.workspace)
        # A line taken from the plan is that action: changed in one place, it shows in the other.
        self.chosen.after(self.refresh)
        return self.chosen.box

    def downloads(self) -> widgets.VBox:
        """The plan, its dates for a calendar, and the forms, to take away."""
        workspace = self.workspace
        offers: list[FileOffer] = [
            ("The action plan (Word)", partial(plan_file, workspace)),
            ("The actions with a date, for your calendar", partial(dates, workspace)),
            *forms(workspace, self.ask.sheet),
        ]
        return Downloads(workspace, offers).box

    def refresh(self) -> None:
        """Show the plan as it stands now."""
        self.actions.show()
        self._say()

    def _changed(self) -> None:
        self._say()
        self.chosen.show()

    def _wanted(self, action: Action) -> bool:
        if self.which.value == "undated":
            return not action.done and action.due is None
        return self.which.value in ("all", "done" if action.done else "open")

    def _say(self) -> None:
        try:
            written = actions(self.workspace.store.forms())
            sentence = plan_answer(written, today=date.today())
        except StoreError as error:
            sentence = str(error)
        key = layout.how_to_read("plan_counts")
        self.answer.value = layout.answer(sentence) + key

    def _added(self) -> None:
        self.refresh()
        self._changed()


class ThreeActions(FormSheet):
    """The three actions: a line is taken from the plan, and then is that action, or is written here."""

    def __init__(self, workspace: Workspace) -> None:
        part = load("task8_working_smarter").part(THREE)
        super().__init__(workspace, part)
        self.after_field(self._saved)

    def _saved(self, field: str, _: str) -> None:
        if field.endswith(".action"):
            self.show()

    def _show(self) -> None:
        """Show the three lines; one that is taken from the plan shows what stands there."""
        answers = self.workspace.store.forms()
        self.open = {action.key: action for action in actions(answers)}
        self.taken = answers.get(THREE, {})
        self.choices["action"] = [
            (key, one_line(action.what, most=80))
            for key, action in self.open.items()
            if not action.done or key in self.taken.values()
        ]
        super()._show()

    def _row(self, grid: Grid, row: Row) -> Layout:
        line = super()._row(grid, row)
        key = self.taken.get(f"{row.key}.action", "")
        if action := self.open.get(key):
            text = {"text": action.what}
            line["cells"] |= {
                "what": {"lines": [text]},
                "who": _place(action, "owner"),
                "timeline": _place(action, "due") | {"kind": "date"},
                "know": _place(action, "measure"),
            }
        return line

    def _values(self, began: RoundStart) -> BoxValues:
        values = super()._values(began)
        forms = set()
        for key in self.taken.values():
            if key in self.open:
                forms |= {form for form, _ in self.open[key].places.values()}
        for form in forms:
            values |= box_values(form, self.shared.answers(form))
        return values


def _place(action: Action, column: str) -> dict[str, str]:
    form, field = action.places[column]
    return {"name": box_name(form=form, field=field)}


def plan_answer(plan: list[Action], *, today: date) -> str:
    """How the plan stands, in a sentence or two.

    >>> plan_answer([], today=date(2005, 3, 18))
    'No action is in the plan yet.'
    """
    if not plan:
        return "No action is in the plan yet."
    still = [action for action in plan if not action.done]
    undated = sum(action.due is None for action in still)
    late = overdue(plan, today=today)
    soon = coming(plan, today=today)
    sentence = f"{_many(still)} still to do, {len(plan) - len(still)} done."
    if late:
        sentence += f" {_many(late)} overdue."
    if soon and soon[0].due:
        next_day = day(soon[0].due)
        sentence += f" {_many(soon)} due within four weeks, the next on {next_day}."
    if undated:
        which = "it" if undated == 1 else "each"
        sentence += f" {undated} without a date: give {which} an owner and a date, or let it go."
    return sentence


def ticked(workspace: Workspace) -> dict[str, str]:
    """By strand of the review, what was answered on the front page that bears on it."""
    part = load("index").part("intro.senco", Checklist)
    labels = {choice.key: choice.label for choice in part.choices}
    try:
        given = workspace.store.latest(part.key)
    except StoreError:
        return {}
    notes: dict[str, str] = {}
    for item in part.items:
        label = labels.get(given.get(item.key, ""))
        if item.feeds and label:
            before = notes.get(item.feeds, "")
            line = f"{item.text} You said: {label.lower()}."
            notes[item.feeds] = joined(before, line)
    return notes


def _many(plan: list[Action]) -> str:
    return f"{len(plan)} action{'' if len(plan) == 1 else 's'}"


open_page = PlanPage.open
