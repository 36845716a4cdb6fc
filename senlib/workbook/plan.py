"""The action plan: every action that was written anywhere in the workbook, with where it came from, its owner and its date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from senlib.workbook.forms import Form, Grid, Part, Points, answer_key, copies, place
from senlib.workbook.page_forms import load, stems
from senlib.workbook.rows import every_row, new_key
from senlib.workbook.store import AnswersByForm, Store

PLAN = "plan.actions"

# The form of the plan lines of Task 4, one for each pupil in each subject.
PLAN_LINES = "task 4 plan"

# Whose action it is, by when, how one will know, and whether it is done.
COLUMNS = ("owner", "due", "measure", "done")

# Where an answer stands: its form and its field.
Place = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action. It stands where it was written; the plan adds only what was not asked there.

    `key` names it for good. `places` says where each of `what`, `owner`, `due`, `measure` and `done` stands.
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
    places: Mapping[str, Place]

    @property
    def due(self) -> date | None:
        """The date by which it is to be done, if there is one that can be read."""
        try:
            return date.fromisoformat(self.values["due"])
        except ValueError:
            return None

    def is_overdue(self, *, today: date) -> bool:
        """Whether its date has gone by and it is not done."""
        if self.done or self.due is None:
            return False
        return self.due < today

    @property
    def done(self) -> bool:
        """Whether it has been ticked off."""
        return self.values["done"] == "yes"


Actions = Sequence[Action]


class _ActionField(NamedTuple):
    """A field whose answer is an action: its key, what was asked, and the fields beside it that say whose it is and by when."""

    field: str
    label: str
    beside: Mapping[str, str]


def actions(answers: AnswersByForm) -> list[Action]:
    """Every action of a workbook, page by page as they are met, from the latest values of all its forms (`Store.forms()`).

    >>> answers = {"task1.findings": {"action": "Look at science with its leader"}}
    >>> [(action.what, action.stem, action.row) for action in actions(answers)]
    [('Look at science with its leader', 'task1_conversion_data', 'One thing to do about it')]
    """
    every: list[Action] = []
    for stem in stems():
        for part in load(stem).parts:
            every += _of_part(stem, part, answers)
    return [*every, *_of_the_plan(answers)]


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

    Raises StoreError where it cannot be saved.
    """
    key = new_key()
    columns = {
        "what": what,
        "owner": owner,
        "due": due,
        "measure": measure,
        "pupil": pupil,
    }
    values = {}
    for column, value in columns.items():
        if value:
            field = answer_key(row=key, column=column)
            values[field] = value
    store.save_all(form=PLAN, values=values)
    return key


def begin_action(store: Store, *, form: str, field: str) -> None:
    """Let the action that is now written in a place begin without the owner, date and tick of last time's, which stood there.

    Raises StoreError where that cannot be saved.
    """
    answers = store.latest(PLAN)
    fields = _fields(_key(form, field)).values()
    written = filter(answers.get, fields)
    store.save_all(form=PLAN, values=dict.fromkeys(written, ""))


def overdue(plan: Actions, *, today: date) -> list[Action]:
    """The actions whose date has gone by and that are not done, the longest overdue first."""
    late = [one for one in plan if one.is_overdue(today=today)]
    return _by_date(late)


def in_order(plan: Actions) -> list[Action]:
    """Actions as one goes through them: those with the nearest date first, those without one next, those that are done last.

    An order that stays as it was where nothing tells two apart.
    """
    return sorted(_by_date(plan), key=lambda action: action.done)


def coming(plan: Actions, *, today: date, days: int = 28) -> list[Action]:
    """The actions that are due within so many days from today, the next first."""
    soon = []
    for action in plan:
        if action.due and not action.done:
            left = (action.due - today).days
            if 0 <= left <= days:
                soon.append(action)
    return _by_date(soon)


def _by_date(plan: Actions) -> list[Action]:
    """Those with the nearest date first, those without one last."""
    return sorted(plan, key=lambda one: (one.due is None, one.due or date.max))


def _key(form: str, field: str) -> str:
    """The key of the action that is written in a place."""
    return f"{form}|{field}"


def _fields(key: str) -> dict[str, str]:
    """The field of each of COLUMNS in an action's row of the plan."""
    return {column: answer_key(row=key, column=column) for column in COLUMNS}


def _of_part(stem: str, part: Part, answers: AnswersByForm) -> Iterator[Action]:
    if part.key == PLAN:
        return
    questions = list(_questions(part, answers))
    for of, values in sorted(copies(answers, part.key).items()):
        for question in questions:
            value = values.get(question.field, "")
            label = question.label
            # A line that was taken as it stands is itself the action.
            if isinstance(part, Points):
                value = label if value == "yes" else ""
                label = part.title
            if value.strip():
                form = place(part.key, of=of)
                what: dict[str, Place] = {"what": (form, question.field)}
                places = _places(form, question)
                yield Action(
                    key=_key(form, question.field),
                    what=value,
                    stem=stem,
                    part=part.key,
                    title=_title(part, of),
                    row=label,
                    each=part.each,
                    of=of,
                    values=_values(places, answers),
                    places=what | places,
                )


def _questions(part: Part, answers: AnswersByForm) -> Iterator[_ActionField]:
    """Each field of a part whose answer is an action."""
    if isinstance(part, Form):
        keys = [field.key for field in part.fields]
        beside = {key: key for key in keys if key in COLUMNS}
        for field in part.fields:
            if field.to_plan:
                yield _ActionField(field.key, field.label, beside)
    elif isinstance(part, Grid):
        yield from _questions_of_grid(part, answers)
    elif isinstance(part, Points) and part.to_plan:
        for item in part.items:
            yield _ActionField(item.key, item.text, {})


def _questions_of_grid(grid: Grid, answers: AnswersByForm) -> Iterator[_ActionField]:
    columns = [column.key for column in grid.columns if column.to_plan]
    keys = [column.key for column in grid.columns]
    beside = [key for key in keys if key in COLUMNS]
    for row in every_row(grid, answers) if columns else []:
        fields = {key: answer_key(row=row.key, column=key) for key in beside}
        for column in columns:
            key = answer_key(row=row.key, column=column)
            yield _ActionField(key, row.label, fields)


def _places(form: str, question: _ActionField) -> dict[str, Place]:
    """Where each of COLUMNS stands: beside the action, or else in the plan."""
    places = _places_in_plan(_key(form, question.field))
    for column, field in question.beside.items():
        places[column] = (form, field)
    return places


def _places_in_plan(key: str) -> dict[str, Place]:
    fields = _fields(key)
    return {column: (PLAN, field) for column, field in fields.items()}


def _title(part: Part, of: str) -> str:
    """What an action came from; of a copy that is for a year group also which, for that is no key but its number.

    >>> _title(load("unit3_class_sheets").part("unit3.priorities"), "8")
    'Six priorities, Year 8'
    """
    is_of_year = part.each == "year group" and of
    return f"{part.title}, Year {of}" if is_of_year else part.title


def _of_the_plan(answers: AnswersByForm) -> Iterator[Action]:
    values = answers.get(PLAN, {})
    plan = load("task8_working_smarter").part(PLAN)
    for field, what in sorted(values.items()):
        key = field.removesuffix(".what")
        # An action of another page has its form in its key.
        is_own = field.endswith(".what") and "|" not in key
        if not is_own or not what.strip():
            continue
        places = _places_in_plan(key)
        pupil_key = answer_key(row=key, column="pupil")
        pupil = values.get(pupil_key, "")
        yield Action(
            key=key,
            what=what,
            stem="pupil" if pupil else "task8_working_smarter",
            part=PLAN,
            title=plan.title,
            row="",
            each="pupil" if pupil else "",
            of=pupil,
            values=_values(places, answers),
            places={"what": (PLAN, field)} | places,
        )


def _values(places: Mapping[str, Place], answers: AnswersByForm) -> dict[str, str]:
    values = {}
    for column, (form, field) in places.items():
        of_form = answers.get(form, {})
        values[column] = of_form.get(field, "")
    return values
