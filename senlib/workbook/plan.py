"""The action plan: every action that was written anywhere in the workbook, with where it came from, its owner and its date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from senlib.workbook.forms import (
    Form,
    Grid,
    Part,
    Points,
    Row,
    answer_key,
    copies,
    place,
)
from senlib.workbook.page_forms import load, stems
from senlib.workbook.rows import every_row, new_key
from senlib.workbook.store import Store

PLAN = "plan.actions"

# The form of the plan lines of Task 4, one for each pupil in each subject.
PLAN_LINES = "task 4 plan"

# Whose action it is, by when, how one will know, and whether it is done.
COLUMNS = ("owner", "due", "measure", "done")

Held = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action. It is kept where it was written; the plan adds only what was not asked there.

    `key` names it for good. `places` says where each of `what`, `owner`, `due`, `measure` and `done` is kept: form and field.
    `part` is the part it was written in, `row` the line of it, `of` whom or what that copy is for, and `stem` its page; for an
    action that stands in the plan alone, `part` is the plan's key, and `of` the pupil it is about, if any.
    """

    key: str
    what: str
    stem: str
    part: str
    title: str
    row: str
    each: str
    of: str
    values: Mapping[str, str]
    places: Mapping[str, tuple[str, str]]

    @property
    def due(self) -> date | None:
        """The date by which it is to be done, if there is one that can be read."""
        try:
            return date.fromisoformat(self.values["due"])
        except ValueError:
            return None

    def is_overdue(self, *, today: date) -> bool:
        """Whether its date has gone by and it is not done."""
        return self.due is not None and self.due < today and not self.done

    @property
    def done(self) -> bool:
        """Whether it has been ticked off."""
        return self.values["done"] == "yes"


def actions(held: Held) -> list[Action]:
    """Every action of a workbook, page by page as they are met, from the latest values of all its forms (`Store.forms()`).

    >>> held = {"task1.findings": {"action": "Look at science with its leader"}}
    >>> [(action.what, action.stem, action.row) for action in actions(held)]
    [('Look at science with its leader', 'task1_conversion_data', 'One thing to do about it')]
    """
    found = [
        action
        for stem in stems()
        for part in load(stem).parts
        for action in _of_part(stem, part, held)
    ]
    return [*found, *_of_the_plan(held)]


def add_action(
    store: Store,
    *,
    what: str,
    owner: str = "",
    due: str = "",
    measure: str = "",
    pupil: str = "",
) -> str:
    """Write an action straight into the plan, about a pupil or about none, and return its key.

    Raises StoreError where it cannot be kept.
    """
    key = new_key()
    values = {
        "what": what,
        "owner": owner,
        "due": due,
        "measure": measure,
        "pupil": pupil,
    }
    kept = {
        answer_key(row=key, column=column): value
        for column, value in values.items()
        if value
    }
    store.save_all(form=PLAN, values=kept)
    return key


def begin_action(store: Store, *, form: str, field: str) -> None:
    """Let the action that is now written in a place begin without the owner, date and tick of last time's, which stood there.

    Raises StoreError where that cannot be kept.
    """
    held = store.latest(PLAN)
    keys = [answer_key(row=f"{form}|{field}", column=column) for column in COLUMNS]
    store.save_all(form=PLAN, values={key: "" for key in keys if held.get(key)})


def overdue(found: Sequence[Action], *, today: date) -> list[Action]:
    """The actions whose date has gone by and that are not done, the longest overdue first."""
    return [action for action in _dated(found) if action.due < today]


def in_order(found: Sequence[Action]) -> list[Action]:
    """Actions as one goes through them: those with the nearest date first, those without one next, those that are done last.

    An order that stays as it was where nothing tells two apart.
    """
    return sorted(
        found,
        key=lambda action: (action.done, action.due is None, action.due or date.max),
    )


def coming(found: Sequence[Action], *, today: date, days: int = 28) -> list[Action]:
    """The actions that are due within so many days from today, the next first."""
    return [
        action for action in _dated(found) if 0 <= (action.due - today).days <= days
    ]


def _dated(found: Sequence[Action]) -> list[Action]:
    return sorted(
        (action for action in found if action.due and not action.done),
        key=lambda action: action.due,
    )


def _of_part(stem: str, part: Part, held: Held) -> Iterator[Action]:
    if part.key == PLAN:
        return
    for of, values in sorted(copies(held, part.key).items()):
        for field, row, siblings in _asked(part, held):
            value, label = values.get(field, ""), row.label
            # A line that was taken as it stands is itself the action.
            if isinstance(part, Points):
                value, label = (row.label if value == "yes" else ""), part.title
            if value.strip():
                form = place(part.key, of=of)
                yield _action(
                    stem,
                    part,
                    form=form,
                    field=field,
                    what=value,
                    row=label,
                    of=of,
                    siblings=siblings,
                    held=held,
                )


def _asked(part: Part, held: Held) -> Iterator[tuple[str, Row, Mapping[str, str]]]:
    """Each field whose answer is an action: its key, its line, and the fields beside it that say whose it is and by when."""
    if isinstance(part, Form):
        beside = {field.key: field.key for field in part.fields if field.key in COLUMNS}
        for field in part.fields:
            if field.to_plan:
                yield field.key, Row(field.key, field.label), beside
    elif isinstance(part, Grid):
        columns = [column for column in part.columns if column.to_plan]
        for row in every_row(part, held) if columns else []:
            beside = {
                c.key: answer_key(row=row.key, column=c.key)
                for c in part.columns
                if c.key in COLUMNS
            }
            for column in columns:
                yield answer_key(row=row.key, column=column.key), row, beside
    elif isinstance(part, Points) and part.to_plan:
        for item in part.items:
            yield item.key, Row(item.key, item.text), {}


def _action(
    stem: str,
    part: Part,
    *,
    form: str,
    field: str,
    what: str,
    row: str,
    of: str,
    siblings: Mapping[str, str],
    held: Held,
) -> Action:
    key = f"{form}|{field}"
    places = {
        column: (form, siblings[column])
        if column in siblings
        else (PLAN, answer_key(row=key, column=column))
        for column in COLUMNS
    }
    return Action(
        key=key,
        what=what,
        stem=stem,
        part=part.key,
        title=_title(part, of),
        row=row,
        each=part.each,
        of=of,
        values=_values(places, held),
        places={"what": (form, field)} | places,
    )


def _title(part: Part, of: str) -> str:
    """What an action came from; of a copy that is for a year group also which, for that is no key but its number.

    >>> _title(load("unit3_class_sheets").part("unit3.priorities"), "8")
    'Six priorities, Year 8'
    """
    return (
        f"{part.title}, Year {of}" if part.each == "year group" and of else part.title
    )


def _of_the_plan(held: Held) -> Iterator[Action]:
    values = held.get(PLAN, {})
    plan = load("task8_working_smarter").part(PLAN)
    for field in sorted(values):
        key = field.removesuffix(".what")
        # An action of another page has its form in its key.
        if not field.endswith(".what") or "|" in key or not values[field].strip():
            continue
        places = {
            column: (PLAN, answer_key(row=key, column=column)) for column in COLUMNS
        }
        pupil = values.get(answer_key(row=key, column="pupil"), "")
        yield Action(
            key=key,
            what=values[field],
            stem="pupil" if pupil else "task8_working_smarter",
            part=PLAN,
            title=plan.title,
            row="",
            each="pupil" if pupil else "",
            of=pupil,
            values=_values(places, held),
            places={"what": (PLAN, field)} | places,
        )


def _values(places: Mapping[str, tuple[str, str]], held: Held) -> dict[str, str]:
    return {
        column: held.get(form, {}).get(field, "")
        for column, (form, field) in places.items()
    }
