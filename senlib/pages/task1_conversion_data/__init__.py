"""Task 1: conversion. Where pupils with SEN got to from where they started, beside their peers, England and the LEA."""

from __future__ import annotations

from functools import partial

import ipywidgets as widgets

from senlib.pages.kit.page import Page, piece
from senlib.pages.task1_conversion_data.answer import answer
from senlib.pages.task1_conversion_data.conversion_choices import Choices
from senlib.pages.task1_conversion_data.conversion_matrix import MatrixPiece
from senlib.pages.task1_conversion_data.figures import FiguresPiece
from senlib.pages.task1_conversion_data.peers import peers
from senlib.pages.task1_conversion_data.years import years


class ConversionPage(Page):
    """The page of Task 1: its controls, and the pieces that hang on them.

    `query` may say which cell of the matrix to open: stage, subject, cohort, group, entry and outcome.
    """

    def build(self) -> None:
        self.choices = Choices(self.workspace, self.query)
        self.live = self.choices.live
        self.matrix_piece = MatrixPiece(self.choices, self.query)
        self.figures_piece = FiguresPiece(self.choices)

    def controls(self) -> widgets.Box:
        """What to look at."""
        return self.choices.box

    @piece
    def answer(self) -> widgets.HTML:
        """The question, its answer in a sentence, and the groups' rates beside England and the LEA."""
        return self.live.piece(partial(answer, self.choices))

    @piece
    def peers(self) -> widgets.HTML:
        """Pupils with SEN beside pupils without, from each start."""
        return self.live.piece(partial(peers, self.choices))

    @piece
    def years(self) -> widgets.HTML:
        """The same for each summer there is."""
        return self.live.piece(partial(years, self.choices))

    def matrix(self) -> widgets.VBox:
        """From each start to each outcome; a pressed cell lists who is in it."""
        return self.matrix_piece.box

    def figures(self) -> widgets.VBox:
        """England's figures for this question, and a place to type in what the LEA's pack says."""
        return self.figures_piece.box


open_page = ConversionPage.open
