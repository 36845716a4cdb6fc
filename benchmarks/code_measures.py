"""How readable the code is: tokens a line, long and branching functions, empty names; and how many lines it had in an earlier revision.

python benchmarks/code_measures.py [FOLDER] [--files]
python benchmarks/code_measures.py --compare REVISION
"""

from __future__ import annotations

import argparse
import ast
import json
import statistics
import subprocess
import sys
import tarfile
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BUILT = "senlib/serve/templates/senlib/static/page.js"
BIOME = ROOT / "senlib/serve/script/node_modules/.bin/biome"
LAYOUT_TOKENS = {
    "ENCODING",
    "ENDMARKER",
    "NL",
    "NEWLINE",
    "INDENT",
    "DEDENT",
    "COMMENT",
}
# Participles that do not say what kind of thing they name; the first five are barred.
BARRED = ("held", "told", "found", "made", "shown")
VAGUE = (
    "asked",
    "counted",
    "given",
    "kept",
    "known",
    "named",
    "said",
    "seen",
    "taken",
    "wanted",
)


class Function(NamedTuple):
    """A function's full name, the lines of its body without docstring, and whether they are only data."""

    name: str
    lines: int
    is_data: bool


class Module(NamedTuple):
    """A file: tokens of each line with code, complexity by function, and each name with the scopes that give it."""

    file: str
    lines: int
    tokens: list[int]
    functions: list[Function]
    complexity: dict[str, int]
    names: dict[str, set[str]]


def percentile_90(values: Iterable[int]) -> int:
    """The value that a tenth of them exceed, or 0 for none.

    >>> percentile_90(range(1, 11))
    10
    """
    ordered = sorted(values)
    return ordered[int(0.9 * len(ordered))] if ordered else 0


def tokens_by_line(file: Path) -> list[int]:
    """How many tokens start on each line that has code; layout and comments count for nothing."""
    with tokenize.open(file) as source:
        tokens = list(tokenize.generate_tokens(source.readline))
    lines = Counter(
        token.start[0]
        for token in tokens
        if tokenize.tok_name[token.type] not in LAYOUT_TOKENS
    )
    return list(lines.values())


def nodes_in_scopes(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.AST]]:
    """Each node below this one, with the full name of the function or class around it (its own for these)."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{scope}.{child.name}"
        yield inner, child
        yield from nodes_in_scopes(child, inner)


def name_given(node: ast.AST) -> str | None:
    """The name that this node gives to something: function, parameter, variable, attribute, alias."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return name
        case ast.Attribute(attr=name, ctx=ast.Store()) | ast.alias(asname=name):
            return name
        case ast.ExceptHandler(name=name):
            return name
    return None


def function_of(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    """Measure a function; a body that is one expression, however long, is data."""
    has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
    body = node.body[has_docstring:]
    lines = (node.end_lineno or node.lineno) - body[0].lineno + 1
    expression = (ast.Return, ast.Assign, ast.AnnAssign, ast.Expr)
    is_data = len(body) == 1 and isinstance(body[0], expression)
    return Function(name, lines, is_data)


def complexity_by_file(folder: Path) -> dict[str, dict[str, int]]:
    """Cyclomatic complexity of each function, named with its line, in each file: ruff's C901."""
    options = ["--isolated", "--no-cache", "--exit-zero", "--output-format=json"]
    rule = ["--select=C901", "--config=lint.mccabe.max-complexity=0"]
    command = [sys.executable, "-m", "ruff", "check", *options, *rule, str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True).stdout
    complexity: dict[str, dict[str, int]] = {}
    for fault in json.loads(printed):
        # "`name` is too complex (3 > 0)"
        _, name, remark = fault["message"].split("`")
        of_file = complexity.setdefault(fault["filename"], {})
        of_file[f"{name}:{fault['location']['row']}"] = int(remark.split()[-3][1:])
    return complexity


def files_by_hand(folder: Path, suffix: str) -> list[Path]:
    """The code under a folder that people write, neither built nor fetched."""
    files = [each for each in sorted(folder.rglob(f"*{suffix}")) if each.is_file()]
    files = [each for each in files if "node_modules" not in each.parts]
    return [each for each in files if not each.as_posix().endswith(BUILT)]


def count_lines(*files: Path) -> int:
    return sum(len(file.read_text("utf-8").splitlines()) for file in files)


def measure(folder: Path) -> list[Module]:
    """Measure each file of Python under a folder."""
    complexity = complexity_by_file(folder)
    modules = []
    for file in files_by_hand(folder, ".py"):
        nodes = list(nodes_in_scopes(ast.parse(file.read_bytes()), file.stem))
        names: dict[str, set[str]] = {}
        functions = []
        for scope, node in nodes:
            if name := name_given(node):
                names.setdefault(name, set()).add(scope)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(function_of(scope, node))
        module = Module(
            file=file.relative_to(folder).as_posix(),
            lines=count_lines(file),
            tokens=tokens_by_line(file),
            functions=functions,
            complexity=complexity.get(str(file), {}),
            names=names,
        )
        modules.append(module)
    return modules


def over(limit: int, sizes: Iterable[tuple[int, str]]) -> list[str]:
    """What is larger than the limit, largest first, each with its size.

    >>> over(2, [(3, "three"), (2, "two"), (4, "four")])
    ['four (4)', 'three (3)']
    """
    largest = sorted(sizes, key=lambda each: -each[0])
    return [f"{name} ({size})" for size, name in largest if size > limit]


def long_functions(modules: Iterable[Module], limit: int = 50) -> list[str]:
    """Functions with more lines than the limit that are not only data."""
    functions = [each for module in modules for each in module.functions]
    return over(
        limit, [(each.lines, each.name) for each in functions if not each.is_data]
    )


def branching_functions(modules: Iterable[Module], limit: int = 12) -> list[str]:
    """Functions of a cyclomatic complexity over the limit."""
    sizes = [
        (size, f"{module.file}:{name}")
        for module in modules
        for name, size in module.complexity.items()
    ]
    return over(limit, sizes)


def long_files(folder: Path, limit: int = 450) -> list[str]:
    """Files of code, Python and JavaScript, with more lines than the limit."""
    files = [*files_by_hand(folder, ".py"), *files_by_hand(folder, ".js")]
    return over(limit, [(count_lines(each), each.name) for each in files])


def scopes_naming(modules: Iterable[Module], name: str) -> list[str]:
    """The functions, classes and modules that give this name to something."""
    return sorted(scope for module in modules for scope in module.names.get(name, ()))


def summary(folder: Path, modules: list[Module]) -> Iterator[str]:
    """What is printed of a folder."""
    tokens = [count for module in modules for count in module.tokens]
    bodies = [function.lines for module in modules for function in module.functions]
    complexity = [each for module in modules for each in module.complexity.values()]
    lines = sum(module.lines for module in modules)
    yield f"Python: {lines:,} lines, {len(tokens):,} with code"
    yield f"JavaScript by hand: {count_lines(*files_by_hand(folder, '.js')):,} lines"
    middle = statistics.median(tokens)
    yield f"tokens a line: median {middle:g}, p90 {percentile_90(tokens)}"
    middle, p90 = statistics.median(bodies), percentile_90(bodies)
    yield f"lines of a function: median {middle:g}, p90 {p90}, most {max(bodies)}"
    mean = statistics.mean(complexity)
    yield f"cyclomatic complexity: mean {mean:.1f}, most {max(complexity)}"
    yield f"files over 400 lines: {len(long_files(folder, 400))}"
    lists = {
        "files over 450 lines": long_files(folder),
        "functions over 50 lines": long_functions(modules),
        "functions of a complexity over 12": branching_functions(modules),
    }
    for title, places in lists.items():
        yield "\n    ".join([f"{title}: {len(places)}", *places])
    counts = {name: len(scopes_naming(modules, name)) for name in BARRED + VAGUE}
    named = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    yield f"participles as names, in functions and classes: {named or 'none'}"


def by_file(modules: list[Module]) -> Iterator[str]:
    """A table with a line for each file, those with the fullest lines first."""
    yield f"{'file':<44} lines  p90  function  branches  names"
    for module in sorted(modules, key=lambda each: -percentile_90(each.tokens)):
        p90 = percentile_90(module.tokens)
        longest = max((each.lines for each in module.functions), default=0)
        branches = max(module.complexity.values(), default=0)
        names = sum(len(scopes_naming([module], name)) for name in BARRED)
        sizes = f"{module.lines:>5} {p90:>4} {longest:>9} {branches:>9} {names:>6}"
        yield f"{module.file:<44} {sizes}"


def laid_out(revision: str, folder: Path) -> Path:
    """Put a revision into this folder, its code laid out by today's settings."""
    archive = folder.with_suffix(".tar")
    command = ["git", "archive", f"--output={archive}", revision]
    subprocess.run(command, cwd=ROOT, check=True)
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache"]
    settings = f"--config={ROOT / 'pyproject.toml'}"
    subprocess.run([*ruff, settings, str(folder)], check=True)
    if BIOME.exists():
        options = ["--write", "--vcs-enabled=false", f"--config-path={ROOT}"]
        command = [
            str(BIOME),
            "format",
            *options,
            *map(str, files_by_hand(folder, ".js")),
        ]
        subprocess.run(command, check=True)
    return folder


def compare(revision: str) -> Iterator[str]:
    """The lines of a revision, those of HEAD, and the difference, each laid out alike."""
    if not BIOME.exists():
        yield "biome is not installed: the JavaScript is counted as it stands"
    yield f"{'lines':<20} before    now"
    parts = {"Python": ("senlib", ".py"), "JavaScript": ("senlib", ".js")}
    parts["tests"] = ("tests", ".py")
    with tempfile.TemporaryDirectory() as temporary:
        before = laid_out(revision, Path(temporary, "before"))
        now = laid_out("HEAD", Path(temporary, "now"))
        for name, (part, suffix) in parts.items():
            old = count_lines(*files_by_hand(before / part, suffix))
            new = count_lines(*files_by_hand(now / part, suffix))
            yield f"{name:<20} {old:>6,} {new:>6,} {new - old:>+7,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "senlib")
    parser.add_argument("--files", action="store_true", help="a line for each file")
    parser.add_argument("--compare", metavar="REVISION", help="lines then and now")
    options = parser.parse_args()
    if options.compare:
        lines = compare(options.compare)
    else:
        folder = options.folder.resolve()
        modules = measure(folder)
        lines = by_file(modules) if options.files else summary(folder, modules)
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
