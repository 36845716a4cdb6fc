"""Until a page can be used: the same small app in senlib, stock Voila, Streamlit and Panel, side by side in one run in Chromium.

    python benchmarks/pages.py                   five rounds; about ten minutes, and a few more the first time
    python benchmarks/pages.py --rounds 2        fewer
    python benchmarks/pages.py --only senlib     one alone

What is measured and how stands in browsing.py, which this command runs in an environment of its own, benchmarks/.venv: the
product's lock file and that of the apps, both with hashes. It is made at the first run, and anew when either file changes.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = [HERE.parent / "requirements.txt", HERE / "apps" / "requirements.txt"]
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


def prepare() -> None:
    """Make the environment unless it is there as the lock files have it."""
    held = hashlib.sha256(
        b"".join([sys.version.encode(), *(lock.read_bytes() for lock in LOCKS)])
    ).hexdigest()
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.exists() and stamp.read_text() == held:
        return
    print(
        "Making the benchmark's environment: once, and a few minutes long ...",
        flush=True,
    )
    venv.create(ENVIRONMENT, clear=True, with_pip=True, symlinks=True)
    asked = [part for lock in LOCKS for part in ("--requirement", str(lock))]
    install = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--compile",
        "--require-hashes",
        "--only-binary=:all:",
        *asked,
    ]
    subprocess.run(install, check=True)
    stamp.write_text(held)


if __name__ == "__main__":
    # Without it Python would compile nothing, and every kernel of a page would compile pandas anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    prepare()
    os.execv(PYTHON, [str(PYTHON), str(HERE / "browsing.py"), *sys.argv[1:]])
