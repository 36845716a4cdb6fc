"""Takes DfE's files into the package's own table: `python -m senlib.national FILE ...`, for who keeps the package.

An edition may come in several files (combined science had one of its own until 2023). What the table has of a year, subject
and group gives way to what a file has of it. A new year needs an entry in sources.toml, too, which a test asks for.
"""

from __future__ import annotations

import sys
from pathlib import Path

from senlib.national import matrix, read_dfe_matrix
from senlib.national._editions import PACKAGE_TABLE, in_place_of, write

# Before 2024 these alone are kept: further groups have neither a row for pupils without a score nor one for all.
FROM_THE_FIRST, ALL_GROUPS_FROM = ("all", "SEN", "no SEN"), 2024


def main() -> None:
    """Read the files that are named, and write the table."""
    table = matrix("gcse")
    for name in sys.argv[1:]:
        edition = read_dfe_matrix(Path(name))
        of_all_groups = edition["year"] >= ALL_GROUPS_FROM
        kept = edition[of_all_groups | edition["group"].isin(FROM_THE_FIRST)]
        table = in_place_of(kept, table)
    write(table, PACKAGE_TABLE)
    for year, part in table.groupby("year"):
        rows = part[["subject", "group", "entry"]].drop_duplicates()
        print(f"{year}: {part['subject'].nunique()} subjects, {len(rows):,} rows")


if __name__ == "__main__":
    main()
