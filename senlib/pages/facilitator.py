"""Sessions: a plan is chosen, ordered and timed; slides, handouts and cards are made from it; and a clock runs beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import ipywidgets as widgets

from senlib import open_sample, samples
from senlib.exports.about import About
from senlib.exports.bundle import File, bundle
from senlib.frameworks import load as framework_named
from senlib.pages.kit import layout
from senlib.pages.kit.choices import button
from senlib.pages.kit.page import Page
from senlib.pages.kit.session_files import (
    HIDDEN,
    in_minutes,
    running_order,
    session_files,
)
from senlib.pages.kit.shared_answers import SharedAnswers
from senlib.widgets import Clock
from senlib.workbook import sessions
from senlib.workbook.sessions import Activity, Plan, Sitting
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace

# How many rows of the list of activities are in sight.
MOST_ROWS = 12


class SessionsPage(Page):
    """The page for whoever leads a session."""

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.shared = SharedAnswers(workspace)
        self.chosen: tuple[Activity, ...] = ()
        self._drawing = False
        plan, meeting = self._last_place()
        plans = _titled(sessions.plans())
        self.which = layout.choice("Plan", plans, plan)
        meetings = _titled(self._plan.sittings)
        self.meeting = layout.choice("Meeting", meetings, meeting)
        self.clock_face = Clock()
        self._files = self._build_files()
        self._plan_box = self._build_plan()

    # -- the plan --

    def plan(self) -> widgets.VBox:
        """The plan: which one, its activities in order with their minutes, and the sum beside the time there is."""
        return self._plan_box

    def _build_plan(self) -> widgets.VBox:
        self.about, self.sum, self.order, self.status = (
            layout.html("") for _ in range(4)
        )
        self.list = widgets.Select(description="In this order", options=[])
        self.list.layout.max_width = "100%"
        self.minutes = widgets.BoundedIntText(
            description="Minutes for it",
            min=sessions.LEAST,
            max=sessions.MOST,
            value=sessions.LEAST,
        )
        self.earlier = button("Earlier", lambda: self._move(-1))
        self.later = button("Later", lambda: self._move(1))
        self.out = button("Take it out", self._take_out)
        self.more = layout.choice("One more activity", [("Choose", "")])
        self.add = button("Add it", self._add)
        self.back = button("Put the plan back as it came", self._put_back)
        self._follow(self.which, self._plan_changed)
        self._follow(self.meeting, self._meeting_changed)
        self._follow(self.list, self._show_minutes)
        self._follow(self.minutes, self._set_minutes)
        self._read()
        return widgets.VBox(
            [
                layout.controls(self.which, self.meeting),
                self.about,
                self.sum,
                self.list,
                layout.controls(self.earlier, self.later, self.out),
                layout.controls(self.minutes),
                self.status,
                layout.controls(self.more, self.add, self.back),
                self.shared.box,
                self.trouble,
                self.order,
            ]
        )

    def _follow(self, control: widgets.Widget, do: Callable[[], None]) -> None:
        """Call `do` whenever a person changes a control, and not where the page itself does."""

        def changed(_: object) -> None:
            if not self._drawing:
                do()

        control.observe(changed, "value")

    @property
    def sitting(self) -> Sitting:
        """The meeting that is chosen."""
        return self._plan.sitting(self.meeting.value)

    @property
    def _plan(self) -> Plan:
        return sessions.plan(self.which.value)

    @property
    def _form(self) -> str:
        return f"{sessions.FORM}/{self.which.value}"

    @property
    def _has_meetings(self) -> bool:
        return len(self._plan.sittings) > 1

    def _last_place(self) -> tuple[str, str]:
        """The plan and the meeting that were open last; the first of each where that cannot be told."""
        answers: Mapping[str, str] = {}
        try:
            answers = self.shared.read(sessions.FORM)
        except StoreError as error:
            self.trouble.value = layout.trouble_line(str(error))
        plans = sessions.plans()
        key = answers.get("plan", "")
        plan = sessions.plan(key if key in _keys(plans) else plans[0].key)
        meetings = _keys(plan.sittings)
        meeting = answers.get("meeting", "")
        return plan.key, meeting if meeting in meetings else meetings[0]

    def _plan_changed(self) -> None:
        meetings = _titled(self._plan.sittings)
        self._drawing = True
        self.meeting.options = meetings
        self.meeting.index = 0
        self._drawing = False
        self._meeting_changed()

    def _meeting_changed(self) -> None:
        self._read()
        place = {"plan": self.which.value, "meeting": self.meeting.value}
        self._keep(place, form=sessions.FORM)

    def _read(self) -> None:
        """Take what was chosen for this meeting out of the store, or the meeting as it came."""
        answers: Mapping[str, str] = {}
        try:
            answers = self.shared.read(self._form)
        except StoreError as error:
            self.trouble.value = layout.trouble_line(
                f"What you chose cannot be read, so this is the plan as it came. {error}"
            )
        self.status.value = ""
        self.chosen = sessions.chosen_for(self.sitting, answers)
        self._draw()

    def _choose(self, chosen: Sequence[Activity], *, status: str, at: str = "") -> None:
        """Take these activities from now on, keep them, and say what was done; `at` is the one that is selected then."""
        before = self.list.value
        self.chosen = tuple(chosen)
        self._draw(at=at or before or "")
        self.status.value = _status(layout.escape(status))
        values = sessions.to_save(self.sitting, self.chosen)
        self._keep(values, form=self._form)

    def _keep(self, values: Mapping[str, str], *, form: str) -> None:
        try:
            self.shared.keep(
                form, values, about="the plan of a session", then=self._read
            )
        except StoreError as error:
            self.trouble.value = layout.not_saved(error)
            return
        self.trouble.value = ""

    def _draw(self, *, at: str = "") -> None:
        """Show what is chosen, and all that hangs on it."""
        self._drawing = True
        self.about.value = f"<p>{layout.escape(self._plan.about)}</p>"
        self.meeting.layout.display = "" if self._has_meetings else "none"
        self.sum.value = layout.answer(self._beside(self.chosen))
        # The numbers first: a narrow list cuts its lines at the end.
        options = [
            (f"{number}. {one.minutes} min: {one.title}", one.key)
            for number, one in enumerate(self.chosen, start=1)
        ]
        keys = _keys(self.chosen)
        self.list.options = options
        rows = max(len(options), 2)
        self.list.rows = min(rows, MOST_ROWS)
        first = next(iter(keys), None)
        self.list.value = at if at in keys else first
        others = [
            (f"{one.unit}: {one.title}" if one.unit else one.title, one.key)
            for one in sessions.activities().values()
            if one.key not in keys
        ]
        self.more.options = [("Choose", ""), *others]
        self.more.value = ""
        self.order.value = running_order(self.chosen, between=self.sitting.between)
        self._drawing = False
        self._show_minutes()
        # Files that were made are of the plan as it was.
        self._clear_links()
        self._set_clock()

    def _beside(self, chosen: Sequence[Activity]) -> str:
        """How long the activities take, beside the time there is."""
        return sessions.beside(chosen, there_is=self.sitting.minutes)

    def _show_minutes(self) -> None:
        minutes = {one.key: one.minutes for one in self.chosen}
        selected = self.list.value in minutes
        self._drawing = True
        self.minutes.value = minutes.get(self.list.value, sessions.LEAST)
        self._drawing = False
        for control in (self.minutes, self.earlier, self.later, self.out):
            control.disabled = not selected

    def _set_minutes(self) -> None:
        key, minutes = self.list.value, self.minutes.value
        if key is None:
            return
        chosen = sessions.lasting(self.chosen, key, minutes=minutes)
        lasts = f"{_title(key)}: {in_minutes(minutes)}."
        self._choose(chosen, status=f"{lasts} {self._beside(chosen)}")

    def _move(self, by: int) -> None:
        key = self.list.value
        if key is None:
            return
        chosen = sessions.moved(self.chosen, key, by=by)
        place = _keys(chosen).index(key) + 1
        status = f"{_title(key)} is number {place} of {len(chosen)}."
        self._choose(chosen, status=status)

    def _take_out(self) -> None:
        key = self.list.value
        if key is None:
            return
        chosen = list(self.chosen)
        place = _keys(chosen).index(key)
        del chosen[place]
        nearest = chosen[place:] or chosen[-1:]
        at = nearest[0].key if nearest else ""
        self._choose(chosen, status=f"{_title(key)} is out.", at=at)

    def _add(self) -> None:
        key = self.more.value
        if not key:
            self.status.value = _status("Choose an activity first.")
            return
        # After the one that is selected, or at the end.
        selected = self.list.index
        place = len(self.chosen) if selected is None else selected + 1
        chosen = list(self.chosen)
        chosen.insert(place, sessions.activities()[key])
        status = f"{_title(key)} is in, as number {place + 1} of {len(chosen)}."
        self._choose(chosen, status=status, at=key)

    def _put_back(self) -> None:
        self._choose(self.sitting.activities, status="The plan stands as it came.")

    # -- the files --

    def files(self) -> widgets.VBox:
        """Slides, handouts, cards and a running order, made when asked for."""
        return self._files

    def _build_files(self) -> widgets.VBox:
        choices = [
            (f"Sample: {framework_named(name).short_title}", name) for name in samples()
        ]
        self.sample = layout.choice(
            "Figures of which sample school?", choices, self.school.framework.name
        )
        self.make = button("Make the files", self._make, primary=True)
        self.links = layout.html("")
        self._follow(self.sample, self._clear_links)
        intro = (
            "Slides and handouts show a sample school in which nobody is real, and blank forms. "
            "No pupil of your own school gets into them, whichever school is open."
        )
        return widgets.VBox(
            [
                layout.html(f"<p>{layout.words(intro)}</p>"),
                layout.controls(self.sample, self.make),
                self.links,
            ]
        )

    def _clear_links(self) -> None:
        self.links.value = ""

    def _make(self) -> None:
        if not self.chosen:
            self.links.value = _status(
                "There is no activity in the plan, so there is nothing to make yet. Add one above."
            )
            return
        self.links.value = _status("Making the files. This takes a few seconds.")
        self.make.disabled = True
        try:
            school = open_sample(self.sample.value)
            about = About(
                title=self._title(),
                source=school.name,
                on=date.today(),
                sample=True,
                hidden=HIDDEN,
            )
            between = self.sitting.between
            files = session_files(
                self.chosen, between=between, about=about, school=school
            )
        finally:
            self.make.disabled = False
        self.links.value = _links(files, about=about)

    def _title(self) -> str:
        return self.sitting.title if self._has_meetings else self._plan.title

    # -- the clock --

    def clock(self) -> Clock:
        """A clock for the session, in the browser alone: the activity under way, what is left of it, and what comes next."""
        return self.clock_face

    def _set_clock(self) -> None:
        activities = [
            {"key": one.key, "title": one.title, "minutes": one.minutes}
            for one in self.chosen
        ]
        self.clock_face.show(
            title=self._title(),
            key=f"{self.which.value}/{self.meeting.value}",
            activities=activities,
        )


def _titled(things: Iterable[Plan | Sitting]) -> list[tuple[str, str]]:
    """Things as a list of choices has them: each title with its key."""
    return [(one.title, one.key) for one in things]


def _keys(things: Iterable[Plan | Sitting | Activity]) -> list[str]:
    return [one.key for one in things]


def _title(key: str) -> str:
    return f"‘{sessions.activities()[key].title}’"


def _status(html: str) -> str:
    return f'<p role="status">{html}</p>'


def _links(files: Sequence[File], *, about: About) -> str:
    """All files in one zip, then each for itself, and what they are."""
    name = re.sub(r"[^\w ]|_", "", about.title)
    whole = bundle(files, about=about)
    buttons = layout.download("Everything in one zip", whole, name=name, kind="zip")
    items = ""
    for file in files:
        stem, kind = file.name.rsplit(".", 1)
        buttons += layout.download(stem, file.content, name=f"{name}-{stem}", kind=kind)
        items += f"<li><strong>{layout.escape(stem)}</strong>: {layout.escape(file.says)}</li>"
    return (
        _status(f"{len(files)} files are made.")
        + f'<p class="sl-downloads">{buttons}</p><ul>{items}</ul>{layout.note(HIDDEN)}'
    )


open_page = SessionsPage.open
