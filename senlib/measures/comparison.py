"""Comparison: a school's rates beside England's from the same starts, beside the LEA's other schools, and beside figures typed in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.gaps import independent_each, verdict
from senlib.measures.proportion import compared, wilson, with_interval

# The entry of a row that has pupils of every start together, and that of those whose start is not known.
ALL_BANDS, NO_START = "all", "none"

# What England calls the groups of a column of the pupils table; by SEN provision they have one name, and 'all' is everyone's.
GROUPS_IN_ENGLAND = {
    "sex": {"F": "girls", "M": "boys"},
    "language": {"English": "first language English"},
}

# What a table of rates says of its pupils by number, and all that it counts of them.
PARTICULARS = (
    "other_qualification",
    "by_teacher",
    "without_start",
    "one_paper",
    "below_in_one",
)
COUNTED = (
    *("pupils", "without_result", "reached", "with_start", "reached_with_start"),
    *PARTICULARS,
)

# What a figure is of, in the table's names and in England's own.
_NAMES = {"subject": "of_subject", "group": "of_group", "entry": "of_entry"}
_ROW = [*_NAMES, "reach"]
_IN_ENGLAND = [*_NAMES.values(), "reach"]
_OF_ALL_STARTS = ["subject", "cohort", "group", "reach"]
_INTERVAL = ["percent", "low", "high"]


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
    if figures is None:
        figures = national.figures(framework.name)
    figures = _of_england(figures, stage)
    rows = _named_as_in_england(table, stage, by)
    crude = _crude(rows, figures)
    expected = _expected(rows, figures, stage)
    return _judged(table.assign(**crude, **expected))


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
        columns = ["stage", *_ROW, "year", "percent", "whose"]
        figures = pd.DataFrame(columns=columns)
    typed = figures[figures["whose"] != national.ENGLAND]
    rows = _named_as_in_england(table, stage, by)
    nearest = _nearest(rows, _in_its_names(typed, stage))
    nearest = nearest.reindex(table.index)
    year = nearest["year"].astype("Int64")
    percent = nearest["percent"].astype("float64")
    whose = nearest["whose"].fillna("")
    difference = compared(table["low"], table["high"], percent)
    judged = can_judge(year, table["cohort"])
    return table.assign(
        typed=percent,
        typed_whose=whose.astype(object),
        typed_year=year,
        typed_difference=difference.where(judged, ""),
    )


def with_lea(table: pd.DataFrame, *, lea: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """The table with `lea`, the rate of the LEA's other schools for the same cohort, and `lea_difference`.

    Those schools may have no more than a few dozen pupils in a row, so their rate has a range of its own: `lea_difference` is
    higher or lower where the gap of the two groups is clear (`gaps.independent`), else not clear; '' where one has nobody.
    """
    keys = [*_OF_ALL_STARTS, "entry"]
    rates = lea[lea["stage"] == stage.name]
    rates = rates.drop_duplicates(keys)
    types = {"reached": float, "cohort": "Int64"}
    rates = with_interval(rates.astype(types))
    theirs = table[keys].merge(rates, how="left")
    theirs = theirs[_INTERVAL].astype("float64")
    theirs.index = table.index
    gaps = independent_each(table, theirs)
    differences = pd.Series(map(verdict, gaps), table.index, dtype=object)
    return table.assign(lea=theirs["percent"], lea_difference=differences)


def summers_together(table: pd.DataFrame, *, cohorts: Sequence[int]) -> pd.DataFrame:
    """The rows of these summers as one row each, of the latest `cohort`: counts and expected counts are summed, all else is of them.

    Each summer's pupils are laid beside England's figure of their own summer; where one has none, `expected` is missing. What
    was typed in and what the LEA's other schools reached is of one summer, and missing here.
    """
    rows = table[table["cohort"].isin(cohorts)]
    started = rows["with_start"] > 0
    own_year = _same(rows["expected_year"], rows["cohort"])
    lacks = started & rows["expected"].isna()
    rows = rows.assign(lacks=lacks, own=own_year | ~started)
    counts = [name for name in rows if name in COUNTED]
    sums = dict.fromkeys([*counts, "expected"], "sum")
    sums |= {"lacks": "any", "own": "all", "expected_year": "max"}
    keys = ["subject", "entry", "reach", "group"]
    groups = rows.groupby(keys, sort=False)
    rows = with_interval(groups.agg(sums).reset_index())
    expected = rows["expected"].where(rows["with_start"] > 0)
    expected = expected.mask(rows["lacks"])
    percent = 100 * expected / rows["with_start"]
    # A year that is not that of every summer is no year to judge by.
    year = rows["expected_year"].mask(rows["own"], max(cohorts))
    year = year.where(expected.notna())
    one_start = rows["entry"] != ALL_BANDS
    rows = rows.assign(
        cohort=max(cohorts),
        expected=expected,
        expected_percent=percent,
        expected_year=year,
        national=percent.where(one_start),
        national_year=year.where(one_start),
    )
    years = ["cohort", "expected_year", "national_year"]
    types = dict.fromkeys(years, "Int64")
    rows = _judged(rows.astype(types))
    rows = rows.reindex(columns=table.columns)
    return rows.assign(lea_difference="", typed_whose="", typed_difference="")


def of_known_starts(table: pd.DataFrame) -> pd.DataFrame:
    """The table with rows of all starts narrowed to the pupils whose start is known, so that each is of the pupils whom England's
    figure is of; `left_out` says how many are not among them.

    Rows of one start, and rows in which no start is known, are as they were.
    """
    all_starts = table["entry"] == ALL_BANDS
    narrowed = all_starts & (table["with_start"] > 0)
    pupils = table["pupils"].mask(narrowed, table["with_start"])
    reached = table["reached"].mask(narrowed, table["reached_with_start"])
    return table.assign(
        left_out=table["pupils"] - pupils,
        pupils=pupils,
        reached=reached,
        without_start=table["without_start"].mask(narrowed, 0),
        **wilson(reached, pupils),
    )


def can_judge(year: pd.Series, cohort: pd.Series) -> pd.Series:
    """Whether a figure of each year may be a verdict on its cohort: it is of the cohort's own summer, and that had examinations.

    >>> years, cohorts = pd.Series([2024, 2024, 2021]), pd.Series([2024, 2023, 2021])
    >>> can_judge(years, cohorts).tolist()
    [True, False, False]
    """
    assessed = year.isin(national.TEACHER_ASSESSED)
    return _same(year, cohort) & ~assessed


def _same(years: pd.Series, others: pd.Series) -> pd.Series:
    """Whether two years are the same; False where one is missing."""
    same = (years == others).fillna(False)
    return same.astype(bool)


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
    judged = can_judge(year, table["cohort"])
    difference = difference.where(judged, "")
    return table.assign(difference=difference)


def _of_england(figures: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    figures = figures[figures["kind"] != "at most"]
    if "whose" in figures:
        figures = figures[figures["whose"] == national.ENGLAND]
    return _in_its_names(figures, stage)


def _in_its_names(figures: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """Figures of a stage, what each is of under `_IN_ENGLAND`. Of two of one thing the first stands: what was typed in comes first."""
    figures = figures[figures["stage"] == stage.name]
    figures = figures.drop_duplicates([*_ROW, "year"])
    return figures.rename(columns=_NAMES)


def _named_as_in_england(table: pd.DataFrame, stage: Stage, by: str) -> pd.DataFrame:
    """The rows with England's names for what each is of; a group that England does not tell apart has none."""
    groups = table["group"]
    if by != "sen_provision":
        names = GROUPS_IN_ENGLAND.get(by, {})
        groups = groups.map(names | {"all": "all"})
    return table.assign(
        of_subject=table["subject"].map(national.subject),
        of_group=groups,
        of_entry=table["entry"].map(stage.national_band),
    ).astype(dict.fromkeys(_IN_ENGLAND, "object"))


def _crude(rows: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """England's figure for each row: national, national_year."""
    own_year = 2 * rows["without_start"] > rows["pupils"]
    nearest = pd.concat(
        [
            _nearest(rows[~own_year], figures),
            _nearest(rows[own_year], figures, own_year=True),
        ]
    )
    nearest = nearest.reindex(rows.index)
    percent = nearest["percent"].astype("float64")
    year = nearest["year"].astype("Int64")
    return pd.DataFrame({"national": percent, "national_year": year})


def _nearest(
    rows: pd.DataFrame, figures: pd.DataFrame, *, own_year: bool = False
) -> pd.DataFrame:
    """Of the figures for each row that of the cohort's year, else of the nearest, by the row's place in the table."""
    rows = rows[rows["entry"] != NO_START]
    beside = _beside(rows, figures)
    if own_year:
        own = _same(beside["year"], beside["cohort"])
        beside = beside[own]
    return _of_one_year(beside, ["place"]).set_index("place")


def _beside(rows: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Each row with every figure that is of the same subject, group, entry and outcome."""
    columns = ["cohort", "subject", "group", "pupils", *_IN_ENGLAND]
    rows = rows[columns].reset_index(names="place")
    columns = [*_IN_ENGLAND, "year", "percent", "whose"]
    figures = figures[figures.columns.intersection(columns)]
    return rows.merge(figures, on=_IN_ENGLAND)


def _of_one_year(rows: pd.DataFrame, within: list[str]) -> pd.DataFrame:
    """The rows, within each group of them, whose `year` is the one to lay beside their `cohort`."""
    if rows.empty:
        return rows
    keys = [*within, "cohort"]
    different = rows.drop_duplicates([*keys, "year"])
    years = different.groupby(keys, dropna=False)["year"]
    chosen = years.agg(tuple).reset_index()
    cohorts = chosen["cohort"].astype(object)
    cohorts = cohorts.where(cohorts.notna(), None)
    year = list(map(national.year_for, chosen["year"], cohorts))
    chosen["chosen"] = pd.array(year, dtype="Int64")
    del chosen["year"]
    rows = rows.merge(chosen, on=keys)
    same = _same(rows["year"], rows["chosen"])
    return rows[same]


def _expected(rows: pd.DataFrame, figures: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """What England would have reached from the starts of each row's pupils."""
    of_bands = rows[rows["entry"].isin(stage.bands)]
    published = figures[figures["percent"].notna()]
    beside = _beside(of_bands, published)
    # One year for all starts of a subject and group, though another might be nearer for one of them.
    beside = _of_one_year(beside, ["subject", "group", "reach"])
    beside = beside.set_index("place")
    # Where England has figures for some starts alone, the pupils of the others are left out of both sides.
    somewhere = _all_starts(of_bands).isin(_all_starts(beside))
    stands = of_bands.index.isin(beside.index) | ~somewhere
    each = of_bands[_OF_ALL_STARTS].assign(
        with_start=of_bands["pupils"].where(stands, 0),
        reached_with_start=of_bands["reached"].where(stands, 0),
        expected=beside["pupils"] * beside["percent"] / 100,
        expected_percent=beside["percent"],
        expected_year=beside["year"].astype("Int64"),
    )
    groups = each.groupby(_OF_ALL_STARTS, dropna=False)
    sums = groups[["with_start", "reached_with_start"]].sum()
    sums["expected"] = groups["expected"].agg(lambda values: values.sum(min_count=1))
    sums["expected_year"] = groups["expected_year"].max()
    has_figure = sums["expected"].notna()
    pupils = sums["with_start"].where(has_figure)
    sums["expected_percent"] = 100 * sums["expected"] / pupils
    together = rows.loc[rows["entry"] == ALL_BANDS, _OF_ALL_STARTS]
    together = together.reset_index(names="place")
    sums = together.merge(sums.reset_index(), how="left")
    sums = sums.set_index("place")
    table = pd.concat([each, sums])
    types = {
        "with_start": "int64",
        "reached_with_start": "int64",
        "expected": "float64",
        "expected_percent": "float64",
        "expected_year": "Int64",
    }
    table = table.reindex(rows.index)[list(types)]
    nobody = {"with_start": 0, "reached_with_start": 0}
    return table.fillna(nobody).astype(types)


def _all_starts(rows: pd.DataFrame) -> pd.MultiIndex:
    """What each row is of, whatever the start; a cohort that is not known is 0."""
    places = rows[_OF_ALL_STARTS].fillna(0)
    return pd.MultiIndex.from_frame(places)
