"""How a lesson that was visited is named."""

import pytest

from senlib.workbook.visits import visit_name


@pytest.mark.parametrize(
    "values, name",
    [
        ({"date": "2005-03-08"}, "8 March 2005"),
        ({"class": "8B"}, "A visit without a date, 8B"),
        ({"date": "soon", "assistant": "JM"}, "A visit without a date, JM"),
    ],
)
def test_a_visit_by_name(values, name):
    assert visit_name(values) == name
