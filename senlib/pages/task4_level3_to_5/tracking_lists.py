"""The lists of Task 4: their columns on the page, in Excel and in Word, and the files that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from senlib.exports import word
from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.exports.excel import ExcelSheet, workbook
from senlib.frameworks import Framework, Stage
from senlib.pages.kit import others_of_100, sentences, talk_sheet
from senlib.pages.task4_level3_to_5.question import WHO, TrackingQuestion
from senlib.text import upper_first

# What the page lists; the sheet to take away has more.
LISTED = {
    "name": "Pupil",
    "year_group": "Year",
    "set": "Set",
    "sen_and_needs": "SEN, needs",
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
    "name": "Pupil",
    "year_group": "Year",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry": "Entry",
    "now": "Now",
    "standing": "Standing",
    "england": "In England",
    "things": "Provision",
    "plan": "Plan",
}
_WIDTHS = (2.2, 0.6, 0.6, 0.9, 0.7, 0.6, 1.1, 0.9, 2.8, 2.8)
WEIGHTS = dict(zip(IN_WORD, _WIDTHS, strict=True))

# A few words under a heading.
HELP = {"england": "reached the aim"}

# And a sentence below the list.
NOTES = {
    "gain": "Gain: levels from entry to now.",
    "england": "In England: how many pupils with the same start and of the same group (with SEN or without) reached the chosen aim.",
}

# What is no plain text in the list.
KINDS = {"year_group": "number", "gain": "number", "sen_and_needs": "code"}


def of_framework(columns: Mapping[str, str], framework: Framework) -> dict[str, str]:
    """Those of the columns that a framework has: a gain is counted in levels, England's figures by start are of grades."""
    has = {
        "gain": framework.tracking.method == "line",
        "england": others_of_100.has_figures(framework),
    }
    return {key: label for key, label in columns.items() if has.get(key, True)}


def page_columns(framework: Framework, stage: Stage) -> list[dict[str, Any]]:
    """The columns of the list on the page. Results sort by their order on the scale, not by their letters."""
    orders = {
        "entry": stage.entry_scale.in_order(),
        "now": stage.outcome_scale.in_order(),
        "england": others_of_100.in_order(),
    }
    columns = []
    for key, label in of_framework(LISTED, framework).items():
        column: dict[str, Any] = {"key": key, "label": label}
        column["kind"] = KINDS.get(key, "text")
        if key in orders:
            column |= {"kind": "choice", "choices": orders[key]}
        if key in HELP:
            column["help"] = HELP[key]
        columns.append(column)
    columns[-1]["editable"] = True
    return columns


def in_excel(
    tables: Mapping[str, pd.DataFrame],
    question: TrackingQuestion,
    *,
    title: str,
    england: Mapping[str, pd.DataFrame],
) -> File:
    """A sheet for each subject's table. `england` is what others went on to, by group, for the rules by which they were made."""
    columns = of_framework(IN_THE_SHEET, question.school.framework)
    sheets = [
        ExcelSheet(name=subject, table=table, columns=columns)
        for subject, table in tables.items()
    ]
    about = [*_about(question, title).rows, *_rules(question, england)]
    return File(name=f"task4 {title}.xlsx", content=workbook(sheets, about=about))


def in_word(
    rows: pd.DataFrame,
    question: TrackingQuestion,
    *,
    england: Mapping[str, pd.DataFrame],
) -> File:
    """The list of one subject, across the page, with the rules by which it was made."""
    columns = of_framework(IN_WORD, question.school.framework)
    table = rows[list(columns)].astype(object)
    rules = [f"{name}: {words}" for name, words in _rules(question, england)]
    pieces: list[word.Piece] = [
        word.TableBlock(
            heading="",
            heads=list(columns.values()),
            rows=table.where(table.notna(), "").astype(str).values.tolist(),
            weights=[WEIGHTS[key] for key in columns],
            wide=True,
        ),
        word.TextBlock(heading="How to read it", text="\n".join(rules), wide=True),
    ]
    content = word.document(pieces, about=_about(question, question.subject))
    return File(name=f"task4 {question.subject}.docx", content=content)


def for_a_talk(
    rows: pd.DataFrame,
    question: TrackingQuestion,
    *,
    england: Mapping[str, pd.DataFrame],
) -> File:
    """The pupils on the list, a row each, with room to write what it would take, above what happened to others."""
    subject, aim = question.subject, question.aim
    strips = [
        talk_sheet.Strip(upper_first(others_of_100.whom(group)), table, question.reach)
        for group, table in england.items()
    ]
    # Below the name, SEN provision and needs.
    who = (rows["name"] + "\n" + rows["sen_and_needs"]).str.strip()
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
    school = question.school
    return About(
        title=f"Who could get there: {title}",
        source=f"{school.name}: the school’s own files",
        on=date.today(),
        sample=school.sample,
    )


def _rules(
    question: TrackingQuestion, england: Mapping[str, pd.DataFrame]
) -> list[tuple[str, str]]:
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
    below = others_of_100.footnote(
        england.values(), starts=[question.entry], stage=question.stage
    )
    lines = (
        "How many pupils in England with the same start and group reached the aim in this subject.",
        others_of_100.NO_PREDICTION,
        below,
    )
    return [*rules, ("In England", " ".join(filter(None, lines)))]
