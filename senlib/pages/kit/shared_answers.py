"""The one road by which a page's answers are read and saved, so that a change in another window is noticed and said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.text import day, saved_at
from senlib.workbook.store import Answer, Answers, Saved
from senlib.workspace import Workspace


class _HasWorkspace(Protocol):
    @property
    def workspace(self) -> Workspace: ...


_Page = TypeVar("_Page", bound=_HasWorkspace)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def in_one_connection(
    method: Callable[Concatenate[_Page, _Arguments], _Result],
) -> Callable[Concatenate[_Page, _Arguments], _Result]:
    """A page's method that opens the store once, for the answer that it saves and all that it reads to show what follows."""

    @wraps(method)
    def connected(
        page: _Page, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        with page.workspace.store.one_connection():
            return method(page, *args, **kwargs)

    return connected


class SharedAnswers:
    """The answers that a page has read, by their ids; and a place to say that another window has changed one since.

    Both texts stay in the store, whichever was last. The other one can be taken with a button.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._seen: dict[tuple[str, str], int] = {}
        self._take: Callable[[], None] = lambda: None
        self.words = layout.html("")
        self.take = widgets.Button(description="Take the other one")
        self.take.on_click(lambda _: self._take())
        self.box = widgets.VBox([self.words])

    def read(self, form: str) -> Answers:
        """The latest values of a form, which the page shows from now on. Raises StoreError where they cannot be read."""
        return {field: answer.value for field, answer in self.answers(form).items()}

    def answers(self, form: str) -> dict[str, Answer]:
        """The same with the times and ids of the answers."""
        answers = self.workspace.store.answers(form)
        self._see(form, answers)
        return answers

    def save(
        self,
        form: str,
        values: Mapping[str, str],
        *,
        seen: Mapping[str, int] | None = None,
    ) -> dict[str, Saved]:
        """Save answers, all or none, each compared with what the page has shown of it: the ids in `seen`, or those read last.

        Raises StoreError where they cannot be saved.
        """
        read_last = {field: self._seen.get((form, field), 0) for field in values}
        saved = self.workspace.store.save_all(
            form=form, values=values, seen=seen or read_last
        )
        self._see(form, saved)
        return saved

    def keep(
        self,
        form: str,
        values: Mapping[str, str],
        *,
        about: str,
        then: Callable[[], None],
        worded: Callable[[str], str] = str,
    ) -> datetime:
        """Save answers, and return when; what another window wrote meanwhile is said beside the button, as `worded`.

        `about` says in a few words what the answers are about; `then` shows them anew once the other one is taken. Raises
        StoreError where they cannot be saved.
        """
        saved = self.save(form, values)
        others = {field: one.elsewhere for field, one in saved.items() if one.elsewhere}
        self._say("")
        if others:
            other = next(iter(others.values()))
            when = f"{day(other.at)}, {saved_at(other.at)}"
            text = f"Changed elsewhere ({when}), {about}: ‘{worded(other.value)}’. What you did is kept, and so is the other one."
            self._say(layout.trouble_line(text), self.take)
            self._take = lambda: self._bring_back(form, others, then)
        return max(one.at for one in saved.values())

    @in_one_connection
    def _bring_back(
        self, form: str, others: Mapping[str, Answer], then: Callable[[], None]
    ) -> None:
        for field, answer in others.items():
            saved = self.workspace.store.bring_back(form, field, answer.id)
            self._see(form, {field: saved})
        text = "The other one stands here now. Yours is among the earlier ones."
        self._say(layout.note(text))
        then()

    def _see(self, form: str, answers: Mapping[str, Answer]) -> None:
        for field, answer in answers.items():
            self._seen[form, field] = answer.id

    def _say(self, text: str, *buttons: widgets.Button) -> None:
        self.words.value = text
        self.box.children = [self.words, *buttons]
