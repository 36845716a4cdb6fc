"""The small app in Panel. The school is read once for all visitors, as Panel's own guide has it."""

import panel as pn
from subjects import ABOUT, SUBJECTS, TITLE, chart, numbers, rates, sentence

from senlib import open_sample

pn.extension()
school = pn.cache(open_sample)("levels")
subject = pn.widgets.Select(name="Subject", options=SUBJECTS)


def shown(subject: str) -> pn.Column:
    """What is drawn anew upon each choice."""
    table = rates(school, subject)
    return pn.Column(
        sentence(table), pn.pane.Matplotlib(chart(table), tight=True), numbers(table)
    )


pn.Column(f"# {TITLE}", ABOUT, subject, pn.bind(shown, subject)).servable()
