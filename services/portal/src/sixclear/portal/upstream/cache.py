"""Answers that are the same for every visitor, kept for a moment: a busy page asks once a second."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Kept(NamedTuple):
    until: float
    answer: "asyncio.Future[Any]"


class AnswerCache:
    """At most `most` answers, each for as long as its caller says; the oldest goes first. Failures are not kept."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, most: int = 256) -> None:
        self._monotonic = monotonic
        self._most = most
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to `key`, asked for at most `seconds` ago. Concurrent callers share one request.

        The request is a task of its own, shielded: as part of the first caller's it would be cancelled when that
        visitor leaves, and with it the page of each one who waits (`test_who_leaves_does_not_take_the_answer_away`).
        `key` must name all that the answer depends on, the visitor for whom it is asked among it: else one visitor
        is shown what another one chose.
        """
        kept = self._kept.get(key)
        if kept is None or self._monotonic() >= kept.until:
            kept = _Kept(self._monotonic() + seconds, asyncio.ensure_future(ask()))
            kept.answer.add_done_callback(lambda answer: self._forget_failure(key, answer))
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        answer: T = await asyncio.shield(kept.answer)
        return answer

    async def close(self) -> None:
        """Forgets everything; what is still on its way is given up."""
        left = [kept.answer for kept in self._kept.values() if not kept.answer.done()]
        self._kept.clear()
        for answer in left:
            answer.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await answer

    def _forget_failure(self, key: Hashable, answer: "asyncio.Future[Any]") -> None:
        failed = answer.cancelled() or answer.exception() is not None
        kept = self._kept.get(key)
        if failed and kept is not None and kept.answer is answer:
            del self._kept[key]
