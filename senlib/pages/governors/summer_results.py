"""The governors' questions of the summer's results: whether pupils with SEN make progress, and how far they get beside England's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

from senlib.exports.governors_paper import Figures, Rate
from senlib.measures.governors_counts import England, View
from senlib.national import TEACHER_ASSESSED
from senlib.pages.governors import caveats
from senlib.pages.governors.answered_questions import AnsweredQuestion
from senlib.pages.governors.caveats import SIDES
from senlib.pages.governors.rates_in_words import (
    Pair,
    both_sides,
    difference,
    figures_of,
    intervals,
    is_empty,
    is_rateable,
    names_with,
    often,
    rate_words,
    sides_key,
    why_not_compared,
)
from senlib.pages.governors_data import Context
from senlib.pages.kit import layout, verdicts
from senlib.text import joined, upper_first, with_and

_SAME_STARTS = "England, from the same starts"


def _figures(view: View, words: Context, name: str, caption: str) -> Figures:
    """The published rates of both sides in each subject, with England's beside them, where there is any."""
    rows = list(product(words.subjects, SIDES))
    figures = figures_of(
        view,
        name,
        rows,
        labels=[f"{subject}, {SIDES[side]}" for subject, side in rows],
        caption=f"{caption}, {words.summer}",
    )
    in_england = _in_england(view, figures)
    if not any(in_england):
        return figures
    alike = all(one.alike for one in in_england if one)
    beside = [f"{one.percent} % ({one.year})" if one else "" for one in in_england]
    head = "England, same starts" if alike else "England"
    return replace(figures, beside=tuple(beside), beside_head=head)


def _in_england(view: View, figures: Figures) -> list[England | None]:
    """England's figure for each row, where there is one."""
    return [view.england.get((figures.column, *row)) for row in figures.rows]


def _mark(one: England | None) -> float:
    """A stroke for what a rate is judged by: a figure of another summer, or of other starts, is told in words alone."""
    if one and one.difference:
        return float(one.percent)
    return float("nan")


def _pairs(figures: Figures, words: Context) -> dict[str, Pair]:
    """By subject the published rates of pupils with SEN and of others."""
    rates = figures.rates()
    sen, others = rates[::2], rates[1::2]
    pairs = zip(sen, others, strict=True)
    return dict(zip(words.subjects, pairs, strict=True))


def _lead(
    clear: str,
    differences: Mapping[str, str],
    *,
    between: str,
    hidden: Sequence[str],
) -> str:
    """What is clear, in which subjects nothing is, and which are hidden.

    >>> _lead("", {"English": "not clear", "ICT": "not clear"}, between="these and those", hidden=["Science"])
    'No clear difference in English and ICT between these and those. Science is hidden.'
    """
    unclear = names_with("not clear", differences)
    where = f"in {with_and(unclear)}" if unclear else ""
    if not clear:
        where = f"{where} between {between}"
    lead = verdicts.first(clear, unclear=where)
    if not hidden:
        return lead
    return f"{lead} {with_and(hidden)} {'is' if len(hidden) == 1 else 'are'} hidden."


# -- progress --


def progress(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN and of others, how many made the expected gain, by subject."""
    if words.no_start:
        return AnsweredQuestion(caveats.PROGRESS, words.no_start)
    figures = _figures(view, words, "progress", "Made the expected gain")
    if all(map(is_empty, figures.rates())):
        return AnsweredQuestion(caveats.PROGRESS, caveats.NO_RESULTS)
    pairs = _pairs(figures, words)
    lines, on_paper = [], []
    for subject, pair in pairs.items():
        beside = _beside_gain(subject, pair, view, words)
        lines += [*both_sides(subject, *pair), *beside]
        on_paper += beside
    in_england = _in_england(view, figures)
    marks = tuple(map(_mark, in_england))
    mark, stroke = "England", _SAME_STARTS
    if words.target_source:
        mark = stroke = "target"
        marks = (words.target, float("nan")) * len(pairs)
    left_out = f" {caveats.NO_STARTS}" if words.starts_unknown else ""
    return AnsweredQuestion(
        caveats.PROGRESS,
        _lead_of_progress(pairs),
        tuple(lines),
        _source_of_gain(view, words, has_england=any(in_england)),
        figures,
        axis="made the expected gain",
        key=sides_key(stroke, marks),
        marks=marks,
        mark=mark,
        sure=f"Results of {words.summer}. Expected gain: {words.gain}.{left_out} "
        "Pupils without a result count as not having made it.",
        reading=layout.how_to_read("expected_gain", "rate", "gap_crude"),
        on_paper=tuple(on_paper),
    )


def _lead_of_progress(pairs: Mapping[str, Pair]) -> str:
    """In which subjects pupils with SEN make the gain less or more often than others, in a sentence or two."""
    differences = {subject: difference(*pair) for subject, pair in pairs.items()}
    if not any(differences.values()):
        return why_not_compared(pairs.values())
    parts = often(differences, says="{} often than others in {}")
    clear = f"Pupils with SEN make the expected gain {', and '.join(parts)}"
    return _lead(
        clear if parts else "",
        differences,
        between="pupils with SEN and others",
        hidden=[
            subject
            for subject, (sen, others) in pairs.items()
            if sen.reason or others.reason
        ],
    )


def _beside_gain(subject: str, pair: Pair, view: View, words: Context) -> list[str]:
    """How a subject's rates lie beside England's from the same starts, and beside what is asked of schools."""
    sentences, years = [""], set()
    for side, rate in zip(SIDES, pair, strict=True):
        if one := view.england.get(("progress", subject, side)):
            years.add(one.year)
            who = f"pupils {SIDES[side]} who started where they did"
            beside = verdicts.beside(one.difference, pupils=rate.pupils)
            sentences += [f"{one.percent} % of {who} made it.", beside]
    lines = []
    if years:
        sentences[0] = f"{subject}, in England ({layout.years(years)}):"
        lines.append(joined(*sentences))
    sen, _ = pair
    if words.target_source and is_rateable(sen):
        lines.append(_beside_target(subject, sen, words.target))
    return lines


def _beside_target(subject: str, row: Rate, target: float) -> str:
    """Whether a published rate meets what is asked of schools, by its counts, and how sure one can be."""
    rate = intervals(row).iloc[0]
    is_clear = not rate.low <= target <= rate.high
    sure = verdicts.target(is_clear, pupils=row.pupils)
    is_met = row.reached * 100 >= target * row.pupils
    state = "Met." if is_met else "Not met."
    return f"{subject}, beside what is asked of schools: {state} {sure}"


def _source_of_gain(view: View, words: Context, *, has_england: bool) -> str:
    """Whose the figures are that the gain is compared with, or why there are none."""
    if words.target_source:
        return f"Asked of schools for pupils with SEN: at least {words.target:g} % ({words.target_source})."
    if has_england:
        return f"England’s figures: {words.england_source}."
    if view.withheld:
        return caveats.WITHHELD
    return "How many made it in England is not known here."


# -- beside England --


def england(view: View, words: Context) -> AnsweredQuestion:
    """How many reached the outcome that counts, beside what England reached from the same starts."""
    question = f"How many get to {words.reach}, and how is it in England?"
    figures = _figures(view, words, "attained", f"Reached {words.reach}")
    rates = figures.rates()
    # Of a side that has nobody the answer tells.
    lines = [
        _beside_england(row, rate, view, words)
        for row, rate in zip(figures.rows, rates, strict=True)
        if not is_empty(rate)
    ]
    if not lines:
        return AnsweredQuestion(question, caveats.NO_RESULTS)
    in_england = _in_england(view, figures)
    marks = tuple(map(_mark, in_england))
    alike = any(one.alike for one in in_england if one)
    whom = _of_whom(words, alike=alike)
    is_judged = any(one.difference for one in in_england if one)
    caveat = "" if is_judged or not any(in_england) else caveats.NO_VERDICT
    reading = layout.how_to_read("rate")
    if alike:
        reading = layout.how_to_read("england_with_your_starts", "rate")
    return AnsweredQuestion(
        question,
        _lead_of_england(_pairs(figures, words), view, words),
        tuple(lines),
        _sources(view, words, has_england=any(in_england)),
        figures,
        axis=f"reached {words.reach}",
        key=sides_key(_SAME_STARTS if alike else "England", marks),
        marks=marks,
        mark="England",
        sure=joined(whom, caveat),
        reading=reading,
        caveat=caveat,
    )


def _lead_of_england(pairs: Mapping[str, Pair], view: View, words: Context) -> str:
    """In which subjects pupils with SEN stand higher or lower than England's who started where they did, in a sentence or two."""
    sen = {subject: rate for subject, (rate, _) in pairs.items()}
    if all(map(is_empty, sen.values())):
        return caveats.NOBODY
    beside = {
        subject: one
        for subject in sen
        if (one := view.england.get(("attained", subject, "SEN")))
    }
    if not beside:
        return _why_alone(sen.values(), view, words)
    differences = {name: one.difference for name, one in beside.items()}
    if not any(differences.values()):
        years = {one.year for one in beside.values()}
        return _no_verdict(years, words)
    started = "" if words.no_start else " who started where they did"
    whom = f"those in England{started}"
    parts = often(differences, says="{} often in {}")
    clear = f"Pupils with SEN get there {' and '.join(parts)} than {whom}"
    return _lead(
        clear if parts else "",
        differences,
        between=f"pupils with SEN here and {whom}",
        hidden=[name for name in sen if sen[name].reason],
    )


def _why_alone(sen: Iterable[Rate], view: View, words: Context) -> str:
    """Why pupils with SEN stand beside no figure of England."""
    if not any(map(is_rateable, sen)):
        return caveats.TOO_FEW
    if view.withheld:
        return caveats.WITHHELD
    whom = "all pupils with SEN together"
    if words.no_start:
        whom = f"pupils with SEN in {words.summer}"
    return (
        f"This workbook has no figure of England for {whom}, so those here stand alone."
    )


def _no_verdict(years: set[int], words: Context) -> str:
    """Why no figure of England is one to judge by."""
    of = layout.years(years)
    if words.summer != f"summer {of}":
        why = f"England’s figures are of {of}"
    elif years & set(TEACHER_ASSESSED):
        why = f"Grades of {of} were given by teachers"
    else:
        why = "England’s figures are of pupils wherever they started"
    return f"{why}, so nobody can say how those of {words.summer} compare."


def _beside_england(
    row: tuple[str, str], rate: Rate, view: View, words: Context
) -> str:
    """One rate beside England's, and beside what was typed in for others."""
    sentences = [rate_words(rate.label, rate)]
    one = view.england.get(("attained", *row))
    if one:
        started = "who started where they did"
        where = f" {started}" if one.alike else ", wherever they started"
        who = f"Pupils {SIDES[row[1]]} in England{where}"
        beside = verdicts.beside(one.difference, pupils=rate.pupils)
        sentences += [f"{who}: {one.percent} % ({one.year}).", beside]
    if row in words.typed and is_rateable(rate):
        percent, whose, year = words.typed[row]
        who = f"{upper_first(whose)}, wherever they started"
        sentences.append(f"{who}: {percent} % ({year}).")
    return joined(*sentences)


def _sources(view: View, words: Context, *, has_england: bool) -> str:
    """Whose the figures are that stand beside what pupils reached, and why some are left out."""
    england = f"England’s figures: {words.england_source}."
    whose = sorted({whose for _, whose, _ in words.typed.values()})
    return joined(
        england if has_england and words.england_source else "",
        f"The figures of {with_and(whose)} were typed in here." if whose else "",
        caveats.WITHHELD if view.withheld else "",
    )


def _of_whom(words: Context, *, alike: bool) -> str:
    """Of whom the rates are that stand beside England's."""
    if words.no_start:
        return "All pupils of the year, wherever they started, here and in England."
    if alike:
        return (
            "The same pupils as above. What England reached from their starts: of pupils of the same group, from each start as many "
            "as began there here."
        )
    return (
        "The same pupils as above, wherever they started: many with SEN started lower."
    )
