"""Newcomers (Task 5): which pupils of Year 7 stand in which row of the chart of interventions."""

from __future__ import annotations

import pandas as pd

from senlib.measures.counting import bands_of, entries_of
from senlib.measures.groups import has_sen
from senlib.school.school import School

EAL = "eal_stage"

PEOPLE = ["pupil_id", "forename", "surname", "form", "sen_provision", "need"]


def newcomers(school: School, *, year_group: int = 7) -> pd.DataFrame:
    """The pupils on roll of a year group, once for each row of the chart they stand in, row by row and then by name.

    Columns: row (a key of the chart; which there are stands in the framework's tracking), pupil_id, forename, surname, form,
    sen_provision, need, sen (has SEN). A pupil may stand in several rows, and in none.

    >>> from senlib import open_sample
    >>> table = newcomers(open_sample("levels"))
    >>> table["row"].unique()[0], bool((table["row"] == "task5.chart.eal").any())
    ('task5.chart.english.3', True)
    """
    framework = school.framework
    stage = framework.tracked_stage
    pupils = school.pupils[
        (school.pupils["year_group"] == year_group) & (school.pupils["on_roll"] == "Y")
    ]
    entries = entries_of(
        school.results[school.results["pupil_id"].isin(pupils["pupil_id"])], stage=stage
    )
    entries = entries.assign(band=bands_of(entries, stage=stage))
    parts = []
    for row, subject, bands in framework.tracking.newcomers:
        if subject == EAL:
            ids = pupils.loc[pupils[EAL].isin(bands), "pupil_id"]
        else:
            ids = entries.loc[
                (entries["subject"] == subject) & entries["band"].isin(bands),
                "pupil_id",
            ]
        people = pupils[pupils["pupil_id"].isin(ids)].sort_values(
            ["surname", "forename", "pupil_id"]
        )
        parts.append(
            people[PEOPLE].assign(
                row=row, sen=has_sen(people["sen_provision"], framework=framework)
            )
        )
    return pd.concat(parts, ignore_index=True)[["row", *PEOPLE, "sen"]]
