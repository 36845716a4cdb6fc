"""Task 3: progress targets. What was measured against each, how sure one can be, and how many pupils more would meet it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.frameworks import Criterion
from senlib.measures.criteria import criteria
from senlib.measures.proportion import rounded
from senlib.measures.subjects import subject_pairs
from senlib.pages.kit import layout, sentences
from senlib.pages.kit.live import Live
from senlib.pages.kit.page import Page
from senlib.pages.kit.rates import rates_picture
from senlib.pages.task3_ensuring_progress import criteria_words
from senlib.pages.task3_ensuring_progress.why_not_measured import why_not
from senlib.pages.task3_ensuring_progress.year7 import year7
from senlib.workspace import Workspace

COLUMNS = {
    "name": "Target",
    "pupils": "Pupils",
    "without_result": "Of them without a result",
    "reached": "Met it",
    "percent": "Percent",
    "low": "Likely from",
    "high": "Likely to",
    "left_out": "Left out: start not known",
    "target": "Target or England, percent",
    "state": "How it stands",
    "sure": "Sure?",
    "more": "More pupils needed",
}


class CriteriaPage(Page):
    """The page of Task 3."""

    stem = "task3_ensuring_progress"
    next_steps = (
        ("Task 4: see by name who could still get there", "task4_level3_to_5"),
        ("Task 1: look behind a figure, by subject and start", "task1_conversion_data"),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        # Each piece of the page asks for the same rows.
        self._measured = cache(
            partial(criteria, self.school, figures=workspace.figures())
        )
        rows = self._measured(denominator="all", together=())
        cohorts = sorted(rows["cohort"].dropna().astype(int).unique(), reverse=True)
        self.summers = len(rows[rows["subject"] != ""])
        self.cohort = layout.choice(
            "Summer of the results",
            layout.summers(cohorts)
            or [("year not known" if self.summers else "none can be measured", None)],
        )
        self.denominator = layout.choice("Percentages are of", layout.DENOMINATORS)
        self.live = Live(self.cohort, self.denominator)
        self._year7 = layout.html(year7(self.school))
        self._targets = self.live.piece(self._scorecard)
        self._subject_gaps = self.live.piece(self._subjects)

    def controls(self) -> widgets.Box:
        """What to look at."""
        return layout.controls(self.cohort, self.denominator)

    def scorecard(self) -> widgets.HTML:
        """The question, how many targets are met, and each one measured."""
        return self._targets

    def subjects(self) -> widgets.HTML:
        """The subjects side by side: do the same pupils fare differently?"""
        return self._subject_gaps

    def year7(self) -> widgets.HTML:
        """How many pupils in Year 7 now started low."""
        return self._year7

    @property
    def _cohorts(self) -> tuple[int | None, ...]:
        """The summers that are chosen, the latest first."""
        return layout.chosen_summers(self.cohort.value)

    def rows(self) -> pd.DataFrame:
        """The criteria of the chosen summers, and attendance, which is of this year."""
        latest, *earlier = self._cohorts
        table = self._measured(
            denominator=self.denominator.value,
            together=self._cohorts if earlier else (),
        )
        chosen = (
            table["cohort"].isna()
            if latest is None
            else table["cohort"].eq(latest).fillna(False).astype(bool)
        )
        table = table[chosen | (table["subject"] == "")]
        return table.assign(
            state=[criteria_words.state(row) for row in table.itertuples()]
        )

    def _scorecard(self) -> str:
        rows = self.rows()
        title = layout.heading(
            "How many targets are met?"
            if self._all_targets()
            else "How many of the figures are met?"
        )
        missing = self._not_measured(rows)
        measured = rows[rows["percent"].notna() & rows["target"].notna()]
        if measured.empty:
            why = "".join(map(layout.note, missing))
            return title + layout.answer("Nothing can be measured yet.") + why
        labels = self._labels(measured)
        parts = [
            title,
            layout.answer(criteria_words.summary(measured)),
            self._picture(measured, labels),
            self._numbers(measured, labels),
            layout.how_to_read(
                "target",
                "rate",
                "england_with_your_starts",
                "attendance_mean",
                "few_pupils",
            ),
        ]
        by_criterion = rows[rows["percent"].notna()].groupby("criterion", sort=False)
        parts += [self._criterion(of_criterion) for _, of_criterion in by_criterion]
        if missing:
            parts.append(layout.heading("What cannot be measured", level=3))
        return "".join([*parts, *map(layout.note, missing)])

    def _picture(self, measured: pd.DataFrame, labels: list[str]) -> str:
        """Each figure with its range, and a stroke for what it is judged by: no figure of another summer."""
        judged = measured.assign(target=measured["target"].where(measured["judged"]))
        says = []
        for label, row in zip(labels, measured.itertuples(), strict=True):
            mark = "target" if pd.isna(row.target_year) else "England"
            between = layout.percent_range(row.percent, row.low, row.high)
            says.append(f"{label}: {between}, {mark} {row.target:.0f} %, {row.state}")
        stroke = "the target"
        if not self._all_targets():
            stroke += ", or England from the same starts"
        return layout.picture(
            partial(
                charts.scorecard,
                judged,
                labels=[label.replace(", ", ",\n", 1) for label in labels],
                states=[criteria_words.in_chart(row) for row in judged.itertuples()],
                mark="target" if pd.isna(judged.iloc[0].target_year) else "England",
            ),
            says=". ".join(says),
            key=f"Dot: what was measured. {layout.LIKELY} Stroke: {stroke}.",
        )

    def _not_measured(self, rows: pd.DataFrame) -> list[str]:
        """Of each criterion of which nothing can be measured, why, and what to do about it."""
        measured = set(rows.loc[rows["percent"].notna(), "criterion"])
        titles: dict[str, list[str]] = {}
        for criterion in self.school.framework.criteria:
            if criterion.key not in measured:
                titles.setdefault(self._why_not(criterion), []).append(criterion.title)
        return [f"{'; '.join(of_why)}: {why}" for why, of_why in titles.items()]

    def _why_not(self, criterion: Criterion) -> str:
        return why_not(
            criterion,
            school=self.school,
            cohorts=self._cohorts if self.summers else (),
            other_summers=len(self.cohort.options) > 1,
        )

    def _labels(self, rows: pd.DataFrame) -> list[str]:
        """Each row's subject, and its criterion in few words."""
        short = {one.key: one.short for one in self.school.framework.criteria}
        return [
            ", ".join(filter(None, (row.subject, short[row.criterion])))
            for row in rows.itertuples()
        ]

    def _all_targets(self) -> bool:
        """Whether somebody set each target; else England's figures stand in."""
        targets = [one.target for one in self.school.framework.criteria]
        return None not in targets

    def _numbers(self, rows: pd.DataFrame, labels: list[str]) -> str:
        sure = [criteria_words.how_sure(row) for row in rows.itertuples()]
        return layout.numbers(
            rows.assign(name=labels, sure=sure),
            caption="Each target, measured",
            columns=COLUMNS,
        )

    def _criterion(self, rows: pd.DataFrame) -> str:
        first = rows.iloc[0]
        parts = [layout.heading(first.title, level=3)]
        if pd.isna(first.target_year) and pd.notna(first.target):
            target = f"Target: {first.rule} {rounded(first.target)} %."
            parts.append(layout.note(target))
        lines = [self._line(row) for _, row in rows.iterrows()]
        items = "".join(f"<li>{layout.words(line)}</li>" for line in lines)
        notes = criteria_words.notes(rows, academic_year=self.school.academic_year)
        return "".join([*parts, f"<ul>{items}</ul>", layout.note(notes)])

    def _line(self, row: pd.Series) -> str:
        together = [cohort for cohort in self._cohorts if cohort is not None]
        if len(together) > 1:
            summers = pd.Series({"summers": layout.years(together)})
            row = pd.concat([row, summers])
        return criteria_words.line(row, framework=self.school.framework)

    def _subjects(self) -> str:
        title = layout.heading("Do subjects differ?")
        first = self.school.framework.criteria[0]
        rows = self.rows()
        rows = rows[(rows["criterion"] == first.key) & rows["percent"].notna()]
        if rows.empty:
            return title + layout.answer(f"{first.title}: {self._why_not(first)}")
        if len(rows) < 2:
            return title + layout.answer(
                f"{rows.iloc[0].subject} alone can be measured here, so there is nothing to compare."
            )
        why = "Where the same pupils fare better in one subject, it is worth asking what is done there that the others could borrow."
        labels = [
            f"{row.subject}, {row.reached} of {row.pupils}" for row in rows.itertuples()
        ]
        parts = [
            title,
            layout.answer(self._furthest_apart(first.key, subjects=len(rows))),
            rates_picture(
                rows.drop(columns=["national", "lea"], errors="ignore"),
                labels=labels,
                strong=[True] * len(rows),
                axis=first.short,
                key="Dot: what was measured.",
            ),
            self._numbers(rows, self._labels(rows)),
            layout.note(why),
            layout.how_to_read("paired_subjects", "rate"),
        ]
        return "".join(parts)

    def _furthest_apart(self, criterion: str, *, subjects: int) -> str:
        """The two subjects that lie furthest apart, in the pupils who count in both."""
        summers = [cohort for cohort in self._cohorts if cohort is not None]
        pairs = subject_pairs(
            self.school,
            criterion=criterion,
            cohorts=summers or None,
            together=len(summers) > 1,
            denominator=self.denominator.value,
        )
        pairs = pairs[pairs["cohort"].notna() if summers else pairs["cohort"].isna()]
        pairs = pairs[pairs["pupils"] > 0]
        if pairs.empty:
            return (
                "No pupil counts in two of these subjects, so they cannot be compared."
            )
        return sentences.subjects_answer(pairs.iloc[0], subjects=subjects)


open_page = CriteriaPage.open
