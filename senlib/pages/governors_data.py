"""From a school to published tables: all that the governors' page may know, counted once and made fit to be shown to anybody.

Nothing before `publish` leaves this module, and nothing that it returns holds a school, a store or a pupil.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.comparison import NO_START
from senlib.measures.governors_counts import (
    LIMITS,
    England,
    View,
    counts_of_summer,
    finished,
    latest_summer,
    most_without_start,
    published_view,
    pupils_now,
    sen_on_roll,
    tables,
)
from senlib.measures.governors_england import (
    EnglandFigures,
    england_figures,
    with_england,
)
from senlib.measures.groups import NOT_KNOWN, group_name, much_unknown
from senlib.measures.proportion import rounded
from senlib.pages.kit import provision_maps
from senlib.pages.kit.sentences import reached, why_no_start
from senlib.pages.kit.site import page_of
from senlib.school.cache import forget
from senlib.text import day
from senlib.workbook.plan import Action, actions, overdue
from senlib.workspace import Workspace, source_words

# A figure that a SENCO typed in, and that is not England's: percent, whose, and year.
TypedFigure = tuple[int, str, int]

_MOVES = "‘Move on’: stuck in no subject, of pupils of whom one can tell."


@dataclass(frozen=True)
class Step:
    """One of the three actions that were chosen: where it comes from, by when, and how it stands. What is to be done is left out."""

    place: str
    due: str
    state: str


@dataclass(frozen=True)
class GovernorsData:
    """What the page holds: the views by their limit, the words for them, and what comes next. No school, and nobody of it."""

    views: Mapping[int, View]
    words: Context
    steps: tuple[Step, ...]
    plan: str


@dataclass(frozen=True)
class Context:
    """What does not hang on any pupil: names of the school, its subjects and headings, and others' figures with their sources.

    england_source: where its figures come from. typed: by subject and side, figures that a SENCO typed in and that are not
    England's: percent, whose and year. absence: by words for a group, England's percent. recorded: whether attendance is known of
    more than half of the pupils on roll. roll: 'some' of those on roll have SEN, 'none', 'not known' (none has, but some have
    no code) or 'empty' (nobody is on roll). no_start: why nothing is said of progress, where the start of most is not known.
    starts_unknown: whether there is anybody whose start is not known. moves: what it is to move on, for readers without Task 5 too.
    sen_unknown: whether of more than a tenth of the pupils, in the summer's results and on roll now, no SEN code is held.
    """

    school: str
    sample: bool
    subjects: tuple[str, ...]
    summer: str
    gain: str
    reach: str
    headings: Mapping[str, str]
    target: float
    target_source: str
    england_source: str
    typed: Mapping[tuple[str, str], TypedFigure]
    absence: Mapping[str, float]
    absence_year: str
    absence_source: str
    moves: str
    recorded: bool
    roll: str
    no_start: str = ""
    starts_unknown: bool = False
    sen_unknown_then: bool = False
    sen_unknown_now: bool = False

    @property
    def on_roll(self) -> str:
        """Of whom it is said, where some are left out because their attendance is not known."""
        return " on roll whose attendance is known" if self.recorded else " on roll"


def gather(workspace: Workspace) -> GovernorsData:
    """Read the school once, and publish all that the page may show. Raises StoreError where answers cannot be read."""
    answers = workspace.store.forms()
    school, figures = workspace.school, workspace.figures()
    subjects = tuple(
        subject.name for subject in school.framework.subjects if subject.core
    )
    cohort = latest_summer(school)
    counts = counts_of_summer(school, cohort=cohort)
    results = finished(counts, school=school, cohort=cohort, figures=figures)
    now = pupils_now(school)
    sen = now.loc[now["side"] == "SEN", "pupil_id"]
    given = provision_maps.given(answers)
    given = given[given["pupil_id"].isin(sen)]
    titles = provision_maps.headings()
    ask = {"subjects": subjects, "headings": list(titles)}
    counted = tables(results, now, given, **ask)
    england = england_figures(school, subjects=subjects, cohort=cohort, figures=figures)
    views: dict[int, View] = {}
    lower = None
    for limit in LIMITS:
        view = published_view(counted, given, **ask, limit=limit)
        lower = views[limit] = with_england(view, england=england, lower=lower)
    context = _context(
        workspace,
        subjects=subjects,
        cohort=cohort,
        counts=counts,
        headings=titles,
        recorded=bool((now["attendance"] != NOT_KNOWN).any()),
        england=england,
        beside=views[LIMITS[0]].england.values(),
    )
    # Counts that are kept for a page's several pictures hold the school: here it is to be let go.
    forget()
    plan, today = actions(answers), date.today()
    chosen = answers.get("next_steps", {})
    steps = tuple(_steps(plan, chosen, today=today))
    answer = plan_answer(plan, today=today)
    return GovernorsData(views, context, steps, answer)


def _context(
    workspace: Workspace,
    *,
    subjects: tuple[str, ...],
    cohort: int,
    counts: pd.DataFrame,
    headings: Mapping[str, str],
    recorded: bool,
    england: EnglandFigures,
    beside: Iterable[England],
) -> Context:
    """The words for a summer's `counts`. `beside` are the figures of England that show."""
    school = workspace.school
    framework, stage = school.framework, school.framework.stage()
    years = {one.year for one in beside}
    gains = (one for one in framework.criteria if one.kind == "gain")
    target = next((one for one in gains if one.group == "SEN"), None)
    absence = _absence_in_england(framework)
    core = counts[counts["subject"].isin(subjects)]
    has_side = core["sen_provision"].isin(framework.sen_groups)
    has_no_start = has_side & (core["entry"] == NO_START)
    has_no_code = core["sen_provision"] == ""
    without_code = core.loc[has_no_code, "pupils"].sum()
    on_roll = school.pupils["on_roll"] == "Y"
    codes_now = school.pupils.loc[on_roll, "sen_provision"]
    without_code_now = (codes_now == "").sum()
    # What a special case adds has no room here.
    stuck, _, _ = framework.tracking.stuck.partition(". ")
    return Context(
        school=school.name,
        sample=school.sample,
        subjects=subjects,
        summer=f"summer {cohort}" if cohort else "a summer that is not known",
        gain=framework.expected_gain,
        reach=reached(stage.converted_at[0], stage=stage),
        headings=headings,
        target=float("nan" if target is None else target.target or "nan"),
        target_source=target.source if target else "",
        england_source=_england_source(workspace, england=england, years=years),
        typed=_typed(england),
        absence={
            group_name(row.group, framework=framework): row.persistent_absence
            for row in absence.itertuples()
        },
        absence_year="".join(absence["year"].unique()),
        absence_source=_sources(absence),
        moves=f"{_MOVES} {stuck.rstrip('.')}.",
        recorded=recorded,
        roll=sen_on_roll(codes_now, school=school),
        no_start=_no_start(cohort, stage) if most_without_start(counts) else "",
        starts_unknown=bool(has_no_start.any()),
        sen_unknown_then=much_unknown(without_code, of=core["pupils"].sum()),
        sen_unknown_now=much_unknown(without_code_now, of=len(codes_now)),
    )


def _no_start(cohort: int, stage: Stage) -> str:
    """Why nothing is said of progress, where the start of most is not known."""
    row = pd.Series({"cohort": cohort or None})
    why = why_no_start(row, stage=stage)
    first = (
        "Where most pupils started is not known, so nothing can be said of progress."
    )
    way_on = (
        "The SENCO can choose the files again on the front page, with the results of Key Stage "
        f"{stage.entry_stage.removeprefix('KS')}."
    )
    return f"{first} {why or way_on}"


def _absence_in_england(framework: Framework) -> pd.DataFrame:
    """England's latest persistent absence by the framework's own codes; no rows for a framework of another time, whose codes it lacks."""
    absence = national.attendance()
    has_code = absence["group"].isin(framework.sen_groups)
    absence = absence[has_code | (absence["group"] == "no SEN")]
    absence = absence[absence["year"] == absence["year"].iloc[-1]]
    return absence if has_code[absence.index].any() else absence.iloc[:0]


def _england_source(
    workspace: Workspace, *, england: EnglandFigures, years: set[int]
) -> str:
    """The sources of the figures of England of these years."""
    framework, figures = workspace.school.framework, workspace.figures()
    if figures is None:
        figures = national.figures(framework.name)
    subjects = england.whole["subject"].map(national.subject)
    of_england = figures[
        (figures["stage"] == framework.stage().name)
        & figures["year"].isin(years)
        & figures["group"].isin(["SEN", "no SEN"])
        & figures["subject"].isin(subjects)
        & (figures["whose"] == national.ENGLAND)
        & (figures["kind"] == "figure")
    ]
    return _sources(of_england)


def _typed(england: EnglandFigures) -> dict[tuple[str, str], TypedFigure]:
    """Figures that were typed in and are not England's, by subject and side."""
    return {
        (row.subject, row.side): (
            rounded(row.typed),
            row.typed_whose,
            int(row.typed_year),
        )
        for row in england.whole.dropna(subset="typed").itertuples()
    }


def _sources(figures: pd.DataFrame) -> str:
    """The sources of these figures, each once."""
    sources = figures["source"].unique()
    words = [source_words(one, with_publisher=True) for one in sources]
    return "; ".join(words)


# -- what comes next --


def plan_answer(plan: Sequence[Action], *, today: date) -> str:
    """How the plan stands. Actions for single pupils, groups or lessons are left out: their number could point at somebody.

    >>> plan_answer([], today=date(2005, 3, 18))
    'No action for the whole school is in the plan yet.'
    """
    whole_school = [action for action in plan if not action.of]
    if not whole_school:
        return "No action for the whole school is in the plan yet."
    count = len(whole_school)
    done = sum(action.done for action in whole_school)
    late = len(overdue(whole_school, today=today))
    undated = sum(not action.done and action.due is None for action in whole_school)
    many = f"{count} action{'' if count == 1 else 's'} for the whole school: {done} done, {count - done} still to do"
    more = [
        f"{late} overdue" if late else "",
        f"{undated} without a date" if undated else "",
    ]
    return f"{', '.join([many, *filter(None, more)])}."


def _steps(
    plan: Sequence[Action], chosen: Mapping[str, str], *, today: date
) -> Iterator[Step]:
    """The three actions that were chosen in Task 8.

    What is to be done, by whom and how one will know is what a SENCO wrote in her own words, in which a pupil's name may stand,
    and no program can tell that none does. So none of it comes here: a governor sees where an action comes from, its date and
    whether it is done, and hears the rest from the SENCO.
    """
    by_key = {action.key: action for action in plan}
    for number in (1, 2, 3):
        action = by_key.get(chosen.get(f"next_steps.{number}.action", ""))
        if action:
            due = day(action.due) if action.due else "no date yet"
            yield Step(
                "One pupil" if action.of else page_of(action.stem).name,
                due,
                _state(action, today=today),
            )
        elif chosen.get(f"next_steps.{number}.what", "").strip():
            yield Step(page_of("task8_working_smarter").name, "no date yet", "to do")


def _state(action: Action, *, today: date) -> str:
    if action.done:
        return "done"
    return "overdue" if action.is_overdue(today=today) else "to do"
