"""Checks joined rows against the schema: what is wrong by its place, what stops the load, and the rows without what does not fit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from senlib.frameworks import Framework
from senlib.school.column_texts import each_distinct
from senlib.school.faults import Fault
from senlib.school.files import SourceRows
from senlib.school.raw_tables import UNCALCULATED, is_error

Parts = Sequence[SourceRows]

# Without these nobody can tell whose a row is, or which cohort or group she is in. All other columns of pupils may be left out.
NEEDED = ("pupil_id", "year_group", "ks4_year", "sen_provision")
# A school opens without current results; those that figures are counted from stop the load.
CURRENT = "now"
# From this share of its cells on, a column that does not fit is left out as a whole.
_MISFIT = 0.5

# What is wrong, and what to do.
_ERROR = (
    "an error instead of a value, such as #N/A or #REF!",
    "Correct the formula in Excel, or clear the cell, and choose the file again.",
)
_UNCALCULATED = (
    "a formula that was never calculated",
    "Open the file in Excel, save it and choose it again.",
)


def joined(parts: Parts, of: DataFrameSchema) -> pd.DataFrame:
    """The rows of all parts, one after the other, columns as categories of text; what a part does not have is blank."""
    columns = {}
    for name in of.columns:
        if any(name in part.data for part in parts):
            texts = [_categories(part, name) for part in parts]
            columns[name] = union_categoricals(texts)
    rows = _begins(parts)[-1]
    return pd.DataFrame(columns, index=range(rows))


def _categories(part: SourceRows, name: str) -> pd.Categorical:
    if name not in part.data:
        return constant("", rows=len(part.rows))
    column = pd.Categorical(part.data[name])
    return column.rename_categories(column.categories.astype(str))


def constant(text: str, *, rows: int) -> pd.Categorical:
    """A column of one text throughout."""
    return pd.Categorical([text]).repeat(rows)


def _begins(parts: Parts) -> list[int]:
    """The row of the joined table in which each part begins, and last the number of its rows."""
    lengths = [len(part.rows) for part in parts]
    return [0, *accumulate(lengths)]


def places(parts: Parts, positions: np.ndarray) -> Iterator[tuple[SourceRows, int]]:
    """For each row of the joined table the part it came from and its position there."""
    begins = _begins(parts)
    for position in positions:
        number = bisect_right(begins, position) - 1
        yield parts[number], int(position - begins[number])


def without_errors(
    table: pd.DataFrame, parts: Parts, *, needed: Sequence[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """The table with blanks for a spreadsheet's errors and formulas without a value, and a fault for each."""
    faults: list[Fault] = []
    table = table.copy()
    for name in table.columns:
        column = pd.Categorical(table[name])
        are_errors = [is_error(text) for text in column.categories]
        wrong = np.array(are_errors, bool)[column.codes]
        at = np.flatnonzero(wrong)
        if not len(at):
            continue
        stops = _stops(table, name, needed)
        for position, (part, row) in zip(at, places(parts, at), strict=True):
            never = column[position].strip() == UNCALCULATED
            rule, remedy = _UNCALCULATED if never else _ERROR
            fault = part.fault(
                row,
                column=name,
                rule=rule,
                remedy=remedy,
                stops=bool(stops[position]),
            )
            faults.append(fault)
        texts = np.where(wrong, "", column)
        table[name] = pd.Categorical(texts)
    return table, faults


def _stops(table: pd.DataFrame, name: str, needed: Sequence[str]) -> np.ndarray:
    """Whether a fault in each row of a column stops the load: where it is needed, save in current results."""
    if name not in needed or name != "result":
        return np.full(len(table), name in needed)
    return np.array(each_distinct(table["stage"]) != CURRENT)


def checked(
    table: pd.DataFrame,
    parts: Parts,
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
    begins = _begins(parts)
    rows = cases["index"]
    numbers = np.searchsorted(begins, rows, side="right")
    for number, cases_of_part in cases.groupby(numbers - 1):
        checking.check(parts[number], begins[number], cases_of_part)
    return checking.table, checking.faults


def _failures(table: pd.DataFrame, of: DataFrameSchema) -> pd.DataFrame:
    """What the schema finds wrong: column, check and row. The values themselves are dropped here."""
    try:
        of.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return pd.DataFrame(columns=["column", "check", "index"])
    # A check of whole rows reports each of their cells.
    cases.loc[cases["schema_context"] != "Column", "column"] = "result"
    distinct = cases[["column", "check", "index"]].drop_duplicates()
    indexed = distinct.astype({"index": int})
    return indexed.sort_values("index", kind="stable")


@dataclass
class _Checking:
    """A check under way: cells that do not fit are blanked in `table`, and `faults` are gathered in the order of rows."""

    table: pd.DataFrame
    of: DataFrameSchema
    framework: Framework
    needed: Sequence[str]
    faults: list[Fault] = field(default_factory=list)

    def check(self, part: SourceRows, begin: int, cases: pd.DataFrame) -> None:
        """Take the cases in a part, whose rows begin here in the joined table."""
        faults: list[_FaultInRow] = []
        for name, of_column in cases.groupby("column", sort=False):
            faults += self._of_column(part, begin, name, of_column)
        faults.sort(key=lambda case: case.row)
        self.faults += [case.fault for case in faults]

    def _of_column(
        self, part: SourceRows, begin: int, name: str, cases: pd.DataFrame
    ) -> Iterator[_FaultInRow]:
        rows = cases["index"].tolist()
        rules = cases["check"].tolist()
        whole = slice(begin, begin + len(part.rows))
        column = self.table.columns.get_loc(name)
        cells = self.table.iloc[whole, column]
        filled = int((cells != "").sum())
        in_sheet = name == "result" and "stage" not in part.headings
        optional = in_sheet or name not in self.needed
        if optional and len(rows) > max(1, _MISFIT * filled):
            fault = Fault(
                file=part.file,
                column=part.headings.get(name, name),
                rule=f"{len(rows):,} of {filled:,} filled cells: {rules[0]}",
                remedy=self._remedy(name, rows[0]),
                stops=False,
            )
            self.table.iloc[whole, column] = ""
            yield _FaultInRow(-1, fault)
            return
        stops = _stops(self.table.iloc[whole], name, self.needed)
        for row, rule in zip(rows, rules, strict=True):
            fault = part.fault(
                row - begin,
                column=name,
                rule=rule,
                remedy=self._remedy(name, row),
                stops=bool(stops[row - begin]),
            )
            yield _FaultInRow(row, fault)
            if not stops[row - begin]:
                self.table.iloc[row, column] = ""

    def _remedy(self, name: str, row: int) -> str:
        if name != "result":
            declared = self.of.columns[name]
            return str(declared.metadata["remedy"])
        stage = self.table["stage"].iloc[row]
        accepted = self.framework.scale_of(stage).accepted
        return f"Use {accepted}. Leave the cell blank if the pupil has no result."


class _FaultInRow(NamedTuple):
    """A fault and its row in the joined table, -1 of a whole column."""

    row: int
    fault: Fault
