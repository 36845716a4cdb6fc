"""Task 4: who could get there. The pupils who started in one place, where they are now, and a plan line for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

import ipywidgets as widgets
import pandas as pd

from senlib.exports import word
from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.exports.excel import ExcelSheet, workbook
from senlib.frameworks import NO_RESULT, Stage
from senlib.measures.groups import has_sen
from senlib.measures.others import share
from senlib.measures.tracking import (
    NO_DATE,
    NO_NOW,
    NO_POINTS,
    NO_START,
    on_course_rates,
    track,
)
from senlib.pages.kit import (
    empty_states,
    header,
    layout,
    others_of_100,
    provision_maps,
    pupil_names,
    sentences,
    talk_sheet,
)
from senlib.pages.kit.downloads import Downloads, NothingChosen, forms
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.live import Live
from senlib.pages.kit.rates import rates_picture
from senlib.pages.kit.shared_answers import SharedAnswers
from senlib.widgets import Listing
from senlib.workbook.plan import PLAN_LINES
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace, open_workspace

# Why it cannot be said of so many pupils whether they are on course; of those without a date the page says it apart.
_UNSAID = {
    NO_NOW: "of {} no current result is held",
    NO_START: "of {} the start is not known",
    NO_POINTS: "of {} the entry or the result now is W, a P level or a code, and has no points",
}

UNJUDGED = "Of none of them can it be said whether they are stuck."

# What the page lists; the sheet to take away has more.
LISTED = {
    "name": "Pupil",
    "year_group": "Year",
    "set": "Set",
    "sen_and_needs": "SEN, needs",
    "entry": "Entry",
    "now": "Now",
    "gain": "Gain",
    "standing": "Standing",
    "england": "In England",
    "headings": "Provision",
    "plan": "Plan",
}

IN_THE_SHEET = {
    "name": "Pupil",
    "year_group": "Year",
    "form": "Form",
    "set": "Set",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry": "Entry",
    "now": "Now",
    "now_date": "Now, on",
    "gain": "Gain in levels",
    "standing": "Standing",
    "england": "In England, same start and group: reached the aim",
    "attendance": "Attendance %",
    "things": "Provision",
    "plan": "Plan",
}

# In Word, what fits across a page; and how its width is shared.
IN_WORD = {
    "name": "Pupil",
    "year_group": "Year",
    "sen_provision": "SEN",
    "needs": "Needs",
    "entry": "Entry",
    "now": "Now",
    "standing": "Standing",
    "england": "In England",
    "things": "Provision",
    "plan": "Plan",
}
WEIGHTS = dict(
    zip(IN_WORD, (2.2, 0.6, 0.6, 0.9, 0.7, 0.6, 1.1, 0.9, 2.8, 2.8), strict=True)
)

# A few words under a heading.
HELP = {"england": "reached the aim"}

# And a sentence below the list.
NOTES = {
    "gain": "Gain: levels from entry to now.",
    "england": "In England: how many pupils with the same start and of the same group (with SEN or without) reached the chosen aim.",
}

# What is no plain text in the list.
KINDS = {"year_group": "number", "gain": "number", "sen_and_needs": "code"}

ON_COURSE = {
    "name": "Year group",
    "pupils": "Pupils",
    "reached": "On course",
    "percent": "Percent",
    "low": "Likely from",
    "high": "Likely to",
}


class TrackingPage:
    """The page of Task 4. A test drives it without a browser."""

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        query = dict(query or {})
        self.workspace = workspace
        self.school = workspace.school
        self.ask = PageSheets(workspace, "task4_level3_to_5")
        self.plan = self.school.framework.tracking
        stage = self._stage
        self.subject = layout.choice(
            "Subject", [(name, name) for name in self._subjects()], query.get("subject")
        )
        starts = [
            (sentences.start_label(band, stage=stage), band)
            for band in (*stage.bands, "none")
        ]
        self.entry = layout.choice(
            "Where they started", starts, query.get("entry", self.plan.entry)
        )
        steps = [
            step
            for step in stage.outcome_scale.steps()
            if stage.outcome_scale.lowest(step) > 0
        ]
        self.reach = layout.choice(
            "Where they could get to",
            [(sentences.reached(s, stage=stage).capitalize(), s) for s in steps],
            self.plan.reach,
        )
        years = [
            (f"Years {self.plan.years[0]} to {self.plan.years[-1]}", self.plan.years)
        ]
        self.years = layout.choice(
            "Year groups",
            years + [(f"Year {year}", (year,)) for year in self.plan.years],
        )
        self.who = layout.choice(
            "Which pupils", [("Pupils with SEN", "SEN"), ("All pupils", "all")]
        )
        self.live = Live(self.subject, self.entry, self.reach, self.years, self.who)
        self.status, self.unread = layout.html(""), layout.html("")
        self.shown = SharedAnswers(workspace)
        self._plans: dict[str, str] = {}
        self._given = provision_maps.by_pupil({})

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    def controls(self) -> widgets.Box:
        """Whom to look at."""
        return layout.controls(
            self.subject, self.entry, self.reach, self.years, self.who
        )

    def answer(self) -> widgets.HTML:
        """The question, and how many are on course and how many are stuck."""
        return self.live.piece(self._answer)

    def pupils(self) -> widgets.VBox:
        """The list for the subject leader: sort it, search it, and write a plan line for each pupil."""
        self.listing = Listing(
            page_size=25,
            columns=self._columns(),
            caption="",
            empty="",
        )
        self.listing.observe(lambda change: self._keep_plan(change["new"]), "edit")
        self.live.also(self._show_pupils)
        held = self._of_framework(NOTES)
        notes = "".join(layout.note(NOTES[key]) for key in held)
        notes += layout.how_to_read("gain") if "gain" in held else ""
        key = layout.html(notes + pupil_names.codes_key(self.school))
        england = self.live.piece(self._in_england)
        return widgets.VBox(
            [england, self.listing, key, self.unread, self.status, self.shown.box]
        )

    def sheets(self) -> widgets.VBox:
        """The list above for its subject leader, in Excel or in Word, or every subject's; and the page's forms."""
        lists = [
            (
                "The list above, in Excel",
                lambda _: self._in_excel(
                    [self.subject.value], named=self.subject.value
                ),
            ),
            ("The list above, in Word", lambda _: self._in_word()),
            (
                "Every subject’s list, a sheet each, in Excel",
                lambda _: self._in_excel(self._subjects(), named="all subjects"),
            ),
            (
                "For a talk with the subject leader, in Word",
                lambda _: self._for_a_talk(),
            ),
        ]
        self.files = Downloads(
            self.workspace, [*lists, *forms(self.workspace, self.ask.sheet)]
        )
        self.live.also(self.files.clear)
        return self.files.box

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            (
                "Task 3: hold the school’s figures against the targets",
                layout.address("task3_ensuring_progress"),
            ),
            (
                "Task 5: see what help each of them gets, and whether it moves them",
                layout.address("task5_interventions"),
            ),
        ]
        return layout.html(layout.what_next(lines))

    def rows(self, *, subject: str | None = None) -> pd.DataFrame:
        """The pupils chosen, with names in one column and the plan line last written for each."""
        table = self._tracked(subject or self.subject.value)
        if self.who.value == "SEN":
            table = table[
                has_sen(table["sen_provision"], framework=self.school.framework)
            ]
        table = table[table["year_group"].isin(self.years.value)]
        plans, given = (
            self._read_plans(),
            self._given.reindex(table["pupil_id"]).fillna(""),
        )
        return table.assign(
            name=[pupil_names.person_name(row) for row in table.itertuples()],
            needs=[self._needs[pupil] for pupil in table["pupil_id"]],
            sen_and_needs=[
                ", ".join(filter(None, (row.sen_provision, self._needs[row.pupil_id])))
                for row in table.itertuples()
            ],
            standing=[sentences.standing(row) for row in table.itertuples()],
            england=self._shares(table),
            plan=[
                plans.get(f"{row.subject}/{row.pupil_id}", "")
                for row in table.itertuples()
            ],
            headings=given["headings"].replace("", "none").to_numpy(),
            things=given["things"].to_numpy(),
        ).reset_index(drop=True)

    def _others(self, rows: pd.DataFrame, *, subject: str) -> dict[str, pd.DataFrame]:
        """What pupils in England who started there went on to, by each group that somebody on the list is of."""
        of = self.school.framework
        groups = dict.fromkeys(
            others_of_100.group_of(code, framework=of) for code in rows["sen_provision"]
        )
        return {
            group: others_of_100.of_group(
                self.workspace,
                subject=subject,
                entry=self.entry.value,
                group=group,
                reach=self.reach.value,
            )
            for group in groups
        }

    def _shares(self, rows: pd.DataFrame) -> list[str]:
        """Beside each row, how many pupils in England with the same start and of the same group reached the aim."""
        if rows.empty:
            return []
        others = self._others(rows, subject=rows["subject"].iloc[0])
        told = {
            group: others_of_100.short(
                share(table, reach=self.reach.value, stage=self._stage)
            )
            for group, table in others.items()
        }
        return [
            told[others_of_100.group_of(code, framework=self.school.framework)]
            for code in rows["sen_provision"]
        ]

    def _in_england(self) -> str:
        """What pupils in England who started there went on to, of each group that is listed."""
        rows = self.rows()
        if rows.empty or not others_of_100.has_figures(self.school.framework):
            return ""
        return others_of_100.block(
            self._others(rows, subject=self.subject.value),
            subject=self.subject.value,
            entry=self.entry.value,
            reach=self.reach.value,
            stage=self._stage,
        ) + layout.how_to_read("others_like")

    def _read_plans(self) -> dict[str, str]:
        """The plan lines last written; where they cannot be read, those that were read before, and the page says why.

        What pupils are given is read with them.
        """
        try:
            self._plans = self.shown.read(PLAN_LINES)
            self._given = provision_maps.by_pupil(
                provision_maps.maps(self.workspace.store)
            )
            self.unread.value = ""
        except StoreError as error:
            self.unread.value = layout.trouble_line(
                f"The plan lines cannot be read anew. {error}"
            )
        return self._plans

    @cached_property
    def _needs(self) -> dict[str, str]:
        return pupil_names.needs_listed(self.school)

    @cached_property
    def _stage(self) -> Stage:
        return self.school.framework.stage(self.plan.stage)

    def _tracked(self, subject: str) -> pd.DataFrame:
        return track(
            self.school, subject=subject, entry=self.entry.value, reach=self.reach.value
        )

    def _subjects(self) -> list[str]:
        results = self.school.results
        now = results[(results["stage"] == "now") & (results["result"] != NO_RESULT)]
        held = set(now["subject"].unique())
        return [
            name for name in self.school.framework.outcome_subjects() if name in held
        ] or self.school.framework.outcome_subjects()

    def _answer(self) -> str:
        stage, rows = self._stage, self.rows()
        start = sentences.arrived(self.entry.value, stage=stage)
        aim = sentences.reached(self.reach.value, stage=stage)
        title = layout.heading(
            f"Which of our pupils {start} in {self.subject.value} are on the way to {aim}?"
        )
        if rows.empty:
            return title + layout.answer(self._nobody(start))
        count = rows["on_course"].value_counts()
        well, behind = (int(count.get(state, 0)) for state in ("yes", "no"))
        why = rows["unjudged"].value_counts()
        blank, no_date = (int(why.get(one, 0)) for one in (NO_NOW, NO_DATE))
        asks = sentences.without_a_date(no_date)
        if blank == len(rows):
            return title + layout.answer(
                empty_states.no_now(self.subject.value, of=blank)
            )
        unsaid = "".join(
            f"; {told.format(f'{why[reason]:,}')}"
            for reason, told in _UNSAID.items()
            if reason in why
        )
        whom = f"{len(rows):,} {'pupil' if len(rows) == 1 else 'pupils'}{' with SEN' if self.who.value == 'SEN' else ''}"
        if not well + behind:
            whose = "who" if len(rows) > 1 else "whether this pupil"
            told = f"Of {whom} {start} in {self.subject.value} it cannot be said {whose} is on course"
            # Whether a pupil is stuck can be told where no line can be drawn.
            stuck = _stuck_words(rows["stuck"])
            reasons = f": {unsaid.removeprefix('; ')}" if unsaid else ""
            return title + layout.answer(
                " ".join(filter(None, (f"{told}{reasons}.", stuck, asks)))
            )
        told = (
            f"Of {whom} {start} in {self.subject.value}, {well} {'is' if well == 1 else 'are'} on course for {aim} "
            f"and {behind} behind{unsaid}."
        )
        told = " ".join(filter(None, (told, _stuck_words(rows["stuck"]), asks)))
        return (
            title
            + layout.answer(told)
            + self._not_listed()
            + self._chart()
            + layout.note(
                f"{self.plan.on_course} {self.plan.stuck} {sentences.STUCK_FIRST}"
            )
            + layout.how_to_read("on_course_and_stuck", "rate", "few_pupils")
        )

    def _nobody(self, start: str) -> str:
        """Why nobody is listed, and what to do about it."""
        years, stage = self.years.value, self._stage
        whom = layout.in_years(years)
        here = self.school.pupils[
            self.school.pupils["year_group"].isin(years)
            & (self.school.pupils["on_roll"] == "Y")
        ]
        if here.empty:
            return f"Nobody {whom} is on roll in the school’s files. Choose other year groups."
        why = empty_states.without_sen(here, framework=self.school.framework, whom=whom)
        if why and self.who.value == "SEN":
            return why
        entries = self.school.results[self.school.results["stage"] == stage.entry_stage]
        if not entries["pupil_id"].isin(here["pupil_id"]).any():
            return empty_states.no_entries(stage, of=len(here), whom=whom)
        who = "pupils with SEN" if self.who.value == "SEN" else "pupils"
        return (
            f"There are no {who} {whom} {start} in {self.subject.value}. "
            "Choose another start, subject or year."
        )

    def _not_listed(self) -> str:
        """That in some of the chosen year groups nobody has a start, so that nobody of them can be on the list."""
        pupils, entry = self.school.pupils, self._stage.entry_stage
        here = pupils[
            pupils["year_group"].isin(self.years.value) & (pupils["on_roll"] == "Y")
        ]
        rows = self.school.results[self.school.results["stage"] == entry]
        known = (
            here["pupil_id"].isin(rows["pupil_id"]).groupby(here["year_group"]).any()
        )
        years = tuple(int(year) for year in known.index[~known])
        if not years or self.entry.value == "none":
            return ""
        return layout.note(
            f"Nobody {layout.in_years(years)} has {entry} results, so none of them can be listed here. To see them, choose ‘Not known’ "
            "as the start."
        )

    def _chart(self) -> str:
        """On course by year group, with and without SEN, each with its interval."""
        table = self._tracked(self.subject.value)
        table = table[table["year_group"].isin(self.years.value)]
        rates = on_course_rates(table, framework=self.school.framework)
        if rates.empty:
            return ""
        labels = [
            f"Year {r.year_group}, {r.group}: {r.reached} of {r.pupils}"
            for r in rates.itertuples()
        ]
        chart = rates_picture(
            rates.assign(national=float("nan"), lea=float("nan")),
            labels=labels,
            strong=list(rates["group"] == "SEN"),
            axis="on course",
            key="Round: pupils with SEN. Diamond: pupils without.",
        )
        return chart + layout.numbers(
            rates.assign(name=labels),
            caption="On course, by year group",
            columns=ON_COURSE,
        )

    def _columns(self) -> list[dict]:
        """The columns of the list. Results sort by their order on the scale, not by their letters."""
        columns = [
            {"key": key, "label": label, "kind": KINDS.get(key, "text")}
            for key, label in self._of_framework(LISTED).items()
        ]
        scales = {"entry": self._stage.entry_scale, "now": self._stage.outcome_scale}
        for column in columns:
            if scale := scales.get(column["key"]):
                column |= {"kind": "choice", "choices": scale.in_order()}
            if column["key"] == "england":
                column |= {"kind": "choice", "choices": others_of_100.in_order()}
            if help := HELP.get(column["key"]):
                column |= {"help": help}
        columns[-1] |= {"editable": True}
        return columns

    def _of_framework(self, columns: Mapping[str, str]) -> dict[str, str]:
        """Those of the columns that this framework has: a gain is counted in levels, England's figures by start are of grades."""
        has = {
            "gain": self.plan.method == "line",
            "england": others_of_100.has_figures(self.school.framework),
        }
        return {key: label for key, label in columns.items() if has.get(key, True)}

    def _show_pupils(self) -> None:
        rows = self.rows()
        listed = self._of_framework(LISTED)
        start = sentences.start_label(self.entry.value, stage=self._stage).lower()
        whom = f"{sentences.pupils(len(rows))}{' with SEN' if self.who.value == 'SEN' else ''}"
        self.listing.caption = f"{self.subject.value}: {whom} who started at {start}"
        arrived = sentences.arrived(self.entry.value, stage=self._stage)
        self.listing.empty = self._nobody(arrived) if rows.empty else ""
        self.listing.records = [
            {key: _shown(value) for key, value in zip(listed, values, strict=True)}
            | {
                "id": pupil_id,
                "href": pupil_names.page_address(self.workspace, pupil_id),
            }
            for pupil_id, *values in rows[["pupil_id", *listed]].itertuples(index=False)
        ]

    def _keep_plan(self, edit: dict) -> None:
        """Keep a plan line as it is written, and say when."""
        if edit.get("key") != "plan":
            return
        try:
            field, plan = f"{self.subject.value}/{edit['id']}", edit["value"] or ""
            at = self.shown.keep(
                PLAN_LINES,
                {field: plan},
                about="the plan line you have just written",
                then=self.live.refresh,
            )
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return
        self.status.value = ""
        self._plans = self._plans | {field: plan}
        # The file first: whoever reads 'Saved' finds no list without the line.
        if hasattr(self, "files"):
            self.files.clear()
        self.listing.saved = {
            "id": edit["id"],
            "key": "plan",
            "at": layout.saved_at(at),
        }

    def _in_excel(self, subjects: list[str], *, named: str) -> File:
        """The lists of these subjects, a sheet each."""
        sheets = [
            ExcelSheet(
                name=subject,
                table=self.rows(subject=subject),
                columns=self._of_framework(IN_THE_SHEET),
            )
            for subject in subjects
        ]
        return File(
            name=f"task4 {named}.xlsx",
            content=workbook(sheets, about=[*self._about(named).rows, *self._rules()]),
        )

    def _in_word(self) -> File:
        """The list of one subject, across the page, with the rules by which it was made."""
        subject, columns = self.subject.value, self._of_framework(IN_WORD)
        table = self.rows(subject=subject)[list(columns)].astype(object)
        lines = table.where(table.notna(), "").astype(str).values.tolist()
        rules = "\n".join(f"{name}: {words}" for name, words in self._rules())
        pieces = [
            word.TableBlock(
                heading="",
                heads=list(columns.values()),
                rows=lines,
                weights=[WEIGHTS[key] for key in columns],
                wide=True,
            ),
            word.TextBlock(heading="How to read it", text=rules, wide=True),
        ]
        return File(
            name=f"task4 {subject}.docx",
            content=word.document(pieces, about=self._about(subject)),
        )

    def _about(self, named: str) -> About:
        source = f"{self.school.name}: the school’s own files"
        return About(
            title=f"Who could get there: {named}",
            source=source,
            on=date.today(),
            sample=self.school.sample,
        )

    def _rules(self) -> list[tuple[str, str]]:
        return [
            (
                "Who is listed",
                f"{self.who.label} {sentences.arrived(self.entry.value, stage=self._stage)}",
            ),
            ("Aim", sentences.reached(self.reach.value, stage=self._stage)),
            ("On course", self.plan.on_course),
            ("Stuck", f"{self.plan.stuck} {sentences.STUCK_FIRST}"),
            *(
                [("In England", self._rule_of_england())]
                if others_of_100.has_figures(self.school.framework)
                else []
            ),
        ]

    def _rule_of_england(self) -> str:
        """What the column 'In England' says."""
        found = self._others(self.rows(), subject=self.subject.value).values()
        told = (
            "How many pupils in England with the same start and group reached the aim in this subject.",
            others_of_100.NO_PREDICTION,
            others_of_100.footnote(found, starts=[self.entry.value], stage=self._stage),
        )
        return " ".join(filter(None, told))

    def _for_a_talk(self) -> File:
        """The pupils on the list, a row each, with room to write what it would take, under what happened to others."""
        subject, stage = self.subject.value, self._stage
        aim, rows = sentences.reached(self.reach.value, stage=stage), self.rows()
        if rows.empty:
            raise NothingChosen(
                self._nobody(sentences.arrived(self.entry.value, stage=self._stage))
            )
        england = [
            talk_sheet.Strip(others_of_100.row_head(group), table, self.reach.value)
            for group, table in self._others(rows, subject=subject).items()
        ]
        start = f"{self.who.label} {sentences.arrived(self.entry.value, stage=stage)}"
        content = talk_sheet.sheet(
            rows.assign(what=_with_needs(rows), start=rows["entry"], aim=aim),
            first="Pupil",
            about=self._about(subject),
            heading=f"For a talk with the subject leader: {subject}",
            intro=f"{start} in {subject}. The aim: {aim}.",
            england=england,
            whose="Group",
            starts=[self.entry.value],
            stage=stage,
        )
        return File(name=f"for a talk {subject}.docx", content=content)


def open_page() -> TrackingPage:
    """The page over the school that lies open."""
    return TrackingPage(open_workspace(), query=pupil_names.asked())


def _shown(value: object) -> object:
    return (
        None
        if value is None or value is pd.NA or value != value
        else value.item()
        if hasattr(value, "item")
        else value
    )


def _with_needs(rows: pd.DataFrame) -> list[str]:
    """Each pupil's name, and on a line below it SEN provision and needs."""
    return [
        "\n".join(filter(None, (row.name, row.sen_and_needs)))
        for row in rows[["name", "sen_and_needs"]].itertuples(index=False)
    ]


def _stuck_words(states: pd.Series) -> str:
    """How many are stuck, of how many there are, as far as it can be said.

    >>> _stuck_words(pd.Series(["yes", "no", ""])), _stuck_words(pd.Series(["no", "no"]))
    ('1 of the 3 is stuck.', 'None of them is stuck.')
    >>> _stuck_words(pd.Series(["no", ""])), _stuck_words(pd.Series(["yes"])), _stuck_words(pd.Series(["", ""]))
    ('None of them is known to be stuck.', 'This pupil is stuck.', 'Of none of them can it be said whether they are stuck.')
    """
    stuck, of = int((states == "yes").sum()), len(states)
    if (states == "").all():
        return UNJUDGED if of > 1 else "It cannot be said whether this pupil is stuck."
    if of == 1:
        return f"This pupil is {'' if stuck else 'not '}stuck."
    if stuck:
        return f"{stuck} of the {of:,} {'is' if stuck == 1 else 'are'} stuck."
    return f"None of them is {'known to be ' if (states == '').any() else ''}stuck."
