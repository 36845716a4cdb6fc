"""Task 6: IEPs of pupils and groups, lessons visited, the feedback sheet, and what several visits say together."""

import pytest

from senlib.pages.kit import pupil_names
from senlib.pages.task6_support_in_class import (
    SupportPage,
    developing,
    minutes,
    phases_seen,
)
from senlib.workbook.page_forms import load
from senlib.workbook.plan import actions
from senlib.workbook.rows import add_row, every_row
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

SHEET = load("task6_support_in_class")
PHASES = SHEET.part("task6.phases")


def page_of(workspace, query=None):
    page = SupportPage(workspace, query=query or {})
    page.header(), page.iep(), page.observation(), page.needs(), page.next()
    page.asked = {part.part.key: part for part in (*page.iep_parts, *page.visit_parts)}
    return page


# -- the IEP --


def test_an_iep_has_four_targets_with_six_columns_and_room_for_their_words(workspace):
    page = page_of(workspace)
    assert page.iep_place.children == ()
    page.whom.value = "0001"
    about, targets, voices, back = page.iep_place.children
    assert [row["label"] for row in rows_of(page.asked["task6.iep"])] == [
        f"Target {n}" for n in (1, 2, 3, 4)
    ]
    assert [
        column["label"]
        for column in page.asked["task6.iep"].sheet.form["blocks"][0]["columns"]
    ] == [
        "Target",
        "Success criteria",
        "Resources",
        "Teaching strategies in class",
        "Suggestions for assistants",
        "Outcomes",
    ]
    assert [
        box["label"]
        for box in page.asked["task6.iep.voices"].sheet.form["blocks"][0]["fields"]
    ] == ["The pupil", "Parents or carers"]
    assert "All there is on this pupil" in words(back) and "0001" not in queries(
        back.value
    )


def test_each_pupil_and_each_group_has_an_iep_of_its_own(workspace):
    workspace.store.save_all(
        form="task7.who/own.1",
        values={"0001": "pupil", "own.g1": f"Table four {NASTY}", "own.g2": ""},
    )
    page = page_of(workspace)
    assert [one for one in page.whom.options if one[1].startswith("own.")] == [
        (f"Group: Table four {NASTY}", "own.g1")
    ]
    for whom in ("0001", "own.g1", "0002"):
        page.whom.value = whom
        assert value_of(page.asked["task6.iep"], "task6.iep.1.target") == ""
        save(page.asked["task6.iep"], "task6.iep.1.target", f"Target of {whom}")
    page.whom.value = "own.g1"
    assert value_of(page.asked["task6.iep"], "task6.iep.1.target") == "Target of own.g1"
    assert page.iep_place.children[-1].value == ""  # a group has no page of one pupil


def test_the_iep_that_an_address_asks_for_is_open(workspace):
    workspace.store.save(form="task7.who/own.1", field="own.g1", value="Table four")
    assert page_of(workspace, {"group": "own.g1"}).whom.value == "own.g1"
    for pupil in (
        "0001",
        "0004",
        "0006",
    ):  # also of one without SEN, and of one who has left
        page = page_of(
            workspace, {"pupil": pupil_names.token(pupil, key=workspace.code_key())}
        )
        assert page.whom.value == pupil and "All there is" in words(
            page.iep_place.children[-1]
        )
    for query in ({"group": "own.none"}, {"group": "0001 "}, {"pupil": "0001"}, {}):
        assert page_of(workspace, query).whom.value == ""


# -- a lesson visited --


def visit(page, **values):
    """A new visit with these answers by part, each a field and its value."""
    page.begin()
    for key, (field, value) in values.items():
        save(page.asked[f"task6.{key}"], field, value)
    return page.visit.value


def test_a_visit_is_begun_today_named_as_it_is_filled_in_and_found_again(workspace):
    page = page_of(workspace)
    assert (
        page.visit_place.children == ()
        and "No lesson has been visited yet." in words(page.together)
    )
    key = visit(page, observation=("class", "8B English"))
    assert page.visit.words.endswith(", 8B English") and page.visit_place.children
    assert workspace.store.latest(f"task6.observation/{key}").keys() == {
        "date",
        "class",
    }
    again = page_of(workspace, {"visit": key})
    assert (
        again.visit.value == key
        and value_of(again.asked["task6.observation"], "class") == "8B English"
    )
    assert page_of(workspace, {"visit": "own.none"}).visit.value == ""


def test_a_visit_whose_date_was_emptied_is_still_there(workspace):
    page = page_of(workspace)
    key = visit(page, observation=("date", ""))
    assert page.visit.words == "A visit without a date" and key in [
        one for _, one in page_of(workspace).visit.box.options
    ]


def test_the_seven_phases_of_a_lesson_stand_in_their_order(workspace):
    page = page_of(workspace)
    page.begin()
    (block,) = page.asked["task6.phases"].sheet.form["blocks"]
    assert [group["title"] for group in block["groups"]] == [
        "Before the lesson",
        "Introduction",
        "Whole-class work",
        "Group work",
        "Plenary",
        "End of the lesson",
        "After the lesson",
    ]
    assert block["columns"][0]["style"] == "buttons"  # one tap each


def test_the_feedback_sheet_says_what_was_written_and_no_more(workspace):
    page = page_of(workspace)
    page.begin()
    told = words(page.sheet)
    assert (
        told.count("Nothing is written yet.") == 2
        and "No minutes are noted." in told
        and "no judgement on a person" in told
    )
    save(page.asked["task6.went_well"], "went_well", f"Waited {NASTY}")
    save(page.asked["task6.develop"], "task6.develop.2.what", "Key words")
    save(page.asked["task6.develop"], "task6.develop.2.how", "Small whiteboards")
    save(page.asked["task6.develop"], "task6.develop.3.how", "how without what")
    save(page.asked["task6.minutes"], "task6.minutes.independent.minutes", "10")
    save(page.asked["task6.minutes"], "task6.minutes.class.minutes", "12.5")
    save(page.asked["task6.feedback"], "view", "It was noisy")
    told = words(page.sheet)
    assert (
        "Waited &lt;script&gt;" in page.sheet.value
        and "<script" not in page.sheet.value
    )
    assert (
        "Key words : Small whiteboards" in told
        and "how without what" not in told
        and "It was noisy" in told
    )
    assert (
        "Of 22.5 minutes noted, 10 were spent working alone or with other pupils."
        in told
    )


@pytest.mark.parametrize("text", ["0", "", "many", "-3", "inf", "1e999", "nan"])
def test_minutes_that_are_no_number_stop_no_page(workspace, text):
    page = page_of(workspace)
    page.begin()
    save(page.asked["task6.minutes"], "task6.minutes.class.minutes", text)
    assert "No minutes are noted." in words(page.sheet)


def test_minutes_of_the_school_s_own_rows_count(workspace):
    key = add_row(
        workspace.store, SHEET.part("task6.minutes"), section="", label="In the library"
    )
    table = minutes(
        every_row(SHEET.part("task6.minutes"), workspace.store.forms()),
        {f"{key}.minutes": "5", "task6.minutes.class.minutes": "10"},
    )
    assert table[["label", "minutes"]].values.tolist() == [
        ["Listening and answering with the class", 10.0],
        ["In the library", 5.0],
    ]


def test_three_aspects_fall_into_the_plan(workspace):
    page = page_of(workspace)
    for n in (1, 2, 3):
        page.asked["task6.develop"].show(of="own.1")
        save(page.asked["task6.develop"], f"task6.develop.{n}.what", f"Aspect {n}")
    assert [action.what for action in actions(workspace.store.forms())] == [
        "Aspect 1",
        "Aspect 2",
        "Aspect 3",
    ]


# -- visits together --


def seen(*answers):
    """Visits in each of which the first line of the phases was judged so."""
    return {
        f"task6.phases/{n}": {"task6.phases.before.1.seen": answer}
        for n, answer in enumerate(answers)
    }


@pytest.mark.parametrize(
    "answers, counted",
    [
        (["seen", "partly", "not_seen", "not_called_for", ""], [1, 1, 1, 3]),
        (["not_called_for"], None),
        ([], None),
        (["seen"] * 5, [5, 0, 0, 5]),
    ],
)
def test_only_lessons_that_called_for_it_are_counted(answers, counted):
    table = phases_seen(PHASES.rows, seen(*answers))
    assert table[["seen", "partly", "not_seen", "lessons"]].values.tolist() == (
        [counted] if counted else []
    )


def test_the_least_seen_first_and_rows_of_the_school_s_own(workspace):
    key = add_row(workspace.store, PHASES, section="before", label="Greets the pupil")
    page = page_of(workspace)
    page.begin()
    save(page.asked["task6.phases"], "task6.phases.before.1.seen", "seen")
    assert "Least often seen" not in words(
        page.together
    )  # seen wherever it was called for
    save(page.asked["task6.phases"], "task6.phases.before.2.seen", "partly")
    save(page.asked["task6.phases"], f"{key}.seen", "not_seen")
    told = words(page.together)
    assert (
        "1 lesson visited. Least often seen where it was called for: greets the pupil, fully seen in 0 of 1 lesson."
        in told
    )
    assert "One visit is one lesson." in told and "%" not in told


def test_aspects_of_all_visits_by_day_and_nobody_is_ranked():
    held = {
        "task6.develop/b": {
            "task6.develop.1.what": "Later",
            "task6.develop.2.what": "",
        },
        "task6.develop/a": {
            "task6.develop.3.what": "Earlier",
            "task6.develop.3.how": "So",
        },
        "task6.develop/c": {"task6.develop.1.what": "Undated"},
        "task6.observation/a": {"date": "2005-03-08"},
        "task6.observation/b": {"date": "2005-11-01"},
    }
    assert developing(held)[["what", "how"]].values.tolist() == [
        ["Undated", ""],
        ["Earlier", "So"],
        ["Later", ""],
    ]
    assert len(developing({})) == 0


def test_many_visits(workspace):
    for number in range(40):
        workspace.store.save_all(
            form=f"task6.observation/own.{number:03}",
            values={"date": f"2005-03-{number % 28 + 1:02}", "class": f"C{number}"},
        )
        workspace.store.save(
            form=f"task6.phases/own.{number:03}",
            field="task6.phases.before.1.seen",
            value="seen" if number % 2 else "not_seen",
        )
    page = page_of(workspace)
    assert len(page.visit.box.options) == 41 and page.visit.box.options[1][0].endswith(
        "C39"
    )
    assert "40 lessons visited." in words(
        page.together
    ) and "fully seen in 20 of 40 lessons" in words(page.together)
    assert "One visit is one lesson" not in words(page.together)


# -- schools that lack something, and stores --


def test_a_school_with_codes_and_one_in_which_nobody_has_sen(tmp_path):
    page = page_of(workspace_over(tmp_path / "a", small_school(codes=True)))
    assert [words for words, _ in page.whom.options][1] == "0001 (8A, P, SLCN)"
    page = page_of(workspace_over(tmp_path / "b", without_sen()))
    assert len(page.whom.options) == 1
    page.begin()
    assert page.visit_place.children


def test_a_pupil_who_was_watched_and_has_left_stays_in_the_box(workspace):
    page = page_of(workspace)
    page.begin()
    save(page.asked["task6.observation"], "pupil", "0006")
    assert (
        value_of(
            page_of(workspace, {"visit": page.visit.value}).asked["task6.observation"],
            "pupil",
        )
        == "0006"
    )


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_cannot_be_kept_or_read_is_told_and_what_was_read_stays(
    workspace, monkeypatch, trouble, says
):
    page = page_of(workspace)
    page.begin()
    before = len(page.visit.box.options)
    with trouble(workspace, monkeypatch):
        assert says in save(page.asked["task6.went_well"], "went_well", "Waited")["why"]
        page.new.click()
        assert "not saved" in words(page.trouble) and says in words(page.trouble)
        page._visit_changed()
        assert (
            says in words(page.trouble)
            and len(page.visit.box.options) == before
            and page.visit.value
        )
        assert "1 lesson visited" in words(page.together)


def test_the_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    page = page_of(workspace)
    assert "no longer there" in words(page.trouble)
