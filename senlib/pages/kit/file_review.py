"""What was made of a school's files, before anything is kept: she looks, corrects, sees it counted anew, and opens the school."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from senlib.frameworks import Framework
from senlib.pages.kit import file_review_words, layout
from senlib.pages.kit.file_statements import Before, FileStatements
from senlib.school.faults import FaultGroup, grouped
from senlib.school.files import NamedFile, SourceFile
from senlib.school.headings import LEAVE_OUT, choices
from senlib.school.questions import Question
from senlib.school.reading import ReviewedColumn
from senlib.school.review import Review, review_files
from senlib.school.school import School
from senlib.widgets import ChosenFile, ColumnReview, FileChooser
from senlib.widgets.column_review import Change

# What can be chosen as a school's files.
KINDS = ".csv,.txt,.xlsx,.xlsm,.xls,.xml,.htm,.html"
# The largest file: a hundred thousand pupils in one sheet.
LARGEST = 60 * 1024**2

# Known to column_review.js: what is brought into view as a whole, and what is next to do in it.
IN_VIEW, NEXT = "sl-review", "sl-review-next"

# Files that are counted as fast as this are counted anew at each change.
_AT_ONCE_SECONDS = 2.0
_MOST_PLACES = 12


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
        self._tell = tell
        self._open_school = open_school
        self._put_away = put_away
        self.title = layout.html("")
        self.summary = layout.html("")
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
        self.faults = widgets.VBox([])
        self.questions = widgets.VBox([])
        self.noticed = layout.html("")
        self.covered = layout.html("")
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
            self.summary,
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
        self.statements = FileStatements(Before())
        self._boxes: dict[str, widgets.Dropdown] = {}
        self._remedies: list[widgets.Button] = []
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
        self.files = list(map(_named, chosen))
        self.framework, self.year = framework, year
        self.statements = FileStatements(before)
        self.count()
        self.columns.show()

    def add(self, chosen: Sequence[ChosenFile]) -> None:
        """Read more files with these; one of the same name takes the other's place."""
        added = {file.name: _named(file) for file in chosen}
        stay = [added.pop(file.name, file) for file in self.files]
        self.files = [*stay, *added.values()]
        self.count()
        number = file_review_words.many(len(chosen), "file")
        self.more.message = f"{number} added. What we made of all your files is above."

    def read_by(self, *, framework: Framework, year: int) -> None:
        """Read the files by another yardstick, or as those of another school year."""
        if self.files and (framework.name, year) != (self.framework.name, self.year):
            self.framework, self.year = framework, year
            self._changed()

    def remember(self, before: Before) -> None:
        """Go by this from now on, for it was changed elsewhere on the page."""
        if self.files:
            self.statements.before = before
            self._changed()

    def change(self, changes: Sequence[Change]) -> None:
        """Take changes to columns, and what is said of files."""
        for change in changes:
            if "id" in change:
                column = self._places[change["id"]]
                self.statements.mean(column, change["value"])
            elif change["name"] == "dated":
                self.statements.dated[change["file"]] = change["value"]
            else:
                self.statements.supplied_by[change["file"]] = change["value"].strip()
        # Who supplied a list changes nothing that is counted.
        if any("id" in change or change["name"] == "dated" for change in changes):
            self._changed()

    def leave_out(self, column: ReviewedColumn) -> None:
        """Leave a column out. The focus goes on to what is next, for the button is gone."""
        self.statements.mean(column, LEAVE_OUT)
        self._changed()
        self.columns.catch_focus()

    def leave_out_file(self, name: str) -> None:
        """Go on without a file. The focus goes on to what is next, for the button is gone."""
        self.files = [file for file in self.files if file.name != name]
        if self.files:
            self.count()
        else:
            self._put_away()
        self.columns.catch_focus()

    def answer(self, key: str, value: str) -> None:
        """Answer a question."""
        questions = self.review.questions if self.review else ()
        answers = {question.key: question.answer for question in questions}
        before = answers.get(key, value)
        if value is not None and value != before:
            self.statements.answers[key] = value
            self._changed()

    def open_it(self) -> None:
        """Open the school, counted as she sees it."""
        if not self._counted:
            self.count()
        if self.review and self.review.loads:
            self._open_school()

    def count(self) -> None:
        """Read the files anew with all she has said."""
        start = time.monotonic()
        names = [file.name for file in self.files]
        self.review = review_files(
            self.files,
            framework=self.framework,
            answers=self.statements.file_answers(names),
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
    def to_remember(self) -> dict[str, str]:
        """What is to be remembered of headings: meanings by key."""
        columns = self.review.columns if self.review else ()
        return self.statements.to_remember(columns)

    def school(self, name: str) -> School:
        """The school that was read, with all that was said of it."""
        return self.statements.school(self._read_review, name=name)

    @property
    def _read_review(self) -> Review:
        assert self.review is not None, "no files are under review"
        return self.review

    def _changed(self) -> None:
        """Count anew at once where that is quick; else say that it is still to be done."""
        if self._seconds <= _AT_ONCE_SECONDS:
            self.count()
            return
        self._counted = False
        self._show_summary()
        self._show_actions()

    def _progress(self, words: str) -> None:
        self._tell(words)
        if self.box.children:
            self.summary.value = layout.answer(f"{words} …")

    # -- what is shown --

    def _show(self) -> None:
        review = self._read_review
        # By file and place in it, so that what the page sends is never taken for a column of another file.
        self._places = {}
        before: Counter[str] = Counter()
        for column in review.columns:
            id = f"{column.file}|{before[column.file]}"
            self._places[id] = column
            before[column.file] += 1
        self.title.value = layout.heading("What we made of your files", level=3)
        self._show_summary()
        self._show_faults()
        self._show_questions()
        self.noticed.value = file_review_words.what_else(review)
        self.covered.value = (
            file_review_words.what_is_covered(self.school("")) if review.loads else ""
        )
        self._show_columns()
        self._show_actions()
        self._tell(file_review_words.in_short(review, files=len(self.files)))

    def _show_actions(self) -> None:
        """What can be pressed now. Where something stops it, 'Open this school' cannot, and the sentence above says why."""
        stopped = not self._read_review.loads and self._counted
        self.open.disabled = self.open_below.disabled = stopped
        self.again.layout.display = "none" if self._counted else None
        for box in (self.faults, self.questions):
            box.layout.display = None if box.children else "none"
        for text in (self.refused, self.noticed, self.covered):
            text.layout.display = None if text.value else "none"
        # What is next to do has the focus when its button before is gone.
        if self._remedies:
            self.open.remove_class(NEXT)
            self._remedies[0].add_class(NEXT)
        else:
            self.open.add_class(NEXT)
        self.box.children = self._pieces

    def _show_summary(self) -> None:
        if not self._counted:
            self.summary.value = layout.answer(
                "You have made a change that is not counted yet. Press ‘Count again’ to see the result, or "
                "‘Open this school’."
            )
            return
        review = self._read_review
        answer = layout.answer(
            file_review_words.in_short(review, files=len(self.files))
        )
        self.summary.value = answer + layout.note(file_review_words.what_to_do(review))

    def _show_faults(self) -> None:
        self._remedies = []
        places: dict[tuple[str, str | None], list[FaultGroup]] = {}
        for group in grouped(self._read_review.stopping):
            places.setdefault((group.file, group.column), []).append(group)
        if not places:
            self.faults.children = []
            return
        parts = [layout.html(layout.heading("What to put right", level=4))]
        for (file, column), groups in [*places.items()][:_MOST_PLACES]:
            items = "".join(map(file_review_words.fault_item, groups))
            box = layout.html(f'<div class="sl-fault"><ul>{items}</ul></div>')
            buttons = self._what_can_be_done(file, column)
            self._remedies += buttons
            pieces = [box]
            if buttons:
                pieces.append(layout.controls(*buttons))
            parts.append(widgets.VBox(pieces))
        if (more := len(places) - _MOST_PLACES) > 0:
            later = f"{more:,} more will be shown when these are put right."
            parts.append(layout.html(layout.note(later)))
        self.faults.children = parts

    def _what_can_be_done(self, file: str, heading: str | None) -> list[widgets.Button]:
        """What can be done about a column, or about a file's table as a whole."""
        columns = {
            id: column for id, column in self._places.items() if column.file == file
        }
        for id, column in columns.items():
            if column.heading == heading:
                return self._for_a_column(id, column)
        return self._for_a_file(file, columns)

    def _for_a_column(self, id: str, column: ReviewedColumn) -> list[widgets.Button]:
        """What can be done about a column: leave it out, or say what else it holds."""
        place = f"{column.heading}, {column.file}"
        return [
            _button(
                "Leave this column out",
                f"Leave out {place}",
                press=lambda: self.leave_out(column),
            ),
            _button(
                "It holds something else",
                f"Say what it holds: {place}",
                press=lambda: self.columns.point_to(id),
            ),
        ]

    def _for_a_file(
        self, table: str, columns: Mapping[str, ReviewedColumn]
    ) -> list[widgets.Button]:
        """What can be done about a file's table: say what its columns hold, or go on without the file."""
        buttons = []
        if columns:
            unknown = [id for id, column in columns.items() if not column.meaning]
            first = [*unknown, *columns][0]
            words = "Say what the columns hold"
            say = _button(
                words, f"{words}: {table}", press=lambda: self.columns.point_to(first)
            )
            buttons.append(say)
        name = self._file_of(table)
        if name and len(self.files) > 1:
            without = _button(
                "Leave this file out",
                f"Leave out {table}",
                press=lambda: self.leave_out_file(name),
            )
            buttons.append(without)
        return buttons

    def _file_of(self, table: str) -> str:
        """The name of the file that a table is in; a workbook's tables are named after it and their sheets."""
        names = [
            file.name
            for file in self.files
            if table == file.name or table.startswith(f"{file.name}, sheet")
        ]
        return max(names, key=len, default="")

    def _show_questions(self) -> None:
        self._boxes = {
            question.key: self._question_box(question)
            for question in self._read_review.questions
        }
        boxes = [*self._boxes.values()]
        if not boxes:
            self.questions.children = []
        elif [*self.questions.children[1:]] != boxes:
            title = layout.html(layout.heading("Questions for you", level=4))
            self.questions.children = [title, *boxes]

    def _question_box(self, question: Question) -> widgets.Dropdown:
        """A question's box as it stands on the page, or a new one; with whose answer stands there."""
        options = [(label, key) for key, label in question.options.items()]
        box = self._boxes.get(question.key)
        if box is None:
            box = layout.choice(question.text, options, question.answer)
            box.add_class("sl-question-asked")
            box.observe(
                lambda change, key=question.key: self.answer(key, change["new"]),
                "value",
            )
        whose = self.statements.whose_answer(question)
        with box.hold_trait_notifications():
            box.description = f"{question.text} ({whose})"
            if list(box.options) != options:
                box.options = options
            box.value = question.answer
        return box

    def _show_columns(self) -> None:
        review = self._read_review
        self.columns_title.value = file_review_words.columns_title(review)
        labels = choices(self.framework)
        self.columns.choices = file_review_words.grouped_choices(labels)
        tables: dict[str, list[dict[str, str]]] = {}
        for id, column in self._places.items():
            whose = self.statements.whose_meaning(column)
            row = file_review_words.column_row(id, column, labels, whose=whose)
            tables.setdefault(column.file, []).append(row)
        self.columns.tables = [
            {"name": name, "columns": columns} for name, columns in tables.items()
        ]
        files = map(self._source, review.sources)
        self.columns.files = list(files)

    def _source(self, source: SourceFile) -> dict[str, str]:
        pupils = file_review_words.many(source.pupils, "pupil")
        results = file_review_words.many(source.results, "result")
        return {
            "file": source.file,
            "outcome": f"{pupils}, {results}",
            "supplied_by": self.statements.supplier(source.file),
            "dated": self.statements.dated.get(source.file, ""),
        }


def _button(words: str, tooltip: str, *, press: Callable[[], None]) -> widgets.Button:
    button = widgets.Button(description=words, tooltip=tooltip)
    button.on_click(lambda _: press())
    return button


def _named(file: ChosenFile) -> NamedFile:
    return NamedFile(name=file.name, content=file.content)
