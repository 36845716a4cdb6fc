"""When a column of current results was filled in, as its heading says it: 'Autumn 1', 'Y9 Sum 2', 'Dec 2025'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

# The end of each half-term, near enough to judge progress by: month and day, and how many years before the summer.
HALF_TERMS = {
    ("autumn", 1): (10, 20, 1),
    ("autumn", 2): (12, 15, 1),
    ("spring", 1): (2, 10, 0),
    ("spring", 2): (3, 25, 0),
    ("summer", 1): (5, 25, 0),
    ("summer", 2): (7, 15, 0),
}
_TERMS = {"autumn": r"autumn|aut", "spring": r"spring|spr", "summer": r"summer|sum"}
_END_OF_YEAR = r"eoy|end of year|year end"
_YEAR_GROUP = re.compile(r"\b(?:y|yr|year) ?(0?[1-9]|1[0-4])\b", re.IGNORECASE)
_TERM = re.compile(
    rf"\b(?:(?P<term>{'|'.join(_TERMS.values())}) ?(?:term)? ?(?P<half>[12])?|(?P<eoy>{_END_OF_YEAR}))(?: ?term)?\b",
    re.IGNORECASE,
)
_MONTH_NAMES = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_MONTHS = [name[:3] for name in _MONTH_NAMES.split("|")]
_MONTH = re.compile(
    rf"\b(?P<month>{_MONTH_NAMES})\b(?: ?(?P<year>20\d\d|\d\d))?\b", re.IGNORECASE
)
_SCHOOL_YEAR = re.compile(r"\b(20)?(\d\d) ?[/-] ?(20)?(\d\d)\b")
_DAY = re.compile(
    r"\b(\d{1,2})[/.](\d{1,2})[/.](20\d\d|\d\d)\b|\b(20\d\d)-(\d\d)-(\d\d)\b"
)
_CALENDAR_YEAR = re.compile(r"\b20\d\d\b")


@dataclass(frozen=True)
class Moment:
    """When results were given, as far as a heading tells.

    `month` and `day` are of the end of a half-term or a month, `back` is 1 where they fall in the calendar year before the
    summer. `summer` is the school year by its summer, `year_group` the year group the pupils were in, each None where the
    heading does not say.
    """

    month: int
    day: int
    back: int
    summer: int | None = None
    year_group: int | None = None

    def on(
        self, year_groups: pd.Series, *, academic_year: int, today: date
    ) -> pd.Series:
        """The date for pupils of these year groups (whole numbers of `academic_year`), as '2026-10-20'; '' where it is not known.

        Without a year in the heading it is the latest such day that has come.

        >>> autumn = Moment(month=10, day=20, back=1)
        >>> autumn.on(pd.Series([9, 10]), academic_year=2027, today=date(2026, 11, 27)).tolist()
        ['2026-10-20', '2026-10-20']
        >>> summer_of_year_9 = Moment(month=7, day=15, back=0, year_group=9)
        >>> summer_of_year_9.on(pd.Series([9, 10]), academic_year=2027, today=date(2026, 11, 27)).tolist()
        ['', '2026-07-15']
        """
        if self.year_group is not None:
            years_since = year_groups.astype("Float64") - self.year_group
            summers = academic_year - years_since
        else:
            summers = pd.Series(
                self.summer or self._latest(academic_year=academic_year, today=today),
                index=year_groups.index,
                dtype="Float64",
            )

        def day(summer: float) -> str:
            return self._day(int(summer), today=today)

        distinct = summers.dropna().unique()
        days = {summer: day(summer) for summer in distinct}
        texts = summers.map(days).astype(object)
        return texts.fillna("").astype(str)

    def _latest(self, *, academic_year: int, today: date) -> int:
        return (
            academic_year
            if self._day(academic_year, today=today)
            else academic_year - 1
        )

    def _day(self, summer: int, *, today: date) -> str:
        day = date(summer - self.back, self.month, self.day)
        return day.isoformat() if day <= today else ""


def taken(words: str) -> tuple[Moment | None, str]:
    """The moment that a heading names, and the heading without it; None and the heading where it names none.

    >>> taken("English Y9 Sum 2")
    (Moment(month=7, day=15, back=0, summer=None, year_group=9), 'English')
    >>> taken("Maths Autumn 1 2026/27")
    (Moment(month=10, day=20, back=1, summer=2027, year_group=None), 'Maths')
    >>> taken("Science Dec 2025")
    (Moment(month=12, day=28, back=1, summer=2026, year_group=None), 'Science')
    >>> taken("GCSE Maths")
    (None, 'GCSE Maths')
    """
    if day := _DAY.search(words):
        return _of_day(day), _without(words, day)
    rest, summer = _school_year(words)
    if term := _TERM.search(rest):
        month, number, back = HALF_TERMS[_half(term)]
        rest = _without(rest, term)
        year_group, rest = _year_group(rest)
        year = _CALENDAR_YEAR.search(rest)
        if year and summer is None:
            summer = int(year[0]) + back
            rest = _without(rest, year)
        return Moment(month, number, back, summer, year_group), rest
    if month_name := _MONTH.search(rest):
        first_letters = month_name["month"].casefold()[:3]
        number = _MONTHS.index(first_letters) + 1
        back = int(number >= 9)
        if month_name["year"]:
            summer = int(month_name["year"]) % 100 + 2000 + back
        rest = _without(rest, month_name)
        year_group, rest = _year_group(rest)
        return Moment(number, 28, back, summer, year_group), rest
    return None, words


def _of_day(match: re.Match[str]) -> Moment | None:
    day, month, year, *iso = match.groups()
    if iso[0]:
        year, month, day = iso
    try:
        day_date = date(int(year) % 100 + 2000, int(month), int(day))
    except ValueError:
        return None
    back = int(day_date.month >= 9)
    summer = day_date.year + back
    return Moment(day_date.month, day_date.day, back, summer)


def _half(term: re.Match[str]) -> tuple[str, int]:
    if term["eoy"]:
        return "summer", 2
    word = term["term"]
    name = next(
        name
        for name, spelling in _TERMS.items()
        if re.fullmatch(spelling, word, re.IGNORECASE)
    )
    return name, int(term["half"] or 2)


def _school_year(words: str) -> tuple[str, int | None]:
    """The heading without '2026/27', and the summer in which that year ends."""
    match = _SCHOOL_YEAR.search(words)
    if match is None:
        return words, None
    start = int(match[2])
    end = int(match[4])
    if (start + 1) % 100 != end:
        return words, None
    return _without(words, match), 2000 + end


def _year_group(words: str) -> tuple[int | None, str]:
    match = _YEAR_GROUP.search(words)
    if match is None:
        return None, words
    rest = _without(words, match)
    return int(match[1]), rest


def _without(words: str, match: re.Match[str]) -> str:
    return " ".join(f"{words[: match.start()]} {words[match.end() :]}".split())
