"""What a spreadsheet shows for a number that it keeps: a date, a time or a percentage, as the cell's format says."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta

PLAIN, PERCENT, DATE, DURATION = "plain", "percent", "date", "duration"

EPOCH_1900 = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)

_BUILT_IN = {
    **dict.fromkeys([9, 10], PERCENT),
    **dict.fromkeys(range(14, 23), DATE),
    **dict.fromkeys(range(27, 37), DATE),
    **dict.fromkeys([45, 47], DATE),
    **dict.fromkeys(range(50, 59), DATE),
    46: DURATION,
}
# Text in quotation marks, escaped characters, and what is in brackets: colours, conditions, languages.
_LITERAL = re.compile(
    r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL
)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_FIRST_LEAP_DAY = 60


def kind_of(number: int, code: str | None) -> str:
    """What a number format shows: by its code, or by its number where it is built in.

    >>> kind_of(10, None), kind_of(164, "0.0%"), kind_of(165, 'd-mmm'), kind_of(166, '0" %"'), kind_of(167, "[Red]0")
    ('percent', 'percent', 'date', 'plain', 'plain')
    """
    if code is None:
        return _BUILT_IN.get(number, PLAIN)
    symbols = _LITERAL.sub("", code)
    if "%" in symbols:
        return PERCENT
    if _ELAPSED.search(symbols):
        return DURATION
    symbols = symbols.replace("General", "")
    in_time = re.search("[dmyhs]", symbols, re.IGNORECASE)
    return DATE if in_time else PLAIN


def as_shown(text: str, kind: str = PLAIN, epoch: datetime = EPOCH_1900) -> str:
    """A number as the spreadsheet shows it, with no more than twelve digits; what is no number stays as it is.

    >>> as_shown("9.0"), as_shown("0.30000000000000004"), as_shown("0.934", PERCENT), as_shown("46117", DATE)
    ('9', '0.3', '93.4%', '2026-04-05')
    """
    if kind == PLAIN and text.isdigit() and len(text) < 16:
        return text.lstrip("0") or "0"
    try:
        value = float(text)
    except ValueError:
        return text
    if kind == PERCENT:
        return f"{_digits(value * 100)}%"
    with suppress(OverflowError, ValueError):
        if kind == DATE:
            return _time(value, epoch)
        if kind == DURATION:
            return str(_seconds(value))
    return _digits(value)


def _digits(value: float) -> str:
    # Twelve digits hold every level and score, and drop what binary fractions add (4.2700000000000005).
    return str(int(value)) if value.is_integer() else f"{value:.12g}"


def _seconds(days: float) -> timedelta:
    return timedelta(seconds=round(days * 86_400))


def _time(value: float, epoch: datetime) -> str:
    if value < 0:
        raise ValueError
    if value < 1:
        return (epoch + _seconds(value)).time().isoformat()
    # Spreadsheets count a 29 February 1900 that there was not.
    early = epoch == EPOCH_1900 and value < _FIRST_LEAP_DAY
    moment = epoch + _seconds(value + early)
    if value.is_integer():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")
