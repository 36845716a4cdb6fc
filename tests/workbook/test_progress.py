"""Progress: in how many parts of each page something is written."""

import pytest

from senlib.workbook.forms import Points
from senlib.workbook.page_forms import load, stems
from senlib.workbook.progress import BESIDE, Progress, progress


def of(stem, held):
    (found,) = [one for one in progress(held) if one.stem == stem]
    return found


def test_every_page_that_asks_something_stands_there_in_order():
    found = progress({})
    assert [one.stem for one in found] == stems() and all(
        one.begun == 0 < one.parts for one in found
    )


@pytest.mark.parametrize(
    "stem, held, begun",
    [
        ("task1_conversion_data", {"unit1.reflection": {"spread": "Not far"}}, 1),
        ("task1_conversion_data", {"unit1.reflection": {"spread": ""}}, 0),
        (
            "task1_conversion_data",
            {"unit1.reflection": {"spread": " \n"}},
            0,
        ),  # blanks are no answer
        (
            "task1_conversion_data",
            {"unit1.reflection": {"spread": "Not far", "lea": "Yes"}},
            1,
        ),  # two boxes of one part
        (
            "task1_conversion_data",
            {
                "unit1.reflection": {"spread": "Not far"},
                "task1.findings": {"peers": "Less far"},
            },
            2,
        ),
        (
            "task5_interventions",
            {
                "task5.provision/0001": {"a": "yes"},
                "task5.provision/0002": {"a": "yes"},
            },
            1,
        ),  # copies are one part
        (
            "task5_interventions",
            {"task5.provision.rows": {"own.1.label": "Chess"}},
            0,
        ),  # a row's name is no answer
        (
            "task6_support_in_class",
            {"task6.iep.about/0001": {"from": "2005-03-08"}},
            1,
        ),  # no other part that begins alike
        ("task4_level3_to_5", {"task 4 plan": {"English/0001": "Paired reading"}}, 1),
        ("task7_planning", {"task7.own_chart": {"nodes": "[]"}}, 1),
        ("task7_planning", {"task7.chart/own.1/0001": {"q1": "yes"}}, 1),
        (
            "task8_working_smarter",
            {"plan.actions": {"own.1.what": "Ring home"}},
            0,
        ),  # the plan fills by itself
        ("task8_working_smarter", {"task8.examples": {"task8.examples.1": "yes"}}, 1),
        ("index", {"intro.senco": {"intro.senco.1": "yes"}}, 1),
        ("index", {"headings": {"reading age": ""}, "nonsense": {"a": "b"}}, 0),
    ],
)
def test_what_has_begun(stem, held, begun):
    assert of(stem, held).begun == begun


def test_all_that_is_begun_is_all_there_is():
    for stem in stems():
        keys = [
            part.key
            for part in load(stem).parts
            if part.answers or isinstance(part, Points)
        ]
        found = of(stem, {key: {"a": "x"} for key in (*keys, *BESIDE.get(stem, ()))})
        assert found == Progress(stem, found.parts, found.parts)
