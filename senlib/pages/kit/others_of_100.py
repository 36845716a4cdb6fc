"""A hundred others: what pupils in England with the same start went on to, as a sentence, as a strip of 100 squares and in a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.others import Share, counted_in, others, share
from senlib.pages.kit import layout, sentences
from senlib.workspace import Workspace

# Said wherever one of these figures stands.
NO_PREDICTION = (
    "That is what happened to others. It is not a prediction, and not a ceiling."
)

BELOW_THE_TEST = (
    "England counts pupils who worked below the test among those who started below 80."
)

NUMBERS = {
    "outcome": "Grade",
    "of_100": "Of 100",
    "pupils": "Pupils in England",
    "percent": "Percent",
}


def held(framework: Framework) -> bool:
    """Whether England's figures by start and grade are held for a framework.

    >>> from senlib.frameworks import load
    >>> held(load("gcse")), held(load("levels"))
    (True, False)
    """
    return bool(len(national.matrix(framework.name)))


def group_of(sen_provision: str, *, framework: Framework) -> str:
    """With whom in England a pupil is compared: pupils with SEN or without; with all where the code is not known.

    >>> from senlib.frameworks import load
    >>> [group_of(code, framework=load("gcse")) for code in ("K", "N", "")]
    ['SEN', 'no SEN', 'all']
    """
    return framework.sen_groups.get(sen_provision, "all")


def whom(group: str) -> str:
    """A group of pupils in England, in words.

    >>> whom("SEN"), whom("no SEN"), whom("all")
    ('pupils with SEN', 'pupils without SEN', 'pupils')
    """
    return {"SEN": "pupils with SEN", "no SEN": "pupils without SEN"}.get(
        group, "pupils"
    )


def named(group: str) -> str:
    """The same at the head of a row.

    >>> named("no SEN"), named("all")
    ('Pupils without SEN', 'Pupils')
    """
    name = whom(group)
    return name[0].upper() + name[1:]


def of_group(
    workspace: Workspace, *, subject: str, entry: str, group: str, reach: str
) -> pd.DataFrame:
    """What pupils of a group in England with this start went on to, on the way that Task 4 follows: `measures.others.others`."""
    framework = workspace.school.framework
    matrix = workspace.matrix()
    return others(
        framework=framework,
        stage=framework.stage(framework.tracking.stage),
        subject=subject,
        entry=entry,
        group=group,
        reach=reach,
        matrix=matrix,
    )


def beside(
    workspace: Workspace, *, subject: str, entry: str, sen_provision: str, reach: str
) -> pd.DataFrame:
    """What pupils in England with the start and the group of one of the school's went on to."""
    group = group_of(sen_provision, framework=workspace.school.framework)
    return of_group(workspace, subject=subject, entry=entry, group=group, reach=reach)


def short(found: Share | None) -> str:
    """How many of how many, as a list has it; '' where nothing is held.

    Where somebody got there, or somebody did not, no rounding says that nobody or everybody did.

    >>> short(Share(17, 100, 2647, 15954)), short(Share(0, 100, 13, 15954)), short(Share(3, 12, 3, 12)), short(None)
    ('17 of 100', 'fewer than 1 of 100', '3 of 12', '')
    >>> short(Share(100, 100, 998, 1000)), short(Share(0, 100, 0, 500)), short(Share(100, 100, 500, 500))
    ('more than 99 of 100', '0 of 100', '100 of 100')
    """
    if found is None:
        return ""
    if found.reached == 0 and found.pupils:
        return f"fewer than 1 of {found.of}"
    if found.reached == found.of and found.pupils < found.row_pupils:
        return f"more than {found.of - 1} of {found.of}"
    return f"{found.reached} of {found.of}"


def in_order() -> list[str]:
    """Every way in which `short` can say how many of 100, upwards, so that a list sorts by it."""
    counts = [f"{count} of 100" for count in range(101)]
    return [
        counts[0],
        "fewer than 1 of 100",
        *counts[1:-1],
        "more than 99 of 100",
        counts[-1],
    ]


def sentence(
    table: pd.DataFrame,
    *,
    group: str,
    reach: str,
    stage: Stage,
    start: str = "who started there",
) -> str:
    """How many of 100 reached an outcome, with the year; '' where nothing is held.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> stage = gcse.stage("KS4")
    >>> table = others(framework=gcse, stage=stage, subject="Mathematics", entry="90-95.5", reach="4")
    >>> sentence(table, group="SEN", reach="4", stage=stage)
    'In England 17 of 100 pupils with SEN who started there reached grade 4 or above (2024).'
    """
    found = share(table, reach=reach, stage=stage)
    if found is None:
        return ""
    aim, year = sentences.reached(reach, stage=stage), table["year"].iloc[0]
    if found.of < 100:
        few = whom(group).replace("pupils", sentences.pupils(found.of))
        return (
            f"Of only {few} in England {start}, {found.reached} reached {aim} ({year})."
        )
    return f"In England {short(found)} {whom(group)} {start} reached {aim} ({year})."


def footnote(
    tables: Iterable[pd.DataFrame], *, starts: Iterable[str], stage: Stage
) -> str:
    """What is to be said below these tables: who started below the test stands where, and the source.

    >>> from senlib.frameworks import load
    >>> footnote([], starts=["below the test"], stage=load("gcse").stage("KS4"))
    'England counts pupils who worked below the test among those who started below 80.'
    """
    below = "England counts pupils who worked below the test among those who started below 80."
    return " ".join(
        filter(None, (below if stage.below_band in starts else "", source(tables)))
    )


def source(tables: Iterable[pd.DataFrame]) -> str:
    """Where the figures of these tables were published, and who is counted; '' where nothing is held."""
    years = sorted({int(table["year"].iloc[0]) for table in tables if len(table)})
    if not years:
        return ""
    editions = " and ".join(f"{year - 1}/{year % 100:02}" for year in years)
    return (
        f"Source: DfE, Key stage 2 to 4 transition matrices, {editions}, state-funded schools in England. Counted are all who "
        "took the subject there, with a grade or without."
    )


def block(
    tables: Mapping[str, pd.DataFrame],
    *,
    subject: str,
    entry: str,
    reach: str,
    stage: Stage,
) -> str:
    """What pupils of each group in England who started there went on to: sentences, a strip each, the numbers, the source.

    Where nothing is held, that is said.
    """
    found = {group: table for group, table in tables.items() if len(table)}
    if not found:
        return layout.note(
            f"No figures of England by grade are held for this start in {subject}."
        )
    told = [
        sentence(table, group=group, reach=reach, stage=stage)
        for group, table in found.items()
    ]
    parts = [layout.answer(" ".join([*told, NO_PREDICTION]))]
    for group, table in found.items():
        name = named(group)
        parts += [
            strip(table, reach=reach, stage=stage, name=name if len(found) > 1 else ""),
            numbers(
                table,
                caption=f"{name} in England who started there, in {subject}, by grade",
            ),
        ]
    return "".join(parts) + layout.note(
        footnote(found.values(), starts=[entry], stage=stage)
    )


def strip(table: pd.DataFrame, *, reach: str, stage: Stage, name: str = "") -> str:
    """A square for each of 100 pupils with the grade in it, upwards; those who reached `reach` are filled. '' where nothing is held.

    Where there were fewer than 100 pupils, a square for each of them. `name` says whose strip it is, where there are several.
    """
    if table.empty:
        return ""
    column, scale = counted_in(table), stage.outcome_scale
    squares = []
    for row in table.itertuples():
        there = ' class="sl-there"' if scale.reached(row.outcome, reach=reach) else ""
        square = f"<span{there}>{layout.escape(_letter(row.outcome))}</span>"
        squares += [square] * int(getattr(row, column))
    whose = f"{name}. " if name else ""
    says = f"{whose}{in_words(table)}. {short(share(table, reach=reach, stage=stage))} reached {sentences.reached(reach, stage=stage)}."
    of = (
        "one of 100 pupils"
        if column == "of_100"
        else f"one of the {len(squares)} pupils"
    )
    key = f"{whose}Each square is {of}, with the grade. Filled: {sentences.reached(reach, stage=stage)}. {letters([table], stage=stage)}"
    return (
        f'<figure class="sl-figure"><div class="sl-hundred" role="img" aria-label="{layout.escape(says)}">{" ".join(squares)}</div>'
        f"<figcaption>{layout.escape(key)}</figcaption></figure>"
    )


def in_words(table: pd.DataFrame) -> str:
    """The grades that anybody of the hundred reached, each with how many did.

    >>> in_words(pd.DataFrame({"outcome": ["U", "1", "2"], "pupils": [5, 2, 0], "row_pupils": 7, "of_100": [71, 29, 0]}))
    'Of 7: 5 U, 2 grade 1'
    """
    column = counted_in(table)
    counts = zip(table["outcome"], table[column], strict=True)
    told = [
        f"{count} {'grade ' if outcome.isdigit() else ''}{outcome}"
        for outcome, count in counts
        if count
    ]
    return f"Of {table[column].sum()}: {', '.join(told)}"


def numbers(table: pd.DataFrame, *, caption: str) -> str:
    """The same as a table, one key press away; '' where nothing is held."""
    if table.empty:
        return ""
    columns = {
        key: name
        for key, name in NUMBERS.items()
        if key in ("outcome", "pupils", "percent")
    }
    return layout.numbers(
        table,
        caption=caption,
        columns=NUMBERS if counted_in(table) == "of_100" else columns,
    )


def letters(tables: Iterable[pd.DataFrame], *, stage: Stage) -> str:
    """What the letters that stand for no grade mean, of those that anybody of these hundreds has.

    >>> from senlib.frameworks import load
    >>> table = pd.DataFrame({"outcome": ["X", "U", "1"], "pupils": [0, 5, 2], "row_pupils": 7, "of_100": [0, 71, 29]})
    >>> letters([table], stage=load("gcse").stage("KS4"))
    'U: ungraded.'
    """
    meanings = {code.name: code.meaning for code in stage.outcome_scale.codes} | {
        "U": "ungraded"
    }
    shown = dict.fromkeys(
        outcome
        for table in tables
        for outcome in table.loc[table[counted_in(table)] > 0, "outcome"]
    )
    return " ".join(
        f"{_letter(name)}: {meanings[name]}." for name in shown if name in meanings
    )


def _letter(outcome: str) -> str:
    """What stands on a square: the grade, or the first letter of a code."""
    return outcome if len(outcome) == 1 else outcome[0].upper()
