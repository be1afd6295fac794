"""Each way to bend a log is found: by the sender's verifier, and by a witness that saw the log before."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.common.transparency.made_log import ANNA, LOG, NOW, WITNESSED, MadeLog, changed

from sixclear.common.transparency.merkle import fold, hashes_of, leaf_hash, plan_consistency
from sixclear.common.transparency.statements import receipt_of
from sixclear.common.transparency.verify_receipt import Wrong, verify
from sixclear.common.transparency.witnessing import AddCheckpoint, witness

Bend = Callable[[MadeLog], MadeLog]


def leaf_changed(log: MadeLog) -> MadeLog:
    return MadeLog(entries=changed(log.entries, 300))


def leaf_dropped(log: MadeLog) -> MadeLog:
    return MadeLog(entries=log.entries[:300] + log.entries[301:] + [b"z" * 32] * 9)


def end_dropped(log: MadeLog) -> MadeLog:
    return MadeLog(entries=log.entries[:300])


def leaf_added(log: MadeLog) -> MadeLog:
    return MadeLog(entries=[*log.entries[:300], b"n" * 32, *log.entries[300:]])


def told_otherwise(log: MadeLog) -> MadeLog:
    """The same before the statement, and another one in its place for everybody else."""
    other = MadeLog(entries=log.entries[:700])
    other.say("closed")
    other.fill(20)
    return other


BENT: dict[str, tuple[Bend, str, int]] = {
    "a leaf is changed": (leaf_changed, "shows another history", 422),
    "a leaf is dropped": (leaf_dropped, "shows another history", 422),
    "the newest leaves are dropped": (end_dropped, "entries were dropped", 400),
    "a leaf is added": (leaf_added, "shows another history", 422),
    "two histories are told": (told_otherwise, "shows another history", 422),
}


@pytest.mark.parametrize(("bend", "words", "status"), BENT.values(), ids=BENT)
def test_verifier_and_witness_find_it(bend: Bend, words: str, status: int, tmp_path: Path) -> None:
    """All of these logs are signed by the log's key, and the proof is the best that can be made of the bent tree."""
    log = MadeLog()
    log.fill(700)
    receipt = log.receipt()
    verify(receipt, log.write(tmp_path / "true"))
    bent = bend(log)
    with pytest.raises(Wrong, match=words):
        verify(receipt, bent.write(tmp_path / "bent"))
    seen, shown = log.head(), bent.head()
    leaves = hashes_of(map(leaf_hash, bent.entries))
    plan = plan_consistency(seen.size, shown.size) if shown.size >= seen.size else []
    request = AddCheckpoint(seen.size, [fold(span, leaves) for span in plan], LOG.signed(shown.text, NOW))
    reply = witness(request, seen, {LOG.name: [LOG.verifier]}, ANNA, NOW)
    assert reply.seen is None
    assert reply.status in (status, 409)


@pytest.mark.parametrize("named", [703, 300], ids=["with the newest checkpoint", "with an old checkpoint"])
def test_the_verifier_finds_a_backdated_answer(named: int) -> None:
    """It is made today, and says that it was in time three days ago, behind one checkpoint or another."""
    log = MadeLog()
    log.fill(703)
    statement, salt, _ = log.say(at=NOW - timedelta(days=3), after=log.head(named))
    before_at = NOW - (timedelta(minutes=1) if named == 703 else timedelta(days=3, minutes=1))
    proof = log.proof(703, NOW, before_at, named)
    with pytest.raises(Wrong, match="but was made after" if named == 703 else "no witness saw it before"):
        verify(receipt_of(statement, salt, proof, WITNESSED))


def test_a_witness_that_is_away_for_the_newest_checkpoint_makes_nothing_false(tmp_path: Path) -> None:
    """The proof in the file has the quorum; what the log shows now must only say the same."""
    log = MadeLog()
    log.fill(20)
    receipt = log.receipt()
    log.witnessed = False
    assert "witnesses saw it by" in verify(receipt, log.write(tmp_path))
