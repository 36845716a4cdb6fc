"""CSV and XLSX files as tables of text: encodings, separators, row numbers, and what is no table."""

import csv
import io
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib.school import files
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile
from tests.school.schema_headings import read_tables


def cells(table):
    return [
        list(row)
        for row in zip(*(column.astype(str) for column in table.columns), strict=True)
    ]


def only(content, name="file.csv"):
    (table,) = read_tables(NamedFile(name=name, content=content))
    return table


def fault_of(content, name="file.csv"):
    with pytest.raises(FaultyFile) as caught:
        read_tables(NamedFile(name=name, content=content))
    (fault,) = caught.value.faults
    assert fault.file == name
    assert fault.remedy
    return fault


def workbook(*sheets):
    """An XLSX of sheets, each a name and rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def repacked(content, change):
    """A workbook with each member changed: `change` takes a name and bytes, and gives bytes."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return made.getvalue()


TEXT = "UPN,Surname\n0123,Brontë\n0124,O’Neill\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    assert cells(only(TEXT.encode(encoding))) == [
        ["0123", "Brontë"],
        ["0124", "O’Neill"],
    ]


@pytest.mark.parametrize(
    "bom, encoding", [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_both_orders_of_utf_16(bom, encoding):
    assert cells(only(bom + TEXT.encode(encoding)))[0] == ["0123", "Brontë"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_endings(separator, ending):
    text = ending.join(
        [f"UPN{separator}Form", f"1{separator}7A", f"2{separator}7B", ""]
    )
    table = only(text.encode())
    assert table.headings == ("UPN", "Form")
    assert cells(table) == [["1", "7A"], ["2", "7B"]]


def test_separator_is_told_by_the_headings_and_not_by_the_cells():
    assert cells(only(b'UPN;Form\n1;"a,b,c"\n2;d,e,f\n')) == [
        ["1", "a,b,c"],
        ["2", "d,e,f"],
    ]


@pytest.mark.parametrize(
    "content, rows",
    [
        (b"a,b\n1,2\n3,4\n", [2, 3]),
        (b"a,b\n1,2\n3,4", [2, 3]),
        (b"a,b\n\n1,2\n\n\n3,4\n\n", [3, 6]),
        (b"a,b\n,\n1,2\n , \n3,4\n", [3, 5]),
        (b"\n,\na,b\n1,2\n", [4]),
        (b'a,b\n"x\ny\r\nz",2\n3,4\n', [2, 3]),
        (b'"a\nb",b\n1,2\n', [2]),
        (b"a\n1\n\n2\n", [2, 4]),
        (b"a,b\n1,2,\n3,4\n5,6,,\n", [2, 3, 4]),
    ],
)
def test_rows_are_numbered_as_the_spreadsheet_shows_them(content, rows):
    table = only(content)
    assert dict(zip(table.rows.tolist(), cells(table), strict=True)).keys() == set(rows)
    assert table.faults == ()


def test_a_row_that_ends_in_blank_cells_keeps_its_place():
    table = only(b"a,b\n1,2,\n3,4\n")
    assert {row: cell for row, cell in zip(table.rows, cells(table), strict=True)} == {
        2: ["1", "2"],
        3: ["3", "4"],
    }


@pytest.mark.parametrize(
    "content, row, rule",
    [
        (b"a,b\n1,2\n3\n4,5\n", 3, "fewer"),
        (b"a,b\n1,2\n\n3,4,5\n", 4, "more"),
        (b'a,b\n"x\ny",2\n3,4,5\n', 3, "more"),
        (b"\na,b\n1,2,3\n", 3, "more"),
    ],
)
def test_ragged_rows_are_faults(content, row, rule):
    (fault,) = only(content).faults
    assert (fault.row, fault.rule.split()[0]) == (row, rule)


def test_every_ragged_row_is_told():
    assert [fault.row for fault in only(b"a,b\n1\n1,2\n1,2,3\n").faults] == [2, 4]


@pytest.mark.parametrize(
    "content, row",
    [
        (b'a,b\n1,2\n3,"4\n5,6\n', 3),
        (b'a,b\n1,"2\n3,4\n5,"6\n', 2),
        (b'a,b\n1,"2"x\n', 2),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', 2),
    ],
)
def test_a_quotation_mark_that_is_not_closed_swallows_no_rows(content, row):
    assert fault_of(content).row == row


def test_a_quotation_mark_inside_a_cell_is_text():
    assert cells(only(b'a,b\n1,Sam "Sammy" Lee\n2,"Sam ""Sammy"" Lee"\n')) == [
        ["1", 'Sam "Sammy" Lee'],
        ["2", 'Sam "Sammy" Lee'],
    ]


def test_cells_left_out_at_the_end_of_a_row_are_blank():
    table = only(b"UPN,Form,Need\n1,7A\n2,7B,MLD\n3,7D\n")
    assert cells(table) == [["1", "7A", ""], ["2", "7B", "MLD"], ["3", "7D", ""]]
    assert table.faults == ()


@pytest.mark.parametrize(
    "footer, note",
    [
        (
            b"Printed 12/09/2026\n",
            "Row 4, below the table, has only one cell filled in. It was left out.",
        ),
        (
            b"\nPrinted 12/09/2026\n\nPage 1 of 1\n",
            "Rows 5 to 7, below the table, have only one cell filled in each. They were left out.",
        ),
    ],
)
def test_a_footer_is_passed_over_with_a_note(footer, note):
    table = only(b"UPN,Form\n1,7A\n2,7B\n" + footer)
    assert (table.rows.tolist(), table.faults, table.notes) == ([2, 3], (), (note,))


def test_a_filled_column_without_a_heading():
    table = only(b"UPN,,Form,\n1,x,7A,\n2,,7B,\n")
    assert table.headings == ("UPN", "(column B)", "Form")
    assert table.faults == ()
    assert table.notes == ("Column B has no heading. It is called ‘(column B)’ here.",)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<\x00\x01>>",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        bytes(range(256)) * 20,
        b"UPN,Surname\n1,Bront\xeb\x81\n",
        "UPN,Form\n1,7A\n".encode("utf-16-le"),
        "UPN,Form\n1,7A\n".encode("utf-32"),
        b"\xff\xfeU",
    ],
)
def test_what_is_no_text_is_no_table(content):
    assert "not a table" in fault_of(content).rule


@pytest.mark.parametrize("content", [b"\n\n", b",,\n , ,\n", b"\xef\xbb\xbf"])
def test_text_without_a_single_word(content):
    assert fault_of(content).rule == "the file holds no text"


def test_empty():
    assert fault_of(b"").rule == "the file is empty"


def test_from_a_path(tmp_path):
    path = tmp_path / "pupils.csv"
    path.write_bytes(TEXT.encode())
    assert cells(only(path))[0] == ["0123", "Brontë"]
    path.write_bytes(b"")
    assert fault_of(path).rule == "the file is empty"


@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("as_path", [False, True])
def test_too_large(monkeypatch, tmp_path, over, as_path):
    content = b"UPN\n1\n"
    monkeypatch.setattr(files, "MAX_BYTES", len(content) - over)
    path = Path(tmp_path / "x.csv")
    path.write_bytes(content)
    if over:
        assert "150 MB" in fault_of(path if as_path else content).rule
    else:
        assert cells(only(path if as_path else content)) == [["1"]]


def test_the_limit_is_150_megabytes():
    assert files.MAX_BYTES == 150 * 1024 * 1024


# ---------------------------------------------------------------------------------------------------------------- XLSX


def test_cells_of_a_workbook_as_the_spreadsheet_shows_them():
    rows = [
        ["UPN", "Year", "Level", "Date", "Seen", "FSM", "Blank"],
        ["0123", 9, 4.27, date(2004, 5, 14), datetime(2004, 5, 14, 9, 30), True, None],
        ["=SUM(1)", 801200001001, 0.1 + 0.2, None, None, False, None],
    ]
    table = only(workbook(("a", rows)), "a.xlsx")
    assert cells(table)[0] == [
        "0123",
        "9",
        "4.27",
        "2004-05-14",
        "2004-05-14 09:30:00",
        "Y",
        "",
    ]
    assert cells(table)[1][1:3] == ["801200001001", "0.3"]
    assert table.file == "a.xlsx"


def test_rows_of_a_workbook_begin_where_the_sheet_does():
    book = openpyxl.Workbook()
    book.active["B3"], book.active["B5"], book.active["C5"] = "UPN", "1", "7A"
    made = io.BytesIO()
    book.save(made)
    table = only(made.getvalue())
    assert (table.heading_row, table.rows.tolist()) == (3, [5])
    assert table.headings == ("UPN", "(column C)")


def test_merged_headings_leave_columns_without_one():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["UPN", "Key stage 2", None], ["1", "4", "5"]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    made = io.BytesIO()
    book.save(made)
    assert only(made.getvalue()).headings == ("UPN", "Key stage 2", "(column C)")


def test_each_sheet_is_named_and_empty_ones_are_passed_over():
    tables = read_tables(
        NamedFile(
            name="a.xlsx",
            content=workbook(
                ("one", [["UPN"], ["1"]]), ("none", []), ("two", [["UPN"], ["2"]])
            ),
        )
    )
    assert [table.file for table in tables] == [
        "a.xlsx, sheet 'one'",
        "a.xlsx, sheet 'two'",
    ]


def test_a_workbook_without_a_cell():
    assert fault_of(workbook(("a", []))).rule == "the workbook is empty"


def test_another_zip_is_no_workbook():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert "not an Excel workbook" in fault_of(made.getvalue(), "letter.xlsx").rule


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + b"x" * 100, workbook(("a", [["UPN"], ["1"]]))[:-200]]
)
def test_a_damaged_workbook(content):
    assert "damaged" in fault_of(content).rule


def test_a_workbook_whose_parts_are_not_what_they_should_be():
    book = workbook(("a", [["UPN"], ["1"]]))
    broken = repacked(
        book, lambda name, data: b"<oops" if name == "xl/workbook.xml" else data
    )
    assert "damaged" in fault_of(broken).rule


def test_an_old_excel_file_and_a_locked_one():
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "not an .xlsx workbook" in fault_of(container).rule
    assert (
        "password" in fault_of(container + "EncryptedPackage".encode("utf-16-le")).rule
    )


def test_a_zip_with_encrypted_members():
    book = bytearray(workbook(("a", [["UPN"], ["1"]])))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        start = archive.start_dir
    at = book.index(b"PK\x01\x02", start)
    struct.pack_into("<H", book, at + 8, struct.unpack_from("<H", book, at + 8)[0] | 1)
    assert "password" in fault_of(bytes(book)).rule


def test_what_a_workbook_unpacks_to_is_counted(monkeypatch):
    book = workbook(("a", [["UPN"], ["1"]]))
    bomb = repacked(
        book,
        lambda name, data: (
            data + b" " * 2_000_000 if name.endswith("sheet1.xml") else data
        ),
    )
    assert len(bomb) < 20_000
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    assert "150 MB" in fault_of(bomb).rule


def test_the_size_that_a_member_declares_is_not_believed(monkeypatch):
    book = workbook(("a", [["UPN"], ["1"]]))
    bomb = bytearray(
        repacked(
            book,
            lambda name, data: (
                data + b" " * 2_000_000 if name.endswith("sheet1.xml") else data
            ),
        )
    )
    at = bomb.index(b"PK\x01\x02")
    while at != -1:
        size = struct.unpack_from("<I", bomb, at + 24)[0]
        struct.pack_into("<I", bomb, at + 24, min(size, 100))
        at = bomb.find(b"PK\x01\x02", at + 4)
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    assert "150 MB" in fault_of(bytes(bomb)).rule


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        b'<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
        b'<row r="9000000"/><row><c r="B9000001"><v>1</v></c></row>',
        b"<row>"
        + b"<c/>" * 11_000
        + b'<c><v>1</v></c></row><row r="1000"><c><v>1</v></c></row>',
    ],
)
def test_a_cell_far_away_does_not_fill_the_memory(far):
    book = workbook(("a", [["UPN"], ["1"]]))
    sparse = repacked(
        book, lambda name, data: data.replace(b"</sheetData>", far + b"</sheetData>")
    )
    assert "too large" in fault_of(sparse).rule


def test_one_long_text_in_a_great_many_cells_does_not_fill_the_memory():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write_column(0, 0, ["UPN", "x" * 30_000])
    again = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>1</v></c></row>' % (row, row)
        for row in range(3, 80_000)
    )
    bomb = repacked(
        made.getvalue(),
        lambda name, data: data.replace(b"</sheetData>", again + b"</sheetData>"),
    )
    assert "too much text" in fault_of(bomb).rule


@pytest.mark.parametrize(
    "number, letters",
    [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (1999, "BXX")],
)
def test_column_letters(number, letters):
    # No table has more than 2,000 columns, so the one without a heading comes last, if there are others.
    heads = ["Form"] * number + [""] if number else ["", "Form"]
    row = ["x"] * len(heads)
    table = only("\n".join([",".join(heads), ",".join(row), ""]).encode())
    assert f"Column {letters} has no heading." in " ".join(table.notes)


# ---------------------------------------------------------------------------------------------------------- Properties

# What an XML file, and so a workbook, can hold; a carriage return alone would come back as a line feed.
names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]),
    min_size=1,
    max_size=20,
)


@given(
    written=st.lists(names.filter(str.strip), min_size=1, max_size=8),
    dialect=st.sampled_from(["excel", "excel-tab", "unix"]),
)
@settings(deadline=None)
def test_any_text_survives_csv(written, dialect):
    text = io.StringIO()
    csv.writer(text, dialect=dialect).writerows(
        [["UPN", "Surname"], *([str(n), name] for n, name in enumerate(written))]
    )
    assert cells(only(text.getvalue().encode())) == [
        [str(n), name] for n, name in enumerate(written)
    ]


@given(written=st.lists(names.filter(str.strip), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_any_text_survives_xlsx(written):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for row, (upn, name) in enumerate(
            [("UPN", "Surname"), *((str(n), name) for n, name in enumerate(written))]
        ):
            sheet.write_string(row, 0, upn)
            sheet.write_string(row, 1, name)
    assert cells(only(made.getvalue())) == [
        [str(n), name] for n, name in enumerate(written)
    ]
