"""What the review of files says: how much was read, what is wrong, what else was noticed, and what the files cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from senlib.measures.coverage import coverage, gaps
from senlib.pages.kit import layout
from senlib.school.faults import FaultGroup, grouped
from senlib.school.headings import label_of
from senlib.school.reading import ReviewedColumn
from senlib.school.review import Review
from senlib.school.school import School
from senlib.text import joined, one_line, upper_first

_MOST_NOTES, _MOST_NAMED = 6, 5

_BY = {"year_group": "By year group", "leaving_year": "By leaving year"}
_COVERED = {
    "pupils": "Pupils",
    "sen": "SEN",
    "no_sen": "No SEN",
    "sen_blank": "SEN not known",
    "need": "Need known",
    "start_both": "Start known",
    "start_one": "Start: one paper",
    "start_below": "Start: below the test",
    "start_none": "Start not known",
    "now": "Current result",
    "now_dated": "Current result, dated",
}

_GROUPS = {
    "pupil": "About the pupil",
    "result": "Results",
    "row": "A table with one result per row",
}


def in_short(review: Review, *, files: int) -> str:
    """How much was read, or how many things stop the school from being opened."""
    if not review.loads:
        number = len(grouped(review.stopping))
        stops = "One thing stops" if number == 1 else f"{number:,} things stop"
        return f"{stops} you opening this school. Nothing is kept yet."
    pupils = many(len(review.pupils), "pupil")
    filled = review.results["result"].astype(str) != ""
    results = many(int(filled.sum()), "result")
    return f"{pupils} and {results} in {many(files, 'file')}. Nothing is kept yet."


def what_to_do(review: Review) -> str:
    """What is next to do with the files."""
    if not review.loads:
        return "Choose what to do below, or correct the file and choose it again. The school that is open stays open."
    number = len(review.questions)
    if not number:
        return "If it looks right, press ‘Open this school’."
    questions = "the question" if number == 1 else f"the {number:,} questions"
    return f"Answer {questions} below, then press ‘Open this school’."


def fault_item(group: FaultGroup) -> str:
    """A kind of fault as an item of a list: its place, the rule and the remedy."""
    return f"<li><strong>{escape(group.place())}</strong>: {escape(group.rule)}. {escape(group.remedy)}</li>"


def what_else(review: Review) -> str:
    """What else was noticed, the first few of it in sight; '' where nothing was."""
    lighter = [fault for fault in review.faults if not fault.stops]
    items = [fault_item(group) for group in grouped(lighter)]
    items += [f"<li>{layout.words(note)}</li>" for note in review.notes]
    if not items:
        return ""
    first, rest = items[:_MOST_NOTES], items[_MOST_NOTES:]
    html = layout.heading("What else we noticed", level=4)
    html += f"<ul>{''.join(first)}</ul>"
    if rest:
        html += layout.folded(f"{len(rest):,} more", f"<ul>{''.join(rest)}</ul>")
    return html


def what_is_covered(school: School) -> str:
    """What is known of the pupils, year by year, and what each gap means."""
    html = layout.heading("What your files cover", level=4)
    items = "".join(f"<li>{layout.words(sentence)}</li>" for sentence in gaps(school))
    if items:
        html += f"<ul>{items}</ul>"
    table = coverage(school)
    for by, title in _BY.items():
        part = table[table["by"] == by]
        if len(part):
            html += _coverage_table(part, title)
    return html + layout.how_to_read("what_is_known")


def _coverage_table(part: pd.DataFrame, title: str) -> str:
    """How many pupils there is each thing of; what there is none of at all is no column."""
    outcomes = {
        name: name.partition(":")[2] for name in part if name.startswith("outcome:")
    }
    columns = {
        name: label
        for name, label in (_COVERED | outcomes).items()
        if name == "pupils" or (name in part and part[name].sum() > 0)
    }
    by_year = part["by"].iloc[0] == "year_group"
    years = part["value"].astype(str).replace("<NA>", "Not known")
    part = part.assign(value=years)
    first = {"value": "Year" if by_year else "Leaving in"}
    return layout.plain_table(part, caption=title, columns=first | columns)


def columns_title(review: Review) -> str:
    """The heading above the columns, and how many of them were not recognised."""
    title = layout.heading("What each column holds", level=4)
    if review.unmatched:
        return title + layout.answer(_not_recognised(review.unmatched))
    if review.columns:
        return title + layout.note(
            "Every column was recognised. Change any that is wrong."
        )
    return title


def _not_recognised(columns: Sequence[ReviewedColumn]) -> str:
    names = [f"‘{one_line(one.heading, most=40)}’" for one in columns]
    if len(names) == 1:
        return f"One column was not recognised and is left out: {names[0]}. If you need it, choose what it holds."
    more = len(names) - _MOST_NAMED
    last = f"{more:,} more" if more > 0 else names.pop()
    words = f"{', '.join(names[:_MOST_NAMED])} and {last}"
    return f"{len(columns):,} columns were not recognised and are left out: {words}. If you need any of them, choose what they hold."


def column_row(
    id: str, column: ReviewedColumn, labels: Mapping[str, str], *, whose: str
) -> dict[str, str]:
    """A column as ColumnReview takes it; `whose` is by whose choice it means what it means, '' where it was recognised."""
    state = "used" if column.meaning else "not recognised"
    if column.meaning and column.left_out:
        state = "left out"
    remark = joined(column.remark, whose, sep="; ")
    return {
        "id": id,
        "heading": column.heading,
        "meaning": column.meaning,
        "label": label_of(column.meaning, labels),
        "state": state,
        "holds": column.holds,
        "remark": f"{upper_first(remark)}." if remark else "",
    }


def grouped_choices(labels: Mapping[str, str]) -> list[list]:
    """The meanings that can be chosen, in groups, as ColumnReview takes them.

    >>> grouped_choices({"leave out": "Leave out", "pupil:need": "Need", "pupil:sex": "Sex"})
    [['', [['leave out', 'Leave out']]], ['About the pupil', [['pupil:need', 'Need'], ['pupil:sex', 'Sex']]]]
    """
    groups: dict[str, list[list[str]]] = {}
    for key, label in labels.items():
        kind = key.partition(":")[0]
        groups.setdefault(_GROUPS.get(kind, ""), []).append([key, label])
    return [[name, pairs] for name, pairs in groups.items()]


def many(number: int, what: str) -> str:
    """A number of things: '1 pupil', '2 pupils'."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
