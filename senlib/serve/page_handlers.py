"""What answers for a page: the page itself, the channel to its kernel, its farewell, and the addresses beside it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Literal

from nbclient.exceptions import DeadKernelError
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler
from voila.handler import BaseVoilaHandler, VoilaHandler
from voila.notebook_renderer import NotebookRenderer
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from senlib.pages.kit.pupil_names import QUERY_VARIABLE
from senlib.serve import internals

# The name under which Jupyter knows this Python.
KERNEL = "python3"

# How long a page that has come whole may take to open its channel, in seconds: one that a browser had left by then never does.
CLAIM = 30

# How long the kernel of a page that was left may take in what was typed last, in seconds.
LAST_WORDS = 1

# RFC 6455's code for closing a channel on which something unreadable came.
UNREADABLE = 1007


class PageHandler(VoilaHandler):
    """A notebook as a page, at its stem; the front page at the root."""

    kernel_id: str | None = None
    left = False

    async def get(self, path: str = "index") -> None:
        """Draw the page, sending its frame and its words before the kernel has started.

        A page that breaks off says nothing more: its own script sees that there is no kernel, and says so.
        """
        if not (Path(self.contents_manager.root_dir) / f"{path}.ipynb").is_file():
            raise HTTPError(404)
        # A page may show what is known of pupils: no browser keeps it.
        self.set_header("Cache-Control", "no-store")
        renderer = await self._renderer(f"{path}.ipynb")
        surroundings = dict(os.environ) | {QUERY_VARIABLE: self.request.query}
        kernel_id = await self.kernel_manager.start_kernel(
            kernel_name=KERNEL, path="", env=surroundings
        )
        kernel = self.kernel_manager.get_kernel(kernel_id)
        try:
            async for piece, _ in renderer.generate_content_generator(
                kernel_id, kernel
            ):
                self.write(piece)
                await self.flush()
        except (DeadKernelError, TimeoutError, StreamClosedError):
            pass
        finally:
            internals.stop_channels(renderer)

    async def _renderer(self, path: str) -> NotebookRenderer:
        """Voila's renderer of a notebook."""
        renderer = NotebookRenderer(
            request_handler=self,
            voila_configuration=self.voila_configuration,
            traitlet_config=self.traitlet_config,
            notebook_path=path,
            template_paths=self.template_paths,
            contents_manager=self.contents_manager,
            kernel_spec_manager=self.kernel_spec_manager,
            base_url=self.base_url,
            page_config={},
        )
        await renderer.initialize()
        internals.reuse_compiled_templates(renderer)
        return renderer

    def on_finish(self) -> None:
        """End the kernel of a page that has come whole unless its channel is opened within `CLAIM` seconds."""
        super().on_finish()
        if self.kernel_id:
            IOLoop.current().call_later(CLAIM, self._end_unclaimed)

    async def _end_unclaimed(self) -> None:
        manager, kernel_id = self.kernel_manager, self.kernel_id
        if kernel_id is None or kernel_id not in manager:
            return
        if not internals.connections(manager, kernel_id):
            await manager.shutdown_kernel(kernel_id, now=True)

    def on_connection_close(self) -> None:
        """End the kernel of a page that was left before it had come."""
        super().on_connection_close()
        self.left = True
        if self.kernel_id in self.kernel_manager:
            IOLoop.current().add_callback(
                self.kernel_manager.shutdown_kernel, self.kernel_id, now=True
            )


class Channel(VoilaKernelWebsocketHandler):
    """The messages between a page and its kernel."""

    def on_message(self, ws_message: str | bytes) -> None:
        """Hand a message on to the kernel, unless it names more parts than fit into it: the server would count for ever."""
        if isinstance(ws_message, bytes) and self._claims_too_much(ws_message):
            self.close(UNREADABLE)
        else:
            super().on_message(ws_message)

    def _claims_too_much(self, message: bytes) -> bool:
        """Whether the number of parts with which a binary message begins is beyond its length."""
        width = 4
        order: Literal["big", "little"] = "big"
        if self.selected_subprotocol is not None:
            width, order = 8, "little"
        parts = int.from_bytes(message[:width], order)
        return width * (parts + 1) > len(message)


class ShutdownHandler(VoilaShutdownKernelHandler):
    """The farewell of a page that is left."""

    async def post(self, kernel_id: str) -> None:
        """End the kernel, a moment later: what was typed last may still be on its way to it."""
        await asyncio.sleep(LAST_WORDS)
        await super().post(kernel_id)


class ToPage(RequestHandler):
    """From the notebook's file name, as links between notebooks have it, to its page."""

    def get(self, stem: str) -> None:
        """Send the browser there, with the query."""
        query = f"?{self.request.query}" if self.request.query else ""
        path = "/" if stem == "index" else f"/{stem}"
        self.redirect(f"{path}{query}")


class NoSuchPage(BaseVoilaHandler):
    """Every other address."""

    async def prepare(self) -> None:
        """Answer 404, whatever the method."""
        await super().prepare()
        raise HTTPError(404)
