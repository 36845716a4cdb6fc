"""Faults as they are told: their place, and like ones gathered."""

import pytest

from senlib.school.faults import Fault, FaultyFile, grouped


def fault(row, *, column="SEN", rule="not a code", file="a.csv"):
    return Fault(file=file, row=row, column=column, rule=rule, remedy="Use N.")


@pytest.mark.parametrize(
    "row, column, told",
    [
        (7, "SEN", "a.csv, row 7, column ‘SEN’: not a code. Use N."),
        (7, None, "a.csv, row 7: not a code. Use N."),
        (None, "SEN", "a.csv, column ‘SEN’: not a code. Use N."),
        (None, None, "a.csv: not a code. Use N."),
    ],
)
def test_a_fault_in_words(row, column, told):
    assert str(fault(row, column=column)) == told


@pytest.mark.parametrize(
    "rows, most, place",
    [
        ([], 2, "a.csv, column ‘SEN’"),
        ([5], 2, "a.csv, column ‘SEN’, row 5"),
        ([9, 5], 2, "a.csv, column ‘SEN’, rows 5, 9"),
        ([5, 6, 7], 2, "a.csv, column ‘SEN’, rows 5, 6 and 1 more"),
        (range(2, 1500), 2, "a.csv, column ‘SEN’, rows 2, 3 and 1,496 more"),
    ],
)
def test_the_place_of_a_group(rows, most, place):
    (group,) = grouped([fault(row) for row in rows] or [fault(None)])
    assert group.place(most=most) == place


def test_like_faults_are_gathered_in_the_order_they_were_met():
    met = [
        fault(3),
        fault(2, rule="other"),
        fault(2),
        fault(2, column="Year"),
        fault(4, file="b.csv"),
        fault(5),
    ]
    assert [
        (group.file, group.column, group.rule, group.rows) for group in grouped(met)
    ] == [
        ("a.csv", "SEN", "not a code", (2, 3, 5)),
        ("a.csv", "SEN", "other", (2,)),
        ("a.csv", "Year", "not a code", (2,)),
        ("b.csv", "SEN", "not a code", (4,)),
    ]


def test_no_faults():
    assert grouped([]) == []


def test_a_faulty_file_holds_its_faults():
    error = FaultyFile([fault(2), fault(3)])
    assert len(error.faults) == 2
    assert str(error) == "nothing was loaded: 2 things to put right"
