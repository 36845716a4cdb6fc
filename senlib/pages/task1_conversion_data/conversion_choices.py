"""What is looked at on Task 1's page: its controls, and the tables that are counted for them."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import pandas as pd
from pandas import DataFrame

from senlib.frameworks import Stage
from senlib.measures.comparison import ALL_BANDS, NO_START
from senlib.measures.conversion import conversion, matrix, subjects
from senlib.measures.groups import GROUPINGS, group_name
from senlib.pages.kit import layout, sentences
from senlib.pages.kit.choices import aims, starts
from senlib.pages.kit.live import Live, on_change
from senlib.text import upper_first
from senlib.workspace import Workspace

NO_YEAR = ("year not known", None)


class Choices:
    """The controls above Task 1's pieces, and the tables for what is chosen there.

    `query` may say what to begin with: stage, subject, cohort and entry. `figures` are England's and those that were typed in.
    """

    def __init__(self, workspace: Workspace, query: Mapping[str, str]) -> None:
        self.workspace, self.school = workspace, workspace.school
        self.framework = self.school.framework
        self.figures, choice = workspace.figures(), layout.choice
        self.stage = choice("Key stage", self._stages())
        _choose(self.stage, query.get("stage"))
        names = subjects(self.school) or [("none held", None)]
        self.subject = choice("Subject", names)
        self.cohort = choice("Summer of the results", self._summers())
        first = self._first_entry()
        self.entry = choice("Where they started", self._entries(), first)
        reaches = aims(self.chosen_stage)
        first = self.chosen_stage.converted_at[0]
        self.reach = choice("Where they got to", reaches, first)
        self.by = choice("Groups to compare", self._groupings())
        self.denominator = choice("Percentages are of", layout.DENOMINATORS)
        _choose(self.subject, query.get("subject"))
        _choose(self.cohort, query.get("cohort"))
        _choose(self.entry, query.get("entry"))
        others = [self.subject, self.cohort, self.entry]
        others += [self.reach, self.by, self.denominator]
        self.live = Live(*others)
        on_change(self.stage, self._stage_changed)
        self.box = layout.controls(self.stage, *others)

    def _stages(self) -> layout.Options:
        """The key stages of which there are results; where there are of none, all, and the page says so."""
        stages = self.framework.stages
        names = set(self.school.results["stage"])
        with_results = [stage for stage in stages if stage.name in names]
        return [(stage.title, stage.name) for stage in with_results or stages]

    def _groupings(self) -> layout.Options:
        """By what pupils can be grouped, where the school's files say it of anybody."""
        pupils = self.school.pupils
        return [(words, by) for by, words in GROUPINGS.items() if pupils[by].any()]

    @property
    def chosen_stage(self) -> Stage:
        """The key stage that is chosen."""
        return self.framework.stage(self.stage.value)

    def rows(self, *, by: str | None = None, each_summer: bool = False) -> DataFrame:
        """The conversion table for what is chosen: every cohort, entry band and group of it.

        Where several summers are chosen they are one, unless `each_summer` is asked for.
        """
        return conversion(
            self.school,
            stage=self.stage.value,
            subject=self.subject.value,
            by=by or self.by.value,
            reach=self.reach.value,
            denominator=self.denominator.value,
            figures=self.figures,
            together=() if each_summer else self.together,
        )

    @property
    def cohorts(self) -> tuple[int | None, ...]:
        """The summers that are chosen, the latest first."""
        return layout.chosen_summers(self.cohort.value)

    @property
    def together(self) -> tuple[int, ...]:
        """The summers that are counted as one; none where one is chosen."""
        summers = tuple(filter(None, self.cohorts))
        return summers if len(summers) > 1 else ()

    def here(self, table: DataFrame, *, any_entry: bool = False) -> DataFrame:
        """The rows of the chosen summers, from the chosen start or from any."""
        latest = self.cohorts[0] or 0
        table = table[table["cohort"].fillna(0) == latest]
        return table if any_entry else table[table["entry"] == self.entry.value]

    def cells(self) -> DataFrame:
        """The matrix for what is chosen."""
        table = matrix(
            self.school,
            stage=self.stage.value,
            subject=self.subject.value,
            together=self.together,
        )
        return self.here(table, any_entry=True)

    @property
    def no_results(self) -> bool:
        """Whether no year has finished the key stage with results."""
        return self._every_cell().empty

    def _every_cell(self) -> DataFrame:
        """The matrix of the key stage, whatever else is chosen."""
        return matrix(self.school, stage=self.stage.value)

    @property
    def any_start(self) -> bool:
        """Whether the start of anybody counted is known."""
        entries = set(self._every_cell()["entry"])
        return not entries.isdisjoint(self.chosen_stage.bands)

    def in_sentence(self, group: str) -> str:
        """A group in words."""
        return group_name(group, framework=self.framework, by=self.by.value)

    def group_name(self, group: str) -> str:
        """The same as the head of a row."""
        return upper_first(self.in_sentence(group))

    @property
    def outcome(self) -> str:
        """Where they got to, in words: 'level 4 or above'."""
        return sentences.reached(self.reach.value, stage=self.chosen_stage)

    def _stage_changed(self) -> None:
        """Offer the summers, starts and outcomes of the key stage."""
        with self.live.paused():
            self.cohort.options = self._summers()
            self.entry.options = self._entries()
            self.entry.value = self._first_entry()
            self.reach.options = aims(self.chosen_stage)
            self.reach.value = self.chosen_stage.converted_at[0]

    def _summers(self) -> layout.Summers:
        """The summers there are results of, and the last two and three of them together."""
        cohorts = set(self._every_cell()["cohort"])
        if not cohorts:
            return [("none held", None)]
        known = {cohort for cohort in cohorts if pd.notna(cohort)}
        options = layout.summers(sorted(known, reverse=True))
        return options if known == cohorts else [*options, NO_YEAR]

    def _entries(self) -> layout.Options:
        return starts(self.chosen_stage, NO_START, ALL_BANDS)

    def _first_entry(self) -> str:
        tracking = self.framework.tracking
        if self.chosen_stage.averaged:
            # Of many narrow bands, each alone has too few pupils to begin with.
            return ALL_BANDS
        if tracking.stage == self.stage.value:
            return tracking.entry
        return self.chosen_stage.converted_from[0]


def _choose(control: widgets.Dropdown, text: str | None) -> None:
    """Choose what the page was asked for, if there is such a thing."""
    for _, value in control.options:
        if text is not None and str(value or 0) == text:
            control.value = value


def in_summers(*cohorts: int | None) -> str:
    """The summers in words.

    >>> in_summers(2024), in_summers(2024, 2023), in_summers(None)
    ('summer 2024', 'summers 2023 and 2024 together', 'year not known')
    """
    if len(cohorts) > 1:
        summers = [cohort for cohort in cohorts if cohort is not None]
        return f"summers {layout.years(summers)} together"
    [cohort] = cohorts
    return "year not known" if cohort is None or pd.isna(cohort) else f"summer {cohort}"
