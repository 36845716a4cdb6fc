"""The sample schools' example answers: made the same each time, of pupils and rows that there are, and telling their story."""

import importlib.util
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from senlib import open_sample, samples
from senlib.measures.groups import has_sen
from senlib.measures.provision import (
    GIVEN,
    coverage,
    coverage_by_need,
    movement,
    much_without_movement,
)
from senlib.workbook import portable
from senlib.workbook.page_forms import load
from senlib.workbook.store import Store

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
GRID = load("task5_interventions").part("task5.provision")
YEAR = {"levels": 2005, "gcse": 2025}

every_school = pytest.mark.parametrize("school", samples())


@cache
def held(school):
    return portable.read((SAMPLE / school / "workbook.json").read_bytes())


@cache
def provision(school):
    """The answers as the measures take them."""
    answers = pd.DataFrame(
        [
            (one.form, *one.field.rpartition(".")[::2], one.value)
            for one in held(school).answers
        ]
    )
    rows = answers.pivot(index=[0, 1], columns=2, values=3).reset_index()
    assert (rows["given"] == "yes").all()
    lines = {line.key: line for line in GRID.rows}
    return pd.DataFrame(
        {
            "pupil_id": rows[0].str.rpartition("/")[2],
            "heading": [lines[key].section for key in rows[1]],
            "provision": rows[1],
            "label": [lines[key].label for key in rows[1]],
            "initials": rows["initials"].fillna(""),
            "hours": rows["hours"].astype(float),
            "cost": rows["cost"].astype(float),
        }
    )[GIVEN]


@cache
def with_sen(school):
    pupils, framework = open_sample(school).pupils, open_sample(school).framework
    return set(
        pupils.loc[
            has_sen(pupils["sen_provision"], framework=framework)
            & (pupils["on_roll"] == "Y"),
            "pupil_id",
        ]
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The files as the generator writes them now."""
    spec = importlib.util.spec_from_file_location(
        "workbook_generator", SAMPLE / "generate_workbook.py"
    )
    generator = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = generator  # its dataclasses look themselves up there
    try:
        spec.loader.exec_module(generator)
        folder = tmp_path_factory.mktemp("sample")
        generator.main(folder)
        return folder
    finally:
        del sys.modules[spec.name]


# ------------------------------------------------------------------------------------------------------------ The files


@every_school
def test_generator_writes_the_committed_file(made, school):
    assert (made / school / "workbook.json").read_bytes() == (
        SAMPLE / school / "workbook.json"
    ).read_bytes()


@every_school
def test_file_is_utf8_with_plain_line_ends_and_small(school):
    content = (SAMPLE / school / "workbook.json").read_bytes()
    assert b"\r" not in content and content.endswith(b"\n") and len(content) < 500_000


@every_school
def test_file_can_be_brought_in_and_shows_what_it_says(school, tmp_path):
    store = Store(tmp_path / "answers.sqlite", workbook=school)
    assert portable.import_into(store, held(school)) == len(held(school).answers)
    first = held(school).answers[0]
    assert store.latest(first.form)[first.field] == first.value


@every_school
def test_it_is_of_march_and_of_the_sample(school):
    made = held(school)
    assert made.workbook == school
    times = [one.at for one in made.answers]
    assert (
        times == sorted(times)
        and len(set(times)) == len(times)
        and times[-1] < made.made_at
    )
    assert {(at.year, at.month) for at in (times[0], made.made_at)} == {
        (YEAR[school], 3)
    }
    results = open_sample(school).results
    # Written when the latest results were in.
    assert times[0].replace(tzinfo=None) > datetime.fromisoformat(results["date"].max())


# ---------------------------------------------------------------------------------------------------------- The answers


@every_school
def test_every_answer_stands_on_a_row_of_the_grid_and_on_a_pupil_with_sen(school):
    forms = {one.form.partition("/")[::2] for one in held(school).answers}
    assert {part for part, _ in forms} == {GRID.key} and {
        pupil for _, pupil in forms
    } <= with_sen(school)
    assert {one.field for one in held(school).answers} <= set(GRID.answers)
    places = [(one.form, one.field) for one in held(school).answers]
    assert len(places) == len(set(places))


@every_school
def test_values_are_written_as_one_types_them(school):
    for one in held(school).answers:
        column = one.field.rpartition(".")[2]
        if column in ("hours", "cost"):
            low, high = {"hours": (0.5, 6), "cost": (150, 4500)}[column]
            assert (
                one.value == f"{float(one.value):g}" and low <= float(one.value) <= high
            )
            assert column == "hours" or one.value.isdigit()
        elif column == "initials":
            assert (
                2 <= len(one.value) <= 3 and one.value.isalpha() and one.value.isupper()
            )
        else:
            assert (column, one.value) == ("given", "yes")


@every_school
def test_some_of_it_is_blank_as_it_would_be(school):
    rows = provision(school)
    for column, (least, most) in {
        "initials": (0.03, 0.15),
        "hours": (0.1, 0.6),
        "cost": (0.1, 0.6),
    }.items():
        assert least < rows[column].replace("", None).isna().mean() < most


# ------------------------------------------------------------------------------------------------------------ The story


@every_school
def test_about_three_in_five_have_something(school):
    assert (
        0.55 <= provision(school)["pupil_id"].nunique() / len(with_sen(school)) <= 0.65
    )


@every_school
def test_pupils_with_needs_in_literacy_mostly_have_help_with_it(school):
    table = (
        coverage_by_need(open_sample(school), provision(school))
        .query("heading == 'literacy'")
        .set_index("need")
    )
    assert table.loc["SPLD", "percent"] > 70 and table.loc["SLCN", "percent"] > 50
    other = table.drop(index=["SPLD", "SLCN"])
    assert other["reached"].sum() < 0.4 * other["pupils"].sum()


@every_school
def test_some_who_are_stuck_have_nothing_and_a_few_have_much(school):
    people = open_sample(school)
    table = coverage(people, provision(school)).query("standing == 'stuck'")
    stuck, without = len(table), (table["given"] == 0).sum()
    assert 5 <= without <= stuck / 2
    assert 4 <= len(much_without_movement(people, provision(school))) < stuck / 2


@every_school
def test_one_programme_has_enough_pupils_to_say_something_and_most_do_not_move(school):
    table = movement(open_sample(school), provision(school)).set_index("provision")
    found = table.loc["task5.provision.literacy.challenge"]
    assert found.pupils >= 25 and found.percent < 50 and found.clear == "lower"
    assert not table["enough"].all() and table["enough"].sum() >= 3
    assert "not clear" in set(table.loc[table["enough"], "clear"])


def test_readme_tells_of_it():
    assert "generate_workbook.py" in (SAMPLE / "README.md").read_text(encoding="utf-8")
