"""Files and the scanner: what is harmful is refused, and what nobody looked at reaches no handler."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.feedback.attachment.filed import PHOTO, download, folder_of, kept, send_file, settings_of
from tests.integration.feedback.attachment.made_clamd import HARMFUL, made_clamd
from tests.integration.feedback.conftest import Service, a_submission
from tests.unit.feedback.attachment import made_files as made

from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment.scanning import scan

HARMFUL_DOCUMENT = made.a_document(**{"word/bad.xml": b""}) + HARMFUL


async def _look(service: Service, scanner: str) -> int:
    return await attachments.scan_held(service.database, service.log, service.clock, folder_of(service), scanner)


@pytest.mark.asyncio
async def test_what_the_scanner_knows_is_refused_and_the_rest_passes(service: Service) -> None:
    case, code = await a_submission(service)
    async with made_clamd() as clamd:
        settings_of(service).scanner = clamd.address
        bad = await send_file(service, code, HARMFUL_DOCUMENT, "don.docx")
        assert (bad.status_code, bad.json()["code"]) == (422, "attachment-infected")
        assert await kept(service) == []
        sent = (await send_file(service, code)).json()
        assert (sent["state"], sent["scanned_at"]) == ("ready", "2025-11-03T03:00:00Z")
        assert clamd.looked_at == [HARMFUL_DOCUMENT, PHOTO]
    assert (await download(service, case, sent["attachment_id"])).status_code == 200


@pytest.mark.asyncio
async def test_while_the_scanner_is_dead_files_are_held_until_it_has_looked(service: Service) -> None:
    case, code = await a_submission(service)
    async with made_clamd() as clamd:
        settings_of(service).scanner = address = clamd.address
    good = (await send_file(service, code)).json()
    bad = (await send_file(service, code, HARMFUL_DOCUMENT, "don.docx")).json()
    assert (good["state"], bad["state"]) == ("held", "held")
    for file in (good, bad):
        held = await download(service, case, file["attachment_id"])
        assert (held.status_code, held.json()["code"]) == (409, "attachment-held")
    assert await _look(service, address) == 0
    async with made_clamd(int(address.rpartition(":")[2])):
        assert await _look(service, address) == 2
        assert await _look(service, address) == 0
    states = {file["attachment_id"]: file["state"] for file in (await service.case(code))["files"]}
    assert states == {good["attachment_id"]: "ready", bad["attachment_id"]: "refused"}
    assert (await download(service, case, good["attachment_id"])).status_code == 200
    assert (await download(service, case, bad["attachment_id"])).json()["code"] == "attachment-not-found"
    assert len(await kept(service)) == 2


async def _content(size: int = 100) -> AsyncIterator[bytes]:
    for _ in range(size):
        yield bytes(1000)


@pytest.mark.asyncio
async def test_no_answer_is_no_verdict() -> None:
    async with made_clamd(hangs=True) as hanging:
        assert await scan(hanging.address, _content(), seconds=0.2) is None
    async with made_clamd(most=5000) as small:
        assert await scan(small.address, _content()) is None
        assert await scan(small.address, _content(2)) == "clean"
    assert await scan("/nowhere/clamd.sock", _content()) is None
