"""The governors' questions of pupils on roll now: who misses school, whether that holds them back, and whether help works."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from senlib.exports.governors_paper import Figures
from senlib.measures import provision
from senlib.measures.governors_counts import LOW, MIDDLE, View
from senlib.measures.proportion import rounded
from senlib.national import ALL_SCHOOLS
from senlib.pages.governors import caveats
from senlib.pages.governors.answered_questions import AnsweredQuestion
from senlib.pages.governors.rates_in_words import (
    OFTEN,
    Pair,
    both_sides,
    counts_words,
    difference,
    figures_of,
    gap_words,
    is_empty,
    is_rateable,
    names_with,
    often,
    rate_words,
    sides_key,
    used_headings,
    why_no_help,
    why_not_compared,
)
from senlib.pages.governors_data import Context
from senlib.pages.kit import layout, verdicts
from senlib.text import joined

_BANDS = {
    "low": f"Attend {LOW} % or less",
    "middle": f"Above {LOW} to {MIDDLE} %",
    "high": f"Above {MIDDLE} %",
}
_MOVE_ON = "move on in every subject"


def absence(view: View, words: Context) -> AnsweredQuestion:
    """How many missed a tenth of school or more."""
    if not words.recorded:
        return AnsweredQuestion(caveats.ABSENCE, _why_no_attendance(words))
    figures = figures_of(
        view,
        "absence",
        [(side,) for side in caveats.SIDES],
        labels=[f"Pupils {side}" for side in caveats.SIDES.values()],
        caption="Missed a tenth of school or more, this year",
    )
    sen, others = figures.rates()
    compared, caveat = "This workbook has no figure of England for this.", ""
    if words.absence:
        caveat = caveats.ANOTHER_YEAR
        groups = words.absence.items()
        parts = ", ".join(f"{group} {rounded(percent)} %" for group, percent in groups)
        compared = f"England, {words.absence_year}, {ALL_SCHOOLS}: {parts} ({words.absence_source})."
    return AnsweredQuestion(
        caveats.ABSENCE,
        _lead_of_absence((sen, others), words),
        tuple(both_sides("A tenth or more missed", sen, others)),
        compared,
        figures,
        axis="missed a tenth or more",
        key=sides_key(),
        sure=joined(f"Pupils{words.on_roll}.", caveat),
        reading=layout.how_to_read("missed_a_tenth", "gap_crude"),
        caveat=caveat,
    )


def _lead_of_absence(pair: Pair, words: Context) -> str:
    which = difference(*pair)
    if not which:
        why = why_not_compared([pair])
        if why != caveats.NOBODY:
            return why
        return caveats.ROLL.get(words.roll, caveats.NOBODY_RECORDED)
    if which == "not clear":
        return verdicts.first(
            unclear="in how many miss a tenth of school between pupils with SEN and others"
        )
    yes_or_no = "Yes" if which == "higher" else "No"
    return verdicts.first(
        f"{yes_or_no}, they miss a tenth of school {OFTEN[which]} often than others"
    )


def attendance(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN, how many move on, by how much of school they attend."""
    if not words.recorded:
        return AnsweredQuestion(caveats.ATTENDANCE, _why_no_attendance(words))
    figures = figures_of(
        view,
        "attendance",
        [("SEN", band) for band in _BANDS],
        labels=_BANDS.values(),
        caption="Pupils with SEN who move on now",
    )
    rates = figures.rates()
    if all(map(is_empty, rates)):
        why = caveats.NOBODY_JUDGED
        if view.tables["absence"].value(side="SEN", attendance="all") == 0:
            why = caveats.ROLL.get(words.roll, caveats.NOBODY_RECORDED)
        return AnsweredQuestion(caveats.ATTENDANCE, why)
    lines = [rate_words(f"{rate.label}, and move on", rate) for rate in rates]
    who = f"Pupils with SEN{words.on_roll}."
    return AnsweredQuestion(
        caveats.ATTENDANCE,
        _lead_of_attendance((rates[0], rates[-1])),
        (*lines, caveats.LEFT_OUT),
        "",
        figures,
        axis=_MOVE_ON,
        sure=f"{who} {words.moves} {caveats.TOGETHER}",
        reading=layout.how_to_read("attendance_and_movement"),
        on_paper=(caveats.LEFT_OUT,),
        caveat=caveats.TOGETHER if any(map(is_rateable, rates)) else "",
    )


def _lead_of_attendance(pair: Pair) -> str:
    """`pair` is of those with SEN who attend least and most; of some pupils with SEN one can tell."""
    attends = (f"{LOW} % or less", f"more than {MIDDLE} %")
    for row, how_much in zip(pair, attends, strict=True):
        if is_empty(row):
            return f"None of the pupils with SEN counted here attends {how_much}, so there is nobody to compare."
    which = difference(*pair)
    if not which:
        return caveats.TOO_FEW
    if which == "not clear":
        return verdicts.first(
            unclear="in how many move on between pupils with SEN who attend least and most"
        )
    return verdicts.first(
        f"Pupils with SEN who attend least move on {OFTEN[which]} often than those who attend most"
    )


def _why_no_attendance(words: Context) -> str:
    """Why nothing is said of attendance, where it is known of less than half."""
    is_nobody = words.roll in ("empty", "none")
    return caveats.ROLL[words.roll] if is_nobody else caveats.UNRECORDED


def works(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN who get help under a heading, how many move on, beside those who do not get it."""
    pairs = _pairs_of_help(view, words)
    if not pairs:
        return AnsweredQuestion(caveats.WORKS, why_no_help(words))
    # What is hidden stands in a line of its own; a picture of rows in which nothing can be seen would say no more.
    visible = {key: pair for key, pair in pairs.items() if not pair[0].reason} or pairs
    others = [other for _, other in visible.values()]
    figures = _of_help(view, words, visible)
    differences = {one.label: difference(one, other) for one, other in pairs.values()}
    lead = _lead_of_help(differences)
    lines = tuple(_help_lines(pairs, differences))
    has_marks = any(map(is_rateable, others))
    who = f"Pupils with SEN{words.on_roll}."
    return AnsweredQuestion(
        caveats.WORKS,
        lead,
        lines,
        "",
        replace(
            figures,
            beside=tuple(
                counts_words(other) if is_rateable(other) else other.reason
                for other in others
            ),
            beside_head="Without this help",
        ),
        axis=_MOVE_ON,
        marks=tuple(
            float(other.percent) if is_rateable(other) else float("nan")
            for other in others
        ),
        mark="without it",
        key="Dot: pupils with SEN who have it. Stroke: those who do not."
        if has_marks
        else "",
        sure=f"{who} {words.moves} {provision.MOVEMENT_CAVEAT}",
        reading=layout.how_to_read("provision_and_movement"),
        on_paper=lines,
        caveat="" if lead == caveats.TOO_FEW else provision.CHOSEN,
    )


def _pairs_of_help(view: View, words: Context) -> dict[str, Pair]:
    """By heading, pupils with SEN who have help under it beside those who have not."""
    headings = used_headings(view, words)
    having, others = (
        _of_help(view, words, headings, has=has).rates() for has in ("has", "has not")
    )
    return dict(zip(headings, zip(having, others, strict=True), strict=True))


def _of_help(
    view: View, words: Context, headings: Collection[str], *, has: str = "has"
) -> Figures:
    return figures_of(
        view,
        "help",
        [("SEN", heading, has) for heading in headings],
        labels=[words.headings[heading] for heading in headings],
        caption="Pupils with SEN who have this help and move on",
    )


def _lead_of_help(differences: Mapping[str, str]) -> str:
    """With which help pupils with SEN move on more or less often, by the label of each heading."""
    parts = often(differences, says="{} often with {}")
    if parts:
        with_it = ", and ".join(reversed(parts))
        return verdicts.first(f"Pupils with SEN move on {with_it} than without it")
    unclear = names_with("not clear", differences)
    if not unclear:
        return caveats.TOO_FEW
    with_or_without = "in how many move on, with or without help under these headings"
    return verdicts.first(unclear=f"{with_or_without}: {'; '.join(unclear)}")


def _help_lines(pairs: Mapping[str, Pair], differences: Mapping[str, str]) -> list[str]:
    """What is clear, heading by heading; the counts of what is not; and what is hidden."""
    lines, counts = [], []
    for one, other in pairs.values():
        if differences[one.label] in OFTEN:
            rate = rate_words(one.label, one)
            apart = gap_words(one, other)
            lines.append(f"{rate} Without it {counts_words(other)}: {apart}")
        elif differences[one.label]:
            with_it = f"{one.label} {one.reached:,} of {one.pupils:,}"
            counts.append(
                f"{with_it}, without it {other.reached:,} of {other.pupils:,}"
            )
    is_any_clear = bool(lines)
    if counts:
        lines.append(f"How many move on with it: {'; '.join(counts)}.")
        if is_any_clear:
            unclear = "; ".join(names_with("not clear", differences))
            lines.append(verdicts.first(unclear=f"with or without: {unclear}"))
    if hidden := [one.label for one, _ in pairs.values() if one.reason]:
        lines.append(f"Hidden: {'; '.join(hidden)}.")
    return lines
