"""Files made to fill the memory, or to take for ever: each ends in a sentence, soon, and in little memory."""

import io
import os
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

from tests.school.test_read_tables import repacked


def book():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_column(0, 0, ["UPN", "one"])
    return made.getvalue()


BOOK = book()
SECONDS, MEGABYTES = 10, 600

# Reads a file with memory bounded, and prints the rules of its faults, or that there is none.
READ = """
import sys
from pathlib import Path
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile
from senlib.school.read_tables import read_tables
try:
    file = NamedFile(name="a.xlsx", content=Path(sys.argv[1]))
    read_tables(file, is_heading={"UPN"}.__contains__)
    print("no fault")
except FaultyFile as faulty:
    print(faulty.faults[0])
status = Path("/proc/self/status")
if status.exists():  # the most memory that this process has held, where the system tells
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1024
    assert peak < int(sys.argv[2]), f"{peak} MB"
"""


def sheet(change):
    return repacked(
        BOOK, lambda name, data: change(data) if name.endswith("sheet1.xml") else data
    )


def rows(more):
    return sheet(lambda data: data.replace(b"</sheetData>", more + b"</sheetData>"))


def part(wanted, change):
    return repacked(
        BOOK, lambda name, data: change(data) if name.endswith(wanted) else data
    )


def many_sheets(number, *, one_part):
    listed = b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="%s"/>'
        % (at, at + 1, b"rId1" if one_part else b"q%d" % at)
        for at in range(number)
    )
    target = b'<Relationship Id="q%d" Type="http://x/worksheet" Target="/xl/worksheets/s%d.xml"/>'
    relations = b"" if one_part else b"".join(target % (at, at) for at in range(number))

    def change(name, data):
        if name == "xl/workbook.xml":
            start, end = data.index(b"<sheets>"), data.index(b"</sheets>")
            return data[: start + 8] + listed + data[end:]
        return data.replace(b"</Relationships>", relations + b"</Relationships>")

    made = io.BytesIO(repacked(BOOK, change))
    if not one_part:
        with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
            for at in range(number):
                archive.writestr(f"xl/worksheets/s{at}.xml", "<worksheet/>")
    return made.getvalue()


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

ATTACKS = {
    "an angle in an attribute": lambda: rows(
        FAR.replace(b"<row ", b'<row x="a>b" ').replace(b"<c ", b'<c x="a>b" ')
    ),
    "a prefix that is not ASCII": lambda: sheet(
        lambda _: (
            '<é:worksheet xmlns:é="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><é:sheetData>'
            '<é:row r="1"><é:c r="A1"><é:v>1</é:v></é:c></é:row>'
            '<é:row r="1048576"><é:c r="XFD1048576"><é:v>1</é:v></é:c></é:row></é:sheetData></é:worksheet>'
        ).encode()
    ),
    "a row at a million": lambda: rows(
        b'<row r="1000000"><c r="A1000000"><v>1</v></c></row>'
    ),
    "a row beyond all": lambda: rows(
        b'<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>'
    ),
    "a row number of 5,000 digits": lambda: rows(
        b'<row r="' + b"9" * 5_000 + b'"><c><v>1</v></c></row>'
    ),
    "four milliards of texts": lambda: repacked(
        BOOK,
        lambda name, data: (
            data.replace(b"uniqueCount=", b'uniqueCount="4000000000" x=')
            if name.endswith("sharedStrings.xml")
            else data
        ),
    ),
    "2,000 names for one sheet": lambda: many_sheets(2_000, one_part=True),
    "20 names for one sheet": lambda: many_sheets(20, one_part=True),
    "20,000 sheets": lambda: many_sheets(20_000, one_part=False),
    "cells that never close": lambda: rows(b"<c " * 700_000),
    "column letters by the million": lambda: rows(
        b'<row r="3"><c r="' + b"A" * 5_000_000 + b'3"><v>1</v></c></row>'
    ),
    "blank cells without end": lambda: rows(b"<row>" + b"<c/>" * 8_000_000 + b"</row>"),
    "elements without end": lambda: rows(b"<x/>" * 12_000_000 + b"<x>"),
    "texts without end": lambda: part(
        "sharedStrings.xml",
        lambda data: data.replace(b"</sst>", b"<si/>" * 8_000_000 + b"</sst>"),
    ),
    "styles without end": lambda: part(
        "styles.xml",
        lambda data: data.replace(b"</cellXfs>", b"<xf/>" * 8_000_000 + b"</cellXfs>"),
    ),
    "a document type": lambda: sheet(
        lambda data: (
            b'<!DOCTYPE w [<!ENTITY a "b">]>' + data[data.index(b"<worksheet") :]
        )
    ),
    "entities of entities": lambda: sheet(
        lambda data: (
            b"<!DOCTYPE w ["
            + b"".join(
                b'<!ENTITY e%d "%s">' % (at, b"&e%d;" % (at - 1) * 50 if at else b"x")
                for at in range(9)
            )
            + b"]>"
            + data[data.index(b"<worksheet") :]
        )
    ),
    "a text that is not there": lambda: rows(
        b'<row r="3"><c r="A3" t="s"><v>999999</v></c></row>'
    ),
    "a style that is not there": lambda: rows(
        b'<row r="3"><c r="A3" s="999999"><v>1</v></c></row>'
    ),
    "an OpenDocument sheet": lambda: zip_of(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": b'<table:table-cell table:number-columns-repeated="999999999"/>',
        }
    ),
    "nine million short rows": lambda: b"a,b\n" + b"1,2\n" * 9_000_000,
    "nine million rows of a cell": lambda: b"a,b\n" + b"1\n" * 9_000_000,
    "a million rows of a cell": lambda: b"a,b,c\n" + b"1\n" * 1_000_000 + b"1,2,3\n",
    "a million rows that are too long": lambda: b"a\n" + b"1,2,3\n" * 1_000_000,
    "a line of 100 MB": lambda: b"UPN," * 25_000_000,
    "headings of 131,072 letters": lambda: (b"x" * 131_071 + b",") * 40 + b"UPN\n1\n",
    "3,000 columns": lambda: (
        b",".join(b"h%d" % at for at in range(3_000))
        + b"\n"
        + b",".join([b"1"] * 3_000)
    ),
    "different cells by the million": lambda: (
        b"a,b,c\n"
        + b"".join(b"a%d,b%d,c%d\n" % (at, at, at) for at in range(1_400_000))
    ),
    "a page of cells without end": lambda: b"<html><table><tr>" + b"<td>" * 5_000_000,
    "a page of rows without end": lambda: b"<html><table>" + b"<tr><td>" * 2_400_000,
    "a page of tables in tables": lambda: b"<html>" + b"<table><tr><td>" * 1_600_000,
    "a cell over a million columns": lambda: (
        b"<html><table><tr><td colspan=900000>UPN<td colspan=900000>x</table>"
    ),
    "a page of tables without end": lambda: (
        b"<html>" + b"<table>" * 10 + b"</table><table>" * 2_400_000
    ),
    "a page of elements without end": lambda: (
        b"<html><table><tr><td>" + b"<b>" * 4_900_000
    ),
    "a page of entities without end": lambda: (
        b"<html><table><tr><td>" + b"&amp;" * 11_000_000
    ),
}


def zip_of(members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_ends_in_a_sentence(attack, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(ATTACKS[attack]())
    run = subprocess.run(
        [sys.executable, "-c", READ, path, str(MEGABYTES)],
        capture_output=True,
        text=True,
        timeout=SECONDS * (1 + os.getloadavg()[0] if hasattr(os, "getloadavg") else 3),
        check=False,
    )
    assert run.returncode == 0, run.stderr[-500:]
    assert run.stdout.startswith("a.xlsx"), run.stdout
    assert "Traceback" not in run.stderr
