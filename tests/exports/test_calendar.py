"""The calendar: read back by a parser of a few lines, so that the library which writes it is not asked about itself."""

import re
from datetime import date

import pytest

from senlib.exports.about import About
from senlib.exports.calendar import calendar
from senlib.workbook.plan import actions

ABOUT = About(title="Action plan", source="Any School", on=date(2005, 3, 18))
TODAY = date(2005, 3, 18)


def held(what="Look at science", due="2005-04-01", owner="RM", **more):
    key = "task1.findings|action"
    values = {f"{key}.due": due, f"{key}.owner": owner} | {
        f"{key}.{name}": value for name, value in more.items()
    }
    return {"task1.findings": {"action": what}, "plan.actions": values}


def read(content):
    """The lines of a calendar: names with their options, and values; unfolded and unescaped as RFC 5545 says."""
    text = content.decode("utf-8").replace("\r\n ", "")
    pairs = [line.split(":", 1) for line in text.split("\r\n") if line]
    unescaped = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
    return [
        (name, re.sub(r"\\[nN,;\\]", lambda found: unescaped[found[0]], value))
        for name, value in pairs
    ]


def made(*, about=ABOUT, today=TODAY, **action):
    return calendar(actions(held(**action)), today=today, about=about)


def test_an_action_is_an_all_day_event():
    lines = dict(read(made(measure="More reach level 5")))
    assert (
        lines["DTSTART;VALUE=DATE"] == "20050401"
        and lines["DTEND;VALUE=DATE"] == "20050402"
    )
    assert (
        lines["DTSTAMP"] == "20050318T000000Z" and lines["SUMMARY"] == "Look at science"
    )
    assert (
        lines["DESCRIPTION"]
        == "Look at science\nOwner: RM\nIt has worked when: More reach level 5\nFrom: What the figures say\nAny School"
    )
    assert (
        lines["VERSION"] == "2.0"
        and lines["PRODID"]
        and lines["TRANSP"] == "TRANSPARENT"
    )


def test_only_what_is_still_to_be_done_and_has_a_date():
    for action in ({"due": ""}, {"due": "soon"}, {"done": "yes"}):
        assert ("BEGIN", "VEVENT") not in read(made(**action))
    assert ("BEGIN", "VEVENT") in read(made(due="2005-01-01"))


@pytest.mark.parametrize(
    "text",
    [
        "a;b,c\\d\\n: e",
        "two\nlines",
        "x" * 400,
        "é" * 200,
        "😀" * 90,
        "BEGIN:VEVENT\r\nSUMMARY:forged\r\nEND:VEVENT",
        "a\x00b\x0bc\x7fd\x1b",
        "\ud83d",
        "\u202eabc",
        '"quoted"',
        "=cmd|' /C calc'!A0",
        "\u2028line",
    ],
)
def test_any_text_is_text_in_short_lines(text):
    content = made(
        what=f"Do {text}",
        owner=text,
        about=About(title=text, source=text, on=TODAY, sample=True),
    )
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert not re.search(
        rb"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content
    )
    lines = read(content)
    assert [pair for pair in lines if pair[0] in ("BEGIN", "END")] == [
        ("BEGIN", "VCALENDAR"),
        ("BEGIN", "VEVENT"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]
    assert len([name for name, _ in lines if name == "SUMMARY"]) == 1
    if text.isprintable() and text.isascii() and len(text) < 200:
        assert (
            dict(lines)["SUMMARY"] == f"Do {text}"
            and f"Owner: {text}\n" in dict(lines)["DESCRIPTION"]
        )


def test_its_name_stays_with_it_and_is_another_school_s_other():
    name = dict(read(made()))["UID"]
    assert (
        dict(read(made(what="Reworded", due="2006-01-01", today=date(2006, 1, 1))))[
            "UID"
        ]
        == name
    )
    assert (
        dict(
            read(
                made(
                    about=About(title="Action plan", source="Another School", on=TODAY)
                )
            )
        )["UID"]
        != name
    )


def test_no_pupil_s_number_in_it():
    number = "A801200001001"
    plan = {
        "plan.actions": {
            "own.1.what": "Ring home",
            "own.1.due": "2005-04-01",
            "own.1.pupil": number,
        },
        f"task6.develop/{number}": {"task6.develop.1.what": "Fewer prompts"},
        "task2.role": {},
    }
    plan["plan.actions"][f"task6.develop/{number}|task6.develop.1.what.due"] = (
        "2005-04-02"
    )
    content = calendar(actions(plan), today=TODAY, about=ABOUT)
    assert content.count(b"BEGIN:VEVENT") == 2 and number.encode() not in content


def test_many_actions_have_names_of_their_own():
    plan = {
        "plan.actions": {
            f"own.{n}.{name}": value
            for n in range(300)
            for name, value in (("what", f"Act {n}"), ("due", "2005-05-05"))
        }
    }
    names = [
        value
        for name, value in read(calendar(actions(plan), today=TODAY, about=ABOUT))
        if name == "UID"
    ]
    assert len(names) == len(set(names)) == 300
