"""A page is whole when it is made: what its notebook calls can be called in any order, and shows the same."""

import random
from pathlib import Path

import pytest

from senlib import pages
from senlib.pages.kit.site import PAGES
from senlib.workspace import DATA_VARIABLE, Workspace, open_workspace
from tests.pages import lacking
from tests.pages.driving import without_pictures

# The room's page is made of what is behind the door; tests/pages/test_room.py has it.
STEMS = [page.stem for page in PAGES if page.stem != "room"]
SOURCES = sorted(Path(pages.__file__).parent.rglob("*.py"))


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """By its name, a sample school with its example answers, each time as it is when it is first opened."""

    # Each sample would have a secret of its own, and so other addresses.
    monkeypatch.setattr(Workspace, "code_key", lambda _: bytes(32))

    def opened(name: str):
        data = tmp_path / str(random.random())
        open_workspace({DATA_VARIABLE: str(data)}).choose(name)
        return open_workspace({DATA_VARIABLE: str(data)})

    return opened


def shown(stem, workspace, monkeypatch, order):
    """What each call of a page's notebook shows once all have been made in this order."""
    with monkeypatch.context() as patch:
        without_pictures(patch)
        page = lacking.page_of(stem, workspace, patch)
        pieces = {call: lacking.called(page, call) for call in order}
        return {call: lacking.texts(piece) for call, piece in pieces.items()}


@pytest.mark.parametrize("name", ["levels", "gcse"])
@pytest.mark.parametrize("stem", STEMS)
def test_pieces_can_be_called_in_any_order(stem, name, sample, monkeypatch):
    calls = list(lacking.calls(stem))
    expected = shown(stem, sample(name), monkeypatch, calls)
    for seed in range(3):
        order = random.Random(seed).sample(calls, len(calls))
        assert shown(stem, sample(name), monkeypatch, order) == expected


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_piece_asks_whether_another_is_there(path):
    """What a page has does not hang on what was called before."""
    assert "hasattr(self" not in path.read_text("utf-8")
