"""The front page over what is written: how far each Task is, what is due, and the workbook carried away, brought in and deleted."""

import base64
import json
import re
from datetime import date, timedelta

import pytest

from senlib import open_sample
from senlib import workspace as workspaces
from senlib.pages.index import FrontPage
from senlib.school.school import save_school
from senlib.widgets import ChosenFile
from senlib.workbook import portable
from senlib.workbook.plan import PLAN, add_action
from senlib.workbook.store import Store
from senlib.workspace import open_workspace
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    save,
    small_school,
    vanish,
    words,
    workspace_over,
)

TODAY = date.today()


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """A data folder of the test's own, and no school named; the page sits down at it anew when something was brought in."""
    monkeypatch.setenv(workspaces.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.delenv(workspaces.SCHOOL_VARIABLE, raising=False)
    return tmp_path / "data"


@pytest.fixture
def workspace(tmp_path, school):
    return workspace_over(tmp_path, school, workbook="levels")


def page_of(workspace):
    page = FrontPage(workspace)
    (
        page.header(),
        page.tasks(),
        page.due(),
        page.which_school(),
        page.own_files(),
        page.carry(),
    )
    page.ask("intro.senco"), page.ask("intro.reflection")
    return page


def day(days):
    return (TODAY + timedelta(days=days)).isoformat()


# -- how far, and what is due --


def test_before_anything_is_written_the_way_leads_to_task_1(workspace):
    page = page_of(workspace)
    assert words(page.far).count(
        "not begun"
    ) == 8 and "Begin Task 1: Conversion" in words(page.soon)
    assert "There are no actions yet." in words(page.soon)


def test_each_task_says_in_how_many_parts_something_is_written(workspace):
    workspace.store.save(
        form="unit1.reflection", field="spread", value="Not far enough"
    )
    workspace.store.save(
        form="task5.provision/0001",
        field="task5.provision.literacy.guided.given",
        value="yes",
    )
    page = page_of(workspace)
    assert (
        "1 of 2 parts begun" in words(page.far)
        and words(page.far).count("not begun") == 6
    )
    assert "Begin Task 2: Your role" in words(page.soon)


def test_when_every_task_is_begun_the_way_leads_to_the_plan(workspace):
    for form in (
        "unit1.reflection",
        "task2.role",
        "task3.questions",
        "task4.planning",
        "task5.chart",
        "task6.iep/1",
        "task7.who/1",
        "task7.class/1",
        "review",
    ):
        workspace.store.save(form=form, field="a", value="x")
    assert "Next: go through the action plan" in words(page_of(workspace).soon)


@pytest.mark.parametrize(
    "actions, told",
    [
        ([(-1, ""), (-9, "")], "2 overdue, 0 due within four weeks."),
        ([(0, ""), (28, ""), (29, "")], "0 overdue, 2 due within four weeks."),
        ([(-1, "yes")], "Nothing is overdue, and nothing is due within four weeks."),
        ([(None, "")], "1 still has no date."),
        ([(None, ""), (None, "")], "2 still have no date."),
        ([(29, "")], "Nothing is overdue, and nothing is due within four weeks."),
    ],
)
def test_what_is_due(workspace, actions, told):
    for days, done in actions:
        key = add_action(
            workspace.store, what="x", due="" if days is None else day(days)
        )
        workspace.store.save(form=PLAN, field=f"{key}.done", value=done)
    assert told in words(page_of(workspace).soon)


def test_what_is_due_is_named_with_whom_it_is_about_and_is_text(workspace):
    add_action(workspace.store, what=NASTY, owner=NASTY, due=day(-1), pupil="0001")
    add_action(workspace.store, what="Ring home", due=day(3), pupil="9999")
    page = page_of(workspace)
    assert (
        "Overdue: " in words(page.soon)
        and "Ash, Ann" in words(page.soon)
        and "<script" not in page.soon.value
        and "9999" not in page.soon.value
    )


def test_what_is_ticked_here_is_kept(workspace):
    page = page_of(workspace)
    save(page.ask.asked["intro.senco"], "intro.senco.1", "yes")
    assert workspace.store.latest("intro.senco") == {"intro.senco.1": "yes"}


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_where_it_cannot_be_read_what_was_shown_stays(
    workspace, monkeypatch, trouble, says
):
    workspace.store.save(
        form="unit1.reflection", field="spread", value="Not far enough"
    )
    page = page_of(workspace)
    with trouble(workspace, monkeypatch):
        page._show_progress()
        assert says in words(page.soon) and "1 of 2 parts begun" in words(page.far)
        page.carrying.make.button.click()
        assert "No file was made." in words(page.carrying.make.link) and says in words(
            page.carrying.make.link
        )
        page.carrying.bring_in([ChosenFile(name="w.json", content=made())])
        assert says in page.carrying.bring.message


# -- carried away and brought in --


def made(*answers):
    """A file of a workbook with these answers: form, field, value."""
    at = "2005-03-08T13:02:00.000000+00:00"
    held = [
        {"form": form, "field": field, "value": value, "at": at}
        for form, field, value in answers
    ]
    return json.dumps(
        {
            "format": "senlib workbook",
            "version": 1,
            "workbook": "own",
            "made_at": at,
            "answers": held,
        }
    ).encode()


def file_of(page):
    page.carrying.make.button.click()
    return base64.b64decode(
        re.search(
            r'href="data:application/json;base64,([^"]+)"',
            page.carrying.make.link.value,
        )[1]
    )


def test_a_workbook_is_carried_to_another_computer_with_its_history(
    tmp_path, school, workspace
):
    here, there = workspace_over(tmp_path / "here", school), workspace
    for text in ("first", NASTY):
        here.store.save(form="review", field="review.pupils.now", value=text)
    for number in range(30):
        here.store.save(
            form=f"task5.provision/{number:04}", field="own.1.initials", value="JB"
        )
    add_action(here.store, what="Ring home", due=day(3))
    page = page_of(there)
    page.carrying.bring_in([ChosenFile(name="w.json", content=file_of(page_of(here)))])
    assert (
        there.store.everything() == here.store.everything()
        and there.store.forms() == here.store.forms()
    )
    assert (
        page.carrying.bring.message
        == f"Brought in: {len(here.store.everything())} answers that were not here yet."
    )
    page.carrying.bring_in([ChosenFile(name="w.json", content=file_of(page_of(here)))])
    assert (
        page.carrying.bring.message == "Brought in: 0 answers that were not here yet."
        and there.store.everything() == here.store.everything()
    )


def test_nothing_that_was_here_is_lost_and_of_each_box_the_later_answer_shows(
    workspace,
):
    workspace.store.save(form="review", field="review.pupils.now", value="of today")
    page = page_of(workspace)
    page.carrying.bring_in(
        [
            ChosenFile(
                name="w.json",
                content=made(
                    ("review", "review.pupils.now", "of 2005"),
                    ("review", "review.parents.now", "x"),
                ),
            )
        ]
    )
    assert (
        page.carrying.bring.message == "Brought in: 2 answers that were not here yet."
    )
    assert workspace.store.latest("review") == {
        "review.pupils.now": "of today",
        "review.parents.now": "x",
    }
    assert [
        answer.value
        for answer in workspace.store.history("review", "review.pupils.now")
    ] == [
        "of today",
        "of 2005",
    ]


def test_the_file_holds_numbers_and_neither_names_nor_results(workspace):
    workspace.store.save(
        form="task5.provision/0001",
        field="task5.provision.literacy.guided.given",
        value="yes",
    )
    content = file_of(page_of(workspace)).decode()
    assert "0001" in content and not [
        word for word in ("Ash", "Ann", "Birch", "SLCN") if word in content
    ]


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "it is not JSON"),
        (b"UPN,Forename\n0012,Ada\n", "it is not JSON"),
        (b"{}", "it does not say that it is one"),
        (b"[1]", "it does not say that it is one"),
        (
            made().replace(b'"version": 1', b'"version": 2'),
            "A newer version of the workbook made this file.",
        ),
        (
            made(("review", "a", "Zebedee")).replace(b'"field": "a", ', b""),
            "answer 1 lacks field",
        ),
    ],
    ids=[
        "empty",
        "a school’s file",
        "no workbook’s",
        "a list",
        "newer",
        "an answer without its field",
    ],
)
def test_a_file_that_is_no_workbook_s_is_refused_in_words(workspace, content, says):
    page = page_of(workspace)
    page.carrying.bring_in([ChosenFile(name="w.json", content=content)])
    assert (
        says in page.carrying.bring.message
        and "Zebedee" not in page.carrying.bring.message
        and workspace.store.forms() == {}
    )


def test_of_several_files_all_are_brought_in_or_none(workspace):
    good, more = (
        ChosenFile(name="a.json", content=made(("review", field, "x")))
        for field in ("review.pupils.now", "review.parents.now")
    )
    page = page_of(workspace)
    page.carrying.bring_in([good, ChosenFile(name="b.json", content=b"no")])
    assert (
        "it is not JSON" in page.carrying.bring.message
        and workspace.store.forms() == {}
    )
    page.carrying.bring_in([good, more])
    assert (
        page.carrying.bring.message == "Brought in: 2 answers that were not here yet."
        and len(workspace.store.latest("review")) == 2
    )


def test_what_the_page_of_a_sheet_saved_for_want_of_a_store_can_be_brought_in(
    workspace,
):
    """The times that a browser writes have three digits and zeros after the point."""
    page = page_of(workspace)
    content = made(("review", "review.pupils.now", "not saved then")).replace(
        b"13:02:00.000000", b"13:02:00.123000"
    )
    page.carrying.bring_in(
        [ChosenFile(name="not-saved-in-the-workbook.json", content=content)]
    )
    assert page.carrying.bring.message == "Brought in: 1 answer that was not here yet."


# -- deleted --


def own_school(environment):
    """Her own school, with codes, and something written about it and about both samples."""
    workspace = open_workspace()
    for name in ("levels", "gcse"):
        Store(workspace.settings.path, workbook=name).save(
            form="review", field="review.pupils.now", value="Zebedee Quill bites"
        )
    workspace.code_key()
    save_school(small_school(), workspace.own_folder)
    workspace.choose(workspaces.OWN)
    workspace = open_workspace()
    assert workspace.chosen == workspaces.OWN
    workspace.store.save(
        form="review", field="review.pupils.now", value="Zebedee Quill bites"
    )
    return workspace


def test_it_is_deleted_only_where_that_is_meant(environment):
    page = page_of(own_school(environment))
    assert page.carrying.delete.disabled
    page.carrying.sure.value = True
    assert not page.carrying.delete.disabled
    page.carrying.sure.value = False
    assert page.carrying.delete.disabled and open_workspace().chosen == workspaces.OWN


def test_everything_is_deleted_and_the_sample_opens(environment):
    page = page_of(own_school(environment))
    file_of(page)
    page.carrying.sure.value = True
    page.carrying.delete.click()
    assert "Everything is deleted." in words(
        page.carrying.deletion
    ) and "The sample school" in words(page.carrying.deletion)
    assert (
        page.workspace.school.sample
        and "Elmbridge Vale" in words(page.schools.opened)
        and "Elmbridge Vale" in words(page.header())
    )
    assert (
        not (environment / "school").exists()
        and not (environment / "codes.key").exists()
    )
    files = b"".join(path.read_bytes() for path in environment.iterdir())
    assert (
        b"Zebedee" not in files
        and b"Birch" not in files
        and page.carrying.make.link.value == ""
        and page.carrying.delete.disabled
    )
    # What is there again is what comes with the sample, and nothing else.
    examples = portable.read(
        (workspaces.ROOT / "data" / "sample" / "levels" / "workbook.json").read_bytes()
    )
    assert page.workspace.settings.workbooks() == ["levels"] and len(
        page.workspace.store.everything()
    ) == len(examples.answers)
    assert (
        workspaces.OWN not in page.workspace.choices()
        and open_workspace().chosen == "levels"
    )
    save(page.ask.asked["intro.senco"], "intro.senco.1", "yes")
    assert open_workspace().store.latest("intro.senco") == {"intro.senco.1": "yes"}


def test_of_the_desk_nothing_is_left(environment):
    workspace = own_school(environment)
    workspace.delete_everything()
    assert workspace.settings.workbooks() == [] and [
        path.name for path in environment.iterdir()
    ] == ["workbook.sqlite"]


def test_a_folder_that_was_named_is_left_as_it_is_and_said_to_lie_open(
    environment, monkeypatch, tmp_path
):
    save_school(small_school(), tmp_path / "named")
    monkeypatch.setenv(workspaces.SCHOOL_VARIABLE, str(tmp_path / "named"))
    page = page_of(open_workspace())
    save(page.ask.asked["intro.senco"], "intro.senco.1", "yes")
    page.carrying.sure.value = True
    page.carrying.delete.click()
    assert (
        "The folder that you named is open now, as it was."
        in words(page.carrying.deletion)
        and page.workspace.chosen == workspaces.FOLDER
    )
    assert (
        page.workspace.store.forms() == {}
        and len(list((tmp_path / "named").iterdir())) > 0
    )


def test_what_cannot_be_deleted_is_told(environment, monkeypatch):
    page = page_of(own_school(environment))

    def refuse(*_):
        raise OSError("busy")

    monkeypatch.setattr(workspaces.shutil, "rmtree", refuse)
    page.carrying.sure.value = True
    page.carrying.delete.click()
    assert "could not be deleted" in words(
        page.carrying.deletion
    ) and "busy" not in words(page.carrying.deletion)


def test_a_store_that_is_gone_is_told_when_it_is_to_be_deleted(environment):
    page = page_of(own_school(environment))
    vanish(page.workspace)
    page.carrying.sure.value = True
    page.carrying.delete.click()
    assert (
        "no longer there" in words(page.carrying.deletion)
        and (environment / "school").exists()
    )


def test_a_sample_can_be_left_and_comes_back_with_what_was_written(environment):
    page = page_of(open_workspace())
    save(page.ask.asked["intro.senco"], "intro.senco.1", "yes")
    for key in ("gcse", "levels"):
        page.schools.which.value = key
        page.schools.open_chosen.click()
    assert page.workspace.store.latest("intro.senco") == {
        "intro.senco.1": "yes"
    } and open_sample("levels").name in words(page.schools.opened)
