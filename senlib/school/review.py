"""The review: what is made of a school's files, told before anything is kept, with the questions that are hers to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
import pandera.pandas as pa

from senlib.frameworks import Framework
from senlib.school import checking, joining, questions, schema, school_years
from senlib.school.faults import Fault, FaultyFile
from senlib.school.file_answers import FileAnswers
from senlib.school.files import NamedFile, SourceFile, SourceRows
from senlib.school.findings import Findings
from senlib.school.joining_results import joined_results
from senlib.school.lists import SchoolList, SchoolLists, dated, has_undated, of_table
from senlib.school.matching import Matched, likely_stage
from senlib.school.questions import NOT_KNOWN, Question
from senlib.school.reading import Progress, Reading, ReviewedColumn

# From this share of a year group's pupils on, a year group with results of the stage's end has finished it.
_MOST = 0.5
# A school year is over when August has come.
_SUMMER_ENDS = (8, 1)


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
    def stopping(self) -> list[Fault]:
        """The faults that stop the load."""
        return [fault for fault in self.faults if fault.stops]

    @property
    def loads(self) -> bool:
        """Whether a school came of it."""
        return not self.stopping

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
        raise FaultyFile(review.stopping)
    return review


def review_files(
    files: Sequence[NamedFile],
    *,
    framework: Framework,
    answers: FileAnswers | None = None,
    academic_year: int,
    today: date | None = None,
    progress: Progress = lambda words: None,
) -> Review:
    """Read CSV, XLSX and CTF files as one school, and say what came of it; nothing in a file makes it raise.

    `academic_year` is the summer in which the school's year ends, `today` the day on which results can be known. `progress` is
    told in words how far it is.
    """
    reviewing = _Reviewing(
        framework=framework,
        academic_year=academic_year,
        today=today or date.today(),
        findings=Findings(answers or FileAnswers()),
        progress=progress,
    )
    return reviewing.of(files)


@dataclass
class _Reviewing:
    """One review under way."""

    framework: Framework
    academic_year: int
    today: date
    findings: Findings
    progress: Progress
    matches: list[tuple[NamedFile, Matched]] = field(default_factory=list)

    def of(self, files: Sequence[NamedFile]) -> Review:
        """The review of these files."""
        by, year, findings = self.framework, self.academic_year, self.findings
        reading = Reading(by, year, findings, self.progress)
        reading.read(files)
        self.matches = reading.matches
        self.progress("Putting the lists together")
        lists = [self._list(*match, year=year) for match in self.matches]
        lists += reading.ctfs
        tells_of_pupils = any(
            not one.long or len(one.pupils.data.columns) for one in lists
        )
        if not tells_of_pupils and not findings.faults:
            findings.faults.append(_no_pupils(reading.files))
        lists = self._in_their_years(lists)
        pupils, results = self._joined(lists)
        stopped = any(fault.stops for fault in findings.faults)

        def typed(table: pd.DataFrame, of: pa.DataFrameSchema) -> pd.DataFrame:
            rows = table.iloc[:0] if stopped else table
            return schema.typed(rows, schema=of, framework=by)

        return Review(
            framework=by,
            academic_year=year,
            pupils=typed(pupils, schema.pupils_schema(by)),
            results=typed(results, schema.results_schema(by)),
            columns=tuple(reading.columns),
            notes=tuple(dict.fromkeys(findings.notes)),
            questions=tuple(findings.questions.values()),
            faults=tuple(dict.fromkeys(findings.faults)),
            sources=tuple(self._source(file.name, lists) for file in reading.files),
        )

    # -- what the lists do not say of themselves --

    def _list(self, file: NamedFile, match: Matched, *, year: int) -> SchoolList:
        """The list in a table, with the stage and the date of its results as she says, where the table does not."""
        one = of_table(
            match,
            name=file.name,
            framework=self.framework,
            stage=self._stage(match) if match.untold else "",
            academic_year=year,
            today=self.today,
        )
        now = self._now_date(one) if has_undated(one) else NOT_KNOWN
        return one if now == NOT_KNOWN else dated(one, now=now)

    def _stage(self, match: Matched) -> str:
        """The stage of results that name none."""
        proposal = likely_stage(match, self.framework)
        question = questions.which_stage(
            match.table.file, framework=self.framework, proposal=proposal
        )
        return self.findings.ask(question)

    def _now_date(self, one: SchoolList) -> str:
        """Of what date the current results of a list are."""
        answers = self.findings.answers
        said = answers.questions.get(f"now_date:{one.file}", "")
        question = questions.which_date(
            one.file,
            framework=self.framework,
            academic_year=self.academic_year,
            today=self.today,
            dated=answers.dated.get(one.name, ""),
            said=said if schema.is_date(said) else "",
        )
        return self.findings.ask(question)

    def _in_their_years(self, lists: SchoolLists) -> list[SchoolList]:
        """The lists, each with the school year that it tells of: hers to say where results lie in a summer to come."""
        ids = joining.numbers_of(lists)
        outcomes = self._with_outcomes(lists, ids)
        in_years = []
        for place, one in enumerate(lists):
            if one.year is None and one.years is None:
                year = self._year_of(one, ids[place], outcomes)
                from_table = place < len(self.matches)
                if from_table and year != self.academic_year:
                    one = self._list(*self.matches[place], year=year)
                one = replace(one, year=year)
            in_years.append(one)
        return in_years

    def _with_outcomes(
        self, lists: SchoolLists, ids: Sequence[np.ndarray]
    ) -> dict[str, set[str]]:
        """Who has a result in a core subject at the end of each stage."""
        pupils: dict[str, set[str]] = {
            stage.name: set() for stage in self.framework.stages
        }
        core = self.framework.core_subjects()
        subject_of = self.framework.subject
        for one, numbers in zip(lists, ids, strict=True):
            for part, at in zip(one.results, one.at, strict=True):
                stages = schema.each_distinct(part.data["stage"])
                subjects = schema.each_distinct(part.data["subject"], subject_of)
                filled = schema.each_distinct(part.data["result"]) != ""
                of_core = subjects.isin(core) & filled
                for stage, of_stage in pupils.items():
                    rows = of_core & (stages == stage)
                    of_stage.update(numbers[at[rows.to_numpy()]])
        return pupils

    def _year_of(
        self, one: SchoolList, numbers: np.ndarray, outcomes: Mapping[str, set[str]]
    ) -> int:
        """The school year that a list tells of: last year's, where its oldest have results that they could not have yet."""
        this_year = self.academic_year
        data = one.pupils.data
        is_over = self.today >= date(this_year, *_SUMMER_ENDS)
        if "year_group" not in data or is_over:
            return this_year
        years = schema.each_distinct(data["year_group"], schema.whole_number)
        for stage in self.framework.stages:
            is_at_end = years == str(stage.ends_in_year)
            at_end = numbers[is_at_end.to_numpy()]
            finished = outcomes[stage.name]
            with_result = sum(number in finished for number in at_end)
            if with_result and with_result >= _MOST * len(at_end):
                question = questions.which_school_year(
                    one.file,
                    stage=stage,
                    with_result=with_result,
                    pupils=len(at_end),
                    academic_year=this_year,
                )
                return int(self.findings.ask(question))
        return this_year

    # -- joining and checking --

    def _joined(self, lists: SchoolLists) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The pupils and the results of all lists."""
        findings = self.findings
        ids = joining.numbers_of(lists)
        findings.notes += joining.lost_zeros(lists)
        for one in lists:
            findings.notes += one.notes
            has_upn = (one.upns != "").any()
            if one.number_heading and len(one.upns) and not has_upn:
                findings.notes.append(
                    f"{one.file}: there is no UPN, so pupils were matched by column ‘{one.number_heading}’."
                )
        pupils = self._pupils(lists, ids)
        results = joined_results(
            lists, ids, pupils, framework=self.framework, findings=findings
        )
        return pupils, results

    def _pupils(self, lists: SchoolLists, ids: Sequence[np.ndarray]) -> pd.DataFrame:
        """The pupils of all lists, one row each, in their years."""
        columns = list(schema.pupils_schema(self.framework).columns)
        others = [name for name in columns if name != "pupil_id"]
        year, findings = self.academic_year, self.findings
        tall = self._rows(lists, ids)
        tall = school_years.restated(tall, lists, findings, academic_year=year)
        tall = tall[tall["pupil_id"] != ""]
        tall = joining.without_strangers(tall, lists, findings)
        pupils = joining.merged(tall, lists, columns=others, findings=findings)
        pupils = self._without_blanks(pupils)
        pupils = school_years.with_years_of_results(
            pupils, lists, ids, findings, academic_year=year
        )
        pupils = school_years.with_leavers(pupils, tall, today=self.today)
        return pupils[columns]

    def _rows(self, lists: SchoolLists, ids: Sequence[np.ndarray]) -> pd.DataFrame:
        """The rows of all lists, canonical and checked, each with its list (`list`) and its row there (`at`)."""
        by, needed = self.framework, checking.NEEDED
        of = schema.pupils_schema(by)
        parts = []
        for one, numbers in zip(lists, ids, strict=True):
            column = pd.Categorical(numbers)
            data = one.pupils.data.assign(pupil_id=column)
            parts.append(replace(one.pupils, data=data))
        joined = checking.joined(parts, of)
        raw, errors = checking.without_errors(joined, parts, needed=needed)
        self.findings.faults += errors
        tall = schema.canonical(raw, schema=of, framework=by)
        tall["on_roll"] = _canonical_on_roll(raw, tall)
        tall, misfits = checking.checked(tall, parts, of, framework=by, needed=needed)
        stated = {fault.cell for fault in self.findings.faults}
        # A second table of results alone says nothing of pupils; a row without a number is a fault where its results are.
        self.findings.faults += [fault for fault in misfits if fault.cell not in stated]
        tall = self._mixed_shares(tall, parts)
        lengths = np.array([len(part.rows) for part in parts], int)
        places = np.repeat(np.arange(len(parts)), lengths)
        tall = tall.assign(list=places)
        at = tall.groupby("list").cumcount()
        return tall.assign(at=at)

    def _mixed_shares(
        self, tall: pd.DataFrame, parts: Sequence[SourceRows]
    ) -> pd.DataFrame:
        """Attendance without fractions of 1 that stand among percentages: nobody can tell what they are."""
        share = schema.numbers(tall["attendance"])
        suspect = (share > 0) & (share <= 1)
        rows = np.flatnonzero(suspect)
        for part, place in checking.places(parts, rows):
            fault = part.fault(
                place,
                column="attendance",
                rule="a decimal among percentages",
                remedy="Write all of them as percentages, such as 93.4, and choose the file again.",
                stops=False,
            )
            self.findings.faults.append(fault)
        attendance = tall["attendance"].mask(suspect, "")
        return tall.assign(attendance=attendance)

    def _without_blanks(self, pupils: pd.DataFrame) -> pd.DataFrame:
        """The pupils with a blank for SEN read as she says: many exports leave it blank where there is none."""
        provision = pupils["sen_provision"]
        blank = provision == ""
        codes = provision[~blank]
        if not blank.any() or codes.empty:
            return pupils
        sides = self.framework.sen_groups
        none = next(code for code, side in sides.items() if side == "no SEN")
        sides_now = codes.map(sides)
        with_sen = int((sides_now == "SEN").sum())
        number = int(blank.sum())
        often_blank = with_sen and not (codes == none).any()
        question = questions.blank_sen(
            blank=number,
            pupils=len(pupils),
            with_sen=with_sen,
            none=none,
            proposal=none if often_blank else NOT_KNOWN,
        )
        if self.findings.ask(question) != none:
            return pupils
        self.findings.notes.append(
            f"Blanks in SEN were read as no SEN ({questions.in_words(number)})."
        )
        provision = provision.mask(blank, none)
        return pupils.assign(sen_provision=provision)

    def _source(self, file: str, lists: SchoolLists) -> SourceFile:
        """What came from a file."""
        answers = self.findings.answers
        numbers: set[str] = set()
        results = 0
        for one in lists:
            if one.name == file:
                # Each by the UPN, and only without one by the school's own number.
                numbers.update(np.where(one.upns == "", one.own_numbers, one.upns))
                results += sum(map(len, one.at))
        return SourceFile(
            file=file,
            pupils=len(numbers - {""}),
            results=results,
            supplied_by=answers.supplied_by.get(file, ""),
            dated=answers.dated.get(file, ""),
        )


def _canonical_on_roll(raw: pd.DataFrame, tall: pd.DataFrame) -> pd.Series:
    """Whether a pupil is on roll as the file says, blank where it does not: what a blank means is decided when lists are joined."""
    on_roll = tall["on_roll"]
    if "on_roll" not in raw:
        return on_roll.mask(on_roll != "", "")
    blank = schema.each_distinct(raw["on_roll"]) == ""
    return on_roll.mask(blank, "")


def _no_pupils(files: Sequence[NamedFile]) -> Fault:
    return Fault(
        file=", ".join(file.name for file in files) or "no file",
        rule="there is no list of pupils here",
        remedy="Add a list with a row for each pupil and a column headed UPN, such as an export of your pupils.",
    )
