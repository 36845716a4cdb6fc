"""The words of the forms: as many of each as the booklet has, and keys that never change."""

import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from senlib.pages.kit.site import PAGES
from senlib.workbook import flow_chart, forms, page_forms

PINNED = Path(__file__).with_name("keys.txt")
PARTS = [part for stem in page_forms.stems() for part in page_forms.load(stem).parts]
PART = {part.key: part for part in PARTS}


def parts_within(value):
    """Every dataclass inside a value: fields, rows, choices, nodes, the value itself."""
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from parts_within(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from parts_within(each)
    elif isinstance(value, dict):
        yield from parts_within(tuple(value.values()))


def words_within(value):
    return [
        (inner, field.name, text)
        for inner in parts_within(value)
        for field in fields(inner)
        if isinstance(text := getattr(inner, field.name), str)
    ]


def keys():
    """Each key that an answer may rest on, a line each: parts, the store's fields, choices, groups, rows, lines and boxes."""
    lines = []
    for part in PARTS:
        lines.append(part.key)
        lines += [f"{part.key} | {answer}" for answer in part.answers]
        for inner in parts_within(part):
            if inner is part:
                continue
            if isinstance(inner, forms.Field):
                lines.append(f"{part.key} | field {inner.key}")
                lines += [
                    f"{part.key} | field {inner.key} = {choice.key}"
                    for choice in inner.choices
                ]
            elif not isinstance(inner, forms.Choice):
                lines.append(f"{part.key} | {type(inner).__name__.lower()} {inner.key}")
        if isinstance(part, forms.Checklist):
            lines += [f"{part.key} = {choice.key}" for choice in part.choices]
    return lines


def test_keys_are_pinned():
    """A key that was once shipped has answers resting on it: add lines to keys.txt, never take one away or change one."""
    pinned = PINNED.read_text("utf-8").splitlines()
    assert [key for key in pinned if key not in set(keys())] == [], "renamed or removed"
    assert [key for key in keys() if key not in set(pinned)] == [], (
        "not yet in keys.txt"
    )
    assert len(pinned) == len(set(pinned))


def test_keys_are_unique():
    assert len(PARTS) == len(PART)
    assert len(keys()) == len(set(keys()))


def test_keys_of_rows_and_lines_are_unique_across_the_workbook():
    lines = [
        inner.key
        for part in PARTS
        for inner in parts_within(part)
        if isinstance(inner, forms.Row | forms.Item | forms.Resource)
    ]
    assert len(lines) == len(set(lines))


def test_keys_are_dotted_lower_case():
    found = [
        inner.key
        for part in PARTS
        for inner in parts_within(part)
        if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", inner.key)
    ]
    assert found == []


def test_every_page_has_forms_and_every_file_a_page():
    gathers = {
        "pupil",
        "governors",
        "facilitator",
        "room",
    }  # what the others ask, or asks it in a session
    assert page_forms.stems() == [
        page.stem for page in PAGES if page.stem not in gathers
    ]


@pytest.mark.parametrize(
    "key, kind, lines",
    [
        ("intro.senco", forms.Checklist, 10),
        ("intro.reflection", forms.Prompt, 1),
        ("unit1.reflection", forms.Prompt, 6),
        ("unit2.can_do", forms.Points, 6),
        ("task2.role", forms.Grid, 22),
        ("task2.sort", forms.Cards, 22),
        ("unit3.groups", forms.Grid, 4),
        ("unit3.priorities", forms.Grid, 6),
        ("unit4.components", forms.Grid, 5),
        ("unit4.questions", forms.Form, 3),
        ("unit4.teachers", forms.Checklist, 6),
        ("unit4.reflection", forms.Prompt, 1),
        ("unit5.alternatives", forms.Checklist, 6),
        ("unit5.ingredients", forms.Checklist, 7),
        ("unit5.side_effects", forms.Checklist, 4),
        ("task5.chart", forms.Grid, 7 + 4),  # and four for schools of today
        ("task6.iep", forms.Grid, 4),
        ("task6.iep.voices", forms.Form, 2),
        ("task6.develop", forms.Grid, 3),
        ("task6.pupils_know", forms.Checklist, 3),
        ("task6.pupils_leave", forms.Checklist, 2),
        ("task6.reflection", forms.Prompt, 5),
        ("task6.reflection.targets", forms.Prompt, 1),
        ("unit6.iep_facts", forms.Points, 4),
        ("unit6.reflection", forms.Prompt, 2),
        ("task7.chart", flow_chart.FlowChart, 10),
        ("links.whole_school", forms.Prompt, 1),
        ("links.special_schools", forms.Prompt, 2),
        ("review", forms.Grid, 10),
        ("task8.examples", forms.Points, 6),
        ("task8.resources", forms.Resources, 13),
        ("next_steps", forms.Grid, 3),
        ("plan.actions", forms.Grid, 0),
    ],
)
def test_counts_of_the_booklet(key, kind, lines):
    part = PART[key]
    held = {
        forms.Grid: "rows",
        forms.Cards: "cards",
        flow_chart.FlowChart: "nodes",
        forms.Form: "fields",
        forms.Prompt: "fields",
    }
    assert type(part) is kind
    assert len(getattr(part, held.get(kind, "items"))) == lines


@pytest.mark.parametrize(
    "key, columns",
    [
        ("task2.role", ["where", "evidence", "action"]),
        (
            "task5.chart",
            [
                "leader",
                "adviser",
                "intervention",
                "provided_by",
                "monitored",
                "reporting_to",
            ],
        ),
        ("task5.provision", ["given", "initials", "hours", "cost"]),
        (
            "task6.iep",
            ["target", "criteria", "resources", "strategies", "assistants", "outcomes"],
        ),
        ("task6.develop", ["what", "how"]),
        ("review", ["now", "next"]),
        ("next_steps", ["action", "what", "who", "timeline", "know"]),
        ("plan.actions", ["what", "from", "owner", "due", "measure", "done"]),
    ],
)
def test_columns(key, columns):
    assert [column.key for column in PART[key].columns] == columns


@pytest.mark.parametrize(
    "key, sections",
    [
        ("task2.role", {"judging": 6, "evaluating": 10, "action": 6}),
        (
            "task5.provision",
            {
                "curriculum": 5,
                "literacy": 8,
                "numeracy": 5,
                "behaviour": 5,
                "extra_curricular": 2,
                "community": 2,
                "school_staff": 2,
                "external": 3,
            },
        ),
        (
            "task6.phases",
            {
                "before": 4,
                "introduction": 1,
                "whole_class": 5,
                "group": 5,
                "plenary": 2,
                "end": 2,
                "after": 1,
            },
        ),
        ("task8.targets", {"short": 1, "medium": 1, "long": 1}),
    ],
)
def test_rows_under_their_headings(key, sections):
    grid = PART[key]
    assert {
        section.key: sum(row.section == section.key for row in grid.rows)
        for section in grid.sections
    } == sections
    assert len(grid.rows) == sum(sections.values())


def test_the_booklet_asks_for_one_more_action_twice():
    assert [key for key in PART if key.startswith("unit5.action.")] == [
        "unit5.action.interventions",
        "unit5.action.support",
    ]


def test_every_prompt_is_a_text_of_some_unit():
    prompts = [part for part in PARTS if isinstance(part, forms.Prompt)]
    assert {part.unit for part in prompts} == {
        "Introduction",
        "Unit 1",
        "Unit 4",
        "Task 6",
        "Unit 6",
    }
    assert {field.kind for part in prompts for field in part.fields} == {"text"}


def test_chart_starts_with_what_one_lea_wrote():
    rows = {row.key: row.start for row in PART["task5.chart"].rows}
    assert rows["task5.chart.english.3"]["leader"] == "Head of English"
    assert rows["task5.chart.mathematics.2"] == {}
    columns = {column.key for column in PART["task5.chart"].columns}
    assert all(set(start) <= columns for start in rows.values())


def test_starting_values_belong_to_rows():
    for path in Path(page_forms.content.__file__).parent.glob("*.toml"):
        for table in tomllib.loads(path.read_text("utf-8"))["parts"]:
            rows = {key for key, _ in table.get("rows", [])}
            assert set(table.get("start", {}) if table["is"] == "grid" else {}) <= rows


def test_what_feeds_the_review_names_a_strand():
    strands = {row.key for row in PART["review"].rows}
    assert {item.feeds for item in PART["intro.senco"].items} <= strands


def test_what_a_chart_leads_to_is_a_part():
    assert {node.leads_to for node in PART["task7.chart"].nodes.values()} - {""} == {
        "task6.iep"
    }
    assert "task6.iep" in PART


def test_every_task_can_add_to_the_plan():
    def adds(part):
        return any(getattr(inner, "to_plan", False) for inner in parts_within(part))

    assert [
        stem
        for stem in page_forms.stems()
        if stem != "index" and not any(map(adds, page_forms.load(stem).parts))
    ] == []


def test_kinds_are_known_and_only_choices_have_choices():
    boxes = [
        inner
        for part in PARTS
        for inner in parts_within(part)
        if isinstance(inner, forms.Field)
    ]
    assert {box.kind for box in boxes} <= set(forms.KINDS)
    assert [
        box.key for box in boxes if (box.kind == "choice") != bool(box.choices)
    ] == []


def test_copies_are_filled_in_for_what_pages_know():
    assert {part.each for part in PARTS} == {
        "",
        "pupil",
        "intervention",
        "observation",
        "class",
        "year group",
    }


def test_words_are_tidy():
    """Plain text: no blanks at the ends or doubled, no markup, nothing empty that is shown."""
    found = [
        text
        for part in PARTS
        for inner, name, text in words_within(part)
        if text != " ".join(text.split())
        or re.search(r"[<>*`_]", text)
        and name
        not in (
            "key",
            "yes",
            "no",
            "next",
            "start",
            "section",
            "group",
            "feeds",
            "leads_to",
        )
    ]
    assert found == []
    assert [
        inner.key
        for part in PARTS
        for inner, name, text in words_within(part)
        if name in ("title", "label", "text", "unit") and not text
    ] == []
