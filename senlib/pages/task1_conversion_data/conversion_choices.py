"""What is looked at on Task 1's page: its controls, and the tables that are counted for them."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import pandas as pd

from senlib.frameworks import Stage
from senlib.measures.comparison import ALL_BANDS, NO_START
from senlib.measures.conversion import conversion, matrix, subjects
from senlib.measures.groups import GROUPINGS, group_name
from senlib.pages.kit import layout, sentences
from senlib.pages.kit.live import Live
from senlib.text import upper_first
from senlib.workspace import Workspace


class Choices:
    """The controls above Task 1's pieces, and the tables for what is chosen there.

    `query` may say what to begin with: stage, subject, cohort and entry. `figures` are England's and those that were typed in.
    """

    def __init__(self, workspace: Workspace, query: Mapping[str, str]) -> None:
        self.workspace, self.school = workspace, workspace.school
        self.framework = self.school.framework
        self.figures = workspace.figures()
        # A key stage without results could be chosen for nothing; where none has any, the page says so.
        held_stages = set(self.school.results["stage"].unique())
        with_results = [
            stage for stage in self.framework.stages if stage.name in held_stages
        ]
        self.stage = layout.choice(
            "Key stage",
            [
                (stage.title, stage.name)
                for stage in with_results or self.framework.stages
            ],
        )
        _choose(self.stage, query.get("stage"))
        names = [(name, name) for name in subjects(self.school)]
        self.subject = layout.choice("Subject", names or [("none held", None)])
        self.cohort = layout.choice("Summer of the results", self._summers())
        self.entry = layout.choice(
            "Where they started", self._entries(), self._first_entry()
        )
        self.reach = layout.choice(
            "Where they got to", self._reaches(), self.chosen_stage.converted_at[0]
        )
        self.by = layout.choice(
            "Groups to compare",
            [
                (words, column)
                for column, words in GROUPINGS.items()
                if (self.school.pupils[column] != "").any()
            ],
        )
        self.denominator = layout.choice("Percentages are of", layout.DENOMINATORS)
        for control, name in (
            (self.subject, "subject"),
            (self.cohort, "cohort"),
            (self.entry, "entry"),
        ):
            _choose(control, query.get(name))
        self.live = Live(
            self.subject, self.cohort, self.entry, self.reach, self.by, self.denominator
        )
        self.stage.observe(lambda _: self._stage_changed(), "value")
        self.box = layout.controls(
            self.stage,
            self.subject,
            self.cohort,
            self.entry,
            self.reach,
            self.by,
            self.denominator,
        )

    @property
    def chosen_stage(self) -> Stage:
        """The key stage that is chosen."""
        return self.framework.stage(self.stage.value)

    def rows(self, *, by: str | None = None, each_summer: bool = False) -> pd.DataFrame:
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
        summers = tuple(cohort for cohort in self.cohorts if cohort is not None)
        return summers if len(summers) > 1 else ()

    def here(self, table: pd.DataFrame, *, any_entry: bool = False) -> pd.DataFrame:
        """The rows of the chosen summers, from the chosen start or from any."""
        table = table[table["cohort"].fillna(0) == (self.cohorts[0] or 0)]
        return table if any_entry else table[table["entry"] == self.entry.value]

    def cells(self) -> pd.DataFrame:
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
        return matrix(self.school, stage=self.stage.value).empty

    @property
    def any_start(self) -> bool:
        """Whether the start of anybody counted is known."""
        entries = matrix(self.school, stage=self.stage.value)["entry"]
        return bool(entries.isin(self.chosen_stage.bands).any())

    def group_name(self, group: str) -> str:
        """A group in words, as the head of a row."""
        words = group_name(group, framework=self.framework, by=self.by.value)
        return upper_first(words)

    @property
    def outcome(self) -> str:
        """Where they got to, in words: 'level 4 or above'."""
        return sentences.reached(self.reach.value, stage=self.chosen_stage)

    def _stage_changed(self) -> None:
        """Offer the summers, starts and outcomes of the key stage."""
        with self.live.paused():
            self.cohort.options = self._summers()
            self.entry.options, self.entry.value = self._entries(), self._first_entry()
            self.reach.options = self._reaches()
            self.reach.value = self.chosen_stage.converted_at[0]

    def _summers(self) -> layout.Summers:
        """The summers there are results of, and the last two and three of them together."""
        cohorts = matrix(self.school, stage=self.stage.value)["cohort"]
        if cohorts.empty:
            return [("none held", None)]
        options = layout.summers(sorted(cohorts.dropna().unique(), reverse=True))
        return [*options, ("year not known", None)] if cohorts.isna().any() else options

    def _entries(self) -> list[tuple[str, str]]:
        return [
            (sentences.start_label(entry, stage=self.chosen_stage), entry)
            for entry in (*self.chosen_stage.bands, NO_START, ALL_BANDS)
        ]

    def _first_entry(self) -> str:
        tracking = self.framework.tracking
        if self.chosen_stage.averaged:
            # Of many narrow bands, each alone has too few pupils to begin with.
            return ALL_BANDS
        if tracking.stage == self.stage.value:
            return tracking.entry
        return self.chosen_stage.converted_from[0]

    def _reaches(self) -> list[tuple[str, str]]:
        stage = self.chosen_stage
        scale = stage.outcome_scale
        return [
            (upper_first(sentences.reached(step, stage=stage)), step)
            for step in scale.steps()
            if scale.lowest(step) > 0
        ]


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
