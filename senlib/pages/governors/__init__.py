"""The governors' page: what a governor should know of pupils with SEN, in counts made fit to be shown to anybody.

It holds what `governors_data.gather` gives, and makes its sentences, pictures and the page for the papers of that alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.about import About
from senlib.exports.governors_paper import one_page
from senlib.measures.governors_counts import LIMITS, POUNDS, View
from senlib.measures.published_table import HIDE_UP_TO
from senlib.pages.governors.answered_questions import (
    AnsweredQuestion,
    absence,
    attendance,
    england,
    known_now,
    known_then,
    progress,
    shows_little,
    works,
)
from senlib.pages.governors.caveats import (
    FILL_IN,
    LITTLE,
    NEXT,
    ROLL,
    SPEND,
    SURE_ON_PAPER,
    WORKS,
)
from senlib.pages.governors.rates_in_words import (
    moving_words,
    on_roll_words,
    pupils_with_help,
    why_no_help,
)
from senlib.pages.governors_data import Context, GovernorsData, gather
from senlib.pages.kit import layout
from senlib.pages.kit.header import header_html
from senlib.pages.kit.live import Live
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace, open_workspace


class GovernorsPage:
    """The governors' page. It holds what `gather` gives, and neither the school nor the store. A test drives it without a browser."""

    def __init__(self, workspace: Workspace) -> None:
        self.top = layout.html(header_html(workspace))
        try:
            self.held: GovernorsData | None = gather(workspace)
            trouble = ""
        except StoreError as error:
            self.held, trouble = None, str(error)
        self.trouble = trouble
        self.hide = layout.choice(
            "Hide counts up to",
            [(f"{limit} pupils", limit) for limit in LIMITS],
            HIDE_UP_TO,
        )
        self.live = Live(self.hide)

    # -- what the page is made of, in its order --

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return self.top

    def about(self) -> widgets.VBox:
        """What is hidden, how much more to hide, and the page for the papers."""
        return widgets.VBox(
            [
                self.live.piece(self._rule),
                layout.controls(self.hide),
                self.live.piece(self._paper),
            ]
        )

    def progress(self) -> widgets.HTML:
        """Whether pupils with SEN make progress, beside their peers."""
        return self._piece(progress, known_then)

    def england(self) -> widgets.HTML:
        """How far they get, beside England."""
        return self._piece(england, known_then)

    def absence(self) -> widgets.HTML:
        """Who misses much of school."""
        return self._piece(absence, known_now)

    def attendance(self) -> widgets.HTML:
        """Whether those who miss much make less progress."""
        return self._piece(attendance, known_now)

    def spend(self) -> widgets.HTML:
        """What is spent, by heading."""
        return self.live.piece(
            lambda: self._shown(lambda held, view: _spend_html(view, held.words))
        )

    def works(self) -> widgets.HTML:
        """Whether those who get help move on."""
        return self._piece(works, known_now)

    def next(self) -> widgets.HTML:
        """What the school does next."""
        return layout.html(self._shown(lambda held, _: next_html(held)))

    # -- how it is made --

    @property
    def view(self) -> View:
        """The view that is chosen."""
        return self.held.views[self.hide.value]

    def paper(self) -> bytes:
        """The page for the papers, under the limit that is chosen."""
        words, view = self.held.words, self.view
        asked = [
            known(make(view, words), words)
            for make, known in zip(
                (progress, england, absence, attendance),
                (known_then, known_then, known_now, known_now),
                strict=True,
            )
        ]
        # What the tables below have is not said again; there is no room for it.
        answers = [
            (
                one.question,
                " ".join(
                    filter(None, (one.answer, *one.on_paper, one.compared, one.caveat))
                ),
            )
            for one in asked
        ]
        helped = known_now(works(view, words), words)
        others = (
            [*spend_lines(view, words)],
            [
                helped.answer,
                *helped.lines,
                *filter(None, (helped.compared, helped.caveat)),
            ],
            next_lines(self.held),
        )
        answers += [
            (question, " ".join(lines))
            for question, lines in zip((SPEND, WORKS, NEXT), others, strict=True)
        ]
        about = About(
            title="Pupils with SEN: figures for governors",
            source=words.school,
            on=date.today(),
            sample=words.sample,
            hidden=view.rule,
        )
        figures = [one.figures for one in asked if one.figures]
        return one_page(
            about=about,
            sure=f"{SURE_ON_PAPER} {moving_words(words)}",
            answers=answers,
            figures=figures,
        )

    def _piece(self, make, known) -> widgets.HTML:
        return self.live.piece(
            lambda: self._shown(
                lambda held, view: _html(known(make(view, held.words), held.words))
            )
        )

    def _shown(self, make) -> str:
        return make(self.held, self.view) if self.held else ""

    def _rule(self) -> str:
        if not self.held:
            return layout.trouble_line(self.trouble)
        words = self.held.words
        unknown = words.sen_unknown_then or words.sen_unknown_now
        little = not unknown and shows_little(self.view, words)
        rule = layout.note(self.view.rule) + layout.how_to_read("hidden_counts")
        return rule + (layout.answer(LITTLE) if little else "")

    def _paper(self) -> str:
        return (
            layout.download(
                "One page for the papers (Word)",
                self.paper(),
                name="governors",
                kind="docx",
            )
            if self.held
            else ""
        )


def spend_lines(view: View, words: Context) -> tuple[str, ...]:
    """What is spent, heading by heading, and what is not shown."""
    helped = view.tables["help"]
    used = [
        heading for heading in words.headings if pupils_with_help(helped, heading) != 0
    ]
    if not used:
        return (why_no_help(words), *(() if words.roll in ROLL else (FILL_IN,)))
    order = sorted(view.pounds, key=lambda heading: -view.pounds[heading][0])
    told = []
    for number, heading in enumerate(order[:3]):
        cost, whole = view.pounds[heading]
        first = "Most is spent on" if number == 0 else "Then on"
        least = "" if whole else "at least "
        told.append(
            f"{first} {words.headings[heading]}: {least}£{cost:,} a year for {pupils_with_help(helped, heading)} pupils."
        )
    left = [words.headings[heading] for heading in used if heading not in view.pounds]
    if left:
        told.append(
            f"Not shown, as few pupils have it, few costs are known, or one pupil makes up most: {'; '.join(left)}."
        )
    return tuple(told)


def next_lines(held: GovernorsData) -> tuple[str, ...]:
    """The plan in counts, and the three chosen actions by where they come from."""
    steps = [f"{step.place} ({step.state}, {step.due})" for step in held.steps]
    return (
        held.plan,
        f"Chosen for now: {'; '.join(steps)}."
        if steps
        else "The three actions for now are not chosen yet.",
    )


def next_html(held: GovernorsData) -> str:
    """What comes next, as a table of where each action comes from."""
    told = _listed([held.plan] if held.steps else list(next_lines(held)))
    table = pd.DataFrame(
        [(step.place, step.due, step.state) for step in held.steps],
        columns=["place", "due", "state"],
    )
    shown = (
        layout.plain_table(
            table,
            caption="The three actions chosen",
            columns={
                "place": "Where it comes from",
                "due": "By when",
                "state": "How it stands",
            },
        )
        if held.steps
        else ""
    )
    why = layout.note(
        "What is to be done is not shown here, for a pupil’s name may stand in it. Ask the SENCO."
    )
    return layout.heading(NEXT) + told + shown + why + layout.how_to_read("plan_counts")


def _spend_html(view: View, words: Context) -> str:
    title, told = layout.heading(SPEND), _listed(spend_lines(view, words))
    if not view.pounds:
        return title + told
    all_known = all(whole for _, whole in view.pounds.values())
    least = "" if all_known else " ‘At least’: some costs are not written down."
    sure = layout.note(
        f"As the provision maps say, for pupils with SEN{on_roll_words(words)}, to the nearest £{POUNDS}.{least} There is no sum of all, "
        "from which what is left out could be worked out."
    )
    order = sorted(view.pounds, key=lambda heading: -view.pounds[heading][0])
    held = {
        ("SEN", heading, "has", "pupils"): view.pounds[heading] for heading in order
    }
    labels = [words.headings[heading] for heading in order]
    helped = view.tables["help"]
    sums = [f"{'' if whole else 'at least '}£{cost:,}" for cost, whole in held.values()]
    picture = layout.picture(
        lambda width: charts.published_spend(helped, held, labels=labels, width=width),
        says=". ".join(
            f"{label}: {cost}" for label, cost in zip(labels, sums, strict=True)
        ),
    )
    table = pd.DataFrame(
        {
            "label": labels,
            "pupils": [pupils_with_help(helped, heading) for heading in order],
            "cost": sums,
        }
    )
    columns = {"label": "Heading", "pupils": "Pupils", "cost": "A year"}
    return (
        title
        + told
        + picture
        + sure
        + layout.numbers(table, caption="Spend by heading", columns=columns)
        + layout.how_to_read("spend")
    )


def _html(asked: AnsweredQuestion) -> str:
    """A question as the page shows it: its answer, its picture, how sure one can be, and the numbers."""
    title, told = (
        layout.heading(asked.question),
        _listed([asked.answer, *asked.lines, *filter(None, [asked.compared])]),
    )
    figures = asked.figures
    if figures is None:
        return title + told
    rows = figures.in_words()
    # Where nobody is counted there is nothing to draw.
    seen = any(percent != "–" for *_, percent, _ in rows)
    picture = (
        ""
        if not seen
        else layout.picture(
            lambda width: charts.published_rates(
                figures.published,
                column=figures.column,
                reached=figures.reached,
                of=figures.of,
                rows=figures.rows,
                labels=figures.labels,
                strong=asked.strong,
                marks=asked.marks,
                mark=asked.mark,
                width=width,
                axis=asked.axis,
            ),
            says=". ".join(_said(*row, head=figures.beside_head) for row in rows),
            key=asked.key,
        )
    )
    table = pd.DataFrame(rows, columns=list(figures.heads))
    columns = {name: name for name in figures.heads}
    held = layout.numbers(table, caption=figures.caption, columns=columns)
    return title + told + picture + layout.note(asked.sure) + held + asked.reading


def _said(
    label: str,
    pupils: str,
    these: str,
    percent: str,
    likely: str,
    other: str = "–",
    *,
    head: str = "",
) -> str:
    """A row of a picture for those who do not see it.

    >>> _said("English", "20", "11", "55 %", "34 to 74 %"), _said("Science", "hidden", "hidden", "hidden", "hidden")
    ('English: 55 %, 11 of 20, likely 34 to 74 %', 'Science: hidden')
    >>> _said("English", "20", "11", "55 %", "34 to 74 %", "57 % (2024)", head="England"), _said("English", "0", "–", "–", "–")
    ('English: 55 %, 11 of 20, likely 34 to 74 % (England: 57 % (2024))', 'English: nobody')
    """
    if not percent.endswith("%"):
        return f"{label}: {'nobody' if percent == '–' else percent}"
    beside = "" if other == "–" else f" ({head}: {other})"
    return f"{label}: {percent}, {these} of {pupils}, likely {likely}{beside}"


def _listed(sentences: Sequence[str]) -> str:
    """An answer: its first sentence large, and what stands behind it as lines below."""
    first, *others = sentences
    items = "".join(f"<li>{layout.words(sentence)}</li>" for sentence in others)
    return layout.answer(first) + (f"<ul>{items}</ul>" if items else "")


def open_page() -> GovernorsPage:
    """The page over the school that lies open."""
    return GovernorsPage(open_workspace())
