"""Class sheets (unit 3): the classes and sets of a school, and the pupils with SEN in one, with where they stand in its subject."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from senlib.measures.groups import NOT_KNOWN, has_sen
from senlib.measures.tracking import track
from senlib.school.school import School

# A column of the pupils table that says in which class a pupil is taught, and the subject that the framework calls so.
COLUMNS: Mapping[str, str] = {
    "form": "",
    "set_english": "English",
    "set_mathematics": "Mathematics",
    "set_science": "Science",
    "set_ict": "ICT",
}

PEOPLE = [
    *("pupil_id", "forename", "surname", "form", "year_group"),
    *("sen_provision", "need", "need_2"),
]
STANDING = ["entry", "now", "on_course", "stuck", "standing"]


def classes(school: School) -> pd.DataFrame:
    """Each form and set that anyone on roll is in: column, subject ('' for a form), name, pupils, sen (how many have SEN).

    Forms first, then sets by subject; within, 9B before 10A. A subject that the framework does not follow is ''.

    >>> from senlib import open_sample
    >>> table = classes(open_sample("levels"))
    >>> table["subject"].unique().tolist(), bool((table["sen"] <= table["pupils"]).all())
    (['', 'English', 'Mathematics', 'Science', 'ICT'], True)
    """
    pupils = school.pupils.query("on_roll == 'Y'")
    sen = has_sen(pupils["sen_provision"], framework=school.framework)
    pupils = pupils.assign(sen=sen)
    parts = []
    for column in COLUMNS:
        placed = pupils[pupils[column] != ""]
        by_name = placed.groupby(column)["sen"]
        counts = by_name.agg(pupils="size", sen="sum")
        counts = counts.rename_axis("name").reset_index()
        counts = counts.sort_values("name", key=lambda names: names.map(_as_read))
        subject = _subject(school, column)
        counts = counts.assign(column=column, subject=subject)
        parts.append(counts)
    columns = ["column", "subject", "name", "pupils", "sen"]
    table = pd.concat(parts, ignore_index=True)[columns]
    return table.astype({"pupils": "int64", "sen": "int64"})


def class_lists(school: School, *, column: str, subject: str = "") -> pd.DataFrame:
    """The pupils with SEN on roll in every class of a kind, by name, with where they stand in its subject.

    `subject` is the one to look at where the class itself has none, as a form. Columns: class, pupil_id, forename, surname, form,
    year_group, sen_provision, need, need_2, and entry, now, on_course, stuck and standing of `tracking.track` (blank or missing
    where there is no subject, or the pupil is not followed). KeyError where there is no such column.

    >>> from senlib import open_sample
    >>> lists = class_lists(open_sample("levels"), column="form", subject="Science")
    >>> bool((lists["class"] == lists["form"]).all()), list(lists.columns[-5:])
    (True, ['entry', 'now', 'on_course', 'stuck', 'standing'])
    """
    if column not in COLUMNS:
        raise KeyError(f"{column!r} says nothing of classes: {', '.join(COLUMNS)}")
    pupils = school.pupils.query("on_roll == 'Y'")
    sen = has_sen(pupils["sen_provision"], framework=school.framework)
    pupils = pupils[sen & (pupils[column] != "")]
    pupils = pupils.sort_values(["surname", "forename", "pupil_id"])
    pupils.insert(0, "class", pupils[column])
    columns = ["pupil_id", *STANDING]
    standing = pd.DataFrame(columns=columns, dtype=str)
    subject = _subject(school, column) or subject
    if subject:
        stage = school.framework.tracked_stage
        tracked = track(school, subject=subject, entry=stage.starts)
        # Where nobody is followed, a column of texts comes as one of numbers.
        texts = dict.fromkeys(("entry", "now", "standing"), str)
        standing = tracked[columns].astype(texts)
    lists = pupils[["class", *PEOPLE]]
    lists = lists.merge(standing, on="pupil_id", how="left")
    unjudged = NOT_KNOWN if subject else ""
    blank = {"entry": "", "now": "", "standing": unjudged}
    lists = lists.fillna(blank)
    return lists.astype({"on_course": "boolean", "stuck": "boolean"})


def class_sheet(
    school: School, *, column: str, name: str, subject: str = ""
) -> pd.DataFrame:
    """The list of one class, as `class_lists` has it.

    >>> from senlib import open_sample
    >>> set(class_sheet(open_sample("levels"), column="set_english", name="8En3")["year_group"].astype(int))
    {8}
    """
    lists = class_lists(school, column=column, subject=subject)
    rows = lists[lists["class"] == name]
    return rows.reset_index(drop=True)


def _as_read(name: str) -> list[tuple[int, str]]:
    """The key by which names stand as one reads them, their numbers by size.

    >>> sorted(["10B", "9A", "Oak"], key=_as_read)
    ['9A', '10B', 'Oak']
    """
    parts = filter(None, re.split("([0-9]{1,9})", name))
    return [
        (int(part), "") if part.isascii() and part.isdecimal() else (10**9, part)
        for part in parts
    ]


def _subject(school: School, column: str) -> str:
    """The framework's subject in which a class of this column is taught; '' for a form, or where it is not followed."""
    name = school.framework.subject(COLUMNS[column])
    subjects = school.framework.outcome_subjects()
    return name if name and name in subjects else ""
