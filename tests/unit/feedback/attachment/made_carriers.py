"""Documents that say who made them in places that few programs show, and PDFs that carry programs with them."""

import io
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from tests.unit.feedback.attachment.made_files import SECRET, a_document, a_photo, an_archive

_NAME = SECRET.encode()


def a_jpeg_with_more_behind_it() -> bytes:
    """A progressive photo, and behind its end a second one that names its maker."""
    written = io.BytesIO()
    Image.linear_gradient("L").save(written, "JPEG", progressive=True)
    return written.getvalue() + a_photo()


def a_jpeg_2000() -> bytes:
    """A file of JPEG 2000 with a box that names its maker, and a remark in its stream."""
    remark = b"\xff\x64" + (len(_NAME) + 4).to_bytes(2) + b"\0\1" + _NAME
    stream = b"\xff\x4f" + remark + b"\xff\x90\0\x0a" + b"tile" * 4 + b"\xff\xd9"
    boxes = [(b"jP  ", b"\r\n\x87\n"), (b"xml ", _NAME), (b"uuid", _NAME), (b"jp2c", stream)]
    return b"".join((len(content) + 8).to_bytes(4) + name + content for name, content in boxes)


def a_tiff() -> bytes:
    """A scan with the name of who made it."""
    written = io.BytesIO()
    Image.new("RGB", (48, 32), (9, 9, 9)).save(written, "TIFF", tiffinfo={315: SECRET, 305: "Canary"})
    return written.getvalue()


def parts_that_tell() -> dict[str, str | bytes]:
    """Parts of Office documents, each of which names its maker."""
    rel = '<Relationship Id="{0}" Type="http://x/{0}" Target="{1}"/>'
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return {
        "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition refreshedBy="{SECRET}" refreshedDate="45"/>',
        "xl/printerSettings/printerSettings1.bin": SECRET.encode("utf-16-le") + _NAME,
        "xl/worksheets/sheet1.xml": '<worksheet><pageSetup orientation="portrait" r:id="rId1"/></worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": head
        + rel.format("printerSettings", "../printerSettings/printerSettings1.bin")
        + rel.format("drawing", "../drawings/drawing1.xml")
        + "</Relationships>",
        "word/media/image3.svg": f"<svg><!-- {SECRET} --><metadata><a>{SECRET}</a></metadata>"
        f'<g inkscape:label="{SECRET}"><rect/></g></svg>',
        "word/media/image4.webp": a_photo("WEBP"),
        "word/media/image5.tiff": a_tiff(),
        "word/media/image6.jpg": a_jpeg_with_more_behind_it(),
        "customXml/item1.xml": f"<p><DisplayName>{SECRET}</DisplayName></p>",
        "docMetadata/LabelInfo.xml": f'<labelList><label siteId="{SECRET}"/></labelList>',
        "xl/revisions/userNames.xml": f'<users><userInfo name="{SECRET}"/></users>',
        "ppt/comments/comment1.xml": '<p:cmLst><p:cm authorId="0" dt="2025-11-03T03:00:00Z" idx="1"/></p:cmLst>',
    }


def a_document_that_tells() -> bytes:
    """A document with all of them."""
    return a_document(**parts_that_tell())


def an_open_document_that_tells() -> bytes:
    """A text of LibreOffice with the printer, an earlier version and the time of a remark."""
    name = f'<config:config-item config:name="PrinterName">{SECRET}</config:config-item>'
    return an_archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": "<office:text><dc:date>2025-11-03T03:00:00</dc:date><text:p>Đề nghị</text:p></office:text>",
            "settings.xml": f"<office:document-settings>{name}</office:document-settings>",
            "Object 1/settings.xml": f"<office:document-settings>{name}</office:document-settings>",
            "Versions/Version1": _NAME,
            "VersionList.xml": f'<VL:version-list><VL:version-entry VL:creator="{SECRET}"/></VL:version-list>',
            "META-INF/manifest.xml": '<manifest:manifest><manifest:file-entry manifest:full-path="Versions/Version1"/>'
            '<manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>',
        }
    )


def _made(values: Mapping[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in values.items()})


def _action(kind: str, **more: Any) -> DictionaryObject:
    return _made({"/S": NameObject(kind)} | {f"/{name}": value for name, value in more.items()})


def a_pdf_that_carries() -> bytes:
    """A page with remarks that start, send, play and attach, a signature, a form in XML and two packed photos.

    Its link to an address and its link within the document are the only ones that a reader needs.
    """
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    name, program = TextStringObject(SECRET), DecodedStreamObject()
    program.set_data(b"MZ Canary program")
    carried = writer._add_object(_made({"/EF": _made({"/F": writer._add_object(program)}), "/UF": name}))

    def remark(subtype: str, **more: Any) -> DictionaryObject:
        values = {f"/{key}": value for key, value in more.items()}
        return _made({"/Type": NameObject("/Annot"), "/Subtype": NameObject(subtype), "/Rect": page.mediabox} | values)

    script = _action("/JavaScript", JS=name)
    remarks = [remark(kind, FS=carried, T=name) for kind in ("/FileAttachment", "/Movie", "/Sound", "/3D", "/Screen")]
    remarks += [remark("/RichMedia", RichMediaContent=carried), remark("/Text", T=name, M=name)]
    remarks += [remark("/Link", A=_action(kind, F=carried, URL=name)) for kind in ("/Launch", "/SubmitForm", "/GoToR")]
    remarks += [remark("/Widget", A=script, AA=_made({"/E": script}), MK=_made({"/X": _made({"/JS": name})}))]
    remarks += [remark("/Link", A=_action("/URI", URI=TextStringObject("https://example.invalid"), Next=script))]
    signed = _made({"/Type": NameObject("/Sig"), "/Name": name, "/ByteRange": ArrayObject([NumberObject(0)])})
    remarks += [remark("/Widget", FT=NameObject("/Sig"), V=writer._add_object(signed))]
    page[NameObject("/Annots")] = ArrayObject(
        [writer._add_object(one) if i % 2 else one for i, one in enumerate(remarks)]
    )
    writer.root_object[NameObject("/AcroForm")] = _made({"/XFA": name, "/Fields": ArrayObject()})
    packed, jpx = StreamObject(), StreamObject()
    packed._data = zlib.compress(a_photo())
    packed[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), NameObject("/DCTDecode")])
    jpx._data = a_jpeg_2000()
    jpx[NameObject("/Filter")] = NameObject("/JPXDecode")
    photos = _made({"/Photo": writer._add_object(packed), "/Other": writer._add_object(jpx)})
    page[NameObject("/Resources")] = _made({"/XObject": photos})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
