"""Reads Common Transfer Files: the XML that every school's system in England writes when a pupil moves.

A CTF comes from outside, so it is parsed with entities, document types and outside addresses switched off. Elements are
those of the DfE's CTF guides; a default namespace makes no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from lxml import etree

from senlib.frameworks import Framework
from senlib.school.files import NamedFile, Part, fault

_NOT_CTF = "Export a Common Transfer File (CTF) from the school’s system, or load a CSV file or an Excel workbook (.xlsx)."
_AGAIN = "Export the file again, and load it as it is."
# The DfE's numbers for sex in older files.
_SEX = {"1": "M", "2": "F"}
_METHODS = {"TT": "test", "TA": "teacher"}
# Which results are given on a scale: NL is a level, NS a scaled score. Marks, ages and standards are other things.
_QUALIFIERS = {"levels": "NL", "scaled_score": "NS"}
_SUBJECTS = ("ENG", "MAT", "SCI", "REA")
# A component is a part of a subject, unless it stands for the whole of it.
_WHOLE = ("", "SUB", "TST", "ALL")
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

# A value and the line of the element that it came from.
Cell = tuple[str, int]


@dataclass
class _Gathering:
    """Rows as they are met, column by column."""

    cells: list[dict[str, Cell]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, row: int, cells: dict[str, Cell]) -> None:
        self.cells.append(cells)
        self.rows.append(row)

    def part(self, file: str, columns: Iterable[str]) -> Part:
        data = {name: [cells[name][0] for cells in self.cells] for name in columns}
        lines = {name: np.array([cells[name][1] for cells in self.cells], int) for name in columns}
        return Part(
            file=file,
            data=pd.DataFrame(data, dtype=str),
            rows=np.array(self.rows, int),
            headings=_HEADINGS,
            lines=lines,
        )


def is_xml(file: NamedFile) -> bool:
    """Whether a file begins as XML does, after a byte-order mark and blanks."""
    with file.open() as stream:
        start = stream.read(200)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", errors="ignore").encode()
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_ctf(file: NamedFile, *, framework: Framework) -> tuple[Part, Part, list[str]]:
    """The pupils and the results of a CTF, and notes on what was passed over. Rows are lines of the file.

    A pupil's current SEN provision is the latest by StartDate, needs go by rank, attendance is of the latest year.
    Dates of birth are not read. Raises FaultyFile where the file is no CTF, is broken, or declares a document type.
    """
    pupils, results, passed_over = _Gathering(), _Gathering(), Counter()
    for pupil in _pupils(file):
        cells = _pupil_cells(pupil)
        pupils.add(pupil.sourceline, cells)
        for line, result in _latest(_results(pupil, framework, passed_over)):
            results.add(line, {"pupil_id": cells["pupil_id"], **result})
    if not pupils.rows:
        raise fault(file.name, "the file holds no pupils", _AGAIN)
    notes = [
        f"{file.name}: {number:,} {what} passed over, for only whole subjects are compared."
        for what, number in passed_over.items()
    ]
    columns = [name for name in _HEADINGS if name not in ("stage", "subject", "kind", "result")]
    return (
        pupils.part(file.name, columns),
        results.part(file.name, ["pupil_id", "stage", "subject", "kind", "result"]),
        notes,
    )


def _pupils(file: NamedFile) -> Iterator[etree._Element]:
    """Each Pupil in turn; what has been read is let go, so that a large file needs little memory."""
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
                    "the file declares a document type, as no Common Transfer File does",
                    _NOT_CTF,
                )
            if etree.QName(root).localname != "CTfile":
                raise fault(file.name, "this is not a Common Transfer File", _NOT_CTF)
            for event, element in events:
                if (
                    event == "end"
                    and isinstance(element.tag, str)
                    and etree.QName(element).localname == "Pupil"
                ):
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            line = error.lineno if error.lineno else None
            raise fault(
                file.name, "the XML is broken here, or breaks off", _AGAIN, row=line
            ) from error


def _pupil_cells(pupil: etree._Element) -> dict[str, Cell]:
    sex = _cell(pupil, "Sex")
    sex = sex if sex[0] else _cell(pupil, "Gender")
    first, second = _needs(pupil)
    return {
        "pupil_id": _cell(pupil, "UPN"),
        "forename": _cell(pupil, "Forename"),
        "surname": _cell(pupil, "Surname"),
        "sex": (_SEX.get(sex[0], sex[0]), sex[1]),
        "year_group": _cell(pupil, ".//{*}BasicDetails/{*}NCyearActual"),
        "ethnicity": _cell(pupil, ".//{*}BasicDetails/{*}Ethnicity"),
        "language": _language(pupil),
        "sen_provision": _sen_provision(pupil),
        "need": first,
        "need_2": second,
        "attendance": _attendance(pupil),
    }


def _cell(element: etree._Element, path: str) -> Cell:
    """The text at a path and its line; '' and the element's own line where there is none."""
    found = element.find(path if "{" in path else f"{{*}}{path}")
    if found is None:
        return "", element.sourceline
    return "".join(found.itertext()).strip(), found.sourceline


def _language(pupil: etree._Element) -> Cell:
    """The first language (type F), or the only one that is told."""
    languages = pupil.findall(".//{*}BasicDetails/{*}Languages/{*}Type")
    languages.sort(key=lambda language: _cell(language, "LanguageType")[0] != "F")
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
    return _cell(max(reversed(rows), key=lambda row: _cell(row, "StartDate")[0]), "SENprovision")


def _needs(pupil: etree._Element) -> tuple[Cell, Cell]:
    """The needs of rank 1 and 2 that have not ended."""
    needs = [
        need
        for need in pupil.iterfind(".//{*}SENhistory//{*}SENneed")
        if not _cell(need, "NeedEndDate")[0]
    ]
    needs.sort(key=lambda need: _number(_cell(need, "SENtypeRank")[0], otherwise=len(needs) + 1))
    cells = [_cell(need, "SENtype") for need in needs[:2]]
    nothing = ("", pupil.sourceline)
    return (*cells, nothing, nothing)[:2]


def _attendance(pupil: etree._Element) -> Cell:
    """Sessions attended of those possible, percent, over all schools of the latest year."""
    years = [
        possible.getparent() for possible in pupil.iterfind(".//{*}Attendance//{*}SessionsPossible")
    ]
    if not years:
        return "", pupil.sourceline
    latest = max(_cell(year, "Year")[0] for year in years)
    years = [year for year in years if _cell(year, "Year")[0] == latest]
    line = _cell(years[-1], "SessionsAttended")[1]
    counts = [
        (_cell(year, "SessionsAttended")[0], _cell(year, "SessionsPossible")[0]) for year in years
    ]
    if not all(re.fullmatch(r"\d+", text) for pair in counts for text in pair):
        return "not a number", line
    attended, possible = (
        sum(int(count) for count in column) for column in zip(*counts, strict=True)
    )
    return (f"{100 * attended / possible:.1f}" if possible else ""), line


def _results(
    pupil: etree._Element, framework: Framework, passed_over: Counter
) -> Iterator[tuple[str, int, dict[str, Cell]]]:
    """Each result that the framework takes: its year, its line and its cells."""
    for key_stage in pupil.iterfind(".//{*}StageAssessments/{*}KeyStage"):
        stage = _cell(key_stage, "Stage")
        if stage[0] not in framework.result_stages():
            continue
        qualifier = _QUALIFIERS.get(framework.scale_of(stage[0]).name)
        for assessment in key_stage.iterfind("{*}StageAssessment"):
            given = {
                name: _cell(assessment, name)
                for name in ("Subject", "Component", "Method", "Result")
            }
            method = given["Method"][0]
            if (
                _cell(assessment, "ResultQualifier")[0] != qualifier
                or method not in _METHODS
                or _cell(assessment, "ResultStatus")[0] in _NO_RESULT_YET
                or given["Subject"][0] not in _SUBJECTS
            ):
                continue
            subject = _subject(given["Subject"][0], given["Component"][0])
            if subject == "":
                passed_over["results for a part of a subject"] += 1
            elif framework.subject(subject) in [own.name for own in framework.subjects]:
                yield (
                    _cell(assessment, "Year")[0],
                    assessment.sourceline,
                    {
                        "stage": stage,
                        "subject": (subject, given["Subject"][1]),
                        "kind": (_METHODS[method], given["Method"][1]),
                        "result": given["Result"],
                    },
                )


def _subject(subject: str, component: str) -> str:
    """The subject's code, or '' where the result is of a part of it."""
    if component in (*_WHOLE, subject):
        return subject
    return "REA" if component == "REA" else ""


def _latest(
    results: Iterable[tuple[str, int, dict[str, Cell]]],
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Of results for one stage, subject and method in several years, those of the latest."""
    latest: dict[tuple[str, ...], list[tuple[str, int, dict[str, Cell]]]] = {}
    for year, line, cells in results:
        held = latest.setdefault(tuple(cells[name][0] for name in ("stage", "subject", "kind")), [])
        if held and year > held[0][0]:
            held.clear()
        if not held or year == held[0][0]:
            held.append((year, line, cells))
    for held in latest.values():
        for _, line, cells in held:
            yield line, cells


def _number(text: str, *, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else otherwise
