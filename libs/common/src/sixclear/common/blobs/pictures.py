"""Pictures as everyone may see them: without what a camera writes beside them, such as the place and the device."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# What a camera takes by itself, at some 200 MB of memory; a file of a few kilobytes may claim far more.
MOST_PIXELS = 25_000_000
# Unpacking WebP takes twice the memory.
MOST_PIXELS_OF_WEBP = 12_000_000
_QUALITY = 90
# Where `without_metadata` runs: one picture at a time, whatever comes at once, for what one takes of memory.
ONE_BY_ONE = ThreadPoolExecutor(1, "picture")
_ORIENTATION = 0x0112
_KEPT = ("icc_profile", "transparency")


class PictureUnreadable(Exception):
    """No picture comes out of the file, or one of more pixels than are taken."""


def without_metadata(picture: IO[bytes]) -> bytes:
    """The same picture in the same format, upright, with nothing beside its pixels and colour profile.

    Unpacks it in memory, at most 8 bytes a pixel, 18 of WebP; run it in `ONE_BY_ONE`. Raises PictureUnreadable.
    """
    # A library of a job: a service that takes no picture does not load it.
    from PIL import Image

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
