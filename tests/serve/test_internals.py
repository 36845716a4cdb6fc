"""The parts of Voila, Jupyter and ipykernel on which the workbook relies are there, and do what it relies on."""

import inspect
import subprocess
import sys
from multiprocessing import util
from pathlib import Path
from types import SimpleNamespace

import comm
import nbformat
import pytest
import zmq
from ipykernel import ipkernel, kernelapp
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp
from jinja2 import DictLoader, Environment
from jupyter_client.provisioning import LocalProvisioner
from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbclient import NotebookClient
from voila.app import Voila
from voila.handler import VoilaHandler
from voila.notebook_renderer import NotebookRenderer

from senlib.serve import internals

# ipykernel puts comms of its own in place as it is imported; tests of widgets in this process have the plain ones.
comm.create_comm, comm.get_comm_manager = comm._create_comm, comm._get_comm_manager


@pytest.mark.parametrize(
    "owner, name",
    [
        (Voila, "initialize"),
        (Voila, "setup_template_dirs"),
        (Voila, "init_settings"),
        (Voila, "init_handlers"),
        (Voila, "connection_dir"),
        (Voila, "template_paths"),
        (VoilaHandler, "initialize"),
        (NotebookRenderer, "initialize"),
        (NotebookRenderer, "generate_content_generator"),
        (LocalProvisioner, "process"),
        (AsyncMappingKernelManager, "context"),
        (AsyncMappingKernelManager, "allowed_message_types"),
        (AsyncMappingKernelManager, "kernel_model"),
        (IPKernelApp, "parse_command_line"),
        (IPKernelApp, "init_code"),
        (IPKernelApp, "init_iopub"),
    ],
)
def test_what_is_overridden_or_set_is_there(owner, name):
    assert hasattr(owner, name)


def test_voila_keeps_its_templates_among_the_settings():
    environment = Environment()
    assert internals.templates({"voila_jinja2_env": environment}) is environment
    assert "voila_jinja2_env" in inspect.getsource(Voila.init_settings)


def test_a_template_is_compiled_for_the_first_page_alone(monkeypatch):
    compiled = []
    compile_template = Environment.compile
    monkeypatch.setattr(
        Environment,
        "compile",
        lambda *arguments, **options: (
            compiled.append(arguments[2]) or compile_template(*arguments, **options)
        ),
    )
    for _ in range(2):
        environment = Environment(loader=DictLoader({"page": "Task {{ number }}"}))
        renderer = SimpleNamespace(exporter=SimpleNamespace(environment=environment))
        internals.reuse_compiled_templates(renderer)
        assert environment.get_template("page").render(number=1) == "Task 1"
    assert compiled == ["page"]
    source = inspect.getsource(NotebookRenderer)
    assert "self.exporter" in source and "self.executor" in source


def test_channels_of_a_page_are_closed_where_there_are_any():
    closed = []
    client = SimpleNamespace(stop_channels=lambda: closed.append("channels"))
    for renderer in (
        SimpleNamespace(),
        SimpleNamespace(executor=SimpleNamespace(kc=None)),
        SimpleNamespace(executor=SimpleNamespace(kc=client)),
    ):
        internals.stop_channels(renderer)
    assert closed == ["channels"]
    assert NotebookClient(nbformat.v4.new_notebook()).kc is None


def test_open_channels_to_a_kernel_are_counted():
    model = AsyncMappingKernelManager.kernel_model
    assert '"connections"' in inspect.getsource(model)
    manager = SimpleNamespace(kernel_model=lambda id: {"id": id, "connections": 2})
    assert internals.connections(manager, "one") == 2


def test_handler_of_the_request_is_known_within_it():
    assert internals.current_handler() is None
    CallContext.set(CallContext.JUPYTER_HANDLER, "a page")
    try:
        assert internals.current_handler() == "a page"
    finally:
        CallContext.set(CallContext.JUPYTER_HANDLER, None)


def test_forks_are_started_through_closed_sockets(monkeypatch):
    monkeypatch.setattr(util, "abstract_sockets_supported", True)
    internals.use_closed_sockets()
    assert util.abstract_sockets_supported is False


def printed_by(code):
    """What a new Python prints that runs this."""
    command, root = [sys.executable, "-c", code], Path(internals.__file__).parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_the_server_is_imported_without_the_grammar_of_addresses():
    code = (
        "from senlib.serve import internals; internals.without_grammar_of_addresses(); "
        "import senlib.serve.server, sys; from jsonschema import FormatChecker, validate; "
        "validate('2026-01-01', {'format': 'date'}, format_checker=FormatChecker()); "
        "print('lark' in sys.modules, 'iri' in FormatChecker.checkers)"
    )
    assert printed_by(code) == "False False"


def test_a_kernel_does_without_the_debugger():
    code = (
        "from senlib.serve import page_kernel; import sys; "
        "assert sys.modules['debugpy'] is None; "
        "from ipykernel import debugger; print(debugger._is_debugpy_available)"
    )
    assert printed_by(code) == "False"


def test_a_kernel_lists_no_modules():
    assert "sys.modules" in inspect.getsource(ipkernel.IPythonKernel.__init__)
    with internals.without_list_of_modules():
        assert ipkernel.sys.modules == {}
    assert ipkernel.sys is sys


def test_a_kernel_opens_no_port_for_what_processes_print():
    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        with internals.without_port_for_processes():
            thread = kernelapp.IOPubThread(socket, pipe=True)
        assert thread._pipe_flag is False
        thread.io_loop.close()
    assert kernelapp.IOPubThread is IOPubThread
    assert "IOPubThread(" in inspect.getsource(IPKernelApp.init_iopub)


def test_a_kernel_answers_widgets():
    targets = comm.get_comm_manager().targets
    targets.pop("jupyter.widget", None)
    internals.answer_widgets()
    assert "jupyter.widget" in targets
