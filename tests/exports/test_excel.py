"""Excel: typed columns, frozen heads, filters, and text that never becomes a formula."""

import io

import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib.exports.excel import ExcelSheet, workbook


def reopened(sheets):
    return openpyxl.load_workbook(
        io.BytesIO(workbook(sheets, about=[("Made on", "18 March 2005")]))
    )


def test_numbers_are_numbers_text_is_text_and_blanks_are_blank():
    table = pd.DataFrame(
        {
            "name": ["Zhou, Ada", "=1+1"],
            "upn": ["0012", "+44"],
            "gain": pd.array([0.5, None], dtype="Float64"),
            "when": ["", "http://x.example"],
        }
    )
    book = reopened(
        [
            ExcelSheet(
                name="English",
                table=table,
                columns={"name": "Pupil", "upn": "UPN", "gain": "Gain", "when": "Plan"},
            )
        ]
    )
    sheet = book["English"]
    assert [cell.value for cell in sheet[1]] == ["Pupil", "UPN", "Gain", "Plan"]
    assert [(cell.value, cell.data_type) for cell in sheet[2]][:3] == [
        ("Zhou, Ada", "s"),
        ("0012", "s"),
        (0.5, "n"),
    ]
    assert [(cell.value, cell.data_type) for cell in sheet[3]] == [
        ("=1+1", "s"),
        ("+44", "s"),
        (None, "n"),
        ("http://x.example", "s"),
    ]
    assert sheet["D3"].hyperlink is None
    assert (
        sheet.freeze_panes == "B2"
        and sheet.auto_filter.ref == "A1:D3"
        and sheet.print_title_rows == "$1:$1"
    )
    assert book["About"]["B1"].value == "18 March 2005"


def test_an_empty_list_and_a_long_name_still_make_a_workbook():
    table = pd.DataFrame({"name": []})
    book = reopened(
        [
            ExcelSheet(
                name="Art & Design: 3D/2D studies, second course",
                table=table,
                columns={"name": "Pupil"},
            )
        ]
    )
    assert (
        book.sheetnames[0] == "Art & Design  3D 2D studies, se"
        and book.worksheets[0].max_row == 1
    )


@settings(max_examples=50, deadline=None)
@given(
    st.text(
        min_size=1,
        max_size=60,
        alphabet=st.characters(
            exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="_"
        ),
    )
)
def test_any_name_comes_back_as_it_was_and_is_text(name):
    cell = reopened(
        [
            ExcelSheet(
                name="List",
                table=pd.DataFrame({"name": [name]}),
                columns={"name": "Pupil"},
            )
        ]
    )["List"]["A2"]
    assert (cell.value, cell.data_type) == (name, "s")
