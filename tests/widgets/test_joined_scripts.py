"""Scripts of widgets as the page gets them: what is left out of them on the way may stand in no text."""

import pytest

from senlib.widgets import _script

SCRIPTS = sorted(_script.HERE.glob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_text_of_a_script_goes_over_several_lines(path):
    """The beginning of a line, and a line that begins as a comment does, are not sent."""
    lines = path.read_text("utf-8").splitlines()
    assert [line for line in lines if line.count("`") % 2] == []
