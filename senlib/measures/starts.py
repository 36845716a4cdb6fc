"""Starts: of how many pupils the start is known, and of what it is made; and the summers in which there were no tests to know it from."""

from __future__ import annotations

import pandas as pd

from senlib.frameworks import Stage
from senlib.measures.entries import (
    BELOW_THE_TEST,
    bands_of,
    entries_of,
    entry_texts,
    one_paper,
)
from senlib.school.cache import kept
from senlib.school.school import School

# Summers without key stage 2 tests, and the year group in which they are taken.
WITHOUT_TESTS, TESTED_IN = (2020, 2021), 6

# What a start is made of, in the order in which they are read.
STARTS = ("known", "one paper", "below the test", "below in one paper", "not known")


def starts(school: School, *, stage: str | None = None) -> pd.DataFrame:
    """What is known of each pupil's start, of pupils who have a row of results at entry.

    Columns: pupil_id, subject ('' where entry is one average), entry (as one reads it), band ('none' where it is in none),
    start (known; one paper: the score of reading or mathematics alone; below the test; below in one paper: with a score in
    the other, and so in no band; not known).

    >>> from senlib import open_sample
    >>> table = starts(open_sample("gcse"))
    >>> table["start"].value_counts()[["known", "one paper"]].gt(0).tolist()
    [True, True]
    """
    of_stage = school.framework.stage(stage)
    entries = entries_of(school.results, stage=of_stage)
    entry = entries["entry"]
    band = bands_of(entries, stage=of_stage)
    has_band = band != "none"
    start = has_band.map({True: "known", False: "not known"})
    start = start.mask(has_band & one_paper(entry), "one paper")
    start = start.mask(entry == BELOW_THE_TEST, "below the test")
    start = start.mask(below_in_one(entry), "below in one paper")
    entries = entries.assign(band=band, start=start)
    entries["entry"] = entry_texts(entries)
    return entries[["pupil_id", "subject", "entry", "band", "start"]]


# As `starts`, once for the school that is open; shared by all who ask for it, and not to be changed.
kept_starts = kept(starts)


def below_in_one(entries: pd.Series) -> pd.Series:
    """Whether each entry is below the test in one paper, with a score in the other."""
    return entries.str.contains(f"{BELOW_THE_TEST} in ", regex=False)


def without_tests(stage: Stage, cohort: int | None) -> bool:
    """Whether a cohort has no start because there were no key stage 2 tests in its summer.

    >>> from senlib.frameworks import load
    >>> [without_tests(load("gcse").stage(), cohort) for cohort in (2024, 2025, 2026, 2027, None)]
    [False, True, True, False, False]
    """
    if cohort is None or pd.isna(cohort) or stage.entry_stage != "KS2":
        return False
    return summer_of_tests(stage, cohort) in WITHOUT_TESTS


def summer_of_tests(stage: Stage, cohort: int) -> int:
    """The summer of a cohort's key stage 2 tests."""
    return int(cohort) - (stage.ends_in_year - TESTED_IN)
