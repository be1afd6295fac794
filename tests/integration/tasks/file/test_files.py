"""A file is sent once and named in evidence: what everyone gets is what was sent, and a picture without its secrets."""

import io
import zipfile
from asyncio import gather
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from PIL import Image
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal, statements

from sixclear.common.blobs.store import BlobStore
from sixclear.common.clock import utc_now
from sixclear.tasks.file.service import WAITING, check, forget
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.settings import Settings

pytestmark = pytest.mark.asyncio

REPORT = b"%PDF-1.7\n" + b"one line of the report\n" * 2000


async def send(
    service: Service, code: str, content: bytes, name: str | None = "bao-cao.pdf", **params: str
) -> Response:
    """Send a file as the body of the request."""
    given = params if name is None else {"name": name} | params
    headers = service.headers(code) | {"content-type": "application/octet-stream"}
    return await service.http.post(f"{service.prefix}/files", content=content, params=given, headers=headers)


def document(*parts: tuple[str, str]) -> bytes:
    """A document of Office Open XML with these parts beside its text."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, content in (("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>"), *parts):
            file.writestr(name, content)
    return written.getvalue()


async def read(service: Service, path: str, code: str | None = None, **headers: str) -> Response:
    """What is answered at a path, to everyone or to a body."""
    own = service.headers(code) if code else {}
    return await service.http.get(path, headers=own | headers)


async def attach(service: Service, task_id: UUID, file_id: str) -> dict[str, Any]:
    """Name the file in evidence; the evidence as it is listed."""
    entry = {"title": "Báo cáo nghiệm thu", "file_id": file_id}
    response = await service.post("G06", f"/tasks/{task_id}/evidence", entry)
    assert response.status_code == 201, response.text
    return dict((await service.get(f"/tasks/{task_id}/evidence"))["items"][0])


async def test_a_report_is_sent_named_and_read_by_everyone(service: Service) -> None:
    task_id = await an_assigned_task(service)
    sent = await send(service, "G06", REPORT)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["media_type"], sent.json()["size"]) == ("application/pdf", len(REPORT))
    again = await send(service, "G06", REPORT)
    assert (again.status_code, again.json()["file_id"]) == (200, sent.json()["file_id"]), "a retry does no harm"

    evidence = await attach(service, task_id, sent.json()["file_id"])
    assert evidence["sha256"] == sent.json()["sha256"]
    whole = await read(service, evidence["url"])
    assert (whole.status_code, whole.content) == (200, REPORT)
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''bao-cao.pdf"
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["etag"] == f'"{evidence["sha256"]}"'

    entry = {"title": "Báo cáo nghiệm thu", "file_id": sent.json()["file_id"]}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", entry)).status_code == 200, "said before"


async def test_no_cache_gives_a_file_out_without_asking(service: Service) -> None:
    """Its task may have become restricted meanwhile."""
    task_id = await an_assigned_task(service)
    url = (await attach(service, task_id, (await send(service, "G06", REPORT)).json()["file_id"]))["url"]
    whole = await read(service, url)
    same = await read(service, url, **{"if-none-match": whole.headers["etag"]})
    own_one = await read(service, url.replace("/evidence/", "/own/evidence/"), "G06")
    assert [one.headers["cache-control"] for one in (whole, same, own_one)] == ["no-cache", "no-cache", "no-store"]


async def test_files_of_one_result_are_locked_in_one_order(service: Service) -> None:
    """Else two results that name the same files in another order wait for each other."""
    task_id = await an_assigned_task(service)
    names = [(await send(service, "G06", REPORT + b"%d" % number)).json()["file_id"] for number in range(3)]
    result = [{"title": "Báo cáo", "file_id": file_id} for file_id in sorted(names, reverse=True)]
    with statements(service) as sent:
        handed_in = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": result})
    assert handed_in.status_code == 200, handed_in.text
    locks = [one for one in sent if " FROM file " in one and "FOR UPDATE" in one]
    assert "ORDER BY file.file_id" in locks[0]


async def test_a_download_goes_on_where_it_stopped(service: Service) -> None:
    task_id = await an_assigned_task(service)
    url = (await attach(service, task_id, (await send(service, "G06", REPORT)).json()["file_id"]))["url"]
    tag = (await read(service, url)).headers["etag"]
    rest = await read(service, url, range="bytes=1000-", **{"if-range": tag})
    assert (rest.status_code, rest.content) == (206, REPORT[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(REPORT) - 1}/{len(REPORT)}"
    end = await read(service, url, range="bytes=-10")
    assert end.content == REPORT[-10:]
    assert (await read(service, url, range="bytes=2-5")).content == REPORT[2:6]
    changed = await read(service, url, range="bytes=1000-", **{"if-range": '"other"'})
    assert (changed.status_code, len(changed.content)) == (200, len(REPORT))
    assert (await read(service, url, **{"if-none-match": tag})).status_code == 304
    outside = await read(service, url, range=f"bytes={len(REPORT)}-")
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{len(REPORT)}")


async def test_a_file_whose_content_is_gone_is_refused_before_the_answer_begins(service: Service) -> None:
    """It was blacked out while it was asked for, or a store was put back that is older."""
    task_id = await an_assigned_task(service)
    sent = (await send(service, "G06", REPORT)).json()
    url = (await attach(service, task_id, sent["file_id"]))["url"]
    await store_of(own(service)).delete(sent["sha256"])
    for wanted in ({}, {"range": "bytes=2-5"}):
        refused = await read(service, url, **wanted)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert "content-disposition" not in refused.headers


async def test_a_picture_is_shown_without_the_place_where_it_was_taken(service: Service) -> None:
    task_id = await an_assigned_task(service)
    exif, picture = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Camera of a person"
    Image.new("RGB", (30, 20), (200, 0, 0)).save(picture, "JPEG", exif=exif)
    sent = (await send(service, "G06", picture.getvalue(), "Ảnh hiện trường.jpg")).json()
    evidence = await attach(service, task_id, sent["file_id"])
    shown = await read(service, evidence["url"])
    assert b"Camera of a person" not in shown.content
    assert evidence["sha256"] != sent["sha256"]
    assert shown.headers["content-disposition"].endswith("%E1%BA%A2nh%20hi%E1%BB%87n%20tr%C6%B0%E1%BB%9Dng.jpg")


async def test_a_form_sends_a_file_with_its_name(service: Service) -> None:
    response = await service.http.post(
        f"{service.prefix}/files",
        files={"file": ("C:\\bao cao\\Kết quả.pdf", REPORT, "application/x-whatever")},
        headers=service.headers("G06"),
    )
    assert response.status_code == 201, response.text
    assert (response.json()["name"], response.json()["media_type"]) == ("Kết quả.pdf", "application/pdf")
    seen = await service.http.get(
        f"{service.prefix}/files/{response.json()['file_id']}", headers=service.headers("G06")
    )
    assert seen.json() == response.json()
    other = await service.http.get(
        f"{service.prefix}/files/{response.json()['file_id']}", headers=service.headers("G01")
    )
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"<script>alert(1)</script>", "a.pdf", 422, "file-kind-refused"),
        (REPORT, "a.docx", 422, "file-kind-refused"),
        (b"", "a.pdf", 422, "file-kind-refused"),
        (document(("word/vbaProject.bin", "Sub AutoOpen")), "ke-hoach.docm", 422, "file-has-macros"),
        (document(("word/vbaProject.bin", "Sub AutoOpen")), "ke-hoach.docx", 422, "file-has-macros"),
        (REPORT, None, 422, "invalid-request"),
        (REPORT, " ", 422, "invalid-request"),
        (REPORT, "x" * 201, 422, "invalid-request"),
        (b"%PDF-" + b"x" * (20 * 1024 * 1024), "a.pdf", 413, "content-too-large"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    service: Service, content: bytes, name: str | None, status: int, code: str
) -> None:
    refused = await send(service, "G06", content, name)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    if code == "file-kind-refused":
        assert "PDF" in refused.json()["detail"] or "*.pdf" in refused.json()["detail"], "what is taken"
    assert [blob async for blob in store_of(own(service)).kept()] == []


async def test_a_body_is_told_how_a_document_with_macros_is_sent(service: Service) -> None:
    refused = (await send(service, "G06", document(("word/vbaProject.bin", "Sub AutoOpen")), "a.docm")).json()
    assert (refused["title"], "PDF" in refused["detail"], "DOCX" in refused["detail"]) == (
        "The document has macros",
        True,
        True,
    )
    with_a_table = document(("word/embeddings/oleObject1.bin", "a table"))
    assert (await send(service, "G06", with_a_table, "ke-hoach.docx")).status_code == 201, "it opens without running"


async def test_a_file_of_another_body_cannot_be_named(service: Service) -> None:
    task_id = await an_assigned_task(service)
    theirs = (await send(service, "G01", REPORT)).json()["file_id"]
    for file_id in (theirs, str(uuid4())):
        refused = await service.post("G06", f"/tasks/{task_id}/evidence", {"title": "Báo cáo", "file_id": file_id})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/file_id")
    for neither in ({"title": "Báo cáo"}, {"title": "Báo cáo", "file_id": theirs, "url": "https://example.invalid/a"}):
        assert (await service.post("G06", f"/tasks/{task_id}/evidence", neither)).status_code == 422


async def test_a_file_of_a_restricted_task_is_for_the_bodies_concerned(service: Service) -> None:
    created = await service.post("P57", "/tasks", proposal(classification="restricted"))
    task_id = created.json()["task_id"]
    file_id = (await send(service, "G06", REPORT)).json()["file_id"]
    entry = {"title": "Báo cáo", "file_id": file_id}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", entry)).status_code == 201
    own_list = await read(service, f"{service.prefix}/own/tasks/{task_id}/evidence", "P57")
    evidence = own_list.json()["items"][0]
    path = f"/evidence/{evidence['evidence_id']}/file"
    assert (await read(service, f"{service.prefix}{path}")).status_code == 404
    assert (await read(service, f"{service.prefix}/own{path}", "G01")).status_code == 404
    assert (await read(service, f"{service.prefix}/own{path}", "P57")).content == REPORT
    changed = await service.http.patch(
        f"{service.prefix}/tasks/{task_id}",
        json={"classification": "public"},
        headers=service.headers("P57") | {"content-type": "application/merge-patch+json"},
    )
    assert changed.status_code == 200, changed.text
    assert (await read(service, f"{service.prefix}{path}")).status_code == 404, "it was said while restricted"


async def test_what_nothing_names_goes_after_a_day_and_what_is_named_stays(service: Service) -> None:
    task_id = await an_assigned_task(service)
    store = store_of(own(service))
    named = (await send(service, "G06", REPORT)).json()
    await attach(service, task_id, named["file_id"])
    await send(service, "G01", REPORT)
    lost = (await send(service, "G06", REPORT + b"%", "khac.pdf")).json()
    assert await forget(service.database, store, service.clock()) == 0
    later = service.clock() + WAITING * 2
    assert await forget(service.database, store, later) > 0
    assert [blob.sha256 async for blob in store.kept()] == [named["sha256"]]
    faults = await check(service.database, store, utc_now() + WAITING * 2)
    assert (faults.orphaned, faults.missing, faults.damaged) == ((), (), ())
    refused = await service.post("G06", f"/tasks/{task_id}/evidence", {"title": "Khác", "file_id": lost["file_id"]})
    assert refused.status_code == 422


async def test_a_body_that_names_none_of_its_files_may_send_only_so_many(service: Service) -> None:
    service.app.state.service_state = replace(
        service.app.state.service_state, own=own(service).model_copy(update={"files_waiting": 2})
    )
    for number in range(2):
        assert (await send(service, "G06", REPORT, f"{number}.pdf")).status_code == 201
    picture = io.BytesIO()
    Image.new("RGB", (30, 20)).save(picture, "PNG")
    refused = await send(service, "G06", picture.getvalue(), "a.png")
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-files-waiting")
    assert (await send(service, "G06", REPORT, "0.pdf")).status_code == 200, "it is there already"
    assert (await send(service, "G01", REPORT, "0.pdf")).status_code == 201, "another body has its own bound"
    assert len([blob async for blob in store_of(own(service)).kept()]) == 1


async def test_files_that_come_at_once_keep_the_bound(service: Service) -> None:
    service.app.state.service_state = replace(
        service.app.state.service_state, own=own(service).model_copy(update={"files_waiting": 2})
    )
    answers = await gather(*(send(service, "G06", REPORT + b"%d" % number, "a.pdf") for number in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]


async def test_a_file_that_is_sent_again_waits_a_whole_day_again(service: Service) -> None:
    first = (await send(service, "G06", REPORT)).json()
    service.clock.now += WAITING - timedelta(minutes=1)
    assert (await send(service, "G06", REPORT)).status_code == 200
    assert await forget(service.database, store_of(own(service)), service.clock() + timedelta(minutes=2)) == 0
    seen = await read(service, f"{service.prefix}/files/{first['file_id']}", "G06")
    assert seen.status_code == 200


async def test_content_that_goes_while_it_is_looked_at_is_to_be_sent_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, looked = store_of(own(service)), BlobStore.examine

    async def too_late(self: BlobStore, sha256: str, *rest: Any) -> Any:
        await store.delete(sha256)  # as another sender's refusal of the same content does
        return await looked(self, sha256, *rest)

    monkeypatch.setattr(BlobStore, "examine", too_late)
    refused = await send(service, "G06", REPORT)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text


FORM = b'--x\r\ncontent-disposition: form-data; name="file"; filename="%b"\r\n\r\n%b\r\n--x--\r\n'

TWO = (FORM % (b"a.pdf", REPORT)).replace(b"--x--\r\n", FORM % (b"b.pdf", REPORT))


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", FORM % (b"a.pdf", REPORT), 400),
        ("multipart/form-data; boundary=", FORM % (b"a.pdf", REPORT), 400),
        ("multipart/form-data; boundary=y", FORM % (b"a.pdf", REPORT), 400),
        ("multipart/form-data; boundary=x; charset=undefined", FORM % (b"a.pdf", REPORT), 400),
        ("multipart/form-data; boundary=x; charset=unicode_escape", FORM % (b"\\ud800.pdf", REPORT), 422),
        ("multipart/form-data; boundary=x; charset=hex", FORM % (b"a.pdf", REPORT), 201),
        ("multipart/form-data; boundary=x", FORM % (b"a\x00.pdf", REPORT), 422),
        ("multipart/form-data; boundary=x", FORM % (b"n" * 5000 + b".pdf", REPORT), 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", TWO, 400),
        ("multipart/form-data; boundary=" + "x" * 300, FORM % (b"a.pdf", REPORT), 400),
    ],
)
async def test_a_form_that_is_broken_is_refused_by_name(service: Service, kind: str, body: bytes, status: int) -> None:
    headers = service.headers("G06") | {"content-type": kind}
    refused = await service.http.post(f"{service.prefix}/files", content=body, headers=headers)
    assert refused.status_code == status, refused.text


async def test_the_checker_finds_what_is_missing_and_what_nothing_names(service: Service) -> None:
    store = store_of(own(service))
    sent = (await send(service, "G06", REPORT)).json()
    await store.delete(sent["sha256"])
    stray = await store.put(_once(b"stray"), "stray", most=100)
    faults = await check(service.database, store, utc_now() + WAITING * 2)
    assert (faults.orphaned, faults.missing, faults.damaged) == ((stray.sha256,), (sent["sha256"],), ())


async def _once(content: bytes) -> Any:
    yield content


def own(service: Service) -> Settings:
    """The settings of the running service."""
    settings = service.app.state.service_state.own
    assert isinstance(settings, Settings)
    return settings
