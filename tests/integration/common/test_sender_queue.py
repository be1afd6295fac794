"""Messages to a receiver: once each, in order, tried again while it is down, and gone on with after a kill."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import Row, text

from sixclear.common.db import Database
from sixclear.common.ids import new_id, stable_id
from sixclear.common.sender import queue
from sixclear.common.sender.courier import Refused, deliver, measure, outcome_of
from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.queue import Message, Outcome
from sixclear.common.sender.sender import Outgoing, Reply
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio]

OWNER = stable_id("owner", "commune")
KIND = "report"
# A year that no clock has.
_NEVER = f"Mon, 01 Jan {10**20} 00:00:00 GMT"


class Receiver:
    """Knows what it was sent by its key, as a receiver with idempotency keys does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.has: dict[str, bytes] = {}
        self.replies: list[Reply | NotSent] = []
        self.loses_replies = False

    async def __call__(self, outgoing: Outgoing) -> Reply:
        key = outgoing.headers["Idempotency-Key"]
        self.asked.append(key)
        if self.replies:
            said = self.replies.pop(0)
            if isinstance(said, NotSent):
                raise said
            return said
        self.has.setdefault(key, outgoing.content)
        if self.loses_replies:
            raise NotSent("too-slow")
        return Reply(201, {"etag": '"7"'})


class Reports:
    """What a service knows of its messages."""

    kind = KIND

    async def prepare(self, taken: Row[Any]) -> Outgoing:
        if taken.subject == "restricted":
            raise Refused("restricted")
        return Outgoing("POST", "https://receiver.example", {"Idempotency-Key": taken.key}, taken.content)

    def judge(self, taken: Row[Any], reply: Reply) -> Outcome:
        return outcome_of(reply)


@pytest_asyncio.fixture
async def database(empty_database: EmptyDatabase) -> AsyncIterator[Database]:
    made = Database(await empty_database(), application_name="test")
    async with made.transaction() as session:
        for statement in queue.DDL_V1 + queue.DDL_V2:
            await session.execute(text(statement))
    yield made
    await made.close()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(datetime(2026, 11, 30, 3, tzinfo=UTC))


async def put(database: Database, clock: MovingClock, key: str, subject: str = "", owner: UUID = OWNER) -> UUID | None:
    content = f"what {key} says".encode()
    message = Message(new_id(), KIND, owner, key, subject or key, {"index": key}, content, b"\0" * 32)
    async with database.transaction() as session:
        return await queue.put(session, message, clock())


def given_up() -> float:
    labels = {"kind": KIND, "state": "given_up"}
    return REGISTRY.get_sample_value("sixclear_outgoing_attempts_total", labels) or 0.0


async def shown(database: Database) -> dict[str, tuple[str, int, str | None]]:
    async with database.session() as session:
        found = await queue.list_sent(session, KIND, OWNER, None, None, 100)
    return {row.about["index"]: (row.state, row.attempts, row.problem) for row in found}


async def test_an_hour_without_the_receiver_doubles_nothing(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    for key in ("a", "b", "c"):
        assert await put(database, clock, key) is not None
    sent = 0
    for _ in range(60):
        receiver.replies = [NotSent("no-connection", down=True)] * 3
        sent += await deliver(database, clock, receiver, Reports())
        clock.pass_by(minutes=1)
    assert receiver.has == {}
    assert sent <= 8, "one message asks for all, and waits longer each time"
    receiver.replies = []
    for _ in range(70):
        await deliver(database, clock, receiver, Reports())
        clock.pass_by(minutes=1)
    assert {key: state for key, (state, _, _) in (await shown(database)).items()} == dict.fromkeys("abc", "delivered")
    assert sorted(receiver.has) == ["a", "b", "c"]
    asked = len(receiver.asked)
    assert [await put(database, clock, key) for key in ("a", "b", "c")] == [None, None, None]
    assert await deliver(database, clock, receiver, Reports()) == 0
    assert len(receiver.asked) == asked


async def test_what_was_sent_when_the_process_ended_is_sent_again_under_its_key(
    database: Database, clock: MovingClock
) -> None:
    receiver = Receiver()
    await put(database, clock, "a")
    async with database.transaction() as session:
        (taken,) = await queue.take(session, KIND, clock(), 10)
    await receiver(await Reports().prepare(taken))  # arrived, and the process ends before it keeps the reply
    assert await deliver(database, clock, receiver, Reports()) == 0, "it may still be on its way"
    clock.pass_by(minutes=3)
    assert await deliver(database, clock, receiver, Reports()) == 1
    assert (receiver.asked, list(receiver.has)) == (["a", "a"], ["a"])
    async with database.transaction() as session:
        await queue.keep(session, taken, Outcome("refused", 400), clock())
    assert await shown(database) == {"a": ("delivered", 2, None)}, "the process that was late changes nothing"


async def test_a_reply_that_is_lost_is_asked_for_again(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    receiver.loses_replies = True
    await put(database, clock, "a")
    await deliver(database, clock, receiver, Reports())
    assert await shown(database) == {"a": ("waiting", 1, "too-slow")}
    receiver.loses_replies = False
    clock.pass_by(minutes=1)
    await deliver(database, clock, receiver, Reports())
    assert (await shown(database), len(receiver.has)) == ({"a": ("delivered", 2, None)}, 1)


async def test_reports_on_one_subject_arrive_in_their_order(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    await put(database, clock, "monday", subject="task")
    await put(database, clock, "tuesday", subject="task")
    receiver.replies = [Reply(500)]
    await deliver(database, clock, receiver, Reports())
    assert receiver.asked == ["monday"], "tuesday waits behind it"
    clock.pass_by(minutes=1)
    await deliver(database, clock, receiver, Reports())
    assert receiver.asked == ["monday", "monday", "tuesday"]


async def test_a_refusal_stands_with_its_reason_until_the_same_is_put_again(
    database: Database, clock: MovingClock
) -> None:
    receiver = Receiver()
    await put(database, clock, "a")
    await put(database, clock, "restricted")
    receiver.replies = [Reply(422, content="Chỉ số không có".encode())]
    await deliver(database, clock, receiver, Reports())
    found = await shown(database)
    assert (found["a"], found["restricted"]) == (
        ("refused", 1, "receiver-refused"),
        ("refused", 1, "restricted"),
    )
    async with database.session() as session:
        told = {row.about["index"]: row.told for row in await queue.list_sent(session, KIND, OWNER, None, None, 10)}
        kept = (await session.execute(text("SELECT count(*) FROM outgoing WHERE content IS NOT NULL"))).scalar_one()
    assert (told, kept) == ({"a": "Chỉ số không có", "restricted": None}, 0)
    assert await put(database, clock, "a") is not None
    await deliver(database, clock, receiver, Reports())
    assert (await shown(database))["a"] == ("delivered", 2, None)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("1800", timedelta(minutes=30)),
        ("Mon, 30 Nov 2026 03:45:00 GMT", timedelta(minutes=45)),
        ("soon", None),
        (_NEVER, None),
    ],
)
async def test_the_receiver_says_when_to_come_again(
    database: Database, clock: MovingClock, asked: str, waits: timedelta | None
) -> None:
    receiver, began = Receiver(), clock()
    receiver.replies = [Reply(503, {"retry-after": asked})]
    await put(database, clock, "a")
    await deliver(database, clock, receiver, Reports())
    async with database.session() as session:
        (row,) = await queue.list_sent(session, KIND, OWNER, "waiting", None, 10)
    least = timedelta(seconds=30)
    assert row.next_at - began == waits if waits else least <= row.next_at - began <= least * 1.2


async def test_one_receiver_that_is_down_holds_up_no_other(database: Database, clock: MovingClock) -> None:
    receiver, other = Receiver(), stable_id("owner", "province")
    await put(database, clock, "a")
    await put(database, clock, "z", owner=other)

    async def half(outgoing: Outgoing) -> Reply:
        if outgoing.headers["Idempotency-Key"] == "a":
            raise NotSent("no-connection", down=True)
        return await receiver(outgoing)

    await deliver(database, clock, half, Reports())
    assert list(receiver.has) == ["z"]


async def test_after_a_week_a_message_is_given_up_and_may_be_put_again(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    await put(database, clock, "a")
    clock.pass_by(days=8)
    receiver.replies = [Reply(503)]
    counted = given_up()
    await deliver(database, clock, receiver, Reports())
    assert (await shown(database))["a"][0] == "given_up"
    assert given_up() == counted + 1
    assert await put(database, clock, "a") is not None


async def test_the_oldest_message_that_waits_is_measured(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    await put(database, clock, "a")
    clock.pass_by(hours=2)
    await put(database, clock, "b")
    await measure(database, clock(), KIND)
    assert REGISTRY.get_sample_value("sixclear_outgoing_oldest_seconds", {"kind": KIND}) == 7200
    await deliver(database, clock, receiver, Reports())
    await measure(database, clock(), KIND)
    assert REGISTRY.get_sample_value("sixclear_outgoing_oldest_seconds", {"kind": KIND}) == 0


async def test_old_attempts_are_forgotten_and_what_was_sent_is_not(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    await put(database, clock, "old")
    await deliver(database, clock, receiver, Reports())
    clock.pass_by(days=90)
    await put(database, clock, "new")
    await deliver(database, clock, receiver, Reports())
    clock.pass_by(seconds=1)
    async with database.transaction() as session:
        assert await queue.forget_attempts(session, clock()) == 1
        assert await queue.forget_attempts(session, clock()) == 0
        assert (await session.execute(text("SELECT count(*) FROM outgoing_attempt"))).scalar_one() == 1
    assert (await shown(database))["old"] == ("delivered", 1, None)
    assert await put(database, clock, "old") is None, "it is never sent twice"


async def test_what_is_dropped_is_not_sent(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    outgoing_id = await put(database, clock, "a")
    assert outgoing_id is not None
    async with database.transaction() as session:
        await queue.drop(session, [outgoing_id], "withdrawn", clock())
        assert await queue.states(session, KIND, OWNER, ["a", "b"]) == {"a": "dropped"}
    assert await deliver(database, clock, receiver, Reports()) == 0


async def test_two_processes_send_each_message_once(database: Database, clock: MovingClock) -> None:
    receiver = Receiver()
    for number in range(40):
        await put(database, clock, str(number))
    await asyncio.gather(*(deliver(database, clock, receiver, Reports()) for _ in range(3)))
    assert sorted(receiver.asked) == sorted(map(str, range(40)))


async def test_whatever_a_receiver_says_of_itself_what_arrived_is_delivered_once(
    database: Database, clock: MovingClock
) -> None:
    class Quotes(Reports):
        def judge(self, taken: Row[Any], reply: Reply) -> Outcome:
            return Outcome("delivered", 200, told="a\0b", receipt="7\0")

    receiver = Receiver()
    receiver.replies = [Reply(200, {"retry-after": _NEVER})]
    await put(database, clock, "a")
    assert await deliver(database, clock, receiver, Quotes()) == 1
    assert await shown(database) == {"a": ("delivered", 1, None)}


async def test_an_answer_without_a_receipt_is_delivered_all_the_same() -> None:
    assert outcome_of(Reply(204)) == Outcome("delivered", 204)
    assert replace(outcome_of(Reply(302, content=b"x")), told=None).problem == "redirect-not-followed"
