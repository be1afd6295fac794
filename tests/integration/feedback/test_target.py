"""The service as a process runs it: it migrates, makes its secret once, and opens yesterday's mailboxes."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.integration.feedback.conftest import KEY, submission

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.testing.service import bare_runtime
from sixclear.feedback.settings import Settings
from sixclear.feedback.target import create_target


def target_at(url: str, home: Path, **settings: Any) -> SourceTarget[Settings]:
    """The service with its data folder at `home`."""
    return create_target(bare_runtime(home), Settings(database_url=url, **settings))


async def receipt_of_one_run(target: SourceTarget[Settings]) -> str:
    """Start, send, open the mailbox, stop."""
    assert not target.checks()[0].ok
    await target.start()
    try:
        assert target.checks()[0].ok
        async with http_client(target.app) as http:
            headers = {"Idempotency-Key": KEY}
            sent = await http.post("/api/feedback/v1/submissions", json=submission(), headers=headers)
            code = str(sent.json()["receipt_code"])
            opened = await http.post("/api/feedback/v1/mailbox", json={"receipt_code": code})
            assert (sent.status_code, opened.status_code) == (201, 200)
    finally:
        await target.stop()
    return code


@pytest.mark.asyncio
async def test_a_mailbox_outlives_the_process(empty_database: EmptyDatabase, tmp_path: Path) -> None:
    url = await empty_database()
    first = await receipt_of_one_run(target_at(url, tmp_path))
    assert await receipt_of_one_run(target_at(url, tmp_path)) == first
    secret = tmp_path / "feedback" / "receipt.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_bytes()) == 32


@pytest.mark.asyncio
async def test_a_secret_from_the_environment_leaves_no_file(empty_database: EmptyDatabase, tmp_path: Path) -> None:
    target = target_at(await empty_database(), tmp_path, receipt_key="x" * 32, keys_folder=tmp_path / "keys")
    await receipt_of_one_run(target)
    assert os.listdir(tmp_path) == ["keys"]
