"""The cells of a column, and what its heading was taken for, corrected by them: 'SEN type' may hold K and E, and 'SEN' a need."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from senlib.frameworks import Framework, looks_like_bands, looks_like_letter_grades
from senlib.school import headings, schema
from senlib.school.headings import LEAVE_OUT, Guess, Result, result_of

UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]", re.IGNORECASE)

# From this share of the cells on, a column is one of what they are.
_MOST, _NEARLY_ALL = 0.5, 0.8

YES = ("y", "yes", "true", "t", "1")
NO = ("n", "no", "false", "f", "0")
NOT_EAL = ("non-eal", "non eal", "not eal")
_EAL_FLAGS = (*YES, *NO, "eal", *NOT_EAL)

_BANDS = "left out, because bands (high, middle, low) are not scores"
_LETTER_GRADES = "left out, because grades A* to G are not on the 9 to 1 scale"
_YES_IS_SUPPORT = (
    "‘yes’ was read as SEN support, because the column does not say who has an EHC plan"
)
# Headings above which bands of prior attainment may stand.
_BAND_HEADING = re.compile(
    r"prior|ks ?2|attain|\bh ?/? ?m ?/? ?l\b|\bpa\b|band|ability", re.IGNORECASE
)


@dataclass(frozen=True)
class Cells:
    """The distinct texts of a column that are not blank, and how many cells hold each."""

    texts: tuple[str, ...]
    counts: np.ndarray
    blank: int

    @property
    def filled(self) -> int:
        """How many cells hold more than blanks."""
        return int(self.counts.sum())

    def share(self, fits: Callable[[str], object]) -> float:
        """The share of the filled cells whose text fits; 0 where none is filled."""
        fitting = list(map(bool, map(fits, self.texts)))
        cells = self.counts[fitting].sum()
        return float(cells / self.filled) if self.filled else 0.0

    def among(self, texts: Collection[str]) -> float:
        """The share of the filled cells that hold one of these texts, in whatever case."""
        return self.share(lambda text: text.casefold() in texts)


def cells_of(column: pd.Categorical) -> Cells:
    """What stands in a column of a table."""
    stripped = column.categories.str.strip()
    texts = np.array(stripped, object)
    counts = np.bincount(column.codes, minlength=texts.size)
    filled = (texts != "") & (counts > 0)
    return Cells(
        texts=tuple(texts[filled]),
        counts=counts[filled],
        blank=int(counts[~filled].sum()),
    )


def corrected(guess: Guess, heading: str, cells: Cells, framework: Framework) -> Guess:
    """The guess from a heading, corrected by what stands in the column."""
    if correct := _CORRECTIONS.get(guess.meaning):
        guess = correct(guess, cells, framework)
    elif result := result_of(guess.meaning):
        guess = _result(guess, result, cells, framework)
    unused = guess.meaning in ("", LEAVE_OUT)
    may_be_bands = unused and _BAND_HEADING.search(heading)
    if may_be_bands and looks_like_bands(cells.texts):
        return Guess(LEAVE_OUT, remark=_BANDS)
    return guess


def _share_accepted(cells: Cells, name: str, framework: Framework) -> float:
    """The share of the filled cells that a column of codes of the pupils table knows."""
    column = schema.pupils_schema(framework).columns[name]
    accepts = partial(schema.is_accepted, column=column)
    return cells.share(accepts)


def _need_or_provision(guess: Guess, cells: Cells, framework: Framework) -> Guess:
    """'SEN type' may hold K and E, and 'SEN' a need."""
    own = guess.meaning.removeprefix("pupil:")
    other = "sen_provision" if own == "need" else "need"
    share = _share_accepted(cells, own, framework)
    if share < _MOST < _share_accepted(cells, other, framework):
        label = "SEN provision" if other == "sen_provision" else "need"
        remark = f"read as {label}, because of what is in it"
        return guess._replace(meaning=f"pupil:{other}", remark=remark)
    yes = cells.among(YES)
    is_flag = yes and yes + cells.among(NO) == 1
    if own == "sen_provision" and is_flag and _has_support(framework):
        meaning = f"pupil:{headings.SEN_SUPPORT}"
        return guess._replace(meaning=meaning, remark=_YES_IS_SUPPORT)
    return guess


def _has_support(framework: Framework) -> bool:
    return "K" in framework.sen_names


def _flag(guess: Guess, cells: Cells, framework: Framework) -> Guess:
    """'EHCP' may be yes or no, or the SEN provision itself."""
    flags = cells.among(YES + NO)
    if not cells.filled or flags > _MOST:
        return guess if _has_support(framework) else Guess("")
    if _share_accepted(cells, "sen_provision", framework) > _MOST:
        remark = "read as SEN provision, because of what is in it"
        return Guess("pupil:sen_provision", remark=remark)
    return Guess("")


def _eal(guess: Guess, cells: Cells, framework: Framework) -> Guess:
    """'EAL' may be yes or no, a stage, or the language itself."""
    if not cells.filled:
        return guess
    if cells.among(_EAL_FLAGS) > _MOST:
        return guess._replace(meaning=f"pupil:{headings.EAL}")
    is_stage = guess.meaning == "pupil:eal_stage"
    if is_stage or _share_accepted(cells, "eal_stage", framework) > _MOST:
        return guess._replace(meaning="pupil:eal_stage")
    words = cells.share(lambda text: len(text) > 2 and text[0].isalpha())
    if words > _MOST:
        remark = "read as first language, because of what is in it"
        return Guess("pupil:language", rank=-100, remark=remark)
    return Guess("")


def _number(guess: Guess, cells: Cells, framework: Framework) -> Guess:
    """A 'student ID' may be the UPN."""
    if cells.share(UPN.fullmatch) > _MOST:
        return guess._replace(meaning="pupil:pupil_id")
    return guess


_CORRECTIONS = {
    "pupil:need": _need_or_provision,
    "pupil:sen_provision": _need_or_provision,
    f"pupil:{headings.EAL}": _eal,
    "pupil:eal_stage": _eal,
    f"pupil:{headings.OWN_NUMBER}": _number,
    f"pupil:{headings.EHC_PLAN}": _flag,
    f"pupil:{headings.SEN_SUPPORT}": _flag,
}


def _result(guess: Guess, result: Result, cells: Cells, framework: Framework) -> Guess:
    """A subject is one only where grades stand below it; bands by name are no scores."""
    untold = result.stage == headings.UNTOLD
    scale = framework.scale_of("now" if untold else result.stage)
    if cells.filled and looks_like_bands(cells.texts):
        return Guess(LEAVE_OUT, remark=_BANDS)
    if scale.fine_grades and looks_like_letter_grades(cells.texts):
        return Guess(LEAVE_OUT, remark=_LETTER_GRADES)
    subject = result.subject
    own = subject in headings.own_subjects(framework)
    is_sure = (own and not guess.unsure) or not cells.filled
    if is_sure and not untold:
        return guess
    flags = set(cells.texts) <= {"0", "1"}
    stages = framework.result_stages() if untold else [result.stage]
    shares = [share_of_results(cells, stage, subject, framework) for stage in stages]
    misfits = flags or max(shares) < _NEARLY_ALL
    return Guess("") if misfits else guess


def share_of_results(
    cells: Cells, stage: str, subject: str, framework: Framework
) -> float:
    """The share of the filled cells that hold a result as the subject can have it at a stage."""
    scale = framework.scale_of(stage)

    def is_result(text: str) -> bool:
        name = scale.parse(text)
        return name is not None and schema.can_be(name, subject, scale, framework)

    return cells.share(is_result)
