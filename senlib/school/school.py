"""A school as the measures see it: its framework, its two checked tables, and what is held of the LEA's other schools."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa

from senlib import private
from senlib.frameworks import Framework, load
from senlib.school import school_file
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile, SourceFile, fault
from senlib.school.review import Review, load_files
from senlib.school.schema import (
    canonical,
    headings,
    lea_schema,
    normal,
    pupils_schema,
    results_schema,
    typed,
)
from senlib.school.school_file import FILE, NotKept

# What a folder's tables end in, and what else may lie in a school's folder without being one.
TABLES = (".csv", ".txt", ".xlsx", ".xlsm", ".xml")
_NO_TABLES = ("school.toml", "lea.csv", "workbook.json")
# How far to look into a text file for its headings.
_HEADINGS_WITHIN_BYTES = 64 * 1024


def _no_lea() -> pd.DataFrame:
    return pd.DataFrame(columns=list(lea_schema().columns))


@dataclass(frozen=True, eq=False)
class School:
    """A school that has been read and checked. It never changes, so what is counted of it can be kept.

    `pupils` and `results` are as in senlib.school.schema, typed; `lea` holds stage, cohort, subject, group, entry, reach,
    schools, pupils and reached for the LEA's other schools, and may be empty. How it was loaded: `answers` by the key of the
    question, the `sources`, `meanings` as (file, heading, meaning), and `notes` on what was read or passed over.
    """

    name: str
    framework: Framework
    academic_year: int
    pupils: pd.DataFrame
    results: pd.DataFrame
    lea: pd.DataFrame = field(default_factory=_no_lea)
    sample: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[SourceFile, ...] = ()
    meanings: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()


def current_academic_year(today: date) -> int:
    """The summer in which the academic year of a day ends.

    >>> current_academic_year(date(2004, 9, 1)), current_academic_year(date(2005, 7, 31))
    (2005, 2005)
    """
    return today.year + (today.month >= 8)


def school_of(review: Review, *, name: str) -> School:
    """The school that a review describes, with how it was loaded; only of a review that loads."""
    return School(
        name=name,
        framework=review.framework,
        academic_year=review.academic_year,
        pupils=review.pupils,
        results=review.results,
        answers={question.key: question.answer for question in review.questions},
        sources=review.sources,
        meanings=tuple(
            (column.file, column.heading, column.meaning)
            for column in review.columns
            if not column.left_out
        ),
        notes=review.notes,
    )


def open_school(folder: str | Path, *, framework: str | None = None) -> School:
    """Open a school's folder: the school that is kept in it, else its files, read and checked.

    Files are school.toml, tables in any number, and lea.csv where there is one. Without school.toml the framework must be
    given, and the folder's name is the school's. Nothing is written. Raises FaultyFile with every fault there is, and
    FileNotFoundError where there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}")
    if (folder / FILE).exists():
        return _open_file(folder / FILE, framework=framework)
    settings = _settings(folder, framework)
    paths, passed_over = _tables_in(folder, framework=settings.framework)
    review = load_files(
        [NamedFile(name=path.name, content=path) for path in paths],
        framework=settings.framework,
        academic_year=settings.academic_year,
    )
    return replace(
        school_of(review, name=settings.name),
        lea=_lea(folder),
        sample=settings.sample,
        notes=(*passed_over, *review.notes),
    )


def save_school(school: School, folder: Path, *, keep_before: bool = False) -> None:
    """Keep a school in a folder, as open_school opens it: whole or not at all, in place of the one that was kept there.

    It is read back and compared before it is moved into place. With `keep_before` the school that it replaces stays as the
    one before (school_file.before). Raises NotKept, in words, where it cannot be kept; what was kept before then stays.

    >>> import tempfile
    >>> from senlib import open_sample
    >>> folder = Path(tempfile.mkdtemp()) / "school"
    >>> save_school(open_sample("gcse"), folder)
    >>> open_school(folder).name
    'Harbour Road Academy (sample)'
    """
    school = _whole(school)
    with school_file.written_beside(Path(folder), keep_before=keep_before) as path:
        school_file.write(path, tables=_tables(school), facts=_facts(school))
        if not _same(school, path):
            raise NotKept(
                f"The school could not be kept in {folder}: what was written did not read back the same. "
                "Try again. What was kept before is still there."
            )


def open_and_renew(folder: Path, *, aside: Path) -> School:
    """Open a SENCO's own folder; where it holds files and no school that is kept, keep it, and set the files aside.

    Tables that version 1 kept were checked then, and are taken as they are. Where the school cannot be kept, its files stay
    where they are and it is opened from them. Raises FaultyFile and FileNotFoundError as open_school does.
    """
    if not (folder / FILE).exists():
        try:
            school = _open_version_1(folder)
        except (OSError, FaultyFile):
            # Another page may have been quicker.
            return open_school(folder)
        try:
            save_school(school, folder)
        except (NotKept, ValueError):
            # The disk refuses, or a number that was written in by hand is none.
            return school
    set_aside = [path for path in folder.iterdir() if path.name in _VERSION_1]
    if set_aside:
        _move(set_aside, aside)
    return open_school(folder)


# ------------------------------------------------------------------------------------------------- The file it is kept in


def _facts(school: School) -> dict[str, Any]:
    return {
        "name": school.name,
        "framework": school.framework.name,
        "academic_year": school.academic_year,
        "sample": school.sample,
        "answers": dict(school.answers),
        "sources": [asdict(source) for source in school.sources],
        "meanings": [list(meaning) for meaning in school.meanings],
        "notes": list(school.notes),
        "written": datetime.now(UTC).isoformat(timespec="microseconds"),
        "written_by": _version(),
    }


def _tables(school: School) -> dict[str, pd.DataFrame]:
    tables = {"pupils": school.pupils, "results": school.results}
    if len(school.lea):
        tables["lea"] = school.lea
    return tables


def _open_file(path: Path, *, framework: str | None = None) -> School:
    """The school of a file; what a column is that an older version had not, is blank."""
    tables, facts = school_file.read(path)
    try:
        by = load(facts["framework"])
        school = School(
            name=facts["name"],
            framework=by,
            academic_year=facts["academic_year"],
            sample=facts["sample"],
            answers=facts["answers"],
            sources=tuple(SourceFile(**source) for source in facts["sources"]),
            meanings=tuple(tuple(meaning) for meaning in facts["meanings"]),
            notes=tuple(facts["notes"]),
            **tables,
        )
        school = _whole(school)
    except (KeyError, TypeError, _UnknownColumn):
        # A framework, a table or a column of a version to come: the digest tells that nothing is damaged.
        raise school_file.newer(path) from None
    if framework not in (None, by.name):
        rule = "this school was kept with a different framework"
        remedy = "Leave out --framework, or load the school’s files again with it."
        raise fault(path.name, rule, remedy)
    return school


class _UnknownColumn(ValueError):
    """A table has a column that this version knows nothing of."""


def _whole(school: School) -> School:
    """The school with the columns of the schema, all of them in its order and no others."""
    of = school.framework
    pupils = _with_all(school.pupils, pupils_schema(of), of)
    results = _with_all(school.results, results_schema(of), of)
    lea = school.lea.reset_index(drop=True)
    return replace(school, pupils=pupils, results=results, lea=lea)


def _with_all(
    table: pd.DataFrame, schema: pa.DataFrameSchema, framework: Framework
) -> pd.DataFrame:
    names = list(schema.columns)
    if schema.title == "results":
        names.append("points")
    if list(table.columns) != names:
        if unknown := set(table.columns) - set(names):
            raise _UnknownColumn(f"{len(unknown)} columns that the schema has not")
        declared = [name for name in table if name in schema.columns]
        text = table[declared].astype(str).fillna("")
        blank = canonical(text, schema=schema, framework=framework)
        blank = typed(blank, schema=schema, framework=framework)
        missing = [name for name in names if name not in table]
        table = table.assign(**blank[missing])[names]
    return table.reset_index(drop=True)


def _same(school: School, path: Path) -> bool:
    """Whether what was written opens as the school that was to be kept."""
    try:
        opened = _open_file(path)
        tables, again = _tables(school).values(), _tables(opened).values()
        for one, other in zip(tables, again, strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
    except (AssertionError, FaultyFile, ValueError):
        return False  # and nothing of what they say, for they may quote a pupil's value
    facts = {**_facts(school), "written": ""}
    return facts == {**_facts(opened), "written": ""}


def _version() -> str:
    try:
        return metadata.version("senlib")
    except metadata.PackageNotFoundError:
        return ""


# ------------------------------------------------------------------------------------------------------ A folder of files


class _Settings(NamedTuple):
    """What school.toml says of a folder of files."""

    name: str
    framework: Framework
    academic_year: int
    sample: bool


def _settings(folder: Path, framework: str | None = None) -> _Settings:
    """What school.toml says, with what goes for it where it says nothing; `framework` goes before its own."""
    path = folder / "school.toml"
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        entries = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        remedy = (
            "See data/sample for one that works; text goes in double quotation marks."
        )
        raise fault("school.toml", "this is not a settings file", remedy) from error
    by = framework or entries.get("framework")
    if by is None:
        remedy = 'Write framework = "levels" or framework = "gcse" in school.toml, or give --framework.'
        raise fault(folder.name, "no framework is named", remedy)
    year = entries.get("academic_year", current_academic_year(date.today()))
    if not isinstance(year, int):
        remedy = "Write the summer the school year ends in, such as academic_year = 2005, without quotation marks."
        raise fault("school.toml", "academic_year is not a year", remedy)
    return _Settings(
        name=entries.get("name", folder.resolve().name),
        framework=load(by),
        academic_year=year,
        sample=bool(entries.get("sample", False)),
    )


def _tables_in(folder: Path, *, framework: Framework) -> tuple[list[Path], list[str]]:
    """The tables in a folder, and a sentence for each file that is passed over."""
    paths = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file()
        and not path.name.startswith(".")
        and path.name not in _NO_TABLES
    ]
    tables = [path for path in paths if _is_table(path, framework)]
    notes = [
        f"{path.name} was left out: it is not a table of pupils or results."
        for path in paths
        if path not in tables
    ]
    return tables, notes


def _is_table(path: Path, framework: Framework) -> bool:
    """Whether a file is a table by the ending of its name, and has a known heading in one of its first lines where it is text.

    A text file without is a note on the other files.
    """
    if path.suffix.lower() != ".txt":
        return path.suffix.lower() in TABLES
    of_pupils = headings(pupils_schema(framework))
    of_either = {*of_pupils, *headings(results_schema(framework))}
    with path.open("rb") as stream:
        start = stream.read(_HEADINGS_WITHIN_BYTES)
    # As Excel's 'Unicode text' has it, every other byte is nought.
    text = start.replace(b"\0", b"").decode("latin-1")
    for line in text.splitlines():
        cells = re.split(r"[\t,;|]", line)
        if len(cells) > 1 and of_either.intersection(map(normal, cells)):
            return True
    return False


def _lea(folder: Path) -> pd.DataFrame:
    path = folder / "lea.csv"
    if not path.exists():
        return _no_lea()
    columns = list(lea_schema().columns)
    try:
        return lea_schema().validate(_as_text(path))[columns]
    except Exception as error:  # pandera, pandas and the decoder each raise their own
        remedy = (
            f"Its columns are {', '.join(columns)}; the last three are whole numbers."
        )
        raise fault("lea.csv", "these are not conversion figures", remedy) from error


def _as_text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


# ----------------------------------------------------------------------------------------------------- As version 1 kept it

_VERSION_1 = ("school.toml", "pupils.csv", "results.csv", "lea.csv")


def _open_version_1(folder: Path) -> School:
    """A school as version 1 kept it: CSV files with the schema's own headings, taken as they are, for they were checked then.

    Raises FaultyFile or OSError where the folder's files are others, or were changed by hand into what no school is.
    """
    settings = _settings(folder)
    by = settings.framework
    pupils = _as_kept(folder / "pupils.csv", pupils_schema(by), by)
    results = _as_kept(folder / "results.csv", results_schema(by), by)
    # What every measure relies on: each pupil once, and results of stages there are.
    numbers = pupils["pupil_id"]
    if not numbers.is_unique or (numbers == "").any():
        raise _not_as_kept("pupils.csv")
    known_stages = results["stage"].isin(by.result_stages())
    if not known_stages.all():
        raise _not_as_kept("results.csv")
    lea = _lea(folder)
    return School(**settings._asdict(), pupils=pupils, results=results, lea=lea)


def _as_kept(
    path: Path, schema: pa.DataFrameSchema, framework: Framework
) -> pd.DataFrame:
    try:
        table = _as_text(path)
        written = set(table.columns)
        if not {"pupil_id"} <= written <= set(schema.columns):
            raise ValueError("its headings are not the schema's own")
        numbers = table[["pupil_id"]]
        blank = canonical(numbers, schema=schema, framework=framework)
        whole = blank.assign(**table)
        return typed(whole, schema=schema, framework=framework)
    except ValueError:  # pandas', which may quote a value
        raise _not_as_kept(path.name) from None


def _not_as_kept(name: str) -> FaultyFile:
    rule = "this file has changed since the workbook kept it"
    return fault(name, rule, "Choose your files again on the front page.")


def _move(paths: Sequence[Path], aside: Path) -> None:
    """Set files aside, for their owner alone; one that is open elsewhere stays until the next time."""
    for path in paths:
        with suppress(OSError):
            private.folder(aside)
            private.file(path).replace(aside / path.name)
