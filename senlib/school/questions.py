"""What files do not say and only she can: each question with the answers there are, and the one that is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from senlib.frameworks import Framework, Stage
from senlib.school.terms import HALF_TERMS

NOT_KNOWN = "not_known"
LEAVE_OUT, ADD = "leave_out", "add"

_MOST_FILES = 4
_STAGES = {
    "KS2": "Key stage 2 results",
    "KS3": "Key stage 3 results",
    "KS4": "GCSE results awarded",
    "now": "Current grades or levels",
}


@dataclass(frozen=True)
class Question:
    """A key that never changes, the text, the answers there are with their words, and the proposal.

    `answer` is the one that was counted with: hers, else the proposal.
    """

    key: str
    text: str
    options: Mapping[str, str]
    proposal: str
    answer: str = ""

    def answered(self, said: str) -> Question:
        """The question with her answer, or with the proposal where she gave none that there is."""
        answer = said if said in self.options else self.proposal
        return replace(self, answer=answer)


def which_stage(file: str, *, framework: Framework, proposal: str) -> Question:
    """Of which stage results are that do not say theirs."""
    stages = {
        stage: _STAGES.get(stage, f"{stage} results")
        for stage in framework.result_stages()
    }
    text = f"What are the results in {file}? It does not say which key stage they are from."
    return Question(f"stage:{file}", text, stages, proposal)


def which_date(
    file: str,
    *,
    framework: Framework,
    academic_year: int,
    today: date,
    dated: str,
    said: str,
) -> Question:
    """When current results are from. `dated` is the list's own date where she gave one, `said` any other day that she answered."""
    options = _half_terms(academic_year, today=today)
    options[NOT_KNOWN] = "Not known"
    for day in filter(None, (dated, said)):
        options = {day: options.get(day, day)} | options
    needed = " Progress cannot be judged without a date." * (
        framework.tracking.method == "line"
    )
    text = f"When are the current results in {file} from?{needed}"
    return Question(f"now_date:{file}", text, options, dated or NOT_KNOWN)


def which_school_year(
    file: str, *, stage: Stage, with_result: int, pupils: int, academic_year: int
) -> Question:
    """Whether a list is last year's, because its oldest have results of a summer that is still to come."""
    text = (
        f"Is this last year’s list? In {file}, {with_result:,} of {in_words(pupils)} in Year {stage.ends_in_year} "
        f"already {'has' if with_result == 1 else 'have'} {stage.title} results, and summer {academic_year} is still to come."
    )
    last, this = academic_year - 1, academic_year
    options = {
        f"{last}": f"Yes, it is from {school_year(last)}",
        f"{this}": f"No, it is from {school_year(this)}",
    }
    return Question(f"school_year:{file}", text, options, f"{last}")


def blank_sen(
    *, blank: int, pupils: int, with_sen: int, none: str, proposal: str
) -> Question:
    """Whether a blank in SEN means that there is none, as in the exports of many systems."""
    text = (
        f"Does a blank mean no SEN? SEN is blank for {blank:,} of {in_words(pupils)}; "
        f"{with_sen:,} {'has' if with_sen == 1 else 'have'} SEN."
    )
    options = {
        none: "Yes, a blank means no SEN",
        NOT_KNOWN: "No, their SEN is not known",
    }
    return Question("blank_sen", text, options, proposal)


def which_file(
    what: str, *, label: str, files: Sequence[str], pupils: int, proposal: str
) -> Question:
    """Which of several files is right where they contradict one another; `what` is the column, or the result."""
    text = f"{label}: {listed(files)} disagree about {in_words(pupils)}. Which file is right?"
    return Question(f"wins:{what}", text, {file: file for file in files}, proposal)


def taken(question: Question, *, label: str, answer: str) -> str:
    """What became of a contradiction, as a note."""
    about = question.text.removeprefix(f"{label}: ").partition(". ")[0]
    return f"{label}: {about}. {answer} was used."


def whose_pupils(file: str, *, name: str, strangers: int, pupils: int) -> Question:
    """Whether pupils who are in one list alone are the school's."""
    text = (
        f"{'Is this pupil' if strangers == 1 else 'Are these pupils'} at your school? {strangers:,} of the {in_words(pupils)} in {name} "
        f"{'is' if strangers == 1 else 'are'} in no other list."
    )
    one = strangers == 1
    options = {
        LEAVE_OUT: "No, leave this pupil out" if one else "No, leave them out",
        ADD: "Yes, add this pupil" if one else "Yes, add them",
    }
    return Question(f"only_in:{file}", text, options, LEAVE_OUT)


def listed(files: Sequence[str]) -> str:
    """Files in a row, as they are read out; of many the first and how many more.

    >>> listed(["a.csv", "b.csv"]), listed(["a.csv", "b.csv", "c.csv", "d.csv", "e.csv"])
    ('a.csv and b.csv', 'a.csv and 4 other files')
    """
    if len(files) > _MOST_FILES:
        return f"{files[0]} and {len(files) - 1} other files"
    return " and ".join(filter(None, (", ".join(files[:-1]), files[-1])))


def school_year(summer: int) -> str:
    """A school year by its summer.

    >>> school_year(2027)
    '2026/27'
    """
    return f"{summer - 1}/{summer % 100:02d}"


def in_words(pupils: int) -> str:
    """So many pupils, in words.

    >>> in_words(1), in_words(1200)
    ('1 pupil', '1,200 pupils')
    """
    return "1 pupil" if pupils == 1 else f"{pupils:,} pupils"


def _half_terms(academic_year: int, *, today: date) -> dict[str, str]:
    """The half-terms that have come, of this school year and the one before, newest first: their last day, and their name."""
    names = {}
    for summer in (academic_year, academic_year - 1):
        for (term, half), (month, day, back) in reversed(HALF_TERMS.items()):
            last = date(summer - back, month, day)
            if last <= today:
                names[last.isoformat()] = (
                    f"{term.capitalize()} {half} {school_year(summer)}"
                )
    return names
