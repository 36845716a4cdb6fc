"""Forked kernels: each is a process of its own in all that matters, and none is left when the server has gone."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from multiprocessing import forkserver
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from senlib.serve import forks
from senlib.serve.forks import CAN_FORK, ForkedProvisioner, Provisioners, import_ahead
from senlib.serve.kernels import PollingKernelClient

ROOT = Path(__file__).parents[2]
LONG = 60

pytestmark = pytest.mark.skipif(
    not CAN_FORK, reason="kernels are not forked on this system"
)


@pytest.fixture(autouse=True)
def provisioners():
    """Our provisioners for the test, and the usual ones again for others."""
    import_ahead()
    KernelProvisionerFactory.clear_instance()
    Provisioners.instance()
    yield
    Provisioners.clear_instance()


@asynccontextmanager
async def kernel(folder: Path, **variables: str):
    """A forked kernel in this folder, and a client that is ready."""
    manager = AsyncKernelManager(
        transport="ipc", connection_file=str(folder / "kernel.json")
    )
    manager.client_factory = PollingKernelClient
    await manager.start_kernel(
        env={"IPYTHONDIR": str(folder), "PATH": os.environ["PATH"], **variables},
        cwd=str(folder),
    )
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=LONG)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def value(client, expression: str):
    """What an expression comes to in the kernel."""
    reply = await client.execute(
        "pass", user_expressions={"it": expression}, reply=True, timeout=LONG
    )
    return eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])  # noqa: S307


def in_kernels(
    tmp_path: Path, expression: str, *, of: int = 1, **variables: str
) -> list:
    """What an expression comes to in so many kernels."""

    async def ask(number: int):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with kernel(folder, **variables) as (_, client):
            return await value(client, expression)

    async def all_of_them():
        return [await ask(number) for number in range(of)]

    return asyncio.run(all_of_them())


def test_provisioner_is_ours_where_the_system_forks():
    made = KernelProvisionerFactory.instance().create_provisioner_instance(
        "1", None, None
    )
    assert isinstance(made, ForkedProvisioner)


def test_elsewhere_it_is_the_ordinary_one(monkeypatch):
    monkeypatch.setattr(forks, "CAN_FORK", False)
    made = KernelProvisionerFactory.instance().create_provisioner_instance(
        "1", None, None
    )
    assert type(made) is LocalProvisioner


def test_all_is_imported_before_it_comes(tmp_path):
    asked = "{'pandas', 'matplotlib', 'senlib.pages.task5_interventions'} <= set(__import__('sys').modules)"
    assert in_kernels(tmp_path, asked) == [True]


def test_the_server_is_not_in_it(tmp_path):
    assert in_kernels(
        tmp_path,
        "[name for name in __import__('sys').modules if name.startswith(('voila', 'jupyter_server'))]",
    ) == [[]]


@pytest.mark.parametrize(
    "draw",
    [
        "__import__('random').random()",
        "float(__import__('numpy').random.random())",
        "__import__('uuid').uuid4().hex",
    ],
)
def test_each_draws_lots_of_its_own(tmp_path, draw):
    assert len(set(in_kernels(tmp_path, draw, of=3))) == 3


def test_it_has_the_variables_and_the_folder_that_it_was_given_and_no_others(tmp_path):
    [(names, folder)] = in_kernels(
        tmp_path,
        "(sorted(__import__('os').environ), __import__('os').getcwd())",
        SENLIB_DATA="somewhere",
    )
    assert (
        "SENLIB_DATA" in names and "HOME" not in names and "JPY_PARENT_PID" not in names
    )
    assert folder == str(tmp_path / "0")


def test_it_holds_nothing_open_that_is_another_s(tmp_path):
    """A file and a listening port of the server's, open as a kernel is forked, are not open in it."""
    with (
        open(tmp_path / "workbook.sqlite", "w"),
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        asked = "[__import__('os').path.realpath(link) for link in __import__('glob').glob('/proc/self/fd/*')]"
        [held] = in_kernels(tmp_path, asked)
        port = f"socket:[{os.fstat(listening.fileno()).st_ino}]"
    assert "/dev/null" in held
    assert not [link for link in held if link.endswith((".sqlite", port))]


def test_the_page_can_ask_for_all_widgets_at_once(tmp_path):
    """ipywidgets was imported before there was a kernel to tell the browser's part of it about."""
    [targets] = in_kernels(
        tmp_path, "sorted(__import__('comm').get_comm_manager().targets)"
    )
    assert targets == ["jupyter.widget", "jupyter.widget.control"]


def test_what_was_run_is_not_kept(tmp_path):
    in_kernels(tmp_path, "1 + 1")
    assert not list(tmp_path.rglob("history.sqlite"))


def test_interrupt_restart_and_shutdown(tmp_path):
    async def play():
        async with kernel(tmp_path) as (manager, client):
            first = psutil.Process(manager.provisioner.process.pid)
            sleeping = asyncio.ensure_future(
                client.execute("import time; time.sleep(60)", reply=True, timeout=LONG)
            )
            await asyncio.sleep(0.5)
            await manager.interrupt_kernel()
            assert (await sleeping)["content"]["ename"] == "KeyboardInterrupt"
            await manager.restart_kernel(now=True)
            await client.wait_for_ready(timeout=LONG)
            assert await value(client, "__import__('os').getpid()") != first.pid
            assert not first.is_running()
            second = psutil.Process(manager.provisioner.process.pid)
            began = time.monotonic()
            await manager.shutdown_kernel()
            assert time.monotonic() - began < manager.shutdown_wait_time, (
                "it ended when it was asked to"
            )
            assert not second.is_running() and not await manager.is_alive()

    asyncio.run(play())


def test_a_killed_kernel_is_seen_to_be_dead(tmp_path):
    async def play():
        async with kernel(tmp_path) as (manager, _):
            os.kill(manager.provisioner.process.pid, signal.SIGKILL)
            async with asyncio.timeout(LONG):
                while await manager.is_alive():
                    await asyncio.sleep(0.01)
            assert await manager.provisioner.poll() == -signal.SIGKILL

    asyncio.run(play())


def test_where_the_forking_process_was_killed_another_is_made(tmp_path):
    in_kernels(tmp_path, "1")
    first = psutil.Process(forkserver._forkserver._forkserver_pid)
    first.kill()
    (tmp_path / "after").mkdir()
    assert in_kernels(tmp_path / "after", "1 + 1") == [2]
    assert forkserver._forkserver._forkserver_pid != first.pid


SERVER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_forks import Provisioners, kernel

async def serve():
    Provisioners.instance()
    async with kernel(Path({folder!r})):
        print("ready", flush=True)
        await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(serve())
"""


def test_a_killed_server_leaves_no_process(tmp_path):
    script = tmp_path / "server.py"
    script.write_text(
        SERVER.format(here=str(Path(__file__).parent), folder=str(tmp_path))
    )
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as server:
        assert server.stdout.readline() == "ready\n"
        family = psutil.Process(server.pid).children(recursive=True)
        assert len(family) >= 2
        server.kill()
    _, alive = psutil.wait_procs(family, timeout=LONG)
    assert alive == []
