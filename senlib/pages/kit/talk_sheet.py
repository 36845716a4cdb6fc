"""The sheet for a talk with a subject leader: where pupils started, are now and could get to, what happened to others, room to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from senlib.exports import word
from senlib.exports.about import About
from senlib.frameworks import Stage
from senlib.measures.others import counted_in
from senlib.pages.kit import others_of_100

ASKS = "What would it take?"

HEADS = {"start": "Start", "now": "Now", "aim": "Aim", "standing": "Standing"}
WEIGHTS = (2.2, 0.9, 0.7, 1.3, 1.1, 1.1, 5)

# Room to write by hand, in cm.
ROOM = 1.7


class Strip(NamedTuple):
    """What pupils in England went on to: whose row it is, an `others` table, and the outcome that is aimed at."""

    name: str
    table: pd.DataFrame
    reach: str


def sheet(
    rows: pd.DataFrame,
    *,
    first: str,
    about: About,
    heading: str,
    intro: str,
    england: Sequence[Strip],
    whose: str,
    starts: Sequence[str],
    stage: Stage,
) -> bytes:
    """The sheet in Word, across the page: `rows` with room to write beside each, over what pupils in England went on to.

    `rows` has what (pupils, or the subjects of one; `first` heads it), start, now, aim, standing and england (in the words of
    `others_of_100.short`; without any figures of England the column is left out). `england` are strips to show in figures, each of a
    group or a subject, as `whose` says. `starts` are the bands they are of.
    """
    strips = [strip for strip in england if len(strip.table)]
    heads = HEADS | ({"england": "In England"} if strips else {})
    table = rows[["what", *heads]].astype(str)
    weights = WEIGHTS[: len(heads) + 1]
    pieces: list[word.Piece] = [
        word.TextBlock(heading="", text=intro, wide=True),
        word.TableBlock(
            heading="",
            heads=[first, *heads.values(), ASKS],
            rows=table.assign(room="").values.tolist(),
            weights=[*weights, WEIGHTS[-1]],
            room=ROOM,
            wide=True,
        ),
    ]
    if strips:
        pieces += _in_england(strips, whose=whose, starts=starts, stage=stage)
    return word.document(pieces, about=about, heading=heading)


def _in_england(
    strips: Sequence[Strip], *, whose: str, starts: Sequence[str], stage: Stage
) -> list[word.Piece]:
    """The strips in figures, a row each, and what they are."""
    tables = [strip.table for strip in strips]
    outcomes = _outcomes(tables, stage=stage)
    notes = [
        others_of_100.NO_PREDICTION,
        others_of_100.letters(tables, stage=stage),
        others_of_100.footnote(tables, starts=starts, stage=stage),
    ]
    return [
        word.TableBlock(
            heading="What pupils in England with the same start went on to",
            heads=[whose, "Of", *outcomes, "Reached the aim"],
            rows=[_counts(strip, outcomes, stage=stage) for strip in strips],
            weights=[2.6, 1, *[0.6] * len(outcomes), 3],
            wide=True,
        ),
        word.TextBlock(heading="", text="\n".join(notes), wide=True),
    ]


def _counts(strip: Strip, outcomes: Sequence[str], *, stage: Stage) -> list[str]:
    """A row of the table: of how many, how many had each outcome, and how many reached the aim."""
    counts = strip.table.set_index("outcome")[counted_in(strip.table)]
    reached = others_of_100.reached(strip.table, reach=strip.reach, stage=stage)
    return [
        strip.name,
        str(counts.sum()),
        *(str(counts.get(outcome, 0)) for outcome in outcomes),
        reached,
    ]


def _outcomes(tables: Sequence[pd.DataFrame], *, stage: Stage) -> list[str]:
    """The outcomes of several tables, in the scale's order: those without a grade first."""
    outcomes = set(pd.concat(tables)["outcome"])
    steps = stage.outcome_scale.steps()
    return [*sorted(outcomes - set(steps), reverse=True), *steps]
