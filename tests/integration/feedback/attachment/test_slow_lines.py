"""Files on slow lines: who sends slowly holds no one else up, and what is not handed out is not logged as read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import pytest
from tests.integration.feedback.attachment.filed import PHOTO, download, folder_of, kept, send_file, settings_of
from tests.integration.feedback.clock.test_clock import asked
from tests.integration.feedback.conftest import Service, a_submission, an_assigned_submission

from sixclear.common.errors import Unavailable
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment import streams

pytestmark = pytest.mark.asyncio


def _bounds(service: Service) -> attachments.Bounds:
    return attachments.Bounds(folder_of(service), 10**6, 9, 10**7, frozenset({"jpg"}), None)


class _Broken(Exception):
    """The line of a sender breaks."""


@asynccontextmanager
async def _slow_senders(service: Service, *visitors: bytes) -> AsyncIterator[list[asyncio.Event]]:
    """Files of these visitors arrive, each until its event is set."""
    ends = [asyncio.Event() for _ in visitors]
    slow = [
        asyncio.create_task(attachments.arrive(_stuck(end), "anh.jpg", _bounds(service), visitor))
        for end, visitor in zip(ends, visitors, strict=True)
    ]
    await asyncio.sleep(0)
    try:
        yield ends
    finally:
        for end in ends:
            end.set()
        await asyncio.gather(*slow, return_exceptions=True)


async def _stuck(end: asyncio.Event) -> AsyncIterator[bytes]:
    yield PHOTO[:100]
    await end.wait()
    raise _Broken


async def test_a_file_that_is_not_handed_out_is_not_logged_as_read(service: Service) -> None:
    case, code = await a_submission(service)
    file = (await send_file(service, code)).json()["attachment_id"]
    with ExitStack() as held:
        for _ in range(16):
            held.enter_context(streams.TO_HANDLERS.place())
        refused = await download(service, case, file)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["retry-after"] == "10"
    assert (await service.case(code))["accesses"] == []
    assert (await download(service, case, file)).status_code == 200


async def test_slow_senders_close_no_file_for_handlers(service: Service) -> None:
    case, code = await a_submission(service)
    file = (await send_file(service, code)).json()["attachment_id"]
    async with _slow_senders(service, *(b"%d" % visitor for visitor in range(16))):
        refused = await send_file(service, code, name="khác.jpg")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert (await download(service, case, file)).status_code == 200
    assert (await send_file(service, code, name="khác.jpg")).status_code == 201


async def test_of_one_visitor_two_files_arrive_at_once(service: Service) -> None:
    _, code = await a_submission(service)
    async with _slow_senders(service, b"one", b"one"):
        with pytest.raises(Unavailable):
            await attachments.arrive(_stuck(asyncio.Event()), "anh.jpg", _bounds(service), b"one")
        assert (await send_file(service, code)).status_code == 201  # another visitor


async def test_a_file_that_never_ends_is_given_up(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "_ARRIVING_SECONDS", 0.2)
    with pytest.raises(Unavailable, match="too long"):
        await attachments.arrive(_stuck(asyncio.Event()), "anh.jpg", _bounds(service))
    streams.ARRIVING.require_room()
    assert await kept(service) == []


async def test_reading_a_file_back_takes_a_small_body_alone(service: Service) -> None:
    _, code = await a_submission(service)
    file = (await send_file(service, code)).json()["attachment_id"]
    large = await service.public(f"/mailbox/files/{file}", {"receipt_code": code, "more": "x" * 300_000})
    assert (large.status_code, large.json()["code"]) == (413, "content-too-large")


async def test_a_file_that_answers_a_pause_finds_room_in_a_full_mailbox(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    for _ in range(3):
        written = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Thêm."})
        assert written.status_code == 201, written.text
    assert settings_of(service).messages_per_case == 3
    full = await send_file(service, code)
    assert (full.status_code, full.json()["code"]) == (409, "mailbox-full")
    assert (await asked(service, case, 8)).status_code == 201
    answered = await send_file(service, code)
    assert answered.status_code == 201, answered.text
    assert (await service.case(code))["clock"]["paused_since"] is None
    assert (await send_file(service, code, name="khác.jpg")).status_code == 409


async def test_a_retry_of_the_last_file_of_a_full_case_is_answered_as_before(service: Service) -> None:
    _, code = await a_submission(service)
    settings_of(service).files_per_case = 1
    sent = [await send_file(service, code) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 200]
    assert sent[0].json() == sent[1].json()


async def test_files_that_do_not_open_use_up_what_a_visitor_may_try(service: Service) -> None:
    _, code = await a_submission(service)
    burst = [await send_file(service, code, PHOTO[:300]) for _ in range(11)]
    assert [one.status_code for one in burst] == [422] * 10 + [429]
