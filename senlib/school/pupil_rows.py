"""What one table says of pupils, row by row, under the names of the pupils table, and what helps to join its rows with others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa

from senlib.frameworks import Framework
from senlib.school import headings, schema
from senlib.school.cells import NO, NOT_EAL, UPN, YES
from senlib.school.column_texts import each_distinct, numbers, whole_number
from senlib.school.files import SourceRows
from senlib.school.matching import Matched
from senlib.school.raw_tables import RawTable, filled_cells, is_error

# '2023/2024' or '202324'.
_SCHOOL_YEAR = re.compile(r"20\d\d[/-]?(?:20)?(\d\d)")
# A form such as 10B begins with the year group.
_FORM = re.compile(r"(?:Y(?:ea)?r?\s*)?(1[0-3]|[7-9])(?!\d)", re.IGNORECASE)
_NEARLY_ALL = 0.8
# What stands between two needs in one cell.
_BETWEEN_NEEDS = (r"[;\n|]", r"[,;/&+\n|]| and ")
# Pupils of a summer's key stage 2 finish Year 11 so many years later.
YEARS_FROM_KS2 = 5

_YES_NO = dict.fromkeys([*YES, "✓", "✔", "eal"], "Y")
_YES_NO |= dict.fromkeys([*NO, *NOT_EAL], "N")


class Derived(NamedTuple):
    """A column of the pupils table that is worked out from another, and the index of that one."""

    name: str
    values: pd.Series
    source: int


def pupil_rows(match: Matched, framework: Framework, notes: list[str]) -> SourceRows:
    """What the table says of pupils, one row for each of its rows, without their numbers; notes are added to `notes`."""
    table = match.table
    columns = dict(match.pupil_columns)
    aids = {name: columns.pop(name) for name in headings.AIDS if name in columns}
    columns.pop("pupil_id", None)
    data: dict[str, pd.Categorical | pd.Series] = {
        name: table.columns[index] for name, index in columns.items()
    }
    names = {name: table.headings[index] for name, index in columns.items()}
    for name, values, source in _from_aids(table, aids, columns):
        data[name], names[name] = values, table.headings[source]
    notes += _neither_notes(table, aids)
    if "form" in data and "year_group" not in data and "ks4_year" not in data:
        years = _years_by_form(table.columns[columns["form"]])
        if years is not None:
            data["year_group"], names["year_group"] = years, names["form"]
            notes.append(
                f"{table.file}: the year group was read from column ‘{names['form']}’."
            )
    if "need" in data and "need_2" not in data:
        column = table.columns[columns["need"]]
        needs = [_need(column, place, framework) for place in (0, 1)]
        if (needs[1] != "").any():
            data["need"], data["need_2"] = needs
            names["need_2"] = names["need"]
            notes.append(
                f"{table.file}: where a cell holds several needs, the first two were read."
            )
    if "attendance" in columns:
        percentages = _percentages(table.columns[columns["attendance"]])
        if percentages is not None:
            data["attendance"] = percentages
            notes.append(
                f"{table.file}: attendance is given as decimals, such as 0.95, and was read as percentages."
            )
    return SourceRows(
        file=table.file,
        data=pd.DataFrame(data, index=range(len(table.rows))),
        rows=table.rows,
        headings=names | {"pupil_id": number_heading(match) or "UPN"},
    )


def number_heading(match: Matched) -> str:
    """The heading of the pupils' numbers; '' where there are none."""
    return "" if match.number is None else match.table.headings[match.number]


def _need(column: pd.Categorical, place: int, framework: Framework) -> pd.Series:
    """The first or the second need of each cell; cells that hold several, such as 'SLCN, SEMH', are parted."""
    declared = schema.pupils_schema(framework).columns["need"]
    return each_distinct(column, lambda text: _first_two(text, declared)[place])


def _first_two(text: str, declared: pa.Column) -> tuple[str, str]:
    """The first two needs of a cell; the text as it is where it is one, or no list of them."""
    if schema.is_accepted(text, declared):
        return text, ""
    for between in _BETWEEN_NEEDS:
        parts = [part.strip() for part in re.split(between, text) if part.strip()]
        if len(parts) > 1 and all(schema.is_accepted(part, declared) for part in parts):
            return parts[0], parts[1]
    return text, ""


def _from_aids(
    table: RawTable, aids: Mapping[str, int], columns: Mapping[str, int]
) -> Iterator[Derived]:
    """Columns that are worked out from others: names in one, flags for SEN, EAL as yes or no."""
    if headings.NAME in aids and "surname" not in columns:
        index = aids[headings.NAME]
        yield Derived("surname", _part_of_name(table.columns[index], 0), index)
        yield Derived("forename", _part_of_name(table.columns[index], 2), index)
    flags = [aid for aid in (headings.EHC_PLAN, headings.SEN_SUPPORT) if aid in aids]
    if flags and "sen_provision" not in columns:
        index = aids[flags[0]]
        yield Derived("sen_provision", _provision(table, aids), index)
    if headings.EAL in aids and "language" not in columns:
        index = aids[headings.EAL]
        words = {"Y": "Other than English", "N": "English", "": ""}
        yield Derived("language", _yes_no(table, index).map(words), index)


def _neither_notes(table: RawTable, aids: Mapping[str, int]) -> Iterator[str]:
    """How many cells of columns of yes and no hold something else."""
    for aid in (headings.EAL, headings.EHC_PLAN, headings.SEN_SUPPORT):
        if aid not in aids:
            continue
        index = aids[aid]
        other = (_yes_no(table, index) == "").to_numpy()
        neither = int((filled_cells(table.columns[index]) & other).sum())
        if neither:
            one = neither == 1
            cells = "1 cell is" if one else f"{neither:,} cells are"
            yield (
                f"{table.file}, column ‘{table.headings[index]}’: {cells} neither yes nor no, "
                f"and {'was' if one else 'were'} read as blank."
            )


def _part_of_name(column: pd.Categorical, place: int) -> pd.Series:
    """What stands before the comma of 'Aster, Ivy', or behind it; without a comma all is surname, for nobody can tell where it parts."""
    return each_distinct(column, lambda text: text.partition(",")[place].strip())


def _provision(table: RawTable, aids: Mapping[str, int]) -> pd.Series:
    """E, K or N by two columns of yes and no; '' where both are blank."""
    blank = pd.Series("", index=range(len(table.rows)), dtype=str)
    plan, support = (
        _yes_no(table, aids[aid]) if aid in aids else blank
        for aid in (headings.EHC_PLAN, headings.SEN_SUPPORT)
    )
    provision = blank.mask((plan == "N") | (support == "N"), "N")
    return provision.mask(support == "Y", "K").mask(plan == "Y", "E")


def _yes_no(table: RawTable, index: int) -> pd.Series:
    return each_distinct(
        table.columns[index], lambda text: _YES_NO.get(text.casefold(), "")
    )


def _years_by_form(forms: pd.Categorical) -> pd.Series | None:
    """The year group that each form begins with; None where many forms begin otherwise."""
    texts = {text.strip() for text in forms.categories if text.strip()}
    years = {text: year[1] for text in texts if (year := _FORM.match(text))}
    if not years or len(years) < _NEARLY_ALL * len(texts):
        return None
    return each_distinct(forms, lambda text: years.get(text, ""))


def _percentages(column: pd.Categorical) -> pd.Series | None:
    """Shares of 1 as percentages; None where what stands there is no share of 1."""
    texts = [text.strip() for text in column.categories]
    filled = [text for text in texts if text and not is_error(text)]
    shares = pd.to_numeric(pd.Series(filled, dtype=str), errors="coerce")
    # A percentage of 1 or less is nobody's; '95%' is no number here, so one of them makes all the others percentages.
    if not filled or shares.isna().any() or not 0 < shares.max() <= 1:
        return None
    return each_distinct(
        column, lambda text: f"{float(text) * 100:.4g}" if text in filled else text
    )


def each_row(
    match: Matched, name: str, turn: Callable[[str], object]
) -> np.ndarray | None:
    """The cells of a column turned, row by row; None where there is no such column."""
    if name not in match.named:
        return None
    column = match.table.columns[match.named[name]]
    return np.array(each_distinct(column, turn), object)


def pupil_number(text: str) -> str:
    """A pupil's number, a UPN in capitals."""
    return text.upper() if UPN.fullmatch(text) else text


def summer_of_school_year(text: str) -> int:
    """The summer that a school year such as DfE's ACADYR ends in; 0 for what is none."""
    match = _SCHOOL_YEAR.fullmatch(text)
    return 2000 + int(match[1]) if match else 0


def rank_of_need(text: str) -> int:
    """The rank that a row gives to its need; what is no number comes last."""
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 999


def leaving_years(
    match: Matched, pupils: SourceRows, years: np.ndarray | None
) -> np.ndarray | None:
    """The summer of Year 11 in DfE's files without year groups, '' where they do not say: key stage 2 is five years before it."""
    is_dfe = headings.is_dfe(match.table.headings)
    if years is None or not is_dfe or "year_group" in pupils.data:
        return None
    stages = {result.stage for _, result in match.results}
    if not stages & {"KS2", "KS4"}:
        return None
    later = 0 if "KS4" in stages else YEARS_FROM_KS2
    leaving = [f"{year + later}" if year else "" for year in years.tolist()]
    return np.array(leaving, object)


def year_groups(
    pupils: SourceRows, *, academic_year: int, years: np.ndarray | None
) -> pd.Series:
    """Each row's year group in the school's own year, as a number; missing where it does not say."""
    if "year_group" not in pupils.data:
        return pd.Series(pd.NA, index=pupils.data.index, dtype="Float64")
    texts = each_distinct(pupils.data["year_group"], whole_number)
    groups = numbers(texts).astype("Float64")
    if years is None:
        return groups
    return groups + np.where(years > 0, academic_year - years, 0)
