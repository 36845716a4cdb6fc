"""Checks joined rows against the schema: what is wrong by its place, what stops the load, and the rows without what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from senlib.frameworks import Framework
from senlib.school.faults import Fault
from senlib.school.files import SourceRows
from senlib.school.raw_tables import UNCALCULATED, is_error

# Without these nobody can tell whose a row is, or which cohort or group she is in. All other columns of pupils may be left out.
NEEDED = ("pupil_id", "year_group", "ks4_year", "sen_provision")
# A school opens without what pupils hold now; results that a figure is made of stop the load.
CURRENT = "now"
# From this share of its cells on, a column that does not fit is left out as a whole.
_MISFIT = 0.5

_ERROR = "an error instead of a value, such as #N/A or #REF!"
_MEND = "Correct the formula in Excel, or clear the cell, and choose the file again."
_NEVER = "a formula that was never calculated"
_OPEN = "Open the file in Excel, save it and choose it again."


def joined(parts: Sequence[SourceRows], of: DataFrameSchema) -> pd.DataFrame:
    """The rows of all parts, one after the other, columns as categories of text; what a part does not hold is blank."""
    if not parts:
        return pd.DataFrame({name: pd.Series([], dtype=str) for name in of.columns})
    columns = {
        name: union_categoricals([_categories(part, name) for part in parts])
        for name in of.columns
        if any(name in part.data for part in parts)
    }
    rows = sum(len(part.rows) for part in parts)
    return pd.DataFrame(columns, index=range(rows))


def _categories(part: SourceRows, name: str) -> pd.Categorical:
    if name not in part.data:
        return constant("", rows=len(part.rows))
    column = pd.Categorical(part.data[name])
    texts = pd.Index(column.categories.astype(str), dtype=str)
    return column.rename_categories(texts)


def constant(text: str, *, rows: int) -> pd.Categorical:
    """A column that holds one text throughout."""
    return pd.Categorical.from_codes(
        np.zeros(rows, int), categories=pd.Index([text], dtype=str)
    )


def without_errors(
    table: pd.DataFrame, parts: Sequence[SourceRows], *, needed: Sequence[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """The table with blanks for a spreadsheet's errors and formulas without a value, and a fault for each."""
    faults: list[Fault] = []
    for name in table.columns:
        column = pd.Categorical(table[name])
        texts = column.categories
        wrong = np.array([is_error(text) for text in texts], bool)
        if not wrong.any():
            continue
        at = np.flatnonzero(wrong[column.codes])
        for position, (part, place) in zip(at, places(parts, at), strict=True):
            never = str(column[position]).strip() == UNCALCULATED
            rule, remedy = (_NEVER, _OPEN) if never else (_ERROR, _MEND)
            fault = part.fault(place, column=name, rule=rule, remedy=remedy)
            stage = str(table["stage"].iloc[position]) if name == "result" else ""
            stops = name in needed and stage.strip() != CURRENT
            faults.append(replace(fault, stops=stops))
        right = np.where(wrong, "", texts.astype(object))
        table = table.assign(**{name: pd.Categorical(right[column.codes])})
    return table, faults


def checked(
    table: pd.DataFrame,
    parts: Sequence[SourceRows],
    of: DataFrameSchema,
    *,
    framework: Framework,
    needed: Sequence[str],
) -> tuple[pd.DataFrame, list[Fault]]:
    """A canonical table with blanks for what does not fit where that may be, and every fault.

    A fault in a column that is needed stops the load. Of another column the cells that do not fit are left blank, and the whole
    column of a file where most of them do not.
    """
    cases = _failures(table, of)
    if cases.empty:
        return table, []
    checking = _Checking(table.copy(), of, framework, needed)
    ends = np.cumsum([len(part.rows) for part in parts])
    cases["part"] = np.searchsorted(ends, cases["index"], side="right")
    for (name, number), of_part in cases.groupby(["column", "part"], sort=False):
        part, end = parts[number], int(ends[number])
        checking.check(part, end - len(part.rows), name, of_part)
    in_order = sorted(checking.faults, key=lambda case: (case.begin, case.row))
    return checking.table, [case.fault for case in in_order]


class _FaultInRow(NamedTuple):
    """A fault with its row in the joined table, -1 of a whole column, and that in which its part begins."""

    begin: int
    row: int
    fault: Fault


class _Checking:
    """A check under way: cells that do not fit are blanked in `table`, and `faults` are gathered."""

    def __init__(
        self,
        table: pd.DataFrame,
        of: DataFrameSchema,
        framework: Framework,
        needed: Sequence[str],
    ) -> None:
        self.table = table
        self.faults: list[_FaultInRow] = []
        self._of = of
        self._framework = framework
        self._needed = needed

    def check(
        self, part: SourceRows, begin: int, name: str, cases: pd.DataFrame
    ) -> None:
        """Report what is wrong in a column of a part, whose rows begin here in the joined table."""
        rows = cases["index"].tolist()
        cells = self.table[name].iloc[begin : begin + len(part.rows)]
        filled = int((cells != "").sum())
        in_sheet = name == "result" and "stage" not in part.headings
        optional = name not in self._needed or in_sheet
        column = self.table.columns.get_loc(name)
        if optional and len(rows) > max(1, _MISFIT * filled):
            fault = Fault(
                file=part.file,
                column=part.headings.get(name, name),
                rule=f"{len(rows):,} of {filled:,} filled cells: {cases['check'].iloc[0]}",
                remedy=self._remedy(name, rows[0]),
                stops=False,
            )
            self.faults.append(_FaultInRow(begin, -1, fault))
            self.table.iloc[begin : begin + len(part.rows), column] = ""
            return
        for row, rule in zip(rows, cases["check"], strict=True):
            remedy = self._remedy(name, row)
            fault = part.fault(row - begin, column=name, rule=rule, remedy=remedy)
            current = name == "result" and self.table["stage"].iloc[row] == CURRENT
            stops = name in self._needed and not current
            self.faults.append(_FaultInRow(begin, row, replace(fault, stops=stops)))
            if not stops:
                self.table.iloc[row, column] = ""

    def _remedy(self, name: str, row: int) -> str:
        if name != "result":
            return str(self._of.columns[name].metadata["remedy"])
        scale = self._framework.scale_of(self.table["stage"].iloc[row])
        return f"Use {scale.accepted}. Leave the cell blank if the pupil has no result."


def _failures(table: pd.DataFrame, of: DataFrameSchema) -> pd.DataFrame:
    """What the schema finds wrong: column, check and row. The values themselves are dropped here."""
    try:
        of.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return pd.DataFrame(columns=["column", "check", "index"])
    # A check of whole rows reports each of their cells.
    of_column = cases["schema_context"] == "Column"
    cases["column"] = cases["column"].where(of_column, "result")
    cases = cases[["column", "check", "index"]].drop_duplicates()
    return cases.astype({"index": int}).sort_values("index", kind="stable")


def places(
    parts: Sequence[SourceRows], positions: np.ndarray
) -> Iterator[tuple[SourceRows, int]]:
    """For each row of the joined table the part it came from and its position there."""
    ends = np.cumsum([len(part.rows) for part in parts])
    for position in positions:
        which = int(np.searchsorted(ends, position, side="right"))
        yield parts[which], int(position - (ends[which] - len(parts[which].rows)))
