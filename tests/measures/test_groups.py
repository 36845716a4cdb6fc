"""Groups: who is in each, and that unknown SEN status is neither SEN nor no SEN."""

import pandas as pd
import pytest

from senlib.frameworks import load, names
from senlib.measures.groups import group_name, group_order, has_sen, with_groups
from senlib.school.schema import pupils_schema


@pytest.mark.parametrize("name", names())
def test_every_code_is_on_one_side_and_unknown_is_on_neither(name):
    framework = load(name)
    counts = pd.DataFrame({"sen_provision": [*framework.sen_names, ""], "pupils": 1})
    found = (
        with_groups(counts, by="sen_provision", framework=framework)
        .groupby("group")["pupils"]
        .sum()
    )
    assert found["all"] == len(counts)
    assert found["SEN"] + found["no SEN"] == len(framework.sen_names)
    assert found["not known"] == 1


@pytest.mark.parametrize(
    ("name", "codes", "with_sen"),
    [
        (
            "levels",
            ["A", "P", "S", "N", "", "A"],
            [True, True, True, False, False, True],
        ),
        ("gcse", ["K", "E", "N", "", "SEN"], [True, True, False, False, False]),
        ("gcse", ["", ""], [False, False]),
        ("gcse", [], []),
    ],
)
def test_who_has_sen_by_the_code(name, codes, with_sen):
    found = has_sen(
        pd.Series(codes, index=range(5, 5 + len(codes)), dtype="str"),
        framework=load(name),
    )
    assert (
        found.dtype == bool
        and found.tolist() == with_sen
        and found.index.tolist() == list(range(5, 5 + len(codes)))
    )


def test_other_columns_group_by_their_values():
    counts = pd.DataFrame({"sex": ["F", "M", "F", ""], "pupils": [1, 2, 4, 8]})
    found = (
        with_groups(counts, by="sex", framework=load("levels"))
        .groupby("group")["pupils"]
        .sum()
        .to_dict()
    )
    assert found == {"all": 15, "F": 5, "M": 2, "not known": 8}


def test_what_is_offered_to_group_by_is_in_the_pupils_table():
    from senlib.measures.groups import GROUPINGS

    assert set(GROUPINGS) <= set(pupils_schema(load("levels")).columns)


def test_order_and_names():
    levels = load("levels")
    assert group_order(
        ["S", "N", "zebra", "all", "not known", "P"], framework=levels
    ) == [
        "all",
        "P",
        "S",
        "N",
        "zebra",
        "not known",
    ]
    assert group_name("P", framework=levels) == "School Action Plus (P)"
    assert group_name("zebra", framework=levels) == "zebra"
