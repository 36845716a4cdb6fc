"""Subjects of the same pupils (Task 3), two by two: in which of them pupils reached a criterion, and whether the gap is clear."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from senlib.frameworks import Criterion, Framework
from senlib.measures.conversion import Denominator
from senlib.measures.counting import known_cohorts, pairs
from senlib.measures.criteria import met_by_pupil
from senlib.measures.entries import bands_of
from senlib.measures.gaps import clear, mcnemar, paired
from senlib.measures.groups import with_groups
from senlib.school.school import School

_COUNTS = ["pupils", "others", "both", "first_only", "second_only", "neither"]
_GAP = ["points", "low", "high", "p", "clear"]
COLUMNS = ["cohort", "first", "second", *_COUNTS, *_GAP]


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
    of_subjects = _criterion(criterion, school.framework)
    people = _reached(school, of_subjects, denominator=denominator)
    if cohorts is not None:
        chosen = people["cohort"].isin(list(cohorts))
        people = people[chosen]
    if together:
        latest = people["cohort"].max()
        people = people.assign(cohort=latest)
    tables = [pd.DataFrame(columns=COLUMNS)]
    for cohort, rows in people.groupby("cohort"):
        table = _of_cohort(rows, of_subjects.subjects)
        if len(table):
            tables.append(table.assign(cohort=cohort))
    tables = tables[1:] or tables
    table = pd.concat(tables, ignore_index=True)[COLUMNS]
    return table.assign(cohort=known_cohorts(table["cohort"]))


def _criterion(key: str, framework: Framework) -> Criterion:
    of_subjects = [each for each in framework.criteria if each.subjects]
    criteria = {each.key: each for each in of_subjects}
    if key not in criteria:
        keys = ", ".join(criteria)
        raise KeyError(f"{key!r} is no criterion of subjects: {keys}")
    return criteria[key]


def _reached(
    school: School, criterion: Criterion, *, denominator: Denominator
) -> pd.DataFrame:
    """Each pupil of the criterion in each of its subjects: cohort, pupil_id, subject, reached."""
    by, framework = "sen_provision", school.framework
    stage = framework.stage(criterion.stage)
    people = pairs(school, stage=stage, columns=[by])
    in_subject = people["subject"].isin(criterion.subjects)
    people = people[in_subject]
    people = with_groups(people, by=by, framework=framework)
    people = people[people["group"] == criterion.group]
    bands = bands_of(people, stage=stage)
    people["entry_value"] = people["entry"]
    people["entry"] = bands
    # As in `criteria`: whose start is not known is not among those who are judged.
    judged = bands.isin(criterion.entry or stage.bands)
    if denominator == "with_result":
        grades = people["outcome"].map(stage.outcome_scale.is_grade)
        judged &= grades.astype(bool)
    people = people[judged]
    met = met_by_pupil(people, criterion=criterion, stage=stage)
    people = people.assign(reached=met)
    return people[["cohort", "pupil_id", "subject", "reached"]]


def _of_cohort(people: pd.DataFrame, subjects: Sequence[str]) -> pd.DataFrame:
    """The pairs of one cohort, without its name."""
    table = people.pivot(index="pupil_id", columns="subject", values="reached")
    of_cohort = [subject for subject in subjects if subject in table]
    two_by_two = combinations(of_cohort, 2)
    rows = [_counts(table, *two) for two in two_by_two]
    # Two subjects that no pupil stands in both of are not compared, and make no other gap less sure.
    compared = sum(row["pupils"] > 0 for row in rows)
    for row in rows:
        row |= _judged(row, pairs=max(1, compared))
    table = pd.DataFrame(rows, columns=COLUMNS[1:])
    return table.sort_values("points", ascending=False, kind="stable")


def _counts(table: pd.DataFrame, first: str, second: str) -> dict[str, Any]:
    stands = table[[first, second]].notna()
    has_both = stands.all(axis=1)
    both = table.loc[has_both, [first, second]].astype(bool)
    one, other = both[first], both[second]
    if other.sum() > one.sum():
        first, second, one, other = second, first, other, one
    sides = {
        "pupils": has_both,
        "others": stands.any(axis=1) & ~has_both,
        "both": one & other,
        "first_only": one & ~other,
        "second_only": ~one & other,
        "neither": ~one & ~other,
    }
    counts = {name: int(side.sum()) for name, side in sides.items()}
    return {"first": first, "second": second, **counts}


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
