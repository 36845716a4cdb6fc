"""The review: what is made of a school's files, told before anything is kept, with the questions that are hers to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from senlib.frameworks import Framework
from senlib.school import (
    checking,
    headings,
    joining,
    lists,
    questions,
    schema,
    school_years,
)
from senlib.school.faults import Fault, FaultyFile
from senlib.school.file_answers import FileAnswers
from senlib.school.files import NamedFile, SourceFile, SourceRows
from senlib.school.joining_results import joined_results
from senlib.school.lists import SchoolList
from senlib.school.matching import (
    Matched,
    likely_stage,
)
from senlib.school.questions import NOT_KNOWN, Question
from senlib.school.reading import Reading, ReviewedColumn

# From this share of a year group's pupils on, a year group with results of the stage's end has finished it.
_MOST = 0.5
# A school year is over when August has come.
_SUMMER_ENDS = (8, 1)
# So many headings are named in a note, and so much of each.
_NAMED, _SHORT = 10, 60


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
    sources: tuple[SourceFile, ...] = ()

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
    answers: FileAnswers | None = None,
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
        files,
        framework=framework,
        answers=answers,
        academic_year=academic_year,
        today=today,
    )
    if not review.loads:
        raise FaultyFile([fault for fault in review.faults if fault.stops])
    return review


def review_files(
    files: Sequence[NamedFile],
    *,
    framework: Framework,
    answers: FileAnswers | None = None,
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
        answers=answers or FileAnswers(),
        academic_year=academic_year,
        today=today or date.today(),
        progress=progress,
    )
    return reviewing.of(files)


@dataclass
class _Reviewing:
    """One review under way."""

    framework: Framework
    answers: FileAnswers
    academic_year: int
    today: date
    progress: Callable[[str], None]
    matches: list[tuple[NamedFile, Matched]] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, files: Sequence[NamedFile]) -> Review:
        """The review of these files."""
        reading = Reading(
            self.framework, self.answers, self.academic_year, self.progress
        )
        reading.read(files)
        self.faults += reading.faults
        self.notes += reading.notes
        self.matches = reading.matches
        self.progress("Putting the lists together")
        made = [self._list(file, match) for file, match in self.matches] + reading.ctfs
        if not self.faults and all(
            one.long and not len(one.pupils.data.columns) for one in made
        ):
            self.faults.append(_no_pupils(reading.files))
        made = self._in_their_years(made)
        pupils, results = self._joined(made)
        stops = any(fault.stops for fault in self.faults)
        of_pupils, of_results = (
            schema.pupils_schema(self.framework),
            schema.results_schema(self.framework),
        )
        typed = [
            schema.typed(
                table.iloc[:0] if stops else table, schema=of, framework=self.framework
            )
            for table, of in ((pupils, of_pupils), (results, of_results))
        ]
        return Review(
            framework=self.framework,
            academic_year=self.academic_year,
            pupils=typed[0],
            results=typed[1],
            columns=tuple(reading.columns),
            notes=tuple(dict.fromkeys(self.notes)),
            questions=tuple(self.questions.values()),
            faults=tuple(dict.fromkeys(self.faults)),
            sources=self._sources(reading.files, made),
        )

    def ask(self, question: Question) -> str:
        """Her answer to a question, else the proposal; the question is told in the review."""
        question = question.answered(self.answers.questions.get(question.key, ""))
        self.questions[question.key] = question
        return question.answer

    # -- what the lists do not say of themselves --

    def _list(
        self, file: NamedFile, match: Matched, *, year: int | None = None
    ) -> SchoolList:
        """The list in a table, with the stage and the date of its results as she says, where the table does not."""
        stage = self._stage(match) if match.untold else ""
        one = lists.of_table(
            match,
            name=file.name,
            framework=self.framework,
            stage=stage,
            academic_year=year or self.academic_year,
            today=self.today,
        )
        now = self._now_date(one) if lists.has_undated(one) else NOT_KNOWN
        return one if now == NOT_KNOWN else lists.dated(one, now=now)

    def _stage(self, match: Matched) -> str:
        """The stage of results of which none is told."""
        proposal = likely_stage(match, self.framework)
        file = match.table.file
        return self.ask(
            questions.which_stage(file, framework=self.framework, proposal=proposal)
        )

    def _now_date(self, one: SchoolList) -> str:
        """Of what date the current results of a list are."""
        said = self.answers.questions.get(f"now_date:{one.file}", "")
        question = questions.which_date(
            one.file,
            framework=self.framework,
            academic_year=self.academic_year,
            today=self.today,
            dated=self.answers.dated.get(one.name, ""),
            said=said if schema.is_date(said) else "",
        )
        return self.ask(question)

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
        found: dict[str, set[str]] = {
            stage.name: set() for stage in self.framework.stages
        }
        core = self.framework.core_subjects()
        for one, numbers in zip(made, ids, strict=True):
            for part, at in zip(one.results, one.at, strict=True):
                stages = schema.each_distinct(part.data["stage"])
                subjects = schema.each_distinct(
                    part.data["subject"], self.framework.subject
                )
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
        if "year_group" not in one.pupils.data or self.today >= date(
            this_year, *_SUMMER_ENDS
        ):
            return this_year
        years = schema.each_distinct(one.pupils.data["year_group"], schema.whole_number)
        for stage in self.framework.stages:
            at_end = numbers[(years == str(stage.ends_in_year)).to_numpy()]
            if not len(at_end):
                continue
            with_result = sum(number in outcomes[stage.name] for number in at_end)
            if with_result < _MOST * len(at_end):
                continue
            question = questions.which_school_year(
                one.file,
                stage=stage,
                with_result=with_result,
                pupils=len(at_end),
                academic_year=this_year,
            )
            return int(self.ask(question))
        return this_year

    # -- joining and checking --

    def _joined(self, made: Sequence[SchoolList]) -> tuple[pd.DataFrame, pd.DataFrame]:
        ids = joining.numbers_of(made)
        self.notes += joining.lost_zeros(made)
        self._note_numbers(made)
        pupils = self._pupils(made, ids)
        results, faults, notes = joined_results(
            made,
            ids,
            pupils,
            framework=self.framework,
            pupil_faults=self.faults,
            ask=self.ask,
        )
        self.faults += faults
        self.notes += notes
        return pupils.drop(columns="list", errors="ignore"), results

    def _note_numbers(self, made: Sequence[SchoolList]) -> None:
        for one in made:
            self.notes += one.notes
            if len(one.upns) and not (one.upns != "").any() and one.number_heading:
                self.notes.append(
                    f"{one.file}: there is no UPN, so pupils were matched by column ‘{one.number_heading}’."
                )

    def _pupils(
        self, made: Sequence[SchoolList], ids: Sequence[np.ndarray]
    ) -> pd.DataFrame:
        """The pupils of all lists, canonical, checked, joined, in their years."""
        of = schema.pupils_schema(self.framework)
        parts = [
            replace(
                one.pupils,
                data=one.pupils.data.assign(pupil_id=pd.Categorical(numbers)),
            )
            for one, numbers in zip(made, ids, strict=True)
        ]
        raw, faults = checking.without_errors(
            checking.joined(parts, of), parts, needed=checking.NEEDED
        )
        self.faults += faults
        tall = schema.canonical(raw, schema=of, framework=self.framework)
        tall["on_roll"] = _canonical_on_roll(raw, tall)
        places = np.repeat(
            np.arange(len(made)), [len(one.pupils.rows) for one in made]
        ).astype(int)
        at = (
            np.concatenate([np.arange(len(one.pupils.rows)) for one in made])
            if made
            else []
        )
        tall, faults = checking.checked(
            tall, parts, of, framework=self.framework, needed=checking.NEEDED
        )
        stated = {(fault.file, fault.row, fault.column) for fault in self.faults}
        # A second table of results alone says nothing of pupils; a row without a number is told where results are.
        self.faults += [
            fault
            for fault in faults
            if (fault.file, fault.row, fault.column) not in stated
        ]
        tall = self._mixed_shares(tall, parts)
        tall = tall.assign(list=places, at=at)
        tall, notes = school_years.restated(
            tall, made, academic_year=self.academic_year
        )
        self.notes += notes
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
        pupils, notes = school_years.with_years_of_results(
            pupils, made, ids, academic_year=self.academic_year
        )
        self.notes += notes
        return school_years.with_leavers(pupils, tall, today=self.today)[
            [*of.columns, "list"]
        ]

    def _mixed_shares(
        self, tall: pd.DataFrame, parts: Sequence[SourceRows]
    ) -> pd.DataFrame:
        """Attendance without fractions of 1 that stand among percentages: nobody can tell what they are."""
        share = schema.numbers(tall["attendance"])
        suspect = np.flatnonzero((share > 0) & (share <= 1))
        for part, place in checking.places(parts, suspect):
            fault = part.fault(
                place,
                column="attendance",
                rule="a decimal among percentages",
                remedy="Write all of them as percentages, such as 93.4, and choose the file again.",
            )
            self.faults.append(replace(fault, stops=False))
        if len(suspect):
            tall.iloc[suspect, tall.columns.get_loc("attendance")] = ""
        return tall

    def _without_blanks(self, pupils: pd.DataFrame) -> pd.DataFrame:
        """The pupils with a blank for SEN read as she says: many exports leave it blank where there is none."""
        blank = pupils["sen_provision"] == ""
        told = pupils.loc[~blank, "sen_provision"]
        if not blank.any() or told.empty:
            return pupils
        sides = self.framework.sen_groups
        none = next(code for code, side in sides.items() if side == "no SEN")
        with_sen = int(told.map(sides).eq("SEN").sum())
        proposal = NOT_KNOWN if (told == none).any() or not with_sen else none
        question = questions.blank_sen(
            blank=int(blank.sum()),
            pupils=len(pupils),
            with_sen=with_sen,
            none=none,
            proposal=proposal,
        )
        answer = self.ask(question)
        if answer != none:
            return pupils
        self.notes.append(
            f"Blanks in SEN were read as no SEN ({questions.in_words(int(blank.sum()))})."
        )
        return pupils.assign(sen_provision=pupils["sen_provision"].mask(blank, none))

    def _sources(
        self, files: Sequence[NamedFile], made: Sequence[SchoolList]
    ) -> tuple[SourceFile, ...]:
        sources = []
        for file in files:
            mine = [one for one in made if one.name == file.name]
            sources.append(
                SourceFile(
                    file=file.name,
                    # Each by the UPN, and only without one by the school's own number.
                    pupils=len(
                        set().union(
                            *(
                                np.where(one.upns == "", one.own_numbers, one.upns)
                                for one in mine
                            )
                        )
                        - {""}
                    ),
                    results=sum(len(part.rows) for one in mine for part in one.results),
                    supplied_by=self.answers.supplied_by.get(file.name, ""),
                    dated=self.answers.dated.get(file.name, ""),
                )
            )
        return tuple(sources)


def _canonical_on_roll(raw: pd.DataFrame, tall: pd.DataFrame) -> pd.Series:
    """Whether a pupil is on roll as the file says, blank where it does not: what a blank means is decided when lists are joined."""
    if "on_roll" not in raw:
        return pd.Series("", index=tall.index, dtype=str)
    blank = schema.each_distinct(raw["on_roll"]) == ""
    return tall["on_roll"].mask(blank, "")


def _no_pupils(files: Sequence[NamedFile]) -> Fault:
    return Fault(
        file=", ".join(file.name for file in files) or "no file",
        rule="there is no list of pupils here",
        remedy="Add a list with a row for each pupil and a column headed UPN, such as an export of your pupils.",
    )
