"""Asking: the forms of a page, shown as sheets to fill in, each answer kept in the store as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.downloads import Downloads, forms
from senlib.text import day
from senlib.widgets import Sheet
from senlib.widgets.sheet import box_name, box_place, names_in
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
from senlib.workbook.store import Answer, Saved, StoreError
from senlib.workspace import Workspace

# A text that was typed on within this time is no earlier text, only the beginning of the one after it.
TYPING = timedelta(minutes=1)

# Choices are a row of buttons, one tap each, up to this many, and where the table has room for them: in few columns.
MOST_BUTTONS, FEW_COLUMNS = 4, 2

TO_PLAN = "What you write here also stands in the action plan."

Options = Sequence[tuple[str, str]]


class KeptSheet:
    """A sheet whose boxes are kept in the store as they are typed; what is on the sheet is for others to say."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._after: list[Callable[[str, str], None]] = []
        self._kept_lately: list[tuple[str, str]] = []
        self.sheet = Sheet(workbook=workspace.store.workbook)
        self.sheet.answer_with(self.reply, then=self.follow)
        self.status = layout.html("")
        self.box = widgets.VBox([self.sheet, self.status])

    def show_answers(self, form: dict[str, Any], *, forms: Iterable[str]) -> None:
        """Show a sheet over the answers of these forms of the store. Raises StoreError where they cannot be read."""
        wanted, values = set(names_in(form)), {}
        for one in forms:
            for field, answer in self.workspace.store.answers(one).items():
                if (name := box_name(form=one, field=field)) in wanted:
                    values[name] = _value(answer.value, answer)
        self.sheet.show(form=form, values=values)

    def after(self, function: Callable[[str, str], None]) -> None:
        """Call this with the field and its value after each answer that was kept."""
        self._after.append(function)

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """Answer one request of the sheet, and do what follows from it."""
        reply = self.reply(request)
        self.follow()
        return reply

    def reply(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """The reply to one request: a text kept, the earlier ones, one brought back, a row added or taken out."""
        try:
            return self._answers()[request["kind"]](request)
        except StoreError as error:
            return {"kind": "refused", "why": f"Not saved. {error}"}

    def follow(self) -> None:
        """Tell those who asked to hear of it what was kept since the last time."""
        while self._kept_lately:
            field, value = self._kept_lately.pop(0)
            for function in self._after:
                function(field, value)

    def _answers(
        self,
    ) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any] | None]]:
        return {
            "save": self._save,
            "history": self._history,
            "bring back": self._bring_back,
        }

    def _save(self, request: Mapping[str, Any]) -> dict[str, Any]:
        form, field = box_place(request["name"])
        saved = self.workspace.store.save(
            form=form, field=field, value=request["value"], seen=request["seen"]
        )
        elsewhere = saved.elsewhere and _told(saved.elsewhere)
        return {"kind": "saved", "elsewhere": elsewhere} | self._kept(
            request["name"], request["value"], saved
        )

    def _history(self, request: Mapping[str, Any]) -> dict[str, Any]:
        form, field = box_place(request["name"])
        answers = [
            _told(answer)
            for answer in settled(self.workspace.store.history(form, field))
        ]
        return {"kind": "history", "name": request["name"], "answers": answers}

    def _bring_back(self, request: Mapping[str, Any]) -> dict[str, Any]:
        form, field = box_place(request["name"])
        saved = self.workspace.store.bring_back(form, field, request["id"])
        value = self.workspace.store.latest(form)[field]
        return {"kind": "brought", "value": value} | self._kept(
            request["name"], value, saved
        )

    def _kept(self, name: str, value: str, saved: Saved) -> dict[str, Any]:
        """What the page is told of an answer that is kept."""
        form, field = box_place(name)
        versions = len(self.workspace.store.history(form, field))
        # In place, and so without sending: the page that the answer came from shows it already.
        self.sheet.values[name] = {
            "value": value,
            "seen": saved.id,
            "versions": versions,
        }
        self._kept_lately.append((field, value))
        return {
            "name": name,
            "id": saved.id,
            "at": layout.saved_at(saved.at),
            "versions": versions,
        }


class FormSheet(KeptSheet):
    """One part of a page as it is asked: a sheet over the store, for the school or for one copy at a time.

    `choices` holds what there is to choose in fields of the kinds 'pupil' and 'action', `notes` a line to show under a row by its
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
        shown_rows: Callable[[Row], bool] | None = None,
    ) -> None:
        super().__init__(workspace)
        self.part, self.of, self.level = part, of, level
        self.title = part.title if title is None else title
        self.choices, self.notes = dict(choices or {}), dict(notes or {})
        self.shown_rows = shown_rows or (lambda _row: True)
        self._on_round: list[Callable[[], None]] = []
        if part.again:
            self.anew = widgets.Button(description="Begin a new round")
            self.anew.on_click(lambda _: self.begin_anew())
            why = "What you have answered now stays beside the new answers, as ‘last time’. Nothing is lost."
            self.box.children = [
                self.sheet,
                self.anew,
                layout.html(layout.note(why)),
                self.status,
            ]
        self.show()

    @property
    def form(self) -> str:
        """The form under which the store keeps what is asked now."""
        return place(self.part.key, of=self.of)

    def show(self, *, of: str | None = None) -> None:
        """Show the sheet as it stands in the store, for another copy if wished."""
        if of is not None:
            self.of = of
        try:
            began = (
                own.began(self.workspace.store, self.form) if self.part.again else None
            )
            answers = self.workspace.store.answers(self.form)
            last = own.last_time(self.workspace.store, self.form, began=began)
            names = self.workspace.store.answers(own.rows_form(self.part.key))
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return
        rows = own.own_rows({field: answer.value for field, answer in names.items()})
        form = {
            "title": self.title,
            "level": self.level,
            "intro": self.part.intro,
            "blocks": [self._block(rows, last)],
        }
        held = self._values(
            own.this_time(answers, began=began), answers
        ) | self._names_of(rows, names)
        self.sheet.show(form=form, values=self._first_values(rows) | held)

    def begin_anew(self) -> None:
        """Begin a new round: what stands here becomes what stood here last time."""
        try:
            own.begin_round(self.workspace.store, self.form)
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return
        self.status.value = (
            '<p class="sl-note" role="status">A new round has begun.</p>'
        )
        self.show()
        for function in self._on_round:
            function()

    def on_round(self, function: Callable[[], None]) -> None:
        """Call this when a new round has begun."""
        self._on_round.append(function)

    def _answers(
        self,
    ) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any] | None]]:
        return super()._answers() | {
            "add row": self._add_row,
            "drop row": self._drop_row,
        }

    def _save(self, request: Mapping[str, Any]) -> dict[str, Any]:
        form, field = box_place(request["name"])
        if self._is_of_last_time(form, field):
            begin_action(self.workspace.store, form=form, field=field)
        return super()._save(request)

    def _is_of_last_time(self, form: str, field: str) -> bool:
        """Whether what a box holds in the store was written in an earlier round."""
        began = own.began(self.workspace.store, form) if self.part.again else None
        answer = self.workspace.store.answers(form).get(field) if began else None
        return answer is not None and answer.at < began

    def _add_row(self, request: Mapping[str, Any]) -> None:
        key = own.add_row(
            self.workspace.store,
            self.part,
            section=request["section"],
            label=request["label"],
        )
        self._row_kept(key, request["label"])

    def _drop_row(self, request: Mapping[str, Any]) -> None:
        own.drop_row(self.workspace.store, self.part, request["row"])
        self._row_kept(request["row"], "")

    def _row_kept(self, row: str, label: str) -> None:
        self.show()
        self._kept_lately.append((answer_key(row=row, column="label"), label))

    # -- what is shown --

    def _values(
        self, now: Mapping[str, str], answers: Mapping[str, Answer]
    ) -> dict[str, dict[str, Any]]:
        """By the name of each box: its text in this round, the id it was kept under, and how many texts it has had."""
        return {
            box_name(form=self.form, field=field): _value(now.get(field, ""), answer)
            for field, answer in answers.items()
        }

    def _first_values(self, own_rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
        """The same for boxes that have a text before anybody has written in them."""
        if not isinstance(self.part, Grid):
            return {}
        starts = {row.key: row.start for row in self.part.rows} | {
            row.key: self.part.starts for row in own_rows
        }
        return {
            box_name(form=self.form, field=answer_key(row=row, column=column)): {
                "value": text,
                "seen": 0,
                "versions": 1,
            }
            for row, start in starts.items()
            for column, text in start.items()
        }

    def _names_of(
        self, rows: Sequence[Row], names: Mapping[str, Answer]
    ) -> dict[str, dict[str, Any]]:
        """The same for the names of the school's own rows."""
        form = own.rows_form(self.part.key)
        fields = [answer_key(row=row.key, column="label") for row in rows]
        return {
            box_name(form=form, field=field): _value(names[field].value, names[field])
            for field in fields
        }

    def _block(self, rows: Sequence[Row], last: Mapping[str, Answer]) -> dict[str, Any]:
        if isinstance(self.part, Form):
            return {
                "kind": "fields",
                "fields": [self._field(field, last) for field in self.part.fields],
            }
        if isinstance(self.part, Grid):
            return self._table(rows, last)
        if isinstance(self.part, Checklist):
            return self._lines(
                Field("answer", "Answer", kind="choice", choices=self.part.choices),
                self.part.items,
                last,
            )
        return self._lines(
            Field("taken", "In the plan", kind="yes"), self.part.items, last
        )

    def _field(self, field: Field, last: Mapping[str, Answer]) -> dict[str, Any]:
        return (
            {"label": field.label, "help": _help(field)}
            | _kind(field)
            | self._box(field, field.key, last)
        )

    def _box(
        self, field: Field, key: str, last: Mapping[str, Answer]
    ) -> dict[str, Any]:
        box: dict[str, Any] = {"name": box_name(form=self.form, field=key)}
        if field.kind in self.choices:
            box["choices"] = [list(option) for option in self.choices[field.kind]]
        before = last.get(key)
        if before and before.value:
            words = {choice.key: choice.label for choice in field.choices}.get(
                before.value, before.value
            )
            box["last"] = f"Last time ({day(before.at)}): {words}"
        return box

    def _table(self, rows: Sequence[Row], last: Mapping[str, Answer]) -> dict[str, Any]:
        sections = [(section.key, section.title) for section in self.part.sections] or [
            ("", "")
        ]
        groups = []
        for key, title in sections:
            lines = [
                self._row(row, last)
                for row in self.part.rows
                if row.section == key and self.shown_rows(row)
            ]
            lines += [
                self._row(row, last, added=True) for row in rows if row.section == key
            ]
            groups.append({"key": key, "title": title, "rows": lines})
        add = "Add a row of your own" if self.part.room_for_own_rows else ""
        return table(self.title, columns=self.part.columns, groups=groups, add=add)

    def _row(
        self, row: Row, last: Mapping[str, Answer], *, added: bool = False
    ) -> dict[str, Any]:
        cells = {
            column.key: self._box(
                column, answer_key(row=row.key, column=column.key), last
            )
            for column in self.part.columns
        }
        shown = {
            "key": row.key,
            "label": row.label,
            "note": self.notes.get(row.key, ""),
            "cells": cells,
        }
        if added:
            name = box_name(
                form=own.rows_form(self.part.key),
                field=answer_key(row=row.key, column="label"),
            )
            shown["own"] = {"name": name}
        return shown

    def _lines(
        self, field: Field, items: Sequence[Item], last: Mapping[str, Answer]
    ) -> dict[str, Any]:
        """Lines with one answer each."""
        lines = [
            {
                "key": item.key,
                "label": item.text,
                "note": self.notes.get(item.key, ""),
                "cells": {field.key: self._box(field, item.key, last)},
            }
            for item in items
        ]
        return table(
            self.title,
            columns=[field],
            groups=[{"key": "", "title": "", "rows": lines}],
        )


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
            asked.workspace, asked.sheet.workbook = workspace, workspace.store.workbook
            asked.show()


def settled(history: Sequence[Answer]) -> list[Answer]:
    """Of a field's answers, the newest first, those that somebody may want back: not the present one, and none that was merely
    the beginning of the next, typed on within a minute.
    """
    kept, newer = [], None
    for answer in history:
        typed_on = (
            newer
            and newer.value.startswith(answer.value)
            and newer.at - answer.at < TYPING
        )
        if newer and not typed_on and answer.value != newer.value:
            kept.append(answer)
        newer = answer
    return kept


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


def table(
    caption: str,
    *,
    columns: Sequence[Field],
    groups: Sequence[Mapping[str, Any]],
    corner: str = "",
    add: str = "",
) -> dict[str, Any]:
    """A table of boxes as the sheet takes it."""
    room = len(columns) <= FEW_COLUMNS
    heads = [
        {"key": column.key, "label": column.label, "help": _help(column)}
        | _kind(column, room=room)
        for column in columns
    ]
    return {
        "kind": "table",
        "caption": caption,
        "corner": corner,
        "columns": heads,
        "groups": list(groups),
        "add": add,
    }


def _value(text: str, answer: Answer) -> dict[str, Any]:
    return {"value": text, "seen": answer.id, "versions": answer.versions}


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "value": answer.value,
        "at": f"{day(answer.at)}, {layout.saved_at(answer.at)}",
    }


def _help(field: Field) -> str:
    return " ".join(filter(None, (field.help, TO_PLAN if field.to_plan else "")))


def _kind(field: Field, *, room: bool = True) -> dict[str, Any]:
    """How a field's box is to be drawn."""
    choices = [[choice.key, choice.label] for choice in field.choices]
    kind = "choice" if field.kind in ("pupil", "action") else field.kind
    style = "buttons" if room and 0 < len(choices) <= MOST_BUTTONS else "list"
    return {"kind": kind, "choices": choices, "style": style}
