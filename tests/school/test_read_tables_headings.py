"""Where the headings of a table are: below titles, in two rows, over and over, or missing."""

import io

import openpyxl
import pytest
import xlsxwriter

from senlib.school.files import NamedFile
from tests.school.schema_headings import is_schema_heading, read_tables
from tests.school.test_read_tables import cells, fault_of, only, workbook

HEAD = "UPN,Surname,SEN,Need"
ROWS = "1,Lee,K,MLD\n2,Ray,E,SLCN\n"


def headings(*rows, merges=(), **options):
    """The headings of a workbook of these rows, with ranges merged in it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    made = io.BytesIO()
    book.save(made)
    (table,) = read_tables(NamedFile(name="a.xlsx", content=made.getvalue()), **options)
    return table


def known(heading):
    """Headings of the schema, and results by stage and subject, as whoever loads them knows them."""
    return is_schema_heading(heading) or heading in (
        "KS2 Reading",
        "KS2 Maths",
        "KS4 Maths",
    )


# -------------------------------------------------------------------------------------------------------------- Titles


@pytest.mark.parametrize(
    "above, row, rows",
    [
        ("Pupil list for Year 11\n", 2, "The row of text above was"),
        ("Pupil list\nPrinted by the office\n\n\n", 5, "The 2 rows of text above were"),
        ("School,Ash Grove\nDate,12/09/2026\n", 3, "The 2 rows of text above were"),
        (
            "Year:,11,Form:,11A,Date:,12/09/2026,By:,Office\n",
            2,
            "The row of text above was",
        ),
        (
            "Year,11,Form,11A,Date,12/09/2026,By,Office\n",
            2,
            "The row of text above was",
        ),
        ("\n\nPupil list\n", 4, "The row of text above was"),
        ("Year 11\n" * 18, 19, "The 18 rows of text above were"),
    ],
)
@pytest.mark.parametrize("as_sheet", [False, True])
def test_titles_are_passed_over_with_a_note(above, row, rows, as_sheet):
    text = above + HEAD + "\n" + ROWS
    lines = [line.split(",") for line in text.splitlines()]
    table = only(workbook(("a", lines)) if as_sheet else text.encode())
    assert table.headings == ("UPN", "Surname", "SEN", "Need")
    assert (table.heading_row, table.rows.tolist()) == (row, [row + 1, row + 2])
    assert table.notes == (f"The headings begin in row {row}. {rows} left out.",)


def test_blank_rows_below_the_headings():
    assert only(f"{HEAD}\n\n\n{ROWS}".encode()).rows.tolist() == [4, 5]


@pytest.mark.parametrize(
    "text", [f"{HEAD}\n{ROWS}", f"\n\n{HEAD}\n{ROWS}", "Shoe,Hat\n1,2\n"]
)
def test_no_note_where_the_headings_come_first(text):
    assert only(text.encode()).notes == ()


def test_a_title_above_headings_that_are_not_known():
    table = only(b"Shoes\nShoe,Hat,Coat\n1,2,3\n")
    assert (table.heading_row, table.headings) == (2, ("Shoe", "Hat", "Coat"))


def test_cells_that_read_like_headings_are_no_headings():
    table = only(b"Sheet,Called,Meaning,Must\npupils,form,Registration form,\n")
    assert table.heading_row == 1


def test_whoever_loads_says_which_headings_are_known():
    file = NamedFile(name="a.csv", content=b"A,B\nC,D\nKS2 Reading,KS2 Maths\n1,2\n")
    (table,) = read_tables(file, is_heading=known)
    assert table.heading_row == 3


def test_headings_that_come_again_on_each_page():
    table = only(f"{HEAD}\n{ROWS}{HEAD}\n3,Kay,N,\nUPN , Surname,SEN,Need\n".encode())
    assert table.rows.tolist() == [2, 3, 5]
    assert table.notes == ("2 rows repeat the headings. They were left out.",)


def test_a_column_of_headings_alone_does_not_repeat_itself():
    assert cells(only(b"UPN\nUPN\n1\n")) == [["UPN"], ["1"]]


# ------------------------------------------------------------------------------------------------------------ Two rows


def test_a_group_above_headings():
    table = headings(
        ["Pupil", None, "KS2", None, "KS4"],
        ["UPN", "SEN", "Reading", "Maths", "Maths"],
        ["1", "K", 101, 97, 4],
        merges=["A1:B1", "C1:D1"],
    )
    assert table.headings == ("UPN", "SEN", "KS2 Reading", "KS2 Maths", "KS4 Maths")
    assert (table.heading_row, table.rows.tolist()) == (2, [3])
    assert table.notes == ("Rows 1 and 2 were read together as the headings.",)


def test_headings_over_two_rows_beside_a_group():
    table = headings(
        ["UPN", "Surname", "KS2", None, "KS4", None],
        [None, None, "Reading", "Maths", "English", "Maths"],
        ["1", "Lee", 101, 97, 4, 5],
        merges=["A1:A2", "B1:B2", "C1:D1", "E1:F1"],
    )
    assert table.headings == (
        *("UPN", "Surname", "KS2 Reading", "KS2 Maths", "KS4 English", "KS4 Maths"),
    )
    assert cells(table) == [["1", "Lee", "101", "97", "4", "5"]]


def test_a_group_below_a_title():
    table = headings(
        ["Year 11", None, None, None],
        ["UPN", "Form", "KS2", None],
        [None, None, "Reading", "Maths"],
        ["1", "11A", 101, 97],
        merges=["A1:D1", "C2:D2"],
    )
    assert table.headings == ("UPN", "Form", "KS2 Reading", "KS2 Maths")
    assert table.notes == (
        "The headings begin in row 2. The row of text above was left out.",
        "Rows 2 and 3 were read together as the headings.",
    )


def test_a_group_in_a_file_without_merged_cells():
    text = b",,KS2,,KS4\nUPN,Surname,Reading,Maths,Maths\n1,Lee,101,97,5\n"
    (table,) = read_tables(NamedFile(name="a.csv", content=text), is_heading=known)
    assert table.headings == ("UPN", "Surname", "KS2 Reading", "KS2 Maths", "KS4 Maths")
    text = b"UPN,Surname,KS2,,KS4,\n,,Reading,Maths,English,Maths\n1,Lee,101,97,4,5\n"
    (table,) = read_tables(NamedFile(name="a.csv", content=text))
    assert table.headings[2:] == (
        "KS2 Reading",
        "KS2 Maths",
        "KS4 English",
        "KS4 Maths",
    )


@pytest.mark.parametrize(
    "title, merges",
    [
        (["Pupil list for Year 11"], ["A1:D1"]),
        (["Pupil list for Year 11"], []),
        (["School", "Ash Grove"], []),
    ],
)
def test_a_title_is_no_group(title, merges):
    table = headings(
        title, ["UPN", "SEN", "Shoe", "Hat"], ["1", "K", "5", "6"], merges=merges
    )
    assert table.headings == ("UPN", "SEN", "Shoe", "Hat")


def test_headings_that_stand_twice_stay_as_they_are():
    assert only(b"UPN,Maths,Maths\n1,4,5\n").headings == ("UPN", "Maths", "Maths")


def test_a_pupil_without_a_number_is_no_second_row_of_headings():
    table = only(b"UPN,Surname,,Year\n,Lee,x,9\n1,Ray,,9\n")
    assert (table.heading_row, table.rows.tolist()) == (1, [2, 3])


# ------------------------------------------------------------------------------------------------------------- Columns


def test_columns_without_a_heading_are_kept_under_their_letter():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row("B2", ["UPN", "Form"])
        sheet.write_row("B3", ["1", "7A", "x"])
        sheet.write("AB9", "far")
    table = only(made.getvalue())
    assert table.headings == ("UPN", "Form", "(column D)", "(column AB)")
    assert [list(row) for row in cells(table)] == [
        ["1", "7A", "x", ""],
        ["", "", "", "far"],
    ]
    assert len(table.notes) == 2


@pytest.mark.parametrize("heading", ["x" * 1_001, "x" * 131_072])
def test_a_heading_too_long_to_be_one(heading):
    assert "not a table" in fault_of(f"UPN,{heading}\n1,2\n".encode()).rule
