"""Task 8: working smarter. The review, targets, what to read, and the plan into which every action falls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

import ipywidgets as widgets

from senlib.pages.kit import downloads, layout
from senlib.pages.kit.answer_sheet import BoxValues, Layout, box_values
from senlib.pages.kit.downloads import Downloads, FileOffer
from senlib.pages.kit.form_sheet import FormSheet
from senlib.pages.kit.page import Page
from senlib.pages.kit.plan_sheet import NewAction, PlanSheet
from senlib.text import day, one_line
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

    stem = "task8_working_smarter"
    next_steps = (
        ("Front page: what is due, and what is done in each Task", "index"),
        (
            "Task 1: next year’s figures will show whether it worked",
            "task1_conversion_data",
        ),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.which = layout.choice("Show", SHOW)
        self.answer = layout.html("")
        self.actions = PlanSheet(workspace, wanted=self._wanted)
        self.new = NewAction(workspace, asks="What will you do?")
        self.chosen = ThreeActions(workspace)
        self._plan = widgets.VBox(
            [
                self.answer,
                layout.controls(self.which),
                self.actions.box,
                layout.html(layout.heading("Add an action of your own", level=3)),
                self.new.box,
            ]
        )
        self.which.observe(lambda _: self.refresh(), "value")
        self.actions.after(lambda *_: self._changed())
        self.new.after(self._added)
        # A line taken from the plan is that action: changed in one place, it shows in the other.
        self.chosen.after(lambda *_: self.refresh())
        self._say()

    def review(self) -> widgets.Widget:
        """The ten strands, with what was ticked on the front page under each."""
        return self.ask(REVIEW, notes=ticked(self.workspace))

    def plan(self) -> widgets.VBox:
        """Every action, what is due first; and a place to write one."""
        return self._plan

    def three(self) -> widgets.Widget:
        """Three actions, chosen from the plan or written here."""
        return self.chosen.box

    def downloads(self) -> widgets.VBox:
        """The plan, its dates for a calendar, and the forms, to take away."""
        workspace = self.workspace
        offers: list[FileOffer] = [
            ("The action plan (Word)", partial(downloads.plan, workspace)),
            (
                "The actions with a date, for your calendar",
                partial(downloads.dates, workspace),
            ),
            *downloads.forms(workspace, self.ask.sheet),
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
        which = self.which.value
        return (
            which == "all"
            or action.done == (which == "done")
            and (which != "undated" or action.due is None)
        )

    def _say(self) -> None:
        try:
            written = actions(self.workspace.store.forms())
            sentence = plan_answer(written, today=date.today())
        except StoreError as error:
            sentence = str(error)
        self.answer.value = layout.answer(sentence) + layout.how_to_read("plan_counts")

    def _added(self) -> None:
        self.refresh()
        self._changed()


class ThreeActions(FormSheet):
    """The three actions: a line is taken from the plan, and then is that action, or is written here."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace, load("task8_working_smarter").part(THREE))
        self.after(lambda field, _: self.show() if field.endswith(".action") else None)

    def _show(self) -> None:
        """Show the three lines; one that is taken from the plan shows what stands there."""
        answers = self.workspace.store.forms()
        self.open = {action.key: action for action in actions(answers)}
        self.taken = answers.get(THREE, {})
        words = [
            (action.what, action.key)
            for action in self.open.values()
            if not action.done or action.key in self.taken.values()
        ]
        self.choices["action"] = [(key, one_line(what, most=80)) for what, key in words]
        super()._show()

    def _row(self, grid: Grid, row: Row) -> Layout:
        line = super()._row(grid, row)
        action = self.open.get(self.taken.get(f"{row.key}.action", ""))
        if action:
            cells = line["cells"]
            cells["what"] = {"lines": [{"text": action.what}]}
            cells["who"] = _place(action, "owner")
            cells["timeline"] = _place(action, "due")
            cells["know"] = _place(action, "measure")
        return line

    def _values(self, began: RoundStart) -> BoxValues:
        values = super()._values(began)
        chosen = [
            self.open[key]
            for field, key in self.taken.items()
            if field.endswith(".action") and key in self.open
        ]
        for form in {form for action in chosen for form, _ in action.places.values()}:
            values |= box_values(form, self.shared.answers(form))
        return values


def _place(action: Action, column: str) -> dict[str, str]:
    form, field = action.places[column]
    return {"name": box_name(form=form, field=field)} | (
        {"kind": "date"} if column == "due" else {}
    )


def plan_answer(plan: list[Action], *, today: date) -> str:
    """How the plan stands, in a sentence or two.

    >>> plan_answer([], today=date(2005, 3, 18))
    'No action is in the plan yet.'
    """
    if not plan:
        return "No action is in the plan yet."
    still = [action for action in plan if not action.done]
    undated = sum(action.due is None for action in still)
    late, soon = overdue(plan, today=today), coming(plan, today=today)
    parts = [
        f"{_many(len(still), 'action')} still to do, {len(plan) - len(still)} done."
    ]
    if late:
        parts.append(f"{_many(len(late), 'action')} overdue.")
    if soon and soon[0].due:
        parts.append(
            f"{_many(len(soon), 'action')} due within four weeks, the next on {day(soon[0].due)}."
        )
    if undated:
        which = "it" if undated == 1 else "each"
        parts.append(
            f"{undated} without a date: give {which} an owner and a date, or let it go."
        )
    return " ".join(parts)


def ticked(workspace: Workspace) -> dict[str, str]:
    """By strand of the review, what was answered on the front page that bears on it."""
    part = load("index").part("intro.senco", Checklist)
    words = {choice.key: choice.label.lower() for choice in part.choices}
    try:
        given = workspace.store.latest(part.key)
    except StoreError:
        return {}
    notes: dict[str, list[str]] = {}
    for item in part.items:
        if item.feeds and given.get(item.key) in words:
            notes.setdefault(item.feeds, []).append(
                f"{item.text} You said: {words[given[item.key]]}."
            )
    return {strand: " ".join(lines) for strand, lines in notes.items()}


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


open_page = PlanPage.open
