"""The widgets as they are used: by keyboard, narrow, dark, with hostile text, against the Python objects themselves."""

import random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from senlib.widgets import FileChooser, Listing, Matrix
from tests.widgets.staging import HOSTILE, Stage, axe_findings, fits_its_page


def focused(page: Page) -> str:
    return page.evaluate(
        "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
    )


# The widgets as the pages show them.


def example_matrix(**traits: Any) -> Matrix:
    counts = {
        "2": [1, 9, 14, 3, 0],
        "3": [0, 5, 19, 19, 0],
        "4": [0, 0, 6, 48, 31],
        "none": [0, 1, 0, 2, 0],
    }
    first_expected = {"2": 2, "3": 3, "4": 3}
    cells = [
        [
            {
                "count": count,
                "share": count / sum(row),
                "expected": j >= first_expected.get(entry, 9),
                "edge": j == first_expected.get(entry),
            }
            for j, count in enumerate(row)
        ]
        for entry, row in counts.items()
    ]
    settings = {
        "title": "English, Key Stage 2 to Key Stage 3, pupils with SEN, summer 2005",
        "rows": list(counts),
        "columns": ["2", "3", "4", "5", "6"],
        "cells": cells,
        "totals": [sum(row) for row in counts.values()],
    }
    return Matrix(**(settings | traits))


LISTING_COLUMNS = [
    {"key": "name", "label": "Name", "kind": "text"},
    {"key": "form", "label": "Form", "kind": "text"},
    {"key": "points", "label": "Points now", "kind": "number"},
    {
        "key": "level",
        "label": "Level",
        "kind": "choice",
        "choices": ["3", "3c", "3b", "3a", "4"],
    },
    {
        "key": "plan",
        "label": "Plan",
        "kind": "text",
        "editable": True,
        "help": "What you will do next, in a line",
    },
    {"key": "hours", "label": "Hours", "kind": "number", "editable": True},
    {
        "key": "lead",
        "label": "Who leads",
        "kind": "choice",
        "editable": True,
        "choices": ["Teacher", "SENCO"],
    },
    {"key": "agreed", "label": "Agreed", "kind": "yes", "editable": True},
]


def person(number: int, **values: Any) -> dict[str, Any]:
    blank = {
        "form": "",
        "points": None,
        "level": "",
        "plan": "",
        "hours": None,
        "lead": "",
        "agreed": None,
    }
    return blank | {"id": str(number), "name": f"Pupil {number}"} | values


def example_listing(**traits: Any) -> Listing:
    people = [
        person(
            1,
            name="Zoë Ash",
            form="8B",
            points=9,
            level="3a",
            plan="Paired reading, twice a week",
        ),
        person(
            2,
            name="Amir Khan",
            form="8A",
            points=27,
            level="3c",
            hours=1.5,
            lead="SENCO",
        ),
        person(3, name="Ben Oak", form="10A", points=None, level="4", agreed=True),
        person(
            4,
            name="Cara Lee",
            form="8A",
            points=100,
            level="",
            plan="Talk with home",
            hours=0,
        ),
    ]
    return Listing(
        **(
            {
                "caption": "Pupils at level 3",
                "columns": LISTING_COLUMNS,
                "records": people,
            }
            | traits
        )
    )


def example_chooser(**traits: Any) -> FileChooser:
    chooser = FileChooser(
        **({"label": "Your school's files", "accept": ".csv,.xlsx,.xml"} | traits)
    )
    chooser.arrived = []
    chooser.on_files(
        lambda files: chooser.arrived.append(
            [(file.name, file.content) for file in files]
        )
    )
    return chooser


EXAMPLES = {
    "matrix": example_matrix,
    "listing": example_listing,
    "chooser": example_chooser,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("example", EXAMPLES)
def test_anyone_can_use_it(stage, example, width, scheme):
    widget = EXAMPLES[example]()
    if example == "matrix":
        widget.selected = {"row": "3", "column": "5"}
    page = stage(widget, width=width, color_scheme=scheme).page
    assert fits_its_page(page)
    assert axe_findings(page) == []


# Matrix


def test_each_cell_says_where_it_stands(stage):
    page = stage(example_matrix()).page
    assert page.locator("caption").inner_text().startswith("English, Key Stage 2")
    names = page.locator(".sl-matrix button").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert len(names) == 12
    assert "Entered at 3, reached 4: 19 pupils, 44 % of the row" in names
    assert (
        "Entered at 3, reached 5: 19 pupils, 44 % of the row, the expected gain or more"
        in names
    )
    assert "Entered at none, reached 3: 1 pupil, 33 % of the row" in names
    expect(page.get_by_role("rowheader", name="none")).to_be_visible()
    expect(page.get_by_role("columnheader", name="6")).to_be_visible()
    assert page.locator("tbody td:last-child").all_inner_texts() == [
        "27",
        "43",
        "85",
        "3",
    ]


def test_the_matrix_is_one_tab_stop_and_arrows_move_in_it(stage):
    page = stage(example_matrix()).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("region")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page).startswith("Entered at 2, reached 2")
    steps = [
        ("ArrowRight", "2, reached 3"),
        ("End", "2, reached 5"),
        ("ArrowRight", "2, reached 5"),
        ("ArrowDown", "3, reached 5"),
        ("ArrowDown", "4, reached 5"),
        ("ArrowRight", "4, reached 6"),
        ("ArrowDown", "none, reached 5"),
        ("ArrowLeft", "none, reached 3"),
        ("ArrowUp", "4, reached 4"),
        ("Home", "4, reached 4"),
    ]
    for key, place in steps:
        page.keyboard.press(key)
        assert focused(page).startswith(f"Entered at {place}:"), key
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Shift+Tab")
    assert focused(page).startswith("Entered at 4, reached 4:")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_cell_is_selected_and_let_go_by_keyboard(stage, key):
    on = stage(example_matrix())
    on.page.keyboard.press("Tab")
    on.page.keyboard.press("Tab")
    on.page.keyboard.press(key)
    on.settle()
    assert on.widget.selected == {"row": "2", "column": "2"}
    assert on.page.locator("button[aria-pressed=true]").count() == 1
    on.page.keyboard.press(key)
    on.settle()
    assert on.widget.selected == {}
    assert on.page.locator("button[aria-pressed=true]").count() == 0


def test_a_selection_from_python_is_shown_and_is_the_tab_stop(stage):
    on = stage(example_matrix())
    on.widget.selected = {"row": "4", "column": "6"}
    on.tell()
    expect(on.page.locator("button[aria-pressed=true]")).to_have_text("3136\u00a0%")
    assert (
        on.page.locator(".sl-matrix button[tabindex='0']").get_attribute("aria-pressed")
        == "true"
    )


def test_new_figures_keep_the_focus_on_its_cell(stage):
    on = stage(example_matrix())
    on.page.get_by_role("button", name="Entered at 3, reached 5").focus()
    other = example_matrix()
    cells = [
        [cell | {"count": cell["count"] * 2} for cell in row] for row in other.cells
    ]
    on.widget.show(
        title="Other",
        rows=other.rows,
        columns=other.columns,
        cells=cells,
        totals=other.totals,
    )
    on.tell()
    expect(on.page.locator("caption")).to_have_text("Other")
    assert focused(on.page).startswith("Entered at 3, reached 5: 38 pupils")


def test_the_line_of_expected_gain_steps_between_the_rows(stage):
    page = stage(example_matrix(), forced_colors="active").page
    sides = page.locator("tbody tr").evaluate_all(
        """rows => rows.map(row => [...row.querySelectorAll('td')].slice(0, -1).map(cell =>
            (parseFloat(getComputedStyle(cell, '::before').borderInlineStartWidth) >= 3 ? 'l' : '') +
            (parseFloat(getComputedStyle(cell, '::after').borderBlockStartWidth) >= 3 ? 't' : '')))"""
    )
    assert sides == [
        ["", "", "l", "", ""],
        ["", "", "t", "l", ""],
        ["", "", "", "l", ""],
        ["", "", "", "", ""],
    ]
    expect(
        page.get_by_text("Right of the line: the expected gain or more")
    ).to_be_visible()


def test_without_an_expectation_there_is_no_line_and_no_word_of_one(stage):
    plain = [[{"count": 1, "share": 1.0, "expected": False, "edge": False}]]
    page = stage(
        example_matrix(rows=["3"], columns=["4"], cells=plain, totals=[1])
    ).page
    assert page.locator("[class*=sl-matrix-line]").count() == 0
    expect(page.get_by_text("expected gain")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_keep_their_contrast_at_every_share(stage, scheme):
    shares = [i / 20 for i in range(21)]
    cells = [
        [
            {"count": 5, "share": share, "expected": False, "edge": False}
            for share in shares
        ]
    ]
    columns = [str(i) for i in range(21)]
    page = stage(
        example_matrix(rows=["3"], columns=columns, cells=cells, totals=[105]),
        color_scheme=scheme,
    ).page
    ratios = page.locator(".sl-matrix button").evaluate_all(
        """all => {
          const channels = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number)
            .map(value => text.startsWith('color') ? value : value / 255);
          const light = text => channels(text)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
            .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
          return all.map(one => {
            const style = getComputedStyle(one);
            const [a, b] = [light(style.color), light(style.backgroundColor)].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
          });
        }"""
    )
    assert min(ratios) >= 4.5
    assert ratios == sorted(
        ratios, reverse=True
    )  # the larger the share, the deeper the shade
    assert ratios[0] / ratios[-1] > 2


def test_a_matrix_says_that_columns_are_out_of_sight_only_where_they_are(stage):
    columns = [str(number) for number in range(12)]
    cells = [
        [
            {"count": number, "share": 0.1, "expected": False, "edge": False}
            for number in range(12)
        ]
    ]
    page = stage(
        example_matrix(rows=["a"], columns=columns, cells=cells, totals=[66]), width=390
    ).page
    told, head = (
        page.locator(".sl-matrix-more"),
        page.get_by_text("Reached", exact=True),
    )
    expect(told).to_be_visible()
    region = page.locator(".sl-matrix-region")
    region.evaluate("one => { one.scrollLeft = one.scrollWidth; }")
    box = head.bounding_box()
    assert (
        box["x"] >= 0 and box["x"] + box["width"] <= 390
    )  # over the columns in sight, at either end
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(told).to_be_hidden()


def test_a_wide_matrix_scrolls_in_its_own_region_with_its_row_heads_in_sight(stage):
    columns = [f"{80 + i}-{81 + i}" for i in range(14)]
    cells = [
        [
            {"count": i + 1, "share": 0.1, "expected": i > 8, "edge": i == 9}
            for i in range(14)
        ]
        for _ in "ab"
    ]
    page = stage(
        example_matrix(rows=["a", "b"], columns=columns, cells=cells, totals=[1, 2]),
        width=390,
    ).page
    assert fits_its_page(page)
    region = page.get_by_role("region")
    page.get_by_role("button", name="Entered at a, reached 80-81").focus()
    page.keyboard.press("End")
    assert region.evaluate("one => one.scrollLeft") > 100
    heads = page.get_by_role("rowheader", name="a", exact=True).bounding_box()
    assert abs(heads["x"] - region.bounding_box()["x"]) < 4
    page.keyboard.press("ArrowLeft")
    assert page.locator(":focus").bounding_box()["x"] >= heads["x"] + heads["width"]


def test_a_long_title_neither_widens_the_columns_nor_is_cut(stage):
    for width in (1280, 390):
        page = stage(
            example_matrix(title="English and mathematics " * 8), width=width
        ).page
        assert page.locator("td button").first.bounding_box()["width"] < 60
        title = page.locator("caption span").bounding_box()
        assert title["x"] + title["width"] <= width
        assert page.locator("caption span").evaluate(
            "one => one.scrollWidth <= one.clientWidth"
        )


def test_a_pressed_cell_shows_without_the_pages_colours(stage):
    matrix = example_matrix(selected={"row": "3", "column": "5"})
    page = stage(matrix, forced_colors="active").page
    colours = page.locator(".sl-matrix button").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor)"
    )
    assert sorted(colours.count(colour) for colour in set(colours)) == [1, 11]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_label_is_text_in_the_matrix(stage, text):
    cell = {"count": 1, "share": None, "expected": False, "edge": False}
    matrix = example_matrix(
        title=text,
        row_heading=text,
        rows=[text],
        columns=[text],
        cells=[[cell]],
        totals=[1],
    )
    on = stage(matrix)
    assert on.page.locator("caption").evaluate("one => one.textContent") == text
    assert on.page.evaluate(
        "[document.querySelectorAll('#here script, #here img').length, window.hacked]"
    ) == [0, None]
    on.page.locator(".sl-matrix button").click()
    on.settle()
    assert on.widget.selected == {"row": text, "column": text}


# Listing


def first_column(page: Page) -> list[str]:
    return page.locator("tbody th").all_inner_texts()


def test_a_heading_sorts_up_down_and_as_given(stage):
    on = stage(example_listing())
    given = ["Zoë Ash", "Amir Khan", "Ben Oak", "Cara Lee"]
    heading = on.page.get_by_role("columnheader", name="Points now")
    button = heading.get_by_role("button")
    button.focus()
    assert (first_column(on.page), heading.get_attribute("aria-sort")) == (
        given,
        "none",
    )
    steps = [
        (
            ["Zoë Ash", "Amir Khan", "Cara Lee", "Ben Oak"],
            "ascending",
            {"key": "points", "descending": False},
        ),
        (
            ["Cara Lee", "Amir Khan", "Zoë Ash", "Ben Oak"],
            "descending",
            {"key": "points", "descending": True},
        ),
        (given, "none", {}),
    ]
    for names, sort, order in steps:
        on.page.keyboard.press("Enter")
        on.settle()
        assert (
            first_column(on.page),
            heading.get_attribute("aria-sort"),
            on.widget.order,
        ) == (
            names,
            sort,
            order,
        )
        expect(button).to_be_focused()


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("name", ["Amir Khan", "Ben Oak", "Cara Lee", "Zoë Ash"]),
        (
            "form",
            ["Amir Khan", "Cara Lee", "Zoë Ash", "Ben Oak"],
        ),  # 8 before 10, equals as given
        (
            "level",
            ["Amir Khan", "Zoë Ash", "Ben Oak", "Cara Lee"],
        ),  # 3c, 3a, 4: the order of the choices; blank last
        ("agreed", ["Ben Oak", "Zoë Ash", "Amir Khan", "Cara Lee"]),
        (
            "hours",
            ["Cara Lee", "Amir Khan", "Zoë Ash", "Ben Oak"],
        ),  # 0 is a number, not a blank
    ],
)
def test_python_can_set_the_order(stage, key, names):
    on = stage(example_listing())
    on.widget.order = {"key": key, "descending": False}
    on.tell()
    assert first_column(on.page) == names


@pytest.mark.parametrize(
    ("typed", "names", "count"),
    [
        ("zoe", ["Zoë Ash"], "Showing 1 of 4"),
        ("8a", ["Amir Khan", "Cara Lee"], "Showing 2 of 4"),
        ("8A talk", ["Cara Lee"], "Showing 1 of 4"),
        ("reading", ["Zoë Ash"], "Showing 1 of 4"),
        ("yes", ["Ben Oak"], "Showing 1 of 4"),
        ("  ", ["Zoë Ash", "Amir Khan", "Ben Oak", "Cara Lee"], "Showing 4 of 4"),
        (".*", [], "Showing 0 of 4"),
    ],
)
def test_the_filter_finds_what_a_reader_sees(stage, typed, names, count):
    on = stage(example_listing())
    box = on.page.get_by_label("Show rows with")
    box.press_sequentially(typed)
    expect(on.page.get_by_text(count, exact=True)).to_have_role("status")
    on.page.wait_for_function("typed => model.get('query') === typed", arg=typed)
    on.settle()
    assert (first_column(on.page), on.widget.query) == (names, typed)
    expect(on.page.get_by_text("No row has these words")).to_be_visible(
        visible=not names
    )
    expect(box).to_be_focused()


def test_the_filter_can_be_set_from_python(stage):
    on = stage(example_listing())
    on.widget.query = "khan"
    on.tell()
    assert first_column(on.page) == ["Amir Khan"]
    expect(on.page.get_by_label("Show rows with")).to_have_value("khan")


def test_cells_show_what_is_held(stage):
    page = stage(example_listing()).page
    expect(page.get_by_label("Agreed, Ben Oak")).to_be_checked()
    expect(page.get_by_label("Agreed, Cara Lee")).not_to_be_checked()
    expect(page.get_by_label("Who leads, Amir Khan")).to_have_value("SENCO")
    expect(page.get_by_label("Hours, Cara Lee")).to_have_value("0")
    expect(page.get_by_label("Plan, Cara Lee")).to_have_value("Talk with home")
    expect(page.get_by_label("Plan, Cara Lee")).to_have_accessible_description(
        "Plan: What you will do next, in a line"
    )


def test_headings_written_upwards_leave_room_for_many_columns(stage):
    heads = ["Curriculum", "Community", "Extra-curricular"]
    columns = [
        LISTING_COLUMNS[0],
        *(
            {"key": head, "label": head, "kind": "text", "upright": True}
            for head in heads
        ),
    ]
    columns.append(
        {"key": "cost", "label": "£ a year", "kind": "number", "upright": True}
    )
    page = stage(
        Listing(
            columns=columns,
            records=[{"id": "1", "name": "Zoë Ash", "Community": "JB", "cost": 34470}],
        )
    ).page
    for head in [*heads, "£ a year"]:
        box = (
            page.get_by_role("columnheader", name=head)
            .get_by_role("button")
            .bounding_box()
        )
        assert box["height"] > 1.5 * box["width"]
    assert page.locator("tbody tr").inner_text().split() == [
        "Zoë",
        "Ash",
        "JB",
        "34,470",
    ]
    page.set_viewport_size({"width": 390, "height": 800})
    box = (
        page.get_by_role("columnheader", name="Community")
        .get_by_role("button")
        .bounding_box()
    )
    assert box["width"] > box["height"], "above cards it is a button as any"


def edits_of(listing: Listing) -> list[tuple[Any, ...]]:
    edits: list[tuple[Any, ...]] = []
    listing.observe(lambda change: edits.append(tuple(change["new"].values())), "edit")
    return edits


def test_each_kind_of_cell_is_filled_in_by_keyboard_and_sent_once(stage):
    on = stage(example_listing())
    edits = edits_of(on.widget)
    page = on.page
    page.get_by_label("Plan, Amir Khan").focus()
    page.keyboard.type("Two lines,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("one cell")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Plan, Amir Khan")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2,5")
    page.keyboard.press("Tab")
    page.keyboard.press("T")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    on.settle()
    assert edits == [
        ("2", "plan", "Two lines,\none cell", 1),
        ("2", "hours", 2.5, 2),
        ("2", "lead", "Teacher", 3),
        ("2", "agreed", True, 4),
    ]


def test_escape_brings_back_what_stood_there(stage):
    on = stage(example_listing())
    edits = edits_of(on.widget)
    plan = on.page.get_by_label("Plan, Cara Lee")
    plan.fill("Something else")
    plan.press("Escape")
    expect(plan).to_have_value("Talk with home")
    plan.blur()
    on.settle()
    assert edits == []


def test_what_is_no_number_is_said_beside_the_cell_and_not_sent(stage):
    on = stage(example_listing())
    edits = edits_of(on.widget)
    hours = on.page.get_by_label("Hours, Ben Oak")
    hours.fill("two")
    hours.blur()
    expect(hours).to_have_attribute("aria-invalid", "true")
    expect(on.page.locator("td .sl-listing-fault")).to_have_text("Please type a number")
    on.widget.records = [record | {"form": "9Z"} for record in on.widget.records]
    on.tell()
    expect(hours).to_have_value("two")
    hours.fill("2")
    hours.blur()
    expect(hours).not_to_have_attribute("aria-invalid", "true")
    on.settle()
    assert edits == [("3", "hours", 2, 1)]


def test_new_records_take_neither_focus_nor_words_being_typed(stage):
    on = stage(example_listing(order={"key": "name", "descending": False}))
    plan = on.page.get_by_label("Plan, Ben Oak")
    plan.fill("Small gruop")
    plan.evaluate("one => one.setSelectionRange(7, 9)")
    changed = [
        record | {"name": record["name"].upper(), "plan": "From elsewhere"}
        for record in on.widget.records
    ]
    on.widget.records = [person(9, name="AARON"), *reversed(changed)]
    on.tell()
    assert first_column(on.page) == [
        "AARON",
        "AMIR KHAN",
        "BEN OAK",
        "CARA LEE",
        "ZOË ASH",
    ]
    plan = on.page.get_by_label("Plan, BEN OAK")
    expect(plan).to_be_focused()
    expect(plan).to_have_value("Small gruop")
    assert plan.evaluate("one => [one.selectionStart, one.selectionEnd]") == [7, 9]
    expect(on.page.get_by_label("Plan, CARA LEE")).to_have_value("From elsewhere")
    edits = edits_of(on.widget)
    plan.press("Enter")
    on.settle()
    assert edits == [("3", "plan", "Small gruop", 1)]


def test_a_row_being_filled_in_stays_where_it_is(stage):
    on = stage(example_listing(order={"key": "plan", "descending": False}))
    before = first_column(on.page)
    plan = on.page.get_by_label("Plan, Cara Lee")
    plan.fill("A first thing")
    plan.press("Enter")
    on.settle()
    on.widget.records = [record | {"hours": 3} for record in on.widget.records]
    on.tell()
    assert first_column(on.page) == before
    expect(plan).to_be_focused()


def test_every_change_arrives_while_python_is_busy_and_none_is_undone(stage):
    on = stage(example_listing())
    edits = edits_of(on.widget)
    on.page.evaluate("model.busy()")
    on.page.get_by_label("Plan, Amir Khan").fill("one")
    on.page.get_by_label("Plan, Ben Oak").fill("two")
    on.page.get_by_label("Plan, Ben Oak").blur()
    on.widget.records = [
        record | {"form": "9Z"} for record in on.widget.records
    ]  # sent before the changes are heard
    on.tell()
    expect(on.page.get_by_label("Plan, Amir Khan")).to_have_value("one")
    on.page.evaluate("model.free()")
    on.settle()
    assert edits == [("2", "plan", "one", 1), ("3", "plan", "two", 2)]
    assert [record["plan"] for record in on.widget.records][1:3] == ["one", "two"]
    expect(on.page.get_by_label("Plan, Amir Khan")).to_have_value("one")


def test_python_has_the_last_word_on_a_value(stage):
    on = stage(example_listing())

    def tidy(change):
        edit = change["new"]
        on.widget.records = [
            record
            | ({"plan": record["plan"].strip()} if record["id"] == edit["id"] else {})
            for record in on.widget.records
        ]

    on.widget.observe(tidy, "edit")
    plan = on.page.get_by_label("Plan, Amir Khan")
    plan.fill("  spaced  ")
    plan.press("Enter")
    on.settle()
    expect(plan).to_have_value("spaced")


def test_a_refused_change_says_so_and_stays_in_sight(stage):
    on = stage(example_listing())
    on.page.evaluate("model.busy()")
    plan = on.page.get_by_label("Plan, Amir Khan")
    plan.fill("Too late")
    plan.blur()
    on.widget.columns = [column | {"editable": False} for column in on.widget.columns]
    on.drain()  # the page does not know yet
    on.page.evaluate("model.free()")
    on.settle()
    expect(on.page.locator("td .sl-listing-fault")).to_have_text(
        "Not saved: please try again"
    )
    expect(plan).to_have_value("Too late")


def test_saved_stands_beside_its_cell_until_it_is_changed_again(stage):
    on = stage(example_listing())
    on.widget.observe(
        lambda change: setattr(
            on.widget, "saved", {"id": "2", "key": "plan", "at": "14:02"}
        ),
        "edit",
    )
    plan = on.page.get_by_label("Plan, Amir Khan")
    mark = plan.locator("xpath=following-sibling::span")
    for text in ("one", "two"):
        plan.fill(text)
        expect(mark).to_be_empty()
        plan.press("Enter")
        on.settle()
        expect(mark).to_have_text("Saved 14:02")
    expect(on.page.locator(".sl-listing-heard[role=status]")).to_have_text(
        "Saved 14:02"
    )


def test_what_was_typed_last_is_kept_when_the_view_goes(stage):
    on = stage(example_listing())
    edits = edits_of(on.widget)
    on.page.get_by_label("Plan, Amir Khan").fill("half a tho")
    on.page.evaluate("takeAway()")
    on.settle()
    assert edits == [("2", "plan", "half a tho", 1)]
    on.widget.records = []
    on.tell()
    assert len(first_column(on.page)) == 4  # it no longer listens


def test_a_choice_no_longer_offered_is_kept_until_changed(stage):
    on = stage(example_listing(records=[person(1, lead="Mentor")]))
    lead = on.page.get_by_label("Who leads, Pupil 1")
    expect(lead).to_have_value("Mentor")
    lead.select_option("Teacher")
    on.settle()
    assert on.widget.records[0]["lead"] == "Teacher"


def test_names_are_text(stage):
    assert stage(example_listing()).page.locator("tbody th button").count() == 0


def test_a_long_list_comes_in_pages(stage):
    on = stage(example_listing(records=[person(i) for i in range(120)]))
    more = on.page.get_by_role("button", name="Show 50 more")
    expect(on.page.get_by_text("Showing 50 of 120", exact=True)).to_be_visible()
    more.focus()
    on.page.keyboard.press("Enter")
    assert focused(on.page) == "Pupil 50"
    assert len(first_column(on.page)) == 100
    on.page.get_by_role("button", name="Show the last 20").click()
    assert focused(on.page) == "Pupil 100"
    expect(on.page.get_by_text("Showing 120 of 120", exact=True)).to_be_visible()
    expect(more).to_be_hidden()


def test_thousands_of_rows_are_searched_and_sorted_though_few_are_drawn(stage):
    on = stage(
        example_listing(
            records=[person(i, points=(i * 7919) % 3001) for i in range(3000)]
        )
    )
    assert len(first_column(on.page)) == 50
    on.page.get_by_role("columnheader", name="Points now").get_by_role("button").click()
    points = [
        int(text) for text in on.page.locator("tbody td:nth-child(3)").all_inner_texts()
    ]
    assert points == sorted(record["points"] for record in on.widget.records)[:50]
    on.page.get_by_label("Show rows with").fill("29")
    found = sum(
        "29" in f"{record['id']} {record['points']}" for record in on.widget.records
    )
    expect(
        on.page.get_by_text(
            f"Showing 50 of {found} that match, 3000 in all", exact=True
        )
    ).to_be_visible()


def test_printing_shows_every_row_and_none_of_the_tools(stage):
    on = stage(example_listing(records=[person(i) for i in range(120)]))
    on.page.emulate_media(media="print")
    on.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(first_column(on.page)) == 120
    expect(on.page.get_by_label("Show rows with")).to_be_hidden()
    on.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(first_column(on.page)) == 50


def test_an_empty_list_says_so(stage):
    on = stage(example_listing(records=[], empty="No pupil entered at this level."))
    expect(on.page.get_by_text("No pupil entered at this level.")).to_be_visible()
    expect(on.page.get_by_role("table")).to_be_hidden()
    expect(on.page.get_by_label("Show rows with")).to_be_hidden()


def test_when_the_row_in_use_goes_the_focus_stays_in_the_list(stage):
    on = stage(example_listing())
    on.page.get_by_label("Plan, Amir Khan").focus()
    on.widget.records = [record for record in on.widget.records if record["id"] != "2"]
    on.tell()
    expect(on.page.get_by_label("Show rows with")).to_be_focused()


def test_new_columns_keep_the_place_and_send_what_was_typed(stage):
    on = stage(example_listing())
    edits = edits_of(on.widget)
    on.page.get_by_label("Plan, Amir Khan").fill("typed")
    on.widget.columns = [
        column | {"label": column["label"].upper()} for column in on.widget.columns
    ]
    on.tell()
    on.settle()
    assert edits == [("2", "plan", "typed", 1)]
    expect(on.page.get_by_label("PLAN, Amir Khan")).to_be_focused()
    expect(on.page.get_by_label("PLAN, Amir Khan")).to_have_value("typed")


def test_on_a_narrow_screen_each_row_is_a_card_with_its_labels(stage):
    page = stage(example_listing(), width=390).page
    assert fits_its_page(page)
    cell = page.locator("tbody tr").first.locator("td").nth(1)
    assert "Points now" in cell.evaluate(
        "one => getComputedStyle(one, '::before').content"
    )
    tops = (
        page.locator("tbody tr")
        .first.locator("th, td")
        .evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    )
    assert tops == sorted(set(tops))  # one under the other
    expect(
        page.get_by_role("cell", name="27")
    ).to_be_visible()  # still a table to a screen reader
    expect(page.get_by_role("columnheader", name="Form")).to_be_visible()


@pytest.mark.parametrize("text", HOSTILE)
def test_any_value_is_text_in_the_list(stage, text):
    columns = [column | {"label": text, "help": text} for column in LISTING_COLUMNS]
    columns[6] = columns[6] | {"choices": [text]}
    people = [
        person(1, name=text, form=text, level=text, plan=text, lead=text),
        person(2, id=text),
    ]
    on = stage(example_listing(caption=text, columns=columns, records=people))
    page = on.page
    assert page.locator("tbody th").first.evaluate("one => one.textContent") == text
    assert page.locator("textarea").first.input_value() == text
    assert page.locator("select").first.input_value() == text
    assert page.evaluate(
        "[document.querySelectorAll('#here script, #here img').length, window.hacked]"
    ) == [0, None]
    name = page.locator("tbody .sl-listing-text").first
    assert name.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"
    page.locator("textarea").nth(1).fill(text)
    page.locator("textarea").nth(1).press("Enter")
    on.settle()
    assert (on.widget.edit["id"], on.widget.edit["value"]) == (text, text)


# FileChooser


def chosen(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def wait_for_files(on: Stage) -> None:
    on.page.wait_for_function(
        "!document.querySelector('[role=status]').textContent.match(/Reading|Checking/)"
    )
    on.settle()


def test_files_arrive_whole_in_small_parts(stage):
    on = stage(example_chooser())
    on.widget.on_files(
        lambda files: setattr(on.widget, "message", f"{len(files)} files read.")
    )
    contents = [random.Random(1).randbytes(2_500_000), b"", b"a,b\n"]
    on.page.locator("input").set_input_files(
        [chosen(f"{i}.csv", content) for i, content in enumerate(contents)]
    )
    expect(on.page.get_by_role("status")).to_have_text("3 files read.")
    assert on.widget.arrived == [
        [(f"{i}.csv", content) for i, content in enumerate(contents)]
    ]
    sizes = on.page.evaluate("model.sent.flatMap(message => message.sizes)")
    assert sizes == [1_048_576, 1_048_576, 402_848, 4]


def test_the_limit_is_told_before_and_held_before_anything_is_sent(stage):
    on = stage(example_chooser(limit=2 * 1024 * 1024))
    expect(on.page.get_by_text("up to 100 at once, up to 2 MB each")).to_be_visible()
    on.page.locator("input").set_input_files(
        [chosen("a.csv", b"x"), chosen("large.csv", b"x" * (2 * 1024 * 1024 + 1))]
    )
    expect(on.page.get_by_role("alert")).to_have_text(
        "‘large.csv’ is 3 MB. Each file can be up to 2 MB. Nothing was read."
    )
    assert on.page.evaluate("model.sent") == []
    on.page.locator("input").set_input_files(
        [chosen("a.csv", b"x" * (2 * 1024 * 1024))]
    )
    wait_for_files(on)
    assert len(on.widget.arrived) == 1
    expect(on.page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            [chosen(f"{i}.csv", b"x") for i in range(101)],
            "101 files are too many at once. Choose up to 100.",
        ),
        (
            [chosen("notes.pdf", b"x")],
            "‘notes.pdf’ cannot be read here. Choose files ending in .csv, .xlsx or .xml.",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_the_remedy(stage, files, words):
    on = stage(example_chooser())
    on.page.locator("input").set_input_files(files)
    expect(on.page.get_by_role("alert")).to_have_text(words)
    assert on.page.evaluate("model.sent") == []


def test_files_that_are_too_large_together_are_not_sent(stage):
    on = stage(example_chooser(total=1024 * 1024))
    on.page.locator("input").set_input_files(
        [chosen(f"{i}.csv", b"x" * 600_000) for i in range(2)]
    )
    expect(on.page.get_by_role("alert")).to_have_text(
        "These files are too large together. Choose up to 1 MB at once."
    )
    assert on.page.evaluate("model.sent") == []


def test_while_python_is_at_work_the_page_says_how_far_it_is(stage):
    on = stage(example_chooser(message="What came of the files before"))
    told = []

    def work(_files):
        for share in ("50%", "100%"):
            on.widget.message = f"Counting: {share}"
            told.append([one for one in on.outbox if one.get("method") == "update"])

    on.widget.on_files(work)
    on.page.evaluate(
        """() => {
            window.said = [];
            const status = document.querySelector('[role=status]');
            new MutationObserver(() => window.said.push(status.textContent)).observe(status, {childList: true});
        }"""
    )
    on.page.locator("input").set_input_files([chosen("a.csv", b"x")])
    wait_for_files(on)
    expect(on.page.get_by_role("status")).to_have_text("Counting: 100%")
    assert "What came of the files before" not in on.page.evaluate("window.said")
    # Sent at once, and not when all is done.
    assert len(told[0]) < len(told[1])


def test_an_ending_in_capitals_is_that_ending(stage):
    on = stage(example_chooser())
    on.page.locator("input").set_input_files([chosen("PUPILS.CSV", b"x")])
    wait_for_files(on)
    assert on.widget.arrived == [[("PUPILS.CSV", b"x")]]


def test_python_refuses_what_a_page_lets_through(stage):
    on = stage(example_chooser(limit=10))
    on.page.evaluate("model.state.limit = 1000")
    on.page.locator("input").set_input_files([chosen("a.csv", b"x" * 11)])
    expect(on.page.get_by_role("alert")).to_have_text(
        "A file is too large. Each can be up to 1 KB."
    )
    assert on.widget.arrived == []


def test_a_new_choice_ends_the_one_on_its_way(stage):
    on = stage(example_chooser())
    on.page.evaluate("model.busy()")
    on.page.locator("input").set_input_files([chosen("old.csv", b"x" * 3_000_000)])
    expect(on.page.get_by_role("status")).to_have_text("Reading the file …")
    on.page.locator("input").set_input_files(
        [chosen("new.csv", b"y"), chosen("too.csv", b"z")]
    )
    expect(on.page.get_by_role("status")).to_have_text("Reading 1 of 2 …")
    on.page.evaluate("model.free()")
    wait_for_files(on)
    assert on.widget.arrived == [[("new.csv", b"y"), ("too.csv", b"z")]]


def test_a_refused_choice_ends_the_one_on_its_way_too(stage):
    on = stage(example_chooser())
    on.page.evaluate("model.busy()")
    on.page.locator("input").set_input_files([chosen("old.csv", b"x")])
    on.page.locator("input").set_input_files([chosen("no.pdf", b"x")])
    expect(on.page.get_by_role("alert")).to_contain_text("no.pdf")
    on.page.evaluate("model.free()")
    on.settle()
    assert on.widget.arrived == []
    expect(on.page.get_by_role("alert")).to_contain_text("no.pdf")


def test_a_file_that_cannot_be_opened_is_told_with_the_remedy(stage):
    on = stage(example_chooser())
    on.page.evaluate(
        "File.prototype.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('locked')) })"
    )
    on.page.locator("input").set_input_files([chosen("open.xlsx", b"x")])
    expect(on.page.get_by_role("alert")).to_contain_text(
        "‘open.xlsx’ could not be read. Close it in other programs"
    )
    on.settle()
    assert on.widget.arrived == []


def test_the_same_file_can_be_chosen_again_by_keyboard(stage, tmp_path):
    on = stage(example_chooser())
    # Listening from the start: Chromium cancels a dialog that opens before Playwright has told it that one is expected.
    on.page.on("filechooser", lambda dialog: None)
    on.settle()
    file = tmp_path / "pupils.csv"
    for times in (1, 2):
        file.write_bytes(b"x" * times)
        on.page.get_by_label("Your school's files").focus()
        with on.page.expect_file_chooser() as opened:
            on.page.keyboard.press("Space")
        opened.value.set_files(file)
        wait_for_files(on)
        assert on.widget.arrived[-1] == [("pupils.csv", b"x" * times)]
    assert len(on.widget.arrived) == 2


def test_files_can_be_dropped(stage):
    on = stage(example_chooser())
    transfer = on.page.evaluate_handle(
        """() => { const data = new DataTransfer(); data.items.add(new File(["a,b"], "dropped.csv")); return data }"""
    )
    zone = on.page.locator(".sl-chooser-zone")
    zone.dispatch_event("dragenter", {"dataTransfer": transfer})
    expect(zone).to_have_class("sl-chooser-zone sl-chooser-over")
    zone.dispatch_event("drop", {"dataTransfer": transfer})
    wait_for_files(on)
    assert on.widget.arrived == [[("dropped.csv", b"a,b")]]
    expect(zone).to_have_class("sl-chooser-zone")


@pytest.mark.parametrize("text", HOSTILE)
def test_any_name_and_message_is_text_in_the_chooser(stage, text):
    on = stage(example_chooser(label=text, message=text))
    assert on.page.get_by_role("status").evaluate("one => one.textContent") == text
    on.page.locator("input").evaluate(
        """(input, name) => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], name));
          input.files = data.files;
          input.dispatchEvent(new Event("change"));
        }""",
        text,
    )
    assert text.replace("/", ":") in on.page.get_by_role("alert").evaluate(
        "one => one.textContent"
    ).replace("/", ":")
    assert on.page.evaluate(
        "[document.querySelectorAll('#here script, #here img').length, window.hacked]"
    ) == [0, None]
