"""Editions that the user added: DfE's newest file, read, checked, and kept beside her own things until the package holds it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from senlib import private
from senlib.national._dfe import MATRIX_COLUMNS, SPELLINGS
from senlib.national._editions import expanded, in_place_of, read, write

# Under the data folder; in it a file for each year.
FOLDER = "national"

_SERIES = ["year", "subject", "group"]
_EMPTY = pd.DataFrame(columns=MATRIX_COLUMNS).astype(
    {"year": "int64", "pupils": "Int64"}
)


@dataclass(frozen=True)
class Edition:
    """What is held of a year: its subjects and groups by name, whether the user added it, and what is wrong with her file."""

    year: int
    subjects: tuple[str, ...]
    groups: tuple[str, ...]
    added: bool
    trouble: str = ""

    @property
    def size(self) -> str:
        """How many subjects, in words."""
        return f"{len(self.subjects)} subject{'' if len(self.subjects) == 1 else 's'}"


def editions_of(matrix: pd.DataFrame, *, added: bool) -> list[Edition]:
    """The editions in a matrix, the newest first.

    >>> row = {"year": 2025, "subject": "Music", "group": "SEN"}
    >>> editions_of(pd.DataFrame([row, row | {"group": "all"}]), added=True)
    [Edition(year=2025, subjects=('Music',), groups=('all', 'SEN'), added=True, trouble='')]
    """
    editions = []
    for year, rows in matrix.groupby("year"):
        groups = set(rows["group"].unique())
        edition = Edition(
            year=int(year),
            subjects=tuple(sorted(rows["subject"].unique())),
            groups=tuple(name for name in SPELLINGS if name in groups),
            added=added,
        )
        editions.append(edition)
    return sorted(editions, key=lambda edition: -edition.year)


def differing(newer: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """What a matrix holds of series (year, subject, group) that are not held just so."""
    same = MATRIX_COLUMNS[:-1]
    of_series = held.merge(newer[_SERIES].drop_duplicates(), on=_SERIES)
    both = newer.merge(
        of_series, on=same, how="outer", suffixes=("", "_held"), indicator=True
    )
    alike = both["pupils"].eq(both["pupils_held"]).fillna(False) | (
        both["pupils"].isna() & both["pupils_held"].isna()
    )
    other = both.loc[~alike | (both["_merge"] != "both"), _SERIES].drop_duplicates()
    return newer.merge(other, on=_SERIES)


def keep(newer: pd.DataFrame, data: Path, *, held: pd.DataFrame) -> pd.DataFrame:
    """Keep in the data folder what a matrix that was read holds otherwise than is held; returns that part, to be told.

    What was kept of the same year, subject and group gives way; the rest of the year stays, for an edition may come in
    several files. OSError where it cannot be kept.
    """
    kept = differing(newer, held)
    for year, part in kept.groupby("year"):
        path = _path(data, int(year))
        before = _matrix(path) if path.exists() and not _trouble(path) else _EMPTY
        _write(in_place_of(part, before), path)
    return kept


def added(data: Path) -> pd.DataFrame:
    """The matrix of all editions that were added, as senlib.national.matrix gives it; empty where there are none.

    A file that can no longer be read is left out, and `added_editions` says so. The table is the same object as long as the
    files are: it is not to be changed.
    """
    return _read_all(
        tuple(
            (path, path.stat().st_mtime_ns, path.stat().st_size)
            for path in _files(data)
            if not _trouble(path)
        )
    )


def added_editions(data: Path) -> list[Edition]:
    """The editions that were added, the newest first; of a file that can no longer be read its year and what is wrong."""
    broken = [
        Edition(int(path.stem), (), (), added=True, trouble=_trouble(path))
        for path in _files(data)
        if _trouble(path)
    ]
    return sorted(
        editions_of(added(data), added=True) + broken, key=lambda one: -one.year
    )


def take_away(data: Path, year: int) -> None:
    """Delete the edition that was added for a year; what the package holds of it stands again. OSError where it cannot be."""
    _path(data, year).unlink(missing_ok=True)


def _path(data: Path, year: int) -> Path:
    return data / FOLDER / f"{year}.csv"


def _files(data: Path) -> list[Path]:
    return sorted((data / FOLDER).glob("[0-9][0-9][0-9][0-9].csv"))


def _write(matrix: pd.DataFrame, path: Path) -> None:
    """Written beside it and put in its place, so that a page never reads half a file."""
    private.folder(path.parent)
    new = private.file(path.with_name(f".{path.name}.new"))
    try:
        write(matrix, str(new))
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _matrix(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8", newline="") as file:
        return expanded(read(file))


def _trouble(path: Path) -> str:
    stat = path.stat()
    return _trouble_at(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=32)
def _trouble_at(path: Path, _changed: int, _size: int) -> str:
    try:
        matrix = _matrix(path)
    except (ValueError, KeyError, OSError):
        matrix = None
    if matrix is not None and set(matrix["year"]) == {int(path.stem)}:
        return ""
    return f"{path} can no longer be read. Take it away, and add DfE’s file again."


@lru_cache(maxsize=4)
def _read_all(stamps: tuple[tuple[Path, int, int], ...]) -> pd.DataFrame:
    tables = [_matrix(path) for path, _, _ in stamps]
    return pd.concat(tables, ignore_index=True) if tables else _EMPTY
