"""Editions that the user added: DfE's newest file, read, checked, and kept beside her own things until the package holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from senlib import private
from senlib.national._dfe_names import GROUP_NAMES, MATRIX_COLUMNS
from senlib.national._editions import (
    SERIES,
    in_place_of,
    matrix_in,
    package_matrix,
    write,
)

# Under the data folder; in it a file for each year.
FOLDER = "national"

# A file as it stands: its path, when it was changed, its size. What was read from it counts as long as these are the same.
_State = tuple[Path, int, int]

_EMPTY = pd.DataFrame(columns=MATRIX_COLUMNS).astype(
    {"year": "int64", "pupils": "Int64"}
)


@dataclass(frozen=True)
class Edition:
    """What there is of a year: its subjects and groups by name, whether the user added it, and what is wrong with her file."""

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
        subjects = sorted(rows["subject"].unique())
        edition = Edition(
            year=int(year),
            subjects=tuple(subjects),
            groups=tuple(name for name in GROUP_NAMES if name in groups),
            added=added,
        )
        editions.append(edition)
    return editions[::-1]


def differing(newer: pd.DataFrame, older: pd.DataFrame) -> pd.DataFrame:
    """What a matrix has of series (year, subject, group) that are not just so in an older one."""
    series = newer[SERIES].drop_duplicates()
    rows = pd.concat([newer, older.merge(series, on=SERIES)])
    in_one = rows.drop_duplicates(MATRIX_COLUMNS, keep=False)
    changed = in_one[SERIES].drop_duplicates()
    return newer.merge(changed, on=SERIES)


def keep(newer: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Keep in the data folder what a matrix has otherwise than those added before and the package's; returns that part.

    What was kept of the same year, subject and group gives way; the rest of the year stays, for an edition may come in
    several files. OSError where it cannot be kept.
    """
    before = added(data)
    changed = differing(newer, in_place_of(before, package_matrix()))
    for year, part in changed.groupby("year"):
        of_year = before[before["year"] == year]
        file = _file_of(int(year), data)
        _write(in_place_of(part, of_year), file)
    return changed


def added(data: Path) -> pd.DataFrame:
    """The matrix of all editions that were added, as senlib.national.matrix gives it; empty where there are none.

    A file that can no longer be read is left out, and `added_editions` says so. The table is the same object as long as the
    files are: it is not to be changed.
    """
    return _matrix(tuple(_files(data)))


def added_editions(data: Path) -> list[Edition]:
    """The editions that were added, the newest first; of a file that can no longer be read its year and what is wrong."""
    editions = editions_of(added(data), added=True)
    for file in _files(data):
        if _matrix_of_year(file) is None:
            path, *_ = file
            trouble = (
                f"{path} can no longer be read. Take it away, and add DfE’s file again."
            )
            editions.append(
                Edition(int(path.stem), (), (), added=True, trouble=trouble)
            )
    return sorted(editions, key=lambda edition: -edition.year)


def take_away(data: Path, year: int) -> None:
    """Delete the edition that was added for a year; what the package has of it stands again. OSError where it cannot be."""
    _file_of(year, data).unlink(missing_ok=True)


def _file_of(year: int, data: Path) -> Path:
    return data / FOLDER / f"{year}.csv"


def _write(matrix: pd.DataFrame, path: Path) -> None:
    """Written beside it and put in its place, so that a page never reads half a file."""
    private.folder(path.parent)
    new = private.file(path.with_name(f".{path.name}.new"))
    try:
        write(matrix, new)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _files(data: Path) -> Iterator[_State]:
    paths = (data / FOLDER).glob("[0-9][0-9][0-9][0-9].csv")
    for path in sorted(paths):
        stat = path.stat()
        yield path, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=32)
def _matrix_of_year(file: _State) -> pd.DataFrame | None:
    """The matrix in a file; None where it has none of its year."""
    path, *_ = file
    try:
        matrix = matrix_in(path)
    except (ValueError, KeyError, OSError):
        return None
    is_of_year = set(matrix["year"]) == {int(path.stem)}
    return matrix if is_of_year else None


@lru_cache(maxsize=4)
def _matrix(files: tuple[_State, ...]) -> pd.DataFrame:
    matrices = [matrix for matrix in map(_matrix_of_year, files) if matrix is not None]
    return pd.concat(matrices, ignore_index=True) if matrices else _EMPTY
