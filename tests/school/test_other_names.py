"""The names in other_names.toml: each of a column there is, and none for two things."""

from collections import Counter

import pytest

from senlib.frameworks import load, names
from senlib.school import headings, other_names, schema
from senlib.school.column_texts import normal

FRAMEWORKS = [load(name) for name in names()]
PUPILS = schema.pupils_schema(FRAMEWORKS[0]).columns
RESULTS = schema.results_schema(FRAMEWORKS[0]).columns


def test_headings_are_of_every_column_there_is():
    assert set(other_names.HEADINGS["pupils"]) == set(PUPILS)
    assert {"pupil_id", *other_names.HEADINGS["results"]} == set(RESULTS)
    assert set(other_names.HEADINGS["aids"]) == set(headings.AIDS)


@pytest.mark.parametrize("tables", [("pupils", "aids"), ("results",)])
def test_no_heading_stands_twice(tables):
    columns = [other_names.HEADINGS[table] for table in tables]
    columns += [{"none": other_names.NOT_NEEDED}, other_names.RESULTS]
    headings = [
        normal(heading)
        for table in columns
        for listed in table.values()
        for heading in listed
    ]
    assert [heading for heading, times in Counter(headings).items() if times > 1] == []


@pytest.mark.parametrize("meaning", other_names.RESULTS)
def test_results_are_of_a_framework(meaning):
    result = f"result:{meaning}"
    assert any(headings.possible(result, framework) for framework in FRAMEWORKS)


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda each: each.name)
def test_no_spelling_stands_for_two_codes(framework):
    """A framework reads the spellings of its own codes alone: ADHD belongs to one need in 2005 and to another today."""
    for column in schema.pupils_schema(framework).columns.values():
        codes = {code for code in column.metadata["spellings"].values() if code}
        for table in other_names.SPELLINGS.values():
            texts = [text for code in codes for text in table.get(code, [])]
            assert len(texts) == len(set(texts))


def test_spellings_are_of_codes_there_are():
    codes = {
        code
        for framework in FRAMEWORKS
        for of in (schema.pupils_schema, schema.results_schema)
        for column in of(framework).columns.values()
        for code in column.metadata["spellings"].values()
    }
    for column, table in other_names.SPELLINGS.items():
        assert set(table) <= codes | {""}, column
        assert all(
            text == text.casefold() for texts in table.values() for text in texts
        )
