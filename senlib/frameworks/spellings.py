"""Spellings: what people vary in writing a result, what they write for nothing, and dates that a spreadsheet made of a result."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable

# What people put in a cell to say that there is nothing to put there.
_NOTHING = {
    *("", "-", "--", "n/a", "na", "#n/a"),
    *("nil", "none", "unknown", "notknown", "nodata"),
}
# Prior attainment by name, as schools' systems and DfE's tables give it: high, middle and low.
_BANDS_BY_NAME = {
    *("h", "m", "l", "ha", "ma", "la"),
    *("hpa", "mpa", "lpa", "npa", "hap", "map", "lap"),
    *("high", "middle", "mid", "medium", "low", "upper", "lower", "higher"),
    *("highprior", "middleprior", "lowprior"),
    *("highattainer", "middleattainer", "lowattainer"),
    *("highattaining", "middleattaining", "lowattaining"),
}
_LETTERS = {"a*", *"abcdefg"}

# A date as spreadsheets write it: ISO, British in figures, and with the name of the month.
_DATES = (
    r"[0-9]{4}-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[ T][0-9:.]*)?",
    r"(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})[/.-](?:[0-9]{2}){1,2}",
    r"(?P<day>[0-9]{1,2})[ -](?P<month>[A-Za-z]{3,9})(?:[ -](?:[0-9]{2}){1,2})?",
)


def looks_like_bands(values: Iterable[str]) -> bool:
    """Whether a column gives prior attainment by name (H, M, L) and no scores, so that M and L are no codes in it.

    >>> looks_like_bands(["L", "M", "", "M"]), looks_like_bands(["104", "M", "L"]), looks_like_bands(["HPA", "N/A"])
    (True, False, True)
    """
    filled = _filled(values)
    return bool(filled) and filled <= _BANDS_BY_NAME


def looks_like_letter_grades(values: Iterable[str]) -> bool:
    """Whether a column gives GCSE grades from A* to G, so that D is no distinction in it.

    >>> looks_like_letter_grades(["B", "D", "U"]), looks_like_letter_grades(["P", "M", "D"]), looks_like_letter_grades(["D"])
    (True, False, False)
    """
    filled = _filled(values) - {"u", "x"}
    if filled == {"d"}:
        return False
    return bool(filled) and filled <= _LETTERS


def is_nothing(text: str) -> bool:
    """Whether a cell says in so many words that there is nothing to tell: '-', 'N/A', 'None'.

    >>> is_nothing(" n/a "), is_nothing("–"), is_nothing(""), is_nothing("0")
    (True, True, True, False)
    """
    return fold(text) in _NOTHING


def fold(text: str) -> str:
    """Fold what people vary in writing a result: case, spaces, dashes."""
    text = re.sub(r"\s+", "", text)
    return re.sub(r"[–—‐‑−]", "-", text.casefold())


def without_words(folded: str, words: tuple[str, ...]) -> str:
    """A folded spelling without a word before it that says what it is: 'grade' in 'Grade 4'; a letter only before a digit."""
    for word in words:
        rest = folded.removeprefix(word)
        if not rest or rest == folded:
            continue
        if len(word) > 1 or rest[0].isdigit():
            return without_words(rest, words)
    return folded


def day_and_month(text: str) -> tuple[int, int] | None:
    """The day and the month of a date as spreadsheets write it.

    >>> day_and_month("2026-04-05 00:00:00"), day_and_month("05-Apr"), day_and_month("5.4.26"), day_and_month("5-4")
    ((5, 4), (5, 4), (5, 4), None)
    """
    for pattern in _DATES:
        match = re.fullmatch(pattern, text.strip())
        if match and (month := _month(match["month"])):
            return int(match["day"]), month
    return None


def _month(text: str) -> int | None:
    """The number of a month, by its number or the beginning of its name."""
    if text.isdigit():
        return int(text)
    beginning = text.casefold()
    for number, name in enumerate(month_name):
        if name.casefold().startswith(beginning):
            return number
    return None


def _filled(values: Iterable[str]) -> set[str]:
    """What is filled in, folded."""
    return set(map(fold, values)) - _NOTHING
