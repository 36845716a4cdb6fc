"""One list of a school's as it was read: its pupils and its results as parts of the two tables, not yet joined with others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from senlib.frameworks import Framework, Scale
from senlib.school import headings, schema
from senlib.school.checking import constant
from senlib.school.files import SourceRows
from senlib.school.headings import UNTOLD, Result
from senlib.school.matching import UPN, Matched, MatchedColumn, stands_in
from senlib.school.read_tables import RawTable, filled_cells, is_error

# '2023/2024' or '202324'.
_SCHOOL_YEAR = re.compile(r"20\d\d[/-]?(?:20)?(\d\d)")
# A form such as 10B begins with the year group.
_FORM = re.compile(r"(?:Y(?:ea)?r?\s*)?(1[0-3]|[7-9])(?!\d)", re.IGNORECASE)
_NEARLY_ALL = 0.8
# What stands between two needs in one cell.
_BETWEEN_NEEDS = (r"[;\n|]", r"[,;/&+\n|]| and ")
# Pupils of a summer's key stage 2 finish Year 11 so many years later.
YEARS_FROM_KS2 = 5

# Where DfE's outcome column says that a score is there, or is below 100: nothing that the score does not say.
_SAT = ("", "AS", "NS")


@dataclass(frozen=True)
class SchoolList:
    """A list: the parts that it gives to the pupils and to the results table.

    `name` is the file's, `file` names the sheet too. `upns` and `own_numbers` are the pupils' numbers row by row, '' where blank
    or where there is no such column. `at` gives for each part of results the rows of the list that it comes from. `year` is the
    summer of the school year that the list tells of, None where the file does not say; `years` the same row by row. `ranks` order
    the needs of a pupil who has several rows. `leaving` is the summer of Year 11 row by row, as far as the year of the results
    tells it, for want of anything better.
    """

    name: str
    file: str
    pupils: SourceRows
    results: tuple[SourceRows, ...]
    at: tuple[np.ndarray, ...]
    upns: np.ndarray
    own_numbers: np.ndarray
    describes_pupils: bool
    long: bool = False
    ctf: bool = False
    year: int | None = None
    years: np.ndarray | None = None
    number_heading: str = ""
    ranks: np.ndarray | None = None
    leaving: np.ndarray | None = None
    notes: tuple[str, ...] = ()


def of_table(
    match: Matched,
    *,
    name: str,
    framework: Framework,
    stage: str,
    academic_year: int,
    today: date,
) -> SchoolList:
    """The list in a table. `stage` is that of results of which none is told."""
    table, notes = match.table, []
    upns = _numbers(table, match.named.get("pupil_id"))
    own = _numbers(table, match.named.get(headings.OWN_NUMBER))
    pupils = _pupils(match, framework, notes)
    years = _school_years(table, match.pupil_columns.get(headings.SCHOOL_YEAR))
    # What was changed or taken as results were read: how often, by what was done.
    changed: Counter[str] = Counter()
    if match.long:
        parts, at = _long_results(match, framework, stage=stage, changed=changed)
    else:
        parts, at = _wide_results(
            match,
            framework,
            stage=stage,
            changed=changed,
            year_groups=_year_groups(pupils, academic_year=academic_year, years=years),
            academic_year=academic_year,
            today=today,
        )
    notes += [
        f"{table.file}: {_told(what, number=n)}" for what, n in changed.items() if n
    ]
    number = match.named.get("pupil_id", match.named.get(headings.OWN_NUMBER))
    return SchoolList(
        name=name,
        file=table.file,
        pupils=pupils,
        results=tuple(parts),
        at=tuple(at),
        upns=upns,
        own_numbers=own,
        describes_pupils=match.describes_pupils,
        long=match.long,
        year=_common(years),
        years=years,
        number_heading="" if number is None else table.headings[number],
        ranks=_ranks(table, match.named.get(headings.NEED_RANK)),
        leaving=_leaving(match, pupils, years),
        notes=tuple(notes),
    )


def has_undated(one: SchoolList) -> bool:
    """Whether a list holds current results without a date."""
    return any(_undated(part).any() for part in one.results)


def dated(one: SchoolList, *, now: str) -> SchoolList:
    """The list with this date for its current results that have none."""
    return replace(one, results=tuple(_with_date(part, now) for part in one.results))


def _with_date(part: SourceRows, now: str) -> SourceRows:
    rows = _undated(part)
    if not rows.any():
        return part
    dates = part.data["date"].astype(str) if "date" in part.data else ""
    return replace(
        part, data=part.data.assign(date=pd.Categorical(np.where(rows, now, dates)))
    )


def _undated(part: SourceRows) -> np.ndarray:
    """Which rows of results are current and have no date."""
    current = schema.each_distinct(part.data["stage"], str.casefold).isin(
        ["now", "current"]
    )
    if "date" not in part.data:
        return current.to_numpy()
    return (current & (schema.each_distinct(part.data["date"]) == "")).to_numpy()


def _told(what: str, *, number: int) -> str:
    """What was changed, and how often."""
    one = number == 1
    noun = _NOUNS[what][not one]
    return _SAID[what].format(
        n=f"{number:,} {noun}",
        was="was" if one else "were",
        it="it falls" if one else "they fall",
    )


_NOUNS = {
    "fine": ("finer grade or average", "finer grades or averages"),
    "date": (
        "double grade that Excel had turned into a date",
        "double grades that Excel had turned into dates",
    ),
    "english": ("result", "results"),
    "beside": (
        "column with no key stage in its heading",
        "columns with no key stage in their headings",
    ),
    "zero": ("cell with 0", "cells with 0"),
}
_SAID = {
    "fine": "{n} {was} read as the grade or score {it} in.",
    "date": "{n} {was} read as grades again.",
    "english": "key stage 2 English was read as reading ({n}).",
    "beside": "{n} {was} left out: there are no such results at that stage, or another column holds them.",
    "zero": "{n} {was} read as U. If 0 means no grade, clear it in Excel and choose the file again.",
    "percentage": "attendance is given as decimals, such as 0.95, and was read as percentages.",
}


# -------------------------------------------------------------------------------------------------------------- Pupils


def _pupils(match: Matched, framework: Framework, notes: list[str]) -> SourceRows:
    """What the table tells of pupils, one row for each of its rows, under the names of the pupils table; no numbers yet."""
    table = match.table
    told = dict(match.pupil_columns)
    aids = {name: told.pop(name) for name in headings.AIDS if name in told}
    told.pop("pupil_id", None)
    data: dict[str, object] = {
        name: table.columns[index] for name, index in told.items()
    }
    names = {name: table.headings[index] for name, index in told.items()}
    for name, values, index in _from_aids(table, aids, told, framework, notes):
        data[name], names[name] = values, table.headings[index]
    if "form" in data and "year_group" not in data and "ks4_year" not in data:
        years = _years_by_form(data["form"])
        if years is not None:
            data["year_group"], names["year_group"] = years, names["form"]
            notes.append(
                f"{table.file}: the year group was read from column ‘{names['form']}’."
            )
    if "need" in data and "need_2" not in data:
        needs = _two_needs(data["need"], framework)
        if needs is not None:
            data["need"], data["need_2"] = needs
            names["need_2"] = names["need"]
            notes.append(
                f"{table.file}: where a cell holds several needs, the first two were read."
            )
    if "attendance" in data:
        data["attendance"], shares = _percentages(data["attendance"])
        if shares:
            notes.append(f"{table.file}: {_SAID['percentage']}")
    return SourceRows(
        file=table.file,
        data=pd.DataFrame(data, index=range(len(table.rows))),
        rows=table.rows,
        headings=names | {"pupil_id": _number_heading(match)},
    )


def _number_heading(match: Matched) -> str:
    index = match.named.get("pupil_id", match.named.get(headings.OWN_NUMBER))
    return "UPN" if index is None else match.table.headings[index]


def _two_needs(
    column: pd.Categorical, framework: Framework
) -> tuple[pd.Categorical, pd.Categorical] | None:
    """The needs of cells that hold several, such as 'SLCN, SEMH', in two columns; None where there are no such cells."""
    declared = schema.pupils_schema(framework).columns["need"]
    pairs = [_first_two(text, declared) for text in column.categories]
    if not any(second for _, second in pairs):
        return None
    return tuple(
        pd.Categorical([pairs[code][place] for code in column.codes])
        for place in (0, 1)
    )


def _first_two(text: str, declared: object) -> tuple[str, str]:
    """The first two needs of a cell; the text as it is where it is one, or no list of them."""
    if schema.is_accepted(text, declared):
        return text, ""
    for between in _BETWEEN_NEEDS:
        parts = [part.strip() for part in re.split(between, text) if part.strip()]
        if len(parts) > 1 and all(schema.is_accepted(part, declared) for part in parts):
            return parts[0], parts[1]
    return text, ""


def _from_aids(
    table: RawTable,
    aids: Mapping[str, int],
    told: Mapping[str, int],
    framework: Framework,
    notes: list[str],
) -> Sequence[tuple[str, object, int]]:
    """Columns of the pupils table that are worked out from others: names in one, flags for SEN, EAL as yes or no."""
    made: list[tuple[str, object, int]] = []
    if headings.NAME in aids and "surname" not in told:
        index = aids[headings.NAME]
        surnames, forenames = _parted(table.columns[index])
        made += [("surname", surnames, index), ("forename", forenames, index)]
    flags = [aid for aid in (headings.EHC_PLAN, headings.SEN_SUPPORT) if aid in aids]
    if flags and "sen_provision" not in told:
        made.append(("sen_provision", _provision(table, aids), aids[flags[0]]))
    if headings.EAL in aids and "language" not in told:
        index = aids[headings.EAL]
        words = {"Y": "Other than English", "N": "English"}
        made.append(
            ("language", [words.get(yes, "") for yes in _yes_no(table, index)], index)
        )
    for aid in (headings.EAL, headings.EHC_PLAN, headings.SEN_SUPPORT):
        if aid in aids and (neither := _neither(table, aids[aid])):
            cells, were = (
                ("1 cell is", "was")
                if neither == 1
                else (f"{neither:,} cells are", "were")
            )
            heading = table.headings[aids[aid]]
            notes.append(
                f"{table.file}, column ‘{heading}’: {cells} neither yes nor no, and {were} read as blank."
            )
    return made


def _neither(table: RawTable, index: int) -> int:
    """How many cells of a column of yes and no hold something else."""
    told = np.array(_yes_no(table, index), object) != ""
    return int((filled_cells(table.columns[index]) & ~told).sum())


def _parted(column: pd.Categorical) -> tuple[list[str], list[str]]:
    """Surnames and forenames of 'Aster, Ivy'; what has no comma is all surname, for nobody can tell where it parts."""
    parted = [
        [part.strip() for part in text.split(",", 1)] for text in column.categories
    ]
    both = [(parts[0], parts[1] if len(parts) > 1 else "") for parts in parted]
    return tuple([both[code][place] for code in column.codes] for place in (0, 1))  # type: ignore[return-value]


def _provision(table: RawTable, aids: Mapping[str, int]) -> list[str]:
    """E, K or N by two columns of yes and no; '' where both are blank."""
    rows = len(table.rows)
    plan, support = (
        _yes_no(table, aids[aid]) if aid in aids else [""] * rows
        for aid in (headings.EHC_PLAN, headings.SEN_SUPPORT)
    )
    return [
        "E" if e == "Y" else "K" if k == "Y" else "N" if "N" in (e, k) else ""
        for e, k in zip(plan, support, strict=True)
    ]


def _yes_no(table: RawTable, index: int) -> list[str]:
    column = table.columns[index]
    yes = {"y", "yes", "true", "t", "1", "✓", "✔", "eal"}
    no = {"n", "no", "false", "f", "0", "non-eal", "non eal", "not eal"}
    turned = [
        "Y"
        if text.strip().casefold() in yes
        else "N"
        if text.strip().casefold() in no
        else ""
        for text in column.categories
    ]
    return [turned[code] for code in column.codes]


def _years_by_form(column: object) -> pd.Categorical | None:
    """The year group that each form begins with; None where many forms begin otherwise."""
    column = pd.Categorical(column)
    found = [_FORM.match(text.strip()) for text in column.categories]
    filled = [bool(text.strip()) for text in column.categories]
    if sum(map(bool, found)) < _NEARLY_ALL * sum(filled) or not any(found):
        return None
    turned = [form[1] if form else "" for form in found]
    return pd.Categorical([turned[code] for code in column.codes])


def _percentages(column: object) -> tuple[pd.Categorical, bool]:
    """Shares of 1 as percentages, where all that stands there is one; and whether that was so."""
    column = pd.Categorical(column)
    texts = [text.strip() for text in column.categories]
    filled = [text for text in texts if text and not is_error(text)]
    numbers = pd.to_numeric(pd.Series(filled, dtype=str), errors="coerce")
    # A percentage of 1 or less is nobody's; '95%' is no number here, so one of them makes all the others percentages.
    if not filled or numbers.isna().any() or not 0 < numbers.max() <= 1:
        return column, False
    turned = [f"{float(text) * 100:.4g}" if text in filled else text for text in texts]
    return pd.Categorical([turned[code] for code in column.codes]), True


def _numbers(table: RawTable, index: int | None) -> np.ndarray:
    """The pupils' numbers of a column, a UPN in capitals."""
    if index is None:
        return np.full(len(table.rows), "", object)
    column = table.columns[index]
    turned = [text.strip() for text in column.categories]
    turned = [text.upper() if UPN.fullmatch(text) else text for text in turned]
    return np.array(turned, object)[column.codes]


def _school_years(table: RawTable, index: int | None) -> np.ndarray | None:
    """The summer that each row's school year ends in, by a column such as DfE's ACADYR; 0 where it is not told."""
    if index is None:
        return None
    column = table.columns[index]
    found = [_SCHOOL_YEAR.fullmatch(text.strip()) for text in column.categories]
    return np.array([2000 + int(year[1]) if year else 0 for year in found], int)[
        column.codes
    ]


def _ranks(table: RawTable, index: int | None) -> np.ndarray | None:
    """The rank that each row gives to its need; what is no number comes last."""
    if index is None:
        return None
    column = table.columns[index]
    found = [
        int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 999
        for text in column.categories
    ]
    return np.array(found, int)[column.codes]


def _leaving(
    match: Matched, pupils: SourceRows, years: np.ndarray | None
) -> np.ndarray | None:
    """The summer of Year 11 in DfE's files without year groups, '' where it is not told: key stage 2 is five years before it."""
    stages = {column.result.stage for column in match.results}
    if (
        years is None
        or not headings.is_dfe(match.table.headings)
        or "year_group" in pupils.data
    ):
        return None
    later = 0 if "KS4" in stages else YEARS_FROM_KS2 if "KS2" in stages else None
    if later is None:
        return None
    return np.array(
        [f"{year + later}" if year else "" for year in years.tolist()], object
    )


def _common(years: np.ndarray | None) -> int | None:
    told = set() if years is None else set(years[years > 0].tolist())
    return told.pop() if len(told) == 1 else None


def _year_groups(
    pupils: SourceRows, *, academic_year: int, years: np.ndarray | None
) -> pd.Series:
    """Each row's year group in the school's own year, as a number; missing where it is not told."""
    if "year_group" not in pupils.data:
        return pd.Series(pd.NA, index=pupils.data.index, dtype="Float64")
    column = pd.Categorical(pupils.data["year_group"])
    turned = pd.to_numeric(
        pd.Series(
            [schema.whole_number(text.strip()) for text in column.categories], dtype=str
        ),
        errors="coerce",
    ).to_numpy()
    groups = pd.Series(turned[column.codes], dtype="Float64")
    if years is not None:
        groups = groups + np.where(years > 0, academic_year - years, 0)
    return groups


# ------------------------------------------------------------------------------------------------------------- Results


def _wide_results(
    match: Matched,
    framework: Framework,
    *,
    stage: str,
    changed: Counter[str],
    year_groups: pd.Series,
    academic_year: int,
    today: date,
) -> tuple[list[SourceRows], list[np.ndarray]]:
    """A part for each column of results, of its filled cells."""
    table = match.table
    parts, places = [], []
    explicit = {column.meaning for column in match.results}
    for column in match.results:
        result = column.result
        if result.stage == UNTOLD:
            kind = "test" if stage != "now" else "teacher"
            result = headings.taken_as(Result(stage, result.subject, kind), framework)
            if result is None or result.meaning in explicit:
                changed["beside"] += 1
                continue
        texts = _with_outcomes(table, column, result, match.columns)
        filled = filled_cells(texts)
        at = np.flatnonzero(filled)
        values = _tidied(texts[filled], framework.scale_of(result.stage), changed)
        if len(at) < len(table.rows):
            changed["zero"] += _zeros(values, framework.scale_of(result.stage))
        dates = constant("", rows=len(at))
        if result.stage == "now" and column.moment:
            days = column.moment.on(
                year_groups.iloc[at], academic_year=academic_year, today=today
            )
            dates = pd.Categorical(days)
        told = {
            name: constant(text, rows=len(at))
            for name, text in result._asdict().items()
        }
        data = pd.DataFrame(
            told | {"result": values, "date": dates}, index=range(len(at))
        )
        parts.append(
            SourceRows(
                file=table.file,
                data=data,
                rows=table.rows[at],
                headings={"result": column.heading, "pupil_id": _number_heading(match)},
            )
        )
        places.append(at)
    return parts, places


def _with_outcomes(
    table: RawTable,
    column: MatchedColumn,
    result: Result,
    columns: Sequence[MatchedColumn],
) -> pd.Categorical:
    """A column of scores, its blanks filled from DfE's other scores of the paper, and from what says why there is none."""
    texts = table.columns[column.index]
    if result.kind != "test" or result.stage != "KS2":
        return texts
    lesser = [one for one in columns if one.meaning == column.meaning and not one.best]
    for one in sorted(lesser, key=lambda one: one.rank, reverse=True):
        if stands_in(one, column):
            texts = _filled_from(texts, table.columns[one.index])
    for index, heading in enumerate(table.headings):
        key = schema.normal(heading.upper().removeprefix("KS4_"))
        if headings.OUTCOME_BESIDE.get(key) == result.subject:
            outcome = table.columns[index]
            told = ~np.isin(outcome.categories.str.strip().str.upper(), _SAT)
            why = [
                text if says else ""
                for text, says in zip(outcome.categories, told, strict=True)
            ]
            texts = _filled_from(
                texts, pd.Categorical(np.array(why, object)[outcome.codes])
            )
    return texts


def _filled_from(texts: pd.Categorical, others: pd.Categorical) -> pd.Categorical:
    """The texts, and others where they are blank."""
    blank = ~filled_cells(texts) & filled_cells(others)
    if not blank.any():
        return texts
    return pd.Categorical(np.where(blank, others.astype(object), texts.astype(object)))


def _zeros(values: pd.Categorical, scale: Scale) -> int:
    """How many results are a 0 that is read as a grade: many systems write it where there is none."""
    zero = [text.strip() == "0" for text in values.categories]
    if scale.parse("0") is None or not any(zero):
        return 0
    return int(np.array(zero, bool)[values.codes].sum())


def _long_results(
    match: Matched, framework: Framework, *, stage: str, changed: Counter[str]
) -> tuple[list[SourceRows], list[np.ndarray]]:
    """The rows of a table with one result a row; a subject such as 'KS2 Reading' names its stage."""
    table = match.table
    told = {
        name: match.named[name]
        for name in ("stage", "subject", "kind", "result", "date")
        if name in match.named
    }
    data = pd.DataFrame({name: table.columns[index] for name, index in told.items()})
    if "stage" not in told:
        data = data.assign(**_stages_of(data["subject"], framework, otherwise=stage))
    data["subject"] = _as_taken(data, framework, changed)
    data["result"] = _tidied_by_stage(data, framework, changed)
    names = {name: table.headings[index] for name, index in told.items()}
    part = SourceRows(
        file=table.file,
        data=data,
        rows=table.rows,
        headings=names | {"pupil_id": _number_heading(match)},
    )
    return [part], [np.arange(len(table.rows))]


def _stages_of(
    subjects: pd.Series, framework: Framework, *, otherwise: str
) -> dict[str, pd.Categorical]:
    """Stage, subject and kind by names such as 'KS2 Reading'; `otherwise` is the stage of those that name none."""
    column = pd.Categorical(subjects)
    found = [headings.result_named(text, framework) for text in column.categories]
    usual = Result(otherwise, "", "teacher" if otherwise == "now" else "test")
    found = [
        named or usual._replace(subject=text)
        for named, text in zip(found, column.categories, strict=True)
    ]
    return {
        name: pd.Categorical([getattr(found[code], name) for code in column.codes])
        for name in Result._fields
    }


def _as_taken(
    data: pd.DataFrame, framework: Framework, changed: Counter[str]
) -> pd.Series:
    """The subjects, English at an entry of scaled scores read as reading."""
    entry = framework.stages[0]
    if not entry.averaged:
        return data["subject"]
    stages = schema.each_distinct(data["stage"], str.casefold)
    at_entry = stages.isin([entry.entry_stage.casefold(), "key stage 2"]).to_numpy()
    subjects = pd.Categorical(data["subject"])
    english = [
        (framework.subject(text) or "").startswith("English Lang")
        for text in subjects.categories
    ]
    rows = at_entry & np.array(english, bool)[subjects.codes]
    if not rows.any():
        return data["subject"]
    changed["english"] += int(rows.sum())
    return pd.Series(np.where(rows, "Reading", subjects.astype(object))).astype(
        "category"
    )


def _tidied_by_stage(
    data: pd.DataFrame, framework: Framework, changed: Counter[str]
) -> pd.Series:
    """The results with what Excel and fine grading made of them turned back, by the scale of each stage."""
    stages = schema.each_distinct(data["stage"])
    results = data["result"].astype(object)
    for stage in stages.unique():
        if stage in framework.result_stages():
            rows = (stages == stage).to_numpy()
            texts = pd.Categorical(results[rows])
            results[rows] = _tidied(texts, framework.scale_of(stage), changed).astype(
                object
            )
    return results.astype("category")


def _tidied(
    texts: pd.Categorical, scale: Scale, changed: Counter[str]
) -> pd.Categorical:
    """Results as text, double awards that Excel turned into dates read back; fine grades are counted."""
    categories, counts = (
        list(texts.categories),
        np.bincount(texts.codes, minlength=len(texts.categories)),
    )
    for place, text in enumerate(categories):
        if not counts[place]:
            continue
        if scale.parse(text) is None and (award := scale.from_date(text)):
            categories[place] = award
            changed["date"] += int(counts[place])
        elif scale.is_fine(text):
            changed["fine"] += int(counts[place])
    return pd.Categorical([categories[code] for code in texts.codes])
