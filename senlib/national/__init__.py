"""National figures: what England published for both frameworks, each with its source, and a reader of DfE's matrices.

Nothing here is estimated. Where no published figure was found, none is held. `python -m senlib.national FILE ...` takes
DfE's newest files into the package's own table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from senlib.frameworks import names
from senlib.national._added import (
    FOLDER,
    Edition,
    added,
    added_editions,
    differing,
    editions_of,
    keep,
    take_away,
)
from senlib.national._dfe import MATRIX_COLUMNS, NOT_SHOWN, read_dfe_matrix
from senlib.national._editions import (
    TEACHER_ASSESSED,
    expanded,
    in_place_of,
    read,
    year_for,
)
from senlib.national._rates import ENGLAND, FIGURE_COLUMNS, rates
from senlib.national._subjects import subject

__all__ = [
    "ENGLAND",
    "FIGURE_COLUMNS",
    "FOLDER",
    "MATRIX_COLUMNS",
    "NOT_SHOWN",
    "TEACHER_ASSESSED",
    "Edition",
    "Source",
    "added",
    "added_editions",
    "attendance",
    "differing",
    "edition_source",
    "editions",
    "editions_of",
    "figures",
    "keep",
    "lea_example",
    "matrix",
    "rates",
    "read_dfe_matrix",
    "source",
    "subject",
    "take_away",
    "year_for",
]


@dataclass(frozen=True)
class Source:
    """Where a figure was published: who, when, at which address, under which licence, and what to mind when reading it."""

    id: str
    title: str
    publisher: str
    date: str
    licence: str
    address: str
    mind: str


def matrix(framework: str, *, added: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pupils in England by entry band and outcome: year, stage, subject, group, entry, outcome, pupils.

    `year` is the summer of the outcome: 2021 to 2024, 2021 by teachers' assessment (TEACHER_ASSESSED). `group` is all, SEN
    or no SEN; in 2024 also girls, boys, disadvantaged, not disadvantaged, first language English and first language other.
    `entry` is a band, 'none' without a score, or 'all', England's own total; the last two are published for 2024 alone.
    Neither bands nor groups are ever to be added up or subtracted to make another: 'all' also holds pupils of unknown SEN
    status. Outcomes are the grades (5-4 in a double award), U and X (no result), and covid (no grade because of Covid-19).

    `added` is a matrix of editions that the user added (`senlib.national.added`): where both hold a year, subject and
    group, hers stands. For a framework without any,
    as 'levels', the table is empty. KeyError where there is no such framework.

    >>> held = matrix("gcse")
    >>> maths = held[(held["year"] == 2024) & (held["subject"] == "Mathematics") & (held["entry"] == "all")]
    >>> maths.groupby("group")["pupils"].sum()[["SEN", "all", "no SEN"]].to_dict()
    {'SEN': 94018, 'all': 611838, 'no SEN': 516869}
    >>> len(matrix("levels"))
    0
    """
    held = _of(framework, {"gcse": _gcse_matrix})
    if added is None or added.empty or framework != "gcse":
        return held
    return in_place_of(added, held)


def figures(framework: str, *, added: pd.DataFrame | None = None) -> pd.DataFrame:
    """England's rates: stage, year, subject, group, entry, reach, percent, pupils, kind, source, whose.

    `percent` of the `pupils` of a group and entry band ('all': of any) reached `reach` or better. `kind` is
    'figure', or 'at most' for an upper bound. For gcse they are counted from the matrix, unrounded, with every
    pupil of the row in the denominator (U, X and covid count as not reached); for levels they are as published,
    rounded, and `pupils` is missing. `source` is a key for `source`. `whose` is 'England' for all that is held. 'no SEN'
    and the provision code N are the same pupils: such a figure stands under both names. `added` as for `matrix`. KeyError
    where there is no such framework.

    >>> held = figures("gcse").query("year == 2024 and subject == 'Mathematics' and entry == 'all' and reach == '4'")
    >>> held.set_index("group")["percent"].round(1)[["all", "SEN", "no SEN", "N"]].to_dict()
    {'all': 72.0, 'SEN': 42.6, 'no SEN': 77.4, 'N': 77.4}
    >>> bounds = figures("levels").query("kind == 'at most' and entry == '4'")
    >>> dict(zip(bounds["subject"], bounds["percent"]))
    {'English': 87.0, 'Mathematics': 94.0, 'Science': 73.0}
    """
    held = _of(framework, {"levels": _levels_figures, "gcse": _gcse_figures})
    if added is None or added.empty or framework != "gcse":
        return held
    return _figures_with(added, held)


def editions(data: Path | None = None) -> list[Edition]:
    """The editions of DfE's matrices that are held, the newest first: the package's, and those added in a data folder.

    >>> [(edition.year, len(edition.subjects)) for edition in editions()]
    [(2024, 35), (2023, 35), (2022, 35), (2021, 33)]
    """
    own = added_editions(data) if data else []
    return sorted(
        own + editions_of(_gcse_matrix(), added=False), key=lambda one: -one.year
    )


def edition_source(edition: Edition) -> Source:
    """Where an edition was published.

    >>> edition_source(editions()[0]).date
    '2023/24, revised'
    """
    return source((_added_source if edition.added else _held_source)(edition.year))


# Of which schools the figures of `attendance` are, as each of their sources says.
ALL_SCHOOLS = "all kinds of school together; in secondary schools more absence"


def attendance() -> pd.DataFrame:
    """England's attendance by SEN provision, in percent: year (text), group, attendance, persistent_absence, source.

    All state-funded schools together, for no edition that was found gives secondary schools alone by SEN; they have more
    absence. Attendance is 100 less overall absence; persistent absence is the percent of pupils who missed 10 % of sessions
    or more.

    >>> attendance().query("group == 'E'")["attendance"].tolist()
    [91.28, 87.6]
    """
    return _table("attendance.csv").astype(
        {"attendance": "float64", "persistent_absence": "float64"}
    )


def lea_example() -> pd.DataFrame:
    """The whole matrix of one LEA, Reading in Berkshire: English at key stage 2 in 2004 to English at key stage 3 in 2007.

    A row for each entry level, in percent of that row: year, stage, subject, entry, the outcomes B, N and 3 to 7,
    then 5+ and 6+ as published (not to be counted again), source. A suppressed cell is missing, never 0. An example
    of the form, no national figure.

    >>> lea_example().set_index("entry").loc["4", ["B", "N", "5+", "6+"]].tolist()
    [<NA>, 1, 81, 21]
    """
    table = _table("lea_reading_2007.csv")
    percents = ["B", "N", "3", "4", "5", "6", "7", "5+", "6+"]
    shown = (
        table[percents]
        .where(table[percents] != "x")
        .apply(lambda column: column.astype("Int64"))
    )
    return table.astype({"year": "int64"}).assign(**shown)


def source(id: str) -> Source:
    """The source that a row names; KeyError with the names there are where it is none of them.

    >>> source("hansard-2009-02-04").date
    '4 February 2009'
    """
    held = _sources()
    if added := re.fullmatch(r"dfe-transition-(\d{4})-added", id):
        return _source_of_added(id, int(added[1]))
    if id not in held:
        raise KeyError(f"{id!r} is no source of figures held here: {', '.join(held)}")
    return held[id]


def _source_of_added(id: str, year: int) -> Source:
    newest = _sources()[
        max(key for key in _sources() if key.startswith("dfe-transition-"))
    ]
    span = f"{year - 1}/{year % 100:02}"
    return Source(
        id=id,
        title=f"Key stage 2 to 4 transition matrices, GCSE subjects, England, {span}",
        publisher=newest.publisher,
        date=f"{span}, from the file that was added on this computer",
        licence=newest.licence,
        address=newest.address.rsplit("/20", 1)[0],
        mind="Read from DfE’s file as it was added here. Percentages are of all entries in the row, so U and X count as not reached. "
        "'all' holds pupils whose SEN status is not known, and so more than SEN and no SEN together.",
    )


def _of(framework: str, tables: dict[str, Callable[[], pd.DataFrame]]) -> pd.DataFrame:
    """The table of a framework; without rows where it is none of those that England has figures for."""
    if framework not in names():
        raise KeyError(f"{framework!r} is no framework: {', '.join(names())}")
    table = tables.get(framework)
    return table().copy(deep=False) if table else next(iter(tables.values()))().iloc[:0]


def _table(name: str) -> pd.DataFrame:
    """A file of this package, as text throughout; what is left blank is ''."""
    with files(__package__).joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


@cache
def _sources() -> dict[str, Source]:
    held = tomllib.loads(
        files(__package__).joinpath("sources.toml").read_text(encoding="utf-8")
    )
    return {
        id: Source(id=id, **{key: text.strip() for key, text in entry.items()})
        for id, entry in held.items()
    }


@cache
def _gcse_matrix() -> pd.DataFrame:
    with files(__package__).joinpath("england_gcse.csv").open(encoding="utf-8") as file:
        return expanded(read(file))


@cache
def _gcse_figures() -> pd.DataFrame:
    return _sourced(_gcse_matrix(), source_of=_held_source)


# The figures of the added editions that were asked for last: `added` gives the same table as long as its files are the same.
_last: list[tuple[pd.DataFrame, pd.DataFrame]] = []


def _figures_with(added: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    if not _last or _last[0][0] is not added:
        _last[:] = [
            (added, in_place_of(_sourced(added, source_of=_added_source), held))
        ]
    return _last[0][1].copy(deep=False)


def _sourced(matrix: pd.DataFrame, *, source_of: Callable[[int], str]) -> pd.DataFrame:
    """The rates of a matrix, each with the source of its year."""
    table = rates(matrix, source="")
    years = {year: source_of(year) for year in table["year"].unique()}
    return _under_both_names(
        table.assign(source=table["year"].map(years).astype("str"))
    )


def _held_source(year: int) -> str:
    return f"dfe-transition-{year}"


def _added_source(year: int) -> str:
    return f"dfe-transition-{year}-added"


@cache
def _levels_figures() -> pd.DataFrame:
    table = _table("england_levels.csv").astype({"year": "int64", "percent": "float64"})
    bound = table["kind"] == "same or lower"
    # `reach` of such a row is the level that these pupils did not reach. Its `pupils` counts them, not the row.
    table["percent"] = table["percent"].mask(bound, 100 - table["percent"])
    table["kind"] = table["kind"].mask(bound, "at most")
    table["pupils"] = (
        table["pupils"].mask(bound | (table["pupils"] == ""), None).astype("Int64")
    )
    return _under_both_names(table.assign(whose=ENGLAND)[FIGURE_COLUMNS])


def _under_both_names(table: pd.DataFrame) -> pd.DataFrame:
    """Figures of pupils without SEN, held under 'no SEN' or under the code N, under each: both are groups."""
    other = {"no SEN": "N", "N": "no SEN"}
    twins = table[table["group"].isin(other)]
    return pd.concat(
        [table, twins.assign(group=twins["group"].map(other))], ignore_index=True
    )
