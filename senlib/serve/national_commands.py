"""Commands for England's figures: keep a new file of DfE's, and list the editions that there are."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from senlib import national
from senlib.serve.commands import (
    FINE,
    WRONG,
    Command,
    data_option,
    option,
)


def commands() -> tuple[Command, ...]:
    """Add and list, both within `national`."""
    keep = (
        "keep DfE's newest key stage 2 to 4 transition matrices, for the figures to use"
    )
    as_published = "the CSV file as DfE publishes it"
    file = option("file", as_published, type=Path, metavar="FILE")
    data = data_option("where added editions are kept (%(default)s)")
    every = "the editions that are held, each with its source"
    return (
        Command("add", keep, (file, data), _add),
        Command("list", every, (data,), _list),
    )


def _add(options: Namespace) -> int:
    options.file.open("rb").close()  # raises FileNotFoundError or PermissionError
    before = national.matrix("gcse", added=national.added(options.data))
    try:
        file = national.read_dfe_matrix(options.file)
    except ValueError as error:
        print(f"Nothing was kept. {error}", file=sys.stderr)
        return WRONG
    kept = national.keep(file, options.data)
    for edition in national.editions_of(file, added=True):
        year = edition.year
        print(f"{year}: {edition.size}, groups: {', '.join(edition.groups)}.")
        if year not in set(kept["year"]):
            print("Held already: nothing was kept.")
            continue
        print(f"Kept in {options.data / national.FOLDER / f'{year}.csv'}.")
        if year in set(before["year"]):
            print(
                "Where it differs from what was held of that year, this file now stands in its place."
            )
    return FINE


def _list(options: Namespace) -> int:
    for edition in national.editions(options.data):
        source = national.edition_source(edition)
        origin = "added" if edition.added else "comes with the workbook"
        size = f"{edition.year}: {edition.size}, {origin}"
        print(f"{size}. {source.title}. {source.address}")
        if edition.trouble:
            print(edition.trouble)
    return FINE
