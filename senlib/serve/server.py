"""The server of the workbook: Voila, with our frame round each page, and nothing served but what the pages need."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from jinja2.bccache import Bucket, BytecodeCache
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.handlers import KernelHandler
from nbclient.exceptions import DeadKernelError
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, OutputTransform, RequestHandler
from tornado.websocket import WebSocketClosedError
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.exporter import VoilaMarkdownRenderer
from voila.handler import BaseVoilaHandler, VoilaHandler
from voila.notebook_renderer import NotebookRenderer
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from senlib.pages.kit.pupil_names import QUERY_VARIABLE
from senlib.pages.kit.site import PAGES
from senlib.serve.forks import Provisioners
from senlib.serve.gate import Gate
from senlib.serve.key import Key
from senlib.serve.room_server import DOOR, Door, Room

TEMPLATES = Path(__file__).parent / "templates" / "senlib"
STATIC = TEMPLATES / "static"

# The largest message between a page and its kernel, in bytes: a file of 20 MB fits with room for its wrapping.
LARGEST_MESSAGE = 40 * 1024 * 1024
# A page's other requests carry next to nothing.
LARGEST_REQUEST = 64 * 1024

# Why a channel is closed, in the words of RFC 6455: what came on it cannot be read.
UNREADABLE = 1007

# An engine that nobody has used for an hour goes, in seconds; how often that is looked at.
IDLE, LOOK = 3600, 300

# The name of a socket that is a file may have 107 letters on Linux and 103 on macOS; a kernel's own name takes half of them.
LONGEST_FOLDER = 50

# How long the kernel of a page that was left may take in what was typed last, in seconds.
LAST_WORDS = 1

# How long a page that has come whole may take to open its channels, in seconds: one that a browser had left by then never does.
CLAIM = 30

# The name under which Jupyter knows this Python.
KERNEL = "python3"

# Cells for those who read the notebook in JupyterLab.
WORKINGS = "workings"

# All that a page may load is from here. Widgets bring their scripts as blobs; Voila and ipywidgets set styles in the page.
_POLICY = (
    "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' {channels}; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

# A computer's own register of kinds of files may be odd (on Windows anybody can change it): those of the frame are said here.
_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}

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
    """The workbook's server over one folder of notebooks. Made by `over`, opened by `open`, closed by `close`."""

    room: Room | None = None

    @classmethod
    def over(
        cls, notebooks: Path, *, key: Key, room: Room | None = None, address: str = ""
    ) -> WorkbookServer:
        """The workbook over this folder of notebooks, to be opened on its key's port, and for a room also at that address in the
        network.
        """
        shown = [page for page in PAGES if (notebooks / f"{page.stem}.ipynb").is_file()]
        hosts = [f"{name}:{key.port}" for name in ("127.0.0.1", address) if name]
        workbook = cls(
            config=settings(shown, hosts=hosts),
            root_dir=str(notebooks),
            port=key.port,
            ip="127.0.0.1",
        )
        workbook.key, workbook.room, workbook.hosts = key, room, hosts
        workbook.initialize()
        return workbook

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
        _log_without_values(self.log)
        Provisioners.instance()

    def setup_template_dirs(self) -> None:
        """Find our templates before Voila's, wherever the package lies."""
        super().setup_template_dirs()
        self.template_paths = [str(TEMPLATES), *self.template_paths]

    def init_settings(self) -> dict[str, Any]:
        """Voila's settings, with the frame told to the pages that are no notebook."""
        made = super().init_settings()
        made["voila_jinja2_env"].globals["senlib"] = (
            self.config.VoilaConfiguration.resources["senlib"]
        )
        # The gate sees to it that no other names are answered.
        at_the_gate = {
            "senlib_key": self.key,
            "senlib_room": self.room,
            "senlib_hosts": [*self.hosts, f"localhost:{self.key.port}"],
            "allow_remote_access": True,
        }
        return made | self.tornado_settings | at_the_gate

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
        self.kernel_manager.room, self.kernel_manager.allowed_message_types = (
            self.room,
            MESSAGES,
        )
        self.app.add_handlers(".*$", self.init_handlers())
        self._server = HTTPServer(self.app, max_body_size=LARGEST_REQUEST)
        self._server.add_sockets(sockets)

    async def close(self) -> None:
        """Stop answering, end every kernel, and leave no file behind."""
        self._server.stop()
        await ensure_async(self.kernel_manager.shutdown_all(now=True))
        self.kernel_manager.context.destroy(
            linger=0
        )  # nobody is left to hear what was not sent
        await self._server.close_all_connections()
        shutil.rmtree(self.connection_dir, ignore_errors=True)


def settings(pages: list[Any], *, hosts: Sequence[str]) -> Config:
    """Everything that is set otherwise than Voila would, for a workbook of these pages on these hosts and ports."""
    channels = " ".join(f"ws://{host}" for host in hosts)
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
                "resources": {
                    "senlib": {
                        "pages": [_shown(page) for page in pages],
                        "version": _version(),
                    }
                },
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
            # A kernel that died is not replaced by an empty one: the page is told that it is gone.
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
    asked = request.request.headers
    if (
        asked.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        and asked.get("Sec-Fetch-Dest") != "document"
    ):
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


class _Compiled(BytecodeCache):
    """Templates as they were compiled for the page before: each page has an exporter of its own, which would compile them anew."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is held of a template."""
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Hold a template."""
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


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
        # A page may hold what is known of pupils: no browser keeps it.
        self.set_header("Cache-Control", "no-store")
        drawing = await self._renderer(f"{path}.ipynb")
        surroundings = dict(os.environ) | {QUERY_VARIABLE: self.request.query}
        kernel_id = await self.kernel_manager.start_kernel(
            kernel_name=KERNEL, path="", env=surroundings
        )
        try:
            async for piece, _ in drawing.generate_content_generator(
                kernel_id, self.kernel_manager.get_kernel(kernel_id)
            ):
                self.write(piece)
                await self.flush()
        except (DeadKernelError, TimeoutError, StreamClosedError):
            pass
        finally:
            # Voila closes them at the end of a page, which this one may not have come to.
            if getattr(drawing, "executor", None) and drawing.executor.kc:
                drawing.executor.kc.stop_channels()

    async def _renderer(self, path: str) -> NotebookRenderer:
        """Voila's renderer of a notebook."""
        drawing = NotebookRenderer(
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
        await drawing.initialize()
        drawing.exporter.environment.bytecode_cache = _COMPILED
        return drawing

    def on_finish(self) -> None:
        """A page that has come whole opens its channels within a moment; a kernel that nobody speaks to by then goes."""
        super().on_finish()
        if self.kernel_id:
            IOLoop.current().call_later(CLAIM, self._end_unclaimed)

    async def _end_unclaimed(self) -> None:
        held = self.kernel_id in self.kernel_manager
        if held and not self.kernel_manager.kernel_model(self.kernel_id)["connections"]:
            await self.kernel_manager.shutdown_kernel(self.kernel_id, now=True)

    def on_connection_close(self) -> None:
        """End the kernel of a page that was left before it had come."""
        super().on_connection_close()
        self.left = True
        if self.kernel_id in self.kernel_manager:
            IOLoop.current().add_callback(
                self.kernel_manager.shutdown_kernel, self.kernel_id, now=True
            )


class FrameFile(RequestHandler):
    """A file of the frame, read and compressed once."""

    def get(self, name: str) -> None:
        """Send it, to be kept by the browser for good where its address says which one it is."""
        held = _frame_files().get(name)
        if held is None:
            raise HTTPError(404)
        small = held.small is not None and "gzip" in self.request.headers.get(
            "Accept-Encoding", ""
        )
        self.set_header("Content-Type", held.kind)
        self.set_header(
            "Cache-Control",
            "max-age=31536000, immutable"
            if "v" in self.request.arguments
            else "no-cache",
        )
        self.set_header("Vary", "Accept-Encoding")
        if small:
            self.set_header("Content-Encoding", "gzip")
        self.finish(held.small if small else held.content)


@dataclass(frozen=True)
class _Held:
    """A file as it is sent: its content, the same compressed where that is worth it, and what kind it is."""

    content: bytes
    small: bytes | None
    kind: str


@cache
def _frame_files() -> dict[str, _Held]:
    """Every file of the frame by its name; there are no others to be had."""
    held = {}
    for path in STATIC.iterdir():
        content, kind = path.read_bytes(), _KINDS[path.suffix]
        small = None if path.suffix == ".woff2" else gzip.compress(content, mtime=0)
        held[path.name] = _Held(
            content,
            small,
            f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        )
    return held


class Channel(VoilaKernelWebsocketHandler):
    """What a page and its kernel say to one another."""

    def on_message(self, ws_message: str | bytes) -> None:
        """Hand a message on to the kernel. One that names more parts than it can hold would have the server count for ever."""
        if isinstance(ws_message, bytes):
            newer = self.selected_subprotocol is not None
            width, order = (8, "little") if newer else (4, "big")
            if width * (int.from_bytes(ws_message[:width], order) + 1) > len(
                ws_message
            ):
                self.close(UNREADABLE)
                return
        super().on_message(ws_message)


class ShutdownHandler(VoilaShutdownKernelHandler):
    """A page that is left lets its kernel go."""

    async def post(self, kernel_id: str) -> None:
        """End the kernel, a moment later: what was typed last may still be on its way to it."""
        await asyncio.sleep(LAST_WORDS)
        await super().post(kernel_id)


class ToPage(RequestHandler):
    """From the notebook's file name, as links between notebooks have it, to its page."""

    def get(self, stem: str) -> None:
        """Send the browser there, with what was asked."""
        query = f"?{self.request.query}" if self.request.query else ""
        self.redirect(f"{'/' if stem == 'index' else f'/{stem}'}{query}")


class NoSuchPage(BaseVoilaHandler):
    """Every other address."""

    async def prepare(self) -> None:
        """Say that there is nothing, whatever was asked."""
        await super().prepare()
        raise HTTPError(404)


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


class _WithoutValues(logging.Formatter):
    """Log lines with the kind of an error and without its words: those could hold a pupil's data."""

    def format(self, record: logging.LogRecord) -> str:
        """The message before anything is put into it, and the kinds of the errors behind it."""
        said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        # Up to where a value may stand, put in already or not: behind a colon or a bracket, in quotes, on a second line.
        said = re.match(r"[\w ,.-]*", said)[0].rstrip()
        error = record.exc_info[1] if record.exc_info else None
        kind = getattr(error, "ename", None) or (type(error).__name__ if error else "")
        return f"{record.levelname} {record.name}: {said}{f' ({kind})' if kind else ''}"


def _matters(record: logging.LogRecord) -> bool:
    """Whether a line tells of trouble: a page that was left while it was being made is none, and one whose kernel died says so."""
    if record.exc_info and isinstance(
        record.exc_info[1], WebSocketClosedError | StreamClosedError | DeadKernelError
    ):
        return False
    return not str(record.msg).startswith(
        ("Kernel died", "Error occurred while starting new kernel client")
    )


def _log_without_values(log: logging.Logger) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutValues())
    handler.setLevel(logging.ERROR)
    handler.addFilter(_matters)
    logging.getLogger().handlers = [handler]
    log.handlers, log.propagate = [], True


def _shown(page: Any) -> dict[str, Any]:
    """A page as the frame's template is told it."""
    return {
        "stem": page.stem,
        "number": page.number,
        "title": page.title,
        "name": page.name,
        "href": "/" if page.stem == "index" else f"/{page.stem}",
    }


def _version() -> str:
    """Changes with the frame's own files, so that a browser never keeps old ones."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
