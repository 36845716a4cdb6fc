"""The workbook's own widgets: matrix, list of people, sheet, cards to sort, flow chart, file chooser, columns of files, clock."""

from senlib.widgets.card_sort import CardSort
from senlib.widgets.clock import Clock
from senlib.widgets.column_review import ColumnReview
from senlib.widgets.file_chooser import ChosenFile, FileChooser
from senlib.widgets.flow import Flow
from senlib.widgets.listing import Listing
from senlib.widgets.matrix import Matrix
from senlib.widgets.sheet import Sheet

__all__ = [
    "CardSort",
    "ChosenFile",
    "Clock",
    "ColumnReview",
    "FileChooser",
    "Flow",
    "Listing",
    "Matrix",
    "Sheet",
]
