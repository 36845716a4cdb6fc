"""England's published matrix, pupil by pupil through the command line: every band's percentage comes back as published."""

import csv
import io

import pytest

from benchmarks.england import expand
from senlib import national, open_school
from senlib.measures.conversion import conversion
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
    found = {
        (row["group"], row["entry"], row["reach"]): float(row["percent"])
        for row in rows
    }
    published = national.figures("gcse").query(
        "year == 2024 and subject == @subject and group in ['SEN', 'no SEN'] and reach in ['4', '5', '7']"
    )
    assert (
        len(published) == 2 * 13 * 3
    )  # two groups, twelve bands and all of them together, three grades
    for row in published.itertuples():
        assert abs(found[row.group, row.entry, row.reach] - row.percent) <= 0.05


@pytest.mark.parametrize(
    ("year", "subject"), [(2024, "Drama"), (2023, "French"), (2022, "Music")]
)
def test_a_school_that_is_england_reached_what_is_expected_of_it(
    tmp_path, year, subject
):
    expand(tmp_path, subjects=(subject,), year=year)
    table = conversion(
        open_school(tmp_path), subject=subject, reach=[str(n) for n in range(1, 10)]
    )
    table = table[table["group"].isin(["SEN", "no SEN"]) & (table["entry"] != "none")]
    assert len(table) == 2 * 12 * 9 and (table["cohort"] == year).all()
    assert (table["expected_year"] == year).all()
    # The sum of some ten products: as near as numbers of 16 digits come.
    apart = (table["expected"] - table["reached_with_start"]).abs()
    assert (apart <= 1e-9 * table["with_start"]).all()
    assert set(table["difference"]) == {"not clear"}
    # In 2024 England also counts pupils without a score: they are left out of both sides.
    everyone = table[table["entry"] == "all"]
    left_out = everyone["pupils"] - everyone["with_start"]
    assert (left_out > 0).all() if year == 2024 else (left_out == 0).all()
