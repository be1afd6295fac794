"""A sender adds files to a case: sealed on the disk, stripped for handlers, whole for the sender, gone with it."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.attachment.filed import PHOTO, download, folder_of, kept, send_file, settings_of
from tests.integration.feedback.conftest import OTHER_MINISTRY, Service, a_submission
from tests.unit.feedback.attachment import made_files as made

from sixclear.common.transparency.statements import content_of
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment.stores import store_of

ASIDE = timedelta(days=35)


async def sweep(service: Service, now: datetime) -> int:
    """The hourly work, once."""
    return await attachments.sweep(service.database, folder_of(service), now, ASIDE)


def assert_whole_hours(service: Service) -> None:
    """No file and no folder says more than the hour of when something came or went."""
    folder = folder_of(service)
    assert {path for path in (folder, *folder.rglob("*")) if path.stat().st_mtime % 3600} == set()


@pytest.mark.asyncio
async def test_handlers_get_a_photo_without_its_place_and_the_sender_reads_it_back(service: Service) -> None:
    case, code = await a_submission(service)
    sent = await send_file(service, code, text="Ảnh chụp hôm qua")
    assert sent.status_code == 201, sent.text
    file = sent.json()
    assert (file["name"], file["media_type"], file["size"]) == ("hiện trường.jpg", "image/jpeg", len(PHOTO))
    assert (file["state"], file["scanned_at"]) == ("ready", None)
    mailbox = await service.case(code)
    assert mailbox["files"] == [file]
    assert [message["text"] for message in mailbox["messages"]] == ["Ảnh chụp hôm qua"]

    seen = await service.get(f"/submissions/{case}")
    assert (seen["files"][0]["attachment_id"], seen["sender_wrote_last"]) == (file["attachment_id"], True)
    copy = await download(service, case, file["attachment_id"])
    assert copy.status_code == 200, copy.text
    assert made.is_clean(copy.content)
    assert len(copy.content) == int(copy.headers["content-length"])
    assert copy.headers["content-type"] == "image/jpeg"
    assert copy.headers["content-disposition"].startswith("attachment; ")
    assert copy.headers["x-content-type-options"] == "nosniff"
    assert copy.headers["content-security-policy"] == "default-src 'none'; sandbox"
    accesses = (await service.case(code))["accesses"]
    assert [(one["what"], one["organisation"]["code"]) for one in accesses] == [("file", "P57")]

    back = await service.public(f"/mailbox/files/{file['attachment_id']}", {"receipt_code": code})
    assert (back.content, back.headers["cache-control"]) == (PHOTO, "no-store")
    assert len((await service.case(code))["accesses"]) == 1


@pytest.mark.asyncio
async def test_nothing_of_a_file_is_in_clear_on_the_disk_or_in_the_database(service: Service) -> None:
    _, code = await a_submission(service)
    assert (await send_file(service, code, made.a_pdf(), "canary.pdf")).status_code == 201
    contents = await kept(service)
    assert len(contents) == 2
    assert all(content.startswith(b"age-encryption.org/v1\n") for content in contents)
    for path in folder_of(service).rglob("sha256/*/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    assert_whole_hours(service)
    rows = str(await service.rows("attachment") + await service.rows("message") + await service.rows("event"))
    for clear in ("canary", "application/pdf", hashlib.sha256(made.a_pdf()).hexdigest(), "AGE-SECRET-KEY"):
        assert clear not in rows
        assert not any(clear.encode() in content for content in contents)


@pytest.mark.asyncio
async def test_the_same_file_is_there_once(service: Service) -> None:
    _, code = await a_submission(service)
    sent = [await send_file(service, code) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 200]
    assert sent[0].json() == sent[1].json()
    assert len((await service.case(code))["messages"]) == 1
    assert len(await kept(service)) == 2


@pytest.mark.asyncio
async def test_limits_say_what_they_are_and_leave_nothing(service: Service) -> None:
    _, code = await a_submission(service)
    settings = settings_of(service)
    settings.file_bytes, settings.files_per_case = 2000, 1
    large = await send_file(service, code, made.a_photo("PNG") + bytes(2000), "anh.png")
    assert (large.status_code, large.json()["code"]) == (413, "content-too-large")
    assert "2000 bytes" in large.json()["detail"]
    assert await kept(service) == []
    assert (await send_file(service, code)).status_code == 201
    full = await send_file(service, code, made.a_photo("PNG"), "anh.png")
    assert (full.status_code, full.json()["code"]) == (409, "attachments-full")
    assert "at most 1 files" in full.json()["detail"]
    settings.files_per_case, settings.file_bytes_per_case = 20, len(PHOTO) + 10
    full = await send_file(service, code, made.a_photo("PNG"), "anh.png")
    assert (full.status_code, full.json()["code"]) == (409, "attachments-full")
    assert len(await kept(service)) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content", "name", "refused"),
    [
        (b"<html><script>alert(1)</script>", "anh.jpg", "attachment-kind-refused"),
        (made.a_pdf(), "anh.jpg", "attachment-kind-refused"),
        (PHOTO[:300], "anh.jpg", "attachment-unreadable"),
        (made.a_document(**{"word/bomb.xml": bytes(200 * 1024 * 1024)}), "bom.docx", "attachment-unreadable"),
    ],
)
async def test_what_lies_runs_or_bursts_is_refused(service: Service, content: bytes, name: str, refused: str) -> None:
    _, code = await a_submission(service)
    answer = await send_file(service, code, content, name)
    assert (answer.status_code, answer.json()["code"]) == (422, refused)
    assert answer.json()["detail"]
    assert await kept(service) == []
    case = await service.case(code)
    assert (case["files"], case["messages"]) == ([], [])


@pytest.mark.asyncio
async def test_a_form_that_is_not_one_is_refused(service: Service) -> None:
    _, code = await a_submission(service)
    path = f"{service.prefix}/mailbox/files"
    assert (await service.http.post(path, json={"receipt_code": code})).status_code == 415
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    text = f'--b\r\nContent-Disposition: form-data; name="receipt_code"\r\n\r\n{code}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    for body, status in [
        (f"{text}--b--\r\n", 422),
        (f"{text}{file}half", 400),
        (f"{text}{file}x\r\n{text}--b--\r\n", 400),
        (f"{file}x\r\n--b--\r\n", 404),
        (f"{text}{text}{file}x\r\n--b--\r\n", 422),
        ("no form at all", 400),
    ]:
        answer = await service.http.post(path, content=body.encode(), headers=head)
        assert (answer.status_code, body) == (status, body)
    assert await kept(service) == []


@pytest.mark.asyncio
async def test_codes_that_open_nothing_are_answered_alike(service: Service) -> None:
    await a_submission(service)
    for code in ("7K3D-9QRT-X2MN-5PVC-F", "x", "", "7" * 300):
        answer = await send_file(service, code)
        assert (answer.status_code, answer.json()["code"]) == (404, "mailbox-not-found")
    assert await kept(service) == []


@pytest.mark.asyncio
async def test_only_who_handles_the_case_gets_its_files(service: Service) -> None:
    case, code = await a_submission(service)
    other, other_code = await a_submission(service, "another-case-0001", title="Khác")
    file = (await send_file(service, code)).json()["attachment_id"]
    assert (await download(service, case, file, "other-ministry")).status_code == 404
    assert (await download(service, other, file)).json()["code"] == "attachment-not-found"
    stolen = await service.public(f"/mailbox/files/{file}", {"receipt_code": other_code})
    assert stolen.json()["code"] == "attachment-not-found"
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(OTHER_MINISTRY)})):
        taken = await service.post("feedback-hub", f"/submissions/{case}/{step}", body)
        assert taken.status_code == 200, taken.text
    assert (await download(service, case, file, "other-ministry")).status_code == 200
    assert [one["organisation"]["code"] for one in (await service.case(code))["accesses"]] == ["G01"]


@pytest.mark.asyncio
async def test_of_an_anonymous_case_only_the_hour_of_a_file_iskept(service: Service) -> None:
    case, code = await a_submission(service, sender={"kind": "citizen"}, identity_level="anonymous")
    service.clock.pass_by(minutes=17)
    file = (await send_file(service, code)).json()
    assert file["sent_at"] == "2025-11-03T03:00:00Z"
    assert (await download(service, case, file["attachment_id"])).status_code == 200
    assert (await service.case(code))["accesses"][0]["read_at"] == "2025-11-03T03:00:00Z"
    (row,) = await service.rows("attachment")
    assert row["sent_at"].isoformat() == "2025-11-03T03:00:00+00:00"
    assert UUID(str(row["attachment_id"])).version == 4


@pytest.mark.asyncio
async def test_the_receipt_of_a_file_is_stated_by_its_hash(service: Service) -> None:
    _, code = await a_submission(service)
    file = (await send_file(service, code)).json()
    first, second = await service.rows("statement")
    assert (first["kind"], second["kind"]) == ("received", "received")
    parts = [("file", hashlib.sha256(PHOTO).hexdigest().encode()), ("file.name", "hiện trường.jpg".encode())]
    assert bytes(second["content"]) == content_of(bytes(second["salt"]), parts)
    assert file["sha256"] == hashlib.sha256(PHOTO).hexdigest()


@pytest.mark.asyncio
async def test_an_erased_case_has_no_files_on_the_disk(service: Service) -> None:
    case, code = await a_submission(service)
    file = (await send_file(service, code)).json()["attachment_id"]
    withdrawn = await service.public("/mailbox/withdraw", {"receipt_code": code})
    assert withdrawn.status_code == 200, withdrawn.text
    erased = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    assert erased.status_code == 200, erased.text
    assert (await download(service, case, file)).status_code == 404
    assert (await service.get(f"/submissions/{case}"))["files"] == []
    (row,) = await service.rows("attachment")
    assert (row["state"], row["facts_sealed"]) == ("gone", None)
    assert len(await kept(service)) == 2
    forgotten = await asyncio.gather(*(attachments.forget_gone(service.database, folder_of(service)) for _ in range(2)))
    assert sum(forgotten) == 1
    assert await kept(service) == []
    assert await service.rows("attachment") == []


@pytest.mark.asyncio
async def test_what_a_killed_process_left_is_swept_after_a_day(service: Service) -> None:
    _, code = await a_submission(service)
    assert (await send_file(service, code)).status_code == 201
    bounds = attachments.Bounds(folder_of(service), 10**6, 9, 10**7, frozenset({"jpg"}), None)

    async def content() -> Any:
        yield PHOTO

    await attachments.arrive(content(), "anh.jpg", bounds)  # killed before its row was written
    (folder_of(service) / "arriving").mkdir(exist_ok=True)
    (folder_of(service) / "arriving" / "half").write_bytes(b"age")
    assert len(await kept(service)) == 5
    store, written = (
        store_of(folder_of(service)),
        [blob.written_at async for blob in store_of(folder_of(service)).kept()],
    )
    assert await sweep(service, max(written)) == 0
    assert len(await kept(service)) == 5
    later = max(written) + 2 * attachments.ARRIVING
    swept = await asyncio.gather(*(sweep(service, later) for _ in range(2)))
    assert max(swept) == 2
    (row,) = await service.rows("attachment")
    assert {blob.sha256 async for blob in store.kept()} == {row["blob"], row["shown_blob"]}
    assert len(await kept(service)) == 4  # set aside, where a wrong database can be put right
    assert_whole_hours(service)
    await sweep(service, later + ASIDE + timedelta(hours=1))
    assert len(await kept(service)) == 2
    assert_whole_hours(service)


@pytest.mark.asyncio
async def test_a_database_that_was_lost_costs_no_file(service: Service) -> None:
    case, code = await a_submission(service)
    file = (await send_file(service, code)).json()["attachment_id"]
    async with service.database.transaction() as session:
        await session.execute(text("CREATE TABLE put_back AS TABLE attachment"))
        await session.execute(text("DELETE FROM attachment"))
    later = datetime.now(UTC) + 2 * attachments.ARRIVING
    assert await sweep(service, later) == 2
    async with service.database.transaction() as session:
        await session.execute(text("INSERT INTO attachment TABLE put_back"))
    assert (await download(service, case, file)).status_code == 200
    back = await service.public(f"/mailbox/files/{file}", {"receipt_code": code})
    assert back.content == PHOTO
    await service.public("/mailbox/withdraw", {"receipt_code": code})
    await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    async with service.database.transaction() as session:
        await session.execute(text("CREATE TABLE erased AS TABLE attachment"))
        await session.execute(text("DELETE FROM attachment"))
    assert await sweep(service, later + 2 * attachments.ARRIVING) == 2
    async with service.database.transaction() as session:
        await session.execute(text("INSERT INTO attachment TABLE erased"))
    assert await attachments.forget_gone(service.database, folder_of(service)) == 1
    assert await kept(service) == []  # an erased case leaves nothing, also of what was set aside
    assert_whole_hours(service)


@pytest.mark.asyncio
async def test_a_file_that_was_changed_on_the_disk_does_not_open(service: Service) -> None:
    case, code = await a_submission(service)
    file = (await send_file(service, code)).json()["attachment_id"]
    for path in folder_of(service).rglob("sha256/*/*"):
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    changed = await download(service, case, file)
    assert (changed.status_code, changed.json()["code"]) == (503, "unavailable")
    for path in folder_of(service).rglob("sha256/*/*"):
        path.unlink()
    missing = await download(service, case, file)
    assert (missing.status_code, json.loads(missing.content)["code"]) == (503, "unavailable")


@pytest.mark.asyncio
async def test_no_file_is_answered_before_its_commit(service: Service) -> None:
    _, code = await a_submission(service)
    with service.commits_fail():
        assert (await send_file(service, code)).status_code >= 500
    assert (await service.case(code))["files"] == await service.rows("attachment") == []
    file = (await send_file(service, code)).json()["attachment_id"]
    with service.commits_fail():
        read = await service.public(f"/mailbox/files/{file}", {"receipt_code": code})
    assert (read.status_code >= 500, PHOTO in read.content) == (True, False)
