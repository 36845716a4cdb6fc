"""England's matrix as a school of 1.2 million pupils, and how long `senlib conversion` takes over it.

    python benchmarks/england.py            prints seconds, peak memory and the ratio to merely reading the files with pandas

The ratio is of two runs in this one call, on this one machine; a second or two on a busy machine says nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from senlib import national

SUBJECTS = ("English Language", "Mathematics")
YEAR = 2024


def expand(
    folder: Path, *, subjects: tuple[str, ...] = SUBJECTS, year: int = YEAR
) -> pd.DataFrame:
    """Write a school's folder with one pupil for each pupil of an edition who has known SEN status; returns one row a pupil."""
    cells = national.matrix("gcse")
    cells = cells[
        (cells["year"] == year)
        & cells["subject"].isin(subjects)
        & cells["group"].isin(["SEN", "no SEN"])
        & (cells["entry"] != "all")
    ]
    people = cells.loc[cells.index.repeat(cells["pupils"].astype(int))].reset_index(
        drop=True
    )
    people["pupil_id"] = "P" + people.index.astype(str).str.zfill(7)
    people["sen_provision"] = people["group"].map({"SEN": "K", "no SEN": "N"})
    people = people.assign(ks4_year=year)
    people[["pupil_id", "sen_provision", "ks4_year"]].to_csv(
        folder / "pupils.csv", index=False
    )
    entries = people[["pupil_id"]].assign(
        stage="KS2", subject="Prior attainment", result=people["entry"]
    )
    outcomes = people[["pupil_id", "subject"]].assign(
        stage="KS4", result=people["outcome"]
    )
    results = pd.concat([entries, outcomes])[["pupil_id", "stage", "subject", "result"]]
    results.to_csv(folder / "results.csv", index=False)
    (folder / "school.toml").write_text(
        'name = "England"\nframework = "gcse"\n', encoding="utf-8"
    )
    return people


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory in GB of one command."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1e6


def main() -> None:
    """Expand, run both, print."""
    with tempfile.TemporaryDirectory() as folder:
        people = expand(Path(folder))
        reading = f"import pandas as pd; [pd.read_csv(r'{folder}/' + f, dtype=str) for f in ('pupils.csv', 'results.csv')]"
        plain, _ = timed([sys.executable, "-c", reading])
        command = [
            "conversion",
            folder,
            "--by",
            "sen_provision",
            "--reach",
            "4",
            "--format",
            "csv",
        ]
        whole, memory = timed([sys.executable, "-m", "senlib", *command])
    print(f"{len(people):,} pupils, {2 * len(people):,} rows of results")
    print(
        f"senlib conversion {whole:.1f} s, peak {memory:.2f} GB; pandas reading the same files {plain:.1f} s; ratio {whole / plain:.1f}"
    )


if __name__ == "__main__":
    main()
