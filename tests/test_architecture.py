"""docs/architecture.md tells the truth: its picture is the code's imports, what it names is there; and CONTRIBUTING.md's map is whole."""

import importlib
import pkgutil
import re
from pathlib import Path

import grimp
import pytest

import senlib
from tests import module_map

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PICTURE = re.search(r"^```mermaid\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[1]
MARKED = set(re.findall(r"`([^`\n]+)`", PAGE.replace(PICTURE, "")))


def boxes():
    """The boxes of the picture, each a module's name, which is also what a reader sees first in it."""
    return re.findall(r'^ +(\w+)\["\1: [^"]+"\]$', PICTURE, re.MULTILINE)


def arrows():
    """The arrows of the picture: from which module to which."""
    lines = re.findall(r"^ +(\w+) --> (\w+(?: & \w+)*)$", PICTURE, re.MULTILINE)
    return [(start, end) for start, ends in lines for end in ends.split(" & ")]


def imports():
    """Which module or package of senlib imports which; what is taken from senlib itself counts as taken from where that has it."""
    graph = grimp.build_graph("senlib", cache_dir=None)
    pairs = set()
    for module in graph.modules - {"senlib"}:
        taken = graph.find_modules_directly_imported_by(module)
        if "senlib" in taken:
            taken = taken - {"senlib"} | graph.find_modules_directly_imported_by(
                "senlib"
            )
        pairs |= {(module.split(".")[1], each.split(".")[1]) for each in taken}
    return {(start, end) for start, end in pairs if start != end}


def test_every_line_of_the_picture_is_read():
    """A line that these tests cannot read would be drawn, and not be checked."""
    known = r'flowchart TD| +subgraph \w+\["[^"]+"\]| +end| +(\w+)\["\1: [^"]+"\]| +\w+ --> \w+(?: & \w+)*'
    assert [
        line for line in PICTURE.splitlines() if not re.fullmatch(known, line)
    ] == []


def test_boxes_are_the_modules_there_are():
    there = [module.name for module in pkgutil.iter_modules(senlib.__path__)]
    assert sorted(boxes()) == sorted(there)


def test_arrows_are_the_imports_there_are():
    drawn = arrows()
    assert len(drawn) == len(set(drawn)), "drawn twice"
    assert set(drawn) - imports() == set(), "drawn, and not in the code"
    assert imports() - set(drawn) == set(), "in the code, and not drawn"


@pytest.mark.parametrize(
    "file",
    sorted(
        mark
        for mark in MARKED
        if "/" in mark or re.search(r"\.(?:py|toml|md|js|txt|ipynb)$", mark)
    ),
)
def test_file_that_is_named_exists(file):
    assert (ROOT / file).is_dir() if file.endswith("/") else (ROOT / file).is_file()


@pytest.mark.parametrize(
    "name", sorted(mark for mark in MARKED if re.fullmatch(r"senlib(?:\.\w+)+", mark))
)
def test_name_that_is_named_exists(name):
    module, _, thing = name.rpartition(".")
    assert hasattr(importlib.import_module(module), thing)


def test_the_map_is_what_the_modules_say():
    text = module_map.PAGE.read_text("utf-8")
    assert module_map.MAP.search(text)[0] == module_map.module_map(), (
        "python tests/module_map.py writes it"
    )
