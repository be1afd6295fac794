"""A file without what says who made it, when and where: the program of the child that `cleaning.py` starts.

It reads one line of what is expected, then the file; it writes one line of how it ended, then the copy. What it takes
of time and memory is limited by the system, so a file that unpacks to more than it may ends the child and nothing else.
"""

import json
import sys
from contextlib import suppress
from io import BytesIO
from typing import IO

from sixclear.common.blobs.kinds import PDF, Kind, MacrosFound, fits_name, kind_of

CPU_SECONDS = 30
# A picture of 25 million pixels takes 200 MB. The service beside it has as much again (deploy, docker-compose.yml).
MEMORY = 400 * 1024 * 1024


class Refused(Exception):
    """The file is not taken; the text is one of the words that `cleaning.py` knows."""


def stripped(file: IO[bytes], name: str, endings: frozenset[str]) -> tuple[Kind, bytes]:
    """The kind that the content proves, and the copy; raises Refused.

    `endings` names the kinds that are taken. A name that says another kind than the content is refused.
    """
    try:
        kind = kind_of(file)
    except MacrosFound:
        raise Refused("macros") from None
    if kind is None or endings.isdisjoint(kind.endings):
        raise Refused("kind")
    if not fits_name(kind, name):
        raise Refused(f"name {kind.endings[0]}")
    file.seek(0)
    return kind, _strip(kind, file)


def _strip(kind: Kind, file: IO[bytes]) -> bytes:
    from sixclear.common.blobs.pictures import PictureUnreadable, without_metadata
    from sixclear.feedback.attachment import documents, pdfs

    try:
        if kind.picture:
            return without_metadata(file)
        return pdfs.plain_pdf(file) if kind is PDF else documents.plain_archive(file)
    except PictureUnreadable:
        raise Refused("unreadable") from None


def main() -> None:
    """Read what is expected and the file, write how it ended and the copy."""
    _limit()
    expected = json.loads(sys.stdin.buffer.readline())
    copy = b""
    try:
        kind, copy = stripped(BytesIO(sys.stdin.buffer.read()), expected["name"], frozenset(expected["endings"]))
        said = {"end": None, "media_type": kind.media_type}
    except Refused as refused:
        said = {"end": str(refused)}
    except (MemoryError, RecursionError):
        said = {"end": "too-much"}
    except Exception:  # readers raise errors of their own kinds for what is broken
        said = {"end": "unreadable"}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.write(copy)


def _limit() -> None:
    with suppress(ImportError):  # there is none of it on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


if __name__ == "__main__":
    main()
