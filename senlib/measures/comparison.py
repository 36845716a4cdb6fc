"""Comparison: a rate beside the national figure and beside the LEA's other schools, and whether n can tell them apart."""

from __future__ import annotations

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.proportion import compared


def with_national(
    table: pd.DataFrame, *, figures: pd.DataFrame | None, framework: Framework, stage: Stage
) -> pd.DataFrame:
    """The table with `national`, `national_year` and `difference`.

    A figure is for the same subject, group, entry band and outcome, of the year nearest to the cohort's (the later of two as
    near); bounds ('at most') are no figures and are left out. Where none is held, `national` is missing.

    Pupils whose start is not known are no group that England's figure could be of: none stands beside them, and beside a row
    in which most are such pupils (`without_start`) only a figure of its own year, of pupils wherever they started.
    """
    figures = national.figures(framework.name) if figures is None else figures
    figures = figures[(figures["stage"] == stage.name) & (figures["kind"] != "at most")]
    keys = ["subject", "group", "entry", "reach"]
    rows = table[table["entry"] != "none"].reset_index(names="place")
    rows["own_year"] = 2 * rows["without_start"] > rows["pupils"]
    rows = rows[["place", "cohort", "own_year", *keys]].merge(
        figures[[*keys, "year", "percent"]], on=keys
    )
    rows = rows[~rows["own_year"] | (rows["year"] == rows["cohort"]).fillna(False)].copy()
    rows["apart"] = (rows["year"] - rows["cohort"].fillna(rows["year"])).abs()
    nearest = rows.sort_values(
        ["place", "apart", "year"], ascending=[True, True, False]
    ).drop_duplicates("place")
    nearest = nearest.set_index("place").reindex(table.index)
    return table.assign(
        national=nearest["percent"].astype("float64"),
        national_year=nearest["year"].astype("Int64"),
        difference=compared(table["low"], table["high"], nearest["percent"].astype("float64")),
    )


def with_lea(table: pd.DataFrame, *, lea: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """The table with `lea`, the rate of the LEA's other schools for the same cohort, and `lea_difference`."""
    keys = ["subject", "cohort", "group", "entry", "reach"]
    held = lea[lea["stage"] == stage.name].drop_duplicates(keys)
    held = held.assign(
        lea=100
        * held["reached"].astype(float)
        / held["pupils"].astype(float).where(lambda n: n > 0)
    )
    held = held.astype({"cohort": "Int64"})[[*keys, "lea"]]
    rate = (
        table[keys].merge(held, on=keys, how="left")["lea"].set_axis(table.index).astype("float64")
    )
    return table.assign(lea=rate, lea_difference=compared(table["low"], table["high"], rate))
