"""The card sort as it is used: by keyboard, mouse and finger, narrow, dark, on paper, against the Python object itself."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from senlib.widgets.card_sort import CardSort
from tests.widgets.staging import HOSTILE, Stage, axe_findings, fits_its_page


@pytest.fixture
def stage(stage: Callable[..., Stage]) -> Callable[..., Stage]:
    """Puts the cards on a page of their own; `moves` holds each move that Python heard of."""

    def make(widget: CardSort, **options: Any) -> Stage:
        on = stage(widget, **options)
        on.moves = []
        widget.observe(
            lambda change: on.moves.append(tuple(change["new"].values())), "move"
        )
        return on

    return make


GROUPS = [
    {"key": "judging", "title": "Judging standards"},
    {"key": "evaluating", "title": "Evaluating teaching and learning"},
    {"key": "action", "title": "Taking action to secure improvement"},
]
LONG = "Sit down with the head of each department, and think about who is moving on, who is stuck, and what could be tried."
CARDS = [
    {
        "key": f"{group['key']}.{i}",
        "text": f"Card {number}. {LONG[: 40 + 4 * i]}",
        "group": group["key"],
    }
    for group, first, last in zip(GROUPS, (1, 7, 17), (6, 16, 22), strict=True)
    for i, number in enumerate(range(first, last + 1))
]
HALF = {card["key"]: GROUPS[i % 3]["key"] for i, card in enumerate(CARDS) if i % 2}


def example(**traits: Any) -> CardSort:
    return CardSort(
        **({"title": "What a SENCO does", "groups": GROUPS, "cards": CARDS} | traits)
    )


def order(widget: CardSort) -> list[str]:
    return [card["key"] for card in widget.cards]


def on_top(page: Page) -> Locator:
    return page.locator(".sl-cards-pile .sl-cards-card:visible").first


def card(page: Page, key: str) -> Locator:
    return page.locator(f'.sl-cards-card[data-card="{key}"]')


def zone(page: Page, number: int) -> Locator:
    return page.locator(".sl-cards-zone").nth(number)


def keys_in(page: Page, number: int) -> list[str]:
    return (
        zone(page, number)
        .locator(".sl-cards-card")
        .evaluate_all("all => all.map(one => one.dataset.card)")
    )


def focused_card(page: Page) -> str:
    """The card that has the focus itself, not by one of its buttons."""
    return page.evaluate("document.activeElement.dataset.card || ''")


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)


class Finger:
    """One finger on the screen, as Chromium has it from a touch screen."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def put(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches}
        )

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], steps: int = 8
    ) -> None:
        self.put("touchStart", start)
        for i in range(1, steps + 1):
            self.put(
                "touchMove",
                tuple(a + (b - a) * i / steps for a, b in zip(start, end, strict=True)),
            )

    def lift(self) -> None:
        self.put("touchEnd")


# Anyone can use it


@pytest.mark.parametrize(
    "look",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced"],
)
@pytest.mark.parametrize("width", [1280, 390])
def test_anyone_can_use_it(stage, width, look):
    on = stage(example(placed=HALF), width=width, **look)
    on.page.get_by_role("button", name="Where does the booklet have them?").click()
    on.page.get_by_role("button", name="Show all cards").click()
    on.page.get_by_role("button", name="Move", exact=True).first.click()
    on.widget.saved = {"card": order(on.widget)[0], "fault": "The disk is full."}
    on.tell()
    assert fits_its_page(on.page)
    assert axe_findings(on.page) == []


@pytest.mark.parametrize(
    "placed",
    [{}, HALF, {card["key"]: "action" for card in CARDS}],
    ids=["none", "half", "all"],
)
@pytest.mark.parametrize(
    "size", [(1280, 900), (390, 844), (320, 256)], ids=["laptop", "phone", "zoomed"]
)
def test_it_fits_every_screen_and_each_target_is_large(stage, size, placed):
    width, height = size
    page = stage(example(placed=placed), width=width, height=height).page
    assert fits_its_page(page)
    sizes = page.locator("button:visible, .sl-cards-handle:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert all(width >= 44 and height >= 44 for width, height in sizes)
    assert axe_findings(page) == []


def test_the_headings_stand_beside_each_other_where_there_is_room_and_else_one_under_the_other(
    stage,
):
    for width, distinct in ((1280, (3, 1)), (390, (1, 3))):
        page = stage(example(), width=width).page
        boxes = [zone(page, i).bounding_box() for i in (1, 2, 3)]
        assert (
            len({box["x"] for box in boxes}),
            len({box["y"] for box in boxes}),
        ) == distinct


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_text(stage, text):
    groups = [{"key": text, "title": text}, {"key": "b", "title": "B"}]
    on = stage(
        CardSort(
            title=text, groups=groups, cards=[{"key": text, "text": text, "group": "b"}]
        )
    )
    assert (
        on_top(on.page).locator(".sl-cards-words").evaluate("one => one.textContent")
        == text
    )
    on.page.evaluate("void (window.print = () => {})")
    on.page.get_by_role("button", name="Print").click()
    on_top(on.page).locator(".sl-cards-to").first.click()
    on.page.get_by_role("button", name="Where does").click()
    on.settle()
    assert on.moves == [(text, text, 1)]
    on.widget.saved = {"card": text, "fault": text}
    on.tell()
    assert (
        on.page.locator(".sl-cards-mark").evaluate("one => one.textContent")
        == f"Not saved. {text}"
    )
    assert on.page.evaluate(
        "[document.querySelectorAll('body img, .sl-cards script').length, window.hacked]"
    ) == [0, None]
    assert (
        on.page.evaluate(
            "document.querySelectorAll('.sl-cards-sheet :is(script, img)').length"
        )
        == 0
    )


# The pile


def test_the_pile_begins_full_mixed_and_the_same_each_time(stage):
    first, again = stage(example()), stage(example(cards=CARDS[::-1]))
    expect(first.page.get_by_role("heading", name="Still to sort (22)")).to_be_visible()
    assert keys_in(first.page, 0) == keys_in(again.page, 0) == order(first.widget)
    assert keys_in(first.page, 0) != [card["key"] for card in CARDS]
    assert first.page.locator(".sl-cards-card:visible").count() == 1
    for number in (1, 2, 3):
        expect(zone(first.page, number).get_by_text("No card here yet")).to_be_visible()


def test_all_the_cards_of_the_pile_can_be_shown_and_sorted_in_any_order(stage):
    on = stage(example())
    spread = on.page.get_by_role("button", name="Show all cards")
    expect(spread).to_have_attribute("aria-pressed", "false")
    spread.click()
    expect(spread).to_have_attribute("aria-pressed", "true")
    assert on.page.locator(".sl-cards-card:visible").count() == 22
    fifth, sixth = order(on.widget)[4:6]
    card(on.page, fifth).get_by_role("button", name="Judging standards").focus()
    on.page.keyboard.press("Enter")
    assert focused_card(on.page) == sixth
    spread.click()
    assert on.page.locator(".sl-cards-pile .sl-cards-card:visible").count() == 1


def test_a_card_can_be_left_for_later(stage):
    on = stage(example())
    first, second = order(on.widget)[:2]
    on_top(on.page).get_by_role("button", name="Leave for later").focus()
    on.page.keyboard.press("Enter")
    assert focused_card(on.page) == second
    expect(on.page.get_by_role("status").first).to_have_text(
        "Left for later: 22 still to sort."
    )
    assert keys_in(on.page, 0)[-1] == first
    on.page.keyboard.press("0")
    assert keys_in(on.page, 0)[-2:] == [first, second]
    on.settle()
    assert on.moves == []


# By keyboard alone


def test_all_cards_can_be_sorted_with_three_keys(stage):
    on = stage(example())
    on.page.keyboard.press("Tab")  # the button that shows all
    on.page.keyboard.press("Tab")
    for i, key in enumerate(order(on.widget)):
        if i:
            assert focused_card(on.page) == key
        on.page.keyboard.press(str(i % 3 + 1))
    on.settle()
    assert on.moves == [
        (key, GROUPS[i % 3]["key"], i + 1) for i, key in enumerate(order(on.widget))
    ]
    assert on.widget.placed == {card: group for card, group, _ in on.moves}
    assert [len(keys_in(on.page, number)) for number in range(4)] == [0, 8, 7, 7]
    expect(on.page.get_by_text("Every card has its place.")).to_be_focused()
    expect(on.page.get_by_role("status").first).to_have_text(
        "Moved to Judging standards: 8 cards there, none left to sort."
    )


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_one_press_of_a_button_sorts_a_card(stage, key):
    on = stage(example())
    first, second = order(on.widget)[:2]
    on.page.keyboard.press("Tab")
    on.page.keyboard.press("Tab")
    on.page.keyboard.press("Tab")
    expect(
        on_top(on.page).get_by_role("button", name="Evaluating teaching and learning")
    ).to_be_focused()
    on.page.keyboard.press(key)
    on.settle()
    assert on.moves == [(first, "evaluating", 1)]
    assert focused_card(on.page) == second
    assert on.page.evaluate("document.activeElement.matches(':focus-visible')")
    expect(
        on.page.get_by_role("group", name=on.widget.cards[1]["text"])
    ).to_be_focused()


def test_a_placed_card_is_moved_on_and_back_and_keeps_the_focus(stage):
    on = stage(example(placed={"judging.0": "judging", "judging.1": "judging"}))
    move = card(on.page, "judging.1").get_by_role("button", name="Move", exact=True)
    expect(move).to_have_attribute("aria-expanded", "false")
    move.focus()
    on.page.keyboard.press("Enter")
    expect(move).to_have_attribute("aria-expanded", "true")
    ways = card(on.page, "judging.1").locator(".sl-cards-ways button:visible")
    assert ways.all_inner_texts() == [
        "2\nEvaluating teaching and learning",
        "3\nTaking action to secure improvement",
        "0\nBack to the pile",
    ]
    on.page.keyboard.press("Tab")
    on.page.keyboard.press("Tab")
    on.page.keyboard.press("Enter")
    assert focused_card(on.page) == "judging.1"
    expect(move).to_have_attribute("aria-expanded", "false")
    on.page.keyboard.press("2")
    assert focused_card(on.page) == "judging.1"
    on.page.keyboard.press("2")  # lies there already
    on.page.keyboard.press("0")
    on.settle()
    assert on.moves == [
        ("judging.1", "action", 1),
        ("judging.1", "evaluating", 2),
        ("judging.1", "", 3),
    ]
    assert focused_card(on.page) == "judging.1"
    expect(on_top(on.page)).to_be_focused()
    expect(on.page.get_by_role("status").first).to_have_text(
        "Back in the pile: 21 still to sort."
    )
    assert on.widget.placed == {"judging.0": "judging"}


def test_the_ways_on_are_closed_by_escape(stage):
    page = stage(example(placed={"judging.0": "judging"})).page
    move = page.get_by_role("button", name="Move", exact=True)
    move.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(move).to_be_focused()
    expect(move).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("keys", ["4", "9", "a", "Control+1", "Alt+2", "Meta+1"])
def test_other_keys_move_nothing(stage, keys):
    on = stage(example())
    on_top(on.page).focus()
    on.page.keyboard.press(keys)
    on.settle()
    assert on.moves == []


def test_a_key_held_down_moves_one_card_only(stage):
    on = stage(example())
    on_top(on.page).focus()
    for _ in range(4):
        on.page.keyboard.down("1")
    on.page.keyboard.up("1")
    on.settle()
    assert len(on.moves) == 1


def test_a_number_elsewhere_on_the_page_moves_nothing(stage):
    on = stage(example())
    on.page.get_by_role("button", name="Print the cards").focus()
    on.page.keyboard.press("1")
    on.settle()
    assert on.moves == []


def test_the_next_card_is_read_from_its_first_word_however_large_the_type(stage):
    on = stage(example(), width=320, height=256)
    for _ in range(3):
        on_top(on.page).get_by_role("button", name="Taking action").focus()
        on.page.keyboard.press("Enter")
        words = on_top(on.page).locator(".sl-cards-words").bounding_box()
        assert 0 <= words["y"] < 256


# What is said


def test_each_move_is_announced(stage):
    on = stage(example())
    status = on.page.get_by_role("status").first
    expect(status).to_have_text("")
    for number, words in [("1", "1 card there, 21"), ("1", "2 cards there, 20")]:
        on_top(on.page).focus()
        on.page.keyboard.press(number)
        expect(status).to_have_text(
            f"Moved to Judging standards: {words} still to sort."
        )
    expect(
        on.page.get_by_role("heading", name="Judging standards (2)", exact=True)
    ).to_be_visible()


def test_saved_is_said_when_the_last_move_is_saved(stage):
    on = stage(example())
    first, second = order(on.widget)[:2]
    said = on.page.get_by_text("Saved 14:02", exact=True)
    on_top(on.page).focus()
    on.page.keyboard.press("1")
    on.page.keyboard.press("2")
    on.settle()
    on.widget.saved = {"card": first, "at": "14:02"}
    on.tell()
    expect(said).to_be_hidden()
    on.widget.saved = {"card": second, "at": "14:02"}
    on.tell()
    expect(said).to_be_visible()
    expect(said).to_have_role("status")
    on.page.keyboard.press("3")
    expect(said).to_be_hidden()


@pytest.mark.parametrize("begins", ["", "Not saved. "])
def test_a_card_that_could_not_be_saved_says_so_stays_and_can_be_tried_again(
    stage, begins
):
    on = stage(example())
    first = order(on.widget)[0]
    on_top(on.page).focus()
    on.page.keyboard.press("1")
    on.settle()
    on.widget.saved = {
        "card": first,
        "fault": f"{begins}Another program holds the file. Close it there.",
    }
    on.tell()
    words = "Not saved. Another program holds the file. Close it there."
    expect(card(on.page, first).get_by_text(words)).to_be_visible()
    expect(on.page.get_by_role("status").first).to_have_text(words)
    assert keys_in(on.page, 1) == [first]
    card(on.page, first).get_by_role("button", name="Try again").focus()
    on.page.keyboard.press("Enter")
    assert focused_card(on.page) == first
    on.settle()
    assert on.moves == [(first, "judging", 1), (first, "judging", 2)]
    on.widget.saved = {"card": first, "at": "14:03"}
    on.tell()
    expect(on.page.get_by_text("Saved 14:03", exact=True)).to_be_visible()
    expect(on.page.get_by_text("Not saved")).to_have_count(0)
    expect(card(on.page, first).get_by_role("button", name="Try again")).to_be_hidden()


def test_a_card_back_in_the_pile_says_that_it_is_not_saved_too(stage):
    on = stage(example(placed={"judging.0": "action"}))
    card(on.page, "judging.0").focus()
    on.page.keyboard.press("0")
    on.settle()
    on.widget.saved = {"card": "judging.0", "fault": "The disk is full."}
    on.tell()
    expect(on_top(on.page).get_by_text("Not saved. The disk is full.")).to_be_visible()
    on_top(on.page).get_by_role("button", name="Try again").click()
    on.settle()
    assert on.moves == [("judging.0", "", 1), ("judging.0", "", 2)]


def test_a_move_that_python_refuses_says_so_and_stays(stage):
    on = stage(example())
    first = order(on.widget)[0]
    on.page.evaluate("model.busy()")
    on_top(on.page).focus()
    on.page.keyboard.press("2")
    assert keys_in(on.page, 2) == [first]
    on.widget.groups = [group for group in GROUPS if group["key"] != "evaluating"]
    on.drain()  # gone in Python, not yet on the page
    on.page.evaluate("model.free()")
    on.settle()
    expect(
        card(on.page, first).get_by_text("Not saved: please try again")
    ).to_be_visible()
    assert keys_in(on.page, 2) == [first]
    assert on.moves == []


# Another record from Python


def test_a_move_on_its_way_stands_over_an_older_record(stage):
    on = stage(example())
    first = order(on.widget)[0]
    on.page.evaluate("model.busy()")
    on_top(on.page).focus()
    on.page.keyboard.press("2")
    on.widget.placed = {"judging.5": "action"}
    on.tell()
    assert (keys_in(on.page, 2), keys_in(on.page, 3)) == ([first], ["judging.5"])
    on.page.evaluate("model.free()")
    on.settle()
    assert on.widget.placed == {"judging.5": "action", first: "evaluating"}


def test_another_round_begins_with_a_full_pile(stage):
    on = stage(example(placed=HALF))
    on_top(on.page).focus()
    on.page.keyboard.press("1")
    on.settle()
    on.widget.placed = {}
    on.tell()
    expect(on.page.get_by_role("heading", name="Still to sort (22)")).to_be_visible()
    assert sorted(keys_in(on.page, 0)) == sorted(order(on.widget))
    assert focused_card(on.page) in order(on.widget)


def test_a_record_equal_to_the_one_before_the_moves_is_not_taken_for_known(stage):
    on = stage(example())
    on_top(on.page).focus()
    on.page.keyboard.press("1")
    on.settle()
    assert on.page.evaluate("model.get('placed')") == on.widget.placed != {}


def test_a_new_record_keeps_the_focus_where_it_is_or_near(stage):
    on = stage(
        example(
            placed={
                "judging.0": "judging",
                "judging.1": "judging",
                "judging.2": "action",
            }
        )
    )
    move = card(on.page, "judging.0").get_by_role("button", name="Move", exact=True)
    move.focus()
    on.widget.placed = {
        "judging.1": "judging",
        "judging.0": "action",
        "judging.2": "judging",
    }
    on.tell()
    assert keys_in(on.page, 3) == ["judging.0"]
    expect(move).to_be_focused()
    on.widget.placed = {"judging.1": "judging"}
    on.tell()
    assert (
        focused_card(on.page) == keys_in(on.page, 0)[0]
    )  # its card lies under others now: the one on top


def test_what_is_there_no_more_is_left_out(stage):
    on = stage(
        example(
            placed={
                "gone": "judging",
                "judging.0": "gone",
                "judging.1": "",
                "judging.2": "action",
            }
        )
    )
    assert [len(keys_in(on.page, number)) for number in range(4)] == [21, 0, 0, 1]


def test_new_cards_and_headings_are_drawn_anew(stage):
    on = stage(example(placed={"judging.0": "judging"}))
    on_top(on.page).focus()
    on.widget.groups = [*GROUPS[:2], {"key": "more", "title": "More"}]
    on.widget.cards = CARDS[:3]
    on.tell()
    expect(on.page.get_by_role("heading", name="Still to sort (2)")).to_be_visible()
    expect(on_top(on.page).get_by_role("button", name="More")).to_be_visible()
    expect(on_top(on.page)).to_be_focused()


def test_without_cards_it_says_so(stage):
    page = stage(example(cards=[])).page
    expect(page.get_by_text("There are no cards to sort.")).to_be_visible()


# By mouse


def test_a_card_is_dragged_with_the_mouse_by_any_part_of_it(stage):
    on = stage(example())
    first, second = order(on.widget)[:2]
    drag(
        on.page,
        middle(on_top(on.page).locator(".sl-cards-words")),
        middle(zone(on.page, 3)),
    )
    expect(zone(on.page, 3)).to_have_class("sl-cards-zone sl-cards-over")
    expect(on.page.locator(".sl-cards-ghost")).to_have_text(on.widget.cards[0]["text"])
    expect(on.page.locator(".sl-cards-bar")).to_have_count(0)  # all three are in sight
    on.page.mouse.up()
    on.settle()
    assert on.moves == [(first, "action", 1)]
    assert focused_card(on.page) == second
    expect(on.page.get_by_role("status").first).to_have_text(
        "Moved to Taking action to secure improvement: 1 card there, 21 still to sort."
    )
    expect(
        on.page.locator(
            ".sl-cards-ghost, .sl-cards-over, .sl-cards-lifted, .sl-cards-dragging"
        )
    ).to_have_count(0)


def test_a_placed_card_is_dragged_on_and_back(stage):
    on = stage(example(placed={"judging.0": "judging"}))
    drag(
        on.page,
        middle(card(on.page, "judging.0").locator(".sl-cards-handle")),
        middle(zone(on.page, 2)),
    )
    on.page.mouse.up()
    drag(
        on.page,
        middle(card(on.page, "judging.0").locator(".sl-cards-handle")),
        middle(zone(on.page, 0)),
    )
    on.page.mouse.up()
    on.settle()
    assert on.moves == [("judging.0", "evaluating", 1), ("judging.0", "", 2)]
    assert focused_card(on.page) == "judging.0"


def test_a_drag_that_ends_nowhere_or_is_given_up_moves_nothing(stage):
    on = stage(example())
    words, goal = (
        middle(on_top(on.page).locator(".sl-cards-words")),
        middle(zone(on.page, 3)),
    )
    drag(on.page, words, (1270, 5))
    on.page.mouse.up()
    drag(on.page, words, goal)
    on.page.keyboard.press("Escape")
    expect(on.page.locator(".sl-cards-ghost")).to_have_count(0)
    on.page.mouse.up()
    on.page.mouse.move(*words)
    on.page.mouse.down()
    on.page.mouse.move(words[0] + 3, words[1] + 3)  # an unsteady hand
    on.page.mouse.up()
    on.page.mouse.move(*goal)
    on.settle()
    assert on.moves == []
    expect(
        on.page.locator(
            ".sl-cards-ghost, .sl-cards-over, .sl-cards-lifted, .sl-cards-dragging"
        )
    ).to_have_count(0)


def test_places_to_drop_come_to_the_edge_where_the_headings_are_out_of_sight(stage):
    on = stage(example(), height=500)
    on.page.get_by_role("button", name="Show all cards").click()
    first = order(on.widget)[0]
    on.page.mouse.move(*middle(card(on.page, first).locator(".sl-cards-handle")))
    on.page.mouse.down()
    on.page.mouse.move(400, 300)
    on.page.mouse.move(420, 320)
    spots = on.page.locator(".sl-cards-bar > div")
    assert spots.all_inner_texts() == [group["title"] for group in GROUPS]
    assert not any(
        box["y"] < 320 < box["y"] + box["height"]
        for box in [on.page.locator(".sl-cards-bar").bounding_box()]
    )
    on.page.mouse.move(*middle(spots.nth(1)), steps=3)
    expect(spots.nth(1)).to_have_class("sl-cards-over")
    on.page.mouse.up()
    on.settle()
    assert on.moves == [(first, "evaluating", 1)]
    expect(on.page.locator(".sl-cards-bar")).to_have_count(0)


def test_a_record_that_comes_during_a_drag_does_not_break_it(stage):
    on = stage(example(placed={"judging.0": "judging"}))
    first = order(on.widget)[0]
    drag(
        on.page,
        middle(on_top(on.page).locator(".sl-cards-words")),
        middle(zone(on.page, 3)),
    )
    on.widget.placed = {"judging.0": "evaluating"}
    on.tell()
    on.page.mouse.up()
    on.settle()
    assert on.moves == [(first, "action", 1)]


# By finger


def test_a_card_is_dragged_with_a_finger_by_its_dots(stage):
    on = stage(example(), width=390, height=844, has_touch=True, is_mobile=True)
    first = order(on.widget)[0]
    finger = Finger(on.page)
    start = middle(on_top(on.page).locator(".sl-cards-handle"))
    finger.drag(start, (200, 600))
    spots = on.page.locator(".sl-cards-bar > div")
    expect(spots).to_have_count(3)
    finger.put("touchMove", middle(spots.nth(2)))
    expect(spots.nth(2)).to_have_class("sl-cards-over")
    finger.lift()
    expect(zone(on.page, 3).locator(".sl-cards-card")).to_have_count(1)
    on.settle()
    assert on.moves == [(first, "action", 1)]
    assert on.page.evaluate("window.scrollY") == 0
    expect(on.page.locator(".sl-cards-bar, .sl-cards-ghost")).to_have_count(0)


def test_a_finger_on_a_cards_words_scrolls_the_page(stage):
    on = stage(
        example(placed=HALF), width=390, height=844, has_touch=True, is_mobile=True
    )
    finger = Finger(on.page)
    x, y = middle(on_top(on.page).locator(".sl-cards-words"))
    finger.drag((x, y), (x, y - 250))
    finger.lift()
    on.page.wait_for_function("window.scrollY > 100")
    on.settle()
    assert on.moves == []
    expect(on.page.locator(".sl-cards-ghost")).to_have_count(0)


def test_one_tap_sorts_a_card_and_the_page_stays_where_it_is(stage):
    on = stage(example(), width=390, height=844, has_touch=True, is_mobile=True)
    first, second = order(on.widget)[:2]
    on_top(on.page).get_by_role("button", name="Judging standards").tap()
    on.settle()
    assert on.moves == [(first, "judging", 1)]
    assert on.page.evaluate("window.scrollY") == 0
    expect(card(on.page, second)).to_be_visible()


# The booklet


def test_the_booklets_places_are_shown_when_asked_for_and_hidden_again(stage):
    placed = {"judging.0": "judging", "judging.1": "action", "action.0": "evaluating"}
    on = stage(example(placed=placed))
    button = on.page.get_by_role("button", name="Where does the booklet have them?")
    said = on.page.get_by_text("The booklet has it under")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(said).to_have_count(0)
    button.focus()
    on.page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(said).to_have_count(2)
    expect(
        card(on.page, "judging.1").get_by_text(
            "The booklet has it under Judging standards"
        )
    ).to_be_visible()
    expect(
        card(on.page, "action.0").get_by_text(
            "The booklet has it under Taking action to secure improvement"
        )
    ).to_be_visible()
    verdict = on.page.get_by_text("As in the booklet: 1 of 3 cards placed so far.")
    expect(verdict).to_have_role("status")
    expect(verdict).to_contain_text(
        "a start for a discussion, not a mark: some cards could lie in two."
    )
    card(on.page, "judging.1").focus()
    on.page.keyboard.press("1")
    expect(said).to_have_count(1)
    expect(on.page.get_by_text("As in the booklet: 2 of 3")).to_be_visible()
    button.click()
    expect(said).to_have_count(0)
    expect(on.page.get_by_text("As in the booklet")).to_have_count(0)


def test_with_nothing_placed_there_is_nothing_to_compare_and_nothing_given_away(stage):
    page = stage(example()).page
    page.get_by_role("button", name="Where does the booklet have them?").click()
    expect(page.get_by_text("There is nothing to compare yet")).to_be_visible()
    expect(page.get_by_text("The booklet has it under")).to_have_count(0)


# Paper


def printed(page: Page) -> list[str]:
    """The texts of the paragraphs and headings that would be on paper."""
    page.emulate_media(media="print")
    texts = page.locator("body :is(p, h1, h2, h3, h4):visible").all_inner_texts()
    return [text.replace("\n", " ") for text in texts]


def test_the_cards_to_cut_out_are_printed_and_nothing_else(stage):
    on = stage(example(placed=HALF))
    page = on.page
    page.evaluate(
        "void (window.prints = 0, window.print = () => { window.prints += 1 })"
    )
    page.get_by_role("button", name="Print the cards to cut out").click()
    assert page.evaluate(
        "[window.prints, document.documentElement.hasAttribute('data-sl-cards-printing')]"
    ) == [1, True]
    assert (
        page.locator(".sl-cards-sheet").evaluate("one => getComputedStyle(one).display")
        == "none"
    )  # on the screen
    assert printed(page) == [group["title"] for group in GROUPS] + [
        card["text"] for card in on.widget.cards
    ]
    look = (
        page.locator(".sl-cards-sheet p")
        .nth(5)
        .evaluate(
            "one => { const style = getComputedStyle(one); return [style.borderBottomStyle, parseFloat(style.fontSize)] }"
        )
    )
    assert look[0] == "dashed"
    assert look[1] >= 16  # 12 pt
    assert (
        page.locator(".sl-cards-sheet-row").first.evaluate(
            "one => getComputedStyle(one).breakInside"
        )
        == "avoid"
    )
    lefts = page.locator(".sl-cards-sheet-row p").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 2
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".sl-cards-sheet").count() == 0
    assert (
        page.evaluate("document.documentElement.hasAttribute('data-sl-cards-printing')")
        is False
    )
    assert "What a SENCO does" in printed(page)


def test_22_cards_take_two_sheets_of_a4(stage):
    page = stage(example()).page
    page.evaluate("void (window.print = () => {})")
    page.get_by_role("button", name="Print the cards to cut out").click()
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 2
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper


def test_on_paper_the_page_has_the_cards_as_lists_under_their_headings(stage):
    on = stage(example(placed={"judging.0": "judging", "judging.1": "action"}))
    on.page.emulate_media(media="print")
    assert on.page.locator("button:visible, .sl-cards-handle:visible").count() == 0
    assert (
        zone(on.page, 0).locator("li:visible").count() == 20
    )  # those under the one on top as well
    assert zone(on.page, 3).locator("li:visible").count() == 1
    assert (
        zone(on.page, 3)
        .locator("ul")
        .evaluate("one => getComputedStyle(one).listStyleType")
        == "disc"
    )


def test_a_page_that_is_taken_away_leaves_nothing_behind(stage):
    page = stage(example()).page
    page.evaluate("void (window.print = () => {})")
    page.get_by_role("button", name="Print the cards to cut out").click()
    page.evaluate("window.takeAway()")
    assert (
        page.evaluate("document.documentElement.hasAttribute('data-sl-cards-printing')")
        is False
    )
    assert page.locator(".sl-cards-sheet").count() == 0
    assert page.evaluate("Object.values(model.heard).flat().length") == 0
