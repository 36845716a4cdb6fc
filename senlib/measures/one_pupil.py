"""One pupil: where she stands in each matrix of entry to outcome, and how far she has come in each subject that is followed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from senlib.frameworks import NO_RESULT
from senlib.measures.counting import pairs
from senlib.measures.entries import bands_of
from senlib.measures.tracking import track
from senlib.school.school import School

CELL = ["stage", "subject", "cohort", "entry", "outcome", "outcome_result"]


def cells_of(school: School, pupil_id: str) -> pd.DataFrame:
    """The cells of the matrices that the pupil is counted in: one row for each key stage she has finished, and subject.

    Columns: stage, subject, cohort (0 where it is not known), entry (band), outcome (whole level or grade) and
    outcome_result (as it was given; 'no result' where there is none).

    >>> from senlib import open_sample
    >>> school = open_sample("levels")
    >>> left = school.pupils.loc[school.pupils["on_roll"] == "N", "pupil_id"].iloc[0]
    >>> sorted(cells_of(school, left)["stage"].unique())
    ['KS3', 'KS4']
    """
    parts = [pd.DataFrame(columns=CELL)]
    for stage in school.framework.stages:
        # Of the whole school, whose other pupils show whether a cohort has finished.
        rows = pairs(school, stage=stage)
        rows = rows[rows["pupil_id"] == pupil_id]
        outcome = rows["outcome"]
        rows = rows.assign(
            stage=stage.name,
            entry=bands_of(rows, stage=stage),
            outcome_result=outcome.replace("", "no result"),
            outcome=outcome.map(stage.outcome_scale.step),
        )
        parts.append(rows[CELL])
    filled = [part for part in parts if len(part)]
    table = pd.concat(filled or parts[:1])
    return table.reset_index(drop=True)


def uncounted_of(school: School, pupil_id: str) -> pd.DataFrame:
    """The pupil's outcomes that stand in no matrix: of subjects that her cohort has not finished, or of a stage she left early.

    Columns: stage, subject, outcome_result (as it was given).

    >>> from senlib import open_sample
    >>> school = open_sample("levels")
    >>> len(uncounted_of(school, school.pupils["pupil_id"].iloc[0]))
    0
    """
    stages = [stage.name for stage in school.framework.stages]
    results = school.results[school.results["pupil_id"] == pupil_id]
    outcomes = results[results["stage"].isin(stages)]
    rows = outcomes[outcomes["result"] != NO_RESULT]
    key = ["stage", "subject"]
    rows = rows[[*key, "result"]].astype(str)
    rows = rows.rename(columns={"result": "outcome_result"})
    cells = cells_of(school, pupil_id).set_index(key)
    places = rows.set_index(key).index
    counted = places.isin(cells.index)
    return rows[~counted].drop_duplicates(key, ignore_index=True)


def now_of(school: School, pupil_id: str) -> pd.DataFrame:
    """How far the pupil has come in each subject that is followed: the columns of `tracking.track`; no rows where she is not followed.

    A subject in which she has neither an entry nor a result now has no row.

    >>> from senlib import open_sample
    >>> school = open_sample("levels")
    >>> pupil = school.pupils.query("year_group == 8")["pupil_id"].iloc[0]
    >>> now_of(school, pupil)["subject"].tolist()
    ['English', 'Mathematics', 'Science', 'ICT']
    """
    stage = school.framework.tracked_stage
    pupils = school.pupils[school.pupils["pupil_id"] == pupil_id]
    results = school.results[school.results["pupil_id"] == pupil_id]
    alone = replace(school, pupils=pupils, results=results)
    rows = track(alone, entry=stage.starts)
    rows = rows.query("entry != '' or now != ''")
    return rows.reset_index(drop=True)
