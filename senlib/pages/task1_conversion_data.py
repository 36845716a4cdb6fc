"""Task 1: conversion. Where pupils with SEN got to from where they started, beside their peers, England and the LEA."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from math import inf

import ipywidgets as widgets
import pandas as pd

from senlib import charts, national
from senlib.frameworks import Stage
from senlib.measures.comparison import ALL_BANDS, NO_START, of_known_starts
from senlib.measures.conversion import (
    DENOMINATORS,
    conversion,
    left_early,
    matrix,
    outcome_columns,
    subjects,
)
from senlib.measures.expected import expected_outcomes
from senlib.measures.gaps import (
    Gap,
    comparable,
    independent,
    taking_starts_into_account,
)
from senlib.measures.groups import (
    GROUPINGS,
    NOT_KNOWN,
    group_name,
    has_sen,
    much_unknown,
)
from senlib.measures.proportion import FEW, rounded
from senlib.measures.tracking import people_in_cell
from senlib.pages.kit import (
    empty_states,
    header,
    layout,
    pupil_names,
    sentences,
    verdicts,
)
from senlib.pages.kit.dfe_file import NewestFile
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.live import Live
from senlib.widgets import Listing, Matrix
from senlib.workbook.store import StoreError
from senlib.workspace import (
    FIGURES,
    TYPED_SOURCES,
    Workspace,
    open_workspace,
    source_words,
)

SHOWN = {
    "name": "Group",
    "pupils": "Pupils",
    "without_result": "Of them without a result",
    "reached": "Reached it",
    "percent": "Percent",
    "low": "Likely from",
    "high": "Likely to",
    "expected_percent": "England, same starts",
    "expected_year": "Of summer",
    "national": "England, any start",
    "national_year": "Of the summer",
    "lea": "LEA’s other schools",
    "verdict": "Beside England",
}

BESIDE_PEERS = {
    "name": "Start",
    "sen_n": "Pupils with SEN",
    "sen": "Percent",
    "sen_low": "Likely from",
    "sen_high": "Likely to",
    "peers_n": "Pupils without SEN",
    "peers": "Percent, without",
    "peers_low": "Likely from, without",
    "peers_high": "Likely to, without",
}

GAPS = {
    "name": "Gap",
    "points": "Lower with SEN by",
    "low": "Likely from",
    "high": "Likely to",
}


class ConversionPage:
    """The page of Task 1: its controls, and the pieces that hang on them. A test drives it without a browser.

    `query` may say which cell of the matrix to open: stage, subject, cohort, group, entry and outcome.
    """

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        self.workspace, self.query = workspace, dict(query or {})
        self.ask = PageSheets(workspace, "task1_conversion_data")
        self.school = workspace.school
        self.figures_held = workspace.figures()
        framework = self.school.framework
        # A key stage without results could be chosen for nothing; where none has any, the page says so.
        held = set(self.school.results["stage"].unique())
        stages = [
            one for one in framework.stages if one.name in held
        ] or framework.stages
        self.stage = layout.choice(
            "Key stage", [(one.title, one.name) for one in stages]
        )
        held = [(name, name) for name in subjects(self.school)]
        self.subject = layout.choice("Subject", held or [("none held", None)])
        self.cohort = layout.choice("Summer of the results", self._summers())
        self.entry = layout.choice(
            "Where they started", self._entries(), self._first_entry()
        )
        self.reach = layout.choice(
            "Where they got to", self._reaches(), self._stage.converted_at[0]
        )
        self.by = layout.choice(
            "Groups to compare",
            [(words, column) for column, words in self._groupings().items()],
        )
        self.denominator = layout.choice("Percentages are of", layout.DENOMINATORS)
        self.stage.observe(lambda _: self._stage_changed(), "value")
        self._open_at_query()
        self.live = Live(
            self.subject, self.cohort, self.entry, self.reach, self.by, self.denominator
        )

    # -- what the page is made of, in its order --

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    def controls(self) -> widgets.Box:
        """What to look at."""
        return layout.controls(
            self.stage,
            self.subject,
            self.cohort,
            self.entry,
            self.reach,
            self.by,
            self.denominator,
        )

    def answer(self) -> widgets.HTML:
        """The question, its answer in a sentence, and the groups' rates beside England and the LEA."""
        return self.live.piece(self._answer)

    def peers(self) -> widgets.HTML:
        """Pupils with SEN beside pupils without, from each start."""
        return self.live.piece(self._peers)

    def years(self) -> widgets.HTML:
        """The same for each summer that is held."""
        return self.live.piece(self._years)

    def matrix(self) -> widgets.VBox:
        """From each start to each outcome; a pressed cell lists who is in it."""
        self.group = layout.choice(
            "Whose results", self._group_options(), self.query.get("group", "SEN")
        )
        self.cells = Matrix(row_heading="Entered at", column_heading="Reached")
        self.codes = layout.html("")
        self.who = Listing(
            columns=_WHO, caption="Who is in the cell", empty="Nobody is listed yet."
        )
        self.key = layout.html("")
        self.cells.observe(lambda _: self._show_who(), "selected")
        self.group.observe(lambda _: self._show_matrix(), "value")
        self.live.also(self._show_matrix)
        self._press_cell(
            row=self.query.get("entry", ""), column=self.query.get("outcome", "")
        )
        return widgets.VBox(
            [
                layout.controls(self.group),
                self.cells,
                self.codes,
                layout.html(layout.how_to_read("matrix", "expected_gain")),
                self.who,
                self.key,
            ]
        )

    def figures(self) -> widgets.VBox:
        """What is held of England's figures for this question, and a place to type in what the LEA's pack says."""
        self.typed = widgets.Text(description="Percent")
        self.typed_year = widgets.BoundedIntText(
            description="Summer",
            min=1996,
            max=2100,
            value=self._cohorts[0] or self.school.academic_year,
        )
        self.typed_group = layout.choice(
            "For",
            [
                ("all pupils", "all"),
                ("pupils with SEN", "SEN"),
                ("pupils without SEN", "no SEN"),
            ],
            "SEN",
        )
        # Whose figure it is has to be said: another's would pass for England's.
        self.typed_whose = layout.choice(
            "Whose figure is it?",
            [
                ("Choose", ""),
                *((f"{name[:1].upper()}{name[1:]}’s", name) for name in TYPED_SOURCES),
            ],
            "",
        )
        self.keep = widgets.Button(
            description="Keep this figure", button_style="primary"
        )
        self.take_back = widgets.Button(description="Take it back")
        self.kept = layout.html("")
        self.keep.on_click(lambda _: self._keep_typed())
        self.take_back.on_click(lambda _: self._keep_figure(""))
        self.cohort.observe(lambda _: self._follow_summer(), "value")
        held = self.live.piece(self._held)
        boxes = layout.controls(
            self.typed_whose,
            self.typed_group,
            self.typed,
            self.typed_year,
            self.keep,
            self.take_back,
        )
        self.newest_file = NewestFile(self.workspace, changed=self._figures_changed)
        return widgets.VBox([held, boxes, self.kept, self.newest_file.box])

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        return layout.html(
            layout.what_next(
                [
                    (
                        "Task 3: hold these figures against the targets for pupils with SEN",
                        layout.address("task3_ensuring_progress"),
                    ),
                    (
                        "Task 4: see who is on the way now, and plan for them by name",
                        layout.address("task4_level3_to_5"),
                    ),
                ]
            )
        )

    # -- what is chosen --

    @property
    def _stage(self) -> Stage:
        return self.school.framework.stage(self.stage.value)

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
            figures=self.figures_held,
            together=() if each_summer else self._together,
        )

    @property
    def _cohorts(self) -> tuple[int | None, ...]:
        """The summers that are chosen, the latest first."""
        return layout.chosen_summers(self.cohort.value)

    @property
    def _together(self) -> tuple[int, ...]:
        """The summers that are counted as one; none where one is chosen."""
        return self._cohorts if len(self._cohorts) > 1 else ()

    def _here(self, table: pd.DataFrame, *, any_entry: bool = False) -> pd.DataFrame:
        table = table[table["cohort"].fillna(0) == (self._cohorts[0] or 0)]
        return table if any_entry else table[table["entry"] == self.entry.value]

    def _cells(self) -> pd.DataFrame:
        table = matrix(
            self.school,
            stage=self.stage.value,
            subject=self.subject.value,
            together=self._together,
        )
        return table[table["cohort"].fillna(0) == (self._cohorts[0] or 0)]

    # -- the pieces --

    def _answer(self) -> str:
        rows = of_known_starts(self._here(self.rows()))
        # Where there is one code for no SEN, its pupils are those without SEN: one row says it.
        if self.by.value == "sen_provision":
            rows = rows[rows["group"].map(self.school.framework.sen_groups) != "no SEN"]
        start = sentences.arrived(self.entry.value, stage=self._stage)
        subject = f" in {self.subject.value}" if self.subject.value else ""
        question = layout.heading(
            f"Do our pupils with SEN {start + ' ' if start else ''}get to "
            f"{sentences.reached(self.reach.value, stage=self._stage)}{subject}?"
        )
        if rows.empty:
            return question + layout.answer(self._nothing())
        # The answer is about pupils with SEN, whatever the groups below.
        by_sen = of_known_starts(self._here(self.rows(by="sen_provision")))
        sen = by_sen[by_sen["group"] == "SEN"]
        asked = (sen if len(sen) else rows).iloc[0]
        if self._together:
            asked = pd.concat(
                [asked, pd.Series({"summers": layout.years(self._cohorts)})]
            )
        said = sentences.conversion_answer(
            asked, framework=self.school.framework, stage=self._stage
        )
        if len(sen):
            told, unknown = layout.answer(said), self._without_code(by_sen)
        else:
            told, unknown = layout.answer(self._nobody(by_sen)), f"All pupils: {said}"
        return (
            question
            + told
            + self._few(rows)
            + (layout.note(unknown) if unknown else "")
            + self._groups(rows)
            + self._numbers(rows)
            + self._counting(rows)
            + layout.how_to_read(
                "rate",
                "england_with_your_starts",
                "england_same_band",
                "lea_schools",
                "few_pupils",
            )
        )

    def _groups(self, rows: pd.DataFrame) -> str:
        """The groups' rates as a picture."""
        labels = [
            f"{self._group(r.group)}, {r.reached} of {r.pupils}"
            for r in rows.itertuples()
        ]
        by_provision = self.by.value == "sen_provision"
        sen = rows["group"].eq("SEN") | has_sen(
            rows["group"], framework=self.school.framework
        )
        strong = list(sen | (not by_provision))
        return layout.picture(
            partial(
                charts.rates,
                _drawn(rows),
                labels=labels,
                strong=strong,
                axis=self._axis(),
            ),
            says=_says(labels, rows),
            key=_key(_drawn(rows), shapes=by_provision),
        )

    def _axis(self) -> str:
        return f"reached {sentences.reached(self.reach.value, stage=self._stage)}"

    def _numbers(self, rows: pd.DataFrame) -> str:
        names = [self._group(group) for group in rows["group"]]
        start = sentences.start_label(self.entry.value, stage=self._stage)
        caption = f"{self.subject.value}, {_summer(*self._cohorts)}, {start}"
        return layout.numbers(_in_numbers(rows, names), caption=caption, columns=SHOWN)

    def _counting(self, rows: pd.DataFrame) -> str:
        everyone, stage = rows.iloc[0], self._stage
        parts = [f"Counted: {DENOMINATORS[self.denominator.value]}."]
        if everyone.without_result:
            parts.append(
                f"Of all pupils here, without a result (absent, disapplied, or none recorded): {everyone.without_result:,}."
            )
        if others := int(everyone.other_qualification):
            parts.append(
                f"Of these {others:,} {'has' if others == 1 else 'have'} another qualification in the subject, such as an entry "
                "level certificate, and no GCSE in it."
            )
        early = sum(
            left_early(self.school, stage=stage.name, cohort=cohort)
            for cohort in self._cohorts
        )
        if early:
            parts.append(
                f"{early:,} who left before the end of Year {stage.ends_in_year} {'is' if early == 1 else 'are'} not counted."
            )
        if alone := int(everyone.one_paper):
            parts.append(
                f"For {sentences.pupils(alone)} the start is the score of reading or mathematics alone: there is none in the other."
            )
        if half := int(everyone.below_in_one):
            parts.append(
                f"{_first_upper(sentences.pupils(half))} {'was' if half == 1 else 'were'} below the test in one paper, with a score "
                "in the other: the start counts as not known."
            )
        if everyone.by_teacher:
            parts.append(
                f"For {sentences.pupils(int(everyone.by_teacher))} a teacher’s assessment stands in, "
                "where the test gave a code or there is no test."
            )
        if self._together and not self.school.lea.empty:
            parts.append(
                "The LEA’s figures are of single summers: choose one to see them."
            )
        if rows["expected_percent"].notna().any():
            parts.append(
                "England’s figures are of pupils who were entered for the subject: if some of yours were not, that makes your "
                "figure lower."
            )
        return layout.note(" ".join(parts))

    def _without_code(self, by_sen: pd.DataFrame) -> str:
        """That many pupils here have no SEN code; '' where few have none."""
        counts = by_sen.set_index("group")["pupils"]
        unknown, of = int(counts.get(NOT_KNOWN, 0)), int(counts.get("all", 0))
        return (
            sentences.no_sen_code(unknown, of=of)
            if much_unknown(unknown, of=of)
            else ""
        )

    @property
    def _none_held(self) -> bool:
        """Whether no year has finished the key stage with results."""
        return matrix(self.school, stage=self.stage.value).empty

    @property
    def _any_start(self) -> bool:
        """Whether the start of anybody counted is known."""
        return (
            matrix(self.school, stage=self.stage.value)["entry"]
            .isin(self._stage.bands)
            .any()
        )

    def _nothing(self) -> str:
        """Why nobody is counted for what is chosen."""
        if self._none_held:
            return empty_states.no_results(self._stage)
        if self.entry.value in self._stage.bands and not self._any_start:
            return empty_states.no_starts(self._stage)
        return (
            "No pupils with a start and a result like that are counted, so there is nothing to tell. "
            "Choose another subject, summer or start."
        )

    def _nobody(self, by_sen: pd.DataFrame) -> str:
        """Why there are no pupils with SEN among those counted, or nobody to compare them with."""
        counts = by_sen[by_sen["pupils"] > 0].set_index("group")["pupils"]
        of, unknown = int(counts.get("all", 0)), int(counts.get(NOT_KNOWN, 0))
        if not of:
            return self._nothing()
        whom = "who is counted here"
        if "SEN" in counts:
            return empty_states.nobody_without_sen(of, unknown=unknown, whom=whom)
        elsewhere = has_sen(
            self.school.pupils["sen_provision"], framework=self.school.framework
        )
        if elsewhere.any() and not unknown:
            return f"Nobody {whom} has SEN. Choose another start, subject or summer."
        return empty_states.nobody_with_sen(of, unknown=unknown, whom=whom)

    def _few(self, rows: pd.DataFrame) -> str:
        small = [
            group_name(r.group, framework=self.school.framework, by=self.by.value)
            for r in rows.itertuples()
            if 0 < r.pupils < FEW
        ]
        if not small:
            return ""
        return layout.note(
            f"Fewer than {FEW} pupils: {', '.join(small)}. A percentage of so few moves a long way with one pupil."
        )

    def _peers(self) -> str:
        table = self._here(self.rows(by="sen_provision"), any_entry=True)
        title = layout.heading(
            "How does that compare with peers who started in the same place?"
        )
        starts = self._starts(table)
        if starts.empty:
            return title + layout.answer(
                self._nobody(table[table["entry"] == ALL_BANDS])
            )
        strata = self._strata()
        found = taking_starts_into_account(strata)
        told = []
        if self.entry.value not in (ALL_BANDS, NO_START):
            told.append(self._from_one_start(table, starts))
        if self.entry.value == NO_START:
            told.append(
                "Of pupils whose start is not known, we cannot say who started alike."
            )
        if found:
            told.append(
                sentences.alike_answer(
                    found,
                    comparable(strata),
                    subject=self.subject.value,
                    reach=self.reach.value,
                    stage=self._stage,
                )
            )
        else:
            told = self._not_alike(table)
        if ALL_BANDS in starts.index:
            # Of the same pupils as the question above: those whose start is known, where there are any.
            narrowed = of_known_starts(table)
            sides = (_row(narrowed, ALL_BANDS, group) for group in ("SEN", "no SEN"))
            told.append(sentences.peers_answer(*sides, stage=self._stage))
        first, *others = told
        return (
            title
            + layout.answer(first)
            + "".join(map(layout.note, others))
            + self._gaps(found, table, starts)
            + layout.how_to_read("gap_with_starts", "gap_crude")
        )

    def _strata(self) -> pd.DataFrame:
        """The counts of pupils with SEN and without from each start, in each summer that is chosen."""
        table = self.rows(by="sen_provision", each_summer=True)
        table = table[
            table["cohort"].fillna(0).isin([cohort or 0 for cohort in self._cohorts])
        ]
        table = table[table["entry"].isin(self._stage.bands)]
        keys = ["cohort", "entry"]
        sen, peers = (
            table[table["group"] == group].set_index(keys)[["reached", "pupils"]]
            for group in ("SEN", "no SEN")
        )
        return (
            sen.join(peers.add_prefix("peers_"), how="outer").fillna(0).astype("int64")
        )

    def _starts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Each start that has both pupils with and without SEN, by its band, with what BESIDE_PEERS names."""
        sides = []
        # All bands together are the pupils of whom the page speaks: those whose start is known.
        narrowed = of_known_starts(table)
        for side, group in (("sen", "SEN"), ("peers", "no SEN")):
            columns = {
                "pupils": f"{side}_n",
                "percent": side,
                "low": f"{side}_low",
                "high": f"{side}_high",
            }
            rows = narrowed[(narrowed["group"] == group) & (narrowed["pupils"] > 0)]
            rows = rows.set_index("entry")
            sides.append(rows[list(columns)].rename(columns=columns))
        both = sides[0].join(sides[1], how="inner")
        # Those whose start is not known did not start in the same place.
        wanted = (*self._stage.bands, ALL_BANDS)
        both = both.loc[[band for band in wanted if band in both.index]]
        return both.assign(
            name=[
                "All bands" if band == ALL_BANDS else f"From {band}"
                for band in both.index
            ]
        )

    def _from_one_start(self, table: pd.DataFrame, starts: pd.DataFrame) -> str:
        """How pupils with SEN did beside others with the start that is chosen."""
        band = self.entry.value
        if band not in starts.index:
            return "From the start you chose there are not both pupils with SEN and pupils without."
        sides = (_row(table, band, group) for group in ("SEN", "no SEN"))
        return sentences.peers_answer(*sides, stage=self._stage)

    def _not_alike(self, table: pd.DataFrame) -> list[str]:
        """Why like cannot be compared with like, and the reason where tests that were not held are it."""
        if (table["entry"].isin(self._stage.bands) & (table["pupils"] > 0)).any():
            return ["From no start are there both pupils with SEN and pupils without."]
        rows = table[table["entry"] == NO_START]
        why = (
            sentences.why_no_start(rows.iloc[0], stage=self._stage) if len(rows) else ""
        )
        first = "We do not know where these pupils started, so we cannot compare like with like."
        return [first, why] if why else [first]

    def _gaps(
        self, found: Gap | None, table: pd.DataFrame, starts: pd.DataFrame
    ) -> str:
        """The gap where they started alike, and the one wherever they started, as a picture; and the two sides from each start."""
        by_start = layout.plain_table(
            starts, caption="Pupils with SEN beside their peers", columns=BESIDE_PEERS
        )
        if not found:
            return layout.folded("The numbers", by_start)
        narrowed = of_known_starts(table)
        sides = [_row(narrowed, ALL_BANDS, group) for group in ("no SEN", "SEN")]
        gaps = pd.DataFrame([found, independent(*sides)]).assign(
            name=["Among those who started alike", "Wherever they started"]
        )
        picture = layout.picture(
            partial(
                charts.gaps,
                gaps,
                labels=list(gaps["name"]),
                axis="gap in percentage points",
            ),
            says=". ".join(
                f"{row.name}: {rounded(abs(row.points))} points {'lower' if row.points >= 0 else 'higher'} with SEN"
                for row in gaps.itertuples(index=False)
            ),
            key="Dot: the gap in percentage points. Line: where the true gap is likely to lie. To the right of ‘no gap’: pupils with "
            "SEN reached it less often than those without.",
        )
        numbers = layout.plain_table(
            gaps, caption="The gaps in percentage points", columns=GAPS
        )
        return picture + layout.folded("The numbers", numbers + by_start)

    def _years(self) -> str:
        table = self.rows(by="sen_provision", each_summer=True)
        table = of_known_starts(table[table["entry"] == self.entry.value])
        rows = table[table["group"].isin(["SEN", "no SEN"])].sort_values(
            ["cohort", "group"], ascending=[False, True]
        )
        title = layout.heading("How was it in other summers?")
        everyone = table[(table["group"] == "all") & (table["pupils"] > 0)]
        if everyone.empty:
            return title + layout.answer(self._nothing())
        if everyone["cohort"].nunique(dropna=False) < 2:
            return title + layout.answer(
                f"Only {_summer(everyone['cohort'].iloc[0])} is in your files. To compare, choose your files again on the front "
                "page, with another summer."
            )
        if not (rows["group"] == "SEN").any():
            counted = table.groupby("group", as_index=False)["pupils"].sum()
            return title + layout.answer(self._nobody(counted))
        labels = [
            f"{_first_upper(_summer(r.cohort))}, {'SEN' if r.group == 'SEN' else 'no SEN'}: {r.reached} of {r.pupils}"
            for r in rows.itertuples()
        ]
        sen = rows[
            (rows["group"] == "SEN") & (rows["pupils"] > 0) & rows["cohort"].notna()
        ]
        told = (
            sentences.trend_answer(sen.iloc[0], sen.iloc[1])
            if len(sen) > 1
            else "There are pupils with SEN in one summer only."
        )
        drawn = _drawn(rows)
        chart = layout.picture(
            partial(
                charts.rates,
                drawn,
                labels=labels,
                strong=list(rows["group"] == "SEN"),
                axis=self._axis(),
            ),
            says=_says(labels, rows),
            key=_key(drawn, shapes=True),
        )
        return (
            title
            + layout.answer(told)
            + layout.note(
                "One summer’s pupils are few. To see more of them at once, choose several summers together above."
            )
            + chart
            + layout.numbers(
                _in_numbers(rows, labels), caption="Summer by summer", columns=SHOWN
            )
            + layout.how_to_read("two_summers", "rate")
        )

    def _held(self) -> str:
        figures = (
            national.figures(self.school.framework.name)
            if self.figures_held is None
            else self.figures_held
        )
        band = self._stage.national_band(self.entry.value)
        same = figures[
            (figures["stage"] == self.stage.value)
            & (
                figures["subject"].isin(
                    [self.subject.value, national.subject(self.subject.value or "")]
                )
            )
            & (figures["entry"].isin([self.entry.value, band]))
            & (figures["reach"] == self.reach.value)
            # The same pupils as 'no SEN'.
            & (figures["group"] != "N")
        ]
        if same.empty:
            return layout.answer(
                "No national figure is held for this start and this outcome. If your LEA’s pack has one, "
                "type it in here, and every page will use it."
            )
        shown = same.assign(
            percent=[
                f"{'at most ' if k == 'at most' else ''}{p:.1f} %"
                for p, k in zip(same["percent"], same["kind"], strict=True)
            ],
            group=[
                group_name(g, framework=self.school.framework) for g in same["group"]
            ],
            pupils=same["pupils"].astype("Int64"),
            whose=same["whose"].map(lambda name: name[:1].upper() + name[1:]),
            source=[source_words(source) for source in same["source"]],
        ).sort_values(["year", "whose"], ascending=[False, True])
        columns = {
            "whose": "Whose",
            "group": "For",
            "year": "Summer",
            "percent": "Figure",
            "pupils": "Pupils",
            "source": "Source",
        }
        return layout.plain_table(
            shown.astype({"year": str}),
            caption="Figures for this question",
            columns=columns,
        ) + layout.how_to_read("england_same_band", "typed_figure")

    def _follow_summer(self) -> None:
        if self._cohorts[0] is not None:
            self.typed_year.value = self._cohorts[0]

    def _keep_typed(self) -> None:
        """Keep what was typed, if it is a percentage."""
        text = self.typed.value.strip().removesuffix("%").strip().replace(",", ".")
        if not self.typed_whose.value:
            self.kept.value = layout.trouble_line(
                "Choose whose figure it is: England’s, your LEA’s or similar schools’. Nothing was kept."
            )
            return
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text) and float(text) <= 100:
            self._keep_figure(text)
        else:
            self.kept.value = layout.trouble_line(
                "Type a percentage from 0 to 100, such as 31.5. Nothing was kept."
            )

    def _keep_figure(self, value: str) -> None:
        """Keep a figure for what is chosen; '' takes it back."""
        chosen = (
            self.stage,
            self.typed_year,
            self.subject,
            self.typed_group,
            self.entry,
            self.reach,
            self.typed_whose,
        )
        field = "|".join(str(control.value) for control in chosen)
        try:
            if not value and not self.workspace.store.latest(FIGURES).get(field):
                self.kept.value = layout.note(
                    "No figure of yours is kept for this, so there is nothing to take back."
                )
                return
            at = self.workspace.store.save(form=FIGURES, field=field, value=value).at
        except StoreError as error:
            self.kept.value = layout.not_saved(error)
            return
        unread = self._read_figures()
        # The pieces first: whoever reads 'Saved' finds the figure in them.
        self.live.refresh()
        told = f'<p class="sl-note" role="status">{"Saved" if value else "Taken back"} {layout.saved_at(at)}</p>'
        self.kept.value = told + unread

    def _figures_changed(self) -> None:
        """Show what an edition of England's figures changes that was added or taken away."""
        self.kept.value = self._read_figures()
        self.live.refresh()

    def _read_figures(self) -> str:
        """Read the figures anew; where that fails, those read before stay, and this says why."""
        try:
            self.figures_held = self.workspace.figures()
        except StoreError as error:
            return layout.trouble_line(f"The figures cannot be read anew. {error}")
        return ""

    # -- the matrix --

    def _show_matrix(self) -> None:
        table = self._cells()
        table = table[table["group"] == self.group.value]
        stage = self._stage
        rows = [
            band for band in (*stage.bands, NO_START) if band in set(table["entry"])
        ]
        columns = [o for o in outcome_columns(stage) if o in set(table["outcome"])]
        held = table.set_index(["entry", "outcome"])
        points = {o: stage.outcome_scale.points(o) for o in columns}
        expected = expected_outcomes(
            framework=self.school.framework,
            stage=stage,
            cohort=self._cohorts[0],
            figures=self.figures_held,
        )
        gains = expected[
            expected["subject"] == national.subject(self.subject.value or "")
        ].set_index("entry")["expected"]
        lowest = {
            entry: stage.outcome_scale.lowest(gain) for entry, gain in gains.items()
        }
        cells = [
            [
                _cell(held, row, column, points[column] >= lowest.get(row, inf))
                for column in columns
            ]
            for row in rows
        ]
        for line in cells:
            first = next((cell for cell in line if cell["expected"]), None)
            if first:
                first["edge"] = True
        totals = [int(table.loc[table["entry"] == row, "pupils"].sum()) for row in rows]
        whose = group_name(self.group.value, framework=self.school.framework)
        title = f"{self.subject.value}, {_summer(*self._cohorts)}, {whose}: from {stage.entry_stage} to {stage.name}"
        self.cells.show(
            title=empty_states.no_results(stage) if self._none_held else title,
            rows=rows,
            columns=columns,
            cells=cells,
            totals=totals,
        )
        gain = (
            f"Expected gain: {self.school.framework.expected_gain}." if lowest else ""
        )
        self.codes.value = "".join(
            layout.note(text) for text in (gain, _codes(stage, columns)) if text
        )
        self._show_who()

    def _show_who(self) -> None:
        chosen = self.cells.selected
        self.key.value = pupil_names.codes_key(self.school) if chosen else ""
        if not chosen:
            self.who.records = []
            return
        in_each = [
            people_in_cell(
                self.school,
                stage=self.stage.value,
                subject=self.subject.value,
                cohort=cohort,
                entry=chosen["row"],
                outcome=chosen["column"],
            )
            for cohort in self._cohorts
        ]
        found = pd.concat(in_each, ignore_index=True)
        groups = self.school.framework.sen_groups
        if self.group.value in ("SEN", "no SEN"):
            found = found[found["sen_provision"].map(groups) == self.group.value]
        elif self.group.value != "all":
            found = found[found["sen_provision"] == self.group.value]
        cell = f"entered at {chosen['row']} and reached {chosen['column']} in {self.subject.value}"
        self.who.caption = f"{sentences.pupils(len(found))} who {cell}"
        needs = pupil_names.needs_listed(self.school)
        self.who.records = [
            {
                "id": p.pupil_id,
                "name": pupil_names.person_name(p),
                "form": p.form,
                "href": pupil_names.page_address(self.workspace, p.pupil_id),
                "year": "left" if pd.isna(p.year_group) else f"Year {p.year_group}",
                "sen": p.sen_provision,
                "needs": needs[p.pupil_id],
                "entry": p.entry_result,
                "outcome": p.outcome_result,
            }
            for p in found.itertuples()
        ]

    def _press_cell(self, *, row: str, column: str) -> None:
        """Open a cell, where it holds anyone."""
        places = {
            (label, heading)
            for label, line in zip(self.cells.rows, self.cells.cells, strict=True)
            for heading, cell in zip(self.cells.columns, line, strict=True)
            if cell["count"]
        }
        if (row, column) in places:
            self.cells.selected = {"row": row, "column": column}

    def _open_at_query(self) -> None:
        """Choose what the page was asked for, as far as there is such a thing."""
        wanted = {
            self.stage: "stage",
            self.subject: "subject",
            self.cohort: "cohort",
            self.entry: "entry",
        }
        for control, name in wanted.items():
            for _, value in control.options:
                if name in self.query and str(value or 0) == self.query[name]:
                    control.value = value

    # -- options --

    def _stage_changed(self) -> None:
        """Another key stage has other cohorts, bands and outcomes."""
        with self.live.held() if hasattr(self, "live") else nullcontext():
            self.cohort.options = self._summers()
            self.entry.options, self.entry.value = self._entries(), self._first_entry()
            self.reach.options, self.reach.value = (
                self._reaches(),
                self._stage.converted_at[0],
            )

    def _summers(self) -> list[tuple[str, int | tuple[int, ...] | None]]:
        """The summers that are held, and the last two and three of them together."""
        table = matrix(self.school, stage=self.stage.value)
        cohorts = sorted(table["cohort"].dropna().unique(), reverse=True)
        if table.empty:
            return [("none held", None)]
        unknown = [("year not known", None)] if table["cohort"].isna().any() else []
        return layout.summers(cohorts) + unknown

    def _entries(self) -> list[tuple[str, str]]:
        return [
            (sentences.start_label(entry, stage=self._stage), entry)
            for entry in (*self._stage.bands, NO_START, ALL_BANDS)
        ]

    def _first_entry(self) -> str:
        tracked = self.school.framework.tracking
        if self._stage.averaged:
            return ALL_BANDS  # many narrow bands: each alone has too few pupils to begin with
        return (
            tracked.entry
            if tracked.stage == self.stage.value
            else self._stage.converted_from[0]
        )

    def _reaches(self) -> list[tuple[str, str]]:
        steps = [
            step
            for step in self._stage.outcome_scale.steps()
            if self._stage.outcome_scale.lowest(step) > 0
        ]
        return [
            (_first_upper(sentences.reached(step, stage=self._stage)), step)
            for step in steps
        ]

    def _groupings(self) -> dict[str, str]:
        return {
            column: words
            for column, words in GROUPINGS.items()
            if (self.school.pupils[column] != "").any()
        }

    def _group_options(self) -> list[tuple[str, str]]:
        held = set(self.school.pupils["sen_provision"])
        codes = [code for code in self.school.framework.sen_names if code in held]
        groups = ["SEN", "no SEN", "all", *codes]
        return [
            (_first_upper(group_name(group, framework=self.school.framework)), group)
            for group in groups
        ]

    def _group(self, group: str) -> str:
        """A group in words, as the head of a row."""
        return _first_upper(
            group_name(group, framework=self.school.framework, by=self.by.value)
        )


def open_page() -> ConversionPage:
    """The page over the school that lies open."""
    return ConversionPage(open_workspace(), query=pupil_names.asked())


_WHO = [
    {"key": "name", "label": "Pupil", "kind": "text"},
    {"key": "form", "label": "Form", "kind": "text"},
    {"key": "year", "label": "Year group", "kind": "text"},
    {"key": "sen", "label": "SEN", "kind": "text"},
    {"key": "needs", "label": "Needs", "kind": "text"},
    {"key": "entry", "label": "Entry", "kind": "text"},
    {"key": "outcome", "label": "Outcome", "kind": "text"},
]


def _cell(held: pd.DataFrame, row: str, column: str, expected: bool) -> dict:
    count, share = (0, None)
    if (row, column) in held.index:
        count, share = (
            int(held.at[(row, column), "pupils"]),
            float(held.at[(row, column), "share"]) / 100,
        )
    return {"count": count, "share": share, "expected": expected, "edge": False}


def _codes(stage: Stage, columns: list[str]) -> str:
    """What the codes among the columns mean."""
    known = {
        code.name: code.meaning
        for code in stage.outcome_scale.codes
        if stage.outcome_scale.is_code(code.name)
    }
    known |= (
        {"W": "working towards level 1"}
        if stage.outcome_scale.name == "levels"
        else {"U": "ungraded"}
    )
    told = [f"{column} {known[column]}" for column in columns if column in known]
    return f"{'; '.join(told)}." if told else ""


def _row(table: pd.DataFrame, entry: str, group: str) -> pd.Series:
    return table[(table["entry"] == entry) & (table["group"] == group)].iloc[0]


def _says(labels: list[str], rows: pd.DataFrame) -> str:
    """What a picture of rates says, for those who do not see it."""
    return ". ".join(
        f"{label}: {layout.percent_range(r.percent, r.low, r.high)}"
        for label, r in zip(labels, rows.itertuples(), strict=True)
        if r.pupils
    )


def _key(rows: pd.DataFrame, *, shapes: bool) -> str:
    """What the marks of a picture of rates mean; `shapes` where they tell pupils with SEN from others."""
    others = (
        "all pupils, and those without SEN"
        if (rows["group"] == "all").any()
        else "pupils without"
    )
    parts = [
        f"Round: pupils with SEN. Diamond: {others}."
        if shapes
        else "Dot: what was measured."
    ]
    parts.append(layout.LIKELY)
    if rows["national"].notna().any():
        alike = rows["expected_percent"].notna().any()
        parts.append(
            "Stroke above: the same group in England, from the same starts."
            if alike
            else "Stroke above: England, wherever pupils started."
        )
    if rows["lea"].notna().any():
        parts.append("Stroke below: the LEA’s other schools.")
    return " ".join(parts)


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the figure of England that a stroke stands for: of their own summer, and from the same starts if there is one."""
    own = rows["difference"] != ""
    figure = rows["expected_percent"].fillna(rows["national"])
    return rows.assign(national=figure.where(own))


def _in_numbers(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The rows as a table of numbers has them."""
    return rows.assign(
        name=list(names),
        verdict=[
            verdicts.short(row.difference, pupils=row.pupils) or "not judged"
            for row in rows.itertuples()
        ],
    )


def _summer(*cohorts: object) -> str:
    """The summers in words.

    >>> _summer(2024), _summer(2024, 2023), _summer(None)
    ('summer 2024', 'summers 2023 and 2024 together', 'year not known')
    """
    if len(cohorts) > 1:
        return f"summers {layout.years(cohorts)} together"
    [cohort] = cohorts
    return "year not known" if cohort is None or pd.isna(cohort) else f"summer {cohort}"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
