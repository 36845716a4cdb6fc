"""Rates from a matrix: of the pupils who entered in a band, what percent reached each grade."""

from __future__ import annotations

import pandas as pd

from senlib.national._dfe import NOT_SHOWN

FIGURE_COLUMNS = [
    "stage",
    "year",
    "subject",
    "group",
    "entry",
    "reach",
    "percent",
    "pupils",
    "kind",
    "source",
]

REACHES = [str(grade) for grade in range(1, 10)]
KEYS = ["stage", "year", "subject", "group", "entry"]


def rates(matrix: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """The percent of each row of a matrix that reached each grade from 1 to 9, in the columns of `figures`.

    The denominator is everyone in the row, U, X and covid too, as DfE's `all_grades` counts. A double grade is
    reached where both its grades are (4-4 is a 4, 4-3 is not). Where a count is missing, or grades are not shown,
    percent is missing rather than too low.

    >>> row = {"year": 2024, "stage": "KS4", "subject": "Mathematics", "group": "all", "entry": "all"}
    >>> counts = pd.DataFrame([row | {"outcome": "5", "pupils": 3}, row | {"outcome": "X", "pupils": 1}])
    >>> rates(counts, source="made up").query("reach in ['5', '6']")[["reach", "percent", "pupils"]].values.tolist()
    [['5', 75.0, 4], ['6', 0.0, 4]]
    """
    lower_grade = matrix["outcome"].str.extract(r"^(?:[1-9]-)?([1-9])$")[0].astype("float64")
    unknown = matrix["pupils"].isna() | (matrix["outcome"].eq(NOT_SHOWN) & matrix["pupils"].ne(0))
    reached = {reach: matrix["pupils"].where(lower_grade >= int(reach), 0) for reach in REACHES}
    counted = matrix[KEYS].assign(
        **reached, pupils=matrix["pupils"].astype("Int64"), unknown=unknown.astype(bool)
    )
    groups = counted.groupby(KEYS, sort=False)
    known = ~groups["unknown"].any()
    pupils = groups["pupils"].sum()
    percent = 100 * groups[REACHES].sum().astype("float64").div(
        pupils.where(pupils > 0).astype("float64"), axis=0
    )
    table = (
        percent.where(known)
        .rename_axis(columns="reach")
        .stack(future_stack=True)
        .rename("percent")
        .reset_index()
    )
    # A total with a part missing would look like one that is whole.
    table = table.merge(
        pupils.where(groups["pupils"].count() == groups.size()).reset_index(), on=KEYS
    )
    return table.assign(kind="figure", source=source)[FIGURE_COLUMNS]
