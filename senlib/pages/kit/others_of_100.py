"""A hundred others: what pupils in England with the same start went on to, as a sentence, as a strip of 100 squares and in a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.others import Share, counted_in, others, share
from senlib.pages.kit import layout, sentences
from senlib.text import joined, upper_first
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


def has_figures(framework: Framework) -> bool:
    """Whether there are figures of England by start and grade for a framework.

    >>> from senlib.frameworks import load
    >>> has_figures(load("gcse")), has_figures(load("levels"))
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
    sides = {"SEN": "pupils with SEN", "no SEN": "pupils without SEN"}
    return sides.get(group, "pupils")


def of_group(
    workspace: Workspace, *, subject: str, entry: str, group: str, reach: str
) -> pd.DataFrame:
    """What pupils of a group in England with this start went on to, on the way that Task 4 follows: `measures.others.others`."""
    framework = workspace.school.framework
    return others(
        framework=framework,
        stage=framework.tracked_stage,
        subject=subject,
        entry=entry,
        group=group,
        reach=reach,
        matrix=workspace.matrix(),
    )


def short(part: Share | None) -> str:
    """How many of how many, as a list has it; '' where there is no figure.

    Where somebody got there, or somebody did not, no rounding says that nobody or everybody did.

    >>> short(Share(17, 100, 2647, 15954)), short(Share(0, 100, 13, 15954)), short(Share(3, 12, 3, 12)), short(None)
    ('17 of 100', 'fewer than 1 of 100', '3 of 12', '')
    >>> short(Share(100, 100, 998, 1000)), short(Share(0, 100, 0, 500)), short(Share(100, 100, 500, 500))
    ('more than 99 of 100', '0 of 100', '100 of 100')
    """
    if part is None:
        return ""
    if part.reached == 0 and part.pupils:
        return f"fewer than 1 of {part.of}"
    everyone = part.pupils == part.row_pupils
    if part.reached == part.of and not everyone:
        return f"more than {part.of - 1} of {part.of}"
    return f"{part.reached} of {part.of}"


def reached(table: pd.DataFrame, *, reach: str, stage: Stage) -> str:
    """The same with what they reached, as under a strip; `table` has rows."""
    part = share(table, reach=reach, stage=stage)
    return f"{short(part)} reached {sentences.reached(reach, stage=stage)}"


def in_order() -> list[str]:
    """Every way in which `short` can say how many of 100, upwards, so that a list sorts by it."""
    counts = [f"{count} of 100" for count in range(1, 100)]
    few, most = "fewer than 1 of 100", "more than 99 of 100"
    return ["0 of 100", few, *counts, most, "100 of 100"]


def sentence(
    table: pd.DataFrame,
    *,
    group: str,
    reach: str,
    stage: Stage,
    start: str = "who started there",
) -> str:
    """How many of 100 reached an outcome, with the year; '' where there is no figure.

    >>> from senlib.frameworks import load
    >>> gcse = load("gcse")
    >>> stage = gcse.stage("KS4")
    >>> table = others(framework=gcse, stage=stage, subject="Mathematics", entry="90-95.5", reach="4")
    >>> sentence(table, group="SEN", reach="4", stage=stage)
    'In England 17 of 100 pupils with SEN who started there reached grade 4 or above (2024).'
    """
    part = share(table, reach=reach, stage=stage)
    if part is None:
        return ""
    aim = sentences.reached(reach, stage=stage)
    year = table["year"].iloc[0]
    pupils = whom(group)
    if part.of >= 100:
        return f"In England {short(part)} {pupils} {start} reached {aim} ({year})."
    count = sentences.pupils(part.of)
    few = pupils.replace("pupils", count)
    return f"Of only {few} in England {start}, {part.reached} reached {aim} ({year})."


def footnote(
    tables: Iterable[pd.DataFrame], *, starts: Iterable[str], stage: Stage
) -> str:
    """What stands below these tables: where those who started below the test are counted, and the source.

    >>> from senlib.frameworks import load
    >>> footnote([], starts=["below the test"], stage=load("gcse").stage("KS4"))
    'England counts pupils who worked below the test among those who started below 80.'
    """
    below = BELOW_THE_TEST if stage.below_band in starts else ""
    return joined(below, source(tables))


def source(tables: Iterable[pd.DataFrame]) -> str:
    """Where the figures of these tables were published, and who is counted; '' where there are none."""
    years = sorted({_year(table) for table in tables if len(table)})
    if not years:
        return ""
    editions = " and ".join(f"{year - 1}/{year % 100:02}" for year in years)
    return (
        f"Source: DfE, Key stage 2 to 4 transition matrices, {editions}, state-funded schools in England. Counted are all who "
        "took the subject there, with a grade or without."
    )


def _year(table: pd.DataFrame) -> int:
    """The summer of a table's figures."""
    return int(table["year"].iloc[0])


def block(
    tables: Mapping[str, pd.DataFrame],
    *,
    subject: str,
    entry: str,
    reach: str,
    stage: Stage,
) -> str:
    """What pupils of each group in England who started there went on to: sentences, a strip each, the numbers, the source.

    Where there are no figures, that is said.
    """
    filled = {group: table for group, table in tables.items() if len(table)}
    if not filled:
        return layout.note(
            f"No figures of England by grade are held for this start in {subject}."
        )
    says, strips = [], []
    for group, table in filled.items():
        says.append(sentence(table, group=group, reach=reach, stage=stage))
        head = upper_first(whom(group))
        name = head if len(filled) > 1 else ""
        caption = f"{head} in England who started there, in {subject}, by grade"
        strips.append(strip(table, reach=reach, stage=stage, name=name))
        strips.append(numbers(table, caption=caption))
    answer = layout.answer(joined(*says, NO_PREDICTION))
    below = footnote(filled.values(), starts=[entry], stage=stage)
    strips.append(layout.note(below))
    return answer + "".join(strips)


def strip(table: pd.DataFrame, *, reach: str, stage: Stage, name: str = "") -> str:
    """A square for each of 100 pupils with the grade in it, upwards; those who reached `reach` are filled. '' for no figures.

    Where there were fewer than 100 pupils, a square for each of them. `name` says whose strip it is, where there are several.
    """
    if table.empty:
        return ""
    squares = _squares(table, reach=reach, stage=stage)
    whose = f"{name}. " if name else ""
    aim = sentences.reached(reach, stage=stage)
    part = reached(table, reach=reach, stage=stage)
    says = layout.escape(f"{whose}{in_words(table)}. {part}.")
    of = "100" if counted_in(table) == "of_100" else f"the {len(squares)}"
    key = layout.escape(
        f"{whose}Each square is one of {of} pupils, with the grade. "
        f"Filled: {aim}. {letters([table], stage=stage)}"
    )
    return (
        f'<figure class="sl-figure"><div class="sl-hundred" role="img" aria-label="{says}">{" ".join(squares)}</div>'
        f"<figcaption>{key}</figcaption></figure>"
    )


def _squares(table: pd.DataFrame, *, reach: str, stage: Stage) -> list[str]:
    """The squares of a strip, those of whoever reached the aim marked."""
    squares = []
    for outcome, count in counts(table).items():
        there = stage.outcome_scale.reached(outcome, reach=reach)
        mark = ' class="sl-there"' if there else ""
        square = f"<span{mark}>{layout.escape(_letter(outcome))}</span>"
        squares += [square] * int(count)
    return squares


def counts(table: pd.DataFrame) -> pd.Series:
    """How many reached each outcome, of 100 or of however many there were."""
    return table.set_index("outcome")[counted_in(table)]


def in_words(table: pd.DataFrame) -> str:
    """The grades that anybody of the hundred reached, each with how many did.

    >>> in_words(pd.DataFrame({"outcome": ["U", "1", "2"], "pupils": [5, 2, 0], "row_pupils": 7, "of_100": [71, 29, 0]}))
    'Of 7: 5 U, 2 grade 1'
    """
    grades = []
    for outcome, count in counts(table).items():
        if count:
            grade = f"grade {outcome}" if outcome.isdigit() else outcome
            grades.append(f"{count} {grade}")
    return f"Of {counts(table).sum()}: {', '.join(grades)}"


def numbers(table: pd.DataFrame, *, caption: str) -> str:
    """The same as a table, one key press away; '' where there are no figures."""
    if table.empty:
        return ""
    columns = dict(NUMBERS)
    if counted_in(table) != "of_100":
        del columns["of_100"]
    return layout.numbers(table, caption=caption, columns=columns)


def letters(tables: Iterable[pd.DataFrame], *, stage: Stage) -> str:
    """What the letters that stand for no grade mean, of those that anybody of these hundreds has.

    >>> from senlib.frameworks import load
    >>> table = pd.DataFrame({"outcome": ["X", "U", "1"], "pupils": [0, 5, 2], "row_pupils": 7, "of_100": [0, 71, 29]})
    >>> letters([table], stage=load("gcse").stage("KS4"))
    'U: ungraded.'
    """
    meanings = {code.name: code.meaning for code in stage.outcome_scale.codes}
    meanings["U"] = "ungraded"
    outcomes: dict[str, None] = {}
    for table in tables:
        somebody = counts(table) > 0
        outcomes |= dict.fromkeys(somebody.index[somebody])
    return " ".join(
        f"{_letter(outcome)}: {meanings[outcome]}."
        for outcome in outcomes
        if outcome in meanings
    )


def _letter(outcome: str) -> str:
    """What stands on a square: the grade, or the first letter of a code."""
    return outcome if len(outcome) == 1 else outcome[0].upper()
