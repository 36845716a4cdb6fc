"""The workspace: which school is opened, and that each page opens, and says so in words, where the store cannot be used."""

import contextlib
import errno
import os
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from senlib import national, open_sample
from senlib import workspace as workspaces
from senlib.pages.index import FrontPage
from senlib.pages.task1_conversion_data import ConversionPage
from senlib.pages.task3_ensuring_progress import CriteriaPage
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.school import school as schools
from senlib.school import school_file
from senlib.school.school import open_school, save_school
from senlib.school.school_file import FILE
from senlib.widgets import ChosenFile
from senlib.workbook import store_file
from senlib.workbook.closed_store import ClosedStore
from senlib.workbook.store import Store, StoreError
from senlib.workspace import FIGURES, TYPED, open_workspace, source_words
from tests.pages.driving import small_school, workspace_over

KNOWN = "UPN,Forename,Surname,Year,Reg,SEN Status,KS2 English,KS3 English\n0012,Ada,Zhou,10,10A,A,3,5\n"
ASKED = KNOWN.replace("KS3 English", "KS3 English,Reading Age").replace(
    ",5\n", ",5,9.2\n"
)

CLOSED = "This page shows none of your answers and saves none; when that is put right, open it again."


@pytest.fixture
def data(monkeypatch):
    """A data folder that others than its owner can reach into, which the tests' usual folders are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "data"
        monkeypatch.setenv(workspaces.DATA_VARIABLE, str(path))
        monkeypatch.delenv(workspaces.SCHOOL_VARIABLE, raising=False)
        monkeypatch.setattr(store_file, "TIMEOUT_SECONDS", 0.05)
        yield path


def execute(path, statement):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


@contextlib.contextmanager
def damaged(data):
    (data / "workbook.sqlite").write_bytes(b"SQLite format 3\0" + b"spoilt" * 1000)
    yield


@contextlib.contextmanager
def unreadable(data):
    """A file that is whole, and in it a text that is none."""
    execute(
        data / "workbook.sqlite",
        "UPDATE answers SET value = CAST(x'ff' AS TEXT) WHERE workbook = 'levels'",
    )
    yield


@contextlib.contextmanager
def newer(data):
    execute(data / "workbook.sqlite", "PRAGMA user_version = 99")
    yield


@contextlib.contextmanager
def locked(data):
    with contextlib.closing(
        sqlite3.connect(data / "workbook.sqlite", isolation_level=None)
    ) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE answers SET at = at")
        yield


@contextlib.contextmanager
def read_only(data):
    """A folder that may only be read. Whoever is root may write everywhere, so the test steps down for a while."""
    if os.name == "nt":
        pytest.skip(
            "on Windows a folder's permissions do not keep its files from being written"
        )
    root = os.geteuid() == 0
    for path in data.iterdir():
        path.chmod(0o444)
    data.chmod(0o555)
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        data.chmod(0o755)
        for path in data.iterdir():
            path.chmod(0o644)


def answered():
    """Somebody has answered, and chosen a school."""
    workspace = open_workspace()
    workspace.store.save(form="task 4 plan", field="English/1", value="Paired reading")
    workspace.settings.save(form="settings", field="school", value="levels")


TROUBLES = [
    (damaged, "is damaged, and has been left as it is. Move it out"),
    (
        newer,
        "newer version of this workbook, and has been left as it is. Open it with that version",
    ),
    (locked, "another program keeps it locked. Close what else may have it open"),
    (read_only, "then try again"),
]


# Only the answers on the school that is open are out of reach here; which school that is can still be chosen.
IN_PART = (unreadable, "cannot be used now: the computer reports an error")


@pytest.fixture(params=TROUBLES, ids=lambda case: case[0].__name__)
def says(request, data):
    """A workbook with answers in it, and then the trouble; what has to be said of it."""
    answered()
    with request.param[0](data):
        yield request.param[1]


@pytest.fixture(params=[*TROUBLES, IN_PART], ids=lambda case: case[0].__name__)
def says_of_any(request, data):
    """The same, also of answers that are out of reach in part."""
    answered()
    with request.param[0](data):
        yield request.param[1]


def test_the_desk_is_laid_all_the_same_and_says_what_is_wrong(says_of_any):
    workspace = open_workspace()
    assert (
        says_of_any in workspace.trouble
        and workspace.trouble.endswith(CLOSED)
        and workspace.trouble.count(CLOSED) == 1
    )
    assert isinstance(workspace.store, ClosedStore) and workspace.school.sample


def test_the_front_page_opens_and_says_what_is_wrong(says_of_any):
    page = FrontPage(open_workspace())
    assert page.which_school() and page.own_files() and page.tasks().value
    assert says_of_any in page.header().value and "is open" in page.schools.opened.value


def test_the_front_page_says_that_a_choice_is_not_saved(says):
    page = FrontPage(open_workspace())
    page.which_school()
    page.schools.which.value = "gcse"
    page.schools.open_chosen.click()
    assert (
        "not saved" in page.schools.refused.value
        and says in page.schools.refused.value
        and "Elmbridge Vale" in page.schools.opened.value
    )


def test_where_only_the_answers_on_one_school_are_out_of_reach_another_can_be_opened(
    data,
):
    answered()
    with unreadable(data):
        page = FrontPage(open_workspace())
        page.which_school()
        page.schools.which.value = "gcse"
        page.schools.open_chosen.click()
        assert (
            "Harbour Road" in page.schools.opened.value
            and page.workspace.trouble == ""
            and "sl-fault" not in page.header().value
        )


@pytest.mark.parametrize("codes", [False, True])
def test_files_are_refused_whole_where_answers_cannot_be_saved(says, codes, data):
    page = FrontPage(open_workspace())
    page.which_school(), page.own_files()
    page.own.yardstick.value, page.own.year.value, page.own.codes.value = (
        "levels",
        2005,
        codes,
    )
    page.own.take([ChosenFile(name="wide.csv", content=KNOWN.encode())])
    page.own.review.open.click()
    assert (
        "could not be kept" in page.own.review.refused.value
        and page.own.chooser.message == "Nothing was kept."
    )
    assert (
        not (data / "school").exists() and "Elmbridge Vale" in page.schools.opened.value
    )


def test_what_was_said_of_headings_stays_on_the_page_where_it_cannot_be_saved(
    says, data
):
    page = FrontPage(open_workspace())
    page.which_school(), page.own_files()
    page.own.yardstick.value, page.own.year.value = "levels", 2005
    page.own.take([ChosenFile(name="wide.csv", content=ASKED.encode())])
    (table,) = page.own.review.columns.tables
    at = [column["heading"] for column in table["columns"]].index("Reading Age")
    page.own.review.columns.hear(
        [{"id": table["columns"][at]["id"], "value": "leave out"}]
    )
    for _ in range(2):
        page.own.review.open.click()
        told = page.own.review.refused.value
        assert "could not be kept" in told and says in told
        assert (
            page.own.review.columns.tables[0]["columns"][at]["meaning"] == "leave out"
        )
        assert page.own.review.columns in page.own.review.box.children
    assert not (data / "school").exists()


def test_task_1_opens_and_says_that_a_figure_is_not_saved(says_of_any):
    page = ConversionPage(open_workspace())
    answer = page.answer()
    page.peers(), page.years(), page.matrix(), page.figures()
    assert says_of_any in page.header().value and "pupils with SEN" in answer.value
    page.figures_piece.typed.value, page.figures_piece.typed_whose.value = (
        "31.5",
        "your LEA",
    )
    page.figures_piece.keep.click()
    assert (
        "not saved" in page.figures_piece.status.value
        and says_of_any in page.figures_piece.status.value
        and page.figures_piece.typed.value == "31.5"
    )
    assert "No national figure is held" in answer.value


def test_task_3_opens_and_says_what_is_wrong(says_of_any):
    page = CriteriaPage(open_workspace())
    assert says_of_any in page.header().value and "Met: " in page.scorecard().value
    assert page.subjects().value and page.year7().value


def test_task_4_opens_and_says_that_a_plan_is_not_saved(says_of_any):
    page = TrackingPage(open_workspace())
    answer, *_ = page.answer(), page.pupils(), page.sheets()
    page.files.button.click()
    assert (
        says_of_any in page.header().value
        and "on course for" in answer.value
        and "download" in page.files.link.value
    )
    assert page.listing.records and page.status.value == page.trouble.value == ""
    page._keep_plan(
        {"id": page.listing.records[0]["id"], "key": "plan", "value": "kept?", "n": 1}
    )
    assert (
        "not saved" in page.status.value
        and says_of_any in page.status.value
        and page.listing.saved == {}
    )


def test_the_file_in_trouble_is_left_as_it_is(data):
    open_workspace()
    for spoil in (newer, damaged):
        with spoil(data):
            before = (data / "workbook.sqlite").read_bytes()
            workspace = open_workspace()
            with pytest.raises(StoreError, match=r"open it again\.$"):
                workspace.store.save(form="f", field="a", value="b")
            assert (data / "workbook.sqlite").read_bytes() == before


def test_a_file_that_is_busy_with_another_s_answer_is_read_and_a_save_is_refused_in_words(
    data,
):
    page = TrackingPage(open_workspace())
    page.answer(), page.pupils(), page.sheets()
    edit = {
        "id": page.listing.records[0]["id"],
        "key": "plan",
        "value": "kept?",
        "n": 1,
    }
    with contextlib.closing(
        sqlite3.connect(data / "workbook.sqlite", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        assert open_workspace().trouble == ""
        page._keep_plan(edit)
        assert (
            "not saved" in page.status.value
            and "another program keeps it locked" in page.status.value
        )
    # Put right, the same page saves: the store was only busy.
    page._keep_plan(edit)
    assert page.status.value == "" and page.listing.saved["id"] == edit["id"]


def test_a_file_that_goes_while_pages_are_open_is_told_and_what_was_read_stays(data):
    first, fourth, front = (
        ConversionPage(open_workspace()),
        TrackingPage(open_workspace()),
        FrontPage(open_workspace()),
    )
    (
        first.answer(),
        first.figures(),
        fourth.answer(),
        fourth.pupils(),
        front.which_school(),
        front.own_files(),
    )
    pupil = fourth.listing.records[0]["id"]
    fourth._keep_plan({"id": pupil, "key": "plan", "value": "Paired reading", "n": 1})
    for path in data.iterdir():
        path.unlink()
    fourth.who.value = "all"
    assert "no longer there" in fourth.trouble.value
    assert (
        next(r for r in fourth.listing.records if r["id"] == pupil)["plan"]
        == "Paired reading"
    )
    first.figures_piece.take_back.click()
    assert (
        "not saved" in first.figures_piece.status.value
        and "no longer there" in first.figures_piece.status.value
    )
    front.schools.which.value = "gcse"
    front.schools.open_chosen.click()
    assert (
        "not saved" in front.schools.refused.value
        and "no longer there" in front.schools.refused.value
    )
    front.own.take([ChosenFile(name="wide.csv", content=KNOWN.encode())])
    assert (
        "no longer there" in front.own.outcome.children[0].value
        and front.own.chooser.message == "Nothing was kept."
    )
    open_workspace()
    fourth.who.value = "SEN"
    assert fourth.trouble.value == ""
    front.schools.open_chosen.click()
    assert (
        front.schools.refused.value == ""
        and "Harbour Road" in front.schools.opened.value
    )


def test_where_the_choice_cannot_be_read_her_own_school_is_opened(data):
    open_workspace()
    save_school(open_sample("gcse"), data / "school")
    assert open_workspace().chosen == "levels"
    with damaged(data):
        workspace = open_workspace()
        assert (
            workspace.chosen == workspaces.OWN
            and workspace.school.framework.name == "gcse"
        )


def test_where_the_choice_cannot_be_read_a_folder_that_was_named_is_opened(
    data, monkeypatch
):
    open_workspace()
    save_school(open_sample("gcse"), data / "school")
    save_school(open_sample("levels"), data / "named")
    monkeypatch.setenv(workspaces.SCHOOL_VARIABLE, str(data / "named"))
    with damaged(data):
        assert open_workspace().chosen == workspaces.FOLDER


def test_her_files_and_the_store_in_trouble_are_both_told(data):
    open_workspace()
    (data / "school").mkdir()
    with damaged(data):
        workspace = open_workspace()
    assert (
        "can no longer be read" in workspace.trouble
        and "is damaged" in workspace.trouble
        and workspace.school.sample
    )


def test_a_school_that_cannot_be_written_leaves_the_choice_as_it_was(data, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(workspaces, "save_school", refuse)
    for before in ({}, {"school": "gcse"}):
        workspace = open_workspace()
        for key in before.values():
            workspace.choose(key)
        with pytest.raises(OSError):
            open_workspace().keep(open_sample("levels"))
        assert open_workspace().chosen == before.get("school", "levels")


# -- what is kept, and one step back --


def named(name):
    return replace(small_school(), name=name)


def test_the_school_that_was_kept_before_is_one_step_back(data):
    workspace = open_workspace()
    assert workspace.can_go_back is None
    workspace.keep(named("first"))
    assert (
        open_workspace().school.name == "first" and open_workspace().can_go_back is None
    )
    open_workspace().keep(named("second"))
    workspace = open_workspace()
    back = workspace.can_go_back
    assert (workspace.school.name, back.name) == ("second", "first")
    assert back.kept.date() == datetime.now().date() and back.kept.tzinfo
    workspace.go_back()
    assert (open_workspace().school.name, open_workspace().can_go_back.name) == (
        "first",
        "second",
    )
    # And this can be undone.
    open_workspace().go_back()
    assert (open_workspace().school.name, open_workspace().can_go_back.name) == (
        "second",
        "first",
    )


def test_going_back_opens_her_own_school(data):
    open_workspace().keep(named("first"))
    open_workspace().keep(named("second"))
    open_workspace().choose("gcse")
    open_workspace().go_back()
    assert (
        open_workspace().chosen == workspaces.OWN
        and open_workspace().school.name == "first"
    )


def test_where_there_is_no_school_before_going_back_is_refused_in_words(data):
    with pytest.raises(StoreError, match="no school that was kept before"):
        open_workspace().go_back()
    assert open_workspace().chosen == "levels"


def test_from_a_school_that_is_damaged_she_can_go_back(data):
    open_workspace().keep(named("first"))
    open_workspace().keep(named("second"))
    (data / "school" / FILE).write_bytes(b"spoilt")
    workspace = open_workspace()
    assert (
        "can no longer be read" in workspace.trouble
        and "is damaged" in workspace.trouble
    )
    assert workspace.school.sample and workspace.can_go_back.name == "first"
    workspace.go_back()
    assert open_workspace().school.name == "first" and open_workspace().trouble == ""
    assert open_workspace().can_go_back is None


def test_a_school_of_a_newer_version_is_told_and_left(data):
    open_workspace().keep(named("first"))
    execute(data / "school" / FILE, "PRAGMA user_version = 99")
    before = (data / "school" / FILE).read_bytes()
    assert (
        "newer version" in open_workspace().trouble and open_workspace().school.sample
    )
    assert (data / "school" / FILE).read_bytes() == before


def test_what_the_disk_refuses_is_told_in_words_and_the_choice_stays(data, monkeypatch):
    open_workspace().keep(named("first"))
    open_workspace().choose("gcse")

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(school_file, "write", refuse)
    with pytest.raises(StoreError, match="the disk is full"):
        open_workspace().keep(named("second"))
    assert (
        open_workspace().chosen == "gcse"
        and open_school(data / "school").name == "first"
    )


def test_in_a_room_nothing_is_kept_and_nobody_goes_back(data, monkeypatch):
    open_workspace().keep(named("first"))
    open_workspace().keep(named("second"))
    monkeypatch.setenv(workspaces.ROOM_VARIABLE, workspaces.LEADER)
    workspace = open_workspace()
    assert workspace.can_go_back is None
    for refused in (workspace.go_back, lambda: workspace.keep(named("third"))):
        with pytest.raises(StoreError, match="sample schools"):
            refused()
    assert open_school(data / "school").name == "second"


def test_of_both_schools_nothing_is_left_when_everything_is_deleted(data):
    open_workspace().keep(named("first"))
    open_workspace().keep(named("second"))
    (data / ".school-being-written-by-a-kill").mkdir()
    (data / "school-before-version-2").mkdir()
    open_workspace().delete_everything()
    assert [path.name for path in data.iterdir()] == ["workbook.sqlite"]


def test_her_school_opens_without_its_files_being_read_anew(data, monkeypatch):
    open_workspace().keep(named("first"))

    def refuse(*_, **__):
        raise AssertionError("read as a table")

    monkeypatch.setattr(schools, "load_files", refuse)
    monkeypatch.setattr(schools, "_as_text", refuse)
    assert open_workspace().school.name == "first"


def test_a_school_that_an_earlier_version_kept_is_brought_over_and_that_is_told(data):
    open_workspace()
    shutil.copytree(workspaces.ROOT / "data" / "sample" / "gcse", data / "school")
    (data / "school" / "workbook.json").unlink()
    open_workspace().choose(workspaces.OWN)
    for _ in range(2):
        workspace = open_workspace()
        assert len(workspace.school.pupils) == 1664 and workspace.trouble == ""
        (note,) = workspace.notes
        assert str(data / "school-before-version-2") in note
    shutil.rmtree(data / "school-before-version-2")
    assert open_workspace().notes == () and len(open_workspace().school.pupils) == 1664


def test_a_school_that_an_earlier_version_kept_opens_where_nothing_can_be_written(
    data, monkeypatch
):
    open_workspace()
    shutil.copytree(workspaces.ROOT / "data" / "sample" / "gcse", data / "school")
    open_workspace().choose(workspaces.OWN)
    files = sorted(path.name for path in (data / "school").iterdir())

    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(school_file.tempfile, "mkdtemp", refuse)
    workspace = open_workspace()
    assert (
        len(workspace.school.pupils) == 1664
        and workspace.chosen == workspaces.OWN
        and workspace.notes == ()
    )
    assert sorted(path.name for path in (data / "school").iterdir()) == files


def test_what_is_passed_over_in_a_folder_that_was_named_is_told(
    data, monkeypatch, tmp_path
):
    shutil.copytree(workspaces.ROOT / "data" / "sample" / "gcse", tmp_path / "named")
    (tmp_path / "named" / "letter.docx").write_bytes(b"PK")
    monkeypatch.setenv(workspaces.SCHOOL_VARIABLE, str(tmp_path / "named"))
    assert [told.partition(" ")[0] for told in open_workspace().notes] == [
        "letter.docx"
    ]


def test_a_closed_store_answers_for_every_method_of_a_store(tmp_path):
    methods = {
        name
        for name, value in vars(Store).items()
        if callable(value) and not name.startswith("_")
    }
    closed = ClosedStore(tmp_path / "w.sqlite", workbook="own", words="Put it right.")
    empty = {
        "latest": (lambda: closed.latest("f"), {}),
        "answers": (lambda: closed.answers("f"), {}),
        "forms": (closed.forms, {}),
        "history": (lambda: closed.history("f", "a"), []),
        "workbooks": (closed.workbooks, []),
    }
    refused = {
        "save": lambda: closed.save(form="f", field="a", value="b"),
        "save_all": lambda: closed.save_all(form="f", values={"a": "b"}),
        "bring_back": lambda: closed.bring_back("f", "a", 1),
        "append_missing": lambda: closed.append_missing([]),
        "everything": closed.everything,
        "delete_everything": closed.delete_everything,
    }
    assert methods == {*empty, *refused, "one_connection", "after_saving"}
    with closed.one_connection():
        closed.after_saving(lambda form, values: pytest.fail("nothing is saved"))
        for read, nothing in empty.values():
            assert read() == nothing
        for act in refused.values():
            with pytest.raises(StoreError, match=r"^Put it right\.$"):
                act()
    assert list(tmp_path.iterdir()) == []


def test_typed_figures_say_whose_they_are_and_added_editions_stand_before_the_package_s(
    tmp_path,
):
    school = open_sample("gcse")
    workspace = workspace_over(tmp_path, school)
    assert workspace.figures() is None and workspace.matrix() is None
    key = "KS4|2024|Music|SEN|<80|4"
    for field, value in (
        (key, "11"),
        (f"{key}|England", "12"),
        (f"{key}|similar schools", "13"),
    ):
        workspace.store.save(form=FIGURES, field=field, value=value)
    of = "year == 2024 and subject == 'Music' and group == 'SEN' and entry == '<80' and reach == '4'"
    typed = workspace.figures().query(of).set_index("whose")
    # Kept by an earlier version without a word on whose it is, it was the LEA's; England's as she typed it stands.
    assert typed["percent"].to_dict() == {
        "your LEA": 11,
        "England": 12,
        "similar schools": 13,
    }
    assert [source_words(source) for source in typed["source"]] == list(typed["source"])
    assert typed.loc["your LEA", "source"] == TYPED and typed["source"].nunique() == 3
    assert workspace.matrix() is None
    newer = (
        national.matrix("gcse")
        .query("year == 2024 and subject == 'Music'")
        .assign(year=2025)
    )
    national.keep(newer, workspace.data)
    assert set(workspace.matrix()["year"]) == {2021, 2022, 2023, 2024, 2025}
    assert set(workspace.figures().query("year == 2025")["source"]) == {
        "dfe-transition-2025-added"
    }
    levels = workspace_over(tmp_path, open_sample("levels"), workbook="levels")
    assert levels.figures() is None and levels.matrix() is None
