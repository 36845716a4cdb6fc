"""Loads a school's files into its two checked tables, or tells everything that is wrong in them and loads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import union_categoricals
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from senlib.frameworks import Framework
from senlib.school import schema
from senlib.school.faults import Fault, FaultyFile, UnmatchedHeading
from senlib.school.files import NamedFile, Part
from senlib.school.headings import Matched, Result, choices, matched, missing, no_table
from senlib.school.read_ctf import is_xml, read_ctf
from senlib.school.read_tables import RawTable, filled_cells, read_tables

__all__ = ["Loaded", "NamedFile", "UnmatchedHeading", "choices", "load_files"]

# Stands for 'not known' among the summers in which cohorts finish.
_UNKNOWN = 0


@dataclass(frozen=True)
class Loaded:
    """The tables as in senlib.school.schema, typed; the headings that were left out; what else the user should know."""

    pupils: pd.DataFrame
    results: pd.DataFrame
    unmatched: tuple[UnmatchedHeading, ...]
    notes: tuple[str, ...]


@dataclass
class _Reading:
    """What has been read so far, of all files."""

    sheets: list[Matched] = field(default_factory=list)
    pupils: list[Part] = field(default_factory=list)
    results: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unmatched: list[UnmatchedHeading] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_files(
    files: Sequence[NamedFile],
    *,
    framework: Framework,
    meanings: Mapping[str, str] | None = None,
    academic_year: int,
) -> Loaded:
    """Load CSV, XLSX and CTF files as one school.

    `meanings` gives headings, as senlib.school.schema.normal writes them, a meaning from `choices`; one that this
    framework does not have is passed over. `academic_year` is the summer it ends in: a year group becomes a cohort by
    it, and a blank outcome counts as 'no result' only for pupils past that stage, in a cohort that has results.
    Raises FaultyFile with every fault of every file.

    >>> from senlib.frameworks import load
    >>> rows = b"UPN,Year,SEN,KS2 English,KS3 English\\n0123,9,A,3,5\\n0124,9,N,4,\\n"
    >>> sheet = NamedFile(name="year9.csv", content=rows)
    >>> loaded = load_files([sheet], framework=load("levels"), academic_year=2005)
    >>> loaded.pupils["ks4_year"].tolist()
    [2007, 2007]
    >>> loaded.results[["pupil_id", "stage", "result"]].astype(str).values.tolist()
    [['0123', 'KS2', '3'], ['0124', 'KS2', '4'], ['0123', 'KS3', '5'], ['0124', 'KS3', '']]
    """
    reading = _Reading()
    for file in files:
        try:
            _read(file, reading, framework=framework, meanings=meanings or {})
        except FaultyFile as faulty:
            reading.faults += faulty.faults
    _part_sheets(reading)
    if not reading.pupils and not reading.faults:
        reading.faults.append(_no_pupils(files))
    pupils = _pupils(reading, framework=framework)
    finishing = _finishing(pupils, academic_year=academic_year)
    for sheet in reading.sheets:
        summers = finishing.set_axis(pupils["pupil_id"])
        reading.results += _results_of_sheet(
            sheet, framework=framework, summers=summers, year=academic_year
        )
    results = _results(reading, pupils, framework=framework)
    if reading.faults:
        raise FaultyFile(list(dict.fromkeys(reading.faults)), unmatched=reading.unmatched)
    pupils = schema.typed(pupils, schema=schema.pupils_schema(framework), framework=framework)
    return Loaded(
        pupils=pupils.assign(ks4_year=finishing.astype("Int64")),
        results=schema.typed(results, schema=schema.results_schema(framework), framework=framework),
        unmatched=tuple(reading.unmatched),
        notes=tuple(reading.notes),
    )


# -------------------------------------------------------------------------------------------------------- From a file


def _read(
    file: NamedFile, reading: _Reading, *, framework: Framework, meanings: Mapping[str, str]
) -> None:
    if is_xml(file):
        read = read_ctf(file, framework=framework)
        reading.pupils.append(read.pupils)
        reading.results.append(read.results)
        reading.notes += read.notes
        return
    tables = read_tables(file)
    found = [(table, matched(table, framework=framework, meanings=meanings)) for table in tables]
    if not any(match for _, match in found):
        reading.faults += [no_table(table) for table in tables]
        reading.unmatched += [
            UnmatchedHeading(file=table.file, heading=heading)
            for table in tables
            for heading in table.headings
        ]
        return
    with_rows = [
        match for _, match in found if match and (len(match.table.rows) or match.table.faults)
    ]
    if not with_rows:
        remedy = "Fill in a row for each pupil below the headings, or export the file again."
        reading.faults.append(
            Fault(file=file.name, rule="there are headings, and no rows below them", remedy=remedy)
        )
    for table, match in found:
        if match is None:
            reading.notes.append(
                f"{table.file}: none of its headings is known, so it was passed over."
            )
    for match in with_rows:
        faults = [*match.table.faults, *match.faults, *missing(match)]
        reading.faults += faults
        reading.unmatched += match.unmatched
        if match.not_read:
            columns = ", ".join(f"'{heading}'" for heading in match.not_read)
            reading.notes.append(
                f"{match.table.file}: {columns} not read, for this is a table of results."
            )
        if not missing(match):
            reading.sheets.append(match)


def _part_sheets(reading: _Reading) -> None:
    """Decide which sheets tell who the pupils are; the others give results alone.

    A sheet with names and results, beside one that says more of the pupils, is no second list of pupils.
    """
    wide = [sheet for sheet in reading.sheets if not sheet.long]
    telling = [sheet for sheet in wide if sheet.describes_pupils]
    if not telling and not reading.pupils:
        telling = wide[:1]
    for sheet in telling:
        reading.pupils.append(_pupils_of_sheet(sheet, reading.notes))


def _pupils_of_sheet(sheet: Matched, notes: list[str]) -> Part:
    part = _part(sheet.table, sheet.columns)
    if "attendance" in part.data:
        percents = pd.to_numeric(part.data["attendance"].astype(str), errors="coerce")
        # A cell formatted as a percentage holds 0.95 where the spreadsheet shows 95%.
        if 0 < percents.max() <= 1:
            shares = (
                part.data["attendance"]
                .astype(str)
                .where(percents.isna(), (percents * 100).map("{:.4g}".format))
            )
            part.data["attendance"] = shares.astype("category")
            notes.append(
                f"{part.file}: column '{part.headings['attendance']}' holds shares of 1 and was read as percentages."
            )
    return part


def _part(table: RawTable, columns: Mapping[str, int], **constant: str) -> Part:
    """The columns of a table under the schema's names, with others that hold one text throughout."""
    data = {name: table.columns[index] for name, index in columns.items()}
    for name, text in constant.items():
        data[name] = _constant(text, rows=len(table.rows))
    headings = {name: table.headings[index] for name, index in columns.items()}
    return Part(file=table.file, data=pd.DataFrame(data), rows=table.rows, headings=headings)


def _results_of_sheet(
    sheet: Matched, *, framework: Framework, summers: pd.Series, year: int
) -> Iterator[Part]:
    """The results of a sheet: its rows as they are, or a part for each column where it has one row a pupil."""
    if sheet.long:
        yield _part(sheet.table, sheet.columns)
        return
    if not sheet.results:
        return
    pupil_ids = pd.Series(sheet.table.columns[sheet.columns["pupil_id"]].astype(str)).str.strip()
    found = _found(pupil_ids, among=summers.index.to_series())
    # Whoever is not found (-1) gets the last, which stands for all of them.
    summer = np.append(summers.fillna(_UNKNOWN).to_numpy(), _UNKNOWN)[found]
    filled = {
        result: filled_cells(sheet.table.columns[index]) for result, index in sheet.results.items()
    }
    # A row without a number is a fault already where the sheet is the pupils' own.
    told = (pupil_ids != "").to_numpy() | (not sheet.describes_pupils)
    for result, index in sheet.results.items():
        of_stage = [cells for other, cells in filled.items() if other.stage == result.stage]
        kept = filled[result] | _counts_as_none(
            result, summer, np.logical_or.reduce(of_stage), framework=framework, year=year
        )
        part = _part(
            sheet.table,
            {"pupil_id": sheet.columns["pupil_id"], "result": index},
            **{"stage": result.stage, "subject": result.subject, "kind": result.kind},
        )
        kept &= told
        yield Part(
            file=part.file, data=part.data[kept], rows=part.rows[kept], headings=part.headings
        )


def _counts_as_none(
    result: Result, summer: np.ndarray, with_result: np.ndarray, *, framework: Framework, year: int
) -> np.ndarray:
    """Whether a blank means 'no result': at an outcome, for pupils who are past it, in a cohort that has results."""
    stage = next((stage for stage in framework.stages if stage.name == result.stage), None)
    if stage is None or result.subject not in framework.core_subjects():
        return np.zeros(len(summer), bool)
    past = (summer == _UNKNOWN) | (summer + stage.ends_in_year - 11 <= year)
    return past & np.isin(summer, np.unique(summer[with_result]))


# ------------------------------------------------------------------------------------------------------------- Checking


def _pupils(reading: _Reading, *, framework: Framework) -> pd.DataFrame:
    """The pupils of all parts, canonical and checked."""
    of_pupils = schema.pupils_schema(framework)
    pupils = schema.canonical(
        _joined(reading.pupils, of_pupils), schema=of_pupils, framework=framework
    )
    reading.faults += _faults(reading.pupils, pupils, of_pupils, framework)
    return pupils


def _finishing(pupils: pd.DataFrame, *, academic_year: int) -> pd.Series:
    """The summer in which each pupil finishes Year 11, from the year group where it is blank; NaN: not known."""
    return schema.numbers(pupils["ks4_year"]).fillna(
        academic_year + 11 - schema.numbers(pupils["year_group"])
    )


def _results(reading: _Reading, pupils: pd.DataFrame, *, framework: Framework) -> pd.DataFrame:
    """The results of all parts, canonical and checked, each for a pupil there is."""
    of_results = schema.results_schema(framework)
    results = schema.canonical(
        _joined(reading.results, of_results), schema=of_results, framework=framework
    )
    faults = _faults(reading.results, results, of_results, framework)
    # A pupil who stands in a sheet twice has every result twice too: the pupil is the fault.
    twice = {(fault.file, fault.row) for fault in reading.faults if fault.rule == _SECOND_PUPIL}
    reading.faults += [
        fault
        for fault in faults
        if fault.rule != _SECOND_RESULT or (fault.file, fault.row) not in twice
    ]
    if reading.pupils:
        unknown = (_found(results["pupil_id"], among=pupils["pupil_id"]) < 0) & (
            results["pupil_id"] != ""
        )
        reading.faults += [
            part.fault(
                position,
                column="pupil_id",
                rule="a result for a pupil who is not among the pupils",
                remedy="Add the pupil to the pupils table, correct the number, or take the row out.",
            )
            for part, position in _places(reading.results, np.flatnonzero(unknown))
        ]
    return results


def _found(values: pd.Series, *, among: pd.Series) -> np.ndarray:
    """Where each value first stands in `among`; -1 where it does not."""
    values, among = (pa.array(series, pa.large_string()) for series in (values, among))
    return pc.index_in(values, value_set=among).fill_null(-1).to_numpy(zero_copy_only=False)


def _joined(parts: Sequence[Part], of: DataFrameSchema) -> pd.DataFrame:
    """The rows of all parts, one after the other; what a part does not hold is blank."""
    if not parts:
        return pd.DataFrame({name: pd.Series([], dtype=str) for name in of.columns})
    held = [name for name in of.columns if any(name in part.data for part in parts)]
    return pd.DataFrame(
        {name: union_categoricals([_categories(part, name) for part in parts]) for name in held}
    )


def _categories(part: Part, name: str) -> pd.Categorical:
    return (
        pd.Categorical(part.data[name]) if name in part.data else _constant("", rows=len(part.rows))
    )


def _constant(text: str, *, rows: int) -> pd.Categorical:
    return pd.Categorical.from_codes(np.zeros(rows, int), categories=pd.Index([text], dtype=str))


_SECOND_PUPIL = "a second row for the same pupil"
_SECOND_RESULT = "a second result for the same pupil, stage, subject and kind"


def _faults(
    parts: Sequence[Part], table: pd.DataFrame, of: DataFrameSchema, framework: Framework
) -> list[Fault]:
    """What the schema finds wrong, by the places in the files. The values themselves are dropped here."""
    try:
        of.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    # A check of whole rows reports each of their cells.
    cases = cases.assign(
        column=cases["column"].where(cases["schema_context"] == "Column", "result")
    )
    cases = (
        cases[["column", "check", "index"]].drop_duplicates().sort_values("index", kind="stable")
    )
    places = _places(parts, cases["index"].to_numpy(int))
    stages = (
        table["stage"].to_numpy()[cases["index"].to_numpy(int)]
        if "stage" in table
        else [""] * len(cases)
    )
    return [
        part.fault(
            position,
            column=column,
            **_rule(check, column=column, stage=stage, of=of, framework=framework),
        )
        for (part, position), column, check, stage in zip(
            places, cases["column"], cases["check"], stages, strict=True
        )
    ]


def _rule(
    check: str, *, column: str, stage: str, of: DataFrameSchema, framework: Framework
) -> dict[str, str]:
    """The rule and the remedy of a check that failed."""
    if check == "field_uniqueness":
        return {"rule": _SECOND_PUPIL, "remedy": "Keep one row for each pupil, in one file."}
    if check == _SECOND_RESULT:
        remedy = (
            "Keep one of them; only results for 'now' may follow one another, each with its date."
        )
    elif column == "result":
        remedy = (
            f"Give {framework.scale_of(stage).accepted}; leave it blank where the pupil has none."
        )
    else:
        remedy = of.columns[column].metadata["remedy"]
    return {"rule": check, "remedy": remedy}


def _places(parts: Sequence[Part], positions: np.ndarray) -> Iterator[tuple[Part, int]]:
    """For each row of the joined table the part it came from and its position there."""
    ends = np.cumsum([len(part.rows) for part in parts])
    for position in positions:
        which = int(np.searchsorted(ends, position, side="right"))
        yield parts[which], int(position - (ends[which] - len(parts[which].rows)))


def _no_pupils(files: Sequence[NamedFile]) -> Fault:
    return Fault(
        file=", ".join(file.name for file in files) or "no file",
        rule="there is no table of pupils here",
        remedy="Load a file with a row for each pupil and a column UPN as well: an export of pupils, or the template.",
    )
