"""The store: answers in one SQLite file, appended and never overwritten; the latest of each field is what shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

from senlib.workbook.store_file import INSERT, StoreError, StoreFile, in_utc

__all__ = [
    "AfterSaving",
    "Answer",
    "Answers",
    "AnswersByForm",
    "Placed",
    "Saved",
    "Store",
    "StoreError",
    "in_utc",
]

# A form's answers: the latest value of each field. And those of many forms, by form.
Answers = Mapping[str, str]
AnswersByForm = Mapping[str, Answers]
# Called with a form and its new values.
AfterSaving = Callable[[str, Answers], None]

# The latest answer of each field, in the order in which they were given.
_LATEST = """
SELECT form, field, id, value, at, versions FROM (
    SELECT *, row_number() OVER latest AS nth, count(*) OVER (PARTITION BY form, field) AS versions
    FROM answers WHERE workbook = ? AND {which} WINDOW latest AS (PARTITION BY form, field ORDER BY at DESC, id DESC)
) WHERE nth = 1 ORDER BY at, id
"""
# The newest answers of a field.
_HISTORY = """
SELECT id, value, at, row_number() OVER (ORDER BY at, id) FROM answers
WHERE workbook = ? AND form = ? AND field = ? ORDER BY at DESC, id DESC LIMIT ?
"""
_ALL = -1
_INSERT_MISSING = """
INSERT INTO answers (workbook, form, field, value, at) SELECT :workbook, :form, :field, :value, :at
WHERE NOT EXISTS (
    SELECT 1 FROM answers
    WHERE workbook = :workbook AND form = :form AND field = :field AND at = :at AND value = :value
)
"""


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
class Saved(Answer):
    """An answer that is on the disk, and the other text where the field was changed elsewhere since the page showed it."""

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
        self._open(StoreFile(path), workbook)

    def _open(self, file: StoreFile, workbook: str) -> None:
        self._file = file
        self.path = file.path
        self.workbook = workbook
        self._after_saving: list[AfterSaving] = []

    def one_connection(self) -> AbstractContextManager[None]:
        """Have all that this thread reads and writes meanwhile use one connection: what one save brings about opens the file once.

        >>> import tempfile
        >>> store = Store(Path(tempfile.mkdtemp()) / "answers.sqlite", workbook="own")
        >>> with store.one_connection():
        ...     saved = store.save(form="plan", field="a", value="Reading partner")
        ...     store.latest("plan")
        {'a': 'Reading partner'}
        """
        return self._file.one_connection()

    def save(
        self, *, form: str, field: str, value: str, seen: int | None = None
    ) -> Saved:
        """Append an answer; when this returns it is on the disk.

        `seen` is the id of the answer that the page showed in the field, 0 for none; None asks for no comparison.
        """
        ids = {} if seen is None else {field: seen}
        saved = self.save_all(form=form, values={field: value}, seen=ids)
        return saved[field]

    def save_all(
        self,
        *,
        form: str,
        values: Mapping[str, str],
        seen: Mapping[str, int] | None = None,
    ) -> dict[str, Saved]:
        """Append several answers of a form, all of them or none. A field that `seen` lacks is not compared."""
        seen = seen or {}
        with self._file.writing() as connection:
            saved = {
                field: self._append(
                    connection, form, field, value=_whole(value), seen=seen.get(field)
                )
                for field, value in values.items()
            }
        self._call_after_saving(form, dict(values))
        return saved

    def after_saving(self, function: AfterSaving) -> None:
        """Call this with the form and its new values after each answer that was given through this object."""
        self._after_saving.append(function)

    def latest(self, form: str) -> Answers:
        """The latest value of each field of a form."""
        answers = self.answers(form)
        return {field: answer.value for field, answer in answers.items()}

    def answers(
        self, form: str, *, before: datetime | None = None
    ) -> dict[str, Answer]:
        """The latest answer of each field of a form, in the order in which they were given; or the latest before a time."""
        until = "9999" if before is None else in_utc(before)
        sql = _LATEST.format(which="form = ? AND at < ?")
        with self._file.reading() as connection:
            rows = connection.execute(sql, (self.workbook, form, until))
            return {field: _answer(*rest) for _, field, *rest in rows}

    def forms(self, under: str = "") -> AnswersByForm:
        """The latest values of the form `under` and of its copies, 'under/…', by form and field; of every form where it is ''.

        >>> import tempfile
        >>> store = Store(Path(tempfile.mkdtemp()) / "answers.sqlite", workbook="own")
        >>> saved = store.save(form="iep/0123", field="target", value="Round to tens")
        >>> store.forms("iep"), store.forms("ie")
        ({'iep/0123': {'target': 'Round to tens'}}, {})
        """
        which = "(form = ? OR form BETWEEN ? AND ?)" if under else "TRUE"
        names = (under, f"{under}/", f"{under}/\U0010ffff") if under else ()
        answers: dict[str, dict[str, str]] = {}
        with self._file.reading() as connection:
            sql = _LATEST.format(which=which)
            rows = connection.execute(sql, (self.workbook, *names))
            for form, field, _, value, *_ in rows:
                answers.setdefault(form, {})[field] = value
        return answers

    def workbooks(self) -> list[str]:
        """The names of all workbooks that have answers in the file, whichever this one is."""
        sql = "SELECT DISTINCT workbook FROM answers ORDER BY workbook"
        with self._file.reading() as connection:
            return [name for (name,) in connection.execute(sql)]

    def history(self, form: str, field: str) -> list[Answer]:
        """Every answer that a field has had, the newest first."""
        with self._file.reading() as connection:
            return self._history(connection, form, field)

    def bring_back(self, form: str, field: str, id: int) -> Saved:
        """Give an earlier answer of a field again, as a new one; the one that it replaces joins the history."""
        with self._file.writing() as connection:
            history = self._history(connection, form, field)
            earlier = {answer.id: answer.value for answer in history}
            if id not in earlier:
                raise StoreError(
                    "That earlier text is no longer there, so it was not brought back. Open the page again."
                )
            value = earlier[id]
            saved = self._append(connection, form, field, value=value)
        self._call_after_saving(form, {field: value})
        return saved

    def everything(self) -> list[Placed]:
        """Every answer of the workbook with its history, the oldest first."""
        sql = "SELECT form, field, value, at FROM answers WHERE workbook = ? ORDER BY at, id"
        with self._file.reading() as connection:
            rows = connection.execute(sql, (self.workbook,))
            return [
                Placed(form, field, value, _local(at))
                for form, field, value, at in rows
            ]

    def append_missing(self, answers: Iterable[Placed]) -> int:
        """Append those answers that are not here yet, at their own times, all or none; how many that were."""
        with self._file.writing() as connection:
            before = connection.total_changes
            for one in sorted(answers, key=attrgetter("at")):
                values = {
                    "workbook": self.workbook,
                    "form": one.form,
                    "field": one.field,
                    "value": _whole(one.value),
                    "at": in_utc(one.at),
                }
                connection.execute(_INSERT_MISSING, values)
            return connection.total_changes - before

    def delete_everything(self) -> None:
        """Delete the workbook's answers with their history, and their traces in the file, its log and its copy."""
        self._file.delete_workbook(self.workbook)

    def _call_after_saving(self, form: str, values: Answers) -> None:
        for function in self._after_saving:
            function(form, values)

    def _append(
        self,
        connection: sqlite3.Connection,
        form: str,
        field: str,
        *,
        value: str,
        seen: int | None = None,
    ) -> Saved:
        newest = self._history(connection, form, field, limit=1)
        current = newest[0] if newest else None
        at = _now()
        if current and at <= current.at:
            at = current.at + timedelta(microseconds=1)
        row = (self.workbook, form, field, value, in_utc(at))
        number = connection.execute(INSERT, row).lastrowid
        assert number is not None, "an INSERT has given the row an id"
        is_unseen = current and seen is not None and current.id != seen
        is_other_text = current and current.value != value
        return Saved(
            id=number,
            value=value,
            at=at.astimezone(),
            versions=current.versions + 1 if current else 1,
            elsewhere=current if is_unseen and is_other_text else None,
        )

    def _history(
        self,
        connection: sqlite3.Connection,
        form: str,
        field: str,
        *,
        limit: int = _ALL,
    ) -> list[Answer]:
        place = (self.workbook, form, field, limit)
        return [_answer(*row) for row in connection.execute(_HISTORY, place)]


def _now() -> datetime:
    return datetime.now(UTC)


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone()


def _answer(number: int, value: str, at: str, versions: int) -> Answer:
    return Answer(id=number, value=value, at=_local(at), versions=versions)


def _whole(text: str) -> str:
    """The text, with a question mark for half a character, as a browser may leave of an emoji: UTF-8 has no halves."""
    return text.encode(errors="replace").decode()
