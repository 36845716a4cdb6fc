"""A widget's script: its file and what that imports of its siblings, as the one module that anywidget sends to a page."""

import re
from pathlib import Path

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
# Comments and indentation stay behind; no text in the scripts goes over several lines.
_UNSENT = re.compile(r"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def script(name: str) -> str:
    """The text of a script with each file that it imports before it, once; names are the same in all of them.

    >>> script("clock.js").count("export"), "import {" in script("clock.js")
    (1, False)
    """
    parts = _parts(name, {})
    return "\n".join(parts.values())


def _parts(name: str, parts: dict[str, str]) -> dict[str, str]:
    """`parts` and the text of a script, after those of the files that it needs."""
    text = (HERE / name).read_text("utf-8")
    for needed in _IMPORT.findall(text):
        if needed not in parts:
            _parts(needed, parts)
    for unsent in (_IMPORT, _EXPORT, _UNSENT):
        text = unsent.sub("", text)
    parts[name] = text.strip()
    return parts
