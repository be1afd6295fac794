"""Files are kept by their content: whole or not at all, once however often they come, and as they came."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore
from PIL import Image
from tests.integration.common.s3_server import bucket

from sixclear.common.blobs.kinds import DOCX, JPEG, ODT, PDF, PNG, MacrosFound, fits_name, kind_of
from sixclear.common.blobs.pictures import MOST_SCANS, MOST_SEGMENTS, PictureUnreadable, without_metadata
from sixclear.common.blobs.store import BlobMissing, BlobStore, BlobTooLarge, in_folder

MOST = 8 * 1024 * 1024


@pytest.fixture(params=["folder", "memory", pytest.param("bucket", marks=pytest.mark.long)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    """A store of each kind: all pass the same tests."""
    if request.param == "bucket":
        with bucket(tmp_path / "server") as found:
            yield found
    else:
        yield in_folder(tmp_path / "files") if request.param == "folder" else BlobStore(MemoryStore())


async def parts(*chunks: bytes) -> AsyncIterator[bytes]:
    """A body as it arrives."""
    for chunk in chunks:
        yield chunk


async def broken(*chunks: bytes) -> AsyncIterator[bytes]:
    """A body whose sender goes away."""
    for chunk in chunks:
        yield chunk
    raise ConnectionResetError


async def whole(store: BlobStore, sha256: str, first: int = 0, end: int | None = None) -> bytes:
    """What is read, together."""
    return b"".join([chunk async for chunk in store.read(sha256, first, end)])


async def kept(store: BlobStore) -> list[str]:
    """The hashes of all files."""
    return sorted([blob.sha256 async for blob in store.kept()])


@pytest.mark.asyncio
async def test_a_file_is_read_as_it_came_and_in_parts(store: BlobStore) -> None:
    content = bytes(range(256)) * 10_000
    blob = await store.put(parts(content[:100], content[100:]), "a", most=MOST)
    assert (blob.sha256, blob.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert await whole(store, blob.sha256) == content
    assert await whole(store, blob.sha256, 5, 300) == content[5:300]
    assert await whole(store, blob.sha256, len(content) - 7) == content[-7:]
    assert await store.size(blob.sha256) == len(content)
    assert await store.examine(blob.sha256, lambda file: (file.seek(256), file.read(2))[1]) == content[:2]


@pytest.mark.asyncio
async def test_the_same_content_is_kept_once(store: BlobStore) -> None:
    first = await store.put(parts(b"the same"), "a", most=MOST)
    second = await store.put(parts(b"the ", b"same"), "b", most=MOST)
    assert first == second
    assert await kept(store) == [first.sha256]


@pytest.mark.asyncio
async def test_what_does_not_arrive_whole_leaves_nothing(store: BlobStore) -> None:
    with pytest.raises(BlobTooLarge):
        await store.put(parts(b"x" * MOST, b"y"), "a", most=MOST)
    with pytest.raises(ConnectionResetError):
        await store.put(broken(b"x" * MOST), "b", most=MOST)
    assert await kept(store) == []
    assert await store.forget_arriving(datetime.now(UTC) + timedelta(days=1)) == 0


@pytest.mark.asyncio
async def test_what_is_not_there_is_said_so(store: BlobStore) -> None:
    for name in ("0" * 64, "../../etc/passwd", "A" * 64, ""):
        with pytest.raises(BlobMissing):
            await whole(store, name)
        with pytest.raises(BlobMissing):
            await store.size(name)
    await store.delete("0" * 64)


@pytest.mark.asyncio
async def test_a_file_is_on_the_disk_before_it_takes_the_place_of_the_same_one() -> None:
    held, settled = MemoryStore(), []
    store = BlobStore(held, lambda path, _: settled.append((path, len(list(held.list("sha256").collect())))))
    blob = await store.put(parts(b"content"), "a", most=MOST)
    assert settled == [("arriving/a", 0), (f"sha256/{blob.sha256[:2]}/{blob.sha256}", 1)]


@pytest.mark.asyncio
async def test_a_file_that_is_taken_out_while_it_arrives_is_missing(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    kept_settle = store._settle
    assert kept_settle is not None

    def too_late(path: str, written_at: datetime | None) -> None:
        if path.startswith("sha256"):
            (tmp_path / path).unlink()
        kept_settle(path, written_at)

    with pytest.raises(BlobMissing):
        await BlobStore(store._store, too_late).put(parts(b"content"), "a", most=MOST)


@pytest.mark.asyncio
async def test_an_empty_file_is_a_file(store: BlobStore) -> None:
    blob = await store.put(parts(), "a", most=MOST)
    assert (blob.size, await whole(store, blob.sha256)) == (0, b"")
    await store.delete(blob.sha256)
    assert await kept(store) == []


@pytest.mark.asyncio
async def test_damage_is_found(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    blob = await store.put(parts(b"as it was"), "a", most=MOST)
    assert not await store.is_damaged(blob.sha256)
    (tmp_path / "sha256" / blob.sha256[:2] / blob.sha256).write_bytes(b"as it is now")
    assert await store.is_damaged(blob.sha256)


def archive(*entries: tuple[str, str], packing: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP archive with these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as file:
        for name, content in entries:
            file.writestr(name, content)
    return written.getvalue()


def picture(form: str, exif: Image.Exif | None = None) -> bytes:
    """A small picture, wider than high."""
    written = io.BytesIO()
    extra = {} if exif is None else {"exif": exif}
    Image.new("RGB", (40, 20), (10, 200, 30)).save(written, form, **extra)
    return written.getvalue()


TYPES = ("[Content_Types].xml", "<Types/>")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", PDF),
        (picture("PNG"), PNG),
        (picture("JPEG"), JPEG),
        (archive(TYPES, ("word/document.xml", "<w/>")), DOCX),
        (archive(("mimetype", ODT.media_type), ("content.xml", "<o/>")), ODT),
        (archive(TYPES, ("word/document.xml", "<w/>"), ("word/embeddings/oleObject1.bin", "a table")), DOCX),
        (b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >> endobj\n", PDF),
        (archive(("[Content_Types].xml", ""), ("a.txt", "text"), ("word/vbaProject.bin", "macro")), None),
        (archive(("mimetype", "application/epub+zip")), None),
        (archive(("a.txt", "text")), None),
        (b"PK\x03\x04 but no archive", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", None),
        (b"<!DOCTYPE html><script>alert(1)</script>", None),
        (b"MZ\x90\x00", None),
        (picture("GIF"), None),
        (b"", None),
    ],
)
def test_a_kind_is_what_the_content_proves(content: bytes, kind: object) -> None:
    assert kind_of(io.BytesIO(content)) == kind


def typed(kind: str) -> tuple[str, str]:
    """The part of an archive that says what its other parts are, one of them of this kind."""
    return "[Content_Types].xml", f'<Types><Override PartName="/word/a.bin" ContentType="{kind}"/></Types>'


@pytest.mark.parametrize(
    "content",
    [
        archive(typed("a"), ("[Content_Types].xmm", "b"), ("word/document.xml", "<w/>")).replace(b".xmm", b".xml"),
        archive(typed("a"), ("word/document.xml", "<w/>"), ("Word/Document.xml", "<w/>")),
        archive((typed("a")[0], " " * 2_000_000), ("word/document.xml", "<w/>")),
        b"<!DOCTYPE html><script>alert(1)</script>%PDF-1.7",
        b"MZ\x90\x00%PDF-1.7",
        b"#!/bin/sh\n#%PDF-1.7\nreboot",
    ],
)
def test_what_runs_under_another_name_is_no_document(content: bytes) -> None:
    assert kind_of(io.BytesIO(content)) is None


@pytest.mark.parametrize(
    "content",
    [
        archive(TYPES, ("word/document.xml", "<w/>"), ("word/vbaProject.bin", "macro")),
        archive(typed("application/vnd.ms-office.vbaProject"), ("word/document.xml", "<w/>")),
        archive(typed("application/vnd.ms-word.document.macroEnabled.main+xml"), ("word/document.xml", "<w/>")),
        archive(typed("application/vnd.ms-office.vb&#97;Project"), ("word/document.xml", "<w/>")),
        archive(typed("application/vnd.ms-excel.intlMacrosheet+xml"), ("xl/workbook.xml", "<x/>")),
        archive(TYPES, ("xl/workbook.xml", "<x/>"), ("xl/activeX/activeX1.bin", "control")),
        archive(("mimetype", ODT.media_type), ("content.xml", "<o/>"), ("Basic/Standard/Module1.xml", "<m/>")),
    ],
)
def test_a_document_with_macros_is_told_apart(content: bytes) -> None:
    with pytest.raises(MacrosFound):
        kind_of(io.BytesIO(content))


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_is_broken_anywhere_is_no_document_and_no_error(packing: int) -> None:
    whole = archive(("mimetype", ODT.media_type), ("content.xml", "<o/>"), packing=packing)
    for place in range(4, len(whole)):
        for value in (0, 255, whole[place] ^ 1):
            assert kind_of(io.BytesIO(whole[:place] + bytes([value]) + whole[place + 1 :])) in (ODT, None)
        assert kind_of(io.BytesIO(whole[:place])) in (ODT, None)


def test_the_list_of_entries_is_not_read_when_it_is_longer_than_a_document_has() -> None:
    class Watched(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.most = max(self.most, len(found))
            return found

    file = Watched(archive(*((f"{number:0>100}", "") for number in range(30_000))))
    assert kind_of(file) is None
    assert file.most < 100_000


def test_a_name_fits_the_kind_or_has_no_ending() -> None:
    assert fits_name(PDF, "Báo cáo.PDF")
    assert fits_name(PDF, "Báo cáo")
    assert not fits_name(PDF, "Báo cáo.docx")
    assert not fits_name(JPEG, "ảnh.jpg.exe")


def test_a_picture_loses_place_and_device_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of a person"  # maker
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (21.0, 1.0, 42.0)  # latitude
    plain = without_metadata(io.BytesIO(picture("JPEG", exif)))
    assert b"Camera of a person" not in plain
    with Image.open(io.BytesIO(plain)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (20, 40), {})


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("broken", [0, 4, 8, 12, 20])
def test_a_picture_that_a_camera_described_badly_is_a_picture_or_refused(form: str, broken: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of a person"
    exif.get_ifd(0x8825)[2] = (21.0, 1.0, 42.0)
    whole = picture(form, exif)
    for start in range(whole.index(b"MM\x00*") + broken, whole.index(b"Camera"), 24):
        for value in (b"\x00", b"\xff", b"\x02"):
            spoilt = whole[:start] + value + whole[start + 1 :]
            with suppress(PictureUnreadable):
                assert b"Camera" not in without_metadata(io.BytesIO(spoilt))


def test_a_picture_is_unpacked_once_and_turned_once() -> None:
    """Two of its size, where there were four: counted by the library itself."""
    core = vars(Image)["core"]
    core.clear_cache()
    whole = io.BytesIO()
    Image.new("RGB", (2000, 2000)).save(whole, "JPEG")
    core.reset_stats()
    without_metadata(whole)
    assert core.get_stats()["new_count"] == 2


@pytest.mark.parametrize("spoil", [lambda whole: whole[:60], lambda whole: whole[:16] + b"\xff" * 8 + whole[24:]])
def test_a_broken_or_enormous_picture_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(PictureUnreadable):
        without_metadata(io.BytesIO(spoil(picture("PNG"))))


def progressive(scans: int) -> bytes:
    """A picture whose last scan is repeated: each time all of it is unpacked once more."""
    written = io.BytesIO()
    Image.new("L", (64, 64), 128).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    last = whole.rfind(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + whole[-2:]


def test_a_picture_of_very_many_scans_is_refused_before_it_is_unpacked() -> None:
    """One of 20 MB would be unpacked for hours, and no other picture meanwhile."""
    assert without_metadata(io.BytesIO(progressive(20)))
    with pytest.raises(PictureUnreadable):
        without_metadata(io.BytesIO(progressive(MOST_SCANS)))


def test_a_picture_of_very_many_segments_is_refused() -> None:
    """Their list would take more memory than the largest picture."""
    whole = picture("JPEG")
    for count, fits in ((200, True), (MOST_SEGMENTS, False)):
        segments = io.BytesIO(whole[:2] + b"\xff\xe3\x00\x02" * count + whole[2:] + b"\xff\xda" * MOST_SCANS)
        with nullcontext() if fits else pytest.raises(PictureUnreadable):
            assert without_metadata(segments)


@pytest.mark.parametrize(("form", "width"), [("WEBP", 4_001), ("PNG", 8_400)])
def test_a_picture_that_would_take_too_much_memory_is_refused(form: str, width: int) -> None:
    written = io.BytesIO()
    Image.new("L" if form == "PNG" else "RGB", (width, 3_000)).save(written, form)
    with pytest.raises(PictureUnreadable):
        without_metadata(written)
