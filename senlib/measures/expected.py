"""Expected outcomes: what pupils in England with the same start reached, read from the national matrix."""

from __future__ import annotations

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage


def expected_outcomes(
    *,
    framework: Framework,
    stage: Stage,
    share: float = 0.5,
    cohort: int | None = None,
    figures: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The highest outcome that at least `share` of all pupils in England with the same entry reached or passed.

    Columns: subject, entry (band), expected. Half (0.5) gives the median; 0.75 the outcome three in four reached. Where the
    framework lays down a gain, that is returned for every subject instead, whatever `share`. No rows where neither is held,
    and none of pupils whose start is not known. Subjects have England's names (`senlib.national.subject`).

    England's figures are those of the one edition that stands beside `cohort` (`senlib.national.year_for`; without one the
    newest with examinations), in each subject of the editions that hold it. `figures` are those to use, England's alone of
    them; without, what the package holds. A band that England does not have is read as the band the framework names for it.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> table = expected_outcomes(framework=gcse, stage=gcse.stage("KS4"))
    >>> maths = table.query("subject == 'Mathematics'").set_index("entry")["expected"]
    >>> maths.loc[["below the test", "<80", "100-102", "117-120"]].tolist()
    ['1', '1', '4', '8']
    """
    if stage.expected:
        rows = [
            (subject, band, reach)
            for subject in framework.outcome_subjects()
            for band, reach in stage.expected.items()
        ]
        return pd.DataFrame(rows, columns=["subject", "entry", "expected"])
    figures = national.figures(framework.name) if figures is None else figures
    figures = figures[
        (figures["stage"] == stage.name)
        & (figures["group"] == "all")
        & (figures["kind"] == "figure")
        & (figures["whose"] == national.ENGLAND)
    ]
    years = figures.groupby("subject")["year"].agg(lambda held: national.year_for(held, cohort))
    held = figures[figures["year"] == figures["subject"].map(years)]
    held = held[held["percent"] >= 100 * share]
    held = held.assign(points=held["reach"].map(stage.outcome_scale.points))
    best = held.sort_values("points").drop_duplicates(["subject", "entry"], keep="last")
    best = best.rename(columns={"reach": "expected"})
    bands = pd.DataFrame(
        [(band, stage.national_band(band)) for band in stage.bands], columns=["ours", "entry"]
    )
    own = best.merge(bands, on="entry").drop(columns="entry").rename(columns={"ours": "entry"})
    return own[["subject", "entry", "expected"]]
