"""The review by groups (unit 3): how a year group stands in a subject, by sex, SEN, ethnic group and for able pupils."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from senlib.frameworks import Framework
from senlib.measures.groups import NOT_KNOWN
from senlib.measures.proportion import with_interval
from senlib.measures.tracking import track
from senlib.school.school import School

# The four groups that the review looks at, by the row of the page's grid: the column they come from.
REVIEWED: Mapping[str, str] = {
    "sex": "sex",
    "sen": "sen_provision",
    "ethnicity": "ethnicity",
    "able": "able",
}

# Everyone else whose ethnic group is recorded belongs to a minority ethnic group.
MAJORITY, MINORITY = "White British", "minority ethnic groups"

# Groups in the order in which they are read; any other stands before those of whom it is not known.
_PLACES = {
    "F": 0,
    "M": 1,
    "SEN": 0,
    "no SEN": 1,
    MAJORITY: 0,
    "Y": 0,
    "N": 1,
    NOT_KNOWN: 9,
}
_COUNTS = ["pupils", "reached", "not_judged"]


def review(school: School, *, year_group: int, subject: str) -> pd.DataFrame:
    """Of the pupils of a year group, how many are on course in a subject, in each group of the review.

    Columns: review (sex, sen, ethnicity or able), group, pupils (those of whom it can be said whether they are on course: the
    denominator), reached, percent, low, high (Wilson, 95 %), not_judged (of whom it cannot). Groups overlap. Whether a pupil is
    on course stands in the framework's tracking.

    >>> from senlib import open_sample
    >>> table = review(open_sample("levels"), year_group=8, subject="English")
    >>> table.groupby("review", sort=False)["group"].agg(list).to_dict()
    {'sex': ['F', 'M'], 'sen': ['SEN', 'no SEN'], 'ethnicity': ['White British', 'minority ethnic groups'], 'able': ['Y', 'N']}
    """
    stage = school.framework.tracked_stage
    rows = track(school, subject=subject, entry=stage.starts, years=[year_group])
    columns = ["pupil_id", "sex", "ethnicity", "able"]
    people = school.pupils[columns]
    rows = rows.merge(people, on="pupil_id")
    parts = [_counted(rows, name, school.framework) for name in REVIEWED]
    table = pd.concat(parts, ignore_index=True)
    types = dict.fromkeys(_COUNTS, "int64")
    table = with_interval(table.astype(types))
    not_judged = table.pop("not_judged")
    return table.assign(not_judged=not_judged)


def _counted(rows: pd.DataFrame, name: str, framework: Framework) -> pd.DataFrame:
    """How many of each group of a review are judged, reached it and are not judged."""
    values = rows[REVIEWED[name]]
    if name == "sen":
        group = values.map(framework.sen_groups).fillna(NOT_KNOWN)
    elif name == "ethnicity":
        group = values.where(values == MAJORITY, MINORITY)
        group = group.where(values != "", NOT_KNOWN)
    else:
        group = values.replace("", NOT_KNOWN)
    on_course = rows["on_course"]
    judged = on_course.notna()
    table = group.to_frame("group")
    table["pupils"] = judged
    table["reached"] = on_course.fillna(False).astype(bool)
    table["not_judged"] = ~judged
    groups = table.groupby("group")
    table = groups.sum().reset_index()
    table.insert(0, "review", name)

    def place(groups: pd.Series) -> pd.Series:
        return groups.map(_PLACES).fillna(5)

    return table.sort_values("group", key=place, kind="stable")
