"""England's published matrix, pupil by pupil through the command line: every band's percentage comes back as published."""

import csv
import io

import pytest

from benchmarks.england import expand
from senlib import national
from senlib.serve.cli import FINE, main


@pytest.mark.parametrize("subject", ["English Language", "Mathematics"])
def test_every_band_s_percentage_is_the_published_one(tmp_path, capsys, subject):
    people = expand(tmp_path, subjects=(subject,))
    assert len(people) > 600_000
    options = [
        "--by",
        "sen_provision",
        "--reach",
        "4",
        "--reach",
        "5",
        "--reach",
        "7",
        "--format",
        "csv",
    ]
    assert main(["conversion", str(tmp_path), "--subject", subject, *options]) == FINE
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    found = {(row["group"], row["entry"], row["reach"]): float(row["percent"]) for row in rows}
    published = national.figures("gcse").query(
        "year == 2024 and subject == @subject and group in ['SEN', 'no SEN'] and reach in ['4', '5', '7']"
    )
    assert (
        len(published) == 2 * 13 * 3
    )  # two groups, twelve bands and all of them together, three grades
    for row in published.itertuples():
        assert abs(found[row.group, row.entry, row.reach] - row.percent) <= 0.05
