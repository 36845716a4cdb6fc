"""Pupils with SEN beside pupils without who started in the same place: the gap, and both sides from each start."""

from __future__ import annotations

from functools import partial

import pandas as pd

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
from senlib.pages.task1_conversion_data.answer import nobody
from senlib.pages.task1_conversion_data.conversion_choices import Choices

SIDES = ("SEN", "no SEN")

BESIDE_PEERS = {
    "name": "Start",
    "sen_n": "Pupils with SEN",
    "sen": "Percent",
    "sen_low": "Likely from",
    "sen_high": "Likely to",
    "peers_n": "Pupils without SEN",
    "peers": "Percent, without",
    "peers_low": "Likely from, without",
    "peers_high": "Likely to, without",
}

GAPS = {
    "name": "Gap",
    "points": "Lower with SEN by",
    "low": "Likely from",
    "high": "Likely to",
}


def peers(choices: Choices) -> str:
    """The question about peers, its answer, and the numbers behind it."""
    table = choices.here(choices.rows(by="sen_provision"), any_entry=True)
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
        *map(layout.note, lines[1:]),
        _gaps(gap, table, starts),
        layout.how_to_read("gap_with_starts", "gap_crude"),
    ]
    return "".join(parts)


def _answer(
    choices: Choices,
    table: pd.DataFrame,
    *,
    starts: pd.DataFrame,
    strata: pd.DataFrame,
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
        lines.append(sentences.peers_answer(*both, stage=stage))
    return lines


def _both_sides(table: pd.DataFrame, entry: str) -> list[pd.Series]:
    """The row of pupils with SEN from a start, and that of pupils without."""
    here = table[table["entry"] == entry].set_index("group")
    return [here.loc[group] for group in SIDES]


def _strata(choices: Choices) -> pd.DataFrame:
    """The counts of pupils with SEN and without from each start, in each summer that is chosen."""
    table = choices.rows(by="sen_provision", each_summer=True)
    summers = [cohort or 0 for cohort in choices.cohorts]
    table = table[
        table["cohort"].fillna(0).isin(summers)
        & table["entry"].isin(choices.chosen_stage.bands)
    ]
    sen, others = (
        table[table["group"] == group].set_index(["cohort", "entry"])[
            ["reached", "pupils"]
        ]
        for group in SIDES
    )
    both = sen.join(others.add_prefix("peers_"), how="outer")
    return both.fillna(0).astype("int64")


def _starts(choices: Choices, table: pd.DataFrame) -> pd.DataFrame:
    """Each start that has both pupils with and without SEN, by its band, with what BESIDE_PEERS names."""
    # All bands together are the pupils of whom the page speaks: those whose start is known.
    narrowed = of_known_starts(table)
    sides = []
    for side, group in (("sen", "SEN"), ("peers", "no SEN")):
        columns = {
            "pupils": f"{side}_n",
            "percent": side,
            "low": f"{side}_low",
            "high": f"{side}_high",
        }
        rows = narrowed[(narrowed["group"] == group) & (narrowed["pupils"] > 0)]
        rows = rows.set_index("entry")
        sides.append(rows[list(columns)].rename(columns=columns))
    both = sides[0].join(sides[1], how="inner")
    # Those whose start is not known did not start in the same place.
    in_order = (*choices.chosen_stage.bands, ALL_BANDS)
    both = both.loc[[band for band in in_order if band in both.index]]
    names = [
        "All bands" if band == ALL_BANDS else f"From {band}" for band in both.index
    ]
    return both.assign(name=names)


def _from_one_start(choices: Choices, table: pd.DataFrame, starts: pd.DataFrame) -> str:
    """How pupils with SEN did beside others with the start that is chosen."""
    band = choices.entry.value
    if band not in starts.index:
        return "From the start you chose there are not both pupils with SEN and pupils without."
    return sentences.peers_answer(*_both_sides(table, band), stage=choices.chosen_stage)


def _not_alike(choices: Choices, table: pd.DataFrame) -> list[str]:
    """Why like cannot be compared with like, and the reason where tests that were not held are it."""
    stage = choices.chosen_stage
    if (table["entry"].isin(stage.bands) & (table["pupils"] > 0)).any():
        return ["From no start are there both pupils with SEN and pupils without."]
    rows = table[table["entry"] == NO_START]
    why = sentences.why_no_start(rows.iloc[0], stage=stage) if len(rows) else ""
    first = "We do not know where these pupils started, so we cannot compare like with like."
    return [first, why] if why else [first]


def _gaps(gap: Gap | None, table: pd.DataFrame, starts: pd.DataFrame) -> str:
    """The gap where they started alike, and the one wherever they started, as a picture; and the two sides from each start."""
    by_start = layout.plain_table(
        starts, caption="Pupils with SEN beside their peers", columns=BESIDE_PEERS
    )
    if not gap:
        return layout.folded("The numbers", by_start)
    sen, others = _both_sides(of_known_starts(table), ALL_BANDS)
    gaps = pd.DataFrame([gap, independent(others, sen)]).assign(
        name=["Among those who started alike", "Wherever they started"]
    )
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
