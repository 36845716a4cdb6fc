"""Kernels, the engines behind the pages: started without output, asked again where an answer is late, ended with their page."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from queue import Empty
from subprocess import DEVNULL
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbclient.exceptions import DeadKernelError
from tornado.httputil import HTTPServerRequest
from traitlets import Type, default

from senlib.serve import internals
from senlib.serve.room_server import Room
from senlib.workspace import LEADER

# A missed wake-up costs no more than this, in seconds.
SLICE = 0.5

# A kernel that has answered, but from which no output has come within this time, is asked again, in seconds.
ASK_AGAIN = 0.05

# How often a connection tries to reach a kernel that is not there yet, in milliseconds.
RECONNECT = 10

# A file pandas.py beside the notebooks is not taken for pandas: IPython would put the current folder before what is installed.
NOT_FROM_HERE = "--InteractiveShellApp.ignore_cwd=True"

# How many pages a participant of a room can have open: thirty people share the computer. One more ends the page opened first,
# which says so.
MOST_PAGES = 6


class PollingChannel(AsyncZMQSocketChannel):
    """A channel that looks again twice a second while it waits.

    pyzmq's asyncio socket can miss the one wake-up that says that a message has come, and would then wait for ever for a
    message that lies in it already (pyzmq #1203, ipykernel #1529).
    """

    async def get_msg(  # type: ignore[override]  # the base class is annotated as its blocking twin
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message; raises Empty if none comes within `timeout` seconds (None: wait for ever)."""
        clock = asyncio.get_running_loop().time
        deadline = math.inf if timeout is None else clock() + timeout
        while True:
            remaining = max(deadline - clock(), 0)
            try:
                return await super().get_msg(timeout=min(SLICE, remaining))
            except Empty:
                if clock() >= deadline:
                    raise


class PollingKernelClient(AsyncKernelClient):
    """A client whose replies and outputs come through polling channels, ready as soon as the kernel is."""

    shell_channel_class = Type(PollingChannel)
    iopub_channel_class = Type(PollingChannel)

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = False,
        hb: bool = False,
        control: bool = True,
    ) -> None:
        """Open the channels that are used: nobody types into a cell, and the manager knows whether the kernel lives."""
        super().start_channels(shell, iopub, stdin, hb, control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its outputs arrive; raises DeadKernelError if it dies, TimeoutError after `timeout` seconds.

        The stock client then waits a fifth of a second for further messages, which could be taken for the output of a cell;
        nobody here would.
        """
        async with asyncio.timeout(timeout):
            while True:
                self.kernel_info()
                with suppress(Empty):
                    await self.shell_channel.get_msg(timeout=1)
                    # Outputs have a channel of their own, which may open later: what was sent before that is lost.
                    await self.iopub_channel.get_msg(timeout=ASK_AGAIN)
                    return
                if not await self.is_alive():
                    raise DeadKernelError("the kernel died before it had answered")


class OwnPython(KernelSpecManager):
    """Knows one kind of kernel: this Python's own, whatever others the user has set up."""

    @default("kernel_dirs")
    def _no_folders(self) -> list[str]:
        return []


class WorkbookKernels(AsyncMappingKernelManager):
    """Starts each page's kernel, and notes it on the page's request, so that it can be ended if the page never arrives.

    In a room (senlib.serve.room_server) each kernel belongs to whoever asked for its page, and knows of their folder alone.
    """

    room: Room | None = None

    @default("context")
    def _context_that_reconnects_often(self) -> zmq.asyncio.Context:
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT)
        return context

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]  # the base class is annotated as its blocking twin
        """Start a kernel and return its id. What it prints goes nowhere: a traceback could hold a pupil's data."""
        page: Any = internals.current_handler()
        if self.room is None:
            kernel_id = await self._start_silently(options)
        else:
            kernel_id = await self._start_in_room(self.room, page.request, options)
        if page is not None:
            page.kernel_id = kernel_id
            if page.left:  # while the kernel was being started
                await self.shutdown_kernel(kernel_id, now=True)
        return kernel_id

    async def _start_silently(self, options: dict[str, Any]) -> str:
        return await super().start_kernel(
            stdout=DEVNULL, stderr=DEVNULL, extra_arguments=[NOT_FROM_HERE], **options
        )

    async def _start_in_room(
        self, room: Room, request: HTTPServerRequest, options: dict[str, Any]
    ) -> str:
        """Start a kernel with its visitor's surroundings."""
        visitor = room.visitor(request)
        surroundings = options["env"] | room.surroundings(visitor)
        kernel_id = await self._start_silently(options | {"env": surroundings})
        room.owners[kernel_id] = visitor
        if visitor != LEADER:
            await self._end_first_of(room, visitor)
        return kernel_id

    async def _end_first_of(self, room: Room, visitor: str) -> None:
        """End a visitor's first pages where there are more than `MOST_PAGES`."""
        theirs = [
            kernel_id
            for kernel_id, owner in room.owners.items()
            if owner == visitor and kernel_id in self
        ]
        for kernel_id in theirs[:-MOST_PAGES]:
            await self.shutdown_kernel(kernel_id, now=True)
