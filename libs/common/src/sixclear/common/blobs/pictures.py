"""Pictures as everyone may see them: without what a camera writes beside them, such as the place and the device."""

from __future__ import annotations

from io import BytesIO
from typing import IO

# Wide enough for a scanned sheet of paper at 600 dots an inch; a file of a few kilobytes may claim far more.
MOST_PIXELS = 50_000_000
_QUALITY = 90


class PictureUnreadable(Exception):
    """No picture comes out of the file, or one of more than `MOST_PIXELS`."""


def without_metadata(picture: IO[bytes]) -> bytes:
    """The same picture in the same format, upright, with nothing beside its pixels and colour profile.

    Unpacks it in memory, at most four bytes a pixel; call it in a thread. Raises PictureUnreadable.
    """
    # A library of a job: a service that takes no picture does not load it.
    from PIL import Image, ImageOps

    try:
        with Image.open(picture, formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PictureUnreadable
            kind, profile = opened.format, opened.info.get("icc_profile")
            upright = ImageOps.exif_transpose(opened)
            plain = Image.frombytes(upright.mode, upright.size, upright.tobytes())
            if upright.mode == "P" and (palette := upright.getpalette("RGBA")) is not None:
                plain.putpalette(palette, "RGBA")
            written = BytesIO()
            plain.save(written, kind, quality=_QUALITY, icc_profile=profile)
            return written.getvalue()
    except PictureUnreadable:
        raise
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
        raise PictureUnreadable from error
