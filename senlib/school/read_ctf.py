"""Reads Common Transfer Files: the XML that every school's system in England writes when a pupil moves.

A CTF comes from outside, so it is parsed with entities, document types and outside addresses switched off. Elements are
those of the DfE's CTF guides; a default namespace makes no difference.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from lxml import etree

from senlib.frameworks import NO_RESULT, Framework, Scale
from senlib.school.files import NamedFile, SourceRows, fault
from senlib.school.pupil_rows import YEARS_FROM_KS2
from senlib.school.sheet_xml import SAFE_XML

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
_YEAR = re.compile("(19|20)[0-9]{2}")
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


class CtfCell(NamedTuple):
    """A value and the line of the element that it came from."""

    text: str
    line: int


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


class _CtfRow(NamedTuple):
    """A pupil or a result: its line, and its cells by the columns of the pupils or the results table."""

    line: int
    cells: dict[str, CtfCell]


class _CtfResult(NamedTuple):
    """A result as it is met: its year, its line, its cells, and whether it is given on the scale of its stage."""

    year: str
    line: int
    cells: dict[str, CtfCell]
    on_scale: bool

    @property
    def stage(self) -> str:
        return self.cells["stage"].text

    @property
    def text(self) -> str:
        return self.cells["result"].text


def _source_rows(
    file: str, rows: Sequence[_CtfRow], columns: Iterable[str]
) -> SourceRows:
    data, lines = {}, {}
    for name in columns:
        column = [row.cells[name] for row in rows]
        data[name] = [cell.text for cell in column]
        lines[name] = np.array([cell.line for cell in column], int)
    return SourceRows(
        file=file,
        data=pd.DataFrame(data, dtype=str),
        rows=np.array([row.line for row in rows], int),
        headings=_HEADINGS,
        lines=lines,
    )


def read_ctf(file: NamedFile, *, framework: Framework) -> ReadCtf:
    """The pupils and the results of a CTF, its school year, and notes on what was passed over. Rows are lines of the file.

    A pupil's current SEN provision is the latest by StartDate, needs go by rank, attendance is of the latest year.
    Dates of birth are not read. Results that the framework cannot read are passed over, and counted in the notes. Raises
    FaultyFile where the file is no CTF, is broken, or declares a document type.
    """
    pupils: list[_CtfRow] = []
    results: list[_CtfRow] = []
    passed_over: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    header: dict[str, str] = {}
    leaving: list[str] = []
    for pupil in _pupils(file, header):
        cells = _pupil_cells(pupil)
        pupils.append(_CtfRow(pupil.sourceline, cells))
        accepted = _results(pupil, framework, passed_over)
        taken = list(_latest(accepted, framework))
        leaving.append(_leaving(taken))
        for result in taken:
            row = {"pupil_id": cells["pupil_id"], **result.cells}
            results.append(_CtfRow(result.line, row))
            scale = framework.scale_of(result.stage)
            name = scale.parse(result.text)
            if name is not None and scale.is_code(name):
                codes[name] += 1
    if not pupils:
        raise fault(file.name, "the file holds no pupils", _AGAIN)
    columns = [name for name in _HEADINGS if name not in _OF_RESULT]
    return ReadCtf(
        pupils=_source_rows(file.name, pupils, columns),
        results=_source_rows(file.name, results, ["pupil_id", *_OF_RESULT]),
        notes=_notes(file.name, passed_over, codes),
        academic_year=_academic_year(header),
        leaving=np.array(leaving, object),
    )


def _leaving(results: Iterable[_CtfResult]) -> str:
    """The summer of Year 11 by the latest year in which there are key stage 2 results; '' where there are none."""
    years = [
        int(result.year)
        for result in results
        if result.stage == "KS2" and _YEAR.fullmatch(result.year)
    ]
    return f"{max(years) + YEARS_FROM_KS2}" if years else ""


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
    written = header.get("AcademicYear", "")
    if year := re.match(r"(20[0-9]{2})(?![0-9])", written):
        starts.append(int(year[1]))
    written = header.get("DateTime", "")
    if date := re.match(r"(20[0-9]{2})-(0[1-9]|1[0-2])", written):
        # Files of August are of the year that has just ended.
        before_september = int(date[2]) < 9
        starts.append(int(date[1]) - before_september)
    return min(starts) + 1 if starts else None


def _pupils(file: NamedFile, header: dict[str, str]) -> Iterator[etree._Element]:
    """Each Pupil in turn; what has been read is let go, so that a large file needs little memory. Fills `header` on the way."""
    with file.open() as stream:
        events = etree.iterparse(stream, events=("start", "end"), **SAFE_XML)
        try:
            _, root = next(events)
            if root.getroottree().docinfo.doctype:
                rule = "the file declares a document type, which a Common Transfer File never does"
                raise fault(file.name, rule, _NOT_CTF)
            if etree.QName(root).localname != "CTfile":
                raise fault(file.name, "this is not a Common Transfer File", _NOT_CTF)
            for event, element in events:
                if event == "start" or not isinstance(element.tag, str):
                    continue
                name = etree.QName(element).localname
                if name == "Header":
                    header["AcademicYear"] = _text(element, ".//{*}AcademicYear")
                    header["DateTime"] = _text(element, "DateTime")
                elif name == "Pupil":
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            rule = "the file is damaged here, or incomplete"
            line = error.lineno or None
            raise fault(file.name, rule, _AGAIN, row=line) from error


def _pupil_cells(pupil: etree._Element) -> dict[str, CtfCell]:
    upn = _cell(pupil, "UPN")
    sex = _cell(pupil, "Sex")
    sex = sex if sex.text else _cell(pupil, "Gender")
    year_group = _cell(pupil, ".//{*}BasicDetails/{*}NCyearActual")
    if year_group.text in _NO_YEAR_GROUP:
        year_group = year_group._replace(text="")
    first, second = _needs(pupil)
    return {
        "pupil_id": upn._replace(text=upn.text.upper()),
        "forename": _cell(pupil, "Forename"),
        "surname": _cell(pupil, "Surname"),
        "sex": sex._replace(text=_SEX.get(sex.text, sex.text)),
        "year_group": year_group,
        "ethnicity": _cell(pupil, ".//{*}BasicDetails/{*}Ethnicity"),
        "language": _language(pupil),
        "sen_provision": _sen_provision(pupil),
        "need": first,
        "need_2": second,
        "attendance": _attendance(pupil),
    }


def _cell(element: etree._Element, path: str) -> CtfCell:
    """The text at a path and its line; '' and the element's own line where there is none."""
    child = element.find(path if "{" in path else f"{{*}}{path}")
    if child is None:
        return CtfCell("", element.sourceline)
    text = "".join(child.itertext())
    return CtfCell(text.strip(), child.sourceline)


def _text(element: etree._Element, path: str) -> str:
    return _cell(element, path).text


def _language(pupil: etree._Element) -> CtfCell:
    """The first language (type F), or the only one that is given."""
    languages = pupil.findall(".//{*}BasicDetails/{*}Languages/{*}Type")
    if not languages:
        return _cell(pupil, ".//{*}BasicDetails/{*}Languages/{*}Language")
    first = (one for one in languages if _text(one, "LanguageType") == "F")
    return _cell(next(first, languages[0]), "Language")


def _sen_provision(pupil: etree._Element) -> CtfCell:
    rows = pupil.findall(".//{*}SENhistory/{*}SEN")
    if not rows:
        return CtfCell("", pupil.sourceline)
    # Of two that begin on one day the later in the file stands: max keeps the first, so they are met from the end.
    latest = max(reversed(rows), key=lambda row: _text(row, "StartDate"))
    return _cell(latest, "SENprovision")


def _needs(pupil: etree._Element) -> tuple[CtfCell, CtfCell]:
    """The needs of rank 1 and 2 that have not ended."""
    needs = [
        need
        for need in pupil.iterfind(".//{*}SENhistory//{*}SENneed")
        if not _text(need, "NeedEndDate")
    ]
    last = len(needs) + 1

    def rank(need: etree._Element) -> int:
        text = _text(need, "SENtypeRank")
        return int(text) if re.fullmatch(r"\d{1,9}", text) else last

    needs.sort(key=rank)
    cells = [_cell(need, "SENtype") for need in needs[:2]]
    nothing = CtfCell("", pupil.sourceline)
    first, second = [*cells, nothing, nothing][:2]
    return first, second


def _attendance(pupil: etree._Element) -> CtfCell:
    """Sessions attended of those possible, percent, over all schools of the latest year."""
    schools = pupil.findall(".//{*}Attendance//{*}SessionsPossible/..")
    if not schools:
        return CtfCell("", pupil.sourceline)
    latest = max(_text(school, "Year") for school in schools)
    schools = [school for school in schools if _text(school, "Year") == latest]
    line = _cell(schools[-1], "SessionsAttended").line
    attended = [_text(school, "SessionsAttended") for school in schools]
    possible = [_text(school, "SessionsPossible") for school in schools]
    # A year has some 380 sessions: what has more than four digits is no count of them.
    if not all(map(re.compile("[0-9]{1,4}").fullmatch, attended + possible)):
        return CtfCell("not a number", line)
    sessions = sum(map(int, possible))
    if not sessions:
        return CtfCell("", line)
    share = sum(map(int, attended)) / sessions
    return CtfCell(f"{100 * share:.1f}", line)


def _results(
    pupil: etree._Element, framework: Framework, passed_over: Counter[str]
) -> Iterator[_CtfResult]:
    """Each result that the framework takes."""
    own = [subject.name for subject in framework.subjects]
    for key_stage in pupil.iterfind(".//{*}StageAssessments/{*}KeyStage"):
        stage = _cell(key_stage, "Stage")
        if stage.text not in framework.result_stages():
            continue
        scale = framework.scale_of(stage.text)
        for assessment in key_stage.iterfind("{*}StageAssessment"):
            written = _cell(assessment, "Subject")
            method = _cell(assessment, "Method")
            result = _cell(assessment, "Result")
            qualifier = _text(assessment, "ResultQualifier")
            on_scale = qualifier in _QUALIFIERS.get(scale.name, ())
            if (
                qualifier in _NO_STANDARDS
                or not (on_scale or result.text)
                or method.text not in _METHODS
                or _text(assessment, "ResultStatus") in _NO_RESULT_YET
                or written.text not in _SUBJECTS
            ):
                continue
            subject = _subject(written.text, _text(assessment, "Component"))
            if subject == "":
                passed_over[_PART] += 1
            elif framework.subject(subject) not in own:
                continue
            elif not (on_scale or _is_standard(result.text, scale)):
                passed_over[_OTHER_SCALE] += 1
            elif result.text and scale.parse(result.text) is None:
                passed_over[_UNKNOWN] += 1
            else:
                cells = {
                    "stage": stage,
                    "subject": written._replace(text=subject),
                    "kind": method._replace(text=_METHODS[method.text]),
                    "result": result,
                }
                year = _text(assessment, "Year")
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
        cells = [result.cells[name] for name in _OF_RESULT[:3]]
        key = tuple(cell.text for cell in cells)
        by_key.setdefault(key, []).append(result)
    for (stage, *_), same in by_key.items():
        year = max(result.year for result in same)
        latest = [result for result in same if result.year == year]
        on_scale = [result for result in latest if result.on_scale]
        scale = framework.scale_of(stage)
        tells = partial(_tells, scale=scale)
        yield from on_scale or [max(latest, key=tells)]


def _tells(result: _CtfResult, scale: Scale) -> tuple[bool, bool, bool]:
    """How much a code tells: a score, else that the pupil stands below the test, else a standard."""
    name = scale.parse(result.text) or NO_RESULT
    return (
        not math.isnan(scale.points(name)),
        scale.is_result(name),
        scale.is_standard(name),
    )
