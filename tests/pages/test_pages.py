"""The pages driven without a browser: what they say, what they keep, and that text from files is text."""

import io
import re

import docx
import openpyxl
import pytest

from senlib import ROOT
from senlib import workspace as workspaces
from senlib.pages.index import FrontPage
from senlib.pages.task1_conversion_data import ConversionPage
from senlib.pages.task3_ensuring_progress import CriteriaPage
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.school.school import save_school
from senlib.school.school_file import FILE
from senlib.widgets import ChosenFile
from senlib.workbook.store import Store, StoreError
from tests.measures.schools import school

NASTY = "<script>alert(1)</script>=1+1\u202e\N{GRINNING FACE}"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A data folder of the test's own, and no school named."""
    monkeypatch.setenv(workspaces.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.delenv(workspaces.SCHOOL_VARIABLE, raising=False)
    return tmp_path


def sample(name, monkeypatch):
    monkeypatch.setenv(workspaces.SCHOOL_VARIABLE, str(ROOT / "data" / "sample" / name))
    return workspaces.open_workspace()


@pytest.fixture(params=["levels", "gcse"])
def workspace(request, environment, monkeypatch):
    return sample(request.param, monkeypatch)


def words(widget):
    """A piece's text, without its pictures and markup; a space at which no line may end is a space."""
    text = re.sub(r"<svg.*?</svg>", "", widget.value, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", text).replace("\N{NO-BREAK SPACE}", " ")


def test_task_1_says_its_answer_with_n_and_interval_whatever_is_chosen(workspace):
    page = ConversionPage(workspace)
    answer, peers, years = page.answer(), page.peers(), page.years()
    page.matrix()
    for control in (
        page.choices.subject,
        page.choices.entry,
        page.choices.reach,
        page.choices.by,
        page.choices.denominator,
        page.choices.cohort,
        page.choices.stage,
    ):
        for _, value in control.options[:4]:
            control.value = value
            text = words(answer)
            assert re.search(
                r"Of \d[\d,]* pupils?|There are no|No pupils of this cohort", text
            )
            assert "likely between" in text or "no pupils" in text.lower()
            assert "Counted: " in text or "No pupils of this cohort" in text
            assert words(peers) and words(years)


def test_every_picture_has_its_numbers_and_a_name(workspace):
    page = ConversionPage(workspace)
    for piece in (page.answer(), page.peers(), page.years()):
        assert piece.value.count('role="img"') == piece.value.count("sl-numbers") == 1
        assert re.search(r'aria-label="[^"]{20,}"', piece.value)


def test_a_pressed_cell_lists_exactly_its_pupils(workspace):
    page = ConversionPage(workspace)
    page.matrix()
    for row, line in zip(
        page.matrix_piece.cells.rows, page.matrix_piece.cells.cells, strict=True
    ):
        for column, cell in zip(page.matrix_piece.cells.columns, line, strict=True):
            if cell["count"]:
                page.matrix_piece.cells.selected = {"row": row, "column": column}
                assert len(page.matrix_piece.who.records) == cell["count"]
    page.matrix_piece.group.value = "all"
    assert sum(page.matrix_piece.cells.totals) > 200


@pytest.mark.parametrize(
    ("name", "row", "column"), [("levels", "3", "4"), ("gcse", "90-95.5", "3")]
)
def test_the_line_of_the_expected_gain_stands_where_the_framework_has_it(
    environment, monkeypatch, name, row, column
):
    # Levels: one level. GCSE: the median of pupils in England; in English Language 66 % from 90-95.5 reached 3, 27 % reached 4.
    page = ConversionPage(sample(name, monkeypatch))
    page.matrix()
    page.matrix_piece.group.value = "all"
    line = page.matrix_piece.cells.cells[page.matrix_piece.cells.rows.index(row)]
    first = next(
        label
        for label, cell in zip(page.matrix_piece.cells.columns, line, strict=True)
        if cell["edge"]
    )
    assert first == column and "Expected gain: " in words(page.matrix_piece.codes)


def test_a_figure_typed_in_is_kept_used_and_taken_back(environment, monkeypatch):
    page = ConversionPage(sample("levels", monkeypatch))
    answer = page.answer()
    page.figures()
    assert "No national figure is held" in words(answer)
    page.figures_piece.typed.value, page.figures_piece.typed_year.value = "31.5", 2004
    page.figures_piece.keep.click()
    assert "Choose whose figure it is" in words(page.figures_piece.status)
    page.figures_piece.typed_whose.value = "England"
    page.figures_piece.keep.click()
    assert "Pupils with SEN in England with that start: 32 % (2004)" in words(
        answer
    ) and "Saved" in words(page.figures_piece.status)
    again = ConversionPage(sample("levels", monkeypatch))
    assert "with that start: 32 % (2004)" in words(again.answer())
    page.figures_piece.take_back.click()
    assert "No national figure is held" in words(answer)


def test_task_3_measures_every_target_and_says_what_would_meet_it(workspace):
    page = CriteriaPage(workspace)
    text = words(page.scorecard())
    for criterion in workspace.school.framework.criteria:
        assert criterion.title in text and criterion.source in text.replace(
            "&#x27;", "'"
        )
    assert re.search(r"Met: \d of \d+ (targets|figures)", text)
    assert re.search(r"Not met: \d+ pupils? more would meet it|Met\.", text)
    assert "in Year 7 now" in words(page.year7()) and re.search(
        r"\d+ of \d+ pupils", words(page.year7())
    )
    assert "stands highest" in words(page.subjects())


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "levels",
            [
                "English, SEN: gain a level",
                "English, below level 2: gain a level",
                "Science, level 2: gain a level",
                "SEN: average attendance",
            ],
        ),
        (
            "gcse",
            [
                "Mathematics, SEN: grade 4",
                "Mathematics, SEN from <80: grade 2",
                "English Language, SEN from 80-89.5: grade 3",
                "SEN: average attendance",
            ],
        ),
    ],
)
def test_the_rows_of_task_3_are_labelled_in_few_words(
    environment, monkeypatch, name, labels
):
    page = CriteriaPage(sample(name, monkeypatch))
    held = page._labels(page.rows())
    assert len(held) == len(set(held)) and set(labels) <= set(held)


def test_task_4_keeps_a_plan_line_for_a_pupil(environment, monkeypatch):
    page = TrackingPage(sample("levels", monkeypatch))
    page.answer(), page.pupils(), page.sheets()
    pupil = page.listing.records[0]["id"]
    page._keep_plan({"id": pupil, "key": "plan", "value": NASTY, "n": 1})
    assert page.listing.saved["id"] == pupil and re.fullmatch(
        r"\d\d:\d\d", page.listing.saved["at"]
    )
    again = TrackingPage(sample("levels", monkeypatch))
    again.pupils()
    assert next(r for r in again.listing.records if r["id"] == pupil)["plan"] == NASTY
    again.subject.value = "Mathematics"
    assert all(record["plan"] == "" for record in again.listing.records)


def test_the_sheet_for_a_subject_leader_holds_the_list_and_where_it_is_from(
    environment, monkeypatch
):
    page = TrackingPage(sample("levels", monkeypatch))
    page.answer(), page.pupils(), page.sheets()
    page._keep_plan(
        {
            "id": page.listing.records[0]["id"],
            "key": "plan",
            "value": "=cmd|' /C calc'!A0",
            "n": 1,
        }
    )
    page.files.button.click()
    book = openpyxl.load_workbook(io.BytesIO(page.files.file.content))
    sheet = book["English"]
    assert (
        sheet.max_row == len(page.listing.records) + 1
        and sheet.freeze_panes == "B2"
        and sheet.auto_filter.ref
    )
    plan = [
        cell for cell in sheet[2] if cell.value and str(cell.value).startswith("=cmd")
    ]
    assert [cell.data_type for cell in plan] == ["s"]
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert (
        about["Sample"]
        and page.school.name in about["From"]
        and about["Made on"]
        and about["Hidden"] == "Nothing was hidden."
    )
    page.files.what.value = "The list above, in Word"
    assert page.files.link.value == ""
    page.files.button.click()
    (table,) = docx.Document(io.BytesIO(page.files.file.content)).tables
    assert [cell.text for cell in table.rows[0].cells][:2] == ["Pupil", "Year"]
    assert [row.cells[0].text for row in table.rows[1:]] == [
        cell.value for cell in sheet["A"][1:]
    ]
    assert "=cmd|' /C calc'!A0" in [row.cells[8].text for row in table.rows]
    page.subject.value = "Mathematics"
    assert page.files.link.value == ""


def test_every_task_4_list_is_of_those_who_started_there(workspace):
    page = TrackingPage(workspace)
    answer, _ = page.answer(), page.pupils()
    for _, entry in page.entry.options[:4]:
        page.entry.value = entry
        assert len(page.listing.records) == len(page.rows())
        if len(page.rows()):
            counts = re.search(
                r"Of ([\d,]+) pupils? with SEN .*?, (\d+) (?:is|are) on course for .*? and (\d+) behind(?:; of (\d+) no current result is held)?"
                r"(?:; of (\d+) the entry or the result now is W, a P level or a code, and has no points)?\.",
                words(answer),
            )
            whole, *parts = (int((n or "0").replace(",", "")) for n in counts.groups())
            assert whole == sum(parts)


def test_text_from_files_is_text_on_every_page(environment, monkeypatch):
    pupils = [
        {
            "pupil_id": f"00{i}",
            "forename": NASTY,
            "surname": NASTY,
            "form": NASTY,
            "sen_provision": "A",
            "ethnicity": NASTY,
            "year_group": str(year),
            "set_english": NASTY,
        }
        for i, year in enumerate([8, 8, 10, 10, 10])
    ]
    results = [(p["pupil_id"], "KS2", "English", "test", "3") for p in pupils]
    results += [
        (p["pupil_id"], "KS3", "English", "test", "5")
        for p in pupils
        if p["year_group"] == "10"
    ]
    results += [
        (p["pupil_id"], "now", "English", "teacher", "4c")
        for p in pupils
        if p["year_group"] == "8"
    ]
    made = school("levels", pupils, results)
    made.pupils["ks4_year"] = (
        made.pupils["year_group"].map({8: 2008, 10: 2006}).astype("Int64")
    )
    object.__setattr__(made, "name", NASTY)
    folder = environment / "nasty"
    save_school(made, folder)
    monkeypatch.setenv(workspaces.SCHOOL_VARIABLE, str(folder))
    workspace = workspaces.open_workspace()
    assert workspace.school.pupils["surname"].eq(NASTY).all()
    first = ConversionPage(workspace)
    pieces = [first.header(), first.answer(), first.peers(), first.years()]
    first.choices.by.value = "ethnicity"
    first.matrix()
    first.matrix_piece.cells.selected = {"row": "3", "column": "5"}
    assert first.matrix_piece.who.records[0]["name"] == f"{NASTY}, {NASTY}"
    third, fourth, front = (
        CriteriaPage(workspace),
        TrackingPage(workspace),
        FrontPage(workspace),
    )
    pieces += [
        third.scorecard(),
        third.year7(),
        fourth.answer(),
        front.header(),
        front.which_school().children[0],
    ]
    fourth.pupils()
    assert all("<script" not in piece.value for piece in pieces)
    assert any("&lt;script&gt;" in piece.value for piece in pieces)


WIDE = "UPN,Forename,Surname,Year,Reg,SEN Status,KS2 English,KS3 English,Reading Age\n0012,Ada,Zhou,10,10A,A,3,5,9.2\n0013,Bo,Ng,10,10A,N,4,5,10\n"


def front_page(environment):
    page = FrontPage(workspaces.open_workspace())
    page.own_files(), page.which_school()
    page.own.yardstick.value, page.own.year.value = "levels", 2005
    return page


def choose(page, *texts):
    """Choose files with these texts, named a.csv, b.csv …"""
    page.own.take(
        [
            ChosenFile(name=f"{letter}.csv", content=text.encode())
            for letter, text in zip("abcdef", texts, strict=False)
        ]
    )


def reviewed(page):
    """All that the review says, without its columns."""
    pieces, boxes = [], [page.own.review.box, page.own.outcome]
    while boxes:
        for child in boxes.pop().children:
            if hasattr(child, "children"):
                boxes.append(child)
            elif isinstance(getattr(child, "value", None), str):
                pieces.append(words(child))
    return " ".join(pieces)


def test_own_files_are_shown_before_they_are_kept_and_opened(environment):
    page = front_page(environment)
    choose(page, WIDE)
    assert "2 pupils and 4 results in 1 file. Nothing is kept yet." in reviewed(page)
    assert "‘Reading Age’" in reviewed(page) and not page.workspace.own_folder.exists()
    assert page.workspace.chosen == "levels" and "Elmbridge Vale" in words(
        page.header()
    )
    page.own.review.open.click()
    assert "2 pupils" in reviewed(page) and page.workspace.chosen == workspaces.OWN
    assert "Your own school is open" in words(
        page.schools.opened
    ) and "Our school" in words(page.header())
    opened = workspaces.open_workspace()
    assert (
        opened.school.pupils["pupil_id"].tolist() == ["0012", "0013"]
        and not opened.school.sample
    )
    # And so is the next file: what is known of its headings opens nothing by itself.
    choose(page, WIDE.replace("Ada", "Ida"))
    assert workspaces.open_workspace().school.pupils["forename"].tolist() == [
        "Ada",
        "Bo",
    ]
    page.own.review.open.click()
    assert workspaces.open_workspace().school.pupils["forename"].tolist() == [
        "Ida",
        "Bo",
    ]


def test_faults_are_told_all_at_once_and_the_school_before_stays(environment):
    page = front_page(environment)
    choose(page, WIDE)
    page.own.review.open.click()
    bad = WIDE.replace(",A,3,", ",Q,3.275,").replace("0013", "0012")
    choose(page, bad)
    text = reviewed(page)
    assert (
        "row 2" in text
        and "row 3" in text
        and "SEN Status" in text
        and "KS2 English" in text
    )
    assert "3.275" not in text and "0012" not in text and "Ada" not in text
    assert page.own.review.open.disabled
    page.own.review.open.click()
    assert workspaces.open_workspace().school.pupils["pupil_id"].tolist() == [
        "0012",
        "0013",
    ]


def test_names_can_be_replaced_by_codes_that_stay_the_same(environment):
    page = front_page(environment)
    page.own.codes.value = True
    choose(page, WIDE)
    page.own.review.open.click()
    first = workspaces.open_workspace().school.pupils
    assert (first["forename"] == "").all() and not first["pupil_id"].isin(
        ["0012", "0013"]
    ).any()
    choose(page, WIDE)
    page.own.review.open.click()
    assert (
        workspaces.open_workspace().school.pupils["pupil_id"].tolist()
        == first["pupil_id"].tolist()
    )
    kept = b"".join(path.read_bytes() for path in page.workspace.own_folder.iterdir())
    assert b"Ada" not in kept and b"0012" not in kept


def test_a_disk_that_refuses_is_told_and_the_school_before_stays(
    environment, monkeypatch
):
    page = front_page(environment)

    def refuse(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(workspaces, "save_school", refuse)
    choose(page, WIDE)
    page.own.review.open.click()
    assert (
        "could not be kept" in reviewed(page)
        and page.own.chooser.message == "Nothing was kept."
    )
    assert (
        "Elmbridge Vale" in words(page.schools.opened) and page.own.review.review.loads
    )


def test_what_the_disk_refuses_is_said_not_to_be_saved(environment, monkeypatch):
    page = TrackingPage(sample("levels", monkeypatch))
    page.answer(), page.pupils(), page.sheets()

    def refuse(_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr(Store, "save_all", refuse)  # which every save comes to
    page._keep_plan(
        {"id": page.listing.records[0]["id"], "key": "plan", "value": "kept?", "n": 1}
    )
    text = words(page.status)
    assert (
        "not saved" in text
        and "the disk is full" in text
        and "still stands on this page" in text
    )
    assert page.listing.saved == {}


def test_own_files_spoilt_by_hand_still_let_the_pages_open(environment):
    page = front_page(environment)
    choose(page, WIDE)
    page.own.review.open.click()
    (page.workspace.own_folder / FILE).write_text("spoilt", encoding="utf-8")
    again = FrontPage(workspaces.open_workspace())
    assert (
        "can no longer be read" in words(again.header())
        and again.workspace.school.sample
    )


def test_a_folder_named_to_the_server_is_one_choice_among_others(
    environment, monkeypatch
):
    workspace = sample("gcse", monkeypatch)
    assert (
        workspace.chosen == workspaces.FOLDER
        and list(workspace.choices())[0] == workspaces.FOLDER
    )
    page = FrontPage(workspace)
    page.which_school(), page.own_files()
    page.schools.which.value = "levels"
    page.schools.open_chosen.click()
    assert (
        "Elmbridge Vale" in words(page.schools.opened)
        and workspaces.open_workspace().school.framework.name == "levels"
    )
    page.own.yardstick.value, page.own.year.value = "levels", 2005
    choose(page, WIDE)
    page.own.review.open.click()
    assert workspaces.open_workspace().chosen == workspaces.OWN
    page.schools.which.value = workspaces.FOLDER
    page.schools.open_chosen.click()
    assert workspaces.open_workspace().school.framework.name == "gcse"


@pytest.mark.parametrize("by", ["sex", "need", "fsm", "able", "ethnicity", "form"])
def test_the_groups_of_a_picture_add_up_to_everyone(environment, monkeypatch, by):
    page = ConversionPage(sample("levels", monkeypatch))
    answer = page.answer()
    page.choices.by.value = by
    labels = re.search(r'aria-label="([^"]+)"', answer.value)[1]
    counts = [int(n) for n in re.findall(r"of (\d+):", labels)]
    assert counts[0] == sum(counts[1:]) and len(counts) > 1


def test_only_a_percentage_is_kept_as_a_figure(environment, monkeypatch):
    page = ConversionPage(sample("levels", monkeypatch))
    answer = page.answer()
    page.figures()
    page.figures_piece.typed_whose.value = "your LEA"
    for text in ("", "101", "-1", "half", "1e1"):
        page.figures_piece.typed.value = text
        page.figures_piece.keep.click()
        assert "Nothing was kept" in words(
            page.figures_piece.status
        ) and "No national figure" in words(answer)
    page.figures_piece.take_back.click()
    assert "nothing to take back" in words(page.figures_piece.status)
    page.choices.cohort.value = 2003
    assert page.figures_piece.typed_year.value == 2003


def test_the_list_and_the_sentence_of_task_4_agree(workspace):
    page = TrackingPage(workspace)
    answer, _ = page.answer(), page.pupils()
    page.who.value = "all"
    for _, entry in page.entry.options:
        page.entry.value = entry
        standing = [record["standing"] for record in page.listing.records]
        if standing:
            on_course = sum(
                text in ("on course", "stuck, though on course") for text in standing
            )
            if set(standing) == {"not known"}:
                assert "cannot be said who is on course" in words(answer)
                continue
            assert re.search(
                rf", {on_course} (is|are) on course for .*? and \d+ behind",
                words(answer),
            ) and "Behind: " in words(answer)
            stuck = sum("stuck" in text for text in standing)
            said = (
                rf"{stuck} of the [\d,]+ (is|are) stuck|This pupil is stuck"
                if stuck
                else "None of them is (known to be )?stuck|This pupil is not stuck"
                "|Of none of them can it be said whether they are stuck|whether this pupil is stuck"
            )
            assert re.search(said, words(answer))


def test_levels_sort_by_their_order_and_not_by_their_letters(workspace):
    page = TrackingPage(workspace)
    page.pupils()
    column = next(column for column in page.listing.columns if column["key"] == "now")
    points = [page._stage.outcome_scale.points(choice) for choice in column["choices"]]
    known = [p for p in points if p == p]
    assert known == sorted(known) and {r["now"] for r in page.listing.records} - {
        ""
    } <= set(column["choices"])


def test_the_way_back_to_a_sample(environment):
    page = front_page(environment)
    page.schools.which.value = "gcse"
    page.schools.open_chosen.click()
    assert (
        "Harbour Road" in words(page.schools.opened)
        and workspaces.open_workspace().chosen == "gcse"
    )
