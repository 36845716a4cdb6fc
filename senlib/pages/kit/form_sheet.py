"""The forms of a page as sheets to fill in: for the school or for one copy at a time, with rows of its own and rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.answer_sheet import (
    Answering,
    AnswerSheet,
    box_value,
    question,
    table,
)
from senlib.pages.kit.downloads import Downloads, forms
from senlib.pages.kit.shared_answers import in_one_connection
from senlib.text import day
from senlib.widgets.sheet import Reply, Request, box_name, box_place
from senlib.workbook import rows as own
from senlib.workbook.forms import (
    Checklist,
    Field,
    Form,
    Grid,
    Item,
    Part,
    Points,
    Resources,
    Row,
    answer_key,
    place,
)
from senlib.workbook.page_forms import load
from senlib.workbook.plan import begin_action
from senlib.workbook.store import Answer, StoreError
from senlib.workspace import Workspace

Options = Sequence[tuple[str, str]]
# Part of a sheet as the page takes it; and what stands in its boxes, by their names.
Layout = dict[str, Any]
BoxValues = dict[str, dict[str, Any]]
# The answers of a form, by field.
Stored = Mapping[str, Answer]

_LAST_TIME = "What you have answered now stays beside the new answers, as ‘last time’. Nothing is lost."
_TAKEN = Field("taken", "In the plan", kind="yes")


class FormSheet(AnswerSheet):
    """One part of a page as it is asked: a sheet over the store, for the school or for one copy at a time.

    `choices` has what there is to choose in fields of the kinds 'pupil' and 'action', `notes` a line to show under a row by its
    key; `shown_rows` says which of a grid's rows are asked here.
    """

    def __init__(
        self,
        workspace: Workspace,
        part: Part,
        *,
        of: str = "",
        level: int = 3,
        title: str | None = None,
        choices: Mapping[str, Options] | None = None,
        notes: Mapping[str, str] | None = None,
        shown_rows: Callable[[Row], bool] = lambda _row: True,
    ) -> None:
        super().__init__(workspace)
        self.part, self.of, self.level = part, of, level
        self.title = part.title if title is None else title
        self.choices, self.notes = dict(choices or {}), dict(notes or {})
        self.shown_rows = shown_rows
        self._on_round: list[Callable[[], None]] = []
        if part.again:
            self.anew = widgets.Button(description="Begin a new round")
            self.anew.on_click(lambda _: self.begin_anew())
            note = layout.html(layout.note(_LAST_TIME))
            self.box.children = [self.sheet, self.anew, note, self.status]
        self.show()

    @property
    def form(self) -> str:
        """The form under which the store has what is asked now."""
        return place(self.part.key, of=self.of)

    def show(self, *, of: str | None = None) -> None:
        """Show the sheet as it stands in the store, for another copy if wished."""
        if of is not None:
            self.of = of
        try:
            with self.workspace.store.one_connection():
                self._show()
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))

    def _show(self) -> None:
        store = self.workspace.store
        began = own.began(store, self.form) if self.part.again else None
        answers = self.shared.answers(self.form)
        last = own.last_time(store, self.form, began=began)
        names = self.shared.answers(own.rows_form(self.part.key))
        rows = own.own_rows({field: name.value for field, name in names.items()})
        form = {
            "title": self.title,
            "level": self.level,
            "intro": self.part.intro,
            "blocks": [self._block(rows, last)],
        }
        now = own.this_time(answers, began=began)
        values = self._first_values(rows)
        values |= self._values(now, answers)
        values |= self._names_of(rows, names)
        self.sheet.show(form=form, values=values)

    @in_one_connection
    def begin_anew(self) -> None:
        """Begin a new round: what stands here becomes what stood here last time."""
        try:
            own.begin_round(self.workspace.store, self.form)
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return
        self.status.value = layout.status("A new round has begun.")
        self.show()
        for function in self._on_round:
            function()

    def on_round(self, function: Callable[[], None]) -> None:
        """Call this when a new round has begun."""
        self._on_round.append(function)

    def move_to(self, workspace: Workspace) -> None:
        """Ask the same of another school."""
        super().move_to(workspace)
        self.show()

    def _answers(self) -> dict[str, Answering]:
        rows = {"add row": self._add_row, "drop row": self._drop_row}
        return super()._answers() | rows

    def _save(self, request: Request) -> Reply:
        form, field = box_place(request["name"])
        if self._is_of_last_time(form, field):
            begin_action(self.workspace.store, form=form, field=field)
        return super()._save(request)

    def _is_of_last_time(self, form: str, field: str) -> bool:
        """Whether what a box has in the store was written in an earlier round."""
        began = own.began(self.workspace.store, form) if self.part.again else None
        if began is None:
            return False
        answer = self.workspace.store.answers(form).get(field)
        return answer is not None and answer.at < began

    def _add_row(self, request: Request) -> None:
        key = own.add_row(
            self.workspace.store,
            self._grid,
            section=request["section"],
            label=request["label"],
        )
        self._row_changed(key, request["label"])

    def _drop_row(self, request: Request) -> None:
        own.drop_row(self.workspace.store, self._grid, request["row"])
        self._row_changed(request["row"], "")

    @property
    def _grid(self) -> Grid:
        assert isinstance(self.part, Grid), "only a grid's sheet has rows to change"
        return self.part

    def _row_changed(self, row: str, label: str) -> None:
        self.show()
        self._to_follow.append((answer_key(row=row, column="label"), label))

    # -- what is on the sheet --

    def _name(self, key: str) -> str:
        """The name of the box of one of the part's own answers."""
        return box_name(form=self.form, field=key)

    def _label_name(self, row: Row) -> str:
        """The name of the box of what a row of the school's own is called."""
        field = answer_key(row=row.key, column="label")
        return box_name(form=own.rows_form(self.part.key), field=field)

    def _values(self, now: Mapping[str, str], answers: Stored) -> BoxValues:
        """By the name of each box: its text in this round, the id it was saved under, and how many texts it has had."""
        return {
            self._name(field): box_value(now.get(field, ""), answer)
            for field, answer in answers.items()
        }

    def _first_values(self, own_rows: Sequence[Row]) -> BoxValues:
        """The same for boxes that have a text before anybody has written in them."""
        if not isinstance(self.part, Grid):
            return {}
        starts = {row.key: row.start for row in self.part.rows}
        starts |= {row.key: self.part.starts for row in own_rows}
        return {
            self._name(answer_key(row=row, column=column)): {
                "value": text,
                "seen": 0,
                "versions": 1,
            }
            for row, start in starts.items()
            for column, text in start.items()
        }

    def _names_of(self, rows: Sequence[Row], names: Stored) -> BoxValues:
        """The same for the names of the school's own rows."""
        values: BoxValues = {}
        for row in rows:
            answer = names[answer_key(row=row.key, column="label")]
            values[self._label_name(row)] = box_value(answer.value, answer)
        return values

    def _block(self, rows: Sequence[Row], last: Stored) -> Layout:
        if isinstance(self.part, Form):
            fields = [
                question(field) | self._box(field, field.key, last)
                for field in self.part.fields
            ]
            return {"kind": "fields", "fields": fields}
        if isinstance(self.part, Grid):
            return self._table(self.part, rows, last)
        if isinstance(self.part, Checklist):
            answer = Field("answer", "Answer", "choice", choices=self.part.choices)
            return self._lines(answer, self.part.items, last)
        assert isinstance(self.part, Points), f"{self.part.key} cannot be filled in"
        return self._lines(_TAKEN, self.part.items, last)

    def _box(self, field: Field, key: str, last: Stored) -> Layout:
        box: Layout = {"name": self._name(key)}
        if field.kind in self.choices:
            box["choices"] = [list(option) for option in self.choices[field.kind]]
        before = last.get(key)
        if before and before.value:
            labels = {choice.key: choice.label for choice in field.choices}
            words = labels.get(before.value, before.value)
            box["last"] = f"Last time ({day(before.at)}): {words}"
        return box

    def _table(self, grid: Grid, own_rows: Sequence[Row], last: Stored) -> Layout:
        sections = [(section.key, section.title) for section in grid.sections]
        rows = [row for row in grid.rows if self.shown_rows(row)]
        groups = []
        for key, title in sections or [("", "")]:
            lines = [self._row(grid, row, last) for row in rows if row.section == key]
            for row in own_rows:
                if row.section == key:
                    label = {"own": {"name": self._label_name(row)}}
                    lines.append(self._row(grid, row, last) | label)
            groups.append({"key": key, "title": title, "rows": lines})
        add = "Add a row of your own" if grid.room_for_own_rows else ""
        return table(self.title, columns=grid.columns, groups=groups, add=add)

    def _row(self, grid: Grid, row: Row, last: Stored) -> Layout:
        cells = {}
        for column in grid.columns:
            key = answer_key(row=row.key, column=column.key)
            cells[column.key] = self._box(column, key, last)
        return self._line(row.key, row.label, cells)

    def _lines(self, field: Field, items: Sequence[Item], last: Stored) -> Layout:
        """Lines with one answer each."""
        lines = []
        for item in items:
            cells = {field.key: self._box(field, item.key, last)}
            lines.append(self._line(item.key, item.text, cells))
        groups = [{"key": "", "title": "", "rows": lines}]
        return table(self.title, columns=[field], groups=groups)

    def _line(self, key: str, label: str, cells: Layout) -> Layout:
        note = self.notes.get(key, "")
        return {"key": key, "label": label, "note": note, "cells": cells}


class PageSheets:
    """The parts of a page by their keys: call it in a notebook with the key of what is to be asked there."""

    def __init__(self, workspace: Workspace, stem: str) -> None:
        self.workspace, self.sheet = workspace, load(stem)
        self.asked: dict[str, FormSheet] = {}

    def __call__(self, key: str, **options: Any) -> widgets.Widget:
        """A part as it stands on the page: a sheet to fill in, or lines to read."""
        part = self.sheet.part(key)
        if isinstance(part, Resources):
            return layout.html(resources(part))
        if isinstance(part, Points) and not part.to_plan:
            return layout.html(points(part, **options))
        return self.part(key, **options).box

    def part(self, key: str, **options: Any) -> FormSheet:
        """A part to fill in, for a page that has more to do with it."""
        self.asked[key] = FormSheet(self.workspace, self.sheet.part(key), **options)
        return self.asked[key]

    def downloads(self) -> widgets.VBox:
        """The page's forms to take away in Word."""
        return Downloads(self.workspace, forms(self.workspace, self.sheet)).box

    def move_to(self, workspace: Workspace) -> None:
        """Ask the same of another school."""
        self.workspace = workspace
        for asked in self.asked.values():
            asked.move_to(workspace)


def points(part: Points, *, level: int = 3) -> str:
    """Lines to read."""
    items = "".join(f"<li>{layout.escape(item.text)}</li>" for item in part.items)
    intro = f"<p>{layout.escape(part.intro)}</p>" if part.intro else ""
    return f"<h{level}>{layout.escape(part.title)}</h{level}>{intro}<ul>{items}</ul>"


def resources(part: Resources) -> str:
    """Publications, each with its number and with what has replaced it."""
    items = "".join(
        f'<li><strong>{layout.escape(one.title)}</strong>, <span class="sl-whole">{layout.escape(one.number)}</span>. '
        f"{layout.escape(one.replaced_by)}</li>"
        for one in part.items
    )
    return f"<h3>{layout.escape(part.title)}</h3><p>{layout.escape(part.intro)}</p><ul>{items}</ul>"
