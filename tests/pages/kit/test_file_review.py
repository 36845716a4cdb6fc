"""The review on the front page: seen, corrected and counted anew before anything is kept; what was said is remembered."""

import os
import re
from pathlib import Path

import pytest

from senlib import workspace as workspaces
from senlib.frameworks import load
from senlib.pages.index import FrontPage
from senlib.pages.index.own_files import MAPPING
from senlib.pages.kit import file_review as reviews
from senlib.school.headings import LEAVE_OUT, choices, label_of
from senlib.school.school import open_school
from senlib.widgets import ChosenFile
from senlib.workbook.store import StoreError
from senlib.workspace import open_workspace
from tests.browser.school_files import people, write_five
from tests.pages.driving import words

CASES = Path(__file__).parents[2] / "cases"
LIST = "UPN,Surname,Year,SEN,KS2 Reading,KS2 Maths,House Points\n"
ROWS = "A8230000000{place},Quillfeather,{year},{sen},{reading},{maths},{points}\n"


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """A data folder of the test's own, and no school named."""
    monkeypatch.setenv(workspaces.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.delenv(workspaces.SCHOOL_VARIABLE, raising=False)
    return tmp_path / "data"


def row(place, *, year=9, sen="K", reading=101, maths=99, points=5):
    return ROWS.format(
        place=f"{place:02}",
        year=year,
        sen=sen,
        reading=reading,
        maths=maths,
        points=points,
    )


GOOD = LIST + row(1) + row(2, sen="N")
FAULTY = LIST + row(1) + row(2, maths="#N/A")


def front_page(*, framework="gcse", year=2027):
    page = FrontPage(open_workspace())
    page.header(), page.which_school(), page.own_files()
    page.own.yardstick.value, page.own.year.value = framework, year
    return page


def chosen(**texts):
    return [
        ChosenFile(name=f"{name}.csv", content=text.encode())
        for name, text in texts.items()
    ]


def of_folder(paths):
    return [ChosenFile(name=path.name, content=path.read_bytes()) for path in paths]


def at(page, heading, *, file=""):
    """A column's id in the list of columns."""
    return next(
        column["id"]
        for table in page.own.review.columns.tables
        for column in table["columns"]
        if column["heading"] == heading and table["name"].startswith(file)
    )


def shown(page, heading, *, file=""):
    """A column as it stands in the list of columns."""
    id = at(page, heading, file=file)
    return next(
        column
        for table in page.own.review.columns.tables
        for column in table["columns"]
        if column["id"] == id
    )


def say(page, heading, meaning, *, file=""):
    """Choose a meaning, as the list of columns sends it."""
    page.own.review.columns.hear(
        [{"id": at(page, heading, file=file), "value": meaning}]
    )


def pieces(box):
    """Every widget in a box."""
    for child in box.children:
        yield child
        if hasattr(child, "children"):
            yield from pieces(child)


def text_of(page):
    """All that the review says in words, its buttons and its columns included."""
    told = []
    for one in [*pieces(page.own.review.box), *pieces(page.own.outcome)]:
        if isinstance(getattr(one, "value", None), str):
            told.append(words(one))
        told.append(getattr(one, "description", ""))
    told += [str(table) for table in page.own.review.columns.tables]
    return " ".join(filter(None, told))


def press(page, words):
    """Press the first button of the review with these words."""
    for one in [*pieces(page.own.review.box), *pieces(page.own.outcome)]:
        if getattr(one, "description", "") == words and hasattr(one, "click"):
            one.click()
            return
    raise AssertionError(f"there is no button {words}")


# -- nothing is kept before she says so --


def test_before_it_is_opened_nothing_is_kept_and_the_school_that_was_open_stays(
    environment,
):
    page = front_page()
    held = {
        path: path.read_bytes() for path in environment.rglob("*") if path.is_file()
    }
    page.own.take(chosen(list=GOOD))
    say(page, "House Points", LEAVE_OUT)
    assert "2 pupils and 4 results in 1 file. Nothing is kept yet." in text_of(page)
    assert held == {
        path: path.read_bytes() for path in environment.rglob("*") if path.is_file()
    }
    assert "Elmbridge Vale" in words(page.header()) and "Elmbridge Vale" in words(
        page.schools.opened
    )


def test_the_first_that_stands_there_is_what_happened_and_what_to_do():
    page = front_page()
    page.own.take(chosen(list=GOOD))
    title, told, _, actions = page.own.review.box.children[:4]
    assert words(title) == "What we made of your files"
    assert "Nothing is kept yet." in words(
        told
    ) and "press ‘Open this school’" in words(told)
    assert (
        page.own.review.open in actions.children
        and page.own.review.away in actions.children
    )


def test_do_not_open_it_leaves_all_as_it_was_and_lets_go_of_the_files(environment):
    page = front_page()
    page.own.take(chosen(list=GOOD))
    say(page, "House Points", LEAVE_OUT)
    page.own.review.away.click()
    assert page.own.review.box.children == () and page.own.review.files == []
    assert (
        "Nothing was kept." in page.own.chooser.message
        and not (environment / "school").exists()
    )
    assert open_workspace().settings.latest(MAPPING) == {}


def test_what_is_opened_is_what_was_counted_with_its_answers_sources_and_meanings(
    environment,
):
    page = front_page()
    page.own.name.value = "Ours"
    page.own.take(chosen(list=LIST + row(1) + row(2, sen="")))
    page.own.review.columns.hear(
        [{"file": "list.csv", "name": "supplied_by", "value": " The office "}]
    )
    page.own.review.columns.hear(
        [{"file": "list.csv", "name": "dated", "value": "2026-11-02"}]
    )
    page.own.review.answer("blank_sen", "not_known")
    page.own.review.open.click()
    school = open_school(environment / "school")
    assert school.name == "Ours" and school.pupils["sen_provision"].tolist() == [
        "K",
        "",
    ]
    assert school.answers["blank_sen"] == "not_known"
    (source,) = school.sources
    assert (source.file, source.supplied_by, source.dated) == (
        "list.csv",
        "The office",
        "2026-11-02",
    )
    assert (source.pupils, source.results) == (2, 4)
    assert ("list.csv", "KS2 Reading", "result:KS2:Reading:test") in school.meanings
    assert ("list.csv", "House Points", LEAVE_OUT) in school.meanings
    assert page.own.review.files == [] and "Begin with Task 1" in text_of(page)
    assert "Ours" in words(
        page.header()
    ) and 'href="task1_conversion_data.ipynb"' in "".join(
        one.value
        for one in page.own.outcome.children
        if isinstance(getattr(one, "value", 0), str)
    )


# -- what stops it --


def test_a_column_at_fault_can_be_left_out_and_the_rest_is_opened():
    page = front_page()
    page.own.take(chosen(list=FAULTY))
    assert (
        page.own.review.open.disabled
        and "row 3" in text_of(page)
        and "KS2 Maths" in text_of(page)
    )
    assert "One thing stops you opening this school. Nothing is kept yet." in text_of(
        page
    )
    press(page, "Leave this column out")
    assert not page.own.review.open.disabled and "2 pupils and 2 results" in text_of(
        page
    )
    assert shown(page, "KS2 Maths")["state"] == "left out"
    page.own.review.open.click()
    assert (open_workspace().school.results["subject"] == "Reading").all()


def test_a_column_at_fault_may_hold_something_else():
    page, asked = front_page(), []
    page.own.take(chosen(list=FAULTY))
    page.own.review.columns.send = lambda content, buffers=None: asked.append(content)
    press(page, "It holds something else")
    assert asked == [{"kind": "focus", "id": at(page, "KS2 Maths")}]
    say(page, "KS2 Maths", LEAVE_OUT)
    assert page.own.review.review.loads


def test_a_column_is_never_taken_for_one_of_another_file():
    page = front_page()
    page.own.take(
        chosen(first=GOOD, second=GOOD.replace("House Points", "Star Points"))
    )
    late = at(page, "Star Points", file="second")
    page.own.review.leave_out_file("first.csv")
    page.own.review.columns.hear([{"id": late, "value": LEAVE_OUT}])
    assert shown(page, "Star Points")["meaning"] == LEAVE_OUT
    assert list(page.own.review.to_remember.values()) == [LEAVE_OUT, ""]


def test_a_file_at_fault_can_be_left_out_and_what_is_left_is_opened():
    page = front_page()
    page.own.take(chosen(list=GOOD, photo="%PDF-1.7 not a table"))
    assert "this is a PDF" in text_of(page)
    press(page, "Leave this file out")
    assert page.own.review.review.loads and "in 1 file." in text_of(page)


def test_where_no_column_holds_the_numbers_the_page_leads_to_the_columns():
    page, asked = front_page(), []
    page.own.take(chosen(list="Ref No,Surname,Year\n1,Quillfeather,9\n"))
    assert not page.own.review.review.loads
    page.own.review.columns.send = lambda content, buffers=None: asked.append(content)
    press(page, "Say what the columns hold")
    assert asked == [{"kind": "focus", "id": at(page, "Ref No")}]
    say(page, "Ref No", "pupil:own_number")
    assert page.own.review.review.loads


def test_many_faults_are_told_by_place_and_no_more_than_can_be_read():
    page = front_page()
    page.own.take(
        chosen(
            **{
                f"f{n}": LIST + row(1, maths="#N/A") + row(n + 2, maths="#N/A")
                for n in range(30)
            }
        )
    )
    assert "more will be shown when these are put right" in text_of(page)
    buttons = [
        one
        for one in pieces(page.own.review.faults)
        if getattr(one, "description", "").startswith("Leave")
    ]
    assert len(buttons) == reviews._MOST_PLACES


def test_no_value_of_a_pupil_stands_anywhere_in_the_review():
    page = front_page()
    page.own.take(
        chosen(
            list=FAULTY.replace("101", "3.14159"), other=GOOD.replace("99,", "77.77,")
        )
    )
    told = text_of(page)
    assert "Quillfeather" not in told and "A8230000000" not in told
    assert "3.14159" not in told and "77.77" not in told


# -- corrected, and counted anew --


def test_a_change_is_counted_at_once():
    page = front_page()
    page.own.take(chosen(list=GOOD))
    say(page, "KS2 Maths", LEAVE_OUT)
    assert "2 pupils and 2 results" in text_of(page)
    say(page, "KS2 Maths", "result:KS2:Mathematics:test")
    assert "2 pupils and 4 results" in text_of(page)
    assert "Your choice." in shown(page, "KS2 Maths")["remark"]


def test_where_counting_is_slow_a_change_waits_until_she_counts_or_opens(monkeypatch):
    page = front_page()
    page.own.take(chosen(list=GOOD))
    monkeypatch.setattr(reviews, "_AT_ONCE_SECONDS", -1)
    say(page, "KS2 Maths", LEAVE_OUT)
    assert (
        "not counted yet" in text_of(page)
        and page.own.review.again.layout.display != "none"
    )
    page.own.review.again.click()
    assert "2 pupils and 2 results" in text_of(page)
    assert page.own.review.again.layout.display == "none"
    say(page, "KS2 Maths", "result:KS2:Mathematics:test")
    page.own.review.open.click()
    assert len(open_workspace().school.results) == 4


def test_what_is_counted_only_on_opening_and_then_stops_is_not_opened(
    monkeypatch, environment
):
    page = front_page()
    page.own.take(chosen(list=FAULTY))
    press(page, "Leave this column out")
    monkeypatch.setattr(reviews, "_AT_ONCE_SECONDS", -1)
    say(page, "KS2 Maths", "result:KS2:Mathematics:test")
    page.own.review.open.click()
    assert not (environment / "school").exists() and page.own.review.open.disabled
    assert "One thing stops" in text_of(page)


def test_who_supplied_a_list_changes_nothing_that_is_counted(monkeypatch):
    page = front_page()
    page.own.take(chosen(list=GOOD))
    monkeypatch.setattr(
        page.own.review, "count", lambda: pytest.fail("it was counted anew")
    )
    page.own.review.columns.hear(
        [{"file": "list.csv", "name": "supplied_by", "value": "HoD"}]
    )


def test_it_says_how_far_it_is(monkeypatch):
    page, told = front_page(), []
    page.own.chooser.observe(lambda change: told.append(change["new"]), "message")
    page.own.take(chosen(list=GOOD, other=GOOD.replace("99", "98")))
    assert "Reading list.csv (1 of 2)" in told and "Putting the lists together" in told
    assert "Nothing is kept yet." in told[-1]


def test_the_yardstick_and_the_school_year_count_it_anew():
    page = front_page(year=2027)
    page.own.take(chosen(list=GOOD))
    assert page.own.review.review.pupils["ks4_year"].tolist() == [2029, 2029]
    page.own.year.value = 2026
    assert page.own.review.review.pupils["ks4_year"].tolist() == [2028, 2028]
    page.own.yardstick.value = "levels"
    assert page.own.review.review.framework.name == "levels"


def test_files_are_added_and_one_of_the_same_name_takes_the_others_place():
    page = front_page()
    page.own.take(chosen(list=FAULTY))
    page.own.review.add(
        chosen(list=GOOD, maths="UPN,Maths Autumn 1\nA823000000001,5\n")
    )
    assert [file.name for file in page.own.review.files] == ["list.csv", "maths.csv"]
    assert page.own.review.review.loads and "in 2 files." in text_of(page)


# -- questions --


def test_a_question_stands_with_its_proposal_and_is_hers_once_answered():
    page = front_page()
    page.own.take(chosen(list=LIST + row(1) + row(2, sen="")))
    (box,) = page.own.review.questions.children[1:]
    assert box.value == "N" and box.description.endswith("1 has SEN. (suggested)")
    box.value = "not_known"
    (again,) = page.own.review.questions.children[1:]
    assert again is box and box.description.endswith("(your answer)")
    assert "Answer the question below" in text_of(page)


def test_an_answer_is_shown_again_as_hers_next_time():
    page = front_page()
    blank = LIST + row(1) + row(2, sen="")
    page.own.take(chosen(list=blank))
    page.own.review.answer("blank_sen", "not_known")
    page.own.review.open.click()
    page = front_page()
    page.own.take(chosen(list=blank))
    (box,) = page.own.review.questions.children[1:]
    assert box.value == "not_known" and box.description.endswith(
        "(your earlier answer)"
    )


def test_of_what_date_levels_are_is_asked_anew_of_each_file():
    page = front_page()
    text = "UPN,Year,SEN,Current Maths\nA823000000001,9,K,5\nA823000000002,9,N,4\n"
    page.own.take(chosen(list=text))
    (box,) = page.own.review.questions.children[1:]
    day = next(value for _, value in box.options if value != "not_known")
    box.value = day
    page.own.review.open.click()
    assert open_workspace().school.results["date"].astype(str).tolist() == [day, day]
    page = front_page()
    page.own.take(chosen(list=text))
    (box,) = page.own.review.questions.children[1:]
    assert box.value == "not_known" and box.description.endswith("(suggested)")


# -- what is remembered of headings --


def remembered(page):
    return [
        (column["heading"], column["meaning"])
        for table in page.own.remembered.tables
        for column in table["columns"]
    ]


def test_leaving_out_in_haste_can_always_be_taken_back():
    page = front_page()
    page.own.take(chosen(list=GOOD))
    say(page, "KS2 Maths", LEAVE_OUT)
    page.own.review.open.click()
    assert remembered(page) == [("KS2 Maths", LEAVE_OUT)]
    page = front_page()
    page.own.take(chosen(spring=GOOD))
    column = shown(page, "KS2 Maths")
    assert (column["meaning"], column["state"]) == (LEAVE_OUT, "left out")
    assert "our earlier choice" in column["remark"]
    say(page, "KS2 Maths", "result:KS2:Mathematics:test")
    page.own.review.open.click()
    assert len(open_workspace().school.results) == 4
    assert remembered(page) == [("KS2 Maths", "result:KS2:Mathematics:test")]


def test_it_is_changed_and_forgotten_without_any_file_chosen():
    open_workspace().settings.save_all(
        form=MAPPING, values={"a": LEAVE_OUT, "b": "pupil:need", "c": "pupil:form"}
    )
    page = front_page()
    page.own.remembered.hear([{"id": "b", "value": "pupil:form"}])
    page.own.remembered.hear([{"id": "a", "value": ""}])
    assert remembered(page) == [("b", "pupil:form"), ("c", "pupil:form")]
    page.own.remembered.hear([{"id": "b", "value": ""}, {"id": "c", "value": ""}])
    assert remembered(page) == [] and not any(
        open_workspace().settings.latest(MAPPING).values()
    )


def test_forgetting_counts_what_is_under_review_anew():
    open_workspace().settings.save(form=MAPPING, field="ks2maths", value=LEAVE_OUT)
    page = front_page()
    page.own.take(chosen(list=GOOD))
    assert "2 pupils and 2 results" in text_of(page)
    page.own.remembered.hear([{"id": "ks2maths", "value": ""}])
    assert "2 pupils and 4 results" in text_of(page)


def test_one_heading_with_two_meanings_is_remembered_for_each_file():
    grades = "UPN,Grade\nA823000000001,5\nA823000000002,4\n"
    page = front_page()
    page.own.take(chosen(list=GOOD, maths=grades, english=grades.replace(",5", ",6")))
    say(page, "Grade", "result:now:Mathematics:teacher", file="maths")
    say(page, "Grade", "result:now:English Language:teacher", file="english")
    page.own.review.open.click()
    now = open_workspace().school.results.query("stage == 'now'")
    assert sorted(now["subject"].unique()) == ["English Language", "Mathematics"]
    assert remembered(page) == [
        ("Grade (in english.csv)", "result:now:English Language:teacher"),
        ("Grade (in maths.csv)", "result:now:Mathematics:teacher"),
    ]


def test_what_cannot_be_saved_of_headings_is_told(monkeypatch):
    open_workspace().settings.save(form=MAPPING, field="a", value=LEAVE_OUT)
    page = front_page()

    def refuse(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(page.workspace.settings), "save_all", refuse)
    page.own.remembered.hear([{"id": "a", "value": ""}])
    assert "the disk is full" in words(page.own.remembered_trouble)
    assert remembered(page) == [("a", LEAVE_OUT)]


# -- one step back --


def test_the_school_as_it_was_is_one_step_back_and_forth():
    page = front_page()
    for name in ("First", "Second"):
        page.own.name.value = name
        page.own.take(chosen(list=GOOD))
        page.own.review.open.click()
    assert "‘First’" in words(page.schools.back_words) and "Second" in words(
        page.header()
    )
    press(page, "Go back to the school as it was")
    assert open_workspace().school.name == "First" and "First" in words(page.header())
    assert "‘Second’" in words(page.schools.back_words)
    page.schools.back.click()
    assert open_workspace().school.name == "Second" and "Second" in words(
        page.schools.opened
    )


def test_from_the_first_school_of_her_own_it_goes_back_to_the_sample():
    page = front_page()
    assert page.schools.back_offer.children == ()
    page.own.take(chosen(list=GOOD))
    page.own.review.open.click()
    press(page, "Go back to the school as it was")
    assert open_workspace().school.sample and "Elmbridge Vale" in words(page.header())
    # Her own is still there to be chosen.
    page.schools.which.value = workspaces.OWN
    page.schools.open_chosen.click()
    assert open_workspace().school.name == "Our school"


# -- all that there is --


@pytest.mark.parametrize("name", sorted(os.listdir(CASES)))
def test_every_case_is_reviewed_and_opens_where_nothing_stops_it(name):
    page = front_page()
    page.own.take(of_folder([CASES / name]))
    assert page.own.review.box.children and re.search(
        "Nothing is kept yet", text_of(page)
    )
    page.own.review.open.click()
    workspace = open_workspace()
    assert (workspace.chosen == workspaces.OWN) == (not page.own.review.files)
    if workspace.chosen == workspaces.OWN:
        assert len(workspace.school.pupils) > 0


def test_five_files_make_one_school(tmp_path):
    page = front_page()
    page.own.take(of_folder(write_five(tmp_path / "five", of_each_year=8)))
    assert f"{len(people(of_each_year=8))} pupils and " in text_of(page)
    assert "in 5 files." in text_of(page) and not page.own.review.open.disabled
    assert [table["name"] for table in page.own.review.columns.tables] == [
        "class list.csv",
        "SEN register.xlsx",
        "maths.csv",
        "english.csv",
        "key stage 2.csv",
    ]
    assert len(page.own.review.columns.tables[0]["columns"]) == 40
    assert "were not recognised and are left out: ‘House Points’" in text_of(page)
    for table in ("By year group", "By leaving year"):
        assert table in text_of(page)


def test_every_meaning_has_words():
    for name in ("gcse", "levels"):
        labels = choices(load(name))
        assert all(label_of(meaning, labels) for meaning in labels)
    assert label_of("result:now:Art:teacher", {}) == "Now Art (teacher)"
