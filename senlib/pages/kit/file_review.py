"""What was made of a school's files, before anything is kept: she looks, corrects, sees it counted anew, and opens the school."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

import ipywidgets as widgets
import pandas as pd

from senlib.frameworks import Framework
from senlib.measures.coverage import coverage, gaps
from senlib.pages.kit import layout
from senlib.school.faults import FaultGroup, grouped
from senlib.school.file_answers import FileAnswers, heading_key
from senlib.school.files import NamedFile
from senlib.school.headings import LEAVE_OUT, choices, label_of
from senlib.school.questions import Question
from senlib.school.reading import ReviewedColumn
from senlib.school.review import Review, review_files
from senlib.school.school import School
from senlib.widgets import ChosenFile, ColumnReview, FileChooser

# What can be chosen as a school's files.
KINDS = ".csv,.txt,.xlsx,.xlsm,.xls,.xml,.htm,.html"
# The largest file: a hundred thousand pupils in one sheet.
LARGEST = 60 * 1024**2

# Known to column_review.js: what is brought into view as a whole, and what is next to do in it.
IN_VIEW, NEXT = "sl-review", "sl-review-next"

# Files that are counted as fast as this are counted anew at each change.
_AT_ONCE_SECONDS = 2.0
_MOST_PLACES, _MOST_NOTES, _MOST_NAMED = 12, 6, 5

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


class ReviewPanel:
    """'What we made of your files'. A test drives it without a browser.

    Nothing is kept here: whoever made it is called by `open_school` with the review when she presses 'Open this school', and by
    `put_away` when she does not want it. `tell` is told in words how far the counting is.
    """

    def __init__(
        self,
        *,
        tell: Callable[[str], None],
        open_school: Callable[[], None],
        put_away: Callable[[], None],
    ) -> None:
        self._tell, self._open_school, self._put_away = tell, open_school, put_away
        self.title, self.told = layout.html(""), layout.html("")
        self.refused = layout.html("")
        self.open = widgets.Button(
            description="Open this school", button_style="primary"
        )
        self.again = widgets.Button(description="Count again")
        self.away = widgets.Button(description="Do not open it")
        # The same again where she has looked through all of it, under a name of its own.
        self.open_below = widgets.Button(description="Open it", button_style="primary")
        for button in (self.open, self.open_below):
            button.on_click(lambda _: self.open_it())
        self.again.on_click(lambda _: self.count())
        self.away.on_click(lambda _: self._put_away())
        self.faults, self.questions = widgets.VBox([]), widgets.VBox([])
        self.noticed, self.covered = layout.html(""), layout.html("")
        self.columns_title = layout.html("")
        self.columns = ColumnReview()
        self.columns.on_changes(self.change)
        self.more = FileChooser(
            label="Add more files to these", accept=KINDS, limit=LARGEST
        )
        self.more.on_files(self.add)
        # Pieces stay where they are and are hidden when empty, so that none that has the focus is drawn anew.
        self._pieces = [
            self.title,
            self.told,
            self.refused,
            layout.controls(self.open, self.again, self.away),
            self.faults,
            self.questions,
            self.noticed,
            self.covered,
            self.columns_title,
            self.columns,
            self.more,
            self.open_below,
        ]
        self.box = widgets.VBox([])
        self.box.add_class(IN_VIEW)
        self.put_down()

    def put_down(self) -> None:
        """Let go of the files and of what was said of them."""
        self.files: list[NamedFile] = []
        self.review: Review | None = None
        self.before = Before()
        self._meanings: dict[str, str] = {}
        self._headings: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._supplied: dict[str, str] = {}
        self._dated: dict[str, str] = {}
        self._asked: dict[str, widgets.Dropdown] = {}
        self._places: dict[str, ReviewedColumn] = {}
        self._counted, self._seconds = True, 0.0
        self.refused.value = ""
        self.box.children = []

    # -- what a test can do as a person would --

    def begin(
        self,
        chosen: Sequence[ChosenFile],
        *,
        framework: Framework,
        year: int,
        before: Before,
    ) -> None:
        """Read files, and show what was made of them."""
        self.put_down()
        self.files = [
            NamedFile(name=file.name, content=file.content) for file in chosen
        ]
        self.framework, self.year, self.before = framework, year, before
        self.count()
        self.columns.show()

    def add(self, chosen: Sequence[ChosenFile]) -> None:
        """Read more files with these; one of the same name takes the other's place."""
        added = {
            file.name: NamedFile(name=file.name, content=file.content)
            for file in chosen
        }
        self.files = [added.pop(file.name, file) for file in self.files] + [
            *added.values()
        ]
        self.count()
        self.more.message = _read_too(len(chosen))

    def read_by(self, *, framework: Framework, year: int) -> None:
        """Read the files by another yardstick, or as those of another school year."""
        if self.files and (framework.name, year) != (self.framework.name, self.year):
            self.framework, self.year = framework, year
            self._changed()

    def remember(self, before: Before) -> None:
        """Go by this from now on, for it was changed elsewhere on the page."""
        if self.files:
            self.before = before
            self._changed()

    def change(self, changes: Sequence[Mapping[str, str]]) -> None:
        """Take changes to columns, and what is said of files."""
        for change in changes:
            if "id" in change:
                self._say(self._places[change["id"]], change["value"])
            elif change["name"] == "dated":
                self._dated[change["file"]] = change["value"]
            else:
                self._supplied[change["file"]] = change["value"].strip()
        # Who supplied a list changes nothing that is counted.
        if any("id" in change or change["name"] == "dated" for change in changes):
            self._changed()

    def leave_out(self, column: ReviewedColumn) -> None:
        """Leave a column out."""
        self._say(column, LEAVE_OUT)
        self._changed()

    def leave_out_file(self, name: str) -> None:
        """Go on without a file."""
        self.files = [file for file in self.files if file.name != name]
        if self.files:
            self.count()
        else:
            self._put_away()

    def answer(self, key: str, value: str) -> None:
        """Answer a question."""
        if value is not None and self.review and self._question(key).answer != value:
            self._answers[key] = value
            self._changed()

    def open_it(self) -> None:
        """Open the school, counted as she sees it."""
        if not self._counted:
            self.count()
        if self.review.loads:
            self._open_school()

    def count(self) -> None:
        """Read the files anew with all she has said."""
        start = time.monotonic()
        self.review = review_files(
            self.files,
            framework=self.framework,
            answers=self._said(),
            academic_year=self.year,
            progress=self._progress,
        )
        self._counted, self.refused.value = True, ""
        self._progress("Counting pupils and results")
        self._show()
        self._seconds = time.monotonic() - start

    def refuse(self, text: str) -> None:
        """Say why it could not be opened."""
        self.refused.value = layout.trouble_line(text)
        self.refused.layout.display = None

    # -- what comes of it --

    @property
    def said_of_headings(self) -> dict[str, str]:
        """What is to be remembered: meanings by key. A heading that means the same in all files is remembered for any."""
        of_heading: dict[str, set[str]] = {}
        for column in self.review.columns:
            of_heading.setdefault(heading_key(column.heading), set()).add(
                column.meaning
            )
        remembered = {}
        for key, meaning in self._meanings.items():
            plain = heading_key(self._headings[key])
            one = of_heading.get(plain, {meaning}) == {meaning}
            # One that was said for a file alone, too, would go before it.
            remembered |= {plain: meaning, key: ""} if one else {key: meaning}
        return remembered

    @property
    def headings_as_written(self) -> dict[str, str]:
        """By the same keys, how each heading is written."""
        return self._headings | {
            heading_key(text): text for text in self._headings.values()
        }

    def school(self, name: str) -> School:
        """The school that was read, with all that was said of it."""
        review = self.review
        sources = tuple(
            replace(
                one,
                supplied_by=self._supplier(one.file),
                dated=self._dated.get(one.file, ""),
            )
            for one in review.sources
        )
        return School(
            name=name,
            framework=review.framework,
            academic_year=review.academic_year,
            pupils=review.pupils,
            results=review.results,
            answers={question.key: question.answer for question in review.questions},
            sources=sources,
            meanings=tuple(
                (
                    column.file,
                    column.heading,
                    LEAVE_OUT if column.left_out else column.meaning,
                )
                for column in review.columns
            ),
            notes=review.notes,
        )

    def _said(self) -> FileAnswers:
        return FileAnswers(
            questions={**self.before.questions, **self._answers},
            meanings={**self.before.meanings, **self._meanings},
            supplied_by={file.name: self._supplier(file.name) for file in self.files},
            dated={name: text for name, text in self._dated.items() if text},
        )

    def _supplier(self, file: str) -> str:
        return self._supplied.get(file, self.before.supplied_by.get(file, ""))

    def _say(self, column: ReviewedColumn, meaning: str) -> None:
        key = heading_key(column.heading, file=column.file)
        self._meanings[key], self._headings[key] = meaning, column.heading

    def _changed(self) -> None:
        """Count anew at once where that is quick; else say that it is still to be done."""
        if self._seconds <= _AT_ONCE_SECONDS:
            self.count()
            return
        self._counted = False
        self._show_told()
        self._show_actions()

    def _progress(self, words: str) -> None:
        self._tell(words)
        if self.box.children:
            self.told.value = layout.answer(f"{words} …")

    # -- what is shown --

    def _show(self) -> None:
        # By file and place in it, so that what the page sends is never taken for a column of another file.
        self._places = {}
        for column in self.review.columns:
            before = sum(one.file == column.file for one in self._places.values())
            self._places[f"{column.file}|{before}"] = column
        self.title.value = layout.heading("What we made of your files", level=3)
        self._show_told()
        self._show_faults()
        self._show_questions()
        self._show_noticed()
        self._show_covered()
        self._show_columns()
        self._show_actions()
        tell = self._sentence()
        self._tell(tell)

    def _show_actions(self) -> None:
        """What can be pressed now. Where something stops it, 'Open this school' cannot, and the sentence above says why."""
        stopped = not self.review.loads and self._counted
        self.open.disabled = self.open_below.disabled = stopped
        self.again.layout.display = "none" if self._counted else None
        for part in (
            self.refused,
            self.faults,
            self.questions,
            self.noticed,
            self.covered,
        ):
            held = part.children if isinstance(part, widgets.VBox) else part.value
            part.layout.display = None if held else "none"
        self._point_to_next()
        self.box.children = self._pieces

    def _point_to_next(self) -> None:
        """Mark what is next to do, which has the focus when its button before is gone."""
        buttons = [
            button
            for place in self.faults.children
            if isinstance(place, widgets.VBox)
            for row in place.children[1:]
            for button in row.children
        ]
        first = buttons[0] if buttons else self.open
        for button in (self.open, *buttons):
            (button.add_class if button is first else button.remove_class)(NEXT)

    def _sentence(self) -> str:
        review, files = self.review, _many(len(self.files), "file")
        if not review.loads:
            number = len(grouped([fault for fault in review.faults if fault.stops]))
            stops = "One thing stops" if number == 1 else f"{number:,} things stop"
            return f"{stops} you opening this school. Nothing is kept yet."
        pupils = _many(len(review.pupils), "pupil")
        results = _many(
            int((review.results["result"].astype(str) != "").sum()), "result"
        )
        return f"{pupils} and {results} in {files}. Nothing is kept yet."

    def _show_told(self) -> None:
        review = self.review
        if not self._counted:
            self.told.value = layout.answer(
                "You have made a change that is not counted yet. Press ‘Count again’ to see the result, or "
                "‘Open this school’."
            )
            return
        if review.loads:
            number = len(review.questions)
            asked = (
                "Answer the question"
                if number == 1
                else f"Answer the {number:,} questions"
            )
            do = f"{asked} below, then press ‘Open this school’." if number else ""
            do = do or "If it looks right, press ‘Open this school’."
        else:
            do = "Choose what to do below, or correct the file and choose it again. The school that is open stays open."
        self.told.value = layout.answer(self._sentence()) + layout.note(do)

    def _show_faults(self) -> None:
        stopping = [fault for fault in self.review.faults if fault.stops]
        if not stopping:
            self.faults.children = []
            return
        places: dict[tuple[str, str | None], list[FaultGroup]] = {}
        for group in grouped(stopping):
            places.setdefault((group.file, group.column), []).append(group)
        shown = [*places.items()][:_MOST_PLACES]
        parts = [layout.html(layout.heading("What to put right", level=4))]
        for (file, column), groups in shown:
            parts.append(self._fault(file, column, groups))
        if len(places) > len(shown):
            more = f"{len(places) - len(shown):,} more will be shown when these are put right."
            parts.append(layout.html(layout.note(more)))
        self.faults.children = parts

    def _fault(
        self, file: str, heading: str | None, groups: Sequence[FaultGroup]
    ) -> widgets.VBox:
        """The faults of one column, or of a file as a whole, with what can be done about them."""
        items = "".join(_fault_item(group) for group in groups)
        told = layout.html(f'<div class="sl-fault"><ul>{items}</ul></div>')
        own = {id: column for id, column in self._places.items() if column.file == file}
        id = next((id for id, column in own.items() if column.heading == heading), "")
        buttons = []
        if id:
            column = own[id]
            out = widgets.Button(description="Leave this column out")
            out.on_click(
                lambda _: self._after_leaving_out(lambda: self.leave_out(column))
            )
            other = widgets.Button(description="It holds something else")
            other.on_click(lambda _: self.columns.point_to(id))
            for button, what in ((out, "Leave out"), (other, "Say what it holds:")):
                button.tooltip = f"{what} {heading}, {file}"
            buttons = [out, other]
        else:
            name = self._file_of(file)
            if own:
                first = next(
                    (id for id, column in own.items() if not column.meaning), [*own][0]
                )
                say = widgets.Button(description="Say what the columns hold")
                say.tooltip = f"Say what the columns hold: {file}"
                say.on_click(lambda _: self.columns.point_to(first))
                buttons.append(say)
            if name and len(self.files) > 1:
                without = widgets.Button(description="Leave this file out")
                without.tooltip = f"Leave out {file}"
                without.on_click(
                    lambda _: self._after_leaving_out(lambda: self.leave_out_file(name))
                )
                buttons.append(without)
        return widgets.VBox([told, layout.controls(*buttons)] if buttons else [told])

    def _after_leaving_out(self, leave: Callable[[], None]) -> None:
        """Leave something out, and have the focus go on to what is next, for its button is gone."""
        leave()
        self.columns.catch_focus()

    def _file_of(self, table: str) -> str:
        """The name of the file that a table is in; a workbook's tables are named after it and their sheets."""
        names = [file.name for file in self.files]
        found = [
            name
            for name in names
            if table == name or table.startswith(f"{name}, sheet")
        ]
        return max(found, key=len, default="")

    def _question(self, key: str) -> Question:
        return next(one for one in self.review.questions if one.key == key)

    def _show_questions(self) -> None:
        asked = self.review.questions
        kept = {}
        for question in asked:
            options = [(label, key) for key, label in question.options.items()]
            box = self._asked.get(question.key)
            if box is None:
                box = layout.choice(question.text, options, question.answer)
                box.add_class("sl-question-asked")
                box.observe(
                    lambda change, key=question.key: self.answer(key, change["new"]),
                    "value",
                )
            said = self._said_of(question)
            with box.hold_trait_notifications():
                box.description = f"{question.text} ({said})"
                if list(box.options) != options:
                    box.options = options
                box.value = question.answer
            kept[question.key] = box
        self._asked = kept
        if not kept:
            self.questions.children = []
            return
        if [*self.questions.children[1:]] != [*kept.values()]:
            title = layout.html(layout.heading("Questions for you", level=4))
            self.questions.children = [title, *kept.values()]

    def _said_of(self, question: Question) -> str:
        """Whose answer stands there."""
        if self._answers.get(question.key) == question.answer:
            return "your answer"
        if self.before.questions.get(question.key) == question.answer:
            return "your earlier answer"
        return "suggested"

    def _show_noticed(self) -> None:
        lighter = [fault for fault in self.review.faults if not fault.stops]
        items = [_fault_item(group) for group in grouped(lighter)]
        items += [f"<li>{layout.words(note)}</li>" for note in self.review.notes]
        if not items:
            self.noticed.value = ""
            return
        first, rest = items[:_MOST_NOTES], items[_MOST_NOTES:]
        html = (
            layout.heading("What else we noticed", level=4)
            + f"<ul>{''.join(first)}</ul>"
        )
        if rest:
            html += layout.folded(f"{len(rest):,} more", f"<ul>{''.join(rest)}</ul>")
        self.noticed.value = html

    def _show_covered(self) -> None:
        if not self.review.loads:
            self.covered.value = ""
            return
        school = self.school("")
        told = gaps(school)
        table = coverage(school)
        html = layout.heading("What your files cover", level=4)
        if told:
            html += (
                f"<ul>{''.join(f'<li>{layout.words(one)}</li>' for one in told)}</ul>"
            )
        for by, title in _BY.items():
            part = table[table["by"] == by]
            if len(part):
                html += _coverage_table(part, title)
        self.covered.value = html + layout.how_to_read("what_is_known")

    def _show_columns(self) -> None:
        review = self.review
        unknown = review.unmatched
        title = layout.heading("What each column holds", level=4)
        if unknown:
            title += layout.answer(_not_recognised(unknown))
        elif review.columns:
            title += layout.note(
                "Every column was recognised. Change any that is wrong."
            )
        self.columns_title.value = title
        labels = choices(self.framework)
        self.columns.choices = grouped_choices(labels)
        tables: dict[str, list[dict[str, str]]] = {}
        for id, column in self._places.items():
            tables.setdefault(column.file, []).append(self._row(id, column, labels))
        self.columns.tables = [
            {"name": name, "columns": columns} for name, columns in tables.items()
        ]
        self.columns.files = [
            {
                "file": one.file,
                "outcome": f"{_many(one.pupils, 'pupil')}, {_many(one.results, 'result')}",
                "supplied_by": self._supplier(one.file),
                "dated": self._dated.get(one.file, ""),
            }
            for one in review.sources
        ]

    def _row(
        self, id: str, column: ReviewedColumn, labels: Mapping[str, str]
    ) -> dict[str, str]:
        key = heading_key(column.heading, file=column.file)
        remarks = [column.remark] if column.remark else []
        if key in self._meanings:
            remarks.append("your choice")
        elif column.meaning and column.meaning in (
            self.before.meanings.get(key),
            self.before.meanings.get(heading_key(column.heading)),
        ):
            remarks.append("your earlier choice")
        state = "not recognised" if not column.meaning else "used"
        return {
            "id": id,
            "heading": column.heading,
            "meaning": column.meaning,
            "label": label_of(column.meaning, labels),
            "state": "left out" if column.meaning and column.left_out else state,
            "holds": column.holds,
            "remark": _sentence_of(remarks),
        }


# -- words --

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


def _coverage_table(part: pd.DataFrame, title: str) -> str:
    """How many pupils there is each thing of; what there is none of at all is no column."""
    outcomes = {
        name: name.partition(":")[2] for name in part if name.startswith("outcome:")
    }
    columns = {
        name: label
        for name, label in {**_COVERED, **outcomes}.items()
        if name == "pupils" or (name in part and part[name].sum() > 0)
    }
    by_year = part["by"].iloc[0] == "year_group"
    part = part.assign(value=part["value"].astype(str).replace("<NA>", "Not known"))
    first = {"value": "Year" if by_year else "Leaving in"}
    return layout.plain_table(part, caption=title, columns=first | columns)


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


_GROUPS = {
    "pupil": "About the pupil",
    "result": "Results",
    "row": "A table with one result per row",
}


def _fault_item(group: FaultGroup) -> str:
    return f"<li><strong>{escape(group.place())}</strong>: {escape(group.rule)}. {escape(group.remedy)}</li>"


def _not_recognised(columns: Sequence[ReviewedColumn]) -> str:
    named = [
        f"‘{layout.shortened(one.heading, most=40)}’" for one in columns[:_MOST_NAMED]
    ]
    more = len(columns) - len(named)
    named += [f"{more:,} more"] if more else []
    words = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    if len(columns) == 1:
        return f"One column was not recognised and is left out: {words}. If you need it, choose what it holds."
    return f"{len(columns):,} columns were not recognised and are left out: {words}. If you need any of them, choose what they hold."


def _sentence_of(remarks: Sequence[str]) -> str:
    text = "; ".join(remarks)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _read_too(number: int) -> str:
    return f"{_many(number, 'file')} added. What we made of all your files is above."
