"""The matrix of Task 1: from each start to each outcome; a pressed cell lists who is in it."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import ipywidgets as widgets
import pandas as pd

from senlib import national
from senlib.frameworks import Stage
from senlib.measures.comparison import NO_START
from senlib.measures.conversion import outcome_columns
from senlib.measures.expected import expected_outcomes
from senlib.measures.groups import group_name
from senlib.measures.tracking import people_in_cell
from senlib.pages.kit import empty_states, layout, pupil_names, sentences
from senlib.pages.task1_conversion_data.conversion_choices import Choices, in_summers
from senlib.text import upper_first
from senlib.widgets import Listing, Matrix

WHO = [
    {"key": "name", "label": "Pupil", "kind": "text"},
    {"key": "form", "label": "Form", "kind": "text"},
    {"key": "year", "label": "Year group", "kind": "text"},
    {"key": "sen", "label": "SEN", "kind": "text"},
    {"key": "needs", "label": "Needs", "kind": "text"},
    {"key": "entry", "label": "Entry", "kind": "text"},
    {"key": "outcome", "label": "Outcome", "kind": "text"},
]


class MatrixPiece:
    """The matrix for what is chosen and the list of a cell; `box` is what stands on the page.

    `query` may say whose results to show (group), and which cell to open (entry and outcome).
    """

    def __init__(self, choices: Choices, query: Mapping[str, str]) -> None:
        self.choices = choices
        self.group = layout.choice(
            "Whose results", self._group_options(), query.get("group", "SEN")
        )
        self.cells = Matrix(row_heading="Entered at", column_heading="Reached")
        self.codes, self.key = layout.html(""), layout.html("")
        self.who = Listing(
            columns=WHO, caption="Who is in the cell", empty="Nobody is listed yet."
        )
        self.cells.observe(lambda _: self._show_who(), "selected")
        self.group.observe(lambda _: self.show(), "value")
        choices.live.also(self.show)
        self._press(row=query.get("entry", ""), column=query.get("outcome", ""))
        self.box = widgets.VBox(
            [
                layout.controls(self.group),
                self.cells,
                self.codes,
                layout.html(layout.how_to_read("matrix", "expected_gain")),
                self.who,
                self.key,
            ]
        )

    def show(self) -> None:
        """Show the matrix of what is chosen now."""
        choices, stage = self.choices, self.choices.chosen_stage
        table = choices.cells()
        table = table[table["group"] == self.group.value]
        entries, outcomes = set(table["entry"]), set(table["outcome"])
        rows = [band for band in (*stage.bands, NO_START) if band in entries]
        columns = [one for one in outcome_columns(stage) if one in outcomes]
        lowest = self._expected_from(stage)
        whose = group_name(self.group.value, framework=choices.framework)
        title = (
            f"{choices.subject.value}, {in_summers(*choices.cohorts)}, {whose}: "
            f"from {stage.entry_stage} to {stage.name}"
        )
        totals = table.groupby("entry")["pupils"].sum()
        self.cells.show(
            title=empty_states.no_results(stage) if choices.no_results else title,
            rows=rows,
            columns=columns,
            cells=_cells(table, rows, columns, stage=stage, lowest=lowest),
            totals=[int(totals[row]) for row in rows],
        )
        gain = f"Expected gain: {choices.framework.expected_gain}." if lowest else ""
        notes = (gain, _codes(stage, columns))
        self.codes.value = "".join(layout.note(text) for text in notes if text)
        self._show_who()

    def _expected_from(self, stage: Stage) -> dict[str, float]:
        """By start, the lowest points of the outcome that is expected from it."""
        expected = expected_outcomes(
            framework=self.choices.framework,
            stage=stage,
            cohort=self.choices.cohorts[0],
            figures=self.choices.figures,
        )
        subject = national.subject(self.choices.subject.value or "")
        gains = expected[expected["subject"] == subject].set_index("entry")["expected"]
        return {
            entry: stage.outcome_scale.lowest(gain) for entry, gain in gains.items()
        }

    def _show_who(self) -> None:
        cell = self.cells.selected
        self.key.value = pupil_names.codes_key(self.choices.school) if cell else ""
        if not cell:
            self.who.records = []
            return
        people = self._people(entry=cell["row"], outcome=cell["column"])
        self.who.caption = (
            f"{sentences.pupils(len(people))} who entered at {cell['row']} and "
            f"reached {cell['column']} in {self.choices.subject.value}"
        )
        needs = pupil_names.needs_listed(self.choices.school)
        self.who.records = [
            {
                "id": pupil.pupil_id,
                "name": pupil_names.person_name(pupil),
                "form": pupil.form,
                "href": pupil_names.page_address(
                    self.choices.workspace, pupil.pupil_id
                ),
                "year": (
                    "left" if pd.isna(pupil.year_group) else f"Year {pupil.year_group}"
                ),
                "sen": pupil.sen_provision,
                "needs": needs[pupil.pupil_id],
                "entry": pupil.entry_result,
                "outcome": pupil.outcome_result,
            }
            for pupil in people.itertuples()
        ]

    def _people(self, *, entry: str, outcome: str) -> pd.DataFrame:
        """Who is in a cell, of the group that is shown."""
        in_each = [
            people_in_cell(
                self.choices.school,
                stage=self.choices.stage.value,
                subject=self.choices.subject.value,
                cohort=cohort,
                entry=entry,
                outcome=outcome,
            )
            for cohort in self.choices.cohorts
        ]
        people = pd.concat(in_each, ignore_index=True)
        group, codes = self.group.value, people["sen_provision"]
        if group == "all":
            return people
        if group in ("SEN", "no SEN"):
            codes = codes.map(self.choices.framework.sen_groups)
        return people[codes == group]

    def _press(self, *, row: str, column: str) -> None:
        """Open a cell, where anyone is in it."""
        cells = {
            (label, heading): cell
            for label, line in zip(self.cells.rows, self.cells.cells, strict=True)
            for heading, cell in zip(self.cells.columns, line, strict=True)
        }
        if (row, column) in cells and cells[row, column]["count"]:
            self.cells.selected = {"row": row, "column": column}

    def _group_options(self) -> list[tuple[str, str]]:
        framework = self.choices.framework
        there = set(self.choices.school.pupils["sen_provision"])
        codes = [code for code in framework.sen_names if code in there]
        return [
            (upper_first(group_name(group, framework=framework)), group)
            for group in ("SEN", "no SEN", "all", *codes)
        ]


def _cells(
    table: pd.DataFrame,
    rows: list[str],
    columns: list[str],
    *,
    stage: Stage,
    lowest: Mapping[str, float],
) -> list[list[dict[str, Any]]]:
    """The cells as the widget draws them, line by line: how many, their share of the line, whether it is the expected gain or
    more, and whether that begins here. `lowest` has for each start the points from which it is.
    """
    counts = table.set_index(["entry", "outcome"])
    points = {outcome: stage.outcome_scale.points(outcome) for outcome in columns}
    lines = []
    for row in rows:
        line: list[dict[str, Any]] = []
        for column in columns:
            count, share = 0, None
            if (row, column) in counts.index:
                cell = counts.loc[(row, column)]
                count, share = int(cell["pupils"]), float(cell["share"]) / 100
            expected = points[column] >= lowest.get(row, inf)
            line.append(
                {"count": count, "share": share, "expected": expected, "edge": False}
            )
        for cell in line:
            if cell["expected"]:
                cell["edge"] = True
                break
        lines.append(line)
    return lines


def _codes(stage: Stage, columns: list[str]) -> str:
    """What the codes among the columns mean."""
    scale = stage.outcome_scale
    meanings = {
        code.name: code.meaning for code in scale.codes if scale.is_code(code.name)
    }
    meanings |= (
        {"W": "working towards level 1"}
        if scale.name == "levels"
        else {"U": "ungraded"}
    )
    here = [f"{column} {meanings[column]}" for column in columns if column in meanings]
    return f"{'; '.join(here)}." if here else ""
