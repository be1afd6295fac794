"""A witness: it signs what continues what it saw, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.merkle import fold, hashes_of, leaf_hash, plan_consistency, root_of
from sixclear.common.transparency.notes import COSIGNATURE, Note, NoteInvalid, SigningKey
from sixclear.common.transparency.witnessing import AddCheckpoint, cosignatures, origin_of, witness

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
LOG = SigningKey.of_seed("example.com/log", b"l" * 32)
ANNA = SigningKey.of_seed("university.example/w", b"a" * 32, COSIGNATURE)
KNOWN = {LOG.name: [LOG.verifier]}
TRUE = hashes_of(leaf_hash(bytes([number])) for number in range(50))
OTHER = hashes_of(leaf_hash(bytes([number ^ 1])) for number in range(50))


def head(size: int, leaves=TRUE) -> Checkpoint:  # type: ignore[no-untyped-def]
    return Checkpoint(LOG.name, size, root_of(size, leaves))


def asked(old: int, new: int, leaves=TRUE, key: SigningKey = LOG) -> AddCheckpoint:  # type: ignore[no-untyped-def]
    proof = [fold(span, leaves) for span in plan_consistency(old, new)] if old else []
    return AddCheckpoint(old, proof, key.signed(head(new, leaves).text, NOW))


def test_what_continues_is_cosigned_and_to_be_stored() -> None:
    request = AddCheckpoint.parse(str(asked(7, 20)))
    assert (request, origin_of(request)) == (asked(7, 20), LOG.name)
    reply = witness(request, head(7), KNOWN, ANNA, NOW)
    assert (reply.status, reply.seen) == (200, head(20))
    assert cosignatures(head(20).text, reply.body, [ANNA.verifier]) == [reply.body]
    assert Note.parse(request.note + reply.body).verified([ANNA.verifier]) == {ANNA.verifier: NOW}


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 9), (9, 9)])
def test_the_first_and_the_same_checkpoint_are_cosigned(old: int, new: int) -> None:
    assert witness(asked(old, new), head(old) if old else None, KNOWN, ANNA, NOW).status == 200


@pytest.mark.parametrize(
    ("request_", "last", "status"),
    [
        (asked(0, 9), 7, 409),
        (asked(9, 20), 7, 409),
        (asked(7, 20, OTHER), 7, 422),
        (asked(7, 7, OTHER), 7, 409),
        (replace(asked(7, 20), proof=[]), 7, 422),
        (replace(asked(7, 7), old=8), 8, 400),
        (asked(7, 20, key=SigningKey.new(LOG.name)), 7, 403),
        (asked(7, 20, key=SigningKey.of_seed("elsewhere.example/log", b"l" * 32)), 7, 403),
    ],
)
def test_what_does_not_continue_is_refused(request_: AddCheckpoint, last: int, status: int) -> None:
    reply = witness(request_, head(last), KNOWN, ANNA, NOW)
    assert (reply.status, reply.seen) == (status, None)
    if status == 409:
        assert (reply.body, reply.content_type) == (f"{last}\n", "text/x.tlog.size")


def test_another_log_is_not_known() -> None:
    assert witness(asked(0, 5), None, {}, ANNA, NOW).status == 404


def test_a_forged_signature_beside_the_key_is_no_signature() -> None:
    request = asked(7, 20)
    forged = replace(request, note=head(20).text + "\n" + LOG.sign(head(19).text, NOW))
    assert witness(forged, head(7), KNOWN, ANNA, NOW).status == 403


def test_only_cosignatures_of_known_witnesses_are_taken() -> None:
    text = head(5).text
    answer = ANNA.sign(text, NOW) + SigningKey.new("x.example", COSIGNATURE).sign(text, NOW)
    assert cosignatures(text, answer, [ANNA.verifier]) == [ANNA.sign(text, NOW)]
    with pytest.raises(NoteInvalid, match="does not hold"):
        cosignatures(text, ANNA.sign(head(6).text, NOW), [ANNA.verifier])


@pytest.mark.parametrize(
    "text", ["", "old 1\n", "old 01\n\nx", "new 1\n\nx", "old 1\nAA==\n\nx", "old 1\n" + "x\n" * 64]
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        AddCheckpoint.parse(text)
