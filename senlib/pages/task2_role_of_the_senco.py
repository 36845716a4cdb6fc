"""Task 2: the SENCO's role. The same 22 items as a self-evaluation and as a card sort."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets

from senlib.pages.kit import downloads, layout
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.page import Page
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.text import saved_at
from senlib.widgets import CardSort
from senlib.workbook import rows
from senlib.workbook.forms import Cards, Grid
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

ROLE, SORT = "task2.role", "task2.sort"


class RolePage(Page):
    """The page of Task 2."""

    stem = "task2_role_of_the_senco"
    next_steps = (
        (
            "Task 3: hold your school’s figures against the targets",
            "task3_ensuring_progress",
        ),
        (
            "Task 8: what you noted to do stands in the action plan",
            "task8_working_smarter",
        ),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.summary, self.role = layout.html(""), self.ask.part(ROLE)
        self.role.after(lambda *_: self._sum_up())
        self._sum_up()
        self._grid = widgets.VBox([self.summary, self.role.box])
        self._sort = self._card_sort()

    def _card_sort(self) -> widgets.VBox:
        part = self.ask.sheet.part(SORT, Cards)
        self.cards = CardSort(
            title=part.title,
            groups=[{"key": group.key, "title": group.title} for group in part.groups],
            cards=[
                {"key": card.key, "text": card.text, "group": card.group}
                for card in part.cards
            ],
        )
        self.status, self.shared = layout.html(""), SharedAnswers(self.workspace)
        try:
            self._lay_out()
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
        self.cards.observe(lambda change: self._keep(change["new"]), "move")
        intro = layout.html(f"<p>{layout.escape(part.intro)}</p>")
        return widgets.VBox([intro, self.cards, self.shared.box, self.status])

    def grid(self) -> widgets.VBox:
        """The self-evaluation, with what stands in it summed up as something to talk over."""
        return self._grid

    def sort(self) -> widgets.VBox:
        """The card sort."""
        return self._sort

    def downloads(self) -> widgets.VBox:
        """The cards to cut out, and the forms, to take away."""
        return Downloads(
            self.workspace,
            [
                downloads.cards(self.workspace),
                *downloads.forms(self.workspace, self.ask.sheet),
            ],
        ).box

    @in_one_connection
    def _keep(self, move: Mapping[str, str]) -> None:
        """Keep where a card was laid, and say when."""
        if not move:
            return
        try:
            at = self.shared.keep(
                SORT,
                {move["card"]: move["group"]},
                about="where the card lies",
                then=self._lay_out,
                worded=self._group_title,
            )
        except StoreError as error:
            self.cards.saved = {"card": move["card"], "fault": f"Not saved. {error}"}
            return
        self.cards.saved = {"card": move["card"], "at": saved_at(at)}

    def _lay_out(self) -> None:
        self.cards.placed = {
            card: group for card, group in self.shared.read(SORT).items() if group
        }

    def _group_title(self, key: str) -> str:
        return {group["key"]: group["title"] for group in self.cards.groups}.get(
            key, "the pile"
        )

    def _sum_up(self) -> None:
        grid = self.ask.sheet.part(ROLE, Grid)
        try:
            began = rows.began(self.workspace.store, ROLE)
            now = rows.this_time(self.workspace.store.answers(ROLE), began=began)
        except StoreError as error:
            self.summary.value = layout.trouble_line(str(error))
            return
        self.summary.value = layout.answer(summed_up(grid, now))


def summed_up(grid: Grid, answers: Mapping[str, str]) -> str:
    """How many items stand where: a talking point, and no mark.

    >>> from senlib.workbook.page_forms import load
    >>> grid = load("task2_role_of_the_senco").part("task2.role")
    >>> summed_up(grid, {})
    'You have judged none of the 22 items yet. Begin anywhere; everything is kept as you choose it.'
    >>> print(summed_up(grid, {"task2.judging.1.where": "in_place", "task2.judging.2.where": "not_yet"}))
    Of 22 items you have judged 2: not yet 1, in place 1. Which of them would you talk over first, and with whom?
    """
    where = next(column for column in grid.columns if column.key == "where")
    given = [answers.get(f"{row.key}.where", "") for row in grid.rows]
    judged = [value for value in given if value]
    if not judged:
        return f"You have judged none of the {len(grid.rows)} items yet. Begin anywhere; everything is kept as you choose it."
    counts = [
        f"{choice.label.lower()} {judged.count(choice.key)}"
        for choice in where.choices
        if choice.key in judged
    ]
    return (
        f"Of {len(grid.rows)} items you have judged {len(judged)}: {', '.join(counts)}. "
        "Which of them would you talk over first, and with whom?"
    )


open_page = RolePage.open
