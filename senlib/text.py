"""Texts: what people typed stays text, without the characters that a file cannot hold; texts cut, joined and begun; days in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

# XML 1.0 has no other characters (https://www.w3.org/TR/xml/#charsets), and one that it has not makes a file unreadable; those from
# 7F to 9F, which it has, no calendar takes (RFC 5545), and nobody can see.
_NOT_IN_FILES = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
# A line that somebody broke in Word, in PowerPoint or on another system.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# These two turn letters round against their own script; Arabic and Hebrew read rightly without them.
_OVERRIDES = re.compile("[\u202d\u202e]")


def plain(text: str) -> str:
    r"""A text as a file can hold it: lines broken by \n, without the characters that a file cannot hold and those that turn others round.

    >>> plain("Ada\x00 Zhou\x0bYear 7"), plain("MERGEFIELD <b> & =cmd|' /C calc'!A0")
    ('Ada Zhou\nYear 7', "MERGEFIELD <b> & =cmd|' /C calc'!A0")
    """
    text = _BREAKS.sub("\n", text)
    text = _NOT_IN_FILES.sub("", text)
    return _OVERRIDES.sub("", text)


def one_line(text: str, *, most: int = 255) -> str:
    r"""A text on one line, cut to fit a place: a list to choose from, or a file's properties.

    >>> one_line("Meet the\n head of science", most=12)
    'Meet the he…'
    """
    text = " ".join(plain(text).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def joined(*texts: str, sep: str = " ") -> str:
    """Sentences or other texts in a row, without those that are blank.

    >>> joined("There are none.", "", "That is clear."), joined("7B", "", "K", sep=", ")
    ('There are none. That is clear.', '7B, K')
    """
    return sep.join(filter(None, texts))


def with_and(names: Iterable[object]) -> str:
    """Names as one says them.

    >>> with_and(["English", "Mathematics", "Science"]), with_and(["English"])
    ('English, Mathematics and Science', 'English')
    """
    *first, last = map(str, names)
    return f"{', '.join(first)} and {last}" if first else last


def day(at: date) -> str:
    """A day as one writes it; without the letters of strftime that Windows lacks.

    >>> day(date(2005, 3, 8))
    '8 March 2005'
    """
    return f"{at.day} {at:%B %Y}"


def written_day(text: str) -> str:
    """A day that was kept as 2005-03-08, as one writes it; '' where it is none.

    >>> written_day("2005-03-08"), written_day("soon")
    ('8 March 2005', '')
    """
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return ""


def saved_at(at: datetime) -> str:
    """The time at which something was saved, as the page says it.

    >>> saved_at(datetime(2005, 3, 18, 14, 2))
    '14:02'
    """
    return f"{at:%H:%M}"


def upper_first(text: str) -> str:
    """A text at the beginning of a sentence.

    >>> upper_first("pupils with SEN")
    'Pupils with SEN'
    """
    return f"{text[:1].upper()}{text[1:]}"


def lower_first(text: str) -> str:
    """A text in the middle of a sentence; an abbreviation stays as it is.

    >>> lower_first("Draws out pupils"), lower_first("IEP in use")
    ('draws out pupils', 'IEP in use')
    """
    if text[1:2].isupper():
        return text
    return f"{text[:1].lower()}{text[1:]}"


def first_few(names: Sequence[str], *, most: int = 10) -> str:
    """Names one after the other, of many the first and how many more.

    >>> first_few(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    rest = len(names) - most
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"{', '.join(names[:most])}{more}"
