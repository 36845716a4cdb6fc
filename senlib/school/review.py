"""The review: what is made of a school's files, told before anything is kept, with the questions that are hers to answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from senlib.frameworks import Framework
from senlib.school import checking, headings, joining, lists, schema
from senlib.school.answers import Answers
from senlib.school.contents import holds, listed
from senlib.school.faults import Fault, FaultyFile
from senlib.school.file_formats import format_of
from senlib.school.files import NamedFile, Part, Source
from senlib.school.lists import SchoolList
from senlib.school.matching import (
    Matched,
    cells,
    is_national,
    likely_stage,
    matched,
    missing,
    national_table,
    no_table,
)
from senlib.school.read_ctf import read_ctf
from senlib.school.read_tables import RawTable, read_tables

# From this share of a year group's pupils on, a year group with results of the stage's end has finished it.
_MOST = 0.5
# A school year is over when August has come.
_SUMMER_ENDS = (8, 1)
# A leaver's last day, where all that is known is the year.
_LAST_DAY = "{}-08-31"
NOT_KNOWN = "not_known"
# So many headings are named in a note, and so much of each.
_NAMED, _SHORT = 10, 60
_OLDEST_YEAR, _LAST_YEAR = 0, 11

_SECOND_RESULT = "a second result for the same pupil, stage, subject and kind"
_KEEP_ONE = "Keep one of them; only results for 'now' may follow one another, each with its date."

# A pupil stands for nothing in the school's own number that is not a number at all.
_NO_NUMBER = "no pupil number"


@dataclass(frozen=True)
class ReviewedColumn:
    """A column of a file: its heading, what it was taken for and what the workbook itself would take it for, and what it holds.

    `meaning` is '' where nothing is known of the heading; `remark` says why a column is left out, or was taken otherwise than
    its heading says.
    """

    file: str
    heading: str
    meaning: str
    guess: str
    left_out: bool
    holds: str
    remark: str = ""


@dataclass(frozen=True)
class Question:
    """What the files do not say: a key that never changes, the text, the answers there are with their words, and the proposal.

    `answer` is the one that was counted with: hers, else the proposal.
    """

    key: str
    text: str
    options: Mapping[str, str]
    proposal: str
    answer: str


@dataclass(frozen=True)
class Review:
    """What was made of files. `pupils` and `results` are as in senlib.school.schema, typed; empty where something stops the load."""

    framework: Framework
    academic_year: int
    pupils: pd.DataFrame = field(repr=False)
    results: pd.DataFrame = field(repr=False)
    columns: tuple[ReviewedColumn, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    faults: tuple[Fault, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def loads(self) -> bool:
        """Whether a school came of it."""
        return not any(fault.stops for fault in self.faults)

    @property
    def unmatched(self) -> tuple[ReviewedColumn, ...]:
        """The columns of which nothing is known, which are left out until she says what they mean."""
        return tuple(column for column in self.columns if not column.meaning)


def load_files(
    files: Sequence[NamedFile],
    *,
    framework: Framework,
    answers: Answers | None = None,
    academic_year: int,
    today: date | None = None,
) -> Review:
    """The review of files that make a school; FaultyFile with every fault where something stops the load.

    >>> from senlib.frameworks import load
    >>> rows = b"UPN,Year,SEN,KS2 English,KS3 English\\n0123,9,A,3,5\\n0124,9,N,4,\\n"
    >>> sheet = NamedFile(name="year9.csv", content=rows)
    >>> loaded = load_files([sheet], framework=load("levels"), academic_year=2005)
    >>> loaded.pupils["ks4_year"].tolist()
    [2007, 2007]
    >>> loaded.results[["pupil_id", "stage", "result"]].astype(str).values.tolist()
    [['0123', 'KS2', '3'], ['0124', 'KS2', '4'], ['0123', 'KS3', '5']]
    """
    review = review_files(
        files, framework=framework, answers=answers, academic_year=academic_year, today=today
    )
    if not review.loads:
        raise FaultyFile([fault for fault in review.faults if fault.stops])
    return review


def review_files(
    files: Sequence[NamedFile],
    *,
    framework: Framework,
    answers: Answers | None = None,
    academic_year: int,
    today: date | None = None,
    progress: Callable[[str], None] = lambda words: None,
) -> Review:
    """Read CSV, XLSX and CTF files as one school, and say what came of it; nothing in a file makes it raise.

    `academic_year` is the summer in which the school's year ends, `today` the day on which results can be known. `progress` is
    told in words how far it is.
    """
    reviewing = _Reviewing(
        framework=framework,
        answers=answers or Answers(),
        academic_year=academic_year,
        today=today or date.today(),
        progress=progress,
    )
    return reviewing.of(files)


@dataclass
class _Reviewing:
    """One review under way."""

    framework: Framework
    answers: Answers
    academic_year: int
    today: date
    progress: Callable[[str], None]
    matches: list[tuple[NamedFile, Matched]] = field(default_factory=list)
    ctfs: list[SchoolList] = field(default_factory=list)
    columns: list[ReviewedColumn] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ctf_notes: dict[str, list[str]] = field(default_factory=dict)

    def of(self, files: Sequence[NamedFile]) -> Review:
        """The review of these files."""
        files = self._each_file_once(files)
        for number, file in enumerate(files, start=1):
            self.progress(f"Reading {file.name} ({number:,} of {len(files):,})")
            try:
                self._read(file)
            except FaultyFile as faulty:
                self.faults += faulty.faults
            except (ValueError, ArithmeticError, LookupError, MemoryError, RecursionError):
                # Whatever a file holds, she is told which one it is; the message of such an error may hold its values.
                self.faults.append(_unreadable(file))
        self._tell_ctf_notes()
        self.progress("Putting the lists together")
        made = [self._list(file, match) for file, match in self.matches] + self.ctfs
        if not self.faults and all(one.long and not len(one.pupils.data.columns) for one in made):
            self.faults.append(_no_pupils(files))
        made = self._in_their_years(made)
        pupils, results = self._joined(made, files)
        stops = any(fault.stops for fault in self.faults)
        of_pupils, of_results = (
            schema.pupils_schema(self.framework),
            schema.results_schema(self.framework),
        )
        typed = [
            schema.typed(table.iloc[:0] if stops else table, schema=of, framework=self.framework)
            for table, of in ((pupils, of_pupils), (results, of_results))
        ]
        return Review(
            framework=self.framework,
            academic_year=self.academic_year,
            pupils=typed[0],
            results=typed[1],
            columns=tuple(self.columns),
            notes=tuple(dict.fromkeys(self.notes)),
            questions=tuple(self.questions.values()),
            faults=tuple(dict.fromkeys(self.faults)),
            sources=self._sources(files, made),
        )

    def _each_file_once(self, files: Sequence[NamedFile]) -> list[NamedFile]:
        """The files without those that hold the same as another, and each under a name of its own."""
        kept: dict[str, NamedFile] = {}
        names: dict[bytes, str] = {}
        for file in files:
            digest = _digest(file)
            if digest and digest in names:
                first = names[digest]
                self.notes.append(
                    f"{first} was chosen twice, and read once."
                    if first == file.name
                    else f"{file.name} holds the same as {first}, and was left out."
                )
                continue
            times = sum(1 for one in kept.values() if one.name.split(" (file ")[0] == file.name)
            name = f"{file.name} (file {times + 1})" if times else file.name
            kept[name] = replace(file, name=name)
            names[digest] = name
        return list(kept.values())

    def ask(self, key: str, text: str, options: Mapping[str, str], *, proposal: str) -> str:
        """Her answer to a question, else the proposal; the question is told in the review."""
        said = self.answers.questions.get(key, "")
        answer = said if said in options else proposal
        self.questions[key] = Question(key, text, options, proposal, answer)
        return answer

    # -- reading --

    def _read(self, file: NamedFile) -> None:
        if format_of(file) == "xml":
            self.ctfs.append(self._ctf(file))
            return
        words = f"Reading {file.name}"
        tables = read_tables(
            file,
            is_heading=lambda heading: headings.is_known(heading, self.framework),
            progress=lambda share: self.progress(f"{words}: {share:.0%}"),
        )
        england = [table for table in tables if is_national(table.headings)]
        if england:
            self.faults += [national_table(table) for table in england]
            return
        found = [
            (table, matched(table, framework=self.framework, answers=self.answers))
            for table in tables
        ]
        if not any(match for _, match in found):
            self.faults += [no_table(table) for table in tables]
            for table in tables:
                self._review_unknown(table)
            return
        with_rows = [
            match for _, match in found if match and (len(match.table.rows) or match.table.faults)
        ]
        if not with_rows:
            self.faults.append(_no_rows(file))
        for table, match in found:
            if match is None:
                self.notes.append(
                    f"{table.file}: none of its headings is known, so it was passed over."
                )
        whole = any(not missing(match) for match in with_rows)
        for match in with_rows:
            self._take(file, match, beside_others=whole)

    def _take(self, file: NamedFile, match: Matched, *, beside_others: bool) -> None:
        """Note what a table's columns are, and keep it if it has what a table needs.

        One without is left out where the file has others that do.
        """
        table = match.table
        self.notes += [f"{table.file}: {note}" for note in table.notes]
        for column in match.columns:
            self.columns.append(
                ReviewedColumn(
                    file=table.file,
                    heading=column.heading,
                    meaning=column.meaning,
                    guess=column.guess,
                    left_out=not column.used,
                    holds=holds(
                        cells(table.columns[column.index]), column, framework=self.framework
                    ),
                    remark=column.remark,
                )
            )
            if column.remark:
                self.notes.append(f"{table.file}, column '{column.heading}': {column.remark}.")
        self._note_what_is_unknown(match)
        self.faults += table.faults
        self.faults += [replace(fault, stops=not beside_others) for fault in missing(match)]
        if not missing(match):
            self.matches.append((file, match))

    def _note_what_is_unknown(self, match: Matched) -> None:
        """Say which columns were not recognised, and where one of DfE's files holds no result that is used."""
        file = match.table.file
        unknown = [column.heading[:_SHORT] for column in match.columns if not column.meaning]
        if unknown:
            shown = ", ".join(f"'{heading}'" for heading in unknown[:_NAMED])
            more = f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
            what = "1 column was" if len(unknown) == 1 else f"{len(unknown):,} columns were"
            self.notes.append(f"{file}: {what} not recognised and left out: {shown}{more}.")
        if headings.is_dfe(match.table.headings) and not match.results and not match.long:
            self.notes.append(
                f"{file}: this is one of DfE’s pupil files, and holds no key stage 2 scores or GCSE grades. "
                "Only what it says of pupils was read."
            )

    def _review_unknown(self, table: RawTable) -> None:
        for index, heading in enumerate(table.headings):
            held = cells(table.columns[index])
            words = f"{held.filled:,} filled in"
            self.columns.append(
                ReviewedColumn(table.file, heading, "", "", left_out=True, holds=words)
            )

    def _ctf(self, file: NamedFile) -> SchoolList:
        """A Common Transfer File as a list. What it says of attendance in a year that is over is left out."""
        pupils, results, notes, year, leaving = read_ctf(file, framework=self.framework)
        for note in notes:
            self._note_of_ctf(file, note.removeprefix(f"{file.name}: "))
        if year is not None and year < self.academic_year and "attendance" in pupils.data:
            if (pupils.data["attendance"] != "").any():
                told = f"attendance of {_school_year(year)} was left out, for that year is over."
                self._note_of_ctf(file, told)
            pupils = replace(pupils, data=pupils.data.drop(columns="attendance"))
        upns = pupils.data["pupil_id"].to_numpy(object)
        place = {upn: at for at, upn in enumerate(upns)}
        at = (
            results.data["pupil_id"].map(place).to_numpy(int)
            if len(results.rows)
            else np.array([], int)
        )
        return SchoolList(
            name=file.name,
            file=file.name,
            pupils=replace(pupils, data=pupils.data.drop(columns="pupil_id")),
            results=(replace(results, data=results.data.drop(columns="pupil_id")),),
            at=(at,),
            upns=upns,
            own_numbers=np.full(len(upns), "", object),
            describes_pupils=bool((pupils.data["year_group"] != "").any()),
            ctf=True,
            year=year,
            leaving=leaving,
        )

    def _note_of_ctf(self, file: NamedFile, text: str) -> None:
        self.ctf_notes.setdefault(text, []).append(file.name)

    def _tell_ctf_notes(self) -> None:
        """Thirty primary schools send thirty files: what is so of many of them is told once."""
        for text, names in self.ctf_notes.items():
            who = names[0] if len(names) == 1 else f"{len(names):,} CTF files, such as {names[0]}"
            self.notes.append(f"{who}: {text}")

    # -- what the lists do not say of themselves --

    def _list(self, file: NamedFile, match: Matched, *, year: int | None = None) -> SchoolList:
        """The list in a table, with the stage and the date of its results as she says, where the table does not."""
        stage = self._stage(match) if match.untold else ""
        one = lists.of_table(
            match,
            name=file.name,
            framework=self.framework,
            stage=stage,
            now="",
            academic_year=year or self.academic_year,
            today=self.today,
        )
        if not _has_undated_now(one):
            return one
        now = self._now_date(one)
        if now == NOT_KNOWN:
            return one
        return lists.of_table(
            match,
            name=file.name,
            framework=self.framework,
            stage=stage,
            now=now,
            academic_year=year or self.academic_year,
            today=self.today,
        )

    def _stage(self, match: Matched) -> str:
        """The stage of results of which none is told."""
        stages = {
            stage: _STAGE_WORDS.get(stage, f"{stage} results")
            for stage in self.framework.result_stages()
        }
        text = f"What are the results in {match.table.file}, where no key stage is named?"
        proposal = likely_stage(match, self.framework)
        return self.ask(f"stage:{match.table.file}", text, stages, proposal=proposal)

    def _now_date(self, one: SchoolList) -> str:
        """Of what date the current results of a list are."""
        options = _half_terms(self.academic_year, today=self.today) | {NOT_KNOWN: "Not known"}
        proposal = self.answers.dated.get(one.name, "")
        if proposal and proposal not in options:
            options = {proposal: proposal} | options
        said = self.answers.questions.get(f"now_date:{one.file}", "")
        if schema.iso_date(said) == said and said.count("-") == 2:
            options = {said: options.get(said, said)} | options
        text = f"Of what date are the current results in {one.file}? Without a date nobody’s progress can be judged by them."
        return self.ask(f"now_date:{one.file}", text, options, proposal=proposal or NOT_KNOWN)

    def _in_their_years(self, made: list[SchoolList]) -> list[SchoolList]:
        """The lists, each with the school year that it tells of: hers to say where results lie in a summer to come."""
        ids = joining.numbers_of(made)
        outcomes = self._with_outcomes(made, ids)
        in_years = []
        for place, (one, numbers) in enumerate(zip(made, ids, strict=True)):
            if one.year is not None or one.years is not None:
                in_years.append(one)
                continue
            year = self._year_of(one, numbers, outcomes)
            if year != self.academic_year and place < len(self.matches):
                one = self._list(*self.matches[place], year=year)
            in_years.append(replace(one, year=year))
        return in_years

    def _with_outcomes(
        self, made: Sequence[SchoolList], ids: Sequence[np.ndarray]
    ) -> dict[str, set[str]]:
        """Who has a result in a core subject at the end of each stage."""
        found: dict[str, set[str]] = {stage.name: set() for stage in self.framework.stages}
        core = self.framework.core_subjects()
        for one, numbers in zip(made, ids, strict=True):
            for part, at in zip(one.results, one.at, strict=True):
                stages = schema.each_distinct(part.data["stage"])
                subjects = schema.each_distinct(part.data["subject"], self.framework.subject)
                filled = schema.each_distinct(part.data["result"]) != ""
                for stage, ids_of_stage in found.items():
                    rows = (stages == stage) & subjects.isin(core) & filled
                    ids_of_stage.update(numbers[at[rows.to_numpy()]])
        return found

    def _year_of(
        self, one: SchoolList, numbers: np.ndarray, outcomes: Mapping[str, set[str]]
    ) -> int:
        """The school year that a list tells of: last year's, where its oldest have results that they could not have yet."""
        this_year = self.academic_year
        if "year_group" not in one.pupils.data or self.today >= date(this_year, *_SUMMER_ENDS):
            return this_year
        years = schema.each_distinct(one.pupils.data["year_group"], schema.whole_number)
        for stage in self.framework.stages:
            at_end = numbers[(years == str(stage.ends_in_year)).to_numpy()]
            if not len(at_end):
                continue
            with_result = sum(number in outcomes[stage.name] for number in at_end)
            if with_result < _MOST * len(at_end):
                continue
            text = (
                f"In {one.file} pupils in Year {stage.ends_in_year} have {stage.title} results already "
                f"({with_result:,} of {len(at_end):,}), and summer {this_year} is still to come. Is this last year’s list?"
            )
            last, this = f"{this_year - 1}", f"{this_year}"
            options = {
                last: f"Yes, it is of {_school_year(this_year - 1)}",
                this: f"No, it is of {_school_year(this_year)}",
            }
            return int(self.ask(f"school_year:{one.file}", text, options, proposal=last))
        return this_year

    # -- joining and checking --

    def _joined(
        self, made: Sequence[SchoolList], files: Sequence[NamedFile]
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        ids = joining.numbers_of(made)
        self.notes += joining.lost_zeros(made)
        self._note_numbers(made)
        pupils = self._pupils(made, ids)
        results = self._results(made, ids, pupils)
        return pupils.drop(columns="list", errors="ignore"), results

    def _note_numbers(self, made: Sequence[SchoolList]) -> None:
        for one in made:
            self.notes += one.notes
            if len(one.upns) and not (one.upns != "").any() and one.number_heading:
                self.notes.append(
                    f"{one.file}: there is no UPN, so pupils are known by column '{one.number_heading}'."
                )

    def _pupils(self, made: Sequence[SchoolList], ids: Sequence[np.ndarray]) -> pd.DataFrame:
        """The pupils of all lists, canonical, checked, joined, in their years."""
        of = schema.pupils_schema(self.framework)
        parts = [
            replace(one.pupils, data=one.pupils.data.assign(pupil_id=pd.Categorical(numbers)))
            for one, numbers in zip(made, ids, strict=True)
        ]
        raw, faults = checking.without_errors(
            checking.joined(parts, of), parts, needed=checking.NEEDED
        )
        self.faults += faults
        tall = schema.canonical(raw, schema=of, framework=self.framework)
        tall["on_roll"] = _canonical_on_roll(raw, tall)
        places = np.repeat(np.arange(len(made)), [len(one.pupils.rows) for one in made]).astype(int)
        at = np.concatenate([np.arange(len(one.pupils.rows)) for one in made]) if made else []
        tall, faults = checking.checked(
            tall, parts, of, framework=self.framework, needed=checking.NEEDED
        )
        stated = {(fault.file, fault.row, fault.column) for fault in self.faults}
        # A second table of results alone says nothing of pupils; a row without a number is told where results are.
        self.faults += [
            fault for fault in faults if (fault.file, fault.row, fault.column) not in stated
        ]
        tall = self._mixed_shares(tall, parts)
        tall = tall.assign(list=places, at=at)
        tall = self._restated(tall, made)
        tall = tall[tall["pupil_id"] != ""]
        tall, faults, notes = joining.without_strangers(tall, made, ask=self.ask)
        self.faults += faults
        self.notes += notes
        labels = {name: headings.label(name) for name in of.columns}
        joined = joining.merged(
            tall,
            made,
            columns=[name for name in of.columns if name != "pupil_id"],
            labels=labels,
            ask=self.ask,
        )
        self.faults += joined.faults
        self.notes += joined.notes
        pupils = self._without_blanks(joined.pupils)
        pupils = self._with_years_of_results(pupils, made, ids)
        return self._leavers(pupils, tall, made)[[*of.columns, "list"]]

    def _mixed_shares(self, tall: pd.DataFrame, parts: Sequence[Part]) -> pd.DataFrame:
        """Attendance without fractions of 1 that stand among percentages: nobody can tell what they are."""
        share = schema.numbers(tall["attendance"])
        suspect = np.flatnonzero((share > 0) & (share <= 1))
        for part, place in checking.places(parts, suspect):
            fault = part.fault(
                place,
                column="attendance",
                rule="a fraction among percentages",
                remedy="Give all of them as percentages, such as 93.4.",
            )
            self.faults.append(replace(fault, stops=False))
        if len(suspect):
            tall.iloc[suspect, tall.columns.get_loc("attendance")] = ""
        return tall

    def _restated(self, tall: pd.DataFrame, made: Sequence[SchoolList]) -> pd.DataFrame:
        """The rows with the summer of Year 11 worked out by the list's own year, and the year group of the school's year."""
        years = np.full(len(tall), self.academic_year)
        for place, one in enumerate(made):
            rows = (tall["list"] == place).to_numpy()
            if one.years is not None:
                told = one.years[tall.loc[rows, "at"].to_numpy(int)]
                years[rows] = np.where(told > 0, told, one.year or self.academic_year)
            elif one.year is not None:
                years[rows] = one.year
        # Who left in an earlier school year is listed in the year group of that year.
        left = _school_years_of(tall["left_on"], otherwise=9999)
        years = np.where(tall["ks4_year"] == "", np.minimum(years, left), years)
        groups = schema.numbers(tall["year_group"])
        leaving = schema.numbers(tall["ks4_year"]).fillna(years + _LAST_YEAR - groups)
        moved = groups + (self.academic_year - years)
        moved = moved.where(moved <= max(schema.YEAR_GROUPS))
        older = (years < self.academic_year) & groups.notna().to_numpy()
        self._note_older_lists(tall["list"].to_numpy(), years, older, made)
        return tall.assign(
            year=years,
            year_group=_whole(moved),
            ks4_year=_whole(leaving),
            past=older & (moved > _LAST_YEAR).to_numpy() & (groups <= _LAST_YEAR).to_numpy(),
        )

    def _note_older_lists(
        self, places: np.ndarray, years: np.ndarray, older: np.ndarray, made: Sequence[SchoolList]
    ) -> None:
        """Say which lists are of an earlier school year; many CTF files together."""
        of_year: dict[tuple[int, bool], list[str]] = {}
        for place in np.unique(places[older]):
            mine = years[places == place]
            if mine.max() > mine.min():
                self.notes.append(
                    f"{made[place].file}: rows of earlier school years are counted in the year groups that pupils have moved up to."
                )
                continue
            of_year.setdefault((int(mine[0]), made[place].ctf), []).append(made[place].file)
        for (year, ctf), told in of_year.items():
            together = [f"{len(told):,} CTF files"] if ctf and len(told) > 1 else told
            for name in together:
                one = name in told
                self.notes.append(
                    f"{name} {'is' if one else 'are'} of {_school_year(year)}, so {'its' if one else 'their'} pupils "
                    "are counted in the year groups they have moved up to."
                )

    def _with_years_of_results(
        self, pupils: pd.DataFrame, made: Sequence[SchoolList], ids: Sequence[np.ndarray]
    ) -> pd.DataFrame:
        """The pupils with the summer of Year 11 by the year of their results where no list tells it, and their year group by that."""
        told: dict[str, str] = {}
        for one, numbers in zip(made, ids, strict=True):
            if one.leaving is not None:
                told |= {n: year for n, year in zip(numbers, one.leaving, strict=True) if year}
        blank = (pupils["ks4_year"] == "") & pupils["pupil_id"].isin(told)
        if blank.any():
            pupils = pupils.assign(
                ks4_year=pupils["ks4_year"].mask(blank, pupils["pupil_id"].map(told))
            )
            self.notes.append(
                f"When {_pupils_in_words(int(blank.sum()))} finish Year 11 was worked out from the year of their results."
                if blank.sum() > 1
                else "When 1 pupil finishes Year 11 was worked out from the year of the results."
            )
        summers = schema.numbers(pupils["ks4_year"])
        groups = _LAST_YEAR - (summers - self.academic_year)
        here = (pupils["year_group"] == "") & groups.between(0, _LAST_YEAR)
        return pupils.assign(year_group=pupils["year_group"].mask(here, _whole(groups)))

    def _leavers(
        self, pupils: pd.DataFrame, tall: pd.DataFrame, made: Sequence[SchoolList]
    ) -> pd.DataFrame:
        """Pupils who have left since the list was made are on roll no longer; of others a blank says that they are."""
        still = set(tall.loc[~tall["past"] & (tall["year_group"] != ""), "pupil_id"])
        left = pupils["pupil_id"].isin(set(tall.loc[tall["past"], "pupil_id"]) - still)
        last = pupils["ks4_year"].map(_LAST_DAY.format)
        left_on = pupils["left_on"].mask(left & (pupils["left_on"] == ""), last)
        gone = left | ((left_on != "") & (left_on <= self.today.isoformat()))
        on_roll = pupils["on_roll"].mask(pupils["on_roll"] == "", gone.map({True: "N", False: "Y"}))
        return pupils.assign(left_on=left_on, on_roll=on_roll)

    def _without_blanks(self, pupils: pd.DataFrame) -> pd.DataFrame:
        """The pupils with a blank for SEN read as she says: many exports leave it blank where there is none."""
        blank = pupils["sen_provision"] == ""
        told = pupils.loc[~blank, "sen_provision"]
        if not blank.any() or told.empty:
            return pupils
        sides = self.framework.sen_groups
        none = next(code for code, side in sides.items() if side == "no SEN")
        with_sen = int(told.map(sides).eq("SEN").sum())
        text = (
            f"SEN is blank for {int(blank.sum()):,} of {_pupils_in_words(len(pupils))}, "
            f"and {with_sen:,} {'has' if with_sen == 1 else 'have'} SEN. "
            "Does a blank mean no SEN?"
        )
        options = {none: "Yes, a blank means no SEN", NOT_KNOWN: "No, it is not known"}
        proposal = NOT_KNOWN if (told == none).any() or not with_sen else none
        answer = self.ask("blank_sen", text, options, proposal=proposal)
        if answer != none:
            return pupils
        self.notes.append(
            f"A blank in SEN was read as no SEN ({_pupils_in_words(int(blank.sum()))})."
        )
        return pupils.assign(sen_provision=pupils["sen_provision"].mask(blank, none))

    def _results(
        self, made: Sequence[SchoolList], ids: Sequence[np.ndarray], pupils: pd.DataFrame
    ) -> pd.DataFrame:
        """The results of all lists, canonical, checked, each once and for a pupil there is."""
        of = schema.results_schema(self.framework)
        parts, places = [], []
        for place, (one, numbers) in enumerate(zip(made, ids, strict=True)):
            for part, at in zip(one.results, one.at, strict=True):
                parts.append(
                    replace(part, data=part.data.assign(pupil_id=pd.Categorical(numbers[at])))
                )
                places.append(np.full(len(part.rows), place))
        raw, faults = checking.without_errors(
            checking.joined(parts, of), parts, needed=list(of.columns)
        )
        wrong = {(fault.file, fault.row, fault.column) for fault in faults}
        self.faults += faults
        table = schema.canonical(raw, schema=of, framework=self.framework)
        table, faults = checking.checked(
            table, parts, of, framework=self.framework, needed=list(of.columns)
        )
        told = {(fault.file, fault.row) for fault in self.faults if fault.rule == _NO_NUMBER}
        self.faults += [
            fault
            for fault in faults
            if (fault.file, fault.row, fault.column) not in wrong
            and not (fault.rule == _NO_NUMBER and (fault.file, fault.row) in told)
        ]
        table = table.assign(list=np.concatenate(places) if places else np.array([], int))
        long = np.array([one.long for one in made], bool)
        explicit = long[table["list"]] if len(made) else np.array([], bool)
        # A blank in a sheet with a pupil a row is no result that was told; in a table of results it is.
        table = table[(table["result"] != "") | explicit]
        table = table[table["pupil_id"].isin(pupils["pupil_id"])]
        return self._each_once(table, parts, made)[list(of.columns)]

    def _each_once(
        self, table: pd.DataFrame, parts: Sequence[Part], made: Sequence[SchoolList]
    ) -> pd.DataFrame:
        """The results with one for each pupil, stage, subject and kind, and for 'now' each date."""
        dates = table["date"].where(table["stage"] == "now", "")
        key = pd.util.hash_pandas_object(
            table[["pupil_id", "stage", "subject", "kind"]].assign(date=dates), index=False
        )
        if not key.duplicated().any():
            return table
        table = table.assign(key=key.to_numpy())
        # A result that is told goes before a blank for the same.
        again = table[table.duplicated("key", keep=False)]
        told = again[again["result"] != ""]
        blanks = again.index[(again["result"] == "") & again["key"].isin(told["key"])]
        table = table.drop(index=blanks)
        same = table.duplicated(["key", "result"])
        table = table[~same]
        within = table.duplicated(["key", "list"])
        found = [
            part.fault(place, column="result", rule=_SECOND_RESULT, remedy=_KEEP_ONE)
            for part, place in checking.places(parts, table.index[within].to_numpy(int))
        ]
        # A pupil who stands in a sheet twice has every result twice too: the pupil is the fault.
        twice = {(f.file, f.row) for f in self.faults if f.rule == joining.SECOND_PUPIL}
        self.faults += [fault for fault in found if (fault.file, fault.row) not in twice]
        table = table[~within]
        across = table[table.duplicated("key", keep=False)]
        for what, rows in across.groupby(["stage", "subject", "kind"], sort=False, observed=True):
            table = self._settled(table, rows, what, made)
        return table.drop_duplicates("key").sort_index()

    def _settled(
        self,
        table: pd.DataFrame,
        rows: pd.DataFrame,
        what: tuple[str, str, str],
        made: Sequence[SchoolList],
    ) -> pd.DataFrame:
        """The results in the order in which they count, where lists contradict one another about these."""
        files = list(dict.fromkeys(made[place].file for place in rows["list"]))
        label = f"{what[0]} {what[1]}"
        number = rows["key"].nunique()
        who = "1 pupil" if number == 1 else f"{number:,} pupils"
        text = f"{label}: {listed(files)} contradict one another for {who}. Which file is right?"
        key = f"wins:{':'.join(what)}"
        answer = self.ask(key, text, {file: file for file in files}, proposal=files[0])
        self.notes.append(
            f"{label}: {listed(files)} contradict one another for {who}; {answer} was taken."
        )
        first = table["list"].map(lambda place: made[place].file == answer) & table["key"].isin(
            rows["key"]
        )
        return pd.concat([table[first], table[~first]])

    def _sources(
        self, files: Sequence[NamedFile], made: Sequence[SchoolList]
    ) -> tuple[Source, ...]:
        sources = []
        for file in files:
            mine = [one for one in made if one.name == file.name]
            sources.append(
                Source(
                    file=file.name,
                    # Each by the UPN, and only without one by the school's own number.
                    pupils=len(
                        set().union(
                            *(np.where(one.upns == "", one.own_numbers, one.upns) for one in mine)
                        )
                        - {""}
                    ),
                    results=sum(len(part.rows) for one in mine for part in one.results),
                    supplied_by=self.answers.supplied_by.get(file.name, ""),
                    dated=self.answers.dated.get(file.name, ""),
                )
            )
        return tuple(sources)


_STAGE_WORDS = {
    "KS2": "Key stage 2 results",
    "KS3": "Key stage 3 results",
    "KS4": "GCSE results, as awarded",
    "now": "Current grades or levels",
}


def _digest(file: NamedFile) -> bytes:
    """What tells whether two files hold the same; b'' of one that cannot be read."""
    try:
        with file.open() as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except (OSError, FaultyFile):
        return b""


def _whole(values: pd.Series) -> pd.Series:
    """Whole numbers as text; '' where there is none."""
    codes, distinct = pd.factorize(values)
    texts = np.array([*(f"{value:.0f}" for value in distinct), ""], object)
    return pd.Series(texts[codes], index=values.index, dtype=str)


def _pupils_in_words(number: int) -> str:
    return "1 pupil" if number == 1 else f"{number:,} pupils"


def _canonical_on_roll(raw: pd.DataFrame, tall: pd.DataFrame) -> pd.Series:
    """Whether a pupil is on roll as the file says, blank where it does not: what a blank means is decided when lists are joined."""
    if "on_roll" not in raw:
        return pd.Series("", index=tall.index, dtype=str)
    blank = schema.each_distinct(raw["on_roll"]) == ""
    return tall["on_roll"].mask(blank, "")


def _has_undated_now(one: SchoolList) -> bool:
    """Whether a list holds current results without a date."""
    for part in one.results:
        now = schema.each_distinct(part.data["stage"], str.casefold).isin(["now", "current"])
        dates = schema.each_distinct(part.data["date"]) if "date" in part.data else ""
        if (now & (dates == "")).any():
            return True
    return False


def _half_terms(academic_year: int, *, today: date) -> dict[str, str]:
    """The half-terms that have come, of this school year and the one before, newest first: their last day, and their name."""
    found = {}
    for summer in (academic_year, academic_year - 1):
        for name, month, day, back in _HALF_TERMS:
            last = date(summer - back, month, day)
            if last <= today:
                found[last.isoformat()] = f"{name} {_school_year(summer)}"
    return found


_HALF_TERMS = (
    ("Summer 2", 7, 15, 0),
    ("Summer 1", 5, 25, 0),
    ("Spring 2", 3, 25, 0),
    ("Spring 1", 2, 10, 0),
    ("Autumn 2", 12, 15, 1),
    ("Autumn 1", 10, 20, 1),
)


def _school_years_of(dates: pd.Series, *, otherwise: int) -> np.ndarray:
    """The summer of the school year that each day lies in."""
    days = pd.to_datetime(dates.astype(str), format="%Y-%m-%d", errors="coerce")
    return (days.dt.year + (days.dt.month >= 9)).fillna(otherwise).to_numpy(int)


def _school_year(summer: int) -> str:
    return f"{summer - 1}/{summer % 100:02d}"


def _unreadable(file: NamedFile) -> Fault:
    remedy = "Open it in Excel, copy the table into a new workbook, save that, and choose it."
    return Fault(file=file.name, rule="it cannot be read", remedy=remedy)


def _no_rows(file: NamedFile) -> Fault:
    remedy = "Fill in a row for each pupil below the headings, or export the file again."
    return Fault(file=file.name, rule="there are headings, and no rows below them", remedy=remedy)


def _no_pupils(files: Sequence[NamedFile]) -> Fault:
    return Fault(
        file=", ".join(file.name for file in files) or "no file",
        rule="there is no table of pupils here",
        remedy="Load a file with a row for each pupil and a column UPN as well: an export of pupils, or the template.",
    )
