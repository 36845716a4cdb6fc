"""Newcomers (Task 5): which pupils of Year 7 stand in which row of the chart of interventions."""

from __future__ import annotations

import pandas as pd

from senlib.measures.groups import has_sen
from senlib.measures.starts import kept_starts
from senlib.school.school import School

EAL = "eal_stage"

PEOPLE = ["pupil_id", "forename", "surname", "form", "sen_provision", "need"]


def newcomers(school: School, *, year_group: int = 7) -> pd.DataFrame:
    """The pupils on roll of a year group, once for each row of the chart they stand in, row by row and then by name.

    Columns: row (a key of the chart; which there are is said by the framework's tracking), pupil_id, forename, surname, form,
    sen_provision, need, sen (has SEN). A pupil may stand in several rows, and in none.

    >>> from senlib import open_sample
    >>> table = newcomers(open_sample("levels"))
    >>> table["row"].unique()[0], bool((table["row"] == "task5.chart.eal").any())
    ('task5.chart.english.3', True)
    """
    framework = school.framework
    of_year = "year_group == @year_group and on_roll == 'Y'"
    pupils = school.pupils.query(of_year)
    pupils = pupils.sort_values(["surname", "forename", "pupil_id"])
    sen = has_sen(pupils["sen_provision"], framework=framework)
    people = pupils[PEOPLE].assign(sen=sen)
    entries = kept_starts(school, stage=framework.tracking.stage)
    parts = []
    for row, subject, bands in framework.tracking.newcomers:
        here = pupils[EAL].isin(bands)
        if subject != EAL:
            in_bands = entries["band"].isin(bands)
            in_row = entries[in_bands & (entries["subject"] == subject)]
            here = pupils["pupil_id"].isin(in_row["pupil_id"])
        rows = people[here].assign(row=row)
        parts.append(rows)
    table = pd.concat(parts, ignore_index=True)
    return table[["row", *PEOPLE, "sen"]]
