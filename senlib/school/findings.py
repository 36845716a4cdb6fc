"""What comes up while a school's files are reviewed: faults, notes, and the questions that are the SENCO's to answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from senlib.school.faults import Fault
from senlib.school.file_answers import FileAnswers
from senlib.school.questions import Question


@dataclass
class Findings:
    """Faults and notes in the order in which they are met, and the questions by their keys, each with its answer."""

    answers: FileAnswers
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)

    def ask(self, question: Question) -> str:
        """Her answer to a question, else the proposal; the question becomes part of the review."""
        question = question.answered(self.answers.questions.get(question.key, ""))
        self.questions[question.key] = question
        return question.answer
