"""Task 5: interventions. Who needs what in Year 7, what each pupil gets, whether it reaches those who are stuck, and what it costs."""

from __future__ import annotations

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
    pupil_list,
    pupil_names,
    sentences,
)
from senlib.pages.kit.choices import ChoiceList
from senlib.pages.kit.form_sheet import open_copy
from senlib.pages.kit.live import on_change
from senlib.pages.kit.page import Page, piece
from senlib.pages.task5_interventions import help_figures
from senlib.pages.task5_interventions.help_words import (
    coverage_answer,
    in_row,
    year7_answer,
)
from senlib.text import joined
from senlib.widgets import Listing
from senlib.workbook.forms import Checklist, Grid

CHART, AUDIT, ALTERNATIVES = "task5.chart", "unit5.ingredients", "unit5.alternatives"

SHOW = [
    ("All pupils with SEN", "all"),
    ("Those who are stuck and have nothing", "without"),
    ("Those who have much and do not move", "much"),
    ("Those who have nothing", "nothing"),
]

# How to read the list of who has what.
HOW_TO_READ = "Under each heading stand the initials of those who give the help. Where nothing stands, nothing is on the map."

_IN_ROW = {
    "name": "Pupil",
    "form": "Form",
    "sen_provision": "SEN",
    "needs": "Needs",
}

_WHO = {
    "name": "Pupil",
    "year_group": "Year",
    "sen": "SEN, needs",
    "standing": "Standing",
}

_SUMS = {"given": "Things given", "hours": "Hours a week", "cost": "£ a year"}


class InterventionsPage(Page):
    """The page of Task 5."""

    def build(self) -> None:
        self.headings = provision_maps.headings()
        self.live.also(self.take_stock)

    @piece
    def chart(self) -> widgets.VBox:
        """The chart of who needs what, with this school's own Year 7 in it."""
        self.new = newcomers(self.school)
        tracking = self.framework.tracking
        rows = [row for row, _, _ in tracking.newcomers]
        grid = self.ask.sheet.part(CHART, Grid)
        self.labels = {row.key: row.label for row in grid.rows if row.key in rows}
        own = self.ask.part(
            CHART,
            notes={row: in_row(self._in_row(row)) for row in rows},
            shown_rows=lambda row: row.key in rows,
        )
        options = [(label, row) for row, label in self.labels.items()]
        self.row = layout.choice("Who is in the row", options)
        self.in_row = Listing(
            columns=pupil_list.columns(_IN_ROW),
            caption="",
            empty="Nobody in Year 7 now stands in this row.",
            page_size=10,
        )
        on_change(self.row, self._show_row)
        self._show_row()
        title, controls = self._year7_html(), layout.controls(self.row)
        key = pupil_names.codes_key(self.school) + layout.how_to_read("year7_starts")
        return layout.stack(title, own.box, controls, self.in_row, key)

    @piece
    def coverage(self) -> widgets.VBox:
        """Who has what: pupils by headings, those who are stuck first; and below, the map of one of them."""
        self.answer = self.live.piece(self._coverage_html)
        self.show = layout.choice("Which pupils", SHOW)
        kinds = {"year_group": "number", "sen": "code"}
        choices = {"standing": list(measures.STANDINGS)}
        headings = provision_maps.short_headings()
        numbers = dict.fromkeys(_SUMS, "number")
        columns = [
            *pupil_list.columns(_WHO, kinds=kinds, choices=choices),
            *pupil_list.columns(headings, upright=True),
            *pupil_list.columns(_SUMS, kinds=numbers, upright=True),
        ]
        self.listing = Listing(
            columns=columns, caption="", empty="There are no such pupils.", page_size=10
        )
        on_change(self.show, self._choose_pupils)
        self.live.also(self._list)
        needs = self.live.piece(
            lambda: help_figures.by_need(self.school, self._provision)
        )
        codes = pupil_names.codes_key(self.school)
        key = layout.note(HOW_TO_READ) + codes
        controls = layout.controls(self.show)
        pieces = (self.trouble, self.answer, controls, self.listing, key, needs)
        return layout.stack(*pieces)

    @piece
    def audit(self) -> widgets.VBox:
        """One intervention at a time, held against the seven ingredients; and all of them together."""
        self.intervention = ChoiceList("Which intervention?", self._interventions())
        self.audited = self.ask.part(AUDIT, of="none")
        self.audit_place = widgets.VBox([])
        self.audit_sum = self.live.piece(self._audits)
        self.audited.after(self.live.refresh)
        self.intervention.on_choice(self._show_audit)
        self._show_audit()
        controls = layout.controls(self.intervention.box)
        return layout.stack(controls, self.audit_place, self.audit_sum)

    @piece
    def map(self) -> widgets.VBox:
        """The provision map of one pupil, with the six other ways to try before another adult."""
        pupils, pupil_id = pupil_names.offered(self.workspace, self.query)
        options = [("Choose a pupil", ""), *pupils]
        self.pupil = layout.choice("Whose map?", options, pupil_id)
        self.of_pupil = self.ask.part(provision_maps.MAP, of="nobody")
        self.other_ways = self.ask.part(ALTERNATIVES, of="nobody")
        self.adult = layout.html("")
        self.link = layout.html("")
        self.map_place = widgets.VBox([])
        self.of_pupil.after(self._map_changed)
        self.other_ways.after(self._ways_changed)
        on_change(self.pupil, self._show_map)
        self._show_map()
        why = "" if pupils else empty_states.nobody_on_roll_with_sen(self.school)
        controls = layout.controls(self.pupil)
        return layout.stack(controls, layout.note(why), self.map_place)

    @piece
    def movement(self) -> widgets.HTML:
        """Of the pupils who have a thing, how many move, beside those who do not have it."""
        return self.live.piece(self._movement_html)

    @piece
    def spend(self) -> widgets.HTML:
        """What is spent under each heading."""
        return self.live.piece(lambda: help_figures.spend(self._provision))

    def given(self) -> pd.DataFrame:
        """What every pupil on roll is given."""
        return self._provision

    # -- Year 7 --

    def _year7_html(self) -> str:
        """The question, and how many of Year 7 stand in the chart."""
        pupils = self.school.pupils
        year7 = pupils[(pupils["year_group"] == 7) & (pupils["on_roll"] == "Y")]
        answer = year7_answer(
            self.new,
            everyone=len(year7),
            unknown=year7["sen_provision"].eq("").sum(),
            without_entry=self._without_entry(),
        )
        return layout.heading("Who in our Year 7 needs what?") + layout.answer(answer)

    def _without_entry(self) -> dict[str, int]:
        """For how many of Year 7 no result on entry is held, by the subjects of the chart ('' for an average), as Task 3 counts them."""
        table = low_entries(self.school)
        chart = self.framework.tracking.newcomers
        subjects = {subject for _, subject, _ in chart}
        table = table[table["group"] == "all"]
        table = table[table["subject"].isin(subjects)]
        counts = table.set_index("subject")["without_entry"]
        return counts.astype(int).to_dict()

    def _in_row(self, row: str) -> pd.DataFrame:
        return self.new[self.new["row"] == row]

    def _show_row(self) -> None:
        here = self._in_row(self.row.value)
        count = sentences.pupils(len(here))
        self.in_row.caption = f"{self.labels[self.row.value]}: {count} in Year 7"
        here = pupil_list.in_words(here, school=self.school)
        pupil_list.show(self.in_row, here, workspace=self.workspace)

    # -- the provision map --

    def take_stock(self) -> None:
        """Read the answers and count who has what, once for all that is made of them."""
        super().take_stock()
        pupils, given = self.school.pupils, provision_maps.given(self.answers)
        on_roll = pupils.loc[pupils["on_roll"] == "Y", "pupil_id"]
        self._provision = given[given["pupil_id"].isin(on_roll)]
        headings = list(self.headings)
        self._covered = measures.coverage(
            self.school, self._provision, headings=headings
        )

    def _show_map(self) -> None:
        pupil = self.pupil.value
        pieces = [self.link, self.other_ways, self.adult, self.of_pupil]
        open_copy(self.map_place, pieces, of=pupil)
        if pupil:
            address = pupil_names.page_address(self.workspace, pupil)
            self.link.value = (
                f'<p><a href="{address}">All there is on this pupil</a></p>'
            )
            self._ways_changed()

    def _map_changed(self) -> None:
        self.live.refresh()
        self._say_adult()
        before = self.intervention.value
        self.intervention.offer(self._interventions())
        # A line that has been taken out of the map is no longer there to be looked at.
        if self.intervention.value != before:
            self._show_audit()

    def _ways_changed(self) -> None:
        super().take_stock()  # the answers alone: who has what is as it was
        self._say_adult()

    def _say_adult(self) -> None:
        answers = self.answers
        mine = answers.get(self.of_pupil.form, {})
        ways = answers.get(self.other_ways.form, {})
        words = "This map gives an adult at the pupil’s side, and none of the six other ways has been tried. Try one first, or beside it."
        fault = f'<p class="sl-fault" role="status">{words}</p>'
        adult_first = provision_maps.adult_first(mine, ways)
        self.adult.value = fault if adult_first else ""

    def _coverage_html(self) -> str:
        title = layout.heading("Does help reach the pupils who are stuck?")
        table = self._covered
        if table.empty:
            return title + layout.answer(self._nobody_followed())
        sentence = coverage_answer(table, years=self._years)
        sentence = joined(sentence, self._way_on())
        return (
            title
            + layout.answer(sentence)
            + layout.note(measures.STANDING_RULE, self._undated())
            + layout.how_to_read("help_and_stuck", "on_course_and_stuck")
        )

    def _way_on(self) -> str:
        """What to do where of none of these pupils is it known whether they are stuck; '' where of some it is."""
        if (self._covered["standing"] != NOT_KNOWN).any():
            return ""
        stage = self.framework.tracked_stage
        rows = self.school.results
        mine = rows["pupil_id"].isin(self._covered["pupil_id"])
        mine &= rows["result"] != NO_RESULT
        stages = set(rows.loc[mine, "stage"])
        if "now" not in stages:
            return empty_states.NO_NOW
        if stage.entry_stage not in stages:
            return empty_states.choose_again(f"{stage.entry_stage} results")
        return ""

    def _nobody_followed(self) -> str:
        """Why there are no pupils with SEN in the years in which pupils are followed."""
        pupils, framework = self.school.pupils, self.framework
        in_years = pupils["year_group"].isin(framework.tracking.years)
        here = pupils[in_years & (pupils["on_roll"] == "Y")]
        whom = f"in {self._years}"
        return empty_states.without_sen(here, framework=self.framework, whom=whom)

    def _undated(self) -> str:
        """Of how many of these pupils a level now has no date, and is not judged."""
        stage = self.framework.tracked_stage
        rows = undated(track(self.school, entry=stage.bands))
        pupils = self._covered["pupil_id"].isin(rows["pupil_id"])
        return sentences.without_a_date(pupils.sum())

    @property
    def _years(self) -> str:
        """The years in which pupils are followed, in words."""
        first, *_, last = self.framework.tracking.years
        return f"Years {first} to {last}"

    def _choose_pupils(self) -> None:
        self.take_stock()
        self._list()

    def _list(self) -> None:
        show, table = self.show.value, self._covered
        if show == "without":
            table = table[table["standing"] == "stuck"]
        if show in ("without", "nothing"):
            table = table[table["given"] == 0]
        elif show == "much":
            much = measures.much_without_movement(self.school, self._provision)
            table = much[["pupil_id"]].merge(table, on="pupil_id")
        count = sentences.pupils(len(table))
        sentence = f"{self.show.label}, in {self._years}: {count}"
        rule = f". {measures.MUCH_RULE}" if show == "much" else ""
        self.listing.caption = sentence + rule
        table = pupil_list.in_words(table, school=self.school)
        pupil_list.show(self.listing, table, workspace=self.workspace)

    # -- does it move them, and what does it cost --

    def _movement_html(self) -> str:
        title = layout.heading("Do the pupils who get it move on?")
        if why := self._why_no_movement():
            return title + layout.answer(why)
        table = measures.movement(self.school, self._provision)
        table = table.query("pupils > 0").reset_index(drop=True)
        if len(table):
            return title + help_figures.movement(table)
        not_known = (
            "It is not known yet whether the pupils with SEN who have something on the map move on. "
            "That takes a result on entry and a current one."
        )
        return title + layout.answer(joined(not_known, self._way_on()))

    def _why_no_movement(self) -> str:
        """Why there is nobody whose movement could be looked at; '' where there is somebody."""
        nothing = "yet, so there is nothing to tell. Fill in a few maps above."
        if self._provision.empty:
            return f"No provision is on the maps {nothing}"
        if self._covered.empty:
            return self._nobody_followed()
        if not self._covered["given"].any():
            return f"No pupil with SEN has anything on the map {nothing}"
        return ""

    # -- the audit --

    def _interventions(self) -> layout.Options:
        used = set(provision_maps.given(self.answers)["provision"])
        first, others = [("Choose an intervention", "")], []
        for line in provision_maps.map_rows(self.answers):
            words = f"{self.headings.get(line.section, '')}: {line.label}"
            if line.key in used:
                first.append((f"{words} (in use)", line.key))
            else:
                others.append((words, line.key))
        return first + others

    def _show_audit(self) -> None:
        open_copy(self.audit_place, [self.audited], of=self.intervention.value)

    def _audits(self) -> str:
        part = self.ask.sheet.part(AUDIT, Checklist)
        return help_figures.audits(self.answers, part)


open_page = InterventionsPage.open
