"""Small schools for the tests of measures, written as one would on paper."""

from __future__ import annotations

import pandas as pd

from senlib.frameworks import load
from senlib.school.schema import canonical, pupils_schema, results_schema, typed
from senlib.school.school import School


def school(
    framework: str,
    pupils: list[dict],
    results: list[tuple],
    *,
    lea: pd.DataFrame | None = None,
    year: int = 2005,
) -> School:
    """A school of these pupils and results; a result is (pupil_id, stage, subject, kind, result) and a date where it matters.

    What pupils hold now is of the end of the school year, unless a date or '' says otherwise.
    """
    yardstick = load(framework)
    people = pd.DataFrame(pupils, dtype=str).fillna("")
    rows = pd.DataFrame(
        [
            (*r, f"{year}-07-01" if r[1] == "now" else "") if len(r) == 5 else r
            for r in results
        ],
        columns=["pupil_id", "stage", "subject", "kind", "result", "date"],
        dtype=str,
    )
    tables = []
    for table, schema in (
        (people, pupils_schema(yardstick)),
        (rows, results_schema(yardstick)),
    ):
        table = canonical(table, schema=schema, framework=yardstick)
        schema.validate(table, lazy=True)
        tables.append(typed(table, schema=schema, framework=yardstick))
    extra = {} if lea is None else {"lea": lea}
    return School(
        name="A school",
        framework=yardstick,
        academic_year=year,
        pupils=tables[0],
        results=tables[1],
        **extra,
    )


def cohort_of(
    framework: str,
    rows: list[tuple[str, str, str, str]],
    *,
    subject: str,
    stage: str = "KS3",
    entry_stage: str = "KS2",
    ks4_year: int = 2006,
) -> School:
    """One cohort in one subject: each row is (pupil_id, sen_provision, entry, outcome); an outcome of '-' leaves no row."""
    pupils = [
        {
            "pupil_id": p,
            "sen_provision": sen,
            "ks4_year": str(ks4_year),
            "year_group": "10",
        }
        for p, sen, _, _ in rows
    ]
    results = [
        (p, entry_stage, subject, "test", entry)
        for p, _, entry, _ in rows
        if entry != "-"
    ]
    results += [
        (p, stage, subject, "test", outcome)
        for p, _, _, outcome in rows
        if outcome != "-"
    ]
    return school(framework, pupils, results)


def yes_or_no(value) -> str:
    """A value that may be true, false or missing, as 'yes', 'no' or ''."""
    if pd.isna(value):
        return ""
    return {True: "yes", False: "no"}[value]


def true_or_false(words: list[str]) -> pd.Series:
    """The column of which `yes_or_no` gives these words."""
    values = {"yes": True, "no": False, "": pd.NA}
    return pd.Series([values[word] for word in words], dtype="boolean")
