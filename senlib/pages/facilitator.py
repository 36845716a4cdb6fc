"""Sessions: a plan is chosen, ordered and timed; slides, handouts and cards are made from it; and a clock runs beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ipywidgets as widgets
import pandas as pd

from senlib import open_sample
from senlib.exports import slides, word
from senlib.exports.about import About
from senlib.exports.bundle import File, bundle
from senlib.frameworks import load as framework_named
from senlib.frameworks import names
from senlib.measures.conversion import conversion
from senlib.measures.criteria import criteria
from senlib.measures.proportion import rounded
from senlib.measures.tracking import on_course_rates, track
from senlib.pages.kit import header, layout, sentences, verdicts
from senlib.pages.kit.shared_answers import SharedAnswers
from senlib.school.school import School
from senlib.widgets import Clock
from senlib.workbook import sessions
from senlib.workbook.sessions import Activity, Plan, Sitting
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace, open_workspace

# Said on every file: what the pupils in it are, and that no count in it is left out.
HIDDEN = "Nothing was hidden: the figures are those of a sample school, and the forms are blank."

# How many rows of the list of activities are in sight.
MOST_ROWS = 12


class SessionsPage:
    """The page for who leads a session. A test drives it without a browser.

    Each section is a method that a notebook calls; `plan` comes first, for the others hang on what is chosen there.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.shown = workspace, SharedAnswers(workspace)
        self.trouble, self.said = layout.html(""), layout.html("")
        self._drawing = False
        place = self._last_place()
        self.which = layout.choice(
            "Plan", [(plan.title, plan.key) for plan in sessions.plans()], place[0]
        )
        self.meeting = layout.choice("Meeting", self._meetings(), place[1])
        self.chosen: tuple[Activity, ...] = ()

    def header(self) -> widgets.HTML:
        """Which school lies open, and that no pupil of it gets onto slides or handouts."""
        return header.header(self.workspace)

    # -- the plan --

    def plan(self) -> widgets.VBox:
        """The plan: which one, its activities in order with their minutes, and the sum beside the time there is."""
        self.about, self.sum, self.order = (
            layout.html(""),
            layout.html(""),
            layout.html(""),
        )
        self.list = widgets.Select(description="In this order", options=[])
        self.minutes = widgets.BoundedIntText(
            description="Minutes for it",
            min=sessions.LEAST,
            max=sessions.MOST,
            value=sessions.LEAST,
        )
        self.earlier, self.later, self.out = (
            widgets.Button(description=words)
            for words in ("Earlier", "Later", "Take it out")
        )
        self.more = layout.choice("One more activity", [("Choose", "")])
        self.add, self.back = (
            widgets.Button(description="Add it"),
            widgets.Button(description="Put the plan back as it came"),
        )
        self.which.observe(lambda _: self._plan_changed(), "value")
        self.meeting.observe(lambda _: self._meeting_changed(), "value")
        self.list.observe(lambda _: self._show_minutes(), "value")
        self.minutes.observe(lambda change: self._set_minutes(change["new"]), "value")
        self.earlier.on_click(lambda _: self._move(-1))
        self.later.on_click(lambda _: self._move(1))
        self.out.on_click(lambda _: self._take_out())
        self.add.on_click(lambda _: self._add())
        self.back.on_click(lambda _: self._put_back())
        self._read()
        self.list.layout.max_width = "100%"
        one = layout.controls(self.earlier, self.later, self.out)
        more = layout.controls(self.more, self.add, self.back)
        pieces = [
            layout.controls(self.which, self.meeting),
            self.about,
            self.sum,
            self.list,
            one,
            layout.controls(self.minutes),
            self.said,
        ]
        return widgets.VBox([*pieces, more, self.shown.box, self.trouble, self.order])

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

    def _meetings(self) -> list[tuple[str, str]]:
        return [(sitting.title, sitting.key) for sitting in self._plan.sittings]

    def _last_place(self) -> tuple[str, str]:
        """The plan and the meeting that were open last; the first of each where that cannot be told."""
        held: Mapping[str, str] = {}
        try:
            held = self.shown.read(sessions.FORM)
        except StoreError as error:
            self.trouble.value = layout.trouble_line(str(error))
        found = [
            plan for plan in sessions.plans() if plan.key == held.get("plan")
        ] or list(sessions.plans()[:1])
        keys = [sitting.key for sitting in found[0].sittings]
        return found[0].key, held["meeting"] if held.get("meeting") in keys else keys[0]

    def _plan_changed(self) -> None:
        if self._drawing:
            return
        self._drawing = True
        self.meeting.options = self._meetings()
        self.meeting.value = self._plan.sittings[0].key
        self._drawing = False
        self._meeting_changed()

    def _meeting_changed(self) -> None:
        if self._drawing:
            return
        self._read()
        self._keep(
            {"plan": self.which.value, "meeting": self.meeting.value},
            form=sessions.FORM,
        )

    def _read(self) -> None:
        """Take what was chosen for this meeting out of the store, or the meeting as it came."""
        try:
            held = self.shown.read(self._form)
        except StoreError as error:
            held, self.trouble.value = (
                {},
                layout.trouble_line(
                    f"What you chose cannot be read, so this is the plan as it came. {error}"
                ),
            )
        self.said.value = ""
        self.chosen = sessions.kept(self.sitting, held)
        self._draw()

    def _choose(self, chosen: Sequence[Activity], *, said: str, at: str = "") -> None:
        """Take these activities from now on, keep them, and say what was done; `at` is the one that is selected then."""
        before = self.list.value
        self.chosen = tuple(chosen)
        self._draw(at=at or before or "")
        self.said.value = f'<p role="status">{layout.escape(said)}</p>'
        self._keep(sessions.to_keep(self.sitting, self.chosen), form=self._form)

    def _keep(self, values: Mapping[str, str], *, form: str) -> None:
        try:
            self.shown.keep(
                form, values, about="the plan of a session", then=self._read
            )
        except StoreError as error:
            self.trouble.value = layout.not_saved(error)
            return
        self.trouble.value = ""

    def _draw(self, *, at: str = "") -> None:
        """Show what is chosen, and all that hangs on it."""
        self._drawing = True
        many = len(self._plan.sittings) > 1
        self.about.value = f"<p>{layout.escape(self._plan.about)}</p>"
        self.meeting.layout.display = "" if many else "none"
        self.sum.value = layout.answer(
            sessions.beside(self.chosen, there_is=self.sitting.minutes)
        )
        options = [
            (_in_the_list(number, one), one.activity.key)
            for number, one in enumerate(sessions.timed(self.chosen), start=1)
        ]
        keys = [key for _, key in options]
        self.list.options = options
        self.list.rows = min(max(len(options), 2), MOST_ROWS)
        self.list.value = at if at in keys else (keys[0] if keys else None)
        others = [one for one in sessions.activities().values() if one.key not in keys]
        self.more.options = [
            ("Choose", ""),
            *((_named(one), one.key) for one in others),
        ]
        self.more.value = ""
        self.order.value = running_order(self.chosen, between=self.sitting.between)
        self._drawing = False
        self._show_minutes()
        self._follow()

    def _follow(self) -> None:
        """What other sections show follows the plan."""
        if hasattr(self, "links"):
            self.links.value = ""
        if hasattr(self, "clock_face"):
            self._set_clock()

    def _show_minutes(self) -> None:
        if self._drawing:
            return
        found = [one for one in self.chosen if one.key == self.list.value]
        self._drawing = True
        self.minutes.value = found[0].minutes if found else sessions.LEAST
        self._drawing = False
        for control in (self.minutes, self.earlier, self.later, self.out):
            control.disabled = not found

    def _set_minutes(self, minutes: int) -> None:
        key = self.list.value
        if self._drawing or key is None:
            return
        chosen = sessions.lasting(self.chosen, key, minutes=minutes)
        self._choose(
            chosen,
            said=f"{_title(key)}: {_minutes(minutes)}. {sessions.beside(chosen, there_is=self.sitting.minutes)}",
        )

    def _move(self, by: int) -> None:
        key = self.list.value
        if key is None:
            return
        chosen = sessions.moved(self.chosen, key, by=by)
        place = [one.key for one in chosen].index(key) + 1
        self._choose(chosen, said=f"{_title(key)} is number {place} of {len(chosen)}.")

    def _take_out(self) -> None:
        key = self.list.value
        if key is None:
            return
        keys = [one.key for one in self.chosen]
        nearest = [*keys[keys.index(key) + 1 :], *reversed(keys[: keys.index(key)])]
        self._choose(
            [one for one in self.chosen if one.key != key],
            said=f"{_title(key)} is out.",
            at=nearest[0] if nearest else "",
        )

    def _add(self) -> None:
        key = self.more.value
        if not key:
            self.said.value = '<p role="status">Choose an activity first.</p>'
            return
        keys = [one.key for one in self.chosen]
        place = (
            keys.index(self.list.value) + 1 if self.list.value in keys else len(keys)
        )
        chosen = [
            *self.chosen[:place],
            sessions.activities()[key],
            *self.chosen[place:],
        ]
        self._choose(
            chosen,
            said=f"{_title(key)} is in, as number {place + 1} of {len(chosen)}.",
            at=key,
        )

    def _put_back(self) -> None:
        self._choose(self.sitting.activities, said="The plan stands as it came.")

    # -- the files --

    def files(self) -> widgets.VBox:
        """Slides, handouts, cards and a running order, made when asked for."""
        samples = [
            (f"Sample: {framework_named(name).short_title}", name) for name in names()
        ]
        self.sample = layout.choice(
            "Figures of which sample school?",
            samples,
            self.workspace.school.framework.name,
        )
        self.make = widgets.Button(description="Make the files", button_style="primary")
        self.links = layout.html("")
        self.sample.observe(lambda _: setattr(self.links, "value", ""), "value")
        self.make.on_click(lambda _: self._make())
        told = (
            "Slides and handouts show a sample school in which nobody is real, and blank forms. "
            "No pupil of your own school gets into them, whichever school is open."
        )
        return widgets.VBox(
            [
                layout.html(f"<p>{layout.words(told)}</p>"),
                layout.controls(self.sample, self.make),
                self.links,
            ]
        )

    def _make(self) -> None:
        if not self.chosen:
            self.links.value = '<p role="status">There is no activity in the plan, so there is nothing to make yet. Add one above.</p>'
            return
        self.links.value = (
            '<p role="status">Making the files. This takes a few seconds.</p>'
        )
        self.make.disabled = True
        try:
            title = self._title()
            school = open_sample(self.sample.value)
            about = About(
                title=title,
                source=school.name,
                on=date.today(),
                sample=True,
                hidden=HIDDEN,
            )
            made = made_files(
                self.chosen, between=self.sitting.between, about=about, school=school
            )
        finally:
            self.make.disabled = False
        whole = bundle(made, about=about)
        name = "".join(letter for letter in title if letter.isalnum() or letter == " ")
        buttons = [
            layout.download("Everything in one zip", whole, name=name, kind="zip")
        ]
        for file in made:
            stem, kind = file.name.rsplit(".", 1)
            buttons.append(
                layout.download(stem, file.content, name=f"{name}-{stem}", kind=kind)
            )
        says = "".join(
            f"<li><strong>{layout.escape(file.name.rsplit('.', 1)[0])}</strong>: {layout.escape(file.says)}</li>"
            for file in made
        )
        told = f'<p role="status">{len(made)} files are made.</p>'
        self.links.value = f'{told}<p class="sl-downloads">{"".join(buttons)}</p><ul>{says}</ul>{layout.note(HIDDEN)}'

    def _title(self) -> str:
        return self.sitting.title if len(self._plan.sittings) > 1 else self._plan.title

    # -- the clock --

    def clock(self) -> Clock:
        """A clock for the session, in the browser alone: the activity under way, what is left of it, and what comes next."""
        self.clock_face = Clock()
        self._set_clock()
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

    def next(self) -> widgets.HTML:
        """Where to go from here."""
        lines = [
            (
                "Task 2: the card sort on the screen, for a group without paper",
                layout.address("task2_role_of_the_senco"),
            ),
            (
                "In the room: let participants in, and see what the room thinks",
                layout.address("room"),
            ),
            (
                "Governors: the pictures for a governors’ meeting",
                layout.address("governors"),
            ),
        ]
        return layout.html(layout.what_next(lines))


# -- the running order --


def running_order(chosen: Sequence[Activity], *, between: str = "") -> str:
    """The activities with their times, and who does what in each, as HTML.

    >>> "0:00 to 0:20" in running_order([sessions.activities()["sort"]])
    True
    """
    if not chosen:
        return layout.note(
            "No activity is chosen. Add one above, or put the plan back as it came."
        )
    items = "".join(_item(one) for one in sessions.timed(chosen))
    after = (
        f"<h4>Until you meet again</h4><p>{layout.escape(between)}</p>"
        if between
        else ""
    )
    return f'{layout.heading("The running order", level=3)}<ol class="sl-tasks">{items}</ol>{after}'


def _item(one: sessions.Timed) -> str:
    activity = one.activity
    unit = f" <span>({layout.escape(activity.unit)})</span>" if activity.unit else ""
    head = f"<strong>{sessions.clock(one.begins)} to {sessions.clock(one.ends)}. {layout.escape(activity.title)}</strong>{unit}"
    told = [
        (words, text)
        for words, text in (
            ("You", activity.leader),
            ("They", activity.participants),
            ("Give out", gives_out(activity)),
            ("For you alone", activity.notes),
        )
        if text
    ]
    if not activity.unit:
        return f"<li>{head}</li>"
    lines = "".join(
        f"<p><strong>{words}.</strong> {layout.escape(text)}</p>"
        for words, text in told
    )
    return f"<li>{head}<details><summary>Who does what</summary>{lines}</details></li>"


def gives_out(activity: Activity) -> str:
    """What is given out for an activity, in words; '' where that is nothing.

    >>> gives_out(sessions.activities()["sort"]), gives_out(sessions.activities()["flow"])
    ('The card sort (to cut out)', 'Does it need a plan of its own?')
    """
    named = [part.title for part in sessions.parts_of([activity])]
    return "; ".join(
        [
            *named,
            *(f"{pack.title} (to cut out)" for pack in sessions.packs_of([activity])),
        ]
    )


def _in_the_list(number: int, one: sessions.Timed) -> str:
    # The numbers first: a narrow list cuts its lines at the end.
    return f"{number}. {one.activity.minutes} min: {one.activity.title}"


def _named(activity: Activity) -> str:
    return f"{activity.unit}: {activity.title}" if activity.unit else activity.title


def _title(key: str) -> str:
    return f"‘{sessions.activities()[key].title}’"


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


# -- what is made of it --


def made_files(
    chosen: Sequence[Activity], *, between: str, about: About, school: School
) -> list[File]:
    """The files of a session: slides and a running order, handouts and cards where it has any. `school` is a sample.

    Raises ValueError where the school is none: a file that goes round a room holds nobody's pupils.
    """
    if not school.sample:
        raise ValueError("slides and handouts are made of a sample school alone")
    deck = slides.deck(slides_of(chosen, between=between, school=school), about=about)
    order = word.document(order_pieces(chosen, between=between), about=about)
    says = f"One slide for each activity, {_minutes(sessions.total(chosen))} in all, with notes and times for the speaker."
    found = [
        File(name="Slides.pptx", content=deck, says=says, hidden=HIDDEN),
        File(
            name="Running order.docx",
            content=order,
            says="For the leader: times, who does what, what to give out.",
            hidden=HIDDEN,
        ),
    ]
    parts = sessions.parts_of(chosen)
    if parts:
        content = word.document(
            [word.Copy(part=part) for part in parts],
            about=about,
            heading="Handouts",
            apart=True,
        )
        named = (
            "Blank, to write in by hand: "
            + "; ".join(part.title for part in parts)
            + "."
        )
        found.append(
            File(name="Handouts.docx", content=content, says=named, hidden=HIDDEN)
        )
    for pack in sessions.packs_of(chosen):
        content = word.cards(
            pack, about=replace(about, title=f"{pack.title}. {about.title}")
        )
        found.append(
            File(
                name=f"{pack.title}.docx",
                content=content,
                says="To print and cut out, a pack for each group.",
                hidden=HIDDEN,
            )
        )
    return found


def order_pieces(chosen: Sequence[Activity], *, between: str) -> list[word.Piece]:
    """The running order as a table, across the page."""
    rows = [
        (
            f"{sessions.clock(one.begins)} to {sessions.clock(one.ends)}",
            "\n".join(filter(None, (one.activity.title, one.activity.unit))),
            "\n".join(filter(None, (one.activity.leader, one.activity.notes))),
            one.activity.participants,
            gives_out(one.activity),
        )
        for one in sessions.timed(chosen)
    ]
    heads = ["When", "Activity", "The leader", "Everyone", "Give out"]
    table = word.TableBlock(
        heading="The running order",
        heads=heads,
        rows=rows,
        weights=(1.1, 2, 3.6, 2.8, 2),
        wide=True,
    )
    after = (
        [word.TextBlock(heading="Until you meet again", text=between, wide=True)]
        if between
        else []
    )
    return [table, *after]


def slides_of(
    chosen: Sequence[Activity], *, between: str, school: School
) -> list[slides.Slide]:
    """What the session holds, then a slide for each activity with its notes, then what is to be done until the next meeting."""
    agenda = [
        f"{one.activity.title} ({_minutes(one.activity.minutes)})"
        for one in sessions.timed(chosen)
    ]
    found = [
        slides.Slide(
            title="What we will do",
            lines=agenda,
            notes="Say when the breaks are and when you end.",
        )
    ]
    found += [slide_of(activity, school=school) for activity in chosen]
    if between:
        found.append(
            slides.Slide(
                title="Until we meet again",
                lines=[between],
                notes="Ask everyone to write it into their diary now.",
            )
        )
    return found


def slide_of(activity: Activity, *, school: School) -> slides.Slide:
    """The slide of one activity; with a chart of the sample school, and its figures in words, where it has one."""
    give = gives_out(activity)
    told = [
        ("You", activity.leader),
        ("They", activity.participants),
        ("Give out", give),
        ("Note", activity.notes),
    ]
    notes = "\n".join(f"{words}: {text}" for words, text in told if text)
    picture = PICTURES[activity.chart](school) if activity.chart else None
    if picture is None:
        return slides.Slide(
            title=activity.title,
            lines=activity.lines,
            notes=notes,
            minutes=activity.minutes,
        )
    notes = f"{notes}\nThe chart: {picture.chart.says} Source: {school.name}. Sample data: nobody here is real."
    lines = [picture.told, *activity.lines]
    return slides.Slide(
        title=activity.title,
        lines=lines,
        notes=notes,
        minutes=activity.minutes,
        chart=picture.chart,
    )


# -- charts of a sample school --


@dataclass(frozen=True, kw_only=True, eq=False)
class SlideFigure:
    """A chart, and what it shows in a line beside it: whose rates they are, and of what."""

    told: str
    chart: slides.Chart


def conversion_chart(school: School) -> SlideFigure | None:
    """Pupils with SEN beside pupils without, in the last summer, from one start: of those that matter most, the one with most SEN."""
    stage = school.framework.stage(None)
    table = conversion(
        school,
        subject=school.framework.outcome_subjects()[0],
        reach=stage.converted_at[0],
    )
    table = table[
        table["entry"].isin(stage.converted_from)
        & table["group"].isin(["SEN", "no SEN"])
        & (table["pupils"] > 0)
    ]
    rows = _last_summer(
        table[table.groupby(["cohort", "entry"])["group"].transform("nunique") == 2]
    )
    if rows.empty:
        return None
    with_sen = rows[rows["group"] == "SEN"]
    rows = rows[rows["entry"] == with_sen.loc[with_sen["pupils"].idxmax(), "entry"]]
    first = rows.iloc[0]
    whom = f"pupils {sentences.arrived(first.entry, stage=stage)} in {first.subject}, summer {first.cohort}"
    what = sentences.reached(first.reach, stage=stage)
    labels = [
        "With SEN" if group == "SEN" else "Without SEN" for group in rows["group"]
    ]
    told = f"{whom[0].upper()}{whom[1:]}: how many reached {what}?"
    held = rows.dropna(subset="national")
    if len(held):
        sides = [
            f"{rounded(row.national)} % of pupils {'with' if row.group == 'SEN' else 'without'} SEN"
            for row in held.itertuples()
        ]
        years = " and ".join(str(year) for year in sorted(set(held["national_year"])))
        told = (
            f"{told} In England, from the same start ({years}): {' and '.join(sides)}."
        )
    beside = [
        verdicts.beside(row.difference, pupils=int(row.pupils))
        for row in rows.itertuples()
    ]
    return _rates(
        rows, labels=labels, series=f"Reached {what}, %", told=told, beside=beside
    )


def targets_chart(school: School) -> SlideFigure | None:
    """What the framework asks for first, measured in each subject in the last summer that is held."""
    table = criteria(school)
    rows = _last_summer(
        table[table["criterion"] == school.framework.criteria[0].key].dropna(
            subset="percent"
        )
    )
    if rows.empty:
        return None
    first = rows.iloc[0]
    held = rows.dropna(subset="target")
    asked = ", ".join(
        f"{row.subject} {rounded(row.target)} %" for row in held.itertuples()
    )
    years = " and ".join(
        str(year) for year in sorted(set(rows["target_year"].dropna()))
    )
    if years:
        whom = f"Pupils with SEN in England who started where they did ({years})"
        told = f"{first.title}, summer {first.cohort}. {whom}: {asked}."
    else:
        one = rows["target"].nunique() == 1
        asked = f"{first.rule} {rounded(first.target)} %" if one else asked
        told = f"{first.title}, summer {first.cohort}. To compare with: {asked}."
    beside = [_beside_target(row) for row in rows.itertuples()]
    return _rates(
        rows,
        labels=list(rows["subject"]),
        series="Measured, %",
        told=told,
        beside=beside,
    )


def _beside_target(row) -> str:
    """How a rate lies beside its target, where England's own figure or a target stands beside it."""
    if not row.judged:
        return ""
    if pd.isna(row.target_year):
        sure = verdicts.target(row.clear, pupils=int(row.pupils))
        return f"{'Met' if row.met else 'Not met'}. {sure}"
    difference = "not clear" if not row.clear else "higher" if row.met else "lower"
    return verdicts.beside(difference, pupils=int(row.pupils))


def course_chart(school: School) -> SlideFigure | None:
    """How many are on course now, with SEN and without, in each year group."""
    subject = school.framework.outcome_subjects()[0]
    rows = on_course_rates(track(school, subject=subject), framework=school.framework)
    if rows.empty:
        return None
    plan = school.framework.tracking
    labels = [
        f"Year {row.year_group}, {'with SEN' if row.group == 'SEN' else 'without'}"
        for row in rows.itertuples()
    ]
    stage = school.framework.stage(plan.stage)
    whom = f"Pupils {sentences.arrived(plan.entry, stage=stage)} in {subject}"
    told = f"{whom}: how many are on course for {sentences.reached(plan.reach, stage=stage)}?"
    return _rates(rows, labels=labels, series="On course, %", told=told)


PICTURES = {
    "conversion": conversion_chart,
    "targets": targets_chart,
    "course": course_chart,
}


def _last_summer(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["cohort"] == rows["cohort"].max()]


def _rates(
    rows: pd.DataFrame,
    *,
    labels: Sequence[str],
    series: str,
    told: str,
    beside: Sequence[str] = (),
) -> SlideFigure:
    """Rates as bars, each with its n in its label and the interval as a line on it; all of it in words as well.

    `beside` has for each row how it lies beside what `told` names.
    """
    named = [
        f"{label}: {row.reached} of {row.pupils}"
        for label, row in zip(labels, rows.itertuples(), strict=True)
    ]
    said = [
        " ".join(
            filter(
                None,
                (
                    f"{name}, {layout.percent_range(row.percent, row.low, row.high)}.",
                    verdict,
                ),
            )
        )
        for name, row, verdict in zip(
            named, rows.itertuples(), beside or [""] * len(rows), strict=True
        )
    ]
    chart = slides.Chart(
        kind="bar",
        table=rows.assign(label=named),
        columns={"label": "Who", "percent": series},
        between={"percent": ("low", "high")},
        says=" ".join([told, *said]),
        unit="%",
        most=100,
    )
    return SlideFigure(told=told, chart=chart)


def open_page() -> SessionsPage:
    """The page over the school that lies open."""
    return SessionsPage(open_workspace())
