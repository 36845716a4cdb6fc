"""Reads the files that were chosen: the tables and CTFs in them, what each of their columns was taken for, and what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from senlib.frameworks import Framework
from senlib.school import headings
from senlib.school.cells import cells_of
from senlib.school.contents import holds
from senlib.school.faults import Fault, FaultyFile
from senlib.school.file_formats import format_of
from senlib.school.files import NamedFile
from senlib.school.findings import Findings
from senlib.school.lists import SchoolList
from senlib.school.matching import (
    Matched,
    is_national,
    matched,
    missing,
    national_table,
    no_table,
)
from senlib.school.questions import school_year
from senlib.school.raw_tables import RawTable
from senlib.school.read_ctf import read_ctf
from senlib.school.read_tables import read_tables
from senlib.text import first_few

# So much of a heading is written in a note.
_SHORT = 60
# What reading a file that is none of a school's may end in.
_UNREADABLE = ValueError, ArithmeticError, LookupError, MemoryError, RecursionError


# Is given, in words, how far the reading is.
Progress = Callable[[str], None]


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


@dataclass
class Reading:
    """What was read, file by file: the tables that are lists, and the CTFs."""

    framework: Framework
    academic_year: int
    findings: Findings
    progress: Progress
    files: list[NamedFile] = field(default_factory=list)
    matches: list[tuple[NamedFile, Matched]] = field(default_factory=list)
    ctfs: list[SchoolList] = field(default_factory=list)
    columns: list[ReviewedColumn] = field(default_factory=list)
    ctf_notes: dict[str, list[str]] = field(default_factory=dict)

    def read(self, files: Sequence[NamedFile]) -> None:
        """Read these files; nothing in them makes it raise."""
        self.files = self._each_file_once(files)
        for number, file in enumerate(self.files, start=1):
            self.progress(f"Reading {file.name} ({number:,} of {len(self.files):,})")
            try:
                self._read(file)
            except FaultyFile as faulty:
                self.findings.faults += faulty.faults
            except _UNREADABLE:
                # Whatever is in a file, she reads which one it is; the message of such an error may quote its values.
                self.findings.faults.append(_unreadable(file))
        self._note_ctfs()

    def _each_file_once(self, files: Sequence[NamedFile]) -> list[NamedFile]:
        """The files without those that are the same as another, and each under a name of its own."""
        different: dict[str, NamedFile] = {}
        names: dict[bytes, str] = {}
        for file in files:
            digest = _digest(file)
            first = names.get(digest, "")
            if first == file.name:
                self.findings.notes.append(
                    f"{first} was chosen twice. It was read once."
                )
            elif first:
                note = f"{file.name} is the same as {first}, and was left out."
                self.findings.notes.append(note)
            else:
                names_before = [name.split(" (file ")[0] for name in different]
                times = names_before.count(file.name)
                name = f"{file.name} (file {times + 1})" if times else file.name
                different[name] = replace(file, name=name)
                if digest:
                    names[digest] = name
        return list(different.values())

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
            self.findings.faults += [national_table(table) for table in england]
            return
        matches: list[Matched] = []
        unknown: list[RawTable] = []
        answers = self.findings.answers
        for table in tables:
            match = matched(table, framework=self.framework, answers=answers)
            if match:
                matches.append(match)
            else:
                unknown.append(table)
        if not matches:
            self.findings.faults += [no_table(table) for table in tables]
            for table in tables:
                self._review_unknown(table)
            return
        with_rows = [
            match for match in matches if len(match.table.rows) or match.table.faults
        ]
        if not with_rows:
            self.findings.faults.append(_no_rows(file))
        self.findings.notes += [
            f"{table.file}: no heading was recognised, so it was left out."
            for table in unknown
        ]
        whole = any(not missing(match) for match in with_rows)
        for match in with_rows:
            self._take(file, match, beside_others=whole)

    def _take(self, file: NamedFile, match: Matched, *, beside_others: bool) -> None:
        """Note what a table's columns are, and keep it if it has what a table needs.

        One without is left out where the file has others that do.
        """
        table, notes = match.table, self.findings.notes
        notes += [f"{table.file}: {note}" for note in table.notes]
        for column in match.columns:
            texts = cells_of(table.columns[column.index])
            self.columns.append(
                ReviewedColumn(
                    file=table.file,
                    heading=column.heading,
                    meaning=column.meaning,
                    guess=column.guess,
                    left_out=not column.used,
                    holds=holds(texts, column, framework=self.framework),
                    remark=column.remark,
                )
            )
            if column.remark:
                place = f"{table.file}, column ‘{column.heading}’"
                notes.append(f"{place}: {column.remark}.")
        self._note_what_is_unknown(match)
        self.findings.faults += table.faults
        faults = missing(match)
        stops = not beside_others
        self.findings.faults += [replace(fault, stops=stops) for fault in faults]
        if not faults:
            self.matches.append((file, match))

    def _note_what_is_unknown(self, match: Matched) -> None:
        """Say which columns were not recognised, and where one of DfE's files holds no result that is used."""
        file = match.table.file
        columns = [column for column in match.columns if not column.meaning]
        if columns:
            names = first_few([f"‘{column.heading[:_SHORT]}’" for column in columns])
            number = len(columns)
            what = "1 column was" if number == 1 else f"{number:,} columns were"
            self.findings.notes.append(
                f"{file}: {what} not recognised and left out: {names}."
            )
        no_results = not match.results and not match.long
        if no_results and headings.is_dfe(match.table.headings):
            self.findings.notes.append(
                f"{file}: this is one of DfE’s pupil files, with no key stage 2 scores or GCSE grades. "
                "Only the columns about pupils were read."
            )

    def _review_unknown(self, table: RawTable) -> None:
        for index, heading in enumerate(table.headings):
            words = f"{cells_of(table.columns[index]).filled:,} filled in"
            self.columns.append(
                ReviewedColumn(table.file, heading, "", "", left_out=True, holds=words)
            )

    def _ctf(self, file: NamedFile) -> SchoolList:
        """A Common Transfer File as a list. What it says of attendance in a year that is over is left out."""
        pupils, results, notes, year, leaving = read_ctf(file, framework=self.framework)
        data = pupils.data
        upns = data["pupil_id"].to_numpy(object)
        if year is not None and year < self.academic_year:
            if (data["attendance"] != "").any():
                notes = [
                    *notes,
                    f"attendance of {school_year(year)} was left out, because that year is over.",
                ]
            data = data.drop(columns="attendance")
        for note in notes:
            text = note.removeprefix(f"{file.name}: ")
            self.ctf_notes.setdefault(text, []).append(file.name)
        places = {upn: at for at, upn in enumerate(upns)}
        at = results.data["pupil_id"].map(places).to_numpy(int)
        data = data.drop(columns="pupil_id")
        results_data = results.data.drop(columns="pupil_id")
        return SchoolList(
            name=file.name,
            file=file.name,
            pupils=replace(pupils, data=data),
            results=(replace(results, data=results_data),),
            at=(at,),
            upns=upns,
            own_numbers=np.full(len(upns), "", object),
            describes_pupils=bool((data["year_group"] != "").any()),
            ctf=True,
            year=year,
            leaving=leaving,
        )

    def _note_ctfs(self) -> None:
        """Thirty primary schools send thirty files: what is so of many of them is one note."""
        for text, names in self.ctf_notes.items():
            files = f"{len(names):,} CTF files, such as " if len(names) > 1 else ""
            self.findings.notes.append(f"{files}{names[0]}: {text}")


def _digest(file: NamedFile) -> bytes:
    """What tells whether two files hold the same; b'' of one that cannot be read."""
    try:
        with file.open() as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except (OSError, FaultyFile):
        return b""


def _unreadable(file: NamedFile) -> Fault:
    remedy = (
        "Open it in Excel, copy the table into a new workbook, save that and choose it."
    )
    return Fault(file=file.name, rule="this file cannot be read", remedy=remedy)


def _no_rows(file: NamedFile) -> Fault:
    remedy = "Export the list again, or fill in a row for each pupil, and choose the file again."
    return Fault(
        file=file.name, rule="there are headings, but no rows below them", remedy=remedy
    )
