"""In which year each pupil is: the year group now, the summer of leaving, and who has left since a list was made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from senlib.school import schema
from senlib.school.findings import Findings
from senlib.school.lists import SchoolLists
from senlib.school.questions import in_words, school_year

# A leaver's last day, where all that is known is the year.
_LAST_DAY = "{}-08-31"
_LAST_YEAR = 11
_NEVER = 9999


def restated(
    tall: pd.DataFrame,
    lists: SchoolLists,
    findings: Findings,
    *,
    academic_year: int,
) -> pd.DataFrame:
    """The rows of all lists with the summer of Year 11 by the list's own year, and the year group of the school's year.

    `year` is the school year that a row tells of, `past` whether the pupil has finished Year 11 since.
    """
    years = np.full(len(tall), academic_year)
    for place, one in enumerate(lists):
        rows = (tall["list"] == place).to_numpy()
        if one.years is not None:
            at = tall.loc[rows, "at"].to_numpy(int)
            row_years = one.years[at]
            otherwise = one.year or academic_year
            dated = row_years > 0
            years[rows] = np.where(dated, row_years, otherwise)
        elif one.year is not None:
            years[rows] = one.year
    # Who left in an earlier school year is listed in the year group of that year.
    left = _school_years_of(tall["left_on"], otherwise=_NEVER)
    blank = tall["ks4_year"] == ""
    earlier = np.minimum(years, left)
    years = np.where(blank, earlier, years)
    groups = schema.numbers(tall["year_group"])
    by_group = years + _LAST_YEAR - groups
    leaving = schema.numbers(tall["ks4_year"]).fillna(by_group)
    moved = groups + (academic_year - years)
    moved = moved.where(moved <= max(schema.YEAR_GROUPS))
    has_group = groups.notna().to_numpy()
    older = (years < academic_year) & has_group
    places = tall["list"].to_numpy()
    findings.notes += _older_lists(places, years, older, lists)
    finished = (moved > _LAST_YEAR) & (groups <= _LAST_YEAR)
    return tall.assign(
        year=years,
        year_group=_whole(moved),
        ks4_year=_whole(leaving),
        past=older & finished.to_numpy(),
    )


def _older_lists(
    places: np.ndarray,
    years: np.ndarray,
    older: np.ndarray,
    lists: SchoolLists,
) -> list[str]:
    """Which lists are of an earlier school year, in notes; many CTF files together."""
    notes = []
    of_year: dict[tuple[int, bool], list[str]] = {}
    for place in np.unique(places[older]):
        one = lists[place]
        mine = years[places == place]
        if mine.max() > mine.min():
            notes.append(
                f"{one.file}: rows from earlier school years are counted in the year groups that the pupils are in now."
            )
            continue
        key = (int(mine[0]), one.ctf)
        of_year.setdefault(key, []).append(one.file)
    for (year, ctf), files in of_year.items():
        words = "{} is from {}, so its pupils"
        if ctf and len(files) > 1:
            words = "{} are from {}, so their pupils"
            files = [f"{len(files):,} CTF files"]
        notes += [
            f"{words.format(file, school_year(year))} are counted in the year groups that they are in now."
            for file in files
        ]
    return notes


def with_years_of_results(
    pupils: pd.DataFrame,
    lists: SchoolLists,
    ids: Sequence[np.ndarray],
    findings: Findings,
    *,
    academic_year: int,
) -> pd.DataFrame:
    """The pupils with the summer of Year 11 by the year of their results where no list tells it, and their year group by that."""
    summers_of: dict[str, str] = {}
    for one, numbers in zip(lists, ids, strict=True):
        if one.leaving is not None:
            summers = zip(numbers, one.leaving, strict=True)
            summers_of |= {number: summer for number, summer in summers if summer}
    ks4_years = pupils["ks4_year"]
    by_results = pupils["pupil_id"].map(summers_of)
    blank = (ks4_years == "") & by_results.notna()
    if blank.any():
        ks4_years = ks4_years.mask(blank, by_results)
        pupils = pupils.assign(ks4_year=ks4_years)
        whose = "their" if blank.sum() > 1 else "the"
        findings.notes.append(
            f"For {in_words(int(blank.sum()))}, the summer of Year 11 was worked out from the year of {whose} results."
        )
    groups = _LAST_YEAR - (schema.numbers(ks4_years) - academic_year)
    in_school = groups.between(0, _LAST_YEAR)
    year_groups = pupils["year_group"]
    missing = (year_groups == "") & in_school
    year_groups = year_groups.mask(missing, _whole(groups))
    return pupils.assign(year_group=year_groups)


def with_leavers(
    pupils: pd.DataFrame, tall: pd.DataFrame, *, today: date
) -> pd.DataFrame:
    """Pupils who have left since the list was made are on roll no longer; of others a blank says that they are."""
    past = tall["past"]
    in_a_year = tall["year_group"] != ""
    still = set(tall.loc[~past & in_a_year, "pupil_id"])
    finished = set(tall.loc[past, "pupil_id"]) - still
    left = pupils["pupil_id"].isin(finished)
    last = pupils["ks4_year"].map(_LAST_DAY.format)
    undated = pupils["left_on"] == ""
    left_on = pupils["left_on"].mask(left & undated, last)
    gone = left | left_on.between("0", today.isoformat())
    by_date = gone.map({True: "N", False: "Y"})
    blank = pupils["on_roll"] == ""
    on_roll = pupils["on_roll"].mask(blank, by_date)
    return pupils.assign(left_on=left_on, on_roll=on_roll)


def _whole(values: pd.Series) -> pd.Series:
    """Whole numbers as text; '' where there is none."""
    codes, distinct = pd.factorize(values)
    whole = [f"{value:.0f}" for value in distinct]
    texts = np.array([*whole, ""], object)
    return pd.Series(texts[codes], index=values.index, dtype=str)


def _school_years_of(dates: pd.Series, *, otherwise: int) -> np.ndarray:
    """The summer of the school year that each day lies in."""
    days = pd.to_datetime(dates.astype(str), format="%Y-%m-%d", errors="coerce")
    summers = days.dt.year + (days.dt.month >= 9)
    years: np.ndarray = summers.fillna(otherwise).to_numpy(int)
    return years
