"""What has been written about one pupil: provision, lessons visited, walks through the planning chart, the IEP; each with a link."""

from __future__ import annotations

import pandas as pd

from senlib.pages.kit import layout, provision_maps, pupil_names, sentences
from senlib.pages.pupil.pupil_results import address
from senlib.workbook import walks
from senlib.workbook.forms import copies, place
from senlib.workbook.store import Answers, AnswersByForm
from senlib.workbook.visits import VISIT, visit_name
from senlib.workspace import Workspace

PROVISION = {
    "label": "What",
    "heading": "Heading",
    "initials": "Who sees to it",
    "hours": "Hours a week",
    "cost": "Cost a year (£)",
}


class PupilAnswers:
    """What the latest answers of all forms have on a pupil, piece by piece as HTML."""

    def __init__(
        self, workspace: Workspace, answers: AnswersByForm, pupil_id: str
    ) -> None:
        self.workspace, self.answers, self.pupil_id = workspace, answers, pupil_id

    def provision_html(self) -> str:
        """What the pupil is given."""
        title = layout.heading("What is this pupil given?", level=3)
        link = self._link("task5_interventions", "Open the provision map (Task 5)")
        table = provision_maps.given(self.answers)
        table = table[table["pupil_id"] == self.pupil_id]
        if table.empty:
            return title + layout.note("Nothing is on the provision map yet.") + link
        table = table.assign(heading=provision_maps.titles(table["heading"]))
        answer = layout.answer(_sums(table))
        listed = layout.plain_table(
            table, caption="On the provision map", columns=PROVISION
        )
        return title + answer + listed + link

    def lessons_html(self) -> str:
        """Lessons visited in which the pupil was watched."""
        title = layout.heading("What was seen in lessons?", level=3)
        items = "".join(
            self._visit_item(key, values)
            for key, values in copies(self.answers, VISIT).items()
            if values.get("pupil") == self.pupil_id
        )
        if items:
            return f"{title}<ul>{items}</ul>"
        nothing = "No lesson has been visited with an eye on this pupil."
        link = _page_link("task6_support_in_class", "Visit a lesson (Task 6)")
        return title + layout.note(nothing) + link

    def _visit_item(self, key: str, values: Answers) -> str:
        went_well = self._copy("task6.went_well", key)
        well = went_well.get("went_well")
        what = f": {layout.escape(well)}" if well else ""
        link = address("task6_support_in_class", visit=key)
        name = layout.escape(visit_name(values))
        return f'<li><a href="{link}">{name}</a>{what}</li>'

    def planning_html(self) -> str:
        """What the flow chart led to, class by class."""
        title = layout.heading("What did the planning chart say?", level=3)
        own = walks.own_chart(self.answers.get(walks.OWN, {}))
        charts = (walks.booklet_chart(), own)
        items = "".join(
            self._walk_item(walk)
            for chart in charts
            if chart
            for walk in walks.walked(self.answers, chart=chart, who=self.pupil_id)
        )
        if items:
            return f"{title}<ul>{items}</ul>"
        nothing = "The chart has not been walked for this pupil yet."
        link = _page_link("task7_planning", "Walk through the chart (Task 7)")
        return title + layout.note(nothing) + link

    def _walk_item(self, walk: walks.Walked) -> str:
        about = self._copy(walks.CLASS, walk.of_class)
        link = address("task7_planning", **{"class": walk.of_class})
        name = layout.escape(walks.class_name(about))
        words = layout.escape(
            f"{walks.to_do(walk) or 'nothing yet'}. {walks.asks(walk)}."
        )
        return f'<li><a href="{link}">{name}</a>: {words}</li>'

    def iep_html(self) -> str:
        """The targets of the pupil's IEP."""
        title = layout.heading("Is there an IEP?", level=3)
        values = self._copy(walks.IEP, self.pupil_id)
        targets = [values.get(f"{walks.IEP}.{n}.target") for n in (1, 2, 3, 4)]
        items = [f"<li>{layout.escape(target)}</li>" for target in targets if target]
        if items:
            listed = f"<p>The IEP’s targets:</p><ol>{''.join(items)}</ol>"
            words = "Open the IEP (Task 6)"
        else:
            listed = layout.note("There is no IEP here. Not every pupil needs one.")
            words = "Write an IEP (Task 6)"
        return title + listed + self._link("task6_support_in_class", words)

    def _copy(self, key: str, of: str) -> Answers:
        """What is written in one copy of a part."""
        form = place(key, of=of)
        return self.answers.get(form, {})

    def _link(self, stem: str, words: str) -> str:
        """A link to another page with this pupil chosen on it."""
        link = pupil_names.page_address(self.workspace, self.pupil_id, stem=stem)
        return _paragraph(layout.escape(link), words)


def _page_link(stem: str, words: str) -> str:
    return _paragraph(layout.address(stem), words)


def _paragraph(link: str, words: str) -> str:
    return f'<p><a href="{link}">{layout.escape(words)}</a></p>'


def _sums(table: pd.DataFrame) -> str:
    """How many things are on a pupil's map, and what they come to."""
    parts = [f"{len(table)} thing{'' if len(table) == 1 else 's'}"]
    hours, cost = (table[column].sum(min_count=1) for column in ("hours", "cost"))
    if not pd.isna(hours):
        parts.append(sentences.hours(hours))
    if not pd.isna(cost):
        parts.append(f"£{cost:,.0f} a year")
    return f"{', '.join(parts)}."
