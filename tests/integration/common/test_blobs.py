"""Files are kept by their content: whole or not at all, once however often they come, and as they came."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore
from PIL import Image
from tests.integration.common.s3_server import bucket

from sixclear.common.blobs.kinds import DOCX, JPEG, ODT, PDF, PNG, fits_name, kind_of
from sixclear.common.blobs.pictures import PictureUnreadable, without_metadata
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


def archive(*entries: tuple[str, str]) -> bytes:
    """A ZIP archive with these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
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
        (archive(TYPES, ("word/document.xml", "<w/>"), ("word/vbaProject.bin", "macro")), None),
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


@pytest.mark.parametrize("spoil", [lambda whole: whole[:60], lambda whole: whole[:16] + b"\xff" * 8 + whole[24:]])
def test_a_broken_or_enormous_picture_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(PictureUnreadable):
        without_metadata(io.BytesIO(spoil(picture("PNG"))))
