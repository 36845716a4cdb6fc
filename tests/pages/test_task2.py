"""Task 2: the 22 items as a grid and as cards; what is summed up is a talking point, and no mark."""

import pytest

from senlib.pages.task2_role_of_the_senco import ROLE, SORT, RolePage
from senlib.workbook.page_forms import load
from tests.pages.driving import TROUBLES, rows_of, save, value_of, vanish, words

GRID = load("task2_role_of_the_senco").part(ROLE)


def page_of(workspace):
    page = RolePage(workspace)
    page.header(), page.grid(), page.sort(), page.next()
    return page


def test_the_grid_and_the_cards_are_the_same_22_items(workspace):
    page = page_of(workspace)
    assert {row["label"] for row in rows_of(page.role)} == {
        card["text"] for card in page.cards.cards
    }
    assert len(page.cards.cards) == 22 and [
        group["title"] for group in page.cards.groups
    ] == [one.title for one in GRID.sections]


def test_the_cards_lie_in_no_order_that_gives_them_away(workspace):
    groups = [card["group"] for card in page_of(workspace).cards.cards]
    assert (
        max(
            len(run)
            for run in "".join(group[0] for group in groups).replace("j", "j ").split()
        )
        < 22
    )
    assert groups != sorted(groups) and groups != [row.section for row in GRID.rows]


def test_what_is_judged_is_summed_up_as_it_is_chosen(workspace):
    page = page_of(workspace)
    assert "none of the 22 items yet" in words(page.summary)
    for number, where in [(1, "in_place"), (2, "not_yet"), (3, "in_place")]:
        save(page.role, f"task2.judging.{number}.where", where)
    assert "Of 22 items you have judged 3: not yet 1, in place 2." in words(
        page.summary
    ) and "%" not in words(page.summary)
    save(page.role, "task2.judging.1.where", "")
    assert "judged 2" in words(page.summary)


def test_a_new_round_begins_the_sum_anew(workspace):
    page = page_of(workspace)
    save(page.role, "task2.judging.1.where", "in_place")
    page.role.anew.click()
    assert "none of the 22 items yet" in words(page.summary)
    assert "none of the 22 items yet" in words(page_of(workspace).summary)


def test_all_22_can_be_judged(workspace):
    page = page_of(workspace)
    for row in GRID.rows:
        save(page.role, f"{row.key}.where", "embedded")
    assert "Of 22 items you have judged 22: second nature 22." in words(page.summary)


def test_a_card_lies_where_it_was_laid_and_can_go_back(workspace):
    page = page_of(workspace)
    card = page.cards.cards[0]["key"]
    page._keep({"card": card, "group": "judging", "n": 1})
    assert page.cards.saved["card"] == card and "at" in page.cards.saved
    assert page_of(workspace).cards.placed == {card: "judging"}
    page._keep({"card": card, "group": "", "n": 2})
    assert page_of(workspace).cards.placed == {} and workspace.store.latest(SORT) == {
        card: ""
    }


def test_the_grid_s_answers_and_the_cards_are_apart(workspace):
    page = page_of(workspace)
    page._keep({"card": "task2.judging.1", "group": "action", "n": 1})
    assert value_of(page_of(workspace).role, "task2.judging.1.where") == ""


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_cannot_be_kept_is_told_where_it_was_tried(
    workspace, monkeypatch, trouble, says
):
    page = page_of(workspace)
    card = page.cards.cards[0]["key"]
    with trouble(workspace, monkeypatch):
        page._keep({"card": card, "group": "judging", "n": 1})
        assert (
            page.cards.saved["fault"].startswith("Not saved. ")
            and says in page.cards.saved["fault"]
        )
        assert says in save(page.role, "task2.judging.1.where", "in_place")["why"]
        page.role.anew.click()
        assert says in words(page.role.status)


def test_the_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    page = page_of(workspace)
    assert "no longer there" in words(page.summary) and "no longer there" in words(
        page.status
    )
    assert (
        len(page.cards.cards) == 22
        and len(rows_of(page.role)) == 0
        and "no longer there" in words(page.role.status)
    )
