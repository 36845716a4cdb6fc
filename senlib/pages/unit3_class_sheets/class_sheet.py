"""The sheet of one class: its pupils with SEN, where they stand, and what helps; on the page, in Excel and in Word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TypeVar

from pandas import DataFrame

from senlib.exports import excel, word
from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.pages.kit import layout, pupil_list, pupil_names, sentences
from senlib.pages.kit.downloads import about_school
from senlib.school.school import School
from senlib.text import joined
from senlib.workbook.forms import Grid
from senlib.workbook.page_forms import load
from senlib.workbook.store import AnswersByForm
from senlib.workbook.strategies import STRATEGIES, TARGETS, Bank, OfNeed, own_targets

# Those of a table's columns that hang on a subject.
IN_A_SUBJECT = ("entry", "now", "standing")

# What fits across a page, and how its width is shared.
ON_THE_PAGE = {
    "name": ("Pupil", 2.4),
    "sen": ("SEN, needs", 2.0),
    "entry": ("Entry", 0.9),
    "now": ("Now", 0.9),
    "standing": ("Standing", 1.3),
    "targets": ("Own targets (IEP)", 4.0),
}
IN_EXCEL = {
    "name": "Pupil",
    "form": "Form",
    "year_group": "Year",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry": "Entry",
    "now": "Now",
    "standing": "Standing",
    "targets": "Own targets (IEP)",
    "strategies": "What helps",
    "aims": "Group target",
}
BY_NEED = {
    "title": "Need",
    "pupils": "Pupils",
    "strategies": "What helps",
    "target": "Group target",
}

HIDDEN = "Left out are pupils without SEN, and whatever else the school’s files hold on those listed."
KEEP = "These sheets name pupils and their needs. Give each to those who teach the class, and to nobody else."

_NO_STRATEGY = "<p>No strategy is ticked for it in the bank below.</p>"

# A column's heading, or that and its width.
_Head = TypeVar("_Head")


class ClassSheet:
    """The sheet of a class. `table` has the measure's columns, and name, needs, sen, standing, targets, strategies and aims in words.

    `pupils` are the rows of the class as `class_sheets.class_lists` gives them; `subject` is that in which it is said where they
    stand, '' for none; `answers` are the latest values of all forms.
    """

    def __init__(
        self,
        pupils: DataFrame,
        *,
        name: str,
        subject: str,
        school: School,
        answers: AnswersByForm,
    ) -> None:
        self.name, self.subject = name, subject
        self.school = school
        sheet = load("unit3_class_sheets")
        grid = sheet.part(STRATEGIES, Grid)
        targets = sheet.part(TARGETS, Grid)
        self._bank = Bank(answers, grid=grid, targets=targets)
        self.table = self._in_words(pupils, answers)
        self.title = f"Class sheet of {name}" + (f", {subject}" if subject else "")

    def _in_words(self, pupils: DataFrame, answers: AnswersByForm) -> DataFrame:
        targets, strategies, aims = [], [], []
        for pupil in pupils.itertuples():
            helps = list(map(self._bank.of, _needs(pupil)))
            targets.append(_lines(own_targets(answers, pupil.pupil_id)))
            strategies.append(_lines(*(one.strategies for one in helps)))
            aims.append(_lines(one.target for one in helps))
        table = pupil_list.in_words(pupils, school=self.school)
        return table.assign(targets=targets, strategies=strategies, aims=aims)

    def by_need(self) -> list[OfNeed]:
        """What helps in the class, for each need in it, in the order of the bank, with the names of the pupils who have it."""
        bank = self._bank
        who: dict[str, list[str]] = {}
        for pupil in self.table.itertuples(index=False):
            places = map(bank.place, _needs(pupil))
            for key in dict.fromkeys(places):
                who.setdefault(key, []).append(pupil.name)
        return [
            replace(bank.of(key), pupils=tuple(who[key]))
            for key in bank.titles
            if key in who
        ]

    def columns(self, columns: Mapping[str, _Head]) -> dict[str, _Head]:
        """Those of the columns that have anything to say of the class."""
        left_out = set() if self.subject else {*IN_A_SUBJECT}
        if not self.table["targets"].any():
            left_out.add("targets")
        return {key: head for key, head in columns.items() if key not in left_out}

    def html(self) -> str:
        """The sheet as it stands on the page; '' where nobody in the class has SEN."""
        if self.table.empty:
            return ""
        table, note = self.table, ""
        results = table[["entry", "now"]]
        if self.subject and not results.any(axis=None):
            note = layout.note(
                f"No results in {self.subject} are in the school’s files for these pupils, so where they stand is not known."
            )
        targets = table["targets"].str.replace("\n", "; ")
        columns = self.columns(ON_THE_PAGE).items()
        listed = layout.plain_table(
            table.assign(targets=targets),
            caption=self.title,
            columns={key: words for key, (words, _) in columns},
        )
        parts = [
            note,
            listed,
            layout.note(*self.explanations()),
            layout.how_to_read("on_course_and_stuck"),
            layout.heading("What helps, by need", level=3),
            *map(_as_html, self.by_need()),
        ]
        return "".join(parts)

    def explanations(self) -> list[str]:
        """What the words in the table mean, and of whom they are said."""
        framework = self.school.framework
        plan = framework.tracking
        codes = pupil_names.codes(self.table, framework=framework)
        standing = "Where pupils stand is not followed in this subject."
        if self.subject:
            years = f"Years {plan.years[0]} to {plan.years[-1]} are followed."
            aim = sentences.aim(framework)
            standing = f"{aim} {plan.stuck} {sentences.STUCK_FIRST} {years}"
        targets = "Nobody here has targets in an IEP (Task 6) yet."
        if self.table["targets"].any():
            targets = "Own targets are those of the pupil’s IEP."
        return [*codes, standing, targets]

    # -- to take away --

    def excel(self) -> bytes:
        """An Excel workbook: the pupils of the class, and what helps by need."""
        records = [one.record for one in self.by_need()]
        needs = DataFrame(records, columns=list(BY_NEED))
        # Under names of our own, for what a class is called may be no name of a sheet.
        columns = self.columns(IN_EXCEL)
        pupils = excel.ExcelSheet(name="Pupils", table=self.table, columns=columns)
        helps = excel.ExcelSheet(name="What helps", table=needs, columns=BY_NEED)
        rows = [
            *about(self.school, self.title).rows,
            ("How to read it", " ".join(self.explanations())),
            ("Keep it safe", KEEP),
        ]
        return excel.workbook([pupils, helps], about=rows)

    def word(self) -> bytes:
        """A Word document across the page: the pupils of the class, and what helps by need."""
        columns = self.columns(ON_THE_PAGE)
        heads, weights = zip(*columns.values(), strict=True)
        table = self.table[list(columns)].astype(str)
        rules = "\n".join(self.explanations())
        pieces: list[word.Piece] = [
            word.TableBlock(
                heading="Pupils with SEN",
                heads=heads,
                rows=table.values.tolist(),
                weights=weights,
            ),
            word.TableBlock(
                heading="What helps, by need",
                heads=list(BY_NEED.values()),
                rows=[[*one.record.values()] for one in self.by_need()],
                weights=(2, 2, 4.5, 3),
            ),
            word.TextBlock(heading="How to read it", text=f"{rules}\n{KEEP}"),
        ]
        sheet_about = about(self.school, self.title)
        return word.document(pieces, about=sheet_about, landscape=True)

    def files(self, *, stem: str) -> list[File]:
        """Both of them, under this name."""
        file = partial(File, says=self.title, hidden=HIDDEN)
        return [
            file(name=f"{stem}.xlsx", content=self.excel()),
            file(name=f"{stem}.docx", content=self.word()),
        ]


def about(school: School, title: str, *, hidden: str = HIDDEN) -> About:
    """What stands in every file of class sheets."""
    files = "its own files, its bank of strategies, and targets from its IEPs"
    return about_school(school, title, files=files, hidden=hidden)


def _lines(*texts: Iterable[str]) -> str:
    """Texts on a line each, each once; '' takes none."""
    lines = dict.fromkeys(chain(*texts))
    return joined(*lines, sep="\n")


def _needs(pupil: pupil_names.WithNeeds) -> Sequence[str]:
    """A pupil's needs; one that is '' where none is recorded."""
    return pupil_names.needs(pupil) or [""]


def _as_html(one: OfNeed) -> str:
    title = layout.escape(one.title)
    who = layout.escape("; ".join(one.pupils))
    lines = [f'<li dir="auto">{layout.escape(line)}</li>' for line in one.strategies]
    helps = f"<ul>{''.join(lines)}</ul>" if lines else _NO_STRATEGY
    target = ""
    if one.target:
        aim = layout.escape(one.target)
        target = f'<p dir="auto"><strong>Group target:</strong> {aim}</p>'
    head = f'<h4>{title}</h4><p class="sl-note" dir="auto">{who}</p>'
    return head + helps + target
