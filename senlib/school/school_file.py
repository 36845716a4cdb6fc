"""The file in which a school is kept: its checked tables and what was said of them, for Python's standard library alone to read.

`school.sqlite` is an SQLite file that is written once and never changed. It has two tables:

- facts (name, value): what is no table, each value as JSON: `name`, `framework`, `academic_year`, `sample`, `answers` (question
  to answer), `meanings` (file, heading, meaning), `sources` (objects), `notes`; when it was written (`written`, in UTC) and by
  which version of senlib (`written_by`); `digest`, the SHA-256 of all the rest, by which damage is seen.
- columns (part, place, name, type, held, rows): a row for each column of 'pupils', of 'results' (with `points`) and, where there
  is one, of 'lea'; `type` is what pandas calls it: str, category, Int64, int64 or float64.

A column is its distinct values and which of them stands in each row: `held` is a JSON list of text or of numbers, `rows` one
little-endian 32-bit integer for each row of the table, a place in that list, or -1 where nothing stands. Without pandas:

>>> import tempfile
>>> path = Path(tempfile.mkdtemp()) / "school.sqlite"
>>> write(path, tables={"pupils": pd.DataFrame({"form": ["7A", "7B", "7A"]})}, facts={"name": "Elmbridge Vale"})
>>> with closing(sqlite3.connect(path)) as connection:
...     distinct, rows = connection.execute("SELECT held, rows FROM columns WHERE name = 'form'").fetchone()
>>> [json.loads(distinct)[row] if row >= 0 else None for (row,) in struct.iter_unpack("<i", rows)]
['7A', '7B', '7A']

The file's `application_id` is senlib's and its `user_version` the version of this layout: 2, for 1 was a folder of CSV files. A
file of another version is refused in words. Columns may come and go without a new version: school.py holds them to the schema.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from senlib import private
from senlib.school.faults import FaultyFile
from senlib.school.files import fault

# The school that is kept, and beside it the one before.
FILE, BEFORE = "school.sqlite", "school-before.sqlite"
# Where the school that lies open stands while the two change places.
_ASIDE = "school-aside.sqlite"

APPLICATION, VERSION = int.from_bytes(b"SENw", "big"), 2

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE columns (
    part TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, held TEXT NOT NULL, rows BLOB NOT NULL,
    PRIMARY KEY (part, place)
);
"""

# What a file that is being written goes by. One that a kill or a power cut left behind is older than any writing takes.
_BEING_WRITTEN = ".school-being-written-"
_LEFT_BEHIND_SECONDS = 3600

_LOAD_AGAIN = (
    "Choose your files again on the front page, or restore this file from a backup."
)
_UNREADABLE_BEFORE = "The school that was kept before can no longer be read, so the school that is open stays open."
_MAY_NOT_WRITE = "the workbook may not write there, or another program has the file open. Close that program, or ask your IT support"
_CAUSES = {
    errno.ENOSPC: "the disk is full. Free some space, then try again",
    errno.EACCES: _MAY_NOT_WRITE,
    errno.EPERM: _MAY_NOT_WRITE,
    errno.EROFS: "the disk is read-only. Choose another folder, or ask your IT support",
}


class NotKept(OSError):
    """What kept a school from being written, in words for the user; what was kept before is still there."""


def write(
    path: Path, *, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
) -> None:
    """Write a file that is not there yet, or empty. When this returns it is on the disk."""
    fact_rows = [
        (name, json.dumps(value, allow_nan=False))
        for name, value in sorted(facts.items())
    ]
    columns = [
        (part, place, str(name), str(table[name].dtype), *_packed(table[name]))
        for part, table in sorted(tables.items())
        for place, name in enumerate(table.columns)
    ]
    with closing(
        sqlite3.connect(private.file(path), isolation_level=None)
    ) as connection:
        # Nobody reads it before it is moved into place, so it needs neither a journal nor to be on the disk at each step.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        fact_rows.append(("digest", json.dumps(_digest(fact_rows, columns))))
        connection.executemany("INSERT INTO facts VALUES (?, ?)", fact_rows)
        connection.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?, ?)", columns)
        connection.execute("COMMIT")
    _to_disk(path)


def read(path: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and the facts of a file; nothing is written. Raises FaultyFile where it is damaged, newer or not ours."""
    with _opened(path) as connection:
        fact_rows = connection.execute(
            "SELECT name, value FROM facts ORDER BY name"
        ).fetchall()
        columns = connection.execute(
            "SELECT * FROM columns ORDER BY part, place"
        ).fetchall()
        facts = {name: json.loads(value) for name, value in fact_rows}
        if facts.pop("digest") != _digest(
            [row for row in fact_rows if row[0] != "digest"], columns
        ):
            raise ValueError("the digest is another")
        tables: dict[str, dict[str, Any]] = {}
        for part, _, name, kind, distinct, rows in columns:
            tables.setdefault(part, {})[name] = _unpacked(kind, distinct, rows)
        return {part: pd.DataFrame(data) for part, data in tables.items()}, facts


def facts(path: Path) -> dict[str, Any]:
    """The facts alone: which school it is, and when it was kept. Raises FaultyFile as `read` does, save for damage to tables."""
    with _opened(path) as connection:
        fact_rows = connection.execute("SELECT name, value FROM facts").fetchall()
        return {name: json.loads(value) for name, value in fact_rows}


# ----------------------------------------------------------------------------------------------------- Into its place


@contextmanager
def written_beside(folder: Path, *, keep_before: bool = False) -> Iterator[Path]:
    """Where to write a folder's file; it is moved into its place where nothing was raised, and taken away where something was.

    A folder that is not there comes with its file or not at all. With `keep_before` the file that it replaces becomes the one
    before. Raises NotKept, in words, where the disk refuses; the file is then as it was.
    """
    new = not folder.exists()
    with _in_words(folder):
        private.folder(folder.parent)
        for left in left_behind(folder):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        # For its owner alone, as mkdtemp makes it.
        temporary = Path(
            tempfile.mkdtemp(
                prefix=_BEING_WRITTEN, dir=folder.parent if new else folder
            )
        )
        try:
            yield temporary / FILE
            if new:
                _names_to_disk(temporary)
                os.replace(temporary, folder)
                _names_to_disk(folder.parent)
                return
            path, before = folder / FILE, folder / BEFORE
            # A file that is damaged does not take the place of one that is whole.
            if (
                keep_before
                and path.exists()
                and (_is_whole(path) or not before.exists())
            ):
                _copy(path, before)
            os.replace(temporary / FILE, path)
            _names_to_disk(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def before(folder: Path) -> Path | None:
    """The school that was kept before the one that is kept; None where there is none that can be opened, or it is the same."""
    for path in (folder / BEFORE, folder / _ASIDE):
        with suppress(FaultyFile):
            written = facts(path)["written"]
            if not _is_written(folder / FILE, written):
                return path
    return None


def change_places(folder: Path) -> None:
    """The school before becomes the one that is kept, and that one the one before. Raises NotKept where the disk refuses.

    Whenever it is broken off there is a school that is kept, whole; it is this one or the other.
    """
    path, earlier, aside = folder / FILE, folder / BEFORE, folder / _ASIDE
    with _in_words(folder):
        if (
            before(folder) == aside
        ):  # broken off after the second of the three steps below
            os.replace(aside, earlier)
        if not _is_whole(earlier):
            raise NotKept(_UNREADABLE_BEFORE)
        if path.exists():
            _copy(path, aside)
        os.replace(earlier, path)
        if aside.exists():
            with suppress(OSError):  # `before` looks there too
                os.replace(aside, earlier)
        _names_to_disk(folder)


def left_behind(folder: Path) -> list[Path]:
    """What is being written for a folder just now, or was when a kill or a power cut came."""
    return [
        path
        for place in (folder.parent, folder)
        if place.is_dir()
        for path in place.glob(f"{_BEING_WRITTEN}*")
    ]


def _is_whole(path: Path) -> bool:
    try:
        read(path)
    except FaultyFile:
        return False
    return True


def _is_written(path: Path, at: str) -> bool:
    """Whether a file is that of this writing."""
    with suppress(FaultyFile):
        return bool(facts(path)["written"] == at)
    return False


def _copy(source: Path, target: Path) -> None:
    """Copy a file; under its name there is a whole copy or none."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with source.open("rb") as read_from, open(descriptor, "wb") as written:
            shutil.copyfileobj(read_from, written)
        _to_disk(part)
        os.replace(part, target)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _names_to_disk(folder: Path) -> None:
    """Have the disk note what is in a folder, as far as it does; Windows knows no such thing, and needs none."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    """Say what the disk refused. The first error is not passed on: it may quote what was written."""
    try:
        yield
    except NotKept:
        raise
    except (OSError, sqlite3.Error) as error:
        number = errno.ENOSPC if _is_full(error) else getattr(error, "errno", 0)
        cause = _CAUSES.get(number, "the computer reports an error. Try again")
        raise NotKept(
            f"The school could not be kept in {folder}: {cause}. What was kept before is still there."
        ) from None


def _is_full(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


# ------------------------------------------------------------------------------------------------------------- The file


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file of ours to read. What goes wrong in reading it becomes a fault, without what stands in it."""
    try:
        with closing(_connected(path)) as connection:
            _check_ours(path, connection)
            yield connection
    except sqlite3.Error as error:
        # The lower eight bits say what kind of error it is.
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if kind in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            remedy = "Check that it is there and that you are allowed to read it, then open the page again."
            raise fault(path.name, "this file cannot be opened", remedy) from None
        raise _damaged(path) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise _damaged(path) from None


def _connected(path: Path) -> sqlite3.Connection:
    """The file as it lies there: it is never changed, so nobody has to be waited for and nothing is written beside it."""
    posix = path.absolute().as_posix()
    address = f"file://{'' if posix.startswith('/') else '/'}{quote(posix, safe='/:')}"
    return sqlite3.connect(
        f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None
    )


def _check_ours(path: Path, connection: sqlite3.Connection) -> None:
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    if application != APPLICATION:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _damaged(path)
        remedy = "Move it out of this folder, then choose your files again."
        raise fault(
            path.name,
            "this file belongs to another program, and has been left as it is",
            remedy,
        )
    if version > VERSION:
        raise newer(path)
    if version < VERSION:
        raise _damaged(path)


def newer(path: Path) -> FaultyFile:
    """That a file was written by a newer version of the workbook, ready to raise."""
    rule = "this school was kept by a newer version of the workbook, and has been left as it is"
    remedy = "Open it with that version, or install that version here."
    return fault(path.name, rule, remedy)


def _damaged(path: Path) -> FaultyFile:
    rule = "this file is damaged, or another program has changed it; it has been left as it is"
    return fault(path.name, rule, _LOAD_AGAIN)


def _digest(
    fact_rows: Sequence[tuple[str, ...]], columns: Sequence[tuple[Any, ...]]
) -> str:
    digest = hashlib.sha256()
    for row in (*fact_rows, *columns):
        for value in row:
            content = value if isinstance(value, bytes) else str(value).encode()
            digest.update(struct.pack("<q", len(content)))
            digest.update(content)
    return digest.hexdigest()


# ------------------------------------------------------------------------------------------------------------- A column


def _packed(values: pd.Series) -> tuple[str, bytes]:
    """The distinct values of a column as JSON, and which of them stands in each row."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        places, distinct = values.cat.codes, values.cat.categories
    else:
        places, distinct = pd.factorize(values)
    # In ASCII: text may hold what SQLite ends a text at.
    text = json.dumps(distinct.tolist(), allow_nan=False)
    rows = np.asarray(places, dtype="<i4")
    return text, rows.tobytes()


def _unpacked(kind: str, distinct: str, rows: bytes) -> Any:
    """A column as pandas holds it."""
    values = json.loads(distinct)
    places = np.frombuffer(rows, dtype="<i4")
    if kind == "category":
        return pd.Categorical.from_codes(places, categories=pd.Index(values, dtype=str))
    if kind == "int64":
        return np.array(values, dtype="int64")[places]
    # -1 is the last of a list: there stands what means that nothing does.
    if kind == "float64":
        return np.array([*values, np.nan], dtype="float64")[places]
    if kind in ("str", "Int64"):
        return pd.array([*values, None], dtype=kind)[places]
    raise ValueError("a column of a type that is none of ours")
