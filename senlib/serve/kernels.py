"""Kernels, the engines behind the pages: started quietly, never waited for in vain, gone when their page has gone."""

from __future__ import annotations

import asyncio
from asyncio import get_running_loop
from contextlib import suppress
from queue import Empty
from subprocess import DEVNULL
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbclient.exceptions import DeadKernelError
from traitlets import Type, default

from senlib.serve.room_server import Room
from senlib.workspace import LEADER

# A missed wake-up costs no more than this, in seconds.
SLICE = 0.5

# A kernel that has answered, and of whose outputs none has come within this time, is asked again, in seconds.
ASK_AGAIN = 0.05

# How often a connection tries to reach a kernel that is not there yet, in milliseconds.
RECONNECT = 10


# A file pandas.py beside the notebooks is not taken for pandas: IPython would put the current folder before what is installed.
NOT_FROM_HERE = "--InteractiveShellApp.ignore_cwd=True"

# So many pages has a participant of a room open at once. With one more the one opened first ends, and says so: the computer is
# another's, and thirty share it.
MOST_PAGES = 6


class PollingChannel(AsyncZMQSocketChannel):
    """A channel that looks again twice a second while it waits.

    pyzmq's asyncio socket can miss the one wake-up that says that a message has come, and would then wait for ever for a
    message that lies in it already (pyzmq #1203, ipykernel #1529).
    """

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; raises Empty if none comes within `timeout` seconds (None: wait for ever)."""
        clock = get_running_loop().time
        deadline = None if timeout is None else clock() + timeout
        while True:
            remaining = (
                SLICE if deadline is None else min(SLICE, max(deadline - clock(), 0))
            )
            try:
                return await super().get_msg(timeout=remaining)
            except Empty:
                if deadline is not None and clock() >= deadline:
                    raise


class PollingKernelClient(AsyncKernelClient):
    """A client whose replies and outputs come through patient channels, and who begins as soon as the kernel can."""

    shell_channel_class = Type(PollingChannel)
    iopub_channel_class = Type(PollingChannel)

    def start_channels(self, **channels: bool) -> None:
        """Open the channels that are used: nobody types into a cell, and whether the kernel lives its manager knows."""
        super().start_channels(**{"stdin": False, "hb": False} | channels)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its outputs arrive; raises DeadKernelError if it dies, TimeoutError after `timeout` seconds.

        The stock client then listens a fifth of a second longer for what the kernel may still have to say; nobody here would
        take that for the output of a cell.
        """
        async with asyncio.timeout(timeout):
            while True:
                self.kernel_info()
                with suppress(Empty):
                    await self.shell_channel.get_msg(timeout=1)
                    # Outputs travel by a way of their own, which may not be open yet: what went before that never comes.
                    await self.iopub_channel.get_msg(timeout=ASK_AGAIN)
                    return
                if not await self.is_alive():
                    raise DeadKernelError("the kernel died before it had answered")


class OwnPython(KernelSpecManager):
    """Knows one kind of kernel: this Python's own, whatever others the user has set up."""

    @default("kernel_dirs")
    def _kernel_dirs_default(self) -> list[str]:
        return []


class WorkbookKernels(AsyncMappingKernelManager):
    """Starts each page's kernel, and notes on the request which one it was, so that it can go if the page never arrives.

    In a room (senlib.serve.room_server) each kernel belongs to whoever asked for its page, and is told of their folder alone.
    """

    room: Room | None = None

    def _context_default(self) -> zmq.asyncio.Context:
        """Connections that look for a kernel that is about to come look often."""
        context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT)
        return context

    async def start_kernel(self, **options: Any) -> str:
        """Start a kernel and return its id. What it prints goes nowhere: a traceback could hold a pupil's data."""
        request = CallContext.get(CallContext.JUPYTER_HANDLER)
        if self.room is not None:
            visitor = self.room.visitor(request.request)
            options["env"] = options["env"] | self.room.surroundings(visitor)
        kernel_id = await super().start_kernel(
            stdout=DEVNULL, stderr=DEVNULL, extra_arguments=[NOT_FROM_HERE], **options
        )
        if self.room is not None:
            self.room.owners[kernel_id] = visitor
            if visitor != LEADER:
                await self._end_first_of(visitor)
        if request is not None:
            request.kernel_id = kernel_id
            if request.left:  # while the kernel was being started
                await self.shutdown_kernel(kernel_id, now=True)
        return kernel_id

    async def _end_first_of(self, visitor: str) -> None:
        theirs = [
            kernel_id
            for kernel_id, owner in self.room.owners.items()
            if owner == visitor and kernel_id in self
        ]
        for kernel_id in theirs[:-MOST_PAGES]:
            await self.shutdown_kernel(kernel_id, now=True)
