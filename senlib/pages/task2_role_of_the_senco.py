"""Task 2: the SENCO's role. The same 22 items as a self-evaluation and as a card sort."""

from __future__ import annotations

from dataclasses import asdict

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.downloads import Downloads, cards, forms
from senlib.pages.kit.live import on_message
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.widgets import CardSort
from senlib.workbook import rows
from senlib.workbook.forms import Cards, Grid
from senlib.workbook.store import Answers, StoreError

ROLE, SORT = "task2.role", "task2.sort"


class RolePage(Page):
    """The page of Task 2."""

    @piece
    def grid(self) -> widgets.VBox:
        """The self-evaluation, with what stands in it summed up as something to talk over."""
        self.summary = layout.html("")
        self.role = self.ask.part(ROLE)
        self.role.after(self._sum_up)
        self._sum_up()
        return layout.stack(self.summary, self.role.box)

    @piece
    def sort(self) -> widgets.VBox:
        """The card sort."""
        part = self.ask.sheet.part(SORT, Cards)
        self.titles = {group.key: group.title for group in part.groups}
        groups = list(map(asdict, part.groups))
        pile = list(map(asdict, part.cards))
        self.cards = CardSort(title=part.title, groups=groups, cards=pile)
        self.status = layout.html("")
        self.shared = SharedAnswers(self.workspace)
        try:
            self._lay_out()
        except StoreError as error:
            self.status.value = layout.trouble_line(error)
        on_message(self.cards, "move", self._keep)
        intro = f"<p>{layout.escape(part.intro)}</p>"
        return layout.stack(intro, self.cards, self.shared.box, self.status)

    def downloads(self) -> widgets.VBox:
        """The cards to cut out, and the forms, to take away."""
        offers = [cards(self.workspace)]
        offers += forms(self.workspace, self.ask.sheet)
        return Downloads(self.workspace, offers).box

    @in_one_connection
    def _keep(self, move: Answers) -> None:
        """Keep where a card was laid, and say when."""
        if not move:
            return
        card = move["card"]
        reply = self.shared.reply(
            SORT,
            {card: move["group"]},
            about="where the card lies",
            then=self._lay_out,
            worded=lambda key: self.titles.get(key, "the pile"),
        )
        self.cards.saved = {"card": card} | reply

    def _lay_out(self) -> None:
        places = self.shared.read(SORT)
        self.cards.placed = {card: group for card, group in places.items() if group}

    def _sum_up(self) -> None:
        grid = self.ask.sheet.part(ROLE, Grid)
        store = self.workspace.store
        try:
            began = rows.began(store, ROLE)
            now = rows.this_time(store.answers(ROLE), began=began)
        except StoreError as error:
            self.summary.value = layout.trouble_line(error)
            return
        sentence = summed_up(grid, now)
        self.summary.value = layout.answer(sentence)


def summed_up(grid: Grid, answers: Answers) -> str:
    """How many items stand where: a talking point, and no mark.

    >>> from senlib.workbook.page_forms import load
    >>> grid = load("task2_role_of_the_senco").part("task2.role")
    >>> summed_up(grid, {})
    'You have judged none of the 22 items yet. Begin anywhere; everything is kept as you choose it.'
    >>> print(summed_up(grid, {"task2.judging.1.where": "in_place", "task2.judging.2.where": "not_yet"}))
    Of 22 items you have judged 2: not yet 1, in place 1. Which of them would you talk over first, and with whom?
    """
    where = next(column for column in grid.columns if column.key == "where")
    of = len(grid.rows)
    judged = [answers.get(f"{row.key}.where", "") for row in grid.rows]
    counts = [
        f"{choice.label.lower()} {judged.count(choice.key)}"
        for choice in where.choices
        if choice.key in judged
    ]
    if not counts:
        return f"You have judged none of the {of} items yet. Begin anywhere; everything is kept as you choose it."
    return (
        f"Of {of} items you have judged {of - judged.count('')}: {', '.join(counts)}. "
        "Which of them would you talk over first, and with whom?"
    )


open_page = RolePage.open
