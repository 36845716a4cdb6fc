"""The kinds of columns that a table can have: text, codes, numbers, dates, percentages, each with its check and its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pandera.pandas as pa

from senlib.frameworks import NO_RESULT, Framework, Scale
from senlib.school.column_texts import is_date, numbers
from senlib.school.other_names import HEADINGS, spellings


def table_schema(
    title: str, columns: dict[str, pa.Column], *, check: pa.Check | None = None
) -> pa.DataFrameSchema:
    """A table of these columns, each with the headings by which other systems call it."""
    for name, column in columns.items():
        # The pupil's number goes by the same headings in every table.
        names = HEADINGS[title].get(name) or HEADINGS["pupils"][name]
        column.metadata["aliases"] = names
    return pa.DataFrameSchema(columns, checks=check, title=title)


def text_column(
    meaning: str,
    *,
    remedy: str = "",
    check: pa.Check | None = None,
    required: bool = False,
    personal: bool = False,
    ways: Mapping[str, str] | None = None,
) -> pa.Column:
    """A column of text. `ways` gives the code by each way to write it, where the texts are codes."""
    metadata = {
        "remedy": remedy,
        "must": required,
        "personal": personal,
        "spellings": dict(ways or {}),
    }
    return pa.Column(str, check, description=meaning, metadata=metadata)


def pupil_number_column(meaning: str, *, remedy: str) -> pa.Column:
    """The column of the pupils' numbers, none of them blank."""
    check = pa.Check.ne("", error="no pupil number")
    return text_column(
        meaning, remedy=remedy, check=check, required=True, personal=True
    )


def coded_column(
    meaning: str,
    codes: Sequence[str],
    *,
    written_as: Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    accepted: str = "",
    required: bool = False,
    rule: str = "not one of the codes",
    blank: bool = True,
) -> pa.Column:
    """A column of codes, written in the ways of `written_as` in other_names.toml and of `also`; `accepted` names them in words."""
    ways = spellings(written_as, codes=codes)
    or_blank = ", or leave it blank" if blank else ""
    allowed = [*codes, ""] if blank else list(codes)
    return text_column(
        meaning,
        remedy=f"Use {accepted or ', '.join(codes)}{or_blank}.",
        check=pa.Check.isin(allowed, error=rule),
        required=required,
        ways=ways | dict(also or {}),
    )


def need_column(meaning: str, framework: Framework) -> pa.Column:
    """A column of the framework's types of need."""
    return coded_column(
        f"{meaning}: {framework.needs_accepted}",
        list(framework.need_names),
        written_as=["need"],
        accepted=framework.needs_accepted,
        rule="not a code for a type of need in this framework",
    )


def number_column(meaning: str, values: range) -> pa.Column:
    """A column of whole numbers."""
    allowed = [str(value) for value in values]
    numbers_from_to = f"a whole number from {allowed[0]} to {allowed[-1]}"
    return text_column(
        meaning,
        remedy=f"Use {numbers_from_to}, or leave it blank.",
        check=pa.Check.isin([*allowed, ""], error=f"not {numbers_from_to}"),
    )


def date_column(meaning: str) -> pa.Column:
    """A column of dates as 2004-05-14."""

    def are_dates(dates: pd.Series) -> pd.Series:
        known = list(filter(is_date, dates.unique()))
        return dates.isin([*known, ""])

    return text_column(
        meaning,
        remedy="Write dates as 2004-05-14 or 14/05/2004.",
        check=pa.Check(are_dates, error="not a date"),
    )


def percent_column(meaning: str) -> pa.Column:
    """A column of percentages from 0 to 100."""

    def are_percentages(values: pd.Series) -> pd.Series:
        percentages = numbers(values)
        return percentages.between(0, 100) | (values == "")

    return text_column(
        meaning,
        remedy="Use a number from 0 to 100, or leave it blank.",
        check=pa.Check(are_percentages, error="not a percentage from 0 to 100"),
    )


def subject_column(framework: Framework) -> pa.Column:
    """The column of the framework's subjects, by their own names."""
    names = ", ".join(subject.name for subject in framework.subjects)
    more = " or any other GCSE subject" if framework.other_subjects else ""

    def are_subjects(subjects: pd.Series) -> pd.Series:
        distinct = filter(None, subjects.unique())
        own = [name for name in distinct if framework.subject(name) == name]
        return subjects.isin(own)

    return text_column(
        f"Subject: {names}{more}",
        remedy=f"Use {names}{more}.",
        check=pa.Check(are_subjects, error="not a subject of this framework"),
        required=True,
    )


def can_be(name: str, subject: str, scale: Scale, framework: Framework) -> bool:
    """Whether a subject can have a result of a scale: a double award is none of a subject that is awarded as one grade."""
    is_double = name in scale.double_awards()
    return not (is_double and subject in _single(framework))


def _single(framework: Framework) -> list[str]:
    """The subjects that are awarded as one grade."""
    return [subject.name for subject in framework.subjects if not subject.double]


def results_check(framework: Framework) -> pa.Check:
    """That each result is one its stage and subject can have; a row whose stage is unknown is refused for that alone."""

    def are_results(table: pd.DataFrame) -> pd.Series:
        stages = framework.result_stages()
        known = ~table["stage"].isin(stages)
        for stage in stages:
            scale = framework.scale_of(stage)
            rows = table["stage"] == stage
            results = table.loc[rows, "result"]
            distinct = results.unique()
            names = [
                text for text in distinct if text == NO_RESULT or scale.parse(text)
            ]
            subjects = table.loc[rows, "subject"]
            single = subjects.isin(_single(framework))
            wrong = single & results.isin(scale.double_awards())
            known[rows] = results.isin(names) & ~wrong
        return known

    return pa.Check(
        are_results, error="not a result that this stage can have", name="result"
    )
