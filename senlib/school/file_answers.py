"""What she has said of her files: what headings mean, answers to questions, and who supplied each list."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senlib.school.column_texts import normal
from senlib.school.files import fault
from senlib.school.headings import possible as possible_meaning

if TYPE_CHECKING:
    from senlib.school.review import Review

_PARTS = ("questions", "meanings", "files")
_OF_FILE = ("supplied_by", "dated", "meanings")
_REMEDY = (
    'Write [questions] and [meanings], each line as key = "value", and for one file alone [files."NAME"] with '
    "supplied_by, dated and meanings."
)


Texts = Mapping[str, str]
Table = Mapping[str, Any]


@dataclass(frozen=True)
class FileAnswers:
    """Answers by the question's key, and meanings by heading, as `heading_key` writes it.

    A meaning is for every file that has the heading, or for one file alone where its name stands before it. `supplied_by` and
    `dated` say for a file who made the list and when.

    >>> answers = FileAnswers(meanings={heading_key("Grade"): "leave out", heading_key("Grade", file="a.csv"): "row:result"})
    >>> answers.meaning("GRADE", file="a.csv"), answers.meaning("Grade", file="b.csv"), answers.meaning("Year", file="a.csv")
    ('row:result', 'leave out', '')
    """

    questions: Texts = field(default_factory=dict)
    meanings: Texts = field(default_factory=dict)
    supplied_by: Texts = field(default_factory=dict)
    dated: Texts = field(default_factory=dict)

    def meaning(self, heading: str, *, file: str) -> str:
        """What she said that a heading means; '' where she said nothing."""
        in_file = heading_key(heading, file=file)
        everywhere = heading_key(heading)
        return self.meanings.get(in_file) or self.meanings.get(everywhere, "")


def heading_key(heading: str, *, file: str = "") -> str:
    """The key under which a heading's meaning is kept.

    >>> heading_key(" KS2 English "), heading_key("Grade", file="maths.csv")
    ('ks2english', 'maths.csv|grade')
    """
    return f"{file}|{normal(heading)}" if file else normal(heading)


def not_used(answers: FileAnswers, review: Review) -> list[str]:
    """A sentence on each answer that made no difference: to a question that is not asked, or none of its answers; a meaning of
    a heading that is not there, or that is none; a file that was not chosen."""
    sentences = []
    questions = {question.key: question for question in review.questions}
    for key, answer in answers.questions.items():
        if key not in questions:
            reason = "these files do not ask it"
        elif questions[key].answer != answer:
            reason = f"it is not one of {', '.join(questions[key].options)}"
        else:
            continue
        sentences.append(f"The answer to ‘{key}’ was not used: {reason}.")
    headings: set[str] = set()
    for column in review.columns:
        own = heading_key(column.heading, file=column.file)
        headings |= {own, heading_key(column.heading)}
    for key, meaning in answers.meanings.items():
        if key not in headings:
            reason = "no file has that heading"
        elif not possible_meaning(meaning, review.framework):
            reason = f"‘{meaning}’ is not a meaning"
        else:
            continue
        sentences.append(f"The meaning of ‘{key}’ was not used: {reason}.")
    files = {source.file for source in review.sources}
    named = dict.fromkeys([*answers.supplied_by, *answers.dated])
    return sentences + [
        f"What is said about {name} was not used: it is not one of the files."
        for name in named
        if name not in files
    ]


def read_answers(path: Path) -> FileAnswers:
    """Read answers from a TOML file; FaultyFile where it is none.

    `[questions]` holds answers by key, `[meanings]` meanings by heading, and `[files."NAME"]` what is said of one file:
    `supplied_by`, `dated`, and `meanings` of its own.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return _answers(table, path.name)
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        AttributeError,
        TypeError,
    ) as error:
        rule = "this is not a file of answers"
        raise fault(path.name, rule, _REMEDY) from error


def _answers(table: Table, file: str) -> FileAnswers:
    of_files = table.get("files", {})
    unknown = set(table) - set(_PARTS)
    for part in of_files.values():
        unknown = unknown or set(part) - set(_OF_FILE)
    if unknown:
        rule = f"‘{min(unknown)}’ is not a part of a file of answers"
        raise fault(file, rule, _REMEDY)
    meanings = _meanings(table)
    for name, part in of_files.items():
        meanings |= _meanings(part, name)
    questions = table.get("questions", {}).items()
    return FileAnswers(
        questions={key: str(value) for key, value in questions},
        meanings=meanings,
        supplied_by=_of_files(of_files, "supplied_by"),
        dated=_of_files(of_files, "dated"),
    )


def _meanings(table: Table, file: str = "") -> dict[str, str]:
    meanings = table.get("meanings", {}).items()
    return {heading_key(heading, file=file): str(text) for heading, text in meanings}


def _of_files(of_files: Table, key: str) -> dict[str, str]:
    return {name: str(part.get(key, "")) for name, part in of_files.items()}
