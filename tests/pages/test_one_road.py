"""An answer travels one road, whatever it is given with: a change in another window is noticed, and one save opens the store once."""

import sqlite3

import pytest

from senlib.pages.facilitator import SessionsPage
from senlib.pages.kit.answer_sheet import AnswerSheet
from senlib.pages.kit.plan_sheet import NewAction
from senlib.pages.kit.shared_answers import SharedAnswers
from senlib.pages.kit.site import PAGES
from senlib.pages.pupil import PupilPage
from senlib.pages.room import RoomPage
from senlib.pages.task1_conversion_data import ConversionPage
from senlib.pages.task2_role_of_the_senco import SORT, RolePage
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.pages.task6_support_in_class import SupportPage
from senlib.pages.task7_planning import PlanningPage
from senlib.pages.task8_working_smarter import PlanPage
from senlib.workbook import walks
from senlib.workbook.page_forms import stems
from senlib.workbook.plan import PLAN_LINES, add_action
from senlib.workbook.room_answers import ON_SHOW
from senlib.workbook.rows import own_rows
from senlib.workspace import (
    DATA_VARIABLE,
    FIGURES,
    PARTICIPANT,
    ROOM_VARIABLE,
    open_workspace,
)
from tests.pages import lacking
from tests.pages.driving import without_pictures, words


@pytest.fixture(autouse=True)
def pictures(monkeypatch):
    without_pictures(monkeypatch)


@pytest.fixture
def sample(tmp_path):
    return open_workspace({DATA_VARIABLE: str(tmp_path / "data")})


@pytest.fixture
def participant(tmp_path):
    environment = {DATA_VARIABLE: str(tmp_path), ROOM_VARIABLE: PARTICIPANT}
    participant = open_workspace(environment)
    participant.store.save(form="unit1.reflection", field="spread", value="Not far")
    return participant


def windows(page_class, workspace, **query):
    """Two windows with the same page, opened before anything is done in either."""
    pages = [page_class(workspace, **query) for _ in range(2)]
    for page in pages:
        for call in ("answer", "figures", "pupils", "sort", "walk", "own", "body"):
            if hasattr(page, call) and callable(getattr(page, call)):
                getattr(page, call)()
    return pages


def changed(shared: SharedAnswers) -> str:
    """What is said of the other window; it can be taken with a button."""
    assert shared.words.value and shared.take in shared.box.children
    said = words(shared.words)
    assert said.startswith("Changed elsewhere (") and said.endswith(
        "What you did is kept, and so is the other one."
    )
    return said


def test_a_figure_typed_in_two_windows(sample):
    one, other = (page.figures_piece for page in windows(ConversionPage, sample))
    for piece, figure in ((one, "31.5"), (other, "28")):
        piece.typed.value, piece.typed_year.value = figure, 2004
        piece.typed_whose.value = "England"
        piece.keep.click()
    assert one.shared.words.value == ""
    assert "the figure you typed in: ‘31.5 %’" in changed(other.shared)
    other.shared.take.click()
    assert list(sample.store.latest(FIGURES).values()) == ["31.5"]
    other.take_back.click()
    one.typed.value = "30"
    one.keep.click()
    assert "‘taken back’" in changed(one.shared)


def test_what_a_participant_shows_in_two_windows(participant):
    one, other = windows(RoomPage, participant)
    (place,) = one.ticks
    one.ticks[place].value = True
    participant.store.save(form="unit1.reflection", field="spread", value="Further")
    later = RoomPage(participant)
    later.body()
    later.ticks[place].value = True
    assert later.shared.words.value == ""  # it has read what the first one showed
    other.ticks[place].value = True
    assert "what you show: ‘Further’" in changed(other.shared)
    other.shared.take.click()
    assert participant.store.latest(ON_SHOW) == {place: "Further"}
    assert not other.ticks[place].value  # what it would show is the older text


def test_the_chart_and_the_list_of_a_class_in_two_windows(sample):
    one, other = windows(PlanningPage, sample)
    one.drawing.copy.click()  # a chart of the school's own
    one.begin()
    pupil = one.pupils["pupil_id"].iloc[0]
    other.of_class.offer(other._classes(), one.of_class.value)
    other._open_class()
    one._add(pupil, walks.PUPIL)
    one._take_off()
    other._add(pupil, walks.PUPIL)
    assert "the class: ‘not on the list’" in changed(other.shared)
    other.shared.take.click()
    form = f"{walks.WHO}/{one.of_class.value}"
    assert sample.store.latest(form) == {pupil: ""}
    assert other.who.box.options == (("Choose from the list", ""),)
    one.which.box.value = "own"
    sample.store.save(
        form=f"{walks.CLASS}/{one.of_class.value}", field="chart", value=""
    )
    other.which.box.value = "own"
    assert "the class: ‘The booklet’s’" in changed(other.shared)


# -- one save opens the store once --


class Opened:
    """How often SQLite's files are opened."""

    def __init__(self, monkeypatch):
        self.times, connect = 0, sqlite3.connect

        def counted(*args, **kwargs):
            self.times += 1
            return connect(*args, **kwargs)

        monkeypatch.setattr(sqlite3, "connect", counted)

    def by(self, act) -> int:
        before = self.times
        act()
        return self.times - before


@pytest.fixture
def opened(monkeypatch):
    return Opened(monkeypatch)


def type_into(sheet: AnswerSheet) -> None:
    """Type into the first box of a sheet, as the page sends it."""
    name = next(name for name in sheet.sheet.names)
    content = {"kind": "save", "name": name, "value": "typed", "seen": 0, "turn": 1}
    sheet.sheet._handle_custom_msg(content, [])


def sheets(page) -> list[AnswerSheet]:
    """The sheets of a page that have a box, wherever it keeps them."""
    own = vars(page)
    forms = own["ask"].asked.values() if "ask" in own else []
    every = [one for one in (*own.values(), *forms) if isinstance(one, AnswerSheet)]
    return [one for one in every if one.sheet.names]


@pytest.mark.parametrize("stem", [page.stem for page in PAGES if page.stem != "room"])
def test_a_save_in_any_sheet(stem, sample, monkeypatch, opened):
    page = lacking.page_of(stem, sample, monkeypatch)
    for call in lacking.calls(stem):
        lacking.called(page, call)
    assert bool(sheets(page)) == (stem in stems())
    for sheet in sheets(page):
        assert opened.by(lambda sheet=sheet: type_into(sheet)) == 1


def test_a_round_and_rows_of_the_school_s_own(sample, opened):
    page = PlanPage(sample)
    page.ask("review")
    review = page.ask.asked["review"]
    add = {"kind": "add row", "section": "", "label": "Ours", "turn": 1}
    assert opened.by(lambda: review.sheet._handle_custom_msg(add, [])) == 1
    (row,) = own_rows(sample.store.latest("review.rows"))
    drop = {"kind": "drop row", "row": row.key, "turn": 3}
    assert opened.by(lambda: review.sheet._handle_custom_msg(drop, [])) == 1
    assert own_rows(sample.store.latest("review.rows")) == []
    assert opened.by(review.anew.click) == 1
    name = next(iter(review.sheet.names))
    history = {"kind": "history", "name": name, "turn": 2}
    assert opened.by(lambda: review.sheet._handle_custom_msg(history, [])) == 1


def test_an_action_written_into_the_plan(sample, opened):
    page = PupilPage(sample, query={})
    new = NewAction(sample, asks="What will you do?")
    new.after(page.actions.show)
    new.what.value = "Meet the head of science"
    assert opened.by(new.add.click) == 1
    key = add_action(sample.store, what="Another")
    plan = PlanPage(sample)
    plan.plan()
    drop = {"kind": "drop row", "row": key, "turn": 1}
    (sheet, *_) = [one for one in sheets(plan) if "drop row" in one._answers()]
    assert opened.by(lambda: sheet.sheet._handle_custom_msg(drop, [])) == 1


def test_a_card_a_plan_line_a_figure_and_a_tick(sample, participant, opened):
    (page, _) = windows(RolePage, sample)
    move = {"card": page.cards.cards[0]["key"], "group": "judging", "n": 1}
    assert opened.by(lambda: setattr(page.cards, "move", move)) == 1
    assert sample.store.latest(SORT)
    (page, _) = windows(TrackingPage, sample)
    pupil = page.listing.records[0]["id"]
    edit = {"id": pupil, "key": "plan", "value": "Paired reading", "n": 1}
    assert opened.by(lambda: setattr(page.listing, "edit", edit)) == 1
    assert sample.store.latest(PLAN_LINES)
    (page, _) = windows(ConversionPage, sample)
    piece = page.figures_piece
    piece.typed.value, piece.typed_whose.value = "31.5", "England"
    assert opened.by(piece.keep.click) == 1
    assert opened.by(piece.take_back.click) == 1
    (page, _) = windows(RoomPage, participant)
    (tick,) = page.ticks.values()
    assert opened.by(lambda: setattr(tick, "value", True)) == 1


def test_a_class_its_list_its_chart_and_a_walk(sample, opened):
    (page, _) = windows(PlanningPage, sample)
    assert opened.by(page.new_class.click) == 1
    page.pupil.box.value = page.pupil.box.options[1][1]
    assert opened.by(page.add_pupil.click) == 1
    answer = {"key": "q1", "way": "yes", "n": 1}
    assert opened.by(lambda: setattr(page.flow, "answer", answer)) == 1
    assert opened.by(page.drawing.copy.click) == 1
    drawn = {
        "nodes": page.drawing.editor.nodes,
        "start": page.drawing.editor.start,
        "n": 1,
    }
    assert opened.by(lambda: setattr(page.drawing.editor, "drawn", drawn)) == 1
    assert opened.by(lambda: setattr(page.which.box, "value", "own")) == 1
    assert opened.by(page.take_off.click) == 1


def test_a_visit_and_a_session(sample, opened):
    page = SupportPage(sample, query={})
    page.observation()
    assert opened.by(page.new.click) == 1
    page = SessionsPage(sample)
    page.plan()
    assert opened.by(page.later.click) == 1
    assert opened.by(lambda: setattr(page.minutes, "value", 7)) == 1
