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
    framework lays down a gain, that is returned for every subject instead, whatever `share`. No rows where there is neither,
    and none of pupils whose start is not known. Subjects have England's names (`senlib.national.subject`).

    England's figures are those of the one edition that stands beside `cohort` (`senlib.national.year_for`; without one the
    newest with examinations), in each subject of the editions that have it. `figures` are those to use, England's alone of
    them; without, the package's. A band that England does not have is read as the band the framework names for it.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> table = expected_outcomes(framework=gcse, stage=gcse.stage("KS4"))
    >>> maths = table.query("subject == 'Mathematics'").set_index("entry")["expected"]
    >>> maths.loc[["below the test", "<80", "100-102", "117-120"]].tolist()
    ['1', '1', '4', '8']
    """
    columns = ["subject", "entry", "expected"]
    if stage.expected:
        rows = [
            (subject, band, reach)
            for subject in framework.outcome_subjects()
            for band, reach in stage.expected.items()
        ]
        return pd.DataFrame(rows, columns=columns)
    rates = _of_one_edition(figures, framework, stage, cohort)
    rates = rates[rates["group"] == "all"]
    enough = rates[rates["percent"] >= 100 * share]
    points = enough["expected"].map(stage.outcome_scale.points)
    enough = enough.assign(points=points).sort_values("points")
    best = enough.drop_duplicates(columns[:2], keep="last")
    return _in_our_bands(best, stage)[columns]


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
    expected = expected_outcomes(
        framework=framework, stage=stage, cohort=cohort, figures=figures
    )
    rates = _of_one_edition(figures, framework, stage, cohort)
    rates = _in_our_bands(rates, stage)
    return rates.merge(expected)[columns]


def _of_one_edition(
    figures: pd.DataFrame | None, framework: Framework, stage: Stage, cohort: int | None
) -> pd.DataFrame:
    """England's figures of each subject, of the edition to lay beside a cohort among those that have all pupils.

    What they reached is named `expected`.
    """
    if figures is None:
        figures = national.figures(framework.name)
    figures = figures[
        (figures["stage"] == stage.name)
        & (figures["kind"] == "figure")
        & (figures["whose"] == national.ENGLAND)
    ].rename(columns={"reach": "expected"})
    of_all = figures[figures["group"] == "all"]
    years = of_all.groupby("subject")["year"]
    year = years.agg(lambda editions: national.year_for(editions, cohort))
    return figures[figures["year"] == figures["subject"].map(year)]


def _in_our_bands(figures: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """England's figures under the names of our bands, each of which is read as one of hers."""
    theirs = list(map(stage.national_band, stage.bands))
    bands = pd.DataFrame({"ours": stage.bands, "entry": theirs})
    figures = figures.merge(bands, on="entry")
    figures["entry"] = figures.pop("ours")
    return figures
