"""What Task 4 asks: whose start, where, and which aim; and the sentences that answer it."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from senlib.frameworks import Stage
from senlib.measures.tracking import NO_DATE, NO_NOW, NO_POINTS, NO_START
from senlib.pages.kit import empty_states, layout, sentences
from senlib.school.school import School
from senlib.text import joined

WHO = {"SEN": "Pupils with SEN", "all": "All pupils"}

# Why it cannot be said of so many pupils whether they are on course; of those without a date the page says it apart.
_UNJUDGED = {
    NO_NOW: "of {} no current result is held",
    NO_START: "of {} the start is not known",
    NO_POINTS: "of {} the entry or the result now is W, a P level or a code, and has no points",
}

UNJUDGED = "Of none of them can it be said whether they are stuck."


class TrackingQuestion(NamedTuple):
    """The choices of the page: `entry` is a band, `reach` an outcome, `who` a key of WHO."""

    school: School
    subject: str
    entry: str
    reach: str
    years: tuple[int, ...]
    who: str

    @property
    def stage(self) -> Stage:
        """The stage that is followed."""
        framework = self.school.framework
        return framework.tracked_stage

    @property
    def start(self) -> str:
        """Where they started, in a sentence."""
        return sentences.arrived(self.entry, stage=self.stage)

    @property
    def aim(self) -> str:
        """Where they could get to, in a sentence."""
        return sentences.reached(self.reach, stage=self.stage)

    @property
    def on_roll(self) -> pd.DataFrame:
        """Everybody on roll in the chosen year groups, as the pupils table has them."""
        pupils = self.school.pupils
        in_years = pupils["year_group"].isin(self.years)
        return pupils[in_years & (pupils["on_roll"] == "Y")]

    @property
    def entries(self) -> pd.DataFrame:
        """The results from which starts are taken."""
        results = self.school.results
        return results[results["stage"] == self.stage.entry_stage]

    def whom(self, count: int) -> str:
        """A number of the pupils who are asked about, in words."""
        with_sen = " with SEN" if self.who == "SEN" else ""
        return f"{sentences.pupils(count)}{with_sen}"


def answer_words(question: TrackingQuestion, rows: pd.DataFrame) -> str:
    """How many of the pupils listed are on course and how many are stuck, or why that cannot be said."""
    if rows.empty:
        return why_nobody(question)
    reasons = rows["unjudged"].value_counts()
    without_result = int(reasons.get(NO_NOW, 0))
    if without_result == len(rows):
        return empty_states.no_now(question.subject, of=without_result)
    parts = (
        _on_course_words(question, rows),
        stuck_words(rows["stuck"]),
        sentences.without_a_date(int(reasons.get(NO_DATE, 0))),
    )
    return joined(*parts)


def is_judged(rows: pd.DataFrame) -> bool:
    """Whether it can be said of anybody listed whether they are on course."""
    return rows["on_course"].notna().any()


def _on_course_words(question: TrackingQuestion, rows: pd.DataFrame) -> str:
    whom = f"{question.whom(len(rows))} {question.start} in {question.subject}"
    reasons = _reasons(rows["unjudged"])
    if not is_judged(rows):
        whose = "who" if len(rows) > 1 else "whether this pupil"
        why = f": {reasons}" if reasons else ""
        return f"Of {whom} it cannot be said {whose} is on course{why}."
    well = int(rows["on_course"].sum())
    behind = int(rows["on_course"].notna().sum()) - well
    are = "is" if well == 1 else "are"
    rest = f"; {reasons}" if reasons else ""
    return f"Of {whom}, {well} {are} on course for {question.aim} and {behind} behind{rest}."


def _reasons(unjudged: pd.Series) -> str:
    """Of how many pupils, and why, it cannot be said whether they are on course; '' where of all it can."""
    counts = unjudged.value_counts()
    return "; ".join(
        words.format(f"{counts[reason]:,}")
        for reason, words in _UNJUDGED.items()
        if reason in counts
    )


def stuck_words(states: pd.Series) -> str:
    """How many are stuck, of how many there are, as far as it can be said.

    >>> states = [[True, False, None], [False, False], [False, None], [True], [None, None]]
    >>> words = [stuck_words(pd.Series(each, dtype="boolean")) for each in states]
    >>> words[0], words[1]
    ('1 of the 3 is stuck.', 'None of them is stuck.')
    >>> words[2], words[3], words[4]
    ('None of them is known to be stuck.', 'This pupil is stuck.', 'Of none of them can it be said whether they are stuck.')
    """
    stuck, of = int(states.sum()), len(states)
    unjudged = states.isna()
    if unjudged.all():
        return UNJUDGED if of > 1 else "It cannot be said whether this pupil is stuck."
    if of == 1:
        return f"This pupil is {'' if stuck else 'not '}stuck."
    if stuck:
        return f"{stuck} of the {of:,} {'is' if stuck == 1 else 'are'} stuck."
    return f"None of them is {'known to be ' if unjudged.any() else ''}stuck."


def why_nobody(question: TrackingQuestion) -> str:
    """Why nobody is listed, and what to do about it."""
    whom, here = layout.in_years(question.years), question.on_roll
    if here.empty:
        return (
            f"Nobody {whom} is on roll in the school’s files. Choose other year groups."
        )
    framework = question.school.framework
    why = empty_states.without_sen(here, framework=framework, whom=whom)
    if why and question.who == "SEN":
        return why
    if not question.entries["pupil_id"].isin(here["pupil_id"]).any():
        return empty_states.no_entries(question.stage, of=len(here), whom=whom)
    who = "pupils with SEN" if question.who == "SEN" else "pupils"
    return (
        f"There are no {who} {whom} {question.start} in {question.subject}. "
        "Choose another start, subject or year."
    )


def not_listed(question: TrackingQuestion) -> str:
    """That in some of the chosen year groups nobody has a start, so that none of them can be on the list; '' for none."""
    here = question.on_roll
    has_entry = here["pupil_id"].isin(question.entries["pupil_id"])
    by_year = has_entry.groupby(here["year_group"]).any()
    years = tuple(int(year) for year in by_year.index[~by_year])
    if not years or question.entry == "none":
        return ""
    return (
        f"Nobody {layout.in_years(years)} has {question.stage.entry_stage} results, so none of them can be listed here. "
        "To see them, choose ‘Not known’ as the start."
    )
