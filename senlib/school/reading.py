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
from senlib.school.file_answers import FileAnswers
from senlib.school.file_formats import format_of
from senlib.school.files import NamedFile
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
from senlib.school.read_ctf import read_ctf
from senlib.school.read_tables import RawTable, read_tables

# So many headings are named in a note, and so much of each.
_NAMED, _SHORT = 10, 60


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
    """What was read, file by file: the tables that are lists, and the CTFs, with all that is to be told of them."""

    framework: Framework
    answers: FileAnswers
    academic_year: int
    progress: Callable[[str], None]
    files: list[NamedFile] = field(default_factory=list)
    matches: list[tuple[NamedFile, Matched]] = field(default_factory=list)
    ctfs: list[SchoolList] = field(default_factory=list)
    columns: list[ReviewedColumn] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ctf_notes: dict[str, list[str]] = field(default_factory=dict)

    def read(self, files: Sequence[NamedFile]) -> None:
        """Read these files; nothing in them makes it raise."""
        self.files = self._each_file_once(files)
        for number, file in enumerate(self.files, start=1):
            self.progress(f"Reading {file.name} ({number:,} of {len(self.files):,})")
            try:
                self._read(file)
            except FaultyFile as faulty:
                self.faults += faulty.faults
            except (
                ValueError,
                ArithmeticError,
                LookupError,
                MemoryError,
                RecursionError,
            ):
                # Whatever a file holds, she is told which one it is; the message of such an error may hold its values.
                self.faults.append(_unreadable(file))
        self._tell_ctf_notes()

    def _each_file_once(self, files: Sequence[NamedFile]) -> list[NamedFile]:
        """The files without those that hold the same as another, and each under a name of its own."""
        kept: dict[str, NamedFile] = {}
        names: dict[bytes, str] = {}
        for file in files:
            digest = _digest(file)
            if digest and digest in names:
                first = names[digest]
                self.notes.append(
                    f"{first} was chosen twice. It was read once."
                    if first == file.name
                    else f"{file.name} is the same as {first}, and was left out."
                )
                continue
            times = sum(
                1 for one in kept.values() if one.name.split(" (file ")[0] == file.name
            )
            name = f"{file.name} (file {times + 1})" if times else file.name
            kept[name] = replace(file, name=name)
            names[digest] = name
        return list(kept.values())

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
            match
            for _, match in found
            if match and (len(match.table.rows) or match.table.faults)
        ]
        if not with_rows:
            self.faults.append(_no_rows(file))
        for table, match in found:
            if match is None:
                self.notes.append(
                    f"{table.file}: no heading was recognised, so it was left out."
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
                        cells_of(table.columns[column.index]),
                        column,
                        framework=self.framework,
                    ),
                    remark=column.remark,
                )
            )
            if column.remark:
                self.notes.append(
                    f"{table.file}, column ‘{column.heading}’: {column.remark}."
                )
        self._note_what_is_unknown(match)
        self.faults += table.faults
        self.faults += [
            replace(fault, stops=not beside_others) for fault in missing(match)
        ]
        if not missing(match):
            self.matches.append((file, match))

    def _note_what_is_unknown(self, match: Matched) -> None:
        """Say which columns were not recognised, and where one of DfE's files holds no result that is used."""
        file = match.table.file
        unknown = [
            column.heading[:_SHORT] for column in match.columns if not column.meaning
        ]
        if unknown:
            shown = ", ".join(f"‘{heading}’" for heading in unknown[:_NAMED])
            more = (
                f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
            )
            what = (
                "1 column was"
                if len(unknown) == 1
                else f"{len(unknown):,} columns were"
            )
            self.notes.append(
                f"{file}: {what} not recognised and left out: {shown}{more}."
            )
        if (
            headings.is_dfe(match.table.headings)
            and not match.results
            and not match.long
        ):
            self.notes.append(
                f"{file}: this is one of DfE’s pupil files, with no key stage 2 scores or GCSE grades. "
                "Only the columns about pupils were read."
            )

    def _review_unknown(self, table: RawTable) -> None:
        for index, heading in enumerate(table.headings):
            held = cells_of(table.columns[index])
            words = f"{held.filled:,} filled in"
            self.columns.append(
                ReviewedColumn(table.file, heading, "", "", left_out=True, holds=words)
            )

    def _ctf(self, file: NamedFile) -> SchoolList:
        """A Common Transfer File as a list. What it says of attendance in a year that is over is left out."""
        pupils, results, notes, year, leaving = read_ctf(file, framework=self.framework)
        for note in notes:
            self._note_of_ctf(file, note.removeprefix(f"{file.name}: "))
        if (
            year is not None
            and year < self.academic_year
            and "attendance" in pupils.data
        ):
            if (pupils.data["attendance"] != "").any():
                told = f"attendance of {school_year(year)} was left out, because that year is over."
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
            who = (
                names[0]
                if len(names) == 1
                else f"{len(names):,} CTF files, such as {names[0]}"
            )
            self.notes.append(f"{who}: {text}")


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
