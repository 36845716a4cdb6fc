"""Task 7: planning. The flow chart walked for a class and a subject, and the chart that a school draws for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib.pages.kit import empty_states, layout, pupil_names
from senlib.pages.kit.choices import ChoiceList
from senlib.pages.kit.page import Page
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.pages.task7_planning.own_chart_drawing import OwnChart, drawable
from senlib.text import saved_at
from senlib.widgets import Flow
from senlib.workbook.flow_chart import FlowChart, walk
from senlib.workbook.forms import copies, place
from senlib.workbook.rows import new_key
from senlib.workbook.store import StoreError
from senlib.workbook.walks import (
    CLASS,
    GROUP,
    IEP,
    OWN,
    PUPIL,
    WHO,
    Walked,
    asks,
    booklet_chart,
    class_name,
    own_chart,
    summed_up,
    to_do,
    trail_form,
    walked,
)
from senlib.workspace import Workspace

CHARTS = [("The booklet’s", ""), ("Our own", "own")]

SETS = ("form", "set_english", "set_mathematics", "set_science", "set_ict")


class PlanningPage(Page):
    """The page of Task 7."""

    stem = "task7_planning"
    next_steps = (
        (
            "Task 6: write an IEP where the chart asks for one",
            "task6_support_in_class",
        ),
        ("Task 8: put what you decided into the plan", "task8_working_smarter"),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.pupils = pupil_names.with_sen(self.school)
        self.names = pupil_names.names(self.school)
        self.status = layout.html("")
        self._walk = self._build_walk()
        self.drawing = OwnChart(workspace, changed=self._own_chart_changed)

    # -- the walk --

    def walk(self) -> widgets.VBox:
        """A class and a subject, who in it to plan for, and the chart walked for each of them."""
        return self._walk

    def _build_walk(self) -> widgets.VBox:
        self.shared = SharedAnswers(self.workspace)
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
        self.answer, self.list, self.onward = (layout.html("") for _ in range(3))
        self.flow = Flow(walkable=True)
        self.flow.observe(lambda change: self._answered(change["new"]), "answer")
        self._pieces_of_a_class = [
            self.about.box,
            layout.controls(self.which.box),
            layout.html(layout.heading("Whom do we plan for?", level=3)),
            *self._build_list(),
            self.answer,
            self.flow,
            self.shared.box,
            self.onward,
        ]
        self.place = widgets.VBox([])
        self.of_class.on_choice(self._open_class)
        self.which.on_choice(self._choose_chart)
        self.who.on_choice(self._show_walk)
        self._open_class()
        choose = layout.controls(self.of_class.box, self.new_class)
        return widgets.VBox([choose, self.status, self.place])

    def _build_list(self) -> list[widgets.Widget]:
        """What puts pupils and groups on the list of a class, and takes them off it."""
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
        return [
            layout.controls(self.pupil.box, self.add_pupil),
            layout.controls(self.group, self.add_group),
            self.list,
            layout.controls(self.who.box, self.take_off),
        ]

    @in_one_connection
    def begin(self) -> None:
        """Begin with a new class, dated today."""
        key = new_key()
        if self._keep(place(CLASS, of=key), {"date": date.today().isoformat()}):
            self.of_class.offer(self._classes(), key)
            self._open_class()

    @property
    def chart(self) -> FlowChart:
        """The chart that the class is walked through."""
        own = self._own_chart() if self.which.value == "own" else None
        return own or booklet_chart()

    def _own_chart(self) -> FlowChart | None:
        return own_chart(self._read().get(OWN, {}))

    def _about_class(self) -> Mapping[str, str]:
        """What is written of the class that is open: its name, its day, which chart."""
        return self._read().get(place(CLASS, of=self.of_class.value), {})

    def _read(self) -> Mapping[str, Mapping[str, str]]:
        try:
            return self.workspace.store.forms()
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return {}

    def _keep(
        self,
        form: str,
        values: Mapping[str, str],
        *,
        worded: Callable[[str], str] = str,
    ) -> bool:
        """Keep some answers on the class; whether they are kept."""
        try:
            self.shared.keep(
                form,
                values,
                about="the class",
                then=self._open_class,
                worded=worded,
            )
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return False
        self.status.value = ""
        return True

    def _classes(self) -> list[tuple[str, str]]:
        try:
            answers = self.workspace.store.forms(CLASS)
        except StoreError:
            answers = {}
        classes = [
            (class_name(values), key) for key, values in copies(answers, CLASS).items()
        ]
        latest_first = sorted(classes, key=lambda option: option[1], reverse=True)
        return [("Choose a class", ""), *latest_first]

    def _open_class(self) -> None:
        key = self.of_class.value
        if not key:
            self.place.children = []
            return
        self.about.show(of=key)
        self.which.offer(CHARTS, self._about_class().get("chart", ""))
        self.place.children = self._pieces_of_a_class
        self._show_class()

    @in_one_connection
    def _choose_chart(self) -> None:
        chosen = self.which.value
        if chosen == "own" and self._own_chart() is None:
            self.which.offer(CHARTS, "")
            self.status.value = layout.trouble_line(
                "Your school has not drawn a chart yet. Draw one below, then choose it here."
            )
            return
        if self._about_class().get("chart", "") != chosen:
            self._keep(
                place(CLASS, of=self.of_class.value),
                {"chart": chosen},
                worded=_chart_words,
            )
        self._show_class()

    @in_one_connection
    def _add(self, who: str, value: str) -> None:
        if not who or not value:
            self.status.value = layout.trouble_line(
                "Choose a pupil, or give the group a name first."
            )
            return
        if self._keep(
            place(WHO, of=self.of_class.value), {who: value}, worded=_list_words
        ):
            self.group.value = ""
            self._show_class(who)

    @in_one_connection
    def _take_off(self) -> None:
        who = self.who.value
        form = place(WHO, of=self.of_class.value)
        if who and self._keep(form, {who: ""}, worded=_list_words):
            self._show_class()

    def _walks(self) -> list[Walked]:
        return walked(self._read(), chart=self.chart, of_class=self.of_class.value)

    def _show_class(self, who: str = "") -> None:
        """Show who is on the list of the class, where each walk stands, and the walk for `who` or whoever was chosen."""
        self.of_class.offer(self._classes())
        self._see_class()
        walks = self._walks()
        on_list = [one.who for one in walks]
        here = class_first(self.pupils, self._about_class().get("class", ""))
        to_add = [
            option for option in pupil_names.options(here) if option[1] not in on_list
        ]
        self.pupil.offer([("Choose a pupil", ""), *to_add], "")
        names = [(self._name(one), one.who) for one in walks]
        only = on_list[0] if len(on_list) == 1 else ""
        self.who.offer(
            [("Choose from the list", ""), *names], who or self.who.value or only
        )
        self._sum_up(walks)
        self._show_walk()

    def _see_class(self) -> None:
        """Note what the page shows of the class from now on."""
        # Where it cannot be read, `_read` says so.
        with suppress(StoreError):
            for key in (CLASS, WHO):
                self.shared.read(place(key, of=self.of_class.value))

    def _sum_up(self, walks: list[Walked]) -> None:
        self.answer.value = layout.answer(summed_up(walks))
        self.list.value = self._list(walks)

    def _list(self, walks: list[Walked]) -> str:
        if not walks:
            return layout.note(
                empty_states.nobody_on_roll_with_sen(self.school)
                or "Pupils with SEN whose form or set is in the name of the class are offered first."
            )
        lines = [
            {"name": self._name(one), "to_do": to_do(one), "asks": asks(one)}
            for one in walks
        ]
        return layout.plain_table(
            pd.DataFrame(lines),
            caption="The list of this class",
            columns={
                "name": "Pupil or group",
                "to_do": "What the chart says to do",
                "asks": "Where the walk stands",
            },
        )

    def _name(self, one: Walked) -> str:
        if one.group:
            return f"Group: {one.group}"
        return self.names.get(one.who, "A pupil who is no longer in the school’s files")

    def _show_walk(self) -> None:
        """Show the chart, with the way of whoever is chosen lit."""
        chart, who = self.chart, self.who.value
        answers = self._answers(chart, who)
        trail = walk(chart, answers)
        self.flow.walkable = bool(who)
        self.flow.title = f"{chart.title} ({self.who.words})" if who else chart.title
        self.flow.nodes, self.flow.start = drawable(chart), chart.start
        asks_now = trail.asks.key if who and trail.asks else ""
        self.flow.show(
            answers={key: way for key, way in answers.items() if way in ("yes", "no")},
            passed=[node.key for node in trail.nodes] if who else [],
            asks=asks_now,
            done=trail.done,
        )
        self.onward.value = self._onward(who, trail.leads_to if trail.done else ())

    def _answers(self, chart: FlowChart, who: str) -> dict[str, str]:
        if not who:
            return {}
        form = trail_form(chart, of_class=self.of_class.value, who=who)
        try:
            answers = self.shared.read(form)
        except StoreError as error:
            self.status.value = layout.trouble_line(str(error))
            return {}
        return {key: way for key, way in answers.items() if key in chart.nodes}

    @in_one_connection
    def _answered(self, answer: Mapping[str, str]) -> None:
        """Keep an answer of the walk, and show where it leads."""
        if not answer or not self.who.value:
            return
        chart = self.chart
        form = trail_form(chart, of_class=self.of_class.value, who=self.who.value)
        try:
            about = f"the question ‘{chart.nodes[answer['key']].label}’"
            at = self.shared.keep(
                form, {answer["key"]: answer["way"]}, about=about, then=self._show_walk
            )
        except StoreError as error:
            self.flow.saved = {"fault": f"Not saved. {error}"}
            return
        self.flow.saved = {"at": saved_at(at)}
        self._sum_up(self._walks())
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
        return self.drawing.box

    def _own_chart_changed(self) -> None:
        if self.which.value == "own":
            self._show_class()


def _chart_words(key: str) -> str:
    return next(label for label, value in CHARTS if value == key)


def _list_words(value: str) -> str:
    return "on the list" if value else "not on the list"


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


open_page = PlanningPage.open
