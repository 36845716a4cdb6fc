"""What she says of her files while they are reviewed, and what she said of earlier ones: meanings, answers, suppliers, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from senlib.school.file_answers import FileAnswers, heading_key
from senlib.school.headings import LEAVE_OUT
from senlib.school.questions import Question
from senlib.school.reading import ReviewedColumn
from senlib.school.review import Review
from senlib.school.school import School, school_of

# Answers that hold for the files of one day: they are asked anew of a later list with the same name.
_OF_THE_DAY = ("now_date:", "school_year:")


@dataclass(frozen=True)
class Before:
    """What she said of earlier files: meanings by heading_key, answers to questions by key, and who supplied which file."""

    meanings: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    supplied_by: Mapping[str, str] = field(default_factory=dict)

    def lasting(self) -> Before:
        """What still holds of it."""
        questions = {
            key: answer
            for key, answer in self.questions.items()
            if answer and not key.startswith(_OF_THE_DAY)
        }
        meanings = {key: meaning for key, meaning in self.meanings.items() if meaning}
        return replace(self, meanings=meanings, questions=questions)


class FileStatements:
    """What was said of the files under review, and before of earlier ones."""

    def __init__(self, before: Before) -> None:
        self.before = before
        self.meanings: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.supplied_by: dict[str, str] = {}
        self.dated: dict[str, str] = {}
        self._headings: dict[str, str] = {}

    def mean(self, column: ReviewedColumn, meaning: str) -> None:
        """Say what a column means."""
        key = heading_key(column.heading, file=column.file)
        self.meanings[key] = meaning
        self._headings[key] = column.heading

    def supplier(self, file: str) -> str:
        """Who supplied a file; '' where nobody said so."""
        earlier = self.before.supplied_by.get(file, "")
        return self.supplied_by.get(file, earlier)

    def file_answers(self, files: Sequence[str]) -> FileAnswers:
        """All of it, as the reading of these files takes it."""
        before = self.before
        return FileAnswers(
            questions={**before.questions, **self.answers},
            meanings={**before.meanings, **self.meanings},
            supplied_by={name: self.supplier(name) for name in files},
            dated={name: text for name, text in self.dated.items() if text},
        )

    def whose_answer(self, question: Question) -> str:
        """Whose answer stands at a question."""
        key, answer = question.key, question.answer
        if self.answers.get(key) == answer:
            return "your answer"
        if self.before.questions.get(key) == answer:
            return "your earlier answer"
        return "suggested"

    def whose_meaning(self, column: ReviewedColumn) -> str:
        """By whose choice a column means what it means; '' where the workbook recognised it."""
        key = heading_key(column.heading, file=column.file)
        if key in self.meanings:
            return "your choice"
        earlier = self.before.meanings
        plain = heading_key(column.heading)
        choices = earlier.get(key), earlier.get(plain)
        if column.meaning and column.meaning in choices:
            return "your earlier choice"
        return ""

    def to_remember(self, columns: Sequence[ReviewedColumn]) -> dict[str, str]:
        """Meanings by key, for later files. A heading that means the same in all files is remembered for any."""
        of_heading: dict[str, set[str]] = {}
        for column in columns:
            key = heading_key(column.heading)
            of_heading.setdefault(key, set())
            of_heading[key].add(column.meaning)
        remembered: dict[str, str] = {}
        for key, meaning in self.meanings.items():
            plain = heading_key(self._headings[key])
            meanings = of_heading.get(plain, set())
            if meanings <= {meaning}:
                # One that was said for a file alone, too, would go before it.
                remembered |= {plain: meaning, key: ""}
            else:
                remembered[key] = meaning
        return remembered

    @property
    def headings_as_written(self) -> dict[str, str]:
        """By the same keys, how each heading is written."""
        plain = {heading_key(text): text for text in self._headings.values()}
        return self._headings | plain

    def school(self, review: Review, *, name: str) -> School:
        """The school that was read, with all that was said of it."""
        sources = []
        for source in review.sources:
            supplier = self.supplier(source.file)
            sources.append(replace(source, supplied_by=supplier))
        meanings = []
        for column in review.columns:
            meaning = LEAVE_OUT if column.left_out else column.meaning
            meanings.append((column.file, column.heading, meaning))
        school = school_of(review, name=name)
        return replace(school, sources=tuple(sources), meanings=tuple(meanings))
