"""Takes DfE's files into the package's own table: `python -m senlib.national FILE ...`, for who keeps the package.

An edition may come in several files (combined science had one of its own until 2023). What the table holds of a year, subject
and group gives way to what a file holds of it. A new year needs an entry in sources.toml, too, which a test asks for.
"""

from __future__ import annotations

import sys
from functools import reduce
from pathlib import Path

import pandas as pd

from senlib.national import matrix, read_dfe_matrix
from senlib.national._editions import in_place_of, write

TABLE = Path(__file__).with_name("england_gcse.csv")

# Before 2024 these alone are held: further groups have neither a row for pupils without a score nor one for all.
FROM_THE_FIRST, ALL_GROUPS_FROM = ("all", "SEN", "no SEN"), 2024


def transcribe(paths: list[Path], *, held: pd.DataFrame) -> pd.DataFrame:
    """The matrix that is held, with what these files hold in its place."""
    read = [read_dfe_matrix(path) for path in paths]
    kept = [
        one[(one["year"] >= ALL_GROUPS_FROM) | one["group"].isin(FROM_THE_FIRST)]
        for one in read
    ]
    return reduce(lambda older, newer: in_place_of(newer, older), kept, held)


def main() -> None:
    """Read the files that are named, and write the table."""
    made = transcribe([Path(name) for name in sys.argv[1:]], held=matrix("gcse"))
    write(made, TABLE)
    for year, part in made.groupby("year"):
        rows = part[["subject", "group", "entry"]].drop_duplicates()
        print(f"{year}: {part['subject'].nunique()} subjects, {len(rows):,} rows")


if __name__ == "__main__":
    main()
