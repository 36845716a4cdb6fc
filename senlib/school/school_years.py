"""In which year each pupil is: the year group now, the summer of leaving, and who has left since a list was made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from senlib.school import schema
from senlib.school.lists import SchoolList
from senlib.school.questions import in_words, school_year

# A leaver's last day, where all that is known is the year.
_LAST_DAY = "{}-08-31"
_LAST_YEAR = 11
_NEVER = 9999


def restated(
    tall: pd.DataFrame, lists: Sequence[SchoolList], *, academic_year: int
) -> tuple[pd.DataFrame, list[str]]:
    """The rows of all lists with the summer of Year 11 by the list's own year, and the year group of the school's year; and notes.

    `year` is the school year that a row tells of, `past` whether the pupil has finished Year 11 since.
    """
    years = np.full(len(tall), academic_year)
    for place, one in enumerate(lists):
        rows = (tall["list"] == place).to_numpy()
        if one.years is not None:
            row_years = one.years[tall.loc[rows, "at"].to_numpy(int)]
            years[rows] = np.where(row_years > 0, row_years, one.year or academic_year)
        elif one.year is not None:
            years[rows] = one.year
    # Who left in an earlier school year is listed in the year group of that year.
    left = _school_years_of(tall["left_on"], otherwise=_NEVER)
    years = np.where(tall["ks4_year"] == "", np.minimum(years, left), years)
    groups = schema.numbers(tall["year_group"])
    leaving = schema.numbers(tall["ks4_year"]).fillna(years + _LAST_YEAR - groups)
    moved = groups + (academic_year - years)
    moved = moved.where(moved <= max(schema.YEAR_GROUPS))
    older = (years < academic_year) & groups.notna().to_numpy()
    notes = _older_lists(tall["list"].to_numpy(), years, older, lists)
    tall = tall.assign(
        year=years,
        year_group=_whole(moved),
        ks4_year=_whole(leaving),
        past=older
        & (moved > _LAST_YEAR).to_numpy()
        & (groups <= _LAST_YEAR).to_numpy(),
    )
    return tall, notes


def _older_lists(
    places: np.ndarray,
    years: np.ndarray,
    older: np.ndarray,
    lists: Sequence[SchoolList],
) -> list[str]:
    """Which lists are of an earlier school year, in notes; many CTF files together."""
    notes = []
    of_year: dict[tuple[int, bool], list[str]] = {}
    for place in np.unique(places[older]):
        mine = years[places == place]
        if mine.max() > mine.min():
            notes.append(
                f"{lists[place].file}: rows from earlier school years are counted in the year groups that the pupils are in now."
            )
            continue
        of_year.setdefault((int(mine[0]), lists[place].ctf), []).append(
            lists[place].file
        )
    for (year, ctf), files in of_year.items():
        together = [f"{len(files):,} CTF files"] if ctf and len(files) > 1 else files
        for name in together:
            one = name in files
            notes.append(
                f"{name} {'is' if one else 'are'} from {school_year(year)}, so {'its' if one else 'their'} pupils "
                "are counted in the year groups that they are in now."
            )
    return notes


def with_years_of_results(
    pupils: pd.DataFrame,
    lists: Sequence[SchoolList],
    ids: Sequence[np.ndarray],
    *,
    academic_year: int,
) -> tuple[pd.DataFrame, list[str]]:
    """The pupils with the summer of Year 11 by the year of their results where no list tells it, and their year group by that."""
    notes = []
    summers_of: dict[str, str] = {}
    for one, numbers in zip(lists, ids, strict=True):
        if one.leaving is not None:
            summers_of |= {
                n: year for n, year in zip(numbers, one.leaving, strict=True) if year
            }
    blank = (pupils["ks4_year"] == "") & pupils["pupil_id"].isin(summers_of)
    if blank.any():
        pupils = pupils.assign(
            ks4_year=pupils["ks4_year"].mask(blank, pupils["pupil_id"].map(summers_of))
        )
        notes.append(
            f"For {in_words(int(blank.sum()))}, the summer of Year 11 was worked out from the year of their results."
            if blank.sum() > 1
            else "For 1 pupil, the summer of Year 11 was worked out from the year of the results."
        )
    summers = schema.numbers(pupils["ks4_year"])
    groups = _LAST_YEAR - (summers - academic_year)
    here = (pupils["year_group"] == "") & groups.between(0, _LAST_YEAR)
    pupils = pupils.assign(year_group=pupils["year_group"].mask(here, _whole(groups)))
    return pupils, notes


def with_leavers(
    pupils: pd.DataFrame, tall: pd.DataFrame, *, today: date
) -> pd.DataFrame:
    """Pupils who have left since the list was made are on roll no longer; of others a blank says that they are."""
    still = set(tall.loc[~tall["past"] & (tall["year_group"] != ""), "pupil_id"])
    left = pupils["pupil_id"].isin(set(tall.loc[tall["past"], "pupil_id"]) - still)
    last = pupils["ks4_year"].map(_LAST_DAY.format)
    left_on = pupils["left_on"].mask(left & (pupils["left_on"] == ""), last)
    gone = left | ((left_on != "") & (left_on <= today.isoformat()))
    on_roll = pupils["on_roll"].mask(
        pupils["on_roll"] == "", gone.map({True: "N", False: "Y"})
    )
    return pupils.assign(left_on=left_on, on_roll=on_roll)


def _whole(values: pd.Series) -> pd.Series:
    """Whole numbers as text; '' where there is none."""
    codes, distinct = pd.factorize(values)
    texts = np.array([*(f"{value:.0f}" for value in distinct), ""], object)
    return pd.Series(texts[codes], index=values.index, dtype=str)


def _school_years_of(dates: pd.Series, *, otherwise: int) -> np.ndarray:
    """The summer of the school year that each day lies in."""
    days = pd.to_datetime(dates.astype(str), format="%Y-%m-%d", errors="coerce")
    summers = days.dt.year + (days.dt.month >= 9)
    years: np.ndarray = summers.fillna(otherwise).to_numpy(int)
    return years
