"""Subjects of the same pupils (Task 3), two by two: in which of them pupils reached a criterion, and whether the gap is clear."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from senlib.frameworks import Criterion, Framework
from senlib.measures.conversion import Denominator
from senlib.measures.counting import UNKNOWN_COHORT, bands_of, is_grade, pairs
from senlib.measures.criteria import met_by_pupil
from senlib.measures.gaps import clear, mcnemar, paired
from senlib.measures.groups import with_groups
from senlib.school.school import School

_COUNTS = ["pupils", "others", "both", "first_only", "second_only", "neither"]
COLUMNS = ["cohort", "first", "second", *_COUNTS, "points", "low", "high", "p", "clear"]


def subject_pairs(
    school: School,
    *,
    criterion: str,
    cohorts: Sequence[int] | None = None,
    together: bool = False,
    denominator: Denominator = "all",
) -> pd.DataFrame:
    """One row for each two subjects of a criterion in each cohort, the widest gap of a cohort first.

    Columns: cohort (summer; missing where not known), first (the subject that more of these pupils reached it in), second,
    pupils (those who stand in both subjects), others (those who stand in one of the two alone, and are left out), both,
    first_only, second_only, neither (of the pupils, in which they reached it), points, low, high (first minus second, in
    percentage points, as in `gaps.paired`), p (McNemar's exact test), clear.

    `cohorts` are the summers to take, all if there are none; `together` counts them as one, and `cohort` is then the last.
    Who stands in a subject is as in `criteria`; with 'with_result' as denominator, only who has a result there.

    The widest of several gaps is wide by luck too: low, high, p and clear allow for as many pairs as that cohort has, p being
    multiplied by their number and the interval being of level 1 - 0.05 / pairs (Bonferroni).

    KeyError where the framework has no such criterion of subjects.

    >>> from senlib import open_sample
    >>> table = subject_pairs(open_sample("levels"), criterion="gain_sen", cohorts=[2004])
    >>> len(table), bool((table["both"] + table["first_only"] >= table["both"] + table["second_only"]).all())
    (3, True)
    """
    asked = _asked(criterion, framework=school.framework)
    reached = _reached(school, asked, denominator=denominator)
    if cohorts is not None:
        reached = reached[reached["cohort"].isin(list(cohorts))]
    if together and len(reached):
        reached = reached.assign(cohort=reached["cohort"].max())
    tables = [
        _of_cohort(rows, subjects=asked.subjects).assign(cohort=cohort)
        for cohort, rows in reached.groupby("cohort")
    ]
    tables = [table for table in tables if len(table)]
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(tables, ignore_index=True)[COLUMNS]
    return table.assign(
        cohort=table["cohort"].astype("Int64").replace(UNKNOWN_COHORT, pd.NA)
    )


def _asked(criterion: str, *, framework: Framework) -> Criterion:
    held = {each.key: each for each in framework.criteria if each.subjects}
    if criterion not in held:
        raise KeyError(f"{criterion!r} is no criterion of subjects: {', '.join(held)}")
    return held[criterion]


def _reached(
    school: School, criterion: Criterion, *, denominator: Denominator
) -> pd.DataFrame:
    """Each pupil of the criterion in each of its subjects: cohort, pupil_id, subject, reached."""
    stage = school.framework.stage(criterion.stage)
    people = pairs(
        school.pupils,
        school.results,
        framework=school.framework,
        stage=stage,
        academic_year=school.academic_year,
        columns=["sen_provision"],
    )
    people = people[people["subject"].isin(criterion.subjects)]
    people = with_groups(people, by="sen_provision", framework=school.framework)
    people = people[people["group"] == criterion.group]
    people = people.assign(
        entry_value=people["entry"], entry=bands_of(people, stage=stage)
    )
    # As in `criteria`: whose start is not known is not among those who are judged.
    people = people[people["entry"].isin(criterion.entry or stage.bands)]
    if denominator == "with_result":
        held = [is_grade(outcome, stage.outcome_scale) for outcome in people["outcome"]]
        people = people[pd.Series(held, index=people.index, dtype=bool)]
    if people.empty:
        return people.assign(reached=False)[
            ["cohort", "pupil_id", "subject", "reached"]
        ]
    people = people.assign(
        reached=met_by_pupil(people, criterion=criterion, stage=stage)
    )
    return people[["cohort", "pupil_id", "subject", "reached"]]


def _of_cohort(reached: pd.DataFrame, *, subjects: Sequence[str]) -> pd.DataFrame:
    """The pairs of one cohort, without its name."""
    table = reached.pivot(index="pupil_id", columns="subject", values="reached")
    held = [subject for subject in subjects if subject in table]
    counted = [_counts(table, *two) for two in combinations(held, 2)]
    # Two subjects that no pupil stands in both of are not compared, and make no other gap less sure.
    compared = max(1, sum(row["pupils"] > 0 for row in counted))
    rows = [{**row, **_judged(row, pairs=compared)} for row in counted]
    made = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "cohort"])
    return made.sort_values("points", ascending=False, kind="stable", ignore_index=True)


def _counts(table: pd.DataFrame, first: str, second: str) -> dict[str, Any]:
    known = table[first].notna(), table[second].notna()
    both = table[known[0] & known[1]]
    one, other = both[first].astype(bool), both[second].astype(bool)
    if other.sum() > one.sum():
        first, second, one, other = second, first, other, one
    return {
        "first": first,
        "second": second,
        "pupils": len(both),
        "others": int((known[0] ^ known[1]).sum()),
        "both": int((one & other).sum()),
        "first_only": int((one & ~other).sum()),
        "second_only": int((~one & other).sum()),
        "neither": int((~one & ~other).sum()),
    }


def _judged(row: dict[str, Any], *, pairs: int) -> dict[str, Any]:
    first, second = row["first_only"], row["second_only"]
    gap = paired(
        both=row["both"],
        first=first,
        second=second,
        neither=row["neither"],
        level=1 - 0.05 / pairs,
    )
    p = min(1.0, pairs * mcnemar(first=first, second=second))
    return {**gap._asdict(), "p": p, "clear": clear(gap)}
