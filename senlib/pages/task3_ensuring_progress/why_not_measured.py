"""Why a criterion cannot be measured, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from senlib.frameworks import Criterion, Stage
from senlib.measures.conversion import matrix
from senlib.measures.groups import has_sen
from senlib.pages.kit import empty_states, sentences
from senlib.school.school import School

# The summers that are looked at; None where it is not known.
Cohorts = Sequence[int | None]


def why_not(
    criterion: Criterion,
    *,
    school: School,
    cohorts: Cohorts,
    other_summers: bool,
) -> str:
    """Why nothing can be measured of a criterion in these summers; `other_summers` says whether there are others to choose."""
    if criterion.kind == "attendance":
        return _no_attendance(school)
    stage = school.framework.stage(criterion.stage)
    cells = matrix(school, stage=stage.name)
    if cells.empty:
        return empty_states.no_results(stage)
    if criterion.group == "SEN" and (why := _no_sen(school, stage, cohorts)):
        return why
    entries = cells.loc[cells["pupils"] > 0, "entry"]
    if criterion.entry and entries.eq("none").all():
        return empty_states.no_starts(stage)
    way_on = " Choose another summer." if other_summers else ""
    return f"there are no such pupils with results in this summer.{way_on}"


def _no_attendance(school: School) -> str:
    on_roll = school.pupils[school.pupils["on_roll"] == "Y"]
    without = empty_states.without_sen(
        on_roll, framework=school.framework, whom="on roll"
    )
    if without:
        return without
    codes = on_roll["sen_provision"]
    sen = int(has_sen(codes, framework=school.framework).sum())
    return (
        f"no attendance is recorded for the {sentences.pupils(sen)} with SEN who "
        f"{'is' if sen == 1 else 'are'} on roll. {empty_states.choose_again('a list that has attendance')}"
    )


def _no_sen(school: School, stage: Stage, cohorts: Cohorts) -> str:
    """Why there are no pupils with SEN among those whose results count; '' where there are some, or nobody at all."""
    pupils, whom = _counted(school, stage, cohorts)
    if pupils.empty:
        return ""
    return empty_states.without_sen(pupils, framework=school.framework, whom=whom)


def _counted(
    school: School, stage: Stage, cohorts: Cohorts
) -> tuple[pd.DataFrame, str]:
    """The pupils of these summers, or where no summer is known all with results; and who they are in words."""
    pupils, results = school.pupils, school.results
    if cohorts:
        later = stage.ends_in_year - 11
        summers = [cohort or 0 for cohort in cohorts]
        leaving = (pupils["ks4_year"] + later).isin(summers)
        return pupils[leaving], "in this summer’s cohort"
    finished = results.loc[results["stage"] == stage.name, "pupil_id"]
    return pupils[pupils["pupil_id"].isin(finished)], f"with {stage.title} results"
