"""The map of the modules in CONTRIBUTING.md, made of the sentence that each module opens with: `python tests/module_map.py` writes it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
MAP = re.compile(
    r"(?<=<!-- the map, from here -->\n).*(?=<!-- the map, to here -->)", re.DOTALL
)


def sentence(path: Path) -> str:
    """What a module's docstring opens with, up to its first full stop."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


def module_map() -> str:
    """Each package with its modules, a line for each."""
    lines = []
    packages = [ROOT / "senlib", *sorted((ROOT / "senlib").rglob("__init__.py"))]
    for package in dict.fromkeys(
        path.parent if path.is_file() else path for path in packages
    ):
        name = package.relative_to(ROOT).as_posix()
        lines.append(f"\n### `{name}/`\n\n{sentence(package / '__init__.py')}\n\n")
        lines += [
            f"- `{path.name}`: {sentence(path)}\n"
            for path in sorted(package.glob("*.py"))
            if path.name != "__init__.py"
        ]
    return "".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(MAP.sub(lambda _: module_map(), PAGE.read_text("utf-8")), "utf-8")
