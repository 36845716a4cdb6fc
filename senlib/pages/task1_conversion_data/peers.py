"""Pupils with SEN beside pupils without who started in the same place: the gap, and both sides from each start."""

from __future__ import annotations

from functools import partial

from pandas import DataFrame, Series

from senlib import charts
from senlib.measures.comparison import ALL_BANDS, NO_START, of_known_starts
from senlib.measures.gaps import (
    Gap,
    comparable,
    independent,
    taking_starts_into_account,
)
from senlib.measures.proportion import rounded
from senlib.pages.kit import layout, sentences
from senlib.pages.kit.rates import RATE
from senlib.pages.task1_conversion_data.answer import nobody
from senlib.pages.task1_conversion_data.conversion_choices import Choices

SIDES = ("SEN", "no SEN")

BESIDE_PEERS = {
    "name": "Start",
    "pupils": "Pupils with SEN",
    **RATE,
    "pupils_without": "Pupils without SEN",
    "percent_without": "Percent, without",
    "low_without": "Likely from, without",
    "high_without": "Likely to, without",
}

GAPS = {
    "name": "Gap",
    "points": "Lower with SEN by",
    "low": "Likely from",
    "high": "Likely to",
}


def peers(choices: Choices) -> str:
    """The question about peers, its answer, and the numbers behind it."""
    table = choices.rows(by="sen_provision")
    table = choices.here(table, any_entry=True)
    title = layout.heading(
        "How does that compare with peers who started in the same place?"
    )
    starts = _starts(choices, table)
    if starts.empty:
        of_all = table[table["entry"] == ALL_BANDS]
        return title + layout.answer(nobody(choices, of_all))
    strata = _strata(choices)
    gap = taking_starts_into_account(strata)
    lines = _answer(choices, table, starts=starts, strata=strata, gap=gap)
    parts = [
        title,
        layout.answer(lines[0]),
        layout.note(*lines[1:]),
        _gaps(gap, table, starts),
        layout.how_to_read("gap_with_starts", "gap_crude"),
    ]
    return "".join(parts)


def _answer(
    choices: Choices,
    table: DataFrame,
    *,
    starts: DataFrame,
    strata: DataFrame,
    gap: Gap | None,
) -> list[str]:
    """The answer in sentences, the one that matters most first."""
    stage, entry = choices.chosen_stage, choices.entry.value
    lines = []
    if not gap:
        lines = _not_alike(choices, table)
    else:
        if entry == NO_START:
            lines.append(
                "Of pupils whose start is not known, we cannot say who started alike."
            )
        elif entry != ALL_BANDS:
            lines.append(_from_one_start(choices, table, starts))
        lines.append(
            sentences.alike_answer(
                gap,
                comparable(strata),
                subject=choices.subject.value,
                reach=choices.reach.value,
                stage=stage,
            )
        )
    if ALL_BANDS in starts.index:
        # Of the same pupils as the question above: those whose start is known, where there are any.
        both = _both_sides(of_known_starts(table), ALL_BANDS)
        wherever = sentences.peers_answer(*both, stage=stage)
        lines.append(wherever)
    return lines


def _both_sides(table: DataFrame, entry: str) -> list[Series]:
    """The row of pupils with SEN from a start, and that of pupils without."""
    here = table[table["entry"] == entry].set_index("group")
    return [here.loc[group] for group in SIDES]


def _strata(choices: Choices) -> DataFrame:
    """The counts of pupils with SEN and without from each start, in each summer that is chosen."""
    table = choices.rows(by="sen_provision", each_summer=True)
    summers = [cohort or 0 for cohort in choices.cohorts]
    table = table[
        table["cohort"].fillna(0).isin(summers)
        & table["entry"].isin(choices.chosen_stage.bands)
    ]
    table = table.set_index(["cohort", "entry"])[["group", "reached", "pupils"]]
    sen, others = (_side(table, group) for group in SIDES)
    both = sen.join(others.add_prefix("peers_"), how="outer")
    return both.fillna(0).astype("int64")


def _side(table: DataFrame, group: str) -> DataFrame:
    """The counts of one group."""
    return table[table["group"] == group].drop(columns="group")


def _starts(choices: Choices, table: DataFrame) -> DataFrame:
    """Each start that has both pupils with and without SEN, by its band, with what BESIDE_PEERS names."""
    # All bands together are the pupils of whom the page speaks: those whose start is known.
    narrowed = of_known_starts(table)
    rows = narrowed.query("pupils > 0").set_index("entry")
    rows = rows[["group", "pupils", "percent", "low", "high"]]
    sen, others = (_side(rows, group) for group in SIDES)
    both = sen.join(others.add_suffix("_without"), how="inner")
    # Those whose start is not known did not start in the same place.
    names = {band: f"From {band}" for band in choices.chosen_stage.bands}
    names[ALL_BANDS] = "All bands"
    both = both.assign(name=both.index.map(names))
    return both.loc[[band for band in names if band in both.index]]


def _from_one_start(choices: Choices, table: DataFrame, starts: DataFrame) -> str:
    """How pupils with SEN did beside others with the start that is chosen."""
    band = choices.entry.value
    if band not in starts.index:
        return "From the start you chose there are not both pupils with SEN and pupils without."
    both = _both_sides(table, band)
    return sentences.peers_answer(*both, stage=choices.chosen_stage)


def _not_alike(choices: Choices, table: DataFrame) -> list[str]:
    """Why like cannot be compared with like, and the reason where tests that were not held are it."""
    stage = choices.chosen_stage
    entries = table.query("pupils > 0")["entry"]
    if entries.isin(stage.bands).any():
        return ["From no start are there both pupils with SEN and pupils without."]
    rows = table[table["entry"] == NO_START]
    lines = [
        "We do not know where these pupils started, so we cannot compare like with like."
    ]
    if len(rows):
        why = sentences.why_no_start(rows.iloc[0], stage=stage)
        lines.append(why)
    return lines


def _gaps(gap: Gap | None, table: DataFrame, starts: DataFrame) -> str:
    """The gap where they started alike, and the one wherever they started, as a picture; and the two sides from each start."""
    by_start = layout.plain_table(
        starts, caption="Pupils with SEN beside their peers", columns=BESIDE_PEERS
    )
    if not gap:
        return layout.folded("The numbers", by_start)
    sen, others = _both_sides(of_known_starts(table), ALL_BANDS)
    gaps = DataFrame([gap, independent(others, sen)])
    gaps["name"] = ["Among those who started alike", "Wherever they started"]
    says = [
        f"{row.name}: {rounded(abs(row.points))} points {'lower' if row.points >= 0 else 'higher'} with SEN"
        for row in gaps.itertuples(index=False)
    ]
    picture = layout.picture(
        partial(
            charts.gaps,
            gaps,
            labels=list(gaps["name"]),
            axis="gap in percentage points",
        ),
        says=". ".join(says),
        key="Dot: the gap in percentage points. Line: where the true gap is likely to lie. To the right of ‘no gap’: pupils with "
        "SEN reached it less often than those without.",
    )
    numbers = layout.plain_table(
        gaps, caption="The gaps in percentage points", columns=GAPS
    )
    return picture + layout.folded("The numbers", numbers + by_start)
