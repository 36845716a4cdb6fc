"""The governors' page: what a governor should know of pupils with SEN, in counts made fit to be shown to anybody.

It holds what `governors_data.gather` gives, and makes its sentences, pictures and the page for the papers of that alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import ipywidgets as widgets

from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.exports.governors_paper import one_page
from senlib.measures.governors_counts import LIMITS, View
from senlib.measures.published_table import HIDE_UP_TO
from senlib.pages.governors import caveats
from senlib.pages.governors.answered_questions import (
    AnsweredQuestion,
    Answering,
    question_html,
)
from senlib.pages.governors.pupils_on_roll import absence, attendance, works
from senlib.pages.governors.rates_in_words import shows_little
from senlib.pages.governors.spend_and_plan import (
    next_html,
    next_lines,
    spend_html,
    spend_lines,
)
from senlib.pages.governors.summer_results import england, progress
from senlib.pages.governors_data import Context, GovernorsData, gather
from senlib.pages.kit import layout
from senlib.pages.kit.downloads import FileButton
from senlib.pages.kit.page import PublicPage, piece
from senlib.text import joined
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

# Answers that would blame the number of pupils where it is their SEN codes that are not known.
_BLAMING = (
    caveats.TOO_FEW,
    caveats.NOBODY,
    caveats.ROLL["none"],
    caveats.NOBODY_RECORDED,
    caveats.NO_RESULTS,
    caveats.UNRECORDED,
)


class GovernorsPage(PublicPage):
    """The governors' page. It holds what `gather` gives, and neither the school nor the store."""

    def keep(self, workspace: Workspace) -> None:
        """Keep what may be published, or say why nothing can be read."""
        self.data: GovernorsData | None = None
        try:
            self.data = gather(workspace)
        except StoreError as error:
            self.trouble.value = layout.trouble_line(str(error))

    def build(self) -> None:
        """What the page shows hangs on how much is hidden."""
        limits = [(f"{limit} pupils", limit) for limit in LIMITS]
        self.hide = layout.choice("Hide counts up to", limits, HIDE_UP_TO)
        self.live.follow(self.hide)
        self.paper_button = FileButton(
            lambda: File(name="governors.docx", content=self.paper()),
            words="Make one page for the papers (Word)",
            link_words="Download the page for the papers (Word)",
            keep="",
        )

    @piece
    def about(self) -> widgets.VBox:
        """What is hidden, how much more to hide, and the page for the papers."""
        choices = layout.controls(self.hide)
        if self.data is None:
            return widgets.VBox([self.trouble, choices])
        rule = self._piece(_rule)
        # A file that was made under another limit says something else.
        self.live.also(self.paper_button.clear)
        return widgets.VBox([rule, choices, self.paper_button.box])

    @piece
    def progress(self) -> widgets.HTML:
        """Whether pupils with SEN make progress, beside their peers."""
        return self._question(progress)

    @piece
    def england(self) -> widgets.HTML:
        """How far they get, beside England."""
        return self._question(england)

    @piece
    def absence(self) -> widgets.HTML:
        """Who misses much of school."""
        return self._question(absence)

    @piece
    def attendance(self) -> widgets.HTML:
        """Whether those who miss much make less progress."""
        return self._question(attendance)

    @piece
    def spend(self) -> widgets.HTML:
        """What is spent, by heading."""
        return self._piece(lambda data, view: spend_html(view, data.words))

    @piece
    def works(self) -> widgets.HTML:
        """Whether those who get help move on."""
        return self._question(works)

    @piece
    def next(self) -> widgets.HTML:
        """What the school does next."""
        return self._piece(lambda data, _: next_html(data))

    # -- how it is made --

    def paper(self) -> bytes:
        """The page for the papers, under the limit that is chosen."""
        assert self.data is not None  # there is no button where nothing can be read
        view, words = self.view, self.data.words
        answers = [
            answered(make, view, words)
            for make in (progress, england, absence, attendance)
        ]
        helped = answered(works, view, words)
        about = About(
            title="Pupils with SEN: figures for governors",
            source=words.school,
            on=date.today(),
            sample=words.sample,
            hidden=view.rule,
        )
        return one_page(
            about=about,
            sure=f"{caveats.SURE_ON_PAPER} {words.moves}",
            answers=[
                *(one.paper_row for one in answers),
                (caveats.SPEND, " ".join(spend_lines(view, words))),
                helped.paper_row,
                (caveats.NEXT, " ".join(next_lines(self.data))),
            ],
            figures=[one.figures for one in answers if one.figures],
        )

    @property
    def view(self) -> View:
        """The view that is chosen."""
        assert self.data is not None
        return self.data.views[self.hide.value]

    def _question(self, make: Answering) -> widgets.HTML:
        return self._piece(
            lambda data, view: question_html(answered(make, view, data.words))
        )

    def _piece(self, make: Callable[[GovernorsData, View], str]) -> widgets.HTML:
        """What `make` writes of the view that is chosen; nothing where nothing can be read."""
        return self.live.piece(lambda: make(self.data, self.view) if self.data else "")


def answered(make: Answering, view: View, words: Context) -> AnsweredQuestion:
    """A question's answer, with the word that many pupils have no SEN code where it is so of those whom it is about."""
    one, unknown = make(view, words), words.sen_unknown_now
    if make in (progress, england):
        unknown = words.sen_unknown_then
    if not unknown:
        return one
    if one.answer in _BLAMING:
        return replace(one, answer=caveats.SEN_UNKNOWN)
    return replace(one, compared=joined(one.compared, caveats.SEN_UNKNOWN))


def _rule(data: GovernorsData, view: View) -> str:
    """What is hidden, and whether that is nearly all."""
    rule = layout.note(view.rule) + layout.how_to_read("hidden_counts")
    words = data.words
    unknown = words.sen_unknown_then or words.sen_unknown_now
    if unknown or not shows_little(view, words):
        return rule
    return rule + layout.answer(caveats.LITTLE)


open_page = GovernorsPage.open
