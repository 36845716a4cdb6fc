"""Reads Common Transfer Files: the XML that every school's system in England writes when a pupil moves.

A CTF comes from outside, so it is parsed with entities, document types and outside addresses switched off. Elements are
those of the DfE's CTF guides; a default namespace makes no difference.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from lxml import etree

from senlib.frameworks import NO_RESULT, Framework, Scale
from senlib.school.files import NamedFile, SourceRows, fault

_NOT_CTF = "Export a Common Transfer File (CTF) from the school’s system, or choose a CSV file or an Excel workbook (.xlsx)."
_AGAIN = "Export the file again, and choose it without changing it."
# The DfE's numbers for sex in older files.
_SEX = {"1": "M", "2": "F"}
_METHODS = {"TT": "test", "TA": "teacher"}
# Which results are given on a scale: NL is a level, NP a P scale, NS a scaled score.
_QUALIFIERS = {"levels": ("NL", "NP"), "scaled_score": ("NS",)}
# Teachers' standards and pre-key-stage standards come under several qualifiers: they are taken for what they are, whatever
# stands there, but marks (NM) and ages (NA) are never looked at.
_NO_STANDARDS = ("NM", "NA")
_SUBJECTS = ("ENG", "MAT", "SCI", "REA")
# A component is a part of a subject, unless it stands for the whole of it.
_WHOLE = ("", "SUB", "TST", "ALL")
# Why results are left out, as a note tells it after their number.
_PART = "for part of a subject {was} left out, because only whole subjects are compared"
_OTHER_SCALE = "on another scale {was} left out"
_UNKNOWN = "{was} not recognised and left out"
# From the summer of key stage 2 to that of Year 11.
_YEARS_FROM_KS2 = 5
# Pupils whom no year group of the national curriculum fits, and mixed classes.
_NO_YEAR_GROUP = ("X", "M")
# An estimate or a target is no result.
_NO_RESULT_YET = ("E", "T")

_HEADINGS = {
    "pupil_id": "UPN",
    "forename": "Forename",
    "surname": "Surname",
    "sex": "Sex",
    "year_group": "NCyearActual",
    "ethnicity": "Ethnicity",
    "language": "Language",
    "sen_provision": "SENprovision",
    "need": "SENtype",
    "need_2": "SENtype",
    "attendance": "SessionsAttended",
    "stage": "Stage",
    "subject": "Subject",
    "kind": "Method",
    "result": "Result",
}

_OF_RESULT = ("stage", "subject", "kind", "result")

# A value and the line of the element that it came from.
Cell = tuple[str, int]


class ReadCtf(NamedTuple):
    """What a CTF holds.

    `academic_year` is the summer in which the file's own school year ends (None: it does not say): its year groups and its
    attendance are of that year. `notes` tell what was passed over, and codes by their numbers. `leaving` is, pupil by
    pupil, the summer of Year 11 as the year of the key stage 2 results tells it, '' where it does not.
    """

    pupils: SourceRows
    results: SourceRows
    notes: list[str]
    academic_year: int | None
    leaving: np.ndarray


class _CtfResult(NamedTuple):
    """A result as it is met: its year, its line, its cells, and whether it is given on the scale of its stage."""

    year: str
    line: int
    cells: dict[str, Cell]
    on_scale: bool

    @property
    def stage(self) -> str:
        return self.cells["stage"][0]

    @property
    def text(self) -> str:
        return self.cells["result"][0]


@dataclass
class _Gathering:
    """Rows as they are met, column by column."""

    cells: list[dict[str, Cell]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, row: int, cells: dict[str, Cell]) -> None:
        self.cells.append(cells)
        self.rows.append(row)

    def part(self, file: str, columns: Iterable[str]) -> SourceRows:
        data, lines = {}, {}
        for name in columns:
            column = [cells[name] for cells in self.cells]
            data[name] = [text for text, _ in column]
            numbers = [line for _, line in column]
            lines[name] = np.array(numbers, int)
        return SourceRows(
            file=file,
            data=pd.DataFrame(data, dtype=str),
            rows=np.array(self.rows, int),
            headings=_HEADINGS,
            lines=lines,
        )


def read_ctf(file: NamedFile, *, framework: Framework) -> ReadCtf:
    """The pupils and the results of a CTF, its school year, and notes on what was passed over. Rows are lines of the file.

    A pupil's current SEN provision is the latest by StartDate, needs go by rank, attendance is of the latest year.
    Dates of birth are not read. Results that the framework cannot read are passed over, and counted in the notes. Raises
    FaultyFile where the file is no CTF, is broken, or declares a document type.
    """
    pupils, results = _Gathering(), _Gathering()
    passed_over: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    header: dict[str, str] = {}
    leaving: list[str] = []
    for pupil in _pupils(file, header):
        cells = _pupil_cells(pupil)
        pupils.add(pupil.sourceline, cells)
        accepted = _results(pupil, framework, passed_over)
        taken = list(_latest(accepted, framework))
        leaving.append(_leaving(taken))
        for result in taken:
            row = {"pupil_id": cells["pupil_id"], **result.cells}
            results.add(result.line, row)
            scale = framework.scale_of(result.stage)
            name = scale.parse(result.text)
            if name is not None and scale.is_code(name):
                codes[name] += 1
    if not pupils.rows:
        raise fault(file.name, "the file holds no pupils", _AGAIN)
    columns = [name for name in _HEADINGS if name not in _OF_RESULT]
    return ReadCtf(
        pupils=pupils.part(file.name, columns),
        results=results.part(file.name, ["pupil_id", *_OF_RESULT]),
        notes=_notes(file.name, passed_over, codes),
        academic_year=_academic_year(header),
        leaving=np.array(leaving, object),
    )


def _leaving(results: Iterable[_CtfResult]) -> str:
    """The summer of Year 11 by the latest year in which there are key stage 2 results; '' where there are none."""
    years = [result.year for result in results if result.stage == "KS2"]
    known_years = [
        int(year) for year in years if re.fullmatch(r"(19|20)[0-9]{2}", year)
    ]
    return f"{max(known_years) + _YEARS_FROM_KS2}" if known_years else ""


def _notes(file: str, passed_over: Counter[str], codes: Counter[str]) -> list[str]:
    """What was passed over and why, and which codes stand in place of a score, each with its number."""
    notes = [
        f"{file}: {number:,} {'result' if number == 1 else 'results'} {why.format(was='was' if number == 1 else 'were')}."
        for why, number in passed_over.items()
    ]
    if codes:
        counts = ", ".join(f"{name} ({codes[name]:,})" for name in sorted(codes))
        notes.append(f"{file}: codes instead of a level or score: {counts}.")
    return notes


def _academic_year(header: dict[str, str]) -> int | None:
    """The summer in which the file's school year ends: AcademicYear 2025 is 2025/26.

    A school year cannot begin after the file was written: where AcademicYear says so, it is the year's end that is meant.

    >>> _academic_year({"AcademicYear": "2025", "DateTime": "2026-07-01T08:00:00"})
    2026
    >>> _academic_year({"AcademicYear": "2026", "DateTime": "2026-07-01T08:00:00"})
    2026
    >>> _academic_year({"DateTime": "2026-09-05T08:00:00"}), _academic_year({})
    (2027, None)
    """
    starts = []
    if year := re.match(r"(20[0-9]{2})(?![0-9])", header.get("AcademicYear", "")):
        starts.append(int(year[1]))
    if date := re.match(r"(20[0-9]{2})-(0[1-9]|1[0-2])", header.get("DateTime", "")):
        # Files of August are of the year that has just ended.
        before_september = int(date[2]) < 9
        starts.append(int(date[1]) - before_september)
    return min(starts) + 1 if starts else None


def _pupils(file: NamedFile, header: dict[str, str]) -> Iterator[etree._Element]:
    """Each Pupil in turn; what has been read is let go, so that a large file needs little memory. Fills `header` on the way."""
    with file.open() as stream:
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        try:
            _, root = next(events)
            if root.getroottree().docinfo.doctype:
                raise fault(
                    file.name,
                    "the file declares a document type, which a Common Transfer File never does",
                    _NOT_CTF,
                )
            if etree.QName(root).localname != "CTfile":
                raise fault(file.name, "this is not a Common Transfer File", _NOT_CTF)
            for event, element in events:
                if event == "start" or not isinstance(element.tag, str):
                    continue
                name = etree.QName(element).localname
                if name == "Header":
                    header["AcademicYear"] = _cell(element, ".//{*}AcademicYear")[0]
                    header["DateTime"] = _cell(element, "DateTime")[0]
                elif name == "Pupil":
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            line = error.lineno if error.lineno else None
            raise fault(
                file.name, "the file is damaged here, or incomplete", _AGAIN, row=line
            ) from error


def _pupil_cells(pupil: etree._Element) -> dict[str, Cell]:
    upn, line = _cell(pupil, "UPN")
    sex = _cell(pupil, "Sex")
    sex = sex if sex[0] else _cell(pupil, "Gender")
    code, sex_line = sex
    first, second = _needs(pupil)
    return {
        "pupil_id": (upn.upper(), line),
        "forename": _cell(pupil, "Forename"),
        "surname": _cell(pupil, "Surname"),
        "sex": (_SEX.get(code, code), sex_line),
        "year_group": _year_group(pupil),
        "ethnicity": _cell(pupil, ".//{*}BasicDetails/{*}Ethnicity"),
        "language": _language(pupil),
        "sen_provision": _sen_provision(pupil),
        "need": first,
        "need_2": second,
        "attendance": _attendance(pupil),
    }


def _year_group(pupil: etree._Element) -> Cell:
    text, line = _cell(pupil, ".//{*}BasicDetails/{*}NCyearActual")
    return "" if text in _NO_YEAR_GROUP else text, line


def _cell(element: etree._Element, path: str) -> Cell:
    """The text at a path and its line; '' and the element's own line where there is none."""
    child = element.find(path if "{" in path else f"{{*}}{path}")
    if child is None:
        return "", element.sourceline
    text = "".join(child.itertext()).strip()
    return text, child.sourceline


def _language(pupil: etree._Element) -> Cell:
    """The first language (type F), or the only one that is given."""
    languages = pupil.findall(".//{*}BasicDetails/{*}Languages/{*}Type")

    def is_additional(language: etree._Element) -> bool:
        return _cell(language, "LanguageType")[0] != "F"

    languages.sort(key=is_additional)
    return (
        _cell(languages[0], "Language")
        if languages
        else _cell(pupil, ".//{*}BasicDetails/{*}Languages/{*}Language")
    )


def _sen_provision(pupil: etree._Element) -> Cell:
    rows = pupil.findall(".//{*}SENhistory/{*}SEN")
    if not rows:
        return "", pupil.sourceline

    # Of two that begin on one day the later in the file stands: max keeps the first, so they are met from the end.
    def start(row: etree._Element) -> str:
        return _cell(row, "StartDate")[0]

    latest = max(reversed(rows), key=start)
    return _cell(latest, "SENprovision")


def _needs(pupil: etree._Element) -> tuple[Cell, Cell]:
    """The needs of rank 1 and 2 that have not ended."""
    needs = [
        need
        for need in pupil.iterfind(".//{*}SENhistory//{*}SENneed")
        if not _cell(need, "NeedEndDate")[0]
    ]
    last = len(needs) + 1

    def rank(need: etree._Element) -> int:
        text, _ = _cell(need, "SENtypeRank")
        return int(text) if re.fullmatch(r"\d{1,9}", text) else last

    needs.sort(key=rank)
    cells = [_cell(need, "SENtype") for need in needs[:2]]
    nothing = ("", pupil.sourceline)
    first, second = [*cells, nothing, nothing][:2]
    return first, second


def _attendance(pupil: etree._Element) -> Cell:
    """Sessions attended of those possible, percent, over all schools of the latest year."""
    years = [
        possible.getparent()
        for possible in pupil.iterfind(".//{*}Attendance//{*}SessionsPossible")
    ]
    if not years:
        return "", pupil.sourceline

    def name_of(year: etree._Element) -> str:
        return _cell(year, "Year")[0]

    latest = max(map(name_of, years))
    years = [year for year in years if name_of(year) == latest]
    line = _cell(years[-1], "SessionsAttended")[1]
    counts = [
        (_cell(year, "SessionsAttended")[0], _cell(year, "SessionsPossible")[0])
        for year in years
    ]
    # A year has some 380 sessions: what has more than four digits is no count of them.
    if not all(re.fullmatch(r"[0-9]{1,4}", text) for pair in counts for text in pair):
        return "not a number", line
    attended, possible = (
        sum(int(count) for count in column) for column in zip(*counts, strict=True)
    )
    return (f"{100 * attended / possible:.1f}" if possible else ""), line


def _results(
    pupil: etree._Element, framework: Framework, passed_over: Counter[str]
) -> Iterator[_CtfResult]:
    """Each result that the framework takes."""
    own = [subject.name for subject in framework.subjects]
    for key_stage in pupil.iterfind(".//{*}StageAssessments/{*}KeyStage"):
        stage = _cell(key_stage, "Stage")
        if stage[0] not in framework.result_stages():
            continue
        scale = framework.scale_of(stage[0])
        for assessment in key_stage.iterfind("{*}StageAssessment"):
            cells_of = {
                name: _cell(assessment, name)
                for name in ("Subject", "Component", "Method", "Result")
            }
            method = cells_of["Method"][0]
            result = cells_of["Result"][0]
            qualifier = _cell(assessment, "ResultQualifier")[0]
            on_scale = qualifier in _QUALIFIERS.get(scale.name, ())
            if (
                qualifier in _NO_STANDARDS
                or not (on_scale or result)
                or method not in _METHODS
                or _cell(assessment, "ResultStatus")[0] in _NO_RESULT_YET
                or cells_of["Subject"][0] not in _SUBJECTS
            ):
                continue
            subject = _subject(cells_of["Subject"][0], cells_of["Component"][0])
            if subject == "":
                passed_over[_PART] += 1
            elif framework.subject(subject) not in own:
                continue
            elif not (on_scale or _is_standard(result, scale)):
                passed_over[_OTHER_SCALE] += 1
            elif result and scale.parse(result) is None:
                passed_over[_UNKNOWN] += 1
            else:
                cells = {
                    "stage": stage,
                    "subject": (subject, cells_of["Subject"][1]),
                    "kind": (_METHODS[method], cells_of["Method"][1]),
                    "result": cells_of["Result"],
                }
                year = _cell(assessment, "Year")[0]
                yield _CtfResult(year, assessment.sourceline, cells, on_scale)


def _is_standard(result: str, scale: Scale) -> bool:
    """Whether a result that is not given on the scale is a code of it, where the scale knows teachers' standards."""
    name = scale.parse(result)
    known = any(code.kind == "standard" for code in scale.codes)
    return known and name is not None and scale.is_code(name)


def _subject(subject: str, component: str) -> str:
    """The subject's code, or '' where the result is of a part of it."""
    if component in (*_WHOLE, subject):
        return subject
    return "REA" if component == "REA" else ""


def _latest(
    results: Iterable[_CtfResult], framework: Framework
) -> Iterator[_CtfResult]:
    """Of results for one stage, subject and method those of the latest year; of these, what is given on the scale.

    What is not is one judgement in several codes ('below the pre-key stage', and the P scale): the one that tells most.
    """
    by_key: dict[tuple[str, ...], list[_CtfResult]] = {}
    for result in results:
        key = tuple(result.cells[name][0] for name in ("stage", "subject", "kind"))
        by_key.setdefault(key, []).append(result)
    for (stage, *_), same in by_key.items():
        year = max(result.year for result in same)
        latest = [result for result in same if result.year == year]
        on_scale = [result for result in latest if result.on_scale]
        scale = framework.scale_of(stage)
        yield from on_scale or [max(latest, key=lambda result: _tells(result, scale))]


def _tells(result: _CtfResult, scale: Scale) -> tuple[bool, bool, bool]:
    """How much a code tells: a score, else that the pupil stands below the test, else a standard."""
    name = scale.parse(result.text) or NO_RESULT
    return (
        not math.isnan(scale.points(name)),
        scale.is_result(name),
        scale.is_standard(name),
    )
