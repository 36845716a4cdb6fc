"""Matches the columns of a table to what they mean: by what she said, by their headings, and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from senlib.frameworks import Framework
from senlib.school import headings
from senlib.school.cells import cells_of, corrected, share_of_results
from senlib.school.column_texts import normal
from senlib.school.faults import Fault
from senlib.school.file_answers import FileAnswers
from senlib.school.headings import (
    EAL,
    EHC_PLAN,
    LEAVE_OUT,
    NAME,
    OWN_NUMBER,
    SEN_SUPPORT,
    UNTOLD,
    Result,
    result_of,
)
from senlib.school.other_rows import of_pupils_alone
from senlib.school.raw_tables import RawTable, filled_cells
from senlib.school.terms import Moment

# What makes a table one with a result a row.
_LONG = ("subject", "result")
_PERSONAL = ("pupil_id", OWN_NUMBER, NAME, "forename", "surname")

# More than this share of the cells have to be results for a stage to be proposed.
_MOST = 0.5


@dataclass(frozen=True)
class MatchedColumn:
    """A column of a table and what it was taken for.

    `meaning` is as in senlib.school.headings, '' where nothing is known; `guess` is what the workbook itself would have
    taken it for. `remark` says why, where that is not plain. `best` is False for the lesser of two columns that mean the same.
    """

    index: int
    heading: str
    meaning: str
    guess: str
    moment: Moment | None = None
    remark: str = ""
    said: bool = False
    best: bool = True
    rank: int = 0

    @property
    def used(self) -> bool:
        """Whether anything is read from it."""
        return self.best and self.meaning not in ("", LEAVE_OUT)

    @property
    def name(self) -> str:
        """The column of the pupils or results table, or the aid, that it is; '' for a result."""
        kind, _, name = self.meaning.partition(":")
        return name if kind in ("pupil", "row") else ""

    @property
    def merit(self) -> tuple[bool, int]:
        """What decides between columns that mean the same: what she said goes first, then the better name."""
        return self.said, self.rank

    @property
    def result(self) -> Result | None:
        """The result that it is of, where it is of one."""
        return result_of(self.meaning)


class ResultColumn(NamedTuple):
    """A column of results that is used, and which result it is."""

    column: MatchedColumn
    result: Result


@dataclass(frozen=True)
class Matched:
    """The columns of a table. `long` tables have one result a row, others a pupil."""

    table: RawTable
    long: bool
    columns: tuple[MatchedColumn, ...]

    @property
    def used(self) -> list[MatchedColumn]:
        """The columns from which something is read."""
        return [column for column in self.columns if column.used]

    @property
    def named(self) -> Mapping[str, int]:
        """The index of each column of the pupils or results table that is used."""
        named = [column for column in self.used if column.name]
        return {column.name: column.index for column in named}

    def places(self, *names: str) -> list[int]:
        """The indices of those of these columns that are used."""
        named = self.named
        return [named[name] for name in names if name in named]

    @property
    def number(self) -> int | None:
        """The index of the column of the pupils' numbers: the UPN, else the school's own."""
        places = self.places("pupil_id", OWN_NUMBER)
        return places[0] if places else None

    @property
    def number_heading(self) -> str:
        """The heading of the pupils' numbers; '' where there are none."""
        return "" if self.number is None else self.table.headings[self.number]

    @property
    def results(self) -> list[ResultColumn]:
        """The columns of results that are used."""
        return [
            ResultColumn(column, result)
            for column in self.used
            if (result := column.result) is not None
        ]

    @property
    def without_stage(self) -> list[ResultColumn]:
        """The columns of results of which no stage is known."""
        return [each for each in self.results if each.result.stage == UNTOLD]

    @property
    def untold(self) -> bool:
        """Whether there are results of which no stage is known."""
        return "stage" not in self.named if self.long else bool(self.without_stage)

    @property
    def describes_pupils(self) -> bool:
        """Whether there is more about pupils than who they are, or nothing but who they are."""
        more = set(self.pupil_columns) - set(_PERSONAL)
        return bool(more) or not (self.long or self.results)

    @property
    def pupil_columns(self) -> Mapping[str, int]:
        """The index of each column about pupils."""
        return {
            column.name: column.index
            for column in self.used
            if column.meaning.startswith("pupil:")
        }


def matched(
    table: RawTable, *, framework: Framework, answers: FileAnswers
) -> Matched | None:
    """Match a table's columns; None where they name neither pupils nor results, so that it is a sheet of notes.

    Rows that are no pupil's are taken out of the table.
    """
    match = _matched(table, framework=framework, answers=answers)
    if match is None:
        return None
    alone = of_pupils_alone(
        table,
        numbers=match.places("pupil_id", OWN_NUMBER),
        names=match.places(NAME, "surname", "forename"),
        is_heading=lambda text: headings.is_known(text, framework),
    )
    if alone is table:
        return match
    return _matched(alone, framework=framework, answers=answers)


def _matched(
    table: RawTable, *, framework: Framework, answers: FileAnswers
) -> Matched | None:
    match = partial(_match, table, framework=framework, answers=answers)
    long = match(long=True)
    is_long = set(_LONG) <= set(long.named)
    if is_long and ("stage" in long.named or long.number is not None):
        return long
    wide = match(long=False)
    return wide if wide.number is not None or len(wide.used) > 1 else None


def _match(
    table: RawTable, *, framework: Framework, answers: FileAnswers, long: bool
) -> Matched:
    columns = [
        _column(table, index, framework=framework, answers=answers, long=long)
        for index in range(len(table.headings))
    ]
    if headings.is_dfe(table.headings):
        columns = [_of_dfe(column) for column in columns]
    columns = _without_idle(_without_twins(table, columns))
    return Matched(table, long, tuple(columns))


def _of_dfe(column: MatchedColumn) -> MatchedColumn:
    """A column of one of DfE's pupil files, where a subject without a key stage may be of any, such as key stage 1."""
    untold = column.result is not None and column.result.stage == UNTOLD
    return (
        replace(column, meaning=LEAVE_OUT) if untold or not column.meaning else column
    )


# What helps to make a column of the pupils table is idle where there is that column.
_IDLE_BESIDE = {
    EHC_PLAN: "sen_provision",
    SEN_SUPPORT: "sen_provision",
    NAME: "surname",
    EAL: "language",
}


def _without_idle(columns: Sequence[MatchedColumn]) -> list[MatchedColumn]:
    used = {column.name: column for column in columns if column.used and column.name}
    marked = []
    for column in columns:
        better = used.get(_IDLE_BESIDE.get(column.name, ""))
        if column.used and better is not None:
            remark = f"left out, because column ‘{better.heading}’ was used"
            column = replace(column, best=False, remark=remark)
        marked.append(column)
    return marked


def _column(
    table: RawTable,
    index: int,
    *,
    framework: Framework,
    answers: FileAnswers,
    long: bool,
) -> MatchedColumn:
    heading = table.headings[index]
    by_heading = headings.guess(heading, framework, long=long)
    cells = cells_of(table.columns[index])
    guess = corrected(by_heading, heading, cells, framework)
    said = answers.meaning(heading, file=table.file)
    if said and not headings.possible(said, framework):
        said = ""
    meaning = said or guess.meaning
    if not meaning and not cells.filled:
        meaning = LEAVE_OUT
    as_guessed = meaning == guess.meaning
    return MatchedColumn(
        index=index,
        heading=heading,
        meaning=meaning,
        guess=guess.meaning,
        moment=guess.moment,
        remark=guess.remark if as_guessed else "",
        said=bool(said),
        rank=guess.rank if as_guessed else 0,
    )


def _without_twins(
    table: RawTable, columns: Sequence[MatchedColumn]
) -> list[MatchedColumn]:
    """The columns with all but the best of those that mean the same marked."""
    best: dict[tuple[str, Moment | None], MatchedColumn] = {}
    for column in columns:
        key = (column.meaning, column.moment)
        rival = best.get(key)
        if column.used and (rival is None or column.merit > rival.merit):
            best[key] = column
    marked = []
    for column in columns:
        rival = best.get((column.meaning, column.moment))
        if rival is not None and rival is not column:
            column = replace(column, best=False, remark=_beside(table, column, rival))
        marked.append(column)
    return marked


def _beside(table: RawTable, column: MatchedColumn, rival: MatchedColumn) -> str:
    """What is said of a column beside which a better one was taken."""
    twice = normal(column.heading) == normal(rival.heading)
    remark = f"left out, because column ‘{rival.heading}’ was used"
    if twice and column.index > rival.index:
        remark = (
            "left out, because this heading appears twice and the first column was used"
        )
    filled = filled_cells(table.columns[column.index])
    other = filled_cells(table.columns[rival.index])
    alone = int((filled & ~other).sum())
    if not alone:
        return remark
    rows = "1 row" if alone == 1 else f"{alone:,} rows"
    if stands_in(column, rival):
        return f"left out, except where column ‘{rival.heading}’ is blank ({rows})"
    return f"{remark}. In {rows} this column is filled in and that one is blank"


def stands_in(column: MatchedColumn, rival: MatchedColumn) -> bool:
    """Whether a column is read where a better one is blank: where both are DfE's own scores of one paper."""
    both = (column.heading, rival.heading)
    return all(map(headings.is_dfe_score, both))


def likely_stage(match: Matched, framework: Framework) -> str:
    """The likeliest stage of results that do not say theirs: by their subjects' names, by what they are, by the headings."""
    entry, last = framework.stages[0], framework.stages[-1]
    columns = match.table.columns
    if match.long:
        subjects = cells_of(columns[match.named["subject"]]).texts
        named = [headings.result_named(text, framework) for text in subjects]
        if named and named[0] and all(named):
            return named[0].stage
        results = [(match.named["result"], "")]
    else:
        results = [(column.index, one.subject) for column, one in match.without_stage]

    def fitting(stage: str) -> float:
        return sum(
            share_of_results(cells_of(columns[index]), stage, subject, framework)
            for index, subject in results
        )

    entries = fitting(entry.entry_stage)
    # What may be both, such as 98 and 54, is a score sooner than a double award.
    is_entry = entries > _MOST * len(results) and entries >= fitting("now")
    if entry.averaged and is_entry:
        return entry.entry_stage
    of_exams = any(map(_OF_EXAMS.search, match.table.headings))
    return last.name if match.long and of_exams else "now"


_OF_EXAMS = re.compile(
    r"\b(candidate|exam|award\w*|season|series|uci)\b", re.IGNORECASE
)


def missing(match: Matched) -> list[Fault]:
    """A fault for each column that the table cannot do without and that none of its headings names."""
    needed = {"pupil_id": ("pupil numbers", "UPN")}
    if match.long:
        needed |= {"subject": ("the subject of each result", "subject")}
        needed |= {"result": ("the results", "result")}
    lacking = set(needed) - set(match.named)
    if match.number is not None:
        lacking.discard("pupil_id")
    return [
        Fault(
            file=match.table.file,
            row=match.table.heading_row,
            rule=f"no column holds {what}",
            remedy="If a column holds this under another heading, say so under ‘What each column holds’. "
            f"If not, add a column headed ‘{heading}’ and choose the file again.",
        )
        for name, (what, heading) in needed.items()
        if name in lacking
    ]


_ENGLAND = re.compile(r"ks2[ _]?(scaled[ _]score[ _]group|prior)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"number[ _]achieving|all[ _](double[ _])?grades|geographic[ _]level", re.IGNORECASE
)
_OF_PUPILS = re.compile(r"(?<![a-z])upn(?![a-z])", re.IGNORECASE)


def is_national(headings: Sequence[str]) -> bool:
    """Whether these are headings of DfE's key stage 2 to 4 transition matrices, in whatever edition.

    >>> is_national(["KS2_Prior", "num_4", "All_Grades"]), is_national(["UPN", "KS2_Prior", "All_Grades"])
    (True, False)
    """
    names = [heading.strip() for heading in headings]
    of_england = any(map(_ENGLAND.fullmatch, names))
    published = any(map(_PUBLISHED.fullmatch, names))
    return of_england and published and not any(map(_OF_PUPILS.search, names))


def national_table(table: RawTable) -> Fault:
    """The fault of a file of England's figures."""
    return Fault(
        file=table.file,
        rule="this is DfE’s table for England, not a list of pupils",
        remedy="England’s figures for 2023/24 are already in the workbook. Choose your own school’s lists.",
    )


def no_table(table: RawTable) -> Fault:
    """The fault of a file in which no heading is known."""
    rule = (
        "no heading in this row was recognised"
        if len(table.headings) > 1
        else "this is not a table"
    )
    remedy = "Put the headings in the first row, with UPN as one of them, or copy your list into the empty file on the front page."
    return Fault(file=table.file, row=table.heading_row, rule=rule, remedy=remedy)
