"""Rates from a matrix: of the pupils who entered in a band, what percent reached each grade."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from senlib.national._dfe_names import NOT_SHOWN, SINGLE

KEYS = ["stage", "year", "subject", "group", "entry"]
FIGURE_COLUMNS = [*KEYS, "reach", "percent", "pupils", "kind", "source", "whose"]
ENGLAND = "England"


def rates(matrix: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """The percent of each row of a matrix that reached each grade from 1 to 9, in the columns of `figures`.

    `source` is the key of where it was published, with {} for the year.

    The denominator is everyone in the row, U, X and covid too, as DfE's `all_grades` counts. A double grade is
    reached where both its grades are (4-4 is a 4, 4-3 is not). Where a count is missing, or grades are not shown,
    percent is missing rather than too low.

    >>> row = {"year": 2024, "stage": "KS4", "subject": "Mathematics", "group": "all", "entry": "all"}
    >>> counts = pd.DataFrame([row | {"outcome": "5", "pupils": 3}, row | {"outcome": "X", "pupils": 1}])
    >>> rates(counts, source="made up").query("reach in ['5', '6']")[["reach", "percent", "pupils"]].values.tolist()
    [['5', 75.0, 4], ['6', 0.0, 4]]
    """
    outcome, pupils = matrix["outcome"], matrix["pupils"]
    grade = outcome.str.extract(r"^(?:[1-9]-)?([1-9])$")[0]
    grade = grade.astype("float64").to_numpy()
    is_missing = pupils.isna()
    is_hidden = (outcome == NOT_SHOWN) & (pupils != 0)
    bands = matrix.groupby(KEYS, sort=False)
    keys = matrix[KEYS].drop_duplicates(ignore_index=True)
    total = partial(np.bincount, bands.ngroup())
    counts = pupils.fillna(0).to_numpy("float64")
    everyone = pd.Series(total(counts))
    # A total with a part missing would look like one that is whole.
    whole = everyone.mask(total(is_missing) > 0)
    is_known = total(is_missing | is_hidden) == 0
    denominator = everyone.where(is_known & (everyone > 0))
    reached = [total(counts * (grade >= reach)) for reach in range(1, 10)]
    percent = 100 * np.array(reached) / denominator.array
    each_grade = keys.index.repeat(len(SINGLE))
    keys["pupils"] = whole.astype("Int64")
    table = keys.loc[each_grade]
    table = table.assign(
        reach=SINGLE * len(keys),
        percent=percent.T.ravel(),
        kind="figure",
        source=table["year"].map(source.format),
        whose=ENGLAND,
    )
    return table[FIGURE_COLUMNS].reset_index(drop=True)
