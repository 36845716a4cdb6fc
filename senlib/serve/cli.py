"""The command line: open the workbook, check a school's files, and print each measure as a table or as CSV."""

from __future__ import annotations

import argparse
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from senlib import ROOT, private, samples
from senlib.school.faults import Fault, FaultyFile, grouped
from senlib.serve import file_commands, measure_commands, national_commands
from senlib.serve.commands import (
    COULD_NOT_LOOK,
    FINE,
    WRONG,
    Command,
    data_option,
    option,
)


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
    _serve_command().add_to(commands)
    for command in (*file_commands.commands(), *measure_commands.commands()):
        command.add_to(commands)
    about = "England's figures: what is held, and a new file"
    england = commands.add_parser("national", help=about)
    of_england = england.add_subparsers(required=True, metavar="WHAT")
    for command in national_commands.commands():
        command.add_to(of_england)
    _sample_command().add_to(commands)
    return top


def _serve_command() -> Command:
    school = "a school's folder; without one, your own school or the sample"
    data = (
        "where your own school and notes are kept, for you alone to read (%(default)s)"
    )
    port = "port on this computer (8866, or the next that is free)"
    quiet = "print the address with its key, and do not open a browser"
    room = "let a session's participants in over the network, with a code; sample schools only"
    options = (
        option("school", school, nargs="?", type=Path),
        data_option(data),
        option("--port", port, type=int),
        option("--no-browser", quiet, action="store_true"),
        option("--room", room, action="store_true"),
    )
    text = "open the workbook in your browser, for you alone: its address has a key, new at each start"
    return Command("serve", text, options, _serve)


def _serve(options: Namespace) -> int:
    # Voila takes a second to import, and no other command needs it.
    from senlib.serve.app import serve_folder
    from senlib.workbook.store import Store
    from senlib.workspace import FOLDER, ROOM_RULE

    if options.room and options.school is not None:
        remedy = f"Leave out {options.school.name!r}, or leave out --room."
        print(f"{ROOM_RULE} {remedy}", file=sys.stderr)
        return COULD_NOT_LOOK
    # Said here, and not on every page, where it may not be made.
    private.folder(options.data)
    if options.school is not None:
        # What is named now goes before what was chosen on a page before.
        settings = Store(options.data / "workbook.sqlite", workbook="settings")
        settings.save(form="settings", field="school", value=FOLDER)
    serve_folder(
        ROOT / "notebooks",
        school=options.school,
        data=options.data,
        port=options.port,
        open_browser=not options.no_browser,
        room=options.room,
    )
    return FINE


def _sample_command() -> Command:
    folder = "a folder that does not exist yet"
    options = (
        option("framework", choices=samples()),
        option("folder", folder, type=Path),
    )
    text = "copy a sample school into a folder, to look at or to change"
    return Command("sample", text, options, _sample)


def _sample(options: Namespace) -> int:
    folder = options.folder
    if folder.exists():
        remedy = "name a folder that does not exist yet."
        print(f"{folder} is there already: {remedy}", file=sys.stderr)
        return COULD_NOT_LOOK
    shutil.copytree(ROOT / "data" / "sample" / options.framework, folder)
    print(f"The sample school is in {folder}.")
    return FINE


def _print_faults(faults: Sequence[Fault]) -> None:
    print("Nothing was loaded. What to put right:", file=sys.stderr)
    for group in grouped(faults):
        place = group.place(most=len(group.rows))
        print(f"- {place}: {group.rule}. {group.remedy}", file=sys.stderr)
