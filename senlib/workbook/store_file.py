"""The file under the store: SQLite, with its version, how it is made, checked and opened, and its errors in words."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from senlib import private

# The version of the file's layout, kept in the file as its user_version; a new file starts at 0, and so did the first release.
VERSION = 1

# How long to wait for another page's answer to be written; a save takes milliseconds.
TIMEOUT_SECONDS = 10

# Ids are never used twice, not even after a deletion: a page knows by the id whether what it showed is still the latest.
TABLE = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, workbook TEXT NOT NULL, form TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, at TEXT NOT NULL
)
"""
_INDEX = "CREATE INDEX by_field ON answers (workbook, form, field, at)"
INSERT = "INSERT INTO answers (workbook, form, field, value, at) VALUES (?, ?, ?, ?, ?)"
# What the name of a copy adds, made before a file is brought to a new version.
_COPIES = ".before-version-"

_DAMAGED = (
    "The file of your answers, {path}, is damaged, and has been left as it is. Move it out of its folder and keep it: "
    "whoever looks after your computers may be able to mend it or have a backup. Then open the page again and bring in "
    "the last copy of the workbook that you downloaded."
)
_NEWER = (
    "The file of your answers, {path}, was last used by a newer version of this workbook, and has been left as it is. "
    "Open it with that version, or install that version here."
)
_FOREIGN = "The file {path} belongs to another program, and has been left as it is. Move it away, then open the page again."
_GONE = "The file of your answers, {path}, is no longer there. Put it back in its place, or open the page again to start a new one."
_LEFT_OVER = (
    "Your answers no longer show, but traces of them are still in {path}, for something else is reading it. "
    "Close every other page of the workbook, then delete again."
)
_CAUSES = {
    sqlite3.SQLITE_FULL: "the disk is full. Make room on it, then try again",
    sqlite3.SQLITE_BUSY: "another program keeps it locked. Close what else may have it open, such as a backup, then try again",
    sqlite3.SQLITE_READONLY: "it may not be written to. Ask for leave to write in its folder, then try again",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. See that its folder is there and that you may write in it, then try again",
}


class StoreError(Exception):
    """What keeps answers from being read or saved, and what to do about it; it never contains an answer's text."""


class _Shared(threading.local):
    """A thread's connection, and how many uses of it are nested in each other. SQLite's connections stay in their thread."""

    connection: sqlite3.Connection | None = None
    depth = 0


class StoreFile:
    """The file, made or brought to this version where need be. Every method raises StoreError where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._shared = _Shared()
        with self._plain_errors():
            private.folder(self.path.parent)
            is_older = self._checked_version() < VERSION
            private.file(self.path)
            if is_older:
                self._upgrade()

    @contextmanager
    def one_connection(self) -> Iterator[None]:
        """Have all that this thread reads and writes meanwhile use one connection, which is closed at the end."""
        self._shared.depth += 1
        try:
            yield
        finally:
            self._shared.depth -= 1
            connection = self._shared.connection
            if connection and not self._shared.depth:
                self._shared.connection = None
                connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection. None is left open after use, so that the file is whole by itself and can be copied or moved."""
        with self._plain_errors(), self.one_connection():
            if not self.path.exists():
                raise StoreError(_GONE.format(path=self.path))
            if self._shared.connection is None:
                self._shared.connection = self._connect("rw")
            yield self._shared.connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection while nobody else writes; what is written with it takes effect as a whole, or not at all."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def delete_workbook(self, workbook: str) -> None:
        """Delete a workbook's answers, and their traces in the file, its log and its copies."""
        with self.reading() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            # The rest of the file is written anew; not by way of the computer's folder for temporary files.
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("DELETE FROM answers WHERE workbook = ?", (workbook,))
            for copy in self.path.parent.iterdir():
                if copy.name.startswith(self.path.name + _COPIES):
                    copy.unlink()
            connection.execute("VACUUM")
            checkpoint = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            in_use, *_ = checkpoint.fetchone()
        if in_use:
            raise StoreError(_LEFT_OVER.format(path=self.path))

    def _checked_version(self) -> int:
        """The version of the file, 0 where there is none yet. Nothing is written: a damaged file is left as it is."""
        # The log first, for another page may be making the file just now.
        log_size = _size(self._beside("-wal"))
        if not _size(self.path):
            # SQLite would throw away the log of a file that has lost everything else.
            if log_size:
                raise StoreError(_DAMAGED.format(path=self.path))
            return 0
        # A file whose first lines were being written when the power went has to be put right before it can be read.
        mode = "rw" if self._beside("-journal").exists() else "ro"
        with closing(self._connect(mode)) as connection:
            version = _version(connection)
            if version > VERSION:
                raise StoreError(_NEWER.format(path=self.path))
            integrity = connection.execute("PRAGMA integrity_check").fetchall()
            if integrity != [("ok",)]:
                raise StoreError(_DAMAGED.format(path=self.path))
            tables = _tables(connection)
            if tables and "answers" not in tables:
                raise StoreError(_FOREIGN.format(path=self.path))
        return version

    def _upgrade(self) -> None:
        """Bring the file to this version, or make it; in one step, and after a copy where there is anything to copy."""
        with closing(self._connect("rwc")) as connection:
            _use_log(connection)
            connection.execute("BEGIN IMMEDIATE")
            # Another page may have been quicker.
            if _version(connection) < VERSION:
                if _tables(connection):
                    self._make_copy()
                _to_version_1(connection)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")

    def _make_copy(self) -> None:
        """Copy the file as it was before this version; under the copy's name there is a whole one or none."""
        copy = self._beside(f"{_COPIES}{VERSION}")
        part = self._beside(f"{_COPIES}{VERSION}.part")
        part.unlink(missing_ok=True)
        private.file(part)
        with (
            closing(self._connect("ro")) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
        os.replace(part, copy)

    def _connect(self, mode: str) -> sqlite3.Connection:
        """Open the file to read ('ro'), to write ('rw') or to make it as well ('rwc')."""
        path = quote(self.path.as_posix(), safe="/:")
        root = "" if path.startswith("/") else "/"
        connection = sqlite3.connect(
            f"file://{root}{path}?mode={mode}",
            uri=True,
            timeout=TIMEOUT_SECONDS,
            isolation_level=None,
        )
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _beside(self, ending: str) -> Path:
        """A file beside the store's, named after it."""
        return self.path.with_name(self.path.name + ending)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Say what is wrong and what to do. The first error is not passed on: it may quote what somebody wrote."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(_in_words(error, path=self.path)) from None
        except OSError as error:
            is_full = error.errno == errno.ENOSPC
            kind = sqlite3.SQLITE_FULL if is_full else sqlite3.SQLITE_CANTOPEN
            raise StoreError(_cannot(_CAUSES[kind], path=self.path)) from None
        except ValueError:
            raise StoreError(_DAMAGED.format(path=self.path)) from None


def in_utc(at: datetime) -> str:
    """A time as the file has it: such texts are in the order of their times.

    >>> in_utc(datetime.fromisoformat("2026-06-01T14:02:00+01:00"))
    '2026-06-01T13:02:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log, in which readers and a writer do not wait for each other."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # Where several pages make the file at once, SQLite refuses this one step without waiting.
            is_busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _to_version_1(connection: sqlite3.Connection) -> None:
    """Version 1: ids are used once, times are in UTC, and the times of a field only grow."""
    rows = []
    if _tables(connection):
        rows = connection.execute(
            "SELECT workbook, form, field, value, at FROM answers ORDER BY id"
        ).fetchall()
        connection.execute("DROP TABLE answers")
    connection.execute(TABLE)
    connection.execute(_INDEX)
    last: dict[tuple[str, str, str], datetime] = {}
    for workbook, form, field, value, written in rows:
        place = (workbook, form, field)
        at, before = datetime.fromisoformat(written), last.get(place)
        if before and at <= before:
            at = before + timedelta(microseconds=1)
        last[place] = at
        connection.execute(INSERT, (*place, value, in_utc(at)))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def _in_words(error: sqlite3.Error, *, path: Path) -> str:
    """An error of SQLite in plain words."""
    # The lower eight bits say what kind of error it is.
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _DAMAGED.format(path=path)
    name = getattr(error, "sqlite_errorname", "no further name")
    unknown = f"the computer reports an error ({name}). Try again"
    return _cannot(_CAUSES.get(kind, unknown), path=path)


def _cannot(cause: str, *, path: Path) -> str:
    return f"The file of your answers, {path}, cannot be used now: {cause}. What was saved before is still there."
