"""Task 7: planning. The flow chart walked for a class and a subject, and the chart that a school draws for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib.pages.kit import empty_states, header, layout, pupil_names
from senlib.pages.kit.choices import ChoiceList
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.shared_answers import SharedAnswers
from senlib.widgets import Flow
from senlib.widgets.flow import FIELDS
from senlib.workbook.flow_chart import FlowChart, problems, walk
from senlib.workbook.forms import copies, place
from senlib.workbook.rows import new_key
from senlib.workbook.store import StoreError
from senlib.workbook.walks import (
    CLASS,
    GROUP,
    IEP,
    OWN,
    PUPIL,
    SUMS,
    WHO,
    Walked,
    asks,
    booklet_chart,
    boxes,
    chart_values,
    class_name,
    own_chart,
    summed_up,
    to_do,
    trail_form,
    walked,
)
from senlib.workspace import Workspace, open_workspace

CHARTS = [("The booklet’s", ""), ("Our own", "own")]

SETS = ("form", "set_english", "set_mathematics", "set_science", "set_ict")


class PlanningPage:
    """The page of Task 7. A test drives it without a browser."""

    def __init__(self, workspace: Workspace, *, query: Mapping[str, str]) -> None:
        self.workspace, self.query = workspace, dict(query)
        self.ask = PageSheets(workspace, "task7_planning")
        self.pupils = pupil_names.with_sen(workspace.school)
        self.names = pupil_names.names(workspace.school)
        self.shown = SharedAnswers(workspace)

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return header.header(self.workspace)

    # -- the walk --

    def walk(self) -> widgets.VBox:
        """A class and a subject, who in it to plan for, and the chart walked for each of them."""
        self.of_class = ChoiceList(
            "The class you are working on", self._classes(), self.query.get("class", "")
        )
        self.new_class = widgets.Button(
            description="Begin a new class", button_style="primary"
        )
        self.new_class.on_click(lambda _: self.begin())
        self.about = self.ask.part(CLASS, of="none")
        self.about.after(lambda *_: self._show_class())
        self.which = ChoiceList("Which chart?", CHARTS)
        self.pupil = ChoiceList("A pupil of this class", [("Choose a pupil", "")])
        self.group = widgets.Text(description="Or a group: its name")
        self.add_pupil = widgets.Button(description="Put the pupil on the list")
        self.add_group = widgets.Button(description="Put the group on the list")
        self.add_pupil.on_click(lambda _: self._add(self.pupil.value, PUPIL))
        self.add_group.on_click(
            lambda _: self._add(new_key(), self.group.value.strip())
        )
        self.who = ChoiceList(
            "For whom are you walking it?", [("Choose from the list", "")]
        )
        self.take_off = widgets.Button(description="Take off the list")
        self.take_off.on_click(lambda _: self._take_off())
        self.answer, self.list, self.onward, self.status = (
            layout.html("") for _ in range(4)
        )
        self.flow = Flow(walkable=True)
        self.flow.observe(lambda change: self._answered(change["new"]), "answer")
        self.place = widgets.VBox([])
        self.of_class.on_choice(self._open_class)
        self.which.on_choice(self._choose_chart)
        self.who.on_choice(self._show_walk)
        self._open_class()
        return widgets.VBox(
            [
                layout.controls(self.of_class.box, self.new_class),
                self.status,
                self.place,
            ]
        )

    def begin(self) -> None:
        """Begin with a new class, dated today."""
        key = new_key()
        if self._keep(place(CLASS, of=key), {"date": date.today().isoformat()}):
            self.of_class.offer(self._classes(), key)
            self._open_class()

    @property
    def chart(self) -> FlowChart:
        """The chart that the class is walked through."""
        own = (
            own_chart(self._held().get(OWN, {})) if self.which.value == "own" else None
        )
        return own or booklet_chart()

    def _held(self) -> Mapping[str, Mapping[str, str]]:
        try:
            return self.workspace.store.forms()
        except StoreError as error:
            if hasattr(self, "status"):
                self.status.value = layout.trouble_line(str(error))
            return {}

    def _keep(self, form: str, values: Mapping[str, str]) -> bool:
        """Keep some answers; whether they are kept."""
        try:
            self.workspace.store.save_all(form=form, values=values)
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return False
        self.status.value = ""
        return True

    def _classes(self) -> list[tuple[str, str]]:
        try:
            held = self.workspace.store.forms(CLASS)
        except StoreError:
            held = {}
        found = [
            (class_name(values), key) for key, values in copies(held, CLASS).items()
        ]
        return [
            ("Choose a class", ""),
            *sorted(found, key=lambda one: one[1], reverse=True),
        ]

    def _open_class(self) -> None:
        key = self.of_class.value
        if not key:
            self.place.children = []
            return
        self.about.show(of=key)
        self.which.offer(
            CHARTS, self._held().get(place(CLASS, of=key), {}).get("chart", "")
        )
        whom = [
            layout.html(layout.heading("Whom do we plan for?", level=3)),
            layout.controls(self.pupil.box, self.add_pupil),
        ]
        whom += [
            layout.controls(self.group, self.add_group),
            self.list,
            layout.controls(self.who.box, self.take_off),
        ]
        self.place.children = [
            self.about.box,
            layout.controls(self.which.box),
            *whom,
            self.answer,
            self.flow,
            self.shown.box,
            self.onward,
        ]
        self._show_class()

    def _choose_chart(self) -> None:
        if self.which.value == "own" and own_chart(self._held().get(OWN, {})) is None:
            self.which.offer(CHARTS, "")
            self.status.value = layout.trouble_line(
                "Your school has not drawn a chart yet. Draw one below, then choose it here."
            )
            return
        held = self._held().get(place(CLASS, of=self.of_class.value), {})
        if held.get("chart", "") != self.which.value:
            self._keep(
                place(CLASS, of=self.of_class.value), {"chart": self.which.value}
            )
        self._show_class()

    def _add(self, who: str, value: str) -> None:
        if not who or not value:
            self.status.value = layout.trouble_line(
                "Choose a pupil, or give the group a name first."
            )
            return
        if self._keep(place(WHO, of=self.of_class.value), {who: value}):
            self.group.value = ""
            self._show_class(who)

    def _take_off(self) -> None:
        if self.who.value and self._keep(
            place(WHO, of=self.of_class.value), {self.who.value: ""}
        ):
            self._show_class()

    def _walked(self) -> list[Walked]:
        return walked(self._held(), chart=self.chart, of_class=self.of_class.value)

    def _show_class(self, who: str = "") -> None:
        """Show who is on the list of the class, where each walk stands, and the walk for `who` or whoever was chosen."""
        about = self._held().get(place(CLASS, of=self.of_class.value), {})
        self.of_class.offer(self._classes())
        found = self._walked()
        on_list = [one.who for one in found]
        offered = pupil_names.options(class_first(self.pupils, about.get("class", "")))
        self.pupil.offer(
            [
                ("Choose a pupil", ""),
                *(one for one in offered if one[1] not in on_list),
            ],
            "",
        )
        names = [
            ("Choose from the list", ""),
            *((self._name(one), one.who) for one in found),
        ]
        self.who.offer(
            names, who or self.who.value or (on_list[0] if len(on_list) == 1 else "")
        )
        self.answer.value = layout.answer(summed_up(found))
        self.list.value = self._list(found)
        self._show_walk()

    def _list(self, found: list[Walked]) -> str:
        if not found:
            return layout.note(
                empty_states.nobody_on_roll_with_sen(self.workspace.school)
                or "Pupils with SEN whose form or set is in the name of the class are offered first."
            )
        table = pd.DataFrame(
            [
                {"name": self._name(one), "to_do": to_do(one), "asks": asks(one)}
                for one in found
            ]
        )
        columns = {
            "name": "Pupil or group",
            "to_do": "What the chart says to do",
            "asks": "Where the walk stands",
        }
        return layout.plain_table(
            table, caption="The list of this class", columns=columns
        )

    def _name(self, one: Walked) -> str:
        return (
            f"Group: {one.group}"
            if one.group
            else self.names.get(
                one.who, "A pupil who is no longer in the school’s files"
            )
        )

    def _show_walk(self) -> None:
        """Show the chart, with the way of whoever is chosen lit."""
        chart, who = self.chart, self.who.value
        answers = self._answers(chart, who)
        trail = walk(chart, answers)
        self.flow.walkable = bool(who)
        self.flow.title = f"{chart.title} ({self.who.words})" if who else chart.title
        self.flow.nodes, self.flow.start = drawable(chart), chart.start
        asked = trail.asks.key if trail.asks else ""
        given = {key: way for key, way in answers.items() if way in ("yes", "no")}
        self.flow.show(
            answers=given,
            passed=[node.key for node in trail.nodes] if who else [],
            asks=asked if who else "",
            done=trail.done,
        )
        self.onward.value = self._onward(who, trail.leads_to if trail.done else ())

    def _answers(self, chart: FlowChart, who: str) -> dict[str, str]:
        if not who:
            return {}
        try:
            held = self.shown.read(
                trail_form(chart, of_class=self.of_class.value, who=who)
            )
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return {}
        return {key: way for key, way in held.items() if key in chart.nodes}

    def _answered(self, answer: Mapping[str, str]) -> None:
        """Keep an answer of the walk, and show where it leads."""
        if not answer or not self.who.value:
            return
        chart = self.chart
        form = trail_form(chart, of_class=self.of_class.value, who=self.who.value)
        try:
            about = f"the question ‘{chart.nodes[answer['key']].label}’"
            at = self.shown.keep(
                form, {answer["key"]: answer["way"]}, about=about, then=self._show_walk
            )
        except StoreError as error:
            self.flow.saved = {"fault": f"Not saved. {error}"}
            return
        self.flow.saved = {"at": layout.saved_at(at)}
        found = self._walked()
        self.answer.value, self.list.value = (
            layout.answer(summed_up(found)),
            self._list(found),
        )
        self._show_walk()

    def _onward(self, who: str, leads_to: tuple[str, ...]) -> str:
        """Where the walk leads: to an IEP only where the chart says so."""
        if IEP not in leads_to:
            return ""
        stem = "task6_support_in_class"
        group = who.startswith(GROUP)
        if not group and who not in self.names:
            return layout.note(
                "The chart asks for an IEP, but this pupil is no longer in the school’s files."
            )
        link = (
            f"{layout.address(stem)}?group={layout.escape(who)}"
            if group
            else pupil_names.page_address(self.workspace, who, stem=stem)
        )
        words = "Write the group’s plan (Task 6)" if group else "Write the IEP (Task 6)"
        return f'<p><a class="sl-button" href="{link}">{words}</a></p>'

    # -- the school's own chart --

    def own(self) -> widgets.VBox:
        """A place to draw how planning goes at this school."""
        self.shown_drawing = SharedAnswers(self.workspace)
        self.editor = Flow(
            editable=True, title="Our own chart", sums=[list(one) for one in SUMS]
        )
        self.copy = widgets.Button(description="Begin from the booklet’s chart")
        self.copy.on_click(lambda _: self._begin_drawing(booklet_chart()))
        self.editor.observe(lambda change: self._drawn(change["new"]), "drawn")
        held = self._read_drawing()
        drawn = own_chart(held)
        if drawn:
            self.editor.own = int(held.get("own", "0") or 0)
            self._edit(drawn)
            return widgets.VBox([self.editor, self.shown_drawing.box])
        self.editor_place = widgets.VBox([self.copy, self.shown_drawing.box])
        return self.editor_place

    def _begin_drawing(self, chart: FlowChart) -> None:
        self._edit(replace(chart, key=OWN))
        self.editor_place.children = [self.editor, self.shown_drawing.box]
        self._keep_drawn()

    def _read_drawing(self) -> Mapping[str, str]:
        try:
            return self.shown_drawing.read(OWN)
        except StoreError as error:
            self.shown_drawing.words.value = layout.trouble_line(str(error))
            return {}

    def _show_drawing(self) -> None:
        self._edit(own_chart(self._read_drawing()))

    def _edit(self, chart: FlowChart) -> None:
        self.editor.nodes, self.editor.start = drawable(chart), chart.start
        self.editor.problems = problems(chart)

    def _drawn(self, drawn: Mapping[str, object]) -> None:
        if drawn:
            self._keep_drawn()

    def _keep_drawn(self) -> None:
        """Keep the chart as it stands in the editor, and say what would stop a walk."""
        try:
            values = chart_values(
                nodes=self.editor.nodes, start=self.editor.start, own=self.editor.own
            )
            at = self.shown_drawing.keep(
                OWN,
                values,
                about="the chart",
                then=self._show_drawing,
                worded=lambda _: "another drawing",
            )
        except StoreError as error:
            self.editor.saved = {"fault": f"Not saved. {error}"}
            return
        self.editor.problems = problems(own_chart(values))
        self.editor.saved = {"at": layout.saved_at(at)}
        if hasattr(self, "flow") and self.which.value == "own":
            self._show_class()

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            (
                "Task 6: write an IEP where the chart asks for one",
                layout.address("task6_support_in_class"),
            ),
            (
                "Task 8: put what you decided into the plan",
                layout.address("task8_working_smarter"),
            ),
        ]
        return layout.html(layout.what_next(lines))


def class_first(pupils: pd.DataFrame, name: str) -> pd.DataFrame:
    """The pupils, first those whose form or set a class's name holds.

    >>> pupils = pd.DataFrame({"pupil_id": ["1", "2"], "form": ["8A", "8B"], **dict.fromkeys(SETS[1:], "")})
    >>> class_first(pupils, "8b Science")["pupil_id"].tolist()
    ['2', '1']
    """
    words = {name.strip().lower(), *name.lower().split()} - {""}
    here = pd.concat(
        [pupils[column].str.lower().isin(words) for column in SETS], axis=1
    ).any(axis=1)
    return pd.concat([pupils[here], pupils[~here]])


def drawable(chart: FlowChart) -> list[dict[str, str]]:
    """A chart's boxes with what is drawn of them."""
    return [{field: box[field] for field in FIELDS} for box in boxes(chart)]


def open_page() -> PlanningPage:
    """The page over the school that lies open."""
    return PlanningPage(open_workspace(), query=pupil_names.asked())
