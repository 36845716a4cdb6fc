"""The action plan as a sheet: each action with where it came from, its owner, its date, its measure and whether it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import ipywidgets as widgets

from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.answer_sheet import (
    Answering,
    AnswerSheet,
    Layout,
    table,
    ungrouped,
)
from senlib.pages.kit.choices import button
from senlib.pages.kit.shared_answers import in_one_connection
from senlib.pages.kit.site import page_of
from senlib.widgets.sheet import Request, box_name
from senlib.workbook.forms import Grid
from senlib.workbook.page_forms import load
from senlib.workbook.plan import PLAN, Action, actions, add_action, in_order
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

GONE = "About a pupil who is no longer in the school’s files"

COLUMNS = ("from", "owner", "due", "measure", "done")


class PlanSheet(AnswerSheet):
    """Those actions of the plan that are wanted; each is saved where it was written, whichever page changes it."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        wanted: Callable[[Action], bool] = lambda _: True,
        origin: bool = True,
    ) -> None:
        super().__init__(workspace)
        self.wanted, self.origin = wanted, origin
        self.names = pupil_names.names(workspace.school)
        self.show()

    def actions(self) -> list[Action]:
        """The actions that are wanted, those to be done soonest first, then those without a date, then those that are done."""
        every = actions(self.store.forms())
        return in_order(list(filter(self.wanted, every)))

    def show(self) -> None:
        """Show the plan as it stands in the store."""
        try:
            with self.store.one_connection():
                self._show(self.actions())
            self.status.value = ""
        except StoreError as error:
            self.status.value = layout.trouble_line(error)
            self.box.layout.display = None

    def _show(self, plan: list[Action]) -> None:
        # A sheet without a line would leave a hole in the page. It is there before its boxes are, for they measure their room.
        self.box.layout.display = None if plan else "none"
        blocks = [self._table(plan)] if plan else []
        sheet = {"title": "", "level": 3, "intro": "", "blocks": blocks}
        forms = {form for action in plan for form, _ in action.places.values()}
        self.show_answers(sheet, forms=forms)

    def _table(self, plan: list[Action]) -> Layout:
        grid = load("task8_working_smarter").part(PLAN, Grid)
        keys = COLUMNS if self.origin else COLUMNS[1:]
        columns = [column for column in grid.columns if column.key in keys]
        groups = ungrouped(list(map(self._row, plan)))
        return table("Actions", columns=columns, groups=groups, corner="Action")

    def _row(self, action: Action) -> Layout:
        cells: Layout = {}
        for column, (form, field) in action.places.items():
            name = box_name(form=form, field=field)
            cells[column] = {"name": name}
        what = cells.pop("what")
        if self.origin:
            cells["from"] = {"lines": self._origin(action)}
        is_late = action.is_overdue(today=date.today())
        row = {
            "key": action.key,
            "label": action.what,
            "note": "Overdue" if is_late else "",
            "cells": cells,
        }
        if action.part == PLAN:
            # Written in the plan, it is changed and taken out here; any other is changed where it was written.
            what |= {"kind": "text", "label": "Action"}
            row["own"] = what
        return row

    def _answers(self) -> dict[str, Answering]:
        rows = {"drop row": self._drop_row}
        return super()._answers() | rows

    def _drop_row(self, request: Request) -> None:
        for action in self.actions():
            if action.key == request["row"] and action.part == PLAN:
                form, field = action.places["what"]
                self.shared.save(form, {field: ""})
                self.show()
                self._to_follow.append((field, ""))

    def _origin(self, action: Action) -> list[Layout]:
        """Where an action came from, as a link back and a line on what was asked there."""
        if action.each == "pupil" and action.of in self.names:
            href = pupil_names.page_address(self.workspace, action.of)
            pupil = {"text": self.names[action.of], "href": href}
            return [pupil, {"text": action.title}]
        if action.part == PLAN:
            return [{"text": GONE if action.of else "Written in the plan"}]
        page = page_of(action.stem)
        href = layout.address(action.stem)
        link = {"text": page.name, "href": href}
        return [link, {"text": f"{action.title}: {action.row}"}]


class NewAction:
    """A place to write an action straight into the plan, about a pupil where `pupil` names one."""

    def __init__(
        self, workspace: Workspace, *, asks: str, pupil: Callable[[], str] = lambda: ""
    ) -> None:
        self.workspace, self.pupil = workspace, pupil
        self._after: list[layout.Callback] = []
        self.what = widgets.Textarea(description=asks, rows=2)
        self.owner = widgets.Text(description="Whose job is it?")
        self.due = widgets.DatePicker(description="By when?")
        self.measure = widgets.Textarea(
            description="What will show that it has worked?", rows=2
        )
        self.add = button("Add to the action plan", self.keep, primary=True)
        self.status = layout.html("")
        who_and_when = layout.controls(self.owner, self.due)
        self.box = layout.stack(
            self.what, who_and_when, self.measure, self.add, self.status
        )

    def after(self, function: layout.Callback) -> None:
        """Call this when an action has been added."""
        self._after.append(function)

    @in_one_connection
    def keep(self) -> None:
        """Add what is written to the plan; nothing, where it does not say what is to be done."""
        texts = (self.what, self.owner, self.measure)
        what, owner, measure = (box.value.strip() for box in texts)
        due = self.due.value
        if not what:
            self.status.value = layout.trouble_line(
                "Say first what you will do. Nothing was added."
            )
            return
        try:
            add_action(
                self.workspace.store,
                what=what,
                owner=owner,
                due=due.isoformat() if due else "",
                measure=measure,
                pupil=self.pupil(),
            )
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return
        for box in texts:
            box.value = ""
        self.due.value = None
        for function in self._after:
            function()
        self.status.value = layout.status("Added to the action plan, and saved.")
