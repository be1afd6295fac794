"""What tells of the maker in places that few look at, and what a PDF brings with it, reaches no handler."""

import io
import zipfile
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from tests.unit.feedback.attachment import made_carriers, made_files

from sixclear.common.blobs.kinds import endings_of
from sixclear.feedback.attachment.stripping import stripped

ALL = endings_of("pdf,png,jpg,webp,docx,xlsx,pptx,odt,ods,odp")


def _copy(content: bytes, name: str) -> bytes:
    return stripped(io.BytesIO(content), name, ALL)[1]


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_no_part_of_an_office_document_names_its_maker() -> None:
    made = made_carriers.a_document_that_tells()
    copy = _copy(made, "don.docx")
    parts = _parts(copy)
    assert [name for name, content in parts.items() if b"Canary" in content or b"2025-11-03" in content] == []
    for tells in ("customXml/item1.xml", "docMetadata/LabelInfo.xml", "xl/revisions/userNames.xml"):
        assert tells in _parts(made)
        assert tells not in parts
    relations = parts["xl/worksheets/_rels/sheet1.xml.rels"]
    assert (b"printerSettings" in relations, b"../drawings/drawing1.xml" in relations) == (False, True)
    assert parts["xl/worksheets/sheet1.xml"] == b'<worksheet><pageSetup orientation="portrait"/></worksheet>'
    assert b"<rect/>" in parts["word/media/image3.svg"]
    for name, size in (("image4.webp", (48, 32)), ("image5.tiff", (48, 32)), ("image6.jpg", (256, 256))):
        with Image.open(io.BytesIO(parts[f"word/media/{name}"])) as picture:
            picture.load()
            assert picture.size == size


def test_an_open_document_names_no_printer_version_or_time() -> None:
    parts = _parts(_copy(made_carriers.an_open_document_that_tells(), "don.odt"))
    assert [name for name, content in parts.items() if b"Canary" in content or b"2025-11-03" in content] == []
    assert parts.keys() == {"mimetype", "content.xml", "settings.xml", "Object 1/settings.xml", "META-INF/manifest.xml"}
    assert b"Versions" not in parts["META-INF/manifest.xml"]
    assert "Đề nghị" in parts["content.xml"].decode()


def test_a_pdf_brings_no_program_no_signer_and_no_maker() -> None:
    made = made_carriers.a_pdf_that_carries()
    assert b"MZ Canary program" in made
    copy = _copy(made, "don.pdf")
    assert made_files.is_clean(copy)
    for runs in (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/GoToR", b"/EF", b"/XFA", b"/ByteRange", b"/RichMedia"):
        assert runs not in copy
    page: Any = PdfReader(io.BytesIO(copy)).pages[0]
    remarks = [remark.get_object() for remark in page["/Annots"]]
    assert sorted(remark["/Subtype"] for remark in remarks) == ["/Link"] * 4 + ["/Text", "/Widget", "/Widget"]
    assert [remark["/A"]["/URI"] for remark in remarks if "/A" in remark] == ["https://example.invalid"]
    photo = page["/Resources"]["/XObject"]["/Photo"].get_object()
    assert photo["/Filter"] == "/DCTDecode"
    with Image.open(io.BytesIO(photo._data)) as picture:
        assert picture.size == (48, 32)
    other = page["/Resources"]["/XObject"]["/Other"].get_object()
    assert b"tile" * 4 in other._data


@pytest.mark.parametrize(
    "part",
    [
        '<w author="Canary"/>'.encode("utf-16-le"),
        '<w author="Canary"/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?>' + '<w author="Canary"/>'.encode("cp037"),
        b'<?xml version="1.0" encoding="utf-7"?>' + '<w author="Canary"/>'.encode("utf-7"),
        b'<?xml version="1.0" encoding="no-such-encoding"?><w/>',
    ],
    ids=["UTF-16 without a mark", "UTF-16", "EBCDIC", "UTF-7", "unknown"],
)
@pytest.mark.parametrize("name", ["word/comments.xml", "word/_rels/document.xml.rels"])
def test_a_part_in_which_nothing_could_be_found_is_refused(name: str, part: bytes) -> None:
    with pytest.raises(ValueError, match="another encoding"):
        _copy(made_files.a_document(**{name: part}), "don.docx")


def test_a_part_of_before_unicode_is_taken() -> None:
    part = '<?xml version="1.0" encoding="ISO-8859-1"?><w author="Canary">é</w>'.encode("latin-1")
    assert _parts(_copy(made_files.a_document(**{"word/comments.xml": part}), "don.docx"))["word/comments.xml"] == (
        '<?xml version="1.0" encoding="ISO-8859-1"?><w author="">é</w>'.encode("latin-1")
    )
