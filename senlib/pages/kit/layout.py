"""The frame of a page: the pieces of HTML and the widgets that every Task is laid out with. Text from files is text here."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import starmap
from numbers import Real
from typing import TypeAlias

import ipywidgets as widgets
import pandas as pd
from matplotlib.figure import Figure

from senlib.charts import NARROW, WIDE, drawn
from senlib.measures.proportion import rounded
from senlib.pages.kit.how_to_read import Paragraph, paragraph
from senlib.school.faults import FaultGroup
from senlib.text import with_and

# The media type of a file that a page holds, by the ending of its name.
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "ics": "text/calendar",
    "json": "application/json",
    "zip": "application/zip",
}


# What becomes a hyphen in the name of a file.
_NOT_IN_NAMES = re.compile(r"[^\w-]")

# The space between a number and its sign, its unit, the word that it numbers, or the number that it is of.
_PARTED = re.compile(
    r" (?=%)|(?<=\d) (?=points?\b|pupils?\b|hours?\b|of \d|to [\d−])|(?<=\d of|\d to) (?=[\d−])"
    r"|(?<=[Ll]evel|[Gg]rade|Stage) (?=\d)|(?<=Year|Task) (?=\d)|(?<=\bKey) (?=Stage)"
)

# Whom percentages are of, as a list of choices names it; senlib.measures.conversion says each in full.
DENOMINATORS = [
    ("Everyone, as DfE counts", "all"),
    ("Those with a result", "with_result"),
]

# What the line through a dot means, below every picture of rates.
LIKELY = "Line: where the true rate is likely to lie."


# What can be chosen: each in words, and its value.
Options = Sequence[tuple[str, str]]
# One of them, of whatever value; words alone are their own value.
Option = str | tuple[str, object]
# A piece of a page; a text is HTML.
Piece: TypeAlias = widgets.Widget | str
# What is called when something has happened on the page.
Callback = Callable[[], None]


def html(text: str) -> widgets.HTML:
    """A piece of HTML as a widget."""
    return widgets.HTML(text, layout=widgets.Layout(width="100%"))


def heading(text: str, *, level: int = 2) -> str:
    """A question as a heading."""
    return f'<h{level} class="sl-question">{words(text)}</h{level}>'


def words(text: str) -> str:
    """A sentence as HTML, in which no line ends between a number and what it is a number of.

    >>> words("9 of 16 in Year 8 at level 4: 56 % < 77 %").replace("\N{NO-BREAK SPACE}", "_")
    '9_of_16 in Year_8 at level_4: 56_% &lt; 77_%'
    """
    return _PARTED.sub("\N{NO-BREAK SPACE}", escape(text))


def answer(text: str) -> str:
    """The answer in a sentence or two."""
    return f'<p class="sl-answer">{words(text)}</p>'


def note(*texts: str) -> str:
    """Small explanations, a paragraph each; '' of a text that says nothing."""
    lines = map(words, filter(None, texts))
    return "".join(f'<p class="sl-note">{line}</p>' for line in lines)


def picture(draw: Callable[..., Figure], *, says: str, key: str = "") -> str:
    """A chart for wide and for narrow screens, with what it says for those who do not see it and a key below."""
    both = f'<div class="sl-wide">{drawn(draw, width=WIDE)}</div><div class="sl-narrow" hidden>{drawn(draw, width=NARROW)}</div>'
    below = f"<figcaption>{escape(key)}</figcaption>" if key else ""
    # Without the page's stylesheet (in JupyterLab) the wide one stands alone.
    # The picture's own text is not read out piece by piece: its name says it, and the table beside it has the numbers.
    return f'<figure class="sl-figure"><div role="img" aria-label="{escape(says)}">{both}</div>{below}</figure>'


def numbers(
    table: pd.DataFrame,
    *,
    caption: str,
    columns: Mapping[str, str],
    summary: str = "The numbers",
) -> str:
    """A table one key press away. `columns` names those to show and their headings; the first heads its row."""
    return folded(summary, plain_table(table, caption=caption, columns=columns))


def folded(summary: str, html: str) -> str:
    """Something one key press away: `summary` is text, `html` is HTML."""
    return f'<details class="sl-numbers"><summary>{escape(summary)}</summary>{html}</details>'


def how_to_read(*keys: str) -> str:
    """Behind '?', how to read these kinds of figure, each in a paragraph with its sources; KeyError where there is no such kind.

    The keys are those of senlib/content/figures/how_to_read.toml. It goes at the end of what it explains.

    >>> how_to_read("spend")[:84]
    '<details class="sl-reading"><summary aria-label="How to read this figure" title="How'
    """
    paragraphs = "".join(_reading(paragraph(key)) for key in keys)
    name = "How to read this figure"
    return f'<details class="sl-reading"><summary aria-label="{name}" title="{name}">?</summary>{paragraphs}</details>'


def _reading(one: Paragraph) -> str:
    sources = "; ".join(starmap(_source, one.sources))
    return f"<p><strong>{escape(one.title)}.</strong> {words(one.text)} <span>Source: {sources}.</span></p>"


def _source(said: str, address: str) -> str:
    """A source in words; with an address, a link that is followed only when pressed, and beside the page, which goes on."""
    if not address:
        return words(said)
    return f'<a href="{escape(address)}" target="_blank" rel="noreferrer">{words(said)} (opens in a new tab)</a>'


def plain_table(
    table: pd.DataFrame, *, caption: str, columns: Mapping[str, str]
) -> str:
    """A native table, numbers to the right, missing values as a dash that is read as 'none'."""
    names = map(escape, columns.values())
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    in_order = table[list(columns)]
    records = in_order.itertuples(index=False)
    body = "".join(starmap(_table_row, records))
    return (
        f'<div class="sl-scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table class="sl-table">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _table_row(first: object, *others: object) -> str:
    head = f'<th scope="row" dir="auto">{_cell(first)}</th>'
    return f"<tr>{head}{''.join(map(_data, others))}</tr>"


def _data(value: object) -> str:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    kind = 'class="sl-number"' if is_number else 'dir="auto"'
    return f"<td {kind}>{_cell(value)}</td>"


def faults(groups: Sequence[FaultGroup]) -> str:
    """What is wrong in files: each place with its rule and remedy."""
    items = "".join(
        f"<li><strong>{escape(group.place())}</strong>: {escape(group.rule)}. {escape(group.remedy)}</li>"
        for group in groups
    )
    count = sum(len(group.rows) or 1 for group in groups)
    what = "One thing has" if count == 1 else f"{count:,} things have"
    return (
        f'<div class="sl-fault" role="alert"><p><strong>Nothing was loaded, and the school that was open stays open.</strong> '
        f"{what} to be put right first. Change the file, save it, and choose it again.</p><ul>{items}</ul></div>"
    )


def status(html: str) -> str:
    """What has just been done, in a line that a screen reader says by itself."""
    return f'<p class="sl-note" role="status">{html}</p>'


def trouble_line(text: str | Exception) -> str:
    """What could not be done and what to do about it, for the place where it was tried."""
    return f'<p class="sl-fault" role="alert">{escape(str(text))}</p>'


def not_saved(error: Exception) -> str:
    """That the last entry could not be kept, why, and what to do, as the store's error says it."""
    return trouble_line(
        f"Your last entry is not saved, but it still stands on this page. {error}"
    )


def what_next(lines: Options) -> str:
    """What next: sentences, each with the address of the page it leads to."""
    items = "".join(
        f'<li><a href="{escape(address)}">{escape(text)}</a></li>'
        for text, address in lines
    )
    return f'<nav class="sl-next" aria-label="What next"><h2>What next</h2><ul>{items}</ul></nav>'


def address(stem: str) -> str:
    """Where a page is, from any other page of the workbook."""
    return f"{stem}.ipynb"


def download(words: str, content: bytes, *, name: str, kind: str = "xlsx") -> str:
    """A link that saves a file which the page itself holds: nothing is fetched, and nothing is kept on the server."""
    stem = _NOT_IN_NAMES.sub("-", name.lower())
    data = base64.b64encode(content).decode()
    file = escape(f"{stem}-{date.today():%Y-%m-%d}.{kind}")
    return f'<a class="sl-button" download="{file}" href="data:{_TYPES[kind]};base64,{data}">{escape(words)}</a>'


def choice(
    label: str, options: Iterable[Option], value: object | None = None
) -> widgets.Dropdown:
    """A list to choose one thing from, its label above it; an option is its words and its value, or words that are both."""
    pairs = [(one, one) if isinstance(one, str) else one for one in options]
    values = [option for _, option in pairs]
    place = values.index(value) if value in values else 0
    # By its place, for a value of None would show nothing chosen.
    index = place if values else None
    return widgets.Dropdown(description=label, options=pairs, index=index)


def controls(*boxes: widgets.Widget) -> widgets.Box:
    """Controls side by side, as many as the width holds."""
    box = widgets.Box(list(boxes))
    box.add_class("sl-controls")
    return box


def stack(*pieces: Piece) -> widgets.VBox:
    """Pieces one below the other; a text is HTML."""
    boxes = [html(piece) if isinstance(piece, str) else piece for piece in pieces]
    return widgets.VBox(boxes)


# Summers to choose from: each in words, and the year or years; None where it is not known.
Summers = list[tuple[str, int | tuple[int, ...] | None]]


def summers(cohorts: Sequence[int]) -> Summers:
    """Summers to choose from, the latest first, then the last two and three of them together.

    >>> summers([2024, 2023])
    [('2024', 2024), ('2023', 2023), ('The last two together: 2023 and 2024', (2024, 2023))]
    """
    latest = tuple(map(int, cohorts))
    choices: Summers = [(str(cohort), cohort) for cohort in latest]
    for count, words in ((2, "two"), (3, "three")):
        together = latest[:count]
        if len(together) == count:
            label = f"The last {words} together: {years(together)}"
            choices.append((label, together))
    return choices


def chosen_summers(
    chosen: int | tuple[int, ...] | None,
) -> tuple[int | None, ...]:
    """The summers of one of these choices, the latest first; None where the summer is not known.

    >>> chosen_summers(2024), chosen_summers((2024, 2023)), chosen_summers(None)
    ((2024,), (2024, 2023), (None,))
    """
    return chosen if isinstance(chosen, tuple) else (chosen,)


def years(cohorts: Iterable[int]) -> str:
    """Summers in their order, in words.

    >>> years((2024, 2023)), years((2024,))
    ('2023 and 2024', '2024')
    """
    return with_and(sorted(cohorts))


def in_years(years: Sequence[int]) -> str:
    """Year groups as a sentence says where somebody is.

    >>> in_years((7, 8, 9)), in_years((8,))
    ('in Years 7 to 9', 'in Year 8')
    """
    if len(years) == 1:
        return f"in Year {years[0]}"
    return f"in Years {years[0]} to {years[-1]}"


def percent_range(percent: float, low: float, high: float) -> str:
    """A rate with its interval, in words; the average of one value has none.

    >>> percent_range(44.2, 30.4, 58.9), percent_range(93.0, float("nan"), float("nan"))
    ('44 % (likely 30 to 59 %)', '93 %')
    """
    if pd.isna(low):
        return f"{rounded(percent)} %"
    return f"{rounded(percent)} % (likely {rounded(low)} to {rounded(high)} %)"


def _cell(value: object) -> str:
    if pd.isna(value) or value == "":
        return '<span aria-label="none">–</span>'
    text = f"{value:,.1f}" if isinstance(value, float) else str(value)
    return escape(text)
