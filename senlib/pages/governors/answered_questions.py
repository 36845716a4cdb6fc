"""A question of the governors' page with its answer, made from published tables, and how the page shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from senlib import charts
from senlib.exports.governors_paper import Figures
from senlib.measures.governors_counts import View
from senlib.pages.governors import caveats
from senlib.pages.governors_data import Context
from senlib.pages.kit import layout
from senlib.text import joined


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with its answer in a sentence, the figures in words (`lines`) and with whom they are compared; and how to draw them.

    `marks`, `mark` and `axis` are as charts.published_rates takes them; `sure` says how sure one can be, and `reading` is how to
    read such figures, behind '?'. `on_paper` are those of the lines that the page for the papers has too, and `caveat` is that
    part of `sure` which it has.
    """

    question: str
    answer: str
    lines: tuple[str, ...] = ()
    compared: str = ""
    figures: Figures | None = None
    marks: tuple[float, ...] = ()
    mark: str = ""
    axis: str = ""
    key: str = ""
    sure: str = ""
    reading: str = ""
    on_paper: tuple[str, ...] = ()
    caveat: str = ""

    @property
    def strong(self) -> tuple[bool, ...]:
        """Which rows stand out: those of pupils with SEN."""
        rows = self.figures.rows if self.figures else ()
        return tuple("SEN" in row for row in rows)

    @property
    def paper_row(self) -> tuple[str, str]:
        """The question and what the page for the papers answers."""
        answer = joined(self.answer, *self.on_paper, self.compared, self.caveat)
        return self.question, answer


# How a question is answered.
Answering = Callable[[View, Context], AnsweredQuestion]


def question_html(one: AnsweredQuestion) -> str:
    """A question as the page shows it: its answer, its picture, how sure one can be, and the numbers."""
    lines = [one.answer, *one.lines, one.compared]
    answer = layout.heading(one.question) + listed(lines)
    figures = one.figures
    if figures is None:
        return answer
    rows = figures.in_words()
    table = pd.DataFrame(rows, columns=list(figures.heads))
    columns = {name: name for name in figures.heads}
    numbers = layout.numbers(table, caption=figures.caption, columns=columns)
    sure = layout.note(f"{one.sure} {caveats.SURE}")
    picture = _picture(one, figures, rows)
    return answer + picture + sure + numbers + one.reading


def _picture(
    one: AnsweredQuestion, figures: Figures, rows: Sequence[tuple[str, ...]]
) -> str:
    """The rates as a picture; '' where nobody is counted, and so there is nothing to draw."""
    if all(percent == "–" for _, _, _, percent, *_ in rows):
        return ""
    says = [read_out(row, head=figures.beside_head) for row in rows]
    return layout.picture(
        lambda width: charts.published_rates(
            figures.published,
            column=figures.column,
            reached=figures.reached,
            of=figures.of,
            rows=figures.rows,
            labels=figures.labels,
            strong=one.strong,
            marks=one.marks,
            mark=one.mark,
            width=width,
            axis=one.axis,
        ),
        says=". ".join(says),
        key=one.key,
    )


def read_out(row: Sequence[str], *, head: str = "") -> str:
    """A row of a picture for those who do not see it.

    >>> read_out(["English", "20", "11", "55 %", "34 to 74 %"]), read_out(["Science", "hidden", "hidden", "hidden", "hidden"])
    ('English: 55 %, 11 of 20, likely 34 to 74 %', 'Science: hidden')
    >>> read_out(["English", "20", "11", "55 %", "34 to 74 %", "57 % (2024)"], head="England")
    'English: 55 %, 11 of 20, likely 34 to 74 % (England: 57 % (2024))'
    >>> read_out(["English", "0", "–", "–", "–"])
    'English: nobody'
    """
    label, pupils, these, percent, likely, *others = row
    if not percent.endswith("%"):
        return f"{label}: {'nobody' if percent == '–' else percent}"
    beside = "".join(f" ({head}: {other})" for other in others if other != "–")
    return f"{label}: {percent}, {these} of {pupils}, likely {likely}{beside}"


def listed(sentences: Sequence[str]) -> str:
    """An answer: its first sentence large, and what stands behind it, where there is anything, as lines below."""
    first, *others = filter(None, sentences)
    items = "".join(f"<li>{layout.words(sentence)}</li>" for sentence in others)
    return layout.answer(first) + (f"<ul>{items}</ul>" if items else "")
