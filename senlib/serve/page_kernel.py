"""The kernel of a page: IPython's own, without what serves a programmer at a prompt.

What is left out would touch every module that is loaded. In a forked process to touch is to copy: half of a kernel's memory.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ipykernel import ipkernel, kernelapp
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp
from ipywidgets import register_comm_target
from traitlets import Type

# Nobody steps through a page. Where there is no debugger to import, IPython's kernel does without one.
sys.modules.setdefault("debugpy", None)


class PageKernel(ipkernel.IPythonKernel):
    """Runs a page's cells. It makes no list of the modules that a debugger would step over."""

    def __init__(self, **options: Any) -> None:
        with patch.object(ipkernel, "sys", SimpleNamespace(modules={})):
            super().__init__(**options)
        # ipywidgets does so as it is imported, where there is a kernel by then.
        register_comm_target(self)


class PageKernelApp(IPKernelApp):
    """Starts the kernel of a page. It reads no command line, and none of the files that a user has IPython run at its start."""

    kernel_class = Type(PageKernel, klass="ipykernel.kernelbase.Kernel")

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """There is none."""

    def init_code(self) -> None:
        """There is nothing to run."""

    def init_iopub(self, context: Any) -> None:
        """Send on what cells show, without the port on which IPython would wait for what a cell's own processes print."""
        with patch.object(
            kernelapp,
            "IOPubThread",
            lambda socket, **options: IOPubThread(socket, **options | {"pipe": False}),
        ):
            super().init_iopub(context)
