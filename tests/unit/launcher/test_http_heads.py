"""The head of an answer goes with the first piece of its body, and is not held back where none comes."""

import asyncio
from typing import Any, cast

import pytest

from sixclear.launcher.http_heads import HeadWithBody


class _Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """What a call of the system would send."""
        assert not self.closed
        self.written.append(data)

    def close(self) -> None:
        """Nothing is written after it."""
        self.closed = True


def _answer() -> tuple[_Transport, HeadWithBody]:
    transport = _Transport()
    return transport, HeadWithBody(cast(Any, transport), asyncio.get_running_loop())


@pytest.mark.asyncio
async def test_head_and_body_are_one_write_and_what_follows_goes_as_it_comes() -> None:
    transport, answer = _answer()
    for piece in (b"head ", b"body", b"more", b"end"):
        answer.write(piece)
    await asyncio.sleep(0)
    assert transport.written == [b"head body", b"more", b"end"]


@pytest.mark.asyncio
async def test_a_head_whose_body_is_not_there_goes_with_the_next_turn() -> None:
    transport, answer = _answer()
    answer.write(b"head")
    assert transport.written == []
    await asyncio.sleep(0)
    assert transport.written == [b"head"]
    answer.write(b"event")
    assert transport.written == [b"head", b"event"]


@pytest.mark.asyncio
async def test_a_head_without_a_body_goes_before_the_end() -> None:
    transport, answer = _answer()
    answer.write(b"head")
    answer.close()
    assert (transport.written, transport.closed) == ([b"head"], True)
    await asyncio.sleep(0)
    assert transport.written == [b"head"]
