"""How long a page waits for a school: one that is kept, beside the same as a folder of CSV files, side by side in one run.

    python benchmarks/opening.py           prints seconds and the ratio for schools of three sizes, and how they were measured

The schools are the sample of today, once and many times over under other pupil numbers. Both ways are run in turn in this one call
after one run to warm up, and the median of each is compared, so that a busy machine slows both; each must give the same tables. A
second on its own says nothing, but for this: a page is to open 12,000 results in 0.05 s.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from senlib import open_sample
from senlib.school.school import School, open_school, save_school
from senlib.school.school_file import FILE

TIMES_OVER = {
    1: 15,
    10: 5,
    60: 3,
}  # how many samples make a school, and how often each way is run


def many(school: School, *, times: int) -> School:
    """A school of so many samples; each has pupil numbers of its own."""

    def repeated(table: pd.DataFrame) -> pd.DataFrame:
        copies = [
            table.assign(pupil_id=table["pupil_id"] + (f"-{n}" if n else ""))
            for n in range(times)
        ]
        return pd.concat(copies, ignore_index=True)

    return replace(
        school, pupils=repeated(school.pupils), results=repeated(school.results)
    )


def as_files(school: School, folder: Path) -> None:
    """The school as a folder of CSV files."""
    folder.mkdir()
    settings = f'framework = "{school.framework.name}"\nacademic_year = {school.academic_year}\n'
    (folder / "school.toml").write_text(settings, encoding="utf-8")
    school.pupils.to_csv(folder / "pupils.csv", index=False)
    school.results.drop(columns="points").to_csv(folder / "results.csv", index=False)


def same(one: School, other: School) -> None:
    """AssertionError where two schools differ in a value or a type."""
    for part in ("pupils", "results"):
        pd.testing.assert_frame_equal(
            getattr(one, part), getattr(other, part), check_exact=True
        )


def timed(ways: dict[str, Callable[[], School]], *, repeats: int) -> dict[str, float]:
    """Median seconds of each way. They take turns, and all must give the same school."""
    expected = next(iter(ways.values()))()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            school = way()
            if turn:  # the first is to warm up
                seconds[name].append(time.perf_counter() - began)
            same(school, expected)
    return {name: statistics.median(each) for name, each in seconds.items()}


def measured(school: School, *, repeats: int) -> str:
    """A line on one school."""
    with tempfile.TemporaryDirectory() as place:
        files, kept = Path(place) / "files", Path(place) / "kept"
        as_files(school, files)
        began = time.perf_counter()
        save_school(school, kept)
        keeping = time.perf_counter() - began
        size = (kept / FILE).stat().st_size / 1e6
        took = timed(
            {"CSV": lambda: open_school(files), "kept": lambda: open_school(kept)},
            repeats=repeats,
        )
    return (
        f"{len(school.pupils):>7,} pupils, {len(school.results):>7,} results: CSV {took['CSV']:.3f} s, kept {took['kept']:.4f} s; "
        f"kept / CSV {took['kept'] / took['CSV']:.3f} ({repeats} runs); {size:.1f} MB, kept in {keeping:.2f} s"
    )


def main() -> None:
    """Make each school, open it both ways, print."""
    used = ", ".join(f"{name} {version(name)}" for name in ("pandas", "pyarrow"))
    print(
        f"Python {platform.python_version()}, {used}, {os.cpu_count()} cores; median of runs"
    )
    for times, repeats in TIMES_OVER.items():
        print(
            measured(many(open_sample("gcse"), times=times), repeats=repeats),
            flush=True,
        )


if __name__ == "__main__":
    main()
