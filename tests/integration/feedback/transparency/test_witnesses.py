"""Others cosign the public log: what that proves to a sender, and what a witness that is away or lies cannot do."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.integration.feedback.conftest import Service
from tests.integration.feedback.transparency.made_witnesses import MadeWitnesses, saw_a_thousand
from tests.integration.feedback.transparency.public_log import (
    download,
    dump,
    lose,
    receipts,
    restore,
    sequencer,
    shown,
    verified,
)
from tests.integration.feedback.transparency.test_public_log import answered, sent

from sixclear.common.sender.sender import Outgoing, Reply
from sixclear.common.testing.eventually import eventually
from sixclear.common.transparency import asking
from sixclear.common.transparency.policies import Policy
from sixclear.feedback.transparency.metrics import LOG_CLOSED, LOG_UNCOSIGNED, WITNESS_FAILS

pytestmark = pytest.mark.asyncio


async def status(service: Service) -> dict[str, Any]:
    response = await service.http.get(f"{service.prefix}/log/status")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def checkpoint(service: Service) -> str:
    return (await service.http.get(f"{service.prefix}/log/checkpoint")).text


async def test_a_receipt_is_bracketed_by_what_witnesses_saw(service: Service, tmp_path: Path) -> None:
    witnesses = MadeWitnesses(service, tmp_path, "press", "university")
    log = witnesses.sequencer(tmp_path / "files")
    await log.run()
    service.clock.pass_by(minutes=10)
    receipt = await sent(service)
    service.clock.pass_by(seconds=2)
    await log.run()
    policy = (await service.http.get(f"{service.prefix}/log/policy")).text
    assert set(Policy.parse(policy).accept(await checkpoint(service)).seen_at) == {"press", "university"}
    service.clock.pass_by(minutes=10)
    await answered(service, receipt["submission_id"])
    await log.run()
    everyone = await download(service, tmp_path / "copy")
    saved = await receipts(service, receipt["receipt_code"])
    assert [one["policy"] for one in saved] == [policy] * 4
    for one in saved:
        assert "witnesses saw it by 2025-11-03 03:" in verified(one)
        verified(one, everyone)
        verified(one, tmp_path / "files")
    assert " after 1 " in saved[-1]["statement"].replace("\n", " ")
    told = await status(service)
    assert (told["size"], told["accepted"], told["cosigned_by"]) == (4, True, ["press", "university"])
    assert [one["problem"] for one in told["witnesses"]] == [None, None]


async def test_a_witness_that_is_away_holds_nothing_up_and_cosigns_later(service: Service, tmp_path: Path) -> None:
    witnesses = MadeWitnesses(service, tmp_path, "press", "university")
    log = witnesses.sequencer(tmp_path / "files")
    await log.run()
    witnesses.away = {"press"}
    code = (await sent(service))["receipt_code"]
    await log.run()
    assert (await shown(service)).size == 1
    told = await status(service)
    assert (told["accepted"], told["cosigned_by"]) == (False, ["university"])
    assert [one["problem"] for one in told["witnesses"]] == ["no-connection", None]
    assert WITNESS_FAILS.labels("press")._value.get() == 1
    assert [one["proof"] for one in await receipts(service, code)] == [None]
    service.clock.pass_by(minutes=2)
    await log.run()
    assert LOG_UNCOSIGNED._value.get() == 120
    witnesses.away = set()
    service.clock.pass_by(minutes=2)
    await log.run()
    assert (await status(service))["cosigned_by"] == ["press", "university"]
    assert LOG_UNCOSIGNED._value.get() == 0
    [saved] = await receipts(service, code)
    assert "witnesses saw it by" in verified(saved)


async def test_a_witness_that_fails_is_not_asked_at_each_pass(service: Service, tmp_path: Path) -> None:
    witnesses = MadeWitnesses(service, tmp_path, "press")
    log = witnesses.sequencer(tmp_path / "files")
    witnesses.away = {"press"}
    for _ in range(20):
        await log.run()
        service.clock.pass_by(seconds=10)
    # After 5, 10, 20, 40 and 60 seconds, then once a minute.
    assert 5 <= len(witnesses.asked) <= 7


async def test_enough_witnesses_are_enough_while_another_one_never_answers(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint is shown as soon as the quorum has signed, and the one that hangs is still waited for."""
    monkeypatch.setattr(asking, "SECONDS", 30.0)
    witnesses = MadeWitnesses(service, tmp_path, "press", "university", "slow", quorum="2")
    log = witnesses.sequencer(tmp_path / "files")
    await log.run()
    hangs = asyncio.Event()

    async def never(_: Outgoing) -> Reply:
        hangs.set()
        await asyncio.Event().wait()
        raise AssertionError

    witnesses.lying["slow"] = never
    await sent(service)
    running = asyncio.create_task(log.run())
    await hangs.wait()

    async def is_shown() -> bool:
        return (await shown(service)).size == 1

    await eventually(is_shown, within_seconds=20)
    assert not running.done()
    assert (await status(service))["accepted"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_killed_process_leaves_the_asking_to_another_one(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the signature and the witnesses' words; meanwhile others neither ask nor show it without them."""
    witnesses = MadeWitnesses(service, tmp_path, "press")
    log, other = witnesses.sequencer(tmp_path / "files"), witnesses.sequencer(tmp_path / "other")
    await log.run()
    await other.run()
    code = (await sent(service))["receipt_code"]

    async def killed(_: Outgoing) -> Reply:
        raise asyncio.CancelledError

    witnesses.lying["press"] = killed
    with pytest.raises(asyncio.CancelledError):
        await log.run()
    del witnesses.lying["press"]
    await other.run()
    assert (await shown(service)).size == 0
    service.clock.pass_by(seconds=11)
    await other.run()
    assert (await shown(service)).size == 1
    [saved] = await receipts(service, code)
    assert "witnesses saw it by" in verified(saved)


async def test_a_dump_of_yesterday_without_files_stays_closed_while_a_witness_knows_more(
    service: Service, tmp_path: Path
) -> None:
    """No second tree is signed. A copy of the files, from wherever, opens it again."""
    witnesses = MadeWitnesses(service, tmp_path, "press")
    log = witnesses.sequencer(tmp_path / "files")
    codes = [(await sent(service))["receipt_code"]]
    await log.run()
    yesterday = await dump(service)
    codes += [(await sent(service, number))["receipt_code"] for number in (1, 2)]
    await log.run()
    saved = [one for code in codes for one in await receipts(service, code)]
    copy = await download(service, tmp_path / "copy")
    await restore(service, yesterday)
    lose(tmp_path / "files")
    restarted = witnesses.sequencer(tmp_path / "files")
    await sent(service, 3)
    for _ in range(3):
        await restarted.run()
        service.clock.pass_by(minutes=1)
    assert LOG_CLOSED._value.get() == 1
    assert [row["size"] for row in await service.rows("log_checkpoint")] == [0, 1]
    shutil.copytree(copy, tmp_path / "files", dirs_exist_ok=True)
    await restarted.run()
    assert LOG_CLOSED._value.get() == 0
    assert (await shown(service)).size == 4
    for one in saved:
        verified(one, await download(service, tmp_path / "everyone"))


async def test_an_empty_database_without_files_begins_no_second_tree(service: Service, tmp_path: Path) -> None:
    witnesses = MadeWitnesses(service, tmp_path, "press")
    await sent(service)
    await witnesses.sequencer(tmp_path / "files").run()
    await restore(service, {})
    lose(tmp_path / "files")
    await sent(service, 1)
    await witnesses.sequencer(tmp_path / "files").run()
    assert LOG_CLOSED._value.get() == 1
    assert [row["size"] for row in await service.rows("log_checkpoint")] == [0]


async def test_a_database_put_back_under_a_running_process_closes_its_log(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path / "files")
    await log.run()
    yesterday = await dump(service)
    await sent(service)
    await log.run()
    await restore(service, yesterday)
    lose(tmp_path / "files")
    await sent(service, 1)
    await log.run()
    assert LOG_CLOSED._value.get() == 1
    assert [row["size"] for row in await service.rows("log_checkpoint")] == [0]


async def test_a_witness_that_knows_the_tree_and_then_lies_stops_nothing(service: Service, tmp_path: Path) -> None:
    """Before it confirmed the tree its word closes the log: the database may be the one that is behind."""
    witnesses = MadeWitnesses(service, tmp_path, "press", "university", quorum="any")
    log = witnesses.sequencer(tmp_path / "files")
    await log.run()
    witnesses.lying["press"] = saw_a_thousand
    code = (await sent(service))["receipt_code"]
    await log.run()
    assert LOG_CLOSED._value.get() == 0
    assert [one["problem"] for one in (await status(service))["witnesses"]] == ["knows-more", None]
    [saved] = await receipts(service, code)
    assert "witnesses saw it by" in verified(saved)
    await witnesses.sequencer(tmp_path / "files").run()
    assert LOG_CLOSED._value.get() == 1


async def test_without_witnesses_for_hours_the_proof_is_the_logs_alone(service: Service, tmp_path: Path) -> None:
    """What they sign later would make a true answer look backdated. A receipt takes their word, however late."""
    witnesses = MadeWitnesses(service, tmp_path, "press")
    log = witnesses.sequencer(tmp_path / "files")
    await log.run()
    witnesses.away = {"press"}
    receipt = await sent(service)
    await answered(service, receipt["submission_id"])
    await log.run()
    service.clock.pass_by(hours=3)
    assert {verified(one).rpartition(": ")[2] for one in await receipts(service, receipt["receipt_code"])} == {
        "signed by the log alone"
    }
    witnesses.away = set()
    await log.run()
    said = [verified(one).rpartition(": ")[2] for one in await receipts(service, receipt["receipt_code"])]
    assert "witnesses saw it by" in said[0]
    assert said[1:] == ["signed by the log alone"] * 3


async def test_receipts_of_before_keep_the_policy_of_their_time(service: Service, tmp_path: Path) -> None:
    first = (await sent(service))["receipt_code"]
    await sequencer(service, tmp_path / "files").run()
    before = await receipts(service, first)
    witnesses = MadeWitnesses(service, tmp_path, "press")
    service.clock.pass_by(days=1)
    log = witnesses.sequencer(tmp_path / "files")
    await log.run()
    second = await sent(service, 1)
    await log.run()
    copy = await download(service, tmp_path / "copy")
    for saved in [*before, *await receipts(service, first)]:
        verified(saved, copy)
    [saved] = await receipts(service, second["receipt_code"])
    assert "witnesses saw it by" in verified(saved, copy)
    assert " after 1 " in saved["statement"].replace("\n", " ")
