"""A page: what all fourteen have. Its header, its forms, the answers it is made from, and where to go from here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar, Generic, Self, TypeVar

import ipywidgets as widgets

from senlib import content
from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.header import Header, header_html
from senlib.pages.kit.live import Live
from senlib.workbook.store import AnswersByForm, StoreError
from senlib.workspace import Workspace, open_workspace

_Page = TypeVar("_Page", bound="PublicPage")
_Widget = TypeVar("_Widget")


class piece(Generic[_Page, _Widget]):  # in lower case, for it stands before a method
    """A method that builds a piece of a page: once, when the page is made. Each call gives that piece."""

    def __init__(self, build: Callable[[_Page], _Widget]) -> None:
        self.build = build

    def __get__(self, page: _Page, _: type[_Page]) -> Callable[[], _Widget]:
        if self not in page.built:
            page.built[self] = self.build(page)
        return lambda: page.built[self]


class PublicPage:
    """A page that anybody may see, so it keeps neither the school nor the store. A test drives it without a browser.

    A page is whole when it is made: `keep` takes what it needs of the workspace, `build` makes what its pieces share, then each
    `piece` is built, in their order; the methods that a notebook's cells call return what is there, in any order. `query` is
    what stood behind the '?' of the page's address.
    """

    # The name of the page's module, which its notebook and its words share.
    stem: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.stem = cls.__module__.rpartition(".")[2]

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        self.query = dict(query or {})
        self.live = Live()
        self.trouble = layout.html("")
        self._top = self._build_header(workspace)
        self.keep(workspace)
        self.built: dict[piece[Any, Any], Any] = {}
        self.build()
        for name, method in vars(type(self)).items():
            if isinstance(method, piece):
                getattr(self, name)

    @classmethod
    def open(cls) -> Self:
        """The page over the school that is open."""
        return cls(open_workspace(), query=pupil_names.asked())

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return self._top

    def keep(self, workspace: Workspace) -> None:
        """Keep what the page is made of."""

    def build(self) -> None:
        """Make what the pieces of the page share, such as controls that stand above several."""

    def _build_header(self, workspace: Workspace) -> widgets.HTML:
        return layout.html(header_html(workspace))


class Page(PublicPage):
    """One page over the school that is open, with its answers. Its header says how far each Task is, too."""

    def keep(self, workspace: Workspace) -> None:
        """Keep the workspace, the school and how it is read; the answers are read when they are asked for."""
        self.workspace, self.school = workspace, workspace.school
        self.framework = self.school.framework
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
        file = files(content) / "site" / "next_steps.toml"
        steps = tomllib.loads(file.read_text("utf-8"))[self.stem].items()
        lines = [(words, layout.address(stem)) for stem, words in steps]
        return layout.html(layout.what_next(lines))

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
