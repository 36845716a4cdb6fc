"""Texts of headings and columns as people write them, turned into one spelling: codes, dates, years, percentages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?:[ T].*)?"
)
_BRITISH = re.compile(
    r"(?P<day>[0-9]{1,2})[/.](?P<month>[0-9]{1,2})[/.](?P<year>[0-9]{4})(?: .*)?"
)
# What people take for the same.
_ALIKE = str.maketrans(dict.fromkeys("–—‐‑−", "-"))
_ALIKE |= str.maketrans({"‘": "'", "’": "'", ",": " ", "&": " and "})
# A code with its meaning beside it: 'K - SEN Support', 'SEN Support (K)'.
_CODE_AND_MEANING = re.compile(
    r"(?P<first>[^-:()]+?) ?[-:] ?(?P<second>.+)|(?P<outer>[^()]+?) ?\((?P<inner>.+)\)"
)
_LETTER = re.compile("[a-z]")
_CURRICULUM = r"((national )?curriculum |nc )?"
_RECEPTION = re.compile(rf"{_CURRICULUM}(year |y ?)?r|yr|(year )?rec(eption)?")
_NURSERY = re.compile(rf"{_CURRICULUM}(year |y)?(n|n1|n2|nursery( [12])?)")
_YEAR = re.compile(rf"^{_CURRICULUM}(year group|year|yr\.?|y|ncy)\s*")


# What a text of a column is turned into.
Turn = Callable[[str], Any]


def normal(heading: str) -> str:
    """A heading without what files vary in: case, spaces, punctuation.

    >>> normal("EVERFSM_6"), normal(" First name ")
    ('everfsm6', 'firstname')
    """
    return re.sub(r"[^a-z0-9%]", "", heading.casefold())


def each_distinct(values: Any, turn: Turn | None = None) -> pd.Series:
    """Strip each distinct text and apply `turn` to it once: a million results are written in a few dozen ways.

    >>> each_distinct(["4b ", "5c", "4b "], str.upper).tolist()
    ['4B', '5C', '4B']
    """
    column = values.array if isinstance(values, pd.Series) else values
    if isinstance(column, pd.Categorical):
        codes, distinct = column.codes, column.categories
    else:
        texts = np.asarray(values, object)
        codes, distinct = pd.factorize(texts)
    turned = [str(text).strip() for text in distinct]
    if turn:
        turned = [turn(text) for text in turned]
    is_text = not turned or isinstance(turned[0], str)
    dtype = str if is_text else None
    has_index = isinstance(values, pd.Series)
    index = values.index if has_index else range(len(codes))
    return pd.Series(turned, dtype=dtype).take(codes).set_axis(index)


def numbers(values: pd.Series) -> pd.Series:
    """Text as numbers, each distinct value read once; NaN for what is blank or none."""
    codes, distinct = pd.factorize(values)
    parsed = pd.to_numeric(pd.Series(distinct), errors="coerce")
    column = parsed.astype("float64").take(codes)
    return column.set_axis(values.index)


def percentage(text: str) -> str:
    """A percentage without its sign, with a point where a comma stands for it.

    >>> percentage("93.4 %"), percentage("93,4")
    ('93.4', '93.4')
    """
    number = text.removesuffix("%").strip()
    return re.sub(r"^([0-9]{1,3}),([0-9]{1,2})$", r"\1.\2", number)


def code_of(text: str, spellings: Mapping[str, str]) -> str:
    """The code that `text` spells, in words, as the code, or as both ('K - SEN Support'); other text as it is written.

    >>> codes = {"k": "K", "sen support": "K", "n": "N", "asd": "ASD"}
    >>> [code_of(text, codes) for text in ("k", "K: SEN Support", "SEN Support (K)", "K–SEN support", "ASD - autism")]
    ['K', 'K', 'K', 'K', 'ASD']
    >>> [code_of(text, codes) for text in ("K / N", "Yes", "N - 2")]
    ['K / N', 'Yes', 'N - 2']
    """
    folded = _folded(text)
    if folded in spellings:
        return spellings[folded]
    # The meaning may be worded in any way, so long as it does not mean another code.
    # With more than two parts (a slash or a plus between two needs, say) each has to mean the same.
    beside = _CODE_AND_MEANING.fullmatch(folded)
    groups = beside.groups() if beside else ()
    parts = list(filter(None, groups))
    codes = {spellings[part] for part in parts if part in spellings}
    in_letters = all(map(_LETTER.search, parts))
    if len(codes) == 1 and in_letters:
        return codes.pop()
    several = re.split(" ?[/:] ?", folded)
    codes = {spellings.get(part, text) for part in several}
    return codes.pop() if len(codes) == 1 else text


def _folded(text: str) -> str:
    """A text without what people vary in: case, spaces, commas, kinds of dash and of apostrophe, '&' for 'and'."""
    words = text.casefold().translate(_ALIKE)
    return " ".join(words.split())


def iso_date(text: str) -> str:
    """A date as 2004-05-14, from that or from 14/05/2004 (a time after it is dropped); other text as it is written.

    >>> iso_date("14/5/2004"), iso_date("2004-05-14 00:00:00"), iso_date("31/02/2004"), iso_date("soon")
    ('2004-05-14', '2004-05-14', '31/02/2004', 'soon')
    """
    match = _ISO.fullmatch(text) or _BRITISH.fullmatch(text)
    if match is None:
        return text
    parts = {name: int(digits) for name, digits in match.groupdict().items()}
    try:
        return date(**parts).isoformat()
    except ValueError:
        return text


def is_date(text: str) -> bool:
    """Whether a text is a date as 2004-05-14."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def whole_number(text: str) -> str:
    """'Year 9', 'Y9', '09' and '9.0' as 9, Reception as 0, and '202324' or '2023/24' as the summer it ends in.

    A nursery class is no year group: it is read as blank.

    >>> [whole_number(text) for text in ("Yr 11", "Curriculum Year 9", "Reception", "N2", "2023/24", "nine")]
    ['11', '9', '0', '', '2024', 'nine']
    """
    folded = " ".join(text.casefold().split())
    if _RECEPTION.fullmatch(folded):
        return "0"
    if _NURSERY.fullmatch(folded):
        return ""
    folded = _YEAR.sub("", folded)
    if span := re.fullmatch(r"(20[0-9]{2})[/-]?([0-9]{2})", folded):
        return span[1][:2] + span[2]
    number = re.fullmatch(r"0*([0-9]+)(\.0+)?", folded)
    return number[1] if number else text
