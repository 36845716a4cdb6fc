"""A school as the measures see it: its framework, its two checked tables, and what is held of the LEA's other schools."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from senlib import private
from senlib.frameworks import Framework, load
from senlib.school.faults import Fault, FaultyFile
from senlib.school.loading import NamedFile, load_files
from senlib.school.schema import lea_schema

TABLES = (".csv", ".xlsx", ".xml")


@dataclass(frozen=True, eq=False)
class School:
    """A school that has been read and checked. It never changes, so what is counted of it can be kept.

    `pupils` and `results` are as in senlib.school.schema, typed; `lea` holds stage, cohort, subject, group, entry, reach,
    schools, pupils and reached for the LEA's other schools, and may be empty.
    """

    name: str
    framework: Framework
    academic_year: int
    pupils: pd.DataFrame
    results: pd.DataFrame
    lea: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(lea_schema().columns))
    )
    sample: bool = False


def current_academic_year(today: date) -> int:
    """The summer in which the academic year of a day ends.

    >>> current_academic_year(date(2004, 9, 1)), current_academic_year(date(2005, 7, 31))
    (2005, 2005)
    """
    return today.year + (today.month >= 8)


def open_school(folder: str | Path, *, framework: str | None = None) -> School:
    """Read and check a school's folder: school.toml, its tables, and lea.csv where there is one.

    Without school.toml the framework must be given, and the folder's name is the school's. Raises FaultyFile with every
    fault there is, and FileNotFoundError where there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}")
    settings = _settings(folder)
    name = framework or settings.get("framework")
    if name is None:
        remedy = (
            'Write framework = "levels" or framework = "gcse" in school.toml, or give --framework.'
        )
        raise FaultyFile([Fault(file=folder.name, rule="no framework is named", remedy=remedy)])
    year = settings.get("academic_year", current_academic_year(date.today()))
    if not isinstance(year, int):
        remedy = "Write the summer the school year ends in, such as academic_year = 2005, without quotation marks."
        raise FaultyFile(
            [Fault(file="school.toml", rule="academic_year is not a year", remedy=remedy)]
        )
    files = [
        NamedFile(name=path.name, content=path)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in TABLES and path.name != "lea.csv"
    ]
    loaded = load_files(files, framework=load(name), academic_year=year)
    return School(
        name=settings.get("name", folder.resolve().name),
        framework=load(name),
        academic_year=year,
        pupils=loaded.pupils,
        results=loaded.results,
        lea=_lea(folder),
        sample=bool(settings.get("sample", False)),
    )


def save_school(school: School, folder: Path) -> None:
    """Write a school's folder as open_school reads it: whole or not at all, in place of what was there."""
    private.folder(folder.parent)
    made = Path(tempfile.mkdtemp(prefix=".loading-", dir=folder.parent))
    try:
        settings = {
            "name": school.name,
            "framework": school.framework.name,
            "academic_year": school.academic_year,
            "sample": school.sample,
        }
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()
        ]
        settings_file = private.file(made / "school.toml")
        settings_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # Lines end as Excel ends them: a bare carriage return within a name is then quoted, and read back as part of it.
        written = {"index": False, "lineterminator": "\r\n"}
        school.pupils.to_csv(private.file(made / "pupils.csv"), **written)
        results = private.file(made / "results.csv")
        school.results.drop(columns="points").to_csv(results, **written)
        if len(school.lea):
            school.lea.to_csv(private.file(made / "lea.csv"), **written)
        _replace_folder(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _replace_folder(made: Path, folder: Path) -> None:
    """Put `made` where `folder` is. A folder cannot be replaced in one step, so the old one stands aside until it is done."""
    aside = folder.with_name(f".{folder.name}-before")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        os.replace(folder, aside)
    try:
        os.replace(made, folder)
    except OSError:
        if aside.exists():
            os.replace(aside, folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _settings(folder: Path) -> dict:
    path = folder / "school.toml"
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        remedy = "See data/sample for one that works; text stands in double quotation marks."
        raise FaultyFile(
            [Fault(file="school.toml", rule="this is not a settings file", remedy=remedy)]
        ) from error


def _lea(folder: Path) -> pd.DataFrame:
    path = folder / "lea.csv"
    if not path.exists():
        return pd.DataFrame(columns=list(lea_schema().columns))
    try:
        return lea_schema().validate(pd.read_csv(path, dtype=str, keep_default_na=False))[
            list(lea_schema().columns)
        ]
    except Exception as error:  # pandera, pandas and the decoder each raise their own
        remedy = (
            f"Its columns are {', '.join(lea_schema().columns)}; the last three are whole numbers."
        )
        raise FaultyFile(
            [Fault(file="lea.csv", rule="these are not conversion figures", remedy=remedy)]
        ) from error
