"""The piece that takes DfE's newest file: says what it holds, keeps it on a press, and takes it away again."""

from dataclasses import replace

import pytest

from senlib import national
from senlib.pages.kit.dfe_file import NewestFile
from senlib.widgets import ChosenFile
from tests.national.test_dfe import rows_of, write


@pytest.fixture
def file(tmp_path):
    rows = [row | {"time_period": "202425"} for row in rows_of("2024")]
    path = write(tmp_path / "transition.csv", rows)
    return ChosenFile(name=path.name, content=path.read_bytes())


@pytest.fixture
def piece(workspace):
    calls = []
    made = NewestFile(workspace, changed=lambda: calls.append(1))
    made.calls = calls
    return made


def test_nothing_is_kept_before_the_button_is_pressed(piece, file):
    piece.take([file])
    assert "Summer 2025: 1 subject; groups: all, SEN, no SEN." in piece.says.value
    assert (
        piece.keep_it.layout.display == ""
        and national.added(piece.workspace.data).empty
    )
    piece.keep()
    assert set(national.added(piece.workspace.data)["year"]) == {
        2025
    } and piece.calls == [1]
    assert (
        "Kept" in piece.status.value and str(piece.workspace.data) in piece.status.value
    )
    assert "2024/25" in piece.editions.value and piece.away.value == 2025
    piece.take([file])
    assert "Held already" in piece.says.value and piece.keep_it.layout.display == "none"
    piece.take_away(2025)
    assert national.added(piece.workspace.data).empty and piece.calls == [1, 1]
    assert (
        "2024/25" not in piece.editions.value and piece._added.layout.display == "none"
    )


def test_what_is_no_such_file_is_refused_in_words(piece):
    piece.take([ChosenFile(name="<b>pupils.csv", content=b"UPN,Name\n1,2\n")])
    assert "Nothing was kept" in piece.says.value and "no column" in piece.says.value
    assert "<b>" not in piece.says.value and piece.keep_it.layout.display == "none"
    piece.keep()
    assert national.added(piece.workspace.data).empty and not piece.calls


def test_the_editions_that_are_held_are_listed_with_their_addresses(piece):
    for edition in national.editions():
        assert national.edition_source(edition).address in piece.editions.value
    assert "teachers’ assessment" in piece.editions.value


def test_in_a_session_s_room_nothing_is_taken(workspace, file):
    piece = NewestFile(replace(workspace, room="leader"))
    assert piece.chooser not in piece.box.children
    piece.take([file])
    piece.keep()
    assert national.added(workspace.data).empty
