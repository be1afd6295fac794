"""What handlers get of a file: the same to read, and nothing of who made it, when and where."""

import io
import zipfile
import zlib
from collections.abc import AsyncIterator

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from tests.unit.feedback.attachment import made_files as made

from sixclear.common.blobs.kinds import endings_of
from sixclear.feedback.attachment import stripping
from sixclear.feedback.attachment.cleaning import cleaned
from sixclear.feedback.attachment.errors import AttachmentUnreadable
from sixclear.feedback.attachment.stripping import Refused, stripped

ALL = endings_of("pdf,png,jpg,webp,docx,xlsx,pptx,odt,ods,odp")


def _copy(content: bytes, name: str) -> bytes:
    return stripped(io.BytesIO(content), name, ALL)[1]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (made.a_photo(), "anh.jpg"),
        (made.a_photo("PNG"), "anh.png"),
        (made.a_photo("WEBP"), "anh.webp"),
        (made.a_pdf(), "don.pdf"),
        (made.a_document(), "don.docx"),
        (made.an_open_document(), "don.odt"),
    ],
)
def test_nothing_of_the_maker_is_left(content: bytes, name: str) -> None:
    assert not made.is_clean(content)
    assert made.is_clean(_copy(content, name))


def test_a_document_reads_as_before() -> None:
    with zipfile.ZipFile(io.BytesIO(_copy(made.a_document(), "don.docx"))) as archive:
        assert archive.testzip() is None
        assert "Đề nghị sửa cầu" in archive.read("word/document.xml").decode()
        assert "docProps/core.xml" not in archive.namelist()
        assert b"docProps" not in archive.read("_rels/.rels") + archive.read("[Content_Types].xml")
        assert b"word/document.xml" in archive.read("_rels/.rels")
        assert "elsewhere/preview.jpeg" not in archive.namelist()
        for name in ("word/media/image1.jpg", "word/media/image2.png"):
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                picture.load()
                assert picture.size == (48, 32)
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_pdf_keeps_its_page_and_photo() -> None:
    reader = PdfReader(io.BytesIO(_copy(made.a_pdf(), "don.pdf")))
    assert len(reader.pages) == 1
    assert not reader.metadata
    photo = reader.pages[0]["/Resources"]["/XObject"]["/Photo"].get_object()  # type: ignore[index]
    with Image.open(io.BytesIO(photo._data)) as picture:
        assert picture.size == (48, 32)


def test_a_text_of_a_table_keeps_its_names() -> None:
    table = '<table displayName="Bang1" name="Bang1"/>'
    with zipfile.ZipFile(io.BytesIO(_copy(made.a_document(**{"xl/tables/table1.xml": table}), "a.docx"))) as archive:
        assert archive.read("xl/tables/table1.xml").decode() == table


def _encrypted_pdf() -> bytes:
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.encrypt("a password", algorithm="AES-256")
    writer.write(written)
    return written.getvalue()


def _huge_picture() -> bytes:
    """A PNG of some hundred bytes that says it has 900 million pixels."""
    content = made.a_photo("PNG")
    head = content[12:16] + (30_000).to_bytes(4) * 2 + content[24:29]
    return content[:12] + head + zlib.crc32(head).to_bytes(4) + content[33:]


def _nested_pdf() -> bytes:
    """A PDF whose catalogue is an array in an array, ten thousand times."""
    deep = b"[" * 10_000 + b"]" * 10_000
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages " + deep + b">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (_huge_picture(), "anh.png"),
        (_nested_pdf(), "don.pdf"),
        (made.a_document(**{"word/bomb.xml": bytes(stripping.MEMORY // 4)}), "don.docx"),
        (made.a_document(**{"word/document.xml": b' author="x"' * 11_000_000}), "don.docx"),
    ],
)
async def test_a_bomb_is_refused_by_a_child_with_little_time_and_memory(content: bytes, name: str) -> None:
    async def arriving() -> AsyncIterator[bytes]:
        yield content

    with pytest.raises(AttachmentUnreadable):
        async with cleaned(arriving(), name, ALL):
            pass


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"<html><script>alert(1)</script>", "trang.html", "kind"),
        (b"MZ\x90\x00" + bytes(100), "anh.jpg", "kind"),
        (made.a_pdf(), "anh.jpg", "name pdf"),
        (made.a_photo(), "don.pdf", "name jpg"),
        (made.a_document(**{"word/vbaProject.bin": b"x"}), "don.docx", "macros"),
        (made.a_photo()[:200], "anh.jpg", "unreadable"),
    ],
)
def test_what_lies_or_runs_is_refused(content: bytes, name: str, word: str) -> None:
    with pytest.raises(Refused, match=f"^{word}$"):
        _copy(content, name)


def test_a_kind_that_a_setting_leaves_out_is_refused() -> None:
    with pytest.raises(Refused, match="kind"):
        stripped(io.BytesIO(made.a_photo()), "anh.jpg", endings_of("pdf, docx"))
    with pytest.raises(ValueError, match="Name some of"):
        endings_of("pdf,html")


def test_what_a_password_closes_is_refused() -> None:
    with pytest.raises(ValueError, match="password"):
        _copy(_encrypted_pdf(), "don.pdf")
