"""How many messages may be set aside before a consumer halts."""

from sixclear.common.bus.dead_letters import DeadLetterLedger, DeadLetterPolicy, reason_of


def test_a_run_of_failures_is_refused() -> None:
    ledger = DeadLetterLedger(DeadLetterPolicy(max_consecutive=2, max_ratio=1.0, window=10))
    for _ in range(2):
        assert ledger.refusal() is None
        ledger.buried()
    assert ledger.refusal() == "3 messages in a row could not be handled"
    ledger.handled(1)
    assert ledger.refusal() is None


def test_too_many_among_the_last_are_refused() -> None:
    ledger = DeadLetterLedger(DeadLetterPolicy(max_consecutive=10, max_ratio=0.2, window=10))
    for _ in range(2):
        ledger.buried()
        ledger.handled(1)
    assert ledger.refusal() == "3 of the last 10 messages could not be handled"
    ledger.handled(100)
    assert ledger.refusal() is None


def test_after_somebody_looked_counting_begins_anew() -> None:
    ledger = DeadLetterLedger(DeadLetterPolicy(max_consecutive=1))
    ledger.buried()
    assert ledger.refusal() is not None
    ledger.clear()
    assert ledger.refusal() is None


def test_a_reason_is_one_short_line_without_parameters() -> None:
    assert reason_of(ValueError("bad\n[parameters: ('secret',)]")) == "ValueError: bad"
    assert reason_of(KeyError()) == "KeyError: "
    assert len(reason_of(ValueError("x" * 5000))) == 500
