"""Expected outcomes: what pupils in England with the same start reached, read from the national matrix."""

from __future__ import annotations

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage


def expected_outcomes(*, framework: Framework, stage: Stage, share: float = 0.5) -> pd.DataFrame:
    """The highest outcome that at least `share` of all pupils in England with the same entry reached or passed.

    Columns: subject, entry (band), expected. Half (0.5) gives the median; 0.75 the outcome three in four reached. Where the
    framework lays down a gain, that is returned for every subject instead, whatever `share`. No rows where neither is held,
    and none of pupils whose start is not known.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> table = expected_outcomes(framework=gcse, stage=gcse.stage("KS4"))
    >>> table.query("subject == 'Mathematics'").set_index("entry")["expected"].loc[["<80", "100-102", "117-120"]].tolist()
    ['1', '4', '8']
    """
    if stage.expected:
        rows = [
            (subject, band, reach)
            for subject in framework.outcome_subjects()
            for band, reach in stage.expected.items()
        ]
        return pd.DataFrame(rows, columns=["subject", "entry", "expected"])
    figures = national.figures(framework.name)
    figures = figures[
        (figures["stage"] == stage.name)
        & (figures["group"] == "all")
        & (figures["kind"] == "figure")
    ]
    held = figures[(figures["percent"] >= 100 * share) & figures["entry"].isin(stage.bands)]
    held = held.assign(points=held["reach"].map(stage.outcome_scale.points))
    best = held.sort_values(["year", "points"]).drop_duplicates(["subject", "entry"], keep="last")
    return best.rename(columns={"reach": "expected"})[["subject", "entry", "expected"]].reset_index(
        drop=True
    )
