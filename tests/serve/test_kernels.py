"""Kernels: a message that has come is found though its wake-up was missed; only this Python's kernel is known."""

import asyncio
from queue import Empty

import pytest
import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import Session

from senlib.serve import kernels
from senlib.serve.kernels import (
    OwnPython,
    PollingChannel,
    PollingKernelClient,
    WorkbookKernels,
)

# Long enough for any computer; only a channel that hangs meets it.
FOR_EVER = 5


class MissesOneWakeUp(zmq.asyncio.Socket):
    """A socket that does not notice its first message: whoever waits on it without end is never woken."""

    missed = False

    async def poll(self, timeout=None, flags=zmq.POLLIN):
        if self.missed:
            return await super().poll(timeout, flags)
        self.missed = True
        await asyncio.sleep(FOR_EVER * 10 if timeout is None else timeout / 1000)
        return 0


async def first_message(
    channel_class, *, sent: bool = True, timeout: float | None = None
):
    """What a channel of this class receives through a socket that misses one wake-up."""
    context = zmq.asyncio.Context()
    kernel, page = (
        context.socket(zmq.PAIR),
        context.socket(zmq.PAIR, socket_class=MissesOneWakeUp),
    )
    try:
        page.connect(f"tcp://127.0.0.1:{kernel.bind_to_random_port('tcp://127.0.0.1')}")
        session = Session(key=b"key")
        if sent:
            await kernel.send_multipart(
                session.serialize(session.msg("status", {"execution_state": "idle"}))
            )
        return await asyncio.wait_for(
            channel_class(page, session).get_msg(timeout=timeout), FOR_EVER
        )
    finally:
        kernel.close(linger=0), page.close(linger=0)
        context.term()


@pytest.fixture(autouse=True)
def short_slices(monkeypatch):
    monkeypatch.setattr(kernels, "SLICE", 0.02)


def test_patient_channel_finds_the_message():
    assert asyncio.run(first_message(PollingChannel))["content"] == {
        "execution_state": "idle"
    }


def test_patient_channel_keeps_a_limit():
    with pytest.raises(Empty):
        asyncio.run(first_message(PollingChannel, sent=False, timeout=0.1))


def test_stock_channel_would_hang(monkeypatch):
    """What is cured is there to be cured: should this fail one day, the patient channel may go."""
    monkeypatch.setitem(globals(), "FOR_EVER", 0.5)
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(first_message(AsyncZMQSocketChannel))


def test_patient_client_is_patient_where_nbclient_waits():
    assert issubclass(PollingKernelClient, AsyncKernelClient)
    assert PollingKernelClient.shell_channel_class.klass is PollingChannel
    assert PollingKernelClient.iopub_channel_class.klass is PollingChannel


class Answers:
    """A channel on which so many of the first messages never come."""

    def __init__(self, lost: int):
        self.lost, self.waited = lost, []

    async def get_msg(self, timeout):
        self.waited.append(timeout)
        if len(self.waited) <= self.lost:
            raise Empty
        return {}


def test_kernel_whose_outputs_do_not_come_yet_is_asked_again_at_once(monkeypatch):
    """Outputs have a way of their own, which is open a moment after the one for answers: waiting longer would be in vain."""
    shell, outputs, asked = Answers(lost=0), Answers(lost=3), []
    for name, value in {
        "shell_channel": shell,
        "iopub_channel": outputs,
        "kernel_info": lambda _: asked.append(1),
    }.items():
        monkeypatch.setattr(PollingKernelClient, name, value)
    monkeypatch.setattr(
        PollingKernelClient, "is_alive", lambda _: asyncio.sleep(0, result=True)
    )
    asyncio.run(PollingKernelClient().wait_for_ready(timeout=FOR_EVER))
    assert len(asked) == 4 and sum(outputs.waited) < 0.5


def test_only_this_python_runs_pages():
    assert list(OwnPython().find_kernel_specs()) == ["python3"]


def test_workbook_kernels_start_asynchronously():
    assert asyncio.iscoroutinefunction(WorkbookKernels.start_kernel)
