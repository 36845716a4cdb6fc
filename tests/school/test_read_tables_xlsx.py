"""What Excel hides, shows otherwise than it keeps, or never worked out."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter

from senlib.school.files import NamedFile
from senlib.school.raw_tables import UNCALCULATED, is_error
from tests.school.schema_headings import read_tables
from tests.school.test_read_tables import cells, fault_of, only, repacked, workbook

HEAD = ["UPN", "Surname", "Attendance"]


def saved(book):
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def sheets(*named, hidden=()):
    """A workbook of sheets, each a name and rows, of which some are hidden: by name, with how."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(*named)))
    for name, state in dict(hidden).items():
        book[name].sheet_state = state
    return saved(book)


def written(write, **options):
    """A workbook of one sheet that `write` fills, given the book and the sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        write(book, book.add_worksheet("Year 11"))
    return made.getvalue()


def with_row(row):
    """A sheet of UPN and Maths whose second row is this XML."""
    book = workbook(("a", [["UPN", "Maths"]]))
    return repacked(
        book,
        lambda name, data: (
            data.replace(b"</sheetData>", row.encode() + b"</sheetData>")
            if name.endswith("sheet1.xml")
            else data
        ),
    )


# -------------------------------------------------------------------------------------------------------------- Sheets

TABLE = [HEAD, ["1", "Lee", 93]]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_passed_over_with_a_note(state):
    book = sheets(("Now", TABLE), ("Left", TABLE), hidden={"Left": state})
    table = only(book, "a.xlsx")
    assert table.file == "a.xlsx, sheet 'Now'"
    assert table.notes == (
        "Sheet ‘Left’ is hidden in Excel, and was left out. To include it, unhide it, save the workbook and choose it again.",
    )


def test_a_hidden_sheet_that_stands_first():
    book = sheets(
        ("Left", [["a"]]),
        ("Old", []),
        ("Now", TABLE),
        hidden={"Left": "hidden", "Old": "hidden"},
    )
    assert only(book).notes[0].startswith("Sheets ‘Left’, ‘Old’ are hidden")


@pytest.mark.parametrize(
    "cover", [[], [["Ash Grove School"]], [["Ash Grove"], ["Data office"]]]
)
def test_all_that_is_shown_is_no_table(cover):
    fault = fault_of(
        sheets(("Cover", cover), ("Left", TABLE), hidden={"Left": "hidden"})
    )
    assert fault.rule == "no visible sheet holds a table, and sheet ‘Left’ is hidden"
    assert "Unhide" in fault.remedy


def test_all_sheets_hidden():
    book = sheets(("Left", TABLE), ("Old", TABLE), hidden={"Left": "hidden"})
    book = repacked(
        book, lambda name, data: data.replace(b'"visible"', b'"veryHidden"')
    )
    assert "sheets ‘Left’, ‘Old’ are hidden" in fault_of(book).rule


def test_a_chart_sheet_is_passed_over():
    def write(book, sheet):
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["1", "Lee", 93])
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "='Year 11'!$C$2:$C$2"})
        book.add_chartsheet("Chart").set_chart(chart)

    table = only(written(write), "a.xlsx")
    assert (table.file, table.notes) == ("a.xlsx, sheet 'Year 11'", ())


# ---------------------------------------------------------------------------------------------------- Rows and columns


@pytest.mark.parametrize("filtered", [False, True])
def test_hidden_rows_are_passed_over_with_a_note(filtered):
    def write(_, sheet):
        for row in range(6):
            sheet.write_row(row, 0, HEAD if row == 0 else [str(row), "Lee", 90 + row])
        for row in (2, 4):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_row(9, None, None, {"hidden": True})
        if filtered:
            sheet.autofilter(0, 0, 5, 2)

    table = only(written(write))
    assert table.rows.tolist() == [2, 4, 6]
    how, remedy = (
        ("by a filter ", "clear the filter") if filtered else ("", "unhide them")
    )
    assert table.notes == (
        f"2 rows are hidden {how}in Excel, and were left out. To include them, {remedy} in Excel, save the workbook and choose it again.",
    )


def test_rows_hidden_in_a_table_with_a_filter():
    def write(_, sheet):
        sheet.add_table(
            0,
            0,
            2,
            2,
            {
                "data": [["1", "Lee", 9], ["2", "Ray", 8]],
                "columns": [{"header": head} for head in HEAD],
            },
        )
        sheet.set_row(1, None, None, {"hidden": True})

    (note,) = only(written(write)).notes
    assert note.startswith("1 row is hidden by a filter in Excel, and was left out.")


def test_rows_without_height_are_hidden():
    table = only(
        with_row(
            '<row r="2" ht="0" customHeight="1"><c><v>1</v></c></row><row r="3"><c><v>2</v></c></row>'
        )
    )
    assert table.rows.tolist() == [3]


def test_hidden_columns_are_read_with_a_note():
    def write(_, sheet):
        sheet.write_row(0, 0, [*HEAD, "Need"])
        sheet.write_row(1, 0, ["1", "Lee", 93, "MLD"])
        sheet.set_column(1, 2, None, None, {"hidden": True})

    table = only(written(write))
    assert cells(table) == [["1", "Lee", "93", "MLD"]]
    assert table.notes == (
        "2 columns are hidden in Excel: ‘Surname’, ‘Attendance’. They were read.",
    )


# -------------------------------------------------------------------------------------------------------------- Errors

ERRORS = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#BLOCKED!",
    "#FIELD!",
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("formula", ["", "<f>VLOOKUP(1,A:A,2,0)</f>"])
def test_an_error_stays_as_its_text(error, formula):
    table = only(
        with_row(
            f'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e">{formula}<v>{error}</v></c></row>'
        )
    )
    assert cells(table) == [["1", error]]
    assert is_error(error)
    assert cells(only(f"UPN,Maths\n1,{error}\n".encode())) == [["1", error]]


@pytest.mark.parametrize("text", [" #n/a ", UNCALCULATED, "Err:502"])
def test_what_is_an_error(text):
    assert is_error(text)


@pytest.mark.parametrize("text", ["", "N/A", "-", "#", "#1", "5", "Error"])
def test_what_is_no_error(text):
    assert not is_error(text)


@pytest.mark.parametrize(
    "cell, text",
    [
        ("<f>A1+1</f>", UNCALCULATED),
        ("<f>A1+1</f><v/>", UNCALCULATED),
        ("<f>A1+1</f><v></v>", UNCALCULATED),
        ('<f t="shared" si="0"/>', UNCALCULATED),
        (
            "<f>A1+1</f><v>0</v>",
            UNCALCULATED,
        ),  # openpyxl leaves calculating to whoever opens the workbook
        ("<f>A1+1</f><v>5</v>", "5"),
        ("<v>0</v>", "0"),
        ("", ""),
    ],
)
def test_formulas_that_were_never_calculated(cell, text):
    table = only(
        with_row(f'<row r="2"><c r="A2"><v>1</v></c><c r="B2">{cell}</c></row>')
    )
    assert cells(table) == [["1", text]]


@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>"])
def test_a_formula_that_leaves_a_blank_is_blank(value):
    row = f'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><f>IF(A2=1,"","x")</f>{value}</c></row>'
    assert cells(only(with_row(row))) == [["1", ""]]


def test_a_zero_that_was_calculated_is_a_value():
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A1*0</f><v>0</v></c></row>'
    calculated = repacked(
        with_row(row), lambda name, data: data.replace(b' fullCalcOnLoad="1"', b"")
    )
    assert cells(only(calculated)) == [["1", "0"]]


def test_formulas_as_libraries_write_them():
    assert cells(only(workbook(("a", [["UPN", "Maths"], ["1", "=1+1"]])))) == [
        ["1", UNCALCULATED]
    ]

    def write(_, sheet):
        sheet.write_row(0, 0, ["UPN", "Maths", "English"])
        sheet.write_string(1, 0, "1")
        sheet.write_formula(1, 1, "=1+1")
        sheet.write_formula(1, 2, "=1+1", None, 2)

    assert cells(only(written(write))) == [["1", UNCALCULATED, "2"]]


# ------------------------------------------------------------------------------------------------------------- Numbers


@pytest.mark.parametrize(
    "value, shown, text",
    [
        (0.934, "0%", "93.4%"),
        (0.934, "0.00%", "93.4%"),
        (0.07, "0.0%", "7%"),
        (0.57, "0.0%", "57%"),
        (1, "0%", "100%"),
        (0, "0%", "0%"),
        (93.4, "0%", "9340%"),
        (1 / 3, '0.0%;[Red]-0.0%;"none"', "33.3333333333%"),
        (-0.5, "0%", "-50%"),
        (0.934, '0.0"%"', "0.934"),
        (93.4, r"0.0\%", "93.4"),
        (93.4, '0.0" % of sessions"', "93.4"),
        (0.934, "General", "0.934"),
        (0.934, "0.00", "0.934"),
        ("93.4%", "0%", "93.4%"),
        (38_121, "d mmm yyyy", "2004-05-14"),
        (38_121.5, "dd/mm/yyyy hh:mm", "2004-05-14 12:00:00"),
        (0.75, "hh:mm", "18:00:00"),
        (1.25, "[h]:mm", "1 day, 6:00:00"),
        (59, "d mmm", "1900-02-28"),
        (1e20, "d mmm", "100000000000000000000"),
        (5, '0 "day"', "5"),
        (5, "[$-809]0", "5"),
        (801200001001, "0", "801200001001"),
        (4.2700000000000005, "General", "4.27"),
        (1.5e-07, "General", "1.5e-07"),
    ],
)
def test_numbers_by_the_format_of_their_cell(value, shown, text):
    def write(book, sheet):
        sheet.write_row(0, 0, ["UPN", "Attendance"])
        sheet.write(1, 0, "1")
        sheet.write(1, 1, value, book.add_format({"num_format": shown}))

    assert cells(only(written(write))) == [["1", text]]


def test_dates_counted_from_1904():
    def write(book, sheet):
        sheet.write_row(0, 0, ["UPN", "Date"])
        sheet.write_datetime(
            1, 1, datetime(2004, 5, 14), book.add_format({"num_format": "d mmm"})
        )

    assert cells(only(written(write, date_1904=True))) == [["", "2004-05-14"]]


def test_dates_as_iso_text():
    book = openpyxl.Workbook(iso_dates=True)
    book.iso_dates = True
    for row in (
        ["UPN", "A", "B", "C"],
        ["1", date(2004, 5, 14), datetime(2004, 5, 14, 9, 30), time(9, 30)],
    ):
        book.active.append(row)
    assert cells(only(saved(book))) == [
        ["1", "2004-05-14", "2004-05-14 09:30:00", "09:30:00"]
    ]


# --------------------------------------------------------------------------------------------------------------- Texts


@pytest.mark.parametrize(
    "cell, text",
    [
        ('t="inlineStr"><is><t>Lee</t></is>', "Lee"),
        (
            't="inlineStr"><is><r><t>L</t></r><r><rPr><b/></rPr><t xml:space="preserve">ee </t></r></is>',
            "Lee ",
        ),
        ('t="inlineStr"><is><t>Lee</t><rPh sb="0" eb="1"><t>lii</t></rPh></is>', "Lee"),
        ('t="str"><f>A1</f><v>Lee</v>', "Lee"),
        ('t="str"><v>a_x000D_b_x005F_</v>', "a\rb_"),
        ('t="b"><v>1</v>', "Y"),
        ('t="b"><v>0</v>', "N"),
        ('t="n"><v>5.0</v>', "5"),
    ],
)
def test_cells_of_each_type(cell, text):
    table = only(
        with_row(f'<row r="2"><c r="A2"><v>1</v></c><c r="B2" {cell}</c></row>')
    )
    assert cells(table) == [["1", text]]


def test_rich_text_and_readings_among_the_shared_texts():
    def write(book, sheet):
        sheet.write_row(0, 0, ["UPN", "Surname"])
        sheet.write_rich_string(1, 1, "Br", book.add_format({"bold": True}), "ont", "ë")

    assert cells(only(written(write))) == [["", "Brontë"]]


def test_rows_and_cells_without_references():
    table = only(with_row("<row><c><v>1</v></c><c><v>5</v></c></row>"))
    assert (cells(table), table.rows.tolist()) == ([["1", "5"]], [2])


@pytest.mark.parametrize("prefix", ["x", "é", "表"])
def test_sheets_with_prefixes(prefix):
    book = repacked(
        workbook(("a", [])),
        lambda name, data: (
            (
                f'<{prefix}:worksheet xmlns:{prefix}="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                f'<{prefix}:sheetData><{prefix}:row><{prefix}:c t="str"><{prefix}:v>UPN</{prefix}:v></{prefix}:c></{prefix}:row>'
                f"<{prefix}:row><{prefix}:c><{prefix}:v>1</{prefix}:v></{prefix}:c></{prefix}:row></{prefix}:sheetData></{prefix}:worksheet>"
            ).encode()
            if name.endswith("sheet1.xml")
            else data
        ),
    )
    assert cells(only(book)) == [["1"]]


def test_a_workbook_with_macros_is_read_without_them():
    macros = io.BytesIO(workbook(("a", [["UPN"], ["1"]])))
    with zipfile.ZipFile(macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert cells(only(macros.getvalue(), "a.xlsm")) == [["1"]]


def test_progress_is_told_some_times():
    shares = []
    rows = [["UPN", "Form"], *([str(n), f"{n % 30}"] for n in range(20_000))]
    for content in (workbook(("a", rows)), "\n".join(map(",".join, rows)).encode()):
        shares.clear()
        read_tables(NamedFile(name="a", content=content), progress=shares.append)
        assert shares == sorted(shares)
        assert 3 <= len(shares) <= 21
        assert shares[-1] == 1
