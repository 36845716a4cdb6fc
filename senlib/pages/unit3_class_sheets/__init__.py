"""Unit 3 as a tool: a sheet for each class, a bank of strategies by need, the review by groups, six priorities for a year group."""

from __future__ import annotations

import ipywidgets as widgets
import pandas as pd

from senlib.exports.bundle import File, bundle
from senlib.measures.class_sheets import COLUMNS, class_lists, classes
from senlib.pages.kit import empty_states, layout, sentences
from senlib.pages.kit.downloads import Downloads, FileOffer
from senlib.pages.kit.live import on_change
from senlib.pages.kit.page import Page, piece
from senlib.pages.unit3_class_sheets.class_sheet import HIDDEN, KEEP, ClassSheet, about
from senlib.pages.unit3_class_sheets.year_review import GroupReview
from senlib.text import lower_first
from senlib.workbook.store import AnswersByForm
from senlib.workbook.strategies import STRATEGIES, TARGETS

NO_CLASSES = (
    "The school’s files do not say in which form or set anybody is, so there are no classes to make sheets for. "
    f"{empty_states.choose_again('a list that has forms or sets')}"
)


class ClassSheetsPage(Page):
    """The page of class sheets."""

    def build(self) -> None:
        self.classes = classes(self.school)
        self._lists: dict[tuple[str, str], pd.DataFrame] = {}
        self.kinds = self._kinds()
        subjects = self.framework.outcome_subjects()
        kinds = [(words, column) for column, words in self.kinds.items()]
        self.kind = layout.choice("Forms or sets", kinds)
        self.of_form = layout.choice("Subject of entry and now", subjects)
        self.name = layout.choice("Which class?", self._names())
        on_change(self.kind, self._kind_changed)
        self.live.follow(self.of_form, self.name)
        self.live.also(self.take_stock)

    @piece
    def sheets(self) -> widgets.VBox:
        """The sheet of one class, and all of them to take away."""
        self.class_sheet = self.live.piece(self._sheet_html)
        self.files = Downloads(self.workspace, self._offers())
        self.live.also(self._offer_files)
        if self.classes.empty:
            return layout.stack(self.class_sheet)
        self._show_subject()
        controls = layout.controls(self.kind, self.name, self.of_form)
        sheet, files = self.class_sheet, self.files.box
        keep = layout.note(KEEP)
        return layout.stack(controls, self.trouble, sheet, files, keep)

    @piece
    def bank(self) -> widgets.VBox:
        """The bank of strategies and the group targets; what is changed here is on the sheets above at once."""
        strategies = self.ask.part(STRATEGIES)
        targets = self.ask.part(TARGETS)
        for part in (strategies, targets):
            part.after(self.live.refresh)
        return layout.stack(strategies.box, targets.box)

    @piece
    def review(self) -> widgets.VBox:
        """How a year group stands in a subject, by group, and six priorities that come of it."""
        self.group_review = GroupReview(self.school, ask=self.ask)
        return self.group_review.box

    # -- which class --

    def _kinds(self) -> dict[str, str]:
        """What kinds of class there are: the column that says so, and its name."""
        kinds = {}
        for column, subject in self.classes[["column", "subject"]].values:
            kinds[column] = f"Sets in {subject or COLUMNS[column]}"
            if column == "form":
                kinds[column] = "Forms"
        return kinds

    @property
    def _here(self) -> pd.DataFrame:
        """The classes of the kind that is chosen."""
        return self.classes[self.classes["column"] == self.kind.value]

    def _names(self) -> layout.Options:
        return [
            (f"{row.name}: {row.sen} of {row.pupils} with SEN", row.name)
            for row in self._here.itertuples(index=False)
        ]

    def _kind_changed(self) -> None:
        self._show_subject()
        with self.live.paused():
            self.name.options = self._names()

    def _show_subject(self) -> None:
        is_form = self.kind.value == "form"
        self.of_form.layout.display = "" if is_form else "none"

    @property
    def subject(self) -> str:
        """In which subject the sheets say where pupils stand: the set's own, or the one chosen for forms; '' for none."""
        if self.kind.value == "form":
            return self.of_form.value
        return self._here["subject"].iloc[0]

    def sheet_of(self, name: str) -> ClassSheet:
        """The sheet of a class of the kind that is chosen."""
        kind, subject = self.kind.value, self.subject
        if (kind, subject) not in self._lists:
            lists = class_lists(self.school, column=kind, subject=subject)
            self._lists[kind, subject] = lists
        table = self._lists[kind, subject]
        pupils = table[table["class"] == name]
        return ClassSheet(
            pupils.reset_index(drop=True),
            name=name,
            subject=subject,
            school=self.school,
            answers=self.answers,
        )

    # -- its sheet --

    def _sheet_html(self) -> str:
        if self.classes.empty:
            on_roll = self.school.pupils["on_roll"].eq("Y").any()
            nobody = empty_states.nobody_with_sen(0, whom="on roll")
            question = "What does each teacher need to know about a class?"
            answer = layout.answer(NO_CLASSES if on_roll else nobody)
            return layout.heading(question) + answer
        name = self.name.value
        title = layout.heading(f"Who in {name} has SEN, and what helps?")
        answer = layout.answer(self._with_sen())
        return title + answer + self.sheet_of(name).html()

    def _with_sen(self) -> str:
        """How many of the class have SEN."""
        name, pupils = self.name.value, self.school.pupils
        row = self._here.set_index("name").loc[name]
        mine = pupils[pupils[self.kind.value] == name]
        mine = mine[mine["on_roll"] == "Y"]
        unknown = int(mine["sen_provision"].eq("").sum())
        count = int(row.pupils)
        if not row.sen and unknown:
            return empty_states.nobody_with_sen(
                count, unknown=unknown, whom=f"in {name}"
            )
        of = sentences.pupils(count)
        have = f"{row.sen} of {of} {'have' if row.sen > 1 else 'has'} SEN"
        rest = f"; of {unknown} no SEN code is held" if unknown else ""
        return f"{name}: {have if row.sen else f'of {of} nobody has SEN'}{rest}."

    # -- to take away --

    def _offers(self) -> list[FileOffer]:
        """The sheet of the class, where anybody in it has SEN, and those of all classes of its kind."""
        here = self._here
        offers: list[FileOffer] = []
        mine = here["name"] == self.name.value
        if here.loc[mine, "sen"].any():
            offers = [
                ("The sheet above, in Excel", self._in_excel),
                ("The sheet above, in Word", self._in_word),
            ]
        count = (here["sen"] > 0).sum()
        if count:
            sheets = f"All {count} sheets" if count > 1 else "The sheet"
            offers.append((f"{sheets} in one zip", self._in_one_zip))
        return offers

    def _offer_files(self) -> None:
        offers = self._offers()
        self.files.offer(offers)
        self.files.box.layout.display = "" if offers else "none"

    def _in_excel(self, answers: AnswersByForm) -> File:
        # A file is made of the answers as they stand now, and not as the page read them.
        self.answers = answers
        sheet = self.sheet_of(self.name.value)
        return File(name=f"class sheet {sheet.name}.xlsx", content=sheet.excel())

    def _in_word(self, answers: AnswersByForm) -> File:
        self.answers = answers
        sheet = self.sheet_of(self.name.value)
        return File(name=f"class sheet {sheet.name}.docx", content=sheet.word())

    def _in_one_zip(self, answers: AnswersByForm) -> File:
        """The sheets of all classes of the kind that is chosen, in Excel and in Word."""
        self.answers = answers
        here, files = self._here, []
        has_sheet = here["sen"] > 0
        for name in here.loc[has_sheet, "name"]:
            files += self.sheet_of(name).files(stem=name)
        without = ", ".join(here.loc[~has_sheet, "name"])
        no_sheet = f" No sheet, for nobody in them has SEN: {without}."
        hidden = HIDDEN + (no_sheet if without else "")
        words = lower_first(self.kinds[self.kind.value])
        if self.kind.value == "form":
            words = f"{words}, {self.subject}"
        of_zip = about(self.school, f"Class sheets: {words}", hidden=hidden)
        name = f"class sheets {words.replace(',', '')}.zip"
        content = bundle(files, about=of_zip)
        return File(name=name, content=content)


open_page = ClassSheetsPage.open
