"""What she says of her files while they are reviewed, and what she said of earlier ones: meanings, answers, suppliers, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from senlib.school.file_answers import FileAnswers, heading_key
from senlib.school.headings import LEAVE_OUT
from senlib.school.questions import Question
from senlib.school.reading import ReviewedColumn
from senlib.school.review import Review
from senlib.school.school import School

# Answers that hold for the files of one day: they are asked anew of a later list with the same name.
_OF_THE_DAY = ("now_date:", "school_year:")


@dataclass(frozen=True)
class Before:
    """What she said of earlier files: meanings by heading_key, answers to questions by key, and who supplied which file."""

    meanings: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    supplied_by: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        meanings: Mapping[str, str],
        answers: Mapping[str, str],
        supplied_by: Mapping[str, str],
    ) -> Before:
        """What still holds of it."""
        lasting = {
            key: text
            for key, text in answers.items()
            if not key.startswith(_OF_THE_DAY) and text
        }
        return cls(
            {key: text for key, text in meanings.items() if text}, lasting, supplied_by
        )


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
        self.meanings[key], self._headings[key] = meaning, column.heading

    def supplier(self, file: str) -> str:
        """Who supplied a file; '' where nobody said so."""
        return self.supplied_by.get(file, self.before.supplied_by.get(file, ""))

    def file_answers(self, files: Sequence[str]) -> FileAnswers:
        """All of it, as the reading of these files takes it."""
        return FileAnswers(
            questions={**self.before.questions, **self.answers},
            meanings={**self.before.meanings, **self.meanings},
            supplied_by={name: self.supplier(name) for name in files},
            dated={name: text for name, text in self.dated.items() if text},
        )

    def whose_answer(self, question: Question) -> str:
        """Whose answer stands at a question."""
        if self.answers.get(question.key) == question.answer:
            return "your answer"
        if self.before.questions.get(question.key) == question.answer:
            return "your earlier answer"
        return "suggested"

    def whose_meaning(self, column: ReviewedColumn) -> str:
        """By whose choice a column means what it means; '' where the workbook recognised it."""
        key = heading_key(column.heading, file=column.file)
        if key in self.meanings:
            return "your choice"
        earlier = self.before.meanings
        plain = heading_key(column.heading)
        if column.meaning and column.meaning in (earlier.get(key), earlier.get(plain)):
            return "your earlier choice"
        return ""

    def to_remember(self, columns: Sequence[ReviewedColumn]) -> dict[str, str]:
        """Meanings by key, for later files. A heading that means the same in all files is remembered for any."""
        of_heading: dict[str, set[str]] = {}
        for column in columns:
            meanings = of_heading.setdefault(heading_key(column.heading), set())
            meanings.add(column.meaning)
        remembered: dict[str, str] = {}
        for key, meaning in self.meanings.items():
            plain = heading_key(self._headings[key])
            alike = of_heading.get(plain, {meaning}) == {meaning}
            # One that was said for a file alone, too, would go before it.
            remembered |= {plain: meaning, key: ""} if alike else {key: meaning}
        return remembered

    @property
    def headings_as_written(self) -> dict[str, str]:
        """By the same keys, how each heading is written."""
        plain = {heading_key(text): text for text in self._headings.values()}
        return self._headings | plain

    def school(self, review: Review, *, name: str) -> School:
        """The school that was read, with all that was said of it."""
        sources = tuple(
            replace(
                source,
                supplied_by=self.supplier(source.file),
                dated=self.dated.get(source.file, ""),
            )
            for source in review.sources
        )
        meanings = tuple(
            (
                column.file,
                column.heading,
                LEAVE_OUT if column.left_out else column.meaning,
            )
            for column in review.columns
        )
        return School(
            name=name,
            framework=review.framework,
            academic_year=review.academic_year,
            pupils=review.pupils,
            results=review.results,
            answers={question.key: question.answer for question in review.questions},
            sources=sources,
            meanings=meanings,
            notes=review.notes,
        )
