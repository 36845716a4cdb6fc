"""Task 3: progress targets. What was measured against each, how sure one can be, and how many pupils more would meet it."""

from __future__ import annotations

from functools import cache, partial

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.frameworks import Criterion
from senlib.measures.criteria import criteria
from senlib.measures.proportion import rounded
from senlib.measures.subjects import subject_pairs
from senlib.pages.kit import layout, sentences
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.rates import RATE, rates_picture
from senlib.pages.task3_ensuring_progress import criteria_words
from senlib.pages.task3_ensuring_progress.why_not_measured import why_not
from senlib.pages.task3_ensuring_progress.year7 import year7
from senlib.text import joined

COLUMNS = {
    "name": "Target",
    "pupils": "Pupils",
    "without_result": "Of them without a result",
    "reached": "Met it",
    **RATE,
    "left_out": "Left out: start not known",
    "target": "Target or England, percent",
    "state": "How it stands",
    "sure": "Sure?",
    "more": "More pupils needed",
}


class CriteriaPage(Page):
    """The page of Task 3."""

    def build(self) -> None:
        # Each piece of the page asks for the same rows.
        figures = self.workspace.figures()
        measure = partial(criteria, self.school, figures=figures)
        self._measured = cache(measure)
        rows = self._measured(denominator="all", together=())
        self.summers = bool(rows["subject"].any())
        cohorts = rows["cohort"].dropna().astype(int)
        summers = layout.summers(sorted(set(cohorts), reverse=True))
        nothing = "year not known" if self.summers else "none can be measured"
        self.cohort = layout.choice(
            "Summer of the results", summers or [(nothing, None)]
        )
        self.denominator = layout.choice("Percentages are of", layout.DENOMINATORS)
        self.live.follow(self.cohort, self.denominator)

    @piece
    def controls(self) -> widgets.Box:
        """What to look at."""
        return layout.controls(self.cohort, self.denominator)

    @piece
    def scorecard(self) -> widgets.HTML:
        """The question, how many targets are met, and each one measured."""
        return self.live.piece(self._scorecard)

    @piece
    def subjects(self) -> widgets.HTML:
        """The subjects side by side: do the same pupils fare differently?"""
        return self.live.piece(self._subjects)

    @piece
    def year7(self) -> widgets.HTML:
        """How many pupils in Year 7 now started low."""
        return layout.html(year7(self.school))

    @property
    def _cohorts(self) -> tuple[int | None, ...]:
        """The summers that are chosen, the latest first."""
        return layout.chosen_summers(self.cohort.value)

    @property
    def _known_summers(self) -> list[int]:
        return [cohort for cohort in self._cohorts if cohort is not None]

    def rows(self) -> pd.DataFrame:
        """The criteria of the chosen summers, and attendance, which is of this year."""
        latest, *earlier = self._cohorts
        table = self._measured(
            denominator=self.denominator.value,
            together=self._cohorts if earlier else (),
        )
        cohort = table["cohort"]
        chosen = cohort.eq(latest).fillna(False) if latest else cohort.isna()
        table = table[chosen | (table["subject"] == "")]
        states = map(criteria_words.state, table.itertuples())
        return table.assign(state=list(states))

    def _scorecard(self) -> str:
        rows = self.rows()
        what = "targets" if self._all_targets() else "of the figures"
        title = layout.heading(f"How many {what} are met?")
        missing = self._not_measured(rows)
        measured = rows.dropna(subset=["percent", "target"])
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
        with_figure = rows.dropna(subset="percent")
        for _, of_criterion in with_figure.groupby("criterion", sort=False):
            parts.append(self._criterion(of_criterion))
        if missing:
            parts.append(layout.heading("What cannot be measured", level=3))
        parts += map(layout.note, missing)
        return "".join(parts)

    def _picture(self, measured: pd.DataFrame, labels: list[str]) -> str:
        """Each figure with its range, and a stroke for what it is judged by: no figure of another summer."""
        target = measured["target"].where(measured["judged"])
        judged, says = measured.assign(target=target), []
        for label, row in zip(labels, measured.itertuples(), strict=True):
            mark = criteria_words.mark(row)
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
                states=list(map(criteria_words.in_chart, judged.itertuples())),
                mark=criteria_words.mark(judged.iloc[0]),
            ),
            says=". ".join(says),
            key=f"Dot: what was measured. {layout.LIKELY} Stroke: {stroke}.",
        )

    def _not_measured(self, rows: pd.DataFrame) -> list[str]:
        """Of each criterion of which nothing can be measured, why, and what to do about it."""
        measured = set(rows.dropna(subset="percent")["criterion"])
        titles: dict[str, list[str]] = {}
        for criterion in self.framework.criteria:
            if criterion.key not in measured:
                of_why = titles.setdefault(self._why_not(criterion), [])
                of_why.append(criterion.title)
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
        criteria = self.framework.criteria
        short = {one.key: one.short for one in criteria}
        names = zip(rows["subject"], rows["criterion"].map(short), strict=True)
        return [joined(*each, sep=", ") for each in names]

    def _all_targets(self) -> bool:
        """Whether somebody set each target; else England's figures stand in."""
        return all(one.target for one in self.framework.criteria)

    def _numbers(self, rows: pd.DataFrame, labels: list[str]) -> str:
        sure = map(criteria_words.how_sure, rows.itertuples())
        table = rows.assign(name=labels, sure=list(sure))
        return layout.numbers(table, caption="Each target, measured", columns=COLUMNS)

    def _criterion(self, rows: pd.DataFrame) -> str:
        first = rows.iloc[0]
        html = layout.heading(first.title, level=3)
        if pd.isna(first.target_year) and pd.notna(first.target):
            html += layout.note(f"Target: {first.rule} {rounded(first.target)} %.")
        items = "".join(
            f"<li>{layout.words(self._line(row))}</li>" for _, row in rows.iterrows()
        )
        year = self.school.academic_year
        notes = criteria_words.notes(rows, academic_year=year)
        return f"{html}<ul>{items}</ul>{layout.note(notes)}"

    def _line(self, row: pd.Series) -> str:
        if len(self._known_summers) > 1:
            row = row.copy()
            row["summers"] = layout.years(self._known_summers)
        return criteria_words.line(row, framework=self.framework)

    def _subjects(self) -> str:
        title = layout.heading("Do subjects differ?")
        first = self.framework.criteria[0]
        rows = self.rows().dropna(subset="percent")
        rows = rows[rows["criterion"] == first.key]
        if rows.empty:
            return title + layout.answer(f"{first.title}: {self._why_not(first)}")
        if len(rows) < 2:
            alone = f"{rows.iloc[0].subject} alone can be measured here, so there is nothing to compare."
            return title + layout.answer(alone)
        why = "Where the same pupils fare better in one subject, it is worth asking what is done there that the others could borrow."
        labels = [
            f"{row.subject}, {row.reached} of {row.pupils}" for row in rows.itertuples()
        ]
        apart = self._furthest_apart(first.key, subjects=len(rows))
        parts = [
            title,
            layout.answer(apart),
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
        summers = self._known_summers
        pairs = subject_pairs(
            self.school,
            criterion=criterion,
            cohorts=summers or None,
            together=len(summers) > 1,
            denominator=self.denominator.value,
        )
        of_summers = pairs["cohort"].notna() == bool(summers)
        pairs = pairs[of_summers & (pairs["pupils"] > 0)]
        if pairs.empty:
            return (
                "No pupil counts in two of these subjects, so they cannot be compared."
            )
        return sentences.subjects_answer(pairs.iloc[0], subjects=subjects)


open_page = CriteriaPage.open
