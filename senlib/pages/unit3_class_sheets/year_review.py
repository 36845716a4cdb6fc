"""The review of class sheets: how a year group stands in a subject, group by group, and six priorities that come of it."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from senlib.measures.group_review import REVIEWED, review
from senlib.measures.groups import group_name
from senlib.measures.proportion import FEW
from senlib.measures.tracking import track
from senlib.pages.kit import empty_states, layout, sentences
from senlib.pages.kit.form_sheet import PageSheets
from senlib.pages.kit.live import Live, on_change
from senlib.pages.kit.rates import RATE, rates_picture
from senlib.school.school import School
from senlib.text import lower_first, upper_first

PRIORITIES = "unit3.priorities"

REVIEW_WORDS = {
    "sex": "Boys and girls",
    "sen": "SEN",
    "ethnicity": "Ethnic group",
    "able": "Able, gifted and talented",
}

COLUMNS = {
    "name": "Group",
    "of": "Review of",
    "pupils": "Pupils",
    "reached": "On course",
    **RATE,
    "not_judged": "Not judged",
}

OVERLAPS = (
    "A pupil may be in several groups. Where the lines of two groups that share no pupils stand apart, the difference is clear. "
    "That lines overlap settles nothing."
)


class GroupRow(Protocol):
    """A row of a `group_review.review` table."""

    review: str
    group: str


class GroupReview:
    """The review of one year group in one subject, with its controls and its priorities; `box` is what stands on the page."""

    def __init__(self, school: School, *, ask: PageSheets) -> None:
        self.school = school
        framework = school.framework
        years = [(f"Year {year}", year) for year in framework.tracking.years]
        self.year = layout.choice("Year group", years)
        self.subject = layout.choice("Subject", framework.outcome_subjects())
        live = Live(self.year, self.subject)
        self.question = live.piece(self._question)
        self.figures = live.piece(self._html)
        year = str(self.year.value)
        self.priorities = ask.part(PRIORITIES, of=year, title=self._title())
        on_change(self.year, self._year_changed)
        controls = layout.controls(self.year, self.subject)
        self.box = layout.stack(
            self.question, controls, self.figures, self.priorities.box
        )

    def _title(self) -> str:
        return f"Six priorities for Year {self.year.value}"

    def _year_changed(self) -> None:
        self.priorities.title = self._title()
        self.priorities.show(of=str(self.year.value))

    def _question(self) -> str:
        year, subject = self.year.value, self.subject.value
        return layout.heading(
            f"How does Year {year} stand in {subject}, group by group?"
        )

    def _html(self) -> str:
        year, subject = self.year.value, self.subject.value
        table = review(self.school, year_group=year, subject=subject)
        judged = table.query("pupils > 0").reset_index(drop=True)
        if judged.empty:
            return layout.answer(self._why_nobody())
        names = map(self._name, judged.itertuples())
        whom = map(self._whom, judged.itertuples())
        judged = judged.assign(name=list(names), whom=list(whom))
        by_sex = table[table["review"] == "sex"]
        not_judged = int(by_sex["not_judged"].sum())
        small = judged.loc[judged["pupils"] < FEW, "name"]
        note = f"Fewer than {FEW} pupils: {', '.join(small)}. Look at them one by one rather than at a percentage."
        note = note if len(small) else ""
        aim = sentences.aim(self.school.framework)
        pieces = [
            layout.answer(review_answer(judged, not_judged=not_judged)),
            _chart(judged),
            _numbers(judged, caption=f"Year {year}, {subject}, by group"),
            layout.note(note, aim),
            layout.how_to_read("several_groups", "on_course_and_stuck", "few_pupils"),
        ]
        return "".join(pieces)

    def _why_nobody(self) -> str:
        """Why it can be said of nobody in the year group whether they are on course."""
        year, subject = self.year.value, self.subject.value
        pupils = self.school.pupils
        here = pupils[pupils["year_group"] == year]
        if not here["on_roll"].eq("Y").any():
            return f"Nobody in Year {year} is on roll in the school’s files."
        stage, whom = self.school.framework.tracked_stage, f"in Year {year}"
        starts = stage.starts
        rows = track(self.school, subject=subject, entry=starts, years=[year])
        reasons = rows["unjudged"]
        return empty_states.nobody_judged(
            reasons, stage=stage, subject=subject, whom=whom
        )

    def _name(self, row: GroupRow) -> str:
        # Of what it is not known has to be said, for several reviews may have such a group.
        if row.group == "not known":
            return f"{REVIEW_WORDS[row.review]}: not known"
        return upper_first(self._whom(row))

    def _whom(self, row: GroupRow) -> str:
        """A group as it stands within a sentence."""
        if row.group == "not known":
            of = lower_first(REVIEW_WORDS[row.review])
            return f"pupils of whom it is not known ({of})"
        by = REVIEWED[row.review]
        return group_name(row.group, framework=self.school.framework, by=by)


def review_answer(judged: pd.DataFrame, *, not_judged: int) -> str:
    """The group that stands lowest among those that are large enough to tell, and of how many nothing can be said.

    >>> row = {"whom": "boys", "pupils": 40, "reached": 18, "percent": 45.0, "low": 30.7, "high": 60.2}
    >>> review_answer(pd.DataFrame([row]), not_judged=2)
    'Of the groups of 11 or more, boys stand lowest: 18 of 40 on course, 45 % (likely 31 to 60 %). Of 2 pupils it cannot be said.'
    """
    unjudged = sentences.pupils(not_judged)
    unsaid = f" Of {unjudged} it cannot be said." if not_judged else ""
    enough = judged[judged["pupils"] >= FEW]
    if enough.empty:
        return f"Every group is too small (fewer than {FEW}) for a percentage to tell much.{unsaid}"
    low = enough.loc[enough["percent"].idxmin()]
    rate = layout.percent_range(low.percent, low.low, low.high)
    return f"Of the groups of {FEW} or more, {low.whom} stand lowest: {low.reached} of {low.pupils} on course, {rate}.{unsaid}"


def _chart(judged: pd.DataFrame) -> str:
    labels = [
        f"{row.name}: {row.reached} of {row.pupils}"
        for row in judged.itertuples(index=False)
    ]
    return rates_picture(
        judged,
        labels=labels,
        strong=list(judged["group"] == "SEN"),
        axis="on course",
        key="Round: pupils with SEN. Diamond: other groups.",
        strokes=OVERLAPS,
    )


def _numbers(judged: pd.DataFrame, *, caption: str) -> str:
    return layout.numbers(
        judged.assign(of=judged["review"].replace(REVIEW_WORDS)),
        caption=caption,
        columns=COLUMNS,
    )
