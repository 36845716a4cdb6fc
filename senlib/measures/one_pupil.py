"""One pupil: where she stands in each matrix of entry to outcome, and how far she has come in each subject that is followed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from senlib.frameworks import NO_RESULT
from senlib.measures.counting import bands_of, pairs
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
        # Of the whole school: whether a cohort has finished, its other pupils tell.
        found = pairs(
            school.pupils,
            school.results,
            framework=school.framework,
            stage=stage,
            academic_year=school.academic_year,
        )
        found = found[found["pupil_id"] == pupil_id]
        if found.empty:
            continue
        found = found.assign(
            stage=stage.name,
            entry=bands_of(found, stage=stage),
            outcome_result=found["outcome"].replace("", "no result"),
            outcome=found["outcome"].map(stage.outcome_scale.step),
        )
        parts.append(found[CELL])
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def uncounted_of(school: School, pupil_id: str) -> pd.DataFrame:
    """The pupil's outcomes that stand in no matrix: of subjects that her cohort has not finished, or of a stage she left early.

    Columns: stage, subject, outcome_result (as it was given).

    >>> from senlib import open_sample
    >>> school = open_sample("levels")
    >>> len(uncounted_of(school, school.pupils["pupil_id"].iloc[0]))
    0
    """
    stages = [stage.name for stage in school.framework.stages]
    rows = school.results[school.results["pupil_id"] == pupil_id]
    rows = rows[rows["stage"].isin(stages) & (rows["result"] != NO_RESULT)]
    rows = rows[["stage", "subject", "result"]].astype(str)
    rows = rows.rename(columns={"result": "outcome_result"})
    counted = pd.MultiIndex.from_frame(cells_of(school, pupil_id)[["stage", "subject"]])
    held = pd.MultiIndex.from_frame(rows[["stage", "subject"]]).isin(counted)
    return rows[~held].drop_duplicates(["stage", "subject"], ignore_index=True)


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
    pupils, results = (
        table[table["pupil_id"] == pupil_id]
        for table in (school.pupils, school.results)
    )
    rows = track(replace(school, pupils=pupils, results=results), entry=stage.starts)
    # Of a subject of which neither is held there is nothing to tell.
    return rows[(rows["entry"] != "") | (rows["now"] != "")].reset_index(drop=True)
