"""What she has said of her files: what headings mean, answers to questions, and who supplied each list."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from senlib.school.faults import Fault, FaultyFile
from senlib.school.schema import normal

_NOTHING: Mapping[str, str] = MappingProxyType({})
_REMEDY = (
    'Write [questions] and [meanings], each line as key = "value", and for one file alone [files."NAME"] with '
    "supplied_by, dated and meanings."
)


@dataclass(frozen=True)
class Answers:
    """Answers by the question's key, and meanings by heading, as `heading_key` writes it.

    A meaning is for every file that has the heading, or for one file alone where its name stands before it. `supplied_by` and
    `dated` say for a file who made the list and when.

    >>> answers = Answers(meanings={heading_key("Grade"): "leave out", heading_key("Grade", file="a.csv"): "row:result"})
    >>> answers.meaning("GRADE", file="a.csv"), answers.meaning("Grade", file="b.csv"), answers.meaning("Year", file="a.csv")
    ('row:result', 'leave out', '')
    """

    questions: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    meanings: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    supplied_by: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    dated: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def meaning(self, heading: str, *, file: str) -> str:
        """What she said that a heading means; '' where she said nothing."""
        return self.meanings.get(heading_key(heading, file=file)) or self.meanings.get(
            heading_key(heading), ""
        )


def heading_key(heading: str, *, file: str = "") -> str:
    """The key under which a heading's meaning is kept.

    >>> heading_key(" KS2 English "), heading_key("Grade", file="maths.csv")
    ('ks2english', 'maths.csv|grade')
    """
    return f"{file}|{normal(heading)}" if file else normal(heading)


def read_answers(path: Path) -> Answers:
    """Read answers from a TOML file; FaultyFile where it is none.

    `[questions]` holds answers by key, `[meanings]` meanings by heading, and `[files."NAME"]` what is said of one file:
    `supplied_by`, `dated`, and `meanings` of its own.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        files = table.get("files", {})
        meanings = {
            heading_key(heading): str(text) for heading, text in table.get("meanings", {}).items()
        }
        for name, said in files.items():
            for heading, text in said.get("meanings", {}).items():
                meanings[heading_key(heading, file=name)] = str(text)
        return Answers(
            questions={key: str(value) for key, value in table.get("questions", {}).items()},
            meanings=meanings,
            supplied_by={name: str(said.get("supplied_by", "")) for name, said in files.items()},
            dated={name: str(said.get("dated", "")) for name, said in files.items()},
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as error:
        fault = Fault(file=path.name, rule="this is not a file of answers", remedy=_REMEDY)
        raise FaultyFile([fault]) from error
