"""Task 8: working smarter. The review, targets, what to read, and the plan into which every action falls."""

from __future__ import annotations

from datetime import date

import ipywidgets as widgets

from senlib.pages.kit import downloads, header, layout
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.form_sheet import FormSheet, PageSheets
from senlib.pages.kit.plan_sheet import NewAction, PlanSheet
from senlib.widgets.sheet import box_name
from senlib.workbook.forms import load
from senlib.workbook.plan import Action, actions, coming, overdue
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace, open_workspace

REVIEW, THREE = "review", "next_steps"

SHOW = [
    ("What is still to do", "open"),
    ("What has no date yet", "undated"),
    ("What is done", "done"),
    ("Everything", "all"),
]


class PlanPage:
    """The page of Task 8. A test drives it without a browser."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.ask = PageSheets(workspace, "task8_working_smarter")

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    def review(self) -> widgets.Widget:
        """The ten strands, with what was ticked on the front page under each."""
        return self.ask(REVIEW, notes=ticked(self.workspace))

    def plan(self) -> widgets.VBox:
        """Every action, what is due first; and a place to write one."""
        self.which = layout.choice("Show", SHOW)
        self.answer = layout.html("")
        self.actions = PlanSheet(self.workspace, wanted=self._wanted)
        self.which.observe(lambda _: self.refresh(), "value")
        self.actions.after(lambda *_: self._changed())
        self.new = NewAction(self.workspace, asks="What will you do?")
        self.new.after(self._added)
        self._say()
        title = layout.html(layout.heading("Add an action of your own", level=3))
        return widgets.VBox(
            [
                self.answer,
                layout.controls(self.which),
                self.actions.box,
                title,
                self.new.box,
            ]
        )

    def three(self) -> widgets.Widget:
        """Three actions, chosen from the plan or written here."""
        self.chosen = ThreeActions(self.workspace)
        # A line taken from the plan is that action: changed in one place, it shows in the other.
        self.chosen.after(
            lambda *_: self.refresh() if hasattr(self, "actions") else None
        )
        return self.chosen.box

    def downloads(self) -> widgets.VBox:
        """The plan, its dates for a calendar, and the forms, to take away."""
        offers = [
            (
                "The action plan (Word)",
                lambda held: downloads.plan(self.workspace, held),
            ),
            (
                "The actions with a date, for your calendar",
                lambda held: downloads.dates(self.workspace, held),
            ),
        ]
        return Downloads(
            self.workspace, [*offers, *downloads.forms(self.workspace, self.ask.sheet)]
        ).box

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            (
                "Front page: what is due, and what is done in each Task",
                layout.address("index"),
            ),
            (
                "Task 1: next year’s figures will show whether it worked",
                layout.address("task1_conversion_data"),
            ),
        ]
        return layout.html(layout.what_next(lines))

    def refresh(self) -> None:
        """Show the plan as it stands now."""
        self.actions.show()
        self._say()

    def _changed(self) -> None:
        self._say()
        if hasattr(self, "chosen"):
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
            told = plan_answer(
                actions(self.workspace.store.forms()), today=date.today()
            )
        except StoreError as error:
            told = str(error)
        self.answer.value = layout.answer(told) + layout.how_to_read("plan_counts")

    def _added(self) -> None:
        self.refresh()
        self._changed()


class ThreeActions(FormSheet):
    """The three actions: a line is taken from the plan, and then is that action, or is written here."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace, load("task8_working_smarter").part(THREE))
        self.after(lambda field, _: self.show() if field.endswith(".action") else None)

    def show(self, *, of: str | None = None) -> None:
        """Show the three lines; one that is taken from the plan shows what stands there."""
        try:
            held = self.workspace.store.forms()
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return
        self.open = {action.key: action for action in actions(held)}
        self.taken = held.get(THREE, {})
        words = [
            (action.what, action.key)
            for action in self.open.values()
            if not action.done or action.key in self.taken.values()
        ]
        self.choices["action"] = [(key, layout.shortened(what)) for what, key in words]
        super().show(of=of)

    def _row(self, row, last, *, added=False):
        shown = super()._row(row, last, added=added)
        action = self.open.get(self.taken.get(f"{row.key}.action", ""))
        if action:
            shown["cells"]["what"] = {"lines": [{"text": action.what}]}
            for column, ours in {
                "who": "owner",
                "timeline": "due",
                "know": "measure",
            }.items():
                shown["cells"][column] = _place(action, ours)
        return shown

    def _values(self, now, answers):
        values = super()._values(now, answers)
        chosen = [
            self.open[key]
            for field, key in self.taken.items()
            if field.endswith(".action") and key in self.open
        ]
        for form in {form for action in chosen for form, _ in action.places.values()}:
            for field, answer in self.workspace.store.answers(form).items():
                values[box_name(form=form, field=field)] = {
                    "value": answer.value,
                    "seen": answer.id,
                    "versions": answer.versions,
                }
        return values


def _place(action: Action, column: str) -> dict[str, str]:
    form, field = action.places[column]
    return {"name": box_name(form=form, field=field)} | (
        {"kind": "date"} if column == "due" else {}
    )


def plan_answer(found: list[Action], *, today: date) -> str:
    """How the plan stands, in a sentence or two.

    >>> plan_answer([], today=date(2005, 3, 18))
    'No action is in the plan yet.'
    """
    if not found:
        return "No action is in the plan yet."
    still = [action for action in found if not action.done]
    undated = sum(action.due is None for action in still)
    late, soon = overdue(found, today=today), coming(found, today=today)
    parts = [
        f"{_many(len(still), 'action')} still to do, {len(found) - len(still)} done."
    ]
    if late:
        parts.append(f"{_many(len(late), 'action')} overdue.")
    if soon:
        parts.append(
            f"{_many(len(soon), 'action')} due within four weeks, the next on {layout.day(soon[0].due)}."
        )
    if undated:
        parts.append(
            f"{undated} without a date: give {'it' if undated == 1 else 'each'} an owner and a date, or let it go."
        )
    return " ".join(parts)


def ticked(workspace: Workspace) -> dict[str, str]:
    """By strand of the review, what was answered on the front page that bears on it."""
    part = load("index").part("intro.senco")
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


def open_page() -> PlanPage:
    """The page over the school that lies open."""
    return PlanPage(open_workspace())
