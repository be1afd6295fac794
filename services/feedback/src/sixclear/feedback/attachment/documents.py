"""Documents without what programs write beside what is read: names, times, places, earlier versions. Pure.

Of a PDF only what its pages reach is written again; of an archive (Office Open XML, OpenDocument) every part, without
those that describe the document. What is read stays: a name that stands in the text is the sender's own word.
"""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from pypdf import PdfWriter

MOST_UNPACKED = 128 * 1024 * 1024
# Of a part that is written again: what is found in it takes many times its size.
MOST_REWRITTEN = 48 * 1024 * 1024
_MOST_PARTS = 5_000
_PIECE = 1024 * 1024
_NEVER = (1980, 1, 1, 0, 0, 0)

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DESCRIBES = ("core-properties", "extended-properties", "custom-properties", "thumbnail")
_OPEN_META = b"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3">\
<office:meta/></office:document-meta>"""
# Who wrote a remark or a change and when, where a file lay on somebody's disk.
_ATTRIBUTES = re.compile(
    rb"""(\s(?:\w+:)?(?:author|initials|userId|providerId|userName|lastModifiedBy)\s*=\s*)("[^"]*"|'[^']*')"""
)
_ELEMENTS = re.compile(
    rb"(<(?:\w+:)?(?:author|creator|initial-creator|sender-initials|printed-by)(?:\s[^<>]*)?>)[^<]*(</)"
)
_PATHS = re.compile(rb"""(<(?:\w+:)?absPath\b[^<>]*?\surl\s*=\s*)("[^"]*"|'[^']*')""")
# Of a table such a name is no person's.
_PERSONS = re.compile(
    rb"""(<(?:\w+:)?(?:cmAuthor|author|person)\b[^<>]*?\s(?:name|displayName)\s*=\s*)("[^"]*"|'[^']*')"""
)
_JPEG_KEPT = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, colour profile, what Adobe says of colours
_PNG_DROPPED = frozenset({b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"})
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def plain_pdf(file: IO[bytes]) -> bytes:
    """The pages of a PDF with what they reach; nothing that describes the document, runs in it or is attached to it.

    Raises whatever its reader makes of a broken file, and ValueError for one that a password closes.
    """
    from pypdf import PasswordType, PdfReader, PdfWriter

    reader = PdfReader(file, strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise ValueError("a password closes it")
    root: Any = reader.trailer["/Root"].get_object()
    for name in ("/Metadata", "/PieceInfo", "/OpenAction", "/AA", "/Names", "/AF", "/Collection", "/SpiderInfo"):
        root.pop(name, None)
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    for one in writer._objects:  # the library has no other way to what is not a page
        _plain_object(one)
    written = BytesIO()
    _checked_pages(writer)
    writer.write(written)
    return written.getvalue()


def _checked_pages(writer: "PdfWriter") -> None:
    if not len(writer.pages):
        raise ValueError("a PDF has pages")


def _plain_object(one: Any) -> None:
    from pypdf.generic import DictionaryObject, StreamObject

    if not isinstance(one, DictionaryObject):
        return
    for name in ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/AF", "/JS"):
        one.pop(name, None)
    if "/Subtype" in one and "/Rect" in one and str(one["/Subtype"]) != "/Widget":  # a remark: who wrote it, and when
        for name in ("/T", "/M", "/CreationDate", "/NM", "/RC"):
            one.pop(name, None)
    if isinstance(one, StreamObject) and one.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        one._data = plain_picture(one._data)


def plain_picture(content: bytes) -> bytes:
    """A JPEG or a PNG without what a camera writes beside its pixels, which are not unpacked; another one as it is."""
    if content.startswith(b"\xff\xd8"):
        return _plain_jpeg(content)
    return _plain_png(content) if content.startswith(_PNG_HEAD) else content


def _plain_jpeg(content: bytes) -> bytes:
    kept, place = [content[:2]], 2
    while content[place : place + 1] == b"\xff" and place + 4 <= len(content):
        mark = content[place + 1]
        if mark == 0xFF:  # fill
            place += 1
            continue
        if mark == 0xDA:
            break
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        describes = (0xE0 <= mark <= 0xEF and mark not in _JPEG_KEPT) or mark == 0xFE
        kept += [] if describes else [content[place:end]]
        place = end
    return b"".join([*kept, content[place:]])


def _plain_png(content: bytes) -> bytes:
    kept, place = [_PNG_HEAD], len(_PNG_HEAD)
    while place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        kept += [] if content[place + 4 : place + 8] in _PNG_DROPPED else [content[place:end]]
        place = end
    return b"".join(kept)


def plain_archive(file: IO[bytes]) -> bytes:
    """A document of Office Open XML or OpenDocument, each part written again; the archive says no time of any.

    Raises what the library makes of a broken one, and MemoryError where it unpacks to more than it may.
    """
    written = BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(written, "w") as plain:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS:
            raise MemoryError
        left, dropped = MOST_UNPACKED, frozenset(_describing(archive))
        for part in parts:
            rewritten = part.filename.endswith((".xml", ".rels"))
            content = _unpacked(archive, part, min(left, MOST_REWRITTEN) if rewritten else left)
            left -= len(content)
            if part.filename.lstrip("/") in dropped or part.filename.startswith("Thumbnails/"):
                continue
            about = zipfile.ZipInfo(part.filename, _NEVER)
            about.compress_type = zipfile.ZIP_STORED if part.filename == "mimetype" else zipfile.ZIP_DEFLATED
            plain.writestr(about, _plain_part(part.filename, content, dropped))
    return written.getvalue()


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """A part, counted while it unpacks: what the archive says of its size is not believed."""
    content = bytearray()
    with archive.open(part) as opened:
        while piece := opened.read(_PIECE):
            content += piece
            if len(content) > most:
                raise MemoryError
    return bytes(content)


def _describing(archive: zipfile.ZipFile) -> Iterable[str]:
    """The parts that describe a document of Office Open XML, as it names them itself; and where programs put them."""
    yield from (name.lstrip("/") for name in archive.namelist() if name.lstrip("/").startswith("docProps/"))
    if "_rels/.rels" in archive.namelist():
        for relation in _parsed(_unpacked(archive, archive.getinfo("_rels/.rels"), _PIECE)):
            if relation.get("Type", "").rpartition("/")[2] in _DESCRIBES:
                yield relation.get("Target", "").lstrip("/")


def _plain_part(name: str, content: bytes, dropped: frozenset[str]) -> bytes:
    if name == "meta.xml":
        return _OPEN_META
    if name == "_rels/.rels":
        return _without(content, _RELATIONS, "Target", dropped)
    if name == "[Content_Types].xml":
        return _without(content, _TYPES, "PartName", dropped)
    if name == "META-INF/manifest.xml":
        return re.sub(rb"<(?:\w+:)?file-entry\b[^<>]*\"Thumbnails/[^<>]*/>", b"", content)
    if name.endswith((".xml", ".rels")):
        return _plain_text(content)
    return plain_picture(content)


def _plain_text(content: bytes) -> bytes:
    """XML in the encoding that every office program writes; another one is refused, since nothing is found in it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4] in (b"<\0?\0", b"\0<\0?"):
        raise ValueError("XML that is not UTF-8")
    content = _ELEMENTS.sub(rb"\1\2", content)
    for found in (_ATTRIBUTES, _PATHS, _PERSONS):
        content = found.sub(rb'\1""', content)
    return content


def _without(content: bytes, space: str, attribute: str, dropped: frozenset[str]) -> bytes:
    """A list of parts without those that are dropped."""
    root = _parsed(content)
    for entry in list(root):
        if entry.get(attribute, "").lstrip("/") in dropped:
            root.remove(entry)
    ElementTree.register_namespace("", space)
    written: bytes = ElementTree.tostring(root, "UTF-8", xml_declaration=True)
    return written


def _parsed(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # no office program writes one
        raise ValueError("a document type in a list of parts")
    return ElementTree.fromstring(content)  # noqa: S314 (entities are refused above)
