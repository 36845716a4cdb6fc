"""Provision (Task 5): who has what help, who is stuck and has nothing, who has much and does not move, and what it costs.

Beside a school, the measures take a table of what is given, with the columns in GIVEN: one row for each pupil and thing. The
same row twice is one; two rows of one thing that differ are two parts of it, so that it counts once and its hours and costs add up.
Hours are a week's and costs are a year's in pounds; either may be missing, and what is missing is never taken for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from senlib.frameworks import Framework
from senlib.measures.gaps import independent_each, verdict
from senlib.measures.groups import NOT_KNOWN, has_sen
from senlib.measures.proportion import FEW, wilson, with_interval
from senlib.measures.tracking import track, years_into
from senlib.school.cache import kept
from senlib.school.school import School

# The table of what is given. `heading` groups things, and `provision` is a thing's key, which stays when its label is reworded.
GIVEN = ["pupil_id", "heading", "provision", "label", "initials", "hours", "cost"]

_THING = ["heading", "provision", "label"]

PEOPLE = [
    *("pupil_id", "forename", "surname", "year_group", "form"),
    *("sen_provision", "need"),
]
_COUNTS = ["followed", "stuck"]

# In the order in which they are read.
STANDINGS = ("stuck", "partly", "moving", NOT_KNOWN)

STANDING_RULE = (
    "Stuck: in at least half of the subjects that can be judged. Partly: in fewer than half. Moving: in none. "
    "Not known: no subject can be judged. To judge a subject takes a result on entry, a result now, and figures to judge by. "
    "By levels, a year must have gone by too, and the result now must have a date; W and a P level are not compared."
)

# By which subject a heading's help is judged; help under any other heading is judged by all subjects together.
SUBJECT_OF = {"literacy": "English", "numeracy": "Mathematics"}

# What stands where something is given and nobody's initials are.
TICK = "✓"

# What counts as much help: a working rule of this project, there to start a talk about a pupil.
MUCH_QUANTILE, MUCH_THINGS = 0.75, 4
MUCH_RULE = (
    f"Much: at least {MUCH_THINGS} things, or as many hours a week as the quarter of pupils who have the most, "
    "counted among those for whom hours are written down."
)

CHOSEN = "Those who get help were chosen because they were not moving, so a low figure does not prove that the help fails."
MOVEMENT_CAVEAT = f"{CHOSEN} With fewer than {FEW} pupils a percentage tells little."

ALL_HEADINGS = "all"


def standing(school: School, *, subject: str | None = None) -> pd.DataFrame:
    """Pupils with SEN on roll in the years that are tracked, and whether they move: by all subjects, or by one.

    Columns: pupil_id, forename, surname, year_group, form, sen_provision, need, followed (subjects in which one can tell),
    stuck (in how many of them), standing (stuck, partly, moving or not known, as STANDING_RULE says). What being stuck in a
    subject means stands in the framework's tracking. KeyError where the subject is none that is followed.

    >>> from senlib import open_sample
    >>> sorted(standing(open_sample("levels"))["standing"].unique())
    ['moving', 'not known', 'partly', 'stuck']
    >>> sorted(standing(open_sample("levels"), subject="English")["standing"].unique())
    ['moving', 'not known', 'stuck']
    """
    rows = standings(school)
    if subject is not None:
        name = _followed_subject(subject, school.framework)
        rows = rows[rows["subject"] == name]
    counts = rows.groupby("pupil_id")["stuck"]
    counts = counts.agg(followed="size", stuck="sum")
    people = _people(school).join(counts, on="pupil_id")
    numbers = people[_COUNTS].fillna(0)
    people[_COUNTS] = numbers.astype("int64")
    words = _in_words(people["followed"], people["stuck"])
    return people.assign(standing=words)


def coverage(
    school: School, provision: pd.DataFrame, *, headings: Sequence[str] = ()
) -> pd.DataFrame:
    """The pupils of `standing`, each with what stands under each heading; stuck first, of these those with nothing, then by name.

    Columns: those of `standing`; one for each heading ('' for nothing, else the initials that stand there, or a tick where
    none do); given (how many things), hours and cost (sums of what is written down; missing where nothing is). `headings`
    come first in the order given, others as they first appear. Rows of any other pupil are left out.

    >>> from senlib import open_sample
    >>> row = ("003108", "literacy", "reading", "Reading group", "JB", 1.5, float("nan"))
    >>> table = coverage(open_sample("levels"), pd.DataFrame([row], columns=GIVEN), headings=["curriculum", "literacy"])
    >>> list(table.columns[-5:])
    ['curriculum', 'literacy', 'given', 'hours', 'cost']
    """
    table = standing(school)
    order = _headings(provision, headings)
    own = {*table.columns, "given", "hours", "cost"}
    if taken := own.intersection(order):
        names = ", ".join(sorted(taken))
        raise ValueError(
            f"A heading cannot be called {names}: a column of the table has that name."
        )
    ids = table["pupil_id"]
    rows = _given(provision, ids)
    cells = rows.groupby(["heading", "pupil_id"])["initials"]
    marks = cells.agg(_mark)
    for heading in order:
        table[heading] = [marks.get((heading, pupil), "") for pupil in ids]
    things = rows.drop_duplicates(["pupil_id", "heading", "provision"])
    counts = things["pupil_id"].value_counts()
    given = ids.map(counts).fillna(0)
    table["given"] = given.astype("int64")
    by_pupil = rows.groupby("pupil_id")[["hours", "cost"]]
    sums = by_pupil.sum(min_count=1)
    table = table.join(sums, on="pupil_id")
    table["place"] = table["standing"].map(STANDINGS.index)
    table["some"] = table["given"] > 0
    keys = ["place", "some", "surname", "forename", "pupil_id"]
    table = table.sort_values(keys, ignore_index=True)
    return table.drop(columns=["place", "some"])


def coverage_by_need(
    school: School, provision: pd.DataFrame, *, headings: Sequence[str] = ()
) -> pd.DataFrame:
    """Of the pupils of `standing` with each type of need, how many have something under each heading.

    Columns: need (the framework's code, in its order; 'not known' where none is recorded), heading, pupils, reached (have
    something), percent, low, high (Wilson, 95 %).

    >>> from senlib import open_sample
    >>> table = coverage_by_need(open_sample("gcse"), pd.DataFrame(columns=GIVEN), headings=["literacy"])
    >>> table["reached"].sum().item(), table["percent"].max().item()
    (0, 0.0)
    """
    people = standing(school)
    need = people["need"].replace("", NOT_KNOWN)
    people = people.assign(need=need)
    pupils = need.value_counts()
    names = (*school.framework.need_names, NOT_KNOWN)
    needs = [need for need in names if need in pupils]
    helped = _given(provision, people["pupil_id"])
    helped = helped.drop_duplicates(["pupil_id", "heading"])
    helped = helped.merge(people[["pupil_id", "need"]])
    cell = ["need", "heading"]
    reached = helped.groupby(cell).size()
    order = _headings(provision, headings)
    pairs = list(product(needs, order))
    table = pd.DataFrame(pairs, columns=cell)
    table["pupils"] = table["need"].map(pupils)
    table["reached"] = [reached.get(pair, 0) for pair in pairs]
    types = {"pupils": "int64", "reached": "int64"}
    table = table.astype(types)
    return with_interval(table)


def much_without_movement(
    school: School, provision: pd.DataFrame, *, hours: float | None = None
) -> pd.DataFrame:
    """Pupils who are stuck and have much help, those with most hours first: much as MUCH_RULE says, or from `hours` a week.

    Columns: those of `standing`, given, hours, cost, much ('hours', 'things' or 'hours and things').

    >>> from senlib import open_sample
    >>> school = open_sample("gcse")
    >>> stuck = standing(school).query("standing == 'stuck'")["pupil_id"].head(4)
    >>> rows = [(who, "literacy", "reading", "Reading group", "JB", h, 300.0) for who, h in zip(stuck, [1, 2, 3, 6])]
    >>> much_without_movement(school, pd.DataFrame(rows, columns=GIVEN))["hours"].tolist()
    [6.0]
    >>> much_without_movement(school, pd.DataFrame(rows, columns=GIVEN), hours=3)["hours"].tolist()
    [6.0, 3.0]
    """
    table = coverage(school, provision)
    limit = much_hours(table) if hours is None else hours
    by_hours = table["hours"] >= limit
    by_things = table["given"] >= MUCH_THINGS
    kinds = [by_hours & by_things, by_hours, by_things]
    names = ["hours and things", "hours", "things"]
    table["much"] = np.select(kinds, names, "")
    table = table.query("standing == 'stuck' and much != ''")
    table = table.sort_values("hours", ascending=False, kind="stable")
    columns = [*PEOPLE, *_COUNTS, "standing", "given", "hours", "cost", "much"]
    return table[columns].reset_index(drop=True)


def much_hours(table: pd.DataFrame) -> float:
    """From how many hours a week on a pupil of a `coverage` table has much; NaN where no hours are written down.

    >>> much_hours(pd.DataFrame({"hours": [1.0, 2.0, 3.0, 4.0, 5.0, float("nan"), 0.0]}))
    4.0
    """
    hours = table["hours"]
    return float(hours[hours > 0].quantile(MUCH_QUANTILE))


def movement(
    school: School, provision: pd.DataFrame, *, few: int = FEW
) -> pd.DataFrame:
    """Of the pupils of `standing` who have a thing, how many move, beside those who do not have it; read it with MOVEMENT_CAVEAT.

    Columns: heading, provision, label, subject (by which it is judged, as SUBJECT_OF says; '' for all together), pupils (who
    have it, and of whom it is known), reached (move), percent, low, high (Wilson, 95 %), not_known (have it, and it is not known
    of them), beside, beside_low, beside_high, beside_pupils and beside_reached (those who do not have it), gap, gap_low, gap_high
    (how far the first rate lies above the second, as in `gaps.independent`: nobody stands in both), clear (higher or lower where
    that gap is clear, else not clear; '' where one side has nobody), enough (at least `few`).

    Each thing is judged by itself. Where many are, about one in twenty is clear though it makes no difference.

    First the things that enough pupils have, the lowest rate on top, for there questions begin; then the others, the most
    pupils on top.

    >>> from senlib import open_sample
    >>> school = open_sample("gcse")
    >>> rows = [(who, "literacy", "reading", "Reading group", "", 1.0, 300.0) for who in standing(school)["pupil_id"].head(40)]
    >>> row = movement(school, pd.DataFrame(rows, columns=GIVEN)).iloc[0]
    >>> row.subject, bool(row.enough), int(row.pupils + row.not_known)
    ('English Language', True, 40)
    """
    of_all = standing(school)
    people = {name: standing(school, subject=name) for name in SUBJECT_OF.values()}
    rows = _given(provision, of_all["pupil_id"])
    counts = []
    for thing, having in rows.groupby(_THING):
        name = SUBJECT_OF.get(thing[0], "")
        subject = school.framework.subject(name) or ""
        judged = people.get(name, of_all)
        sides = _moving(judged, having["pupil_id"])
        counts.append([*thing, subject, *sides])
    columns = [*_THING, "subject", *_SIDES]
    table = pd.DataFrame(counts, columns=columns)
    table = table.astype(dict.fromkeys(_SIDES, "int64"))
    table = _with_gaps(table)
    pupils = table["pupils"]
    enough = pupils >= few
    # A thing that too few pupils have stands by how many they are: its rate says little.
    table["weight"] = table["percent"].where(enough, -pupils)
    table["enough"], table["fewer"] = enough, ~enough
    keys = ["fewer", "weight", "heading", "label", "provision"]
    return table.sort_values(keys, ignore_index=True)[_MOVEMENT]


# The pupils of a thing who are counted, as `_moving` does; and the columns of `movement`.
_SIDES = ["pupils", "reached", "not_known", "beside_pupils", "beside_reached"]
_GAP = ["gap", "gap_low", "gap_high"]
_MOVEMENT = [
    *(*_THING, "subject", "pupils", "reached", "percent", "low", "high", "not_known"),
    *("beside", "beside_low", "beside_high", "beside_pupils", "beside_reached"),
    *(*_GAP, "clear", "enough"),
]


def _with_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """The rates of those who have each thing and of those beside them, and how far the first lies above the second."""
    rates = wilson(table["reached"], table["pupils"])
    beside = wilson(table["beside_reached"], table["beside_pupils"])
    gaps = independent_each(rates, beside)
    gap = pd.DataFrame(gaps, columns=_GAP)
    beside.columns = ["beside", "beside_low", "beside_high"]
    table = table.join([rates, beside, gap])
    words = list(map(verdict, gaps))
    return table.assign(clear=words)


def spend(provision: pd.DataFrame, *, headings: Sequence[str] = ()) -> pd.DataFrame:
    """What the help under each heading comes to, for all the pupils in the table; a last row for all of it.

    Columns: heading (the last is 'all'), things (rows), pupils (each once), hours (a week), cost (a year), cost_known (rows with
    a cost), percent (of the cost of all). Sums are of what is written down, and missing where nothing is. With `headings`, those
    under which nothing is given have a row of zeros.

    >>> rows = [("1", "literacy", "reading", "Reading group", "JB", 1.5, 300.0), ("2", "literacy", "spelling", "Spelling", "", 1.0, None)]
    >>> spend(pd.DataFrame(rows, columns=GIVEN))[["heading", "things", "pupils", "hours", "cost", "cost_known"]].values.tolist()
    [['literacy', 2, 2, 2.5, 300.0, 1], ['all', 2, 2, 2.5, 300.0, 1]]
    """
    rows = _given(provision)
    parts = [
        _spent(heading, rows[rows["heading"] == heading])
        for heading in _headings(provision, headings)
    ]
    everything = _spent(ALL_HEADINGS, rows)
    table = pd.DataFrame([*parts, everything])
    cost = table["cost"]
    whole = cost.iloc[-1] or np.nan
    return table.assign(percent=100 * cost / whole)


@kept
def standings(school: School) -> pd.DataFrame:
    """Pupils and subjects in which one can tell: pupil_id, subject, stuck (whether). Shared, and not to be changed."""
    framework = school.framework
    stage = framework.tracked_stage
    rows = track(school, entry=stage.bands)
    judged = rows["stuck"].notna()
    if framework.tracking.method == "line":
        # Before the end of the first year nobody is called stuck, which does not mean that everybody moves.
        stuck = rows["stuck"].fillna(False).astype(bool)
        judged &= stuck | _first_year_over(rows, school)
    columns = ["pupil_id", "subject", "stuck"]
    rows = rows.loc[judged, columns]
    return rows.astype({"stuck": bool})


def _first_year_over(rows: pd.DataFrame, school: School) -> np.ndarray:
    """Whether the stage's first year was over when each pupil got the result that she has now."""
    first_year = school.framework.tracked_stage.ends_in_year - 2

    def is_over(day: str, year_group: int) -> bool:
        if not day:
            return False
        years = years_into(
            day,
            year_group=int(year_group),
            academic_year=school.academic_year,
            first_year=first_year,
        )
        return years >= 1

    over = map(is_over, rows["now_date"], rows["year_group"])
    return np.array(list(over), dtype=bool)


def _people(school: School) -> pd.DataFrame:
    """Pupils with SEN on roll in the years that are tracked, by year and name."""
    framework = school.framework
    pupils = school.pupils.query("on_roll == 'Y'")
    sen = has_sen(pupils["sen_provision"], framework=framework)
    followed = pupils["year_group"].isin(framework.tracking.years)
    keys = ["year_group", "surname", "forename", "pupil_id"]
    pupils = pupils[sen & followed]
    return pupils.sort_values(keys, ignore_index=True)[PEOPLE]


def _followed_subject(subject: str, framework: Framework) -> str:
    name = framework.subject(subject)
    subjects = framework.outcome_subjects()
    if name not in subjects:
        raise KeyError(f"{subject!r} is not followed: {', '.join(subjects)}")
    return name


def _in_words(followed: pd.Series, stuck: pd.Series) -> np.ndarray:
    """The standing that belongs to these counts.

    >>> _in_words(pd.Series([4, 4, 4, 3, 0]), pd.Series([0, 1, 2, 1, 0])).tolist()
    ['moving', 'partly', 'stuck', 'partly', 'not known']
    """
    kinds = [followed == 0, stuck == 0, 2 * stuck < followed]
    words = [NOT_KNOWN, "moving", "partly"]
    return np.select(kinds, words, "stuck")


def _given(provision: pd.DataFrame, pupils: pd.Series | None = None) -> pd.DataFrame:
    """The rows of what is given, each once; of these pupils alone where they are named."""
    types = {"hours": float, "cost": float}
    rows = provision[GIVEN].astype(types)
    initials = rows["initials"].fillna("")
    initials = initials.astype(str)
    rows["initials"] = initials.str.strip()
    rows = rows.drop_duplicates()
    if pupils is None:
        return rows
    return rows[rows["pupil_id"].isin(pupils)]


def _headings(provision: pd.DataFrame, first: Sequence[str]) -> list[str]:
    headings = [*first, *provision["heading"]]
    return list(dict.fromkeys(headings))


def _mark(initials: pd.Series) -> str:
    """Whose initials stand in a cell, each once.

    >>> _mark(pd.Series(["TO", "JB", "", "TO"])), _mark(pd.Series(["", ""]))
    ('JB, TO', '✓')
    """
    different = sorted(set(initials) - {""})
    return ", ".join(different) or TICK


def _moving(people: pd.DataFrame, having: pd.Series) -> list[int]:
    """Of those who have a thing: known, moving, not known; of the others: known, moving."""
    has = people["pupil_id"].isin(having)
    known = people["standing"] != NOT_KNOWN
    moving = people["standing"] == "moving"
    sides = [has & known, has & moving, has & ~known, ~has & known, ~has & moving]
    return [int(side.sum()) for side in sides]


def _spent(heading: str, rows: pd.DataFrame) -> dict[str, Any]:
    """One row of `spend`. Nothing given costs nothing; a thing whose cost is not written down is not known."""
    some = min(len(rows), 1)
    amounts = rows[["hours", "cost"]]
    hours, cost = amounts.sum(min_count=some)
    return {
        "heading": heading,
        "things": len(rows),
        "pupils": rows["pupil_id"].nunique(),
        "hours": hours,
        "cost": cost,
        "cost_known": int(rows["cost"].count()),
    }
