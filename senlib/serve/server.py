"""The server of the workbook: Voila, with our frame round each page, and nothing served but what the pages need."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError, OutputTransform, RequestHandler
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.exporter import VoilaMarkdownRenderer

from senlib.pages.kit.site import PAGES, PageEntry
from senlib.serve import frame_files, internals
from senlib.serve.forks import Provisioners
from senlib.serve.frame_files import TEMPLATES, FrameFile
from senlib.serve.gate import Gate, follows_link_from_elsewhere, is_from_elsewhere
from senlib.serve.key import Key
from senlib.serve.page_handlers import (
    Channel,
    NoSuchPage,
    PageHandler,
    ShutdownHandler,
    ToPage,
)
from senlib.serve.quiet_log import log_without_values
from senlib.serve.room_server import DOOR, Door, Room

# The largest message between a page and its kernel, in bytes: a file of 20 MB fits with room for its wrapping.
LARGEST_MESSAGE = 40 * 1024 * 1024
# A page's other requests carry next to nothing.
LARGEST_REQUEST = 64 * 1024

# An engine that nobody has used for an hour goes, in seconds; how often that is looked at.
IDLE, LOOK = 3600, 300

# The name of a socket that is a file may have 107 letters on Linux and 103 on macOS; a kernel's own name takes half of them.
LONGEST_FOLDER = 50

# Cells for those who read the notebook in JupyterLab.
WORKINGS = "workings"

# All that a page may load is from here. Widgets bring their scripts as blobs; Voila and ipywidgets set styles in the page.
_POLICY = (
    "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' {channels}; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

# What every answer says, whoever makes it; a page's own policy goes before the one for files.
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

# All that a page may say to its kernel: what widgets say. It may run nothing in it (Voila's own list has its end, too).
MESSAGES = [
    "comm_open",
    "comm_msg",
    "comm_close",
    "comm_info_request",
    "kernel_info_request",
]

_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"


class WorkbookServer(Voila):
    """The workbook's server for one folder of notebooks. Made by `over`, opened by `open`, closed by `close`."""

    key: Key
    template_paths: list[str]
    room: Room | None = None
    hosts: list[str]

    @classmethod
    def over(
        cls, notebooks: Path, *, key: Key, room: Room | None = None, address: str = ""
    ) -> WorkbookServer:
        """The server of this folder of notebooks, to be opened on its key's port; in a room, at that address of the network too."""
        pages = [page for page in PAGES if (notebooks / f"{page.stem}.ipynb").is_file()]
        hosts = [f"{name}:{key.port}" for name in ("127.0.0.1", address) if name]
        server = cls(
            config=settings(pages, hosts=hosts),
            root_dir=str(notebooks),
            port=key.port,
            ip="127.0.0.1",
        )
        server.key, server.room, server.hosts = key, room, hosts
        server.initialize()
        return server

    def initialize(self, argv: Any = None) -> None:
        """Set Voila up from `settings` alone: no file of the user's and no option may loosen them."""
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.setup_template_dirs()
        self.connection_dir = tempfile.mkdtemp(prefix="senlib-")
        if sys.platform != "win32" and len(self.connection_dir) < LONGEST_FOLDER:
            # Kernels are spoken to through files of this folder, which nobody else can open, and take no port from anybody.
            self.config.KernelManager.transport = "ipc"
        else:
            # By ports, at which anybody on this computer could listen to what kernels show.
            self.config.KernelManager.transport_encryption = "required"
        # What the user has IPython do at its start is not for our pages, and their history is not kept.
        os.environ["IPYTHONDIR"] = str(Path(self.connection_dir) / "ipython")
        log_without_values(self.log)
        Provisioners.instance()

    def setup_template_dirs(self) -> None:
        """Find our templates before Voila's, wherever the package lies."""
        super().setup_template_dirs()
        self.template_paths = [str(TEMPLATES), *self.template_paths]

    def init_settings(self) -> dict[str, Any]:
        """Voila's settings, with what the frame needs on the pages that are no notebook."""
        settings = super().init_settings()
        frame = self.config.VoilaConfiguration.resources["senlib"]
        internals.templates(settings).globals["senlib"] = frame
        # The gate sees to it that no other names are answered.
        at_the_gate = {
            "senlib_key": self.key,
            "senlib_room": self.room,
            "senlib_hosts": [*self.hosts, f"localhost:{self.key.port}"],
            "allow_remote_access": True,
        }
        return settings | self.tornado_settings | at_the_gate

    def init_handlers(self) -> list[tuple]:
        """Every address there is: the pages, their kernels, and the files of the frame.

        Voila's own list of files, its contents service, its file server and its front end are left out: page.js stands for that.
        """
        common = {"voila_configuration": self.voila_configuration}
        page = common | {"template_paths": self.template_paths, "config": self.config}
        return [
            (DOOR, Door) if self.room is not None else (DOOR, NoSuchPage, common),
            (r"/", PageHandler, page),
            (r"/(?P<path>\w+)", PageHandler, page),
            (r"/(?:voila/render/)?(?P<stem>\w+)\.ipynb", ToPage),
            (r"/frame/([\w.-]+)", FrameFile),
            (rf"/api/kernels/{_KERNEL}", KernelHandler),
            (rf"/api/kernels/{_KERNEL}/channels", Channel),
            (r"/voila/api/shutdown/(.*)", ShutdownHandler),
            (r"/.*", NoSuchPage, common),
        ]

    async def open(self, sockets: list[socket.socket]) -> None:
        """Begin to answer on these sockets."""
        self.app = Gate(transforms=[_SecurityHeaders], **self.init_settings())
        self.kernel_manager.room = self.room
        self.kernel_manager.allowed_message_types = MESSAGES
        self.app.add_handlers(".*$", self.init_handlers())
        self._server = HTTPServer(self.app, max_body_size=LARGEST_REQUEST)
        self._server.add_sockets(sockets)

    async def close(self) -> None:
        """Stop answering, end every kernel, and leave no file behind."""
        self._server.stop()
        await ensure_async(self.kernel_manager.shutdown_all(now=True))
        # Nobody is left to hear what was not sent.
        self.kernel_manager.context.destroy(linger=0)
        await self._server.close_all_connections()
        shutil.rmtree(self.connection_dir, ignore_errors=True)


def settings(pages: Sequence[PageEntry], *, hosts: Sequence[str]) -> Config:
    """Everything that is set otherwise than Voila would, for a workbook of these pages on these hosts and ports."""
    channels = " ".join(f"ws://{host}" for host in hosts)
    of_frame = list(map(_for_frame, pages))
    frame = {"pages": of_frame, "version": frame_files.version()}
    return Config(
        {
            "Voila": {
                "tornado_settings": {
                    "websocket_max_message_size": LARGEST_MESSAGE,
                    "headers": {
                        "Content-Security-Policy": _POLICY.format(channels=channels),
                        "Cache-Control": "no-store",
                    },
                    "xsrf_cookie_kwargs": {"samesite": "Strict"},
                    "log_function": lambda handler: None,
                },
            },
            "VoilaConfiguration": {
                "template": "base",
                "theme": "light",
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "file_allowlist": [],
                "strip_sources": True,
                "show_tracebacks": False,
                "prelaunch_hook": before_kernel,
                "multi_kernel_manager_class": "senlib.serve.kernels.WorkbookKernels",
                "kernel_spec_manager_class": "senlib.serve.kernels.OwnPython",
                "resources": {"senlib": frame},
            },
            "IdentityProvider": {"cookie_options": {"samesite": "Strict"}},
            "VoilaExporter": {"markdown_renderer_class": "senlib.serve.server.Prose"},
            "MappingKernelManager": {
                "cull_idle_timeout": IDLE,
                "cull_interval": LOOK,
                "cull_connected": True,
                "cull_busy": False,
                "buffer_offline_messages": True,
            },
            "AsyncKernelManager": {
                "client_class": "senlib.serve.kernels.PollingKernelClient"
            },
            # A kernel that died is not replaced by an empty one: the page learns that it is gone.
            "KernelRestarter": {"restart_limit": 0},
            "KernelManager": {"shutdown_wait_time": 2.0},
            # Made for a shared network: a page with many pictures would lose some of them.
            "ZMQChannelsWebsocketConnection": {"limit_rate": False},
        }
    )


def before_kernel(
    request: RequestHandler, notebook: nbformat.NotebookNode, cwd: str
) -> nbformat.NotebookNode:
    """Make a notebook ready to be run as a page.

    A page that another web site asks for as a picture, a frame or a script is refused here, before a kernel is started for it: only
    a link may lead here from elsewhere. Cells tagged 'workings' are left out. Reading `xsrf_token` sets the cookie without which the
    page could not say, as it closes, that its kernel may go (Voila #1458).
    """
    http = request.request
    if is_from_elsewhere(http) and not follows_link_from_elsewhere(http):
        raise HTTPError(403)
    request.xsrf_token  # noqa: B018
    notebook.cells = [
        cell for cell in notebook.cells if WORKINGS not in cell.metadata.get("tags", [])
    ]
    return notebook


class Prose(VoilaMarkdownRenderer):
    """Markdown without the link that nbconvert adds to each heading."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, exclude_anchor_links=True, **options)


class _SecurityHeaders(OutputTransform):
    """Has every answer say what may be done with it, and not by which program and version it was made."""

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """The answer with these headers, where it has none of its own."""
        headers.pop("Server", None)
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        return status_code, headers, chunk


def _for_frame(page: PageEntry) -> dict[str, Any]:
    """A page as the frame's template needs it."""
    return {
        "stem": page.stem,
        "number": page.number,
        "title": page.title,
        "name": page.name,
        "href": "/" if page.stem == "index" else f"/{page.stem}",
    }
