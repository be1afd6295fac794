"""Machine clients of the embedded issuer: for trying things out, never for production."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sixclear.common.ids import stable_id
from sixclear.common.issuer.key_store import CLIENTS, identity_folder, read, signing_key, write
from sixclear.common.issuer.minting import mint
from sixclear.common.issuer.roles import Role, roles_of
from sixclear.common.settings import CommonSettings


class UnknownClient(LookupError):
    """There is no client with this name in this installation."""


@dataclass(frozen=True, slots=True)
class Client:
    """A seeded client. Its secret is random per installation."""

    client_id: str
    secret: str
    scopes: tuple[str, ...]
    organisation_id: str | None
    position: str | None = None
    mandate: tuple[str, ...] = ()

    def has_secret(self, given: str) -> bool:
        """Whether `given` is the secret; takes as long for a wrong one."""
        return hmac.compare_digest(_hash(given), _hash(self.secret))

    def __repr__(self) -> str:
        return f"Client({self.client_id!r})"


def seed_clients(home: Path, organisations: Iterable[tuple[str, UUID]], *, own: Client | None = None) -> list[Client]:
    """The demonstration clients: the named ones and `org-<code>` for each of `organisations`.

    Written to `identity/clients.json`, mode 0600. Secrets that are there stay; other clients in the file are kept.
    `own` is a client whose secret the processes of a platform were given: it takes the place of one of that name.
    """
    known = {client.client_id: client for client in load_clients(home)}
    identifiers = dict(organisations)
    wanted = roles_of(identifiers)
    seeded = [_client(name, role, identifiers, known.pop(name, None)) for name, role in wanted.items()]
    if own is not None:
        known.pop(own.client_id, None)
        seeded = [*(client for client in seeded if client.client_id != own.client_id), own]
    _write(home, (*seeded, *known.values()))
    return seeded


def _client(name: str, role: Role, identifiers: dict[str, UUID], known: Client | None) -> Client:
    code = role.organisation_code
    organisation_id = str(identifiers.get(code) or stable_id("organisation", code)) if code else None
    secret = known.secret if known else secrets.token_urlsafe(32)
    return Client(name, secret, role.scopes, organisation_id, role.position, role.mandate)


def load_clients(home: Path) -> list[Client]:
    """The clients of this installation, in the order in which they were seeded."""
    entries = read(identity_folder(home) / CLIENTS) or []
    listed = ("scopes", "mandate")
    return [Client(**{**entry, **{name: tuple(entry.get(name, ())) for name in listed}}) for entry in entries]


def get_client(home: Path, client_id: str) -> Client:
    """The client named `client_id`; raises UnknownClient."""
    for client in load_clients(home):
        if client.client_id == client_id:
            return client
    raise UnknownClient(client_id)


def save_client(home: Path, client: Client) -> None:
    """Write a client beside the others, in the place of one of its name."""
    others = [known for known in load_clients(home) if known.client_id != client.client_id]
    _write(home, [*others, client])


def forget_client(home: Path, client_id: str) -> None:
    """Take the client of this name out."""
    _write(home, [known for known in load_clients(home) if known.client_id != client_id])


def _write(home: Path, clients: Iterable[Client]) -> None:
    write(identity_folder(home) / CLIENTS, [asdict(client) for client in clients])


def mint_token(
    home: Path, client_id: str, now: datetime, *, issuer: str | None = None, audience: str | None = None
) -> str:
    """A token for a seeded client, signed here with the key under `home`: what `sixclear token CLIENT_ID` prints.

    Issuer and audience are those of the environment's settings unless they are given. Raises UnknownClient.
    """
    settings = CommonSettings()
    client = get_client(home, client_id)
    return mint(
        signing_key(home),
        client_id=client.client_id,
        scopes=client.scopes,
        organisation_id=client.organisation_id,
        position=client.position,
        mandate=client.mandate,
        issuer=issuer or settings.issuer,
        audience=audience or settings.audiences[0],
        now=now,
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
