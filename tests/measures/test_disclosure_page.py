"""docs/disclosure.md: its worked example is what `publish` does, and its other possible tables are all there are."""

import itertools
import re
from pathlib import Path

import pandas as pd

from senlib.measures.published_table import publish

PAGE = Path(__file__).parents[2] / "docs" / "disclosure.md"


def tables_of_page():
    """The tables of the page, each as its heading and its rows."""
    tables = []
    for lines in re.findall(r"(?:^\|.*\n)+", PAGE.read_text("utf-8"), re.MULTILINE):
        heading, _, *rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in lines.splitlines()
        ]
        tables.append((heading, rows))
    return tables


def cells(heading, rows):
    """The text of each cell of a table by year and need."""
    return {
        (row[0], need): text
        for row in rows
        for need, text in zip(heading[1:], row[1:], strict=True)
    }


(TRUE_HEADING, TRUE_ROWS), (PUBLIC_HEADING, PUBLIC_ROWS), (HIDDEN, WORLDS) = (
    tables_of_page()
)
TRUTH = {cell: int(text) for cell, text in cells(TRUE_HEADING, TRUE_ROWS).items()}
PUBLIC = cells(PUBLIC_HEADING, PUBLIC_ROWS)


def test_publish_hides_what_the_page_says():
    table = pd.DataFrame(
        [(*cell, number) for cell, number in TRUTH.items()],
        columns=["year", "need", "pupils"],
    )
    published = publish(table, totals={"year": {"all": ...}, "need": {"all": ...}})
    shown = {cell: published.value(year=cell[0], need=cell[1]) for cell in PUBLIC}
    assert {
        cell: "hidden" if count is None else str(count) for cell, count in shown.items()
    } == PUBLIC
    assert [
        ", ".join(cell) for cell, text in PUBLIC.items() if text == "hidden"
    ] == HIDDEN


def fits(world):
    """Whether a table with these counts in place of the hidden ones adds up."""
    counts = TRUTH | world
    years, needs = (dict.fromkeys(names) for names in zip(*counts, strict=True))
    rows_add_up = all(
        counts[year, "all"]
        == sum(counts[year, need] for need in needs if need != "all")
        for year in years
    )
    columns_add_up = all(
        counts["all", need]
        == sum(counts[year, need] for year in years if year != "all")
        for need in needs
    )
    return rows_add_up and columns_add_up


def test_the_tables_that_fit_are_those_of_the_page():
    hidden = [cell for cell, text in PUBLIC.items() if text == "hidden"]
    largest = max(TRUTH[cell] for cell in hidden)
    possible = itertools.product(range(largest + 5), repeat=len(hidden))
    fitting = [
        counts for counts in possible if fits(dict(zip(hidden, counts, strict=True)))
    ]
    assert fitting == [tuple(map(int, row)) for row in WORLDS]
    assert all(len(set(values)) > 1 for values in zip(*fitting, strict=True))
