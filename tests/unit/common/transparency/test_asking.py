"""A log asks its witnesses: what it takes from them, and what it does not."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.sender import Outgoing, Reply
from sixclear.common.transparency import asking
from sixclear.common.transparency.asking import Answer, Send, Witness, ask, ask_all
from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.merkle import fold, hashes_of, leaf_hash, plan_consistency, root_of
from sixclear.common.transparency.notes import COSIGNATURE, SigningKey
from sixclear.common.transparency.witnessing import SIZE_TYPE, AddCheckpoint, witness

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
LOG = SigningKey.of_seed("example.com/log", b"l" * 32)
ANNA = SigningKey.of_seed("university.example/w", b"a" * 32, COSIGNATURE)
LEAVES = hashes_of(leaf_hash(bytes([number])) for number in range(50))
OTHER = hashes_of(leaf_hash(bytes([number ^ 1])) for number in range(50))


def head(size: int, leaves=LEAVES) -> Checkpoint:  # type: ignore[no-untyped-def]
    return Checkpoint(LOG.name, size, root_of(size, leaves))


async def prove(old: int) -> Sequence[bytes]:
    return [fold(span, LEAVES) for span in plan_consistency(old, 20)] if 0 < old < 20 else []


def says(last: Checkpoint | None, asked: list[AddCheckpoint], now: datetime = NOW) -> Send:
    """An honest witness that saw `last`."""

    async def send(outgoing: Outgoing) -> Reply:
        assert outgoing.address == "https://university.example/w/add-checkpoint"
        request = AddCheckpoint.parse(outgoing.content.decode())
        asked.append(request)
        reply = witness(request, last, {LOG.name: [LOG.verifier]}, ANNA, now)
        return Reply(reply.status, {"content-type": reply.content_type}, reply.body.encode())

    return send


def replies(*made: Reply) -> Send:
    left = list(made)

    async def send(_: Outgoing) -> Reply:
        return left.pop(0)

    return send


async def asks(send: Send, size: int = 0) -> Answer:
    one = Witness("anna", ANNA.verifier, "https://university.example/w/", size)
    text = head(20).text
    return await ask(one, send, head(20), LOG.signed(text, NOW), prove, lambda: NOW)


async def test_a_witness_that_saw_less_than_is_remembered_is_asked_again_from_there() -> None:
    asked: list[AddCheckpoint] = []
    answer = await asks(says(head(7), asked), size=12)
    assert [request.old for request in asked] == [12, 7]
    assert answer == Answer("anna", NOW, ANNA.sign(head(20).text, NOW), 20)


@pytest.mark.parametrize(("last", "size"), [(None, 0), (head(7), 7), (head(20), 20)])
async def test_one_request_is_enough_when_its_size_is_known(last: Checkpoint | None, size: int) -> None:
    asked: list[AddCheckpoint] = []
    assert (await asks(says(last, asked), size)).line
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("last", "problem", "size"),
    [
        (head(33), "knows-more", 33),
        (head(20, OTHER), "other-history", 20),
        (head(7, OTHER), "other-history", 7),
    ],
)
async def test_a_witness_that_saw_another_tree_says_so(last: Checkpoint, problem: str, size: int) -> None:
    answer = await asks(says(last, []))
    assert (answer.line, answer.problem, answer.size) == ("", problem, size)
    assert answer.problem in asking.CONTRADICTIONS


def signed(key: SigningKey = ANNA, at: datetime = NOW, size: int = 20) -> bytes:
    return key.sign(head(size).text, at).encode()


@pytest.mark.parametrize(
    ("send", "problem"),
    [
        (replies(Reply(200, {}, signed(size=19))), "signature-false"),
        (replies(Reply(200, {}, signed(SigningKey.new("x.example", COSIGNATURE)))), "signature-missing"),
        (replies(Reply(200, {}, b"")), "signature-false"),
        (replies(Reply(200, {}, b"\xff\xfe")), "signature-false"),
        (replies(Reply(200, {}, signed(at=NOW - timedelta(seconds=32)))), "clock-differs"),
        (replies(Reply(200, {}, signed(at=NOW + timedelta(hours=1)))), "clock-differs"),
        (replies(Reply(403)), "key-unknown"),
        (replies(Reply(404)), "log-unknown"),
        (replies(Reply(400)), "not-understood"),
        (replies(Reply(302)), "status-302"),
        (replies(Reply(409, {"content-type": "text/plain"}, b"7\n")), "says-no-size"),
        (replies(Reply(409, {"content-type": SIZE_TYPE}, b"many\n")), "says-no-size"),
        (replies(Reply(409, {"content-type": SIZE_TYPE}, b"")), "says-no-size"),
        (replies(*[Reply(409, {"content-type": SIZE_TYPE}, b"%d\n" % size) for size in (7, 5)]), "changes-its-mind"),
    ],
)
async def test_what_is_no_cosignature_of_now_is_not_taken(send: Send, problem: str) -> None:
    answer = await asks(send)
    assert (answer.line, answer.problem) == ("", problem)
    assert answer.problem not in asking.CONTRADICTIONS


async def test_a_witness_that_is_away_says_why() -> None:
    async def send(_: Outgoing) -> Reply:
        raise NotSent("no-connection", down=True)

    assert (await asks(send)).problem == "no-connection"


async def test_all_are_asked_together_and_none_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    names = ["anna", "bert", "carl"]
    keys = {name: SigningKey.new(f"{name}.example", COSIGNATURE) for name in names}
    met = asyncio.Barrier(3)

    async def send(outgoing: Outgoing) -> Reply:
        name = outgoing.address.split("/")[2]
        await met.wait()  # all three are on their way
        if name == "carl":
            await asyncio.Event().wait()
        return Reply(200, {}, signed(keys[name]))

    witnesses = [Witness(name, keys[name].verifier, f"https://{name}/") for name in names]
    note = LOG.signed(head(20).text, NOW)
    found = [answer async for answer in ask_all(witnesses, send, head(20), note, prove, _clock())]
    assert {answer.name: answer.problem for answer in found} == {"anna": "", "bert": "", "carl": "too-slow"}
    assert found[-1].name == "carl"


def _clock() -> Callable[[], datetime]:
    return lambda: NOW
