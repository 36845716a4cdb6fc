"""The server's log: where something went wrong, without any value that could be a pupil's."""

from __future__ import annotations

import logging
import re

from nbclient.exceptions import DeadKernelError
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

# A page that was left while it was drawn, or whose kernel died: the page itself says so.
_NO_TROUBLE = (WebSocketClosedError, StreamClosedError, DeadKernelError)
_SAID_BY_THE_PAGE = ("Kernel died", "Error occurred while starting new kernel client")

# A message up to where a value may stand: behind a colon or a bracket, in quotes, on a second line.
_WITHOUT_VALUES = re.compile(r"[\w ,.-]*")


def log_without_values(log: logging.Logger) -> None:
    """Have this logger, and every other, print errors alone and no values."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutValues())
    handler.setLevel(logging.ERROR)
    handler.addFilter(_is_trouble)
    logging.getLogger().handlers = [handler]
    log.handlers, log.propagate = [], True


class _WithoutValues(logging.Formatter):
    """Log lines with an error's type and without its text, which could hold a pupil's data."""

    def format(self, record: logging.LogRecord) -> str:
        """The message before values are put into it, and the type of the error behind it."""
        message = record.msg
        text = message if isinstance(message, str) else type(message).__name__
        match = _WITHOUT_VALUES.match(text)
        start = match[0].rstrip() if match else ""
        error = record.exc_info[1] if record.exc_info else None
        kind = getattr(error, "ename", None) or (type(error).__name__ if error else "")
        return (
            f"{record.levelname} {record.name}: {start}{f' ({kind})' if kind else ''}"
        )


def _is_trouble(record: logging.LogRecord) -> bool:
    """Whether anybody needs to know of this line."""
    if record.exc_info and isinstance(record.exc_info[1], _NO_TROUBLE):
        return False
    return not str(record.msg).startswith(_SAID_BY_THE_PAGE)
