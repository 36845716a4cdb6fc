"""The template to fill in: an Excel workbook built from the schemas, which loads as it is once it is filled."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pandera.pandas as pa
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from senlib.frameworks import Framework
from senlib.school import schema

# Rows that get the lists of codes: more results than a school of 2,000 has in five years.
_ROWS = 50_000
# Excel takes no longer list than this, commas included.
_LONGEST_LIST = 255

_INTRODUCTION = (
    "Fill in the sheets ‘pupils’ and ‘results’, and load this workbook. Each row of ‘pupils’ is a pupil; each row of "
    "‘results’ is one result of a pupil.",
    "Leave the headings as they are. Columns that you do not need may stay empty; those marked ‘yes’ below have to be "
    "filled.",
    "Where there is a list, choose from it. Cells are set to text, so that pupil numbers keep their leading zeros.",
)


def template(framework: Framework) -> bytes:
    """The workbook's bytes, with sheets 'Read me', 'pupils' and 'results'.

    >>> from senlib.frameworks import load
    >>> template(load("levels"))[:2]
    b'PK'
    """
    content = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(content, options) as workbook:
        bold = workbook.add_format({"bold": True})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        text = workbook.add_format({"num_format": "@"})
        both = (schema.pupils_schema, schema.results_schema)
        tables = [of(framework) for of in both]
        read_me = workbook.add_worksheet("Read me")
        _read_me(read_me, tables, framework, bold=bold, wrapped=wrapped)
        for table in tables:
            sheet = workbook.add_worksheet(table.title)
            _sheet(sheet, table, framework, bold=bold, text=text)
    return content.getvalue()


def _read_me(
    sheet: Worksheet,
    tables: Sequence[pa.DataFrameSchema],
    framework: Framework,
    *,
    bold: Format,
    wrapped: Format,
) -> None:
    sheet.set_column(0, 1, 18, wrapped)
    sheet.set_column(2, 2, 90, wrapped)
    sheet.set_column(3, 3, 16, wrapped)
    lines = (f"For schools with: {framework.title}", *_INTRODUCTION)
    for row, line in enumerate(lines):
        sheet.merge_range(row, 0, row, 3, line, bold if row == 0 else wrapped)
        sheet.set_row(row, 32)
    row = len(_INTRODUCTION) + 2
    heads = ["Sheet", "What it is called", "What it means", "Has to be filled"]
    sheet.write_row(row, 0, heads, bold)
    for table in tables:
        for name, column in table.columns.items():
            row += 1
            # A row of results may have no result: that the pupil has none is worth telling.
            must = column.metadata["must"] and name != "result"
            meaning = _meaning(name, column, framework)
            filled = "yes" if must else ""
            cells = [table.title, name, meaning, filled]
            sheet.write_row(row, 0, cells, wrapped)


def _meaning(name: str, column: pa.Column, framework: Framework) -> str:
    if name != "result":
        return str(column.description)
    scales = "; ".join(
        f"{stage}: {framework.scale_of(stage).accepted}"
        for stage in framework.result_stages()
    )
    return f"{column.description}. {scales}"


def _sheet(
    sheet: Worksheet,
    table: pa.DataFrameSchema,
    framework: Framework,
    *,
    bold: Format,
    text: Format,
) -> None:
    """Headings that stay in sight, and below each what its column takes. Every row below the headings is data."""
    sheet.freeze_panes(1, 1)
    for index, (name, column) in enumerate(table.columns.items()):
        accepted = _accepted(name, column, framework)
        numeric = bool(accepted) and all(map(str.isdigit, accepted))
        width = max(12, len(name) + 2)
        sheet.set_column(index, index, width, None if numeric else text)
        sheet.write_string(0, index, name, bold)
        if accepted:
            validation = _validation(accepted, numeric=numeric, column=column)
            sheet.data_validation(1, index, _ROWS, index, validation)


def _accepted(name: str, column: pa.Column, framework: Framework) -> list[str]:
    """The values that a column takes, in order; none where it takes any text."""
    if name == "subject":
        return [subject.name for subject in framework.subjects]
    allowed = [
        check.statistics["allowed_values"]
        for check in column.checks
        if "allowed_values" in check.statistics
    ]
    return [value for value in allowed[0] if value] if allowed else []


def _validation(
    accepted: list[str], *, numeric: bool, column: pa.Column
) -> dict[str, object]:
    # A warning only: the spellings that are known besides are as good.
    common = {
        "ignore_blank": True,
        "error_type": "warning",
        "error_message": column.metadata["remedy"][:_LONGEST_LIST],
    }
    if numeric:
        least, *_, most = map(int, accepted)
        limits = {"criteria": "between", "minimum": least, "maximum": most}
        return {**common, "validate": "integer", **limits}
    if len(",".join(accepted)) > _LONGEST_LIST:
        return {**common, "validate": "any"}
    return {**common, "validate": "list", "source": accepted}
