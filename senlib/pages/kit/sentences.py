"""Sentences made from figures: the answer a page gives first, and how sure one can be of it."""

from __future__ import annotations

import pandas as pd

from senlib import national
from senlib.frameworks import Framework, Stage
from senlib.measures.gaps import Comparable, Gap, independent
from senlib.measures.groups import group_name
from senlib.measures.proportion import FEW, points_apart, rounded
from senlib.measures.starts import WITHOUT_TESTS, summer_of_tests, without_tests
from senlib.pages.kit import verdicts
from senlib.text import joined, upper_first

# What a list says of a pupil of whom both are true.
STUCK_FIRST = "Who is behind and stuck is listed as stuck."


def pupils(count: int) -> str:
    """A number of pupils in words.

    >>> pupils(1), pupils(1200)
    ('1 pupil', '1,200 pupils')
    """
    return f"{count:,} pupil{'' if count == 1 else 's'}"


def more_pupils(count: int) -> str:
    """How many more it takes.

    >>> more_pupils(1), more_pupils(3)
    ('1 more pupil', '3 more pupils')
    """
    return f"{count:,} more pupil{'' if count == 1 else 's'}"


def hours(count: float) -> str:
    """Hours of help in words.

    >>> hours(1.0), hours(0.5), hours(1234.5)
    ('1 hour a week', '0.5 hours a week', '1,234.5 hours a week')
    """
    number = f"{count:,.1f}".removesuffix(".0")
    return f"{number} hour{'' if count == 1 else 's'} a week"


def arrived(entry: str, *, stage: Stage) -> str:
    """How pupils came in, in words.

    >>> from senlib.frameworks import load
    >>> arrived("3", stage=load("levels").stage()), arrived("90-95.5", stage=load("gcse").stage())
    ('who arrived at level 3', 'who arrived with a score of 90-95.5')
    >>> arrived("below the test", stage=load("gcse").stage())
    'who arrived working below the test'
    """
    if entry == "all":
        return ""
    if entry == "none":
        return f"whose {stage.entry_stage} result is not known"
    if not stage.averaged:
        arrived = "arrived" if stage.ends_in_year == 9 else "entered"
        at = "" if entry.startswith("below") else "at "
        return f"who {arrived} {at}{_level(entry)}"
    if entry == stage.below_band:
        return f"who arrived working {entry}"
    return f"who arrived with a score {'below 80' if entry == '<80' else f'of {entry}'}"


def start_label(entry: str, *, stage: Stage) -> str:
    """An entry band as a list of choices names it.

    >>> from senlib.frameworks import load
    >>> [start_label(entry, stage=load("levels").stage()) for entry in ("below 2", "3", "none", "all")]
    ['Below level 2', 'Level 3', 'Not known', 'All together']
    >>> [start_label(entry, stage=load("gcse").stage()) for entry in ("below the test", "<80", "100-102")]
    ['Below the test', 'Score below 80', 'Score 100-102']
    """
    if entry in ("none", "all"):
        return {"none": "Not known", "all": "All together"}[entry]
    if entry == stage.below_band:
        return entry.capitalize()
    if stage.averaged:
        return "Score below 80" if entry == "<80" else f"Score {entry}"
    return _level(entry).capitalize()


def aim(framework: Framework) -> str:
    """What pupils are followed towards, and when they are on course for it.

    >>> from senlib.frameworks import load
    >>> aim(load("levels"))[:52]
    'The aim: level 5 or above. On course: at or above a '
    """
    plan = framework.tracking
    outcome = reached(plan.reach, stage=framework.tracked_stage)
    return f"The aim: {outcome}. {plan.on_course}"


def reached(reach: str, *, stage: Stage) -> str:
    """An outcome that was reached, in words.

    >>> from senlib.frameworks import load
    >>> reached("5", stage=load("levels").stage("KS3")), reached("C", stage=load("levels").stage("KS4"))
    ('level 5 or above', 'grade C or above')
    """
    return f"{'level' if stage.outcome_scale.name == 'levels' else 'grade'} {reach} or above"


def conversion_answer(row: pd.Series, *, framework: Framework, stage: Stage) -> str:
    """The answer to 'do our pupils get there?' for one row of a conversion table, as comparison.of_known_starts gives it.

    >>> from senlib.frameworks import load
    >>> row = pd.Series(dict(subject="English", group="SEN", entry="3", reach="5", pupils=43, reached=19, percent=44.2, low=30.4,
    ...     high=58.9, cohort=2004, expected_percent=28.0, expected_year=2004, difference="higher", without_result=2, lea=41.0,
    ...     lea_difference="not clear"))
    >>> conversion_answer(row, framework=load("levels"), stage=load("levels").stage())
    'Of 43 pupils with SEN who arrived at level 3 in English, 19 reached level 5 or above: 44 %, likely between 30 and 59 %.
    Pupils with SEN in England with that start: 28 % (2004). Clearly higher here. The LEA’s other schools: 41 %. No clear
    difference.'
    """
    left_out = int(row.get("left_out", 0))
    who = joined(
        _group(row.group, row.pupils, framework),
        arrived(row.entry, stage=stage),
        f"in {row.subject}",
        # Where some are left out, the others are those whose start is known.
        "whose start is known" if left_out else "",
    )
    if row.pupils == 0:
        if without := int(row.get("without_result", 0)):
            return f"Of {without:,} {who}, none has a result."
        return f"There are no {who}."
    first = (
        f"Of {row.pupils:,} {who}, {row.reached:,} reached {reached(row.reach, stage=stage)}: {rounded(row.percent)} %, "
        f"likely between {rounded(row.low)} and {rounded(row.high)} %."
    )
    return joined(
        first,
        beside_england(row, framework=framework, stage=stage),
        _beside_typed(row),
        _beside_the_lea(row),
        left_out_words(left_out),
    )


def beside_england(row: pd.Series, *, framework: Framework, stage: Stage) -> str:
    """How a rate stands beside England's from the same starts, or beside the figure of England that there is; and why there is none.

    `row` is of a conversion table, or of Task 3's criteria.

    >>> from senlib.frameworks import load
    >>> row = pd.Series(dict(subject="Mathematics", group="SEN", entry="all", pupils=40, cohort=2024, expected_percent=44.4,
    ...     expected_year=2024, difference="not clear"))
    >>> beside_england(row, framework=load("gcse"), stage=load("gcse").stage())
    'Pupils with SEN in England who started where they did: 44 % (2024). No clear difference.'
    """
    if row.entry == "none":
        return joined(
            "England has no figure for pupils whose start is not known.",
            why_no_start(row, stage=stage),
        )
    whole = row.entry == "all"
    if pd.notna(row.get("expected_percent")):
        start = " who started where they did" if whole else " with that start"
        percent, year = row.expected_percent, row.expected_year
    elif pd.notna(row.get("national")):
        start = ", wherever they started" if whole else ""
        percent, year = row.national, row.national_year
    else:
        why = why_no_start(row, stage=stage) if mostly_unknown(row) else ""
        return joined("No national figure is held for this.", why)
    whose = upper_first(_group(row.group, 2, framework))
    figure = f"{rounded(percent)} % ({row.get('summers') or year})"
    sure = verdicts.beside(row.difference, pupils=int(row.pupils))
    return joined(
        f"{whose} in England{start}: {figure}.",
        sure or _no_verdict(year, row.cohort),
    )


def _no_verdict(year: int, cohort: object) -> str:
    """Why England's figure of a year is no yardstick for a summer."""
    if year in national.TEACHER_ASSESSED:
        return "Teachers gave the grades that summer, so we do not judge by it."
    if pd.isna(cohort):
        return "We do not know the summer of these results, so we do not judge by it."
    return "That is another summer, so we do not judge by it."


def left_out_words(count: int) -> str:
    """Who is not among those a sentence is about.

    >>> left_out_words(0), left_out_words(1), left_out_words(4)
    ('', '1 more, whose start is not known, is left out.', '4 more, whose start is not known, are left out.')
    """
    if not count:
        return ""
    return f"{count:,} more, whose start is not known, {'is' if count == 1 else 'are'} left out."


def alike_answer(
    gap: Gap, who: Comparable, *, subject: str, reach: str, stage: Stage
) -> str:
    """The one gap between pupils with SEN and without who started alike, over all starts.

    >>> from senlib.frameworks import load
    >>> alike_answer(Gap(23.8, 7.9, 38.6), Comparable(40, 150, 9), subject="Mathematics", reach="4", stage=load("gcse").stage())
    'Over all starts, where they started alike, pupils with SEN reached grade 4 or above in Mathematics less often: 24 points
    lower. That is clear: the true gap is likely between 8 and 39 points. This compares 40 pupils with SEN and 150 without,
    in the 9 starts that have both.'
    """
    aim = f"{reached(reach, stage=stage)} in {subject}"
    several = f"the {who.starts} starts that have"
    starts = several if who.starts > 1 else "the one start that has"
    few = " So few pupils are hard to judge by." if who.pupils < FEW else ""
    whom = f"This compares {pupils(who.pupils)} with SEN and {who.peers:,} without, in {starts} both.{few}"
    if points := rounded(abs(gap.points)):
        size = verdicts.in_points(str(points))
        lower = f"less often: {size} lower"
        often = lower if gap.points > 0 else f"more often: {size} higher"
    else:
        often = "as often as those without"
    sentence = f"Over all starts, where they started alike, pupils with SEN reached {aim} {often}."
    return joined(sentence, verdicts.gap(gap), whom)


def peers_answer(sen: pd.Series, others: pd.Series, *, stage: Stage) -> str:
    """How pupils with SEN did beside those without, both counted with no regard to where they started or both from one start.

    Both are rows of a conversion table for the same subject, entry and outcome. A verdict is given for one start alone.
    """
    gap = independent(others, sen)
    rates = (
        f"{sen.reached:,} of {sen.pupils:,} with SEN reached {reached(sen.reach, stage=stage)} "
        f"({rounded(sen.percent)} %), and {others.reached:,} of {others.pupils:,} without ({rounded(others.percent)} %)"
    )
    apart = points_apart(sen.percent, others.percent)
    more = "" if gap.points >= 0 else " more with SEN"
    size = "no gap" if apart == "0" else f"a gap of {verdicts.in_points(apart)}{more}"
    if sen.entry == "all":
        return f"Wherever they started, {rates}: {size}."
    start = arrived(sen.entry, stage=stage)
    sentence = f"Of pupils {start} in {sen.subject}, {rates}: {size}."
    if mostly_unknown(sen) or mostly_unknown(others):
        return joined(
            sentence,
            "We do not know where they started, so we do not judge by it.",
            why_no_start(sen, stage=stage),
        )
    return sentence if apart == "0" else joined(sentence, verdicts.gap(gap))


def subjects_answer(pair: pd.Series, *, subjects: int) -> str:
    """The two of so many subjects that lie furthest apart, in the same pupils: a row of measures.subjects.subject_pairs.

    >>> pair = pd.Series(dict(first="English", second="Science", pupils=40, both=12, first_only=12, second_only=2, points=25.0,
    ...     low=5.1, high=41.2, others=3))
    >>> subjects_answer(pair, subjects=3)
    'In these figures English stands highest and Science lowest. Of 40 pupils who count in both, 24 met it in English (60 %) and
    14 in Science (35 %): 25 points apart. 12 met it in English alone, 2 in Science alone. That is clear: the true gap is likely between 5
    and 41 points. This allows for three subjects, of which these two lie furthest apart. 3 count in one of the two alone
    and are left out.'
    """
    first = pair.both + pair.first_only
    second = pair.both + pair.second_only
    in_first = f"{pair['first']} ({rounded(100 * first / pair.pupils)} %)"
    in_second = f"{pair.second} ({rounded(100 * second / pair.pupils)} %)"
    count = "counts" if pair.pupils == 1 else "count"
    whom = f"Of {pupils(int(pair.pupils))} who {count} in both"
    sentence = f"{whom}, {first} met it in {in_first} and {second} in {in_second}"
    alone = f"{pair.first_only} met it in {pair['first']} alone, {pair.second_only} in {pair.second} alone."
    left_out = ""
    if others := int(pair.others):
        count, are = ("counts", "is") if others == 1 else ("count", "are")
        left_out = f"{others} {count} in one of the two alone and {are} left out."
    if first == second:
        same = "No subject stands higher than another."
        return joined(same, f"{sentence}.", alone, left_out)
    several = ""
    if subjects > 2:
        number = "three" if subjects == 3 else subjects
        several = (
            f"This allows for {number} subjects, of which these two lie furthest apart."
        )
    gap = Gap(pair.points, pair.low, pair.high)
    return joined(
        f"In these figures {pair['first']} stands highest and {pair.second} lowest.",
        f"{sentence}: {verdicts.in_points(str(rounded(pair.points)))} apart.",
        alone,
        verdicts.gap(gap),
        several,
        left_out,
    )


def mostly_unknown(row: pd.Series) -> bool:
    """Whether the start of most pupils of a row of a conversion table is not known."""
    without = row.get("without_start", 0)
    return row.entry == "none" or 2 * without > row.pupils


def why_no_start(row: pd.Series, *, stage: Stage) -> str:
    """Why a row's cohort has no start, where tests that were not held are the reason; '' where they are not.

    >>> from senlib.frameworks import load
    >>> why_no_start(pd.Series({"cohort": 2026}), stage=load("gcse").stage())
    'There were no key stage 2 tests in 2020 and 2021, so leavers of 2025 and 2026 have no start.'
    """
    if not without_tests(stage, row.get("cohort")):
        return ""
    first, last = WITHOUT_TESTS
    later = int(row.cohort) - summer_of_tests(stage, row.cohort)
    whose = "leavers" if stage.ends_in_year == 11 else "the cohorts"
    return (
        f"There were no key stage 2 tests in {first} and {last}, so {whose} of {first + later} and "
        f"{last + later} have no start."
    )


def no_sen_code(unknown: int, *, of: int) -> str:
    """That many pupils have no SEN code, and what follows from it.

    >>> no_sen_code(30, of=40)[:61]
    'Of 40 pupils here 30 have no SEN code in the school’s files: '
    """
    return (
        f"Of {pupils(of)} here {unknown:,} {'has' if unknown == 1 else 'have'} no SEN code in the school’s files: "
        "they count neither among pupils with SEN nor among those without. If a blank means no SEN, choose your files again "
        "on the front page and say so."
    )


def without_a_date(count: int) -> str:
    """Why pupils with a level now are not judged, and where to say of what date it is; '' where there are none.

    >>> without_a_date(1)
    'Of 1 pupil the level now has no date, so it is not judged: choose your files again on the front page, and give the date.'
    """
    if not count:
        return ""
    return (
        f"Of {pupils(count)} the level now has no date, so it is not judged: "
        "choose your files again on the front page, and give the date."
    )


def _beside_typed(row: pd.Series) -> str:
    """How the rate stands beside a figure that was typed in and is not England's; nothing where there is none."""
    if pd.isna(row.get("typed")):
        return ""
    whose = upper_first(row.typed_whose)
    sure = verdicts.beside(row.typed_difference, pupils=int(row.pupils))
    return joined(
        f"{whose}: {rounded(row.typed)} % ({row.typed_year}, typed in).",
        sure or _no_verdict(row.typed_year, row.cohort),
    )


def _beside_the_lea(row: pd.Series) -> str:
    """How the rate stands beside the LEA's other schools; nothing where no figure of theirs is held."""
    if pd.isna(row.lea):
        return ""
    sure = verdicts.beside(row.lea_difference, pupils=int(row.pupils))
    return f"The LEA’s other schools: {rounded(row.lea)} %. {sure}"


def _group(group: str, count: int, framework: Framework) -> str:
    noun = "pupil" if count == 1 else "pupils"
    named = {"all": noun, "SEN": f"{noun} with SEN", "no SEN": f"{noun} without SEN"}
    return named.get(group, f"{noun} ({group_name(group, framework=framework)})")


def _level(entry: str) -> str:
    below = entry.removeprefix("below ")
    return f"level {entry}" if below == entry else f"below level {below}"
