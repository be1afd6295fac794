"""Files of the data folder: 0640 in folders of 0750, whatever the umask of the process is.

Secrets are not for the group: `issuer.key_store` and the receipt key are 0600 in 0700, and know that themselves.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

FOLDER_MODE = 0o750
FILE_MODE = 0o640
# For what other programs write: the broker's log, the output of a child.
UMASK = 0o777 & ~FOLDER_MODE


def make_folder(path: Path) -> None:
    """Make `path` and the parents that are missing, each 0750; what is there keeps its mode."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(FOLDER_MODE)


def close_to_others(path: Path, mode: int = FILE_MODE) -> None:
    """Take from a file or folder what `mode` does not give, where it is there and ours to change.

    Earlier releases left the mode to the umask: 0644 in 0755 as a rule.
    """
    with suppress(OSError):
        found = path.stat().st_mode & 0o7777
        if found & 0o777 & ~mode:
            path.chmod(found & (mode | 0o7000))


def open_text(path: Path) -> TextIO:
    """Open a file at its end, to read and write text; 0640."""
    return open(path, "a+", encoding="utf-8", opener=_open)


def open_bytes(path: Path) -> BinaryIO:
    """Open a file at its end, to write bytes; 0640."""
    return open(path, "ab", opener=_open)


def _open(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, FILE_MODE)
    with suppress(OSError):  # another user's file keeps its mode
        found = os.fstat(descriptor).st_mode & 0o777
        if found != FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
    return descriptor


def write_whole(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, 0640; no reader ever sees half of it."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with open(draft, "wb", opener=_open) as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
