"""The review by groups (unit 3): how a year group stands in a subject, by sex, SEN, ethnic group and for able pupils."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from senlib.measures.groups import NOT_KNOWN
from senlib.measures.proportion import wilson
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
MAJORITY = "White British"


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
    rows = rows.merge(
        school.pupils[["pupil_id", "sex", "ethnicity", "able"]], on="pupil_id"
    )
    parts = [_counted(rows, name, school=school) for name in REVIEWED]
    table = pd.concat(parts, ignore_index=True).astype(
        {"pupils": "int64", "reached": "int64", "not_judged": "int64"}
    )
    return table.join(wilson(table["reached"], table["pupils"]))[
        ["review", "group", "pupils", "reached", "percent", "low", "high", "not_judged"]
    ]


def _counted(rows: pd.DataFrame, name: str, *, school: School) -> pd.DataFrame:
    values = rows[REVIEWED[name]]
    if name == "sen":
        group = values.map(school.framework.sen_groups).fillna(NOT_KNOWN)
    elif name == "ethnicity":
        group = values.where(values == MAJORITY, "minority ethnic groups").where(
            values != "", NOT_KNOWN
        )
    else:
        group = values.replace("", NOT_KNOWN)
    judged = rows["on_course"].notna()
    reached = rows["on_course"].fillna(False).astype(bool)
    counted = pd.DataFrame(
        {"group": group, "pupils": judged, "reached": reached, "not_judged": ~judged}
    )
    table = counted.groupby("group", as_index=False).sum()
    order = {
        "F": 0,
        "M": 1,
        "SEN": 0,
        "no SEN": 1,
        MAJORITY: 0,
        "Y": 0,
        "N": 1,
        NOT_KNOWN: 9,
    }
    table = table.sort_values(
        "group",
        key=lambda names: names.map(lambda one: order.get(one, 5)),
        kind="stable",
    )
    return table.assign(review=name)
