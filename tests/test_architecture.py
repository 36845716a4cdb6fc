"""docs/architecture.md tells the truth: its picture is the code's imports, what it names is there; and CONTRIBUTING.md's map is whole."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from functools import cache
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
    """Which module or package of senlib imports which; what is imported from senlib itself counts as imported from where that has it."""
    graph = grimp.build_graph("senlib", cache_dir=None)
    at_the_top = graph.find_modules_directly_imported_by("senlib")
    pairs = set()
    for module in graph.modules - {"senlib"}:
        imported = graph.find_modules_directly_imported_by(module)
        if "senlib" in imported:
            imported = imported - {"senlib"} | at_the_top
        pairs |= {(module.split(".")[1], each.split(".")[1]) for each in imported}
    return {(start, end) for start, end in pairs if start != end}


def test_every_line_of_the_picture_is_read():
    """A line that these tests cannot read would be drawn, and not be checked."""
    readable = r'flowchart TD| +subgraph \w+\["[^"]+"\]| +end| +(\w+)\["\1: [^"]+"\]| +\w+ --> \w+(?: & \w+)*'
    assert [
        line for line in PICTURE.splitlines() if not re.fullmatch(readable, line)
    ] == []


def test_boxes_are_the_modules_there_are():
    modules = [module.name for module in pkgutil.iter_modules(senlib.__path__)]
    assert sorted(boxes()) == sorted(modules)


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


def words_of(name):
    """The words of a class's or module's name, in lower case."""
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())


@cache
def files_of_code():
    """Each module's file with its classes' names."""
    files = {}
    for file in sorted((ROOT / "senlib").rglob("*.py")):
        nodes = ast.walk(ast.parse(file.read_bytes()))
        files[file] = [each.name for each in nodes if isinstance(each, ast.ClassDef)]
    return files


def glossary():
    """Each word of the glossary, with the words that are not used for the same thing."""
    line = r"^\| \*\*(\w+)\*\* \| [^|\n]+ \| ([\w, ]*) ?\|$"
    lines = re.findall(line, PAGE, re.MULTILINE)
    return {word: others.replace(",", " ").split() for word, others in lines}


def test_every_line_of_the_glossary_is_read():
    assert len(glossary()) == len(re.findall(r"^\| \*\*", PAGE, re.MULTILINE)) > 30


@pytest.mark.parametrize("word", glossary())
def test_no_class_or_module_has_another_word_for_it(word):
    others = set(glossary()[word])
    clashes = [
        f"{name} ({file.name})"
        for file, classes in files_of_code().items()
        for name in (file.stem, *classes)
        if others & set(words_of(name))
    ]
    assert clashes == []


def test_no_two_classes_have_one_name():
    names = Counter(
        name.lstrip("_") for classes in files_of_code().values() for name in classes
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_modules_have_one_name():
    names = Counter(file.stem for file in files_of_code())
    twice = {name for name, count in names.items() if count > 1}
    assert twice <= {"__init__", "__main__"}


def test_the_map_is_what_the_modules_say():
    text = module_map.PAGE.read_text("utf-8")
    assert module_map.MAP.search(text)[0] == module_map.module_map(), (
        "python tests/module_map.py writes it"
    )
