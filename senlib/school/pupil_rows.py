"""What one table says of pupils, row by row, under the names of the pupils table, and what helps to join its rows with others."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pandas as pd
import pandera.pandas as pa

from senlib.frameworks import Framework
from senlib.school import headings, schema
from senlib.school.cells import NO, NOT_EAL, UPN, YES
from senlib.school.column_texts import Turn, each_distinct, numbers, whole_number
from senlib.school.files import SourceRows
from senlib.school.headings import (
    EAL,
    EHC_PLAN,
    NAME,
    NEED_RANK,
    SCHOOL_YEAR,
    SEN_SUPPORT,
)
from senlib.school.matching import Matched
from senlib.school.raw_tables import filled_cells, is_error

# '2023/2024' or '202324'.
_SCHOOL_YEAR = re.compile(r"20\d\d[/-]?(?:20)?(\d\d)")
# A form such as 10B begins with the year group.
_FORM = re.compile(r"(?:Y(?:ea)?r?\s*)?(1[0-3]|[7-9])(?!\d)", re.IGNORECASE)
_NEARLY_ALL = 0.8
# What stands between two needs in one cell.
_BETWEEN_NEEDS = (r"[;\n|]", r"[,;/&+\n|]| and ")
# Pupils of a summer's key stage 2 finish Year 11 so many years later.
YEARS_FROM_KS2 = 5

_YES = (*YES, "✓", "✔", "eal")
_NO = NO + NOT_EAL
_LANGUAGES = {"Y": "Other than English", "N": "English"}
# What yes, yes, and no to either of these mean.
_SEN_FLAGS = (EHC_PLAN, SEN_SUPPORT)
_PROVISIONS = ["E", "K", "N"]


class PupilReader:
    """Reads what a table says of pupils. `notes` tell what was worked out."""

    def __init__(self, match: Matched, framework: Framework) -> None:
        self._match = match
        self._table = match.table
        self._framework = framework
        self._columns = match.pupil_columns
        self._index = range(len(match.table.rows))
        self._data: dict[str, pd.Series] = {}
        self._headings = {"pupil_id": match.number_heading or "UPN"}
        self.notes: list[str] = []

    def read(self) -> SourceRows:
        """One row for each of the table's, under the names of the pupils table, without the pupils' numbers."""
        for name in self._columns:
            if name != "pupil_id" and name not in headings.AIDS:
                self._data[name] = self._column(name)
                self._headings[name] = self._heading(name)
        self._part_names()
        self._combine_flags()
        self._note_what_is_no_flag()
        self._read_forms()
        self._part_needs()
        self._read_shares()
        return SourceRows(
            file=self._table.file,
            data=pd.DataFrame(self._data, index=self._index),
            rows=self._table.rows,
            headings=self._headings,
        )

    def pupil_numbers(self, name: str) -> np.ndarray:
        """The pupils' numbers of a column, a UPN in capitals; '' where blank or where there is no such column."""
        return self._each_row(name, _in_capitals)

    def school_years(self) -> np.ndarray | None:
        """The summer that each row's school year ends in, by a column such as DfE's ACADYR; 0 where it is not known."""
        if SCHOOL_YEAR not in self._columns:
            return None
        return self._each_row(SCHOOL_YEAR, _summer).astype(int)

    def ranks(self) -> np.ndarray | None:
        """The rank that each row gives to its need; what is no number comes last."""
        if NEED_RANK not in self._columns:
            return None
        return self._each_row(NEED_RANK, _rank).astype(int)

    def leaving_years(self) -> np.ndarray | None:
        """The summer of Year 11 in DfE's files without year groups, '' where not known: key stage 2 is five years before it."""
        years = self.school_years()
        is_dfe = headings.is_dfe(self._table.headings)
        if years is None or not is_dfe or "year_group" in self._data:
            return None
        results = self._match.results
        stages = {result.stage for _, result in results}
        if not stages & {"KS2", "KS4"}:
            return None
        later = 0 if "KS4" in stages else YEARS_FROM_KS2
        leaving = [str(year + later) if year else "" for year in years]
        return np.array(leaving, object)

    def year_groups(self, academic_year: int) -> pd.Series:
        """Each row's year group in the school's own year, as a number; missing where it is not known."""
        if "year_group" not in self._data:
            return pd.Series(pd.NA, self._index, "Float64")
        texts = each_distinct(self._data["year_group"], whole_number)
        groups = numbers(texts).astype("Float64")
        years = self.school_years()
        if years is None:
            return groups
        since = academic_year - years
        return groups + np.where(years > 0, since, 0)

    # -- columns that are worked out from others --

    def _column(self, name: str) -> pd.Categorical:
        return self._table.columns[self._columns[name]]

    def _heading(self, name: str) -> str:
        return self._table.headings[self._columns[name]]

    def _each_row(self, name: str, turn: Turn) -> np.ndarray:
        """The cells of a column turned; '' where there is no such column."""
        if name not in self._columns:
            return np.full(len(self._index), "", object)
        turned = each_distinct(self._column(name), turn)
        return np.array(turned, object)

    def _take(self, name: str, source: str, turn: Turn) -> None:
        """Take a column of the pupils table from the column `source` of the list, each cell turned."""
        self._data[name] = each_distinct(self._column(source), turn)
        self._headings[name] = self._heading(source)

    def _note(self, text: str) -> None:
        self.notes.append(f"{self._table.file}: {text}")

    def _part_names(self) -> None:
        """Surnames and forenames of 'Aster, Ivy'; what has no comma is all surname, for nobody can tell where it parts."""
        if NAME in self._columns and "surname" not in self._data:
            self._take("surname", NAME, _surname)
            self._take("forename", NAME, _forename)

    def _combine_flags(self) -> None:
        """E, K or N by two columns of yes and no, blank where both are; and the language by EAL as yes or no."""
        flags = [flag for flag in _SEN_FLAGS if flag in self._columns]
        if flags and "sen_provision" not in self._data:
            plan, support = map(self._flags, _SEN_FLAGS)
            neither = (plan == "N") | (support == "N")
            cases = [plan == "Y", support == "Y", neither]
            self._data["sen_provision"] = np.select(cases, _PROVISIONS, "")
            self._headings["sen_provision"] = self._heading(flags[0])
        if EAL in self._columns and "language" not in self._data:
            self._take("language", EAL, _language)

    def _flags(self, name: str) -> np.ndarray:
        return self._each_row(name, _yes_or_no)

    def _note_what_is_no_flag(self) -> None:
        """How many cells of columns of yes and no hold something else."""
        for name in (EAL, *_SEN_FLAGS):
            if name not in self._columns:
                continue
            filled = filled_cells(self._column(name))
            neither = self._flags(name) == ""
            cells = int((filled & neither).sum())
            if cells:
                are = "1 cell is" if cells == 1 else f"{cells:,} cells are"
                were = "was" if cells == 1 else "were"
                self.notes.append(
                    f"{self._table.file}, column ‘{self._heading(name)}’: {are} neither yes nor no, and {were} read as blank."
                )

    def _read_forms(self) -> None:
        """The year group that each form begins with; nothing where many forms begin otherwise."""
        has_years = {"year_group", "ks4_year"} & set(self._data)
        if "form" not in self._data or has_years:
            return
        categories = self._column("form").categories
        forms = {text.strip() for text in categories} - {""}
        begun = [form for form in forms if _FORM.match(form)]
        if begun and len(begun) >= _NEARLY_ALL * len(forms):
            self._take("year_group", "form", _year_of_form)
            self._note(
                f"the year group was read from column ‘{self._heading('form')}’."
            )

    def _part_needs(self) -> None:
        """The first two needs of cells that hold several, such as 'SLCN, SEMH'."""
        if "need" not in self._data or "need_2" in self._data:
            return
        declared = schema.pupils_schema(self._framework).columns["need"]
        first, second = (partial(_need, place, declared) for place in (0, 1))
        if any(second(text.strip()) for text in self._column("need").categories):
            self._take("need", "need", first)
            self._take("need_2", "need", second)
            self._note("where a cell holds several needs, the first two were read.")

    def _read_shares(self) -> None:
        """Shares of 1 as percentages of attendance, where all that stands there is one."""
        if "attendance" not in self._data:
            return
        categories = self._column("attendance").categories
        texts = {text.strip() for text in categories} - {""}
        filled = [text for text in texts if not is_error(text)]
        shares = numbers(pd.Series(filled, dtype=str))
        # A percentage of 1 or less is nobody's; '95%' is no number here, so one of them makes all the others percentages.
        if filled and shares.notna().all() and 0 < shares.max() <= 1:
            percentages = {text: f"{float(text) * 100:.4g}" for text in filled}
            self._take("attendance", "attendance", lambda t: percentages.get(t, t))
            self._note(
                "attendance is given as decimals, such as 0.95, and was read as percentages."
            )


def _in_capitals(number: str) -> str:
    return number.upper() if UPN.fullmatch(number) else number


def _summer(school_year: str) -> int:
    match = _SCHOOL_YEAR.fullmatch(school_year)
    return 2000 + int(match[1]) if match else 0


def _rank(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,3}", text) else 999


def _surname(name: str) -> str:
    return name.partition(",")[0].strip()


def _forename(name: str) -> str:
    return name.partition(",")[2].strip()


def _yes_or_no(text: str) -> str:
    folded = text.casefold()
    return "Y" if folded in _YES else "N" if folded in _NO else ""


def _language(eal: str) -> str:
    return _LANGUAGES.get(_yes_or_no(eal), "")


def _year_of_form(form: str) -> str:
    match = _FORM.match(form)
    return match[1] if match else ""


def _need(place: int, declared: pa.Column, text: str) -> str:
    """The first (0) or second (1) need of a cell; the text as it is where it is one, or no list of them."""
    needs = [text, ""]
    if schema.is_accepted(text, declared):
        return needs[place]
    for between in _BETWEEN_NEEDS:
        parts = map(str.strip, re.split(between, text))
        filled = list(filter(None, parts))
        several = len(filled) > 1
        if several and all(schema.is_accepted(part, declared) for part in filled):
            return filled[place]
    return needs[place]
