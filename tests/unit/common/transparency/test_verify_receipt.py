"""A receipt is verified by one file that shares no code with the log; everything that was bent is found."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.common.transparency.made_log import ALONE, LOG, NOW, WITNESSED, MadeLog, changed

from sixclear.common.transparency import verify_receipt
from sixclear.common.transparency.notes import SigningKey
from sixclear.common.transparency.statements import Statement, content_of, receipt_of
from sixclear.common.transparency.verify_receipt import NotYet, Wrong, verify


@pytest.fixture
def log() -> MadeLog:
    made = MadeLog()
    made.fill(600)
    return made


def test_the_file_is_short_and_needs_nothing_of_ours() -> None:
    text = Path(verify_receipt.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    assert "import sixclear" not in text
    assert "from sixclear" not in text


def test_a_receipt_suffices(log: MadeLog) -> None:
    assert verify(log.receipt()) == (
        "answered 2026-11-30T02:00:00Z, due 2026-12-15T02:00:00Z:"
        " witnesses saw it by 2026-11-30 02:00:10 UTC, and the log without it at 2026-11-30 01:59:00 UTC"
    )


def test_a_receipt_of_the_first_entry_suffices() -> None:
    assert "witnesses saw it" in verify(MadeLog().receipt(later=0))


def test_without_witnesses_it_says_so(log: MadeLog) -> None:
    log.witnessed = False
    assert verify(log.receipt()).endswith("signed by the log alone")


@settings(max_examples=25, deadline=None)
@given(before=st.integers(0, 520), later=st.integers(0, 300), more=st.integers(0, 300))
def test_the_log_of_any_later_size_confirms_it(
    before: int, later: int, more: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = MadeLog()
    log.fill(before)
    receipt = log.receipt(later=later)
    log.fill(more)
    published = log.write(tmp_path_factory.mktemp("log"))
    verify(receipt, published)
    verify(receipt | {"proof": None}, published)


def test_without_a_proof_it_is_not_yet_there(log: MadeLog, tmp_path: Path) -> None:
    published = log.write(tmp_path)
    statement, salt, _ = log.say()
    receipt = receipt_of(statement, salt, None, log.policy)
    with pytest.raises(NotYet, match="--log"):
        verify(receipt)
    with pytest.raises(NotYet, match=r"not in the log$"):
        verify(receipt, published, now=NOW + timedelta(minutes=1))
    with pytest.raises(Wrong, match="overdue"):
        verify(receipt, published, now=NOW + timedelta(hours=3))


def test_a_changed_leaf_is_found(log: MadeLog, tmp_path: Path) -> None:
    receipt = log.receipt()
    log.entries = changed(log.entries, 17)
    with pytest.raises(Wrong, match="shows another history"):
        verify(receipt, log.write(tmp_path))


def test_a_dropped_leaf_is_found(log: MadeLog, tmp_path: Path) -> None:
    receipt = log.receipt(later=0)
    log.entries.pop()
    with pytest.raises(Wrong, match="entries were dropped"):
        verify(receipt, log.write(tmp_path / "shorter"))
    log.fill(30)
    with pytest.raises(Wrong, match="shows another history"):
        verify(receipt, log.write(tmp_path / "as-long"))


def test_an_added_leaf_is_found(log: MadeLog, tmp_path: Path) -> None:
    receipt = log.receipt()
    log.entries.insert(100, b"n" * 32)
    with pytest.raises(Wrong, match="shows another history"):
        verify(receipt, log.write(tmp_path))


def test_two_histories_are_found(log: MadeLog, tmp_path: Path) -> None:
    """One log is shown to the sender, another one to everybody else; both are signed, and cosigned."""
    everybody = MadeLog(entries=list(log.entries))
    receipt = log.receipt("answered")
    everybody.receipt("closed")
    with pytest.raises(Wrong, match="shows another history"):
        verify(receipt, everybody.write(tmp_path))


def test_a_backdated_answer_is_found(log: MadeLog) -> None:
    """It is written after the due day, and says that it was in time."""
    earlier = log.head(300)
    index = len(log.entries)
    statement, salt, after = log.say(at=NOW - timedelta(days=3))
    proof = log.proof(index, NOW, NOW - timedelta(minutes=1), after.size)
    with pytest.raises(Wrong, match="but was made after 2026-11-30 01:59"):
        verify(receipt_of(statement, salt, proof, WITNESSED))
    index = len(log.entries)
    statement, salt, _ = log.say(at=NOW - timedelta(days=3), after=earlier)
    proof = log.proof(index, NOW, NOW - timedelta(days=3, minutes=1), 300)
    with pytest.raises(Wrong, match="no witness saw it before 2026-11-30 02:00"):
        verify(receipt_of(statement, salt, proof, WITNESSED))


def test_a_receipt_that_was_logged_late_still_holds_its_time(log: MadeLog) -> None:
    """Witnesses were away for a day: the sender is not to suffer."""
    assert "witnesses saw it by 2026-12-01" in verify(log.receipt("received", lag=timedelta(days=1)))
    with pytest.raises(Wrong, match="no witness saw it before"):
        verify(log.receipt("answered", lag=timedelta(days=1)))


def test_a_statement_of_the_future_is_found(log: MadeLog) -> None:
    with pytest.raises(Wrong, match="but was there at"):
        verify(log.receipt(lag=-timedelta(hours=1)))


def test_a_statement_by_the_hour_is_bracketed_by_the_hour(log: MadeLog) -> None:
    index = len(log.entries)
    statement, salt, after = log.say("received", NOW + timedelta(minutes=59, seconds=1), by_hour=True)
    assert "\nhour 2026-11-30T02:00:00Z\n" in statement
    proof = log.proof(index, NOW + timedelta(hours=2), NOW + timedelta(minutes=58), after.size)
    verify(receipt_of(statement, salt, proof, WITNESSED))


@pytest.mark.parametrize(
    ("old", "new"),
    [("answered", "closed"), ("due 2026-12-15", "due 2027-12-15"), ("at 2026", "at 2025"), ("-15", "-30")],
)
def test_a_changed_statement_is_found(log: MadeLog, old: str, new: str) -> None:
    receipt = log.receipt()
    receipt["statement"] = (receipt["statement"] or "").replace(old, new)
    with pytest.raises(Wrong, match="does not hold"):
        verify(receipt)


def test_another_salt_is_found(log: MadeLog) -> None:
    with pytest.raises(Wrong, match="its salt or its proof was changed"):
        verify(log.receipt() | {"salt": "A" * 43 + "="})


def test_a_proof_without_what_was_before_is_found(log: MadeLog) -> None:
    index = len(log.entries)
    statement, salt, _ = log.say()
    with pytest.raises(Wrong, match="lacks the checkpoint before"):
        verify(receipt_of(statement, salt, log.proof(index, NOW, NOW, 0), WITNESSED))
    with pytest.raises(Wrong, match="is another one than it says"):
        verify(receipt_of(statement, salt, log.proof(index, NOW, NOW, 400), WITNESSED))


def test_a_policy_of_ones_own_decides(log: MadeLog) -> None:
    """The keys in a receipt are its maker's word; those of the verifier count."""
    log.witnessed = False
    receipt = log.receipt()
    verify(receipt, policy_text=ALONE)
    with pytest.raises(Wrong, match="0 witnesses saw the log so"):
        verify(receipt, policy_text=WITNESSED)
    with pytest.raises(Wrong, match="no statement that a log of the policy signed"):
        verify(receipt, policy_text=f"log {SigningKey.new(LOG.name).verifier}\nquorum none\n")


def test_what_a_log_does_not_give_is_said(log: MadeLog, tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="does not give checkpoint"):
        verify(log.receipt(), str(tmp_path))


def test_the_exit_code_and_one_line_say_what_is_so(
    log: MadeLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, policy = tmp_path / "r.sixclear-receipt.json", tmp_path / "policy"
    policy.write_text(log.policy, encoding="utf-8")
    receipt = log.receipt()
    published = log.write(tmp_path / "log")

    def run(content: str) -> tuple[int, str]:
        file.write_text(content, encoding="utf-8")
        code = verify_receipt.main([str(file), "--log", published, "--policy", str(policy)])
        return code, capsys.readouterr().out

    code, line = run(json.dumps(receipt))
    assert (code, line.startswith("verified: answered 2026"), line.count("\n")) == (0, True, 1)
    assert run(json.dumps(receipt | {"salt": "AAAA"}))[0] == 1
    for content in ("", "[]", "{}", "null", '{"format": 1}', json.dumps(receipt | {"proof": "x"}), "[" * 100_000):
        code, line = run(content)
        assert (code, line.startswith("false: "), line.count("\n")) == (1, True, 1)
    assert verify_receipt.main([str(tmp_path / "none.json")]) == 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_changed_letter_is_found(data: st.DataObject) -> None:
    """Wherever it stands in statement, salt or proof, but for letters that say nothing (the end of base 64)."""
    log = MadeLog()
    log.fill(20)
    receipt = log.receipt()
    name = data.draw(st.sampled_from(["statement", "salt", "proof"]))
    text = receipt[name] or ""
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AZaz09+/ \n-"))
    spoilt = text[:at] + letter + text[at + 1 :]
    try:
        verify(receipt | {name: spoilt})
    except (Wrong, ValueError, KeyError, IndexError):
        return
    meant = [part.rstrip("=")[:-1] for part in text.split()], [part.rstrip("=")[:-1] for part in spoilt.split()]
    assert meant[0] == meant[1]


def test_a_statement_has_the_lines_of_its_format() -> None:
    text = LOG.signed("", NOW) and MadeLog().say("no_answer", NOW, due_at=None)[0]
    lines = text.split("\n\n")[0].split("\n")
    assert lines[0] == "sixclear/statement/v1"
    assert [line.split(" ")[0] for line in lines[1:]] == ["case", "kind", "at", "due", "rule", "content", "after"]
    assert lines[4] == "due -"


@pytest.mark.parametrize("wrong", [{"rule": "a\nkind closed"}, {"case": b"c"}, {"kind": "lost"}])
def test_a_statement_cannot_grow_lines(wrong: dict[str, object]) -> None:
    values = {"case": b"c" * 32, "kind": "closed", "at": NOW, "due_at": None, "rule": "a", "content": b""}
    with pytest.raises(ValueError, match="known kind"):
        Statement(**(values | {"after": MadeLog().head()} | wrong))  # type: ignore[arg-type]


def test_content_is_told_under_the_salt_with_its_names() -> None:
    parts = [("title", b"a"), ("text", b"b")]
    assert content_of(b"s" * 32, parts) == content_of(b"s" * 32, parts)
    others = [
        content_of(b"t" * 32, parts),
        content_of(b"s" * 32, [("title", b"b"), ("text", b"a")]),
        content_of(b"s" * 32, []),
    ]
    assert content_of(b"s" * 32, parts) not in others
