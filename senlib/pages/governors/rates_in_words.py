"""Published rates in words, for the governors' page: beside each other, beside England's and beside a target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from senlib.exports.governors_paper import Figures
from senlib.measures.gaps import Gap, clear, independent
from senlib.measures.governors_counts import LOW, MIDDLE, England, View
from senlib.measures.proportion import FEW, compared, points_apart, wilson
from senlib.measures.published_table import PublishedTable
from senlib.national import TEACHER_ASSESSED
from senlib.pages.governors.caveats import (
    EVERYBODY,
    IN_ENGLAND,
    MOVES,
    NO_MAPS,
    NOBODY,
    NOBODY_RECORDED,
    ONE_HIDDEN,
    ROLL,
    SIDES,
    TOO_FEW,
    UNRECORDED,
    WITHHELD,
)
from senlib.pages.governors_data import Context
from senlib.pages.kit import verdicts
from senlib.pages.kit.verdicts import in_points
from senlib.text import upper_first

Pairs = Mapping[str, tuple[pd.Series, pd.Series]]


def pairs_by_subject(figures: Figures, words: Context) -> Pairs:
    """By subject the published rates of pupils with SEN and of others."""
    rows = figures.table().set_index(pd.MultiIndex.from_tuples(figures.rows))
    return {
        subject: (rows.loc[(subject, "SEN")], rows.loc[(subject, "no SEN")])
        for subject in words.subjects
    }


def lead_of_progress(pairs: Pairs) -> str:
    """In which subjects pupils with SEN make the gain less or more often than others, in a sentence or two."""
    found = {
        subject: points_between(*pair)
        for subject, pair in pairs.items()
        if all(map(is_rateable, pair))
    }
    if not found:
        return _not_compared(pairs.values())
    less, more, unclear = (
        [subject for subject, gap in found.items() if of(gap)]
        for of in (
            lambda gap: clear(gap) and gap.points < 0,
            lambda gap: clear(gap) and gap.points > 0,
            lambda gap: not clear(gap),
        )
    )
    hidden = _hidden(
        [subject for subject, pair in pairs.items() if any(row.reason for row in pair)]
    )
    if not less and not more:
        lead = verdicts.first(
            unclear=f"in {joined(unclear)} between pupils with SEN and others"
        )
        return lead + hidden
    parts = [
        f"{often} often than others in {joined(some)}"
        for often, some in (("less", less), ("more", more))
        if some
    ]
    said = f"Pupils with SEN make the expected gain {', and '.join(parts)}"
    return (
        verdicts.first(said, unclear=f"in {joined(unclear)}" if unclear else "")
        + hidden
    )


def lead_of_england(pairs: Pairs, view: View, words: Context) -> str:
    """In which subjects pupils with SEN stand higher or lower than England's who started where they did, in a sentence or two."""
    sen = {subject: one for subject, (one, _) in pairs.items()}
    if all(not row.reason and row.pupils == 0 for row in sen.values()):
        return NOBODY
    held = {
        subject: view.england["attained", subject, "SEN"]
        for subject in sen
        if ("attained", subject, "SEN") in view.england
    }
    if not held:
        if not any(map(is_rateable, sen.values())):
            return TOO_FEW
        if view.withheld:
            return WITHHELD
        return (
            f"This workbook has no figure of England for pupils with SEN in {words.summer}, so those here stand alone."
            if words.no_start
            else "This workbook has no figure of England for all pupils with SEN together, so those here stand alone."
        )
    told = {
        difference: [
            subject for subject, one in held.items() if one.difference == difference
        ]
        for difference in ("lower", "higher", "not clear")
    }
    if not any(told.values()):
        return _no_verdict(list(held.values()), words)
    whom = "in England" if words.no_start else "in England who started where they did"
    parts = [
        f"{often} often in {joined(some)}"
        for often, some in (("less", told["lower"]), ("more", told["higher"]))
        if some
    ]
    unclear = told["not clear"]
    hidden = _hidden([subject for subject, one in sen.items() if one.reason])
    if not parts:
        lead = verdicts.first(
            unclear=f"in {joined(unclear)} between pupils with SEN here and those {whom}"
        )
        return lead + hidden
    said = f"Pupils with SEN get there {' and '.join(parts)} than those {whom}"
    return (
        verdicts.first(said, unclear=f"in {joined(unclear)}" if unclear else "")
        + hidden
    )


def _no_verdict(held: Sequence[England], words: Context) -> str:
    """Why no figure of England is one to judge by."""
    years = sorted({one.year for one in held})
    of = joined([str(year) for year in years])
    if words.summer != f"summer {of}":
        why = f"England’s figures are of {of}"
    elif set(years) & set(TEACHER_ASSESSED):
        why = f"Grades of {of} were given by teachers"
    else:
        why = "England’s figures are of pupils wherever they started"
    return f"{why}, so nobody can say how those of {words.summer} compare."


def lead_of_absence(sen: pd.Series, others: pd.Series, words: Context) -> str:
    if not (is_rateable(sen) and is_rateable(others)):
        found = _not_compared([(sen, others)])
        return why_nobody_on_roll(words) if found == NOBODY else found
    gap = points_between(sen, others)
    if not clear(gap):
        return verdicts.first(
            unclear="in how many miss a tenth of school between pupils with SEN and others"
        )
    which, often = ("Yes", "more") if gap.points > 0 else ("No", "less")
    return verdicts.first(
        f"{which}, they miss a tenth of school {often} often than others"
    )


def lead_of_attendance(low: pd.Series, high: pd.Series) -> str:
    """`low` and `high` are pupils with SEN who attend least and most; of some pupils with SEN one can tell."""
    for row, attends in ((low, f"{LOW} % or less"), (high, f"more than {MIDDLE} %")):
        if _empty(row):
            return f"None of the pupils with SEN counted here attends {attends}, so there is nobody to compare."
    if not (is_rateable(low) and is_rateable(high)):
        return TOO_FEW
    gap = points_between(low, high)
    if not clear(gap):
        return verdicts.first(
            unclear="in how many move on between pupils with SEN who attend least and most"
        )
    often = "less" if gap.points < 0 else "more"
    return verdicts.first(
        f"Pupils with SEN who attend least move on {often} often than those who attend most"
    )


def joined(names: Sequence[str]) -> str:
    """Names as one says them.

    >>> joined(["English", "Mathematics", "Science"]), joined(["English"])
    ('English, Mathematics and Science', 'English')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _hidden(subjects: Sequence[str]) -> str:
    """What a lead adds of subjects that it cannot name.

    >>> _hidden(["English Language"]), _hidden(["English", "Science"]), _hidden([])
    (' English Language is hidden.', ' English and Science are hidden.', '')
    """
    return (
        f" {joined(subjects)} {'is' if len(subjects) == 1 else 'are'} hidden."
        if subjects
        else ""
    )


def on_roll_words(words: Context) -> str:
    """Of whom it is said, where some are left out because their attendance is not known."""
    return " on roll whose attendance is known" if words.recorded else " on roll"


def moving_words(words: Context) -> str:
    """What it is to move on, for readers without Task 5 too."""
    return MOVES.format(words.stuck)


def key_words(mark: str) -> str:
    shapes = "Round: pupils with SEN. Diamond: pupils without."
    return f"{shapes} Stroke: {mark}." if mark else shapes


def is_nobody_on_roll(view: View) -> bool:
    """Whether the tables show that they count nobody on roll with SEN."""
    return view.tables["absence"].value(side="SEN", attendance="all") == 0


def why_no_attendance(words: Context) -> str:
    """Why nothing is said of attendance, where it is known of less than half."""
    return ROLL[words.roll] if words.roll in ("empty", "none") else UNRECORDED


def why_nobody_on_roll(words: Context) -> str:
    """Why no pupil with SEN on roll is counted."""
    return ROLL.get(words.roll, NOBODY_RECORDED)


def why_no_help(words: Context) -> str:
    """Why nothing is said of help."""
    return ROLL.get(words.roll, NO_MAPS.format(on_roll_words(words)))


def counts_nobody(shown: PublishedTable) -> bool:
    """Whether a table shows that it counts nobody."""
    return set(shown.counts) == {0}


def _not_compared(pairs: Iterable[tuple[pd.Series, pd.Series]]) -> str:
    """Why pupils with SEN and others cannot be compared: one side has nobody, or is hidden."""
    sen, others = zip(*pairs, strict=True)
    if all(map(_empty, sen)):
        return NOBODY
    if all(map(_empty, others)):
        return EVERYBODY
    for here, there, side in ((sen, others, "no SEN"), (others, sen, "SEN")):
        if any(map(is_rateable, here)) and not any(map(is_rateable, there)):
            return ONE_HIDDEN.format(SIDES[side])
    return TOO_FEW


def _empty(row: pd.Series) -> bool:
    return not row.reason and not row.pupils


def pupils_with_help(helped: PublishedTable, heading: str) -> int | None:
    return helped.value(side="SEN", heading=heading, help="has", standing="pupils")


def is_rateable(row: pd.Series) -> bool:
    return not pd.isna(row.percent)


def rate_words(what: str, row: pd.Series) -> str:
    """One published rate in words."""
    if row.reason:
        return f"{what}: hidden."
    if not row.pupils:
        return f"{what}: nobody."
    few = f" {row.pupils} are few to judge by." if row.pupils < FEW else ""
    return f"{what}: {counts_words(row)}.{few}"


def counts_words(row: pd.Series) -> str:
    """A published rate with its counts and its range."""
    return f"{row.reached:,} of {row.pupils:,}, {row.percent} % (likely {row.low} to {row.high} %)"


def both_sides(what: str, one: pd.Series, other: pd.Series) -> list[str]:
    """Pupils with SEN beside the others, and how sure one can be of the gap; of a side that has nobody the answer tells."""
    if _empty(one):
        return [] if _empty(other) else [rate_words(f"{what}, without SEN", other)]
    first = rate_words(f"{what}, with SEN", one)
    if _empty(other):
        return [first]
    if not (is_rateable(one) and is_rateable(other)):
        return [first, rate_words(f"{what}, without SEN", other)]
    return [f"{first} Without SEN {counts_words(other)}: {gap_words(one, other)}"]


def gain_in_england(
    subject: str, held: Mapping[str, England], pupils: Mapping[str, int]
) -> list[str]:
    """How many in England made the gain from the same starts, by side, and how ours lie beside that; nothing where none is given."""
    if not held:
        return []
    years = joined(sorted({str(one.year) for one in held.values()}))
    told = [f"{subject}, in England ({years}):"]
    for side, one in held.items():
        told.append(
            f"{one.percent} % of pupils {SIDES[side]} who started where they did made it."
        )
        told.append(verdicts.beside(one.difference, pupils=pupils[side]))
    return [" ".join(filter(None, told))]


def beside_target(subject: str, row: pd.Series, target: float) -> str:
    """Whether a published rate meets what is asked of schools, by its counts, and how sure one can be."""
    counts = (
        pd.Series([row.reached]).astype("int64"),
        pd.Series([row.pupils]).astype("int64"),
    )
    found = wilson(*counts)
    met = row.reached * 100 >= target * row.pupils
    sure = compared(found["low"], found["high"], pd.Series([target]))[0] != "not clear"
    state = "Met." if met else "Not met."
    return f"{subject}, beside what is asked of schools: {state} {verdicts.target(sure, pupils=int(row.pupils))}"


def beside_england(
    row, at: tuple[str, str], held: England | None, words: Context
) -> str:
    """One rate beside England's, and beside what was typed in for others."""
    told = [rate_words(row.label, row)]
    if held is not None:
        where = "who started where they did" if held.alike else "wherever they started"
        whom = f"{IN_ENGLAND[at[1]]}{' ' if held.alike else ', '}{where}"
        told.append(f"{whom}: {held.percent} % ({held.year}).")
        told.append(verdicts.beside(held.difference, pupils=int(row.pupils)))
    if at in words.typed and is_rateable(row):
        percent, whose, year = words.typed[at]
        told.append(
            f"{upper_first(whose)}, wherever they started: {percent} % ({year})."
        )
    return " ".join(filter(None, told))


def england_column(held: Sequence[England | None]) -> dict:
    """What stands in the column of England, as Figures takes it; nothing where there is no figure."""
    if not any(held):
        return {}
    alike = all(one.alike for one in held if one)
    return {
        "beside": tuple(f"{one.percent} % ({one.year})" if one else "" for one in held),
        "beside_head": "England, same starts" if alike else "England",
    }


def england_marks(held: Sequence[England | None]) -> tuple[float, ...]:
    """Strokes for what a rate is judged by: a figure of another summer, or of other starts, is told in words alone."""
    return tuple(
        float(one.percent) if one and one.difference else float("nan") for one in held
    )


def has_stroke(marks: Sequence[float]) -> bool:
    """Whether there is a stroke to name."""
    return any(map(pd.notna, marks))


def points_between(one: pd.Series, other: pd.Series) -> Gap:
    """The gap of two published rates with its interval, from their counts."""
    counts = pd.DataFrame(
        [(one.reached, one.pupils), (other.reached, other.pupils)],
        columns=["reached", "pupils"],
    ).astype("int64")
    first, second = (
        row for _, row in wilson(counts["reached"], counts["pupils"]).iterrows()
    )
    return independent(first, second)


def gap_words(one: pd.Series, other: pd.Series) -> str:
    size = points_apart(*(100 * row.reached / row.pupils for row in (one, other)))
    if size == "0":
        return "no gap."
    return f"{in_points(size)} apart. {verdicts.gap(points_between(one, other))}"
