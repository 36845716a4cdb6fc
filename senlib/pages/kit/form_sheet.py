"""The forms of a page as sheets to fill in: for the school or for one copy at a time, with rows of its own and rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.answer_sheet import (
    Answering,
    AnswerSheet,
    BoxValues,
    Layout,
    box_values,
    question,
    table,
    ungrouped,
)
from senlib.pages.kit.choices import button
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
    Section,
    answer_key,
    place,
)
from senlib.workbook.page_forms import load
from senlib.workbook.plan import begin_action
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

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
        title: str = "",
        choices: Mapping[str, layout.Options] | None = None,
        notes: Mapping[str, str] | None = None,
        shown_rows: Callable[[Row], bool] = lambda _row: True,
    ) -> None:
        super().__init__(workspace)
        self.part, self.of = part, of
        self.level, self.title = level, title or part.title
        self.choices = dict(choices or {})
        self.notes = notes or {}
        self.shown_rows = shown_rows
        if part.again:
            self.anew = button("Begin a new round", self.begin_anew)
            note = layout.html(layout.note(_LAST_TIME))
            self.box.children = [self.sheet, self.anew, note, self.status]
        self.show()

    @property
    def form(self) -> str:
        """The form under which the store has what is asked now."""
        return place(self.part.key, of=self.of)

    @property
    def rows_form(self) -> str:
        """The form under which the store has the school's own rows."""
        return own.rows_form(self.part.key)

    def show(self, *, of: str | None = None) -> None:
        """Show the sheet as it stands in the store, for another copy where `of` is given."""
        if of is not None:
            self.of = of
        try:
            with self.store.one_connection():
                self._show()
        except StoreError as error:
            self.status.value = layout.trouble_line(error)

    def _show(self) -> None:
        began = self._began(self.form)
        self.last = own.last_time(self.store, self.form, began=began)
        names = self.shared.read(self.rows_form)
        self.own_rows = own.own_rows(names)
        sheet = {
            "title": self.title,
            "level": self.level,
            "intro": self.part.intro,
            "blocks": [self._block()],
        }
        self.show_values(sheet, self._values(began))

    def _began(self, form: str) -> own.RoundStart:
        """When the present round began, of a part that is filled in again from time to time."""
        if not self.part.again:
            return None
        return own.began(self.store, form)

    @in_one_connection
    def begin_anew(self) -> None:
        """Begin a new round: what stands here becomes what stood here last time."""
        try:
            own.begin_round(self.store, self.form)
        except StoreError as error:
            self.status.value = layout.trouble_line(error)
            return
        self.status.value = layout.status("A new round has begun.")
        self.show()
        self._to_follow.append(("", ""))
        self.follow()

    def move_to(self, workspace: Workspace) -> None:
        """Ask the same of another school."""
        super().move_to(workspace)
        self.show()

    def _answers(self) -> dict[str, Answering]:
        rows = {"add row": self._add_row, "drop row": self._drop_row}
        return super()._answers() | rows

    def _save(self, request: Request) -> Reply:
        form, field = box_place(request["name"])
        if began := self._began(form):
            answer = self.store.answers(form).get(field)
            # What was written in an earlier round is an action of its own.
            if answer and answer.at < began:
                begin_action(self.store, form=form, field=field)
        return super()._save(request)

    def _add_row(self, request: Request) -> None:
        section, label = request["section"], request["label"]
        key = own.add_row(self.store, self.part, section=section, label=label)
        self._row_changed(key, label)

    def _drop_row(self, request: Request) -> None:
        key = request["row"]
        own.drop_row(self.store, self.part, key)
        self._row_changed(key, "")

    def _row_changed(self, row: str, label: str) -> None:
        self.show()
        field = answer_key(row=row, column="label")
        self._to_follow.append((field, label))

    # -- what is on the sheet --

    def _name(self, key: str) -> str:
        """The name of the box of one of the part's own answers."""
        return box_name(form=self.form, field=key)

    def _values(self, began: own.RoundStart) -> BoxValues:
        """What stands in the boxes: what they begin with, then what was answered in this round, and the names of own rows."""
        answers = self.shared.answers(self.form)
        names = self.shared.answers(self.rows_form)
        values = self._first_values()
        values |= box_values(self.form, answers, since=began)
        values |= box_values(self.rows_form, names)
        return values

    def _first_values(self) -> BoxValues:
        """What boxes have before anybody has written in them."""
        if not isinstance(self.part, Grid):
            return {}
        values = {}
        rows = [*self.part.rows, *self.own_rows]
        for row in rows:
            start = row.start or self.part.starts
            for column, text in start.items():
                key = answer_key(row=row.key, column=column)
                first = {"value": text, "seen": 0, "versions": 1}
                values[self._name(key)] = first
        return values

    def _block(self) -> Layout:
        if isinstance(self.part, Form):
            boxes = []
            for field in self.part.fields:
                box = self._box(field, field.key)
                boxes.append(question(field) | box)
            return {"kind": "fields", "fields": boxes}
        if isinstance(self.part, Grid):
            return self._table(self.part)
        if isinstance(self.part, Checklist):
            choices = self.part.choices
            answer = Field("answer", "Answer", "choice", choices=choices)
            return self._lines(answer, self.part.items)
        assert isinstance(self.part, Points), f"{self.part.key} cannot be filled in"
        return self._lines(_TAKEN, self.part.items)

    def _box(self, field: Field, key: str) -> Layout:
        box: Layout = {"name": self._name(key)}
        if field.kind in self.choices:
            options = self.choices[field.kind]
            box["choices"] = list(map(list, options))
        before = self.last.get(key)
        if before and before.value:
            labels = {choice.key: choice.label for choice in field.choices}
            words = labels.get(before.value, before.value)
            box["last"] = f"Last time ({day(before.at)}): {words}"
        return box

    def _table(self, grid: Grid) -> Layout:
        sections = grid.sections or (Section("", ""),)
        groups = [self._section(grid, section) for section in sections]
        add = "Add a row of your own" if grid.room_for_own_rows else ""
        return table(self.title, columns=grid.columns, groups=groups, add=add)

    def _section(self, grid: Grid, section: Section) -> Layout:
        rows = [*filter(self.shown_rows, grid.rows), *self.own_rows]
        here = (row for row in rows if row.section == section.key)
        return {
            "key": section.key,
            "title": section.title,
            "rows": [self._row(grid, row) for row in here],
        }

    def _row(self, grid: Grid, row: Row) -> Layout:
        cells = {}
        for column in grid.columns:
            key = answer_key(row=row.key, column=column.key)
            cells[column.key] = self._box(column, key)
        line = self._line(row.key, row.label, cells)
        if row in self.own_rows:
            field = answer_key(row=row.key, column="label")
            name = box_name(form=self.rows_form, field=field)
            line["own"] = {"name": name}
        return line

    def _lines(self, field: Field, items: Sequence[Item]) -> Layout:
        """Lines with one answer each."""
        lines = [
            self._line(item.key, item.text, {field.key: self._box(field, item.key)})
            for item in items
        ]
        return table(self.title, columns=[field], groups=ungrouped(lines))

    def _line(self, key: str, label: str, cells: Layout) -> Layout:
        return {
            "key": key,
            "label": label,
            "note": self.notes.get(key, ""),
            "cells": cells,
        }


def open_copy(
    place: widgets.VBox, parts: Sequence[FormSheet | widgets.HTML], *, of: str
) -> None:
    """Show in a place the sheets of one copy, with what else stands among them; nothing where `of` is ''."""
    boxes = []
    for part in parts if of else ():
        box = part
        if isinstance(part, FormSheet):
            part.show(of=of)
            box = part.box
        boxes.append(box)
    place.children = boxes


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
        """A part to fill in, for a page that does more with it."""
        part = self.sheet.part(key)
        sheet = FormSheet(self.workspace, part, **options)
        self.asked[key] = sheet
        return sheet

    def downloads(self) -> widgets.VBox:
        """The page's forms to take away in Word."""
        offers = forms(self.workspace, self.sheet)
        return Downloads(self.workspace, offers).box

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
