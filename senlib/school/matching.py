"""Matches the columns of a table to what they mean: by what she said, by their headings, and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from senlib.frameworks import Framework, looks_like_bands, looks_like_letter_grades
from senlib.school import headings, schema
from senlib.school.faults import Fault
from senlib.school.file_answers import FileAnswers
from senlib.school.headings import LEAVE_OUT, UNTOLD, Guess, Result
from senlib.school.other_rows import of_pupils_alone
from senlib.school.read_tables import RawTable, filled_cells
from senlib.school.terms import Moment

UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]", re.IGNORECASE)

# What makes a table one with a result a row.
_LONG = ("subject", "result")
_PERSONAL = ("pupil_id", headings.OWN_NUMBER, headings.NAME, "forename", "surname")

# From this share of the cells on, a column holds what they are.
_MOST, _NEARLY_ALL = 0.5, 0.8

_YES = ("y", "yes", "true", "t", "1")
_NO = ("n", "no", "false", "f", "0")
_YES_NO = (*_YES, *_NO)
_EAL_OR_NOT = ("eal", "non-eal", "non eal", "not eal")
_PROFICIENCY = ("1", "2", "3", "4", "a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Cells:
    """The distinct texts of a column that are not blank, and how many cells hold each."""

    texts: tuple[str, ...]
    counts: np.ndarray
    blank: int

    @property
    def filled(self) -> int:
        """How many cells hold more than blanks."""
        return int(self.counts.sum())

    def share(self, fits: Sequence[bool]) -> float:
        """The share of the filled cells whose text fits; 0 where none is filled."""
        return (
            float(self.counts[np.array(fits, bool)].sum() / self.filled)
            if self.filled
            else 0.0
        )

    def among(self, texts: Sequence[str]) -> float:
        """The share of the filled cells that hold one of these texts, in whatever case."""
        return self.share([text.casefold() in texts for text in self.texts])


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
    def result(self) -> Result | None:
        """The result that it holds, where it holds one."""
        if not self.meaning.startswith("result:"):
            return None
        return Result(*self.meaning.split(":")[1:])


@dataclass(frozen=True)
class Matched:
    """The columns of a table. `long` tables have one result a row, others a pupil."""

    table: RawTable
    long: bool
    columns: tuple[MatchedColumn, ...]

    @property
    def named(self) -> Mapping[str, int]:
        """The index of each column of the pupils or results table that is used."""
        return {
            column.name: column.index
            for column in self.columns
            if column.used and column.name
        }

    def places(self, *names: str) -> list[int]:
        """The indices of those of these columns that are used."""
        return [self.named[name] for name in names if name in self.named]

    @property
    def results(self) -> tuple[MatchedColumn, ...]:
        """The columns of results that are used."""
        return tuple(column for column in self.columns if column.used and column.result)

    @property
    def untold(self) -> bool:
        """Whether there are results of which no stage is told."""
        if self.long:
            return "stage" not in self.named
        return any(column.result.stage == UNTOLD for column in self.results)

    @property
    def describes_pupils(self) -> bool:
        """Whether there is more about pupils than who they are, or nothing but who they are."""
        return any(name not in _PERSONAL for name in self.pupil_columns) or not (
            self.long or self.results
        )

    @property
    def pupil_columns(self) -> Mapping[str, int]:
        """The index of each column that tells of pupils."""
        return {
            column.name: column.index
            for column in self.columns
            if column.used and column.meaning.startswith("pupil:")
        }


def cells(column: pd.Categorical) -> Cells:
    """What stands in a column of a table."""
    counts = np.bincount(
        column.codes[column.codes >= 0], minlength=len(column.categories)
    )
    texts = [text.strip() for text in column.categories.tolist()]
    filled = np.array([text != "" for text in texts], bool) & (counts > 0)
    return Cells(
        texts=tuple(text for text, kept in zip(texts, filled, strict=True) if kept),
        counts=counts[filled],
        blank=int(len(column.codes) - counts[filled].sum()),
    )


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
        numbers=match.places("pupil_id", headings.OWN_NUMBER),
        names=match.places(headings.NAME, "surname", "forename"),
        is_heading=lambda text: headings.is_known(text, framework),
    )
    return (
        match
        if alone is table
        else _matched(alone, framework=framework, answers=answers)
    )


def _matched(
    table: RawTable, *, framework: Framework, answers: FileAnswers
) -> Matched | None:
    long = _match(table, framework=framework, answers=answers, long=True)
    if set(_LONG) <= set(long.named) and ("stage" in long.named or _numbers(long)):
        return long
    wide = _match(table, framework=framework, answers=answers, long=False)
    if _numbers(wide) or len([column for column in wide.columns if column.used]) > 1:
        return wide
    return None


def _numbers(match: Matched) -> bool:
    return bool({"pupil_id", headings.OWN_NUMBER} & set(match.named))


def _match(
    table: RawTable, *, framework: Framework, answers: FileAnswers, long: bool
) -> Matched:
    columns = [
        _column(table, index, framework=framework, answers=answers, long=long)
        for index in range(len(table.headings))
    ]
    if headings.is_dfe(table.headings):
        columns = [_of_dfe(column) for column in columns]
    return Matched(table, long, tuple(_without_idle(_without_twins(table, columns))))


def _of_dfe(column: MatchedColumn) -> MatchedColumn:
    """A column of one of DfE's pupil files, where a subject without a key stage may be of any, such as key stage 1."""
    untold = column.result is not None and column.result.stage == UNTOLD
    return (
        replace(column, meaning=LEAVE_OUT) if untold or not column.meaning else column
    )


# What helps to make a column of the pupils table is idle where there is that column.
_IDLE_BESIDE = {
    headings.EHC_PLAN: "sen_provision",
    headings.SEN_SUPPORT: "sen_provision",
    headings.NAME: "surname",
    headings.EAL: "language",
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
    guess = headings.guess(heading, framework, long=long)
    held = cells(table.columns[index])
    guess = _by_cells(guess, held, framework)
    if (
        guess.meaning in ("", LEAVE_OUT)
        and _names_bands(heading)
        and looks_like_bands(held.texts)
    ):
        guess = Guess(LEAVE_OUT, remark=_BANDS)
    said = answers.meaning(heading, file=table.file)
    if said and not headings.possible(said, framework):
        said = ""
    meaning = said or guess.meaning
    if not meaning and not held.filled:
        meaning = LEAVE_OUT
    return MatchedColumn(
        index=index,
        heading=heading,
        meaning=meaning,
        guess=guess.meaning,
        moment=guess.moment,
        remark=guess.remark if meaning == guess.meaning else "",
        said=bool(said),
        rank=guess.rank if meaning == guess.meaning else 0,
    )


def _without_twins(
    table: RawTable, columns: Sequence[MatchedColumn]
) -> list[MatchedColumn]:
    """The columns with all but the best of those that mean the same marked: what she said goes first, then the better name."""
    best: dict[tuple, MatchedColumn] = {}
    for column in columns:
        key = (column.meaning, column.moment)
        rival = best.get(key)
        if column.used and (rival is None or _better(column, rival)):
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
    twice = schema.normal(column.heading) == schema.normal(rival.heading)
    remark = f"left out, because column ‘{rival.heading}’ was used"
    if twice and column.index > rival.index:
        remark = (
            "left out, because this heading appears twice and the first column was used"
        )
    filled, other = (filled_cells(table.columns[one.index]) for one in (column, rival))
    alone = int((filled & ~other).sum())
    if not alone:
        return remark
    rows = "1 row" if alone == 1 else f"{alone:,} rows"
    if stands_in(column, rival):
        return f"left out, except where column ‘{rival.heading}’ is blank ({rows})"
    return f"{remark}. In {rows} this column is filled in and that one is blank"


def stands_in(column: MatchedColumn, rival: MatchedColumn) -> bool:
    """Whether a column is read where a better one is blank: where both are DfE's own scores of one paper."""
    return all(headings.is_dfe_score(one.heading) for one in (column, rival))


def _better(column: MatchedColumn, rival: MatchedColumn) -> bool:
    return (column.said, column.rank) > (rival.said, rival.rank)


def _by_cells(guess: Guess, held: Cells, framework: Framework) -> Guess:
    """The guess from a heading, corrected by what stands in the column."""
    turn = _TURNS.get(guess.meaning)
    if turn:
        return turn(guess, held, framework)
    if guess.meaning.startswith("result:"):
        return _result_by_cells(guess, held, framework)
    return guess


def _need_or_provision(guess: Guess, held: Cells, framework: Framework) -> Guess:
    """'SEN type' may hold K and E, and 'SEN' a need."""
    columns = schema.pupils_schema(framework).columns
    other = {"pupil:need": "sen_provision", "pupil:sen_provision": "need"}[
        guess.meaning
    ]
    own = guess.meaning.partition(":")[2]
    shares = {
        name: held.share(
            [schema.is_accepted(text, columns[name]) for text in held.texts]
        )
        for name in (own, other)
    }
    if shares[own] < _MOST < shares[other]:
        label = headings.label(other)
        label = label if label.startswith("SEN") else label.lower()
        return guess._replace(
            meaning=f"pupil:{other}",
            remark=f"read as {label}, because of what is in it",
        )
    yes = held.among(_YES)
    if (
        own == "sen_provision"
        and yes
        and yes + held.among(_NO) == 1
        and _has_support(framework)
    ):
        remark = "‘yes’ was read as SEN support, because the column does not say who has an EHC plan"
        return guess._replace(meaning=f"pupil:{headings.SEN_SUPPORT}", remark=remark)
    return guess


def _has_support(framework: Framework) -> bool:
    return "K" in framework.sen_names


def _flag(guess: Guess, held: Cells, framework: Framework) -> Guess:
    """'EHCP' may be yes or no, or the SEN provision itself."""
    if not held.filled or held.among(_YES_NO) > _MOST:
        return guess if _has_support(framework) else Guess("")
    provision = schema.pupils_schema(framework).columns["sen_provision"]
    if held.share([schema.is_accepted(text, provision) for text in held.texts]) > _MOST:
        return Guess(
            "pupil:sen_provision",
            remark="read as SEN provision, because of what is in it",
        )
    return Guess("")


def _eal(guess: Guess, held: Cells, framework: Framework) -> Guess:
    """'EAL' may be yes or no, a stage, or the language itself."""
    stage = schema.pupils_schema(framework).columns["eal_stage"]
    if not held.filled:
        return guess
    if held.among((*_YES_NO, *_EAL_OR_NOT)) > _MOST:
        return guess._replace(meaning=f"pupil:{headings.EAL}")
    if held.among(_PROFICIENCY) > _MOST or guess.meaning == "pupil:eal_stage":
        return guess._replace(meaning="pupil:eal_stage")
    if held.share([schema.is_accepted(text, stage) for text in held.texts]) > _MOST:
        return guess._replace(meaning="pupil:eal_stage")
    if held.share([len(text) > 2 and text[0].isalpha() for text in held.texts]) > _MOST:
        remark = "read as first language, because of what is in it"
        return Guess("pupil:language", rank=-100, remark=remark)
    return Guess("")


def _number(guess: Guess, held: Cells, framework: Framework) -> Guess:
    """A 'student ID' may be the UPN."""
    if held.share([bool(UPN.fullmatch(text)) for text in held.texts]) > _MOST:
        return guess._replace(meaning="pupil:pupil_id")
    return guess


_TURNS = {
    "pupil:need": _need_or_provision,
    "pupil:sen_provision": _need_or_provision,
    f"pupil:{headings.EAL}": _eal,
    "pupil:eal_stage": _eal,
    f"pupil:{headings.OWN_NUMBER}": _number,
    f"pupil:{headings.EHC_PLAN}": _flag,
    f"pupil:{headings.SEN_SUPPORT}": _flag,
}
_BANDS = "left out, because bands (high, middle, low) are not scores"


def _names_bands(heading: str) -> bool:
    """Whether a heading may stand above bands of prior attainment."""
    return bool(
        re.search(
            r"prior|ks ?2|attain|\bh ?/? ?m ?/? ?l\b|\bpa\b|band|ability",
            heading.casefold(),
        )
    )


def _result_by_cells(guess: Guess, held: Cells, framework: Framework) -> Guess:
    """A subject is one only where grades stand below it; bands by name are no scores."""
    result = Result(*guess.meaning.split(":")[1:])
    scale = framework.scale_of("now" if result.stage == UNTOLD else result.stage)
    if held.filled and looks_like_bands(held.texts):
        return Guess(LEAVE_OUT, remark=_BANDS)
    if scale.fine_grades and looks_like_letter_grades(held.texts):
        return Guess(
            LEAVE_OUT,
            remark="left out, because grades A* to G are not on the 9 to 1 scale",
        )
    own = result.subject in [subject.name for subject in framework.subjects]
    if own and result.stage != UNTOLD and not guess.unsure:
        return guess
    if held.filled == 0 and result.stage != UNTOLD:
        return guess
    flags = set(held.texts) <= {"0", "1"}
    stages = framework.result_stages() if result.stage == UNTOLD else [result.stage]
    fitting = max(
        share_of_results(held, stage, result.subject, framework) for stage in stages
    )
    return Guess("") if flags or fitting < _NEARLY_ALL else guess


def share_of_results(
    held: Cells, stage: str, subject: str, framework: Framework
) -> float:
    """The share of the filled cells that hold a result as the subject can have it at a stage."""
    scale = framework.scale_of(stage)
    names = [scale.parse(text) for text in held.texts]
    return held.share(
        [
            name is not None and schema.can_be(name, subject, scale, framework)
            for name in names
        ]
    )


def likely_stage(match: Matched, framework: Framework) -> str:
    """The stage that results of which none is told most likely are of: by their subjects' names, by what they are, by the heads."""
    entry, last = framework.stages[0].entry_stage, framework.stages[-1].name
    if match.long:
        subjects = cells(match.table.columns[match.named["subject"]]).texts
        named = [headings.result_named(text, framework) for text in subjects]
        if named and all(named):
            return named[0].stage
        places = [(match.named["result"], "")]
    else:
        untold = [column for column in match.results if column.result.stage == UNTOLD]
        places = [(column.index, column.result.subject) for column in untold]
    held = [(cells(match.table.columns[place]), subject) for place, subject in places]
    entries, grades = (
        sum(share_of_results(one, stage, subject, framework) for one, subject in held)
        for stage in (entry, "now")
    )
    # What may be both, such as 98 and 54, is a score sooner than a double award.
    if (
        entries > _MOST * len(held)
        and entries >= grades
        and framework.stages[0].averaged
    ):
        return entry
    if match.long and any(
        _OF_EXAMS.search(heading) for heading in match.table.headings
    ):
        return last
    return "now"


_OF_EXAMS = re.compile(
    r"\b(candidate|exam|award\w*|season|series|uci)\b", re.IGNORECASE
)


def missing(match: Matched) -> list[Fault]:
    """A fault for each column that the table cannot do without and that none of its headings names."""
    needed = {"pupil_id": ("pupil numbers", "UPN")}
    if match.long:
        needed |= {"subject": ("the subject of each result", "subject")}
        needed |= {"result": ("the results", "result")}
    found = set(match.named) | (
        {"pupil_id"} if headings.OWN_NUMBER in match.named else set()
    )
    return [
        Fault(
            file=match.table.file,
            row=match.table.heading_row,
            rule=f"no column holds {holds}",
            remedy="If a column holds this under another heading, say so under ‘What each column holds’. "
            f"If not, add a column headed ‘{heading}’ and choose the file again.",
        )
        for name, (holds, heading) in needed.items()
        if name not in found
    ]


_ENGLAND = re.compile(r"ks2[ _]?(scaled[ _]score[ _]group|prior)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"number[ _]achieving|all[ _](double[ _])?grades|geographic[ _]level", re.IGNORECASE
)


def is_national(headings: Sequence[str]) -> bool:
    """Whether these are headings of DfE's key stage 2 to 4 transition matrices, in whatever edition.

    >>> is_national(["KS2_Prior", "num_4", "All_Grades"]), is_national(["UPN", "KS2_Prior", "All_Grades"])
    (True, False)
    """
    return (
        any(_ENGLAND.fullmatch(heading.strip()) for heading in headings)
        and any(_PUBLISHED.fullmatch(heading.strip()) for heading in headings)
        and not any(
            re.search(r"(?<![a-z])upn(?![a-z])", heading.casefold())
            for heading in headings
        )
    )


def national_table(table: RawTable) -> Fault:
    """The fault of a file that holds England's figures."""
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
