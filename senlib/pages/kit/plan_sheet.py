"""The action plan as a sheet: each action with where it came from, its owner, its date, its measure and whether it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.form_sheet import KeptSheet, table
from senlib.pages.kit.site import page_of
from senlib.widgets.sheet import box_name
from senlib.workbook.forms import Field
from senlib.workbook.page_forms import load
from senlib.workbook.plan import PLAN, Action, actions, add_action, in_order
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

GONE = "About a pupil who is no longer in the school’s files"

Wanted = Callable[[Action], bool]


class PlanSheet(KeptSheet):
    """Those actions of the plan that are wanted; each is kept where it was written, whichever page changes it."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        title: str = "",
        intro: str = "",
        wanted: Wanted = lambda _: True,
        origin: bool = True,
    ) -> None:
        super().__init__(workspace)
        self.title, self.intro, self.wanted, self.origin = title, intro, wanted, origin
        self.names = pupil_names.names(workspace.school)
        self.show()

    def found(self) -> list[Action]:
        """The actions that are wanted, those to be done soonest first, then those without a date, then those that are done."""
        return in_order(
            [
                action
                for action in actions(self.workspace.store.forms())
                if self.wanted(action)
            ]
        )

    def show(self) -> None:
        """Show the plan as it stands in the store."""
        try:
            found = self.found()
            groups = [
                {
                    "key": "",
                    "title": "",
                    "rows": [self._row(action) for action in found],
                }
            ]
            caption = self.title or "Actions"
            blocks = (
                [
                    table(
                        caption, columns=self._columns(), groups=groups, corner="Action"
                    )
                ]
                if found
                else []
            )
            forms = {form for action in found for form, _ in action.places.values()}
            # A sheet without a line would leave a hole in the page. It is there before its boxes are, for they measure their room.
            self.box.layout.display = None if found else "none"
            self.show_answers(
                {
                    "title": self.title,
                    "level": 3,
                    "intro": self.intro,
                    "blocks": blocks,
                },
                forms=forms,
            )
            self.status.value = ""
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            self.box.layout.display = None

    def _columns(self) -> list[Field]:
        grid = load("task8_working_smarter").part(PLAN)
        shown = (
            ("from", "owner", "due", "measure", "done")
            if self.origin
            else ("owner", "due", "measure", "done")
        )
        return [column for column in grid.columns if column.key in shown]

    def _row(self, action: Action) -> dict[str, Any]:
        cells: dict[str, Any] = {
            column: {"name": box_name(form=form, field=field)}
            for column, (form, field) in action.places.items()
            if column != "what"
        }
        if self.origin:
            cells["from"] = {"lines": self._origin(action)}
        late = action.due is not None and action.due < date.today() and not action.done
        row = {
            "key": action.key,
            "label": action.what,
            "note": "Overdue" if late else "",
            "cells": cells,
        }
        if action.part == PLAN:
            # Written in the plan, it is changed and taken out here; any other is changed where it was written.
            form, field = action.places["what"]
            row["own"] = {
                "name": box_name(form=form, field=field),
                "kind": "text",
                "label": "Action",
            }
        return row

    def _answers(
        self,
    ) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any] | None]]:
        return super()._answers() | {"drop row": self._drop_row}

    def _drop_row(self, request: Mapping[str, Any]) -> None:
        for action in self.found():
            if action.key == request["row"] and action.part == PLAN:
                form, field = action.places["what"]
                self.workspace.store.save(form=form, field=field, value="")
                self.show()
                self._kept_lately.append((field, ""))

    def _origin(self, action: Action) -> list[dict[str, str]]:
        """Where an action came from, as a link back and a line on what was asked there."""
        if action.each == "pupil" and action.of in self.names:
            href = pupil_names.page_address(self.workspace, action.of)
            return [
                {"text": self.names[action.of], "href": href},
                {"text": action.title},
            ]
        if action.part == PLAN:
            return [{"text": GONE if action.of else "Written in the plan"}]
        page = page_of(action.stem)
        return [
            {"text": page.name, "href": layout.address(action.stem)},
            {"text": f"{action.title}: {action.row}"},
        ]


class NewAction:
    """A place to write an action straight into the plan, about a pupil where `pupil` names one."""

    def __init__(
        self, workspace: Workspace, *, asks: str, pupil: Callable[[], str] = lambda: ""
    ) -> None:
        self.workspace, self.pupil = workspace, pupil
        self._after: list[Callable[[], None]] = []
        self.what = widgets.Textarea(description=asks, rows=2)
        self.owner = widgets.Text(description="Whose job is it?")
        self.due = widgets.DatePicker(description="By when?")
        self.measure = widgets.Textarea(
            description="What will show that it has worked?", rows=2
        )
        self.add = widgets.Button(
            description="Add to the action plan", button_style="primary"
        )
        self.status = layout.html("")
        self.add.on_click(lambda _: self.keep())
        self.box = widgets.VBox(
            [
                self.what,
                layout.controls(self.owner, self.due),
                self.measure,
                self.add,
                self.status,
            ]
        )

    def after(self, function: Callable[[], None]) -> None:
        """Call this when an action has been added."""
        self._after.append(function)

    def keep(self) -> None:
        """Add what is written to the plan; without saying what is to be done, nothing is."""
        if not self.what.value.strip():
            self.status.value = layout.trouble_line(
                "Say first what you will do. Nothing was added."
            )
            return
        words = {"what": self.what, "owner": self.owner, "measure": self.measure}
        due = self.due.value.isoformat() if self.due.value else ""
        try:
            add_action(
                self.workspace.store,
                due=due,
                pupil=self.pupil(),
                **{key: box.value.strip() for key, box in words.items()},
            )
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return
        for box in words.values():
            box.value = ""
        self.due.value = None
        for function in self._after:
            function()
        self.status.value = (
            '<p class="sl-note" role="status">Added to the action plan, and saved.</p>'
        )
