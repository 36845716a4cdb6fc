"""What every download says of itself: what it is, when it was made, whose figures and words are in it, and what was hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from senlib.text import day

SAMPLE = "Sample data: nobody here is real."


@dataclass(frozen=True, kw_only=True)
class About:
    """What a download is and where it comes from. `source` is the school or the session; `hidden` says in a sentence what is left out."""

    title: str
    source: str
    made: date
    sample: bool = False
    hidden: str = ""

    @property
    def line(self) -> str:
        """All of it but what was hidden, on one line, for the foot of a page.

        >>> About(title="Action plan", source="Any School", made=date(2005, 3, 8), sample=True).line
        'Action plan. Any School. Made on 8 March 2005. Sample data: nobody here is real.'
        """
        words = [_ended(self.title), _ended(self.source), f"Made on {day(self.made)}."]
        return " ".join([*words, SAMPLE] if self.sample else words)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """All of it as names and values, as senlib.exports.excel takes it.

        >>> About(title="List", source="Any School", made=date(2005, 3, 8)).rows[-1]
        ('Hidden', 'Nothing was hidden.')
        """
        rows = [
            ("What it is", self.title),
            ("Made on", day(self.made)),
            ("From", self.source),
        ]
        if self.sample:
            rows.append(("Sample", SAMPLE))
        return [*rows, ("Hidden", self.hidden or "Nothing was hidden.")]


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
