"""All that a page needs, imported ahead of its coming, in the process that kernels are forked from (senlib.serve.forks)."""

from __future__ import annotations

import gc
from importlib import import_module

from matplotlib.figure import Figure

from senlib import charts, open_sample
from senlib.frameworks import names
from senlib.measures.conversion import conversion
from senlib.pages.tasks import PAGES

# What ipykernel and IPython bring in when a kernel starts, and not before.
_OF_A_KERNEL = (
    "IPython.core.completerlib", "IPython.extensions.storemagic", "IPython.core.logger", "ipykernel.debugger", "ipykernel.ipkernel",
    "psutil", "pdb", "senlib.serve.page_kernel", "IPython.core.debugger", "tornado.platform.asyncio", "tornado.queues",
)  # fmt: skip


def import_all() -> None:
    """Import what kernels and pages are made of, and do once what is slow the first time only."""
    for name in (*_OF_A_KERNEL, *(f"senlib.pages.{page.stem}" for page in PAGES)):
        import_module(name)
    for sample in names():
        conversion(open_sample(sample))
    figure = Figure()
    figure.add_subplot().set_title("Aa")
    charts.svg(figure)
    # What is here now will not be looked at again for what can go: looking would copy it into each kernel.
    gc.collect()
    gc.freeze()


import_all()
