"""One list of a school's as it was read: its pupils and its results as parts of the two tables, not yet joined with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from senlib.frameworks import Framework
from senlib.school import headings
from senlib.school.column_texts import each_distinct
from senlib.school.files import SourceRows
from senlib.school.matching import Matched
from senlib.school.pupil_rows import PupilReader
from senlib.school.result_rows import ResultReader


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
    about_pupils = PupilReader(match, framework)
    pupils = about_pupils.read()
    years = about_pupils.school_years()
    results = ResultReader(match, framework, stage)
    if match.long:
        results.read_long()
    else:
        groups = about_pupils.year_groups(academic_year)
        results.read_wide(groups, academic_year=academic_year, today=today)
    return SchoolList(
        name=name,
        file=match.table.file,
        pupils=pupils,
        results=tuple(results.parts),
        at=tuple(results.places),
        upns=about_pupils.pupil_numbers("pupil_id"),
        own_numbers=about_pupils.pupil_numbers(headings.OWN_NUMBER),
        describes_pupils=match.describes_pupils,
        long=match.long,
        year=_common(years),
        years=years,
        number_heading=match.number_heading,
        ranks=about_pupils.ranks(),
        leaving=about_pupils.leaving_years(),
        notes=(*about_pupils.notes, *results.notes()),
    )


def _common(years: np.ndarray | None) -> int | None:
    """The year that all rows are of; None where they are of several, or none says."""
    if years is None:
        return None
    distinct = np.unique(years[years > 0])
    return int(distinct[0]) if len(distinct) == 1 else None


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
