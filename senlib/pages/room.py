"""In the room: for a session's leader, what the room says, live and without names; for a participant, which of their words they show."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from typing import Self

import ipywidgets as widgets
import pandas as pd

from senlib.pages.kit import layout
from senlib.pages.kit.page import Page
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.text import saved_at
from senlib.workbook import room_answers
from senlib.workbook.forms import Cards, Grid
from senlib.workbook.page_forms import load
from senlib.workbook.room_answers import Tally, Written
from senlib.workbook.store import StoreError
from senlib.workspace import (
    ADDRESS_VARIABLE,
    CODE_VARIABLE,
    LEADER,
    ROOM_RULE,
    Workspace,
    open_workspace,
)

TASK = "task2_role_of_the_senco"

# How often the leader's page looks at what the room wrote, in seconds.
LOOK = 2

# Most cards or items that are named as those over which the room is most divided.
NAMED = 3


class RoomPage(Page):
    """The page of the room, for its leader or one participant; where no room is open, how to open one."""

    def __init__(self, workspace: Workspace, *, door: str = "", code: str = "") -> None:
        super().__init__(workspace)
        self.forms = load(TASK)
        self._seen: tuple[int, tuple[tuple[str, int], ...]] | None = None
        self.view, self.status = layout.html(""), layout.html("")
        self.shared, self._is_following = SharedAnswers(workspace), False
        self.come_in = layout.html(invitation(door, code))
        self.ticks: dict[str, widgets.Checkbox] = {}
        self._body = widgets.VBox(self._pieces())

    @classmethod
    def open(cls) -> Self:
        """The page over the school that is open, with the address and the code of the room."""
        return cls(
            open_workspace(),
            door=os.environ.get(ADDRESS_VARIABLE, ""),
            code=os.environ.get(CODE_VARIABLE, ""),
        )

    def body(self) -> widgets.VBox:
        """What this reader needs of it: the leader's view, a participant's, or how a room is opened."""
        return self._body

    def _pieces(self) -> list[widgets.Widget]:
        if self.workspace.room == LEADER:
            return self._for_the_leader()
        if self.workspace.room:
            return self._for_a_participant()
        return [layout.html(_HOW)]

    # -- the leader --

    def _for_the_leader(self) -> list[widgets.Widget]:
        """How people come in, and what they have written, looked at anew every two seconds."""
        self.look()
        with suppress(RuntimeError):  # a test has no loop, and looks by itself
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        return [self.come_in, self.view]

    def look(self) -> None:
        """Show what the room has written by now."""
        folder = self.workspace.data.parent
        people = room_answers.people(folder)
        written = folder.glob("participant-*/workbook.sqlite*")
        stamps = sorted((str(path), path.stat().st_mtime_ns) for path in written)
        now = (people, tuple(stamps))
        if now == self._seen:
            return
        try:
            answers = room_answers.gather(folder)
        except StoreError as error:
            self._seen = None
            self.view.value = layout.trouble_line(
                f"What somebody wrote cannot be read at the moment. {error}"
            )
            return
        self._seen = now
        self.view.value = layout.answer(came_in(people)) + self._said(answers)

    def _said(self, answers: Sequence[Mapping[str, Mapping[str, str]]]) -> str:
        """How the room sorted the cards, where it stands, and what people show."""
        cards = self.forms.part("task2.sort", Cards)
        grid = self.forms.part("task2.role", Grid)
        where = next(column for column in grid.columns if column.key == "where")
        parts = [
            layout.heading("How did the room sort the cards?"),
            _tallies(
                room_answers.sorted_cards(answers, cards),
                {group.key: group.title for group in cards.groups},
                what="cards",
            ),
            layout.heading("Where does the room stand?"),
            _tallies(
                room_answers.ratings(answers, grid, column="where"),
                {choice.key: choice.label for choice in where.choices},
                what="items",
            ),
            layout.how_to_read("room_counts"),
            layout.heading("What do people say?"),
            _texts(room_answers.on_show(answers)),
        ]
        return "".join(parts)

    async def _watch(self) -> None:
        """Look again and again, as long as the page is open."""
        while True:
            await asyncio.sleep(LOOK)
            # A file may go between two looks; the next one sees.
            with suppress(OSError):
                self.look()

    # -- a participant --

    def _for_a_participant(self) -> list[widgets.Widget]:
        """Their own words, each with a tick that shows it to the room."""
        try:
            mine = room_answers.written(self.workspace.store.forms())
            on_show = self.shared.read(room_answers.ON_SHOW)
        except StoreError as error:
            return [layout.html(layout.trouble_line(str(error)))]
        if not mine:
            return [layout.html(_NOTHING_YET)]
        boxes: list[widgets.Widget] = [layout.html(_CHOOSE)]
        for one in mine:
            key = room_answers.place(one)
            tick = widgets.Checkbox(
                description="Show this to the room",
                value=on_show.get(key) == one.text,
                indent=False,
            )
            tick.observe(
                lambda change, one=one: self._show(one, change["new"]), "value"
            )
            self.ticks[key] = tick
            words = f'<blockquote dir="auto">{escape(one.text)}</blockquote>'
            boxes += [layout.html(f"<h2>{escape(one.asked)}</h2>{words}"), tick]
        return [*boxes, self.shared.box, self.status]

    def _follow(self, one: Written) -> None:
        """Tick a text, or not, as it stands in the store now."""
        on_show = self.shared.read(room_answers.ON_SHOW)
        key = room_answers.place(one)
        self._is_following = True
        self.ticks[key].value = on_show.get(key) == one.text
        self._is_following = False

    @in_one_connection
    def _show(self, one: Written, show: bool) -> None:
        """Show a text as it stands now, or take it back."""
        if self._is_following:
            return
        try:
            at = self.shared.keep(
                room_answers.ON_SHOW,
                {room_answers.place(one): one.text if show else ""},
                about="what you show",
                then=lambda: self._follow(one),
                worded=lambda text: text or "nothing",
            )
        except StoreError as error:
            self.status.value = layout.trouble_line(
                f"Nothing has changed in what you show. {error}"
            )
            return
        did = (
            "Shown to the room, without your name."
            if show
            else "Taken back: the room no longer sees it."
        )
        self.status.value = layout.status(f"{did} Saved {saved_at(at)}")


def invitation(door: str, code: str) -> str:
    """How people come in, large enough for a projector."""
    return (
        f'<p class="sl-answer">Open <strong>{escape(door)}</strong> and type the code <strong class="sl-code">{escape(code)}</strong></p>'
        + layout.note(ROOM_RULE)
    )


def came_in(people: int) -> str:
    """How many are there.

    >>> came_in(0), came_in(1), came_in(30)
    ('Nobody has come in yet.', 'One person has come in.', '30 people have come in.')
    """
    return {0: "Nobody has come in yet.", 1: "One person has come in."}.get(
        people, f"{people} people have come in."
    )


def divided(
    tallies: Sequence[Tally], choices: Mapping[str, str], *, what: str
) -> tuple[str, list[str]]:
    """Over which things the room is most of two minds, as something to talk about: a sentence, and a line for each.

    >>> tallies = [Tally("1", "Reads results", {"a": 3, "b": 2}), Tally("2", "Observes", {"a": 5, "b": 0})]
    >>> divided(tallies, {"a": "Judging", "b": "Acting"}, what="cards")
    ('Talk first about those over which you differ.', ['Reads results (3 Judging, 2 Acting)'])
    """
    answered = [one for one in tallies if one.people]
    if not answered:
        return f"Nobody has answered on any of the {len(tallies)} {what} yet.", []
    apart = [one for one in answered if one.divided]
    if not apart:
        return (
            f"On each of the {len(answered)} {what} that were answered, all who answered agree.",
            [],
        )
    lines = []
    for one in sorted(apart, key=lambda one: -one.divided)[:NAMED]:
        counts = [f"{n} {choices[key]}" for key, n in one.counts.items() if n]
        lines.append(f"{one.text} ({', '.join(counts)})")
    return "Talk first about those over which you differ.", lines


def _tallies(tallies: Sequence[Tally], choices: Mapping[str, str], *, what: str) -> str:
    """What to talk about, and the counts for each thing on which somebody has answered."""
    sentence, apart = divided(tallies, choices, what=what)
    items = "".join(f"<li>{escape(line)}</li>" for line in apart)
    parts = [layout.answer(sentence), f"<ul>{items}</ul>" if items else ""]
    answered = [one for one in tallies if one.people]
    if answered:
        rows = [
            {"text": one.text, **one.counts, "people": one.people} for one in answered
        ]
        parts.append(
            layout.plain_table(
                pd.DataFrame(rows),
                caption=f"{what.capitalize()}: how many people gave each answer",
                columns={"text": what.capitalize(), **choices, "people": "Answered"},
            )
        )
        if left := len(tallies) - len(answered):
            parts.append(
                layout.note(
                    f"Nobody has answered yet on the other {left} of {len(tallies)}."
                )
            )
    return "".join(parts)


def _texts(written: Sequence[Written]) -> str:
    if not written:
        return layout.answer(
            "Nobody shows a text yet. Each participant chooses on this page, ‘In the room’, which texts to show."
        )
    parts, heading = [], ""
    for one in written:
        if one.asked != heading:
            heading = one.asked
            parts.append(f"<h3>{escape(heading)}</h3>")
        parts.append(f'<blockquote dir="auto">{escape(one.text)}</blockquote>')
    return "".join(parts)


_HOW = (
    layout.answer("No room is open: this workbook answers this computer alone.")
    + "<p>To lead a session in which everyone works on a device of their own, close the workbook and start it with <code>--room</code>, "
    "as in <code>python start.py --room</code>. It then says at which address and with which code participants come in. Each of them has "
    "a workbook of their own over a sample school, on your computer; here you see, without names, how the room sorted the cards, where it "
    "stands, and what people choose to show.</p>"
    + layout.note(
        "In a room only sample schools can be opened, and your own school stays closed. Use it in a network you trust."
    )
)
_NOTHING_YET = layout.answer("You have written nothing yet.") + (
    "<p>Write in any Task. Then come back to this page, and choose what the room may see of it. Nothing is shown unless you choose it. "
    "How you sorted the cards and where you stand in Task 2 is counted with the others’ answers, without your name.</p>"
)
_CHOOSE = (
    "<p>This is what you wrote. The room sees what you tick, as it stands now and without your name. How you sorted the cards and where "
    "you stand in Task 2 is counted with the others’ answers in any case, without your name.</p>"
)

open_page = RoomPage.open
