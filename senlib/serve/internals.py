"""The parts of Voila, Jupyter, ipykernel and Python on which the workbook relies though their authors promise nothing of them.

A new version may change any of them; tests/serve/test_internals.py checks each. What is imported here for the server alone
is imported where it is used: a page's kernel has this module, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import util
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache

if TYPE_CHECKING:
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from tornado.web import RequestHandler
    from voila.notebook_renderer import NotebookRenderer

# ---- Of the server


def without_grammar_of_addresses() -> None:
    """Leave out the grammar by which jsonschema checks addresses: compiling it takes longer than importing all the rest.

    jsonschema does without it where it is not installed. What is checked here, Jupyter's events, has no address in it.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: not to be imported


def templates(settings: Mapping[str, Any]) -> Environment:
    """The templates of pages that are no notebook, among an application's settings."""
    return settings["voila_jinja2_env"]


class _CompiledTemplates(BytecodeCache):
    """Templates as they were compiled for the page before."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled before."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that has been compiled."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED_TEMPLATES = _CompiledTemplates()


def reuse_compiled_templates(renderer: NotebookRenderer) -> None:
    """Compile a template for the first page alone: each page has an exporter of its own, which would compile it anew."""
    renderer.exporter.environment.bytecode_cache = _COMPILED_TEMPLATES


def stop_channels(renderer: NotebookRenderer) -> None:
    """Close the channels on which a page was drawn. Voila does at a page's end, which this page may not have reached."""
    executor = getattr(renderer, "executor", None)
    if executor and executor.kc:
        executor.kc.stop_channels()


def connections(manager: AsyncMappingKernelManager, kernel_id: str) -> int:
    """How many channels are open to a kernel."""
    return manager.kernel_model(kernel_id)["connections"]


def current_handler() -> RequestHandler | None:
    """The handler of the request that is being answered; None outside one."""
    from jupyter_server import CallContext

    return CallContext.get(CallContext.JUPYTER_HANDLER)


# ---- Of kernels


def use_closed_sockets() -> None:
    """Have forks started through sockets in closed folders. Python 3.11.0 alone uses ones that everybody on the computer can
    speak to (CVE-2022-42919).
    """
    patched: Any = util
    patched.abstract_sockets_supported = False


def without_debugger() -> None:
    """Spare kernels the debugger, which takes long to import: where there is none, IPython's kernel does without."""
    modules: dict[str, Any] = sys.modules
    modules.setdefault("debugpy", None)


@contextmanager
def without_list_of_modules() -> Iterator[None]:
    """IPython's kernel, made meanwhile, lists no modules for a debugger to step over: the list would touch them all."""
    from ipykernel import ipkernel

    with patch.object(ipkernel, "sys", SimpleNamespace(modules={})):
        yield


@contextmanager
def without_port_for_processes() -> Iterator[None]:
    """IPython's kernel opens no port meanwhile on which it would wait for what a cell's own processes print."""
    from ipykernel import kernelapp
    from ipykernel.iostream import IOPubThread

    def thread(socket: Any, **options: Any) -> IOPubThread:
        return IOPubThread(socket, **options | {"pipe": False})

    with patch.object(kernelapp, "IOPubThread", thread):
        yield


def answer_widgets() -> None:
    """Have this process's kernel answer a page's widgets. ipywidgets does so as it is imported, where there is a kernel by then."""
    from ipywidgets import register_comm_target

    register_comm_target()
