"""What stands in DfE's matrices, cell by cell and in the heads of columns of counts: years, bands, grades, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from senlib.national._dfe_names import (
    DOUBLE,
    EVERYONE,
    NO_ENTRY,
    SINGLE,
    SYMBOLS,
    NoMatrixError,
    fold,
)

Value = str | int | float | None

# Thresholds, each of which counts several grades.
_THRESHOLD = re.compile(
    r"[1-9]( [1-9])? to [1-9]( [1-9])?|9 [1-7]|[1-9] ?\+|[1-9] (or|and) above"
)
_LIMITS = re.compile(r"(\d+(?:\.\d+)?)(?: to)? (\d+(?:\.\d+)?)")


def parsed(texts: pd.Series, parse: Callable[[str], Value], accepted: str) -> pd.Series:
    """Each text parsed, each different one once; NoMatrixError with the place of the first that cannot be."""
    values = {}
    for text in texts.unique():
        try:
            values[text] = parse(text)
        except ValueError:
            row = texts.index[texts == text][0]
            raise NoMatrixError(
                f"not {accepted}.", row=row, column=texts.name
            ) from None
    return texts.map(values)


def years(texts: pd.Series) -> pd.Series:
    return parsed(texts, _year, "an academic year such as 202324")


def bands(texts: pd.Series) -> pd.Series:
    return parsed(texts, _band, "a band as 80 - 89.5, No scaled score or Total")


def grades(texts: pd.Series) -> pd.Series:
    double = "a double one such as 5-4, U, X, Covid impacted or Total"
    return parsed(texts, _grade, f"a GCSE grade: 1 to 9, {double}")


def counts(texts: pd.Series) -> pd.Series:
    """Whole numbers, missing where a symbol stands."""
    accepted = "a whole number, or one of DfE’s symbols z, x, c, low, k, u"
    return parsed(texts, _count, accepted).astype("Int64")


def percents(texts: pd.Series) -> pd.Series:
    accepted = "a percentage, or one of DfE’s symbols z, x, c, low, k, u"
    return parsed(texts, _percent, accepted).astype("float64")


def outcome(column: str) -> str | None:
    """The outcome that a column counts, or 'total'; None for any other column.

    >>> [outcome(name) for name in ("num_4", "9-9", "num_54", "num_UU", "perc_4", "All_Grades", "num_1_cs")]
    ['4', '9-9', '5-4', 'UU', None, 'total', None]
    """
    name = fold(column)
    if re.fullmatch(r"all (double )?grades", name):
        return "total double" if "double" in name else "total"
    name = re.sub(r"^(num|number|grade) ", "", name)
    if covid := re.fullmatch(r"covid( impacted)?( double)?", name):
        return "covid double" if covid[2] else "covid"
    name = name.replace(" ", "").upper()
    pair = "-".join(name)
    if pair in DOUBLE:
        return pair
    return name if name in {*SINGLE, "U", "X", "UU", "XX"} else None


def _grade(text: str) -> str:
    """The outcome of a row of the long layout, or 'total'; '' for a threshold, which counts several.

    >>> [_grade(text) for text in ("4", "5-4", "54", "Ungraded", "Covid impacted", "All grades", "9 to 4", "9-4")]
    ['4', '5-4', '5-4', 'U', 'covid', 'total', '', '']
    """
    folded = fold(text)
    if folded in (*EVERYONE, "total exam entries"):
        return "total"
    if folded == "ungraded":
        return "U"
    if folded in ("no result", "no result / x"):
        return "X"
    if grade := outcome(text):
        return grade
    if _THRESHOLD.fullmatch(folded):
        return ""
    raise ValueError


def _percent(text: str) -> float | None:
    text = text.strip().removesuffix("%").rstrip()
    if text.casefold() in SYMBOLS:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) > 100:
        raise ValueError
    return float(text)


def _count(text: str) -> int | None:
    text = text.strip().replace(",", "")
    if text.casefold() in SYMBOLS:
        return None
    if whole := re.fullmatch(r"(\d+)(\.0+)?", text):
        return int(whole[1])
    raise ValueError


def _year(text: str) -> int:
    """The summer in which an academic year ends.

    >>> _year("202324"), _year("2023/24"), _year("2023-2024"), _year("2024")
    (2024, 2024, 2024, 2024)
    """
    parts = re.fullmatch(r"\s*(20\d\d)(?:\D?(?:20)?(\d\d))?\s*", text)
    if not parts:
        raise ValueError
    first, second = int(parts[1]), parts[2]
    if second is None:
        return first
    if int(second) != (first + 1) % 100:
        raise ValueError
    return first + 1


def _band(text: str) -> str:
    """An entry band as the gcse framework names it. A band of another edition keeps its own limits.

    >>> [_band(text) for text in ("Less than 80", "80 to 89.5", "110 – 113", "No scaled score", "Total")]
    ['<80', '80-89.5', '110-113', 'none', 'all']
    """
    folded = fold(text)
    if folded in EVERYONE:
        return "all"
    if folded in NO_ENTRY:
        return "none"
    if below := re.fullmatch(r"(?:<|less than|below|under) ?(\d+)", folded):
        return f"<{below[1]}"
    if limits := _LIMITS.fullmatch(folded):
        low, high = map(float, limits.groups())
        return f"{low:g}-{high:g}"
    raise ValueError
