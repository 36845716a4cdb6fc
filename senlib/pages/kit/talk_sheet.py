"""The sheet for a talk with a subject leader: where pupils started, are now and could get to, what happened to others, room to write."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from senlib.exports import word
from senlib.exports.about import About
from senlib.frameworks import Stage
from senlib.measures.others import counted_in, share
from senlib.pages.kit import others_of_100, sentences

ASKS = "What would it take?"

HEADS = {"start": "Start", "now": "Now", "aim": "Aim", "standing": "Standing"}
WEIGHTS = (2.2, 0.9, 0.7, 1.3, 1.1, 1.1, 5)

# Room to write by hand, in cm.
ROOM = 1.7

# A strip: whose it is, an `others` table, and the outcome that is aimed at.
Strip = tuple[str, pd.DataFrame, str]


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

    `rows` has what (pupils, or the subjects of one; `first` heads it), start, now, aim, standing and england (as `hundred.short` says
    it; the column is left out where nothing is held). `england` are strips to show in figures, each of a group or a subject, as
    `whose` says. `starts` are the bands they are of.
    """
    held = [strip for strip in england if len(strip[1])]
    shown = HEADS | ({"england": "In England"} if held else {})
    lines = [
        [*(str(value) for value in line), ""]
        for line in rows[["what", *shown]].itertuples(index=False)
    ]
    pieces: list[word.Piece] = [
        word.TextBlock(heading="", text=intro, wide=True),
        word.TableBlock(
            heading="",
            heads=[first, *shown.values(), ASKS],
            rows=lines,
            weights=[*WEIGHTS[: len(shown) + 1], WEIGHTS[-1]],
            room=ROOM,
            wide=True,
        ),
    ]
    if held:
        pieces += _in_england(held, whose=whose, starts=starts, stage=stage)
    return word.document(pieces, about=about, heading=heading)


def _in_england(
    held: Sequence[Strip], *, whose: str, starts: Sequence[str], stage: Stage
) -> list[word.Piece]:
    """The strips in figures, a row each, and what they are."""
    outcomes = _outcomes([table for _, table, _ in held], stage=stage)
    lines = []
    for name, table, reach in held:
        counts = table.set_index("outcome")[counted_in(table)]
        reached = share(table, reach=reach, stage=stage)
        told = f"{others_of_100.short(reached)} reached {sentences.reached(reach, stage=stage)}"
        lines.append(
            [
                name,
                str(reached.of),
                *(str(counts.get(outcome, 0)) for outcome in outcomes),
                told,
            ]
        )
    tables = [table for _, table, _ in held]
    told = [
        others_of_100.NO_PREDICTION,
        others_of_100.letters(tables, stage=stage),
        others_of_100.footnote(tables, starts=starts, stage=stage),
    ]
    return [
        word.TableBlock(
            heading="What pupils in England with the same start went on to",
            heads=[whose, "Of", *outcomes, "Reached the aim"],
            rows=lines,
            weights=[2.6, 1, *[0.6] * len(outcomes), 3],
            wide=True,
        ),
        word.TextBlock(heading="", text="\n".join(told), wide=True),
    ]


def _outcomes(tables: Sequence[pd.DataFrame], *, stage: Stage) -> list[str]:
    """The outcomes of several tables, in the scale's order: those without a grade first."""
    found = {outcome for table in tables for outcome in table["outcome"]}
    steps = stage.outcome_scale.steps()
    return [*sorted(found - set(steps), reverse=True), *steps]
