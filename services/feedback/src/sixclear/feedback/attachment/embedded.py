"""Pictures that stand in documents, without what programs write beside their pixels, which are not unpacked. Pure."""

import re
from collections.abc import Iterator
from io import BytesIO

_JPEG_KEPT = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, colour profile, what Adobe says of colours
# What begins a segment (ITU-T T.81, B.1.1.2): no byte of a scan, and no mark within one.
_JPEG_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_DROPPED = frozenset({b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"})
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_WEBP_DROPPED = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS = 0x08 | 0x04  # that these chunks are there
_JP2_HEAD = b"\0\0\0\x0cjP  "
_JP2_DROPPED = frozenset({b"xml ", b"uuid", b"uinf"})
_JP2_STREAM, _JP2_START, _JP2_TILE, _JP2_REMARK = b"jp2c", b"\xff\x4f", b"\xff\x90", b"\xff\x64"
_TIFF_HEADS = (b"II*\0", b"MM\0*")
_TIFF_PIXELS = 25_000_000


def plain_picture(content: bytes) -> bytes:
    """A JPEG, PNG, WebP, TIFF or JPEG 2000 without what describes it; what is none of these as it is."""
    if content.startswith(b"\xff\xd8"):
        return _plain_jpeg(content)
    if content.startswith(_PNG_HEAD):
        return _plain_png(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _plain_webp(content)
    if content.startswith(_TIFF_HEADS):
        return _plain_tiff(content)
    if content.startswith(_JP2_HEAD):
        return b"".join(_plain_boxes(content))
    return _plain_codestream(content) if content.startswith(_JP2_START) else content


def _plain_jpeg(content: bytes) -> bytes:
    """Up to its end: what stands behind it is another file."""
    kept, place = [content[:2]], 2
    while mark := _JPEG_MARK.search(content, place):
        kept.append(content[place : mark.start()])  # of a scan; between segments there is nothing
        sign = content[mark.end() - 1]
        if sign == 0xD9:
            return b"".join([*kept, content[mark.start() : mark.end()]])
        end = mark.end() + int.from_bytes(content[mark.end() : mark.end() + 2])
        describes = (0xE0 <= sign <= 0xEF and sign not in _JPEG_KEPT) or sign == 0xFE
        kept += [] if describes else [content[mark.start() : end]]
        place = max(end, mark.end())
    return b"".join([*kept, content[place:]])


def _plain_png(content: bytes) -> bytes:
    kept, place = [_PNG_HEAD], len(_PNG_HEAD)
    while place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        kept += [] if content[place + 4 : place + 8] in _PNG_DROPPED else [content[place:end]]
        place = end
    return b"".join(kept)


def _plain_webp(content: bytes) -> bytes:
    kept, place = list[bytes](), 12
    while place + 8 <= len(content):
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        end, name = place + 8 + size + size % 2, content[place : place + 4]
        chunk = content[place:end]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS]) + chunk[9:]
        kept += [] if name in _WEBP_DROPPED else [chunk]
        place = end
    body = b"".join([b"WEBP", *kept])
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _plain_tiff(content: bytes) -> bytes:
    """Its first picture, written again: what describes it stands everywhere in such a file."""
    from PIL import Image

    with Image.open(BytesIO(content), formats=("TIFF",)) as opened:
        if opened.width * opened.height > _TIFF_PIXELS:
            raise MemoryError
        plain = opened.copy()
    plain.info = {}
    written = BytesIO()
    plain.save(written, "TIFF", compression="tiff_lzw")
    return written.getvalue()


def _plain_boxes(content: bytes) -> Iterator[bytes]:
    """The boxes of a JPEG 2000 file (ISO/IEC 15444-1, annex I)."""
    place = 0
    while place + 8 <= len(content):
        size, name, head = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[place + 8 : place + 16]), 16
        end = len(content) if size == 0 else place + max(size, head)
        if name == _JP2_STREAM:
            stream = _plain_codestream(content[place + head : end])
            yield (len(stream) + 8).to_bytes(4) + name + stream
        elif name not in _JP2_DROPPED:
            yield content[place:end]
        place = end


def _plain_codestream(content: bytes) -> bytes:
    kept, place = [content[:2]], 2
    while place + 4 <= len(content) and content[place : place + 2] != _JP2_TILE:
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        kept += [] if content[place : place + 2] == _JP2_REMARK else [content[place:end]]
        place = end
    return b"".join([*kept, content[place:]])
