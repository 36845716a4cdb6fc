"""One pupil's results: who it is, where the pupil started and is now, what others with the same start went on to, the sheet for a talk."""

from __future__ import annotations

from typing import NamedTuple, Protocol
from urllib.parse import urlencode

import pandas as pd

from senlib.exports.bundle import File
from senlib.measures import tracking
from senlib.measures.groups import NOT_KNOWN
from senlib.measures.one_pupil import cells_of, now_of, uncounted_of
from senlib.measures.others import share
from senlib.pages.kit import (
    empty_states,
    layout,
    others_of_100,
    pupil_names,
    sentences,
    talk_sheet,
)
from senlib.pages.kit.downloads import about_school
from senlib.text import joined, lower_first, written_day
from senlib.workspace import Workspace

NO_RESULTS = (
    "No results of this pupil are followed, for none are in the school’s files. "
    f"{empty_states.choose_again('results')}"
)


class Tracked(Protocol):
    """A row of a `tracking.track` table."""

    entry: str
    now: str
    now_date: str
    on_course: bool | None
    standing: str
    unjudged: str


class Beside(NamedTuple):
    """A subject that is followed, the band of the start in it, and an `others` table of pupils in England with that start."""

    subject: str
    entry: str
    table: pd.DataFrame


class PupilResults:
    """What the school's own files have on a pupil who is in them.

    `pupil` is the pupil's row of the pupils table, `now` has the subjects that are followed, as `one_pupil.now_of` gives them.
    """

    def __init__(self, workspace: Workspace, pupil_id: str) -> None:
        self.workspace, self.school = workspace, workspace.school
        pupils = self.school.pupils
        self.pupil_id = pupil_id
        self.pupil = pupils[pupils["pupil_id"] == pupil_id].iloc[0]
        self.now = now_of(self.school, pupil_id)
        self.framework = self.school.framework
        self.reach = self.framework.tracking.reach
        self.stage = self.framework.tracked_stage

    # -- who it is --

    @property
    def _year(self) -> str:
        year = self.pupil.year_group
        return "" if pd.isna(year) else f"Year {year}"

    @property
    def _sen(self) -> str:
        names = self.framework.sen_names
        return names.get(self.pupil.sen_provision, "No SEN code is held")

    @property
    def _needs(self) -> list[str]:
        """The needs that are recorded, each in words with its code."""
        names = self.framework.need_names
        return [
            f"{names[code]} ({code})" if code in names else code
            for code in pupil_names.needs(self.pupil)
        ]

    def who_html(self) -> str:
        """The pupil's name, year, form, SEN, needs and attendance."""
        left = "" if self.pupil.on_roll == "Y" else "has left"
        year_and_form = joined(self._year, self.pupil.form, left, sep=", ")
        attendance = self.pupil.attendance
        facts = {
            "Year and form": year_and_form or "not known",
            "SEN": self._sen,
            "Needs": "; ".join(self._needs) or "none recorded",
            "Attendance": "not held" if pd.isna(attendance) else f"{attendance:.1f} %",
        }
        items = "".join(
            f'<div><dt>{name}</dt><dd dir="auto">{layout.escape(value)}</dd></div>'
            for name, value in facts.items()
        )
        name = layout.heading(pupil_names.person_name(self.pupil))
        return f'{name}<dl class="sl-facts">{items}</dl>'

    # -- start, now and what was reached --

    def progress_html(self) -> str:
        """Each subject with the way to the list or the figure in which the pupil is counted."""
        title = layout.heading("Where did this pupil start, and where now?", level=3)
        items = [*self._followed_items(), *self._counted_items()]
        for row in uncounted_of(self.school, self.pupil_id).itertuples():
            words = f"{row.subject}, {row.stage}: {row.outcome_result}, not counted in any figure yet."
            items.append(f"<li>{layout.escape(words)}</li>")
        if not items:
            results = self.school.results
            any_result = results["pupil_id"].eq(self.pupil_id).any()
            why = "No results of this pupil are followed."
            return title + layout.note(why if any_result else NO_RESULTS)
        notes = layout.note(
            "Each subject leads to the list or the figure in which this pupil is counted."
        )
        if len(self.now):
            notes += layout.note(sentences.aim(self.framework))
            notes += layout.how_to_read("on_course_and_stuck")
        return f"{title}<ul>{''.join(items)}</ul>{notes}"

    def _followed_items(self) -> list[str]:
        """The subjects that are followed, each a link to its list in Task 4."""
        items = []
        for row in self.now.itertuples():
            link = address(
                "task4_level3_to_5", subject=row.subject, entry=row.entry_band
            )
            words = joined(from_to(row), judged(row), sep=", ")
            items.append(_item(link, row.subject, words))
        return items

    def _counted_items(self) -> list[str]:
        """The results that are counted in a figure of Task 1, each a link to it."""
        cells = cells_of(self.school, self.pupil_id)
        subjects = self.framework.outcome_subjects()
        order = {subject: place for place, subject in enumerate(subjects)}
        cells = cells.assign(order=cells["subject"].map(order))
        # Whose results Task 1 has to show so that this pupil is among them.
        group = self.framework.sen_groups.get(self.pupil.sen_provision) or "all"
        items = []
        for row in cells.sort_values("order", kind="stable").itertuples():
            link = address(
                "task1_conversion_data",
                stage=row.stage,
                subject=row.subject,
                cohort=str(row.cohort),
                group=group,
                entry=row.entry,
                outcome=row.outcome,
            )
            summer = f", summer {row.cohort}" if row.cohort else ""
            start = "entry not known" if row.entry == "none" else f"from {row.entry}"
            name = f"{row.subject}, {row.stage}{summer}"
            items.append(_item(link, name, f"{start} to {row.outcome_result}"))
        return items

    # -- others --

    def _beside(self) -> list[Beside]:
        """The subjects that are followed, each with what pupils in England with this pupil's start went on to."""
        return [
            Beside(
                row.subject,
                row.entry_band,
                others_of_100.of_group(
                    self.workspace,
                    subject=row.subject,
                    entry=row.entry_band,
                    group=self._group,
                    reach=self.reach,
                ),
            )
            for row in self.now.itertuples()
        ]

    def others_html(self) -> str:
        """Of each subject that is followed a sentence, and one key press away the strips and their numbers."""
        subjects = [one for one in self._beside() if len(one.table)]
        if not subjects:
            return ""
        items = "".join(map(self._others_item, subjects))
        strips = "".join(map(self._others_strip, subjects))
        below = others_of_100.footnote(
            [one.table for one in subjects],
            starts=[one.entry for one in subjects],
            stage=self.stage,
        )
        return (
            layout.heading("What did others with the same start go on to?", level=3)
            + f"<ul>{items}</ul>"
            + layout.note(others_of_100.NO_PREDICTION)
            + layout.folded("Grade by grade", strips)
            + layout.note(below)
            + layout.how_to_read("others_like")
        )

    @property
    def _group(self) -> str:
        """With whom in England the pupil is compared."""
        code = self.pupil.sen_provision
        return others_of_100.group_of(code, framework=self.framework)

    def _others_item(self, one: Beside) -> str:
        sentence = others_of_100.sentence(
            one.table,
            group=self._group,
            reach=self.reach,
            stage=self.stage,
            start="who had the same start",
        )
        words = f"{one.subject}: {lower_first(sentence)}"
        return f"<li>{layout.words(words)}</li>"

    def _others_strip(self, one: Beside) -> str:
        strip = others_of_100.strip(one.table, reach=self.reach, stage=self.stage)
        whom = others_of_100.whom(self._group)
        caption = f"{one.subject}: {whom} in England with the same start, by grade"
        numbers = others_of_100.numbers(one.table, caption=caption)
        return layout.heading(one.subject, level=4) + strip + numbers

    # -- the sheet for a talk --

    def for_a_talk(self) -> File:
        """The subjects that are followed, a row each, with room to write what it would take."""
        reach, stage, subjects = self.reach, self.stage, self._beside()
        aim = sentences.reached(reach, stage=stage)
        shares = [share(one.table, reach=reach, stage=stage) for one in subjects]
        rows = self.now.assign(
            what=self.now["subject"],
            start=self.now["entry"],
            aim=aim,
            england=list(map(others_of_100.short, shares)),
        )
        facts = (self._year, self.pupil.form, self._sen, *self._needs)
        name = pupil_names.person_name(self.pupil)
        title = "For a talk with the subject leader"
        content = talk_sheet.sheet(
            rows,
            first="Subject",
            about=about_school(self.school, title),
            heading=f"{title}: {name}",
            intro=f"{joined(*facts, sep=', ')}. The aim: {aim}.",
            england=[
                talk_sheet.Strip(one.subject, one.table, reach) for one in subjects
            ],
            whose="Subject",
            starts=[one.entry for one in subjects],
            stage=stage,
        )
        return File(name=f"for a talk {name}.docx", content=content)


def from_to(row: Tracked) -> str:
    """A pupil's result on entry and the newest one since, with its date where it has one.

    >>> from types import SimpleNamespace as Row
    >>> from_to(Row(entry="3", now="4c", now_date="2004-12-10")), from_to(Row(entry="", now="", now_date=""))
    ('entered at 3, now 4c (10 December 2004)', 'entered without a result, now not known')
    """
    start = f"at {row.entry}" if row.entry else "without a result"
    day = written_day(row.now_date) if row.now else ""
    on = f" ({day})" if day else ""
    return f"entered {start}, now {row.now or 'not known'}{on}"


def judged(row: Tracked) -> str:
    """Whether a pupil is stuck, and on course, or why that is not judged; '' where the results themselves say why."""
    if row.unjudged == tracking.NO_DATE:
        return "not judged, for the level now has no date"
    if row.unjudged == tracking.NO_POINTS:
        stuck = "" if row.standing == NOT_KNOWN else row.standing
        course = "not judged against the aim, for W, P levels and codes have no points"
    else:
        is_stuck = row.standing in (tracking.STUCK, tracking.STUCK_ON_COURSE)
        stuck = tracking.STUCK if is_stuck else ""
        course = ""
        if not pd.isna(row.on_course):
            course = tracking.ON_COURSE if row.on_course else tracking.BEHIND
    return joined(stuck, course, sep=", ")


def address(stem: str, **query: str) -> str:
    """The address of another page with these choices made on it, as HTML has it."""
    return layout.escape(f"{layout.address(stem)}?{urlencode(query)}")


def _item(link: str, name: str, words: str) -> str:
    name, words = layout.escape(name), layout.escape(words)
    return f'<li><a href="{link}">{name}</a>: {words}.</li>'
