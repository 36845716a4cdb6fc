"""Each column of a school's two tables, declared once: what it means and what it accepts.

Reading, checking, the template to fill in and the documentation of the sample data all come from these declarations.
How other systems name the columns and their codes stands in other_names.toml.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import pandas as pd
import pandera.pandas as pa

from senlib.frameworks import NO_RESULT, Framework, Scale, is_nothing
from senlib.school.column_kinds import (
    can_be,
    coded_column,
    date_column,
    need_column,
    number_column,
    percent_column,
    pupil_number_column,
    results_check,
    subject_column,
    table_schema,
    text_column,
)
from senlib.school.column_texts import (
    code_of,
    each_distinct,
    is_date,
    iso_date,
    normal,
    numbers,
    percentage,
    whole_number,
)

__all__ = [
    "SUMMERS",
    "YEAR_GROUPS",
    "can_be",
    "canonical",
    "each_distinct",
    "fits",
    "headings",
    "is_accepted",
    "is_date",
    "lea_schema",
    "normal",
    "numbers",
    "pupils_schema",
    "results_schema",
    "turner",
    "typed",
    "whole_number",
]

YEAR_GROUPS = range(0, 15)
SUMMERS = range(1990, 2100)


@cache
def pupils_schema(framework: Framework) -> pa.DataFrameSchema:
    """The pupils table: one row a pupil. Index: the row as the spreadsheet numbers it.

    Every column is text, '' where not known, save year_group and ks4_year (whole numbers) and attendance (percent).

    >>> from senlib.frameworks import load
    >>> list(pupils_schema(load("gcse")).columns)[:4]
    ['pupil_id', 'forename', 'surname', 'sex']
    """
    return table_schema(
        "pupils",
        {
            "pupil_id": pupil_number_column(
                "The pupil’s UPN, or the school’s own number or code for the pupil",
                remedy="Give each pupil a UPN or a number of the school’s own, once, and take out rows that are no pupil.",
            ),
            "forename": text_column("First name", personal=True),
            "surname": text_column("Family name", personal=True),
            "sex": coded_column("F or M", ["F", "M"], written_as=["sex"]),
            "year_group": number_column(
                "Year group now, 0 (Reception) to 14", YEAR_GROUPS
            ),
            "ks4_year": number_column(
                "Summer in which the pupil finishes or finished Year 11; worked out from the year group where it is blank",
                SUMMERS,
            ),
            "form": text_column("Registration form"),
            "set_english": text_column("Class or set in English"),
            "set_mathematics": text_column("Class or set in mathematics"),
            "set_science": text_column("Class or set in science"),
            "set_ict": text_column("Class or set in ICT"),
            "sen_provision": coded_column(
                f"SEN provision: {framework.sen_accepted}",
                list(framework.sen_names),
                also=framework.sen_spellings,
                accepted=framework.sen_accepted,
                rule="not an SEN code of this framework",
            ),
            "need": need_column("Main type of need", framework),
            "need_2": need_column("Second type of need", framework),
            "ethnicity": text_column("Ethnic group, as the school records it"),
            "language": text_column("First language"),
            "eal_stage": coded_column(
                "Stage of English as an additional language, 1 to 4, or proficiency, A (new to English) to E (fluent)",
                list("1234ABCDE"),
                written_as=["eal_stage"],
                accepted="1 to 4, or A to E",
            ),
            "fsm": coded_column(
                "Eligible for free school meals: Y or N",
                ["Y", "N"],
                written_as=["yes_no", "fsm"],
            ),
            "able": coded_column(
                "On the able, gifted and talented register: Y or N",
                ["Y", "N"],
                written_as=["yes_no"],
            ),
            "attendance": percent_column("Attendance this year so far, percent"),
            "on_roll": coded_column(
                "On roll now: Y or N; blank is read as Y",
                ["Y", "N"],
                written_as=["yes_no"],
            ),
            "left_on": date_column(
                "Date on which the pupil left the school, as 2004-05-14 or 14/05/2004"
            ),
        },
    )


@cache
def results_schema(framework: Framework) -> pa.DataFrameSchema:
    """The results table: one row a result. Index: the row as the spreadsheet numbers it. All columns are text.

    A pupil has one result for a stage, subject and kind; for 'now' one for each date as well.

    >>> from senlib.frameworks import load
    >>> list(results_schema(load("levels")).columns)
    ['pupil_id', 'stage', 'subject', 'kind', 'result', 'date']
    """
    return table_schema(
        "results",
        {
            "pupil_id": pupil_number_column(
                "The pupil’s number, as in the pupils table",
                remedy="Use the number that the pupil has in the pupils table.",
            ),
            "stage": coded_column(
                f"When the result was given: {', '.join(framework.result_stages())}",
                framework.result_stages(),
                written_as=["stage"],
                required=True,
                rule="not a stage of this framework",
                blank=False,
            ),
            "subject": subject_column(framework),
            "kind": coded_column(
                "How it was given: test, or teacher (teacher assessment); blank is read as test, and for 'now' as teacher",
                ["test", "teacher"],
                written_as=["kind"],
            ),
            "result": text_column(
                "The level, score or grade; blank where the pupil has none",
                required=True,
            ),
            "date": date_column(
                "Date of the result, as 2004-05-14 or 14/05/2004; needed for 'now', so that progress can be judged"
            ),
        },
        check=results_check(framework),
    )


def lea_schema() -> pa.DataFrameSchema:
    """Conversion figures of the LEA's other schools: counts for a stage, cohort, subject, group, entry band and outcome reached."""
    count = pa.Check.ge(0, error="below 0")
    return pa.DataFrameSchema(
        {
            "stage": pa.Column(str),
            "cohort": pa.Column("int64"),
            "subject": pa.Column(str),
            "group": pa.Column(str),
            "entry": pa.Column(str),
            "reach": pa.Column(str),
            "schools": pa.Column("int64", count),
            "pupils": pa.Column("int64", count),
            "reached": pa.Column("int64", count),
        },
        checks=pa.Check(
            lambda table: table["reached"] <= table["pupils"],
            error="more reached than there are pupils",
        ),
        coerce=True,
        title="lea",
    )


def canonical(
    table: pd.DataFrame, *, schema: pa.DataFrameSchema, framework: Framework
) -> pd.DataFrame:
    """The table with known spellings turned into the schema's own, and every column of the schema present.

    What is not known stays as it is written, for the schema to refuse. Each distinct spelling is looked at once.
    """
    columns = {}
    for name, column in schema.columns.items():
        if name not in table:
            columns[name] = pd.Series("", index=table.index, dtype=str)
            continue
        turn = turner(name, column=column, framework=framework)
        if column.checks and not column.metadata["must"]:
            turn = partial(_or_blank, turn)
        columns[name] = each_distinct(table[name], turn)
    table = pd.DataFrame(columns, index=table.index)
    if schema.title == "results":
        usual = (table["stage"] == "now").map({True: "teacher", False: "test"})
        table["kind"] = table["kind"].mask(table["kind"] == "", usual)
        table["result"] = _by_stage(table, _result_name, framework).astype(str)
    if "on_roll" in table:
        table["on_roll"] = table["on_roll"].replace("", "Y")
    return table


def typed(
    table: pd.DataFrame, *, schema: pa.DataFrameSchema, framework: Framework
) -> pd.DataFrame:
    """A checked table with its numbers as numbers, and for results the points of each."""
    table = table.copy()
    for name in ("year_group", "ks4_year"):
        if name in schema.columns:
            table[name] = numbers(table[name]).astype("Int64")
    if "attendance" in schema.columns:
        table["attendance"] = numbers(table["attendance"])
    if schema.title == "results":
        points = _by_stage(table, Scale.points, framework)
        table["points"] = points.astype("float64")
        for name in ("stage", "subject", "kind", "result"):
            table[name] = table[name].astype("category")
    return table.reset_index(drop=True)


def is_accepted(text: str, column: pa.Column) -> bool:
    """Whether a coded column knows a text, as a code or as a spelling of one."""
    spellings = column.metadata["spellings"]
    return code_of(text, spellings) in set(spellings.values())


def fits(text: str, column: pa.Column) -> bool:
    """Whether a column takes a text that is in the schema's own spelling."""
    texts = pd.Series([text], dtype=str)
    return all(bool(check(texts).check_passed) for check in column.checks)


def headings(schema: pa.DataFrameSchema) -> dict[str, str]:
    """Every heading that is known for a column of the schema, normalised, with the column's name."""
    return {
        normal(heading): name
        for name, column in schema.columns.items()
        for heading in (name, *column.metadata["aliases"])
    }


def turner(
    name: str, *, column: pa.Column, framework: Framework
) -> Callable[[str], str]:
    """What turns a text of a column into the schema's own spelling of it."""
    if name == "subject":
        return lambda text: framework.subject(text) or text
    if name in ("date", "left_on"):
        return iso_date
    if name in ("year_group", "ks4_year"):
        return whole_number
    if name == "attendance":
        return percentage
    if spellings := column.metadata["spellings"]:
        return lambda text: code_of(text, spellings)
    return str


def _or_blank(turn: Callable[[str], str], text: str) -> str:
    """A text turned; '-' or 'N/A' as a blank, where it is no spelling of something else."""
    turned = turn(text)
    return "" if turned == text and is_nothing(text) else turned


def _result_name(scale: Scale, text: str) -> str:
    """A result by its own name; text that is none as it is written."""
    return scale.parse(text) or (NO_RESULT if is_nothing(text) else text)


def _by_stage(
    table: pd.DataFrame, turn: Callable[[Scale, str], object], framework: Framework
) -> pd.Series:
    """Each result turned by the scale of its stage; results of an unknown stage stay as they are."""
    turned = table["result"].to_numpy(dtype=object, copy=True)
    for stage in framework.result_stages():
        rows = np.flatnonzero(table["stage"] == stage)
        results = table["result"].iloc[rows]
        turned[rows] = each_distinct(results, partial(turn, framework.scale_of(stage)))
    return pd.Series(turned, index=table.index)
