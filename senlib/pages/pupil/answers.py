"""What has been written about one pupil: provision, lessons visited, walks through the planning chart, the IEP; each with a link."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from senlib.pages.kit import layout, provision_maps, pupil_names, sentences
from senlib.pages.kit.page import AnswersByForm
from senlib.pages.pupil.results import address
from senlib.workbook.forms import copies, place
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import (
    CLASS,
    IEP,
    OWN,
    Walked,
    asks,
    booklet_chart,
    class_name,
    own_chart,
    to_do,
    walked,
)
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
        titles = table["heading"].map(provision_maps.headings())
        table = table.assign(heading=titles.fillna(table["heading"]))
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

    def _visit_item(self, key: str, values: Mapping[str, str]) -> str:
        form = place("task6.went_well", of=key)
        well = self.answers.get(form, {}).get("went_well", "")
        what = f": {layout.escape(well)}" if well else ""
        link = address("task6_support_in_class", visit=key)
        name = layout.escape(visit_name(values))
        return f'<li><a href="{link}">{name}</a>{what}</li>'

    def planning_html(self) -> str:
        """What the flow chart led to, class by class."""
        title = layout.heading("What did the planning chart say?", level=3)
        charts = (booklet_chart(), own_chart(self.answers.get(OWN, {})))
        items = "".join(
            self._walk_item(walk)
            for chart in charts
            if chart
            for walk in walked(self.answers, chart=chart, who=self.pupil_id)
        )
        if items:
            return f"{title}<ul>{items}</ul>"
        nothing = "The chart has not been walked for this pupil yet."
        link = _page_link("task7_planning", "Walk through the chart (Task 7)")
        return title + layout.note(nothing) + link

    def _walk_item(self, walk: Walked) -> str:
        about = self.answers.get(place(CLASS, of=walk.of_class), {})
        link = address("task7_planning", **{"class": walk.of_class})
        name = layout.escape(class_name(about))
        words = layout.escape(f"{to_do(walk) or 'nothing yet'}. {asks(walk)}.")
        return f'<li><a href="{link}">{name}</a>: {words}</li>'

    def iep_html(self) -> str:
        """The targets of the pupil's IEP."""
        title = layout.heading("Is there an IEP?", level=3)
        values = self.answers.get(place(IEP, of=self.pupil_id), {})
        targets = [values.get(f"{IEP}.{n}.target", "") for n in (1, 2, 3, 4)]
        items = [f"<li>{layout.escape(target)}</li>" for target in targets if target]
        if items:
            listed = f"<p>The IEP’s targets:</p><ol>{''.join(items)}</ol>"
            words = "Open the IEP (Task 6)"
        else:
            listed = layout.note("There is no IEP here. Not every pupil needs one.")
            words = "Write an IEP (Task 6)"
        return title + listed + self._link("task6_support_in_class", words)

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
