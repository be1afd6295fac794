"""Senders who left an address are told that there is news, through a real SMTP server, and of nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.integration.feedback.conftest import MINISTRY, Service, a_submission, an_answer, an_assigned_submission

from sixclear.common.caller import Caller
from sixclear.common.clock import CIVIL_ZONE
from sixclear.common.use_case import Context
from sixclear.feedback.notice.service import send_notices
from sixclear.feedback.notice.smtp import SmtpServer
from sixclear.feedback.rating.service import remind
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.service.hours import publish_hours

pytestmark = pytest.mark.asyncio
MAILBOX = "https://sixclear.example.invalid/feedback/mailbox"
NOTICE = {"email": "binh@example.invalid", "language": "vi"}


@dataclass(slots=True)
class Post:
    """A mail server that takes mails, or replies as it is told to."""

    server: SmtpServer
    replies: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(message_from_bytes(cast(bytes, envelope.content), policy=default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest_asyncio.fixture
async def post() -> AsyncIterator[Post]:
    """A mail server on this machine."""
    handler = Post(SmtpServer("127.0.0.1", 0, "off", "no-reply@sixclear.example.invalid"))
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    handler.server = SmtpServer("127.0.0.1", port, "off", "no-reply@sixclear.example.invalid")
    yield handler
    listening.close()
    await listening.wait_closed()


async def send(service: Service, post: Post) -> int:
    """The timed work, once."""
    return await send_notices(service.database, service.log, service.clock, post.server, MAILBOX)


async def write(service: Service, submission_id: UUID, text: str = "Xin cho biết thêm.") -> None:
    """The handler writes to the sender."""
    sent = await service.post("feedback-hub", f"/submissions/{submission_id}/messages", {"text": text})
    assert sent.status_code == 201, sent.text


async def test_a_mail_says_that_there_is_news_and_nothing_of_the_case(service: Service, post: Post) -> None:
    submission_id, code = await an_assigned_submission(service, notice=NOTICE)
    assert await send(service, post) == 0  # it waits for a time by chance
    service.clock.pass_by(hours=1)
    assert await send(service, post) == 1
    [mail] = post.mails
    assert post.recipients == ["binh@example.invalid"]
    assert mail["Subject"] == "Có tin mới trong hộp thư góp ý của bạn"
    body = mail.get_content()
    assert MAILBOX in body
    whole = mail.as_string()
    for secret in ("Bản đồ", "phòng thí nghiệm", code, code.replace("-", ""), str(submission_id), submission_id.hex):
        assert secret not in whole + body
    assert re.fullmatch(r"<[0-9a-f]{32}@sixclear\.example\.invalid>", mail["Message-ID"])
    assert await send(service, post) == 0


async def test_each_language_has_a_mail_of_its_own(service: Service, post: Post) -> None:
    for number, language in enumerate(("vi", "en", "ar")):
        await an_assigned_submission(service, f"a-key-of-its-own-{number}", notice=NOTICE | {"language": language})
    await send(service, post)
    service.clock.pass_by(hours=1)
    assert await send(service, post) == 3
    assert {mail["Content-Language"] for mail in post.mails} == {"vi", "en", "ar"}
    assert len({mail["Subject"] for mail in post.mails}) == len({mail["Message-ID"] for mail in post.mails}) == 3


async def test_there_is_one_mail_a_case_and_day(service: Service, post: Post) -> None:
    submission_id, _ = await an_assigned_submission(service, notice=NOTICE)
    body = {"organisation_id": str(MINISTRY)}
    for _ in range(12):
        moved = await service.post("feedback-hub", f"/submissions/{submission_id}/assign", body)
        assert moved.status_code == 200, moved.text
        await send(service, post)
        service.clock.pass_by(hours=4)
    days = [mail["Date"].datetime.astimezone(CIVIL_ZONE).date() for mail in post.mails]
    assert len(set(days)) == len(days) >= 2


async def test_what_the_sender_did_and_what_the_mailbox_does_not_show_is_no_news(service: Service, post: Post) -> None:
    _, code = await a_submission(service, notice=NOTICE)
    await service.public("/mailbox/messages", {"receipt_code": code, "text": "Thêm một ý."})
    await service.public("/mailbox/withdraw", {"receipt_code": code})
    await send(service, post)
    service.clock.pass_by(days=2)
    assert await send(service, post) == 0
    assert [row["send_at"] for row in await service.rows("notice")] == [None]


async def test_a_server_that_is_away_is_tried_again_with_the_same_identifier(service: Service, post: Post) -> None:
    await an_assigned_submission(service, notice=NOTICE)
    await send(service, post)
    service.clock.pass_by(hours=1)
    post.replies = ["451 try later"]
    assert await send(service, post) == 0
    [row] = await service.rows("notice")
    assert (row["attempts"], row["send_at"] - service.clock()) == (1, timedelta(minutes=2))
    assert await send(service, post) == 0  # not before its time
    service.clock.pass_by(minutes=2)
    assert await send(service, post) == 1
    assert post.mails[0]["Message-ID"].startswith(f"<{row['mail_id'].hex}@")


async def test_an_address_that_is_refused_for_good_is_not_tried_again(service: Service, post: Post) -> None:
    await an_assigned_submission(service, notice=NOTICE)
    await send(service, post)
    service.clock.pass_by(hours=1)
    post.replies = ["550 no such user"]
    assert await send(service, post) == 0
    service.clock.pass_by(days=2)
    assert await send(service, post) == 0
    assert post.mails == []


async def test_the_address_is_removed_in_the_mailbox_and_with_the_contact(service: Service, post: Post) -> None:
    submission_id, code = await an_assigned_submission(service, notice=NOTICE)
    assert (await service.case(code))["notice"] == {"wanted": True, "language": "vi"}
    await send(service, post)  # a mail waits
    gone = await service.public("/mailbox/notice", {"receipt_code": code, "notice": None})
    assert gone.json() == {"wanted": False, "language": None}
    service.clock.pass_by(hours=1)
    await write(service, submission_id)
    assert await send(service, post) == 0
    assert await service.rows("notice") == []
    assert "notice" not in {row["purpose"] for row in await service.rows("case_key")}

    given = await service.public("/mailbox/notice", {"receipt_code": code, "notice": NOTICE | {"language": "en"}})
    assert given.json() == {"wanted": True, "language": "en"}
    erased = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "contact"})
    assert erased.status_code == 200, erased.text
    case = await service.case(code)
    assert case["notice"] == {"wanted": False, "language": None}
    assert [one["what"] for one in case["erasures"]] == ["contact"]


async def test_of_an_anonymous_case_no_mail_is_thought_of_before_its_hour_is_over(service: Service, post: Post) -> None:
    service.clock.pass_by(minutes=10)
    await an_assigned_submission(service, notice=NOTICE, identity_level="anonymous", sender={})
    service.clock.pass_by(minutes=40)
    await send(service, post)
    [row] = await service.rows("notice")
    assert (row["version"], row["send_at"]) == (1, None)
    service.clock.pass_by(minutes=12)
    await publish_hours(service.database, service.log, service.clock)
    await send(service, post)
    [row] = await service.rows("notice")
    assert timedelta(0) <= row["send_at"] - service.clock() <= timedelta(hours=1)


async def test_only_the_process_with_the_private_key_sends(service: Service, post: Post, tmp_path: Path) -> None:
    await an_assigned_submission(service, notice=NOTICE)
    await send(service, post)
    service.clock.pass_by(hours=1)
    private = tmp_path / "keys" / "private" / "notice"
    private.rename(tmp_path / "notice keys")
    assert await send(service, post) == 0
    assert [row["attempts"] for row in await service.rows("notice")] == [0]
    for path in (tmp_path / "notice keys").iterdir():
        private.mkdir(exist_ok=True)
        path.rename(private / path.name)
    assert await send(service, post) == 1


async def test_an_installation_that_sends_no_mails_takes_no_address(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = cast(Any, service.app).state.service_state.own
    monkeypatch.setattr(parts.settings, "notices", "off")
    refused = await service.send({"kind": "feedback", "title": "A", "text": "B", "notice": NOTICE})
    assert (refused.status_code, refused.json()["code"]) == (409, "notices-not-sent")
    assert await service.rows("submission") == []
    offer = await service.http.get(f"{service.prefix}/notices")
    assert offer.json() == {"offered": False}


@pytest.mark.parametrize(
    "address",
    ["=?utf-8?b?YQpi?=@x.vn", "=?punycode?q?-?=@x.vn", "=?utf-8?q?=76=40=78=2E=76=6E=2C=77=40=78=2E=76=6E?=.@x.vn"],
)
async def test_an_address_that_no_mail_can_be_made_of_stops_no_other_mail(
    service: Service, post: Post, address: str
) -> None:
    case, code = await an_assigned_submission(service, notice=NOTICE)
    refused = await service.public("/mailbox/notice", {"receipt_code": code, "notice": {"email": address}})
    assert refused.status_code == 422, refused.text
    async with service.database.transaction() as session:  # as a release before took it
        await sealing.keep_address(Context(session, service.log, Caller("test"), service.clock()), case, address)
    await send(service, post)
    service.clock.pass_by(hours=1)
    await an_assigned_submission(service, "a-key-of-its-own-0001", notice=NOTICE)
    await send(service, post)
    service.clock.pass_by(hours=1)
    await send(service, post)
    assert {"binh@example.invalid"} <= set(post.recipients) <= {"binh@example.invalid", address}
    assert [row["send_at"] for row in await service.rows("notice")] == [None, None]


async def an_answered_case(service: Service, post: Post, key: str, **changes: Any) -> str:
    """The receipt code of an answered case whose sender was told of the answer."""
    submission_id, code = await an_assigned_submission(service, key, notice=NOTICE, **changes)
    case = f"/submissions/{submission_id}"
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer())
    published = await service.post("feedback-publisher", f"{case}/answers/{drafted.json()['answer_id']}/publish", {})
    assert published.status_code == 200, published.text
    service.clock.pass_by(hours=1, minutes=2)
    await publish_hours(service.database, service.log, service.clock)
    await send(service, post)
    service.clock.pass_by(hours=1)
    await send(service, post)
    assert len(post.mails) >= 1
    post.mails.clear()
    return code


async def asked_for_ratings(service: Service) -> None:
    """What two processes do at the same time, and again after a crash."""
    for _ in range(2):
        await asyncio.gather(*(remind(service.database, service.log, service.clock) for _ in range(2)))


@pytest.mark.parametrize("changes", [{}, {"identity_level": "anonymous", "sender": {"kind": "citizen"}}])
async def test_who_did_not_rate_gets_one_mail_and_never_a_second(
    service: Service, post: Post, changes: dict[str, Any]
) -> None:
    code = await an_answered_case(service, post, "k" * 16, **changes)
    service.clock.pass_by(days=6)
    await asked_for_ratings(service)
    assert await send(service, post) == 0
    service.clock.pass_by(days=1)
    await asked_for_ratings(service)
    service.clock.pass_by(hours=1)
    assert sum(await asyncio.gather(*(send(service, post) for _ in range(2)))) == 1
    [mail] = post.mails
    assert mail["Subject"] == "Có tin mới trong hộp thư góp ý của bạn", "no other words than for any news"
    assert code not in mail.as_string()
    assert (await service.case(code))["rating_reminded_at"] is not None
    for _ in range(20):
        service.clock.pass_by(days=1)
        await asked_for_ratings(service)
        await send(service, post)
    assert len(post.mails) == 1


@pytest.mark.parametrize("step", [("rating", {"rating": "partly"}), ("reopen", {"reason": "Lịch vẫn chưa có."})])
async def test_no_mail_asks_for_a_rating_that_was_given_or_can_no_longer_be(
    service: Service, post: Post, step: tuple[str, dict[str, str]]
) -> None:
    anonymous = {"identity_level": "anonymous", "sender": {"kind": "citizen"}}
    code = await an_answered_case(service, post, "k" * 16, **anonymous)
    service.clock.pass_by(days=7)
    await asked_for_ratings(service)
    assert [row["asks_rating"] for row in await service.rows("notice")] == [True]
    name, body = step
    done = await service.public(f"/mailbox/{name}", {"receipt_code": code} | body)
    assert done.status_code == 200, done.text
    service.clock.pass_by(hours=1)
    assert await send(service, post) == 0
    assert [(row["send_at"], row["mail_id"]) for row in await service.rows("notice")] == [(None, None)]


async def test_news_that_comes_meanwhile_is_told_also_when_the_rating_is_given(service: Service, post: Post) -> None:
    code = await an_answered_case(service, post, "k" * 16)
    service.clock.pass_by(days=7)
    await asked_for_ratings(service)
    await write(service, UUID((await service.case(code))["submission_id"]))
    await send(service, post)
    await service.public("/mailbox/rating", {"receipt_code": code, "rating": "solved"})
    service.clock.pass_by(hours=1)
    assert await send(service, post) == 1
