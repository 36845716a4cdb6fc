"""By what names other systems call columns, results and codes: what stands in other_names.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

Names = Mapping[str, list[str]]

_FILE = files(__package__).joinpath("other_names.toml")
_TABLES: Mapping[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
SPELLINGS: Mapping[str, Names] = _TABLES["spellings"]
# By table ('pupils', 'results', 'aids') and column, the better ones first.
HEADINGS: Mapping[str, Names] = _TABLES["headings"]
# By 'KS2:Reading:test', the better ones first.
RESULTS: Names = _TABLES["results"]
NOT_NEEDED: list[str] = _TABLES["not_needed"]["headings"]


def spellings(columns: Sequence[str], *, codes: Sequence[str]) -> dict[str, str]:
    """The code by each way to write it in such columns, by itself in small letters among them; '' by what means none.

    >>> spellings(["sex"], codes=["F"])
    {'f': 'F', 'female': 'F', 'girl': 'F'}
    """
    ways = {code.casefold(): code for code in codes}
    for column in columns:
        for code, texts in SPELLINGS[column].items():
            if code in ("", *codes):
                ways |= dict.fromkeys(texts, code)
    return ways
