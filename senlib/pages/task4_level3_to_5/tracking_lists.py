"""The lists of Task 4: their columns on the page, in Excel and in Word, and the files that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pandas import DataFrame

from senlib.exports import word
from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.exports.excel import ExcelSheet, workbook
from senlib.frameworks import Framework, Stage
from senlib.pages.kit import others_of_100, pupil_list, sentences, talk_sheet
from senlib.pages.kit.downloads import NothingChosen, about_school
from senlib.pages.task4_level3_to_5.question import WHO, TrackingQuestion, why_nobody
from senlib.text import joined, upper_first

# A column's heading, or that and its width.
_Head = TypeVar("_Head")
# What others in England went on to, by group.
_ByGroup = Mapping[str, DataFrame]

# What the page lists; the sheet to take away has more.
LISTED = {
    "name": "Pupil",
    "year_group": "Year",
    "set": "Set",
    "sen": "SEN, needs",
    "entry": "Entry",
    "now": "Now",
    "gain": "Gain",
    "standing": "Standing",
    "england": "In England",
    "headings": "Provision",
    "plan": "Plan",
}

IN_THE_SHEET = {
    "name": "Pupil",
    "year_group": "Year",
    "form": "Form",
    "set": "Set",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry": "Entry",
    "now": "Now",
    "now_date": "Now, on",
    "gain": "Gain in levels",
    "standing": "Standing",
    "england": "In England, same start and group: reached the aim",
    "attendance": "Attendance %",
    "things": "Provision",
    "plan": "Plan",
}

# In Word, what fits across a page; and how its width is shared.
IN_WORD = {
    "name": ("Pupil", 2.2),
    "year_group": ("Year", 0.6),
    "sen_provision": ("SEN", 0.6),
    "needs": ("Needs", 0.9),
    "entry": ("Entry", 0.7),
    "now": ("Now", 0.6),
    "standing": ("Standing", 1.1),
    "england": ("In England", 0.9),
    "things": ("Provision", 2.8),
    "plan": ("Plan", 2.8),
}

# A sentence below the list.
NOTES = {
    "gain": "Gain: levels from entry to now.",
    "england": "In England: how many pupils with the same start and of the same group (with SEN or without) reached the chosen aim.",
}

# What is no plain text in the list.
KINDS = {"year_group": "number", "gain": "number", "sen": "code"}


def of_framework(
    columns: Mapping[str, _Head], framework: Framework
) -> dict[str, _Head]:
    """Those of the columns that a framework has: a gain is counted in levels, England's figures by start are of grades."""
    has = {
        "gain": framework.tracking.method == "line",
        "england": others_of_100.has_figures(framework),
    }
    return {key: head for key, head in columns.items() if has.get(key, True)}


def page_columns(framework: Framework, stage: Stage) -> list[dict[str, Any]]:
    """The columns of the list on the page. Results sort by their order on the scale, not by their letters."""
    orders = {
        "entry": stage.entry_scale.in_order(),
        "now": stage.outcome_scale.in_order(),
        "england": others_of_100.in_order(),
    }
    labels = of_framework(LISTED, framework)
    columns = pupil_list.columns(labels, kinds=KINDS, choices=orders)
    for column in columns:
        if column["key"] == "england":
            column["help"] = "reached the aim"
    columns[-1]["editable"] = True
    return columns


def in_excel(
    tables: Mapping[str, DataFrame],
    question: TrackingQuestion,
    *,
    title: str,
    england: _ByGroup,
) -> File:
    """A sheet for each subject's table. `england` is what others went on to, by group, for the rules by which they were made."""
    columns = of_framework(IN_THE_SHEET, question.school.framework)
    sheets = [
        ExcelSheet(name=subject, table=table, columns=columns)
        for subject, table in tables.items()
    ]
    rules = _rules(question, england)
    about = _about(question, title).rows
    content = workbook(sheets, about=about + rules)
    return File(name=f"task4 {title}.xlsx", content=content)


def this_in_excel(
    rows: DataFrame, question: TrackingQuestion, *, england: _ByGroup
) -> File:
    """The list of one subject."""
    subject = question.subject
    return in_excel({subject: rows}, question, title=subject, england=england)


def in_word(rows: DataFrame, question: TrackingQuestion, *, england: _ByGroup) -> File:
    """The list of one subject, across the page, with the rules by which it was made."""
    columns = of_framework(IN_WORD, question.school.framework)
    heads, weights = zip(*columns.values(), strict=True)
    table = rows[list(columns)].astype(object)
    cells = table.fillna("").astype(str).values.tolist()
    rules = map(": ".join, _rules(question, england))
    pieces: list[word.Piece] = [
        word.TableBlock(
            heading="", heads=heads, rows=cells, weights=weights, wide=True
        ),
        word.TextBlock(heading="How to read it", text="\n".join(rules), wide=True),
    ]
    about = _about(question, question.subject)
    content = word.document(pieces, about=about)
    return File(name=f"task4 {question.subject}.docx", content=content)


def for_a_talk(
    rows: DataFrame, question: TrackingQuestion, *, england: _ByGroup
) -> File:
    """The pupils on the list, a row each, with room to write what it would take, above what happened to others.

    Raises NothingChosen where nobody is on it.
    """
    if rows.empty:
        raise NothingChosen(why_nobody(question))
    subject, aim = question.subject, question.aim
    strips = [
        talk_sheet.Strip(upper_first(others_of_100.whom(group)), table, question.reach)
        for group, table in england.items()
    ]
    # Below the name, SEN provision and needs.
    who = rows["name"].str.cat(rows["sen"], sep="\n").str.strip()
    content = talk_sheet.sheet(
        rows.assign(what=who, start=rows["entry"], aim=aim),
        first="Pupil",
        about=_about(question, subject),
        heading=f"For a talk with the subject leader: {subject}",
        intro=f"{_who(question)} in {subject}. The aim: {aim}.",
        england=strips,
        whose="Group",
        starts=[question.entry],
        stage=question.stage,
    )
    return File(name=f"for a talk {subject}.docx", content=content)


def _who(question: TrackingQuestion) -> str:
    return f"{WHO[question.who]} {question.start}"


def _about(question: TrackingQuestion, title: str) -> About:
    title = f"Who could get there: {title}"
    return about_school(question.school, title, files="the school’s own files")


def _rules(question: TrackingQuestion, england: _ByGroup) -> list[tuple[str, str]]:
    """The rules by which a list is made, each with its name."""
    framework = question.school.framework
    plan = framework.tracking
    rules = [
        ("Who is listed", _who(question)),
        ("Aim", question.aim),
        ("On course", plan.on_course),
        ("Stuck", f"{plan.stuck} {sentences.STUCK_FIRST}"),
    ]
    if not others_of_100.has_figures(framework):
        return rules
    in_england = joined(
        "How many pupils in England with the same start and group reached the aim in this subject.",
        others_of_100.NO_PREDICTION,
        others_of_100.footnote(
            england.values(), starts=[question.entry], stage=question.stage
        ),
    )
    return [*rules, ("In England", in_england)]
