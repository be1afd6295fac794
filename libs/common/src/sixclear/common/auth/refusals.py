"""Why access tokens are refused: told to operators in the log and a metric, never to the caller."""

from collections.abc import Callable
from enum import StrEnum
from time import monotonic

import structlog
from prometheus_client import Counter

_log = structlog.get_logger(__name__)

REFUSALS = Counter(
    "sixclear_token_refusals_total",
    "Access tokens that were refused, by the first thing that was wrong with them.",
    ("reason",),
)
_QUIET_SECONDS = 10.0


class Reason(StrEnum):
    """The first thing that is wrong with a token, in the order in which it is looked at."""

    MALFORMED = "malformed"
    HEADER = "header-not-allowed"
    ALGORITHM = "algorithm-not-allowed"
    TYPE = "type-not-allowed"
    KEY_UNKNOWN = "key-unknown"
    KEY_UNFIT = "key-unfit"
    SIGNATURE = "signature-wrong"
    ISSUER = "issuer-wrong"
    AUDIENCE = "audience-wrong"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    TIME = "time-malformed"
    NOT_AN_ACCESS_TOKEN = "not-an-access-token"  # noqa: S105  (a reason)
    CALLER_MISSING = "caller-missing"
    CALLER_MALFORMED = "caller-malformed"
    CALLER_RESERVED = "caller-reserved"
    ORGANISATION = "organisation-malformed"
    SCOPE = "scope-malformed"
    NOT_ACTIVE = "not-active"


_LOOK_AT = {
    Reason.ALGORITHM: "SIXCLEAR_TOKEN_ALGORITHMS",
    Reason.TYPE: "SIXCLEAR_TOKEN_TYPES",
    Reason.KEY_UNKNOWN: "SIXCLEAR_JWKS_URL",
    Reason.KEY_UNFIT: "the keys at SIXCLEAR_JWKS_URL",
    Reason.ISSUER: "SIXCLEAR_ISSUER_URL",
    Reason.AUDIENCE: "SIXCLEAR_AUDIENCE",
    Reason.NOT_YET_VALID: "the clocks of this machine and of the issuer",
    Reason.CALLER_MISSING: "SIXCLEAR_TOKEN_CALLER_CLAIMS",
    Reason.CALLER_MALFORMED: "SIXCLEAR_TOKEN_CALLER_CLAIMS",
    Reason.CALLER_RESERVED: "SIXCLEAR_TOKEN_CALLER_CLAIMS",
    Reason.ORGANISATION: "SIXCLEAR_TOKEN_ORGANISATION_CLAIM, SIXCLEAR_TOKEN_ORGANISATION_CODE_CLAIM",
    Reason.SCOPE: "SIXCLEAR_TOKEN_SCOPE_CLAIMS",
}


class TokenRefused(Exception):
    """A token is not accepted. Holds nothing of the token."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Refusals:
    """Counts every refusal; logs at most one for each reason in ten seconds, with how many came since the last line."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._quiet_until: dict[Reason, float] = {}
        self._unlogged: dict[Reason, int] = {}
        for reason in Reason:
            REFUSALS.labels(reason.value)

    def note(self, reason: Reason) -> None:
        """Count, and log unless the same was logged a moment ago. Takes nothing of the token."""
        REFUSALS.labels(reason.value).inc()
        now = self._time()
        if now < self._quiet_until.get(reason, now):
            self._unlogged[reason] = self._unlogged.get(reason, 0) + 1
            return
        self._quiet_until[reason] = now + _QUIET_SECONDS
        _log.warning(
            "access token refused",
            reason=reason.value,
            look_at=_LOOK_AT.get(reason, "docs/identity.md"),
            not_logged_since_the_last=self._unlogged.pop(reason, 0),
        )
