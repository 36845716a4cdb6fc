"""Asking: a form as a sheet over the store. What is kept, told of another page, brought back, begun anew; and what cannot be kept."""

from datetime import datetime, timedelta

import pytest

from senlib.pages.kit.answer_sheet import settled
from senlib.pages.kit.form_sheet import (
    FormSheet,
    PageSheets,
    points,
    resources,
)
from senlib.widgets.sheet import box_name
from senlib.workbook.forms import Item, Points, Resource, Resources
from senlib.workbook.page_forms import load
from senlib.workbook.plan import PLAN, actions
from senlib.workbook.rows import rows_form
from senlib.workbook.store import Answer, StoreError
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    answered,
    rows_of,
    save,
    value_of,
    vanish,
    words,
    workspace_over,
)

MAP = load("task5_interventions").part("task5.provision")
CHART = load("task5_interventions").part("task5.chart")
REVIEW = load("task8_working_smarter").part("review")
ROLE = load("task2_role_of_the_senco").part("task2.role")
CHECK = load("index").part("intro.senco")
EXAMPLES = load("task8_working_smarter").part("task8.examples")
PROMPT = load("task1_conversion_data").part("unit1.reflection")

FIELD = "review.pupils.now"


def history(asked, field, form=""):
    reply = answered(
        asked,
        {"kind": "history", "name": box_name(form=form or asked.form, field=field)},
    )
    return [answer["value"] for answer in reply["answers"]]


# -- kept --


@pytest.mark.parametrize(
    "part, field, value",
    [
        (PROMPT, "spread", "Not far enough"),
        (REVIEW, FIELD, "We ask them"),
        (CHECK, "intro.senco.1", "partly"),
        (EXAMPLES, "task8.examples.2", "yes"),
    ],
    ids=lambda one: getattr(one, "key", ""),
)
def test_an_answer_is_kept_and_shown_again(workspace, part, field, value):
    reply = save(FormSheet(workspace, part), field, value)
    assert (
        reply["kind"] == "saved"
        and reply["elsewhere"] is None
        and reply["versions"] == 1
    )
    again = FormSheet(workspace, part)
    assert (
        value_of(again, field) == value
        and box_name(form=part.key, field=field) in again.sheet.names
    )


@pytest.mark.parametrize("text", [NASTY, "", " ", "x" * 50_000, "two\nlines"])
def test_any_text_is_kept_as_it_was_typed(workspace, text):
    save(FormSheet(workspace, REVIEW), FIELD, "before")
    save(FormSheet(workspace, REVIEW), FIELD, text)
    assert value_of(FormSheet(workspace, REVIEW), FIELD) == text


def test_every_box_of_a_part_stands_on_its_sheet(workspace):
    for part in (PROMPT, REVIEW, CHECK, EXAMPLES, MAP, CHART):
        answers = {
            box_name(form=part.key, field=field)
            for field in part.answers or [item.key for item in part.items]
        }
        assert answers <= FormSheet(workspace, part).sheet.names


def test_a_page_hears_of_what_is_kept_after_the_reply(workspace):
    asked, heard = FormSheet(workspace, REVIEW), []
    asked.after_field(lambda field, value: heard.append((field, value)))
    request = {
        "kind": "save",
        "name": box_name(form=REVIEW.key, field=FIELD),
        "value": "We ask",
        "seen": 0,
    }
    assert asked.reply(request)["kind"] == "saved" and heard == []
    asked.follow()
    asked.follow()
    assert heard == [(FIELD, "We ask")]


def test_first_entries_stand_in_the_chart_until_they_are_written_over(workspace):
    field = "task5.chart.english.3.leader"
    assert value_of(FormSheet(workspace, CHART), field) == "Head of English"
    reply = save(FormSheet(workspace, CHART), field, "Mrs Okoro")
    assert reply["elsewhere"] is None
    save(FormSheet(workspace, CHART), "task5.chart.eal.leader", "")
    again = FormSheet(workspace, CHART)
    assert (
        value_of(again, field) == "Mrs Okoro"
        and value_of(again, "task5.chart.eal.leader") == ""
    )


# -- two pages --


def test_a_change_on_another_page_is_told_and_both_texts_are_kept(workspace):
    one, other = FormSheet(workspace, REVIEW), FormSheet(workspace, REVIEW)
    save(one, FIELD, "from one")
    reply = save(other, FIELD, "from the other")
    assert reply["elsewhere"]["value"] == "from one" and reply["kind"] == "saved"
    assert (
        history(other, FIELD) == ["from one"]
        and value_of(FormSheet(workspace, REVIEW), FIELD) == "from the other"
    )


def test_the_same_text_on_both_pages_and_one_s_own_text_are_no_clash(workspace):
    one, other = FormSheet(workspace, REVIEW), FormSheet(workspace, REVIEW)
    save(one, FIELD, "the same")
    second = save(other, FIELD, "the same")
    assert second["elsewhere"] is None
    assert (
        save(other, FIELD, "the same, and more", seen=second["id"])["elsewhere"] is None
    )


# -- earlier texts --


def test_what_was_merely_typed_on_is_no_earlier_text(workspace):
    asked, seen = FormSheet(workspace, REVIEW), 0
    for text in (
        "W",
        "We as",
        "We ask them",
        "Something else",
        "Something else entirely",
    ):
        seen = save(asked, FIELD, text, seen=seen)["id"]
    assert history(asked, FIELD) == ["We ask them"]


@pytest.mark.parametrize("seconds, kept", [(59, []), (60, ["We"]), (61, ["We"])])
def test_after_a_minute_a_beginning_is_an_earlier_text(seconds, kept):
    at = datetime(2005, 3, 8, 14, 2)
    answers = [
        Answer(2, "We ask", at + timedelta(seconds=seconds), 2),
        Answer(1, "We", at, 1),
    ]
    assert [answer.value for answer in settled(answers)] == kept


def test_an_answer_given_twice_stands_once_among_the_earlier_ones(workspace):
    asked = FormSheet(workspace, REVIEW)
    for text in ("one", "one", "two", "two"):
        save(asked, FIELD, text)
    assert history(asked, FIELD) == ["one"]


def test_an_earlier_text_is_brought_back(workspace):
    asked, heard = FormSheet(workspace, REVIEW), []
    asked.after_field(lambda field, value: heard.append(value))
    first = save(asked, FIELD, "first")["id"]
    save(asked, FIELD, "second")
    name = box_name(form=REVIEW.key, field=FIELD)
    reply = answered(asked, {"kind": "bring back", "name": name, "id": first})
    assert (
        reply["kind"] == "brought"
        and reply["value"] == "first"
        and reply["versions"] == 3
    )
    assert value_of(asked, FIELD) == "first" and heard == ["first", "second", "first"]
    assert history(asked, FIELD) == ["second", "first"]
    refused = answered(
        asked, {"kind": "bring back", "name": name, "id": reply["id"] + 99}
    )
    assert refused["kind"] == "refused" and "no longer there" in refused["why"]


# -- rounds --


def test_a_new_round_is_blank_with_last_time_s_words_beside_it(workspace):
    asked, begun = FormSheet(workspace, ROLE), []
    asked.after_field(lambda field, _: begun.append(field))
    save(asked, "task2.judging.1.where", "in_place")
    asked.anew.click()
    assert begun == ["task2.judging.1.where", ""]
    assert "new round has begun" in words(asked.status)
    (row,) = [row for row in rows_of(asked) if row["key"] == "task2.judging.1"]
    assert value_of(asked, "task2.judging.1.where") == ""
    assert row["cells"]["where"]["last"].startswith("Last time (") and row["cells"][
        "where"
    ]["last"].endswith("): In place")
    assert "last" not in row["cells"]["evidence"]
    # Answered anew it is no clash with last time's.
    seen = asked.sheet.values[box_name(form=ROLE.key, field="task2.judging.1.where")][
        "seen"
    ]
    assert (
        save(asked, "task2.judging.1.where", "embedded", seen=seen)["elsewhere"] is None
    )
    assert value_of(FormSheet(workspace, ROLE), "task2.judging.1.where") == "embedded"


def test_an_action_of_a_new_round_is_not_done_already(workspace):
    """It stands where last time's stood, and must not take over its owner, its date and its tick."""
    asked, field = FormSheet(workspace, REVIEW), "review.pupils.next"
    save(asked, field, "Ask each form once a term")
    (old,) = actions(workspace.store.forms())
    workspace.store.save_all(
        form=PLAN,
        values={
            f"{old.key}.due": "2005-03-08",
            f"{old.key}.done": "yes",
            f"{old.key}.owner": "SENCO",
        },
    )
    asked.anew.click()
    assert actions(workspace.store.forms())[
        0
    ].done  # until it is written over, last time's stands in the plan as it was
    save(asked, "review.pupils.now", "We asked each form")
    assert actions(workspace.store.forms())[0].done
    seen = save(asked, field, "Ask")["id"]
    (new,) = actions(workspace.store.forms())
    assert (new.what, new.done, new.due, new.values["owner"]) == (
        "Ask",
        False,
        None,
        "",
    )
    workspace.store.save(form=PLAN, field=f"{new.key}.owner", value="Head of Year 8")
    save(asked, field, "Ask by form", seen=seen)
    assert actions(workspace.store.forms())[0].values["owner"] == "Head of Year 8"


def test_only_what_is_filled_in_anew_has_rounds(workspace):
    assert hasattr(FormSheet(workspace, REVIEW), "anew") and not hasattr(
        FormSheet(workspace, MAP, of="0001"), "anew"
    )


# -- rows of the school's own --


def test_a_row_of_one_s_own_is_added_renamed_and_taken_out(workspace):
    asked, heard = FormSheet(workspace, MAP, of="0001"), []
    asked.after_field(lambda field, value: heard.append((field.split(".")[-1], value)))
    assert (
        answered(
            asked, {"kind": "add row", "section": "literacy", "label": "Reading dog"}
        )
        is None
    )
    (row,) = [row for row in rows_of(asked) if "own" in row]
    save(asked, f"{row['key']}.initials", "JB")
    save(asked, f"{row['key']}.label", f"Reading {NASTY}", form=rows_form(MAP.key))
    other = FormSheet(workspace, MAP, of="0002")
    assert [row["label"] for row in rows_of(other) if "own" in row] == [
        f"Reading {NASTY}"
    ]
    assert value_of(other, f"{row['key']}.initials") == ""
    answered(asked, {"kind": "drop row", "row": row["key"]})
    assert not [row for row in rows_of(asked) if "own" in row]
    assert (
        workspace.store.latest("task5.provision/0001")[f"{row['key']}.initials"] == "JB"
    )
    # Whoever sums up what stands on the sheet has to hear of a row that comes or goes.
    assert heard == [
        ("label", "Reading dog"),
        ("initials", "JB"),
        ("label", f"Reading {NASTY}"),
        ("label", ""),
    ]


def test_a_row_stands_under_the_heading_where_it_was_added(workspace):
    asked = FormSheet(workspace, MAP, of="0001")
    answered(
        asked, {"kind": "add row", "section": "external", "label": "Art therapist"}
    )
    groups = {
        group["key"]: [row["label"] for row in group["rows"]]
        for group in asked.sheet.form["blocks"][0]["groups"]
    }
    assert (
        groups["external"][-1] == "Art therapist"
        and "Art therapist" not in groups["literacy"]
    )


# -- copies --


def test_many_copies_are_kept_apart(workspace):
    asked = FormSheet(workspace, MAP, of="nobody")
    for number in range(60):
        asked.show(of=f"{number:04}")
        save(asked, "task5.provision.literacy.guided.initials", f"T{number}")
    asked.show(of="0007")
    assert value_of(asked, "task5.provision.literacy.guided.initials") == "T7"
    assert len(workspace.store.forms(MAP.key)) == 60


def test_what_is_still_on_its_way_when_another_copy_is_shown_is_kept_for_the_first(
    workspace,
):
    asked = FormSheet(workspace, MAP, of="0001")
    asked.show(of="0002")
    save(
        asked,
        "task5.provision.literacy.guided.initials",
        "JB",
        form="task5.provision/0001",
    )
    assert workspace.store.forms(MAP.key) == {
        "task5.provision/0001": {"task5.provision.literacy.guided.initials": "JB"}
    }


def test_another_school_is_asked_the_same(workspace, tmp_path, school):
    ask = PageSheets(workspace, "index")
    ask("intro.senco")
    save(ask.asked["intro.senco"], "intro.senco.1", "yes")
    other = workspace_over(tmp_path, school, workbook="levels")
    ask.move_to(other)
    assert (
        value_of(ask.asked["intro.senco"], "intro.senco.1") == ""
        and ask.asked["intro.senco"].sheet.workbook == "levels"
    )
    save(ask.asked["intro.senco"], "intro.senco.1", "not_yet")
    assert workspace.store.latest("intro.senco") == {"intro.senco.1": "yes"}


# -- what is only read --


def test_words_to_read_are_text(workspace):
    read = Points(
        key="k", title=NASTY, unit="u", intro=NASTY, items=(Item("i", NASTY),)
    )
    books = Resources(
        key="k", title=NASTY, unit="u", items=(Resource("r", NASTY, NASTY, NASTY),)
    )
    for shown in (points(read), resources(books)):
        assert "<script" not in shown and shown.count("&lt;script&gt;") >= 3
    assert (
        "DfES 0432-2004 G"
        in PageSheets(workspace, "task8_working_smarter")("task8.resources").value
    )


# -- what cannot be kept or read --


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_cannot_be_kept_is_refused_in_words_and_nothing_else_happens(
    workspace, monkeypatch, trouble, says
):
    asked, heard = FormSheet(workspace, MAP, of="0001"), []
    asked.after_field(lambda *kept: heard.append(kept))
    name = box_name(form=asked.form, field="task5.provision.literacy.guided.initials")
    requests = [
        {"kind": "save", "name": name, "value": "Zebedee", "seen": 0},
        {"kind": "history", "name": name},
        {"kind": "bring back", "name": name, "id": 1},
        {"kind": "add row", "section": "literacy", "label": "Zebedee"},
        {"kind": "drop row", "row": "own.1"},
    ]
    with trouble(workspace, monkeypatch):
        for request in requests:
            reply = answered(asked, request)
            assert (
                reply["kind"] == "refused"
                and reply["why"].startswith("Not saved. ")
                and says in reply["why"]
            )
            assert "Zebedee" not in reply["why"] and "0001" not in reply["why"]
    assert heard == []


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_a_round_or_another_copy_that_cannot_be_had_is_told(
    workspace, monkeypatch, trouble, says
):
    asked = FormSheet(workspace, REVIEW)
    save(asked, FIELD, "We ask them")
    with trouble(workspace, monkeypatch):
        asked.anew.click()
        assert says in words(asked.status) and value_of(asked, FIELD) == "We ask them"
        asked.show()
        assert says in words(asked.status) and value_of(asked, FIELD) == "We ask them"


def test_after_the_trouble_the_same_page_saves(workspace, monkeypatch):
    asked = FormSheet(workspace, REVIEW)
    with TROUBLES[1][0](workspace, monkeypatch):
        assert save(asked, FIELD, "kept?")["kind"] == "refused"
    assert save(asked, FIELD, "kept?")["kind"] == "saved"


def test_a_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    assert "no longer there" in words(FormSheet(workspace, REVIEW).status)
    with pytest.raises(StoreError):
        workspace.store.forms()
