"""What comes back of a challenge or a form token: taken as it was given out, and in no other way."""

import json
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge
from hypothesis import given, settings
from hypothesis import strategies as st

from sixclear.feedback.challenge.rules import (
    Keys,
    look_at_form_token,
    look_at_solution,
    new_challenge,
    new_form_token,
)

NOW = datetime(2025, 11, 3, 3, 0, 30, tzinfo=UTC)
KEYS, OTHER_KEYS = Keys(b"k" * 32, b"t" * 32), Keys(b"K" * 32, b"T" * 32)


def solved(challenge: Challenge) -> str:
    """What a sender sends back for a challenge."""
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


# Each takes a second of work; they are looked at, never used up here.
SOLVED = solved(new_challenge(KEYS, NOW))
SOLVED_BEFORE = solved(new_challenge(KEYS, NOW - timedelta(minutes=20)))


def changed(change: Callable[[dict[str, Any]], object], sent: str = SOLVED) -> str:
    """A solution in which somebody changed something."""
    payload = json.loads(b64decode(sent))
    change(payload)
    return b64encode(json.dumps(payload).encode()).decode()


def test_a_solution_is_taken_for_as_long_as_it_counts() -> None:
    looked = look_at_solution(KEYS, SOLVED, NOW + timedelta(minutes=19))
    assert looked.fault is None
    assert look_at_solution(KEYS, SOLVED, NOW + timedelta(minutes=20)).fault == "expired"
    # Of an anonymous case no instant may be kept, so what is used up is kept to a whole hour.
    assert looked.kept_until == datetime(2025, 11, 3, 5, tzinfo=UTC)


def test_what_is_used_up_is_known_for_an_hour_more_to_a_replica_whose_clock_is_behind() -> None:
    opened_at = datetime(2025, 11, 3, 3, 59, 50, tzinfo=UTC)
    looked = look_at_form_token(KEYS, new_form_token(KEYS, opened_at), opened_at + timedelta(minutes=1))
    assert looked.kept_until is not None
    assert looked.kept_until - (opened_at + timedelta(hours=24)) > timedelta(hours=1)


def test_a_solution_counts_for_its_form_alone() -> None:
    assert look_at_solution(KEYS, SOLVED, NOW, form="endorsement").fault == "other-form"
    foreign = solved(new_challenge(KEYS, NOW, form="endorsement"))
    assert look_at_solution(KEYS, foreign, NOW).fault == "other-form"


def test_another_key_gave_it_out() -> None:
    assert look_at_solution(OTHER_KEYS, SOLVED, NOW).fault == "wrong-signature"


def _parameters(**members: Any) -> Callable[[dict[str, Any]], object]:
    return lambda payload: payload["challenge"]["parameters"].update(members)


def _spliced(payload: dict[str, Any]) -> None:
    """The end of the salt becomes the beginning of the nonce: the bytes in a row stay the same."""
    parameters = payload["challenge"]["parameters"]
    parameters["nonce"], parameters["salt"] = parameters["nonce"] + parameters["salt"][:2], parameters["salt"][2:]


@pytest.mark.parametrize(
    "change",
    [
        _spliced,
        _parameters(cost=1),
        _parameters(keyPrefix=""),
        _parameters(keyLength=1),
        _parameters(algorithm="SHA-256"),
        _parameters(data={"form": "submission", "expires_at": 4_000_000_000}),
        _parameters(data={"form": "submission"}),
        _parameters(data=None),
        _parameters(keySignature="00"),
        _parameters(memoryCost=None),
        _parameters(counter=0, expiresAt=4_000_000_000),
        # The library looks at this before it looks at the signature: nothing that is not signed may be read then.
        _parameters(expiresAt=1, data="submission"),
        lambda payload: payload["challenge"].update(signature=payload["challenge"]["signature"].upper()),
        lambda payload: payload["challenge"].pop("signature"),
    ],
)
def test_no_parameter_can_be_changed_moved_or_added(change: Callable[[dict[str, Any]], object]) -> None:
    assert look_at_solution(KEYS, changed(change), NOW).fault == "wrong-signature"
    assert look_at_solution(KEYS, changed(change, SOLVED_BEFORE), NOW).fault == "wrong-signature"


def test_what_else_is_written_beside_it_makes_no_second_challenge_of_it() -> None:
    beside = changed(_parameters(counter=1))
    assert look_at_solution(KEYS, beside, NOW).identity == look_at_solution(KEYS, SOLVED, NOW).identity


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload["solution"].update(counter=payload["solution"]["counter"] + 1),
        lambda payload: payload["solution"].update(counter=-1),
        lambda payload: payload["solution"].update(counter=True),
        lambda payload: payload["solution"].update(derivedKey="00" * 32),
        lambda payload: payload["solution"].update(derivedKey=None),
    ],
)
def test_a_wrong_solution_is_none(change: Callable[[dict[str, Any]], object]) -> None:
    assert look_at_solution(KEYS, changed(change), NOW).fault == "wrong-solution"


@pytest.mark.parametrize(
    "sent",
    [
        "x",
        "====",
        b64encode(b"[" * 1400).decode(),
        b64encode(b"null").decode(),
        b64encode(b'{"challenge": [], "solution": {}}').decode(),
        b64encode(b"\xff\xfe").decode(),
        # The same number for the signature, and none for the work.
        changed(_parameters(cost=5000.0)),
        changed(_parameters(keyLength=32.0)),
    ],
)
def test_what_cannot_be_read_is_refused_and_fails_nothing(sent: str) -> None:
    assert look_at_solution(KEYS, sent, NOW).fault == "malformed"


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists, max_leaves=4)
)
def test_nothing_in_the_place_of_a_part_fails(value: Any) -> None:
    for name in ("challenge", "solution"):
        part = changed(lambda payload, name=name: payload.update({name: value}))  # type: ignore[misc]
        assert look_at_solution(KEYS, part, NOW).fault is not None
    for name in ("algorithm", "cost", "nonce", "salt", "data", "keyPrefix"):
        assert look_at_solution(KEYS, changed(_parameters(**{name: value})), NOW).fault is not None


def test_a_form_token_counts_from_ten_seconds_to_a_day() -> None:
    token = new_form_token(KEYS, NOW)
    faults = {
        seconds: look_at_form_token(KEYS, token, NOW + timedelta(seconds=seconds)).fault
        for seconds in (0, 9, 10, 86_399, 86_400)
    }
    assert faults == {0: "too-young", 9: "too-young", 10: None, 86_399: None, 86_400: "expired"}


def test_a_form_token_counts_for_its_form_and_its_key_alone() -> None:
    token, later = new_form_token(KEYS, NOW), NOW + timedelta(seconds=10)
    assert look_at_form_token(KEYS, token, later, form="endorsement").fault == "wrong-signature"
    assert look_at_form_token(OTHER_KEYS, token, later).fault == "wrong-signature"
    assert look_at_form_token(KEYS, new_form_token(KEYS, NOW, form="endorsement"), later).fault == "wrong-signature"


@given(st.integers(0, 74), st.sampled_from("AQgw-_"))
def test_no_form_token_can_be_made_older(at: int, sign: str) -> None:
    token = new_form_token(KEYS, NOW)
    other = token[:at] + sign + token[at + 1 :]
    looked = look_at_form_token(KEYS, other, NOW + timedelta(seconds=5))
    # The last sign has bits that say nothing.
    same = urlsafe_b64decode(other + "=") == urlsafe_b64decode(token + "=")
    assert looked.fault == ("too-young" if same else "wrong-signature")


@given(st.text(max_size=200))
def test_no_text_in_the_place_of_a_form_token_fails(text: str) -> None:
    assert look_at_form_token(KEYS, text, NOW).fault in ("missing", "malformed", "wrong-signature")
