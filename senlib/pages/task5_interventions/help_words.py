"""What Task 5 says: of Year 7, of whom help reaches, of whether it moves them, and of what it costs; each in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

import pandas as pd

from senlib.measures.gaps import Gap
from senlib.measures.proportion import FEW, points_apart, rounded
from senlib.pages.kit import empty_states, sentences, verdicts
from senlib.text import one_line


def coverage_answer(table: pd.DataFrame, *, years: str) -> str:
    """How many of the pupils who are stuck have nothing, in a few sentences.

    >>> table = pd.DataFrame({"standing": ["stuck", "stuck", "moving", "not known"], "given": [0, 2, 1, 0]})
    >>> print(coverage_answer(table, years="Years 7 to 9"))
    Of 4 pupils with SEN in Years 7 to 9, 2 have something on their map and 2 have nothing. 2 of the 4 are stuck, and 1 of those has
    nothing. For 1 it is not known whether they are stuck.
    """
    nothing = (table["given"] == 0).sum()
    unknown = (table["standing"] == "not known").sum()
    stuck = table[table["standing"] == "stuck"]
    sentence = (
        f"Of {sentences.pupils(len(table))} with SEN in {years}, {_have(len(table) - nothing)} something on their map "
        f"and {_have(nothing)} nothing."
    )
    if unknown == len(table):
        return f"{sentence} It is not known yet whether {'any of them' if unknown > 1 else 'this pupil'} is stuck."
    rest = (
        f" For {unknown:,} it is not known whether they are stuck." if unknown else ""
    )
    if stuck.empty:
        return f"{sentence} Nobody is known to be stuck.{rest}"
    without = (stuck["given"] == 0).sum()
    everyone = f"the {len(table):,}" if len(table) > 1 else "them"
    if len(stuck) == 1:
        return f"{sentence} 1 of {everyone} is stuck, and has {'nothing' if without else 'something'}.{rest}"
    those = (
        f"{without:,} of those {_has(without)} nothing"
        if without
        else "each of those has something"
    )
    return f"{sentence} {len(stuck):,} of {everyone} are stuck, and {those}.{rest}"


def beside_row(label: str, count: str, *, room: int = 29) -> str:
    """What stands beside a row of the chart, in the two lines there is room for.

    >>> print(beside_row("Extra teaching in a small progress group", "9 of 14"))
    Extra teaching in a small
    progress group: 9 of 14
    """
    whole = count.replace(" ", "\N{NO-BREAK SPACE}")  # '9 of 14' is not parted
    lines = [
        line.replace("\N{NO-BREAK SPACE}", " ")
        for line in wrap(f"{label}: {whole}", width=room)
    ]
    return (
        "\n".join(lines)
        if len(lines) <= 2
        else f"{one_line(label, most=room)}\n{count}"
    )


def movement_answer(table: pd.DataFrame) -> str:
    """What stands out among the things given that enough pupils have."""
    enough = table[table["enough"]]
    if enough.empty:
        return f"Nothing on the maps is given to {FEW} pupils or more, so no percentage would tell you much. Look at the pupils one by one."
    worse = enough[enough["clear"] == "lower"]
    low = (worse if len(worse) else enough).iloc[0]
    unknown = f" (of {low.not_known} more it is not known)" if low.not_known else ""
    sentence = (
        f"Look first at ‘{low.label}’. Of {sentences.pupils(int(low.pupils))} with SEN who have it{unknown}, {low.reached} "
        f"{'moves' if low.reached == 1 else 'move'}, judged by {low.judged}: {rounded(low.percent)} %, "
        f"likely between {rounded(low.low)} and {rounded(low.high)} %. "
    )
    if not low.beside_pupils:
        return (
            sentence
            + "There are no pupils with SEN without it of whom it is known, so there is nobody to compare with."
        )
    beside = (
        f"Of {low.beside_pupils} with SEN who do not have it, {rounded(low.beside)} %, likely between {rounded(low.beside_low)} and "
        f"{rounded(low.beside_high)} %"
    )
    apart = points_apart(low.percent, low.beside)
    side = "no gap"
    if low.gap:
        side = f"{verdicts.in_points(apart)} {'higher' if low.gap > 0 else 'lower'} with it"
    verdict = verdicts.gap(Gap(low.gap, low.gap_low, low.gap_high))
    if low.clear != "lower":
        return f"{sentence}{beside}: {side}. {verdict}"
    why = "This does not show that it fails: it is given to those who were stuck."
    lowest = (enough["percent"] > low.percent).sum() == len(enough) - 1 > 0
    rank = (
        f" It is the lowest of {len(enough)} that {FEW} pupils or more have."
        if lowest
        else ""
    )
    return f"{sentence}{beside}: {side}. {verdict} {why}{rank}"


def spend_answer(whole: pd.Series) -> str:
    """What all of it comes to.

    >>> print(spend_answer(pd.Series({"pupils": 1, "things": 1, "hours": 0.5, "cost": 300.0, "cost_known": 1}, dtype=object)))
    The maps of all years hold 1 entry for 1 pupil, with SEN or without: 0.5 hours a week, £300 a year.
    >>> print(spend_answer(pd.Series({"pupils": 2, "things": 3, "hours": float("nan"), "cost": 300.0, "cost_known": 1}, dtype=object)))
    The maps of all years hold 3 entries for 2 pupils, with SEN or without: at least £300 a year. For 2 of 3 entries no cost is
    written down.
    """
    entries = f"{whole.things:,} entr{'y' if whole.things == 1 else 'ies'}"
    missing = int(whole.things - whole.cost_known)
    sums = [] if pd.isna(whole.hours) else [sentences.hours(whole.hours)]
    if not pd.isna(whole.cost):
        sums.append(f"{'at least ' if missing else ''}£{whole.cost:,.0f} a year")
    sentence = f"The maps of all years hold {entries} for {sentences.pupils(int(whole.pupils))}, with SEN or without"
    sentence += f": {', '.join(sums)}." if sums else "."
    if pd.isna(whole.cost):
        return f"{sentence} No costs are written down yet."
    return (
        f"{sentence} For {missing:,} of {entries} no cost is written down."
        if missing
        else sentence
    )


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _have(count: int) -> str:
    return f"{count:,} {_has(count)}" if count else "none have"


def pounds(cost: float) -> str:
    return "cost not known" if pd.isna(cost) else f"£{cost:,.0f} a year"


def year7_answer(
    new: pd.DataFrame,
    *,
    everyone: int,
    unknown: int = 0,
    without_entry: Mapping[str, int] | None = None,
) -> str:
    """How many of Year 7 stand in the chart, of how many there are; of `unknown` no SEN code is held, of `without_entry`, by subject,
    no start.

    >>> year7_answer(pd.DataFrame({"pupil_id": ["1", "1", "2"], "sen": [True, True, False]}), everyone=30)
    'Of 30 pupils in Year 7 now, 2 stand in at least one row below, 1 of them with SEN. Some stand in several.'
    >>> print(year7_answer(pd.DataFrame({"pupil_id": []}), everyone=9, without_entry={"English": 2, "Mathematics": 1}))
    Of 9 pupils in Year 7 now, nobody is known to stand in a row below. 2 pupils have no result on entry in English, 1 pupil has none in
    Mathematics: choose your files again on the front page, with KS2 results.
    """
    if not everyone:
        return "Nobody in Year 7 is on roll in the school’s files, so nobody stands in the rows below."
    inside = new.drop_duplicates("pupil_id")
    start = f"Of {sentences.pupils(everyone)} in Year 7 now, "
    counts = without_entry or {}
    missing = {subject: count for subject, count in counts.items() if count}
    of_each = set(missing.values())
    if len(counts) == len(missing) and len(of_each) == 1:
        missing = {"": of_each.pop()}
    without = [
        f"{sentences.pupils(count)} {_has(count)} {'none' if place else 'no result on entry'}{f' in {subject}' if subject else ''}"
        for place, (subject, count) in enumerate(missing.items())
    ]
    start_held = (
        f" {', '.join(without)}: choose your files again on the front page, with KS2 results."
        if without
        else ""
    )
    if inside.empty:
        stands = "is known to stand" if missing else "stands"
        return f"{start}nobody {stands} in a row below.{start_held}"
    several = " Some stand in several." if len(new) > len(inside) else ""
    stand = "stands" if len(inside) == 1 else "stand"
    sen = empty_states.of_them_with_sen(
        int(inside["sen"].sum()), unknown=unknown, of=everyone
    )
    return f"{start}{len(inside):,} {stand} in at least one row below, {sen}.{several}{start_held}"


def in_row(here: pd.DataFrame) -> str:
    """How many stand in a row of the chart, and how many of them have SEN, as far as it is known."""
    unknown = (here["sen_provision"] == "").sum()
    sen, of = int(here["sen"].sum()), len(here)
    sentence = f"{sen} with SEN"
    if unknown:
        sentence = empty_states.of_them_with_sen(sen, unknown=unknown, of=of)
    return f"{sentences.pupils(of)} in Year 7 now, {sentence}"
