"""Challenges and form tokens: made with a key, and what is wrong with what comes back. Pure but for chance.

A challenge is one of ALTCHA v2. When it expires, and the form that it is for, stand in its signed `data`, so that they
are compared with the instant of the request and not with the clock of the machine.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sixclear.feedback.transparency.hours import HOUR, hour_of

if TYPE_CHECKING:
    from altcha import Challenge

FORM = "submission"
# A second of a browser's work on average: 256 tries of 4 ms. To look at a solution is one try.
ALGORITHM, COST, PREFIX = "PBKDF2/SHA-256", 5_000, "00"
SOLVED_WITHIN = timedelta(minutes=20)
# A person needs longer than that to write anything; a form that was open for a night is still taken.
FORM_OPEN_FROM, FORM_OPEN_UNTIL = timedelta(seconds=10), timedelta(hours=24)
LONGEST_SOLUTION, LONGEST_TOKEN = 2_000, 200
_TIME, _CHANCE, _SEAL = 8, 16, 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of challenges and of form tokens, the same in every process."""

    challenges: bytes
    form_tokens: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request shows; `needed` when it must show something."""

    keys: Keys
    needed: bool
    solution: str | None
    form_token: str | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at a solution or a token: its `fault`, or what it is used up by until when."""

    fault: str | None
    identity: bytes = b""
    kept_until: datetime | None = None


def new_challenge(keys: Keys, now: datetime, form: str = FORM) -> "Challenge":
    """A challenge for one sending of `form`."""
    from altcha import create_challenge  # no start needs it

    data = {"form": form, "expires_at": int((now + SOLVED_WITHIN).timestamp())}
    return create_challenge(ALGORITHM, COST, key_prefix=PREFIX, data=data, hmac_secret=keys.challenges)


def look_at_solution(keys: Keys, sent: str | None, now: datetime, form: str = FORM) -> Looked:
    """What is wrong with the solution that was sent for `form`. It costs one try of the work: not in the event loop."""
    from altcha import Payload, verify_solution

    if not sent:
        return Looked("missing")
    try:
        payload = Payload.from_base64(sent)
        result = verify_solution(payload, keys.challenges)
        data, signature = payload.challenge.parameters.data, payload.challenge.signature
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return Looked("malformed")
    # Only where it is False the signature was looked at; what is not signed says nothing.
    if result.invalid_signature is not False or data is None or signature is None:
        return Looked("wrong-signature")
    if data["form"] != form:
        return Looked("other-form")
    expires_at = datetime.fromtimestamp(data["expires_at"], UTC)
    if expires_at <= now:
        return Looked("expired")
    if not result.verified:
        return Looked("wrong-solution")
    return Looked(None, bytes.fromhex(signature), _whole_hour_after(expires_at))


def new_form_token(keys: Keys, now: datetime, form: str = FORM) -> str:
    """A token that says when `form` was opened."""
    body = int(now.timestamp()).to_bytes(_TIME, "big") + secrets.token_bytes(_CHANCE)
    return urlsafe_b64encode(body + _seal(keys, form, body)).decode().rstrip("=")


def look_at_form_token(keys: Keys, sent: str | None, now: datetime, form: str = FORM) -> Looked:
    """What is wrong with the token that was sent with `form`."""
    if not sent:
        return Looked("missing")
    try:
        whole = urlsafe_b64decode(sent.encode("ascii") + b"=" * (-len(sent) % 4))
    except ValueError:
        return Looked("malformed")
    body, seal = whole[: _TIME + _CHANCE], whole[_TIME + _CHANCE :]
    if len(seal) != _SEAL:
        return Looked("malformed")
    if not hmac.compare_digest(seal, _seal(keys, form, body)):
        return Looked("wrong-signature")
    opened_at = datetime.fromtimestamp(int.from_bytes(body[:_TIME], "big"), UTC)
    if now < opened_at + FORM_OPEN_FROM:
        return Looked("too-young")
    until = opened_at + FORM_OPEN_UNTIL
    return Looked("expired") if until <= now else Looked(None, seal, _whole_hour_after(until))


def _seal(keys: Keys, form: str, body: bytes) -> bytes:
    return hmac.digest(keys.form_tokens, form.encode() + b"\x00" + body, "sha256")


def _whole_hour_after(at: datetime) -> datetime:
    """No more than an hour is kept of what may have come with an anonymous case.

    A whole one more: where the clock of another replica is behind, `at` is not over yet.
    """
    return hour_of(at) + 2 * HOUR
