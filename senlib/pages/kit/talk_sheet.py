"""The sheet for a talk with a subject leader: where pupils started, are now and could get to, what happened to others, room to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from senlib.exports import word
from senlib.exports.about import About
from senlib.frameworks import Stage
from senlib.pages.kit import others_of_100

ASKS = "What would it take?"

# The columns with their heads and widths; before them is what the rows are, after them the room to write.
HEADS = {
    "start": "Start",
    "now": "Now",
    "aim": "Aim",
    "standing": "Standing",
    "england": "In England",
}
WEIGHTS = [2.2, 0.9, 0.7, 1.3, 1.1]
FOR_ENGLAND, TO_WRITE = 1.1, 5

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
    heads, weights = dict(HEADS), [*WEIGHTS, FOR_ENGLAND]
    if not strips:
        del heads["england"], weights[-1]
    columns = ["what", *heads]
    table = rows[columns].astype(str).assign(room="")
    pieces: list[word.Piece] = [
        _text(intro),
        word.TableBlock(
            heading="",
            heads=[first, *heads.values(), ASKS],
            rows=table.values.tolist(),
            weights=[*weights, TO_WRITE],
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
    steps = stage.outcome_scale.steps()
    codes = set(pd.concat(tables)["outcome"]).difference(steps)
    # Those without a grade come first.
    outcomes = [*sorted(codes, reverse=True), *steps]
    rows = []
    for strip in strips:
        counts = others_of_100.counts(strip.table)
        of_each = counts.reindex(outcomes, fill_value=0)
        reached = others_of_100.reached(strip.table, reach=strip.reach, stage=stage)
        numbers = map(str, (counts.sum(), *of_each))
        rows.append([strip.name, *numbers, reached])
    notes = [
        others_of_100.NO_PREDICTION,
        others_of_100.letters(tables, stage=stage),
        others_of_100.footnote(tables, starts=starts, stage=stage),
    ]
    narrow = [0.6] * len(outcomes)
    return [
        word.TableBlock(
            heading="What pupils in England with the same start went on to",
            heads=[whose, "Of", *outcomes, "Reached the aim"],
            rows=rows,
            weights=[2.6, 1, *narrow, 3],
            wide=True,
        ),
        _text("\n".join(notes)),
    ]


def _text(text: str) -> word.TextBlock:
    return word.TextBlock(heading="", text=text, wide=True)
