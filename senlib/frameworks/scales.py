"""A scale: the ordered results a pupil can be given, with the points that let two results be compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import starmap
from operator import attrgetter
from typing import Any, Literal

from senlib.frameworks.spellings import day_and_month, fold, without_words

NO_RESULT = ""
# The step of every result that is of another qualification: it is a result, and there is no GCSE in it.
OTHER = "no GCSE"

# What a code tells: nothing of where the pupil stands; that the pupil stands below the tested range; an assessment that
# has no score; a result of another qualification.
Kind = Literal["none", "below", "standard", "other"]


@dataclass(frozen=True)
class Value:
    """One result of a scale.

    `points` places it on the scale's number line, `lowest` is the fewest points that count as having reached it,
    `step` is the whole level or grade it belongs to. A band given in place of a score has a label and no points.
    """

    name: str
    points: float
    lowest: float
    step: str


@dataclass(frozen=True)
class Code:
    """What stands where a value of the scale should: absent, below the test's range, a standard, another qualification.

    `points` are those that the code stands for in published measures, where there are any.
    """

    name: str
    meaning: str
    kind: Kind
    points: float = math.nan


@dataclass(frozen=True)
class Scale:
    """Ordered values and the codes that are no value.

    `order_alone` is the whole level whose values carry no points, so that theirs give an order and no distance; the value of
    that name covers all the others in it, and stands in no order with them.

    >>> from senlib.frameworks import load
    >>> levels = load("levels").scales["levels"]
    >>> levels.parse("Level 4C"), levels.parse("4.27"), levels.parse("27"), levels.parse("4.275")
    ('4c', '4c', '4b', None)
    >>> levels.reached("5c", reach="5"), levels.reached("4a", reach="5"), levels.reached("B", reach="5")
    (True, False, False)
    """

    name: str
    accepted: str
    values: tuple[Value, ...]
    codes: tuple[Code, ...]
    spellings: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    fine_level_points: float | None = None
    points_from: float | None = None
    rounded_to: float | None = None
    pairs: bool = False
    fine_grades: bool = False
    order_alone: str = ""

    @cached_property
    def _values(self) -> dict[str, Value]:
        return {value.name: value for value in self.values}

    @cached_property
    def _codes(self) -> dict[str, Code]:
        return {code.name: code for code in self.codes}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Every spelling that is known, folded, with the name it stands for. A value wins over a code."""
        names = {fold(code): code for code in self._codes}
        names |= {fold(value): value for value in self._values}
        for spelling, name in self.spellings.items():
            names[fold(spelling)] = name
        return names

    def parse(self, text: str) -> str | None:
        """The name of the value or code that `text` spells, or None where the scale knows no such result.

        >>> from senlib.frameworks import load
        >>> grades, scores = (load("gcse").scales[name] for name in ("grades", "scaled_score"))
        >>> [grades.parse(text) for text in ("Grade 4", "5/4", "4+", "7a", "L2M", "-9")]
        ['4', '5-4', '4', '7', 'Level 2 Merit', None]
        >>> [scores.parse(text) for text in ("101", "104.33", "PK4", "less than 80")]
        ['101', '104.5', 'PK4', '<80']
        """
        return self._read(text)[0]

    def is_fine(self, text: str) -> bool:
        """Whether `text` says more than the scale holds, and is read as what it lies in: 4+ as 4, 104.33 as 104.5.

        >>> from senlib.frameworks import load
        >>> [load("gcse").scales["grades"].is_fine(text) for text in ("4+", "4", "5-4", "-9")]
        [True, False, False, False]
        """
        return self._read(text)[1]

    def _read(self, text: str) -> tuple[str | None, bool]:
        """What `text` spells, and whether it was finer than that."""
        folded = fold(text)
        bare = without_words(folded, self.words)
        for spelling in (folded, bare):
            if spelling in self._names:
                return self._names[spelling], False
        pair = re.fullmatch(r"([1-9])[-/]?([1-9])", bare)
        if self.pairs and pair:
            return self._pair(*pair.groups()), False
        if (name := self._from_number(bare)) is not None:
            return name, False
        finer = self._from_fine_grade if self.fine_grades else self._rounded
        name = finer(bare)
        return name, name is not None

    def _pair(self, first: str | int, second: str | int) -> str | None:
        """A double award's grade for two digits, or None where they make none."""
        name = f"{first}-{second}"
        return name if name in self.double_awards() else None

    def from_date(self, text: str) -> str | None:
        """The double award that a spreadsheet took for a date, or None where the date can be none.

        >>> from senlib.frameworks import load
        >>> grades = load("gcse").scales["grades"]
        >>> [grades.from_date(text) for text in ("2026-04-05 00:00:00", "05-Apr", "5/4/2026", "2026-05-14")]
        ['5-4', '5-4', '5-4', None]
        """
        date = day_and_month(text)
        if date is None:
            return None
        day, month = date
        # Where a spreadsheet puts the month first, 5-4 is 4 May: the higher grade of the two is always written first.
        return self._pair(day, month) or self._pair(month, day)

    def _from_number(self, folded: str) -> str | None:
        """A number that stands for a value: a fine level such as 4.27, points such as 27, or a score such as 101.0."""
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", folded):
            return None
        number = float(folded)
        if f"{number:g}" in self._values:
            return f"{number:g}"
        if self.points_from is not None and number >= self.points_from:
            return self._at_points(number)
        if self.fine_level_points is not None and "." in folded:
            return self._at_points(number * self.fine_level_points)
        return None

    def _rounded(self, folded: str) -> str | None:
        """An average that lies between two scores, as the nearer; halfway it is the higher."""
        decimals = re.fullmatch(r"[0-9]{1,3}\.[0-9]{1,15}", folded)
        if self.rounded_to is None or not decimals:
            return None
        steps = float(folded) / self.rounded_to + 0.5
        name = f"{math.floor(steps) * self.rounded_to:g}"
        return name if name in self._values else None

    def _from_fine_grade(self, folded: str) -> str | None:
        """The grade that a part of it lies in: 4+, 4=, 4-, 4a to 4c, 4.2, or 4 secure, developing, emerging; M+ is a merit."""
        of_grade = r"([1-9])(?:[abcsde]|\.[0-9]|secure|developing|emerging)"
        if fine := re.fullmatch(of_grade, folded):
            return self._names.get(fine[1])
        if fine := re.fullmatch(r"(.+?)(?:\+{1,2}|-{1,2}|=)", folded):
            name = self._names.get(fine[1])
            grades = self.steps()[1:]
            has_parts = self.is_other(name) or name in grades
            return name if has_parts else None
        return None

    def _at_points(self, points: float) -> str | None:
        """The narrowest value whose points begin at or below `points`: a sub-level rather than its level."""
        below = [
            value
            for value in self.values
            if value.lowest <= points and value.name != value.step
        ]
        best = max(below, key=attrgetter("lowest"), default=None)
        # The scale ends two points above the floor of its last sub-level.
        if best is None or points >= best.lowest + 2:
            return None
        return best.name if best.step.isdigit() else None

    def points(self, name: str) -> float:
        """Points of a value, or those that a code stands for; NaN for any other code, for a band, and for no result.

        >>> from senlib.frameworks import load
        >>> load("gcse").scales["grades"].points("5-4"), load("gcse").scales["scaled_score"].points("PK4")
        (4.5, 73.0)
        """
        if name in self._values:
            return self._values[name].points
        if name in self._codes:
            return self._codes[name].points
        if self.pairs and re.fullmatch(r"[1-9]-[1-9]", name):
            first, second = name.split("-")
            return (int(first) + int(second)) / 2
        return math.nan

    def carries_points(self, name: str) -> bool:
        """Whether a result has points by which a gain can be counted: no code has, and nothing below level 1.

        >>> from senlib.frameworks import load
        >>> [load("levels").scales["levels"].carries_points(name) for name in ("1c", "P8", "W", "B")]
        [True, False, False, False]
        """
        if self.order_alone and self._is_in_order(name):
            return False
        return not math.isnan(self._points_of_value(name))

    def _points_of_value(self, name: str) -> float:
        """Points of a value; NaN for a code, whatever it stands for in published measures."""
        return math.nan if self.is_code(name) else self.points(name)

    def above(self, name: str, *, than: str) -> bool | None:
        """Whether one result is higher than another; None where that is not known, as of W and a P level, which it covers.

        >>> from senlib.frameworks import load
        >>> levels = load("levels").scales["levels"]
        >>> [levels.above(now, than=then) for now, then in (("P8", "P6"), ("1c", "W"), ("P8", "1c"))]
        [True, True, False]
        >>> [levels.above(now, than=then) for now, then in (("P8", "W"), ("W", "P8"), ("W", "W"), ("3", "B"))]
        [None, None, None, None]
        """
        points = self._points_of_value(name)
        points_than = self._points_of_value(than)
        if math.isnan(points) or math.isnan(points_than):
            return None
        in_order = self._is_in_order(name) and self._is_in_order(than)
        if in_order and self.order_alone in (name, than):
            return None
        return points > points_than

    def _is_in_order(self, name: str) -> bool:
        """Whether a value belongs to the level that has an order alone."""
        return self.step(name) == self.order_alone

    def step(self, name: str) -> str:
        """The whole level or grade a result belongs to; a code stays itself, another qualification is `OTHER`, and no
        result is 'no result'.

        >>> from senlib.frameworks import load
        >>> [load("levels").scales["levels"].step(name) for name in ("4a", "P6", "B", "")]
        ['4', 'W', 'B', 'no result']
        >>> load("gcse").scales["grades"].step("Level 2 Merit")
        'no GCSE'
        """
        if name == NO_RESULT:
            return "no result"
        if name in self._values:
            return self._values[name].step
        return OTHER if self.is_other(name) else name

    def steps(self) -> list[str]:
        """Whole levels or grades, lowest first, each once."""
        steps = (value.step for value in self.values if value.step)
        return list(dict.fromkeys(steps))

    def double_awards(self) -> list[str]:
        """Grades of a double award, lowest first: two grades, the same or neighbours, the higher first. None where the scale has none.

        >>> from senlib.frameworks import load
        >>> load("gcse").scales["grades"].double_awards()[:3]
        ['1-1', '2-1', '2-2']
        """
        if not self.pairs:
            return []
        return [
            f"{grade}-{other}"
            for grade in range(1, 10)
            for other in (grade - 1, grade)
            if other
        ]

    def in_order(self) -> list[str]:
        """Every result and code in the order of a list to choose from: codes, then bands, then values and double awards upwards.

        >>> from senlib.frameworks import load
        >>> load("levels").scales["levels"].in_order()[-4:]
        ['8c', '8b', '8', '8a']
        """
        codes = filter(self.is_code, self._codes)
        bands = [name for name in self._values if math.isnan(self.points(name))]
        scored = [name for name in self._values if name not in bands]
        scored += self.double_awards()
        upwards = sorted(scored, key=self.points)
        return [*codes, *bands, *upwards]

    def reached(self, name: str, *, reach: str) -> bool:
        """Whether a result is `reach` or better. A code and no result never are."""
        points = self._points_of_value(name)
        return not math.isnan(points) and points >= self.lowest(reach)

    def lowest(self, name: str) -> float:
        """The fewest points that count as `name`; KeyError with the accepted values where the scale has none such."""
        value = self._values.get(name)
        if value is None or math.isnan(value.lowest):
            raise KeyError(f"{name!r} is no value of this scale: {self.accepted}")
        return value.lowest

    def is_result(self, name: str) -> bool:
        """Whether the pupil has a result on this scale: a value, or a code that places the pupil below the tested range."""
        if not self.is_code(name):
            return True
        return self._kind(name) == "below"

    def is_grade(self, name: str) -> bool:
        """Whether `name` says how far the pupil got: a result of the scale, or another qualification in its place."""
        return self.is_result(name) or self.is_other(name)

    def is_code(self, name: str) -> bool:
        """Whether `name` stands where a value should, and is none."""
        return name == NO_RESULT or self._kind(name) is not None

    def is_other(self, name: str | None) -> bool:
        """Whether `name` is a result of another qualification, which says nothing on this scale.

        >>> from senlib.frameworks import load
        >>> [load("gcse").scales["grades"].is_other(name) for name in ("Entry level 3", "4", "X")]
        [True, False, False]
        """
        return self._kind(name) == "other"

    def is_standard(self, name: str) -> bool:
        """Whether `name` is an assessment without a score, such as 'working at the expected standard'."""
        return self._kind(name) == "standard"

    def below_range(self) -> list[str]:
        """The codes that hide a result below the tested range, where a teacher's assessment can tell more."""
        return [code.name for code in self.codes if code.kind == "below"]

    def _kind(self, name: str | None) -> Kind | None:
        """What a code tells; None for a value, and for what is not on the scale."""
        if name in self._values or name not in self._codes:
            return None
        return self._codes[name].kind


def scale_from(name: str, table: Mapping[str, Any]) -> Scale:
    """Build a scale from its TOML table (see levels.toml and gcse.toml for the keys)."""
    spellings = dict(table.get("spellings", {}))
    for other, _, texts in table.get("others", []):
        spellings |= dict.fromkeys(texts, other)
    return Scale(
        name=name,
        accepted=table["accepted"],
        values=tuple(_values(table)),
        codes=tuple(_codes(table)),
        spellings=spellings,
        words=tuple(table.get("words", [])),
        fine_level_points=table.get("fine_level_points"),
        points_from=table.get("points_from"),
        rounded_to=table.get("numbers", {}).get("by"),
        pairs=table.get("pairs", False),
        fine_grades=table.get("fine_grades", False),
        order_alone=table.get("order_alone", ""),
    )


def _codes(table: Mapping[str, Any]) -> Iterable[Code]:
    for name, meaning, kind, *points in table.get("codes", []):
        yield Code(name, meaning, kind, *map(float, points))
    for name, meaning, _ in table.get("others", []):
        yield Code(name, meaning, "other")


def _values(table: Mapping[str, Any]) -> Iterable[Value]:
    yield from starmap(Value, table.get("values", []))
    if numbers := table.get("numbers"):
        first, step = numbers["from"], numbers["by"]
        span = numbers["to"] - first
        count = round(span / step) + 1
        for index in range(count):
            number = first + index * step
            name = f"{number:g}"
            yield Value(name, points=number, lowest=number, step=name)
    for label in table.get("bands", []):
        yield Value(label, math.nan, math.nan, label)
