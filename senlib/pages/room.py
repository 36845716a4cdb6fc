"""In the room: for a session's leader, what the room says, live and without names; for a participant, which of their words they show."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape

import ipywidgets as widgets
import pandas as pd

from senlib.pages.kit import header, layout
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


class RoomPage:
    """The page of the room, for its leader or one participant. A test drives it without a browser."""

    def __init__(self, workspace: Workspace, *, door: str = "", code: str = "") -> None:
        self.workspace, self.door, self.code = workspace, door, code
        self.sheet = load(TASK)
        self._seen: tuple = ()

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    def body(self) -> widgets.VBox:
        """What this reader needs of it: the leader's view, a participant's, or how a room is opened."""
        if self.workspace.room == LEADER:
            return self.leader()
        if self.workspace.room:
            return self.participant()
        return widgets.VBox([layout.html(_HOW)])

    # -- the leader --

    def leader(self) -> widgets.VBox:
        """How people come in, and what they have written, looked at anew every two seconds."""
        self.come_in = layout.html(invitation(self.door, self.code))
        self.live = layout.html("")
        self.look()
        with suppress(RuntimeError):  # a test has no loop, and looks by itself
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        return widgets.VBox([self.come_in, self.live])

    def look(self) -> None:
        """Show what the room has written by now."""
        folder = self.workspace.data.parent
        stamp = tuple(
            sorted(
                (str(path), path.stat().st_mtime_ns)
                for path in folder.glob("participant-*/workbook.sqlite*")
            )
        )
        stamp = (room_answers.people(folder), stamp)
        if stamp == self._seen:
            return
        try:
            answers = room_answers.gather(folder)
        except StoreError as error:
            self.live.value = layout.trouble_line(
                f"What somebody wrote cannot be read at the moment. {error}"
            )
            return
        self._seen = stamp
        cards: Cards = self.sheet.part("task2.sort")
        grid: Grid = self.sheet.part("task2.role")
        where = next(column for column in grid.columns if column.key == "where")
        self.live.value = (
            layout.answer(came_in(room_answers.people(folder)))
            + layout.heading("How did the room sort the cards?")
            + _tallies(
                room_answers.sorted_cards(answers, cards),
                {group.key: group.title for group in cards.groups},
                what="cards",
            )
            + layout.heading("Where does the room stand?")
            + _tallies(
                room_answers.ratings(answers, grid, column="where"),
                {one.key: one.label for one in where.choices},
                what="items",
            )
            + layout.how_to_read("room_counts")
            + layout.heading("What do people say?")
            + _texts(room_answers.shown(answers))
        )

    async def _watch(self) -> None:
        """Look again and again, as long as the page is open."""
        while True:
            await asyncio.sleep(LOOK)
            with suppress(
                OSError
            ):  # a file may go between two looks; the next one sees
                self.look()

    # -- a participant --

    def participant(self) -> widgets.VBox:
        """Their own words, each with a tick that shows it to the room."""
        self.ticks: dict[str, widgets.Checkbox] = {}
        self.status = layout.html("")
        try:
            mine = room_answers.written(self.workspace.store.forms())
            self.shown = dict(self.workspace.store.latest(room_answers.SHOWN))
        except StoreError as error:
            return widgets.VBox([layout.html(layout.trouble_line(str(error)))])
        if not mine:
            return widgets.VBox([layout.html(_NOTHING_YET)])
        boxes: list[widgets.Widget] = [layout.html(_CHOOSE)]
        for one in mine:
            key = room_answers.place(one)
            tick = widgets.Checkbox(
                description="Show this to the room",
                value=self.shown.get(key) == one.text,
                indent=False,
            )
            tick.observe(
                lambda change, one=one: self._show(one, change["new"]), "value"
            )
            self.ticks[key] = tick
            said = f'<h2>{escape(one.asked)}</h2><blockquote dir="auto">{escape(one.text)}</blockquote>'
            boxes += [layout.html(said), tick]
        return widgets.VBox([*boxes, self.status])

    def _show(self, one: Written, show: bool) -> None:
        """Show a text as it stands now, or take it back."""
        try:
            saved = self.workspace.store.save(
                form=room_answers.SHOWN,
                field=room_answers.place(one),
                value=one.text if show else "",
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
        self.status.value = f'<p class="sl-note" role="status">{did} Saved {layout.saved_at(saved.at)}</p>'


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
    apart = sorted(
        (one for one in answered if one.divided), key=lambda one: -one.divided
    )[:NAMED]
    if not apart:
        return (
            f"On each of the {len(answered)} {what} that were answered, all who answered agree.",
            [],
        )
    named = [
        f"{one.text} ({', '.join(f'{n} {choices[key]}' for key, n in one.counts.items() if n)})"
        for one in apart
    ]
    return "Talk first about those over which you differ.", named


def open_page() -> RoomPage:
    """The page over the school that lies open."""
    return RoomPage(
        open_workspace(),
        door=os.environ.get(ADDRESS_VARIABLE, ""),
        code=os.environ.get(CODE_VARIABLE, ""),
    )


def _tallies(tallies: Sequence[Tally], choices: Mapping[str, str], *, what: str) -> str:
    """What to talk about, and the counts for each thing on which somebody has answered."""
    told, apart = divided(tallies, choices, what=what)
    said = layout.answer(told) + (
        f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in apart)}</ul>"
        if apart
        else ""
    )
    rows = [
        {"text": one.text, **one.counts, "people": one.people}
        for one in tallies
        if one.people
    ]
    if not rows:
        return said
    columns = {"text": what.capitalize(), **choices, "people": "Answered"}
    left = len(tallies) - len(rows)
    rest = (
        layout.note(f"Nobody has answered yet on the other {left} of {len(tallies)}.")
        if left
        else ""
    )
    caption = f"{what.capitalize()}: how many people gave each answer"
    return (
        said
        + layout.plain_table(pd.DataFrame(rows), caption=caption, columns=columns)
        + rest
    )


def _texts(found: Sequence[Written]) -> str:
    if not found:
        return layout.answer(
            "Nobody shows a text yet. Each participant chooses on this page, ‘In the room’, which texts to show."
        )
    parts, asked = [], ""
    for one in found:
        if one.asked != asked:
            asked = one.asked
            parts.append(f"<h3>{escape(asked)}</h3>")
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
