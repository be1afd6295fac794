"""Signed notes, checkpoints, policies, proofs: the published examples, and every way in which one can be false."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sixclear.common.transparency.checkpoints import Checkpoint, empty
from sixclear.common.transparency.merkle import ProofInvalid, fold, hashes_of, leaf_hash, plan_inclusion, root_of
from sixclear.common.transparency.notes import COSIGNATURE, Note, NoteInvalid, SigningKey, VerifierKey, decode
from sixclear.common.transparency.policies import Policy, PolicyInvalid, PolicyRefused
from sixclear.common.transparency.proofs import Proof

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
LOG = SigningKey.of_seed("example.com/log", b"l" * 32)
ANNA = SigningKey.of_seed("university.example/w", b"a" * 32, COSIGNATURE)
BINH = SigningKey.of_seed("press.example/w", b"b" * 32, COSIGNATURE)
# The note and the key of the tests of golang.org/x/mod/sumdb/note, by another implementation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def policy(*lines: str) -> Policy:
    return Policy.parse("\n".join([f"log {LOG.verifier}", *lines, ""]))


def checkpoint(*cosigners: SigningKey, size: int = 5) -> str:
    text = Checkpoint(LOG.name, size, root_of(size, hashes_of(leaf_hash(bytes([n])) for n in range(size)))).text
    return LOG.signed(text, NOW) + "".join(key.sign(text, NOW) for key in cosigners)


def test_a_note_of_go_is_verified() -> None:
    key = VerifierKey.parse(GO_KEY)
    assert str(key) == GO_KEY
    assert Note.parse(GO_NOTE).verified([key]) == {key: None}


def test_a_note_of_go_with_another_word_is_not() -> None:
    with pytest.raises(NoteInvalid, match="PeterNeumann does not hold"):
        Note.parse(GO_NOTE.replace("answer", "question")).verified([VerifierKey.parse(GO_KEY)])


def test_signatures_of_others_are_passed_over() -> None:
    note = Note.parse(checkpoint(ANNA, BINH))
    assert note.verified([BINH.verifier]) == {BINH.verifier: NOW}
    assert note.verified([SigningKey.new("example.com/log").verifier]) == {}


def test_the_time_of_a_cosignature_is_signed() -> None:
    name, key_id, signature = Note.parse(checkpoint(ANNA)).signatures[1]
    later = (int.from_bytes(signature[:8], "big") + 60).to_bytes(8, "big") + signature[8:]
    spoilt = replace(Note.parse(checkpoint(ANNA)), signatures=((name, key_id, later),))
    with pytest.raises(NoteInvalid, match="does not hold"):
        spoilt.verified([ANNA.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\n— b\n",
        "a\n\n- b AAAAAAA=\n",
        "a\n\n— b AAAA\n",
        "a\r\n\n— b AAAAAAA=\n",
        "\n\n— b AAAAAAA=",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        Note.parse(text)


@pytest.mark.parametrize("key", ["", "a", "a+b", GO_KEY.replace("c74f20a3", "c74f20a4"), GO_KEY[:-4], "a b" + GO_KEY])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(key)


def test_base_64_has_one_spelling() -> None:
    with pytest.raises(NoteInvalid, match="say nothing"):
        decode("AAB=")


def test_a_private_key_is_never_shown() -> None:
    assert "private" not in repr(LOG)


def test_a_checkpoint_is_read_with_extension_lines() -> None:
    head = empty("example.com/log")
    assert Checkpoint.parse(head.text + "more\n") == head


@pytest.mark.parametrize("size", ["05", "-1", "", "5 ", "٥", "9" * 20])
def test_a_size_has_one_spelling(size: str) -> None:
    with pytest.raises(NoteInvalid):
        Checkpoint.parse(empty("example.com/log").text.replace("\n0\n", f"\n{size}\n"))


def test_a_policy_without_witnesses_asks_for_the_log_alone() -> None:
    accepted = policy("quorum none").accept(checkpoint())
    assert (accepted.checkpoint.size, accepted.seen_at) == (5, {})


def test_a_quorum_of_groups_is_counted() -> None:
    both = policy(
        "# who watches",
        f"witness anna {ANNA.verifier} https://w.example/anna",
        f"witness\tbinh {BINH.verifier}",
        "group science any anna",
        "group all-of-them all science binh",
        "quorum all-of-them",
    )
    assert both.witnesses["anna"][1] == "https://w.example/anna"
    assert both.accept(checkpoint(ANNA, BINH)).seen_at == {"anna": NOW, "binh": NOW}
    with pytest.raises(PolicyRefused, match="1 witnesses cosigned"):
        both.accept(checkpoint(ANNA))


def test_one_of_three_is_no_two_of_three() -> None:
    chi = SigningKey.new("province.example/w", COSIGNATURE)
    two = policy(
        *(f"witness w{n} {key.verifier}" for n, key in enumerate((ANNA, BINH, chi))), "group g 2 w0 w1 w2", "quorum g"
    )
    assert set(two.accept(checkpoint(chi, ANNA)).seen_at) == {"w0", "w2"}
    with pytest.raises(PolicyRefused):
        two.accept(checkpoint(chi))


def test_a_log_of_another_name_or_key_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="is none of the policy"):
        Policy.parse(f"log {SigningKey.new('example.com/other').verifier}\nquorum none\n").accept(checkpoint())
    with pytest.raises(PolicyRefused, match="did not sign"):
        Policy.parse(f"log {SigningKey.new(LOG.name).verifier}\nquorum none\n").accept(checkpoint())


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "no line that names the quorum"),
        (["quorum a"], "line 2: a is neither"),
        (["quorum none", "quorum none"], "line 3: the quorum is named twice"),
        (["group g any none", "quorum g"], "line 2: none is neither"),
        ([f"witness a {LOG.verifier}", "quorum a"], "key of type 4"),
        ([f"log {LOG.verifier}", "quorum none"], "no other log has"),
        ([f"witness a {ANNA.verifier}", f"witness b {ANNA.verifier}", "quorum a"], "no other witness has"),
        ([f"witness a {ANNA.verifier}", "group g 2 a", "quorum g"], "at most all"),
        ([f"witness a {ANNA.verifier}", "group g ½ a", "quorum g"], "or a number"),
        ([f"witness a {ANNA.verifier}", "group g any a", "group h any a", "quorum h"], "a member already"),
        ([f"witness none {ANNA.verifier}", "quorum none"], "has a meaning already"),
        (["quorum none\r"], "no control characters"),
        (["witness a", "quorum none"], "line 2: a line is"),
    ],
)
def test_what_is_no_policy_says_where_and_why(lines: list[str], words: str) -> None:
    with pytest.raises(PolicyInvalid, match=words):
        policy(*lines)


def proof(index: int = 3, size: int = 5, extra: bytes = b"") -> Proof:
    leaves = hashes_of(leaf_hash(bytes([n])) for n in range(size))
    return Proof(index, [fold(span, leaves) for span in plan_inclusion(index, size)], checkpoint(size=size), extra)


@pytest.mark.parametrize("given", [proof(), proof(0, 1), proof(2, 5, b"more")])
def test_a_proof_says_all_that_is_needed(given: Proof) -> None:
    read = Proof.parse(str(given))
    assert read == given
    read.check(bytes([given.index]), policy("quorum none"))


def test_a_proof_is_of_one_entry() -> None:
    with pytest.raises(ProofInvalid, match="another root"):
        proof().check(b"another", policy("quorum none"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("@v1", "@v2"), ("index 3", "index 03"), ("index", "place"), ("\n\n", "\n"), ("index 3\n", "index 3\nAA==\n")],
)
def test_what_is_no_proof_is_refused(old: str, new: str) -> None:
    with pytest.raises(NoteInvalid):
        Proof.parse(str(proof()).replace(old, new))
