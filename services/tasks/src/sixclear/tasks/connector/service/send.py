"""Sending what was put: how a delivery becomes a request, and what its receiver's answer means."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import orjson

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.secret_files import SecretUnreadable, secret_in
from sixclear.common.sender.courier import Refused, Send, outcome_of
from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.queue import Kept, Outcome
from sixclear.common.sender.sender import Outgoing, Reply
from sixclear.tasks.connector import repository as rows
from sixclear.tasks.connector.models import Connector
from sixclear.tasks.connector.rules import MASK, request_of
from sixclear.tasks.connector.service.deliver import KIND

_SOONER = timedelta(seconds=30)
_LONGEST_TOKEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Token:
    version: int
    text: str
    until: datetime


class ConnectorMission:
    """The library's courier calls it for each delivery. Tokens are kept in memory for as long as they hold.

    `secrets` is the folder in which each body has one of its own, named by its identifier: no body can have the secret
    of another one sent to an address of its own.
    """

    kind = KIND

    def __init__(self, database: Database, send: Send, clock: Clock, secrets: Path | None) -> None:
        self._database, self._send, self._clock, self._secrets = database, send, clock, secrets
        self._tokens: dict[UUID, _Token] = {}
        # What must not be shown of an answer, by the receiver: one delivery at a time is on its way to it.
        self._masked: dict[UUID, tuple[str, ...]] = {}

    async def prepare(self, taken: Kept) -> Outgoing:
        """The request of a delivery; raises Refused where a task was restricted since, NotSent where it must wait."""
        connector = await self._connector(taken)
        method, address, headers = request_of(connector, taken.subject, taken.about["period"], taken.key)
        admitted, masked = await self._admitted(connector)
        self._masked[taken.owner_id] = masked
        return Outgoing(method, address, headers | admitted, taken.content)

    def judge(self, taken: Kept, reply: Reply) -> Outcome:
        """As the status says; of another Sixclear, as it says of the item."""
        masked = self._masked.pop(taken.owner_id, ())
        if reply.status == 401:
            self._tokens.pop(taken.owner_id, None)
            return Outcome("waiting", 401, "not-admitted", down=True)
        outcome = outcome_of(reply)
        if outcome.state == "delivered" and taken.about["adapter"] == "sixclear":
            outcome = _of_item(reply)
        return replace(outcome, told=_without(outcome.told, masked), receipt=_without(outcome.receipt, masked))

    async def _connector(self, taken: Kept) -> Connector:
        async with self._database.session() as session:
            connector = await rows.find_connector(session, taken.owner_id)
            task_ids = [UUID(task_id) for task_id in taken.about["task_ids"]]
            if connector is None or connector.adapter != taken.about["adapter"]:
                raise Refused("connector-changed")
            if await rows.any_restricted(session, task_ids):
                raise Refused("task-restricted")
        if not connector.active:
            raise NotSent("connector-inactive", down=True)
        return connector

    async def _admitted(self, connector: Connector) -> tuple[dict[str, str], tuple[str, ...]]:
        """The header that admits the request, and what of it must never be shown."""
        credential = connector.credential
        if credential["kind"] == "none":
            return {}, ()
        secret = self._secret(connector, credential["secret"])
        if credential["kind"] == "bearer":
            return {"Authorization": f"Bearer {secret}"}, (secret,)
        token = await self._token(connector, credential, secret)
        return {"Authorization": f"Bearer {token}"}, (secret, token)

    def _secret(self, connector: Connector, name: str) -> str:
        if self._secrets is None:
            raise NotSent("secret-missing", down=True)
        try:
            secret = secret_in(self._secrets / str(connector.organisation_id) / name)
        except SecretUnreadable:
            raise NotSent("secret-missing", down=True) from None
        if not (secret.isascii() and secret.isprintable()):
            raise NotSent("secret-unusable", down=True)
        return secret

    async def _token(self, connector: Connector, credential: Mapping[str, Any], secret: str) -> str:
        kept = self._tokens.get(connector.connector_id)
        if kept is not None and kept.version == connector.version and kept.until > self._clock():
            return kept.text
        form = {"grant_type": "client_credentials"}
        form |= {"scope": credential["scope"]} if credential["scope"] else {}
        # Name and secret are form-encoded before they are joined (RFC 6749 §2.3.1).
        pair = f"{quote_plus(credential['client_id'])}:{quote_plus(secret)}"
        headers = {
            "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        reply = await self._send(Outgoing("POST", credential["token_address"], headers, urlencode(form).encode()))
        token = _token_of(reply, connector.version, self._clock())
        self._tokens[connector.connector_id] = token
        return token.text


def _token_of(reply: Reply, version: int, now: datetime) -> _Token:
    """The token of an answer; raises NotSent for one that holds none. It is never told what the answer said."""
    try:
        told = orjson.loads(reply.content) if reply.status == 200 else None
    except ValueError:
        told = None
    text = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        raise NotSent("token-refused", down=True)
    seconds = told.get("expires_in") if isinstance(told, dict) else None
    lasts = timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < 10**6 else _SOONER
    return _Token(version, text, now + min(lasts, _LONGEST_TOKEN) - _SOONER)


def _of_item(reply: Reply) -> Outcome:
    """What another Sixclear says of the one item: it answers 200 also where it refuses the item."""
    try:
        told = orjson.loads(reply.content)
        (item,) = told["items"]
        if item["outcome"] in ("reported", "unchanged"):
            return Outcome("delivered", reply.status, receipt=f"{item['task_id']} version {item['version']}"[:200])
        problem = f"{item['problem']['code']}: {item['problem']['detail']}"
    except (ValueError, KeyError, TypeError):
        return Outcome("refused", reply.status, "reply-not-understood")
    return Outcome("refused", reply.status, "receiver-refused", problem[:500])


def _without(text: str | None, masked: tuple[str, ...]) -> str | None:
    for secret in masked:
        text = text and text.replace(secret, MASK)
    return text
