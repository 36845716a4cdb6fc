"""The results in one table: a part for each column of results, or all rows of a table with one result a row."""

from __future__ import annotations

from collections import Counter
from datetime import date
from operator import attrgetter

import numpy as np
import pandas as pd

from senlib.frameworks import Framework, Scale
from senlib.school import headings
from senlib.school.checking import constant
from senlib.school.column_texts import each_distinct, normal
from senlib.school.files import SourceRows
from senlib.school.headings import UNTOLD, Result
from senlib.school.matching import Matched, MatchedColumn, stands_in
from senlib.school.raw_tables import filled_cells

# Where DfE's outcome column says that a score is there, or is below 100: nothing that the score does not say.
_SAT = ("", "AS", "NS")

# What was done, and how often: one or more.
_NOUNS = {
    "fine": ("finer grade or average", "finer grades or averages"),
    "date": (
        "double grade that Excel had turned into a date",
        "double grades that Excel had turned into dates",
    ),
    "english": ("result", "results"),
    "beside": (
        "column with no key stage in its heading",
        "columns with no key stage in their headings",
    ),
    "zero": ("cell with 0", "cells with 0"),
}
_NOTES = {
    "fine": "{n} {was} read as the grade or score {it} in.",
    "date": "{n} {was} read as grades again.",
    "english": "key stage 2 English was read as reading ({n}).",
    "beside": "{n} {was} left out: there are no such results at that stage, or another column holds them.",
    "zero": "{n} {was} read as U. If 0 means no grade, clear it in Excel and choose the file again.",
}


def _note(what: str, times: int) -> str:
    """What was changed, and how often."""
    one = times == 1
    noun = _NOUNS[what][not one]
    return _NOTES[what].format(
        n=f"{times:,} {noun}",
        was="was" if one else "were",
        it="it falls" if one else "they fall",
    )


class ResultReader:
    """Reads the results of a table. `stage` is that of results which do not say theirs.

    `parts` are those of the results table, and `places` gives for each part the rows of the list that it comes from.
    """

    def __init__(self, match: Matched, framework: Framework, stage: str) -> None:
        self._match = match
        self._table = match.table
        self._framework = framework
        self._stage = stage
        self.parts: list[SourceRows] = []
        self.places: list[np.ndarray] = []
        # What was changed or taken as results were read: how often, by what was done.
        self._changed: Counter[str] = Counter()

    def notes(self) -> list[str]:
        """What was changed, in words."""
        file = self._table.file
        changed = self._changed.items()
        return [f"{file}: {_note(what, times)}" for what, times in changed if times]

    def _add(self, data: pd.DataFrame, at: np.ndarray, names: dict[str, str]) -> None:
        """Add a part from these rows of the list, with the list's names for its columns."""
        number = self._match.number_heading or "UPN"
        part = SourceRows(
            file=self._table.file,
            data=data,
            rows=self._table.rows[at],
            headings=names | {"pupil_id": number},
        )
        self.parts.append(part)
        self.places.append(at)

    # -- a table with one pupil a row --

    def read_wide(
        self, year_groups: pd.Series, *, academic_year: int, today: date
    ) -> None:
        """A part for each column of results, of its filled cells."""
        for column, named in self._match.results:
            result = self._with_stage(named)
            if result is None:
                self._changed["beside"] += 1
                continue
            texts = self._with_outcomes(column, result)
            filled = filled_cells(texts)
            at = np.flatnonzero(filled)
            scale = self._framework.scale_of(result.stage)
            values = self._tidied(texts[filled], scale)
            if len(at) < len(self._table.rows):
                self._changed["zero"] += _zeros(values, scale)
            dates = constant("", rows=len(at))
            if result.stage == "now" and column.moment:
                groups = year_groups.iloc[at]
                days = column.moment.on(
                    groups, academic_year=academic_year, today=today
                )
                dates = pd.Categorical(days)
            same = {
                name: constant(text, rows=len(at))
                for name, text in result._asdict().items()
            }
            data = {**same, "result": values, "date": dates}
            table = pd.DataFrame(data)
            self._add(table, at, {"result": column.heading})

    def _with_stage(self, named: Result) -> Result | None:
        """A result with its stage; None where there is none such at that stage, or another column has it."""
        if named.stage != UNTOLD:
            return named
        kind = "teacher" if self._stage == "now" else "test"
        usual = Result(self._stage, named.subject, kind)
        result = headings.taken_as(usual, self._framework)
        explicit = [each.result for each in self._match.results]
        return None if result in explicit else result

    def _with_outcomes(self, column: MatchedColumn, result: Result) -> pd.Categorical:
        """A column of scores, its blanks filled from DfE's other scores of the paper, and from what says why there is none."""
        table = self._table
        texts = table.columns[column.index]
        if result.kind != "test" or result.stage != "KS2":
            return texts
        others = [
            other
            for other in self._match.columns
            if other.meaning == column.meaning
            and not other.best
            and stands_in(other, column)
        ]
        others.sort(key=attrgetter("rank"), reverse=True)
        for other in others:
            texts = _filled_from(texts, table.columns[other.index])
        for index, heading in enumerate(table.headings):
            key = normal(heading.upper().removeprefix("KS4_"))
            if headings.OUTCOME_BESIDE.get(key) == result.subject:
                reasons = each_distinct(table.columns[index], _reason)
                texts = _filled_from(texts, pd.Categorical(reasons))
        return texts

    # -- a table with one result a row --

    def read_long(self) -> None:
        """The rows of a table with one result a row; a subject such as 'KS2 Reading' names its stage."""
        table, named = self._table, self._match.named
        columns, names = {}, {}
        for name in ("stage", "subject", "kind", "result", "date"):
            if name in named:
                index = named[name]
                columns[name] = table.columns[index]
                names[name] = table.headings[index]
        data = pd.DataFrame(columns)
        if "stage" not in columns:
            data = data.assign(**self._results_named(columns["subject"]))
        data["subject"] = self._english_as_reading(data)
        data["result"] = self._tidied_by_stage(data)
        every_row = np.arange(len(table.rows))
        self._add(data, every_row, names)

    def _results_named(self, subjects: pd.Categorical) -> pd.DataFrame:
        """Stage, subject and kind by names such as 'KS2 Reading'."""
        kind = "teacher" if self._stage == "now" else "test"

        def result(text: str) -> Result:
            named = headings.result_named(text, self._framework)
            return named or Result(self._stage, text, kind)

        results = [result(text) for text in subjects.categories]
        fields = pd.DataFrame(results, columns=Result._fields)
        rows = fields.take(subjects.codes).reset_index(drop=True)
        return rows.astype("category")

    def _english_as_reading(self, data: pd.DataFrame) -> pd.Series:
        """The subjects, English at an entry of scaled scores read as reading."""
        entry = self._framework.stages[0]
        if not entry.averaged:
            return data["subject"]

        def is_english(text: str) -> bool:
            return (self._framework.subject(text) or "").startswith("English Lang")

        stages = each_distinct(data["stage"], str.casefold)
        names = [entry.entry_stage.casefold(), "key stage 2"]
        rows = stages.isin(names) & each_distinct(data["subject"], is_english)
        if not rows.any():
            return data["subject"]
        self._changed["english"] += int(rows.sum())
        subjects = data["subject"].astype(object)
        return subjects.mask(rows, "Reading").astype("category")

    def _tidied_by_stage(self, data: pd.DataFrame) -> pd.Series:
        """The results with what Excel and fine grading made of them turned back, by the scale of each stage."""
        stages = each_distinct(data["stage"])
        results = data["result"].astype(object)
        for stage in stages.unique():
            if stage in self._framework.result_stages():
                rows = (stages == stage).to_numpy()
                scale = self._framework.scale_of(stage)
                texts = pd.Categorical(results[rows])
                results[rows] = self._tidied(texts, scale).astype(object)
        return results.astype("category")

    def _tidied(self, texts: pd.Categorical, scale: Scale) -> pd.Categorical:
        """Results as text, double awards that Excel turned into dates read back; fine grades are counted."""
        categories = list(texts.categories)
        counts = np.bincount(texts.codes, minlength=len(categories))
        for place in np.flatnonzero(counts):
            text = categories[place]
            award = None if scale.parse(text) else scale.from_date(text)
            if award:
                categories[place] = award
                self._changed["date"] += int(counts[place])
            elif scale.is_fine(text):
                self._changed["fine"] += int(counts[place])
        tidied = np.array(categories, object)
        return pd.Categorical(tidied[texts.codes])


def _reason(outcome: str) -> str:
    """Why there is no score, as DfE's outcome column says it; '' where there is one."""
    return "" if outcome.upper() in _SAT else outcome


def _filled_from(texts: pd.Categorical, others: pd.Categorical) -> pd.Categorical:
    """The texts, and others where they are blank."""
    blank = ~filled_cells(texts) & filled_cells(others)
    if not blank.any():
        return texts
    return pd.Categorical(np.where(blank, others, texts))


def _zeros(values: pd.Categorical, scale: Scale) -> int:
    """How many results are a 0 that is read as a grade: many systems write it where there is none."""
    if scale.parse("0") is None:
        return 0
    return int((each_distinct(values) == "0").sum())
