"""The page of one pupil: what it gathers, where it leads, and what it says where answers, names or the pupil are not there."""

import io
import re

import docx
import pytest

from senlib import open_sample
from senlib.measures.one_pupil import now_of
from senlib.pages.kit import others_of_100, pupil_names
from senlib.pages.pupil import PupilPage
from senlib.workbook.plan import PLAN_LINES, actions, add_action
from senlib.workspace import _with_examples
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    queries,
    rows_of,
    save,
    small_school,
    value_of,
    vanish,
    without_sen,
    words,
    workspace_over,
)

PIECES = (
    "who",
    "progress",
    "others",
    "provision",
    "lessons",
    "planning",
    "iep",
    "next",
)


def page_of(workspace, pupil="", query=None):
    page = PupilPage(workspace, query=query or {})
    (
        page.header(),
        page.choose(),
        page.progress(),
        page.provision(),
        page.lessons(),
        page.planning(),
        page.plan(),
        page.next(),
    )
    if pupil:
        page.pupil.value = pupil
    return page


def said(page):
    return {name: words(piece) for name, piece in page.pieces.items()}


def write_about(workspace, pupil):
    """Something in every place of the workbook in which a pupil can stand."""
    store = workspace.store
    store.save_all(
        form=f"task5.provision/{pupil}",
        values={
            "task5.provision.literacy.guided.given": "yes",
            "task5.provision.literacy.guided.hours": "1.5",
            "task5.provision.curriculum.teacher.initials": "JB",
            "task5.provision.curriculum.teacher.cost": "300",
        },
    )
    store.save_all(
        form=f"task6.observation/own.1{pupil}",
        values={"date": "2005-03-08", "class": "8A English", "pupil": pupil},
    )
    store.save(
        form=f"task6.went_well/own.1{pupil}",
        field="went_well",
        value="Waited for an answer",
    )
    store.save_all(
        form=f"task7.class/own.2{pupil}",
        values={"class": "8A", "subject": "English", "date": "2005-03-09"},
    )
    store.save(form=f"task7.who/own.2{pupil}", field=pupil, value="pupil")
    store.save_all(
        form=f"task7.chart/own.2{pupil}/{pupil}",
        values={"q1": "no", "q2": "no", "q3": "no", "q4": "no"},
    )
    store.save(
        form=f"task6.iep/{pupil}", field="task6.iep.1.target", value="Round to tens"
    )
    store.save(form=PLAN_LINES, field=f"English/{pupil}", value="Paired reading")
    add_action(store, what="Ring home", pupil=pupil)


def test_nothing_is_said_of_anybody_until_one_is_chosen(workspace):
    page = page_of(workspace)
    assert said(page) == dict.fromkeys(PIECES, "") | {
        "who": "Choose a pupil, or come here by pressing a name in a list of Task 1, 4 or 5."
    }
    assert page.plan().layout.display == "none" and "What will we do?" in words(
        page.plan().children[0]
    )
    page.pupil.value = "0001"
    assert page.plan().layout.display is None


def test_all_that_was_written_stands_there_with_the_way_back(workspace):
    write_about(workspace, "0001")
    write_about(workspace, "0002")
    page = page_of(workspace, "0001")
    told = said(page)
    assert (
        told["who"]
        == "Ash, Ann Year and form Year 8, 8A SEN School Action Plus Needs speech, language and communication needs (SLCN) Attendance not held"
    )
    assert (
        "English : entered at 3, now 3 (1 July 2005), stuck, behind."
        in told["progress"]
    )
    assert (
        "2 things, 1.5 hours a week, £300 a year." in told["provision"]
        and "JB" in told["provision"]
    )
    assert (
        "8 March 2005, 8A English" in told["lessons"]
        and "Waited for an answer" in told["lessons"]
    )
    assert (
        "8A, English, 9 March 2005 : Own activity, IEP; Nothing more to plan. Done."
        in told["planning"]
    )
    assert "Is there an IEP? The IEP’s targets: Round to tens" in told["iep"]
    assert value_of(page.lines, "English/0001", form=PLAN_LINES) == "Paired reading"
    assert [row["label"] for row in rows_of(page.actions)] == ["Ring home"]
    links = " ".join(page.pieces[name].value for name in PIECES)
    for stem in ("task1_", "task4_", "task5_", "task6_", "task7_", "task8_"):
        assert stem in links


def test_no_address_holds_a_pupil_s_number_or_name(workspace):
    write_about(workspace, "0001")
    page = page_of(workspace, "0001")
    values = queries(*(piece.value for piece in page.pieces.values()))
    assert values and not [
        value for value in values if value in ("0001", "Ash", "Ann", "Ash, Ann")
    ]


def test_a_line_agreed_is_kept_where_task_4_keeps_it(workspace):
    page = page_of(workspace, "0002")
    save(page.lines, "Science/0002", "Sits at the front", form=PLAN_LINES)
    assert workspace.store.latest(PLAN_LINES) == {"Science/0002": "Sits at the front"}


def test_a_line_that_was_written_before_stays_in_sight_when_nothing_is_followed_any_more(
    workspace,
):
    workspace.store.save(
        form=PLAN_LINES, field="English/0004", value="Keep reading aloud"
    )
    workspace.store.save(
        form=PLAN_LINES, field="English/0006", value="Ring the college"
    )
    page = page_of(
        workspace, query={"pupil": pupil_names.token("0006", key=workspace.code_key())}
    )
    assert [row["key"] for row in rows_of(page.lines)] == ["English"]
    assert value_of(page.lines, "English/0006", form=PLAN_LINES) == "Ring the college"


def test_an_action_is_about_the_pupil_that_is_chosen(workspace):
    page = page_of(workspace, "0001")
    page.pupil.value = "0002"
    page.new.what.value = "Ring home"
    page.new.add.click()
    assert [action.of for action in actions(workspace.store.forms())] == [
        "0002"
    ] and len(rows_of(page.actions)) == 1
    page.pupil.value = "0001"
    assert rows_of(page.actions) == [] and page.new.status.value == ""


@pytest.mark.parametrize("pupil, fact", [("0006", "has left"), ("0004", "Year 8, 8A")])
def test_one_who_has_left_or_has_no_sen_is_shown_when_she_is_asked_for(
    workspace, pupil, fact
):
    page = page_of(
        workspace, query={"pupil": pupil_names.token(pupil, key=workspace.code_key())}
    )
    assert page.pupil.value == pupil and fact in said(page)["who"]
    assert "has left" not in said(page_of(workspace, "0001"))["who"]


def test_one_who_has_left_with_a_year_and_one_on_roll_without(tmp_path):
    made = small_school(
        p0006={"year_group": "11", "form": "11B"}, p0002={"year_group": "", "form": ""}
    )
    workspace = workspace_over(tmp_path, made)
    page = page_of(workspace, "0002")
    assert "Year and form not known" in said(page)["who"]
    gone = page_of(
        workspace, query={"pupil": pupil_names.token("0006", key=workspace.code_key())}
    )
    assert "Year 11, 11B, has left" in said(gone)["who"]


@pytest.mark.parametrize(
    "query", [{"pupil": "0001"}, {"pupil": "no token"}, {"pupil": ""}, {}]
)
def test_a_number_in_an_address_opens_nobody(workspace, query):
    assert page_of(workspace, query=query).pupil.value == ""


def test_a_school_with_codes_and_no_names(tmp_path):
    workspace = workspace_over(tmp_path, small_school(codes=True))
    page = page_of(workspace, "0001")
    assert (
        said(page)["who"].startswith("0001 ")
        and "nan" not in " ".join(said(page).values()).lower()
    )


def test_names_and_answers_with_markup_are_text(tmp_path):
    workspace = workspace_over(tmp_path, small_school(nasty=True))
    write_about(workspace, "0001")
    for form, field in [
        ("task6.observation/own.10001", "class"),
        ("task6.went_well/own.10001", "went_well"),
        ("task7.class/own.20001", "class"),
        ("task6.iep/0001", "task6.iep.1.target"),
        ("task5.provision/0001", "task5.provision.literacy.guided.initials"),
    ]:
        workspace.store.save(form=form, field=field, value=NASTY)
    page = page_of(workspace, "0001")
    for name in ("who", "provision", "lessons", "planning", "iep"):
        assert (
            "<script" not in page.pieces[name].value
            and "&lt;script&gt;" in page.pieces[name].value
        ), name


def test_a_school_in_which_nobody_has_sen(tmp_path):
    page = page_of(workspace_over(tmp_path, without_sen()))
    assert [words for words, _ in page.pupil.options] == [
        "Choose a pupil with SEN"
    ] and page.pupil.value == ""


def test_a_pupil_without_results_is_told_so(tmp_path):
    workspace = workspace_over(tmp_path, without_sen())
    page = page_of(
        workspace, query={"pupil": pupil_names.token("1", key=workspace.code_key())}
    )
    assert (
        "No results of this pupil are followed" in said(page)["progress"]
        and "none recorded" in said(page)["who"]
    )


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_where_answers_cannot_be_read_figures_stand_and_nothing_is_called_empty(
    workspace, monkeypatch, trouble, says
):
    write_about(workspace, "0001")
    page = page_of(workspace)
    with trouble(workspace, monkeypatch):
        page.pupil.value = "0001"
        told = said(page)
        assert (
            says in words(page.trouble)
            and "Ash, Ann" in told["who"]
            and "entered at 3" in told["progress"]
        )
        assert (
            told["provision"]
            == told["lessons"]
            == told["planning"]
            == told["iep"]
            == ""
            and rows_of(page.lines) == []
        )


def test_after_the_trouble_all_of_it_is_back(workspace, monkeypatch):
    write_about(workspace, "0001")
    page = page_of(workspace)
    with TROUBLES[1][0](workspace, monkeypatch):
        page.pupil.value = "0001"
    page.pupil.value = "0002"
    page.pupil.value = "0001"
    assert page.trouble.value == "" and "2 things" in said(page)["provision"]


def test_an_action_that_cannot_be_kept_stays_in_its_box(workspace):
    page = page_of(workspace, "0001")
    page.new.what.value = "Ring home"
    vanish(workspace)
    page.new.add.click()
    assert "not saved" in words(page.new.status) and page.new.what.value == "Ring home"


def test_a_chart_of_the_school_s_own_that_was_walked_stands_there(workspace):
    workspace.store.save_all(
        form="task7.own_chart",
        values={
            "nodes": '[{"key": "own_1", "kind": "outcome", "text": "Ring tonight.", "label": "Ring"}]',
            "start": "own_1",
            "own": "1",
        },
    )
    workspace.store.save_all(
        form="task7.class/own.2", values={"class": "8A", "chart": "own"}
    )
    workspace.store.save(form="task7.who/own.2", field="0001", value="pupil")
    assert "8A : Ring. Done." in said(page_of(workspace, "0001"))["planning"]


@pytest.mark.parametrize("framework", ["levels", "gcse"])
def test_pupils_of_a_sample_here_and_there(tmp_path, framework):
    workspace = workspace_over(tmp_path, open_sample(framework), workbook=framework)
    _with_examples(workspace.store, framework)
    page = page_of(workspace)
    for _, pupil in page.pupil.options[1::90]:
        page.pupil.value = pupil
        told = " ".join(said(page).values())
        assert (
            "nan" not in re.split(r"\W+", told.lower())
            and "<NA>" not in told
            and "None" not in told
        )
        # A percentage stands there for one thing alone, and that is no share of pupils.
        assert "%" not in told.replace(re.search(r"Attendance \S+( %)?", told)[0], "")
        assert pupil not in queries(*(piece.value for piece in page.pieces.values()))


def test_what_others_with_the_same_start_went_on_to(tmp_path):
    workspace = workspace_over(tmp_path, open_sample("gcse"), workbook="gcse")
    page = page_of(workspace)
    page.pupil.value = next(
        pupil
        for _, pupil in page.pupil.options[1:]
        if len(page_now(page, pupil))
        and page_now(page, pupil)["entry_band"].iloc[0] == "90-95.5"
    )
    told = said(page)["others"]
    assert (
        "Mathematics: in England 17 of 100 pupils with SEN who had the same start"
        in told
    )
    assert others_of_100.NO_PREDICTION in told and "2023/24" in told
    others = page.pieces["others"].value
    assert (
        others.count('class="sl-hundred"') == told.count("who had the same start") >= 2
    )
    page.talk.make()
    document = docx.Document(io.BytesIO(page.talk.file.content))
    subjects = [row.cells[0].text for row in document.tables[0].rows[1:]]
    assert subjects == page_now(page, page.pupil.value)["subject"].tolist()
    assert others_of_100.NO_PREDICTION in [
        paragraph.text for paragraph in document.paragraphs
    ]
    page.pupil.value = page.pupil.options[1][1]
    assert page.talk.link.value == ""


def page_now(page, pupil):
    return now_of(page.school, pupil)


def test_nothing_is_said_of_others_where_nothing_is_held(workspace):
    page = page_of(workspace)
    assert list(page.to_take.children) == []
    page.pupil.value = "0001"
    assert said(page)["others"] == "" and list(page.to_take.children) == [page.talk.box]
    page.talk.make()
    document = docx.Document(io.BytesIO(page.talk.file.content))
    assert [cell.text for cell in document.tables[0].rows[0].cells][
        -1
    ] == "What would it take?"
    assert len(document.tables) == 1
