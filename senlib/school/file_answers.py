"""What she has said of her files: what headings mean, answers to questions, and who supplied each list."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from senlib.school.faults import Fault, FaultyFile
from senlib.school.headings import possible as possible_meaning
from senlib.school.schema import normal

if TYPE_CHECKING:
    from senlib.school.review import Review

_PARTS = ("questions", "meanings", "files")
_OF_FILE = ("supplied_by", "dated", "meanings")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_REMEDY = (
    'Write [questions] and [meanings], each line as key = "value", and for one file alone [files."NAME"] with '
    "supplied_by, dated and meanings."
)


@dataclass(frozen=True)
class FileAnswers:
    """Answers by the question's key, and meanings by heading, as `heading_key` writes it.

    A meaning is for every file that has the heading, or for one file alone where its name stands before it. `supplied_by` and
    `dated` say for a file who made the list and when.

    >>> answers = FileAnswers(meanings={heading_key("Grade"): "leave out", heading_key("Grade", file="a.csv"): "row:result"})
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


def not_used(answers: FileAnswers, review: Review) -> list[str]:
    """A sentence on each answer that made no difference: to a question that is not asked, or none of its answers; a meaning of
    a heading that is not there, or that is none; a file that was not chosen."""
    asked = {question.key: question for question in review.questions}
    told = []
    for key, answer in answers.questions.items():
        if key not in asked:
            told.append(
                f"The answer to ‘{key}’ was not used: these files do not ask it."
            )
        elif asked[key].answer != answer:
            possible = ", ".join(asked[key].options)
            told.append(
                f"The answer to ‘{key}’ was not used: it is not one of {possible}."
            )
    headings = {heading_key(column.heading) for column in review.columns}
    headings |= {
        heading_key(column.heading, file=column.file) for column in review.columns
    }
    for key, meaning in answers.meanings.items():
        if key not in headings:
            told.append(
                f"The meaning of ‘{key}’ was not used: no file has that heading."
            )
        elif not possible_meaning(meaning, review.framework):
            told.append(
                f"The meaning of ‘{key}’ was not used: ‘{meaning}’ is not a meaning."
            )
    files = {source.file for source in review.sources}
    named = dict.fromkeys([*answers.supplied_by, *answers.dated])
    told += [
        f"What is said about {name} was not used: it is not one of the files."
        for name in named
        if name not in files
    ]
    return told


def read_answers(path: Path) -> FileAnswers:
    """Read answers from a TOML file; FaultyFile where it is none.

    `[questions]` holds answers by key, `[meanings]` meanings by heading, and `[files."NAME"]` what is said of one file:
    `supplied_by`, `dated`, and `meanings` of its own.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        files = table.get("files", {})
        for keys, known in [
            (table, _PARTS),
            *((said, _OF_FILE) for said in files.values()),
        ]:
            if unknown := sorted(set(keys) - set(known)):
                fault = Fault(
                    file=path.name,
                    rule=f"‘{unknown[0]}’ is not a part of a file of answers",
                    remedy=_REMEDY,
                )
                raise FaultyFile([fault])
        meanings = {
            heading_key(heading): str(text)
            for heading, text in table.get("meanings", {}).items()
        }
        for name, said in files.items():
            for heading, text in said.get("meanings", {}).items():
                meanings[heading_key(heading, file=name)] = str(text)
        return FileAnswers(
            questions={
                key: str(value) for key, value in table.get("questions", {}).items()
            },
            meanings=meanings,
            supplied_by={
                name: str(said.get("supplied_by", "")) for name, said in files.items()
            },
            dated={name: str(said.get("dated", "")) for name, said in files.items()},
        )
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        AttributeError,
        TypeError,
    ) as error:
        fault = Fault(
            file=path.name, rule="this is not a file of answers", remedy=_REMEDY
        )
        raise FaultyFile([fault]) from error
