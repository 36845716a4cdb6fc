"""All that a page needs, imported ahead of its coming, in the process that kernels are forked from (senlib.serve.forks).

The sample schools are opened here, too, and Task 1 is drawn of each: what is counted and drawn then is kept (senlib.school.cache,
senlib.charts.drawn), and thirty people who open the same page at once each find it done. Of a school that is real nothing is read.
"""

from __future__ import annotations

import gc
import tempfile
from contextlib import suppress
from importlib import import_module

from ipywidgets import Widget

from senlib import samples
from senlib.pages.kit.site import PAGES
from senlib.pages.task1_conversion_data import ConversionPage
from senlib.workspace import DATA_VARIABLE, open_workspace

# What IPython and ipykernel bring in when a kernel starts, and not before.
_OF_A_KERNEL = (
    "senlib.serve.page_kernel",
    "senlib.serve.forks",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "faulthandler",
    "ipykernel.debugger",
    "psutil",
    "tornado.platform.asyncio",
    "tornado.queues",
)


def draw_ahead(sample: str) -> None:
    """Draw Task 1 of a sample school, as it is seen first."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = {DATA_VARIABLE: folder}
        open_workspace(surroundings).choose(sample)
        page = ConversionPage(open_workspace(surroundings))
        for draw in (
            page.header,
            page.answer,
            page.peers,
            page.years,
            page.matrix,
            page.figures,
            page.ask.downloads,
            page.next,
        ):
            draw()
    Widget.close_all()


for name in (*_OF_A_KERNEL, *(f"senlib.pages.{page.stem}" for page in PAGES)):
    import_module(name)
for sample in samples():
    with suppress(Exception):  # the page itself says what cannot be drawn
        draw_ahead(sample)
# What is here now will not be looked at again for what can go: looking would copy it into each kernel.
gc.collect()
gc.freeze()
