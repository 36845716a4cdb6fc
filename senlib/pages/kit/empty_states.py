"""What a page says where it has no pupils to show, or where the school's files lack what it takes; and a way on.

Each emptiness has a sentence of its own, for 'there are none' is not so where it is not known.
"""

from __future__ import annotations

import pandas as pd

from senlib.frameworks import Framework, Stage
from senlib.measures.groups import has_sen
from senlib.measures.tracking import NO_DATE, NO_POINTS, NO_START
from senlib.measures.tracking import NO_NOW as NO_RESULT_NOW
from senlib.pages.kit.sentences import no_sen_code, pupils, without_a_date
from senlib.school.school import School
from senlib.text import joined, lower_first


def choose_again(what: str) -> str:
    """The way on: to the front page, with files that have what is lacking."""
    return f"Choose your files again on the front page, with {what}."


NO_NOW = choose_again("a list of current levels or grades")


def nobody_with_sen(of: int, *, unknown: int = 0, whom: str) -> str:
    """Why there are no pupils with SEN among so many, of whom `unknown` have no SEN code.

    >>> nobody_with_sen(30, whom="in Year 7")
    'Nobody in Year 7 has SEN in the school’s files. If that is wrong, choose your files again on the front page, with your SEN register.'
    >>> nobody_with_sen(0, whom="in Year 7")
    'Nobody in Year 7 is on roll in the school’s files. Choose your files again on the front page, with a list of the pupils who
    are on roll.'
    >>> nobody_with_sen(30, unknown=30, whom="in Year 7")[:66]
    'Nobody in Year 7 has an SEN code, so it is not known who has SEN. '
    """
    if not of:
        where = "Nobody" if whom == "on roll" else f"Nobody {whom}"
        way_on = choose_again("a list of the pupils who are on roll")
        return f"{where} is on roll in the school’s files. {way_on}"
    if unknown == of:
        way_on = choose_again("your SEN register or a list that has an SEN column")
        return (
            f"Nobody {whom} has an SEN code, so it is not known who has SEN. {way_on}"
        )
    if unknown:
        return f"Nobody {whom} is known to have SEN. {no_sen_code(unknown, of=of)}"
    way_on = lower_first(choose_again("your SEN register"))
    return f"Nobody {whom} has SEN in the school’s files. If that is wrong, {way_on}"


def nobody_without_sen(of: int, *, unknown: int = 0, whom: str) -> str:
    """Why there is nobody to compare pupils with SEN with.

    >>> nobody_without_sen(30, whom="in Year 7")[:53]
    'Everyone in Year 7 has SEN in the school’s files, so '
    """
    if unknown:
        return f"Nobody {whom} is known to have no SEN. {no_sen_code(unknown, of=of)}"
    way_on = choose_again("a list of all pupils")
    return f"Everyone {whom} has SEN in the school’s files, so there are no peers to compare with. {way_on}"


def without_sen(table: pd.DataFrame, *, framework: Framework, whom: str) -> str:
    """Why none of these rows of the pupils table has SEN; '' where somebody has."""
    codes = table["sen_provision"]
    if has_sen(codes, framework=framework).any():
        return ""
    unknown = int((codes == "").sum())
    return nobody_with_sen(len(codes), unknown=unknown, whom=whom)


def nobody_on_roll_with_sen(school: School) -> str:
    """Why a list of pupils with SEN has nobody to choose from; '' where it has."""
    on_roll = school.pupils[school.pupils["on_roll"] == "Y"]
    return without_sen(on_roll, framework=school.framework, whom="on roll")


def of_them_with_sen(sen: int, *, unknown: int, of: int) -> str:
    """How many of a number of pupils have SEN, as far as it is known.

    >>> of_them_with_sen(3, unknown=0, of=9), of_them_with_sen(3, unknown=2, of=9)
    ('3 of them with SEN', '3 of them known to have SEN')
    >>> of_them_with_sen(0, unknown=9, of=9), of_them_with_sen(0, unknown=0, of=9)
    ('and it is not known how many of them have SEN', 'none of them with SEN')
    """
    if of and unknown == of:
        return "and it is not known how many of them have SEN"
    count = f"{sen:,}" if sen else "none"
    have = "known to have" if unknown else "with"
    return f"{count} of them {have} SEN"


def no_results(stage: Stage) -> str:
    """That no year has finished a key stage with results.

    >>> from senlib.frameworks import load
    >>> no_results(load("gcse").stage())
    'There are no Key Stage 4 results for a year that has finished. Choose your files again on the front page, with those results.'
    """
    way_on = choose_again("those results")
    return f"There are no {stage.title} results for a year that has finished. {way_on}"


def no_starts(stage: Stage) -> str:
    """That there are results of a key stage, but no starts from which a gain could be counted.

    >>> from senlib.frameworks import load
    >>> no_starts(load("levels").stage("KS3"))
    'There are Key Stage 3 results but no KS2 results beside them, so no gain can be counted. Choose your files again on the front
    page, with KS2 results.'
    """
    what = f"{stage.entry_stage} results"
    return f"There are {stage.title} results but no {what} beside them, so no gain can be counted. {choose_again(what)}"


def no_entries(stage: Stage, *, of: int, whom: str) -> str:
    """That the start of none of so many pupils is known.

    >>> from senlib.frameworks import load
    >>> no_entries(load("gcse").stage(), of=1, whom="in Year 7")
    'There are no KS2 results for the 1 pupil in Year 7, so nobody’s start is known. Choose your files again on the front
    page, with KS2 results.'
    """
    what = f"{stage.entry_stage} results"
    return f"There are no {what} for the {pupils(of)} {whom}, so nobody’s start is known. {choose_again(what)}"


def no_now(subject: str, *, of: int) -> str:
    """That none of so many pupils has a current level or grade.

    >>> no_now("English", of=4)
    'None of these 4 pupils has a current result in English, so it is not known who is on course. Choose your files again on the
    front page, with a list of current levels or grades.'
    """
    if of == 1:
        sentence = f"This pupil has no current result in {subject}, so it is not known whether the pupil is on course."
    else:
        sentence = f"None of these {of:,} pupils has a current result in {subject}, so it is not known who is on course."
    return f"{sentence} {NO_NOW}"


def nobody_judged(unjudged: pd.Series, *, stage: Stage, subject: str, whom: str) -> str:
    """Why it cannot be said of anybody whether they are on course, by the `unjudged` of a `tracking.track` table; and a way on.

    >>> from senlib.frameworks import load
    >>> stage = load("levels").stage()
    >>> nobody_judged(pd.Series(["no date"] * 3), stage=stage, subject="English", whom="in Year 7")[:57]
    'It is not known yet who in Year 7 is on course in English'
    >>> nobody_judged(pd.Series(["no start"] * 3), stage=stage, subject="English", whom="in Year 7")[:51]
    'There are no KS2 results for the 3 pupils in Year 7'
    """
    count = unjudged.value_counts()
    of, reasons = len(unjudged), set(count.index)
    if reasons == {NO_RESULT_NOW}:
        return no_now(subject, of=of)
    if reasons == {NO_START}:
        return no_entries(stage, of=of, whom=whom)
    lacks = {
        NO_RESULT_NOW: "no current result",
        NO_START: f"no {stage.entry_stage} result",
        NO_POINTS: "W, a P level or a code, which have no points",
    }
    counts = [_have(int(count[why]), lacks[why]) for why in lacks if why in reasons]
    return joined(
        f"It is not known yet who {whom} is on course in {subject}.",
        f"{'; '.join(counts)}." if counts else "",
        without_a_date(int(count.get(NO_DATE, 0))),
        NO_NOW if NO_RESULT_NOW in reasons else "",
    )


def _have(count: int, what: str) -> str:
    return f"{pupils(count)} {'has' if count == 1 else 'have'} {what}"
