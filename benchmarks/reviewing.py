"""How long the review of one large list takes, and how much memory: each way of writing it, beside pandas merely reading the file.

    python benchmarks/reviewing.py           100,000 pupils and 40 columns, as CSV and as an Excel workbook
    python benchmarks/reviewing.py 5000      so many pupils

Each way runs in a process of its own, so that its memory can be told, one after the other in this one call. The ratio says how much
is done beside reading; a second on its own says little, but for this: 100,000 pupils in one sheet are to take under 20 s and 2 GB.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import xlsxwriter

from senlib.frameworks import load
from senlib.school.files import NamedFile
from senlib.school.review import review_files

PUPILS = 100_000
_TOLD = (
    *("UPN", "Surname", "Forename", "Year", "Reg", "SEN", "Need", "FSM", "Attendance"),
    *("KS2 Reading", "KS2 Maths", "Maths Autumn 1", "English Autumn 1"),
)
HEADINGS = (*_TOLD, *(f"Other column {number}" for number in range(40 - len(_TOLD))))


def rows(pupils: int) -> Iterator[list[str]]:
    """A list in which nobody is real, the same at each run."""
    drawn = random.Random(1)
    for number in range(pupils):
        year = drawn.randint(7, 11)
        yield [
            f"B{801200000000 + number}",
            f"Surname{number}",
            f"Forename{number % 5000}",
            str(year),
            f"{year}{drawn.choice('ABCDEF')}",
            drawn.choices(["", "K", "E"], [83, 13, 4])[0],
            drawn.choice(["", "SLCN", "ASD", "MLD"]),
            drawn.choice("YN"),
            f"{drawn.uniform(70, 100):.1f}",
            *(str(drawn.randint(80, 120)) for _ in range(2)),
            *(str(drawn.randint(1, 9)) for _ in range(2)),
            *(str(drawn.randint(0, 49)) for _ in range(len(HEADINGS) - len(_TOLD))),
        ]


def written(folder: Path, *, pupils: int) -> list[Path]:
    """The list as a CSV file and as a workbook."""
    paths = [folder / "list.csv", folder / "list.xlsx"]
    with paths[0].open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows(pupils)])
    with xlsxwriter.Workbook(paths[1], {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([HEADINGS, *rows(pupils)]):
            sheet.write_row(number, 0, row)
    return paths


def reviewed(path: Path) -> int:
    """Review the list; returns how many pupils came of it."""
    file = NamedFile(name=path.name, content=path)
    return len(review_files([file], framework=load("gcse"), academic_year=2027).pupils)


def merely_read(path: Path) -> int:
    """Have pandas read it as text; returns how many rows it has."""
    if path.suffix == ".csv":
        return len(pd.read_csv(path, dtype=str, keep_default_na=False))
    return len(pd.read_excel(path, dtype=str, engine="openpyxl"))


WAYS = {"review": reviewed, "pandas reads": merely_read}


def measured(way: str, path: Path) -> dict[str, float]:
    """Seconds, and gigabytes at the most, of one way in a process of its own."""
    command = [sys.executable, __file__, "--one", way, str(path)]
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )


def one(way: str, path: Path) -> None:
    """Run one way and print what it took."""
    begun = time.perf_counter()
    pupils = WAYS[way](path)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        json.dumps(
            {"seconds": time.perf_counter() - begun, "gb": most, "pupils": pupils}
        )
    )


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
        return
    pupils = int(sys.argv[1]) if sys.argv[1:] else PUPILS
    load_now = os.getloadavg()[0]
    print(
        f"{pupils:,} pupils, {len(HEADINGS)} columns; {platform.python_version()}, load {load_now:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for path in written(Path(folder), pupils=pupils):
            found = {way: measured(way, path) for way in WAYS}
            assert {took["pupils"] for took in found.values()} == {pupils}
            ratio = found["review"]["seconds"] / found["pandas reads"]["seconds"]
            told = "; ".join(
                f"{way} {t['seconds']:.1f} s, {t['gb']:.2f} GB"
                for way, t in found.items()
            )
            print(f"{path.name}: {told}; ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
