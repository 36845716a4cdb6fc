"""What a heading means: a column of the pupils or results table, a result of a stage, subject and kind, or nothing.

A meaning is written as text, so that it can be kept: 'pupil:need', 'row:stage' (a table with one result a row),
'result:KS2:English:test' (a sheet with one pupil a row), or 'leave out'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from senlib.frameworks import Framework
from senlib.school import schema
from senlib.school.faults import Fault, UnmatchedHeading
from senlib.school.read_tables import RawTable

LEAVE_OUT = "leave out"
# What makes a table one with a result a row.
_LONG = ("stage", "subject", "result")
_HOLDS = {
    "pupil_id": "the pupils’ numbers",
    "stage": "the stage of each result",
    "subject": "the subject of each result",
    "result": "the results",
}
_PERSONAL = ("pupil_id", "forename", "surname")

# DfE pupil files and published tables, by the framework's own names for stage, subject and kind.
_NAMED_RESULTS = {
    "readscore": ("KS2", "Reading", "test"),
    "matscore": ("KS2", "Mathematics", "test"),
    "ks2scaledscoregroup": ("KS2", "Prior attainment", "test"),
    "ks2prior": ("KS2", "Prior attainment", "test"),
    "ks2score": ("KS2", "Prior attainment", "test"),
    "ks2scaledscore": ("KS2", "Prior attainment", "test"),
    "ks2averagescaledscore": ("KS2", "Prior attainment", "test"),
    "priorattainment": ("KS2", "Prior attainment", "test"),
}

# Often in exports, and of no use here; what is not used is not kept, a date of birth least of all.
_NOT_NEEDED = {
    schema.normal(heading)
    for heading in (
        "DOB",
        "Date of birth",
        "Birth date",
        "Age",
        "Readoutcome",
        "Matoutcome",
        "GPSoutcome",
        "Writoutcome",
        "GPSscore",
        "Middle name",
        "Middle names",
        "Preferred name",
        "Preferred forename",
        "Preferred first name",
        "Preferred surname",
        "Preferred last name",
        "Former surname",
        "Title",
        "ULN",
        "Unique learner number",
        "UCI",
        "Candidate number",
        "Exam number",
        "House",
        "Address",
        "Postcode",
        "Post code",
        "Email",
        "Email address",
        "Phone",
        "Telephone",
        "Mobile",
        "Admission date",
        "Date of admission",
        "Entry date",
        "Leaving date",
        "Date of leaving",
        "Enrolment status",
        "EnrolStatus",
        "URN",
        "LA",
        "LEA",
        "Estab",
        "LAEstab",
        "School",
        "School name",
        "SchName",
        "Academic year",
        "Record ID",
        "Photo",
        "Religion",
        "Nationality",
        "Country of birth",
        "In care",
        "Looked after",
        "Doctor",
        "Parent",
        "Priority contact",
    )
}

_STAGES = {
    **{f"KS{number}": rf"ks ?{number}|key stage {number}" for number in "1235"},
    "KS4": r"ks ?4|key stage 4|gcses?",
    "now": r"now|current|currently|latest|working at",
}
_KINDS = {
    "teacher": r"ta|teacher assessments?|teacher assessed|teacher",
    "test": r"tt|tests?|exams?|sats?",
}
# Words that tell no more than that a column holds results.
_FILLERS = r"levels?|lev|grades?|scores?|scaled|results?|points|actual|final|overall|attained|outcome|fine|nc|sub|in|at|of|the"
# Words by which a column that names a stage and a subject holds something else than the result.
_OTHERWISE = re.compile(
    r"\b(targets?|predict\w*|forecasts?|estimat\w*|expected|mock|effort|marks?|date|year|board|series|tier|set|class|"
    r"group|teachers|total|count|number|entries|entered|progress|residual|gain|change|diff\w*|rank|percentile|"
    r"(?<!prior )attainment|value added|va)\b"
)

_ACRONYMS = {
    "id": "number (UPN)",
    "sen": "SEN",
    "ks4": "KS4",
    "eal": "EAL",
    "fsm": "FSM",
    "ict": "ICT",
    "english": "English",
}


class Result(NamedTuple):
    """The stage, subject and kind that a column of results is of."""

    stage: str
    subject: str
    kind: str


@dataclass(frozen=True)
class Matched:
    """The columns of a table by what they hold: indexes into its headings. `long` tables have one result a row."""

    table: RawTable
    long: bool
    columns: Mapping[str, int]
    results: Mapping[Result, int] = field(default_factory=dict)
    unmatched: tuple[UnmatchedHeading, ...] = ()
    faults: tuple[Fault, ...] = ()
    not_read: tuple[str, ...] = ()

    @property
    def describes_pupils(self) -> bool:
        """Whether there is more about pupils than who they are, or nothing but who they are."""
        return not self.long and (
            not self.results or any(name not in _PERSONAL for name in self.columns)
        )


def choices(framework: Framework) -> dict[str, str]:
    """Every meaning a heading can be given, with a label: what the user chooses from.

    >>> from senlib.frameworks import load
    >>> all_choices = choices(load("levels"))
    >>> all_choices["pupil:sen_provision"], all_choices["result:KS2:English:test"], all_choices["leave out"]
    ('SEN provision', 'KS2 English (test)', 'Leave out')
    """
    pupils = {f"pupil:{name}": _label(name) for name in schema.pupils_schema(framework).columns}
    results = {
        f"result:{stage}:{subject.name}:{kind}": f"{stage[0].upper()}{stage[1:]} {subject.name} ({kind})"
        for stage in framework.result_stages()
        for subject in framework.subjects
        if stage == framework.stages[0].entry_stage or not subject.entry_only
        for kind in _kinds(stage)
    }
    rows = {
        f"row:{name}": f"{_label(name)} (in a table with one result a row)"
        for name in schema.results_schema(framework).columns
        if name != "pupil_id"
    }
    return {LEAVE_OUT: "Leave out", **pupils, **results, **rows}


def matched(
    table: RawTable, *, framework: Framework, meanings: Mapping[str, str]
) -> Matched | None:
    """Match a table's headings; None where they name neither pupils nor results, so that it is a sheet of notes."""
    chosen = {
        heading: meaning for heading, meaning in meanings.items() if _possible(meaning, framework)
    }
    long = _match(table, framework=framework, meanings=chosen, long=True)
    if set(_LONG) <= set(long.columns):
        return long
    wide = _match(table, framework=framework, meanings=chosen, long=False)
    if "pupil_id" in wide.columns and {"subject", "result"} <= set(long.columns):
        return long
    if "pupil_id" in wide.columns or len(wide.columns) + len(wide.results) > 1:
        return wide
    return None


def result_named(heading: str, framework: Framework) -> Result | None:
    """The result that a heading of a wide sheet names, in any order; None where it lacks a stage or a subject.

    >>> from senlib.frameworks import load
    >>> for heading in ("KS2 En TA", "Maths GCSE grade", "Current level Maths", "KS3 English target", "Maths level"):
    ...     print(result_named(heading, load("levels")))
    Result(stage='KS2', subject='English', kind='teacher')
    Result(stage='KS4', subject='Mathematics', kind='test')
    Result(stage='now', subject='Mathematics', kind='teacher')
    None
    None
    """
    own = {subject.name for subject in framework.subjects}
    if named := _NAMED_RESULTS.get(schema.normal(heading)):
        return Result(*named) if named[1] in own else None
    words = _words(heading)
    if _OTHERWISE.search(words.casefold()):
        return None
    stage, words = _taken(words, _STAGES)
    if stage not in framework.result_stages():
        return None
    kind, rest = _taken(words, _KINDS)
    # 'Science double award' holds no filler, 'English level' does: the whole is tried before it is shortened.
    for subject in (words, rest, _without(rest, _FILLERS)):
        name = framework.subject(subject)
        if name in own:
            return Result(stage, name, kind or _kinds(stage)[0])
    subject = _without(rest, _FILLERS)
    if (
        stage == framework.stages[-1].name
        and framework.other_subjects
        and re.fullmatch(r"[^\W\d]{2,}( (&|[^\W\d]+))*", subject)
    ):
        return Result(stage, subject, kind or "test")
    return None


def _match(
    table: RawTable, *, framework: Framework, meanings: Mapping[str, str], long: bool
) -> Matched:
    of_pupils = schema.headings(schema.pupils_schema(framework))
    of_rows = schema.headings(schema.results_schema(framework))
    columns: dict[str, int] = {}
    results: dict[Result, int] = {}
    unmatched, faults, not_read = [], [], []
    for index, heading in enumerate(table.headings):
        key = schema.normal(heading)
        meaning = meanings.get(key) or _known(
            heading, key, of_rows if long else of_pupils, framework, long=long
        )
        kind, _, name = meaning.partition(":")
        if meaning == LEAVE_OUT:
            continue
        if kind == ("row" if long else "pupil") or meaning == "pupil:pupil_id":
            held, what = columns, name
        elif kind == "result" and not long:
            held, what = results, Result(*name.split(":"))
        else:
            if long and (meaning or key in of_pupils or result_named(heading, framework)):
                not_read.append(heading)
            elif not table.is_blank(index):
                unmatched.append(UnmatchedHeading(file=table.file, heading=heading))
            continue
        if what in held:
            faults.append(_twice(table, first=table.headings[held[what]], second=heading))
        else:
            held[what] = index
    return Matched(table, long, columns, results, tuple(unmatched), tuple(faults), tuple(not_read))


def _known(
    heading: str, key: str, known: Mapping[str, str], framework: Framework, *, long: bool
) -> str:
    """The meaning of a heading by the names that are known; '' where it has none."""
    if key in known:
        return f"{'row' if long else 'pupil'}:{known[key]}"
    if not long and (result := result_named(heading, framework)):
        return f"result:{':'.join(result)}"
    return LEAVE_OUT if key in _NOT_NEEDED or key in _NAMED_RESULTS else ""


def _twice(table: RawTable, *, first: str, second: str) -> Fault:
    same = schema.normal(first) == schema.normal(second)
    return Fault(
        file=table.file,
        row=table.heading_row,
        column=second,
        rule="the same heading a second time"
        if same
        else f"a second column for what column '{first}' holds",
        remedy="Delete one of the two columns, or give it another heading.",
    )


def _possible(meaning: str, framework: Framework) -> bool:
    """Whether a meaning, perhaps kept from another framework, is one that this framework has."""
    if meaning in choices(framework):
        return True
    kind, _, name = meaning.partition(":")
    parts = name.split(":")
    return (
        kind == "result"
        and len(parts) == 3
        and parts[0] in framework.result_stages()
        and framework.subject(parts[1]) == parts[1]
        and parts[2] in _KINDS
    )


def no_table(table: RawTable) -> Fault:
    """The fault of a file in which no heading is known."""
    rule = (
        "none of the headings in this row is known"
        if len(table.headings) > 1
        else "this is not a table"
    )
    remedy = "Put the headings in the first row, one of them UPN, or begin from the template."
    return Fault(file=table.file, row=table.heading_row, rule=rule, remedy=remedy)


def missing(match: Matched) -> list[Fault]:
    """A fault for each column that the table cannot do without and that none of its headings names."""
    needed = {"pupil_id": "UPN"}
    if match.long:
        needed |= {name: name for name in _LONG}
    return [
        Fault(
            file=match.table.file,
            row=match.table.heading_row,
            rule=f"no column holds {_HOLDS[name]}",
            remedy=f"Give that column the heading '{heading}', or choose on the page what each heading means.",
        )
        for name, heading in needed.items()
        if name not in match.columns
    ]


def _kinds(stage: str) -> tuple[str, ...]:
    """How a stage's results are given, the usual way first: GCSEs by examination, what holds now by the teacher."""
    return {"KS4": ("test",), "now": ("teacher",)}.get(stage, ("test", "teacher"))


def _words(heading: str) -> str:
    """A heading in single words: 'KS2EnTA' and 'ks2_en_ta' as 'KS2 En TA'.

    >>> _words("KS2EnTA"), _words("MathsKS2")
    ('KS2 En TA', 'Maths KS2')
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=KS\d)(?=[A-Za-z])", " ", heading)
    return " ".join(re.findall(r"[^\W_]+|&", parted))


def _taken(words: str, patterns: Mapping[str, str]) -> tuple[str, str]:
    """Which one of the patterns stands in the words, and the words without it; '' where none does, or more than one."""
    found = [
        name
        for name, pattern in patterns.items()
        if re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE)
    ]
    return (found[0], _without(words, patterns[found[0]])) if len(found) == 1 else ("", words)


def _without(words: str, pattern: str) -> str:
    return " ".join(re.sub(rf"\b(?:{pattern})\b", " ", words, flags=re.IGNORECASE).split())


def _label(name: str) -> str:
    """A column's name as a label.

    >>> _label("sen_provision"), _label("pupil_id")
    ('SEN provision', 'Pupil number (UPN)')
    """
    label = " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))
    return label[0].upper() + label[1:]
