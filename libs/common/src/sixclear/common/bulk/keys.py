"""Idempotency keys of single items: what was taken under a key is not taken again, in whichever file it comes.

They are kept in the table of the keys of requests, for as long. An item is told again as `unchanged`, with what it
made; the rest is read from there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ARRAY, LargeBinary, bindparam, text

from sixclear.common.bulk.items import Line
from sixclear.common.bulk.results import REJECTED, ItemProblem, ItemResult
from sixclear.common.errors import Unavailable
from sixclear.common.use_case import Context
from sixclear.common.web.idempotency import KEPT_FOR, IdempotencyKeyReused

_KNOWN = text(
    """SELECT key_hash, route, request_hash, body FROM idempotency_key
       WHERE client_id = :client_id AND key_hash = ANY (:keys) AND expires_at > :now"""
).bindparams(bindparam("keys", type_=ARRAY(LargeBinary)))
# In one order, so that two files with the same keys do not wait for each other.
_KEEP = text(
    """INSERT INTO idempotency_key AS kept (client_id, key_hash, route, request_hash, body, created_at, expires_at)
       SELECT :client_id, new.key_hash, :route, new.request_hash, new.body, :now, :expires_at
       FROM unnest(:keys, :requests, :bodies) AS new (key_hash, request_hash, body) ORDER BY new.key_hash
       ON CONFLICT (client_id, key_hash) DO UPDATE
          SET route = excluded.route, request_hash = excluded.request_hash, body = excluded.body, status = NULL,
              headers = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE kept.expires_at <= excluded.created_at
       RETURNING key_hash"""
).bindparams(*(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("keys", "requests", "bodies")))
_OF_THE_ITEM = {"idempotency_key", "if_match"}


@dataclass(frozen=True, slots=True)
class Keyed:
    """The lines of a file whose items have keys of their own, and what was kept under these keys."""

    route: str
    lines: Sequence[Line[Any]]
    # By the place of a line: hashes of its key and of what it asks for.
    hashes: Mapping[int, tuple[bytes, bytes]]
    known: Mapping[bytes, tuple[str, bytes, bytes]]
    # The places of lines that say what an earlier one of the file says, under the same key: place of the earlier one.
    twins: Mapping[int, int]

    def is_left(self, place: int) -> bool:
        """Whether the line at this place is to be taken."""
        found = self.hashes.get(place)
        return found is None or (found[0] not in self.known and place not in self.twins)

    @property
    def left(self) -> Sequence[Line[Any]]:
        """The lines that are to be taken."""
        return [line for place, line in enumerate(self.lines) if self.is_left(place)] if self.hashes else self.lines

    @property
    def said(self) -> Sequence[Line[Any]]:
        """The lines that are to be taken, and those that were taken before as they are."""
        return [line for place, line in enumerate(self.lines) if self.is_left(place) or self._is_known(place)]

    def _is_known(self, place: int) -> bool:
        key, asked = self.hashes[place]
        return key in self.known and self.known[key][:2] == (self.route, asked)

    def merged(self, taken: Sequence[ItemResult], result: type[ItemResult]) -> list[ItemResult]:
        """The results of all lines, of those of the lines that were left."""
        rest = iter(taken)
        items: list[ItemResult] = []
        for place, line in enumerate(self.lines):
            if self.is_left(place):
                items.append(next(rest))
            elif place in self.twins:
                items.append(self._again(place, line, items[self.twins[place]], result))
            else:
                items.append(self._replayed(place, line, result))
        return items

    def _again(self, place: int, line: Line[Any], first: ItemResult, result: type[ItemResult]) -> ItemResult:
        if self.hashes[place] != self.hashes[self.twins[place]]:
            return _reused(line, result)
        told = {"outcome": "unchanged", **first.kept()} if first.outcome != REJECTED else {}
        return result.model_validate({**first.model_dump(), **told, **line.placed})

    def _replayed(self, place: int, line: Line[Any], result: type[ItemResult]) -> ItemResult:
        key, asked = self.hashes[place]
        route, request, body = self.known[key]
        if (route, request) != (self.route, asked):
            return _reused(line, result)
        return result.model_validate({"index": 0, **line.placed, "outcome": "unchanged", **orjson.loads(body or b"{}")})


def _reused(line: Line[Any], result: type[ItemResult]) -> ItemResult:
    problem = ItemProblem(
        code=IdempotencyKeyReused.code,
        detail="The key was used for another item. Use a new key for a new item.",
        pointer="#/idempotency_key",
    )
    return result.refused(0, line.placed, line.told(problem))


async def look_up(ctx: Context, operation: str, lines: Sequence[Line[Any]]) -> Keyed:
    """Which lines were taken before under keys of their own; one statement where there are any."""
    hashes: dict[int, tuple[bytes, bytes]] = {}
    first: dict[bytes, int] = {}
    twins: dict[int, int] = {}
    for place, line in enumerate(lines):
        if line.item is None or line.item.idempotency_key is None:
            continue
        asked = line.item.model_dump_json(exclude=_OF_THE_ITEM).encode()
        # A key of a request has no blank: the two kinds never meet.
        key = hashlib.sha256(f"item {line.item.idempotency_key}".encode()).digest()
        hashes[place] = key, hashlib.sha256(asked).digest()
        if first.setdefault(key, place) != place:
            twins[place] = first[key]
    if not hashes:
        return Keyed(operation, lines, {}, {}, {})
    values = {"client_id": ctx.caller.client_id, "keys": list(first), "now": ctx.now}
    rows = (await ctx.session.execute(_KNOWN, values)).all()
    known = {row.key_hash: (row.route, row.request_hash, row.body) for row in rows}
    return Keyed(operation, lines, hashes, known, twins)


async def keep(ctx: Context, keyed: Keyed, items: Sequence[ItemResult]) -> None:
    """Keep the keys of the lines that were taken now; a refused one may come again under its key.

    Raises Unavailable when another request takes one of them at the same time: then neither is known to be the first.
    """
    new = {
        keyed.hashes[place]: orjson.dumps(items[place].kept())
        for place in keyed.hashes
        if keyed.is_left(place) and items[place].outcome != REJECTED
    }
    if not new:
        return
    values = {
        "client_id": ctx.caller.client_id,
        "route": keyed.route,
        "keys": [key for key, _ in new],
        "requests": [request for _, request in new],
        "bodies": list(new.values()),
        "now": ctx.now,
        "expires_at": ctx.now + KEPT_FOR,
    }
    if len((await ctx.session.execute(_KEEP, values)).all()) != len(new):
        raise Unavailable("Another request with a key of these items is being worked on. Send the same again.")
