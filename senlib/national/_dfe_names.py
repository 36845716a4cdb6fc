"""What the editions of DfE's matrices call their columns and groups, and what this package calls them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

MATRIX_COLUMNS = ["year", "stage", "subject", "group", "entry", "outcome", "pupils"]

SINGLE = list("123456789")
DOUBLE = ["1-1"]
for _low, _high in pairwise(SINGLE):
    DOUBLE += [f"{_high}-{_low}", f"{_high}-{_high}"]
# Pupils whom a row's total counts and none of its columns shows: 2021 has no column for combined science at 5-4, 4-3 …
NOT_SHOWN = "not shown"

_FILE = Path(__file__).with_name("dfe.toml")
_NAMES = tomllib.loads(_FILE.read_text(encoding="utf-8"))
COLUMNS = _NAMES["columns"]
LONG_COLUMNS = COLUMNS | _NAMES["long_columns"]
LONG_COLUMNS["group"] = LONG_COLUMNS["group"] + COLUMNS["group"]
NEEDED = ("year", "group", "entry")
LONG_NEEDED = (*NEEDED, "subject", "grade", "number")
LONG_LAYOUT = _NAMES["long_layout"]

EVERYONE = _NAMES["groups"]["all"]
NO_ENTRY, SYMBOLS = _NAMES["no_entry"], _NAMES["symbols"]
GROUP_NAMES = list(_NAMES["groups"])
_GROUPS = {
    spelling: group
    for group, spellings in _NAMES["groups"].items()
    for spelling in spellings
}


class NoMatrixError(ValueError):
    """A file that is no matrix: what is wrong with it, and where, by the row's place in the table and the column's name."""

    def __init__(
        self, trouble: str, *, row: int | None = None, column: str = ""
    ) -> None:
        # Spreadsheets count from 1, and the heading is their first row.
        place = "" if row is None else f", row {row + 2}"
        if column:
            place += f", column {column}"
        super().__init__(f"{place}: {trouble}")


def fold(text: str) -> str:
    """A name without what editions vary in: case, spaces, underscores, dashes.

    >>> fold("KS2_Prior"), fold("Non-SEN  Pupils"), fold("9–9")
    ('ks2 prior', 'non sen pupils', '9 9')
    """
    words = re.sub(r"[\s_\-\u2010-\u2015]+", " ", text)
    return words.strip().casefold()


def columns_of(
    table: pd.DataFrame,
    *,
    spellings: Mapping[str, Sequence[str]] = COLUMNS,
    needed: Sequence[str] = NEEDED,
) -> dict[str, str]:
    """The name of the file's column for each of the keys of `spellings` that it has one for."""
    folded = {fold(name): name for name in reversed(table.columns)}
    names = {}
    for key, candidates in spellings.items():
        present = [folded[name] for name in candidates if name in folded]
        if present:
            names[key] = present[0]
    missing = [key for key in needed if key not in names]
    if missing:
        heads = [spellings[key][0].replace(" ", "_") for key in missing]
        raise NoMatrixError(
            f"no column {', '.join(heads)}. Give DfE’s key stage 2 to 4 transition matrices."
        )
    return names


def groups_in(column: pd.Series) -> pd.Series:
    """The group that each cell names; missing where it names none of this package's."""
    return column.map(fold).map(_GROUPS)


def groups_of(table: pd.DataFrame, names: Mapping[str, str]) -> pd.Series:
    """Each row's group; missing for other groups and for places smaller than England."""
    groups = groups_in(table[names["group"]])
    if "topic" in names:
        topic = table[names["topic"]].map(fold)
        # A total within another topic (of both sexes, say) is not everyone's row; English may be an ethnic group.
        is_part = (groups == "all") & ~topic.isin(EVERYONE)
        groups = groups.mask(is_part)
        of_language = topic.str.contains("language|^eal$")
        names_language = groups.str.startswith("first language", na=False)
        groups = groups.mask(names_language & ~of_language)
    if "level" in names:
        level = table[names["level"]].map(fold)
        groups = groups.mask(level != "national")
    return groups
