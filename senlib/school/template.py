"""The template to fill in: an Excel workbook built from the schemas, which loads as it is once it is filled."""

from __future__ import annotations

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
        tables = (schema.pupils_schema(framework), schema.results_schema(framework))
        _read_me(
            workbook.add_worksheet("Read me"),
            tables,
            framework,
            bold=bold,
            wrapped=wrapped,
        )
        for table in tables:
            _sheet(
                workbook.add_worksheet(table.title),
                table,
                framework,
                bold=bold,
                text=text,
            )
    return content.getvalue()


def _read_me(
    sheet: Worksheet,
    tables: tuple[pa.DataFrameSchema, ...],
    framework: Framework,
    *,
    bold: Format,
    wrapped: Format,
) -> None:
    sheet.set_column(0, 1, 18, wrapped)
    sheet.set_column(2, 2, 90, wrapped)
    sheet.set_column(3, 3, 16, wrapped)
    for row, line in enumerate(
        (f"For schools with: {framework.title}", *_INTRODUCTION)
    ):
        sheet.merge_range(row, 0, row, 3, line, bold if row == 0 else wrapped)
        sheet.set_row(row, 32)
    row = len(_INTRODUCTION) + 2
    sheet.write_row(
        row,
        0,
        ["Sheet", "What it is called", "What it means", "Has to be filled"],
        bold,
    )
    for table in tables:
        for name, column in table.columns.items():
            row += 1
            must = "yes" if column.metadata["must"] and not _may_be_blank(name) else ""
            sheet.write_row(
                row,
                0,
                [table.title, name, _meaning(name, column, framework), must],
                wrapped,
            )


def _may_be_blank(name: str) -> bool:
    """A row of results may have no result: that the pupil has none is worth telling."""
    return name == "result"


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
        numeric = bool(accepted) and all(value.isdigit() for value in accepted)
        sheet.set_column(
            index, index, max(12, len(name) + 2), None if numeric else text
        )
        sheet.write_string(0, index, name, bold)
        if accepted:
            sheet.data_validation(
                1,
                index,
                _ROWS,
                index,
                _validation(accepted, numeric=numeric, column=column),
            )


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
    kept = {
        "ignore_blank": True,
        "error_type": "warning",
        "error_message": column.metadata["remedy"][:_LONGEST_LIST],
    }
    if numeric:
        return {
            **kept,
            "validate": "integer",
            "criteria": "between",
            "minimum": int(accepted[0]),
            "maximum": int(accepted[-1]),
        }
    if len(",".join(accepted)) > _LONGEST_LIST:
        return {**kept, "validate": "any"}
    return {**kept, "validate": "list", "source": accepted}
