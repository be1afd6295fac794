"""Files as cameras, office programs and attackers make them, each with what its maker must not give away."""

import io
import zipfile
from collections.abc import Mapping
from functools import cache

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

SECRET = "Tran Thi Canary"
_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.\
document.main+xml"/>\
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>\
</Types>"""
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships/metadata"
_RELS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Type="http://x/officeDocument" Target="word/document.xml"/>\
<Relationship Id="rId2" Type="{_RELATION}/core-properties" Target="docProps/core.xml"/>\
<Relationship Id="rId3" Type="{_RELATION}/thumbnail" Target="elsewhere/preview.jpeg"/></Relationships>"""
_CORE = f"<coreProperties><creator>{SECRET}</creator></coreProperties>"
_BODY = f"""<w:document><w:ins w:id="1" w:author="{SECRET}" w:date="2025-11-03T03:00:00Z"><w:t>Đề nghị sửa cầu</w:t>\
</w:ins></w:document>"""
_META = f"<office:document-meta><meta:initial-creator>{SECRET}</meta:initial-creator></office:document-meta>"
_ODF_BODY = f"<office:text><dc:creator>{SECRET}</dc:creator><text:p>Đề nghị sửa cầu</text:p></office:text>"


@cache
def a_photo(form: str = "JPEG", size: tuple[int, int] = (48, 32)) -> bytes:
    """A photo with the place, the device and a name in what the camera writes."""
    picture, exif = Image.new("RGB", size, (200, 40, 40)), Image.Exif()
    exif[0x010F], exif[0x013B] = "Canary Camera", SECRET
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 51.0, 15.0)})
    written = io.BytesIO()
    picture.save(written, form, exif=exif)
    return written.getvalue()


@cache
def a_pdf() -> bytes:
    """A page with a photo, of a writer who is named in properties, in XMP and in a remark; a script runs at opening."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": SECRET, "/Producer": "Canary Office"})
    xmp = DecodedStreamObject()
    xmp.set_data(f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(f"app.alert('{SECRET}')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject(k): v for k, v in script.items()})
    remark = {"/Type": NameObject("/Annot"), "/Subtype": NameObject("/Text"), "/T": TextStringObject(SECRET)}
    named = {NameObject(name): value for name, value in remark.items()}
    writer.add_annotation(page, DictionaryObject(named | {NameObject("/Rect"): page.mediabox}))
    photo = DecodedStreamObject()
    photo.set_data(a_photo())
    photo[NameObject("/Filter")] = NameObject("/DCTDecode")
    resources = DictionaryObject({NameObject("/XObject"): DictionaryObject()})
    resources["/XObject"][NameObject("/Photo")] = writer._add_object(photo)  # type: ignore[index]
    page[NameObject("/Resources")] = resources
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def an_archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of these parts, in their order."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return written.getvalue()


def a_document(**more: str | bytes) -> bytes:
    """A document of Word with a change that somebody made, and a photo."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "docProps/core.xml": _CORE,
        "elsewhere/preview.jpeg": a_photo(),
        "word/document.xml": _BODY,
        "word/media/image1.jpg": a_photo(),
        "word/media/image2.png": a_photo("PNG"),
    }
    return an_archive(parts | more)


def an_open_document() -> bytes:
    """A text of LibreOffice with its writer in properties and in a remark."""
    kind = "application/vnd.oasis.opendocument.text"
    return an_archive({"mimetype": kind, "content.xml": _ODF_BODY, "meta.xml": _META, "Thumbnails/thumbnail.png": b"x"})


def is_clean(content: bytes) -> bool:
    """Whether nothing of the maker is left, also not in what is packed."""
    found = [content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found += [archive.read(part) for part in archive.infolist()]
    return not any(secret in part for part in found for secret in (SECRET.encode(), b"Canary", b"Exif", b"GPS"))


def a_form(texts: Mapping[str, str], name: str, content: bytes) -> tuple[bytes, dict[str, str]]:
    """A form as a browser writes it, its file last; body and headers."""
    parts = [f'--form\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in texts.items()]
    head = f'--form\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = "".join([*parts, head]).encode() + content + b"\r\n--form--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=form"}
