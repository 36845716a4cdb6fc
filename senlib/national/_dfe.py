"""Reader of DfE's key stage 2 to 4 transition matrices, however an edition names its columns, groups and bands."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd

from senlib import frameworks

MATRIX_COLUMNS = ["year", "stage", "subject", "group", "entry", "outcome", "pupils"]

# Pupils whom a row's total counts and none of its columns shows: 2021 has no column for combined science at 5-4, 4-3 …
NOT_SHOWN = "not shown"

# Names folded as _fold does, the newest edition's first.
COLUMNS = {
    "year": ("time period", "academic year", "year"),
    "level": ("geographic level",),
    "topic": ("breakdown topic", "characteristic type"),
    "group": ("breakdown", "characteristic value", "characteristic"),
    "entry": ("ks2 scaled score group", "ks2 prior", "ks2 prior attainment"),
    "subject": ("subject", "subjects"),
}
NEEDED = ("year", "group", "entry")

EVERYONE = ("total", "all", "all pupils")
GROUPS = dict.fromkeys(EVERYONE, "all") | {
    "any sen": "SEN",
    "sen": "SEN",
    "sen pupils": "SEN",
    "no identified sen": "no SEN",
    "no sen": "no SEN",
    "non sen": "no SEN",
    "non sen pupils": "no SEN",
}
NO_ENTRY = ("no scaled score", "no prior attainment", "none")

# What DfE prints in place of a number: not applicable, unavailable, confidential, rounds to zero (two), unreliable.
SYMBOLS = {"", "z", "x", "c", "low", "k", "u"}

SINGLE = [str(grade) for grade in range(1, 10)]
DOUBLE = [f"{high}-{low}" for low in range(1, 10) for high in (low, low + 1) if high < 10]
OUTCOMES = [*SINGLE, *DOUBLE, "U", "X", "covid"]


def read_dfe_matrix(path: Path | str) -> pd.DataFrame:
    """Read a matrix as DfE publishes it: year, stage ('KS4'), subject, group, entry, outcome, pupils, in its order.

    Takes the editions from 2021 on: `characteristic_value` or `breakdown`, `subjects` or `subject`, `KS2_Prior` or
    `ks2_scaled_score_group`, `All_Grades` or `all_grades`, grades with and without `num_`, whatever the case,
    spaces and dashes. Kept are England's rows for all pupils, any SEN ('SEN') and no identified SEN ('no SEN');
    other groups are left out. Bands are named as the gcse framework does, 'none' without a score, and 'all' where
    the file has a row of its own for it. Combined science has double grades (5-4) in place of single ones, and an
    edition that gives it a file without a subject is known by them.

    Counts are as published, and missing (never 0) where DfE prints a symbol. Pupils in a row's total for whom it
    shows no grade come as the outcome 'not shown'. The percentages of the 2021 edition leave X out, those of later
    ones do not: counts are read alone.

    ValueError, with the file, the row as a spreadsheet numbers it and the column, where the file is no such matrix.
    """
    path = Path(path)
    table = _read(path)
    names = _columns(table, path.name)
    group = _groups(table, names)
    kept = table[group.notna()]
    if kept.empty:
        raise ValueError(
            f"{path.name}: no row for England’s pupils: all, any SEN or no identified SEN."
        )
    keys = pd.DataFrame(
        {
            "year": _parsed(
                kept[names["year"]], _year, path.name, "an academic year such as 202324"
            ),
            "stage": "KS4",
            "subject": _subjects(kept, names, path.name),
            "group": group[kept.index],
            "entry": _parsed(
                kept[names["entry"]],
                _band,
                path.name,
                "a band as 80 - 89.5, No scaled score or Total",
            ),
        }
    )
    _refuse_repeated(keys, path.name)
    return _long(keys, _counts(kept, path.name))


def _read(path: Path) -> pd.DataFrame:
    """The file as text throughout: 'None' and 'NA' are no gaps."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return pd.read_csv(
                path, dtype=str, keep_default_na=False, index_col=False, encoding=encoding
            )
        except UnicodeDecodeError:
            continue
        except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
            raise ValueError(
                f"{path.name}: not a table. Give the CSV file as DfE publishes it."
            ) from error
    raise ValueError(f"{path.name}: not a text file. Give the CSV file as DfE publishes it.")


def _fold(text: str) -> str:
    """What editions vary in: case, spaces, underscores, dashes.

    >>> _fold("KS2_Prior"), _fold("Non-SEN  Pupils"), _fold("9–9")
    ('ks2 prior', 'non sen pupils', '9 9')
    """
    return re.sub(r"[\s_\-\u2010-\u2015]+", " ", text).strip().casefold()


def _columns(table: pd.DataFrame, file: str) -> dict[str, str]:
    """Which of the file's columns holds what."""
    folded = {_fold(name): name for name in reversed(table.columns)}
    found = {
        what: next(folded[name] for name in names if name in folded)
        for what, names in COLUMNS.items()
        if not folded.keys().isdisjoint(names)
    }
    missing = [COLUMNS[what][0].replace(" ", "_") for what in NEEDED if what not in found]
    if missing:
        raise ValueError(
            f"{file}: no column {', '.join(missing)}. Give DfE’s key stage 2 to 4 transition matrices."
        )
    return found


def _groups(table: pd.DataFrame, names: dict[str, str]) -> pd.Series:
    """Each row's group: all, SEN or no SEN; missing for other groups and for places smaller than England."""
    group = table[names["group"]].map(_fold).map(GROUPS)
    if "topic" in names:
        # A total within another topic (of both sexes, say) is not everyone's row.
        group = group.mask(group.eq("all") & ~table[names["topic"]].map(_fold).isin(EVERYONE))
    if "level" in names:
        group = group.mask(table[names["level"]].map(_fold) != "national")
    return group


def _outcome(column: str) -> str | None:
    """The outcome that a column counts, or 'total'; None for any other column.

    >>> [_outcome(name) for name in ("num_4", "9-9", "num_54", "num_UU", "perc_4", "All_Grades", "num_1_cs")]
    ['4', '9-9', '5-4', 'UU', None, 'total', None]
    """
    name = _fold(column)
    if re.fullmatch(r"all (double )?grades", name):
        return "total double" if "double" in name else "total"
    name = re.sub(r"^(num|number|grade) ", "", name)
    if covid := re.fullmatch(r"covid( impacted)?( double)?", name):
        return "covid double" if covid[2] else "covid"
    name = name.replace(" ", "").upper()
    if pair := re.fullmatch(r"([1-9])([1-9])", name):
        return f"{pair[1]}-{pair[2]}" if "-".join(pair.groups()) in DOUBLE else None
    return name if name in {*SINGLE, "U", "X", "UU", "XX"} else None


def _counts(table: pd.DataFrame, file: str) -> pd.DataFrame:
    """A column for each outcome the file counts, as whole numbers; missing where a symbol stands."""
    columns: dict[str, str] = {}
    for column in table.columns:
        if outcome := _outcome(column):
            columns.setdefault(outcome, column)
    if columns.keys().isdisjoint({*SINGLE, *DOUBLE}):
        raise ValueError(
            f"{file}: no column counts a grade, as num_1 does. Give DfE’s matrices of GCSE subjects."
        )
    return pd.DataFrame(
        {
            outcome: _parsed(
                table[column],
                _count,
                file,
                "a whole number, or one of DfE’s symbols z, x, c, low, k, u",
            )
            for outcome, column in columns.items()
        }
    ).astype("Int64")


def _parsed(texts: pd.Series, parse: Callable[[str], Any], file: str, accepted: str) -> pd.Series:
    """Each text parsed, each different one once; ValueError with the place of the first that cannot be."""
    values = {}
    for text in texts.unique():
        try:
            values[text] = parse(text)
        except ValueError:
            row = (
                texts.index[texts == text][0] + 2
            )  # spreadsheets count from 1, and the heading is their first row
            raise ValueError(f"{file}, row {row}, column {texts.name}: not {accepted}.") from None
    return texts.map(values)


def _count(text: str) -> int | None:
    text = text.strip().replace(",", "")
    if text.casefold() in SYMBOLS:
        return None
    if whole := re.fullmatch(r"(\d+)(\.0+)?", text):
        return int(whole[1])
    raise ValueError


def _year(text: str) -> int:
    """The summer in which an academic year ends.

    >>> _year("202324"), _year("2023/24"), _year("2023-2024"), _year("2024")
    (2024, 2024, 2024, 2024)
    """
    years = re.fullmatch(r"\s*(20\d\d)(?:\D?(?:20)?(\d\d))?\s*", text)
    if not years or (years[2] and int(years[2]) != (int(years[1]) + 1) % 100):
        raise ValueError
    return int(years[1]) + (1 if years[2] else 0)


def _band(text: str) -> str:
    """An entry band as the gcse framework names it. A band of another edition keeps its own limits.

    >>> [_band(text) for text in ("Less than 80", "80 to 89.5", "110 – 113", "No scaled score", "Total")]
    ['<80', '80-89.5', '110-113', 'none', 'all']
    """
    folded = _fold(text)
    if folded in EVERYONE:
        return "all"
    if folded in NO_ENTRY:
        return "none"
    if below := re.fullmatch(r"(?:<|less than|below|under) ?(\d+)", folded):
        return f"<{below[1]}"
    if limits := re.fullmatch(r"(\d+(?:\.\d+)?)(?: to)? (\d+(?:\.\d+)?)", folded):
        return f"{float(limits[1]):g}-{float(limits[2]):g}"
    raise ValueError


def _subjects(table: pd.DataFrame, names: dict[str, str], file: str) -> pd.Series | str:
    gcse = frameworks.load("gcse")
    if "subject" in names:
        subjects = table[names["subject"]]
        return subjects.map({text: gcse.subject(text) or text for text in subjects.unique()})
    if {_outcome(column) for column in table.columns}.isdisjoint(SINGLE):
        return "Combined Science"
    raise ValueError(f"{file}: no column subject. Give DfE’s key stage 2 to 4 transition matrices.")


def _refuse_repeated(keys: pd.DataFrame, file: str) -> None:
    repeated = keys.index[keys.duplicated()]
    if len(repeated):
        raise ValueError(
            f"{file}, row {repeated[0] + 2}: a second row for the same year, subject, group and band. "
            "Leave one kind of school and one version in the file."
        )


def _long(keys: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """A row for each band and outcome. Bands of double grades are those that count one; all, where none is single."""
    pairs = [outcome for outcome in DOUBLE if outcome in counts]
    double = counts[pairs].notna().any(axis=1) | (counts.columns.isin(SINGLE).sum() == 0)
    parts = []
    for outcome in OUTCOMES:
        for rows, of_pair in ((~double, False), (double, True)):
            held = [name for name in _names(outcome, of_pair=of_pair) if name in counts]
            if held and rows.any():
                pupils = reduce(pd.Series.combine_first, (counts.loc[rows, name] for name in held))
                parts.append(keys[rows].assign(outcome=outcome, pupils=pupils))
    shown = pd.concat(parts)
    hidden = _hidden(keys, counts, shown, double)
    long = pd.concat([shown, hidden]).sort_index(kind="stable").reset_index(drop=True)
    return long.astype({"year": "int64", "pupils": "Int64"})[MATRIX_COLUMNS]


def _names(outcome: str, *, of_pair: bool) -> list[str]:
    """Which columns count an outcome, in bands of single or of double grades; the first that has a number holds."""
    if outcome in SINGLE or outcome in DOUBLE:
        return [outcome] if (outcome in DOUBLE) == of_pair else []
    if not of_pair:
        return [outcome]
    return [f"{outcome} double" if outcome == "covid" else 2 * outcome, outcome]


def _hidden(
    keys: pd.DataFrame, counts: pd.DataFrame, shown: pd.DataFrame, double: pd.Series
) -> pd.DataFrame:
    """Rows of NOT_SHOWN, for bands whose counts are all known and come to less than the total published beside them."""
    nothing = pd.Series(pd.NA, index=keys.index, dtype="Int64")
    single_total, double_total = (counts.get(name, nothing) for name in ("total", "total double"))
    total = single_total.where(~double, double_total.fillna(single_total))
    bands = shown.groupby(level=0)["pupils"]
    rest = total - bands.sum().where(bands.count() == bands.size())
    rows = rest.index[(rest > 0).fillna(False).astype(bool)]
    return keys.loc[rows].assign(outcome=NOT_SHOWN, pupils=rest[rows])
