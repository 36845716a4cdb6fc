"""Reader of DfE's key stage 2 to 4 transition matrices, however an edition names its columns, groups and bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from pandas.errors import EmptyDataError, ParserError

from senlib import frameworks
from senlib.national._dfe_cells import bands, counts, outcome, years
from senlib.national._dfe_long import AT_LEAST, is_long, second_row_error, widened
from senlib.national._dfe_names import (
    DOUBLE,
    MATRIX_COLUMNS,
    NOT_SHOWN,
    SINGLE,
    NoMatrixError,
    columns_of,
    groups_of,
)

# Which columns count an outcome, in bands of single and of double grades; the first that has a number holds.
_SINGLE_OUTCOMES = [*SINGLE, "U", "X", "covid"]
_COLUMNS_OF_SINGLE = {name: [name] for name in _SINGLE_OUTCOMES}
_COLUMNS_OF_DOUBLE = {pair: [pair] for pair in DOUBLE} | {
    "U": ["UU", "U"],
    "X": ["XX", "X"],
    "covid": ["covid double", "covid"],
}


def read_dfe_matrix(path: Path) -> pd.DataFrame:
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
    try:
        table = _read(path)
        tables = widened(table) if is_long(table) else [table]
        keys = [_keys(table) for table in tables]
        repeated = pd.concat(keys).duplicated()
        if repeated.any():
            raise second_row_error(repeated.idxmax(), "group and band")
        matrices = list(map(_matrix, keys, tables))
    except NoMatrixError as error:
        raise ValueError(f"{path.name}{error}") from error
    return pd.concat(matrices, ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    """The file as text throughout: 'None' and 'NA' are no gaps."""
    as_text = {"dtype": str, "keep_default_na": False, "index_col": False}
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return pd.read_csv(path, encoding=encoding, **as_text)
        except UnicodeDecodeError:
            continue
        except (EmptyDataError, ParserError) as error:
            advice = "Give the CSV file as DfE publishes it."
            raise NoMatrixError(f"not a table. {advice}") from error
    raise NoMatrixError("not a text file. Give the CSV file as DfE publishes it.")


def _keys(table: pd.DataFrame) -> pd.DataFrame:
    """Year, stage, subject, group and entry of each row that is taken."""
    names = columns_of(table)
    groups = groups_of(table, names).dropna()
    rows = table.loc[groups.index]
    if rows.empty:
        raise NoMatrixError(
            "no row for England’s pupils: all, any SEN or no identified SEN."
        )
    columns = {
        "year": years(rows[names["year"]]),
        "stage": "KS4",
        "subject": _subjects(rows, names.get("subject")),
        "group": groups,
        "entry": bands(rows[names["entry"]]),
    }
    return pd.DataFrame(columns)


def _subjects(rows: pd.DataFrame, column: str | None) -> pd.Series | str:
    if column is not None:
        gcse = frameworks.load("gcse")
        names = {}
        for text in rows[column].unique():
            spelt_out = text.replace("&", " and ")
            names[text] = gcse.subject(spelt_out) or text
        return rows[column].map(names)
    if set(SINGLE).isdisjoint(map(outcome, rows.columns)):
        return "Combined Science"
    raise NoMatrixError(
        "no column subject. Give DfE’s key stage 2 to 4 transition matrices."
    )


def _matrix(keys: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each band and outcome. Bands of double grades are those that count one; all, where none is single."""
    rows = rows.loc[keys.index]
    numbers = _counts(rows)
    pairs = numbers.columns.intersection(DOUBLE)
    has_pair = numbers[pairs].notna().any(axis=1)
    is_double = has_pair | numbers.columns.intersection(SINGLE).empty
    parts = [
        *_parts(keys[~is_double], numbers, _COLUMNS_OF_SINGLE),
        *_parts(keys[is_double], numbers, _COLUMNS_OF_DOUBLE),
    ]
    published = pd.concat(parts)
    unknown = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    total = numbers.get("total", unknown)
    total_of_pairs = numbers.get("total double", unknown).fillna(total)
    total = total.where(~is_double, total_of_pairs)
    at_least = rows.get(AT_LEAST, unknown)
    rest = _not_shown(published["pupils"], total, at_least=at_least)
    hidden = keys.loc[rest.index]
    hidden = hidden.assign(outcome=NOT_SHOWN, pupils=rest)
    matrix = pd.concat([published, hidden]).sort_index(kind="stable")
    matrix = matrix.astype({"year": "int64", "pupils": "Int64"})
    return matrix[MATRIX_COLUMNS].reset_index(drop=True)


def _parts(
    keys: pd.DataFrame, numbers: pd.DataFrame, columns: Mapping[str, Sequence[str]]
) -> Iterator[pd.DataFrame]:
    """For each outcome that is counted, these bands with their pupils: from the first of its columns that has a number."""
    for name, candidates in columns.items():
        present = [column for column in candidates if column in numbers]
        if present and len(keys):
            pupils = numbers.loc[keys.index, present].bfill(axis="columns")
            yield keys.assign(outcome=name, pupils=pupils[present[0]])


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    """A column for each outcome the file counts; of two that count one the first."""
    columns: dict[str, str] = {}
    for column in rows.columns:
        if name := outcome(column):
            columns.setdefault(name, column)
    if columns.keys().isdisjoint(SINGLE + DOUBLE):
        raise NoMatrixError(
            "no column counts a grade, as num_1 does. Give DfE’s matrices of GCSE subjects."
        )
    numbers = {name: counts(rows[column]) for name, column in columns.items()}
    return pd.DataFrame(numbers)


def _not_shown(
    pupils: pd.Series, total: pd.Series, *, at_least: pd.Series
) -> pd.Series:
    """How many pupils of each band have no outcome that shows: those by which its counts, if all are known, miss its total.

    Where no total is published, `at_least` is how many there are at least, and how many are not shown is missing.
    """
    of_band = pupils.groupby(level=0)
    is_known = of_band.count() == of_band.size()
    known = of_band.sum().where(is_known)
    rest = total - known
    too_many = (rest < 0).fillna(False)
    if too_many.any():
        raise NoMatrixError(
            "its grades count more pupils than its total. Download the file from DfE again.",
            row=too_many.idxmax(),
        )
    misses_some = (rest > 0) | (total.isna() & (known < at_least))
    return rest[misses_some.fillna(False)]
