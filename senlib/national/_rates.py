"""Rates from a matrix: of the pupils who entered in a band, what percent reached each grade."""

from __future__ import annotations

import numpy as np
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
    "whose",
]
ENGLAND = "England"

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
    grade = (
        matrix["outcome"]
        .str.extract(r"^(?:[1-9]-)?([1-9])$")[0]
        .astype("float64")
        .fillna(0)
    )
    missing = matrix["pupils"].isna()
    hidden = matrix["outcome"].eq(NOT_SHOWN) & (
        missing | matrix["pupils"].ne(0)
    ).fillna(True)
    row = matrix.groupby(KEYS, sort=False).ngroup().to_numpy()
    keys = matrix[KEYS].drop_duplicates(ignore_index=True)
    counts = matrix["pupils"].astype("Float64").fillna(0).to_numpy("float64")

    def summed(of: np.ndarray) -> np.ndarray:
        return np.bincount(row, weights=of, minlength=len(keys))

    everyone = summed(counts)
    known = (summed((missing | hidden).to_numpy("float64")) == 0) & (everyone > 0)
    reached = np.column_stack(
        [summed(np.where(grade >= int(reach), counts, 0)) for reach in REACHES]
    )
    percent = 100 * reached / np.where(known, everyone, np.nan)[:, None]
    # A total with a part missing would look like one that is whole.
    whole = (
        pd.Series(everyone)
        .mask(summed(missing.to_numpy("float64")) > 0)
        .astype("Int64")
    )
    table = keys.assign(pupils=whole).iloc[
        np.repeat(np.arange(len(keys)), len(REACHES))
    ]
    return table.reset_index(drop=True).assign(
        reach=pd.Series(np.tile(REACHES, len(keys)), dtype="str"),
        percent=percent.ravel(),
        kind="figure",
        source=source,
        whose=ENGLAND,
    )[FIGURE_COLUMNS]
