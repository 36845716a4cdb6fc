"""The chain in Chromium: a pupil found standing still in Task 1 ends as a dated action in Task 8, through a killed kernel and a
killed server, and every step leads back.
"""

import re
from datetime import date, timedelta

import psutil
from playwright.sync_api import Page, expect

from senlib import open_sample
from senlib.pages.kit.pupil_names import person_name
from senlib.workbook.store import Store
from tests.browser.conftest import started

SAVED = re.compile(r"^Saved \d\d:\d\d$")


def choose(page: Page, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).select_option(
        label=re.sub(" ", "\N{NO-BREAK SPACE}", words)
    )


def save(page: Page, name: str, text: str) -> None:
    """Type into a box of a sheet, and wait until the page calls it saved."""
    box = page.get_by_role("textbox", name=name, exact=True)
    box.fill(text)
    box.press("Tab")
    expect(
        page.locator(".sl-sheet-cell", has=box).locator(".sl-sheet-mark").first
    ).to_have_text(SAVED)


def stuck_pupil():
    """A pupil with SEN, on roll, who entered at level 3 in English and left Key Stage 3 at level 3, in the latest summer."""
    from senlib.measures.tracking import people_in_cell

    school = open_sample("levels")
    people = people_in_cell(
        school, stage="KS3", subject="English", cohort=2004, entry="3", outcome="3"
    )
    here = people.merge(school.pupils.query("on_roll == 'Y'")[["pupil_id"]])
    here = here[here["sen_provision"].map(school.framework.sen_groups) == "SEN"]
    return here.iloc[0]


def test_from_a_figure_to_a_dated_action_and_back(
    tmp_path, new_page, ready, troubles, screenshots
):
    data, page, pupil = tmp_path / "data", new_page(), stuck_pupil()
    name = person_name(pupil)
    due = date.today() + timedelta(days=10)
    with started(data) as workbook:
        # From the figure to the pupil: two clicks.
        page.goto(f"{workbook.address}/task1_conversion_data", wait_until="commit")
        ready(page)
        page.get_by_role(
            "button", name=re.compile("^Entered at 3, reached 3: ")
        ).first.click()
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_url("**/pupil?pupil=*")
        ready(page)
        assert pupil.pupil_id not in page.url  # no pupil's number in an address
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.locator("main")).to_contain_text(
            "Nothing is on the provision map yet"
            if not has_map(data, pupil)
            else "on the provision map"
        )

        # What she is given.
        page.get_by_role("link", name="Open the provision map (Task 5)").click()
        page.wait_for_url("**/task5_interventions?pupil=*")
        ready(page)
        line = "Guided reading and writing in lessons"
        page.get_by_role("checkbox", name=f"Gets it: {line}").check()
        save(page, f"Who sees to it: {line}", "jb")
        save(page, f"Hours a week: {line}", "1.5")

        # What was seen in a lesson.
        page.get_by_role("link", name="Support in class").click()
        page.wait_for_url("**/task6_support_in_class")
        ready(page)
        page.get_by_role("button", name="Begin a new visit").click()
        save(page, "Class and subject", "10B English")
        page.get_by_label("Pupil you will watch most", exact=True).select_option(
            value=pupil.pupil_id
        )
        save(
            page,
            "What did the assistant do that helped pupils to respond, and to manage by themselves?",
            "Waited for an answer",
        )

        # What the planning chart leads to; in the middle of it the kernel is killed.
        page.get_by_role("link", name="Planning", exact=False).first.click()
        page.wait_for_url("**/task7_planning")
        ready(page)
        page.get_by_role("button", name="Begin a new class").click()
        save(page, "Class", pupil.form)
        page.get_by_label("A pupil of this class", exact=True).select_option(
            value=option_of(page, "A pupil of this class", name)
        )
        page.get_by_role("button", name="Put the pupil on the list").click()
        question = page.locator(".sl-flow-panel").first
        question.get_by_role("button", name="No", exact=True).click()
        expect(question).to_contain_text("Could a unit of classwork")
        question.get_by_role("button", name="No", exact=True).click()
        expect(question.locator(".sl-flow-saved")).to_have_text(SAVED)
        for kernel in workbook.kernels():
            kernel.kill()
        banner = page.get_by_role("alert").filter(
            has_text="This page has lost its engine. What was saved is safe."
        )
        expect(banner).to_be_in_viewport(timeout=20_000)
        banner.get_by_role("button", name="Reopen this page").click()
        ready(page)
        choose_last(page, "The class you are working on")
        expect(question).to_contain_text("Do several pupils have the same targets")
        question.get_by_role("button", name="No", exact=True).click()
        expect(question).to_contain_text("certain ways of getting at the work")
        question.get_by_role("button", name="No", exact=True).click()
        expect(
            page.locator(".sl-answer", has_text="needs an IEP or a group plan")
        ).to_be_visible()
        screenshots(page, "chain-planning")
        page.get_by_role("link", name="Write the IEP (Task 6)").click()
        page.wait_for_url("**/task6_support_in_class?pupil=*")
        ready(page)
        save(page, "Target: Target 1", "Say what a paragraph is about in a sentence")
        page.get_by_role("link", name="All there is on this pupil").click()
        page.wait_for_url("**/pupil?pupil=*")
        ready(page)

        # All of it is on the pupil's page; and here the action is written.
        main = page.locator("main")
        for text in (
            line,
            "10B English",
            "Waited for an answer",
            "Own activity, IEP",
            "Say what a paragraph is about",
        ):
            expect(main).to_contain_text(text)
        page.get_by_label("What will you do for this pupil?", exact=True).fill(
            "Reading partner from Year 10, twice a week"
        )
        page.get_by_label("Whose job is it?", exact=True).fill("SENCO")
        page.get_by_label("By when?", exact=True).fill(due.isoformat())
        page.get_by_label("What will show that it has worked?", exact=True).fill(
            "Level 4c in English by July"
        )
        page.get_by_role("button", name="Add to the action plan").click()
        expect(main).to_contain_text("Added to the action plan, and saved.")
        screenshots(page, "chain-pupil")
        for process in [
            *psutil.Process(workbook.process.pid).children(recursive=True),
            psutil.Process(workbook.process.pid),
        ]:
            process.kill()
        expect(
            page.get_by_role("alert").filter(has_text="What was saved is safe.")
        ).to_be_visible(timeout=30_000)
        page.goto("about:blank")
    troubles.clear()  # the kernel and the server were killed on purpose

    with started(data) as workbook:
        page.goto(workbook.address, wait_until="commit")
        ready(page)
        expect(page.locator("main")).to_contain_text(
            "0 overdue, 1 due within four weeks."
        )
        expect(page.locator("main")).to_contain_text(
            f"Reading partner from Year 10, twice a week, {name}, SENCO"
        )
        page.get_by_role("link", name="To the action plan (Task 8)").click()
        page.wait_for_url("**/task8_working_smarter")
        ready(page)
        row = page.get_by_role("row").filter(
            has=page.get_by_label(
                "Owner: Reading partner from Year 10, twice a week", exact=True
            )
        )
        expect(row.get_by_label(re.compile("^Due:"))).to_have_value(due.isoformat())
        expect(row.get_by_label(re.compile("^Owner:"))).to_have_value("SENCO")
        page.get_by_label("From the plan: First", exact=True).select_option(
            label="Reading partner from Year 10, twice a week"
        )
        expect(page.get_by_label("Timeline: First", exact=True)).to_have_value(
            due.isoformat()
        )
        screenshots(page, "chain-plan")

        # And back: from the action to the pupil, from the pupil to the figure: two clicks.
        row.get_by_role("link", name=name).click()
        page.wait_for_url("**/pupil?pupil=*")
        ready(page)
        page.get_by_role("link", name="English, KS3, summer 2004").click()
        page.wait_for_url("**/task1_conversion_data?*")
        ready(page)
        expect(
            page.get_by_role("button", name=re.compile("^Entered at 3, reached 3: "))
        ).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        page.goto("about:blank")
    kept = Store(data / "workbook.sqlite", workbook="levels").forms()
    assert [
        values for form, values in kept.items() if form.startswith("task6.observation/")
    ][0]["pupil"] == pupil.pupil_id


def has_map(data, pupil) -> bool:
    return bool(
        Store(data / "workbook.sqlite", workbook="levels").latest(
            f"task5.provision/{pupil.pupil_id}"
        )
    )


def option_of(page: Page, label: str, words: str) -> str:
    """The value of the choice that begins with these words, once it is offered."""
    begins = re.compile("^" + re.escape(words).replace(r"\ ", r"\s"))
    option = page.get_by_label(label, exact=True).locator("option", has_text=begins)
    expect(option).to_have_count(1)
    return option.get_attribute("value")


def choose_last(page: Page, label: str) -> None:
    """Choose the one thing there is beside 'choose'."""
    page.get_by_label(label, exact=True).select_option(index=1)
