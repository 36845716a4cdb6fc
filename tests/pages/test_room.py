"""The page of the room without a browser: the leader's view, a participant's, and what a room refuses."""

from dataclasses import replace

import pytest
from ipywidgets import HTML

from senlib.pages.index import FrontPage
from senlib.pages.room import RoomPage
from senlib.widgets import FileChooser
from senlib.workbook.room_answers import ON_SHOW
from senlib.workbook.store import Store, StoreError
from senlib.workspace import ROOM_VARIABLE, open_workspace
from tests.pages.driving import NASTY, TROUBLES, small_school, words, workspace_over


@pytest.fixture
def leader(tmp_path):
    workspace = workspace_over(tmp_path, small_school())
    return replace(workspace, data=tmp_path / "leader", room="leader")


@pytest.fixture
def participant(tmp_path):
    return replace(workspace_over(tmp_path, small_school()), room="participant")


def someone(folder, name: str = "a") -> Store:
    return Store(folder / f"participant-{name}" / "workbook.sqlite", workbook="levels")


def test_outside_a_room_the_page_says_how_one_is_opened(tmp_path):
    page = RoomPage(workspace_over(tmp_path, small_school()))
    assert "--room" in words(page.body().children[0])


def test_the_leader_sees_what_comes_in(tmp_path, leader):
    page = RoomPage(leader, door="http://192.0.2.7:8866/door", code="ABCD 2345")
    page.body()
    assert "http://192.0.2.7:8866/door" in words(page.come_in) and "ABCD 2345" in words(
        page.come_in
    )
    assert "Nobody has come in yet." in words(
        page.view
    ) and "Nobody has answered on any of the 22 cards" in words(page.view)
    store = someone(tmp_path)
    card = page.forms.part("task2.sort").cards[3]
    store.save(form="task2.sort", field=card.key, value="judging")
    page.look()
    said = words(page.view)
    assert (
        "One person has come in." in said
        and f"{card.text} 1 0 0 1" in said
        and "on the other 21 of 22" in said
    )
    store.save(form=ON_SHOW, field="unit1.reflection|spread", value=NASTY)
    page.look()
    assert "<script>" not in page.view.value and "alert(1)" in page.view.value


def test_a_file_that_cannot_be_read_is_told_and_what_was_read_comes_back(
    tmp_path, leader
):
    page = RoomPage(leader)
    someone(tmp_path).save(form="task2.sort", field="x", value="judging")
    (tmp_path / "participant-b").mkdir()
    (tmp_path / "participant-b" / "workbook.sqlite").write_bytes(
        b"no database at all" * 100
    )
    page.look()
    assert "cannot be read at the moment" in words(page.view)
    (tmp_path / "participant-b" / "workbook.sqlite").unlink()
    page.look()
    assert "2 people have come in." in words(page.view)


def test_a_participant_shows_a_text_and_takes_it_back(participant):
    participant.store.save(form="unit1.reflection", field="spread", value=NASTY)
    page = RoomPage(participant)
    page.body()
    assert all(
        "<script>" not in one.value
        for one in (*page.body().children, page.shared.words)
        if isinstance(one, HTML)
    )
    (place,) = page.ticks
    page.ticks[place].value = True
    assert participant.store.latest(ON_SHOW) == {
        place: NASTY
    } and "Shown to the room" in words(page.status)
    # Written on, it is no longer what was shown: the tick is off, and the room keeps what was agreed to.
    participant.store.save(
        form="unit1.reflection", field="spread", value="Another thought"
    )
    again = RoomPage(participant)
    again.body()
    assert not again.ticks[place].value and participant.store.latest(ON_SHOW) == {
        place: NASTY
    }
    again.ticks[place].value = True
    again.ticks[place].value = False
    assert participant.store.latest(ON_SHOW) == {place: ""} and "Taken back" in words(
        again.status
    )


def test_a_participant_who_wrote_nothing_is_told(participant):
    page = RoomPage(participant)
    assert "You have written nothing yet." in words(page.body().children[0])


@pytest.mark.parametrize(("trouble", "says"), TROUBLES)
def test_a_store_in_trouble_shows_nothing_more(participant, monkeypatch, trouble, says):
    participant.store.save(form="unit1.reflection", field="spread", value="Not far")
    page = RoomPage(participant)
    page.body()
    (place,) = page.ticks
    with trouble(participant, monkeypatch):
        page.ticks[place].value = True
        assert says in words(page.status)


def test_a_room_refuses_files_about_pupils(participant):
    page = FrontPage(participant)
    boxes = [page.own_files(), page.carry()]
    found = [one for box in boxes for one in box.children]
    assert not any(isinstance(one, FileChooser) for one in found)
    assert (
        sum(
            "only the sample schools" in words(one)
            for one in found
            if hasattr(one, "value") and isinstance(one.value, str)
        )
        == 2
    )
    with pytest.raises(StoreError, match="only the sample schools"):
        participant.keep(small_school())
    assert not participant.own_folder.exists()


def test_in_a_room_no_folder_and_no_own_school_is_opened(tmp_path):
    (tmp_path / "data" / "school").mkdir(parents=True)
    workspace = open_workspace(
        {
            "SENLIB_DATA": str(tmp_path / "room" / "a"),
            "SENLIB_SCHOOL": str(tmp_path),
            ROOM_VARIABLE: "participant",
        }
    )
    assert (
        workspace.school.sample
        and list(workspace.choices()) == ["gcse", "levels"]
        or list(workspace.choices()) == ["levels", "gcse"]
    )
