"""What every download says of itself: what it is, when it was made, whose figures and words are in it, and what was hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from docx.opc.coreprops import CoreProperties
from pptx.parts.coreprops import CorePropertiesPart

from senlib.text import day, one_line

SAMPLE = "Sample data: nobody here is real."


@dataclass(frozen=True, kw_only=True)
class About:
    """What a download is, where it comes from and on which day it was made.

    `source` is the school or the session; `hidden` says in a sentence what is left out.
    """

    title: str
    source: str
    on: date
    sample: bool = False
    hidden: str = ""

    @property
    def line(self) -> str:
        """All of it but what was hidden, on one line, for the foot of a page.

        >>> About(title="Action plan", source="Any School", on=date(2005, 3, 8), sample=True).line
        'Action plan. Any School. Made on 8 March 2005. Sample data: nobody here is real.'
        """
        words = [_ended(self.title), _ended(self.source), f"Made on {day(self.on)}."]
        return " ".join([*words, SAMPLE] if self.sample else words)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """All of it as names and values, as senlib.exports.excel takes it.

        >>> About(title="List", source="Any School", on=date(2005, 3, 8)).rows[-1]
        ('Hidden', 'Nothing was hidden.')
        """
        rows = [
            ("What it is", self.title),
            ("Made on", day(self.on)),
            ("From", self.source),
        ]
        if self.sample:
            rows.append(("Sample", SAMPLE))
        return [*rows, ("Hidden", self.hidden or "Nothing was hidden.")]

    def describe(self, properties: CoreProperties | CorePropertiesPart) -> None:
        """Write it into the properties of an Office file made from a template, which names its language and no person."""
        properties.title = one_line(self.title)
        properties.subject = one_line(self.source)
        properties.comments = one_line(self.line)
        properties.created = properties.modified = datetime.combine(
            self.on, time(), UTC
        )


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
