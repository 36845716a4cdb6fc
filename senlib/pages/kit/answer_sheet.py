"""A sheet over the store: boxes whose texts are saved as they are typed, with the earlier texts of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.shared_answers import AnswersByField, SharedAnswers
from senlib.text import day, joined, saved_at
from senlib.widgets import Sheet
from senlib.widgets.sheet import (
    Earlier,
    Reply,
    Request,
    box_name,
    box_place,
    names_in,
)
from senlib.workbook.forms import Field
from senlib.workbook.store import Answer, Saved, Store, StoreError
from senlib.workspace import Workspace

# A text that was continued within this time is no earlier text, only the beginning of the next.
TYPING = timedelta(minutes=1)

# Choices are a row of buttons, one tap each, up to this many, and where the table has room for them: in few columns.
MOST_BUTTONS, FEW_COLUMNS = 4, 2

TO_PLAN = "What you write here also stands in the action plan."

Answering = Callable[[Request], Reply | None]
# Called with the field and its value.
Follower = Callable[[str, str], None]
# A sheet or part of it as the page takes it; and what stands in its boxes, by their names.
Layout = dict[str, Any]
BoxValues = dict[str, Layout]


class AnswerSheet:
    """A sheet whose boxes are saved in the store as they are typed; a subclass or a page says what is on it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.shared = SharedAnswers(workspace)
        self._after: list[Follower] = []
        self._to_follow: list[tuple[str, str]] = []
        self.sheet = Sheet(workbook=workspace.store.workbook)
        self.sheet.answer_with(
            self.reply,
            then=self.follow,
            within=lambda: self.store.one_connection(),
        )
        self.status = layout.html("")
        self.box = widgets.VBox([self.sheet, self.status])

    @property
    def store(self) -> Store:
        """The store of the school that is open."""
        return self.workspace.store

    def show_answers(self, sheet: Layout, *, forms: Iterable[str]) -> None:
        """Show a sheet over the answers of these forms of the store. Raises StoreError where they cannot be read."""
        values: BoxValues = {}
        for form in forms:
            values |= box_values(form, self.shared.answers(form))
        self.show_values(sheet, values)

    def show_values(self, sheet: Layout, values: BoxValues) -> None:
        """Show a sheet with those of these values that have a box on it."""
        names = filter(values.__contains__, names_in(sheet))
        on_sheet = {name: values[name] for name in names}
        self.sheet.show(form=sheet, values=on_sheet)

    def after(self, act: layout.Callback) -> None:
        """Call this after each answer that was saved, and when a round has begun."""
        self.after_field(lambda *_: act())

    def after_field(self, act: Follower) -> None:
        """The same with the field and its value; with two blanks when a round has begun."""
        self._after.append(act)

    def reply(self, request: Request) -> Reply | None:
        """The reply to one request: a text saved, the earlier ones, one brought back, a row added or taken out."""
        try:
            answer = self._answers()[request["kind"]]
            return answer(request)
        except StoreError as error:
            return {"kind": "refused", "why": f"Not saved. {error}"}

    def follow(self) -> None:
        """Call the functions given to `after` with what was saved since the last time."""
        while self._to_follow:
            field, value = self._to_follow.pop(0)
            for function in self._after:
                function(field, value)

    def move_to(self, workspace: Workspace) -> None:
        """Save in another school's store from now on."""
        self.workspace = self.shared.workspace = workspace
        self.sheet.workbook = workspace.store.workbook

    def _answers(self) -> dict[str, Answering]:
        return {
            "save": self._save,
            "history": self._history,
            "bring back": self._bring_back,
        }

    def _save(self, request: Request) -> Reply:
        name = request["name"]
        form, field = box_place(name)
        values = {field: request["value"]}
        seen = {field: request["seen"]}
        saved = self.shared.save(form, values, seen=seen)[field]
        elsewhere = _in_history(saved.elsewhere) if saved.elsewhere else None
        reply = Reply(kind="saved", elsewhere=elsewhere)
        return reply | self._stands(name, saved)

    def _history(self, request: Request) -> Reply:
        name = request["name"]
        history = self.store.history(*box_place(name))
        answers = list(map(_in_history, settled(history)))
        return {"kind": "history", "name": name, "answers": answers}

    def _bring_back(self, request: Request) -> Reply:
        name, id = request["name"], request["id"]
        saved = self.store.bring_back(*box_place(name), id)
        reply = Reply(kind="brought", value=saved.value)
        return reply | self._stands(name, saved)

    def _stands(self, name: str, saved: Saved) -> Reply:
        """What the page needs to know of an answer that stands in a box from now on."""
        # In place, and so without sending: the page that the answer came from shows it already.
        self.sheet.values[name] = box_value(saved)
        _, field = box_place(name)
        self._to_follow.append((field, saved.value))
        return {
            "name": name,
            "id": saved.id,
            "at": saved_at(saved.at),
            "versions": saved.versions,
        }


def settled(history: Sequence[Answer]) -> list[Answer]:
    """Of a field's answers, the newest first, those that somebody may want back: neither the present one nor one that was only
    the beginning of the next, typed within a minute of it.
    """
    earlier: list[Answer] = []
    for newer, answer in pairwise(history):
        is_beginning = newer.value.startswith(answer.value)
        typed_on = is_beginning and newer.at - answer.at < TYPING
        if not typed_on and answer.value != newer.value:
            earlier.append(answer)
    return earlier


def table(
    caption: str,
    *,
    columns: Sequence[Field],
    groups: Sequence[Layout],
    corner: str = "",
    add: str = "",
) -> Layout:
    """A table of boxes as the sheet takes it."""
    has_room = len(columns) <= FEW_COLUMNS
    return {
        "kind": "table",
        "caption": caption,
        "corner": corner,
        "columns": [question(column, has_room=has_room) for column in columns],
        "groups": list(groups),
        "add": add,
    }


def ungrouped(rows: Sequence[Layout]) -> list[Layout]:
    """The groups of a table whose rows stand under no heading."""
    return [{"key": "", "title": "", "rows": list(rows)}]


def box_values(
    form: str, answers: AnswersByField, *, since: datetime | None = None
) -> BoxValues:
    """The values of a form's boxes; those that were answered before `since` are empty."""
    values = {}
    for field, answer in answers.items():
        value = box_value(answer)
        if since is not None and answer.at < since:
            value["value"] = ""
        name = box_name(form=form, field=field)
        values[name] = value
    return values


def box_value(answer: Answer) -> Layout:
    """What stands in a box: its text, the id under which it was saved, and how many texts the box has had."""
    return {
        "value": answer.value,
        "seen": answer.id,
        "versions": answer.versions,
    }


def question(field: Field, *, has_room: bool = True) -> Layout:
    """How a field's box is to be drawn, and what is said beside it."""
    to_plan = TO_PLAN if field.to_plan else ""
    choices = [[choice.key, choice.label] for choice in field.choices]
    has_buttons = has_room and 0 < len(choices) <= MOST_BUTTONS
    is_choice = field.kind in ("pupil", "action")
    return {
        "key": field.key,
        "label": field.label,
        "help": joined(field.help, to_plan),
        "kind": "choice" if is_choice else field.kind,
        "choices": choices,
        "style": "buttons" if has_buttons else "list",
    }


def _in_history(answer: Answer) -> Earlier:
    at = f"{day(answer.at)}, {saved_at(answer.at)}"
    return {"id": answer.id, "value": answer.value, "at": at}
