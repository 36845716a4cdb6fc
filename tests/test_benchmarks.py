"""The benchmarks of serving: what counts as a page that came, and which process is a visitor's."""

import math
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

SERVER_OF_FORKS = """
import multiprocessing, time
context = multiprocessing.get_context("forkserver")
for _ in range(2):
    context.Process(target=time.sleep, args=(60,)).start()
print("started", flush=True)
time.sleep(60)
"""


def cell(model):
    return f'<script>{{"data": {{"application/vnd.jupyter.widget-view+json": {{"version_major": 2, "model_id": "{model}"}}}}}}</script>'


@pytest.fixture
def visitors(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import visitors

    return visitors


@pytest.mark.parametrize(
    "page, lacking",
    [
        (cell("a") + cell("b") + "</html>\n", ""),
        (cell("a") + "</html>", "1 of 2 cells show something"),
        (cell("a") + cell("a") + "</html>", "1 of 2 cells show something"),
        (cell("a") + cell("b"), "it breaks off"),
        (
            cell("a")
            + cell("b")
            + "<p>The rest of this page could not be made.</p></html>",
            "it says 'could not be made'",
        ),
    ],
)
def test_page_is_whole_or_says_what_it_lacks(visitors, page, lacking):
    assert visitors.fault_in(page, cells=2) == lacking


def test_who_never_got_a_page_counts_as_slowest(visitors):
    assert visitors.percentile([1.0] * 29 + [math.inf], 0.95) == 1
    assert visitors.percentile([1.0] * 27 + [math.inf] * 3, 0.95) == math.inf


def test_cells_for_readers_are_not_asked_of_the_page(visitors):
    sources = ["".join(each["source"]) for each in visitors.page_cells()["cells"]]
    assert "page.next()" in sources and not any(
        "wilson(" in source for source in sources
    )


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="memory is told apart on Linux only"
)
def test_forks_are_visitors_and_their_server_is_not(visitors):
    with subprocess.Popen(
        [sys.executable, "-c", SERVER_OF_FORKS], stdout=subprocess.PIPE
    ) as serving:
        serving.stdout.readline()
        started = psutil.Process(serving.pid).children(recursive=True)
        try:
            assert sum(not visitors._serves_all(process) for process in started) == 2
            assert len(started) == 4  # with the server of forks, and its helper
        finally:
            for process in [*started, serving]:
                process.kill()
