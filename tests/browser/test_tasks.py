"""Tasks 1, 3 and 4 and the front page, as a SENCO uses them, in Chromium through the shipped command."""

import re

import openpyxl
from playwright.sync_api import Page, expect

from senlib import ROOT, open_sample, open_school
from senlib.measures.conversion import conversion
from senlib.measures.criteria import criteria
from senlib.measures.tracking import track

WIDE = """UPN,Forename,Surname,Year,Reg,SEN Status,KS2 English,KS3 English,English now,Reading Age
0012,<b>Ada</b>,O'Zhou,10,10A,A,3,5,5a,9.2
0013,Bo,=1+1,10,10A,N,3,4,4a,10
0014,Cy,Ng,8,8A,P,3,,3,11
"""


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list by its label, as one does."""
    page.get_by_label(label, exact=True).select_option(label=option)


def test_task_1_answers_with_the_figures_of_the_measure(visit):
    page = visit("task1_conversion_data")
    rows = conversion(open_sample("levels"), subject="Mathematics", reach="6").query(
        "cohort == 2003 and entry == '4'"
    )
    sen = rows[rows["group"] == "SEN"].iloc[0]
    choose(page, "Subject", "Mathematics")
    choose(page, "Summer of the results", "2003")
    choose(page, "Where they started", "Level 4")
    choose(page, "Where they got to", "Level 6 or above")
    first = page.locator(".sl-answer").first
    expect(first).to_contain_text(
        f"Of {sen.pupils} pupils with SEN who arrived at level 4 in Mathematics, {sen.reached} reached level 6 or above"
    )
    table = page.locator(".sl-numbers").first
    table.locator("summary").click()
    cells = (
        table.get_by_role("row", name=re.compile("^Pupils with SEN"))
        .get_by_role("cell")
        .all_inner_texts()
    )
    assert cells[:3] == [str(sen.pupils), str(sen.without_result), str(sen.reached)]


def test_a_cell_of_the_matrix_opens_on_its_pupils_by_keyboard_alone(visit):
    page = visit("task1_conversion_data")
    cell = page.get_by_role(
        "button", name=re.compile(r"Entered at 3, reached 5: \d+ pupils?")
    ).first
    count = int(
        re.search(
            r": (\d+) pupil", cell.get_attribute("aria-label") or cell.inner_text()
        )[1]
    )
    cell.focus()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("table", name=re.compile(r"who entered at 3 and reached 5"))
    ).to_be_visible()
    people = page.get_by_role(
        "table", name=re.compile(r"who entered at 3 and reached 5")
    ).locator("tbody tr")
    expect(people).to_have_count(count)


def test_a_figure_from_the_lea_s_pack_is_used_on_the_page(fresh_workbook, page, ready):
    running = fresh_workbook()
    page.goto(f"{running.address}/task1_conversion_data")
    ready(page)
    expect(page.locator(".sl-answer").first).to_contain_text(
        "No national figure is held"
    )
    page.get_by_label("Percent", exact=True).fill("31.5")
    page.get_by_label("Percent", exact=True).press("Tab")
    page.get_by_role("button", name="Keep this figure").click()
    expect(page.locator("main")).to_contain_text("Choose whose figure it is")
    page.get_by_label("Whose figure is it?", exact=True).select_option(
        label="Your LEA’s"
    )
    page.get_by_role("button", name="Keep this figure").click()
    told = "Your LEA: 32 % (2004, typed in). No clear difference."
    expect(page.locator(".sl-answer").first).to_contain_text(told)
    page.reload()
    ready(page)
    expect(page.locator(".sl-answer").first).to_contain_text(told)


def test_task_3_measures_each_target(visit):
    page = visit("task3_ensuring_progress")
    table = criteria(open_sample("levels"))
    latest = table[
        (table["cohort"] == table["cohort"].max()) | (table["subject"] == "")
    ]
    expect(page.locator(".sl-answer").first).to_contain_text(
        f"Met: {int(latest['met'].sum())} of {len(latest)} targets"
    )
    for row in latest[latest["subject"] != ""].itertuples():
        expect(page.locator("main")).to_contain_text(
            f"{row.subject}: {row.reached} of {row.pupils}"
        )
    choose(page, "Summer of the results", "2003")
    before = table[(table["cohort"] == 2003) | (table["subject"] == "")]
    expect(page.locator(".sl-answer").first).to_contain_text(
        f"Met: {int(before['met'].sum())} of {len(before)} targets"
    )


def test_task_4_lists_sorts_searches_keeps_a_plan_and_downloads(
    fresh_workbook, page, ready, tmp_path
):
    running = fresh_workbook()
    page.goto(f"{running.address}/task4_level3_to_5")
    ready(page)
    school = open_sample("levels")
    people = track(school, subject="English")
    people = people[people["sen_provision"].map(school.framework.sen_groups) == "SEN"]
    expect(page.locator(".sl-answer").first).to_contain_text(
        f"Of {len(people)} pupils with SEN"
    )
    listing = page.get_by_role("table", name=re.compile("who started at level 3"))
    page.get_by_label("Show rows with").fill(people.iloc[0].surname)
    expect(listing.locator("tbody tr").first).to_contain_text(people.iloc[0].surname)
    page.get_by_label("Show rows with").fill("")
    listing.get_by_role("button", name=re.compile("^Standing")).click()
    expect(listing.locator("th[aria-sort]").first).to_be_visible()
    box = listing.get_by_role("textbox").first
    name = box.get_attribute("aria-label")
    box.fill("=Paired reading with Year 10 from Monday")
    box.press("Tab")
    expect(page.locator("main")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Make the file").click()
        page.get_by_role("link", name=re.compile("Download: task4 English")).click()
    path = tmp_path / "list.xlsx"
    saved.value.save_as(path)
    assert re.fullmatch(
        r"task4-english-\d{4}-\d\d-\d\d\.xlsx", saved.value.suggested_filename
    )
    sheet = openpyxl.load_workbook(path)["English"]
    cells = [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == "=Paired reading with Year 10 from Monday"
    ]
    assert sheet.max_row == len(people) + 1 and [cell.data_type for cell in cells] == [
        "s"
    ]
    page.reload()
    ready(page)
    expect(page.get_by_role("textbox", name=name)).to_have_value(
        "=Paired reading with Year 10 from Monday"
    )


def test_own_files_from_choosing_to_task_1(fresh_workbook, page, ready, tmp_path):
    running = fresh_workbook()
    page.goto(running.address)
    ready(page)
    choose(page, "How results are given", "levels (2005)")
    choose(page, "School year", "2004/05")
    good, bad = tmp_path / "school.csv", tmp_path / "bad.csv"
    good.write_text(WIDE, encoding="utf-8")
    bad.write_text(
        WIDE.replace(",A,3,", ",Q,3.275,").replace("0013", "0012"), encoding="utf-8"
    )
    files = page.locator("input[type=file][multiple]").first
    files.set_input_files(bad)
    review = page.locator(".sl-review .sl-review")
    expect(review).to_contain_text("row 2")
    expect(review).to_contain_text("row 3")
    expect(review).to_contain_text("KS2 English")
    assert "3.275" not in review.inner_text() and "0012" not in review.inner_text()
    expect(page.get_by_role("button", name="Open this school")).to_be_disabled()
    files.set_input_files(good)
    expect(review).to_contain_text("3 pupils and ")
    meaning = page.get_by_label("Meaning of Reading Age", exact=True)
    meaning.focus()
    meaning.select_option(label="Leave out")
    assert not (running.data / "school").exists()
    page.get_by_role("button", name="Open this school").click()
    expect(page.locator("main")).to_contain_text(
        "Your own school is open: Our school, 3 pupils on roll"
    )
    page.get_by_role("link", name="Begin with Task 1").click()
    ready(page)
    expect(page.locator(".sl-answer").first).to_contain_text(
        "Of 1 pupil with SEN who arrived at level 3 in English, 1 reached level 5"
    )
    assert page.locator(".sl-sample").count() == 0
    page.get_by_role(
        "button", name=re.compile("Entered at 3, reached 5: 1 pupil")
    ).first.click()
    expect(page.locator("main")).to_contain_text("O'Zhou, <b>Ada</b>")
    assert open_school(running.data / "school").pupils["pupil_id"].is_unique


def test_the_template_downloads(visit, tmp_path):
    page = visit("index")
    with page.expect_download() as saved:
        page.get_by_role(
            "link", name=re.compile("empty file to fill in: levels")
        ).click()
    path = tmp_path / "template.xlsx"
    saved.value.save_as(path)
    assert {"pupils", "results"} <= set(openpyxl.load_workbook(path).sheetnames)


def test_the_other_framework_through_every_page(fresh_workbook, page, ready):
    running = fresh_workbook(str(ROOT / "data" / "sample" / "gcse"))
    for stem, says in [
        ("task1_conversion_data", "reached grade 4 or above"),
        ("task3_ensuring_progress", "figures, "),
        ("task4_level3_to_5", "on course for grade 4 or above"),
    ]:
        page.goto(f"{running.address}/{stem}")
        ready(page)
        expect(page.locator(".sl-answer").first).to_contain_text(says)
        expect(page.locator(".sl-header")).to_contain_text("Harbour Road")


ROWS = "all => new Set(all.map(square => square.offsetTop)).size"


def test_a_hundred_others_on_task_4_and_on_a_pupil_s_page(
    fresh_workbook, page, ready, barriers_anywhere
):
    running = fresh_workbook(str(ROOT / "data" / "sample" / "gcse"))
    page.goto(f"{running.address}/task4_level3_to_5")
    ready(page)
    strip = page.get_by_role(
        "img", name=re.compile(r"^Of 100: .* reached grade 4 or above")
    )
    said = page.locator(".sl-answer", has_text="In England")
    filled = strip.locator(".sl-there").count()
    expect(said).to_contain_text(
        re.compile(rf"In England {filled}\sof\s100\spupils with SEN")
    )
    expect(said).to_contain_text("It is not a prediction")
    choose(page, "Where they could get to", "Grade 5 or above")
    expect(said).to_contain_text("reached grade\N{NO-BREAK SPACE}5 or above")
    assert strip.count() == 0, "its name is of the other aim"
    page.locator(".sl-listing a").first.click()
    ready(page)
    page.get_by_text("Grade by grade").click()
    squares = page.locator(".sl-hundred").first.locator("span")
    for width, rows in ((1280, 2), (390, 5), (320, 5)):
        page.set_viewport_size({"width": width, "height": 800})
        assert squares.evaluate_all(ROWS) == rows
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers_anywhere(page) == []
