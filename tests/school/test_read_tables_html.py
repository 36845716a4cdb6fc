"""Web pages and XML that school systems call '.xls', and files that cannot be read, each by what it is."""

import io
import zipfile

import pytest

from senlib.school.file_formats import format_of
from senlib.school.files import NamedFile
from senlib.school.raw_tables import UNCALCULATED
from tests.school.schema_headings import read_tables
from tests.school.test_read_tables import cells, fault_of, only, workbook

TABLE = (
    "<table><tr><th>UPN</th><th>Surname</th></tr><tr><td>1</td><td>{}</td></tr></table>"
)


def page(body, head=""):
    return f"<html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "text",
    [
        page(TABLE),
        TABLE,
        f"<!DOCTYPE html>\n{page(TABLE)}",
        f"\n  <HTML xmlns:x='urn:schemas-microsoft-com:office:excel'>{TABLE.upper()}</HTML>",
        f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{TABLE}</body></html>',
        f"<style>td {{ color: red }}</style>{TABLE}",
        TABLE.replace("</td>", "").replace("</tr>", "").replace("</th>", ""),
    ],
)
def test_a_web_page_called_xls(text):
    table = only(text.replace("{}", "LEE").encode(), "list.xls")
    assert (table.headings[0], table.rows.tolist(), table.sheet) == ("UPN", [2], False)
    assert cells(table) == [["1", "LEE"]]


@pytest.mark.parametrize(
    "written, text",
    [
        ("Bront&euml;", "Brontë"),
        ("O&#8217;Neill", "O’Neill"),
        ("&nbsp;Lee&nbsp;", "Lee"),
        ("<b>Sam</b> <i>Lee</i>", "Sam Lee"),
        ("Sam<br>Lee", "Sam Lee"),
        ("<p>Sam</p><p>Lee</p>", "Sam Lee"),
        ("Lee<span style='display:none'>secret</span>", "Lee"),
        ("Lee<script>alert(1)</script><style>td{}</style>", "Lee"),
        ("Lee<!-- not this -->", "Lee"),
        ("93.4%", "93.4%"),
        ("#N/A", "#N/A"),
        ("<table><tr><td>inner</td></tr></table>", ""),
    ],
)
def test_text_of_a_cell(written, text):
    table = read_tables(
        NamedFile(name="a.xls", content=page(TABLE.format(written)).encode())
    )[-1]
    assert cells(table) == [["1", text]]


@pytest.mark.parametrize(
    "encoding, head",
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("utf-8", '<meta charset="utf-8">'),
        (
            "cp1252",
            '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">',
        ),
        (
            "cp1250",
            '<meta http-equiv=Content-Type content="text/html; charset=windows-1250">',
        ),
        ("cp1252", '<meta charset="utf-8">'),
        ("cp1252", '<meta charset="none-such">'),
    ],
)
def test_encodings_of_a_page(encoding, head):
    assert cells(only(page(TABLE.format("Zoë"), head).encode(encoding), "a.xls")) == [
        ["1", "Zoë"]
    ]


def test_cells_over_several_columns_and_rows():
    body = (
        "<table><tr><th rowspan=2>UPN</th><th colspan=2>KS2</th><th rowspan='2'>SEN</th></tr>"
        "<tr><th>Reading</th><th>Maths</th></tr>"
        "<tr><td rowspan=2>1</td><td>101</td><td>97</td><td>K</td></tr>"
        "<tr><td>102</td><td colspan=2>x</td></tr></table>"
    )
    table = only(page(body).encode(), "a.xls")
    assert table.headings == ("UPN", "KS2 Reading", "KS2 Maths", "SEN")
    assert cells(table) == [["1", "101", "97", "K"], ["", "102", "x", ""]]


def test_hidden_rows_of_a_page_are_passed_over_with_a_note():
    body = TABLE.format("Lee").replace(
        "</table>",
        "<tr style='DISPLAY: none'><td>2<td>Ray</tr><tr hidden><td>3</td></tr><tr><td>4</td><td>Kay</td></tr></table>",
    )
    table = only(page(body).encode(), "a.xls")
    assert table.rows.tolist() == [2, 5]
    assert table.notes[0].startswith("2 rows are hidden in Excel, and were left out.")


def test_a_page_with_a_title_and_tables_for_its_looks():
    looks = "<table><tr><td>Ash Grove</td></tr></table><table><tr><td><h1>Year 11</h1></td><td>12/09/2026</td></tr></table>"
    assert only(page(looks + TABLE.format("Lee")).encode(), "a.xls").file == "a.xls"
    two = page(TABLE.format("Lee") * 2)
    tables = read_tables(NamedFile(name="a.xls", content=two.encode()))
    assert [table.file for table in tables] == ["a.xls, table 1", "a.xls, table 2"]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Sign in to Arbor</p>",
        "<table></table>",
        "<table><tr><td> </td></tr></table>",
    ],
)
def test_a_page_without_a_table(body):
    assert "no table in it" in fault_of(page(body).encode(), "a.xls").rule


def test_a_page_packed_as_mhtml():
    html = page(TABLE.format("Zo=C3=AB"))
    mhtml = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
        "Content-Location: file:///C:/a.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f'Content-Type: text/html; charset="utf-8"\r\n\r\n{html}\r\n--b--\r\n'
    )
    assert cells(only(mhtml.encode(), "a.xls")) == [["1", "Zoë"]]


# --------------------------------------------------------------------------------------------------- Excel 2003's XML


def xml(*sheets):
    """An XML spreadsheet of sheets: each the XML of its table and of its options."""
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<Styles><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style><Style ss:ID="q"><NumberFormat ss:Format="Percent"/></Style></Styles>'
        + "".join(
            f'<Worksheet ss:Name="S{number}"><Table>{table}</Table>'
            f'<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">{options}</WorksheetOptions></Worksheet>'
            for number, (table, options) in enumerate(sheets, 1)
        )
        + "</Workbook>"
    ).encode()


def row(*made, attributes=""):
    return f"<Row {attributes}>{''.join(made)}</Row>"


def cell(value, kind="String", attributes=""):
    return f'<Cell {attributes}><Data ss:Type="{kind}">{value}</Data></Cell>'


XML_HEAD = row(cell("UPN"), cell("Surname"), cell("Attendance"))


def test_an_xml_spreadsheet():
    table = only(
        xml(
            (
                XML_HEAD
                + row(cell("1"), cell("Lee"), cell("0.934", "Number", 'ss:StyleID="p"'))
                + row(
                    cell("2"),
                    cell("97.50", "Number", 'ss:Index="3"'),
                    attributes='ss:Index="5"',
                )
                + row(cell("3"), "<Cell/>", '<Cell ss:Formula="=1"/>')
                + row(cell("4"), cell("1", "Boolean"), cell("#N/A", "Error"))
                + row(
                    cell("5"),
                    cell("2004-05-14T00:00:00.000", "DateTime"),
                    cell(".5", "Number", 'ss:StyleID="q"'),
                )
                + row(
                    cell("6"),
                    cell("9", attributes='ss:Hidden="1"'),
                    attributes='ss:Hidden="1"',
                ),
                "",
            )
        ),
        "a.xls",
    )
    assert cells(table) == [
        ["1", "Lee", "93.4%"],
        ["2", "", "97.5"],
        ["3", "", UNCALCULATED],
        ["4", "Y", "#N/A"],
        ["5", "2004-05-14", "50%"],
    ]
    assert (table.rows.tolist(), table.sheet) == ([2, 5, 6, 7, 8], True)
    assert table.notes[0].startswith("1 row is hidden in Excel, and was left out.")


def test_hidden_sheets_and_columns_of_an_xml_spreadsheet():
    shown = (
        '<Column/><Column ss:Hidden="1"/>'
        + XML_HEAD
        + row(cell("1"), cell("Lee"), cell("9", "Number"))
    )
    table = only(
        xml((shown, ""), (XML_HEAD, "<Visible>SheetHidden</Visible>")), "a.xls"
    )
    assert table.file == "a.xls, sheet 'S1'"
    assert table.notes[0].startswith("Sheet ‘S2’ is hidden")
    assert table.notes[1] == "Column ‘Surname’ is hidden in Excel. It was read."
    assert (
        "is hidden"
        in fault_of(xml((shown, "<Visible>SheetVeryHidden</Visible>")), "a.xls").rule
    )


def test_groups_in_an_xml_spreadsheet():
    head = row(
        cell("UPN", attributes='ss:MergeDown="1"'),
        cell("KS2", attributes='ss:MergeAcross="1"'),
    )
    table = only(
        xml(
            (
                head
                + row(cell("Reading", attributes='ss:Index="2"'), cell("Maths"))
                + row(cell("1"), cell("9"), cell("8")),
                "",
            )
        )
    )
    assert table.headings == ("UPN", "KS2 Reading", "KS2 Maths")


def test_a_broken_xml_spreadsheet():
    assert "damaged" in fault_of(xml((XML_HEAD, ""))[:-30], "a.xls").rule
    entity = xml((XML_HEAD, "")).replace(
        b"<Workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><Workbook', 1
    )
    assert "damaged" in fault_of(entity, "a.xls").rule


# ------------------------------------------------------------------------------------------------------------- Refused


def archive(*members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for member in members:
            packed.writestr(member, "x")
    return made.getvalue()


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
IN_EXCEL = (
    "Open it in Excel, save it as an Excel workbook (.xlsx) and choose that file."
)


@pytest.mark.parametrize(
    "content, what, remedy",
    [
        (OLD + "Workbook".encode("utf-16-le"), "old Excel workbook (.xls)", IN_EXCEL),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "old Excel workbook (.xls)", IN_EXCEL),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "(.xlsb)", IN_EXCEL),
        (archive("mimetype", "content.xml"), "(.ods)", IN_EXCEL),
        (
            archive("[Content_Types].xml", "word/document.xml"),
            "Word document",
            "Excel workbook (.xlsx)",
        ),
        (
            OLD + "WordDocument".encode("utf-16-le"),
            "Word document",
            "Excel workbook (.xlsx)",
        ),
        (
            archive("[Content_Types].xml", "ppt/presentation.xml"),
            "PowerPoint",
            "Excel workbook (.xlsx)",
        ),
        (archive("Index/Document.iwa"), "Numbers", "Excel workbook (.xlsx)"),
        (archive("pupils.csv", "results.csv"), "zip archive", "Extract the file"),
        (b"%PDF-1.7\n1 0 obj\n", "PDF", "Excel workbook (.xlsx)"),
        (rb"{\rtf1\ansi UPN}", "text document", "Excel workbook (.xlsx)"),
        (b"Rar!\x1a\x07", "compressed archive", "Extract the file"),
        (b"<?xml version='1.0'?><note/>", "XML", "Excel workbook (.xlsx)"),
    ],
)
@pytest.mark.parametrize("name", ["list.xlsx", "list.csv", "list"])
def test_what_cannot_be_read_is_refused_by_name(content, what, remedy, name):
    fault = fault_of(content, name)
    assert what in fault.rule
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"UPN,Form\n", "csv"),
        ("UPN,Form\n".encode("utf-16"), "csv"),
        (b"PKA,PKB\n1,2\n", "csv"),
        (workbook(("a", [["UPN"]])), "xlsx"),
        (b"<CTfile><Header/></CTfile>", "xml"),
        ("<?xml version='1.0'?><CTfile/>".encode("utf-16"), "xml"),
        (b"<html></html>", "html"),
        (xml(), "xml spreadsheet"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "mhtml"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.xls", "a.xlsm"])
def test_formats_are_told_by_what_a_file_holds(content, expected, name):
    assert format_of(NamedFile(name=name, content=content)) == expected
