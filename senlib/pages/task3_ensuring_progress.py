"""Task 3: progress targets. What was measured against each, how sure one can be, and how many pupils more would meet it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

import ipywidgets as widgets
import pandas as pd

from senlib import charts, national
from senlib.frameworks import Criterion
from senlib.measures.conversion import matrix
from senlib.measures.criteria import criteria, low_entries
from senlib.measures.groups import has_sen
from senlib.measures.proportion import FEW, rounded
from senlib.measures.subjects import subject_pairs
from senlib.pages.kit import empty_states, layout, sentences, verdicts
from senlib.pages.kit.live import Live
from senlib.pages.kit.page import Page
from senlib.pages.kit.rates import rates_picture
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

# What is said of a figure of fewer pupils than one can tell anything from.
TOO_FEW, NOT_JUDGED = "too few to tell", "not judged"


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
        return layout.html(self._year7())

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
        return table.assign(state=[_state(row) for row in table.itertuples()])

    def _scorecard(self) -> str:
        rows = self.rows()
        title = layout.heading(
            "How many targets are met?"
            if self._all_targets()
            else "How many of the figures are met?"
        )
        measured = rows[rows["percent"].notna() & rows["target"].notna()]
        if measured.empty:
            missing = "".join(map(layout.note, self._not_measured(rows)))
            return title + layout.answer("Nothing can be measured yet.") + missing
        labels = self._labels(measured)
        stroke = "the target" + (
            "" if self._all_targets() else ", or England from the same starts"
        )
        # A stroke for what a rate is judged by: no figure of another summer.
        drawn = measured.assign(target=measured["target"].where(measured["judged"]))
        chart = layout.picture(
            partial(
                charts.scorecard,
                drawn,
                labels=[label.replace(", ", ",\n", 1) for label in labels],
                states=[_in_chart(row) for row in drawn.itertuples()],
                mark="target" if pd.isna(drawn.iloc[0].target_year) else "England",
            ),
            says=". ".join(
                f"{label}: {layout.percent_range(r.percent, r.low, r.high)}, "
                f"{'target' if pd.isna(r.target_year) else 'England'} {r.target:.0f} %, {r.state}"
                for label, r in zip(labels, measured.itertuples(), strict=True)
            ),
            key=f"Dot: what was measured. {layout.LIKELY} Stroke: {stroke}.",
        )
        parts = [
            title,
            layout.answer(_summary(measured)),
            chart,
            self._numbers(measured, labels),
            layout.how_to_read(
                "target",
                "rate",
                "england_with_your_starts",
                "attendance_mean",
                "few_pupils",
            ),
        ]
        for _, of_criterion in rows[rows["percent"].notna()].groupby(
            "criterion", sort=False
        ):
            parts.append(self._criterion(of_criterion))
        missing = self._not_measured(rows)
        if missing:
            parts.append(layout.heading("What cannot be measured", level=3))
        return "".join([*parts, *map(layout.note, missing)])

    def _not_measured(self, rows: pd.DataFrame) -> list[str]:
        """Of each criterion of which nothing can be measured, why, and what to do about it."""
        held = set(rows.loc[rows["percent"].notna(), "criterion"])
        told: dict[str, list[str]] = {}
        for criterion in self.school.framework.criteria:
            if criterion.key not in held:
                told.setdefault(self._why_not(criterion), []).append(criterion.title)
        return [f"{'; '.join(titles)}: {why}" for why, titles in told.items()]

    def _why_not(self, criterion: Criterion) -> str:
        """Why nothing can be measured of a criterion."""
        pupils, framework = self.school.pupils, self.school.framework
        if criterion.kind == "attendance":
            on_roll = pupils[pupils["on_roll"] == "Y"]
            sen = has_sen(on_roll["sen_provision"], framework=framework).sum()
            return empty_states.without_sen(
                on_roll, framework=framework, whom="on roll"
            ) or (
                f"no attendance is recorded for the {sentences.pupils(int(sen))} with SEN who "
                f"{'is' if sen == 1 else 'are'} on roll. Choose your files again on the front page, with a list that has attendance."
            )
        stage = framework.stage(criterion.stage)
        cells = matrix(self.school, stage=stage.name)
        if cells.empty:
            return empty_states.no_results(stage)
        if criterion.group == "SEN":
            if self.summers:
                later = stage.ends_in_year - 11
                mine = (pupils["ks4_year"] + later).isin(
                    [cohort or 0 for cohort in self._cohorts]
                )
                whom = "in this summer’s cohort"
            else:
                results = self.school.results
                finished = results.loc[results["stage"] == stage.name, "pupil_id"]
                mine, whom = (
                    pupils["pupil_id"].isin(finished),
                    f"with {stage.title} results",
                )
            if mine.any() and (
                why := empty_states.without_sen(
                    pupils[mine], framework=framework, whom=whom
                )
            ):
                return why
        if criterion.entry and cells.loc[cells["pupils"] > 0, "entry"].eq("none").all():
            return empty_states.no_starts(stage)
        way_on = " Choose another summer." if len(self.cohort.options) > 1 else ""
        return f"there are no such pupils with results in this summer.{way_on}"

    def _labels(self, rows: pd.DataFrame) -> list[str]:
        """Each row's subject, and its criterion in few words."""
        short = {
            criterion.key: criterion.short
            for criterion in self.school.framework.criteria
        }
        return [
            ", ".join(filter(None, (row.subject, short[row.criterion])))
            for row in rows.itertuples()
        ]

    def _all_targets(self) -> bool:
        """Whether somebody set each target; else England's figures stand in."""
        return all(
            criterion.target is not None for criterion in self.school.framework.criteria
        )

    def _numbers(self, rows: pd.DataFrame, labels: list[str]) -> str:
        shown = rows.assign(name=labels, sure=[_sure(row) for row in rows.itertuples()])
        return layout.numbers(shown, caption="Each target, measured", columns=COLUMNS)

    def _criterion(self, rows: pd.DataFrame) -> str:
        first = rows.iloc[0]
        own = pd.isna(first.target_year) and pd.notna(first.target)
        target = f"Target: {first.rule} {rounded(first.target)} %." if own else ""
        lines = "".join(
            f"<li>{layout.words(self._line(row))}</li>" for _, row in rows.iterrows()
        )
        notes = [f"Source: {first.source}."]
        if rows["hidden"].sum():
            notes.append(
                f"{sentences.pupils(int(rows['hidden'].sum())).capitalize()} got a test code that hides a low level and have no teacher’s "
                "assessment that says more; they count as not having gained."
            )
        if rows["by_teacher"].sum():
            notes.append(
                "A teacher’s assessment stands in where the test gave a code, or there is none: "
                f"{int(rows['by_teacher'].sum())} times, counting each subject."
            )
        if first.criterion.startswith("attendance"):
            notes.append(_attendance_note(self.school.academic_year))
        return (
            layout.heading(first.title, level=3)
            + (layout.note(target) if target else "")
            + f"<ul>{lines}</ul>"
            + layout.note(" ".join(notes))
        )

    def _line(self, row: pd.Series) -> str:
        if len(self._cohorts) > 1:
            row = pd.concat([row, pd.Series({"summers": layout.years(self._cohorts)})])
        words = sentences.criterion_answer(row, framework=self.school.framework)
        if row.subject == "":
            return f"{_attendance(row)} {words}"
        return f"{row.subject}: {row.reached} of {row.pupils}, {layout.percent_range(row.percent, row.low, row.high)}. {words}"

    def _subjects(self) -> str:
        title = layout.heading("Do subjects differ?")
        first = self.school.framework.criteria[0]
        rows = self.rows()
        rows = rows[(rows["criterion"] == first.key) & rows["percent"].notna()]
        if rows.empty:
            why = self._why_not(first)
            return title + layout.answer(f"{first.title}: {why}")
        if len(rows) < 2:
            return title + layout.answer(
                f"{rows.iloc[0].subject} alone can be measured here, so there is nothing to compare."
            )
        told = self._furthest_apart(first.key, subjects=len(rows))
        why = "Where the same pupils fare better in one subject, it is worth asking what is done there that the others could borrow."
        labels = [
            f"{row.subject}, {row.reached} of {row.pupils}" for row in rows.itertuples()
        ]
        chart = rates_picture(
            rows.assign(national=float("nan"), lea=float("nan")),
            labels=labels,
            strong=[True] * len(rows),
            axis=first.short,
            key="Dot: what was measured.",
        )
        return (
            title
            + layout.answer(told)
            + chart
            + self._numbers(rows, self._labels(rows))
            + layout.note(why)
            + layout.how_to_read("paired_subjects", "rate")
        )

    def _furthest_apart(self, criterion: str, *, subjects: int) -> str:
        """The two subjects that lie furthest apart, in the pupils who count in both."""
        known = [cohort for cohort in self._cohorts if cohort is not None]
        pairs = subject_pairs(
            self.school,
            criterion=criterion,
            cohorts=known or None,
            together=len(known) > 1,
            denominator=self.denominator.value,
        )
        pairs = pairs[pairs["cohort"].notna() if known else pairs["cohort"].isna()]
        pairs = pairs[pairs["pupils"] > 0]
        if pairs.empty:
            return (
                "No pupil counts in two of these subjects, so they cannot be compared."
            )
        return sentences.subjects_answer(pairs.iloc[0], subjects=subjects)

    def _year7(self) -> str:
        tracking = self.school.framework.tracking
        title = layout.heading(
            f"How many in Year 7 now came in {tracking.low_entry_title}?"
        )
        table = low_entries(self.school)
        sides = {group: table[table["group"] == group] for group in ("all", "SEN")}
        if not table["pupils"].max():
            return title + layout.answer(
                "Nobody in Year 7 is on roll in the school’s files."
            )
        of = int(table["pupils"].max())
        if sides["all"]["without_entry"].eq(of).all():
            stage = self.school.framework.stage(tracking.stage)
            return title + layout.answer(
                empty_states.no_entries(stage, of=of, whom="in Year 7")
            )
        unknown, everybody = self._year7_codes()
        lines = []
        for everyone, sen in zip(
            sides["all"].itertuples(), sides["SEN"].itertuples(), strict=True
        ):
            subject = f"{everyone.subject}: " if everyone.subject else ""
            missing = (
                f"; for {everyone.without_entry} no entry result is held"
                if everyone.without_entry
                else ""
            )
            low = "nobody" if not everyone.low else f"{everyone.low:,}"
            told = f"{subject}{low} of {sentences.pupils(everyone.pupils)}"
            if everyone.low:
                told += f", {empty_states.of_them_with_sen(sen.low, unknown=unknown, of=everybody)}"
            if everyone.without_entry == everyone.pupils:
                told = f"{subject}of none of the {sentences.pupils(everyone.pupils)} is an entry result held"
                missing = ""
            lines.append(f"<li>{layout.words(f'{told}{missing}.')}</li>")
        shown = sides["all"].assign(
            sen=sides["SEN"]["low"].tolist(),
            subject=sides["all"]["subject"].replace("", "all subjects"),
        )
        columns = {
            "subject": "Subject",
            "pupils": "Pupils in Year 7",
            "low": "Of them low on entry",
            "sen": "With SEN",
            "without_entry": "Entry not known",
        }
        return (
            title
            + f"<ul>{''.join(lines)}</ul>"
            + layout.numbers(
                shown, caption=f"Year 7 {tracking.low_entry_title}", columns=columns
            )
            + layout.how_to_read("year7_starts")
        )

    def _year7_codes(self) -> tuple[int, int]:
        """Of how many pupils in Year 7 no SEN code is held, and how many they are."""
        pupils = self.school.pupils
        here = pupils[(pupils["year_group"] == 7) & (pupils["on_roll"] == "Y")]
        return int((here["sen_provision"] == "").sum()), len(here)


open_page = CriteriaPage.open


def _attendance(row: pd.Series) -> str:
    """The average of the pupils' attendance, and for how many of them it is recorded."""
    held, of = int(row.pupils), int(row.pupils + row.without_result)
    known = f" (of {of:,} with SEN on roll)" if of > held else ""
    if held == 1:
        return (
            f"{row.percent:.1f} % for the 1 pupil whose attendance is recorded{known}."
        )
    likely = f"likely {row.low:.1f} to {row.high:.1f} %"
    whom = f"{sentences.pupils(held)}{' whose attendance is recorded' if known else ''}{known}"
    return f"{row.percent:.1f} % on average over {whom} ({likely})."


def _state(row) -> str:
    """How a figure stands by what it is judged by, in few words."""
    if pd.isna(row.target_year):
        return "met" if row.met else "not met"
    if row.judged and row.pupils < FEW:
        return TOO_FEW
    return verdicts.short(row.difference, pupils=row.pupils) or NOT_JUDGED


def _sure(row) -> str:
    """Whether one can be sure of how a figure stands."""
    if not row.judged:
        return NOT_JUDGED
    if row.pupils < FEW:
        return TOO_FEW
    return "clear" if row.clear else "not clear"


def _in_chart(row) -> str:
    """The same beside a row of the chart."""
    if row.state in (TOO_FEW, NOT_JUDGED) or pd.isna(row.target_year):
        return "too few" if row.state == TOO_FEW else row.state
    return verdicts.in_chart(row.difference)


def _summary(rows: pd.DataFrame) -> str:
    """How many targets and figures are met, and how those beside England's stand."""
    own = rows["target_year"].isna()
    noun = "targets" if own.all() else "figures"
    return " ".join(
        filter(
            None, (_met(rows[rows["judged"]], noun=noun), _beside_england(rows[~own]))
        )
    )


def _beside_england(rows: pd.DataFrame) -> str:
    """How many of the figures stand higher or lower than England's from the same starts."""
    if rows.empty:
        return ""
    count = rows["state"].value_counts()
    states = [
        verdicts.short(one, pupils=FEW) for one in ("lower", "not clear", "higher")
    ]
    parts = [
        f"{one} in {count[one]}"
        for one in (*states, TOO_FEW, NOT_JUDGED)
        if one in count
    ]
    noun = "figure" if len(rows) == 1 else "figures"
    return f"Of the {len(rows)} {noun} beside England’s from the same starts: {', '.join(parts)}."


def _met(rows: pd.DataFrame, *, noun: str) -> str:
    if rows.empty:
        return ""
    # A handful of pupils meets or misses a figure by one of them: nothing is clear of it.
    enough = rows[rows["pupils"] >= FEW]
    met, sure = int(rows["met"].sum()), int((enough["met"] & enough["clear"]).sum())
    told = (
        f"Met: {met} of {len(rows)} {noun if len(rows) > 1 else noun.removesuffix('s')}"
    )
    if met:
        told += (
            f", {sure or 'none'} of them clearly"
            if met > 1
            else f", {'' if sure else 'not '}clearly"
        )
    told += "."
    if few := len(rows) - len(enough):
        told += f" {few} of the {len(rows)} {'is' if few == 1 else 'are'} of fewer than {FEW} pupils, too few to judge by."
    missed = enough[~enough["met"]]
    if names := [_named(row) for row in missed[missed["clear"]].itertuples()]:
        told += f" Clearly not met: {'; '.join(names)}."
    nearest = missed[missed["more"] > 0].sort_values("more").head(1)
    for row in nearest.itertuples():
        told += f" The nearest of the others is {_named(row)}: {sentences.more_pupils(int(row.more))}."
    return told


def _named(row) -> str:
    """A criterion in a sentence, with its subject."""
    title = row.title[:1].lower() + row.title[1:]
    return f"{row.subject}, {title}" if row.subject else title


def _attendance_note(academic_year: int) -> str:
    """What attendance was in England for the groups that have SEN, in the year nearest to the school's, so that the target is seen for
    what it is.

    >>> print(_attendance_note(2005))
    England’s own averages, of another year, 2018/19: SEN support 93.5 %, education, health and care plan 91.3 % (all kinds of school
    together; in secondary schools more absence).
    """
    held = national.attendance()
    held = held[held["group"] != "no SEN"]
    # A year is told by when it begins, as in 'autumn 2023/24'; the school's by when it ends.
    apart = (
        held["year"].str.extract(r"(\d{4})/")[0].astype("int64") + 1 - academic_year
    ).abs()
    held = held[apart == apart.min()]
    named = {"K": "SEN support", "E": "education, health and care plan"}
    parts = [
        f"{named.get(r.group, r.group)} {r.attendance:.1f} %" for r in held.itertuples()
    ]
    year = f"{'of another year, ' if apart.min() else ''}{held['year'].iloc[0]}"
    return (
        f"England’s own averages, {year}: {', '.join(parts)} ({national.ALL_SCHOOLS})."
    )
