"""What there is to choose on a page: buttons, starts and aims, and lists that grow or shrink as the page is used."""

from __future__ import annotations

import ipywidgets as widgets

from senlib.frameworks import Stage
from senlib.pages.kit import layout
from senlib.pages.kit.layout import Options
from senlib.pages.kit.live import on_change
from senlib.pages.kit.sentences import reached, start_label
from senlib.text import upper_first


def starts(stage: Stage, *more: str) -> Options:
    """The starts of a key stage, and what more there is to choose.

    >>> from senlib.frameworks import load
    >>> starts(load("levels").stage("KS3"), "none")[-2:]
    [('Level 5+', '5+'), ('Not known', 'none')]
    """
    options = []
    for band in (*stage.bands, *more):
        label = start_label(band, stage=stage)
        options.append((label, band))
    return options


def aims(stage: Stage) -> Options:
    """What pupils can get to by the end of a key stage.

    >>> from senlib.frameworks import load
    >>> aims(load("levels").stage("KS3"))[0]
    ('Level 1 or above', '1')
    """
    options, scale = [], stage.outcome_scale
    for step in scale.steps():
        if scale.lowest(step) > 0:
            label = upper_first(reached(step, stage=stage))
            options.append((label, step))
    return options


def button(
    words: str, act: layout.Callback, *, primary: bool = False
) -> widgets.Button:
    """A button, and what it does."""
    style = "primary" if primary else ""
    pressed = widgets.Button(description=words, button_style=style)
    pressed.on_click(lambda _: act())
    return pressed


class ChoiceList:
    """A list whose choices may change; when the page changes them, that is no choice of the reader's, and nothing follows from it.

    >>> seen = []
    >>> classes = ChoiceList("Class", [("Choose", ""), ("8B", "1")])
    >>> classes.on_choice(lambda: seen.append(classes.value))
    >>> classes.box.value = "1"
    >>> classes.offer([("Choose", ""), ("8B, English", "1"), ("9C", "2")])
    >>> seen, classes.value, len(classes.box.options)
    (['1'], '1', 3)
    """

    def __init__(self, label: str, options: Options, value: str | None = None) -> None:
        self.box = layout.choice(label, options, value)
        self._offering = False

    @property
    def value(self) -> str:
        """What is chosen."""
        return self.box.value

    @property
    def words(self) -> str:
        """What is chosen, as the list has it."""
        return self.box.label or ""

    def offer(self, options: Options, value: str | None = None) -> None:
        """Offer these from now on, with `value` chosen, or what is chosen already where it is still there, or else the first."""
        values = [option for _, option in options]
        chosen = self.value if value is None else value
        self._offering = True
        try:
            if self.box.options != tuple(options):
                self.box.options = tuple(options)
            first = values[0]
            self.box.value = chosen if chosen in values else first
        finally:
            self._offering = False

    def on_choice(self, act: layout.Callback) -> None:
        """Call this when the reader has chosen something."""
        on_change(self.box, lambda: None if self._offering else act())
