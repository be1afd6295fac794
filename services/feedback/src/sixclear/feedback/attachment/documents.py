"""Documents without what programs write beside what is read: names, times, places, earlier versions. Pure.

Every part of an archive (Office Open XML, OpenDocument) is written again, without those that describe the document.
What is read stays: a name that stands in the text is the sender's own word.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import IO
from xml.etree import ElementTree

from sixclear.feedback.attachment.embedded import plain_picture

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
_OPEN_SETTINGS = b"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-settings xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3">\
<office:settings/></office:document-settings>"""
# Who wrote a remark or a change and when, where a file lay on somebody's disk.
_ATTRIBUTES = re.compile(
    rb"""(\s(?:\w+:)?(?:author|initials|userId|providerId|userName|lastModifiedBy|refreshedBy)\s*=\s*)("[^"]*"|'[^']*')"""
)
_ELEMENTS = re.compile(
    rb"(<(?:\w+:)?(?:author|creator|initial-creator|sender-initials|printed-by)(?:\s[^<>]*)?>)[^<]*(</)"
)
_PATHS = re.compile(rb"""(<(?:\w+:)?absPath\b[^<>]*?\surl\s*=\s*)("[^"]*"|'[^']*')""")
# Of a table such a name is no person's.
_PERSONS = re.compile(
    rb"""(<(?:\w+:)?(?:cmAuthor|author|person)\b[^<>]*?\s(?:name|displayName)\s*=\s*)("[^"]*"|'[^']*')"""
)
# A time is left out where the schema lets it be, and else says nothing.
_TIMES = re.compile(rb"""\s(?:\w+:date(?:Utc)?|refreshedDate(?:Iso)?)\s*=\s*(?:"[^"]*"|'[^']*')""")
_REMARK_TIMES = re.compile(
    rb"""(<(?:\w+:)?(?:cm|threadedComment)\b[^<>]*?)\s(?:dt|dT|created)\s*=\s*(?:"[^"]*"|'[^']*')"""
)
_TIME_ELEMENTS = re.compile(rb"(<dc:date(?:\s[^<>]*)?>)[^<]*(</)")
_SVG = re.compile(
    rb"""<!--.*?-->|<(?:\w+:)?metadata\b.*?</(?:\w+:)?metadata>|\s(?:sodipodi|inkscape):[\w-]+\s*=\s*(?:"[^"]*"|'[^']*')""",
    re.DOTALL,
)
# What refers to the settings of a printer, which are dropped: they name the printer, and its place.
_PRINTER = re.compile(
    rb"""(<(?:\w+:)?pageSetup\b[^<>]*?)\s\w+:id\s*=\s*(?:"[^"]*"|'[^']*')|<w:printerSettings\b[^<>]*/>"""
)
# Previews, earlier versions, who worked on it together, labels of an organisation, lists of a server.
_DROPPED = re.compile(
    r"(?:docProps|Thumbnails|Versions|customXml|docMetadata|xl/revisions|(?:xl|word|ppt)/printerSettings)/"
    r"|VersionList\.xml$",
    re.IGNORECASE,
)
# A chart or a table in a text of OpenDocument is a document of its own.
_INNER = re.compile(r"^(?:Object [0-9]+/)+")
_DECLARED = re.compile(rb"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']{1,40})["']""")
_SIGNS = '<!DOCTYPE ENTITY author="a:b/c+d">?'
_MANIFEST = re.compile(rb"<(?:\w+:)?file-entry\b[^<>]*\"(?:Thumbnails/|Versions/|VersionList\.xml)[^<>]*/>")


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
            if part.filename.lstrip("/") in dropped:
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
    """The parts that describe a document, as it names them itself; and where programs put them."""
    yield from (name.lstrip("/") for name in archive.namelist() if _DROPPED.match(name.lstrip("/")))
    if "_rels/.rels" in archive.namelist():
        for relation in _parsed(_unpacked(archive, archive.getinfo("_rels/.rels"), _PIECE)):
            if relation.get("Type", "").rpartition("/")[2] in _DESCRIBES:
                yield relation.get("Target", "").lstrip("/")


def _plain_part(name: str, content: bytes, dropped: frozenset[str]) -> bytes:
    name = _INNER.sub("", name)
    if name == "meta.xml":
        return _OPEN_META
    if name == "settings.xml":
        return _OPEN_SETTINGS
    if name.endswith(".rels"):
        return _plain_text(_without(content, _RELATIONS, "Target", dropped, posixpath.dirname(posixpath.dirname(name))))
    if name == "[Content_Types].xml":
        return _without(content, _TYPES, "PartName", dropped)
    if name == "META-INF/manifest.xml":
        return _MANIFEST.sub(b"", content)
    if name.endswith(".xml"):
        return _plain_text(content)
    if name.lower().endswith(".svg"):
        return _SVG.sub(b"", _plain_text(content))
    return plain_picture(content)


def _plain_text(content: bytes) -> bytes:
    """XML without who, when and where; what stands in it must be readable as ASCII (`_require_ascii`)."""
    _require_ascii(content)
    content = _ELEMENTS.sub(rb"\1\2", content)
    content = _TIME_ELEMENTS.sub(rb"\g<1>1970-01-01T00:00:00\2", content)
    content = _PRINTER.sub(rb"\1", _REMARK_TIMES.sub(rb"\1", _TIMES.sub(b"", content)))
    for found in (_ATTRIBUTES, _PATHS, _PERSONS):
        content = found.sub(rb'\1""', content)
    return content


def _without(content: bytes, space: str, attribute: str, dropped: frozenset[str], folder: str = "") -> bytes:
    """A list of parts without those that are dropped; it names them from `folder`, or from the root."""
    root = _parsed(content)
    for entry in list(root):
        if posixpath.normpath(posixpath.join("/", folder, entry.get(attribute, ""))).lstrip("/") in dropped:
            root.remove(entry)
    ElementTree.register_namespace("", space)
    written: bytes = ElementTree.tostring(root, "UTF-8", xml_declaration=True)
    return written


def _require_ascii(content: bytes) -> None:
    """Refuse XML in an encoding in which `<` is another byte, or several: nothing would be found in it, and hidden.

    Office programs write UTF-8; old drawings are of one byte a letter, with the signs of XML where ASCII has them.
    """
    declared = _DECLARED.match(content)
    encoding = declared[1].decode("ascii", "replace") if declared else "utf-8"
    try:
        plain = _SIGNS.encode(encoding) == _SIGNS.encode()
    except LookupError:
        plain = False
    if not plain or b"\0" in content:
        raise ValueError("XML in another encoding than UTF-8 or one of one byte a letter")


def _parsed(content: bytes) -> ElementTree.Element:
    _require_ascii(content)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # no office program writes one
        raise ValueError("a document type in a list of parts")
    return ElementTree.fromstring(content)  # noqa: S314 (entities are refused above)
