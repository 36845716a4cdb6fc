"""What a heading means: a column of the pupils or results table, a result of a stage, subject and kind, or nothing.

A meaning is written as text, so that it can be kept: 'pupil:need', 'row:stage' (a table with one result a row),
'result:KS2:English:test' (a sheet with one pupil a row), or 'leave out'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from senlib.frameworks import Framework
from senlib.school import schema, terms
from senlib.school.column_texts import normal
from senlib.school.other_names import HEADINGS, NOT_NEEDED, RESULTS, Names
from senlib.school.terms import Moment

LEAVE_OUT = "leave out"
# The stage of a column named after a subject alone: she is asked which one it is.
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
# Where DfE writes that a pupil did not sit a paper, beside the score that is blank then.
OUTCOME_BESIDE = {"readoutcome": "Reading", "matoutcome": "Mathematics"}

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
# What a pupil works at is not what the pupil is heading for, and only that can be compared with an outcome.
_WORKING_AT = re.compile(r"\bworking at\b|\bwag\b", re.IGNORECASE)
_HEADING_FOR = re.compile(r"\b(predict\w*|forecasts?)\b", re.IGNORECASE)
_KINDS = {
    "teacher": r"ta|teacher assessments?|teacher assessed|teacher",
    "test": r"tt|tests?|exams?|sats?",
}
# Words that say no more than that these are results.
_FILLERS = r"levels?|lev|grades?|scores?|scaled|ss|results?|points|actual|final|overall|attained|outcome|fine|nc|sub|in|at|of|the"
# Words that say that a column of the entry stage is the average of its papers, or a band of it.
_AVERAGE = r"averages?|avg|ave|av|mean|prior|attainment|att|bands?|fft|aps|combined"
# Words that say that a column which names a stage and a subject is something else than the result.
_OTHERWISE = re.compile(
    r"\b(targets?|predict\w*|forecasts?|estimat\w*|expected|mock|effort|marks?|date|year|board|series|tier|set|class|"
    r"group|teachers|total|count|number|entries|entered|progress|residual|gain|change|diff\w*|rank|percentile|"
    r"(?<!prior )attainment|value added|va|writing|gps|spag|grammar)\b",
    re.IGNORECASE,
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

    @property
    def label(self) -> str:
        """In words."""
        if self.stage == UNTOLD:
            return f"{self.subject} (see the question above)"
        return f"{self.stage[0].upper()}{self.stage[1:]} {self.subject} ({self.kind})"


def result_of(meaning: str) -> Result | None:
    """The result that a meaning is; None for any other meaning."""
    kind, *parts = meaning.split(":")
    return Result(*parts) if kind == "result" and len(parts) == 3 else None


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
    columns = schema.pupils_schema(framework).columns
    pupils = {f"pupil:{name}": label(name) for name in columns}
    aids = {f"pupil:{name}": label for name, label in AIDS.items()}
    results = [
        Result(stage, subject.name, kind)
        for stage in framework.result_stages()
        for subject in framework.subjects
        if _taken_at(stage, subject.name, framework)
        for kind in _kinds(stage)
    ]
    rows = {
        f"row:{name}": f"{label(name)} (in a table with one result per row)"
        for name in schema.results_schema(framework).columns
        if name != "pupil_id"
    }
    labels = {result.meaning: result.label for result in results}
    return {LEAVE_OUT: "Leave out", **pupils, **aids, **labels, **rows}


def label_of(meaning: str, labels: Mapping[str, str]) -> str:
    """A meaning in words, also of one that is not in the list, such as a subject that only this school has.

    >>> label_of("result:KS4:Art:test", {}), label_of("result:?:English:teacher", {}), label_of("", {})
    ('KS4 Art (test)', 'English (see the question above)', '')
    """
    result = None if meaning in labels else result_of(meaning)
    return result.label if result else labels.get(meaning, meaning)


def possible(meaning: str, framework: Framework) -> bool:
    """Whether a meaning, perhaps kept from another framework, is one that this framework has."""
    result = result_of(meaning)
    return meaning in choices(framework) or (
        result is not None
        and result.stage in framework.result_stages()
        and framework.subject(result.subject) == result.subject
        and result.kind in _KINDS
    )


def _by_name(kind: str, headings: Names) -> dict[str, Guess]:
    """The guess for each of these headings of columns, normalised; the better ones come first, a column's own name last."""
    return {
        key: Guess(f"{kind}:{name}", rank=-place)
        for name, names in headings.items()
        for place, key in enumerate(dict.fromkeys(map(normal, [*names, name])))
    }


_KNOWN = dict.fromkeys(map(normal, NOT_NEEDED), Guess(LEAVE_OUT))
_KNOWN |= _by_name("pupil", HEADINGS["aids"])
_KNOWN |= _by_name("pupil", HEADINGS["pupils"])
# In a table with one result a row these go first.
_OF_ROWS = _by_name("row", HEADINGS["results"])
# Of twins the later is better.
_NAMED = {
    normal(heading): Result(*meaning.split(":"))
    for meaning, names in RESULTS.items()
    for heading in reversed(names)
}


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
    if long and key in _OF_ROWS:
        return _OF_ROWS[key]
    if key in _KNOWN:
        return _KNOWN[key]
    bare = re.sub(r"\([^()]*\)", " ", heading).strip()
    if bare and bare != heading:
        of_bare = guess(bare, framework, long=long)
        if of_bare.meaning:
            return of_bare
    of_result = Guess("") if long else _of_result(heading, framework)
    if of_result.meaning:
        return of_result
    unused = key in _NAMED or not_a_result(heading)
    return Guess(LEAVE_OUT if unused else "")


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
    words = _words(heading)
    stage, _ = _taken(words, _STAGES)
    return bool(stage and _OTHERWISE.search(words))


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
    named = _NAMED.get(_key(heading))
    return named in [Result("KS2", paper, "test") for paper in _ENTRY_SUBJECTS[:2]]


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
    result = result_of(_of_result(heading, framework).meaning)
    return result if result and result.stage != UNTOLD else None


def _of_result(heading: str, framework: Framework) -> Guess:
    """The guess for a heading that may name a result; one without a meaning where it names none."""
    key = _key(heading)
    if named := _NAMED.get(key):
        is_own = named.subject in own_subjects(framework)
        rank = list(_NAMED).index(key)
        return Guess(named.meaning, rank=rank) if is_own else Guess("")
    moment, rest = terms.taken(heading)
    words = _words(rest)
    forecasts = framework.tracking.method == "forecast"
    forecast = _HEADING_FOR.search(words) if forecasts else None
    if forecast:
        words = _without(words, forecast[0])
    if _OTHERWISE.search(words):
        return Guess("")
    working_at = forecasts and _WORKING_AT.search(words)
    stage, words = _taken(words, _STAGES)
    if not stage:
        is_current = moment or forecast
        stage = "now" if is_current else _stage_of_scaled(words, framework)
    if (stage and stage not in framework.result_stages()) or (
        forecast and stage != "now"
    ):
        return Guess("")
    by_subject = _of_subject(words, stage, moment, framework)
    if working_at and by_subject.meaning:
        return Guess(LEAVE_OUT, remark=WORKING_AT)
    if forecast and by_subject.meaning:
        rank = by_subject.rank - 2
        return by_subject._replace(rank=rank, remark=HEADING_FOR)
    return by_subject


def _stage_of_scaled(words: str, framework: Framework) -> str:
    """The stage of words such as 'SATs' or 'scaled score'; '' where there is none of scaled scores, or no such word."""
    entry = framework.stages[0]
    scaled = re.search(rf"\b({_SCALED})\b", words, re.IGNORECASE)
    return entry.entry_stage if entry.averaged and scaled else ""


def own_subjects(framework: Framework) -> set[str]:
    """The names of a framework's own subjects."""
    return {subject.name for subject in framework.subjects}


def _of_subject(
    words: str, stage: str, moment: Moment | None, framework: Framework
) -> Guess:
    """The guess for the words that are left without stage and moment; a stage of '' is not known."""
    own = own_subjects(framework)
    entry = framework.stages[0].entry_stage
    last = framework.stages[-1].name
    kind, rest = _taken(words, _KINDS)
    # 'Science double award' has no filler, 'English level' does: the whole is tried before it is shortened.
    short = _without(rest, _FILLERS)
    for subject in (words, rest, short):
        name = framework.subject(subject)
        if name in own and (stage or name not in _ENTRY_SUBJECTS[::2]):
            return _at_stage(stage or UNTOLD, name, kind, framework, moment)
    if _is_average(words, short, stage, framework):
        average = Result(entry, "Prior attainment", kind or "test")
        return Guess(average.meaning, moment, rank=-3, unsure=True)
    if _QUALIFICATIONS.search(words) and stage in ("", last):
        stage, short = last, _without(words, _KINDS["test"])
    can_have_others = stage == last or (stage == "now" and moment)
    is_name = re.fullmatch(r"[^\W\d]{2,}( (&|[^\W\d]+))*", short)
    if framework.other_subjects and can_have_others and is_name:
        other = Result(stage, short, kind or _kinds(stage)[0])
        return Guess(other.meaning, moment)
    return Guess("")


def _is_average(words: str, short: str, stage: str, framework: Framework) -> bool:
    """Whether words say no more than that a column is the average at entry: 'KS2', 'KS2 fine score', 'prior attainment score'.

    `short` are the words without kind and fillers.
    """
    entry = framework.stages[0]
    is_prior = not stage and re.search(r"(?i)\bprior\b", words)
    at_entry = is_prior or stage == entry.entry_stage
    return bool(entry.averaged and at_entry) and not _without(short, _AVERAGE)


def taken_as(result: Result, framework: Framework) -> Result | None:
    """A result as the framework takes it: English at an entry of scaled scores is reading; None where it takes none such.

    >>> from senlib.frameworks import load
    >>> taken_as(Result("KS2", "English Language", "test"), load("gcse"))
    Result(stage='KS2', subject='Reading', kind='test')
    >>> taken_as(Result("KS2", "Combined Science", "test"), load("gcse"))
    """
    return result_of(_at_stage(*result, framework, None).meaning)


def _at_stage(
    stage: str, subject: str, kind: str, framework: Framework, moment: Moment | None
) -> Guess:
    """A guess for a subject of the framework's own at a stage."""
    kind = kind or _kinds(stage)[0]
    if stage == UNTOLD or _taken_at(stage, subject, framework):
        result = Result(stage, subject, kind)
        return Guess(result.meaning, moment, rank=-1)
    at_entry = stage == framework.stages[0].entry_stage
    if at_entry and subject.startswith("English Lang"):
        reading = Result(stage, "Reading", kind)
        return Guess(reading.meaning, moment, rank=-2, remark=AS_READING)
    return Guess(LEAVE_OUT)


def _taken_at(stage: str, subject: str, framework: Framework) -> bool:
    """Whether a subject has results at a stage."""
    entry = framework.stages[0]
    if entry.averaged and stage == entry.entry_stage:
        return subject in _ENTRY_SUBJECTS
    return stage == entry.entry_stage or subject in framework.outcome_subjects()


def _key(heading: str) -> str:
    """A heading as it is looked up, without the 'KS4_' before every heading of DfE's pupil files."""
    return normal(heading.removeprefix("KS4_") if heading != "KS4_YEAR" else heading)


def _kinds(stage: str) -> tuple[str, ...]:
    """How a stage's results are given, the usual way first: GCSEs by examination, current results by the teacher."""
    usual = {"KS4": ("test",), "now": ("teacher",), UNTOLD: ("teacher",)}
    return usual.get(stage, ("test", "teacher"))


def _words(heading: str) -> str:
    """A heading in single words: 'KS2EnTA' and 'ks2_en_ta' as 'KS2 En TA'.

    >>> _words("KS2EnTA"), _words("MathsKS2")
    ('KS2 En TA', 'Maths KS2')
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=KS\d)(?=[A-Za-z])", " ", heading)
    return " ".join(re.findall(r"[^\W_]+|&", parted))


def _taken(words: str, patterns: Mapping[str, str]) -> tuple[str, str]:
    """Which one of the patterns stands in the words, and the words without it; '' where none does, or more than one."""
    names = [
        name
        for name, pattern in patterns.items()
        if re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE)
    ]
    if len(names) != 1:
        return "", words
    return names[0], _without(words, patterns[names[0]])


def _without(words: str, pattern: str) -> str:
    rest = re.sub(rf"(?i)\b(?:{pattern})\b", " ", words)
    return " ".join(rest.split())


def label(name: str) -> str:
    """A column's name as a label.

    >>> label("sen_provision"), label("pupil_id")
    ('SEN provision', 'Pupil number (UPN)')
    """
    label = " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))
    return label[0].upper() + label[1:]
