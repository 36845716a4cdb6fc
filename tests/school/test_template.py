"""The template to fill in: what it holds, and that it loads as it is once it is filled."""

import io

import openpyxl
import pytest

from senlib.frameworks import load
from senlib.school import schema
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile
from senlib.school.review import load_files
from senlib.school.template import template

FRAMEWORKS = [load("levels"), load("gcse")]
each_framework = pytest.mark.parametrize(
    "framework", FRAMEWORKS, ids=lambda framework: framework.name
)


def opened(framework):
    return openpyxl.load_workbook(io.BytesIO(template(framework)))


def loaded(book, framework):
    made = io.BytesIO()
    book.save(made)
    return load_files(
        [NamedFile("template.xlsx", made.getvalue())],
        framework=framework,
        academic_year=2024,
    )


@each_framework
def test_sheets_and_headings(framework):
    book = opened(framework)
    assert book.sheetnames == ["Read me", "pupils", "results"]
    for of in (schema.pupils_schema(framework), schema.results_schema(framework)):
        (headings,) = book[of.title].iter_rows(values_only=True)
        assert list(headings) == list(of.columns)
        assert all(cell.font.bold for cell in book[of.title][1])
        assert book[of.title].freeze_panes == "B2"
        assert not any(cell.comment for cell in book[of.title][1])


@each_framework
def test_the_read_me_tells_every_column_its_meaning_and_whether_it_has_to_be_filled(
    framework,
):
    rows = list(opened(framework)["Read me"].iter_rows(values_only=True))
    told = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    for of in (schema.pupils_schema(framework), schema.results_schema(framework)):
        for name, column in of.columns.items():
            meaning, must = told[of.title, name]
            assert meaning.startswith(column.description)
            assert (must == "yes") == (name in ("pupil_id", "stage", "subject"))


@each_framework
def test_codes_are_lists_to_choose_from(framework):
    lists = {}
    sheet = opened(framework)["pupils"]
    headings = [cell.value for cell in sheet[1]]
    for validation in sheet.data_validations.dataValidation:
        name = headings[
            openpyxl.utils.cell.range_boundaries(str(validation.sqref))[0] - 1
        ]
        lists[name] = validation
    assert lists["sen_provision"].formula1 == f'"{",".join(framework.sen_names)}"'
    assert lists["need"].formula1 == f'"{",".join(framework.need_names)}"'
    assert (
        lists["year_group"].type,
        lists["year_group"].formula1,
        lists["year_group"].formula2,
    ) == (
        "whole",
        "0",
        "14",
    )
    assert "ethnicity" not in lists


@each_framework
@pytest.mark.parametrize(
    "sheet, column", [("pupils", 1), ("pupils", 7), ("results", 1), ("results", 5)]
)
def test_columns_of_text_are_set_to_text(framework, sheet, column):
    # A pupil number keeps its zeros, form 7E1 is no number and grade 5-4 is no date.
    columns = opened(framework)[sheet].column_dimensions.values()
    assert [
        each.number_format for each in columns if each.min <= column <= each.max
    ] == ["@"]


@each_framework
def test_it_loads_once_it_is_filled(framework):
    book = opened(framework)
    pupil = {
        "pupil_id": "0123",
        "surname": "=Lee",
        "year_group": 11,
        "form": "7E1",
        "sen_provision": "N",
        "attendance": 95.5,
    }
    book["pupils"].append(
        [pupil.get(name) for name in schema.pupils_schema(framework).columns]
    )
    grade = {"levels": "C", "gcse": "5"}[framework.name]
    for subject in ("English", "Mathematics"):
        book["results"].append(["0123", "KS4", subject, None, grade, None])
    book["results"].append(["0123", "now", "Mathematics", "teacher", "4", "2024-01-15"])
    for cell in book["pupils"]["C"]:
        cell.data_type = "s"  # else openpyxl makes a formula of it
    read = loaded(book, framework)
    row = read.pupils.iloc[0]
    assert [row[name] for name in pupil] == list(pupil.values())
    assert row["ks4_year"] == 2024
    assert read.results["result"].tolist() == [grade, grade, "4"]
    assert read.unmatched == ()


@each_framework
def test_it_loads_without_results(framework):
    book = opened(framework)
    book["pupils"].append(["0123"])
    assert len(loaded(book, framework).pupils) == 1


@each_framework
def test_unfilled_it_is_refused(framework):
    with pytest.raises(FaultyFile) as caught:
        loaded(opened(framework), framework)
    assert [fault.rule for fault in caught.value.faults] == [
        "there are headings, but no rows below them"
    ]
