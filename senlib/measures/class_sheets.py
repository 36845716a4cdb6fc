"""Class sheets (unit 3): the classes and sets of a school, and the pupils with SEN in one, with where they stand in its subject."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from senlib.measures.groups import has_sen
from senlib.measures.tracking import track
from senlib.school.school import School

# A column of the pupils table that says in which class a pupil is taught, and the subject that the framework calls so.
COLUMNS: Mapping[str, str] = {
    "form": "", "set_english": "English", "set_mathematics": "Mathematics", "set_science": "Science", "set_ict": "ICT",
}  # fmt: skip

PEOPLE = ["pupil_id", "forename", "surname", "form", "year_group", "sen_provision", "need", "need_2"]


def classes(school: School) -> pd.DataFrame:
    """Each form and set that anyone on roll is in: column, subject ('' for a form), name, pupils, sen (how many have SEN).

    Forms first, then set by subject; by name within. A subject that the framework does not follow is ''.

    >>> from senlib import open_sample
    >>> table = classes(open_sample("levels"))
    >>> table["subject"].unique().tolist(), bool((table["sen"] <= table["pupils"]).all())
    (['', 'English', 'Mathematics', 'Science', 'ICT'], True)
    """
    pupils = _on_roll(school)
    sen = has_sen(pupils["sen_provision"], framework=school.framework)
    parts = []
    for column in COLUMNS:
        held = pupils.assign(sen=sen)[pupils[column] != ""]
        counted = held.groupby(column).agg(pupils=("pupil_id", "size"), sen=("sen", "sum"))
        counted = counted.rename_axis("name").reset_index()
        parts.append(counted.assign(column=column, subject=_subject(school, column)))
    table = pd.concat(parts, ignore_index=True).astype({"pupils": "int64", "sen": "int64"})
    return table[["column", "subject", "name", "pupils", "sen"]]


def class_sheet(school: School, *, column: str, name: str) -> pd.DataFrame:
    """The pupils with SEN on roll in a class, by name, with where they stand in its subject.

    Columns: pupil_id, forename, surname, form, year_group, sen_provision, need, need_2, and entry, now, on_course and stuck of
    `tracking.track` in the class's subject ('' where it has none, or the pupil is not followed). KeyError where there is no
    such column.

    >>> from senlib import open_sample
    >>> sheet = class_sheet(open_sample("levels"), column="set_english", name="8En3")
    >>> set(sheet["year_group"].astype(int)), list(sheet.columns[-4:])
    ({8}, ['entry', 'now', 'on_course', 'stuck'])
    """
    if column not in COLUMNS:
        raise KeyError(f"{column!r} says nothing of classes: {', '.join(COLUMNS)}")
    pupils = _on_roll(school)
    here = (pupils[column] == name) & (pupils[column] != "")
    pupils = pupils[here & has_sen(pupils["sen_provision"], framework=school.framework)]
    pupils = pupils.sort_values(["surname", "forename", "pupil_id"])[PEOPLE]
    standing = pd.DataFrame(columns=["pupil_id", "entry", "now", "on_course", "stuck"], dtype=str)
    if subject := _subject(school, column):
        stage = school.framework.stage(school.framework.tracking.stage)
        standing = track(school, subject=subject, entry=[*stage.bands, "none"])[list(standing.columns)].astype(str)
    sheet = pupils.merge(standing, on="pupil_id", how="left")
    return sheet.fillna(dict.fromkeys(["entry", "now", "on_course", "stuck"], ""))


def _on_roll(school: School) -> pd.DataFrame:
    return school.pupils[school.pupils["on_roll"] == "Y"]


def _subject(school: School, column: str) -> str:
    """The framework's subject in which a class of this column is taught; '' for a form, or where it is not followed."""
    name = school.framework.subject(COLUMNS[column]) if COLUMNS[column] else ""
    return name if name in school.framework.outcome_subjects() else ""
