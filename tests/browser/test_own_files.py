"""A SENCO's own files in Chromium: from choosing them to Task 1 without leaving the page, and every shape that can be met."""

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from senlib.school.school import open_school
from senlib.widgets.file_chooser import MEGABYTE
from tests.browser.conftest import PATIENCE
from tests.browser.school_files import write_five

CASES = Path(__file__).parents[1] / "cases"
OPEN = "Open this school"


def files_of(page: Page) -> Locator:
    """Where she chooses her school's files: the first of the page's choosers."""
    return page.get_by_label("Choose your files", exact=False)


def review_of(page: Page) -> Locator:
    return page.locator(".sl-review .sl-review")


def open_it(page: Page) -> None:
    """Open it with the button below all that there is to look through; what came of it is in view then."""
    review_of(page).get_by_role("button", name="Open it", exact=True).click()
    expect(page.locator("main")).to_contain_text("Your school is open:")
    expect(page.get_by_role("link", name="Begin with Task 1")).to_be_in_viewport()


@pytest.fixture
def front(fresh_workbook, page, ready):
    """The front page of a workbook of the test's own, and that workbook."""
    running = fresh_workbook()
    page.goto(running.address)
    return ready(page), running


def test_a_senco_s_road_from_five_files_to_task_1(
    front, ready, screenshots, barriers_anywhere, tmp_path
):
    page, running = front
    begin = time.monotonic()
    clicks = []

    def click(one: Locator) -> None:
        clicks.append(one)
        one.click()

    with page.expect_file_chooser() as chooser:
        click(files_of(page))
    chooser.value.set_files(write_five(tmp_path / "five"))
    review = review_of(page)
    expect(review).to_contain_text("200 pupils and ")
    expect(review).to_contain_text("in 5 files. Nothing is kept yet.")
    # What happened and what to do stand in the first screenful, wherever she was on the page.
    expect(
        review.get_by_role("heading", name="What we made of your files")
    ).to_be_in_viewport()
    expect(review.get_by_role("button", name=OPEN)).to_be_in_viewport()
    expect(page.locator(".sl-header")).to_contain_text("Elmbridge Vale")
    assert not (running.data / "school").exists()
    waited = time.monotonic() - begin
    screenshots(page, "review-five")
    assert barriers_anywhere(page) == []
    looked = time.monotonic()
    # SEN is blank for most: the proposal is right, so there is nothing more to do.
    asked = review.get_by_label(re.compile("Does a blank mean no SEN.*suggested"))
    expect(asked).to_have_value("Yes, a blank means no SEN")
    click(review.get_by_role("button", name=OPEN))
    expect(page.locator("main")).to_contain_text("Your school is open: 200 pupils and ")
    expect(page.locator(".sl-header")).to_contain_text("Our school")
    screenshots(page, "review-opened")
    click(page.get_by_role("link", name="Begin with Task 1"))
    page.wait_for_url("**/task1_conversion_data*")
    ready(page)
    seconds = waited + time.monotonic() - looked
    print(
        f"{len(clicks)} clicks, {seconds:.1f} seconds, {waited:.1f} until the review is there"
    )
    assert len(clicks) == 3 and seconds < 60
    expect(page.locator(".sl-header")).to_contain_text("Our school")
    school = open_school(running.data / "school")
    assert len(school.pupils) == 200 and len(school.sources) == 5
    assert school.answers["blank_sen"] == "N"


def test_with_the_keyboard_alone_a_column_at_fault_is_left_out_and_the_school_opened(
    front, screenshots, barriers_anywhere
):
    page, _ = front
    with page.expect_file_chooser() as chooser:
        files_of(page).focus()
        page.keyboard.press("Enter")
    chooser.value.set_files(CASES / "o04_na_outcome.xlsx")
    review = review_of(page)
    expect(review).to_contain_text("One thing stops you opening this school.")
    expect(review).to_contain_text("row 3")
    opens = review.get_by_role("button", name=OPEN)
    expect(opens).to_be_disabled()
    screenshots(page, "review-fault")
    assert barriers_anywhere(page) == []
    files_of(page).focus()
    # From the files on, the first that can be pressed are the review's own buttons.
    reach(page, review.get_by_role("button", name="It holds something else"))
    page.keyboard.press("Enter")
    meaning = page.get_by_label("Meaning of GCSE Maths", exact=True)
    expect(meaning).to_be_focused()
    expect(meaning).to_be_in_viewport()
    reach(page, review.get_by_role("button", name="Leave this column out"), back=True)
    page.keyboard.press("Enter")
    expect(opens).to_be_focused()
    expect(review).to_contain_text("3 pupils and 6 results")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Your school is open: 3 pupils")
    expect(page.get_by_role("link", name="Begin with Task 1")).to_be_focused()


def reach(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Go from where the focus is to something, by the Tab key alone."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("it was not reached")


def test_what_is_changed_is_counted_and_what_was_said_is_remembered_and_forgotten(
    front, ready
):
    page, running = front
    text = "UPN,Surname,Year,SEN,KS2 Maths\n" + "".join(
        f"A82300000{n:04},Quillfeather,9,{'K' if n % 5 else 'N'},{80 + n}\n"
        for n in range(40)
    )
    files_of(page).set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    review = review_of(page)
    expect(review).to_contain_text("40 pupils and 40 results")
    assert (
        "Quillfeather" not in review.inner_text() and "A8230" not in review.inner_text()
    )
    meaning = page.get_by_label("Meaning of KS2 Maths", exact=True)
    meaning.focus()
    meaning.select_option(label="Leave out")
    expect(review).to_contain_text("40 pupils and 0 results")
    expect(meaning).to_be_focused()
    open_it(page)
    page.reload()
    ready(page)
    page.get_by_text("What the workbook remembers about your headings").click()
    page.get_by_role("button", name="Forget KS2 Maths").click()
    expect(page.locator("main")).to_contain_text("Nothing is remembered yet.")
    files_of(page).set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    expect(review).to_contain_text("40 pupils and 40 results")
    page.get_by_role("button", name="Do not open it").click()
    expect(page.locator("main")).not_to_contain_text("What we made of your files")
    expect(page.locator("main")).to_contain_text("The school that was open stays open.")
    assert len(open_school(running.data / "school").results) == 0


def test_the_school_as_it_was_is_one_step_back_and_that_can_be_undone(front):
    page, _ = front
    for name, case in (
        ("First", "o01_ks2_english.csv"),
        ("Second", "o12_eal_yes_no.csv"),
    ):
        page.get_by_label("Name of the school", exact=True).fill(name)
        files_of(page).set_input_files(CASES / case)
        open_it(page)
        expect(page.locator(".sl-header")).to_contain_text(name)
    back = page.get_by_role("button", name="Go back to the school as it was").last
    expect(back).to_be_in_viewport()
    back.click()
    expect(page.locator(".sl-header")).to_contain_text("First")
    expect(page.locator("main")).to_contain_text("‘First’ is open again, as it was.")
    back.click()
    expect(page.locator(".sl-header")).to_contain_text("Second")


def test_a_folder_s_worth_of_files_is_one_choice(front, tmp_path):
    page, _ = front
    transfer = (CASES / "o07_ctf_year6.xml").read_text(encoding="utf-8")
    upns = re.findall(r"<UPN>(\w+)</UPN>", transfer)
    for number in range(30):
        text = transfer
        for place, upn in enumerate(upns):
            text = text.replace(upn, f"{upn[:8]}{number:02}{place:02}{upn[12:]}")
        (tmp_path / f"primary {number}.xml").write_text(text, encoding="utf-8")
    files_of(page).set_input_files(sorted(tmp_path.glob("*.xml")))
    expect(review_of(page)).to_contain_text(f"{30 * len(upns)} pupils and ")
    expect(review_of(page)).to_contain_text("in 30 files.")


def test_while_it_reads_it_says_how_far_it_is(front, tmp_path):
    page, _ = front
    page.evaluate(
        """() => {
            window.said = new Set();
            const note = () => {
                const one = document.querySelector(".sl-chooser-status");
                if (one && one.textContent) window.said.add(one.textContent);
            };
            new MutationObserver(note).observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    row = "A8230{n:08},Quillfeather,9,K,101,99\n"
    text = "UPN,Surname,Year,SEN,KS2 Reading,KS2 Maths\n" + "".join(
        row.format(n=n) for n in range(60_000)
    )
    path = tmp_path / "large.csv"
    path.write_text(text, encoding="utf-8")
    assert path.stat().st_size > MEGABYTE
    files_of(page).set_input_files(path)
    expect(review_of(page)).to_contain_text(
        "60,000 pupils and 120,000 results", timeout=PATIENCE
    )
    said = page.evaluate("[...window.said]")
    assert any(one.startswith("Reading large.csv") for one in said), said
    assert "Putting the lists together" in said


# What the review says of a case, what she does, and how many pupils are open then (none where it stays as it was).
SAYS = [
    ("o00_pupils_without_results.csv", "2 pupils and 0 results", 2),
    ("o01_ks2_english.csv", "was read as reading", 4),
    ("o02_below_test.csv", "4 pupils and 15 results", 4),
    ("o03_leavers_2026_no_ks2.csv", "there were no tests in 2021", 200),
    ("o04_na_outcome.xlsx", "stops you opening this school", None),
    ("o05_hidden_sheet.xlsx", "hidden", 1),
    ("o05b_hidden_copy.xlsx", "hidden", 3),
    ("o06_percent_mix.xlsx", "3 pupils and 7 results", 3),
    ("o07_ctf_year6.xml", "from 2025/26", 2),
    ("o08_mis_sheet.csv", "the year group was read from column", 2),
    ("o08_pag_results_ctf.xml", "2 pupils and 5 results", 2),
    ("o09_upn_and_admission.csv", "2 pupils", 2),
    ("o09b_fsm_and_pp.csv", "because column ‘FSM’ was used", 1),
    ("o09c_giap_ks2.csv", "from 2021/22", 3),
    ("o10_giap_ks4.csv", "2 pupils and 10 results", 2),
    ("o11_sims_class_list.csv", "are not scores", 2),
    ("o12_eal_yes_no.csv", "Does a blank mean no SEN?", 3),
    ("o13_ks2_ta.csv", "3 pupils and 12 results", 3),
    ("o14_ctf_code_F.xml", "2 pupils and 5 results", 2),
    ("o15_title_rows.csv", "The headings begin in row", 2),
    ("o15b_sep_line.csv", "2 pupils and 4 results", 2),
    ("o16_fine_grades.csv", "6 pupils and 20 results", 6),
    ("o17_arbor_needs.csv", "2 pupils", 2),
    ("o18_hml.csv", "are not scores", 3),
    ("o20_sisra_list.csv", "What are the results in o20_sisra_list.csv", 2),
    ("o21_average_thirds.csv", "2 pupils and 4 results", 2),
    ("o22_double_grade_as_date.xlsx", "2 pupils and 8 results", 2),
    ("o23_matrix_long.csv", "stops you opening this school", None),
    ("o24_uncached_formulas.xlsx", "3 pupils and 4 results", 3),
    ("o25_future_summer.csv", "Is this last year’s list?", 2),
]


def test_cases_do_what_is_right(front, ready, screenshots):
    page, running = front
    for name, says, pupils in SAYS:
        files_of(page).set_input_files(CASES / name)
        review = review_of(page)
        expect(review, name).to_contain_text(says)
        expect(review, name).to_contain_text("Nothing is kept yet.")
        opens = review.get_by_role("button", name=OPEN)
        if os.environ.get("SENLIB_SCREENSHOTS") and name.startswith("o10"):
            screenshots(page, "review-giap")
        if pupils is None:
            expect(opens, name).to_be_disabled()
            page.get_by_role("button", name="Do not open it").click()
            continue
        opens.click()
        expect(page.locator("main"), name).to_contain_text(
            re.compile(rf"Your school is open: {pupils}\spupils?")
        )
        assert len(open_school(running.data / "school").pupils) == pupils, name
    page.goto(f"{running.address}/task1_conversion_data")
    ready(page)
    expect(page.locator(".sl-header")).to_contain_text("Our school")
