"""The governors' questions of the summer's results: whether pupils with SEN make progress, and how far they get beside England's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product

import pandas as pd

from senlib.exports.governors_paper import Figures, Rate
from senlib.measures.governors_counts import England, View
from senlib.measures.proportion import compared, wilson
from senlib.national import TEACHER_ASSESSED
from senlib.pages.governors import caveats
from senlib.pages.governors.answered_questions import AnsweredQuestion
from senlib.pages.governors.caveats import SIDES
from senlib.pages.governors.rates_in_words import (
    Pair,
    both_sides,
    difference,
    figures_of,
    is_empty,
    is_rateable,
    joined,
    names_with,
    often,
    rate_words,
    sides_key,
    why_not_compared,
)
from senlib.pages.governors_data import Context
from senlib.pages.kit import layout, verdicts
from senlib.text import upper_first

_SAME_STARTS = "England, from the same starts"


def progress(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN and of others, how many made the expected gain, by subject."""
    if words.no_start:
        return AnsweredQuestion(caveats.PROGRESS, words.no_start)
    figures, in_england = _by_subject(
        view, words, name="progress", caption="Made the expected gain"
    )
    if _counts_nobody(figures):
        return AnsweredQuestion(caveats.PROGRESS, caveats.NO_RESULTS)
    pairs = _pairs(figures, words)
    beside = {
        subject: _beside_gain(subject, pair, view, words)
        for subject, pair in pairs.items()
    }
    lines = [
        line
        for subject, pair in pairs.items()
        for line in (*both_sides(subject, *pair), *beside[subject])
    ]
    marks, mark, stroke = _marks(in_england), "England", _SAME_STARTS
    if words.target_source:
        mark = stroke = "target"
        marks = tuple(
            words.target if side == "SEN" else float("nan") for _, side in figures.rows
        )
    left_out = f" {caveats.NO_STARTS}" if words.starts_unknown else ""
    return AnsweredQuestion(
        caveats.PROGRESS,
        _lead_of_progress(pairs),
        tuple(lines),
        _source_of_gain(view, words, has_england=any(in_england)),
        figures,
        axis="made the expected gain",
        key=_key(stroke, marks),
        marks=marks,
        mark=mark,
        sure=f"Results of {words.summer}. Expected gain: {words.gain}.{left_out} "
        "Pupils without a result count as not having made it.",
        reading=layout.how_to_read("expected_gain", "rate", "gap_crude"),
        on_paper=tuple(chain.from_iterable(beside.values())),
    )


def _lead_of_progress(pairs: Mapping[str, Pair]) -> str:
    """In which subjects pupils with SEN make the gain less or more often than others, in a sentence or two."""
    differences = {subject: difference(*pair) for subject, pair in pairs.items()}
    if not any(differences.values()):
        return why_not_compared(pairs.values())
    parts = often(differences, says="{} often than others in {}")
    hidden = [
        subject for subject, pair in pairs.items() if any(row.reason for row in pair)
    ]
    gain = "Pupils with SEN make the expected gain"
    return _lead(
        f"{gain} {', and '.join(parts)}" if parts else "",
        differences,
        between="pupils with SEN and others",
        hidden=hidden,
    )


def _beside_gain(subject: str, pair: Pair, view: View, words: Context) -> list[str]:
    """How a subject's rates lie beside England's from the same starts, and beside what is asked of schools."""
    sides = [
        (side, row, view.england["progress", subject, side])
        for side, row in zip(SIDES, pair, strict=True)
        if ("progress", subject, side) in view.england
    ]
    lines = []
    if sides:
        years = layout.years({one.year for _, _, one in sides})
        sentences = [f"{subject}, in England ({years}):"]
        for side, row, one in sides:
            who = f"pupils {SIDES[side]} who started where they did"
            sentences.append(f"{one.percent} % of {who} made it.")
            sentences.append(verdicts.beside(one.difference, pupils=row.pupils))
        lines.append(" ".join(filter(None, sentences)))
    sen = pair[0]
    if words.target_source and is_rateable(sen):
        lines.append(_beside_target(subject, sen, words.target))
    return lines


def _beside_target(subject: str, row: Rate, target: float) -> str:
    """Whether a published rate meets what is asked of schools, by its counts, and how sure one can be."""
    rate = wilson(pd.Series([row.reached]), pd.Series([row.pupils]))
    beside = compared(rate["low"], rate["high"], pd.Series([target]))[0]
    state = "Met." if row.reached * 100 >= target * row.pupils else "Not met."
    sure = verdicts.target(beside != "not clear", pupils=int(row.pupils))
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


def england(view: View, words: Context) -> AnsweredQuestion:
    """How many reached the outcome that counts, beside what England reached from the same starts."""
    question = f"How many get to {words.reach}, and how is it in England?"
    figures, in_england = _by_subject(
        view, words, name="attained", caption=f"Reached {words.reach}"
    )
    if _counts_nobody(figures):
        return AnsweredQuestion(question, caveats.NO_RESULTS)
    rows = zip(figures.rows, figures.rates(), in_england, strict=True)
    # Of a side that has nobody the answer tells.
    lines = [
        _beside_england(at, row, one, words)
        for at, row, one in rows
        if not is_empty(row)
    ]
    given = [one for one in in_england if one]
    alike = any(one.alike for one in given)
    is_unjudged = bool(given) and not any(one.difference for one in given)
    caveat = caveats.NO_VERDICT if is_unjudged else ""
    marks = _marks(in_england)
    return AnsweredQuestion(
        question,
        _lead_of_england(_pairs(figures, words), view, words),
        tuple(lines),
        _sources(view, words, has_england=bool(given)),
        figures,
        axis=f"reached {words.reach}",
        key=_key(_SAME_STARTS if alike else "England", marks),
        marks=marks,
        mark="England",
        sure=" ".join(filter(None, (_of_whom(words, alike=alike), caveat))),
        reading=layout.how_to_read("england_with_your_starts", "rate")
        if alike
        else layout.how_to_read("rate"),
        caveat=caveat,
    )


def _lead_of_england(pairs: Mapping[str, Pair], view: View, words: Context) -> str:
    """In which subjects pupils with SEN stand higher or lower than England's who started where they did, in a sentence or two."""
    sen = {subject: row for subject, (row, _) in pairs.items()}
    if all(map(is_empty, sen.values())):
        return caveats.NOBODY
    beside = {
        subject: view.england["attained", subject, "SEN"]
        for subject in sen
        if ("attained", subject, "SEN") in view.england
    }
    if not beside:
        return _why_alone(sen.values(), view, words)
    differences = {subject: one.difference for subject, one in beside.items()}
    if not any(differences.values()):
        return _no_verdict({one.year for one in beside.values()}, words)
    started = "" if words.no_start else " who started where they did"
    whom = f"those in England{started}"
    parts = often(differences, says="{} often in {}")
    clear = f"Pupils with SEN get there {' and '.join(parts)} than {whom}"
    return _lead(
        clear if parts else "",
        differences,
        between=f"pupils with SEN here and {whom}",
        hidden=[subject for subject, one in sen.items() if one.reason],
    )


def _why_alone(sen: Iterable[Rate], view: View, words: Context) -> str:
    """Why pupils with SEN stand beside no figure of England."""
    if not any(map(is_rateable, sen)):
        return caveats.TOO_FEW
    if view.withheld:
        return caveats.WITHHELD
    of_all = "all pupils with SEN together"
    whom = f"pupils with SEN in {words.summer}" if words.no_start else of_all
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
    at: tuple[str, str], row: Rate, one: England | None, words: Context
) -> str:
    """One rate beside England's, and beside what was typed in for others."""
    sentences = [rate_words(row.label, row)]
    if one is not None:
        where = (
            " who started where they did" if one.alike else ", wherever they started"
        )
        whom = f"Pupils {SIDES[at[1]]} in England{where}"
        sentences.append(f"{whom}: {one.percent} % ({one.year}).")
        sentences.append(verdicts.beside(one.difference, pupils=int(row.pupils)))
    if at in words.typed and is_rateable(row):
        percent, whose, year = words.typed[at]
        who = f"{upper_first(whose)}, wherever they started"
        sentences.append(f"{who}: {percent} % ({year}).")
    return " ".join(filter(None, sentences))


def _sources(view: View, words: Context, *, has_england: bool) -> str:
    """Whose the figures are that stand beside what pupils reached, and why some are left out."""
    sentences = []
    if has_england and words.england_source:
        sentences.append(f"England’s figures: {words.england_source}.")
    if words.typed:
        typed = sorted({whose for _, whose, _ in words.typed.values()})
        sentences.append(f"The figures of {joined(typed)} were typed in here.")
    if view.withheld:
        sentences.append(caveats.WITHHELD)
    return " ".join(sentences)


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


# -- both questions --


def _by_subject(
    view: View, words: Context, *, name: str, caption: str
) -> tuple[Figures, list[England | None]]:
    """The published rates of both sides in each subject, and beside each England's figure, where there is one."""
    rows = list(product(words.subjects, SIDES))
    in_england = [view.england.get((name, *at)) for at in rows]
    figures = figures_of(
        view,
        name,
        rows,
        labels=[f"{subject}, {SIDES[side]}" for subject, side in rows],
        caption=f"{caption}, {words.summer}",
    )
    given = [one for one in in_england if one]
    if not given:
        return figures, in_england
    starts = ", same starts" if all(one.alike for one in given) else ""
    beside = [f"{one.percent} % ({one.year})" if one else "" for one in in_england]
    figures = replace(figures, beside=tuple(beside), beside_head=f"England{starts}")
    return figures, in_england


def _pairs(figures: Figures, words: Context) -> dict[str, Pair]:
    """By subject the published rates of pupils with SEN and of others."""
    rates = figures.rates()
    pairs = zip(rates[::2], rates[1::2], strict=True)
    return dict(zip(words.subjects, pairs, strict=True))


def _counts_nobody(figures: Figures) -> bool:
    return set(figures.published.counts) == {0}


def _lead(
    clear: str, differences: Mapping[str, str], *, between: str, hidden: Sequence[str]
) -> str:
    """What is clear, in which subjects nothing is, and which are hidden.

    >>> _lead("", {"English": "not clear", "ICT": "not clear"}, between="these and those", hidden=["Science"])
    'No clear difference in English and ICT between these and those. Science is hidden.'
    """
    unclear = names_with("not clear", differences)
    where = f"in {joined(unclear)}" if unclear else ""
    lead = verdicts.first(
        clear, unclear=where if clear else f"{where} between {between}"
    )
    if not hidden:
        return lead
    return f"{lead} {joined(hidden)} {'is' if len(hidden) == 1 else 'are'} hidden."


def _marks(in_england: Sequence[England | None]) -> tuple[float, ...]:
    """Strokes for what a rate is judged by: a figure of another summer, or of other starts, is told in words alone."""
    return tuple(
        float(one.percent) if one and one.difference else float("nan")
        for one in in_england
    )


def _key(stroke: str, marks: Sequence[float]) -> str:
    """The key of a picture whose strokes mean this, where it has any."""
    return sides_key(stroke if any(map(pd.notna, marks)) else "")
