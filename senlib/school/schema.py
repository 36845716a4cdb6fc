"""Each column of a school's two tables, declared once: what it means, what it accepts, how other systems name it.

Reading, checking, the template to fill in and the documentation of the sample data all come from these declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from senlib.frameworks import NO_RESULT, Framework, Scale, is_nothing

YEAR_GROUPS = range(0, 15)

# Types of need as exports and schools write them out, folded as `_spelt` folds. Dyslexia, dyscalculia and dyspraxia are
# specific learning difficulties and ADHD belongs to social, emotional and mental health by the SEND Code of Practice 2015,
# 6.31 and 6.32 (to behaviour, emotional and social difficulty in the guidance of 2005 on types of need).
_NEEDS_IN_WORDS = {
    "SPLD": [
        "specific learning difficulty",
        "specific learning difficulties",
        "spld (dyslexia)",
        "dyslexia",
        "dyslexic",
        "dyscalculia",
        "dyspraxia",
        "dysgraphia",
    ],
    "MLD": ["moderate learning difficulty", "moderate learning difficulties"],
    "SLD": ["severe learning difficulty", "severe learning difficulties"],
    "PMLD": [
        "profound and multiple learning difficulty",
        "profound and multiple learning difficulties",
        "profound multiple learning difficulty",
        "profound multiple learning difficulties",
    ],
    "SEMH": [
        "social emotional and mental health",
        "social emotional mental health",
        "social emotional and mental health need",
        "social emotional and mental health needs",
        "social emotional and mental health difficulty",
        "social emotional and mental health difficulties",
        "social mental and emotional health",
        "mental health",
        "adhd",
        "add",
        "attention deficit disorder",
        "attention deficit hyperactivity disorder",
        "attention deficit hyperactive disorder",
        "attachment disorder",
    ],
    "BESD": [
        "behaviour emotional and social difficulties",
        "behaviour emotional and social difficulty",
        "behavioural emotional and social difficulties",
        "behavioural emotional and social difficulty",
        "behaviour emotional social difficulties",
        "behavioural emotional social difficulties",
        "ebd",
        "emotional and behavioural difficulties",
        "adhd",
        "attention deficit hyperactivity disorder",
    ],
    "SLCN": [
        "speech language and communication needs",
        "speech language and communication need",
        "speech language and communication",
        "speech language and communication difficulty",
        "speech language and communication difficulties",
        "speech language communication needs",
        "speech and language",
        "speech and language difficulty",
        "speech and language difficulties",
    ],
    "HI": ["hearing impairment", "hearing impaired", "hearing impairments"],
    "VI": [
        "visual impairment",
        "vision impairment",
        "visually impaired",
        "visual impairments",
        "vision impairments",
    ],
    "MSI": [
        "multi-sensory impairment",
        "multi sensory impairment",
        "multisensory impairment",
        "multi-sensory impairments",
        "multi sensory impairments",
    ],
    "PD": ["physical disability", "physical disabilities", "physical difficulty"],
    "ASD": [
        "autistic spectrum disorder",
        "autistic spectrum disorders",
        "autism spectrum disorder",
        "autistic spectrum condition",
        "autism spectrum condition",
        "autistic spectrum",
        "autism spectrum",
        "autism",
        "autistic",
        "asc",
        "asperger's",
        "aspergers",
        "asperger's syndrome",
        "aspergers syndrome",
        "asperger syndrome",
    ],
    "DS": ["down syndrome", "down's syndrome", "downs syndrome", "down's", "downs"],
    "NSA": [
        "no specialist assessment",
        "no specialist assessment of type of need",
        "sen support but no specialist assessment",
        "sen support but no specialist assessment of type of need",
        "sen support but no specialist assessment of the type of need",
    ],
    "OTH": [
        "other",
        "other difficulty/disability",
        "other difficulty / disability",
        "other difficulty or disability",
        "other difficulty",
        "other disability",
    ],
}
# What stands in a column of needs where there is none; a blank is no code.
_NO_NEED = dict.fromkeys(
    ["-", "--", "n/a", "na", "0", "none", "no", "nil", "no need"], ""
)
SUMMERS = range(1990, 2100)


@cache
def pupils_schema(framework: Framework) -> pa.DataFrameSchema:
    """The pupils table: one row a pupil. Index: the row as the spreadsheet numbers it.

    Every column is text, '' where not known, save year_group and ks4_year (whole numbers) and attendance (percent).

    >>> from senlib.frameworks import load
    >>> list(pupils_schema(load("gcse")).columns)[:4]
    ['pupil_id', 'forename', 'surname', 'sex']
    """
    sen = framework.sen_accepted
    return pa.DataFrameSchema(
        {
            "pupil_id": _text(
                "The pupil’s UPN, or the school’s own number or code for the pupil",
                remedy="Give each pupil a UPN or a number of the school’s own, once, and take out rows that are no pupil.",
                aliases=["upn", "unique pupil number", "upn number", "current upn"],
                checks=[pa.Check(lambda ids: ids != "", error="no pupil number")],
                required=True,
                personal=True,
            ),
            "forename": _text(
                "First name",
                aliases=[
                    "legal forename",
                    "legal first name",
                    "first name",
                    "given name",
                    "forenames",
                    "forename",
                    "preferred forename",
                    "preferred first name",
                    "preferred name",
                    "known as",
                    "chosen name",
                ],
                personal=True,
            ),
            "surname": _text(
                "Family name",
                aliases=[
                    "legal surname",
                    "legal last name",
                    "last name",
                    "family name",
                    "surname",
                    "preferred surname",
                    "preferred last name",
                    "chosen surname",
                ],
                personal=True,
            ),
            "sex": _coded(
                "F or M",
                {"F": ["female", "girl"], "M": ["male", "boy"]},
                aliases=["gender", "legal sex", "m/f"],
            ),
            "year_group": _number(
                "Year group now, 0 (Reception) to 14",
                values=YEAR_GROUPS,
                aliases=[
                    "year",
                    "ncyearactual",
                    "nc year",
                    "yeargroup",
                    "nc year group",
                    "curriculum year",
                    "year groups this academic year",
                    "current year group",
                    "national curriculum year",
                    "yr",
                    "yeargrp",
                    "yr group",
                    "year grp",
                    "yr grp",
                    "nc yr",
                ],
            ),
            "ks4_year": _number(
                "Summer in which the pupil finishes or finished Year 11; worked out from the year group where it is blank",
                values=SUMMERS,
                aliases=[
                    "ks4 year",
                    "gcse year",
                    "leaving year",
                    "cohort",
                    "class of",
                    "year 11 in",
                    "leavers",
                    "exam year",
                    "exam season",
                    "year of exam",
                    "year of leaving",
                    "end of ks4 year",
                ],
            ),
            "form": _text(
                "Registration form",
                aliases=[
                    "reg",
                    "registration form",
                    "registration group",
                    "tutor group",
                    "reg group",
                    "registration forms this academic year",
                    "tutor",
                    "tutor form",
                    "form group",
                    "reg form",
                ],
            ),
            "set_english": _text(
                "Class or set in English",
                aliases=["english set", "english class", "set en"],
            ),
            "set_mathematics": _text(
                "Class or set in mathematics",
                aliases=["maths set", "mathematics set", "maths class"],
            ),
            "set_science": _text(
                "Class or set in science", aliases=["science set", "science class"]
            ),
            "set_ict": _text("Class or set in ICT", aliases=["ict set", "ict class"]),
            "sen_provision": _coded(
                f"SEN provision: {sen}",
                {code: [] for code in framework.sen_names},
                spellings=framework.sen_spellings,
                accepted=sen,
                aliases=[
                    "sen",
                    "sen status",
                    "sen code",
                    "senprovision",
                    "sen stage",
                    "sen provision",
                    "senstatus",
                    "send",
                    "send status",
                    "send code",
                    "sen support",
                    "sen level",
                    "sen register",
                    "current sen status",
                    "sen k or e",
                    "sen need level",
                    "senf",
                    "sen provision type",
                    "sen category",
                    "send provision",
                ],
                rule="not an SEN code of this framework",
            ),
            "need": _need(
                "Main type of need",
                framework,
                [
                    "primary need",
                    "primaryseneedstype",
                    "sen need",
                    "sen type",
                    "sentype",
                    "primarysenneed",
                    "primary sen type",
                    "primary sen need",
                    "sen needs",
                    "needs",
                    "send need",
                    "primary area of need",
                    "area of need",
                    "main need",
                    "type of need",
                    "need 1",
                    "sen need 1",
                    "send need 1",
                    "sen type 1",
                    "sen need type",
                    "need type",
                    "primary sen",
                    "primary sen category",
                    "primary send need",
                    "primary type of need",
                    "main sen need",
                    "sen need description",
                ],
            ),
            "need_2": _need(
                "Second type of need",
                framework,
                [
                    "secondary need",
                    "secondarysentype",
                    "secondaryseneedstype",
                    "secondary sen need",
                    "second need",
                    "sen need 2",
                    "need 2",
                    "send need 2",
                    "sen type 2",
                    "secondary send need",
                    "secondary type of need",
                    "secondary sen",
                ],
            ),
            "ethnicity": _text(
                "Ethnic group, as the school records it",
                aliases=[
                    "ethnic group",
                    "ethnicgroup",
                    "ethnic code",
                    "ethnicity code",
                ],
            ),
            "language": _text(
                "First language",
                aliases=["first language", "home language", "languagegroup"],
            ),
            "eal_stage": _coded(
                "Stage of English as an additional language, 1 to 4, or proficiency, A (new to English) to E (fluent)",
                {s: [] for s in "1234ABCDE"},
                spellings={
                    "new to english": "A",
                    "early acquisition": "B",
                    "developing competence": "C",
                    "competent": "D",
                    "fluent": "E",
                },
                accepted="1 to 4, or A to E",
                aliases=[
                    "eal stage",
                    "eal proficiency",
                    "proficiency in english",
                    "eal level",
                ],
            ),
            "fsm": _coded(
                "Eligible for free school meals: Y or N",
                _ON_MEALS,
                aliases=[
                    "everfsm6",
                    "fsm6",
                    "ever 6 fsm",
                    "fsm ever 6",
                    "ever 6",
                    "fsm eligible",
                    "eligible for free school meals",
                    "free school meals",
                    "free school meal",
                    "free meals",
                    "fsm",
                    "pupil premium",
                    "pupil premium indicator",
                    "pupil premium eligible",
                    "pp",
                    "disadvantaged",
                    "fsm6cla1a",
                    "pupil premium status",
                    "ppi",
                ],
            ),
            "able": _coded(
                "On the able, gifted and talented register: Y or N",
                _YES_NO,
                aliases=["gifted", "gifted and talented", "able gifted talented"],
            ),
            "attendance": _percent(
                "Attendance this year so far, percent",
                aliases=[
                    "attendance percent",
                    "percent attendance",
                    "attendance %",
                    "% attendance",
                    "percentage attendance",
                    "attendance percentage",
                    "attendance this year",
                    "att",
                    "att %",
                    "% att",
                    "attendance year to date",
                    "ytd attendance",
                ],
            ),
            "on_roll": _coded(
                "On roll now: Y or N; blank is read as Y",
                _YES_NO,
                aliases=["on roll", "onroll"],
            ),
            "left_on": _date(
                "Date on which the pupil left the school, as 2004-05-14 or 14/05/2004",
                aliases=[
                    "leaving date",
                    "date of leaving",
                    "left on",
                    "dol",
                    "date left",
                ],
            ),
        },
        title="pupils",
    )


@cache
def results_schema(framework: Framework) -> pa.DataFrameSchema:
    """The results table: one row a result. Index: the row as the spreadsheet numbers it. All columns are text.

    A pupil has one result for a stage, subject and kind; for 'now' one for each date as well.

    >>> from senlib.frameworks import load
    >>> list(results_schema(load("levels")).columns)
    ['pupil_id', 'stage', 'subject', 'kind', 'result', 'date']
    """
    stages = framework.result_stages()
    subjects = ", ".join(subject.name for subject in framework.subjects)
    more = " or any other GCSE subject" if framework.other_subjects else ""
    return pa.DataFrameSchema(
        {
            "pupil_id": _text(
                "The pupil’s number, as in the pupils table",
                remedy="Use the number that the pupil has in the pupils table.",
                aliases=["upn", "unique pupil number", "upn number", "current upn"],
                checks=[pa.Check(lambda ids: ids != "", error="no pupil number")],
                required=True,
                personal=True,
            ),
            "stage": _coded(
                f"When the result was given: {', '.join(stages)}",
                {stage: [] for stage in stages},
                spellings={
                    "key stage 2": "KS2",
                    "key stage 3": "KS3",
                    "key stage 4": "KS4",
                    "gcse": "KS4",
                    "current": "now",
                },
                aliases=["key stage", "ks"],
                required=True,
                rule="not a stage of this framework",
                blank=False,
            ),
            "subject": _text(
                f"Subject: {subjects}{more}",
                remedy=f"Use {subjects}{more}.",
                aliases=[
                    "subject",
                    "subject name",
                    "award title",
                    "award",
                    "course",
                    "assessment name",
                    "qualification name",
                    "qualification",
                ],
                checks=[
                    pa.Check(
                        lambda s: s.isin(_subject_names(framework, s)),
                        error="not a subject of this framework",
                    )
                ],
                required=True,
            ),
            "kind": _coded(
                "How it was given: test, or teacher (teacher assessment); blank is read as test, and for 'now' as teacher",
                {
                    "test": ["tt", "exam", "t", "gcse"],
                    "teacher": ["ta", "teacher assessment"],
                },
                aliases=["method", "assessment type"],
            ),
            "result": _text(
                "The level, score or grade; blank where the pupil has none",
                aliases=[
                    "result",
                    "grade",
                    "current grade",
                    "final grade",
                    "overall grade",
                    "actual grade",
                    "awarded grade",
                    "exam grade",
                    "exam result",
                    "scaled score",
                    "level",
                    "score",
                    "outcome",
                    "value",
                    "predicted grade",
                    "forecast grade",
                    "mark",
                ],
                required=True,
            ),
            "date": _date(
                "Date of the result, as 2004-05-14 or 14/05/2004; needed for 'now', so that progress can be judged",
                aliases=["result date", "date of result", "assessment date"],
            ),
        },
        checks=[
            pa.Check(
                lambda table: _result_known(table, framework),
                error="not a result that this stage can have",
                name="result",
            ),
        ],
        title="results",
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
    made = {}
    for name, column in schema.columns.items():
        if name not in table:
            made[name] = pd.Series("", index=table.index, dtype=str)
        else:
            turn = turner(name, column=column, framework=framework)
            if column.checks and not column.metadata["must"]:
                turn = _blank_for_nothing(turn)
            made[name] = each_distinct(table[name], turn)
    made = pd.DataFrame(made, index=table.index)
    if schema.title == "results":
        made["kind"] = made["kind"].mask(
            made["kind"] == "",
            (made["stage"] == "now").map({True: "teacher", False: "test"}),
        )
        made["result"] = _by_stage(
            made,
            lambda scale: (
                lambda text: (
                    scale.parse(text) or (NO_RESULT if is_nothing(text) else text)
                )
            ),
            framework,
        ).astype(str)
    if "on_roll" in made:
        made["on_roll"] = made["on_roll"].replace("", "Y")
    return made


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
        table["points"] = _by_stage(
            table, lambda scale: scale.points, framework
        ).astype("float64")
        for name in ("stage", "subject", "kind", "result"):
            table[name] = table[name].astype("category")
    return table.reset_index(drop=True)


def is_accepted(text: str, column: pa.Column) -> bool:
    """Whether a coded column knows a text, as a code or as a spelling of one."""
    spellings = column.metadata["spellings"]
    return _spelt(text, spellings) in set(spellings.values())


def fits(text: str, column: pa.Column) -> bool:
    """Whether a column takes a text that is in the schema's own spelling."""
    return all(
        bool(check(pd.Series([text], dtype=str)).check_passed)
        for check in column.checks
    )


def normal(heading: str) -> str:
    """A heading without what files vary in: case, spaces, punctuation.

    >>> normal("EVERFSM_6"), normal(" First name ")
    ('everfsm6', 'firstname')
    """
    return re.sub(r"[^a-z0-9%]", "", heading.casefold())


def headings(schema: pa.DataFrameSchema) -> dict[str, str]:
    """Every heading that is known for a column of the schema, normalised, with the column's name."""
    known = {normal(name): name for name in schema.columns}
    for name, column in schema.columns.items():
        known |= {normal(alias): name for alias in column.metadata["aliases"]}
    return known


def _text(
    meaning: str,
    *,
    aliases: list[str],
    remedy: str = "",
    checks: list[pa.Check] | None = None,
    required: bool = False,
    personal: bool = False,
    spellings: Mapping[str, str] | None = None,
) -> pa.Column:
    return pa.Column(
        str,
        checks=checks or [],
        required=True,
        description=meaning,
        metadata={
            "aliases": aliases,
            "remedy": remedy,
            "must": required,
            "personal": personal,
            "spellings": dict(spellings or {}),
        },
    )


_YES_NO = {
    "Y": ["yes", "true", "1", "t", "✓", "✔", "☑", "eligible", "entitled"],
    "N": ["no", "false", "0", "f", "not eligible", "not entitled"],
}
_ON_MEALS = {
    "Y": [
        *_YES_NO["Y"],
        "fsm",
        "fsm6",
        "ever 6",
        "pp",
        "pupil premium",
        "disadvantaged",
    ],
    "N": [
        *_YES_NO["N"],
        "non-fsm",
        "non fsm",
        "not fsm",
        "non-pp",
        "not pp",
        "non pupil premium",
    ]
    + ["not pupil premium", "not disadvantaged"],
}


def _coded(
    meaning: str,
    codes: Mapping[str, list[str]],
    *,
    aliases: list[str],
    accepted: str = "",
    spellings: Mapping[str, str] | None = None,
    required: bool = False,
    rule: str = "not one of the codes",
    blank: bool = True,
) -> pa.Column:
    known = {
        spelling: code
        for code, others in codes.items()
        for spelling in (code.casefold(), *others)
    } | dict(spellings or {})
    allowed = [*codes, ""] if blank else list(codes)
    return _text(
        meaning,
        aliases=aliases,
        remedy=f"Use {accepted or ', '.join(codes)}{', or leave it blank' if blank else ''}.",
        checks=[pa.Check.isin(allowed, error=rule)],
        required=required,
        spellings=known,
    )


def _need(meaning: str, framework: Framework, aliases: list[str]) -> pa.Column:
    return _coded(
        f"{meaning}: {framework.needs_accepted}",
        {code: _NEEDS_IN_WORDS.get(code, []) for code in framework.need_names},
        accepted=framework.needs_accepted,
        spellings=_NO_NEED,
        aliases=aliases,
        rule="not a code for a type of need in this framework",
    )


def _number(meaning: str, *, values: range, aliases: list[str]) -> pa.Column:
    allowed = [str(value) for value in values]
    return _text(
        meaning,
        aliases=aliases,
        remedy=f"Use a whole number from {allowed[0]} to {allowed[-1]}, or leave it blank.",
        checks=[
            pa.Check.isin(
                [*allowed, ""],
                error=f"not a whole number from {allowed[0]} to {allowed[-1]}",
            )
        ],
    )


def _date(meaning: str, *, aliases: list[str]) -> pa.Column:
    return _text(
        meaning,
        remedy="Write dates as 2004-05-14 or 14/05/2004.",
        aliases=aliases,
        checks=[pa.Check(lambda dates: dates.isin(_dates(dates)), error="not a date")],
    )


def _percent(meaning: str, *, aliases: list[str]) -> pa.Column:
    def is_percentage(values: pd.Series) -> pd.Series:
        return (values == "") | numbers(values).between(0, 100)

    return _text(
        meaning,
        aliases=aliases,
        remedy="Use a number from 0 to 100, or leave it blank.",
        checks=[pa.Check(is_percentage, error="not a percentage from 0 to 100")],
    )


def _blank_for_nothing(turn: Callable[[str], str] | None) -> Callable[[str], str]:
    """Turn a text as `turn` does, and '-' or 'N/A' to a blank, where it is no spelling of something else."""

    def turned(text: str) -> str:
        made = turn(text) if turn else text
        return "" if made == text and is_nothing(text) else made

    return turned


def each_distinct(values: Any, turn: Callable[[str], Any] | None = None) -> pd.Series:
    """Strip each distinct text and apply `turn` to it once: a million results are written in a few dozen ways.

    >>> each_distinct(["4b ", "5c", "4b "], str.upper).tolist()
    ['4B', '5C', '4B']
    """
    index = values.index if isinstance(values, pd.Series) else None
    codes, distinct = pd.factorize(np.asarray(values, object))
    turned = [str(text).strip() for text in distinct]
    if turn:
        turned = [turn(text) for text in turned]
    texts = bool(turned) and isinstance(turned[0], str)
    made = pd.Series(turned, dtype=str if texts or not turned else None).take(codes)
    return made.reset_index(drop=True) if index is None else made.set_axis(index)


def numbers(values: pd.Series) -> pd.Series:
    """Text as numbers, each distinct value read once; NaN for what is blank or none."""
    codes, distinct = pd.factorize(values)
    return (
        pd.to_numeric(pd.Series(distinct), errors="coerce")
        .astype("float64")
        .take(codes)
        .set_axis(values.index)
    )


def turner(
    name: str, *, column: pa.Column, framework: Framework
) -> Callable[[str], str] | None:
    """What turns a text of a column into the schema's own spelling of it; None where texts stay as they are."""
    if name == "subject":
        return lambda text: framework.subject(text) or text
    if name in ("date", "left_on"):
        return iso_date
    if name in ("year_group", "ks4_year"):
        return whole_number
    if name == "attendance":
        return _percentage
    if spellings := column.metadata["spellings"]:
        return lambda text: _spelt(text, spellings)
    return None


def _percentage(text: str) -> str:
    """A percentage without its sign, with a point where a comma stands for it.

    >>> _percentage("93.4 %"), _percentage("93,4")
    ('93.4', '93.4')
    """
    number = text.removesuffix("%").strip()
    return re.sub(r"^([0-9]{1,3}),([0-9]{1,2})$", r"\1.\2", number)


def _spelt(text: str, spellings: Mapping[str, str]) -> str:
    """The code that `text` spells, in words, as the code, or as both ('K - SEN Support'); other text as it is written.

    >>> known = {"k": "K", "sen support": "K", "n": "N", "asd": "ASD"}
    >>> [_spelt(text, known) for text in ("k", "K: SEN Support", "SEN Support (K)", "K–SEN support", "ASD - autism")]
    ['K', 'K', 'K', 'K', 'ASD']
    >>> [_spelt(text, known) for text in ("K / N", "Yes", "N - 2")]
    ['K / N', 'Yes', 'N - 2']
    """
    folded = _folded(text)
    if folded in spellings:
        return spellings[folded]
    # A code with its meaning beside it: the meaning may be worded in any way, so long as it does not mean another code.
    # With more than these two parts (a slash or a plus between two needs, say) each has to mean the same.
    beside = re.fullmatch(r"([^-:()]+?) ?[-:] ?(.+)|([^()]+?) ?\((.+)\)", folded)
    first, second = (part for part in beside.groups() if part) if beside else ("", "")
    found = {spellings[part] for part in (first, second) if part in spellings}
    if len(found) == 1 and all(re.search("[a-z]", part) for part in (first, second)):
        return found.pop()
    found = {spellings.get(part.strip(), text) for part in re.split(r"[/:]", folded)}
    return found.pop() if len(found) == 1 else text


def _folded(text: str) -> str:
    """What is written with what people vary let go: case, spaces, commas, kinds of dash and of apostrophe, '&' for 'and'."""
    text = re.sub(r"[–—‐‑−]", "-", text.casefold()).replace("’", "'").replace("‘", "'")
    return " ".join(text.replace(",", " ").replace("&", " and ").split())


def iso_date(text: str) -> str:
    """A date as 2004-05-14, from that or from 14/05/2004 (a time after it is dropped); other text as it is written.

    >>> iso_date("14/5/2004"), iso_date("2004-05-14 00:00:00"), iso_date("31/02/2004"), iso_date("soon")
    ('2004-05-14', '2004-05-14', '31/02/2004', 'soon')
    """
    written = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T].*)?", text)
    parts = written.groups() if written else None
    if british := re.fullmatch(
        r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?: .*)?", text
    ):
        parts = british.groups()[::-1]
    try:
        return date(*(int(part) for part in parts)).isoformat() if parts else text
    except ValueError:
        return text


def _dates(values: pd.Series) -> list[str]:
    """Of the distinct values those that are a date as 2004-05-14, or blank."""
    return [
        text
        for text in values.unique()
        if not text or (len(text) == 10 and is_date(text))
    ]


def is_date(text: str) -> bool:
    """Whether a text is a date as 2004-05-14."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def whole_number(text: str) -> str:
    """'Year 9', 'Y9', '09' and '9.0' as 9, Reception as 0, and '202324' or '2023/24' as the summer it ends in.

    A nursery class is no year group: it is read as blank.

    >>> [whole_number(text) for text in ("Yr 11", "Curriculum Year 9", "Reception", "N2", "2023/24", "nine")]
    ['11', '9', '0', '', '2024', 'nine']
    """
    folded = " ".join(text.casefold().split())
    if re.fullmatch(
        r"((national )?curriculum |nc )?(year |y ?)?r|yr|(year )?rec(eption)?", folded
    ):
        return "0"
    if re.fullmatch(
        r"((national )?curriculum |nc )?(year |y)?(n|n1|n2|nursery( [12])?)", folded
    ):
        return ""
    folded = re.sub(
        r"^((national )?curriculum |nc )?(year group|year|yr\.?|y|ncy)\s*", "", folded
    )
    if span := re.fullmatch(r"(20[0-9]{2})[/-]?([0-9]{2})", folded):
        return span[1][:2] + span[2]
    number = re.fullmatch(r"0*([0-9]+)(\.0+)?", folded)
    return number[1] if number else text


def _subject_names(framework: Framework, subjects: pd.Series) -> list[str]:
    return [
        name for name in subjects.unique() if name and framework.subject(name) == name
    ]


def _by_stage(
    table: pd.DataFrame,
    turner: Callable[[Scale], Callable[[str], object]],
    framework: Framework,
) -> pd.Series:
    """Each result turned by the scale of its stage; results of an unknown stage stay as they are."""
    turned = table["result"].to_numpy(dtype=object, copy=True)
    for stage in framework.result_stages():
        of_stage = np.flatnonzero(table["stage"] == stage)
        codes, distinct = pd.factorize(table["result"].iloc[of_stage])
        turn = turner(framework.scale_of(stage))
        turned[of_stage] = np.array([turn(text) for text in distinct], dtype=object)[
            codes
        ]
    return pd.Series(turned, index=table.index)


def can_be(name: str, subject: str, scale: Scale, framework: Framework) -> bool:
    """Whether a subject can have a result of a scale: a double award is none of a subject that is awarded as one grade."""
    single = any(own.name == subject and not own.double for own in framework.subjects)
    return not (single and name in scale.double_awards())


def _result_known(table: pd.DataFrame, framework: Framework) -> pd.Series:
    """Whether each result is one its stage and subject can have; a row whose stage is unknown is refused for that alone."""
    known = ~table["stage"].isin(framework.result_stages())
    for stage in framework.result_stages():
        of_stage = table["stage"] == stage
        results = table.loc[of_stage, "result"]
        scale = framework.scale_of(stage)
        known[of_stage] = results.isin(
            [
                text
                for text in results.unique()
                if text == NO_RESULT or scale.parse(text)
            ]
        )
        if doubles := scale.double_awards():
            single = [
                subject.name for subject in framework.subjects if not subject.double
            ]
            wrong = (
                of_stage & table["result"].isin(doubles) & table["subject"].isin(single)
            )
            known &= ~wrong
    return known
