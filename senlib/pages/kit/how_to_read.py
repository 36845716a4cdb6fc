"""How to read each kind of figure: the paragraphs behind '?', of which the page of docs/ is made, too."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from senlib import content


@dataclass(frozen=True)
class Paragraph:
    """How to read one kind of figure: what it counts, of whom, what its range means, and its sources (words, and an address or '')."""

    key: str
    title: str
    counts: str
    whom: str
    range: str
    sources: list[tuple[str, str]]

    @property
    def text(self) -> str:
        """The three as one paragraph."""
        return f"{self.counts} {self.whom} {self.range}"


@cache
def paragraphs() -> dict[str, Paragraph]:
    """Every kind of figure by its key, in the order of the page of docs/.

    >>> list(paragraphs())[:3]
    ['rate', 'few_pupils', 'matrix']
    """
    file = files(content) / "figures" / "how_to_read.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return {key: Paragraph(key=key, **entry) for key, entry in table.items()}


def paragraph(key: str) -> Paragraph:
    """How to read one kind of figure; KeyError with the kinds there are where it is none of them.

    >>> paragraph("spend").title
    'Hours and pounds'
    """
    if key not in paragraphs():
        kinds = ", ".join(paragraphs())
        raise KeyError(f"{key!r} is no kind of figure: {kinds}")
    return paragraphs()[key]
