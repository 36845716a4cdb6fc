"""Reader of DfE's key stage 2 to 4 transition matrices, however an edition names its columns, groups and bands."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
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

# The long layout: a row for each grade, and a column for each way to part the pupils.
LONG_COLUMNS = COLUMNS | {
    "group": ("sen status", *COLUMNS["group"]),
    "qualification": ("qualification type",),
    "grade": ("grade",),
    "number": ("number achieving",),
    "percent": ("percentage achieving",),
}
LONG_NEEDED = (*NEEDED, "subject", "grade", "number")
# Its columns that part no pupils. Every other one does, whatever it is called, and has to say Total.
PARTS_NOBODY = {
    "time identifier",
    "country code",
    "country name",
    "version",
    "establishment type group",
    "breakdown",
}
AT_LEAST = "at least"

EVERYONE = ("total", "all", "all pupils")
# In a column that parts the pupils: it does not part those of this row.
UNPARTED = {*EVERYONE, "all schools", "z", ""}
# How editions call each group, folded. A group's own name is among them.
SPELLINGS = {
    "all": EVERYONE,
    "SEN": ("sen", "any sen", "sen pupils"),
    "no SEN": ("no sen", "no identified sen", "non sen", "non sen pupils"),
    "girls": ("girls", "female", "female pupils"),
    "boys": ("boys", "male", "male pupils"),
    "disadvantaged": ("disadvantaged", "disadvantaged pupils"),
    "not disadvantaged": (
        "not disadvantaged",
        "disadvantaged all other",
        "not known to be disadvantaged",
        "non disadvantaged pupils",
    ),
    "first language English": ("first language english", "english", "non eal pupils"),
    "first language other": (
        "first language other",
        "other than english",
        "eal pupils",
    ),
}
GROUPS = {
    spelling: group for group, spellings in SPELLINGS.items() for spelling in spellings
}
# The columns of the long layout, beside SEN, whose parts are groups of their own.
PARTING = {"sex", "gender", "disadvantage status", "disadvantage", "first language"}
NO_ENTRY = ("no scaled score", "no prior attainment", "none")

# What DfE prints in place of a number: not applicable, unavailable, confidential, rounds to zero (two), unreliable.
SYMBOLS = {"", "z", "x", "c", "low", "k", "u"}
A_COUNT = "a whole number, or one of DfE’s symbols z, x, c, low, k, u"

SINGLE = [str(grade) for grade in range(1, 10)]
DOUBLE = [
    f"{high}-{low}" for low in range(1, 10) for high in (low, low + 1) if high < 10
]
OUTCOMES = [*SINGLE, *DOUBLE, "U", "X", "covid"]


def read_dfe_matrix(path: Path | str) -> pd.DataFrame:
    """Read a matrix as DfE publishes it: year, stage ('KS4'), subject, group, entry, outcome, pupils, in its order.

    Takes the editions from 2021 on: `characteristic_value` or `breakdown`, `subjects` or `subject`, `KS2_Prior` or
    `ks2_scaled_score_group`, `All_Grades` or `all_grades`, grades with and without `num_`, whatever the case,
    spaces and dashes. Kept are England's rows for all pupils, any SEN ('SEN') and no identified SEN ('no SEN'), girls,
    boys, 'disadvantaged', 'not disadvantaged', 'first language English' and 'first language other'; other groups are
    left out. '&' in a subject is read as 'and'. Bands are named as the gcse framework does, 'none' without a score, and 'all' where
    the file has a row of its own for it. Combined science has double grades (5-4) in place of single ones, and an
    edition that gives it a file without a subject is known by them.

    The long layout, with a row for each grade, is read in the same terms. A row is taken where every column that parts
    the pupils says Total, but for one: `sen_status`, `sex`, `disadvantage_status` or `first_language`; thresholds
    (9 to 4) and qualifications other than GCSE are passed over. A grade without a row is missing where other bands of the subject have one.

    Counts are as published, and missing (never 0) where DfE prints a symbol. Pupils in a row's total for whom it
    shows no grade come as the outcome 'not shown', their number missing where only percentages tell that there are
    some. The percentages of the 2021 edition leave X out, those of later ones do not: counts are read alone, and
    percentages of the long layout only checked against them.

    ValueError, with the file, the row as a spreadsheet numbers it and the column, where the file is no such matrix.
    """
    path = Path(path)
    table = _read(path)
    tables = _widened(table, path.name) if _is_long(table) else [table]
    keys = [_keys(table, path.name) for table in tables]
    _refuse_repeated(pd.concat(keys), path.name)
    return pd.concat(
        [
            _long(key, table.loc[key.index], path.name)
            for key, table in zip(keys, tables, strict=True)
        ],
        ignore_index=True,
    )


def _keys(table: pd.DataFrame, file: str) -> pd.DataFrame:
    """Year, stage, subject, group and entry of each row that is taken."""
    names = _columns(table, file)
    group = _groups(table, names)
    kept = table[group.notna()]
    if kept.empty:
        raise ValueError(
            f"{file}: no row for England’s pupils: all, any SEN or no identified SEN."
        )
    a_year, a_band = (
        "an academic year such as 202324",
        "a band as 80 - 89.5, No scaled score or Total",
    )
    return pd.DataFrame(
        {
            "year": _parsed(kept[names["year"]], _year, file, a_year),
            "stage": "KS4",
            "subject": _subjects(kept, names, file),
            "group": group[kept.index],
            "entry": _parsed(kept[names["entry"]], _band, file, a_band),
        }
    )


def _read(path: Path) -> pd.DataFrame:
    """The file as text throughout: 'None' and 'NA' are no gaps."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                index_col=False,
                encoding=encoding,
            )
        except UnicodeDecodeError:
            continue
        except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
            raise ValueError(
                f"{path.name}: not a table. Give the CSV file as DfE publishes it."
            ) from error
    raise ValueError(
        f"{path.name}: not a text file. Give the CSV file as DfE publishes it."
    )


def _fold(text: str) -> str:
    """What editions vary in: case, spaces, underscores, dashes.

    >>> _fold("KS2_Prior"), _fold("Non-SEN  Pupils"), _fold("9–9")
    ('ks2 prior', 'non sen pupils', '9 9')
    """
    return re.sub(r"[\s_\-\u2010-\u2015]+", " ", text).strip().casefold()


def _columns(
    table: pd.DataFrame,
    file: str,
    *,
    known: Mapping[str, Sequence[str]] = COLUMNS,
    needed: Sequence[str] = NEEDED,
) -> dict[str, str]:
    """Which of the file's columns holds what."""
    folded = {_fold(name): name for name in reversed(table.columns)}
    found = {
        what: next(folded[name] for name in names if name in folded)
        for what, names in known.items()
        if not folded.keys().isdisjoint(names)
    }
    missing = [known[what][0].replace(" ", "_") for what in needed if what not in found]
    if missing:
        raise ValueError(
            f"{file}: no column {', '.join(missing)}. Give DfE’s key stage 2 to 4 transition matrices."
        )
    return found


def _groups(table: pd.DataFrame, names: dict[str, str]) -> pd.Series:
    """Each row's group, by its name here; missing for other groups and for places smaller than England."""
    group = table[names["group"]].map(_fold).map(GROUPS)
    if "topic" in names:
        topic = table[names["topic"]].map(_fold)
        # A total within another topic (of both sexes, say) is not everyone's row; English may be an ethnic group.
        group = group.mask(group.eq("all") & ~topic.isin(EVERYONE))
        of_language = topic.str.contains("language|^eal$")
        group = group.mask(
            group.str.startswith("first language", na=False) & ~of_language
        )
    if "level" in names:
        group = group.mask(table[names["level"]].map(_fold) != "national")
    return group


def _is_long(table: pd.DataFrame) -> bool:
    return any(_fold(name) == "grade" for name in table.columns)


def _widened(table: pd.DataFrame, file: str) -> list[pd.DataFrame]:
    """A table in the wide layout for each year and subject of the long one, each with the grades it has rows for."""
    names = _columns(table, file, known=LONG_COLUMNS, needed=LONG_NEEDED)
    table = _unparted(table, names, file)
    accepted = (
        "a GCSE grade: 1 to 9, a double one such as 5-4, U, X, Covid impacted or Total"
    )
    outcome = _parsed(table[names["grade"]], _grade, file, accepted)
    rows = table.assign(outcome=outcome)[outcome != ""]
    rows = rows.assign(
        count=_parsed(rows[names["number"]], _count, file, A_COUNT).astype("Int64")
    )
    key = [names[what] for what in ("year", "subject", "group", "entry")]
    # A row may stand under more than one topic; it is the same one where it says the same.
    rows = rows.drop_duplicates([*key, "outcome", "count"])
    again = rows.index[rows.duplicated([*key, "outcome"])]
    if len(again):
        raise ValueError(_second_row(again[0], "group, band and grade", file=file))
    band = rows.index.to_series().groupby([rows[name] for name in key]).transform("min")
    at_least = _at_least(rows, band, names.get("percent"), file)
    wide = []
    for _, part in rows.groupby(key[:2], sort=False):
        if not part["outcome"].isin([*SINGLE, *DOUBLE]).any():
            raise ValueError(
                f"{file}, row {part.index[0] + 2}: its subject has no row for a grade from 1 to 9. "
                "Give the file with a row for each grade."
            )
        counts = part.assign(band=band).pivot(
            index="band", columns="outcome", values=names["number"]
        )
        held = [
            names[what]
            for what in ("year", "level", "entry", "subject")
            if what in names
        ]
        wide.append(
            part.loc[counts.index, [*held, names["group"]]]
            .rename(columns={names["group"]: "breakdown"})
            .assign(**{AT_LEAST: at_least})
            .join(counts.fillna("").rename(columns=TOTALS))
        )
    return wide


# What the wide layout calls the outcomes that _outcome knows by another name.
TOTALS = {"total": "all_grades", "total double": "all_double_grades"}


def _unparted(table: pd.DataFrame, names: dict[str, str], file: str) -> pd.DataFrame:
    """The rows of the long layout that count one of the groups of England's pupils who took a GCSE, named as here."""
    columns = [
        name
        for name in table.columns
        if name not in names.values() and _fold(name) not in PARTS_NOBODY
    ]
    whole = pd.DataFrame(
        {name: table[name].map(_fold).isin(UNPARTED) for name in columns}
    )
    taken = pd.Series(True, index=table.index)
    if "qualification" in names:
        taken &= table[names["qualification"]].map(_fold).str.match(r"gcse(?!.*short)")
    kept = taken & whole.all(axis=1).reindex(table.index, fill_value=True)
    groups = _groups(table, names)
    # With no topic of its own, everyone stands as the total within another.
    within = _groups(
        table, {what: name for what, name in names.items() if what != "topic"}
    )
    if groups[kept].ne("all").all() and "topic" in names:
        groups = within
    groups = groups.where(kept)
    for name in columns:
        if _fold(name) in PARTING:
            alone = (
                taken
                & within.eq("all")
                & ~whole[name]
                & whole.drop(columns=name).all(axis=1)
            )
            groups = groups.mask(alone, table[name].map(_fold).map(GROUPS))
    groups = groups.dropna()
    rows = table.loc[groups.index].assign(**{names["group"]: groups})
    if rows.empty:
        never = [name for name in columns if not whole[name].any()]
        where = f" No row has Total in column {', '.join(never)}." if never else ""
        raise ValueError(
            f"{file}: no row for England’s pupils: all, any SEN or no identified SEN.{where} "
            "Give the file with Total in every column that parts pupils other than sen_status."
        )
    return rows


def _grade(text: str) -> str:
    """The outcome of a row of the long layout, or 'total'; '' for a threshold, which counts several.

    >>> [_grade(text) for text in ("4", "5-4", "54", "Ungraded", "Covid impacted", "All grades", "9 to 4", "9-4")]
    ['4', '5-4', '5-4', 'U', 'covid', 'total', '', '']
    """
    folded = _fold(text)
    if folded in (*EVERYONE, "total exam entries"):
        return "total"
    if folded in ("ungraded", "no result", "no result / x"):
        return "U" if folded == "ungraded" else "X"
    if outcome := _outcome(text):
        return outcome
    if re.fullmatch(
        r"[1-9]( [1-9])? to [1-9]( [1-9])?|9 [1-7]|[1-9] ?\+|[1-9] (or|and) above",
        folded,
    ):
        return ""
    raise ValueError


def _percent(text: str) -> float | None:
    text = text.strip().removesuffix("%").rstrip()
    if text.casefold() in SYMBOLS:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) > 100:
        raise ValueError
    return float(text)


def _at_least(
    rows: pd.DataFrame, band: pd.Series, column: str | None, file: str
) -> pd.Series:
    """How many pupils each band has at least, by its percentages; ValueError where they go with no one number."""
    if column is None:
        return pd.Series(0.0, index=band.unique())
    texts = rows[column]
    accepted = "a percentage, or one of DfE’s symbols z, x, c, low, k, u"
    percent = _parsed(texts, _percent, file, accepted).astype("float64")
    # Printed to a tenth, without the tenth where it is 0; to whole numbers, where no row has one.
    rounding = (0.05 if texts.str.contains(".", regex=False).any() else 0.5) + 1e-9
    count = rows["count"].astype("float64")
    least = (100 * count / (percent + rounding)).groupby(band).max()
    most = (
        (100 * count / (percent - rounding).where(percent > rounding))
        .groupby(band)
        .min()
    )
    wrong = least.index[least > most.fillna(math.inf)]
    if len(wrong):
        raise ValueError(
            f"{file}, row {wrong[0] + 2}, column {column}: the percentages of this band do not go with its numbers. "
            "Download the file from DfE again."
        )
    return least


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
                A_COUNT,
            )
            for outcome, column in columns.items()
        }
    ).astype("Int64")


def _parsed(
    texts: pd.Series, parse: Callable[[str], Any], file: str, accepted: str
) -> pd.Series:
    """Each text parsed, each different one once; ValueError with the place of the first that cannot be."""
    values = {}
    for text in texts.unique():
        try:
            values[text] = parse(text)
        except ValueError:
            row = (
                texts.index[texts == text][0] + 2
            )  # spreadsheets count from 1, and the heading is their first row
            raise ValueError(
                f"{file}, row {row}, column {texts.name}: not {accepted}."
            ) from None
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
        return subjects.map(
            {
                text: gcse.subject(text.replace("&", " and ")) or text
                for text in subjects.unique()
            }
        )
    if {_outcome(column) for column in table.columns}.isdisjoint(SINGLE):
        return "Combined Science"
    raise ValueError(
        f"{file}: no column subject. Give DfE’s key stage 2 to 4 transition matrices."
    )


def _refuse_repeated(keys: pd.DataFrame, file: str) -> None:
    repeated = keys.index[keys.duplicated()]
    if len(repeated):
        raise ValueError(_second_row(repeated[0], "group and band", file=file))


def _second_row(at: int, last: str, *, file: str) -> str:
    return (
        f"{file}, row {at + 2}: a second row for the same year, subject, {last}. "
        "Leave one kind of school and one version in the file."
    )


def _long(keys: pd.DataFrame, table: pd.DataFrame, file: str) -> pd.DataFrame:
    """A row for each band and outcome. Bands of double grades are those that count one; all, where none is single."""
    counts = _counts(table, file)
    pairs = [outcome for outcome in DOUBLE if outcome in counts]
    double = counts[pairs].notna().any(axis=1) | (
        counts.columns.isin(SINGLE).sum() == 0
    )
    parts = []
    for outcome in OUTCOMES:
        for rows, of_pair in ((~double, False), (double, True)):
            held = [name for name in _names(outcome, of_pair=of_pair) if name in counts]
            if held and rows.any():
                pupils = reduce(
                    pd.Series.combine_first, (counts.loc[rows, name] for name in held)
                )
                parts.append(keys[rows].assign(outcome=outcome, pupils=pupils))
    shown = pd.concat(parts)
    hidden = _hidden(keys, counts, shown, double, table.get(AT_LEAST), file)
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
    keys: pd.DataFrame,
    counts: pd.DataFrame,
    shown: pd.DataFrame,
    double: pd.Series,
    at_least: pd.Series | None,
    file: str,
) -> pd.DataFrame:
    """Rows of NOT_SHOWN, for bands whose counts are all known and come to less than the total published beside them.

    Where no total is published, `at_least` is how many there are at least, and how many are not shown is missing.
    """
    nothing = pd.Series(pd.NA, index=keys.index, dtype="Int64")
    single_total, double_total = (
        counts.get(name, nothing) for name in ("total", "total double")
    )
    total = single_total.where(~double, double_total.fillna(single_total))
    bands = shown.groupby(level=0)["pupils"]
    known = bands.sum().where(bands.count() == bands.size())
    rest = total - known
    if (rest < 0).any():
        row = rest.index[(rest < 0).fillna(False)][0] + 2
        raise ValueError(
            f"{file}, row {row}: its grades count more pupils than its total. Download the file from DfE again."
        )
    hides = (rest > 0).fillna(False).astype(bool)
    if at_least is not None:
        hides |= (
            (total.isna() & (known < at_least.reindex(known.index)))
            .fillna(False)
            .astype(bool)
        )
    rows = rest.index[hides]
    return keys.loc[rows].assign(outcome=NOT_SHOWN, pupils=rest[rows])
