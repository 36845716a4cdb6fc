"""How to read each kind of figure: the paragraphs behind '?', and the page of docs/ that is made of the same words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import fill

from senlib import content

_DOCS_WIDTH = 140

_DOCS_HEAD = (
    "# How to read the figures",
    "On every page of the workbook a ‘?’ stands at the end of a figure. It opens what is written here: what is counted, of whom, what "
    "the range means or why there is none, and where the rule comes from. A range is a likely range at 95 % wherever there is "
    "one; where several subjects are compared, at 95 % for all of them together.",
)


@dataclass(frozen=True)
class Paragraph:
    """How to read one kind of figure: what it counts, of whom, what its range means, and its sources (words, and an address or '')."""

    key: str
    title: str
    counts: str
    whom: str
    range: str
    sources: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The three as one paragraph."""
        return f"{self.counts} {self.whom} {self.range}"


@cache
def paragraphs() -> dict[str, Paragraph]:
    """Every kind of figure by its key, in the order of docs.

    >>> list(paragraphs())[:3]
    ['rate', 'few_pupils', 'matrix']
    """
    file = files(content) / "figures" / "how_to_read.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        key: Paragraph(
            key=key, **(entry | {"sources": tuple(map(tuple, entry["sources"]))})
        )
        for key, entry in table.items()
    }


def paragraph(key: str) -> Paragraph:
    """How to read one kind of figure; KeyError with the kinds there are where it is none of them.

    >>> paragraph("spend").title
    'Hours and pounds'
    """
    if key not in paragraphs():
        raise KeyError(f"{key!r} is no kind of figure: {', '.join(paragraphs())}")
    return paragraphs()[key]


def as_markdown() -> str:
    """All of it as docs/how-to-read-the-figures.md has it.

    >>> as_markdown().splitlines()[0]
    '# How to read the figures'
    """
    parts = list(_DOCS_HEAD)
    for one in paragraphs().values():
        sources = "; ".join(
            f"[{words}]({at})" if at else words for words, at in one.sources
        )
        parts += [f"## {one.title}", one.text, f"Source: {sources}."]
    lines = (
        fill(part, _DOCS_WIDTH, break_long_words=False, break_on_hyphens=False)
        for part in parts
    )
    return "\n\n".join(lines) + "\n"
