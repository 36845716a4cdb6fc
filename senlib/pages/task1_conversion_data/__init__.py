"""Task 1: conversion. Where pupils with SEN got to from where they started, beside their peers, England and the LEA."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import ipywidgets as widgets

from senlib.pages.kit.page import Page
from senlib.pages.task1_conversion_data.answer import answer
from senlib.pages.task1_conversion_data.conversion_choices import Choices
from senlib.pages.task1_conversion_data.conversion_matrix import MatrixPiece
from senlib.pages.task1_conversion_data.figures import FiguresPiece
from senlib.pages.task1_conversion_data.peers import peers
from senlib.pages.task1_conversion_data.years import years
from senlib.workspace import Workspace


class ConversionPage(Page):
    """The page of Task 1: its controls, and the pieces that hang on them.

    `query` may say which cell of the matrix to open: stage, subject, cohort, group, entry and outcome.
    """

    stem = "task1_conversion_data"
    next_steps = (
        (
            "Task 3: hold these figures against the targets for pupils with SEN",
            "task3_ensuring_progress",
        ),
        (
            "Task 4: see who is on the way now, and plan for them by name",
            "task4_level3_to_5",
        ),
    )

    def __init__(
        self, workspace: Workspace, *, query: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace, query=query)
        self.choices = Choices(workspace, self.query)
        self.live = self.choices.live
        self._answer, self._peers, self._years = (
            self.live.piece(partial(make, self.choices))
            for make in (answer, peers, years)
        )
        self.matrix_piece = MatrixPiece(self.choices, self.query)
        self.figures_piece = FiguresPiece(self.choices)

    def controls(self) -> widgets.Box:
        """What to look at."""
        return self.choices.box

    def answer(self) -> widgets.HTML:
        """The question, its answer in a sentence, and the groups' rates beside England and the LEA."""
        return self._answer

    def peers(self) -> widgets.HTML:
        """Pupils with SEN beside pupils without, from each start."""
        return self._peers

    def years(self) -> widgets.HTML:
        """The same for each summer there is."""
        return self._years

    def matrix(self) -> widgets.VBox:
        """From each start to each outcome; a pressed cell lists who is in it."""
        return self.matrix_piece.box

    def figures(self) -> widgets.VBox:
        """England's figures for this question, and a place to type in what the LEA's pack says."""
        return self.figures_piece.box


open_page = ConversionPage.open
