"""Opening the workbook: find a free port on this computer, say where it is, and stop without leaving anything behind."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tornado.netutil import bind_sockets

from senlib import ROOT, private
from senlib.serve import internals
from senlib.serve.forks import import_ahead
from senlib.serve.key import Key, forget_files
from senlib.serve.room_server import Room, network_address, spoken
from senlib.workspace import DATA_VARIABLE, KEPT, SCHOOL_VARIABLE

HOST = "127.0.0.1"
USUAL_PORT, PORTS_TO_TRY, LAST_PORT = 8866, 50, 65535


def serve_folder(
    notebooks: Path,
    *,
    school: Path | None,
    data: Path,
    port: int | None,
    open_browser: bool,
    room: bool = False,
) -> None:
    """Serve a folder of notebooks until Ctrl-C or a signal to end: to its user alone, or with `room` to the network behind a code.

    The address that is opened and printed has the key of this start (senlib.serve.key), without which nobody gets in.

    `school` is the folder of the school to open, None for the one chosen last; `data` is where the user's own things are
    kept; `port` None takes 8866 or the next that is free, 0 any that is free. Exits with a sentence if the port is taken.
    """
    sockets = listen(port)
    key = Key(port=sockets[0].getsockname()[1])
    address = network_address() if room else ""
    if address:
        try:
            sockets += bind_sockets(key.port, address)
        except OSError:
            sys.exit(
                f"Nobody can be let in at {address}. Name another port with --port."
            )
    os.environ.update(surroundings(os.environ, school=school, data=data))
    if school is None:
        os.environ.pop(SCHOOL_VARIABLE, None)
    if sys.platform == "win32":  # Tornado cannot use the loop that Windows starts with
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    data = hers_alone(data.expanduser().resolve())
    door = f"http://{address or HOST}:{key.port}/door"
    opened = Room.of_today(data, door=door, key=key) if room else None
    asyncio.run(
        _serve(
            notebooks,
            sockets,
            key=key,
            data=data if open_browser else None,
            room=opened,
            address=address,
        )
    )


def hers_alone(data: Path) -> Path:
    """The folder of the user's own things, made where it is missing, and closed to everybody else who uses the computer.

    The usual folder is closed with all that is in it. Of another one, which may hold other things, what the workbook keeps in it is;
    the folder itself only where it holds nothing else.
    """
    private.folder(data)
    forget_files(data)
    is_usual = data.name == private.USUAL_FOLDER
    private.mend(data, ours=["*"] if is_usual else KEPT)
    return data


def listen(port: int | None) -> list[socket.socket]:
    """Bind a port of this computer: the given one, any free one (0), or 8866 and the next ones in turn (None).

    Exits with a sentence and its remedy where the port is taken or not allowed.
    """
    if port is not None and not 0 <= port <= LAST_PORT:
        sys.exit(
            f"{port} is no port: choose a number from 1024 to {LAST_PORT}, or leave out --port."
        )
    tried = range(USUAL_PORT, USUAL_PORT + PORTS_TO_TRY) if port is None else [port]
    for candidate in tried:
        try:
            return bind_sockets(candidate, HOST)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    if port is None:
        sys.exit(
            f"The ports {tried[0]} to {tried[-1]} are all taken. Close other workbooks, or name a port with --port."
        )
    sys.exit(
        f"Port {port} is taken or not allowed. Leave out --port, and a free one is found."
    )


def surroundings(
    given: Mapping[str, str], *, school: Path | None, data: Path
) -> dict[str, str]:
    """The variables that each page's kernel needs beside the given ones.

    >>> surroundings({}, school=None, data=Path("mine"))["SENLIB_DATA"] == str(Path("mine").resolve())
    True
    """
    folders = [str(ROOT), *given.get("PYTHONPATH", "").split(os.pathsep)]
    variables = {
        DATA_VARIABLE: str(data.expanduser().resolve()),
        # The package is found though it may not be installed. An empty entry would be the folder where she happens to be.
        "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        # A file random.py in the folder where she happens to be is not taken for Python's own, nor is one beside the notebooks.
        "PYTHONSAFEPATH": "1",
        # Thirty kernels on one computer: none takes all its cores.
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    if school is not None:
        variables[SCHOOL_VARIABLE] = str(school.expanduser().resolve())
    return variables


async def _serve(
    notebooks: Path,
    sockets: list[socket.socket],
    *,
    key: Key,
    data: Path | None,
    room: Room | None,
    address: str,
) -> None:
    """Serve; the browser is opened through a file in the folder `data`, or not at all."""
    import_ahead()
    internals.without_grammar_of_addresses()
    from senlib.serve.server import WorkbookServer

    ended = _ended()
    workbook = WorkbookServer.over(notebooks, key=key, room=room, address=address)
    await workbook.open(sockets)
    try:
        print(
            f"The workbook is open at {key.address}  Press Ctrl-C here to close it.",
            flush=True,
        )
        if room is not None:
            print(_invitation(room, alone=not address), flush=True)
        if data is not None:
            opening = key.file(data).as_uri()
            await asyncio.to_thread(webbrowser.open, opening)
        while not ended.is_set():
            # Windows tells Python of Ctrl-C only when the loop turns.
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), timeout=1)
    finally:
        await workbook.close()
        if data is not None:
            forget_files(data)
    print("The workbook is closed.", flush=True)


def _invitation(room: Room, *, alone: bool) -> str:
    """How people come into the room."""
    who = "Participants"
    if alone:
        who = "This computer is in no network. In another browser on it,"
    return f"{who} open {room.door} and type the code {spoken(room.code)}"


def _ended() -> asyncio.Event:
    """An event that is set once the user or the system asks the command to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(
                getattr(signal, name), lambda *_: loop.call_soon_threadsafe(ended.set)
            )
    return ended
