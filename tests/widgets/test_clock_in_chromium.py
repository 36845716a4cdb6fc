"""The clock as a room sees it: started, paused, moved on, heard, opened anew; with time that the tests set."""

import pytest
from playwright.sync_api import expect

from senlib.widgets.clock import Clock
from tests.widgets import staging
from tests.widgets.staging import axe_findings, fits_its_page, is_text

ACTIVITIES = [
    {"key": "welcome", "title": "Who is here?", "minutes": 5},
    {"key": "sort", "title": "Sort the cards", "minutes": 20},
    {"key": "end", "title": "Three actions", "minutes": 1},
]
# A time of its own, which moves only when it is told to.
CLOCK = """() => { window.ahead = window.ahead ?? 0; const real = Date.now.bind(Date); const begun = real(); Date.now = () => begun + window.ahead; }"""


@pytest.fixture
def shown(stage):
    def make(
        activities=ACTIVITIES, *, title="Twilight 1", key="twilights/1", **options
    ):
        on = stage(Clock(title=title, key=key, activities=activities), **options)
        on.page.evaluate("sessionStorage.clear()")
        on.page.evaluate(CLOCK)
        on.page.evaluate("window.takeAway()")
        mount_again(on)
        return on

    return make


def mount_again(on):
    """The page's piece as a reload makes it: nothing of it is left but what the tab has kept."""
    on.page.evaluate("document.getElementById('here').replaceChildren()")
    state = {name: getattr(on.widget, name) for name in ("title", "key", "activities")}
    on.page.evaluate("state => window.mount('clock', state)", state)


def press(on, name):
    on.page.get_by_role("button", name=name, exact=True).click()


def press_though_it_is_off(on, name):
    on.page.get_by_role("button", name=name, exact=True).focus()
    on.press("Enter")


def pass_time(on, minutes, seconds=0):
    on.page.evaluate("ms => { window.ahead += ms }", (minutes * 60 + seconds) * 1000)
    on.page.wait_for_timeout(300)  # one look at the time


def place(on, which):
    return on.page.locator(f".sl-clock-{which}")


def test_before_the_start_it_says_what_comes_and_how_long_all_takes(shown):
    on = shown()
    expect(place(on, "now")).to_have_text("Ready to start")
    expect(place(on, "next")).to_have_text("Next: Who is here? (5 minutes)")
    expect(place(on, "whole")).to_contain_text("26 minutes in all")
    expect(place(on, "left")).to_be_hidden()


def test_it_runs_pauses_and_goes_on(shown):
    on = shown()
    press(on, "Start")
    expect(place(on, "left")).to_have_text("5:00")
    expect(place(on, "now")).to_have_text("Who is here?")
    expect(place(on, "next")).to_have_text("Next: Sort the cards (20 minutes)")
    pass_time(on, 2, 10)
    expect(place(on, "left")).to_have_text("2:50")
    press(on, "Pause")
    pass_time(on, 30)
    expect(place(on, "left")).to_have_text("2:50")
    expect(place(on, "word")).to_have_text("minutes left, paused")
    press(on, "Go on")
    pass_time(on, 0, 50)
    expect(place(on, "left")).to_have_text("2:00")
    expect(place(on, "word")).to_have_text("minutes left")


def test_it_stays_with_an_activity_whose_time_is_up_and_says_by_how_much(shown):
    on = shown()
    press(on, "Start")
    pass_time(on, 6, 30)
    expect(place(on, "now")).to_have_text("Who is here?")
    expect(place(on, "left")).to_have_text("1:30")
    expect(place(on, "word")).to_have_text("over its time")


def test_next_goes_through_to_the_end_and_back(shown):
    on = shown()
    press(on, "Start")
    press(on, "Next")
    expect(place(on, "now")).to_have_text("Sort the cards")
    expect(place(on, "left")).to_have_text("20:00")
    press(on, "Next")
    expect(place(on, "next")).to_have_text("This is the last.")
    press(on, "Next")
    expect(place(on, "now")).to_have_text("The session is over")
    expect(on.page.get_by_role("button", name="Next")).to_have_attribute(
        "aria-disabled", "true"
    )
    press_though_it_is_off(on, "Next")
    expect(place(on, "now")).to_have_text("The session is over")
    press(on, "Back")
    expect(place(on, "now")).to_have_text("Three actions")
    press(on, "Begin again")
    expect(place(on, "now")).to_have_text("Ready to start")
    expect(on.page.get_by_role("button", name="Start")).to_be_focused()


def test_it_is_heard_at_each_change_of_activity_and_at_no_other_time(shown):
    on = shown()
    on.page.evaluate("""() => {
      window.heard = [];
      const spoken = document.querySelector('.sl-clock [role=status]');
      new MutationObserver(() => window.heard.push(spoken.textContent)).observe(spoken, { childList: true });
    }""")
    press(on, "Start")
    for _ in range(3):
        pass_time(on, 2, 1)
    press(on, "Pause")
    press(on, "Go on")
    press(on, "Next")
    on.page.wait_for_timeout(300)
    assert on.page.evaluate("window.heard") == [
        "Now: Who is here?, 5 minutes. Next: Sort the cards.",
        "Now: Sort the cards, 20 minutes. Next: Three actions.",
    ]
    assert on.page.locator("[aria-live]:not([aria-live=off])").count() == 0
    expect(place(on, "left")).to_have_attribute("role", "timer")


def test_all_of_it_is_done_by_keyboard(shown):
    on = shown()
    on.page.get_by_role("button", name="Start").focus()
    on.press("Enter")
    expect(on.page.get_by_role("button", name="Pause")).to_be_focused()
    on.press("Tab")
    on.press("Space")
    expect(place(on, "now")).to_have_text("Sort the cards")
    expect(on.page.get_by_role("button", name="Next")).to_be_focused()


@pytest.mark.parametrize("paused", [False, True])
def test_a_page_that_is_opened_anew_goes_on_where_it_was(shown, paused):
    on = shown()
    press(on, "Start")
    press(on, "Next")
    pass_time(on, 3)
    if paused:
        press(on, "Pause")
    on.page.evaluate("window.takeAway()")
    pass_time(on, 4)
    mount_again(on)
    expect(place(on, "now")).to_have_text("Sort the cards")
    expect(place(on, "left")).to_have_text("17:00" if paused else "13:00")
    expect(on.page.locator(".sl-clock [role=status]")).to_be_empty()


def test_another_session_has_a_clock_of_its_own(shown):
    on = shown()
    press(on, "Start")
    on.widget.show(title="Twilight 2", key="twilights/2", activities=ACTIVITIES[1:])
    on.tell()
    expect(place(on, "now")).to_have_text("Ready to start")
    on.widget.show(title="Twilight 1", key="twilights/1", activities=ACTIVITIES)
    on.tell()
    expect(place(on, "now")).to_have_text("Who is here?")


def test_a_plan_that_is_changed_meanwhile_keeps_the_activity_under_way(shown):
    on = shown()
    press(on, "Start")
    press(on, "Next")
    pass_time(on, 5)
    on.widget.show(
        title="Twilight 1",
        key="twilights/1",
        activities=[ACTIVITIES[1] | {"minutes": 10}, ACTIVITIES[0]],
    )
    on.tell()
    expect(place(on, "left")).to_have_text("5:00")
    expect(place(on, "next")).to_have_text("Next: Who is here? (5 minutes)")
    on.widget.show(title="Twilight 1", key="twilights/1", activities=ACTIVITIES[:1])
    on.tell()
    expect(place(on, "now")).to_have_text("Ready to start")


def test_without_activities_there_is_nothing_to_start(shown):
    on = shown([])
    expect(place(on, "now")).to_have_text("No activity is chosen")
    press_though_it_is_off(on, "Start")
    expect(place(on, "now")).to_have_text("No activity is chosen")


def test_nothing_is_sent_to_python(shown):
    on = shown()
    for name in ("Start", "Next", "Pause", "Go on", "Back", "Begin again"):
        press(on, name)
    assert on.page.evaluate(
        "[model.sent.length, Object.keys(model.changed).length]"
    ) == [0, 0]


@pytest.mark.parametrize(
    "kept",
    [
        "null",
        "not json",
        '{"at": 5, "taken": "x"}',
        '{"at": "gone", "taken": 1, "since": 1}',
    ],
)
def test_what_the_tab_has_kept_may_be_anything(shown, kept):
    on = shown()
    on.page.evaluate(
        "kept => sessionStorage.setItem('senlib.clock.twilights/1', kept)", kept
    )
    on.page.evaluate("window.takeAway()")
    mount_again(on)
    expect(place(on, "now")).to_have_text("Ready to start")


def test_titles_are_text(shown):
    on = shown(
        [
            {"key": f"k{n}", "title": words, "minutes": 1}
            for n, words in enumerate(staging.HOSTILE)
        ],
        title=staging.HOSTILE[0],
    )
    press(on, "Start")
    for _ in staging.HOSTILE[1:]:
        press(on, "Next")
    assert is_text(on.page)


@pytest.mark.parametrize("look", staging.LOOKS)
@pytest.mark.parametrize("width", [1280, 320])
def test_it_fits_and_can_be_read(shown, look, width):
    on = shown(
        [one | {"title": one["title"] * 3} for one in ACTIVITIES],
        width=width,
        **staging.LOOKS[look],
    )
    for name in ("Start", "Pause", "Next"):
        press(on, name)
        assert fits_its_page(on.page) and axe_findings(on.page) == []
    pass_time(on, 60)
    assert axe_findings(on.page) == []
    size = place(on, "left").evaluate(
        "one => parseFloat(getComputedStyle(one).fontSize)"
    )
    assert size >= (190 if width == 1280 else 60)
