"""The content map: whatever the booklet asks for, part by part, stands on the page on which it is looked for.

Each notebook's cells are run once for each sample school, and what they show is searched: the words, the boxes, the charts.
"""

import ast
import html
import json
import re

import ipywidgets as widgets
import pytest

from senlib import ROOT, samples
from senlib import workspace as workspaces
from senlib.frameworks import load
from senlib.pages.kit import pupil_names
from senlib.pages.kit.site import PAGES
from senlib.widgets import CardSort, FileChooser, Flow, Listing, Matrix, Sheet
from senlib.widgets.sheet import MARK, names_in

STEMS = [page.stem for page in PAGES]


class Shown:
    """What a notebook shows: `said`, all of its words in one text, and its widgets."""

    def __init__(self, stem, school):
        self.stem, self.school = stem, school
        self.names, self.widgets, self.texts = {}, [], []

    def run(self):
        """Run the cells that are no workings, and remember what each shows."""
        cells = json.loads(
            (ROOT / "notebooks" / f"{self.stem}.ipynb").read_text("utf-8")
        )["cells"]
        roots = []
        for cell in cells:
            source = "".join(cell["source"])
            if "workings" in cell["metadata"].get("tags", []):
                continue
            if cell["cell_type"] == "markdown":
                self.texts.append(source)
            else:
                roots.append(self._run(source))
        self.page = self.names["page"]
        open_copies(self)
        for root in roots:
            self._gather(root)
        return self

    def _run(self, source):
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, self.stem, "exec"), self.names)
        return (
            eval(compile(ast.Expression(last.value), self.stem, "eval"), self.names)
            if last
            else None
        )

    def _gather(self, widget):
        if widget is None or widget in self.widgets:
            return
        self.widgets.append(widget)
        self.texts += texts_of(widget)
        for child in getattr(widget, "children", ()):
            self._gather(child)

    @property
    def said(self):
        return " ".join(" ".join(self.texts).split())

    def of(self, kind):
        return [widget for widget in self.widgets if isinstance(widget, kind)]

    def boxes(self, part):
        """The fields of a part's boxes, in the order in which they stand on its sheet."""
        found = [
            name.split(MARK)
            for sheet in self.of(Sheet)
            for name in names_in(sheet.form)
        ]
        return [
            field
            for form, field in dict.fromkeys(map(tuple, found))
            if form.split("/")[0] == part
        ]

    def table(self, part):
        """The table of a part's sheet."""
        for sheet in self.of(Sheet):
            if any(
                name.split(MARK)[0].split("/")[0] == part
                for name in names_in(sheet.form)
            ):
                return next(
                    block for block in sheet.form["blocks"] if block["kind"] == "table"
                )
        raise AssertionError(f"{part} is not on {self.stem}")

    def columns(self, part):
        return [column["label"] for column in self.table(part)["columns"]]

    def rows(self, part):
        return [
            row["label"]
            for group in self.table(part)["groups"]
            for row in group["rows"]
        ]

    def headings(self, part):
        return [group["title"] for group in self.table(part)["groups"]]

    def choices(self, label):
        """What there is to choose from in a list."""
        return next(
            [str(one) for one in box._options_labels]
            for box in self.of(widgets.Dropdown)
            if box.description == label
        )

    def lines(self, title):
        """How many lines to read stand under a title."""
        return next(
            text
            for text in self.raw
            if re.search(rf"<h[23][^>]*>{re.escape(title)}</h", text)
        ).count("<li>")

    @property
    def raw(self):
        return [widget.value for widget in self.of(widgets.HTML)]


def strings(value):
    """Every text within a sheet's form."""
    if isinstance(value, str):
        return [value]
    values = (
        value.values()
        if isinstance(value, dict)
        else value
        if isinstance(value, list | tuple)
        else ()
    )
    return [text for one in values for text in strings(one)]


def texts_of(widget):
    """The words that a widget shows."""
    found = [getattr(widget, "description", "")]
    if isinstance(widget, widgets.HTML):
        plain = re.sub(r"<svg.*?</svg>", "", widget.value, flags=re.DOTALL)
        found.append(html.unescape(re.sub(r"<[^>]+>", " ", plain)))
        found += re.findall(r'aria-label="([^"]+)"', widget.value)
    elif isinstance(widget, widgets.Dropdown):
        found += map(str, widget._options_labels)
    elif isinstance(widget, Sheet):
        found += strings(widget.form)
    elif isinstance(widget, CardSort):
        found += [one["text"] for one in widget.cards] + [
            one["title"] for one in widget.groups
        ]
    elif isinstance(widget, Flow):
        found += [node["text"] for node in widget.nodes]
    elif isinstance(widget, Listing):
        found += [widget.caption, *(column["label"] for column in widget.columns)]
    elif isinstance(widget, FileChooser):
        found.append(widget.label)
    return [str(text) for text in found]


def open_copies(shown):
    """Choose a pupil, an intervention, a visit and a class where a page asks for one first."""
    page = shown.page
    if shown.stem == "pupil":
        page.pupil.value = page.pupil.options[1][1]
    elif shown.stem == "task5_interventions":
        page.pupil.value = page.pupil.options[1][1]
        page.intervention.box.value = page.intervention.box.options[1][1]
    elif shown.stem == "task6_support_in_class":
        page.whom.value = page.whom.options[1][1]
        page.new.click()
    elif shown.stem == "task7_planning":
        page.new_class.click()
        page.drawing.copy.click()
    elif shown.stem == "unit3_class_sheets":
        page.files.button.click()


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """Every page of the workbook over each sample school, by the school and the page."""
    pages = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(workspaces.SCHOOL_VARIABLE, raising=False)
        patch.delenv(pupil_names.QUERY_VARIABLE, raising=False)
        for school in samples():
            patch.setenv(workspaces.DATA_VARIABLE, str(tmp_path_factory.mktemp(school)))
            workspaces.open_workspace().choose(school)
            pages |= {(school, stem): Shown(stem, school).run() for stem in STEMS}
    return pages


def words(*texts):
    """That a page says each of these."""

    def check(shown):
        missing = [
            text for text in texts if text.casefold() not in shown.said.casefold()
        ]
        assert not missing

    return check


def boxes(part, count):
    """That there are so many boxes to fill in for a part."""

    def check(shown):
        assert len(shown.boxes(part)) == count

    return check


def grid(part, *, rows, columns, headings=None):
    """That a part's table has these columns, so many rows, and these headings over them."""

    def check(shown):
        assert (len(shown.rows(part)), shown.columns(part)) == (rows, columns)
        assert headings is None or shown.headings(part) == headings

    return check


def lines(title, count):
    """That so many lines to read stand under a title."""

    def check(shown):
        assert shown.lines(title) == count

    return check


def offers(label, *choices):
    """That a list offers each of these."""

    def check(shown):
        assert set(choices) <= set(shown.choices(label))

    return check


def listed(*columns):
    """That a list of pupils has each of these columns."""

    def check(shown):
        assert any(
            set(columns) <= {column["label"] for column in listing.columns}
            for listing in shown.of(Listing)
        )

    return check


def cards(shown):
    (sort,) = shown.of(CardSort)
    counts = [
        sum(card["group"] == group["key"] for card in sort.cards)
        for group in sort.groups
    ]
    assert ([group["title"] for group in sort.groups], counts) == (ASPECTS, [6, 10, 6])


def charts(shown):
    """The booklet's chart as it is walked, and the one that a school draws."""
    walked, drawn = shown.of(Flow)
    assert len(walked.nodes) == 10 and not walked.editable and drawn.editable
    ways = {
        (node["key"], way): node[way]
        for node in walked.nodes
        for way in ("yes", "no")
        if node["kind"] == "question"
    }
    assert ways == {
        ("q1", "yes"): "as_for_all",
        ("q1", "no"): "q2",
        ("q2", "yes"): "annotate_objectives",
        ("q2", "no"): "q3",
        ("q3", "yes"): "group_activity",
        ("q3", "no"): "pupil_activity",
        ("q4", "yes"): "annotate_access",
        ("q4", "no"): "nothing_more",
    }
    onward = {
        node["key"]: node["next"] for node in walked.nodes if node["kind"] == "step"
    }
    assert set(onward.values()) == {"q4"} and len(onward) == 4


def matrix(shown):
    (cells,) = shown.of(Matrix)
    assert (
        cells.rows
        and cells.columns
        and sum(cells.totals)
        and any(cell["edge"] for row in cells.cells for cell in row)
    )


def on_to_key_stage_4(shown):
    stage, entry = (
        next(b for b in shown.of(widgets.Dropdown) if b.description == label)
        for label in ("Key stage", "Where they started")
    )
    stage.value = "KS4"
    assert {"Level 4", "Level 5"} <= {words for words, _ in entry.options}
    stage.value = "KS3"


def criteria(shown):
    framework = load(shown.school)
    for criterion in framework.criteria:
        assert criterion.title in shown.said and criterion.source in shown.said


def downloads(kind):
    """That a page has a file to save, by the ending of its name."""

    def check(shown):
        assert saves(shown, kind)

    return check


def makes(kind):
    """That one of the files that a page offers, made on a press, is of that kind."""

    def check(shown):
        files = shown.page.files
        made = []
        for _, offer in files.what.options:
            files.what.value = offer
            files.button.click()
            made.append(saves(shown, kind))
        assert any(made)

    return check


def saves(shown, kind):
    return any(re.search(rf'download="[^"]+\.{kind}"', text) for text in shown.raw)


def buttons(*descriptions):
    def check(shown):
        assert set(descriptions) <= {
            button.description for button in shown.of(widgets.Button)
        }

    return check


def rows_of_the_chart(shown):
    expected = CHART_ROWS[shown.school]
    assert shown.rows("task5.chart") == expected
    assert all(
        re.search(r"\d+ pupils? in Year 7 now, \d+ with SEN", row["note"])
        for group in shown.table("task5.chart")["groups"]
        for row in group["rows"]
    )


def bank_by_need(shown):
    """A heading for each need, strategies under it that are ticked, and room for the school's own."""
    table = shown.table("unit3.strategies")
    assert (
        table["add"]
        and len(table["groups"]) == 13
        and all(group["rows"] for group in table["groups"])
    )
    ticks = [
        row["cells"]["used"]["name"]
        for group in table["groups"]
        for row in group["rows"]
    ]
    (sheet,) = (sheet for sheet in shown.of(Sheet) if ticks[0] in sheet.values)
    assert {sheet.values[name]["value"] for name in ticks} == {"yes"}


ASPECTS = [
    "Judging standards",
    "Evaluating teaching and learning",
    "Taking action to secure improvement",
]

CHART_ROWS = {
    "levels": [
        "English: 3c, 3b, 3a",
        "English: 2c, 2b, 2a",
        "English: below level 2",
        "Mathematics: 3c, 3b, 3a",
        "Mathematics: 2c, 2b, 2a",
        "Mathematics: below level 2",
        "English as an additional language: stages 1 and 2",
    ],
    "gcse": [
        "Key stage 2 score of 96 to 99.5",
        "Key stage 2 score of 90 to 95.5",
        "Key stage 2 score of 80 to 89.5",
        "Key stage 2 score below 80, or below the level of the test",
        "English as an additional language: stages 1 and 2",
    ],
}

HEADINGS = [
    "Curriculum",
    "Literacy",
    "Numeracy",
    "Behaviour and pastoral",
    "Extra-curricular",
    "Community and parents or carers",
    "Support personnel in school",
    "External support services",
]
PHASES = [
    "Before the lesson",
    "Introduction",
    "Whole-class work",
    "Group work",
    "Plenary",
    "End of the lesson",
    "After the lesson",
]
STRANDS = [
    "Whole-school initiatives",
    "Lead consultants",
    "Subject leaders",
    "Classroom teachers",
    "Support assistants",
    "Pupils",
    "Parents",
    "Governors",
    "LEA services",
    "Community and outside agencies",
]
RESOURCES = [
    "0380-2004",
    "0375-2004 G",
    "0347-2004 G",
    "0465-2004 G",
    "0454-2004 G",
    "0720-2004 G",
    "0644-2004 G",
    "0043-2004 G",
    "0432-2004 G",
    "0178-2003",
    "0102-2002",
    "1040-2004 G",
    "0125-2003",
]

T1, T2, T3, T4 = (
    "task1_conversion_data",
    "task2_role_of_the_senco",
    "task3_ensuring_progress",
    "task4_level3_to_5",
)
T5, T6, T7, T8 = (
    "task5_interventions",
    "task6_support_in_class",
    "task7_planning",
    "task8_working_smarter",
)
U3 = "unit3_class_sheets"

# Row of the map, page, what must be found there; and where it is of one sample alone, which.
MAP = [
    (
        "How to use the materials",
        "facilitator",
        offers(
            "Plan",
            "Three twilights of 75 minutes",
            "One day for SENCOs",
            "An Inset day for the whole staff",
            "A series of four, with work at school between",
            "On your own, six times 45 minutes",
            "A governors’ meeting",
        ),
    ),
    (
        "How to use the materials",
        "facilitator",
        words(
            "75 of 75 minutes",
            "The running order",
            "Slides and handouts show a sample school",
        ),
    ),
    (
        "How to use the materials",
        "facilitator",
        buttons("Earlier", "Later", "Take it out", "Add it", "Make the files"),
    ),
    ("How to use the materials", "room", words("--room", "without names")),
    (
        "How to use the materials",
        "governors",
        words(
            "Are our pupils with SEN making progress?",
            "Does attendance hold them back?",
            "What do we spend?",
            "Does the help work?",
            "What are we doing next?",
        ),
    ),
    ("Introduction", "index", boxes("intro.senco", 10)),
    ("Introduction", "index", boxes("intro.reflection", 1)),
    ("Introduction", T8, words("so does what you ticked on the front page")),
    ("1 Issues and challenges", T1, boxes("unit1.reflection", 6)),
    (
        "1 Issues and challenges",
        T1,
        words("No national figure is held", "The LEA’s other schools"),
        "levels",
    ),
    (
        "1 Issues and challenges",
        T1,
        words("What is England’s figure, and where is it from?", "Keep this figure"),
    ),
    (
        "Task 1",
        T1,
        offers("Subject", "English", "Mathematics", "Science", "ICT"),
        "levels",
    ),
    ("Task 1", T1, offers("Summer of the results", "2004", "2003"), "levels"),
    (
        "Task 1",
        T1,
        offers("Where they started", "Level 3", "Level 4", "Level 2", "Below level 2"),
        "levels",
    ),
    ("Task 1", T1, on_to_key_stage_4, "levels"),
    ("Task 1", T1, matrix),
    ("Task 1", T1, words("pupils with SEN", "without", "likely between")),
    ("Task 1", T1, boxes("task1.findings", 6)),
    ("2 Role of the SENCO", T2, lines("Six things within your reach", 6)),
    (
        "Task 2",
        T2,
        grid(
            "task2.role",
            rows=22,
            columns=["Where we are", "How we know", "What to do"],
            headings=ASPECTS,
        ),
    ),
    ("Task 2", T2, cards),
    ("Task 2", T2, words("never a mark")),
    ("Task 3", T3, criteria),
    ("Task 3", T3, words("Met: ", "in Year 7 now", "stands highest", "92 %"), "levels"),
    ("Task 3", T3, words("80 %", "34 %", "55 %"), "levels"),
    ("Task 3", T3, boxes("task3.questions", 4)),
    (
        "Task 4",
        T4,
        listed("Pupil", "SEN, needs", "Entry", "Now", "Standing", "Provision", "Plan"),
    ),
    ("Task 4", T4, listed("Gain"), "levels"),
    (
        "Task 4",
        T4,
        offers("Year groups", "Years 7 to 9", "Year 7", "Year 8", "Year 9"),
        "levels",
    ),
    (
        "Task 4",
        T4,
        offers("Subject", "English", "Mathematics", "Science", "ICT"),
        "levels",
    ),
    (
        "Task 4",
        T4,
        offers(
            "What to take away",
            "The list above, in Excel",
            "The list above, in Word",
            "Every subject’s list, a sheet each, in Excel",
        ),
    ),
    ("Task 4", T4, words("Task 5: see what help each of them gets")),
    ("Task 4", T4, boxes("task4.planning", 3)),
    ("3 Ongoing assessment", T4, lines("The cycle of monitoring and action", 5)),
    (
        "3 Ongoing assessment",
        T4,
        words("Chalfonts", "1,740", "Six priorities for a year group"),
    ),
    (
        "3 Ongoing assessment",
        T4,
        words(
            "Boys and girls",
            "Pupils from minority ethnic groups",
            "Able, gifted and talented pupils",
        ),
    ),
    (
        "3 Ongoing assessment",
        U3,
        offers("Forms or sets", "Forms", "Sets in Mathematics"),
    ),
    (
        "3 Ongoing assessment",
        U3,
        offers("Forms or sets", "Sets in English", "Sets in Science", "Sets in ICT"),
        "levels",
    ),
    (
        "3 Ongoing assessment",
        U3,
        words(
            "Class sheet of 7",
            "SEN, needs",
            "Entry",
            "Now",
            "What helps, by need",
            "Group target:",
        ),
    ),
    ("3 Ongoing assessment", U3, bank_by_need),
    ("3 Ongoing assessment", U3, boxes("unit3.targets", 13)),
    ("3 Ongoing assessment", U3, makes("xlsx")),
    ("3 Ongoing assessment", U3, makes("docx")),
    ("3 Ongoing assessment", U3, makes("zip")),
    (
        "3 Ongoing assessment",
        U3,
        words(
            "Able, gifted and talented: ",
            "Minority ethnic groups: ",
            "Girls: ",
            "Boys: ",
            "Pupils with SEN: ",
            "(likely ",
        ),
    ),
    (
        "3 Ongoing assessment",
        U3,
        grid(
            "unit3.priorities",
            rows=6,
            columns=["Priority", "Whose job it is", "By when"],
        ),
    ),
    (
        "3 Ongoing assessment",
        U3,
        words(
            "Six priorities for Year 7",
            "Task 8: the priorities stand in the action plan",
        ),
    ),
    (
        "4 Personalising learning",
        T5,
        grid(
            "unit4.components",
            rows=5,
            columns=["Where we are", "How we know", "What to do"],
        ),
    ),
    ("4 Personalising learning", T5, boxes("unit4.questions", 3)),
    ("4 Personalising learning", T5, boxes("unit4.teachers", 6)),
    ("4 Personalising learning", T5, boxes("unit4.reflection", 1)),
    ("5 Additional intervention", T5, boxes("unit5.alternatives", 6)),
    ("5 Additional intervention", T5, boxes("unit5.ingredients", 7)),
    ("5 Additional intervention", T5, boxes("unit5.side_effects", 4)),
    ("5 Additional intervention", T5, boxes("unit5.action.interventions", 4)),
    ("5 Additional intervention", T6, boxes("unit5.action.support", 4)),
    ("Task 5", T5, rows_of_the_chart),
    (
        "Task 5",
        T5,
        words(
            "Leader or manager",
            "Adviser or supporter",
            "Provided by",
            "How progress is followed",
            "Reporting to",
        ),
    ),
    (
        "Task 5",
        T5,
        grid(
            "task5.provision",
            rows=32,
            columns=["Gets it", "Who sees to it", "Hours a week", "Cost a year (£)"],
            headings=HEADINGS,
        ),
    ),
    (
        "Task 5",
        T5,
        offers(
            "Which pupils",
            "Those who are stuck and have nothing",
            "Those who have much and do not move",
        ),
    ),
    (
        "Task 5",
        T5,
        words(
            "What do we spend, and on what?",
            "Do the pupils who get it move on?",
            "Spend by heading",
        ),
    ),
    (
        "Task 6",
        T6,
        grid(
            "task6.iep",
            rows=4,
            columns=[
                "Target",
                "Success criteria",
                "Resources",
                "Teaching strategies in class",
                "Suggestions for assistants",
                "Outcomes",
            ],
        ),
    ),
    ("Task 6", T6, boxes("task6.iep.voices", 2)),
    ("Task 6", T6, boxes("task6.reflection.targets", 1)),
    (
        "Task 6",
        T6,
        grid(
            "task6.phases", rows=20, columns=["Seen", "What happened"], headings=PHASES
        ),
    ),
    ("Task 6", T6, boxes("task6.went_well", 1)),
    ("Task 6", T6, grid("task6.develop", rows=3, columns=["What", "How"])),
    ("Task 6", T6, boxes("task6.pupils_know", 3)),
    ("Task 6", T6, boxes("task6.pupils_leave", 2)),
    ("Task 6", T6, boxes("task6.reflection", 5)),
    ("Task 6", T6, words("The feedback sheet", "What do the visits say together?")),
    ("6 Tying it together", T7, boxes("unit6.reflection", 2)),
    ("6 Tying it together", T6, lines("Four things to know about IEPs", 4)),
    (
        "6 Tying it together",
        T6,
        words(
            "one way among several",
            "No law asks for one",
            "Three or four targets",
            "a single subject, or to several",
        ),
    ),
    ("Task 7", T7, charts),
    (
        "Task 7",
        T7,
        buttons(
            "Begin a new class",
            "Put the pupil on the list",
            "Put the group on the list",
        ),
    ),
    ("Task 7", T7, boxes("task7.class", 5)),
    ("Whole-school and local links", T8, boxes("links.whole_school", 1)),
    ("Whole-school and local links", T8, boxes("links.special_schools", 2)),
    (
        "Self-reflection and review",
        T8,
        grid("review", rows=10, columns=["Where are we now?", "Next steps"]),
    ),
    ("Self-reflection and review", T8, words(*STRANDS)),
    ("Self-reflection and review", T8, buttons("Begin a new round")),
    (
        "Task 8",
        T8,
        grid(
            "task8.targets",
            rows=3,
            columns=["Target", "School priority it serves", "By when"],
            headings=["Short term", "Medium term", "Long term"],
        ),
    ),
    ("Task 8", T8, boxes("task8.examples", 6)),
    ("Task 8", T8, lines("What there is to read", 13)),
    (
        "Task 8",
        T8,
        words(
            *RESOURCES,
            "Where no successor is named, none is known to us",
            "The Assessment for Learning Strategy",
        ),
    ),
    (
        "Next steps",
        T8,
        grid(
            "next_steps",
            rows=3,
            columns=[
                "From the plan",
                "What I will do",
                "Who is involved",
                "Timeline",
                "How we shall know",
            ],
        ),
    ),
    (
        "Next steps",
        T8,
        words(
            "What will you do?",
            "Whose job is it?",
            "By when?",
            "What will show that it has worked?",
        ),
    ),
    ("Next steps", "index", words("What is due?")),
    (
        "The chain",
        "pupil",
        words(
            "Where did this pupil start, and where now?",
            "What is this pupil given?",
            "What was seen in lessons?",
            "What did the planning chart say?",
            "What will you do for this pupil?",
        ),
    ),
]


CASES = [
    (school, stem, check, row)
    for row, stem, check, *alone in MAP
    for school in alone or samples()
]


@pytest.mark.parametrize(
    "school, stem, check",
    [case[:3] for case in CASES],
    ids=[f"{row}, {stem}, {school}" for school, stem, _, row in CASES],
)
def test_what_the_map_asks_for_stands_on_its_page(workbook, school, stem, check):
    check(workbook[school, stem])


def test_every_row_of_the_map_is_looked_for():
    rows = dict.fromkeys(row for row, *_ in MAP)
    assert list(rows) == [
        "How to use the materials",
        "Introduction",
        "1 Issues and challenges",
        "Task 1",
        "2 Role of the SENCO",
        "Task 2",
        "Task 3",
        "Task 4",
        "3 Ongoing assessment",
        "4 Personalising learning",
        "5 Additional intervention",
        "Task 5",
        "Task 6",
        "6 Tying it together",
        "Task 7",
        "Whole-school and local links",
        "Self-reflection and review",
        "Task 8",
        "Next steps",
        "The chain",
    ]


@pytest.mark.parametrize("school", samples())
@pytest.mark.parametrize("stem", STEMS)
def test_no_page_says_what_only_a_machine_would(workbook, school, stem):
    said = re.split(r"[^\w<>]+", workbook[school, stem].said)
    assert not {"nan", "NaN", "None", "NaT", "<NA>", "Traceback", "inf"} & set(said)


@pytest.mark.parametrize(
    "stem", [stem for stem in STEMS if stem not in ("index", "governors", "room")]
)
def test_every_page_ends_with_what_next(workbook, stem):
    """But the front page, and those that governors and participants read, which lead to no page of the SENCO's."""
    assert any("What next" in text for text in workbook["levels", stem].raw)
