"""The questions of the governors' page, each answered from published tables: a sentence, its figures and how to draw them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from senlib.exports.governors_paper import Figures
from senlib.measures import provision
from senlib.measures.gaps import clear
from senlib.measures.governors_counts import England, View
from senlib.measures.proportion import rounded
from senlib.national import ALL_SCHOOLS
from senlib.pages.governors.caveats import (
    ABSENCE,
    ANOTHER_YEAR,
    ATTENDANCE,
    BANDS,
    LEFT_OUT,
    NO_RESULTS,
    NO_STARTS,
    NO_VERDICT,
    NOBODY,
    NOBODY_JUDGED,
    NOBODY_RECORDED,
    PROGRESS,
    ROLL,
    SEN_UNKNOWN,
    SIDES,
    SURE,
    TOGETHER,
    TOO_FEW,
    UNRECORDED,
    WITHHELD,
    WORKS,
)
from senlib.pages.governors.rates_in_words import (
    beside_england,
    beside_target,
    both_sides,
    counts_nobody,
    counts_words,
    england_column,
    england_marks,
    gain_in_england,
    gap_words,
    has_stroke,
    is_nobody_on_roll,
    is_rateable,
    joined,
    key_words,
    lead_of_absence,
    lead_of_attendance,
    lead_of_england,
    lead_of_progress,
    moving_words,
    on_roll_words,
    pairs_by_subject,
    points_between,
    pupils_with_help,
    rate_words,
    why_no_attendance,
    why_no_help,
    why_nobody_on_roll,
)
from senlib.pages.governors_data import Context
from senlib.pages.kit import layout, verdicts


def shows_little(view: View, words: Context) -> bool:
    """Whether no rate of pupils with SEN shows, though there are some."""
    rates = [
        view.tables[name].rates(column=column, reached=made, of=of)
        for name, column, made, of in (
            ("progress", "progress", "made", "pupils"),
            ("attained", "attained", "reached", "pupils"),
            ("absence", "attendance", "low", "all"),
            ("attendance", "standing", "moving", "judged"),
        )
        if name in view.tables and (name != "absence" or words.recorded)
    ]
    sen = pd.concat([table[table["side"] == "SEN"] for table in rates])
    return bool((sen["reason"] != "").any() and sen["percent"].isna().all())


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with its answer in a sentence, the figures in words (`lines`) and with whom they are compared; and how to draw them.

    `strong`, `marks`, `mark` and `axis` are as charts.published_rates takes them; `sure` says how sure one can be, and `reading`
    is how to read such figures, behind '?'. `on_paper` are those of the lines that the page for the papers has too, and `caveat` is
    that part of `sure` which it has.
    """

    question: str
    answer: str
    lines: tuple[str, ...] = ()
    compared: str = ""
    figures: Figures | None = None
    strong: tuple[bool, ...] = ()
    marks: tuple[float, ...] = ()
    mark: str = ""
    axis: str = ""
    key: str = ""
    sure: str = ""
    reading: str = ""
    on_paper: tuple[str, ...] = ()
    caveat: str = ""


def known_then(asked: AnsweredQuestion, words: Context) -> AnsweredQuestion:
    """A question about the results of the summer, with the word that many pupils have no SEN code where it is so."""
    return _with_unknown(asked) if words.sen_unknown_then else asked


def known_now(asked: AnsweredQuestion, words: Context) -> AnsweredQuestion:
    """A question about pupils on roll, with the same word."""
    return _with_unknown(asked) if words.sen_unknown_now else asked


def _with_unknown(asked: AnsweredQuestion) -> AnsweredQuestion:
    """That many have no SEN code stands in place of an answer that would blame their number, else beside it."""
    if asked.answer in (
        TOO_FEW,
        NOBODY,
        ROLL["none"],
        NOBODY_RECORDED,
        NO_RESULTS,
        UNRECORDED,
    ):
        return replace(asked, answer=SEN_UNKNOWN)
    return replace(
        asked, compared=" ".join(filter(None, (asked.compared, SEN_UNKNOWN)))
    )


def figures_by_subject(
    view: View, words: Context, *, of: str, caption: str, reached: str
) -> tuple[Figures, list[England | None]]:
    """The published rates of both sides in each subject, and beside each England's figure, where there is one."""
    rows = tuple(product(words.subjects, SIDES))
    in_england = [view.england.get((of, *at)) for at in rows]
    figures = Figures(
        caption=f"{caption}, {words.summer}",
        published=view.tables[of],
        column=of,
        reached=reached,
        of="pupils",
        rows=rows,
        labels=tuple(f"{subject}, {SIDES[side]}" for subject, side in rows),
        **england_column(in_england),
    )
    return figures, in_england


def progress(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN and of others, how many made the expected gain, by subject."""
    if words.no_start:
        return AnsweredQuestion(PROGRESS, words.no_start)
    if counts_nobody(view.tables["progress"]):
        return AnsweredQuestion(PROGRESS, NO_RESULTS)
    figures, in_england = figures_by_subject(
        view, words, of="progress", caption="Made the expected gain", reached="made"
    )
    rows = figures.rows
    pairs = pairs_by_subject(figures, words)
    told: list[str] = []
    on_paper: list[str] = []
    for subject, (sen, others) in pairs.items():
        told += both_sides(subject, sen, others)
        of_subject = {
            side: view.england["progress", subject, side]
            for side in SIDES
            if ("progress", subject, side) in view.england
        }
        pupils = {"SEN": sen.pupils, "no SEN": others.pupils}
        beside = gain_in_england(subject, of_subject, pupils)
        if words.target_source and is_rateable(sen):
            beside = [*beside, beside_target(subject, sen, words.target)]
        told += beside
        on_paper += beside
    if words.target_source:
        source = f"Asked of schools for pupils with SEN: at least {words.target:g} % ({words.target_source})."
    elif any(in_england):
        source = f"England’s figures: {words.england_source}."
    else:
        source = (
            WITHHELD
            if view.withheld
            else "How many made it in England is not known here."
        )
    left_out = f" {NO_STARTS}" if words.starts_unknown else ""
    target = tuple(words.target if side == "SEN" else float("nan") for _, side in rows)
    return AnsweredQuestion(
        PROGRESS,
        lead_of_progress(pairs),
        tuple(told),
        source,
        figures,
        strong=tuple(side == "SEN" for _, side in rows),
        axis="made the expected gain",
        key=key_words(
            "target"
            if words.target_source
            else "England, from the same starts"
            if has_stroke(england_marks(in_england))
            else ""
        ),
        marks=target if words.target_source else england_marks(in_england),
        mark="target" if words.target_source else "England",
        sure=f"Results of {words.summer}. Expected gain: {words.gain}.{left_out} Pupils without a result count as not having made it. "
        f"{SURE}",
        reading=layout.how_to_read("expected_gain", "rate", "gap_crude"),
        on_paper=tuple(on_paper),
    )


def england(view: View, words: Context) -> AnsweredQuestion:
    """How many reached the outcome that counts, beside what England reached from the same starts."""
    question = f"How many get to {words.reach}, and how is it in England?"
    if counts_nobody(view.tables["attained"]):
        return AnsweredQuestion(question, NO_RESULTS)
    figures, in_england = figures_by_subject(
        view, words, of="attained", caption=f"Reached {words.reach}", reached="reached"
    )
    rows = figures.rows
    told = [
        beside_england(row, at, one, words)
        for row, at, one in zip(
            figures.table().itertuples(), rows, in_england, strict=True
        )
        # Of a side that has nobody the answer tells.
        if row.reason or row.pupils
    ]
    typed = {source for _, source, _ in words.typed.values()}
    others = [
        f"England’s figures: {words.england_source}."
        if any(in_england) and words.england_source
        else "",
        f"The figures of {joined(sorted(typed))} were typed in here." if typed else "",
        WITHHELD if view.withheld else "",
    ]
    alike = any(one and one.alike for one in in_england)
    whom = (
        "All pupils of the year, wherever they started, here and in England."
        if words.no_start
        else "The same pupils as above. What England reached from their starts: of pupils of the same group, from each start as many "
        "as began there here."
        if alike
        else "The same pupils as above, wherever they started: many with SEN started lower."
    )
    unjudged = any(in_england) and not any(one and one.difference for one in in_england)
    caveat = NO_VERDICT if unjudged else ""
    return AnsweredQuestion(
        question,
        lead_of_england(pairs_by_subject(figures, words), view, words),
        tuple(told),
        " ".join(filter(None, others)),
        figures,
        strong=tuple(side == "SEN" for _, side in rows),
        axis=f"reached {words.reach}",
        key=key_words(
            ("England, from the same starts" if alike else "England")
            if has_stroke(england_marks(in_england))
            else ""
        ),
        marks=england_marks(in_england),
        mark="England",
        sure=" ".join(filter(None, (whom, caveat, SURE))),
        reading=layout.how_to_read("england_with_your_starts", "rate")
        if alike
        else layout.how_to_read("rate"),
        caveat=caveat,
    )


def absence(view: View, words: Context) -> AnsweredQuestion:
    """How many missed a tenth of school or more."""
    if not words.recorded:
        return AnsweredQuestion(ABSENCE, why_no_attendance(words))
    rows = tuple((side,) for side in SIDES)
    figures = Figures(
        caption="Missed a tenth of school or more, this year",
        published=view.tables["absence"],
        column="attendance",
        reached="low",
        of="all",
        rows=rows,
        labels=tuple(f"Pupils {side}" for side in SIDES.values()),
    )
    one, other = (row for _, row in figures.table().iterrows())
    told, caveat = "This workbook has no figure of England for this.", ""
    if words.absence:
        caveat = ANOTHER_YEAR
        parts = ", ".join(
            f"{group} {rounded(percent)} %" for group, percent in words.absence.items()
        )
        told = f"England, {words.absence_year}, {ALL_SCHOOLS}: {parts} ({words.absence_source})."
    return AnsweredQuestion(
        ABSENCE,
        lead_of_absence(one, other, words),
        tuple(both_sides("A tenth or more missed", one, other)),
        told,
        figures,
        strong=(True, False),
        axis="missed a tenth or more",
        key=key_words(""),
        sure=" ".join(filter(None, (f"Pupils{on_roll_words(words)}.", caveat, SURE))),
        reading=layout.how_to_read("missed_a_tenth", "gap_crude"),
        caveat=caveat,
    )


def attendance(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN, how many move on, by how much of school they attend."""
    if not words.recorded:
        return AnsweredQuestion(ATTENDANCE, why_no_attendance(words))
    rows = tuple(("SEN", band) for band in BANDS)
    figures = Figures(
        caption="Pupils with SEN who move on now",
        published=view.tables["attendance"],
        column="standing",
        reached="moving",
        of="judged",
        rows=rows,
        labels=tuple(BANDS.values()),
    )
    table = [row for _, row in figures.table().iterrows()]
    if all(not row.reason and row.pupils == 0 for row in table):
        return AnsweredQuestion(
            ATTENDANCE,
            why_nobody_on_roll(words) if is_nobody_on_roll(view) else NOBODY_JUDGED,
        )
    told = tuple(
        rate_words(f"{label}, and move on", row)
        for label, row in zip(figures.labels, table, strict=True)
    )
    return AnsweredQuestion(
        ATTENDANCE,
        lead_of_attendance(table[0], table[-1]),
        (*told, LEFT_OUT),
        "",
        figures,
        strong=(True,) * len(rows),
        axis="move on in every subject",
        sure=f"Pupils with SEN{on_roll_words(words)}. {moving_words(words)} {TOGETHER} {SURE}",
        reading=layout.how_to_read("attendance_and_movement"),
        on_paper=(LEFT_OUT,),
        caveat=TOGETHER if any(map(is_rateable, table)) else "",
    )


def works(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN who get help under a heading, how many move on, beside those who do not get it."""
    helped = view.tables["help"]
    used = [
        heading for heading in words.headings if pupils_with_help(helped, heading) != 0
    ]
    if not used:
        return AnsweredQuestion(WORKS, why_no_help(words))
    rows = tuple(("SEN", heading, "has") for heading in used)
    figures = Figures(
        caption="Pupils with SEN who have this help and move on",
        published=helped,
        column="standing",
        reached="moving",
        of="judged",
        rows=rows,
        labels=tuple(words.headings[heading] for heading in used),
    )
    beside = replace(
        figures, rows=tuple(("SEN", heading, "has not") for heading in used)
    ).table()
    told, unclear, counts = [], [], []
    found: dict[str, list[str]] = {"more": [], "less": []}
    for one, other in zip(
        (row for _, row in figures.table().iterrows()),
        (row for _, row in beside.iterrows()),
        strict=True,
    ):
        if not (is_rateable(one) and is_rateable(other)):
            continue
        gap = points_between(one, other)
        if clear(gap):
            found["more" if gap.points > 0 else "less"].append(one.label)
            told.append(
                f"{rate_words(one.label, one)} Without it {counts_words(other)}: {gap_words(one, other)}"
            )
        else:
            unclear.append(one.label)
            counts.append(
                f"{one.label} {one.reached:,} of {one.pupils:,}, without it {other.reached:,} of {other.pupils:,}"
            )
    if counts:
        told.append(f"How many move on with it: {'; '.join(counts)}.")
    if unclear and (found["more"] or found["less"]):
        told.append(verdicts.first(unclear=f"with or without: {'; '.join(unclear)}"))
    hidden = [row.label for row in figures.table().itertuples() if row.reason]
    if hidden:
        told.append(f"Hidden: {'; '.join(hidden)}.")
    lead = TOO_FEW
    if parts := [
        f"{often} often with {joined(some)}" for often, some in found.items() if some
    ]:
        lead = verdicts.first(
            f"Pupils with SEN move on {', and '.join(parts)} than without it"
        )
    elif unclear:
        with_or_without = (
            "in how many move on, with or without help under these headings"
        )
        lead = verdicts.first(unclear=f"{with_or_without}: {'; '.join(unclear)}")
    # What is hidden stands in a line of its own; a picture of rows in which nothing can be seen would say no more.
    without = tuple(beside["percent"].astype("float64"))
    if seen := [
        three
        for three in zip(rows, figures.labels, without, strict=True)
        if three[1] not in hidden
    ]:
        rows, labels, without = zip(*seen, strict=True)
        figures = replace(figures, rows=rows, labels=labels)
    figures = replace(
        figures,
        beside=tuple(
            counts_words(row) if is_rateable(row) else row.reason
            for _, row in beside.iterrows()
            if row.label in figures.labels
        ),
        beside_head="Without this help",
    )
    key = (
        "Dot: pupils with SEN who have it. Stroke: those who do not."
        if pd.notna(list(without)).any()
        else ""
    )
    return AnsweredQuestion(
        WORKS,
        lead,
        tuple(told),
        "",
        figures,
        strong=(True,) * len(rows),
        axis="move on in every subject",
        marks=without,
        mark="without it",
        key=key,
        sure=f"Pupils with SEN{on_roll_words(words)}. {moving_words(words)} {provision.MOVEMENT_CAVEAT} {SURE}",
        reading=layout.how_to_read("provision_and_movement"),
        caveat="" if lead == TOO_FEW else provision.CHOSEN,
    )
