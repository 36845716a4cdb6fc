"""Comparison: a school's rates beside England's from the same starts, beside the LEA's other schools, and beside figures typed in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.gaps import independent, verdict
from senlib.measures.proportion import compared, wilson

# The entry of a row that has pupils of every start together, and that of those whose start is not known.
ALL_BANDS, NO_START = "all", "none"

# What England calls the groups of a column of the pupils table; by SEN provision they have one name, and 'all' is everyone's.
GROUPS_IN_ENGLAND = {
    "sex": {"F": "girls", "M": "boys"},
    "language": {"English": "first language English"},
}

# What a table of rates tells of its pupils by number, and all that it counts of them.
TOLD = (
    "other_qualification",
    "by_teacher",
    "without_start",
    "one_paper",
    "below_in_one",
)
COUNTED = (
    "pupils",
    "without_result",
    "reached",
    "with_start",
    "reached_with_start",
    *TOLD,
)

# What a figure is of, in the table's names and in England's own.
_ROW = ["subject", "group", "entry", "reach"]
_IN_ENGLAND = ["of_subject", "of_group", "of_entry", "reach"]
_OF_ALL_STARTS = ["subject", "cohort", "group", "reach"]


def with_england(
    table: pd.DataFrame,
    *,
    figures: pd.DataFrame | None,
    framework: Framework,
    stage: Stage,
    by: str = "sen_provision",
) -> pd.DataFrame:
    """The table with England's figures: national, national_year, with_start, reached_with_start, expected, expected_percent,
    expected_year and difference.

    `national` is England's figure for the same subject, group, entry band and outcome: of the cohort's own year, else of the
    year nearest to it in which grades were not assessed by teachers. Bounds ('at most') are no figures and are left out.

    `expected` is how many of the `with_start` pupils of a row would have reached the outcome had those of each start done as
    the same group in England did from there (indirect standardisation); `reached_with_start` is how many of them did.
    Pupils whose start is not known, or of whose start England has no figure, are left out of both.

    `difference` is higher, lower or not clear beside `expected_percent`, or where that is missing beside `national`. It is ''
    unless England's figure is of the cohort's own year and its grades are those of examinations.

    Pupils whose start is not known are no group that England's figure could be of: none stands beside them, and beside a row
    in which most are such pupils (`without_start`) only a figure of its own year, of pupils wherever they started.
    """
    figures = national.figures(framework.name) if figures is None else figures
    figures = _of_england(figures, stage=stage)
    rows = _named_as_in_england(table, stage=stage, by=by)
    table = table.assign(
        **_crude(rows, figures), **_expected(rows, figures, stage=stage)
    )
    return _judged(table)


def with_typed(
    table: pd.DataFrame,
    *,
    figures: pd.DataFrame | None,
    stage: Stage,
    by: str = "sen_provision",
) -> pd.DataFrame:
    """The table with a figure that a SENCO typed in and that is not England's: typed, typed_whose, typed_year, typed_difference.

    It is of the same subject, group, entry and outcome, and of the year nearest to the cohort's; the difference is '' where that
    is another year, or one in which teachers assessed the grades.
    """
    if figures is None or "whose" not in figures:
        figures = pd.DataFrame(columns=["stage", *_ROW, "year", "percent", "whose"])
    held = _in_its_names(figures[figures["whose"] != national.ENGLAND], stage=stage)
    rows = _named_as_in_england(table, stage=stage, by=by)
    nearest = _nearest(rows[rows["entry"] != NO_START], held).reindex(table.index)
    year, percent = (
        nearest["year"].astype("Int64"),
        nearest["percent"].astype("float64"),
    )
    return table.assign(
        typed=percent,
        typed_whose=nearest["whose"].fillna("").astype(object),
        typed_year=year,
        typed_difference=compared(table["low"], table["high"], percent).where(
            can_judge(year, table["cohort"]), ""
        ),
    )


def with_lea(table: pd.DataFrame, *, lea: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """The table with `lea`, the rate of the LEA's other schools for the same cohort, and `lea_difference`.

    Those schools may have no more than a few dozen pupils in a row, so their rate has a range of its own: `lea_difference` is
    higher or lower where the gap of the two groups is clear (`gaps.independent`), else not clear; '' where one has nobody.
    """
    keys = ["subject", "cohort", "group", "entry", "reach"]
    held = lea[lea["stage"] == stage.name].drop_duplicates(keys)
    held = held[keys].join(wilson(held["reached"].astype(float), held["pupils"]))
    theirs = table[keys].merge(held.astype({"cohort": "Int64"}), on=keys, how="left")
    theirs = theirs[["percent", "low", "high"]].astype("float64").set_axis(table.index)
    differences = [
        verdict(independent(ours, others))
        for ours, others in zip(table.itertuples(), theirs.itertuples(), strict=True)
    ]
    return table.assign(
        lea=theirs["percent"],
        lea_difference=pd.Series(differences, index=table.index, dtype=object),
    )


def summers_together(table: pd.DataFrame, *, cohorts: Sequence[int]) -> pd.DataFrame:
    """The rows of these summers as one row each, of the latest `cohort`: counts and expected counts are summed, all else is of them.

    Each summer's pupils are laid beside England's figure of their own summer; where one has none, `expected` is missing. What
    was typed in and what the LEA's other schools reached is of one summer, and missing here.
    """
    rows = table[table["cohort"].isin(cohorts)]
    lacks = (rows["with_start"] > 0) & rows["expected"].isna()
    own = (rows["expected_year"] == rows["cohort"]).fillna(False) | (
        rows["with_start"] == 0
    )
    keys = ["subject", "entry", "reach", "group"]
    counts = [name for name in rows if name in COUNTED]
    sums = (
        rows.assign(lacks=lacks, own=own)
        .groupby(keys, sort=False)
        .agg(
            **{name: (name, "sum") for name in [*counts, "expected"]},
            lacks=("lacks", "any"),
            own=("own", "all"),
            expected_year=("expected_year", "max"),
        )
    ).reset_index()
    expected = sums["expected"].where(~sums["lacks"] & (sums["with_start"] > 0))
    # A year that is not that of every summer is no year to judge by.
    year = sums["expected_year"].mask(sums["own"], max(cohorts)).where(expected.notna())
    percent = 100 * expected / sums["with_start"]
    one_start = sums["entry"] != ALL_BANDS
    sums = sums.join(wilson(sums["reached"], sums["pupils"])).assign(
        cohort=pd.array([max(cohorts)] * len(sums), dtype="Int64"),
        expected=expected,
        expected_percent=percent,
        expected_year=year.astype("Int64"),
        national=percent.where(one_start),
        national_year=year.where(one_start).astype("Int64"),
    )
    return (
        _judged(sums)
        .reindex(columns=table.columns)
        .assign(
            **{
                name: ""
                for name in ("lea_difference", "typed_whose", "typed_difference")
            }
        )
    )


def of_known_starts(table: pd.DataFrame) -> pd.DataFrame:
    """The table with rows of all starts narrowed to the pupils whose start is known, so that each is of the pupils whom England's
    figure is of; `left_out` says how many are not among them.

    Rows of one start, and rows in which no start is known, are as they were.
    """
    narrowed = (table["entry"] == ALL_BANDS) & (table["with_start"] > 0)
    pupils = table["pupils"].where(~narrowed, table["with_start"])
    reached = table["reached"].where(~narrowed, table["reached_with_start"])
    return table.assign(
        left_out=table["pupils"] - pupils,
        pupils=pupils,
        reached=reached,
        without_start=table["without_start"].where(~narrowed, 0),
        **wilson(reached, pupils),
    )


def can_judge(year: pd.Series, cohort: pd.Series) -> pd.Series:
    """Whether a figure of each year may be a verdict on its cohort: it is of the cohort's own summer, and that had examinations.

    >>> years, cohorts = pd.Series([2024, 2024, 2021]), pd.Series([2024, 2023, 2021])
    >>> can_judge(years, cohorts).tolist()
    [True, False, False]
    """
    same = (year == cohort).fillna(False).astype(bool)
    return same & ~year.isin(national.TEACHER_ASSESSED)


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `difference`."""
    started = wilson(table["reached_with_start"], table["with_start"])
    like = table["expected_percent"].notna()
    difference = compared(
        started["low"].where(like, table["low"]),
        started["high"].where(like, table["high"]),
        table["expected_percent"].fillna(table["national"]),
    )
    year = table["expected_year"].fillna(table["national_year"])
    return table.assign(
        difference=difference.where(can_judge(year, table["cohort"]), "")
    )


def _of_england(figures: pd.DataFrame, *, stage: Stage) -> pd.DataFrame:
    kept = figures["kind"] != "at most"
    if "whose" in figures:
        kept &= figures["whose"] == national.ENGLAND
    return _in_its_names(figures[kept], stage=stage)


def _in_its_names(figures: pd.DataFrame, *, stage: Stage) -> pd.DataFrame:
    """Figures of a stage, what each is of under `_IN_ENGLAND`. Of two of one thing the first stands: what was typed in comes first."""
    held = figures[figures["stage"] == stage.name].drop_duplicates([*_ROW, "year"])
    return held.rename(columns=dict(zip(_ROW, _IN_ENGLAND, strict=True)))


def _named_as_in_england(table: pd.DataFrame, *, stage: Stage, by: str) -> pd.DataFrame:
    """The rows with England's names for what each is of; a group that England does not tell apart has none."""
    subjects = {name: national.subject(name) for name in table["subject"].unique()}
    bands = {name: stage.national_band(name) for name in table["entry"].unique()}
    groups = table["group"]
    if by != "sen_provision":
        groups = groups.map(GROUPS_IN_ENGLAND.get(by, {}) | {"all": "all"})
    return table.assign(
        of_subject=table["subject"].map(subjects),
        of_group=groups,
        of_entry=table["entry"].map(bands),
    ).astype(dict.fromkeys(_IN_ENGLAND, "object"))


def _crude(rows: pd.DataFrame, figures: pd.DataFrame) -> dict[str, pd.Series]:
    """England's figure for each row."""
    asked = rows[rows["entry"] != NO_START]
    own_year = 2 * asked["without_start"] > asked["pupils"]
    nearest = pd.concat(
        [
            _nearest(asked[~own_year], figures),
            _nearest(asked[own_year], figures, own_year=True),
        ]
    ).reindex(rows.index)
    return {
        "national": nearest["percent"].astype("float64"),
        "national_year": nearest["year"].astype("Int64"),
    }


def _nearest(
    rows: pd.DataFrame, figures: pd.DataFrame, *, own_year: bool = False
) -> pd.DataFrame:
    """Of the figures for each row that of the cohort's year, else of the nearest, by the row's place in the table."""
    held = _beside(rows, figures)
    if own_year:
        held = held[(held["year"] == held["cohort"]).fillna(False).astype(bool)]
    return _of_one_year(held, within=["place"]).set_index("place")


def _beside(rows: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Each row with every figure that is of the same subject, group, entry and outcome."""
    of_the_row = ["cohort", "subject", "group", "pupils", *_IN_ENGLAND]
    held = figures.columns.intersection([*_IN_ENGLAND, "year", "percent", "whose"])
    return (
        rows[of_the_row].reset_index(names="place").merge(figures[held], on=_IN_ENGLAND)
    )


def _of_one_year(rows: pd.DataFrame, *, within: list[str]) -> pd.DataFrame:
    """The rows, within each group of them, whose `year` is the one to lay beside their `cohort`."""
    if rows.empty:
        return rows
    keys = [*within, "cohort"]
    held = rows.drop_duplicates([*keys, "year"]).groupby(keys, dropna=False)["year"]
    held = held.agg(tuple).rename("held").reset_index()
    chosen = [
        national.year_for(years, None if pd.isna(cohort) else int(cohort))
        for years, cohort in zip(held["held"], held["cohort"], strict=True)
    ]
    held = held.assign(chosen=pd.array(chosen, dtype="Int64")).drop(columns="held")
    rows = rows.merge(held, on=keys, how="left")
    return rows[(rows["year"] == rows["chosen"]).fillna(False).astype(bool)]


def _expected(
    rows: pd.DataFrame, figures: pd.DataFrame, *, stage: Stage
) -> dict[str, pd.Series]:
    """What England would have reached from the starts of each row's pupils."""
    of_bands = rows[rows["entry"].isin(stage.bands)]
    held = _beside(of_bands, figures[figures["percent"].notna()])
    # One year for all starts of a subject and group, though another might be nearer for one of them.
    held = _of_one_year(held, within=["subject", "group", "reach"]).set_index("place")
    whole = of_bands[_OF_ALL_STARTS].fillna(0).itertuples(index=False, name=None)
    compared_with = set(
        held[_OF_ALL_STARTS].fillna(0).itertuples(index=False, name=None)
    )
    # Where England has figures for some starts alone, the pupils of the others are left out of both sides.
    compares_with_none = pd.array(
        [row not in compared_with for row in whole], dtype="bool"
    )
    stands = of_bands.index.isin(held.index) | compares_with_none
    each = pd.DataFrame(
        {
            "with_start": of_bands["pupils"].where(stands, 0),
            "reached_with_start": of_bands["reached"].where(stands, 0),
            "expected": (held["pupils"] * held["percent"] / 100).reindex(
                of_bands.index
            ),
            "expected_percent": held["percent"].reindex(of_bands.index),
            "expected_year": held["year"].reindex(of_bands.index).astype("Int64"),
        }
    )
    together = rows[rows["entry"] == ALL_BANDS]
    sums = (
        each.join(of_bands[_OF_ALL_STARTS])
        .groupby(_OF_ALL_STARTS, dropna=False)
        .agg(
            with_start=("with_start", "sum"),
            reached_with_start=("reached_with_start", "sum"),
            expected=("expected", lambda values: values.sum(min_count=1)),
            expected_year=("expected_year", "max"),
        )
    )
    sums["expected_percent"] = (
        100 * sums["expected"] / sums["with_start"].where(sums["expected"].notna())
    )
    sums = (
        together[_OF_ALL_STARTS]
        .reset_index(names="place")
        .merge(sums.reset_index(), on=_OF_ALL_STARTS, how="left")
    )
    made = pd.concat([each, sums.set_index("place")[each.columns]]).reindex(rows.index)
    return {
        **made[["with_start", "reached_with_start"]].fillna(0).astype("int64"),
        **made[["expected", "expected_percent"]].astype("float64"),
        "expected_year": made["expected_year"].astype("Int64"),
    }
