"""Everything in one zip: names that Windows takes, nothing lost, and a README that says what it is."""

import io
import re
from datetime import date
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlib.exports.about import About
from senlib.exports.bundle import File, bundle, safe_names

ABOUT = About(
    title="Everything",
    source="Any School",
    on=date(2005, 3, 18),
    sample=True,
    hidden="Counts of 1 to 5 are hidden.",
)


def opened(files, about=ABOUT):
    return ZipFile(io.BytesIO(bundle(files, about=about)))


def test_what_is_in_it_comes_out_again_and_the_readme_says_what_it_is():
    files = [
        File(name="IEP: Zhou/Ada.docx", content=b"one", says="An IEP."),
        File(name="plan.ics", content=b"two", hidden="Names are left out."),
    ]
    made = opened(files)
    assert (
        made.namelist() == ["README.txt", "IEP ZhouAda.docx", "plan.ics"]
        and made.read("plan.ics") == b"two"
    )
    readme = made.read("README.txt").decode("utf-8-sig")
    assert readme.split("\r\n") == [
        "What it is: Everything",
        "Made on: 18 March 2005",
        "From: Any School",
        "Sample: Sample data: nobody here is real.",
        "Hidden: Counts of 1 to 5 are hidden.",
        "",
        "In it:",
        "- IEP ZhouAda.docx",
        "  An IEP.",
        "- plan.ics",
        "  Hidden: Names are left out.",
        "",
    ]
    assert made.testzip() is None and {
        entry.date_time[:3] for entry in made.infolist()
    } == {(2005, 3, 18)}


def test_nothing_hidden_and_nothing_in_it_is_said_as_well():
    readme = (
        opened([], About(title="All", source="Any School", on=date(1979, 1, 1)))
        .read("README.txt")
        .decode("utf-8-sig")
    )
    assert (
        "Nothing was hidden." in readme
        and "There is nothing else in it." in readme
        and "Sample" not in readme
    )


def test_the_same_on_the_same_day_is_the_same():
    files = [File(name="a.txt", content=b"one")]
    assert bundle(files, about=ABOUT) == bundle(files, about=ABOUT)


@pytest.mark.parametrize(
    "name, safe",
    [
        ('a<b>c:d"e/f\\g|h?i*j.docx', "abcdefghij.docx"),
        ("../../etc/passwd", "etcpasswd"),
        ("C:\\Windows\\x.exe", "CWindowsx.exe"),
        ("CON", "CON_"),
        ("com1.docx", "com1_.docx"),
        ("lpt²", "lpt²_"),
        ("nul.tar.gz", "nul.tar_.gz"),
        ("conin$.x", "conin$_.x"),
        ("console.txt", "console.txt"),
        ("ends. . .", "ends"),
        (" . ", "file"),
        ("", "file"),
        (".docx", "file.docx"),
        ("two\nlines\x00\x0b.txt", "two lines.txt"),
        ("gpj.\u202eexe\u2066", "gpj.exe"),
        ("x" * 300 + ".docx", "x" * 100 + ".docx"),
        ("e\u0301.txt", "é.txt"),
        ("Year 8.5 plan", "Year 8.5 plan"),
    ],
)
def test_names(name, safe):
    assert safe_names([name]) == [safe]


def test_no_name_twice_whatever_its_letters():
    names = [
        "Plan.docx",
        "plan.docx",
        "PLAN.DOCX",
        "plan (2).docx",
        "straße",
        "STRASSE",
        "README.txt",
    ]
    safe = safe_names(["README.txt", *names])
    assert (
        len({name.casefold() for name in safe}) == len(names) + 1
        and safe[-1] == "README (2).txt"
    )


@given(st.lists(st.text(st.characters(codec=None), max_size=130), max_size=6))
def test_any_names(names):
    safe = safe_names(names)
    assert len(safe) == len(names) == len({name.casefold() for name in safe})
    for name in safe:
        assert (
            name
            and not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
            and not name.endswith((".", " "))
            and len(name) <= 112
        )
        assert not re.fullmatch(
            r"(?i)(con|prn|aux|nul|com\d|lpt\d)", name.split(".")[0].rstrip()
        )
    made = opened(
        [
            File(name=name, content=str(number).encode())
            for number, name in enumerate(names)
        ]
    )
    assert [made.read(name) for name in made.namelist()[1:]] == [
        str(number).encode() for number in range(len(names))
    ]
