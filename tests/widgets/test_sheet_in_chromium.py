"""The sheet as it is filled in: kept as it is typed, refused, unanswered, redrawn, by keyboard and mouse, narrow, dark, on paper."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from senlib.widgets import Sheet
from senlib.widgets.sheet import box_name
from senlib.workbook import portable
from tests.widgets.staging import (
    HOSTILE,
    LOOKS,
    Stage,
    axe_findings,
    fits_its_page,
    is_text,
)

STEPS = [["not", "Not yet"], ["begun", "Begun"], ["done", "In place"]]
PEOPLE = [["0123", "Zoë Ash"], ["0456", "Amir Khan"]]

# One box of each kind, by what stands over it.
BOXES = {
    "Barriers": {"kind": "text", "help": "What holds it up?"},
    "Room": {"kind": "short"},
    "Hours": {"kind": "number"},
    "Lead": {"kind": "initials"},
    "By when": {"kind": "date"},
    "Pupil": {"kind": "choice", "choices": PEOPLE},
    "How far": {"kind": "choice", "style": "buttons", "choices": STEPS},
    "Agreed": {"kind": "yes", "words": "We have agreed on it"},
}
COLUMNS = [
    {"key": "who", "label": "Who", "kind": "initials"},
    {"key": "hours", "label": "Hours", "kind": "number", "help": "A week"},
    {
        "key": "far",
        "label": "How far",
        "kind": "choice",
        "style": "buttons",
        "choices": STEPS,
    },
    {"key": "plan", "label": "Plan", "kind": "text"},
    {"key": "done", "label": "Done", "kind": "yes"},
]


def named(field: str, form: str = "review") -> str:
    return box_name(form=form, field=field)


def fields(*labels: str, form: str = "review", **more: Any) -> dict[str, Any]:
    boxes = [
        {"name": named(label, form), "label": label} | BOXES[label] | more
        for label in labels or BOXES
    ]
    return {
        "title": "Where are we now?",
        "level": 3,
        "intro": "",
        "blocks": [{"kind": "fields", "fields": boxes}],
    }


def row(key: str, label: str, **more: Any) -> dict[str, Any]:
    cells = {
        column["key"]: {"name": named(f"{key}.{column['key']}")} for column in COLUMNS
    }
    own = (
        {"own": {"name": named(f"{key}.label", "rows")}}
        if key.startswith("own")
        else {}
    )
    return {"key": key, "label": label, "cells": cells} | own | more


def table(
    *rows: dict[str, Any], add: str = "Add a row of your own", **more: Any
) -> dict[str, Any]:
    rows = rows or (
        row("reading", "Paired reading", note="Year 7"),
        row("own.1", "The quiet room"),
    )
    groups = [
        {"key": "in", "title": "In lessons", "rows": list(rows)},
        {"key": "out", "title": "Outside lessons", "rows": []},
    ]
    block = {
        "kind": "table",
        "caption": "Provision",
        "corner": "",
        "columns": COLUMNS,
        "groups": groups,
        "add": add,
    }
    return {"title": "Provision", "level": 3, "blocks": [block]} | more


class Memory:
    """Answers the sheet as the workbook does, and can be told to refuse."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.texts: list[tuple[int, str, str]] = []
        self.trouble = ""
        self.rows: Callable[[dict[str, Any]], None] = lambda request: None

    def of(self, name: str) -> list[tuple[int, str]]:
        return [(number, text) for number, one, text in self.texts if one == name]

    def saved(self) -> list[tuple[str, str]]:
        """What was sent to be kept: field and text."""
        return [
            (one["name"].split("\x1f")[1], one["value"])
            for one in self.asked
            if one["kind"] == "save"
        ]

    def keep(self, name: str, value: str) -> dict[str, Any]:
        self.texts.append((len(self.texts) + 1, name, value))
        return {
            "name": name,
            "id": len(self.texts),
            "at": f"14:{len(self.texts):02}",
            "versions": len(self.of(name)),
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        self.asked.append(request)
        kind, name = request["kind"], request.get("name", "")
        if self.trouble:
            return {"kind": "refused", "why": self.trouble}
        if kind in ("add row", "drop row"):
            return self.rows(request)
        if kind == "history":
            told = [
                {"id": number, "value": text, "at": f"1 May, 14:{number:02}"}
                for number, text in reversed(self.of(name)[:-1])
            ]
            return {"kind": "history", "name": name, "answers": told}
        if kind == "bring back":
            value = dict(self.of(name))[request["id"]]
            return {"kind": "brought", "value": value} | self.keep(name, value)
        last = (self.of(name) or [(0, "")])[-1]
        clash = last[0] != request["seen"] and last[1] != request["value"]
        elsewhere = (
            {"id": last[0], "value": last[1], "at": "1 May, 13:59"} if clash else None
        )
        return {"kind": "saved", "elsewhere": elsewhere} | self.keep(
            name, request["value"]
        )

    def values(self) -> dict[str, Any]:
        """As Python has them: what a page that is opened now is shown."""
        newest = {name: (number, text) for number, name, text in self.texts}
        return {
            name: {"value": text, "seen": number, "versions": len(self.of(name))}
            for name, (number, text) in newest.items()
        }


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def show(stage: Callable[..., Stage], memory: Memory) -> Callable[..., Stage]:
    """Shows a form over the memory, with some texts in it if wished."""

    def make(
        form: dict[str, Any] | None = None,
        *,
        held: dict[str, str] | None = None,
        **options: Any,
    ) -> Stage:
        for field, text in (held or {}).items():
            memory.keep(named(field), text)
        sheet = Sheet(form=form or fields(), values=memory.values(), workbook="levels")
        sheet.answer_with(memory.answer)
        return stage(sheet, **options)

    return make


@pytest.fixture
def timed(show: Callable[..., Stage]) -> Callable[..., Stage]:
    """The same on a page whose clock stands still unless it is told to run."""

    def make(*args: Any, **options: Any) -> Stage:
        on = show(*args, timezone_id="Europe/London", **options)
        on.page.clock.install(time=0)
        on.page.clock.pause_at(1000)
        return on

    return make


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def cell(page: Page, name: str) -> Locator:
    """A box with all that is said beside it."""
    return page.locator(".sl-sheet-cell", has=page.locator(f'[aria-label="{name}"]'))


def mark(page: Page, name: str) -> Locator:
    return cell(page, name).locator(".sl-sheet-mark")


def bar(page: Page) -> Locator:
    return page.locator(".sl-sheet-unsaved")


def is_unsaved(page: Page) -> bool:
    return page.locator("[data-sl-unsaved]").count() == 1


# When it is kept


def test_what_is_typed_is_kept_after_a_pause_and_once(timed, memory):
    on = timed()
    box(on.page, "Barriers").press_sequentially("Too litt")
    assert is_unsaved(on.page)
    on.page.clock.run_for(900)
    box(on.page, "Barriers").press_sequentially("le time")
    on.page.clock.run_for(900)
    assert memory.saved() == []
    on.page.clock.run_for(200)
    on.settle()
    assert memory.saved() == [("Barriers", "Too little time")]
    expect(mark(on.page, "Barriers")).to_have_text("Saved 14:01")
    expect(box(on.page, "Barriers")).to_be_focused()
    assert not is_unsaved(on.page)
    on.page.keyboard.press("Tab")
    on.page.clock.run_for(5000)
    on.settle()
    assert len(memory.asked) == 1


def test_leaving_a_box_keeps_it_at_once(show, memory):
    on = show()
    box(on.page, "Barriers").fill("Rooms")
    on.press("Tab")
    assert memory.saved() == [("Barriers", "Rooms")]
    expect(on.page.locator(".sl-sheet-heard[role=status]")).to_have_text("Saved 14:01")
    on.press("Tab")
    on.press("Shift+Tab")
    on.press("Shift+Tab")
    assert len(memory.asked) == 1


def test_a_page_that_is_put_away_keeps_what_was_typed(show, memory):
    on = show()
    box(on.page, "Barriers").fill("half a tho")
    on.page.evaluate("takeAway()")
    on.settle()
    assert memory.saved() == [("Barriers", "half a tho")]
    on.widget.show(form=fields("Room"), values={})
    on.tell()
    expect(box(on.page, "Barriers")).to_be_visible()  # it no longer listens


def test_each_kind_of_box_is_filled_in_by_keyboard(show, memory):
    on = show()
    box(on.page, "Barriers").focus()
    on.page.keyboard.type("One,")
    on.page.keyboard.press("Enter")
    on.page.keyboard.type("two")
    for keys in ("Tab", "Room 4", "Tab", "1.5", "Tab", "zö", "Tab"):
        on.page.keyboard.press(keys) if keys == "Tab" else on.page.keyboard.type(keys)
    on.page.keyboard.type("05172006")
    on.page.get_by_label("By when", exact=True).blur()
    on.page.get_by_role("combobox", name="Pupil").focus()
    for key in (
        "A",
        "Tab",
        "Space",
        "ArrowRight",
        "Tab",
        "Tab",
        "Space",
        "Tab",
    ):  # past the earlier texts
        on.press(key)
    assert memory.saved() == [
        ("Barriers", "One,\ntwo"),
        ("Room", "Room 4"),
        ("Hours", "1.5"),
        ("Lead", "ZÖ"),
        ("By when", "2006-05-17"),
        ("Pupil", "0456"),
        ("How far", "not"),
        ("How far", "begun"),
        ("Agreed", "yes"),
    ]


def test_while_one_text_is_on_its_way_the_next_waits_for_the_answer(show, memory):
    on = show(held={"Barriers": "x"})
    on.page.evaluate("model.busy()")
    for text in ("one", "one two", "one two three"):
        box(on.page, "Barriers").fill(text)
        box(on.page, "Barriers").blur()
    assert on.page.evaluate("model.sent.map(one => one.content.value)") == ["one"]
    assert is_unsaved(on.page)
    on.page.evaluate("model.free()")
    on.settle()
    assert [(one["value"], one["seen"]) for one in memory.asked] == [
        ("one", 1),
        ("one two three", 2),
    ]
    expect(mark(on.page, "Barriers")).to_have_text("Saved 14:03")
    expect(cell(on.page, "Barriers").locator(".sl-sheet-panel")).to_be_hidden()
    assert not is_unsaved(on.page)


def test_saved_is_not_said_of_what_is_still_being_typed(timed, memory):
    on = timed()
    on.page.evaluate("model.busy()")
    box(on.page, "Barriers").fill("one")
    on.page.clock.run_for(1000)
    box(on.page, "Barriers").press_sequentially(" two")
    on.page.evaluate("model.free()")
    on.settle()
    expect(mark(on.page, "Barriers")).to_be_empty()
    assert (memory.saved(), is_unsaved(on.page)) == ([("Barriers", "one")], True)
    on.page.clock.run_for(1000)
    on.settle()
    assert (
        memory.saved()[1:] == [("Barriers", "one two")] and memory.asked[1]["seen"] == 1
    )


def test_letters_being_put_together_are_not_sent_and_not_cut(timed, memory):
    on = timed()
    page = on.page
    box(page, "Barriers").fill("Year ")
    keyboard = page.context.new_cdp_session(page)
    for letters in ("に", "にほ", "にほん"):
        keyboard.send(
            "Input.imeSetComposition",
            {
                "text": letters,
                "selectionStart": len(letters),
                "selectionEnd": len(letters),
            },
        )
    page.clock.run_for(3000)
    assert memory.saved() == []
    # A sheet drawn anew and other values wait until the letters stand.
    on.widget.show(
        form=fields("Barriers", "Room"),
        values={named("Room"): {"value": "4", "seen": 1, "versions": 1}},
    )
    on.tell()
    expect(box(page, "Hours")).to_be_visible()
    keyboard.send("Input.insertText", {"text": "日本"})
    page.clock.run_for(10)
    expect(box(page, "Hours")).to_have_count(0)
    expect(box(page, "Room")).to_have_value("4")
    expect(box(page, "Barriers")).to_have_value("Year 日本")
    page.clock.run_for(1000)
    on.settle()
    assert memory.saved() == [("Barriers", "Year 日本")]


def test_escape_puts_back_what_was_kept_last(show, memory):
    on = show(held={"Barriers": "Rooms", "By when": "2006-05-17"})
    box(on.page, "Barriers").fill("Something else")
    on.press("Escape")
    expect(box(on.page, "Barriers")).to_have_value("Rooms")
    assert not is_unsaved(on.page)
    on.press("Tab")
    date = on.page.get_by_label("By when", exact=True)
    date.focus()
    on.page.keyboard.press("Delete")
    assert is_unsaved(on.page)
    on.press("Escape")
    expect(date).to_have_value("2006-05-17")
    date.blur()
    on.settle()
    assert memory.asked == []


def test_escape_never_takes_away_a_text_that_was_refused(show, memory):
    on = show()
    memory.trouble = "Not saved. The disk is full."
    box(on.page, "Barriers").fill("A long text")
    on.press("Tab")
    box(on.page, "Barriers").press("Escape")
    expect(box(on.page, "Barriers")).to_have_value("A long text")


# When it is not kept


def test_a_refused_text_stays_and_is_sent_again_when_asked(show, memory):
    on = show()
    page = on.page
    memory.trouble = "Not saved. The disk is full."
    for label in ("Barriers", "Room"):
        box(page, label).fill(f"{label} it is")
        box(page, label).blur()
    on.settle()
    expect(mark(page, "Barriers")).to_have_text(memory.trouble)
    expect(box(page, "Barriers")).to_have_attribute("aria-invalid", "true")
    expect(box(page, "Barriers")).to_have_accessible_description(
        f"What holds it up? {memory.trouble}"
    )
    expect(bar(page)).to_be_visible()
    # Passing through sends nothing, and neither does typing and taking it back.
    box(page, "Barriers").focus()
    on.press("Tab")
    box(page, "Barriers").press_sequentially("x")
    on.page.keyboard.press("Backspace")
    on.press("Tab")
    assert len(memory.saved()) == 2
    expect(box(page, "Barriers")).to_have_value("Barriers it is")
    page.get_by_role("button", name="Try again").click()
    on.settle()
    assert len(memory.saved()) == 4
    expect(bar(page)).to_be_visible()
    memory.trouble = ""
    page.get_by_role("button", name="Try again").click()
    on.settle()
    assert memory.saved()[4:] == [
        ("Barriers", "Barriers it is"),
        ("Room", "Room it is"),
    ]
    expect(bar(page)).to_be_hidden()
    expect(mark(page, "Room")).to_have_text("Saved 14:02")
    expect(box(page, "Barriers")).not_to_have_attribute("aria-invalid", "true")
    assert not is_unsaved(page)


def test_a_refused_text_that_is_changed_is_sent(show, memory):
    on = show()
    memory.trouble = "Not saved: too long."
    box(on.page, "Barriers").fill("long")
    on.press("Tab")
    memory.trouble = ""
    box(on.page, "Barriers").fill("short")
    on.press("Tab")
    assert memory.saved() == [("Barriers", "long"), ("Barriers", "short")]
    expect(bar(on.page)).to_be_hidden()


def test_a_refused_answer_taken_back_by_hand_is_no_longer_called_unsaved(show, memory):
    on = show(held={"Barriers": "Rooms"})
    memory.trouble = "Not saved."
    box(on.page, "Barriers").fill("Rooms!")
    on.press("Tab")
    box(on.page, "Barriers").fill("Rooms")
    expect(bar(on.page)).to_be_hidden()
    box(on.page, "Barriers").fill("Rooms?")
    expect(bar(on.page)).to_be_hidden()


def test_a_refused_tick_taken_back_and_made_again_is_sent_again(show, memory):
    on = show()
    tick = on.page.get_by_label("Agreed", exact=True)
    memory.trouble = "Not saved. The disk is full."
    tick.check()
    expect(mark(on.page, "Agreed")).to_have_text(memory.trouble)
    tick.uncheck()
    expect(mark(on.page, "Agreed")).to_be_empty()
    expect(bar(on.page)).to_be_hidden()
    memory.trouble = ""
    tick.check()
    expect(mark(on.page, "Agreed")).to_have_text("Saved 14:01")
    assert memory.saved() == [("Agreed", "yes"), ("Agreed", "yes")]


def test_without_an_answer_the_page_says_so_and_later_that_it_is_kept(timed, memory):
    on = timed()
    page = on.page
    page.evaluate("model.busy()")
    box(page, "Barriers").fill("one")
    box(page, "Barriers").blur()
    page.clock.run_for(1400)
    expect(mark(page, "Barriers")).to_be_empty()
    page.clock.run_for(200)
    expect(mark(page, "Barriers")).to_have_text("Saving…")
    page.clock.run_for(6300)
    expect(bar(page)).to_be_hidden()
    page.clock.run_for(200)
    expect(mark(page, "Barriers")).to_have_text(
        "Not saved yet: the page gets no answer"
    )
    expect(bar(page)).to_be_visible()
    page.evaluate("model.free()")
    on.settle()
    expect(mark(page, "Barriers")).to_have_text("Saved 14:01")
    expect(bar(page)).to_be_hidden()
    page.clock.run_for(20_000)
    expect(mark(page, "Barriers")).to_have_text("Saved 14:01")


@pytest.mark.parametrize("lost", [True, False])
def test_a_text_whose_answer_is_lost_is_sent_again_when_asked_and_clashes_with_nothing(
    timed, memory, lost
):
    on = timed()
    page = on.page
    page.evaluate("model.busy()")
    box(page, "Barriers").fill("one")
    box(page, "Barriers").blur()
    page.clock.run_for(8100)
    box(page, "Barriers").fill("one two")
    page.get_by_role("button", name="Try again").click()
    assert page.evaluate("model.sent.map(one => one.content.value)") == ["one", "one"]
    if lost:
        page.evaluate("model.held.shift()")
    page.evaluate("model.free()")
    on.settle()
    page.clock.run_for(2000)
    on.settle()
    assert [text for _, text in memory.saved()] == ["one"] * (1 if lost else 2) + [
        "one two"
    ]
    expect(cell(page, "Barriers").locator(".sl-sheet-panel")).to_be_hidden()
    expect(bar(page)).to_be_hidden()
    assert not is_unsaved(page)


def test_what_is_on_the_page_can_be_carried_away(show, memory, tmp_path):
    on = show(held={"Room": "4"})
    memory.trouble = "Not saved."
    box(on.page, "Barriers").fill(HOSTILE[0])
    on.press("Tab")
    box(on.page, "Hours").fill("half")
    on.press("Tab")
    with on.page.expect_download() as saved:
        on.page.get_by_role("button", name="Download what is on this page").click()
    saved.value.save_as(tmp_path / "page.json")
    kept = portable.read((tmp_path / "page.json").read_bytes())
    assert [(one.field, one.value) for one in kept.answers] == [
        ("Barriers", HOSTILE[0]),
        ("Room", "4"),
        ("Hours", "half"),
    ]


# Other texts of a box


def test_a_text_from_elsewhere_is_shown_and_can_be_taken(show, memory):
    on = show(held={"Barriers": "Rooms"})
    memory.keep(named("Barriers"), HOSTILE[0])
    box(on.page, "Barriers").fill("Mine")
    on.press("Tab")
    panel = cell(on.page, "Barriers").locator(".sl-sheet-panel")
    expect(panel).to_contain_text(
        "Changed elsewhere, 1 May, 13:59. What you wrote is kept, and so is the other text:"
    )
    expect(panel).to_contain_text(HOSTILE[0])
    assert is_text(on.page)
    expect(on.page.locator(".sl-sheet-heard[role=status]")).to_have_text(
        "Changed elsewhere: Barriers"
    )
    # Saving something else meanwhile, and a sheet drawn anew, leave it where it is.
    on.widget.show(form=fields(help="Other words"), values=memory.values())
    on.tell()
    expect(panel).to_be_visible()
    panel.get_by_role("button", name="Take this one: Barriers, 1 May, 13:59").press(
        "Enter"
    )
    on.settle()
    expect(panel).to_be_hidden()
    expect(box(on.page, "Barriers")).to_have_value(HOSTILE[0])
    expect(box(on.page, "Barriers")).to_be_focused()
    box(on.page, "Barriers").fill("And on")
    on.press("Tab")
    expect(panel).to_be_hidden()
    assert memory.asked[-1]["seen"] == 4


def test_a_text_from_elsewhere_is_taken_by_mouse(show, memory):
    on = show(held={"Barriers": "Rooms"})
    memory.keep(named("Barriers"), "Theirs")
    box(on.page, "Barriers").fill("Mine")
    on.press("Tab")
    on.page.get_by_role("button", name="Take this one: Barriers, 1 May, 13:59").click()
    expect(box(on.page, "Barriers")).to_have_value("Theirs")
    expect(
        on.page.get_by_role("button", name="Earlier texts: Barriers")
    ).to_be_visible()


def test_escape_closes_the_other_texts(show, memory):
    on = show(held={"Barriers": "Rooms"})
    memory.keep(named("Barriers"), "Other")
    box(on.page, "Barriers").fill("Mine")
    on.press("Tab")
    panel = cell(on.page, "Barriers").locator(".sl-sheet-panel")
    panel.get_by_role("button").press("Escape")
    expect(panel).to_be_hidden()
    expect(box(on.page, "Barriers")).to_be_focused()
    expect(box(on.page, "Barriers")).to_have_value("Mine")


def test_earlier_texts_are_listed_and_one_is_brought_back_by_keyboard(show, memory):
    on = show()
    page = on.page
    for text in ("one", "two", "three"):
        box(page, "Barriers").fill(text)
        on.press("Tab")
        box(page, "Barriers").focus()
        button = page.get_by_role("button", name="Earlier texts: Barriers")
        expect(button).to_be_visible(visible=text != "one")
    on.press("Tab")
    expect(button).to_be_focused()
    on.press("Enter")
    panel = cell(page, "Barriers").locator(".sl-sheet-panel")
    assert panel.locator(".sl-sheet-entry").all_inner_texts() == [
        f"1 May, 14:0{i}\n\n{text}\n\nBring this back"
        for i, text in [(2, "two"), (1, "one")]
    ]
    expect(
        page.get_by_role("button", name="Bring this back: Barriers, 1 May, 14:02")
    ).to_be_focused()
    on.press("Tab")
    on.press("Enter")
    expect(panel).to_be_hidden()
    expect(box(page, "Barriers")).to_have_value("one")
    expect(box(page, "Barriers")).to_be_focused()
    expect(mark(page, "Barriers")).to_have_text("Saved 14:04")
    expect(button).to_be_visible()


def test_where_nothing_else_has_stood_that_is_said(show, memory):
    on = show(held={"Barriers": "Rooms"})
    on.widget.values = {named("Barriers"): {"value": "Rooms", "seen": 1, "versions": 2}}
    on.tell()
    box(on.page, "Barriers").focus()
    on.press("Tab")
    on.press("Enter")
    panel = cell(on.page, "Barriers").locator(".sl-sheet-panel")
    expect(panel).to_have_text("Nothing else has stood here.Close")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    on.press("Enter")
    expect(panel).to_be_hidden()
    expect(box(on.page, "Barriers")).to_be_focused()


def test_choices_and_ticks_are_listed_in_words(show, memory):
    on = show(held={})
    for key in ("not", "", "done"):
        memory.keep(named("How far"), key)
    for key in ("yes", "", "yes"):
        memory.keep(named("Agreed"), key)
    on.widget.values = memory.values()
    on.tell()
    for label, first, words in (
        ("How far", "In place", ["(empty)", "Not yet"]),
        ("Agreed", "Agreed", ["not ticked", "ticked"]),
    ):
        on.page.get_by_label(first, exact=True).focus()
        on.page.get_by_role("button", name=f"Earlier texts: {label}").click()
        expect(cell(on.page, label).locator(".sl-sheet-entry p[dir]")).to_have_text(
            words
        )


@pytest.mark.parametrize("asks", ["history", "bring back"])
def test_earlier_texts_that_cannot_be_had_are_told_beside_the_box(show, memory, asks):
    on = show()
    for text in ("one", "two"):
        box(on.page, "Barriers").fill(text)
        on.press("Tab")
    box(on.page, "Barriers").focus()
    on.press("Tab")
    if asks == "bring back":
        on.press("Enter")
    memory.trouble = "Not saved. The disk is full."
    on.press("Enter")
    expect(mark(on.page, "Barriers")).to_have_text(memory.trouble)
    expect(on.page.locator(".sl-sheet-heard[role=status]")).to_have_text(memory.trouble)
    expect(box(on.page, "Barriers")).to_have_value("two")


# Each kind of box


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2", "2"),
        ("0,5", "0.5"),
        (" 1.5 ", "1.5"),
        (".5", "0.5"),
        ("2.", "2"),
        ("£3", "3"),
        ("£ 3.50", "3.50"),
        ("£1,250.50", "1250.50"),
        ("12,000", "12000"),
        ("0,125", "0.125"),
        ("007", "007"),
        ("0", "0"),
    ],
)
def test_a_number_is_kept_and_shown_plainly(show, memory, typed, kept):
    on = show()
    box(on.page, "Hours").fill(typed)
    on.press("Tab")
    assert memory.saved() == [("Hours", kept)]
    expect(box(on.page, "Hours")).to_have_value(kept)
    expect(mark(on.page, "Hours")).to_have_text("Saved 14:01")


@pytest.mark.parametrize(
    "typed", ["half", "1.5h", "-1", "1,5,5", "1 2", "£", ".", "1e5", "٣", "NaN"]
)
def test_what_is_no_number_is_told_in_place_and_not_sent(show, memory, typed):
    on = show()
    box(on.page, "Hours").fill(typed)
    on.press("Tab")
    expect(mark(on.page, "Hours")).to_have_text("Please type a number, such as 1.5")
    expect(box(on.page, "Hours")).to_have_attribute("aria-invalid", "true")
    expect(box(on.page, "Hours")).to_have_value(typed)
    expect(on.page.locator(".sl-sheet-heard[role=status]")).to_have_text(
        "Please type a number, such as 1.5"
    )
    assert memory.asked == []
    box(on.page, "Hours").fill("1")
    expect(mark(on.page, "Hours")).to_be_empty()
    on.press("Tab")
    assert memory.saved() == [("Hours", "1")]


def test_no_fault_is_found_with_a_number_that_is_being_typed(timed, memory):
    on = timed()
    box(on.page, "Hours").press_sequentially("£")
    on.page.clock.run_for(3000)
    expect(mark(on.page, "Hours")).to_be_empty()
    box(on.page, "Hours").press_sequentially("3")
    on.page.clock.run_for(1000)
    on.settle()
    assert memory.saved() == [("Hours", "3")]


def test_a_number_kept_elsewhere_that_is_none_is_shown_and_left_in_peace(show, memory):
    on = show(held={"Hours": "half a day"})
    box(on.page, "Hours").focus()
    on.press("Tab")
    expect(box(on.page, "Hours")).to_have_value("half a day")
    expect(mark(on.page, "Hours")).to_be_empty()
    assert (memory.asked, is_unsaved(on.page)) == ([], False)
    box(on.page, "Hours").fill("")
    on.press("Tab")
    assert memory.saved() == [("Hours", "")]


def test_initials_are_kept_in_capitals(show, memory):
    on = show()
    box(on.page, "Lead").press_sequentially("zö, abcdefghijkl")
    assert (
        box(on.page, "Lead").evaluate("one => getComputedStyle(one).textTransform")
        == "uppercase"
    )
    on.press("Tab")
    assert memory.saved() == [("Lead", "ZÖ, ABCDEFGH")]
    expect(box(on.page, "Lead")).to_have_value("ZÖ, ABCDEFGH")


def test_half_a_date_is_told_and_a_whole_one_kept_and_taken_back(show, memory):
    on = show()
    date = on.page.get_by_label("By when", exact=True)
    date.focus()
    on.page.keyboard.type("17")
    date.blur()
    on.settle()
    expect(mark(on.page, "By when")).to_have_text(
        "Please type the whole date: day, month and year"
    )
    assert (memory.asked, is_unsaved(on.page)) == ([], True)
    on.widget.values = memory.values()
    on.tell()
    date.fill("2006-05-17")
    date.blur()
    date.fill("")
    date.blur()
    on.settle()
    assert memory.saved() == [("By when", "2006-05-17"), ("By when", "")]


def test_a_tick_is_kept_and_taken_back(show, memory):
    on = show()
    for _ in (1, 2):
        on.page.get_by_text("We have agreed on it").click()
        on.settle()
    assert memory.saved() == [("Agreed", "yes"), ("Agreed", "")]


def test_a_choice_from_a_list_is_kept_and_taken_back(show, memory):
    on = show()
    chosen = on.page.get_by_role("combobox", name="Pupil")
    assert chosen.locator("option").all_inner_texts() == ["–", "Zoë Ash", "Amir Khan"]
    for key in ("0456", ""):
        chosen.select_option(key)
        on.settle()
    assert memory.saved() == [("Pupil", "0456"), ("Pupil", "")]


def test_a_choice_no_longer_offered_is_kept_until_changed(show, memory):
    on = show(held={"Pupil": "0999", "How far": "gone"})
    chosen = on.page.get_by_role("combobox", name="Pupil")
    expect(chosen).to_have_value("0999")
    chosen.focus()
    chosen.blur()
    on.settle()
    assert (memory.asked, is_unsaved(on.page)) == ([], False)
    chosen.select_option("0123")
    on.settle()
    assert memory.saved() == [("Pupil", "0123")]


def test_choices_that_come_later_are_offered_and_the_answer_stays(show, memory):
    on = show(held={"Pupil": "0999"})
    form = fields()
    form["blocks"][0]["fields"][5]["choices"] = [["0999", "Ben Oak"]]
    on.widget.form = form
    on.tell()
    chosen = on.page.get_by_role("combobox", name="Pupil")
    assert chosen.locator("option").all_inner_texts() == ["–", "Ben Oak"]
    expect(chosen).to_have_value("0999")


def test_a_choice_by_buttons_is_pressed_and_pressed_once_more(show, memory):
    on = show()
    for words in ("Begun", "In place", "In place", "Begun"):
        on.page.get_by_text(words, exact=True).click()
        on.settle()
    assert memory.saved() == [
        ("How far", key) for key in ("begun", "done", "", "begun")
    ]
    # Not by a press that was begun on one button and ended elsewhere.
    one = on.page.get_by_text("Begun", exact=True).bounding_box()
    on.page.mouse.move(one["x"] + 5, one["y"] + 5)
    on.page.mouse.down()
    on.page.mouse.move(5, 5)
    on.page.mouse.up()
    on.page.evaluate(
        "new Promise(done => setTimeout(done))"
    )  # until then the answers wait for the end of the press
    on.page.get_by_role("radio", name="Begun").focus()
    for key in ("ArrowRight", "ArrowLeft", "Space"):
        on.press(key)
    assert memory.saved()[4:] == [("How far", "done"), ("How far", "begun")]
    expect(on.page.get_by_role("radio", name="Begun")).to_be_checked()


@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_a_choice_by_buttons_is_taken_back_by_keyboard(show, memory, key):
    on = show(held={"How far": "begun"})
    on.page.get_by_role("radio", name="Begun").focus()
    on.press(key)
    on.press(key)
    assert memory.saved() == [("How far", "")]
    assert on.page.locator("input:checked").count() == 0


def test_a_box_that_is_shut_is_not_to_be_filled_in(show, memory):
    on = show(fields(disabled=True), held={"Barriers": "Rooms"})
    assert (
        on.page.locator(
            ".sl-sheet-cell :is(input, textarea, select):not(:disabled)"
        ).count()
        == 0
    )
    expect(box(on.page, "Barriers")).to_have_value("Rooms")


def test_what_stood_there_last_time_stands_beside_it(show):
    on = show(fields("Barriers", last="Last time (1 May): Rooms"))
    expect(on.page.locator(".sl-sheet-last")).to_have_text("Last time (1 May): Rooms")
    on.widget.form = fields("Barriers")
    on.tell()
    expect(on.page.locator(".sl-sheet-last")).to_have_count(0)


def test_a_press_on_what_stands_over_a_box_leads_into_it(show):
    on = show()
    on.page.locator(".sl-sheet-label", has_text="Hours").click()
    expect(box(on.page, "Hours")).to_be_focused()


# Rows of a school's own


def test_a_row_is_added_and_the_place_to_add_stays(show, memory):
    on = show(table())
    page = on.page
    own = []

    def added(request):
        own.append(row(f"own.{len(own) + 2}", request["label"]))
        on.widget.show(
            form=table(row("reading", "Paired reading"), *own), values=memory.values()
        )

    memory.rows = added
    place = page.get_by_label("Add your own to In lessons").first
    expect(place).to_be_hidden()
    page.get_by_text("Add your own to In lessons").first.click()
    place.press("Enter")
    place.fill("   ")
    place.press("Enter")
    on.settle()
    assert memory.asked == []
    place.fill(f"  {HOSTILE[0]} ")
    on.press("Enter")
    assert memory.asked == [
        {"kind": "add row", "section": "in", "label": HOSTILE[0], "turn": 1}
    ]
    expect(box(page, f"Plan: {HOSTILE[0]}")).to_be_visible()
    expect(page.locator(".sl-sheet-heard[role=status]")).to_have_text(
        f"Added: {HOSTILE[0]}"
    )
    assert is_text(page)
    expect(place).to_be_focused()
    expect(place).to_have_value("")
    place.fill("Chess club")
    page.get_by_role("button", name="Add your own to In lessons").click()
    on.settle()
    expect(box(page, "Plan: Chess club")).to_be_visible()


def test_a_row_that_cannot_be_added_or_taken_out_is_told_there_and_its_name_stays(
    show, memory
):
    on = show(table())
    memory.trouble = "Not saved. The disk is full."
    on.page.get_by_text("Add your own to Outside lessons").first.click()
    place = on.page.get_by_label("Add your own to Outside lessons").first
    place.fill("Chess club")
    on.press("Enter")
    expect(place).to_have_value("Chess club")
    expect(on.page.locator("details[open]")).to_contain_text(memory.trouble)
    on.page.get_by_role("button", name="Take out the row The quiet room").click()
    on.settle()
    expect(on.page.get_by_role("row", name="The quiet room")).to_contain_text(
        memory.trouble
    )
    memory.trouble = ""
    place.focus()
    on.press("Enter")
    assert memory.asked[-1]["label"] == "Chess club"
    expect(on.page.locator("details[open]")).not_to_contain_text("Not saved")


def test_a_row_is_renamed_and_its_boxes_stay_as_they_are(show, memory):
    on = show(table())
    page = on.page
    box(page, "Plan: The quiet room").fill("Half a thou")
    box(page, "Plan: The quiet room").evaluate("one => one.setSelectionRange(2, 4)")
    on.widget.show(
        form=table(row("reading", "Paired reading"), row("own.1", "The nurture room")),
        values={},
    )
    on.tell()
    plan = box(page, "Plan: The nurture room")
    expect(plan).to_be_focused()
    expect(plan).to_have_value("Half a thou")
    assert plan.evaluate("one => [one.selectionStart, one.selectionEnd]") == [2, 4]
    name = box(page, "Name of your own row")
    name.fill("The quiet corner")
    on.press("Tab")
    assert memory.saved() == [
        ("own.1.plan", "Half a thou"),
        ("own.1.label", "The quiet corner"),
    ]


def test_a_row_taken_out_leaves_the_focus_in_its_table(show, memory):
    on = show(table())
    memory.rows = lambda request: on.widget.show(
        form=table(row("reading", "Paired reading")), values={}
    )
    on.page.get_by_role("button", name="Take out the row The quiet room").press("Enter")
    on.settle()
    assert memory.asked == [{"kind": "drop row", "row": "own.1", "turn": 1}]
    expect(box(on.page, "Plan: The quiet room")).to_have_count(0)
    expect(on.page.get_by_role("region", name="Provision")).to_be_focused()
    expect(on.page.locator(".sl-sheet-heard[role=status]")).to_have_text(
        "Taken out: The quiet room"
    )


# Another sheet, other values


def test_a_sheet_drawn_anew_keeps_what_is_typed_where_the_box_stays_and_sends_it_where_it_goes(
    show, memory
):
    on = show(fields("Barriers", "Room"))
    page = on.page
    page.evaluate("model.busy()")
    box(page, "Room").fill(
        "Room 4"
    )  # and on its way, as soon as the next box is typed in
    box(page, "Barriers").fill("Half a thou")
    page.evaluate("document.activeElement.setSelectionRange(2, 4)")
    on.widget.show(
        form=fields("Hours", "Barriers"),
        values={named("Barriers"): {"value": "Older", "seen": 5, "versions": 1}},
    )
    on.tell()
    expect(box(page, "Barriers")).to_have_value("Half a thou")
    expect(box(page, "Barriers")).to_be_focused()
    assert page.evaluate(
        "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    ) == [2, 4]
    page.evaluate("model.free()")
    on.settle()
    assert memory.saved() == [("Room", "Room 4")]
    box(page, "Barriers").blur()
    on.settle()
    assert memory.saved() == [("Room", "Room 4"), ("Barriers", "Half a thou")]
    assert not is_unsaved(page)


def test_what_is_typed_in_a_box_that_goes_is_sent_and_if_refused_not_lost(
    show, memory, tmp_path
):
    on = show(fields("Barriers", "Room"))
    page = on.page
    memory.trouble = "Not saved. The disk is full."
    box(page, "Barriers").fill("For Zoë")
    on.widget.show(form=fields("Barriers", form="review/0456"), values={})
    on.tell()
    on.settle()
    assert memory.saved() == [("Barriers", "For Zoë")]
    expect(box(page, "Barriers")).to_have_value("")
    expect(bar(page)).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download what is on this page").click()
    saved.value.save_as(tmp_path / "page.json")
    assert [
        one["value"]
        for one in json.loads((tmp_path / "page.json").read_text())["answers"]
    ] == ["For Zoë"]
    # Back at the first one it stands there still.
    on.widget.show(form=fields("Barriers"), values={})
    on.tell()
    expect(box(page, "Barriers")).to_have_value("For Zoë")
    expect(mark(page, "Barriers")).to_have_text(memory.trouble)
    on.widget.show(form=fields("Room"), values={})
    on.tell()
    memory.trouble = ""
    page.get_by_role("button", name="Try again").click()
    on.settle()
    assert memory.saved()[-1] == ("Barriers", "For Zoë")
    expect(bar(page)).to_be_hidden()
    assert not is_unsaved(page)


def test_a_text_on_its_way_while_the_sheet_is_drawn_anew_is_not_sent_twice(
    show, memory
):
    on = show(fields("Barriers", "Room"))
    page = on.page
    page.evaluate("model.busy()")
    box(page, "Barriers").fill("one")
    box(page, "Barriers").blur()
    box(page, "Barriers").fill("one two")
    on.widget.show(form=fields("Barriers", help="Other words"), values={})
    on.tell()
    box(page, "Barriers").blur()
    page.evaluate("model.free()")
    on.settle()
    assert [(one["value"], one["seen"]) for one in memory.asked] == [
        ("one", 0),
        ("one two", 1),
    ]
    expect(cell(page, "Barriers").locator(".sl-sheet-panel")).to_be_hidden()
    expect(mark(page, "Barriers")).to_have_text("Saved 14:02")


def test_the_pause_in_typing_goes_on_while_the_sheet_is_drawn_anew(timed, memory):
    on = timed()
    box(on.page, "Barriers").fill("one")
    on.page.clock.run_for(500)
    on.widget.show(form=fields("Barriers", help="Other words"), values={})
    on.tell()
    on.page.clock.run_for(600)
    on.settle()
    assert memory.saved() == [("Barriers", "one")]


def test_values_from_python_are_shown_but_never_over_what_is_being_typed(show, memory):
    on = show(held={"Barriers": "Rooms", "Room": "4"})
    box(on.page, "Barriers").fill("Roms")
    box(on.page, "Barriers").evaluate("one => one.setSelectionRange(1, 3)")
    memory.keep(named("Barriers"), "From elsewhere")
    memory.keep(named("Room"), "5")
    on.widget.values = memory.values()
    on.tell()
    expect(box(on.page, "Room")).to_have_value("5")
    expect(box(on.page, "Barriers")).to_have_value("Roms")
    expect(box(on.page, "Barriers")).to_be_focused()
    assert on.page.evaluate(
        "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    ) == [1, 3]
    on.press("Tab")
    assert (
        memory.asked[-1]["seen"] == 1
    )  # what it was typed over: so the other text is told
    expect(cell(on.page, "Barriers")).to_contain_text("From elsewhere")


def test_saved_is_no_longer_said_of_a_text_that_python_replaced(show, memory):
    on = show()
    box(on.page, "Barriers").fill("one")
    on.press("Tab")
    expect(mark(on.page, "Barriers")).to_have_text("Saved 14:01")
    on.widget.values = {named("Barriers"): {"value": "one", "seen": 1, "versions": 1}}
    on.tell()
    expect(mark(on.page, "Barriers")).to_have_text("Saved 14:01")
    on.widget.values = {}
    on.tell()
    expect(box(on.page, "Barriers")).to_have_value("")
    expect(mark(on.page, "Barriers")).to_be_empty()


@pytest.mark.parametrize(
    "label", ["Room", "Hours", "By when", "Pupil", "In place", "Agreed"]
)
def test_the_focus_stays_where_it_is_when_the_sheet_is_drawn_anew(show, label):
    on = show(held={"How far": "done"})
    on.page.get_by_label(label, exact=True).focus()
    on.widget.form = fields(help="Other words")
    on.tell()
    expect(on.page.get_by_label(label, exact=True)).to_be_focused()


@pytest.mark.parametrize("what", ["saved", "drawn"])
def test_nothing_moves_under_a_press(show, memory, what):
    """A mouse button goes down, and before it comes up the box that was left is saved, or the sheet is drawn anew."""
    form = fields("Room", "Barriers", "Agreed")
    on = show(form, held={"Barriers": "x"}, width=390)
    page = on.page
    memory.keep(named("Barriers"), "y")
    on.widget.values = memory.values()
    on.tell()
    box(page, "Barriers").fill("Left at once")
    expect(page.get_by_role("button", name="Earlier texts: Barriers")).to_be_visible()
    before = page.get_by_label("Agreed", exact=True).bounding_box()
    page.mouse.move(before["x"] + 4, before["y"] + 4)
    page.mouse.down()
    if what == "drawn":
        on.widget.show(
            form=fields("Room", "Barriers", "Hours", "Lead", "Agreed"),
            values=memory.values(),
        )
        on.tell()
    on.settle()
    assert page.get_by_label("Agreed", exact=True).bounding_box() == before
    page.mouse.up()
    expect(page.get_by_label("Agreed", exact=True)).to_be_checked()
    on.settle()
    expect(mark(page, "Barriers")).to_contain_text("Saved")
    assert box(page, "Hours").count() == (what == "drawn")
    assert memory.saved() == [("Barriers", "Left at once"), ("Agreed", "yes")]


# Any text, any screen, anyone


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 300, "\U0001f469\u200d\U0001f9bd"])
def test_any_text_is_text(show, memory, text):
    columns = [column | {"label": text, "help": text} for column in COLUMNS]
    columns[2] = columns[2] | {"choices": [["a", text], ["b", "B"]]}
    cells = row("own.1", text, note=text)
    cells["cells"]["plan"] = {
        "lines": [{"text": text, "href": "task2"}, {"text": text}]
    }
    form = table(cells, row("reading", text), title=text, intro=text)
    form["blocks"][0] |= {"caption": text, "corner": text, "columns": columns}
    form["blocks"][0]["groups"][0]["title"] = text
    boxes = [
        {"name": named(label), "label": text, "help": text, "last": text} | BOXES[label]
        for label in ("Barriers", "Room")
    ]
    form["blocks"].append({"kind": "fields", "fields": boxes})
    on = show(form, held={"Barriers": text, "Room": text})
    page = on.page
    assert is_text(page) and fits_its_page(page)
    assert page.locator("h3").evaluate("one => one.textContent") == text
    assert page.locator(".sl-sheet-fields textarea").input_value() == text
    assert page.locator(".sl-sheet-shown a").evaluate("one => one.textContent") == text
    page.locator(".sl-sheet-fields textarea").fill(f"{text}!")
    page.locator(".sl-sheet-fields textarea").press("Tab")
    on.settle()
    assert memory.saved() == [("Barriers", f"{text}!")]
    page.locator(".sl-sheet-fields textarea").focus()
    page.locator(".sl-sheet-fields .sl-sheet-small:visible").first.click()
    on.settle()
    assert page.locator(".sl-sheet-entry p[dir]").inner_text() == text
    assert is_text(page)


def test_half_an_emoji_does_not_stop_the_page(show, memory):
    on = show()
    box(on.page, "Barriers").evaluate(
        "one => { one.focus(); one.value = 'a\\ud83d'; one.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    on.press("Tab")
    on.settle()
    assert [field for field, _ in memory.saved()] == ["Barriers"]
    expect(mark(on.page, "Barriers")).to_have_text("Saved 14:01")
    assert not is_unsaved(on.page)


def crowded() -> dict[str, Any]:
    """All there is on one page."""
    form = table()
    form["blocks"].append(fields(last="Last time (1 May): Rooms")["blocks"][0])
    return form


def trouble_everywhere(on: Stage, memory: Memory) -> None:
    """Every panel open, every fault told."""
    page = on.page
    box(page, "Barriers").fill("Mine")
    box(page, "Barriers").blur()
    on.settle()
    memory.trouble = "Not saved. The disk is full."
    box(page, "Room").fill("4")
    box(page, "Hours").fill("half")
    page.get_by_label("Not yet", exact=True).last.check()
    page.get_by_label("Agreed", exact=True).check()
    page.get_by_text("Add your own to In lessons").first.click()
    page.get_by_label("Add your own to In lessons").first.fill("Chess club")
    page.get_by_label("Add your own to In lessons").first.press("Enter")
    on.settle()
    box(page, "Barriers").focus()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [1280, 390])
def test_anyone_can_use_it(show, memory, width, look):
    on = show(
        crowded(),
        held={"Barriers": "Rooms", "How far": "begun"},
        width=width,
        **LOOKS[look],
    )
    assert axe_findings(on.page) == []
    memory.keep(named("Barriers"), "From elsewhere")
    trouble_everywhere(on, memory)
    expect(on.page.locator(".sl-sheet-panel:visible")).to_contain_text("From elsewhere")
    assert axe_findings(on.page) == []
    assert fits_its_page(on.page)


@pytest.mark.parametrize("width", [320, 390, 720, 1280])
def test_it_fits_every_screen_and_each_target_is_large(show, memory, width):
    on = show(crowded(), held={"Barriers": "Rooms", "How far": "begun"}, width=width)
    memory.keep(named("Barriers"), "From elsewhere " + "x" * 200)
    trouble_everywhere(on, memory)
    assert fits_its_page(on.page)
    small = on.page.evaluate(
        """() => [...document.querySelectorAll('#here :is(input, textarea, select, button, summary)')]
            .filter(one => one.checkVisibility() && !one.closest('.sl-sheet-cell:not(.sl-sheet-here) .sl-sheet-foot'))
            .map(one => one.closest('label') ?? one)
            .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44).map(([what]) => what)"""
    )
    assert small == []


def test_a_table_is_a_card_a_row_where_there_is_little_room(show):
    on = show(table(), width=700)
    page = on.page
    for width, is_card, is_stacked in (
        (1280, False, False),
        (700, True, False),
        (390, True, True),
    ):
        page.set_viewport_size({"width": width, "height": 900})
        tops = (
            page.get_by_role("row", name="Paired reading")
            .locator(":scope > *")
            .evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        )
        # On a card the row's name stands above its boxes; these stand side by side where there is room, and else below one another.
        assert all(top > tops[0] for top in tops[1:]) == is_card
        assert (tops == sorted(set(tops))) == is_stacked
        over = [
            page.get_by_role("row", name="Paired reading")
            .locator("td")
            .nth(i)
            .evaluate("one => getComputedStyle(one, '::before').content")
            for i in range(len(COLUMNS))
        ]
        assert [
            column["label"] in words
            for column, words in zip(COLUMNS, over, strict=True)
        ] == [is_card] * len(COLUMNS)
        # Still a table to a screen reader.
        expect(page.get_by_role("cell").first).to_be_visible()
        expect(box(page, "Plan: Paired reading")).to_have_accessible_description("")
        expect(box(page, "Hours: Paired reading")).to_have_accessible_description(
            "A week"
        )


def test_on_paper_there_are_answers_and_no_tools(show, memory):
    long = "A long answer that has to be read to its end. " * 60
    on = show(crowded(), held={"Barriers": "Rooms", "How far": "begun", "Room": "4"})
    page = on.page
    memory.keep(named("Barriers"), "From elsewhere")
    trouble_everywhere(on, memory)
    box(page, "Barriers").fill(long)
    page.emulate_media(media="print")
    for tool in (
        ".sl-sheet-small",
        ".sl-sheet-panel",
        ".sl-sheet-add",
        ".sl-sheet-unsaved",
        ".sl-sheet-foot",
    ):
        assert page.locator(f"{tool}:visible").count() == 0, tool
    assert box(page, "Barriers").evaluate(
        "one => one.scrollHeight <= one.clientHeight + 1"
    )
    expect(page.get_by_text("Begun", exact=True).last).to_be_hidden()
    expect(page.get_by_text("Not yet", exact=True).last).to_be_visible()
    expect(page.locator(".sl-sheet-last").first).to_be_visible()
    assert fits_its_page(page)
