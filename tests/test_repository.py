"""What is true of the repository as a whole: its layout, its style, and what may not slip into it."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebooks import faults

ROOT = Path(__file__).parents[1]
TEXT = {
    "",
    ".py",
    ".md",
    ".ipynb",
    ".toml",
    ".yml",
    ".yaml",
    ".csv",
    ".html",
    ".j2",
    ".txt",
    ".js",
    ".css",
    ".svg",
}
HIDDEN_BUT_OURS = {
    ".git-blame-ignore-revs",
    ".ci",
    ".gitignore",
    ".gitattributes",
    ".pre-commit-config.yaml",
}


def files():
    """Every file of the repository: not the environment, and nothing that tools leave behind."""
    for top in sorted(ROOT.iterdir()):
        if top.name.startswith(".") and top.name not in HIDDEN_BUT_OURS:
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            parts = path.relative_to(ROOT).parts[1:]
            if path.is_file() and not any(
                part.startswith((".", "__pycache__", "node_modules")) for part in parts
            ):
                yield path


FILES = list(files())
MODULES = [path for path in FILES if path.suffix == ".py"]
NOTEBOOKS = [path for path in FILES if path.suffix == ".ipynb"]


def name(path):
    return path.relative_to(ROOT).as_posix()


def run(*command):
    """Run one of the environment's programs in the repository; return what it printed, '' if all is well."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, text=True, capture_output=True
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize(
    "place",
    [
        "start.py",
        "pyproject.toml",
        "requirements.txt",
        "requirements-test.txt",
        "environment.yml",
        "LICENSE",
        "README.md",
        ".ci/run",
        "data/sample",
        "notebooks/index.ipynb",
        "senlib/__init__.py",
        "senlib/frameworks",
        "senlib/school",
        "senlib/national",
        "senlib/measures",
        "senlib/pages",
        "senlib/serve",
        "tests",
    ],
)
def test_layout(place):
    assert (ROOT / place).exists()


def test_each_module_opens_with_what_it_holds():
    without = [
        name(path)
        for path in MODULES
        if path.stat().st_size
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert without == []


@pytest.mark.parametrize(
    "what, pattern",
    [
        (
            "a folder of one machine",
            r"(?<![\w./])/(?:work|tmp|root|home|Users)(?:/|\b)|\b[A-Z]:\\+Users\b",
        ),
        (
            "the address of a package registry",
            r"(?:pypi|pythonhosted|npmjs|anaconda|conda|debian)\.(?:org|com)\b",
        ),
    ],
)
def test_speaks_of_no(what, pattern):
    hits = [
        f"{name(path)}: {hit.group()}"
        for path in FILES
        if path.suffix in TEXT
        for hit in re.finditer(pattern, path.read_text("utf-8", errors="replace"))
    ]
    assert hits == [], f"{what} stands in these files"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_holds_nothing_of_a_school_or_a_machine(path):
    assert faults(path.read_bytes(), file=name(path)) == []


def test_imports_point_one_way():
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    broken = run("-c", lint)
    assert not broken, broken


def test_style():
    faults = run("-m", "ruff", "check", "--no-cache", "--output-format=concise", ".")
    assert not faults, faults


def test_layout_of_code():
    faults = run("-m", "ruff", "format", "--no-cache", "--check", ".")
    assert not faults, faults


def test_style_of_the_javascript():
    biome = ROOT / "senlib/serve/script/node_modules/@biomejs/biome/bin/biome"
    node = shutil.which("node")
    if not (node and biome.exists()):
        pytest.skip("no Node, or no biome: npm ci, in senlib/serve/script")
    check = [node, biome, "ci", "--error-on-warnings", "--colors=off", "."]
    done = subprocess.run(check, cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_annotations_are_true():
    faults = run("-m", "mypy", "--cache-dir", os.devnull)
    assert not faults, faults
