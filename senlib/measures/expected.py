"""Expected outcomes: what pupils in England with the same start reached, and which share of each group there did."""

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
    held = _of_one_edition(figures, framework=framework, stage=stage, cohort=cohort)
    held = held[(held["group"] == "all") & (held["percent"] >= 100 * share)]
    held = held.assign(points=held["reach"].map(stage.outcome_scale.points))
    best = held.sort_values("points").drop_duplicates(["subject", "entry"], keep="last")
    best = best.rename(columns={"reach": "expected"})
    return _in_our_bands(best, stage=stage)[["subject", "entry", "expected"]]


def made_in_england(
    *,
    framework: Framework,
    stage: Stage,
    cohort: int | None = None,
    figures: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Which share of each group in England reached or passed its start's expected outcome: half of all pupils, or more, as grades
    are whole steps; of one group it may be fewer.

    Columns: subject, group, entry (band), expected, percent, year (of the edition). Parameters and names are those of
    `expected_outcomes`, with its share of a half. No rows where the framework lays down a gain: England has no figures of it.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> table = made_in_england(framework=gcse, stage=gcse.stage("KS4"), cohort=2024)
    >>> rows = table.query("subject == 'Mathematics' and entry == '100-102'").set_index("group")
    >>> rows.loc[["all", "SEN", "no SEN"], "percent"].round(1).tolist(), rows.loc["SEN", "expected"]
    ([59.8, 46.5, 62.5], '4')
    """
    columns = ["subject", "group", "entry", "expected", "percent", "year"]
    if stage.expected:
        return pd.DataFrame(columns=columns)
    wanted = expected_outcomes(
        framework=framework, stage=stage, cohort=cohort, figures=figures
    )
    held = _of_one_edition(figures, framework=framework, stage=stage, cohort=cohort)
    held = _in_our_bands(held, stage=stage).rename(columns={"reach": "expected"})
    return held.merge(wanted, on=["subject", "entry", "expected"])[columns]


def _of_one_edition(
    figures: pd.DataFrame | None,
    *,
    framework: Framework,
    stage: Stage,
    cohort: int | None,
) -> pd.DataFrame:
    """England's figures of each subject, of the edition to lay beside a cohort among those that have all pupils."""
    figures = national.figures(framework.name) if figures is None else figures
    figures = figures[
        (figures["stage"] == stage.name)
        & (figures["kind"] == "figure")
        & (figures["whose"] == national.ENGLAND)
    ]
    of_all = figures[figures["group"] == "all"]
    years = of_all.groupby("subject")["year"].agg(
        lambda held: national.year_for(held, cohort)
    )
    return figures[figures["year"] == figures["subject"].map(years)]


def _in_our_bands(figures: pd.DataFrame, *, stage: Stage) -> pd.DataFrame:
    """England's figures under the names of our bands, each of which is read as one of hers."""
    bands = pd.DataFrame(
        [(band, stage.national_band(band)) for band in stage.bands],
        columns=["ours", "entry"],
    )
    return (
        figures.merge(bands, on="entry")
        .drop(columns="entry")
        .rename(columns={"ours": "entry"})
    )
