"""What a command of the command line is: its name, its options, what it does, and the codes with which it ends."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from senlib import private

FINE, WRONG, COULD_NOT_LOOK = 0, 1, 2


class Option(NamedTuple):
    """One argument of a command, and what argparse has to know of it."""

    name: str
    settings: dict[str, Any]

    def add_to(self, command: argparse.ArgumentParser) -> None:
        """Give a command this option."""
        command.add_argument(self.name, **self.settings)


class Command(NamedTuple):
    """A command: what its help says, its options in their order, and what it does with them. It returns its exit code."""

    name: str
    help: str
    options: tuple[Option, ...]
    run: Callable[[argparse.Namespace], int]

    def add_to(self, commands: argparse._SubParsersAction) -> None:
        """Add this command to those that there are."""
        command = commands.add_parser(self.name, help=self.help)
        for option in self.options:
            option.add_to(command)
        command.set_defaults(run=self.run)


def option(name: str, help: str | None = None, **settings: Any) -> Option:
    """An option with what its help says, and argparse's other settings.

    >>> option("--stage", "key stage, such as KS3").settings
    {'help': 'key stage, such as KS3'}
    """
    return Option(name, {"help": help} | settings)


def data_option(help: str) -> Option:
    """The option that names the folder of the user's own things."""
    usual = Path.home() / private.USUAL_FOLDER
    return option("--data", help, type=Path, default=usual)
