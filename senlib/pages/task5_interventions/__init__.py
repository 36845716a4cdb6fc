"""Task 5: interventions. Who needs what in Year 7, what each pupil gets, whether it reaches those who are stuck, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import pandas as pd

from senlib.frameworks import NO_RESULT
from senlib.measures import provision as measures
from senlib.measures.criteria import low_entries
from senlib.measures.groups import NOT_KNOWN
from senlib.measures.newcomers import newcomers
from senlib.measures.tracking import track, undated
from senlib.pages.kit import (
    empty_states,
    layout,
    provision_maps,
    pupil_names,
    sentences,
)
from senlib.pages.kit.choices import ChoiceList
from senlib.pages.kit.page import Page
from senlib.pages.task5_interventions import help_figures
from senlib.pages.task5_interventions.help_words import (
    coverage_answer,
    in_row,
    year7_answer,
)
from senlib.widgets import Listing
from senlib.workbook.forms import Checklist, Grid, place
from senlib.workspace import Workspace

CHART, AUDIT, ALTERNATIVES = "task5.chart", "unit5.ingredients", "unit5.alternatives"

SHOW = [
    ("All pupils with SEN", "all"),
    ("Those who are stuck and have nothing", "without"),
    ("Those who have much and do not move", "much"),
    ("Those who have nothing", "nothing"),
]

# How to read the list of who has what.
HOW_TO_READ = "Under each heading stand the initials of those who give the help. Where nothing stands, nothing is on the map."


_IN_ROW = [
    {"key": "name", "label": "Pupil", "kind": "text"},
    {"key": "form", "label": "Form", "kind": "text"},
    {"key": "sen", "label": "SEN", "kind": "text"},
    {"key": "needs", "label": "Needs", "kind": "text"},
]

_WHO = [
    {"key": "name", "label": "Pupil", "kind": "text"},
    {"key": "year", "label": "Year", "kind": "number"},
    {"key": "sen", "label": "SEN, needs", "kind": "code"},
    {
        "key": "standing",
        "label": "Standing",
        "kind": "choice",
        "choices": list(measures.STANDINGS),
    },
]

_SUMS = [
    {"key": "given", "label": "Things given", "kind": "number", "upright": True},
    {"key": "hours", "label": "Hours a week", "kind": "number", "upright": True},
    {"key": "cost", "label": "£ a year", "kind": "number", "upright": True},
]


class InterventionsPage(Page):
    """The page of Task 5."""

    stem = "task5_interventions"
    next_steps = (
        ("Task 6: see how well support works in a lesson", "task6_support_in_class"),
        ("Task 8: give what you noted an owner and a date", "task8_working_smarter"),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.headings = provision_maps.headings()
        self.live.also(self.take_stock)
        self._chart = self._build_chart()
        self._coverage = self._build_coverage()
        self._audit = self._build_audit()
        self._map = self._build_map()
        self._movement = self.live.piece(self._movement_html)
        self._spend = self.live.piece(self._spend_html)

    def chart(self) -> widgets.VBox:
        """The chart of who needs what, with this school's own Year 7 in it."""
        return self._chart

    def coverage(self) -> widgets.VBox:
        """Who has what: pupils by headings, those who are stuck first; and below, the map of one of them."""
        return self._coverage

    def map(self) -> widgets.VBox:
        """The provision map of one pupil, with the six other ways to try before another adult."""
        return self._map

    def movement(self) -> widgets.HTML:
        """Of the pupils who have a thing, how many move, beside those who do not have it."""
        return self._movement

    def spend(self) -> widgets.HTML:
        """What is spent under each heading."""
        return self._spend

    def audit(self) -> widgets.VBox:
        """One intervention at a time, held against the seven ingredients; and all of them together."""
        return self._audit

    def given(self) -> pd.DataFrame:
        """What every pupil on roll is given."""
        return self._provision

    # -- Year 7 --

    def _build_chart(self) -> widgets.VBox:
        self.new = newcomers(self.school)
        rows = [row for row, _, _ in self.school.framework.tracking.newcomers]
        notes = {row: in_row(self.new[self.new["row"] == row]) for row in rows}
        own = self.ask.part(CHART, notes=notes, shown_rows=lambda row: row.key in rows)
        grid = self.ask.sheet.part(CHART, Grid)
        labels = {row.key: row.label for row in grid.rows}
        self.row = layout.choice(
            "Who is in the row", [(labels[row], row) for row in rows]
        )
        self.in_row = Listing(
            columns=_IN_ROW,
            caption="",
            empty="Nobody in Year 7 now stands in this row.",
            page_size=10,
        )
        self.row.observe(lambda _: self._show_row(labels), "value")
        self._show_row(labels)
        everyone = self.school.pupils[
            (self.school.pupils["year_group"] == 7)
            & (self.school.pupils["on_roll"] == "Y")
        ]
        title = layout.heading("Who in our Year 7 needs what?") + layout.answer(
            year7_answer(
                self.new,
                everyone=len(everyone),
                unknown=int((everyone["sen_provision"] == "").sum()),
                without_entry=self._without_entry(),
            )
        )
        key = layout.html(
            pupil_names.codes_key(self.school) + layout.how_to_read("year7_starts")
        )
        return widgets.VBox(
            [layout.html(title), own.box, layout.controls(self.row), self.in_row, key]
        )

    def _without_entry(self) -> dict[str, int]:
        """For how many of Year 7 no result on entry is held, by the subjects of the chart ('' for an average), as Task 3 counts them."""
        table = low_entries(self.school)
        asked = {subject for _, subject, _ in self.school.framework.tracking.newcomers}
        table = table[(table["group"] == "all") & table["subject"].isin(asked)]
        return dict(
            zip(table["subject"], table["without_entry"].astype(int), strict=True)
        )

    def _show_row(self, labels: Mapping[str, str]) -> None:
        here = self.new[self.new["row"] == self.row.value]
        self.in_row.caption = (
            f"{labels[self.row.value]}: {sentences.pupils(len(here))} in Year 7"
        )
        needs = pupil_names.needs_listed(self.school)
        self.in_row.records = [
            {
                "id": p.pupil_id,
                "name": pupil_names.person_name(p),
                "form": p.form,
                "sen": p.sen_provision,
                "needs": needs[p.pupil_id],
                "href": pupil_names.page_address(self.workspace, p.pupil_id),
            }
            for p in here.itertuples()
        ]

    # -- the provision map --

    def _build_coverage(self) -> widgets.VBox:
        self.answer = self.live.piece(self._coverage_html)
        self.show = layout.choice("Which pupils", SHOW)
        heads = [
            {"key": key, "label": title, "kind": "text", "upright": True}
            for key, title in provision_maps.short_headings().items()
        ]
        columns = [*_WHO, *heads, *_SUMS]
        self.listing = Listing(
            columns=columns, caption="", empty="There are no such pupils.", page_size=10
        )
        self.show.observe(lambda _: self._choose_pupils(), "value")
        self.live.also(self._list)
        needs = self.live.piece(self._needs)
        key = layout.html(layout.note(HOW_TO_READ) + pupil_names.codes_key(self.school))
        return widgets.VBox(
            [
                self.trouble,
                self.answer,
                layout.controls(self.show),
                self.listing,
                key,
                needs,
            ]
        )

    def _build_map(self) -> widgets.VBox:
        options, pupil_id = pupil_names.offered(self.workspace, self.query)
        self.pupil = layout.choice(
            "Whose map?", [("Choose a pupil", ""), *options], pupil_id
        )
        self.of_pupil = self.ask.part(provision_maps.MAP, of="nobody")
        self.other_ways = self.ask.part(ALTERNATIVES, of="nobody")
        self.adult, self.link = layout.html(""), layout.html("")
        self.map_place = widgets.VBox([])
        self.of_pupil.after(lambda *_: self._map_changed())
        self.other_ways.after(lambda *_: self._ways_changed())
        self.pupil.observe(lambda _: self._show_map(), "value")
        self._show_map()
        nobody = layout.html(
            ""
            if options
            else layout.note(empty_states.nobody_on_roll_with_sen(self.school))
        )
        return widgets.VBox([layout.controls(self.pupil), nobody, self.map_place])

    def take_stock(self) -> None:
        """Read the answers and count who has what, once for all that is made of them."""
        super().take_stock()
        pupils, provision = self.school.pupils, provision_maps.given(self.answers)
        on_roll = pupils.loc[pupils["on_roll"] == "Y", "pupil_id"]
        self._provision = provision[provision["pupil_id"].isin(on_roll)]
        self._covered = measures.coverage(
            self.school, self._provision, headings=list(self.headings)
        )

    def _show_map(self) -> None:
        if not self.pupil.value:
            self.map_place.children = []
            return
        self.of_pupil.show(of=self.pupil.value)
        self.other_ways.show(of=self.pupil.value)
        address = pupil_names.page_address(self.workspace, self.pupil.value)
        self.link.value = f'<p><a href="{address}">All there is on this pupil</a></p>'
        self._ways_changed()
        self.map_place.children = [
            self.link,
            self.other_ways.box,
            self.adult,
            self.of_pupil.box,
        ]

    def _map_changed(self) -> None:
        self.live.refresh()
        self._say_adult()
        before = self.intervention.value
        self.intervention.offer(self._interventions())
        # A line that has been taken out of the map is no longer there to be looked at.
        if self.intervention.value != before:
            self._show_audit()

    def _ways_changed(self) -> None:
        self.take_stock()
        self._say_adult()

    def _say_adult(self) -> None:
        mine, ways = (
            self.answers.get(place(key, of=self.pupil.value), {})
            for key in (provision_maps.MAP, ALTERNATIVES)
        )
        words = "This map gives an adult at the pupil’s side, and none of the six other ways has been tried. Try one first, or beside it."
        self.adult.value = (
            f'<p class="sl-fault" role="status">{words}</p>'
            if provision_maps.adult_first(mine, ways)
            else ""
        )

    def _coverage_html(self) -> str:
        title = layout.heading("Does help reach the pupils who are stuck?")
        table = self._covered
        if table.empty:
            return title + layout.answer(self._nobody_followed())
        sentence = coverage_answer(table, years=self._years)
        return (
            title
            + layout.answer(" ".join(filter(None, (sentence, self._way_on()))))
            + layout.note(measures.STANDING_RULE)
            + self._undated()
            + layout.how_to_read("help_and_stuck", "on_course_and_stuck")
        )

    def _way_on(self) -> str:
        """What to do where of none of these pupils is it known whether they are stuck; '' where of some it is."""
        if (self._covered["standing"] != NOT_KNOWN).any():
            return ""
        stage = self.school.framework.tracked_stage
        rows = self.school.results[self.school.results["result"] != NO_RESULT]
        mine = rows[rows["pupil_id"].isin(self._covered["pupil_id"])]
        if not (mine["stage"] == "now").any():
            return empty_states.NO_NOW
        if not (mine["stage"] == stage.entry_stage).any():
            return f"Choose your files again on the front page, with {stage.entry_stage} results."
        return ""

    def _nobody_followed(self) -> str:
        """Why there are no pupils with SEN in the years in which pupils are followed."""
        pupils = self.school.pupils
        here = pupils[
            (pupils["on_roll"] == "Y")
            & pupils["year_group"].isin(self.school.framework.tracking.years)
        ]
        return empty_states.without_sen(
            here, framework=self.school.framework, whom=f"in {self._years}"
        )

    def _undated(self) -> str:
        """Of how many of these pupils a level now has no date, and is not judged."""
        stage = self.school.framework.tracked_stage
        rows = undated(track(self.school, entry=stage.bands))["pupil_id"]
        sentence = sentences.without_a_date(
            rows[rows.isin(self._covered["pupil_id"])].nunique()
        )
        return layout.note(sentence) if sentence else ""

    @property
    def _years(self) -> str:
        """The years in which pupils are followed, in words."""
        first, *_, last = self.school.framework.tracking.years
        return f"Years {first} to {last}"

    def _choose_pupils(self) -> None:
        self.take_stock()
        self._list()

    def _list(self) -> None:
        table = self._covered
        if self.show.value == "without":
            table = table[(table["standing"] == "stuck") & (table["given"] == 0)]
        elif self.show.value == "nothing":
            table = table[table["given"] == 0]
        elif self.show.value == "much":
            much = measures.much_without_movement(self.school, self._provision)[
                "pupil_id"
            ]
            table = table.set_index("pupil_id").loc[much].reset_index()
        titles = {value: words for words, value in self.show.options}
        title = titles[self.show.value]
        rule = measures.MUCH_RULE if self.show.value == "much" else ""
        sentence = f"{title}, in {self._years}: {sentences.pupils(len(table))}"
        self.listing.caption = f"{sentence}. {rule}" if rule else sentence
        needs = pupil_names.needs_listed(self.school)
        self.listing.records = [
            {
                "id": p.pupil_id,
                "name": pupil_names.person_name(p),
                "sen": ", ".join(filter(None, (p.sen_provision, needs[p.pupil_id]))),
                "year": p.year_group,
                "standing": p.standing,
                "given": p.given,
                "hours": p.hours,
                "cost": p.cost,
                "href": pupil_names.page_address(self.workspace, p.pupil_id),
                **{key: getattr(p, key) for key in self.headings},
            }
            for p in table.itertuples()
        ]

    def _needs(self) -> str:
        return help_figures.by_need(
            self.school, self._provision, headings=self.headings
        )

    # -- does it move them, and what does it cost --

    def _movement_html(self) -> str:
        title = layout.heading("Do the pupils who get it move on?")
        if self._provision.empty:
            return title + layout.answer(
                "No provision is on the maps yet, so there is nothing to tell. Fill in a few maps above."
            )
        if not (self._covered["given"] > 0).any():
            return title + layout.answer(
                "No pupil with SEN has anything on the map yet, so there is nothing to tell. Fill in a few maps above."
                if len(self._covered)
                else self._nobody_followed()
            )
        table = measures.movement(self.school, self._provision)
        table = table[table["pupils"] > 0].reset_index(drop=True)
        if table.empty:
            return title + layout.answer(
                "It is not known yet whether the pupils with SEN who have something on the map move on. "
                f"That takes a result on entry and a current one. {self._way_on()}".strip()
            )
        return title + help_figures.movement(table, headings=self.headings)

    def _spend_html(self) -> str:
        return help_figures.spend(self._provision, headings=self.headings)

    # -- the audit --

    def _build_audit(self) -> widgets.VBox:
        self.intervention = ChoiceList("Which intervention?", self._interventions())
        self.audited = self.ask.part(AUDIT, of="none")
        self.audit_place = widgets.VBox([])
        self.audit_sum = self.live.piece(self._audits)
        self.audited.after(lambda *_: self.live.refresh())
        self.intervention.on_choice(self._show_audit)
        self._show_audit()
        return widgets.VBox(
            [layout.controls(self.intervention.box), self.audit_place, self.audit_sum]
        )

    def _interventions(self) -> list[tuple[str, str]]:
        used = set(provision_maps.given(self.answers)["provision"])
        lines = [
            (f"{self.headings.get(line.section, '')}: {line.label}", line.key)
            for line in provision_maps.map_rows(self.answers)
        ]
        first = [(f"{words} (in use)", key) for words, key in lines if key in used]
        return [
            ("Choose an intervention", ""),
            *first,
            *(one for one in lines if one[1] not in used),
        ]

    def _show_audit(self) -> None:
        if not self.intervention.value:
            self.audit_place.children = []
            return
        self.audited.show(of=self.intervention.value)
        self.audit_place.children = [self.audited.box]

    def _audits(self) -> str:
        part = self.ask.sheet.part(AUDIT, Checklist)
        return help_figures.audits(self.answers, part)


open_page = InterventionsPage.open
