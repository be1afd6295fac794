"""Personal data that were sent by mistake go for good; hash, name and reason stay."""

import io
from typing import Any

import pytest
from PIL import Image
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.evidence.evidence import attach, decide, forget_reviews, own_list, told

from sixclear.common.blobs.store import BlobMissing, BlobStore
from sixclear.common.clock import utc_now
from sixclear.tasks.evidence import service as evidence
from sixclear.tasks.evidence.service import redact_left
from sixclear.tasks.file.service import check
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.settings import Settings

pytestmark = pytest.mark.asyncio

REPORT = b"%PDF-1.7\n" + b"the number of a person\n" * 20
WHY = {"reason": "Tệp có số căn cước của người dân"}


def store(service: Service) -> BlobStore:
    """Where the files of the service are."""
    own = service.app.state.service_state.own
    assert isinstance(own, Settings)
    return store_of(own)


async def send(service: Service, content: bytes, name: str = "a.pdf", code: str = "G06") -> dict[str, Any]:
    """Send a file; what is answered."""
    headers = service.headers(code) | {"content-type": "application/octet-stream"}
    sent = await service.http.post(f"{service.prefix}/files", content=content, params={"name": name}, headers=headers)
    return dict(sent.json())


async def attach_file(service: Service, task_id: object, file_id: str, code: str = "G06") -> dict[str, Any]:
    """Name the file in evidence; the piece as everyone reads it."""
    entry = {"title": "Danh sách", "file_id": file_id}
    added = await service.post(code, f"/tasks/{task_id}/evidence", entry)
    assert added.status_code == 201, added.text
    return dict((await service.get(f"/tasks/{task_id}/evidence"))["items"][0])


async def is_there(service: Service, sha256: str) -> bool:
    """Whether the store has this content."""
    try:
        await store(service).size(sha256)
    except BlobMissing:
        return False
    return True


async def test_a_picture_goes_with_its_sealed_original(service: Service) -> None:
    task_id = await an_assigned_task(service)
    exif, picture = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Camera of a person"
    Image.new("RGB", (30, 20), (200, 0, 0)).save(picture, "JPEG", exif=exif)
    sent = await send(service, picture.getvalue(), "a.jpg")
    piece = await attach_file(service, task_id, sent["file_id"])
    assert await is_there(service, sent["sha256"])
    before = await service.get(f"/tasks/{task_id}")

    gone = await service.post("P57", f"/evidence/{piece['evidence_id']}/redact", WHY)
    assert gone.status_code == 200, gone.text
    kept = "evidence_id", "title", "sha256", "url", "organisation", "occurred_at"
    assert {name: gone.json()[name] for name in kept} == {name: piece[name] for name in kept}
    assert (gone.json()["state"], gone.json()["redaction_reason"]) == ("refused", WHY["reason"])
    assert not await is_there(service, sent["sha256"])
    assert not await is_there(service, piece["sha256"])
    for path in (piece["url"], piece["url"].replace("/evidence/", "/own/evidence/")):
        answer = await service.http.get(path, headers=service.headers("G06"))
        assert (answer.status_code, answer.json()["code"]) == (410, "evidence-redacted")
        assert WHY["reason"] in answer.json()["detail"]
    assert await service.get(f"/tasks/{task_id}") == before, "the task stays as it is"
    assert await told(service) == [("added", 1, True), ("redacted", 2, True)]
    assert (await check(service.database, store(service), utc_now())).missing == (), "nothing is missing that should be"


async def test_what_was_accepted_stays_accepted(service: Service) -> None:
    task_id = await an_assigned_task(service)
    piece = await attach_file(service, task_id, (await send(service, REPORT))["file_id"])
    await service.post("G06", f"/tasks/{task_id}/submit", {})
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    once = await service.post("P57", f"/evidence/{piece['evidence_id']}/redact", WHY)
    assert (once.json()["state"], once.json()["reason"]) == ("accepted", None)
    again = await service.post("P57", f"/evidence/{piece['evidence_id']}/redact", {"reason": "Lần nữa"})
    assert again.json() == once.json()


async def test_every_piece_with_the_same_content_of_the_body_goes(service: Service) -> None:
    first = await an_assigned_task(service)
    second = await an_assigned_task(service, external_id="NV-2")
    one = await attach_file(service, first, (await send(service, REPORT))["file_id"])
    other = await attach_file(service, second, (await send(service, REPORT, "b.pdf"))["file_id"])
    assert (await service.post("P57", f"/evidence/{one['evidence_id']}/redact", WHY)).status_code == 200
    assert (await service.http.get(other["url"])).status_code == 410
    assert (await service.get(f"/evidence/{other['evidence_id']}"))["redaction_reason"] == WHY["reason"]
    assert not await is_there(service, one["sha256"])

    assert (await send(service, REPORT))["code"] == "file-redacted", "it does not come back"
    assert (await send(service, REPORT, "c.pdf"))["code"] == "file-redacted"
    assert not await is_there(service, one["sha256"])
    entry = {"title": "Lại", "file_id": one["file_id"]}
    refused = await service.post("G06", f"/tasks/{first}/evidence", entry)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "file-unknown")


async def test_what_another_body_sent_stays_until_that_is_decided(service: Service) -> None:
    first = await an_assigned_task(service)
    second = await an_assigned_task(service, external_id="NV-2", lead_organisation="G01")
    one = await attach_file(service, first, (await send(service, REPORT))["file_id"])
    other = await attach_file(service, second, (await send(service, REPORT, code="G01"))["file_id"], "G01")
    assert (await service.post("P57", f"/evidence/{one['evidence_id']}/redact", WHY)).status_code == 200
    assert (await service.http.get(one["url"])).status_code == 410
    assert (await service.http.get(other["url"])).content == REPORT
    assert (await service.post("P57", f"/evidence/{other['evidence_id']}/redact", WHY)).status_code == 200
    assert not await is_there(service, one["sha256"])


async def test_of_a_link_the_address_goes(service: Service) -> None:
    task_id = await an_assigned_task(service)
    evidence_id = await attach(service, task_id)
    assert (await decide(service, evidence_id, "redact", **WHY)).status_code == 200
    (piece,) = await own_list(service, task_id)
    assert piece["url"] == f"{service.prefix}/evidence/{evidence_id}/file"
    assert (await service.http.get(piece["url"])).status_code == 410
    assert "example.invalid" not in str(piece)


async def test_only_who_assigned_the_task_blacks_out(service: Service) -> None:
    evidence_id = await attach(service, await an_assigned_task(service))
    assert (await decide(service, evidence_id, "redact", "G06", **WHY)).json()["code"] == "organisation-not-allowed"
    assert (await decide(service, evidence_id, "redact")).status_code == 422, "it says why"


async def test_content_stays_while_the_commit_fails(service: Service) -> None:
    task_id = await an_assigned_task(service)
    piece = await attach_file(service, task_id, (await send(service, REPORT))["file_id"])
    with service.commits_fail():
        assert (await decide(service, piece["evidence_id"], "redact", **WHY)).status_code >= 500
    assert (await service.http.get(piece["url"])).content == REPORT


async def many_pieces(service: Service, monkeypatch: pytest.MonkeyPatch) -> tuple[list[dict[str, Any]], list[str]]:
    """Six pieces of three tasks that name one content; two of them say with the decision that it is blacked out."""
    monkeypatch.setattr(evidence, "AT_ONCE", 2)
    sent = [await send(service, REPORT, name) for name in ("a.pdf", "b.pdf")]
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(3)]
    pieces = [await attach_file(service, task_id, one["file_id"]) for task_id in tasks for one in sent]
    assert (await service.post("P57", f"/evidence/{pieces[0]['evidence_id']}/redact", WHY)).status_code == 200
    return pieces, [str(task_id) for task_id in tasks]


async def test_many_pieces_say_so_in_chunks_and_none_is_read_meanwhile(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces, _ = await many_pieces(service, monkeypatch)
    said = [change for change, *_ in await told(service)].count("redacted")
    assert 2 <= said <= 3, "the piece that was decided on, and a chunk"
    decided_at = service.clock.now
    for piece in pieces:
        answer = await service.http.get(piece["url"])
        assert (answer.status_code, answer.json()["code"]) == (410, "evidence-redacted")
        assert WHY["reason"] in answer.json()["detail"]
    service.clock.pass_by(hours=1)
    assert await redact_left(service.database, service.log, service.clock, at_a_time=2) == 6 - said
    assert await redact_left(service.database, service.log, service.clock) == 0
    events = [event for event in await service.events() if event.change == "redacted"]
    assert len({event.entity_id for event in events}) == len(events) == 6
    assert {event.occurred_at for event in events} == {decided_at}, "one decision, one instant"
    assert {event.meta["organisation_id"] for event in events} == {events[0].meta["organisation_id"]}
    for piece in pieces:
        shown = await service.get(f"/evidence/{piece['evidence_id']}")
        assert (shown["redaction_reason"], shown["state"]) == (WHY["reason"], "refused")


async def test_a_chunk_that_is_stopped_is_taken_up_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await many_pieces(service, monkeypatch)
    before = len(await told(service))
    instants = [service.clock.now] * 3
    with pytest.raises(IndexError):  # the process ends in its second chunk
        await redact_left(service.database, service.log, instants.pop, at_a_time=1)
    assert len(await told(service)) == before + 1
    await redact_left(service.database, service.log, service.clock)
    assert [change for change, *_ in await told(service)].count("redacted") == 6


async def test_a_piece_of_an_earlier_release_is_told_and_blacked_out(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "AT_ONCE", 1)
    task_id = await an_assigned_task(service)
    file_id = (await send(service, REPORT))["file_id"]
    old = await attach_file(service, task_id, file_id)
    await forget_reviews(service)
    other = await an_assigned_task(service, external_id="NV-2")
    piece = await attach_file(service, other, file_id)
    assert (await service.post("P57", f"/evidence/{piece['evidence_id']}/redact", WHY)).status_code == 200
    assert (await service.http.get(old["url"])).status_code == 410
    assert await redact_left(service.database, service.log, service.clock) == 1
    assert (await service.get(f"/evidence/{old['evidence_id']}"))["redaction_reason"] == WHY["reason"]
