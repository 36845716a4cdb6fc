"""Driving pages as a person would: workspaces over small schools, what a page says, what is typed into a sheet, a store in trouble."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from senlib.school.school import School
from senlib.widgets.sheet import box_name
from senlib.workbook.store import Store
from senlib.workspace import OWN, Workspace
from tests.measures.schools import school

NASTY = "<script>alert(1)</script>=1+1\u202e\N{GRINNING FACE}"

SUBJECTS = ["English", "Mathematics", "Science", "ICT"]


def workspace_over(folder: Path, school: School, *, workbook: str = OWN) -> Workspace:
    """A workspace with this school on it and nothing written yet."""
    path = folder / "data" / "workbook.sqlite"
    store, settings = Store(path, workbook=workbook), Store(path, workbook="settings")
    return Workspace(
        data=path.parent,
        school=school,
        chosen=workbook,
        folder="",
        store=store,
        settings=settings,
    )


def small_school(
    *, codes: bool = False, nasty: bool = False, **changes: dict
) -> School:
    """Six pupils by levels, as on paper: Ann and Bo stuck, Cy moving, Di without SEN, Ed in Year 7, Flo who has left.

    `codes` takes their names away, `nasty` puts markup into them; other arguments change one pupil's columns by her number.
    """
    people = {
        "0001": {
            "surname": "Ash",
            "forename": "Ann",
            "year_group": "8",
            "form": "8A",
            "sen_provision": "P",
            "need": "SLCN",
        },
        "0002": {
            "surname": "Birch",
            "forename": "Bo",
            "year_group": "8",
            "form": "8B",
            "sen_provision": "A",
            "need": "MLD",
        },
        "0003": {
            "surname": "Cole",
            "forename": "Cy",
            "year_group": "8",
            "form": "8A",
            "sen_provision": "A",
            "need": "",
        },
        "0004": {
            "surname": "Dean",
            "forename": "Di",
            "year_group": "8",
            "form": "8A",
            "sen_provision": "N",
            "need": "",
        },
        "0005": {
            "surname": "Elm",
            "forename": "Ed",
            "year_group": "7",
            "form": "7A",
            "sen_provision": "A",
            "need": "",
            "eal_stage": "1",
        },
        "0006": {
            "surname": "Fir",
            "forename": "Flo",
            "year_group": "11",
            "form": "",
            "sen_provision": "A",
            "need": "",
            "on_roll": "N",
        },
    }
    pupils = [
        {"pupil_id": number, "on_roll": "Y"} | row | changes.get(f"p{number}", {})
        for number, row in people.items()
    ]
    for row in pupils:
        row.update(
            {"surname": "", "forename": ""}
            if codes
            else {"surname": NASTY, "forename": NASTY, "form": NASTY}
            if nasty
            else {}
        )
    now = {"0001": "3", "0002": "3", "0003": "4", "0004": "5"}
    results = [
        (number, "KS2", subject, "test", "3")
        for number in people
        for subject in SUBJECTS[:3]
    ]
    results += [
        (number, "now", subject, "teacher", level)
        for number, level in now.items()
        for subject in SUBJECTS[:3]
    ]
    return school("levels", pupils, results)


def without_sen() -> School:
    """A school in which nobody has SEN, nobody is in Year 7 and nobody has a result."""
    return school(
        "levels",
        [
            {
                "pupil_id": "1",
                "on_roll": "Y",
                "year_group": "10",
                "sen_provision": "N",
                "surname": "Ivy",
            }
        ],
        [],
    )


def without_pictures(monkeypatch) -> None:
    """Put what a picture says in its place: drawing takes most of a page's time, and is tested elsewhere."""
    monkeypatch.setattr(
        "senlib.pages.kit.layout.picture",
        lambda _draw, *, says, key="": f"<p>{escape(says)} {escape(key)}</p>",
    )


def words(piece) -> str:
    """A piece's text, without its pictures and markup."""
    text = re.sub(r"<svg.*?</svg>", "", piece.value, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def answered(sheet, request: dict) -> dict | None:
    """A sheet's reply to a request of the page, with all that follows from it."""
    with sheet.workspace.store.one_connection():
        reply = sheet.reply(request)
        sheet.follow()
    return reply


def save(asked, field: str, value: str, *, form: str = "", seen: int = 0) -> dict:
    """Type a text into a box of a sheet; the page's reply."""
    name = box_name(form=form or asked.form, field=field)
    return answered(asked, {"kind": "save", "name": name, "value": value, "seen": seen})


def rows_of(asked) -> list[dict]:
    """The rows of a sheet's tables, in their order."""
    return [
        row
        for block in asked.sheet.form.get("blocks", [])
        for group in block.get("groups", [])
        for row in group["rows"]
    ]


def value_of(asked, field: str, *, form: str = "") -> str:
    """What stands in a box of a sheet."""
    return asked.sheet.values.get(
        box_name(form=form or asked.form, field=field), {"value": ""}
    )["value"]


def queries(*pieces: str) -> list[str]:
    """Every value that stands behind the '?' of a link in pieces of HTML."""
    addresses = [
        one for piece in pieces for one in re.findall(r'href="([^"]+)"', piece)
    ]
    return [
        value
        for one in addresses
        for values in parse_qs(urlsplit(one.replace("&amp;", "&")).query).values()
        for value in values
    ]


def vanish(workspace: Workspace) -> None:
    """The file of the answers goes while the page is open."""
    for path in workspace.data.glob("workbook.sqlite*"):
        path.unlink()


@contextlib.contextmanager
def locked(workspace: Workspace, monkeypatch):
    """Another program holds the file; what waits for it gives up soon."""
    monkeypatch.setattr("senlib.workbook.store_file.TIMEOUT_SECONDS", 0.02)
    with contextlib.closing(
        sqlite3.connect(workspace.data / "workbook.sqlite", isolation_level=None)
    ) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE IF NOT EXISTS another_program (x)")
        yield


@contextlib.contextmanager
def gone(workspace: Workspace, _monkeypatch):
    """The file is gone."""
    vanish(workspace)
    yield


TROUBLES = [(gone, "is no longer there"), (locked, "another program keeps it locked")]
