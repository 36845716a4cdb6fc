"""The workbook's own widgets: a table of cells to press, a list of people to edit, and a way to choose files."""

from senlib.widgets.file_chooser import ChosenFile, FileChooser
from senlib.widgets.listing import Listing
from senlib.widgets.matrix import Matrix

__all__ = ["ChosenFile", "FileChooser", "Listing", "Matrix"]
