"""Published rates in words, for the governors' page: each by itself, and two beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from senlib.exports.governors_paper import Figures, Rate
from senlib.measures import gaps
from senlib.measures.governors_counts import View
from senlib.measures.proportion import FEW, points_apart, wilson
from senlib.pages.governors import caveats
from senlib.pages.governors_data import Context
from senlib.pages.kit import verdicts
from senlib.text import with_and

# The published rate of pupils with SEN, and that of those with whom they are compared.
Pair = tuple[Rate, Rate]

# Of each published table that has rates: the column they are of, and which of its labels are counted of which.
RATES = {
    "progress": ("progress", "made", "pupils"),
    "attained": ("attained", "reached", "pupils"),
    "absence": ("attendance", "low", "all"),
    "attendance": ("standing", "moving", "judged"),
    "help": ("standing", "moving", "judged"),
}

# How often pupils with SEN reach what lies clearly lower or higher.
OFTEN = {"lower": "less", "higher": "more"}


def figures_of(
    view: View,
    name: str,
    rows: Sequence[tuple[str, ...]],
    *,
    labels: Iterable[str],
    caption: str,
) -> Figures:
    """The rates of these rows of a published table, each with its label."""
    column, reached, of = RATES[name]
    return Figures(
        caption=caption,
        published=view.tables[name],
        column=column,
        reached=reached,
        of=of,
        rows=tuple(rows),
        labels=tuple(labels),
    )


def shows_little(view: View, words: Context) -> bool:
    """Whether no rate of pupils with SEN shows, though there are some."""
    rates = []
    for name in view.tables.keys() - {"help"}:
        column, reached, of = RATES[name]
        published = view.tables[name]
        table = published.rates(column=column, reached=reached, of=of)
        if name != "absence" or words.recorded:
            rates += table[table["side"] == "SEN"].itertuples()
    is_any_hidden = any(rate.reason for rate in rates)
    return is_any_hidden and not any(map(is_rateable, rates))


def is_rateable(row: Rate) -> bool:
    return not pd.isna(row.percent)


def is_empty(row: Rate) -> bool:
    """Whether a rate shows, and is of nobody."""
    return not row.reason and not row.pupils


def rate_words(what: str, row: Rate) -> str:
    """One published rate in words."""
    if row.reason:
        return f"{what}: hidden."
    if not row.pupils:
        return f"{what}: nobody."
    few = f" {row.pupils} are few to judge by." if row.pupils < FEW else ""
    return f"{what}: {counts_words(row)}.{few}"


def counts_words(row: Rate) -> str:
    """A published rate with its counts and its range."""
    likely = f"(likely {row.low} to {row.high} %)"
    return f"{row.reached:,} of {row.pupils:,}, {row.percent} % {likely}"


def both_sides(what: str, sen: Rate, others: Rate) -> list[str]:
    """Pupils with SEN beside the others, and how sure one can be of the gap; of a side that has nobody the answer tells."""
    first = rate_words(f"{what}, with SEN", sen)
    if is_rateable(sen) and is_rateable(others):
        gap = gap_words(sen, others)
        return [f"{first} Without SEN {counts_words(others)}: {gap}"]
    second = rate_words(f"{what}, without SEN", others)
    lines = [] if is_empty(sen) else [first]
    return lines if is_empty(others) else [*lines, second]


def difference(one: Rate, other: Rate) -> str:
    """Whether the first rate is clearly higher or lower than the second, as gaps.verdict; '' where one of them has none."""
    if not (is_rateable(one) and is_rateable(other)):
        return ""
    return gaps.verdict(_gap(one, other))


def gap_words(one: Rate, other: Rate) -> str:
    """How far two rates lie apart, and how sure one can be of it."""
    percents = [100 * row.reached / row.pupils for row in (one, other)]
    size = points_apart(*percents)
    if size == "0":
        return "no gap."
    return f"{verdicts.in_points(size)} apart. {verdicts.gap(_gap(one, other))}"


def _gap(one: Rate, other: Rate) -> gaps.Gap:
    return gaps.independent(*intervals(one, other).itertuples())


def intervals(*rates: Rate) -> pd.DataFrame:
    """The percent, low and high of published rates as their counts give them, not rounded."""
    table = pd.DataFrame(list(rates))
    return wilson(table["reached"], table["pupils"])


def often(differences: Mapping[str, str], *, says: str) -> list[str]:
    """What pupils with SEN reach clearly less or more often; `says` has a place for how often, and for the names.

    >>> often({"English": "lower", "Science": "not clear", "ICT": "lower"}, says="{} often in {}")
    ['less often in English and ICT']
    """
    return [
        says.format(OFTEN[which], with_and(names))
        for which in OFTEN
        if (names := names_with(which, differences))
    ]


def names_with(which: str, differences: Mapping[str, str]) -> list[str]:
    """The names of that which differs so."""
    return [name for name, one in differences.items() if one == which]


def why_not_compared(pairs: Iterable[Pair]) -> str:
    """Why pupils with SEN and others cannot be compared: one side has nobody, or is hidden."""
    sen, others = zip(*pairs, strict=True)
    if all(map(is_empty, sen)):
        return caveats.NOBODY
    if all(map(is_empty, others)):
        return caveats.EVERYBODY
    sen_shows = any(map(is_rateable, sen))
    if sen_shows == any(map(is_rateable, others)):
        return caveats.TOO_FEW
    side = "no SEN" if sen_shows else "SEN"
    return caveats.ONE_HIDDEN.format(caveats.SIDES[side])


def sides_key(stroke: str = "", marks: Iterable[float] = ()) -> str:
    """The key of a picture of both sides, and of its strokes where it has any."""
    shapes = "Round: pupils with SEN. Diamond: pupils without."
    has_stroke = any(map(pd.notna, marks))
    return f"{shapes} Stroke: {stroke}." if has_stroke else shapes


def used_headings(view: View, words: Context) -> list[str]:
    """The headings under which anybody has help, or may have."""
    return [one for one in words.headings if pupils_with_help(view, one) != 0]


def pupils_with_help(view: View, heading: str) -> int | None:
    """How many pupils with SEN have help under a heading; None where that is hidden."""
    cell = {"side": "SEN", "heading": heading, "help": "has"}
    return view.tables["help"].value(**cell, standing="pupils")


def why_no_help(words: Context) -> str:
    """Why nothing is said of help."""
    no_maps = caveats.NO_MAPS.format(words.on_roll)
    return caveats.ROLL.get(words.roll, no_maps)
