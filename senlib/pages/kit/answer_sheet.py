"""A sheet over the store: boxes whose texts are saved as they are typed, with the earlier texts of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.text import day
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
from senlib.workbook.store import Answer, Saved, StoreError
from senlib.workspace import Workspace

# A text that was typed on within this time is no earlier text, only the beginning of the one after it.
TYPING = timedelta(minutes=1)

# Choices are a row of buttons, one tap each, up to this many, and where the table has room for them: in few columns.
MOST_BUTTONS, FEW_COLUMNS = 4, 2

TO_PLAN = "What you write here also stands in the action plan."

Answering = Callable[[Request], Reply | None]


class AnswerSheet:
    """A sheet whose boxes are saved in the store as they are typed; what is on the sheet is for others to say."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.shared = SharedAnswers(workspace)
        self._after: list[Callable[[str, str], None]] = []
        self._to_follow: list[tuple[str, str]] = []
        self.sheet = Sheet(workbook=workspace.store.workbook)
        self.sheet.answer_with(
            self.reply,
            then=self.follow,
            within=lambda: self.workspace.store.one_connection(),
        )
        self.status = layout.html("")
        self.box = widgets.VBox([self.sheet, self.status])

    def show_answers(self, form: dict[str, Any], *, forms: Iterable[str]) -> None:
        """Show a sheet over the answers of these forms of the store. Raises StoreError where they cannot be read."""
        names = set(names_in(form))
        values = {}
        for one in forms:
            for field, answer in self.shared.answers(one).items():
                name = box_name(form=one, field=field)
                if name in names:
                    values[name] = box_value(answer.value, answer)
        self.sheet.show(form=form, values=values)

    def after(self, function: Callable[[str, str], None]) -> None:
        """Call this with the field and its value after each answer that was saved."""
        self._after.append(function)

    @in_one_connection
    def answer(self, request: Request) -> Reply | None:
        """Answer one request of the sheet, and do what follows from it."""
        reply = self.reply(request)
        self.follow()
        return reply

    def reply(self, request: Request) -> Reply | None:
        """The reply to one request: a text saved, the earlier ones, one brought back, a row added or taken out."""
        try:
            return self._answers()[request["kind"]](request)
        except StoreError as error:
            return {"kind": "refused", "why": f"Not saved. {error}"}

    def follow(self) -> None:
        """Call those who wait for it with what was saved since the last time."""
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
        form, field = box_place(request["name"])
        values, seen = {field: request["value"]}, {field: request["seen"]}
        saved = self.shared.save(form, values, seen=seen)[field]
        elsewhere = _in_history(saved.elsewhere) if saved.elsewhere else None
        reply = Reply(kind="saved", elsewhere=elsewhere)
        return reply | self._stands(request["name"], request["value"], saved)

    def _history(self, request: Request) -> Reply:
        form, field = box_place(request["name"])
        history = settled(self.workspace.store.history(form, field))
        answers = [_in_history(answer) for answer in history]
        return {"kind": "history", "name": request["name"], "answers": answers}

    def _bring_back(self, request: Request) -> Reply:
        form, field = box_place(request["name"])
        saved = self.workspace.store.bring_back(form, field, request["id"])
        reply = Reply(kind="brought", value=saved.value)
        return reply | self._stands(request["name"], saved.value, saved)

    def _stands(self, name: str, value: str, saved: Saved) -> Reply:
        """What the page needs to know of an answer that stands in a box from now on."""
        # In place, and so without sending: the page that the answer came from shows it already.
        self.sheet.values[name] = box_value(value, saved)
        _, field = box_place(name)
        self._to_follow.append((field, value))
        return {
            "name": name,
            "id": saved.id,
            "at": layout.saved_at(saved.at),
            "versions": saved.versions,
        }


def settled(history: Sequence[Answer]) -> list[Answer]:
    """Of a field's answers, the newest first, those that somebody may want back: not the present one, and none that was merely
    the beginning of the next, typed on within a minute.
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
    groups: Sequence[Mapping[str, Any]],
    corner: str = "",
    add: str = "",
) -> dict[str, Any]:
    """A table of boxes as the sheet takes it."""
    has_room = len(columns) <= FEW_COLUMNS
    return {
        "kind": "table",
        "caption": caption,
        "corner": corner,
        "columns": [_head(column, has_room=has_room) for column in columns],
        "groups": list(groups),
        "add": add,
    }


def box_value(text: str, answer: Answer) -> dict[str, Any]:
    """What stands in a box: its text, the id under which it was saved, and how many texts the box has had."""
    return {"value": text, "seen": answer.id, "versions": answer.versions}


def question(field: Field, *, has_room: bool = True) -> dict[str, Any]:
    """How a field's box is to be drawn, and what is said beside it."""
    lines = [field.help, TO_PLAN if field.to_plan else ""]
    has_buttons = has_room and 0 < len(field.choices) <= MOST_BUTTONS
    return {
        "label": field.label,
        "help": " ".join(filter(None, lines)),
        "kind": "choice" if field.kind in ("pupil", "action") else field.kind,
        "choices": [[choice.key, choice.label] for choice in field.choices],
        "style": "buttons" if has_buttons else "list",
    }


def _head(column: Field, *, has_room: bool) -> dict[str, Any]:
    return {"key": column.key} | question(column, has_room=has_room)


def _in_history(answer: Answer) -> Earlier:
    at = f"{day(answer.at)}, {layout.saved_at(answer.at)}"
    return {"id": answer.id, "value": answer.value, "at": at}
