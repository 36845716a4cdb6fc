"""A review of files as the command line gives it: in words, or as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import pandas as pd

from senlib.measures.coverage import coverage, gaps
from senlib.school.faults import Fault, grouped
from senlib.school.headings import LEAVE_OUT, choices, label_of
from senlib.school.review import Review
from senlib.school.school import School, school_of


def as_json(review: Review) -> str:
    """One object: loads, pupils, results, columns, coverage, notes, questions and faults. No pupil's value is in it."""
    school = _school(review)
    table = coverage(school) if school else pd.DataFrame()
    report = {
        "loads": review.loads,
        "pupils": len(review.pupils),
        "results": len(review.results),
        "columns": list(map(asdict, review.columns)),
        "coverage": json.loads(table.to_json(orient="records")),
        "notes": [*review.notes, *(gaps(school) if school else [])],
        "questions": list(map(asdict, review.questions)),
        "faults": list(map(asdict, review.faults)),
    }
    return json.dumps(report, ensure_ascii=False, indent=1)


def faults_as_json(faults: Sequence[Fault]) -> str:
    """The object where there is no review, for the file of answers is at fault."""
    report: dict[str, object] = {"loads": False, "pupils": 0, "results": 0}
    for name in ("columns", "coverage", "notes", "questions"):
        report[name] = []
    report["faults"] = list(map(asdict, faults))
    return json.dumps(report, ensure_ascii=False, indent=1)


def in_words(review: Review) -> str:
    """The review as a text to read."""
    return "\n".join(_lines(review))


def counted(review: Review) -> str:
    """How many pupils and results there are, in words."""
    tables = {"pupil": review.pupils, "result": review.results}
    counts = [
        f"{len(table):,} {what}{'' if len(table) == 1 else 's'}"
        for what, table in tables.items()
    ]
    return " and ".join(counts)


def _lines(review: Review) -> Iterator[str]:
    school = _school(review)
    if school:
        yield f"{counted(review)}."
    else:
        yield "These files do not make a school yet. What to put right:"
        yield from _faults(review.stopping)
    left_out = [fault for fault in review.faults if not fault.stops]
    if left_out:
        yield "\nLeft out because it does not fit:"
        yield from _faults(left_out)
    if review.questions:
        yield "\nQuestions, with the suggested answer unless you give another with --answers:"
    for question in review.questions:
        yield f"- {question.key}: {question.text}"
        for value, words in question.options.items():
            yield f"    {'*' if value == question.answer else ' '} {value}: {words}"
    notes = [*review.notes, *(gaps(school) if school else [])]
    if notes:
        yield "\nNotes:"
    yield from (f"- {note}" for note in notes)
    yield from _columns(review)
    if school:
        yield "\nWhat is known:"
        yield coverage(school).to_string(index=False, na_rep="not known")


def _columns(review: Review) -> Iterator[str]:
    labels = choices(review.framework)
    file = None
    for column in review.columns:
        if column.file != file:
            file = column.file
            yield f"\nColumns of {file}:"
        meaning = label_of(column.meaning, labels) or "not recognised"
        if column.meaning == LEAVE_OUT:
            meaning = "left out"
        elif column.left_out:
            meaning = f"left out ({meaning})"
        yield f"- {column.heading}: {meaning}; {column.holds}"


def _faults(faults: list[Fault]) -> Iterator[str]:
    for group in grouped(faults):
        yield f"- {group.place(most=len(group.rows))}: {group.rule}. {group.remedy}"


def _school(review: Review) -> School | None:
    return school_of(review, name="") if review.loads else None
