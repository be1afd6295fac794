"""The public log of a service under test: its sequencer, and what everyone can see of it."""

import json
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.integration.feedback.conftest import Service

from sixclear.common.sender.sender import Outgoing, Reply
from sixclear.common.transparency import verify_receipt
from sixclear.common.transparency.asking import Send
from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.folder import LogFolder
from sixclear.common.transparency.notes import Note, SigningKey
from sixclear.common.transparency.tiles import ENTRIES, Tile, path_of, tiles_of, width_at
from sixclear.feedback.transparency.cosigning import Cosigning, policy_of
from sixclear.feedback.transparency.sequencer import Sequencer

KEY = SigningKey.of_seed("sixclear.example/log", b"k" * 32)
# What a dump of the database holds of the log.
TABLES = ("log_policy", "log_witness", "statement", "log_entry", "log_tile", "log_checkpoint", "log_identity")


async def no_one(outgoing: Outgoing) -> Reply:
    """No witness is asked where the policy has none."""
    raise AssertionError(outgoing)


def sequencer(
    service: Service, folder: Path, key: SigningKey = KEY, *, witnesses: str = "", send: Send = no_one
) -> Sequencer:
    """What a process runs every two seconds; `witnesses` are the lines of a policy file."""
    cosigning = Cosigning(service.database, policy_of(key.verifier, witnesses), send, service.clock)
    return Sequencer(service.database, LogFolder(folder), key, service.clock, cosigning)


async def shown(service: Service) -> Checkpoint:
    """The checkpoint that everyone sees."""
    response = await service.http.get(f"{service.prefix}/log/checkpoint")
    assert response.status_code == 200, response.text
    return Checkpoint.parse(Note.parse(response.text).text)


async def statements(service: Service, code: str) -> list[dict[str, Any]]:
    """What the mailbox has of statements."""
    response = await service.public("/mailbox/statements", {"receipt_code": code})
    assert response.status_code == 200, response.text
    return list(response.json())


async def receipts(service: Service, code: str) -> list[dict[str, Any]]:
    """The files that a sender saves."""
    names = ("statement", "salt", "proof", "policy")
    return [
        {"format": "sixclear-receipt/v1"} | {name: stated[name] for name in names}
        for stated in await statements(service, code)
    ]


def verified(receipt: dict[str, Any], log: Path | None = None) -> str:
    """What the file says that anyone can run; raises `verify_receipt.Wrong`."""
    return verify_receipt.verify(json.loads(json.dumps(receipt)), None if log is None else str(log))


def kind_of(stated: dict[str, Any]) -> str:
    """`received`, `answered` and so on."""
    return str(stated["statement"]).split("\nkind ")[1].split("\n")[0]


async def dump(service: Service) -> dict[str, list[dict[str, Any]]]:
    """Yesterday's dump."""
    return {table: await service.rows(table) for table in TABLES}


async def restore(service: Service, dumped: dict[str, list[dict[str, Any]]]) -> None:
    """Put it back."""
    async with service.database.transaction() as session:
        await session.execute(text(f"TRUNCATE {', '.join(TABLES)}"))
        for table, rows in dumped.items():
            for row in rows:
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                await session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


async def download(service: Service, folder: Path) -> Path:
    """The whole log as a stranger fetches it, through the public addresses alone."""
    head = await service.http.get(f"{service.prefix}/log/checkpoint")
    size = Checkpoint.parse(Note.parse(head.text).text).size
    entries = [Tile(ENTRIES, place) for place in range(-(-size // 256))]
    wanted = [*tiles_of(size), *((tile, width_at(tile, size)) for tile in entries)]
    for tile, width in wanted:
        path = folder / "tile" / path_of(tile, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        response = await service.http.get(f"{service.prefix}/log/tile/{path_of(tile, width)}")
        assert response.status_code == 200, response.text
        assert "immutable" in response.headers["cache-control"]
        path.write_bytes(response.content)
    (folder / "checkpoint").write_text(head.text, encoding="utf-8")
    return folder


def lose(folder: Path) -> None:
    """The disk with the files is gone."""
    shutil.rmtree(folder)
