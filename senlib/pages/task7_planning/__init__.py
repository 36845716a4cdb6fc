"""Task 7: planning. The flow chart walked for a class and a subject, and the chart that a school draws for itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib.pages.kit import empty_states, layout, pupil_names
from senlib.pages.kit.choices import ChoiceList, button
from senlib.pages.kit.live import on_message
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.pages.task7_planning.own_chart_drawing import OwnChart, drawable
from senlib.widgets import Flow
from senlib.workbook import walks
from senlib.workbook.flow_chart import FlowChart, walk
from senlib.workbook.forms import copies, place
from senlib.workbook.rows import new_key
from senlib.workbook.store import Answers, AnswersByForm, StoreError

CHARTS = [("The booklet’s", ""), ("Our own", "own")]

LIST = {
    "name": "Pupil or group",
    "to_do": "What the chart says to do",
    "asks": "Where the walk stands",
}

SETS = ("form", "set_english", "set_mathematics", "set_science", "set_ict")

Walks = list[walks.Walked]


class PlanningPage(Page):
    """The page of Task 7."""

    def build(self) -> None:
        self.pupils = pupil_names.with_sen(self.school)
        self.names = pupil_names.names(self.school)

    # -- the walk --

    @piece
    def walk(self) -> widgets.VBox:
        """A class and a subject, who in it to plan for, and the chart walked for each of them."""
        self.status = layout.html("")
        self.shared = SharedAnswers(self.workspace)
        chosen = self.query.get("class", "")
        self.of_class = ChoiceList(
            "The class you are working on", self._classes(), chosen
        )
        self.new_class = button("Begin a new class", self.begin, primary=True)
        self.about = self.ask.part(walks.CLASS, of="none")
        self.about.after(self._show_class)
        self.which = ChoiceList("Which chart?", CHARTS)
        self.answer = layout.html("")
        self.list = layout.html("")
        self.onward = layout.html("")
        self.flow = Flow(walkable=True)
        on_message(self.flow, "answer", self._answered)
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
        return layout.stack(choose, self.status, self.place)

    def _build_list(self) -> list[widgets.Widget]:
        """What puts pupils and groups on the list of a class, and takes them off it."""
        self.pupil = ChoiceList("A pupil of this class", [("Choose a pupil", "")])
        self.group = widgets.Text(description="Or a group: its name")
        self.add_pupil = button(
            "Put the pupil on the list",
            lambda: self._add(self.pupil.value, walks.PUPIL),
        )
        self.add_group = button("Put the group on the list", self._add_group)
        first = [("Choose from the list", "")]
        self.who = ChoiceList("For whom are you walking it?", first)
        self.take_off = button("Take off the list", self._take_off)
        return [
            layout.controls(self.pupil.box, self.add_pupil),
            layout.controls(self.group, self.add_group),
            self.list,
            layout.controls(self.who.box, self.take_off),
        ]

    @piece
    def own(self) -> widgets.VBox:
        """A place to draw how planning goes at this school."""
        self.drawing = OwnChart(self.workspace, changed=self._own_chart_changed)
        return self.drawing.box

    @in_one_connection
    def begin(self) -> None:
        """Begin with a new class, dated today."""
        key = new_key()
        form, today = place(walks.CLASS, of=key), date.today()
        if self._keep(form, {"date": today.isoformat()}):
            self.of_class.offer(self._classes(), key)
            self._open_class()

    @property
    def chart(self) -> FlowChart:
        """The chart that the class is walked through."""
        own = self._own_chart() if self.which.value == "own" else None
        return own or walks.booklet_chart()

    def _own_chart(self) -> FlowChart | None:
        return walks.own_chart(self._read(walks.OWN).get(walks.OWN, {}))

    def _about_class(self) -> Answers:
        """What is written of the class that is open: its name, its day, which chart."""
        form = self._form(walks.CLASS)
        return self._read(form).get(form, {})

    def _form(self, key: str) -> str:
        """The form under which something is kept of the class that is open."""
        return place(key, of=self.of_class.value)

    def _read(self, under: str = "") -> AnswersByForm:
        try:
            return self.workspace.store.forms(under)
        except StoreError as error:
            self.status.value = layout.trouble_line(error)
            return {}

    def _keep(
        self,
        form: str,
        values: Answers,
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

    def _classes(self) -> layout.Options:
        options = [("Choose a class", "")]
        classes = copies(self._read(walks.CLASS), walks.CLASS)
        for key in sorted(classes, reverse=True):
            name = walks.class_name(classes[key])
            options.append((name, key))
        return options

    def _open_class(self) -> None:
        key = self.of_class.value
        if not key:
            self.place.children = []
            return
        self.about.show(of=key)
        chart = self._about_class().get("chart", "")
        self.which.offer(CHARTS, chart)
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
            self._keep(self._form(walks.CLASS), {"chart": chosen}, worded=_chart_words)
        self._show_class()

    def _add_group(self) -> None:
        self._add(new_key(), self.group.value.strip())

    @in_one_connection
    def _add(self, who: str, value: str) -> None:
        if not who or not value:
            self.status.value = layout.trouble_line(
                "Choose a pupil, or give the group a name first."
            )
            return
        if self._list_has(who, value):
            self.group.value = ""
            self._show_class(who)

    @in_one_connection
    def _take_off(self) -> None:
        who = self.who.value
        if who and self._list_has(who, ""):
            self._show_class()

    def _list_has(self, who: str, value: str) -> bool:
        """Keep who is on the list, or with '' no longer is; whether that is kept."""
        return self._keep(self._form(walks.WHO), {who: value}, worded=_list_words)

    def _walks(self) -> Walks:
        of_class = self.of_class.value
        return walks.walked(self._read(), chart=self.chart, of_class=of_class)

    def _show_class(self, who: str = "") -> None:
        """Show who is on the list of the class, where each walk stands, and the walk for `who` or whoever was chosen."""
        self.of_class.offer(self._classes())
        self._see_class()
        every_walk = self._walks()
        on_list = [one.who for one in every_walk]
        name = self._about_class().get("class", "")
        to_add = class_first(self.pupils, name)
        to_add = to_add[~to_add["pupil_id"].isin(on_list)]
        options = pupil_names.options(to_add)
        self.pupil.offer([("Choose a pupil", ""), *options], "")
        names = [(self._name(one), one.who) for one in every_walk]
        only = on_list[0] if len(on_list) == 1 else ""
        chosen = who or self.who.value or only
        self.who.offer([("Choose from the list", ""), *names], chosen)
        self._sum_up(every_walk)
        self._show_walk()

    def _see_class(self) -> None:
        """Note what the page shows of the class from now on."""
        # Where it cannot be read, `_read` says so.
        with suppress(StoreError):
            for key in (walks.CLASS, walks.WHO):
                self.shared.read(self._form(key))

    def _sum_up(self, every_walk: Walks) -> None:
        self.answer.value = layout.answer(walks.summed_up(every_walk))
        self.list.value = self._list(every_walk)

    def _list(self, every_walk: Walks) -> str:
        if not every_walk:
            return layout.note(
                empty_states.nobody_on_roll_with_sen(self.school)
                or "Pupils with SEN whose form or set is in the name of the class are offered first."
            )
        lines = [
            (self._name(one), walks.to_do(one), walks.asks(one)) for one in every_walk
        ]
        table = pd.DataFrame(lines, columns=list(LIST))
        return layout.plain_table(table, caption="The list of this class", columns=LIST)

    def _name(self, one: walks.Walked) -> str:
        if one.group:
            return f"Group: {one.group}"
        return self.names.get(one.who, "A pupil who is no longer in the school’s files")

    def _show_walk(self) -> None:
        """Show the chart, with the way of whoever is chosen lit."""
        chart, who = self.chart, self.who.value
        answers = self._answers(chart)
        trail = walk(chart, answers)
        self.flow.walkable = bool(who)
        self.flow.title = f"{chart.title} ({self.who.words})" if who else chart.title
        self.flow.nodes = drawable(chart)
        self.flow.start = chart.start
        asks_now = trail.asks.key if who and trail.asks else ""
        passed = [node.key for node in trail.nodes]
        self.flow.show(
            answers=answers,
            passed=passed if who else [],
            asks=asks_now,
            done=trail.done,
        )
        leads_to = trail.leads_to if trail.done else ()
        self.onward.value = self._onward(who, leads_to)

    def _trail_form(self, chart: FlowChart) -> str:
        of_class, who = self.of_class.value, self.who.value
        return walks.trail_form(chart, of_class=of_class, who=who)

    def _answers(self, chart: FlowChart) -> Answers:
        if not self.who.value:
            return {}
        try:
            answers = self.shared.read(self._trail_form(chart))
        except StoreError as error:
            self.status.value = layout.trouble_line(error)
            return {}
        return {
            key: way
            for key, way in answers.items()
            if key in chart.nodes and way in ("yes", "no")
        }

    @in_one_connection
    def _answered(self, answer: Answers) -> None:
        """Keep an answer of the walk, and show where it leads."""
        if not answer or not self.who.value:
            return
        chart = self.chart
        form = self._trail_form(chart)
        key = answer["key"]
        self.flow.saved = self.shared.reply(
            form,
            {key: answer["way"]},
            about=f"the question ‘{chart.nodes[key].label}’",
            then=self._show_walk,
        )
        if "at" in self.flow.saved:
            self._sum_up(self._walks())
            self._show_walk()

    def _onward(self, who: str, leads_to: tuple[str, ...]) -> str:
        """Where the walk leads: to an IEP only where the chart says so."""
        if walks.IEP not in leads_to:
            return ""
        stem = "task6_support_in_class"
        group = who.startswith(walks.GROUP)
        if not group and who not in self.names:
            return layout.note(
                "The chart asks for an IEP, but this pupil is no longer in the school’s files."
            )
        link = f"{layout.address(stem)}?group={layout.escape(who)}"
        if not group:
            link = pupil_names.page_address(self.workspace, who, stem=stem)
        words = "Write the group’s plan (Task 6)" if group else "Write the IEP (Task 6)"
        return f'<p><a class="sl-button" href="{link}">{words}</a></p>'

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
    sets = pupils[list(SETS)].apply(lambda column: column.str.lower())
    here = sets.isin(words).any(axis=1)
    return pd.concat([pupils[here], pupils[~here]])


open_page = PlanningPage.open
