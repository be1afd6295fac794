"""The blocking client is the async one without its words."""

import re
from pathlib import Path

CLIENT = Path(__file__).parents[3] / "libs/client/src/sixclear/client"
WORDS = (
    ("The async client", "The blocking client"),
    ("to be used in an `async with` block", "to be used in a `with` block, by one thread"),
    ("import asyncio", "import time"),
    ("AsyncIterator, Iterable", "Iterable, Iterator"),
    ("AsyncIterator", "Iterator"),
    ("AsyncBase", "Base"),
    ("AsyncClient", "Client"),
    ("asyncio.sleep", "time.sleep"),
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
    ("aclose", "close"),
    ("            for item in items:\n                yield item\n", "            yield from items\n"),
)


def test_the_blocking_client_is_the_async_one_without_its_words() -> None:
    source = (CLIENT / "asynchronous.py").read_text(encoding="utf-8")
    for word, other in WORDS:
        source = source.replace(word, other)
    assert re.sub(r"\b(async|await) ", "", source) == (CLIENT / "blocking.py").read_text(encoding="utf-8")
