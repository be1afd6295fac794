"""Where the files of cases are: a folder of their own."""

from functools import cache
from pathlib import Path

from sixclear.common.blobs.store import BlobStore, in_folder
from sixclear.common.errors import Unavailable


def store_of(folder: Path | None) -> BlobStore:
    """The store in this folder: one for the life of the process. The target names a folder before it serves.

    Raises Unavailable where none is named.
    """
    if folder is None:
        raise Unavailable("This process takes no files.")
    return _store(folder)


@cache
def _store(folder: Path) -> BlobStore:
    # Files of cases that keep the hour alone lie among the others.
    return in_folder(folder, whole_hours=True)
