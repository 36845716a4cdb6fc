"""The store: answers in one SQLite file, appended and never overwritten; the latest of each field is what shows."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from senlib import private

# The version of the file's layout, kept in the file as its user_version; a new file starts at 0, and so did the first release.
VERSION = 1

# How long to wait for another page's answer to be written; a save takes milliseconds.
TIMEOUT_SECONDS = 10

# Ids are never used twice, not even after a deletion: a page knows by the id whether what it showed is still the latest.
_TABLE = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, workbook TEXT NOT NULL, form TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, at TEXT NOT NULL
)
"""
_INDEX = "CREATE INDEX by_field ON answers (workbook, form, field, at)"
# What the name of a copy adds, made before a file is brought to a new version.
_COPIES = ".before-version-"
# The latest answer of each field, in the order in which they were given.
_LATEST = """
SELECT form, field, id, value, at, versions FROM (
    SELECT *, row_number() OVER latest AS nth, count(*) OVER (PARTITION BY form, field) AS versions
    FROM answers WHERE workbook = ? AND {which} WINDOW latest AS (PARTITION BY form, field ORDER BY at DESC, id DESC)
) WHERE nth = 1 ORDER BY at, id
"""
_INSERT = (
    "INSERT INTO answers (workbook, form, field, value, at) VALUES (?, ?, ?, ?, ?)"
)

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
    """What keeps answers from being read or saved, and what to do about it; it never holds an answer's text."""


@dataclass(frozen=True)
class Answer:
    """What stood in a field from some moment on. An answer that was emptied is an answer too.

    `versions` is how many answers the field had had by then.
    """

    id: int
    value: str
    at: datetime
    versions: int


@dataclass(frozen=True)
class Saved:
    """An answer that is on the disk, and the other text where the field was changed elsewhere since the page showed it."""

    id: int
    at: datetime
    elsewhere: Answer | None


@dataclass(frozen=True)
class Placed:
    """An answer and where it belongs, apart from any one file: what travels between machines."""

    form: str
    field: str
    value: str
    at: datetime


class Store:
    """The answers of one workbook in a file that several pages may have open at once.

    An answer has a form (which sheet of the workbook), a field (which box on it) and a value; all three are text.
    The latest is the one with the latest time; times of a field only ever grow, even where a clock is set back.
    Every method raises StoreError where the file cannot be used; what was saved before is then still there.

    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "answers.sqlite", workbook="own")
    >>> first = store.save(form="plan", field="English/0123", value="Reading partner from Monday", seen=0)
    >>> store.latest("plan")
    {'English/0123': 'Reading partner from Monday'}
    >>> second = store.save(form="plan", field="English/0123", value="Reading partner from Friday", seen=0)
    >>> second.elsewhere.value
    'Reading partner from Monday'
    """

    def __init__(self, path: Path, *, workbook: str) -> None:
        self.path = path.absolute()
        self.workbook = workbook
        self._after_saving: list[Callable[[str, Mapping[str, str]], None]] = []
        with self._plain_errors():
            private.folder(self.path.parent)
            older = self._checked_version() < VERSION
            private.file(self.path)
            if older:
                self._upgrade()

    def save(
        self, *, form: str, field: str, value: str, seen: int | None = None
    ) -> Saved:
        """Append an answer; when this returns it is on the disk.

        `seen` is the id of the answer that the page showed in the field, 0 for none; None asks for no comparison.
        """
        return self.save_all(
            form=form,
            values={field: value},
            seen=None if seen is None else {field: seen},
        )[field]

    def save_all(
        self,
        *,
        form: str,
        values: Mapping[str, str],
        seen: Mapping[str, int] | None = None,
    ) -> dict[str, Saved]:
        """Append several answers of a form, all of them or none. A field that `seen` lacks is not compared."""
        seen = seen or {}
        with self._writing() as connection:
            saved = {
                field: self._append(
                    connection,
                    form=form,
                    field=field,
                    value=_whole(value),
                    seen=seen.get(field),
                )
                for field, value in values.items()
            }
        self._tell(form, values)
        return saved

    def after_saving(self, function: Callable[[str, Mapping[str, str]], None]) -> None:
        """Call this with the form and its new values after each answer that was given through this object."""
        self._after_saving.append(function)

    def latest(self, form: str) -> dict[str, str]:
        """The latest value of each field of a form."""
        return {field: answer.value for field, answer in self.answers(form).items()}

    def answers(
        self, form: str, *, before: datetime | None = None
    ) -> dict[str, Answer]:
        """The latest answer of each field of a form, in the order in which they were given; or the latest before a time."""
        until = "9999" if before is None else in_utc(before)
        with self._connection() as connection:
            rows = connection.execute(
                _LATEST.format(which="form = ? AND at < ?"),
                (self.workbook, form, until),
            )
            return {field: _answer(*rest) for _, field, *rest in rows}

    def forms(self, under: str = "") -> dict[str, dict[str, str]]:
        """The latest values of the form `under` and of its copies, 'under/…', by form and field; of every form where it is ''.

        >>> import tempfile
        >>> store = Store(Path(tempfile.mkdtemp()) / "answers.sqlite", workbook="own")
        >>> saved = store.save(form="iep/0123", field="target", value="Round to tens")
        >>> store.forms("iep"), store.forms("ie")
        ({'iep/0123': {'target': 'Round to tens'}}, {})
        """
        which, values = (
            "form = ? OR form BETWEEN ? AND ?",
            (under, f"{under}/", f"{under}/\U0010ffff"),
        )
        if not under:
            which, values = "TRUE", ()
        held: dict[str, dict[str, str]] = {}
        with self._connection() as connection:
            for form, field, _, value, *_ in connection.execute(
                _LATEST.format(which=f"({which})"), (self.workbook, *values)
            ):
                held.setdefault(form, {})[field] = value
        return held

    def workbooks(self) -> list[str]:
        """The names of all workbooks that have answers in the file, whichever this one is."""
        with self._connection() as connection:
            return [
                name
                for (name,) in connection.execute(
                    "SELECT DISTINCT workbook FROM answers ORDER BY workbook"
                )
            ]

    def history(self, form: str, field: str) -> list[Answer]:
        """Every answer that a field has had, the newest first."""
        with self._connection() as connection:
            return self._history(connection, form, field, limit=-1)

    def bring_back(self, form: str, field: str, id: int) -> Saved:
        """Give an earlier answer of a field again, as a new one; the one that it replaces joins the history."""
        with self._writing() as connection:
            earlier = {
                answer.id: answer.value
                for answer in self._history(connection, form, field, limit=-1)
            }
            if id not in earlier:
                raise StoreError(
                    "That earlier text is no longer there, so it was not brought back. Open the page again."
                )
            saved = self._append(
                connection, form=form, field=field, value=earlier[id], seen=None
            )
        self._tell(form, {field: earlier[id]})
        return saved

    def everything(self) -> list[Placed]:
        """Every answer of the workbook with its history, the oldest first."""
        sql = "SELECT form, field, value, at FROM answers WHERE workbook = ? ORDER BY at, id"
        with self._connection() as connection:
            return [
                Placed(*place, at=_local(at))
                for *place, at in connection.execute(sql, (self.workbook,))
            ]

    def append_missing(self, answers: Iterable[Placed]) -> int:
        """Append those answers that are not here yet, at their own times, all or none; how many that were."""
        sql = """
            INSERT INTO answers (workbook, form, field, value, at) SELECT :workbook, :form, :field, :value, :at
            WHERE NOT EXISTS (
                SELECT 1 FROM answers
                WHERE workbook = :workbook AND form = :form AND field = :field AND at = :at AND value = :value
            )
        """
        with self._writing() as connection:
            before = connection.total_changes
            for one in sorted(answers, key=lambda one: one.at):
                values = {
                    "form": one.form,
                    "field": one.field,
                    "value": _whole(one.value),
                    "at": in_utc(one.at),
                }
                connection.execute(sql, values | {"workbook": self.workbook})
            return connection.total_changes - before

    def delete_everything(self) -> None:
        """Delete the workbook's answers with their history, and their traces in the file, its log and its copy."""
        with self._connection() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            # The rest of the file is written anew; not by way of the computer's folder for temporary files.
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(
                "DELETE FROM answers WHERE workbook = ?", (self.workbook,)
            )
            for copy in self.path.parent.iterdir():
                if copy.name.startswith(self.path.name + _COPIES):
                    copy.unlink()
            connection.execute("VACUUM")
            in_use, *_ = connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
        if in_use:
            raise StoreError(_LEFT_OVER.format(path=self.path))

    # -- one answer --

    def _tell(self, form: str, values: Mapping[str, str]) -> None:
        for function in self._after_saving:
            function(form, values)

    def _append(
        self,
        connection: sqlite3.Connection,
        *,
        form: str,
        field: str,
        value: str,
        seen: int | None,
    ) -> Saved:
        current = next(iter(self._history(connection, form, field, limit=1)), None)
        at = _now()
        if current and at <= current.at:
            at = current.at + timedelta(microseconds=1)
        number = connection.execute(
            _INSERT, (self.workbook, form, field, value, in_utc(at))
        ).lastrowid
        changed = (
            current
            and seen is not None
            and current.id != seen
            and current.value != value
        )
        return Saved(
            id=number, at=at.astimezone(), elsewhere=current if changed else None
        )

    def _history(
        self, connection: sqlite3.Connection, form: str, field: str, *, limit: int
    ) -> list[Answer]:
        """The newest answers of a field; -1 for all."""
        sql = """
            SELECT id, value, at, row_number() OVER (ORDER BY at, id) FROM answers
            WHERE workbook = ? AND form = ? AND field = ? ORDER BY at DESC, id DESC LIMIT ?
        """
        return [
            _answer(*row)
            for row in connection.execute(sql, (self.workbook, form, field, limit))
        ]

    # -- the file --

    @property
    def _copy(self) -> Path:
        """The file as it was before it was brought to this version."""
        return self.path.with_name(f"{self.path.name}{_COPIES}{VERSION}")

    def _checked_version(self) -> int:
        """The version of the file, 0 where there is none yet. Nothing is written: a damaged file is left as it is."""
        # The log first, for another page may be making the file just now.
        log = _size(self._beside("-wal"))
        if not _size(self.path):
            # SQLite would throw away the log of a file that has lost everything else.
            if log:
                raise StoreError(_DAMAGED.format(path=self.path))
            return 0
        # A file whose first lines were being written when the power went has to be put right before it can be read.
        mode = "rw" if self._beside("-journal").exists() else "ro"
        with closing(self._connect(mode)) as connection:
            version = _version(connection)
            if version > VERSION:
                raise StoreError(_NEWER.format(path=self.path))
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise StoreError(_DAMAGED.format(path=self.path))
            if _tables(connection) and "answers" not in _tables(connection):
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
        """Copy the file; under its name there is a whole copy or none."""
        part = self._copy.with_name(f"{self._copy.name}.part")
        part.unlink(missing_ok=True)
        private.file(part)
        with (
            closing(self._connect("ro")) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
        os.replace(part, self._copy)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else writes beside; what is done with it is done when all of it is."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """One connection for each use: a page may be read in one thread and written in another, and none is left open."""
        with self._plain_errors():
            if not self.path.exists():
                raise StoreError(_GONE.format(path=self.path))
            with closing(self._connect("rw")) as connection:
                yield connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        """Open the file to read ('ro'), to write ('rw') or to make it as well ('rwc')."""
        posix = self.path.as_posix()
        uri = f"file://{'' if posix.startswith('/') else '/'}{quote(posix, safe='/:')}?mode={mode}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=TIMEOUT_SECONDS, isolation_level=None
        )
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _beside(self, ending: str) -> Path:
        """A file that SQLite keeps beside the store's."""
        return self.path.with_name(self.path.name + ending)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Say what is wrong and what to do. The first error is not passed on: it may quote what somebody wrote."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(_in_words(error, path=self.path)) from None
        except OSError as error:
            cause = _CAUSES[
                sqlite3.SQLITE_FULL
                if error.errno == errno.ENOSPC
                else sqlite3.SQLITE_CANTOPEN
            ]
            raise StoreError(_cannot(cause, path=self.path)) from None
        except ValueError:
            raise StoreError(_DAMAGED.format(path=self.path)) from None


def in_utc(at: datetime) -> str:
    """A time as it is kept: such texts are in the order of their times.

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
            if (
                error.sqlite_errorcode != sqlite3.SQLITE_BUSY
                or time.monotonic() > until
            ):
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
    connection.execute(_TABLE)
    connection.execute(_INDEX)
    last: dict[tuple[str, ...], datetime] = {}
    for *place, value, written in rows:
        at, before = datetime.fromisoformat(written), last.get(tuple(place))
        if before and at <= before:
            at = before + timedelta(microseconds=1)
        last[tuple(place)] = at
        connection.execute(_INSERT, (*place, value, in_utc(at)))


def _now() -> datetime:
    return datetime.now(UTC)


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone()


def _answer(number: int, value: str, at: str, versions: int) -> Answer:
    return Answer(id=number, value=value, at=_local(at), versions=versions)


def _whole(text: str) -> str:
    """The text, with a question mark for half a character, as a browser may leave of an emoji: UTF-8 has no halves."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
    }


def _in_words(error: sqlite3.Error, *, path: Path) -> str:
    """An error of SQLite in plain words."""
    # The lower eight bits say what kind of error it is.
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _DAMAGED.format(path=path)
    name = getattr(error, "sqlite_errorname", "no further name")
    return _cannot(
        _CAUSES.get(kind, f"the computer reports an error ({name}). Try again"),
        path=path,
    )


def _cannot(cause: str, *, path: Path) -> str:
    return f"The file of your answers, {path}, cannot be used now: {cause}. What was saved before is still there."
