"""The matrix of Task 1: from each start to each outcome; a pressed cell lists who is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

import pandas as pd
from pandas import DataFrame, Series

from senlib import national
from senlib.frameworks import Stage
from senlib.measures.comparison import NO_START
from senlib.measures.conversion import outcome_columns
from senlib.measures.expected import expected_outcomes
from senlib.measures.groups import group_name
from senlib.measures.tracking import people_in_cell
from senlib.pages.kit import empty_states, layout, pupil_list, pupil_names, sentences
from senlib.pages.kit.live import on_change, on_message
from senlib.pages.task1_conversion_data.conversion_choices import Choices, in_summers
from senlib.text import upper_first
from senlib.widgets import Listing, Matrix

WHO = {
    "name": "Pupil",
    "form": "Form",
    "year": "Year group",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry_result": "Entry",
    "outcome_result": "Outcome",
}

# A cell as the widget draws it.
Cell = dict[str, Any]


class MatrixPiece:
    """The matrix for what is chosen and the list of a cell; `box` is what stands on the page.

    `query` may say whose results to show (group), and which cell to open (entry and outcome).
    """

    def __init__(self, choices: Choices, query: Mapping[str, str]) -> None:
        self.choices = choices
        whose = query.get("group", "SEN")
        self.group = layout.choice("Whose results", self._group_options(), whose)
        self.cells = Matrix(row_heading="Entered at", column_heading="Reached")
        self.codes = layout.html("")
        self.key = layout.html("")
        self.who = Listing(
            columns=pupil_list.columns(WHO),
            caption="Who is in the cell",
            empty="Nobody is listed yet.",
        )
        on_message(self.cells, "selected", self._show_who)
        on_change(self.group, self.show)
        choices.live.also(self.show)
        self._press(query)
        self.box = layout.stack(
            layout.controls(self.group),
            self.cells,
            self.codes,
            layout.how_to_read("matrix", "expected_gain"),
            self.who,
            self.key,
        )

    def show(self) -> None:
        """Show the matrix of what is chosen now."""
        choices, stage = self.choices, self.choices.chosen_stage
        table = choices.cells()
        table = table[table["group"] == self.group.value]
        rows = _in(table["entry"], (*stage.bands, NO_START))
        columns = _in(table["outcome"], outcome_columns(stage))
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
        codes = _codes(stage, columns)
        self.codes.value = layout.note(gain, codes)
        self._show_who(self.cells.selected)

    def _expected_from(self, stage: Stage) -> dict[str, float]:
        """By start, the lowest points of the outcome that is expected from it."""
        expected = expected_outcomes(
            framework=self.choices.framework,
            stage=stage,
            cohort=self.choices.cohorts[0],
            figures=self.choices.figures,
        )
        subject = national.subject(self.choices.subject.value or "")
        gains = expected.set_index("entry")["expected"]
        gains = gains[list(expected["subject"] == subject)]
        return gains.map(stage.outcome_scale.lowest).to_dict()

    def _show_who(self, cell: Mapping[str, str]) -> None:
        """List who is in a cell; nobody where it is {}."""
        choices = self.choices
        self.key.value = ""
        self.who.records = []
        if not cell:
            return
        self.key.value = pupil_names.codes_key(choices.school)
        entry, outcome = cell["row"], cell["column"]
        people = self._people(entry=entry, outcome=outcome)
        self.who.caption = (
            f"{sentences.pupils(len(people))} who entered at {entry} and "
            f"reached {outcome} in {choices.subject.value}"
        )
        years = "Year " + people["year_group"].astype("string")
        people = pupil_list.in_words(people, school=choices.school)
        people = people.assign(year=years.fillna("left"))
        pupil_list.show(self.who, people, workspace=choices.workspace)

    def _people(self, *, entry: str, outcome: str) -> DataFrame:
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

    def _press(self, query: Mapping[str, str]) -> None:
        """Open the cell that is asked for, where anyone is in it."""
        row, column = query.get("entry"), query.get("outcome")
        rows, columns = self.cells.rows, self.cells.columns
        if row in rows and column in columns:
            line = self.cells.cells[rows.index(row)]
            if line[columns.index(column)]["count"]:
                self.cells.selected = {"row": row, "column": column}

    def _group_options(self) -> layout.Options:
        framework = self.choices.framework
        there = set(self.choices.school.pupils["sen_provision"])
        codes = [code for code in framework.sen_names if code in there]
        return [
            (upper_first(group_name(group, framework=framework)), group)
            for group in ("SEN", "no SEN", "all", *codes)
        ]


def _in(values: Series, in_order: Iterable[str]) -> list[str]:
    """Those that are among some values."""
    return [one for one in in_order if values.eq(one).any()]


def _cells(
    table: DataFrame,
    rows: list[str],
    columns: list[str],
    *,
    stage: Stage,
    lowest: Mapping[str, float],
) -> list[list[Cell]]:
    """The cells as the widget draws them, line by line: how many, their share of the line, whether it is the expected gain or
    more, and whether that begins here. `lowest` has for each start the points from which it is.
    """
    counts = table.set_index(["entry", "outcome"])
    points = stage.outcome_scale.points
    lines = []
    for row in rows:
        line: list[Cell] = []
        from_here = lowest.get(row, inf)
        for column in columns:
            cell: Cell = {"count": 0, "share": None}
            cell["expected"] = points(column) >= from_here
            before = [one["expected"] for one in line]
            cell["edge"] = cell["expected"] and not any(before)
            if (row, column) in counts.index:
                count = counts.loc[(row, column)]
                cell["count"] = int(count["pupils"])
                cell["share"] = float(count["share"]) / 100
            line.append(cell)
        lines.append(line)
    return lines


def _codes(stage: Stage, columns: list[str]) -> str:
    """What the codes among the columns mean."""
    scale = stage.outcome_scale
    meanings = {"U": "ungraded"}
    if scale.name == "levels":
        meanings = {"W": "working towards level 1"}
    for code in scale.codes:
        if scale.is_code(code.name):
            meanings.setdefault(code.name, code.meaning)
    here = [f"{column} {meanings[column]}" for column in columns if column in meanings]
    return f"{'; '.join(here)}." if here else ""
