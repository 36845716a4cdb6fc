"""Rows that a school adds to a grid, and rounds: what was answered last time beside what is answered now."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

from senlib.workbook.forms import Grid, Part, Row, answer_key
from senlib.workbook.store import Answer, Answers, AnswersByForm, Store, in_utc

ROUNDS = "rounds"
AnswerByField = dict[str, Answer]
# When a round of a form began; None for the first one.
RoundStart = datetime | None


def rows_form(key: str) -> str:
    """The form under which a grid's own rows are kept: once for the school, whomever a copy is filled in for.

    >>> rows_form("task5.provision")
    'task5.provision.rows'
    """
    return f"{key}.rows"


def own_rows(names: Answers) -> list[Row]:
    """The rows a school has added, in the order in which they came, from the latest values of `rows_form`.

    A row whose name was emptied is out of sight; what was answered in it stays in the store.

    >>> own_rows({"own.2.label": "Chess club", "own.2.section": "extra", "own.1.label": "", "own.1.section": ""})
    [Row(key='own.2', label='Chess club', section='extra', start={})]
    """
    rows = []
    for field, label in sorted(names.items()):
        if field.endswith(".label") and label:
            key = field.removesuffix(".label")
            section = names.get(f"{key}.section", "")
            rows.append(Row(key, label, section))
    return rows


def every_row(grid: Grid, answers: AnswersByForm) -> list[Row]:
    """A grid's rows, and after them those that the school has added, from the latest values of all forms.

    >>> from senlib.workbook.page_forms import load
    >>> grid = load("task8_working_smarter").part("review")
    >>> len(every_row(grid, {})), every_row(grid, {"review.rows": {"own.1.label": "The nurture room"}})[-1].label
    (10, 'The nurture room')
    """
    form = rows_form(grid.key)
    own = own_rows(answers.get(form, {}))
    return [*grid.rows, *own]


def add_row(store: Store, grid: Part, *, section: str, label: str) -> str:
    """Add a row of the school's own to a grid, and return its key. Raises StoreError where it cannot be kept."""
    key = new_key()
    label_key = answer_key(row=key, column="label")
    section_key = answer_key(row=key, column="section")
    values = {label_key: label, section_key: section}
    form = rows_form(grid.key)
    store.save_all(form=form, values=values)
    return key


def drop_row(store: Store, grid: Part, row: str) -> None:
    """Take a row of the school's own out of sight. Raises StoreError where that cannot be kept."""
    label_key = answer_key(row=row, column="label")
    form = rows_form(grid.key)
    store.save(form=form, field=label_key, value="")


def new_key() -> str:
    """A key for something that a school adds; later ones come after earlier ones, and two pages never make the same.

    >>> one, other = new_key(), new_key()
    >>> one < other, one.startswith("own.")
    (True, True)
    """
    return f"own.{time.time_ns():x}{secrets.token_hex(2)}"


def begin_round(store: Store, form: str) -> None:
    """Begin a form anew: what stands in it now is what it was last time. Raises StoreError where that cannot be kept."""
    store.save(form=ROUNDS, field=form, value=in_utc(datetime.now(UTC)))


def began(store: Store, form: str) -> RoundStart:
    """When the present round of a form began; None in the first one."""
    value = store.latest(ROUNDS).get(form, "")
    return datetime.fromisoformat(value) if value else None


def this_time(answers: AnswerByField, *, began: RoundStart) -> Answers:
    """Of the latest answers those that were given in the present round."""
    return {
        field: answer.value
        for field, answer in answers.items()
        if began is None or answer.at >= began
    }


def last_time(store: Store, form: str, *, began: RoundStart) -> AnswerByField:
    """The answers as they stood when the present round began; none in the first round."""
    if began is None:
        return {}
    return store.answers(form, before=began)
