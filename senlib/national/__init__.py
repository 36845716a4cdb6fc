"""National figures: what England published for both frameworks, each with its source, and a reader of DfE's matrices.

Nothing here is estimated. Where no published figure was found, there is none. `python -m senlib.national FILE ...` takes
DfE's newest files into the package's own table.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
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
from senlib.national._dfe import read_dfe_matrix
from senlib.national._dfe_names import MATRIX_COLUMNS, NOT_SHOWN
from senlib.national._editions import (
    TEACHER_ASSESSED,
    in_place_of,
    package_matrix,
    year_for,
)
from senlib.national._rates import ENGLAND, FIGURE_COLUMNS, rates

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

# The ids of editions' sources, by their years.
_PACKAGE_SOURCE = "dfe-transition-{}"
_ADDED_SOURCE = "dfe-transition-{}-added"


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

    `added` is a matrix of editions that the user added (`senlib.national.added`): where both have a year, subject and
    group, hers stands. For any framework but 'gcse' the table is empty. KeyError where there is no such framework.

    >>> maths = matrix("gcse").query("year == 2024 and subject == 'Mathematics' and entry == 'all'")
    >>> maths.groupby("group")["pupils"].sum()[["SEN", "all", "no SEN"]].to_dict()
    {'SEN': 94018, 'all': 611838, 'no SEN': 516869}
    >>> len(matrix("levels"))
    0
    """
    _check(framework)
    own = package_matrix()
    if framework != "gcse":
        return own.iloc[:0]
    if added is None or added.empty:
        return own.copy(deep=False)
    return in_place_of(added, own)


def figures(framework: str, *, added: pd.DataFrame | None = None) -> pd.DataFrame:
    """England's rates: stage, year, subject, group, entry, reach, percent, pupils, kind, source, whose.

    `percent` of the `pupils` of a group and entry band ('all': of any) reached `reach` or better. `kind` is
    'figure', or 'at most' for an upper bound. For gcse they are counted from the matrix, unrounded, with every
    pupil of the row in the denominator (U, X and covid count as not reached); for levels they are as published,
    rounded, and `pupils` is missing. `source` is a key for `source`. `whose` is 'England' for all of them. 'no SEN'
    and the provision code N are the same pupils: such a figure stands under both names. `added` as for `matrix`. KeyError
    where there is no such framework.

    >>> maths = figures("gcse").query("year == 2024 and subject == 'Mathematics' and entry == 'all' and reach == '4'")
    >>> maths.set_index("group")["percent"].round(1)[["all", "SEN", "no SEN", "N"]].to_dict()
    {'all': 72.0, 'SEN': 42.6, 'no SEN': 77.4, 'N': 77.4}
    >>> bounds = figures("levels").query("kind == 'at most' and entry == '4'")
    >>> dict(zip(bounds["subject"], bounds["percent"]))
    {'English': 87.0, 'Mathematics': 94.0, 'Science': 73.0}
    """
    _check(framework)
    if framework != "gcse":
        rows = _levels_figures()
        table = rows if framework == "levels" else rows.iloc[:0]
    elif added is None or added.empty:
        table = _gcse_figures()
    else:
        table = _figures_with(added)
    return table.copy(deep=False)


def editions(data: Path | None = None) -> list[Edition]:
    """The editions of DfE's matrices, the newest first: those added in a data folder, if one is given, and the package's.

    >>> [(edition.year, len(edition.subjects)) for edition in editions()]
    [(2024, 35), (2023, 35), (2022, 35), (2021, 33)]
    """
    both = added_editions(data) if data else []
    both += editions_of(package_matrix(), added=False)
    return sorted(both, key=lambda edition: -edition.year)


def edition_source(edition: Edition) -> Source:
    """Where an edition was published.

    >>> edition_source(editions()[0]).date
    '2023/24, revised'
    """
    id = _ADDED_SOURCE if edition.added else _PACKAGE_SOURCE
    return source(id.format(edition.year))


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
    percents = ["attendance", "persistent_absence"]
    return _table("attendance.csv").astype(dict.fromkeys(percents, "float64"))


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
    numbers = table[percents].replace("x", None)
    table[percents] = numbers.astype("Int64")
    return table.astype({"year": "int64"})


def source(id: str) -> Source:
    """The source that a row names; KeyError with the names there are where it is none of them.

    >>> source("hansard-2009-02-04").date
    '4 February 2009'
    """
    sources = _sources()
    if added := re.fullmatch(_ADDED_SOURCE.format(r"(\d{4})"), id):
        return _source_of_added(id, int(added[1]))
    if id not in sources:
        names = ", ".join(sources)
        raise KeyError(f"{id!r} is no source of figures held here: {names}")
    return sources[id]


def _source_of_added(id: str, year: int) -> Source:
    newest_year = package_matrix()["year"].max()
    newest = _sources()[_PACKAGE_SOURCE.format(newest_year)]
    span = f"{year - 1}/{year % 100:02}"
    return replace(
        newest,
        id=id,
        title=f"Key stage 2 to 4 transition matrices, GCSE subjects, England, {span}",
        date=f"{span}, from the file that was added on this computer",
        address=newest.address.rsplit("/20", 1)[0],
        mind="Read from DfE’s file as it was added here. Percentages are of all entries in the row, so U and X count as not reached. "
        "'all' holds pupils whose SEN status is not known, and so more than SEN and no SEN together.",
    )


def subject(name: str) -> str:
    """England's name for a school's name of a GCSE subject; a name that it does not know comes back as it is.

    Only what is certain is among them: Psychology may be counted among England's Social Studies, and stays Psychology.

    >>> subject("RE"), subject("d & t"), subject("Polish"), subject("Psychology")
    ('Religious Studies', 'Design and Technology', 'Other Modern Languages', 'Psychology')
    """
    return _subject_names().get(_fold_subject(name), name)


def _check(framework: str) -> None:
    if framework not in names():
        raise KeyError(f"{framework!r} is no framework: {', '.join(names())}")


def _table(name: str) -> pd.DataFrame:
    """A file of this package, as text throughout; what is left blank is ''."""
    file = Path(__file__).with_name(name)
    return pd.read_csv(file, dtype=str, keep_default_na=False)


@cache
def _sources() -> dict[str, Source]:
    text = Path(__file__).with_name("sources.toml").read_text(encoding="utf-8")
    sources = {}
    for id, entry in tomllib.loads(text).items():
        words = {key: text.strip() for key, text in entry.items()}
        sources[id] = Source(id=id, **words)
    return sources


@cache
def _gcse_figures() -> pd.DataFrame:
    return _under_both_names(rates(package_matrix(), source=_PACKAGE_SOURCE))


# The figures of the added editions that were asked for last: `added` gives the same table as long as its files are the same.
_last: list[tuple[pd.DataFrame, pd.DataFrame]] = []


def _figures_with(added: pd.DataFrame) -> pd.DataFrame:
    if not _last or _last[0][0] is not added:
        newer = _under_both_names(rates(added, source=_ADDED_SOURCE))
        _last[:] = [(added, in_place_of(newer, _gcse_figures()))]
    return _last[0][1]


@cache
def _levels_figures() -> pd.DataFrame:
    numbers = {"year": "int64", "percent": "float64"}
    table = _table("england_levels.csv").astype(numbers)
    bound = table["kind"] == "same or lower"
    # `reach` of such a row is the level that these pupils did not reach. Its `pupils` counts them, not the row.
    table.loc[bound, "percent"] = 100 - table["percent"]
    table.loc[bound, "kind"] = "at most"
    table.loc[bound, "pupils"] = ""
    table["pupils"] = table["pupils"].replace("", None).astype("Int64")
    return _under_both_names(table.assign(whose=ENGLAND)[FIGURE_COLUMNS])


def _under_both_names(table: pd.DataFrame) -> pd.DataFrame:
    """Figures of pupils without SEN, published under 'no SEN' or under the code N, under each: both are groups."""
    other = {"no SEN": "N", "N": "no SEN"}
    twins = table[table["group"].isin(other)]
    twins = twins.assign(group=twins["group"].map(other))
    return pd.concat([table, twins], ignore_index=True)


def _fold_subject(name: str) -> str:
    words = name.replace("&", " and ").replace(".", "")
    return " ".join(words.casefold().split())


@cache
def _subject_names() -> dict[str, str]:
    text = Path(__file__).with_name("subjects.toml").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    for name, spellings in tomllib.loads(text).items():
        names |= dict.fromkeys(map(_fold_subject, [name, *spellings]), name)
    return names
