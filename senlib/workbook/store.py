"""The store: answers in one SQLite file, appended and never overwritten; the latest of each field is what shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, workbook TEXT NOT NULL, form TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, at TEXT NOT NULL
)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS latest ON answers (workbook, form, field, id)"


class Store:
    """The answers of one workbook in a file that several pages may have open at once.

    An answer has a form (which sheet of the workbook), a field (which box on it) and a value; all three are text.

    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "answers.sqlite", workbook="own")
    >>> at = store.save(form="plan", field="English/0123", value="Reading partner from Monday")
    >>> store.latest("plan")
    {'English/0123': 'Reading partner from Monday'}
    """

    def __init__(self, path: Path, *, workbook: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._workbook = workbook
        with closing(self._connection()) as connection, connection:
            connection.execute(_TABLE)
            connection.execute(_INDEX)

    def save(self, *, form: str, field: str, value: str) -> datetime:
        """Append an answer; when this returns it is on the disk. Raises sqlite3.Error where it could not be kept."""
        return self.save_all(form=form, values={field: value})

    def save_all(self, *, form: str, values: Mapping[str, str]) -> datetime:
        """Append several answers of a form, all of them or none."""
        at = datetime.now().astimezone()
        rows = [(self._workbook, form, field, value, at.isoformat()) for field, value in values.items()]
        with closing(self._connection()) as connection, connection:
            connection.executemany(
                "INSERT INTO answers (workbook, form, field, value, at) VALUES (?, ?, ?, ?, ?)", rows
            )
        return at

    def latest(self, form: str) -> dict[str, str]:
        """The latest value of each field of a form."""
        sql = """
            SELECT field, value FROM answers
            WHERE id IN (SELECT max(id) FROM answers WHERE workbook = ? AND form = ? GROUP BY field)
            ORDER BY id
        """
        with closing(self._connection()) as connection:
            return dict(connection.execute(sql, (self._workbook, form)))

    def _connection(self) -> sqlite3.Connection:
        """One connection for each use: a page may be read in one thread and written in another, and none is left open."""
        connection = sqlite3.connect(self._path, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection
