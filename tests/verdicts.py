"""Every sentence with a verdict, and the measure behind it: `python tests/verdicts.py` prints them.

A verdict is worded by a function of senlib.pages.kit.verdicts. Any other text in senlib that has the words of one is explained in
EXPLAINED, or is found unexplained, and tests/pages/test_verdicts.py fails.
"""

from __future__ import annotations

import ast
import doctest
import re
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from senlib.pages.kit import verdicts  # noqa: E402

# What a verdict is made of.
WORDS = re.compile(
    r"\b(clear(ly)?|(higher|lower) here|more than|significan\w+|chances?|likely|cannot (be sure|tell))\b",
    re.IGNORECASE,
)

# What senlib.pages.kit.verdicts has besides, and gives no verdict.
HELPERS = {"in_points"}

RANGE = "no verdict: the range of a rate (proportion.wilson) or of an average (proportion.mean_interval)"
VALUE = "no verdict: the name or a value of a measure’s column, which senlib.pages.kit.verdicts words"
HOW = "no verdict: says what the measure named there does"
COUNT = "no verdict: a number, not a comparison"
PLAIN = "no verdict: an everyday use of the word"

# Texts with such words that senlib.pages.kit.verdicts does not make: the file, what stands in it, and the measure, or why it is none.
EXPLAINED = [
    ("senlib/pages/kit/verdicts.py", ".", "the wording itself"),
    ("senlib/measures/*", r"^(not )?clear$", VALUE),
    ("senlib/pages/*", r"^clear$", VALUE),
    (
        "senlib/*",
        r"^Likely( (from|to)(, without)?)?$|likely (between )?\{\} (to|and) \{\}",
        RANGE,
    ),
    (
        "senlib/pages/kit/layout.py",
        "^Line: where the true rate is likely to lie",
        RANGE,
    ),
    (
        "senlib/content/sessions/facilitator.toml",
        "where the true share is likely to lie",
        RANGE,
    ),
    ("senlib/content/figures/how_to_read.toml", ".", HOW),
    (
        "senlib/pages/unit3_class_sheets/year_review.py",
        "stand apart, the difference is clear",
        "gaps.independent: where two Wilson intervals stand apart, Newcombe’s interval of the gap leaves out 0",
    ),
    (
        "senlib/pages/governors/*",
        "(true figure is likely to lie|, likely \\{\\})",
        "no verdict: the range of a published rate (proportion.wilson)",
    ),
    ("senlib/pages/governors/*", "^More than |^more than \\{\\} %$", COUNT),
    ("senlib/pages/kit/session_charts.py", "^not clear$", VALUE),
    ("senlib/pages/governors/*", "^not clear$", VALUE),
    (
        "senlib/pages/task3_ensuring_progress/criteria_words.py",
        "^more than $",
        "no verdict: the rule of a target",
    ),
    (
        "senlib/pages/task1_conversion_data/peers.py",
        "where the true gap is likely to lie",
        RANGE,
    ),
    (
        "senlib/pages/task3_ensuring_progress/criteria_words.py",
        "[cC]learly|^not clear$",
        "criteria.clear, of 11 pupils or more",
    ),
    ("senlib/pages/kit/others_of_100.py", r"more than (\{\}|99) of", COUNT),
    ("senlib/school/*", r"more than (once|\{\} (columns|rows|lines|sheets))", COUNT),
    ("senlib/national/*", "more than SEN and no SEN together", COUNT),
    ("senlib/content/task4_level3_to_5.toml", "belong to more than one", COUNT),
    (
        "senlib/content/sessions/facilitator.toml",
        "met, not met, or cannot tell",
        "criteria.clear",
    ),
    ("senlib/school/*", r"clear (the cell|the filter|it in Excel)", PLAIN),
    ("senlib/content/*", "matter more than the place|worth more than ten", PLAIN),
    (
        "senlib/content/task6_support_in_class.toml",
        "until it is clear|Makes clear who",
        PLAIN,
    ),
]


class Made(NamedTuple):
    """A place where senlib.pages.kit.verdicts words a verdict: the function it stands in, and the one that words it."""

    place: str
    within: str
    verdict: str


class Text(NamedTuple):
    """A text that people may read: where it stands, and the function or key that it stands in. A value in it is {}."""

    file: str
    line: int
    within: str
    text: str


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of senlib by its path, read."""
    for path in sorted((ROOT / "senlib").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def made() -> list[Made]:
    """Wherever a function of senlib.pages.kit.verdicts is used, by way of its module or by its own name."""
    found = []
    for file, tree in modules():
        names = _imported(tree)
        for node, within in _inside(tree):
            if isinstance(node, ast.Attribute):
                module = names.get(getattr(node.value, "id", ""))
                if module == verdicts.__name__ and node.attr not in HELPERS:
                    found.append(Made(f"{file}:{node.lineno}", within, node.attr))
            elif (
                isinstance(node, ast.Name)
                and names.get(node.id, "") in verdicts.MEASURES
            ):
                found.append(Made(f"{file}:{node.lineno}", within, names[node.id]))
    return found


def texts() -> Iterator[Text]:
    """Every text in senlib but docstrings: strings of its modules, and what stands in its TOML files."""
    for file, tree in modules():
        # A docstring is for those who read the code; a part of an f-string is read with the whole of it.
        nodes = list(ast.walk(tree))
        passed = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        passed |= {
            id(part)
            for node in nodes
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node, within in _inside(tree):
            if id(node) not in passed and (text := _as_text(node)):
                yield Text(file, node.lineno, within, text)
    for path in sorted((ROOT / "senlib").rglob("*.toml")):
        for key, text in _leaves(tomllib.loads(path.read_text("utf-8"))):
            yield Text(path.relative_to(ROOT).as_posix(), 0, key, text)


def with_words() -> list[tuple[Text, str]]:
    """Texts that have the words of a verdict, each with what EXPLAINED says of it; '' where it says nothing."""
    return [(text, _explained(text)) for text in texts() if WORDS.search(text.text)]


def example(verdict: str) -> str:
    """A sentence that a function of senlib.pages.kit.verdicts makes, as its docstring has it."""
    function = getattr(verdicts, verdict)
    made = (
        doctest.DocTestFinder().find(function, globs=vars(verdicts))[0].examples[0].want
    )
    value = ast.literal_eval(made)
    return value if isinstance(value, str) else value[0]


def explains(entry: tuple[str, str, str], text: Text) -> bool:
    """Whether an entry of EXPLAINED is about a text."""
    file, words, _ = entry
    return fnmatch(text.file, file) and bool(re.search(words, text.text))


def _explained(text: Text) -> str:
    return next((entry[2] for entry in EXPLAINED if explains(entry, text)), "")


def _imported(tree: ast.Module) -> dict[str, str]:
    """Under which names a module has senlib.pages.kit.verdicts, in full, and the functions of it, by their own names."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if f"{node.module}.{alias.name}" == verdicts.__name__:
                    names[alias.asname or alias.name] = verdicts.__name__
                elif node.module == verdicts.__name__:
                    names[alias.asname or alias.name] = alias.name
    return names


def _as_text(node: ast.AST) -> str:
    """The text of a string or f-string, a value in it being {}; '' of anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _as_text(part) if isinstance(part, ast.Constant) else "{}"
            for part in node.values
        )
    return (
        node.value
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else ""
    )


def _inside(node: ast.AST, within: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Each node with the name of the function or class that it stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, within
        named = isinstance(child, ast.FunctionDef | ast.ClassDef)
        yield from _inside(child, child.name if named else within)


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key.lstrip("."), value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{key}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{key}.{number}")


def main() -> None:
    print("Worded by senlib.pages.kit.verdicts:")
    for one in made():
        print(f"  {one.place}, {one.within}: {one.verdict}")
        print(f"    ‘{example(one.verdict)}’")
        print(f"    {verdicts.MEASURES[one.verdict]}")
    print("\nOther texts with the words of a verdict:")
    for text, why in with_words():
        print(
            f"  {text.file}{f':{text.line}' if text.line else ''}, {text.within}: {text.text}"
        )
        print(f"    {why or 'UNEXPLAINED'}")


if __name__ == "__main__":
    main()
