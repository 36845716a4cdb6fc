"""One list of a school's as it was read: its pupils and its results as parts of the two tables, not yet joined with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from senlib.frameworks import Framework
from senlib.school import headings, pupil_rows, result_rows
from senlib.school.column_texts import each_distinct
from senlib.school.files import SourceRows
from senlib.school.matching import Matched


@dataclass(frozen=True)
class SchoolList:
    """A list: the parts that it gives to the pupils and to the results table.

    `name` is the file's, `file` names the sheet too. `upns` and `own_numbers` are the pupils' numbers row by row, '' where blank
    or where there is no such column. `at` gives for each part of results the rows of the list that it comes from. `year` is the
    summer of the school year that the list tells of, None where the file does not say; `years` the same row by row. `ranks` order
    the needs of a pupil who has several rows. `leaving` is the summer of Year 11 row by row, as far as the year of the results
    tells it, for want of anything better.
    """

    name: str
    file: str
    pupils: SourceRows
    results: tuple[SourceRows, ...]
    at: tuple[np.ndarray, ...]
    upns: np.ndarray
    own_numbers: np.ndarray
    describes_pupils: bool
    long: bool = False
    ctf: bool = False
    year: int | None = None
    years: np.ndarray | None = None
    number_heading: str = ""
    ranks: np.ndarray | None = None
    leaving: np.ndarray | None = None
    notes: tuple[str, ...] = ()


SchoolLists = Sequence[SchoolList]


def of_table(
    match: Matched,
    *,
    name: str,
    framework: Framework,
    stage: str,
    academic_year: int,
    today: date,
) -> SchoolList:
    """The list in a table. `stage` is that of results which do not say theirs."""
    notes: list[str] = []
    pupils = pupil_rows.pupil_rows(match, framework, notes)
    blank = np.full(len(match.table.rows), "", object)
    number = pupil_rows.pupil_number
    upns = pupil_rows.each_row(match, "pupil_id", number)
    own = pupil_rows.each_row(match, headings.OWN_NUMBER, number)
    summer = pupil_rows.summer_of_school_year
    years = pupil_rows.each_row(match, headings.SCHOOL_YEAR, summer)
    if years is not None:
        years = years.astype(int)
    reading = result_rows.ResultReader(match, framework, stage)
    if match.long:
        reading.read_long()
    else:
        groups = pupil_rows.year_groups(
            pupils, academic_year=academic_year, years=years
        )
        reading.read_wide(groups, academic_year=academic_year, today=today)
    return SchoolList(
        name=name,
        file=match.table.file,
        pupils=pupils,
        results=tuple(reading.parts),
        at=tuple(reading.places),
        upns=blank if upns is None else upns,
        own_numbers=blank if own is None else own,
        describes_pupils=match.describes_pupils,
        long=match.long,
        year=_common(years),
        years=years,
        number_heading=pupil_rows.number_heading(match),
        ranks=pupil_rows.each_row(match, headings.NEED_RANK, pupil_rows.rank_of_need),
        leaving=pupil_rows.leaving_years(match, pupils, years),
        notes=(*notes, *reading.notes()),
    )


def _common(years: np.ndarray | None) -> int | None:
    """The year that all rows are of; None where they are of several, or none says."""
    distinct = set() if years is None else set(years[years > 0].tolist())
    return distinct.pop() if len(distinct) == 1 else None


def has_undated(one: SchoolList) -> bool:
    """Whether a list has current results without a date."""
    return any(_undated(part).any() for part in one.results)


def dated(one: SchoolList, *, now: str) -> SchoolList:
    """The list with this date for its current results that have none."""
    return replace(one, results=tuple(_with_date(part, now) for part in one.results))


def _with_date(part: SourceRows, now: str) -> SourceRows:
    rows = _undated(part)
    if not rows.any():
        return part
    dates = part.data["date"].astype(str) if "date" in part.data else ""
    column = pd.Categorical(np.where(rows, now, dates))
    return replace(part, data=part.data.assign(date=column))


def _undated(part: SourceRows) -> np.ndarray:
    """Which rows of results are current and have no date."""
    stages = each_distinct(part.data["stage"], str.casefold)
    undated = stages.isin(["now", "current"])
    if "date" in part.data:
        undated &= each_distinct(part.data["date"]) == ""
    return np.array(undated, bool)
