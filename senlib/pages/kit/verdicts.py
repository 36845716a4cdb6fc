"""Verdicts: what may be said of a difference and of how sure one can be; each function names the measure that it words.

No other module of the pages says that a difference is clear or is not: a test looks. `python tests/verdicts.py` lists them all.
"""

from __future__ import annotations

from senlib.measures.gaps import Gap, clear
from senlib.measures.proportion import FEW, rounded
from senlib.text import joined

# What stands behind each verdict, by the function that words it.
MEASURES = {
    "beside": "comparison.with_england, with_typed: the other figure lies outside the Wilson interval (95 %); with_lea, "
    "provision.movement: gaps.clear of two groups (Newcombe)",
    "short": "as beside",
    "in_chart": "as beside",
    "gap": "gaps.clear: the interval of the gap leaves out 0 (two groups or summers: Newcombe; start by start: "
    "Mantel-Haenszel with Klingenberg’s interval; the same pupils twice: exact McNemar with Newcombe’s interval for pairs)",
    "first": "as beside and gap, in the first sentence of an answer",
    "target": "criteria.clear: the target lies outside the interval (a rate: Wilson; attendance: 1.96 standard errors)",
}


def in_points(apart: str) -> str:
    """How far two percentages lie apart, as measures.proportion.points_apart gives it, with its unit.

    >>> in_points("1"), in_points("22.6")
    ('1 point', '22.6 points')
    """
    return f"{apart} point{'' if apart == '1' else 's'}"


def beside(difference: str, *, pupils: int) -> str:
    """How a rate of so many pupils stands beside another figure: `difference` is higher, lower, not clear or '' (no verdict).

    >>> beside("higher", pupils=40), beside("lower", pupils=8), beside("not clear", pupils=40)
    ('Clearly higher here.', 'Lower here, but 8 pupils are too few to judge by.', 'No clear difference.')
    """
    if not difference:
        return ""
    few = _too_few(pupils)
    if difference == "not clear":
        return f"No clear difference: {few}." if few else "No clear difference."
    if few:
        return f"{difference.capitalize()} here, but {few}."
    return f"Clearly {difference} here."


def _too_few(pupils: int) -> str:
    """That so many pupils are too few; '' where they are enough."""
    if pupils >= FEW:
        return ""
    return f"{pupils} {'pupil is' if pupils == 1 else 'pupils are'} too few to judge by"


def short(difference: str, *, pupils: int) -> str:
    """The same in a cell of a table.

    >>> short("higher", pupils=40), short("lower", pupils=8), short("not clear", pupils=8), short("", pupils=8)
    ('clearly higher', 'lower, but too few pupils to tell', 'no clear difference', '')
    """
    if not difference:
        return ""
    if difference == "not clear":
        return "no clear difference"
    if pupils < FEW:
        return f"{difference}, but too few pupils to tell"
    return f"clearly {difference}"


def in_chart(difference: str) -> str:
    """The same in a word or two beside a row of a chart, which shows the rest.

    >>> in_chart("lower"), in_chart("not clear"), in_chart("")
    ('lower', 'not clear', 'not judged')
    """
    return difference or "not judged"


def first(clear: str = "", *, unclear: str = "") -> str:
    """The first sentences of an answer: what is clear, and where nothing is.

    >>> first("Pupils with SEN do so less often in English", unclear="in Mathematics and Science")
    'Pupils with SEN do so less often in English. That is clear. No clear difference in Mathematics and Science.'
    >>> first(unclear="between pupils with SEN and others")
    'No clear difference between pupils with SEN and others.'
    """
    return joined(
        f"{clear}. That is clear." if clear else "",
        f"No clear difference {unclear}." if unclear else "",
    )


def gap(of: Gap) -> str:
    """Whether a gap is clear, and where the true one is likely to lie, beginning at the far end.

    >>> gap(Gap(20.0, 5.2, 33.4))
    'That is clear: the true gap is likely between 5 and 33 points.'
    >>> gap(Gap(-2.0, -29.0, 25.0))
    'That is not clear: the true gap may be anything from 25 points the other way to 29 points this way.'
    """
    low, high = of.low, of.high
    if of.points < 0:
        low, high = -high, -low
    if clear(of):
        # Rounded down to 0 it would read as if there might be none.
        least = rounded(low) or "less than 1"
        return f"That is clear: the true gap is likely between {least} and {in_points(str(rounded(high)))}."
    far, near = (in_points(str(rounded(points))) for points in (-low, high))
    ends = f"{far} the other way" if rounded(-low) else "no gap"
    ends += f" to {near} this way" if rounded(high) else " to no gap"
    return f"That is not clear: the true gap may be anything from {ends}."


def target(is_clear: bool, *, pupils: int) -> str:
    """How sure one can be that a target is met or not.

    >>> target(True, pupils=40), target(True, pupils=3)
    ('That is clear.', 'The target lies outside the likely range, but 3 pupils are too few to judge by.')
    >>> target(False, pupils=40)
    'That is not clear: the target lies within the likely range.'
    """
    few = _too_few(pupils)
    if not is_clear:
        unclear = "That is not clear: the target lies within the likely range."
        return f"{unclear} {few}." if few else unclear
    if few:
        return f"The target lies outside the likely range, but {few}."
    return "That is clear."
