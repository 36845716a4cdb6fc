"""A scale: the ordered results a pupil can be given, with the points that let two results be compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

NO_RESULT = ""


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
    """What stands where a result should, and is none: absent, disapplied, below the test's range.

    `below` is True where the code still tells that the pupil stands below the scale's tested range.
    """

    name: str
    meaning: str
    below: bool


@dataclass(frozen=True)
class Scale:
    """Ordered values and the codes that are no value.

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
    fine_level_points: float | None = None
    points_from: float | None = None
    pairs: bool = False

    @cached_property
    def _values(self) -> dict[str, Value]:
        return {value.name: value for value in self.values}

    @cached_property
    def _codes(self) -> dict[str, Code]:
        return {code.name: code for code in self.codes}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Every spelling that is known, folded, with the name it stands for. A value wins over a code."""
        names = {_fold(code.name): code.name for code in self.codes}
        names |= {_fold(value.name): value.name for value in self.values}
        return names | {_fold(spelling): name for spelling, name in self.spellings.items()}

    def parse(self, text: str) -> str | None:
        """The name of the value or code that `text` spells, or None where the scale knows no such result."""
        folded = _fold(text)
        if folded in self._names:
            return self._names[folded]
        if self.pairs and (pair := re.fullmatch(r"([1-9])-?([1-9])", folded)):
            return self._pair(*pair.groups())
        return self._from_number(folded)

    def _pair(self, first: str, second: str) -> str | None:
        """A double award's grade for two digits, or None where they make none."""
        return name if (name := f"{first}-{second}") in self.double_awards() else None

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

    def _at_points(self, points: float) -> str | None:
        """The narrowest value whose points begin at or below `points`: a sub-level rather than its level."""
        held = [
            value for value in self.values if value.lowest <= points and value.name != value.step
        ]
        best = max(held, key=lambda value: value.lowest, default=None)
        # The scale ends two points above the floor of its last sub-level.
        return best.name if best and points < best.lowest + 2 and best.step.isdigit() else None

    def points(self, name: str) -> float:
        """Points of a value; NaN for a code, for a band, and for no result.

        >>> from senlib.frameworks import load
        >>> load("gcse").scales["grades"].points("5-4")
        4.5
        """
        if name in self._values:
            return self._values[name].points
        if self.pairs and re.fullmatch(r"[1-9]-[1-9]", name):
            return (int(name[0]) + int(name[2])) / 2
        return math.nan

    def step(self, name: str) -> str:
        """The whole level or grade a result belongs to; a code stays itself, and no result is 'no result'.

        >>> from senlib.frameworks import load
        >>> [load("levels").scales["levels"].step(name) for name in ("4a", "P6", "B", "")]
        ['4', 'W', 'B', 'no result']
        """
        if name == NO_RESULT:
            return "no result"
        if name in self._values:
            return self._values[name].step
        return name

    def steps(self) -> list[str]:
        """Whole levels or grades, lowest first, each once."""
        return list(dict.fromkeys(value.step for value in self.values if value.step))

    def double_awards(self) -> list[str]:
        """Grades of a double award, lowest first: two grades, the same or neighbours, the higher first. None where the scale has none.

        >>> from senlib.frameworks import load
        >>> load("gcse").scales["grades"].double_awards()[:3]
        ['1-1', '2-1', '2-2']
        """
        if not self.pairs:
            return []
        return [
            f"{grade}-{other}" for grade in range(1, 10) for other in (grade - 1, grade) if other
        ]

    def reached(self, name: str, *, reach: str) -> bool:
        """Whether a result is `reach` or better. A code and no result never are."""
        points = self.points(name)
        return not math.isnan(points) and points >= self.lowest(reach)

    def lowest(self, name: str) -> float:
        """The fewest points that count as `name`; KeyError with the accepted values where the scale has none such."""
        if name not in self._values or math.isnan(self._values[name].lowest):
            raise KeyError(f"{name!r} is no value of this scale: {self.accepted}")
        return self._values[name].lowest

    def is_result(self, name: str) -> bool:
        """Whether the pupil has a result: a value, or a code that places the pupil below the tested range."""
        if name in self._codes and name not in self._values:
            return self._codes[name].below
        return name != NO_RESULT

    def is_code(self, name: str) -> bool:
        """Whether `name` stands where a result should, and is none."""
        return name == NO_RESULT or (name in self._codes and name not in self._values)

    def below_range(self) -> list[str]:
        """The codes that hide a result below the tested range, where a teacher's assessment can tell more."""
        return [code.name for code in self.codes if code.below]


def scale_from(name: str, table: Mapping[str, Any]) -> Scale:
    """Build a scale from its TOML table (see levels.toml and gcse.toml for the keys)."""
    return Scale(
        name=name,
        accepted=table["accepted"],
        values=tuple(_values(table)),
        codes=tuple(
            Code(name=c[0], meaning=c[1], below=c[2] == "below") for c in table.get("codes", [])
        ),
        spellings=table.get("spellings", {}),
        fine_level_points=table.get("fine_level_points"),
        points_from=table.get("points_from"),
        pairs=table.get("pairs", False),
    )


def _values(table: Mapping[str, Any]) -> Iterable[Value]:
    for name, points, lowest, step in table.get("values", []):
        yield Value(name=name, points=points, lowest=lowest, step=step)
    if numbers := table.get("numbers"):
        count = round((numbers["to"] - numbers["from"]) / numbers["by"]) + 1
        for index in range(count):
            number = numbers["from"] + index * numbers["by"]
            yield Value(name=f"{number:g}", points=number, lowest=number, step=f"{number:g}")
    for label in table.get("bands", []):
        yield Value(name=label, points=math.nan, lowest=math.nan, step=label)


def _fold(text: str) -> str:
    """Fold what people vary in writing a result: case, spaces, dashes, and the words 'level' and 'grade'."""
    folded = re.sub(r"\s+", "", text).casefold().replace("–", "-").replace("—", "-")
    folded = re.sub(r"^(level|grade|nc)(?=.)", "", folded)
    return re.sub(r"^l(?=[0-9])", "", folded)
