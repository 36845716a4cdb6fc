"""Frameworks: the yardsticks a school is read by, each one TOML file of scales, subjects, bands, conversions and criteria."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from senlib.frameworks.scales import NO_RESULT, OTHER, Scale, scale_from
from senlib.frameworks.spellings import (
    is_nothing,
    looks_like_bands,
    looks_like_letter_grades,
)

__all__ = [
    "NO_RESULT",
    "OTHER",
    "Criterion",
    "Framework",
    "Scale",
    "Stage",
    "Subject",
    "Tracking",
    "is_nothing",
    "load",
    "looks_like_bands",
    "looks_like_letter_grades",
    "names",
]

FOLDER = Path(__file__).parent

Part = TypeVar("Part")


@dataclass(frozen=True)
class Subject:
    """A subject and the ways in which files spell it.

    `entry_only` where it is assessed at entry and never as an outcome; `core` where every pupil takes it, so that a blank
    in a sheet is a result that is missing, and not a subject that was not taken; `double` where it is awarded as two grades.
    """

    name: str
    spellings: tuple[str, ...]
    entry_only: bool = False
    core: bool = False
    double: bool = False


@dataclass(frozen=True)
class Stage:
    """A key stage as a conversion: from an entry result to an outcome, and what counts as converted.

    `expected` gives the outcome that is the expected gain from each entry band, where the framework lays one down.
    `below_band` is the lowest band: pupils whom a code alone places below the tested range; '' where there is none.
    `national_bands` names England's band for each of ours that her tables do not have.
    """

    name: str
    title: str
    entry_stage: str
    entry_scale: Scale
    outcome_scale: Scale
    entry_from: str
    ends_in_year: int
    bands: tuple[str, ...]
    converted_from: tuple[str, ...]
    converted_at: tuple[str, ...]
    expected: Mapping[str, str]
    steps_of_band: Mapping[str, tuple[str, ...]]
    scores_of_band: Mapping[str, tuple[float, float]]
    below_band: str = ""
    national_bands: Mapping[str, str] = field(default_factory=dict)

    def national_band(self, band: str) -> str:
        """The band of England's tables in which such pupils stand: the band itself, unless the framework names another.

        >>> load("gcse").stage("KS4").national_band("below the test"), load("gcse").stage("KS4").national_band("100-102")
        ('<80', '100-102')
        """
        return self.national_bands.get(band, band)

    @property
    def starts(self) -> list[str]:
        """Every entry band, and 'none' for pupils whose start is not known."""
        return [*self.bands, "none"]

    @property
    def averaged(self) -> bool:
        """Whether entry is one average for all subjects (scaled scores) rather than each subject's own result."""
        return bool(self.scores_of_band)

    def band(self, *, entry: str, points: float) -> str:
        """The entry band of a result, by its points where bands are ranges of scores, else by its whole level.

        A code that places the pupil below the test is a start of its own, unless it carries points.

        >>> gcse, levels = load("gcse").stage("KS4"), load("levels").stage("KS3")
        >>> gcse.band(entry="", points=102.5), gcse.band(entry="<80", points=float("nan")), gcse.band(entry="B", points=float("nan"))
        ('102.5-104.5', '<80', 'below the test')
        >>> levels.band(entry="3a", points=23), levels.band(entry="P4", points=1.75), levels.band(entry="A", points=float("nan"))
        ('3', 'below 2', 'none')
        """
        if not math.isnan(points):
            for band, (_, highest) in self.scores_of_band.items():
                if points <= highest:
                    return band
        if entry in self.scores_of_band:
            return entry
        if self.below_band and entry in self.entry_scale.below_range():
            return self.below_band
        step = self.entry_scale.step(entry)
        for band, steps in self.steps_of_band.items():
            if step in steps:
                return band
        return "none"


@dataclass(frozen=True)
class Criterion:
    """A target of Task 3: of which pupils (group, entry bands; none means all), what is asked, and who says so.

    `short` is the title where there is little room, as beside a chart's row. `kind` is gain (whole levels), reach (an outcome)
    or attendance. `target` is a percentage, or None where England's own figure for the same pupils is the comparison.
    """

    key: str
    title: str
    short: str
    kind: str
    stage: str
    group: str
    entry: tuple[str, ...]
    rule: str
    subjects: tuple[str, ...]
    source: str
    target: float | None = None
    reach: str = ""


@dataclass(frozen=True)
class Tracking:
    """What Task 4 follows: pupils of `years` who entered in a band, towards `reach`, and how 'on course' and 'stuck' are judged.

    `newcomers` are the rows of Task 5's chart that apply: the row's key, the subject of entry ('' for an average, 'eal_stage'
    for the stage of English as an additional language), and its bands.
    """

    stage: str
    entry: str
    reach: str
    years: tuple[int, ...]
    low_entry: tuple[str, ...]
    low_entry_title: str
    method: str
    on_course: str
    stuck: str
    newcomers: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, eq=False)
class Framework:
    """One yardstick: everything about it that a measure needs to know."""

    name: str
    title: str
    short_title: str
    expected_gain: str
    sen_names: Mapping[str, str]
    sen_groups: Mapping[str, str]
    sen_accepted: str
    sen_spellings: Mapping[str, str]
    need_names: Mapping[str, str]
    needs_accepted: str
    subjects: tuple[Subject, ...]
    other_subjects: bool
    scales: Mapping[str, Scale]
    stages: tuple[Stage, ...]
    criteria: tuple[Criterion, ...]
    tracking: Tracking

    def stage(self, name: str | None = None) -> Stage:
        """The stage of that name, or the first; KeyError with the names there are where it has none such."""
        for stage in self.stages:
            if name in (None, stage.name):
                return stage
        names = ", ".join(stage.name for stage in self.stages)
        raise KeyError(f"{name!r} is no stage of {self.title}: {names}")

    @property
    def tracked_stage(self) -> Stage:
        """The stage that Tasks 4 and 5 follow pupils through."""
        return self.stage(self.tracking.stage)

    def subject(self, text: str) -> str | None:
        """A subject's own name for a spelling of it, or None where the framework does not take it.

        >>> load("levels").subject("Maths"), load("levels").subject("Geography"), load("gcse").subject("GEOGRAPHY")
        ('Mathematics', None, 'Geography')
        >>> load("gcse").subject("design and technology"), load("gcse").subject("re")
        ('Design and Technology', 'RE')
        """
        folded = " ".join(text.casefold().split())
        for subject in self.subjects:
            if folded in subject.spellings:
                return subject.name
        if not self.other_subjects or not folded:
            return None
        words = map(_title, folded.split())
        return " ".join(words)

    def core_subjects(self) -> list[str]:
        """Subjects that every pupil takes.

        >>> load("gcse").core_subjects()
        ['English Language', 'Mathematics']
        """
        return [subject.name for subject in self.subjects if subject.core]

    def outcome_subjects(self) -> list[str]:
        """Subjects in which there are outcomes, in the framework's order."""
        return [subject.name for subject in self.subjects if not subject.entry_only]

    def scale_of(self, stage: str) -> Scale:
        """The scale in which results of a key stage, or 'now', are given."""
        for step in self.stages:
            if stage == step.entry_stage:
                return step.entry_scale
            if stage == step.name:
                return step.outcome_scale
        # What a pupil holds now is given on the scale of the stage that is tracked.
        return self.stage(self.tracking.stage).outcome_scale

    def result_stages(self) -> list[str]:
        """Every stage a result can belong to, in order of time, 'now' last.

        >>> load("levels").result_stages()
        ['KS2', 'KS3', 'KS4', 'now']
        """
        stages = [stage.name for stage in self.stages]
        first = self.stages[0].entry_stage
        return [first, *stages, "now"]


def names() -> list[str]:
    """The frameworks there are, each a TOML file of this package: the one in use longest first.

    >>> names()[:2]
    ['levels', 'gcse']
    """
    stems = [file.stem for file in FOLDER.glob("*.toml")]
    return sorted(stems, key=lambda stem: _read(stem).get("since", math.inf))


@cache
def load(name: str) -> Framework:
    """Load a framework by name; KeyError with the names there are where it is none of them.

    >>> load("gcse").stage("KS4").bands[:3]
    ('below the test', '<80', '80-89.5')
    """
    if name not in names():
        raise KeyError(f"{name!r} is no framework: {', '.join(names())}")
    return _framework(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    file = FOLDER / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _framework(table: Mapping[str, Any]) -> Framework:
    scales = {name: scale_from(name, scale) for name, scale in table["scales"].items()}
    sen = table["sen"]
    return Framework(
        name=table["name"],
        title=table["title"],
        short_title=table["short_title"],
        expected_gain=table["expected_gain"],
        sen_names={code: meaning for code, meaning, _ in sen["codes"]},
        sen_groups={code: group for code, _, group in sen["codes"]},
        sen_accepted=sen["accepted"],
        sen_spellings=sen["spellings"],
        need_names=dict(table["needs"]["codes"]),
        needs_accepted=table["needs"]["accepted"],
        subjects=tuple(_built(Subject, each) for each in table["subjects"]),
        other_subjects=table.get("other_subjects", False),
        scales=scales,
        stages=tuple(_stage(stage, scales) for stage in table["stages"]),
        criteria=tuple(_built(Criterion, each) for each in table["criteria"]),
        tracking=_built(Tracking, table["tracking"]),
    )


def _stage(table: Mapping[str, Any], scales: Mapping[str, Scale]) -> Stage:
    steps = {band: tuple(steps) for band, steps in table.get("bands", [])}
    scores = {
        band: (lowest, highest)
        for band, lowest, highest in table.get("score_bands", [])
    }
    below = table.get("below_band", "")
    lowest = [below] if below else []
    return Stage(
        name=table["name"],
        title=table["title"],
        entry_stage=table["entry_stage"],
        entry_scale=scales[table["entry_scale"]],
        outcome_scale=scales[table["outcome_scale"]],
        entry_from=table["entry_from"],
        ends_in_year=table["ends_in_year"],
        bands=(*lowest, *steps, *scores),
        converted_from=tuple(table["converted_from"]),
        converted_at=tuple(table["converted_at"]),
        expected=table["expected"],
        steps_of_band=steps,
        scores_of_band=scores,
        below_band=below,
        national_bands=table.get("national_band", {}),
    )


def _built(kind: type[Part], table: Mapping[str, Any]) -> Part:
    """What a table describes, its lists as tuples."""
    return kind(**{key: _frozen(value) for key, value in table.items()})


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


# Names of qualifications and subjects that are letters, each read out.
_LETTERS = ("btec", "pshe", "ncfe", "ict", "dt", "asdan", "citb")


def _title(word: str) -> str:
    """A word of a subject's name, whatever case a file has it in: RE and PE are letters, 'and' stays small.

    >>> _title("re"), _title("and"), _title("media/film/tv")
    ('RE', 'and', 'Media/Film/TV')
    """
    if "/" in word:
        parts = map(_title, word.split("/"))
        return "/".join(parts)
    if word in ("and", "in", "of", "the", "for", "with"):
        return word
    is_letters = len(word) <= 2 or word in _LETTERS
    return word.upper() if is_letters else word.capitalize()
