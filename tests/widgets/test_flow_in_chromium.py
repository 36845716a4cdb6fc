"""The flow chart as it is used: walked and redrawn by keyboard, narrow, dark, on paper, against the Python object itself."""

import itertools
import random
from dataclasses import asdict
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from senlib.widgets.flow import FIELDS, Flow
from senlib.workbook.flow_chart import FlowChart, nodes_from, problems, walk
from senlib.workbook.page_forms import load
from tests.widgets import staging
from tests.widgets.staging import Stage, axe_findings, fits_its_page

HOSTILE = [*staging.HOSTILE, "x" * 100]


def box(on: Stage, key: str) -> Locator:
    return on.page.locator(f".sl-flow-box[data-key='{key}']")


# The charts, and the page's Python around them: it follows the answers, and says what is amiss in a drawing.


def booklet() -> FlowChart:
    return load("task7_planning").part("task7.chart")


def chart_of(flow: Flow) -> FlowChart:
    return FlowChart(
        key="own",
        title="Our own",
        unit="",
        start=flow.start,
        nodes=nodes_from(flow.nodes),
    )


def show_walk(flow: Flow) -> None:
    trail = walk(chart_of(flow), flow.given)
    given = {key: way for key, way in flow.given.items() if way}
    asked = trail.asks.key if trail.asks else ""
    flow.show(
        answers=given,
        passed=[node.key for node in trail.nodes],
        asks=asked,
        done=trail.done,
    )


def walked(
    nodes: Any = None,
    start: str = "q1",
    given: dict[str, str] | None = None,
    **traits: Any,
) -> Flow:
    """A chart that is walked, the booklet's unless another is given."""
    nodes = nodes or [asdict(node) for node in booklet().nodes.values()]
    flow = Flow(
        **(
            {
                "nodes": nodes,
                "start": start,
                "title": "Does it need a plan?",
                "walkable": True,
            }
            | traits
        )
    )
    flow.given = dict(given or {})

    def answered(change: dict[str, Any]) -> None:
        flow.given[change["new"]["key"]] = change["new"]["way"]
        flow.saved = {"at": "14:02"}
        show_walk(flow)

    flow.observe(answered, "answer")
    show_walk(flow)
    return flow


def edited(nodes: Any = None, start: str = "q1", **traits: Any) -> Flow:
    """A chart that is changed, the booklet's unless another is given."""
    nodes = (
        [asdict(node) for node in booklet().nodes.values()] if nodes is None else nodes
    )
    flow = Flow(
        **(
            {"nodes": nodes, "start": start, "title": "Our own chart", "editable": True}
            | traits
        )
    )
    flow.drawings = []

    def drawn(change: dict[str, Any]) -> None:
        flow.drawings.append(change["new"])
        flow.problems = problems(chart_of(flow))
        flow.saved = {"at": "14:02"}

    flow.observe(drawn, "drawn")
    flow.problems = problems(chart_of(flow))
    return flow


def some_chart(
    boxes: int, seed: int, *, loop: bool = False
) -> tuple[list[dict[str, str]], str]:
    """A chart of many boxes joined by chance, each of them to a later one; with a loop, some lead back."""
    chance = random.Random(seed)
    words = [
        "plan",
        "talk",
        "home",
        "write",
        "reading",
        "group",
        "teacher",
        "support",
        "lesson",
        "review",
        "interventions",
    ]
    nodes = []
    for i in range(boxes):
        kind = (
            "outcome"
            if i >= boxes - 2
            else chance.choice(["question", "question", "step"])
        )
        label = " ".join(chance.choice(words) for _ in range(chance.randint(1, 9)))
        nodes.append(
            {
                "key": f"n{i}",
                "kind": kind,
                "label": label,
                "text": f"The words of {label}",
            }
        )
    for i, node in enumerate(nodes):
        later = [
            f"n{min(boxes - 1, i + 1 + int(chance.expovariate(0.5)))}" for _ in range(3)
        ]
        back = f"n{chance.randrange(i + 1)}" if loop and chance.random() < 0.2 else ""
        node |= dict(
            zip(
                ("yes", "no", "next"),
                [back or later[0], f"n{min(boxes - 1, i + 1)}", later[2]],
                strict=True,
            )
        )
        node |= {
            way: ""
            for way in ("yes", "no", "next")
            if (way == "next") != (node["kind"] == "step") or i >= boxes - 2
        }
    return nodes, "n0"


@pytest.mark.parametrize(
    "colours",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced"],
)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("use", ["walk", "done", "edit", "read"])
def test_anyone_can_use_it(stage, use, width, colours):
    flow = {
        "walk": lambda: walked(given={"q1": "no", "q2": "yes"}),
        "done": lambda: walked(given={"q1": "yes", "q4": "no"}),
        "edit": lambda: edited(nodes=[dict(node) for node in walked().nodes[:-1]]),
        "read": lambda: walked(walkable=False),
    }[use]()
    on = stage(flow, width=width, **colours)
    if use in ("edit", "read"):
        box(on, "q4").click()
    assert fits_its_page(on.page)
    assert axe_findings(on.page) == []


@pytest.mark.parametrize("use", ["walk", "edit"])
def test_nothing_goes_sideways_on_the_narrowest_screen(stage, use):
    for nodes, start in [(None, "q1"), some_chart(30, 4), some_chart(9, 2, loop=True)]:
        page = stage(
            walked(nodes, start) if use == "walk" else edited(nodes, start), width=320
        ).page
        assert fits_its_page(page)
        region = page.locator(".sl-flow-region")
        scrolls = region.evaluate("one => one.scrollWidth > one.clientWidth")
        assert region.get_attribute("tabindex") == ("0" if scrolls else None)


# The drawing

GEOMETRY = """() => {
  const boxes = [...document.querySelectorAll('.sl-flow-box')].map(one => ({ key: one.dataset.key, ...one.getBoundingClientRect().toJSON() }));
  const inside = (box, x, y, by) => x > box.left + by && x < box.right - by && y > box.top + by && y < box.bottom - by;
  const found = { overlaps: [], spills: [], through: [], outside: [], count: boxes.length };
  boxes.forEach((one, i) => boxes.slice(0, i).forEach(other => {
    if (one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom) found.overlaps.push([one.key, other.key]);
  }));
  for (const button of document.querySelectorAll('.sl-flow-box')) {
    const box = button.getBoundingClientRect();
    if (button.scrollHeight > button.clientHeight + 1 || button.scrollWidth > button.clientWidth + 1) found.spills.push(button.dataset.key);
    for (const span of button.children) {
      const range = document.createRange();
      range.selectNodeContents(span);
      const text = range.getBoundingClientRect();
      if (text.left < box.left || text.right > box.right || text.top < box.top || text.bottom > box.bottom) found.spills.push(button.dataset.key);
    }
  }
  const paper = document.querySelector('.sl-flow-paper').getBoundingClientRect();
  for (const line of document.querySelectorAll('.sl-flow-paper svg :is(path, circle)')) {
    const frame = line.getScreenCTM();
    for (let at = 0; at <= line.getTotalLength(); at += 3) {
      const { x, y } = line.getPointAtLength(at).matrixTransform(frame);
      for (const box of boxes) if (inside(box, x, y, 1.5)) found.through.push([line.parentNode.dataset.join, box.key]);
      if (x < paper.left || x > paper.right || y < paper.top || y > paper.bottom) found.outside.push(line.parentNode.dataset.join);
    }
  }
  for (const word of document.querySelectorAll('.sl-flow-way')) {
    const text = word.getBoundingClientRect();
    for (const box of boxes) if (text.left < box.right - 1 && text.right > box.left + 1 && text.top < box.bottom - 1 && text.bottom > box.top + 1) found.through.push([word.textContent, box.key]);
  }
  return found;
}"""

CHARTS = {
    "booklet": lambda: (None, "q1"),
    "thirty": lambda: some_chart(30, 1),
    "thirty more": lambda: some_chart(30, 7),
    "loops": lambda: some_chart(14, 3, loop=True),
    "thirty with loops": lambda: some_chart(30, 5, loop=True),
    "no start": lambda: (some_chart(8, 6)[0], ""),
    "itself": lambda: (
        [{"key": "q", "kind": "question", "label": "Again?", "yes": "q", "no": "q"}],
        "q",
    ),
}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("chart", CHARTS)
def test_boxes_keep_apart_words_stay_in_and_lines_go_round(stage, chart, width):
    nodes, start = CHARTS[chart]()
    flow = walked(nodes, start)
    page = stage(flow, width=width).page
    found = page.evaluate(GEOMETRY)
    assert found == {
        "overlaps": [],
        "spills": [],
        "through": [],
        "outside": [],
        "count": len(flow.nodes),
    }
    joins = {
        f"{node['key']}.{way}"
        for node in flow.nodes
        for way in ("yes", "no", "next")
        if node[way]
    }
    assert (
        set(
            page.locator(".sl-flow-join").evaluate_all(
                "all => all.map(one => one.dataset.join)"
            )
        )
        == joins
    )


def test_the_booklets_chart_stands_as_on_paper(stage):
    on = stage(walked(walkable=False))
    at = {key: box(on, key).bounding_box() for key in booklet().nodes}
    assert (
        len(
            {
                at[key]["x"]
                for key in ("q1", "q2", "q3", "pupil_activity", "q4", "nothing_more")
            }
        )
        == 1
    )
    assert [at[key]["y"] for key in ("q1", "q2", "q3", "q4")] == sorted(
        at[key]["y"] for key in ("q1", "q2", "q3", "q4")
    )
    for question, beside in [
        ("q1", "as_for_all"),
        ("q2", "annotate_objectives"),
        ("q3", "group_activity"),
        ("q4", "annotate_access"),
    ]:
        assert (at[beside]["y"], at[beside]["x"] > at[question]["x"]) == (
            at[question]["y"],
            True,
        )
    words = on.page.locator("text.sl-flow-way").all_text_contents()
    assert sorted(words) == ["No"] * 4 + ["Start"] + ["Yes"] * 4


def test_each_box_says_all_that_the_drawing_shows(stage):
    on = stage(walked(given={"q1": "no"}))
    names = {key: box(on, key).get_attribute("aria-label") for key in booklet().nodes}
    assert names["q1"] == (
        "Question 1 of 4: In the class plans? Do the plans for the whole class hold the interventions already? "
        "The chart starts here. Answered no. Yes leads to “Plan as for everyone”, no leads to “Within a unit of classwork?”."
    )
    assert "Asked now." in names["q2"]
    assert names["as_for_all"].startswith("Step: Plan as for everyone. Plan as you do")
    assert names["as_for_all"].endswith("Leads to “Access or teaching style?”.")
    assert names["nothing_more"].startswith("Outcome: Nothing more to plan.")
    heads = on.page.locator(".sl-flow-head").all_inner_texts()
    assert heads[:2] == ["Q1 · no", "Step"] and "Q2 · now" in heads


def test_the_drawing_is_one_tab_stop_and_arrows_move_in_it(stage):
    on = stage(walked(walkable=False))
    on.page.keyboard.press("Tab")
    steps = [
        ("", "q1"),
        ("ArrowRight", "as_for_all"),
        ("ArrowRight", "as_for_all"),
        ("ArrowDown", "annotate_objectives"),
        ("ArrowLeft", "q2"),
        ("ArrowDown", "q3"),
        ("ArrowDown", "pupil_activity"),
        ("ArrowDown", "q4"),
        ("End", "nothing_more"),
        ("ArrowUp", "q4"),
        ("Home", "q1"),
    ]
    for key, place in steps:
        if key:
            on.page.keyboard.press(key)
        expect(box(on, place)).to_be_focused()
    on.page.keyboard.press("Tab")
    assert on.page.evaluate("document.activeElement === document.body")


def test_a_box_is_read_in_full_where_it_is_pressed(stage):
    on = stage(walked(walkable=False))
    box(on, "q3").press("Enter")
    expect(on.page.locator(".sl-flow-reading")).to_have_text(
        "Q3Do several pupils have the same targets in the same subjects?"
    )
    box(on, "q3").press("Enter")
    expect(on.page.locator(".sl-flow-reading")).to_be_hidden()


def test_the_drawing_is_laid_anew_when_there_is_other_room(stage):
    on = stage(walked())
    assert (
        box(on, "as_for_all").bounding_box()["y"] == box(on, "q1").bounding_box()["y"]
    )
    on.page.set_viewport_size({"width": 390, "height": 900})
    on.page.wait_for_function(
        "document.querySelector('.sl-flow-paper').getBoundingClientRect().width < 360"
    )
    assert on.page.evaluate(GEOMETRY)["overlaps"] == []
    assert fits_its_page(on.page)


@pytest.mark.parametrize("width", [1280, 390])
def test_words_stay_in_their_boxes_when_a_reader_spaces_them_out(stage, width):
    page = stage(walked(given={"q1": "no"}), width=width).page
    before = page.locator(".sl-flow-paper").bounding_box()["height"]
    spaced = "line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important"
    page.add_style_tag(content=f"* {{ {spaced} }}")
    page.wait_for_function(
        "before => document.querySelector('.sl-flow-paper').offsetHeight > before + 10",
        arg=before,
    )
    found = page.evaluate(GEOMETRY)
    assert (found["spills"], found["overlaps"]) == ([], [])
    assert fits_its_page(page)


def test_beside_a_long_drawing_the_form_stays_in_sight(stage):
    nodes, start = some_chart(30, 1)
    on = stage(edited(nodes, start))
    box(on, "n29").click()
    assert on.page.evaluate("window.scrollY") > 500
    expect(on.page.get_by_label("Its name in the drawing")).to_be_in_viewport()


@pytest.mark.parametrize("text", HOSTILE)
def test_any_word_of_a_chart_is_text(stage, text):
    nodes = [
        {
            "key": text,
            "kind": "question",
            "label": text,
            "text": text,
            "yes": "end",
            "no": text,
        },
        {"key": "end", "kind": "outcome", "label": text, "text": text},
    ]
    on = stage(
        edited(
            nodes,
            text,
            title=text,
            walkable=True,
            answers={text: "yes"},
            passed=[text, "end"],
            done=True,
        ),
        width=390,
    )
    assert on.page.locator(".sl-flow-title").evaluate("one => one.textContent") == text
    assert (
        on.page.locator(".sl-flow-label").first.evaluate("one => one.textContent")
        == text
    )
    assert (
        on.page.locator(".sl-flow-trail p").first.evaluate("one => one.textContent")
        == text
    )
    assert on.page.get_by_label("What it says in full").input_value() == text
    assert on.page.evaluate(
        "[document.querySelectorAll('#here script, #here img').length, window.hacked]"
    ) == [0, None]
    assert fits_its_page(on.page)
    on.page.get_by_label("What it says in full").fill(f"{text}!"[-500:])
    on.page.get_by_label("Its name in the drawing").focus()
    on.settle()
    assert on.widget.nodes[0]["text"] == f"{text}!"[-500:]
    on.widget.saved = {"fault": text}
    on.tell()
    assert on.page.locator(".sl-flow-saved").evaluate("one => one.textContent") == text


# The walk


def trail_of(page: Page) -> list[tuple[str, str]]:
    """What the trail says line by line: a question with its answer, or a step or outcome."""
    return page.locator(".sl-flow-trail > li").evaluate_all(
        "all => all.map(one => [one.querySelector('p').textContent, one.querySelector('.sl-flow-given strong')?.textContent || ''])"
    )


def lit_of(page: Page) -> set[str]:
    return set(
        page.locator(".sl-flow-join.sl-flow-lit").evaluate_all(
            "all => all.map(one => one.dataset.join)"
        )
    )


def stroke(page: Page, join: str) -> tuple[float, str]:
    line = page.locator(f"[data-join='{join}'] .sl-flow-line")
    return tuple(
        line.evaluate(
            "one => [parseFloat(getComputedStyle(one).strokeWidth), getComputedStyle(one).stroke]"
        )
    )


@pytest.mark.parametrize(
    "ways", list(itertools.product(["yes", "no"], repeat=4)), ids=" ".join
)
def test_every_walk_by_keyboard_alone(stage, ways):
    answers = dict(zip(("q1", "q2", "q3", "q4"), ways, strict=True))
    on = stage(walked())
    on.page.keyboard.press("Tab")
    expect(on.page.get_by_role("button", name="Yes", exact=True)).to_be_focused()
    here = "yes"
    while on.widget.asks:
        asked = booklet().nodes[on.widget.asks]
        expect(on.page.get_by_role("group", name=asked.text)).to_be_visible()
        expect(box(on, asked.key)).to_contain_text("now")
        if answers[asked.key] != here:
            on.page.keyboard.press("Shift+Tab" if here == "no" else "Tab")
            here = answers[asked.key]
        on.press("Enter" if here == "yes" else "Space")
    trail = walk(booklet(), answers)
    assert trail.done and on.widget.passed == [node.key for node in trail.nodes]
    said = trail_of(on.page)
    assert len(said) == len(trail.nodes)
    for (words, given), node in zip(said, trail.nodes, strict=True):
        assert words.endswith(node.text)
        assert given.lower() == (answers[node.key] if node.kind == "question" else "")
    lit = {
        f"{node.key}.{answers[node.key] if node.kind == 'question' else 'next'}"
        for node in trail.nodes[:-1]
    }
    assert lit_of(on.page) == lit
    expect(on.page.get_by_role("button", name="Yes", exact=True)).to_be_hidden()
    expect(on.page.locator(".sl-flow-trail > li").last).to_be_focused()
    expect(on.page.locator(".sl-flow-heard")).to_contain_text(trail.nodes[-1].text)


def test_the_way_taken_is_lit_in_colour_and_in_weight(stage):
    on = stage(walked(given={"q1": "yes"}))
    taken, other = stroke(on.page, "q1.yes"), stroke(on.page, "q1.no")
    assert taken[0] >= 2 * other[0]
    assert taken[1] != other[1]
    borders = [
        box(on, key).evaluate("one => parseFloat(getComputedStyle(one).borderTopWidth)")
        for key in ("as_for_all", "pupil_activity")
    ]
    assert borders[0] >= 2 * borders[1]
    words = on.page.locator("text.sl-flow-way.sl-flow-lit")
    assert words.all_text_contents() == ["Yes"]


def test_the_way_taken_is_told_without_the_pages_colours(stage):
    on = stage(walked(given={"q1": "yes"}), forced_colors="active")
    assert stroke(on.page, "q1.yes")[0] >= 2 * stroke(on.page, "q1.no")[0]


def test_an_answer_is_changed_and_the_walk_goes_another_way(stage):
    on = stage(walked(given={"q1": "no", "q2": "yes", "q4": "no"}))
    assert lit_of(on.page) == {"q1.no", "q2.yes", "annotate_objectives.next", "q4.no"}
    on.page.get_by_role("button", name="Change the answer to question 2").press("Enter")
    on.settle()
    assert (on.widget.answer, on.widget.asks) == (
        {"key": "q2", "way": "", "n": 1},
        "q2",
    )
    expect(on.page.get_by_role("button", name="Yes", exact=True)).to_be_focused()
    assert [given for _, given in trail_of(on.page)] == ["No"]
    assert lit_of(on.page) == {"q1.no"}
    on.page.get_by_role("button", name="No", exact=True).click()
    on.settle()
    assert on.widget.asks == "q3"
    expect(on.page.locator(".sl-flow-heard")).to_have_text(
        "Question 3: Do several pupils have the same targets in the same subjects?"
    )


def test_a_double_click_answers_one_question(stage):
    on = stage(walked())
    on.page.get_by_role("button", name="No", exact=True).dblclick()
    on.settle()
    assert on.widget.given == {"q1": "no"}


def test_while_python_is_busy_one_answer_waits(stage):
    on = stage(walked())
    on.page.evaluate("model.busy()")
    on.page.get_by_role("button", name="No", exact=True).click()
    on.page.get_by_role("button", name="Yes", exact=True).click()
    on.page.evaluate("model.free()")
    on.settle()
    assert on.widget.given == {"q1": "no"}


def test_an_answer_that_is_not_taken_is_told(stage):
    on = stage(walked())
    on.widget.walkable = False  # while the page still shows the question
    on.drain()
    on.page.get_by_role("button", name="No", exact=True).click()
    on.settle()
    expect(on.page.locator(".sl-flow-stop")).to_have_text(
        "That answer was not taken. Please give it again."
    )


@pytest.mark.parametrize(
    ("changes", "given", "words"),
    [
        (
            {"q1": {"yes": ""}},
            {"q1": "yes"},
            "The chart does not say yet where “yes” leads.",
        ),
        (
            {"as_for_all": {"next": ""}},
            {"q1": "yes"},
            "The chart does not say yet where this step leads.",
        ),
        (
            {"as_for_all": {"next": "q1"}},
            {"q1": "yes"},
            "From here this step leads back to “In the class plans?”: the chart goes round in a loop.",
        ),
        (
            {"q4": {"no": "q1"}},
            {"q1": "yes", "q4": "no"},
            "From here “no” leads back to “In the class plans?”: the chart goes round in a loop.",
        ),
    ],
)
def test_an_unfinished_chart_ends_the_walk_with_a_word(stage, changes, given, words):
    nodes = [
        asdict(node) | changes.get(node.key, {}) for node in booklet().nodes.values()
    ]
    page = stage(walked(nodes, given=given)).page
    expect(page.locator(".sl-flow-stop")).to_have_text(words)


def test_another_pupils_walk_takes_the_place_of_the_last(stage):
    on = stage(walked(given={"q1": "yes", "q4": "no"}))
    on.widget.given = {}
    on.widget.title = "Does it need a plan? Ben Oak"
    show_walk(on.widget)
    on.tell()
    assert (trail_of(on.page), lit_of(on.page)) == ([], set())
    expect(
        on.page.get_by_role("group", name=booklet().nodes["q1"].text)
    ).to_be_visible()
    expect(
        on.page.get_by_role("region", name="Does it need a plan? Ben Oak")
    ).to_be_visible()


def test_saved_and_not_saved_are_both_said(stage):
    on = stage(walked())
    on.page.get_by_role("button", name="No", exact=True).click()
    on.settle()
    expect(on.page.locator(".sl-flow-saved")).to_have_text("Saved 14:02")
    on.widget.saved = {"fault": "Not saved. The disk is full."}
    on.tell()
    expect(on.page.locator(".sl-flow-saved")).to_have_class(
        "sl-flow-saved sl-flow-fault"
    )


def test_paper_has_the_answers_as_text_and_no_buttons(stage):
    on = stage(walked(given={"q1": "no"}))
    on.page.emulate_media(media="print")
    on.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert trail_of(on.page) == [[booklet().nodes["q1"].text, "No"]]
    expect(on.page.get_by_text("Not answered yet")).to_be_visible()
    for words in ("Yes", "No", "Change the answer to question 1"):
        expect(on.page.get_by_role("button", name=words, exact=True)).to_be_hidden()
    assert on.page.locator(".sl-flow-paper").bounding_box()["width"] <= 660
    assert on.page.evaluate(GEOMETRY)["overlaps"] == []
    on.page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_a_wide_chart_is_made_to_fit_the_paper(stage):
    # A question leads to two, each of these to two more, and so on: sixteen boxes beside one another.
    nodes = [
        {
            "key": f"n{i}",
            "kind": "question",
            "label": f"Box {i}",
            "yes": f"n{2 * i + 1}",
            "no": f"n{2 * i + 2}",
        }
        for i in range(15)
    ]
    nodes += [
        {"key": f"n{i}", "kind": "outcome", "label": f"Box {i}"} for i in range(15, 31)
    ]
    page = stage(walked(nodes, "n0")).page
    assert page.locator(".sl-flow-region").get_attribute("tabindex") == "0"
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".sl-flow-paper").bounding_box()["width"] <= 661
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator(".sl-flow-paper").bounding_box()["width"] > 661


# The form


def nodes_of(flow: Flow) -> dict[str, dict[str, str]]:
    return {node["key"]: node for node in flow.nodes}


def test_a_box_is_renamed_reworded_and_joined(stage):
    on = stage(edited())
    box(on, "q2").click()
    on.page.get_by_label("Its name in the drawing").fill("Inside lessons?")
    on.press("Tab")
    on.page.get_by_label("What it says in full").fill("Can lessons do it?")
    on.press("Tab")
    on.page.get_by_label("No leads to", exact=True).select_option("pupil_activity")
    on.settle()
    node = nodes_of(on.widget)["q2"]
    assert (node["label"], node["text"], node["no"]) == (
        "Inside lessons?",
        "Can lessons do it?",
        "pupil_activity",
    )
    assert [drawing["n"] for drawing in on.widget.drawings] == [1, 2, 3]
    assert on.widget.drawings[-1]["nodes"] == on.widget.nodes
    expect(box(on, "q2")).to_contain_text("Inside lessons?")
    assert on.page.locator("[data-join='q2.no']").count() == 1
    expect(on.page.locator(".sl-flow-saved")).to_have_text("Saved 14:02")
    # Nothing leads to the third question now: it is said, and the box is marked by a word.
    expect(on.page.locator(".sl-flow-problems")).to_contain_text(
        "No way leads to 'Shared by a group?'"
    )
    expect(box(on, "q3")).to_contain_text("check")
    assert (
        box(on, "q3").evaluate("one => getComputedStyle(one).borderTopStyle")
        == "dashed"
    )


def test_what_a_box_keeps_beside_the_drawing_stays(stage):
    on = stage(edited())
    on.page.get_by_label("Its name in the drawing").fill("New name")
    on.press("Enter")
    before = {node.key: asdict(node) for node in booklet().nodes.values()}
    before["q1"]["label"] = "New name"
    assert nodes_of(on.widget) == before


def test_a_box_is_added_by_keyboard_where_one_leads_nowhere(stage):
    nodes = [
        asdict(node) | ({"next": ""} if node.key == "as_for_all" else {})
        for node in booklet().nodes.values()
    ]
    on = stage(edited(nodes))
    box(on, "as_for_all").press("Enter")
    on.page.get_by_role("button", name="Add a box").press("Enter")
    on.settle()
    expect(on.page.get_by_label("Its name in the drawing")).to_be_focused()
    on.page.keyboard.type("Ask the class")
    on.press("Enter")
    assert nodes_of(on.widget)["own_1"] == {field: "" for field in FIELDS} | {
        "key": "own_1",
        "kind": "step",
        "label": "Ask the class",
    }
    assert nodes_of(on.widget)["as_for_all"]["next"] == "own_1"
    expect(box(on, "own_1")).to_contain_text("Ask the class")


def test_a_box_may_be_drawn_with_nothing_leading_to_it_yet(stage):
    on = stage(edited())
    on.page.get_by_role("button", name="Add a box").click()
    on.settle()
    assert all(
        "own_1" not in (node["yes"], node["no"], node["next"])
        for node in on.widget.nodes
    )
    expect(on.page.locator(".sl-flow-note")).to_have_text(
        "A box is added. Give it a name, and choose which box leads to it."
    )
    assert on.page.evaluate(GEOMETRY)["overlaps"] == []


def test_a_box_is_deleted_only_after_asking_and_says_what_leads_nowhere(stage):
    on = stage(edited())
    box(on, "q4").click()
    on.page.get_by_role("button", name="Delete this box").press("Enter")
    expect(
        on.page.get_by_role("group", name="This deletes “Access or teaching style?”.")
    ).to_contain_text("4 arrows lead to it")
    on.page.keyboard.press("Escape")
    expect(on.page.get_by_role("button", name="Delete this box")).to_be_focused()
    assert on.widget.drawings == []
    on.page.keyboard.press("Enter")
    on.page.keyboard.press("Tab")
    on.press("Enter")
    assert "q4" not in nodes_of(on.widget)
    assert [
        nodes_of(on.widget)[key]["next"] for key in ("as_for_all", "group_activity")
    ] == [
        "",
        "",
    ]
    note = on.page.locator(".sl-flow-note")
    expect(note).to_have_role("status")
    expect(note).to_contain_text(
        "“Access or teaching style?” is deleted. “Plan as for everyone”, “Annotate the planning”"
    )
    expect(note).to_contain_text("lead nowhere now.")
    expect(on.page.get_by_label("Box", exact=True)).to_be_focused()
    assert on.page.locator(".sl-flow-end").count() == 4
    on.page.get_by_role("button", name="Undo the last change").click()
    on.settle()
    assert on.widget.nodes == [asdict(node) for node in booklet().nodes.values()]
    expect(note).to_have_text("Undone: deleting “Access or teaching style?”.")


def test_the_start_may_go_and_be_chosen_anew(stage):
    on = stage(edited())
    on.page.get_by_role("button", name="Delete this box").click()
    on.page.get_by_role("button", name="Delete it").click()
    on.settle()
    assert on.widget.start == ""
    expect(on.page.locator(".sl-flow-note")).to_contain_text(
        "Choose where the chart starts."
    )
    on.page.get_by_label("The chart starts at").select_option("q2")
    on.settle()
    assert (on.widget.start, on.widget.drawings[-1]["start"]) == ("q2", "q2")


def test_every_change_can_be_undone_one_after_the_other(stage):
    on = stage(edited())
    on.page.get_by_label("Its name in the drawing").fill("One")
    on.press("Enter")
    on.page.get_by_label("Yes leads to", exact=True).select_option("q3")
    on.settle()
    on.page.get_by_role("button", name="Add a box").click()
    on.settle()
    undo = on.page.get_by_role("button", name="Undo the last change")
    expect(undo).to_have_attribute("aria-disabled", "false")
    for label, yes, own in [
        ("One", "q3", False),
        ("One", "as_for_all", False),
        ("In the class plans?", "as_for_all", False),
    ]:
        undo.press("Enter")
        on.settle()
        node = nodes_of(on.widget)["q1"]
        assert (node["label"], node["yes"], "own_1" in nodes_of(on.widget)) == (
            label,
            yes,
            own,
        )
    expect(undo).to_have_attribute("aria-disabled", "true")
    undo.press("Enter")
    on.settle()
    assert len(on.widget.drawings) == 6
    expect(on.page.locator(".sl-flow-note")).to_have_text("There is nothing to undo.")


def test_the_key_of_a_box_is_never_given_twice(stage):
    on = stage(edited(own=4))
    for key in ("own_5", "own_6"):
        on.page.get_by_role("button", name="Add a box").click()
        on.settle()
        assert key in nodes_of(on.widget)
        on.page.get_by_role("button", name="Delete this box").click()
        on.page.get_by_role("button", name="Delete it").click()
        on.settle()
    on.page.get_by_role("button", name="Undo the last change").click()
    on.page.get_by_role("button", name="Undo the last change").click()
    on.page.get_by_role("button", name="Add a box").click()
    on.settle()
    assert [key for key in nodes_of(on.widget) if key.startswith("own")] == ["own_7"]
    assert on.widget.own == 7


def test_arrow_keys_through_a_closed_list_are_one_change(stage):
    on = stage(edited())
    select = on.page.get_by_label("Yes leads to", exact=True)
    select.focus()
    for key in ("q2", "q3", "q4"):
        select.select_option(key)
    on.settle()
    on.page.get_by_role("button", name="Undo the last change").click()
    on.settle()
    assert nodes_of(on.widget)["q1"]["yes"] == "as_for_all"


def test_a_box_that_is_of_another_kind_for_a_moment_gets_its_ways_back(stage):
    on = stage(edited())
    on.page.get_by_label("A question").focus()
    on.press("ArrowDown")
    assert {way: nodes_of(on.widget)["q1"][way] for way in ("yes", "no", "next")} == {
        "yes": "",
        "no": "",
        "next": "as_for_all",
    }
    on.press("ArrowDown")
    assert nodes_of(on.widget)["q1"]["kind"] == "outcome"
    expect(on.page.get_by_label("Then on to", exact=True)).to_be_hidden()
    on.press("ArrowUp")
    on.press("ArrowUp")
    assert nodes_of(on.widget)["q1"] == asdict(booklet().nodes["q1"])


def test_what_is_being_typed_stays_while_python_answers(stage):
    on = stage(edited())
    on.page.evaluate("model.busy()")
    on.page.get_by_label("Yes leads to", exact=True).select_option("q3")
    name = on.page.get_by_label("Its name in the drawing")
    name.fill("Half a na")
    on.page.evaluate("model.free()")
    on.settle()
    expect(name).to_have_value("Half a na")
    name.press("Enter")
    on.settle()
    assert (nodes_of(on.widget)["q1"]["label"], nodes_of(on.widget)["q1"]["yes"]) == (
        "Half a na",
        "q3",
    )


def test_a_change_made_while_another_is_on_its_way_is_not_undone_by_it(stage):
    on = stage(edited())
    on.page.evaluate("model.busy()")
    on.page.get_by_label("Yes leads to", exact=True).select_option("q3")
    on.page.get_by_label("No leads to", exact=True).select_option("q4")
    on.page.evaluate("model.free()")
    on.settle()
    assert [drawing["nodes"][0]["no"] for drawing in on.widget.drawings] == ["q2", "q4"]
    expect(on.page.get_by_label("No leads to", exact=True)).to_have_value("q4")
    assert nodes_of(on.widget)["q1"]["yes"] == "q3"


def test_a_page_that_is_left_keeps_what_was_typed_last(stage):
    on = stage(edited())
    on.page.get_by_label("What it says in full").fill("Not yet committed")
    on.page.evaluate("window.takeAway()")
    on.settle()
    assert nodes_of(on.widget)["q1"]["text"] == "Not yet committed"


def test_a_change_that_is_not_taken_is_told(stage):
    on = stage(edited())
    on.widget.editable = False
    on.drain()
    on.page.get_by_label("Yes leads to", exact=True).select_option("q3")
    on.settle()
    expect(on.page.locator(".sl-flow-saved")).to_have_text(
        "That change was not taken. Please make it again."
    )


def test_a_chart_is_begun_from_nothing(stage):
    on = stage(edited([], ""))
    expect(on.page.get_by_text("There are no boxes here yet.")).to_be_visible()
    on.page.get_by_role("button", name="Add a box").click()
    on.settle()
    assert (on.widget.start, on.widget.nodes[0]["kind"]) == ("own_1", "question")
    on.page.get_by_role("button", name="Add a box").click()
    on.settle()
    assert nodes_of(on.widget)["own_1"]["yes"] == "own_2"
    for _ in range(2):
        on.page.get_by_role("button", name="Delete this box").click()
        on.page.get_by_role("button", name="Delete it").click()
        on.settle()
    assert on.widget.nodes == []
    expect(on.page.get_by_role("button", name="Add a box")).to_be_focused()


def test_a_full_chart_takes_no_more(stage):
    nodes = [
        {
            "key": f"n{i}",
            "kind": "step",
            "label": f"Box {i}",
            "text": "x",
            "next": f"n{i + 1}",
        }
        for i in range(100)
    ]
    on = stage(edited(nodes, "n0"))
    on.page.get_by_role("button", name="Add a box").press("Enter")
    on.settle()
    assert len(on.widget.nodes) == 100
    expect(on.page.locator(".sl-flow-note")).to_have_text(
        "A chart can have up to 100 boxes."
    )
