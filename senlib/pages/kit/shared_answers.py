"""How every page reads and saves its answers, so that a change in another window is noticed and reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial, wraps
from typing import Any, TypeVar, cast

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.text import day, saved_at
from senlib.workbook.store import Answer, Answers, Saved, StoreError
from senlib.workspace import Workspace

# The answers of a form, by field.
AnswersByField = Mapping[str, Answer]

_Method = TypeVar("_Method", bound=Callable[..., Any])


def in_one_connection(method: _Method) -> _Method:
    """A page's method that opens the store once, for the answer that it saves and all that it reads to show what follows."""

    @wraps(method)
    def connected(page: Any, *args: Any, **kwargs: Any) -> Any:
        with page.workspace.store.one_connection():
            return method(page, *args, **kwargs)

    return cast(_Method, connected)


class SharedAnswers:
    """The answers that a page has read, by their ids; and a place to say that another window has changed one since.

    Both texts stay in the store, whichever was last. The other one can be taken with a button.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._seen: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._take: layout.Callback = lambda: None
        self.words = layout.html("")
        self.take = widgets.Button(description="Take the other one")
        self.take.on_click(lambda _: self._take())
        self.box = widgets.VBox([self.words])

    def read(self, form: str) -> Answers:
        """The latest values of a form, which the page shows from now on. Raises StoreError where they cannot be read."""
        answers = self.answers(form)
        return {field: answer.value for field, answer in answers.items()}

    def answers(self, form: str) -> AnswersByField:
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
        if seen is None:
            not_seen = dict.fromkeys(values, 0)
            seen = not_seen | self._seen[form]
        store = self.workspace.store
        saved = store.save_all(form=form, values=values, seen=seen)
        self._see(form, saved)
        return saved

    def keep(
        self,
        form: str,
        values: Mapping[str, str],
        *,
        about: str,
        then: layout.Callback,
        worded: Callable[[str], str] = str,
    ) -> datetime:
        """Save answers, and return when; what another window wrote meanwhile is said beside the button, as `worded`.

        `about` says in a few words what the answers are about; `then` shows them anew once the other one is taken. Raises
        StoreError where they cannot be saved.
        """
        saved = self.save(form, values)
        self._say("")
        others = {field: one.elsewhere for field, one in saved.items() if one.elsewhere}
        if others:
            other, *_ = others.values()
            when = f"{day(other.at)}, {saved_at(other.at)}"
            text = f"Changed elsewhere ({when}), {about}: ‘{worded(other.value)}’. What you did is kept, and so is the other one."
            self._say(layout.trouble_line(text), self.take)
            self._take = partial(self._bring_back, form, others, then)
        return max(one.at for one in saved.values())

    def reply(self, form: str, values: Answers, **keeping: Any) -> dict[str, str]:
        """The same, with what a widget says beside the answer: at what time it was saved, or why it was not."""
        try:
            at = self.keep(form, values, **keeping)
        except StoreError as error:
            return {"fault": f"Not saved. {error}"}
        return {"at": saved_at(at)}

    @in_one_connection
    def _bring_back(
        self, form: str, others: AnswersByField, then: layout.Callback
    ) -> None:
        for field, answer in others.items():
            store = self.workspace.store
            saved = store.bring_back(form, field, answer.id)
            self._see(form, {field: saved})
        text = "The other one stands here now. Yours is among the earlier ones."
        self._say(layout.note(text))
        then()

    def _see(self, form: str, answers: AnswersByField) -> None:
        for field, answer in answers.items():
            self._seen[form][field] = answer.id

    def _say(self, text: str, *buttons: widgets.Button) -> None:
        self.words.value = text
        self.box.children = [self.words, *buttons]
