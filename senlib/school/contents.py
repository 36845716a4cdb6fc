"""What stands in a column, in words and without any pupil's value: '163 scores, 12 blank, 3 codes: B, B, A'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pandera.pandas as pa

from senlib.frameworks import Framework, Scale
from senlib.school import headings, schema
from senlib.school.cells import Cells
from senlib.school.headings import UNTOLD
from senlib.school.matching import MatchedColumn

# So many codes are written out one by one; more are counted.
_WRITTEN_OUT = 6
# Columns whose few values are groups of pupils, each worth its number.
_IN_GROUPS = (
    "sen_provision",
    "need",
    "need_2",
    "year_group",
    "sex",
    "fsm",
    "eal_stage",
    "on_roll",
    "able",
    "ks4_year",
)
_MOST_GROUPS = 15
_YES_OR_NO = (headings.EAL, headings.SEN_SUPPORT, headings.EHC_PLAN)


def holds(cells: Cells, column: MatchedColumn, *, framework: Framework) -> str:
    """What stands in a column, by what it was taken for.

    >>> from senlib.frameworks import load
    >>> import numpy as np
    >>> cells = Cells(texts=("104", "B"), counts=np.array([163, 2]), blank=12)
    >>> reading = MatchedColumn(index=0, heading="KS2 Reading", meaning="result:KS2:Reading:test", guess="result:KS2:Reading:test")
    >>> holds(cells, reading, framework=load("gcse"))
    '163 results, 2 codes: B, B, 12 blank'
    """
    if not cells.filled:
        return "nothing"
    name = column.name
    if column.used and (result := column.result):
        stage = "now" if result.stage == UNTOLD else result.stage
        parts = _results(cells, framework.scale_of(stage))
    elif column.used and name in _IN_GROUPS:
        declared = schema.pupils_schema(framework).columns[name]
        turn = schema.turner(name, column=declared, framework=framework)
        parts = _groups(cells, turn, declared)
    else:
        parts = [f"{cells.filled:,} filled in"]
        if column.used and name in _YES_OR_NO:
            parts.append("yes or no")
    blank = [f"{cells.blank:,} blank"] if cells.blank else []
    return ", ".join(parts + blank)


def _texts_and_counts(cells: Cells) -> Iterable[tuple[str, int]]:
    counts: list[int] = cells.counts.tolist()
    return zip(cells.texts, counts, strict=True)


def _results(cells: Cells, scale: Scale) -> list[str]:
    """How many results there are, how many codes and which, and how many cells are neither."""
    codes: Counter[str] = Counter()
    results = others = 0
    for text, count in _texts_and_counts(cells):
        name = scale.parse(text) or scale.from_date(text)
        if name is None:
            others += count
        elif not scale.is_code(name):
            results += count
        else:
            codes[name] += count
    parts = (
        [f"{results:,} result{'' if results == 1 else 's'}"]
        if results or not codes
        else []
    )
    if codes:
        parts.append(
            f"{codes.total():,} code{'' if codes.total() == 1 else 's'}: {_codes(codes)}"
        )
    if others:
        parts.append(f"{others:,} not recognised")
    return parts


def _codes(codes: Counter[str]) -> str:
    if codes.total() <= _WRITTEN_OUT:
        return ", ".join(sorted(codes.elements()))
    counts = codes.most_common()
    return ", ".join(f"{name} ({count:,})" for name, count in counts)


def _groups(cells: Cells, turn: Callable[[str], str], declared: pa.Column) -> list[str]:
    """How many cells there are of each group, and how many are of none."""
    groups: Counter[str] = Counter()
    for text, count in _texts_and_counts(cells):
        groups[turn(text)] += count
    known = {
        name: count for name, count in groups.items() if schema.fits(name, declared)
    }
    others = groups.total() - sum(known.values())
    if len(known) > _MOST_GROUPS:
        return [f"{cells.filled:,} filled in"]
    parts = [f"{name}: {known[name]:,}" for name in sorted(known, key=_order) if name]
    return parts + ([f"{others:,} not recognised"] if others else [])


def _order(name: str) -> tuple[int, str]:
    if name.isdigit():
        return int(name), ""
    return 0, name
