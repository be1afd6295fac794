"""Pictures as everyone may see them: without what a camera writes beside them, such as the place and the device."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# What a camera takes by itself, at some 200 MB of memory; a file of a few kilobytes may claim far more.
MOST_PIXELS = 25_000_000
# Unpacking WebP takes twice the memory.
MOST_PIXELS_OF_WEBP = 12_000_000
# A JPEG is unpacked once for each scan, which may take 40 bytes: a file of 20 MB would keep a processor busy for hours.
# Writers of progressive pictures make 10, the best of them 64. Each segment is kept in memory, at 100 bytes and more.
MOST_SCANS = 100
MOST_SEGMENTS = 2_000
_QUALITY = 90
# Where `without_metadata` runs: one picture at a time, whatever comes at once, for what one takes of memory.
ONE_BY_ONE = ThreadPoolExecutor(1, "picture")
_ORIENTATION = 0x0112
_KEPT = ("icc_profile", "transparency")
_JPEG = b"\xff\xd8"
# What begins a segment (ITU-T T.81, B.1.1.2): no byte of a scan, and no mark within one.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_SCAN, _END = b"\xda", b"\xd9"


class PictureUnreadable(Exception):
    """No picture comes out of the file, or one of more pixels than are taken."""


def without_metadata(picture: IO[bytes]) -> bytes:
    """The same picture in the same format, upright, with nothing beside its pixels and colour profile.

    Unpacks it in memory, at most 8 bytes a pixel, 18 of WebP; run it in `ONE_BY_ONE`. Raises PictureUnreadable.
    """
    # A library of a job: a service that takes no picture does not load it.
    from PIL import Image

    _check_scans(picture)
    try:
        with Image.open(picture, formats=("PNG", "JPEG", "WEBP")) as opened:
            most = MOST_PIXELS_OF_WEBP if opened.format == "WEBP" else MOST_PIXELS
            if opened.width * opened.height > most:
                raise PictureUnreadable
            form, turn = opened.format, _turn(opened)
            plain = opened.copy() if turn is None else opened.transpose(turn)
        del opened
        plain.info = {name: plain.info[name] for name in _KEPT if name in plain.info}
        written = BytesIO()
        plain.save(written, form, quality=_QUALITY, icc_profile=plain.info.get("icc_profile"))
        return written.getvalue()
    except PictureUnreadable:
        raise
    except Exception as error:  # its reader raises whatever a broken file makes of it
        raise PictureUnreadable from error


def _check_scans(picture: IO[bytes]) -> None:
    """Raises PictureUnreadable for a JPEG that takes far longer, or far more memory, than its pixels say."""
    picture.seek(0)
    content = picture.read()
    picture.seek(0)
    place, scans, segments = len(_JPEG), 0, 0
    while content.startswith(_JPEG) and (marker := _MARKER.search(content, place)) and marker[1] != _END:
        scans, segments = scans + (marker[1] == _SCAN), segments + 1
        if scans > MOST_SCANS or segments > MOST_SEGMENTS:
            raise PictureUnreadable
        place = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2])


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """How the picture is turned to stand upright, by what the camera wrote, as far as that can be read."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        # The library's own way writes all of it again, and fails on what cameras write.
        return turns.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        return None
