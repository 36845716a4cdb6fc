"""Word: every form blank and filled, read back as a reader and as XML."""

import io
import re
import shutil
import subprocess
from datetime import date
from zipfile import ZipFile

import docx
import matplotlib.pyplot as plt
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from senlib.exports import word
from senlib.exports.about import About
from senlib.workbook import page_forms
from senlib.workbook.flow_chart import FlowChart
from senlib.workbook.forms import (
    Cards,
    Checklist,
    Form,
    Grid,
    Points,
    Row,
    answer_key,
    place,
)
from senlib.workbook.plan import actions

MADE = date(2005, 3, 18)
ABOUT = About(title="Forms", source="Any School", on=MADE)
PARTS = {
    part.key: part
    for stem in page_forms.stems()
    for part in page_forms.load(stem).parts
}
NASTY = [
    "Ada\x00 Zhou",
    "one\x0btwo",
    "\u202ereversed",
    "{ MERGEFIELD Name \\* MERGEFORMAT }",
    "=cmd|' /C calc'!A0",
    '</w:t></w:r><w:fldSimple w:instr="DDEAUTO"/>',
    "<b>&amp;]]>",
    "half \ud83d",
    "x" * 3000,
    "سارة ✓ 😀",
    "\ufffe",
    "line\n\nline",
    "\t",
]
LANDSCAPE = {"task5.chart", "task6.iep", "plan.actions", "next_steps"}


def form(part, *, about=ABOUT, **filled):
    return word.form(word.Copy(part=part, **filled), about=about)


def opened(content):
    return docx.Document(io.BytesIO(content))


def xml(content, name="word/document.xml"):
    return etree.fromstring(ZipFile(io.BytesIO(content)).read(name))


def texts(document):
    """Every text in a document, those in tables too."""
    return [
        "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        for paragraph in document.element.body.iter(qn("w:p"))
    ]


def headings(document):
    return [
        (int(p.style.name[-1]), p.text)
        for p in document.paragraphs
        if p.style.name.startswith("Heading")
    ]


def value(field, number=0):
    return {
        "choice": field.choices[number % len(field.choices)].key
        if field.choices
        else "",
        "date": "2005-04-01",
        "number": "12",
        "yes": "yes",
        "pupil": "0123",
        "action": "own.1",
    }.get(field.kind, f"Written {number}")


def filled(part):
    """An answer to everything that a part asks."""
    if isinstance(part, Form):
        return {field.key: value(field) for field in part.fields}
    if isinstance(part, Grid):
        return {
            answer_key(row=row.key, column=field.key): value(field, n)
            for n, row in enumerate(part.rows)
            for field in part.columns
        }
    if isinstance(part, Checklist):
        return {item.key: part.choices[0].key for item in part.items}
    if isinstance(part, Cards):
        return {card.key: card.group for card in part.cards}
    if isinstance(part, Points):
        return {item.key: "yes" for item in part.items}
    return {"q1": "no", "q2": "yes", "q4": "no"} if isinstance(part, FlowChart) else {}


@pytest.mark.parametrize("key", PARTS)
def test_every_form_blank_has_all_its_words(key):
    part = PARTS[key]
    content = form(part, about=ABOUT)
    said = "\n".join(texts(opened(content)))
    words = [
        getattr(inner, name)
        for inner in [
            *getattr(part, "fields", ()),
            *getattr(part, "columns", ()),
            *getattr(part, "rows", ()),
            *getattr(part, "items", ()),
            *getattr(part, "cards", ()),
            *getattr(part, "sections", ()),
        ]
        for name in ("label", "text", "title", "replaced_by")
        if isinstance(getattr(inner, name, None), str)
    ]
    choices = [
        choice.label
        for inner in [part, *getattr(part, "fields", ()), *getattr(part, "columns", ())]
        for choice in getattr(inner, "choices", ())
    ]
    assert [text for text in [part.title, *words, *choices] if text not in said] == []
    if not isinstance(part, Cards):
        assert part.intro in said


@pytest.mark.parametrize("key", PARTS)
def test_every_form_filled_has_all_its_answers(key):
    part = PARTS[key]
    answers = filled(part)
    said = "\n".join(
        texts(
            opened(
                form(
                    part,
                    about=ABOUT,
                    answers=answers,
                    names={"0123": "Ada Zhou", "own.1": "Meet the head"},
                )
            )
        )
    )
    fields = [*getattr(part, "fields", ()), *getattr(part, "columns", ())]
    for field in fields:
        # Keys are for the store; a reader has words.
        assert not any(
            re.search(rf"^{choice.key}$", said, re.MULTILINE)
            for choice in field.choices
            if choice.key != choice.label
        )
    if any(field.kind == "yes" for field in fields) and answers:
        assert "✓" in said and "☐" not in said
    if any(field.kind == "date" for field in fields) and answers:
        assert "1 April 2005" in said and "2005-04-01" not in said
    if any(field.kind == "pupil" for field in fields) and answers:
        assert "Ada Zhou" in said and "0123" not in said
    assert [
        text
        for text in answers.values()
        if text.startswith("Written") and text not in said
    ] == []


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("key", PARTS)
def test_what_a_screen_reader_and_a_printer_need(key, blank):
    part = PARTS[key]
    content = form(part, about=ABOUT, answers=None if blank else filled(part))
    document, body = opened(content), xml(content)
    levels = [level for level, _ in headings(document)]
    assert (
        levels[0] == 1
        and levels.count(1) == 1
        and all(
            after - before <= 1
            for before, after in zip(levels, levels[1:], strict=False)
        )
    )
    tables = list(body.iter(qn("w:tbl")))
    assert all(
        table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}").get(qn("w:val"))
        for table in tables
    )
    assert all(
        row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None
        for row in body.iter(qn("w:tr"))
    )
    for table in tables:
        heads = [
            row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            for row in table.iter(qn("w:tr"))
        ]
        if len(
            table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
        ) > 1 and not isinstance(part, Cards):
            assert heads == [True] + [False] * (len(heads) - 1)
        # Two tables without a line between them are one to Word.
        assert table.getnext().tag == qn("w:p")
    section = document.sections[0]
    assert (section.page_width > section.page_height) == (key in LANDSCAPE)
    assert {
        one.get(qn("w:val"))
        for one in xml(content, "word/styles.xml").iter(qn("w:lang"))
    } == {"en-GB"}
    assert (
        document.core_properties.title == "Forms"
        and document.core_properties.language == "en-GB"
    )


def test_the_foot_of_each_page():
    content = form(
        PARTS["unit1.reflection"],
        about=About(title="A form", source="Any School", on=MADE, sample=True),
    )
    foot = opened(content).sections[0].footer
    assert (
        foot.paragraphs[0].text
        == "A form. Any School. Made on 18 March 2005. Sample data: nobody here is real."
    )
    fields = [one.get(qn("w:instr")) for one in foot._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert (
        "Sample"
        not in opened(form(PARTS["unit1.reflection"], about=ABOUT))
        .sections[0]
        .footer.paragraphs[0]
        .text
    )


@pytest.mark.parametrize("text", NASTY)
def test_what_was_typed_is_text(text):
    part = PARTS["task2.role"]
    key = "task2.judging.1.evidence"
    about = About(title=text, source=text, on=MADE, hidden=text)
    content = form(
        part,
        about=about,
        answers={key: text, "task2.judging.1.where": text},
        last={key: text},
        heading=text,
        rows=[Row("own.1", text, "judging")],
    )
    parsed = {
        name: xml(content, name)
        for name in ZipFile(io.BytesIO(content)).namelist()
        if name.endswith(".xml")
    }
    said = "".join(
        node.text or "" for node in parsed["word/document.xml"].iter(qn("w:t"))
    )
    words = [
        one
        for one in re.split(r"[\s\x00\x0b\u202e\ud83d\ufffe]+", text)
        if one and len(one) < 100
    ]
    assert [one for one in words if one not in said] == []
    for root in parsed.values():
        assert {one.get(qn("w:instr")) for one in root.iter(qn("w:fldSimple"))} <= {
            "PAGE",
            "NUMPAGES",
        }
        assert not list(root.iter(qn("w:instrText")))
        assert not re.search("[\u202e\ufffe\x00]", "".join(root.itertext()))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec=None), min_size=1, max_size=80))
def test_any_text_makes_a_document(text):
    part = PARTS["task6.iep.voices"]
    content = form(
        part, about=About(title=text, source=text, on=MADE), answers={"pupil": text}
    )
    assert opened(content).core_properties.author == "SENCO’s workbook"


def test_a_school_s_own_rows_and_forty_of_them():
    part = PARTS["task5.provision"]
    rows = [Row(f"own.{n:02}", f"Club {n}", "literacy") for n in range(40)] + [
        Row("own.99", "From an older map", "gone")
    ]
    answers = {"own.07.given": "yes", "own.07.hours": "1.5"}
    document = opened(form(part, about=ABOUT, answers=answers, rows=rows))
    literacy = document.tables[1]
    assert [row.cells[0].text for row in literacy.rows][9:] == [
        f"Club {n}" for n in range(40)
    ]
    assert [cell.text for cell in literacy.rows[16].cells] == [
        "Club 7",
        "✓",
        "",
        "1.5",
        "",
    ]
    assert "From an older map" in texts(document)


def test_a_blank_form_has_room_to_write():
    document = opened(form(PARTS["unit1.reflection"], about=ABOUT))
    assert all(table.rows[0].height.cm >= 3 for table in document.tables)
    assert "Pupil:" in texts(opened(form(PARTS["task5.provision"], about=ABOUT)))
    assert (
        opened(form(PARTS["task5.provision"], about=ABOUT))
        .tables[-1]
        .rows[-1]
        .cells[0]
        .text
        == ""
    )


def test_first_values_stand_until_they_are_changed():
    part = PARTS["task5.chart"]
    key = "task5.chart.english.3.leader"
    assert "Head of English" in texts(opened(form(part, about=ABOUT)))
    assert "Head of English" in texts(opened(form(part, about=ABOUT, answers={})))
    changed = texts(opened(form(part, about=ABOUT, answers={key: "Ms Okoro"})))
    assert "Ms Okoro" in changed and "Head of English" not in changed
    assert "Head of English" not in texts(
        opened(form(part, about=ABOUT, answers={key: ""}))
    )


def test_last_time_stands_below():
    part = PARTS["task2.role"]
    key = "task2.judging.1.where"
    cell = (
        opened(
            form(part, about=ABOUT, answers={key: "in_place"}, last={key: "starting"})
        )
        .tables[0]
        .rows[1]
        .cells[1]
    )
    assert [p.text for p in cell.paragraphs] == ["In place", "Last time: Starting"]


def test_someone_who_has_left_is_not_shown_by_number():
    said = texts(
        opened(
            form(
                PARTS["task6.observation"],
                about=ABOUT,
                answers={"pupil": "A801200001001"},
            )
        )
    )
    assert word.NO_PUPIL in said and not any("A801200001001" in text for text in said)


def test_an_iep_of_one_pupil():
    held = {
        place("task6.iep.about", of="0123"): {"from": "2005-03-08", "reach": "across"},
        place("task6.iep", of="0123"): {
            "task6.iep.1.target": "Round to tens",
            "task6.iep.2.target": "Read aloud",
        },
        place("task6.iep.voices", of="0123"): {"pupil": "I like games.\nNo tests."},
        place("task6.iep", of="0124"): {"task6.iep.1.target": "Someone else's"},
    }
    document = opened(
        word.iep(
            about=ABOUT,
            heading="Individual education plan: Ada Zhou",
            of="0123",
            answers=held,
        )
    )
    assert headings(document)[:3] == [
        (1, "Individual education plan: Ada Zhou"),
        (2, "Targets, four at the most"),
        (2, "In their own words"),
    ]
    assert [cell.text for cell in document.tables[0].rows[1].cells] == [
        "8 March 2005",
        "",
        "Several subjects",
        "",
    ]
    assert [row.cells[1].text for row in document.tables[1].rows] == [
        "Target",
        "Round to tens",
        "Read aloud",
        "",
        "",
    ]
    assert "No tests." in texts(document) and "Someone else's" not in texts(document)
    assert all(
        section.page_width > section.page_height for section in document.sections
    )
    assert "Pupil:" in texts(opened(word.iep(about=ABOUT)))


def test_a_feedback_sheet_with_its_picture():
    held = {
        "task6.went_well/v1": {"went_well": "Waited for answers"},
        "task6.minutes/v1": {"task6.minutes.class.minutes": "20", "own.1.minutes": "5"},
        "task6.minutes.rows": {"own.1.label": "At the computer", "own.1.section": ""},
        "task6.develop/v1": {"task6.develop.1.what": "Fewer prompts"},
    }
    drawn = io.BytesIO()
    figure = plt.figure(figsize=(12, 2))
    figure.savefig(drawn, format="png")
    plt.close(figure)
    picture = word.PictureBlock(
        heading="",
        content=drawn.getvalue(),
        says="Twenty of 25 minutes were spent with the class.",
    )
    content = word.feedback(
        about=ABOUT, heading="Feedback: 8B", of="v1", answers=held, picture=picture
    )
    document = opened(content)
    shape = document.inline_shapes[0]
    assert (
        shape._inline.docPr.get("descr")
        == "Twenty of 25 minutes were spent with the class."
        and shape.width.cm <= 17.01
    )
    minutes = next(
        table for table in document.tables if table.rows[0].cells[-1].text == "Minutes"
    )
    assert [[cell.text for cell in row.cells] for row in minutes.rows[1:]] == [
        ["Listening and answering with the class", "20"],
        ["At the computer", "5"],
    ]
    assert {"Waited for answers", "Fewer prompts"} <= set(texts(document))
    assert "No minutes are noted." in texts(
        opened(word.feedback(about=ABOUT, of="v2", answers=held))
    )
    blank = texts(opened(word.feedback(about=ABOUT)))
    assert "Class and subject" in blank and "No minutes are noted." not in blank


def test_the_action_plan():
    held = {
        "task1.findings": {"action": "Look at science"},
        "task6.develop/v1": {"task6.develop.1.what": "Fewer prompts"},
        "plan.actions": {
            "task1.findings|action.owner": "RM",
            "task1.findings|action.due": "2005-03-01",
            "own.1.what": "Ring home",
            "own.1.pupil": "0123",
            "own.1.done": "yes",
            "own.1.due": "2005-02-01",
            "own.2.what": "x",
            "own.2.pupil": "9",
        },
    }
    found = actions(held)
    table = opened(
        word.plan(found, about=ABOUT, today=MADE, names={"0123": "Ada Zhou"})
    ).tables[0]
    rows = {
        row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows
    }
    assert rows["What"] == ["Came from", "Owner", "Due", "Measure of success", "Done"]
    assert rows["Look at science"] == [
        "What the figures say: One thing to do about it",
        "RM",
        "1 March 2005\nOverdue",
        "",
        "",
    ]
    assert rows["Ring home"] == ["Ada Zhou", "", "1 February 2005", "", "✓"]
    assert rows["x"][0] == word.NO_PUPIL
    assert "No action is in the plan yet." in texts(
        opened(word.plan([], about=ABOUT, today=MADE, names={}))
    )


def test_cards_to_cut_out():
    part = PARTS["task2.sort"]
    document = opened(word.cards(part, about=ABOUT))
    heads, cards = (
        [cell.text for row in table.rows for cell in row.cells if cell.text]
        for table in document.tables
    )
    assert heads == [group.title for group in part.groups]
    assert (
        sorted(cards) == sorted(card.text for card in part.cards) and len(cards) == 22
    )
    assert cards != [card.text for card in part.cards]
    assert len({row.height for row in document.tables[1].rows}) == 1
    style = document.tables[1].style.element
    borders = style.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}")
    assert {line.get(qn("w:val")) for line in borders} == {"dashed"}


@pytest.mark.parametrize(
    "answers, end",
    [
        ({"q1": "yes", "q4": "no"}, "Nothing more to plan for now."),
        (
            {"q1": "no", "q2": "yes", "q4": "yes"},
            "It comes to a note on the class plan.",
        ),
        (
            {"q1": "no", "q2": "no", "q3": "yes", "q4": "no"},
            "It comes to a plan of its own, such as an IEP or a plan for the group.",
        ),
        ({"q1": "no"}, "The chart has not been walked to its end yet."),
    ],
)
def test_a_walk_through_the_chart(answers, end):
    document = opened(form(PARTS["task7.chart"], about=ABOUT, answers=answers))
    assert [row.cells[2].text for row in document.tables[0].rows][1] == answers[
        "q1"
    ].capitalize()
    assert texts(document)[-1] == end


def test_a_blank_chart_says_where_each_way_goes():
    table = opened(form(PARTS["task7.chart"], about=ABOUT)).tables[0]
    assert (
        table.rows[1].cells[2].text == "☐ Yes: go on to 2\n☐ No: go on to 3"
        and table.rows[-1].cells[2].text == "The end"
    )


def test_several_parts_turn_the_paper_as_they_need():
    pieces = [
        word.Copy(part=PARTS["review"]),
        word.Copy(part=PARTS["plan.actions"]),
        word.Copy(part=PARTS["unit6.reflection"]),
    ]
    document = opened(word.document(pieces, about=ABOUT, heading="Task 8"))
    assert [
        section.page_width > section.page_height for section in document.sections
    ] == [
        False,
        True,
        False,
    ]
    assert all(section.footer.paragraphs[0].text for section in document.sections)
    assert [text for level, text in headings(document) if level == 2] == [
        piece.part.title for piece in pieces
    ]
    assert opened(word.document([], about=ABOUT)).paragraphs[0].text == "Forms"


def test_what_is_given_out_one_by_one_begins_a_page():
    parts = [
        word.Copy(part=PARTS["unit1.reflection"]),
        word.Copy(part=PARTS["unit2.can_do"]),
        word.Copy(part=PARTS["task5.chart"]),
    ]
    upright, too, across = opened(
        word.document(parts, about=ABOUT, apart=True)
    ).sections
    assert [section.orientation for section in (upright, too, across)] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
    ]
    assert len(opened(word.document(parts, about=ABOUT)).sections) == 2


def test_what_was_hidden_is_said():
    about = About(
        title="List",
        source="Any School",
        on=MADE,
        hidden="Counts of 1 to 5 are hidden.",
    )
    piece = word.TableBlock(
        heading="Groups", heads=["Group", "Pupils"], rows=[["Boys", "12"]]
    )
    assert "Counts of 1 to 5 are hidden." in texts(
        opened(word.document([piece], about=about))
    )


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_libreoffice_opens_it(tmp_path):
    pieces = [
        word.Copy(part=part, answers=filled(part))
        for part in page_forms.load("task8_working_smarter").parts
    ]
    (tmp_path / "task8.docx").write_bytes(word.document(pieces, about=ABOUT))
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
        "task8.docx",
    ]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    assert (tmp_path / "task8.pdf").read_bytes()[:4] == b"%PDF"
