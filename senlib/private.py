"""Folders and files that nobody else who uses the computer can open: made so from the first, or mended.

Permissions are those of Linux and macOS: 0700 for a folder, 0600 for a file, whatever the umask. On Windows a folder within the user's
own is theirs alone by itself, and nothing is changed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

# Where what is the user's own is kept unless another folder is named: in her user folder, and the workbook's whole.
USUAL_FOLDER = "senco-workbook"

_FOLDER, _FILE = 0o700, 0o600
_OTHERS = 0o077
_ANEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


def folder(path: Path) -> Path:
    """The folder, made for this user alone with whatever is missing above it; one that is there stays as it is.

    Raises OSError where it cannot be made.

    >>> import tempfile
    >>> today = folder(Path(tempfile.mkdtemp()) / "room" / "today")
    >>> today.is_dir() and folder(today) == today
    True
    """
    if not path.is_dir():
        folder(path.parent)
        path.mkdir(mode=_FOLDER, exist_ok=True)
    return path


def file(path: Path) -> Path:
    """The file, made empty for this user alone; one that is there keeps its content, and is closed to others.

    What writes to it afterwards, whichever library, leaves it so; what SQLite keeps beside a database has the permissions of that.
    Raises OSError where it cannot be made.

    >>> import tempfile
    >>> file(Path(tempfile.mkdtemp()) / "pupils.csv").write_text("UPN")
    3
    """
    try:
        descriptor = os.open(path, _ANEW, _FILE)
        os.close(descriptor)
    except FileExistsError:
        _close(path)
    return path


def mend(path: Path, *, ours: Sequence[str]) -> None:
    """Close to others what lies in this folder under names that fit these patterns, with all that is in it, and the folder itself.

    A folder with other things in it, too, is somebody's for more than this: it keeps its own permissions. What cannot be changed, as on
    a disk that knows no permissions, stays as it is; no link is followed.

    >>> mend(Path("no such folder"), ours=["school"])
    """
    if os.name == "nt" or not path.is_dir():
        return
    children = list(path.iterdir())
    mine = [child for child in children if _fits(child, ours)]
    if len(mine) == len(children):
        _close(path)
    for child in mine:
        _close(child)
        if not child.is_symlink():
            for where, folders, files in os.walk(child):
                for name in (*folders, *files):
                    _close(Path(where, name))


def _fits(path: Path, names: Sequence[str]) -> bool:
    return any(fnmatchcase(path.name, name) for name in names)


def _close(path: Path) -> None:
    """Take from others what they may do; what the user may do stays as it is."""
    with suppress(OSError):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & _OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
