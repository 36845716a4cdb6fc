"""Task 1's question with its answer, and the groups' rates beside England and the LEA; and why there is none, where there is none."""

from __future__ import annotations

from pandas import DataFrame, Series

from senlib.measures.comparison import of_known_starts
from senlib.measures.conversion import DENOMINATORS
from senlib.measures.counting import left_early
from senlib.measures.groups import NOT_KNOWN, has_sen, much_unknown
from senlib.measures.proportion import FEW
from senlib.pages.kit import empty_states, layout, sentences
from senlib.pages.task1_conversion_data import conversion_rates
from senlib.pages.task1_conversion_data.conversion_choices import Choices, in_summers
from senlib.text import joined, upper_first


def answer(choices: Choices) -> str:
    """The question, its answer in a sentence, and what stands behind it."""
    stage = choices.chosen_stage
    start = sentences.arrived(choices.entry.value, stage=stage)
    subject = f" in {choices.subject.value}" if choices.subject.value else ""
    question = layout.heading(
        f"Do our pupils with SEN {start + ' ' if start else ''}get to "
        f"{choices.outcome}{subject}?"
    )
    rows = of_known_starts(choices.here(choices.rows()))
    # Where there is one code for no SEN, its pupils are those without SEN: one row says it.
    if choices.by.value == "sen_provision":
        rows = rows[rows["group"].map(choices.framework.sen_groups) != "no SEN"]
    if rows.empty:
        return question + layout.answer(nothing(choices))
    parts = [
        question,
        _in_a_sentence(choices, rows),
        _groups(choices, rows),
        _numbers(choices, rows),
        layout.note(joined(*_counted(choices, rows))),
        layout.how_to_read(
            "rate",
            "england_with_your_starts",
            "england_same_band",
            "lea_schools",
            "few_pupils",
        ),
    ]
    return "".join(parts)


def _in_a_sentence(choices: Choices, rows: DataFrame) -> str:
    """The answer, which is about pupils with SEN, whatever the groups below; and what it does not know."""
    by_sen = choices.here(choices.rows(by="sen_provision"))
    by_sen = of_known_starts(by_sen)
    sen = by_sen[by_sen["group"] == "SEN"]
    about = (sen if len(sen) else rows).iloc[0]
    if choices.together:
        about = about.astype(object)
        about["summers"] = layout.years(choices.together)
    sentence = sentences.conversion_answer(
        about, framework=choices.framework, stage=choices.chosen_stage
    )
    if len(sen):
        first, note = sentence, _without_code(by_sen)
    else:
        first, note = nobody(choices, by_sen), f"All pupils: {sentence}"
    small = _small_groups(choices, rows)
    return layout.answer(first) + layout.note(small, note)


def _small_groups(choices: Choices, rows: DataFrame) -> str:
    """Which groups have too few pupils to tell anything from; '' where none has."""
    small = rows.loc[rows["pupils"].between(1, FEW - 1), "group"]
    if small.empty:
        return ""
    names = map(choices.in_sentence, small)
    return f"Fewer than {FEW} pupils: {', '.join(names)}. A percentage of so few moves a long way with one pupil."


def _without_code(by_sen: DataFrame) -> str:
    """That many pupils here have no SEN code; '' where few have none."""
    counts = by_sen.set_index("group")["pupils"]
    of = int(counts.get("all", 0))
    unknown = int(counts.get(NOT_KNOWN, 0))
    if not much_unknown(unknown, of=of):
        return ""
    return sentences.no_sen_code(unknown, of=of)


def _groups(choices: Choices, rows: DataFrame) -> str:
    """The groups' rates as a picture."""
    labels = [
        f"{choices.group_name(row.group)}, {row.reached} of {row.pupils}"
        for row in rows.itertuples()
    ]
    by_provision, groups = choices.by.value == "sen_provision", rows["group"]
    sen = (groups == "SEN") | has_sen(groups, framework=choices.framework)
    return conversion_rates.picture(
        rows,
        labels=labels,
        strong=list(sen | (not by_provision)),
        axis=f"reached {choices.outcome}",
        shapes=by_provision,
    )


def _numbers(choices: Choices, rows: DataFrame) -> str:
    start = sentences.start_label(choices.entry.value, stage=choices.chosen_stage)
    return conversion_rates.numbers(
        rows,
        names=list(map(choices.group_name, rows["group"])),
        caption=f"{choices.subject.value}, {in_summers(*choices.cohorts)}, {start}",
    )


def _counted(choices: Choices, rows: DataFrame) -> list[str]:
    """Who is counted, who is not, and what stands in for a start: a sentence for each thing that is so here."""
    everyone, stage = rows.iloc[0], choices.chosen_stage
    lines = [f"Counted: {DENOMINATORS[choices.denominator.value]}."]
    if everyone.without_result:
        lines.append(
            f"Of all pupils here, without a result (absent, disapplied, or none recorded): {everyone.without_result:,}."
        )
    if others := int(everyone.other_qualification):
        lines.append(
            f"Of these {others:,} {'has' if others == 1 else 'have'} another qualification in the subject, such as an entry "
            "level certificate, and no GCSE in it."
        )
    early = sum(
        left_early(choices.school, stage=stage.name, cohort=cohort)
        for cohort in choices.cohorts
    )
    if early:
        lines.append(
            f"{early:,} who left before the end of Year {stage.ends_in_year} {'is' if early == 1 else 'are'} not counted."
        )
    lines += _starts_made_up(everyone)
    if choices.together and not choices.school.lea.empty:
        lines.append("The LEA’s figures are of single summers: choose one to see them.")
    if rows["expected_percent"].notna().any():
        lines.append(
            "England’s figures are of pupils who were entered for the subject: if some of yours were not, that makes your "
            "figure lower."
        )
    return lines


def _starts_made_up(everyone: Series) -> list[str]:
    """Whose start is made of less than both papers, or of a teacher's assessment."""
    lines = []
    if alone := int(everyone.one_paper):
        lines.append(
            f"For {sentences.pupils(alone)} the start is the score of reading or mathematics alone: there is none in the other."
        )
    if half := int(everyone.below_in_one):
        lines.append(
            f"{upper_first(sentences.pupils(half))} {'was' if half == 1 else 'were'} below the test in one paper, with a score "
            "in the other: the start counts as not known."
        )
    if assessed := int(everyone.by_teacher):
        lines.append(
            f"For {sentences.pupils(assessed)} a teacher’s assessment stands in, "
            "where the test gave a code or there is no test."
        )
    return lines


# -- why there is no answer --


def nothing(choices: Choices) -> str:
    """Why nobody is counted for what is chosen."""
    stage = choices.chosen_stage
    if choices.no_results:
        return empty_states.no_results(stage)
    if choices.entry.value in stage.bands and not choices.any_start:
        return empty_states.no_starts(stage)
    return (
        "No pupils with a start and a result like that are counted, so there is nothing to tell. "
        "Choose another subject, summer or start."
    )


def nobody(choices: Choices, by_sen: DataFrame) -> str:
    """Why there are no pupils with SEN among those counted, or nobody to compare them with."""
    counts = by_sen[by_sen["pupils"] > 0].set_index("group")["pupils"]
    of = int(counts.get("all", 0))
    unknown = int(counts.get(NOT_KNOWN, 0))
    if not of:
        return nothing(choices)
    whom = "who is counted here"
    if "SEN" in counts:
        return empty_states.nobody_without_sen(of, unknown=unknown, whom=whom)
    elsewhere = has_sen(
        choices.school.pupils["sen_provision"], framework=choices.framework
    )
    if elsewhere.any() and not unknown:
        return f"Nobody {whom} has SEN. Choose another start, subject or summer."
    return empty_states.nobody_with_sen(of, unknown=unknown, whom=whom)
