"""National figures: what England published for both frameworks, each with its source, and a reader of DfE's matrices.

Nothing here is estimated. Where no published figure was found, none is held.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from senlib.national._dfe import MATRIX_COLUMNS, NOT_SHOWN, read_dfe_matrix
from senlib.national._rates import FIGURE_COLUMNS, rates

__all__ = [
    "FIGURE_COLUMNS",
    "MATRIX_COLUMNS",
    "NOT_SHOWN",
    "Source",
    "attendance",
    "figures",
    "lea_example",
    "matrix",
    "rates",
    "read_dfe_matrix",
    "source",
]

GCSE_SOURCE = "dfe-transition-2024"
ENGLAND = "England"
TEACHER_ASSESSED = (2020, 2021)


def year_for(years, cohort):
    """tmp"""
    if cohort in years:
        return cohort
    exams = [y for y in years if y not in TEACHER_ASSESSED]
    if not exams:
        return None
    if cohort is None:
        return max(exams)
    return min(exams, key=lambda y: (abs(y - cohort), -y))


def subject(name):
    """tmp"""
    return name


@dataclass(frozen=True)
class Source:
    """Where a figure was published: who, when, under which licence, and what to mind when reading it."""

    id: str
    title: str
    publisher: str
    date: str
    licence: str
    mind: str


def matrix(framework: str) -> pd.DataFrame:
    """Pupils in England by entry band and outcome: year, stage, subject, group, entry, outcome, pupils.

    `year` is the summer of the outcome; `group` is all, SEN or no SEN; `entry` is a band or 'all', England's own
    total. Neither bands nor groups are ever to be added up or subtracted to make another: 'all' also holds pupils
    of unknown SEN status. Outcomes are the grades, U and X (no result), and covid (no grade because of Covid-19).
    For 'levels' none is held, as none was found: the table is empty. KeyError where there is no such framework.

    >>> held = matrix("gcse")
    >>> maths = held[(held["subject"] == "Mathematics") & (held["entry"] == "all")]
    >>> maths.groupby("group")["pupils"].sum().to_dict()
    {'SEN': 94018, 'all': 611838, 'no SEN': 516869}
    >>> len(matrix("levels"))
    0
    """
    return _of(framework, {"levels": _no_matrix, "gcse": _gcse_matrix}).copy(deep=False)


def figures(framework: str) -> pd.DataFrame:
    """England's rates: stage, year, subject, group, entry, reach, percent, pupils, kind, source.

    `percent` of the `pupils` of a group and entry band ('all': of any) reached `reach` or better. `kind` is
    'figure', or 'at most' for an upper bound. For gcse they are counted from the matrix, unrounded, with every
    pupil of the row in the denominator (U, X and covid count as not reached); for levels they are as published,
    rounded, and `pupils` is missing. `source` is a key for `source`. 'no SEN' and the provision code N are the same
    pupils: such a figure stands under both names. KeyError where there is no such framework.

    >>> held = figures("gcse").query("subject == 'Mathematics' and entry == 'all' and reach == '4'")
    >>> dict(zip(held["group"], held["percent"].round(1)))
    {'all': 72.0, 'SEN': 42.6, 'no SEN': 77.4, 'N': 77.4}
    >>> bounds = figures("levels").query("kind == 'at most' and entry == '4'")
    >>> dict(zip(bounds["subject"], bounds["percent"]))
    {'English': 87.0, 'Mathematics': 94.0, 'Science': 73.0}
    """
    return _of(framework, {"levels": _levels_figures, "gcse": _gcse_figures}).copy(deep=False)


def attendance() -> pd.DataFrame:
    """England's attendance by SEN provision, in percent: year (text), group, attendance, persistent_absence, source.

    Attendance is 100 less overall absence; persistent absence is the percent of pupils who missed 10 % of sessions
    or more.

    >>> attendance().query("group == 'E'")["attendance"].tolist()
    [91.28, 87.6]
    """
    return _table("attendance.csv").astype(
        {"attendance": "float64", "persistent_absence": "float64"}
    )


def lea_example() -> pd.DataFrame:
    """One LEA's whole matrix as it was published: reading at key stage 2 in 2004 to English at key stage 3 in 2007.

    A row for each entry level, in percent of that row: year, stage, subject, entry, the outcomes B, N and 3 to 7,
    then 5+ and 6+ as published (not to be counted again), source. A suppressed cell is missing, never 0. An example
    of the form, no national figure.

    >>> lea_example().set_index("entry").loc["4", ["B", "N", "5+", "6+"]].tolist()
    [<NA>, 1, 81, 21]
    """
    table = _table("lea_reading_2007.csv")
    percents = ["B", "N", "3", "4", "5", "6", "7", "5+", "6+"]
    shown = (
        table[percents].where(table[percents] != "x").apply(lambda column: column.astype("Int64"))
    )
    return table.astype({"year": "int64"}).assign(**shown)


def source(id: str) -> Source:
    """The source that a row names; KeyError with the names there are where it is none of them.

    >>> source("hansard-2009-02-04").date
    '4 February 2009'
    """
    held = _sources()
    if id not in held:
        raise KeyError(f"{id!r} is no source of figures held here: {', '.join(held)}")
    return held[id]


def _of(framework: str, tables: dict[str, Callable[[], pd.DataFrame]]) -> pd.DataFrame:
    if framework not in tables:
        raise KeyError(
            f"no national figures are kept for {framework!r}, only for: {', '.join(tables)}"
        )
    return tables[framework]()


def _table(name: str) -> pd.DataFrame:
    """A file of this package, as text throughout; what is left blank is ''."""
    with files(__package__).joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


@cache
def _sources() -> dict[str, Source]:
    held = tomllib.loads(files(__package__).joinpath("sources.toml").read_text(encoding="utf-8"))
    return {
        id: Source(id=id, **{key: text.strip() for key, text in entry.items()})
        for id, entry in held.items()
    }


@cache
def _no_matrix() -> pd.DataFrame:
    return _gcse_matrix().iloc[:0]


@cache
def _gcse_matrix() -> pd.DataFrame:
    table = _table("england_gcse_2024.csv").drop(columns=["all", "source"]).assign(stage="KS4")
    keys = ["year", "stage", "subject", "group", "entry"]
    # melt goes grade by grade: the index brings each band's outcomes together again.
    long = table.melt(id_vars=keys, var_name="outcome", value_name="pupils", ignore_index=False)
    long = long.sort_index(kind="stable").reset_index(drop=True)
    return long.astype({"year": "int64", "pupils": "Int64"})[MATRIX_COLUMNS]


@cache
def _gcse_figures() -> pd.DataFrame:
    return _under_both_names(rates(_gcse_matrix(), source=GCSE_SOURCE))


@cache
def _levels_figures() -> pd.DataFrame:
    table = _table("england_levels.csv").astype({"year": "int64", "percent": "float64"})
    bound = table["kind"] == "same or lower"
    # `reach` of such a row is the level that these pupils did not reach. Its `pupils` counts them, not the row.
    table["percent"] = table["percent"].mask(bound, 100 - table["percent"])
    table["kind"] = table["kind"].mask(bound, "at most")
    table["pupils"] = table["pupils"].mask(bound | (table["pupils"] == ""), None).astype("Int64")
    return _under_both_names(table[FIGURE_COLUMNS])


def _under_both_names(table: pd.DataFrame) -> pd.DataFrame:
    """Figures of pupils without SEN, held under 'no SEN' or under the code N, under each: both are groups."""
    other = {"no SEN": "N", "N": "no SEN"}
    twins = table[table["group"].isin(other)]
    return pd.concat([table, twins.assign(group=twins["group"].map(other))], ignore_index=True)
