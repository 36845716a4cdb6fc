"""What a heading means: a column of the pupils or results table, a result of a stage, subject and kind, or nothing.

A meaning is written as text, so that it can be kept: 'pupil:need', 'row:stage' (a table with one result a row),
'result:KS2:English:test' (a sheet with one pupil a row), or 'leave out'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pandera.pandas import DataFrameSchema

from senlib.frameworks import Framework
from senlib.school import schema, terms
from senlib.school.terms import Moment

LEAVE_OUT = "leave out"
# The stage of a column named after a subject alone; which one it is, she is asked.
UNTOLD = "?"

AS_READING = "key stage 2 English was read as reading"
WORKING_AT = (
    "left out, because Tasks 4 and 5 need the grade that pupils are heading for, and this is the grade they are working at. "
    "If these are predicted grades, choose ‘Now’ with the subject"
)
HEADING_FOR = "read as the grade that the pupil is heading for"

# What helps to read a list and is no column of the pupils table itself.
NAME, OWN_NUMBER, SCHOOL_YEAR = "name", "own_number", "school_year"
EAL, SEN_SUPPORT, EHC_PLAN, NEED_RANK = "eal", "sen_support", "ehc_plan", "need_rank"
AIDS = {
    OWN_NUMBER: "School’s own pupil number",
    NAME: "Full name",
    SCHOOL_YEAR: "School year that the row is for",
    EAL: "English as an additional language: yes or no",
    SEN_SUPPORT: "On SEN support: yes or no",
    EHC_PLAN: "Has an EHC plan: yes or no",
    NEED_RANK: "Rank of the need, if each need has its own row",
}
_AID_HEADINGS = {
    OWN_NUMBER: (
        "admission number",
        "admission no",
        "adno",
        "adm no",
        "student id",
        "pupil id",
        "id",
        "pupil",
        "pupil number",
        "student number",
        "exam no",
        "exam number",
        "candidate number",
        "mis id",
        "local id",
        "school id",
    ),
    NAME: (
        "name",
        "full name",
        "pupil name",
        "student name",
        "student",
        "legal name",
        "surname forename",
        "surname and forename",
        "preferred full name",
        "learner name",
        "learner",
        "candidate name",
    ),
    SCHOOL_YEAR: ("acadyr", "academic year", "school year"),
    EAL: (
        "eal",
        "eal status",
        "is eal",
        "eal yes no",
        "english as an additional language",
    ),
    SEN_SUPPORT: ("senk", "is sen", "has sen"),
    EHC_PLAN: ("sene", "ehcp", "ehc plan", "has ehcp", "has ehc plan", "ehc"),
    NEED_RANK: (
        "sen need ranking",
        "need ranking",
        "need rank",
        "sen need rank",
        "sentyperank",
        "rank",
    ),
}
# The better ones first: of several numbers of the school's own, the first of these that a list has.
_AIDS = {
    aid: [schema.normal(heading) for heading in known]
    for aid, known in _AID_HEADINGS.items()
}

# DfE pupil files and published tables, by the framework's own names for stage, subject and kind. Of twins the later is better.
_NAMED_RESULTS = {
    "prior attainment": ("KS2", "Prior attainment", "test"),
    "KS2 scaled score": ("KS2", "Prior attainment", "test"),
    "KS2 score": ("KS2", "Prior attainment", "test"),
    "KS2 prior": ("KS2", "Prior attainment", "test"),
    "ks2_scaled_score_group": ("KS2", "Prior attainment", "test"),
    "KS2 average scaled score": ("KS2", "Prior attainment", "test"),
    "KS2EMSS": ("KS2", "Prior attainment", "test"),
    "READSCORE": ("KS2", "Reading", "test"),
    "MATSCORE": ("KS2", "Mathematics", "test"),
    # Without special consideration: DfE's own method takes these.
    "READSCORE_noSpeccon": ("KS2", "Reading", "test"),
    "MATSCORE_noSpeccon": ("KS2", "Mathematics", "test"),
    # With DfE's derived scores for pupils below the test.
    "KS2READSCORE": ("KS2", "Reading", "test"),
    "KS2MATSCORE": ("KS2", "Mathematics", "test"),
    "READTAOUTCOME": ("KS2", "Reading", "teacher"),
    "MATTAOUTCOME": ("KS2", "Mathematics", "teacher"),
    "GCSE_MATH_91": ("KS4", "Mathematics", "test"),
    "GCSE_ENG_91": ("KS4", "English Language", "test"),
    "GCSE_ENGLANG_91": ("KS4", "English Language", "test"),
    "GCSE_ENGLIT_91": ("KS4", "English Literature", "test"),
}
_NAMED = {schema.normal(heading): result for heading, result in _NAMED_RESULTS.items()}

_SCORES = (
    "readscore",
    "matscore",
    "readscorenospeccon",
    "matscorenospeccon",
    "ks2readscore",
    "ks2matscore",
)

# Where DfE writes that a pupil did not sit a paper, beside the score that is blank then.
OUTCOME_BESIDE = {"readoutcome": "Reading", "matoutcome": "Mathematics"}

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
        "Former surname",
        "Title",
        "ULN",
        "Unique learner number",
        "UCI",
        "CANDNO",
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
        "Class",
        "Funded hours",
        "Start date",
        "End date",
        "SEN description",
        "EALGRP",
        "PupilMatchingRef",
        "ENDKS",
        "VERSION",
        "Service child",
        "UPN former",
        "Description",
        "Notes",
        "Comments",
        "Teacher",
        "Teachers",
    )
}

_STAGES = {
    **{f"KS{number}": rf"ks ?{number}|key stage {number}" for number in "135"},
    "KS2": r"ks ?2|key stage 2|(?:y|yr|year) ?6 sats?",
    "KS4": r"ks ?4|key stage 4|gcses?",
    "now": r"now|current|currently|latest|working at",
}
# Without a stage these are of the tests at the end of primary school, where those give scaled scores.
_SCALED = r"sats?|scaled scores?"
# Other qualifications than GCSEs, in a heading without 'GCSE'; they stay a part of the subject's name.
_QUALIFICATIONS = re.compile(
    r"\b(btec|cambridge nationals?|functional skills|entry level|v ?certs?|ncfe|asdan)\b",
    re.IGNORECASE,
)
# What a pupil works at is not what the pupil is heading for, and only that can be held against an outcome.
_WORKING_AT = re.compile(r"\bworking at\b|\bwag\b", re.IGNORECASE)
_HEADING_FOR = re.compile(r"\b(predict\w*|forecasts?)\b", re.IGNORECASE)
_KINDS = {
    "teacher": r"ta|teacher assessments?|teacher assessed|teacher",
    "test": r"tt|tests?|exams?|sats?",
}
# Words that tell no more than that a column holds results.
_FILLERS = r"levels?|lev|grades?|scores?|scaled|ss|results?|points|actual|final|overall|attained|outcome|fine|nc|sub|in|at|of|the"
# Words that say that a column of the entry stage holds the average of its papers, or a band made of it.
_AVERAGE = r"averages?|avg|ave|av|mean|prior|attainment|att|bands?|fft|aps|combined"
# Words by which a column that names a stage and a subject holds something else than the result.
_OTHERWISE = re.compile(
    r"\b(targets?|predict\w*|forecasts?|estimat\w*|expected|mock|effort|marks?|date|year|board|series|tier|set|class|"
    r"group|teachers|total|count|number|entries|entered|progress|residual|gain|change|diff\w*|rank|percentile|"
    r"(?<!prior )attainment|value added|va|writing|gps|spag|grammar)\b"
)
# At key stage 2 the entry of a framework that averages: English with scores is reading.
_ENTRY_SUBJECTS = ("Reading", "Mathematics", "Prior attainment")

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

    @property
    def meaning(self) -> str:
        """As it is written and kept."""
        return f"result:{':'.join(self)}"


class Guess(NamedTuple):
    """What the workbook takes a heading for: its meaning ('' where it knows none), when, how good it is among twins, and a remark.

    `unsure` where it is so only if what stands in the column fits.
    """

    meaning: str
    moment: Moment | None = None
    rank: int = 0
    remark: str = ""
    unsure: bool = False


def choices(framework: Framework) -> dict[str, str]:
    """Every meaning a heading can be given, with a label: what the user chooses from.

    >>> from senlib.frameworks import load
    >>> all_choices = choices(load("levels"))
    >>> all_choices["pupil:sen_provision"], all_choices["result:KS2:English:test"], all_choices["leave out"]
    ('SEN provision', 'KS2 English (test)', 'Leave out')
    """
    pupils = {
        f"pupil:{name}": label(name) for name in schema.pupils_schema(framework).columns
    }
    aids = {f"pupil:{name}": label for name, label in AIDS.items()}
    results = {
        Result(
            stage, subject.name, kind
        ).meaning: f"{stage[0].upper()}{stage[1:]} {subject.name} ({kind})"
        for stage in framework.result_stages()
        for subject in framework.subjects
        if _taken_at(stage, subject.name, framework)
        for kind in _kinds(stage)
    }
    rows = {
        f"row:{name}": f"{label(name)} (in a table with one result per row)"
        for name in schema.results_schema(framework).columns
        if name != "pupil_id"
    }
    return {LEAVE_OUT: "Leave out", **pupils, **aids, **results, **rows}


def label_of(meaning: str, labels: Mapping[str, str]) -> str:
    """A meaning in words, also of one that is not in the list, such as a subject that only this school has.

    >>> label_of("result:KS4:Art:test", {}), label_of("result:?:English:teacher", {}), label_of("", {})
    ('KS4 Art (test)', 'English (see the question above)', '')
    """
    if meaning in labels or not meaning.startswith("result:"):
        return labels.get(meaning, meaning)
    result = Result(*meaning.split(":")[1:])
    if result.stage == UNTOLD:
        return f"{result.subject} (see the question above)"
    return (
        f"{result.stage[0].upper()}{result.stage[1:]} {result.subject} ({result.kind})"
    )


def possible(meaning: str, framework: Framework) -> bool:
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


def guess(heading: str, framework: Framework, *, long: bool) -> Guess:
    """What a heading means by the names that are known.

    >>> from senlib.frameworks import load
    >>> guess("SEN status", load("gcse"), long=False).meaning
    'pupil:sen_provision'
    >>> guess("KS4_KS2READSCORE", load("gcse"), long=False).meaning
    'result:KS2:Reading:test'
    >>> guess("Date of birth", load("gcse"), long=False).meaning, guess("Shoe size", load("gcse"), long=False).meaning
    ('leave out', '')
    """
    key = _key(heading)
    if long and key in (rows := _of_results(framework)):
        kind = "row" if rows[key] != "pupil_id" else "pupil"
        return Guess(
            f"{kind}:{rows[key]}",
            rank=_rank(key, rows[key], schema.results_schema(framework)),
        )
    if key in (pupils := _of_pupils(framework)):
        return Guess(
            f"pupil:{pupils[key]}",
            rank=_rank(key, pupils[key], schema.pupils_schema(framework)),
        )
    for aid, known in _AIDS.items():
        if key in known:
            return Guess(f"pupil:{aid}", rank=-known.index(key))
    if key in _NOT_NEEDED:
        return Guess(LEAVE_OUT)
    bare = re.sub(r"\([^()]*\)", " ", heading).strip()
    if bare and bare != heading and (told := guess(bare, framework, long=long)).meaning:
        return told
    if not long:
        told = _of_result(heading, framework)
        if told.meaning:
            return told
    return Guess(LEAVE_OUT if key in _NAMED or not_a_result(heading) else "")


@cache
def _of_pupils(framework: Framework) -> Mapping[str, str]:
    return schema.headings(schema.pupils_schema(framework))


@cache
def _of_results(framework: Framework) -> Mapping[str, str]:
    return schema.headings(schema.results_schema(framework))


def is_known(heading: str, framework: Framework) -> bool:
    """Whether a text is a heading that the workbook knows, whatever it makes of it.

    >>> from senlib.frameworks import load
    >>> is_known("GCSE Maths", load("gcse")), is_known("Maths", load("gcse")), is_known("Aster", load("gcse"))
    (True, True, False)
    """
    return any(guess(heading, framework, long=long).meaning for long in (False, True))


def not_a_result(heading: str) -> bool:
    """Whether a heading names something about results that is none: a target, a prediction, a mark.

    >>> not_a_result("GCSE Maths target"), not_a_result("GCSE Maths")
    (True, False)
    """
    stage, _ = _taken(_words(heading), _STAGES)
    return bool(stage and _OTHERWISE.search(_words(heading).casefold()))


def is_dfe(headings: Sequence[str]) -> bool:
    """Whether these are headings of one of DfE's pupil files, of which most are of no use here.

    >>> is_dfe(["KS4_ACADYR", "KS4_UPN"]), is_dfe(["ACADYR", "UPN"]), is_dfe(["UPN", "KS2_Maths"])
    (True, True, False)
    """
    return any(_key(heading) == "acadyr" for heading in headings)


def is_dfe_score(heading: str) -> bool:
    """Whether a heading is one of those under which DfE gives the score of a key stage 2 paper.

    >>> is_dfe_score("KS4_KS2READSCORE"), is_dfe_score("KS2 Reading")
    (True, False)
    """
    return _key(heading) in _SCORES


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
    named = _of_result(heading, framework).meaning
    result = Result(*named.split(":")[1:]) if named.startswith("result:") else None
    return result if result and result.stage != UNTOLD else None


def _of_result(heading: str, framework: Framework) -> Guess:
    """The guess for a heading that may name a result; one without a meaning where it names none."""
    own = {subject.name for subject in framework.subjects}
    key = _key(heading)
    if named := _NAMED.get(key):
        rank = [*_NAMED].index(key)
        return (
            Guess(Result(*named).meaning, rank=rank) if named[1] in own else Guess("")
        )
    moment, rest = terms.taken(heading)
    words = _words(rest)
    forecast = (
        _HEADING_FOR.search(words) if framework.tracking.method == "forecast" else None
    )
    if forecast:
        words = _without(words, forecast[0])
    if _OTHERWISE.search(words.casefold()):
        return Guess("")
    working_at = _WORKING_AT.search(words)
    stage, words = _taken(words, _STAGES)
    if not stage and (moment or forecast):
        stage = "now"
    if (
        not stage
        and _averages(framework)
        and re.search(rf"\b({_SCALED})\b", words, re.IGNORECASE)
    ):
        stage = framework.stages[0].entry_stage
    if (stage and stage not in framework.result_stages()) or (
        forecast and stage != "now"
    ):
        return Guess("")
    told = _of_subject(words, stage, moment, framework)
    if working_at and told.meaning and framework.tracking.method == "forecast":
        return Guess(LEAVE_OUT, remark=WORKING_AT)
    if forecast and told.meaning:
        return told._replace(rank=told.rank - 2, remark=HEADING_FOR)
    return told


def _of_subject(
    words: str, stage: str, moment: Moment | None, framework: Framework
) -> Guess:
    """The guess for the words that are left when stage and moment are taken; '' is a stage that is not told."""
    own = {subject.name for subject in framework.subjects}
    kind, rest = _taken(words, _KINDS)
    # 'Science double award' holds no filler, 'English level' does: the whole is tried before it is shortened.
    for subject in (words, rest, _without(rest, _FILLERS)):
        name = framework.subject(subject)
        if name in own and (stage or name not in _ENTRY_SUBJECTS[::2]):
            return _at_stage(stage or UNTOLD, name, kind, framework, moment)
    if _is_average(words, rest, stage, framework):
        entry = Result(
            framework.stages[0].entry_stage, "Prior attainment", kind or "test"
        )
        return Guess(entry.meaning, moment, rank=-3, unsure=True)
    subject = _without(rest, _FILLERS)
    if _QUALIFICATIONS.search(words) and stage in ("", framework.stages[-1].name):
        stage, subject = framework.stages[-1].name, _without(words, _KINDS["test"])
    if (
        stage in (framework.stages[-1].name, "now")
        and (stage != "now" or moment)
        and framework.other_subjects
        and re.fullmatch(r"[^\W\d]{2,}( (&|[^\W\d]+))*", subject)
    ):
        return Guess(Result(stage, subject, kind or _kinds(stage)[0]).meaning, moment)
    return Guess("")


def _averages(framework: Framework) -> bool:
    """Whether pupils start from the average of two papers."""
    return framework.stages[0].averaged


def _is_average(words: str, rest: str, stage: str, framework: Framework) -> bool:
    """Whether words say no more than that a column holds the average at entry: 'KS2', 'KS2 fine score', 'prior attainment score'."""
    if not _averages(framework):
        return False
    told = stage == framework.stages[0].entry_stage or (
        not stage and re.search(r"\bprior\b", words, re.I)
    )
    return bool(told) and not _without(_without(rest, _FILLERS), _AVERAGE)


def taken_as(result: Result, framework: Framework) -> Result | None:
    """A result as the framework takes it: English at an entry of scaled scores is reading; None where it takes none such.

    >>> from senlib.frameworks import load
    >>> taken_as(Result("KS2", "English Language", "test"), load("gcse"))
    Result(stage='KS2', subject='Reading', kind='test')
    >>> taken_as(Result("KS2", "Combined Science", "test"), load("gcse"))
    """
    told = _at_stage(result.stage, result.subject, result.kind, framework, None).meaning
    return Result(*told.split(":")[1:]) if told.startswith("result:") else None


def _at_stage(
    stage: str, subject: str, kind: str, framework: Framework, moment: Moment | None
) -> Guess:
    """A guess for a subject of the framework's own at a stage."""
    kind = kind or _kinds(stage)[0]
    if stage == UNTOLD or _taken_at(stage, subject, framework):
        return Guess(Result(stage, subject, kind).meaning, moment, rank=-1)
    if stage == framework.stages[0].entry_stage and subject.startswith("English Lang"):
        return Guess(
            Result(stage, "Reading", kind).meaning, moment, rank=-2, remark=AS_READING
        )
    return Guess(LEAVE_OUT)


def _taken_at(stage: str, subject: str, framework: Framework) -> bool:
    """Whether a subject has results at a stage."""
    entry = framework.stages[0]
    if entry.averaged and stage == entry.entry_stage:
        return subject in _ENTRY_SUBJECTS
    return stage == entry.entry_stage or subject in framework.outcome_subjects()


def _rank(key: str, column: str, of: DataFrameSchema) -> int:
    """How good a heading is for its column: the schema names the better ones first."""
    aliases = of.columns[column].metadata["aliases"]
    order = [*(schema.normal(alias) for alias in aliases), schema.normal(column)]
    return -order.index(key)


def _key(heading: str) -> str:
    """A heading as it is looked up, without the 'KS4_' before every heading of DfE's pupil files."""
    return schema.normal(
        heading.removeprefix("KS4_") if heading != "KS4_YEAR" else heading
    )


def _kinds(stage: str) -> tuple[str, ...]:
    """How a stage's results are given, the usual way first: GCSEs by examination, what holds now by the teacher."""
    return {"KS4": ("test",), "now": ("teacher",), UNTOLD: ("teacher",)}.get(
        stage, ("test", "teacher")
    )


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
    return (
        (found[0], _without(words, patterns[found[0]]))
        if len(found) == 1
        else ("", words)
    )


def _without(words: str, pattern: str) -> str:
    return " ".join(
        re.sub(rf"\b(?:{pattern})\b", " ", words, flags=re.IGNORECASE).split()
    )


def label(name: str) -> str:
    """A column's name as a label.

    >>> label("sen_provision"), label("pupil_id")
    ('SEN provision', 'Pupil number (UPN)')
    """
    label = " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))
    return label[0].upper() + label[1:]
