"""One widget on a page in Chromium, against the Python object itself: what its tests have in common."""

import base64
import inspect
import shutil
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from senlib import widgets
from senlib.widgets._script import script

CHROMIUM = (
    shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
SITE = "http://widgets.test/"
WIDGETS = Path(widgets.__file__).parent
HARNESS = Path(__file__).with_name("harness.html")
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
HOSTILE = [
    "<script>window.hacked = true</script>",
    "<img src=x onerror='window.hacked=true'>",
    '=cmd|"/c calc"!A1',
    'O\'Neil & "Sons"',
    "\u202eesrever\u202c",
    "\u05d3\u05d5\u05d3 1",
    "🙂 Zoë",
]
LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


class Screen:
    """A page that shows one widget after another; whatever goes wrong on it is in `troubles`."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.troubles: list[str] = []
        self.options = options
        context = browser.new_context(**options)
        context.route("**/*", self._answer)
        self.page = page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.troubles.append(message.text) if message.type == "error" else None
            ),
        )
        page.expose_function(
            "toPython", lambda message, buffers: self.stage.take(message, buffers)
        )

    def show(self, stage: "Stage", *, width: int, height: int) -> None:
        """The page anew, with nothing of what was shown or done on it before."""
        page, options = self.page, self.options
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(
            media="null",
            **{"color_scheme": "light", "forced_colors": "none"}
            | {
                name: value
                for name, value in options.items()
                if name in ("color_scheme", "forced_colors", "reduced_motion")
            },
        )
        page.goto(SITE + "harness.html")
        self.stage = stage
        page.mouse.up()
        page.mouse.move(0, 0)
        page.wait_for_function("window.ready")

    def _answer(self, route: Route) -> None:
        """The widget's files, and no others."""
        name = route.request.url.removeprefix(SITE)
        file = HARNESS if name == HARNESS.name else WIDGETS / name
        if (
            route.request.url.startswith(SITE)
            and file.is_file()
            and file.suffix in TYPES
        ):
            is_script = file.suffix == ".js"
            body = script(name) if is_script else file.read_text(encoding="utf-8")
            route.fulfill(body=body, content_type=TYPES[file.suffix])
        elif not route.request.url.startswith("blob:"):
            if name != "favicon.ico":
                self.troubles.append(f"request for {route.request.url}")
            route.abort()


class Stage:
    """One widget on a page: what the page sends goes to the Python object, what that sends comes back."""

    def __init__(
        self, screen: Screen, widget: Any, *, width: int = 1280, height: int = 900
    ) -> None:
        self.page = screen.page
        self.widget = widget
        self.outbox: list[dict[str, Any]] = []
        widget._send = lambda message, buffers=None: self.outbox.append(message)
        screen.show(self, width=width, height=height)
        state = {
            name: value
            for name, value in widget.get_state().items()
            if not name.startswith("_")
        }
        (
            state.pop("layout", None),
            state.pop("tabbable", None),
            state.pop("tooltip", None),
        )
        self.page.evaluate(
            "([name, state]) => window.mount(name, state)",
            [Path(inspect.getfile(type(widget))).stem, state],
        )
        self.outbox.clear()

    def take(self, message: dict[str, Any], buffers: list[str]) -> list[dict[str, Any]]:
        """Give one of the page's messages to the widget; its answers go back at once."""
        binary = [memoryview(base64.b64decode(buffer)) for buffer in buffers]
        self.widget._handle_msg(
            {"content": {"data": message | {"buffer_paths": []}}, "buffers": binary}
        )
        return self.drain()

    def drain(self) -> list[dict[str, Any]]:
        """What Python has sent since, and so leaves the page without it."""
        messages, self.outbox[:] = list(self.outbox), []
        return messages

    def tell(self) -> None:
        """Pass on what Python has set since."""
        self.page.evaluate("messages => window.model.take(messages)", self.drain())

    def settle(self) -> None:
        """Wait until Python has answered all that the page sent."""
        self.page.evaluate(
            "async () => { let last; do { last = model.queue; await last } while (last !== model.queue) }"
        )

    def press(self, key: str) -> None:
        """Press a key, and wait until Python has answered."""
        self.page.keyboard.press(key)
        self.settle()


def fits_its_page(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def axe_findings(page: Page) -> list[str]:
    found = (
        Axe()
        .run(page, options={"rules": {"meta-refresh": {"enabled": False}}})
        .response["violations"]
    )
    return [
        f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]
    ]


def is_text(page: Page) -> bool:
    """Whether nothing that a widget was given became markup or ran."""
    return page.evaluate(
        "[document.querySelectorAll('#here script, #here img').length, window.hacked]"
    ) == [0, None]
