"""The columns of files as they are used: by keyboard, narrow, dark, by the hundred, with hostile text, against the Python object."""

import time

import pytest
from playwright.sync_api import expect

from senlib.widgets import ColumnReview
from tests.widgets.staging import HOSTILE, LOOKS, axe_findings, fits_its_page, is_text

CHOICES = [
    ["", [["leave out", "Leave out"]]],
    ["About the pupil", [["pupil:need", "Need"], ["pupil:form", "Form"]]],
    ["Results", [[f"result:{n}", f"Result {n}"] for n in range(147)]],
]
NONE = "Not recognised: choose what it holds"


def column(number, **values):
    return {
        "id": str(number),
        "heading": f"Heading {number}",
        "meaning": "pupil:need",
        "label": "Need",
        "state": "used",
        "holds": "163 results, 2 codes: B, B, 12 blank",
        "remark": "",
    } | values


def example(**traits):
    unknown = {"meaning": "", "label": "", "state": "not recognised"}
    out = {
        "meaning": "leave out",
        "label": "Leave out",
        "state": "left out",
        "remark": "Twin.",
    }
    settings = {
        "tables": [
            {"name": "list.csv", "columns": [column(0), column(1, **unknown)]},
            {"name": "maths.csv", "columns": [column(2, **out)]},
        ],
        "choices": CHOICES,
        "files": [
            {
                "file": name,
                "outcome": "2 pupils, 4 results",
                "supplied_by": "",
                "dated": "",
            }
            for name in ("list.csv", "maths.csv")
        ],
    }
    review = ColumnReview(**(settings | traits))
    review.heard = []
    review.on_changes(lambda changes: review.heard.append(changes))
    return review


def heard(stage, number=1):
    """What Python has heard, once there is that much of it."""
    until = time.monotonic() + 5
    while len(stage.widget.heard) < number and time.monotonic() < until:
        stage.page.wait_for_timeout(20)
        stage.settle()
    return stage.widget.heard


def meaning(page, number):
    return page.get_by_label(f"Meaning of Heading {number}", exact=True)


def test_a_list_holds_its_choices_only_while_it_is_used(stage):
    page = stage(example()).page
    select = meaning(page, 0)
    expect(select.locator("option")).to_have_text(["Need"])
    select.focus()
    expect(select.locator("option")).to_have_count(150)
    expect(select.locator("optgroup")).to_have_count(2)
    expect(select).to_have_value("pupil:need")
    meaning(page, 1).focus()
    expect(select.locator("option")).to_have_text(["Need"])
    expect(meaning(page, 1).locator("option").first).to_have_text(NONE)


def test_a_meaning_is_chosen_with_the_keyboard_alone(stage):
    screen = stage(example())
    page = screen.page
    meaning(page, 0).focus()
    page.keyboard.press("ArrowDown")
    assert heard(screen) == [[{"id": "0", "value": "pupil:form"}]]
    expect(meaning(page, 0)).to_be_focused()
    page.keyboard.press("Tab")
    expect(meaning(page, 1)).to_be_focused()
    expect(meaning(page, 0).locator("option")).to_have_text(["Form"])


def test_one_that_is_not_recognised_is_given_a_meaning(stage):
    screen = stage(example())
    select = meaning(screen.page, 1)
    select.focus()
    select.select_option(label="Leave out")
    assert heard(screen) == [[{"id": "1", "value": "leave out"}]]


def test_what_is_changed_while_python_counts_comes_in_one_list_after(stage):
    screen = stage(example())
    page = screen.page
    page.evaluate("model.busy()")
    for number, label in ((0, "Form"), (1, "Need"), (2, "Form"), (1, "Form")):
        meaning(page, number).focus()
        meaning(page, number).select_option(label=label)
        page.wait_for_timeout(120)
    page.evaluate("model.free()")
    first, second = heard(screen, 2)
    assert first == [{"id": "0", "value": "pupil:form"}]
    assert second == [
        {"id": "2", "value": "pupil:form"},
        {"id": "1", "value": "pupil:form"},
    ]


def test_what_python_counted_shows_and_the_focus_stays(stage):
    screen = stage(example())
    page, review = screen.page, screen.widget
    meaning(page, 1).focus()
    review.tables = [
        {
            "name": "list.csv",
            "columns": [column(0), column(1, holds="9 blank", remark="Odd.")],
        },
        {"name": "maths.csv", "columns": [column(2)]},
    ]
    screen.tell()
    expect(meaning(page, 1)).to_be_focused()
    expect(meaning(page, 1)).to_have_value("pupil:need")
    expect(page.get_by_role("row").filter(has=meaning(page, 1))).to_contain_text(
        "9 blankUsedOdd."
    )


def test_of_one_kind_only_those_show_and_none_is_lost_under_the_focus(stage):
    screen = stage(example())
    page = screen.page
    filter = page.get_by_label("Show", exact=True)
    expect(filter.locator("option")).to_have_text(
        ["All (3)", "Used (1)", "Left out (1)", "Not recognised (1)"]
    )
    filter.select_option(label="Not recognised (1)")
    expect(meaning(page, 0)).to_be_hidden()
    expect(page.locator(".sl-columns-table")).to_have_count(2)
    expect(page.get_by_text("maths.csv").first).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("Showing 1 of 3")
    # It leads to one that is hidden.
    screen.widget.point_to("0")
    screen.tell()
    expect(meaning(page, 0)).to_be_focused()
    expect(filter).to_have_value("")


def test_who_supplied_a_list_and_when(stage):
    screen = stage(example())
    page = screen.page
    group = page.get_by_role("group", name="maths.csv")
    group.get_by_label("Who supplied it").fill("Head of maths")
    group.get_by_label("Date of the list").fill("2026-10-02")
    page.keyboard.press("Tab")
    said = [change for changes in heard(screen, 2) for change in changes]
    assert {
        "file": "maths.csv",
        "name": "supplied_by",
        "value": "Head of maths",
    } in said
    assert {"file": "maths.csv", "name": "dated", "value": "2026-10-02"} in said


def example_remembered():
    columns = [column(n) for n in range(3)]
    review = example(
        tables=[{"name": "", "columns": columns}],
        files=[],
        forgettable=True,
        fold="What is remembered",
        empty="Nothing is remembered yet.",
    )

    def forget(changes):
        gone = {change["id"] for change in changes if not change["value"]}
        left = [
            one
            for table in review.tables
            for one in table["columns"]
            if one["id"] not in gone
        ]
        review.tables = [{"name": "", "columns": left}] if left else []

    review.on_changes(forget)
    return review


def test_what_is_remembered_is_unfolded_and_forgotten_one_by_one(stage):
    screen = stage(example_remembered())
    page = screen.page
    expect(meaning(page, 0)).to_be_hidden()
    page.get_by_text("What is remembered").press("Enter")
    page.get_by_role("button", name="Forget Heading 1", exact=True).press("Enter")
    assert heard(screen) == [[{"id": "1", "value": ""}]]
    expect(
        page.get_by_role("button", name="Forget Heading 2", exact=True)
    ).to_be_focused()
    expect(meaning(page, 1)).to_have_count(0)


def test_all_that_is_remembered_is_forgotten_at_once(stage):
    screen = stage(example_remembered())
    page = screen.page
    page.get_by_text("What is remembered").click()
    page.get_by_role("button", name="Forget all").click()
    assert [len(changes) for changes in heard(screen)] == [3]
    expect(page.get_by_text("Nothing is remembered yet.")).to_be_visible()


def test_hundreds_of_columns_are_there_at_once(stage):
    columns = [column(n) for n in range(292)]
    begin = time.monotonic()
    page = stage(example(tables=[{"name": "giap.csv", "columns": columns}])).page
    expect(meaning(page, 291)).to_be_visible()
    assert time.monotonic() - begin < 5
    assert page.locator("option").count() < 292 + 10
    meaning(page, 291).focus()
    expect(meaning(page, 291).locator("option")).to_have_count(150)


def test_text_from_files_stays_text(stage):
    columns = [
        column(n, heading=text, holds=text, remark=text, label=text, meaning=text)
        for n, text in enumerate(HOSTILE)
    ]
    files = [
        {"file": text, "outcome": text, "supplied_by": text, "dated": ""}
        for text in HOSTILE
    ]
    tables = [{"name": HOSTILE[0], "columns": columns}]
    choices = [[text, [[text, text]]] for text in HOSTILE]
    page = stage(example(tables=tables, files=files, choices=choices)).page
    page.get_by_label(f"Meaning of {HOSTILE[1]}", exact=True).focus()
    assert is_text(page)
    assert fits_its_page(page)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_barriers_and_no_sideways_scroll(stage, look, width):
    long = column(
        9, heading="KS4_" + "VERYLONGHEADING" * 4, remark="A remark of some length " * 4
    )
    tables = [
        {"name": "list.csv", "columns": [column(0), column(1, state="left out"), long]}
    ]
    page = stage(example(tables=tables), width=width, **LOOKS[look]).page
    meaning(page, 0).focus()
    assert axe_findings(page) == []
    assert fits_its_page(page)


def test_on_a_telephone_each_column_is_a_card(stage):
    page = stage(example(), width=390).page
    row = page.get_by_role("row").filter(has=meaning(page, 0))
    assert row.bounding_box()["width"] <= 390
    assert meaning(page, 0).bounding_box()["width"] > 200
    assert meaning(page, 0).bounding_box()["height"] >= 44


def test_taken_off_the_page_it_sends_what_was_chosen_last(stage):
    screen = stage(example())
    meaning(screen.page, 0).focus()
    meaning(screen.page, 0).select_option(label="Form")
    screen.page.evaluate("takeAway()")
    assert heard(screen) == [[{"id": "0", "value": "pupil:form"}]]


def test_what_python_makes_of_it_otherwise_shows_in_place_of_what_was_chosen(stage):
    review = example()
    review.on_changes(
        lambda _: setattr(
            review, "tables", [{"name": "list.csv", "columns": [column(0)]}]
        )
    )
    screen = stage(review)
    meaning(screen.page, 0).focus()
    meaning(screen.page, 0).select_option(label="Form")
    heard(screen)
    expect(meaning(screen.page, 0)).to_have_value("pupil:need")
    expect(meaning(screen.page, 1)).to_have_count(0)
