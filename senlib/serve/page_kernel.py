"""The kernel of a page: IPython's own, without what serves a programmer at a prompt.

What is left out would touch every module that is loaded. In a forked process to touch is to copy: half of a kernel's memory.
"""

from __future__ import annotations

from typing import Any

from traitlets import Type

from senlib.serve import internals

internals.without_debugger()  # before IPython's kernel is imported

from ipykernel.ipkernel import IPythonKernel  # noqa: E402
from ipykernel.kernelapp import IPKernelApp  # noqa: E402


class PageKernel(IPythonKernel):
    """Runs a page's cells."""

    def __init__(self, **options: Any) -> None:
        with internals.without_list_of_modules():
            super().__init__(**options)
        internals.answer_widgets()


class PageKernelApp(IPKernelApp):
    """Starts the kernel of a page. It reads no command line, and none of the files that a user has IPython run at its start."""

    kernel_class: Any = Type(PageKernel, klass="ipykernel.kernelbase.Kernel")

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """There is none."""

    def init_code(self) -> None:
        """There is nothing to run."""

    def init_iopub(self, context: Any) -> None:
        """Send on what the page's own process shows, and nothing of others."""
        with internals.without_port_for_processes():
            super().init_iopub(context)
