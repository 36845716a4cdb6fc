"""Unit 3: class sheets and their files, the bank of strategies, the review by groups, six priorities that fall into the plan."""

import base64
import io
import re
from zipfile import ZipFile

import docx
import openpyxl
import pandas as pd
import pytest

from senlib import open_sample, samples
from senlib.frameworks import load as framework
from senlib.measures.class_sheets import class_lists, class_sheet, classes
from senlib.measures.proportion import FEW
from senlib.pages.kit.plan_sheet import PlanSheet
from senlib.pages.unit3_class_sheets import ClassSheetsPage
from senlib.pages.unit3_class_sheets.year_review import PRIORITIES, review_answer
from senlib.workbook.forms import Grid
from senlib.workbook.page_forms import load, stems
from senlib.workbook.plan import actions
from senlib.workbook.rows import add_row, drop_row
from senlib.workbook.strategies import SAME_NEED, STRATEGIES, TARGETS, Bank
from tests.measures.schools import school as made_of
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    answered,
    rows_of,
    save,
    small_school,
    value_of,
    vanish,
    without_pictures,
    without_sen,
    words,
    workspace_over,
)

SHEET = load("unit3_class_sheets")
GRID, AIMS = SHEET.part(STRATEGIES), SHEET.part(TARGETS)


@pytest.fixture(autouse=True)
def pictures(monkeypatch):
    without_pictures(monkeypatch)


def page_of(workspace):
    page = ClassSheetsPage(workspace)
    page.header(), page.sheets(), page.bank(), page.review(), page.next()
    return page


def bank(held=None):
    return Bank(held or {}, grid=GRID, targets=AIMS)


def said_by(content):
    """Every text in the tables of a Word document."""
    return [
        cell.text
        for table in docx.Document(io.BytesIO(content)).tables
        for row in table.rows
        for cell in row.cells
    ]


def linked(page, what):
    """What the link to one of the page's files saves, by the name of the file; the file is made first."""
    page.files.what.value = next(one for one in page.files.offers if what in one)
    page.files.button.click()
    link = page.files.link.value
    files = re.findall(r'download="([^"]+)" href="data:[^,]+,([^"]+)"', link)
    return {name: base64.b64decode(data) for name, data in files}


# -- the sheet of a class --


def test_a_sheet_lists_those_of_the_class_who_have_sen(workspace):
    page = page_of(workspace)
    assert [one for one, _ in page.name.options] == [
        "7A: 1 of 1 with SEN",
        "8A: 2 of 3 with SEN",
        "8B: 1 of 1 with SEN",
    ]
    page.name.value = "8A"
    told = words(page.class_sheet)
    assert (
        "8A: 2 of 3 pupils have SEN." in told
        and "Ash, Ann P, SLCN 3 3 stuck" in told
        and "Cole, Cy A 3 4 behind" in told
    )
    assert (
        "Dean" not in told and "Birch" not in told
    )  # without SEN, and of another class
    assert "A: School Action; P: School Action Plus." in told


def test_a_form_is_looked_at_in_the_subject_that_is_chosen(workspace):
    page = page_of(workspace)
    page.name.value = "8A"
    assert page.of_form.layout.display == "" and "Class sheet of 8A, English" in words(
        page.class_sheet
    )
    page.of_form.value = "ICT"  # in which nobody has a result
    assert "Class sheet of 8A, ICT" in words(
        page.class_sheet
    ) and "Ash, Ann P, SLCN – – not known" in words(page.class_sheet)


def test_what_helps_stands_once_for_each_need_with_those_who_have_it(tmp_path):
    made = small_school(p0001={"need_2": "MLD"}, p0002={"form": "8A"})
    page = page_of(workspace_over(tmp_path, made))
    page.name.value = "8A"
    found = {one.key: one.pupils for one in page.sheet_of("8A").by_need()}
    # By the order of the bank; who has no need recorded stands under 'other'.
    assert found == {
        "mld": ("Ash, Ann", "Birch, Bo"),
        "slcn": ("Ash, Ann",),
        "oth": ("Cole, Cy",),
    }
    assert list(found) == ["mld", "slcn", "oth"]
    told = words(page.class_sheet)
    assert (
        told.count("Show a finished example") == 1
        and "Group target: Says in one sentence" in told
    )


def test_the_targets_of_an_iep_stand_on_the_sheet(workspace):
    page = page_of(workspace)
    page.name.value = "8A"
    assert "Nobody here has targets in an IEP" in words(
        page.class_sheet
    ) and "Own targets (IEP)" not in words(page.class_sheet)
    workspace.store.save_all(
        form="task6.iep/0001",
        values={"task6.iep.1.target": "Starts", "task6.iep.3.target": "Asks"},
    )
    page.live.refresh()
    assert "Own targets (IEP)" in words(page.class_sheet) and "Starts; Asks" in words(
        page.class_sheet
    )
    workspace.store.save_all(
        form="task6.iep/0002", values={"task6.iep.1.target": "Of somebody else"}
    )
    page.live.refresh()
    assert "Of somebody else" not in words(page.class_sheet)


@pytest.mark.parametrize("name", samples())
def test_every_pupil_of_a_sample_is_on_the_sheet_of_each_class_with_what_helps(
    tmp_path, name
):
    page = page_of(workspace_over(tmp_path, open_sample(name)))
    table = classes(page.school)
    for _, kind in page.kind.options:
        page.kind.value = kind
        assert [one for _, one in page.name.options] == table.loc[
            table["column"] == kind, "name"
        ].tolist()
        listed = pd.concat([page.sheet_of(one).table for _, one in page.name.options])
        assert (
            len(listed) == table.loc[table["column"] == kind, "sen"].sum()
            and not listed["pupil_id"].duplicated().any()
        )
        assert listed[
            "strategies"
        ].all()  # every need of the framework has its place in the bank
        assert "nan" not in words(page.class_sheet)
    assert [one for _, one in page.name.options][0].startswith("7")


@pytest.mark.parametrize("name", samples())
def test_a_set_says_where_pupils_stand_in_its_own_subject(tmp_path, name):
    page = page_of(workspace_over(tmp_path, open_sample(name)))
    page.kind.value = "set_mathematics"
    assert page.subject == "Mathematics" and page.of_form.layout.display == "none"
    expected = class_sheet(page.school, column="set_mathematics", name=page.name.value)
    assert (
        page.sheet_of(page.name.value)
        .table[["pupil_id", "entry", "now"]]
        .equals(expected[["pupil_id", "entry", "now"]])
    )


def test_a_set_in_a_subject_that_is_not_followed_says_so(tmp_path):
    page = page_of(workspace_over(tmp_path, open_sample("gcse")))
    page.kind.value = "set_ict"
    assert (
        dict((column, said) for said, column in page.kind.options)["set_ict"]
        == "Sets in ICT"
        and page.subject == ""
    )
    assert "not followed in this subject" in words(
        page.class_sheet
    ) and "Standing" not in words(page.class_sheet)


def test_a_form_in_another_subject_is_the_measure_s(school):
    assert class_lists(school, column="form", subject="Science").query(
        "pupil_id == '0001'"
    )["now"].tolist() == ["3"]
    assert class_lists(school, column="form")["now"].unique().tolist() == [""]


def test_classes_stand_as_one_reads_them():
    pupils = [
        {"pupil_id": name, "form": name, "sen_provision": "A", "year_group": "8"}
        for name in ("10B", "9A", "Oak", "9a", "٣")
    ]
    assert classes(made_of("levels", pupils, []))["name"].tolist() == [
        "9A",
        "9a",
        "10B",
        "Oak",
        "٣",
    ]


# -- the bank --


def test_every_row_of_the_bank_is_ticked_until_it_is_unticked_the_school_s_own_too(
    workspace,
):
    page = page_of(workspace)
    asked = page.ask.asked[STRATEGIES]
    answered(
        asked, {"kind": "add row", "section": "slcn", "label": "Uses the talk frame"}
    )
    rows = rows_of(asked)
    assert len(rows) == len(GRID.rows) + 1 and all(
        value_of(asked, f"{row['key']}.used") == "yes" for row in rows
    )
    page.name.value = "8A"
    assert "Uses the talk frame" in words(page.class_sheet)
    (own,) = [row["key"] for row in rows if row["label"] == "Uses the talk frame"]
    save(asked, f"{own}.used", "")
    save(asked, "unit3.strategies.slcn.1.used", "")
    told = words(page.class_sheet)
    assert (
        "Uses the talk frame" not in told
        and "Wait ten seconds" not in told
        and "Give sentence beginnings" in told
    )
    again = page_of(workspace)
    assert value_of(again.ask.asked[STRATEGIES], f"{own}.used") == ""
    save(asked, f"{own}.used", "yes")
    assert "Uses the talk frame" in words(page.class_sheet)


def test_what_is_worded_here_takes_the_place_of_the_line(workspace):
    page = page_of(workspace)
    page.name.value = "8A"
    save(
        page.ask.asked[STRATEGIES],
        "unit3.strategies.slcn.1.ours",
        f"Count to ten {NASTY}",
    )
    assert (
        "Wait ten seconds" not in words(page.class_sheet)
        and "Count to ten &lt;script&gt;" in page.class_sheet.value
    )
    save(page.ask.asked[STRATEGIES], "unit3.strategies.slcn.1.ours", "  ")
    assert "Wait ten seconds" in words(page.class_sheet)


def test_a_row_taken_out_and_a_target_emptied_are_off_the_sheets(workspace):
    key = add_row(workspace.store, GRID, section="slcn", label="Uses the talk frame")
    assert "Uses the talk frame" in bank(workspace.store.forms()).of("SLCN").strategies
    drop_row(workspace.store, GRID, key)
    assert (
        "Uses the talk frame" not in bank(workspace.store.forms()).of("SLCN").strategies
    )
    assert bank({TARGETS: {"unit3.targets.slcn.target": ""}}).of("SLCN").target == ""
    assert (
        bank({TARGETS: {"unit3.targets.hi.target": "Says when it is too loud"}})
        .of("HI")
        .target
        == "Says when it is too loud"
    )
    assert bank().of("HI").target == ""


@pytest.mark.parametrize("name", samples())
def test_every_need_of_a_framework_has_a_place_of_its_own(name):
    places = {need: bank().place(need) for need in framework(name).need_names}
    assert {need for need, place in places.items() if place == "oth"} <= {"OTH", "NSA"}
    assert {f"{TARGETS}.{place}" for place in places.values()} <= {
        row.key for row in AIMS.rows
    }
    assert [row.key.removeprefix(f"{TARGETS}.") for row in AIMS.rows] == [
        section.key for section in GRID.sections
    ]
    assert all(bank().of(need).strategies for need in places)


@pytest.mark.parametrize(
    "need, place",
    [*SAME_NEED.items(), ("SLCN", "slcn"), ("XYZ", "oth"), ("oth", "oth")],
)
def test_where_a_need_is_looked_up(need, place):
    assert bank().place(need) == place


def test_a_bank_in_which_all_is_unticked_says_so(workspace):
    page = page_of(workspace)
    page.name.value = "8A"
    for n in (1, 2, 3):
        save(page.ask.asked[STRATEGIES], f"unit3.strategies.slcn.{n}.used", "")
    assert "No strategy is ticked for it in the bank below." in words(page.class_sheet)


def test_no_other_grid_has_gained_first_values():
    grids = [
        part
        for stem in stems()
        for part in load(stem).parts
        if isinstance(part, Grid) and part.starts
    ]
    assert [grid.key for grid in grids] == [STRATEGIES]
    assert set(grids[0].starts) <= {column.key for column in grids[0].columns}


# -- files to take away --


def test_the_excel_sheet_is_typed_frozen_filtered_and_says_what_it_is(workspace):
    page = page_of(workspace)
    page.name.value = "8A"
    workspace.store.save(
        form="task6.iep/0001", field="task6.iep.1.target", value="=cmd|' /C calc'!A0"
    )
    page.live.refresh()
    ((name, content),) = linked(page, "in Excel").items()
    assert re.fullmatch(r"class-sheet-8a-\d{4}-\d\d-\d\d\.xlsx", name)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Pupils", "What helps", "About"]
    sheet = book["Pupils"]
    head = [cell.value for cell in sheet[1]]
    assert head == [
        "Pupil",
        "Form",
        "Year",
        "SEN",
        "Needs",
        "Entry",
        "Now",
        "Standing",
        "Own targets (IEP)",
        "What helps",
        "Group target",
    ]
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:K3"
    ann = dict(zip(head, sheet[2], strict=True))
    assert (ann["Pupil"].value, ann["Year"].value, ann["Year"].data_type) == (
        "Ash, Ann",
        8,
        "n",
    )
    assert (ann["Own targets (IEP)"].value, ann["Own targets (IEP)"].data_type) == (
        "=cmd|' /C calc'!A0",
        "s",
    )
    assert [cell.value for cell in book["What helps"]["B"]] == [
        "Pupils",
        "Ash, Ann",
        "Cole, Cy",
    ]
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert (
        about["What it is"] == "Class sheet of 8A, English"
        and about["From"].startswith("A school:")
        and about["Made on"]
    )
    assert (
        about["Hidden"].startswith("Left out are pupils without SEN")
        and "nobody else" in about["Keep it safe"]
    )


def test_the_word_sheet_has_headings_tables_and_what_was_hidden(workspace):
    page = page_of(workspace)
    made = docx.Document(io.BytesIO(page.sheet_of("8A").word()))
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert texts[0] == "Class sheet of 8A, English" and any(
        "Left out are pupils without SEN" in text for text in texts
    )
    assert [p.text for p in made.paragraphs if p.style.name == "Heading 2"] == [
        "Pupils with SEN",
        "What helps, by need",
        "How to read it",
    ]
    assert "Ash, Ann" in said_by(page.sheet_of("8A").word()) and not any(
        "Dean" in text for text in said_by(page.sheet_of("8A").word())
    )
    foot = " ".join(
        p.text for section in made.sections for p in section.footer.paragraphs
    )
    assert "A school" in foot and "Made on" in foot


def test_the_zip_has_both_files_of_every_class_and_names_those_without(tmp_path):
    made = small_school(
        p0003={"form": "8C", "sen_provision": "N"}, p0004={"form": "8C"}
    )
    page = page_of(workspace_over(tmp_path, made))
    assert (
        list(page.files.offers)[-1] == "All 3 sheets in one zip"
        and page.files.link.value == ""
    )
    ((file, content),) = linked(page, "in one zip").items()
    assert file.startswith("class-sheets-forms-english-")
    zipped = ZipFile(io.BytesIO(content))
    assert zipped.namelist() == [
        "README.txt",
        "7A.xlsx",
        "7A.docx",
        "8A.xlsx",
        "8A.docx",
        "8B.xlsx",
        "8B.docx",
    ]
    readme = zipped.read("README.txt").decode("utf-8-sig")
    assert (
        "Class sheets: forms, English" in readme
        and "nobody in them has SEN: 8C." in readme
        and "Made on" in readme
    )
    assert "Birch, Bo" in said_by(zipped.read("8B.docx"))
    page.name.value = "8B"
    assert page.files.link.value == "" and not page.files.button.disabled  # out of date


def test_a_sample_s_files_say_that_nobody_is_real(tmp_path):
    page = page_of(workspace_over(tmp_path, open_sample("gcse")))
    assert "nobody here is real" in str(
        [
            row.text
            for row in docx.Document(io.BytesIO(page.sheet_of(page.name.value).word()))
            .sections[0]
            .footer.paragraphs
        ]
    )


def test_names_that_are_markup_formulas_or_no_file_names(tmp_path):
    made = small_school(
        nasty=True,
        p0001={"form": "About"},
        p0002={"form": "../About"},
        p0003={"form": "con"},
    )
    page = page_of(workspace_over(tmp_path, made))
    for _, name in page.name.options:
        page.name.value = name
        assert "<script" not in page.class_sheet.value
        for what in ("in Excel", "in Word"):
            assert linked(page, what) and "<script" not in page.files.link.value
    (content,) = linked(page, "in one zip").values()
    assert "<script" not in page.files.link.value
    found = ZipFile(io.BytesIO(content)).namelist()
    assert len(found) == len(set(map(str.lower, found))) and not any(
        set(name) & set('<>:"/\\|?*') for name in found
    )


def test_every_name_is_hostile_and_the_book_still_opens(tmp_path):
    pupils = [
        {
            "pupil_id": "1",
            "year_group": "8",
            "sen_provision": "A",
            "form": form,
            "surname": NASTY,
        }
        for form in [f"{NASTY} [8]:'*?/"]
    ]
    page = page_of(workspace_over(tmp_path, made_of("levels", pupils, [])))
    (name,) = [one for _, one in page.name.options]
    book = openpyxl.load_workbook(io.BytesIO(page.sheet_of(name).excel()))
    assert (
        book["Pupils"]["A2"].value.startswith("<script>")
        and book["Pupils"]["A2"].data_type == "s"
    )
    assert said_by(page.sheet_of(name).word())


# -- the review --


@pytest.mark.parametrize("name", samples())
def test_the_review_has_n_and_interval_for_every_group(tmp_path, name):
    page = page_of(workspace_over(tmp_path, open_sample(name)))
    for _, year in page.group_review.year.options:
        page.group_review.year.value = year
        for _, subject in page.group_review.subject.options:
            page.group_review.subject.value = subject
            told = words(page.group_review.figures)
            assert f"How does Year {year} stand in {subject}, group by group?" in words(
                page.group_review.question
            )
            if re.search(
                r"so it is not known who is on course|It is not known yet who in Year",
                told,
            ):
                continue
            assert (
                re.search(r"\d+ of \d+ on course, \d+ % \(likely \d+ to \d+ %\)", told)
                and "The aim: " in told
            )
            for group in (
                "Girls",
                "Boys",
                "Pupils with SEN",
                "Pupils without SEN",
                "White British",
                "Minority ethnic groups",
                "Pupils not listed as able",
            ):
                assert re.search(
                    rf"{group}: \d+ of \d+: \d+ % \(likely \d+ to \d+ %\)", told
                )


def test_in_the_chart_pupils_with_sen_alone_are_round(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "senlib.pages.kit.layout.picture",
        lambda draw, **_: drawn.append(draw.keywords) or "",
    )
    page_of(workspace_over(tmp_path, open_sample("levels"))).group_review.year.value = 8
    labels, strong = drawn[-1]["labels"], drawn[-1]["strong"]
    assert [
        label.partition(":")[0]
        for label, round_ in zip(labels, strong, strict=True)
        if round_
    ] == ["Pupils with SEN"]


def test_small_groups_are_named_in_words(workspace):
    page = page_of(workspace)
    page.group_review.year.value = 8
    told = words(page.group_review.figures)
    assert (
        "Every group is too small (fewer than 11) for a percentage to tell much."
        in told
    )
    assert "Fewer than 11 pupils:" in told and "Look at them one by one" in told
    assert (
        "Boys and girls: not known" in told
    )  # a group of which it is not known says of what
    page.group_review.year.value = 9
    assert "Nobody in Year 9 is on roll in the school’s files." in words(
        page.group_review.figures
    )


@pytest.mark.parametrize(
    "pupils, told",
    [
        (FEW - 1, "too small"),
        (FEW, "boys stand lowest: 5 of 11 on course"),
        (FEW + 1, "boys stand lowest"),
    ],
)
def test_from_how_many_a_group_is_told_of(pupils, told):
    row = {
        "whom": "boys",
        "pupils": pupils,
        "reached": 5,
        "percent": 50.0,
        "low": 20.0,
        "high": 80.0,
    }
    assert told in review_answer(pd.DataFrame([row]), not_judged=0)


# -- six priorities --


def test_each_year_group_has_six_priorities_of_its_own(workspace):
    page = page_of(workspace)
    assert [row["label"] for row in rows_of(page.group_review.priorities)] == [
        "First",
        "Second",
        "Third",
        "Fourth",
        "Fifth",
        "Sixth",
    ]
    save(page.group_review.priorities, "unit3.priorities.1.priority", "Boys' writing")
    page.group_review.year.value = 8
    assert (
        page.group_review.priorities.sheet.form["title"] == "Six priorities for Year 8"
    )
    assert value_of(page.group_review.priorities, "unit3.priorities.1.priority") == ""
    page.group_review.year.value = 7
    assert (
        value_of(page.group_review.priorities, "unit3.priorities.1.priority")
        == "Boys' writing"
    )


def test_a_priority_stands_in_the_plan_with_its_owner_its_date_and_where_it_is_from(
    workspace,
):
    page = page_of(workspace)
    page.group_review.year.value = 8
    for column, value in (
        ("priority", "Boys' writing"),
        ("owner", "KS"),
        ("due", "2005-07-01"),
    ):
        save(page.group_review.priorities, f"unit3.priorities.2.{column}", value)
    (action,) = actions(workspace.store.forms())
    assert (
        action.what,
        action.stem,
        action.part,
        action.title,
        action.row,
        action.of,
    ) == (
        "Boys' writing",
        "unit3_class_sheets",
        PRIORITIES,
        "Six priorities, Year 8",
        "Second",
        "8",
    )
    assert (action.values["owner"], action.values["due"]) == ("KS", "2005-07-01")
    plan = PlanSheet(workspace)
    (row,) = rows_of(plan)
    assert row["cells"]["from"]["lines"] == [
        {"text": "Class sheets", "href": "unit3_class_sheets.ipynb"},
        {"text": "Six priorities, Year 8: Second"},
    ]
    form, field = action.places["owner"]
    save(
        plan, field, "JM", form=form
    )  # and back: what the plan changes stands where it was written
    page.group_review.priorities.show()
    assert value_of(page.group_review.priorities, "unit3.priorities.2.owner") == "JM"


# -- schools that lack something, and stores --


def test_a_school_with_codes_one_without_sen_and_one_without_classes(tmp_path):
    page = page_of(workspace_over(tmp_path / "a", small_school(codes=True)))
    page.name.value = "8A"
    assert "0001 P, SLCN" in words(page.class_sheet)
    made = made_of(
        "levels",
        [
            {
                "pupil_id": "1",
                "on_roll": "Y",
                "year_group": "8",
                "form": "8A",
                "sen_provision": "N",
            }
        ],
        [],
    )
    page = page_of(workspace_over(tmp_path / "b", made))
    assert (
        "8A: of 1 pupil nobody has SEN." in words(page.class_sheet)
        and page.files.link.value == ""
        and page.files.box.layout.display == "none"
    )
    page = page_of(workspace_over(tmp_path / "c", without_sen()))
    assert "no classes to make sheets for" in words(page.class_sheet)


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_cannot_be_kept_or_read_is_told_and_what_was_read_stays(
    workspace, monkeypatch, trouble, says
):
    page = page_of(workspace)
    page.name.value = "8A"
    save(page.ask.asked[STRATEGIES], "unit3.strategies.slcn.1.ours", "Count to ten")
    with trouble(workspace, monkeypatch):
        assert (
            says
            in save(
                page.ask.asked[STRATEGIES], "unit3.strategies.slcn.2.ours", "Frames"
            )["why"]
        )
        assert (
            says
            in save(
                page.group_review.priorities, "unit3.priorities.1.priority", "Boys"
            )["why"]
        )
        page.name.value = "8B"
        page.name.value = "8A"
        assert says in words(page.trouble) and "Count to ten" in words(page.class_sheet)
        # No file is made of what may be out of date.
        assert linked(page, "in one zip") == {} and says in words(page.files.link)
        assert not page.files.button.disabled


def test_the_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    page = page_of(workspace)
    assert "no longer there" in words(page.trouble) and "8A" in str(page.name.options)
