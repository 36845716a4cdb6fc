"""Shown: what a page shows of answers that it keeps without a sheet, so that a change on another page is noticed and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.text import day
from senlib.workspace import Workspace


class SharedAnswers:
    """The answers that a page has read, by their ids; and a place to say that another page changed one since.

    Both texts are kept, whichever was last. The other one can be taken with a button.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._seen: dict[tuple[str, str], int] = {}
        self._take: Callable[[], None] = lambda: None
        self.words = layout.html("")
        self.take = widgets.Button(description="Take the other one")
        self.take.on_click(lambda _: self._take())
        self.box = widgets.VBox([self.words])

    def read(self, form: str) -> dict[str, str]:
        """The latest values of a form, which the page shows from now on. Raises StoreError where they cannot be read."""
        answers = self.workspace.store.answers(form)
        self._seen |= {(form, field): answer.id for field, answer in answers.items()}
        return {field: answer.value for field, answer in answers.items()}

    def keep(
        self,
        form: str,
        values: Mapping[str, str],
        *,
        about: str,
        then: Callable[[], None],
        worded: Callable[[str], str] = str,
    ) -> datetime:
        """Keep answers, all or none, and return when; what another page wrote meanwhile is told, as `worded`.

        `about` says in a few words what the answers are about; `then` shows them anew once the other one is taken. Raises
        StoreError where they cannot be kept.
        """
        seen = {field: self._seen.get((form, field), 0) for field in values}
        saved = self.workspace.store.save_all(form=form, values=values, seen=seen)
        self._seen |= {(form, field): one.id for field, one in saved.items()}
        others = {field: one.elsewhere for field, one in saved.items() if one.elsewhere}
        self.words.value, self.box.children = "", [self.words]
        for other in list(others.values())[:1]:
            when = f"{day(other.at)}, {layout.saved_at(other.at)}"
            said = f"Changed elsewhere ({when}), {about}: ‘{worded(other.value)}’. What you did is kept, and so is the other one."
            self.words.value = layout.trouble_line(said)
            self.box.children = [self.words, self.take]
            self._take = lambda: self._bring_back(
                form, {field: one.id for field, one in others.items()}, then
            )
        return max(one.at for one in saved.values())

    def _bring_back(
        self, form: str, ids: Mapping[str, int], then: Callable[[], None]
    ) -> None:
        for field, number in ids.items():
            self._seen[form, field] = self.workspace.store.bring_back(
                form, field, number
            ).id
        self.words.value, self.box.children = (
            layout.note(
                "The other one stands here now. Yours is among the earlier ones."
            ),
            [self.words],
        )
        then()
