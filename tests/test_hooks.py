"""What is looked at before a commit: the hooks need no network, their commands run, and a hook written by hand does the same."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from start import TEST

ROOT = Path(__file__).parents[1]
REPOSITORIES = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))[
    "repos"
]
HOOKS = {
    hook["id"]: hook for repository in REPOSITORIES for hook in repository["hooks"]
}


def run(hook, *files):
    """Run a hook's command with this Python, without letting start.py make an environment."""
    words = shlex.split(HOOKS[hook]["entry"])
    assert words[0] == "python3"
    words = (
        [*TEST, "-p", "no:cacheprovider", *words[3:]]
        if words[1:3] == ["start.py", "test"]
        else words[1:]
    )
    return subprocess.run(
        [sys.executable, *words, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_nothing_is_fetched():
    assert [repository["repo"] for repository in REPOSITORIES] == ["local"]
    assert {
        (hook["language"], "additional_dependencies" in hook) for hook in HOOKS.values()
    } == {("system", False)}


def test_notebooks(tmp_path):
    assert HOOKS["notebooks"].get("pass_filenames", True)
    done = run("notebooks", *sorted((ROOT / "notebooks").glob("*.ipynb")))
    assert done.returncode == 0, done.stdout + done.stderr
    pasted = tmp_path / "pasted.ipynb"
    pasted.write_text(
        '{"cells": [{"cell_type": "raw", "metadata": {}, "source": ""}], "metadata": {}, "nbformat": 4}',
        "utf-8",
    )
    done = run("notebooks", pasted)
    assert done.returncode == 1 and "cell 1: is a raw cell" in done.stdout


def test_style():
    done = run("style")
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_written_by_hand_does_the_same(hook):
    assert HOOKS[hook]["entry"] in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
