"""The long layout of DfE's matrices, with a row for each grade, put into the wide one."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from senlib.national._dfe_cells import counts, grades, percents
from senlib.national._dfe_names import (
    DOUBLE,
    EVERYONE,
    LONG_COLUMNS,
    LONG_LAYOUT,
    LONG_NEEDED,
    SINGLE,
    NoMatrixError,
    columns_of,
    fold,
    groups_in,
    groups_of,
)

_KEYS = ("year", "subject", "group", "entry")
# In a column that parts the pupils: it does not part those of this row.
_UNPARTED = {*EVERYONE, *LONG_LAYOUT["unparted"]}
# The column added to the wide layout: how many pupils the percentages of a band say that it has at least.
AT_LEAST = "at least"
# What the wide layout calls the outcomes that `outcome` knows by another name.
_TOTALS = {"total": "all_grades", "total double": "all_double_grades"}


def is_long(table: pd.DataFrame) -> bool:
    return "grade" in map(fold, table.columns)


def second_row_error(row: int, last_keys: str) -> NoMatrixError:
    return NoMatrixError(
        f"a second row for the same year, subject, {last_keys}. "
        "Leave one kind of school and one version in the file.",
        row=row,
    )


def widened(table: pd.DataFrame) -> list[pd.DataFrame]:
    """A table in the wide layout for each year and subject of the long one, each with the grades it has rows for."""
    names = columns_of(table, spellings=LONG_COLUMNS, needed=LONG_NEEDED)
    table = _rows_of_groups(table, names)
    outcome = grades(table[names["grade"]])
    rows = table.assign(outcome=outcome)[outcome != ""]
    rows["count"] = counts(rows[names["number"]])
    key = [names[name] for name in _KEYS]
    # A row may stand under more than one topic; it is the same one where it says the same.
    rows = rows.drop_duplicates([*key, "outcome", "count"])
    repeated = rows.duplicated([*key, "outcome"])
    if repeated.any():
        raise second_row_error(repeated.idxmax(), "group, band and grade")
    rows["band"] = rows.index
    bands = rows.groupby(key)["band"]
    rows["band"] = bands.transform("min")
    at_least = _at_least(rows, names.get("percent"))
    number, group = names["number"], names["group"]
    kept = [*key, names["level"]] if "level" in names else key
    wide = []
    for _, part in rows.groupby(key[:2], sort=False):
        is_graded = part["outcome"].isin(SINGLE + DOUBLE)
        if not is_graded.any():
            raise NoMatrixError(
                "its subject has no row for a grade from 1 to 9. "
                "Give the file with a row for each grade.",
                row=part.index[0],
            )
        texts = part.set_index(["band", "outcome"])[number]
        numbers = texts.unstack(fill_value="")
        bands = part.loc[numbers.index, kept]
        bands = bands.rename(columns={group: "breakdown"})
        bands[AT_LEAST] = at_least
        numbers = numbers.rename(columns=_TOTALS)
        wide.append(bands.join(numbers))
    return wide


def _rows_of_groups(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The rows that count one of the groups of England's pupils who took a GCSE, named as here."""
    not_parting = LONG_LAYOUT["part_nobody"]
    others = table.columns.drop(list(names.values()))
    parting = [name for name in others if fold(name) not in not_parting]
    folded = table[parting].map(fold)
    is_whole = folded.isin(_UNPARTED)
    is_gcse = pd.Series(True, index=table.index)
    if "qualification" in names:
        qualification = table[names["qualification"]].map(fold)
        is_gcse = qualification.str.match(r"gcse(?!.*short)")
    is_unparted = is_gcse & is_whole.all(axis=1)
    groups = groups_of(table, names)
    without_topic = dict(names)
    without_topic.pop("topic", None)
    within = groups_of(table, without_topic)
    if "all" not in groups[is_unparted].values:
        # With no topic of its own, everyone stands as the total within another.
        groups = within
    groups = groups.where(is_unparted)
    for name in parting:
        if fold(name) in LONG_LAYOUT["part_into_groups"]:
            others_whole = is_whole.drop(columns=name).all(axis=1)
            is_alone = ~is_whole[name] & others_whole & is_gcse
            is_alone &= within == "all"
            groups = groups.mask(is_alone, groups_in(table[name]))
    groups = groups.dropna()
    if groups.empty:
        never = ", ".join(is_whole.columns[~is_whole.any()])
        where = f" No row has Total in column {never}." if never else ""
        raise NoMatrixError(
            f"no row for England’s pupils: all, any SEN or no identified SEN.{where} "
            "Give the file with Total in every column that parts pupils other than sen_status."
        )
    rows = table.loc[groups.index]
    rows[names["group"]] = groups
    return rows


def _at_least(rows: pd.DataFrame, column: str | None) -> pd.Series:
    """How many pupils each band has at least, by its percentages; NoMatrixError where they go with no one number."""
    if column is None:
        return pd.Series(0.0, index=rows.index)
    texts = rows[column]
    percent = percents(texts)
    # Printed to a tenth, without the tenth where it is 0; to whole numbers, where no row has one.
    has_tenths = texts.str.contains(".", regex=False)
    rounding = (0.05 if has_tenths.any() else 0.5) + 1e-9
    pupils = 100 * rows["count"].astype("float64")
    lowest = (percent - rounding).where(percent > rounding)
    band = rows["band"]
    least = (pupils / (percent + rounding)).groupby(band).max()
    most = (pupils / lowest).groupby(band).min()
    wrong = least > most.fillna(math.inf)
    if wrong.any():
        raise NoMatrixError(
            "the percentages of this band do not go with its numbers. "
            "Download the file from DfE again.",
            row=wrong.idxmax(),
            column=column,
        )
    return least
