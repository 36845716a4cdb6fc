"""A page: what all fourteen have. Its header, its forms, the answers it is made from, and where to go from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar, Self

import ipywidgets as widgets

from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.header import Header, header_html
from senlib.pages.kit.live import Live
from senlib.workbook.store import AnswersByForm, StoreError
from senlib.workspace import Workspace, open_workspace


class PublicPage:
    """A page that anybody may see, so it keeps neither the school nor the store. A test drives it without a browser.

    A page is whole when it is made: `__init__` builds every control and every piece, and the methods that a notebook's
    cells call return them, in any order. `query` is what stood behind the '?' of the page's address.
    """

    # The page's stem, which its notebook and its words share.
    stem: ClassVar[str]

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        self.query = dict(query or {})
        self.live = Live()
        self.trouble = layout.html("")
        self._top = self._build_header(workspace)

    @classmethod
    def open(cls) -> Self:
        """The page over the school that is open."""
        return cls(open_workspace(), query=pupil_names.asked())

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return self._top

    def _build_header(self, workspace: Workspace) -> widgets.HTML:
        return layout.html(header_html(workspace))


class Page(PublicPage):
    """One page over the school that is open, with its answers. Its header says how far each Task is, too."""

    # Where to go from here: a sentence, and the stem of the page.
    next_steps: ClassVar[Sequence[tuple[str, str]]] = ()

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.workspace, self.school = workspace, workspace.school
        self.answers: AnswersByForm = {}

    @cached_property
    def ask(self) -> PageSheets:
        """The page's forms, each shown by its key."""
        return PageSheets(self.workspace, self.stem)

    def _build_header(self, workspace: Workspace) -> widgets.HTML:
        self._header = Header(workspace)
        return self._header.box

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        steps = [(words, layout.address(stem)) for words, stem in self.next_steps]
        return layout.html(layout.what_next(steps))

    def take_stock(self) -> None:
        """Read every answer, once for all pieces that are made of them.

        Where they cannot be read, those that were read last stay, and `trouble` says why.
        """
        try:
            self.read_answers()
            self.trouble.value = ""
        except StoreError as error:
            self.trouble.value = layout.trouble_line(
                f"What was written cannot be read anew. {error}"
            )

    def read_answers(self) -> None:
        """Read what the page is made of. Raises StoreError where that cannot be read."""
        self.answers = self.workspace.store.forms()
