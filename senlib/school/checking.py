"""Checks joined rows against the schema: what is wrong by its place, what stops the load, and the rows without what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from senlib.frameworks import Framework
from senlib.school.faults import Fault
from senlib.school.files import SourceRows
from senlib.school.read_tables import UNCALCULATED, is_error

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
    held = [name for name in of.columns if any(name in part.data for part in parts)]
    return pd.DataFrame(
        {
            name: union_categoricals([_categories(part, name) for part in parts])
            for name in held
        },
        index=range(sum(len(part.rows) for part in parts)),
    )


def _categories(part: SourceRows, name: str) -> pd.Categorical:
    if name in part.data:
        column = pd.Categorical(part.data[name])
        return column.rename_categories(
            pd.Index(column.categories.astype(str), dtype=str)
        )
    return constant("", rows=len(part.rows))


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
        texts = column.categories.tolist()
        wrong = [is_error(text) for text in texts]
        if not any(wrong):
            continue
        at = np.flatnonzero(np.array(wrong, bool)[column.codes])
        for position, (part, place) in zip(at, places(parts, at), strict=True):
            never = str(column[position]).strip() == UNCALCULATED
            rule, remedy = (_NEVER, _OPEN) if never else (_ERROR, _MEND)
            fault = part.fault(place, column=name, rule=rule, remedy=remedy)
            current = (
                name == "result"
                and str(table["stage"].iloc[position]).strip() == CURRENT
            )
            faults.append(replace(fault, stops=name in needed and not current))
        kept = np.array(
            ["" if bad else text for bad, text in zip(wrong, texts, strict=True)],
            object,
        )
        table = table.assign(**{name: pd.Categorical(kept[column.codes])})
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
    faults: list[tuple[int, int, Fault]] = []
    table = table.copy()
    lengths = np.cumsum([len(part.rows) for part in parts])
    cases["part"] = np.searchsorted(lengths, cases["index"], side="right")
    stages = (
        table["stage"].to_numpy()
        if "stage" in table
        else np.full(len(table), "", object)
    )
    for (name, number), found in cases.groupby(["column", "part"], sort=False):
        part, begin = parts[number], int(lengths[number] - len(parts[number].rows))
        rows = found["index"].to_numpy(int)
        sheet = name == "result" and "stage" not in part.headings
        optional = name not in needed or sheet
        cells = table[name].iloc[begin : lengths[number]]
        filled = int((cells != "").sum())
        if optional and len(rows) > max(1, _MISFIT * filled):
            rule = f"{len(rows):,} of {filled:,} filled cells: {found['check'].iloc[0]}"
            described = _rule(
                rule, column=name, stage=stages[rows[0]], of=of, framework=framework
            )
            heading = part.headings.get(name, name)
            fault = Fault(file=part.file, column=heading, stops=False, **described)
            faults.append((number, -1, fault))
            table.iloc[begin : lengths[number], table.columns.get_loc(name)] = ""
            continue
        for row, check in zip(rows, found["check"], strict=True):
            described = _rule(
                check, column=name, stage=stages[row], of=of, framework=framework
            )
            fault = part.fault(int(row) - begin, column=name, **described)
            stops = name in needed and not (name == "result" and stages[row] == CURRENT)
            faults.append((number, int(row), replace(fault, stops=stops)))
            if not stops:
                table.iloc[row, table.columns.get_loc(name)] = ""
    return table, [fault for _, _, fault in sorted(faults, key=lambda found: found[:2])]


def _failures(table: pd.DataFrame, of: DataFrameSchema) -> pd.DataFrame:
    """What the schema finds wrong: column, check and row. The values themselves are dropped here."""
    try:
        of.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return pd.DataFrame(columns=["column", "check", "index"])
    # A check of whole rows reports each of their cells.
    cases = cases.assign(
        column=cases["column"].where(cases["schema_context"] == "Column", "result")
    )
    cases = cases[["column", "check", "index"]].drop_duplicates()
    return cases.astype({"index": int}).sort_values("index", kind="stable")


def _rule(
    check: str, *, column: str, stage: str, of: DataFrameSchema, framework: Framework
) -> dict[str, str]:
    """The rule and the remedy of a check that failed."""
    if column == "result":
        accepted = framework.scale_of(stage).accepted
        return {
            "rule": check,
            "remedy": f"Use {accepted}. Leave the cell blank if the pupil has no result.",
        }
    return {"rule": check, "remedy": of.columns[column].metadata["remedy"]}


def places(
    parts: Sequence[SourceRows], positions: np.ndarray
) -> Iterator[tuple[SourceRows, int]]:
    """For each row of the joined table the part it came from and its position there."""
    ends = np.cumsum([len(part.rows) for part in parts])
    for position in positions:
        which = int(np.searchsorted(ends, position, side="right"))
        yield parts[which], int(position - (ends[which] - len(parts[which].rows)))
