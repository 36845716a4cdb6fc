"""The same rates in the other summers there are."""

from __future__ import annotations

from pandas import DataFrame, Series

from senlib.measures.comparison import of_known_starts
from senlib.measures.gaps import independent
from senlib.measures.proportion import points_apart, rounded
from senlib.pages.kit import layout, verdicts
from senlib.pages.kit.sentences import mostly_unknown
from senlib.pages.task1_conversion_data import conversion_rates
from senlib.pages.task1_conversion_data.answer import nobody, nothing
from senlib.pages.task1_conversion_data.conversion_choices import Choices, in_summers
from senlib.text import joined, upper_first

NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


def years(choices: Choices) -> str:
    """Pupils with SEN and without, summer by summer, and whether it changed."""
    table = choices.rows(by="sen_provision", each_summer=True)
    table = table[table["entry"] == choices.entry.value]
    table = of_known_starts(table)
    title = layout.heading("How was it in other summers?")
    rows = table[table["group"].isin(["SEN", "no SEN"])]
    rows = rows.sort_values(["cohort", "group"], ascending=[False, True])
    if why := _why_not(choices, table, rows):
        return title + layout.answer(why)
    labels = [
        f"{upper_first(in_summers(row.cohort))}, {row.group}: {row.reached} of {row.pupils}"
        for row in rows.itertuples()
    ]
    parts = [
        title,
        layout.answer(_trend(rows)),
        layout.note(
            "One summer’s pupils are few. To see more of them at once, choose several summers together above."
        ),
        conversion_rates.picture(
            rows,
            labels=labels,
            strong=list(rows["group"] == "SEN"),
            axis=f"reached {choices.outcome}",
            shapes=True,
        ),
        conversion_rates.numbers(rows, names=labels, caption="Summer by summer"),
        layout.how_to_read("two_summers", "rate"),
    ]
    return "".join(parts)


def _why_not(choices: Choices, table: DataFrame, rows: DataFrame) -> str:
    """Why there is nothing to compare; '' where there is something."""
    everyone = table.query("group == 'all' and pupils > 0")
    if everyone.empty:
        return nothing(choices)
    if everyone["cohort"].nunique(dropna=False) < 2:
        return (
            f"Only {in_summers(everyone['cohort'].iloc[0])} is in your files. To compare, choose your files again on the front "
            "page, with another summer."
        )
    if not (rows["group"] == "SEN").any():
        counts = table.groupby("group", as_index=False)["pupils"].sum()
        return nobody(choices, counts)
    return ""


def _trend(rows: DataFrame) -> str:
    """Whether the latest summer differs from the one before."""
    known = rows["cohort"].notna() & (rows["pupils"] > 0)
    sen = rows[(rows["group"] == "SEN") & known]
    if len(sen) < 2:
        return "There are pupils with SEN in one summer only."
    latest = sen.iloc[0]
    return trend_answer(latest, sen.iloc[1])


def trend_answer(now: Series, before: Series) -> str:
    """Pupils with SEN in one summer and in an earlier one: other pupils each time.

    >>> rows = [Series(dict(cohort=year, reached=count, pupils=40, percent=2.5 * count, low=low, high=high, entry="3"))
    ...     for year, count, low, high in ((2004, 20, 35.2, 64.8), (2001, 12, 18.1, 45.4))]
    >>> trend_answer(*rows)
    'Pupils with SEN: 20 of 40 in 2004 (50 %), and 12 of 40 three years before, in 2001 (30 %): 20 points higher. That is not clear:
    the true gap may be anything from 1 point the other way to 39 points this way.'
    """
    gap = independent(now, before)
    change = points_apart(now.percent, before.percent)
    went, sure = "the same", ""
    if change != "0":
        higher = "higher" if gap.points > 0 else "lower"
        went = f"{verdicts.in_points(change)} {higher}"
        sure = verdicts.gap(gap)
    if mostly_unknown(now) or mostly_unknown(before):
        sure = "We do not know where most of them started in one of the summers, so we do not judge by it."
    apart = int(now.cohort) - int(before.cohort)
    years_before = f"{NUMBERS.get(apart, apart)} years before"
    when = "the summer before" if apart == 1 else years_before
    return joined(
        f"Pupils with SEN: {now.reached} of {now.pupils} in {now.cohort} ({rounded(now.percent)} %), "
        f"and {before.reached} of {before.pupils} {when}, in {before.cohort} ({rounded(before.percent)} %): {went}.",
        sure,
    )
