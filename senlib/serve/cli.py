"""The command line: open the workbook, check a school's files, and print each measure as a table or as CSV."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from senlib import ROOT, national, open_school, private
from senlib.frameworks import load, names
from senlib.measures.conversion import DENOMINATORS, conversion, matrix
from senlib.measures.criteria import criteria
from senlib.measures.tracking import track
from senlib.school.faults import Fault, FaultyFile, grouped
from senlib.school.file_answers import FileAnswers, not_used, read_answers
from senlib.school.files import NamedFile
from senlib.school.review import Review, review_files
from senlib.school.school import School, current_academic_year, save_school, school_of
from senlib.school.school_file import FILE, NotKept
from senlib.serve.review_text import as_json, counted, faults_as_json, in_words

FINE, WRONG, COULD_NOT_LOOK = 0, 1, 2

# One decimal more than DfE publishes, so that a reader can round as she likes.
DECIMALS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 where all is well, 1 where a file is at fault, 2 where the command could not look."""
    # Windows' console and pipes may not know every letter of a name.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except FaultyFile as error:
        _print_faults(error.faults)
        return WRONG
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        print(f"Could not look: {error.filename or error}", file=sys.stderr)
        return COULD_NOT_LOOK
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return COULD_NOT_LOOK


def parser() -> argparse.ArgumentParser:
    """Every command and option; a test holds the README to it."""
    top = argparse.ArgumentParser(prog="senlib", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser(
        "serve",
        help="open the workbook in your browser, for you alone: its address has a key, new at each start",
    )
    serve.add_argument(
        "school",
        nargs="?",
        type=Path,
        help="a school's folder; without one, your own school or the sample",
    )
    _data(
        serve,
        "where your own school and notes are kept, for you alone to read (%(default)s)",
    )
    serve.add_argument(
        "--port",
        type=int,
        default=None,
        help="port on this computer (8866, or the next that is free)",
    )
    serve.add_argument(
        "--no-browser",
        action="store_true",
        help="print the address with its key, and do not open a browser",
    )
    serve.add_argument(
        "--room",
        action="store_true",
        help="let a session's participants in over the network, with a code; sample schools only",
    )
    serve.set_defaults(run=_serve)

    check = _of_files(
        commands,
        "check",
        "show what is made of a school's files, and keep nothing",
        _check,
    )
    check.add_argument("--json", action="store_true", help="print one JSON object")
    kept = _of_files(
        commands, "load", "keep a school's files as a school in a folder", _load
    )
    kept.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder to keep it in",
    )
    kept.add_argument(
        "--name", default="Our school", help="the school's name (%(default)s)"
    )

    _measure(
        commands,
        "matrix",
        "entry to outcome, with the pupils in each cell",
        _matrix,
        stage=True,
        subject=True,
        by=True,
    )
    shown = _measure(
        commands,
        "conversion",
        "how many pupils of each entry band reached an outcome",
        _conversion,
        stage=True,
        subject=True,
        by=True,
        denominator=True,
    )
    shown.add_argument(
        "--reach",
        action="append",
        help="outcome to reach, such as 5 or C; may be given again",
    )
    _measure(
        commands,
        "criteria",
        "each target of Task 3, measured",
        _criteria,
        denominator=True,
    )
    followed = _measure(
        commands,
        "track",
        "pupils who entered in a band, and where they are now",
        _track,
        subject=True,
    )
    followed.add_argument(
        "--entry", action="append", help="entry band, such as 3; may be given again"
    )
    followed.add_argument("--reach", help="outcome they are to reach")
    followed.add_argument(
        "--year", action="append", type=int, help="year group; may be given again"
    )

    _national(commands)
    sample = commands.add_parser(
        "sample", help="copy a sample school into a folder, to look at or to change"
    )
    sample.add_argument("framework", choices=names())
    sample.add_argument("folder", type=Path, help="a folder that does not exist yet")
    sample.set_defaults(run=_sample)
    return top


def _data(command: argparse.ArgumentParser, text: str) -> None:
    usual = Path.home() / private.USUAL_FOLDER
    command.add_argument("--data", type=Path, default=usual, help=text)


def _national(commands: argparse._SubParsersAction) -> None:
    """What is held of England, and DfE's newest file."""
    command = commands.add_parser(
        "national", help="England's figures: what is held, and a new file"
    )
    what = command.add_subparsers(required=True, metavar="WHAT")
    added = what.add_parser(
        "add",
        help="keep DfE's newest key stage 2 to 4 transition matrices, for the figures to use",
    )
    added.add_argument(
        "file", type=Path, metavar="FILE", help="the CSV file as DfE publishes it"
    )
    added.set_defaults(run=_national_add)
    held = what.add_parser(
        "list", help="the editions that are held, each with its source"
    )
    held.set_defaults(run=_national_list)
    for one in (added, held):
        _data(one, "where added editions are kept (%(default)s)")


def _of_files(
    commands: argparse._SubParsersAction,
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """A command that reads a school's files."""
    command = commands.add_parser(name, help=text)
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="CSV, Excel or CTF files, or a school's folder",
    )
    command.add_argument(
        "--framework",
        choices=names(),
        default="gcse",
        help="the framework the files are read with (%(default)s)",
    )
    command.add_argument(
        "--year",
        type=int,
        default=current_academic_year(date.today()),
        help="the summer in which the school's year ends (%(default)s)",
    )
    command.add_argument(
        "--answers",
        type=Path,
        help="a TOML file of answers to the questions of `check`",
    )
    command.set_defaults(run=run)
    return command


def _measure(
    commands: argparse._SubParsersAction,
    name: str,
    text: str,
    measure: Callable[[School, argparse.Namespace], pd.DataFrame],
    *,
    stage: bool = False,
    subject: bool = False,
    by: bool = False,
    denominator: bool = False,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text)
    command.add_argument(
        "folder", type=Path, help="a school's folder, with school.toml or --framework"
    )
    command.add_argument(
        "--framework", choices=names(), help="the framework, instead of school.toml's"
    )
    if stage:
        command.add_argument(
            "--stage", help="key stage, such as KS3 (the framework's first)"
        )
    if subject:
        command.add_argument("--subject", help="one subject (all)")
    if by:
        command.add_argument(
            "--by",
            default="sen_provision",
            help="column of the pupils table to group by (%(default)s)",
        )
    if denominator:
        command.add_argument(
            "--denominator",
            choices=list(DENOMINATORS),
            default="all",
            help="whom a percentage is of (%(default)s)",
        )
    command.add_argument("--format", choices=["table", "csv"], default="table")
    _data(command, "where editions of England's figures were added (%(default)s)")
    command.set_defaults(
        run=lambda options: _print(
            measure(open_school(options.folder, framework=options.framework), options),
            options.format,
        )
    )
    return command


def _serve(options: argparse.Namespace) -> int:
    from senlib.serve.app import (
        serve,
    )  # Voila takes a second to import, and no other command needs it
    from senlib.workbook.store import Store
    from senlib.workspace import FOLDER, ROOM_RULE

    if options.room and options.school is not None:
        print(
            f"{ROOM_RULE} Leave out {options.school.name!r}, or leave out --room.",
            file=sys.stderr,
        )
        return COULD_NOT_LOOK
    private.folder(
        options.data
    )  # told here, and not on every page, where it may not be made
    if (
        options.school is not None
    ):  # what is named now goes before what was chosen on a page before
        Store(options.data / "workbook.sqlite", workbook="settings").save(
            form="settings", field="school", value=FOLDER
        )
    serve(
        school=options.school,
        data=options.data,
        port=options.port,
        open_browser=not options.no_browser,
        room=options.room,
    )
    return FINE


def _check(options: argparse.Namespace) -> int:
    folders = [path for path in options.files if path.is_dir()]
    for folder in folders:
        told = any((folder / name).exists() for name in ("school.toml", FILE))
        open_school(folder, framework=None if told else options.framework)
        print(f"{folder.name}: nothing wrong was found.")
    if len(folders) == len(options.files):
        return FINE
    try:
        review = _reviewed(options)
    except FaultyFile as error:
        if options.json:
            print(faults_as_json(error.faults))
            return WRONG
        raise
    print(as_json(review) if options.json else in_words(review))
    return FINE if review.loads else WRONG


def _load(options: argparse.Namespace) -> int:
    review = _reviewed(options)
    if not review.loads:
        raise FaultyFile([fault for fault in review.faults if fault.stops])
    try:
        save_school(school_of(review, name=options.name), options.to, keep_before=True)
    except NotKept as error:
        print(error, file=sys.stderr)
        return COULD_NOT_LOOK
    print(f"Kept in {options.to}: {counted(review)}.")
    return FINE


def _reviewed(options: argparse.Namespace) -> Review:
    """The review of the files that were named; FileNotFoundError where one is not there, or may not be read."""
    paths = [path for path in options.files if not path.is_dir()]
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}")
        with path.open("rb"):  # a file that may not be read is told as such
            pass
    answers = read_answers(options.answers) if options.answers else FileAnswers()
    review = review_files(
        [NamedFile(name=path.name, content=path) for path in paths],
        framework=load(options.framework),
        answers=answers,
        academic_year=options.year,
    )
    return replace(review, notes=(*review.notes, *not_used(answers, review)))


def _national_add(options: argparse.Namespace) -> int:
    with options.file.open(
        "rb"
    ):  # a file that is not there, or may not be read, is told as such
        pass
    held = national.matrix("gcse", added=national.added(options.data))
    try:
        read = national.read_dfe_matrix(options.file)
    except ValueError as error:
        print(f"Nothing was kept. {error}", file=sys.stderr)
        return WRONG
    kept = national.keep(read, options.data)
    for edition in national.editions_of(read, added=True):
        print(f"{edition.year}: {edition.size}, groups: {', '.join(edition.groups)}.")
        mine = kept[kept["year"] == edition.year]
        if mine.empty:
            print("Held already: nothing was kept.")
            continue
        print(f"Kept in {options.data / national.FOLDER / f'{edition.year}.csv'}.")
        if (held["year"] == edition.year).any():
            print(
                "Where it differs from what was held of that year, this file now stands in its place."
            )
    return FINE


def _national_list(options: argparse.Namespace) -> int:
    for edition in national.editions(options.data):
        source = national.edition_source(edition)
        held = "added" if edition.added else "comes with the workbook"
        print(
            f"{edition.year}: {edition.size}, {held}. {source.title}. {source.address}"
        )
        if edition.trouble:
            print(edition.trouble)
    return FINE


def _figures(school: School, options: argparse.Namespace) -> pd.DataFrame:
    """England's figures, with the editions that were added."""
    return national.figures(school.framework.name, added=national.added(options.data))


def _matrix(school: School, options: argparse.Namespace) -> pd.DataFrame:
    return matrix(
        school,
        stage=options.stage,
        subject=options.subject,
        by=_column(school, options.by),
    )


def _conversion(school: School, options: argparse.Namespace) -> pd.DataFrame:
    return conversion(
        school,
        stage=options.stage,
        subject=options.subject,
        by=_column(school, options.by),
        reach=options.reach,
        denominator=options.denominator,
        figures=_figures(school, options),
    )


def _criteria(school: School, options: argparse.Namespace) -> pd.DataFrame:
    return criteria(
        school, denominator=options.denominator, figures=_figures(school, options)
    )


def _track(school: School, options: argparse.Namespace) -> pd.DataFrame:
    return track(
        school,
        subject=options.subject,
        entry=options.entry,
        reach=options.reach,
        years=options.year,
        figures=_figures(school, options),
    )


def _column(school: School, name: str) -> str:
    """A column to group by; KeyError with those there are."""
    columns = [
        column
        for column in school.pupils.columns
        if column not in ("pupil_id", "forename", "surname", "attendance")
    ]
    if name not in columns:
        raise KeyError(f"{name!r} is no column to group by: {', '.join(columns)}")
    return name


def _sample(options: argparse.Namespace) -> int:
    import shutil

    if options.folder.exists():
        print(
            f"{options.folder} is there already: name a folder that does not exist yet.",
            file=sys.stderr,
        )
        return COULD_NOT_LOOK
    shutil.copytree(ROOT / "data" / "sample" / options.framework, options.folder)
    print(f"The sample school is in {options.folder}.")
    return FINE


def _print(table: pd.DataFrame, form: str) -> int:
    if form == "csv":
        print(
            table.to_csv(
                index=False, float_format=f"%.{DECIMALS}f", lineterminator="\n"
            ),
            end="",
        )
    elif table.empty:
        print("There are no such pupils.")
    else:
        print(
            table.to_string(
                index=False, na_rep="", float_format=f"{{:.{DECIMALS}f}}".format
            )
        )
    return FINE


def _print_faults(faults: Sequence[Fault]) -> None:
    print("Nothing was loaded. What to put right:", file=sys.stderr)
    for group in grouped(faults):
        print(
            f"- {group.place(most=len(group.rows))}: {group.rule}. {group.remedy}",
            file=sys.stderr,
        )
