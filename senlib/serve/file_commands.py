"""Commands that read a school's files: show what is made of them, and keep them as a school."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import replace
from datetime import date
from itertools import filterfalse
from pathlib import Path

from senlib import open_school
from senlib.frameworks import load, names
from senlib.school.faults import FaultyFile
from senlib.school.file_answers import FileAnswers, not_used, read_answers
from senlib.school.files import NamedFile
from senlib.school.review import Review, review_files
from senlib.school.school import current_academic_year, save_school, school_of
from senlib.school.school_file import FILE, NotKept
from senlib.serve.commands import (
    COULD_NOT_LOOK,
    FINE,
    WRONG,
    Command,
    option,
)
from senlib.serve.review_text import as_json, counted, faults_as_json, in_words


def commands() -> tuple[Command, ...]:
    """Check and load."""
    kinds = "CSV, Excel or CTF files, or a school's folder"
    framework = "the framework the files are read with (%(default)s)"
    year = "the summer in which the school's year ends (%(default)s)"
    this_year = current_academic_year(date.today())
    answers = "a TOML file of answers to the questions of `check`"
    of_files = (
        option("files", kinds, nargs="+", type=Path, metavar="FILE"),
        option("--framework", framework, choices=names(), default="gcse"),
        option("--year", year, type=int, default=this_year),
        option("--answers", answers, type=Path),
    )
    json = option("--json", "print one JSON object", action="store_true")
    folder = "the folder to keep it in"
    to = option("--to", folder, type=Path, required=True, metavar="FOLDER")
    name = option("--name", "the school's name (%(default)s)", default="Our school")
    look = "show what is made of a school's files, and keep nothing"
    keep = "keep a school's files as a school in a folder"
    return (
        Command("check", look, (*of_files, json), _check),
        Command("load", keep, (*of_files, to, name), _load),
    )


def _check(options: Namespace) -> int:
    folders = list(filter(Path.is_dir, options.files))
    for folder in folders:
        of_school = [folder / "school.toml", folder / FILE]
        says = any(path.exists() for path in of_school)
        open_school(folder, framework=None if says else options.framework)
        print(f"{folder.name}: nothing wrong was found.")
    if len(folders) == len(options.files):
        return FINE
    try:
        review = _review(options)
    except FaultyFile as error:
        if options.json:
            print(faults_as_json(error.faults))
            return WRONG
        raise
    print(as_json(review) if options.json else in_words(review))
    return FINE if review.loads else WRONG


def _load(options: Namespace) -> int:
    review = _review(options)
    if not review.loads:
        raise FaultyFile(review.stopping)
    school = school_of(review, name=options.name)
    try:
        save_school(school, options.to, keep_before=True)
    except NotKept as error:
        print(error, file=sys.stderr)
        return COULD_NOT_LOOK
    print(f"Kept in {options.to}: {counted(review)}.")
    return FINE


def _review(options: Namespace) -> Review:
    """The review of the files that were named; FileNotFoundError where one is not there, or may not be read."""
    paths = list(filterfalse(Path.is_dir, options.files))
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}")
        path.open("rb").close()  # raises PermissionError
    answers = read_answers(options.answers) if options.answers else FileAnswers()
    review = review_files(
        [NamedFile(name=path.name, content=path) for path in paths],
        framework=load(options.framework),
        answers=answers,
        academic_year=options.year,
    )
    notes = (*review.notes, *not_used(answers, review))
    return replace(review, notes=notes)
