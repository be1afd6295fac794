"""`sixclear witness`: it never cosigns two histories, whatever is asked at the same time and wherever it is killed."""

import asyncio
import contextlib
import hashlib
import signal
import stat
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.unit.common.transparency.test_witnessing import ANNA, KNOWN, LOG, NOW, OTHER, TRUE, asked, head

from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.notes import Note, SigningKey
from sixclear.common.transparency.witnessing import AddCheckpoint, Reply, witness
from sixclear.launcher.__main__ import main
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind
from sixclear.launcher.witness import store as stored
from sixclear.launcher.witness.app import witness_app
from sixclear.launcher.witness.command import make_key, read_key
from sixclear.launcher.witness.store import WitnessStore


class Killed(BaseException):
    """The process ends here."""


@asynccontextmanager
async def served(folder: Path, key: SigningKey = ANNA) -> AsyncIterator[httpx2.AsyncClient]:
    app = witness_app(WitnessStore(folder / "witness.sqlite"), KNOWN, key, lambda: NOW)
    server = HttpServer(app, bind("127.0.0.1", 0), Seats(50, 50, lambda host: True))
    await server.start()
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as http:
            yield http
    finally:
        await server.stop()


async def post(http: httpx2.AsyncClient, request: AddCheckpoint) -> httpx2.Response:
    return await http.post("/add-checkpoint", content=str(request))


@pytest.mark.asyncio
@pytest.mark.parametrize("attempt", range(4))
async def test_of_two_histories_at_the_same_time_one_is_cosigned(tmp_path: Path, attempt: int) -> None:
    async with served(tmp_path) as http:
        both = [asked(0, 5), asked(0, 5, OTHER)] * 4
        replies = await asyncio.gather(*(post(http, request) for request in both))
        assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7
        assert {reply.text for reply in replies if reply.status_code == 409} == {"5\n"}
        won = both[[reply.status_code for reply in replies].index(200)]
        lost = OTHER if won == asked(0, 5) else TRUE
        assert (await post(http, asked(5, 9, lost))).status_code == 422


def test_two_processes_with_one_file_cosign_one_history(tmp_path: Path) -> None:
    """Each opens the file by itself, as processes do."""
    stores = [WitnessStore(tmp_path / "witness.sqlite") for _ in range(2)]
    with ThreadPoolExecutor(8) as threads:
        both = [asked(0, 5), asked(0, 5, OTHER)] * 8
        done = [threads.submit(stores[at % 2].answer, one, KNOWN, ANNA, NOW) for at, one in enumerate(both)]
    assert sorted(one.result().status for one in done) == [200] + [409] * 15


def test_killed_before_it_stored_it_signed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cosignature is made, and the process ends: it never left, so another tree may come, and nothing is locked."""
    store = WitnessStore(tmp_path / "witness.sqlite")

    def killed(*given: Any) -> Reply:
        assert witness(*given).status == 200
        raise Killed

    with monkeypatch.context() as kills:
        kills.setattr(stored, "witness", killed)
        with pytest.raises(Killed):
            store.answer(asked(0, 5), KNOWN, ANNA, NOW)
    assert store.note(LOG.name) is None
    assert WitnessStore(tmp_path / "witness.sqlite").answer(asked(0, 5, OTHER), KNOWN, ANNA, NOW).status == 200


@pytest.mark.asyncio
async def test_killed_after_its_word_it_remembers_it(tmp_path: Path) -> None:
    """The command itself: its key, its address, a kill without warning; then its file in another process."""
    make_key(tmp_path, "university.example/w")
    logs = tmp_path / "logs.policy"
    logs.write_text(f"log {LOG.verifier}\nquorum none\n", encoding="utf-8")
    async with running(tmp_path, logs) as (process, http):
        reply = await post(http, asked(0, 20))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    key = read_key(tmp_path)
    assert Note.parse(asked(0, 20).note + reply.text).verified([key.verifier])
    async with served(tmp_path, key) as http:
        refused = await post(http, asked(0, 20, OTHER))
        assert (refused.status_code, refused.text) == (409, "20\n")
        assert (await post(http, asked(20, 33))).status_code == 200
        kept = await http.get(f"/{hashlib.sha256(LOG.name.encode()).hexdigest()}/checkpoint")
        assert Checkpoint.parse(Note.parse(kept.text).text) == head(33)
        assert str(key.verifier) in (await http.get("/")).text


@asynccontextmanager
async def running(folder: Path, logs: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx2.AsyncClient]]:
    given = ["--folder", str(folder), "--logs", str(logs), "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sixclear.launcher", "witness", "run", *given), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        async with httpx2.AsyncClient(base_url=line.split(" at ")[1].strip()) as http:
            yield process, http
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@pytest.mark.asyncio
async def test_what_is_no_request_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as http:
        for content, status in {
            b"": 400,
            b"old 0\n\nno note": 400,
            b"\xff\xfe": 400,
            str(asked(0, 5)).replace("example.com/log\n", "elsewhere.example\n").encode(): 404,
            str(asked(0, 5, key=SigningKey.new(LOG.name))).encode(): 403,
            b"old 0\n\n" + b"x" * 40_000: 413,
        }.items():
            assert (await http.post("/add-checkpoint", content=content)).status_code == status, content[:40]
        assert (await http.get(f"/{'0' * 64}/checkpoint")).status_code == 404
        assert (await http.get("/add-checkpoint")).status_code == 405


def test_a_witness_has_one_key_and_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["witness", "key", "press.example/w", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{read_key(tmp_path).verifier}\n"
    assert stat.S_IMODE((tmp_path / "witness.key").stat().st_mode) == 0o600
    for arguments, said in (
        (["key", "press.example/w", "--folder", str(tmp_path)], "has the key of a witness already"),
        (["key", "two words", "--folder", str(tmp_path / "other")], "is no name of a witness"),
        (["run", "--folder", str(tmp_path / "none"), "--logs", "x"], "has no key of a witness"),
        (["run", "--folder", str(tmp_path), "--logs", str(tmp_path / "none")], "cannot be read as a policy"),
    ):
        assert main(["witness", *arguments]) == 1
        assert said in capsys.readouterr().err
