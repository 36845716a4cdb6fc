"""Kernels that start at once: each is forked from one process that has imported all that a page needs (senlib.serve.preload).

Where processes cannot be forked, as on Windows, kernels start the ordinary way.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import numpy
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import (
    KernelProvisionerBase,
    KernelProvisionerFactory,
    LocalProvisioner,
)
from traitlets.config import Config

from senlib.serve import internals

# macOS can, too, but what is Apple's in a process may break in its fork: Python itself no longer forks there of its own accord (bpo-33725).
CAN_FORK = sys.platform == "linux"

# How often it is looked whether a kernel has ended, in seconds.
LOOK = 0.02


def import_ahead() -> None:
    """Begin to import, in the process that kernels will be forked from, all that they need; returns at once.

    What stands in `os.environ` now is what that process has; each kernel is given its own in its place.
    """
    if CAN_FORK:
        from multiprocessing import forkserver  # there is none on Windows

        internals.use_closed_sockets()
        forkserver.set_forkserver_preload(["senlib.serve.preload"])
        forkserver.ensure_running()


class Provisioners(KernelProvisionerFactory):
    """Starts every kernel in our way, whatever else is installed."""

    def create_provisioner_instance(
        self, kernel_id: str, kernel_spec: Any, parent: Any
    ) -> KernelProvisionerBase:
        """A forked kernel's provisioner where processes can be forked, the ordinary one elsewhere."""
        kind = ForkedProvisioner if CAN_FORK else LocalProvisioner
        return kind(kernel_id=kernel_id, kernel_spec=kernel_spec, parent=parent)


class ForkedProvisioner(LocalProvisioner):
    """Starts, watches and ends one kernel that is forked. Its ports and its connection file are made as for any other."""

    process: (
        Any  # a process of multiprocessing, where the base class has one of subprocess
    )

    async def launch_kernel(
        self, cmd: list[str], **options: Any
    ) -> KernelConnectionInfo:
        """Fork a kernel. Only its connection file is taken from `cmd`, which would have started a Python of its own."""
        self.cwd = str(options.get("cwd") or os.getcwd())
        manager: Any = self.parent
        arguments = {
            "connection_file": manager.connection_file,
            "folder": self.cwd,
            "variables": options["env"],
        }
        self.process = multiprocessing.get_context("forkserver").Process(
            target=_be_a_kernel, kwargs=arguments
        )
        # Asked for and not waited for: the first one has to wait until all is imported, and a page's words need no kernel.
        self._started = asyncio.ensure_future(asyncio.to_thread(self._start))
        return self.connection_info

    def _start(self) -> None:
        for pause in (0.2, 0.4, 0.8, None):
            try:
                return self.process.start()
            except (EOFError, OSError):
                # Somebody ended the process that kernels are forked from. Once it has gone, Python makes another.
                if pause is None:
                    raise
                time.sleep(pause)

    async def poll(self) -> int | None:
        """None while the kernel runs or is about to, else its exit code."""
        if self.process is None:
            return 0
        if self._started.done() and self._started.exception():
            return 1
        return self.process.exitcode

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, and clear up after it."""
        while (code := await self.poll()) is None:
            await asyncio.sleep(LOOK)
        if self.process:
            self.process.close()
            self.process = None
        return code

    async def send_signal(self, signum: int) -> None:
        """Send the kernel a signal; one that has ended needs none."""
        with suppress(OSError, EOFError):
            await self._started
            if await self.poll() is None:
                os.kill(self.process.pid, signum)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel."""
        await self.send_signal(signal.SIGKILL)


def _be_a_kernel(
    *, connection_file: str, folder: str, variables: dict[str, str]
) -> None:
    """Become the kernel. What a process of its own would have of its own is made anew."""
    from senlib.serve.page_kernel import PageKernelApp

    os.setsid()  # Ctrl-C in the server's window is for the server
    _print_nowhere()
    # The kernel's parent is the process that it was forked from; it is the server that it must not outlive.
    variables.pop("JPY_PARENT_PID", None)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    numpy.random.seed()  # Python's own numbers are drawn anew in every fork
    # No history is kept, and no module is taken from the current folder.
    config = Config(
        HistoryManager={"enabled": False}, InteractiveShellApp={"ignore_cwd": True}
    )
    PageKernelApp.launch_instance(connection_file=connection_file, config=config)


def _print_nowhere() -> None:
    """What is printed could hold a pupil's data."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _end_with_the_server() -> None:
    """Wait until the server has ended, however it did, and end too."""
    server: Any = multiprocessing.parent_process()
    server.join()
    os._exit(1)
