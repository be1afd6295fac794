"""What a sender can prove: each step is stated once, is in the public log, and stays provable whatever is put back."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import KEY as SENDING_KEY
from tests.integration.feedback.conftest import Service, an_answer, submission
from tests.integration.feedback.transparency.public_log import (
    KEY,
    download,
    dump,
    kind_of,
    lose,
    receipts,
    restore,
    sequencer,
    shown,
    statements,
    verified,
)

from sixclear.common.testing.service import OnlyTried
from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.notes import Note, SigningKey
from sixclear.common.transparency.verify_receipt import Wrong
from sixclear.feedback.transparency.metrics import LOG_CLOSED, LOG_WAITING
from sixclear.feedback.transparency.sequencer import Sequencer

pytestmark = pytest.mark.asyncio


class Killed(BaseException):
    """The process ends here."""


async def sent(service: Service, number: int = 0, **changes: Any) -> dict[str, Any]:
    """Something that a person sends."""
    response = await service.send(submission(**changes), key=SENDING_KEY[:-2] + f"{number:02}")
    assert response.status_code == 201, response.text
    return dict(response.json())


async def answered(service: Service, case: str) -> None:
    """The hub takes the case in, gives it to a ministry, then to another one, which answers."""
    for path, body in (
        ("/triage", {"programme": "nq57-central"}),
        ("/assign", {"organisation_id": "G06", "reason": "Thuộc lĩnh vực của bộ."}),
        ("/assign", {"organisation_id": "G01", "reason": "Bộ khác trả lời."}),
    ):
        done = await service.post("feedback-hub", f"/submissions/{case}{path}", body)
        assert done.status_code == 200, done.text
    drafted = await service.post("feedback-hub", f"/submissions/{case}/answers", an_answer())
    assert drafted.status_code == 201, drafted.text
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    published = await service.post("feedback-publisher", path, {})
    assert published.status_code == 200, published.text


async def test_each_step_is_stated_and_anyone_can_verify_it(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path / "files")
    receipt = await sent(service)
    assert await statements(service, receipt["receipt_code"]) == []
    await log.run()
    await answered(service, receipt["submission_id"])
    service.clock.pass_by(seconds=2)
    await log.run()
    stated = await statements(service, receipt["receipt_code"])
    assert [kind_of(one) for one in stated] == ["received", "acknowledged", "transferred", "answered"]
    assert (await shown(service)).size == 4
    everyone = await download(service, tmp_path / "copy")
    for saved in await receipts(service, receipt["receipt_code"]):
        assert "signed by the log alone" in verified(saved)
        verified(saved, everyone)
        verified(saved, tmp_path / "files")


async def test_the_statements_of_a_case_name_it_by_one_word_that_is_no_identifier(
    service: Service, tmp_path: Path
) -> None:
    first, second = await sent(service), await sent(service, 1)
    log = sequencer(service, tmp_path)
    await log.run()
    await answered(service, first["submission_id"])
    await log.run()
    cases = [
        {one["statement"].split("\n")[1] for one in await statements(service, case["receipt_code"])}
        for case in (first, second)
    ]
    assert [len(names) for names in cases] == [1, 1]
    assert cases[0] != cases[1]
    entries = [row["entry"] for row in await service.rows("log_entry")]
    everything = b"".join(entries) + (await service.http.get(f"{service.prefix}/log/checkpoint")).content
    assert first["submission_id"].encode() not in everything


async def test_a_sealed_initiative_leaves_no_entry_in_its_hour(service: Service, tmp_path: Path) -> None:
    receipt = await sent(service, visibility="sealed")
    await sequencer(service, tmp_path).run()
    assert await statements(service, receipt["receipt_code"]) == []
    assert (await shown(service)).size == 0


async def test_what_is_rolled_back_was_never_stated(service: Service) -> None:
    case = (await sent(service))["submission_id"]
    with service.commits_fail(OnlyTried):
        tried = await service.post("feedback-hub", f"/submissions/{case}/triage", {"programme": "nq57-central"})
    assert tried.status_code == OnlyTried.status
    assert [row["kind"] for row in await service.rows("statement")] == ["received"]


async def test_before_the_first_pass_the_log_has_not_begun(service: Service) -> None:
    for path in ("checkpoint", "policy", "keys"):
        response = await service.http.get(f"{service.prefix}/log/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "log-empty")


async def test_only_tiles_of_a_shown_size_are_given(service: Service, tmp_path: Path) -> None:
    for number in range(3):
        await sent(service, number)
    await sequencer(service, tmp_path).run()
    for path, status in {
        "0/000.p/3": 200,
        "0/000.p/2": 200,
        "entries/000.p/3": 200,
        "0/000.p/4": 404,
        "0/000": 404,
        "1/000.p/1": 404,
        "0/001.p/1": 404,
        "0/x000/000.p/1": 404,
    }.items():
        response = await service.http.get(f"{service.prefix}/log/tile/{path}")
        assert response.status_code == status, path


async def test_two_replicas_make_one_tree(service: Service, tmp_path: Path) -> None:
    replicas = [sequencer(service, tmp_path / str(number)) for number in range(2)]
    codes = []
    for number in range(6):
        codes.append((await sent(service, number))["receipt_code"])
        await asyncio.gather(*(replica.run() for replica in replicas))
    await asyncio.gather(*(replica.run() for replica in replicas))
    assert (await shown(service)).size == 6
    for code in codes:
        for saved in await receipts(service, code):
            verified(saved, tmp_path / "0")
            verified(saved, tmp_path / "1")


async def test_killed_between_sign_and_show_it_shows_what_it_signed(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody saw the checkpoint, and no other one of its size is ever signed."""
    log = sequencer(service, tmp_path)
    await log.run()
    receipt = await sent(service)

    async def killed(_: Sequencer) -> None:
        raise Killed

    with monkeypatch.context() as kills:
        kills.setattr(Sequencer, "_show", killed)
        with pytest.raises(Killed):
            await log.run()
    [signed] = [row["note"] for row in await service.rows("log_checkpoint") if row["size"] == 1]
    assert (await shown(service)).size == 0
    assert [one["proof"] for one in await statements(service, receipt["receipt_code"])] == [None]
    service.clock.pass_by(minutes=1)
    await sequencer(service, tmp_path).run()
    assert (await service.http.get(f"{service.prefix}/log/checkpoint")).text == signed
    [saved] = await receipts(service, receipt["receipt_code"])
    verified(saved, tmp_path)


async def test_a_dump_of_yesterday_is_filled_up_from_the_files(service: Service, tmp_path: Path) -> None:
    """What was proved since stays proved; the next checkpoint continues what everyone saw."""
    log = sequencer(service, tmp_path)
    codes = [(await sent(service, number))["receipt_code"] for number in range(2)]
    await log.run()
    yesterday = await dump(service)
    codes += [(await sent(service, number))["receipt_code"] for number in range(2, 5)]
    await log.run()
    saved = [one for code in codes for one in await receipts(service, code)]
    before = await shown(service)
    await restore(service, yesterday)
    assert (await shown(service)).size == 2
    await sequencer(service, tmp_path).run()
    assert await shown(service) == before
    await sent(service, 5)
    await log.run()
    assert (await shown(service)).size == 6
    everyone = await download(service, tmp_path / "copy")
    for receipt in saved:
        verified(receipt, everyone)


async def test_an_emptied_database_is_filled_up_too(service: Service, tmp_path: Path) -> None:
    code = (await sent(service))["receipt_code"]
    await sequencer(service, tmp_path).run()
    [saved] = await receipts(service, code)
    await restore(service, {})
    await sequencer(service, tmp_path).run()
    assert (await shown(service)).size == 1
    verified(saved, await download(service, tmp_path / "copy"))


async def test_another_history_in_the_database_is_never_signed(service: Service, tmp_path: Path) -> None:
    """An answer is changed in the database, with its entry and its tiles: the log is closed, with an alarm."""
    log = sequencer(service, tmp_path)
    code = (await sent(service))["receipt_code"]
    await log.run()
    [saved] = await receipts(service, code)
    async with service.database.transaction() as session:
        for changed in (
            "UPDATE log_entry SET entry = sha256('what was said afterwards')",
            "UPDATE log_tile SET hashes = sha256('\\x00'::bytea || sha256('what was said afterwards'))",
            "UPDATE log_checkpoint SET root = sha256('\\x00'::bytea || sha256('what was said afterwards'))"
            " WHERE size = 1",
        ):
            await session.execute(text(changed))
    await sent(service, 1)
    await log.run()
    assert LOG_CLOSED._value.get() == 1
    assert [row["size"] for row in await service.rows("log_checkpoint")] == [0, 1]
    verified(saved, tmp_path)
    with pytest.raises(Wrong, match="are not those of its checkpoint"):
        verified(saved, await download(service, tmp_path / "copy"))


@pytest.mark.parametrize("other", [SigningKey.new(KEY.name), SigningKey.of_seed("other.example/log", b"k" * 32)])
async def test_a_process_with_another_key_or_name_signs_nothing(
    service: Service, tmp_path: Path, other: SigningKey
) -> None:
    await sequencer(service, tmp_path / "one").run()
    await sent(service)
    await sequencer(service, tmp_path / "two", other).run()
    assert LOG_CLOSED._value.get() == 1
    assert (await shown(service)).size == 0
    await sequencer(service, tmp_path / "one").run()
    assert LOG_CLOSED._value.get() == 0
    assert (await shown(service)).size == 1


async def test_lost_files_are_written_again(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    log = sequencer(service, folder)
    codes = []
    for number in range(3):
        codes.append((await sent(service, number))["receipt_code"])
        await log.run()
    lose(folder)
    await log.run()
    for code in codes:
        for saved in await receipts(service, code):
            verified(saved, folder)


async def test_files_that_are_spoilt_close_the_log(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path)
    await sent(service)
    await log.run()
    (tmp_path / "checkpoint").write_text("half a checkpo", encoding="utf-8")
    await sent(service, 1)
    await log.run()
    assert LOG_CLOSED._value.get() == 1
    assert (await shown(service)).size == 1


async def test_how_long_a_statement_waits_is_measured(service: Service, tmp_path: Path) -> None:
    await sent(service)
    service.clock.pass_by(seconds=45)
    log = sequencer(service, tmp_path)
    await log._measure()
    assert LOG_WAITING._value.get() == 45
    await log.run()
    assert LOG_WAITING._value.get() == 0


async def test_a_full_disk_does_not_look_like_a_log_with_nothing_to_do(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = sequencer(service, tmp_path / "files")
    await log.run()
    await sent(service)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(log.folder, "write_checkpoint", full)
        for _ in range(2):
            service.clock.pass_by(seconds=90)
            with pytest.raises(OSError, match="No space left"):
                await log.run()
    assert LOG_WAITING._value.get() == 180
    await log.run()
    assert LOG_WAITING._value.get() == 0


async def test_a_statement_that_waited_too_long_says_when_it_was_signed(service: Service, tmp_path: Path) -> None:
    """But for the receipt: its instant is the sender's."""
    receipt = await sent(service)
    await answered(service, receipt["submission_id"])
    service.clock.pass_by(hours=5)
    await sequencer(service, tmp_path).run()
    at = [
        one["statement"].split("\nat ")[1].split("\n")[0] for one in await statements(service, receipt["receipt_code"])
    ]
    assert at == ["2025-11-03T03:00:00Z", *["2025-11-03T08:00:00Z"] * 3]


async def test_every_checkpoint_continues_the_one_before(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path)
    for number in range(4):
        await sent(service, number)
        await log.run()
    heads = [Checkpoint.parse(Note.parse(row["note"]).text) for row in await service.rows("log_checkpoint")]
    assert sorted(head.size for head in heads) == [0, 1, 2, 3, 4]
    assert len({head.root for head in heads}) == 5
